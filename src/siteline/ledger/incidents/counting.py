"""
Counts with ranges: lower, what can be nothing else; upper, what can be this at all.

Whole days of a window come from the sums that were made when the edition was filed; only days that a boundary cuts are looked
at report by report.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from siteline.ledger.incidents.asking import (
    Asked,
    definition_of,
    first_minute,
    is_within,
    period_of,
    periods,
    source_line,
)
from siteline.ledger.incidents.rows import Incidents
from siteline.ledger.incidents.tallies import Days, ReportRow, Tally, counted_once
from siteline.ledger.incidents.weapons import Mapping
from siteline.ledger.judged import together
from siteline.model.counted import CountAnswer, CountPoint, CountSeries
from siteline.model.errors import BadSetting
from siteline.model.incident import Edition, Judged
from siteline.store import tables
from siteline.store.db import Database

_SUM, _REPORT = tables.day_sum.c, tables.incident_report.c


class Counting:
    """Counts over the editions of one case."""

    def __init__(self, db: Database, incidents: Incidents, mapping: Mapping) -> None:
        self._db = db
        self._incidents = incidents
        self._mapping = mapping

    def classes_of(self, edition: Edition) -> frozenset[str]:
        """Every class that an edition's rows can mean."""
        found = set[str]()
        for _, text, parts in self._signatures(edition):
            for one in (text, *(name for name, _ in parts)):
                found |= self._mapping.meant(one).classes
        return frozenset(found)

    def count(self, edition: Edition, asked: Asked, judged: Sequence[Judged] = ()) -> CountAnswer:
        """The count of one window; `judged`: what people said belongs together, as far as it is known."""
        zone = asked.zone or edition.zone
        notes = list[str]()
        tally = self._tally(edition, asked, zone)
        merged = self._merged(edition, asked, zone, judged)
        if merged is not None:
            correction, groups = merged
            tally.add(correction)
            notes.append(
                f"{groups} incidents that a person put together from several reports count once: at least the lowest, "
                "at most the highest of their reports"
            )
        if asked.period == "split":
            self._split(edition, asked, zone, tally)
        lower, upper = self._bounds(edition, asked, zone, tally)
        if tally.unspecified_reports and asked.classes is not None:
            notes.append(
                f"{tally.unspecified_reports} reports ({tally.unspecified} missiles) name only a category that may include it; "
                "they are in neither bound"
            )
        open_above = tally.open_above and asked.unit == "missile"
        if open_above:
            notes.append(f"{tally.open_above} reports set no upper bound")
        if judged and merged is not None and asked.unit in ("attack", "day"):
            notes.append(
                "attacks and days are by rule; what a person put together changes missiles and reports"
            )
        return CountAnswer(
            lower,
            None if open_above else upper,
            asked.unit,
            definition_of(asked.weapon, asked.classes, asked.unit),
            period_of(asked, zone, edition),
            edition.label,
            tally.unknown,
            tally.reports_upper,
            tuple(notes),
        )

    def series(self, edition: Edition, asked: Asked, step: str, judged: Sequence[Judged] = ()) -> CountSeries:
        """Counts of each day, week (from Monday), month or year of a window."""
        spans = list(periods(asked.start, asked.until, step))
        is_plain = (
            asked.period == "start"
            and asked.zone in ("", edition.zone)
            and asked.unit in ("missile", "report")
        )
        if is_plain and not together(judged):
            points = self._plain_series(edition, asked, spans)
        else:
            points = [self._point(edition, asked, span, judged) for span in spans]
        zone = asked.zone or edition.zone
        return CountSeries(
            f"{asked.weapon or 'all weapons'}, {asked.unit}s per {step}",
            asked.unit,
            definition_of(asked.weapon, asked.classes, asked.unit),
            period_of(asked, zone, edition),
            edition.label,
            source_line(edition),
            tuple(points),
        )

    def _point(
        self, edition: Edition, asked: Asked, span: tuple[date, date], judged: Sequence[Judged]
    ) -> CountPoint:
        start, until = span
        part = Asked(asked.weapon, asked.classes, start, until, asked.unit, asked.zone, asked.period)
        answer = self.count(edition, part, judged)
        return CountPoint(start, until, answer.lower, answer.upper, answer.unknown)

    def _plain_series(
        self, edition: Edition, asked: Asked, spans: Sequence[tuple[date, date]]
    ) -> list[CountPoint]:
        """All points from one reading of the sums."""
        starts = [start.isoformat() for start, _ in spans]
        tallies = [Tally() for _ in spans]
        parts_of = {number: [text for text, _ in parts] for number, _, parts in self._signatures(edition)}
        names = ("day", "signature", "part", "reports", "n_lo", "n_hi", "unknown", "open_above")
        query = (
            sa.select(*(_SUM[name] for name in names))
            .where(_SUM.edition == edition.known)
            .where(_SUM.day >= asked.start.isoformat(), _SUM.day < asked.until.isoformat())
        )
        for day, signature, part, *sums in self._db.rows(query):
            tally = tallies[bisect_right(starts, day) - 1]
            self._add_part(tally, asked.classes, parts_of[signature], part, *sums)
        points = []
        for (start, until), tally in zip(spans, tallies, strict=True):
            lower, upper = self._bounds(edition, asked, edition.zone, tally)
            is_open = tally.open_above and asked.unit == "missile"
            points.append(CountPoint(start, until, lower, None if is_open else upper, tally.unknown))
        return points

    def rows_of(self, edition: Edition, start: date, until: date) -> Iterator[tuple[str, Tally]]:
        """(class text, what its rows add as wholes) of a window, by class: everything in them counts."""
        found: dict[str, Tally] = {}
        signatures = {
            number: (text, [name for name, _ in parts]) for number, text, parts in self._signatures(edition)
        }
        for signature, part, *sums in self._sums(edition, start, until):
            text, texts = signatures[signature]
            self._add_part(found.setdefault(text, Tally()), None, texts, part, *sums)
        yield from found.items()

    def doubled(
        self, edition: Edition, asked: Asked, judged: Sequence[Judged], holds: Callable[[str], bool]
    ) -> Tally:
        """What rows of a window add too much because a person put them together; `holds`: of which class texts."""
        correction = Tally()
        for members in self._put_together(edition, asked, asked.zone or edition.zone, judged):
            here = [self._one(None, row) for row in members if holds(row.class_text())]
            if len(here) > 1:
                for one in here:
                    correction.add(one, -1)
                correction.add(counted_once(here))
        return correction

    def tolls(self, edition: Edition, start: date, until: date) -> list[dict[str, Any]]:
        """Sums of casualties that reports of a window give, by kind and victims, each edition's own."""
        toll = tables.toll_sum.c
        names = ("reports", "low", "best", "high", "unknown")
        query = (
            sa.select(toll.kind, toll.victims, *(sa.func.sum(toll[name]) for name in names))
            .where(toll.edition == edition.known, toll.day >= start.isoformat(), toll.day < until.isoformat())
            .group_by(toll.kind, toll.victims)
            .order_by(toll.kind, toll.victims.desc())
        )
        return [
            {"kind": kind, "victims": victims, **dict(zip(names, map(int, sums), strict=True))}
            for kind, victims, *sums in self._db.rows(query)
        ]

    def first_and_last(self, edition: Edition) -> tuple[date, date] | None:
        """First and last day of its reports; None if it has none."""
        [(first, last)] = self._db.rows(
            sa.select(sa.func.min(_SUM.day), sa.func.max(_SUM.day)).where(_SUM.edition == edition.known)
        )
        return None if first is None else (date.fromisoformat(first), date.fromisoformat(last))

    def reading(self, classes: frozenset[str] | None, texts: Iterable[str]) -> tuple[bool, bool]:
        """Whether observations of these classes count (in the lower, in the upper) bound."""
        readings = [self._reads(classes, text) for text in texts]
        return any(low for low, _ in readings), any(high for _, high in readings)

    # inside

    def _reads(self, classes: frozenset[str] | None, text: str) -> tuple[bool, bool]:
        if classes is None:
            return True, True
        meant = self._mapping.meant(text).classes
        return bool(meant) and meant <= classes, bool(meant & classes)

    def _signatures(self, edition: Edition) -> list[tuple[int, str, list[tuple[str, str]]]]:
        of = tables.report_signature.c
        query = sa.select(of.signature, of.class_text, of.parts).where(of.edition == edition.known)
        return [(number, text, json.loads(parts)) for number, text, parts in self._db.rows(query)]

    def _tally(self, edition: Edition, asked: Asked, zone: str) -> Tally:
        """All reports of the window by where they start."""
        inner, edges = Days(asked.start, asked.until), list[str]()
        if zone != edition.zone:
            inner, edges = self._inner(edition, asked, zone)
        tally = Tally()
        parts_of = {number: parts for number, _, parts in self._signatures(edition)}
        if inner.start < inner.until:
            for signature, part, *sums in self._sums(edition, inner.start, inner.until):
                texts = [text for text, _ in parts_of[signature]]
                self._add_part(tally, asked.classes, texts, part, *sums)
        if edges:
            first, until = first_minute(asked.start, zone), first_minute(asked.until, zone)
            for row in self._base(edition, _REPORT.day.in_(edges)):
                if _starts_inside(row, asked, first, until):
                    tally.add(self._one(asked.classes, row))
        return tally

    def _sums(self, edition: Edition, start: date, until: date) -> list[Any]:
        """(signature, part, reports, n_lo, n_hi, unknown, open_above) over the days of a window."""
        names = ("reports", "n_lo", "n_hi", "unknown", "open_above")
        query = (
            sa.select(_SUM.signature, _SUM.part, *(sa.func.sum(_SUM[name]) for name in names))
            .where(_SUM.edition == edition.known)
            .where(_SUM.day >= start.isoformat(), _SUM.day < until.isoformat())
            .group_by(_SUM.signature, _SUM.part)
        )
        return list(self._db.rows(query))

    def _add_part(
        self, tally: Tally, classes: frozenset[str] | None, texts: Sequence[str], part: int, reports: int,
        low: int, high: int, unknown: int, open_above: int,
    ) -> None:  # fmt: skip
        in_lower, in_upper = self._reads(classes, texts[part])
        tally.lower += int(low) if in_lower else 0
        tally.upper += int(high) if in_upper else 0
        tally.unknown += int(unknown) if in_upper else 0
        tally.open_above += int(open_above) if in_upper else 0
        if part == 0:
            report_lower, report_upper = self.reading(classes, texts)
            tally.reports_lower += int(reports) if report_lower else 0
            tally.reports_upper += int(reports) if report_upper else 0
        if not in_upper and self._may_include(classes, texts[part]):
            tally.unspecified += int(high)
            tally.unspecified_reports += int(reports)

    def _may_include(self, classes: frozenset[str] | None, text: str) -> bool:
        """Whether a text names only a category to which one of the classes belongs."""
        named = self._mapping.meant(text).classes
        if classes is None or not named or not named <= self._mapping.unspecified:
            return False
        ours, theirs = self._mapping.categories(classes), self._mapping.categories(named)
        missiles = {"ballistic", "cruise", "surface-to-air"}
        return bool(ours & theirs) or (theirs == {"missile"} and bool(ours & missiles))

    def _inner(self, edition: Edition, asked: Asked, zone: str) -> tuple[Days, list[str]]:
        """Days of the edition's zone that lie wholly in the window of another zone, and those that its ends cut."""
        first, until = first_minute(asked.start, zone), first_minute(asked.until, zone)
        one = timedelta(days=1)
        start, end = asked.start, asked.until  # zones lie less than two days apart: few steps
        while first_minute(start, edition.zone) < first:
            start += one
        while first_minute(end, edition.zone) > until:
            end -= one
        start, end = (start, end) if start < end else (asked.until, asked.until)
        before = [asked.start - 2 * one + i * one for i in range((start - asked.start).days + 2)]
        after = [end + i * one for i in range((asked.until - end).days + 2)]
        edges = sorted({day.isoformat() for day in (*before, *after) if not start <= day < end})
        return Days(start, end), edges

    def _base(self, edition: Edition, *where: sa.ColumnElement[bool]) -> Iterator[ReportRow]:
        query = sa.select(
            _REPORT.id, _REPORT.day, _REPORT.start_min, _REPORT.end_min, _REPORT.has_hour, _REPORT.noun
        ).where(_REPORT.edition == edition.known, *where)
        for name, day, start, end, has_hour, noun in self._db.rows(query):
            yield ReportRow(name, day, start, end, bool(has_hour), noun)

    def _one(self, classes: frozenset[str] | None, row: ReportRow) -> Tally:
        """What one report adds."""
        tally = Tally()
        seen = row.observations()
        texts = [one.text for one in seen]
        for part, one in enumerate(seen):
            low, high = one.n_lo or 0, (one.n_hi if one.n_hi is not None else one.n_lo) or 0
            unknown = one.n_lo is None and one.n_hi is None
            open_above = one.n_lo is not None and one.n_hi is None
            self._add_part(tally, classes, texts, part, 1, low, high, unknown, open_above)
        return tally

    def _split(self, edition: Edition, asked: Asked, zone: str, tally: Tally) -> None:
        """Reports whose window an end of the period cuts: all of it may lie inside, or none."""
        longest = self._incidents.longest(edition)
        first, until = first_minute(asked.start, zone), first_minute(asked.until, zone)
        for edge in (first, until):
            cut = self._base(
                edition, _REPORT.start_min < edge, _REPORT.start_min >= edge - longest, _REPORT.end_min > edge
            )
            for row in cut:
                if edge == until and row.start < first:
                    continue  # cut at both ends; the first edge had it
                if _starts_inside(row, asked, first, until):
                    tally.add(self._one(asked.classes, row), -1)
                if (one := self._adds(row, asked, first, until)) is not None:
                    tally.add(one)

    def _adds(self, row: ReportRow, asked: Asked, first: int, until: int) -> Tally | None:
        """What one report adds by the period rule; None if it does not belong to the window."""
        is_cut = asked.period == "split" and any(row.start < edge < row.end for edge in (first, until))
        if not is_cut and not _starts_inside(row, asked, first, until):
            return None
        one = self._one(asked.classes, row)
        if is_cut:
            one.lower = one.reports_lower = 0
        return one

    def _put_together(
        self, edition: Edition, asked: Asked, zone: str, judged: Sequence[Judged]
    ) -> list[list[ReportRow]]:
        """Reports of a window that a person put together, two or more at a time."""
        groups = together(judged)
        if not groups:
            return []
        first, until = first_minute(asked.start, zone), first_minute(asked.until, zone)
        wanted = sorted(name for group in groups for name in group)
        rows = {row.id: row for row in self._base(edition, _REPORT.id.in_(wanted))}
        inside = [
            [
                rows[name]
                for name in sorted(group & rows.keys())
                if self._adds(rows[name], asked, first, until)
            ]
            for group in groups
        ]
        return [members for members in inside if len(members) > 1]

    def _merged(
        self, edition: Edition, asked: Asked, zone: str, judged: Sequence[Judged]
    ) -> tuple[Tally, int] | None:
        """What counting merged reports once takes away; None if there are none in the window."""
        first, until = first_minute(asked.start, zone), first_minute(asked.until, zone)
        correction, seen = Tally(), 0
        for members in self._put_together(edition, asked, zone, judged):
            seen += 1
            adds = [one for row in members if (one := self._adds(row, asked, first, until)) is not None]
            for one in adds:
                correction.add(one, -1)
            correction.add(counted_once(adds))
        return (correction, seen) if seen else None

    def _bounds(self, edition: Edition, asked: Asked, zone: str, tally: Tally) -> tuple[int, int]:
        if asked.unit == "missile":
            return tally.lower, tally.upper
        if asked.unit == "report":
            return tally.reports_lower, tally.reports_upper
        if zone != edition.zone:
            raise BadSetting(
                f"{asked.unit}s of this edition were reckoned in {edition.zone}, not in {zone}",
                "Leave --zone out, or import the file again with --zone under another edition.",
            )
        readings = {
            number: self.reading(asked.classes, [text for text, _ in parts])
            for number, _, parts in self._signatures(edition)
        }
        if asked.unit == "day":
            return self._days(edition, asked, readings, 0), self._days(edition, asked, readings, 1)
        return self._attacks(edition, asked, readings)

    def _days(
        self, edition: Edition, asked: Asked, readings: dict[int, tuple[bool, bool]], bound: int
    ) -> int:
        signatures = [number for number, reading in readings.items() if reading[bound]]
        query = (
            sa.select(sa.func.count(sa.distinct(_SUM.day)))
            .where(_SUM.edition == edition.known, _SUM.signature.in_(signatures))
            .where(_SUM.day >= asked.start.isoformat(), _SUM.day < asked.until.isoformat())
        )
        return int(self._db.rows(query)[0][0])

    def _attacks(
        self, edition: Edition, asked: Asked, readings: dict[int, tuple[bool, bool]]
    ) -> tuple[int, int]:
        kind, counted = tables.attack_kind.c, tables.attack_sum.c
        query = (
            sa.select(counted.kind, sa.func.sum(counted.attacks))
            .where(counted.edition == edition.known)
            .where(counted.day >= asked.start.isoformat(), counted.day < asked.until.isoformat())
            .group_by(counted.kind)
        )
        numbers = dict(self._db.rows(query))
        lower = upper = 0
        for name, signatures in self._db.rows(
            sa.select(kind.kind, kind.signatures).where(kind.edition == edition.known)
        ):
            if name in numbers:
                seen = [readings[number] for number in json.loads(signatures)]
                lower += int(numbers[name]) if any(low for low, _ in seen) else 0
                upper += int(numbers[name]) if any(high for _, high in seen) else 0
        return lower, upper


def _starts_inside(row: ReportRow, asked: Asked, first: int, until: int) -> bool:
    """Whether a report belongs to a window by where it starts; one that names a day alone belongs to that day."""
    return first <= row.start < until if row.has_hour else is_within(row.day, asked)
