"""Of one acquisition one processing is taken, with its reason; pieces of a pass are told from reprocessings."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from shapely.geometry import box

from siteline.catalog.twins import choose, join
from siteline.model.dates import parse_acquired
from siteline.model.found import Asset, FoundScene

SITE = box(10.0, 50.0, 10.1, 50.1)
EAST_HALF, WEST_HALF = (
    "POLYGON ((10.05 49, 12 49, 12 51, 10.05 51, 10.05 49))",
    "POLYGON ((8 49, 10.05 49, 10.05 51, 8 51, 8 49))",
)
WHOLE = "POLYGON ((9 49, 11 49, 11 51, 9 51, 9 49))"


def offer(
    name: str, when: str = "2024-05-01T10:20:30Z", source: str = "a", outline: str = WHOLE, **notes: str
) -> FoundScene:
    return FoundScene(
        id=name,
        source=source,
        collection="c",
        acquired=parse_acquired(when),
        assets=(Asset("https://h.example/x.tif", ("red",), "red", 10.0),),
        outline_wkt=outline,
        notes={"platform": "sentinel-2a", **notes},
    )


def s2(baseline: str, tile: str = "32UPA", made: str = "20240501T150000", **more: str) -> FoundScene:
    return offer(
        f"S2A_MSIL2A_20240501T102021_N{baseline}_R065_T{tile}_{made}",
        baseline=f"{baseline[:2]}.{baseline[2:]}",
        **more,
    )


def test_the_newest_baseline_is_taken() -> None:
    """Whatever order they come in; the other is named, and why."""
    old, new = s2("0400"), s2("0510", made="20240901T150000")
    for order in permutations((old, new)):
        [scene] = choose(order, ["a"], SITE)
        assert (scene.id, scene.instead_of) == (new.id, (old.id,))
        assert scene.why == "newest processing of the same acquisition: processing baseline 05.10, not 04.00"


def test_two_sources_of_one_acquisition_by_preference() -> None:
    """The same product from two sources, whose times differ by minutes: that of the source named first."""
    one = s2("0510", when="2024-05-01T10:20:21Z", source="planetary-computer")
    two = offer(
        "S2A_32UPA_20240501_0_L2A", "2024-05-01T10:27:55Z", "earth-search", baseline="05.10",
        product="S2A_MSIL2A_20240501T102021_N0510_R065_T32UPA_20240501T150000.SAFE",
    )  # fmt: skip
    for order in (["planetary-computer", "earth-search"], ["earth-search", "planetary-computer"]):
        [scene] = choose([one, two], order, SITE)
        assert scene.source == order[0]
        assert scene.why == f"of the same acquisition; {order[0]} was named before {order[1]}"


def test_corrected_for_the_atmosphere_goes_before_newer() -> None:
    """Of an L1C and an L2A product of one acquisition the latter, whatever their baselines."""
    corrected = s2("0400")
    raw = replace(s2("0510"), id=s2("0510").id.replace("MSIL2A", "MSIL1C"))
    [scene] = choose([raw, corrected], ["a"], SITE)
    assert scene.id == corrected.id
    assert "not corrected for the atmosphere" in scene.why


def test_doubtful_numbers_lose() -> None:
    """Of the same processing the one whose numbers are certain is taken."""
    sure = offer("x", source="b", baseline="05.10")
    doubtful = offer("y", source="a", baseline="05.10", numbers="in doubt")
    [scene] = choose([sure, doubtful], ["a", "b"], SITE)
    assert scene.id == "x"


def test_tiers_and_days_of_landsat() -> None:
    """Tier 1 before real time; then the later processing; rows of one path are not the same acquisition."""
    names = ["LC08_L2SP_193025_20240501_20240502_02_RT", "LC08_L2SP_193025_20240501_20240510_02_T1"]
    scenes = [offer(n, platform="landsat-8") for n in names]
    [scene] = choose(scenes, ["a"], SITE)
    assert (scene.id, scene.instead_of) == (names[1], (names[0],))
    rows = [
        offer(f"LC08_L2SP_19302{r}_20240501_20240510_02_T1", outline=o)
        for r, o in ((5, EAST_HALF), (6, WEST_HALF))
    ]
    assert len(choose(rows, ["a"], SITE)) == 2


def test_pieces_of_a_pass_are_two_scenes() -> None:
    """Two tiles that each show a part of the site both stay, and so do two strips of one tile."""
    tiles = [s2("0510", "32UPA", outline=EAST_HALF), s2("0510", "32UNA", outline=WEST_HALF)]
    assert [s.instead_of for s in choose(tiles, ["a"], SITE)] == [(), ()]
    strips = [s2("0510", outline=EAST_HALF), s2("0510", made="20240501T160000", outline=WEST_HALF)]
    assert len(choose(strips, ["a"], SITE)) == 2


def test_a_second_view_of_the_same_pass_is_no_second_look() -> None:
    """Of two tiles that both show the whole site one is taken, always the same."""
    tiles = [s2("0510", "32UPA"), s2("0510", "32UNA")]
    for order in permutations(tiles):
        [scene] = choose(order, ["a"], SITE)
        assert "T32UNA" in scene.id
        assert "shows the whole site" in scene.why


def test_other_looks_of_a_day_stay() -> None:
    """Minutes apart are two looks; seconds apart of the same ground are one; other satellites are others."""
    a, b = offer("a"), offer("b", "2024-05-01T10:25:30Z")
    assert len(choose([a, b], ["a"], SITE)) == 2
    assert len(choose([a, offer("c", "2024-05-01T10:20:33Z")], ["a"], SITE)) == 1
    assert len(choose([a, offer("d", platform="sentinel-2b")], ["a"], SITE)) == 2
    assert len(choose([a, offer("e", "2024-05-01T10:20:33Z", outline=EAST_HALF)], ["a"], SITE)) == 2


def test_what_can_be_used_goes_before_what_is_newer() -> None:
    """A newer processing that cannot be fetched does not displace one that can."""
    usable, broken = s2("0400"), replace(s2("0510"), fault="the catalog lists no files for it")
    [scene] = choose([broken, usable], ["a"], SITE)
    assert scene.id == usable.id
    assert "the other cannot be used" in scene.why


def test_a_search_changes_only_what_is_new() -> None:
    """The same again changes nothing; a newer processing replaces; what is in custody stays."""
    old, new = s2("0400"), s2("0510", made="20240901T150000")
    assert join([old], [], [], ["a"], SITE) == (old,)
    assert join([old], [old], [], ["a"], SITE) == ()
    [better] = join([new], [old], [], ["a"], SITE)
    assert (better.id, better.instead_of) == (new.id, (old.id,))
    assert join([old, new], [better], [], ["a"], SITE) == ()
    assert join([old], [better], [], ["a"], SITE) == ()
    [kept] = join([new], [old], [old.id], ["a"], SITE)
    assert (kept.id, kept.instead_of, kept.why) == (old.id, (new.id,), "its pixels are in custody already")
    assert join([new], [kept], [old.id], ["a"], SITE) == ()


def test_the_same_id_at_another_source_does_not_replace_the_offer_on_record() -> None:
    """Searched at one source, later at another alone: what is on record stays, unless the other's is newer."""
    first, second = offer("x", source="a"), offer("x", source="b")
    assert join([second], [first], [], ["b"], SITE) == ()
    assert join([first], [second], [], ["a"], SITE) == ()
    [preferred] = join([second, first], [second], [], ["a", "b"], SITE)  # both were asked
    assert preferred.source == "a"
    [newer] = join([offer("x", source="b", processed="2025-01-01")], [first], [], ["b"], SITE)
    assert newer.source == "b"


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_nothing_is_lost(count: int) -> None:
    """Every offer is taken or named by the one that stands for it."""
    offers = [s2(f"0{n}00", made=f"2024050{n}T150000") for n in range(2, 2 + count)]
    offers += [offer(f"x{n}", f"2024-06-0{n}T10:00:00Z") for n in range(1, 3)]
    chosen = choose(offers, ["a"], SITE)
    named = [s.id for s in chosen] + [name for s in chosen for name in s.instead_of]
    assert sorted(named) == sorted(o.id for o in offers)
