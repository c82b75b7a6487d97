"""Two looks of fine pixels: places ranked for a person to judge, each with reasons and doubts; never an event by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siteline.change.pairs.equalise import equalise
from siteline.change.pairs.evidence import Evidence, Side, usual_difference, weigh
from siteline.change.pairs.outline import fit_sides
from siteline.change.pairs.reasons import doubt_place, explain_place
from siteline.change.pairs.rectangles import Rectangle
from siteline.change.pairs.seek import Found, seek
from siteline.change.pairs.views import view_of
from siteline.change.series.patches import outline_of
from siteline.model.errors import CannotTell
from siteline.model.imagery import Grid
from siteline.model.pairs import PairMode, PairOptions, Place, Places
from siteline.model.remark import Remark
from siteline.raster.grid import metres_per_pixel

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

ASSUMED_M = 0.5
"""Metres per pixel that are taken for pictures without a scale."""

COARSEST_M = 2.5
"""Pixels in which a house can still be told from a field."""

WEAK = 0.6
"""Worth that pairs which differ by camera alone do not reach; other sun and lean do."""

_MOST_PX = 16_000_000
_SHARED = 0.2
"""Of the smaller of two places, that may lie on the other."""

_LEAST_KNOWN = 500
_ROOM_M = 6.0

_SPARE = 3
"""So many times as many as are asked for are looked at closely: some turn out to be shadows."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What is listed: an outline, and what speaks for it."""

    rectangle: Rectangle
    mask: Mask
    """(y, x) within rows and cols."""

    rows: slice
    cols: slice
    appeared: bool
    """Seen later and not earlier; otherwise it is gone."""

    evidence: Evidence
    worth: float


def find_places(pair: xr.Dataset, options: PairOptions) -> Places:
    """
    Where something stands at one of two dates and not at the other, most worth a look first.

    pair: two looks of visible bands as `model/imagery.py` describes a cube, laid on one another. The later look is put in the
    earlier one's colours. Rectangles of a building's size are tried at every place and turn; each is weighed by how much it looks
    like a building at one date (closed by edges and other ground, not green, no shadow, one beside it) and how little at the
    other. Raises CannotTell for pixels too coarse or too many.
    """
    grid: Grid = pair.attrs["grid"]
    px_m = metres_per_pixel(grid)
    if px_m is not None and px_m > COARSEST_M:
        raise CannotTell(
            f"places are sought on pixels of {COARSEST_M:g} m or finer; these are {px_m:.3g} m",
            "Use siteline survey on a series; for four bands or more: --mode ground.",
        )
    if grid.shape[0] * grid.shape[1] > _MOST_PX:
        raise CannotTell(
            f"{grid.shape[1]} x {grid.shape[0]} pixels are too many to be searched for places at once",
            "Draw a smaller aoi, or several sites.",
        )
    known = (pair["why_not"].values == 0).all(axis=0)
    if np.count_nonzero(known) < _LEAST_KNOWN:
        raise CannotTell(
            f"both scenes show only {np.count_nonzero(known)} pixels of common ground", "Choose another pair."
        )
    bands = tuple(str(band) for band in pair["band"].values)
    before, after, quiet = match_looks(pair["value"].values, known)
    side_m = px_m or ASSUMED_M
    views = [view_of(look, bands, known, side_m) for look in (before, after)]
    usual = [usual_difference(views[has], views[1 - has], quiet) for has in (0, 1)]
    found = seek((views[0], views[1]), np.asarray((usual[0] + usual[1]) / 2, np.float32), known, side_m)
    sides = [Side.of(views[has], views[1 - has], usual[has], side_m) for has in (0, 1)]
    chosen = choose(found, (sides[0], sides[1]), known, options.places)
    to_m2 = 1.0 if px_m is not None else 1 / side_m**2
    places = tuple(_place(number, thing, grid, to_m2) for number, thing in enumerate(chosen, start=1))
    covered = sum(np.count_nonzero(thing.mask) for thing in chosen) / np.count_nonzero(known)
    return Places(PairMode.PLACES, places, None, float(covered), tuple(_remarks(places, px_m)))


def match_looks(value: Floats, known: Mask) -> tuple[Floats, Floats, Mask]:
    """Both looks (band, y, x) in the earlier one's colours, stretched to 0–1 by its darkest and brightest; and quiet ground."""
    filled = np.nan_to_num(value, nan=0.0)
    before, (after, quiet) = filled[0], equalise(filled[0], filled[1], known)
    low = float(np.percentile(before[:, known], 0.5, axis=1).min())
    high = float(np.percentile(before[:, known], 99.5, axis=1).max())
    stretched = ((look - low) / max(high - low, 1e-6) for look in (before, after))
    first, second = (np.where(known, np.clip(look, -0.1, 1.3), 0).astype(np.float32) for look in stretched)
    return first, second, quiet


