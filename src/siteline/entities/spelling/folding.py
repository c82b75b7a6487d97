"""Names made comparable: plain words, and the keys under which a name is looked up."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from siteline.entities.spelling.cyrillic import korean_sound, latin_spellings
from siteline.entities.spelling.hangul import is_hangul
from siteline.entities.spelling.korean import coarse, folded_hangul, folded_latin, folded_word, may_be_korean
from siteline.entities.spelling.romanise import romanise
from siteline.entities.spelling.scripts import runs, script_of

VERSION = 1
"""Of the keys: an index made with another one is made anew."""

LONGEST = 400
"""Characters of a name that are looked at."""

_SPELLED_OUT = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "ə": "a",
        "ħ": "h",
    }
)
_APOSTROPHES = re.compile("['’‘`´ʼʻʹʺ＇\"“”„«»]")
_BREAKS = re.compile(r"[^\w]+|_")
_AND = re.compile(r"\s*&\s*|\s\+\s")
_NUMBER = re.compile(r"(\d+)(?:([^\W\d_]{1,3})(?![^\W\d_])|[\s-]([^\W\d_])(?![^\W\d_]))?")
_COUNTED = frozenset("가나다라마바사아자차카타파하")
"""What Korean counts with where others write A, B, C."""

_ORDINALS = frozenset(folded_word(ending) for ending in ("st", "nd", "rd", "th"))
_DIGITS_MEET = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Form:
    """One name in one script, made comparable."""

    script: str
    """ISO 15924."""

    words: tuple[str, ...]
    """Plain words in the order written: lower case, without marks and punctuation; Cyrillic in its first Latin spelling."""

    others: tuple[tuple[str, ...], ...]
    """Further Latin spellings of the same words (a Cyrillic text can be Ukrainian or Russian)."""

    korean: frozenset[str]
    """Folded forms as a Korean name; empty if it cannot be one."""

    numbers: tuple[str, ...]
    """Numbers in it, in order; they are never spelled differently."""


def tidy(text: str) -> str:
    """The text composed, with single spaces: what "the same text" compares."""
    return " ".join(unicodedata.normalize("NFKC", text[:LONGEST]).split())


@lru_cache(maxsize=1 << 16)
def plain_words(text: str) -> tuple[str, ...]:
    """Words in lower case, without marks; apostrophes vanish, other punctuation parts, letters part from digits."""
    text = _AND.sub(" and ", unicodedata.normalize("NFKC", text[:LONGEST]))
    text = _APOSTROPHES.sub("", text.casefold()).translate(_SPELLED_OUT)
    bare = unicodedata.normalize("NFD", text)
    bare = "".join(letter for letter in bare if _is_kept(letter))
    bare = unicodedata.normalize("NFC", bare)
    return tuple(_DIGITS_MEET.sub(" ", _BREAKS.sub(" ", bare)).split())


def _is_kept(letter: str) -> bool:
    """Accents go; the vowel signs of other scripts stay."""
    return not 0x300 <= ord(letter) <= 0x36F and unicodedata.category(letter) != "Cf"


@lru_cache(maxsize=1 << 16)
def forms(text: str) -> tuple[Form, ...]:
    """A name as comparable forms, one for each script it is written in."""
    return tuple(filter(None, (_form(run) for run in runs(tidy(text)) or [])))


def _form(text: str) -> Form | None:
    script = script_of(text)
    if script == "Cyrl":
        return _cyrillic(text)
    words = plain_words(romanise(text) if script == "Latn" else text)
    if not words:
        return None
    numbers = _numbers(text)
    korean: set[str] = set()
    letters = [word for word in words if not word.isdigit()]
    if script == "Hang":
        joined = "".join(letter for word in letters for letter in word if is_hangul(letter))
        korean = set(folded_hangul(joined)) if joined and len(joined) <= 24 else set()
    elif script == "Latn" and may_be_korean(letters):
        korean = set(folded_latin(letters))
    return Form(script, words, (), frozenset(korean), numbers)


def _numbers(text: str) -> tuple[str, ...]:
    """Numbers with the letters that belong to them: of `Hwasong-11A` and `화성-11가` the 11a and the 11ga."""
    found = []
    for digits, near, far in _NUMBER.findall(text.casefold()):
        letters = near or far
        if letters and is_hangul(letters[0]) and letters not in _COUNTED:
            letters = ""
        spelled = (
            folded_word(romanise(letters)) if letters and is_hangul(letters[0]) else folded_word(letters)
        )
        found.append((digits.lstrip("0") or "0") + ("" if spelled in _ORDINALS else spelled))
    return tuple(found)


def _cyrillic(text: str) -> Form | None:
    words = tuple(_BREAKS.sub(" ", _APOSTROPHES.sub("", text.casefold())).split())
    words = tuple(part for word in words for part in _DIGITS_MEET.sub(" ", word).split())
    if not words:
        return None
    spelled = [latin_spellings(word) for word in words]
    width = max(len(each) for each in spelled)
    versions = [tuple(each[min(at, len(each) - 1)] for each in spelled) for at in range(width)]
    sound = [korean_sound(word) for word in words if not word.isdigit()]
    korean = frozenset([coarse("".join(sound))]) if sound and all(sound) else frozenset[str]()
    numbers = _numbers(text)
    return Form("Cyrl", versions[0], tuple(dict.fromkeys(versions[1:])), korean, numbers)


_SLAVIC = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"shch|schtsch|sch", "sh"),
        (r"kh|ch(?=r)", "h"),
        (r"tz|ts", "c"),
        (r"w", "v"),
        (r"ph", "f"),
        (r"x", "ks"),
        (r"(?<=[^aeiou])[iyj](?=[aeou])", ""),
        (r"[yj]", "i"),
        (r"i+", "i"),
        (r"([a-z])\1", r"\1"),
    )
)


@lru_cache(maxsize=1 << 16)
def loose(word: str) -> str:
    """A plain Latin word with the usual differences of transliteration from Cyrillic taken out; others as they are."""
    if not word.isascii() or word.isdigit():
        return word
    for pattern, to in _SLAVIC:
        word = pattern.sub(to, word)
    return word


def keys(text: str) -> set[str]:
    """
    Keys under which a name is filed and found.

    `=` the words in any order; `~` one word, loosely; `k` folded as Korean; `c` the same, coarsely, as Russian hears it.
    """
    found: set[str] = set()
    for form in forms(text):
        for words in (form.words, *form.others):
            found.add("=" + "".join(sorted(words))[:120])
            found.update("~" + loose(word)[:60] for word in words[:12])
        joined = "".join(form.numbers)
        for folded in form.korean:
            found.add("c" + coarse(folded)[:100] + joined)
            if form.script != "Cyrl":
                found.add("k" + folded[:100] + joined)
    return found
