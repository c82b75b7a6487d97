"""
Which thing a text names: ranked, with reasons; sets for composites; and what may never be decided without a person.

A strong name decides by itself, unless it is a person's. A weak one, and any name of a person, needs a second property that
agrees. Typos and cover names are shown and decide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from siteline.entities.composites import alternatives
from siteline.entities.index import NameIndex
from siteline.entities.register import Entities
from siteline.entities.spelling.compare import SAME_NAME, Likeness, compare
from siteline.entities.spelling.folding import tidy
from siteline.model.entity import Entity, EntityType, Match, Name, NameKind, Property, Strength

SHOWN = 0.45
"""Least score of what is shown."""

AUTO = 0.86
"""Least likeness of a name that may be taken without a person."""

_WEAK, _PERSON, _NEVER = 0.6, 0.79, 0.5
_BOOST = 0.15
_DISAGREES = 0.55
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?$")


@dataclass(frozen=True, slots=True)
class Found:
    """What a text may name."""

    matches: tuple[Match, ...]
    """The best first; empty for a set."""

    one_of: tuple[str, ...] = ()
    """A composite: the ids of which it is one."""

    unresolved: tuple[str, ...] = ()
    """Parts of a composite that no entity here is named by."""


def resolve(
    entities: Entities,
    index: NameIndex,
    text: str,
    *,
    entity_type: EntityType | None = None,
    also: Mapping[str, str] | None = None,
    as_of: datetime | None = None,
    on: date | None = None,
    limit: int = 10,
) -> Found:
    """
    The things that a text may name.

    also: further properties that the thing should have, such as country or birthDate; each that agrees counts.
    on: the day of which the text speaks; a name that held on other days only decides nothing. None: any day.
    """
    index.catch_up(entities.names_after)
    asked = _Asked(entities, index, entity_type, also or {}, as_of, on)
    parts = alternatives(text)
    if len(parts) < 2:
        return Found(tuple(asked.matches(text)[:limit]))
    whole = asked.matches(text)
    if whole and whole[0].score >= 0.98 and whole[0].is_auto:
        return Found(tuple(whole[:limit]))  # a name that has a slash in it
    ids: list[str] = []
    unresolved = []
    for part in parts:
        best = asked.matches(part)
        if best and best[0].is_auto:
            ids.append(best[0].id)
        else:
            unresolved.append(part)
    if not ids:
        return Found(tuple(whole[:limit]))
    return Found((), tuple(dict.fromkeys(ids)), tuple(unresolved))


class _Asked:
    """One question to the case."""

    def __init__(
        self,
        entities: Entities,
        index: NameIndex,
        entity_type: EntityType | None,
        also: Mapping[str, str],
        as_of: datetime | None,
        on: date | None,
    ) -> None:
        self._entities = entities
        self._index = index
        self._type = entity_type
        self._also = also
        self._as_of = as_of
        self._on = on
        self._identity = entities.identity(as_of)

    def matches(self, text: str) -> list[Match]:
        """What one name may mean, the best first."""
        names = self._entities.names_by_seq(self._index.find(text), self._as_of)
        things = self._entities.by_ids({name.entity for name in names}, self._as_of)
        best: dict[str, tuple[float, Name, Likeness]] = {}
        for name in names:
            thing = things.get(name.entity)
            if (
                thing is None
                or thing.type is EntityType.RECORD
                or (self._type and thing.type is not self._type)
            ):
                continue
            alike = _likeness(text, name, thing)
            score = self._score(alike, name, thing)
            if score >= SHOWN and score > best.get(name.entity, (0.0,))[0]:
                best[name.entity] = (score, name, alike)
        said = self._said(best)
        made = [
            self._match(things[entity], name, alike, said.get(entity, ()))
            for entity, (_, name, alike) in best.items()
        ]
        return _ranked(made)

    def _said(self, best: Mapping[str, object]) -> dict[str, list[Property]]:
        """What is said of each, and of all that was judged to be one with it."""
        found: dict[str, list[Property]] = {}
        if self._also:
            wanted = {name.casefold() for name in self._also}
            wholes = {entity: self._identity.members(entity) for entity in best}
            said_of: dict[str, list[Property]] = {}
            for said in self._entities.statements(
                [m for whole in wholes.values() for m in whole], self._as_of
            ):
                if said.prop.casefold() in wanted:
                    said_of.setdefault(said.entity, []).append(said)
            for entity, whole in wholes.items():
                found[entity] = [said for member in whole for said in said_of.get(member, ())]
        return found

    def _match(self, thing: Entity, name: Name, alike: Likeness, said: Sequence[Property]) -> Match:
        agree, differ = self._agreement(said)
        score = self._score(alike, name, thing, len(agree))
        reasons = [f"{name.kind} name {name.text!r}: {'; '.join(alike.reasons)}"]
        if alike.score >= AUTO and not alike.is_spelling:
            reasons.append("another word, or a slip of the pen: a person decides")
        is_auto = alike.score >= AUTO and alike.is_spelling and not differ
        if name.strength is Strength.NEVER_AUTO:
            is_auto = False
            sort = (
                "a typo of its source"
                if name.kind is NameKind.TYPO
                else "a name that decides nothing by itself"
            )
            reasons.append(f"{sort}: a person decides" + (f" ({name.note})" if name.note else ""))
        elif name.strength is Strength.WEAK:
            is_auto = is_auto and bool(agree)
            if not agree:
                why = f" ({name.note})" if name.note else ""
                reasons.append(f"a weak name: needs a second property that agrees{why}")
        if thing.type is EntityType.PERSON:
            is_auto = is_auto and bool(agree)
            if not agree:
                reasons.append("a person is never taken on a name alone: offered, for a person to decide")
        if name.valid_from is not None:
            reasons.append(f"the name from {name.valid_from}")
        if name.valid_to is not None:
            reasons.append(f"the name until {name.valid_to}")
        if not self._holds(name):
            is_auto = False
            reasons.append(f"not its name on {self._on}: a person decides")
        reasons += [f"{prop} agrees: {value}" for prop, value in agree]
        reasons += [f"{prop} differs: {value}" for prop, value in differ]
        if differ:
            score = min(score, _DISAGREES)
        return Match(
            self._identity.canonical(thing.id), name.text, thing.type, score, tuple(reasons), is_auto
        )

    def _score(self, alike: Likeness, name: Name, thing: Entity, agreeing: int = 0) -> float:
        score = _capped(alike.score, name, thing, agreeing)
        return score if self._holds(name) else min(score, _NEVER)

    def _holds(self, name: Name) -> bool:
        """Whether it was the name on the day that is asked of, as far as is known."""
        return self._on is None or (name.valid_from or self._on) <= self._on <= (name.valid_to or self._on)

    def _agreement(self, said: Sequence[Property]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Of the asked properties, which agree with what is said, and which differ from all of it."""
        agree, differ = [], []
        for asked, wanted in self._also.items():
            values = [each.value for each in said if each.prop.casefold() == asked.casefold()]
            if any(_agrees(value, wanted) for value in values):
                agree.append((asked, wanted))
            elif values:
                differ.append((asked, ", ".join(values[:3])))
        return agree, differ


