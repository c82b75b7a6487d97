"""The case folder: made, opened, and its records wired."""

from __future__ import annotations

import shutil
from pathlib import Path

from siteline import __version__
from siteline.claims.drafts import FiledDrafts
from siteline.claims.hypotheses.questions import Questions
from siteline.claims.lineage import Lineages
from siteline.claims.members import Members
from siteline.claims.said import Relations
from siteline.claims.statements import Statements
from siteline.claims.weighing.assessments import Assessments
from siteline.claims.weighing.outcomes import Outcomes
from siteline.claims.weighing.pixels import PixelClaims
from siteline.editions.aftermath import Aftermath
from siteline.editions.briefs import Briefs
from siteline.editions.releases import Releases
from siteline.entities.register import Entities
from siteline.evidence.custody.anchor import Anchors
from siteline.evidence.custody.clock import Clock
from siteline.evidence.custody.exhibits import Exhibits
from siteline.evidence.custody.keys import Signer
from siteline.evidence.custody.log import CustodyLog, Surroundings
from siteline.evidence.likeness.frames import Frames
from siteline.evidence.likeness.pairs import Pairs
from siteline.evidence.times.records import TimeProofs
from siteline.evidence.watch.checks import Checks
from siteline.ledger.incidents.queries import Queries
from siteline.ledger.incidents.rows import Incidents
from siteline.model.errors import BadSetting, BrokenCustody, CaseExists, NotACase
from siteline.sites.activity import Counts
from siteline.sites.annotations import Annotations
from siteline.sites.comparisons import Comparisons
from siteline.sites.events.register import Events
from siteline.sites.fetches import Fetches
from siteline.sites.filed import FiledSizes
from siteline.sites.found import FoundScenes
from siteline.sites.measurements import Measurements
from siteline.sites.nudges import Nudges
from siteline.sites.orders import Orders
from siteline.sites.register import Register
from siteline.sites.scenes import Scenes
from siteline.sites.surveys import Surveys
from siteline.store.blobs import Blobs, room_on_disk
from siteline.store.db import Database
from siteline.store.runs import Runs
from siteline.workbench import keyring
from siteline.workbench.settings import TEMPLATE, Settings, read_settings

SETTINGS_FILE = "siteline.toml"
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "lustre", "fuse.sshfs", "9p", "ncpfs"}


class Case:
    """An open case: its settings, its records, its blobs."""

    def __init__(self, folder: Path, settings: Settings, clock: Clock | None = None) -> None:
        """`clock`: what stamps the custody log; default: this machine's."""
        self.folder = folder
        self.settings = settings
        self.out = folder / "out"
        self.cache = folder / "cache"
        self.blobs = Blobs(folder / "blobs")
        self.db = Database(settings.case.database or f"sqlite:///{folder / 'case.db'}", settings.signer())
        self.runs = Runs(self.db)
        self.register = Register(self.db)
        self.scenes = Scenes(self.db)
        self.found = FoundScenes(self.db)
        self.fetches = Fetches(self.db)
        self.nudges = Nudges(self.db)
        self.orders = Orders(self.db)
        self.surveys = Surveys(self.db)
        self.events = Events(self.db)
        self.annotations = Annotations(self.db)
        self.counts = Counts(self.db)
        self.comparisons = Comparisons(self.db)
        self.measurements = Measurements(self.db)
        self.filed = FiledSizes(self.db)
        self.briefs = Briefs(self.db)
        self.releases = Releases(self.db)
        self.aftermath = Aftermath(self.db)
        self.statements = Statements(self.db)
        self.assessments = Assessments(self.db)
        self.outcomes = Outcomes(self.db)
        self.questions = Questions(self.db)
        self.pixel_claims = PixelClaims(self.db)
        self.drafts = FiledDrafts(self.db)
        self.lineages = Lineages(self.db)
        self.relations = Relations(self.db)
        self.members = Members(self.db, self.statements)
        self.incidents = Incidents(self.db)
        self.queries = Queries(self.db)
        self.entities = Entities(self.db)
        self.unsigned_because = ""
        """Why checkpoints are not signed; known once something was written to the log."""

        around = Surroundings(
            agent=f"siteline {__version__}",
            vantage=settings.vantage(),
            folder=str(folder),
            signer=self._signer,
            successions=keyring.successions,
            anchors=keyring.anchors(),
            there_before=self.blobs.names,
            clock=clock or Clock(),
        )
        self.log = CustodyLog(self.db, around)
        self.exhibits = Exhibits(self.db, self.log)
        self.checks = Checks(self.db, self.log)
        self.times = TimeProofs(self.db, self.log)
        self.frames = Frames(self.db, self.log)
        self.pairs = Pairs(self.db, self.log)

    def _signer(self) -> Signer | None:
        found = keyring.find_key()
        self.unsigned_because = found.why_not
        return found.signer

    def close(self) -> None:
        """Let go of the database."""
        self.db.close()


