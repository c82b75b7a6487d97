"""Masks by vote: a roof is no cloud however often it is called one; a cloud is one, whoever missed it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry import box

from siteline.cube.load import Built, CubeOptions
from siteline.cube.vote import call_surfaces
from siteline.model.imagery import WhyNot
from siteline.model.place import Role, Structure
from tests.cube.series import Series, days, ground
from tests.pictures import make_earth_site

ROOF = (slice(44, 56), slice(40, 58))
"""In the pictures, 110 pixels wide; the grid begins 10 to 12 pixels further."""

CLOUD, SHADOW, SNOW = 9, 3, 11


def blob(y: float, x: float, size: float) -> NDArray[np.float64]:
    """A soft cloud."""
    rows, cols = np.mgrid[0:110, 0:110]
    return np.clip(1.4 * np.exp(-((rows - y) ** 2 + (cols - x) ** 2) / (2 * size**2)), 0, 1)


def roofed(light: float = 0.75) -> NDArray[np.float64]:
    """Ground with one large, very bright roof."""
    image = ground()
    image[ROOF] = light
    return ndimage.gaussian_filter(image, 0.6)


def make(folder: Path, masks: list[NDArray[np.uint8] | None], kind: str = "scl", **look: object) -> Series:
    """A look for each mask; `clouds` by number, `image` the same for all or a list."""
    series = Series(folder)
    clouds, images = look.get("clouds", {}), look.get("image", roofed())
    for at, (mask, day) in enumerate(zip(masks, days(len(masks), 12), strict=True)):
        image = images[at] if isinstance(images, list) else images
        series.add(image, day, seed=at, mask=mask, cloud=clouds.get(at))  # type: ignore[union-attr, arg-type]
        series.rows[-1]["mask_kind"] = kind
    return series


def scl(*marks: tuple[tuple[slice, slice], int]) -> NDArray[np.uint8]:
    """Scene classes: bare ground, with these parts marked."""
    classes = np.full((110, 110), 5, np.uint8)
    for where, code in marks:
        classes[where] = code
    return classes


def over(built: Built, where: tuple[slice, slice], look: int) -> NDArray[np.uint8]:
    """Codes of a part of a picture in the cube."""
    cube, grid = built.cube, built.cube.attrs["grid"]
    down, right = round((4_400_000 - grid.transform[5]) / 3), round((grid.transform[2] - 500_000) / 3)
    rows, cols = (
        slice(s.start - off + 2, s.stop - off - 2) for s, off in zip(where, (down, right), strict=True)
    )
    return np.asarray(cube["why_not"].values[look, rows, cols])


@pytest.mark.parametrize(
    ("kind", "code", "bare"), [("scl", CLOUD, 5), ("scl", SHADOW, 5), ("qa_pixel", 0b1000, 0b1000000)]
)
def test_a_roof_that_is_always_called_cloud_does_not_blind_its_place(
    tmp_path: Path, kind: str, code: int, bare: int
) -> None:
    """Masked on every look, or all but one: the roof is used, and that is told."""
    mask = scl((ROOF, code))
    mask[mask == 5] = bare
    masks = [mask.copy() for _ in range(12)]
    masks[5][ROOF] = bare
    built, alignment = make(tmp_path, masks, kind).build()
    assert len(built.cube["time"]) == 12
    for look in range(12):
        assert np.mean(over(built, ROOF, look) == 0) > 0.95
    assert any("taken for ground or roofs" in remark.text for remark in alignment.remarks)


def test_a_cloud_over_such_a_roof_stays_masked(tmp_path: Path) -> None:
    """On the one look where the roof leaves its history, what masks it is a cloud; also where the mask covers all around."""
    wide = (slice(34, 66), slice(32, 66))
    masks = [scl((ROOF, CLOUD)) for _ in range(12)]
    masks[6] = scl((wide, CLOUD))
    built, _ = make(tmp_path, list(masks), image=roofed(0.4), clouds={6: blob(50, 49, 7)}).build()
    assert np.mean(over(built, ROOF, 6) == WhyNot.CLOUD) > 0.95
    assert np.mean(over(built, ROOF, 5) == 0) > 0.95
    thin, _ = make(tmp_path / "thin", list(masks), image=roofed(0.4)).build()
    assert np.mean(over(thin, ROOF, 6) == WhyNot.CLOUD) > 0.95, "all around is masked: it may be thin cloud"


def test_a_cloud_that_the_provider_missed_is_masked(tmp_path: Path) -> None:
    """The own mask still finds it, beside a provider's mask that is right elsewhere."""
    masks = [scl() for _ in range(12)]
    built, _ = make(tmp_path, list(masks), clouds={7: blob(55, 22, 6)}).build()
    seen = over(built, (slice(51, 59), slice(18, 26)), 7)
    assert np.mean(seen == WhyNot.OUTLIER) > 0.8
    assert np.mean(over(built, ROOF, 7) == 0) > 0.95


def test_a_roof_that_is_built_is_a_surface_from_then_on(tmp_path: Path) -> None:
    """Masked on the second half of the looks only, since it stands: used on these."""
    masks = [scl() for _ in range(8)] + [scl((ROOF, CLOUD)) for _ in range(8)]
    images = [ground()] * 8 + [roofed()] * 8
    built, _ = make(tmp_path, list(masks), image=images).build()
    for look in range(8, 16):
        assert np.mean(over(built, ROOF, look) == 0) > 0.9, look


