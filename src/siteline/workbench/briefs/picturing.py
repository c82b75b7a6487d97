"""Pictures of a written brief: made anew from what is on record, as `siteline figure` makes them."""

from __future__ import annotations

from collections.abc import Collection

from siteline.evidence.media.pictures import open_picture
from siteline.model.edition import (
    BriefFigure,
    CitedCount,
    CitedEvent,
    CitedExhibit,
    CitedQuery,
    CitedSurvey,
    Support,
)
from siteline.model.errors import CannotTell, SitelineError
from siteline.model.exhibit import Exhibit
from siteline.report.edition.press import Press
from siteline.report.figure import Figure, Film, Narrow, encode, stamped_below
from siteline.report.inert import inert
from siteline.report.rights import Rights
from siteline.report.rules import Stamp
from siteline.report.sheet.marks import words_of
from siteline.report.sheet.presets import PRESETS, PresetName
from siteline.report.sheet.write import Format
from siteline.workbench.activity.charting import draw_counts_of
from siteline.workbench.bench import Bench
from siteline.workbench.briefs.around import Around
from siteline.workbench.briefs.ledger import PARTS
from siteline.workbench.evidence.marks import decisions, marked
from siteline.workbench.figures.studio import Composed, Studio, Wanted
from siteline.workbench.ledger.pictures import draw_query

_EXHIBIT_PX, _BLURRED_PX = 1280, 24
_UNKNOWN = ("", "unknown")
_STILL_OF = {"timelapse": "filmstrip"}
"""What is shown on paper of a figure that moves."""

LAID_OUT = ("pair", "filmstrip", "timelapse", "map", "timeline")


class Pictures:
    """Draws the figures of one brief; press: what none of them may show."""

    def __init__(
        self, bench: Bench, around: Around, stamps: tuple[Stamp, ...], press: Press | None = None
    ) -> None:
        self._around, self._stamps, self._press = around, stamps, press
        self._bench = bench
        self._studio: Studio | None = None

    def draw(self, figure: BriefFigure, support: Support | None) -> tuple[Figure, ...]:
        """The panels of one figure; raises SitelineError, with the reason, where it cannot be made."""
        if support is None:
            raise CannotTell(f"{figure.cites} is not in this case")
        if figure.shape in LAID_OUT:
            return (self._lay_out(figure, support),)
        if figure.shape == "exhibit":
            return (self._exhibit(figure, support),)
        if figure.shape == "chart":
            return (self._chart(figure, support),)
        raise CannotTell(f"a {figure.shape} cannot stand in a brief yet")

    def _lay_out(self, figure: BriefFigure, support: Support) -> Figure:
        site, event = self._where(figure, support)
        if self._studio is None:
            self._studio = Studio(self._bench, self._press)
        kind = Format.PNG if figure.shape == "timeline" else Format.JPG
        shape = _STILL_OF.get(figure.shape, figure.shape)
        wanted = Wanted(shape, site, event, stamps=self._stamps)
        wide = self._studio.compose(wanted, PRESETS[PresetName.WEB], kind)
        data, size = self._studio.write(wide, kind)
        narrow = self._studio.compose(wanted, PRESETS[PresetName.SQUARE], kind)
        small, small_size = self._studio.write(narrow, kind)
        made, told = wide.made, wide.provenance
        return Figure(
            name=f"{figure.shape}-{figure.id[1:]}",
            media_type=kind.media_type,
            data=data,
            size=size,
            alt=told.alt,
            caption=self._clean(made.why),
            credit=told.credit,
            is_credited=all(map(_credits_itself, (wide, narrow))),
            scene_ids=tuple(scene.id for scene in told.scenes if scene.id),
            licence=told.licence,
            use=told.use,
            told=self._sidecar(wide, data, kind, size),
            narrow=Narrow(kind.media_type, small, small_size),
            film=self._film(wanted) if figure.shape == "timelapse" else None,
        )

    def _film(self, still: Wanted) -> Film:
        assert self._studio is not None
        wanted = Wanted("timelapse", still.site_id, still.event, stamps=still.stamps)
        composed = self._studio.compose(wanted, PRESETS[PresetName.WEB], Format.GIF)
        data, size = self._studio.write(composed, Format.GIF)
        return Film(Format.GIF.media_type, data, self._sidecar(composed, data, Format.GIF, size))

    def _sidecar(
        self, composed: Composed, data: bytes, kind: Format, size: tuple[int, int]
    ) -> dict[str, object]:
        """What is said of it beside it, without what is held back."""
        told = composed.tell("", data, kind, size)
        if self._press is None:
            return told
        if self._press.holds.is_location_held:
            told |= {"skipped": []}  # ids of images, each of which finds the place
        return {name: self._press.clean(value) for name, value in told.items()}

    def _where(self, figure: BriefFigure, support: Support) -> tuple[str, str | None]:
        """(site, event or None) that a figure is of."""
        if isinstance(support, CitedEvent) and figure.shape in ("pair", "filmstrip", "timelapse"):
            return self._around.events[support.event_id].site_id, support.event_id
        if isinstance(support, CitedSurvey):
            return figure.cites.ref, None
        what = "a change or a site" if figure.shape in ("pair", "filmstrip", "timelapse") else "a site"
        raise CannotTell(f"a {figure.shape} is of {what}, and {figure.cites} is none")

    def _exhibit(self, figure: BriefFigure, support: Support) -> Figure:
        if not isinstance(support, CitedExhibit):
            raise CannotTell(f"{figure.cites} is no exhibit")
        case = self._around.case
        exhibit = case.exhibits.get(figure.cites.ref, self._around.as_of)
        if exhibit.kind != "image":
            raise CannotTell(f"exhibit {exhibit.id} is no picture ({exhibit.media_type})")
        is_graphic, verdict = exhibit.id in marked(case), decisions(case).get(exhibit.id)
        if verdict == "hold":
            raise CannotTell("it was decided that it is not shown: it holds personal data")
        is_blurred = is_graphic or verdict == "blur"
        why = "it is marked as graphic" if is_graphic else "it holds personal data"
        note = f" Blurred: {why}." if is_blurred else ""
        rights = self._rights(exhibit)
        data, size = _shrunk(case.blobs.read(exhibit.sha256), rights, self._stamps, blurred=is_blurred)
        return Figure(
            name=f"exhibit-{exhibit.id}",
            media_type="image/jpeg",
            data=data,
            size=size,
            alt=f"{exhibit.title or exhibit.name}.{note}",
            caption=note.strip(),
            **rights,
        )

    def _rights(self, exhibit: Exhibit) -> Rights:
        said = {
            name: f"{name} unknown" if text.strip().lower() in _UNKNOWN else inert(self._clean(text), 300)
            for name, text in (("credit", exhibit.credit), ("licence", exhibit.licence))
        }
        return {"credit": said["credit"], "licence": said["licence"], "use": ""}

    def _chart(self, figure: BriefFigure, support: Support) -> Figure:
        if isinstance(support, CitedCount):
            return draw_counts_of(self._around.case, support.count_id, self._stamps, self._around.as_of)
        if not isinstance(support, CitedQuery):
            raise CannotTell(f"{figure.cites} is no stored query, and no count")
        if figure.cites.ref.startswith(PARTS):
            raise CannotTell("a count of parts is drawn by siteline ledger components picture")
        return draw_query(self._around.case, figure.cites.ref, self._around.as_of)

    def _clean(self, text: str) -> str:
        return self._press.text(text) if self._press is not None else text


