"""Hangul syllables taken apart, and how their consonants sound beside each other."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_FIRST, _LAST = 0xAC00, 0xD7A3

_SPLIT = {
    "ㄳ": ("ㄱ", "ㅅ"),
    "ㄵ": ("ㄴ", "ㅈ"),
    "ㄶ": ("ㄴ", "ㅎ"),
    "ㄺ": ("ㄹ", "ㄱ"),
    "ㄻ": ("ㄹ", "ㅁ"),
    "ㄼ": ("ㄹ", "ㅂ"),
    "ㄽ": ("ㄹ", "ㅅ"),
    "ㄾ": ("ㄹ", "ㅌ"),
    "ㄿ": ("ㄹ", "ㅍ"),
    "ㅀ": ("ㄹ", "ㅎ"),
    "ㅄ": ("ㅂ", "ㅅ"),
}
"""Double finals: before a vowel the second one moves over."""

_STOPPED = {
    **dict.fromkeys("ㄱㄲㅋㄳㄺ", "ㄱ"),
    **dict.fromkeys("ㄴㄵㄶ", "ㄴ"),
    **dict.fromkeys("ㄷㅌㅅㅆㅈㅊㅎ", "ㄷ"),
    **dict.fromkeys("ㄹㄼㄽㄾㅀ", "ㄹ"),
    **dict.fromkeys("ㅁㄻ", "ㅁ"),
    **dict.fromkeys("ㅂㅍㄿㅄ", "ㅂ"),
    "ㅇ": "ㅇ",
    "": "",
}
"""The seven sounds that a syllable can end on."""

_NASAL = {"ㄱ": "ㅇ", "ㄷ": "ㄴ", "ㅂ": "ㅁ"}
_BREATHED = {"ㄱ": "ㅋ", "ㄷ": "ㅌ", "ㅂ": "ㅍ", "ㅈ": "ㅊ"}
_PALATAL = {"ㄷ": "ㅈ", "ㅌ": "ㅊ"}
_I_VOWELS = frozenset("ㅣㅕ")
_FREE_ENDINGS = frozenset("란량력로론료")
"""Sino-Korean endings that follow words of their own, so that ㄴ before them stays (standard pronunciation, rule 20)."""


@dataclass(frozen=True, slots=True)
class Syllable:
    """One block: initial ("ㅇ" is silent), vowel, final ("" for none)."""

    initial: str
    vowel: str
    final: str


def is_hangul(letter: str) -> bool:
    """Whether it is a composed syllable."""
    return _FIRST <= ord(letter) <= _LAST


def taken_apart(letter: str) -> Syllable:
    """The jamo of one composed syllable."""
    rest, final = divmod(ord(letter) - _FIRST, len(FINALS))
    initial, vowel = divmod(rest, len(VOWELS))
    return Syllable(INITIALS[initial], VOWELS[vowel], FINALS[final])


def composed(jamo: Syllable) -> str:
    """The block of these jamo."""
    place = INITIALS.index(jamo.initial) * len(VOWELS) + VOWELS.index(jamo.vowel)
    return chr(_FIRST + place * len(FINALS) + FINALS.index(jamo.final))


def words_of(text: str) -> Iterator[tuple[str, bool]]:
    """Runs of the text in turn, each with whether it is Hangul; jamo are composed first."""
    run, was = "", False
    for letter in unicodedata.normalize("NFC", text):
        now = is_hangul(letter)
        if run and now != was:
            yield run, was
            run = ""
        run, was = run + letter, now
    if run:
        yield run, was


def pronounced(word: str, *, liquid_stays: bool = False) -> list[Syllable]:
    """
    A Hangul word as it sounds: the standard rules of linking, nasals, liquids, ㅎ and palatals; no tensing.

    Within nouns ㄱ, ㄷ, ㅂ and a following ㅎ stay two sounds; before the verbal 히 and 혀 they become one.
    liquid_stays: ㄹ is said as written after other consonants, as in the North. What depends on where a compound is cut
    (an inserted ㄴ) cannot be known from the spelling and is left out.
    """
    said = [taken_apart(letter) for letter in word]
    for place in range(len(said) - 1):
        here, after = said[place], said[place + 1]
        tail = place + 2 == len(said)
        final, initial = _joined(here.final, after, word[place + 1])
        if initial != "ㅇ" or not final or final == "ㅇ":
            free = tail and len(said) > 2 and word[place + 1] in _FREE_ENDINGS
            final, initial = _met(_STOPPED[final], initial, liquid_stays, free)
        said[place] = Syllable(here.initial, here.vowel, final)
        said[place + 1] = Syllable(initial, after.vowel, after.final)
    if said:
        last = said[-1]
        said[-1] = Syllable(last.initial, last.vowel, _STOPPED[last.final])
    return said


def _joined(final: str, after: Syllable, letter: str) -> tuple[str, str]:
    """Linking over to a vowel, palatals, and what ㅎ does."""
    initial = after.initial
    kept, moved = _SPLIT.get(final, ("", final))
    if initial == "ㅇ":
        if final in ("", "ㅇ"):
            return final, initial
        if moved == "ㅎ":
            return "", kept or "ㅇ"
        if moved in _PALATAL and after.vowel in _I_VOWELS:
            return kept, _PALATAL[moved]
        return kept, moved
    if moved == "ㅎ" and final:
        if initial in _BREATHED:
            return kept, _BREATHED[initial]
        if initial == "ㅅ":
            return kept, "ㅅ"
        if initial == "ㄴ":
            return kept or "ㄴ", "ㄴ"
    if initial == "ㅎ" and letter in "히혀혔힌힐힘힙":
        breathed = {**_BREATHED, "ㄷ": "ㅊ"}.get(moved)
        if breathed:
            return kept, breathed
    return final, initial


def _met(final: str, initial: str, liquid_stays: bool, free: bool) -> tuple[str, str]:
    """What a stopped final and the next initial do to each other."""
    if initial in ("ㄴ", "ㅁ") and final in _NASAL:
        return _NASAL[final], initial
    if final == "ㄹ" and initial == "ㄴ":
        return "ㄹ", "ㄹ"
    if initial != "ㄹ" or not final:
        return final, initial
    if final == "ㄴ":
        return ("ㄴ", "ㄴ") if free else ("ㄹ", "ㄹ")
    if final == "ㄹ":
        return final, initial
    final = _NASAL.get(final, final)
    return final, ("ㄹ" if liquid_stays else "ㄴ")
