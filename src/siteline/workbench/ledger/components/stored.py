"""Questions about parts that were kept: looked at beside what the ledger answers now, and asked again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from siteline.ledger.components.counting import COUNTRY
from siteline.ledger.components.countries import name_of
from siteline.ledger.components.dating import date_wrecks
from siteline.ledger.components.queries import Kept, Question, is_stale
from siteline.model.errors import BadInput, NotFound
from siteline.model.shown import plain
from siteline.workbench.case import Case
from siteline.workbench.ledger.components.counting import (
    count_of,
    dating_numbers,
    numbers_of,
    share_numbers,
    share_of,
    tell_dating,
)
from siteline.workbench.ledger.components.ledger import PartsLedger


def list_queries(
    case: Case, as_of: datetime | None = None, *, internal: bool = False
) -> list[dict[str, Any]]:
    """Every question that was kept, oldest first, and whether the ledger answers it otherwise now. internal: with all names."""
    ledger = PartsLedger(case, as_of)
    return [_tell(ledger, kept, internal) for kept in ledger.queries.all(as_of)]


def show_query(
    case: Case, said: str, as_of: datetime | None = None, *, internal: bool = False
) -> dict[str, Any]:
    """One question by its id or the start of it. Raises NotFound or BadInput."""
    ledger = PartsLedger(case, as_of)
    return _tell(ledger, _find(ledger.queries.all(as_of), said), internal)


def run_again(case: Case, said: str, *, internal: bool = False) -> dict[str, Any]:
    """Answer a kept question from what is on record now, and keep the answer."""
    ledger = PartsLedger(case)
    kept = _find(ledger.queries.all(), said)
    ledger.queries.keep(kept.question, ledger.edition, _answer(ledger, kept.question))
    return show_query(case, kept.id, internal=internal)


def answer_lines(answer: Mapping[str, Any], by: str) -> list[str]:
    """A stored answer in words; by: the field that was counted, whose codes become names where they are countries."""
    if "refused" in answer:
        return [answer["refused"]]
    if "not_before" in answer:
        coded, examined = _span(answer["coded"]), _span(answer["examined"])
        return [
            f"assembled not before {answer['not_before'] or 'any day known'}; {coded} of {examined} parts carry a code"
        ]
    if "numerator" in answer:
        parts_of = f"{_span(answer['numerator'])} of {_span(answer['denominator'])}"
        return [f"{100 * answer['low']:.1f}–{100 * answer['high']:.1f} % ({parts_of})"]
    spell = name_of if by in COUNTRY else str
    bins = [
        f"{' or '.join(map(spell, codes))}: {_span({'lower': low, 'upper': high})}"
        for codes, low, high in answer["bins"]
    ]
    total = f"{_span(answer['identified'])} identified of {_span(answer['examined'])} examined"
    return [*bins, f"{total}; {_span(answer['distinct'])} different"]


def _span(told: Mapping[str, int]) -> str:
    low, high = told["lower"], told["upper"]
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def _find(known: Sequence[Kept], said: str) -> Kept:
    bare = said.strip().lower()
    start = bare if bare.startswith("parts-") else f"parts-{bare}"
    fitting = [kept for kept in known if len(bare) >= 4 and kept.id.startswith(start)]
    if not fitting or start == "parts-":
        raise NotFound(f"no query {plain(said, 40)!r}", "See: siteline ledger components queries list")
    if len(fitting) > 1:
        raise BadInput(f"{plain(said, 40)!r} fits {len(fitting)} queries", "Give the whole id.")
    return fitting[0]


def _answer(ledger: PartsLedger, question: Question) -> Any:
    if question.kind == "dating":
        found = date_wrecks(
            ledger.parts, ledger.components.tallies(ledger.as_of), question.asked.wreck, ledger.judged
        )
        if not found:
            raise NotFound("there is no such wreck any more", "See: siteline ledger components list")
        return dating_numbers(tell_dating(found[0], ledger.shown))
    if question.kind == "count":
        return numbers_of(count_of(ledger, question.asked))
    return share_numbers(share_of(ledger, question.asked, question.value, question.of))


def _tell(ledger: PartsLedger, kept: Kept, internal: bool) -> dict[str, Any]:
    try:
        stale, now = is_stale(kept, partial(_answer, ledger))
    except (BadInput, NotFound) as error:
        stale, now = True, {"refused": str(error)}
    asked = kept.question.asked
    names = asked.by not in ("label", *COUNTRY) and not internal
    hide = partial(_without_names, ledger) if names else _as_it_is
    value = kept.question.value
    return {
        "id": kept.id,
        "kind": kept.question.kind,
        "by": asked.by,
        "wreck": asked.wreck,
        "value": ledger.shown.value(value) if names and value else value,
        "of": kept.question.of,
        "stale": stale,
        "edition": kept.last[0],
        "answer": hide(kept.last[1]),
        "edition_now": ledger.edition,
        "answer_now": hide(now),
        "asked_at": kept.asked_at,
        "asked_by": kept.asked_by,
    }


def _as_it_is(answer: Any) -> Any:
    return answer


def _without_names(ledger: PartsLedger, answer: Any) -> Any:
    """An answer with its makers as they are shown in publication; of one that is in no count any more, no name."""
    if "refused" in answer:
        return {"refused": "the ledger does not answer it any more"}
    if "bins" not in answer:
        return answer
    held = ledger.shown
    return {
        **answer,
        "bins": [[[held.code(code) for code in codes], *span] for codes, *span in answer["bins"]],
    }
