"""What can be chosen about how scenes become a cube."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CubeOptions:
    """How scenes are read, aligned, masked and harmonised."""

    margin_px: int = 16
    """Native pixels read around the site, so that a shifted look still covers it."""

    max_shift_px: float = 12.0
    """A look that would have to be moved further is not trusted, pixels of the grid."""

    turn_frames: bool = True
    """Look for frames that were saved turned, or further off the others than `max_shift_px`, and lay them right."""

    flag_residual_px: float = 0.3
    """Above this residual the look is flagged."""

    max_residual_px: float = 0.5
    """Above this residual the look is left out as misregistered."""

    min_usable: float = 0.15
    """A look of which less of the site can be seen is left out, share 0–1."""

    own_masks: bool = True
    """Look for clouds and outliers that the supplied mask missed, or where there is none."""

    harmonise: bool = True
    """Fit each look's colours to the series, where that makes stable bright objects more stable."""
