"""Fetching what was found: windows of offered scenes into custody, each try on record."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteline.model.errors import BadInput, CaseTrouble, NotFound, SitelineError
from siteline.model.fetched import FetchTry, Outcome
from siteline.model.found import FoundScene
from siteline.model.place import Frame, Site
from siteline.model.remark import Remark
from siteline.store.blobs import room_on_disk
from siteline.store.codec import digest
from siteline.store.locks import alone
from siteline.workbench.bench import Progress, say_nothing
from siteline.workbench.case import Case
from siteline.workbench.catalogs import open_web, source_of
from siteline.workbench.images import keep_bytes, take_in

if TYPE_CHECKING:
    from siteline.catalog.fetch import Fetched
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

    bytes: int
    """That travelled."""

    remarks: tuple[Remark, ...]

    def as_dict(self) -> dict[str, Any]:
        """Interchange form."""
        return {
            "fetched": list(self.fetched),
            "failed": [{"id": scene, "reason": reason} for scene, reason in self.failed],
            "failed_before": self.failed_before,
            "left": self.left,
            "found": self.found,
            "bytes": self.bytes,
        }


def fetch_found(
    case: Case,
    site_id: str,
    *,
    retry: bool = False,
    limit: int | None = None,
    progress: Progress = say_nothing,
) -> FetchReport:
    """
    Fetch the windows of all found scenes that are not in custody yet.

    Those that failed before are tried again only with `retry`. One that fails stops no other; whatever was fetched is
    kept, also when this is stopped before its end. What is in custody is never fetched again.
    """
    site = case.register.get(site_id)
    _refuse_without_area(site)
    with alone(case.cache / "fetching.lock", "fetching scenes"), room_on_disk(case.folder):
        offered = [scene for scene in case.found.all(site_id) if scene.fault is None]
        tries = case.fetches.newest(site_id)
        here = {scene.id for scene in case.scenes.all(site_id)}
        here |= {scene for scene, said in tries.items() if said.outcome is Outcome.FETCHED}
        open_ = [scene for scene in offered if scene.id not in here]
        todo = [scene for scene in open_ if retry or scene.id not in tries]
        chosen = todo if limit is None else todo[:limit]
        done = _fetch(case, site, open_, chosen, progress) if chosen else _Done()
    return FetchReport(
        fetched=tuple(done.fetched),
        failed=tuple(done.failed),
        failed_before=len(open_) - len(todo),
        left=len(todo) - len(chosen),
        found=len(offered),
        bytes=done.bytes,
        remarks=tuple(dict.fromkeys(done.remarks)),
    )


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


def _fetch(
    case: Case, site: Site, open_: Sequence[FoundScene], chosen: Sequence[FoundScene], progress: Progress
) -> _Done:
    from siteline.catalog.fetch import FetchOptions, fetch_scenes, home_of
    from siteline.catalog.signing import ENDPOINT_VARIABLES, Signer

    said = case.settings.fetch
    options = FetchOptions(said.threads, int(said.whole_file_mb * 1e6))
    mirrors = case.cache / "mirrors" / digest(site.id)[:16]
    _sweep(mirrors, {home_of(scene) for scene in open_})
    done = _Done()
    progress(STAGE, 0, len(chosen))
    count = len(chosen)
    sources, chosen = _known(case, site, chosen, mirrors, done)
    endpoints = [os.environ[name] for name in ENDPOINT_VARIABLES if os.environ.get(name)]
    with open_web(case, tuple(sources.values()), endpoints, options.whole_bytes) as web:
        signer = Signer(web, os.environ, sources)
        for fetched in fetch_scenes(chosen, site, web, signer, mirrors, options):
            _file(case, site, fetched, done)
            progress(STAGE, len(done.fetched) + len(done.failed), count)
    return done


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
