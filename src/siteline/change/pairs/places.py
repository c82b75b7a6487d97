"""Two looks of fine pixels: places ranked for a person to judge, each with reasons and doubts; never an event by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import ndimage

from siteline.change.objects import outline_of
from siteline.change.pairs.equalise import equalise
from siteline.change.pairs.evidence import Side, enclose, rim_of, usual_difference
from siteline.change.pairs.parts import Thing, find_things
from siteline.change.pairs.reasons import doubt_place, explain_place
from siteline.change.pairs.views import view_of
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
_SHARED = 0.3
_BESIDE_M = 1.0
_PART, _WHOLE = 0.2, 0.72
_LEAST_KNOWN = 500


def find_places(pair: xr.Dataset, options: PairOptions) -> Places:
    """
    Where something stands at one of two dates and not at the other, most worth a look first.

    pair: two looks of visible bands as `model/imagery.py` describes a cube, laid on one another. The later look is put in the
    earlier one's colours; both are cut into parts of one light and colour, neighbouring parts joined where together they look
    more like a thing; each is weighed by how far it leaves the pair's own usual differences, new edges, right angles, a new
    shadow beside it and lost texture, against being a shadow or green. Raises CannotTell for pixels too coarse or too many.
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
    things: list[Thing] = []
    for has, lacks, appeared in ((1, 0, True), (0, 1, False)):
        usual = usual_difference(views[has], views[lacks], quiet)
        things += find_things(Side.of(views[has], views[lacks], usual, side_m), appeared, known)
    chosen = choose(things, grid.shape, options.places, side_m)
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


def choose(things: list[Thing], shape: tuple[int, int], number: int, px_m: float) -> list[Thing]:
    """
    The `number` things most worth a look, none of which lies on another, in order.

    What touches one that is listed already, and makes it no less of a rectangle, is a part of it: it costs no place of its own.
    """
    chosen: list[Thing] = []
    taken = np.zeros(shape, np.int32)
    near = max(1, round(_BESIDE_M / px_m))
    for thing in sorted(
        things, key=lambda t: (-t.worth, t.rows.start, t.cols.start, t.rows.stop, t.cols.stop)
    ):
        if thing.worth <= 0:
            break
        here = taken[thing.rows, thing.cols]
        on = np.bincount(here[thing.mask], minlength=len(chosen) + 1)[1:]
        if on.sum() > _SHARED * thing.mask.sum() or any(
            count > _SHARED * other.mask.sum() for count, other in zip(on, chosen, strict=True) if count
        ):
            continue
        beside = np.unique(here[ndimage.binary_dilation(thing.mask, iterations=near)])
        host = next((at for at in beside if at and _belongs(thing, chosen[at - 1], near)), 0)
        if host:
            chosen[host - 1] = _joined(thing, chosen[host - 1], near)
        elif len(chosen) < number:
            chosen.append(thing)
            host = len(chosen)
        here[thing.mask & (here == 0)] = host
    return chosen


def _belongs(thing: Thing, listed: Thing, near: int) -> bool:
    """Whether a thing makes one that is listed no less of a rectangle: the other half of a roof."""
    if thing.appeared != listed.appeared or thing.worth < _PART * listed.worth:
        return False
    whole = _joined(thing, listed, near)
    y, x = np.nonzero(rim_of(whole.mask))
    square, slender = enclose(y, x, int(np.count_nonzero(whole.mask)))
    return square >= max(_WHOLE, 0.95 * listed.evidence.square) and slender < 4.5


def _joined(thing: Thing, listed: Thing, near: int) -> Thing:
    """Both as one outline, the seam closed; figures and worth of the one that is listed, the area of both."""
    rows, cols = (
        slice(min(a.start, b.start), max(a.stop, b.stop))
        for a, b in ((thing.rows, listed.rows), (thing.cols, listed.cols))
    )
    mask = np.zeros((rows.stop - rows.start, cols.stop - cols.start), bool)
    for part in (thing, listed):
        top, left = part.rows.start - rows.start, part.cols.start - cols.start
        mask[top : top + part.mask.shape[0], left : left + part.mask.shape[1]] |= part.mask
    mask |= ndimage.binary_closing(mask, iterations=near)
    grown = listed.evidence.area_m2 * int(np.count_nonzero(mask)) / max(int(np.count_nonzero(listed.mask)), 1)
    return replace(
        listed, mask=mask, rows=rows, cols=cols, evidence=replace(listed.evidence, area_m2=float(grown))
    )


def _place(number: int, thing: Thing, grid: Grid, to_unit: float) -> Place:
    mask = ndimage.binary_fill_holes(thing.mask)
    scale = grid.area_scale if grid.crs is not None else 1.0
    return Place(
        number=number,
        outline=outline_of(mask, thing.rows.start, thing.cols.start, grid.transform),
        worth=round(thing.worth, 3),
        appeared=thing.appeared,
        area=thing.evidence.area_m2 * to_unit * scale,
        reasons=explain_place(thing.evidence, thing.appeared),
        doubts=doubt_place(thing.evidence, thing.appeared),
    )


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
