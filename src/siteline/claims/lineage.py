"""
Lineages: statements that come down from one origin. Corroboration counts lineages, never statements.

A lineage is named when a statement is filed, or is the statement's own. That two of them are one is *proposed* where the
statements show it (same quote, same wire, same images, same dataset, "citing X"), and decided by a person, who can take it
back: only words are added, statements stay as they were filed. Until somebody rejects a proposal, corroboration does not
count its two ends as two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from siteline.claims.rows import by_number, rank
from siteline.claims.scope import fold
from siteline.model.claim import Access, Statement
from siteline.model.errors import BadStatement
from siteline.store import tables
from siteline.store.db import Database, known_at

SAME_QUOTE = 8
"""From so many words in a row on, two quotes are one."""

SAME_WIRE_DAYS = 3
"""Texts of one agency on one question are one report if they are no further apart."""

AGENCIES = (
    "AFP", "ANSA", "Anadolu", "AP", "Associated Press", "Agence France-Presse", "Bloomberg News", "dpa", "EFE", "Interfax",
    "Interfax-Ukraine", "KCNA", "Kyodo", "PA Media", "Press Association", "Reuters", "RIA Novosti", "TASS", "Ukrinform",
    "UNIAN", "UPI", "Xinhua", "Yonhap",
)  # fmt: skip
"""News agencies whose texts others print."""

_AGENCIES = {fold(name): name for name in AGENCIES}
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")
_WORD = tables.lineage_word.c


@dataclass(frozen=True, slots=True)
class LineageWord:
    """Somebody's word on whether two lineages are one."""

    a: str
    b: str
    """In alphabetical order."""

    is_one: bool
    why: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """That two lineages seem to be one, and what shows it."""

    a: str
    b: str
    """Names of lineages, in alphabetical order."""

    kind: str
    """`same_quote`, `same_wire`, `same_imagery`, `same_dataset`, `citing`."""

    basis: str
    statements: tuple[str, str]
    """Ids of the two statements that show it."""


class Lines:
    """Which names mean one lineage."""

    def __init__(self, joined: Iterable[tuple[str, str]] = ()) -> None:
        self._parent: dict[str, str] = {}
        for a, b in joined:
            first, second = sorted((self.name(a), self.name(b)), key=_order)
            self._parent[second] = first

    def name(self, lineage: str) -> str:
        """The one name of all that are one."""
        while (up := self._parent.get(lineage, lineage)) != lineage:
            lineage = up
        return lineage

    def with_proposed(self, proposals: Iterable[Proposal]) -> Lines:
        """The same, were all of these true."""
        more = Lines()
        more._parent = dict(self._parent)
        for proposal in proposals:
            first, second = sorted((more.name(proposal.a), more.name(proposal.b)), key=_order)
            if first != second:
                more._parent[second] = first
        return more

    def names_of(self, lineage: str) -> list[str]:
        """All names that mean this lineage."""
        own = self.name(lineage)
        return sorted({own, *(name for name in self._parent if self.name(name) == own)}, key=_order)


class Lineages:
    """What people said of the lineages of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def say(self, a: str, b: str, is_one: bool, why: str) -> None:
        """Say that two lineages are one, or are not; the last word counts. Raises BadStatement without a reason."""
        if a == b:
            raise BadStatement(f"{a!r} is one lineage already", "Name two.")
        if not why.strip():
            raise BadStatement("a word on lineages needs its reason", 'Say it: --why "..."')
        first, second = sorted((a, b))
        verdict = "one" if is_one else "apart"
        self._db.append(
            tables.lineage_word, {"a": first, "b": second, "verdict": verdict, "why": why.strip()}
        )

    def words(self, as_of: datetime | None = None) -> list[LineageWord]:
        """All words, oldest first."""
        query = sa.select(_WORD.a, _WORD.b, _WORD.verdict, _WORD.why, _WORD.created_at, _WORD.created_by)
        rows = self._db.rows(known_at(query.order_by(_WORD.seq), tables.lineage_word, as_of))
        return [LineageWord(a, b, verdict == "one", *rest) for a, b, verdict, *rest in rows]

    def lines(self, as_of: datetime | None = None) -> Lines:
        """Lineages as people left them."""
        return Lines(pair for pair, is_one in last_words(self.words(as_of)).items() if is_one)


def last_words(words: Iterable[LineageWord]) -> dict[tuple[str, str], bool]:
    """Whether two lineages are one, by the last word on each pair."""
    return {(word.a, word.b): word.is_one for word in words}


def propose(
    statements: Sequence[Statement], said: dict[tuple[str, str], bool] | None = None
) -> list[Proposal]:
    """
    Lineages among these statements (of one claim key) that seem to be one; none on which a person has spoken.

    Each is tied to the first statement that shows the same, so their number grows with the statements, not with the pairs.
    """
    spoken = said or {}
    found: dict[tuple[str, str], Proposal] = {}
    for kind, bucket in _buckets(sorted(statements, key=rank)):
        first, *others = bucket
        for other, basis in others:
            a, b = sorted((first[0].lineage_name, other.lineage_name))
            if a != b and (a, b) not in spoken and (a, b) not in found:
                found[a, b] = Proposal(a, b, kind, basis, (first[0].id, other.id))
    return sorted(found.values(), key=lambda p: (_order(p.a), _order(p.b)))


def has_primary_access(statements: Iterable[Statement]) -> bool:
    """
    Whether a lineage has somebody at its head who may know it himself.

    Only those who say that they have it from others, and do not name anybody as the speaker, are known to have none.
    """
    return any(not _only_relays(statement) for statement in statements)


def agency_of(statement: Statement) -> str:
    """The news agency whose text it is; "" if none is named."""
    names = [statement.wire, statement.cites]
    names += [hand.name for hand in statement.attribution if hand.level != "speaker"]
    return next((_AGENCIES[fold(name)] for name in names if fold(name) in _AGENCIES), statement.wire)


def tokens(text: str) -> list[str]:
    """Words for comparing quotes: case and marks aside; each ideograph is one."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


