"""Planet's items, prices and refusals, read by themselves."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siteline.catalog.box import search_box
from siteline.catalog.offered import Offered
from siteline.catalog.planet.account import Account, Quota, reason_of
from siteline.catalog.planet.items import read_planet_item
from siteline.catalog.planet.orders import build_order, prefix_of
from siteline.catalog.planet.price import (
    MAX_VERTICES,
    Budget,
    Price,
    area_km2,
    charges_of,
    clip_outline,
    geojson_of,
)
from siteline.catalog.planet.search import build_filter
from siteline.catalog.remote.web import Web
from siteline.catalog.search import Wish, search
from siteline.catalog.source import BUILT_IN
from siteline.catalog.stac import Asked
from siteline.catalog.twins import choose
from siteline.model.errors import BadItem, BadSetting, MissingExtra, NotReached
from siteline.model.found import FoundScene
from siteline.model.imagery import Use
from tests.catalog.offered import site_at
from tests.catalog.planet_api import CORNER, KEY, Planet, plan, planet_api, psscene

PLANET = BUILT_IN["planet"]
SITE = site_at((CORNER[0] + 900, CORNER[1] - 2100, CORNER[0] + 2100, CORNER[1] - 900)).aoi
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def read(item: dict[str, Any], *wanted: str) -> FoundScene:
    return read_planet_item(Offered(item, "https://api.planet.com/data/v1/"), PLANET, wanted)[0]


def look(
    planet: Planet, *, cloud: float | None = None, only: tuple[str, ...] = (), days: tuple[int, int] = (1, 30)
) -> Any:
    """A search at the stand-in."""
    assert SITE is not None
    source = replace(PLANET, url=planet.url, is_named=True, only=only)
    asked = Asked(search_box(SITE), date(2024, 4, days[0]), date(2024, 4, days[1]))
    with Web([planet.url]) as web:
        return search(web, [source], asked, SITE, Wish(most_cloud=cloud), {"planet": KEY})


def test_an_item_is_told_with_its_second_angles_bands_and_doubts() -> None:
    """Acquired is not published; off-nadir has no sign; the satellite looks the way it does not stand."""
    scene = read(psscene(0))
    assert scene.acquired.text.startswith("2024-04-01T10:30:15.123456")
    assert str(scene.published) == "2024-04-01"
    assert (scene.view_off_nadir, scene.view_azimuth) == (4.1, pytest.approx(277.9))
    assert (scene.sun_azimuth, scene.sun_elevation, scene.cloud) == (147.2, 52.5, 0.03)
    assert (scene.sensor, scene.use, scene.fault) == ("PlanetScope PSB.SD", Use.ANALYSE, None)
    [asset] = scene.assets
    assert (asset.key, asset.bands) == ("ortho_analytic_4b_sr", ("blue", "green", "red", "nir"))
    assert (asset.scale, asset.nodata, asset.gsd_m) == (1e-4, 0, 3)
    assert scene.mask is not None
    assert (scene.mask.key, scene.mask_kind) == ("ortho_udm2", "udm2")
    test = read(psscene(0, quality_category="test", ground_control=False, publishing_stage="preview"))
    assert {"quality", "position", "stage"} <= set(test.notes)


@pytest.mark.parametrize(
    ("assets", "wanted", "key", "scale"),
    [
        (["ortho_analytic_4b_sr", "ortho_analytic_8b_sr"], ("red", "rededge1"), "ortho_analytic_8b_sr", 1e-4),
        (["ortho_analytic_4b", "ortho_analytic_8b_sr"], (), "ortho_analytic_8b_sr", 1e-4),
        (["ortho_analytic_4b", "ortho_analytic_8b"], (), "ortho_analytic_4b", None),
    ],
)
def test_reflectance_goes_before_radiance_and_the_file_with_most_wanted_bands_first(
    assets: list[str], wanted: tuple[str, ...], key: str, scale: float | None
) -> None:
    """Radiance stays relative, and says so."""
    scene = read(psscene(0, assets=[*assets, "ortho_udm2"]), *wanted)
    assert (scene.assets[0].key, scene.assets[0].scale) == (key, scale)
    assert ("numbers" in scene.notes) == (scale is None)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"permissions": []}, "may not download it"),
        ({"assets": ["ortho_analytic_4b_sr"]}, "no mask of its clouds"),
        ({"assets": ["ortho_visual", "ortho_udm2"]}, "no file of it whose bands we know"),
    ],
)
def test_what_cannot_be_ordered_is_a_scene_with_a_fault(changed: dict[str, Any], fault: str) -> None:
    """A hole that is seen, not an item that is dropped."""
    scene = read(psscene(0, **changed))
    assert fault in (scene.fault or "")
    assert scene.assets == ()


@given(JSON, st.dictionaries(st.sampled_from(["acquired", "sun_azimuth", "satellite_id", "gsd"]), JSON))
def test_no_item_breaks_the_reader(raw: Any, properties: dict[str, Any]) -> None:
    """Whatever comes is a scene, or a BadItem."""
    item = {**psscene(0), "assets": raw, "_permissions": raw, "geometry": raw}
    item["properties"] = {**item["properties"], **properties}
    for hostile in (item, {**item, "id": raw}):
        try:
            scene = read(hostile)
        except BadItem:
            continue
        assert scene.fault is not None


def test_a_search_reads_every_page_and_asks_for_what_was_meant() -> None:
    """Seven items in pages of three; clouds and days are filtered there; another place is not shown."""
    items = [psscene(n, cloud_cover=0.1 * n) for n in range(7)]
    for item in items[:2]:
        item["_assets"] = item.pop("assets")  # these come without the list, which is asked for
    with planet_api([*items, psscene(8, shift_m=90_000)]) as planet:
        found = look(planet)
        assert [scene.id for scene in found.scenes] == [item["id"] for item in items]
        assert [scene.fault for scene in found.scenes] == [None] * 7
        assert len(look(planet, cloud=0.25).scenes) == 3
        assert len(look(planet, days=(2, 4)).scenes) == 3
        sent = planet.asked[0][2]
        kinds = [one["type"] for one in sent["filter"]["config"]]
        assert kinds == ["GeometryFilter", "DateRangeFilter", "AssetFilter", "AssetFilter"]
        items[0]["properties"]["ground_control"] = False
        items[1]["_permissions"] = []
        only = ("ground-control", "standard-quality", "permitted")
        assert len(look(planet, only=only).scenes) == 5
        planet.fail["search page"] = [404]
        broken = look(planet)
        assert len(broken.scenes) == 3
        assert "a page of its answer was not reached" in str(broken.remarks)


def test_a_republished_scene_is_the_same_look_taken_once() -> None:
    """The one that was processed last, by the same rule as for any catalog."""
    assert SITE is not None
    old, new = psscene(0), psscene(0, id="20240401_103015_00_2400_2", updated="2024-06-01T00:00:00Z")
    [chosen] = choose([read(old), read(new)], ["planet"], SITE)
    assert (chosen.id, chosen.instead_of) == (new["id"], (old["id"],))
    assert "processed 2024-06-01" in chosen.why
    piece = psscene(0, id="20240401_103016_10_2400", shift_m=1500, acquired="2024-04-01T10:30:16.1Z")
    assert len(choose([read(old), read(piece)], ["planet"], SITE)) == 2, (
        "the next frame of a strip is another"
    )


def test_a_wrong_key_and_no_key_are_told_without_it() -> None:
    """The server throws the key back; it is not repeated."""
    with planet_api([psscene(0)]) as planet, Web([planet.url]) as web:
        source = replace(PLANET, url=planet.url, is_named=True)
        with pytest.raises(BadSetting, match="PL_API_KEY holds no key"):
            Account(web, source, None)
        with pytest.raises(NotReached, match="does not accept the key in PL_API_KEY") as caught:
            Account(web, source, "PLAK-wrong-s3cr3t").quota()
        assert "s3cr3t" not in repr(caught.value) + str(caught.value.__cause__)
        planet.fail["order"] = [(400, {}, {"general": [{"message": f"bad {KEY} https://x/?token=1"}]})]
        with pytest.raises(NotReached) as refused:
            Account(web, source, KEY).post("compute/ops/orders/v2", {}, is_order=True)
        assert (refused.value.status, refused.value.said) == (400, "bad … …")


def test_no_sdk_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where Planet is used."""
    monkeypatch.setitem(sys.modules, "planet.order_request", None)
    with Web() as web, pytest.raises(MissingExtra) as caught:
        Account(web, PLANET, KEY)
    assert caught.value.hint == "run: pip install 'siteline[planet]'"


