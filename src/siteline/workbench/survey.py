"""All we do for one site, in the order in which the data flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

from siteline.catalog.sensors import tell_sensors
from siteline.change.find import ChangeOptions, Preset, find_changes
from siteline.change.presets import foresee
from siteline.cube.align import align
from siteline.cube.load import CubeOptions, build_cube, plan_grid, read_native
from siteline.findings.presets import say_foreseen
from siteline.findings.watched import answer_all, say_parts
from siteline.measure.measure import MeasureOptions, measure_event, measure_outline
from siteline.model.change import ChangeEvent, Foreseen, Method, Status
from siteline.model.dates import parse_acquired
from siteline.model.errors import BadSetting, CannotTell
from siteline.model.finding import Answer
from siteline.model.imagery import Grid, Look, Scene
from siteline.model.measurement import Measurement
from siteline.model.nudge import Nudge
from siteline.model.place import Role, Site, Structure
from siteline.model.quantity import Quantity
from siteline.model.remark import Remark
from siteline.model.survey import Survey, Watch
from siteline.raster.grid import onto_grid
from siteline.sites.exchange.watched import describe_answer
from siteline.store.codec import digest
from siteline.workbench.bench import Bench, Progress, Work, say_nothing
from siteline.workbench.case import Case
from siteline.workbench.images import check_custody, resolved
from siteline.workbench.radar import describe_heard, hear_radar, radar_scenes, unmeasured

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, slots=True)
class Sight:
    """What can be seen of a site: its looks, aligned, as one time series."""

    site: Site
    scenes: tuple[Scene, ...]
    grid: Grid
    cube: xr.Dataset
    looks: tuple[Look, ...]
    remarks: tuple[Remark, ...]

    @property
    def parts(self) -> tuple[Structure, ...]:
        """What is drawn of the site, with outlines on the grid."""
        return tuple(replace(s, geometry=onto_grid(s.geometry, self.grid)) for s in self.site.structures)

    @property
    def known(self) -> tuple[Structure, ...]:
        """The site's buildings, with outlines on the grid."""
        return tuple(part for part in self.parts if part.role is Role.BUILDING)


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What one `siteline survey` did."""

    survey: Survey
    events: int
    provisional: int
    """Of the events, those that a single look shows so far."""

    work: Mapping[str, Work]
    """Of each stage, how much was done and how much was on record."""

    foreseen: Foreseen
    """How often its preset is expected to be wrong here."""

    answers: tuple[Answer, ...]
    """Whether each part of the site changed, and how well it was seen."""

    @property
    def expectation(self) -> str:
        """The same in words."""
        return say_foreseen(self.foreseen)

    @property
    def told_of_parts(self) -> tuple[str, ...]:
        """What can be said of the whole site, and of its zones and buildings in a few words."""
        return say_parts(self.answers)

    def as_dict(self) -> dict[str, Any]:
        """Interchange form."""
        used = sum(look.used for look in self.survey.looks)
        told: dict[str, Any] = {
            "events": self.events,
            "provisional": self.provisional,
            "looks": {"used": used, "left_out": len(self.survey.looks) - used},
            "seconds": {stage: round(spent, 2) for stage, spent in self.survey.seconds.items()},
            "preset": describe_foreseen(self.foreseen),
            "watched": [describe_answer(answer) for answer in self.answers],
            "work": {stage: done._asdict() for stage, done in self.work.items()},
        }
        if self.survey.radar is not None:
            told["radar"] = describe_heard(self.survey.radar)
        return told


def see_site(bench: Bench, site_id: str, until: date | None = None) -> Sight:
    """Read, align and stack the scenes of a site; what was done before is not done again."""
    case = bench.case
    site = case.register.get(site_id)
    scenes = _usable_scenes(case, site_id, until)
    options = CubeOptions()
    grid = bench.run(plan_grid, scenes, site)
    nudges = _nudges_of(case, site_id, scenes)
    natives = _read_all(bench, scenes, site, grid, options, nudges)
    moved = (nudges,) if nudges else ()  # no nudge, no other recipe
    alignment = bench.run(align, natives, site, grid, options, *moved)
    built = bench.run(build_cube, natives, alignment, grid, options)
    looks = sorted(
        (*alignment.looks, *_unread(case, site_id, until)),
        key=lambda look: (look.acquired.middle, look.scene_id),
    )
    remarks = (*alignment.remarks, *built.remarks, *tell_sensors(site_id, scenes))
    return Sight(site, scenes, grid, built.cube, tuple(looks), remarks)


def _nudges_of(case: Case, site_id: str, scenes: tuple[Scene, ...]) -> tuple[Nudge, ...]:
    """The nudges of these scenes, in their order."""
    standing = case.nudges.standing(site_id)
    return tuple(standing[scene.id].nudge for scene in scenes if scene.id in standing)


def _read_all(
    bench: Bench,
    scenes: tuple[Scene, ...],
    site: Site,
    grid: Grid,
    options: CubeOptions,
    nudges: tuple[Nudge, ...],
) -> tuple[xr.Dataset, ...]:
    """All scenes on their own pixels; nudged ones as much wider as they are to be moved."""
    far = {nudge.scene_id: ceil(max(map(abs, nudge.shift_px))) for nudge in nudges}
    check = partial(check_custody, bench.case)
    still = [scene for scene in scenes if scene.id not in far]
    natives = bench.each(read_native, still, site, grid, options, check=check)
    recipes = [bench.recipes["read_native"]]
    for scene in scenes:
        if scene.id in far:
            wider = replace(options, margin_px=options.margin_px + far[scene.id])
            natives += bench.each(read_native, [scene], site, grid, wider, check=check)
            recipes.append(bench.recipes["read_native"])
    if far:
        bench.recipes["read_native"] = digest(*recipes)
    return tuple(natives)


def _unread(case: Case, site_id: str, until: date | None) -> list[Look]:
    """Scenes whose pixels cannot be read, as looks at which nothing was seen."""
    return [
        Look(scene.id, scene.acquired, 0.0, used=False, reason=scene.fault, shift_px=None, residual_px=None)
        for scene in case.scenes.all(site_id)
        if scene.radar is None
        and scene.fault is not None
        and (until is None or scene.acquired.last_day <= until)
    ]


def site_grid(bench: Bench, site: Site) -> Grid:
    """The grid on which a site's outlines are drawn: the newest survey's, or the one a survey would use."""
    survey = bench.case.surveys.newest(site.id)
    if survey is not None:
        return survey.grid
    return bench.run(plan_grid, _usable_scenes(bench.case, site.id, None), site)


def survey_site(
    case: Case,
    site_id: str,
    *,
    until: str | None = None,
    preset: str | None = None,
    progress: Progress = say_nothing,
) -> Surveyed:
    """
    Find, date and measure what changed at a site, and record it; the same survey twice does no work twice.

    Raises CannotTell if the scenes do not suffice; whatever was finished by then is kept.
    """
    chosen = preset or case.settings.survey.preset
    if chosen not in set(Preset):
        raise BadSetting(f"no preset {chosen!r}", f"There are: {', '.join(Preset)}.")
    last_day = parse_acquired(until).last_day if until else None
    bench = Bench(case, progress)
    survey, _ = _survey(bench, site_id, last_day, Preset(chosen))
    standing = [
        e
        for e in case.events.all(site_id)
        if e.status is not Status.REJECTED and e.current.event.proposer is None
    ]
    waiting = sum(e.current.event.provisional for e in standing)
    here = foresee_presets(case, site_id)
    mine = next(f for f in here if f.preset == chosen)
    answers = answer_site(case, site_id)
    return Surveyed(survey, len(standing), waiting, dict(bench.work), mine, answers)


def answer_site(case: Case, site_id: str, as_of: datetime | None = None) -> tuple[Answer, ...]:
    """Whether each part of a site has changed, by its newest survey and the events that nobody rejected; () before one."""
    survey = case.surveys.newest(site_id, as_of)
    if survey is None:
        return ()
    standing = [
        (e.id, e.current.event)
        for e in case.events.all(site_id, as_of=as_of)
        if e.status is not Status.REJECTED
        and (
            e.current.event.proposer is None or e.status is Status.ACCEPTED
        )  # a stranger's guess is no change yet
    ]
    return answer_all(survey, standing, case.scenes.all(site_id, as_of))


def foresee_presets(case: Case, site_id: str, as_of: datetime | None = None) -> tuple[Foreseen, ...]:
    """What each preset lists of a site's candidates, `wide` first; what a person has rejected is no candidate."""
    found = [
        e.current.event
        for e in case.events.all(site_id, every=True, as_of=as_of)
        if e.current.event.method is Method.DETECTED
        and e.current.event.proposer is None
        and e.current.reproduced
        and e.status is not Status.REJECTED
    ]
    probabilities = [event.probability for event in found]
    calibrated = all(event.calibrated for event in found)
    return tuple(foresee(preset, probabilities, calibrated=calibrated) for preset in Preset)


