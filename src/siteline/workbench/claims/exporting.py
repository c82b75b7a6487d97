"""Claims out as tables, and the tables of words in again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
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
from siteline.claims.relation import RelationKind
from siteline.claims.said import ADDED, REJECTED, TABLE
from siteline.claims.statements import WordKind
from siteline.claims.table import Row, RowFault, open_table, refuse_rows, write_table
from siteline.model.errors import BadSetting, BadTable, SitelineError
from siteline.workbench.case import Case
from siteline.workbench.claims.question import visible_filed

TABLES = ("statements", "words", "lineages", "relations", "entailments")
"""Files of an export, in the order in which they are read in again."""


def export_claims(case: Case, folder: Path, as_of: datetime | None = None) -> list[Path]:
    """
    Write every table of claims into a folder, as FILE.csv each; returns the files.

    Statements quoting exhibits that are restricted to others are left out, with the words on them. Raises BadSetting where
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

    filed = visible_filed(case, case.statements.find(as_of=as_of, with_withdrawn=True))
    shown = {f.id for f in filed}
    words = [w for w in case.relations.all_words(as_of) if w.a in shown and w.b in shown]
    texts = (
        write_table(COLUMNS, (statement_cells(f.statement, sha256) for f in filed)),
        write_table(WORDS, (cells for f in filed for cells in word_cells(f, sha256))),
        write_table(LINEAGES, lineage_cells(case.lineages.words(as_of))),
        write_table(RELATIONS, relation_cells(words)),
        write_table(ENTAILMENTS, entailment_cells(case.relations.entailments(as_of))),
    )
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in zip(found, texts, strict=True):
        file.write_text(text, encoding="utf-8", newline="")
    return found


def kind_of_table(path: Path) -> str:
    """Which of `TABLES` a file is, by its columns."""
    columns = set(open_table(path, ()).columns)
    for name, wanted in (
        ("words", WORDS),
        ("relations", RELATIONS),
        ("lineages", LINEAGES),
        ("entailments", ENTAILMENTS),
    ):
        if set(wanted) <= columns and "claim_key" not in columns:
            return name
    return "statements"


def import_words(case: Case, path: Path) -> int:
    """
    Take in a table of words (on statements, lineages, relations, entailments); returns how many were new.

    They are signed by whoever imports them. Raises BadTable.
    """
    kind = kind_of_table(path)
    columns, read = _READERS[kind]
    table = open_table(path, columns)
    faults: list[RowFault] = []
    added = 0
    asked: Counter[tuple[object, ...]] = Counter()
    there: dict[tuple[object, ...], int] = {}
    with case.db.appending():
        for row in table.rows():
            try:
                word = read(case, row)
                asked[word.what] += 1
                known = there.setdefault(word.what, word.times)
                if asked[word.what] > known:
                    word.take()
                    added += 1
            except (SitelineError, ValueError) as error:
                faults.append(RowFault(row.line, "", "cannot_be", str(error)))
        faults += table.faults
        if faults:
            refused = refuse_rows(path, faults)
            refused.faults = tuple(faults)
            refused.hint = "Correct the lines named; nothing was recorded."
            raise refused
    return added


@dataclass(frozen=True, slots=True)
class _Word:
    """A row of words: what it says, how often the case has that already, and how it is taken in."""

    what: tuple[object, ...]
    times: int
    take: Callable[[], object]


def _read_word(case: Case, row: Row) -> _Word:
    kind, name, detail, why = (
        WordKind(row.text("kind")),
        row.text("statement"),
        row.text("detail"),
        row.text("why"),
    )
    if kind is WordKind.EVIDENCE:
        detail = case.exhibits.get(detail).id
    known = [(w.kind, w.detail, w.why) for w in case.statements.get(name).words]
    return _Word(
        (name, kind, detail, why),
        known.count((kind, detail, why)),
        lambda: case.statements.say(name, kind, why, detail),
    )


def _read_lineage(case: Case, row: Row) -> _Word:
    a, b = sorted((row.text("a"), row.text("b")))
    verdict, why = row.text("verdict"), row.text("why")
    if verdict not in ("one", "apart"):
        raise BadTable(f"{verdict!r} is neither one nor apart")
    is_one = verdict == "one"
    known = [(w.a, w.b, w.is_one, w.why) for w in case.lineages.words()]
    return _Word(
        (a, b, is_one, why), known.count((a, b, is_one, why)), lambda: case.lineages.say(a, b, is_one, why)
    )


def _read_relation(case: Case, row: Row) -> _Word:
    a, b, verdict, why = (row.text(column) for column in ("a", "b", "verdict", "why"))
    kind = RelationKind(row.text("kind"))
    for end in (a, b):
        case.statements.get(end)
    if verdict not in (ADDED, REJECTED, TABLE):
        raise BadTable(f"{verdict!r} is none of added, rejected, table")
    known = [(w.a, w.b, w.kind, w.verdict, w.why) for w in case.relations.words_on([a])]
    what = (a, b, kind, verdict, why)
    return _Word(what, known.count(what), lambda: case.relations.say(a, b, kind, verdict, why))


def _read_entailment(case: Case, row: Row) -> _Word:
    narrow, broad, why = row.text("narrow_key"), row.text("broad_key"), row.text("why")
    known = [(e.narrow_key, e.broad_key) for e in case.relations.entailments()]
    return _Word(
        (narrow, broad), known.count((narrow, broad)), lambda: case.relations.entail(narrow, broad, why)
    )


_READERS: dict[str, tuple[tuple[str, ...], Callable[[Case, Row], _Word]]] = {
    "words": (WORDS, _read_word),
    "lineages": (LINEAGES, _read_lineage),
    "relations": (RELATIONS, _read_relation),
    "entailments": (ENTAILMENTS, _read_entailment),
}
