"""How a published picture was laid on the Earth: by whose points, with what error."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Model(StrEnum):
    """How pixels of a picture become places."""

    SIMILARITY = "similarity"
    """Turned, scaled and moved: a picture of flat ground from straight above."""

    AFFINE = "affine"
    """Stretched and skewed as well."""

    PROJECTIVE = "projective"
    """Seen at a slant, as a camera sees a plane."""


@dataclass(frozen=True, slots=True)
class PlacedPoint:
    """A point that a person found both in the picture and on the ground, and how well it fits."""

    label: str
    x: float
    """Pixels from the picture's left edge."""

    y: float
    """Pixels down from its top edge."""

    east: float
    """In the placement's CRS."""

    north: float
    residual_px: float
    """How far off it the fitted picture puts the point, pixels of the picture."""

    residual_m: float

    @property
    def says(self) -> str:
        """The point and its residual, in words."""
        return f"{self.label}: {self.residual_px:.1f} px ({self.residual_m:.1f} m)"


@dataclass(frozen=True, slots=True)
class Placement:
    """A picture's place on Earth as it was fitted, with what it was fitted to."""

    original_sha256: str
    """Of the published picture, whose bytes are kept unchanged; the scene's own digest is that of the working copy."""

    source: str
    """What placed it: the name of a file of control points, or of a KML or KMZ."""

    source_sha256: str
    model: Model
    crs: str
    matrix: tuple[float, float, float, float, float, float, float, float, float]
    """Row by row: (x, y, 1) of the picture to (u·w, v·w, w), with (u, v) in `crs`."""

    warped: bool
    """Whether the working copy was resampled; else it holds the picture's own pixels."""

    points: tuple[PlacedPoint, ...] = ()
    """None for an overlay, which says where it lies."""

    rms_px: float | None = None
    """Of all residuals; None where no point is left over to judge by."""

    rms_m: float | None = None
    left_out_px: float | None = None
    """The same of points that were left out of the fit one by one: what to expect at a place that is no control point."""

    chosen: str = ""
    """Why this model, in words."""

    @property
    def worst(self) -> PlacedPoint | None:
        """The point that fits worst; None without points."""
        return max(self.points, key=lambda point: point.residual_px, default=None)
