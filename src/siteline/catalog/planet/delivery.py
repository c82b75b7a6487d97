"""
What an order delivered: files checked against its manifest, then chips like those of any other scene.

A file is believed when its length and its digest are those of the manifest; one that lies here already and passes is not fetched
again. Signed addresses run out: then the order is read once more.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from siteline.catalog.chips import Piece, Plan, plan_chip, write_chip
from siteline.catalog.fetch import Fetched, home_of
from siteline.catalog.offered import word
from siteline.catalog.planet.account import Account
from siteline.catalog.planet.items import MASK
from siteline.catalog.planet.orders import File, Told, get_order
from siteline.catalog.probe import probe_header
from siteline.catalog.remote.address import without_secrets
from siteline.model.errors import BadImage, CaseTrouble, NotReached, SitelineError
from siteline.model.found import Asset, FoundScene
from siteline.model.imagery import Scene
from siteline.model.place import Site

MANIFEST = "manifest.json"
_RUN_OUT = frozenset({400, 401, 403, 404, 410})
"""How storage answers an address whose signature has run out."""

_LOST = frozenset({404, 410})
"""How it answers for files that are there no longer, when the address was signed just now."""

GONE = 410
_FETCHERS = 4


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as the manifest lists it."""

    path: str
    size: int
    digests: Mapping[str, str]
    scene: str
    """The item that it belongs to; "" if it is none's."""

    asset: str


class Delivery:
    """The files of one order, each fetched once."""

    def __init__(self, account: Account, order: Told, folder: Path) -> None:
        """`folder`: for its files; what lies there is checked, and not fetched again."""
        self._account = account
        self._order = order
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.manifest_file, self.listed = self._read_manifest()

    def scenes(self) -> set[str]:
        """Ids of those of which image and mask were delivered."""
        assets: dict[str, set[str]] = {}
        for one in self.listed.values():
            if one.path.lower().endswith((".tif", ".tiff")):
                assets.setdefault(one.scene, set()).add("mask" if one.asset == MASK else "image")
        return {scene for scene, kinds in assets.items() if kinds == {"mask", "image"} and scene}

    def files_of(self, found: FoundScene) -> list[tuple[Asset, Listed, bool]]:
        """Image and mask of a scene as they are listed; raises BadImage if one is not."""
        pairs = []
        wanted = [*((a, False) for a in found.assets), *([(found.mask, True)] if found.mask else [])]
        for asset, is_mask in wanted:
            key = MASK if is_mask else asset.key
            same = [
                one
                for one in self.listed.values()
                if one.scene == found.id and one.asset == key and one.path.lower().endswith((".tif", ".tiff"))
            ]
            if not same:
                raise BadImage(
                    f"its order brought no {key}", "Order it again: siteline scenes fetch SITE --retry"
                )
            pairs.append((asset, same[0], is_mask))
        return pairs

    def fetch(self, one: Listed) -> tuple[Path, int]:
        """A file of the order on this disk, checked, and the bytes that travelled for it; raises NotReached or BadImage."""
        home = (
            self._folder
            / f"{hashlib.sha256(one.path.encode()).hexdigest()[:24]}{Path(one.path).suffix.lower()[:5]}"
        )
        if home.exists() and not _wrong(home.read_bytes(), one):
            return home, 0
        wrong, travelled = "", 0
        for _ in range(2):
            body = self._bytes(one.path)
            travelled += len(body)
            wrong = _wrong(body, one)
            if not wrong:
                aside = home.with_name(f".{home.name}.part")
                aside.write_bytes(body)
                aside.replace(home)
                return home, travelled
        raise BadImage(f"{one.path}: {wrong}", "Run it again with --retry; if it stays so, tell Planet.")

    def _bytes(self, path: str) -> bytes:
        for is_last in (False, True):
            location = self._location(path)
            if location is None and not is_last:
                self._again()
                continue
            if location is None:
                raise _gone(f"its order lists no {path} any more")
            try:
                return self._account.get_file(location).body
            except NotReached as error:
                if error.status not in _RUN_OUT:
                    raise
                if is_last and error.status not in _LOST:
                    raise  # refused on the way, perhaps by a wall of one's own: the order stands
                if is_last:
                    raise _gone(
                        f"the files of order {self._order.id} are there no longer ({error})"
                    ) from error
                self._again()
        raise AssertionError

    def _again(self) -> None:
        """Its addresses have run out: signed anew."""
        self._order = get_order(self._account, self._order.id)

    def _location(self, path: str) -> str | None:
        return next(
            (file.location for file in self._order.files if _below(file, self._order.id) == path), None
        )

    def _read_manifest(self) -> tuple[Path, dict[str, Listed]]:
        home = self._folder / MANIFEST
        if not home.exists():
            aside = home.with_name(f".{MANIFEST}.part")
            aside.write_bytes(self._bytes(MANIFEST))
            aside.replace(home)
        try:
            files = json.loads(home.read_bytes())["files"]
            listed = [one for raw in files if (one := _listed(raw)) is not None]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            home.unlink()
            raise BadImage(
                "the manifest of its order cannot be read", "Run it again with --retry."
            ) from error
        return home, {one.path: one for one in listed}


