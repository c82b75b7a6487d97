"""Looks laid on one another: their shifts, what of the site each can see, and why some are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siteline.cube.coregister import trust_pixels
from siteline.cube.draft import Draft, hold_nudged, in_source, make_draft, to_look
from siteline.cube.native import VISIBLE, white_of
from siteline.cube.options import CubeOptions
from siteline.cube.rebuilt import pardon_lasting
from siteline.cube.screen import Blot, find_blots, is_cloud_or_shadow, looks_blank, why_unlike
from siteline.cube.shifts import colours_of, estimate_shifts, pardon_rebuilt, patterns_of
from siteline.cube.told import tell_alignment, tell_vote
from siteline.cube.turns import lay_frames
from siteline.cube.vote import PROVIDERS, call_surfaces
from siteline.model.dates import parse_span
from siteline.model.imagery import Grid, Look, WhyNot
from siteline.model.nudge import Nudge
from siteline.model.place import Frame, Site
from siteline.model.remark import Remark
from siteline.raster.compiled import each
from siteline.raster.grid import Transform, onto_grid, polygon_mask
from siteline.raster.order import median_over_time
from siteline.raster.resample import nearest, resample

Floats = NDArray[np.float32]

_STILL_PX = 0.02
"""A shift shorter than this is left alone: interpolating would cost more than it gains."""

_REGION_PX = 448
"""Shifts are estimated on at most a square of this width, where the site is steadiest."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the looks of a site lie on its grid, in the order in which they came."""

    looks: tuple[Look, ...]
    read_at: tuple[tuple[float, float], ...]
    """For each look (right, down): native pixels by which it is to be read further."""

    transforms: tuple[Transform, ...]
    """Where each look's native pixels lie on the grid before that: as its file says; for frames, as `turns` found them."""

    masks: xr.Dataset
    """`why_not` (look, y, x) uint8 on the grid: the supplied mask, moved with its look, and our own."""

    remarks: tuple[Remark, ...]


def align(
    natives: tuple[xr.Dataset, ...],
    site: Site,
    grid: Grid,
    options: CubeOptions,
    nudges: tuple[Nudge, ...] = (),
) -> Alignment:
    """
    Estimate how each look lies on the grid and how much of the site it shows; leave out what cannot be used.

    natives: as `read_native` returns them. The reference is the median of the aligned, high-passed looks; the
    median shift is 0, so that the looks together keep the position which their makers gave them. A look is left
    out if it is broken, blank, clouded or hazy over the site, further off than can be trusted, or shows less
    than `min_usable` of the site. A look that a person nudged lies where it was put, whatever the estimate says.
    """
    order = sorted(range(len(natives)), key=lambda at: (_day(natives[at]), natives[at].attrs["scene"]))
    white = white_of(natives)
    if site.frame is Frame.IMAGE and options.turn_frames:
        transforms = lay_frames([natives[at] for at in order], grid)
    else:
        transforms = [tuple(natives[at].attrs["transform"]) for at in order]
    moved = {nudge.scene_id: nudge for nudge in nudges}
    drafts = [
        make_draft(natives[at], lies, grid, white, moved) for at, lies in zip(order, transforms, strict=True)
    ]
    _leave_out_other_bands(drafts)
    inside = _site_mask(site, grid)
    light, given = _lay_out(drafts, grid)
    codes, _ = _put_to_vote(drafts, light, given)
    sees = np.array([np.count_nonzero((c == 0) & inside) / np.count_nonzero(inside) for c in codes])
    for draft, code, share, image in zip(drafts, codes, sees, light, strict=True):
        draft.usable = float(share)
        if draft.why is None and share < options.min_usable:
            draft.why = _main_reason(code[inside])
        elif draft.why is None and looks_blank(image, (code == 0) & inside):
            draft.why, draft.usable = "no image", 0.0
    _find_shifts(drafts, light, codes, options)
    hold_nudged(drafts)
    _lay_again([at for at, draft in enumerate(drafts) if draft.read_at != (0.0, 0.0)], drafts, light, given)
    codes, surfaces = _put_to_vote(drafts, light, given)
    if options.own_masks:
        _mask_blots(drafts, light, codes, inside, options)
    del light
    back = np.argsort(order)
    ready = [drafts[at] for at in back]
    return Alignment(
        looks=tuple(to_look(draft) for draft in ready),
        read_at=tuple(draft.read_at for draft in ready),
        transforms=tuple(draft.transform for draft in ready),
        masks=xr.Dataset({"why_not": (("look", "y", "x"), codes[back])}),
        remarks=(*tell_alignment(ready, site, options), *tell_vote(surfaces, inside, site)),
    )