def _credits_itself(composed: Composed) -> bool:
    """Whether the credit and the licence of a figure are read in it: there may not be room for all of a long one."""
    said = "".join(words_of(composed.made.sheet.marks).split())
    told = composed.provenance
    return all("".join(text.split()) in said for text in (told.credit, told.licence))


def draw_all(
    pictures: Pictures,
    figures: tuple[BriefFigure, ...],
    supports: dict[tuple[str, str], Support],
    held: Collection[str] = (),
) -> tuple[dict[str, tuple[Figure, ...]], dict[str, str]]:
    """Every figure that can be made and is not `held`, and why the others cannot, by figure id."""
    drawn, missing = dict[str, tuple[Figure, ...]](), dict[str, str]()
    for figure in figures:
        if figure.id in held:
            continue
        try:
            drawn[figure.id] = pictures.draw(figure, supports.get((figure.cites.kind, figure.cites.ref)))
        except SitelineError as error:
            missing[figure.id] = str(error)
    return drawn, missing


def _shrunk(
    content: bytes, rights: Rights, stamps: tuple[Stamp, ...], *, blurred: bool
) -> tuple[bytes, tuple[int, int]]:
    """
    A picture as a JPEG with its rights and no other metadata, no larger than a page needs, stamped below.

    Blurred beyond recognition if asked.
    """
    from PIL import Image, ImageOps

    with open_picture(content) as opened:
        opened.draft("RGB", (_EXHIBIT_PX, _EXHIBIT_PX))
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    picture.thumbnail((_EXHIBIT_PX, _EXHIBIT_PX))
    if blurred:
        size = picture.size
        picture.thumbnail((_BLURRED_PX, _BLURRED_PX))
        picture = picture.resize(size, Image.Resampling.BILINEAR)
    picture = stamped_below(picture, stamps)
    return encode(picture, "image/jpeg", rights), picture.size
