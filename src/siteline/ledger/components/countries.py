"""Names of countries in many languages as ISO 3166 codes, and back. What nobody knows is `unknown`, no country."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from siteline.model.component import UNKNOWN

_LANGUAGES = ("en", "fr", "de", "es", "it", "ru", "uk", "pl", "ko", "ja", "zh", "zh_Hant", "fa", "he")
_NO_COUNTRY = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
_ALSO = {
    "usa": "US", "u.s.": "US", "u.s.a.": "US", "us": "US", "united states of america": "US", "america": "US",
    "uk": "GB", "great britain": "GB", "britain": "GB", "england": "GB",
    "dprk": "KP", "democratic people's republic of korea": "KP", "dpr korea": "KP", "korea, north": "KP",
    "korea (north)": "KP", "조선민주주의인민공화국": "KP", "조선": "KP",
    "rok": "KR", "republic of korea": "KR", "korea, south": "KR", "korea (south)": "KR",
    "prc": "CN", "people's republic of china": "CN", "mainland china": "CN",
    "taiwan, province of china": "TW", "taiwan, china": "TW", "chinese taipei": "TW",
    "hong kong": "HK", "hong kong sar": "HK", "macao": "MO", "macau": "MO",
    "сша": "US", "кнр": "CN", "кндр": "KP", "рф": "RU", "великобритания": "GB",
    "korea, republic of": "KR", "korea, democratic people's republic of": "KP", "viet nam": "VN",
    "iran, islamic republic of": "IR", "syrian arab republic": "SY", "republic of belarus": "BY",
    "russian federation": "RU", "turkey": "TR", "holland": "NL", "the netherlands": "NL",
    "czech republic": "CZ", "burma": "MM", "myanmar/burma": "MM", "uae": "AE", "islamic republic of iran": "IR",
    "ussr": "SU", "soviet union": "SU", "gdr": "DD", "yugoslavia": "YU", "czechoslovakia": "CS",
}  # fmt: skip
_PRINTED = {
    "HK": "Hong Kong", "MO": "Macao", "SU": "Soviet Union", "DD": "East Germany", "YU": "Yugoslavia",
    "CS": "Czechoslovakia", "MM": "Myanmar", "PS": "Palestinian Territories",
}  # fmt: skip
_NOT_SAID = {
    "",
    "-",
    "–",
    "—",
    "?",
    "n/a",
    "na",
    "none",
    "unknown",
    "not known",
    "not identified",
    "неизвестно",
}


def codes_of(text: str) -> tuple[str, ...] | None:
    """
    The countries of a cell as codes, sorted: "USA | Japan" is a set of two; () if nobody knows.

    None if a name in it is no country's.
    """
    found = set()
    for part in re.split(r"[|/;]|\bor\b", text) if _fold(text) not in _known() else [text]:
        name = _fold(part)
        if name in _NOT_SAID:
            continue
        code = _known().get(name)
        if code is None:
            return None
        found.add(code)
    return tuple(sorted(found))


def name_of(code: str) -> str:
    """A country's name as it is printed; `unknown` for none."""
    if code in ("", UNKNOWN):
        return UNKNOWN
    return _PRINTED.get(code) or _english().get(code, code)


def _fold(text: str) -> str:
    flat = unicodedata.normalize("NFKC", text).replace("’", "'").replace("&", " and ").casefold()
    return " ".join(flat.split()).removeprefix("the ")


@cache
def _english() -> dict[str, str]:
    return _territories("en")


@cache
def _known() -> dict[str, str]:
    from babel.core import get_global

    known: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in _territories(language).items():
            known.setdefault(_fold(name), code)
    for alias, codes in get_global("territory_aliases").items():
        if len(alias) == 3 and alias.isalpha() and len(codes) == 1 and len(codes[0]) == 2:
            known.setdefault(alias.casefold(), codes[0])
    for code in _english():
        known.setdefault(code.casefold(), code)
    return {**known, **_ALSO}


def _territories(language: str) -> dict[str, str]:
    from babel import Locale

    names: dict[str, str] = dict(Locale.parse(language).territories)
    return {code: name for code, name in names.items() if len(code) == 2 and code not in _NO_COUNTRY}