def test_right_masks_are_left_as_they_are(tmp_path: Path) -> None:
    """Real clouds here and there, and snow for a season: nothing is taken back."""
    random = np.random.default_rng(4)
    masks, clouds = [], {}
    for at in range(16):
        y, x = random.uniform(20, 90, 2)
        clouds[at] = blob(y, x, 12)
        mask = scl()
        mask[clouds[at] > 0.15] = CLOUD
        if 4 <= at < 11:
            mask[60:90, 30:70] = SNOW
        masks.append(mask)
    built, alignment = make(tmp_path, list(masks), clouds=clouds, image=roofed()).build()
    for look in range(16):
        if alignment.looks[look].used:
            snow = over(built, (slice(60, 66), slice(32, 66)), look)
            assert not 4 <= look < 11 or np.all(snow != 0), look
    assert not any("taken for ground" in remark.text for remark in alignment.remarks)


def test_a_mask_that_a_person_drew_is_not_put_to_the_vote(tmp_path: Path) -> None:
    """A logo is masked on every look, steady, and no ground."""
    mask = np.zeros((110, 110), np.uint8)
    mask[ROOF] = 1
    built, _ = make(tmp_path, [mask] * 12, "nonzero_bad").build()
    assert np.all(over(built, ROOF, 3) == WhyNot.CLOUD)


def test_a_place_under_changing_clouds_is_no_surface() -> None:
    """Masked on most clear looks by clouds of all sorts: it has no steady light, and stays masked."""
    random = np.random.default_rng(1)
    light = np.full((20, 60, 60), -1.5, np.float32) + random.normal(0, 0.02, (20, 60, 60)).astype(np.float32)
    codes = np.zeros(light.shape, np.uint8)
    codes[:15, 20:30, 20:30] = WhyNot.CLOUD
    light[:15, 20:30, 20:30] += random.uniform(0.3, 1.5, (15, 1, 1)).astype(np.float32)
    when = np.arange(20) * 10.0
    votes = np.ones(20, bool)
    assert not call_surfaces(light, codes, when, votes).any()
    light[:, 20:30, 20:30] = -0.4 + random.normal(0, 0.02, (20, 10, 10))
    assert call_surfaces(light, codes, when, votes)[:15, 20:30, 20:30].all()
    assert not call_surfaces(light, codes, when, ~votes).any()
    assert not call_surfaces(light[:4], codes[:4], when[:4], votes[:4]).any()


def test_looks_that_no_pixel_shows_often_are_voted_on_without_levels() -> None:
    """Each third of the site seen by five looks of its own: no look can be held against the others."""
    light = np.full((15, 30, 30), -1.0, np.float32)
    codes = np.full(light.shape, WhyNot.NO_IMAGE, np.uint8)
    for third in range(3):
        codes[5 * third : 5 * third + 5, :, 10 * third : 10 * third + 10] = 0
    codes[:5, 4:8, 2:6] = WhyNot.CLOUD
    assert call_surfaces(light, codes, np.arange(15) * 10.0, np.ones(15, bool)).shape == light.shape


def test_the_usable_share_is_counted_over_the_site(tmp_path: Path) -> None:
    """A cloud beside the aoi costs nothing; one over half of it costs half."""
    half = box(3.0004, 39.7481, 3.0024, 39.7496)
    site = make_earth_site(structures=(Structure(Role.AOI, "aoi", half),))
    series = Series(tmp_path, site)
    for at, day in enumerate(days(6)):
        mask = np.full((110, 110), 5, np.uint8)
        if at == 2:
            mask[:, :8] = CLOUD
        if at == 3:
            mask[:, : 12 + 29] = CLOUD
        series.add(ground(), day, seed=at, mask=mask)
        series.rows[-1]["mask_kind"] = "scl"
    _, alignment = series.build(CubeOptions(own_masks=False))
    assert alignment.looks[2].usable == 1.0
    assert alignment.looks[3].usable == pytest.approx(0.5, abs=0.06)


def test_real_masks_of_thirty_years_are_believed_but_for_a_roof_put_there(shared: Path) -> None:
    """
    423 dates of Landsat with Fmask over woods and fields: nothing is taken back but a speck.

    A bright roof is put in that the mask always calls cloud: it is seen on nine of ten of its clear looks, and none of the
    clouds that really lie over it is let through.
    """
    [file] = (shared / "data/imagery/landsat_pixels").glob("*.npz")
    with np.load(file, allow_pickle=False) as data:
        numbers, when = data["Y"], data["dates"].astype(float)
    order = np.argsort(when)
    numbers, when = numbers[:, order], when[order]
    codes = np.zeros(numbers[7].shape, np.uint8)
    for fmask, code in ((2, WhyNot.CLOUD_SHADOW), (3, WhyNot.SNOW), (4, WhyNot.CLOUD)):
        codes[numbers[7] == fmask] = code
    codes[(numbers[7] == 255) | (numbers[0] <= -9999)] = WhyNot.NO_IMAGE
    light = np.log(np.maximum(numbers[:3].mean(axis=0) / 1e4, 0) + 0.02).astype(np.float32)
    hidden = (codes > WhyNot.NO_IMAGE) & (codes <= WhyNot.SNOW)
    votes = np.ones(len(when), bool)
    taken_back = call_surfaces(light[:, None], codes[:, None], when, votes)[:, 0]
    assert taken_back.sum() < 0.001 * hidden.sum()
    roof = slice(140, 152)
    free = (codes[:, roof] != WhyNot.NO_IMAGE) & ~hidden[:, roof]
    bright = np.log(0.47) + np.random.default_rng(0).normal(0, 0.04, free.shape)
    light[:, roof] = np.where(hidden[:, roof], light[:, roof], bright)
    codes[:, roof] = np.where(free, WhyNot.CLOUD, codes[:, roof])
    found = call_surfaces(light[:, None], codes[:, None], when, votes)[:, 0, roof]
    assert np.mean(found[free]) > 0.9
    assert not found[hidden[:, roof]].any()
