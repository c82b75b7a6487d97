"""Tables of claims: all rows or none, twice adds nothing, out and in again the same."""

from __future__ import annotations

import csv
import io
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.claims.intake import COLUMNS
from siteline.claims.relation import RelationKind
from siteline.claims.said import ADDED
from siteline.claims.statements import WordKind
from siteline.claims.table import Row, read_cell
from siteline.model.cells import CellRefused, guarded
from siteline.model.errors import BadTable
from siteline.workbench.case import Case, make_case
from siteline.workbench.claims.adding import add_statement
from siteline.workbench.claims.exporting import TABLES, export_claims
from siteline.workbench.claims.importing import import_claims
from siteline.workbench.claims.question import ask, trace_drift
from siteline.workbench.claims.telling import tell_list, tell_page
from siteline.workbench.claims.words_in import import_words
from siteline.workbench.claims.words_said import list_relations
from tests.claims.conftest import ARTICLE, take_in

PLANT, MISSILES = "feb11_plant_public_claims.csv", "nk_missile_public_claims.csv"
HEAD = "id,claim_key,value_low,value_high,qualifier,unit,published,polarity,url\n"
GOOD = "R1,killed,14,,at least,people,2024-02-16,assert,https://example.org/a\n"


@pytest.fixture
def gold(shared: Path) -> Path:
    return shared / "data" / "records" / "gold"


def table(folder: Path, text: str, name: str = "table.csv") -> Path:
    file = folder / name
    file.write_bytes(text.encode())
    return file


def relation_set(case: Case, key: str) -> set[tuple[str, str, str | None]]:
    return {(r.kind.value, r.a, r.b) for r in ask(case, key).relations}


def test_one_hall_four_sizes(case: Case, gold: Path) -> None:
    """RECORDS 9.1: one lineage, six statements, four incompatible values, transmission conflict, corroboration 1."""
    import_claims(case, gold / PLANT)
    [row] = trace_drift(case, "new_building_size")
    assert row["lineage"] == "REUTERS-2024-11-25"
    assert row["statements"] == ["P01", "P02", "P03", "P04", "P05", "P06"]
    assert row["values"] == [[0.6, 0.7], [1.6, 1.7], [0.3, 0.4], [2.0, 2.0]]
    assert (row["verdict"], row["corroboration"], row["origin"]) == ("transmission_conflict", 1, "P01")
    named = {change["statement"]: change["kind"] for change in row["changes"]}
    assert named == dict.fromkeys(("P02", "P03", "P04", "P06"), "direction") | {"P05": "value"}
    assert relation_set(case, "new_building_size") == {
        ("transmission_conflict", "P01", f"P0{n}") for n in (2, 3, 4, 5, 6)
    }


def test_two_parents_are_a_real_contradiction(case: Case, gold: Path) -> None:
    import_claims(case, gold / PLANT)
    assert relation_set(case, "parent_complex") == {("contradicts", "P07", "P08")}
    assert [row["corroboration"] for row in trace_drift(case, "parent_complex")] == [1, 1]
    assert relation_set(case, "no_comment") == {("nonresponse", "P13", None)}


def test_the_missile_claims(case: Case, gold: Path) -> None:
    """B2: C010 and C012 one lineage; C014 supersedes C013; C019 a denial without evidence."""
    import_claims(case, gold / MISSILES)
    rows = {(row["lineage"], row["claim_key"]): row for row in trace_drift(case)}
    both = rows["PGO-REUTERS-2024-05-07", "killed"]
    assert (both["statements"], both["verdict"], both["corroboration"]) == (["C010", "C012"], "consistent", 1)
    killed = relation_set(case, "killed")
    assert {
        ("same_as", "C010", "C012"),
        ("supersedes", "C014", "C013"),
        ("narrows", "C005", "C003"),
    } <= killed
    assert not [pair for pair in killed if pair[0] in ("contradicts", "corroborates")]
    assert [tell_page(case, name)["status"] for name in ("C013", "C014")] == ["superseded", "standing"]
    page = tell_page(case, "C019")
    assert (page["statement"]["stance"], page["statement"]["evidence"]) == ("denies", [])
    assert [r["kind"] for r in page["relations"]] == ["denies"]
    assert "no evidence given" in page["relations"][0]["basis"]


