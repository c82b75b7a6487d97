"""Proofs over the log that a stranger can check: that a row is in it, and that it only grew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from siteline.evidence.custody.log import open_checkpoint, read_checkpoints
from siteline.evidence.custody.merkle import Tree, is_consistent, is_included
from siteline.evidence.custody.rows import COLUMNS, leaf, line_of, select_rows
from siteline.model.errors import BrokenCustody, NotFound
from siteline.store import tables
from siteline.store.db import Database


class Prover:
    """The log as it stands, ready to prove things of its rows."""

    def __init__(self, db: Database, upto: int | None = None) -> None:
        """`upto`: as it stood at the last checkpoint of so many rows at most; None: as it stands."""
        self.rows = [dict(zip(COLUMNS, row, strict=True)) for row in db.rows(select_rows())]
        self.points = [point for point in read_checkpoints(db) if upto is None or point[1] <= upto]
        if not self.points:
            raise NotFound("this case has no custody log yet", "It begins with the first thing taken in.")
        self.tree = Tree(leaf(row["row_hash"]) for row in self.rows)
        _, self.size, _, _, self.envelope = self.points[-1]
        if self.size > len(self.rows):
            raise BrokenCustody("the custody log was cut short", "See: siteline evidence verify")

    def inclusion(self, seq: int) -> dict[str, Any]:
        """Proof that the row with this number is under the newest checkpoint."""
        index = seq - 1
        path = self.tree.inclusion(index, self.size)
        row, root = self.rows[index], self.tree.root(self.size)
        if row["seq"] != seq or not is_included(leaf(row["row_hash"]), index, self.size, path, root):
            raise BrokenCustody(f"custody row {seq} cannot be proved", "See: siteline evidence verify")
        return {
            "seq": seq,
            "row": line_of(row),
            "row_hash": row["row_hash"],
            "leaf_index": index,
            "tree_size": self.size,
            "root": root.hex(),
            "path": [step.hex() for step in path],
        }

    def consistency(self, size: int) -> dict[str, Any]:
        """Proof that the newest checkpoint's log begins with the first `size` rows."""
        path = self.tree.consistency(size, self.size)
        old, new = self.tree.root(size), self.tree.root(self.size)
        assert is_consistent(size, self.size, path, old, new)
        return {
            "old_size": size,
            "new_size": self.size,
            "old_root": old.hex(),
            "new_root": new.hex(),
            "path": [step.hex() for step in path],
        }

    def first_covering(self, seq: int) -> int:
        """Size of the oldest checkpoint that covers a row."""
        return min((size for _, size, *_ in self.points if size >= seq), default=self.size)

    def newest(self) -> dict[str, Any]:
        """What the newest checkpoint says."""
        return open_checkpoint(self.envelope)[1]


def seqs_of(db: Database, exhibit_ids: Sequence[str]) -> dict[str, int]:
    """The row of the log by which each exhibit came."""
    wanted, table = set(exhibit_ids), tables.exhibit.c
    rows = db.rows(sa.select(table.id, table.log_seq).order_by(table.seq))
    return {exhibit: seq for exhibit, seq in rows if exhibit in wanted}
