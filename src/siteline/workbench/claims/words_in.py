"""Tables of words taken in again: on statements, lineages, relations; and each analyst's own judgements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from siteline.claims.export import ENTAILMENTS, LINEAGES, RELATIONS, WORDS
from siteline.claims.relation import RelationKind
from siteline.claims.said import ADDED, REJECTED, TABLE
from siteline.claims.statements import WordKind
from siteline.claims.table import Row, open_table, refuse_rows
from siteline.claims.weighing.assessments import Word, source_key
from siteline.claims.weighing.blind import analyst_key
from siteline.claims.weighing.tables import ASSESSMENTS, OUTCOMES, RATINGS
from siteline.model.admiralty import parse_credibility, parse_reliability
from siteline.model.assessment import Analysis, Assessment, Came, Confidence, SourceRating
from siteline.model.cells import CellFault
from siteline.model.errors import BadInput, SitelineError
from siteline.model.likelihood import TermSet, parse_likelihood
from siteline.workbench.case import Case
from siteline.workbench.claims import matrices
from siteline.workbench.claims.judging import find_claim, sight_of, signed
from siteline.workbench.claims.seen import find_own

What = tuple[object, ...]
"""What a row says, by which the same row is known again."""

_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class WordsIn:
    """What became of a table of words."""

    added: int
    of_others: int
    """Rows that another analyst signed: nobody judges in somebody else's name, so they were left."""


@dataclass(frozen=True, slots=True)
class _Said:
    """One row, read: what it says, and how it is taken in, which answers whether it was new."""

    what: What
    take: Callable[[], object]


@dataclass(frozen=True, slots=True)
class _Kind:
    columns: tuple[str, ...]
    known: Callable[[Case, Iterable[Row]], Counter[What]]
    """What the case has already, and how often."""

    read: Callable[[Case, Row], _Said | None]
    """None for a row that is somebody else's to bring."""


def kind_of_table(path: Path) -> str:
    """Which table of an export a file is, by its columns."""
    columns = set(open_table(path, ()).columns)
    if "claim_key" in columns:
        return "statements"
    return next((name for name, kind in _KINDS.items() if set(kind.columns) <= columns), "statements")


def import_words(case: Case, path: Path, prefix: str = "") -> WordsIn:
    """
    Take in a table of words, all rows or none; what is there already, as often, is not added again.

    Words are signed by whoever imports them; of judgements only their own are taken. prefix: what the statements were
    imported with. Raises BadTable.
    """
    kind = _KINDS[kind_of_table(path)]
    table = open_table(path, kind.columns)
    rows = [_renamed(row, prefix) for row in table.rows()] if prefix else list(table.rows())
    faults: list[CellFault] = []
    added = of_others = 0
    asked: Counter[What] = Counter()
    with case.db.appending():
        known = kind.known(case, rows)
        for row in rows:
            try:
                said = kind.read(case, row)
                if said is None:
                    of_others += 1
                    continue
                asked[said.what] += 1
                if asked[said.what] > known[said.what]:
                    added += said.take() is not False
            except (SitelineError, ValueError) as error:
                hint = getattr(error, "hint", "")
                faults.append(CellFault(row.line, "", "cannot_be", f"{error} {hint}".strip()))
        faults += table.faults
        if faults:
            refused = refuse_rows(path, faults)
            refused.faults = tuple(faults)
            refused.hint = "Correct the lines named; nothing was recorded."
            raise refused
    return WordsIn(added, of_others)


def _renamed(row: Row, prefix: str) -> Row:
    cells = {
        name: f"{prefix}:{cell}" if cell and _names_statement(row, name) else cell
        for name, cell in row.cells.items()
    }
    return Row(row.line, cells, row.raw)


def _names_statement(row: Row, column: str) -> bool:
    return column in ("statement", "a", "b") or (column == "refers_to" and row.text("kind") == "statement")


def _choice(words: type[_Choice], said: str, column: str) -> _Choice:
    try:
        return words(said)
    except ValueError as error:
        raise BadInput(f"column {column}: {said[:40]!a} is none of {', '.join(words)}") from error


def _words_known(case: Case, rows: Iterable[Row]) -> Counter[What]:
    filed = case.statements.find(ids={row.text("statement") for row in rows}, with_withdrawn=True)
    return Counter((f.id, w.kind, w.detail, w.why) for f in filed for w in f.words)


def _read_word(case: Case, row: Row) -> _Said:
    kind = _choice(WordKind, row.text("kind"), "kind")
    name, detail, why = find_own(case, row.text("statement")).id, row.text("detail"), row.text("why")
    if kind is WordKind.EVIDENCE:
        detail = case.exhibits.get(detail).id
    return _Said((name, kind, detail, why), lambda: case.statements.say(name, kind, why, detail))


def _read_lineage(case: Case, row: Row) -> _Said:
    a, b = sorted((row.text("a"), row.text("b")))
    verdict, why = row.text("verdict"), row.text("why")
    if verdict not in ("one", "apart"):
        raise BadInput(f"column verdict: {verdict[:40]!a} is neither one nor apart")
    if not a:
        raise BadInput("a lineage has no name")
    is_one = verdict == "one"
    return _Said((a, b, is_one, why), lambda: case.lineages.say(a, b, is_one, why))


