"""What a user is told of radar passes before a byte of them is fetched."""

from __future__ import annotations

from types import MappingProxyType

from siteline.model.found import FoundScene
from siteline.model.radar import Flight, RadarTake, Units
from siteline.workbench.passes import count_tracks, tell_passes
from tests.catalog.offered import offer


def passes(count: int, share: float = 1.0, number: int = 58, slices: int = 1) -> list[FoundScene]:
    """Passes of one orbit, each in so many slices that show such a share of the site."""
    return [
        offer(
            "s1",
            {"vv": "https://h.example/vv.tif"},
            f"{number}-{at}-{piece}",
            day=12 * at,
            radar=RadarTake(Flight.ASCENDING, number, Units.LINEAR),
            notes=MappingProxyType({"absolute orbit": f"{number}{at}", "share of site": f"{share:.3f}"}),
        )
        for at in range(count)
        for piece in range(slices)
    ]


def test_enough_passes_need_no_word() -> None:
    assert tell_passes(passes(16), (), 0) == ()
    assert tell_passes(passes(4), passes(16), 0) == (), "with those on record they are enough"
    assert count_tracks([*passes(3), *passes(2, number=131)]) == [
        {"track": "ascending 131", "passes": 2},
        {"track": "ascending 58", "passes": 3},
    ]


def test_a_border_of_slices_through_the_site_is_told() -> None:
    """Both pieces of each pass show a part, and neither is used; then the orbit has too few, and only of it is it said."""
    told = tell_passes([*passes(20, 0.6, slices=2), *passes(16, number=131)], (), 0)
    assert [remark.subject for remark in told] == ["radar, ascending 58"]
    assert "20 of 20 passes show less than 90% of the site" in told[0].text


def test_orbits_that_were_not_asked_for_are_not_told_again() -> None:
    """A search for one orbit does not complain of another on record."""
    told = tell_passes(passes(16), passes(3, number=131), 0)
    assert told == ()
    [few] = tell_passes(passes(2, number=131), passes(16), 0)
    assert "two passes of this orbit, and fewer than 16 say nothing" in few.text
