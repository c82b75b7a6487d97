"""The brief: one self-contained page that says what changed, how we know, and what could not be seen."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import xarray as xr
from markupsafe import Markup

from siteline.model.change import ChangeEvent, Judgement, Kind, Status
from siteline.model.dates import say_day, say_span
from siteline.model.finding import Comparison, Finding, SiteFindings
from siteline.model.imagery import Look, Scene, blind_times, longest_gap
from siteline.model.place import Role, Site, Structure, Zone
from siteline.model.survey import Survey
from siteline.raster.grid import metres_per_pixel
from siteline.report import locator, timeline
from siteline.report.days import say_acquired, say_short
from siteline.report.figure import Figure, Scenery, set_scenery
from siteline.report.filmstrip import draw_frames
from siteline.report.frame import embedded, environment, language_of, running_head, template_text
from siteline.report.pair import PAIR_NOTE, draw_latest, draw_pair
from siteline.report.rights import credit_of, licence_of, use_of
from siteline.report.rules import Stamp, missing_rights, refuse_mixture, stamps_of
from siteline.report.signs import sign_alone


@dataclass(frozen=True, slots=True)
class JudgedEvent:
    """One change event with what people said of it."""

    id: str
    version: int
    event: ChangeEvent
    judgements: tuple[Judgement, ...] = ()
    """Oldest first."""

    needs_review: bool = False
    """Whether it changed materially after it was judged."""


@dataclass(frozen=True)
class SiteSection:
    """All that the brief says of one site, and the images it rests on."""

    site: Site
    survey: Survey
    cube: xr.Dataset
    """As `model.imagery` says; only the windows that are shown are read."""

    scenes: tuple[Scene, ...]
    findings: SiteFindings
    events: tuple[JudgedEvent, ...]
    """At least those that the findings speak of."""

    rejected: int = 0
    """How many proposed findings a person has rejected."""

    @property
    def shown(self) -> tuple[Finding, ...]:
        """Findings to print: all that nobody has rejected."""
        return tuple(f for f in self.findings.findings if f.status is not Status.REJECTED)

    @property
    def used(self) -> tuple[Scene, ...]:
        """Scenes that the survey used, in time order."""
        used = {look.scene_id for look in self.survey.looks if look.used}
        ordered = sorted(self.scenes, key=lambda scene: (scene.acquired.middle, scene.id))
        return tuple(scene for scene in ordered if scene.id in used)


@dataclass(frozen=True)
class BriefMaterial:
    """All that a brief is made from."""

    title: str
    sites: tuple[SiteSection, ...]
    built_at: datetime
    """Printed as the day of the brief; UTC."""

    version: str
    """Of Siteline."""

    language: str = "en"


@dataclass(frozen=True, slots=True)
class Detail:
    """How large and how many the pictures are, so that a page of many findings stays light."""

    pair_px: int
    frame_px: int
    frames: int
    quality: int


def build_page(material: BriefMaterial) -> str:
    """
    The whole brief as one HTML file: nothing is fetched, no script runs, the same input gives the same bytes.

    Raises BadInput where simulated images would stand beside real ones.
    """
    refuse_mixture((section.site.simulated, section.scenes) for section in material.sites)
    stamps = brief_stamps(material)
    detail = _choose_detail(sum(len(section.shown) for section in material.sites))
    css = Markup(template_text("page.css") + running_head(stamps))  # noqa: S704  our own file and words
    pages = environment()
    return pages.get_template("page.html.j2").render(
        title=material.title,
        language=language_of(material.language) or "en",
        css=css,
        style_hash=base64.b64encode(hashlib.sha256(str(css).encode()).digest()).decode(),
        stamps=stamps,
        is_simulated=Stamp.SIMULATED in stamps,
        is_draft=Stamp.NOT_REVIEWED in stamps,
        rights=[stamp for stamp in stamps if stamp in (Stamp.RIGHTS_UNKNOWN, Stamp.RIGHTS_REFUSED)],
        findings=sum(len(section.shown) for section in material.sites),
        unreviewed=sum(not f.is_reviewed for f in _judged(material)),
        rejected=sum(section.rejected for section in material.sites),
        built=say_day(material.built_at.date()),
        version=material.version,
        sections=[
            _tell_site(section, f"s{n}", stamps, detail, _pictures_left(material, n - 1))
            for n, section in enumerate(material.sites, 1)
        ],
        is_any_calibrated=any(e.event.calibrated for section in material.sites for e in section.events),
        pair_note=PAIR_NOTE,
        rights_missing=sorted(
            {gap for section in material.sites for scene in section.used for gap in missing_rights(scene)}
        ),
    )


def brief_stamps(material: BriefMaterial) -> tuple[Stamp, ...]:
    """What the whole brief must be stamped with."""
    scenes = [scene for section in material.sites for scene in section.used]
    simulated = any(section.site.simulated for section in material.sites)
    nobody = any(not section.shown and not section.rejected for section in material.sites)
    return stamps_of(_judged(material), scenes, simulated, nobody)


def is_draft(material: BriefMaterial) -> bool:
    """Whether a finding, or the absence of any, was not accepted by a person, or has changed since."""
    return Stamp.NOT_REVIEWED in brief_stamps(material)


def scenery_of(section: SiteSection, stamps: tuple[Stamp, ...]) -> Scenery:
    """What the pictures of a site share, for figures made one by one."""
    return set_scenery(
        section.site, section.survey.grid, section.cube, section.survey.looks, section.scenes, stamps
    )


def _judged(material: BriefMaterial) -> list[Finding]:
    """All findings shown; one that changed after it was accepted counts as not reviewed."""
    told = []
    for section in material.sites:
        stale = {event.id for event in section.events if event.needs_review}
        told += [replace(f, status=Status.PROPOSED) if f.event_id in stale else f for f in section.shown]
    return told


def _choose_detail(findings: int) -> Detail:
    if findings <= 12:
        return Detail(720, 300, 8, 80)
    if findings <= 30:
        return Detail(520, 180, 6, 76)
    if findings <= 80:
        return Detail(380, 130, 4, 68)
    return Detail(300, 0, 0, 62)


_MOST_PICTURED = 120
"""Beyond so many findings a page would be too heavy: the rest are told without pictures."""


def _pictures_left(material: BriefMaterial, sites: int) -> int:
    """How many findings may still be pictured after the first `sites` sites."""
    return max(0, _MOST_PICTURED - sum(len(section.shown) for section in material.sites[:sites]))


def _tell_site(
    section: SiteSection, name: str, stamps: tuple[Stamp, ...], detail: Detail, pictured: int
) -> dict[str, Any]:
    """What the template prints of one site; its first `pictured` findings get pictures."""
    scenery = scenery_of(section, stamps)
    events = {judged.id: judged for judged in section.events}
    numbered = [(str(n), finding, events.get(finding.event_id)) for n, finding in enumerate(section.shown, 1)]
    placed = [
        locator.Placed(n, f.kind, judged.event.outline, _what(f)) for n, f, judged in numbered if judged
    ]
    lanes = [
        timeline.Lane(n, " ".join(filter(None, [f.label, _what(f)])), judged.event, f.onset)
        for n, f, judged in numbered
        if judged
    ]
    backdrop = locator.paint_backdrop(scenery, placed)
    looks = scenery.looks
    used = [look for look in looks if look.used]
    longest = longest_gap(looks)
    return {
        "id": name,
        "site": section.site,
        "names": [
            (n.get("text", ""), language_of(n.get("lang", ""))) for n in section.site.names if n.get("text")
        ],
        "summary": section.findings.summary,
        "seeing": section.findings.seeing,
        "backdrop": backdrop and embedded(backdrop.figure),
        "map_wide": locator.draw_map(
            scenery, placed, backdrop, width=locator.WIDE, name=f"{name}-map-wide", with_picture=False
        ),
        "map_narrow": locator.draw_map(
            scenery, placed, backdrop, width=locator.NARROW, name=f"{name}-map-narrow", with_picture=False
        ),
        "perimeter": locator.say_perimeter(scenery),
        "has_scale": metres_per_pixel(scenery.grid) is not None,
        "has_north": scenery.north is not None,
        "structures": [_tell_structure(s) for s in section.site.structures if s.role in _LISTED],
        "legend": [
            (sign_alone(kind), ", ".join(words))
            for kind in Kind
            if (words := dict.fromkeys(_what(f) for f in section.shown if f.kind is kind))
        ],
        "timeline_wide": timeline.draw_timeline(looks, lanes, stamps, name=f"{name}-time-wide"),
        "timeline_narrow": timeline.draw_upright_timeline(looks, lanes, stamps, name=f"{name}-time-narrow"),
        "entries": [
            _tell_entry(scenery, n, finding, judged, f"{name}-{n}", detail if int(n) <= pictured else None)
            for n, finding, judged in numbered
        ],
        "rejected": len(section.findings.findings) - len(section.shown),
        "comparisons": [_tell_comparison(c) for c in section.findings.comparisons],
        "looks_used": len(used),
        "looks_all": len(looks),
        "period": _say_period(used),
        "smallest": section.findings.smallest or "not known",
        "longest": longest
        and {"span": say_span(longest.days), "from": say_day(longest.last), "to": say_day(longest.next)},
        "has_gaps": bool(blind_times(looks)),
        "left_out": _left_out(section.survey.looks, section.scenes),
        "remarks": [(r.subject, r.text, r.remedy) for r in section.survey.remarks],
        "scenes": [_tell_scene(scene) for scene in section.used],
        "one_licence": len({(s.credit, s.licence, s.use, s.publish_max_px) for s in section.used}) == 1,
        "credit": credit_of(section.used),
        "licence": licence_of(section.used),
        "rights_missing": sorted({gap for scene in section.used for gap in missing_rights(scene)}),
        "survey": section.survey,
        "grid": _say_grid(section.survey),
        "recipes": sorted(section.survey.recipes.items()),
    }


_LISTED = (Role.BUILDING, Role.ZONE, Role.GATE, Role.POINT)

_WHERE = {
    Zone.INSIDE: "inside",
    Zone.OUTSIDE: "outside",
    Zone.STRADDLES: "on the line",
    None: "",
}


def _what(finding: Finding) -> str:
    return finding.what or finding.kind.words


def _tell_entry(
    scenery: Scenery,
    number: str,
    finding: Finding,
    judged: JudgedEvent | None,
    anchor: str,
    detail: Detail | None,
) -> dict[str, Any]:
    event = judged.event if judged else None
    before: Figure | None = None
    after: Figure | None = None
    latest: Figure | None = None
    frames: tuple[Figure, ...] = ()
    if event is not None and detail is not None:
        wide, three = detail.pair_px, detail.pair_px * 3 // 4
        latest = draw_latest(scenery, finding, event, number=int(number), width=three, quality=detail.quality)
        before, after = draw_pair(
            scenery,
            finding,
            event,
            number=int(number),
            width=three if latest else wide,
            quality=detail.quality,
        )
        if detail.frames:
            frames = draw_frames(
                scenery,
                finding,
                event,
                number=int(number),
                count=detail.frames,
                width=detail.frame_px,
                quality=detail.quality,
            )
    scene_ids = [s for figure in (before, after, latest, *frames) if figure for s in figure.scene_ids]
    credited = [scenery.scenes[s] for s in dict.fromkeys(scene_ids) if s in scenery.scenes]
    facts = {fact.name: fact.text for fact in finding.facts}
    review, state = _say_review(finding, judged)
    return {
        "anchor": anchor,
        "number": number,
        "sign": sign_alone(finding.kind, number, 13),
        "small_sign": sign_alone(finding.kind, number, 10),
        "finding": finding,
        "what": _what(finding),
        "where": _WHERE[finding.zone],
        "size": facts.get("Area", ""),
        "review": review,
        "state": state,
        "before": before and embedded(before),
        "after": after and embedded(after),
        "latest": latest and embedded(latest),
        "has_before": finding.last_without is not None,
        "frames": [embedded(frame) for frame in frames],
        "pictured": detail is not None,
        "credit": credit_of(credited) if credited else "",
        "licence": licence_of(credited) if credited else "",
        "use": use_of(credited) if credited else "",
        "remarks": finding.remarks,
        "judgements": [
            (_STATUS[j.status], j.who, say_day(j.when.date()), j.why, j.version)
            for j in (judged.judgements if judged else ())
        ],
    }


_STATUS = {
    Status.PROPOSED: "proposed",
    Status.ACCEPTED: "accepted",
    Status.REJECTED: "rejected",
    Status.UNSURE: "unsure",
}


def _say_review(finding: Finding, judged: JudgedEvent | None) -> tuple[str, str]:
    """(sentence, state) of who stands behind a finding; state is "open", "unsure" or "accepted"."""
    last = judged.judgements[-1] if judged and judged.judgements else None
    if judged and judged.needs_review and last:
        return f"Changed since {last.who} judged it on {say_day(last.when.date())}: needs review.", "open"
    if finding.status is Status.ACCEPTED:
        by = f" by {last.who} on {say_day(last.when.date())}: {last.why}" if last else ""
        return f"Accepted{by}".rstrip(".") + ".", "accepted"
    if finding.status is Status.UNSURE:
        by = f" by {last.who} on {say_day(last.when.date())}: {last.why}" if last else ""
        return f"Judged unsure{by}".rstrip(".") + ".", "unsure"
    return "Not reviewed: no person has accepted it yet.", "open"


def _tell_structure(structure: Structure) -> dict[str, str]:
    function = structure.function
    judged = (
        f"{function.qualifier} {function.text} (judged by {function.who}; basis: {function.basis})"
        if function
        else ""
    )
    said = "; ".join(part for part in (structure.name, structure.looks_like, judged) if part)
    return {"label": structure.label, "said": said, "source": structure.source}


def _tell_comparison(comparison: Comparison) -> dict[str, Any]:
    ratio = comparison.ratio
    percent = [100 * v for v in (ratio.quantity.value, ratio.quantity.low95, ratio.quantity.high95)]
    top = max(110.0, percent[2] * 1.1)
    return {
        "comparison": comparison,
        "percent": "{:.0f} % (95 %: {:.0f}–{:.0f} %)".format(*percent),
        "supported": ratio.supported[1:],
        "not_supported": ratio.not_supported,
        "bars": (percent[0] / top * 100, percent[1] / top * 100, percent[2] / top * 100, 100 / top * 100),
    }


def _tell_scene(scene: Scene) -> dict[str, Any]:
    return {
        "id": scene.id,
        "day": _say_taken(scene),
        "sensor": ", ".join(
            filter(None, [scene.sensor, f"{scene.gsd_m:.3g} m" if scene.gsd_m else "", _say_placed(scene)])
        )
        or "not stated",
        "credit": credit_of([scene]),
        "licence": licence_of([scene]),
        "use": use_of([scene]),
        "sha256": scene.sha256,
    }


def _say_taken(scene: Scene) -> str:
    """When it was taken; that it is a mosaic, and when it was published, are said apart."""
    said = say_acquired(scene.acquired, short=True)
    if scene.mosaic is not None:
        said = f"mosaic, {said}"
    return f"{said} (published {say_short(scene.published)})" if scene.published else said


def _say_placed(scene: Scene) -> str:
    """How a published picture was laid on the ground; "" for a scene that says so itself."""
    placed = scene.placed
    if placed is None:
        return ""
    if not placed.points:
        return "placed by its overlay"
    error = f" to {placed.rms_m:.1f} m" if placed.rms_m is not None else ", error unknown"
    return f"placed by {len(placed.points)} control points{error}"


def _left_out(looks: tuple[Look, ...], scenes: tuple[Scene, ...]) -> list[dict[str, Any]]:
    """Looks that were not used, by reason, the most frequent first."""
    reasons: dict[str, list[str]] = {}
    for look in sorted(looks, key=lambda look: (look.acquired.middle, look.scene_id)):
        if not look.used:
            reasons.setdefault(look.reason or "reason not recorded", []).append(
                say_acquired(look.acquired, short=True)
            )
    known = {look.scene_id for look in looks}
    for scene in sorted(scenes, key=lambda scene: (scene.acquired.middle, scene.id)):
        if scene.fault is not None and scene.id not in known:
            reasons.setdefault(scene.fault, []).append(say_acquired(scene.acquired, short=True))
    ordered = sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))
    return [{"reason": reason, "count": len(days), "days": ", ".join(days)} for reason, days in ordered]


def _say_period(used: list[Look]) -> str:
    if not used:
        return "no usable image"
    return f"{say_day(used[0].acquired.first_day)} – {say_day(used[-1].acquired.last_day)}"


def _say_grid(survey: Survey) -> str:
    grid = survey.grid
    size = f"{grid.shape[1]} × {grid.shape[0]} pixels"
    if grid.crs is None:
        return f"{size}, image frame without georeference" + (
            f", {grid.gsd_m:g} m each" if grid.gsd_m else ""
        )
    return f"{size}" + (f" of {grid.gsd_m:g} m" if grid.gsd_m else "") + f", {grid.crs}"
