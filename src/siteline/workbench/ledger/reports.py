"""Reports of a case as they are listed, shown, compared, proposed as duplicates, and given out again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from siteline.ledger.incidents import plain
from siteline.ledger.incidents.carrying import carry
from siteline.ledger.incidents.comparing import Difference, compare
from siteline.ledger.incidents.counting import Counting
from siteline.ledger.incidents.duplicates import RULES, propose
from siteline.ledger.incidents.rows import Kept
from siteline.ledger.incidents.spots import folded
from siteline.ledger.judged import contradicted, together
from siteline.model.errors import BadInput, BadSetting
from siteline.model.incident import Edition, Judged, Report
from siteline.model.shown import plain as shown
from siteline.workbench.case import Case
from siteline.workbench.files import write_derived
from siteline.workbench.ledger.components.recovered import wrecks_of
from siteline.workbench.ledger.named import classes_of
from siteline.workbench.ledger.sources import Words
from siteline.workbench.ledger.telling import Source


def list_reports(
    case: Case,
    source: Source,
    words: Words,
    weapon: str,
    start: date | None,
    until: date | None,
    place: str = "",
) -> list[dict[str, Any]]:
    """Reports of a window; with a weapon, those in its upper reading, and whether each is in the lower one too."""
    counting = Counting(case.db, case.incidents, words.mapping)
    classes = None
    if weapon:
        known = partial(counting.classes_of, source.edition)
        classes = classes_of(case, words.mapping, weapon, known, source.as_of)
    groups = {
        name: sorted(group)
        for group in together(carry(case.db, case.incidents, [source.edition], source.as_of).judged)
        for name in group
    }
    wanted = folded(place)
    told = []
    for kept in _window(case, source.edition, start, until):
        report = kept.report
        texts = [one.text for one in report.observations] or [report.class_text]
        lower, upper = counting.reading(classes, texts)
        if not upper or (wanted and wanted not in folded(" ".join((report.spot.text, report.spot.province)))):
            continue
        told.append({**tell_report(kept), "in_lower": lower, "same_incident": groups.get(kept.id, [])})
    return told


def show_report(case: Case, said: str, as_of: datetime | None = None) -> dict[str, Any]:
    """One report with every cell as it came, and what people had said of it by then."""
    edition, kept = case.incidents.report(said, as_of)
    judged = [
        {"verdict": one.verdict, "reports": list(one.reports), "why": one.why, "who": one.who, "at": one.at}
        for one in case.incidents.judged(as_of)
        if kept.id in one.reports
    ]
    return {
        **tell_report(kept),
        "edition": edition.name,
        "dataset": edition.dataset,
        "line": kept.line,
        "zone": kept.report.window.zone,
        "sources": kept.report.sources,
        "judgements": judged,
        "wrecks": wrecks_of(case, kept.id, kept.report.key, as_of),
        "cells": dict(kept.report.cells),
    }


def tell_report(kept: Kept) -> dict[str, Any]:
    """A report for other programs."""
    report = kept.report
    return {
        "id": kept.id,
        "key": report.key,
        "day": report.window.day,
        "start": report.window.start.isoformat(),
        "end": report.window.end.isoformat(),
        "time_as_written": report.window.text,
        "has_hour": report.window.has_hour,
        "place": report.spot.text,
        "country": report.spot.country,
        "province": report.spot.province,
        "precision": report.spot.precision,
        "lat": report.spot.lat,
        "lon": report.spot.lon,
        "class": report.class_text,
        "observations": [
            {"class": o.text, "n_lo": o.n_lo, "n_hi": o.n_hi, "basis": o.basis} for o in report.observations
        ],
        "launched": report.launched,
        "intercepted": report.intercepted,
        "casualties": [
            {"kind": t.kind, "victims": t.victims, "low": t.low, "best": t.best, "high": t.high}
            for t in report.tolls
        ],
        "reporter": report.reporter,
        "url": report.url,
    }


def list_editions(case: Case, source_of: list[Edition]) -> list[dict[str, Any]]:
    """Editions for other programs, oldest first."""
    return [
        {
            "id": e.id,
            "dataset": e.dataset,
            "edition": e.name,
            "format": e.format,
            "sha256": e.sha256,
            "upstream": e.upstream,
            "data_as_of": e.as_of or None,
            "zone": e.zone,
            "rows": e.rows,
            "rejected": e.rejected,
            "imported": e.created_at,
        }
        for e in source_of
    ]


def compare_editions(case: Case, old: Edition, new: Edition) -> dict[str, Any]:
    """What became of the rows of one edition in another."""
    if "claims" in (old.format, new.format):
        raise BadInput("public numbers are compared by reconcile", "See: siteline ledger incidents reconcile")
    found = compare(old, new, case.incidents.reports(old), case.incidents.reports(new))
    return {
        "dataset": new.dataset,
        "old": {
            "edition": old.name,
            "rows": old.rows,
            "sha256": old.sha256,
            "launched": _launched(case, old),
        },
        "new": {
            "edition": new.name,
            "rows": new.rows,
            "sha256": new.sha256,
            "launched": _launched(case, new),
        },
        "matched_by": list(found.keys),
        "same": found.same,
        "added": [tell_report(kept) for kept in found.added],
        "removed": [tell_report(kept) for kept in found.removed],
        "changed": _changed(found),
    }


def _changed(found: Difference) -> list[dict[str, Any]]:
    return [
        {
            "old": one.old.id,
            "new": one.new.id,
            "line": one.new.line,
            "by": one.by,
            "day": one.new.report.window.day,
            "class": one.new.report.class_text,
            "columns": {name: {"old": a, "new": b} for name, (a, b) in one.columns.items()},
        }
        for one in found.changed
    ]


def _launched(case: Case, edition: Edition) -> int:
    return sum(kept.report.launched or 0 for kept in case.incidents.reports(edition))


def propose_duplicates(
    case: Case, sources: list[Source], words: Words, start: date | None, until: date | None
) -> dict[str, Any]:
    """Pairs that may be one incident, within and between the editions; nothing is put together."""
    kept = [one for source in sources for one in _window(case, source.edition, start, until)]
    carried = carry(case.db, case.incidents, [source.edition for source in sources], sources[0].as_of)
    proposed = propose(kept, words.mapping, carried.judged)
    by = {one.id: one for one in kept}
    return {
        "editions": [source.edition.label for source in sources],
        "rules": {"days": RULES.days, "km": RULES.km, "text": RULES.text, "longest_days": RULES.longest_days},
        "not_shown": proposed.left,
        "not_looked_at": proposed.unseen,
        "judgements": _judgements(carried.judged),
        "look_again": [
            {**told, "changed": list(carried.changed[told["id"]])}
            for told in _judgements(carried.judged)
            if told["id"] in carried.changed
        ],
        "candidates": [
            {
                "a": one.a, "b": one.b, "reasons": list(one.reasons), "score": one.score,
                "day": by[one.a].report.window.day, "place": by[one.a].report.spot.text,
                "class": by[one.a].report.class_text,
            }
            for one in proposed.candidates
        ],
    }  # fmt: skip


def judge(case: Case, verdict: str, said: list[str], why: str) -> str:
    """A person's word: these reports are of one incident (same), or not (not_same)."""
    if not why.strip():
        raise BadSetting("a judgement needs its reason", 'Say why: --why "..."')
    found = [case.incidents.report(one) for one in said]
    ids = list(dict.fromkeys(kept.id for _, kept in found))
    if len(ids) < 2:
        raise BadInput("a judgement is about two or more reports", "Name two ids.")
    editions = list({edition.id: edition for edition, _ in found}.values())
    judged = carry(case.db, case.incidents, editions).judged
    if said_so := contradicted(judged, verdict, ids):
        raise BadInput(
            said_so,
            "Name those, too."
            if verdict == "not_same"
            else "If that was wrong, merge these two first, by name and with your reason.",
        )
    return case.incidents.judge(verdict, ids, why.strip())


