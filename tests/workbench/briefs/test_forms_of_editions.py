"""An edition in every form: the same holds in each, the same bytes twice, and all of it covered by the check of the bundle."""

from __future__ import annotations

import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from siteline.model.edition import Source, Step
from siteline.model.errors import BadSetting, Leak
from siteline.model.release import Holds
from siteline.report.edition.layers import texts_in, unread
from siteline.report.edition.material import EditionMaterial
from siteline.report.edition.press import Press
from siteline.report.edition.secrets import Secrets
from siteline.workbench.briefs.bundling import bundle_edition
from siteline.workbench.briefs.formats import Format, forms_here, read_formats, write_as
from siteline.workbench.briefs.publishing import FORMS
from siteline.workbench.briefs.verifying import verify_handed
from tests.conftest import examples, wanted
from tests.report.edition.made import claim, made
from tests.workbench.briefs.released import (
    GOOD,
    NOT_PRECISE,
    REPEATED,
    SECRET,
    A,
    as_analyst,
    brief_case,
    built,
    given,
    let_go,
    photograph,
    say,
    write,
)
from tests.workbench.briefs.test_holding_back import grep, grep_all, published

PLACE = "39.91234 N, 127.61234 E"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a case, a bundle of an edition in every form, and the bundle unpacked as `out`."""
    for name in ("weasyprint", "docx", "resvg_py", "pypdf"):
        wanted(name)
    folder = tmp_path_factory.mktemp("forms")
    case = brief_case(folder)
    say(case, "G1", SECRET, page=f"From the notebook. {SECRET} End.")
    say(case, "O1", f"The furnace at {PLACE} was lit.")
    photo = photograph(case)
    file = write(
        folder,
        GOOD,
        f"A guard said this: {SECRET} [@statement:G1]",
        f"A guard said the furnace at {PLACE} was lit. [@statement:O1]",
        f'![The gate](exhibit:{photo.id} "The gate, where {REPEATED}")',
        "Its owners call it 평양의 공장에서, or завод у Києві. [caveat; editorial]",
    )
    built(case, file)
    said = given(*NOT_PRECISE, redact=["s2=to protect a source"], round_km=5.0)
    let_go(folder, file, said, forms=None)
    bundle_edition(as_analyst(folder / "case", A), "", folder / "hall.zip")
    with zipfile.ZipFile(folder / "hall.zip") as archive:
        archive.extractall(folder / "out")
    return folder


def test_every_form_is_in_the_bundle_and_holds_the_same_text(out: Path) -> None:
    for name in FORMS.values():
        assert (out / "out/edition" / name).is_file(), name
    for form in (Format.PDF, Format.DOCX, Format.MARKDOWN, Format.JSONLD):
        told = " ".join(texts_in((out / "out/edition" / FORMS[form]).read_bytes()))
        said = re.sub(r"\s+", " ", told)
        assert "not visible on 3 April 2024 and first visible on 19 April 2024" in said, form
        assert "평양의 공장에서" in said, form


def test_what_was_held_back_is_in_no_form_neither_in_text_nor_in_metadata(out: Path) -> None:
    case = as_analyst(out / "case", A)
    files = published(case, out)
    assert {f"hall/1: {name}" for name in FORMS.values()} <= set(files)
    scenes = case.scenes.all("s")
    kept = [e.sha256 for _, e in case.exhibits.after(0) if e.name == "G1.txt"]
    text = case.releases.all()[0].noun.source_sha256  # a guess at the text could be held against it
    named = [word for scene in scenes for word in (scene.sha256, scene.id)]
    found = grep_all(files, [SECRET, REPEATED, "G1.txt", PLACE, text, *kept, *named])
    assert {said: names for said, names in found.items() if names} == {}


def test_the_check_of_the_bundle_covers_every_form(out: Path, tmp_path: Path) -> None:
    assert verify_handed(out / "hall.zip")["ok"]
    for name in FORMS.values():
        copy = Path(shutil.copytree(out / "out", tmp_path / name))
        (copy / "edition" / name).write_bytes((copy / "edition" / name).read_bytes() + b" ")
        assert f"edition/{name}" in {f["object"] for f in verify_handed(copy)["findings"]}


def test_a_reader_gets_no_marks_of_editors(out: Path) -> None:
    told = " ".join(texts_in((out / "out/edition" / FORMS[Format.DOCX]).read_bytes()))
    assert "[@" not in told
    assert "Text of this brief" not in told


SENTENCES = st.sets(st.integers(1, 12), max_size=6)
FORM = st.sampled_from([form for form in Format if form is not Format.PDF])
TELLING = "The night guard of the northern gate told us that the furnaces run until four"


def told_everywhere() -> EditionMaterial:
    """A brief in which a telling sentence also stands in titles, sources, traces and alternative texts."""
    source = Source(
        "01JX", TELLING, author=TELLING, publisher=TELLING, url="https://example.org/x", sha256="ab" * 32
    )
    trace = (Step("Words", f"“{TELLING}”", "ab" * 32, (Step("Place", "39.91234, 127.61234"),)),)
    return made(
        f"{TELLING}. [@claim:c1]\n\n"
        + "\n\n".join(f"Sentence number {n} of many about hall {n}. [@claim:c1]" for n in range(11))
        + f'\n\n![What he said](pair:claim:c1 "{TELLING}")\n',
        claim("c1", title=TELLING, trace=trace, sources=(source,)),
    )


@examples(40, soak=400)
@given_any(redacted=SENTENCES, form=FORM, is_place_held=st.booleans(), is_secret=st.booleans())
def test_whatever_is_held_back_is_in_no_form(
    redacted: set[int], form: Format, is_place_held: bool, is_secret: bool
) -> None:
    if form is Format.DOCX:
        wanted("docx")
    _hold(form, {1, *redacted}, is_place_held, is_secret)


@examples(8, soak=80)
@given_any(redacted=SENTENCES, is_place_held=st.booleans(), is_secret=st.booleans())
def test_whatever_is_held_back_is_in_no_pdf(redacted: set[int], is_place_held: bool, is_secret: bool) -> None:
    for name in ("weasyprint", "pypdf"):
        wanted(name)
    _hold(Format.PDF, {1, *redacted}, is_place_held, is_secret)


def _hold(form: Format, redacted: set[int], is_place_held: bool, is_secret: bool) -> None:
    material = MATERIAL
    sentences = {f"s{n}": "safety" for n in redacted}
    texts = {s.id: s.text for s in material.brief.sentences}
    secrets = Secrets(
        {name: texts[name] for name in sentences},
        tuple(text for name, text in texts.items() if name not in sentences),
        is_place_held,
        digests={"ab" * 32: "salted:" + "0" * 64} if is_secret else {},
        words={"01JX": "[redacted]"} if is_secret else {},
    )
    press = Press(Holds(None, is_place_held, sentences, {}), secrets)
    data = write_as(form, press.copy(material), "")
    press.send("file", data)
    said = [TELLING, *(texts[name] for name in sentences)]
    said += ["39.91234, 127.61234"] if is_place_held else []
    said += ["ab" * 32] if is_secret else []
    found = grep_all({"file": data}, said)
    assert {words: names for words, names in found.items() if names} == {}
    assert write_as(form, press.copy(material), "") == data


MATERIAL = told_everywhere()


def test_the_press_reads_what_a_pdf_and_a_word_file_say() -> None:
    """Without holds it is all there; then the press, which knows of them, stops each file."""
    for form, modules in ((Format.PDF, ("weasyprint", "pypdf")), (Format.DOCX, ("docx",))):
        for name in modules:
            wanted(name)
        data = write_as(form, MATERIAL, "")
        assert grep({"x": data}, TELLING) == ["x"]
        with pytest.raises(Leak):
            Press(Holds(None, False, {"s1": "x"}, {}), Secrets({"s1": TELLING})).send("x", data)
        title = replace(
            MATERIAL, brief=replace(MATERIAL.brief, title=TELLING, sentences=(), blocks=(), figures=())
        )
        with pytest.raises(Leak):
            Press(Holds(None, False, {"s1": "x"}, {}), Secrets({"s1": TELLING})).send(
                "x", write_as(form, title, "")
            )


def test_a_pdf_whose_words_cannot_be_read_is_not_taken_for_harmless() -> None:
    wanted("pypdf")
    assert unread(b"%PDF-1.7 nothing follows")
    assert unread(b"plain text") == ""


def test_what_cannot_be_made_here_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import siteline.workbench.briefs.formats as formats

    def gone(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(formats, "import_module", gone)
    able, told = forms_here()
    assert able == (Format.HTML, Format.MARKDOWN, Format.JSONLD, Format.BIBTEX)
    assert [remark.subject for remark in told] == ["pdf", "docx"]
    assert "pip install" in "".join(str(remark) for remark in told)


def test_formats_are_read_as_people_write_them() -> None:
    assert read_formats(["pdf, md", "pdf"]) == (Format.PDF, Format.MARKDOWN)
    with pytest.raises(BadSetting, match="no such format"):
        read_formats(["pdf", "odt"])
