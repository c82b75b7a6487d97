"""Fetching what was found: windows of offered scenes into custody, each try on record."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteline.model.errors import BadInput, CaseTrouble, NotFound, SitelineError
from siteline.model.fetched import FetchTry, Outcome
from siteline.model.found import FoundScene
from siteline.model.order import ImageOrder
from siteline.model.place import Frame, Site
from siteline.model.remark import Remark
from siteline.store.blobs import room_on_disk
from siteline.store.codec import digest
from siteline.store.locks import alone
from siteline.workbench.bench import Progress, say_nothing
from siteline.workbench.case import Case
from siteline.workbench.catalogs import key_of, known_sources, open_web, source_of
from siteline.workbench.images import keep_bytes, take_in
from siteline.workbench.ordering import fetch_ordered
from siteline.workbench.prices import not_bought, price_scenes

if TYPE_CHECKING:
    from siteline.catalog.fetch import Fetched, FetchOptions
    from siteline.catalog.source import Source

STAGE = "fetch_scenes"
TRY_AGAIN = (
    "See why with: siteline scenes list {site}; try them again with: siteline scenes fetch {site} --retry"
)


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What one `siteline scenes fetch` did."""

    fetched: tuple[str, ...]
    """Ids of scenes that are in custody now and were not before."""

    failed: tuple[tuple[str, str], ...]
    """Ids of scenes that could not be fetched, each with the reason."""

    failed_before: int
    """Scenes that failed in an earlier run and were left alone."""

    left: int
    """Scenes that were not tried, as a limit said."""

    found: int
    """Scenes on record as offered, that can be fetched at all."""

    unusable: int
    """Scenes on record as offered, that cannot."""

    bytes: int
    """That travelled."""

    remarks: tuple[Remark, ...]
    waiting: tuple[str, ...] = ()
    """Ids of scenes that are ordered and not delivered yet."""

    orders: tuple[ImageOrder, ...] = ()
    """Those that this run had to do with, as they stand."""

    trouble: SitelineError | None = None
    """Why something was not ordered; the rest was fetched."""

    def as_dict(self) -> dict[str, Any]:
        """Interchange form."""
        return {
            "fetched": list(self.fetched),
            "failed": [{"id": scene, "reason": reason} for scene, reason in self.failed],
            "failed_before": self.failed_before,
            "left": self.left,
            "found": self.found,
            "unusable": self.unusable,
            "bytes": self.bytes,
            "waiting": list(self.waiting),
            "orders": [
                {
                    "id": order.order_id or None,
                    "name": order.name,
                    "source": order.source,
                    "state": order.state.value,
                    "scenes": list(order.scenes),
                    "missing": list(order.missing),
                    "km2": round(sum(order.charged.values()), 3),
                    "said": order.said or None,
                }
                for order in self.orders
            ],
        }


def fetch_found(
    case: Case,
    site_id: str,
    *,
    retry: bool = False,
    limit: int | None = None,
    progress: Progress = say_nothing,
    tell: Callable[[str], None] = lambda _: None,
) -> FetchReport:
    """
    Fetch the windows of all found scenes that are not in custody yet; those that cost something are ordered first.

    tell: is told what leaves the machine with an order, and what it costs, before it is made.
    Those that failed before are tried again only with `retry`. One that fails stops no other; whatever was fetched is
    kept, also when this is stopped before its end. What is in custody is never fetched again.
    """
    site = case.register.get(site_id)
    _refuse_without_area(site)
    with alone(case.cache / "fetching.lock", "fetching scenes"), room_on_disk(case.folder):
        offered, open_, todo = _to_fetch(case, site_id, retry)
        chosen = todo if limit is None else todo[:limit]
        done = _fetch(case, site, open_, chosen, progress, tell) if chosen else _Done()
    return FetchReport(
        fetched=tuple(done.fetched),
        failed=tuple(done.failed),
        failed_before=len(open_) - len(todo),
        left=len(todo) - len(chosen),
        found=len(offered),
        unusable=len(case.found.all(site_id)) - len(offered),
        bytes=done.bytes,
        remarks=tuple(dict.fromkeys(done.remarks)),
        waiting=tuple(dict.fromkeys(done.waiting)),
        orders=tuple(done.orders),
        trouble=done.trouble,
    )


