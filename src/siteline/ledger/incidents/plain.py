"""Our own plain CSV of reports: documented, written and read without loss, and safe to open in a spreadsheet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from siteline.ledger.incidents.cells import Row, written_parts, zone_of
from siteline.ledger.incidents.observing import Reading, check_category, check_interception, observe
from siteline.ledger.incidents.spots import read_spot
from siteline.model.cells import unguarded
from siteline.model.incident import BASES, KINDS, PRECISIONS, VICTIMS, Report, Spot, Toll, WeaponObservation
from siteline.model.shown import plain
from siteline.store.sheets import write_sheet

NEEDED = ("start", "weapon")
KEY = ("id",)
LOOSE_KEY = KEY
ZONE = "UTC"
COLUMNS = (
    "id", "start", "end", "zone", "weapon", "category", "launched", "launched_lo", "launched_hi", "intercepted",
    "breakdown", "basis", "place", "country", "province", "locality", "lat", "lon", "precision", "victims",
    "killed", "killed_lo", "killed_hi", "injured", "injured_lo", "injured_hi", "missing", "missing_lo", "missing_hi",
    "reporter", "sources", "url", "note",
)  # fmt: skip
"""Every column; only `start` and `weapon` are needed. Others are kept as notes."""


def read(row: Row, how: Reading) -> Report:
    """One report; raises CellRefused."""
    row = Row(row.line, {column: unguarded(cell.strip()) for column, cell in row.cells.items()}, row.notices)
    zone = row.text("zone") or how.zone
    basis = row.text("basis") or "reporter"
    if basis not in BASES:
        row.refuse("basis", "not_one_of", f"{plain(basis, 40)!r} is no basis", f"One of: {', '.join(BASES)}.")
    for column in ("place", "country", "province", "locality", "reporter", "note", "id"):
        row.no_literal(column)
    seen, launched = _observed(row, how, basis)
    text = row.text("weapon")
    check_category(row, "category", text, how.mapping)
    url = row.text("url")
    window = row.window("start", "end", zone)
    if (
        window.has_hour and zone != how.zone
    ):  # days are those of the edition, whatever zone a row is written in
        window = replace(window, day=window.start.astimezone(zone_of(how.zone)).date().isoformat())
    return Report(
        key=row.text("id") or _own_key(row),
        window=window,
        spot=_spot(row),
        class_text=text,
        observations=seen,
        launched=launched,
        intercepted=check_interception(row, "launched", "intercepted", _most(row, launched)),
        tolls=tuple(_tolls(row)),
        reporter=row.text("reporter"),
        sources=None if row.text("sources") == "-1" else row.whole("sources"),
        url=url,
        cells=row.cells,
    )


def _own_key(row: Row) -> str:
    """Of a row without an id: a hash of its cells."""
    said = "|".join(f"{column}={row.text(column)}" for column in sorted(row.cells))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _observed(row: Row, how: Reading, basis: str) -> tuple[tuple[WeaponObservation, ...], int | None]:
    launched, low, high = (row.whole(c) for c in ("launched", "launched_lo", "launched_hi"))
    if low is not None and high is not None and low > high:
        row.refuse(
            "launched_lo", "low_above_high", f"at least {low} is more than at most {high}", "Swap them."
        )
    if launched is not None and not (low or 0) <= launched <= (launched if high is None else high):
        row.refuse(
            "launched", "outside_its_bounds", f"{launched} lies outside {low}–{high}", "Mend the bounds."
        )
    parts = written_parts(row, "breakdown")
    if parts and (low is not None or high is not None):
        row.refuse(
            "breakdown", "breakdown_with_bounds", "a breakdown needs one number", "Use launched alone."
        )
    seen, launched = observe(row, ("weapon", "launched", "breakdown"), launched, parts, how.mapping, basis)
    if low is not None or high is not None:
        seen = tuple(replace(one, n_lo=low if low is not None else 0, n_hi=high) for one in seen)
    return seen, launched


def _most(row: Row, launched: int | None) -> int | None:
    return launched if launched is not None else row.whole("launched_hi")


def _spot(row: Row) -> Spot:
    lat, lon = row.decimal("lat", -90, 90), row.decimal("lon", -180, 180)
    if (lat is None) != (lon is None):
        row.refuse("lat", "half_a_point", "one of lat and lon is missing", "Give both or none.")
    precision = row.text("precision")
    if precision and precision not in PRECISIONS:
        row.refuse(
            "precision",
            "not_one_of",
            f"{plain(precision, 40)!r} is no precision",
            f"One of: {', '.join(PRECISIONS)}.",
        )
    found = read_spot(row.text("place"), row.text("country"), lat, lon)
    return replace(
        found,
        province=row.text("province") or found.province,
        locality=row.text("locality") or found.locality,
        precision=precision or found.precision,
    )


def _tolls(row: Row) -> Iterator[Toll]:
    victims = row.text("victims") or "people"
    if victims not in VICTIMS:
        row.refuse(
            "victims",
            "not_one_of",
            f"{plain(victims, 40)!r} are no victims",
            f"One of: {', '.join(VICTIMS)}.",
        )
    for kind in KINDS:
        best, low, high = (row.whole(kind + end) for end in ("", "_lo", "_hi"))
        if low is not None and high is not None and low > high:
            row.refuse(
                f"{kind}_lo", "low_above_high", f"at least {low} is more than at most {high}", "Swap them."
            )
        if (best, low, high) != (None, None, None):
            yield Toll(
                kind,
                best if low is None else low,
                low if best is None else best,
                high if high is not None or low is not None else best,
                victims,
            )


def write(reports: Iterable[Report]) -> Iterator[str]:
    """Lines of the plain CSV; read back, they give the same reports, apart from cells that only their source knows."""
    rows = map(_cells, reports)
    return write_sheet(COLUMNS, ([cells.get(column, "") for column in COLUMNS] for cells in rows))


def _cells(report: Report) -> dict[str, str]:
    spot, window = report.spot, report.window
    start, _, end = window.text.partition("/")
    told = {
        "id": report.key,
        "start": start,
        "end": end,
        "zone": window.zone,
        "weapon": report.class_text,
        "category": report.cells.get("category", ""),
        "intercepted": _said(report.intercepted),
        "place": spot.text,
        "country": spot.country,
        "province": spot.province,
        "locality": spot.locality,
        "lat": _said(spot.lat),
        "lon": _said(spot.lon),
        "precision": spot.precision,
        "reporter": report.reporter,
        "sources": "-1" if report.sources is None else str(report.sources),
        "url": report.url,
        "note": report.cells.get("note", ""),
    }
    told |= _weapon_cells(report)
    for toll in report.tolls:
        if toll.kind not in told:
            told |= {
                toll.kind: _said(toll.best),
                f"{toll.kind}_lo": _said(toll.low),
                f"{toll.kind}_hi": _said(toll.high),
            }
            told.setdefault("victims", toll.victims)
    return told


def _weapon_cells(report: Report) -> dict[str, str]:
    told = {"launched": _said(report.launched)}
    if report.observations:
        told["basis"] = report.observations[0].basis
    if len(report.observations) > 1 or any(one.text != report.class_text for one in report.observations):
        told["breakdown"] = "; ".join(f"{one.text}={_said(one.n_lo)}" for one in report.observations)
    elif (
        report.observations
        and (report.observations[0].n_lo, report.observations[0].n_hi) != (report.launched,) * 2
    ):
        told |= {
            "launched_lo": _said(report.observations[0].n_lo),
            "launched_hi": _said(report.observations[0].n_hi),
        }
    return told


def _said(value: float | None) -> str:
    return "" if value is None else str(value)
