"""
Who may be named: a company found in a wreck is named in publication only when it has had its say.

Until then it is "Maker 7", the same number wherever it appears and whatever is imported later, and no cell that spells its
name leaves the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from siteline.ledger.components.companies import company_key, folded
from siteline.ledger.components.numbering import FIELDS, makers_of, number_makers
from siteline.ledger.components.ordering import natural
from siteline.model.component import NOT_IDENTIFIED, UNKNOWN, Part, Reply
from siteline.model.tallied import Bin, PartsCount

WITHHELD = "withheld: it names a maker that has not had its say"
NO_LONGER = "a maker that is in no count now"
_CATEGORIES = (NOT_IDENTIFIED, UNKNOWN, "Counterfeit")
_SHORT = 4
"""Letters of a name below which it is looked for as a whole word only."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What each company is called in one edition."""

    names: Mapping[str, str]
    """By the company's key: its own name, or "Maker 7"."""

    withheld: frozenset[str]
    """Keys of those that are not named."""

    spelled: tuple[str, ...]
    """Every spelling of theirs, that is looked for in what is published."""

    def name(self, said: str) -> str:
        """What a company is called; its own name if it was never counted and thus never withheld."""
        return self.names.get(company_key(said), said)

    def code(self, key: str) -> str:
        """What stands for a category of an old answer: never the key of a company that is in no count any more."""
        return key if key in _CATEGORIES else self.names.get(key, NO_LONGER)

    def value(self, said: str) -> str:
        """What stands for the company that was asked for, by its key or its name."""
        return said if said in _CATEGORIES else self.names.get(company_key(said), NO_LONGER)

    def names_any(self, text: str) -> bool:
        """Whether a text spells a name that is withheld."""
        keyed, flat, glued = f" {company_key(text)} ", f" {folded(text)} ", _glued(text)
        return any(
            whole in keyed or bare in flat or (len(letters) > _SHORT and letters in glued)
            for whole, bare, letters in _looked_for(self.spelled)
        )

    def text(self, said: str) -> str:
        """A text that may be published: the whole of it is withheld if it spells a withheld name."""
        return WITHHELD if said and self.names_any(said) else said


def who_is_named(
    parts: Iterable[Part],
    replies: Mapping[str, Reply],
    seal: str,
    others: Iterable[str] = (),
    given: Mapping[str, int] | None = None,
) -> Shown:
    """
    The rule. replies: the last word by company key. others: names that appear beside the parts, such as parents.

    All companies are numbered, named or not: one that answers does not renumber the rest. given: numbers on record, by key;
    seal: a secret of the edition, by which those without one are numbered.
    """
    spellings: dict[str, set[str]] = {}
    for name in (*others, *makers_of(parts)):
        spellings.setdefault(company_key(name), set()).add(name)
    numbers = number_makers(spellings, given or {}, seal)
    free = {key for key in spellings if key in replies and replies[key].on_record}
    return Shown(
        names={key: min(spellings[key]) if key in free else f"Maker {numbers[key]}" for key in spellings},
        withheld=frozenset(spellings.keys() - free),
        spelled=tuple(sorted({name for key in spellings.keys() - free for name in spellings[key]})),
    )


def public_part(part: Part, shown: Shown) -> Part:
    """A part as it may be published: makers by their shown names, no marking or text that gives one away."""
    made, item, source, recovery = part.made, part.item, part.source, part.recovery
    hidden = any(company_key(n) in shown.withheld for field in FIELDS for n in getattr(made, field))
    made = replace(
        made,
        brand=_shown(made.brand, shown),
        manufacturer=_shown(made.manufacturer, shown),
        exporter=_shown(made.exporter, shown),
        plant="" if hidden else shown.text(made.plant),
    )
    trace = part.trace
    if trace is not None:
        trace = replace(
            trace, reply=WITHHELD if hidden and trace.reply else shown.text(trace.reply),
            diversion_point=shown.text(trace.diversion_point),
        )  # fmt: skip
    return replace(
        part,
        made=made,
        trace=trace,
        item=replace(
            item,
            marking_raw=WITHHELD if hidden and item.marking_raw else shown.text(item.marking_raw),
            marking="" if hidden or shown.names_any(item.marking_raw) else item.marking,
            photo=WITHHELD if hidden and item.photo else shown.text(item.photo),
            notes=shown.text(item.notes), condition=shown.text(item.condition), label=shown.text(item.label),
            tag=shown.text(item.tag),
        ),
        source=replace(source, name=shown.text(source.name), list=shown.text(source.list), url=shown.text(source.url)),
        recovery=replace(
            recovery, place=shown.text(recovery.place), custody=shown.text(recovery.custody),
            recovered_by=shown.text(recovery.recovered_by), incident=shown.text(recovery.incident),
        ),
    )  # fmt: skip


def public_count(counted: PartsCount, shown: Shown) -> PartsCount:
    """A count as it may be published."""
    named = counted.by in (*FIELDS, "parent")
    bins = []
    for bin_ in counted.bins:
        if not (named and bin_.known):
            bins.append(bin_)
            continue
        values = [shown.names.get(code, "a maker") for code in bin_.codes]
        codes = tuple(code if code not in shown.withheld else shown.names[code] for code in bin_.codes)
        bins.append(Bin(" or ".join(sorted(values)), codes, bin_.count, True))
    order = sorted(bins, key=lambda b: (not b.known, -b.count.upper, -b.count.lower, natural(b.value)))
    stands = tuple(
        replace(o, source=shown.text(o.source), list=shown.text(o.list)) for o in counted.stands_on
    )
    notes = tuple(note for note in counted.notes if not shown.names_any(note))
    return replace(counted, bins=tuple(order), stands_on=stands, notes=notes)


def _shown(names: tuple[str, ...], shown: Shown) -> tuple[str, ...]:
    return tuple(sorted({shown.name(name) for name in names}))


@lru_cache(maxsize=8)
def _looked_for(spelled: tuple[str, ...]) -> tuple[tuple[str, str, str], ...]:
    """Each name as a whole, folded, and without spaces."""
    return tuple((f" {company_key(name)} ", f" {folded(name)} ", _glued(name)) for name in spelled)


def _glued(text: str) -> str:
    return "".join(folded(text).split())
