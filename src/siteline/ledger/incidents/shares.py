"""Shares under named denominators: a range, and which of its readings fit a phrase such as "about a third"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from siteline.ledger.incidents.asking import Asked
from siteline.ledger.incidents.counting import Counting
from siteline.ledger.incidents.definitions import Denominator
from siteline.ledger.incidents.tallies import Tally
from siteline.ledger.incidents.weapons import Mapping
from siteline.ledger.incidents.words import Phrase
from siteline.model.errors import BadSetting
from siteline.model.incident import Edition, Judged


@dataclass(frozen=True, slots=True)
class Share:
    """A share under one denominator."""

    low: float | None
    """Least numerator over greatest denominator; None if the denominator is 0."""

    high: float | None
    """Greatest numerator over least denominator."""

    numerator: tuple[int, int | None]
    """(lower, upper); no upper end where a report gives a number "or more"."""

    denominator: tuple[int, int | None]
    """As `numerator`: reports that give bounds, or that a person put together, give it a range, too."""

    of: str
    """Name of the denominator."""

    denominator_is: str
    """What the denominator counts, in one sentence."""

    numerator_is: str
    unit: str
    edition: str
    period: str
    unknown: int
    """Reports in the denominator that give no number."""

    holds: tuple[tuple[str, int], ...]
    """What the denominator consists of: (class text, number), largest first."""

    fits: dict[str, bool] | None = None
    """Of a phrase: whether the lower and the upper reading fit it."""

    notes: tuple[str, ...] = ()


def share(
    counting: Counting,
    edition: Edition,
    asked: Asked,
    of: Denominator,
    mapping: Mapping,
    phrase: Phrase | None = None,
    judged: Sequence[Judged] = (),
) -> Share:
    """The share of a weapon in a window, under one denominator; both come from the same edition."""
    assert asked.classes is not None
    if not of.can_hold(asked.classes, mapping):
        raise BadSetting(
            f"{asked.weapon!r} is no part of {of.name} ({of.said})",
            "Name a denominator that can hold it with --of.",
        )
    within = replace(asked, unit=of.unit, period="start", zone="")
    top = counting.count(edition, within, judged)
    kinds = list(counting.rows_of(edition, asked.start, asked.until))
    rows = [(text, rows) for text, rows in kinds if of.holds(mapping.meant(text), mapping)]
    below = Tally()
    for _, kind in rows:
        below.add(kind)
    below.add(counting.doubled(edition, within, judged, lambda text: of.holds(mapping.meant(text), mapping)))
    least, most = _ends(below, of.unit)
    low = 0.0 if most is None else min(top.lower / most, 1.0) if most else None
    high = None if most == 0 else 1.0 if top.upper is None else min(top.upper / least, 1.0) if least else 1.0
    notes = list(top.notes)
    if most is None:
        notes.append(f"{below.open_above} reports in the denominator set no upper bound")
    outside = sum(
        kind.upper if of.unit == "missile" else kind.reports_upper
        for text, kind in kinds
        if mapping.meant(text).classes & asked.classes and not of.holds(mapping.meant(text), mapping)
    )
    if outside:
        notes.append(
            f"{outside} {of.unit}s of composite rows can be of the numerator and lie outside the denominator"
        )
    unlisted = sorted({text for text, _ in rows if mapping.meant(text).unmapped})
    if unlisted:
        notes.append(f"the denominator holds classes that the mapping does not list: {', '.join(unlisted)}")
    fits = None
    if phrase is not None and low is not None and high is not None:
        fits = {"lower": phrase.fits(low), "upper": phrase.fits(high)}
    holds = ((text, kind.upper if of.unit == "missile" else kind.reports_upper) for text, kind in rows)
    return Share(
        low, high, (top.lower, top.upper), (least, most), of.name,
        of.said, top.definition, of.unit, edition.label, top.period, below.unknown,
        tuple(sorted(holds, key=lambda pair: (-pair[1], pair[0]))), fits, tuple(notes),
    )  # fmt: skip


def _ends(kind: Tally, unit: str) -> tuple[int, int | None]:
    """(lower, upper) of a tally in missiles or reports; None where some report sets no upper bound."""
    if unit == "report":
        return kind.reports_upper, kind.reports_upper
    return kind.lower, None if kind.open_above else kind.upper