def price_fetch(
    case: Case, site_id: str, *, retry: bool = False, limit: int | None = None
) -> tuple[dict[str, Any], tuple[Remark, ...]]:
    """What `fetch_found` would fetch, how many bytes of pixels that is, and what it would cost; nothing is fetched."""
    from siteline.catalog.box import site_outline
    from siteline.catalog.estimate import total_bytes
    from siteline.catalog.planet.account import Account

    site = case.register.get(site_id)
    _refuse_without_area(site)
    _, _, todo = _to_fetch(case, site_id, retry)
    chosen = todo if limit is None else todo[:limit]
    prices, remarks = [], []
    for source in _planets(case, chosen):
        fresh = not_bought(case, site_id, source, chosen)
        with open_web(case, (source,)) as web:
            price, said = price_scenes(case, site, Account(web, source, key_of(source)), fresh)
        prices.append(price.as_dict())
        remarks += said
    told = {
        "scenes": [{"id": s.id, "acquired": s.acquired.text, "source": s.source} for s in chosen],
        "bytes": total_bytes(chosen, site_outline(site))[0],
        "price": prices[0] if prices else None,
    }
    return told, tuple(remarks)


def _to_fetch(
    case: Case, site_id: str, retry: bool
) -> tuple[list[FoundScene], list[FoundScene], list[FoundScene]]:
    """Scenes that can be fetched at all; those of them that are not in custody; and of those the ones to try now."""
    offered = [scene for scene in case.found.all(site_id) if scene.fault is None]
    tries = case.fetches.newest(site_id)
    here = {scene.id for scene in case.scenes.all(site_id)}
    here |= {scene for scene, said in tries.items() if said.outcome is Outcome.FETCHED}
    open_ = [scene for scene in offered if scene.id not in here]
    return offered, open_, [scene for scene in open_ if retry or scene.id not in tries]


def _planets(case: Case, scenes: Sequence[FoundScene]) -> list[Source]:
    """The sources of these scenes that charge for them."""
    known = known_sources(case)
    names = dict.fromkeys(scene.source for scene in scenes)
    return [known[name] for name in names if name in known and known[name].kind == "planet"]


def _refuse_without_area(site: Site) -> None:
    from siteline.catalog.local import area_of

    if site.frame is Frame.IMAGE or area_of(site) is None:
        raise BadInput(
            f"site {site.id} says no place on Earth, so no window over it can be cut out of a scene",
            "Add a site file with an aoi in longitude and latitude.",
        )


class _Done:
    """What was done so far."""

    def __init__(self) -> None:
        self.fetched: list[str] = []
        self.failed: list[tuple[str, str]] = []
        self.remarks: list[Remark] = []
        self.bytes = 0
        self.waiting: list[str] = []
        self.orders: list[ImageOrder] = []
        self.trouble: SitelineError | None = None


def _fetch(
    case: Case,
    site: Site,
    open_: Sequence[FoundScene],
    chosen: Sequence[FoundScene],
    progress: Progress,
    tell: Callable[[str], None],
) -> _Done:
    from siteline.catalog.fetch import FetchOptions, home_of

    said = case.settings.fetch
    options = FetchOptions(said.threads, int(said.whole_file_mb * 1e6))
    mirrors = case.cache / "mirrors" / digest(site.id)[:16]
    _sweep(mirrors, {home_of(scene) for scene in open_})
    done = _Done()
    planets = _planets(case, chosen)
    charged = {source.name for source in planets}
    _fetch_free(case, site, [s for s in chosen if s.source not in charged], mirrors, options, progress, done)
    for source in planets:
        mine = [scene for scene in chosen if scene.source == source.name]
        try:
            ordered = fetch_ordered(
                case, site, source, mine, mirrors, lambda one: _file(case, site, one, done), progress, tell
            )
        except CaseTrouble:
            raise
        except SitelineError as error:  # what was fetched before is told all the same
            done.trouble = done.trouble or error
            continue
        done.remarks += ordered.remarks
        done.waiting += ordered.waiting
        done.orders += ordered.orders
        done.trouble = done.trouble or ordered.trouble
    return done


