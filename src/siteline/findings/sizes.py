"""Words for one size that was asked for: whose it is, how large, how it was measured, what it rests on."""

from __future__ import annotations

import math

from siteline.findings.wording import SIZE, say_distance, say_extent, say_line, say_quantity
from siteline.model.dates import say_count
from siteline.model.errors import BadSetting
from siteline.model.measurement import BudgetLine, Capacity, Measurement
from siteline.model.place import Structure, Zone
from siteline.model.quantity import Z95, Quantity

FOOT_M = 0.3048
"""The international foot, exact."""

UNITS: dict[str, tuple[str, float, str]] = {
    "hectares": ("m²", 10_000.0, "hectares"),
    "square-feet": ("m²", FOOT_M**2, "square feet"),
    "feet": ("m", FOOT_M, "feet"),
}
"""By the name people ask for: what it converts, how many of that one is, and the word for it."""


def in_units(quantity: Quantity, units: str | None) -> Quantity:
    """
    The same quantity in another unit, for words only; what is stored stays in metres.

    Raises BadSetting for a unit that we do not know, or that measures something else.
    """
    if units is None:
        return quantity
    if units not in UNITS:
        raise BadSetting(f"no unit {units!r}", f"There are: {', '.join(UNITS)}.")
    of, size, word = UNITS[units]
    if quantity.unit != of:
        if quantity.unit.startswith("px"):
            raise BadSetting(
                f"a size in pixels cannot be said in {word}",
                "Give the site's gsd_m, metres per pixel, and add it again; or leave --units out.",
            )
        fitting = " or ".join(name for name, unit in UNITS.items() if unit[0] == quantity.unit)
        raise BadSetting(f"{word} do not measure this: it is in {quantity.unit}", f"Ask for {fitting}.")
    bounds = quantity.bounds
    return Quantity(
        quantity.value / size,
        quantity.sigma / size,
        word,
        None if bounds is None else (bounds[0] / size, bounds[1] / size),
    )


def say_part(line: BudgetLine, unit: str, units: str | None = None) -> str:
    """One part of an error in the unit of the words, two digits: "27 m²"."""
    part = in_units(Quantity(line.sigma, 0.0, unit), units)
    sigma = float(f"{part.value:.2g}")
    return f"{sigma:,.0f} {part.unit}" if sigma >= 10 else f"{sigma:g} {part.unit}"


def say_measured(name: str, size: Measurement, units: str | None = None, noun: str | None = None) -> str:
    """One size as a sentence: "The footprint of A-2 is about 4,300 m² (95 %: 4,070–4,550): roof outline, …"."""
    assert size.quantity is not None
    what = noun or SIZE.get(size.what, size.what.replace("_", " "))
    whose = f" of {name}" if name else ""
    how_large = say_extent if size.what == "area" else say_quantity
    return f"The {what}{whose} is {how_large(in_units(size.quantity, units))}: {size.method}."


def say_placing(
    name: str,
    zone: Zone,
    distance: Measurement,
    perimeter: Structure | None,
    units: str | None = None,
    reach: float | None = None,
) -> str:
    """
    Inside, outside or across the perimeter, how far from it, and whether the images can tell.

    reach: of what straddles, how far it reaches beyond the line on the side where it reaches less far; in the
    unit of the distance.
    """
    assert distance.quantity is not None
    subject = name or "The outline drawn"
    line = say_line(perimeter)
    if zone is Zone.STRADDLES:
        known = _half_width(in_units(distance.quantity, units))
        is_thin = reach is not None and reach < Z95 * distance.quantity.sigma
        doubt = "; by this it cannot be told from touching the line from one side" if is_thin else ""
        return f"{subject} straddles {line} (95 %: edge and line are known to {known}){doubt}."
    away = say_distance(zone, in_units(distance.quantity, units)).removesuffix(" the line")
    is_told = abs(distance.quantity.value) > Z95 * distance.quantity.sigma
    doubt = "" if is_told else "; by this it cannot be told from touching the line"
    return f"{subject} lies {zone.value} {line}: {away}{doubt}."


def say_apart(a: str, b: str, distance: Measurement, units: str | None = None) -> str:
    """How far two things lie apart, edge to edge."""
    assert distance.quantity is not None
    size = in_units(distance.quantity, units)
    if distance.quantity.value == 0:
        return f"{a} and {b} touch or overlap (95 %: their edges are known to {_half_width(size)})."
    return f"{a} and {b} lie {say_quantity(size)} apart, from nearest edge to nearest edge."


def _half_width(size: Quantity) -> str:
    return f"{_outwards(Z95 * size.sigma, down=False)} {size.unit}"


def say_capacity(name: str, found: Capacity, units: str | None = None) -> str:
    """
    What a building may hold, as a person's assumption and never as one number.

    Such as "If A-2 has one to two floors (J. Doe's assumption: …), its floor area is 5,000 to 11,000 m²."
    """
    assumed = found.assumed
    floor = [in_units(Quantity(end, 0.0, "m²"), units) for end in found.floor_m2]
    ends = [_outwards(floor[0].value, down=True), _outwards(floor[1].value, down=False)]
    said = (
        f"If {name} has {_floors(assumed.floors)} ({assumed.who}'s assumption: {assumed.why.rstrip('.')}), its floor "
        f"area is {ends[0]} to {ends[1]} {floor[0].unit}"
    )
    for room, each, many in (
        (found.dwellings, assumed.dwelling_m2, "dwellings"),
        (found.workers, assumed.worker_m2, "workers"),
    ):
        if room is not None and each is not None:
            said += (
                f"; if it holds {many}, of {each[0]:g} to {each[1]:g} m² each, there is possible room for "
                f"{room[0]:,.0f} to {room[1]:,.0f}"
            )
    footprint = say_extent(in_units(found.footprint, units))
    return f"{said}. Measured is only the footprint, {footprint}; the rest is not on the images."


def _floors(ends: tuple[float, float]) -> str:
    low, high = (say_count(int(end)) if end == int(end) else f"{end:g}" for end in ends)
    if low == high:
        return f"{low} floor" + ("" if ends[1] == 1 else "s")
    return f"{low} to {high} floors"


def _outwards(value: float, *, down: bool) -> str:
    """Two digits, rounded away from the middle."""
    if value <= 0:
        return "0"
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    whole = math.floor(value / step + 1e-9) if down else math.ceil(value / step - 1e-9)
    return f"{whole * step:,.{max(0, -math.floor(math.log10(step) + 1e-9))}f}"
