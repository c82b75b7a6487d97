"""Print, Markdown, linked data and bibliography: each says what the page says, and nothing that the page may not."""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from siteline.model.edition import Citation, CitedExhibit, Source, Step
from siteline.report.edition.bibliography import address, key_of, tex, write_bibliography
from siteline.report.edition.layers import texts_in
from siteline.report.edition.linked import describe_edition
from siteline.report.edition.page import build_edition
from siteline.report.edition.printed import print_edition
from siteline.report.edition.prose import literal, write_prose
from siteline.report.edition.restricted import without_restricted
from siteline.report.edition.word.write import write_word
from tests.conftest import wanted
from tests.report.edition.made import BODY, claim, event, made

PROV = "http://www.w3.org/ns/prov#"


def texts(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in wanted("pypdf").PdfReader(io.BytesIO(pdf)).pages]


def test_print_has_korean_and_cyrillic_as_text_and_stamps_on_every_sheet() -> None:
    wanted("weasyprint")
    pages = texts(print_edition(made(BODY + "\n\nMore is said. [@said]" * 60)))
    assert len(pages) >= 3
    assert all("DRAFT – NOT PASSED" in page for page in pages)
    whole = "".join(pages)
    assert "평양의 공장" in whole
    assert "Завод" in whole
    assert "ab" * 32 in re.sub(r"\s", "", whole)


def test_print_is_tagged_and_says_its_title_and_language() -> None:
    wanted("weasyprint")
    read = wanted("pypdf").PdfReader(io.BytesIO(print_edition(made())))
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert "평양의 공장" in read.metadata.title


def test_the_same_material_gives_the_same_bytes_in_every_form() -> None:
    wanted("weasyprint")
    assert print_edition(made()) == print_edition(made())
    for form in (write_prose, write_bibliography, describe_edition):
        assert form(made()) == form(made())  # type: ignore[operator]


def test_markdown_keeps_every_sentence_and_numbers_its_notes() -> None:
    material = made()
    told = write_prose(material)
    shown = MarkdownIt("commonmark").enable("table").render(told)
    for sentence in material.brief.sentences:
        assert all(cell in shown for cell in sentence.text.split("\t")), sentence.text
    numbers = re.findall(r"(?<!\n)\[\^(\d+)\]", told)
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
    assert re.findall(r"^\[\^(\d+)\]:", told, re.MULTILINE) == numbers


@given(st.text(min_size=1, max_size=60))
@settings(max_examples=150, deadline=None)
def test_words_that_are_made_literal_mean_nothing_in_markdown(said: str) -> None:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(f"x {literal(said)}")
    inside = [child.type for token in tokens for child in token.children or ()]
    assert set(inside) <= {"text", "text_special"}
    assert [t.type for t in tokens] == ["paragraph_open", "inline", "paragraph_close"]


@pytest.mark.parametrize(
    "start", ["# x", "- x", "1. x", "+ x", "> x", "=== x", "    x", "| a | b |", "[^1]: x"]
)
def test_a_sentence_that_begins_like_a_mark_stays_a_sentence(start: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(literal(start))
    assert [t.type for t in tokens] == ["paragraph_open", "inline", "paragraph_close"]


def test_a_film_is_named_with_its_digest_beside_the_still_in_every_form() -> None:
    """Its name follows from its bytes, which bear the number of the edition; the still has a narrow twin."""
    from PIL import Image

    from siteline.report.edition.trace import figure_files, film_name, number_picture
    from siteline.report.figure import Film, Narrow
    from tests.report.edition.made import picture

    held = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), shade) for shade in ("#000000", "#ffffff")]
    frames[0].save(held, "GIF", save_all=True, append_images=frames[1:])
    still = picture()
    film = Film("image/gif", held.getvalue(), {"siteline": "figure/1", "shape": "timelapse"})
    moving = replace(still, film=film, narrow=Narrow("image/png", still.data, still.size))
    numbered = number_picture(moving, "3", 1)
    assert numbered.film is not None
    assert b"edition 3, figure 1" in numbered.film.data
    with Image.open(io.BytesIO(numbered.film.data)) as opened:
        assert (opened.n_frames, opened.info["comment"]) == (2, b"edition 3, figure 1")
    material = replace(made(), pictures={"f1": (numbered,)}, number="3")
    name, digest = film_name(numbered.film), hashlib.sha256(numbered.film.data).hexdigest()
    page, text = build_edition(material), write_prose(material)
    assert f'<a href="{name}">' in page
    assert "<source media=" in page
    for told in (page, text):
        assert name in told
        assert digest in told
    files = {where: content for where, content, _ in figure_files(material)}
    assert files[name] == numbered.film.data
    assert json.loads(files[f"{name}.json"])["sha256"] == digest


