"""The report of an incident that a recovery names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from siteline.model.errors import BadInput, NotFound
from siteline.workbench.case import Case

SHORTEST = 8
"""Letters of a report's id that a recovery must give to mean it."""


def report_of(case: Case, said: str, as_of: datetime | None = None) -> dict[str, Any] | None:
    """The report that a recovery names by its id; None where it names something else."""
    if len(said.strip()) < SHORTEST:
        return None
    try:
        edition, kept = case.incidents.report(said.strip(), as_of)
    except (NotFound, BadInput):
        return None
    report = kept.report
    return {
        "id": kept.id,
        "day": report.window.day,
        "class": report.class_text,
        "place": report.spot.text,
        "dataset": edition.dataset,
        "edition": edition.name,
    }
