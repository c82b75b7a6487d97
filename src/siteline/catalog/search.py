"""One search over all sources: ask each, read each entry, leave out what does not show the site, take each look once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from shapely.geometry.base import BaseGeometry

from siteline.catalog.box import shown_share
from siteline.catalog.items import read_item
from siteline.catalog.offered import Offered
from siteline.catalog.passes import UNCORRECTED, OrbitWish
from siteline.catalog.planet.account import Account
from siteline.catalog.planet.items import read_planet_item
from siteline.catalog.planet.search import search_planet
from siteline.catalog.remote.web import Web
from siteline.catalog.source import RADAR_SOURCE, Source
from siteline.catalog.stac import USUAL_CAPS, Asked, Caps, search_api
from siteline.catalog.static import search_folder, search_static
from siteline.catalog.twins import choose
from siteline.model.dates import say_count
from siteline.model.errors import BadInput, BadItem, BadSetting, NotReached, SitelineError
from siteline.model.found import FoundScene
from siteline.model.remark import Remark

_SAID_AT_MOST = 20
"""Entries of one source whose faults are named one by one; of more the number is said."""


_CANNOT = f"{UNCORRECTED}: places lie elsewhere on each orbit, and slopes shine"
_CORRECTED_AT = f"Take corrected ones (RTC): siteline scenes find SITE --source {RADAR_SOURCE}"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a user wants of the scenes."""

    bands: tuple[str, ...] = ()
    most_cloud: float | None = None
    """Share of the whole scene that its provider may call cloud, 0–1; scenes of which it is unknown stay."""

    most: int | None = None
    """Scenes to keep, the newest."""

    orbits: tuple[OrbitWish, ...] = ()
    """Which radar passes; empty: all. Images of light are not asked for theirs."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found."""

    scenes: tuple[FoundScene, ...]
    """In order of time."""

    offered: int
    """Entries that were read, of all sources."""

    cloudy: int
    """Left out for their clouds."""

    elsewhere: int
    """Left out because they do not show the site, or are of another time."""

    other_orbits: int
    """Radar passes left out for their orbit."""

    remarks: tuple[Remark, ...]


def search(
    web: Web,
    sources: Sequence[Source],
    asked: Asked,
    site: BaseGeometry,
    wish: Wish | None = None,
    keys: Mapping[str, str] | None = None,
    caps: Caps = USUAL_CAPS,
) -> Found:
    """
    Ask every source and merge what they offer; a source that does not answer is a remark, unless none does.

    site: outline, longitude and latitude. keys: tokens by name of source, for the search itself. Raises the error of
    the first source if all of them failed.
    """
    wish = wish or Wish()
    remarks: list[Remark] = []
    errors: list[SitelineError] = []
    scenes: list[FoundScene] = []
    offered = cloudy = elsewhere = other_orbits = 0
    for source in sources:
        complaints: list[Remark] = []
        try:
            read = read_planet_item if source.kind == "planet" else read_item
            for entry in _entries(web, source, asked, wish, keys or {}, remarks, caps):
                offered += 1
                try:
                    scene, odd = read(entry, source, wish.bands)
                except BadItem as error:
                    complaints.append(Remark(source.name, f"left out: {error}"))
                    continue
                if not _is_of(scene, asked, source):
                    elsewhere += 1
                    continue
                share = shown_share(scene.outline_wkt, site)
                if share is not None and share <= 0:
                    elsewhere += 1
                    continue
                if (
                    scene.radar is not None
                    and wish.orbits
                    and not any(o.holds(scene.radar) for o in wish.orbits)
                ):
                    other_orbits += 1
                    continue
                if wish.most_cloud is not None and scene.cloud is not None and scene.cloud > wish.most_cloud:
                    cloudy += 1
                    continue
                complaints += [
                    Remark(scene.id, f"makes no sense and is taken as unknown: {text}") for text in odd
                ]
                scenes.append(_with_share(scene, share))
        except NotReached as error:
            errors.append(error)
            remarks.append(Remark(source.name, f"did not answer: {error}", error.hint))
        except SitelineError as error:
            if not isinstance(error, BadSetting) and len(sources) > 1:
                errors.append(error)
                remarks.append(Remark(source.name, str(error), error.hint))
            else:
                raise
        remarks += complaints[:_SAID_AT_MOST]
        if len(complaints) > _SAID_AT_MOST:
            remarks.append(Remark(source.name, f"{len(complaints) - _SAID_AT_MOST} more remarks like these"))
    if errors and len(errors) == len(sources):
        raise errors[0]
    _refuse_uncorrected(scenes)
    remarks += _said_of_many(scenes)
    chosen = choose(scenes, [s.name for s in sources], site, {s.name: s.collections for s in sources})
    if wish.most is not None and len(chosen) > wish.most:
        remarks.append(
            Remark(
                "limit",
                f"the newest {wish.most} of {len(chosen)} scenes are kept",
                "Ask for more with --limit.",
            )
        )
        chosen = chosen[-wish.most :]
    return Found(_told_apart(chosen), offered, cloudy, elsewhere, other_orbits, tuple(remarks))