def choose(found: list[Found], sides: tuple[Side, Side], known: Mask, number: int) -> list[Thing]:
    """
    The `number` rectangles most worth a look, none of which lies on another, in order; their sides on the image's edges.

    found: best first. What may be a shadow, or lay in one, and shows the same ground's pattern, counts for less than its
    rectangle did; a dark roof does not. sides: what the earlier look shows and the later one lacks, and the other way round.
    Halves and neighbours of one thing cost no place of their own.
    """
    near: list[Thing] = []
    taken = np.zeros(known.shape, np.int32)
    for one in found:
        if len(near) == _SPARE * number:
            break
        mask, rows, cols = one.rectangle.mask(known.shape)
        mask = mask & known[rows, cols]
        if not mask.any() or _lies_on(mask, taken[rows, cols], near):
            continue
        evidence = _weigh(mask, rows, cols, sides[one.appeared])
        same = _same_pattern(mask, rows, cols, sides[one.appeared])
        worth = one.worth * (1 - 0.8 * same * evidence.shade) * (1 - 0.6 * same * evidence.lit)
        near.append(Thing(one.rectangle, mask, rows, cols, one.appeared, evidence, worth))
        _take(taken, near)
    chosen: list[Thing] = []
    taken = np.zeros(known.shape, np.int32)
    for thing in sorted(near, key=lambda thing: -thing.worth)[:number]:
        side = sides[thing.appeared]
        mask, rows, cols = fit_sides(thing.rectangle, side.has, side.lacks).mask(known.shape)
        mask = mask & known[rows, cols]
        if mask.any() and not _lies_on(mask, taken[rows, cols], chosen):
            evidence = _weigh(mask, rows, cols, side)
            thing = replace(thing, mask=mask, rows=rows, cols=cols, evidence=evidence)
        chosen.append(thing)
        _take(taken, chosen)
    return chosen


def _same_pattern(mask: Mask, rows: slice, cols: slice, side: Side) -> float:
    """Correlation of the log light of both dates within an outline, none below 0."""
    one, other = (
        np.log(np.maximum(view.layers[0, rows, cols][mask], 0) + 0.03) for view in (side.has, side.lacks)
    )
    spread = float(one.std() * other.std())
    return (
        max(0.0, float(np.mean((one - one.mean()) * (other - other.mean()))) / spread)
        if spread > 1e-9
        else 0.0
    )


def _take(taken: NDArray[np.int32], listed: list[Thing]) -> None:
    """Note where the last of a list lies."""
    last = listed[-1]
    here = taken[last.rows, last.cols]
    here[last.mask & (here == 0)] = len(listed)


def _lies_on(mask: Mask, taken: NDArray[np.int32], chosen: list[Thing]) -> bool:
    """Whether much of it, or of one that is listed, is shared."""
    on = np.bincount(taken[mask], minlength=len(chosen) + 1)[1:]
    return bool(on.sum() > _SHARED * mask.sum()) or any(
        count > _SHARED * other.mask.sum() for count, other in zip(on, chosen, strict=True) if count
    )


def _place(number: int, thing: Thing, grid: Grid, to_unit: float) -> Place:
    evidence = thing.evidence
    scale = grid.area_scale if grid.crs is not None else 1.0
    return Place(
        number=number,
        outline=outline_of(thing.mask, thing.rows.start, thing.cols.start, grid.transform),
        worth=round(thing.worth, 3),
        appeared=thing.appeared,
        area=evidence.area_m2 * to_unit * scale,
        reasons=explain_place(evidence, thing.appeared),
        doubts=doubt_place(evidence, thing.appeared),
    )


def _weigh(mask: Mask, rows: slice, cols: slice, side: Side) -> Evidence:
    """The figures that are told of a place, with room around it for its shadow."""
    room, shape = round(_ROOM_M / side.px_m), side.usual.shape
    wider = [
        slice(max(0, part.start - room), min(whole, part.stop + room))
        for part, whole in zip((rows, cols), shape, strict=True)
    ]
    around = [
        (part.start - wide.start, wide.stop - part.stop)
        for part, wide in zip((rows, cols), wider, strict=True)
    ]
    return weigh(np.pad(mask, around), wider[0], wider[1], side)


def _remarks(places: tuple[Place, ...], px_m: float | None) -> list[Remark]:
    told = []
    if px_m is None:
        told.append(
            Remark(
                "pair",
                f"the pictures have no scale: things were sought as large as they would be at {ASSUMED_M:g} m per pixel",
                "Give the site gsd_m, or the scenes a gsd_m column.",
            )
        )
    strong = sum(place.worth >= WEAK for place in places)
    if not strong:
        told.append(
            Remark(
                "pair",
                "nothing stands out: no place looks like a thing that came or went; the list is what is least like the rest",
            )
        )
    elif strong < len(places):
        told.append(
            Remark(
                "pair", f"{strong} of {len(places)} places stand out; the rest are weak, and may be nothing"
            )
        )
    return told