def test_c014_supersedes_c013_without_the_note_that_says_so(case: Case, gold: Path, tmp_path: Path) -> None:
    text = (gold / MISSILES).read_text(encoding="utf-8").replace("superseded by C014", "")
    import_claims(case, table(tmp_path, text))
    assert ("supersedes", "C014", "C013") in relation_set(case, "killed")


def test_running_totals(case: Case, gold: Path) -> None:
    """RECORDS 9.2: "over 20" contradicts nothing; the fourth row is compared, not chained; 8 contradicts about 50."""
    import_claims(case, gold / MISSILES)
    found = relation_set(case, "missiles_fired")
    against = {pair[1:] for pair in found if pair[0] == "contradicts"}
    assert ("C009", "C021") in against
    assert not {("C001", "C007"), ("C001", "C009"), ("C007", "C009")} & against
    about = next(r for r in ask(case, "missiles_fired").relations if (r.a, r.b) == ("C009", "C021"))
    assert "58 of the 60 days" in about.basis
    assert "CSIS data" in about.basis  # it counts what the tallies named
    values = {t["id"]: t["value"] for t in tell_list(case, key="missiles_fired")}
    assert (values["C001"], values["C007"], values["C009"]) == ([24, None], [21, None], [45, 55])


def test_importing_twice_adds_nothing(case: Case, gold: Path) -> None:
    for name in (PLANT, MISSILES):
        first = import_claims(case, gold / name)
        before = list_relations(case), trace_drift(case)
        again = import_claims(case, gold / name)
        assert (again.added, again.already) == ([], len(first.added))
        assert (list_relations(case), trace_drift(case)) == before


def test_the_order_of_rows_changes_nothing(case: Case, gold: Path, tmp_path: Path) -> None:
    import_claims(case, gold / MISSILES)
    head, *rows = list(csv.reader((gold / MISSILES).open(encoding="utf-8", newline="")))
    random.Random(7).shuffle(rows)
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    other = make_case(tmp_path / "other")
    import_claims(other, table(tmp_path, out.getvalue(), MISSILES))
    assert list_relations(other) == list_relations(case)
    assert trace_drift(other) == trace_drift(case)
    other.close()


def test_yesterday_never_shows_today(case: Case, gold: Path, tmp_path: Path) -> None:
    import_claims(case, gold / PLANT)
    then = datetime.now(UTC)
    before = tell_list(case), list_relations(case), trace_drift(case), tell_page(case, "P07")
    import_claims(case, gold / MISSILES)
    case.statements.withdraw("P02", "wrong row")
    case.relations.say("P07", "P08", RelationKind.CONTRADICTS, "rejected", "they are one")
    case.lineages.say("ACW-2024-12", "REUTERS-2024-11-25", True, "one desk")
    case.relations.entail("parent_complex", "transfer", "for a test")
    page = {**tell_page(case, "P07", then), "as_of": None}
    assert (
        tell_list(case, then),
        list_relations(case, None, then),
        trace_drift(case, as_of=then),
        page,
    ) == before
    assert tell_list(case, then - timedelta(days=1)) == []
    assert trace_drift(case, as_of=then - timedelta(days=1)) == []
    now = trace_drift(case, "new_building_size")[0]
    assert now["statements"] == ["P01", "P03", "P04", "P05", "P06"]
    assert "contradicts" not in {kind for kind, _, _ in relation_set(case, "parent_complex")}


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",killed,1,,,people,,,https://e.org", "id", "no_id"),
        ("R2,,1,,,people,,,https://e.org", "claim_key", "no_claim_key"),
        ("R2,killed,x,,,people,,,https://e.org", "value_low", "bad_number"),
        ("R2,killed,NaN,,,people,,,https://e.org", "value_low", "bad_number"),
        ("R2,killed,1e999,,,people,,,https://e.org", "value_low", "bad_number"),
        ("R2,killed,5,3,,people,,,https://e.org", "value_high", "bad_interval"),
        ("R2,killed,3,5,at least,people,,,https://e.org", "qualifier", "bad_interval"),
        ("R2,killed,1,,,people,yesterday,,https://e.org", "published", "bad_date"),
        ("R2,killed,1,,,people,2024-02-31,,https://e.org", "published", "bad_date"),
        ("R2,killed,1,,,people,,perhaps,https://e.org", "polarity", "bad_polarity"),
        ("R2,killed,1,,,people,,,javascript:alert(1)", "url", "bad_url"),
        ("R2,killed,1,,,people,,,", "url", "no_anchor"),
        ("R2,killed,1,,,people,,,https://e.org,more", "", "cells_in_row"),
        ("R1,killed,1,,,people,,,https://e.org", "id", "id_twice"),
        ("R\u202e2,killed,1,,,people,,,https://e.org", "id", "unprintable"),
        ("R2,killed,1,,,peo\x00ple,,,https://e.org", "unit", "control_character"),
        (f"{'R' * 65},killed,1,,,people,,,https://e.org", "id", "too_long"),
    ],
)
def test_a_bad_row_is_refused_by_line_column_and_code(
    case: Case, tmp_path: Path, row: str, column: str, code: str
) -> None:
    file = table(tmp_path, HEAD + GOOD + row + "\n")
    with pytest.raises(BadTable) as refused:
        import_claims(case, file)
    [fault] = refused.value.faults
    assert (fault.line, fault.column, fault.code) == (3, column, code)  # type: ignore[attr-defined]
    assert "line 3" in str(refused.value)
    assert tell_list(case) == []
    done = import_claims(case, file, lenient=True)
    assert done.added == ["R1"]
    assert done.rejects is not None
    rejected = list(csv.DictReader(done.rejects.open(encoding="utf-8", newline="")))
    assert [(r["line"], r["column"], r["code"]) for r in rejected] == [("3", column, code)]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"id,killed\nR1,2\n", "no_column"),
        (b"id,claim_key,id\n", "column_twice"),
        (b"id,claim_key\nR1,caf\xe9\n", "encoding"),
        (b'id,claim_key\n"R1,killed\n', "not_csv"),
        (b"\xff\xfeI", "encoding"),
    ],
)
def test_what_is_no_table_is_refused(case: Case, tmp_path: Path, raw: bytes, code: str) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(raw)
    with pytest.raises(BadTable, match=code):
        import_claims(case, file)


