"""Somebody's web archive into custody: the archive as it is, and each page in it with its text and media."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from siteline.evidence.archives.contents import (
    Archive,
    Refusal,
    read_archive,
    when,
)
from siteline.evidence.custody.log import detail_of
from siteline.evidence.custody.restrictions import OF_THE_CAPTURE, Restriction
from siteline.evidence.custody.rows import Event
from siteline.evidence.custody.taking import Taken, Taking
from siteline.evidence.sniff import kind_of, sniff
from siteline.model.dates import parse_acquired
from siteline.model.errors import BadInput, BadSetting, SitelineError
from siteline.model.exhibit import Exhibit
from siteline.model.verdict import Inspection
from siteline.store import tables
from siteline.store.blobs import room_on_disk
from siteline.store.intake import Copied, Intake
from siteline.workbench.case import Case
from siteline.workbench.evidence.capture_filing import LONGEST_URL, printable
from siteline.workbench.evidence.custody import plain_name
from siteline.workbench.evidence.inspecting import kind_of as form_of
from siteline.workbench.evidence.marks import outcomes
from siteline.workbench.evidence.unpacking import Piece, pieces_of

SHAPE = "imported/1"
TOOL, ACTION = "evidence import", "unpacked"
_MOST_TOLD = 1000


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a user says of the archives that he imports."""

    title: str = ""
    obtained: str = ""
    licence: str = ""
    credit: str = ""
    note: str = ""
    restricted: str = ""
    readers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """An archive in custody, and what came out of it."""

    exhibit: Exhibit
    is_new: bool
    """Whether anything came just now."""

    told: dict[str, Any]


def import_archive(case: Case, path: Path, wishes: Wishes) -> Imported:
    """
    Take a WARC, ARC or WACZ into custody with the pages that can be read in it; all or nothing.

    The same archive once more adds nothing. What cannot be read is named with its reason. Who captured it is unknown,
    whatever it says of itself. Raises BadArchive or BadInput, and then nothing was kept.
    """
    _refuse_odd(case, wishes)
    if not path.is_file():
        raise BadInput(f"{path.name} is not a file", "Name a WARC, ARC or WACZ.")
    with path.open("rb") as stream:
        form = form_of(stream.read(4096))
        if form not in ("wacz", "warc"):
            raise BadInput(
                f"{path.name} is no web archive by its content",
                "WARC, ARC and WACZ are; anything else: siteline evidence add",
            )
        stream.seek(0)
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    if before := _before(case, sha256):
        return before
    case.log.append(())
    with room_on_disk(case.folder):
        case.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".importing-", dir=case.cache) as name:
            return _import(case, path, form, wishes, Path(name))


def _refuse_odd(case: Case, wishes: Wishes) -> None:
    if wishes.obtained:
        parse_acquired(wishes.obtained)
    if wishes.readers and not wishes.restricted:
        raise BadSetting(
            "readers are named for something that is not restricted", 'Say why: --restricted "why"'
        )


def _before(case: Case, sha256: str) -> Imported | None:
    """The same archive, if its pages were taken out already and this person may see it."""
    log, hidden = tables.custody_event.c, case.exhibits.hidden()
    query = sa.select(log.exhibit_id, log.detail).where(log.object == sha256, log.action == ACTION)
    for exhibit_id, detail in case.db.rows(query.order_by(log.seq)):
        if exhibit_id in hidden:
            continue
        said = detail_of(detail)
        told = _open_part({name: value for name, value in said.items() if name != "salt"}, hidden)
        exhibit = case.exhibits.get(exhibit_id)
        return Imported(exhibit, False, {**_head(exhibit), "again": True, **told})
    return None


def _open_part(told: dict[str, Any], hidden: set[str]) -> dict[str, Any]:
    """What came out of an archive, without what this person may not see."""
    pages = [
        {**page, "media": [one for one in page["media"] if one not in hidden]}
        for page in told["pages"]
        if not {page["id"], page["text"]} & hidden
    ]
    return {**told, "pages": pages, "media": [one for one in told["media"] if one not in hidden]}


def _import(case: Case, path: Path, form: str, wishes: Wishes, folder: Path) -> Imported:
    archive, records = read_archive(path, form, folder)
    worth = records if records is not None else _inspect(path)
    pieces = list(pieces_of(archive, folder))
    with Intake(case.blobs, case.settings.evidence.largest) as intake:
        whole = intake.copy(path)
        waiting = []
        for piece in pieces:
            try:
                waiting.append((piece, intake.copy(piece.file)))
            except BadInput as error:
                archive.refused.append(Refusal(piece.what, piece.url, str(error)))
        intake.settle()
    with case.db.appending():
        origin = _admit_whole(case, path, archive, wishes, whole)
        is_own = origin.id in outcomes(case)
        takings = [_taking(case, wishes, piece, copied, origin, is_own) for piece, copied in waiting]
        made: list[tuple[Piece, Exhibit]] = []
        for (piece, _), got in zip(waiting, case.exhibits.admit(takings, TOOL), strict=True):
            if isinstance(got, Taken):
                made.append((piece, got.exhibit))
            else:
                archive.refused.append(Refusal(piece.what, piece.url, str(got)))
        told = _told(archive, worth, made, is_own)
        case.log.append(
            [
                Event(
                    ACTION,
                    object=origin.sha256,
                    exhibit_id=origin.id,
                    tool=TOOL,
                    note=worth.verdict,
                    detail=told,
                )
            ]
        )
    return Imported(origin, True, {**_head(origin), "again": False, **told})


