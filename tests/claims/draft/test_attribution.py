"""Who says it, with which stance, and from whom they had it."""

from __future__ import annotations

import pytest

from siteline.claims.draft.article import draft_text
from siteline.model.draft import Draft


def one(text: str) -> Draft:
    """The only draft of a text."""
    [draft] = draft_text(text).drafts
    return draft


@pytest.mark.parametrize(
    ("text", "source", "stance"),
    [
        ("Weir said the hall was finished.", "Weir", "asserts"),
        (
            "The hall was finished, said Dana Weir, an analyst at the centre.",
            "Dana Weir, an analyst at the centre",
            "asserts",
        ),
        ("The hall, she said, was finished.", "she", "asserts"),
        ("According to the mayor, the hall was finished.", "the mayor", "asserts"),
        ("As reported by the BBC, five ships left the port.", "the BBC", "asserts"),
        ("In the words of one diplomat, it was over.", "one diplomat", "asserts"),
        ("The ministry on Monday announced that the hall was finished.", "The ministry", "asserts"),
        ("But the ministry has repeatedly denied the report.", "the ministry", "denies"),
        ("The claim was denied by the defence ministry.", "the defence ministry", "denies"),
        ("The ministry rejected the allegation as absurd.", "The ministry", "denies"),
        ("The army said it had not targeted the hospital.", "The army", "denies"),
        ("The report is false, the ministry said.", "the ministry", "denies"),
        ('"It is a lie," Colonel Ivan Petrov told reporters.', "Colonel Ivan Petrov", "denies"),
        ("The firm declined to comment.", "The firm", "no_position"),
        ("The firm would neither confirm nor deny the report.", "The firm", "no_position"),
        ("The North has not confirmed the launch.", "The North", "no_position"),
        ("Reuters could not independently verify the footage.", "Reuters", "no_position"),
        ("The firm did not deny the report.", "The firm", "no_position"),
        ("There was no immediate comment from Moscow.", "Moscow", "no_position"),
        ("The firm did not immediately respond to a request for comment.", "The firm", "nonresponse"),
        ("The embassy could not be reached for comment.", "The embassy", "nonresponse"),
        ("Requests for comment sent to the factory went unanswered.", "the factory", "nonresponse"),
        (
            "Neither the company nor its owner responded to requests.",
            "Neither the company nor its owner",
            "nonresponse",
        ),
        ("The agency retracted its report on the blast.", "The agency", "retracts"),
        (
            "An earlier version of this article misstated the date.",
            "An earlier version of this article",
            "corrects",
        ),
    ],
)
def test_speakers_and_what_they_do(text: str, source: str, stance: str) -> None:
    draft = one(text)
    assert draft.source is not None
    assert (draft.source.words, draft.stance) == (source, stance)


@pytest.mark.parametrize(
    "text",
    [
        "The company denied access to the site.",
        "Police dismissed the commander on Friday.",
        "The United States sent three ships.",
        "The reported damage is small.",
        "An estimated 60 people live there.",
        "None of the companies named in this report is accused.",
        "The note was lost.",
    ],
)
def test_what_only_looks_like_speech_has_no_speaker(text: str) -> None:
    draft = one(text)
    assert draft.source is None
    assert draft.stance in ("asserts", "hedges")


@pytest.mark.parametrize(
    "text",
    [
        'The aid group said: "We have never seen such damage."',
        "The team said it had seen no missiles there.",
        "Officials said the plant was not damaged.",
        "Weir said no more than 12 halls were built.",
    ],
)
def test_a_negation_alone_is_no_denial(text: str) -> None:
    assert one(text).stance in ("asserts", "hedges")


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        (
            "The Herald reported, citing two officials, that the gate was shut.",
            ["two officials", "The Herald"],
        ),
        ("An official told the Herald that the gate was shut.", ["An official", "the Herald"]),
        (
            "A report seen by the Herald said the gate was shut.",
            ["A report seen by the Herald", "the Herald"],
        ),
        ("Ostinform quoted a guard as saying the gate was shut.", ["a guard", "Ostinform"]),
        (
            "The gate was shut, Yonhap reported, citing the intelligence service.",
            ["the intelligence service", "Yonhap"],
        ),
        ("The mayor said that the army had denied the report.", ["the army", "The mayor"]),
    ],
)
def test_the_chain_begins_with_the_speaker(text: str, chain: list[str]) -> None:
    draft = one(text)
    assert [v.span.words for v in draft.chain] == chain
    assert [v.role for v in draft.chain] == ["primary", *["relay"] * (len(chain) - 1)]


def test_two_speakers_of_one_sentence_are_two_drafts() -> None:
    first, second = draft_text("Officials said the plant was hit, but the ministry denied the report.").drafts
    assert (first.quote, first.stance) == ("Officials said the plant was hit", "asserts")
    assert (second.quote, second.stance) == ("the ministry denied the report.", "denies")


def test_anonymity_is_named_with_its_words() -> None:
    asked = one("A military source, who asked not to be named, said 60 missiles were fired.")
    assert asked.chain[0].anonymity == "asked"
    assert one("Port officials said 60 missiles were fired.").chain[0].anonymity == "unnamed"
    assert one("Dana Weir, an analyst, said 60 missiles were fired.").chain[0].anonymity == ""


def test_pronouns_and_the_centre_are_traced_back_with_the_reason() -> None:
    drafts = draft_text(
        "Dana Weir of the Brandt Centre said it was a hall. She said it was new. The centre said it was large."
    ).drafts
    assert [d.chain[0].refers_to.words if d.chain[0].refers_to else None for d in drafts] == [
        None,
        "Dana Weir of the Brandt Centre",
        "Brandt Centre",
    ]
    assert all("seems to be" in d.chain[0].reason for d in drafts[1:])


def test_a_quotation_over_paragraphs_keeps_its_speaker() -> None:
    text = "“The hall is new.\n\n“It is also large,” said Dana Weir.\n\n“Nobody works there.”"
    drafts = draft_text(text).drafts
    assert [d.source.words if d.source else None for d in drafts[:2]] == ["Dana Weir", "Dana Weir"]
    assert "the speaker of the same quotation" in " ".join(drafts[0].reasons)


def test_doubt_is_the_writers_and_is_kept_apart_from_the_stance() -> None:
    draft = one("The ministry claimed that the hall was empty.")
    assert (draft.stance, draft.cue_stance) == ("asserts", "doubt")


def test_a_condition_claims_nothing_of_the_present() -> None:
    draft = one("Output may double if deliveries continue.")
    assert (draft.stance, draft.condition.words if draft.condition else "") == (
        "asserts",
        "if deliveries continue",
    )


def test_what_a_person_must_settle_is_asked() -> None:
    asks = " ".join(
        one("A third of the attacks failed on 3 February, he said; the film has since been removed.").asks
    )
    assert "in which unit" in asks
    assert "which year" in asks
    assert "claim of removal" in asks
    assert "Who is “he”?" in asks
