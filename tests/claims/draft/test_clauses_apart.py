"""A sentence in which two speak is two drafts, even where the first clause ends with what the speaker did."""

from __future__ import annotations

import pytest

from siteline.claims.draft.article import draft_text


@pytest.mark.parametrize("turn", ["and", "but", "while"])
def test_one_who_declined_and_one_who_did_not_answer_are_two(turn: str) -> None:
    text = f"The ministry declined to comment, {turn} the company did not respond to a request for comment."
    found = [(d.stance, d.chain[0].span.words, d.quote) for d in draft_text(text).drafts]
    assert found == [
        ("no_position", "The ministry", "The ministry declined to comment"),
        ("nonresponse", "the company", "the company did not respond to a request for comment."),
    ]


def test_a_denial_after_a_refusal_to_comment_is_the_deniers_alone() -> None:
    found = draft_text("The ministry declined to comment, and the company denied it.").drafts
    assert [(d.stance, [v.span.words for v in d.chain]) for d in found] == [
        ("no_position", ["The ministry"]),
        ("denies", ["the company"]),
    ]
