"""
Full text over exhibits: titles, names, notes, addresses, and what is written in pages and texts.

The index is derived: a file beside the case's other derived data, filled up before each search, made again when it is
gone or damaged. SQLite's FTS5 where it is compiled in, plain comparison elsewhere.
"""

from __future__ import annotations

import codecs
import html
import re
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from siteline.model.errors import BadInput
from siteline.model.exhibit import Exhibit

LONGEST_TEXT = 2 << 20
"""Bytes of one exhibit that are read for the index."""

_LONGEST_QUERY = 1000
_COLUMNS = ("title", "name", "note", "address", "body")
_VERSION = 1
_SYLLABLE = "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff]"
_EACH = re.compile(f"({_SYLLABLE})")
_BETWEEN = re.compile(f"(?<={_SYLLABLE}) (?={_SYLLABLE})")
_WORD = re.compile(r"\w+")
_PHRASE = re.compile(r'"([^"]*)"')
_CHARSET = re.compile(rb"charset=[\"']?([\w-]{2,30})", re.I)
_UNREAD = ("script", "style", "template", "noscript")
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")


@dataclass(frozen=True, slots=True)
class Hit:
    """An exhibit that has all the words."""

    id: str
    snippet: str
    """Where they stand, each in «»."""


class Index:
    """The words of one case's exhibits."""

    def __init__(self, file: Path, case: str, *, fts: bool | None = None) -> None:
        """`case`: the log's id, so that another case's index is never searched; `fts`: None finds out."""
        self._file = file
        self._case = case
        self._has_fts = _has_fts() if fts is None else fts

    def catch_up(
        self, newer: Callable[[int], Iterable[tuple[int, Exhibit]]], text_of: Callable[[Exhibit], str]
    ) -> None:
        """Take in the exhibits that came since it was last filled: `newer(seq)` gives those after a row."""
        try:
            self._fill(newer, text_of)
        except sqlite3.DatabaseError:
            self._file.unlink(missing_ok=True)
            self._fill(newer, text_of)

    def find(self, said: str, hidden: Iterable[str] = (), limit: int = 200) -> list[Hit]:
        """Exhibits that have all words; words in quotation marks stand together. The best first."""
        parts = _parse(said)
        kept_back = set(hidden)
        with closing(self._open()) as index:
            rows = self._match(index, parts) if self._has_fts else self._compare(index, parts)
            hits = (
                Hit(found, _BETWEEN.sub("", snippet)) for found, snippet in rows if found not in kept_back
            )
            return [hit for hit, _ in zip(hits, range(limit), strict=False)]

    def _open(self) -> sqlite3.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        index = sqlite3.connect(self._file, timeout=30, isolation_level=None)
        self._file.chmod(0o600)
        return index

    def _fill(
        self, newer: Callable[[int], Iterable[tuple[int, Exhibit]]], text_of: Callable[[Exhibit], str]
    ) -> None:
        with closing(self._open()) as index:
            index.execute("BEGIN IMMEDIATE")
            last = self._prepare(index)
            fresh = list(newer(last))
            for _, exhibit in fresh:
                written = (exhibit.title, exhibit.name, exhibit.note, exhibit.source_url, text_of(exhibit))
                index.execute(
                    "INSERT INTO words (id, title, name, note, address, body) VALUES (?, ?, ?, ?, ?, ?)",
                    (exhibit.id, *(_spaced(text) for text in written)),
                )
            if fresh:
                index.execute("UPDATE about SET seq = ?", (fresh[-1][0],))
            index.execute("COMMIT")

    def _prepare(self, index: sqlite3.Connection) -> int:
        """The tables, made anew if they are another version's or another case's; returns the last row taken in."""
        index.execute("CREATE TABLE IF NOT EXISTS about (kind TEXT, seq INTEGER)")
        kind = f"{_VERSION} {self._case} {'fts' if self._has_fts else 'plain'}"
        found = index.execute("SELECT kind, seq FROM about").fetchone()
        if found is not None and found[0] == kind:
            return int(found[1])
        index.execute("DROP TABLE IF EXISTS words")
        index.execute("DELETE FROM about")
        index.execute("INSERT INTO about VALUES (?, 0)", (kind,))
        columns = ", ".join(_COLUMNS)
        if self._has_fts:
            index.execute(
                f"CREATE VIRTUAL TABLE words USING fts5(id UNINDEXED, {columns}, "
                "tokenize = 'unicode61 remove_diacritics 2')"
            )
        else:
            index.execute(f"CREATE TABLE words (id, {columns})")
        return 0

    def _match(self, index: sqlite3.Connection, parts: list[tuple[str, bool]]) -> Iterable[tuple[str, str]]:
        query = " AND ".join(f'"{_spaced(part).strip()}"' + ("" if whole else "*") for part, whole in parts)
        return index.execute(
            "SELECT id, snippet(words, -1, '«', '»', '…', 16) FROM words WHERE words MATCH ? ORDER BY rank",
            (query,),
        )

    def _compare(self, index: sqlite3.Connection, parts: list[tuple[str, bool]]) -> Iterable[tuple[str, str]]:
        everything = " || ' ' || ".join(_COLUMNS)
        wanted = [_spaced(part).strip() for part, _ in parts]
        test = " AND ".join([f"everything LIKE ? ESCAPE '\\'"] * len(wanted))  # noqa: F541
        rows = index.execute(
            f"SELECT id, everything FROM (SELECT id, {everything} AS everything FROM words) WHERE {test}",  # noqa: S608
            [f"%{_literal(part)}%" for part in wanted],
        )
        return ((found, _around(text, wanted[0])) for found, text in rows)


