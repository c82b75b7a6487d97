"""Each table of this room as CSV, out and back: ids come from content, so that a line that was altered is noticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TextIO

import sqlalchemy as sa

from siteline.entities.exchange.intake import Intake
from siteline.entities.exchange.tabular import read_rows, write_rows
from siteline.entities.hazards import hazards, shown
from siteline.entities.register import Entities
from siteline.entities.rows import edge_row, name_row, statement_row
from siteline.entities.spelling.scripts import script_of
from siteline.model.entity import EdgeKind, EntityType, IdentityVerdict, NameKind, Strength
from siteline.model.errors import BadEntity, SitelineError
from siteline.store import tables

_BATCH = 500
_SIGNED = ("created_by", "created_at")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One table as a sheet."""

    table: sa.Table
    required: tuple[str, ...]
    optional: tuple[str, ...]
    read: Callable[[Mapping[str, str]], dict[str, Any]]
    """A row from cells; raises ValueError or a refusal."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of an export, in the table's order, who and when last."""
        return tuple(c.name for c in self.table.columns if c.name not in ("seq", "ref"))


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat() if text else ""


def _entity(cells: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": _id(cells["id"]),
        "type": EntityType(cells["type"]),
        "dataset": cells.get("dataset") or "case",
    }


def _name(cells: Mapping[str, str]) -> dict[str, Any]:
    text = cells["text"]
    for hazard in hazards(text):
        if hazard.is_fatal:
            raise BadEntity(hazard.message)
    return name_row(
        _id(cells["entity_id"]),
        text,
        script_of(text),
        lang=cells.get("lang", ""),
        kind=NameKind(cells["kind"]),
        strength=Strength(cells.get("strength") or "strong"),
        system=cells.get("system", ""),
        valid_from=_day(cells.get("valid_from", "")),
        valid_to=_day(cells.get("valid_to", "")),
        source=cells.get("source", ""),
        dataset=cells.get("dataset") or "case",
        note=cells.get("note", ""),
    )


def _statement(cells: Mapping[str, str]) -> dict[str, Any]:
    is_entity = cells.get("prop_type") == "entity"
    return statement_row(
        _id(cells["entity_id"]),
        cells["prop"],
        cells["value"],
        schema=cells.get("schema", ""),
        prop_type=cells.get("prop_type", ""),
        original_value=cells.get("original_value", ""),
        lang=cells.get("lang", ""),
        dataset=cells.get("dataset") or "case",
        origin=cells.get("origin", ""),
        first_seen=cells.get("first_seen", ""),
        last_seen=cells.get("last_seen", ""),
        external=cells.get("external", "") in ("1", "true", "t"),
        ref=cells["value"] if is_entity else "",
    )


def _edge(cells: Mapping[str, str]) -> dict[str, Any]:
    odds = cells.get("probability", "")
    probability = float(odds) if odds else None
    if probability is not None and not 0 <= probability <= 1:
        raise BadEntity(f"a probability of {odds}; it is between 0 and 1")
    return edge_row(
        EdgeKind(cells["kind"]),
        _id(cells["a"]),
        _id(cells["b"]),
        valid_from=_day(cells.get("valid_from", "")),
        valid_to=_day(cells.get("valid_to", "")),
        source=cells.get("source", ""),
        dataset=cells.get("dataset") or "case",
        probability=probability,
        note=cells.get("note", ""),
    )


def _judgement(cells: Mapping[str, str]) -> dict[str, Any]:
    verdict = IdentityVerdict(cells["verdict"])
    if not cells["why"].strip():
        raise BadEntity("a judgement without its reason")
    return {
        "id": _id(cells["id"])[:26],
        "a": _id(cells["a"]),
        "b": _id(cells["b"]),
        "verdict": verdict,
        "why": cells["why"],
    }


def _withdrawal(cells: Mapping[str, str]) -> dict[str, Any]:
    if not cells["why"].strip():
        raise BadEntity("a withdrawal without its reason")
    return {"row_id": _id(cells["row_id"]), "why": cells["why"]}


def _id(text: str) -> str:
    if not text or len(text) > 200 or not text.isprintable() or any(letter.isspace() for letter in text):
        raise BadEntity(f"{shown(text)!r} is no id: up to 200 visible characters without spaces")
    return text


