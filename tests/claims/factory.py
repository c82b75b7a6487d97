"""Statements, made for tests."""

from __future__ import annotations

from typing import Any

from siteline.model.claim import Anchor, AnchorKind, Attribution, Claim, Scope, Stance, Statement
from siteline.model.interval import Interval, Period


def make_claim(
    key: str = "killed",
    low: float | None = None,
    high: float | None = None,
    *,
    period: str = "",
    place: str = "",
    thing: str = "",
    **more: Any,
) -> Claim:
    """A count of people, unless said otherwise."""
    value = None if low is None and high is None else Interval(low, high)
    scope = Scope(Period.parse(period) if period else None, place, thing=thing)
    said = {"value_type": "count", "unit": "people", "value": value, "scope": scope, **more}
    return Claim(key, **said)


def make_statement(
    name: str = "S1",
    key: str = "killed",
    low: float | None = None,
    high: float | None = None,
    *,
    speaker: str = "Rescue service",
    lineage: str = "",
    stance: Stance = Stance.ASSERTS,
    said: str = "",
    url: str = "https://example.org/story",
    claim: Claim | None = None,
    more: dict[str, Any] | None = None,
    **about: Any,
) -> Statement:
    """A statement that hangs on an address; `about` goes into its claim, `more` into the statement."""
    about_it: dict[str, Any] = {
        "attribution": (Attribution(speaker),) if speaker else (),
        "said": Period.parse(said) if said else None,
        "lineage": lineage,
        **(more or {}),
    }
    return Statement(
        name,
        Anchor(AnchorKind.URL, url=url),
        claim or make_claim(key, low, high, **about),
        stance,
        **about_it,
    )
