"""Invented recoveries: nobody's wrecks, nobody's parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from siteline.ledger.components.exporting import write_table
from siteline.ledger.components.intake import Intake, read_parts
from siteline.ledger.components.register import key_of
from siteline.ledger.components.tables import read_table
from siteline.model.component import Attribution, Days, Item, LedgerSource, Part, Recovery

INSTITUTE, PAPER = "Institute A", "Newspaper B"


def make_part(**changed: Any) -> Part:
    """One part on one list; any field of any of its nouns by its own name."""
    source = {
        "name": INSTITUTE,
        "list": "first list",
        "published": date(2024, 2, 20),
        "provides": ("place", "date"),
    }
    wreck = {
        "wreck": "W1",
        "weapons": ("KN-23",),
        "weapon_country": "KP",
        "days": Days(date(2024, 1, 2), date(2024, 1, 2)),
    }
    item: dict[str, Any] = {"tag": "1", "label": "microcontroller"}
    made: dict[str, Any] = {"manufacturer": ("Acme",), "seat": ("US",), "made_in": ("TW",)}
    for kind, noun in ((LedgerSource, source), (Recovery, wreck), (Item, item), (Attribution, made)):
        noun.update({name: changed.pop(name) for name in list(changed) if name in kind.__dataclass_fields__})
    assert not changed, f"no such fields: {changed}"
    part = Part(LedgerSource(**source), Recovery(**wreck), Item(**item), Attribution(**made))
    return replace(part, key=key_of(part))


def table(*rows: dict[str, str]) -> bytes:
    """Rows as CSV, with a column for each name that any of them has."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return write_table(columns, [[row.get(name, "") for name in columns] for row in rows]).encode()


def row(**changed: str) -> dict[str, str]:
    """One line of a table."""
    return {
        "wreck": "W1", "weapon": "KN-23", "weapon_country": "KP", "recovered": "2024-01-02", "item": "1",
        "label": "microcontroller", "manufacturer": "Acme", "seat_country": "US", "made_in": "Taiwan",
        "source": INSTITUTE, "list": "first list", "published": "2024-02-20", **changed,
    }  # fmt: skip


def read(*rows: dict[str, str]) -> Intake:
    """Lines as they are taken in."""
    return read_parts(read_table(table(*rows), "parts.csv"))
