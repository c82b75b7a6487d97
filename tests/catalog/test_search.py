"""Searches against real recorded pages, a small API, catalogs of files and folders: all of it comes, and it ends."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from siteline.catalog.box import SearchBox
from siteline.catalog.remote.web import Limits, Web
from siteline.catalog.search import Found, Wish, search
from siteline.catalog.source import Source
from siteline.catalog.stac import Asked, Caps, search_api
from siteline.model.errors import NotFound, NotReached, SitelineError
from siteline.model.remark import Remark
from tests.catalog.apis import Api, real_items, stac_api
from tests.servers import Reply, serving

COLORADO = Asked(SearchBox(-105.12, 40.15, -105.08, 40.18), date(2023, 10, 1), date(2023, 10, 31))
SITE = box(-105.12, 40.15, -105.08, 40.18)
QUICK = Limits(tries=2, first_wait_s=0.01, idle_seconds=1, seconds=3)


@pytest.fixture(scope="session")
def stac(shared: Path) -> Path:
    return shared / "data" / "imagery" / "stac"


@pytest.fixture(scope="session")
def colorado(stac: Path) -> list[dict[str, Any]]:
    """A Sentinel-2 and a Landsat item of one place and day, as Earth Search gave them."""
    document = json.loads((stac / "search" / "es_multi.page1.json").read_text())
    features: list[dict[str, Any]] = document["features"]
    return features


@pytest.fixture(scope="session")
def api(stac: Path) -> Iterator[Api]:
    with stac_api(stac) as running:
        yield running


def ask(
    *sources: Source, asked: Asked = COLORADO, wish: Wish | None = None, caps: Caps | None = None
) -> Found:
    with Web([s.url for s in sources if "://" in s.url], QUICK, sleep=lambda _: None) as web:
        return search(web, sources, asked, SITE, wish, caps=caps or Caps())


def pages_of(api: Api, name: str, caps: Caps | None = None) -> tuple[list[Any], list[Remark]]:
    """Everything that a recorded search gives, and the remarks."""
    remarks: list[Remark] = []
    source = Source(name, f"{api.url}/recorded/{name}", "stac-api")
    with Web([api.url], QUICK, sleep=lambda _: None) as web:
        return [o.raw for o in search_api(web, source, COLORADO, {}, remarks, caps or Caps())], remarks


@pytest.mark.parametrize(
    "name", ["pc_naip_bbox", "es_multi", "pc_naip_intersects", "pc_naip_query_gsd", "pc_ids"]
)
def test_recorded_pages_are_followed_to_their_end(api: Api, stac: Path, name: str) -> None:
    """Tokens in bodies, an empty second page, a single page: every item once; a last page that was not recorded is said."""
    whole = [json.loads(f.read_text()) for f in sorted((stac / "search").glob(f"{name}.page?.json"))]
    items, remarks = pages_of(api, name)
    assert [i["id"] for i in items] == [i["id"] for page in whole for i in page["features"]]
    goes_on = any(link["rel"] == "next" for link in whole[-1]["links"])
    assert bool(remarks) is goes_on


def test_a_page_that_is_not_there_loses_none_before_it(api: Api) -> None:
    """Three recorded pages and a fourth that was never recorded: thirty items, and the hole is said."""
    items, remarks = pages_of(api, "pc_naip_paging")
    assert len({i["id"] for i in items}) == 30
    assert "page 4 of its answer was not reached" in str(remarks[0])


def test_what_is_sent_is_box_days_and_collections(api: Api) -> None:
    """The box and not the outline; nothing else about the user."""
    api.asked.clear()
    ask(Source("local", f"{api.url}/v1", "stac-api", ("sentinel-2-l2a",)))
    [body] = api.asked
    assert body == {
        "bbox": [-105.12, 40.15, -105.08, 40.18],
        "datetime": "2023-10-01T00:00:00Z/2023-10-31T23:59:59Z",
        "limit": 100,
        "collections": ["sentinel-2-l2a"],
    }


def test_an_address_is_recognised_as_an_api(api: Api) -> None:
    """By what is there: a landing page that can be searched."""
    found = ask(Source("x", f"{api.url}/v1"))
    assert {s.id for s in found.scenes} == {"S2A_13TDE_20231008_0_L2A", "LC08_L2SP_033032_20231008_02_T1"}


def test_items_without_files_are_asked_for_one_by_one(stac: Path, colorado: list[dict[str, Any]]) -> None:
    """An API that answers with parts of items is asked for the whole ones."""
    whole = copy.deepcopy(colorado)
    partial = [{k: v for k, v in item.items() if k not in ("assets", "links")} for item in whole]

    def route(reply: Reply) -> None:
        name = reply.asked.path.rsplit("/", 1)[-1]
        if reply.asked.method == "POST":
            reply.send(200, json.dumps({"type": "FeatureCollection", "features": partial}).encode())
        else:
            found = next((i for i in whole if i["id"] == name), None)
            reply.send(200 if found else 404, json.dumps(found).encode())

    with serving({"*": route}) as served:
        found = ask(Source("x", served.url, "stac-api"))
    assert [bool(s.assets) for s in found.scenes] == [True, True]


def test_a_bad_entry_loses_only_itself(stac: Path, colorado: list[dict[str, Any]]) -> None:
    """Among entries that are no items the good ones are found, and each bad one is named with its reason."""
    good = colorado[0]
    bad = [7, None, {"id": "no-date", "type": "Feature", "properties": {}}, {**good, "id": 5}]
    answer = json.dumps({"type": "FeatureCollection", "features": [bad[0], good, *bad[1:]]}).encode()
    with serving({"*": lambda reply: reply.send(200, answer)}) as served:
        found = ask(Source("x", served.url, "stac-api"))
    assert [s.id for s in found.scenes] == [good["id"]]
    told = "\n".join(map(str, found.remarks))
    assert "item no-date: it does not say when it was taken" in told
    assert len(found.remarks) == 4


def endless(make: Callable[[int, str], dict[str, Any]]) -> Callable[[Reply], None]:
    def route(reply: Reply) -> None:
        if reply.asked.method == "GET" and "/collections/" in reply.asked.path:
            reply.send(404)
            return
        reply.send(200, json.dumps(make(reply.count, f"http://{reply.asked.headers['host']}")).encode())

    return route


def item(number: int) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": f"i{number}",
        "properties": {"datetime": "2023-10-08T09:00:00Z"},
        "assets": {"a": {}},
    }


def test_every_search_ends(stac: Path) -> None:
    """The same page for ever, the same link for ever, new pages for ever: each ends, and says so."""
    cases: list[tuple[Callable[[int, str], dict[str, Any]], str]] = [
        (
            lambda n, host: {"features": [item(1)], "links": [{"rel": "next", "href": f"{host}/search?p={n}"}]},
            "the same page again",
        ),
        (
            lambda n, host: {"features": [item(n)], "links": [{"rel": "next", "href": f"{host}/search?p=1"}]},
            "one that was read",
        ),
        (
            lambda n, host: {"features": [item(n)], "links": [{"rel": "next", "href": f"{host}/search?p={n}"}]},
            "more than 5 pages",
        ),
        (
            lambda n, host: {"features": [item(100 * n + k) for k in range(99)], "links": [
                {"rel": "next", "method": "POST", "href": "search", "body": {"token": n}}]},
            "more than 200 items",
        ),
        (
            lambda n, host: {"features": [item(n)], "links": [{"rel": "next", "href": "https://elsewhere.example/x"}]},
            "at another place (https://elsewhere.example/x), which was not asked",
        ),
    ]  # fmt: skip
    for make, said in cases:
        with serving({"*": endless(make)}) as served:
            found = ask(Source("x", served.url, "stac-api"), caps=Caps(pages=5, items=200))
        assert said in "\n".join(map(str, found.remarks))
        assert sum(served.counts.values()) < 30


def test_a_server_that_knows_no_post_is_asked_by_get(colorado: list[dict[str, Any]]) -> None:
    """Old APIs answer 405 to a POST: the same question goes as a query."""

    def route(reply: Reply) -> None:
        if reply.asked.method == "POST":
            reply.send(405)
        else:
            reply.send(200, json.dumps({"features": colorado}).encode())

    with serving({"*": route}) as served:
        found = ask(Source("x", served.url, "stac-api", ("sentinel-2-l2a", "landsat-c2-l2")))
        assert "bbox=-105.12,40.15,-105.08,40.18" in served.asked[1].path
    assert len(found.scenes) == 2


def test_what_does_not_show_the_site_is_left_out(stac: Path, colorado: list[dict[str, Any]]) -> None:
    """A server may answer anything: scenes of other places and other times are counted, not kept."""
    other_day, elsewhere = copy.deepcopy(colorado[0]), copy.deepcopy(colorado[0])
    other_day["id"], other_day["properties"]["datetime"] = "other-day", "2021-01-01T09:00:00Z"
    elsewhere["id"] = "elsewhere"
    elsewhere["geometry"] = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
    answer = json.dumps({"features": [*colorado, other_day, elsewhere]}).encode()
    with serving({"*": lambda reply: reply.send(200, answer)}) as served:
        found = ask(Source("x", served.url, "stac-api"))
    assert len(found.scenes) == 2
    assert found.elsewhere == 2
    assert {s.notes["share of site"] for s in found.scenes} == {"1.000"}


def test_clouds_and_limits(colorado: list[dict[str, Any]]) -> None:
    """Cloudy scenes are left out, unknown ones stay; of too many the newest are kept, and that is said."""
    cloudy, unknown = copy.deepcopy(colorado[0]), copy.deepcopy(colorado[0])
    for name, one, day in (("cloudy", cloudy, "05"), ("unknown", unknown, "06")):
        one["id"], one["properties"]["datetime"] = name, f"2023-10-{day}T18:00:00Z"
        one["properties"].pop("s2:product_uri")
    cloudy["properties"]["eo:cloud_cover"] = 80
    unknown["properties"].pop("eo:cloud_cover")
    answer = json.dumps({"features": [*colorado, cloudy, unknown]}).encode()
    with serving({"*": lambda reply: reply.send(200, answer)}) as served:
        source = Source("x", served.url, "stac-api")
        found = ask(source, wish=Wish(most_cloud=0.2))
        assert (found.cloudy, found.scenes[0].id) == (1, "unknown")
        few = ask(source, wish=Wish(most=1))
    assert [s.id for s in few.scenes] == ["S2A_13TDE_20231008_0_L2A"]
    assert "the newest 1 of 4 scenes are kept" in str(few.remarks[-1])


def test_one_source_that_fails_does_not_fail_the_other(api: Api) -> None:
    """Two sources, one of which is down: what the other has is found, and the hole is said; all down is an error."""
    with serving({"*": lambda reply: reply.send(500)}) as down:
        broken = Source("down", down.url, "stac-api")
        found = ask(broken, Source("up", f"{api.url}/v1", "stac-api"))
        assert len(found.scenes) == 2
        assert "down: did not answer" in str(found.remarks[0])
        with pytest.raises(NotReached, match="answered 500; tried 2 times"):
            ask(broken)


def test_a_page_of_html_is_named_for_what_it_is() -> None:
    """An address of a page about an API is refused in words."""
    page = {"*": lambda reply: reply.send(200, b"<html>", Content_Type="text/html")}
    with serving(page) as served, pytest.raises(NotReached, match="answered with text/html that is not JSON"):
        ask(Source("x", served.url))


def catalog_files(colorado: list[dict[str, Any]]) -> dict[str, Any]:
    """A static catalog: two collections, one too old, items beside them, a link that leads away, a circle."""
    extent = {
        "spatial": {"bbox": [[-180, -90, 180, 90]]},
        "temporal": {"interval": [["2023-01-01T00:00:00Z", None]]},
    }
    old = {**extent, "temporal": {"interval": [["2015-01-01T00:00:00Z", "2016-01-01T00:00:00Z"]]}}
    links = [{"rel": "item", "href": f"./{i['id']}.json"} for i in colorado]
    return {
        "catalog.json": {
            "type": "Catalog", "id": "c", "links": [
                {"rel": "child", "href": "./new/collection.json"}, {"rel": "child", "href": "./old/collection.json"},
                {"rel": "child", "href": "https://elsewhere.example/catalog.json"}, {"rel": "self", "href": "./catalog.json"},
            ],
        },
        "new/collection.json": {
            "type": "Collection", "id": "n", "license": "CC0-1.0", "extent": extent,
            "links": [*links, {"rel": "child", "href": "../catalog.json"}, {"rel": "item", "href": "./gone.json"}],
        },
        "old/collection.json": {
            "type": "Collection", "id": "o", "license": "CC0-1.0", "extent": old,
            "links": [{"rel": "item", "href": "./never.json"}],
        },
        **{f"new/{i['id']}.json": {**i, "links": []} for i in colorado},
    }  # fmt: skip


def test_a_static_catalog_is_followed_on_the_web(colorado: list[dict[str, Any]]) -> None:
    """Links are followed on the same host, once; what leads away or is not there is said; old collections are not read."""
    files = catalog_files(colorado)

    def route(reply: Reply) -> None:
        found = files.get(reply.asked.path.lstrip("/"))
        reply.send(200 if found else 404, json.dumps(found).encode())

    with serving({"*": route}) as served:
        found = ask(Source("x", f"{served.url}/catalog.json"))
        assert served.counts["/old/never.json"] == 0
        assert served.counts["/catalog.json"] == 2  # once to see what it is
    assert len(found.scenes) == 2
    told = "\n".join(map(str, found.remarks))
    assert "https://elsewhere.example/catalog.json, which was not followed" in told
    assert "gone.json answered 404" in told


def test_a_static_catalog_is_followed_on_this_machine(tmp_path: Path, colorado: list[dict[str, Any]]) -> None:
    """The same by path; a link out of the catalog's folder is not followed."""
    files = catalog_files(colorado)
    files["catalog.json"]["links"].append({"rel": "item", "href": "../../../etc/passwd"})
    for name, document in files.items():
        (tmp_path / "cat" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "cat" / name).write_text(json.dumps(document))
    found = ask(Source("x", str(tmp_path / "cat" / "catalog.json"), "stac-static"))
    assert len(found.scenes) == 2
    assert "etc/passwd, which was not followed" in "\n".join(map(str, found.remarks))


