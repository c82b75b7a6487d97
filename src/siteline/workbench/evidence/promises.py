"""What calendars have promised, followed up until it is in a block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteline.evidence.proofs.headers import BlockHeader, read_headers, told_header
from siteline.evidence.times.asking import promised, upgrade
from siteline.evidence.times.proof import OTS, TimeProof
from siteline.model.errors import BadProof, ForbiddenAddress, NotFound, NotReached
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.evidence.timing import UPGRADE, addresses, keep_proofs, open_web

if TYPE_CHECKING:
    from siteline.catalog.remote.web import Web


def upgrade_promises(
    case: Case, calendars: Sequence[str] = (), headers: Path | None = None
) -> tuple[list[TimeProof], list[Remark]]:
    """Ask calendars whether what they promised is in a block by now; what grew, and why the rest did not."""
    named = addresses(calendars or case.settings.evidence.calendars, "--calendar")
    proofs = case.times.all()
    followed = {proof.follows for _, proof in proofs}
    open_ones = [
        proof
        for _, proof in proofs
        if proof.kind == OTS
        and proof.id not in followed
        and proof.token
        and proof.verdict in ("pending", "complete")
    ]
    if not open_ones:
        raise NotFound(
            "there is no promise of a calendar to follow up",
            "Ask for one: siteline evidence timestamp --calendar URL",
        )
    given = read_headers(headers) if headers else {}
    made: list[TimeProof] = []
    remarks: list[Remark] = []
    with open_web(case, {**named, **_explorer(case)}) as web:

        def look_up(heights: Sequence[int]) -> Mapping[int, BlockHeader]:
            return {**_explored(case, web, heights, remarks), **given}

        for proof in open_ones:
            token = case.blobs.read(proof.token)
            came, failed = upgrade(
                proof,
                token,
                [*named, *_as_promised(token, named)],
                lambda address, accept: web.get(address, {"Accept": accept}).body,
                case.log.clock.now(),
                look_up,
            )
            remarks += [Remark(f"calendar {where}", why) for where, why in failed]
            if came is not None:
                keep_proofs(case, [came], UPGRADE)
                made.append(came.proof)
    return made, remarks


def _as_promised(token: bytes, named: Mapping[str, str]) -> list[str]:
    """Calendars of a proof that lie on a host which the user named, whatever path they state."""
    from siteline.catalog.remote.address import origin_of

    origins = {origin_of(address) for address in named}
    found = []
    for calendar, _ in promised(token):
        try:
            if origin_of(calendar) in origins:
                found.append(calendar)
        except ForbiddenAddress:
            continue
    return found


def _explorer(case: Case) -> dict[str, str]:
    said = case.settings.evidence.explorer
    return addresses([said], "evidence.explorer") if said else {}


def _explored(case: Case, web: Web, heights: Sequence[int], remarks: list[Remark]) -> dict[int, BlockHeader]:
    """Block headers from the explorer of the settings, if one is named."""
    found = {}
    for address, shown in _explorer(case).items():
        for height in dict.fromkeys(heights):
            try:
                block = (
                    web.get(f"{address.rstrip('/')}/block-height/{height}")
                    .body.decode("ascii", "replace")
                    .strip()
                )
                if len(block) != 64 or not block.isalnum():
                    raise BadProof("it names no block of that height")
                told = web.get_json(f"{address.rstrip('/')}/block/{block}")
                header = told_header(told if isinstance(told, dict) else {}, shown)
                if header.height == height:
                    found[height] = header
            except (NotReached, BadProof) as error:
                remarks.append(Remark(f"explorer {shown}", str(error)))
    return found


def tell_upgraded(made: Sequence[TimeProof]) -> list[dict[str, Any]]:
    """Grown proofs for other programs."""
    return [
        {
            "id": proof.id,
            "follows": proof.follows,
            "checkpoint": proof.checkpoint,
            "rows": proof.size,
            "verdict": proof.verdict,
            "means": proof.means,
        }
        for proof in made
    ]
