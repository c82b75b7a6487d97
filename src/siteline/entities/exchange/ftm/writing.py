"""Entities out in FollowTheMoney's words: what came from it as it came, what is ours as the nearest thing it has."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from siteline.entities.exchange.ftm.reading import SCHEMA
from siteline.entities.exchange.ftm.schema import SCHEMATA, has_schema, model_or_none
from siteline.entities.identity import Identity
from siteline.entities.register import Entities
from siteline.entities.rows import OWN, as_edge, as_entity, entity_id
from siteline.model.entity import Edge, EdgeKind, Entity, EntityType, Name, NameKind, Property, Strength
from siteline.store import tables

Proxy = dict[str, Any]

_SITES = frozenset((EntityType.FACILITY, EntityType.BUILDING, EntityType.COMPLEX))
_ROLES = {
    EdgeKind.PART_OF: "part of",
    EdgeKind.LOCATED_IN: "located in",
    EdgeKind.OPERATES: "operates",
    EdgeKind.PRODUCES: "produces",
    EdgeKind.MEMBER_OF_FAMILY: "member of family",
    EdgeKind.SUBORDINATE_TO: "subordinate to",
}


def export_ftm(
    entities: Entities, lost: Counter[str], *, merged: bool = False, as_of: datetime | None = None
) -> Iterator[Proxy]:
    """
    Every entity of the case in the order in which they came, then the edges.

    lost: counts what FollowTheMoney cannot say. merged: what was judged to be one is one entity, with the others as referents.
    """
    identity = entities.identity(as_of)
    for page in entities.pages(tables.entity, as_of, 400):
        things = [as_entity(row) for row in page]
        if merged:
            things = [thing for thing in things if identity.canonical(thing.id) == thing.id]
        yield from _things(entities, things, identity if merged else None, lost, as_of)
    for page in entities.pages(tables.entity_edge, as_of, 400):
        edges = [as_edge(row) for row in page]
        gone = entities.withdrawn((edge.id for edge in edges), as_of)
        there = entities.by_ids((end for edge in edges for end in (edge.a, edge.b)), as_of)
        for edge in edges:
            if edge.id not in gone and (made := _edge(edge, there, identity if merged else None, lost)):
                yield made


def _things(
    entities: Entities,
    things: Sequence[Entity],
    identity: Identity | None,
    lost: Counter[str],
    as_of: datetime | None,
) -> Iterator[Proxy]:
    members = {t.id: identity.members(t.id) if identity else (t.id,) for t in things}
    ids = [member for group in members.values() for member in group]
    said = _grouped(entities.statements(ids, as_of))
    named = _grouped(entities.names(ids, as_of))
    places = _places(entities, ids, as_of)
    for thing in things:
        statements = [each for member in members[thing.id] for each in said.get(member, ())]
        names = [each for member in members[thing.id] for each in named.get(member, ())]
        proxy, more = _thing(thing, statements, names, lost)
        place = [end for member in members[thing.id] for end in places.get(member, ())]
        if place and proxy["schema"] != "Address":
            _add(proxy, "addressEntity", *(identity.canonical(end) if identity else end for end in place))
        if len(members[thing.id]) > 1:
            proxy["referents"] = list(members[thing.id][1:])
        yield proxy
        yield from more


def _thing(
    thing: Entity, statements: Sequence[Property], names: Sequence[Name], lost: Counter[str]
) -> tuple[Proxy, list[Proxy]]:
    schemata = [each.value for each in statements if each.prop == SCHEMA]
    proxy: Proxy = {
        "id": thing.id,
        "schema": _narrowest(schemata) or SCHEMATA.get(thing.type, "Thing"),
        "properties": {},
    }
    more: list[Proxy] = []
    for each in statements:
        if each.prop == SCHEMA:
            continue
        if each.prop.startswith("@"):
            proxy[each.prop[1:]] = json.loads(each.value)
        elif each.prop == "composite":
            lost["composites"] += 1
        elif each.prop == "address" and thing.type in _SITES and not schemata:
            address = entity_id("address", thing.id, each.value)
            more.append({"id": address, "schema": "Address", "properties": {"full": [each.value]}})
            _add(proxy, "addressEntity", address)
        else:
            _add(proxy, each.prop, each.value)
    own = [name for name in names if not schemata or name.dataset == OWN]
    for name in own:
        _name(proxy, name, lost)
    if thing.type is EntityType.PLACE and not schemata and "name" in proxy["properties"]:
        _add(proxy, "full", proxy["properties"]["name"][0])
    return proxy, more


def _name(proxy: Proxy, name: Name, lost: Counter[str]) -> None:
    if name.kind is NameKind.TYPO:
        lost["typos"] += 1
    elif name.strength is not Strength.STRONG:
        _add(proxy, "weakAlias", name.text)
    elif name.kind is NameKind.FORMER:
        _add(proxy, "previousName", name.text)
    elif name.kind is NameKind.OFFICIAL or "name" not in proxy["properties"]:
        _add(proxy, "name", name.text)
    else:
        _add(proxy, "alias", name.text)


def _edge(
    edge: Edge, there: Mapping[str, Entity], identity: Identity | None, lost: Counter[str]
) -> Proxy | None:
    a, b = (identity.canonical(end) if identity else end for end in (edge.a, edge.b))
    if edge.kind is EdgeKind.NOT_SAME_AS:
        lost["not_same_as"] += 1
        return None
    if edge.kind is EdgeKind.LOCATED_IN and there[edge.b].type is EntityType.PLACE:
        return None  # said by addressEntity
    if edge.kind is EdgeKind.SAME_AS:
        return {"id": edge.id, "schema": "Similar", "properties": {"candidate": [a], "match": [b]}}
    proxy: Proxy = {"id": edge.id, "schema": "UnknownLink", "properties": {}}
    if edge.kind is EdgeKind.SUCCESSOR_OF:
        proxy["schema"] = "Succession"
        _add(proxy, "predecessor", b)
        _add(proxy, "successor", a)
    else:
        _add(proxy, "subject", a)
        _add(proxy, "object", b)
        _add(proxy, "role", _ROLES[edge.kind])
    _add(proxy, "startDate", _said(edge.valid_from))
    _add(proxy, "endDate", _said(edge.valid_to))
    _add(proxy, "sourceUrl" if edge.source.startswith(("http://", "https://")) else "publisher", edge.source)
    if edge.probability is not None:
        _add(proxy, "summary", f"probability {edge.probability:g}, as judged by {edge.signed.by}")
    return proxy


def _said(day: date | None) -> str:
    return day.isoformat() if day else ""


def _places(entities: Entities, ids: Sequence[str], as_of: datetime | None) -> dict[str, list[str]]:
    """The places that things are located in."""
    edges = [edge for edge in entities.edges(ids, EdgeKind.LOCATED_IN, as_of) if edge.a in set(ids)]
    there = entities.by_ids((edge.b for edge in edges), as_of)
    found: dict[str, list[str]] = {}
    for edge in edges:
        if there[edge.b].type is EntityType.PLACE:
            found.setdefault(edge.a, []).append(edge.b)
    return found


def _narrowest(schemata: Sequence[str]) -> str:
    """Of several schemata that were said of one entity, the one that is a case of all others; else the last."""
    found = list(dict.fromkeys(schemata))
    model = model_or_none()
    if len(found) > 1 and model is not None:
        known = [model.get(name) for name in found if has_schema(name)]
        for schema in known:
            if all(schema.is_a(other) for other in known):
                return str(schema.name)
    return found[-1] if found else ""


def _add(proxy: Proxy, prop: str, *values: str) -> None:
    for value in values:
        if value and value not in proxy["properties"].setdefault(prop, []):
            proxy["properties"][prop].append(value)
    if not proxy["properties"].get(prop, True):
        del proxy["properties"][prop]


def _grouped(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.entity, []).append(row)
    return found
