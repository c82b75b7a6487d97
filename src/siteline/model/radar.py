"""Radar as a second witness: how an image was taken, what each orbit says of a place, whether it bears out images of light."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from siteline.model.dates import DateInterval
from siteline.model.remark import Remark

RADAR_BANDS = ("vv", "vh", "hh", "hv")
"""Polarisations, sent and received; a radar scene has these and no others."""

LEAST_SHOWN = 0.9
"""Share of the site that a radar look must show to be used."""


class Flight(StrEnum):
    """Direction of flight: from it follows the side from which the radar looks."""

    ASCENDING = "ascending"
    DESCENDING = "descending"


class Units(StrEnum):
    """In what a radar image's numbers are."""

    LINEAR = "linear"
    """Intensity (power): sigma nought or gamma nought."""

    DB = "db"
    """Ten times the decimal logarithm of that."""


@dataclass(frozen=True, slots=True)
class RadarTake:
    """How a radar image was taken; only images of one direction and one relative orbit are compared with each other."""

    orbit: Flight
    relative_orbit: int | None
    """None if nobody said: then all images of a direction must be of one orbit."""

    units: Units

    @property
    def track(self) -> str:
        """Such as "ascending 58"."""
        return self.orbit.value + (f" {self.relative_orbit}" if self.relative_orbit is not None else "")


@dataclass(frozen=True, slots=True)
class RadarLook:
    """One radar scene as it was used, or not, in a survey."""

    scene_id: str
    day: date
    """UTC."""

    track: str
    usable: float
    """Share of the site that it shows, 0–1."""

    used: bool
    reason: str | None
    """Why it was left out; None if used."""


@dataclass(frozen=True, slots=True)
class TrackState:
    """How the test of one track stands: what its false-alarm rate rests on."""

    track: str
    looks: int
    equivalent_looks: float
    """Of one smoothed pixel, from the spread of quiet ground in time."""

    rate: float
    """Stated share of quiet pixels that exceed the threshold, 0–1."""

    threshold: float
    """Of the omnibus statistic, as counted on the quiet area."""

    by_theory: float
    """What chi-squared would have it be for that rate."""

    quiet_share: float
    """Share of the site that is the quiet area, 0–1."""


@dataclass(frozen=True, slots=True)
class TrackSight:
    """What one track alone says of one place."""

    track: str
    seen: bool
    """Whether its own omnibus test finds the place changed."""

    exceeds: float
    """Largest omnibus statistic of the place over the track's threshold: above 1 is significant."""

    step_db: tuple[float, ...]
    """By how much the return rose (or fell), dB, of each polarisation."""

    pwtt: float
    """Second opinion: t of the pixel-wise test before against after, largest of the polarisations, over the place."""

    last_without: str | None
    """Id of its last look before the onset."""

    first_with: str | None
    """Id of its first look after it; None if there is none."""


@dataclass(frozen=True, slots=True)
class RadarEvent:
    """One change of the ground that radar sees; what it is, it does not say."""

    outline: BaseGeometry
    """Pixels that changed, in `crs`: wider than what stands there, and displaced towards the satellite."""

    crs: str
    onset: DateInterval
    main: date
    """First look after the largest step."""

    until: date | None
    """Last look before the place changed again; None if it did not."""

    probability: float
    """That the change is real and lasting, 0–1."""

    gain: float
    """Log likelihood of the change over none, all tracks."""

    pixels: int
    tracks: tuple[TrackSight, ...]
    began: DateInterval | None = None
    """When works began, if it was on a day that images of light allow; None where radar cannot tell, or was not asked."""

    @property
    def seen_by(self) -> tuple[str, ...]:
        """Tracks whose own test finds it."""
        return tuple(t.track for t in self.tracks if t.seen)


@dataclass(frozen=True, slots=True)
class RadarChanges:
    """All that one search of a radar series found."""

    events: tuple[RadarEvent, ...]
    """Beyond the reach of the places that radar was asked about."""

    answers: tuple[RadarEvent | None, ...]
    """Of each place that it was asked about: what it sees there; None where it sees no change."""

    states: tuple[TrackState, ...]
    looks: tuple[RadarLook, ...]
    calibrated: bool
    """Whether the probabilities hold for images like these: as far as this was tested."""

    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class RadarSurvey:
    """What a survey saw of a site by radar."""

    looks: tuple[RadarLook, ...]
    states: tuple[TrackState, ...]


class Agreement(StrEnum):
    """How images of light and radar stand to one another on one event."""

    AGREE = "agree"
    CONTRADICT = "contradict"
    """Both see a change there, at times that cannot be the same."""

    OPTICAL_ONLY = "optical_only"
    RADAR_ONLY = "radar_only"


@dataclass(frozen=True, slots=True)
class OpticalSight:
    """What images of light alone say of an event."""

    probability: float
    calibrated: bool
    onset: DateInterval
    last_without: str | None
    first_with: str


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What each witness alone saw of one event."""

    agreement: Agreement
    optical: OpticalSight | None
    """None: only radar saw it."""

    radar: tuple[TrackSight, ...]
    """Of each track; empty where radar says nothing of the place."""

    radar_onset: DateInterval | None
    radar_probability: float | None
    why_not: str | None = None
    """Why radar says nothing, where it does not: too small, too few looks, or that it saw no change."""

    began: DateInterval | None = None
    """On which of the days that images of light allow radar puts the first works; None where it cannot tell."""
