"""What SMART's scope leaves out of our events: small sites, demolition alone, clearing alone, paving, roofs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from siteline.model.change import Kind
from siteline.model.remark import Remark

SHAPE = "smart-left-out/1"

SMALLEST_M2 = 8000.0
"""Sites of interest to SMART are larger, yards and all."""


class Why(StrEnum):
    """Why an event has no site model of its own."""

    SMALL = "small_site"
    DEMOLITION = "demolition_alone"
    CLEARING = "clearing_alone"
    PAVING = "surface_change"
    ROOF = "roof_change"
    JOINED = "joined"
    INSIDE = "inside_another_site"
    NO_LOOKS = "no_dated_looks"
    NO_OUTLINE = "no_outline"

    @property
    def words(self) -> str:
        """In a sentence."""
        return _WORDS[self]


_WORDS: Mapping[Why, str] = {
    Why.SMALL: "the site is smaller than SMART looks for",
    Why.DEMOLITION: "a building removed, with nothing built in its place",
    Why.CLEARING: "ground cleared, with no building on it",
    Why.PAVING: "ground changed or paved, with no building on it",
    Why.ROOF: "a roof replaced on a building that stands",
    Why.JOINED: "part of the ground of another event's site",
    Why.INSIDE: "lies wholly within the site of another event",
    Why.NO_LOOKS: "none of its looks has a date on record that shows it",
    Why.NO_OUTLINE: "has no outline in longitude and latitude",
}

ALONE: Mapping[Kind, Why] = {
    Kind.DEMOLITION: Why.DEMOLITION,
    Kind.CLEARING: Why.CLEARING,
    Kind.SURFACE_CHANGE: Why.PAVING,
    Kind.ROOF_CHANGE: Why.ROOF,
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One event without a site model of its own."""

    event_id: str
    label: str
    kind: Kind
    why: Why
    area_m2: float | None
    """On the ground; None if it has no outline."""

    site_id: str | None = None
    """The SMART site it is part of or lies in."""


def describe_left_out(site_id: str, exported: Mapping[str, str], left: Sequence[LeftOut]) -> dict[str, Any]:
    """The list beside the export, as plain JSON; exported: SMART ids by event."""
    counts = Counter(one.why for one in left)
    return {
        "siteline": SHAPE,
        "site": site_id,
        "exported": [{"event": event, "site_id": smart} for event, smart in exported.items()],
        "counts": {why.value: counts[why] for why in Why if counts[why]},
        "left_out": [
            {
                "event": one.event_id,
                "label": one.label or None,
                "kind": one.kind.value,
                "area_m2": None if one.area_m2 is None else round(one.area_m2, 1),
                "reason": one.why.value,
                "said": one.why.words,
                "site_id": one.site_id,
            }
            for one in left
        ],
    }


def tell_left_out(site_id: str, left: Sequence[LeftOut], smallest_m2: float) -> tuple[Remark, ...]:
    """One remark for each reason, with the ids."""
    told = []
    for why in Why:
        ids = [one.event_id for one in left if one.why is why]
        if not ids:
            continue
        shown = ", ".join(ids[:6]) + (f" and {len(ids) - 6} more" if len(ids) > 6 else "")
        least = f" (under {smallest_m2:,.0f} m²)" if why is Why.SMALL else ""
        remedy = "--smallest 0 exports them" if why is Why.SMALL else ""
        told.append(
            Remark(site_id, f"{len(ids)} event(s) have no site model: {why.words}{least}: {shown}", remedy)
        )
    return tuple(told)
