"""Words of a text at their places, in linear time, whatever the text; and phrases found among them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
"""Characters that show nothing; inside a word they are passed over, at their places they are counted."""

_MARKS = "\u0300-\u036f\u0483-\u0487"
_HIDDEN = re.compile(f"[{INVISIBLE}]")
_TOKEN = re.compile(
    rf"\d+(?:[.,]\d+)*|[^\W\d_](?:[^\W\d_]|[{INVISIBLE}{_MARKS}]|['’ʼ](?=[^\W\d_]))*|[^\s{INVISIBLE}]"
)
_APOSTROPHES = str.maketrans("’ʼ", "''")
OPENING = "\"“„«‹‘『「《〈('"
CLOSING = "\"”“»›’』」》〉)'"


@dataclass(slots=True)
class Tokens:
    """Tokens of one stretch of text: a word, a number, or one sign each."""

    text: str
    """The whole text that the places point into."""

    norms: list[str]
    """In lower case, straight apostrophes, nothing invisible."""

    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.norms)

    def word(self, i: int) -> str:
        """The token as it stands in the text."""
        return self.text[self.starts[i] : self.ends[i]]

    def is_capital(self, i: int) -> bool:
        """Whether it begins with a capital letter."""
        return 0 <= i < len(self) and self.text[self.starts[i]].isupper()

    def is_word(self, i: int) -> bool:
        """Whether it is a word, not a sign or a number."""
        return 0 <= i < len(self) and self.norms[i][0].isalpha()

    def is_number(self, i: int) -> bool:
        """Whether it is written in digits."""
        return 0 <= i < len(self) and self.norms[i][0].isdigit()

    def norm(self, i: int) -> str:
        """The token in lower case; "" outside."""
        return self.norms[i] if 0 <= i < len(self) else ""

    def touch(self, i: int) -> bool:
        """Whether nothing is between this token and the one before."""
        return 0 < i < len(self) and self.starts[i] == self.ends[i - 1]


def tokenize(text: str, start: int = 0, end: int | None = None) -> Tokens:
    """The tokens between two places of a text."""
    norms: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for found in _TOKEN.finditer(text, start, len(text) if end is None else end):
        norms.append(_norm(found.group()))
        starts.append(found.start())
        ends.append(found.end())
    return Tokens(text, norms, starts, ends)


def _norm(word: str) -> str:
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKC", _HIDDEN.sub("", word)).translate(_APOSTROPHES).lower()
    return plain or word


class Phrases(Generic[T]):
    """A table of phrases, looked up at a token: the longest that fits."""

    def __init__(self, table: Mapping[str, T] | Iterable[tuple[str, T]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        for phrase, meaning in table.items() if isinstance(table, Mapping) else table:
            words = tuple(tokenize(phrase).norms)
            self._by_first.setdefault(words[0], []).append((words, meaning))
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def at(self, tokens: Tokens, i: int) -> tuple[int, T] | None:
        """(one past the last token, meaning) of the longest phrase that begins at token i."""
        if not 0 <= i < len(tokens):
            return None
        for words, meaning in self._by_first.get(tokens.norms[i], ()):
            if len(words) == 1 or tuple(tokens.norms[i : i + len(words)]) == words:
                return i + len(words), meaning
        return None

    def find(self, tokens: Tokens) -> Iterator[tuple[int, int, T]]:
        """Every phrase, from left to right, none inside another."""
        i = 0
        while i < len(tokens):
            hit = self.at(tokens, i)
            if hit is None:
                i += 1
                continue
            yield i, hit[0], hit[1]
            i = hit[0]


def one_of(*words: str) -> frozenset[str]:
    """Words of a few lines, as a set."""
    return frozenset(word for line in words for word in line.split())


def listed(*lines: str) -> list[str]:
    """Phrases, parted by `|`."""
    return [phrase.strip() for line in lines for phrase in line.split("|") if phrase.strip()]


def in_order(line: str) -> list[str]:
    """Words of a line, in their order."""
    return line.split()


def spread(kinds: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """(phrase, kind) of tables that list phrases, parted by `|`, under their kind."""
    return [(phrase, kind) for kind, lines in kinds.items() for phrase in listed(*lines)]