def written_in(exhibit: Exhibit, content: bytes) -> str:
    """What can be read in an exhibit's first bytes; "" for what is no text."""
    kind = exhibit.media_type
    if not (kind.startswith("text/") or kind.endswith(("+xml", "/xml", "/json")) or kind == "message/rfc822"):
        return ""
    text = _decode(content[:LONGEST_TEXT])
    return _strip_tags(text) if "html" in kind or "xml" in kind else text


def _parse(said: str) -> list[tuple[str, bool]]:
    """The words and phrases that were asked for: (text, whether it must stand just so)."""
    said = said[:_LONGEST_QUERY]
    phrases = [" ".join(_WORD.findall(phrase)) for phrase in _PHRASE.findall(said)]
    words = _WORD.findall(_PHRASE.sub(" ", said))
    parts = [(phrase, True) for phrase in phrases if phrase] + [(word, False) for word in words]
    if not parts:
        raise BadInput(
            f"there is no word in {said!r}", "Give words to look for, such as: siteline evidence search gate"
        )
    return parts


def _spaced(text: str) -> str:
    """Each syllable or ideograph a word of its own, so that any part of a name is found."""
    return _EACH.sub(r" \1 ", text).replace("  ", " ") if _EACH.search(text) else text


def _literal(part: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", part)


def _around(text: str, word: str) -> str:
    place = text.casefold().find(word.casefold())
    start, end = max(0, place - 60), place + len(word) + 60
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _decode(raw: bytes) -> str:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            return raw.decode(name, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        said = _CHARSET.search(raw[:4096])
        try:
            name = codecs.lookup(said[1].decode()).name if said else "utf-8"
            return raw.decode(name, "replace")
        except (LookupError, ValueError):
            return raw.decode("utf-8", "replace")


def _strip_tags(text: str) -> str:
    """The text between the tags; one pass, whatever the tags are."""
    out, place, lower = [], 0, text.lower()
    while (start := text.find("<", place)) >= 0:
        out.append(text[place:start])
        if text.startswith("<!--", start):
            end, skip = text.find("-->", start + 4), 3
        elif (tag := _TAG.match(text, start)) and tag[1].lower() in _UNREAD and text[start + 1] != "/":
            end, skip = lower.find(f"</{tag[1].lower()}", start), 0
        else:
            end, skip = text.find(">", start), 1
        if end < 0:
            place = len(text)
            break
        place = end + skip
        out.append(" ")
    out.append(text[place:])
    return " ".join(html.unescape("".join(out)).split())


def _has_fts() -> bool:
    with closing(sqlite3.connect(":memory:")) as probe:
        try:
            probe.execute("CREATE VIRTUAL TABLE t USING fts5(a)")
        except sqlite3.OperationalError:
            return False
    return True
