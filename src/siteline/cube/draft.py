"""One look while it is being judged: where it lies on the grid, by its file, by an estimate, or by hand."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siteline.cube.coregister import Shift
from siteline.cube.native import Pixels, pixels_of
from siteline.model.dates import Acquired, parse_span
from siteline.model.imagery import Grid, Look
from siteline.model.nudge import Nudge
from siteline.raster.grid import Transform
from siteline.raster.resample import Mapping, map_grid, nearest_index

Floats = NDArray[np.float32]


@dataclass(slots=True)
class Draft:
    """A look while it is being judged."""

    native: xr.Dataset
    transform: Transform
    pixels: Pixels
    mapping: Mapping
    why: str | None = None
    shift: Shift | None = None
    read_at: tuple[float, float] = (0.0, 0.0)
    usable: float = 0.0
    nudge: Nudge | None = None
    """Moved by hand: it lies in `transform`, and is not estimated."""

    beside_px: float | None = None
    """How far from where the images would put it a nudge leaves it, pixels of the grid."""

    acquired: Acquired = field(init=False)

    def __post_init__(self) -> None:
        self.acquired = parse_span(self.native.attrs["acquired"])

    def placed(self) -> Mapping:
        """Where the grid's pixels lie in it, shift included."""
        right, down = self.read_at
        return self.mapping.moved(down, right) if self.read_at != (0.0, 0.0) else self.mapping

    def light_at(self, bands: Sequence[str], rows: NDArray[np.int64], cols: NDArray[np.int64]) -> Floats:
        """(band, pixel) light at a few pixels of the grid, each from the nearest pixel of the look; NaN outside it."""
        return self.pixels.light_at(bands, *nearest_index(self.placed(), rows, cols))


def make_draft(
    native: xr.Dataset, transform: Transform, grid: Grid, white: float, nudges: Lookup[str, Nudge]
) -> Draft:
    """A look as its file, or `transform`, lays it; moved by its nudge, if it has one."""
    pixels, fault = pixels_of(native, white), native.attrs["fault"]
    if fault is not None:
        return Draft(native, transform, pixels, map_grid(grid, grid.crs, grid.transform), why=str(fault))
    nudge = nudges.get(native.attrs["scene"])
    if nudge is not None:
        (a, b, c, d, e, f), (right, down) = native.attrs["transform"], nudge.shift_px
        transform = (a, b, c + a * right + b * down, d, e, f + d * right + e * down)
    return Draft(native, transform, pixels, map_grid(grid, native.attrs["crs"], transform), nudge=nudge)


def in_source(draft: Draft, right: float, down: float) -> tuple[float, float]:
    """A shift in pixels of the grid as (right, down) in native pixels of a look, which may lie turned."""
    source = draft.mapping.steps() @ (down, right)
    return float(source[1]), float(source[0])


def hold_nudged(drafts: Sequence[Draft]) -> None:
    """Move nudged looks along with the looks that they are held to; say how far from the estimate they lie."""
    by_scene = {draft.native.attrs["scene"]: draft for draft in drafts}
    moved: dict[str, NDArray[np.float64]] = {}

    def move_of(scene: str | None) -> NDArray[np.float64]:
        """(down, right) by which a look's content is moved from where its file puts it, pixels of the grid."""
        if scene is None or scene not in by_scene:
            return np.zeros(2)
        if scene not in moved:
            draft = by_scene[scene]
            along = np.zeros(2)
            if draft.nudge is not None:
                along = move_of(draft.nudge.follows)
                draft.read_at = in_source(draft, -float(along[1]), -float(along[0]))
            right, down = (a - b for a, b in zip(_nudged_by(draft), draft.read_at, strict=True))
            moved[scene] = np.asarray(np.linalg.solve(draft.mapping.steps(), (down, right)), np.float64)
            if draft.nudge is not None and draft.shift is not None:
                left = np.array([draft.shift.down, draft.shift.right]) + along
                draft.beside_px = float(np.hypot(*left))
        return moved[scene]

    for draft in drafts:
        if draft.nudge is not None:
            move_of(draft.native.attrs["scene"])


def _nudged_by(draft: Draft) -> tuple[float, float]:
    return (0.0, 0.0) if draft.nudge is None else draft.nudge.shift_px


def to_look(draft: Draft) -> Look:
    """What is told of it; a nudged look's residual holds how far it lies from the estimate."""
    shift, nudge, (right, down) = draft.shift, draft.nudge, _nudged_by(draft)
    residual = None if shift is None else shift.residual
    if residual is not None and draft.beside_px is not None:
        residual = float(np.hypot(residual, draft.beside_px))
    return Look(
        scene_id=draft.native.attrs["scene"],
        acquired=draft.acquired,
        usable=draft.usable,
        used=draft.why is None,
        reason=draft.why,
        shift_px=None
        if shift is None and nudge is None
        else (right - draft.read_at[0], down - draft.read_at[1]),
        residual_px=residual if residual is not None and np.isfinite(residual) else None,
        nudge=None if nudge is None else nudge.id,
    )
