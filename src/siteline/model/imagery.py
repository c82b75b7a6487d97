"""
Images: scenes as they come, looks as they are used, and the names of the cube's axes.

A cube is an `xarray.Dataset` that the `cube` stage makes and the stages after it read:

    value          (time, band, y, x) float32; reflectance 0–1, or relative 0–1 for display images;
                   NaN where the scene has no pixel; masked pixels keep their value
    why_not        (time, y, x) uint8; a `WhyNot` code, 0 where the pixel is usable
    time           datetime64[ns], UTC, middle of the acquisition; ascending
    scene          (time) str, the scene's id
    sun_azimuth    (time) float, degrees clockwise from north; NaN if unknown
    sun_elevation  (time) float, degrees above the horizon; NaN if unknown
    view_off_nadir (time) float, degrees; NaN if unknown
    view_azimuth   (time) float, degrees clockwise from north, from the satellite to the site: roofs lean that way; NaN
                   if unknown
    band           str, names of `BANDS`
    y, x           pixel centres in `Grid.crs`, or pixels (0.5, 1.5, …) without one
    attrs          grid: Grid; units: "reflectance" | "relative"
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from itertools import pairwise
from types import MappingProxyType

from siteline.model.dates import Acquired
from siteline.model.placing import Placement
from siteline.model.radar import RadarTake

BANDS = (
    "coastal",
    "blue",
    "green",
    "red",
    "rededge1",
    "rededge2",
    "rededge3",
    "nir",
    "nir08",
    "swir16",
    "swir22",
    "grey",
)
"""Band names we understand; an alpha band is a mask, not a band."""


class WhyNot(IntEnum):
    """Why a pixel of a look cannot be used."""

    USABLE = 0
    NO_IMAGE = 1
    CLOUD = 2
    CLOUD_SHADOW = 3
    SNOW = 4
    OUTLIER = 5
    """Our own mask: it leaves its own history for this one look only."""
    SATURATED = 6


class Use(StrEnum):
    """What may be done with a scene; `publish_max_px=N` is kept beside as a number."""

    PUBLISH = "publish"
    PUBLISH_MAX_PX = "publish_max_px"
    ANALYSE = "analyse"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Grid:
    """A raster grid: where pixel (row, col) lies."""

    crs: str | None
    """Projected CRS, such as "EPSG:32652"; None for an image frame, whose unit is the pixel."""

    transform: tuple[float, float, float, float, float, float]
    """Affine a, b, c, d, e, f: x = a·col + b·row + c, y = d·col + e·row + f, of pixel corners."""

    shape: tuple[int, int]
    """Rows, columns."""

    gsd_m: float | None
    """Metres per pixel on the ground; None if unknown."""

    area_scale: float = 1.0
    """Ground area per grid area: grid m² times this is m² on the ground (projection scale)."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One acquisition, as recorded; frozen."""

    id: str
    href: str
    """Where its bytes are, resolved: an absolute path."""

    acquired: Acquired
    bands: tuple[str, ...]
    """Names in file order; "" for a band that is not used (alpha, unknown)."""

    shape: tuple[int, int]
    """Rows, columns of the file."""

    crs: str | None
    """As the file says; None without georeference."""

    transform: tuple[float, float, float, float, float, float] | None
    gsd_m: float | None
    dtype: str
    sha256: str
    sensor: str = ""
    scale: float | None = None
    """Reflectance = scale · number + offset; None: relative units."""

    offset: float = 0.0
    nodata: float | None = None
    mask_href: str | None = None
    mask_kind: str = "nonzero_bad"
    """`nonzero_bad`, `udm2`, `scl` or `qa_pixel`."""

    mask_sha256: str | None = None
    sun_azimuth: float | None = None
    sun_elevation: float | None = None
    view_off_nadir: float | None = None
    view_azimuth: float | None = None
    credit: str = "unknown"
    licence: str = "unknown"
    use: Use = Use.UNKNOWN
    publish_max_px: int | None = None
    simulated: bool = False
    notes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Columns of the manifest that we do not read."""

    fault: str | None = None
    """Why its pixels cannot be used at all (truncated, other bands, elsewhere); recorded, never surveyed."""

    published: date | None = None
    """When it was released; nothing on the ground is dated from that."""

    mosaic: tuple[date, date] | None = None
    """First and last day of what a mosaic was made of, which `acquired` then spans; None for a single acquisition."""

    placed: Placement | None = None
    """How a published picture was laid on the Earth; None for a scene that says itself where it lies."""

    radar: RadarTake | None = None
    """How a radar image was taken; None for an image of light."""


@dataclass(frozen=True, slots=True)
class Look:
    """One scene as it was used, or not, in a survey."""

    scene_id: str
    acquired: Acquired
    usable: float
    """Share of the site that can be seen, 0–1."""

    used: bool
    reason: str | None
    """Why it was left out; None if used."""

    shift_px: tuple[float, float] | None
    """(dx, dy) on native pixels by which the scene was moved onto the reference; None if not estimated."""

    residual_px: float | None
    """What remains after the shift, pixels; None if unknown."""

    nudge: str | None = None
    """Id of the nudge by which a person moved it, instead of an estimate; None if nobody did."""


BLIND_DAYS = 21
"""No time without a usable look that is shorter than this is called blind."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without a usable look, between two looks."""

    last: date
    """Latest day that the look at its start can mean."""

    next: date
    """Earliest day that the look at its end can mean; `last` where the two may be of one day."""

    @property
    def days(self) -> int:
        """How long at least, days."""
        return (self.next - self.last).days


def gaps(looks: Sequence[Look]) -> tuple[Gap, ...]:
    """
    All times without a used look, in time order: between one and the next, and at either end of the series.

    At the ends they reach to the first and the last look of any sort.
    """
    ordered = sorted(looks, key=lambda look: look.acquired.middle)
    used = [look.acquired for look in ordered if look.used]
    if not used:
        return ()
    between = [(a, b) for a, b in pairwise(used)]
    if not ordered[0].used:
        between.insert(0, (ordered[0].acquired, used[0]))
    if not ordered[-1].used:
        between.append((used[-1], ordered[-1].acquired))
    return tuple(Gap(a.last_day, max(a.last_day, b.first_day)) for a, b in between)


def blind_times(looks: Sequence[Look]) -> tuple[Gap, ...]:
    """Gaps worth telling, in time order: longer than BLIND_DAYS, and than twice what is usual in this series."""
    steps = gaps(looks)
    if not steps:
        return ()
    usual = statistics.median(gap.days for gap in steps)
    return tuple(gap for gap in steps if gap.days > max(BLIND_DAYS, 2 * usual))


def longest_gap(looks: Sequence[Look]) -> Gap | None:
    """The longest time without a used look; None where no two looks enclose one."""
    return max(gaps(looks), key=lambda gap: gap.days, default=None)
