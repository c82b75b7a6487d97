"""Wrecks as the incident ledger asks for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from siteline.ledger.components.ordering import natural
from siteline.workbench.case import Case
from siteline.workbench.ledger.components.ledger import PartsLedger
from siteline.workbench.ledger.linking import SHORTEST


def wrecks_of(case: Case, report: str, key: str, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Wrecks whose recoveries name a report, by its id, the start of it, or its key in its own data set."""
    found: dict[str, list[str]] = {}
    for part in PartsLedger(case, as_of).parts:
        said = part.recovery.incident.strip()
        is_id = len(said) >= SHORTEST and report.startswith(said.lower())
        if said and (is_id or said == key):
            found.setdefault(part.recovery.wreck, []).append(part.source.name)
    return [
        {"wreck": wreck, "parts": len(sources), "sources": sorted(set(sources))}
        for wreck, sources in sorted(found.items(), key=lambda one: natural(one[0]))
    ]
