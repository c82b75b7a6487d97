"""Items of every STAC version that real catalogs gave become scenes, and nothing in one can break us."""

from __future__ import annotations

import copy
import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from siteline.catalog.estimate import window_bytes
from siteline.catalog.items import read_item
from siteline.catalog.offered import Offered
from siteline.catalog.source import BUILT_IN, Source
from siteline.catalog.twins import choose
from siteline.model.errors import BadItem
from siteline.model.found import FoundScene
from siteline.model.imagery import BANDS, Use
from siteline.store.codec import from_json, to_json
from tests.catalog.apis import real_items
from tests.catalog.mangling import mangled

EARTH, PC = BUILT_IN["earth-search"], BUILT_IN["planetary-computer"]
BASE = "https://catalog.example/items/one.json"


def read(raw: dict[str, Any], source: Source = EARTH, wanted: tuple[str, ...] = ()) -> FoundScene:
    return read_item(Offered(raw, BASE), source, wanted)[0]


@pytest.fixture(scope="session")
def stac(shared: Path) -> Path:
    return shared / "data" / "imagery" / "stac"


@pytest.fixture(scope="session")
def real(stac: Path) -> dict[str, dict[str, Any]]:
    """Real items by id; of two with one id the one with files."""
    return {item["id"]: item for item in sorted(real_items(stac), key=lambda i: bool(i.get("assets")))}


def test_every_real_item_is_a_scene_or_says_why_not(real: dict[str, dict[str, Any]]) -> None:
    """All recorded items, of versions beta.1 to 1.0, become scenes; each has files or says why it has none."""
    assert len(real) > 80
    for item in real.values():
        scene = read(item)
        assert scene.acquired.first_day.year in range(2009, 2026)
        assert scene.fault or scene.assets
        for asset in scene.assets:
            assert any(asset.bands)
            assert set(asset.bands) <= {*BANDS, ""}
            assert asset.gsd_m
        assert from_json(FoundScene, to_json(scene)) == scene


@pytest.mark.parametrize(
    ("name", "bands", "numbers", "mask", "sensor", "gsd"),
    [
        ("S2A_28QCH_20200714_0_L2A", "blue green red nir", (1e-4, 0.0), "scl", "Sentinel-2", 10),
        ("S2A_13TDE_20231008_0_L2A", "blue green red nir", (1e-4, 0.0), "scl", "Sentinel-2", 10),
        ("S2B_MSIL2A_20190629T212529_R043_T06VVN_20201006T080531", "blue green red nir", (1e-4, 0.0), "scl", "Sentinel-2", 10),
        ("LC08_L2SP_028030_20200114_20200824_02_T1_SR", "blue green red nir08", (2.75e-5, -0.2), "qa_pixel", "Landsat OLI", 30),
        ("LE07_L2SP_044033_20210329_20210424_02_T1_SR", "blue green red nir08", (2.75e-5, -0.2), "qa_pixel", "Landsat ETM+", 30),
        ("LC08_L2SP_033032_20231008_02_T1", "blue green red nir08", (2.75e-5, -0.2), "qa_pixel", "Landsat OLI", 30),
        ("2aa69fcf-aa55-4747-9d95-3652f9fe79b0", "blue green red nir", (None, 0.0), None, "Landsat OLI", 30),
        ("mt_m_4811501_nw_11_060_20231117_20240103", "red green blue nir", (None, 0.0), None, "NAIP", 0.6),
        ("20170831_172754_101c", "blue green red nir", (None, 0.0), "nonzero_bad", "planetscope", 2.6),
        ("20170831_195425_SS02", "red green blue", (None, 0.0), None, "SS02", 1.1),
    ],
)  # fmt: skip
def test_what_the_numbers_of_real_files_mean(
    real: dict[str, dict[str, Any]],
    name: str,
    bands: str,
    numbers: tuple[float | None, float],
    mask: str | None,
    sensor: str,
    gsd: float,
) -> None:
    """Bands, scale and offset, mask, sensor and pixel size of each kind of catalog."""
    scene = read(real[name])
    assert [band for asset in scene.assets for band in asset.bands] == bands.split()
    assert {(a.scale, a.offset) for a in scene.assets} == {numbers}
    assert (scene.mask_kind if scene.mask else None) == mask
    assert scene.sensor == sensor
    assert scene.assets[0].gsd_m == gsd


