"""What must not be named to somebody, and whether a row of the log or a description names it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from siteline.evidence.custody.log import KEY_ACTIONS, detail_of
from siteline.model.exhibit import Exhibit

_BEGINNING = 8
"""Letters by which an id or a digest is known: what is shorter may be anything."""

_TOKEN = re.compile(rf"[0-9A-Za-z]{{{_BEGINNING},}}")
_ADDRESS = re.compile(r"https?://[^\s\"'<>()]+", re.IGNORECASE)
_SHORTEST = 3
"""Letters of a name or title that are looked for; a shorter one is in every sentence."""


class Withheld:
    """Exhibits that somebody may not know of, by all that would tell of them."""

    def __init__(self, held: Iterable[Exhibit], shown: Iterable[Exhibit]) -> None:
        """`shown`: what may be known; a title or an address that it bears too gives nothing away."""
        secret, known = list(held), list(shown)
        self.ids = {e.id for e in secret}
        self._marks = self.ids | ({e.sha256 for e in secret} - {e.sha256 for e in known})
        self._begun = dict[str, list[str]]()
        for mark in map(str.casefold, self._marks):
            self._begun.setdefault(mark[:_BEGINNING], []).append(mark)
        self._addresses = {_address(e.source_url) for e in secret} - {_address(e.source_url) for e in known}
        said = {_plain(text) for e in secret for text in (e.name, e.title)}
        said -= {_plain(text) for e in known for text in (e.name, e.title)}
        self._words = [
            re.compile(rf"(?<!\w){re.escape(text)}(?!\w)") for text in said if len(text) >= _SHORTEST
        ]
        self._seen: dict[str, bool] = {}

    def in_row(self, row: Mapping[str, Any]) -> bool:
        """Whether a row names one of them, in any of its columns; a key's row names keys alone."""
        if not self.ids or row["action"] in KEY_ACTIONS:
            return False
        if row["exhibit_id"] in self._marks or row["object"] in self._marks:
            return True
        told = (str(row["note"]), *_texts(detail_of(str(row["detail"]))))
        return any(self._leads(text) or self._mentions(text) for text in told)

    def points_to(self, other: Exhibit) -> bool:
        """Whether what is said of another exhibit leads to one of them; that two bear one title does not."""
        said = (
            other.name,
            other.title,
            other.source_url,
            other.credit,
            other.note,
            other.obtained,
        )
        return any(self._leads(text) for text in said)

    def _leads(self, text: str) -> bool:
        """Whether words point to one of them: its id or its digest, or the beginning of one, or its address."""
        for token in map(str.casefold, _TOKEN.findall(text)):
            if any(mark.startswith(token) for mark in self._begun.get(token[:_BEGINNING], ())):
                return True
        return any(_address(found) in self._addresses for found in _ADDRESS.findall(text))

    def _mentions(self, text: str) -> bool:
        """Whether words hold one's name or title."""
        if text not in self._seen:
            plain = _plain(text)
            self._seen[text] = any(word.search(plain) for word in self._words)
        return self._seen[text]


def _texts(value: Any) -> Iterator[str]:
    """Every text in a row's detail but its salt, whatever it is nested in."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, Mapping):
            waiting += [inner for name, inner in one.items() if name not in ("salt", "record")]
        elif isinstance(one, (list, tuple)):
            waiting += one


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _address(url: str) -> str:
    return url.strip().rstrip(".,;:!?/").casefold()
