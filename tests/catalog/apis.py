"""A STAC API on loopback: real recorded pages with their own paging, and a small real search over real items."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request

_HOSTS = ("https://planetarycomputer.microsoft.com/api/stac/v1", "https://earth-search.aws.element84.com/v1")


@dataclass
class Api:
    """A running API."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """Bodies (or queries) of the searches, in order."""

    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


def real_items(stac: Path) -> list[dict[str, Any]]:
    """Every item of the recorded pages and of the single files, each once."""
    found: dict[str, dict[str, Any]] = {}
    files = [*sorted((stac / "search").glob("*.page*.json")), *(stac / "search").glob("*.geojson")]
    for file in [*files, *sorted((stac / "items").glob("*.json"))]:
        if file.name.endswith(".request.json"):
            continue
        document = json.loads(file.read_text())
        for item in document.get("features", [document]):
            if item.get("type") == "Feature":
                found.setdefault(f"{file.parent.name}/{item['id']}", item)
    return list(found.values())


def _app(stac: Path, api: Api, items: list[dict[str, Any]]) -> FastAPI:
    app = FastAPI()

    @app.get("/recorded/{name}")
    def landing(name: str) -> dict[str, Any]:
        return {
            "type": "Catalog",
            "id": name,
            "conformsTo": [],
            "links": [{"rel": "search", "href": "search"}],
        }

    @app.post("/recorded/{name}/search")
    async def recorded(name: str, request: Request) -> Any:
        """The recorded page that answers this: the first, or the one whose request had the same token."""
        body = await request.json()
        api.asked.append(body)
        token = body.get("token") or body.get("next")
        for number in range(1, 9):
            file = stac / "search" / f"{name}.page{number}.json"
            if not file.exists():
                break
            before = json.loads(file.with_suffix(".request.json").read_text())["body"]
            if token == (before.get("token") or before.get("next")):
                text = file.read_text()
                for host in _HOSTS:
                    text = text.replace(f"{host}/search", f"{api.url}/recorded/{name}/search")
                return json.loads(text)
        raise HTTPException(404)

    @app.get("/v1")
    def root() -> dict[str, Any]:
        return {
            "type": "Catalog",
            "id": "v1",
            "conformsTo": [],
            "links": [{"rel": "search", "href": "v1/search"}],
        }

    @app.post("/v1/search")
    async def search(request: Request) -> Any:
        body = await request.json()
        api.asked.append(body)
        api.headers.append(dict(request.headers))
        fitting = [item for item in items if _fits(item, body)]
        start, size = int(body.get("token") or 0), min(int(body["limit"]), 3)
        links = []
        if start + size < len(fitting):
            following = {"token": str(start + size)}
            links = [
                {
                    "rel": "next",
                    "method": "POST",
                    "href": f"{api.url}/v1/search",
                    "body": following,
                    "merge": True,
                }
            ]
        return {"type": "FeatureCollection", "features": fitting[start : start + size], "links": links}

    @app.get("/v1/collections/{name}")
    def collection(name: str) -> Any:
        api.paths.append(name)
        for file in (stac / "items").glob("*collection.json"):
            document = json.loads(file.read_text())
            if document["id"] == name:
                return document
        raise HTTPException(404)

    @app.get("/v1/collections/{name}/items/{item_id}")
    def item(name: str, item_id: str) -> Any:
        api.paths.append(item_id)
        for one in items:
            if one["id"] == item_id:
                return one
        raise HTTPException(404)

    return app


def _fits(item: dict[str, Any], body: dict[str, Any]) -> bool:
    if body.get("collections") and item.get("collection") not in body["collections"]:
        return False
    west, south, east, north = body["bbox"]
    box = item.get("bbox") or [0, 0, 0, 0]
    if box[0] > east or box[2] < west or box[1] > north or box[3] < south:
        return False
    first, last = body["datetime"].split("/")
    when = str(item["properties"].get("datetime") or item["properties"].get("start_datetime"))
    return bool(first <= when <= last)


@contextmanager
def stac_api(stac: Path, items: list[dict[str, Any]] | None = None) -> Iterator[Api]:
    """The API, running; `items` instead of the real ones where given."""
    api = Api()
    app = _app(stac, api, real_items(stac) if items is None else items)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    api.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield api
    finally:
        server.should_exit = True
        thread.join(10)
