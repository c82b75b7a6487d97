"""
The index by which names are found: a file beside the case's other derived data, filled up before each search.

Two plain tables, no extension of SQLite: folded keys of each name, and each word of a name with one letter left out, so
that a slip of the pen still finds it. What is frequent is never scanned: the rarest words of a query lead.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from siteline.entities.spelling.folding import VERSION, keys
from siteline.entities.spelling.legal import FORMS, PARTICLES
from siteline.model.errors import CaseBusy

FREQUENT = 3000
"""A word with more names than this leads no search by itself."""

MOST = 500
"""Names that one search looks at closely."""

_GATHERED = 3000
"""Names that are gathered before the best are chosen by what they share."""

_BATCH = 20_000
_WAIT_SECONDS = 30
_SIDES = ("-wal", "-shm", "-journal")
_SHORTEST_SLIP = 4
"""Letters of a word that may have a slip in it."""


class NameIndex:
    """The names of one case, by their keys."""

    def __init__(self, file: Path, case: str) -> None:
        """`case`: identifies the case, so that another one's index is never searched."""
        self._file = file
        self._kind = f"{VERSION} {case}"

    def catch_up(self, newer: Callable[[int, int], Sequence[tuple[int, str]]]) -> None:
        """Take in names that came since it was last filled: `newer(row, limit)` gives (row, text) after a row."""
        try:
            self._fill(newer)
        except sqlite3.DatabaseError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise CaseBusy(f"another process has held {self._file.name} for {_WAIT_SECONDS} s") from error
            for damaged in (self._file, *(self._file.with_name(self._file.name + end) for end in _SIDES)):
                damaged.unlink(missing_ok=True)
            self._fill(newer)

    def find(self, text: str) -> list[int]:
        """Rows of the names that a text may mean, those with more in common first; at most MOST."""
        wanted = keys(text)
        whole = sorted(key for key in wanted if not key.startswith("~"))
        words = sorted(key[1:] for key in wanted if key.startswith("~"))
        words = [word for word in words if word not in FORMS and word not in PARTICLES] or words
        with self._open() as index:
            if not self._reached(index):
                return []
            hits: dict[int, float] = {}
            for key in whole:
                for row in self._rows(index, key, MOST):
                    hits[row] = hits.get(row, 0) + 10
            self._by_words(index, words, hits)
        ranked = sorted(hits, key=lambda row: (-hits[row], row))
        return ranked[:MOST]

    def _by_words(self, index: sqlite3.Connection, words: Sequence[str], hits: dict[int, float]) -> None:
        """Add names that share words, or words a slip away; rare ones lead, frequent ones only count along."""
        frequent: list[str] = []
        for word in words:
            rows = self._rows(index, "~" + word, FREQUENT + 1)
            if len(rows) > FREQUENT:
                frequent.append(word)
            else:
                for row in rows:
                    hits[row] = hits.get(row, 0) + 1
            for near in self._slips(index, word):
                for row in self._rows(index, "~" + near, FREQUENT // 10):
                    hits[row] = hits.get(row, 0) + 0.8
        if len(frequent) > 1 and (len(frequent) == len(words) or not hits):
            self._all_of(index, frequent, hits)
        for word in frequent:
            if hits:
                self._count_along(index, word, hits)
            else:
                hits.update(dict.fromkeys(self._rows(index, "~" + word, MOST), 1.0))

    def _all_of(self, index: sqlite3.Connection, frequent: Sequence[str], hits: dict[int, float]) -> None:
        """Names that have all the frequent words: the shortest list is walked, the others are looked up."""
        counted = "SELECT count(*) FROM (SELECT 1 FROM name_key WHERE key = ? LIMIT 50000)"
        by_length = sorted(frequent, key=lambda word: index.execute(counted, ("~" + word,)).fetchone())
        lead, *others = by_length[:4]
        tables = " ".join(
            f"JOIN name_key k{at} ON k{at}.name_seq = k.name_seq AND k{at}.key = ?"
            for at in range(len(others))
        )
        query = f"SELECT k.name_seq FROM name_key k {tables} WHERE k.key = ? LIMIT {_GATHERED}"  # noqa: S608 numbers of ours
        for (row,) in index.execute(query, [*("~" + word for word in others), "~" + lead]):
            hits[row] = hits.get(row, 0) + len(frequent)

    @staticmethod
    def _count_along(index: sqlite3.Connection, word: str, hits: dict[int, float]) -> None:
        best = sorted(hits, key=lambda row: -hits[row])[:_GATHERED]
        for row in best:
            if index.execute(
                "SELECT 1 FROM name_key WHERE key = ? AND name_seq = ?", ("~" + word, row)
            ).fetchone():
                hits[row] += 1

    @staticmethod
    def _rows(index: sqlite3.Connection, key: str, limit: int) -> list[int]:
        found = index.execute("SELECT name_seq FROM name_key WHERE key = ? LIMIT ?", (key, limit))
        return [row for (row,) in found]

    @staticmethod
    def _slips(index: sqlite3.Connection, word: str) -> list[str]:
        """Other words that one letter more, less, other or swapped would make of this one."""
        if len(word) < _SHORTEST_SLIP:
            return []
        marks = ", ".join("?" * (len(word) + 1))
        query = f"SELECT DISTINCT word FROM name_slip WHERE slip IN ({marks}) LIMIT 200"  # noqa: S608
        return [near for (near,) in index.execute(query, [word, *_with_one_out(word)]) if near != word]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._file, timeout=_WAIT_SECONDS, isolation_level=None)) as index:
            self._file.chmod(0o600)
            index.execute("PRAGMA journal_mode = WAL")
            index.execute("PRAGMA synchronous = NORMAL")
            yield index

    def _fill(self, newer: Callable[[int, int], Sequence[tuple[int, str]]]) -> None:
        """One batch at a time, each under the lock in which it asks how far the index goes: two processes may fill it."""
        with self._open() as index:
            while True:
                if not newer(self._reached(index), 1):
                    return
                index.execute("BEGIN IMMEDIATE")
                fresh = newer(self._prepare(index), _BATCH)
                self._take_in(index, fresh)
                if fresh:
                    index.execute("UPDATE about SET seq = ?", (fresh[-1][0],))
                index.execute("COMMIT")

    def _reached(self, index: sqlite3.Connection) -> int:
        """The last row taken in; 0 where the tables are another version's, another case's, or not there."""
        if not index.execute("SELECT 1 FROM sqlite_master WHERE name = 'about'").fetchone():
            return 0
        found = index.execute("SELECT kind, seq FROM about").fetchone()
        return int(found[1]) if found is not None and found[0] == self._kind else 0

    def _prepare(self, index: sqlite3.Connection) -> int:
        """Inside the lock: the tables, made anew if they are not ours; returns the last row taken in."""
        if reached := self._reached(index):
            return reached
        index.execute("CREATE TABLE IF NOT EXISTS about (kind TEXT, seq INTEGER)")
        index.execute("DROP TABLE IF EXISTS name_key")
        index.execute("DROP TABLE IF EXISTS name_slip")
        index.execute(
            "CREATE TABLE name_key (key TEXT NOT NULL, name_seq INTEGER NOT NULL, PRIMARY KEY (key, name_seq)) WITHOUT ROWID"
        )
        index.execute(
            "CREATE TABLE name_slip (slip TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (slip, word)) WITHOUT ROWID"
        )
        index.execute("DELETE FROM about")
        index.execute("INSERT INTO about VALUES (?, 0)", (self._kind,))
        return 0

    @staticmethod
    def _take_in(index: sqlite3.Connection, fresh: Iterable[tuple[int, str]]) -> None:
        filed = [(key, row) for row, text in fresh for key in keys(text)]
        filed.sort()
        index.executemany("INSERT OR IGNORE INTO name_key VALUES (?, ?)", filed)
        words = {key[1:] for key, _ in filed if key.startswith("~")}
        slips = [
            (slip, word)
            for word in words
            if len(word) >= _SHORTEST_SLIP
            for slip in (word, *_with_one_out(word))
        ]
        index.executemany("INSERT OR IGNORE INTO name_slip VALUES (?, ?)", sorted(slips))


def _with_one_out(word: str) -> list[str]:
    return list(dict.fromkeys(word[:at] + word[at + 1 :] for at in range(len(word))))
