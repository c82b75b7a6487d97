"""Pictures laid on the ground: the numbers of other people's solvers, the right model, and refusals with the reason."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from rasterio.control import GroundControlPoint
from rasterio.transform import from_gcps
from skimage.transform import AffineTransform, ProjectiveTransform, SimilarityTransform

from siteline.catalog.placing import choose, fit, outlier, place, through
from siteline.model.errors import BadInput
from siteline.model.placing import Model

SHAPE = (600, 800)
NORTH_UP = np.array([[2.0, 0, 500_000.0], [0, -2.0, 4_400_000.0], [0, 0, 1]])
SPREAD = np.array(
    [(40, 30), (760, 50), (740, 560), (60, 570), (400, 310), (250, 120), (610, 420), (120, 300)], float
)


def names(points: NDArray[np.float64]) -> list[str]:
    """A label for each point."""
    return [f"P{at}" for at in range(len(points))]


def clicked(points: NDArray[np.float64], sigma: float = 0.7, seed: int = 1) -> NDArray[np.float64]:
    """Points as a hand clicks them."""
    return points + np.random.default_rng(seed).normal(0, sigma, points.shape)


def turned(degrees: float, gsd: float = 2.0) -> NDArray[np.float64]:
    """A picture turned on the ground."""
    c, s = gsd * np.cos(np.radians(degrees)), gsd * np.sin(np.radians(degrees))
    return np.array([[c, s, 500_000.0], [s, -c, 4_400_000.0], [0, 0, 1]])


SLANT = NORTH_UP @ np.array([[1.0, 0.03, 0], [0.02, 1.05, 0], [1.5e-4, 3e-4, 1.0]])
SKEW = NORTH_UP @ np.array([[1.0, 0.12, 0], [0, 1.15, 0], [0, 0, 1.0]])


@pytest.mark.parametrize(
    ("model", "theirs", "truth"),
    [
        (Model.AFFINE, AffineTransform, SKEW),
        (Model.PROJECTIVE, ProjectiveTransform, SLANT),
        (Model.PROJECTIVE, ProjectiveTransform, NORTH_UP),
    ],
)
def test_exact_points_give_the_matrix_of_scikit_image(
    model: Model, theirs: type, truth: NDArray[np.float64]
) -> None:
    """Where nothing is in doubt, ours and theirs are one."""
    ground = through(truth, SPREAD)
    known = theirs()
    offset = ground.mean(axis=0)
    assert known.estimate(SPREAD, ground - offset)
    ours = through(fit(model, SPREAD, ground), SPREAD)
    assert np.abs(ours - (known(SPREAD) + offset)).max() < 1e-4
    assert np.abs(ours - ground).max() < 1e-5


def test_a_similarity_is_that_of_scikit_image_with_y_turned_over() -> None:
    """Noisy points: the same least squares; theirs does not know that y points down."""
    ground, at = through(turned(33), SPREAD), clicked(SPREAD)
    known = SimilarityTransform()
    offset = ground.mean(axis=0)
    assert known.estimate(at * (1, -1), ground - offset)
    assert np.abs(through(fit(Model.SIMILARITY, at, ground), at) - known(at * (1, -1)) - offset).max() < 1e-6


def test_an_affine_is_that_of_gdal() -> None:
    """Noisy points: GDAL's solver for ground control points gives the same transform."""
    ground, at = through(SKEW, SPREAD), clicked(SPREAD)
    gcps = [GroundControlPoint(row=y, col=x, x=e, y=n) for (x, y), (e, n) in zip(at, ground, strict=True)]
    theirs = from_gcps(gcps)
    ours = fit(Model.AFFINE, at, ground)
    assert ours[:2].ravel() == pytest.approx(
        (theirs.a, theirs.b, theirs.c, theirs.d, theirs.e, theirs.f), rel=1e-7
    )


def test_a_projective_is_at_least_as_close_as_the_direct_solution() -> None:
    """Noisy points: distances on the ground are smaller than those of the algebraic fit."""
    ground, at = through(SLANT, SPREAD), clicked(SPREAD)
    offset = ground.mean(axis=0)
    known = ProjectiveTransform()
    assert known.estimate(at, ground - offset)
    ours = np.sum((through(fit(Model.PROJECTIVE, at, ground), at) - ground) ** 2)
    theirs = np.sum((known(at) + offset - ground) ** 2)
    assert ours <= theirs * (1 + 1e-9)


