"""
Fetching: the windows of offered scenes over a site, all files of all scenes at once, out come scenes with their chips.

A scene goes through three steps: its headers, then the blocks under the site, by many threads that wait for servers; then its
chip, by few that compute. One that fails ends with its reason and stops no other.
"""

from __future__ import annotations

import hashlib
import os
import queue
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from siteline.catalog.chips import Piece, Plan, plan_chip, warm_up, write_chip
from siteline.catalog.probe import Header, probe_header
from siteline.catalog.remote.address import without_secrets
from siteline.catalog.remote.file import ReadsRanges, RemoteFile
from siteline.catalog.remote.mirror import Mirror
from siteline.catalog.remote.pool import Pool, Steps
from siteline.catalog.remote.spans import Span, total, unite
from siteline.catalog.signing import Signer
from siteline.model.errors import BadImage, CaseTrouble, ForbiddenAddress, NotReached, SitelineError
from siteline.model.found import Asset, FoundScene
from siteline.model.imagery import Scene
from siteline.model.place import Site
from siteline.raster.files import format_of

_MOST_BLOCK_BYTES = 2**30
"""Of one file's blocks under the site, packed as they are."""


_MOST_CHIPS = 4
"""Chips that are made at a time, each with its window in memory."""


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """How to fetch."""

    threads: int = 16
    whole_bytes: int = 200_000_000
    """Most bytes of a file that can only be read whole."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """How one try to fetch a scene ended."""

    found: FoundScene
    scene: Scene | None
    """With its chip and mask in `folder`; None if it failed."""

    trouble: SitelineError | None
    """Why it failed."""

    address: str
    """Of the file that failed, else of the first one; without secrets."""

    seconds: float
    bytes: int
    """That travelled in this try."""

    headers: Mapping[str, Mapping[str, str]]
    """Of each file that was opened, by its name in the catalog: its address, and what its server said of it."""

    plan: Plan | None
    """The window that was read; None if it never came to that."""

    folder: Path
    """What was fetched so far; to be deleted when the scene is in custody."""

    def clear(self) -> None:
        """Delete what was fetched: the scene is in custody."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def reason(self) -> str:
        """Why it failed, in a few words."""
        error = self.trouble
        if error is None:
            return ""
        if not isinstance(error, NotReached) or error.status is None or error.status < 400:
            return str(error)
        times = f" after {len(error.tried)} tries" if len(error.tried) > 1 else ""
        return f"HTTP {error.status}{times} ({self.address})"


def fetch_scenes(
    found: Sequence[FoundScene],
    site: Site,
    web: ReadsRanges,
    signer: Signer,
    folder: Path,
    options: FetchOptions,
) -> Iterator[Fetched]:
    """
    Every scene as it is fetched, or has failed; the order is that in which they finish.

    folder: holds what was fetched so far, and is read first: what lies there is not fetched again. Raises OSError, and
    whatever else no other scene would survive.
    """
    finished: queue.SimpleQueue[Fetched | BaseException] = queue.SimpleQueue()
    pool, chips = Pool(options.threads), Pool(min(_MOST_CHIPS, os.cpu_count() or 1))
    chips.submit(-1, warm_up)
    try:
        for order, scene in enumerate(found):
            home = folder / home_of(scene)
            reading = _Reading(scene, site, home, web, signer, options)
            reading.begin(pool, chips, order, finished)
        for _ in found:
            fetched = finished.get()
            if isinstance(fetched, BaseException):
                raise fetched
            yield fetched
    finally:
        pool.close()
        chips.close()


