"""Sentences, quotations, headlines, lists, datelines."""

from __future__ import annotations

import pytest

from siteline.claims.draft.language import lexicon_of
from siteline.claims.draft.quotations import find_quotations, outer
from siteline.claims.draft.sentences import split

LEXICONS = tuple(found for code in ("en", "uk", "ru") if (found := lexicon_of(code)))


def cut(text: str) -> list[str]:
    """The sentences of a text."""
    return [text[s.start : s.end] for s in split(text, LEXICONS)[0]]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Mr. Orsik met Dr. Lena Aufrecht at 5 p.m. on Friday.", 1),
        ("He arrived at 5 p.m. The gate was shut.", 2),
        ("The U.S. Navy sailed. It was 3.5 km away.", 2),
        ("They flew to the U.S. The trip took 9.5 hours.", 2),
        ("J. R. R. Weir wrote it. A. Cole read it.", 2),
        ("See No. 5 and Fig. 3 for details. Is that all?", 2),
        ("It cost $1.2 bn. No. That is wrong.", 3),
        ("Heller & Co. Ltd. did not reply. Nordkap Inc. did.", 2),
        ('"Who did it?" the ministry asked. Nobody knew.', 2),
        ('"We did not!" Ada Renn said. She left.', 2),
        ("“It began at two.” Then it stopped.", 2),
        ("He said (the report was not out yet) that it was so. Good.", 2),
        ("Wait... what? Yes.", 2),
        ("за адресою вул. Зоряна, 5 стоїть цех. Його видно.", 2),
        ("Это сказал А. Б. Иванов. В 2023 г. завод закрыли.", 2),
        ("공장이 보인다. 새 건물이다.", 2),
        ("『문서』가 나왔다。새 건물이다。", 2),
    ],
)
def test_stops_end_sentences_and_abbreviations_do_not(text: str, count: int) -> None:
    assert len(cut(text)) == count, cut(text)


def test_headlines_lists_questions_and_datelines_are_told_apart() -> None:
    text = (
        "Plant grows\n\nKYIV, Nov 24 (Meridian) - The roof was closed. Was it?"
        "\n\n- one thing was found\n- another thing, too"
        "\n1. a third thing was found\n"
    )
    sentences, datelines = split(text, LEXICONS)
    assert [(text[s.start : s.end], s.kind) for s in sentences] == [
        ("Plant grows", "headline"),
        ("The roof was closed.", "sentence"),
        ("Was it?", "question"),
        ("one thing was found", "list"),
        ("another thing, too", "list"),
        ("a third thing was found", "list"),
    ]
    assert [(d.place, d.outlet, d.day) for d in datelines] == [("KYIV", "Meridian", "Nov 24")]


def test_a_wrapped_line_goes_on_and_a_paragraph_ends() -> None:
    wrapped = (
        "The roof of the second hall was closed between March and April, the\ninstitute said in a report on the plant."
        "\n\nNext."
    )
    assert cut(wrapped) == [
        "The roof of the second hall was closed between March and April, the\ninstitute said in a report on the plant.",
        "Next.",
    ]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('He said "one thing" and left.', ['"one thing"']),
        ("He said “one ‘inner’ thing”.", ["“one ‘inner’ thing”"]),
        ("Вона сказала «ми бачимо „Зорю“ тут».", ["«ми бачимо „Зорю“ тут»"]),
        ("Er sagte „so ist es“ und ging.", ["„so ist es“"]),
        (
            "그는 “새 건물”이라며 『문서』와 「기사」, 《책》을 들었다.",
            ["“새 건물”", "『문서』", "「기사」", "《책》"],
        ),
        ("It's the plant's 5' 10\" fence, isn't it?", []),
        ("'We saw it,' she said. 'It was the plant's.'", ["'We saw it,'", "'It was the plant's.'"]),
        ("“First part.\n\n“Second part,” he said.", ["“First part.\n\n“Second part,”"]),
        ('"First part.\n\n"Second part," he said.', ['"First part.\n\n"Second part,"']),
        ('He left it "open.\n\nThe next paragraph is clean.', []),
    ],
)
def test_quotations_of_all_kinds_are_found(text: str, quoted: list[str]) -> None:
    assert [text[q.start : q.end] for q in outer(find_quotations(text))] == quoted