def _day(native: xr.Dataset) -> float:
    return parse_span(native.attrs["acquired"]).middle.timestamp()


def _leave_out_other_bands(drafts: Sequence[Draft]) -> None:
    """Looks that lack a band which most looks have cannot stand in one series with them."""
    sets = [frozenset(draft.pixels.bands) for draft in drafts if draft.why is None]
    if not sets:
        return
    usual = max(dict.fromkeys(sets), key=sets.count)
    for draft in drafts:
        if draft.why is None and not usual <= set(draft.pixels.bands):
            lacks = ", ".join(sorted(usual - set(draft.pixels.bands)))
            draft.why = f"no band {lacks}, as most looks have"


def _site_mask(site: Site, grid: Grid) -> NDArray[np.bool_]:
    """The pixels over which usability is counted: the aoi, or the whole grid."""
    if site.aoi is not None:
        inside = polygon_mask(onto_grid(site.aoi, grid), grid)
        if inside.any():
            return inside
    return np.ones(grid.shape, bool)


def _lay_out(drafts: Sequence[Draft], grid: Grid) -> tuple[Floats, NDArray[np.uint8]]:
    """Log of visible light and mask codes of each look on the grid; both (look, y, x)."""
    light = np.zeros((len(drafts), *grid.shape), np.float32)
    codes = np.full((len(drafts), *grid.shape), WhyNot.NO_IMAGE, np.uint8)
    _lay_again([at for at, draft in enumerate(drafts) if draft.why is None], drafts, light, codes)
    return light, codes


def _lay_again(
    which: Sequence[int], drafts: Sequence[Draft], light: Floats, codes: NDArray[np.uint8]
) -> None:
    """Lay some looks out as they are now known to lie, in place."""

    def lay(at: int) -> None:
        light[at], codes[at] = _lay_one_out(drafts[at])

    each(lay, which)


def _lay_one_out(draft: Draft) -> tuple[Floats, NDArray[np.uint8]]:
    pixels, mapping = draft.pixels, draft.placed()
    visible = [b for b in pixels.bands if b in VISIBLE] or list(pixels.bands)
    mean = pixels.light(visible[0])
    for band in visible[1:]:
        mean += pixels.light(band)
    mean /= np.float32(len(visible))
    image = resample(
        np.log(np.maximum(mean, 0) + np.float32(0.02)), pixels.why_not != WhyNot.NO_IMAGE, mapping
    )
    codes = nearest(pixels.why_not, mapping, WhyNot.NO_IMAGE)
    missing = np.isnan(image)
    codes[missing] = WhyNot.NO_IMAGE
    image[missing] = 0.0
    return image, codes


def _put_to_vote(
    drafts: Sequence[Draft], light: Floats, given: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_] | None]:
    """Codes without what the providers' masks mistake for cloud, and where that is, (y, x); None if nothing is."""
    votes = np.array(
        [
            d.why is None and d.native.attrs["masked"] and d.native.attrs["mask_kind"] in PROVIDERS
            for d in drafts
        ]
    )
    if not votes.any():
        return given, None
    days = np.array([draft.acquired.middle.timestamp() / 86400 for draft in drafts])
    surfaces = call_surfaces(light, given, days, votes)
    if not surfaces.any():
        return given, None
    codes = given.copy()
    codes[surfaces] = WhyNot.USABLE
    return codes, np.asarray(surfaces.any(axis=0))


