"""Claims out as tables."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from siteline.claims.export import (
    ENTAILMENTS,
    LINEAGES,
    RELATIONS,
    WORDS,
    entailment_cells,
    lineage_cells,
    relation_cells,
    statement_cells,
    word_cells,
)
from siteline.claims.intake import COLUMNS
from siteline.claims.table import write_table
from siteline.claims.weighing.tables import (
    ASSESSMENTS,
    OUTCOMES,
    RATINGS,
    assessment_cells,
    outcome_cells,
    rating_cells,
)
from siteline.model.errors import BadSetting
from siteline.workbench.case import Case
from siteline.workbench.claims.judging import is_hidden, sight_of
from siteline.workbench.claims.matrices import CELLS, EVIDENCE, HYPOTHESES, QUESTIONS, tables_of
from siteline.workbench.claims.seen import open_forms, open_lineages

TABLES = (
    "statements", "words", "lineages", "relations", "entailments", "assessments", "ratings", "outcomes",
    "questions", "hypotheses", "evidence", "cells",
)  # fmt: skip
"""Files of an export, in the order in which they are read in again."""


def export_claims(case: Case, folder: Path, as_of: datetime | None = None) -> list[Path]:
    """
    Write every table of claims into a folder, as FILE.csv each; returns the files.

    Statements quoting exhibits that are restricted to others are left out, with the words on them; so are judgements that
    are not open to whoever exports. Raises BadSetting where
    a file is in the way.
    """
    found = [folder / f"{name}.csv" for name in TABLES]
    if there := next((file for file in found if file.exists()), None):
        raise BadSetting(f"{there} is there already", "Name a new folder.")
    digests: dict[str, str] = {}

    def sha256(exhibit_id: str) -> str:
        if exhibit_id not in digests:
            digests[exhibit_id] = case.exhibits.get(exhibit_id).sha256
        return digests[exhibit_id]

    filed = open_forms(case, case.statements.find(as_of=as_of, with_withdrawn=True), as_of)
    shown = {f.id for f in filed}
    words = [w for w in case.relations.all_words(as_of) if w.a in shown and w.b in shown]
    lineages = case.lineages.words(as_of)
    named = open_lineages(case, (end for w in lineages for end in (w.a, w.b)), as_of)
    texts = (
        write_table(COLUMNS, (statement_cells(f.statement, sha256) for f in filed)),
        write_table(WORDS, (cells for f in filed for cells in word_cells(f, sha256))),
        write_table(LINEAGES, lineage_cells(w for w in lineages if {w.a, w.b} <= named)),
        write_table(RELATIONS, relation_cells(words)),
        write_table(ENTAILMENTS, entailment_cells(case.relations.entailments(as_of))),
        *_judgements(case, as_of),
        *map(write_table, (QUESTIONS, HYPOTHESES, EVIDENCE, CELLS), tables_of(case, as_of)),
    )
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in zip(found, texts, strict=True):
        file.write_text(text, encoding="utf-8", newline="")
    return found


def _judgements(case: Case, as_of: datetime | None) -> tuple[str, str, str]:
    sight = sight_of(case)
    assessments = case.assessments.open_to(sight, None, as_of).assessments
    ratings, _ = case.assessments.ratings_open_to(sight, as_of)
    outcomes = case.outcomes.history(as_of=as_of)
    about = {one.claim_id for one in assessments} | {one.claim_id for one in outcomes}
    closed = {claim for claim in about if is_hidden(case, claim, as_of)}
    return (
        write_table(ASSESSMENTS, assessment_cells(a for a in assessments if a.claim_id not in closed)),
        write_table(RATINGS, rating_cells(ratings)),
        write_table(OUTCOMES, outcome_cells(o for o in outcomes if o.claim_id not in closed)),
    )
