"""The page of a written brief: strict, inert, the same bytes for the same material, and nothing of what is withheld."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from siteline.claims.draft.reading import read_sentence, sentence_spans
from siteline.model.edition import Citation, CitedClaim, Step, Support
from siteline.report.edition.material import EditionMaterial
from siteline.report.edition.page import build_edition
from siteline.report.gate.check import hold
from siteline.report.gate.source import read_brief
from siteline.report.rules import Stamp

CLAIM = CitedClaim(
    cites=Citation("claim", "c1"),
    title="C1 (The Brandt Centre)",
    quote="the hall is large",
    language="en",
    trace=(Step("Words", "“the hall is large”", "ab" * 32, (Step("Image", "S1", "cd" * 32),)),),
)
BODY = """# The hall

The hall is large. [@claim:c1] Nobody said so.

- one thing [@claim:c1]
- another [@claim:c1]

| what | size |
|---|---|
| hall [@claim:c1] | large |

> the hall is large [@claim:c1]

![A view](pair:event:e1)
"""


def made(body: str = BODY, *supports: Support, title: str = "The hall") -> EditionMaterial:
    brief = read_brief(f"+++\ntitle = {title!r}\n+++\n{body}", sentence_spans)
    known = {(s.cites.kind, s.cites.ref): s for s in supports or (CLAIM,)}
    objections = hold(brief, known, {s.id: read_sentence(s.text) for s in brief.sentences})
    return EditionMaterial(brief, known, objections, {}, {"f1": "no image shows it"}, date(2024, 11, 25), "0")


def test_the_same_material_gives_the_same_bytes() -> None:
    assert build_edition(made()) == build_edition(made())


def test_a_date_behind_an_arabic_name_keeps_the_order_of_its_numbers() -> None:
    """The name is set apart in what we put together; what is hostile in it is still escaped."""
    title = "C1 (<b>مصنع الصواريخ</b>, 2024-11-25)"
    page = build_edition(made(BODY, replace(CLAIM, title=title, stale=(f"{title} was retracted",))))
    said = "C1 (&lt;b&gt;<bdi>مصنع الصواريخ</bdi>&lt;/b&gt;, 2024-11-25)"
    assert f"<h4><bdi>{said}</bdi>" in page  # in its note
    assert f"</span></a> {said}: {said} was retracted" in page  # in what stands against release
    assert f'<p class="fault">{said} was retracted</p>' in page


def test_every_sentence_that_cites_something_opens_its_note_with_every_digest() -> None:
    page = build_edition(made())
    links = set(re.findall(r'href="#(n\d+)"', page))
    assert links == set(re.findall(r'<article class="note" id="(n\d+)"', page))
    assert "ab" * 32 in page
    assert "cd" * 32 in page


def test_a_strict_policy_and_no_inline_style_or_script() -> None:
    page = build_edition(made())
    assert "default-src 'none'" in page
    assert "unsafe-inline" not in page
    assert "<script" not in page
    assert not re.search(r"\sstyle=", page)
    assert not re.search(r"\son\w+=", page)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "\u202eevil",
        "zero\u200bwidth",
        "]]>",
        "{{ 7*7 }}",
    ],
)
def test_hostile_words_are_inert_wherever_they_stand(hostile: str) -> None:
    claim = replace(CLAIM, title=hostile, trace=(Step(hostile, hostile, hostile),))
    page = build_edition(made(f"The hall is large {hostile.replace('|', '')} indeed. [@claim:c1]", claim))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert not set(page) & {"\u202e", "\u200b"}
    assert "49" not in page or hostile != "{{ 7*7 }}"


def test_what_is_open_is_stamped_and_listed() -> None:
    material = made()
    assert Stamp.OPEN in material.stamps
    page = build_edition(material)
    assert "What stands against release" in page
    assert "it cites nothing" in page


def test_the_list_of_what_is_open_quotes_the_start_of_a_long_sentence() -> None:
    """A sentence of 3,500 characters that breaks 78 rules once made a PDF of 82 pages; above its list it stands whole."""
    material = made()
    long = "it was lit in May and " * 150
    told = [replace(o, text=long) for o in material.objections]
    assert told
    listed = build_edition(replace(material, objections=told)).split("What stands against release")[1]
    assert long[:150] in listed
    assert max(len(quoted) for quoted in re.findall(r"<q>(.*?)</q>", listed)) <= 200


def test_a_brief_that_passes_says_that_nobody_has_released_it() -> None:
    material = made("The hall is large. [@claim:c1]")
    assert material.stamps == (Stamp.NOT_RELEASED,)


def test_a_withheld_sentence_is_nowhere_in_the_file() -> None:
    material = made("The hall is large. [@claim:c1] The guard is called Otto. [@claim:c1]")
    page = build_edition(replace(material, withheld={"s2": "withheld to protect a source"}))
    assert "Otto" not in page
    assert "withheld to protect a source" in page


def test_a_picture_that_cannot_be_made_says_why() -> None:
    assert "no image shows it" in build_edition(made())
