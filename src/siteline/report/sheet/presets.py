"""For where a figure is made: its size, its resolution, and the smallest letters that can be read there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_MM = 72 / 25.4


class PresetName(StrEnum):
    """Where a figure will be seen."""

    PRINT = "print"
    WEB = "web"
    SQUARE = "square"
    STORY = "story"


@dataclass(frozen=True, slots=True)
class Preset:
    """One of them."""

    name: PresetName
    width: float
    """Units; for print a unit is a point."""

    height: float | None
    """None: as high as it needs to be, `highest` at most."""

    highest: float
    pixels_per_unit: float
    dpi: int
    """Written into the file."""

    letter: float
    """Size of running text, units."""

    smallest: float
    """Nothing is lettered smaller, units."""

    margin: float
    safe_top: float = 0.0
    """Kept free of words: the app lays its own there."""

    safe_bottom: float = 0.0

    @property
    def small(self) -> float:
        """Size of notes."""
        return max(self.smallest, self.letter * 0.84)


PRESETS = {
    PresetName.PRINT: Preset(PresetName.PRINT, 180 * _MM, None, 240 * _MM, 300 / 72, 300, 8.2, 6.5, 0.0),
    PresetName.WEB: Preset(PresetName.WEB, 800.0, None, 1000.0, 2.0, 96, 14.0, 11.5, 16.0),
    PresetName.SQUARE: Preset(PresetName.SQUARE, 540.0, 540.0, 540.0, 2.0, 96, 14.5, 12.0, 14.0),
    PresetName.STORY: Preset(
        PresetName.STORY, 540.0, 960.0, 960.0, 2.0, 96, 17.0, 14.0, 22.0, safe_top=110.0, safe_bottom=130.0
    ),
}
