"""In which script a text is written, and where one script ends and the next begins."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache

_CODES = {
    "LATIN": "Latn",
    "CYRILLIC": "Cyrl",
    "HANGUL": "Hang",
    "CJK": "Hani",
    "GREEK": "Grek",
    "ARABIC": "Arab",
    "HEBREW": "Hebr",
    "HIRAGANA": "Jpan",
    "KATAKANA": "Jpan",
    "THAI": "Thai",
    "KHMER": "Khmr",
    "GEORGIAN": "Geor",
    "ARMENIAN": "Armn",
    "DEVANAGARI": "Deva",
}
ALPHABETS = frozenset(("Latn", "Cyrl", "Grek"))
"""Scripts with letters that look like each other's."""


@lru_cache(maxsize=1 << 14)
def script_of_letter(letter: str) -> str:
    """ISO 15924 code of a letter's script; "" for what every script uses, "Zzzz" for scripts we do not name."""
    if not letter.isalpha():
        return ""
    code = ord(letter)
    if code < 0x250:
        return "Latn"
    word = unicodedata.name(letter, "").partition(" ")[0]
    if word in ("MODIFIER", "FULLWIDTH", "HALFWIDTH"):
        folded = unicodedata.normalize("NFKC", letter)
        return script_of_letter(folded) if folded != letter else ""
    return _CODES.get(word, "Zzzz")


def script_of(text: str) -> str:
    """The script that most letters of a text are in, as ISO 15924; "Zyyy" where there are no letters."""
    seen = Counter(filter(None, map(script_of_letter, text)))
    return seen.most_common(1)[0][0] if seen else "Zyyy"


def scripts_in(text: str) -> list[str]:
    """All scripts of a text, in the order in which they first appear."""
    return list(dict.fromkeys(filter(None, map(script_of_letter, text))))


def mixed_words(text: str) -> list[str]:
    """Words that mix alphabets whose letters look alike, such as a Cyrillic а among Latin letters."""
    return [word for word in text.split() if len(ALPHABETS & set(scripts_in(word))) > 1]


def runs(text: str) -> list[str]:
    """
    The parts of a text that are each in one script, cut between words: `KIM Kwang Yon 김광연` is two names.

    A word that mixes scripts (`화성-11A`) stays whole and goes with what stands before it; digits never cut.
    """
    found: list[list[str]] = []
    scripts: list[str] = []
    for word in text.split():
        inside = scripts_in(word)
        here = inside[0] if len(inside) == 1 else ""
        if found and (not here or not scripts[-1] or scripts[-1] == here):
            found[-1].append(word)
            scripts[-1] = scripts[-1] or here
        else:
            found.append([word])
            scripts.append(here)
    return [" ".join(words) for words in found]
