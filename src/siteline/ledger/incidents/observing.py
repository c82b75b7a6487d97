"""From the class of a row, its number and its breakdown to weapon observations; what does not add up is named."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass

from siteline.ledger.incidents.cells import Row
from siteline.ledger.incidents.weapons import Mapping
from siteline.model.incident import WeaponObservation
from siteline.model.shown import plain

_AND = re.compile(r"\s+and\s+", re.I)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: what cannot stand in its cells."""

    mapping: Mapping
    zone: str
    war_zone: bool | None = None
    """For ACLED's rule on unknown numbers of fatalities; None: not told."""


def observe(
    row: Row,
    columns: tuple[str, str, str],
    launched: int | None,
    parts: Dict[str, int | None],
    mapping: Mapping,
    basis: str = "reporter",
) -> tuple[tuple[WeaponObservation, ...], int | None]:
    """
    Observations of one row, and its number.

    columns: names of those of class, number and breakdown. The rest that a breakdown leaves belongs to the terms of the class
    that it gives no number for; if there are none, to the class as a whole.
    """
    class_column, number_column, parts_column = columns
    text = row.no_literal(class_column)
    meant = mapping.meant(text)
    for word in meant.unmapped:
        row.notice(
            class_column,
            "class_not_mapped",
            f"{plain(word, 60)!r} is in no mapping; it stands for itself",
            "Add it to a mapping file: --weapons FILE",
        )
    told = {name: count for name, count in parts.items() if count is not None}
    if not parts:
        return (WeaponObservation(text, launched, launched, basis),), launched
    outside = [name for name in parts if not mapping.meant(name).classes <= meant.classes]
    if outside:
        row.notice(
            parts_column,
            "breakdown_names_other",
            f"{plain(outside[0], 60)!r} is not among {plain(text, 60)!r}",
        )
    total = sum(told.values())
    if launched is None:
        if len(told) < len(parts):
            return (WeaponObservation(text, None, None, basis),), None
        row.notice(
            number_column, "number_from_breakdown", f"no number is given; its breakdown adds up to {total}"
        )
        launched = total
    if total > launched:
        row.refuse(
            parts_column,
            "breakdown_exceeds_total",
            f"its breakdown adds up to {total}, more than the {launched} of the row",
            "Mend the breakdown or the number.",
        )
    seen = [WeaponObservation(name, count, count, basis) for name, count in told.items()]
    rest = launched - total
    if rest:
        others = [term for term in _AND.split(text) if not any(_same(term, name, mapping) for name in told)]
        if not others:
            row.notice(parts_column, "breakdown_incomplete", f"its breakdown lacks {rest} of {launched}")
        seen.append(WeaponObservation(" and ".join(others) or text, rest, rest, basis))
    return tuple(seen), launched


def _same(term: str, name: str, mapping: Mapping) -> bool:
    return mapping.meant(term).classes == mapping.meant(name).classes


def check_interception(row: Row, number: str, column: str, launched: int | None) -> int | None:
    """How many were intercepted; more than were launched is refused."""
    intercepted = row.whole(column)
    if intercepted is not None and launched is not None and intercepted > launched:
        row.refuse(
            column,
            "intercepted_more_than_launched",
            f"{intercepted} intercepted of {launched} launched ({number})",
            "Mend one of the two numbers.",
        )
    return intercepted


def check_category(row: Row, column: str, text: str, mapping: Mapping) -> None:
    """Name a category that is at odds with the class; neither is changed."""
    said = row.text(column)
    if not said or not text:
        return
    ours = mapping.categories(mapping.meant(text).classes) - {"unlisted"}
    theirs = _category(said)
    if ours and theirs and not ours <= theirs:
        row.notice(
            column,
            "category_against_class",
            f"{plain(text, 60)!r} is filed as {plain(said, 40)!r}, but means {' and '.join(sorted(ours))}",
            "The class decides what is counted; tell whoever keeps the list.",
        )


def _category(said: str) -> frozenset[str]:
    words = said.casefold()
    found = {
        kind
        for kind, stems in (
            ("ballistic", ("ballistic",)),
            ("cruise", ("cruise",)),
            ("surface-to-air", ("surface-to-air", "sam", "anti-air")),
            ("bomb", ("bomb",)),
            ("uav", ("uav", "drone", "munition")),
        )
        if any(stem in words for stem in stems)
    }
    return frozenset(found)
