"""Single cells of a table of claims, each read or refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from siteline.claims.table import Row
from siteline.model.cells import CellRefused
from siteline.model.claim import Access, Asked, Attribution, Hedge, HedgeKind, Translation
from siteline.model.errors import BadInput
from siteline.model.interval import Period

Lookup = Callable[[str], tuple[str, str]]
"""(id, SHA-256) of the exhibit that a cell names by either; raises KeyError."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


def read_period(row: Row, column: str) -> Period | None:
    """Days; None for an empty cell."""
    said = row.text(column)
    if not said:
        return None
    try:
        return Period.parse(said)
    except BadInput as error:
        raise CellRefused(column, "bad_date", str(error)) from error


def read_url(row: Row) -> str:
    """An http address; "" for an empty cell."""
    said = row.text("url")
    if not said:
        return ""
    try:
        parts = urlsplit(said)
        is_web = (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and said.isprintable()
            and " " not in said
        )
    except ValueError:
        is_web = False
    if not is_web:
        raise CellRefused("url", "bad_url", f"{said[:80]!a} is no http address")
    return said


def read_exhibits(row: Row, column: str, exhibit: Lookup) -> tuple[str, ...]:
    """Ids of the exhibits that a cell names, by blanks."""
    return tuple(look_up(row, column, said, exhibit)[0] for said in row.text(column).split())


def look_up(row: Row, column: str, said: str, exhibit: Lookup) -> tuple[str, str]:
    """(id, SHA-256) of the exhibit that a cell names."""
    try:
        return exhibit(said)
    except KeyError as error:
        text = f"no exhibit {said[:64]!r} in this case; take it into custody first"
        raise CellRefused(column, "no_exhibit", text) from error


def read_language(row: Row) -> str:
    """A language tag; `und` for an empty cell."""
    said = row.text("language") or "und"
    if not _LANGUAGE.fullmatch(said):
        raise CellRefused(
            "language", "bad_language", f"{said[:40]!a} is no language tag such as ko or sr-Latn"
        )
    return said


def read_translation(row: Row) -> Translation | None:
    """A translation, as a JSON object; None for an empty cell."""
    told = _json(row, "translation", dict)
    if not told:
        return None
    read: Translation = _built(row, "translation", lambda: Translation(**_texts(told, ("is_machine",))))
    return read


def read_asked(row: Row) -> Asked | None:
    """Who asked, when and how, as a JSON object; None for an empty cell."""
    told = _json(row, "asked", dict)
    if not told:
        return None
    when = told.pop("when", "")
    span = Period.parse(str(when)) if when else None
    read: Asked = _built(row, "asked", lambda: Asked(**_texts(told), when=span))
    return read


def read_hand(told: Mapping[str, Any]) -> Attribution:
    """One hand of a chain of attribution."""
    texts = _texts(told, ("is_anonymous",))
    return Attribution(**{**texts, "role": Access(texts.get("role", "unknown"))})


def read_hedge(told: Mapping[str, Any]) -> Hedge:
    """One hedge."""
    places = {name: int(told[name]) for name in ("start", "end") if told.get(name) is not None}
    return Hedge(str(told["text"]), HedgeKind(told.get("kind", "epistemic")), **places)


def read_nouns(row: Row, column: str, build: Callable[[Mapping[str, Any]], Any]) -> tuple[Any, ...]:
    """Nouns, as a JSON list of objects."""
    told = _json(row, column, list)
    read: tuple[Any, ...] = _built(row, column, lambda: tuple(build(dict(one)) for one in told))
    return read


def _texts(told: Mapping[str, Any], flags: Sequence[str] = ()) -> dict[str, Any]:
    return {name: _flag(value) if name in flags else str(value) for name, value in told.items()}


def _flag(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().casefold() in ("yes", "true", "1")
    return bool(value)


def _json(row: Row, column: str, kind: type[Any]) -> Any:
    said = row.text(column)
    if not said:
        return kind()
    try:
        told = json.loads(said)
    except (ValueError, RecursionError) as error:
        raise CellRefused(column, "bad_json", f"not JSON: {said[:60]!r}") from error
    if not isinstance(told, kind):
        raise CellRefused(column, "bad_json", f"a JSON {'list' if kind is list else 'object'} is wanted")
    return told


def _built(row: Row, column: str, build: Callable[[], Any]) -> Any:
    try:
        return build()
    except (TypeError, ValueError, OverflowError, KeyError, BadInput) as error:
        raise CellRefused(column, "bad_json", f"it does not say what it must: {str(error)[:120]}") from error


def read_short(row: Row, column: str, longest: int, required: bool = False) -> str:
    """A short printable text."""
    said = row.text(column)
    if required and not said:
        raise CellRefused(column, f"no_{column}", "the cell is empty")
    if len(said) > longest:
        raise CellRefused(column, "too_long", f"{len(said)} characters; {longest} are the most")
    if not said.isprintable():
        raise CellRefused(column, "unprintable", f"{said[:60]!a} has characters that cannot be printed")
    return said
