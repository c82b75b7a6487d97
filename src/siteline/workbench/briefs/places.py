"""Events, sizes and surveys as a brief cites them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from siteline.claims.weighing.pixels import Origin
from siteline.findings.wording import say_found
from siteline.model.change import ChangeEvent, Status
from siteline.model.edition import Carried, Citation, CitedEvent, CitedSize, CitedSurvey, Step, Support
from siteline.model.imagery import Scene, longest_gap
from siteline.model.interval import Period
from siteline.model.measurement import Measurement
from siteline.model.quantity import Quantity
from siteline.report.gate.numbers import BOUND
from siteline.report.rights import use_of
from siteline.report.rules import missing_rights
from siteline.sites.events.life import WatchedEvent
from siteline.sites.filed import FiledRow
from siteline.workbench.briefs.around import Around
from siteline.workbench.claims.pixels.stale import why_stale

_MAY_SHOW = ("publish", "publish_max_px")


def cited_event(around: Around, citation: Citation) -> Support | None:
    """An event by its id, the start of it, or its label where only one bears it."""
    watched = _one_event(around, citation.ref)
    if watched is None:
        return None
    event, site = watched.current.event, around.sites[watched.site_id]
    scenes = {scene.id: scene for scene in around.case.scenes.all(site.id, around.as_of)}
    ends = [scenes.get(event.last_without or ""), scenes.get(event.first_with)]
    shown = [scene for scene in ends if scene is not None]
    sizes = around.case.measurements.of(site.id, watched.id, watched.current.number, around.as_of)
    name, by = event.label or watched.id, event.proposer
    told = f", {say_found(event, watched.status)}" if by is not None else ""
    asked = (by.sha256, by.card_sha256) if by is not None else ()
    return CitedEvent(
        cites=citation,
        title=f"{name}: {event.kind.words}{told}",
        broken=around.fixity.faults((*(scene.sha256 for scene in shown), *asked)),
        stale=tuple(_what_became_of(watched)),
        numbers=tuple(number for size in sizes.values() for number in _measured(size)),
        rights=tuple(rights_against(shown)),
        is_simulated=site.simulated or any(scene.simulated for scene in shown),
        is_picture=True,
        trace=tuple(_event_trace(around, watched, shown, sizes.values())),
        event_id=watched.id,
        version=watched.current.number,
        is_accepted=watched.status is Status.ACCEPTED,
        needs_review=watched.needs_review,
        onset=event.onset,
        bracket=(_days(ends[0]), _days(ends[1])),
        later=tuple(span for span in (event.finished,) if span is not None),
    )


def cited_size(around: Around, citation: Citation) -> Support | None:
    """A filed size by its id or the start of it."""
    fitting = [row for name, row in around.sizes.items() if name.startswith(citation.ref)]
    if len(fitting) != 1:
        return None
    [row] = fitting
    filed = row.filed
    quantity = filed.ratio.quantity if filed.ratio else filed.size.quantity if filed.size else None
    scenes = {scene.id: scene for scene in around.case.scenes.all(filed.site_id, around.as_of)}
    shown = [scenes[name] for name, _ in filed.scenes if name in scenes]
    broken = around.fixity.faults((*row.files, *(sha256 for _, sha256 in filed.scenes)))
    moved = [name for name, sha256 in filed.scenes if name in scenes and scenes[name].sha256 != sha256]
    return CitedSize(
        cites=citation,
        title=filed.name,
        broken=broken + ((row.problem,) if row.problem else ()),
        stale=tuple(f"image {name} was replaced since it was measured" for name in moved)
        + tuple(_moved_on(around, row)),
        numbers=tuple(_numbers(quantity, filed.what)),
        rights=tuple(rights_against(shown)),
        is_simulated=around.sites[filed.site_id].simulated or any(scene.simulated for scene in shown),
        is_picture=True,
        trace=tuple(_size_trace(row)),
        low95=quantity.low95 if quantity else None,
        high95=quantity.high95 if quantity else None,
        is_ratio=filed.ratio is not None,
        supported=filed.said,
    )


def cited_survey(around: Around, citation: Citation) -> Support | None:
    """What the newest survey of a site could see; the id is the site's."""
    site = around.sites.get(citation.ref)
    survey = around.case.surveys.newest(citation.ref, around.as_of) if site else None
    if site is None or survey is None:
        return None
    used = [look for look in survey.looks if look.used]
    gap = longest_gap(survey.looks)
    smallest = survey.smallest_visible
    scenes = {scene.id: scene for scene in around.case.scenes.all(site.id, around.as_of)}
    shown = [scenes[look.scene_id] for look in used if look.scene_id in scenes]
    absences = [
        claim
        for claim in around.case.pixel_claims.all(site.id, around.as_of)
        if claim.source.origin is Origin.ABSENCE and not why_stale(around.case, claim, around.as_of)
    ]
    numbers = [Carried(float(len(used)), "usable looks"), Carried(float(len(survey.looks)), "looks")]
    if smallest is not None:
        numbers.append(Carried(float(f"{smallest.value:.2g}"), "smallest that could be seen", smallest.unit))
    if gap is not None:
        numbers += [Carried(float(gap.days), "days of the longest gap"), Carried(gap.days / 7, "weeks of it")]
    if survey.grid.gsd_m:
        numbers.append(Carried(survey.grid.gsd_m, "pixel", "m"))
    days = [look.acquired for look in used]
    return CitedSurvey(
        cites=citation,
        title=f"survey of {site.name}",
        broken=around.fixity.faults(tuple(scene.sha256 for scene in shown)),
        numbers=tuple(numbers),
        rights=tuple(rights_against(shown)),
        is_simulated=site.simulated or any(scene.simulated for scene in shown),
        is_picture=True,
        trace=(
            Step(
                "Surveyed",
                f"{len(used)} of {len(survey.looks)} looks used, preset {survey.preset}",
                steps=tuple(
                    Step("Image", f"{scene.id}, {scene.acquired.text}", scene.sha256) for scene in shown
                ),
            ),
            *(Step("Code", stage, recipe) for stage, recipe in sorted(survey.recipes.items())),
        ),
        smallest_m2=smallest.value if smallest and smallest.unit == "m²" else None,
        longest_gap_days=gap.days if gap else None,
        period=Period(min(d.first_day for d in days), max(d.last_day for d in days)) if days else None,
        is_accepted=bool(absences),
    )


