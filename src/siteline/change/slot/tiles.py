"""A site cut into overlapping tiles for a model, and its answers laid together again without seams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siteline.change.slot.asking import asked
from siteline.model.errors import BadModel
from siteline.model.imagery import WhyNot
from siteline.model.slot import Limits, ModelCard, ModelFile

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Strip:
    """One row of tiles: what is asked, and kept, at once."""

    scenes: tuple[str, ...]
    """Ids: one, or before and after."""

    top: int
    """First row of the tiles, pixels; below 0 never."""


def starts(length: int, tile: int, overlap: int) -> tuple[int, ...]:
    """First pixels of tiles that cover a length, neighbours sharing at least `overlap`; the last ends where it ends."""
    if length <= tile:
        return (0,)
    step = tile - overlap
    found = list(range(0, length - tile, step))
    return (*found, length - tile)


def weights(tile: int, overlap: int) -> Floats:
    """How much a tile's answer counts, by row and column: full within, falling over the overlap, never nought; (y, x)."""
    ramp = np.minimum(np.arange(tile) + 0.5, np.arange(tile)[::-1] + 0.5)
    one = np.minimum(ramp / max(overlap, 0.5), 1).astype(np.float32)
    return np.outer(one, one).astype(np.float32)


def plan_strips(shape: tuple[int, int], card: ModelCard, scenes: tuple[str, ...]) -> tuple[Strip, ...]:
    """All rows of tiles of a site of (rows, columns)."""
    return tuple(Strip(scenes, top) for top in starts(shape[0], card.tile, card.overlap))


def ask_strip(
    strip: Strip, cube: xr.Dataset, card: ModelCard, model: ModelFile, limits: Limits
) -> xr.Dataset:
    """
    What a model says of one row of tiles, summed with its weights.

    cube: as `model/imagery.py` describes. Returns `sum` (class, y, x) and `weight` (y, x) float32 of the strip's rows,
    with `top` in its attributes; tiles of which no pixel is usable are not asked. `held` in the attributes: what the
    model's process was kept from. Raises BadModel.
    """
    rows, cols = int(cube.sizes["y"]), int(cube.sizes["x"])
    tile, height = card.tile, min(card.tile, rows - strip.top)
    images = [_image(cube, scene, card, strip.top, height) for scene in strip.scenes]
    usable = np.logical_and.reduce([seen for _, seen in images])
    total = np.zeros((len(card.classes), height, cols), np.float32)
    weight = np.zeros((height, cols), np.float32)
    window = weights(tile, card.overlap)
    held: tuple[str, ...] = ()
    lefts = [x for x in starts(cols, tile, card.overlap) if usable[:, x : x + tile].any()]
    if lefts:
        with asked(Path(model.href).read_bytes(), card, limits, len(lefts)) as running:
            held = running.held
            for left in lefts:
                wide = min(tile, cols - left)
                given = [_padded(image[:, :, left : left + tile], card) for image, _ in images]
                answer = running.answer(given)
                part = window[:height, :wide]
                total[:, :, left : left + wide] += answer[:, :height, :wide] * part
                weight[:, left : left + wide] += part
    return xr.Dataset(
        {"sum": (("band", "y", "x"), total), "weight": (("y", "x"), weight)},
        coords={"band": [one.label for one in card.classes]},
        attrs={"top": strip.top, "held": "; ".join(held)},
    )


def blend(strips: Sequence[xr.Dataset], cube: xr.Dataset, scenes: Sequence[str]) -> Floats:
    """The whole site's answer (class, y, x), 0–1; NaN where one of the images was not usable, or was not asked of."""
    classes = int(strips[0].sizes["band"])
    shape = int(cube.sizes["y"]), int(cube.sizes["x"])
    total, weight = np.zeros((classes, *shape), np.float32), np.zeros(shape, np.float32)
    for strip in strips:
        top = int(strip.attrs["top"])
        below = top + int(strip.sizes["y"])
        total[:, top:below] += strip["sum"].values
        weight[top:below] += strip["weight"].values
    with np.errstate(invalid="ignore", divide="ignore"):
        answer = np.where(weight > 0, total / weight, np.nan).astype(np.float32)
    for scene in scenes:
        answer[:, cube["why_not"].values[_place(cube, scene)] != WhyNot.USABLE] = np.nan
    return answer


def _place(cube: xr.Dataset, scene: str) -> int:
    there = [str(name) for name in cube["scene"].values]
    if scene not in there:
        raise BadModel(f"scene {scene} is not among the looks that can be used")
    return there.index(scene)


def _image(
    cube: xr.Dataset, scene: str, card: ModelCard, top: int, height: int
) -> tuple[Floats, NDArray[np.bool_]]:
    """(band, y, x) scaled as the card says, `fill` where there is no image; and where it is usable."""
    at = _place(cube, scene)
    part = cube["value"].isel(time=at, y=slice(top, top + height)).sel(band=list(card.bands)).values
    values = part.astype(np.float32) * np.float32(card.multiply)
    if card.clip is not None:
        values = np.clip(values, *card.clip)
    mean = np.asarray(card.mean, np.float32)[:, None, None]
    std = np.asarray(card.std, np.float32)[:, None, None]
    scaled = (values - mean) / std
    seen = cube["why_not"].isel(time=at, y=slice(top, top + height)).values == WhyNot.USABLE
    return np.where(np.isfinite(scaled), scaled, np.float32(card.fill)).astype(np.float32), seen


def _padded(image: Floats, card: ModelCard) -> Floats:
    """A tile at the edge of a small site, filled up to the size that the model wants."""
    bands, height, width = image.shape
    if (height, width) == (card.tile, card.tile):
        return image
    full = np.full((bands, card.tile, card.tile), card.fill, np.float32)
    full[:, :height, :width] = image
    return full
