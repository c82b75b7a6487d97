"""A written brief, read and held against the gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from siteline.claims.draft.reading import read_sentence, sentence_spans
from siteline.model.edition import BriefText, Objection, Support
from siteline.model.errors import BadBrief
from siteline.report.gate.check import hold, not_held
from siteline.report.gate.source import LARGEST, read_brief
from siteline.workbench.briefs.gather import gather
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import plain_name


@dataclass(frozen=True, slots=True)
class Checked:
    """A brief with what it rests on, and what stands against it."""

    brief: BriefText
    source: str
    """The file, as it was read."""

    supports: Mapping[tuple[str, str], Support]
    objections: tuple[Objection, ...]

    @property
    def not_checked(self) -> tuple[str, ...]:
        """Codes of rules that cannot be held against a text in its language."""
        return not_held(self.brief.language)

    @property
    def is_ok(self) -> bool:
        """Whether it may go out."""
        return not self.objections

    def as_dict(self) -> dict[str, Any]:
        """Interchange form."""
        return {
            "siteline": "check/1",
            "ok": self.is_ok,
            "sentences": len(self.brief.sentences),
            "figures": len(self.brief.figures),
            "language": self.brief.language,
            "not_checked": list(self.not_checked),
            "findings": [
                {"sentence": o.sentence, "code": o.code, "message": o.message, "text": o.text, "line": o.line}
                for o in self.objections
            ],
        }


def read_file(path: Path) -> str:
    """The text of a brief's file; raises BadBrief."""
    try:
        if path.stat().st_size > 4 * LARGEST:
            raise BadBrief(
                f"{path} has {path.stat().st_size:,} bytes", "A brief is text; this is something else."
            )
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError as error:
        raise BadBrief(f"there is no file {path}", "Write one: siteline brief new FILE") from error
    except IsADirectoryError as error:
        raise BadBrief(f"{path} is a folder", "Name the brief's file.") from error
    except UnicodeDecodeError as error:
        raise BadBrief(f"{path} is not UTF-8 text: byte {error.start}", "Save it as UTF-8.") from error


def brief_name(path: Path) -> str:
    """By which a brief's editions are counted: the name of its file without the ending, fit for any face."""
    return plain_name(path.stem)[:120].strip() or "brief"


def check_brief(case: Case, path: Path) -> Checked:
    """Read a brief's file and hold every sentence against what it cites, as that stands now; raises BadBrief."""
    return check_text(case, read_file(path))


def check_text(case: Case, source: str, as_of: datetime | None = None) -> Checked:
    """The same of the text itself; `as_of`: with what was known then."""
    brief = read_brief(source, sentence_spans)
    supports = gather(case, brief, as_of)
    readings = {s.id: read_sentence(s.text, brief.language) for s in brief.sentences}
    return Checked(brief, source, supports, hold(brief, supports, readings))