def test_a_quota_is_the_sum_of_the_plans_that_run() -> None:
    """Ended plans do not count; one without a number makes the sum unknown; an area under management is told."""
    plans = [
        plan(1000, 40),
        plan(50, 60),
        plan(500, 0, active_to="2023-06-01T00:00:00+00:00"),
        plan(9, 0, state="cancelled"),
    ]
    with planet_api([]) as planet, Web([planet.url]) as web:
        account = Account(web, replace(PLANET, url=planet.url, is_named=True), KEY)
        planet.quota[:] = plans
        assert account.quota() == Quota(1050, 960, ("PlanetScope Archive",) * 2, False)
        planet.quota[:] = [plan(None), plan(10, 1, quota_style="aum")]
        assert account.quota() == Quota(None, None, ("PlanetScope Archive",) * 2, True)


def test_a_price_is_the_ground_that_is_delivered() -> None:
    """A whole footprint costs the site with its margin, half a footprint half, and no scene less than the least charge."""
    assert SITE is not None
    clip = clip_outline(SITE, 30)
    assert area_km2(clip) == pytest.approx(1.26**2, rel=2e-3)
    whole, half = read(psscene(0)), read(psscene(1, shift_m=1500))
    unknown = replace(read(psscene(2)), outline_wkt="")
    charges = charges_of([whole, half, unknown], clip, 0.01)
    assert list(charges.values()) == pytest.approx([1.5876, 1.5876 / 2, 1.5876], rel=5e-3)
    assert set(charges_of([whole, half], clip, 100).values()) == {100}


