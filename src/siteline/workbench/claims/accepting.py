"""A draft accepted: a person signs it, and it becomes a statement, anchored in the text it was drafted from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from siteline.claims.drafts import ACCEPTED, FiledDraft
from siteline.model.claim import (
    Access,
    Attribution,
    Claim,
    ClaimKind,
    Hedge,
    HedgeKind,
    Scope,
    Stance,
    Statement,
)
from siteline.model.draft import Draft, SaidQuantity, Voice
from siteline.model.errors import BadSetting
from siteline.model.interval import Interval, Period
from siteline.workbench.case import Case
from siteline.workbench.claims.drafting import visible
from siteline.workbench.claims.filing import anchor_words, file_statements

_TYPES = {
    "count": "count",
    "share": "share",
    "ratio": "ratio",
    "factor": "ratio",
    "measure": "number",
    "money": "number",
}
_SILENT = (Stance.DENIES, Stance.NO_POSITION, Stance.NONRESPONSE, Stance.RETRACTS)
"""Stances that put no value forward."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What a person says of a draft on accepting it."""

    key: str = ""
    """The question that the claim answers; needed."""

    subject: str = ""
    predicate: str = ""
    quantity: int | None = None
    """Which of the draft's quantities is claimed, from 1; 0: none of them; None: the only one."""

    value: str = ""
    """What is claimed where it is no quantity."""

    stance: str = ""
    """Another stance than the draft's; needed where the language was not understood."""

    is_negated: bool = False
    is_judgement: bool = False
    time: str = ""
    place: str = ""
    said: str = ""
    lineage: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A statement that a draft became."""

    draft: FiledDraft
    statement_id: str
    is_new: bool


def accept_drafts(case: Case, said: Sequence[str], acceptance: Acceptance) -> list[Accepted]:
    """
    Accept drafts, all or none: each becomes a statement, signed by whoever works on the case.

    What was accepted already, with the same quantity, is there; nothing is added. Raises BadSetting where something is not
    said that only a person can say, and NotThere if the words are not in the text any more.
    """
    key = acceptance.key.strip() or _slug(acceptance.predicate)
    if not key:
        raise BadSetting(
            "an accepted draft needs the question that it answers",
            "Say it: --key killed   or --predicate ...",
        )
    acceptance = replace(acceptance, key=key)
    drafts = {draft.id: draft for draft in (visible(case, name) for name in said)}
    made = [(draft, *_statement(case, draft, acceptance)) for draft in drafts.values()]
    done = []
    with case.db.appending():
        for draft, statement, fresh in made:
            if fresh:
                file_statements(case, [statement])
                case.drafts.say(draft, ACCEPTED, acceptance.why, statement.id)
            done.append(Accepted(case.drafts.get(draft.id), statement.id, fresh))
    return done


def _statement(case: Case, filed: FiledDraft, said: Acceptance) -> tuple[Statement, bool]:
    draft = filed.draft
    stance = _stance(filed, said)
    quantity = _quantity(filed, said, stance)
    number = draft.quantities.index(quantity) + 1 if quantity is not None and len(draft.quantities) > 1 else 0
    name = f"draft-{filed.id}" + (f"-{number}" if number else "")
    origin = case.exhibits.get(filed.origin_id)
    anchor = anchor_words(case, filed.exhibit_id, draft.quote, draft.start)
    time = Period.parse(said.time) if said.time.strip() else None
    claim = Claim(
        key=said.key,
        subject=said.subject.strip(),
        predicate=said.predicate.strip(),
        value=_interval(quantity) if quantity else None,
        value_text=said.value.strip(),
        value_type=_TYPES[quantity.kind] if quantity else "text" if said.value.strip() else "",
        unit=_unit(quantity) if quantity else "",
        qualifier=_qualifier(draft, quantity) if quantity else "",
        stated=Interval(*quantity.stated) if quantity and quantity.stated else None,
        kind=ClaimKind.JUDGEMENT if said.is_judgement else ClaimKind.FACT,
        scope=Scope(time, said.place.strip()),
        condition=draft.condition.words if draft.condition else "",
        definition=f"of {quantity.other}" if quantity and quantity.other else "",
    )
    statement = Statement(
        name,
        replace(anchor, url=anchor.url or origin.source_url),
        claim,
        stance,
        quote=draft.quote,
        language=draft.lang,
        hedges=tuple(Hedge(h.span.words, HedgeKind(h.kind), h.span.start, h.span.end) for h in draft.hedges),
        is_negated=said.is_negated,
        attribution=_attribution(draft),
        said=Period.parse(said.said) if said.said.strip() else None,
        lineage=said.lineage.strip(),
        wire=draft.outlet.words if draft.outlet else "",
        note=f"accepted from draft {filed.id} by {filed.maker}",
    )
    return statement, name not in filed.statements


def _stance(filed: FiledDraft, said: Acceptance) -> Stance:
    word = said.stance.strip() or filed.draft.stance
    if word not in tuple(Stance):
        raise BadSetting(
            f"draft {filed.id} has no stance: its language was not understood"
            if not word
            else f"there is no stance {word!r}",
            f"Say it: --stance {' | '.join(Stance)}",
        )
    return Stance(word)


def _quantity(filed: FiledDraft, said: Acceptance, stance: Stance) -> SaidQuantity | None:
    found = filed.draft.quantities
    if said.quantity is None:
        if said.value.strip() or stance in _SILENT or not found:
            return None
        if len(found) == 1:
            return found[0]
        listed = "; ".join(f"{n}: “{q.span.words}”" for n, q in enumerate(found, 1))
        raise BadSetting(
            f"draft {filed.id} has {len(found)} quantities: {listed}",
            "Say which: --quantity N, or 0 for none.",
        )
    if not 0 <= said.quantity <= len(found):
        raise BadSetting(
            f"draft {filed.id} has no quantity {said.quantity}", f"It has {len(found)}; 0 means none."
        )
    return found[said.quantity - 1] if said.quantity else None


def _interval(quantity: SaidQuantity) -> Interval:
    return Interval(quantity.low, quantity.high, quantity.low_open, quantity.high_open)


def _unit(quantity: SaidQuantity) -> str:
    return "fraction" if quantity.kind in ("share", "ratio", "factor") else quantity.unit


def _qualifier(draft: Draft, quantity: SaidQuantity) -> str:
    """The rounding words inside the quantity: "at least", "around"."""
    place = quantity.span
    return " ".join(
        h.span.words for h in draft.hedges
        if h.kind == "approximator" and place.start <= h.span.start and h.span.end <= place.end
    )  # fmt: skip


def _attribution(draft: Draft) -> tuple[Attribution, ...]:
    hands = [_hand(voice, is_first=n == 0) for n, voice in enumerate(draft.chain)]
    if draft.outlet is not None and all(hand.name != draft.outlet.words for hand in hands):
        hands.append(Attribution(draft.outlet.words, "outlet", Access.RELAY))
    return tuple(hands)


def _hand(voice: Voice, *, is_first: bool) -> Attribution:
    """A speaker by the fuller name that was found, what stands behind the first comma as the role."""
    words = (voice.refers_to or voice.span).words
    name, comma, title = words.partition(", ")
    return Attribution(
        " ".join(name.split()),
        "speaker" if is_first else "relay",
        Access.UNKNOWN if is_first else Access.RELAY,
        title=" ".join(title.split()) if comma else "",
        is_anonymous=bool(voice.anonymity),
    )


def _slug(words: str) -> str:
    return re.sub(r"\W+", "_", words.strip().lower()).strip("_")[:100]
