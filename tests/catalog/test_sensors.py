"""A series of several sensors says so, and when one followed the other."""

from siteline.catalog.sensors import tell_sensors
from tests.factory import make_scene


def series(*sensors: str) -> list:
    """Scenes a month apart, each of one sensor."""
    return [make_scene(f"S{n}", f"2023-{n + 1:02}-05", sensor=name) for n, name in enumerate(sensors)]


def test_a_sensor_that_follows_another_is_dated() -> None:
    """The first day of the new one is named, whatever the order of the scenes."""
    [said] = tell_sensors("works", list(reversed(series("PS2", "PS2", "PSB.SD", "PSB.SD"))))
    assert "two sensors: PS2, then PSB.SD from 5 March 2023 on." in said.text


def test_sensors_that_take_turns_are_counted() -> None:
    """Where they alternate, no date is named."""
    [said] = tell_sensors("works", series("A", "B", "A", "B", "A"))
    assert "by turns A (3), B (2)" in said.text


def test_one_sensor_or_none_named_is_no_remark() -> None:
    """What nobody said is not guessed."""
    assert tell_sensors("works", series("PS2", "PS2")) == ()
    assert tell_sensors("works", series("", "")) == ()
    assert tell_sensors("works", series("PS2", "")) == ()
