"""Counts over time, as they are read: series with gaps, comparisons, a table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from siteline.claims.table import write_table
from siteline.findings.activity import make_series, say_counters
from siteline.model.activity import CountChange, CountedLook, CountSeries
from siteline.model.errors import NotFound
from siteline.workbench.activity.counting import tell_count
from siteline.workbench.case import Case

SHAPE = "counts/1"
_COLUMNS = (
    "site", "what", "place", "acquired", "first_day", "last_day", "scene", "low", "high", "not_seen", "said_by",
    "counter", "counter_low", "counter_high", "status", "count_id", "pixel_m", "sensor", "note",
)  # fmt: skip


def series_of(
    case: Case, site_id: str, what: str = "", zone: str = "", as_of: datetime | None = None
) -> tuple[CountSeries, ...]:
    """
    Series of a site, all or those of one sort of thing or place.

    Raises NotFound where something was asked for that nobody counted.
    """
    case.register.get(site_id, as_of)
    scenes = {scene.id: scene for scene in case.scenes.all(site_id, as_of)}
    survey = case.surveys.newest(site_id, as_of)
    every = make_series(case.counts.all(site_id, as_of), scenes, survey.looks if survey else ())
    fitting = tuple(
        one
        for one in every
        if (not what or one.what.casefold() == what.casefold())
        and (not zone or one.place.casefold() == zone.casefold())
    )
    if not fitting and (what or zone):
        known = "; ".join(f"{one.what} in {one.place}" for one in every) or "nothing"
        asked = " in ".join(filter(None, [what or "anything", zone]))
        raise NotFound(f"nobody counted {asked} at {site_id}", f"Counted there: {known}.")
    return fitting


def describe_counts(
    case: Case,
    site_id: str,
    what: str = "",
    zone: str = "",
    *,
    every: bool = False,
    as_of: datetime | None = None,
) -> dict[str, Any]:
    """The interchange document of a site's counts; `every`: with what was rejected or counted anew."""
    told: dict[str, Any] = {
        "siteline": SHAPE,
        "site": site_id,
        "series": [_tell_series(one) for one in series_of(case, site_id, what, zone, as_of)],
    }
    if every:
        told["all"] = [tell_count(one) for one in case.counts.all(site_id, as_of)]
    return told


def tell_counts(series: CountSeries) -> list[tuple[str, ...]]:
    """One line of words for each image of a series."""
    return [
        (
            look.acquired.text[:10],
            look.scene_id,
            str(look.counted) if look.counted is not None else "could not be seen",
            say_counters(look) if look.counted is not None else f"{look.reason} ({look.said_by})",
            ", ".join(one.id for one in look.counts),
        )
        for look in series.looks
    ]


def table_of(series: tuple[CountSeries, ...]) -> str:
    """All series as CSV, a line for each counter and image, that no spreadsheet runs."""
    rows = []
    for one in series:
        for look in one.looks:
            for filed in look.counts or (None,):
                own = filed.count.counted if filed is not None else None
                rows.append(
                    {
                        "site": one.site_id,
                        "what": one.what,
                        "place": one.place,
                        "acquired": look.acquired.text,
                        "first_day": look.acquired.first_day.isoformat(),
                        "last_day": look.acquired.last_day.isoformat(),
                        "scene": look.scene_id,
                        "low": look.counted.low if look.counted is not None else "",
                        "high": look.counted.high if look.counted is not None else "",
                        "not_seen": look.reason,
                        "said_by": look.said_by,
                        "counter": filed.counter if filed is not None else "",
                        "counter_low": own.low if own is not None else "",
                        "counter_high": own.high if own is not None else "",
                        "status": filed.status.value if filed is not None else "",
                        "count_id": filed.id if filed is not None else "",
                        "pixel_m": "" if look.gsd_m is None else f"{look.gsd_m:g}",
                        "sensor": look.sensor,
                        "note": filed.count.note if filed is not None else "",
                    }
                )
    return write_table(_COLUMNS, ({name: str(value) for name, value in row.items()} for row in rows))


def _tell_series(series: CountSeries) -> dict[str, Any]:
    return {
        "what": series.what,
        "place": series.place,
        "looks": [_tell_look(look) for look in series.looks],
        "uncounted": series.uncounted,
        "comparisons": [_tell_change(change) for change in series.changes],
    }


def _tell_look(look: CountedLook) -> dict[str, Any]:
    return {
        "scene": look.scene_id,
        "acquired": look.acquired.text,
        "from": look.acquired.first_day.isoformat(),
        "to": look.acquired.last_day.isoformat(),
        "observation": look.kind.value,
        "count": look.counted.as_dict() if look.counted is not None else None,
        "reason": look.reason or None,
        "said_by": look.said_by or None,
        "agreed": look.agreed,
        "gsd_m": look.gsd_m,
        "sensor": look.sensor or None,
        "counts": [tell_count(one) for one in look.counts],
    }


def _tell_change(change: CountChange) -> dict[str, Any]:
    return {
        "from": change.earlier.scene_id,
        "to": change.later.scene_id,
        "verdict": change.verdict.value,
        "said": change.said,
        "caveats": list(change.caveats),
    }
