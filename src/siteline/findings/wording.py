"""
Words for numbers, dates and places, as DESIGN's right-hand column says them.

A number keeps its error, a date stays an interval, an absence says whether it could have been seen. No
code of ours, no bare plus-minus and no word for when work started gets into a sentence: images show when
something is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from siteline.model.change import ChangeEvent, Kind, Method, Stage, State, Status
from siteline.model.dates import MONTHS, Acquired, say_count, say_day, say_span
from siteline.model.imagery import Scene, longest_gap
from siteline.model.measurement import Measurement
from siteline.model.place import Structure, Zone
from siteline.model.quantity import Quantity
from siteline.model.survey import Survey
from siteline.raster.grid import metres_per_pixel

MANY = {
    Kind.CONSTRUCTION: ("new building", "new buildings"),
    Kind.DEMOLITION: ("building removed", "buildings removed"),
    Kind.ROOF_CHANGE: ("roof replaced", "roofs replaced"),
    Kind.CLEARING: ("piece of ground cleared", "pieces of ground cleared"),
    Kind.SURFACE_CHANGE: (
        "piece of ground changed, cause unknown",
        "pieces of ground changed, cause unknown",
    ),
}

UNIT = {"m²": "m²", "m": "m", "px²": "square pixels", "px": "pixels", "": ""}

NO_SCALE = "the scale of these images is not known"

SIZE = {"area": "footprint", "length": "length", "width": "width", "height": "height"}

_SEEN = {
    Kind.CONSTRUCTION: ("not visible {}", "first visible {}"),
    Kind.DEMOLITION: ("still visible {}", "first seen gone {}"),
    Kind.ROOF_CHANGE: ("old roof still visible {}", "new roof first visible {}"),
    Kind.CLEARING: ("not yet cleared {}", "first seen cleared {}"),
    Kind.SURFACE_CHANGE: ("unchanged {}", "first seen changed {}"),
}

_REPORTED = {
    "wide": "what may well not be real is reported too, so that little is missed",
    "balanced": "what is likelier real than not is reported",
    "strict": "only what is very likely real is reported, and more is missed",
}
"""What each preset reports."""

_ALREADY = {
    Kind.CONSTRUCTION: "visible {}",
    Kind.DEMOLITION: "gone {}",
    Kind.ROOF_CHANGE: "new roof visible {}",
    Kind.CLEARING: "seen cleared {}",
    Kind.SURFACE_CHANGE: "seen changed {}",
}


# --- numbers --------------------------------------------------------------------------------------------


def say_quantity(quantity: Quantity) -> str:
    """A value with its error: "about 4,300 m² (95 %: 4,070–4,550)"."""
    unit = UNIT.get(quantity.unit, quantity.unit)
    value, low, high = quantity.rounded()
    tail = f" {unit}" if unit else ""
    return f"about {value}{tail} (95 %: {_joined(low, high)})"


def say_extent(quantity: Quantity) -> str:
    """The same of an area; one that may be nothing at all is "up to 1,300 m² (95 %; it may be nothing at all)"."""
    if quantity.low95 > 0:
        return say_quantity(quantity)
    unit = UNIT.get(quantity.unit, quantity.unit)
    return f"up to {quantity.rounded()[2]} {unit} (95 %; it may be nothing at all)"


def _joined(low: str, high: str) -> str:
    """A range; with "to" where a minus sign would meet the dash."""
    return f"{low} to {high}" if "−" in low + high else f"{low}–{high}"


def say_size(size: Measurement) -> str:
    """One size as a clause: "footprint about 4,300 m² (95 %: 4,070–4,550)", or that it was not measured."""
    name = SIZE.get(size.what, size.what.replace("_", " "))
    if size.quantity is None:
        return f"{name} not measured: {size.refused}"
    scale = f"; {NO_SCALE}" if size.quantity.unit.startswith("px") else ""
    how_large = say_extent if size.what == "area" else say_quantity
    return f"{name} {how_large(size.quantity)}{scale}"


def say_rough(quantity: Quantity) -> str:
    """A size of which only the order matters: "about 150 m²"."""
    return f"about {_two_digits(quantity.value)} {UNIT.get(quantity.unit, quantity.unit)}"


def _two_digits(value: float) -> str:
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"


# --- dates ----------------------------------------------------------------------------------------------


def say_when(acquired: Acquired, year: bool = True) -> str:
    """When an image was taken, with its preposition: "on 3 April 2024", "in December 2011"."""
    first, last = acquired.first_day, acquired.last_day
    if first == last:
        return f"on {say_day(first, year)}"
    if acquired.is_month:
        return f"in {MONTHS[first.month - 1]}" + (f" {first.year}" if year else "")
    return f"between {say_day(first, first.year != last.year)} and {say_day(last, year)}"


def say_onset(event: ChangeEvent, scenes: Mapping[str, Scene]) -> str:
    """When a change came into sight: "not visible on 3 April, first visible on 19 April 2024"."""
    before, since = _when(event, scenes)
    kind = told_kind(event.kind, event.stage)
    if before is None:
        earlier = "the ground without it" if kind is Kind.CONSTRUCTION else "the place as it was before"
        already = _ALREADY[kind].format(say_when(since))
        if event.proposer is not None:
            return f"{already}; earlier images were not asked"
        return f"{already}; no earlier usable image shows {earlier}"
    without, with_it = _SEEN[kind]
    if before.last_day == since.first_day and before.is_instant and since.is_instant:
        earlier, later = f"at {before.end:%H:%M}", f"at {since.start:%H:%M} UTC {say_when(since)}"
        return f"{without.format(earlier)}, {with_it.format(later)}"
    one_year = before.last_day.year == since.last_day.year and before.text != since.text
    return f"{without.format(say_when(before, year=not one_year))}, {with_it.format(say_when(since))}"


def say_bracket(event: ChangeEvent, scenes: Mapping[str, Scene]) -> tuple[str, str]:
    """The two ends of an onset, as the images are dated: ("2011-12", "2012-12-05"); "" if open."""
    before, since = _when(event, scenes)
    return "" if before is None else before.text[:10], since.text[:10]


def _when(event: ChangeEvent, scenes: Mapping[str, Scene]) -> tuple[Acquired | None, Acquired]:
    """The two images that bracket the change; the interval's own days where it is wider than they are."""
    last = scenes.get(event.last_without or "")
    first = scenes.get(event.first_with)
    by = first.acquired if first and first.acquired.last_day == event.onset.by else _one_day(event.onset.by)
    if event.onset.after is None:
        return None, by
    if last is not None and last.acquired.first_day == event.onset.after:
        return last.acquired, by
    return _one_day(event.onset.after), by


