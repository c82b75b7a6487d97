"""The custody log as a person may read it: rows, proofs of them, explanations, and looks at what is restricted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from siteline.evidence.custody.inclusion import Prover, seqs_of
from siteline.evidence.custody.log import detail_of
from siteline.evidence.custody.rows import COLUMNS, Event, line_of
from siteline.evidence.custody.withheld import Withheld
from siteline.model.errors import BadInput, BadSetting, NotFound
from siteline.store import tables
from siteline.store.db import known_at
from siteline.workbench.case import Case


def log_read(case: Case, exhibit_ids: Iterable[str], tool: str) -> None:
    """Each look at something restricted is a row."""
    restricted = case.exhibits.restrictions()
    looked = [case.exhibits.get(i) for i in exhibit_ids if i in restricted]
    if looked:
        case.log.append([Event("read", object=e.sha256, exhibit_id=e.id, tool=tool) for e in looked])


def explain_row(case: Case, seq: int, why: str) -> None:
    """Say why the clock ran backwards at a row of the log; the row stays, and the explanation beside it."""
    table = tables.custody_event.c
    if not case.db.rows(sa.select(table.seq).where(table.seq == seq)):
        raise NotFound(f"the custody log has no row {seq}", "See: siteline evidence log")
    if not why.strip():
        raise BadSetting("an explanation needs words", 'Say it: --why "the clock was set by hand"')
    case.log.append([Event("explained", tool="evidence explain", detail={"row": seq}, note=why.strip())])


def list_log(case: Case, as_of: datetime | None = None, only: str | None = None) -> list[dict[str, Any]]:
    """Rows of the log; of what names something restricted to others, that there is a row, and no more."""
    table, withheld = tables.custody_event.c, withheld_from(case)
    query = known_at(
        sa.select(*(table[name] for name in COLUMNS)).order_by(table.seq), tables.custody_event, as_of
    )
    if only is not None:
        query = query.where(table.exhibit_id == case.exhibits.get(only).id)
    rows = [dict(zip(COLUMNS, values, strict=True)) for values in case.db.rows(query)]
    return [_tell_row(row, is_told=not withheld.in_row(row)) for row in rows]


def withheld_from(case: Case) -> Withheld:
    """What whoever opened this case may not know of."""
    hidden = case.exhibits.hidden()
    every = [e for _, e in case.exhibits.after(0)] if hidden else []
    return Withheld((e for e in every if e.id in hidden), (e for e in every if e.id not in hidden))


def _tell_row(row: dict[str, Any], *, is_told: bool) -> dict[str, Any]:
    if not is_told:
        return {"seq": row["seq"], "row_hash": row["row_hash"], "redacted": True}
    return {**json.loads(line_of(row)), "detail": detail_of(row["detail"]), "row_hash": row["row_hash"]}


def prove(case: Case, said: str, since: int | None = None) -> dict[str, Any]:
    """Proofs for one exhibit: its row is under the newest signed checkpoint, and the log only grew since it came."""
    exhibit = case.exhibits.get(said)
    log_read(case, [exhibit.id], "evidence proof")
    prover = Prover(case.db)
    seq = seqs_of(case.db, [exhibit.id])[exhibit.id]
    old = prover.first_covering(seq) if since is None else since
    if not 1 <= old <= prover.size:
        raise BadInput(f"the log never had {old} rows under a checkpoint", f"It has {prover.size}.")
    return {
        "exhibit": exhibit.id,
        "sha256": exhibit.sha256,
        "inclusion": prover.inclusion(seq),
        "consistency": prover.consistency(old),
        "checkpoint": prover.newest(),
        "envelope": json.loads(prover.envelope),
    }
