"""A brief built from a case in every form: nothing restricted is named, sources are listed, a Word file comes back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from siteline.model.errors import BadBrief
from siteline.workbench.bench import say_nothing
from siteline.workbench.briefs.building import build_file
from siteline.workbench.briefs.formats import Format
from siteline.workbench.briefs.returning import read_back
from siteline.workbench.case import Case
from tests.conftest import wanted
from tests.workbench.briefs.test_checking import GOOD, HEAD, said
from tests.workbench.briefs.test_checking import case as case

DAY = date(2026, 1, 2)
TEXTS = (Format.HTML, Format.MARKDOWN, Format.JSONLD, Format.BIBTEX)


def built(case: Case, tmp_path: Path, body: str, *forms: Format) -> dict[str, bytes]:
    file = tmp_path / "brief.md"
    file.write_text(HEAD + body, encoding="utf-8")
    made = build_file(case, file, None if len(forms) > 1 else tmp_path / "out", DAY, say_nothing, forms)
    return {form: path.read_bytes() for form, path, _ in made.files}


def test_a_source_is_listed_with_its_speaker_and_the_day_it_was_kept(case: Case, tmp_path: Path) -> None:
    said(case, "B1", "The hall is complete.")
    told = built(case, tmp_path, "The hall is complete. [@statement:B1]", Format.BIBTEX)["bibtex"].decode()
    assert "author = {{The Brandt Centre}}" in told
    assert "urldate = {" in told
    assert case.statements.get("B1").statement.anchor.sha256 in told


def test_what_was_restricted_is_named_in_no_form_even_by_who_may_see_it(case: Case, tmp_path: Path) -> None:
    said(case, "SECRET1", "Otto says that it is complete.")
    anchor = case.statements.get("SECRET1").statement.anchor
    assert anchor.exhibit_id is not None
    case.exhibits.restrict(anchor.exhibit_id, "to protect Otto", [case.settings.case.who])
    forms = built(case, tmp_path, f"It is complete. [@statement:SECRET1]\n\n{GOOD}", *TEXTS)
    for form, content in forms.items():
        text = content.decode()
        assert not [s for s in ("Otto", anchor.exhibit_id, anchor.sha256, "Brandt") if s in text], form
    assert "not visible on 3 April 2024" in forms["md"].decode()


def test_the_same_case_and_day_give_the_same_bytes(case: Case, tmp_path: Path) -> None:
    assert built(case, tmp_path, GOOD, *TEXTS) == built(case, tmp_path, GOOD, *TEXTS)


def test_a_word_file_of_another_case_is_refused_unless_its_text_is_given(case: Case, tmp_path: Path) -> None:
    wanted("docx")
    from tests.workbench.claims.cases import made_case

    (tmp_path / "brief.docx").write_bytes(built(case, tmp_path, GOOD, Format.DOCX)["docx"])
    other = made_case(tmp_path / "other")
    with pytest.raises(BadBrief, match="this case does not hold"):
        read_back(other, tmp_path / "brief.docx", tmp_path / "back.md")
    read_back(other, tmp_path / "brief.docx", tmp_path / "back.md", tmp_path / "brief.md")
    assert (tmp_path / "back.md").read_text(encoding="utf-8").strip() == (
        HEAD + GOOD.replace(". [@", ". [@")
    ).strip()
    brought = read_back(case, tmp_path / "brief.docx", tmp_path / "again.md")
    assert brought.changed == ()
