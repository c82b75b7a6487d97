"""Where the sun stood when an image was taken."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta


def sun_position(when: datetime, lon: float, lat: float) -> tuple[float, float]:
    """
    Azimuth (degrees clockwise from north) and elevation (degrees above the horizon) of the sun.

    when: UTC; lon, lat: degrees east and north. The low-accuracy series of Meeus, *Astronomical Algorithms*
    (2nd ed., ch. 25), as in the NOAA solar calculator, with its refraction: good to about 0.01 degrees
    between 1900 and 2100.
    """
    noon_2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
    century = (when - noon_2000) / timedelta(days=36525)
    mean_longitude = (280.46646 + century * (36000.76983 + 0.0003032 * century)) % 360
    anomaly = math.radians(357.52911 + century * (35999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    centre = (
        (1.914602 - century * (0.004817 + 0.000014 * century)) * math.sin(anomaly)
        + (0.019993 - 0.000101 * century) * math.sin(2 * anomaly)
        + 0.000289 * math.sin(3 * anomaly)
    )
    node = math.radians(125.04 - 1934.136 * century)
    longitude = math.radians(mean_longitude + centre - 0.00569 - 0.00478 * math.sin(node))
    mean_obliquity = 23.439291 - century * (0.0130042 + century * (0.00000016 - 0.000000504 * century))
    obliquity = math.radians(mean_obliquity + 0.00256 * math.cos(node))
    declination = math.asin(math.sin(obliquity) * math.sin(longitude))

    y = math.tan(obliquity / 2) ** 2
    twice = 2 * math.radians(mean_longitude)
    equation_of_time = math.degrees(  # as an angle
        y * math.sin(twice)
        - 2 * eccentricity * math.sin(anomaly)
        + 4 * eccentricity * y * math.sin(anomaly) * math.cos(twice)
        - 0.5 * y * y * math.sin(2 * twice)
        - 1.25 * eccentricity**2 * math.sin(2 * anomaly)
    )
    midnight = when.replace(hour=0, minute=0, second=0, microsecond=0)
    hour_angle = math.radians((when - midnight) / timedelta(days=1) * 360 - 180 + lon + equation_of_time)

    latitude = math.radians(lat)
    sine = math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(
        hour_angle
    )
    elevation = math.degrees(math.asin(max(-1.0, min(1.0, sine))))
    azimuth = math.degrees(
        math.atan2(
            math.sin(hour_angle),
            math.cos(hour_angle) * math.sin(latitude) - math.tan(declination) * math.cos(latitude),
        )
    )
    return (azimuth + 180) % 360, elevation + _refraction(elevation)


def sun_apart(
    azimuth: float, elevation: float, span: tuple[datetime, datetime], lon: float, lat: float
) -> float:
    """
    How far, in degrees on the sky, the sun was from a place at which somebody says it was, at the nearest moment of a span.

    span: first and last moment that a time can mean, UTC; a day is tried every ten minutes.
    """
    first, last = span
    steps = math.ceil((last - first) / timedelta(minutes=10))
    moments = [first + (last - first) * n / max(steps, 1) for n in range(steps + 1)]
    return min(_angle((azimuth, elevation), sun_position(moment, lon, lat)) for moment in moments)


def _angle(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Between two directions, each azimuth and elevation, degrees."""
    (az1, el1), (az2, el2) = (tuple(map(math.radians, direction)) for direction in (a, b))
    cosine = math.sin(el1) * math.sin(el2) + math.cos(el1) * math.cos(el2) * math.cos(az1 - az2)
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))


def _refraction(elevation: float) -> float:
    """By how many degrees the air lifts the sun."""
    if elevation > 85 or elevation < -1:
        return 0.0
    return 1.02 / math.tan(math.radians(elevation + 10.3 / (elevation + 5.11))) / 60
