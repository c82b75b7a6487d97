"""Units as they are written, and quantities in one unit of each kind, so that 33 % and 0.33 are one value."""

from __future__ import annotations

from functools import lru_cache

from siteline.model.claim import Claim
from siteline.model.interval import Interval

_KINDS: tuple[tuple[str, dict[float, str]], ...] = (
    ("people", {1: "people|persons|person|individuals|human beings"}),
    ("civilian", {1: "civilians|civilian"}),
    ("1", {1: "|ratio|times|fraction|share|proportion", 0.01: "%|percent|per cent|percentage"}),
    ("m", {1: "m|metres|meters|metre|meter", 1000: "km|kilometres|kilometers|kilometre|kilometer", 0.01: "cm",
           0.3048: "ft|feet|foot", 1609.344: "mi|mile|miles"}),
    ("m²", {1: "m²|m2|m^2|sqm|sq m|square metres|square meters|square metre|square meter",
            1e4: "ha|hectare|hectares", 1e6: "km²|km2|km^2|sq km|square kilometres|square kilometers"}),
    ("kg", {1: "kg|kilogram|kilograms|kilogramme|kilogrammes", 1000: "t|tonne|tonnes|metric ton|metric tons", 1e6: "kt"}),
)  # fmt: skip
_KNOWN = {
    name: (kind, factor)
    for kind, sizes in _KINDS
    for factor, names in sizes.items()
    for name in names.split("|")
}
_LONGEST_PLURAL = 60
_DONE = {"killed", "dead", "injured", "wounded", "missing", "fired", "launched", "destroyed"}


@lru_cache(4096)
def base_of(unit: str) -> tuple[str, float]:
    """The unit in which quantities of this kind are compared, and how many of it one is; "hall" and "Halls" are one."""
    said = " ".join(unit.casefold().split())
    if said in _KNOWN:
        return _KNOWN[said]
    if 3 < len(said) < _LONGEST_PLURAL and said.endswith("s") and not said.endswith(("ss", "us", "is")):
        return said[:-1], 1
    return said, 1


def same_unit(one: str, other: str) -> bool:
    """Whether quantities in two units can be compared, however the units are written."""
    first, second = base_of(one)[0], base_of(other)[0]
    return first == second or _bare(first) == second or first == _bare(second)


def _bare(unit: str) -> str:
    """ "killed people" without what was done to them, for the question often says it: never to match "injured people"."""
    done, blank, whom = unit.partition(" ")
    return base_of(whom)[0] if blank and done in _DONE else unit


def amount_of(claim: Claim) -> Interval | None:
    """The value of a claim in the unit in which its kind is compared; None where it has no number."""
    value, factor = claim.value, base_of(claim.unit)[1]
    if value is None or factor == 1:
        return value
    low, high = (None if end is None else float(f"{end * factor:.12g}") for end in (value.low, value.high))
    return Interval(low, high, value.excludes_low, value.excludes_high)
