"""The sun's place, against a published algorithm's published example."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from siteline.model.sun import sun_apart, sun_position


def test_agrees_with_nrel_spa() -> None:
    """The worked example of NREL's SPA (Reda & Andreas 2004, table A5.1): zenith 50.11162, azimuth 194.34024."""
    azimuth, elevation = sun_position(datetime(2003, 10, 17, 19, 30, 30, tzinfo=UTC), -105.1786, 39.742476)
    assert azimuth == pytest.approx(194.34024, abs=0.01)
    assert elevation == pytest.approx(90 - 50.11162, abs=0.01)


@pytest.mark.parametrize(
    ("when", "lon", "lat", "azimuth", "elevation"),
    [
        (datetime(2024, 3, 20, 3, 6, tzinfo=UTC), 0.0, 0.0, 90, -46),  # equinox, before sunrise at 0N 0E
        (datetime(2024, 6, 20, 12, 0, tzinfo=UTC), 0.0, 80.0, 180, 33.4),
        (datetime(2024, 12, 21, 12, 0, tzinfo=UTC), 0.0, -60.0, 0, 53.4),
    ],
)
def test_stands_where_everybody_knows(
    when: datetime, lon: float, lat: float, azimuth: float, elevation: float
) -> None:
    """East before an equinox sunrise, south at northern noon, north at southern noon."""
    found = sun_position(when, lon, lat)
    assert (found[0] - azimuth + 180) % 360 - 180 == pytest.approx(0, abs=1.5)
    assert found[1] == pytest.approx(elevation, abs=1.0)


def test_how_far_the_sun_was_from_where_it_is_said_to_be() -> None:
    """Nothing at the right moment of a day; half the sky if the azimuth is turned; an hour is 15 degrees of its way at most."""
    morning = datetime(2024, 3, 20, 9, tzinfo=UTC)
    azimuth, elevation = sun_position(morning, 0.0, 40.0)
    day = (morning.replace(hour=0), morning.replace(hour=23, minute=59))
    assert sun_apart(azimuth, elevation, (morning, morning), 0.0, 40.0) == pytest.approx(0, abs=0.1)
    assert sun_apart(azimuth, elevation, day, 0.0, 40.0) < 1.5
    assert sun_apart(azimuth + 180, elevation, (morning, morning), 0.0, 40.0) > 90
    assert sun_apart(azimuth + 180, elevation, day, 0.0, 40.0) > 15
    later = morning + timedelta(hours=1)
    assert 10 < sun_apart(azimuth, elevation, (later, later), 0.0, 40.0) < 15
