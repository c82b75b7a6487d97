"""Sites: begun at a coordinate, added from a file, told, exported."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from siteline.model.errors import BadInput, BadSetting, BadSiteFile
from siteline.model.place import Frame, Site
from siteline.model.remark import Remark
from siteline.sites.coordinates import Place, parse_place
from siteline.sites.exchange.features import AnswerRoles, RoleQuestion
from siteline.sites.exchange.intake import read_bytes
from siteline.sites.exchange.sites import FORMATS, parse_site, write_site
from siteline.sites.square import square_site
from siteline.workbench.case import SETTINGS_FILE, Case, make_case, open_case
from siteline.workbench.evidence.custody import note_bytes
from siteline.workbench.files import write_derived
from siteline.workbench.smart.importing import add_region, region_in

LARGEST_SIDE_M = 50_000

__all__ = [
    "RoleQuestion",
    "Started",
    "add_site",
    "describe_site",
    "export_site",
    "list_sites",
    "start_site",
    "tell_watched",
]


@dataclass(frozen=True, slots=True)
class Started:
    """A site that was begun at a coordinate."""

    site: Site
    folder: Path
    """The case, as the caller named it or below what the caller named."""

    where: str
    next_steps: tuple[str, ...]


def start_site(folder: Path, place_text: str, size: str, name: str | None) -> Started:
    """
    A square site around a coordinate, in the case at `folder`; makes a case there if there is none.

    The square is written into the case folder once, to be drawn on; a file that is there is left as it is.
    Raises BadInput if the site stands already in another form.
    """
    place = parse_place(place_text)
    side = _metres(size)
    is_new = not (folder / SETTINGS_FILE).exists()
    if is_new and folder.exists() and any(folder.iterdir()):
        folder = folder / _slug(place)
        is_new = not (folder / SETTINGS_FILE).exists()
    case = make_case(folder) if is_new else open_case(folder)
    try:
        site = square_site(place, side, name)
        drawing = folder / f"{site.id}.geojson"
        _refuse_another(case, site)
        case.register.record(site, None)
        if not drawing.exists():
            export_site(case, site.id, "geojson", drawing)
    finally:
        case.close()
    steps = (
        f"1. Draw the perimeter and buildings into {drawing} (QGIS or geojson.io), then:",
        f"   siteline site add {shlex.quote(str(drawing))}",
        "2. List your images in scenes.csv (file, acquired; if known bands, credit, licence), then:",
        f"   siteline scenes add {site.id} --manifest scenes.csv",
        "   or look in public catalogs (they learn where you look), and fetch what there is:",
        f"   siteline scenes find {site.id} --from 2024-01",
        f"   siteline scenes fetch {site.id}",
        f"3. siteline survey {site.id}",
        "4. siteline brief build",
    )
    return Started(site, folder, f"{place.lat:.5f}, {place.lon:.5f}", steps)


def _refuse_another(case: Case, site: Site) -> None:
    """A second start moves no site, and takes nobody's drawing away."""
    if site.id not in case.register.ids():
        return
    there = case.register.get(site.id)
    if there == site:
        return
    is_here = any(s.geometry.intersects(site.aoi) for s in there.structures) and there.frame is site.frame
    raise BadInput(
        f"there is a site {site.id} already, {'drawn otherwise' if is_here else 'at another place'}",
        f"A new site needs another --name. To change {site.id}, correct its drawing (siteline site export "
        f"{site.id} writes it) and add that: siteline site add FILE",
    )


