"""Parts counted by one field: always so many identified of so many examined, with what was left out and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from siteline.ledger.components.cells import weapon_key, weapons_of
from siteline.ledger.components.companies import company_key, folded, may_be_one, state_on
from siteline.ledger.components.countries import codes_of, name_of
from siteline.ledger.components.merging import Piece, Wreck, list_of, wrecks_of
from siteline.ledger.components.ordering import natural
from siteline.model.component import NOT_IDENTIFIED, UNKNOWN, CompanyState, Part
from siteline.model.errors import BadInput
from siteline.model.incident import Judged
from siteline.model.tallied import Bin, OnList, PartsCount, PartsShare, Span

BY = {
    "label": "what kind of part it is, as listed",
    "brand": "the brand on the part",
    "manufacturer": "who made the part, as attributed",
    "seat": "the country of the manufacturer's headquarters",
    "made_in": "the country in which the part was made",
    "exporter": "who exported the part",
    "parent": "the company that the manufacturer belonged to on the day asked",
}
COUNTRY = ("seat", "made_in")
COUNTERFEIT = "Counterfeit"
_Slot = tuple[bool, tuple[str, ...]]
"""A category: whether it is known, and its codes."""

_NAMES = ("brand", "manufacturer", "exporter", "parent")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the ledger, as it is stored."""

    by: str = "manufacturer"
    wreck: str = ""
    weapon: str = ""
    source: str = ""
    since: date | None = None
    until: date | None = None
    """Recovered from `since` on, and before `until`."""

    foreign: bool = False
    """Without parts made in the weapon's own country."""

    home: str = ""
    """The weapon's own country, where the ledger does not say; a code."""

    state_at: date | None = None
    """Seats and parents as they were on this day."""


def count(
    parts: Iterable[Part],
    asked: Asked,
    edition: str,
    states: Sequence[CompanyState] = (),
    judged: Sequence[Judged] = (),
) -> PartsCount:
    """
    Count parts by one field. judged: rows that people found to be one part, or two.

    Raises BadInput for a field that is none, and where the weapon's own country is needed and not known.
    """
    if asked.by not in BY:
        raise BadInput(f"no field {asked.by!r} to count by", f"There are: {', '.join(BY)}")
    if asked.by == "parent" and asked.state_at is None:
        raise BadInput("a parent is that of some day", "Say which: --state-at 2024-01-02")
    chosen = [p for p in parts if not asked.source or p.source.name == asked.source]
    wrecks = [w for w in wrecks_of(chosen, judged) if not asked.wreck or w.key == asked.wreck]
    _refuse_unknown(asked, chosen, wrecks)
    weights = [(wreck, weight) for wreck in wrecks if (weight := _belongs(wreck, asked))]
    value_of = _value_of(asked, states)
    homes = {wreck.key: _home(wreck, asked) for wreck, _ in weights} if asked.foreign else {}

    def kept(piece: Piece) -> int:
        return _is_foreign(piece, homes) if asked.foreign else 2

    def total(state: Callable[[Piece], int]) -> Span:
        return sum((_limited(wreck.span(state), weight) for wreck, weight in weights), Span(0, 0))

    slot_of = {id(p): _slot(p, asked.by, value_of) for wreck, _ in weights for p in wreck.pieces}
    spelled = _spelled(weights, value_of) if asked.by in _NAMES else {}
    spans = _spans(weights, slot_of, kept)
    bins = [
        Bin(_printed(slot, asked.by, spelled), slot[1], span, slot[0]) for slot, span in sorted(spans.items())
    ]
    bins = sorted(
        (b for b in bins if b.count.upper),
        key=lambda b: (not b.known, -b.count.upper, -b.count.lower, natural(b.value)),
    )
    known = {b.codes for b in bins if b.known}
    examined = sum((_limited(wreck.looked_at(), weight) for wreck, weight in weights), Span(0, 0))
    own = total(lambda piece: 2 - _is_foreign(piece, homes)) if asked.foreign else Span(0, 0)
    if asked.foreign:
        examined = Span(max(0, examined.lower - own.upper), examined.upper - own.lower)
    names = (
        [name for bin_ in bins if bin_.known for name in bin_.value.split(" or ")]
        if asked.by in _NAMES
        else []
    )
    return PartsCount(
        by=asked.by,
        bins=tuple(bins),
        identified=total(lambda p: kept(p) if slot_of[id(p)][1] in known else 0),
        examined=examined,
        distinct=_distinct([b for b in bins if b.known], asked.by in _NAMES),
        definition=_define(asked),
        edition=edition,
        stands_on=tuple(_stands(weights)),
        counterfeit=total(lambda p: 2 if p.is_counterfeit else 0),
        own_country=own,
        notes=tuple(_notes(weights, names)),
    )


