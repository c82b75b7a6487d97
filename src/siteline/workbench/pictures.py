"""Published pictures: laid on the ground by control points, or by the KML that they came in; both taken into custody."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from siteline.model.errors import BadInput, BadManifest
from siteline.model.imagery import Scene
from siteline.model.place import Frame, Site
from siteline.model.placing import Model, Placement
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.images import Added, list_scenes, take_in
from siteline.workbench.nudging import add_nudges

_MOST_PICTURE = 256 * 2**20
_MOST_KMZ = 512 * 2**20


def add_placed(
    case: Case,
    site_id: str,
    file: Path,
    acquired: str,
    points: Path,
    model: str | None,
    columns: dict[str, str],
) -> Added:
    """Take a published picture into custody with the control points that lay it on the ground, or refuse both."""
    from siteline.catalog.screenshot import read_placed

    site = case.register.get(site_id)
    chosen = _model(model)
    with tempfile.TemporaryDirectory(prefix="siteline-") as scratch:
        scene, remarks = read_placed(file, site, acquired, points, chosen, Path(scratch), **columns)
        _keep_as_read(case, file, scene.placed.original_sha256 if scene.placed else "")
        _keep_as_read(case, points, scene.placed.source_sha256 if scene.placed else "")
        return take_in(case, site, (scene,), remarks)


def _keep_as_read(case: Case, file: Path, sha256: str) -> None:
    if case.blobs.keep_file(file) != sha256:
        raise BadInput(f"{file.name} changed while it was read", "Let it come to rest, then add it again.")


def _model(said: str | None) -> Model | None:
    if said is None:
        return None
    if said not in set(Model):
        raise BadInput(
            f"no model {said!r}",
            f"There are: {', '.join(Model)}; without --model it is chosen by the points.",
        )
    return Model(said)


def add_overlays(
    case: Case, site_id: str, file: Path, acquired: str | None, columns: dict[str, str]
) -> Added:
    """
    Take the ground overlays of a KMZ or KML into custody, each as a scene, with the file itself.

    Raises BadInput or BadSiteFile; nothing is recorded unless all of them can be.
    """
    from siteline.catalog.overlays import ids_of, read_overlays
    from siteline.sites.exchange.kml import parse_kml, unzip_kmz

    site = case.register.get(site_id)
    if site.frame is Frame.IMAGE:
        raise BadInput(
            f"the site {site.id} is drawn in pixels of image frames, which have no place on Earth",
            "Draw the site in degrees and add the overlay there.",
        )
    data = _read(file)
    zipped = data[:4] == b"PK\x03\x04"
    document = unzip_kmz(data, file.name)[0] if zipped else data
    overlays = read_overlays(parse_kml(document, file.name), file.name)
    if "id" in columns and len(overlays) > 1:
        raise BadInput(
            f"{file.name} holds {len(overlays)} overlays, and one id was given", "Leave the id out."
        )
    scenes: list[Scene] = []
    remarks: list[Remark] = []
    with tempfile.TemporaryDirectory(prefix="siteline-") as scratch:
        source_sha256 = case.blobs.keep(data)
        for number, (overlay, scene_id) in enumerate(zip(overlays, ids_of(overlays, file.stem), strict=True)):
            taken, told = _when(f"{file.name}, {overlay.name}", overlay.acquired, acquired, columns)
            picture = Path(scratch) / f"{number}{Path(overlay.picture).suffix[:8]}"
            if zipped:
                from siteline.sites.exchange.kml import unzip_entry

                picture.write_bytes(unzip_entry(data, file.name, overlay.picture, _MOST_PICTURE))
            else:
                picture = _beside(file, overlay.picture)
            scene, more = _lay(
                case, site, file.name, overlay, picture, source_sha256, taken,
                Path(scratch) / f"{number}.working.tif", {"id": scene_id, **columns},
            )  # fmt: skip
            scenes.append(scene)
            remarks += [*told, *more]
        return take_in(case, site, scenes, tuple(dict.fromkeys(remarks)))


def _lay(
    case: Case,
    site: Site,
    name: str,
    overlay: Any,
    picture: Path,
    source_sha256: str,
    acquired: str,
    copy: Path,
    columns: dict[str, str],
) -> tuple[Scene, tuple[Remark, ...]]:
    from siteline.catalog.overlays import place_overlay
    from siteline.catalog.screenshot import lay_out, read_picture

    try:
        pixels = read_picture(picture, placed_anyway=True)
    except BadInput as error:
        said = str(error).removeprefix(picture.name).removeprefix(":").strip()
        raise BadInput(f"{name}, {overlay.name}: its picture: {said}", error.hint) from error
    original = case.blobs.keep_file(picture)
    placement: Placement = place_overlay(overlay, pixels.shape, site, original, name, source_sha256)
    return lay_out(pixels, placement, site, acquired, copy, columns)


def _when(
    name: str, said_by_file: str, said: str | None, columns: dict[str, str]
) -> tuple[str, list[Remark]]:
    """When an overlay was taken: what the user says counts; else what its author says, and that is told."""
    if said or "mosaic_from" in columns:
        if said and said_by_file and said_by_file != said:
            return said, [
                Remark(name, f"the file says {said_by_file}; taken as {said}, because --acquired says so")
            ]
        return said or "", []
    if not said_by_file:
        raise BadManifest(
            f"{name}, column acquired: empty, and the file gives no time",
            "Say --acquired 2024-04-19 (or 2024-04).",
        )
    return said_by_file, [
        Remark(
            name,
            f"dated {said_by_file}, as the author of the file says",
            "Check that this is the day of the image, not of the drawing; else say --acquired.",
        )
    ]


def _read(file: Path) -> bytes:
    if not file.is_file():
        raise BadInput(f"no such file: {file}", "Check the path.")
    if file.stat().st_size > _MOST_KMZ:
        raise BadInput(
            f"{file.name} is larger than {_MOST_KMZ // 2**20} MiB", "Export the overlay as GeoTIFF."
        )
    return file.read_bytes()


def _beside(file: Path, picture: str) -> Path:
    """The picture of a plain KML: beside or below it."""
    folder = file.resolve().parent
    found = (folder / picture).resolve()
    if not found.is_relative_to(folder) or not found.is_file():
        raise BadInput(
            f"{file.name}: no picture {picture!r} beside it",
            "Save the overlay as KMZ, with its picture inside.",
        )
    return found


def list_all(case: Case, site_id: str, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Each scene with how the newest survey used it, when it was published, how it was placed and nudged."""
    listed = list_scenes(case, site_id, as_of)
    scenes = {scene.id: scene for scene in case.scenes.all(site_id, as_of)}
    for row in listed:
        scene = scenes.get(row["id"])
        row["published"] = scene.published.isoformat() if scene and scene.published else None
        row["mosaic"] = [day.isoformat() for day in scene.mosaic] if scene and scene.mosaic else None
        row["placed"] = tell_placement(scene.placed) if scene and scene.placed else None
    add_nudges(case, site_id, listed, as_of)
    return listed


