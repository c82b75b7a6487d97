"""
Published pictures with a place: laid on the Earth by control points, or by the overlay they came in.

The picture itself is kept as it is. What is surveyed is a working copy: a GeoTIFF of the same pixels, turned by its
transform alone where a turn, a scale and a skew suffice, so that they are resampled once, when the cube is built; only a
picture seen at a slant is warped here.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import ColorInterp

from siteline.catalog.controls import Tie, read_points
from siteline.catalog.local import area_of, read_single
from siteline.catalog.placing import Fit, jacobian, place, through
from siteline.catalog.probe import MAX_WINDOW_BYTES, Header, probe_header
from siteline.model.errors import BadImage, BadInput
from siteline.model.imagery import Scene
from siteline.model.place import Frame, Site
from siteline.model.placing import Model, PlacedPoint, Placement
from siteline.model.remark import Remark
from siteline.raster.files import open_image
from siteline.raster.grid import WGS84
from siteline.raster.resample import Mapping, nearest, resample

_MOST_PIXELS = 100_000_000
_STRETCHED = 1.15
_DOUBTFUL_PX = 1.5


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's pixels, ready to be written down again."""

    numbers: NDArray[np.generic]
    """(band, y, x); a palette as its colours."""

    colours: tuple[ColorInterp, ...]
    seen: NDArray[np.bool_]
    """(y, x); False where it is transparent or nodata."""

    header: Header

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return self.header.shape


def read_placed(
    path: Path, site: Site, acquired: str, points: Path, model: Model | None, scratch: Path, **columns: str
) -> tuple[Scene, tuple[Remark, ...]]:
    """
    A scene of a published picture, laid on the Earth by control points; its working copy is written into `scratch`.

    Raises BadInput where the points are poor, and where picture and site do not belong together.
    """
    if site.frame is Frame.IMAGE:
        raise BadInput(
            f"the site {site.id} is drawn in pixels of image frames, which have no place on Earth",
            "Leave --control-points out; or draw the site in degrees and add the picture there.",
        )
    picture = read_picture(path)
    ties = read_points(points)
    placed = _grounded(ties, points.name)
    crs = utm_of(site, placed)
    east, north = pyproj.Transformer.from_crs(WGS84, crs, always_xy=True).transform(*np.transpose(placed))
    ground = np.column_stack([east, north])
    at = np.array([(tie.x, tie.y) for tie in ties])
    if not np.isfinite(ground).all():
        raise BadInput(f"{points.name}: some points lie far from the site", "Check longitude and latitude.")
    labels = [tie.label for tie in ties]
    try:
        found = place(at, ground, labels, picture.shape, model)
    except BadInput as error:
        raise BadInput(f"{path.name}: {error}", error.hint) from error
    scene, told = lay_out(
        picture,
        Placement(
            original_sha256=sha256_of(path),
            source=points.name,
            source_sha256=sha256_of(points),
            model=found.model,
            crs=crs,
            matrix=_flat(found.matrix),
            warped=found.model is Model.PROJECTIVE,
            points=tuple(
                PlacedPoint(label, float(x), float(y), float(e), float(n), float(px), float(m))
                for label, (x, y), (e, n), px, m in zip(
                    labels, at, ground, found.residual_px, found.residual_m, strict=True
                )
            ),
            rms_px=None if found.is_exact else found.rms_px,
            rms_m=None if found.is_exact else found.rms_m,
            left_out_px=found.left_out_px,
            chosen="asked for" if model else found.chosen,
        ),
        site,
        acquired,
        scratch / f"{path.stem}.tif",
        columns,
    )
    return scene, (*told, *_tell_fit(scene, found))


def lay_out(
    picture: Picture, placement: Placement, site: Site, acquired: str, copy: Path, columns: dict[str, str]
) -> tuple[Scene, tuple[Remark, ...]]:
    """
    The scene of a placed picture, and what must be told of it; its working copy is written to `copy`.

    Raises BadInput if it cannot be used at this site: somebody has just said where it lies, and one of the two is wrong.
    """
    if placement.warped:
        _write_warped(picture, placement, copy)
    else:
        a, b, c, d, e, f, *_ = placement.matrix
        _write(copy, picture.numbers, picture, placement.crs, Affine(a, b, c, d, e, f))
    scene, told = read_single(copy, site, acquired, **columns)
    if scene.fault is not None:
        raise BadInput(f"{placement.source}: {scene.id}: {scene.fault}", "Check the points, and the site.")
    return replace(scene, placed=placement), told


