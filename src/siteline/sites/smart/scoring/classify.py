"""How well a proposal names the phases of a site it found: labels, days, onsets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, pstdev

from siteline.model.smart import Phase
from siteline.sites.smart.scoring.compare import Comparison
from siteline.sites.smart.scoring.stack import Slice, Stack

ORDER = (
    Phase.NO_ACTIVITY,
    Phase.SITE_PREPARATION,
    Phase.ACTIVE_CONSTRUCTION,
    Phase.POST_CONSTRUCTION,
)
SCORED = (Phase.SITE_PREPARATION, Phase.ACTIVE_CONSTRUCTION)
"""Phases whose labels have an F1."""


@dataclass(frozen=True, slots=True)
class OnsetError:
    """Days by which a phase begins late in the proposal (early: negative)."""

    days: int
    """Against the first look of the truth that shows it."""

    best: int | None
    """Against the day since the look before that fits best; None if no earlier phase is labelled."""

    worst: int | None
    """Against the one that fits worst."""


@dataclass(frozen=True, slots=True)
class Labels:
    """One found site: its labels against the proposal's."""

    truth_id: str
    proposal_id: str
    pairs: tuple[tuple[Phase, Phase], ...]
    """(truth, proposed), for each look of the truth that shows activity or its end, and each part."""

    tiou: Mapping[Phase, float]
    """Days in which both are in a phase, over days in which either is."""

    onsets: Mapping[Phase, OnsetError]
    not_proposed: frozenset[Phase]
    """Phases of the truth that the proposal does not have."""

    not_true: frozenset[Phase]
    """Phases that the truth does not have, or not for the site as a whole."""

    def f1(self) -> dict[Phase, float]:
        """F1 of the labels of each scored phase that either has."""
        return label_f1(self.pairs)


def label_f1(pairs: Sequence[tuple[Phase, Phase]]) -> dict[Phase, float]:
    """F1 of each scored phase that occurs in the pairs, each pair counting once."""
    found = {}
    for phase in SCORED:
        hit = sum(a is phase and b is phase for a, b in pairs)
        either = sum(a is phase for a, _ in pairs) + sum(b is phase for _, b in pairs)
        if either:
            found[phase] = 2 * hit / either
    return found


def confusion(pairs: Iterable[tuple[Phase, Phase]]) -> dict[Phase, dict[Phase, int]]:
    """How often each phase of the truth (but No Activity) was called what."""
    counted = Counter(pairs)
    return {a: {b: counted[a, b] for b in ORDER} for a in ORDER[1:]}


def label(comparison: Comparison) -> Labels:
    """The labels of a found site whose truth has phases."""
    truth, proposal = comparison.truth, comparison.proposal
    pairs = []
    for own in truth.slices:
        other = proposal.slice_on(own.day)
        said = sorted(set(other.phases)) if other else []
        for phase in sorted(set(own.phases) - {Phase.UNKNOWN, Phase.NO_ACTIVITY}):
            pairs += [(phase, one) for one in said]
    true_days = {} if _has_subsites(truth) else _days_of(truth)
    said_days = _proposed_days(proposal)
    onsets: dict[Phase, OnsetError] = {}
    not_proposed, not_true = set(), set()
    for phase in ORDER[1:]:
        if phase not in true_days:
            not_true.add(phase)
        elif phase not in said_days:
            not_proposed.add(phase)
        else:
            onsets[phase] = _onset_error(phase, true_days, min(said_days[phase]))
    return Labels(
        truth.id,
        proposal.id,
        tuple(pairs),
        _tiou(truth.slices, proposal.slices),
        onsets,
        frozenset(not_proposed),
        frozenset(not_true),
    )


def _has_subsites(stack: Stack) -> bool:
    return any(len(set(s.phases)) > 1 for s in stack.slices)


def _days_of(stack: Stack) -> dict[Phase, list[date]]:
    found: dict[Phase, list[date]] = {}
    for one in stack.slices:
        if one.is_only is not None:
            found.setdefault(one.is_only, []).append(one.day)
    return found


def _proposed_days(stack: Stack) -> dict[Phase, list[date]]:
    """Days of each phase in any part; finished only where all parts are, and all members have begun."""
    found: dict[Phase, list[date]] = {}
    for one in stack.slices:
        phases = set(one.phases)
        for phase in phases:
            if phase is Phase.POST_CONSTRUCTION and (
                len(phases) > 1 or not all(one.day >= start for start in stack.starts)
            ):
                continue
            found.setdefault(phase, []).append(one.day)
    return found


def _onset_error(phase: Phase, true_days: Mapping[Phase, list[date]], said: date) -> OnsetError:
    true = min(true_days[phase])
    before = None
    for earlier in reversed(ORDER[: ORDER.index(phase)]):
        if seen := [day for day in true_days.get(earlier, ()) if day <= true]:
            before = max(seen)
            break
    days = (said - true).days
    if before is None:
        return OnsetError(days, None, None)
    if said <= before:
        return OnsetError(days, (said - before).days, days)
    since = (said - before).days
    if said <= true:
        return OnsetError(days, 0, max(days, since, key=abs))
    return OnsetError(days, days, since)


def _tiou(truth: Sequence[Slice], proposal: Sequence[Slice]) -> dict[Phase, float]:
    true, said = _spans(truth), _spans(proposal)
    found = {}
    for phase in ORDER[1:]:
        a, b = true.get(phase, set()), said.get(phase, set())
        if a or b:
            found[phase] = len(a & b) / len(a | b)
    return found


def _spans(slices: Sequence[Slice]) -> dict[Phase, set[int]]:
    """
    Days in each phase: from its first look to its last, for each run of looks; days between two phases are of neither.

    As in the published scorer, a run that begins with the very last look has no days.
    """
    days: dict[Phase, set[int]] = {}
    run: list[Slice] = []

    def close() -> None:
        if run and (phase := _whole(run[0])) is not None:
            first, last = run[0].day.toordinal(), run[-1].day.toordinal()
            days.setdefault(phase, set()).update(range(first, last + 1))

    for one in slices:
        if run and one.phases != run[0].phases:
            close()
            run = []
        run.append(one)
    if len(run) > 1:
        close()
    return days


def _whole(one: Slice) -> Phase | None:
    """The phase of a look whose parts are listed as one."""
    return one.phases[0] if len(one.phases) == 1 else None


def say_errors(errors: Sequence[OnsetError]) -> dict[str, float | int | None]:
    """Mean, spread and counts of the onset errors of one phase, days."""
    days = [error.days for error in errors]
    best = [error.best for error in errors if error.best is not None]
    worst = [error.worst for error in errors if error.worst is not None]
    return {
        "sites": len(days),
        "early": sum(d < 0 for d in days),
        "late": sum(d > 0 for d in days),
        "exact": sum(d == 0 for d in days),
        "mean_days": _mean(days),
        "std_days": _spread(days),
        "mean_abs_days": _mean([abs(d) for d in days]),
        "best_mean_abs_days": _mean([abs(d) for d in best]),
        "worst_mean_abs_days": _mean([abs(d) for d in worst]),
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(fmean(values), 1) if values else None


def _spread(values: Sequence[float]) -> float | None:
    return round(pstdev(values), 1) if values else None