def test_dates_are_acquired_published_and_range(real: dict[str, dict[str, Any]]) -> None:
    """Midnight sharp and NAIP's nominal hour are days; when it was published is another field; a mosaic is a range."""
    landsat = read(real["LC08_L2SR_081119_20200101_20200823_02_T2"])
    assert (landsat.acquired.text, landsat.acquired.has_hour) == ("2020-01-01", False)
    assert "midnight" in landsat.notes["time"]
    naip = read(real["mt_m_4811501_nw_11_060_20231117_20240103"])
    assert not naip.acquired.has_hour
    s2 = read(real["S2A_13TDE_20231008_0_L2A"])
    assert (s2.acquired.text, s2.published) == ("2023-10-08T18:02:55.276000Z", date(2023, 10, 9))
    mosaic = copy.deepcopy(real["S2A_13TDE_20231008_0_L2A"])
    mosaic["properties"] |= {"start_datetime": "2023-10-01T00:00:00Z", "end_datetime": "2023-10-31T23:59:59Z"}
    scene = read(mosaic)
    assert scene.mosaic == (date(2023, 10, 1), date(2023, 10, 31))
    assert (scene.acquired.first_day, scene.acquired.last_day) == scene.mosaic
    half_minute = read(real["2aa69fcf-aa55-4747-9d95-3652f9fe79b0"])
    assert half_minute.mosaic is None
    assert half_minute.acquired.is_instant


@pytest.mark.parametrize(
    ("properties", "numbers", "is_doubted"),
    [
        ({"s2:processing_baseline": "05.11"}, (1e-4, -0.1), False),
        ({"s2:processing_baseline": "04.00"}, (1e-4, -0.1), False),
        ({"s2:processing_baseline": "03.01"}, (1e-4, 0.0), True),
        ({"s2:processing_baseline": "05.09", "earthsearch:boa_offset_applied": True}, (1e-4, 0.0), False),
        ({"s2:processing_baseline": "05.09", "earthsearch:boa_offset_applied": False}, (1e-4, -0.1), True),
        (
            {"s2:product_uri": "S2A_MSIL2A_20190101T000001_N0500_R1_T13TDE_20230101T000000.SAFE"},
            (1e-4, -0.1),
            False,
        ),
        ({}, (1e-4, -0.1), False),
    ],
)
def test_sentinel_2_offsets(
    real: dict[str, dict[str, Any]],
    properties: dict[str, Any],
    numbers: tuple[float, float],
    is_doubted: bool,
) -> None:
    """By baseline, not by date; Earth Search's own word for having taken it off; what contradicts is said."""
    item = copy.deepcopy(real["S2A_13TDE_20231008_0_L2A"])
    item["id"] = "x"
    for key in (
        "s2:processing_baseline",
        "s2:product_uri",
        "s2:granule_id",
        "earthsearch:boa_offset_applied",
    ):
        item["properties"].pop(key, None)
    item["properties"] |= properties
    scene = read(item)
    assert {(a.scale, a.offset) for a in scene.assets} == {numbers}
    assert ("numbers" in scene.notes) is is_doubted


def test_an_old_scene_of_unknown_baseline_stays_relative(real: dict[str, dict[str, Any]]) -> None:
    """Before 2022 an unknown baseline may be a reprocessing: we do not guess, and say so."""
    item = copy.deepcopy(real["S2B_MSIL2A_20190629T212529_R043_T06VVN_20201006T080531"])
    item["id"] = "x"
    for key in ("s2:processing_baseline", "s2:product_uri", "s2:granule_id"):
        item["properties"].pop(key)
    scene = read(item)
    assert {a.scale for a in scene.assets} == {None}
    assert "baseline is not known" in scene.notes["numbers"]


