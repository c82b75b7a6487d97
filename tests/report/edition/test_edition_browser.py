"""An edition full of hostile things in a real browser: inert, within a strict policy, and nothing covers anything."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from siteline.model.edition import Step
from siteline.report.edition.bibliography import write_bibliography
from siteline.report.edition.linked import describe_edition
from siteline.report.edition.material import EditionMaterial
from siteline.report.edition.page import build_edition
from siteline.report.edition.printed import print_edition
from siteline.report.edition.prose import write_prose
from siteline.report.edition.word.write import write_word
from siteline.report.figure import Figure
from tests.conftest import wanted
from tests.report.edition.made import BODY, HEAD, SVG, claim, event, made
from tests.report.test_browser import browser as browser

TEN_MB = "The hall appears to be complete. " * 310_000
HOSTILE = (
    "<script>hacked=1</script>",
    "</title><script>hacked=1</script>",
    "\u202egnp.exe \u2066\u200b\ufeff zero\u200dwidth",
    "=cmd|' /C calc'!A0",
    "}} \\input{/etc/passwd} @article{x, } % $",
    "\x00\x08\x0b\ufffe]]>&bogus;",
    "Z" + "\u0300" * 400 + "algo",
    "a" * 900,
)
SCRIPTED = SVG.replace(
    b"<text", b'<script>hacked=1</script><image href="https://example.org/x.png"/><text onload="hacked=1"'
)


def hostile() -> EditionMaterial:
    """Titles, words, addresses, names and pictures as an enemy would write them."""
    bad = " ".join(HOSTILE)
    source = replace(
        claim("c1").sources[0], title=bad, author=HOSTILE[4], url='https://e.org/"><script>\n} ,@x{'
    )
    steps = (Step(HOSTILE[0], TEN_MB, "ab" * 32, tuple(Step("Image", one, "cd" * 32) for one in HOSTILE)),)
    first = claim("c1", title=bad, quote=TEN_MB, trace=steps, sources=(source,), stale=(HOSTILE[1],))
    wide = "\n\n| " + " | ".join(f"column {n} of a wide table" for n in range(14)) + " |\n|" + "---|" * 14
    wide += "\n| " + " | ".join("1,234,567.89 missiles" for _ in range(14)) + " [@said] |\n"
    # what a file can hold and still be read as a brief
    told = "".join(f"\n\nIt said {one.replace(chr(0), '')} of it. [@said]" for one in HOSTILE)
    material = made(BODY + wide + told, first, claim("c2"), event("e1"), event("e2"), head=HEAD)
    pictures = {
        name: tuple(
            replace(
                f, alt=HOSTILE[0], caption=bad, credit=bad, data=SCRIPTED if "svg" in f.media_type else f.data
            )
            for f in drawn
        )
        for name, drawn in material.pictures.items()
    }
    return replace(material, pictures=pictures, corrections=(bad,))


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, written once."""
    file = tmp_path_factory.mktemp("edition") / "brief.html"
    file.write_text(build_edition(hostile()), encoding="utf-8")
    return file


def test_a_ten_megabyte_text_leaves_a_page_of_ordinary_size(page_file: Path) -> None:
    assert page_file.stat().st_size < 2_000_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_inert_and_nothing_sticks_out_or_is_clipped(
    browser: Any, page_file: Path, width: int, scheme: str
) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    policy = page.evaluate("document.querySelector('meta[http-equiv]').content")
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(_STICKING_OUT, width) == []
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    assert page.evaluate(_WIDE_TABLE)
    page.goto(f"{page_file.as_uri()}#n1")
    note = page.evaluate(
        "(r => [r.left, r.right, r.width])(document.querySelector('#n1').getBoundingClientRect())"
    )
    assert note[0] >= 0
    assert note[1] <= width + 1
    assert page.evaluate("getComputedStyle(document.querySelector('#n1')).position") == "fixed"
    assert said == []
    assert {url.split("#")[0] for url in asked if not url.startswith("data:image/")} == {page_file.as_uri()}
    page.close()


def test_on_paper_nothing_is_cut_at_the_edge(browser: Any, page_file: Path) -> None:
    page = browser.new_page(viewport={"width": 690, "height": 980})
    page.goto(page_file.as_uri())
    page.emulate_media(media="print")
    assert page.evaluate(_STICKING_OUT.replace(", .scroll", ""), 690) == []
    assert page.evaluate("getComputedStyle(document.querySelector('.stamps')).position") == "static"
    page.close()


def test_in_every_other_form_too_it_is_only_words() -> None:
    wanted("weasyprint")
    wanted("docx")
    material = hostile()
    told = {
        "md": write_prose(material),
        "bib": write_bibliography(material),
        "linked": str(describe_edition(material)),
    }
    for form, text in told.items():
        assert len(text) < 2_000_000, form
        assert not set(text) & set("\u202e\u2066\u200b\ufeff\x00\x08\x0b"), form
    assert "<script>" not in told["md"]
    assert "\\input" not in told["bib"]
    assert told["bib"].count("@") == told["bib"].count("{@}") + told["bib"].count("@misc{")
    pdf = wanted("pypdf").PdfReader(io.BytesIO(print_edition(material)))
    names = str(pdf.trailer["/Root"].get("/Names", "")) + str(pdf.trailer["/Root"].get("/OpenAction", ""))
    assert "JavaScript" not in names
    word = wanted("docx").Document(io.BytesIO(write_word(material, "ab" * 32)))
    assert not [r for r in word.part.rels.values() if r.is_external]


def test_a_picture_with_a_script_in_it_is_a_picture() -> None:
    drawn = Figure("x", "image/svg+xml", SCRIPTED, (300, 60), "x", "", "")
    page = build_edition(replace(made(), pictures={"f1": (drawn,)}))
    assert "<script" not in page
    assert "data:image/svg+xml" in page


_STICKING_OUT = """width => [...document.querySelectorAll('body *')]
  .filter(e => !e.closest('.watermark, .hidden, .scroll') && e.getClientRects().length)
  .filter(e => { const r = e.getBoundingClientRect(); return r.right > width + 1 || r.left < -1; })
  .map(e => e.tagName + '.' + e.className).slice(0, 5)"""

_WIDE_TABLE = """() => [...document.querySelectorAll('.scroll')].every(
  s => s.scrollWidth <= s.clientWidth || getComputedStyle(s).overflowX === 'auto')"""