def share(counted: PartsCount, value: str, of: str) -> PartsShare:
    """
    The part that one value has. value: as printed, or a country code; of: `identified` or `examined`.

    What may be the value or another counts at the upper end only. Raises BadInput.
    """
    if of not in ("identified", "examined"):
        raise BadInput(f"a share of what? not of {of!r}", "Say --of identified or --of examined.")
    country = codes_of(value) if counted.by in COUNTRY else None
    wanted = (country[0] if country and len(country) == 1 else value.strip()).casefold()
    exact = [b for b in counted.bins if wanted in (b.value.casefold(), *(_one(b.codes)))]
    maybe = [
        b
        for b in counted.bins
        if len(b.codes) > 1 and wanted in (c.casefold() for c in (*b.codes, *b.value.split(" or ")))
    ]
    if of == "identified" and any(not b.known for b in exact):
        raise BadInput(
            f"{value!r} is not identified, and has no share of what is", "Say of what it is: --of examined"
        )
    if not exact and not maybe and not country and counted.by in _NAMES:
        raise BadInput(
            f"no part has {value!r} there", f"See: siteline ledger components count --by {counted.by}"
        )
    if not exact and not maybe and not country:
        there = ", ".join(b.value for b in counted.bins[:8]) or "nothing"
        raise BadInput(f"no part has {value!r} there", f"There are: {there}")
    spelled = exact[0].value if exact else name_of(wanted.upper()) if country else value
    sure = sum((b.count for b in exact), Span(0, 0))
    most = sum((b.count for b in maybe), sure)
    below = counted.identified if of == "identified" else counted.examined
    low = sure.lower / below.upper if below.upper else 0.0
    high = min(1.0, most.upper / max(below.lower, sure.lower, 1))
    above = Span(sure.lower, most.upper)
    return PartsShare(spelled, low, max(low, high), above, below, of, counted)


def _one(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.casefold() for code in codes) if len(codes) == 1 else ()


def _refuse_unknown(asked: Asked, chosen: Sequence[Part], wrecks: Sequence[Wreck]) -> None:
    """A source or a weapon that nobody has listed is a slip of the pen, not a count of none."""
    if asked.source and not chosen:
        raise BadInput(f"no source {asked.source!r} in the ledger", "See: siteline ledger components list")
    known = sorted({name for wreck in wrecks for weapons in wreck.weapons for name in weapons})
    if asked.weapon and not _asked_weapons(asked) & set(map(weapon_key, known)):
        there = ", ".join(known[:12]) or "none: fill the column weapon"
        raise BadInput(f"no wreck is of a weapon {asked.weapon!r}", f"Weapons on record: {there}")


def _asked_weapons(asked: Asked) -> set[str]:
    return {weapon_key(name) for name in weapons_of(asked.weapon)}


def _belongs(wreck: Wreck, asked: Asked) -> int:
    """2 if a wreck surely is of the weapon and the time asked for, 1 if it may be, 0 if not."""
    weight = 2
    if asked.weapon:
        wanted, sets = _asked_weapons(asked), [set(map(weapon_key, weapons)) for weapons in wreck.weapons]
        if not any(weapons & wanted for weapons in sets):
            return 0
        weight = 2 if all(weapons <= wanted for weapons in sets) else 1
    if asked.since is None and asked.until is None:
        return weight
    if wreck.days is None:
        return min(weight, 1)
    first, last = asked.since or date.min, (asked.until or date.max) - timedelta(days=1)
    if wreck.days.last < first or wreck.days.first > last:
        return 0
    return weight if first <= wreck.days.first and wreck.days.last <= last else min(weight, 1)


def _limited(span: Span, weight: int) -> Span:
    return span if weight == 2 else replace(span, lower=0)


def _home(wreck: Wreck, asked: Asked) -> str:
    if asked.home:
        return asked.home
    if len(wreck.homes) != 1:
        said = " and ".join(map(name_of, sorted(wreck.homes))) or "nobody says"
        raise BadInput(
            f"where the weapon of wreck {wreck.key!r} was made is not known ({said}), so nothing can be called foreign-made",
            "Fill the column weapon_country, or say it: --home KP",
        )
    return next(iter(wreck.homes))


def _is_foreign(piece: Piece, homes: Mapping[str, str]) -> int:
    made_in = set(piece.values("made_in"))
    home = homes[piece.wreck]
    if not made_in or (home in made_in and len(made_in) > 1):
        return 1
    return 0 if home in made_in else 2


def _value_of(asked: Asked, states: Sequence[CompanyState]) -> Callable[[Piece], tuple[str, ...]]:
    day = asked.state_at
    if day is None or asked.by not in ("seat", "parent"):
        return lambda piece: piece.values(asked.by)

    def on_that_day(piece: Piece) -> tuple[str, ...]:
        found = [state_on(states, name, day) for name in piece.values("manufacturer")]
        said = {getattr(state, asked.by) for state in found if state is not None} - {""}
        if asked.by == "seat" and not said:
            return piece.values("seat")
        return tuple(sorted(said))

    return on_that_day


def _slot(
    piece: Piece, by: str, value_of: Callable[[Piece], tuple[str, ...]]
) -> tuple[bool, tuple[str, ...]]:
    """The category of a part: its values, or what stands for none."""
    if piece.is_counterfeit and by != "label":
        return False, (COUNTERFEIT,)
    values = value_of(piece)
    if by in _NAMES:
        values = tuple(sorted({company_key(name) for name in values}))
    return (True, values) if values else (False, (UNKNOWN if by in COUNTRY else NOT_IDENTIFIED,))


