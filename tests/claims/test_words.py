"""A quote is in its exhibit letter by letter, or it is refused with the nearest place."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from siteline.claims.relation import RelationKind
from siteline.model.claim import AnchorKind, Hedge
from siteline.model.errors import BadStatement, BrokenCustody, CannotTell, NotForYou, NotFound, NotThere
from siteline.workbench.case import Case
from siteline.workbench.claims.adding import add_statement
from siteline.workbench.claims.exporting import export_claims
from siteline.workbench.claims.filing import anchor_words, file_statements
from siteline.workbench.claims.question import trace_drift
from siteline.workbench.claims.saying import say_page
from siteline.workbench.claims.telling import tell_list, tell_page
from siteline.workbench.claims.words import render_text
from siteline.workbench.claims.words_said import list_relations
from tests.claims.conftest import ARTICLE, take_in
from tests.claims.factory import make_statement


def test_offsets_count_code_points_of_the_text_as_it_is(case: Case, article: str) -> None:
    quote = "Un cafe\u0301 brûlait."
    anchor = anchor_words(case, article, quote)
    assert ARTICLE[anchor.start : anchor.end] == quote
    assert render_text(case, article).text == ARTICLE
    assert anchor.rendition.startswith("text/1:")
    said = replace(make_statement("S1"), anchor=anchor, quote=quote)
    assert file_statements(case, [said]) == ["S1"]
    assert case.statements.get("S1").statement == said


@pytest.mark.parametrize(
    ("quote", "hint"),
    [
        ("at least 12 people were killed on monday", "character 70"),
        ("At least 12 people were murdered on Monday", "character 70"),
        ('"second hall" is', "“second hall” is"),
        (unicodedata.normalize("NFC", "Un cafe\u0301 brûlait"), "other code points"),
        ("zzzz", "Nothing like it"),
    ],
)
def test_words_that_are_not_there_are_refused_with_the_nearest_place(
    case: Case, article: str, quote: str, hint: str
) -> None:
    with pytest.raises(NotThere) as refused:
        anchor_words(case, article, quote)
    assert hint in refused.value.hint


def test_words_that_stand_there_twice_need_a_place(case: Case, article: str) -> None:
    with pytest.raises(NotThere, match="more than once"):
        anchor_words(case, article, "At least 12")
    second = ARTICLE.index("At least 12.")
    assert anchor_words(case, article, "At least 12", second).start == second
    with pytest.raises(NotThere, match="not at character 3"):
        anchor_words(case, article, "At least 12", 3)


def test_offsets_that_do_not_fit_file_nothing(case: Case, article: str) -> None:
    anchor = anchor_words(case, article, "At least 12 people")
    good = replace(make_statement("S1"), anchor=anchor, quote="At least 12 people")
    moved = replace(good, id="S2", anchor=replace(anchor, start=69, end=87))
    with pytest.raises(NotThere):
        file_statements(case, [good, moved])
    assert case.statements.find() == []
    with pytest.raises(BadStatement, match="characters"):
        replace(good, quote="At least 12")
    hedged = replace(good, hedges=(Hedge("about", start=70, end=75),))
    with pytest.raises(NotThere, match="hedge"):
        file_statements(case, [hedged])
    altered = replace(good, anchor=replace(anchor, sha256="0" * 64))
    with pytest.raises(BrokenCustody):
        file_statements(case, [altered])


def test_words_can_be_quoted_out_of_a_page(case: Case, tmp_path: Path) -> None:
    head = "<html><head><title>t</title><script>var x='12 dead'</script></head>"
    page = f"{head}<body><p>Twelve\n <b>were</b> killed &amp; more.</p></body></html>"
    file = take_in(case, tmp_path, page)
    anchor = anchor_words(case, file, "Twelve were killed & more.")
    assert render_text(case, file).text[anchor.start : anchor.end] == "Twelve were killed & more."
    with pytest.raises(NotThere):
        anchor_words(case, file, "12 dead")


def test_an_exhibit_without_text_cannot_be_quoted(case: Case, tmp_path: Path) -> None:
    picture = take_in(case, tmp_path, "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    with pytest.raises(CannotTell, match="no text"):
        anchor_words(case, picture, "IHDR")
    with pytest.raises(NotFound):
        anchor_words(case, "0" * 26, "x")


def test_an_observation_names_the_bytes_it_was_seen_in(case: Case, article: str) -> None:
    sha256 = case.exhibits.get(article).sha256
    url = make_statement("S1")
    seen = replace(
        url,
        anchor=replace(url.anchor, kind=AnchorKind.OBSERVED, exhibit_id=article, sha256=sha256),
        quote="a second hall, 60 to 70 % the size of the first",
        imagery=(article,),
    )
    assert file_statements(case, [seen]) == ["S1"]
    with pytest.raises(BrokenCustody):
        file_statements(case, [replace(seen, id="S2", anchor=replace(seen.anchor, sha256="0" * 64))])


def test_what_a_source_wrote_cannot_steer_a_terminal(case: Case, article: str) -> None:
    quote = "\u202eevil\u202c"
    name, _ = add_statement(
        case, {"claim_key": "k", "exhibit": article, "quote": quote, "claimant": "a\u200bb"}
    )
    assert case.statements.get(name).statement.quote == quote
    lines = say_page(case, name)
    assert all(line.isprintable() for line in lines)
    assert any("<U+202E>evil<U+202C>" in line for line in lines)


def test_what_quotes_a_restricted_exhibit_is_for_its_readers_alone(
    case: Case, article: str, tmp_path: Path
) -> None:
    name, _ = add_statement(
        case, {"claim_key": "k", "exhibit": article, "quote": "the analyst said", "id": "S1"}
    )
    add_statement(case, {"claim_key": "k", "url": "https://example.org/", "id": "S2"})
    assert {r["kind"] for r in list_relations(case)} == {"corroborates"}
    case.relations.say("S1", "S2", RelationKind.SUPPORTS, "added", "both were there")
    case.exhibits.restrict(article, "protects a source", ["B. Reader"])
    assert [told["id"] for told in tell_list(case)] == ["S2"]
    assert [row["statements"] for row in trace_drift(case)] == [["S2"]]
    assert list_relations(case) == []
    for refused in (lambda: tell_page(case, name), lambda: anchor_words(case, article, "the analyst said")):
        with pytest.raises(NotForYou):
            refused()
    files = export_claims(case, tmp_path / "out")
    assert all("S1" not in file.read_text(encoding="utf-8") for file in files)
