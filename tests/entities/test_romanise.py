"""Hangul in Latin letters, by three systems, held against other people's lists."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.entities.spelling.hangul import composed, pronounced, taken_apart
from siteline.entities.spelling.korean import southern
from siteline.entities.spelling.romanise import System, romanise, romanise_person

syllables = st.integers(0xAC00, 0xD7A3).map(chr)
LEAST_RIGHT = 0.95


def test_revised_romanisation_agrees_with_the_national_institute(shared: Path) -> None:
    """C1: at least 95 % of the rows that the list marks as passing."""
    with (shared / "data/records/transliteration/nikl_rr_examples.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["category"] == "passing"]
    wrong = [row for row in rows if romanise(row["hangul"]) != row["rr_official"].lower()]
    assert len(rows) >= 30
    assert 1 - len(wrong) / len(rows) >= LEAST_RIGHT, wrong


@pytest.mark.parametrize(
    ("hangul", "spelled"),
    [
        ("화성", "hwasŏng"),
        ("함흥", "hamhŭng"),
        ("평양", "p'yŏngyang"),
        ("한강", "han'gang"),
        ("천리마", "ch'ŏllima"),
        ("부산", "pusan"),
        ("금강산", "kŭmgangsan"),
        ("독립문", "tongnimmun"),
        ("갈비", "kalbi"),
        ("발동", "paltong"),
        ("쉬리", "shwiri"),
        ("회관에", "hoegwane"),
        ("하에", "haë"),
    ],
)
def test_mccune_reischauer_voices_between_voiced_sounds(hangul: str, spelled: str) -> None:
    """The table of 1939: g, d, b, j between voiced sounds; lt and lch stay; n'g is told from ng."""
    assert romanise(hangul, System.MR) == spelled


@pytest.mark.parametrize(
    ("hangul", "spelled"),
    [
        ("천리마", "chŏllima"),
        ("백마산", "paengmasan"),
        ("압록강", "amrokkang"),
        ("찔레골", "jjilregol"),
        ("닭섬", "taksŏm"),
        ("꽃마을", "kkonmaŭl"),
        ("룡성", "ryongsŏng"),
        ("평양", "phyŏngyang"),
        ("청진", "chŏngjin"),
    ],
)
def test_the_dprk_spelling_keeps_its_r_and_its_breaths(hangul: str, spelled: str) -> None:
    """Rules of 1992: ch, kh, th, ph; ㄹ stays r after other sounds; nasals are written as said."""
    assert romanise(hangul, System.DPRK) == spelled


def test_the_parts_of_a_persons_name_do_not_change_each_other() -> None:
    """한복남 is Boknam, not Bongnam; each system joins the parts in its own way."""
    assert romanise_person("한복남") == "Han Boknam"
    assert romanise_person("박동구", System.DPRK) == "Pak Tong Gu"
    assert romanise_person("김정은", System.DPRK) == "Kim Jŏng Ŭn"
    assert romanise_person("민용하", System.MR) == "Min Yong-ha"
    assert romanise_person("남궁옥분") == "Namgung Okbun"


def test_what_is_not_hangul_stays_as_it_was() -> None:
    """Digits, Latin and Hanja pass through; jamo typed apart are composed first."""
    assert romanise("화성-11가 KN-23 火星") == "hwaseong-11ga KN-23 火星"
    assert romanise(unicodedata.normalize("NFD", "화성")) == "hwaseong"


def test_north_and_south_agree_on_the_first_sound() -> None:
    """리/이, 로/노, 녕변/영변: what the South leaves out or says otherwise."""
    assert [southern(word) for word in ("리영호", "로동", "녕변", "룡성", "나진", "김")] == [
        "이영호", "노동", "영변", "용성", "나진", "김",
    ]  # fmt: skip


@given(syllables)
def test_a_syllable_taken_apart_is_composed_again(letter: str) -> None:
    """Every block of Hangul, whatever its final."""
    assert composed(taken_apart(letter)) == letter


@given(st.text(syllables, max_size=8))
def test_every_word_can_be_spelled(word: str) -> None:
    """No sequence of syllables is refused, and nothing of it stays Hangul."""
    assert len(pronounced(word)) == len(word)
    for system in System:
        spelled = romanise(word, system)
        assert bool(spelled) == bool(word)
        assert all(letter.isalpha() or letter == "'" for letter in unicodedata.normalize("NFC", spelled))
        assert not any(0xAC00 <= ord(letter) <= 0xD7A3 for letter in spelled)
