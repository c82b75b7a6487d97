"""The tables of a case: rows are added, never changed. Dialect-neutral: JSON as text, geometry as WKB."""

from siteline.store.tables.base import metadata
from siteline.store.tables.claims import (
    claim,
    entailment,
    lineage_word,
    relation_word,
    statement,
    statement_word,
)
from siteline.store.tables.drafts import draft, draft_reading, draft_word
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
from siteline.store.tables.scenes import fetch_try, found_scene, image_order, nudge, run, scene, survey
from siteline.store.tables.sites import event, event_name, event_version, judgement, sighting, site
from siteline.store.tables.sizes import filed_size, measurement

__all__ = (
    "brief",
    "checkpoint",
    "claim",
    "custody_event",
    "derivation",
    "draft",
    "draft_reading",
    "draft_word",
    "entailment",
    "event",
    "event_name",
    "event_version",
    "exhibit",
    "fetch_try",
    "filed_size",
    "found_scene",
    "image_order",
    "judgement",
    "lineage_word",
    "measurement",
    "metadata",
    "nudge",
    "page_check",
    "relation_word",
    "restriction",
    "run",
    "scene",
    "sighting",
    "site",
    "statement",
    "statement_word",
    "survey",
    "watch_finding",
)
