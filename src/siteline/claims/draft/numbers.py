"""Numbers as they are written: digits, words, fractions, dozens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.tokens import Tokens, one_of

_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DOTTED = re.compile(r"\d{1,3}(?:\.\d{3}){2,}")
_LONGEST_DIGITS = 18
_PARTS = {"third": 3.0, "thirds": 3.0, "quarter": 4.0, "quarters": 4.0, "fourth": 4.0, "fifth": 5.0, "fifths": 5.0, "tenth": 10.0,
          "tenths": 10.0, "half": 2.0, "halves": 2.0, "третина": 3.0, "третину": 3.0, "треть": 3.0, "чверть": 4.0,
          "четверть": 4.0, "половина": 2.0, "половину": 2.0}  # fmt: skip
_AFTER_SHARE = one_of(
    "of the were was are is as more larger smaller fewer less have had bore bigger to or . , ;"
) | {""}
_COUNTED_PARTS = frozenset(
    ("third", "thirds", "quarter", "quarters", "fifth", "fifths", "tenth", "tenths", "fourth")
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number that begins at some token."""

    end: int
    """One past its last token."""

    value: float
    is_fraction: bool = False
    """A named part, such as a third."""

    at_least: bool = False
    """dozens, hundreds: the least that it can be."""

    is_word: bool = False


def number_at(tokens: Tokens, i: int, lexicon: Lexicon, dozens: float = 24.0) -> Number | None:
    """The number at a token; None if there is none. `dozens`: how many "dozens" are at least."""
    if not 0 <= i < len(tokens):
        return None
    if tokens.is_number(i):
        return _digits(tokens, i, lexicon)
    if lexicon.vague_counts is not None and (vague := lexicon.vague_counts.at(tokens, i)):
        return Number(vague[0], dozens if vague[1] == 24.0 else vague[1], at_least=True, is_word=True)
    return _part(tokens, i, lexicon) or _dozen(tokens, i, lexicon) or _words(tokens, i, lexicon)


def parse_digits(said: str) -> float | None:
    """`1,200`, `1.200.000`, `3.5`, `3,5`; None for what is too long to be a number of anything."""
    if len(said) > _LONGEST_DIGITS:
        return None
    if _GROUPED.fullmatch(said):
        said = said.replace(",", "")
    elif _DOTTED.fullmatch(said):
        said = said.replace(".", "")
    else:
        said = said.replace(",", ".")
    try:
        return float(said)
    except ValueError:
        return None


def _digits(tokens: Tokens, i: int, lexicon: Lexicon) -> Number | None:
    value = parse_digits(tokens.norms[i])
    if value is None:
        return None
    j = i + 1
    if (
        len(tokens.norms[i]) <= 3
    ):  # 1 200 000, with thin or hard spaces, or plain ones where that is the custom
        while tokens.is_number(j) and re.fullmatch(r"\d{3}", tokens.norms[j]) and _is_gap(tokens, j, lexicon):
            value, j = value * 1000 + float(tokens.norms[j]), j + 1
    return _multiplied(tokens, Number(j, value), lexicon)


def _is_gap(tokens: Tokens, j: int, lexicon: Lexicon) -> bool:
    gap = tokens.text[tokens.ends[j - 1] : tokens.starts[j]]
    return gap in ("\u00a0", "\u202f", "\u2009") or (gap == " " and lexicon.code in ("uk", "ru"))


def _multiplied(tokens: Tokens, number: Number, lexicon: Lexicon) -> Number:
    factor = lexicon.multipliers.get(
        tokens.norm(number.end).rstrip("s") if lexicon.code == "en" else tokens.norm(number.end)
    )
    if factor is None:
        return number
    return _multiplied(tokens, Number(number.end + 1, number.value * factor, is_word=number.is_word), lexicon)


def _part(tokens: Tokens, i: int, lexicon: Lexicon) -> Number | None:
    """half · a third · two thirds · three-quarters · one in five."""
    word = tokens.norm(i)
    if word in ("half", "половина", "половину", "третина", "третину", "треть", "чверть", "четверть"):
        if tokens.norm(i + 1) == "a" and tokens.norm(i + 2) == "dozen":
            return Number(i + 3, 6.0, is_word=True)
        if tokens.norm(i + 1) == "-":
            return None
        return Number(i + 1, 1 / _PARTS[word], is_fraction=True, is_word=True)
    count = {"a": 1.0, "one": 1.0}.get(word, lexicon.number_words.get(word))
    if count is None or count > 9:
        return None
    j = i + 1 + (tokens.norm(i + 1) == "-")
    part = tokens.norm(j)
    if part in _COUNTED_PARTS and (count == 1) != part.endswith("s") and tokens.norm(j + 1) != "-":
        is_ordinal = (
            word == "a" and part in ("third", "fourth", "fifth", "tenth") and not _is_share(tokens, j + 1)
        )
        return None if is_ordinal else Number(j + 1, count / _PARTS[part], is_fraction=True, is_word=True)
    if (
        word == "one"
        and part == "in"
        and (whole := number_at(tokens, j + 1, lexicon))
        and 2 <= whole.value <= 1000
    ):
        return Number(whole.end, 1 / whole.value, is_fraction=True, is_word=True)
    return None


def _is_share(tokens: Tokens, j: int) -> bool:
    """Whether `a third` is a part, not the one after the second."""
    return tokens.norm(j) in _AFTER_SHARE


def _dozen(tokens: Tokens, i: int, lexicon: Lexicon) -> Number | None:
    """a dozen · two dozen · a couple · a hundred."""
    word, after = tokens.norm(i), tokens.norm(i + 1)
    count = 1.0 if word == "a" else lexicon.number_words.get(word)
    if count is None:
        return None
    if after == "dozen":
        return Number(i + 2, 12 * count, is_word=True)
    if word == "a" and after == "couple":
        return Number(i + 3 if tokens.norm(i + 2) == "of" else i + 2, 2.0, is_word=True)
    if word == "a" and after in lexicon.multipliers:
        return _multiplied(tokens, Number(i + 1, 1.0, is_word=True), lexicon)
    return None


def _words(tokens: Tokens, i: int, lexicon: Lexicon) -> Number | None:
    """twenty-four · one hundred and twelve · three thousand."""
    total, current, j, last = 0.0, 0.0, i, 1000.0
    while j < len(tokens):
        word = tokens.norms[j]
        if (value := lexicon.number_words.get(word)) is not None:
            fits = (last >= 100 and current % 100 == 0) or (20 <= last <= 90 and 0 < value < 10)
            if not fits or (j > i and value == 0):
                break
            current, last, j = current + value, value, j + 1
        elif j > i and word == "hundred" and 0 < current < 100:
            current, last, j = current * 100, 100.0, j + 1
        elif j > i and word in lexicon.multipliers and current > 0:
            total, current, last, j = total + current * lexicon.multipliers[word], 0.0, 1000.0, j + 1
        elif (
            j > i
            and word == "-"
            and 20 <= last <= 90
            and 0 < lexicon.number_words.get(tokens.norm(j + 1), 0) < 10
        ) or (
            j > i
            and word == "and"
            and last in (100.0, 1000.0)
            and 0 < lexicon.number_words.get(tokens.norm(j + 1), 0) < 100
        ):
            j += 1
        else:
            break
    return Number(j, total + current, is_word=True) if j > i else None
