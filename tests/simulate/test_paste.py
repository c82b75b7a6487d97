"""Roofs pasted into real images: exact, where they should be, and nowhere else."""

import numpy as np
import pytest
from numpy.typing import NDArray
from shapely import unary_union

from siteline.model.errors import CannotTell
from siteline.simulate.coverage import Raster, cover
from siteline.simulate.paste import paste_roofs

TRANSFORM = (5.0, 0.0, 486600.0, 0.0, -5.0, 5208700.0)
SUN = (150.0, 50.0)


@pytest.fixture(scope="module")
def images() -> list[NDArray[np.generic]]:
    """Five dates of made-up fields, R G B NIR, 8 bit, with a bright margin and a lake."""
    rng = np.random.default_rng(2)
    made: list[NDArray[np.generic]] = []
    for _ in range(5):
        image = np.array([70, 95, 72, 180]) + rng.normal(0, 3, (240, 260, 4))
        image[:8] = [165, 160, 150, 200]
        image[200:230, 30:90] = [42, 45, 50, 12]
        made.append(np.clip(image, 1, 255).astype(np.uint8))
    return made


def test_only_roofs_and_shadows_change(images: list[NDArray[np.generic]]) -> None:
    """Before `since` nothing changes; after it, only what lies within 3 pixels of a roof or its shadow."""
    pasted, roofs = paste_roofs(images, [TRANSFORM] * 5, [SUN] * 5, since=2, seed=4, count=8, burn=False)
    assert len(roofs) == 8
    assert all(np.array_equal(a, b) for a, b in zip(images[:2], pasted[:2], strict=True))
    reach = 12 * 1.3 / np.tan(np.radians(50)) + 25
    near = cover(
        unary_union([r.outline.buffer(reach) for r in roofs]), Raster(486600, 5208700, 5, (240, 260))
    )
    for before, after in zip(images[2:], pasted[2:], strict=True):
        changed = np.any(before != after, axis=2)
        assert changed.any()
        assert not (changed & (near == 0)).any()
        for roof in roofs:
            column, row = (roof.outline.centroid.x - 486600) / 5, (5208700 - roof.outline.centroid.y) / 5
            assert changed[int(row), int(column)]


def test_the_same_seed_pastes_the_same_roofs(images: list[NDArray[np.generic]]) -> None:
    """Deterministic by seed; areas and heights as asked for; far enough apart."""
    arguments = (images, [TRANSFORM] * 5, [SUN] * 5)
    first, roofs = paste_roofs(*arguments, since=3, seed=1, count=6)
    again, same = paste_roofs(*arguments, since=3, seed=1, count=6)
    assert roofs == same
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert all(400 <= roof.area_m2 <= 3000 and 5 <= roof.height_m <= 12 for roof in roofs)
    assert roofs != paste_roofs(*arguments, since=3, seed=2, count=6)[1]
    for number, roof in enumerate(roofs):
        assert all(roof.outline.distance(other.outline) > 30 for other in roofs[:number])


def test_the_word_is_burned_into_all_dates_alike(images: list[NDArray[np.generic]]) -> None:
    """The letters darken the same pixels in all images, so that no difference shows them."""
    pasted, _ = paste_roofs(images, [TRANSFORM] * 5, [SUN] * 5, since=4, seed=1, count=2)
    for image, marked in zip(images[:4], pasted[:4], strict=True):
        ratio = marked[..., 1].astype(float) / image[..., 1]
        assert 0.02 < np.mean(ratio < 0.8) < 0.3
    difference = np.abs(pasted[0].astype(float) - pasted[1]).mean()
    assert difference < 1.05 * np.abs(images[0].astype(float) - images[1]).mean()


def test_no_room_is_said(images: list[NDArray[np.generic]]) -> None:
    """More roofs than the images can hold are refused, with what to do."""
    with pytest.raises(CannotTell, match="no room") as refusal:
        paste_roofs([i[:90, :90] for i in images], [TRANSFORM] * 5, [SUN] * 5, since=2, seed=1, count=90)
    assert "fewer" in refusal.value.hint
