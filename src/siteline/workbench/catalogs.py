"""Catalogs: which sources there are, and one search that goes on record."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteline.model.dates import parse_acquired
from siteline.model.errors import BadInput, BadSetting
from siteline.model.fetched import FetchTry, Outcome
from siteline.model.found import FoundScene
from siteline.model.imagery import BANDS
from siteline.model.place import Site
from siteline.model.radar import RADAR_BANDS
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.passes import count_tracks, describe_take, tell_passes
from siteline.workbench.prices import not_bought, price_scenes
from siteline.workbench.settings import ORDERING

if TYPE_CHECKING:
    from siteline.catalog.remote.web import Web
    from siteline.catalog.source import Source
    from siteline.catalog.stac import Asked

_NAME = re.compile(r"[\w][\w.-]{0,99}")


@dataclass(frozen=True, slots=True)
class Search:
    """What a user asks for, as typed."""

    sources: tuple[str, ...]
    first: str
    last: str | None
    cloud: float | None = None
    """Percent."""

    bands: str | None = None
    orbits: tuple[str, ...] = ()
    limit: int | None = None
    widen: str | None = None
    shift: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a search found, and what of it is new on record."""

    told: dict[str, Any]
    """As `scenes find --json` prints it."""

    recorded: int
    remarks: tuple[Remark, ...]


def known_sources(case: Case) -> dict[str, Source]:
    """All sources by name: those that are built in, with what siteline.toml changes of them, and its own."""
    from siteline.catalog.remote.address import holds_secret, origin_of
    from siteline.catalog.source import BUILT_IN, Source

    found = dict(BUILT_IN)
    for name, section in case.settings.sources.items():
        if not _NAME.fullmatch(name):
            raise BadSetting(
                f"siteline.toml: sources.{name}: not a name", "Use letters, digits, - and _ only."
            )
        given = section.model_dump(exclude_none=True, exclude=set(ORDERING) - {"only"})
        before = found.get(name)
        if before is None and "url" not in given:
            raise BadSetting(
                f"siteline.toml: sources.{name} has no url", 'Add url = "https://..." or a folder.'
            )
        if "url" in given:
            if "://" in given["url"]:
                origin_of(given["url"])
                if holds_secret(given["url"]):
                    raise BadSetting(
                        f"siteline.toml: sources.{name}.url holds a key or password",
                        "Put it into an environment variable and name that with token_env.",
                    )
            else:
                given["url"] = str((case.folder / Path(given["url"]).expanduser()).resolve())
            given["is_named"] = True
        if token_url := given.get("token_url"):
            origin_of(token_url)
            if holds_secret(token_url):
                raise BadSetting(
                    f"siteline.toml: sources.{name}.token_url holds a key or password",
                    "Put it into an environment variable and name that with token_env.",
                )
            if given.setdefault("signing", "planetary-computer") != "planetary-computer":
                raise BadSetting(
                    f"siteline.toml: sources.{name}.token_url: its signing is {given['signing']!r}, which takes none",
                    'Take one of them out; tokens go with signing = "planetary-computer".',
                )
        if given.get("kind") == "planet" and before is None:
            given.setdefault("token_env", "PL_API_KEY")
        found[name] = replace(before, **given) if before is not None else Source(name=name, **given)
        if found[name].kind != "planet" and (odd := sorted(ORDERING & section.model_fields_set)):
            raise BadSetting(
                f"siteline.toml: sources.{name}.{odd[0]}: only a source of Planet has that",
                'Take it out, or set kind = "planet".',
            )
    return found


def source_of(case: Case, scene: FoundScene) -> Source:
    """Where a found scene came from, with what siteline.toml says of it now; raises NotFound if it is no source any more."""
    from siteline.catalog.source import source_named

    return source_named(scene.source, known_sources(case))


def open_web(
    case: Case, sources: Sequence[Source], endpoints: Sequence[str] = (), whole_bytes: int = 0
) -> Web:
    """
    The client for these sources: hosts that the user named may lie on a private network, no others.

    endpoints: more hosts that the user named; whole_bytes: how long an answer may be, where that is more than usual.
    """
    from siteline.catalog.remote.web import Limits, Web

    named = [s.url for s in sources if s.is_named and s.folder is None]
    hosts = [
        host
        for s in sources
        if s.name in case.settings.sources
        for host in case.settings.sources[s.name].hosts
    ]
    named += [address for s in sources for address in (s.s3_endpoint, s.token_url) if address]
    return Web([*named, *hosts, *endpoints], Limits(body_bytes=max(whole_bytes, Limits().body_bytes)))


