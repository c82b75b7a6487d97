"""A chart of counts never carries out, in its pixels, what an edition holds back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from siteline.model.edition import Carried, Citation, CitedCount
from siteline.model.interval import Period
from siteline.model.release import Holds
from siteline.report.edition.press import MAP_HELD, SHOWS_HELD, Press
from siteline.report.edition.secrets import Secrets
from tests.report.edition.made import made, picture

COUNT = CitedCount(
    cites=Citation("count", "c-1"),
    title="rail wagons in yard on S1: 12–15, by A. Analyst",
    numbers=(Carried(12.0, "lower"), Carried(15.0, "upper")),
    count_id="c-1",
    what="rail wagons",
    low=12,
    high=15,
    day=Period(date(2024, 4, 3), date(2024, 4, 3)),
)
BODY = "12–15 rail wagons stood there. [@count:c-1]\n\n![12–15 rail wagons](chart:count:c-1)\n"
HEAD = '+++\ntitle = "Wagons"\n+++\n\n'


def test_words_in_the_pixels_are_words_that_go_out() -> None:
    """A name that is held back and painted into a chart keeps the chart back, with the reason."""
    material = made(BODY, COUNT, head=HEAD)
    [name] = material.pictures
    painted = replace(picture(), painted=("Rail wagons, the Ivanov yard",))
    material = replace(material, pictures={name: (painted,)})
    assert Press(Holds(), Secrets()).copy(material).pictures == {name: (painted,)}
    held = Press(Holds(), Secrets(words={"Ivanov": "a person"})).copy(material)
    assert (held.pictures, held.missing) == ({}, {name: SHOWS_HELD})


def test_a_held_place_keeps_the_chart_of_a_yard_back() -> None:
    """What a place is called can tell where it is."""
    material = made(BODY, COUNT, head=HEAD)
    held = Press(Holds(is_location_withheld=True), Secrets(is_place_held=True)).copy(material)
    assert list(held.missing.values()) == [MAP_HELD]
    assert not held.pictures
