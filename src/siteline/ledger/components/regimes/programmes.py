"""What regimes are called and where they are explained: one small YAML file each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from siteline.ledger.components.markings import cleaned
from siteline.model.errors import BadComponents
from siteline.model.regime import Programme

_LARGEST = 64 * 2**10


def read_programme(path: Path) -> Programme:
    """One regime. Raises BadComponents naming the file and what is wrong with it."""
    import yaml

    try:
        if path.stat().st_size > _LARGEST:
            raise BadComponents(f"{path.name} is larger than {_LARGEST >> 10} KiB, too large for a programme")
        text = path.read_text(encoding="utf-8")
        if "&" in text and "*" in text and "<<" in text:
            raise BadComponents(f"{path.name}: anchors and merges are not read", "Write it out in full.")
        said = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise BadComponents(
            f"cannot read {path.name}: {error}", "Check the path and its encoding (UTF-8)."
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        at = getattr(getattr(error, "problem_mark", None), "line", None)
        where = f", line {at + 1}" if at is not None else ""
        raise BadComponents(f"{path.name}{where}: not YAML") from error
    if not isinstance(said, Mapping) or not isinstance(said.get("key"), str) or not said.get("title"):
        raise BadComponents(f"{path.name}: a programme has a key and a title")
    return Programme(
        key=cleaned(said["key"]),
        title=cleaned(str(said["title"])),
        issuer=cleaned(str(said.get("issuer") or "")),
        url=cleaned(str(said.get("url") or "")),
        acts=_listed(said.get("aliases")),
        measures=_listed(said.get("measures")),
        territories=_listed(said.get("target_territories")),
    )


def _listed(value: Any) -> tuple[str, ...]:
    return tuple(cleaned(str(part))[:500] for part in value) if isinstance(value, list) else ()