def test_a_credit_that_stands_in_its_picture_is_not_repeated_below_it() -> None:
    """Where only the words of a brief go out, it is said all the same."""
    wanted("docx")
    plain = made()
    credited = replace(
        plain,
        pictures={
            name: tuple(replace(p, is_credited=True) for p in drawn) for name, drawn in plain.pictures.items()
        },
    )
    said = re.compile(r"Images: (<bdi>)?An agency(</bdi>)? \((<bdi>)?CC BY 4.0")
    for write in (build_edition, lambda material: " ".join(texts_in(write_word(material, "")))):
        assert said.search(write(plain))
        assert not said.search(write(credited))
    assert said.search(write_prose(credited).replace("\\", ""))


def test_linked_data_walks_from_a_sentence_to_the_bytes() -> None:
    rdflib = wanted("rdflib")
    graph = rdflib.Graph().parse(data=json.dumps(describe_edition(made())), format="json-ld")
    derived = rdflib.URIRef(f"{PROV}wasDerivedFrom")
    [sentence] = graph.subjects(rdflib.URIRef(f"{PROV}value"), rdflib.Literal("The hall is large."))
    reached = set(graph.transitive_objects(sentence, derived))
    digests = {
        str(d) for node in reached for d in graph.objects(node, rdflib.URIRef("urn:siteline:ns:sha256"))
    }
    assert digests == {"ab" * 32, "cd" * 32}
    members = set(graph.objects(None, rdflib.URIRef(f"{PROV}hadMember")))
    assert len(members) == len([s for s in made().brief.sentences if s.citations or s.is_editorial])


def test_a_bibliography_names_each_source_once_with_its_digest() -> None:
    told = write_bibliography(
        made("It is large. [@claim:c1] So it is. [@claim:c1; @claim:c2]", claim("c1"), claim("c2"))
    )
    assert len(re.findall(r"^@misc\{", told, re.MULTILINE)) == 2
    assert "urldate = {2024-11-26}" in told
    assert f"SHA-256 {'ab' * 32}" in told
    assert r"50 \% of it \& more\_words" in told
    assert "https://example.org/a_b?c=1&d=%20" in told
    assert key_of(claim("c1").sources[0]) == "brandt2024-01jc1"


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_no_text_ends_a_field_or_begins_a_command_in_tex(said: str) -> None:
    written = tex(said)
    bare = re.sub(r"\\(textbackslash|textasciitilde|textasciicircum)\{\}|\\[{}$&#_%]", "", written)
    assert "\\" not in bare
    assert not set(bare) & set("$&#_%~^")
    depth = 0
    for letter in re.sub(r"\\[{}]", "", written):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        assert depth >= 0
    assert depth == 0


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_an_address_holds_no_brace_backslash_or_space(said: str) -> None:
    assert not re.search(r"[{}\\\s\"<>]", address(f"https://example.org/{said}"))


@pytest.mark.parametrize("said", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", ""])
def test_what_is_no_web_address_is_not_one_in_a_bibliography(said: str) -> None:
    assert address(said) == ""


SECRET = ("Otto the guard", "01JSECRET", "99" * 32, "secret.pdf")


def with_secret() -> object:
    hidden = CitedExhibit(
        cites=Citation("exhibit", "01JSECRET"),
        title="secret.pdf: Otto the guard",
        is_restricted=True,
        rights=("it is restricted to named readers",),
        trace=(Step("Exhibit", "01JSECRET: secret.pdf", "99" * 32),),
        sources=(Source("01JSECRET", "secret.pdf", author="Otto the guard", sha256="99" * 32),),
    )
    body = (
        "It was said so. [@exhibit:01JSECRET]\n\nThe hall is large. [@claim:c1]\n\n![It](exhibit:01JSECRET)"
    )
    return without_restricted(made(body, hidden, claim("c1"), event("e1")))


@pytest.mark.parametrize("form", [build_edition, write_prose, write_bibliography, describe_edition])
def test_nothing_names_what_is_restricted(form: object) -> None:
    told = str(form(with_secret()))  # type: ignore[operator]
    assert not [secret for secret in SECRET if secret in told]
    assert "large" in told or form is write_bibliography


@pytest.mark.parametrize("form", [build_edition, write_prose, write_bibliography, describe_edition])
def test_nothing_says_what_is_withheld_nor_what_it_alone_rested_on(form: object) -> None:
    body = "The hall is large. [@claim:c1]\n\nThe guard is called Otto. [@claim:c2]\n\n| a |\n|---|\n| Otto [@claim:c2] |"
    otto = claim("c2", title="what Otto said", sources=(Source("01JX", "Otto’s letter"),))
    material = made(body, claim("c1"), otto)
    hidden = {s.id: "withheld to protect a source" for s in material.brief.sentences if "Otto" in s.text}
    assert "Otto" not in str(form(replace(material, withheld=hidden)))  # type: ignore[operator]