def test_a_table_in_utf_16_or_with_a_mark_is_read(case: Case, tmp_path: Path) -> None:
    for number, encoding in enumerate(("utf-8-sig", "utf-16")):
        file = tmp_path / "t.csv"
        file.write_bytes((HEAD + GOOD.replace("R1", f"R{number}")).encode(encoding))
        assert import_claims(case, file).added == [f"R{number}"]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_semicolons_and_tabs_part_cells_too(case: Case, tmp_path: Path, delimiter: str) -> None:
    file = table(tmp_path, (HEAD + GOOD).replace(",", delimiter))
    assert import_claims(case, file).added == ["R1"]
    done = import_claims(
        case, table(tmp_path, (HEAD + GOOD + "R2,k,x").replace(",", delimiter)), lenient=True
    )
    assert done.rejects is not None
    assert done.rejects.read_text(encoding="utf-8").splitlines()[1].endswith("R2,k,x")


def test_an_id_of_another_statement_is_refused_and_a_prefix_helps(case: Case, tmp_path: Path) -> None:
    import_claims(case, table(tmp_path, HEAD + GOOD))
    other = table(tmp_path, HEAD + GOOD.replace("14", "15"), "other.csv")
    with pytest.raises(BadTable, match="id_taken"):
        import_claims(case, other)
    assert import_claims(case, other, prefix="desk").added == ["desk:R1"]
    assert import_claims(case, other, prefix="desk").added == []


def test_words_and_numbers_that_disagree_are_remarked_on(case: Case, tmp_path: Path) -> None:
    text = "id,claim_key,paraphrase,value_type,value_low,value_high,url\nP1,size,60-70% larger,ratio,0.6,0.7,https://e.org\n"
    [remark] = import_claims(case, table(tmp_path, text)).remarks
    assert "1.6 to 1.7" in remark.text


def test_an_unknown_column_is_named(case: Case, tmp_path: Path) -> None:
    text = HEAD.replace("\n", ",colour\n") + GOOD.replace("\n", ",red\n")
    [remark] = import_claims(case, table(tmp_path, text)).remarks
    assert "colour" in remark.text


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=20))
def test_a_cell_comes_back_and_runs_in_no_spreadsheet(value: str) -> None:
    """No cell starts as a formula does, but for plain numbers; and each is read as it was."""
    cell = guarded(value)
    assert read_cell(cell) == value
    assert cell[:1] not in "=@\t\r" or not cell
    if cell[:1] in ("+", "-"):
        float(cell)


