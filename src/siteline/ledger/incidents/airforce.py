"""Daily tallies of the Ukrainian Air Force, in the columns in which they are collected and passed on."""

from __future__ import annotations

from siteline.ledger.incidents.cells import Row
from siteline.ledger.incidents.observing import Reading, check_interception, observe
from siteline.ledger.incidents.spots import read_spot
from siteline.model.incident import Report

NEEDED = ("time_start", "time_end", "model", "launched", "destroyed")
KEY = ("time_start", "time_end", "model", "launch_place", "target", "source")
LOOSE_KEY = KEY[:-1]
ZONE = "Europe/Kyiv"
_COUNTED = (
    "not_reach_goal",
    "still_attacking",
    "is_shahed",
    "num_hit_location",
    "num_fall_fragment_location",
)


def read(row: Row, how: Reading) -> Report:
    """One row; raises CellRefused. Hours without zero and Python dicts are what this source writes: read, and named."""
    window = row.window("time_start", "time_end", how.zone)
    launched = row.whole("launched")
    parts = row.parts("launched_details")
    columns = ("model", "launched", "launched_details")
    seen, launched = observe(row, columns, launched, parts, how.mapping)
    if not row.text("model"):
        row.refuse("model", "no_class", "no model is named")
    for column in _COUNTED:
        row.whole(column)
    return Report(
        key="|".join(row.text(column) for column in KEY),
        window=window,
        spot=read_spot(row.text("target")),
        class_text=row.text("model"),
        observations=seen,
        launched=launched,
        intercepted=check_interception(row, "launched", "destroyed", launched),
        reporter=row.text("source").split("/")[0].strip(),
        url=row.text("source"),
        cells=row.cells,
    )