def make_case(folder: Path) -> Case:
    """A new case in `folder`, which may exist if it holds no case yet."""
    folder = folder.resolve()
    if (folder / SETTINGS_FILE).exists() or (folder / "case.db").exists():
        raise CaseExists(f"{folder} is a case already")
    if folder.exists() and not folder.is_dir():
        raise CaseExists(f"{folder} is a file", "Choose a folder.")
    _refuse_network_disk(folder, Settings())
    _refuse_lost_rows(folder, None)
    key = keyring.ensure_key()  # before anything is made: a key that cannot be used is refused
    with room_on_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder / f".{SETTINGS_FILE}.part"
        aside.write_text(TEMPLATE, encoding="utf-8")
        keyring.anchors().leave(str(folder))  # of a case that lay here before
        aside.replace(folder / SETTINGS_FILE)  # last of all in `open_case`'s eyes: a case has settings
    case = open_case(folder)
    case.log.append(())
    case.unsigned_because = key.why_not or case.unsigned_because
    return case


def open_case(folder: Path) -> Case:
    """The case in `folder`; raises NotACase, NewerCase, BadSetting, or BrokenCustody where its rows are gone."""
    folder = folder.resolve()
    if not (folder / SETTINGS_FILE).exists():
        raise NotACase(f"{folder} is not a case: it has no {SETTINGS_FILE}")
    settings = read_settings(folder / SETTINGS_FILE)
    _refuse_network_disk(folder, settings)
    if settings.case.database is None:
        _refuse_lost_rows(folder, keyring.anchors())
    case = Case(folder, settings)
    with room_on_disk(folder):
        case.db.upgrade()
    return case


def clear_cache(case: Case) -> int:
    """Delete derived arrays; returns the bytes freed. They are made again when needed."""
    freed = sum(_on_disk(file) for file in case.cache.rglob("*") if file.is_file())
    shutil.rmtree(case.cache, ignore_errors=True)
    return freed


def _on_disk(file: Path) -> int:
    """Bytes that a file takes on the disk; a mirror of a remote file is mostly holes."""
    found = file.stat()
    blocks = getattr(found, "st_blocks", None)
    return found.st_size if blocks is None else min(found.st_size, blocks * 512)


def _refuse_lost_rows(folder: Path, seen: Anchors | None) -> None:
    """A new case.db beside bytes in custody would say that all is as it was, and know nothing of them."""
    rows = folder / "case.db"
    if rows.is_file() and rows.stat().st_size:
        return
    if (seen and seen.at(str(folder))) or next(Blobs(folder / "blobs").names(), None) is not None:
        gone = "is empty" if rows.exists() else "is gone"
        raise BrokenCustody(
            f"{rows} {gone}, and with it all that was recorded here",
            "Restore case.db from a copy of the case; to begin anew, take another folder: siteline init DIR",
        )


def _refuse_network_disk(folder: Path, settings: Settings) -> None:
    """SQLite's locks do not hold on network disks; two analysts would corrupt the case."""
    if settings.case.database is not None:
        return
    kind = _filesystem(folder)
    if kind in _NETWORK:
        raise BadSetting(
            f"{folder} is on a network disk ({kind}), where SQLite cannot lock",
            "Keep the case on a local disk, or set case.database to a PostgreSQL URL in siteline.toml.",
        )


def _filesystem(folder: Path) -> str:
    """Type of the file system that holds `folder`; "" where the system does not say."""
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    best, kind = -1, ""
    for line in lines:
        _, mounted, name, *_ = line.split(" ")
        point = Path(mounted.replace("\\040", " "))
        if folder.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), name
    return kind
