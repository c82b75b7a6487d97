"""Assessments of claims and ratings of sources: filed once, never edited; each reader sees what is open to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from ulid import ULID

from siteline.claims.weighing.blind import Sight, analyst_key
from siteline.model.admiralty import Credibility, Reliability
from siteline.model.assessment import Analysis, Assessment, Confidence, SourceRating
from siteline.model.errors import BadInput
from siteline.model.likelihood import Likelihood
from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at

LONGEST_REASON = 10_000
LONGEST_SOURCE = 300
_A, _R = tables.assessment.c, tables.source_rating.c
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

Judged = TypeVar("Judged", bound=Assessment | SourceRating)


@dataclass(frozen=True, slots=True)
class Word:
    """What an analyst says of a claim, to be filed."""

    claim_id: str
    kind: Analysis
    rationale: str
    credibility: Credibility | None = None
    likelihood: Likelihood | None = None
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """What one reader may see of the assessments of some claims, and how many they may not."""

    assessments: tuple[Assessment, ...]
    """Oldest first, those replaced by later ones of the same analyst too."""

    kept_back: int
    """Analysts whose assessment waits for a second one."""


def source_key(name: str) -> str:
    """By which a source is one source: as an analyst's name is."""
    return analyst_key(name)


class Assessments:
    """The assessments of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def file(self, judged: Word, sight: Sight) -> Assessment:
        """
        File an assessment; whoever signs the case is its analyst.

        Raises BadInput where it judges nothing or gives no reason.
        """
        if judged.credibility is None and judged.likelihood is None:
            what = " A confidence alone judges nothing: confidence in what?" if judged.confidence else ""
            raise BadInput(
                f"nothing was judged.{what}",
                "Give --credibility 2..6 for the item, --likelihood 1..99 for the claim, or both.",
            )
        rationale = _reason(judged.rationale)
        with self._db.appending():
            self._db.only_writer(tables.assessment)
            filed = Assessment(
                str(ULID()),
                judged.claim_id,
                judged.kind,
                judged.credibility,
                judged.likelihood,
                judged.confidence,
                rationale,
                self._db.who,
                _EPOCH,  # its row says when
                self._is_blind(judged, sight),
            )
            self._db.append(
                tables.assessment,
                {
                    "id": filed.id,
                    "claim_id": filed.claim_id,
                    "kind": filed.kind.value,
                    "blind": filed.blind,
                    "noun": to_json(filed),
                },
            )
            return next(one for one in self._all((filed.claim_id,), None) if one.id == filed.id)

    def open_to(
        self, sight: Sight, claims: Iterable[str] | None = None, as_of: datetime | None = None
    ) -> Open:
        """Assessments of these claims (None: of all) that this reader may see, as they stood at `as_of`."""
        wanted = None if claims is None else tuple(claims)
        shown, kept = sight.open_ones(
            self._all(wanted, as_of), self._filed(wanted), lambda a: (a.claim_id, a.kind), lambda a: a.analyst
        )
        waiting = {(a.claim_id, a.kind, analyst_key(a.analyst)) for a in kept}
        return Open(tuple(shown), len(waiting))

    def is_judged(self, claim_id: str) -> bool:
        """Whether anybody judged a claim, open or not."""
        return bool(self._db.rows(sa.select(_A.seq).where(_A.claim_id == claim_id).limit(1)))

    def rate(self, source: str, reliability: Reliability, rationale: str, sight: Sight) -> SourceRating:
        """File what the signer judges of a source."""
        name = " ".join(source.split())
        if not name or len(name) > LONGEST_SOURCE or not name.isprintable():
            raise BadInput(f"{source!a} is no name of a source", "Name it as statements name it.")
        with self._db.appending():
            self._db.only_writer(tables.source_rating)
            others = self._ratings(None)
            same = [one for one in others if source_key(one.source) == source_key(name)]
            seen, _ = _opened(same, same, sight)
            rating = SourceRating(
                str(ULID()),
                name,
                reliability,
                _reason(rationale),
                self._db.who,
                _EPOCH,
                not sight.may_look() and all(_is_own(one, self._db.who) for one in seen),
            )
            self._db.append(
                tables.source_rating,
                {
                    "id": rating.id,
                    "source_key": source_key(name),
                    "blind": rating.blind,
                    "noun": to_json(rating),
                },
            )
            return next(one for one in self._ratings(None) if one.id == rating.id)

    def ratings_open_to(
        self, sight: Sight, as_of: datetime | None = None, source: str | None = None
    ) -> tuple[tuple[SourceRating, ...], int]:
        """Ratings of all sources, or of one, that this reader may see, oldest first; and how many analysts' wait for a second."""

        def fits(one: SourceRating) -> bool:
            return source is None or source_key(one.source) == source_key(source)

        rows, now = self._ratings(as_of), self._ratings(None)
        shown, kept = _opened([r for r in rows if fits(r)], now, sight)
        return tuple(shown), len({(source_key(r.source), analyst_key(r.analyst)) for r in kept})

    def _is_blind(self, judged: Word, sight: Sight) -> bool:
        """Whether whoever files this has been shown nobody else's of the same."""
        if sight.may_look():
            return False
        seen = self.open_to(sight, (judged.claim_id,)).assessments
        return all(one.kind is not judged.kind or _is_own(one, self._db.who) for one in seen)

    def _filed(self, claims: Sequence[str] | None) -> list[tuple[tuple[str, Analysis], str]]:
        query = sa.select(_A.claim_id, _A.kind, _A.created_by)
        if claims is not None:
            query = query.where(_A.claim_id.in_(claims))
        return [((claim, Analysis(kind)), who) for claim, kind, who in self._db.rows(query)]

    def _all(self, claims: Sequence[str] | None, as_of: datetime | None) -> list[Assessment]:
        query = sa.select(_A.noun, _A.created_at, _A.created_by).order_by(_A.seq)
        if claims is not None:
            query = query.where(_A.claim_id.in_(claims))
        return [
            replace(from_json(Assessment, noun), at=datetime.fromisoformat(at), analyst=by)
            for noun, at, by in self._db.rows(known_at(query, tables.assessment, as_of))
        ]

    def _ratings(self, as_of: datetime | None) -> list[SourceRating]:
        query = sa.select(_R.noun, _R.created_at, _R.created_by).order_by(_R.seq)
        return [
            replace(from_json(SourceRating, noun), at=datetime.fromisoformat(at), analyst=by)
            for noun, at, by in self._db.rows(known_at(query, tables.source_rating, as_of))
        ]


