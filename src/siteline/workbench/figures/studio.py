"""The one place where a figure is made: for a file of its own, and for a brief; each site is opened once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from siteline import __version__
from siteline.model.change import Status
from siteline.model.errors import CannotTell, NotFound
from siteline.model.imagery import Scene
from siteline.model.remark import Remark
from siteline.report.edition.press import Press
from siteline.report.page import SiteSection, scenery_of
from siteline.report.rights import credit_of, licence_of, use_of
from siteline.report.rules import Stamp, refuse_mixture, stamps_of
from siteline.report.sheet.lapse import Lapse, compose_lapse
from siteline.report.sheet.marks import words_of
from siteline.report.sheet.pairs import compose_pair
from siteline.report.sheet.presets import Preset
from siteline.report.sheet.site_map import compose_map
from siteline.report.sheet.strip import compose_strip
from siteline.report.sheet.subject import Made, Numbered, Subject
from siteline.report.sheet.times import compose_times
from siteline.report.sheet.write import Format, write_moving, write_still
from siteline.report.sheet.xmp import Provenance, SceneSource, packet
from siteline.store.codec import digest
from siteline.workbench.bench import Bench
from siteline.workbench.figures.files import tell_figure
from siteline.workbench.figures.held import held_back, without_held
from siteline.workbench.sections import section_of
from siteline.workbench.style import house_of
from siteline.workbench.survey import renew_survey


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a figure is to show."""

    shape: str
    site_id: str
    event: str | None = None
    """Its id, the start of it, or its label; None: the whole site."""

    on: str | None = None
    before: str | None = None
    after: str | None = None
    stamps: tuple[Stamp, ...] = ()
    """Of the page it stands on, beside its own."""


@dataclass(frozen=True)
class Composed:
    """One figure laid out, with all that its file will say of itself."""

    drawn: Made | Lapse
    provenance: Provenance
    event_version: int | None
    preset: Preset
    told: tuple[Remark, ...]
    """Of the survey."""

    @property
    def made(self) -> Made:
        """What was laid out."""
        return self.drawn.made if isinstance(self.drawn, Lapse) else self.drawn

    def tell(self, name: str, content: bytes, kind: Format, size: tuple[int, int]) -> dict[str, Any]:
        """What its sidecar says of it, in the shape figure/1."""
        return tell_figure(
            self.provenance, self.made, self.event_version, name, content, kind, size, self.preset.name.value
        )


class Studio:
    """Makes the figures of one case in its house style; press: what none of them may show."""

    def __init__(self, bench: Bench, press: Press | None = None) -> None:
        self._bench, self._press = bench, press
        self._house = house_of(bench.case.settings.style, bench.case.folder)
        self._sites: dict[str, tuple[SiteSection, tuple[Remark, ...]]] = {}

    def compose(self, wanted: Wanted, preset: Preset, kind: Format) -> Composed:
        """
        Lay a figure out. Drafts are always made, and stamped.

        Raises NotFound, CannotTell (also for one whose words would tell what is held back), BadInput or BadSetting.
        """
        section, told = self._open(wanted.site_id)
        refuse_mixture([(section.site.simulated, section.scenes)])
        subject = self._subject(section, wanted.event)
        drawn = _stamped(section, subject, wanted, preset)
        made = drawn.made if isinstance(drawn, Lapse) else drawn
        scenes = scenes_in(section, made)
        provenance = self._provenance(section, subject, wanted, made, scenes, preset, kind)
        composed = Composed(
            drawn, provenance, None if subject.is_whole else subject.shown[0].finding.version, preset, told
        )
        return composed if self._press is None else self._looked_into(composed)

    def write(self, composed: Composed, kind: Format) -> tuple[bytes, tuple[int, int]]:
        """Its bytes, and its width and height in pixels (of a PDF: points)."""
        packed = packet(composed.provenance)
        if isinstance(composed.drawn, Lapse):
            return write_moving(composed.drawn, kind, self._house, packed)
        return write_still(composed.drawn.sheet, kind, self._house, packed)

    def _open(self, site_id: str) -> tuple[SiteSection, tuple[Remark, ...]]:
        if site_id not in self._sites:
            survey, sight, told = renew_survey(self._bench, site_id)
            self._sites[site_id] = section_of(self._bench.case, sight, survey), tuple(told)
        return self._sites[site_id]

    def _subject(self, section: SiteSection, event: str | None) -> Subject:
        """The change asked for, by its id, the start of it or its label; or the whole site."""
        judged = {one.id: one for one in section.events}
        stale = {one.id for one in section.events if one.needs_review}
        numbered = tuple(
            Numbered(
                str(n),
                replace(f, status=Status.PROPOSED) if f.event_id in stale else f,
                judged[f.event_id].event,
            )
            for n, f in enumerate(section.shown, 1)
            if f.event_id in judged
        )
        whole = Subject(scenery_of(section, ()), numbered, True, self._house)
        subject = whole if event is None else _one_of(whole, section, event)
        return subject if self._press is None else without_held(subject, self._press)

    def _looked_into(self, composed: Composed) -> Composed:
        """The same, if no word of it tells what is held back; what its file says of itself is cleaned."""
        assert self._press is not None
        marks = list(composed.made.sheet.marks)
        if isinstance(composed.drawn, Lapse):
            marks += [mark for frame in composed.drawn.frames for mark in frame]
        if why := held_back(words_of(marks), self._press):
            raise CannotTell(f"its words would tell {why}")
        clean = self._press.text
        told = composed.provenance
        scenes = tuple(self._source(one) for one in told.scenes)
        provenance = replace(
            told,
            title=clean(told.title),
            caption=clean(told.caption),
            alt=clean(told.alt),
            credit=clean(told.credit),
            licence=clean(told.licence),
            site_id="" if self._press.holds.is_location_held else clean(told.site_id),
            scenes=scenes,
            recipe="" if self._press.holds.is_location_held else told.recipe,
        )
        return replace(composed, provenance=provenance)

    def _source(self, scene: SceneSource) -> SceneSource:
        """An image as it may be named: an id or a digest finds it again, and with it the place."""
        assert self._press is not None
        if self._press.holds.is_location_held or scene.sha256 in self._press.secrets.digests:
            return SceneSource("", scene.acquired, "", scene.role)
        return replace(scene, id=self._press.text(scene.id))

    def _provenance(
        self,
        section: SiteSection,
        subject: Subject,
        wanted: Wanted,
        made: Made,
        scenes: list[Scene],
        preset: Preset,
        kind: Format,
    ) -> Provenance:
        survey, style = section.survey, self._bench.case.settings.style
        recipe = digest(
            wanted.shape, preset.name, kind, made.caption, made.alt, __version__,
            *(f"{stage}={known}" for stage, known in sorted(survey.recipes.items())),
            *(f"{scene.id}={scene.sha256}" for scene in scenes),
            *(f"{one.finding.event_id}/{one.finding.version}" for one in subject.shown),
            json.dumps(style.model_dump(), sort_keys=True),
            *(stamp.value for stamp in wanted.stamps),
        )  # fmt: skip
        images = [scene for scene in scenes if wanted.shape != "timeline"]
        event = None if subject.is_whole else subject.shown[0].finding
        return Provenance(
            title=made.title,
            caption=made.caption,
            alt=made.alt,
            credit=credit_of(images) if images else "",
            licence=licence_of(images) if images else "",
            use=use_of(images) if images else "",
            desk=self._house.desk,
            stamps=tuple(stamp.value for stamp in _needed(section, subject, made, wanted)),
            simulated=section.site.simulated,
            shape=wanted.shape,
            site_id=section.site.id,
            event_id=event.event_id if event else "",
            scenes=tuple(
                SceneSource(scene.id, scene.acquired.text, scene.sha256, dict(made.scenes)[scene.id])
                for scene in scenes
            ),
            recipe=recipe,
            version=__version__,
        )