def _main_reason(codes: NDArray[np.uint8]) -> str:
    """The most common reason why the site cannot be seen, in words."""
    words = {
        WhyNot.NO_IMAGE: "no image",
        WhyNot.CLOUD: "cloud",
        WhyNot.CLOUD_SHADOW: "shadow",
        WhyNot.SNOW: "snow",
        WhyNot.OUTLIER: "cloud",
        WhyNot.SATURATED: "saturated",
    }
    counts = np.bincount(codes, minlength=len(WhyNot))
    counts[WhyNot.USABLE] = 0
    return words[WhyNot(int(np.argmax(counts)))]


def _find_shifts(
    drafts: Sequence[Draft], light: Floats, codes: NDArray[np.uint8], options: CubeOptions
) -> None:
    """Two passes of shifts against a reference that gets sharper, then a verdict on each look."""
    running = [at for at, draft in enumerate(drafts) if draft.why is None]
    if len(running) < 2:
        return
    region = _steadiest_region(light[running], codes[running])
    valid = codes[running][:, *region] == 0

    def pattern(number: int) -> Floats:
        at = running[number]
        colours = colours_of(drafts[at].pixels, drafts[at].mapping.part(*region))
        return patterns_of([light[at][region], *colours], valid[number])

    patterns = np.stack(each(pattern, range(len(running))))
    shifts = estimate_shifts(patterns, valid, options.max_shift_px)
    reasons: list[str | None] = [None] * len(running)
    if options.own_masks:
        reasons = why_unlike(shifts, _brightness(light[running][:, *region], valid))
        days = np.array([drafts[at].acquired.middle.timestamp() / 86400 for at in running])
        pardon_lasting(reasons, shifts, patterns[:, 0], valid, days, options.max_shift_px)
        pardon_rebuilt(reasons, shifts, patterns[:, 0], valid, options.max_shift_px)
    for at, shift, reason in zip(running, shifts, reasons, strict=True):
        draft = drafts[at]
        draft.shift, draft.why = shift, reason
        if reason is not None:
            draft.shift, draft.usable = None, 0.0
        elif shift is not None and shift.residual > options.max_residual_px and draft.nudge is None:
            draft.why = "misregistered"
    known = [d.shift for d in drafts if d.shift is not None and d.why is None and d.nudge is None]
    middle = np.median([(shift.right, shift.down) for shift in known], axis=0) if known else np.zeros(2)
    for draft in drafts:
        if draft.shift is None:
            continue
        right, down = draft.shift.right - middle[0], draft.shift.down - middle[1]
        if draft.nudge is not None:
            draft.shift = replace(draft.shift, right=float(right), down=float(down))
            continue
        if np.hypot(right, down) < _STILL_PX:
            right = down = 0.0
        draft.read_at = in_source(draft, right, down)


