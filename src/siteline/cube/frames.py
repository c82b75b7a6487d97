"""Image frames: pictures of one viewport, without a place on Earth, read by their own pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp
from rasterio.io import DatasetReader
from rasterio.windows import Window

from siteline.model.imagery import Scene
from siteline.raster.files import open_image


def read_frame(scene: Scene, window: Window) -> tuple[NDArray[np.generic], NDArray[np.bool_]]:
    """
    Numbers (band, y, x) of all bands of a frame, and where it holds an image (y, x).

    A palette becomes its red, green and blue. Raises BadImage if it breaks while it is read.
    """
    with open_image(scene.href) as image:
        numbers = image.read(window=window)
        seen = image.dataset_mask(window=window) >= 128
        if image.count == 1 and image.colorinterp[0] is ColorInterp.palette:
            numbers, opaque = _through_palette(image, numbers[0])
            seen &= opaque
    return numbers, seen


def _through_palette(
    image: DatasetReader, codes: NDArray[np.generic]
) -> tuple[NDArray[np.generic], NDArray[np.bool_]]:
    table = np.zeros((256, 4), np.uint8)
    for code, colour in image.colormap(1).items():
        table[code] = colour
    coloured = table[np.asarray(codes, np.uint8)]
    return np.moveaxis(coloured[..., :3], -1, 0), coloured[..., 3] >= 128