def _fetch_free(
    case: Case,
    site: Site,
    chosen: Sequence[FoundScene],
    mirrors: Path,
    options: FetchOptions,
    progress: Progress,
    done: _Done,
) -> None:
    """Fetch scenes that nobody charges for."""
    from siteline.catalog.fetch import fetch_scenes
    from siteline.catalog.signing import ENDPOINT_VARIABLES, Signer

    if not chosen:
        return
    progress(STAGE, 0, len(chosen))
    count = len(chosen)
    sources, chosen = _known(case, site, chosen, mirrors, done)
    endpoints = [os.environ[name] for name in ENDPOINT_VARIABLES if os.environ.get(name)]
    with open_web(case, tuple(sources.values()), endpoints, options.whole_bytes) as web:
        signer = Signer(web, os.environ, sources)
        for fetched in fetch_scenes(chosen, site, web, signer, mirrors, options):
            _file(case, site, fetched, done)
            progress(STAGE, len(done.fetched) + len(done.failed), count)


def _known(
    case: Case, site: Site, chosen: Sequence[FoundScene], mirrors: Path, done: _Done
) -> tuple[dict[str, Source], list[FoundScene]]:
    """The sources of these scenes by name, and the scenes that have one; the others fail."""
    from siteline.catalog.fetch import Fetched

    sources: dict[str, Source] = {}
    known = []
    for scene in chosen:
        try:
            if scene.source not in sources:
                sources[scene.source] = source_of(case, scene)
        except NotFound as error:
            _file(case, site, Fetched(scene, None, error, "", 0.0, 0, {}, None, mirrors / "none"), done)
        else:
            known.append(scene)
    return sources, known


def _file(case: Case, site: Site, fetched: Fetched, done: _Done) -> None:
    """Take a fetched scene into custody and record the try, or record why there is nothing to take."""
    reason, remedy = fetched.reason, fetched.trouble.hint if fetched.trouble else ""
    done.bytes += fetched.bytes
    if fetched.scene is not None:
        try:
            keep_bytes(case, fetched.scene)
            with case.db.appending():
                added = take_in(case, site, (fetched.scene,), (), "scenes fetch")
                case.fetches.record(site.id, [_try_of(fetched, "", "")])
        except CaseTrouble:
            raise
        except SitelineError as error:  # its id is taken, or it is of another world
            reason, remedy = str(error), error.hint
        else:
            fetched.clear()
            done.fetched.append(fetched.found.id)
            done.remarks += added.remarks
            if fetched.scene.fault is not None:
                done.remarks.append(Remark(fetched.found.id, f"cannot be used: {fetched.scene.fault}"))
            return
    case.fetches.record(site.id, [_try_of(fetched, reason, remedy)])
    done.failed.append((fetched.found.id, reason))


def _try_of(fetched: Fetched, error: str, remedy: str) -> FetchTry:
    scene, plan = fetched.scene, fetched.plan
    is_kept = scene is not None and not error
    return FetchTry(
        scene_id=fetched.found.id,
        outcome=Outcome.FETCHED if is_kept else Outcome.FAILED,
        ended=datetime.now(UTC),
        address=fetched.address,
        error=error,
        remedy=remedy,
        seconds=round(fetched.seconds, 3),
        bytes=fetched.bytes,
        headers=fetched.headers,
        crs=plan.crs if plan else "",
        transform=plan.transform if plan else None,
        shape=plan.shape if plan else None,
        chip_sha256=scene.sha256 if scene is not None and is_kept else None,
        mask_sha256=scene.mask_sha256 if scene is not None and is_kept else None,
    )


def _sweep(mirrors: Path, wanted: set[str]) -> None:
    """Delete what was fetched of scenes that are in custody now, or that nobody offers any more."""
    if mirrors.is_dir():
        for home in mirrors.iterdir():
            if home.name not in wanted:
                shutil.rmtree(home, ignore_errors=True)