@settings(max_examples=40, deadline=None)
@given(st.floats(-180, 180), st.floats(0.3, 30), st.integers(0, 10_000))
def test_a_turned_picture_is_recovered(degrees: float, gsd: float, seed: int) -> None:
    """Whatever its turn and scale, with clicks of half a pixel it lies within a pixel at its middle."""
    truth = turned(degrees, gsd)
    found = place(clicked(SPREAD, 0.5, seed), through(truth, SPREAD), names(SPREAD), SHAPE, None)
    off = through(found.matrix, np.array([[400.0, 300.0]])) - through(truth, np.array([[400.0, 300.0]]))
    assert np.hypot(*off[0]) / gsd < 1.5
    assert found.model is not Model.PROJECTIVE or found.left_out_px is not None


@pytest.mark.parametrize(
    ("truth", "expected"), [(turned(12), "similarity"), (SKEW, "affine"), (SLANT, "projective")]
)
def test_the_points_choose_the_model(truth: NDArray[np.float64], expected: str) -> None:
    """In at least 45 of 50 sets of clicks the model is that of the picture."""
    right = [
        choose(clicked(SPREAD, 0.5, seed), through(truth, SPREAD)).model == expected for seed in range(50)
    ]
    assert sum(right) >= 45


def test_four_points_are_never_a_slant_unless_asked() -> None:
    """A slant fits four points exactly, and so they cannot speak for it."""
    four = SPREAD[:4]
    assert choose(clicked(four, 1.0), through(SLANT, four)).model is not Model.PROJECTIVE
    asked = place(four, through(SLANT, four), names(four), SHAPE, Model.PROJECTIVE)
    assert asked.is_exact
    assert asked.left_out_px is None


def test_residuals_tell_the_error_of_the_clicks() -> None:
    """`error_px` is the spread with which the points were clicked, over many sets."""
    errors = [
        place(
            clicked(SPREAD, 0.8, s), through(turned(5), SPREAD), names(SPREAD), SHAPE, Model.SIMILARITY
        ).error_px
        for s in range(200)
    ]
    assert float(np.sqrt(np.mean(np.square(errors)))) == pytest.approx(0.8 * np.sqrt(2), rel=0.06)


@pytest.mark.parametrize("count", [5, 6, 8])
def test_one_gross_error_is_named(count: int) -> None:
    """The point that was clicked on the wrong roof is named, and no other."""
    for bad in range(count):
        at = clicked(SPREAD[:count], 0.4, seed=bad)
        ground = through(turned(7), SPREAD[:count])
        at[bad] += (31, -27)
        with pytest.raises(BadInput, match=rf"P{bad} is \d+ px from where the other points put it"):
            place(at, ground, names(at), SHAPE, None)
        assert outlier(at, ground, None) is not None


@pytest.mark.parametrize(
    ("points", "ground", "said"),
    [
        (SPREAD[:3], through(NORTH_UP, SPREAD[:3]), "3 control points are too few"),
        (
            np.linspace((0, 0), (800, 590), 6),
            through(NORTH_UP, np.linspace((0, 0), (800, 590), 6)),
            "nearly on one line",
        ),
        (SPREAD / 8, through(NORTH_UP, SPREAD / 8), "surround only 1% of the picture"),
        (SPREAD, through(NORTH_UP, SPREAD * (1, -1)), "mirrored"),
        (SPREAD, through(NORTH_UP, SPREAD)[:, ::-1], "mirrored"),
        (SPREAD, through(NORTH_UP, clicked(SPREAD, 25.0)), "do not agree"),
        (np.add(SPREAD, (300, 0)), through(NORTH_UP, SPREAD), "outside the picture"),
        (SPREAD, through(NORTH_UP @ np.diag([6.0, 1, 1]), SPREAD), "times as coarse"),
    ],
)
def test_poor_points_are_refused_with_the_reason(
    points: NDArray[np.float64], ground: NDArray[np.float64], said: str
) -> None:
    """Few, on a line, in a corner, mirrored, at odds, outside, stretched."""
    with pytest.raises(BadInput, match=said) as refused:
        place(points, ground, names(points), SHAPE, None)
    assert refused.value.hint


def test_a_view_to_the_horizon_is_refused() -> None:
    """A photograph from a hill is not a map."""
    view = NORTH_UP @ np.array([[1, 0, 0], [0, 1, 0], [0, 0.02, 1.0]])
    with pytest.raises(BadInput, match="horizon"):
        place(SPREAD, through(view, SPREAD), names(SPREAD), SHAPE, Model.PROJECTIVE)
