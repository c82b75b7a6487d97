"""A site as SMART's scorer sees it: what lies in the region's time, when it was active, how large it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from siteline.model.smart import IGNORED, LABELLED, NEGATIVE, Phase, RegionModel, SmartObservation, SmartSite
from siteline.sites.smart.scoring.rules import ScoreOptions, area_of

_PARTIAL = frozenset({"positive_partial"})
_COMPLETE = frozenset(
    {"positive", "positive_annotated", "positive_annotated_static", "positive_pending"}
    | {"transient_positive", "transient_pending"}
)
_INSIDE = 0.9999
"""Share of a site that must lie in its region; of one that does not, nobody knows the rest."""


@dataclass(frozen=True, slots=True)
class Days:
    """Calendar days, both ends included."""

    first: date
    last: date

    @property
    def count(self) -> int:
        """How many; 0 if it ends before it begins."""
        return max(0, (self.last - self.first).days + 1)

    def common(self, other: Days) -> int:
        """How many lie in both."""
        return Days(max(self.first, other.first), min(self.last, other.last)).count


@dataclass(frozen=True, slots=True)
class Slice:
    """One dated observation."""

    day: date
    source: str
    outline: BaseGeometry
    """All of it, valid."""

    boundary: BaseGeometry
    """Without subsites."""

    phases: tuple[Phase, ...]
    """Of its parts, in order; () if it is not labelled."""

    @property
    def is_only(self) -> Phase | None:
        """Its phase, if it has one polygon or all have the same."""
        return self.phases[0] if len(set(self.phases)) == 1 else None


@dataclass(frozen=True, slots=True)
class Stack:
    """One site in the time of one region."""

    id: str
    status: str
    """As it counts: small, unbounded and half outside ones are ignored."""

    annotated: str
    """As its file says."""

    start: date
    end: date
    slices: tuple[Slice, ...]
    active: tuple[Days, ...]
    """Days of activity, one span for each site it is made of; () if there was none."""

    longest: Days | None = None
    """Of labelled truth: from the last look without activity."""

    earliest_start: date | None = None
    latest_start: date | None = None
    finished: date | None = None
    """First look in which all is Post Construction."""

    score: float = 1.0
    members: tuple[str, ...] = ()
    """Ids of the proposals it is made of; one, unless several are taken together."""

    starts: tuple[date, ...] = ()
    """Of its members."""

    bounded: int = 0
    """-2, -1: began before the region's time (and ended, or not); 1, 2: goes on after it (or is all after it)."""

    @property
    def union(self) -> BaseGeometry:
        """All ground it ever covered."""
        return shapely.union_all([s.boundary for s in self.slices]) if self.slices else Polygon()

    @property
    def largest(self) -> float:
        """Area of its largest observation, m²."""
        return max((area_of(s.boundary) for s in self.slices), default=0.0)

    @property
    def is_labelled(self) -> bool:
        """Whether it is truth with phases."""
        return self.status in LABELLED

    def slice_on(self, day: date) -> Slice | None:
        """Its newest observation that is not younger than `day`."""
        return next((s for s in reversed(self.slices) if s.day <= day), None)


def stack_of(site: SmartSite, region: RegionModel) -> Stack:
    """
    A site in the time of its region.

    A summary without observations stands for two looks, at its start and at its end, with one outline and no phases; phases
    being unknown, it is active from its start to its end, as truth is whose phases are pending.
    """
    assert region.start is not None
    assert region.end is not None
    start = site.start or region.start
    end = site.end or region.end
    if site.start and (site.end is None or site.end >= region.start):
        start = max(site.start, region.start)
    if site.end and start <= region.end:
        end = min(site.end, region.end)
    status = "ignore" if site.start is None or site.end is None else site.status
    slices = sorted(_slices(site, start, end), key=lambda s: (s.day, s.source))
    inside = [s for s in slices if region.start <= s.day <= region.end]
    before = [s for s in slices if s.day < region.start]
    after = [s for s in slices if s.day > region.end]
    made = Stack(
        id=site.id,
        status=status,
        annotated=site.status,
        start=start,
        end=end,
        slices=tuple(slices),
        active=(Days(start, end),) if start <= end else (),
        score=1.0 if site.score is None else site.score,
        members=(site.id,),
        starts=(start,),
        bounded=_bounded(status, before, inside, after, is_labelled=_is_labelled(site)),
    )
    if status not in LABELLED or not _is_labelled(site):
        return made
    return _labelled(replace(made, slices=tuple(inside)), before, inside, region)


def _is_labelled(site: SmartSite) -> bool:
    return any(look.phases for look in site.observations)


def _slices(site: SmartSite, start: date, end: date) -> Iterable[Slice]:
    looks: Sequence[SmartObservation] = site.observations
    if not looks:
        sound = site.outline if site.outline.is_valid else shapely.make_valid(site.outline)
        for end_day in dict.fromkeys((site.start or start, site.end or end)):
            yield Slice(end_day, "", sound, sound, ())
        return
    for number, look in enumerate(looks):
        day: date | None = look.day
        if day is None and len(looks) > 1 and number in (0, len(looks) - 1):
            day = start if number == 0 else end
        if day is not None:
            phases = tuple(part.phase for part in look.parts if part.phase is not None)
            yield Slice(day, look.source or "", look.outline, look.boundary, phases)


def _works(slices: Iterable[Slice]) -> bool:
    return any(phase.is_activity for s in slices for phase in s.phases)


