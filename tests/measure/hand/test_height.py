"""Heights from shadows along which a person drew a line."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate
from shapely.geometry import LineString, Polygon, box

from siteline.measure.hand.height import ShadowFrom, height_of_shadow
from siteline.model.errors import BadGeometry, BadInput, CannotTell, NotMeasured
from siteline.model.imagery import Grid, Scene
from siteline.model.measurement import Measurement, Tracing
from tests.factory import CRS, make_scene

GRID = Grid(CRS, (0.5, 0.0, 500_000.0, 0.0, -0.5, 4_400_000.0), (600, 600), 0.5)
FOOT = (500_150.0, 4_399_850.0)


def lit_from(azimuth: float, elevation: float, **changed: Any) -> Scene:
    """A scene of half-metre pixels with the sun there."""
    own = {"gsd_m": 0.5, "shape": GRID.shape, "transform": GRID.transform}
    return make_scene(sun_azimuth=azimuth, sun_elevation=elevation, **{**own, **changed})


def shadow(length: float, towards: float) -> LineString:
    """A line on the ground; towards: degrees from grid north, which here is true north to 0.01°."""
    turn = math.radians(towards)
    return LineString([FOOT, (FOOT[0] + length * math.sin(turn), FOOT[1] + length * math.cos(turn))])


def measure(line: LineString, scene: Scene, **more: Any) -> Measurement:
    """The height that one line says."""
    return height_of_shadow((Tracing(line),), GRID, scene, **more)


@settings(deadline=None)
@given(st.floats(0, 360), st.floats(15, 60), st.floats(8, 25))
def test_a_shadow_tells_the_height_that_cast_it(azimuth: float, elevation: float, height: float) -> None:
    """Wherever the sun stands: the height of what casts a shadow is its length times the tangent."""
    line = shadow(height / math.tan(math.radians(elevation)), azimuth + 180)
    found = measure(line, lit_from(azimuth, elevation))
    assert found.quantity is not None
    assert found.quantity.value == pytest.approx(height, rel=1e-6)
    assert {"endpoints", "drawing habit", "pixel", "sun angle", "penumbra", "scale"} == {
        line.name for line in found.budget
    }


def test_interval_holds_the_truth() -> None:
    """Hands, habits and sun angles drawn as the budget says: 95 % of intervals hold the height."""
    rng, held = np.random.default_rng(2), []
    elevation, height = 35.0, 12.0
    for _ in range(600):
        true = elevation + rng.normal(0, 0.1)
        length = height / math.tan(math.radians(true)) + 2 * rng.normal(0, 0.15)
        ends = np.asarray(shadow(length, 330).coords) + rng.normal(0, 0.3, (2, 2))
        found = measure(LineString(ends), lit_from(150, elevation)).quantity
        assert found is not None
        held.append(found.low95 <= height <= found.high95)
    assert 0.93 <= np.mean(held) <= 0.99


def test_the_sentence_says_what_was_assumed() -> None:
    """Where the line begins, flat ground, and where the sun stood."""
    said = measure(shadow(20, 330), lit_from(150, 35)).method
    assert said == (
        "shadow drawn by hand on S1, from the foot to its tip, over flat ground; sun at 35.0° above the horizon, "
        "azimuth 150°"
    )


def test_a_line_against_the_sun_is_refused_with_both_directions() -> None:
    """A line across the shadow, or from the tip to the foot, is no shadow of this sun."""
    with pytest.raises(
        BadGeometry, match=r"points to 60° \(north-east\).*shadows fall to 330° \(north-west\)"
    ):
        measure(shadow(20, 60), lit_from(150, 35))
    with pytest.raises(BadGeometry, match="from the tip to the foot"):
        measure(shadow(20, 150), lit_from(150, 35))


def test_how_far_it_may_turn_is_the_error_of_the_hand() -> None:
    """Five degrees off are the hand's on a short line, and not on a long one."""
    assert measure(shadow(12, 335), lit_from(150, 35)).quantity
    with pytest.raises(BadGeometry, match="more than"):
        measure(shadow(80, 335), lit_from(150, 35))


@pytest.mark.parametrize(
    ("scene", "error", "message"),
    [
        (lit_from(150, 6), NotMeasured, "only 6.0° above the horizon"),
        (lit_from(150, 89.5), NotMeasured, "overhead"),
        (make_scene(), CannotTell, "where the sun stood"),
    ],
)
def test_without_a_usable_sun_no_height_is_said(scene: Scene, error: type[Exception], message: str) -> None:
    """Too low, overhead, or not known."""
    with pytest.raises(error, match=message):
        measure(shadow(20, 330), scene)


def test_lines_that_are_no_shadow_are_refused() -> None:
    """Bent, too short, off the scene, or an outline."""
    scene = lit_from(150, 35)
    bent = LineString([FOOT, (FOOT[0] + 10, FOOT[1]), (FOOT[0], FOOT[1] + 10)])
    with pytest.raises(BadGeometry, match="bends"):
        measure(bent, scene)
    with pytest.raises(NotMeasured, match="shorter than 3 pixels"):
        measure(shadow(1.2, 330), scene)
    with pytest.raises(BadGeometry, match="beyond scene S1"):
        measure(translate(shadow(20, 330), -148, 0), scene)
    with pytest.raises(BadGeometry, match="needs a line"):
        measure(Polygon([FOOT, (500_160, 4_399_850), (500_160, 4_399_860)]), scene)  # type: ignore[arg-type]


