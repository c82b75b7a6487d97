"""Things listed, shown, and found by what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from siteline.entities.exchange.ftm.reading import SCHEMA
from siteline.entities.hazards import shown
from siteline.entities.identity import Identity
from siteline.entities.index import NameIndex
from siteline.entities.resolve import Found, resolve
from siteline.entities.spelling.romanise import System, romanise, romanise_person
from siteline.model.entity import Edge, Entity, EntityType, Name, NameKind, Property, Signed, Strength
from siteline.model.errors import BadEntity, BadSetting, NotFound
from siteline.workbench.case import Case


def index_of(case: Case) -> NameIndex:
    """The case's index of names."""
    return NameIndex(case.cache / "names.db", case.log.case_id() or "")


def find_one(case: Case, said: str, as_of: datetime | None = None, *, exact: bool = False) -> str:
    """
    The id of the thing that a user means by an id, the start of one, or a name that only one thing has.

    exact: a name is not enough, since what follows is a judgement.
    """
    said = said.strip()
    try:
        return case.entities.get(said, as_of).id
    except NotFound:
        if exact:
            raise NotFound(
                f"no entity {shown(said)!r}", "Name it by its id: siteline entities resolve TEXT"
            ) from None
    found = resolve(case.entities, index_of(case), said, as_of=as_of)
    fitting = [match for match in found.matches if match.is_auto]
    if len(fitting) == 1:
        return fitting[0].id
    if found.one_of or found.matches:
        raise BadEntity(
            f"{shown(said)!r} can mean several things, or surely none",
            f"Give an id: siteline entities resolve {shown(said)!r}",
        )
    raise NotFound(f"no entity {shown(said)!r}", "Add it: siteline entities add TYPE NAME")


def list_entities(
    case: Case,
    entity_type: str = "",
    dataset: str = "",
    as_of: datetime | None = None,
    limit: int = 0,
) -> list[dict[str, Any]]:
    """The things of a case, each whole once; `limit`: at most so many wholes, 0: all."""
    kind = None
    if entity_type:
        try:
            kind = EntityType(entity_type.casefold())
        except ValueError as error:
            raise BadSetting(
                f"no type {shown(entity_type)!r}", f"One of: {', '.join(EntityType)}."
            ) from error
    identity = case.entities.identity(as_of)
    wholes: dict[str, Entity] = {}
    rows = limit
    while True:  # several rows may be of one whole
        found = case.entities.all(kind, dataset or None, as_of, rows or None)
        for each in found:
            wholes.setdefault(identity.canonical(each.id), each)
        if not limit or len(wholes) >= limit or len(found) < rows:
            break
        rows *= 2
    wholes = dict(islice(wholes.items(), limit or None))
    members = {whole: identity.members(whole) for whole in wholes}
    names = _grouped(case.entities.names([m for group in members.values() for m in group], as_of))
    return [
        {
            "id": whole,
            "name": _title([name for member in members[whole] for name in names.get(member, ())]),
            "type": each.type,
            "dataset": each.dataset,
            "members": list(members[whole]),
            "names": sum(len(names.get(member, ())) for member in members[whole]),
        }
        for whole, each in wholes.items()
    ]


def show_entity(case: Case, said: str, as_of: datetime | None = None) -> dict[str, Any]:
    """All that is known of one thing, with who said it."""
    found = find_one(case, said, as_of)
    identity = case.entities.identity(as_of)
    members = identity.members(found)
    things = case.entities.by_ids(members, as_of)
    names = case.entities.names(members, as_of)
    edges = case.entities.edges(members, as_of=as_of)
    around = _titles(case, identity, [end for edge in edges for end in (edge.a, edge.b)], as_of)
    mentions = case.entities.mentions(members, as_of)
    return {
        "id": members[0],
        "name": _title(names),
        "type": things[found].type,
        "members": [_member(things[member]) for member in members if member in things],
        "names": [_name(name) for name in names],
        "statements": [
            _statement(each) for each in case.entities.statements(members, as_of) if each.prop != SCHEMA
        ],
        "edges": [_edge(edge, identity, around) for edge in edges],
        "mentions": _mentions(case, mentions, as_of),
        "judgements": [
            {"a": j.a, "b": j.b, "verdict": j.verdict, "why": j.why, **_signed(j.signed)}
            for j in case.entities.judgements(as_of)
            if {j.a, j.b} & set(members)
        ],
    }


