"""Stored queries of a case: run again on the newest edition, and named where their value changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from siteline.ledger.incidents.queries import Answer, StoredQuery
from siteline.model.errors import NotFound, SitelineError
from siteline.model.incident import Edition
from siteline.workbench.case import Case
from siteline.workbench.ledger import asking, sources
from siteline.workbench.ledger.telling import Source


@dataclass(frozen=True, slots=True)
class Looked:
    """A stored query beside what it would answer today."""

    query: StoredQuery
    last: Answer | None
    """Its answer from the newest edition that it was asked of; None if it was only asked as of earlier times."""

    edition: Edition | None
    """The newest edition of its data set."""

    now: dict[str, Any] | None
    """Its value there; None if it cannot be answered any more, and then `trouble` says why."""

    trouble: str = ""

    @property
    def is_stale(self) -> bool:
        """Whether the number on record is no longer what the newest edition gives."""
        return self.last is not None and self.now != self.last.value

    def as_dict(self, editions: Mapping[int, Edition]) -> dict[str, Any]:
        """For other programs."""
        last = self.last
        return {
            "id": self.query.id,
            "kind": self.query.kind,
            "asked": self.query.asked,
            "edition": editions[last.edition].name if last else None,
            "value": last.value if last else None,
            "at": last.at if last else None,
            "by": last.who if last else None,
            "stale": self.is_stale,
            "newest_edition": self.edition.name if self.edition else None,
            "newest_value": self.now,
            "trouble": self.trouble or None,
            "answers": [
                {
                    "edition": editions[one.edition].name,
                    "sha256": editions[one.edition].sha256,
                    "as_of": one.as_of or None,
                    "value": one.value,
                    "at": one.at,
                    "by": one.who,
                    "siteline": one.version,
                }
                for one in self.query.answers
            ],
        }


def look(case: Case, said: str, as_of: datetime | None = None) -> Looked:
    """One stored query, by its id, beside its value on the newest edition: what the gate asks before a number is published."""
    return _look(case, case.queries.get(said, as_of), as_of)


def look_all(case: Case, as_of: datetime | None = None) -> list[Looked]:
    """Every stored query."""
    return [_look(case, query, as_of) for query in case.queries.all(as_of)]


def tell(case: Case, looked: list[Looked]) -> list[dict[str, Any]]:
    """Stored queries for other programs."""
    editions = {edition.known: edition for edition in case.incidents.editions()}
    return [one.as_dict(editions) for one in looked]


def run_again(case: Case, said: str) -> dict[str, Any]:
    """Answer a stored query from the newest edition of its data set, and file the answer."""
    query = case.queries.get(said)
    edition = _newest(case, query, None)
    if edition is None:
        raise NotFound(
            f"no edition of {query.asked['dataset']!r}", "Import one: siteline ledger incidents import FILE"
        )
    source = Source(edition)
    return asking.keep(case, query.kind, source, query.asked, answer(case, query, source))


def answer(case: Case, query: StoredQuery, source: Source) -> dict[str, Any]:
    """What a stored query answers from an edition; nothing is filed."""
    words = sources.words_again(case, query.asked.get("mapping", ""))
    how: dict[str, Callable[..., dict[str, Any]]] = {
        "count": asking.count,
        "share": asking.shares,
        "casualties": asking.casualties,
        "reconcile": asking.totals,
    }
    return how[query.kind](case, source, words, query.asked)


def _look(case: Case, query: StoredQuery, as_of: datetime | None) -> Looked:
    ours = [e for e in case.incidents.editions() if e.dataset == query.asked["dataset"]]
    order = {edition.known: place for place, edition in enumerate(sources.in_order(ours))}
    current = [one for one in query.answers if not one.as_of]
    last = max(enumerate(current), key=lambda pair: (order[pair[1].edition], pair[0]))[1] if current else None
    edition = _newest(case, query, as_of)
    if edition is None:
        return Looked(query, last, None, None, "no edition of its data set is on record")
    try:
        said = answer(case, query, Source(edition, as_of))
    except SitelineError as error:
        return Looked(query, last, edition, None, str(error))
    return Looked(query, last, edition, asking.value_of(query.kind, said))


def _newest(case: Case, query: StoredQuery, as_of: datetime | None) -> Edition | None:
    dataset = query.asked["dataset"]
    known = [edition for edition in case.incidents.editions(as_of) if edition.dataset == dataset]
    return sources.newest(known) if known else None
