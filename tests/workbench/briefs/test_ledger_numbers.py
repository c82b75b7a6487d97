"""Numbers of the ledgers in a brief: each is a stored query, and falls when a newer edition says otherwise."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from siteline.workbench.briefs.building import build_file
from siteline.workbench.briefs.checking import check_text
from siteline.workbench.case import Case
from siteline.workbench.ledger import asking
from siteline.workbench.ledger.components.counting import ask, count_parts
from siteline.workbench.ledger.components.importing import import_table
from siteline.workbench.ledger.importing import import_file
from siteline.workbench.ledger.sources import pick_edition, words_of
from tests.workbench.claims.cases import made_case

HEAD = '+++\ntitle = "Counts"\n+++\n\n'


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return made_case(tmp_path / "case")


def codes(case: Case, body: str) -> set[str]:
    return {o.code for o in check_text(case, HEAD + body).objections}


REPORTS = "start,weapon,launched,province\n2024-07-01 01:00,KN-23,4,Kyiv\n2024-07-02 01:00,Iskander-M/KN-23,6,Kyiv\n"


def counted(case: Case, rows: str, name: str, folder: Path) -> str:
    """Import an edition, and keep a count of July; returns the query's id."""
    file = folder / f"{name}.csv"
    file.write_text(rows)
    import_file(case, file, "csv", name, dataset="reports", as_of=name)
    source, words = pick_edition(case), words_of(case, None)
    asked = asking.ask_count(case, source, words, "KN-23", "2024-07-01", "2024-08-01", "missile")
    return str(asking.keep(case, "count", source, asked, asking.count(case, source, words, asked))["query"])


def test_a_count_is_printed_with_its_ends_and_falls_with_a_newer_edition(case: Case, tmp_path: Path) -> None:
    query = counted(case, REPORTS, "2024-08-01", tmp_path)
    good = f"Between 4 and 10 missiles were reported. [@query:{query}]"
    assert codes(case, good) == set()
    assert codes(case, f"Between 5 and 10 missiles were reported. [@query:{query}]") == {"number"}
    file = tmp_path / "next.csv"
    file.write_text(REPORTS + "2024-07-03 01:00,KN-23,2,Kyiv\n")
    import_file(case, file, "csv", "2024-09-01", dataset="reports", as_of="2024-09-01")
    assert codes(case, good) == {"stale"}


PARTS = "wreck,item,label,seat_country,source\nW1,1,chip,US,A\nW1,2,chip,DE,A\nW1,3,board,,A\n"


def test_a_count_of_parts_is_cited_too(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "parts.csv"
    file.write_text(PARTS)
    import_table(case, file, "csv")
    query = count_parts(case, ask(by="seat"))["query"]
    assert codes(case, f"Of 3 parts examined, 2 were identified. [@query:{query}]") == set()
    assert codes(case, f"Of 9 parts examined, 2 were identified. [@query:{query}]") == {"number"}


def test_a_query_that_is_not_on_record_carries_nothing(case: Case) -> None:
    assert codes(case, "Some 9 parts were found. [@query:parts-0000]") == {"no-evidence", "number"}
    assert codes(case, "Some 9 were found. [@query:q0000]") == {"no-evidence", "number"}


def test_a_stored_count_is_pictured_in_a_brief(case: Case, tmp_path: Path) -> None:
    query = counted(case, REPORTS, "2024-08-01", tmp_path)
    file = tmp_path / "brief.md"
    file.write_text(
        HEAD + f"Between 4 and 10 missiles were reported. [@query:{query}]\n\n![](chart:{query})\n"
    )
    built = build_file(case, file, tmp_path / "brief.html", date(2024, 9, 2), lambda _: None)
    assert built.missing == ()
    assert "data:image/svg+xml" in built.path.read_text()
    assert built.objections == ()