def _only_relays(statement: Statement) -> bool:
    if not statement.attribution:
        return bool(statement.cites or statement.wire)
    head = statement.attribution[0]
    return head.role is Access.RELAY or (head.level != "speaker" and head.role is not Access.PRIMARY)


_Shown = list[tuple[Statement, str]]


def _buckets(statements: Sequence[Statement]) -> Iterable[tuple[str, _Shown]]:
    """Statements that show the same, each with what it shares with the first."""
    for kind, shared in (
        ("same_imagery", lambda s: [(name, f"both rest on image {name}") for name in s.imagery]),
        ("same_dataset", lambda s: [(fold(s.dataset), f"both rest on {s.dataset}")] if s.dataset else []),
        ("same_quote", _shingles),
    ):
        by_mark: dict[str, _Shown] = {}
        for statement in statements:
            for mark, basis in shared(statement):
                shown = by_mark.setdefault(mark, [])
                if not shown or shown[-1][0] is not statement:
                    shown.append((statement, basis))
        yield from ((kind, shown) for shown in by_mark.values() if len(shown) > 1)
    yield from (("same_wire", shown) for shown in _wires(statements))
    yield from (("citing", shown) for shown in _citations(statements))


def _shingles(statement: Statement) -> list[tuple[str, str]]:
    words = tokens(statement.quote)
    runs = [" ".join(words[i : i + SAME_QUOTE]) for i in range(len(words) - SAME_QUOTE + 1)]
    return [(run, f'the same {SAME_QUOTE} words in a row: "{run}"') for run in runs]


def _wires(statements: Sequence[Statement]) -> Iterable[_Shown]:
    """Texts of one agency that lie close together; not of two speakers, whom an agency may quote on one day."""
    by_voice: dict[tuple[str, str], list[Statement]] = {}
    for statement in statements:
        agency = agency_of(statement)
        if agency and statement.said and statement.said.first:
            voice = fold(statement.speaker)
            by_voice.setdefault((agency, "" if voice == fold(agency) else voice), []).append(statement)
    for (agency, voice), carriers in by_voice.items():
        unnamed = by_voice.get((agency, ""), []) if voice else []
        shown: _Shown = []
        for statement in sorted([*carriers, *unnamed], key=lambda s: (_day(s), rank(s))):
            if shown and _day(statement) - _day(shown[0][0]) > timedelta(SAME_WIRE_DAYS):
                yield shown
                shown = []
            shown.append((statement, f"both carry {agency}'s text, no more than {SAME_WIRE_DAYS} days apart"))
        yield shown


def _citations(statements: Sequence[Statement]) -> Iterable[_Shown]:
    speakers: dict[str, Statement] = {}
    for statement in statements:
        for name in _names_of(statement):
            speakers.setdefault(name, statement)
    for statement in statements:
        cited = speakers.get(fold(statement.cites)) if statement.cites else None
        if cited is not None and cited is not statement:
            yield [
                (cited, ""),
                (statement, f"{statement.id} cites {statement.cites!r}, who speaks in {cited.id}"),
            ]


def _names_of(statement: Statement) -> Iterable[str]:
    """By which names a statement may be cited: its speaker's, that name's initials, its outlet's."""
    for hand in statement.attribution:
        if hand.is_anonymous:
            continue
        yield fold(hand.name)
        capitals = "".join(word[0] for word in hand.name.split() if word[:1].isupper())
        if len(capitals) >= 3:
            yield capitals.casefold()


def _day(statement: Statement) -> datetime:
    assert statement.said is not None
    assert statement.said.first is not None
    return datetime.combine(statement.said.first, datetime.min.time())


def _order(lineage: str) -> tuple[bool, str]:
    """Named lineages before those that have only their statement's name."""
    return lineage.startswith("own:"), by_number(lineage)
