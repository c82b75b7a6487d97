"""Judgements, ratings and outcomes as tables: out as far as they are open, in again in nobody else's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from siteline.model.errors import BadTable
from siteline.workbench.case import Case
from siteline.workbench.claims.exporting import TABLES, export_claims
from siteline.workbench.claims.importing import import_claims
from siteline.workbench.claims.judging import judge_claim, list_assessments, resolve_outcome
from siteline.workbench.claims.words_in import import_words, kind_of_table
from tests.claims.factory import make_statement
from tests.workbench.claims.cases import B, as_analyst, made_case


@pytest.fixture
def judged(tmp_path: Path) -> Case:
    case = made_case(tmp_path / "case")
    case.statements.add(
        [make_statement("S1", low=8.0, high=8.0), make_statement("S2", "other", low=1.0, high=1.0)]
    )
    judge_claim(
        case, "S1", "=1+1 is a reason", credibility="2", likelihood="65", confidence="low", reliability="B"
    )
    judge_claim(case, "S2", "mine alone", likelihood="30")
    judge_claim(as_analyst(case.folder, B), "S1", "another", likelihood="40.5")
    resolve_outcome(case, "S1", "true", "2024-11-25", "court record")
    return case


def tables_of(case: Case, folder: Path) -> dict[str, Path]:
    return dict(zip(TABLES, export_claims(case, folder), strict=True))


def test_each_analyst_takes_their_own_and_twice_adds_nothing(judged: Case, tmp_path: Path) -> None:
    """In another case the tables come out the same, but for when; nobody judges in somebody else's name."""
    tables = tables_of(judged, tmp_path / "out")
    assert {name: kind_of_table(file) for name, file in tables.items()} == {name: name for name in TABLES}
    new = made_case(tmp_path / "new")
    import_claims(new, tables["statements"])
    first = import_words(new, tables["assessments"])
    assert (first.added, first.of_others) == (2, 1)
    assert import_words(new, tables["assessments"]).added == 0
    assert import_words(as_analyst(new.folder, B), tables["assessments"]).added == 1
    assert [import_words(new, tables[name]).added for name in ("ratings", "outcomes")] == [1, 1]
    assert [import_words(new, tables[name]).added for name in ("ratings", "outcomes")] == [0, 0]
    again = tables_of(new, tmp_path / "again")

    def without_when(file: Path) -> set[str]:
        return {
            ",".join(c for c in line.split(",") if "T" not in c) for line in file.read_text().splitlines()
        }

    for name in ("assessments", "ratings", "outcomes"):
        assert without_when(again[name]) == without_when(tables[name])


def test_no_table_opens_what_is_blind(judged: Case, tmp_path: Path) -> None:
    """The first judgement of a claim is in nobody else's table."""
    file = tables_of(as_analyst(judged.folder, B), tmp_path / "out")["assessments"]
    assert "mine alone" not in file.read_text()
    assert "another" in file.read_text()
    assert "'=1+1 is a reason" in file.read_text()


def test_a_bad_row_refuses_the_whole_table(judged: Case, tmp_path: Path) -> None:
    """Named by its line, with what is there instead; nothing is filed."""
    file = tables_of(judged, tmp_path / "out")["assessments"]
    text = file.read_text().replace(",30,A,", ",100,A,").replace(",content,2,", ",guess,1,")
    file.write_text(text)
    before = list_assessments(judged)
    with pytest.raises(
        BadTable, match=r"2 rows refused.*line 2.*guess.*source, technical, content.*line 3.*1 to 99"
    ):
        import_words(judged, file)
    assert list_assessments(judged) == before
