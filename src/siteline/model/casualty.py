"""Public claims of numbers, each with the scope that it is about: what casualties and running totals are reckoned from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Scope:
    """What a number is about: attacks in a time, at a place, by weapons, on victims."""

    start: date | None
    """First day of the attacks meant; None if it is open or unknown."""

    end: date | None
    """Last day of the attacks meant. Who dies of wounds later counts on the day of the attack."""

    place: tuple[str, ...]
    """From the country inwards, such as ("ukraine", "kyiv", "sviatoshynskyi"); empty if unknown."""

    weapons: frozenset[str]
    """Classes that it can be; empty if the claim is about the whole of an attack or names no weapon."""

    victims: str
    """people, civilians or combatants."""

    whole_attack: bool = False
    """Whether it is about the whole of an attack, other weapons included."""


@dataclass(frozen=True, slots=True)
class NumberClaim:
    """One public number with its scope; never more than somebody's word."""

    id: str
    lineage: str
    """Claims of one lineage go back to one origin and are not independent."""

    key: str
    """What is counted, such as killed, injured, missing, missiles_fired, attacks."""

    subject: str
    low: float | None
    """Lower bound of what the words say; None if they set none."""

    high: float | None
    """Upper bound of what the words say; None if they set none."""

    states_total: bool
    """Whether the words give a number for all of the scope, and not only a bound below."""

    unit: str
    words: str
    """The number as it was said, such as "at least 24"."""

    scope: Scope
    claimant: str
    published: str
    """As written: a day or a month."""

    hedge: str = ""
    conditions: tuple[str, ...] = ()
    """What must be accepted before it counts for its weapon, such as "the weapon attribution of C014"."""

    url: str = ""
    note: str = ""
    line: int = 0
    """Order in its file: later lines of one day are later."""
