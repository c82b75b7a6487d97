"""
Cubes and native scenes as plain files: written whole, opened lazily, refused if anything is missing.

A folder holds `about.json` and one .npy file per array; an array larger than 256 pixels across is cut into blocks
of at most 256 x 256 pixels, each with all its bands and times, so that one place can be read through time without
touching the rest.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from siteline.model.errors import BadInput
from siteline.model.imagery import Grid

_FORMAT = "siteline-array/1"
_BLOCK = 256
_MAPPED_BYTES = 65_536

Array = np.ndarray[Any, np.dtype[Any]]


def save_cube(cube: xr.Dataset, folder: Path) -> None:
    """
    Write a dataset into a new folder, with its attributes.

    Written aside and renamed: `folder` is whole or absent. Raises FileExistsError if it is there already.
    """
    if folder.exists():
        raise FileExistsError(folder)
    aside = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}")
    aside.mkdir(parents=True)
    try:
        arrays = {}
        for number, (name, array) in enumerate({**cube.data_vars, **cube.coords}.items()):
            values, kind = _storable(array.values)
            arrays[str(name)] = {
                "dims": list(array.dims),
                "kind": kind,
                "coordinate": name in cube.coords,
                "shape": list(values.shape),
                "dtype": values.dtype.str,
                "files": _write_blocks(values, array.dims, aside, number),
            }
        about = {"format": _FORMAT, "arrays": arrays, "attrs": {k: _plain(v) for k, v in cube.attrs.items()}}
        (aside / "about.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        for file in aside.iterdir():  # on disk before the name says that it is there
            with file.open("rb") as stream:
                os.fsync(stream.fileno())
        aside.rename(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def open_cube(folder: Path) -> xr.Dataset:
    """
    A dataset that `save_cube` wrote; large arrays stay on disk until they are read.

    Raises BadInput if any part is missing, cut short or not ours, so that the caller makes it anew.
    """
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        if about["format"] != _FORMAT:
            raise ValueError("another format")
        variables: dict[str, xr.Variable] = {}
        coordinates: dict[str, xr.Variable] = {}
        for name, said in about["arrays"].items():
            group = coordinates if said["coordinate"] else variables
            group[name] = xr.Variable(tuple(said["dims"]), _read_array(folder, said))
        return xr.Dataset(
            variables, coordinates, {key: _rich(value) for key, value in about["attrs"].items()}
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
        raise BadInput(f"the cached array {folder.name} is damaged", "It will be made again.") from error


def _blocks(shape: tuple[int, ...], cut: bool) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of each block, in reading order; one for all if the array is not cut."""
    if not cut:
        yield slice(None), slice(None)
        return
    for top in range(0, shape[-2], _BLOCK):
        for left in range(0, shape[-1], _BLOCK):
            yield slice(top, min(top + _BLOCK, shape[-2])), slice(left, min(left + _BLOCK, shape[-1]))


def _is_cut(shape: tuple[int, ...], dims: tuple[Any, ...]) -> bool:
    return tuple(dims[-2:]) == ("y", "x") and max(shape[-2:]) > _BLOCK


def _write_blocks(values: Array, dims: tuple[Any, ...], folder: Path, number: int) -> dict[str, int]:
    """File names with their sizes, in the order of the blocks."""
    files = {}
    for at, (rows, cols) in enumerate(_blocks(values.shape, _is_cut(values.shape, dims))):
        file = folder / f"{number}.{at}.npy"
        block = values if rows == slice(None) else np.ascontiguousarray(values[..., rows, cols])
        np.save(file, block, allow_pickle=False)
        files[file.name] = file.stat().st_size
    return files


