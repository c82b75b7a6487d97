"""Derived files: written aside, then renamed, so that none is ever half there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from siteline.model.errors import BadSetting
from siteline.store.blobs import room_on_disk
from siteline.workbench.case import Case


def write_derived(case: Case, out: Path | None, name: str, content: bytes) -> Path:
    """Write to `out`, or to the case's out/ folder under `name`; returns the path."""
    path = out if out is not None else case.out / name
    if path.is_dir():
        raise BadSetting(f"{path} is a folder", "Name the file to write.")
    with room_on_disk(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(prefix=".part-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            Path(aside).chmod(0o644)
            Path(aside).replace(path)
        finally:
            Path(aside).unlink(missing_ok=True)
    return path
