"""Files of entities in and out of a case."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from siteline.entities.exchange.aliases import COLUMNS, import_aliases
from siteline.entities.exchange.ftm.reading import import_ftm
from siteline.entities.exchange.ftm.writing import export_ftm
from siteline.entities.exchange.intake import Intake
from siteline.entities.exchange.tables import SHEETS, export_table, import_table, sheet_of
from siteline.entities.exchange.tabular import read_rows
from siteline.model.errors import BadEntityFile, BadSetting
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.entities.looking import index_of

FORMATS = ("aliases", "ftm", *SHEETS)
_FTM = {".ijson", ".jsonl", ".ndjson", ".json", ".ftm"}


def import_file(
    case: Case, path: Path, *, form: str = "", dataset: str = "", is_lenient: bool = False
) -> tuple[dict[str, Any], list[Remark]]:
    """
    Take in a file, all of it or nothing (lenient: its good lines); returns what was added, and what to look at.

    dataset: under which name it is filed; by default that of the file, so that the same file adds nothing again.
    """
    if not path.is_file():
        raise BadEntityFile(f"{path} is not a file", "Name a CSV or FollowTheMoney file.")
    form = form or _form_of(path)
    if form not in FORMATS:
        raise BadSetting(f"no format {form!r}", f"One of: {', '.join(FORMATS)}.")
    name = dataset or path.name.partition(".")[0][:200]
    intake = Intake(path, is_lenient)
    with case.db.appending():
        if form == "aliases":
            import_aliases(case.entities, intake, name)
        elif form == "ftm":
            import_ftm(case.entities, intake, name)
        else:
            import_table(case.entities, intake, form)
    intake.write_rejects()
    if intake.added["names"]:
        index_of(case).catch_up(case.entities.names_after)
    told = {
        "format": form,
        "dataset": name,
        "added": {what: n for what, n in intake.added.items() if n},
        "known": {what: n for what, n in intake.known.items() if n},
        "rejected": len(intake.rejected),
        "rejects": intake.rejects_file().name if intake.rejected else None,
    }
    return told, intake.told()


def export_file(
    case: Case, out: Path, form: str, *, merged: bool = False, as_of: datetime | None = None
) -> tuple[int, list[Remark]]:
    """A table, or everything as FollowTheMoney, as it was at a moment (None: now); returns the rows, and what was lost."""
    if form not in ("ftm", *SHEETS):
        raise BadSetting(f"no format {form!r}", f"One of: {', '.join(('ftm', *SHEETS))}.")
    if out.is_dir():
        raise BadSetting(f"{out} is a folder", "Name a file to write.")
    out.parent.mkdir(parents=True, exist_ok=True)
    aside = out.with_name(f".{out.name}.part")
    lost: Counter[str] = Counter()
    try:
        with aside.open("w", encoding="utf-8", newline="") as file:
            if form == "ftm":
                count = 0
                for count, proxy in enumerate(export_ftm(case.entities, lost, merged=merged, as_of=as_of), 1):  # noqa: B007
                    file.write(json.dumps(proxy, ensure_ascii=False, sort_keys=True) + "\n")
            else:
                count = export_table(case.entities, form, file, as_of)
        aside.replace(out)
    finally:
        aside.unlink(missing_ok=True)
    return count, [
        Remark(out.name, f"{n} {what} cannot be said in FollowTheMoney and were left out")
        for what, n in lost.items()
    ]


def _form_of(path: Path) -> str:
    if path.suffix.casefold() in _FTM:
        return "ftm"
    columns, _ = read_rows(path)
    if set(COLUMNS) <= set(columns):
        return "aliases"
    if sheet := sheet_of(columns):
        return sheet
    raise BadEntityFile(
        f"{path.name}: the columns {', '.join(columns[:8])} are those of no list we know",
        f"A list of aliases has {', '.join(COLUMNS)}; else say what it is: --format {'|'.join(FORMATS)}",
    )
