"""Shares under named denominators: a range, and which of its readings fit a phrase such as "about a third"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from siteline.ledger.incidents.asking import Asked
from siteline.ledger.incidents.counting import Counting
from siteline.ledger.incidents.definitions import Denominator
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

    numerator: tuple[int, int]
    denominator: tuple[int, int]
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
    top = counting.count(edition, replace(asked, unit=of.unit, period="start", zone=""), judged)
    rows = [
        (text, launched if of.unit == "missile" else reports, unknown, reports)
        for text, reports, launched, unknown in counting.rows_of(edition, asked.start, asked.until)
        if of.holds(mapping.meant(text), mapping)
    ]
    total = sum(number for _, number, _, _ in rows)
    upper = top.lower if top.upper is None else top.upper
    low = min(top.lower / total, 1.0) if total else None
    high = min(upper / total, 1.0) if total else None
    notes = list(top.notes)
    outside = sum(
        number
        for text, reports, launched, _ in counting.rows_of(edition, asked.start, asked.until)
        if mapping.meant(text).classes & asked.classes and not of.holds(mapping.meant(text), mapping)
        for number in (launched if of.unit == "missile" else reports,)
    )
    if outside:
        notes.append(
            f"{outside} {of.unit}s of composite rows can be of the numerator and lie outside the denominator"
        )
    unlisted = sorted({text for text, *_ in rows if mapping.meant(text).unmapped})
    if unlisted:
        notes.append(f"the denominator holds classes that the mapping does not list: {', '.join(unlisted)}")
    fits = None
    if phrase is not None and low is not None and high is not None:
        fits = {"lower": phrase.fits(low), "upper": phrase.fits(high)}
    return Share(
        low, high, (top.lower, upper), (total, total), of.name,
        of.said, top.definition, of.unit, edition.label, top.period,
        sum(unknown for _, _, unknown, _ in rows),
        tuple(sorted(((text, number) for text, number, _, _ in rows), key=lambda pair: (-pair[1], pair[0]))),
        fits, tuple(notes),
    )  # fmt: skip