def _inspect(path: Path) -> Inspection:
    from siteline.evidence.archives.wacz import inspect_wacz

    return inspect_wacz(path)


def _admit_whole(case: Case, path: Path, archive: Archive, wishes: Wishes, whole: Copied) -> Exhibit:
    """The archive as an exhibit: the one that is there, whatever was said of it, or a new one."""
    hidden = case.exhibits.hidden()
    there = [e for _, e in case.exhibits.after(0) if e.sha256 == whole.sha256 and e.id not in hidden]
    if there and not wishes.restricted:
        return there[0]
    said = f"; it says: made with {printable(archive.software)}" if archive.software else ""
    taking = Taking(
        sha256=whole.sha256,
        bytes=whole.size,
        name=plain_name(path.name),
        kind="capture",
        media_type="application/wacz" if archive.form == "wacz" else sniff(whole.head),
        title=wishes.title or printable(archive.title),
        obtained=wishes.obtained.strip(),
        licence=wishes.licence or "unknown",
        credit=wishes.credit or "unknown",
        note="; ".join(filter(None, (wishes.note, f"captured by others, agent unknown{said}"))),
        restriction=_restriction(case, wishes),
    )
    [answer] = case.exhibits.admit([taking], TOOL)
    if isinstance(answer, SitelineError):
        raise answer
    return answer.exhibit


def _restriction(case: Case, wishes: Wishes) -> Restriction | None:
    return Restriction(wishes.restricted, wishes.readers or (case.db.who,)) if wishes.restricted else None


def _taking(
    case: Case,
    wishes: Wishes,
    piece: Piece,
    copied: Copied,
    origin: Exhibit,
    is_own: bool,
) -> Taking:
    media_type = "text/html" if piece.is_html else sniff(copied.head)
    kind = "page" if piece.is_html else "text" if piece.what == "text" else kind_of(media_type)
    date = when(piece.date)
    whose = "" if is_own else "captured by others, agent unknown; time as the archive states it"
    url = printable(piece.url)
    return Taking(
        sha256=copied.sha256,
        bytes=copied.size,
        name=piece.name,
        kind=kind,
        media_type=media_type,
        title=piece.title,
        source_url=url if len(url) <= LONGEST_URL else "",
        obtained=f"{date:%Y-%m-%dT%H:%M:%SZ}" if date else "",
        licence=wishes.licence or "unknown",
        credit=wishes.credit or "unknown",
        note="; ".join(filter(None, (whose, printable(piece.note)))),
        restriction=_restriction(case, wishes),
        derived_from=(origin.id,),
        activity=f"{piece.what} {OF_THE_CAPTURE}",
    )


def _head(exhibit: Exhibit) -> dict[str, Any]:
    return {
        "siteline": SHAPE,
        "id": exhibit.id,
        "sha256": exhibit.sha256,
        "name": exhibit.name,
        "title": exhibit.title,
    }


def _told(
    archive: Archive, worth: Inspection, made: Sequence[tuple[Piece, Exhibit]], is_own: bool
) -> dict[str, Any]:
    """What came out of it, as it stands in the log and in `--json`."""
    pages: dict[int, dict[str, Any]] = {}
    loose = []
    for piece, exhibit in made:
        if piece.what == "page":
            pages[piece.page] = {
                "id": exhibit.id,
                "url": exhibit.source_url,
                "time": exhibit.obtained,
                "title": exhibit.title,
                "text": None,
                "media": [],
            }
        elif piece.page not in pages:
            loose.append(exhibit.id)
        elif piece.what == "text":
            pages[piece.page]["text"] = exhibit.id
        else:
            pages[piece.page]["media"].append(exhibit.id)
    return {
        "form": archive.form,
        "verdict": worth.verdict,
        "means": worth.means,
        "agent": "this case's own capture" if is_own else "unknown",
        "software": printable(archive.software),
        "pages": list(pages.values()),
        "media": loose,
        "refused": _named(archive.refused),
        "refused_count": len(archive.refused),
        "faulty": _named(archive.faulty),
        "faulty_count": len(archive.faulty),
    }


def _named(found: Sequence[Refusal]) -> list[dict[str, str]]:
    return [
        {"where": printable(one.where), "url": printable(one.url)[:500], "why": printable(one.why)[:500]}
        for one in found[:_MOST_TOLD]
    ]