def describe_foreseen(found: Foreseen) -> dict[str, Any]:
    """Interchange form, with its sentence."""
    return {
        "preset": found.preset,
        "least_probability": found.least,
        "listed": found.listed,
        "expected_false": round(found.false, 1),
        "left_out": found.left_out,
        "expected_missed": round(found.missed, 1),
        "calibrated": found.calibrated,
        "said": say_foreseen(found),
    }


def renew_survey(bench: Bench, site_id: str) -> tuple[Survey, Sight, tuple[Remark, ...]]:
    """
    The newest survey of a site as its scenes, outlines and code stand now, with what it saw.

    Where nothing has changed no work is done; where something has, the site is surveyed anew, and that is said.
    Scenes too few to search leave what people drew: the survey is then not filed and says why.
    """
    case = bench.case
    before = case.surveys.newest(site_id)
    until = before.until if before else None
    preset = Preset(before.preset if before else case.settings.survey.preset)
    try:
        survey, sight = _survey(bench, site_id, until, preset)
    except CannotTell as error:
        sight = see_site(bench, site_id, until)
        why = Remark(site_id, f"no search for changes was made: {error}", error.hint)
        return _survey_of(bench, sight, preset, until, None, (why,)), sight, (why,)
    if before is None or before.id == survey.id:
        return survey, sight, ()
    told = "its scenes, its outlines or the program have changed since the last survey; it was surveyed anew"
    return survey, sight, (Remark(site_id, told),)