def key_of(source: Source) -> str | None:
    """A source's key, from the environment only; None if it has none."""
    return os.environ.get(source.token_env) or None if source.token_env else None


def find_scenes(
    case: Case, site_id: str, search: Search, tell: Callable[[str], None], dry_run: bool = False
) -> Result:
    """
    Look for scenes of a site in all sources asked for, and record those that are new, unless it is a dry run.

    tell: is told which host learns which box, before anything leaves the machine.
    """
    from siteline.catalog.box import holds, parse_length, parse_shift, search_box, site_outline
    from siteline.catalog.estimate import total_bytes, window_bytes
    from siteline.catalog.passes import parse_orbit, part_mixed
    from siteline.catalog.search import Wish
    from siteline.catalog.search import search as ask
    from siteline.catalog.source import choose_sources
    from siteline.catalog.stac import Asked
    from siteline.catalog.twins import join

    site = case.register.get(site_id)
    if site.simulated:
        raise BadInput(
            f"the site {site_id} is simulated: it lies nowhere, and no catalog shows it",
            "Choose a real site.",
        )
    outline = site_outline(site)
    first, last = _days(search.first, search.last)
    widen = parse_length(search.widen, "--widen") if search.widen else 0.0
    if widen < 0:
        raise BadSetting("--widen: a box cannot be made smaller than the site", "Write it as 5km.")
    box = search_box(outline, widen, parse_shift(search.shift) if search.shift else (0.0, 0.0))
    orbits = tuple(map(parse_orbit, search.orbits))
    wish = Wish(_bands(search.bands), _cloud(search.cloud), _limit(search.limit), orbits)
    sources = choose_sources(search.sources, known_sources(case))
    asked = Asked(box, first, last)
    for line in _announce(sources, asked):
        tell(line)
    for source in sources:
        if source.token_env and key_of(source) is None:
            tell(f"{source.name}: {source.token_env} is not set, so it is asked without a key")
    remarks = []
    if not holds(box, outline):
        remarks.append(
            Remark(site_id, "the box that is sent does not hold the whole site; scenes of it may be missed")
        )
    with open_web(case, sources) as web:
        keys = {s.name: key for s in sources if (key := key_of(s)) is not None}
        found = ask(web, sources, asked, outline, wish, keys)
    known = case.found.all(site_id)
    scenes, mixed = part_mixed(found.scenes, known)
    found = replace(found, scenes=scenes)
    remarks += tell_passes(scenes, known, mixed)
    sizes = {scene.id: window_bytes(scene, outline) for scene in found.scenes}
    total, untold = total_bytes(found.scenes, outline)
    if untold:
        remarks.append(
            Remark("bytes", f"of {untold} scenes the catalog does not say how large their pixels are")
        )
    prices, said = _prices(case, site, sources, found.scenes)
    remarks += said
    recorded = 0
    if not dry_run:
        with case.db.appending():
            names = [s.name for s in sources]
            orders = {s.name: s.collections for s in sources}
            kept = {scene.id for scene in case.scenes.all(site_id)} | set(_ordered(case, site_id))
            changed = join(found.scenes, known, kept, names, outline, orders)
            recorded = len(case.found.record(site_id, changed))
    told = {
        "scenes": [_tell(scene, sizes[scene.id]) for scene in found.scenes],
        "bytes": total,
        "price": prices[0] if prices else None,
        "prices": prices,
        "offered": found.offered,
        "left_out": {"clouds": found.cloudy, "elsewhere": found.elsewhere, "orbits": found.other_orbits},
        "tracks": count_tracks(scenes),
        "box": list(box.bbox),
        "recorded": recorded,
    }
    return Result(told, recorded, (*remarks, *found.remarks))


def _prices(
    case: Case, site: Site, sources: Sequence[Source], scenes: Sequence[FoundScene]
) -> tuple[list[dict[str, Any]], list[Remark]]:
    """What found scenes would cost that are neither in custody nor ordered, at each source that charges."""
    from siteline.catalog.planet.account import Account

    prices, remarks = list[dict[str, Any]](), list[Remark]()
    for source in sources:
        if source.kind == "planet" and any(scene.source == source.name for scene in scenes):
            fresh = not_bought(case, site.id, source, scenes)
            with open_web(case, (source,)) as web:
                price, said = price_scenes(case, site, Account(web, source, key_of(source)), fresh)
            prices.append(price.as_dict())
            remarks += said
    return prices, remarks


