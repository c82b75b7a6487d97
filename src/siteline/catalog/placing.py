"""Where a picture lies on the ground, from points found in both: fitted, judged, refused if poor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from siteline.model.errors import BadInput
from siteline.model.placing import Model

Points = NDArray[np.float64]
Matrix = NDArray[np.float64]

LEAST_POINTS = 4
MAX_ERROR_PX = 3.0
MAX_ERROR_M = 30.0
_LEAST_COVER = 0.08
"""Of the picture, by the hull of its points: outside of it a fit is only continued."""

_LEAST_WIDTH = 0.1
"""Of the points' spread, across their longest line."""

_BETTER = 0.8
"""A richer model must bring the error of left-out points below this share."""

_LEAST_FOR_SLANT = 6
"""Points from which a slant is looked for unasked."""

_GROSS = 5.0
_NEEDS = {Model.SIMILARITY: 2, Model.AFFINE: 3, Model.PROJECTIVE: 4}
_FREE = {Model.SIMILARITY: 4, Model.AFFINE: 6, Model.PROJECTIVE: 8}
_MOST_STRETCH = 3.0


@dataclass(frozen=True, slots=True)
class Fit:
    """A model fitted to points, with what it leaves."""

    model: Model
    matrix: Matrix
    """3 x 3, from (x, y, 1) of the picture to the ground, homogeneous."""

    residual_px: Points
    """(n,) distances in the picture."""

    residual_m: Points
    left_out_px: float | None
    """Root mean square of points left out one by one; None where too few are left to fit."""

    chosen: str

    @property
    def rms_px(self) -> float:
        """Root mean square of the residuals, pixels."""
        return float(np.sqrt(np.mean(self.residual_px**2)))

    @property
    def rms_m(self) -> float:
        """Root mean square of the residuals, metres."""
        return float(np.sqrt(np.mean(self.residual_m**2)))

    @property
    def is_exact(self) -> bool:
        """Whether no point is left over to judge the fit by."""
        return 2 * len(self.residual_px) <= _FREE[self.model]

    @property
    def error_px(self) -> float:
        """What the points' own errors must be, pixels: the residuals, with the freedom that the model took for itself."""
        left = 2 * len(self.residual_px) - _FREE[self.model]
        return self.rms_px * math.sqrt(2 * len(self.residual_px) / left) if left > 0 else 0.0


def fit(model: Model, picture: Points, ground: Points) -> Matrix:
    """
    The matrix of a model, least squares on the ground.

    picture: (n, 2) x right, y down; ground: (n, 2) metres, east and north. A similarity is never mirrored.
    """
    to_unit, near = _normalise(picture)
    from_unit, there = _normalise(ground)
    if model is Model.SIMILARITY:
        inner = _fit_similarity(near, there)
    elif model is Model.AFFINE:
        found = np.linalg.lstsq(np.column_stack([near, np.ones(len(near))]), there, rcond=None)[0]
        inner = np.vstack([found.T, [0.0, 0.0, 1.0]])
    else:
        inner = _fit_projective(near, there)
    whole = np.linalg.inv(from_unit) @ inner @ to_unit
    return np.asarray(whole / whole[2, 2])


def through(matrix: Matrix, points: Points) -> Points:
    """Points (n, 2) through a homogeneous matrix."""
    moved = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(moved[:, :2] / moved[:, 2:])


def place(
    picture: Points,
    ground: Points,
    labels: Sequence[str],
    shape: tuple[int, int],
    model: Model | None,
) -> Fit:
    """
    The fit of a picture of `shape` (rows, columns): by the model asked for, else by the simplest that predicts points.

    Each model is judged by points that it did not see: every point is left out once. A richer one is taken if that error
    falls by a fifth; a slant only from 6 points on. Raises BadInput, with the point or the reason, where points are
    few, on a line, in a corner, mirrored, or do not agree.
    """
    _refuse_few(picture, shape, model, labels)
    found = _judge(model, picture, ground) if model else choose(picture, ground)
    affine = fit(Model.AFFINE, picture, ground)
    if np.linalg.det(affine[:2, :2]) > 0:
        raise BadInput(
            "by its control points the picture would lie mirrored on the ground",
            "Are longitude and latitude exchanged, or is y counted from the bottom edge? x goes right, y down from the top.",
        )
    if found.error_px > MAX_ERROR_PX or found.rms_m > MAX_ERROR_M:
        _refuse_poor(found, picture, ground, labels, model)
    _refuse_odd(found, shape)
    return found