def _survey(bench: Bench, site_id: str, until: date | None, preset: Preset) -> tuple[Survey, Sight]:
    case = bench.case
    bench.recipes.clear()
    bench.seconds.clear()
    bench.work.clear()
    sight = see_site(bench, site_id, until)
    changes = bench.run(find_changes, sight.cube, sight.looks, sight.parts, ChangeOptions(preset=preset))
    joined, radar, of_radar = hear_radar(bench, sight.site, sight.grid, until, changes, preset)
    measuring = MeasureOptions()
    there = tuple(k.geometry for k in sight.known)
    outlined = [event for event in joined.events if not event.by_radar_alone]
    measured = iter(bench.each(measure_event, outlined, sight.cube, measuring, there))
    sizes = [unmeasured(event) if event.by_radar_alone else next(measured) for event in joined.events]
    of_known = bench.each(measure_outline, there, sight.cube, measuring, there)
    survey = _survey_of(
        bench, sight, preset, until, changes.smallest_visible, (*changes.remarks, *of_radar), changes.watched
    )
    survey = replace(survey, radar=radar)
    _record(case, sight, survey, joined.events, joined.candidates, sizes, of_known)
    return survey, sight


def _survey_of(
    bench: Bench,
    sight: Sight,
    preset: Preset,
    until: date | None,
    smallest: Quantity | None,
    remarks: tuple[Remark, ...],
    watched: tuple[Watch, ...] = (),
) -> Survey:
    """What the bench has done for a site, as a survey; known by the recipes of its stages."""
    site_id, recipes = sight.site.id, dict(bench.recipes)
    return Survey(
        id=digest(site_id, preset, str(until), *(f"{stage}={recipes[stage]}" for stage in sorted(recipes))),
        site_id=site_id,
        preset=preset,
        until=until,
        grid=sight.grid,
        looks=sight.looks,
        smallest_visible=smallest,
        remarks=(*sight.remarks, *remarks),
        recipes=recipes,
        seconds=dict(bench.seconds),
        watched=watched,
    )


def _usable_scenes(case: Case, site_id: str, until: date | None) -> tuple[Scene, ...]:
    """Scenes whose pixels can be read, where their bytes lie; raises CannotTell if there are none."""
    on_record = [s for s in case.scenes.all(site_id) if s.radar is None]
    usable = [s for s in on_record if s.fault is None and (until is None or s.acquired.last_day <= until)]
    if not usable and radar_scenes(case, site_id, until):
        raise CannotTell(
            f"only radar scenes at {site_id}" + (f" until {until}" if until else ""),
            "Radar is a second witness: add images of light too, at least four "
            f"(siteline scenes add {site_id} --manifest scenes.csv).",
        )
    if not usable:
        raise CannotTell(
            f"no usable scene at {site_id}" + (f" until {until}" if until else ""),
            f"Add some: siteline scenes add {site_id} --manifest scenes.csv"
            + ("   (siteline scenes list says why those on record cannot be used)" if on_record else ""),
        )
    return tuple(resolved(case, scene) for scene in usable)


def _record(
    case: Case,
    sight: Sight,
    survey: Survey,
    events: tuple[ChangeEvent, ...],
    candidates: tuple[ChangeEvent, ...],
    sizes: list[tuple[Measurement, ...]],
    of_known: list[tuple[Measurement, ...]],
) -> None:
    """File a survey in one piece; a survey that is the newest already adds nothing."""
    below = [candidate for candidate in candidates if candidate not in events]
    found = [*((event, True) for event in events), *((event, False) for event in below)]
    with case.db.appending():
        newest = case.surveys.newest(survey.site_id)
        if newest is not None and newest.id == survey.id:
            return
        filed = case.events.detected.record(survey.site_id, survey.id, found, survey.until)
        for (event_id, version), measured in zip(filed, sizes, strict=False):
            case.measurements.record(survey.site_id, event_id, version, measured)
        for structure, measured in zip(sight.known, of_known, strict=True):
            case.measurements.record(survey.site_id, structure.label, None, measured)
        case.surveys.record(survey)
