"""Counts by a person as a brief cites them."""

from __future__ import annotations

from collections.abc import Iterator

from siteline.findings.activity import is_one_ground
from siteline.model.activity import FiledCount
from siteline.model.change import Status
from siteline.model.edition import Carried, Citation, CitedCount, Step, Support
from siteline.model.interval import Period
from siteline.workbench.briefs.around import Around
from siteline.workbench.briefs.places import rights_against


def cited_count(around: Around, citation: Citation) -> Support | None:
    """A count by its id or the start of it."""
    fitting = [one for name, one in around.counts.items() if name.startswith(citation.ref)]
    if len(fitting) != 1:
        return None
    [filed] = fitting
    count, site = filed.count, around.sites[filed.count.site_id]
    scenes = {scene.id: scene for scene in around.case.scenes.all(site.id, around.as_of)}
    scene = scenes.get(count.scene_id)
    shown = [scene] if scene is not None else []
    number = str(count.counted) if count.counted is not None else "could not be seen"
    return CitedCount(
        cites=citation,
        title=f"{count.what} in {count.place} on {count.scene_id}: {number}, by {filed.counter}",
        broken=around.fixity.faults((count.scene_sha256,)),
        stale=tuple(_what_became_of(filed, scene.sha256 if scene else "")),
        numbers=tuple(_numbers(filed)),
        rights=tuple(rights_against(shown)),
        is_simulated=site.simulated or any(one.simulated for one in shown),
        is_picture=True,
        trace=tuple(_trace(filed, scene.acquired.text if scene else "")),
        count_id=filed.id,
        what=count.what,
        low=count.counted.low if count.counted is not None else None,
        high=count.counted.high if count.counted is not None else None,
        not_seen=count.not_seen,
        day=Period(scene.acquired.first_day, scene.acquired.last_day) if scene else None,
        ground=_ground(around, filed),
        disputed=tuple(_disputed(around, filed)),
    )


def _what_became_of(filed: FiledCount, sha256: str) -> Iterator[str]:
    if filed.status is Status.REJECTED:
        yield "it was rejected"
    if filed.replaced_by:
        yield f"its counter counted anew: {filed.replaced_by}"
    if sha256 and sha256 != filed.count.scene_sha256:
        yield f"image {filed.count.scene_id} was replaced since it was counted on"


def _numbers(filed: FiledCount) -> Iterator[Carried]:
    counted = filed.count.counted
    if counted is not None:
        yield Carried(float(counted.low), f"lower count of {filed.count.what}")
        yield Carried(float(counted.high), f"upper count of {filed.count.what}")


def _ground(around: Around, filed: FiledCount) -> str:
    """The oldest count that was made within the same outline."""
    mine = filed.count
    for one in around.counts.values():
        other = one.count
        if other.site_id == mine.site_id and is_one_ground(other, mine):
            return one.id
    return filed.id


def _disputed(around: Around, filed: FiledCount) -> Iterator[tuple[str, str]]:
    """Other counters' numbers on the same image that cannot be the same; none for one that a person accepted."""
    mine = filed.count
    if filed.status is Status.ACCEPTED or mine.counted is None:
        return
    for other in around.counts.values():
        theirs = other.count
        is_same = (theirs.site_id, theirs.scene_id, theirs.what.casefold(), theirs.place.casefold()) == (
            mine.site_id, mine.scene_id, mine.what.casefold(), mine.place.casefold(),
        )  # fmt: skip
        if not is_same or not other.stands or other.counter == filed.counter:
            continue
        if theirs.counted is not None and not theirs.counted.meets(mine.counted):
            yield other.id, f"{other.counter} counted {theirs.counted}"


def _trace(filed: FiledCount, acquired: str) -> Iterator[Step]:
    count = filed.count
    number = str(count.counted) if count.counted is not None else f"could not be seen: {count.not_seen}"
    note = f"; {count.note}" if count.note else ""
    yield Step("Counted", f"{count.what} in {count.place}: {number}, by {filed.counter}{note}")
    yield Step("Filed", f"by {filed.filed_by}, {filed.filed_at.date()}")
    for word in filed.words[-1:]:
        yield Step("Judged", f"{word.status.value} by {word.who}, {word.when.date()}: {word.why}")
    yield Step("Image", f"{count.scene_id}, {acquired}", count.scene_sha256)