def resolve_text(
    case: Case,
    text: str,
    *,
    entity_type: str = "",
    also: Sequence[str] = (),
    as_of: datetime | None = None,
    on: str = "",
    limit: int = 10,
) -> Found:
    """Which thing a text names; `on`: the day of which it speaks, as YYYY-MM-DD."""
    if not text.strip():
        raise BadSetting("an empty text names nothing", "Give a name, as it stands in your source.")
    wanted: dict[str, str] = {}
    for said in also:
        prop, sign, value = said.partition("=")
        if not sign or not prop.strip() or not value.strip():
            raise BadSetting(
                f"{shown(said)!r} is no property", "Say it as PROP=VALUE, such as birthDate=1962-03-01."
            )
        wanted[prop.strip()] = value.strip()
    kind = None
    if entity_type:
        try:
            kind = EntityType(entity_type.casefold())
        except ValueError as error:
            raise BadSetting(
                f"no type {shown(entity_type)!r}", f"One of: {', '.join(EntityType)}."
            ) from error
    return resolve(
        case.entities,
        index_of(case),
        text,
        entity_type=kind,
        also=wanted,
        as_of=as_of,
        on=_day(on),
        limit=limit,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadSetting(f"--on {shown(text)!r} is no day", "Write it as YYYY-MM-DD.") from error


def tell_found(
    case: Case, found: Found, as_of: datetime | None = None
) -> list[dict[str, Any]] | dict[str, Any]:
    """
    What a text may name, for other programs: a list, or for a composite a set.

    "name" is the name that was found, "title" what the thing is called here.
    """
    ids = found.one_of or tuple(match.id for match in found.matches)
    titles = _titles(case, case.entities.identity(as_of), ids, as_of)
    if found.one_of:
        told: dict[str, Any] = {"set": list(found.one_of), "titles": {one: titles[one] for one in ids}}
        return told | ({"unresolved": list(found.unresolved)} if found.unresolved else {})
    return [
        {
            "id": match.id,
            "title": titles[match.id],
            "name": match.name,
            "type": match.type,
            "score": round(match.score, 3),
            "auto": match.is_auto,
            "reasons": list(match.reasons),
        }
        for match in found.matches
    ]


def spellings(text: str, *, is_person: bool = False) -> dict[str, str]:
    """The Hangul of a text in each romanisation."""
    spell = romanise_person if is_person else romanise
    return {system.value: spell(text, system) for system in System}


def _titles(case: Case, identity: Identity, ids: Iterable[str], as_of: datetime | None) -> dict[str, str]:
    wholes = {member: identity.canonical(each) for each in ids for member in identity.members(each)}
    names = _grouped(case.entities.names(wholes, as_of))
    found: dict[str, list[Name]] = {}
    for member, whole in wholes.items():
        found.setdefault(whole, []).extend(names.get(member, ()))
    return {whole: _title(its) for whole, its in found.items()}


def _title(names: Sequence[Name]) -> str:
    """What a thing is called here: its first official name, else its first strong one, else any."""
    strong = [name for name in names if name.strength is Strength.STRONG]
    official = [name for name in strong if name.kind is NameKind.OFFICIAL]
    for fitting in (official, strong, names):
        if fitting:
            return fitting[0].text
    return "(no name)"


def _mentions(case: Case, mentions: Sequence[Property], as_of: datetime | None) -> list[dict[str, Any]]:
    """What points at a thing, such as a sanction, with what it says."""
    ids = list(dict.fromkeys(each.entity for each in mentions))
    said: dict[str, list[Property]] = _grouped(case.entities.statements(ids, as_of))
    found = []
    for each in mentions:
        properties: dict[str, list[str]] = {}
        for other in said.get(each.entity, ()):
            if not other.prop.startswith("@"):
                properties.setdefault(other.prop, []).append(other.value)
        found.append({"id": each.entity, "schema": each.schema, "as": each.prop, "properties": properties})
    return found


def _member(thing: Entity) -> dict[str, Any]:
    return {"id": thing.id, "dataset": thing.dataset, **_signed(thing.signed)}


def _name(name: Name) -> dict[str, Any]:
    return {
        "id": name.id,
        "entity": name.entity,
        "text": name.text,
        "lang": name.lang,
        "script": name.script,
        "kind": name.kind,
        "strength": name.strength,
        "system": name.system,
        "valid_from": name.valid_from.isoformat() if name.valid_from else None,
        "valid_to": name.valid_to.isoformat() if name.valid_to else None,
        "source": name.source,
        "note": name.note,
        "dataset": name.dataset,
        **_signed(name.signed),
    }


def _statement(each: Property) -> dict[str, Any]:
    return {
        "id": each.id,
        "entity": each.entity,
        "schema": each.schema,
        "prop": each.prop,
        "value": each.value,
        "lang": each.lang,
        "dataset": each.dataset,
        "origin": each.origin,
        "first_seen": each.first_seen,
        "last_seen": each.last_seen,
        **_signed(each.signed),
    }


def _edge(edge: Edge, identity: Identity, titles: Mapping[str, str]) -> dict[str, Any]:
    a, b = identity.canonical(edge.a), identity.canonical(edge.b)
    return {
        "id": edge.id,
        "kind": edge.kind,
        "a": a,
        "a_name": titles.get(a, ""),
        "b": b,
        "b_name": titles.get(b, ""),
        "valid_from": edge.valid_from.isoformat() if edge.valid_from else None,
        "valid_to": edge.valid_to.isoformat() if edge.valid_to else None,
        "source": edge.source,
        "probability": edge.probability,
        "note": edge.note,
        "dataset": edge.dataset,
        **_signed(edge.signed),
    }


def _signed(signed: Signed) -> dict[str, str]:
    return {"created_by": signed.by, "created_at": signed.at.isoformat()}


def _grouped(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.entity, []).append(row)
    return found
