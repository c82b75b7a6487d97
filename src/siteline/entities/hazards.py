"""What is wrong with a text that is offered as a name: each fault by its code, in plain words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from siteline.entities.spelling.scripts import mixed_words, runs, script_of_letter

LONGEST = 1000
"""Characters of one name."""

_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_HIDDEN = frozenset("\u00ad\u034f\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff")
_JOINERS = frozenset("\u200c\u200d")
_DEBRIS = re.compile(
    r"text of image|\(cid:\d+\)|\ufffd|\b(?:korean|russian|ukrainian|chinese|english|in (?:korean|chinese|cyrillic))\s*:"
    r"|\bpage \d+ of \d+\b|\bofficial journal\b",
    re.I,
)
_IDS = re.compile(
    r"\b(?:passport|imo|mmsi|inn|ogrn|edrpou|swift|bic|iban|tax id|registration)\b[\s.:№#no]*[\w-]*\d{3,}"
    r"|\b\d{7,}\b|\b(?:dob|d\.o\.b\.|born)\b[\s:]*\d",
    re.I,
)
_SEVERAL = re.compile(r"\b(?:a\.?k\.?a\.?|f\.?k\.?a\.?|alias(?:es)?)\b[\s.:]", re.I)


@dataclass(frozen=True, slots=True)
class Hazard:
    """One fault of a name."""

    code: str
    message: str
    is_fatal: bool
    """Whether it can be no name at all; the others are recorded, and never match by themselves."""


def hazards(text: str) -> list[Hazard]:
    """Every fault of a text that is to be a name, the fatal ones first."""
    found = [Hazard(code, message, True) for code, message in _fatal(text)]
    return found or [Hazard(code, message, False) for code, message in _suspicious(text)]


def shown(text: str, longest: int = 80) -> str:
    """The text for a message: what cannot be seen or turns the line is written as its code."""
    letters = []
    for letter in text[:longest]:
        plain = letter.isprintable() and letter not in _TURNING and letter not in _HIDDEN
        letters.append(letter if plain else f"<U+{ord(letter):04X}>")
    return "".join(letters) + ("…" if len(text) > longest else "")


def _fatal(text: str) -> list[tuple[str, str]]:
    if not any(letter.isalnum() for letter in text):
        return [("empty", "a name without a letter or digit")]
    found = []
    if len(text) > LONGEST:
        found.append(("too_long", f"{len(text)} characters; a name has at most {LONGEST}"))
    if turning := sorted(_TURNING & set(text)):
        codes = ", ".join(f"U+{ord(letter):04X}" for letter in turning)
        found.append(("bidi", f"characters that turn the direction of the line ({codes}) in {shown(text)}"))
    if hidden := sorted(letter for letter in set(text) if _is_hidden(letter)):
        codes = ", ".join(f"U+{ord(letter):04X}" for letter in hidden)
        found.append(("hidden", f"characters that cannot be seen ({codes}) in {shown(text)}"))
    if _has_stray_joiner(text):
        found.append(("hidden", f"a zero-width joiner beside letters that do not need one in {shown(text)}"))
    return found


def _is_hidden(letter: str) -> bool:
    category = unicodedata.category(letter)
    return letter in _HIDDEN or (category in ("Cc", "Cs", "Co", "Cn") and letter not in "\t\n")


def _has_stray_joiner(text: str) -> bool:
    """Persian and the scripts of India need joiners; elsewhere they only hide a difference."""
    return any(
        letter in _JOINERS
        and (
            place in (0, len(text) - 1)
            or script_of_letter(text[place - 1]) in ("Latn", "Cyrl", "Grek", "Hang", "Hani", "")
        )
        for place, letter in enumerate(text)
    )


def _suspicious(text: str) -> list[tuple[str, str]]:
    found = []
    if mixed := mixed_words(unicodedata.normalize("NFC", text)):
        word = mixed[0]
        letters = ", ".join(f"{letter} is {script_of_letter(letter)}" for letter in _odd_letters(word))
        found.append(("mixed_script", f"letters of two alphabets in one word: {shown(word)} ({letters})"))
    if hit := _DEBRIS.search(text):
        found.append(
            ("pdf_debris", f"{shown(hit.group())!r} is no part of a name; it looks like debris of a PDF")
        )
    if hit := _IDS.search(text):
        found.append(
            ("id_inside", f"{shown(hit.group())!r} looks like a number or date of an id, not like a name")
        )
    if _SEVERAL.search(text) or text.count(";") or text.count("\n"):
        found.append(("several", f"more than one name in {shown(text)}; give each its own line"))
    if len(runs(text)) > 1:
        found.append(("two_scripts", f"{shown(text)} is in two scripts; each part is searched by itself"))
    return found


def _odd_letters(word: str) -> list[str]:
    """The letters of the alphabet that is rarer in the word."""
    by: dict[str, list[str]] = {}
    for letter in word:
        if script := script_of_letter(letter):
            by.setdefault(script, []).append(letter)
    rare = min(by, key=lambda script: len(by[script]))
    return list(dict.fromkeys(by[rare]))[:4]
