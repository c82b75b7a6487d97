"""Frames that were saved turned or far off, and what is laid on what."""

from pathlib import Path

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from scipy import ndimage

from siteline.cube.align import Alignment
from siteline.cube.load import Built
from tests.cube.series import Series, ground
from tests.pictures import make_frame_site, write_frame

Image = NDArray[np.float64]
SIZE = (150, 180)


def seen_from(image: Image, turn: Affine) -> Image:
    """The image as a frame sees it whose pixels lie on it as `turn` says; the rest mirrored, as if there were more ground."""
    a, b, c, d, e, f = tuple(turn)[:6]
    matrix = np.array([[e, d], [b, a]])
    offset = np.array([f, c]) + matrix @ [0.5, 0.5] - 0.5
    return np.asarray(ndimage.affine_transform(image, matrix, offset, order=3, mode="mirror"))


def turned(angle: float, right: float, down: float) -> Affine:
    """Degrees about the middle, then pixels."""
    return Affine.rotation(angle, (SIZE[1] / 2, SIZE[0] / 2)) * Affine.translation(right, down)


def build(
    folder: Path, turns: list[Affine], *, built_at: int | None = None, shown: bool = True
) -> tuple[Built, Alignment]:
    """Yearly frames of one place, each turned and stretched its own way; a hall from look `built_at` on."""
    series, image = Series(folder, make_frame_site()), ground(*SIZE)
    rng = np.random.default_rng(4)
    for at, turn in enumerate(turns):
        now = image.copy()
        if built_at is not None and at >= built_at:
            now[60:84, 70:110] = 0.6
        light = np.clip(seen_from(now, turn), 0.01, 1) ** rng.uniform(0.7, 1.1)
        light = light + rng.normal(0, 0.004, (3, *SIZE))
        if shown:
            light = light * rng.uniform(0.8, 1.2, (3, 1, 1))
        name = f"F{at}.png"
        write_frame(folder / name, np.clip(np.moveaxis(light, 0, -1) * 255, 0, 255).astype(np.uint8))
        series.rows.append({"file": name, "acquired": f"{2010 + at}-06-01"})
    return series.build()


def test_frames_turned_and_far_off_are_laid_on_the_others(tmp_path: Path) -> None:
    """Turned by degrees and off by tens of pixels, they lie within a quarter of a pixel of the others, and the hall with them."""
    turns = [
        turned(*t)
        for t in (
            (0, 0, 0),
            (0, 1, 0),
            (4, 0, 0),
            (0, 0, 1),
            (-6, 18, -9),
            (0, 30, 22),
            (0, 0, 0),
            (2, -20, 5),
        )
    ]
    built, alignment = build(tmp_path, turns, built_at=4)
    assert all(look.used for look in alignment.looks)
    corners = [(50.0, 40.0), (130.0, 40.0), (130.0, 110.0), (50.0, 110.0)]
    off = []
    for turn, lies, read in zip(turns, alignment.transforms, alignment.read_at, strict=True):
        to_native = Affine.translation(*read) * ~Affine(*lies)
        off.append([np.subtract(turn * (to_native * p), p) for p in corners])
    away = np.array(off) - np.median(off, axis=(0, 1))
    assert np.hypot(away[..., 0], away[..., 1]).max() < 0.3
    hall = built.cube["value"].values[4:, :, 62:82, 72:108].mean(axis=(1, 2, 3))
    beside = built.cube["value"].values[4:, :, 30:56, 60:120]
    assert (hall > np.nanmean(beside, axis=(1, 2, 3)) * 1.3).all()
    assert any("turned or moved" in remark.text for remark in alignment.remarks)


def test_frames_that_lie_right_are_not_touched(tmp_path: Path) -> None:
    """A pixel or two are for the shifts: no frame is resampled twice or turned for that."""
    _, alignment = build(tmp_path, [turned(0, right, 0) for right in (0, 1, -1, 2, 0, 1)])
    assert set(alignment.transforms) == {(1.0, 0.0, 0.0, 0.0, 1.0, 0.0)}


def test_a_frame_of_another_place_is_not_turned_until_it_fits(tmp_path: Path) -> None:
    """Whatever the turn, another place stays another place: left out."""
    turns = [turned(0, 0, 0)] * 6
    series_folder = tmp_path
    build(series_folder, turns)
    other = np.repeat((np.clip(ground(*SIZE, seed=77), 0, 1) * 255).astype(np.uint8)[..., None], 3, axis=2)
    write_frame(series_folder / "F3.png", other)
    series = Series(series_folder, make_frame_site())
    series.rows = [{"file": f"F{n}.png", "acquired": f"{2010 + n}-06-01"} for n in range(6)]
    _, alignment = series.build()
    assert [look.used for look in alignment.looks] == [True, True, True, False, True, True]
    assert alignment.transforms[3] == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def frames_of(folder: Path, images: list[NDArray[np.uint8]]) -> Alignment:
    """Yearly frames as they are given, (y, x, colour)."""
    series = Series(folder, make_frame_site())
    for at, image in enumerate(images):
        write_frame(folder / f"F{at}.png", image)
        series.rows.append({"file": f"F{at}.png", "acquired": f"{2010 + at}-06-01"})
    return series.build()[1]


def test_frames_too_narrow_to_be_laid_are_left_as_they_are(tmp_path: Path) -> None:
    """A strip of two rows has no pattern: nothing is turned, and nothing breaks."""
    rng = np.random.default_rng(3)
    alignment = frames_of(tmp_path, [rng.integers(0, 255, (2, 900, 3), np.uint8) for _ in range(5)])
    assert set(alignment.transforms) == {(1.0, 0.0, 0.0, 0.0, 1.0, 0.0)}


def test_frames_that_hold_hardly_any_image_are_left_as_they_are(tmp_path: Path) -> None:
    """Where most of each frame is transparent there is nothing to compare."""
    rng = np.random.default_rng(3)
    shown = np.zeros(SIZE, np.uint8)
    shown[:90, :90] = 255
    frames = []
    for _ in range(5):
        light = np.clip(ground(*SIZE) + rng.normal(0, 0.02, SIZE), 0, 1)
        frames.append(np.dstack([(light * 255).astype(np.uint8)] * 3 + [shown]))
    alignment = frames_of(tmp_path, frames)
    assert set(alignment.transforms) == {(1.0, 0.0, 0.0, 0.0, 1.0, 0.0)}
