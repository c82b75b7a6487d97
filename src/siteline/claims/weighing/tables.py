"""Judgements, ratings and outcomes as tables, as far as they are open to whoever writes them."""

from __future__ import annotations

from collections.abc import Iterable

from siteline.model.assessment import Assessment, Outcome, SourceRating

ASSESSMENTS = (
    "claim_id", "kind", "credibility", "likelihood", "terms", "confidence", "rationale", "analyst", "at", "blind",
)  # fmt: skip
RATINGS = ("source", "reliability", "rationale", "analyst", "at", "blind")
OUTCOMES = ("claim_id", "came", "known_on", "basis", "who", "at")


def assessment_cells(assessments: Iterable[Assessment]) -> list[dict[str, str]]:
    """Assessments, oldest first."""
    return [
        {
            "claim_id": one.claim_id,
            "kind": one.kind.value,
            "credibility": one.credibility.value if one.credibility else "",
            "likelihood": f"{one.likelihood.percent:.12g}" if one.likelihood else "",
            "terms": one.likelihood.terms.value if one.likelihood else "",
            "confidence": one.confidence.value if one.confidence else "",
            "rationale": one.rationale,
            "analyst": one.analyst,
            "at": one.at.isoformat(),
            "blind": _yes(one.blind),
        }
        for one in assessments
    ]


def rating_cells(ratings: Iterable[SourceRating]) -> list[dict[str, str]]:
    """Ratings of sources, oldest first."""
    return [
        {
            "source": one.source,
            "reliability": one.reliability.value,
            "rationale": one.rationale,
            "analyst": one.analyst,
            "at": one.at.isoformat(),
            "blind": _yes(one.blind),
        }
        for one in ratings
    ]


def outcome_cells(outcomes: Iterable[Outcome]) -> list[dict[str, str]]:
    """Outcomes, oldest first."""
    return [
        {
            "claim_id": one.claim_id,
            "came": one.came.value,
            "known_on": one.on.isoformat(),
            "basis": one.basis,
            "who": one.who,
            "at": one.at.isoformat(),
        }
        for one in outcomes
    ]


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
