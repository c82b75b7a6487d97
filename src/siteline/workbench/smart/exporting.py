"""Our events as a folder of SMART's region and site models, and what these leave out."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from siteline.model.change import Status
from siteline.model.errors import BadSetting
from siteline.model.remark import Remark
from siteline.sites.exchange.events import describe_events
from siteline.sites.smart.propose import Candidate, Proposed, propose
from siteline.sites.smart.scope import SMALLEST_M2, describe_left_out, tell_left_out
from siteline.sites.smart.write import write_smart
from siteline.store.blobs import room_on_disk
from siteline.workbench.case import Case
from siteline.workbench.files import write_derived
from siteline.workbench.findings import records_of

LEFT_OUT = "left-out.json"


@dataclass(frozen=True, slots=True)
class SmartOptions:
    """How our events are told to SMART."""

    region_id: str | None = None
    """Such as "KR_R001"; None: the region that the site came from, else none."""

    smallest_m2: float = SMALLEST_M2
    """Sites of less ground have no site model."""

    every: bool = False
    """Rejected events and candidates too, under statuses that SMART's scorer does not read."""

    def __post_init__(self) -> None:
        if not 0 <= self.smallest_m2 <= 1e9:
            raise BadSetting(f"--smallest {self.smallest_m2:g} is no area", "Give square metres, 0 or more.")


def smart_options(region_id: str | None, smallest_m2: float | None, *, every: bool = False) -> SmartOptions:
    """Options as a user gives them."""
    return SmartOptions(region_id, SMALLEST_M2 if smallest_m2 is None else smallest_m2, every)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    path: Path
    files: tuple[Path, ...]
    left_out: dict[str, object]
    remarks: tuple[Remark, ...]


def propose_site(case: Case, site_id: str, options: SmartOptions, as_of: datetime | None = None) -> Proposed:
    """A site's events that nobody rejected, or every one, as SMART's models."""
    site = case.register.get(site_id, as_of)
    known = case.events.all(site_id, every=True, as_of=as_of)
    first = sorted(known, key=lambda e: (e.versions[0].created_at, e.id))
    number = {event.id: i for i, event in enumerate(first)}
    watched = {event.id: event for event in known}
    records = records_of(case, site, every=options.every, as_of=as_of)
    standing = [r for r in records if options.every or r.status is not Status.REJECTED]
    told = describe_events(standing, site).events
    candidates = [
        Candidate(
            record,
            said,
            tuple(version.event for version in watched[record.id].versions if version.reproduced)
            or (record.event,),
            number[record.id],
            watched[record.id].current.reported,
        )
        for record, said in zip(standing, told, strict=True)
    ]
    scenes = {scene.id: scene for scene in case.scenes.all(site_id, as_of)}
    return propose(site, candidates, scenes, options.region_id, options.smallest_m2)


def export_smart(case: Case, site_id: str, out: Path | None, options: SmartOptions) -> Exported:
    """
    Write a folder of one region model, one site model for each event, and the list of what is left out.

    A folder that an earlier export made is replaced as a whole; any other that is not empty is refused.
    """
    proposed = propose_site(case, site_id, options)
    left = describe_left_out(site_id, proposed.exported, proposed.left_out)
    folder = out if out is not None else case.out / f"{site_id}-smart"
    _refuse_foreign(folder)
    content = {f"region_models/{proposed.region.id}.geojson": write_smart(proposed.region)}
    content |= {f"site_models/{one.id}.geojson": write_smart(one) for one in proposed.sites}
    content[LEFT_OUT] = (json.dumps(left, ensure_ascii=False, indent=1) + "\n").encode()
    _write_folder(folder, content)
    remarks = _tell(case, site_id, proposed, options)
    return Exported(folder, tuple(folder / name for name in content), left, remarks)


def export_region(case: Case, site_id: str, out: Path | None, options: SmartOptions) -> Exported:
    """Write a site as a region model, with the summaries of its events."""
    proposed = propose_site(case, site_id, options)
    left = describe_left_out(site_id, proposed.exported, proposed.left_out)
    path = write_derived(case, out, f"{proposed.region.id}.geojson", write_smart(proposed.region))
    beside = path.with_name(f"{path.stem}-{LEFT_OUT}")
    write_derived(case, beside, beside.name, (json.dumps(left, ensure_ascii=False, indent=1) + "\n").encode())
    remarks = _tell(case, site_id, proposed, options)
    return Exported(path, (path, beside), left, remarks)


def _tell(case: Case, site_id: str, proposed: Proposed, options: SmartOptions) -> tuple[Remark, ...]:
    """What an export leaves out, or that there was nothing to export, and why."""
    if proposed.exported or proposed.left_out:
        return (*proposed.remarks, *tell_left_out(site_id, proposed.left_out, options.smallest_m2))
    if case.events.all(site_id, every=True):
        why = Remark(site_id, "none of its events is exported: they are candidates or rejected", "--all")
    else:
        why = Remark(site_id, "has no events to export", f"find some: siteline survey {site_id}")
    return (*proposed.remarks, why)


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise BadSetting(f"{folder} is a file", "Name a folder: SMART wants one file for each site.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / LEFT_OUT).is_file():
        raise BadSetting(
            f"{folder} is not empty, and no SMART export of ours", "Name a new folder: --out FOLDER"
        )


def _write_folder(folder: Path, content: dict[str, bytes]) -> None:
    """Written aside, then put in the place of the old one, so that nothing of that stays."""
    with room_on_disk(folder.parent):
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
        try:
            for name, data in content.items():
                path = aside / name
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(data)
            aside.chmod(0o755)
            if folder.exists():
                old = Path(tempfile.mkdtemp(prefix=".old-", dir=folder.parent))
                folder.replace(old / "was")
                aside.replace(folder)
                shutil.rmtree(old)
            else:
                aside.replace(folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
