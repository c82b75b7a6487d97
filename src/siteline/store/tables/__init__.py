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
from siteline.store.tables.incidents import (
    attack_kind,
    attack_sum,
    dataset_edition,
    day_sum,
    incident_report,
    ledger_answer,
    ledger_query,
    number_claim,
    report_judgement,
    report_signature,
    toll_sum,
)
from siteline.store.tables.scenes import fetch_try, found_scene, image_order, nudge, run, scene, survey
from siteline.store.tables.sites import event, event_name, event_version, judgement, sighting, site
from siteline.store.tables.sizes import filed_size, measurement

__all__ = (
    "attack_kind",
    "attack_sum",
    "brief",
    "checkpoint",
    "custody_event",
    "dataset_edition",
    "day_sum",
    "derivation",
    "event",
    "event_name",
    "event_version",
    "exhibit",
    "fetch_try",
    "filed_size",
    "found_scene",
    "image_order",
    "incident_report",
    "judgement",
    "ledger_answer",
    "ledger_query",
    "measurement",
    "metadata",
    "nudge",
    "number_claim",
    "page_check",
    "report_judgement",
    "report_signature",
    "restriction",
    "run",
    "scene",
    "sighting",
    "site",
    "survey",
    "toll_sum",
    "watch_finding",
)