def _steadiest_region(light: Floats, codes: NDArray[np.uint8]) -> tuple[slice, slice]:
    """
    The part of a large site on which shifts are estimated: where most of the pattern stays as it is.

    Not where there is most pattern: a forest has plenty, and all of it wanders with the sun.
    """
    rows, cols = light.shape[1:]
    if rows <= _REGION_PX and cols <= _REGION_PX:
        return slice(0, rows), slice(0, cols)
    clearest = np.argsort([np.count_nonzero(code) for code in codes], kind="stable")[
        : max(7, len(light) // 2)
    ]
    some = np.sort(clearest)[:: max(1, len(clearest) // 7)]
    valid = codes[some] == 0
    patterns = np.stack([patterns_of([light[at]], ok)[0] for at, ok in zip(some, valid, strict=True)])
    middle = np.nan_to_num(median_over_time(patterns, valid))
    slopes = np.sum(np.square(np.gradient(middle)), axis=0)
    steady = (slopes * trust_pixels(patterns, valid, middle)).astype(np.float64)
    sums = np.pad(steady, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    high, wide = min(rows, _REGION_PX), min(cols, _REGION_PX)
    total = sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
    row, col = np.unravel_index(int(np.argmax(total)), total.shape)
    return slice(int(row), int(row) + high), slice(int(col), int(col) + wide)


def _brightness(light: Floats, valid: NDArray[np.bool_]) -> list[float]:
    """How much brighter each look is than the series' middle, log."""
    levels = [
        float(np.median(image[ok])) if ok.any() else np.nan for image, ok in zip(light, valid, strict=True)
    ]
    return [level - float(np.nanmedian(levels)) for level in levels]


def _mask_blots(
    drafts: Sequence[Draft],
    light: Floats,
    codes: NDArray[np.uint8],
    inside: NDArray[np.bool_],
    options: CubeOptions,
) -> None:
    """Mask the clouds and shadows that no mask named, in looks that lie on one another."""
    running = [at for at, draft in enumerate(drafts) if draft.why is None]
    if not running:
        return
    days = np.array([drafts[at].acquired.middle.timestamp() / 86400 for at in running])
    for blot in find_blots(light[running], codes[running] == 0, days):
        around = [*range(max(0, blot.look - 3), blot.look), *range(blot.look + 1, blot.look + 4)]
        around = [running[near] for near in around if near < len(running)]
        if blot.may_be_built or not is_cloud_or_shadow(
            blot.brighter, *_difference(drafts, codes, running[blot.look], around, blot)
        ):
            continue
        here = codes[running[blot.look]][blot.box]
        here[blot.spot & (here == 0)] = WhyNot.OUTLIER
    for at in running:
        drafts[at].usable = float(np.count_nonzero((codes[at] == 0) & inside) / np.count_nonzero(inside))
        if drafts[at].usable < options.min_usable:
            drafts[at].why = _main_reason(codes[at][inside])


def _difference(
    drafts: Sequence[Draft],
    codes: NDArray[np.uint8],
    at: int,
    around: Sequence[int],
    blot: Blot,
) -> tuple[float, float, float]:
    """How a blot differs from the looks around it: light, blue over red, near infrared; log, NaN if unknown."""
    step = max(1, len(blot.rows) // 150)
    rows, cols = blot.rows[::step], blot.cols[::step]
    looks = (at, *around)
    names = [name for name in (*VISIBLE, "nir") if all(name in drafts[n].pixels.bands for n in looks)]
    light = np.full((len(names), len(looks), len(rows)), np.nan)
    for number, n in enumerate(looks):
        seen = codes[n][rows, cols] == 0
        light[:, number] = np.where(seen, drafts[n].light_at(names, rows, cols), np.nan)
    light = np.log(np.maximum(light, 0) + 0.02)

    def series(band: str) -> NDArray[np.float64]:
        return light[names.index(band)] if band in names else np.full(light.shape[1:], np.nan)

    def change(values: NDArray[np.float64]) -> float:
        return float(_middle(values[0] - _middle(values[1:])))

    blue, red = series("blue"), series("red")
    visible = [series(band) for band in VISIBLE if band in drafts[at].pixels.bands]
    brightness = change(np.mean(visible, axis=0)) if visible else float("nan")
    return brightness, change(blue - red), change(series("nir"))


def _middle(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median over the first axis of what is not NaN; NaN where everything is."""
    if not len(values):
        return np.full(values.shape[1:], np.nan)
    ordered = np.sort(values, axis=0)  # NaN last
    count = np.count_nonzero(np.isfinite(values), axis=0)[None]
    low, high = (
        np.take_along_axis(ordered, at, axis=0)[0]
        for at in (np.maximum(count - 1, 0) // 2, count // 2 * (count > 0))
    )
    return np.asarray((low + high) / 2)
