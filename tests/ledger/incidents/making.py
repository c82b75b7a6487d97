"""Invented tables of reports and public numbers, and a case to file them in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from siteline.ledger.incidents.observing import Reading
from siteline.ledger.incidents.reading import FORMATS, Read, read_file
from siteline.ledger.incidents.rows import Incidents
from siteline.ledger.incidents.weapons import built_in
from siteline.model.casualty import NumberClaim, Scope
from siteline.model.incident import Edition
from siteline.store.db import Database

AIRFORCE = (
    "time_start", "time_end", "model", "launch_place", "target", "launched", "destroyed", "launched_details", "source",
)  # fmt: skip


def table(rows: Iterable[Mapping[str, object]], heads: Iterable[str] = AIRFORCE) -> bytes:
    """A CSV file of these rows; what a row does not say is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(heads), restval="")
    writer.writeheader()
    writer.writerows(dict(row) for row in rows)
    return out.getvalue().encode()


def night(day: str, model: str, launched: object = 1, **more: object) -> dict[str, object]:
    """A row of a tally that names a day."""
    return {
        "time_start": day, "time_end": day, "model": model, "launched": launched, "destroyed": 0, "target": "Ukraine",
        **more,
    }  # fmt: skip


def read(content: bytes, form: str = "ua-airforce", **options: object) -> Read:
    """A file read as the command reads it."""
    how = Reading(built_in(), FORMATS[form].ZONE, options.pop("war_zone", None))  # type: ignore[arg-type]
    return read_file(content, "made.csv", form, how, **options)  # type: ignore[arg-type]


def open_ledger(folder: Path) -> tuple[Database, Incidents]:
    """An empty ledger."""
    db = Database(f"sqlite:///{folder / 'case.db'}", "A. Analyst")
    db.upgrade()
    return db, Incidents(db)


def filed(incidents: Incidents, content: bytes, name: str = "one", form: str = "ua-airforce") -> Edition:
    """A file as an edition."""
    found = read(content, form)
    made = Edition(
        name.ljust(26, "x"), form, name, name.ljust(64, "0"), form, "", "", FORMATS[form].ZONE, len(found.reports), 0
    )  # fmt: skip
    return incidents.file(made, found.reports, found.claims)


def claim(
    name: str, low: int | None, start: str = "2024-01-01", end: str = "2024-01-31", *, place: tuple[str, ...] = (),
    weapons: Iterable[str] = (), victims: str = "people", lineage: str = "", key: str = "killed",
    high: int | None = None, conditions: tuple[str, ...] = (), whole_attack: bool = False, line: int = 1,
    unit: str = "people", published: str = "2024-02-01", note: str = "", claimant: str = "",
) -> NumberClaim:  # fmt: skip
    """A public number about one scope."""
    scope = Scope(
        date.fromisoformat(start), date.fromisoformat(end), place, frozenset(weapons), victims, whole_attack
    )
    return NumberClaim(
        name, lineage or name, key, "", low, high, high is not None, unit, str(low), scope, claimant, published, "",
        conditions, "", note, line,
    )  # fmt: skip
