"""
In which order three times stand: a part's production, its recovery, the listing of its maker.

That is all that is said. A part that was made or found after a listing has not thereby broken anything: who supplied what,
to whom and when is in none of the three dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from siteline.model.component import Days
from siteline.model.dates import say_day
from siteline.model.regime import Listing, Order


@dataclass(frozen=True, slots=True)
class Ordered:
    """How the dates of one part stand to one listing."""

    production: Days | None
    recovery: Days | None
    since: date | None
    until: date | None
    production_listing: Order
    recovery_listing: Order
    production_recovery: Order
    said: str


def order_dates(production: Days | None, recovery: Days | None, listing: Listing) -> Ordered:
    """Compare the dates that there are; what nobody knows stays unknown."""
    since = listing.since
    made, found = _before(production, since), _before(recovery, since)
    between = _between(production, recovery)
    return Ordered(
        production,
        recovery,
        since,
        listing.until,
        made,
        found,
        between,
        _say(production, recovery, listing, made, found),
    )


def _before(days: Days | None, since: date | None) -> Order:
    if days is None or since is None:
        return Order.UNKNOWN
    if days.last < since:
        return Order.BEFORE
    return Order.AFTER if days.first >= since else Order.EITHER


def _between(a: Days | None, b: Days | None) -> Order:
    if a is None or b is None:
        return Order.UNKNOWN
    if a.last < b.first:
        return Order.BEFORE
    return Order.AFTER if a.first > b.last else Order.EITHER


_WORDS = {
    Order.BEFORE: "before the listing",
    Order.AFTER: "on or after the day of the listing",
    Order.EITHER: "before or after the listing, it cannot be told",
}


def _say(production: Days | None, recovery: Days | None, listing: Listing, made: Order, found: Order) -> str:
    if listing.since is None:
        return "the list gives no day for this listing, so no order can be told"
    parts = [
        f"listed from {say_day(listing.since)}"
        + (f" until {say_day(listing.until)}" if listing.until else "")
    ]
    parts.append(
        f"produced {_span(production)}, {_WORDS[made]}" if production else "day of production unknown"
    )
    parts.append(f"recovered {_span(recovery)}, {_WORDS[found]}" if recovery else "day of recovery unknown")
    return "; ".join(parts)


def _span(days: Days | None) -> str:
    assert days is not None
    if days.first == days.last:
        return say_day(days.first)
    return f"between {say_day(days.first)} and {say_day(days.last)}"
