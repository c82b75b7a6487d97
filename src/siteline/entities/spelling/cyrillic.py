"""
Ukrainian and Russian in Latin letters, and Korean as Russian writes it.

Ukrainian after the national table of 2010, Russian after the passport rules with y for й and ы. Text that shows no letter of
only one of the two can be either, and has both spellings.
"""

from __future__ import annotations

_SHARED = dict(
    zip(
        "абвджзклмнопрстуфхцчшщ",
        "a b v d zh z k l m n o p r s t u f kh ts ch sh shch".split(),  # noqa: SIM905
        strict=True,
    )
)
_UKRAINIAN = _SHARED | {"г": "h", "ґ": "g", "е": "e", "є": "ie", "и": "y", "і": "i", "ї": "i", "й": "i"}
_UKRAINIAN |= {"ю": "iu", "я": "ia", "ь": "", "’": "", "'": ""}
_FIRST = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
_RUSSIAN = _SHARED | {"г": "g", "е": "e", "ё": "yo", "и": "i", "й": "y", "ъ": "", "ы": "y", "ь": "", "э": "e"}
_RUSSIAN |= {"ю": "yu", "я": "ya"}
_ONLY_UKRAINIAN, _ONLY_RUSSIAN = frozenset("ґєії"), frozenset("ёъыэ")

_KOREAN = {"к": "g", "г": "g", "т": "d", "д": "d", "п": "b", "б": "b", "ч": "j", "р": "r", "л": "r", "х": "h"}
_KOREAN |= {
    "н": "n",
    "м": "m",
    "с": "s",
    "в": "w",
    "а": "a",
    "о": "o",
    "у": "u",
    "ы": "u",
    "и": "i",
    "э": "e",
}
_KOREAN |= {"е": "e", "ё": "yo", "ю": "yu", "я": "ya", "й": "i", "ь": "", "ъ": "", "і": "i"}


def latin_spellings(word: str) -> list[str]:
    """The Latin spellings of one lower-case Cyrillic word; letters of other languages stay as they are."""
    letters = set(word)
    spelled = []
    if not letters & _ONLY_RUSSIAN:
        spelled.append(_ukrainian(word))
    if not letters & _ONLY_UKRAINIAN:
        spelled.append("".join(_RUSSIAN.get(letter, letter) for letter in word))
    return list(dict.fromkeys(spelled)) or ["".join(_RUSSIAN.get(letter, letter) for letter in word)]


def _ukrainian(word: str) -> str:
    spelled = ""
    for place, letter in enumerate(word):
        if letter == "г" and place and word[place - 1] == "з":
            spelled += "gh"
        elif place == 0:
            spelled += _FIRST.get(letter, _UKRAINIAN.get(letter, letter))
        else:
            spelled += _UKRAINIAN.get(letter, letter)
    return spelled


def korean_sound(word: str) -> str:
    """A lower-case word of Cyrillic letters in the coarse letters of Korean, "" if Russian does not write Korean so."""
    word = word.replace("дж", "ч").replace("чх", "ч").replace("кх", "к").replace("тх", "т").replace("пх", "п")
    if any(letter not in _KOREAN for letter in word):
        return ""
    return "".join(_KOREAN[letter] for letter in word)
