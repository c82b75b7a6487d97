"""Sizes that were asked for: told in their interchange form, kept on file, listed, found again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from shapely import to_wkb
from shapely.geometry import mapping

from siteline.findings.sizes import say_measured, say_part
from siteline.model.errors import BadInput, NotMeasured, SitelineError
from siteline.model.imagery import Scene
from siteline.model.measurement import Capacity, FiledSize, Measurement, Ratio, Tracing
from siteline.model.quantity import round_to, rounding_step
from siteline.sites.filed import MARK, FiledRow
from siteline.workbench.bench import versions_of
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import note_bytes

_ID = re.compile(rf"{MARK}[0-9a-f]+")


def tell(size: Measurement, said: str, units: str | None = None) -> dict[str, Any]:
    """
    A size in its interchange form, with the sentence it supports; raises NotMeasured where it was refused.

    units: of the words; the numbers stay in metres.
    """
    if size.quantity is None:
        raise NotMeasured(f"no {size.what.replace('_', ' ')}: {size.refused}")
    unit, step = size.quantity.unit, rounding_step(size.quantity.sigma)
    return {
        **size.quantity.as_dict(),
        "unit": unit,
        "what": size.what,
        "said": said,
        "text": str(size.quantity),
        "method": size.method,
        "budget": [
            {"name": line.name, "sigma": round_to(line.sigma, step), "unit": unit, "shared": line.shared}
            for line in size.budget
        ],
        "budget_said": [say_part(line, unit, units) for line in size.budget],
        "scenes": list(size.scene_ids),
    }


def tell_ratio(found: Ratio, *sizes: tuple[str, Measurement]) -> dict[str, Any]:
    """A ratio in its interchange form, with the two sizes by their names."""
    return {
        "ratio": found.quantity.as_dict(),
        "text": str(found.quantity),
        "supported": list(found.supported),
        "not_supported": list(found.not_supported),
        "of": sizes[0][1].what,
        "sizes": {name: tell(size, say_measured(name, size)) for name, size in sizes},
    }


def tell_capacity(found: Capacity) -> dict[str, Any]:
    """A capacity in its interchange form: ranges only, with the assumption and whose it is."""
    assumed = found.assumed

    def ends(pair: tuple[float, float] | None) -> dict[str, float] | None:
        return None if pair is None else {"low": pair[0], "high": pair[1]}

    return {
        "judgement": True,
        "who": assumed.who,
        "why": assumed.why,
        "assumed": {
            "floors": ends(assumed.floors),
            "floor_area_per_dwelling_m2": ends(assumed.dwelling_m2),
            "floor_area_per_worker_m2": ends(assumed.worker_m2),
        },
        "floor_area_m2": ends(found.floor_m2),
        "dwellings": ends(found.dwellings),
        "workers": ends(found.workers),
    }


def file_size(case: Case, filed: FiledSize, files: Sequence[tuple[Path, str]] = ()) -> dict[str, str]:
    """
    Keep a size with what it rests on, and the bytes of the files that were handed in; the same one once.

    files: each with the SHA-256 it had when it was read. Returns its id, the hash of its content, and who filed it when,
    for whoever is told the size. Raises BadInput for a file that changed meanwhile: a fit may take minutes.
    """
    case.log.append(())
    kept = [case.blobs.keep_file(file) for file, _ in files]
    for (file, sha256), found in zip(files, kept, strict=True):
        if found != sha256:
            raise BadInput(
                f"{file.name} was changed while it was measured", "Run it again; nothing was filed."
            )
    note_bytes(
        case, [(sha256, f"handed in for a {filed.what} at {filed.site_id}") for sha256 in kept], "measure"
    )
    row = case.filed.record(filed, kept, json.dumps(versions_of("siteline.measure"), sort_keys=True))
    return {
        "id": row.id,
        "sha256": row.sha256,
        "filed_by": row.created_by,
        "filed_at": row.created_at.isoformat(),
    }


def hashed(file: Path) -> str:
    """SHA-256 of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def shown_on(scenes: Iterable[Scene], *ids: str) -> tuple[tuple[str, str], ...]:
    """Id and SHA-256 of the images that these ids name, each once."""
    by_id = {scene.id: scene.sha256 for scene in scenes}
    return tuple((name, by_id[name]) for name in dict.fromkeys(ids) if name in by_id)


def find_filed(case: Case, site_id: str, said: str) -> FiledRow | None:
    """
    The filed size that a person means by an id or its start; None for what is no such id.

    Raises BrokenCustody where its row, or a file that was handed in for it, is not what was filed.
    """
    site = case.register.get(site_id)
    if not _ID.fullmatch(said) or any(structure.label == said for structure in site.structures):
        return None
    row = case.filed.get(site_id, said)
    for sha256 in row.files:
        case.blobs.verify(sha256)
    return row


def list_filed(case: Case, site_id: str, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Every filed size of a site, oldest first, each with all that it rests on and whether it is intact."""
    case.register.get(site_id, as_of)
    return [_describe(case, row) for row in case.filed.all(site_id, as_of)]


def _describe(case: Case, row: FiledRow) -> dict[str, Any]:
    filed, problem = row.filed, row.problem or _fault_of_files(case, row)
    people = (
        [filed.capacity.assumed.who] if filed.capacity else [t.analyst for t in filed.drawings if t.analyst]
    )
    quantity = filed.size.quantity if filed.size else filed.ratio.quantity if filed.ratio else None
    size = tell(filed.size, filed.said[0]) if filed.size else {}
    numbers = quantity.as_dict() if quantity else dict.fromkeys(("value", "sigma", "low95", "high95"))
    return {
        "id": row.id,
        "sha256": row.sha256,
        "site": filed.site_id,
        "what": filed.what,
        "name": filed.name,
        **numbers,
        "unit": quantity.unit if quantity else None,
        "text": str(quantity) if quantity else None,
        "method": size.get("method"),
        "budget": size.get("budget", []),
        "scenes": [{"id": name, "sha256": sha256} for name, sha256 in filed.scenes],
        "drawings": [_describe_drawing(tracing) for tracing in filed.drawings],
        "files": list(row.files),
        "analysts": list(dict.fromkeys(people)),
        "rests_on": [
            {
                "name": part.name,
                "id": part.id,
                "version": part.version,
                "size": tell(part.size, say_measured(part.name, part.size)) if part.size else None,
            }
            for part in filed.rests_on
        ],
        "options": dict(filed.options),
        "said": list(filed.said),
        "not_supported": list(filed.not_said),
        "judgement": filed.capacity is not None,
        "capacity": tell_capacity(filed.capacity) if filed.capacity else None,
        "filed_by": row.created_by,
        "filed_at": row.created_at.isoformat(),
        "versions": json.loads(row.versions),
        "intact": problem is None,
        "problem": problem,
    }


def _describe_drawing(tracing: Tracing) -> dict[str, Any]:
    return {
        "geometry": mapping(tracing.geometry),
        "sha256": hashlib.sha256(to_wkb(tracing.geometry, byte_order=1)).hexdigest(),
        "analyst": tracing.analyst or None,
    }


def _fault_of_files(case: Case, row: FiledRow) -> str | None:
    for sha256 in row.files:
        try:
            case.blobs.verify(sha256)
        except SitelineError as error:
            return f"the file that was drawn in: {error}"
    return None
