"""Where a TIFF's blocks lie: as GDAL reads them, whatever its make, and in words where its directories lie."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import rasterio
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.windows import Window

from siteline.catalog.remote.layout import Layout, lay_out
from siteline.model.errors import BadImage
from tests.catalog.offered import ground, write_cog


def laid_out(raw: bytes) -> Layout:
    return lay_out(io.BytesIO(raw), len(raw))


MAKES = {
    "tiles": {"tile": (64, 64)},
    "strips": {"rowsperstrip": 16},
    "big-endian": {"tile": (64, 64), "byteorder": ">"},
    "BigTIFF": {"tile": (64, 64), "bigtiff": True},
    "BigTIFF, big-endian, strips": {"rowsperstrip": 7, "bigtiff": True, "byteorder": ">"},
    "planes": {"tile": (64, 64), "planarconfig": "separate", "photometric": "minisblack"},
    "plain": {"rowsperstrip": 32, "compression": None},
}


@pytest.mark.parametrize("make", MAKES)
def test_the_blocks_of_a_window_are_all_that_a_reader_needs(tmp_path: Path, make: str) -> None:
    """With every byte but those of the header and of the window's blocks gone, GDAL reads the window as before."""
    numbers = np.stack([ground(300, 260, seed) for seed in range(3)])
    options = {"compression": "zlib", **MAKES[make]}
    if options.get("planarconfig") != "separate":
        numbers = np.moveaxis(numbers, 0, -1)
        options |= {"photometric": "rgb"}
    file = tmp_path / "a.tif"
    tifffile.imwrite(file, numbers, **options)
    raw = file.read_bytes()
    layout = laid_out(raw)
    rows, cols = slice(70, 140), slice(100, 131)
    kept = [*layout.described, *layout.over(rows, cols)]
    holes = bytearray(len(raw))
    with tifffile.TiffFile(file) as tif:
        for page in tif.pages:
            kept.append((page.offset, page.offset + 4000))
    for start, stop in [(0, 16), *kept]:
        stop = min(stop, len(raw))
        holes[start:stop] = raw[start:stop]
    (tmp_path / "b.tif").write_bytes(holes)
    window = Window(cols.start, rows.start, cols.stop - cols.start, rows.stop - rows.start)
    with rasterio.open(file) as image, rasterio.open(tmp_path / "b.tif") as sparse:
        assert (image.read(window=window) == sparse.read(window=window)).all()
    assert sum(stop - start for start, stop in layout.over(rows, cols)) < len(raw) / 2


@pytest.fixture(scope="module")
def cog(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = write_cog(tmp_path_factory.mktemp("cog") / "a.tif", ground(512, 512)[None], nodata=0)
    return file.read_bytes()


def tag_at(raw: bytes, code: int) -> int:
    """Where the entry of a tag begins in the first directory."""
    [first] = struct.unpack("<I", raw[4:8])
    [count] = struct.unpack("<H", raw[first : first + 2])
    entries = range(first + 2, first + 2 + 12 * count, 12)
    return next(at for at in entries if struct.unpack("<H", raw[at : at + 2]) == (code,))


def changed(raw: bytes, at: int, layout: str, *values: int) -> bytes:
    made = bytearray(raw)
    struct.pack_into(layout, made, at, *values)
    return bytes(made)


def test_a_directory_that_leads_to_itself_is_refused(cog: bytes) -> None:
    """It would be read for ever."""
    [first] = struct.unpack("<I", cog[4:8])
    [count] = struct.unpack("<H", cog[first : first + 2])
    with pytest.raises(BadImage, match="circles"):
        laid_out(changed(cog, first + 2 + 12 * count, "<I", first))


@pytest.mark.parametrize(
    ("code", "value", "said"),
    [
        (256, 0, "pixels"),
        (256, 2**31, "blocks"),
        (257, 2**31, "blocks"),
        (322, 0, "pixels"),
        (322, 16, "blocks"),
    ],
)
def test_counts_that_cannot_be_are_refused(cog: bytes, code: int, value: int, said: str) -> None:
    """Widths of nothing, of everything, and blocks that are not listed."""
    at = tag_at(cog, code)
    with pytest.raises(BadImage, match=said):
        laid_out(changed(cog, at + 2, "<HII", 4, 1, value))


def test_blocks_beyond_the_end_are_refused(cog: bytes) -> None:
    """An offset or a length that leaves the file."""
    for code in (324, 325):
        at = tag_at(cog, code)
        [kind, _, where] = struct.unpack("<HII", cog[at + 2 : at + 12])
        shape, most = ("<H", 2**16 - 1) if kind == 3 else ("<I", 2**32 - 1)
        if kind == 3:  # lengths in 16 bits: cut the file instead
            continue
        with pytest.raises(BadImage, match="beyond its end"):
            laid_out(changed(cog, where, shape, most))
    with pytest.raises(BadImage):
        laid_out(cog[: len(cog) // 2])


def test_absurd_tables_do_not_take_memory(cog: bytes) -> None:
    """A table of four thousand million blocks is refused, not read."""
    at = tag_at(cog, 324)
    with pytest.raises(BadImage):
        laid_out(changed(cog, at + 4, "<I", 2**32 - 1))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2500), st.integers(0, 255)), min_size=1, max_size=12))
def test_no_header_does_more_than_be_refused(cog: bytes, changes: list[tuple[int, int]]) -> None:
    """Any bytes in the header give a layout inside the file, or words."""
    made = bytearray(cog)
    for at, value in changes:
        made[at] = value
    try:
        layout = laid_out(bytes(made))
    except BadImage:
        return
    rows, cols = layout.image.shape
    spans = layout.over(slice(0, min(rows, 64)), slice(0, min(cols, 64)))
    assert all(0 <= start < stop <= len(cog) + 4 for start, stop in spans)
