"""Likelihood and confidence never stand in one sentence, and one text uses one set of words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.model.likelihood import BANDS, TermSet
from siteline.report.language import lint_sentences, lint_text, sentences_of, spoken


@pytest.mark.parametrize(
    "sentence",
    [
        "It is likely, with high confidence, that the hall is complete.",
        "We assess with moderate confidence that a second hall is very unlikely.",
        "The hall is almost certainly complete (high confidence).",
        "We are confident that it will probably open in May.",
        "There is a 70 % chance of that, and our confidence is low.",
        "A remote chance remains; we say so with low confidence.",
        "Highly\nimprobable, in our view, though CONFIDENCE is low",
    ],
)
def test_both_in_one_sentence_is_named(sentence: str) -> None:
    assert [fault.code for fault in lint_sentences([sentence])] == ["mixed"]


@pytest.mark.parametrize(
    "text",
    [
        "It is likely that the hall is complete. Confidence is high, as three looks show the roof.",
        "The area is about 4,300 m² (95 % confidence interval: 4,070–4,550), and it is likely a hall.",
        "He spoke in confidence and said it was likely.",
        "The minister said: “It is probable, with high confidence.” We judge it unlikely.",
        "Er sagte „likely“ und «probable». It is likely.",
        "Unlike the first hall, the second has a remote corner and the likelihoodless name Likelyville.",
        "Remote sensing shows a hall; it is likely complete.",
        "Detection probability above 95 % (calibrated on rendered sites); our confidence is high.",
    ],
)
def test_what_is_no_mixture_is_left_alone(text: str) -> None:
    assert lint_text(text) == []


def test_two_sets_of_words_in_one_text_are_named_once_each() -> None:
    faults = lint_text("It is likely. It is improbable that Mr. Kim came. It was probable.")
    assert [(fault.sentence, fault.code) for fault in faults] == [(1, "mixed"), (2, "mixed")]
    assert "improbable" in faults[0].message


def test_the_set_can_be_told() -> None:
    assert [f.sentence for f in lint_text("It is likely. It is probable.", terms=TermSet.B)] == [0]


def test_what_a_building_may_be_for_is_no_likelihood_of_the_table() -> None:
    said = ["A long hall, probably final assembly (A. Analyst).", "A third hall is unlikely."]
    assert lint_sentences(said, functions=[0]) == []
    assert lint_sentences(said) != []


def test_nothing_is_impossible_or_certain() -> None:
    assert [f.code for f in lint_text("There is a 100 % probability of that.")] == ["mixed"]
    assert lint_text("The roof is 100 % complete.") == []
    assert lint_text("There is a 0–5 % chance of that.") == []


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize("terms", TermSet)
def test_every_word_of_the_table_is_known_for_its_set(band: object, terms: TermSet) -> None:
    words = band.term(terms)  # type: ignore[attr-defined]
    tail = " chance" if words == "remote" else ""
    found = spoken(f"That is {words}{tail}, we think.").likelihoods
    assert found == ((words, terms),)


def test_sentences_end_where_they_end() -> None:
    text = (
        "Dr. A. Smith of the U.S. Navy saw 3.5 m. He left at 5 p.m. on 3 April! “Really?” It is likely; yes."
    )
    assert sentences_of(text) == [
        "Dr. A. Smith of the U.S. Navy saw 3.5 m.",
        "He left at 5 p.m. on 3 April!",
        "“Really?”",
        "It is likely; yes.",
    ]


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    """No text is too odd, and no word of it is lost in splitting."""
    assert "".join("".join(sentences_of(text)).split()) == "".join(text.split())
    lint_text(text)
