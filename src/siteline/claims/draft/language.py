"""Which language a text is in, as far as we read it; else that we do not."""

from __future__ import annotations

import re

from siteline.claims.draft.english import ENGLISH
from siteline.claims.draft.korean import KOREAN
from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.slavic import RUSSIAN, UKRAINIAN
from siteline.claims.draft.tokens import one_of, tokenize

UNKNOWN = "und"
_READ = 20_000
_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_WORD = re.compile(r"[A-Za-z']+")
_ENGLISH = one_of(
    "the of and to in a is that it was for on are with as by at from be this have has had not said"
    " an or were which but they"
    " he she his her its their been will would there we our no about after who more than if also into too much"
    " one no out up so what when can could would may against over between because other some any only new first two"
)
_CYRILLIC_WORD = re.compile(r"[\u0400-\u04ff]+")
_RUSSIAN = one_of("не на от что по из был была было были его это для при или уже также как")
_NEITHER = one_of("е са че ще във със беше који која које је су није")
"""Small words of Bulgarian and Serbian."""

_LEXICONS = {lexicon.code: lexicon for lexicon in (ENGLISH, UKRAINIAN, RUSSIAN, KOREAN)}


def guess(text: str, otherwise: str = UNKNOWN) -> str:
    """
    en, uk, ru, ko, or `und`.

    By script, then by letters that only one language has, then (Latin) by small words; `otherwise`: of the whole text, for a
    sentence too short to tell.
    """
    text = text[:_READ]
    hangul, cyrillic, latin = (len(pattern.findall(text)) for pattern in (_HANGUL, _CYRILLIC, _LATIN))
    if hangul * 3 > cyrillic + latin and hangul:
        return "ko"
    if cyrillic > latin:
        return _cyrillic(text.lower(), otherwise)
    words = _WORD.findall(text.lower())
    known = sum(word in _ENGLISH for word in words)
    if len(words) < 12 and otherwise in ("en", UNKNOWN):
        is_plain = latin > 0 and all(c < "\u00c0" or not c.isalpha() for c in text)
        return "en" if known or (otherwise == "en" and is_plain) else UNKNOWN if words else otherwise
    return "en" if known * 8 >= len(words) and words else UNKNOWN


def lexicon_of(code: str) -> Lexicon | None:
    """The word lists of a language; None for one that is not read."""
    return _LEXICONS.get(code)


def _cyrillic(text: str, otherwise: str) -> str:
    ukrainian = sum(text.count(c) for c in "іїєґ")
    russian = sum(text.count(c) for c in "ыэё")
    if "ў" in text or any(c in text for c in "ђћљњџјѕѓќ"):
        return UNKNOWN
    if ukrainian > russian:
        return "uk"
    if russian:
        return "ru"
    if otherwise in ("uk", "ru"):
        return otherwise
    words = set(_CYRILLIC_WORD.findall(text))
    if words & _NEITHER:
        return UNKNOWN
    tokens = tokenize(text[: _READ // 4])
    hits = {code: sum(1 for _ in _LEXICONS[code].verbs.find(tokens)) for code in ("uk", "ru")}
    if hits["uk"] > hits["ru"]:
        return "uk"
    return "ru" if hits["ru"] or len(words & _RUSSIAN) > 1 else UNKNOWN
