"""
What SMART's published schema demands (pubgeo/IARPA-SMART, utilities/smart.schema.json), as a JSON Schema of our own.

One of its rules is left out: the originator of a proposal is one of seven teams of the programme. We are none of them, and say
who we are; its scorer does not look.
"""

from __future__ import annotations

from typing import Any

DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}"}
DAY_OR_NONE = {"oneOf": [{"type": "null"}, DAY]}
TEXT_OR_NONE = {"type": ["string", "null"]}
PHASE = "(No Activity|Site Preparation|Active Construction|Post Construction|Unknown)"
SENSOR = "(Landsat 8|Sentinel-2|WorldView|Planet)"
REGION = r"[A-Z]{2}_([RST]\d{3}|C[0-7]\d{2})"
MGRS = (
    "^(0[1-9]|[1-5][0-9]|60)[C-HJ-NP-X][A-HJ-NP-Z][A-HJ-NP-V]$"
    "|^[AB][A-CF-HJ-LP-U-Z][A-HJ-NP-Z]$|^[YZ][A-CF-HJR-UX-Z][A-HJ-NP]$"
)
SYSTEM = ["system_proposed", "system_confirmed", "system_rejected"]
ANNOTATED = [
    *["positive_annotated", "positive_partial", "positive_annotated_static", "positive_partial_static"],
    *["positive_pending", "positive_excluded", "negative", "ignore"],
]


def many(word: str) -> dict[str, Any]:
    return {"oneOf": [{"type": "null"}, {"type": "string", "pattern": f"^({word}, )*{word}$"}]}


def one_of_caches(other: str) -> dict[str, Any]:
    return {"not": {"required": ["cache", other]}}


def closed(required: list[str], properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
        **more,
    }


COMMON = {
    "version": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
    "mgrs": {"type": "string", "pattern": MGRS},
    "originator": {"type": "string"},
    "cache": {"type": "object"},
}
SITE = {
    **COMMON,
    "status": {"enum": [*SYSTEM, *ANNOTATED]},
    "start_date": DAY_OR_NONE,
    "end_date": DAY_OR_NONE,
    "model_content": {"enum": ["annotation", "proposed", "update"]},
    "score": {"type": "number", "minimum": 0, "maximum": 1},
    "validated": {"enum": ["True", "False"]},
}
STATUS_FITS = {
    "if": {"properties": {"model_content": {"const": "proposed"}}},
    "then": {"properties": {"status": {"enum": SYSTEM}}},
}
NEEDED = [
    "version",
    "mgrs",
    "originator",
    "model_content",
    "status",
    "start_date",
    "end_date",
    "type",
    "site_id",
]
RING = {
    "type": "array",
    "minItems": 4,
    "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
}
POLYGON_COORDINATES = {"type": "array", "items": RING, "minItems": 1}


def feature(properties: dict[str, Any], geometry: str) -> dict[str, Any]:
    coordinates: dict[str, Any] = POLYGON_COORDINATES
    if geometry == "MultiPolygon":
        coordinates = {"type": "array", "items": POLYGON_COORDINATES, "minItems": 1}
    return {
        "type": "object",
        "required": ["type", "properties", "geometry"],
        "properties": {
            "type": {"const": "Feature"},
            "properties": properties,
            "geometry": {
                "type": "object",
                "required": ["type", "coordinates"],
                "properties": {"type": {"const": geometry}, "coordinates": coordinates},
            },
        },
    }


REGION_FEATURE = feature(
    closed(
        ["type", "region_id", "model_content", "start_date", "end_date", "version", "mgrs", "originator"],
        {
            **COMMON,
            "type": {"const": "region"},
            "region_id": {"type": "string", "pattern": f"^{REGION}$"},
            "model_content": {"enum": ["empty", "annotation", "proposed"]},
            "start_date": DAY,
            "end_date": DAY,
            "comments": TEXT_OR_NONE,
            "performer_cache": {"type": "object"},
        },
        **one_of_caches("performer_cache"),
    ),
    "Polygon",
)
SUMMARY_FEATURE = feature(
    closed(
        NEEDED,
        {
            **SITE,
            "type": {"const": "site_summary"},
            "site_id": {"type": "string", "pattern": rf"^{REGION}_\d{{4}}$"},
            "comments": TEXT_OR_NONE,
            "annotation_cache": {"type": "object"},
        },
        **STATUS_FITS,
        **one_of_caches("annotation_cache"),
    ),
    "Polygon",
)
SITE_FEATURE = feature(
    closed(
        [*NEEDED, "region_id"],
        {
            **SITE,
            "type": {"const": "site"},
            "site_id": {"type": "string", "pattern": rf"^{REGION}_\d{{4}}$"},
            "region_id": {"type": "string", "pattern": f"^{REGION}$"},
            "misc_info": {"type": "object"},
        },
        **STATUS_FITS,
        **one_of_caches("misc_info"),
    ),
    "Polygon",
)
OBSERVATION_FEATURE = feature(
    closed(
        [
            *["type", "observation_date", "source", "sensor_name"],
            *["current_phase", "is_occluded", "is_site_boundary"],
        ],
        {
            "type": {"const": "observation"},
            "observation_date": DAY_OR_NONE,
            "source": TEXT_OR_NONE,
            "sensor_name": many(SENSOR),
            "current_phase": many(PHASE),
            "is_occluded": many("(True|False)"),
            "is_site_boundary": many("(True|False)"),
            "score": {"type": "number", "minimum": 0, "maximum": 1},
            "cache": {"type": "object"},
            "misc_info": {"type": "object"},
        },
        **one_of_caches("misc_info"),
    ),
    "MultiPolygon",
)


def model(first: dict[str, Any], others: dict[str, Any], least: int) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "features": {
                "type": "array",
                "minItems": least,
                "items": {"oneOf": [first, others]},
                "contains": first,
                "minContains": 1,
                "maxContains": 1,
            },
        },
    }


REGION_MODEL = model(REGION_FEATURE, SUMMARY_FEATURE, 1)
SITE_MODEL = model(SITE_FEATURE, OBSERVATION_FEATURE, 2)
