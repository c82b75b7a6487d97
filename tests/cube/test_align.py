"""Looks on one another: shifts against truth, and who is left out for which reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from siteline.cube.align import align
from siteline.cube.load import CubeOptions
from siteline.model.imagery import WhyNot
from tests.cube.series import Image, Series, days, ground, known_shifts, make_series, moved


def cloud(shape: tuple[int, int], share: float, seed: int) -> Image:
    """Opacity of a soft cloud that covers about this share of a picture, 0–1."""
    field = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), 12)
    edge = np.quantile(field, 1 - share)
    return np.asarray(np.clip((field - edge) / (0.25 * field.std()) + 0.5, 0, 1))


def test_shifts_are_found_and_stated_with_their_sign(tmp_path: Path) -> None:
    """Each look is moved back by what it was displaced, to 0.06 px; `shift_px` says by how much it was moved."""
    shifts = known_shifts(10)
    _, alignment = make_series(tmp_path, shifts).build()
    found = np.array([look.shift_px for look in alignment.looks])
    error = found + shifts
    error -= np.median(error, axis=0)  # the series as a whole has no true place
    assert np.hypot(*error.T).max() < 0.06
    assert all(
        look.used and look.residual_px is not None and look.residual_px < 0.2 for look in alignment.looks
    )
    assert np.median(found, axis=0) == pytest.approx([0, 0], abs=0.02)


def test_looks_come_back_in_the_order_of_the_natives(tmp_path: Path) -> None:
    """However the natives are ordered, each look, shift and mask belongs to its own."""
    series = make_series(tmp_path, known_shifts(6))
    natives, grid, _ = series.natives()
    straight = align(natives, series.site, grid, CubeOptions())
    reverse = align(natives[::-1], series.site, grid, CubeOptions())
    assert [look.scene_id for look in reverse.looks] == [n.attrs["scene"] for n in natives[::-1]]
    assert reverse.looks[::-1] == straight.looks
    assert reverse.read_at[::-1] == straight.read_at
    assert (reverse.masks["why_not"].values[::-1] == straight.masks["why_not"].values).all()


def test_a_simulated_series_may_run_past_today(tmp_path: Path) -> None:
    """Made-up looks of days to come are laid on each other and stacked like any others."""
    series = Series(tmp_path)
    for at, day in enumerate(("2924-01-05", "2924-02-05", "2924-03-05", "2924-04-05")):
        series.add(ground(), day, seed=at, tags={"SITELINE_SIMULATED": "1"})
    _, alignment = series.build()
    assert [look.used for look in alignment.looks] == [True] * 4


def test_cloudy_blank_and_hazy_looks_are_left_out_without_masks(tmp_path: Path) -> None:
    """No mask was supplied: an overcast, a hazy and a blank look are named, clear ones are used."""

    def spoil(at: int, image: Image) -> Image:
        if at == 5:
            return 0.2 * image + 0.4
        if at == 7:
            return np.full_like(image, 3.9)
        return image

    overcast = {3: 0.9 + 0.1 * cloud((110, 110), 0.5, 1)}
    _, alignment = make_series(tmp_path, known_shifts(11, size=0.2), spoil, overcast).build()
    out = {at: look.reason for at, look in enumerate(alignment.looks) if not look.used}
    assert out == {3: "cloud", 5: "cloud", 7: "no image"}
    assert all(alignment.looks[at].usable == 0 for at in out)


def test_a_partial_cloud_is_masked_and_a_new_hall_is_not(tmp_path: Path) -> None:
    """A cloud over a part of one look is masked there; a hall that appears for good is never masked."""
    opacity = cloud((110, 110), 0.12, 8)

    def change(at: int, image: Image) -> Image:
        if at >= 7:
            image[50:64, 60:80] = 0.45
        return image

    built, alignment = make_series(tmp_path, known_shifts(14, size=0.0), change, {4: opacity}).build()
    masked = built.cube["why_not"].values == WhyNot.OUTLIER
    top = round((4_400_000 - float(built.cube["y"][0])) / 3 - 0.5)
    left = round((float(built.cube["x"][0]) - 500_000) / 3 - 0.5)
    true = opacity[top : top + masked.shape[1], left : left + masked.shape[2]]
    assert masked[4][true > 0.6].mean() > 0.9
    assert masked[4][true < 0.02].mean() < 0.2
    assert masked[[*range(4), *range(5, 14)]].mean() < 0.002
    assert alignment.looks[4].used
    assert alignment.looks[4].usable < 0.85


def test_a_hall_seen_on_the_last_look_only_is_not_masked(tmp_path: Path) -> None:
    """The news itself must not be taken for a cloud."""

    def change(at: int, image: Image) -> Image:
        if at == 11:
            image[45:65, 45:70] = 0.5
        return image

    built, alignment = make_series(tmp_path, known_shifts(12, size=0.1), change).build()
    assert alignment.looks[11].used
    assert not (built.cube["why_not"].values[11] == WhyNot.OUTLIER).any()


def test_supplied_masks_count(tmp_path: Path) -> None:
    """A look whose mask leaves less than 15 % of the site is left out; one with 40 % is used, masked."""
    series, image = Series(tmp_path), ground()
    for at, day in enumerate(days(6)):
        mask = np.zeros(image.shape, np.uint8)
        mask[:, : {2: 110, 4: 60}.get(at, 0)] = 1
        series.add(image, day, seed=at, mask=mask)
    built, alignment = series.build()
    assert [look.used for look in alignment.looks] == [True, True, False, True, True, True]
    assert alignment.looks[2].reason == "cloud"
    assert alignment.looks[2].shift_px is None
    assert 0.15 < alignment.looks[4].usable < 0.6
    codes = built.cube["why_not"].values
    assert (codes[3] == WhyNot.CLOUD).mean() == pytest.approx(1 - alignment.looks[4].usable, abs=0.06)
    assert np.isfinite(built.cube["value"].values).all()  # masked pixels keep their value


def test_a_mask_moves_with_its_look(tmp_path: Path) -> None:
    """The mask of a look displaced by 4 px lies on the same ground as its pixels."""
    series, image = Series(tmp_path), ground()
    spot = np.zeros(image.shape)
    spot[50:60, 50:60] = 1
    for at, day in enumerate(days(7)):
        right = 4 if at == 3 else 0
        mask = np.roll(spot, right, axis=1).astype(np.uint8)
        series.add(moved(image, right, 0), day, seed=at, mask=mask)
    built, _ = series.build()
    bad = built.cube["why_not"].values == WhyNot.CLOUD
    assert (bad[3] == bad[2]).mean() > 0.995
    assert bad[3].sum() == 100


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_looks_are_used_as_they_are(tmp_path: Path, count: int) -> None:
    """Two or three looks are aligned to one of them; one look stays where it lies, residual unknown."""
    shifts = [(0.0, 0.0), (1.2, -0.7), (-0.5, 0.4)][:count]
    built, alignment = make_series(tmp_path, shifts).build()
    assert all(look.used for look in alignment.looks)
    assert built.cube.sizes["time"] == count
    if count == 1:
        assert alignment.looks[0].shift_px is None
        assert any("could not be aligned" in remark.text for remark in alignment.remarks)
    else:
        found = np.array([look.shift_px for look in alignment.looks])
        between = found - found[0]
        assert between == pytest.approx(-np.array(shifts), abs=0.08)


def test_a_look_of_another_place_is_left_out(tmp_path: Path) -> None:
    """Georeferenced to the site, but showing something else: not used."""

    def swap(at: int, image: Image) -> Image:
        return ground(seed=91) if at == 2 else image

    _, alignment = make_series(tmp_path, known_shifts(8, size=0.2), swap).build()
    assert [look.used for look in alignment.looks] == [True, True, False] + [True] * 5


@pytest.mark.parametrize("first", [2, 5, 7])
def test_a_dominant_change_that_stays_keeps_every_look(tmp_path: Path, first: int) -> None:
    """A dark block that outweighs all the texture of a smooth desert leaves no look out, early or late."""
    series, random = Series(tmp_path), np.random.default_rng(5)
    smooth = ndimage.gaussian_filter(random.normal(size=(110, 110)), 8)
    desert = 0.4 + 0.03 * smooth / smooth.std() + random.normal(0, 0.012, smooth.shape)
    for at, day in enumerate(days(9, step=160)):
        image = desert.copy()
        if at >= first:
            image[40:75, 30:75] = 0.06 + np.random.default_rng(1).normal(0, 0.004, (35, 45))
        series.add(image, day, seed=at)
    _, alignment = series.build()
    assert [look.reason for look in alignment.looks] == [None] * 9
    found = np.array([look.shift_px for look in alignment.looks])
    assert np.hypot(*found.T).max() < 0.15


@pytest.mark.parametrize("first", [2, 6])
def test_a_site_rebuilt_altogether_is_seen_and_clouds_still_leave(tmp_path: Path, first: int) -> None:
    """Nothing is as it was: looks of the new site speak for one another, overcast ones among them do not."""
    clouds = {at: 0.9 + 0.1 * cloud((110, 110), 0.5, at) for at in (3, 6)}

    def rebuild(at: int, image: Image) -> Image:
        return ground(seed=91) if at >= first else image

    shifts = known_shifts(10, size=0.3)
    _, alignment = make_series(tmp_path, shifts, rebuild, clouds).build()
    assert {at: look.reason for at, look in enumerate(alignment.looks) if not look.used} == {
        3: "cloud",
        6: "cloud",
    }
    for group in (range(first), range(first, 10)):
        used = [at for at in group if at not in clouds]
        error = np.array([alignment.looks[at].shift_px for at in used]) + shifts[used]
        assert np.hypot(*(error - np.median(error, axis=0)).T).max() < 0.1
    assert any(look.used and look.residual_px is None for look in alignment.looks)
    assert any("too little of the former site" in remark.text for remark in alignment.remarks)


def test_a_site_mostly_rebuilt_is_laid_on_the_ground_that_stayed(tmp_path: Path) -> None:
    """A third of the ground stays: it ties the new site to the old one, to 0.15 px."""

    def rebuild(at: int, image: Image) -> Image:
        if at >= 7:
            image[:, 36:] = ground(seed=91)[:, 36:]
        return image

    shifts = known_shifts(10)
    _, alignment = make_series(tmp_path, shifts, rebuild).build()
    assert all(look.used and look.residual_px is not None for look in alignment.looks)
    error = np.array([look.shift_px for look in alignment.looks]) + shifts
    assert np.hypot(*(np.median(error[:7], axis=0) - np.median(error[7:], axis=0))) < 0.15


def test_what_goes_again_is_left_out(tmp_path: Path) -> None:
    """Two looks in a row that are like each other, as under snow, between looks of the usual site: not used."""

    def cover(at: int, image: Image) -> Image:
        return ground(seed=91) if at in (4, 5) else image

    _, alignment = make_series(tmp_path, known_shifts(10, size=0.2), cover).build()
    assert [at for at, look in enumerate(alignment.looks) if not look.used] == [4, 5]


def test_one_cloud_seen_twice_does_not_speak_for_itself(tmp_path: Path) -> None:
    """The last two looks are of the same minute and show the same rugged cloud: both are left out."""
    series, image = Series(tmp_path), ground()
    dates = [*days(9), days(9)[-1].replace(":30:00", ":30:40")]
    for at, day in enumerate(dates):
        series.add(image if at < 8 else 0.5 + ground(seed=91), day, seed=at)
    _, alignment = series.build()
    assert [at for at, look in enumerate(alignment.looks) if not look.used] == [8, 9]


def test_two_different_clouds_do_not_support_each_other(tmp_path: Path) -> None:
    """Two rugged clouds at the end have all the contrast of ground, but nothing in common: left out."""

    def hide(at: int, image: Image) -> Image:
        return 0.3 + ground(seed=83 + at) if at >= 8 else image

    _, alignment = make_series(tmp_path, known_shifts(10, size=0.2), hide).build()
    assert [at for at, look in enumerate(alignment.looks) if not look.used] == [8, 9]


def test_flat_clouds_with_the_same_stripes_do_not_support_each_other(tmp_path: Path) -> None:
    """What two flat overcast looks share is the faint pattern of their sensor: left out."""
    stripes = np.random.default_rng(4).normal(0, 0.01, (1, 110))

    def hide(at: int, image: Image) -> Image:
        return 0.75 + np.broadcast_to(stripes, image.shape) if at >= 8 else image

    _, alignment = make_series(tmp_path, [(0.0, 0.0)] * 10, hide).build()
    assert [at for at, look in enumerate(alignment.looks) if not look.used] == [8, 9]


def test_haze_twice_is_haze(tmp_path: Path) -> None:
    """Two hazy looks at the end are like each other, but no more than they are like the site: left out."""

    def veil(at: int, image: Image) -> Image:
        return 0.3 * image + 0.3 if at >= 8 else image

    _, alignment = make_series(tmp_path, known_shifts(10, size=0.2), veil).build()
    assert [at for at, look in enumerate(alignment.looks) if not look.used] == [8, 9]


def test_too_far_is_misregistered(tmp_path: Path) -> None:
    """A look that would have to move further than can be trusted is not moved, and not used."""
    series = make_series(tmp_path, [(0, 0)] * 4 + [(6.0, 0.0)] + [(0, 0)] * 3)
    options = CubeOptions(max_shift_px=3.0)
    _, alignment = series.build(options)
    assert not alignment.looks[4].used
    assert sum(look.used for look in alignment.looks) == 7


def test_a_broken_native_is_left_out_with_its_reason(tmp_path: Path) -> None:
    """A file that breaks between record and survey costs one look, not the survey."""
    series = make_series(tmp_path, known_shifts(5))
    natives, grid, scenes = series.natives()
    from siteline.cube.load import read_native

    path = Path(scenes[2].href)
    path.write_bytes(path.read_bytes()[:4000])
    broken = read_native(scenes[2], series.site, grid, CubeOptions())
    alignment = align((*natives[:2], broken, *natives[3:]), series.site, grid, CubeOptions())
    assert not alignment.looks[2].used
    assert "broken" in (alignment.looks[2].reason or "")
    assert any(remark.subject == "S02" for remark in alignment.remarks)
    gone = read_native(replace(scenes[2], href=str(tmp_path / "gone")), series.site, grid, CubeOptions())
    assert gone.attrs["fault"] is not None


def test_other_bands_are_left_out(tmp_path: Path) -> None:
    """One scene without near infrared among seven with it cannot stand in their series."""
    series = make_series(tmp_path, known_shifts(7))
    natives, grid, _ = series.natives()
    poor = natives[1].isel(band=[0, 1, 2])
    alignment = align((natives[0], poor, *natives[2:]), series.site, grid, CubeOptions())
    assert alignment.looks[1].reason == "no band nir, as most looks have"
