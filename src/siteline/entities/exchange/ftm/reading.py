"""FollowTheMoney entities in: one line at a time, every value a statement, nothing that is not known thrown away."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, BinaryIO

from siteline.entities.exchange.ftm.schema import NAMES, TYPES, has_schema, is_known, model_or_none, prop_type
from siteline.entities.exchange.intake import Intake
from siteline.entities.hazards import hazards, shown
from siteline.entities.register import Entities
from siteline.entities.rows import name_row, statement_row
from siteline.entities.spelling.scripts import script_of
from siteline.model.entity import EntityType, Strength
from siteline.model.errors import BadEntityFile
from siteline.store import tables

SCHEMA = "@schema"
"""Statement that keeps an entity's schema; other properties with @ keep what stood beside the properties, as JSON."""

LONGEST_LINE = 4 << 20
"""Bytes of one entity."""

_MOST_VALUES = 20_000
_LONGEST_VALUE = 1 << 20
_BATCH = 4000
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{0,99}\Z")
_HARMLESS = frozenset("\u200c\u200d\u200e\u200f")
"""Marks that right-to-left scripts need; they are dropped from the name and say nothing against it."""


class BadLine(Exception):
    """A line that is no entity: (code, reason)."""


def import_ftm(entities: Entities, intake: Intake, dataset: str) -> None:
    """Take in FollowTheMoney entities as JSON lines, all of them or nothing; memory does not grow with the file."""
    batch = _Batch(entities, intake)
    with intake.path.open("rb") as file:
        for line, text in _lines(file, intake):
            try:
                batch.add(line, _parsed(text), dataset)
            except BadLine as bad:
                code, reason = bad.args
                intake.reject(line, code, reason, text[:2000].decode("utf-8", "backslashreplace"))
    batch.file()
    if model_or_none() is None and (intake.added or intake.known):
        intake.warn(
            1,
            "model",
            "properties were kept as they are, not held against the model: pip install 'siteline[ftm]'",
        )


def _lines(file: BinaryIO, intake: Intake) -> Iterator[tuple[int, bytes]]:
    number = 0
    while text := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(text) > LONGEST_LINE:
            raise BadEntityFile(
                f"{intake.path.name}, line {number}: more than {LONGEST_LINE >> 20} MiB in one line",
                "FollowTheMoney files have one entity a line.",
            )
        if number == 1:
            text = text.removeprefix(b"\xef\xbb\xbf")
        if text.strip():
            yield number, text


