"""Tables and FollowTheMoney, out and back."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.entities.exchange.ftm.reading import LONGEST_LINE, import_ftm
from siteline.entities.exchange.ftm.writing import export_ftm
from siteline.entities.exchange.intake import Intake
from siteline.entities.exchange.tables import SHEETS, export_table, import_table
from siteline.entities.exchange.tabular import read_rows, write_rows
from siteline.entities.index import NameIndex
from siteline.entities.register import Entities
from siteline.entities.resolve import resolve
from siteline.model.entity import EdgeKind, EntityType, NameKind, Strength
from siteline.model.errors import BadEntityFile
from siteline.store.db import Database
from tests.entities.making import bound, named, stated, thing


def ftm_file(path: Path, *entities: Any) -> Path:
    """A file of entities, one a line; texts stand as they are."""
    lines = [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in entities]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def person(entity: str, **properties: list[str]) -> dict[str, Any]:
    """A person in FollowTheMoney."""
    return {"id": entity, "schema": "Person", "properties": properties}


def test_followthemoney_comes_back_without_loss(entities: Entities, shared: Path) -> None:
    """C4: every entity, property and value, in their order; a second import adds nothing."""
    path = shared / "data/records/ftm/donations.ijson"
    came = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    import_ftm(entities, Intake(path), "donations")
    lost: Counter[str] = Counter()
    assert list(export_ftm(entities, lost)) == came
    assert not lost
    again = Intake(path)
    import_ftm(entities, again, "donations")
    assert not +again.added
    assert again.known["entities"] == len(came) == 474


def test_what_is_not_in_the_model_is_kept(entities: Entities, tmp_path: Path) -> None:
    """Schemata, properties and what stands beside the properties come back as they were."""
    came = [
        {"id": "x-1", "schema": "Spaceship", "properties": {"thrust": ["9", "8"], "name": ["Vostok"]}},
        {
            "id": "x-2",
            "schema": "Person",
            "properties": {"shoeSize": ["43"]},
            "datasets": ["a", "b"],
            "target": True,
        },
        {"id": "x-3", "schema": "Note", "properties": {}, "caption": "=1+1"},
    ]
    import_ftm(entities, Intake(ftm_file(tmp_path / "odd.ijson", *came)), "odd")
    assert list(export_ftm(entities, Counter())) == came


def test_sanctions_come_in_and_go_out(entities: Entities, tmp_path: Path) -> None:
    """A sanction points at its target, is found from it, and is no thing of its own in lists."""
    came = [
        {"id": "co-1", "schema": "Company", "properties": {"name": ["Ryongsong Trading"], "country": ["kp"]}},
        {
            "id": "s-1",
            "schema": "Sanction",
            "properties": {
                "entity": ["co-1"],
                "authority": ["EU"],
                "startDate": ["2017-10-16"],
                "program": ["DPRK"],
            },
        },
    ]
    import_ftm(entities, Intake(ftm_file(tmp_path / "s.ijson", *came)), "s")
    [mention] = entities.mentions(["co-1"])
    assert (mention.entity, mention.schema, mention.prop) == ("s-1", "Sanction", "entity")
    assert [each.id for each in entities.all()] == ["co-1"]
    assert list(export_ftm(entities, Counter())) == came


def test_a_weak_alias_is_weak(entities: Entities, index: NameIndex, tmp_path: Path) -> None:
    """`alias` matches, `weakAlias` does not."""
    company = {
        "id": "co-1",
        "schema": "Company",
        "properties": {"name": ["Korea Mining"], "alias": ["KOMID"], "weakAlias": ["External Technology"]},
    }
    import_ftm(entities, Intake(ftm_file(tmp_path / "c.ijson", company)), "c")
    assert resolve(entities, index, "KOMID").matches[0].is_auto
    assert not resolve(entities, index, "External Technology").matches[0].is_auto


def test_ours_goes_out_in_their_words(entities: Entities) -> None:
    """A facility is real estate with an address, bonds are links, typos and not_same_as stay behind and are counted."""
    plant = thing(entities, "February 11 Plant")
    named(entities, plant, "2월11일공장", kind=NameKind.LOCAL)
    named(entities, plant, "Febuary 11 Plant", kind=NameKind.TYPO, strength=Strength.NEVER_AUTO)
    named(entities, plant, "Feb 11", kind=NameKind.ABBREVIATION, strength=Strength.WEAK)
    other = thing(entities, "February 16 Plant")
    stated(entities, plant, "address", "Hamhung, Ryongsong district")
    city = thing(entities, "Hamhung", EntityType.PLACE)
    complex_ = thing(entities, "Ryongsong Machine Complex", EntityType.COMPLEX)
    bound(entities, EdgeKind.LOCATED_IN, plant, city)
    bound(entities, EdgeKind.PART_OF, plant, complex_, "https://example.org/1")
    bound(entities, EdgeKind.NOT_SAME_AS, plant, other)
    lost: Counter[str] = Counter()
    made = {proxy["id"]: proxy for proxy in export_ftm(entities, lost)}
    estate = made[plant]
    assert estate["schema"] == "RealEstate"
    assert estate["properties"]["name"] == ["February 11 Plant"]
    assert estate["properties"]["alias"] == ["2월11일공장"]
    assert estate["properties"]["weakAlias"] == ["Feb 11"]
    addresses = [made[each]["properties"]["full"] for each in estate["properties"]["addressEntity"]]
    assert addresses == [["Hamhung, Ryongsong district"], ["Hamhung"]]
    [link] = [proxy for proxy in made.values() if proxy["schema"] == "UnknownLink"]
    assert link["properties"]["subject"] == [plant]
    assert link["properties"]["role"] == ["part of"]
    assert link["properties"]["sourceUrl"] == ["https://example.org/1"]
    assert lost == {"typos": 1, "not_same_as": 1}


def test_what_was_merged_can_go_out_as_one(entities: Entities) -> None:
    """With the other as a referent; by default each goes out as its source has it."""
    a, b = (
        thing(entities, "KOMID", EntityType.ORGANISATION),
        thing(entities, "Korea Mining", EntityType.ORGANISATION),
    )
    entities.merge(a, b, "the same address")
    assert len(list(export_ftm(entities, Counter()))) == 2
    [whole] = export_ftm(entities, Counter(), merged=True)
    assert (whole["id"], whole["referents"]) == (a, [b])
    assert whole["properties"]["name"] == ["KOMID", "Korea Mining"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "json"),
        ("[1, 2]", "shape"),
        ('"' + "[" * 10, "json"),
        ('{"id": "a b", "schema": "Person", "properties": {}}', "id"),
        ('{"id": 5, "schema": "Person", "properties": {}}', "id"),
        ('{"id": "a\\u202eb", "schema": "Person", "properties": {}}', "id"),
        ('{"id": "a", "schema": "Person", "properties": []}', "shape"),
        ('{"id": "a", "schema": "Person", "properties": {"name": [1]}}', "value"),
        ('{"id": "a", "schema": "Person", "properties": {"name": {"a": 1}}}', "value"),
        ('{"id": "a", "schema": "Person", "properties": {"na me": ["x"]}}', "property"),
        ('{"id": "a", "schema": "Person", "properties": {"name": ["x"]}, "id": "b"}', "json"),
        ('{"id": "a", "schema": "Person", "properties": {"name": ["\\ud800"]}}', "value"),
        ('{"id": "a", "schema": "Person", "properties": {}, "score": NaN}', "json"),
        ('{"id": "a", "properties": {}}', "schema"),
        ("[" * 100_000 + "]" * 100_000, "json"),
    ],
)
def test_a_hostile_line_refuses_the_file(entities: Entities, tmp_path: Path, line: str, code: str) -> None:
    """With its number and the reason; lenient keeps the good ones and writes the rejects."""
    path = ftm_file(tmp_path / "h.ijson", person("good", name=["Good"]), line, person("also", name=["Also"]))
    with pytest.raises(BadEntityFile, match=rf"line 2 \({code}\)"):
        import_ftm(entities, Intake(path), "h")
    lenient = Intake(path, is_lenient=True)
    import_ftm(entities, lenient, "h")
    lenient.write_rejects()
    assert {each.id for each in entities.all()} == {"good", "also"}
    [(number, cells)] = list(read_rows(lenient.rejects_file())[1])
    assert (cells["line"], cells["code"], number) == ("2", code, 2)


def test_a_line_without_end_and_bytes_that_are_no_text_are_refused(
    entities: Entities, tmp_path: Path
) -> None:
    """A bomb is not read to its end."""
    bomb = tmp_path / "bomb.ijson"
    with bomb.open("wb") as file:
        file.truncate(LONGEST_LINE * 4)
    with pytest.raises(BadEntityFile, match="MiB in one line"):
        import_ftm(entities, Intake(bomb), "bomb")
    bomb.write_bytes(b'{"id": "a", "schema": "Person", "properties": {"name": ["\xff"]}}\n')
    with pytest.raises(BadEntityFile, match="not UTF-8"):
        import_ftm(entities, Intake(bomb), "bomb")


def test_an_id_cannot_change_its_type(entities: Entities, tmp_path: Path) -> None:
    """A file that calls a known company a person is refused, whether the two stand in one file or in two."""
    company = {"id": "x", "schema": "Company", "properties": {"name": ["X"]}}
    import_ftm(entities, Intake(ftm_file(tmp_path / "one.ijson", company)), "one")
    with pytest.raises(BadEntityFile, match="organisation in this case, not a person"):
        import_ftm(entities, Intake(ftm_file(tmp_path / "two.ijson", person("x", name=["X"]))), "two")
    both = ftm_file(tmp_path / "three.ijson", person("y", name=["Y"]), {**company, "id": "y"})
    with pytest.raises(BadEntityFile, match="was a person in line 1"):
        import_ftm(entities, Intake(both), "three")


def test_names_with_hidden_characters_are_kept_as_statements_and_decide_nothing(
    entities: Entities, tmp_path: Path
) -> None:
    """The statement is what the source had; the name to search by is made visible, told with its line, and never auto."""
    path = ftm_file(tmp_path / "b.ijson", person("p", name=["Kim\u202eChol"], alias=["\u200fعلي"]))
    intake = Intake(path)
    import_ftm(entities, intake, "b")
    names = {name.text: name.strength for name in entities.names(["p"])}
    assert names == {"KimChol": Strength.NEVER_AUTO, "علي": Strength.STRONG}
    assert any("line 1" in str(remark) and "bidi" in str(remark) for remark in intake.told())
    assert "Kim\u202eChol" in {each.value for each in entities.statements(["p"])}


def test_every_table_comes_back_from_csv(entities: Entities, tmp_path: Path) -> None:
    """Things, names, statements, edges, judgements and withdrawals, into another case; a second time adds nothing."""
    a, b = thing(entities, "=cmd|' /C calc'!A0"), thing(entities, '"Quoted", with\na break;')
    named(entities, a, "화성-11가", kind=NameKind.LOCAL, lang="ko", note="-1+1", valid_from="2019-05-04")
    named(entities, a, "'=quoted", kind=NameKind.ALIAS)
    stated(entities, a, "country", "+850")
    complex_ = thing(entities, "@complex", EntityType.COMPLEX)
    edge = bound(entities, EdgeKind.PART_OF, a, complex_, "https://example.org")
    entities.merge(a, b, "=the same")
    entities.withdraw(edge, "wrong\r\nsource")
    written = {name: _written(entities, name) for name in SHEETS}
    assert not any(
        line.startswith(("=", "+", "@", "-")) for text in written.values() for line in text.split(",")
    )
    other_db = Database(f"sqlite:///{tmp_path / 'other.db'}", "B. Reader")
    other_db.upgrade()
    other = Entities(other_db)
    for again in (False, True):
        for name, text in written.items():
            path = tmp_path / f"{name}.csv"
            path.write_text(text, encoding="utf-8", newline="")
            intake = Intake(path)
            import_table(other, intake, name)
            assert bool(+intake.added) is not again, name
    for name in SHEETS:
        assert _unsigned(_written(other, name)) == _unsigned(written[name]), name
    assert other.identity().members(a) == (a, b)
    other_db.close()


def _written(entities: Entities, name: str) -> str:
    out = io.StringIO(newline="")
    export_table(entities, name, out)
    return out.getvalue()


def _unsigned(text: str) -> list[list[str]]:
    """Rows without who and when, which are the importer's."""
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    kept = [at for at, column in enumerate(head) if not column.startswith("created_")]
    return [[row[at] for at in kept] for row in [head, *rows]]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("edges", "kind,a,b,probability\npart_of,{a},{b},1.5\n", "between 0 and 1"),
        ("edges", "kind,a,b\npart_of,{a},nobody\n", "no entity"),
        ("edges", "kind,a,b\nknows,{a},{b}\n", "knows"),
        ("names", "entity_id,text,kind\n{a},x\u202ey,alias\n", "direction"),
        ("names", "entity_id,text,kind,valid_from\n{a},x,alias,yesterday\n", "yesterday"),
        ("names", "entity_id,text,kind\nnobody,x,alias\n", "no entity"),
        ("judgements", "id,a,b,verdict,why\n1,{a},{b},same,\n", "reason"),
        ("entities", "id,type\n{a},person\n", "not a person"),
        ("entities", "id,id,type\n", "twice"),
    ],
)
def test_a_bad_line_of_a_table_refuses_it(
    entities: Entities, tmp_path: Path, name: str, text: str, said: str
) -> None:
    """With its number and the reason."""
    a, b = thing(entities, "A", EntityType.COMPLEX), thing(entities, "B", EntityType.COMPLEX)
    path = tmp_path / f"{name}.csv"
    path.write_text(text.format(a=a, b=b), encoding="utf-8")
    with pytest.raises(BadEntityFile, match=rf"line [12].*{said}"):
        import_table(entities, Intake(path), name)


@settings(deadline=None)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
            min_size=2,
            max_size=2,
        ),
        max_size=5,
    )
)
def test_rows_come_back_from_csv(rows: list[list[str]]) -> None:
    """Separators, quotation marks and line breaks in cells too; rows of nothing are no rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            write_rows(out, ("one", "two"), rows)
        found = [list(cells.values()) for _, cells in read_rows(path)[1]]
    assert found == [row for row in rows if any(row)]


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"PK\x03\x04zip", b"%PDF-1.7", b"a\0b\n", b"a,b\n\xff\xfe,x\n", b'a,b\n"x\n']
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    """Sheets, PDFs, nothing, and bytes that are no text."""
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(BadEntityFile):
        list(read_rows(path)[1])