def _bounded(
    status: str, before: list[Slice], inside: list[Slice], after: list[Slice], *, is_labelled: bool
) -> int:
    """How a site lies in the region's time: 0 within, -1 began before, 1 goes on after, -2 and 2 wholly outside."""
    found = 0
    if status in LABELLED and is_labelled:
        if _works(before):
            found = -1 if _works(inside) else -2
        elif _works(after):
            found = 1 if _works(inside) else 2
        finished = any(s.phases and set(s.phases) == {Phase.POST_CONSTRUCTION} for s in inside)
        late = [set(s.phases) for s in after if s.phases]
        if not _works(before) and finished and late and all(s == {Phase.POST_CONSTRUCTION} for s in late):
            found = 0
        return found
    if before:
        return -1 if inside else -2
    if after:
        return 1 if inside else 2
    return found


def _labelled(stack: Stack, before: list[Slice], inside: list[Slice], region: RegionModel) -> Stack:
    """The same with the days of its activity, as its phases tell them."""
    assert region.start is not None
    assert region.end is not None
    first: date | None = None
    if _works(before) and (_works(inside) or any(Phase.POST_CONSTRUCTION in s.phases for s in inside)):
        first = region.start
    else:
        first = next((s.day for s in inside if _works([s])), None)
    if first is None:
        return replace(stack, status="positive_unbounded", active=(), start=stack.start)
    quiet = [s.day for s in (*before, *inside) if s.day <= first and Phase.NO_ACTIVITY in s.phases]
    earliest = max(max(quiet), region.start) if quiet else first
    done = next((s.day for s in inside if s.is_only is Phase.POST_CONSTRUCTION), None)
    finished = max(first, done) if done else None
    last = min(region.end, finished) if finished else region.end
    return replace(
        stack,
        active=(Days(first, last),),
        longest=Days(earliest, last),
        earliest_start=earliest,
        latest_start=first,
        finished=finished,
    )


def settle_truth(stack: Stack, region: RegionModel, options: ScoreOptions) -> Stack | None:
    """The status with which a truth site counts; None if it does not lie in the region at all."""
    union = stack.union
    inside = region.outline if region.outline.is_valid else shapely.make_valid(region.outline)
    if union.is_empty or not union.intersects(inside):
        return None
    share = union.intersection(inside).area / union.area if union.area else 0.0
    return _as_ignored(replace(stack, status=_settled(stack, share, options)))


def _settled(stack: Stack, share: float, options: ScoreOptions) -> str:
    ignored = "transient_ignore" if "transient" in stack.status else "ignore"
    is_small = 0 < stack.largest <= options.small_site_threshold
    if is_small and stack.status not in NEGATIVE - {"positive_excluded", "transient_excluded"}:
        return ignored
    if share < _INSIDE:
        return ignored
    unbounded = "transient_ignore" if "transient" in stack.status else "positive_unbounded"
    if stack.status in _COMPLETE:
        if stack.bounded == 0 and options.activity == "partial":
            return ignored
        if stack.bounded in (-2, -1, 2) or (stack.bounded == 1 and options.activity == "completed"):
            return unbounded
    if stack.status in _PARTIAL:
        if stack.bounded == 0 and options.activity == "completed":
            return ignored
        if stack.bounded in (-2, -1, 2) or (stack.bounded == 1 and options.activity == "completed"):
            return unbounded
    return stack.status


def _as_ignored(stack: Stack) -> Stack:
    """A site that counts for nothing is active from its start to its end."""
    if stack.status not in IGNORED:
        return stack
    span = Days(stack.start, stack.end)
    return replace(stack, active=(span,) if span.count else (), longest=None)


def combine(stacks: Sequence[Stack], days: Iterable[date]) -> Stack:
    """Proposals taken together: on each day any of them, or the truth, was looked at, the newest of each."""
    parts = sorted(stacks, key=lambda s: s.id)
    wanted = sorted({*days, *(s.day for stack in parts for s in stack.slices)})
    slices = []
    for day in wanted:
        newest = [s for s in (stack.slice_on(day) for stack in parts) if s is not None]
        if newest:
            slices.append(
                Slice(
                    day,
                    "_".join(s.source for s in newest),
                    shapely.union_all([s.outline for s in newest]),
                    shapely.union_all([s.boundary for s in newest]),
                    tuple(phase for s in newest for phase in s.phases),
                )
            )
    return Stack(
        id="_".join(stack.id for stack in parts),
        status=parts[0].status,
        annotated=parts[0].annotated,
        start=min(stack.start for stack in parts),
        end=max(stack.end for stack in parts),
        slices=tuple(slices),
        active=tuple(span for stack in parts for span in stack.active),
        score=min(stack.score for stack in parts),
        members=tuple(stack.id for stack in parts),
        starts=tuple(stack.start for stack in parts),
    )


def count_days(spans: Sequence[Days]) -> int:
    """Days in any of the spans, each once."""
    return sum(span.count for span in _merged(spans))


def common_days(spans: Sequence[Days], span: Days) -> int:
    """Days of any of the spans that lie in one span, each once."""
    return sum(one.common(span) for one in _merged(spans))


def _merged(spans: Sequence[Days]) -> list[Days]:
    merged: list[Days] = []
    for span in sorted((s for s in spans if s.count), key=lambda s: s.first):
        if merged and (span.first - merged[-1].last).days <= 1:
            merged[-1] = Days(merged[-1].first, max(merged[-1].last, span.last))
        else:
            merged.append(span)
    return merged
