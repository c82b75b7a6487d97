"""A search says of each part of a site how well it was seen: without that, "nothing changed" says nothing."""

from dataclasses import replace

import numpy as np
import pytest
from shapely.affinity import translate
from shapely.geometry import box

from siteline.model.place import Role, Structure
from siteline.model.survey import Watch
from tests.change.scenes import GSD_M, NORTH, WEST, Block, days_apart, make_cube, search

DAYS = days_apart(30, 25)
HALL = Block(top=20, left=18, rows=10, cols=14, height_m=9.0)
KNOWN = Structure(Role.BUILDING, "A-1", HALL.outline)
EAST = Structure(Role.ZONE, "east", box(WEST + 34 * GSD_M, NORTH - 56 * GSD_M, WEST + 56 * GSD_M, NORTH))


def watches(made: tuple, *parts: Structure) -> dict[str, Watch]:
    """What was seen of each part, by label."""
    return {w.label: w for w in search(made, known=parts).watched}


def test_all_that_is_watched_and_each_part_are_told() -> None:
    """The whole first, then zones and buildings; points are no ground."""
    gate = Structure(Role.GATE, "gate", box(WEST, NORTH - 9, WEST + 9, NORTH).centroid)
    told = search(make_cube(DAYS, [HALL], sun=True), known=(KNOWN, EAST, gate)).watched
    assert [(w.label, w.role) for w in told] == [
        ("", Role.AOI),
        ("A-1", Role.BUILDING),
        ("east", Role.ZONE),
    ]
    assert all((w.seen[0], w.seen[-1], len(w.seen)) == (DAYS[0], DAYS[-1], 30) for w in told)


def test_looks_that_did_not_show_it_are_counted_by_reason() -> None:
    """A cloud over the hall hides it and not the zone beside it; the gap is between the looks around."""
    hidden = (slice(14, 36), slice(12, 33))
    told = watches(make_cube(DAYS, [HALL], sun=True, cloudy={8: hidden, 9: hidden}), KNOWN, EAST)
    assert (len(told["A-1"].seen), dict(told["A-1"].unseen)) == (28, {"cloud": 2})
    assert told["A-1"].gap is not None
    assert (told["A-1"].gap.last, told["A-1"].gap.next) == (DAYS[7], DAYS[10])
    assert (len(told["east"].seen), dict(told["east"].unseen)) == (30, {})


def test_its_shadow_says_whether_a_building_stood_and_stands() -> None:
    """A tall hall is there at first and at last; a flat outline casts no shadow; without sun angles nothing tells."""
    flat = Structure(Role.BUILDING, "flat", translate(HALL.outline, 60, 30))
    told = watches(make_cube(DAYS, [HALL], sun=True), KNOWN, flat)
    assert (told["A-1"].stood, told["A-1"].stands) == (True, True)
    assert told["flat"].stands is not True
    told = watches(make_cube(DAYS, [HALL]), KNOWN)
    assert (told["A-1"].stood, told["A-1"].stands) == (None, None)


@pytest.mark.parametrize("noise", [0.02, 0.1])
def test_a_roof_that_changes_by_more_than_the_faintest_is_found(noise: float) -> None:
    """Half as much again is an event; half of it is none."""
    made = make_cube(DAYS, [replace(HALL, height_m=0.0)], noise=noise)
    faintest = watches(made, KNOWN)["A-1"].faintest
    assert faintest is not None
    for factor, is_found in ((2.0, True), (0.5, False)):
        roof = tuple(float(c * np.exp(factor * faintest)) for c in HALL.colour)
        blocks = [replace(HALL, height_m=0.0), replace(HALL, since=15, colour=roof, height_m=0.0)]
        found = search(make_cube(DAYS, blocks, noise=noise), known=(KNOWN,)).candidates
        assert any(e.label == "A-1" for e in found) == is_found, factor


def test_noisy_ground_hides_more() -> None:
    """The smallest thing that would have been seen is told for each part by its own noise."""
    cube, looks = make_cube(DAYS)
    east = cube["value"].values[:, :, :, 34:]
    east *= np.exp(np.random.default_rng(1).normal(0, 0.2, east.shape))
    told = watches(
        (cube, looks), EAST, replace(EAST, label="west", geometry=translate(EAST.geometry, -102, 0))
    )
    assert told["east"].smallest is not None
    assert told["west"].smallest is not None
    assert told["east"].smallest.value > 1.5 * told["west"].smallest.value


def test_what_lies_outside_the_images_has_no_look() -> None:
    """It is there, with no look and no size, so that nobody takes its silence for peace."""
    far = Structure(Role.BUILDING, "B-9", translate(HALL.outline, 5000, 0))
    told = watches(make_cube(DAYS), far)["B-9"]
    assert (told.seen, told.smallest, told.faintest) == ((), None, None)
    assert sum(told.unseen.values()) == 30


def test_a_roof_too_bright_for_the_sensor_is_counted() -> None:
    """Looks on which it is flat at the end of the scale cannot show a new one."""
    cube, looks = make_cube(DAYS, [replace(HALL, colour=(1.2, 1.2, 1.2, 1.2))], sun=True)
    assert watches((cube, looks), KNOWN)["A-1"].burnt_out == 0
    cube["value"].values[:] = np.minimum(cube["value"].values, 0.9)
    assert watches((cube, looks), KNOWN)["A-1"].burnt_out == 30
