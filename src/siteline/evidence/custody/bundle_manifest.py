"""The manifest of a bundle, built again from what the log proves, and compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from siteline.evidence.custody.bundle import SHAPE, pretty, told_of
from siteline.evidence.custody.bundle_rows import Rows
from siteline.evidence.custody.log import detail_of
from siteline.evidence.custody.report import Report
from siteline.evidence.custody.restrictions import Restriction
from siteline.evidence.custody.rows import digest_of
from siteline.model.exhibit import Exhibit

_NOT_SO = Restriction("", ())
"""Stands where the manifest says something that the log does not, so that the two differ."""


def check_manifest(
    raw: bytes,
    rows: Rows,
    found: Mapping[str, Exhibit],
    newest: Mapping[str, Any],
    signer: str,
    report: Report,
) -> None:
    """
    Build the manifest again from the log, and compare the bytes.

    How many exhibits were left out, nothing in the log tells; nor, of what is restricted through something that is not in the
    bundle, for whom. Both are taken as they stand: the statement over the list of sums bears them out, or nobody.
    """
    try:
        told = json.loads(raw)
        said = {str(one["id"]): one for one in told["exhibits"]}
        left_out = int(told["exhibits_left_out"])
    except (TypeError, ValueError, KeyError, RecursionError):
        report.find("manifest.json", "it cannot be read")
        return
    derived, restricted = _derived(rows), {row["exhibit_id"]: row for row in rows.shown("restricted")}
    expected = []
    for exhibit in found.values():
        one = said.get(exhibit.id, {})
        records = derived.get(exhibit.id, {})
        origins = [
            pair
            for pair in _pairs(one)
            if digest_of([exhibit.id, pair["id"], pair["activity"]]) == records.get(pair["id"])
        ]
        missing = {there for there in records if there in found} - {pair["id"] for pair in origins}
        if missing:
            report.find(
                f"exhibit {exhibit.id}", f"manifest.json does not say that it was made from {min(missing)}"
            )
        expected.append(told_of(exhibit, origins, _restriction(exhibit.id, one, restricted, report)))
        if one != expected[-1]:
            report.find(f"exhibit {exhibit.id}", "manifest.json says something else of it")
    for stranger in sorted(set(said) - set(found)):
        report.find(f"exhibit {stranger}", "manifest.json has it, exhibits.jsonl has not")
    whole = {
        "siteline": SHAPE,
        "checkpoint": newest,
        "fingerprint": signer or None,
        "exhibits": expected,
        "rows_kept_back": rows.redacted,
        "exhibits_left_out": left_out,
    }
    if raw != pretty(whole):
        report.find("manifest.json", "it says something else than the log")


def _pairs(told: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"id": str(one.get("id")), "activity": str(one.get("activity"))}
        for one in told.get("derived_from", ())
        if isinstance(one, dict)
    ]


def _derived(rows: Rows) -> dict[str, dict[str, Any]]:
    """By exhibit and what it was made from: the digest of how."""
    found = dict[str, dict[str, Any]]()
    for row in rows.shown("derived"):
        detail = detail_of(row["detail"])
        found.setdefault(row["exhibit_id"], {})[str(detail.get("from"))] = detail.get("record")
    return found


def _restriction(
    exhibit: str, told: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]], report: Report
) -> Restriction | None:
    """A restriction as the manifest tells it, if the log shows just that one; None where neither has any."""
    said = told.get("restricted")
    if not isinstance(said, dict):
        return _NOT_SO if exhibit in rows else None
    through = str(said.get("through", ""))
    about, why, readers = through or exhibit, str(said.get("why")), [str(r) for r in said.get("readers", ())]
    row = rows.get(about)
    if row is None and through:
        report.note(f"exhibit {exhibit}", "no row that is shown here bears out why it is restricted")
        return Restriction(why, tuple(readers), through)
    if row is None or detail_of(row["detail"]).get("record") != digest_of([about, why, readers]):
        return _NOT_SO
    return Restriction(why, tuple(readers), through)
