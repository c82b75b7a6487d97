"""Editions and files of briefs, compared sentence by sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from siteline import __version__
from siteline.report.edition.diff import Difference, Side, build_diff, compare
from siteline.report.edition.material import EditionMaterial
from siteline.report.edition.rested import told_figures, told_sentences
from siteline.report.edition.restricted import without_restricted
from siteline.workbench.briefs.checking import check_brief
from siteline.workbench.case import Case
from siteline.workbench.files import write_derived


def diff_briefs(case: Case, a: str, b: str) -> Difference:
    """
    What differs between two, each an edition (as it was published) or a file (as it stands now).

    Raises NotFound, BadInput or BadBrief.
    """
    return compare(_side(case, a), _side(case, b))


def write_diff(case: Case, difference: Difference, out: Path) -> Path:
    """Write the difference as one HTML file."""
    return write_derived(case, out, "diff.html", build_diff(difference).encode())


def _side(case: Case, said: str) -> Side:
    path = Path(said)
    if path.suffix or path.is_file():
        checked = check_brief(case, path)
        day = datetime.now(UTC).date()
        material = EditionMaterial(
            checked.brief, checked.supports, checked.objections, {}, {}, day, __version__
        )
        material = without_restricted(material)
        return Side(path.name, checked.brief.title, "", told_sentences(material), told_figures(checked.brief))
    edition = case.releases.get(said)
    noun = edition.noun
    return Side(edition.name, noun.title, noun.day, noun.sentences, noun.figures)