def _judgements(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """Every word that people gave on pairs, oldest first."""
    return [
        {
            "id": one.id,
            "verdict": one.verdict,
            "reports": list(one.reports),
            "why": one.why,
            "who": one.who,
            "at": one.at,
        }
        for one in judged
    ]


def export_csv(case: Case, source: Source, start: date | None, until: date | None) -> Iterator[str]:
    """Lines of the plain CSV of an edition, safe to open in a spreadsheet."""
    if source.edition.format == "claims":
        raise BadInput(
            f"{shown(source.edition.label, 60)} holds public numbers, not reports",
            "Its file as it came: siteline ledger incidents export --original",
        )
    return plain.write(_reports(case, source.edition, start, until))


def write_out(case: Case, out: Path, content: bytes) -> None:
    """Write an export, whole or not at all. Raises BadSetting."""
    try:
        write_derived(case, out, "", content)
    except OSError as error:
        raise BadSetting(
            f"cannot write {out.name}: {(error.strerror or str(error)).lower()}",
            "Check the folder and its permissions.",
        ) from error


def original(case: Case, source: Source) -> bytes:
    """The file of an edition, byte for byte, checked against its digest."""
    return case.blobs.read(source.edition.sha256)


def _reports(case: Case, edition: Edition, start: date | None, until: date | None) -> Iterator[Report]:
    return (kept.report for kept in _window(case, edition, start, until))


def _window(case: Case, edition: Edition, start: date | None, until: date | None) -> Iterator[Kept]:
    return case.incidents.reports(
        edition, start.isoformat() if start else None, until.isoformat() if until else None
    )
