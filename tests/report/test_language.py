"""Likelihood and confidence never stand in one sentence, and one text uses one set of words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.model.likelihood import BANDS, TermSet
from siteline.report.language import lint_ratings, lint_sentences, lint_text, sentences_of, spoken


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
    lint_ratings([text])


@pytest.mark.parametrize(
    "sentence",
    [
        "The report is rated B1.",
        "Admiralty code: A1.",
        "Information credibility 1.",
        "We give it a credibility of 1, as both agree.",
    ],
)
def test_a_one_that_was_typed_is_named_unless_it_was_computed(sentence: str) -> None:
    assert [fault.code for fault in lint_ratings([sentence])] == ["confirmed"]
    assert lint_ratings([sentence], has_two_origins=True) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Their average reliability is C.",
        "The credibility of the reports averages 3.",
        "The mean credibility lies between 2 and 3.",
        "It has a credibility of 2.5.",
    ],
)
def test_a_class_is_no_number_in_a_text_either(sentence: str) -> None:
    assert "averaged" in [fault.code for fault in lint_ratings([sentence])]


@pytest.mark.parametrize(
    "sentence",
    ["Hall B1 is 100 m long.", "The report is rated B2.", "Credibility cannot be judged (6).", "He said “rated A1”.",
     "Credibility 10 years on.", "Its credibility fell by 1 %."],
)  # fmt: skip
def test_what_rates_nothing_as_one_is_left_alone(sentence: str) -> None:
    assert lint_ratings([sentence]) == []


@pytest.mark.parametrize(
    "letter", ["“", "„", "«", '"', "likely ", "credibility of ", "Mr. ", "5 % ", "average "]
)
def test_a_hostile_text_takes_no_time(letter: str) -> None:
    """Sixty thousand characters that open and never close are read in seconds."""
    text = letter * (60_000 // len(letter))
    began = time.perf_counter()
    lint_text(text)
    lint_ratings([text])
    assert time.perf_counter() - began < 20
