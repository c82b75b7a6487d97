"""
How the scopes of two claims lie to each other: same, one inside the other, overlapping, disjoint, or not to be told.

Two scopes are disjoint only where that can be shown. Names that differ show nothing: "Kharkiv" may be part of "Ukraine".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from siteline.model.claim import Claim, Scope
from siteline.model.interval import Period

NEARLY = 0.9
"""From this share of its days on, a period counts as nearly inside another one."""


class Fit(StrEnum):
    """How the first lies to the second."""

    SAME = "same"
    INSIDE = "inside"
    CONTAINS = "contains"
    OVERLAPS = "overlaps"
    DISJOINT = "disjoint"
    UNKNOWN = "unknown"


_TURNED = {Fit.INSIDE: Fit.CONTAINS, Fit.CONTAINS: Fit.INSIDE}


@dataclass(frozen=True, slots=True)
class ScopeFit:
    """The fit of two claims' scopes, on each axis and over all."""

    subject: Fit
    time: Fit
    place: Fit
    thing: Fit
    is_nearly: bool = False
    """Whether INSIDE or CONTAINS of the time is only nearly so."""

    @property
    def overall(self) -> Fit:
        """One word for all axes; UNKNOWN where the subjects cannot be compared."""
        axes = (self.subject, self.time, self.place, self.thing)
        if Fit.DISJOINT in axes:
            return Fit.DISJOINT
        if self.subject is Fit.UNKNOWN:
            return Fit.UNKNOWN
        rest = [axis for axis in axes[1:] if axis is not Fit.SAME]
        if self.subject in (Fit.INSIDE, Fit.CONTAINS):
            rest.append(self.subject)
        if not rest:
            return Fit.SAME
        if Fit.INSIDE in rest and not {Fit.CONTAINS, Fit.OVERLAPS} & set(rest):
            return Fit.INSIDE
        if Fit.CONTAINS in rest and not {Fit.INSIDE, Fit.OVERLAPS} & set(rest):
            return Fit.CONTAINS
        return Fit.OVERLAPS

    def turned(self) -> ScopeFit:
        """The fit of the second to the first."""
        return ScopeFit(
            _TURNED.get(self.subject, self.subject),
            _TURNED.get(self.time, self.time),
            _TURNED.get(self.place, self.place),
            _TURNED.get(self.thing, self.thing),
            self.is_nearly,
        )


def fit_scopes(one: Claim, other: Claim) -> ScopeFit:
    """How the scope of one claim lies to that of another."""
    time, is_nearly = _fit_times(one.scope.time, other.scope.time)
    return ScopeFit(
        subject=_fit_subjects(one, other),
        time=time,
        place=fit_places(one.scope, other.scope),
        thing=_fit_texts(one.scope.thing, other.scope.thing),
        is_nearly=is_nearly,
    )


def say_fit(fit: ScopeFit, one: Claim, other: Claim) -> str:
    """The fit in words, for a basis."""
    said = [_say_time(fit, one, other)]
    for name, axis, first, second in (
        ("place", fit.place, one.scope.place, other.scope.place),
        ("scope", fit.thing, one.scope.thing, other.scope.thing),
        ("subject", fit.subject, one.subject, other.subject),
    ):
        if axis is Fit.SAME:
            continue
        if axis is Fit.UNKNOWN:
            said.append(
                f"{name}: {first or 'not said'!r} is not shown to be apart from {second or 'not said'!r}"
            )
        else:
            said.append(f"{name}: {first or 'not said'!r} {_VERBS[axis]} {second or 'not said'!r}")
    return "; ".join(said)


_VERBS = {
    Fit.SAME: "is",
    Fit.INSIDE: "lies in",
    Fit.CONTAINS: "contains",
    Fit.OVERLAPS: "overlaps",
    Fit.DISJOINT: "is apart from",
}


