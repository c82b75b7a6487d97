"""One rule for missing pixels: they are never mixed into their neighbours."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def missing_pixels(bands: NDArray[np.generic], nodata: float | None) -> NDArray[np.bool_]:
    """
    The pixels at which a scene holds no image, (y, x) bool.

    bands: (band, y, x) as the file has them. A pixel is missing if any band is not finite; if any band equals
    a nodata value other than 0; or if all bands equal a nodata value of 0: a single 0 may be a shadow.
    """
    missing = np.zeros(bands.shape[1:], dtype=bool)
    if bands.dtype.kind == "f":
        missing |= ~np.isfinite(bands).all(axis=0)
    if nodata is None or math.isnan(nodata):
        return missing
    is_nodata = np.asarray(bands == nodata)
    missing |= is_nodata.all(axis=0) if nodata == 0 else is_nodata.any(axis=0)
    return missing


def smooth(image: NDArray[np.float32], valid: NDArray[np.bool_] | None, sigma: float) -> NDArray[np.float32]:
    """
    Gaussian mean over valid pixels only, (y, x); 0 where there is none near.

    image: (y, x) float32, anything where not valid; valid: None if all are; sigma: pixels.
    """
    if valid is None or bool(valid.all()):
        return gaussian(image, sigma)
    weight = gaussian(valid.astype(np.float32), sigma)
    total = gaussian(np.where(valid, image, np.float32(0)), sigma)
    return np.divide(total, weight, out=np.zeros_like(total), where=weight > 1e-3)


def gaussian(image: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Gaussian filter, edges mirrored; wide ones as three running means, which is as good and much faster."""
    if sigma < 3:
        out: NDArray[np.float32] = ndimage.gaussian_filter(image, sigma, truncate=3.5, output=np.float32)
        return out
    narrow = int((math.sqrt(4 * sigma * sigma + 1) - 1) // 2) * 2 + 1  # variance of one mean: (w² - 1) / 12
    passes = round((12 * sigma * sigma - 3 * narrow * (narrow + 4) - 9) / (-4 * narrow - 4))
    out = image
    for number in range(3):
        width = narrow if number < passes else narrow + 2
        out = ndimage.uniform_filter(out, width, output=np.float32, mode="reflect")
    return out


def fill_from_neighbours(image: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """
    The image with every missing pixel set to its nearest valid one; zeros if there is none.

    image: (…, y, x); valid: (y, x).
    """
    if not valid.any():
        return np.zeros_like(image)
    if valid.all():
        return image
    nearest = ndimage.distance_transform_edt(~valid, return_distances=False, return_indices=True)
    filled: NDArray[np.float32] = image[..., nearest[0], nearest[1]]
    return filled
