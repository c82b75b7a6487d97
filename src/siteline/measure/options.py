"""What can be set about measuring: one frozen record, passed by hand."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from siteline.model.errors import BadSetting


@dataclass(frozen=True, slots=True)
class MeasureOptions:
    """How sizes are measured, and when they are refused."""

    psf_px: float = 0.75
    """One-sigma width of the image's blur, pixels, before the pixel's own square is added."""

    psf_spread: float = 0.10
    """Relative one-sigma error of `psf_px`; the fit may move it by about as much."""

    shift_px: float = 0.25
    """One-sigma shift that co-registration may have left in a look, per axis, pixels."""

    max_looks: int = 8
    height_m: tuple[float, float] = (7.0, 6.0)
    """Mean and one-sigma spread of heights, where the event does not bring its own."""

    window_px: float = 5.0
    """How much ground around the outline the fit looks at, pixels."""

    floor: float = 0.025
    """Relative one-sigma error of an area below which no fit may go (SCIENCE 2.10)."""

    floor_edge_px: float = 0.09
    """The same floor as a shift of all edges together, pixels: it rules for small buildings."""

    scale: float = 0.001
    """Relative one-sigma error of the pixel size of a georeferenced image."""

    frame_scale: float = 0.01
    """The same where a person gave the pixel size of an image frame."""

    min_contrast: float = 0.05
    """Roof against ground, reflectance or relative 0–1, in the best band; less is refused."""

    max_disagreement: float = 0.10
    """Relative difference of area between the fit and one on a narrower window beyond which it is refused."""

    min_explained: float = 0.90
    """Share of the variance around the building that the fit must explain."""

    min_side_px: float = 3.0
    """A shorter side than this cannot be measured."""

    def __post_init__(self) -> None:
        sizes = (self.psf_px, self.window_px, self.shift_px, *self.height_m)
        shares = (
            self.psf_spread,
            self.floor,
            self.scale,
            self.frame_scale,
            self.min_contrast,
            self.min_explained,
        )
        is_sound = all(isfinite(size) and size > 0 for size in sizes) and all(
            0 <= share <= 1 for share in shares
        )
        if not is_sound or self.max_looks < 1:
            raise BadSetting(
                "psf_px, max_looks, window_px, shift_px and height_m must be above zero, shares between 0 and 1",
                "Leave them out of MeasureOptions(...) to measure with what it comes with, or give values above zero.",
            )
