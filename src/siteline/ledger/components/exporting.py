"""Parts as the plain CSV that is read back without loss; nothing in it runs as a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from siteline.ledger.components.columns import COLUMNS
from siteline.model.component import NOT_IDENTIFIED, Part, Precision, Trace
from siteline.store.sheets import write_sheet


def write_parts(parts: Iterable[Part], columns: Sequence[str] = COLUMNS) -> str:
    """The parts as CSV, in a stable order: equal parts give equal bytes."""
    rows = sorted([tuple(cells[c] for c in columns) for cells in map(cells_of_part, parts)])
    return write_table(columns, rows)


def write_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV; text that a spreadsheet would run begins with an apostrophe, numbers stay numbers."""
    return "".join(write_sheet(header, rows))


def cells_of_part(part: Part) -> dict[str, str]:
    """A part's cells, by column."""
    recovery, item, made, source = part.recovery, part.item, part.made, part.source
    trace = part.trace or Trace()
    return {
        "wreck": recovery.wreck,
        "incident": recovery.incident,
        "weapon": " | ".join(recovery.weapons),
        "weapon_country": recovery.weapon_country,
        "place": recovery.place,
        "place_precision": "" if recovery.precision is Precision.UNKNOWN else recovery.precision.value,
        "lat": _number(recovery.lat),
        "lon": _number(recovery.lon),
        "recovered": str(recovery.days or ""),
        "recovered_by": recovery.recovered_by,
        "custody": recovery.custody,
        "examined": _number(recovery.examined),
        "item": item.tag,
        "label": "" if item.label == NOT_IDENTIFIED else item.label,
        "marking": item.marking_raw,
        "date_code": item.date_code,
        "date_scheme": item.scheme,
        "photo": item.photo,
        "condition": item.condition,
        "flags": ";".join(item.flags),
        "quantity": str(item.quantity) if item.quantity != 1 else "",
        "goods_code": item.goods_code,
        "notes": item.notes,
        "brand": " | ".join(made.brand),
        "manufacturer": " | ".join(made.manufacturer),
        "seat_country": " | ".join(made.seat),
        "made_in": " | ".join(made.made_in),
        "exporter": " | ".join(made.exporter),
        "plant": made.plant,
        "basis": made.basis.value,
        "probability": _number(made.probability),
        "source": source.name,
        "list": source.list,
        "source_url": source.url,
        "published": _iso(source.published),
        "provides": ";".join(source.provides),
        "trace_requested": _iso(trace.requested),
        "trace_reply": trace.reply,
        "diversion_point": trace.diversion_point,
        "trace_status": trace.status,
    }


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _iso(day: object) -> str:
    return "" if day is None else str(day)
