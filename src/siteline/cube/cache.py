"""Cubes and native scenes as plain files: written whole, opened lazily, refused if anything is missing."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from siteline.model.errors import BadInput
from siteline.model.imagery import Grid

_FORMAT = "siteline-array/1"


def save_cube(cube: xr.Dataset, folder: Path) -> None:
    """
    Write a dataset into a new folder, one .npy file per array, with its attributes.

    Written aside and renamed: `folder` is whole or absent. Raises FileExistsError if it is there already.
    """
    if folder.exists():
        raise FileExistsError(folder)
    aside = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}")
    aside.mkdir(parents=True)
    try:
        arrays = {}
        for number, (name, array) in enumerate({**cube.data_vars, **cube.coords}.items()):
            file = f"{number}.npy"
            values, kind = _storable(array.values)
            np.save(aside / file, values, allow_pickle=False)
            arrays[str(name)] = {
                "file": file,
                "dims": list(array.dims),
                "kind": kind,
                "coordinate": name in cube.coords,
                "bytes": (aside / file).stat().st_size,
            }
        about = {"format": _FORMAT, "arrays": arrays, "attrs": {k: _plain(v) for k, v in cube.attrs.items()}}
        (aside / "about.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        _sync(aside)
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
        variables: dict[str, Any] = {}
        coordinates: dict[str, Any] = {}
        for name, said in about["arrays"].items():
            file = folder / Path(said["file"]).name
            if file.stat().st_size != said["bytes"]:
                raise ValueError(f"{file.name} was cut short")
            values = np.load(file, mmap_mode="c" if said["bytes"] > 65536 else None, allow_pickle=False)
            if said["kind"] == "text":
                values = (
                    values.view(f"<U{values.shape[-1] // 4}")[..., 0] if values.size else values.astype(str)
                )
            elif said["kind"] == "time":
                values = values.view("datetime64[ns]")
            (coordinates if said["coordinate"] else variables)[name] = (tuple(said["dims"]), values)
        attrs = {key: _rich(value) for key, value in about["attrs"].items()}
        return xr.Dataset(variables, coordinates, attrs)
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise BadInput(f"the cached array {folder.name} is damaged", "It will be made again.") from error


def _storable(values: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], str]:
    """An array as .npy can hold it without pickling, and what it was."""
    if values.dtype.kind == "M":
        return values.astype("datetime64[ns]").view(np.int64), "time"
    if values.dtype.kind in "OU":
        text = np.asarray(values, dtype=str)
        width = max(1, text.dtype.itemsize // 4)
        fixed = np.ascontiguousarray(text.astype(f"<U{width}"))
        return fixed.reshape(*fixed.shape, 1).view(np.uint8), "text"
    return values, "number"


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


def _sync(folder: Path) -> None:
    """Have the bytes on disk before the name says that they are there."""
    for file in folder.iterdir():
        with file.open("rb") as stream:
            os.fsync(stream.fileno())
