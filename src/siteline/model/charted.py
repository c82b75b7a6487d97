"""What charts of the two ledgers are drawn from; each carries its definition, its source and its edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from siteline.model.tallied import Span

_ONE = Span(1, 1)


@dataclass(frozen=True, slots=True)
class Legend:
    """What is printed with every picture, so that it says by itself what it shows."""

    title: str
    definition: str
    """What is counted, by which rule."""

    source: str
    """Whose data, with dates."""

    edition: str
    as_of: date
    """The day of which the picture tells."""

    notes: tuple[str, ...] = ()
    query: str = ""
    """Id of the stored question behind it; "" if none was stored."""


@dataclass(frozen=True, slots=True)
class ShareBar:
    """One share with its range and what is above and below its line."""

    label: str
    low: float
    high: float
    """0–1."""

    above: Span
    below: Span
    of: str
    """What the denominator is, in a few words."""

    known: bool = True
    """False for a category that stands for not knowing."""


@dataclass(frozen=True, slots=True)
class MapPoint:
    """Something that was somewhere, as exactly as is known and may be shown."""

    label: str
    lon: float | None
    lat: float | None
    """Degrees, WGS 84; None where nobody said, or where the place may not be shown."""

    radius_m: float | None
    """In which it lies; None: not said."""

    count: Span = _ONE
    when: str = ""
    held: bool = False
    """Whether the place is held back: it is in the count, and not on the map."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Parts that share one path through the columns of a flow chart."""

    path: tuple[str, ...]
    """One category in each column."""

    count: Span


@dataclass(frozen=True, slots=True)
class FlowChart:
    """Paths from column to column, such as part → maker → country → regime."""

    heads: tuple[str, ...]
    flows: tuple[Flow, ...]
    unknown: frozenset[str] = frozenset()
    """Categories that stand for not knowing: drawn hatched, and last."""

    colours: Mapping[str, str] = field(default_factory=dict)
