"""Districts by lot: repeatable, varied, and true to their stories."""

from collections import Counter
from datetime import date

import numpy as np
from shapely import box

from siteline.model.change import Kind
from siteline.simulate.district import random_district
from siteline.simulate.heaps import pile_up
from siteline.simulate.light import Sun, light_slope
from siteline.simulate.render import render_looks
from siteline.simulate.site import Patch


def test_the_same_seed_draws_the_same_district() -> None:
    """And another seed another one."""
    assert random_district(3, looks=12) == random_district(3, looks=12)
    assert random_district(3, looks=12) != random_district(4, looks=12)


def test_districts_hold_every_kind_of_history_and_decoy() -> None:
    """Over some seeds: new, gone, reroofed, rebuilt and brief buildings; paving, clearing, heaps, containers, trains, ponds."""
    seen: Counter[str] = Counter()
    for seed in range(1, 25):
        site = random_district(seed)
        for thing in (*site.buildings, *site.patches, *site.parked):
            seen[thing.label.split("-")[0].split("/")[0]] += 1
    kinds = {
        "stable",
        "new",
        "gone",
        "roof",
        "rebuilt",
        "brief",
        "paving",
        "clearing",
        "heap",
        "containers",
        "train",
        "pond",
    }
    assert kinds <= set(seen)


def test_plots_do_not_touch() -> None:
    """Each building's ground is its own, but for those that follow each other on one plot."""
    for seed in (1, 2, 3):
        site = random_district(seed)
        plots = {b.label.split("/")[0]: b.yard or b.outline for b in site.buildings}
        shapes = list(plots.values())
        assert not any(a.intersects(b) for i, a in enumerate(shapes) for b in shapes[:i])


def test_what_is_rebuilt_is_torn_down_first() -> None:
    """The second building of a plot is begun after the first is gone."""
    pairs = 0
    for seed in range(1, 25):
        by_label = {b.label: b for b in random_district(seed).buildings}
        for label, second in by_label.items():
            if label.endswith("/2"):
                first = by_label[label.removesuffix("2") + "1"]
                assert first.removed is not None
                assert second.built is not None
                assert second.built.cleared > first.removed[1]
                pairs += 1
    assert pairs > 3


def test_a_parked_train_is_seen_while_it_stands_and_not_after() -> None:
    """Its wagons change the picture on the days of its stays, and on no others."""
    for seed in range(1, 40):
        site = random_district(seed, looks=14)
        rakes = [p for p in site.parked if p.label.startswith("train")]
        days = [look.when.date() for look in site.looks]
        if not rakes or not any(look.weather == "clear" for look in site.looks):
            continue
        there = [any(a <= day <= b for a, b in rakes[0].stays) for day in days]
        if 3 <= sum(there) <= 11:
            break
    x, y = rakes[0].outline.centroid.x, rakes[0].outline.centroid.y
    values: dict[bool, list[float]] = {True: [], False: []}
    for look, stands in zip(render_looks(site, seed), there, strict=True):
        a, _, c, _, e, f = look.transform
        if look.truth.weather == "clear":
            from siteline.simulate.place import find_corner

            left, top = find_corner(site)
            col, row = int((left + x - c) / a), int((top - site.size_m + y - f) / e)
            if 1 <= row < look.counts.shape[1] - 1 and 1 <= col < look.counts.shape[2] - 1:
                values[stands].append(float(look.counts[2, row, col]))
    assert values[True]
    assert values[False]
    assert abs(np.median(values[True]) - np.median(values[False])) > 100


def test_the_side_of_a_heap_that_faces_the_sun_is_the_brighter_one() -> None:
    heap = Patch(
        "heap", box(0, 0, 40, 30), "coal", date(2020, 1, 1), date(2020, 2, 1), Kind.SURFACE_CHANGE, height_m=5
    )
    part = pile_up(heap, date(2020, 3, 1))
    assert part is not None
    noon, midnight = Sun(azimuth=180, elevation=35), Sun(azimuth=0, elevation=35)
    facing_south = int(np.argmin(part.tiling.normal[:, 1]))
    assert light_slope(part.tiling.normal, noon)[facing_south] > 1.3
    assert light_slope(part.tiling.normal, midnight)[facing_south] < 0.5
