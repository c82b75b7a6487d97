"""The massing of a site: its buildings as blocks, each as high as it was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from shapely.geometry.base import BaseGeometry

from siteline.model.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Block:
    """One building, or one changed piece of ground, as it is drawn in a massing."""

    id: str
    """Of an event; of a structure its label."""

    name: str
    """As sentences call it: its label, else its id."""

    what: str
    """In published words: "building", "new building, roof on"."""

    outline: BaseGeometry
    """EPSG:4326 (lon, lat)."""

    height: Quantity | None
    """m above flat ground; None where it is drawn flat."""

    why_flat: str = ""
    """Why there is no height."""

    area: Quantity | None = None
    """m²; None where there is no number."""

    roof: str = ""
    """Form of the roof as `Footprint.roof`."""

    placed: str = ""
    """Which outline it is: "at its base", "as it was drawn"."""

    said: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What else travels with it: status, dates, looks, as event interchange names them."""


@dataclass(frozen=True, slots=True)
class Massing:
    """All blocks of one site."""

    site_id: str
    site_name: str
    blocks: tuple[Block, ...]
    simulated: bool
    """Whether the place is invented, or any of the images."""
