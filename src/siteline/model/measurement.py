"""Sizes, each with the budget of its error."""

from __future__ import annotations

from dataclasses import dataclass

from siteline.model.place import Footprint
from siteline.model.quantity import Quantity


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One named part of an error."""

    name: str
    """Such as "edge", "PSF", "scale", "model floor"."""

    sigma: float
    """In the unit of the quantity."""

    shared: bool
    """True if the same in every measurement on the same images, so that it cancels in a ratio."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured size, or the reason why it was refused."""

    what: str
    """`area`, `length`, `width`, `height`, `distance_to_perimeter`."""

    quantity: Quantity | None
    """None if refused."""

    budget: tuple[BudgetLine, ...]
    method: str
    """In words: "footprint fitted to 8 looks", "outline drawn by hand on S12"."""

    scene_ids: tuple[str, ...]
    refused: str | None = None
    """Why there is no number."""

    footprint: Footprint | None = None
    """The fitted outline, for an area."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """One size over another."""

    quantity: Quantity
    """A / B, unitless, with 95 % bounds."""

    supported: tuple[str, ...]
    """Sentences that the interval supports."""

    not_supported: tuple[str, ...]
    """Tempting sentences that it does not."""
