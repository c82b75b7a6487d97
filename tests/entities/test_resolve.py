"""Which thing a text names, and what no machine decides."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from siteline.entities.exchange.aliases import import_aliases
from siteline.entities.exchange.intake import Intake
from siteline.entities.index import NameIndex
from siteline.entities.register import Entities
from siteline.entities.resolve import Found, resolve
from siteline.model.entity import EdgeKind, EntityType, NameKind, Strength
from siteline.model.errors import BadEntityFile
from tests.entities.making import named, stated, thing


@pytest.fixture
def gold(entities: Entities, shared: Path) -> Entities:
    """The table of aliases, imported twice."""
    path = shared / "data/records/gold/aliases.csv"
    import_aliases(entities, Intake(path), "aliases")
    again = Intake(path)
    import_aliases(entities, again, "aliases")
    assert not +again.added
    return entities


def called(entities: Entities, found: Found) -> list[str]:
    """The official names of what was found, in order."""
    ids = found.one_of or [match.id for match in found.matches]
    names = entities.names(ids)
    return [next(n.text for n in names if n.entity == each and n.kind is NameKind.OFFICIAL) for each in ids]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("KN-23", "KN-23"),
        ("KN23", "KN-23"),
        ("Hwasong-11A", "KN-23"),
        ("화성-11가", "KN-23"),
        ("Hwasong-11B", "KN-24"),
        ("Hwasong-11Na", "KN-24"),
        ("화성-11나", "KN-24"),
        ("Hwasong-11", "Hwasong-11"),
        ("Ryongsong Engineering Complex", "Ryongsong Machine Complex"),
        ("함흥", "Hamhung"),
        ("Hamhŭng", "Hamhung"),
        ("Hamheung", "Hamhung"),
        ("Military Supplies Industry Department", "Munitions Industry Department"),
    ],
)
def test_aliases_that_name_a_thing_name_it(gold: Entities, index: NameIndex, text: str, name: str) -> None:
    """C3: designations, local names, transliterations, translations and spacing are names."""
    found = resolve(gold, index, text)
    assert called(gold, found)[0] == name
    assert found.matches[0].is_auto, found.matches[0]


@pytest.mark.parametrize(
    "text", ["KN-23/24", "KN-23 or KN-24", "KN-24 / KN-23", "Hwasong-11A or Hwasong-11B"]
)
def test_a_composite_is_a_set_and_an_alias_of_none(gold: Entities, index: NameIndex, text: str) -> None:
    """C3: a claim about one of the two is a claim about `A or B`."""
    found = resolve(gold, index, text)
    assert sorted(called(gold, found)) == ["KN-23", "KN-24"]
    assert not found.matches


def test_a_composite_with_an_unknown_part_says_which(gold: Entities, index: NameIndex) -> None:
    """The set is of what is known; the other part is named."""
    found = resolve(gold, index, "Iskander-M/KN-23")
    assert called(gold, found) == ["KN-23"]
    assert found.unresolved == ("Iskander-M",)


def test_a_family_is_not_its_member(gold: Entities, index: NameIndex) -> None:
    """C3: `Hwasong-11` is a thing of its own, with the missile as its member; neither answers for the other."""
    [family] = [m for m in resolve(gold, index, "Hwasong-11").matches if m.is_auto]
    assert family.type is EntityType.PRODUCT_FAMILY
    assert called(gold, resolve(gold, index, "Hwasong-11")) == ["Hwasong-11"]
    [edge] = gold.edges([family.id])
    assert (edge.kind, edge.b) == (EdgeKind.MEMBER_OF_FAMILY, family.id)
    assert family.id not in {m.id for m in resolve(gold, index, "Hwasong-11A").matches}


def test_a_typo_never_merges_by_itself(gold: Entities, index: NameIndex) -> None:
    """C3: it is shown, with its note, and decides nothing; what resembles a typo is no evidence at all."""
    [match] = resolve(gold, index, "KN-32").matches
    assert not match.is_auto
    assert match.score <= 0.5
    assert "typo" in " ".join(match.reasons)
    assert not resolve(gold, index, "KN-33").matches


@pytest.mark.parametrize(
    "text", ["Feb 11", "2월11일공장", "룡성기계련합기업소", "Academy of National Defense Science"]
)
def test_weak_and_unverified_names_wait_for_more(gold: Entities, index: NameIndex, text: str) -> None:
    """C3: short forms, names flagged for verification, and `successor or other name`."""
    found = resolve(gold, index, text)
    assert found.matches
    assert not found.matches[0].is_auto


def test_a_weak_name_counts_with_a_second_property_that_agrees(entities: Entities, index: NameIndex) -> None:
    """With it the name decides; one that differs speaks against it."""
    plant = thing(entities, "February 11 Plant")
    named(entities, plant, "Feb 11", strength=Strength.WEAK, kind=NameKind.ABBREVIATION)
    stated(entities, plant, "country", "kp")
    [alone] = resolve(entities, index, "Feb 11").matches
    [more] = resolve(entities, index, "Feb 11", also={"country": "KP"}).matches
    [less] = resolve(entities, index, "Feb 11", also={"country": "ru"}).matches
    assert (alone.is_auto, more.is_auto, less.is_auto) == (False, True, False)
    assert less.score < alone.score < more.score


def test_a_person_is_offered_and_never_taken_on_a_name_alone(entities: Entities, index: NameIndex) -> None:
    """Two people of one name are both offered; a date of birth tells them apart."""
    one, other = (thing(entities, "Kim Chol", EntityType.PERSON) for _ in range(2))
    stated(entities, one, "birthDate", "1962-03-01")
    stated(entities, other, "birthDate", "1971-08-15")
    offered = resolve(entities, index, "김철").matches
    assert {match.id for match in offered} == {one, other}
    assert not any(match.is_auto for match in offered)
    assert max(match.score for match in offered) < 0.8
    told = resolve(entities, index, "김철", also={"birthDate": "1962"}).matches
    assert [(match.id, match.is_auto) for match in told] == [(one, True), (other, False)]


def test_a_cover_name_decides_nothing(entities: Entities, index: NameIndex) -> None:
    """It is shown to a person."""
    plant = thing(entities, "Sanum-dong plant")
    named(entities, plant, "Plant 125", kind=NameKind.CODENAME, strength=Strength.NEVER_AUTO)
    [match] = resolve(entities, index, "Plant 125").matches
    assert not match.is_auto


def test_two_things_of_one_name_are_left_to_a_person(entities: Entities, index: NameIndex) -> None:
    """Until they are merged; then there is one."""
    a, b = thing(entities, "Rakwon Machine Complex"), thing(entities, "Rakwon Machine Complex")
    found = resolve(entities, index, "Rakwon Machine Complex").matches
    assert [match.is_auto for match in found] == [False, False]
    entities.merge(a, b, "the same fence")
    [match] = resolve(entities, index, "Rakwon Machine Complex").matches
    assert (match.id, match.is_auto) == (a, True)


def test_a_slip_of_the_pen_is_found_and_left_to_a_person(entities: Entities, index: NameIndex) -> None:
    """One letter more, less, other or swapped; the nearest first."""
    thing(entities, "Ryongsong Machine Complex")
    thing(entities, "Rakwon Machine Complex")
    for slip in ("Ryongsng Machine Complex", "Ryognsong Machine Complex", "Ryongsong Machin Complex"):
        best = resolve(entities, index, slip).matches[0]
        assert best.name == "Ryongsong Machine Complex"
        assert not best.is_auto


def test_a_name_with_a_slash_in_it_is_a_name(entities: Entities, index: NameIndex) -> None:
    """Known as it stands, it is no composite."""
    line = thing(entities, "Maersk A/S", EntityType.ORGANISATION)
    assert [match.id for match in resolve(entities, index, "Maersk A/S").matches] == [line]


def test_former_names_say_until_when(entities: Entities, index: NameIndex) -> None:
    """A name that ended is found, with its last day."""
    plant = thing(entities, "Ryongsong")
    named(entities, plant, "Hungnam Works", kind=NameKind.FORMER, valid_to=date(1950, 1, 1).isoformat())
    [match] = resolve(entities, index, "Hungnam Works").matches
    assert any("1950-01-01" in reason for reason in match.reasons)


def test_the_index_is_made_again_when_it_is_damaged_or_anothers(
    entities: Entities, tmp_path: Path, index: NameIndex
) -> None:
    """It is derived: a broken file and another case's file are replaced."""
    thing(entities, "Hamhung", EntityType.PLACE)
    assert resolve(entities, index, "Hamhung").matches
    another = NameIndex(tmp_path / "names.db", "another case")
    another.catch_up(lambda row, limit: [])
    assert not another.find("Hamhung")
    assert resolve(entities, index, "Hamhung").matches
    (tmp_path / "names.db").write_bytes(b"not a database" * 100)
    assert resolve(entities, index, "Hamhung").matches


