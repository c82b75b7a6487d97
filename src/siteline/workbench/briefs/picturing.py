"""Pictures of a written brief: made anew from what is on record, and never from anywhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from siteline.evidence.media.pictures import open_picture
from siteline.model.change import Kind
from siteline.model.edition import BriefFigure, CitedEvent, CitedExhibit, CitedQuery, CitedSurvey, Support
from siteline.model.errors import CannotTell, SitelineError
from siteline.model.finding import Finding
from siteline.report.figure import Figure, Scenery
from siteline.report.filmstrip import draw_frames
from siteline.report.locator import Placed, map_figure
from siteline.report.page import JudgedEvent, SiteSection, scenery_of
from siteline.report.pair import draw_pair
from siteline.report.rules import Stamp
from siteline.report.timeline import Lane, timeline_figure
from siteline.workbench.bench import Bench
from siteline.workbench.briefs.around import Around
from siteline.workbench.briefs.ledger import PARTS
from siteline.workbench.briefs.standard import section_of
from siteline.workbench.evidence.marks import decisions, marked
from siteline.workbench.ledger.pictures import draw_query
from siteline.workbench.survey import renew_survey

_PAIR_PX, _FRAME_PX, _EXHIBIT_PX = 720, 300, 1280
_BLURRED_PX = 24
_NOT_YET = {
    "timelapse": "a timelapse moves, and a brief is also printed; use a filmstrip",
}


class Pictures:
    """Draws the figures of one brief; each site is opened once."""

    def __init__(self, bench: Bench, around: Around, stamps: tuple[Stamp, ...]) -> None:
        self._bench, self._around, self._stamps = bench, around, stamps
        self._sites: dict[str, tuple[SiteSection, Scenery]] = {}

    def draw(self, figure: BriefFigure, support: Support | None) -> tuple[Figure, ...]:
        """The panels of one figure; raises SitelineError, with the reason, where it cannot be made."""
        if support is None:
            raise CannotTell(f"{figure.cites} is not in this case")
        how: dict[str, Callable[[BriefFigure, Support], tuple[Figure, ...]]] = {
            "pair": self._pair,
            "filmstrip": self._filmstrip,
            "map": self._map,
            "timeline": self._timeline,
            "exhibit": self._exhibit,
            "chart": self._chart,
        }
        if figure.shape not in how:
            raise CannotTell(_NOT_YET.get(figure.shape, f"a {figure.shape} cannot stand in a brief yet"))
        drawn = how[figure.shape](figure, support)
        if not drawn:
            raise CannotTell("no image shows it")
        return drawn

    def _pair(self, figure: BriefFigure, support: Support) -> tuple[Figure, ...]:
        scenery, finding, judged = self._event(figure, support)
        pair = draw_pair(scenery, finding, judged.event, number=int(figure.id[1:]), width=_PAIR_PX)
        return tuple(panel for panel in pair if panel is not None)

    def _filmstrip(self, figure: BriefFigure, support: Support) -> tuple[Figure, ...]:
        scenery, finding, judged = self._event(figure, support)
        return draw_frames(scenery, finding, judged.event, number=int(figure.id[1:]), width=_FRAME_PX)

    def _map(self, figure: BriefFigure, support: Support) -> tuple[Figure, ...]:
        section, scenery = self._site(figure, support)
        events = {judged.id: judged for judged in section.events}
        numbered = [(str(n), f) for n, f in enumerate(section.shown, 1) if f.event_id in events]
        placed = [Placed(n, f.kind, events[f.event_id].event.outline, f.what) for n, f in numbered]
        drawn = map_figure(scenery, placed)
        named = "; ".join(f"{n}: {f.label}, {_what(f)}" for n, f in numbered if f.label)
        return (replace(drawn, caption=f"{drawn.caption} {named}.") if named else drawn,)

    def _timeline(self, figure: BriefFigure, support: Support) -> tuple[Figure, ...]:
        section, scenery = self._site(figure, support)
        events = {judged.id: judged for judged in section.events}
        lanes = [
            Lane(str(n), " ".join(filter(None, [f.label, _what(f)])), events[f.event_id].event, f.onset)
            for n, f in enumerate(section.shown, 1)
            if f.event_id in events
        ]
        return (timeline_figure(scenery.looks, lanes, self._stamps),)

    def _exhibit(self, figure: BriefFigure, support: Support) -> tuple[Figure, ...]:
        if not isinstance(support, CitedExhibit):
            raise CannotTell(f"{figure.cites} is no exhibit")
        case = self._around.case
        exhibit = case.exhibits.get(figure.cites.ref, self._around.as_of)
        if exhibit.kind != "image":
            raise CannotTell(f"exhibit {exhibit.id} is no picture ({exhibit.media_type})")
        is_graphic, verdict = exhibit.id in marked(case), decisions(case).get(exhibit.id)
        if verdict == "hold":
            raise CannotTell("it was decided that it is not shown: it holds personal data")
        data, size = _shrunk(case.blobs.read(exhibit.sha256), blurred=is_graphic or verdict == "blur")
        why = "it is marked as graphic" if is_graphic else "it holds personal data"
        note = f" Blurred: {why}." if is_graphic or verdict == "blur" else ""
        return (
            Figure(
                name=f"exhibit-{exhibit.id}",
                media_type="image/jpeg",
                data=data,
                size=size,
                alt=f"{exhibit.title or exhibit.name}.{note}",
                caption=note.strip(),
                credit=exhibit.credit or "credit unknown",
                licence=exhibit.licence or "licence unknown",
            ),
        )

    def _chart(self, figure: BriefFigure, support: Support) -> tuple[Figure, ...]:
        if not isinstance(support, CitedQuery):
            raise CannotTell(f"{figure.cites} is no stored query")
        if figure.cites.ref.startswith(PARTS):
            raise CannotTell("a count of parts is drawn by siteline ledger components picture")
        return (draw_query(self._around.case, figure.cites.ref, self._around.as_of),)

    def _event(self, figure: BriefFigure, support: Support) -> tuple[Scenery, Finding, JudgedEvent]:
        if not isinstance(support, CitedEvent):
            raise CannotTell(f"{figure.cites} is no event")
        watched = self._around.events[support.event_id]
        section, scenery = self._open(watched.site_id)
        finding = next((f for f in section.findings.findings if f.event_id == watched.id), None)
        judged = next((e for e in section.events if e.id == watched.id), None)
        if finding is None or judged is None:
            raise CannotTell("it was rejected")
        return scenery, finding, judged

    def _site(self, figure: BriefFigure, support: Support) -> tuple[SiteSection, Scenery]:
        if not isinstance(support, CitedSurvey):
            raise CannotTell(f"{figure.cites} is no survey of a site")
        return self._open(figure.cites.ref)

    def _open(self, site_id: str) -> tuple[SiteSection, Scenery]:
        if site_id not in self._sites:
            survey, sight, _ = renew_survey(self._bench, site_id)
            section = section_of(self._bench.case, sight, survey)
            self._sites[site_id] = section, scenery_of(section, self._stamps)
        return self._sites[site_id]


def draw_all(
    pictures: Pictures, figures: tuple[BriefFigure, ...], supports: dict[tuple[str, str], Support]
) -> tuple[dict[str, tuple[Figure, ...]], dict[str, str]]:
    """Every figure that can be made, and why the others cannot, by figure id."""
    drawn, missing = dict[str, tuple[Figure, ...]](), dict[str, str]()
    for figure in figures:
        try:
            drawn[figure.id] = pictures.draw(figure, supports.get((figure.cites.kind, figure.cites.ref)))
        except SitelineError as error:
            missing[figure.id] = str(error)
    return drawn, missing


def _what(finding: Finding) -> str:
    return finding.what or Kind(finding.kind).words


def _shrunk(content: bytes, *, blurred: bool) -> tuple[bytes, tuple[int, int]]:
    """A picture as a JPEG without its metadata, no larger than a page needs; blurred beyond recognition if asked."""
    from PIL import Image, ImageOps

    with open_picture(content) as opened:
        opened.draft("RGB", (_EXHIBIT_PX, _EXHIBIT_PX))
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    picture.thumbnail((_EXHIBIT_PX, _EXHIBIT_PX))
    if blurred:
        size = picture.size
        picture.thumbnail((_BLURRED_PX, _BLURRED_PX))
        picture = picture.resize(size, Image.Resampling.BILINEAR)
    written = BytesIO()
    picture.save(written, "JPEG", quality=82)
    return written.getvalue(), picture.size
