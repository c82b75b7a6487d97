"""The tables of a case: rows are added, never changed. Dialect-neutral: JSON as text, geometry as WKB."""

from siteline.store.tables.base import metadata
from siteline.store.tables.editions import brief
from siteline.store.tables.entities import (
    entity,
    entity_edge,
    entity_judgement,
    entity_name,
    entity_statement,
    entity_withdrawal,
)
from siteline.store.tables.evidence import (
    checkpoint,
    custody_event,
    derivation,
    exhibit,
    page_check,
    restriction,
    watch_finding,
)
from siteline.store.tables.scenes import fetch_try, found_scene, image_order, nudge, run, scene, survey
from siteline.store.tables.sites import event, event_name, event_version, judgement, sighting, site
from siteline.store.tables.sizes import filed_size, measurement

__all__ = (
    "brief",
    "checkpoint",
    "custody_event",
    "derivation",
    "entity",
    "entity_edge",
    "entity_judgement",
    "entity_name",
    "entity_statement",
    "entity_withdrawal",
    "event",
    "event_name",
    "event_version",
    "exhibit",
    "fetch_try",
    "filed_size",
    "found_scene",
    "image_order",
    "judgement",
    "measurement",
    "metadata",
    "nudge",
    "page_check",
    "restriction",
    "run",
    "scene",
    "sighting",
    "site",
    "survey",
    "watch_finding",
)
