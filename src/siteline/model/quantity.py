"""A number that never travels without its error."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z95 = 1.959963984540054
"""Half-width of a 95 % normal interval, in sigmas."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measured value with its one-sigma error and unit."""

    value: float
    """Best estimate, in `unit`."""

    sigma: float
    """One standard error, in `unit`; never negative."""

    unit: str
    """Such as "m²", "m", "px²", or "" for a ratio."""

    bounds: tuple[float, float] | None = None
    """95 % bounds where they are not value ± 1.96 sigma (a ratio, a floor at zero)."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and math.isfinite(self.sigma)) or self.sigma < 0:
            raise ValueError(f"not a quantity: {self.value} ± {self.sigma} {self.unit}")

    @property
    def low95(self) -> float:
        """Lower 95 % bound."""
        return self.bounds[0] if self.bounds else self.value - Z95 * self.sigma

    @property
    def high95(self) -> float:
        """Upper 95 % bound."""
        return self.bounds[1] if self.bounds else self.value + Z95 * self.sigma

    def as_dict(self) -> dict[str, float]:
        """Interchange form: numbers rounded to a hundredth of the error."""
        step = rounding_step(self.sigma)
        return {
            "value": round_to(self.value, step),
            "sigma": round_to(self.sigma, step),
            "low95": round_to(self.low95, step),
            "high95": round_to(self.high95, step),
        }

    def rounded(self) -> tuple[str, str, str]:
        """
        Value, lower and upper bound as they are shown: the value to the first digit of its error.

        Bounds are rounded outwards, so that what is shown holds what was measured, one digit finer where the error's first
        digit is small; the lower one of a size above zero does not fall below it.
        """
        if self.sigma <= 0:
            exact = f"{self.value:,.10g}"
            return exact, exact, exact
        coarse = 10.0 ** math.floor(math.log10(self.sigma))
        fine = coarse / 10 if self.sigma / coarse < 5 else coarse
        low = max(self.low95, 0.0) if self.value > 0 else self.low95
        down, up = math.floor(low / fine + 1e-6) * fine, math.ceil(self.high95 / fine - 1e-6) * fine
        return _digits(self.value, coarse), _digits(down, fine), _digits(up, fine)

    def __str__(self) -> str:
        value, low, high = self.rounded()
        unit = f" {self.unit}" if self.unit else ""
        between = f"{low} to {high}" if low[0] == "−" or high[0] == "−" else f"{low}–{high}"
        return f"{value}{unit} (95 %: {between})"


def _digits(value: float, step: float) -> str:
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    shown = f"{round_to(value, step) + 0.0:,.{digits}f}"
    return shown.replace("-", "−") if float(shown.replace(",", "")) != 0 else shown.lstrip("-")


def rounding_step(sigma: float) -> float:
    """The decimal step of interchange numbers: at most sigma / 100."""
    return 10.0 ** math.floor(math.log10(sigma / 100)) if sigma > 0 else 1e-9


def round_to(value: float, step: float) -> float:
    """`value` rounded to a decimal `step`, without binary tails."""
    digits = max(0, -math.floor(math.log10(step)))
    return round(round(value / step) * step, digits)
