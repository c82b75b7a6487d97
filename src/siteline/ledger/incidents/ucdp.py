"""UCDP Georeferenced Event Dataset: events of lethal violence with a low, a best and a high estimate of deaths."""

from __future__ import annotations

from siteline.ledger.incidents.cells import Row
from siteline.ledger.incidents.observing import Reading
from siteline.model.incident import Report, Spot, Toll

NEEDED = ("id", "date_start", "date_end", "best", "high", "low")
KEY = ("id",)
LOOSE_KEY = KEY
ZONE = "UTC"
_PRECISION = {1: "locality", 2: "district", 3: "district", 4: "province", 5: "region", 6: "country"}
"""`where_prec`; 7 is a place at sea or in the air."""

_SIDES = ("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown")


def read(row: Row, how: Reading) -> Report:
    """One event; raises CellRefused. low <= best <= high is broken in real rows: named, and kept as it is."""
    low, best, high = (row.whole(column) for column in ("low", "best", "high"))
    if low is not None and best is not None and low > best:
        row.notice("low", "low_above_best", f"low {low} is above best {best}; kept as it is")
    if high is not None and best is not None and high < best:
        row.notice("high", "high_below_best", f"high {high} is below best {best}; kept as it is")
    sides = [row.whole(column) for column in _SIDES]
    civilians = sides[2]
    tolls = [Toll("killed", low, best, high)]
    if civilians is not None:
        tolls.append(Toll("killed", None, civilians, None, "civilians"))
    precision = row.whole("where_prec")
    lat, lon = row.decimal("latitude", -90, 90), row.decimal("longitude", -180, 180)
    return Report(
        key=row.text("id").removesuffix(".0"),
        window=row.window("date_start", "date_end", how.zone),
        spot=Spot(
            row.text("where_coordinates") or row.text("where_description"),
            row.text("country"),
            row.text("adm_1"),
            row.text("adm_2"),
            lat,
            lon,
            _PRECISION.get(precision or 0, "unknown"),
        ),
        class_text="",
        observations=(),
        launched=None,
        intercepted=None,
        tolls=tuple(tolls),
        reporter=row.text("source_office"),
        sources=_sources(row),
        cells=row.cells,
    )


def _sources(row: Row) -> int | None:
    """How many sources there were; -1 means that it is not known."""
    if row.text("number_of_sources") in ("-1", "-1.0"):
        return None
    return row.whole("number_of_sources")
