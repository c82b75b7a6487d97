"""Records of other rooms against the rows of the log by which they came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from siteline.evidence.custody.log import detail_of
from siteline.evidence.custody.report import Report


def hold(
    name: str,
    record: Mapping[str, Any],
    digest: str,
    agrees: bool,
    said: dict[Any, Mapping[str, Any]],
    report: Report,
) -> None:
    """
    Name a record that is not as its row says it came; its row is taken out of `said`.

    digest: of the record now; agrees: whether its columns say what its text says.
    """
    row = said.pop(record["log_seq"], None)
    if row is None:
        report.find(name, f"the log has no row {record['log_seq']} by which it came")
    elif (
        detail_of(row["detail"]).get("record") != digest
        or not agrees
        or any(record[column] != row[column] for column in ("created_at", "created_by"))
    ):
        report.find(name, "what is said of it was altered")