def choose(picture: Points, ground: Points) -> Fit:
    """The simplest model whose left-out points no richer one predicts better by a fifth."""
    count = len(picture)
    best = _judge(Model.SIMILARITY, picture, ground)
    for richer in (Model.AFFINE, Model.PROJECTIVE):
        if count <= _NEEDS[richer] or (richer is Model.PROJECTIVE and count < _LEAST_FOR_SLANT):
            continue
        tried = _judge(richer, picture, ground)
        if tried.left_out_px is None or best.left_out_px is None:
            continue
        if tried.left_out_px < _BETTER * best.left_out_px:
            why = f"points left out are predicted to {tried.left_out_px:.2f} px, by {best.model} to {best.left_out_px:.2f} px"
            best = Fit(richer, tried.matrix, tried.residual_px, tried.residual_m, tried.left_out_px, why)
    return best


def outlier(picture: Points, ground: Points, model: Model | None) -> tuple[int, float, Fit] | None:
    """The one point without which the rest agree: its number, how far off it is (px), and the fit without it."""
    for tried in (model,) if model else (Model.SIMILARITY, Model.AFFINE):
        if len(picture) - 1 > _NEEDS[tried] + (tried is not Model.SIMILARITY):
            found = _single_out(picture, ground, tried)
            if found is not None:
                return found
    return None


def _single_out(picture: Points, ground: Points, model: Model) -> tuple[int, float, Fit] | None:
    found = []
    for at in range(len(picture)):
        rest = np.arange(len(picture)) != at
        try:
            without = _judge(model, picture[rest], ground[rest])
        except np.linalg.LinAlgError:
            continue
        off = float(np.hypot(*(_back(without.matrix, ground[at : at + 1]) - picture[at])[0]))
        found.append((without.error_px, at, off, without))
    found.sort(key=lambda one: one[:2])
    error, at, off, without = found[0]
    apart = found[1][0] > 2 * max(error, 0.3)
    if error > MAX_ERROR_PX or off < _GROSS * max(error, 0.6) or not apart:
        return None
    return at, off, without


def _judge(model: Model, picture: Points, ground: Points) -> Fit:
    matrix = fit(model, picture, ground)
    missed = []
    if len(picture) > _NEEDS[model]:
        for at in range(len(picture)):
            rest = np.arange(len(picture)) != at
            try:
                there = _back(fit(model, picture[rest], ground[rest]), ground[at : at + 1])
            except np.linalg.LinAlgError:
                there = np.full((1, 2), np.inf)
            missed.append(float(np.hypot(*(there - picture[at])[0])))
    return Fit(
        model=model,
        matrix=matrix,
        residual_px=np.hypot(*(_back(matrix, ground) - picture).T),
        residual_m=np.hypot(*(through(matrix, picture) - ground).T),
        left_out_px=float(np.sqrt(np.mean(np.square(missed)))) if missed else None,
        chosen="the simplest, and no richer one predicts points better by a fifth",
    )


def _back(matrix: Matrix, ground: Points) -> Points:
    return through(np.asarray(np.linalg.inv(matrix), np.float64), ground)


def _normalise(points: Points) -> tuple[Matrix, Points]:
    """A matrix that moves points to their middle and to unit spread, and the points there."""
    middle = points.mean(axis=0)
    spread = float(np.sqrt(np.mean(np.sum((points - middle) ** 2, axis=1)))) or 1.0
    matrix = np.array([[1 / spread, 0, -middle[0] / spread], [0, 1 / spread, -middle[1] / spread], [0, 0, 1]])
    return matrix, (points - middle) / spread


def _fit_similarity(near: Points, there: Points) -> Matrix:
    """Both centred; y of the picture points down, so that it is turned over first."""
    z, w = near[:, 0] - 1j * near[:, 1], there[:, 0] + 1j * there[:, 1]
    turn = complex(np.vdot(z, w) / np.vdot(z, z))
    return np.array([[turn.real, turn.imag, 0.0], [turn.imag, -turn.real, 0.0], [0.0, 0.0, 1.0]])


