"""
Who may see whose judgement: nobody sees the first one before a second analyst has filed theirs.

A person always sees their own. The rule holds between colleagues who mean to keep it: analysts are told apart by the name
that signs, and a reader of the database file sees all of it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

ENOUGH = 2
"""Analysts who must have filed before what they filed is open."""


def analyst_key(name: str) -> str:
    """A name by which one person is one person: case, width, spacing and invisible characters make no second analyst."""
    kept = "".join(
        c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) not in ("Cf", "Cc")
    )
    return " ".join(kept.casefold().split())


@dataclass(frozen=True, slots=True)
class Sight:
    """Through whose eyes a list is made."""

    viewer: str
    lookers: tuple[str, ...] = ()
    """Names that may look before a second analyst has filed, such as an editor who judges nothing."""

    def may_look(self) -> bool:
        """Whether this viewer sees everything."""
        return analyst_key(self.viewer) in {analyst_key(name) for name in self.lookers}

    def open_ones(
        self,
        rows: Iterable[T],
        filed: Iterable[tuple[Hashable, str]],
        what: Callable[[T], Hashable],
        who: Callable[[T], str],
    ) -> tuple[list[T], list[T]]:
        """
        The rows that this viewer may see, and those that are kept back.

        filed: (object, analyst) of everything on file now, whatever day `rows` is a picture of: what was opened since
        stays open. what, who: the object of a row, and who filed it.
        """
        authors: dict[Hashable, set[str]] = {}
        for thing, name in filed:
            authors.setdefault(thing, set()).add(analyst_key(name))
        sees_all, own = self.may_look(), analyst_key(self.viewer)
        shown, kept_back = list[T](), list[T]()
        for row in rows:
            is_open = sees_all or analyst_key(who(row)) == own or len(authors.get(what(row), ())) >= ENOUGH
            (shown if is_open else kept_back).append(row)
        return shown, kept_back
