"""A size, ratio or capacity on file as a claim; what rests on a finding that nobody accepted is refused."""

from __future__ import annotations

from siteline.claims.weighing.pixels import Origin, Source
from siteline.model.claim import Claim, ClaimKind, Hedge, Stance
from siteline.model.errors import BadInput, CannotTell
from siteline.model.interval import Interval
from siteline.model.place import Site
from siteline.sites.filed import FiledRow
from siteline.workbench.case import Case
from siteline.workbench.claims.judging import signed
from siteline.workbench.claims.pixels.events import accepted
from siteline.workbench.claims.pixels.filing import Draft, Made, file_drafts, joined, scope_of, value_of


def claim_from_size(case: Case, site_id: str, said: str) -> Made:
    """
    A filed size as a claim, in the narrowest words that its interval supports.

    Raises NotAccepted where it rests on an event that nobody accepted or that has changed since.
    """
    signed(case)
    site = case.register.get(site_id)
    row = case.filed.get(site_id, said)
    if not row.filed.scenes:
        raise CannotTell(f"{row.id} names no image that it was measured on", "Measure it again on a scene.")
    if not row.filed.said:
        raise CannotTell(f"{row.id} supports no sentence", "Measure it again, on sharper images.")
    for part in row.filed.rests_on:
        if part.version is not None:
            watched = case.events.get(site_id, part.id)
            accepted(case, site_id, watched)
            if watched.current.number != part.version and watched.current.event.label != "":
                _refuse_moved(row, part.name, part.version, watched.current.number)
    [made] = file_drafts(case, site, [_draft(site, row)])
    return made


def _refuse_moved(row: FiledRow, name: str, was: int, now: int) -> None:
    raise BadInput(
        f"{row.id} was taken from version {was} of {name}, which is version {now} now",
        "Measure it again, then make the claim of that.",
    )


def _draft(site: Site, row: FiledRow) -> Draft:
    filed = row.filed
    scenes = tuple(scene for scene, _ in filed.scenes)
    source = Source(
        Origin.SIZE,
        site.id,
        row.id,
        filed.what,
        None,
        filed.said[0],
        accepted_by=row.created_by,
        accepted_at=row.created_at.isoformat(),
        method=_method(row),
    )
    common = {
        "quote": _sentence(filed.said[0]),
        "source": source,
        "scene_ids": scenes,
        "said": row.created_at.date(),
        "note": joined(("Not supported: " + "; ".join(filed.not_said) + ".",) if filed.not_said else ()),
    }
    key = f"{site.id}/{filed.name}/{filed.what}"[:200]
    scope = scope_of(site, None)
    if filed.capacity is not None:
        assumed, low_high = filed.capacity.assumed, filed.capacity.floor_m2
        return Draft(
            claim=Claim(
                key=key,
                subject=filed.name,
                predicate="floor area",
                value=Interval(*low_high),
                value_type="number",
                unit="m²",
                kind=ClaimKind.JUDGEMENT,
                scope=scope,
                condition=f"if it has {assumed.floors[0]:g} to {assumed.floors[1]:g} floors",
                definition=f"assumed by {assumed.who}: {assumed.why}",
            ),
            who=assumed.who,
            stance=Stance.HEDGES,
            hedges=(Hedge("If"),),
            **common,  # type: ignore[arg-type]
        )
    quantity = filed.ratio.quantity if filed.ratio else filed.size.quantity if filed.size else None
    if quantity is None:
        raise CannotTell(f"{row.id} has no number", "Measure it again.")
    is_signed = filed.what == "distance_to_perimeter"
    interval, value = value_of(quantity, floor=None if is_signed else 0.0)
    return Draft(
        claim=Claim(
            key=key,
            subject=filed.name,
            predicate=filed.what,
            value=interval,
            value_type="ratio" if filed.ratio else "number",
            unit=quantity.unit,
            qualifier="about",
            stated=value,
            scope=scope,
            definition=f"95 % interval; {source.method}",
        ),
        who=row.created_by,
        **common,  # type: ignore[arg-type]
    )


def _sentence(said: str) -> str:
    return f"{said[0].upper()}{said[1:].rstrip('.')}."


def _method(row: FiledRow) -> str:
    if row.filed.size is not None:
        return row.filed.size.method
    parts = [part.size.method for part in row.filed.rests_on if part.size is not None]
    return "; ".join(dict.fromkeys(parts)) or row.filed.what
