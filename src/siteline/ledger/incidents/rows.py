"""The rows of the incident ledger: editions and their reports, public numbers, and people's judgements."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ulid import ULID

from siteline.ledger.incidents.spots import place_key
from siteline.ledger.incidents.summing import Filed, Part, Sums, in_chunks
from siteline.model.casualty import NumberClaim
from siteline.model.errors import BadInput, NotFound
from siteline.model.incident import Edition, Judged, Report
from siteline.model.shown import plain
from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at

_EDITION, _REPORT = tables.dataset_edition.c, tables.incident_report.c
_JUDGED, _CLAIM = tables.report_judgement.c, tables.number_claim.c

_FILED = ("line", "day", "start_min", "end_min", "has_hour", "signature", "launched", "place", "noun")


@dataclass(frozen=True, slots=True)
class Kept:
    """A report with its id in the case."""

    id: str
    line: int
    report: Report


class Incidents:
    """The incident ledger of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def file(
        self,
        edition: Edition,
        reports: Iterable[tuple[int, Report]] = (),
        claims: Sequence[NumberClaim] = (),
    ) -> Edition:
        """Record an edition with all that it holds, in one transaction; `line` keeps the order of its file."""
        in_time = sorted(
            reports, key=lambda pair: (pair[1].window.start, pair[0])
        )  # indexes grow at their end
        return self.file_rows(edition, _filed(edition, in_time), claims)

    def file_rows(
        self, edition: Edition, rows: Iterable[Filed], claims: Sequence[NumberClaim] = ()
    ) -> Edition:
        """As `file`, from rows that are made already."""
        sums = Sums()
        with self._db.appending() as connection:
            self._db.only_writer(tables.dataset_edition)
            self._refuse_name(edition)
            self._db.widen()
            # the longest window is known only after the last row, and rows are never changed: reports come first
            newest = connection.execute(sa.select(sa.func.max(_EDITION.seq))).scalar()
            number = (newest or 0) + 1
            for chunk in in_chunks(_report_rows(number, rows, sums)):
                self._db.append(tables.incident_report, *chunk)
            for table, made in (
                (tables.report_signature, sums.signature_rows(number)),
                (tables.day_sum, sums.day_rows(number)),
                (tables.toll_sum, sums.toll_rows(number)),
            ):
                for chunk in in_chunks(made):
                    self._db.append(table, *chunk)
            kinds, attacks = sums.attack_rows(number)
            for table, ready in ((tables.attack_kind, kinds), (tables.attack_sum, attacks)):
                for chunk in in_chunks(ready):
                    self._db.append(table, *chunk)
            said = [{"edition": number, "claim_id": c.id[:200], "noun": to_json(c)} for c in claims]
            for chunk in in_chunks(said):
                self._db.append(tables.number_claim, *chunk)
            self._db.append(
                tables.dataset_edition,
                {
                    "seq": number,
                    "id": edition.id,
                    "dataset": edition.dataset,
                    "name": edition.name,
                    "sha256": edition.sha256,
                    "longest_min": sums.longest,
                    "noun": to_json(edition),
                },
            )
        return self.edition(edition.id)

    def _refuse_name(self, edition: Edition) -> None:
        for known in self.editions():
            if known.dataset == edition.dataset and known.name == edition.name:
                raise BadInput(
                    f"edition {plain(edition.label, 80)!r} is another file (SHA-256 {known.sha256[:12]})",
                    "An edition is one file for good: give this one a name of its own with --edition.",
                )

    def editions(self, as_of: datetime | None = None) -> list[Edition]:
        """Every edition, in the order of arrival."""
        query = sa.select(_EDITION.seq, _EDITION.noun, _EDITION.created_at).order_by(_EDITION.seq)
        return [
            _edition(seq, noun, at)
            for seq, noun, at in self._db.rows(known_at(query, tables.dataset_edition, as_of))
        ]

    def edition(self, said: str, as_of: datetime | None = None) -> Edition:
        """An edition by its id, its name, or data set and name; raises NotFound."""
        known = self.editions(as_of)
        fitting = [e for e in known if said in (e.id, e.name, e.label)]
        if len(fitting) == 1:
            return fitting[0]
        names = ", ".join(plain(e.label, 60) for e in (fitting or known)[:10])
        if fitting:
            raise BadInput(f"{plain(said, 60)!r} is {len(fitting)} editions", f"One of: {names}.")
        raise NotFound(f"no edition {plain(said, 60)!r}", f"There are: {names or 'none'}.")

    def by_digest(self, sha256: str, form: str, zone: str) -> Edition | None:
        """The edition that this file is already, if it was read in the same way."""
        same = (e for e in self.editions() if (e.sha256, e.format, e.zone) == (sha256, form, zone))
        return next(same, None)

    def longest(self, edition: Edition) -> int:
        """Minutes of the longest window of its reports."""
        [(longest,)] = self._db.rows(sa.select(_EDITION.longest_min).where(_EDITION.seq == edition.known))
        return int(longest)

    def reports(self, edition: Edition, start: str | None = None, until: str | None = None) -> Iterator[Kept]:
        """Its reports of the days start <= day < until, by day and line."""
        query = sa.select(_REPORT.id, _REPORT.line, _REPORT.noun).where(_REPORT.edition == edition.known)
        if start is not None:
            query = query.where(_REPORT.day >= start)
        if until is not None:
            query = query.where(_REPORT.day < until)
        for name, line, noun in self._db.rows(query.order_by(_REPORT.day, _REPORT.line)):
            yield Kept(name, line, from_json(Report, noun))

    def report(self, said: str, as_of: datetime | None = None) -> tuple[Edition, Kept]:
        """A report by its id or the start of it; raises NotFound or BadInput."""
        if len(said) < 4 or not said.isalnum():
            raise NotFound(
                f"no report {plain(said, 40)!r}", "Ids are listed by: siteline ledger incidents list"
            )
        query = sa.select(_REPORT.edition, _REPORT.id, _REPORT.line, _REPORT.noun)
        query = query.where(_REPORT.id.startswith(said.lower()))
        known: sa.Select[Any] = known_at(query, tables.incident_report, as_of)
        found = self._db.rows(known.limit(3))
        if not found:
            raise NotFound(f"no report {said!r}", "Ids are listed by: siteline ledger incidents list")
        if len(found) > 1:
            raise BadInput(f"{said!r} fits several reports", "Give the whole id.")
        [(number, name, line, noun)] = found
        edition = next(e for e in self.editions() if e.known == number)
        return edition, Kept(name, line, from_json(Report, noun))

    def differences(
        self, edition: Edition, reports: Iterable[tuple[int, Report]], claims: Sequence[NumberClaim]
    ) -> list[str]:
        """Where the rows on record, and the sums over them, are not those that this reading of the file gives."""
        sums, found = Sums(), list[str]()
        columns = [_REPORT[name] for name in _FILED]
        query = sa.select(_REPORT.id, *columns).where(_REPORT.edition == edition.known)
        kept = {name: tuple(row) for name, *row in self._db.rows(query)}
        in_time = sorted(reports, key=lambda pair: (pair[1].window.start, pair[0]))
        for row in _report_rows(edition.known, _filed(edition, in_time), sums):
            if kept.pop(row["id"], None) != tuple(row[name] for name in _FILED):
                found.append(f"the report of line {row['line']} is not as its file says")
        found += [f"report {name} is not in the file" for name in kept]
        for table, made in (
            (tables.report_signature, sums.signature_rows(edition.known)),
            (tables.day_sum, sums.day_rows(edition.known)),
            (tables.toll_sum, sums.toll_rows(edition.known)),
            *zip((tables.attack_kind, tables.attack_sum), sums.attack_rows(edition.known), strict=True),
        ):
            wanted = [tuple(row.items()) for row in made]
            names = [name for name, _ in wanted[0]] if wanted else ["edition"]
            on_record = self._db.rows(
                sa.select(*(table.c[name] for name in names)).where(table.c.edition == edition.known)
            )
            if sorted(map(tuple, on_record)) != sorted(tuple(v for _, v in row) for row in wanted):
                found.append(f"the sums in {table.name} are not those of the reports")
        if self.claims(edition) != list(claims):
            found.append("the public numbers are not as their file says")
        return found

    def claims(self, edition: Edition) -> list[NumberClaim]:
        """Public numbers of an edition, in the order of its file."""
        query = sa.select(_CLAIM.noun).where(_CLAIM.edition == edition.known).order_by(_CLAIM.seq)
        return [from_json(NumberClaim, noun) for (noun,) in self._db.rows(query)]

    def judge(self, verdict: str, reports: Sequence[str], why: str) -> str:
        """Record a person's word that reports are of one incident (same) or not (not_same)."""
        name = str(ULID())
        row = {"id": name, "verdict": verdict, "reports": json.dumps(sorted(set(reports))), "why": why}
        self._db.append(tables.report_judgement, row)
        return name

    def judged(self, as_of: datetime | None = None) -> list[Judged]:
        """Every judgement, oldest first."""
        query = sa.select(
            _JUDGED.id, _JUDGED.verdict, _JUDGED.reports, _JUDGED.why, _JUDGED.created_by, _JUDGED.created_at
        ).order_by(_JUDGED.seq)
        return [
            Judged(name, verdict, tuple(json.loads(reports)), why, who, at)
            for name, verdict, reports, why, who, at in self._db.rows(
                known_at(query, tables.report_judgement, as_of)
            )
        ]


