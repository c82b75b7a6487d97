"""Listings in a FollowTheMoney dump: JSON lines, sanctions nested in their targets or as entities of their own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from siteline.ledger.components.markings import cleaned
from siteline.ledger.components.regimes.eu import MAKERS
from siteline.model.cells import CellFault
from siteline.model.errors import BadComponents
from siteline.model.regime import Listing
from siteline.model.remark import Remark

_LONGEST = 32 * 2**20
"""Bytes of one line."""


def read_ftm(
    path: Path,
) -> tuple[tuple[Listing, ...], tuple[CellFault, ...], tuple[tuple[str, int], ...], tuple[Remark, ...]]:
    """
    Listings, faults by line, what was not loaded by kind, and what the reader must be told.

    The file is read twice, line by line; only the sanctions are held. Raises BadComponents where no line can be read.
    """
    faults = list[CellFault]()
    sanctions: dict[str, list[dict[str, Any]]] = {}
    lines = 0
    for _, entity in _entities(path, faults.append):
        lines += 1
        if entity.get("schema") == "Sanction":
            for target in _texts(entity, "entity"):
                sanctions.setdefault(target, []).append(entity)
    if not lines:
        raise BadComponents(
            f"{path.name}: no line of it is an entity" + (f" ({faults[0]})" if faults else ""),
            "A dump has one JSON object a line, with id, schema and properties.",
        )
    found, left, bare = list[Listing](), Counter[str](), 0
    for number, entity in _entities(path, lambda _: None):
        schema = str(entity.get("schema"))
        nested = _nested(entity)
        own = [*nested, *sanctions.get(str(entity.get("id")), ())]
        if schema == "Sanction":
            continue
        if schema not in MAKERS:
            left[schema] += bool(own)
            continue
        if not own:
            bare += "sanction" in _texts(entity, "topics")
            continue
        for sanction in own:
            try:
                found.append(_listing(entity, sanction))
            except ValueError as error:
                faults.append(CellFault(number, "startDate", "date", str(error)))
    told = []
    if bare:
        told.append(
            Remark(
                path.name,
                f"{bare} companies are marked as sanctioned, but no sanction with an act and a day is in the file",
            )
        )
    return (
        tuple(dict.fromkeys(found)),
        tuple(faults),
        tuple(sorted((k, n) for k, n in left.items() if n)),
        tuple(told),
    )


def _entities(path: Path, tell: Callable[[CellFault], None]) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with path.open("rb") as file:
            number = 0
            while raw := file.readline(_LONGEST + 1):
                number += 1
                if len(raw) > _LONGEST:
                    raise BadComponents(f"{path.name}, line {number}: longer than {_LONGEST >> 20} MiB")
                if not raw.strip():
                    continue
                entity = _entity(raw)
                if entity is None:
                    tell(CellFault(number, "", "entity", "no JSON object with schema and properties"))
                else:
                    yield number, entity
    except OSError as error:
        raise BadComponents(
            f"cannot read {path.name}: {(error.strerror or str(error)).lower()}", "Check the path."
        ) from error


def _entity(raw: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    is_one = isinstance(found, dict) and isinstance(found.get("properties"), dict) and "schema" in found
    return found if is_one else None


def _listing(entity: Mapping[str, Any], sanction: Mapping[str, Any]) -> Listing:
    act = _first(sanction, "provisions", "unscId", "authority") or "act not given"
    programmes = _texts(sanction, "programId") or _texts(sanction, "program") or ["unknown"]
    return Listing(
        programme=programmes[0],
        legal_act=act,
        measure=_first(sanction, "measures", "status") or "not given",
        since=_day(sanction, "listingDate", "startDate"),
        until=_day(sanction, "endDate"),
        names=tuple(
            dict.fromkeys(
                [*_texts(entity, "name"), *_texts(entity, "alias"), *_texts(entity, "previousName")]
            )
        )
        or (str(entity.get("caption") or entity.get("id")),),
        weak_names=tuple(_texts(entity, "weakAlias")),
        countries=tuple(c.upper() for c in _texts(entity, "country") + _texts(entity, "jurisdiction")),
        identifiers=tuple(
            f"{kind} {value}"
            for kind in ("registrationNumber", "taxNumber", "leiCode", "innCode", "ogrnCode", "idNumber")
            for value in _texts(entity, kind)
        ),
        record=str(entity.get("id", "")),
        reason=_first(sanction, "reason")[:10_000],
        url=_first(sanction, "sourceUrl"),
        amended_by=tuple(_texts(sanction, "modifiedAt")),
    )


def _nested(entity: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Sanctions inside their target, as objects."""
    held = entity["properties"].get("sanctions")
    listed = held if isinstance(held, list) else []
    return [s for s in listed if isinstance(s, dict)]


def _texts(entity: Mapping[str, Any], prop: str) -> list[str]:
    """The values of a property; a nested entity stands for its id."""
    properties = entity.get("properties")
    values = properties.get(prop) if isinstance(properties, dict) else None
    values = values if isinstance(values, list) else [values]
    texts = [str(v.get("id", "")) if isinstance(v, dict) else str(v) for v in values if v is not None]
    return [text for text in map(cleaned, texts) if text]


def _first(entity: Mapping[str, Any], *props: str) -> str:
    return next((text for prop in props for text in _texts(entity, prop)), "")


def _day(sanction: Mapping[str, Any], *props: str) -> date | None:
    """The earliest day; a month or a year alone is no day, and counts as not given."""
    days = []
    for prop in props:
        for text in _texts(sanction, prop):
            if len(text) in (4, 7):
                continue
            days.append(date.fromisoformat(text[:10]))
        if days:
            return min(days)
    return None