def _spans(
    weights: Sequence[tuple[Wreck, int]], slot_of: Mapping[int, _Slot], kept: Callable[[Piece], int]
) -> dict[_Slot, Span]:
    """How many parts each category has, wreck by wreck: only the categories that a wreck has are looked for in it."""
    found: dict[_Slot, Span] = {}

    def state(slot: _Slot, piece: Piece) -> int:
        return kept(piece) if slot_of[id(piece)] == slot else 0

    for wreck, weight in weights:
        held: dict[_Slot, list[Piece]] = {}
        for piece in wreck.pieces:
            held.setdefault(slot_of[id(piece)], []).append(piece)
        for slot in sorted(held):
            span = _limited(wreck.span(partial(state, slot), held[slot]), weight)
            found[slot] = found.get(slot, Span(0, 0)) + span
    return found


def _spelled(
    weights: Sequence[tuple[Wreck, int]], value_of: Callable[[Piece], tuple[str, ...]]
) -> dict[str, set[str]]:
    """Every spelling of each name, by its key."""
    spelled: dict[str, set[str]] = {}
    for name in {name for wreck, _ in weights for piece in wreck.pieces for name in value_of(piece)}:
        spelled.setdefault(company_key(name), set()).add(name)
    return spelled


def _printed(slot: _Slot, by: str, spelled: Mapping[str, set[str]]) -> str:
    known, codes = slot
    if known and by in COUNTRY:
        return " or ".join(name_of(code) for code in codes)
    if known and by in _NAMES:
        return " or ".join(_spelling(spelled[code]) for code in codes)
    return " or ".join(codes)


def _spelling(names: set[str]) -> str:
    """Of several spellings that differ in case and punctuation only, the one in mixed case, the longest."""
    return max(names, key=lambda name: (not name.isupper(), not name.islower(), len(name), name))


def _distinct(bins: Sequence[Bin], are_names: bool) -> Span:
    """How many different makers or countries: at least, with names that may be one taken as one; at most, as written."""
    fold = folded if are_names else lambda code: code
    singles = {fold(b.codes[0]) for b in bins if len(b.codes) == 1}
    taken = set(singles)
    least = len(singles)
    for several in (frozenset(map(fold, b.codes)) for b in bins if len(b.codes) > 1):
        if not several & taken:
            least += 1
            taken |= several
    return Span(least, len({code for b in bins for code in b.codes}))


def _define(asked: Asked) -> str:
    said = f"parts by {BY[asked.by]}"
    if asked.state_at and asked.by in ("seat", "parent"):
        said += f" as of {asked.state_at}"
    said += f"; wreck {asked.wreck}" if asked.wreck else "; all wrecks on record"
    if asked.weapon:
        said += f"; weapon {asked.weapon} (lower: certainly it; upper: it or another of a set)"
    if asked.source:
        said += f"; as {asked.source} lists them"
    if asked.since or asked.until:
        said += f"; recovered from {asked.since or 'the first'} to before {asked.until or 'today'} (undated: upper only)"
    if asked.foreign:
        said += "; without parts made in the weapon's own country"
    if asked.by != "label":
        said += "; counterfeit parts are a category of their own"
    return said + "; a part that is one or the other counts once, as that"


def _stands(weights: Sequence[tuple[Wreck, int]]) -> Iterable[OnList]:
    for wreck, _ in weights:
        on_list: dict[tuple[str, str], list[Part]] = {}
        for piece in wreck.pieces:
            for part in piece.told:
                on_list.setdefault(list_of(part), []).append(part)
        for one, told in sorted(on_list.items(), key=lambda kept: kept[0]):
            days = [part.source.published for part in told if part.source.published]
            held = sum(part.item.quantity for part in told)
            yield OnList(
                wreck.key, one[0], one[1], max(days, default=None), wreck.days, held, max(held, wreck.examined.get(one, 0)),
                tuple(dict.fromkeys(lack for part in told for lack in part.source.lacks)),
            )  # fmt: skip


def _notes(weights: Sequence[tuple[Wreck, int]], names: Sequence[str]) -> Iterable[str]:
    for group in may_be_one(names):
        yield f"these may be one company, and count as several until somebody says so: {' / '.join(group)}"
    short = [
        f"{wreck.key} {listed} of {seen}"
        for wreck, _ in weights
        if (seen := wreck.looked_at()).upper > (listed := wreck.span(lambda _: 2)).upper
    ]
    if short:
        more = f" and {len(short) - 8} wrecks more" if len(short) > 8 else ""
        yield f"lists do not tell of every part that was examined: {', '.join(short[:8])}{more}"
    for wreck, weight in weights:
        yield from (f"{remark.subject}: {remark.text}" for remark in wreck.remarks)
        if weight == 1:
            yield f"wreck {wreck.key} may not belong here, and counts at the upper end only"