def report_id(edition: Edition, report: Report, line: int) -> str:
    """The same file gives the same ids; equal rows of one file are told apart by their line."""
    said = json.dumps([edition.dataset, edition.sha256, report.key, line])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _filed(edition: Edition, reports: Iterable[tuple[int, Report]]) -> Iterator[Filed]:
    for line, report in reports:
        seen = tuple(Part(o.text, o.n_lo, o.n_hi, o.basis) for o in report.observations)
        window = report.window
        yield Filed(
            report_id(edition, report, line),
            line,
            window.day,
            int(window.start.timestamp()) // 60,
            -(-int(window.end.timestamp()) // 60),
            window.has_hour,
            report.class_text,
            seen or (Part(report.class_text, None, None, "reporter"),),
            report.launched,
            place_key(report.spot),
            to_json(report),
            tuple((t.kind, t.victims, t.low, t.best, t.high) for t in report.tolls),
        )


def _report_rows(edition: int, rows: Iterable[Filed], sums: Sums) -> Iterator[dict[str, Any]]:
    for one in rows:
        yield {
            "edition": edition,
            "id": one.id,
            "line": one.line,
            "day": one.day,
            "start_min": one.start_min,
            "end_min": one.end_min,
            "has_hour": int(one.has_hour),
            "signature": sums.take(one),
            "launched": one.launched,
            "place": one.place,
            "noun": one.noun,
        }


def _edition(seq: int, noun: str, at: str) -> Edition:
    return replace(from_json(Edition, noun), known=seq, created_at=at)
