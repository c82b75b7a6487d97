"""Time proofs of the log's checkpoints: appended with their rows in the log, never edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from siteline.evidence.custody.held import hold
from siteline.evidence.custody.log import CustodyLog, detail_of
from siteline.evidence.custody.report import Report
from siteline.evidence.custody.rows import Event, hash_line, read_records
from siteline.evidence.times.proof import TimeProof, read_proof, write_proof
from siteline.store import tables
from siteline.store.db import Database, known_at

ACTION = "timestamped"
_COLUMNS = ("id", "checkpoint", "kind", "verdict", "token")
_PROOF = tables.time_proof.c


class TimeProofs:
    """The time proofs of one case."""

    def __init__(self, db: Database, log: CustodyLog) -> None:
        self._db = db
        self._log = log

    def file(self, proofs: Sequence[TimeProof], tool: str) -> None:
        """Record proofs, and attempts that brought none, each with its row in the log, in one transaction."""
        nouns = [write_proof(proof) for proof in proofs]
        events = [
            Event(
                ACTION,
                object=proof.token,
                tool=tool,
                note=f"checkpoint {proof.checkpoint}, {proof.kind}: {proof.verdict}",
                detail={"proof": proof.id, "record": hash_line(noun)},
            )
            for proof, noun in zip(proofs, nouns, strict=True)
        ]
        with self._db.appending():
            rows = self._log.append(events) if events else []
            self._db.append(
                tables.time_proof,
                *(
                    {**{name: getattr(proof, name) for name in _COLUMNS}, "noun": noun, **row.mark()}
                    for proof, noun, row in zip(proofs, nouns, rows, strict=True)
                ),
            )

    def all(self, as_of: datetime | None = None) -> list[tuple[int, TimeProof]]:
        """Every proof with its row in the log, oldest first."""
        query = sa.select(_PROOF.log_seq, _PROOF.noun).order_by(_PROOF.seq)
        return [
            (seq, read_proof(noun)) for seq, noun in self._db.rows(known_at(query, tables.time_proof, as_of))
        ]


def check_proofs(db: Database, rows: Sequence[Mapping[str, Any]], report: Report) -> None:
    """Whether every time proof is as the log says it came, and none is gone."""
    said = {row["seq"]: row for row in rows if row["action"] == ACTION}
    for record in read_records(db, tables.time_proof, *_COLUMNS, "noun"):
        noun = str(record["noun"])
        told = detail_of(noun)
        row = said.get(record["log_seq"], {"object": record["token"]})
        agrees = all(record[name] == told.get(name) for name in _COLUMNS) and row["object"] == record["token"]
        hold(f"time proof {record['id']}", record, hash_line(noun), agrees, said, report)
    for row in said.values():
        report.find("time proofs", f"one is gone, but the log says it came (row {row['seq']})")
