"""
How many bytes a fetch would bring, from what the catalog says: nothing is asked of any file.

It is the size of the site's window in all files that would be read, unpacked: pixels across × down × bands × bytes per
number. Files are packed, which makes it less (often half), and are read in whole blocks (often 512 or 1024 pixels a
side), which for a small site makes it more, up to several times. It says thousand, million or billion, not more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from shapely.geometry.base import BaseGeometry

from siteline.model.found import Asset, FoundScene

_USUAL_BYTES = 2
_METRES_PER_DEGREE = 111_320.0


def window_bytes(scene: FoundScene, site: BaseGeometry) -> int | None:
    """Bytes of the site's window in one scene; None if the catalog does not say how large its pixels are."""
    west, south, east, north = site.bounds
    across = (east - west) * _METRES_PER_DEGREE * math.cos(math.radians((south + north) / 2))
    down = (north - south) * _METRES_PER_DEGREE
    files = [*scene.assets, *([scene.mask] if scene.mask is not None else [])]
    sizes = [_asset_bytes(asset, across, down) for asset in files]
    known = [size for size in sizes if size is not None]
    return sum(known) if files and len(known) == len(sizes) else None


def total_bytes(scenes: Sequence[FoundScene], site: BaseGeometry) -> tuple[int | None, int]:
    """Bytes of all scenes that can be fetched, None if of none it can be told; and of how many it cannot be told."""
    sizes = [window_bytes(scene, site) for scene in scenes if scene.fault is None]
    known = [size for size in sizes if size is not None]
    return (sum(known) if known or not sizes else None), len(sizes) - len(known)


def _asset_bytes(asset: Asset, across_m: float, down_m: float) -> int | None:
    if asset.gsd_m is None:
        return None
    pixels = (math.ceil(across_m / asset.gsd_m) + 1) * (math.ceil(down_m / asset.gsd_m) + 1)
    match = re.search(r"(\d+)$", asset.dtype)
    each = max(1, int(match[1]) // 8) if match and int(match[1]) <= 64 else _USUAL_BYTES
    return pixels * max(1, len(asset.bands)) * each