def _say_time(fit: ScopeFit, one: Claim, other: Claim) -> str:
    first, second = one.scope.time, other.scope.time
    if fit.time is Fit.SAME:
        return f"same period ({first})" if first and (first.first or first.last) else "no period is stated"
    if first is None or second is None or fit.time is Fit.UNKNOWN:
        return f"period: {first or 'not said'} against {second or 'not said'}"
    if fit.is_nearly:
        inner, outer = (first, second) if fit.time is Fit.INSIDE else (second, first)
        return f"{inner.days_in(outer)} of the {inner.days} days of {inner} lie in {outer}"
    return f"{first} {_VERBS[fit.time]} {second}"


def _fit_times(one: Period | None, other: Period | None) -> tuple[Fit, bool]:
    """The fit, and whether it is only nearly so."""
    if one is None or other is None:
        return (Fit.SAME if one is other else Fit.UNKNOWN), False
    if one.is_same(other):
        return Fit.SAME, False
    if not one.meets(other):
        return Fit.DISJOINT, False
    if one.lies_in(other):
        return Fit.INSIDE, False
    if other.lies_in(one):
        return Fit.CONTAINS, False
    common = one.days_in(other)
    if common is not None:
        assert one.days is not None
        assert other.days is not None
        if one.days <= other.days and common >= NEARLY * one.days:
            return Fit.INSIDE, True
        if other.days < one.days and common >= NEARLY * other.days:
            return Fit.CONTAINS, True
    return Fit.OVERLAPS, False


def _fit_subjects(one: Claim, other: Claim) -> Fit:
    if one.subject_ids and other.subject_ids:
        return _fit_sets(frozenset(one.subject_ids), frozenset(other.subject_ids))
    if not one.subject or not other.subject:  # the key says the rest
        return Fit.SAME if one.subject == other.subject else Fit.OVERLAPS
    first, second = fold(one.subject), fold(other.subject)
    if first == second:
        return Fit.SAME
    return _fit_sets(designations(one.subject), designations(other.subject))


def _fit_sets(one: frozenset[str], other: frozenset[str]) -> Fit:
    """Sets of which each means "one of these"."""
    if not one or not other:
        return Fit.UNKNOWN
    if one == other:
        return Fit.SAME
    return Fit.OVERLAPS if one & other else Fit.UNKNOWN


def fit_places(one: Scope, other: Scope) -> Fit:
    """How two places lie to each other, by what their names show."""
    if one.place == other.place or (one.place_id and one.place_id == other.place_id):
        return Fit.SAME
    first, second = _parts(one.place), _parts(other.place)
    if not first or not second:
        return Fit.UNKNOWN
    if first == second:
        return Fit.OVERLAPS if "(" in one.place + other.place else Fit.SAME
    if first > second:
        return Fit.INSIDE
    return Fit.CONTAINS if first < second else Fit.UNKNOWN


def _fit_texts(one: str, other: str) -> Fit:
    if fold(one) == fold(other):
        return Fit.SAME
    return Fit.UNKNOWN


@lru_cache(4096)
def _parts(place: str) -> frozenset[str]:
    """ "Kyiv, Sviatoshynskyi (suburb)" → {kyiv, sviatoshynskyi}."""
    bare = re.sub(r"\([^)]*\)", " ", place)
    return frozenset(fold(part) for part in re.split(r"[,;/]", bare) if fold(part))


@lru_cache(4096)
def fold(text: str) -> str:
    """For comparing names: case, accents, blanks, hyphens and quotation marks aside."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())


_DESIGNATION = re.compile(
    r"\b([A-Za-z]{1,12})[- ]?(\d{1,4}[A-Za-z]?)((?:/(?:[A-Za-z]{1,12}-)?\d{1,4}[A-Za-z]?)*)"
)


@lru_cache(4096)
def designations(text: str) -> frozenset[str]:
    """Type designations in a name: "Hwasong-11 (KN-23/24)" → {hwasong11, kn23, kn24}."""
    found = set()
    for letters, number, more in _DESIGNATION.findall(text):
        found.add(f"{letters}{number}".casefold())
        for extra in filter(None, more.split("/")):
            own, dash, rest = extra.rpartition("-")
            found.add(f"{own if dash else letters}{rest}".casefold())
    return frozenset(found)
