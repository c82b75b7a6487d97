"""What a number counts: the noun after it, of how many, and whether they were killed or wounded."""

from __future__ import annotations

from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.numbers import number_at
from siteline.claims.draft.tokens import Tokens, one_of
from siteline.claims.draft.units import HARM, NO_PLURAL, STOPPERS

_LINKS = one_of("were was have had been are as is")
"""Between those who were harmed and the verb that says so."""


class Counted:
    """The words around the numbers of one sentence."""

    def __init__(self, tokens: Tokens, lexicon: Lexicon, dozens: float) -> None:
        self.tokens, self.lexicon, self.dozens = tokens, lexicon, dozens

    def counted(self, j: int) -> tuple[int, str, str]:
        """(one past the noun, the noun, of how many) for what follows a number."""
        tokens, other = self.tokens, ""
        k = j
        if tokens.norm(j) == "of":  # 21 of (the) 50 missiles
            k = j + 1 + (tokens.norm(j + 1) in ("the", "all", "those", "these", "some", "about"))
            whole = number_at(tokens, k, self.lexicon, self.dozens)
            if whole is None:
                k = j + 1
            else:
                end, noun, _ = self.counted(whole.end)
                other = tokens.text[tokens.starts[k] : tokens.ends[max(end, whole.end) - 1]]
                return max(end, whole.end), noun, other
        if self.lexicon.code == "ko":
            return (k + 1, tokens.norm(k), "") if tokens.touch(k) and tokens.is_word(k) else (k, "", "")
        limit, last = min(len(tokens), k + 6), k
        while last < limit and (tokens.is_word(last) or (tokens.norm(last) == "-" and tokens.touch(last))):
            word = tokens.norm(last)
            if word in STOPPERS and word not in NO_PLURAL and tokens.norm(last - 1) != "-":
                break
            if is_plural(word, self.lexicon) and tokens.norm(last + 1) != "-":
                return last + 1, word, other
            last += 1
        if last > k and self.lexicon.code != "en":
            return k + 1, tokens.norm(k), other
        return k, "", other

    def harm(self, i: int, j: int) -> str:
        """killed, wounded or missing, by the verb behind, else by the one before."""
        tokens = self.tokens
        for k in range(max(i + 1, j - 1), min(len(tokens), j + 4)):
            word = tokens.norm(k)
            if (kind := _harm_of(word)) and word not in ("killing", "wounding", "injuring"):
                return kind
            if word in ",;." or tokens.is_number(k) or (word in STOPPERS and word not in _LINKS):
                break
        for k in range(i - 1, max(-1, i - 7), -1):
            word = tokens.norm(k)
            if word in ",;.:" or (tokens.is_number(k) and k < i - 1):
                break
            if kind := _harm_of(word):
                return kind
        return ""


def _harm_of(word: str) -> str:
    return next((kind for kind, words in HARM.items() if word in words), "")


def is_plural(word: str, lexicon: Lexicon) -> bool:
    """Whether a noun that is counted may look so."""
    if word in NO_PLURAL:
        return True
    if lexicon.code != "en":
        return not word.endswith(
            ("их", "ых", "ої", "ой", "ої", "ний", "ный", "ні", "ные", "них", "ных", "ьких", "ских")
        )
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s"))