def test_a_folder_of_items_is_read(tmp_path: Path, stac: Path, colorado: list[dict[str, Any]]) -> None:
    """Items and item collections in any depth; files that are neither are left out, broken ones are named."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.json").write_text(json.dumps(colorado[0]))
    (tmp_path / "all.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [colorado[1]]})
    )
    (tmp_path / "broken.json").write_text('{"type": ')
    (tmp_path / "list.json").write_text("[1, 2]")
    (tmp_path / "out.json").symlink_to("/etc/hostname")
    found = ask(Source("x", str(tmp_path), "folder"))
    assert len(found.scenes) == 2
    told = "\n".join(map(str, found.remarks))
    assert "broken.json is not JSON" in told
    assert "out.json lies outside the folder" in told
    with pytest.raises(NotFound, match="no folder"):
        ask(Source("x", str(tmp_path / "nowhere"), "folder"))


def test_all_real_items_in_a_folder_can_be_searched(tmp_path: Path, stac: Path) -> None:
    """Every real item there is, in one folder: each that shows the place and the time is found."""
    for number, one in enumerate(real_items(stac)):
        (tmp_path / f"{number}.json").write_text(json.dumps(one))
    with Web() as web:
        asked = Asked(SearchBox(-180, -90, 180, 90), date(2000, 1, 1), date(2026, 1, 1))
        found = search(web, [Source("x", str(tmp_path), "folder")], asked, box(-180, -90, 180, 90))
    assert found.offered > 80
    assert found.offered == len(found.scenes) + found.elsewhere + sum(len(s.instead_of) for s in found.scenes)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "features",
                    "links",
                    "rel",
                    "href",
                    "method",
                    "body",
                    "merge",
                    "id",
                    "properties",
                    "type",
                    "x",
                ]
            )
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@pytest.fixture(scope="module")
def says() -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives whatever the list holds."""
    body: list[bytes] = [b""]
    with serving({"*": lambda reply: reply.send(200, body[0])}) as served:
        yield served.url, body


@settings(max_examples=50, deadline=None)
@given(document=_JSON, links=_JSON)
def test_no_answer_breaks_a_search(says: tuple[str, list[bytes]], document: Any, links: Any) -> None:
    """Whatever JSON a server sends as a page or as a link: scenes, or a refusal in our words."""
    url, body = says
    page = {
        "features": [document],
        "links": links if isinstance(links, list) else [{"rel": "next", "href": links}],
    }
    for sent in (document, page):
        body[0] = json.dumps(sent).encode()
        for kind in ("stac-api", "auto"):
            with suppress(SitelineError):
                ask(Source("x", url, kind), caps=Caps(pages=3, documents=5))
