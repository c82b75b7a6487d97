"""A look moved by hand: by how much, held to what, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tied:
    """One tie point: where it is seen, where it belongs, and how far the nudge leaves it off."""

    label: str
    x: float
    """Pixels from the left edge of the scene that is moved."""

    y: float
    to: tuple[float, float]
    """Pixels of the reference scene; longitude and latitude if there is none."""

    residual_px: float


@dataclass(frozen=True, slots=True)
class Nudge:
    """By how much a person moved a scene, instead of the shift that would be estimated from the images."""

    id: str
    scene_id: str
    shift_px: tuple[float, float]
    """(right, down) by which its content is moved from where its file puts it, native pixels."""

    why: str
    follows: str | None = None
    """Scene that it is held to: what that one is moved by, this one is moved by as well; None if held to the ground."""

    ties: tuple[Tied, ...] = ()
    residual_px: float | None = None
    """Root mean square of what is left at the tie points; None where fewer than two say so."""

    source: str = ""
    """Name of the file of tie points; "" for a shift that was typed."""

    source_sha256: str | None = None
    undone: bool = False
    """Whether this row takes back the scene's nudge."""
