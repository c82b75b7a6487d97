"""The log of a bundle, row by row: hashes of all, and of those that are shown what the checks ask for."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, overload

from siteline.evidence.custody.bundle import kept_back
from siteline.evidence.custody.bundle_files import LARGEST_LOG, Files, lines_of
from siteline.evidence.custody.log import KEY_ACTIONS, detail_of
from siteline.evidence.custody.report import Report
from siteline.evidence.custody.rows import FIRST, hash_bytes
from siteline.evidence.custody.signatures import Row

LOG = "custody.jsonl"
_ASKED = ("opened", "added", "restricted", "derived", *KEY_ACTIONS)
"""Of other rows nothing but the hash is kept."""

LARGEST_SHOWN = 512 << 20
"""Bytes of memory, about, that the rows may take that are kept; a million exhibits do."""

_OF_A_ROW = 300
"""Bytes that a row takes beside its letters."""

_HASH = 32


class Rows(Sequence[Row]):
    """The rows of a log: 32 bytes each, and a little more for those that are shown."""

    def __init__(self, also: Collection[str] = ()) -> None:
        """`also`: other actions that are asked for."""
        self._asked = {*_ASKED, *also}
        self._hashes = bytearray()
        self._shown: dict[int, tuple[str, str, str, str]] = {}
        self.redacted = 0
        self.weight = 0
        """Bytes of memory, about, of what is kept."""

    def add(self, row_hash: str, said: Mapping[str, Any] | None) -> None:
        """One more row; `said`: what it says, if it is shown."""
        seq = len(self) + 1
        self._hashes += bytes.fromhex(row_hash)
        if said is None:
            self.redacted += 1
        elif said.get("action") in self._asked:
            action, *told = (str(said.get(n, "")) for n in ("action", "object", "exhibit_id", "detail"))
            self._shown[seq] = (sys.intern(action), *told)  # type: ignore[assignment]
            self.weight += _OF_A_ROW + sum(map(sys.getsizeof, told))

    def shown(self, action: str) -> Iterator[Row]:
        """Rows of one action that are shown."""
        return (self[seq - 1] for seq, said in self._shown.items() if said[0] == action)

    def __len__(self) -> int:
        return len(self._hashes) // _HASH

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        """A row, with what is known of it."""
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        place = at + len(self) if at < 0 else at
        if not 0 <= place < len(self):
            raise IndexError(at)
        action, thing, exhibit, detail = self._shown.get(place + 1, ("", "", "", ""))
        row_hash = self._hashes[place * _HASH : (place + 1) * _HASH].hex()
        return {"seq": place + 1, "row_hash": row_hash, "action": action, "object": thing,
                "exhibit_id": exhibit, "detail": detail}  # fmt: skip


def read_rows(files: Files, report: Report, also: Collection[str] = ()) -> Rows:
    """The rows, those kept back by their hash alone; the chain is followed on the way."""
    rows, head = Rows(also), FIRST
    for number, line in enumerate(lines_of(files, LOG, report, LARGEST_LOG), 1):
        said, name = detail_of(line.decode("utf-8", "replace")), f"custody row {number}"
        is_kept_back = said.get("redacted") is True
        row_hash = str(said.get("row_hash")) if is_kept_back else hash_bytes(line)
        is_hash = len(row_hash) == 2 * _HASH and all(c in "0123456789abcdef" for c in row_hash)
        if not said or not is_hash:
            report.find(name, "it is no row of a log; what follows was not looked at")
            break
        if said.get("seq") != number:
            report.find(name, f"the log has a gap before it: row {number} is missing")
        if said.get("prev_hash") != head:
            report.find(
                name, "it does not follow the row before it: one of the two was changed, moved or put in"
            )
        if is_kept_back and line != kept_back(said).encode("utf-8", "surrogatepass"):
            report.find(name, "it says more than a row that was kept back; nothing proves it")
        head = row_hash
        rows.add(row_hash, None if is_kept_back else said)
        if rows.weight > LARGEST_SHOWN:
            report.find(
                LOG, f"its first {number:,} rows tell more than is read; what follows was not looked at"
            )
            break
    if not len(rows):
        report.find(LOG, "there is no row in it")
    report.head, report.rows = head, len(rows)
    return rows