def _fit_projective(near: Points, there: Points) -> Matrix:
    """Direct linear solution, then least squares of the distances themselves."""
    from scipy.optimize import least_squares

    one, none = np.ones(len(near)), np.zeros((len(near), 3))
    source = np.column_stack([near, one])
    system = np.vstack(
        [np.hstack([source, none, -there[:, :1] * source]), np.hstack([none, source, -there[:, 1:] * source])]
    )
    first = np.linalg.svd(system)[2][-1]
    if abs(first[8]) < 1e-12:
        raise BadInput("its control points fit no view of flat ground", "Spread them over the picture.")
    first = first / first[8]

    def distances(free: Points) -> Points:
        return np.asarray((through(np.append(free, 1.0).reshape(3, 3), near) - there).ravel())

    if len(near) > _NEEDS[Model.PROJECTIVE]:
        first = np.append(least_squares(distances, first[:8], xtol=1e-14, ftol=1e-14, gtol=1e-14).x, 1.0)
    return np.asarray(first.reshape(3, 3))


def _refuse_few(picture: Points, shape: tuple[int, int], model: Model | None, labels: Sequence[str]) -> None:
    if len(picture) < LEAST_POINTS:
        raise BadInput(
            f"{len(picture)} control points are too few",
            f"Give at least {LEAST_POINTS}; 6 or more show their own error.",
        )
    rows, cols = shape
    for (x, y), label in zip(picture, labels, strict=True):
        if not (0 <= x <= cols and 0 <= y <= rows):
            raise BadInput(
                f"{label} lies at ({x:g}, {y:g}), outside the picture of {cols} x {rows} pixels",
                "x goes right and y down from the top left corner.",
            )
    across = np.linalg.svd(picture - picture.mean(axis=0), compute_uv=False)
    if across[1] < _LEAST_WIDTH * across[0]:
        raise BadInput(
            "its control points lie nearly on one line", "Add points on both sides of that line, far from it."
        )
    import shapely

    cover = shapely.MultiPoint(picture).convex_hull.area / (rows * cols)
    if cover < _LEAST_COVER:
        raise BadInput(
            f"its control points surround only {cover:.0%} of the picture",
            "Spread them towards its corners, or cut the picture to the part that they surround.",
        )


def _refuse_poor(
    found: Fit, picture: Points, ground: Points, labels: Sequence[str], model: Model | None
) -> NoReturn:
    single = outlier(picture, ground, model)
    said = (
        f"the control points do not agree: {found.rms_px:.1f} px ({found.rms_m:.0f} m) off as {found.model}"
    )
    if single is not None:
        at, off, without = single
        raise BadInput(
            f"{labels[at]} is {off:.0f} px from where the other points put it; they agree to {without.rms_px:.1f} px",
            "Look at it again: correct it, or leave it out of the file.",
        )
    worst = int(np.argmax(found.residual_px))
    raise BadInput(
        f"{said}; worst is {labels[worst]} with {found.residual_px[worst]:.1f} px",
        f"At most {MAX_ERROR_PX:g} px and {MAX_ERROR_M:g} m are taken. Choose points on the ground (not roofs), check each, "
        "and cut off parts of the picture that were pasted in.",
    )


def _refuse_odd(found: Fit, shape: tuple[int, int]) -> None:
    """A fit that agrees with its points and still cannot be a picture of that ground."""
    rows, cols = shape
    corners = np.array([[0, 0, 1], [cols, 0, 1], [cols, rows, 1], [0, rows, 1]], float)
    depth = corners @ found.matrix[2]
    middle = np.array([cols / 2, rows / 2, 1]) @ found.matrix[2]
    if np.any(depth / middle < 0.2):
        raise BadInput(
            "by its control points the picture reaches towards the horizon",
            "Cut it to the part near the points, or use a picture from above.",
        )
    stretch = np.linalg.svd(jacobian(found.matrix, cols / 2, rows / 2), compute_uv=False)
    if stretch[0] > _MOST_STRETCH * stretch[1]:
        raise BadInput(
            f"by its control points the picture is {stretch[0] / stretch[1]:.1f} times as coarse one way as the other",
            "Check the points; a picture seen at such a slant cannot be measured on.",
        )


def jacobian(matrix: Matrix, x: float, y: float) -> Matrix:
    """How the ground moves with the pixel at one place, (2, 2)."""
    u, v, w = matrix @ np.array([x, y, 1.0])
    steps = np.array(
        [[matrix[row, col] * w - top * matrix[2, col] for col in (0, 1)] for row, top in ((0, u), (1, v))]
    )
    return np.asarray(steps / (w * w), np.float64)