def test_all_tables_go_out_and_come_in_again_the_same(case: Case, gold: Path, tmp_path: Path) -> None:
    """Export, import in a new case, export: the same bytes, table by table."""
    article = take_in(case, tmp_path, ARTICLE)
    for name in (PLANT, MISSILES):
        import_claims(case, gold / name)
    cells = {
        "id": "S1",
        "claim_key": "killed",
        "exhibit": article,
        "quote": "\u202eevil\u202c",
        "subject": '=HYPERLINK("https://e.org")',
        "value_low": "0.3333333333333333",
        "qualifier": "more than",
        "unit": "fraction",
        "stance": "nonresponse",
        "negated": "yes",
        "claimant": "Daily, citing a military source",
        "hedges": '[{"text": "perhaps", "kind": "epistemic"}]',
        "translation": '{"text": "böse", "language": "de", "translator": "X 1.0", "is_machine": true}',
        "asked": '{"by": "us", "when": "2024-02", "how": "by mail"}',
        "published": "2024-02/2024-03-05",
        "period_start": "2024",
        "evidence": article,
        "imagery": article,
        "supports": "P01 P02",
        "note": " - a note\nof two lines ",
        "condition": "+if",
        "language": "fr",
        "kind": "judgement",
    }
    add_statement(case, cells)
    case.statements.say("C019", WordKind.EVIDENCE, "given on 3 May", article)
    for kind in (WordKind.WITHDRAWN, WordKind.RESTORED, WordKind.WITHDRAWN):
        case.statements.say("P05", kind, "back and forth")
    case.lineages.say("ACW-2024-12", "REUTERS-2024-11-25", True, "one desk")
    case.relations.say("C001", "C010", RelationKind.SUPPORTS, ADDED, "=1+1")
    case.relations.entail("missiles_fired", "transfer", "they had to come")
    files = export_claims(case, tmp_path / "out")
    other = make_case(tmp_path / "other")
    take_in(other, tmp_path, ARTICLE)
    take_all(other, files)
    again = export_claims(other, tmp_path / "again")
    for one, two in zip(files, again, strict=True):
        assert one.read_bytes() == two.read_bytes(), one.name
    take_all(other, files)
    assert len(tell_list(other, with_withdrawn=True)) == 44
    assert other.statements.get("P05").is_withdrawn
    other.close()


def take_all(case: Case, files: list[Path]) -> None:
    for name, file in zip(TABLES, files, strict=True):
        if name == "statements":
            import_claims(case, file)
        else:
            import_words(case, file)


def test_an_export_needs_its_exhibits(case: Case, article: str, tmp_path: Path) -> None:
    add_statement(case, {"claim_key": "k", "exhibit": article, "quote": "the analyst said"})
    [file, *_] = export_claims(case, tmp_path / "out")
    assert file.read_text(encoding="utf-8").splitlines()[0] == ",".join(COLUMNS)
    other = make_case(tmp_path / "other")
    with pytest.raises(BadTable, match="no_exhibit"):
        import_claims(other, file)
    other.close()


@st.composite
def statement_cells(draw: st.DrawFn) -> dict[str, str]:
    text = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=8).map(str.strip)
    number = st.one_of(st.integers(0, 99).map(str), st.floats(0, 99, allow_nan=False).map(repr))
    qualifier = draw(st.sampled_from(["", "at least", "more than", "about", "up to", "nearly", "odd words"]))
    return {
        "claim_key": "k",
        "url": "https://example.org/",
        "value_low": draw(number),
        "qualifier": qualifier,
        "unit": draw(st.sampled_from(["", "people", "fraction", "%", "m", "ratio"])),
        "subject": draw(text),
        "paraphrase": draw(text),
        "place": draw(text),
        "note": draw(text),
        "cites": draw(text),
        "published": draw(st.sampled_from(["", "2024", "2024-02", "2024-02-03", "2024/..", "../2024-05"])),
    }


@given(st.lists(statement_cells(), min_size=1, max_size=3))
def test_any_statement_goes_through_a_table(cells: list[dict[str, str]]) -> None:
    """What is read from cells is written as cells from which the same is read."""
    from siteline.claims.export import statement_cells as write
    from siteline.claims.intake import read_row

    for number, told in enumerate(cells):
        try:
            statement = read_row(Row(1, {"id": f"S{number}", **told}), lookup)
        except CellRefused:  # "nearly 0" allows no value
            continue
        written: dict[str, Any] = write(statement, str)
        back = {name: read_cell(guarded(value)) for name, value in written.items()}
        assert read_row(Row(1, back), lookup) == statement


def lookup(said: str) -> tuple[str, str]:
    return said, said
