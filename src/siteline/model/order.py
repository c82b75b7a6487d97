"""Orders of images that somebody charges for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class OrderState(StrEnum):
    """Where an order stands: our own two first, then those of the provider."""

    INTENDED = "intended"
    """About to be sent, or sent without an answer: whether the provider has it is found out by its name."""

    REFUSED = "refused"
    """The provider did not take it; nothing is charged."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"
    GONE = "gone"
    """It was delivered, and its files are there no longer; what was not taken into custody in time is lost."""

    @property
    def is_open(self) -> bool:
        """Whether the provider may still change it."""
        return self in (OrderState.INTENDED, OrderState.QUEUED, OrderState.RUNNING)

    @property
    def is_delivered(self) -> bool:
        """Whether there are files to fetch."""
        return self in (OrderState.SUCCESS, OrderState.PARTIAL)


@dataclass(frozen=True, slots=True)
class ImageOrder:
    """One order of scenes of one site, as it stood at a time."""

    name: str
    """By which the provider knows it again: the same scenes, cut alike, have the same name."""

    source: str
    state: OrderState
    product: str
    """What is ordered of each scene, in the provider's words."""

    request: str
    """JSON as it was sent."""

    km2: Mapping[str, float]
    """By id of the scene: what it costs of a quota, square kilometres."""

    order_id: str = ""
    """The provider's; "" before it has answered."""

    said: str = ""
    """What the provider said of it last."""

    missing: tuple[str, ...] = ()
    """Of an order that has ended: scenes that were not delivered."""

    @property
    def scenes(self) -> tuple[str, ...]:
        """Ids of the scenes that were ordered."""
        return tuple(self.km2)

    @property
    def holds(self) -> tuple[str, ...]:
        """Ids of those that it brings, or brought; none of one that came to nothing."""
        if not (self.state.is_open or self.state.is_delivered):
            return ()
        return tuple(scene for scene in self.km2 if scene not in self.missing)

    @property
    def charged(self) -> Mapping[str, float]:
        """What counts against a budget, by scene: nothing of what was refused, failed or not delivered."""
        if self.state in (OrderState.REFUSED, OrderState.FAILED, OrderState.CANCELLED):
            return {}
        return {scene: area for scene, area in self.km2.items() if scene not in self.missing}
