"""Site files: GeoJSON, KML and KMZ in, the same out. Nothing in a file is ever fetched or run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from siteline.model.errors import BadInput
from siteline.model.place import Site, Structure
from siteline.model.remark import Remark
from siteline.sites.exchange import geojson, sitekml
from siteline.sites.exchange.features import AnswerRoles, build_site, build_structure, settle_roles
from siteline.sites.exchange.intake import decode, parse_json, read_bytes, sniff
from siteline.sites.exchange.kml import unzip_kmz, zip_kmz

FORMATS = ("geojson", "kml", "kmz")


def read_site(path: Path, role: AnswerRoles | Sequence[str] | None = None) -> tuple[Site, tuple[Remark, ...]]:
    """
    The site that a file draws, checked to the last vertex, with what its author must be told.

    role: how features whose role the file does not say get one: a function that is asked once for all of
    them, or the texts of `--role` ("building" for all, "Hall 2=building" for a feature or folder, "=none" to
    leave it out). Raises BadSiteFile naming file and feature.
    """
    return parse_site(read_bytes(path), path.name, role)


def parse_site(
    data: bytes, name: str, role: AnswerRoles | Sequence[str] | None = None
) -> tuple[Site, tuple[Remark, ...]]:
    """The same, from bytes already read (taken into custody, say); `name` is how errors call them."""
    remarks: list[Remark] = []
    kind = sniff(data, name)
    if not name.lower().endswith((f".{kind}", ".json")):
        remarks.append(Remark(name, f"is read as {kind.upper()}, which it is, whatever its name says"))
    root = None
    if kind == "geojson":
        members, drafts = geojson.read_drafts(parse_json(decode(data, name), name), name, remarks)
    else:
        if kind == "kmz":
            data, others = unzip_kmz(data, name)
            if others:
                remarks.append(
                    Remark(name, f"{others} other file(s) in the KMZ (icons, images) are not kept")
                )
        root, members, drafts = sitekml.read_drafts(data, name, remarks)
    roles, told = settle_roles(drafts, role, name)
    remarks += told
    built: list[Structure | None] = [
        build_structure(draft, settled, name, remarks) if settled else None
        for draft, settled in zip(drafts, roles, strict=True)
    ]
    structures = [s for s in built if s is not None]
    if root is not None:
        members["kept"], structures = sitekml.keep_document(root, built)
    return build_site(members, structures, name, remarks), tuple(remarks)


def write_site(site: Site, format: str) -> bytes:  # noqa: A002  (the word users know)
    """The site as bytes of a GeoJSON, KML or KMZ file."""
    if format == "geojson":
        return geojson.write_geojson(site)
    if format == "kml":
        return sitekml.write_site_kml(site)
    if format == "kmz":
        return zip_kmz(sitekml.write_site_kml(site))
    raise BadInput(f"a site cannot be exported as {format[:40]!r}", f"Choose one of {', '.join(FORMATS)}.")