def add_site(case: Case, file: Path, roles: AnswerRoles | Sequence[str]) -> tuple[Site, tuple[Remark, ...]]:
    """
    Read a site file, or a region model of IARPA SMART, keep its bytes, and record the site.

    roles: answers for features whose role the file does not say, or a function that asks.
    """
    data = read_bytes(file)
    if (region := region_in(data, file.name)) is not None:
        return add_region(case, data, file.name, *region)
    site, remarks = parse_site(data, file.name, roles)
    _refuse_labels_of_events(case, site, file.name)
    case.log.append(())
    digest = case.blobs.keep(data)
    note_bytes(case, [(digest, f"site file of {site.id}")], "site add")
    is_fresh = case.register.record(site, digest)
    if not is_fresh:
        remarks = (*remarks, Remark(site.id, "stands just so already; nothing was added"))
    return site, remarks


def _refuse_labels_of_events(case: Case, site: Site, name: str) -> None:
    """A label names one thing of a site."""
    taken = {
        e.current.event.label: e.id for e in case.events.all(site.id, every=True) if e.current.event.label
    }
    for structure in site.structures:
        if structure.label in taken:
            raise BadSiteFile(
                f"{name}: {structure.role.value} {structure.label} has the label of event "
                f"{taken[structure.label]}",
                "A label names one thing of a site: give the structure another one.",
            )


def tell_watched(site: Site) -> str:
    """Which ground a survey looks at."""
    if site.aoi is not None:
        return "the area of interest (aoi)"
    if site.frame is Frame.IMAGE:
        return "the whole frame, since no area of interest (aoi) is drawn"
    return "all that most scenes show, since no area of interest (aoi) is drawn"


def list_sites(case: Case, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Every site with how much is on record."""
    told = []
    for site_id in case.register.ids(as_of):
        site = case.register.get(site_id, as_of)
        told.append(
            {
                "id": site.id,
                "name": site.name,
                "frame": site.frame.value,
                "simulated": site.simulated,
                "scenes": len(case.scenes.all(site_id, as_of)),
                "events": len(case.events.all(site_id, as_of=as_of)),
            }
        )
    return told


def describe_site(case: Case, site_id: str, as_of: datetime | None = None) -> dict[str, Any]:
    """One site with its structures."""
    site = case.register.get(site_id, as_of)
    survey = case.surveys.newest(site_id, as_of)
    return {
        "id": site.id,
        "name": site.name,
        "names": [dict(name) for name in site.names],
        "parent": site.parent,
        "frame": site.frame.value,
        "gsd_m": site.gsd_m,
        "simulated": site.simulated,
        "watched": tell_watched(site),
        "structures": [
            {
                "role": s.role.value,
                "label": s.label,
                "name": s.name,
                "looks_like": s.looks_like,
                "source": s.source,
            }
            for s in site.structures
        ],
        "scenes": len(case.scenes.all(site_id, as_of)),
        "events": len(case.events.all(site_id, as_of=as_of)),
        "surveyed": None if survey is None else f"{sum(look.used for look in survey.looks)} looks used",
    }


def export_site(case: Case, site_id: str, format_: str, out: Path | None) -> Path:
    """Write a site file; returns where."""
    if format_ not in FORMATS:
        raise BadInput(
            f"a site cannot be exported as {format_[:40]!r}", f"Choose one of {', '.join(FORMATS)}, smart."
        )
    content = write_site(case.register.get(site_id), format_)
    return write_derived(case, out, f"{site_id}.{format_}", content)


def _metres(size: str) -> float:
    match = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*(km|m)\s*", size, re.IGNORECASE)
    if match is None:
        raise BadSetting(f"not a size: {size!r}", "Write it as 3km or 800m.")
    side = float(match[1].replace(",", ".")) * (1000 if match[2].lower() == "km" else 1)
    if not 50 <= side <= LARGEST_SIDE_M:
        raise BadInput(f"a site of {size} cannot be surveyed", "Give a side between 50 m and 50 km.")
    return side


def _slug(place: Place) -> str:
    """A folder name from a coordinate: site-39.900n-127.600e."""
    north = "n" if place.lat >= 0 else "s"
    east = "e" if place.lon >= 0 else "w"
    return f"site-{abs(place.lat):.3f}{north}-{abs(place.lon):.3f}{east}"