def home_of(found: FoundScene) -> str:
    """Name of the folder for what was fetched of a scene so far."""
    return hashlib.sha256(f"{found.source}\0{found.id}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class _LocalFile:
    """A file of a folder of items: read where it lies."""

    asset: Asset
    path: Path

    @property
    def address(self) -> str:
        return str(self.path)

    def open(self) -> tuple[Span, ...]:
        format_of(self.path)
        return ()


class _Reading:
    """One scene on its way."""

    def __init__(
        self,
        found: FoundScene,
        site: Site,
        home: Path,
        web: ReadsRanges,
        signer: Signer,
        options: FetchOptions,
    ) -> None:
        self.found = found
        self.site = site
        self.home = home
        self._web = web
        self._signer = signer
        self._options = options
        self._source = signer.source_of(found)
        self._files: dict[str, RemoteFile | _LocalFile] = {}
        self._pieces: list[Piece] = []
        self._plan: Plan | None = None
        self._address = ""
        self._began = 0.0

    def begin(
        self, pool: Pool, chips: Pool, order: int, finished: queue.SimpleQueue[Fetched | BaseException]
    ) -> None:
        """Start; `finished` gets what came of it, or what no other scene would survive."""

        def finish(failure: BaseException | None) -> None:
            try:
                finished.put(self._finish(failure))
            except BaseException as error:  # noqa: BLE001  handed to whoever waits
                finished.put(error)

        self._steps = Steps(
            pool,
            order,
            [self._open_files, self._lay_out],
            lambda failure: chips.submit(order, partial(finish, failure)),
        )
        self._steps.begin()

    def _finish(self, failure: BaseException | None) -> Fetched:
        """Make the chip, if all went well, and tell how it went."""
        scene, trouble = None, failure
        if trouble is None:
            assert self._plan is not None
            try:
                scene = write_chip(self.found, self._pieces, self._plan, self.site, self.home)
            except BadImage as error:
                trouble = error
        if trouble is not None and (
            not isinstance(trouble, SitelineError) or isinstance(trouble, CaseTrouble)
        ):
            raise trouble
        remote = [file for file in self._files.values() if isinstance(file, RemoteFile)]
        return Fetched(
            found=self.found,
            scene=scene,
            trouble=trouble,
            address=self._address or next((file.address for file in self._files.values()), ""),
            seconds=time.perf_counter() - self._began,
            bytes=sum(file.toll.bytes for file in remote),
            headers={file.asset.key: {"address": file.address, **file.headers} for file in remote},
            plan=self._plan,
            folder=self.home,
        )

    def _assets(self) -> list[tuple[Asset, bool]]:
        """Its files in order, and whether each is the mask."""
        return [(a, False) for a in self.found.assets] + (
            [(self.found.mask, True)] if self.found.mask else []
        )

    def _open_files(self) -> None:
        """Open every file, each once, however many of the scene's assets it is."""
        self._began = time.perf_counter()
        if not self.found.assets:
            raise BadImage("its catalog names no file of it that we can use")
        for asset, _ in self._assets():
            if asset.href not in self._files:
                self._address = without_secrets(asset.href)
                self._files[asset.href] = self._file_of(asset)
        self._address = ""
        for file in self._files.values():
            self._steps.add(partial(self._open, file))

    def _file_of(self, asset: Asset) -> RemoteFile | _LocalFile:
        is_remote = self._source.folder is None
        if asset.href.startswith(("http://", "https://", "s3://")):
            mirror = Mirror(self.home / hashlib.sha256(asset.href.encode()).hexdigest()[:16])
            via = self._source.url if is_remote else None
            whole = self._options.whole_bytes
            return RemoteFile(asset, self.found, mirror, self._web, self._signer, whole, via)
        if is_remote or ("://" in asset.href and not asset.href.startswith("file://")):
            raise ForbiddenAddress(
                f"{asset.key}: {self._address} is neither on the web nor in S3",
                "Only a folder of items may name files of this machine.",
                self._address,
            )
        is_address = asset.href.startswith("file://")
        return _LocalFile(asset, Path(unquote(urlsplit(asset.href).path) if is_address else asset.href))

    def _open(self, file: RemoteFile | _LocalFile) -> None:
        with self._told_of(file):
            spans = file.open()
        if isinstance(file, RemoteFile):
            self._fetch(file, spans)

    def _lay_out(self) -> None:
        """All headers are there: where the site lies in each file, and which blocks hold it."""
        headers: dict[str, Header] = {}
        for href, file in self._files.items():
            with self._told_of(file):
                headers[href] = probe_header(_path_of(file))
        self._pieces = [
            Piece(asset, _path_of(self._files[asset.href]), headers[asset.href], is_mask)
            for asset, is_mask in self._assets()
        ]
        self._plan = plan_chip(self._pieces, self.site, self.found.mask_kind)
        wanted: dict[str, tuple[Span, ...]] = {}
        for piece, (rows, cols), bands in zip(
            self._pieces, self._plan.windows, self._plan.bands, strict=True
        ):
            file = self._files[piece.asset.href]
            if isinstance(file, RemoteFile) and file.layout is not None:
                spans = file.layout.over(rows, cols, bands)
                wanted[piece.asset.href] = unite([*wanted.get(piece.asset.href, ()), *spans])
        for href, spans in wanted.items():
            file = self._files[href]
            with self._told_of(file):
                if total(spans) > _MOST_BLOCK_BYTES:
                    raise BadImage(f"its blocks over the site take {total(spans) / 2**30:.1f} GiB")
            assert isinstance(file, RemoteFile)
            self._fetch(file, spans)

    def _fetch(self, file: RemoteFile, spans: tuple[Span, ...]) -> None:
        """Fetch what is missing of these, each by itself; the step that is running waits for them."""
        for start, stop in file.missing(tuple((start, min(stop, file.size)) for start, stop in spans)):
            self._steps.add(partial(self._fetch_span, file, start, stop))

    def _fetch_span(self, file: RemoteFile, start: int, stop: int) -> None:
        with self._told_of(file):
            file.fetch(start, stop)

    @contextmanager
    def _told_of(self, file: RemoteFile | _LocalFile) -> Iterator[None]:
        """What fails in here is told of this file."""
        try:
            yield
        except BadImage as error:
            self._address = file.address
            raise BadImage(f"{file.asset.key}: {error}", error.hint) from error
        except SitelineError:
            self._address = file.address
            raise
        except OSError as error:
            if isinstance(file, _LocalFile):
                self._address = file.address
                raise BadImage(f"{file.asset.key}: {error.strerror}") from error
            raise


def _path_of(file: RemoteFile | _LocalFile) -> Path:
    return file.mirror.path if isinstance(file, RemoteFile) else file.path