def test_a_height_that_says_nothing_is_refused() -> None:
    """A roof seen so aslant under so high a sun that the error is half of the height."""
    with pytest.raises(NotMeasured, match="says nothing"):
        measure(shadow(6, 330), lit_from(150, 65, view_off_nadir=40.0), start=ShadowFrom.ROOF)


def test_slopes_are_named_or_refused() -> None:
    """A gentle slope widens the error, a steep one is refused with how wrong it would be."""
    line, scene = shadow(20, 330), lit_from(150, 35)
    flat, gentle = measure(line, scene), measure(line, scene, slope=3.0)
    assert flat.quantity is not None
    assert gentle.quantity is not None
    assert gentle.quantity.value == flat.quantity.value
    assert gentle.quantity.sigma > flat.quantity.sigma
    assert "slope" in {part.name for part in gentle.budget}
    assert "slopes by up to 3°" in gentle.method
    with pytest.raises(NotMeasured, match=r"slope of 8°: .* by up to 20 %"):
        measure(line, scene, slope=8.0)
    for none in (-2.0, math.nan, math.inf, -math.inf):
        with pytest.raises(BadInput, match="is none"):
            measure(line, scene, slope=none)


def test_an_hour_without_minutes_widens_the_error_or_is_refused() -> None:
    """The sun moves within an hour: a little near noon, too much in the morning."""
    line, scene = shadow(20, 330), lit_from(150, 35)
    exact, noon = measure(line, scene), measure(line, scene, sun_moves=(8.0, 1.0))
    assert exact.quantity is not None
    assert noon.quantity is not None
    assert noon.quantity.value == exact.quantity.value
    angle = {size.method: [b.sigma for b in size.budget if b.name == "sun angle"] for size in (exact, noon)}
    assert angle[noon.method][0] == pytest.approx(
        angle[exact.method][0] * math.hypot(0.1, 1 / math.sqrt(3)) / 0.1
    )
    assert "35.0° above the horizon give or take 1.0°, as only the hour is known" in noon.method
    assert measure(shadow(20, 339), scene, sun_moves=(8.0, 1.0)).quantity
    with pytest.raises(BadGeometry, match="more than"):
        measure(shadow(40, 339), scene)
    with pytest.raises(CannotTell, match=r"from 22.4° to 26.6°.*"):
        measure(line, lit_from(150, 24.5), sun_moves=(7.0, 2.1))


def test_a_shadow_on_a_neighbour_is_refused() -> None:
    """Its tip on another roof, or its way across one; its own building does not count."""
    line, scene = shadow(20, 330), lit_from(150, 35)
    own = box(FOOT[0], FOOT[1] - 20, FOOT[0] + 30, FOOT[1])
    assert measure(line, scene, neighbours=[own]).quantity
    tip = line.coords[-1]
    with pytest.raises(NotMeasured, match="another building"):
        measure(line, scene, neighbours=[own, box(tip[0] - 8, tip[1] - 5, tip[0] + 8, tip[1] + 10)])


def test_a_line_from_the_roof_carries_its_lean() -> None:
    """From the foot a slanting view changes nothing; from the roof it is named, or said not to be known."""
    line, aslant = shadow(20, 330), lit_from(150, 35, view_off_nadir=20.0)
    foot, roof = (measure(line, aslant, start=start) for start in ShadowFrom)
    assert {part.name for part in roof.budget} - {part.name for part in foot.budget} == {"off-nadir"}
    assert "seen 20° off nadir" in roof.method
    unknown = measure(line, lit_from(150, 35), start=ShadowFrom.ROOF)
    assert "as the view angle is not known" in unknown.method


def test_repeats_of_a_shadow_enter_its_error() -> None:
    """Three lines along one shadow: their mean, and a line of the budget for their spread."""
    lines = [Tracing(shadow(length, 330)) for length in (19.0, 20.0, 21.0)]
    found = height_of_shadow(lines, GRID, lit_from(150, 35))
    assert found.quantity is not None
    assert found.quantity.value == pytest.approx(20 * math.tan(math.radians(35)))
    assert "analyst repeats" in {part.name for part in found.budget}


def test_frames_say_that_north_is_not_known() -> None:
    """Without georeference no direction is checked, and that is said; without a scale there is no height."""
    frame = Grid(None, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (600, 600), 0.5)
    scene = lit_from(150, 35, crs=None, transform=None)
    found = height_of_shadow((Tracing(LineString([(300, 300), (340, 300)])),), frame, scene)
    assert found.quantity is not None
    assert found.quantity.value == pytest.approx(20 * math.tan(math.radians(35)))
    assert "not checked" in found.method
    with pytest.raises(CannotTell, match="scale"):
        height_of_shadow((Tracing(LineString([(300, 300), (340, 300)])),), replace(frame, gsd_m=None), scene)
