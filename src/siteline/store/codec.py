"""Nouns to JSON and back: what is filed in a row, hashed in a recipe, or read by another version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypeVar

import cattrs
from shapely import from_wkt, to_wkt
from shapely.geometry.base import BaseGeometry

T = TypeVar("T")


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=False)
    for kind in (date, datetime):
        converter.register_unstructure_hook(kind, lambda moment: moment.isoformat())
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    converter.register_unstructure_hook_func(
        lambda kind: getattr(kind, "__origin__", kind) is frozenset,
        sorted,  # equal sets give equal text
    )
    converter.register_unstructure_hook_func(
        lambda kind: isinstance(kind, type) and issubclass(kind, BaseGeometry),
        lambda shape: to_wkt(shape, rounding_precision=-1),
    )
    converter.register_structure_hook_func(
        lambda kind: isinstance(kind, type) and issubclass(kind, BaseGeometry), lambda text, _: from_wkt(text)
    )
    converter.register_structure_hook_func(
        lambda kind: getattr(kind, "__origin__", kind) is Mapping,
        lambda pairs, _: MappingProxyType(dict(pairs)),
    )
    converter.register_unstructure_hook_func(
        lambda kind: kind is MappingProxyType or getattr(kind, "__origin__", kind) is Mapping,
        lambda pairs: _plain(pairs),
    )
    return converter


def _plain(value: Any) -> Any:
    """Nested read-only mappings and tuples as dicts and lists."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


_CONVERTER = _converter()


def to_json(noun: Any) -> str:
    """A noun as canonical JSON text: equal nouns give equal text."""
    return json.dumps(
        _CONVERTER.unstructure(noun),
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=True,
    )


def from_json(kind: type[T], text: str) -> T:
    """The noun of type `kind` that `to_json` wrote."""
    return _CONVERTER.structure(json.loads(text), kind)


def digest(*parts: str | bytes) -> str:
    """SHA-256 over parts, each with its length, so that no two lists of parts collide."""
    total = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        total.update(len(raw).to_bytes(8, "big"))
        total.update(raw)
    return total.hexdigest()
