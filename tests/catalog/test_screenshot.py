"""Published pictures become scenes: their pixels kept, their place right, misfits refused."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from PIL import Image
from pyproj import Transformer
from scipy import ndimage

from siteline.catalog.placing import through
from siteline.catalog.screenshot import read_placed
from siteline.cube.align import align
from siteline.cube.load import CubeOptions, build_cube, plan_grid, read_native
from siteline.model.errors import BadInput
from siteline.model.imagery import Scene
from siteline.model.placing import Model
from siteline.raster.grid import centres
from tests.pictures import CRS, make_earth_site, make_frame_site, texture

SITE = make_earth_site()
MIDDLE = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(
    SITE.aoi.centroid.x,
    SITE.aoi.centroid.y,  # type: ignore[union-attr]
)
TO_EARTH = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
ROWS, COLS = 160, 200
SPOTS = np.array(
    [(10, 12), (190, 9), (185, 150), (14, 146), (100, 75), (60, 40), (150, 110), (30, 100)], float
)


def lies(degrees: float = 0.0, gsd: float = 2.0, slant: float = 0.0) -> NDArray[np.float64]:
    """From a picture of 200 x 160 pixels to the ground around the site's middle."""
    c, s = gsd * math.cos(math.radians(degrees)), gsd * math.sin(math.radians(degrees))
    turn = np.array([[c, s, MIDDLE[0]], [s, -c, MIDDLE[1]], [0, 0, 1]])
    view = np.array([[1, 0, 0], [0, 1, 0], [slant, slant / 2, 1]])
    return turn @ view @ np.array([[1, 0, -COLS / 2], [0, 1, -ROWS / 2], [0, 0, 1.0]])


@dataclass
class Published:
    """A picture of smooth ground, and points found in it."""

    folder: Path
    matrix: NDArray[np.float64]
    suffix: str = ".png"

    def picture(self, mode: str = "RGB") -> Path:
        """The picture, of light that is known everywhere on the ground."""
        x, y = np.meshgrid(np.arange(COLS) + 0.5, np.arange(ROWS) + 0.5)
        ground = through(self.matrix, np.column_stack([x.ravel(), y.ravel()])).T.reshape(2, ROWS, COLS)
        light = light_at(*ground)
        image = Image.fromarray(np.round(np.stack([light, light * 0.8, light * 0.6], -1)).astype(np.uint8))
        path = self.folder / f"article{self.suffix}"
        (image if mode == "RGB" else image.convert(mode)).save(
            path, **({"quality": 95} if path.suffix == ".jpg" else {})
        )
        return path

    def points(self, sigma: float = 0.3, seed: int = 0) -> Path:
        """Eight points as a hand finds them."""
        lon, lat = TO_EARTH.transform(*through(self.matrix, SPOTS).T)
        at = SPOTS + np.random.default_rng(seed).normal(0, sigma, SPOTS.shape)
        lines = [f"{x:.2f},{y:.2f},{a:.8f},{b:.8f}" for (x, y), a, b in zip(at, lon, lat, strict=True)]
        path = self.folder / "points.csv"
        path.write_text("\n".join(["x,y,lon,lat", *lines]))
        return path

    def read(self, model: Model | None = None, **columns: str) -> Scene:
        """As a scene."""
        scratch = self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        return read_placed(self.picture(), SITE, "2024-04-19", self.points(), model, scratch, **columns)[0]


def light_at(east: NDArray[np.float64], north: NDArray[np.float64]) -> NDArray[np.float64]:
    """The light of the ground, 0–255, smooth."""
    x, y = (east - MIDDLE[0]) / 40, (north - MIDDLE[1]) / 40
    return 120 + 50 * np.sin(x) * np.cos(y) + 30 * np.sin(2 * y + x)


@pytest.mark.parametrize(
    ("matrix", "model"),
    [(lies(), "similarity"), (lies(37), "similarity"), (lies(-20, 1.5, 9e-4), "projective")],
)
def test_what_the_cube_shows_is_the_light_of_that_ground(
    tmp_path: Path, matrix: NDArray[np.float64], model: str
) -> None:
    """North up, turned, and at a slant: after the whole road the light lies where it was, to a fraction of a pixel."""
    scene = Published(tmp_path, matrix).read()
    assert scene.placed is not None
    assert scene.placed.model == model
    grid = plan_grid((scene,), SITE)
    native = read_native(scene, SITE, grid, CubeOptions())
    assert native.attrs["fault"] is None
    cube = build_cube((native,), align((native,), SITE, grid, CubeOptions()), grid, CubeOptions()).cube
    y, x = centres(grid)
    truth = light_at(*np.meshgrid(x, y)) / 255
    seen = cube["value"].sel(band="red").values[0]
    off = np.abs(seen - truth)[3:-3, 3:-3]
    assert np.nanmean(off) < 0.02
    assert np.isfinite(seen).mean() > 0.97


