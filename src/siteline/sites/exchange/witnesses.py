"""Two witnesses in interchange form: what images of light alone saw, and what radar alone saw, of one event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from siteline.model.radar import Agreement, OpticalSight, TrackSight, Witnesses


def describe_witnesses(told: Witnesses) -> dict[str, Any]:
    """As it stands in an event's properties, under `witnesses`; only where radar was searched."""
    return {
        "agreement": told.agreement.value,
        "optical": _optical(told.optical) if told.optical else None,
        "radar": {
            "onset": told.radar_onset.as_dict(),
            "began": told.began.as_dict() if told.began else None,
            "probability": None if told.radar_probability is None else round(told.radar_probability, 3),
            "tracks": [_track(track) for track in told.radar],
        }
        if told.radar_onset
        else None,
        "why_not": told.why_not,
    }


def _optical(own: OpticalSight) -> dict[str, Any]:
    return {
        "probability": round(own.probability, 3),
        "calibrated": own.calibrated,
        "onset": own.onset.as_dict(),
        "scenes": {"last_without": own.last_without, "first_with": own.first_with},
    }


def _track(track: TrackSight) -> dict[str, Any]:
    return {
        "track": track.track,
        "seen": track.seen,
        "over_threshold": round(track.exceeds, 3),
        "step_db": list(track.step_db),
        "pwtt_t": track.pwtt,
        "scenes": {"last_without": track.last_without, "first_with": track.first_with},
    }


def flatten_witnesses(told: Mapping[str, Any]) -> dict[str, object]:
    """The same in a table's cells."""
    optical, radar = told.get("optical") or {}, told.get("radar") or {}
    light, other = optical.get("onset") or {}, radar.get("onset") or {}
    return {
        "agreement": told.get("agreement"),
        "optical_probability": optical.get("probability"),
        "optical_after": light.get("after"),
        "optical_by": light.get("by"),
        "radar_probability": radar.get("probability"),
        "radar_after": other.get("after"),
        "radar_by": other.get("by"),
        "radar_seen_by": ", ".join(str(t.get("track")) for t in radar.get("tracks") or () if t.get("seen")),
        "why_not": told.get("why_not"),
    }


def check_witnesses(said: object) -> str | None:
    """What to do where witnesses do not have their form; None where they have, or are absent."""
    if said is None:
        return None
    known = ", ".join(Agreement)
    if not isinstance(said, Mapping) or said.get("agreement") not in set(Agreement):
        return f"It has agreement, one of {known}."
    for name in ("optical", "radar"):
        part = said.get(name)
        if part is None:
            continue
        if not isinstance(part, Mapping) or not _is_interval(part.get("onset")):
            return f"{name} is null, or has an onset with after and by, days as 2024-04-19."
    radar = said.get("radar")
    if isinstance(radar, Mapping) and not (
        isinstance(radar.get("tracks", []), list)
        and all(isinstance(t, Mapping) for t in radar.get("tracks", []))
    ):
        return "radar has tracks, a list of objects."
    return None


def _is_interval(said: object) -> bool:
    if not isinstance(said, Mapping) or not isinstance(said.get("by"), str):
        return False
    try:
        by = date.fromisoformat(said["by"])
        after = said.get("after")
        return after is None or date.fromisoformat(after) <= by
    except (TypeError, ValueError):
        return False