def tell_placement(placed: Placement) -> dict[str, Any]:
    """Interchange form."""
    worst = placed.worst
    return {
        "model": placed.model.value,
        "chosen": placed.chosen,
        "crs": placed.crs,
        "matrix": list(placed.matrix),
        "warped": placed.warped,
        "source": placed.source,
        "source_sha256": placed.source_sha256,
        "original_sha256": placed.original_sha256,
        "rms_px": _rounded(placed.rms_px),
        "rms_m": _rounded(placed.rms_m),
        "left_out_px": _rounded(placed.left_out_px),
        "worst": worst.label if worst else None,
        "points": [
            {
                "label": point.label,
                "x": point.x,
                "y": point.y,
                "residual_px": _rounded(point.residual_px),
                "residual_m": _rounded(point.residual_m),
            }
            for point in placed.points
        ],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def say_placement(placed: dict[str, Any]) -> str:
    """How a picture lies, in a few words that name the worst point."""
    if not placed["points"]:
        return f"placed by {placed['source']}"
    worst = next(p for p in placed["points"] if p["label"] == placed["worst"])
    if placed["rms_px"] is None:
        return f"placed by {len(placed['points'])} points ({placed['model']}, exact: error unknown)"
    return (
        f"placed by {len(placed['points'])} points ({placed['model']}, {placed['rms_px']:.1f} px; "
        f"worst {worst['label']}, {worst['residual_px']:.1f} px)"
    )