def test_bands_of_stac_1_1_are_read() -> None:
    """`bands` with extension prefixes, `proj:code`, scale on the asset: Copernicus Data Space's items."""
    asset = {
        "href": "s3://eodata/Sentinel-2/B04_10m.jp2",
        "type": "image/jp2",
        "roles": ["data", "reflectance"],
        "gsd": 10,
        "bands": [{"name": "B04", "eo:common_name": "red"}],
        "raster:scale": 0.0001,
        "raster:offset": -0.1,
        "nodata": 0,
        "data_type": "uint16",
        "file:size": 123,
        "proj:code": "EPSG:32652",
    }
    coarse = {**asset, "href": "s3://eodata/Sentinel-2/B04_60m.jp2", "gsd": 60}
    item = {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": "S2B_MSIL2A_20250302T095029_N0511_R079_T33UXP_20250302T104753",
        "collection": "sentinel-2-l2a",
        "properties": {
            "datetime": "2025-03-02T09:50:29.024Z",
            "platform": "sentinel-2b",
            "processing:version": "05.11",
        },
        "assets": {
            "B04_60m": coarse,
            "B04_10m": asset,
            "SCL_20m": {**asset, "bands": [{"name": "SCL"}], "gsd": 20},
        },
    }
    scene = read(item, BUILT_IN["cdse"])
    [red] = scene.assets
    assert (red.key, red.bands, red.scale, red.offset, red.size) == ("B04_10m", ("red",), 1e-4, -0.1, 123)
    assert (scene.crs, scene.signing, scene.mask_kind) == ("EPSG:32652", "s3", "scl")
    assert scene.mask is not None
    assert scene.mask.scale is None


@pytest.mark.parametrize(
    ("source", "change", "credit", "use"),
    [
        ("S2A_13TDE_20231008_0_L2A", {}, "Contains modified Copernicus Sentinel data 2023", Use.PUBLISH),
        (
            "LC08_L2SP_033032_20231008_02_T1",
            {},
            "Landsat data courtesy of the U.S. Geological Survey",
            Use.PUBLISH,
        ),
        (
            "mt_m_4811501_nw_11_060_20231117_20240103",
            {},
            "USDA National Agriculture Imagery Program",
            Use.PUBLISH,
        ),
        ("20170831_172754_101c", {}, "Planet", Use.ANALYSE),
        ("20170831_172754_101c", {"license": "CC-BY-SA-4.0"}, "Planet", Use.PUBLISH),
        ("2aa69fcf-aa55-4747-9d95-3652f9fe79b0", {}, "unknown", Use.UNKNOWN),
        ("2aa69fcf-aa55-4747-9d95-3652f9fe79b0", {"license": "proprietary"}, "unknown", Use.UNKNOWN),
        ("2aa69fcf-aa55-4747-9d95-3652f9fe79b0", {"license": "CC-BY-NC-4.0"}, "unknown", Use.UNKNOWN),
        (
            "2aa69fcf-aa55-4747-9d95-3652f9fe79b0",
            {"license": "CC-BY-4.0", "providers": [{"name": "Geoscience Australia", "roles": ["producer"]}]},
            "Geoscience Australia",
            Use.PUBLISH,
        ),
    ],
)
def test_rights_follow_the_provider(
    real: dict[str, dict[str, Any]], source: str, change: dict[str, Any], credit: str, use: Use
) -> None:
    """Credit and use of each provider's terms; what nobody says is unknown, and an open licence is believed."""
    item = copy.deepcopy(real[source])
    item["properties"] |= change
    scene = read(item)
    assert (scene.credit, scene.use) == (credit, use)


