"""An exhibit, and a restriction, as they are written down."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from siteline.evidence.custody.restrictions import Restriction
from siteline.evidence.custody.rows import canonical
from siteline.model.errors import BrokenCustody
from siteline.model.exhibit import Exhibit

FIELDS = tuple(field.name for field in fields(Exhibit))


def write_exhibit(exhibit: Exhibit) -> str:
    """An exhibit as the text whose hash stands in the log."""
    return canonical({name: getattr(exhibit, name) for name in FIELDS})


def read_exhibit(noun: str) -> Exhibit:
    """The exhibit that `write_exhibit` wrote."""
    try:
        told = json.loads(noun)
        return Exhibit(**{name: told[name] for name in FIELDS})
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BrokenCustody(
            "the row of an exhibit was altered", "Name it: siteline evidence verify"
        ) from error


def as_dict(said: Restriction) -> dict[str, Any]:
    """A restriction as its readers see it."""
    told: dict[str, Any] = {"why": said.why, "readers": list(said.readers)}
    return told | ({"through": said.through} if said.through else {})
