"""When a radar satellite passes, from which side it looks, and what the weather does to the ground."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

REVISIT_DAYS = 12
_MISSED = 0.04  # of the passes, nothing was acquired


@dataclass(frozen=True, slots=True)
class Orbit:
    """One direction of flight, with its look geometry; the antenna looks to the right."""

    name: str
    """`ascending` or `descending`."""

    relative_orbit: int
    looks_to: float
    """Azimuth in which the beam runs over the ground, degrees clockwise from north."""

    incidence: float
    """Degrees from the vertical."""

    hour: time
    """UTC."""

    first_day: int
    """Days after the start of the series."""

    @property
    def away(self) -> tuple[float, float]:
        """Unit vector (east, north) away from the satellite, over the ground."""
        turn = math.radians(self.looks_to)
        return math.sin(turn), math.cos(turn)

    @property
    def tangent(self) -> float:
        """Length of the radar shadow of one metre of height, m; layover is one over it."""
        return math.tan(math.radians(self.incidence))


ORBITS = (
    Orbit("ascending", 58, 78.0, 39.0, time(17, 12), 3),
    Orbit("descending", 109, 282.0, 35.5, time(5, 41), 8),
)


@dataclass(frozen=True, slots=True)
class Pass:
    """One acquisition."""

    number: int
    when: datetime
    orbit: Orbit
    moisture: float
    """Of the ground, 0 dry – 1 soaked."""

    frost: float
    """0 thawed – 1 frozen through."""

    wet_snow: float
    """0 none – 1 everything under it."""

    wind: float
    """Roughness of water, dB about its mean."""

    gain_db: tuple[float, float]
    """Calibration error of VV and VH, dB."""

    shift_m: tuple[float, float]
    """How far the content lies off its stated place, east and north, m."""


def plan_passes(
    first: date, last: date, latitude: float, seed: int, orbits: tuple[Orbit, ...] = ORBITS
) -> tuple[Pass, ...]:
    """Passes of each orbit every 12 days, both included, with the weather of that day; in order of time."""
    rng = np.random.default_rng((seed, 61))
    days = [
        (first + timedelta(days=orbit.first_day + REVISIT_DAYS * n), orbit)
        for orbit in orbits
        for n in range((last - first).days // REVISIT_DAYS + 1)
    ]
    days = sorted(((d, o) for d, o in days if d <= last), key=lambda item: (item[0], item[1].name))
    soil, passes = 0.35, []
    for number, (day, orbit) in enumerate(days):
        rain = rng.gamma(0.5, 0.25)
        soil = float(np.clip(0.6 * soil + 0.12 + rain * 0.6, 0.05, 1.0))
        phase = math.cos((day.timetuple().tm_yday - 20) / 365.25 * 2 * math.pi)
        warmth = 26 - 0.42 * latitude - (2 + 0.24 * latitude) * phase + rng.normal(0, 4.0)
        frozen = 1 / (1 + math.exp((warmth + 2) / 1.2))
        snow = float(0 < warmth < 4 and phase > 0.3) * float(rng.random() < 0.5) * float(rng.uniform(0.3, 1))
        lost = rng.random() < _MISSED
        gain = (float(rng.normal(0, 0.2)), float(rng.normal(0, 0.2)))
        shift = (float(rng.normal(0, 1.2)), float(rng.normal(0, 1.2)))
        wind = float(rng.normal(0, 3.0))
        if not lost:
            when = datetime.combine(day, orbit.hour, UTC)
            passes.append(Pass(number, when, orbit, soil, frozen, snow, wind, gain, shift))
    return tuple(passes)