def test_a_turn_leaves_every_pixel_as_it_was(tmp_path: Path) -> None:
    """Only a slant is warped; else the working copy holds the picture's own numbers, also those of a palette."""
    for mode in ("RGB", "P", "L"):
        published = Published(tmp_path, lies(25))
        scratch = tmp_path / mode
        scratch.mkdir()
        picture = published.picture(mode)
        scene, _ = read_placed(picture, SITE, "2024-04-19", published.points(), None, scratch)
        with rasterio.open(scene.href) as copy:
            numbers = copy.read()
        with Image.open(picture) as image:
            theirs = np.asarray(image.convert("L" if mode == "L" else "RGB"))
        assert np.array_equal(numbers, theirs[None] if mode == "L" else np.moveaxis(theirs, -1, 0))
        assert scene.bands == (("grey",) if mode == "L" else ("red", "green", "blue"))
        assert scene.gsd_m == pytest.approx(2.0, rel=0.01)


def test_the_same_picture_and_points_give_the_same_bytes(tmp_path: Path) -> None:
    """A working copy is derived, and can be made again."""
    for slant in (0.0, 9e-4):
        published = Published(tmp_path, lies(10, slant=slant))
        assert published.read().sha256 == published.read().sha256


def test_the_record_links_picture_points_and_copy(tmp_path: Path) -> None:
    """What was fitted to what is kept, with every residual."""
    published = Published(tmp_path, lies(5))
    scene = published.read(credit="A. Provider / The Paper")
    placed = scene.placed
    assert placed is not None
    assert {placed.original_sha256, placed.source_sha256}.isdisjoint({scene.sha256})
    assert len(placed.points) == len(SPOTS)
    assert placed.rms_px == pytest.approx(math.sqrt(np.mean([p.residual_px**2 for p in placed.points])))
    assert placed.rms_m == pytest.approx(placed.rms_px * 2.0, rel=0.02)
    assert scene.credit == "A. Provider / The Paper"


def test_what_does_not_belong_together_is_refused(tmp_path: Path) -> None:
    """A picture of another place, points outside the picture, a site of frames, a picture with a place of its own."""
    published = Published(tmp_path, lies())
    picture, points = published.picture(), published.points()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    far = Published(tmp_path, lies() + np.array([[0, 0, 9000.0], [0, 0, 0], [0, 0, 0]]))
    with pytest.raises(BadInput, match="does not show the site"):
        read_placed(picture, SITE, "2024-04", far.points(), None, scratch)
    with pytest.raises(BadInput, match="pixels of image frames"):
        read_placed(picture, make_frame_site(), "2024-04", points, None, scratch)
    tied = tmp_path / "ties.csv"
    tied.write_text("x,y,ref_x,ref_y\n1,2,3,4\n5,6,7,8\n9,1,2,3\n4,4,4,4\n")
    with pytest.raises(BadInput, match="reference scene"):
        read_placed(picture, SITE, "2024-04", tied, None, scratch)
    placed = Published(tmp_path, lies()).read()
    with pytest.raises(BadInput, match="says itself where it lies"):
        read_placed(Path(placed.href), SITE, "2024-04", points, None, scratch)
    broken = tmp_path / "broken.png"
    broken.write_bytes(picture.read_bytes()[:900])
    with pytest.raises(BadInput, match=r"broken\.png: it is truncated"):
        read_placed(broken, SITE, "2024-04", points, None, scratch)


def test_a_simulated_picture_stays_one(tmp_path: Path) -> None:
    """The mark of simulated images survives the working copy."""
    ground = (texture(ROWS, COLS) * 600).clip(0, 255).astype(np.uint8)
    picture = tmp_path / "sim.tif"
    with rasterio.open(
        picture, "w", driver="GTiff", height=ROWS, width=COLS, count=1, dtype="uint8"
    ) as image:
        image.write(ndimage.gaussian_filter(ground, 1)[None])
        image.update_tags(SITELINE_SIMULATED="1")
    points = Published(tmp_path, lies()).points()
    scene, _ = read_placed(picture, SITE, "2024-04", points, None, tmp_path)
    assert scene.simulated
