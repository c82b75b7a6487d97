"""Things, names and edges that a person adds, and what a person takes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from siteline.entities.composites import alternatives
from siteline.entities.hazards import hazards, shown
from siteline.entities.register import edge_between
from siteline.entities.rows import name_row, statement_row
from siteline.entities.spelling.scripts import script_of
from siteline.model.entity import EdgeKind, EntityType, NameKind, Strength
from siteline.model.errors import BadEntity, BadSetting
from siteline.model.remark import Remark
from siteline.store import tables
from siteline.workbench.case import Case
from siteline.workbench.entities.looking import find_one, resolve_text

_BUILT = frozenset((EntityType.FACILITY, EntityType.BUILDING, EntityType.COMPLEX))
_FUNCTION = frozenset(("function", "purpose", "use", "used_for", "role"))

_USUAL = {
    NameKind.TYPO: Strength.NEVER_AUTO,
    NameKind.CODENAME: Strength.NEVER_AUTO,
    NameKind.ABBREVIATION: Strength.WEAK,
}
"""The strength of a name of that kind, if nobody says another."""


def add_entity(
    case: Case, entity_type: str, name: str, properties: Sequence[str] = (), source: str = "", lang: str = ""
) -> tuple[str, list[Remark]]:
    """A new thing with its first name; returns its id, what is odd about the name, and who has it already."""
    kind = _one_of(EntityType, entity_type, "type")
    if kind is EntityType.RECORD:
        raise BadEntity("records come only from imports", f"One of: {_listed(EntityType)}.")
    namesakes = _namesakes(case, kind, name)
    with case.db.appending():
        made = case.entities.add(kind, "case")
        remarks = _name(case, made, name, NameKind.OFFICIAL, None, source=source, lang=lang)
        case.entities.file(
            tables.entity_statement, [_property(made, kind, said, source) for said in properties]
        )
    return made, remarks + [
        Remark(
            shown(name.strip()),
            f"another {kind.replace('_', ' ')} is called so already, {other}: a name that two things have decides nothing",
            f'if they are one: siteline entities merge {other} {made} --why "..."',
        )
        for other in namesakes
    ]


def _namesakes(case: Case, kind: EntityType, name: str) -> list[str]:
    """Things of that type that have this very name."""
    if not name.strip():
        return []
    found = resolve_text(case, name, entity_type=kind).matches
    return [match.id for match in found if match.name == name.strip()]


def add_name(
    case: Case,
    entity: str,
    text: str,
    *,
    kind: str = "alias",
    strength: str = "",
    lang: str = "",
    system: str = "",
    valid_from: str = "",
    valid_to: str = "",
    source: str = "",
    note: str = "",
) -> list[Remark]:
    """A further name of a thing."""
    found = find_one(case, entity)
    start, end = _day(valid_from, "--from"), _day(valid_to, "--to")
    if start and end and start > end:
        raise BadEntity(f"a name cannot hold from {start} until {end}", "Give the earlier day first.")
    with case.db.appending():
        return _name(
            case,
            found,
            text,
            _one_of(NameKind, kind, "kind"),
            _one_of(Strength, strength, "strength") if strength else None,
            lang=lang,
            system=system,
            valid_from=start,
            valid_to=end,
            source=source,
            note=note,
        )


def set_properties(case: Case, entity: str, properties: Sequence[str], source: str) -> int:
    """Statements of a thing, each `PROP=VALUE`; returns how many are new."""
    found = case.entities.get(find_one(case, entity))
    rows = [case.entities.afresh(_property(found.id, found.type, said, source)) for said in properties]
    return case.entities.file(tables.entity_statement, rows)


def relate(
    case: Case,
    a: str,
    kind: str,
    b: str,
    *,
    source: str,
    valid_from: str = "",
    valid_to: str = "",
    probability: float | None = None,
    note: str = "",
) -> str:
    """An edge from one thing to another; returns its id."""
    if not source.strip():
        raise BadEntity("an edge needs its source", "Say who says so: --source URL or EXHIBIT")
    if probability is not None and not 0 <= probability <= 1:
        raise BadSetting(f"a probability of {probability} makes no sense", "Give one between 0 and 1.")
    row = edge_between(
        _one_of(EdgeKind, kind, "kind of edge"),
        find_one(case, a),
        find_one(case, b),
        valid_from=_day(valid_from, "--from"),
        valid_to=_day(valid_to, "--to"),
        source=source.strip(),
        probability=probability,
        note=note,
    )
    row = case.entities.afresh(row)
    if not case.entities.bind([row]):
        raise BadEntity(
            "that edge is on record already, from the same source", f"See: siteline entities show {row['a']}"
        )
    return str(row["id"])


def withdraw(case: Case, row: str, why: str) -> None:
    """Take back an edge, a name or a statement; it stays on record."""
    case.entities.withdraw(row, why)


def merge(case: Case, a: str, b: str, why: str) -> str:
    """Judge two things to be one; returns the id of the whole."""
    return case.entities.merge(find_one(case, a, exact=True), find_one(case, b, exact=True), why)


def split(case: Case, entity: str, why: str) -> list[str]:
    """Judge that a thing is not one with the rest of its whole; returns the rest."""
    return case.entities.split(find_one(case, entity, exact=True), why)


def _name(
    case: Case, entity: str, text: str, kind: NameKind, strength: Strength | None, **said: Any
) -> list[Remark]:
    faults = hazards(text)
    if fatal := next((fault for fault in faults if fault.is_fatal), None):
        raise BadEntity(
            f"{shown(text)!r} is no name: {fatal.message} [{fatal.code}]", "Type the name again by hand."
        )
    if kind is NameKind.TYPO and strength not in (None, Strength.NEVER_AUTO):
        raise BadSetting("a typo never decides by itself", "Leave out --strength, or name another --kind.")
    chosen = strength or _USUAL.get(kind, Strength.STRONG)
    offered = alternatives(text)
    is_set = len(offered) > 1 and all(any(letter.isdigit() for letter in one) for one in offered)
    if is_set and strength is None:
        chosen = Strength.NEVER_AUTO
    grave = [fault for fault in faults if fault.code != "two_scripts"]
    if grave and strength is None:
        chosen = Strength.NEVER_AUTO
    row = name_row(entity, " ".join(text.split()), script_of(text), kind=kind, strength=chosen, **said)
    case.entities.file(tables.entity_name, [case.entities.afresh(row)])
    remedy = "it decides nothing by itself" if chosen is Strength.NEVER_AUTO and strength is None else ""
    told = [Remark(shown(text), f"{fault.message} [{fault.code}]", remedy) for fault in faults]
    if is_set:
        told.append(Remark(shown(text), f"it names one of {len(offered)} things [set]", remedy))
    return told


def _property(entity: str, kind: EntityType, said: str, source: str) -> dict[str, Any]:
    prop, sign, value = said.partition("=")
    prop, value = prop.strip(), value.strip()
    if not sign or not prop or not value:
        raise BadSetting(f"{shown(said)!r} is no property", "Say it as PROP=VALUE, such as country=kp.")
    if prop.startswith("@") or not prop.replace("_", "").isalnum():
        raise BadSetting(f"{shown(prop)!r} is no name of a property", "Use letters and digits.")
    if kind in _BUILT and prop.casefold() in _FUNCTION:
        raise BadEntity(
            f"what a {kind} is for is a claim with its basis, not a property",
            "File it as a claim: siteline claims add",
        )
    return statement_row(entity, prop, value, origin=source)


def _day(text: str, option: str) -> str:
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise BadSetting(f"{option} {shown(text)!r} is no day", "Write it as YYYY-MM-DD.") from error


def _one_of(kinds: Any, said: str, what: str) -> Any:
    try:
        return kinds(said.strip().casefold())
    except ValueError as error:
        raise BadSetting(f"no {what} {shown(said)!r}", f"One of: {_listed(kinds)}.") from error


def _listed(kinds: Any) -> str:
    return ", ".join(kind for kind in kinds if kind != EntityType.RECORD)
