"""A Word file that an editor changed, as the brief's Markdown again."""

from __future__ import annotations

from pathlib import Path

from siteline.claims.draft.reading import sentence_spans
from siteline.model.errors import BadBrief, BadSetting, BrokenCustody, NotFound
from siteline.report.edition.word.back import BroughtBack, bring_back
from siteline.report.edition.word.read import LARGEST, read_word
from siteline.store.blobs import room_on_disk
from siteline.workbench.briefs.checking import read_file
from siteline.workbench.case import Case


def read_back(case: Case, file: Path, out: Path, source: Path | None = None) -> BroughtBack:
    """
    Write `out` with the words of `file` and every citation of the text that it was made from.

    source: that text, where the file does not say which it was. Raises BadBrief where a citation was lost, BadSetting where
    `out` exists.
    """
    if out.exists():
        raise BadSetting(
            f"{out} exists", "Name a new file with --out: what somebody wrote is never replaced."
        )
    returned = read_word(_bytes_of(file), str(file))
    text = read_file(source) if source is not None else _source(case, returned.source_sha256, file)
    brought = bring_back(returned, text, sentence_spans)
    with room_on_disk(out.parent):
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(brought.text)
    return brought


def _bytes_of(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise BadBrief(f"{file} has {file.stat().st_size:,} bytes", "It is no brief of ours.")
        return file.read_bytes()
    except FileNotFoundError as error:
        raise BadBrief(f"there is no file {file}", "Name the DOCX that came back.") from error
    except IsADirectoryError as error:
        raise BadBrief(f"{file} is a folder", "Name the DOCX that came back.") from error


def _source(case: Case, sha256: str, file: Path) -> str:
    if not sha256:
        raise BadBrief(
            f"{file} does not say which text it was made from: its last line is gone, or it is a redacted copy",
            "Name that text: --source brief.md",
        )
    try:
        return case.blobs.read(sha256).decode("utf-8")
    except (NotFound, BrokenCustody, FileNotFoundError) as error:
        raise BadBrief(
            f"{file} was made from a text that this case does not hold ({sha256[:12]})",
            "Work on the case in which it was built, or name the text: --source brief.md",
        ) from error
