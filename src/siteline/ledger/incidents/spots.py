"""Places as reports write them: which unit is named, how well it is known, and when two are provably apart."""

from __future__ import annotations

import math
import re
import unicodedata

from siteline.model.incident import Spot

_PROVINCE = re.compile(r"^(.*\S)\s+(oblast|province|region|governorate|область|обл\.?)$", re.I)
_DISTRICT = re.compile(r"\b(raion|rayon|district|район)\b", re.I)
_SIDES = {
    "north", "south", "east", "west", "center", "centre", "north-east", "north-west", "south-east", "south-west",
    "front line",
}  # fmt: skip
_COUNTRIES = {"ukraine", "russia", "syria", "yemen", "israel", "iran", "lebanon", "sudan", "україна"}
_SEVERAL = re.compile(r"\s+and\s+|\s*;\s*|\s+та\s+", re.I)
_REMARK = re.compile(r"\s*\([^()]*\)\s*$")
RADIUS_KM = {"exact": 0.01, "vicinity": 0.1, "locality": 5.0}
"""How far a point can be off at each precision that a distance can be reckoned from."""


def read_spot(text: str, country: str = "", lat: float | None = None, lon: float | None = None) -> Spot:
    """A place from its words; what cannot be told stays unknown, and several places are no place."""
    said = " ".join(text.split())
    if not said:
        return Spot("", country, lat=lat, lon=lon, precision="country" if country else "unknown")
    bare = _REMARK.sub("", said)
    if folded(bare) in _COUNTRIES:
        return Spot(said, bare, lat=lat, lon=lon, precision="country")
    if len(_SEVERAL.split(bare)) > 1 or folded(bare) in _SIDES:
        return Spot(said, country, lat=lat, lon=lon, precision="region")
    head, _, tail = (part.strip() for part in bare.partition(","))
    province = _PROVINCE.match(head)
    if province:
        precision = "district" if _DISTRICT.search(tail) else "locality" if tail else "province"
        return Spot(said, country, folded(province[1]), tail, lat, lon, precision)
    return Spot(said, country, "", head, lat, lon, "locality")


def folded(word: str) -> str:
    """A name for comparing: no case, no marks, single spaces."""
    flat = unicodedata.normalize("NFKD", word)
    return " ".join(
        "".join(c for c in flat if not unicodedata.combining(c)).casefold().replace("'", "").split()
    )


def place_key(spot: Spot) -> str:
    """What makes two reports be of one place for an attack: the province, else the words; "" if unknown."""
    if spot.province:
        return f"{folded(spot.country)}/{folded(spot.province)}"[:200]
    return folded(spot.text or spot.country)[:200]


def kilometres(a: Spot, b: Spot) -> float | None:
    """Great-circle distance; None if either has no coordinates."""
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    p, q = math.radians(a.lat), math.radians(b.lat)
    half = (
        math.sin((q - p) / 2) ** 2
        + math.cos(p) * math.cos(q) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    )
    return 2 * 6371.0 * math.asin(min(1.0, math.sqrt(half)))
