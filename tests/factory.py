"""Nouns for tests: each plausible, each changed by keyword."""

from __future__ import annotations

from datetime import date
from typing import Any

from shapely.geometry import box

from siteline.model.change import ChangeEvent, Kind, Method, Observation, Stage, State
from siteline.model.dates import DateInterval, parse_acquired
from siteline.model.imagery import Look, Scene
from siteline.model.measurement import BudgetLine, Measurement
from siteline.model.place import Role, Site, Structure
from siteline.model.quantity import Quantity

CRS = "EPSG:32631"


def make_event(**changed: Any) -> ChangeEvent:
    """A new hall, detected, walls up."""
    noun = {
        "outline": box(0, 0, 60, 30),
        "crs": CRS,
        "kind": Kind.CONSTRUCTION,
        "stage": Stage.STRUCTURE,
        "method": Method.DETECTED,
        "probability": 0.9,
        "calibrated": False,
        "onset": DateInterval(date(2024, 4, 3), date(2024, 4, 19)),
        "finished": None,
        "last_without": "S1",
        "first_with": "S2",
        "observations": (Observation("S1", State.UNCHANGED), Observation("S2", State.CHANGED)),
    }
    return ChangeEvent(**{**noun, **changed})


def make_scene(scene_id: str = "S1", acquired: str = "2024-04-03", **changed: Any) -> Scene:
    """A four-band scene of 3 m."""
    noun = {
        "id": scene_id,
        "href": "",
        "acquired": parse_acquired(acquired),
        "bands": ("blue", "green", "red", "nir"),
        "shape": (100, 100),
        "crs": CRS,
        "transform": (3.0, 0.0, 500_000.0, 0.0, -3.0, 4_400_000.0),
        "gsd_m": 3.0,
        "dtype": "uint16",
        "sha256": scene_id.encode().hex().ljust(64, "0"),
    }
    return Scene(**{**noun, **changed})


def make_look(scene_id: str = "S1", acquired: str = "2024-04-03", **changed: Any) -> Look:
    """A look that was used."""
    noun = {
        "scene_id": scene_id,
        "acquired": parse_acquired(acquired),
        "usable": 1.0,
        "used": True,
        "reason": None,
        "shift_px": (0.1, -0.2),
        "residual_px": 0.05,
    }
    return Look(**{**noun, **changed})


def make_site(site_id: str = "invented", **changed: Any) -> Site:
    """A small site with a perimeter and one hall."""
    noun = {
        "id": site_id,
        "name": "Invented works",
        "structures": (
            Structure(Role.AOI, "aoi", box(3.0, 0.0, 3.01, 0.01)),
            Structure(Role.PERIMETER, "fence", box(3.002, 0.002, 3.008, 0.008), source="A. Analyst"),
            Structure(Role.BUILDING, "A-1", box(3.003, 0.003, 3.004, 0.0035), looks_like="long hall"),
        ),
    }
    return Site(**{**noun, **changed})


def make_area(value: float = 1800.0, sigma: float = 60.0) -> Measurement:
    """An area with a one-line budget."""
    return Measurement(
        what="area",
        quantity=Quantity(value, sigma, "m²"),
        budget=(BudgetLine("model floor", sigma, False),),
        method="footprint fitted to 5 looks",
        scene_ids=("S2",),
    )
