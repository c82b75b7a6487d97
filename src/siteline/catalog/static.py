"""Catalogs that are files: on the web or on this machine, followed link by link, or a folder full of items."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from siteline.catalog.offered import Offered
from siteline.catalog.remote.address import origin_of, without_secrets
from siteline.catalog.remote.web import Web
from siteline.catalog.source import Source
from siteline.catalog.stac import USUAL_CAPS, Asked, Caps
from siteline.model.errors import BadInput, ForbiddenAddress, NotFound, NotReached
from siteline.model.remark import Remark

_MAX_FILE = 64 << 20
_FOLLOWED = ("child", "item", "items")


def search_static(
    web: Web,
    source: Source,
    asked: Asked,
    headers: Mapping[str, str],
    remarks: list[Remark],
    caps: Caps = USUAL_CAPS,
) -> Iterator[Offered]:
    """
    Every item of a catalog of files whose collections may hold the time asked for; a document is read once.

    Nobody learns which place is looked for. Raises NotReached or NotFound if the first document is not there.
    """
    start = source.url if source.folder is None else str(source.folder.resolve())
    root = "" if source.folder is None else str(source.folder.resolve().parent)
    waiting: deque[tuple[str, Mapping[str, Any] | None]] = deque([(start, None)])
    seen = {start}
    read = 0
    while waiting:
        place, described = waiting.popleft()
        if read >= caps.documents:
            remarks.append(
                Remark(source.name, f"more than {caps.documents:,} documents; the rest was not read")
            )
            return
        if web.unpacked_bytes > caps.bytes:
            remarks.append(Remark(source.name, f"more than {caps.bytes:,} bytes; the rest was not read"))
            return
        read += 1
        try:
            document = web.get_json(place, headers, stay=True) if "://" in place else _read_file(Path(place))
        except (NotReached, BadInput, NotFound) as error:
            if read == 1:
                raise
            remarks.append(Remark(source.name, f"left out: {error}"))
            continue
        if not isinstance(document, Mapping):
            remarks.append(
                Remark(source.name, f"left out: {without_secrets(place)} is no catalog and no item")
            )
            continue
        if document.get("type") == "Feature":
            yield Offered(document, place, described, root)
        elif isinstance(document.get("features"), list):
            for raw in document["features"]:
                yield Offered(raw, place, described, root)
        else:
            collection = (
                document if "license" in document or document.get("type") == "Collection" else described
            )
            if not _may_hold(document, asked) or not _is_asked_for(document, source):
                continue
            for following in _links(document, place, source, remarks):
                if following not in seen:
                    seen.add(following)
                    waiting.append((following, collection))


def search_folder(source: Source, remarks: list[Remark], caps: Caps = USUAL_CAPS) -> Iterator[Offered]:
    """Every item in the JSON files of a folder and the folders in it; nothing leaves the machine."""
    folder = source.folder
    if folder is None or not folder.is_dir():
        raise NotFound(f"source {source.name}: no folder {source.url}", "Correct its url in siteline.toml.")
    folder = folder.resolve()
    files = sorted(f for f in folder.rglob("*") if f.suffix.lower() in (".json", ".geojson") and f.is_file())
    if len(files) > caps.items:
        remarks.append(Remark(source.name, f"more than {caps.items:,} files; the rest was not read"))
    described: dict[str, Mapping[str, Any]] = {}
    waiting: list[tuple[Any, str]] = []
    for file in files[: caps.items]:
        if not file.resolve().is_relative_to(folder):
            remarks.append(Remark(source.name, f"left out: {file.name} lies outside the folder"))
            continue
        try:
            document = _read_file(file)
        except BadInput as error:
            remarks.append(Remark(source.name, f"left out: {error}"))
            continue
        if not isinstance(document, Mapping):
            continue
        if isinstance(document.get("features"), list):
            waiting += [(raw, str(file)) for raw in document["features"]]
        elif document.get("type") == "Feature":
            waiting.append((document, str(file)))
        elif isinstance(document.get("id"), str) and "extent" in document:
            described[document["id"]] = document
    for raw, place in waiting:
        name = raw.get("collection") if isinstance(raw, Mapping) else None
        yield Offered(raw, place, described.get(name) if isinstance(name, str) else None, str(folder))


def _read_file(path: Path) -> Any:
    try:
        if path.stat().st_size > _MAX_FILE:
            raise BadInput(f"{path.name} is larger than {_MAX_FILE >> 20} MB")
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {path}", "Check the path of the source.") from error
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path.name} is not JSON") from error


def _links(document: Mapping[str, Any], place: str, source: Source, remarks: list[Remark]) -> Iterator[str]:
    """Where a catalog's children and items are: on the same host, or in the same folder."""
    links = document.get("links")
    for link in links if isinstance(links, list) else ():
        if (
            not isinstance(link, Mapping)
            or link.get("rel") not in _FOLLOWED
            or not isinstance(link.get("href"), str)
        ):
            continue
        href = link["href"]
        if "://" in place:
            url = urljoin(place, href)
            try:
                stays = origin_of(url)[1:] == origin_of(place)[1:]
            except ForbiddenAddress:
                stays = False
            if stays:
                yield url.split("#")[0]
                continue
        elif "://" not in href:
            path = (Path(place).parent / href).resolve()
            root = source.folder
            if root is not None and path.is_relative_to(root.resolve().parent):
                yield str(path)
                continue
        remarks.append(
            Remark(
                source.name,
                f"it leads to {without_secrets(href)[:200]}, which was not followed",
                "Name it as a source of its own.",
            )
        )


def _may_hold(document: Mapping[str, Any], asked: Asked) -> bool:
    """Whether a collection's time, as far as it says, meets the time asked for."""
    try:
        start, end = document["extent"]["temporal"]["interval"][0]
    except (KeyError, IndexError, TypeError, ValueError):
        return True
    before = isinstance(start, str) and start[:10] > asked.last.isoformat()
    after = isinstance(end, str) and end[:10] < asked.first.isoformat()
    return not (before or after)


def _is_asked_for(document: Mapping[str, Any], source: Source) -> bool:
    is_collection = document.get("type") == "Collection" or "extent" in document
    return not source.collections or not is_collection or document.get("id") in source.collections
