"""Where the blocks of a TIFF lie, told by tifffile from its directories, and none of it trusted."""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from siteline.catalog.remote.spans import Span, unite
from siteline.model.errors import BadImage

MOST_PICTURES = 64
"""Directories of one file: the image, its masks, their overviews."""

_LEADER = 4
"""GDAL writes a block's size in so many bytes before it, and repeats its last ones after it."""

_MASK, _REDUCED = 4, 1
_CODES = {
    "width": 256,
    "length": 257,
    "bits": 258,
    "samples": 277,
    "rows_per_strip": 278,
    "planar": 284,
    "tile_width": 322,
    "tile_length": 323,
    "kind": 254,
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One directory: an image cut into blocks."""

    shape: tuple[int, int]
    """Rows, columns."""

    block: tuple[int, int]
    """Rows, columns of a block (a tile, or a strip)."""

    planes: int
    """Bands that have blocks of their own; 1 where a block holds all bands."""

    spans: tuple[Span, ...]
    """Of each block in order of plane, row, column; empty where it was left out as it holds nothing."""

    def over(self, rows: slice, cols: slice, bands: Iterable[int] | None = None) -> tuple[Span, ...]:
        """
        The spans of the blocks that hold any of these pixels, with what GDAL keeps around a block.

        bands: counted from 0; None: all.
        """
        height, width = self.block
        across = -(-self.shape[1] // width)
        per_plane = across * -(-self.shape[0] // height)
        planes = range(self.planes) if bands is None or self.planes == 1 else sorted(set(bands))
        found: list[Span] = []
        for plane in planes:
            for row in range(rows.start // height, -(-rows.stop // height)):
                first = plane * per_plane + row * across
                found += self.spans[first + cols.start // width : first + -(-cols.stop // width)]
        return unite((max(0, start - _LEADER), stop + _LEADER) for start, stop in found if start < stop)


@dataclass(frozen=True, slots=True)
class Layout:
    """A file's full-resolution image and its masks."""

    image: Picture
    masks: tuple[Picture, ...]
    described: tuple[Span, ...]
    """Values of all tags: what a reader needs before it reads a pixel."""

    def over(self, rows: slice, cols: slice, bands: Iterable[int] | None = None) -> tuple[Span, ...]:
        """The spans of all blocks that a reader of this window needs."""
        masks = (span for mask in self.masks for span in mask.over(rows, cols))
        return unite([*self.image.over(rows, cols, bands), *masks])


def lay_out(file: BinaryIO, size: int) -> Layout:
    """
    Read the directories of a TIFF of `size` bytes; raises BadImage in words that can follow the file's name.

    `file` fetches what is read of it; an error that it raises itself comes through.
    """
    import tifffile

    logging.getLogger("tifffile").addHandler(logging.NullHandler())  # we tell of faults ourselves
    logging.getLogger("tifffile").propagate = False
    try:
        pages = list(islice(tifffile.TiffFile(file).pages, MOST_PICTURES + 1))
        tags = [{tag.code: tag for tag in page.tags} for page in pages if isinstance(page, tifffile.TiffPage)]
    except (
        tifffile.TiffFileError,
        struct.error,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
        ZeroDivisionError,
        MemoryError,
        RecursionError,
        EOFError,
    ) as error:
        raise BadImage("its TIFF directories cannot be read") from error
    if not pages:
        raise BadImage("it is a TIFF without an image")
    if len(pages) > MOST_PICTURES:
        raise BadImage(f"it holds more than {MOST_PICTURES} pictures, or its directories go in circles")
    described = unite(
        (tag.valueoffset, tag.valueoffset + tag.valuebytecount)
        for of_page in tags
        for tag in of_page.values()
    )
    if described and described[-1][1] > size:
        raise BadImage("its directories lie beyond its end")
    image = _picture(tags[0], size)
    kinds = [_number(of_page, "kind", 0) for of_page in tags]
    masks = [
        _picture(of_page, size)
        for of_page, kind in zip(tags[1:], kinds[1:], strict=True)
        if kind & _MASK and not kind & _REDUCED
    ]
    return Layout(image, tuple(mask for mask in masks if mask.shape == image.shape), described)


def _picture(tags: dict[int, Any], size: int) -> Picture:
    rows, cols = _number(tags, "length"), _number(tags, "width")
    if 324 in tags:
        block = (_number(tags, "tile_length"), _number(tags, "tile_width"))
        starts, counts = _numbers(tags, 324), _numbers(tags, 325)
    else:
        block = (min(rows, _number(tags, "rows_per_strip", rows)), cols)
        starts, counts = _numbers(tags, 273), _numbers(tags, 279)
    planes = _number(tags, "samples", 1) if _number(tags, "planar", 1) == 2 else 1
    if min(rows, cols, *block, planes) < 1:
        raise BadImage(f"it says that it is {cols} x {rows} pixels in blocks of {block[1]} x {block[0]}")
    needed = planes * -(-rows // block[0]) * -(-cols // block[1])
    if not len(starts) == len(counts) == needed:
        raise BadImage(f"it lists {min(len(starts), len(counts))} blocks and would need {needed}")
    spans = tuple(
        (start, start + count) if count else (0, 0) for start, count in zip(starts, counts, strict=True)
    )
    if any(start < 0 or stop < start or stop > size for start, stop in spans):
        raise BadImage("blocks of it lie beyond its end")
    return Picture((rows, cols), block, planes, spans)


def _number(tags: dict[int, Any], name: str, default: int = 0) -> int:
    values = _numbers(tags, _CODES[name])
    return values[0] if values else default


def _numbers(tags: dict[int, Any], code: int) -> tuple[int, ...]:
    """A tag's values as whole numbers; () if it is absent, BadImage if they are something else."""
    if code not in tags:
        return ()
    value = tags[code].value
    values = value if hasattr(value, "__iter__") else (value,)
    try:
        return tuple(int(v) for v in values)
    except (ValueError, TypeError, OverflowError) as error:
        raise BadImage(f"its TIFF tag {code} is no number") from error
