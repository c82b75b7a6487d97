"""How the benchmark holds dates against what was rendered: only what shows in the images must be seen."""

from datetime import date, timedelta

import numpy as np
from bench.districts import last_hidden
from bench.judging import holds

from siteline.model.dates import DateInterval

DAYS = [date(2020, 1, 1) + timedelta(days=10 * n) for n in range(12)]
BEFORE = np.arange(12) < 4
AFTER = np.arange(12) >= 5


def look_by_look(levels: list[float], pixels: int) -> np.ndarray:
    """(time, band, pixel) with the same reflectance in both bands."""
    return np.tile(np.array(levels, np.float32)[:, None, None], (1, 2, pixels))


def test_works_that_look_like_the_ground_are_seen_from_the_slab_on() -> None:
    """Cleared at look 5 without a trace, slab at look 8: until the day before look 8 nobody can see a change."""
    place = look_by_look([0.10] * 5 + [0.11] * 3 + [0.20] * 4, 9)
    ground = look_by_look([0.10] * 12, 40)
    assert last_hidden(place, ground, DAYS, BEFORE, AFTER) == DAYS[8] - timedelta(days=1)


def test_rain_on_the_place_and_on_the_ground_around_it_shows_nothing() -> None:
    """What the ground around does as well is no change of the place, and where none ever shows no day can be named."""
    rain = [0.10] * 5 + [0.05] * 7
    assert last_hidden(look_by_look(rain, 9), look_by_look(rain, 40), DAYS, BEFORE, AFTER) is None


def test_a_look_that_shows_the_change_may_not_be_the_last_without_it() -> None:
    """An interval that begins at the first look to show it comes too late; one that ends there holds it."""
    shown = DAYS[8] - timedelta(days=1)
    assert not holds(DateInterval(DAYS[8], DAYS[9]), DAYS[5], shown)
    assert holds(DateInterval(DAYS[7], DAYS[8]), DAYS[5], shown)
