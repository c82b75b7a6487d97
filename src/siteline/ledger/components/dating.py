"""
Assembled not before: a weapon is no older than its newest part.

A code bounds from below only, and only by its earliest reading. Counterfeits and clones bound nothing. The share of parts
that carry a code goes with every bound, and what is left of it without the part it rests on.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import date

from siteline.ledger.components.datecodes import Reading, readings, span_of
from siteline.ledger.components.merging import Piece, Wreck, wrecks_of
from siteline.model.component import Flag, Part, Tally
from siteline.model.incident import Judged
from siteline.model.tallied import Dating, Span, StatedDating

_ABOUT = 0.025
"""Half-width of a share that is given in a word, such as "half"."""

_WORDS = {
    "half": 0.5,
    "a third": 1 / 3,
    "one third": 1 / 3,
    "a quarter": 0.25,
    "two thirds": 2 / 3,
    "three quarters": 0.75,
}
_SHARE = r"(?P<bound>>|over|more than|at least|about|around|)\s*(?P<share>\d+(?:\.\d+)?\s*%|half|(?:a|one) third|a quarter|two thirds|three quarters)"  # noqa: E501
_WITH_CODE = re.compile(_SHARE + r"\s+of\s+(?:the\s+)?(?:parts|components|items)\s+(?:had|carried|bore|with)\s+(?:date\s+)?codes?", re.IGNORECASE)  # fmt: skip # noqa: E501
_WITHIN = re.compile(_SHARE + r"\s+of\s+(?:those|these)\s+(?:from\s+)?(?P<first>(?:19|20)\d\d)(?:\s*[-–]\s*(?P<last>(?:19|20)?\d\d))?", re.IGNORECASE)  # fmt: skip # noqa: E501


def date_wrecks(
    parts: Iterable[Part], tallies: Sequence[Tally] = (), wreck: str = "", judged: Sequence[Judged] = ()
) -> tuple[Dating, ...]:
    """The bound of each wreck that has parts or a stated bound, by key."""
    found = {w.key: w for w in wrecks_of(parts, judged) if not wreck or w.key == wreck}
    stated = {t.wreck for t in tallies if t.not_before is not None and (not wreck or t.wreck == wreck)}
    return tuple(
        _date(key, found.get(key), [t for t in tallies if t.wreck == key])
        for key in sorted(found.keys() | stated)
    )


def readings_of(piece: Piece) -> tuple[Reading, ...]:
    """Every way to read the code of a part, after what is known of its recovery; () without one."""
    found = list[Reading]()
    for part in piece.told:
        if part.item.date_code:
            until = part.recovery.days.last if part.recovery.days else part.source.published
            found += readings(part.item.date_code, part.item.scheme, until)
    return tuple(dict.fromkeys(found))


def _date(key: str, wreck: Wreck | None, tallies: Sequence[Tally]) -> Dating:
    pieces = wreck.pieces if wreck else ()
    has_code = [p for p in pieces if any(part.item.date_code for part in p.told)]
    false = [p for p in has_code if any(set(part.item.flags) & set(Flag) for part in p.told)]
    read = {p: found for p in has_code if p not in false and (found := readings_of(p))}
    bounds = {p: span.first for p, found in read.items() if (span := span_of(found)) is not None}
    newest = max(bounds.values(), default=None)
    others = [day for day in bounds.values() if day != newest]
    rests = sorted(_say(p) for p, day in bounds.items() if day == newest)
    examined = wreck.looked_at() if wreck else Span(0, 0)
    return Dating(
        wreck=key,
        not_before=newest,
        rests_on=tuple(rests),
        without_them=max(others, default=None),
        coded=wreck.span(lambda p: 2 if p in read else 0) if wreck else Span(0, 0),
        examined=examined,
        ambiguous=sum(len({r.days for r in found}) > 1 for found in read.values()),
        unread=len(has_code) - len(false) - len(read),
        left_out=len(false),
        by_year=tuple(_years(wreck, read)) if wreck else (),
        stated=tuple(_stated(t, tallies, newest) for t in tallies if t.not_before is not None),
    )


def _years(wreck: Wreck, read: dict[Piece, tuple[Reading, ...]]) -> Iterable[tuple[int, Span]]:
    of = {p: {(r.days.first.year, r.days.last.year) for r in found} for p, found in read.items()}
    years = sorted({year for pairs in of.values() for pair in pairs for year in pair})

    def state(piece: Piece, year: int) -> int:
        pairs = of.get(piece, set())
        if pairs and all(pair == (year, year) for pair in pairs):
            return 2
        return 1 if any(year in pair for pair in pairs) else 0

    for year in years:
        yield year, wreck.span(lambda piece, year=year: state(piece, year))  # type: ignore[misc]


def _stated(bound: Tally, tallies: Sequence[Tally], ours: date | None) -> StatedDating:
    assert bound.not_before is not None
    same = [t for t in tallies if t.key == "components" and t.low is not None and t.lineage == bound.lineage]
    with_code, within = _WITH_CODE.search(bound.note), _WITHIN.search(bound.note)
    coded, recent = (_share(found) if found else None for found in (with_code, within))
    years = None
    if within is not None:
        first = int(within["first"])
        last = within["last"] or within["first"]
        years = (first, int(last if len(last) == 4 else str(first)[:2] + last))
    of_all = (coded[0] * recent[0], coded[1] * recent[1]) if coded and recent else None
    return StatedDating(
        not_before=bound.not_before,
        source=bound.source,
        claim=bound.claim,
        components=(same[0].low or 0.0, same[0].high) if same else None,
        with_code=coded,
        within=recent,
        years=years,
        of_all=of_all,
        agrees=_agrees(bound.not_before, years, ours),
    )


def _agrees(day: date, years: tuple[int, int] | None, ours: date | None) -> str:
    said = "the source gives no years of its codes"
    if years is not None:
        holds = years[0] <= day.year <= years[1]
        said = (
            f"the bound lies {'within' if holds else 'outside'} the years of the codes, {years[0]}–{years[1]}; "
            "it rests on the newest of them, not on their share"
        )
    if ours is None:
        return f"{said}; no part on record has a code that can be read, so it is the source's word alone"
    if ours > day:
        return f"{said}; a part on record is later, {ours}: the bound can be raised"
    if ours == day:
        return f"{said}; the parts on record give the same day"
    return f"{said}; the parts on record reach back to {ours} only: the later bound is the source's word"


def _share(found: re.Match[str]) -> tuple[float, float]:
    said = found["share"].casefold()
    value = float(said.rstrip("% ")) / 100 if "%" in said else _WORDS[said]
    if found["bound"].casefold() in (">", "over", "more than", "at least"):
        return value, 1.0
    if "%" in said and not found["bound"]:
        return value, value
    return max(0.0, value - _ABOUT), min(1.0, value + _ABOUT)


def implied(stated: StatedDating) -> int | None:
    """The least number of parts that must have carried a code, from the stated shares; None if they do not say."""
    if stated.components is None or stated.with_code is None:
        return None
    return math.floor(stated.components[0] * stated.with_code[0])


def _say(piece: Piece) -> str:
    part = piece.told[0]
    named = f"item {part.item.tag}" if part.item.tag else f"part {part.key[:8]}"
    return f"{named}, code {part.item.date_code}"