def unfetched(case: Case, site_id: str, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Scenes that were found and whose pixels are not in custody, as rows of `scenes list`, each with the reason."""
    there = {scene.id for scene in case.scenes.all(site_id, as_of)}
    tries, ordered = case.fetches.newest(site_id, as_of), _ordered(case, site_id, as_of)
    there |= {scene for scene, said in tries.items() if said.outcome is Outcome.FETCHED}
    return [
        {
            "id": scene.id,
            "acquired": scene.acquired.text,
            "usable": None,
            "used": False,
            "reason": scene.fault or _why_not_here(site_id, tries.get(scene.id), scene.id in ordered),
            "shift_px": None,
            "residual_px": None,
            "sha256": None,
            **_facts(scene),
            "fetched": False,
        }
        for scene in case.found.all(site_id, as_of)
        if scene.id not in there
    ]


def _ordered(case: Case, site_id: str, as_of: datetime | None = None) -> set[str]:
    """Ids of scenes that are ordered, delivered or not."""
    return {scene for order in case.orders.of_site(site_id, as_of).values() for scene in order.holds}


def _why_not_here(site_id: str, said: FetchTry | None, is_ordered: bool) -> str:
    if said is None and is_ordered:
        return f"ordered, not fetched yet: siteline scenes fetch {site_id}"
    if said is None:
        return f"not fetched yet: siteline scenes fetch {site_id}"
    return f"not fetched: {said.error}"


def _announce(sources: Sequence[Source], asked: Asked) -> list[str]:
    """Which host learns what, one line each, before it does."""
    days = f"{asked.first.isoformat()} to {asked.last.isoformat()}"
    lines = []
    for source in sources:
        if source.folder is not None:
            lines.append(f"{source.name}: read on this machine; nobody learns anything")
        elif source.kind == "stac-static":
            lines.append(f"{source.host} is asked for its whole catalog; it learns nothing of the place")
        else:
            lines.append(
                f"{source.host} learns the box {asked.box} (west,south,east,north) and the days {days}"
            )
    return lines


def _days(first: str, last: str | None) -> tuple[date, date]:
    begins = parse_acquired(first).first_day
    ends = parse_acquired(last).last_day if last else datetime.now(UTC).date()
    if ends < begins:
        raise BadSetting(
            f"--to {ends.isoformat()} is before --from {begins.isoformat()}", "Write the earlier day first."
        )
    return begins, ends


def _bands(said: str | None) -> tuple[str, ...]:
    if said is None:
        return ()
    names = tuple(dict.fromkeys(re.split(r"[\s,]+", said.strip().lower())))
    known = BANDS + RADAR_BANDS
    if names == ("all",):
        return BANDS
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BadSetting(
            f"--bands: no band is called {unknown[0]!r}", f"There are: {', '.join(known)}; or all."
        )
    return names


def _cloud(percent: float | None) -> float | None:
    if percent is None:
        return None
    if not 0 <= percent <= 100:
        raise BadSetting(f"--cloud: not a percentage: {percent:g}", "Write a number from 0 to 100.")
    return percent / 100


def _limit(most: int | None) -> int | None:
    if most is not None and most < 1:
        raise BadSetting(f"--limit: {most} scenes are none", "Write a number from 1 on.")
    return most


def _tell(scene: FoundScene, size: int | None) -> dict[str, Any]:
    return {"id": scene.id, "acquired": scene.acquired.text, **_facts(scene), "bytes": size}


def _facts(scene: FoundScene) -> dict[str, Any]:
    notes: Mapping[str, str] = scene.notes
    radar = {"radar": describe_take(scene.radar)} if scene.radar is not None else {}
    return {
        **radar,
        "source": scene.source,
        "collection": scene.collection,
        "sensor": scene.sensor,
        "bands": [name for asset in scene.assets for name in asset.bands if name],
        "gsd_m": min((a.gsd_m for a in scene.assets if a.gsd_m is not None), default=None),
        "mask": scene.mask_kind if scene.mask is not None else None,
        "cloud": scene.cloud,
        "published": scene.published.isoformat() if scene.published else None,
        "mosaic": [day.isoformat() for day in scene.mosaic] if scene.mosaic else None,
        "credit": scene.credit,
        "licence": scene.licence,
        "use": scene.use.value,
        "instead_of": list(scene.instead_of),
        "why": scene.why or None,
        "fault": scene.fault,
        "notes": dict(notes),
    }
