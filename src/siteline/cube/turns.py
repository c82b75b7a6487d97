"""Image frames that were saved turned or far off one another: laid roughly right before their shifts are measured."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import xarray as xr
from affine import Affine
from numpy.typing import NDArray
from scipy import fft, ndimage

from siteline.cube.coregister import high_pass
from siteline.cube.native import VISIBLE, pixels_of, white_of
from siteline.model.imagery import Grid, WhyNot
from siteline.raster.compiled import each
from siteline.raster.grid import Transform
from siteline.raster.order import median_over_time
from siteline.raster.resample import map_grid, nearest, resample

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_WIDEST_PX = 256
"""Turns are searched on images averaged down to about this size."""

_FURTHEST = 12.0
"""Degrees to either side within which a turn is searched."""

_OVERLAP = 0.35
"""Share of the frame that must still be common after a turn."""

_LIKE = 0.3
"""Correlation of patterns from which two looks show the same place; two of different places reach 0.15."""

_TRIED = 10
"""As many frames at most are tried as the one on which others lie."""

_USUAL = 0.7
"""Of the usual likeness, below which a frame may be turned a little."""

_BETTER = 0.1
"""By so much a turned look must be more alike than it was."""

_ROUNDS = 9

_LEAST_PX = 16
"""Narrower images, once averaged down, have no pattern to lay them by."""


def lay_frames(natives: Sequence[xr.Dataset], grid: Grid) -> list[Transform]:
    """
    Where each frame's pixels lie on the grid: as its file says, or turned and shifted so that it shows what the others do.

    natives: image frames as `read_native` returns them, in order of time. Those that already lie on one another say where the
    place is. Each of the others is laid on the median of these or, where too much has changed, on the one nearest in time.
    What cannot be laid stays as it is.
    """
    transforms: list[Transform] = [tuple(native.attrs["transform"]) for native in natives]
    sound = [at for at, native in enumerate(natives) if native.attrs["fault"] is None]
    step = max(1, math.ceil(max(grid.shape) / _WIDEST_PX))
    if len(sound) < 2 or min(grid.shape) // step < _LEAST_PX:
        return transforms
    white = white_of(natives)
    coarse = Grid(
        None,
        tuple(Affine(*grid.transform) * Affine.scale(step))[:6],
        (grid.shape[0] // step, grid.shape[1] // step),
        None,
    )

    def look(at: int) -> tuple[Floats, Mask]:
        return _pattern_of(natives[at], coarse, transforms[at], white)

    seen = dict(zip(sound, each(look, sound), strict=True))
    alike = _in_place(seen)
    if not alike:  # little of each frame holds an image
        return transforms
    usual = _USUAL * float(np.median(list(alike.values())))
    placed = [at for at, likeness in alike.items() if likeness >= usual]
    reference = _together([seen[at] for at in placed])
    for at in sorted(set(sound) - set(placed), key=lambda n: min(abs(n - p) for p in placed)):
        near = min(placed, key=lambda p: abs(p - at))
        for other in (reference, seen[near]):
            turn = find_turn(other, seen[at])
            if turn is not None:
                to_grid = Affine(*coarse.transform) * turn * ~Affine(*coarse.transform)
                transforms[at] = tuple(to_grid * Affine(*transforms[at]))[:6]
                seen[at] = look(at)
                alike[at] = 1.0
                break
        if at in alike:
            placed.append(at)
    return transforms


def _pattern_of(native: xr.Dataset, grid: Grid, transform: Transform, white: float) -> tuple[Floats, Mask]:
    """High-passed log light of one frame on a coarse grid, and where it holds an image."""
    pixels, mapping = pixels_of(native, white), map_grid(grid, None, transform)
    names = [b for b in pixels.bands if b in VISIBLE] or list(pixels.bands)
    light = np.mean([pixels.light(b) for b in names], axis=0, dtype=np.float32)
    image = resample(
        np.log(np.maximum(light, 0) + np.float32(0.02)), pixels.why_not != WhyNot.NO_IMAGE, mapping
    )
    codes = nearest(pixels.why_not, mapping, WhyNot.NO_IMAGE)
    valid = np.isfinite(image) & (codes == 0)
    return high_pass(np.nan_to_num(image), valid), valid


def _in_place(seen: dict[int, tuple[Floats, Mask]]) -> dict[int, float]:
    """How alike those frames are that lie on one another as they are: on the median of all or, if few do, on one of them."""
    best: dict[int, float] = {}
    some = list(seen.values())[:: max(1, len(seen) // _TRIED)]
    for reference in (_together(list(seen.values())), *some):
        alike = {at: _likeness(reference, _shifted(reference, one)) for at, one in seen.items()}
        alike = {at: likeness for at, likeness in alike.items() if likeness > _LIKE}
        if len(alike) > len(best):
            best = alike
        if len(best) > len(seen) / 2:
            break
    return best


def _shifted(reference: tuple[Floats, Mask], look: tuple[Floats, Mask]) -> tuple[Floats, Mask]:
    """A look laid on the reference by the few pixels that later steps can mend."""
    right, down, _ = _phase(reference[0], look[0], 4)
    return np.roll(look[0], (-down, -right), (0, 1)), np.roll(look[1], (-down, -right), (0, 1))


def _together(seen: Sequence[tuple[Floats, Mask]]) -> tuple[Floats, Mask]:
    patterns, valid = np.stack([p for p, _ in seen]), np.stack([v for _, v in seen])
    return np.nan_to_num(median_over_time(patterns, valid), nan=0.0), np.asarray(valid.any(axis=0))


def find_turn(reference: tuple[Floats, Mask], look: tuple[Floats, Mask]) -> Affine | None:
    """
    The turn, scale and shift that lays a look on a reference: pixels of the look to pixels of the reference.

    Both high-passed, (y, x), with where they hold an image. Each turn is tried by phase correlation; the best one is refined by
    robust least squares. None unless the look then shows the same place, and plainly better than before.
    """
    angles = np.arange(-_FURTHEST, _FURTHEST + 0.1, 1.0)
    tried = [(_phase(reference[0], _turned(look, angle)[0]), float(angle)) for angle in angles]
    most = max(_LIKE, _likeness(reference, look) + _BETTER)
    for (right, down, _), angle in sorted(tried, key=lambda t: -t[0][2])[:2]:
        to_look = _about_middle(look[0].shape, angle) * Affine.translation(right, down)
        to_look = _refine(reference, look, to_look)
        laid = _read(look, to_look)
        alike = _likeness(reference, laid)
        if alike > most and laid[1].mean() >= _OVERLAP:
            to_reference: Affine = ~to_look
            return to_reference
    return None


def _about_middle(shape: tuple[int, ...], angle: float) -> Affine:
    return Affine.rotation(angle, (shape[1] / 2, shape[0] / 2))


def _turned(look: tuple[Floats, Mask], angle: float) -> tuple[Floats, Mask]:
    return _read(look, _about_middle(look[0].shape, angle))


def _read(look: tuple[Floats, Mask], to_look: Affine) -> tuple[Floats, Mask]:
    """A look read where an affine map of pixel positions says; 0 where it holds no image."""
    a, b, c, d, e, f = tuple(to_look)[:6]
    matrix = np.array([[e, d], [b, a]])
    offset = np.array([f, c]) + matrix @ [0.5, 0.5] - 0.5  # pixel corners to pixel centres
    image = ndimage.affine_transform(look[0], matrix, offset, order=1, output=np.float32)
    share = ndimage.affine_transform(look[1].astype(np.float32), matrix, offset, order=1)
    valid = share > 0.99
    return np.where(valid, image, np.float32(0)), valid


def _phase(reference: Floats, look: Floats, reach: int | None = None) -> tuple[int, int, float]:
    """(right, down) by which a look has to be read further, whole pixels, and how plain that is."""
    rows, cols = reference.shape
    window = np.outer(np.hanning(rows + 2)[1:-1], np.hanning(cols + 2)[1:-1]).astype(np.float32)
    cross = fft.rfft2(look * window) * np.conj(fft.rfft2(reference * window))
    size = np.abs(cross)
    surface = fft.irfft2(cross / (size + 0.05 * size.mean() + 1e-12), (rows, cols))
    down, right = (np.minimum(np.arange(n), n - np.arange(n)) for n in (rows, cols))
    far = (down[:, None] > (reach or rows // 2)) | (right[None] > (reach or cols // 2))
    surface[far] = -np.inf
    y, x = np.unravel_index(int(np.argmax(surface)), surface.shape)
    found = float(surface[y, x] / (surface[~far].std() + 1e-12))
    return int(x) - cols * (x > cols // 2), int(y) - rows * (y > rows // 2), found


def _refine(reference: tuple[Floats, Mask], look: tuple[Floats, Mask], to_look: Affine) -> Affine:
    """Turn, scale and shift by robust Gauss–Newton steps, from coarse to fine."""
    rows, cols = reference[0].shape
    y, x = np.mgrid[:rows, :cols] - np.array([rows / 2, cols / 2])[:, None, None] + 0.5
    for n in range(_ROUNDS):
        blur = max(0.0, 3.0 - 0.6 * n)
        here, valid = _read(look, to_look)
        target, found = (ndimage.gaussian_filter(i, blur) if blur else i for i in (reference[0], here))
        both = valid & reference[1]
        if both.mean() < _OVERLAP:
            break
        gain = float((target[both] * found[both]).sum() / max(np.square(target[both]).sum(), 1e-9))
        rest = gain * target - found
        dy, dx = np.gradient(found)
        scale = 1.4826 * float(np.median(np.abs(rest[both]))) + 1e-9
        weight = np.where(both, np.clip(1 - np.square(rest / (4.7 * scale)), 0, 1) ** 2, 0)
        terms = np.stack([dx, dy, dx * x + dy * y, dy * x - dx * y])  # right, down, scale, turn
        normal = np.einsum("iyx,jyx,yx->ij", terms, terms, weight)
        side = np.einsum("iyx,yx,yx->i", terms, rest, weight)
        right, down, grow, turn = np.linalg.solve(normal + 1e-9 * np.trace(normal) * np.eye(4), side)
        middle = Affine.translation(cols / 2, rows / 2)
        step = Affine(1 + grow, -turn, right, turn, 1 + grow, down)
        to_look = to_look * middle * step * ~middle
    return to_look


def _likeness(a: tuple[Floats, Mask], b: tuple[Floats, Mask]) -> float:
    """Correlation of two patterns where both hold an image, strong edges capped; 0 if they hardly overlap."""
    both = a[1] & b[1]
    if both.mean() < _OVERLAP:
        return 0.0
    x, y = (np.clip(p[both], *(s * 3 * np.abs(p[both]).mean() for s in (-1, 1))) for p in (a[0], b[0]))
    x, y = x - x.mean(), y - y.mean()
    power = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / power if power > 0 else 0.0