def _parsed(text: bytes) -> dict[str, Any]:
    """One entity; raises BadLine."""
    try:
        found = json.loads(text.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BadLine("encoding", f"byte {error.start + 1} is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise BadLine("json", f"{error.msg} at column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise BadLine("json", str(error) if isinstance(error, ValueError) else "nested too deeply") from error
    if not isinstance(found, dict):
        raise BadLine("shape", "not an object with id, schema and properties")
    entity, schema, properties = found.get("id"), found.get("schema"), found.get("properties", {})
    if not isinstance(entity, str) or not _is_id(entity):
        raise BadLine("id", f"{shown(str(entity))!r} is no id: up to 200 visible characters without spaces")
    if not isinstance(schema, str) or not _WORD.match(schema):
        raise BadLine("schema", f"{shown(str(schema))!r} is no schema")
    if not isinstance(properties, dict):
        raise BadLine("shape", "properties are no object")
    found["properties"] = {_prop(name): _values(name, said) for name, said in properties.items()}
    if sum(map(len, found["properties"].values())) > _MOST_VALUES:
        raise BadLine("size", f"more than {_MOST_VALUES} values in one entity")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{shown(twice)!r} stands there twice")
    return found


def _no_constant(said: str) -> Any:
    raise ValueError(f"{said} is no value")


def _is_id(text: str) -> bool:
    return 0 < len(text) <= 200 and text.isprintable() and not any(letter.isspace() for letter in text)


def _prop(name: str) -> str:
    if not _WORD.match(name):
        raise BadLine("property", f"{shown(name)!r} is no name of a property")
    return name


def _values(name: str, said: Any) -> list[str]:
    values = [said] if isinstance(said, str) else said
    if not isinstance(values, list) or any(not isinstance(value, str) for value in values):
        raise BadLine(
            "value", f"{name}: values are texts in a list, not {shown(json.dumps(said, ensure_ascii=False))}"
        )
    for value in values:
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise BadLine("value", f"{name}: a character that is none in {shown(value)}")
        if len(value) > _LONGEST_VALUE:
            raise BadLine("size", f"{name}: a value of {len(value)} characters")
    return values


class _Batch:
    """Rows on their way into the case, some thousand at a time."""

    def __init__(self, entities: Entities, intake: Intake) -> None:
        self._entities = entities
        self._intake = intake
        self._things: dict[str, tuple[int, EntityType, str]] = {}
        self._statements: list[dict[str, Any]] = []
        self._names: list[dict[str, Any]] = []

    def add(self, line: int, entity: dict[str, Any], dataset: str) -> None:
        """Note one entity; files what has gathered when it is much."""
        made, schema = entity["id"], entity["schema"]
        if (known := has_schema(schema)) is False:
            self._intake.warn(line, "schema", f"schema {schema} is not in the model; it is kept as it is")
        thing = TYPES.get(schema, EntityType.RECORD)
        before = self._things.get(made)
        if before is not None and before[1] is not thing:
            raise BadLine("type", f"{made} was a {before[1]} in line {before[0]} and is a {thing} here")
        self._things[made] = (line, thing, dataset)
        seen = [str(entity.get(key) or "")[:32] for key in ("first_seen", "last_seen")]
        said = {"schema": schema, "dataset": dataset, "first_seen": seen[0], "last_seen": seen[1]}
        self._statements.append(statement_row(made, SCHEMA, schema, **said))
        for prop, values in entity["properties"].items():
            if known and is_known(schema, prop) is False:
                self._intake.warn(
                    line, "property", f"{schema} has no property {prop} in the model; it is kept as it is"
                )
            sort = prop_type(schema, prop)
            for value in values:
                ref = value if sort == "entity" else ""
                self._statements.append(statement_row(made, prop, value, prop_type=sort, ref=ref, **said))
                if prop in NAMES and thing is not EntityType.RECORD:
                    self._name(line, made, prop, value, dataset)
        for key in entity.keys() - {"id", "schema", "properties"}:
            value = json.dumps(entity[key], ensure_ascii=False, sort_keys=True)
            self._statements.append(statement_row(made, f"@{key}"[:100], value, prop_type="json", **said))
        if len(self._statements) > _BATCH:
            self.file()

    def _name(self, line: int, entity: str, prop: str, value: str, dataset: str) -> None:
        kind, strength = NAMES[prop]
        text = "".join(letter for letter in value if letter not in _HARMLESS)
        faults = hazards(text)
        note = ""
        if any(fault.is_fatal for fault in faults):
            text = "".join(
                letter
                for letter in text
                if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
            )[:1000]
        for fault in faults:
            self._intake.warn(line, fault.code, f"{prop} of {entity}: {fault.message}")
            if fault.code != "two_scripts":
                strength, note = Strength.NEVER_AUTO, fault.message
        if any(letter.isalnum() for letter in text):
            self._names.append(
                name_row(
                    entity, text, script_of(text), kind=kind, strength=strength, dataset=dataset, note=note
                )
            )

    def file(self) -> None:
        """File what has gathered: entities that are new, and rows that are not there yet."""
        there = self._entities.by_ids(self._things)
        for entity, (line, thing, _) in self._things.items():
            if entity not in there:
                self._intake.added["entities"] += 1
            elif there[entity].type is not thing:
                said = f"{entity} is a {there[entity].type} in this case, not a {thing}"
                raise BadEntityFile(
                    f"{self._intake.path.name}, line {line} (type): {said}", "Give that entity another id."
                )
            else:
                self._intake.known["entities"] += 1
        fresh = [
            {"id": entity, "type": thing, "dataset": dataset}
            for entity, (_, thing, dataset) in self._things.items()
            if entity not in there
        ]
        self._entities.file(tables.entity, fresh)
        for name, table, rows in (
            ("statements", tables.entity_statement, self._statements),
            ("names", tables.entity_name, self._names),
        ):
            added = self._entities.file(table, rows)
            self._intake.added[name] += added
            self._intake.known[name] += len(rows) - added
        self._things, self._statements, self._names = {}, [], []
