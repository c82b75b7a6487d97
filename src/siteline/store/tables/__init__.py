"""The tables of a case: rows are added, never changed. Dialect-neutral: JSON as text, geometry as WKB."""

from siteline.store.tables.base import metadata
from siteline.store.tables.editions import brief
from siteline.store.tables.evidence import (
    checkpoint,
    custody_event,
    derivation,
    exhibit,
    page_check,
    restriction,
    watch_finding,
)
from siteline.store.tables.proofs import frame, pair, pair_verdict, time_proof
from siteline.store.tables.scenes import fetch_try, found_scene, image_order, nudge, run, scene, survey
from siteline.store.tables.sites import event, event_name, event_version, judgement, sighting, site
from siteline.store.tables.sizes import filed_size, measurement

__all__ = (
    "brief",
    "checkpoint",
    "custody_event",
    "derivation",
    "event",
    "event_name",
    "event_version",
    "exhibit",
    "fetch_try",
    "filed_size",
    "found_scene",
    "frame",
    "image_order",
    "judgement",
    "measurement",
    "metadata",
    "nudge",
    "page_check",
    "pair",
    "pair_verdict",
    "restriction",
    "run",
    "scene",
    "sighting",
    "site",
    "survey",
    "time_proof",
    "watch_finding",
)
