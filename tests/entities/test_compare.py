"""Spellings of one name, and names that only look like it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.entities.composites import alternatives
from siteline.entities.spelling.compare import SAME_NAME, compare
from siteline.entities.spelling.folding import keys
from siteline.entities.spelling.scripts import mixed_words, runs, script_of

names = st.text(st.sampled_from("abcdeikmnoprst -'ŏŭéШшкиїг리김화성11金23"), max_size=24)


def test_korean_persons_are_found_by_their_latin_spellings(shared: Path) -> None:
    """C2: at least 43 of the 48 names, and at most two found for somebody else."""
    path = shared / "data/records/transliteration/dprk_hangul_latin_pairs_eu.csv"
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["schema"] == "Person"]
    spelled = [
        [form.strip() for part in row["latin_forms"].split("|") for form in part.split(",")] for row in rows
    ]

    def is_same(hangul: str, forms: list[str]) -> bool:
        return any(compare(hangul, form, is_person=True).score >= SAME_NAME for form in forms)

    found = sum(is_same(row["hangul"], forms) for row, forms in zip(rows, spelled, strict=True))
    false = [
        (row["hangul"], other["hangul"])
        for row in rows
        for other, forms in zip(rows, spelled, strict=True)
        if row["latin_forms"] != other["latin_forms"] and is_same(row["hangul"], forms)
    ]
    assert len(rows) == 48
    assert found >= 43
    assert len(false) <= 2, false


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("KN23", "KN-23"),
        ("Hamhŭng", "함흥"),
        ("Hamheung", "함흥"),
        ("화성-11나", "Hwasong-11Na"),
        ("Hwasong-11나", "Hwasong-11Na"),
        ("Київ", "Kyiv"),
        ("Харків", "Kharkiv"),
        ("룡성", "용성"),
        ("룡성기계련합기업소", "용성기계연합기업소"),
        ("Siemens AG", "Siemens Aktiengesellschaft"),
        ("A.B.C. Company", "ABC Co."),
        ("ООО Ромашка", "Romashka LLC"),
    ],
)
def test_spellings_of_one_name_are_one(a: str, b: str) -> None:
    """Scripts, romanisations, legal forms, marks and spacing make no other name; both ways round."""
    assert compare(a, b).score >= SAME_NAME, compare(a, b)
    assert compare(a, b).score == compare(b, a).score


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Hwasong-11", "Hwasong-11A"),
        ("화성-11가", "화성-11나"),
        ("KN-23", "KN-32"),
        ("KN-23", "KN-25"),
        ("February 11 Plant", "February 16 Plant"),
        ("Bali", "Pali"),
        ("김정은", "김종은"),
        ("Olaf Scholz", "Octavian Scholz"),
        ("Ryongsong Machine Complex", "Rakwon Machine Complex"),
    ],
)
def test_names_that_differ_are_other_names(a: str, b: str) -> None:
    """Numbers are never spelled differently, Hangul that differs is another name, and one letter can be all."""
    assert compare(a, b).score < SAME_NAME, compare(a, b)


def test_a_romanisation_alone_only_resembles_unless_something_says_it_is_korean() -> None:
    """Two Latin words that would be one in Korean may be Balinese and Pali."""
    assert compare("Tongrim", "Dongrim").score < SAME_NAME
    assert compare("Tongrim", "Dongrim", is_korean=True).score >= SAME_NAME
    assert compare("Kim Jong Un", "Gim Jeong Eun", is_person=True).score >= SAME_NAME


def test_two_scripts_in_one_cell_are_two_names() -> None:
    """`KIM Kwang Yon 김광연` is found by either."""
    assert runs("KIM Kwang Yon 김광연") == ["KIM Kwang Yon", "김광연"]
    assert compare("김광연", "KIM Kwang Yon 김광연").score >= 0.9
    assert keys("김광연") & keys("KIM Kwang Yon")


def test_homoglyphs_are_noticed() -> None:
    """A Cyrillic а in a Latin word; a Latin designation beside Hangul is no fault."""
    assert mixed_words("Kаesong plant") == ["Kаesong"]
    assert mixed_words("화성-11A 공장") == []
    assert script_of("함흥 1") == "Hang"
    assert script_of("123") == "Zyyy"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("KN-23/24", ["KN-23", "KN-24"]),
        ("KN-23 or KN-24", ["KN-23", "KN-24"]),
        ("KN‑23 / KN–24", ["KN-23", "KN-24"]),
        ("Iskander-M/KN-23", ["Iskander-M", "KN-23"]),
        ("Hwasong-11A/B", ["Hwasong-11A", "Hwasong-11B"]),
        ("KN-23 або KN-24", ["KN-23", "KN-24"]),
        ("KN-23 또는 KN-24", ["KN-23", "KN-24"]),
        ("KN-23", ["KN-23"]),
        ("Oregon Works", ["Oregon Works"]),
        ("", []),
    ],
)
def test_a_composite_is_spelled_out(text: str, parts: list[str]) -> None:
    """Each alternative with what it leaves to its neighbour; an `or` inside a word is none."""
    assert alternatives(text) == parts


@settings(max_examples=300, deadline=None)
@given(names, names)
def test_likeness_is_symmetric_and_between_nothing_and_the_same(a: str, b: str) -> None:
    """Who is compared with whom changes nothing."""
    there, back = compare(a, b), compare(b, a)
    assert 0 <= there.score <= 1
    assert there.score == pytest.approx(back.score)


@settings(max_examples=300, deadline=None)
@given(names)
def test_a_name_is_itself_and_is_found_under_its_own_keys(name: str) -> None:
    """Whatever is in it."""
    if name.strip():
        assert compare(name, name).score == 1
    assert keys(name) == keys(name.upper().lower())
