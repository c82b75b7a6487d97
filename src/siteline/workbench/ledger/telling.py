"""Answers of the incident ledger for people and programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from siteline.ledger.incidents.asking import source_line
from siteline.ledger.incidents.casualties import POLICIES, Least, Reckoned, ScopeSum
from siteline.ledger.incidents.shares import Share
from siteline.ledger.incidents.words import Phrase
from siteline.model.casualty import Scope
from siteline.model.incident import Edition


@dataclass(frozen=True, slots=True)
class Source:
    """From which edition, and as the case knew it when."""

    edition: Edition
    as_of: datetime | None = None

    def moment(self) -> str:
        """As it is stored."""
        return "" if self.as_of is None else self.as_of.isoformat()


def about(source: Source) -> dict[str, Any]:
    """From which edition, as of when."""
    edition = source.edition
    return {
        "edition": edition.name,
        "dataset": edition.dataset,
        "sha256": edition.sha256,
        "data_as_of": edition.as_of or None,
        "as_of": source.moment() or None,
        "source": source_line(edition),
    }


def tell_share(one: Share, source: Source) -> dict[str, Any]:
    """A share under one denominator."""
    return {
        "low": one.low,
        "high": one.high,
        "of": one.of,
        "definition": f"of {one.denominator_is}; numerator: {one.numerator_is}",
        "denominator_is": one.denominator_is,
        "numerator_is": one.numerator_is,
        "numerator": {"lower": one.numerator[0], "upper": one.numerator[1]},
        "denominator": {"lower": one.denominator[0], "upper": one.denominator[1]},
        "unit": one.unit,
        "period": one.period,
        **about(source),
        "unknown": one.unknown,
        "holds": [{"class": text, "number": number} for text, number in one.holds],
        "fits": one.fits,
        "notes": list(one.notes),
    }


def tell_phrase(phrase: Phrase, found: list[Share]) -> dict[str, Any]:
    """How a phrase was read, and which denominators and readings fit it."""

    def named(reading: str) -> list[str]:
        return [one.of for one in found if one.fits and one.fits[reading]]

    return {
        "text": phrase.text,
        "low": phrase.low,
        "high": phrase.high,
        "width": phrase.width,
        "fits_upper": named("upper"),
        "fits_lower": named("lower"),
        "between": [
            one.of
            for one in found
            if one.low is not None
            and one.high is not None
            and one.low < phrase.low
            and one.high > phrase.high
        ],
        "fits_none": [one.of for one in found if not one.fits or not any(one.fits.values())],
    }


def tell_scope(scope: Scope) -> dict[str, Any]:
    """A scope."""
    return {
        "from": iso(scope.start),
        "until": iso(scope.end),
        "place": list(scope.place),
        "weapons": sorted(scope.weapons),
        "victims": scope.victims,
        "whole_attack": scope.whole_attack,
    }


def tell_reckoned(one: Reckoned) -> dict[str, Any]:
    """One kind of casualties."""
    firm, *more = one.least["every_source"]
    return {
        "kind": one.kind,
        "lower": firm.total,
        "upper": one.upper,
        "upper_from": list(one.upper_from),
        "conditional": [{"lower": least.total, "if": list(least.conditions)} for least in more],
        "wording": wording(one.kind, firm, more),
        "exact": all(least.proven_heaviest for bounds in one.least.values() for least in bounds),
        **{policy: [_tell_least(least, policy) for least in one.least[policy]] for policy in POLICIES},
        "left_out": [{"claim": claim, "why": why} for claim, why in one.left_out],
        "superseded": [{"claim": old, "how": how, "by": new} for old, how, new in one.superseded],
    }


def wording(kind: str, firm: Least, more: list[Least]) -> str:
    """The bound with its condition, as it may be said."""
    if not more:
        return f"≥ {firm.total} {kind}"
    conditions = " and ".join(more[0].conditions)
    return f"≥ {more[0].total} {kind} if {conditions}, else ≥ {firm.total}"


def _tell_least(least: Least, policy: str) -> dict[str, Any]:
    return {
        "lower": least.total,
        "if": list(least.conditions),
        "scopes": [_tell_sum(one, policy) for one in least.scopes],
    }


def _tell_sum(one: ScopeSum, policy: str) -> dict[str, Any]:
    return {
        "lower": one.weight(policy),
        "claims": [claim.id for claim in one.claims],
        **tell_scope(one.scope),
    }


def iso(day: date | None) -> str | None:
    """A day, or None."""
    return None if day is None else day.isoformat()
