from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rasterio.transform import Affine

from siteline.catalog.local import read_manifest
from siteline.catalog.manifest import parse_row
from siteline.catalog.radar import read_take
from siteline.model.errors import BadManifest
from siteline.model.place import Site
from siteline.model.radar import Flight, RadarTake, Units

ROW = {
    "file": "a.tif",
    "acquired": "2024-03-01T05:41Z",
    "bands": "vv vh",
    "orbit": "descending",
    "units": "linear",
}
SITE = Site("invented", "Invented works", ())


def written(folder: Path, name: str = "a.tif", mean: float = 0.1, count: int = 2) -> Path:
    numbers = np.random.default_rng(len(name)).gamma(4, abs(mean) / 4, (count, 30, 40)).astype(np.float32)
    if mean < 0:
        numbers = (-12 + np.random.default_rng(1).normal(0, 3, (count, 30, 40))).astype(np.float32)
    profile = {
        "driver": "GTiff",
        "width": 40,
        "height": 30,
        "count": count,
        "dtype": "float32",
        "crs": "EPSG:32631",
    }
    with rasterio.open(
        folder / name, "w", transform=Affine(10, 0, 500_000, 0, -10, 4_400_000), **profile
    ) as file:
        file.write(numbers)
    return folder / name


def manifest(
    folder: Path, *rows: str, header: str = "file,acquired,bands,orbit,relative_orbit,units,id"
) -> Path:
    path = folder / "radar.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_radar_row_says_its_orbit_and_its_units() -> None:
    row = parse_row({**ROW, "relative_orbit": "109"}, "radar.csv, line 2")
    assert row.radar == RadarTake(Flight.DESCENDING, 109, Units.LINEAR)
    assert row.radar.track == "descending 109"
    assert not row.notes


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"orbit": ""}, "orbit"),
        ({"orbit": "upwards"}, "orbit"),
        ({"units": ""}, "units"),
        ({"units": "amplitude"}, "units"),
        ({"relative_orbit": "-3"}, "relative_orbit"),
        ({"relative_orbit": "9" * 50}, "relative_orbit"),
        ({"bands": "vv red"}, "bands"),
        ({"scale": "0.1"}, "scale"),
        ({"mask": "m.tif"}, "mask"),
    ],
)
def test_what_cannot_be_known_is_refused_by_its_column(changed: dict[str, str], column: str) -> None:
    with pytest.raises(BadManifest, match=f"column {column}:") as refused:
        parse_row({**ROW, **changed}, "radar.csv, line 2")
    assert refused.value.hint


@pytest.mark.parametrize(
    ("sensor", "units"),
    [
        ("Sentinel-1 RTC", Units.LINEAR),
        ("S1 gamma0 dB", Units.DB),
        ("S1, sigma nought in decibels", Units.DB),
    ],
)
def test_the_sensor_may_say_the_units(sensor: str, units: Units) -> None:
    row = parse_row({**ROW, "units": "", "sensor": sensor}, "radar.csv, line 2")
    assert row.radar is not None
    assert row.radar.units is units


def test_an_image_of_light_keeps_such_columns_as_notes() -> None:
    row = parse_row({**ROW, "bands": "red", "orbit": "whatever"}, "scenes.csv, line 2")
    assert row.radar is None
    assert dict(row.notes) == {"orbit": "whatever", "units": "linear"}


@given(st.dictionaries(st.sampled_from(["orbit", "relative_orbit", "units", "sensor"]), st.text(max_size=20)))
def test_any_cell_is_read_or_refused(cells: dict[str, str]) -> None:
    said = {k: v for k, v in cells.items() if v}
    with contextlib.suppress(BadManifest):
        assert read_take(said, ("vv",), "radar.csv, line 2").track


def test_radar_and_light_may_stand_in_one_manifest_without_judging_each_other(tmp_path: Path) -> None:
    written(tmp_path, "a.tif")
    written(tmp_path, "bb.tif")
    written(tmp_path, "light.tif", count=1)
    scenes, told = read_manifest(
        manifest(
            tmp_path,
            "a.tif,2024-03-01,vv vh,descending,109,linear,R1",
            "bb.tif,2024-03-13,vv vh,descending,109,linear,R2",
            "light.tif,2024-03-05,grey,,,,L1",
        ),
        SITE,
    )
    assert [s.fault for s in scenes] == [None] * 3
    assert [s.radar is not None for s in scenes] == [True, True, False]
    assert not any("scale" in remark.text and "R1" in remark.text for remark in told)


@pytest.mark.parametrize(
    ("mean", "units", "said"),
    [(-12.0, "linear", "decibels"), (0.1, "db", "no decibels"), (300.0, "linear", "uncalibrated")],
)
def test_numbers_that_belie_their_units_are_no_scene(
    tmp_path: Path, mean: float, units: str, said: str
) -> None:
    written(tmp_path, mean=mean)
    [scene], _ = read_manifest(manifest(tmp_path, f"a.tif,2024-03-01,vv vh,descending,109,{units},R1"), SITE)
    assert scene.fault is not None
    assert said in scene.fault
