"""The columns of a table of parts, what else people call them, and which are never taken in."""

from __future__ import annotations

import difflib

from siteline.model.errors import BadComponents
from siteline.model.remark import Remark

REQUIRED = ("wreck", "source")
WRECK = (
    "wreck", "incident", "weapon", "weapon_country", "place", "place_precision", "lat", "lon", "recovered",
    "recovered_by", "custody", "examined",
)  # fmt: skip
ITEM = (
    "item", "label", "marking", "date_code", "date_scheme", "photo", "condition", "flags", "quantity",
    "goods_code", "notes",
)  # fmt: skip
MAKER = ("brand", "manufacturer", "seat_country", "made_in", "exporter", "plant", "basis", "probability")
SOURCE = ("source", "list", "source_url", "published", "provides")
TRACE = ("trace_requested", "trace_reply", "diversion_point", "trace_status")
COLUMNS = (*WRECK, *ITEM, *MAKER, *SOURCE, *TRACE)
COMPANY_COLUMNS = ("company", "since", "until", "seat_country", "parent", "succeeded_by", "source")
GOODS_COLUMNS = ("goods_code", "regime", "legal_act", "measure", "since", "until", "url", "amended_by")

_MEANT = {
    "recovery": "wreck", "recovery_id": "wreck", "wreck_id": "wreck", "item_id": "item", "id": "item", "tag": "item",
    "part_type": "label", "component": "label", "type": "label", "part_number": "marking", "marking_raw": "marking",
    "part_no": "marking", "hq_country": "seat_country", "headquarters": "seat_country", "seat": "seat_country",
    "manufactured_in": "made_in", "country_of_manufacture": "made_in", "plant_country": "made_in",
    "maker": "manufacturer", "producer": "manufacturer", "url": "source_url", "date": "recovered",
    "recovery_date": "recovered", "date_recovered": "recovered", "note": "notes", "latitude": "lat",
    "longitude": "lon", "lng": "lon", "precision": "place_precision", "list_name": "list", "count": "quantity",
    "hs_code": "goods_code", "cn_code": "goods_code", "image": "photo", "exhibit": "photo",
}  # fmt: skip
_TWO_MEANINGS = (
    "country",
    "origin",
    "country_of_origin",
    "maker_country",
    "manufacturer_country",
    "nationality",
)
_NEVER = (
    "function", "purpose", "description", "specification", "specifications", "specs", "spec", "capability",
    "capabilities", "role", "use", "usage", "datasheet", "technical", "technical_details", "performance",
    "operation", "how_it_works", "circuit", "schematic", "drawing", "details", "category_description",
)  # fmt: skip


def columns_of(
    header: list[str], name: str, known: tuple[str, ...] = COLUMNS, required: tuple[str, ...] = REQUIRED
) -> tuple[list[str], tuple[Remark, ...]]:
    """
    The columns under their own names, "" for those that are left out, and what their owner must be told.

    Raises BadComponents for a column that is missing, twice there, or means two things.
    """
    columns, left, never = list[str](), list[str](), list[str]()
    for title in header:
        said = "_".join(title.strip().casefold().replace("-", " ").split())
        column = said if said in known else _MEANT.get(said, "")
        if not column or column not in known:
            if said in _TWO_MEANINGS and known is COLUMNS:
                raise BadComponents(
                    f"{name}, line 1, column {title.strip()}: [column-ambiguous] it can mean the maker's seat or the plant",
                    "Name it seat_country (headquarters) or made_in (country of manufacture).",
                )
            column = ""
            if said:
                (never if said in _NEVER else left).append(title.strip())
        if column and column in columns:
            raise BadComponents(
                f"{name}, line 1: [column-twice] column {column!r} appears twice", "Keep one of them."
            )
        columns.append(column)
    for column in required:
        if column not in columns:
            near = difflib.get_close_matches(column, [t.strip().casefold() for t in header], 1)
            meant = f" Is it the column {near[0]!r}?" if near else ""
            raise BadComponents(
                f"{name}, line 1: [column-missing] no column {column!r}",
                f"Add it to the header.{meant} The columns are described in docs/reference/components.md",
            )
    return columns, _tell(left, never, name)


def _tell(left: list[str], never: list[str], name: str) -> tuple[Remark, ...]:
    told = []
    if never:
        told.append(
            Remark(
                name,
                f"not imported: {', '.join(never)}. The ledger says who made a part, where and when, never what it does",
            )
        )
    if left:
        told.append(Remark(name, f"not imported, no such columns here: {', '.join(left)}"))
    return tuple(told)