def test_rights_of_the_collection_count(real: dict[str, dict[str, Any]], stac: Path) -> None:
    """The disaster data of Planet are CC BY-SA by their collection."""
    described = json.loads((stac / "items" / "planet_disaster_collection.json").read_text())
    scene, _ = read_item(Offered(real["20170831_172754_101c"], BASE, described), EARTH)
    assert (scene.licence, scene.use) == ("CC-BY-SA-4.0", Use.PUBLISH)
    assert "Planet" in scene.credit


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        ("../b4.tif", "https://catalog.example/b4.tif"),
        ("https://h.example/b4.tif?sig=KEY&se=1", "https://h.example/b4.tif"),
        ("s3://bucket-a/b4.tif", "s3://bucket-a/b4.tif"),
        ("file:///etc/passwd", None),
        ("/vsicurl/https://h.example/b4.tif", "https://catalog.example/vsicurl/https://h.example/b4.tif"),
        ("https://user:KEY@h.example/b4.tif", None),
        ("gopher://h.example/b4.tif", None),
        ("javascript:alert(1)", None),
        ("", None),
        (7, None),
        ("http://h.example/\nb4.tif", None),
    ],
)
def test_addresses_of_files(href: Any, kept: str | None) -> None:
    """Relative ones start at the item; keys go; what is no place on the web is left out, and the scene says so."""
    asset = {"href": href, "type": "image/tiff", "eo:bands": [{"common_name": "red"}]}
    item = {"id": "x", "properties": {"datetime": "2024-01-01T09:00:00Z"}, "assets": {"red": asset}}
    scene, odd = read_item(Offered(item, BASE), EARTH)
    if kept is None:
        assert scene.fault
        assert odd
    else:
        assert [a.href for a in scene.assets] == [kept]


def test_a_local_item_may_not_lead_out_of_its_folder(tmp_path: Path) -> None:
    """Files beside the item are taken, files elsewhere on the machine are not."""
    (tmp_path / "in").mkdir()
    for href, is_taken in (("red.tif", True), ("../red.tif", False), ("/etc/passwd.tif", False)):
        asset = {"href": href, "type": "image/tiff", "eo:bands": [{"common_name": "red"}]}
        item = {"id": "x", "properties": {"datetime": "2024-01-01T09:00:00Z"}, "assets": {"red": asset}}
        scene, _ = read_item(Offered(item, str(tmp_path / "in" / "item.json")), EARTH)
        assert bool(scene.assets) is is_taken


@pytest.mark.parametrize(
    "broken",
    [
        None, [], "item", {"id": 7}, {"id": ""}, {"id": "a\nb", "properties": {}}, {"id": "x"}, {"id": "x", "properties": []},
        {"id": "x", "properties": {}}, {"id": "x", "properties": {"datetime": None}},
        {"id": "x", "properties": {"datetime": "yesterday"}}, {"id": "x", "properties": {"datetime": 1700000000}},
        {"id": "x", "properties": {"datetime": "9999-01-01T00:00:00Z"}}, {"id": "x" * 500, "properties": {}},
        {"id": "x", "properties": {"start_datetime": "2024-02-01T00:00:00Z", "end_datetime": "2024-01-01T00:00:00Z"}},
    ],
)  # fmt: skip
def test_an_entry_that_is_no_item_is_refused_by_name(broken: Any) -> None:
    """Without an id or a date there is no scene; the refusal says what is missing."""
    with pytest.raises(BadItem, match=r"item|entry"):
        read_item(Offered(broken, BASE), EARTH)


def test_odd_values_are_unknown_and_said(real: dict[str, dict[str, Any]]) -> None:
    """A sun below the centre of the Earth is no sun; the scene stays, and says what was left out."""
    item = copy.deepcopy(real["S2A_13TDE_20231008_0_L2A"])
    item["properties"] |= {"view:sun_elevation": 900, "eo:cloud_cover": "some", "view:sun_azimuth": math.nan}
    scene, odd = read_item(Offered(item, BASE), EARTH)
    assert (scene.sun_elevation, scene.cloud, scene.sun_azimuth) == (None, None, None)
    assert len(odd) == 3
    assert "900" in scene.notes["left out"]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mangled_item_breaks_nothing(real: dict[str, dict[str, Any]], data: st.DataObject) -> None:
    """Whatever values stand anywhere in a real item, it becomes a scene that can be filed, or is refused in our words."""
    name = data.draw(st.sampled_from(sorted(real)))
    item = mangled(real[name], data)
    try:
        scene, _ = read_item(Offered(item, BASE), EARTH, data.draw(st.sampled_from([(), BANDS])))
    except BadItem:
        return
    place = box(-180, -90, 180, 90)
    assert len(choose([scene, read(real[name])], ["earth-search"], place)) in (1, 2)
    assert (window_bytes(scene, place) or 0) >= 0
    filed = to_json(scene)
    filed.encode()
    assert to_json(from_json(FoundScene, filed)) == filed