def rights_against(scenes: Iterable[Scene]) -> Iterator[str]:
    """What stands against publishing pictures of these scenes, each once."""
    told: dict[str, None] = {}
    for scene in scenes:
        for lacks in missing_rights(scene):
            told[f"{lacks} unknown for image {scene.id}"] = None
        if scene.use.value not in _MAY_SHOW and not missing_rights(scene):
            told[f"image {scene.id}: {use_of([scene])}"] = None
    yield from told


def _one_event(around: Around, ref: str) -> WatchedEvent | None:
    if ref in around.events:
        return around.events[ref]
    fitting = [
        event
        for name, event in around.events.items()
        if (len(ref) >= 4 and name.startswith(ref)) or event.current.event.label == ref
    ]
    return fitting[0] if len(fitting) == 1 else None


def _what_became_of(watched: WatchedEvent) -> Iterator[str]:
    if watched.status is Status.REJECTED:
        yield "it was rejected"
    if not watched.current.reproduced:
        yield "the newest survey did not find it again"


def _moved_on(around: Around, row: FiledRow) -> Iterator[str]:
    """Events that a size was taken from, which have another version now."""
    for rested in row.filed.rests_on:
        watched = around.events.get(rested.id)
        if watched is not None and rested.version is not None and watched.current.number != rested.version:
            yield f"{rested.name} has changed since: version {rested.version}, now {watched.current.number}"


def _days(scene: Scene | None) -> Period | None:
    return Period(scene.acquired.first_day, scene.acquired.last_day) if scene else None


def _numbers(quantity: Quantity | None, what: str) -> Iterator[Carried]:
    if quantity is None:
        return
    unit = "ratio" if what == "ratio" else quantity.unit
    yield Carried(quantity.value, what, unit)
    yield Carried(quantity.low95, f"{BOUND} of the {what}", unit)
    yield Carried(quantity.high95, f"{BOUND} of the {what}", unit)


def _measured(size: Measurement) -> Iterator[Carried]:
    return _numbers(size.quantity, size.what)


def _event_trace(
    around: Around, watched: WatchedEvent, shown: Sequence[Scene], sizes: Iterable[Measurement]
) -> Iterator[Step]:
    event: ChangeEvent = watched.current.event
    after = event.onset.after.isoformat() if event.onset.after else "any day"
    yield Step(
        "Found", f"version {watched.current.number}: {event.kind.words}, after {after}, by {event.onset.by}"
    )
    if (by := event.proposer) is not None:
        rights = f"licence {by.licence}, credit {by.credit}"
        yield Step("Proposed by", f"{by.words}, version {by.version or 'not said'}; {rights}", by.sha256)
        yield Step("Asked by", f"its card, with {by.runtime}", by.card_sha256)
    for judgement in watched.judgements[-1:]:
        yield Step(
            "Judged", f"{judgement.status.value} by {judgement.who}, {judgement.when.date()}: {judgement.why}"
        )
    for size in sizes:
        if size.quantity is not None:
            yield Step("Measured", f"{size.what}: {size.quantity} ({size.method})")
    for scene in shown:
        when = "without it" if scene.id == event.last_without else "first with it"
        yield Step("Image", f"{scene.id}, {scene.acquired.text}, {when}", scene.sha256)
    survey = around.case.surveys.newest(watched.site_id, around.as_of)
    if survey is not None and watched.current.survey_id is not None:
        yield from (Step("Code", stage, recipe) for stage, recipe in sorted(survey.recipes.items()))


def _size_trace(row: FiledRow) -> Iterator[Step]:
    filed = row.filed
    if filed.size is not None and filed.size.quantity is not None:
        yield Step("Measured", f"{filed.size.quantity} ({filed.size.method})", row.sha256)
    if filed.ratio is not None:
        yield Step("Ratio", f"{filed.ratio.quantity}", row.sha256)
    for rested in filed.rests_on:
        size = rested.size
        told = f": {size.quantity} ({size.method})" if size is not None and size.quantity is not None else ""
        yield Step("Rests on", f"{rested.name}{told}")
    yield from (Step("Image", name, sha256) for name, sha256 in filed.scenes)
    yield from (Step("Drawing", "as it was handed in", sha256) for sha256 in row.files)
    yield Step("Filed", f"by {row.created_by}, {row.created_at.date()}")
    versions = json.loads(row.versions) if row.versions else {}
    if versions:
        yield Step("Code", ", ".join(f"{name} {said}" for name, said in sorted(versions.items())))