def scenes_in(section: SiteSection, made: Made) -> list[Scene]:
    """The scenes of a figure, in time order."""
    shown = {name for name, _ in made.scenes}
    found = [scene for scene in section.scenes if scene.id in shown]
    return sorted(found, key=lambda scene: (scene.acquired.middle, scene.id))


def _one_of(whole: Subject, section: SiteSection, event: str) -> Subject:
    exact = [one for one in whole.shown if one.finding.event_id == event]
    fitting = exact or [
        one
        for one in whole.shown
        if event == one.finding.label or (len(event) >= 4 and one.finding.event_id.startswith(event))
    ]
    if len(fitting) == 1:
        return replace(whole, shown=tuple(fitting), is_whole=False)
    see = f"See: siteline events list {section.site.id}"
    rejected = [
        f for f in section.findings.findings if f.status is Status.REJECTED and f.event_id.startswith(event)
    ]
    if rejected:
        raise CannotTell(f"event {event} was rejected", see)
    raise NotFound(
        f"{len(fitting)} changes at {section.site.id} are called {event}"
        if fitting
        else f"no change {event} at {section.site.id}",
        see,
    )


def _stamped(section: SiteSection, subject: Subject, wanted: Wanted, preset: Preset) -> Made | Lapse:
    """The figure with the stamps that its findings, the images chosen for it and its page call for."""
    every = _joined(_stamps(section, subject, section.used), wanted)
    first = _drawn(_with(subject, every), wanted, preset)
    made = first.made if isinstance(first, Lapse) else first
    needed = _needed(section, subject, made, wanted)
    return first if needed == every else _drawn(_with(subject, needed), wanted, preset)


def _needed(section: SiteSection, subject: Subject, made: Made, wanted: Wanted) -> tuple[Stamp, ...]:
    shown = () if wanted.shape == "timeline" else scenes_in(section, made)
    return _joined(_stamps(section, subject, shown), wanted)


def _joined(own: Sequence[Stamp], wanted: Wanted) -> tuple[Stamp, ...]:
    """Its own stamps and those of its page, in one order."""
    return tuple(stamp for stamp in Stamp if stamp in {*own, *wanted.stamps})


def _stamps(section: SiteSection, subject: Subject, scenes: Sequence[Scene]) -> tuple[Stamp, ...]:
    return stamps_of((one.finding for one in subject.shown), scenes, section.site.simulated)


def _with(subject: Subject, stamps: tuple[Stamp, ...]) -> Subject:
    return replace(subject, scenery=replace(subject.scenery, stamps=stamps))


def _drawn(subject: Subject, wanted: Wanted, preset: Preset) -> Made | Lapse:
    if wanted.shape == "pair":
        return compose_pair(subject, preset, before=wanted.before, after=wanted.after)
    if wanted.shape == "filmstrip":
        return compose_strip(subject, preset)
    if wanted.shape == "timelapse":
        return compose_lapse(subject, preset)
    if wanted.shape == "map":
        return compose_map(subject, preset, on=wanted.on)
    return compose_times(subject, preset)
