"""Denominators by name: which rows each counts, down to the row, said in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from siteline.ledger.incidents.weapons import Mapping, Meant
from siteline.model.errors import BadSetting

_GROUP = frozenset({"Iskander-M", "KN-23", "Intercontinental Ballistic Missile"})
_KINZHAL = "Kh-47M2 Kinzhal"


@dataclass(frozen=True, slots=True)
class Denominator:
    """What a share is of."""

    name: str
    unit: str
    """missile or report."""

    said: str
    """One sentence for people."""

    holds: Callable[[Meant, Mapping], bool]
    """Whether it counts a row of this class."""

    can_hold: Callable[[frozenset[str], Mapping], bool]
    """Whether it can hold these classes at all."""


def _in_group(meant: Meant, _: Mapping) -> bool:
    return bool(meant.classes) and meant.classes <= _GROUP and meant.terms == 1


def _with_kinzhal(meant: Meant, mapping: Mapping) -> bool:
    return _in_group(meant, mapping) or _KINZHAL in meant.classes


def _no_drone(meant: Meant, mapping: Mapping) -> bool:
    return not meant.classes or mapping.categories(meant.classes) != frozenset({"uav"})


def _missile(meant: Meant, mapping: Mapping) -> bool:
    kinds = mapping.categories(meant.classes)
    return bool(kinds) and not kinds & {"uav", "bomb", "unlisted"}


def _names_group(meant: Meant, _: Mapping) -> bool:
    return bool(meant.classes & _GROUP)


DENOMINATORS = {
    one.name: one
    for one in (
        Denominator(
            "ballistic-group",
            "missile",
            "missiles of rows whose class is Iskander-M, KN-23, one of the two, or Intercontinental Ballistic Missile; "
            'composites such as "Iskander-M and Iskander-K" are not split into it',
            _in_group,
            lambda classes, _: classes <= _GROUP,
        ),
        Denominator(
            "ballistic-group+kinzhal",
            "missile",
            "missiles of the ballistic group (rows whose class is Iskander-M, KN-23, one of the two, or Intercontinental "
            "Ballistic Missile) and of every row that names Kinzhal",
            _with_kinzhal,
            lambda classes, _: classes <= _GROUP | {_KINZHAL},
        ),
        Denominator(
            "all-missiles",
            "missile",
            "everything launched in rows that are not of drones alone: surface-to-air missiles, bombs, and classes that the "
            "mapping does not list included",
            _no_drone,
            lambda classes, mapping: mapping.categories(classes) != frozenset({"uav"}),
        ),
        Denominator(
            "missiles-only",
            "missile",
            "missiles of rows whose classes are all listed as missiles: no drones, no bombs, no unlisted classes; "
            "surface-to-air ones included",
            _missile,
            lambda classes, mapping: not mapping.categories(classes) & {"uav", "bomb", "unlisted"},
        ),
        Denominator(
            "reports",
            "report",
            "reports (rows) that name Iskander-M, KN-23 or Intercontinental Ballistic Missile, alone or among others",
            _names_group,
            lambda classes, _: classes <= _GROUP,
        ),
    )
}


def denominator(name: str) -> Denominator:
    """One of DENOMINATORS; raises BadSetting."""
    if name not in DENOMINATORS:
        raise BadSetting(f"no denominator {name!r}", f"One of: {', '.join(DENOMINATORS)}.")
    return DENOMINATORS[name]