def _one_day(day: date) -> Acquired:
    start = datetime.combine(day, time(0, 0, 0), UTC)
    return Acquired(start, start.replace(hour=23, minute=59, second=59), day.isoformat())


def told_kind(kind: Kind, stage: Stage | None) -> Kind:
    """The kind that a reader is told: a building site on which nothing stands yet is cleared ground."""
    return Kind.CLEARING if kind is Kind.CONSTRUCTION and stage is Stage.CLEARED else kind


def say_what(kind: Kind, stage: Stage | None) -> str:
    """What changed: "new building", "new foundation", "ground cleared"."""
    if kind is Kind.CONSTRUCTION and stage is Stage.FOUNDATION:
        return "new foundation"
    return told_kind(kind, stage).words


def without_codes(text: str) -> str:
    """A remark of another stage in published words: kinds by their name, not by their code."""
    for kind in Kind:
        text = text.replace(kind.value, f'"{kind.words}"') if "_" in kind.value else text
    return text.replace("not_observable", "not observable")


def say_finished(event: ChangeEvent) -> str | None:
    """When it was seen complete; None if it was not."""
    if event.finished is None:
        return None
    what = {
        Kind.CONSTRUCTION: ("Roof not yet complete", "first seen complete"),
        Kind.DEMOLITION: ("Not yet all gone", "first seen all gone"),
        Kind.ROOF_CHANGE: ("New roof not yet complete", "first seen complete"),
    }.get(event.kind, ("Not yet complete", "first seen complete"))
    after, by = event.finished.after, event.finished.by
    if after is None or after == by:
        return f"{what[1][0].upper()}{what[1][1:]} on {say_day(by)}."
    return f"{what[0]} on {say_day(after, after.year != by.year)}, {what[1]} on {say_day(by)}."


# --- places and observations ----------------------------------------------------------------------------


def say_line(perimeter: Structure | None) -> str:
    """Which line inside and outside refer to: "the line drawn from the image of 9 November 2020"."""
    if perimeter is None:
        return "the perimeter line"
    if perimeter.since is not None:
        return f"the line drawn from the image of {say_day(perimeter.since)}"
    if perimeter.source:
        return f"the perimeter line ({perimeter.source})"
    return "the perimeter line as drawn in the site file"


