"""A time series goes in, dated changes come out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siteline.change.caveats import left_out, tell_caveats
from siteline.change.domain import leave_domain
from siteline.change.observability import observe
from siteline.change.options import REPORTED_FROM, ChangeOptions, Preset
from siteline.change.scene import Scene
from siteline.change.series.features import extract_series
from siteline.change.series.patches import outline_of
from siteline.change.series.timeline import SEEN
from siteline.change.stories.chronicle import live_through
from siteline.change.stories.kinds import SURE_SHADOW, kind_of, stage_of
from siteline.change.stories.newest import find_newest
from siteline.change.stories.places import HOPELESS, Place, choose_places
from siteline.change.stories.story import Story, follow_known, join_growth, tell_stories
from siteline.change.sunlight import doubt_sun
from siteline.change.watch import watch_parts
from siteline.change.weighing.odds import kind_by_odds, stage_by_odds
from siteline.change.weighing.rivals import weigh_up
from siteline.model.change import ChangeEvent, Kind, Method, Stage
from siteline.model.dates import DateInterval
from siteline.model.errors import CannotTell
from siteline.model.imagery import Look
from siteline.model.place import Structure
from siteline.model.quantity import Quantity
from siteline.model.remark import Remark
from siteline.model.survey import Watch

__all__ = ["ChangeOptions", "Changes", "Preset", "find_changes"]

LEAST_LOOKS = 4
"""Fewer usable looks cannot tell a lasting change from a passing one."""

HEIGHT_FLOOR_M = 1.0
"""Error of a height from shadows that no number of looks removes, m."""


@dataclass(frozen=True, slots=True)
class Changes:
    """All that one search for changes found."""

    events: tuple[ChangeEvent, ...]
    """Those above the reporting threshold, most probable first."""

    candidates: tuple[ChangeEvent, ...]
    """All, most probable first."""

    smallest_visible: Quantity | None
    """Ground area of the smallest new roof of ordinary contrast that could have been seen; m², or px² without a scale."""

    remarks: tuple[Remark, ...]

    watched: tuple[Watch, ...]
    """How well all that is watched was seen, and each zone and building."""


def find_changes(
    cube: xr.Dataset, looks: tuple[Look, ...], known: tuple[Structure, ...], options: ChangeOptions
) -> Changes:
    """
    What was built, reroofed, torn down or cleared, and between which two images each became visible.

    cube: as `siteline.model.imagery` says; looks: all of them, used or not, in time order; known: structures of the site,
    outlines in grid coordinates: its buildings are searched by themselves, and of each part it is told how well it was seen.
    Raises CannotTell with fewer than four usable looks.
    """
    series = extract_series(cube)
    n_looks = len(series.usable)
    if n_looks < LEAST_LOOKS:
        images = "image" if n_looks == 1 else "images"
        raise CannotTell(
            f"{n_looks} usable {images} cannot tell a lasting change from a passing one{left_out(looks)}",
            f"Add scenes: at least {LEAST_LOOKS} usable ones, better 12 or more.{_compare_instead(looks)}",
        )
    cube, doubts = doubt_sun(cube, looks)
    scene = Scene.of(cube, looks, series, options)
    places = [Place.of(patch, cut, scene) for cut in scene.cuts for patch in cut.patches]
    places += find_newest(scene)
    if scene.has_sun:
        ground = join_growth(choose_places(list(places)), scene)
        stories = weigh_up(live_through(places, known, scene), ground, scene)
    else:
        places = choose_places(places + follow_known(known, scene))
        stories = tell_stories(join_growth(places, scene), scene)
    outside = tuple(leave_domain(scene, _tilt_of(cube)))
    candidates = sorted(
        (
            replace(describe(story, scene), calibrated=not outside)
            for story in stories
            if story.probability >= HOPELESS
        ),
        key=lambda e: (-e.probability, -e.outline.area, e.outline.bounds),
    )
    events = tuple(e for e in candidates if e.probability >= REPORTED_FROM[options.preset])
    return Changes(
        events,
        tuple(candidates),
        scene.smallest,
        (*doubts, *tell_caveats(scene, outside)),
        watch_parts(known, scene),
    )


def _compare_instead(looks: tuple[Look, ...]) -> str:
    """What can be done with the first and the last of a few looks."""
    used = [look.scene_id for look in looks if look.used]
    if len(used) < 2:
        return ""
    return (
        " Two looks can be compared, for a person to judge: "
        f"siteline events compare SITE --before {used[0]} --after {used[-1]}"
    )


def _tilt_of(cube: xr.Dataset) -> NDArray[np.float64]:
    """(time,) degrees off nadir; NaN where nobody said."""
    if "view_off_nadir" not in cube:
        return np.full(cube.sizes["time"], np.nan)
    return np.asarray(cube["view_off_nadir"].values, np.float64)


def describe(story: Story, scene: Scene) -> ChangeEvent:
    """A story as an event; whether its probability is calibrated here is for the search to say."""
    evidence = story.evidence
    kind, rival = kind_by_odds(story) if scene.has_sun else kind_of(evidence)
    stage = None
    if kind is Kind.CONSTRUCTION:
        stage = stage_by_odds(story) if scene.has_sun else stage_of(evidence)
    ids, acquired = scene.scene_ids, scene.acquired
    last, first = story.turn.last_without, story.turn.first_with
    finished = None
    if kind in (Kind.DEMOLITION, Kind.ROOF_CHANGE) or (kind is Kind.CONSTRUCTION and stage is Stage.ROOFED):
        finished = _finished(story, scene)
    height = None
    shadow = evidence.shadow_after
    if (
        kind in (Kind.CONSTRUCTION, Kind.ROOF_CHANGE)
        and shadow is not None
        and shadow.log_bayes > SURE_SHADOW
    ):
        height = Quantity(round(shadow.height, 2), round(shadow.height_sigma + HEIGHT_FLOOR_M, 2), "m")
    patch = story.patch
    return ChangeEvent(
        outline=outline_of(patch.mask, patch.rows.start, patch.cols.start, scene.grid.transform),
        crs=scene.grid.crs,
        kind=kind,
        stage=stage,
        method=Method.DETECTED,
        probability=round(story.probability, 3),
        calibrated=False,
        onset=DateInterval(acquired[last].first_day if last is not None else None, acquired[first].last_day),
        finished=finished,
        last_without=ids[last] if last is not None else None,
        first_with=ids[first],
        observations=observe(patch, scene.why_not, story.seen, story.turn, ids, scene.looks, SEEN),
        height=height,
        other_kind=rival,
        remarks=tuple(_warnings(story, kind, scene)),
        label=story.label,
    )


def _finished(story: Story, scene: Scene) -> DateInterval | None:
    """Between the last usable look that does not show it complete and the first that does; None if none does."""
    complete = story.turn.complete
    if complete is None:
        return None
    earlier = np.flatnonzero(story.seen[:complete] >= SEEN)
    before = story.turn.unfinished
    if before is None and earlier.size:
        before = int(earlier[-1])
    after = scene.acquired[before].first_day if before is not None and before < complete else None
    return DateInterval(after, scene.acquired[complete].last_day)


def _warnings(story: Story, kind: Kind, scene: Scene) -> list[str]:
    """What the reader must be told; that the kind is unsure is told from `other_kind`."""
    evidence, said = story.evidence, []
    if evidence.looks_before < 2:
        said.append("a single image shows the place before the change")
    if (
        scene.has_sun
        and evidence.shadow_after is not None
        and -1 < evidence.shadow_after.log_bayes < SURE_SHADOW
    ):
        said.append("its shadow could not tell whether something stands there")
    if (
        kind is Kind.CONSTRUCTION
        and evidence.shadow_after is not None
        and evidence.shadow_after.log_bayes > SURE_SHADOW
    ):
        said.append("anything that casts a shadow looks like this: a heap or parked wagons too")
    return said
