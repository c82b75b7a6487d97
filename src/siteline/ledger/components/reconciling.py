"""Figures that sources state of parts, held against each other and against the parts on record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from siteline.ledger.components.counting import Asked, count, share
from siteline.model.component import Part, Tally
from siteline.model.errors import BadInput
from siteline.model.incident import Judged
from siteline.model.tallied import Reconciled

_SHARE_OF = "component_share_"


def reconcile(
    tallies: Sequence[Tally], parts: Sequence[Part] = (), edition: str = "", judged: Sequence[Judged] = ()
) -> tuple[Reconciled, ...]:
    """Every two figures of one name, and every figure that the parts on record can be held against."""
    figures = [t for t in tallies if t.low is not None or t.high is not None]
    found = [_hold(a, b) for a, b in combinations(figures, 2) if a.key == b.key]
    for figure in figures:
        found += _against_parts(figure, parts, edition, judged)
    return tuple(found)


def _hold(a: Tally, b: Tally) -> Reconciled:
    if a.wreck != b.wreck:
        return _tell(a, b, "other_wreck", "", "two wrecks: they are neither added up nor a contradiction")
    if a.unit != b.unit:
        return _tell(
            a, b, "incomparable", "", f"one is in {a.unit or 'no unit'}, the other in {b.unit or 'no unit'}"
        )
    if _overlap(a, b):
        return _tell(a, b, "agree", "", "both can be right")
    if a.unit == "fraction" and a.lineage == b.lineage and a.low is not None and b.low is not None:
        fine, coarse = sorted((a, b), key=lambda t: -_places(t.low or 0.0))
        if abs(a.low - b.low) <= 10.0 ** -_places(coarse.low or 0.0) and _places(fine.low or 0.0) > _places(
            coarse.low or 0.0
        ):
            first = next((t for t in (a, b) if not t.relays and t.claim), None)
            first = first if first is not None and sum(not t.relays for t in (a, b)) == 1 else fine
            whose = (
                "as the primary source gives it"
                if not first.relays
                else f"the more exact; look it up at {a.lineage}"
            )
            return _tell(
                a,
                b,
                "rounding",
                _say(first),
                f"one lineage, rounded or cut by who passed it on: quote {whose}",
            )
    if a.lineage == b.lineage:
        return _tell(
            a, b, "differ", "", "one lineage, two values: one was changed on the way; go to the first"
        )
    return _tell(a, b, "differ", "", "two sources, and both cannot be right")


def _against_parts(
    figure: Tally, parts: Sequence[Part], edition: str, judged: Sequence[Judged]
) -> Iterable[Reconciled]:
    here = [part for part in parts if part.recovery.wreck == figure.wreck]
    if not here:
        return
    if figure.key == "components":
        looked = count(here, Asked(by="label"), edition, judged=judged).examined
        fits = (figure.low is None or looked.upper >= figure.low) and (
            figure.high is None or looked.lower <= figure.high
        )
        verdict, why = (
            ("agree", "the parts on record fit it")
            if fits
            else ("differ", "the lists on record are shorter, or longer")
        )
        yield Reconciled(
            figure.wreck, figure.key, _say(figure), f"{looked} examined, on record", verdict, "", why
        )
    if figure.key.startswith(_SHARE_OF):
        counted = count(here, Asked(by="seat"), edition, judged=judged)
        for of in ("identified", "examined"):
            try:
                ours = share(counted, figure.key.removeprefix(_SHARE_OF), of)
            except BadInput:
                return
            half = 0.5 * 10.0 ** -_places(figure.low or 0.0)
            fits = ours.low - half <= (
                figure.high if figure.high is not None else 1
            ) and ours.high + half >= (figure.low or 0)
            why = f"of what is {of}, by the seat of the maker, the parts on record {'fit' if fits else 'do not fit'} it"
            yield Reconciled(
                figure.wreck, figure.key, _say(figure), str(ours), "agree" if fits else "differ", "", why
            )


def _overlap(a: Tally, b: Tally) -> bool:
    low = max(t.low if t.low is not None else float("-inf") for t in (a, b))
    high = min(t.high if t.high is not None else float("inf") for t in (a, b))
    return low <= high


def _places(value: float) -> int:
    """Decimals that a share was given with."""
    return len(f"{value:.10f}".rstrip("0").split(".")[1])


def _tell(a: Tally, b: Tally, verdict: str, prefer: str, why: str) -> Reconciled:
    wreck = a.wreck if a.wreck == b.wreck else f"{a.wreck} / {b.wreck}"
    return Reconciled(wreck, a.key, _say(a), _say(b), verdict, prefer, why)


def _say(tally: Tally) -> str:
    if tally.unit == "fraction" and tally.low is not None and tally.low == tally.high:
        value = f"{100 * tally.low:.{max(0, _places(tally.low) - 2)}f} %"
    elif tally.low is not None and tally.high is not None:
        value = f"{tally.low:g}" if tally.low == tally.high else f"{tally.low:g}–{tally.high:g}"
    else:
        value = f"at least {tally.low:g}" if tally.low is not None else f"at most {tally.high:g}"
    return f"{value} ({tally.source}{', ' + str(tally.published) if tally.published else ''})"