def _gone(said: str) -> NotReached:
    return NotReached(
        said, "Order them again, which costs again: siteline scenes fetch SITE --retry", status=GONE
    )


def deliver(
    delivery: Delivery, scenes: Sequence[FoundScene], site: Site, mirrors: Path, order: Told
) -> Iterator[tuple[Fetched, tuple[Path, ...]]]:
    """Every scene of an order as it is complete, or has failed, with the files that were delivered of it."""
    pool = ThreadPoolExecutor(_FETCHERS)
    try:
        jobs = [(scene, pool.submit(_fetch, delivery, scene)) for scene in scenes]
        for scene, job in jobs:
            began = time.perf_counter()
            folder = mirrors / home_of(scene)
            chip: Scene | None = None
            plan: Plan | None = None
            trouble: SitelineError | None = None
            fetched: list[_Fetched] = []
            try:
                fetched = job.result()
                chip, plan = _chip(scene, fetched, site, folder)
            except CaseTrouble:
                raise
            except SitelineError as error:
                trouble = error
            yield (
                Fetched(
                    found=scene,
                    scene=chip,
                    trouble=trouble,
                    address=_address(order),
                    seconds=time.perf_counter() - began,
                    bytes=sum(one.travelled for one in fetched),
                    headers={one.asset.key: _told(one.listed, order) for one in fetched},
                    plan=plan,
                    folder=folder,
                ),
                tuple(one.path for one in fetched),
            )
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


class _Fetched(NamedTuple):
    asset: Asset
    listed: Listed
    is_mask: bool
    path: Path
    travelled: int


def _fetch(delivery: Delivery, scene: FoundScene) -> list[_Fetched]:
    return [
        _Fetched(asset, one, is_mask, *delivery.fetch(one))
        for asset, one, is_mask in delivery.files_of(scene)
    ]


def _chip(scene: FoundScene, files: Sequence[_Fetched], site: Site, folder: Path) -> tuple[Scene, Plan]:
    pieces = [Piece(one.asset, one.path, probe_header(one.path), one.is_mask) for one in files]
    plan = plan_chip(pieces, site, scene.mask_kind)
    return write_chip(scene, pieces, plan, site, folder), plan


def _told(one: Listed, order: Told) -> dict[str, str]:
    return {
        "address": _address(order),
        "order": order.id,
        "file": one.path,
        "content-length": str(one.size),
        **one.digests,
    }


def _address(order: Told) -> str:
    return next((without_secrets(file.location) for file in order.files), "")


def _wrong(body: bytes, one: Listed) -> str:
    """What is wrong with the bytes of a file by the manifest; "" if nothing."""
    if len(body) != one.size:
        return f"{len(body)} bytes came, its manifest says {one.size}"
    for name, said in one.digests.items():
        found = hashlib.new(name, body, usedforsecurity=False).hexdigest()
        if found != said:
            return f"its {name.upper()} is not that of its manifest"
    return ""


def _below(file: File, order_id: str) -> str:
    return file.name.removeprefix(f"{order_id}/")


def _listed(raw: Any) -> Listed | None:
    """One entry of a manifest; None if it is none or gives no digest that we can check."""
    if not isinstance(raw, Mapping):
        return None
    path, size, digests, told = raw.get("path"), raw.get("size"), raw.get("digests"), raw.get("annotations")
    if (
        not isinstance(path, str)
        or not isinstance(size, int)
        or isinstance(size, bool)
        or not isinstance(digests, Mapping)
    ):
        return None
    known = {
        name: str(digests[name]).lower() for name in ("sha256", "md5") if isinstance(digests.get(name), str)
    }
    if not known:
        return None
    notes: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    return Listed(path, size, known, word(notes.get("planet/item_id")), word(notes.get("planet/asset_type")))