SHEETS = {
    "entities": _Sheet(tables.entity, ("id", "type"), ("dataset",), _entity),
    "names": _Sheet(
        tables.entity_name,
        ("entity_id", "text", "kind"),
        ("id", "lang", "script", "strength", "system", "valid_from", "valid_to", "source", "dataset", "note"),
        _name,
    ),
    "statements": _Sheet(
        tables.entity_statement,
        ("entity_id", "prop", "value"),
        (
            "id", "canonical_id", "schema", "prop_type", "original_value", "lang", "dataset", "origin",
            "first_seen", "last_seen", "external",
        ),
        _statement,
    ),
    "edges": _Sheet(
        tables.entity_edge,
        ("kind", "a", "b"),
        ("id", "valid_from", "valid_to", "source", "dataset", "probability", "note"),
        _edge,
    ),
    "judgements": _Sheet(tables.entity_judgement, ("id", "a", "b", "verdict", "why"), (), _judgement),
    "withdrawals": _Sheet(tables.entity_withdrawal, ("row_id", "why"), (), _withdrawal),
}  # fmt: skip
"""Sheets in the order in which they must be read into an empty case."""


def sheet_of(columns: list[str]) -> str | None:
    """Which table a header is that of; the one with most columns in common if several fit."""
    fitting = {name: sheet for name, sheet in SHEETS.items() if set(sheet.required) <= set(columns)}
    scored = {n: len(set(columns) & {*s.required, *s.optional}) for n, s in fitting.items()}
    return max(scored, key=lambda name: scored[name]) if scored else None


def export_table(entities: Entities, name: str, out: TextIO, as_of: datetime | None = None) -> int:
    """Write one table as it was at a moment (None: now); returns its rows."""
    sheet = SHEETS[name]

    def cells() -> Iterator[list[str]]:
        for page in entities.pages(sheet.table, as_of):
            for row in page:
                yield ["" if (v := getattr(row, column)) is None else str(v) for column in sheet.columns]

    return write_rows(out, sheet.columns, cells())


def import_table(entities: Entities, intake: Intake, name: str) -> None:
    """Take in a CSV of one of our tables, all of it or nothing; rows that are there already are left alone."""
    sheet = SHEETS[name]
    columns, rows = read_rows(intake.path)
    ours = {*sheet.required, *sheet.optional, *_SIGNED}
    for odd in (column for column in columns if column not in ours):
        intake.warn(1, "columns", f"column {shown(odd)!r} is not known and was not read")
    batch: list[tuple[int, dict[str, str], dict[str, Any]]] = []
    for line, cells in rows:
        try:
            row = sheet.read(cells)
        except (ValueError, BadEntity) as error:
            intake.reject(line, "value", str(error), " | ".join(cells.values()))
            continue
        if cells.get("id") and row.get("id") and cells["id"] != row["id"] and name in ("names", "edges"):
            intake.warn(
                line, "altered", f"{cells['id']} was altered since it was exported; it is filed as a new row"
            )
        batch.append((line, cells, row))
        if len(batch) == _BATCH:
            _file(entities, intake, name, batch)
            batch = []
    _file(entities, intake, name, batch)


def _file(
    entities: Entities, intake: Intake, name: str, batch: list[tuple[int, dict[str, str], dict[str, Any]]]
) -> None:
    """File rows, each held against what is there."""
    table = SHEETS[name].table
    if name in ("names", "statements", "judgements"):
        ends = ("entity_id",) if name != "judgements" else ("a", "b")
        there = entities.by_ids({row[end] for _, _, row in batch for end in ends})
        good = []
        for line, cells, row in batch:
            lacking = next((row[end] for end in ends if row[end] not in there), None)
            if lacking is not None:
                text = " | ".join(cells.values())
                intake.reject(
                    line, "entity", f"no entity {shown(lacking)!r}", text, "Import the entities first."
                )
            else:
                good.append(row)
        _count(intake, name, len(good), entities.file(table, good))
    elif name == "entities":
        rows = [row for _, _, row in batch]
        there = entities.by_ids(row["id"] for row in rows)
        for line, cells, row in batch:
            if row["id"] in there and there[row["id"]].type is not row["type"]:
                text = " | ".join(cells.values())
                intake.reject(
                    line, "type", f"{row['id']} is a {there[row['id']].type} here, not a {row['type']}", text
                )
        _count(intake, name, len(rows), entities.file(table, rows))
    else:
        for line, cells, row in batch:
            try:
                added = (
                    entities.bind([row]) if name == "edges" else entities.retract(row["row_id"], row["why"])
                )
                _count(intake, name, 1, int(added))
            except SitelineError as error:
                intake.reject(line, "refused", str(error), " | ".join(cells.values()), error.hint)


def _count(intake: Intake, name: str, all_rows: int, added: int) -> None:
    intake.added[name] += added
    intake.known[name] += all_rows - added
