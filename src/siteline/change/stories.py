"""Several changes of one place, told as one: cleared, founded, walls up, roof on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine
from scipy.ndimage import binary_closing

from siteline.change.kinds import Evidence, probability_of
from siteline.change.objects import AROUND, Mask, Patch
from siteline.change.places import Place, cast_shadows
from siteline.change.scene import Cut, Scene
from siteline.change.steps import add_up, partition
from siteline.model.place import Role, Structure

Array = NDArray[np.float32]

JOINED_YEARS = 0.75
"""Works that pause for longer than this are told as two changes."""

MEMBER = 0.3
"""Least probability with which a change may become part of a story."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is told as one event."""

    patch: Patch
    seen: Array
    """(time,) share of its pixels that are usable."""

    last_without: int | None
    first_with: int
    complete: int
    evidence: Evidence
    probability: float
    label: str


def tell_stories(places: Sequence[Place], scene: Scene) -> list[Story]:
    """
    Join changes of the same ground that follow each other closely into one construction; tell all others alone.

    Only where shadows say that nothing stood there before: a roof replaced and a building removed are stories of their own. Its
    outline is that of what stands there at the end, or else of the change that went furthest.
    """
    if not scene.has_sun:
        return [_alone(p) for p in places]
    stories: list[list[Place]] = []
    alone: list[Place] = []
    years = scene.natural.years
    for place in sorted(places, key=lambda p: (p.at, -p.patch.area)):
        home = (
            None
            if place.probability < MEMBER
            else next((s for s in stories if _continues(place, s, years)), None)
        )
        if home is not None:
            home.append(place)
        elif place.probability >= MEMBER and not _stood(place.evidence):
            stories.append([place])
        else:
            alone.append(place)
    return [_alone(p) for p in alone] + [_tell(s, scene) for s in stories]


def _stood(evidence: Evidence) -> bool:
    return evidence.shadow_before is not None and evidence.shadow_before.log_bayes > 1


def _continues(place: Place, story: list[Place], years: NDArray[np.float64]) -> bool:
    """Whether a later change lies on the ground of a story and follows its last change closely."""
    pause = years[place.at] - years[story[-1].at]
    near = pause <= JOINED_YEARS or (story[-1].stop == place.at and pause <= 2 * JOINED_YEARS)
    inside = max(place.patch.overlap(m.patch) for m in story) > 0.5
    biggest = max(m.patch.area for m in story)
    return bool(near and inside and place.patch.area <= 1.5 * biggest)


def _alone(place: Place) -> Story:
    turn = place.turn
    return Story(
        place.patch,
        place.history.seen,
        turn.last_without,
        turn.first_with,
        turn.complete,
        place.evidence,
        place.probability,
        place.label,
    )


def _tell(story: list[Place], scene: Scene) -> Story:
    if len(story) == 1:
        return _alone(story[0])
    standing = [
        p for p in story if p.evidence.shadow_after is not None and p.evidence.shadow_after.log_bayes > 1
    ]
    standing = [p for p in standing if p.evidence.area_px >= 0.1 * max(s.evidence.area_px for s in standing)]
    main = max(standing or story, key=lambda p: p.evidence.strength)
    patch = _together([p.patch for p in standing]) if standing else main.patch
    first = next(p for p in story if p.patch.overlap(patch) > 0.5 or p is main)
    last = next(p for p in reversed(story) if p.patch.overlap(patch) > 0.3 or p is main)
    before, after = cast_shadows(
        patch, scene, first.at, max(main.at, min(last.at, len(scene.natural.years) - 6))
    )
    evidence = replace(
        main.evidence,
        shadow_before=before,
        shadow_after=after,
        brightening=last.evidence.brightening if not standing else main.evidence.brightening,
        passing=False,
    )
    probability = max(probability_of(evidence), max(p.probability for p in story))
    return Story(
        patch,
        main.history.seen,
        first.turn.last_without,
        first.turn.first_with,
        max(last.turn.complete, first.turn.first_with),
        evidence,
        probability,
        main.label,
    )


def _together(patches: list[Patch]) -> Patch:
    """The union of patches, with cracks between them closed."""
    top, left = min(p.rows.start for p in patches), min(p.cols.start for p in patches)
    bottom, right = max(p.rows.stop for p in patches), max(p.cols.stop for p in patches)
    when = np.full((bottom - top, right - left), np.iinfo(np.int16).max, np.int16)
    for p in patches:
        here = when[p.rows.start - top : p.rows.stop - top, p.cols.start - left : p.cols.stop - left]
        here[p.mask] = np.minimum(here[p.mask], p.when)
    seen = when < np.iinfo(np.int16).max
    closed = np.asarray(binary_closing(np.pad(seen, 2), AROUND)[2:-2, 2:-2]) | seen
    when[closed & ~seen] = np.int16(np.median(when[seen]))
    return Patch(slice(top, bottom), slice(left, right), closed, int(when[closed].min()), when[closed])


def follow_known(known: Sequence[Structure], scene: Scene) -> list[Place]:
    """
    Was it there, is it still, has its roof changed: the outlines of known buildings are candidates for free.

    The mean series within each outline is cut into levels; each cut is a candidate with that outline.
    """
    places = []
    cut = scene.cuts[0]
    for structure in known:
        if structure.role is not Role.BUILDING:
            continue
        mask = _mask_of(structure, scene)
        if mask is None:
            continue
        places += [
            Place.of(patch, known_cut, scene, structure.label) for patch, known_cut in _cut_known(mask, cut)
        ]
    return places


def _mask_of(structure: Structure, scene: Scene) -> Mask | None:
    shape = scene.natural.usable.shape[1:]
    a, b, c, d, e, f = scene.grid.transform
    try:
        mask = rasterize([(structure.geometry, 1)], shape, transform=Affine(a, b, c, d, e, f)).astype(bool)
    except ValueError:  # nothing of it lies on the grid
        return None
    return mask if mask.sum() >= 4 else None


def _cut_known(mask: Mask, cut: Cut) -> list[tuple[Patch, Cut]]:
    """Patches of a known outline, one for each cut of its mean series, each with the cut in which it is to be weighed."""
    rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    window = (slice(int(rows[0]), int(rows[-1]) + 1), slice(int(cols[0]), int(cols[-1]) + 1))
    inside = mask[window]
    usable = cut.series.usable[:, window[0], window[1]][:, inside]
    share = usable.mean(axis=1)
    mean = (cut.series.values[:, :, window[0], window[1]][:, :, inside] * usable).sum(axis=2)
    mean = mean / np.maximum(usable.sum(axis=1), 1)
    weight = (share >= 0.5).astype(np.float32)[:, None, None]
    sigma = np.median(cut.sigma[:, window[0], window[1]][:, inside], axis=1)[:, None, None]
    values = np.where(weight[None] > 0, mean[:, :, None, None], 0).astype(np.float32)
    starts = partition(add_up(values, weight, sigma), cut.price, least=2 if len(share) > 16 else 1)[:, 0, 0]
    patches = []
    for at in np.flatnonzero(starts):
        when = np.full(int(inside.sum()), at, np.int16)
        patches.append(Patch(window[0], window[1], inside, int(at), when))
    whole = cut.starts.copy() if patches else cut.starts
    if patches:
        whole[:, mask] = starts[:, None]
    return [(p, replace(cut, starts=whole)) for p in patches]
