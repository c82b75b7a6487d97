"""Names of companies: as keys for counting, and folded, to propose which may be one. Nothing merges by itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from siteline.model.component import CompanyState

_LEGAL = (
    "ab ag aktiengesellschaft ao aps as bhd bv bvba co company corp corporation cv doo eood fze fzco fzc fzllc "
    "gesellschaft gmbh group holding holdings hf inc incorporated jsc kft kg kk limited llc llp lp ltd ltda mbh nv ojsc "
    "oao ooo oy oyj pao pjsc plc pllc private public pt pte pty pvt sa sae sarl sas sdn se sl spa sro srl spzoo tov zao "
    "fgup"
)
_FORMS = frozenset(_LEGAL.split())
"""Legal forms, Cyrillic ones in Latin."""

_GLUED = (
    "股份有限公司", "有限责任公司", "有限責任公司", "有限公司", "集团", "集團", "公司", "株式会社", "株式會社", "有限会社",
    "주식회사", "유한회사", "(주)", "㈜",
)  # fmt: skip
_LONG_FORMS = (
    "limited liability company", "public joint stock company", "closed joint stock company", "joint stock company",
    "общество с ограниченной ответственностью", "публичное акционерное общество", "открытое акционерное общество",
    "акционерное общество",
)  # fmt: skip
_LATIN = (
    "а=a б=b в=v г=g д=d е=e ё=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh "
    "щ=shch ъ= ы=y ь= э=e ю=yu я=ya і=i ї=i є=e ґ=g"
)
_CYRILLIC = dict(pair.split("=") for pair in _LATIN.split())


@lru_cache(maxsize=1 << 16)
def company_key(name: str) -> str:
    """A name as companies are counted by: case, punctuation and spaces make no difference; everything else does."""
    flat = unicodedata.normalize("NFKC", name).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in flat).split())


@lru_cache(maxsize=1 << 16)
def folded(name: str) -> str:
    """A name without its legal form and its accents, Cyrillic in Latin: names that fold alike may be one company."""
    flat = unicodedata.normalize("NFKC", name).casefold()
    for form in _GLUED:
        flat = flat.replace(form, " ")
    flat = re.sub(r"(?<=\w)\.(?=\w\b)|(?<=\b\w)\.", "", flat)  # S.A., L.L.C.
    flat = " ".join("".join(c if c.isalnum() or c == "&" else " " for c in flat).split())
    for form in _LONG_FORMS:
        flat = re.sub(rf"\b{form}\b", " ", flat)
    flat = "".join(_CYRILLIC.get(letter, letter) for letter in flat)
    spelled = unicodedata.normalize("NFD", flat)
    bare = "".join(letter for letter in spelled if unicodedata.category(letter) != "Mn")
    words = unicodedata.normalize("NFC", bare).replace("&", " and ").split()
    return " ".join(word for word in words if word not in _FORMS) or " ".join(words)


def is_legal_form(word: str) -> bool:
    """Whether a word of a name is its legal form."""
    return "".join(_CYRILLIC.get(letter, letter) for letter in word) in _FORMS


def may_be_one(names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Groups of names that differ only in legal form, accent or script: for a person to look at."""
    groups: dict[str, set[str]] = {}
    for name in names:
        groups.setdefault(folded(name), set()).add(name)
    return tuple(
        tuple(sorted(group))
        for _, group in sorted(groups.items())
        if len({company_key(n) for n in group}) > 1
    )


def state_on(states: Iterable[CompanyState], name: str, day: date) -> CompanyState | None:
    """
    What a company was on a day, successions followed: of a company bought by another, the state of the buyer.

    The row filed last wins where two hold; a circle of successions ends where it began.
    """
    listed, seen, asked = list(states), set[str](), company_key(name)
    found: CompanyState | None = None
    while asked not in seen:
        seen.add(asked)
        held = [s for s in listed if company_key(s.company) == asked and s.holds(day)]
        ended = [
            s
            for s in listed
            if company_key(s.company) == asked and s.succeeded_by and s.until and s.until <= day
        ]
        if held:
            found = held[-1]
        if not ended or held:
            return found
        asked = company_key(max(ended, key=lambda s: s.until or date.min).succeeded_by)
    return found