def _entries(
    web: Web,
    source: Source,
    asked: Asked,
    wish: Wish,
    keys: Mapping[str, str],
    remarks: list[Remark],
    caps: Caps,
) -> Iterator[Offered]:
    if source.kind == "planet":
        account = Account(web, source, keys.get(source.name))
        return search_planet(account, asked, wish.most_cloud, remarks, caps)
    headers = _headers(source, keys)
    kind = source.kind if source.kind != "auto" else _kind_of(web, source, headers)
    if kind == "folder":
        return search_folder(source, remarks, caps)
    if kind == "stac-static":
        return search_static(web, source, asked, headers, remarks, caps)
    if kind == "stac-api":
        return search_api(web, source, asked, headers, remarks, caps)
    raise BadSetting(
        f"source {source.name}: a source of kind {kind} is not searched by this command",
        "Its kind may be stac-api, stac-static, folder or planet.",
    )


def _kind_of(web: Web, source: Source, headers: Mapping[str, str]) -> str:
    """What is at an address: an API that can be searched, or a catalog of files."""
    if source.folder is not None:
        return "folder" if source.folder.is_dir() else "stac-static"
    if source.url.rstrip("/").endswith("/search"):
        return "stac-api"
    document: Any = web.get_json(source.url, headers, stay=True)
    links = document.get("links") if isinstance(document, Mapping) else None
    listed = links if isinstance(links, list) else []
    if any(isinstance(link, Mapping) and link.get("rel") == "search" for link in listed) or (
        isinstance(document, Mapping) and "conformsTo" in document
    ):
        return "stac-api"
    return "stac-static"


def _headers(source: Source, keys: Mapping[str, str]) -> dict[str, str]:
    key = keys.get(source.name) if source.signing == "bearer" else None
    return {"Authorization": f"Bearer {key}"} if key else {}


def _is_of(scene: FoundScene, asked: Asked, source: Source) -> bool:
    """Whether it is of the time and of a collection that were asked for: a server may answer anything."""
    if scene.acquired.last_day < asked.first or scene.acquired.first_day > asked.last:
        return False
    return not source.collections or not scene.collection or scene.collection in source.collections


def _with_share(scene: FoundScene, share: float | None) -> FoundScene:
    text = "unknown: the catalog gives no outline" if share is None else f"{share:.3f}"
    return replace(scene, notes=MappingProxyType({**scene.notes, "share of site": text}))


def _said_of_many(scenes: Sequence[FoundScene]) -> list[Remark]:
    """What is true of several scenes of a source, once: days without an hour, numbers in doubt."""
    counts = Counter(
        (scene.source, scene.notes[key])
        for scene in scenes
        for key in ("time", "numbers")
        if key in scene.notes
    )
    uncorrected = Counter(scene.source for scene in scenes if _is_uncorrected(scene))
    return [
        Remark(source, f"{'one scene' if count == 1 else f'{count} scenes'}: {text}")
        for (source, text), count in counts.items()
    ] + [
        Remark(
            source,
            f"{say_count(count)} of its scenes {'is' if count == 1 else 'are'} {_CANNOT}",
            _CORRECTED_AT,
        )
        for source, count in uncorrected.items()
    ]


def _is_uncorrected(scene: FoundScene) -> bool:
    return scene.fault is not None and scene.fault.startswith(UNCORRECTED)


def _refuse_uncorrected(scenes: Sequence[FoundScene]) -> None:
    """Raise BadInput where all that was found is radar that lies on no map: not one of them would ever be of use."""
    if scenes and all(map(_is_uncorrected, scenes)):
        count = "the one scene" if len(scenes) == 1 else f"all {len(scenes)} scenes"
        raise BadInput(f"{count} found: radar {_CANNOT}", _CORRECTED_AT)


def _told_apart(scenes: Sequence[FoundScene]) -> tuple[FoundScene, ...]:
    """Of different scenes that have one id, all but the first get their source's name behind it."""
    taken: set[str] = set()
    told = []
    for scene in scenes:
        name = scene.id
        for mark in (scene.collection, scene.source, *map(str, range(2, len(scenes) + 2))):
            if name not in taken:
                break
            name = f"{scene.id[:140]}@{mark[:50]}"
        taken.add(name)
        told.append(scene if name == scene.id else replace(scene, id=name))
    return tuple(told)
