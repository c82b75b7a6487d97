"""Public numbers with their scopes, in the columns in which public claims are imported."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from siteline.ledger.incidents.cells import FIRST_YEAR, LAST_YEAR, Row
from siteline.ledger.incidents.observing import Reading
from siteline.ledger.incidents.scopes import read_place
from siteline.ledger.incidents.words import interval
from siteline.model.casualty import NumberClaim, Scope
from siteline.model.shown import plain

NEEDED = ("id", "lineage", "claim_key", "value_low", "period_start", "period_end")
KEY = ("id",)
LOOSE_KEY = KEY
ZONE = "UTC"
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_MIXED = re.compile(r"\b(mixed|whole|combined|entire) attack\b", re.I)
_ABOUT_WEAPON = re.compile(r"\bweapon\b", re.I)
_VICTIMS = {
    "civilians": "civilians",
    "soldiers": "combatants",
    "military": "combatants",
    "combatants": "combatants",
}
_DENIALS = ("deny", "denies", "denied", "retract", "retracts", "retracted")
_MOST = 1e12


def read(row: Row, how: Reading) -> NumberClaim:
    """One claim; raises CellRefused. Claims without a number are kept too: they may deny one."""
    low, high = _number(row, "value_low"), _number(row, "value_high")
    if low is not None and high is not None and low > high:
        row.refuse("value_low", "low_above_high", f"{low:g} is more than {high:g}", "Swap them.")
    words, is_denial = row.text("qualifier"), row.text("polarity").casefold() in _DENIALS
    if is_denial:  # that a number is denied proves none
        bounds: tuple[float | None, float | None] = (None, None)
        words = f"denies {words}".strip()
    elif row.text("unit") == "fraction":
        bounds = (low, high)
    else:
        bounds = interval(_whole(low), _whole(high), words)
    states_total = bounds[0] is not None and bounds[1] is not None
    number = "" if low is None else f"{low:g}" if high in (None, low) else f"{low:g}–{high:g}"
    return NumberClaim(
        id=row.text("id") or f"line {row.line}",
        lineage=row.text("lineage") or row.text("id"),
        key=row.text("claim_key"),
        subject=row.text("subject"),
        low=bounds[0],
        high=bounds[1],
        states_total=states_total,
        unit=row.text("unit"),
        words=" ".join(filter(None, (words, number))),
        scope=_scope(row, how),
        claimant=row.text("claimant"),
        published=row.text("published"),
        hedge=row.text("hedge"),
        conditions=_conditions(row, how),
        url=row.text("url"),
        note=row.text("note"),
        line=row.line,
    )


def _number(row: Row, column: str) -> float | None:
    said = row.text(column)
    if re.fullmatch(r"[0-9]+\.[0-9]+", said) and row.text("unit") == "fraction":
        return row.decimal(column, 0, _MOST)
    return row.whole(column)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _scope(row: Row, how: Reading) -> Scope:
    start, end = _day(row, "period_start", last=False), _day(row, "period_end", last=True)
    if start and end and end < start:
        row.refuse(
            "period_end", "end_before_start", f"it ends ({end}) before it starts ({start})", "Swap them."
        )
    subject, place = row.text("subject"), row.text("scope")
    meant = how.mapping.meant(subject)
    known = frozenset(meant.classes - set(meant.unmapped))
    return Scope(
        start=start,
        end=end,
        place=read_place(place),
        weapons=known if known and not meant.unmapped else frozenset(),
        victims=_VICTIMS.get(row.text("unit").casefold(), "people"),
        whole_attack=bool(_MIXED.search(subject) or _MIXED.search(place)),
    )


def _conditions(row: Row, how: Reading) -> tuple[str, ...]:
    doubt = how.mapping.meant(row.text("subject")).doubt
    said = [doubt] if doubt else []
    if _ABOUT_WEAPON.search(row.text("hedge")):
        said.append(row.text("hedge"))
    if not said:
        return ()
    why = "; ".join(plain(word, 80) for word in said)
    return (f'the weapon attribution of {plain(row.text("id"), 40)} is accepted (it is said to be: "{why}")',)


def _day(row: Row, column: str, *, last: bool) -> date | None:
    """A day; of a month or year its first or last one; None if the cell is empty."""
    said = row.text(column)
    if not said:
        return None
    found = _DATE.fullmatch(said)
    try:
        if found is None:
            raise ValueError
        year = int(found[1])
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError
        month = int(found[2] or (12 if last else 1))
        day = int(found[3] or (monthrange(year, month)[1] if last else 1))
        return date(year, month, day)
    except ValueError:
        row.refuse(
            column, "bad_time", f"{plain(said, 40)!r} is no date", "Write YYYY-MM-DD, YYYY-MM or YYYY."
        )