def _likeness(text: str, name: Name, thing: Entity) -> Likeness:
    is_korean = name.script == "Hang" or name.lang.lower().startswith(("ko", "kor"))
    found = compare(text, name.text, is_person=thing.type is EntityType.PERSON, is_korean=is_korean)
    if (
        name.kind is NameKind.TYPO
        and tidy(text).casefold() != tidy(name.text).casefold()
        and found.score < 0.98
    ):
        return Likeness(0.0, ())  # a typo stands for itself; what resembles it is no evidence
    return found


def _capped(score: float, name: Name, thing: Entity, agreeing: int = 0) -> float:
    """A score as the name's strength allows."""
    if name.strength is Strength.NEVER_AUTO:
        return min(score, _NEVER)
    if agreeing:
        return min(0.99, score + _BOOST * (1 - score) * agreeing)
    if name.strength is Strength.WEAK:
        return min(score, _WEAK)
    if thing.type is EntityType.PERSON and score >= SAME_NAME:
        return min(_PERSON, _PERSON - 0.1 + 0.1 * (score - SAME_NAME) / (1 - SAME_NAME))
    return score


def _ranked(found: Sequence[Match]) -> list[Match]:
    """The best of each whole; two things that fit equally well are both left to a person."""
    best: dict[str, Match] = {}
    for match in sorted(found, key=lambda match: (-match.score, not match.is_auto, match.id)):
        best.setdefault(match.id, match)
    ranked = list(best.values())
    rivals = [match for match in ranked if match.is_auto]
    if len(rivals) > 1 and rivals[0].score - rivals[1].score < 0.02:
        close = {match.id for match in rivals if rivals[0].score - match.score < 0.02}
        ranked = [_left_open(match, len(close)) if match.id in close else match for match in ranked]
    return ranked


def _left_open(match: Match, count: int) -> Match:
    reasons = (*match.reasons, f"{count} things fit equally well: a person decides")
    return Match(match.id, match.name, match.type, match.score, reasons, False)


def _agrees(value: str, wanted: str) -> bool:
    """Equal but for case; of two dates the coarser decides (1962 agrees with 1962-03-01)."""
    a, b = value.strip().casefold(), wanted.strip().casefold()
    if a == b:
        return True
    return bool(_DATE.match(a) and _DATE.match(b)) and (a.startswith(b) or b.startswith(a))
