"""Rows of two documents that may be one part: proposed with reasons, put together or kept apart by a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any

from siteline.ledger.components.companies import folded
from siteline.ledger.components.merging import list_of, two_rows, wrecks_of
from siteline.ledger.components.ordering import natural
from siteline.ledger.components.publishing import public_part
from siteline.ledger.judged import contradicted, last_words, together
from siteline.model.component import NOT_IDENTIFIED, Part
from siteline.model.errors import BadInput, BadSetting, NotFound
from siteline.model.incident import Judged
from siteline.workbench.case import Case
from siteline.workbench.ledger.components.ledger import PartsLedger

MOST = 1000
"""Proposals that are shown; the rest is counted."""


def judge(case: Case, verdict: str, said: Sequence[str], why: str) -> str:
    """A person's word: these rows are one part (same), or are not (not_same). Returns its id."""
    if not why.strip():
        raise BadSetting("a judgement needs its reason", 'Say why: --why "..."')
    ledger = PartsLedger(case)
    parts = list({part.key: part for part in (find_part(ledger, one) for one in said)}.values())
    if len(parts) < 2:
        raise BadInput("a judgement is about two or more parts", "Name two ids.")
    if verdict == "same":
        _refuse_two(ledger, parts)
    keys = [part.key for part in parts]
    if said_so := contradicted(ledger.judged, verdict, keys, "part"):
        for key in {key for one in ledger.judged for key in one.reports} | set(keys):
            said_so = said_so.replace(key, key[:12])
        raise BadInput(
            said_so,
            "Name those, too."
            if verdict == "not_same"
            else "If that was wrong, merge these two first, by id and with your reason.",
        )
    return ledger.components.judge(verdict, keys, why.strip())


def _refuse_two(ledger: PartsLedger, parts: Sequence[Part]) -> None:
    """What cannot be one part: of two wrecks, twice on one list, two numbers of lists that number alike."""
    wrecks = sorted({part.recovery.wreck for part in parts}, key=natural)
    if len(wrecks) > 1:
        raise BadInput(
            f"these parts are of {len(wrecks)} wrecks: {', '.join(wrecks)}",
            "If the wrecks are one, give both tables the same key in the column wreck.",
        )
    keys = {part.key for part in parts}
    joined = {key for group in together(ledger.judged) if group & keys for key in group} | keys
    told = [part for part in ledger.parts if part.key in joined]
    [wreck] = wrecks_of(part for part in ledger.parts if part.recovery.wreck == wrecks[0])
    roots = {name: min(wreck.groups[place]) for name, place in wreck.group_of.items()}
    if reason := two_rows(told, roots):
        raise BadInput(
            f"they cannot be one part: {reason}",
            "If a line stands there twice, take one out: siteline ledger components withdraw",
        )


def find_part(ledger: PartsLedger, start: str) -> Part:
    """The part of that id, or the start of it; raises NotFound or BadInput."""
    found = [p for p in ledger.parts if len(start) >= 6 and p.key.startswith(start)]
    if not found:
        raise NotFound(f"no part {start[:64]!r}", "See: siteline ledger components list")
    if len(found) > 1:
        raise BadInput(f"{start!r} fits {len(found)} parts", "Give more of the id.")
    return found[0]


def propose(
    case: Case, wreck: str = "", as_of: datetime | None = None, *, internal: bool = False
) -> dict[str, Any]:
    """Pairs that may be one part, every word that was given on pairs, and the words to look at again."""
    ledger = PartsLedger(case, as_of)
    if wreck and not any(part.recovery.wreck == wreck for part in ledger.parts):
        raise NotFound(f"no wreck {wreck!r}", "See: siteline ledger components list")
    spoken = set(last_words(ledger.judged))
    pairs = [
        (reasons, a, b)
        for one in wrecks_of(ledger.parts, ledger.judged)
        if not wreck or one.key == wreck
        for a, b, reasons in _alike(piece.told for piece in one.pieces)
        if frozenset((a.key, b.key)) not in spoken
    ]
    pairs.sort(key=lambda pair: (-len(pair[0]), natural(pair[1].recovery.wreck), pair[1].key, pair[2].key))

    def shown(part: Part) -> dict[str, Any]:
        public = part if internal else public_part(part, ledger.shown)
        return {
            "id": part.key[:12],
            "item": public.item.tag or None,
            "label": public.item.label,
            "source": public.source.name,
        }

    return {
        "candidates": [
            {
                "wreck": a.recovery.wreck,
                "a": shown(a),
                "b": shown(b),
                "reasons": reasons,
                "score": len(reasons),
            }
            for reasons, a, b in pairs[:MOST]
        ],
        "not_shown": max(0, len(pairs) - MOST),
        "judgements": [_tell(ledger, one) for one in ledger.judged],
        "look_again": [told for one in _standing(ledger.judged) if (told := _tell(ledger, one))["changed"]],
    }


def _alike(told: Iterable[tuple[Part, ...]]) -> Iterator[tuple[Part, Part, list[str]]]:
    """Rows of different pieces that share a marking, or what they are with who made them; each pair once."""
    rows = [(n, part) for n, each in enumerate(told) for part in each]
    slots: dict[tuple[str, ...], list[tuple[int, Part]]] = {}
    for n, part in rows:
        for slot in _slots(part):
            slots.setdefault(slot, []).append((n, part))
    reasons: dict[tuple[str, str], tuple[Part, Part, list[str]]] = {}
    for slot, members in slots.items():
        for (n, a), (m, b) in combinations(members, 2):
            if n == m or list_of(a) == list_of(b):
                continue
            a, b = sorted((a, b), key=lambda part: part.key)
            reasons.setdefault((a.key, b.key), (a, b, []))[2].append(slot[0])
    return iter(reasons.values())


def _slots(part: Part) -> Iterator[tuple[str, ...]]:
    if part.item.marking:
        yield "same marking", part.item.marking
    if part.item.photo:
        yield "same photograph", part.item.photo
    for name in part.made.manufacturer or part.made.brand:
        if part.item.label != NOT_IDENTIFIED:
            yield "same kind and maker", part.item.label.casefold(), folded(name)
        if part.item.date_code:
            yield "same maker and date code", folded(name), part.item.date_code


def _standing(judged: Sequence[Judged]) -> list[Judged]:
    """Words that hold for one pair at least."""
    return list({one.id: one for one in last_words(judged).values()}.values())


def _tell(ledger: PartsLedger, one: Judged) -> dict[str, Any]:
    """A judgement; rows that have changed or gone since are named, with what stands in their place."""
    now = {part.key for part in ledger.parts}
    changed = [
        {"id": key[:12], "now": ledger.components.stands_for(key, ledger.parts)}
        for key in one.reports
        if key not in now
    ]
    return {
        "id": one.id,
        "verdict": one.verdict,
        "parts": [key[:12] for key in one.reports],
        "why": ledger.shown.text(one.why),
        "who": one.who,
        "at": one.at,
        "changed": changed,
    }
