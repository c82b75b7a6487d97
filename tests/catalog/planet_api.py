"""
A stand-in for Planet's API on loopback: search, assets, subscriptions, orders and their files, as its documentation tells them.

Shapes: docs.planet.com (Data API, Orders API), support.planet.com (subscriptions); codes of refusal as the SDK maps them. It
counts orders, fails on purpose, and can be held at a moment, so that a client may be killed there.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import rasterio
import shapely
import uvicorn
from affine import Affine
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from rasterio.features import geometry_mask
from shapely.geometry import mapping, shape

from siteline.raster.grid import WGS84, reproject
from tests.catalog.offered import CRS, ground

KEY = "PLAKs3cr3t0123456789abcdef"
BUNDLES = {
    "analytic_udm2": ("ortho_analytic_4b", "ortho_analytic_4b_xml", "ortho_udm2"),
    "analytic_8b_udm2": ("ortho_analytic_8b", "ortho_analytic_8b_xml", "ortho_udm2"),
    "analytic_sr_udm2": ("ortho_analytic_4b_sr", "ortho_analytic_4b_xml", "ortho_udm2"),
    "analytic_8b_sr_udm2": ("ortho_analytic_8b_sr", "ortho_analytic_8b_xml", "ortho_udm2"),
}
ASSETS = sorted({asset for bundle in BUNDLES.values() for asset in bundle} | {"ortho_visual"})
_FILES = {
    "ortho_analytic_4b": "AnalyticMS",
    "ortho_analytic_8b": "AnalyticMS_8b",
    "ortho_analytic_4b_sr": "AnalyticMS_SR",
    "ortho_analytic_8b_sr": "AnalyticMS_SR_8b",
    "ortho_udm2": "udm2",
}
CORNER = (504_000.0, 4_395_600.0)
SIZE_PX, PIXEL = 1000, 3.0


def psscene(
    number: int = 0, shift_m: float = 0.0, size_m: float = SIZE_PX * PIXEL, **changed: Any
) -> dict[str, Any]:
    """
    An item of the Data API; its footprint begins `shift_m` east of CORNER.

    changed: properties; or `assets`, `permissions` (asset types), `id`.
    """
    when = datetime(2024, 4, 1, 10, 30, 15, 123456, UTC) + timedelta(days=number)
    item_id = changed.pop("id", f"{when:%Y%m%d_%H%M%S}_{number:02d}_24{number:02x}")
    assets = list(changed.pop("assets", ASSETS))
    may = list(changed.pop("permissions", assets))
    west, north = CORNER[0] + shift_m, CORNER[1]
    ring = reproject(shapely.box(west, north - size_m, west + size_m, north), CRS, WGS84)
    self_ = f"/data/v1/item-types/PSScene/items/{item_id}"
    return {
        "_links": {"_self": self_, "assets": f"{self_}/assets/", "thumbnail": f"{self_}/thumb"},
        "_permissions": [f"assets.{name}:download" for name in may],
        "assets": assets,
        "geometry": mapping(ring),
        "id": item_id,
        "type": "Feature",
        "properties": {
            "acquired": f"{when:%Y-%m-%dT%H:%M:%S.%fZ}",
            "anomalous_pixels": 0.01,
            "clear_confidence_percent": 91,
            "clear_percent": 97,
            "cloud_cover": 0.03,
            "cloud_percent": 3,
            "ground_control": True,
            "gsd": 3.9,
            "heavy_haze_percent": 0,
            "instrument": "PSB.SD",
            "item_type": "PSScene",
            "light_haze_percent": 0,
            "pixel_resolution": 3,
            "provider": "planetscope",
            "published": f"{when + timedelta(hours=9):%Y-%m-%dT%H:%M:%SZ}",
            "publishing_stage": "finalized",
            "quality_category": "standard",
            "satellite_azimuth": 97.9,
            "satellite_id": f"24{number:02x}",
            "shadow_percent": 0,
            "snow_ice_percent": 0,
            "strip_id": f"70000{number:02d}",
            "sun_azimuth": 147.2,
            "sun_elevation": 52.5,
            "updated": f"{when + timedelta(hours=20):%Y-%m-%dT%H:%M:%SZ}",
            "view_angle": -4.1,
            "visible_confidence_percent": 80,
            "visible_percent": 98,
            **changed,
        },
    }


@dataclass
class Planet:
    """The running stand-in, and how it shall fail."""

    items: list[dict[str, Any]]
    url: str = ""
    storage: str = ""
    """Where files lie: another host than the API's, as at Planet."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    """As the API tells them, oldest first."""

    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    """Method, path with query, body."""

    counts: Counter[str] = field(default_factory=Counter)
    """Requests by method and path without the query."""

    page_size: int = 3
    polls: int = 2
    """How often an order is asked for before it has ended."""

    ends: str = "success"
    lost: set[str] = field(default_factory=set)
    """Ids that orders do not deliver."""

    fail: dict[str, list[Any]] = field(default_factory=dict)
    """By name of a moment: what is answered there, one after the other, a status or (status, headers, body)."""

    holds: dict[str, tuple[threading.Event, threading.Event]] = field(default_factory=dict)
    token_uses: int | None = None
    """How many downloads the addresses of one reading of an order stand."""

    swept: bool = False
    """Whether what was delivered is there no longer."""

    spoilt: set[str] = field(default_factory=set)
    """Names of files of which the first download has a wrong byte."""

    hides: int = 0
    """How often the list of orders does not show an order yet."""

    quota: list[dict[str, Any]] = field(default_factory=list)
    tokens: dict[str, list[Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def hold(self, moment: str) -> tuple[threading.Event, threading.Event]:
        """Stop at a moment once: the first event says that it came, setting the second goes on."""
        self.holds[moment] = (threading.Event(), threading.Event())
        return self.holds[moment]

    def at(self, moment: str) -> Response | None:
        """What happens at a moment: a wait, a failure, or nothing."""
        held = self.holds.pop(moment, None)
        if held is not None:
            held[0].set()
            held[1].wait(60)
        with self.lock:
            planned = self.fail.get(moment) or []
            if not planned:
                return None
            what = planned.pop(0)
        if what is None:
            return None
        status, headers, body = what if isinstance(what, tuple) else (what, {}, {"message": "on purpose"})
        return JSONResponse(body, status, headers)


def _refuse(field_: str, said: str, status: int = 400) -> JSONResponse:
    body = {"field": {field_: [{"message": said}]}, "general": [{"message": "Unable to accept order"}]}
    return JSONResponse(body, status)


def _app(planet: Planet) -> FastAPI:
    app = FastAPI()
    basic = "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()

    @app.middleware("http")
    async def guard(request: Request, go_on: Any) -> Response:
        path = request.url.path
        body = await request.body()
        with planet.lock:
            planet.asked.append(
                (request.method, f"{path}?{request.url.query}", json.loads(body) if body else None)
            )
            planet.counts[f"{request.method} {path}"] += 1
        said = request.headers.get("authorization", "")
        if path.startswith(("/compute/ops/download", "/storage")):
            assert KEY not in request.url.query
            if path.startswith("/storage"):
                assert not said, "storage never gets the key"
        elif said not in (basic, f"api-key {KEY}"):
            return JSONResponse({"message": f"Please enter your API key, not {said}", "errors": []}, 401)
        return await go_on(request)

    @app.post("/data/v1/quick-search")
    def quick_search(body: dict[str, Any], _page_size: int = 250, _sort: str = "published desc") -> Any:
        if (failed := planet.at("search")) is not None:
            return failed
        if set(body) - {"item_types", "filter", "name", "geometry"} or body.get("item_types") != ["PSScene"]:
            return JSONResponse({"field": {"item_types": [{"message": "unknown"}]}, "general": []}, 400)
        try:
            fitting = [item for item in planet.items if _fits(item, body["filter"])]
        except (KeyError, ValueError, TypeError) as error:
            return JSONResponse({"field": {"filter": [{"message": repr(error)}]}, "general": []}, 400)
        name, _, way = _sort.partition(" ")
        fitting.sort(key=lambda item: item["properties"][name], reverse=way == "desc")
        return _page(planet, fitting, 0, min(_page_size, planet.page_size, 250))

    @app.get("/data/v1/searches/{search_id}/results")
    def results(search_id: str, _page: str) -> Any:
        if (failed := planet.at("search page")) is not None:
            return failed
        ids, start, size = planet.tokens[f"{search_id}/{_page}"]
        listed = [item for name in ids for item in planet.items if item["id"] == name]
        return _page_of(planet, listed, start, size)

    _page_of = _page

    @app.get("/data/v1/item-types/PSScene/items/{item_id}/assets/")
    def assets(item_id: str) -> Any:
        for item in planet.items:
            if item["id"] == item_id:
                return {
                    name: {
                        "_permissions": ["download"]
                        if f"assets.{name}:download" in item["_permissions"]
                        else [],
                        "status": "inactive",
                        "type": name,
                    }
                    for name in item.get("_assets", item.get("assets", ()))
                }
        return JSONResponse({"general": [{"message": "not found"}], "field": {}}, 404)

    @app.get("/auth/v1/experimental/public/my/subscriptions")
    def subscriptions(request: Request) -> Any:
        if not request.headers["authorization"].startswith("Basic "):
            return JSONResponse({"message": "basic authentication only"}, 401)
        return planet.at("quota") or planet.quota

    @app.get("/compute/ops/orders/v2")
    def list_orders(
        name: str = "", name__contains: str = "", page_marker: int = 0, page_size: int = 20
    ) -> Any:
        if (failed := planet.at("list")) is not None:
            return failed
        with planet.lock:
            shown = [
                o
                for o in reversed(planet.orders)
                if (not name or o["name"] == name) and name__contains in o["name"]
            ]
            if shown and planet.hides > 0:
                planet.hides -= 1
                shown = []
            size = min(page_size, planet.page_size)
            links = {"_self": f"{planet.url}/compute/ops/orders/v2"}
            if page_marker + size < len(shown):
                following = f"page_marker={page_marker + size}&name={name}&name__contains={name__contains}"
                links["next"] = f"{planet.url}/compute/ops/orders/v2?{following}"
            return {"_links": links, "orders": [_bare(o) for o in shown[page_marker : page_marker + size]]}

    @app.post("/compute/ops/orders/v2")
    def create(body: dict[str, Any]) -> Any:
        if (failed := planet.at("order")) is not None:
            return failed
        if (wrong := _wrong(planet, body)) is not None:
            return wrong
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        order = {
            **body,
            "id": str(uuid.uuid4()),
            "state": "queued",
            "created_on": now,
            "last_modified": now,
            "last_message": "Preparing order",
            "error_hints": [],
            "delivery": {},
        }
        order["_links"] = {"_self": f"{planet.url}/compute/ops/orders/v2/{order['id']}"}
        with planet.lock:
            planet.orders.append(order)
            planet.counts[order["id"]] = 0
        return planet.at("accepted") or JSONResponse(_bare(order), 202)

    @app.get("/compute/ops/orders/v2/{order_id}")
    def get_order(order_id: str) -> Any:
        if (failed := planet.at("poll")) is not None:
            return failed
        with planet.lock:
            order = next((o for o in planet.orders if o["id"] == order_id), None)
            if order is None:
                return JSONResponse({"message": "no such order"}, 404)
            planet.counts[order_id] += 1
            if order["state"] in ("queued", "running"):
                order["state"] = "running" if planet.counts[order_id] < planet.polls else planet.ends
                if order["state"] == planet.ends:
                    _make(planet, order)
            return {**order, "_links": {**order["_links"], **_results(planet, order)}}

    @app.get("/compute/ops/download/")
    def download(token: str) -> Any:
        with planet.lock:
            if planet.swept:
                return JSONResponse({"message": "no such object"}, 404)
            grant = planet.tokens.get(token)
            if grant is None or grant[1] == 0:
                return JSONResponse({"message": "token is expired"}, 403)
            if grant[1] is not None:
                grant[1] -= 1
        name = grant[0]
        if (
            failed := planet.at(f"download {'manifest' if name.endswith('/manifest.json') else 'file'}")
        ) is not None:
            return failed
        return RedirectResponse(
            f"{planet.storage}/storage/{name}?Expires=1&Signature=s3cr3t-{token[:8]}", 302
        )

    @app.get("/storage/{name:path}")
    def storage(name: str) -> Any:
        body = planet.files[name]
        with planet.lock:
            if name.split("/")[-1] in planet.spoilt:
                planet.spoilt.remove(name.split("/")[-1])
                body = body[:-1] + bytes([body[-1] ^ 1])
        return Response(body, media_type="application/octet-stream", headers={"ETag": f'"{len(body)}"'})

    return app


def _page(planet: Planet, listed: list[dict[str, Any]], start: int, size: int) -> dict[str, Any]:
    links: dict[str, Any] = {"_self": f"{planet.url}/data/v1/searches/x/results", "_next": None}
    if start + size < len(listed):
        token, search = uuid.uuid4().hex, uuid.uuid4().hex
        planet.tokens[f"{search}/{token}"] = [[item["id"] for item in listed], start + size, size]
        links["_next"] = f"{planet.url}/data/v1/searches/{search}/results?_page={token}"
    shown = []
    for item in listed[start : start + size]:
        told = {key: value for key, value in item.items() if key != "_assets"}
        told["_links"] = {k: planet.url + v for k, v in item["_links"].items()}
        shown.append(told)
    return {"_links": links, "features": shown, "type": "FeatureCollection"}


def _fits(item: dict[str, Any], wanted: dict[str, Any]) -> bool:
    kind, config = wanted["type"], wanted["config"]
    if kind == "AndFilter":
        return all(_fits(item, one) for one in config)
    if kind == "AssetFilter":
        return bool(set(item.get("_assets", item.get("assets", ()))) & set(config))
    if kind == "PermissionFilter":
        assert config == ["assets:download"]
        return bool(item["_permissions"])
    name = wanted["field_name"]
    if kind == "GeometryFilter":
        return bool(shape(item["geometry"]).intersects(shape(config)))
    value = item["properties"].get(name)
    if kind == "DateRangeFilter":
        when = datetime.fromisoformat(value)
        tests = {"gte": when.__ge__, "gt": when.__gt__, "lte": when.__le__, "lt": when.__lt__}
        return all(tests[key](datetime.fromisoformat(bound)) for key, bound in config.items())
    if kind == "RangeFilter":
        tests = {"gte": value.__ge__, "gt": value.__gt__, "lte": value.__le__, "lt": value.__lt__}
        return all(tests[key](bound) is True for key, bound in config.items())
    if kind == "StringInFilter":
        return str(value).lower() in [str(c).lower() for c in config]
    raise ValueError(kind)


def _wrong(planet: Planet, body: dict[str, Any]) -> JSONResponse | None:
    """What is wrong with an order, as Planet would say it; None if it is taken."""
    if not isinstance(body.get("name"), str) or body.get("source_type") != "scenes":
        return _refuse("Name", "name and source_type are required")
    if body.get("order_type") not in (None, "full", "partial"):
        return _refuse("OrderType", "unknown order type")
    products = body.get("products")
    if not isinstance(products, list) or len(products) != 1:
        return _refuse("Products", "products is a required field")
    ids, bundle = products[0].get("item_ids"), products[0].get("product_bundle")
    if products[0].get("item_type") != "PSScene" or bundle not in BUNDLES:
        return _refuse("Details", f"Bundle type {bundle} is not supported for PSScene")
    if not ids or len(ids) > 500 or len(set(ids)) < len(ids):
        return _refuse("Details", "item_ids must be between 1 and 500, and each once")
    by_id = {item["id"]: item for item in planet.items}
    for name in ids:
        if name not in by_id:
            return _refuse("Details", f"Item ID {name} / Item Type PSScene doesn't exist")
        for asset in BUNDLES[bundle]:
            if f"assets.{asset}:download" not in by_id[name]["_permissions"]:
                return _refuse("Details", f"no access to assets: PSScene/{name}/[{asset}]")
    for tool in body.get("tools") or []:
        [(kind, options)] = tool.items()
        if kind == "clip":
            area = shape(options["aoi"])
            west, south, east, north = area.bounds
            if area.geom_type not in ("Polygon", "MultiPolygon") or not area.is_valid or area.is_empty:
                return _refuse("Tools", "clip: aoi is not a valid polygon")
            if (
                west < -180
                or east > 180
                or south < -90
                or north > 90
                or shapely.get_num_coordinates(area) > 1500
            ):
                return _refuse("Tools", "clip: aoi is too large")
        elif kind == "harmonize":
            if options != {"target_sensor": "Sentinel-2"} or "_sr" not in bundle:
                return _refuse("Tools", "harmonize: not for this bundle")
        else:
            return _refuse("Tools", f"{kind} is unknown")
    return None


def _bare(order: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in order.items() if key != "_files"}


def _results(planet: Planet, order: dict[str, Any]) -> dict[str, Any]:
    """Results with addresses that are signed anew at each reading; those of the readings before end."""
    if not order.get("_files"):
        return {}
    ends = f"{datetime.now(UTC) + timedelta(hours=24):%Y-%m-%dT%H:%M:%S.000Z}"
    results = []
    for name in order["_files"]:
        token = f"eyJ{uuid.uuid4().hex}"
        planet.tokens[token] = [name, planet.token_uses]
        place = f"{planet.url}/compute/ops/download/?token={token}"
        results.append({"delivery": "success", "expires_at": ends, "location": place, "name": name})
    return {"results": results}


def _make(planet: Planet, order: dict[str, Any]) -> None:
    """The files of an order: every scene that shows what is cut out, its mask, and the manifest."""
    product, tools = order["products"][0], {k: v for tool in order["tools"] for k, v in tool.items()}
    order["_files"], listed = [], []
    if planet.ends not in ("success", "partial"):
        order["last_message"] = "Order failed"
        order["error_hints"] = ["quota exceeded on purpose"]
        return
    clip = reproject(shape(tools["clip"]["aoi"]), WGS84, CRS)
    for number, item_id in enumerate(sorted(product["item_ids"])):
        item = next(item for item in planet.items if item["id"] == item_id)
        cut = reproject(shape(item["geometry"]), WGS84, CRS).intersection(clip)
        if item_id in planet.lost or cut.is_empty:
            order["error_hints"].append(f"{item_id}: no data over the aoi")
            continue
        for asset in BUNDLES[product["product_bundle"]]:
            ending = "harmonized_clip" if "harmonize" in tools else "clip"
            if asset.endswith("_xml"):
                path, body, media = f"PSScene/{item_id}_metadata_clip.xml", b"<x/>", "text/xml"
            else:
                body, media = _raster(item, cut, asset, number), "image/tiff"
                path = f"PSScene/{item_id}_3B_{_FILES[asset]}_{ending}.tif"
            listed.append(
                {
                    "path": path,
                    "media_type": media,
                    "size": len(body),
                    "digests": {
                        "md5": hashlib.md5(body, usedforsecurity=False).hexdigest(),
                        "sha256": hashlib.sha256(body).hexdigest(),
                    },
                    "annotations": {
                        "planet/asset_type": asset,
                        "planet/bundle_type": product["product_bundle"],
                        "planet/item_id": item_id,
                        "planet/item_type": "PSScene",
                    },
                }
            )
            planet.files[f"{order['id']}/{path}"] = body
            order["_files"].append(f"{order['id']}/{path}")
    planet.files[f"{order['id']}/manifest.json"] = json.dumps({"name": "", "files": listed}).encode()
    order["_files"].append(f"{order['id']}/manifest.json")
    order["last_message"] = "Manifest delivery completed"


@lru_cache(maxsize=12)
def pixels(item_id: str, bands: int) -> Any:
    """The whole of a scene, (band, y, x)."""
    seed = int(hashlib.sha256(item_id.encode()).hexdigest()[:6], 16)
    return (
        np.stack([ground(SIZE_PX, SIZE_PX, seed)] * bands) + np.arange(bands, dtype=np.uint16)[:, None, None]
    )


def _raster(item: dict[str, Any], cut: Any, asset: str, number: int) -> bytes:
    scene = reproject(shape(item["geometry"]), WGS84, CRS)
    west, north = round(scene.bounds[0]), round(scene.bounds[3])
    left, top = int((cut.bounds[0] - west) // PIXEL), int((north - cut.bounds[3]) // PIXEL)
    right, bottom = -int((west - cut.bounds[2]) // PIXEL), -int((cut.bounds[1] - north) // PIXEL)
    left, top, right, bottom = max(0, left), max(0, top), min(SIZE_PX, right), min(SIZE_PX, bottom)
    if asset == "ortho_udm2":
        whole = np.zeros((8, SIZE_PX, SIZE_PX), np.uint8)
        whole[0], whole[6] = 1, 90
    else:
        whole = pixels(item["id"], 8 if "8b" in asset else 4)
    part = whole[:, top:bottom, left:right].copy()
    place = Affine(PIXEL, 0, west + left * PIXEL, 0, -PIXEL, north - top * PIXEL)
    part[:, geometry_mask([cut], part.shape[1:], place, all_touched=True)] = 0
    profile = {
        "driver": "GTiff", "count": part.shape[0], "height": part.shape[1], "width": part.shape[2], "dtype": part.dtype,
        "crs": CRS, "transform": place, "compress": "lzw", "tiled": True, "blockxsize": 256, "blockysize": 256,
        **({} if asset == "ortho_udm2" else {"nodata": 0}),
    }  # fmt: skip
    stream = io.BytesIO()
    with rasterio.MemoryFile() as memory:
        with memory.open(**profile) as image:
            image.write(part)
        stream.write(memory.read())
    return stream.getvalue()


def plan(total: float | None = 1000.0, used: float = 40.0, **changed: Any) -> dict[str, Any]:
    """A subscription as an account lists it."""
    return {
        "id": 1,
        "active_from": "2023-01-01T00:00:00.000000+00:00",
        "active_to": None,
        "quota_sqkm": total,
        "quota_used": used,
        "quota_style": "default",
        "quota_enabled": True,
        "state": "active",
        "plan": {"id": 7, "name": "PlanetScope Archive", "state": "active"},
        **changed,
    }


@contextmanager
def planet_api(items: list[dict[str, Any]]) -> Iterator[Planet]:
    """The stand-in, running."""
    planet = Planet(items, quota=[plan()])
    app = _app(planet)
    planet.url, end_api = _serve(app)
    planet.storage, end_storage = _serve(app)
    try:
        yield planet
    finally:
        for held in planet.holds.values():
            held[1].set()
        end_api()
        end_storage()


def _serve(app: FastAPI) -> tuple[str, Callable[[], None]]:
    """Address of a running server, and what ends it."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)

    def end() -> None:
        server.should_exit = True
        thread.join(10)

    return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", end
