"""Radar scenes of a site: searched as a second witness, beside the images of light and never mixed into their cube."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from siteline.change.find import Changes, Preset
from siteline.change.radar.agree import Joined, ask_about, join_witnesses
from siteline.change.radar.find import find_radar_changes
from siteline.change.radar.options import RadarOptions
from siteline.cube.radar import build_radar, plan_radar
from siteline.model.change import ChangeEvent
from siteline.model.imagery import BLIND_DAYS, Grid, Scene
from siteline.model.measurement import Measurement
from siteline.model.place import Site
from siteline.model.radar import RadarLook, RadarSurvey
from siteline.model.remark import Remark
from siteline.workbench.bench import Bench
from siteline.workbench.case import Case
from siteline.workbench.images import check_custody, resolved

NO_OUTLINE = "radar pixels do not outline what changed"


def radar_scenes(case: Case, site_id: str, until: date | None) -> tuple[Scene, ...]:
    """Radar scenes whose pixels can be read, where their bytes lie."""
    return tuple(
        resolved(case, s)
        for s in case.scenes.all(site_id)
        if s.radar is not None and s.fault is None and (until is None or s.acquired.last_day <= until)
    )


def hear_radar(
    bench: Bench, site: Site, grid: Grid, until: date | None, changes: Changes, preset: Preset
) -> tuple[Joined, RadarSurvey | None, tuple[Remark, ...]]:
    """
    What images of light found, with what radar says of it and what it sees alone; as it was where no radar scene is on record.

    grid: of the images of light, in whose CRS all outlines are.
    """
    scenes = radar_scenes(bench.case, site.id, until)
    if not scenes:
        return Joined(changes.events, changes.candidates), None, ()
    for scene in scenes:
        check_custody(bench.case, scene)
    options = RadarOptions()
    own = bench.run(plan_radar, scenes, site)
    built = bench.run(build_radar, scenes, own)
    assert own.crs is not None
    asked = ask_about(changes.candidates, own.crs)
    found = bench.run(find_radar_changes, built.cube, built.looks, asked, options)
    joined = bench.run(join_witnesses, changes.candidates, found, grid.crs, grid.area_scale, preset)
    remarks = (*built.remarks, *found.remarks)
    return joined, RadarSurvey(built.looks, found.states), remarks


def unmeasured(event: ChangeEvent) -> tuple[Measurement, ...]:
    """The sizes of what radar alone sees: none, with the reason."""
    return (Measurement("area", None, (), "radar", (event.first_with,), refused=NO_OUTLINE),)


def radar_looks(case: Case, site_id: str, as_of: datetime | None = None) -> dict[str, RadarLook]:
    """The radar looks of the newest survey, by scene."""
    survey = case.surveys.newest(site_id, as_of)
    return {look.scene_id: look for look in survey.radar.looks} if survey and survey.radar else {}


def describe_radar(case: Case, site_id: str, as_of: datetime | None = None) -> dict[str, Any] | None:
    """Radar in the calendar: how many looks of each track, and when there was none for long; None without radar scenes."""
    scenes = [s for s in case.scenes.all(site_id, as_of) if s.radar is not None]
    if not scenes:
        return None
    known = radar_looks(case, site_id, as_of)
    used = [s for s in scenes if s.id in known and known[s.id].used]
    days = sorted({s.acquired.last_day for s in used})
    tracks = Counter(s.radar.track for s in used if s.radar is not None)
    return {
        "looks": len(scenes),
        "used": len(used),
        "tracks": {name: tracks[name] for name in sorted(tracks)},
        "blind": [
            {"from": a.isoformat(), "to": b.isoformat(), "days": (b - a).days}
            for a, b in pairwise(days)
            if (b - a).days > BLIND_DAYS
        ],
    }


def describe_heard(radar: RadarSurvey) -> dict[str, Any]:
    """What a survey heard from radar, in its interchange form."""
    used = sum(look.used for look in radar.looks)
    return {
        "looks": {"used": used, "left_out": len(radar.looks) - used},
        "tracks": [
            {
                "track": state.track,
                "looks": state.looks,
                "equivalent_looks": state.equivalent_looks,
                "false_alarm_rate": state.rate,
                "threshold": state.threshold,
                "threshold_by_theory": state.by_theory,
                "quiet_share": state.quiet_share,
            }
            for state in radar.states
        ],
    }
