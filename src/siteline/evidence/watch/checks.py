"""Checks of watched addresses, and what was found from them: appended with their rows in the log, never edited."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from siteline.evidence.custody.held import hold
from siteline.evidence.custody.log import CustodyLog, detail_of
from siteline.evidence.custody.report import Report
from siteline.evidence.custody.rows import Event, canonical, digest_of, hash_line, read_records
from siteline.evidence.watch.series import Check, Finding, read_check, tell_check, tell_finding
from siteline.model.errors import BrokenCustody
from siteline.store import tables
from siteline.store.db import Database, known_at

TOOL = "evidence check"
_CHECK, _FINDING = tables.page_check.c, tables.watch_finding.c


class Checks:
    """The checks of one case."""

    def __init__(self, db: Database, log: CustodyLog) -> None:
        self._db = db
        self._log = log

    def file(self, checks: Sequence[Check]) -> None:
        """Record checks, each with its row in the log, in one transaction."""
        nouns = [canonical(tell_check(check)) for check in checks]
        events = [
            Event(
                "checked",
                object=check.body_sha256,
                exhibit_id=check.exhibit_id,
                tool=TOOL,
                note=check.verdict,
                detail={"check": check.id, "record": hash_line(noun), "vantage": check.vantage},
                started_at=check.at,
                ended_at=check.ended,
            )
            for check, noun in zip(checks, nouns, strict=True)
        ]
        with self._db.appending():
            rows = self._log.append(events) if events else []
            self._db.append(
                tables.page_check,
                *(
                    {
                        "id": check.id,
                        "url": check.url,
                        "exhibit_id": check.exhibit_id,
                        "verdict": check.verdict,
                        "noun": noun,
                        **row.mark(),
                    }
                    for check, noun, row in zip(checks, nouns, rows, strict=True)
                ),
            )

    def all(self, as_of: datetime | None = None) -> list[Check]:
        """Every check, oldest first."""
        query = known_at(sa.select(_CHECK.noun).order_by(_CHECK.seq), tables.page_check, as_of)
        try:
            return [read_check(json.loads(noun)) for (noun,) in self._db.rows(query)]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise BrokenCustody(
                "the row of a check was altered", "Name it: siteline evidence verify"
            ) from error

    def note(self, finding: Finding, action: str, why: str = "") -> None:
        """Record what became of a finding: raised, confirmed or closed, with the finding as it was then."""
        noun = canonical(tell_finding(finding))
        event = Event(
            f"finding-{action}",
            tool="evidence confirm" if action == "confirmed" else TOOL,
            note=f"{finding.kind}: {finding.wording}",
            detail={"finding": finding.id, "record": digest_of([finding.id, action, why, noun])},
        )
        with self._db.appending():
            [row] = self._log.append([event])
            self._db.append(
                tables.watch_finding,
                {
                    "finding_id": finding.id,
                    "action": action,
                    "kind": finding.kind,
                    "why": why,
                    "noun": noun,
                    **row.mark(),
                },
            )

    def noted(self, as_of: datetime | None = None) -> dict[str, dict[str, tuple[str, str, str]]]:
        """(who, when, why) of the last of each action, by finding."""
        query = sa.select(
            _FINDING.finding_id, _FINDING.action, _FINDING.created_by, _FINDING.created_at, _FINDING.why
        )
        found: dict[str, dict[str, tuple[str, str, str]]] = {}
        for finding, action, who, at, why in self._db.rows(
            known_at(query.order_by(_FINDING.seq), tables.watch_finding, as_of)
        ):
            found.setdefault(finding, {})[action] = (who, at, why)
        return found


def check_watched(db: Database, rows: Sequence[Mapping[str, Any]], report: Report) -> None:
    """Whether every check and every word on a finding is as the log says it came, and none is gone."""
    checks = read_records(db, tables.page_check, "id", "url", "exhibit_id", "verdict", "noun")
    findings = read_records(db, tables.watch_finding, "finding_id", "action", "kind", "why", "noun")
    said = {r["seq"]: r for r in rows if r["action"] == "checked" or str(r["action"]).startswith("finding-")}
    for check in checks:
        told = detail_of(str(check["noun"]))
        agrees = all(
            check[name] == told.get(key)
            for name, key in (("id", "id"), ("url", "url"), ("exhibit_id", "exhibit"), ("verdict", "verdict"))
        )
        hold(f"check {check['id']}", check, hash_line(str(check["noun"])), agrees, said, report)
    for finding in findings:
        name, told = finding["finding_id"], detail_of(str(finding["noun"]))
        digest = digest_of([name, finding["action"], finding["why"], finding["noun"]])
        agrees = name == told.get("id") and finding["kind"] == told.get("kind")
        hold(f"finding {name}", finding, digest, agrees, said, report)
    for seq, row in said.items():
        report.find("watched pages", f"a {row['action']} is gone, but the log says it came (row {seq})")