def standing(judged: Iterable[Judged]) -> list[Judged]:
    """The last word of each analyst on each thing, oldest first."""
    last: dict[tuple[str, ...], Judged] = {}
    for one in judged:
        place = (*_about(one), analyst_key(one.analyst))
        last.pop(place, None)
        last[place] = one
    return list(last.values())


def _opened(
    rows: Sequence[SourceRating], now: Sequence[SourceRating], sight: Sight
) -> tuple[list[SourceRating], list[SourceRating]]:
    filed = [(source_key(r.source), r.analyst) for r in now]
    return sight.open_ones(rows, filed, lambda r: source_key(r.source), lambda r: r.analyst)


def _about(one: Assessment | SourceRating) -> tuple[str, ...]:
    return (one.claim_id, one.kind.value) if isinstance(one, Assessment) else (source_key(one.source),)


def _is_own(one: Assessment | SourceRating, who: str) -> bool:
    return analyst_key(one.analyst) == analyst_key(who)


def _reason(text: str) -> str:
    said = text.strip()
    if not said:
        raise BadInput("a judgement needs its reason", 'Say what it rests on: --why "..."')
    if len(said) > LONGEST_REASON:
        raise BadInput(
            f"the reason has {len(said):,} characters; {LONGEST_REASON:,} are the most", "Shorten it."
        )
    return said
