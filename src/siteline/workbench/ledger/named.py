"""A weapon or a maker that is named by its entity: the ledgers look for it under all of its names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from siteline.ledger.components.companies import company_key
from siteline.ledger.incidents.weapons import Mapping
from siteline.model.component import Attribution, CompanyState, Part
from siteline.model.entity import Strength
from siteline.model.errors import BadSetting, NotFound
from siteline.workbench.case import Case

_FIELDS = ("brand", "manufacturer", "exporter")


def names_of(case: Case, said: str, as_of: datetime | None = None) -> tuple[str, ...]:
    """
    Every name of the entity of that id, and of all that it was merged with; () where the text is no entity's id.

    Typos, cover names and composites (`never_auto`) are left out: rows under them are for a person to look at.
    """
    text = said.strip()
    if text not in case.entities.by_ids([text], as_of):
        return ()
    members = case.entities.identity(as_of).members(text)
    names = [
        name.text for name in case.entities.names(members, as_of) if name.strength is not Strength.NEVER_AUTO
    ]
    if not names:
        raise NotFound(f"entity {text} has no name to look for", f"See: siteline entities show {text}")
    return tuple(dict.fromkeys(names))


def classes_of(
    case: Case, mapping: Mapping, weapon: str, known: Callable[[], frozenset[str]], as_of: datetime | None
) -> frozenset[str]:
    """The classes that a user asks for, by word or by entity. known: the data's own, asked for only where needed."""
    names = names_of(case, weapon, as_of)
    if not names:
        return mapping.asked(weapon, known() if mapping.meant(weapon).unmapped else frozenset())
    there = known()
    found = frozenset[str]()
    for name in names:
        meant = mapping.meant(name)
        if meant.classes and not [word for word in meant.unmapped if word not in there]:
            found |= meant.classes
    if not found:
        raise BadSetting(
            f"no name of entity {weapon.strip()} is a weapon in the mapping or in the data: {', '.join(names)[:200]}",
            "Add the name that the data uses: siteline entities name",
        )
    return found


def weapons_of(case: Case, weapon: str, as_of: datetime | None) -> str:
    """A weapon as the ledger of parts asks for it: an entity as all of its names."""
    return " | ".join(names_of(case, weapon, as_of)) or weapon


def under_one_name(
    parts: list[Part], states: list[CompanyState], names: tuple[str, ...], withheld: frozenset[str]
) -> tuple[list[Part], list[CompanyState], str]:
    """
    Parts and companies with all names of one maker written as one, and that one: counted so, no part is counted twice.

    It is one that the ledger has, and one that is withheld if any is: what may not be named under one name is not under another.
    """
    keys = {company_key(name) for name in names}
    there = [
        name
        for part in parts
        for field in _FIELDS
        for name in getattr(part.made, field)
        if company_key(name) in keys
    ]
    there += [name for state in states for name in (state.company, state.parent) if company_key(name) in keys]
    if not there:
        raise NotFound(
            f"no part is by any of: {', '.join(names)[:300]}", "See: siteline ledger components count"
        )
    one = min(set(there), key=lambda name: (company_key(name) not in withheld, name))

    def word(name: str) -> str:
        return one if company_key(name) in keys else name

    def made(said: Attribution) -> Attribution:
        brand, maker, exporter = (tuple(sorted({word(n) for n in getattr(said, field)})) for field in _FIELDS)
        return replace(said, brand=brand, manufacturer=maker, exporter=exporter)

    return (
        [replace(part, made=made(part.made)) for part in parts],
        [
            replace(s, company=word(s.company), parent=word(s.parent), succeeded_by=word(s.succeeded_by))
            for s in states
        ],
        one,
    )
