"""Whole articles: the annotated one, and those written for these tests."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from siteline.claims.draft.article import draft_text
from tests.claims.draft.measured import ARTICLES, OURS, assert_exact, hold, read_article

STANCES = {"deny": "denies", "retracted": "corrects", "conditional": "asserts"}


def test_the_annotated_article_is_read_by_source_and_stance(shared: Path) -> None:
    """B1: at least 11 of 14 sentences right on source (to the character) and stance; offsets exact; silence is no denial."""
    gold = shared / "data/records/gold"
    text = (gold / "synthetic_article.txt").read_bytes().decode()
    annotations = json.loads((gold / "synthetic_article.gold.json").read_text(encoding="utf-8"))
    drafts = draft_text(text)
    assert_exact(text, drafts)
    by_place = {(d.start, d.end): d for d in drafts.drafts}
    right = 0
    for said in annotations:
        draft = by_place[said["start"], said["end"]]
        wanted = STANCES.get(said["polarity"], said["polarity"])
        wanted = ("hedges" if said["hedges"] else "asserts") if wanted == "assert" else wanted
        source = [draft.source.words, draft.source.start, draft.source.end] if draft.source else None
        is_conditional = said["polarity"] != "conditional" or draft.condition is not None
        right += source == said["source"] and draft.stance == wanted and is_conditional
        if said["polarity"] == "nonresponse":
            assert draft.stance == "nonresponse"
    assert right >= 11, right


def test_the_annotated_quantities_are_the_intervals_that_the_rules_give(shared: Path) -> None:
    """Counts, killed and wounded, the ratio with its direction, shares: as annotated."""
    text = (shared / "data/records/gold/synthetic_article.txt").read_bytes().decode()
    found = {
        q.span.words: (q.low, q.high, q.unit, q.direction)
        for d in draft_text(text).drafts
        for q in d.quantities
    }
    assert found["at least 24 missiles"] == (24, None, "missiles", "")
    assert found["at least 14 civilians"] == (14, None, "killed civilians", "")
    assert found["more than seventy"] == (71, None, "wounded", "")
    assert found["more than 290 foreign-made components"] == (291, None, "components", "")
    assert found["about 60 to 70 percent the size of the existing one"] == (0.6, 0.7, "ratio", "of")
    assert found["60 to 70 percent larger than the existing one"] == (1.6, 1.7, "ratio", "larger")
    assert found["three quarters"][:2] == (0.75, 0.75)
    assert found["double"][:2] == (2, 2)
    assert not any("112" in words or "14 Works" in words for words in found)


@pytest.mark.parametrize("name", OURS)
def test_articles_of_other_kinds_are_read_too(name: str) -> None:
    """Press, wire with translation, an NGO's report, Ukrainian, Korean: nine in ten sentences right, offsets exact."""
    text, annotations = read_article(name)
    assert_exact(text, draft_text(text))
    held = hold(text, annotations)
    right = sum(not h.wrong for h in held)
    assert right >= 0.9 * len(held), [(h.begins, h.wrong) for h in held if h.wrong]
    for said, h in zip(annotations, held, strict=True):
        if said["stance"] == "nonresponse":
            assert h.draft is not None
            assert h.draft.stance == "nonresponse"


@pytest.mark.parametrize("name", OURS)
def test_line_ends_of_other_systems_change_nothing_but_places(name: str) -> None:
    """The same article with CRLF gives the same drafts."""
    text, _ = read_article(name)
    other = text.replace("\n", "\r\n")
    one, two = draft_text(text), draft_text(other)
    assert_exact(other, two)
    assert [(d.quote, d.stance) for d in one.drafts] == [
        (d.quote.replace("\r\n", "\n"), d.stance) for d in two.drafts
    ]


def test_a_text_in_a_language_we_do_not_read_is_only_cut_into_sentences() -> None:
    """It says so, and claims nothing of who says what."""
    text = "Der Minister bestritt den Bericht. Er sagte, die Halle sei leer. Niemand hat danach noch einmal gefragt, warum."
    found = draft_text(text)
    assert found.lang == "und"
    assert "language not understood: sentences only" in found.notes
    assert len(found.drafts) == 3
    assert {(d.stance, d.chain, d.hedges) for d in found.drafts} == {("", (), ())}


def test_single_sentences_in_four_languages_are_read_by_source_and_stance() -> None:
    """107 invented sentences: nine in ten right on both, and none that was not answered is a denial."""
    with (ARTICLES / "sentences.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = []
    for row in rows:
        draft = draft_text(row["text"]).drafts[0]
        found = (draft.source.words if draft.source else "", draft.stance)
        assert (row["stance"], found[1]) != ("nonresponse", "denies")
        if found != (row["source"], row["stance"]):
            wrong.append((row["text"], found))
    assert len(rows) == 107
    assert len(wrong) <= 10, wrong
