"""
Kestrel Ford Works, a plant that never was: what stood there, what was built, and what a satellite would have seen of it.

This file plays the world. Nothing after it reads it: what the brief says of the plant, Siteline has to find in the pictures.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from shapely import LineString, Polygon

from siteline.simulate.render import render_story
from siteline.simulate.site import (
    Building,
    Field,
    Patch,
    PlannedLook,
    Road,
    SimulatedSite,
    Works,
    along,
    draw_rectangle,
)

SEED = 20241126
TURN = 8.0
"""The plant's grid, degrees."""

OLD_HALL = (84.0, 30.0)
NEW_HALL = (98.5, 34.0)
"""Length and width, metres: the new hall covers 1.33 of the ground of the old one."""


def render_plant(folder: Path) -> None:
    """Render its pictures, with the manifest and the site file that an analyst would have: the same ones each time."""
    render_story(folder, tell_plant(), SEED)


def tell_plant() -> SimulatedSite:
    """The plant and its twenty months: a hall rises, another gets a roof, two foundations are laid outside the wall."""
    buildings = (
        Building(
            "A-1",
            draw_rectangle(*spot(-62, 26), *OLD_HALL, TURN),
            TURN,
            11.0,
            "grey metal",
            looks_like="long hall with a road at its east end",
        ),
        Building(
            "A-2",
            draw_rectangle(*spot(66, 30), *NEW_HALL, TURN),
            TURN,
            11.0,
            "light metal",
            built=Works(
                date(2023, 9, 4), date(2023, 9, 25), date(2023, 10, 16), date(2023, 11, 20), date(2024, 4, 8)
            ),
            yard=draw_rectangle(*spot(66, 30), 116, 52, TURN),
        ),
        Building(
            "R-1",
            draw_rectangle(*spot(-70, -46), 64, 24, TURN),
            TURN,
            8.0,
            "bitumen",
            reroofed=(date(2023, 12, 27), date(2024, 1, 29), "red tile"),
            looks_like="hall by the western gate",
        ),
        _stands("B-1", 24, -46, 52, 22, "weathered cement"),
        _stands("B-2", 92, -44, 36, 20, "red tile", pitch=18.0),
        _stands("B-3", -66, 84, 58, 20, "bitumen"),
        _stands("B-4", 6, 84, 40, 18, "weathered cement"),
        _stands("B-5", 74, 92, 34, 18, "green sheet"),
        _stands("B-6", -10, -92, 44, 18, "grey metal"),
        _begun("H-1", 40, -168, date(2024, 8, 22)),
        _begun("H-2", 130, -168, date(2024, 8, 22)),
    )
    return SimulatedSite(
        id="kestrel-ford",
        name="Kestrel Ford Works (simulated)",
        size_m=480.0,
        looks=tuple(_looks()),
        buildings=buildings,
        patches=(
            Patch(
                "yard",
                draw_rectangle(*spot(-2, -4), 40, 30, TURN),
                "old asphalt",
                date(2019, 1, 1),
                date(2019, 2, 1),
            ),
        ),
        fields=(
            Field(Polygon([(-40, -40), (150, -40), (140, 60), (-40, 90)]), 20, 118, 200, 265),
            Field(Polygon([(-40, 420), (200, 440), (210, 520), (-40, 520)]), 95, 160, 265, 300, 0.85),
        ),
        roads=(
            Road(LineString([spot(-280, -8), spot(280, -8)]), 7, "asphalt", 0.5),
            Road(LineString([spot(0, -280), spot(0, 130)]), 6, "old asphalt", 0.3),
            Road(LineString([spot(-140, 60), spot(140, 60)]), 6, "old asphalt", 0.2),
        ),
        woods=(Polygon([(410, 330), (520, 300), (520, 520), (400, 520)]),),
        perimeter=Polygon(
            [
                spot(-140, -118),
                spot(140, -118),
                spot(142, 70),
                spot(104, 122),
                spot(-104, 122),
                spot(-140, 84),
            ]
        ),
        known=("A-1",),
        latitude=44.0,
    )


def spot(east: float, north: float) -> tuple[float, float]:
    """A place on the plant's own grid, metres from its middle, in the frame's metres."""
    u, v = along(TURN), along(TURN + 90)
    return 240 + east * u[0] + north * v[0], 248 + east * u[1] + north * v[1]


def _stands(
    label: str, east: float, north: float, length: float, width: float, roof: str, pitch: float = 0.0
) -> Building:
    return Building(label, draw_rectangle(*spot(east, north), length, width, TURN), TURN, 7.5, roof, pitch)


def _begun(label: str, east: float, north: float, cleared: date) -> Building:
    """A hall that has come as far as its foundation."""
    x, y = spot(east, north)
    return Building(
        label,
        draw_rectangle(x, y, 56, 26, TURN),
        TURN,
        8.0,
        "light metal",
        built=Works(cleared, cleared + timedelta(days=12)),
        yard=draw_rectangle(x, y, 66, 36, TURN),
    )


_WEATHER = ("clear", "clear", "scattered", "clear", "clear", "thin", "clear", "overcast")


def _looks() -> list[PlannedLook]:
    """A picture every two or three weeks, from February 2023 to October 2024; nothing but cloud and snow for a winter."""
    looks, day, number = [], date(2023, 2, 6), 0
    while day < date(2024, 10, 28):
        is_blind = date(2023, 12, 8) < day < date(2024, 2, 20)
        looks.append(
            PlannedLook(
                datetime(day.year, day.month, day.day, 13, 5 + number % 20, tzinfo=UTC),
                "overcast" if is_blind else _WEATHER[number % len(_WEATHER)],
                0.8 if is_blind else 0.0,
                (0.2, 0.5, 0.3, 0.4)[number % 4],
                (0.6, 1.8, 1.1, 2.4)[number % 4],
                (98.0, 278.0)[number % 2],
            )
        )
        day += timedelta(days=(16, 13, 18, 15)[number % 4])
        number += 1
    return looks
