"""Evidence in custody: listed, shown, searched, copied out, restricted; every look at what is restricted is logged."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from siteline.evidence.custody.clock import stamp
from siteline.evidence.custody.rows import COLUMNS, Event, line_of
from siteline.evidence.custody.told import as_dict, write_exhibit
from siteline.evidence.custody.withheld import Withheld
from siteline.evidence.search import LONGEST_TEXT, Hit, Index, written_in
from siteline.model.errors import BadSetting, BrokenCustody, NotFound
from siteline.model.exhibit import KINDS, Exhibit
from siteline.store import tables
from siteline.store.db import known_at
from siteline.workbench.case import Case
from siteline.workbench.evidence.journal import log_read, withheld_from
from siteline.workbench.evidence.marks import captured_detail, marked


def list_json(case: Case, as_of: datetime | None = None, kind: str | None = None) -> str:
    """Every exhibit as one JSON document; a hundred thousand take a fraction of a second."""
    texts = _texts(case, as_of, kind)
    return "[\n" + ",\n".join(texts) + "\n]" if texts else "[]"


def list_exhibits(case: Case, as_of: datetime | None = None, kind: str | None = None) -> list[dict[str, Any]]:
    """Every exhibit, oldest first."""
    texts = _texts(case, as_of, kind)
    try:
        return [json.loads(text) for text in texts]
    except (ValueError, TypeError) as error:
        raise BrokenCustody(
            "the row of an exhibit was altered", "Name it: siteline evidence verify"
        ) from error


def _texts(case: Case, as_of: datetime | None, kind: str | None) -> list[str]:
    if kind is not None and kind not in KINDS:
        raise BadSetting(f"there is no kind {kind!r}", f"There are: {', '.join(KINDS)}.")
    return case.exhibits.texts(as_of, kind)


def show_exhibit(case: Case, said: str, as_of: datetime | None = None) -> dict[str, Any]:
    """All that is known of one exhibit: what was said of it, its kin, its rows in the log, and whether it is intact."""
    exhibit = case.exhibits.get(said, as_of)
    log_read(case, [exhibit.id], "evidence show")
    table, restriction = tables.custody_event.c, case.exhibits.restrictions().get(exhibit.id)
    query = (
        sa.select(*(table[name] for name in COLUMNS))
        .where(table.exhibit_id == exhibit.id)
        .order_by(table.seq)
    )
    rows = case.db.rows(known_at(query, tables.custody_event, as_of))
    told, withheld = [dict(zip(COLUMNS, row, strict=True)) for row in rows], withheld_from(case)
    made_from, made_into = case.exhibits.kin(exhibit.id)
    problem = None
    try:
        case.blobs.verify(exhibit.sha256)
    except (NotFound, BrokenCustody) as error:
        problem = str(error)
    return {
        **json.loads(write_exhibit(exhibit)),
        "restricted": as_dict(restriction) if restriction else None,
        "derived_from": made_from,
        "made_into": made_into,
        "graphic": exhibit.id in marked(case),
        "capture": _captured(case, exhibit, withheld),
        "intact": problem is None,
        "problem": problem,
        "custody": [json.loads(line_of(row)) for row in told if not withheld.in_row(row)],
    }


def _captured(case: Case, exhibit: Exhibit, withheld: Withheld) -> dict[str, object] | None:
    """What the log says of a capture, with those of its parts that the person may know of."""
    said = captured_detail(case, exhibit.id)
    parts = said.get("parts") if said else None
    if said and isinstance(parts, list):
        said["parts"] = [p for p in parts if isinstance(p, dict) and p.get("id") not in withheld.ids]
    return said


def search_exhibits(case: Case, words: str, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Exhibits that have all the words, the best first; what is restricted is found by its readers alone."""
    index = Index(case.cache / "search.db", case.log.case_id() or "")
    index.catch_up(case.exhibits.after, lambda exhibit: _written_in(case, exhibit))
    found = [(hit, case.exhibits.get(hit.id)) for hit in index.find(words, case.exhibits.hidden())]
    found = [(hit, e) for hit, e in found if as_of is None or e.added_at <= stamp(as_of)]
    log_read(case, [e.id for _, e in found], "evidence search")
    return [_tell_hit(hit, exhibit) for hit, exhibit in found]


def _tell_hit(hit: Hit, exhibit: Exhibit) -> dict[str, Any]:
    return {
        "id": exhibit.id,
        "sha256": exhibit.sha256,
        "name": exhibit.name,
        "title": exhibit.title,
        "kind": exhibit.kind,
        "snippet": " ".join(hit.snippet.split()),
    }


def _written_in(case: Case, exhibit: Exhibit) -> str:
    try:
        with case.blobs.path(exhibit.sha256).open("rb") as stream:
            return written_in(exhibit, stream.read(LONGEST_TEXT))
    except OSError:
        return ""  # `verify` names it


def copy_out(case: Case, said: str, file: Path, why: str) -> Exhibit:
    """Write a working copy, checked against its digest, and log who took it; never over another file."""
    exhibit = case.exhibits.get(said)
    if file.is_dir():
        file = file / (Path(exhibit.name).name or exhibit.id)
    if file.exists():
        raise BadSetting(f"{file} exists", "Name a new file: a working copy never replaces anything.")
    content = case.blobs.path(exhibit.sha256)
    case.blobs.verify(exhibit.sha256)
    case.log.append(
        [
            Event(
                "read",
                object=exhibit.sha256,
                exhibit_id=exhibit.id,
                tool="evidence copy",
                note=why or "a working copy was made",
            )
        ]
    )
    aside = file.with_name(f".{file.name}.part")
    try:
        with content.open("rb") as source, aside.open("xb") as target:
            while piece := source.read(1 << 20):
                target.write(piece)
        aside.rename(file)
    finally:
        aside.unlink(missing_ok=True)
    return exhibit


def restrict_exhibit(case: Case, said: str, why: str, readers: Sequence[str], *, lift: bool) -> Exhibit:
    """Keep an exhibit for named readers, or let all see it again."""
    if not why.strip():
        raise BadSetting("a restriction needs its reason", 'Say it: --why "source asked for it"')
    if lift and readers:
        raise BadSetting("--lift lets everybody see it; it goes without --reader", "Give one of the two.")
    exhibit = case.exhibits.get(said)
    case.exhibits.restrict(exhibit.id, why.strip(), () if lift else tuple(readers) or (case.db.who,))
    return exhibit
