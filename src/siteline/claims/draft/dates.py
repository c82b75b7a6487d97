"""Days, months and years as they are said; a year that was not said is not guessed."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator

from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.tokens import Tokens, one_of
from siteline.model.draft import SaidDate, Span

_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})(?:-(\d{2}))?(?![\d-])")
_ORDINALS = frozenset(("st", "nd", "rd", "th"))
_YEAR_BEFORE = one_of(
    "in since by until before after from during of through year early late mid end till for"
    " spring summer autumn winter fall"
    " в у з до с года року рік год"
)
_YEAR_AFTER = frozenset(("року", "рік", "году", "года", "год", "р", "г", "년"))


def find_dates(tokens: Tokens, lexicon: Lexicon) -> tuple[list[SaidDate], frozenset[int]]:
    """Dates in order, ranges as one; and the tokens that they take, which are no quantities."""
    found = [_with_first_day(tokens, *hit) for hit in _single(tokens, lexicon)]
    taken = frozenset(place for i, j, _ in found for place in range(i, j))
    return _ranges(tokens, found), taken


def _ranges(tokens: Tokens, found: list[tuple[int, int, str]]) -> list[SaidDate]:
    """`between A and B`, `from A to B`, `A-B` as one; a year said once is the year of both."""
    dates: list[SaidDate] = []
    k = 0
    while k < len(found):
        i, j, said = found[k]
        after = found[k + 1] if k + 1 < len(found) else None
        if after is not None and _is_range(tokens, [found[k]], after[0]):
            last = after[2]
            first = (
                last[:4] + said[1:]
                if said.startswith("--") and not last.startswith("--") and said[1:] <= last[4:]
                else said
            )
            begin = i - 1 if tokens.norm(i - 1) in ("between", "from", "від", "з", "с", "от") else i
            dates.append(SaidDate(_span(tokens, begin, after[1]), first, last))
            k += 2
            continue
        first = f"{said[:-2]}{int(tokens.norms[i]):02}" if said[-3:-2] == "-" and _leads(tokens, i) else said
        begin = i - 1 if first != said and tokens.norm(i - 1) in ("between", "from") else i
        dates.append(SaidDate(_span(tokens, begin, j), first, said))
        k += 1
    return dates


def _leads(tokens: Tokens, i: int) -> bool:
    """Whether a day stands alone here, and its month comes with the next: 3 and 19 April."""
    is_day = tokens.is_number(i) and len(tokens.norms[i]) <= 2
    return is_day and tokens.norm(i + 1) in ("and", "to", "-", "–", "—") and tokens.is_number(i + 2)


def _with_first_day(tokens: Tokens, i: int, j: int, said: str) -> tuple[int, int, str]:
    """A date with the day before it that shares its month, if there is one."""
    k = i - 2
    is_day = len(said) >= 7 and said[-3] == "-" and said[-2:].isdigit() and tokens.is_number(i)
    if not (
        is_day and k >= 0 and tokens.is_number(k) and len(tokens.norms[k]) <= 2 and tokens.norms[k].isdigit()
    ):
        return i, j, said
    link = tokens.norm(i - 1)
    fits = link in ("to", "-", "–", "—") or (link == "and" and tokens.norm(k - 1) == "between")
    return (k, j, said) if fits and 1 <= int(tokens.norms[k]) <= int(said[-2:]) else (i, j, said)


def _is_range(tokens: Tokens, earlier: list[tuple[int, int, str]], i: int) -> bool:
    if not earlier:
        return False
    begin, end, _ = earlier[0]
    if i - end != 1:
        return False
    link, opener = tokens.norm(end), tokens.norm(begin - 1)
    return link in ("to", "until", "through", "till", "-", "–", "—", "по", "до", "∼", "~") or (
        link == "and" and opener == "between"
    )


def _single(tokens: Tokens, lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    i = 0
    while i < len(tokens):
        hit = _iso(tokens, i) or _korean(tokens, i) or _by_month(tokens, i, lexicon) or _year(tokens, i)
        if hit is None:
            i += 1
            continue
        yield i, hit[0], hit[1]
        i = hit[0]


def _iso(tokens: Tokens, i: int) -> tuple[int, str] | None:
    if not tokens.is_number(i):
        return None
    hit = _ISO.match(tokens.text, tokens.starts[i], tokens.ends[-1])
    if hit is None:
        return None
    said = _date(int(hit[1]), int(hit[2]), int(hit[3]) if hit[3] else None)
    j = i
    while j < len(tokens) and tokens.ends[j] <= hit.end():
        j += 1
    return (j, said) if said else None


def _korean(tokens: Tokens, i: int) -> tuple[int, str] | None:
    """2024년 11월 24일, or parts of it."""
    parts: dict[str, int] = {}
    j = i
    while tokens.is_number(j) and tokens.norms[j].isdigit():
        unit = tokens.norm(j + 1)[:1]
        if unit not in ("년", "월", "일") or unit in parts:
            break
        parts[unit] = int(tokens.norms[j][:6])
        j += 2
    if "월" not in parts and "년" not in parts:
        return None
    said = _date(parts.get("년"), parts.get("월"), parts.get("일"))
    return (j, said) if said else None


def _by_month(tokens: Tokens, i: int, lexicon: Lexicon) -> tuple[int, str] | None:
    """3 February 2024 · February 3, 2024 · Feb. 3 · February 2024 · February."""
    start, day = i, None
    if tokens.is_number(i) and len(tokens.norms[i]) <= 2 and tokens.norms[i].isdigit():
        day = int(tokens.norms[i])
        i += 1 + (tokens.norm(i + 1) in _ORDINALS)
        i += tokens.norm(i) == "of"
    month = lexicon.months.get(tokens.norm(i))
    if month is None or (lexicon.code == "en" and not tokens.is_capital(i)):
        return None
    is_may = tokens.norm(i) in ("may", "march", "mar", "sep", "dec", "jan")
    i += 1 + (tokens.norm(i + 1) == "." and len(tokens.norm(i)) <= 4)
    if day is None and tokens.is_number(i) and len(tokens.norms[i]) <= 2 and tokens.norms[i].isdigit():
        day = int(tokens.norms[i])
        i += 1 + (tokens.norm(i + 1) in _ORDINALS)
    year, j = None, i + (tokens.norm(i) == ",")
    if tokens.is_number(j) and _is_year(tokens.norms[j]):
        year, i = int(tokens.norms[j]), j + 1
        i += tokens.norm(i) in _YEAR_AFTER
    if is_may and day is None and year is None and tokens.norm(start - 1) not in MONTH_BEFORE:
        return None
    said = _date(year, month, day)
    return (i, said) if said else None


MONTH_BEFORE = one_of(
    "in since until by last early late mid of during through from this next before after and to"
)
"""Words that make "May" and "March" months."""


def _year(tokens: Tokens, i: int) -> tuple[int, str] | None:
    if not (tokens.is_number(i) and _is_year(tokens.norms[i])):
        return None
    if tokens.norm(i - 1) in _YEAR_BEFORE or tokens.norm(i + 1) in _YEAR_AFTER:
        return i + 1 + (tokens.norm(i + 1) in _YEAR_AFTER), tokens.norms[i]
    return None


def _is_year(said: str) -> bool:
    return len(said) == 4 and said.isdigit() and 1000 <= int(said) <= 2199


def _date(year: int | None, month: int | None, day: int | None) -> str:
    """ISO 8601, without what was not said; "" for a day that does not exist."""
    if month is not None and not 1 <= month <= 12:
        return ""
    if day is not None and (month is None or not 1 <= day <= monthrange(year or 2024, month)[1]):
        return ""
    if year is not None and not 1 <= year <= 9999:
        return ""
    head = f"{year:04}" if year is not None else "-"
    parts = "" if month is None else f"-{month:02}" + ("" if day is None else f"-{day:02}")
    return head + parts


def _span(tokens: Tokens, i: int, j: int) -> Span:
    a, b = tokens.starts[i], tokens.ends[j - 1]
    return Span(a, b, tokens.text[a:b])