def say_zone(zone: Zone, perimeter: Structure | None = None) -> str:
    """Inside, outside or on it, naming the line."""
    line = say_line(perimeter)
    return {
        Zone.INSIDE: f"inside {line}",
        Zone.OUTSIDE: f"outside {line}",
        Zone.STRADDLES: f"on both sides of {line}",
    }[zone]


def say_distance(zone: Zone, distance: Quantity) -> str:
    """How far from the line: "about 40 m (95 %: 34–46) outside the line"; on it, that it crosses."""
    if zone is Zone.STRADDLES or distance.value == 0:
        return "touches the line" if zone is not Zone.STRADDLES else "crosses the line"
    size = abs(distance.value)
    away = Quantity(size, distance.sigma, distance.unit)
    side = "inside" if zone is Zone.INSIDE else "outside"
    return f"nearest edge {say_quantity(away)} {side} the line"


def say_probability(event: ChangeEvent) -> str | None:
    """The detection probability in words; None for what a person saw."""
    if event.method is Method.DRAWN:
        return None
    share = min(max(event.probability, 0.0), 0.99)
    if event.proposer is not None:
        if not event.proposer.tells_probability:
            return "not told by the model"
        return f"{100 * share:.0f} % by the model's own word (not calibrated)"
    told = "above 95 %" if share > 0.95 else f"{5 * round(share * 20)} %"
    return f"{told} ({'calibrated on rendered sites' if event.calibrated else 'not calibrated for images like these'})"


def say_found(event: ChangeEvent, status: Status) -> str:
    """How it was found: by comparison, by eye, or by a user's model that nobody checked yet."""
    if event.proposer is None:
        return event.method.words
    checked = {
        Status.ACCEPTED: "accepted by a person",
        Status.REJECTED: "rejected by a person",
        Status.UNSURE: "a person who looked was unsure",
    }.get(status, "not checked")
    return f"proposed by {event.proposer.words}, {checked}"


def say_observations(event: ChangeEvent) -> str:
    """What all looks say: "changed on 12 looks, unchanged on 40; could not tell on 7 (5 cloud, 2 shadow)"."""
    count = Counter(o.state for o in event.observations)
    parts = [
        f"changed on {_looks(count[State.CHANGED])}",
        f"no change visible on {_looks(count[State.UNCHANGED])}",
    ]
    hidden = count[State.NOT_OBSERVABLE]
    if not hidden:
        return ", ".join(parts)
    reasons = Counter(
        (o.reason or "reason unknown").replace("_", " ")
        for o in event.observations
        if o.state is State.NOT_OBSERVABLE
    )
    why = ", ".join(reason if len(reasons) == 1 else f"{reason} ({n})" for reason, n in reasons.most_common())
    return f"{', '.join(parts)}; could not tell on {_looks(hidden)} ({why})"


def _looks(number: int) -> str:
    return f"{say_count(number)} look" + ("" if number == 1 else "s")


def say_seeing(survey: Survey) -> tuple[str, ...]:
    """
    What could be seen at all, and when nothing could.

    Such as "No other change was reported at 3 m: what is likelier real than not is reported. No new roof smaller
    than about 150 m² could have been seen. Three weeks without a usable image, 2 to 23 December 2023."
    """
    looks, smallest = survey.looks, survey.smallest_visible
    size = metres_per_pixel(survey.grid)
    at = f" at {_two_digits(size)} m" if size else ""
    means = f": {_REPORTED[survey.preset]}" if survey.preset in _REPORTED else ""
    said = [f"No other change was reported{at}{means}."]
    if survey.until is not None:
        said.append(f"Only images up to {say_day(survey.until)} were searched.")
    if smallest is None:
        said.append("How small a new roof could have been seen is not known.")
    else:
        said.append(f"No new roof smaller than {say_rough(smallest)} could have been seen.")
    gap = longest_gap(looks)
    if gap is not None and gap.days:
        said.append(
            f"{say_span(gap.days).capitalize()} without a usable image, "
            f"{say_day(gap.last, gap.last.year != gap.next.year)} to {say_day(gap.next)}."
        )
    left_out = [look for look in looks if not look.used]
    if left_out:
        why = Counter((look.reason or "reason unknown").replace("_", " ") for look in left_out)
        reasons = ", ".join(f"{reason} ({n})" for reason, n in why.most_common(4))
        count = say_count(len(left_out)) + (" was" if len(left_out) == 1 else " were")
        said.append(f"Of {len(looks)} images {count} left out: {reasons}.")
    return tuple(said)