def test_as_of_yesterday_a_name_of_today_is_not_found(entities: Entities, index: NameIndex) -> None:
    """The index knows it; the answer does not."""
    before = datetime.now(UTC)
    thing(entities, "Hamhung", EntityType.PLACE)
    assert resolve(entities, index, "Hamhung").matches
    assert not resolve(entities, index, "Hamhung", as_of=before).matches


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("product,KN-23,,designation,en,,,", "empty"),
        ("product,KN-23,KN\u202e32,designation,en,,,", "bidi"),
        ("product,KN-23,KN\u200b23,designation,en,,,", "hidden"),
        ("missile,KN-23,KN23,designation,en,,,", "type"),
        ("product,KN-23,KN23,nickname,en,,,", "kind"),
        ("product,KN-23,KN23,designation,en,,,,too many", "cells"),
    ],
)
def test_a_bad_line_refuses_the_whole_list(entities: Entities, tmp_path: Path, line: str, code: str) -> None:
    """With its number and what is wrong; lenient takes the others and sets it aside."""
    path = tmp_path / "list.csv"
    head = "type,canonical,alias,kind,lang,note,source,flag\nplace,Hamhung,함흥,local,ko,,,\n"
    path.write_text(head + line + "\n", encoding="utf-8")
    with pytest.raises(BadEntityFile, match=rf"line 3.*{code}"):
        import_aliases(entities, Intake(path), "list")


def test_odd_names_are_told_and_decide_nothing(entities: Entities, index: NameIndex, tmp_path: Path) -> None:
    """Homoglyphs, debris of a PDF, ids in a name: kept, named with their line, never auto."""
    path = tmp_path / "list.csv"
    odd = [
        "Kаesong Works",
        "Text of image Kaesong Works",
        "Korean: 개성 공장",
        "Kaesong Works, tax id 123456789",
    ]
    rows = "".join(f'facility,Kaesong Works,"{name}",alias,en,,,\n' for name in odd)
    path.write_text("type,canonical,alias,kind,lang,note,source,flag\n" + rows, encoding="utf-8")
    intake = Intake(path)
    import_aliases(entities, intake, "list")
    told = [str(remark) for remark in intake.told()]
    for line, code in ((2, "mixed_script"), (3, "pdf_debris"), (4, "pdf_debris"), (5, "id_inside")):
        assert any(f"line {line}" in remark and code in remark for remark in told), (line, code, told)
    for name in odd:
        matches = [m for m in resolve(entities, index, name).matches if m.name == name]
        assert not any(match.is_auto for match in matches)
