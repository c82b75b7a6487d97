"""Rows of a table that quote an exhibit: their words are found in it, or the row is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from siteline.model.errors import BadTable
from siteline.workbench.case import Case
from siteline.workbench.claims.importing import import_claims
from siteline.workbench.evidence.custody import Description, Kept, take_files
from tests.workbench.claims.cases import made_case

TEXT = "Toll. At least 12 people died, the service said. The service said no more."
HEADER = "id,claim_key,value_low,exhibit,quote,start,end\n"


@pytest.fixture
def case(tmp_path: Path) -> Any:
    made = made_case(tmp_path / "case")
    yield made
    made.close()


def import_rows(case: Case, *rows: str) -> list[str]:
    page = case.folder / "page.txt"
    page.write_text(TEXT, encoding="utf-8")
    [kept] = take_files(case, [page], Description())
    assert isinstance(kept, Kept)
    table = case.folder / "rows.csv"
    lines = [row.replace("EXHIBIT", kept.exhibit.id) + "\n" for row in rows]
    table.write_text(HEADER + "".join(lines), encoding="utf-8")
    return import_claims(case, table).added


def test_words_that_stand_in_the_exhibit_once_are_found(case: Case) -> None:
    row = "Q1,killed,12,EXHIBIT,At least 12 people died,,"
    assert import_rows(case, row) == ["Q1"]
    anchor = case.statements.get("Q1").statement.anchor
    assert (anchor.start, anchor.end) == (6, 29)
    assert TEXT[6:29] == "At least 12 people died"
    assert anchor.rendition.startswith("text/1:")
    assert import_rows(case, row) == [], "the same table again adds nothing"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Q1,killed,12,EXHIBIT,ervice said,,", "more than once: at characters 36 and 54"),
        ("Q1,killed,12,EXHIBIT,At least 13 people died,,", "not in exhibit"),
        ("Q1,killed,12,EXHIBIT,,,", "no_quote"),
        ("Q1,killed,12,EXHIBIT,At least 12 people died,6,", "start and for end"),
        ("Q1,killed,12,EXHIBIT,At least 12 people died,7,30", "It stands at character 6"),
    ],
)
def test_words_that_are_elsewhere_or_twice_refuse_the_row(case: Case, row: str, words: str) -> None:
    with pytest.raises(BadTable) as refused:
        import_rows(case, row)
    assert any(words in f"{fault.code} {fault.said}" for fault in refused.value.faults)
    assert not case.statements.find()


def test_where_the_words_stand_twice_the_row_says_which(case: Case) -> None:
    import_rows(case, "Q1,killed,12,EXHIBIT,ervice said,54,65")
    assert case.statements.get("Q1").statement.anchor.start == 54
