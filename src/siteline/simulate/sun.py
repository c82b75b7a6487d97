"""Where the sun stands."""

from __future__ import annotations

import math
from datetime import UTC, datetime


def find_sun(when: datetime, latitude: float, longitude: float) -> tuple[float, float]:
    """
    Where the sun stands in the sky: azimuth (degrees clockwise from north) and elevation (degrees).

    when: with a zone, or UTC. latitude, longitude: degrees, north and east positive. The low-precision
    formulae of the Astronomical Almanac: good to 0.01° between 1950 and 2050, without refraction.
    """
    moment = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    days = (moment - datetime(2000, 1, 1, 12, tzinfo=UTC)).total_seconds() / 86400
    mean_longitude = 280.460 + 0.9856474 * days
    anomaly = math.radians(357.528 + 0.9856003 * days)
    ecliptic = math.radians(mean_longitude + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly))
    tilt = math.radians(23.439 - 4e-7 * days)
    right_ascension = math.atan2(math.cos(tilt) * math.sin(ecliptic), math.cos(ecliptic))
    declination = math.asin(math.sin(tilt) * math.sin(ecliptic))
    sidereal_hours = 18.697374558 + 24.06570982441908 * days
    hour_angle = math.radians(sidereal_hours * 15 + longitude) - right_ascension
    phi = math.radians(latitude)
    up = math.sin(phi) * math.sin(declination) + math.cos(phi) * math.cos(declination) * math.cos(hour_angle)
    east = -math.cos(declination) * math.sin(hour_angle)
    north = math.cos(phi) * math.sin(declination) - math.sin(phi) * math.cos(declination) * math.cos(
        hour_angle
    )
    return math.degrees(math.atan2(east, north)) % 360, math.degrees(math.asin(max(-1.0, min(1.0, up))))