def test_an_outline_that_is_sent_is_short_enough_and_holds_the_site() -> None:
    """A circle of 5,000 vertices; a site on the antimeridian is cut there."""
    round_ = shapely.Point(3.06, 39.7).buffer(0.02, quad_segs=1250)
    clip = clip_outline(round_, 30)
    assert shapely.get_num_coordinates(clip) <= MAX_VERTICES
    assert clip.covers(round_)
    assert area_km2(clip) < 1.15 * area_km2(round_)
    far = clip_outline(shapely.box(179.99, 10, 180.01, 10.02), 0)
    assert far.geom_type == "MultiPolygon"
    assert far.bounds[0] == -180
    assert far.bounds[2] == 180
    assert area_km2(far) == pytest.approx(area_km2(shapely.box(10, 10, 10.02, 10.02)), rel=1e-3)


@given(st.lists(st.floats(0.01, 50), max_size=8), st.floats(0, 200), st.integers(0, 9), st.floats(0, 100))
def test_what_fits_never_costs_more_than_is_left(
    areas: list[float], km2: float, scenes: int, spent: float
) -> None:
    """Of budget, scenes and quota; and one more would."""
    charges = {str(n): area for n, area in enumerate(areas)}
    budget = Budget(km2, scenes, spent, 0)
    price = Price("planet", charges, None, Quota(500, 120.0, (), False), budget)
    room = min(max(0.0, km2 - spent), 120.0)
    assert sum(areas[: price.fits]) <= room + 1e-6
    assert price.fits <= scenes
    assert price.over == (price.fits < len(areas))
    if price.over and price.fits < scenes:
        assert sum(areas[: price.fits + 1]) > room
    assert Price("planet", charges, None, None, Budget()).fits == 0, "no budget, no order"
    assert json.dumps(price.as_dict())


def test_an_order_is_known_by_what_is_in_it() -> None:
    """The same scenes in any order have one name; anything else another; it tells neither site nor place."""
    assert SITE is not None
    clip = geojson_of(clip_outline(SITE, 30))
    name, request = build_order("works", "ortho_analytic_4b_sr", ["b", "a"], clip, False, 0)
    assert build_order("works", "ortho_analytic_4b_sr", ["a", "b"], clip, False, 0) == (name, request)
    others = [
        build_order("other", "ortho_analytic_4b_sr", ["a", "b"], clip, False, 0),
        build_order("works", "ortho_analytic_8b_sr", ["a", "b"], clip, False, 0),
        build_order("works", "ortho_analytic_4b_sr", ["a"], clip, False, 0),
        build_order(
            "works", "ortho_analytic_4b_sr", ["a", "b"], geojson_of(clip_outline(SITE, 40)), False, 0
        ),
        build_order("works", "ortho_analytic_4b_sr", ["a", "b"], clip, True, 0),
        build_order("works", "ortho_analytic_4b_sr", ["a", "b"], clip, False, 1),
    ]
    assert len({name, *(other for other, _ in others)}) == 7
    assert name.startswith(prefix_of("works"))
    assert "works" not in name
    assert request["order_type"] == "partial"


def test_a_filter_across_the_antimeridian_has_two_pieces() -> None:
    """As Planet wants it."""
    sent = build_filter(
        Asked(search_box(shapely.box(179.9, 1, 180.1, 1.2)), date(2024, 1, 1), date(2024, 1, 2)), 0.2
    )
    assert sent["config"][0]["config"]["type"] == "MultiPolygon"
    assert sent["config"][1]["config"] == {
        "gte": "2024-01-01T00:00:00+00:00",
        "lt": "2024-01-03T00:00:00+00:00",
    }
    assert sent["config"][-1]["config"] == {"lte": 0.2}


@given(st.text(max_size=40) | JSON.map(json.dumps))
def test_no_refusal_breaks_the_reader_of_refusals(body: str) -> None:
    """It gives words, or none."""
    assert isinstance(reason_of(body), str)
