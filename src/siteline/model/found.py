"""Scenes that a catalog offers: what is known of them before a byte of their pixels is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from siteline.model.dates import Acquired
from siteline.model.imagery import Use
from siteline.model.radar import RadarTake


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of an offered scene, as its catalog describes it."""

    href: str
    """Where it is, as the catalog says: unsigned, without keys."""

    bands: tuple[str, ...]
    """Names of `BANDS` in file order, "" for one that is not used; empty for a mask."""

    key: str
    """Its name in the catalog's item."""

    gsd_m: float | None = None
    scale: float | None = None
    """Reflectance = scale · number + offset; None: relative units."""

    offset: float = 0.0
    nodata: float | None = None
    dtype: str = ""
    """Data type of its numbers as declared, such as "uint16"; "" if the catalog does not say."""

    size: int | None = None
    """Bytes of the whole file, as declared; not to be trusted."""

    media_type: str = ""


@dataclass(frozen=True, slots=True)
class FoundScene:
    """One acquisition that a source offers; frozen. It becomes a `Scene` when its window is in custody."""

    id: str
    """The item's id."""

    source: str
    """Name of the source as in siteline.toml, or its address without keys."""

    collection: str
    acquired: Acquired
    """A mosaic's whole range, for a mosaic."""

    assets: tuple[Asset, ...]
    mask: Asset | None = None
    mask_kind: str = "nonzero_bad"
    sensor: str = ""
    outline_wkt: str = ""
    """What it covers, longitude and latitude; "" if the catalog does not say."""

    crs: str | None = None
    cloud: float | None = None
    """Share of the whole scene that the provider calls cloud, 0–1; says little of the site."""

    sun_azimuth: float | None = None
    sun_elevation: float | None = None
    view_off_nadir: float | None = None
    view_azimuth: float | None = None
    published: date | None = None
    mosaic: tuple[date, date] | None = None
    """First and last day of what a mosaic was made of; None for a single acquisition."""

    credit: str = "unknown"
    licence: str = "unknown"
    use: Use = Use.UNKNOWN
    publish_max_px: int | None = None
    instead_of: tuple[str, ...] = ()
    """Other processings of the same acquisition that were offered and not chosen."""

    why: str = ""
    """Why this one was chosen among them."""

    signing: str = ""
    """How its addresses must be signed before they answer: "" or the name of a way (`planetary-computer`, `bearer`, `s3`)."""

    notes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What else the catalog said that a reader may want (processing baseline, tile, orbit)."""

    fault: str | None = None
    """Why it cannot be fetched or used (uncorrected radar, no band that we know); on record so that the hole is visible."""

    radar: RadarTake | None = None
    """How a radar pass was taken; None for an image of light. Its bands are polarisations."""
