"""How well a search saw each part of a site: without it, "nothing changed" says nothing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from shapely.geometry import box

from siteline.change.observability import TYPICAL_CONTRAST, smallest_visible, why_hidden
from siteline.change.scene import Scene
from siteline.change.series.features import OFFSET, SCALES
from siteline.change.series.patches import Mask, Patch
from siteline.change.series.timeline import SEEN
from siteline.change.stories.chronicle import NEW_ROOF, who_stands
from siteline.change.stories.life import Controls, follow_life
from siteline.change.stories.story import mask_of
from siteline.model.imagery import longest_gap
from siteline.model.place import Role, Structure
from siteline.model.quantity import Quantity
from siteline.model.survey import Watch
from siteline.raster.grid import bounds_of

PARTS = (Role.AOI, Role.PERIMETER, Role.ZONE, Role.BUILDING)
"""What of a site file encloses ground that can be watched."""

HARDLY = 4
"""Ground that fewer looks show is hidden: nothing can be said of it."""

ALIKE, FLAT = 0.002, 0.25
"""A roof is flat on a look if so large a share of its pixels differ from its middle by so little, log; no real roof is."""

BRIGHTEST = 0.93
"""A flat roof brighter than this share of its look is at the end of the sensor's scale."""

WHITE = 0.98
"""In pictures for display, whose few levels make much look flat, only white is."""


def watch_parts(parts: Sequence[Structure], scene: Scene) -> tuple[Watch, ...]:
    """
    All that is watched, then each zone, perimeter and building in the order of the site file: on which looks it was seen.

    parts: structures of the site, outlines in grid coordinates. What lies outside the images, or covers fewer than four
    pixels, is there with no look.
    """
    drawn = [p for p in parts if p.role in PARTS and p.geometry.area > 0]
    aoi = next((p for p in drawn if p.role is Role.AOI), None)
    everything = Structure(Role.AOI, "", box(*bounds_of(scene.grid)) if aoi is None else aoi.geometry)
    rest = [p for p in drawn if p.role is not Role.AOI]
    controls = Controls.of(scene) if scene.has_sun and any(p.role is Role.BUILDING for p in rest) else None
    return tuple(_watch(part, scene, controls) for part in (everything, *rest))


def _watch(part: Structure, scene: Scene, controls: Controls | None) -> Watch:
    mask = mask_of(part, scene)
    if mask is None:
        return Watch(
            part.label, part.role, part.geometry, (), {"too small, or outside the images": len(scene.looks)},
            None, 1.0, None, TYPICAL_CONTRAST,
        )  # fmt: skip
    usable = scene.natural.usable[:, mask]
    shown = usable.mean(axis=1) >= SEEN
    seen = {scene.scene_ids[t] for t in np.flatnonzero(shown)}
    hidden = usable.sum(axis=0) < HARDLY
    watch = Watch(
        label=part.label,
        role=part.role,
        outline=part.geometry,
        seen=tuple(scene.acquired[t].last_day for t in np.flatnonzero(shown)),
        unseen=dict(Counter(_reasons(scene, mask, seen)).most_common()),
        gap=longest_gap([replace(look, used=look.scene_id in seen) for look in scene.looks]),
        hidden=round(float(hidden.mean()), 3),
        smallest=_smallest(scene, mask, int(np.median(usable.sum(axis=0)))),
        contrast=TYPICAL_CONTRAST,
    )
    return _watch_building(watch, mask, scene, controls) if part.role is Role.BUILDING else watch


def _reasons(scene: Scene, mask: Mask, seen: set[str]) -> Iterator[str]:
    """Why each look that does not show a part does not."""
    number = {scene_id: t for t, scene_id in enumerate(scene.scene_ids)}
    for look in scene.looks:
        if look.scene_id not in number:
            yield look.reason or "no image"
        elif look.scene_id not in seen:
            yield why_hidden(scene.why_not[number[look.scene_id]][mask])


def _smallest(scene: Scene, mask: Mask, n_looks: int) -> Quantity | None:
    if n_looks < HARDLY:
        return None
    near = scene.cuts[1]
    return smallest_visible(near.price, near.sigma[0][mask], n_looks, scene.grid, scene.least_px)


def _watch_building(watch: Watch, mask: Mask, scene: Scene, controls: Controls | None) -> Watch:
    """Add whether it stood and stands, as far as shadows tell, and how faint a change of its roof would have been seen."""
    burnt = _burnt_out(scene, mask)
    looks = len(watch.seen) - burnt
    if looks < HARDLY:
        return replace(watch, burnt_out=burnt)
    cut = scene.cuts[0]
    faintest = math.sqrt(cut.price / (looks * 0.25 * 0.75)) * float(np.median(cut.sigma[0][mask]))
    if controls is None:
        return replace(watch, faintest=faintest, burnt_out=burnt)
    stands = who_stands(follow_life(_patch(mask), scene, controls), scene)
    faintest = max(faintest, NEW_ROOF * SCALES["brightness"])
    return replace(watch, faintest=faintest, stood=stands[0], stands=stands[-1], burnt_out=burnt)


def _patch(mask: Mask) -> Patch:
    rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    window = (slice(int(rows[0]), int(rows[-1]) + 1), slice(int(cols[0]), int(cols[-1]) + 1))
    inside = mask[window]
    return Patch(*window, inside, 0, np.zeros(int(inside.sum()), np.int16))


def _burnt_out(scene: Scene, mask: Mask) -> int:
    """Looks on which a roof is as bright as the sensor can tell: flat, and among the brightest of its look."""
    light, usable = scene.natural.values[0], scene.natural.usable
    burnt = 0
    for t in range(len(light)):
        roof = light[t][mask & usable[t]]
        if roof.size < HARDLY:
            continue
        middle = float(np.median(roof))
        if not scene.reflectance:
            burnt += middle >= math.log(WHITE + OFFSET["relative"])
        elif (np.abs(roof - middle) < ALIKE).mean() >= FLAT:
            burnt += bool((light[t][usable[t]] < middle).mean() >= BRIGHTEST)
    return burnt
