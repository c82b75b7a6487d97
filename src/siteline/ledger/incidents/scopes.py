"""Scopes of numbers: which lies inside which, and which are provably apart. What is not known is never apart."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

from siteline.ledger.incidents.spots import folded
from siteline.model.casualty import Scope

_UNIT = re.compile(r"\s+(oblast|province|region|область|raion|district)$")
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_VAGUE = re.compile(r"\d|\b(remnant|regions|several|two|three|four|five|six|seven|eight|nine|ten|and|or)\b")
_ITSELF = "itself"
UNPLACED = "?"
"""First word of a place that no list knows: it equals itself, lies in nothing and is apart from nothing."""


@lru_cache(maxsize=1)
def _known() -> dict[str, tuple[str, ...]]:
    """Where each name lies; that of a unit which has a city of its name means the city, unless "oblast" follows."""
    said = tomllib.loads(files("siteline.ledger.incidents").joinpath("places.toml").read_text("utf-8"))
    found: dict[str, tuple[str, ...]] = {}
    for country, units in said["units"].items():
        found[country] = (country,)
        found |= {f"{unit} {_ITSELF}": (country, unit) for unit in units}
        found |= {
            unit: (country, unit) if unit in said["no_city"] else (country, unit, unit) for unit in units
        }
    for city, where in said["cities"].items():
        found[city] = (*where.split("/"), city)
    return found


def read_place(text: str) -> tuple[str, ...]:
    """A place from the country inwards; empty if the words name none."""
    parts = [folded(part) for part in _BRACKETS.sub("", text).split(",")]
    parts = [part for part in parts if part]
    if not parts or any(_VAGUE.search(part) for part in parts):
        return ()
    known = _known()
    for i, part in enumerate(parts):
        whole = known.get(_UNIT.sub(f" {_ITSELF}", part)) or known.get(_UNIT.sub("", part))
        if whole:
            inner = tuple(reversed(parts[:i])) if i else tuple(parts[1:])
            return (*whole, *(name for name in inner if name not in whole))
    return (UNPLACED, *parts)


def apart(a: Scope, b: Scope) -> str:
    """Why two scopes are provably apart; "" if they are not."""
    if a.end is not None and b.start is not None and a.end < b.start:
        return "time"
    if b.end is not None and a.start is not None and b.end < a.start:
        return "time"
    if _places_apart(a.place, b.place):
        return "place"
    if {a.victims, b.victims} == {"civilians", "combatants"}:
        return "victims"
    if a.weapons and b.weapons and not a.weapons & b.weapons and not (a.whole_attack or b.whole_attack):
        return "weapon"
    return ""


def _places_apart(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Two units of one level, listed as such: below the first level nobody has listed what lies where."""
    if not a or not b or UNPLACED in (a[0], b[0]):
        return False
    return any(x != y for x, y in zip(a[:2], b[:2], strict=False))


def outside(inner: Scope, whole: Scope) -> str:
    """Why a scope is not provably inside another; "" if it is."""
    if whole.start is not None and (inner.start is None or inner.start < whole.start):
        return "it starts before, or nobody says when"
    if whole.end is not None and (inner.end is None or inner.end > whole.end):
        return "it ends after, or nobody says when"
    if whole.place and inner.place[: len(whole.place)] != whole.place:
        return "its place is not known to lie inside"
    if whole.weapons:
        if inner.whole_attack:
            return "its scope is the whole attack, not these weapons"
        if not inner.weapons:
            return "it names no weapon"
        if not inner.weapons <= whole.weapons:
            others = ", ".join(sorted(inner.weapons - whole.weapons))
            return f"it can be about others too ({others})"
    if whole.victims not in ("people", inner.victims):
        return f"it counts {inner.victims}"
    return ""