def read_picture(path: Path, *, placed_anyway: bool = False) -> Picture:
    """
    A picture that does not say itself where it lies.

    placed_anyway: what it says of that does not count. Raises BadInput if it does say so, or cannot be read.
    """
    if not path.is_file():
        raise BadInput(f"no such file: {path}", "Check the path.")
    try:
        header = probe_header(path)
        if header.crs is not None and not placed_anyway:
            raise BadInput(
                f"{path.name} says itself where it lies",
                "Add it without --control-points; siteline scenes nudge moves it if that is not quite right.",
            )
        rows, cols = header.shape
        if rows * cols * max(3, header.count) * np.dtype(header.dtype).itemsize > MAX_WINDOW_BYTES:
            raise BadInput(f"{path.name} is too large ({cols} x {rows} pixels)", "Cut it to the site.")
        with open_image(path) as image:
            numbers = image.read()
            seen = image.dataset_mask() >= 128
            colours = tuple(image.colorinterp)
            if header.palette:
                table = np.zeros((256, 4), np.uint8)
                for code, colour in image.colormap(1).items():
                    table[code] = colour
                coloured = np.moveaxis(table[np.asarray(numbers[0], np.uint8)], -1, 0)
                seen &= coloured[3] >= 128
                numbers, colours = coloured[:3], (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    except BadImage as error:
        raise BadInput(f"{path.name}: {error}", error.hint) from error
    return Picture(numbers, colours, seen, header)


def sha256_of(path: Path) -> str:
    """Digest of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _grounded(ties: Sequence[Tie], name: str) -> list[tuple[float, float]]:
    places = [tie.place for tie in ties if tie.place is not None]
    if len(places) < len(ties):
        raise BadInput(
            f"{name}: its points lie in a reference scene",
            "Control points need lon,lat or easting,northing,crs.",
        )
    return places


def utm_of(site: Site, places: Sequence[tuple[float, float]]) -> str:
    """The UTM zone of a site; of the places, where nothing of the site was drawn."""
    area = area_of(site)
    lon, lat = (area.centroid.x, area.centroid.y) if area is not None else np.mean(places, axis=0)
    zone = min(60, int((lon + 180) // 6) + 1)
    return f"EPSG:{32600 + zone if lat >= 0 else 32700 + zone}"


def _flat(
    matrix: NDArray[np.float64],
) -> tuple[float, float, float, float, float, float, float, float, float]:
    a, b, c, d, e, f, g, h, i = (float(v) for v in matrix.ravel())
    return a, b, c, d, e, f, g, h, i


def _write(path: Path, numbers: NDArray[np.generic], picture: Picture, crs: str, transform: Affine) -> None:
    """A GeoTIFF of these numbers (band, y, x); the same input gives the same bytes."""
    alpha = ColorInterp.alpha in picture.colours
    colours = list(picture.colours)
    if (
        not alpha
        and not picture.seen.all()
        and numbers.dtype == np.uint8
        and numbers.shape[0] == len(colours)
    ):
        numbers, colours = (
            np.concatenate([numbers, picture.seen[None] * np.uint8(255)]),
            [*colours, ColorInterp.alpha],
        )
    elif numbers.shape[0] > len(colours):
        colours.append(ColorInterp.alpha)
    count, rows, cols = numbers.shape
    coloured = [c for c in colours if c is not ColorInterp.alpha]
    rgb = coloured == [ColorInterp.red, ColorInterp.green, ColorInterp.blue]
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=cols, count=count, dtype=numbers.dtype, crs=crs,
        transform=transform, compress="deflate", tiled=True, blockxsize=256, blockysize=256,
        photometric="RGB" if rgb else "MINISBLACK", nodata=picture.header.nodata,
    ) as image:  # fmt: skip
        image.colorinterp = colours
        image.write(numbers)
        if picture.header.simulated:
            image.update_tags(SITELINE_SIMULATED="1")
        for band, name in enumerate(picture.header.descriptions[:count], start=1):
            if name:
                image.set_band_description(band, name)


def _write_warped(picture: Picture, placement: Placement, path: Path) -> None:
    """A picture seen at a slant, resampled once onto north-up pixels as fine as its own are on average."""
    matrix = np.array(placement.matrix).reshape(3, 3)
    rows, cols = picture.shape
    across, down = np.meshgrid(np.linspace(0, cols, 9), np.linspace(0, rows, 9))
    edge = through(matrix, np.column_stack([across.ravel(), down.ravel()]))
    sizes = [
        math.sqrt(abs(np.linalg.det(jacobian(matrix, x, y))))
        for x, y in zip(across.ravel(), down.ravel(), strict=True)
    ]
    pixel = float(np.median(sizes))
    (west, south), (east, north) = edge.min(axis=0), edge.max(axis=0)
    west, north = math.floor(west / pixel) * pixel, math.ceil(north / pixel) * pixel
    shape = (max(1, math.ceil((north - south) / pixel)), max(1, math.ceil((east - west) / pixel)))
    if shape[0] * shape[1] > min(_MOST_PIXELS, 16 * rows * cols):
        raise BadInput(
            f"{placement.source}: laid on the ground the picture would have {shape[1]} x {shape[0]} pixels",
            "Check the points, or cut it to the part near them.",
        )
    x, y = np.meshgrid(
        west + pixel * (np.arange(shape[1]) + 0.5), north - pixel * (np.arange(shape[0]) + 0.5)
    )
    back = through(np.linalg.inv(matrix), np.column_stack([x.ravel(), y.ravel()])).T.reshape(2, *shape)
    mapping = Mapping(shape, None, np.stack([back[1], back[0]]) - 0.5)
    seen = nearest(picture.seen.astype(np.uint8), mapping, 0) == 1
    kept = [at for at, colour in enumerate(picture.colours) if colour is not ColorInterp.alpha]
    layers = []
    for at in kept:
        light = resample(
            picture.numbers[at].astype(np.float32), None if picture.seen.all() else picture.seen, mapping
        )
        seen &= np.isfinite(light)
        layers.append(light)
    kind: np.dtype[Any] = picture.numbers.dtype
    span = np.iinfo(kind) if kind.kind in "ui" else None
    numbers = np.stack(
        [
            np.where(seen, light if span is None else np.clip(np.round(light), span.min, span.max), 0).astype(
                kind
            )
            for light in layers
        ]
    )
    opaque = (seen * (span.max if span is not None else 1)).astype(kind)
    colours = tuple(picture.colours[at] for at in kept)
    whole = replace(picture, colours=colours, seen=seen)
    _write(
        path,
        np.concatenate([numbers, opaque[None]]),
        whole,
        placement.crs,
        Affine(pixel, 0, west, 0, -pixel, north),
    )


def _tell_fit(scene: Scene, found: Fit) -> list[Remark]:
    """How well a picture lies, always; and what to be careful with."""
    placed = scene.placed
    assert placed is not None
    worst = placed.worst
    assert worst is not None
    told = []
    gsd = f", {scene.gsd_m:.2g} m a pixel" if scene.gsd_m else ""
    if found.is_exact:
        told.append(
            Remark(
                scene.id,
                f"laid on the ground by {len(placed.points)} points as {placed.model}{gsd}; so few fit exactly, and say "
                "nothing of their error",
                "Add more points.",
            )
        )
    else:
        left = (
            f"; a place between them is known to {found.left_out_px:.1f} px"
            if found.left_out_px is not None
            else ""
        )
        told.append(
            Remark(
                scene.id,
                f"laid on the ground by {len(placed.points)} points as {placed.model}, to {found.rms_px:.1f} px "
                f"({found.rms_m:.1f} m){gsd}{left}; worst is {worst.says}",
            )
        )
        if found.left_out_px is not None and found.left_out_px > 2 * max(found.rms_px, _DOUBTFUL_PX):
            told.append(
                Remark(
                    scene.id,
                    f"some of its points hang on themselves alone: left out, they are {found.left_out_px:.1f} px off",
                    "Add points, most of all near the corners.",
                )
            )
    stretch = np.linalg.svd(jacobian(found.matrix, scene.shape[1] / 2, scene.shape[0] / 2), compute_uv=False)
    if not placed.warped and stretch[0] > _STRETCHED * stretch[1]:
        told.append(
            Remark(
                scene.id,
                f"its pixels are {stretch[0] / stretch[1]:.2f} times as long one way as the other",
                "Was the screenshot stretched? Check the points.",
            )
        )
    return told
