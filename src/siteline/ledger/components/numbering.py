"""The numbers that stand for companies in publication: given once, in an order that only a secret knows, and kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from siteline.ledger.components.companies import company_key
from siteline.model.component import CompanyState, Part
from siteline.store.codec import digest

FIELDS = ("brand", "manufacturer", "exporter")
"""Of an attribution: where a company is named."""


def makers_of(parts: Iterable[Part]) -> Iterable[str]:
    """Every company that stands with a part, as it is spelled there."""
    return (name for part in parts for field in FIELDS for name in getattr(part.made, field))


def companies_of(states: Iterable[CompanyState]) -> Iterable[str]:
    """Every company of which it is told what it was, with its parents and successors."""
    told = (name for state in states for name in (state.company, state.parent, state.succeeded_by))
    return (name for name in told if name)


def number_makers(names: Iterable[str], given: Mapping[str, int], seal: str) -> dict[str, int]:
    """
    The number of each company by its key: those that were given, and after the highest of them the new ones.

    seal: a secret of the edition that brings them; without it a number could be worked out from a guess at the name. So a
    number follows neither the alphabet nor the counts; of two companies it tells at most which was on record first.
    """
    fresh = {company_key(name) for name in names} - given.keys()
    order = sorted(fresh, key=lambda key: digest("maker", seal, key))
    return {**given, **{key: n for n, key in enumerate(order, max(given.values(), default=0) + 1)}}
