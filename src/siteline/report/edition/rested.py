"""What each sentence rested on at one moment, so that a later moment can be compared with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from siteline.model.edition import (
    BriefText,
    CitedClaim,
    CitedCount,
    CitedEvent,
    CitedQuery,
    CitedRemoval,
    CitedSize,
    Sentence,
    Step,
    Support,
)
from siteline.model.release import ReleasedSentence, Rested
from siteline.report.edition.material import EditionMaterial


def told_sentences(
    material: EditionMaterial, supports: Mapping[tuple[str, str], Support] | None = None
) -> tuple[ReleasedSentence, ...]:
    """
    Every sentence with what it rests on; of one that is redacted, the reason alone.

    supports: as the case has them, where those of `material` had something taken out: what is held back is no change.
    """
    whole = material if supports is None else replace(material, supports=supports)
    return tuple(_told(whole, s) for s in material.brief.sentences)


def _told(material: EditionMaterial, sentence: Sentence) -> ReleasedSentence:
    if sentence.id in material.withheld:
        return ReleasedSentence(
            sentence.id, "", sentence.kind.value, redacted=material.withheld[sentence.id] or "redacted"
        )
    rests = tuple(rested(support) for support in material.supports_of(sentence))
    return ReleasedSentence(sentence.id, sentence.text, sentence.kind.value, rests)


def told_figures(brief: BriefText) -> tuple[tuple[str, str], ...]:
    """(id, caption) of every figure."""
    return tuple((figure.id, figure.caption) for figure in brief.figures)


def rested(support: Support) -> Rested:
    """What one cited thing says now."""
    state = "; ".join(dict.fromkeys(filter(None, _state(support))))
    return Rested(str(support.cites), support.title, state[:600], _digest(support, state))


def _state(support: Support) -> Iterator[str]:
    match support:
        case CitedQuery():
            bounds = [_number(n) for n in (support.lower, support.upper) if n is not None]
            yield "–".join(dict.fromkeys(bounds)) + f" {support.unit}".rstrip()
            yield f"edition {support.edition}" if support.edition else ""
        case CitedCount():
            bounds = [str(n) for n in (support.low, support.high) if n is not None]
            yield "–".join(dict.fromkeys(bounds)) or f"could not be seen: {support.not_seen}"
            yield "; ".join(words for _, words in support.disputed)
        case CitedSize():
            yield "–".join(_number(n) for n in (support.low95, support.high95) if n is not None)
        case CitedEvent():
            yield f"version {support.version}, {'accepted' if support.is_accepted else 'not accepted'}"
            yield "changed since, needs review" if support.needs_review else ""
            yield (
                f"between {support.onset.after or 'any day'} and {support.onset.by}" if support.onset else ""
            )
        case CitedClaim():
            yield f"“{support.quote}”" if support.quote else ""
            yield f"{support.lineages} independent lineages" if support.lineages > 1 else ""
            yield f"denied by {', '.join(support.denials)}" if support.denials else ""
        case CitedRemoval():
            yield f"rung {support.rung}, {'confirmed' if support.is_confirmed else 'not confirmed'}"
        case _:
            pass
    yield from support.broken
    yield from support.stale
    if not isinstance(support, (CitedQuery, CitedSize, CitedCount)):
        yield ", ".join(dict.fromkeys(f"{_number(n.value)} {n.unit}".strip() for n in support.numbers[:3]))


def _number(value: float) -> str:
    return f"{float(f'{value:.4g}'):,g}" if abs(value) < 1e5 else f"{value:,.0f}"


def _digest(support: Support, state: str) -> str:
    told = [state, [[n.value, n.unit, n.words] for n in support.numbers], [_plain(s) for s in support.trace]]
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _plain(step: Step) -> list[object]:
    return [step.what, step.text, step.digest, [_plain(inner) for inner in step.steps]]
