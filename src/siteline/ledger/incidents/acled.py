"""Events in the columns of ACLED, with its rules for fatalities."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from siteline.ledger.incidents.cells import FIRST_YEAR, LAST_YEAR, Row, zone_of
from siteline.ledger.incidents.observing import Reading
from siteline.model.dates import MONTHS
from siteline.model.incident import Report, Spot, Toll, Window
from siteline.model.shown import plain

NEEDED = ("event_id_cnty", "event_date", "event_type", "country", "fatalities")
KEY = ("event_id_cnty",)
LOOSE_KEY = KEY
ZONE = "UTC"
WORDS = {"tens": 10, "dozens": 12, "hundreds": 100}
"""What ACLED's codebook makes of a vague number."""

_UNKNOWN = {"unknown", "several", "many", "few", "some", "?"}
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_IN_WORDS = re.compile(r"([0-9]{1,2})[ -]([A-Za-z]+)[ -]([0-9]{4})")
_WAR_ZONE, _ELSEWHERE = 10, 3
_RANGE = re.compile(r"([0-9]+)\s*(?:-|–|to)\s*([0-9]+)")
_PRECISION = {1: "locality", 2: "district", 3: "province"}


def read(row: Row, how: Reading) -> Report:
    """One event; raises CellRefused."""
    lat, lon = row.decimal("latitude", -90, 90), row.decimal("longitude", -180, 180)
    if not row.text("event_id_cnty"):
        row.refuse("event_id_cnty", "no_id", "the event has no id")
    text = row.text("sub_event_type") or row.text("event_type")
    toll = _fatalities(row, how)
    civilians = row.text("civilian_targeting")
    tolls = [toll, replace(toll, victims="civilians")] if civilians else [toll]
    return Report(
        key=row.text("event_id_cnty"),
        window=_window(row, how.zone),
        spot=Spot(
            row.text("location"),
            row.text("country"),
            row.text("admin1"),
            row.text("location"),
            lat,
            lon,
            _PRECISION.get(row.whole("geo_precision") or 0, "unknown"),
        ),
        class_text=text,
        observations=(),
        launched=None,
        intercepted=None,
        tolls=tuple(tolls),
        reporter=row.text("source"),
        cells=row.cells,
    )


def _fatalities(row: Row, how: Reading) -> Toll:
    """Vague or differing numbers are coded at their most conservative, and named."""
    said = row.text("fatalities").casefold()
    if said in WORDS:
        row.notice("fatalities", "vague_number", f"{said!r} was coded as {WORDS[said]}")
        return Toll("killed", WORDS[said], WORDS[said], None)
    if found := _RANGE.fullmatch(said):
        low, high = sorted((int(found[1]), int(found[2])))
        row.notice("fatalities", "differing_numbers", f"{said!r} was coded as {low}, the lower")
        return Toll("killed", low, low, high)
    if said in _UNKNOWN:
        if how.war_zone is None:
            row.refuse(
                "fatalities",
                "unknown_needs_war_zone",
                f"a number that is {plain(said, 20)!r} is coded as {_WAR_ZONE} in a war zone and {_ELSEWHERE} elsewhere",
                "Say which: --war-zone or --no-war-zone",
            )
        coded = _WAR_ZONE if how.war_zone else _ELSEWHERE
        row.notice("fatalities", "unknown_number", f"{plain(said, 20)!r} was coded as {coded}")
        return Toll("killed", 0, coded, None)
    count = row.whole("fatalities")
    return Toll("killed", count, count, count)


def _window(row: Row, zone: str) -> Window:
    """The days that the date and its precision (1 day, 2 week, 3 month) can mean; the event belongs to its date."""
    said = row.text("event_date")
    day = _date(said)
    if day is None:
        row.refuse(
            "event_date", "bad_time", f"{plain(said, 40)!r} is no date", "Write YYYY-MM-DD or 2 January 2024."
        )
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        row.refuse(
            "event_date", "bad_time", f"{plain(said, 40)!r} is no date of any attack", "Mend the year."
        )
    precision = row.whole("time_precision") or 1
    first = last = day
    if precision == 2:
        first, last = day - timedelta(days=3), day + timedelta(days=3)
    elif precision == 3:
        first, last = day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    here = zone_of(zone)
    start = datetime.combine(first, time(), here).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time(), here).astimezone(UTC)
    return Window(start, end, day.isoformat(), False, zone, said)


def _date(said: str) -> date | None:
    """YYYY-MM-DD, or the day with its month in English; 3/4/2024 could be two days, and is none."""
    found = _IN_WORDS.fullmatch(said)
    try:
        if found:
            return date(int(found[3]), MONTHS.index(found[2].capitalize()) + 1, int(found[1]))
        return date.fromisoformat(said) if _ISO.fullmatch(said) else None
    except ValueError:
        return None


def repeated_totals(reports: Iterable[Report]) -> list[tuple[str, ...]]:
    """
    Ids of events that seem to repeat one total over days or places, where ACLED splits it.

    They share source, notes and a number of fatalities above 1.
    """
    by: dict[tuple[str, str, int], list[str]] = {}
    for report in reports:
        notes = " ".join(report.cells.get("notes", "").split()).casefold()
        deaths = report.tolls[0].best
        if notes and report.reporter and deaths is not None and deaths > 1:
            by.setdefault((report.reporter, notes, deaths), []).append(report.key)
    return [tuple(ids) for ids in by.values() if len(ids) > 1]


def split_total(total: int, days: int) -> tuple[int, ...]:
    """A total over several days or places, split as evenly as whole people can be; never repeated."""
    each, more = divmod(total, days)
    return tuple(each + (i < more) for i in range(days))
