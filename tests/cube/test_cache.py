"""Cubes on disk: back to the last bit, lazily, or refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from siteline.cube.cache import open_cube, save_cube
from siteline.model.errors import BadInput
from siteline.model.imagery import Grid

GRID = Grid("EPSG:32652", (3.0, 0.0, 500_000.5, 0.0, -3.0, 4.4e6), (40, 50), 3.0012, 1.0008)


def make_cube(rows: int = 40, cols: int = 50, looks: int = 3) -> xr.Dataset:
    """A cube with NaN, Korean ids, unknown sun and a grid in its attributes."""
    random = np.random.default_rng(1)
    value = random.random((looks, 2, rows, cols)).astype(np.float32)
    value[0, 0, 0, 0] = np.nan
    return xr.Dataset(
        {
            "value": (("time", "band", "y", "x"), value),
            "why_not": (("time", "y", "x"), random.integers(0, 6, (looks, rows, cols)).astype(np.uint8)),
        },
        coords={
            "time": np.arange("2024-01-01", f"2024-01-0{1 + looks}", dtype="datetime64[D]").astype(
                "datetime64[ns]"
            ),
            "band": ["red", "nir"],
            "y": np.arange(rows) * -3.0,
            "x": np.arange(cols) * 3.0,
            "scene": ("time", [f"장면 {at}" for at in range(looks)]),
            "sun_azimuth": ("time", [np.nan, 151.2, 152.0][:looks]),
        },
        attrs={
            "grid": GRID,
            "units": "reflectance",
            "scale": None,
            "masked": True,
            "transform": (1.0, 0.0, 2.5),
        },
    )


@pytest.mark.parametrize("size", [(40, 50), (300, 520), (256, 256), (257, 10)])
def test_comes_back_to_the_last_bit(tmp_path: Path, size: tuple[int, int]) -> None:
    """Numbers, times, ids, dtypes and attributes, in one file or in blocks."""
    cube = make_cube(*size)
    save_cube(cube, tmp_path / "kept")
    back = open_cube(tmp_path / "kept")
    assert back.identical(cube)
    assert back.attrs == cube.attrs
    for name in (*cube.data_vars, *cube.coords):
        assert back[name].dtype == cube[name].dtype
    assert not list(tmp_path.glob(".kept*"))


def test_a_place_is_read_through_time_from_one_block(tmp_path: Path) -> None:
    """A large cube is cut into blocks with all their times; reading one place opens one block."""
    cube = make_cube(600, 600)
    save_cube(cube, tmp_path / "kept")
    blocks = sorted((tmp_path / "kept").glob("0.*.npy"))
    assert len(blocks) == 9
    assert np.load(blocks[0], mmap_mode="r").shape == (3, 2, 256, 256)
    back = open_cube(tmp_path / "kept")
    for block in blocks[1:]:
        block.unlink()
    place = back["value"].isel(y=slice(10, 20), x=200)
    np.testing.assert_array_equal(place.values, cube["value"].isel(y=slice(10, 20), x=200).values)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_slice_of_a_blocked_array(tmp_path: Path, data: st.DataObject) -> None:
    """Slicing, stepping, reversing and picking give what they give in memory."""
    cube = make_cube(270, 530, looks=2)
    home = tmp_path / "blocked"
    if not home.exists():
        save_cube(cube, home)
    back = open_cube(home)
    sizes = {"time": 2, "y": 270, "x": 530}
    pick = {
        name: data.draw(st.one_of(st.integers(0, size - 1), st.slices(size))) for name, size in sizes.items()
    }
    # an empty slice is no pixels to compare (and xarray cannot reverse one lazily)
    assume(all(isinstance(part, int) or len(range(sizes[name])[part]) for name, part in pick.items()))
    np.testing.assert_array_equal(back["value"].isel(pick).values, cube["value"].isel(pick).values)


def test_a_dataset_without_time_is_kept_too(tmp_path: Path) -> None:
    """Native scenes and masks go the same way."""
    native = make_cube().isel(time=0, drop=True).drop_vars(["y", "x"])
    save_cube(native, tmp_path / "native")
    assert open_cube(tmp_path / "native").identical(native)


@pytest.mark.parametrize("damage", ["cut", "gone", "json", "format", "swapped", "empty"])
def test_damage_is_refused(tmp_path: Path, damage: str) -> None:
    """A file cut short, missing, swapped or unreadable: the caller hears that it must be made again."""
    home = tmp_path / "kept"
    save_cube(make_cube(), home)
    about, value = home / "about.json", home / "0.0.npy"
    if damage == "cut":
        value.write_bytes(value.read_bytes()[:-7])
    elif damage == "gone":
        value.unlink()
    elif damage == "json":
        about.write_text(about.read_text()[:200])
    elif damage == "format":
        about.write_text(json.dumps({**json.loads(about.read_text()), "format": "other/9"}))
    elif damage == "swapped":
        said = json.loads(about.read_text())
        said["arrays"]["value"]["shape"] = [3, 2, 50, 40]
        about.write_text(json.dumps(said))
    else:
        about.write_text("[]")
    with pytest.raises(BadInput):
        open_cube(home)
    with pytest.raises(BadInput):
        open_cube(tmp_path / "never")


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    """A dataset that cannot be kept leaves no folder behind; an existing one is not overwritten."""
    bad = make_cube().assign_attrs(odd=object())
    with pytest.raises(TypeError):
        save_cube(bad, tmp_path / "kept")
    assert list(tmp_path.iterdir()) == []
    save_cube(make_cube(), tmp_path / "kept")
    with pytest.raises(FileExistsError):
        save_cube(make_cube(), tmp_path / "kept")