def _read_array(folder: Path, said: dict[str, Any]) -> Any:
    files = [folder / Path(name).name for name in said["files"]]
    for file, size in zip(files, said["files"].values(), strict=True):
        if file.stat().st_size != size:
            raise ValueError(f"{file.name} was cut short")
    shape, dtype = tuple(said["shape"]), np.dtype(said["dtype"])
    if len(files) > 1:
        array = _Blocked(files, shape, dtype)
        return indexing.MemoryCachedArray(indexing.LazilyIndexedArray(array))  # type: ignore[no-untyped-call]
    values = _load(files[0])
    if values.shape != shape or values.dtype != dtype:
        raise ValueError(f"{files[0].name} holds another array")
    if said["kind"] == "time":
        return values.view("datetime64[ns]")
    if said["kind"] == "text":
        return values.view(f"<U{shape[-1] // 4}")[..., 0] if values.size else np.zeros(shape[:-1], "<U1")
    return values


def _load(file: Path) -> Array:
    mode: Any = "c" if file.stat().st_size > _MAPPED_BYTES else None
    loaded: Array = np.load(file, mmap_mode=mode, allow_pickle=False)
    return loaded


class _Blocked(BackendArray):
    """An array cut into blocks on disk; only those blocks are opened that a reader asks for."""

    def __init__(self, files: list[Path], shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.files = files
        self.shape = shape
        self.dtype = dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.BASIC, self._read)

    def _read(self, key: tuple[Any, ...]) -> Array:
        """Basic indexing: whole numbers and slices."""
        spans = [range(size)[part] for size, part in zip(self.shape, key, strict=True)]
        rows, cols = (span if isinstance(span, range) else range(span, span + 1) for span in spans[-2:])
        lead = key[:-2]
        counts = [len(span) for span in spans[:-2] if isinstance(span, range)]
        out = np.empty((*counts, len(rows), len(cols)), self.dtype)
        for file, (down, across) in zip(self.files, _blocks(self.shape, cut=True), strict=True):
            at_rows = [place for place, row in enumerate(rows) if down.start <= row < down.stop]
            at_cols = [place for place, col in enumerate(cols) if across.start <= col < across.stop]
            if not at_rows or not at_cols:
                continue
            block = _load(file)[lead]
            from_rows = _as_slice([rows[place] - down.start for place in at_rows])
            from_cols = _as_slice([cols[place] - across.start for place in at_cols])
            out[..., _as_slice(at_rows), _as_slice(at_cols)] = block[..., from_rows, from_cols]
        drop = tuple(0 if isinstance(span, int) else slice(None) for span in spans[-2:])
        picked: Array = out[(..., *drop)]
        return picked


def _as_slice(places: list[int]) -> slice:
    """A slice over evenly spaced places, in either direction."""
    step = places[1] - places[0] if len(places) > 1 else 1
    end = places[-1] + (1 if step > 0 else -1)
    return slice(places[0], None if end < 0 else end, step)


def _storable(values: Array) -> tuple[Array, str]:
    """An array as .npy can hold it without pickling, and what it was."""
    if values.dtype.kind == "M":
        return values.astype("datetime64[ns]").view(np.int64), "time"
    if values.dtype.kind in "OU":
        text = np.asarray(values, dtype=str)
        fixed = np.ascontiguousarray(text.astype(f"<U{max(1, text.dtype.itemsize // 4)}"))
        return fixed.reshape(*fixed.shape, 1).view(np.uint8), "text"
    return np.asarray(values), "number"


def _plain(value: Any) -> Any:
    if isinstance(value, Grid):
        return {"grid": [value.crs, list(value.transform), list(value.shape), value.gsd_m, value.area_scale]}
    if isinstance(value, tuple):
        return {"tuple": [_plain(part) for part in value]}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"an attribute of type {type(value).__name__} cannot be kept")


def _rich(value: Any) -> Any:
    if isinstance(value, dict) and "grid" in value:
        crs, transform, shape, gsd_m, area_scale = value["grid"]
        return Grid(crs, tuple(transform), tuple(shape), gsd_m, area_scale)
    if isinstance(value, dict):
        return tuple(_rich(part) for part in value["tuple"])
    return value