def _read_relation(case: Case, row: Row) -> _Said:
    verdict, why = row.text("verdict"), row.text("why")
    kind = _choice(RelationKind, row.text("kind"), "kind")
    a, b = (find_own(case, row.text(end)).id for end in ("a", "b"))
    if verdict not in (ADDED, REJECTED, TABLE):
        raise BadInput(f"column verdict: {verdict[:40]!a} is none of added, rejected, table")
    return _Said((a, b, kind, verdict, why), lambda: case.relations.say(a, b, kind, verdict, why))


def _read_entailment(case: Case, row: Row) -> _Said:
    narrow, broad, why = row.text("narrow_key"), row.text("broad_key"), row.text("why")
    if not (narrow and broad):
        raise BadInput("an entailment needs two claim keys")
    return _Said((narrow, broad), lambda: case.relations.entail(narrow, broad, why))


def _read_assessment(case: Case, row: Row) -> _Said | None:
    if not _is_own(case, row):
        return None
    percent, digit, grounds = row.text("likelihood"), row.text("credibility"), row.text("confidence")
    terms = _choice(TermSet, row.text("terms") or case.settings.judging.terms, "terms")
    word = Word(
        find_claim(case, row.text("claim_id")).id,
        _choice(Analysis, row.text("kind"), "kind"),
        row.text("rationale"),
        parse_credibility(digit) if digit else None,
        parse_likelihood(percent, terms) if percent else None,
        _choice(Confidence, grounds, "confidence") if grounds else None,
    )
    return _Said(_what_of(word), lambda: case.assessments.file(word, sight_of(case)))


def _what_of(one: Word | Assessment) -> What:
    return one.claim_id, one.kind, one.credibility, one.likelihood, one.confidence, one.rationale.strip()


def _read_rating(case: Case, row: Row) -> _Said | None:
    if not _is_own(case, row):
        return None
    source, why = row.text("source"), row.text("rationale")
    letter = parse_reliability(row.text("reliability"))
    what = (source_key(source), letter, why)
    return _Said(what, lambda: case.assessments.rate(source, letter, why, sight_of(case)))


def _read_outcome(case: Case, row: Row) -> _Said:
    signed(case)
    claim, came = find_claim(case, row.text("claim_id")).id, _choice(Came, row.text("came"), "came")
    try:
        on = date.fromisoformat(row.text("known_on"))
    except ValueError as error:
        raise BadInput(f"column known_on: {row.text('known_on')[:40]!a} is no day") from error
    basis = row.text("basis")
    return _Said((claim, came, on, basis), lambda: case.outcomes.record(claim, came, on, basis))


def _is_own(case: Case, row: Row) -> bool:
    signed(case)
    if not row.text("analyst"):
        raise BadInput("column analyst: nobody signed this judgement")
    return analyst_key(row.text("analyst")) == analyst_key(case.db.who)


def _own_assessments(case: Case) -> list[Assessment]:
    own = analyst_key(case.db.who)
    return [a for a in case.assessments.open_to(sight_of(case)).assessments if analyst_key(a.analyst) == own]


def _own_ratings(case: Case) -> list[SourceRating]:
    own = analyst_key(case.db.who)
    return [r for r in case.assessments.ratings_open_to(sight_of(case))[0] if analyst_key(r.analyst) == own]


_KINDS = {
    "words": _Kind(WORDS, _words_known, _read_word),
    "relations": _Kind(
        RELATIONS,
        lambda case, _: Counter((w.a, w.b, w.kind, w.verdict, w.why) for w in case.relations.all_words()),
        _read_relation,
    ),
    "lineages": _Kind(
        LINEAGES,
        lambda case, _: Counter((w.a, w.b, w.is_one, w.why) for w in case.lineages.words()),
        _read_lineage,
    ),
    "entailments": _Kind(
        ENTAILMENTS,
        lambda case, _: Counter((e.narrow_key, e.broad_key) for e in case.relations.entailments()),
        _read_entailment,
    ),
    "assessments": _Kind(
        ASSESSMENTS, lambda case, _: Counter(map(_what_of, _own_assessments(case))), _read_assessment
    ),
    "ratings": _Kind(
        RATINGS,
        lambda case, _: Counter(
            (source_key(r.source), r.reliability, r.rationale) for r in _own_ratings(case)
        ),
        _read_rating,
    ),
    "outcomes": _Kind(
        OUTCOMES,
        lambda case, _: Counter((o.claim_id, o.came, o.on, o.basis) for o in case.outcomes.history()),
        _read_outcome,
    ),
    "cells": _Kind(
        matrices.CELLS,
        matrices.cells_known,
        lambda case, row: _Said(*matrices.read_cell(case, row)) if _is_own(case, row) else None,
    ),
    "evidence": _Kind(
        matrices.EVIDENCE,
        matrices.evidence_known,
        lambda case, row: _Said(*matrices.read_evidence(case, row)),
    ),
    "hypotheses": _Kind(
        matrices.HYPOTHESES,
        matrices.hypotheses_known,
        lambda case, row: _Said(*matrices.read_hypothesis(case, row)),
    ),
    "questions": _Kind(
        matrices.QUESTIONS,
        matrices.questions_known,
        lambda case, row: _Said(*matrices.read_question(case, row)),
    ),
}
"""In the order in which they are told apart by their columns."""
