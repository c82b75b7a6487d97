"""The group of words that names a speaker, to the left or to the right of a verb; no grammar, only where it must stop."""

from __future__ import annotations

from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.tokens import Tokens, one_of

_LONGEST = 28
_SIGNS = frozenset(',;:.!?…—–"“”„«»「」『』《》()[]')
_LEADS = one_of(
    "in on at after before since during by from for with despite amid under over near as following within"
)
"""Prepositions that begin a phrase before the subject."""

_OCCASIONS = one_of(
    "statement interview briefing post report letter email e-mail note speech message tweet conference call hearing memo filing"
    " video address commentary column telegram bulletin"
)
_WHEN = one_of("today yesterday tomorrow earlier later late early last this next tonight")
_OPENERS = one_of("a an who which whose its his her their our")
_ROLES = one_of("head chief director spokesman spokeswoman spokesperson deputy former president minister commander chairman"
                " chairwoman chair researcher analyst professor governor mayor general leader founder"
                 " representative ambassador envoy lawyer")  # fmt: skip


class Groups:
    """Speakers' names among the tokens of one sentence."""

    def __init__(self, tokens: Tokens, lexicon: Lexicon, quoted: list[bool]) -> None:
        self.tokens, self.lexicon, self.quoted = tokens, lexicon, quoted

    def left(self, last: int) -> tuple[int, int] | None:
        """The group that ends at token `last`: (first, one past its end)."""
        tokens = self.tokens
        last = self.last_of(last)
        if last < 0:
            return None
        if tokens.norm(last) in self.lexicon.relatives and last > 0:
            last -= 1 + (tokens.norm(last - 1) == ",")
        if tokens.norm(last) == ")":
            return self._before(last, "(")
        if tokens.norm(last) == "," and last > 1:
            return self._apposed(last)
        if last < 0 or tokens.norm(last) in _SIGNS or self.quoted[last]:
            return None
        return self._trimmed(self._start(last), last + 1)

    def right(self, first: int, *, leading: bool = False) -> tuple[int, int] | None:
        """The group that begins at token `first`; `leading`: it opens the sentence, and a main clause follows."""
        tokens = self.tokens
        if not 0 <= first < len(tokens) or tokens.norm(first) in _SIGNS or self.quoted[first]:
            return None
        end = self._stop(first)
        if end == first:
            return None
        if tokens.norm(end) == "," and self._is_apposition(end + 1, leading=leading):
            behind = self._stop(end + 1, is_relative=tokens.norm(end + 1) in self.lexicon.relatives)
            if behind > end + 1:
                end = behind
        elif tokens.norm(end) == "(":
            close = next((k for k in range(end, min(len(tokens), end + 12)) if tokens.norms[k] == ")"), None)
            end = close + 1 if close is not None else end
        return (first, end) if end - first <= _LONGEST else None

    def is_finite(self, first: int, end: int) -> bool:
        """Whether the words have a finite verb of their own, outside a relative clause."""
        relative = False
        for k in range(first, end):
            word = self.tokens.norms[k]
            relative = relative or word in self.lexicon.relatives
            if word in self.lexicon.finite and not relative:
                return True
        return False

    def last_of(self, last: int) -> int:
        """The last token of a subject: back over "has repeatedly", "on Monday", "in a statement"."""
        tokens = self.tokens
        while last >= 0:
            word = tokens.norm(last)
            if word in self.lexicon.fillers:
                last -= 1
            elif word in self.lexicon.weekdays or (
                tokens.is_number(last) and tokens.norm(last - 1) in self.lexicon.months
            ):
                last -= 1 + (word not in self.lexicon.weekdays)
                last -= tokens.norm(last) in ("on", "late", "early", "last")
                last -= tokens.norm(last) in ("on", "late", "early")
            elif word in self.lexicon.months and tokens.is_number(last - 1):
                last -= 2 + (tokens.norm(last - 2) == "on")
            elif word in ("week", "month", "year", "day") and tokens.norm(last - 1) in (
                "this",
                "last",
                "earlier",
                "same",
            ):
                last -= 2 + (tokens.norm(last - 2) in ("earlier", "late", "later"))
            elif word in _OCCASIONS and tokens.norm(last - 1) in ("a", "an", "news", "press") and last >= 3:
                back = last - 2 - (tokens.norm(last - 1) in ("news", "press"))
                last = back - 1 if tokens.norm(back) in ("in", "at", "on") else last
                if last > back:
                    break
            else:
                break
        return last

    def _start(self, last: int) -> int:
        a = last
        while a > 0 and last - a < _LONGEST:
            before = self.tokens.norms[a - 1]
            if (
                self.quoted[a - 1]
                or (before in _SIGNS and not self._is_inner(a - 1))
                or before in self.lexicon.breakers
            ):
                break
            a -= 1
        return a

    def _is_inner(self, i: int) -> bool:
        """Whether a dot stands inside a name: J. Smith, U.S."""
        tokens = self.tokens
        if tokens.norms[i] != "." or not (0 < i < len(tokens) - 1) or not tokens.is_word(i + 1):
            return False
        before = tokens.norms[i - 1]
        is_short = len(before) == 1 or before in self.lexicon.abbreviations or before in self.lexicon.endings
        return (is_short and tokens.is_capital(i - 1)) or (tokens.touch(i + 1) and tokens.touch(i))

    def _trimmed(self, a: int, b: int) -> tuple[int, int] | None:
        tokens, lexicon = self.tokens, self.lexicon
        while (
            a < b
            and (tokens.norms[a] in lexicon.joiners or tokens.norms[a] in lexicon.fillers)
            and tokens.norms[a] not in _LEADS
        ):
            a += 1
        if a < b and tokens.norms[a] in _LEADS:
            a = self._past_lead(a, b)
        if (
            b - a > 3
            and tokens.norms[a] == "на"
            and tokens.norms[a + 1] in ("запит", "запити", "запрос", "запросы", "прохання")
        ):
            a += 3  # at the editors' request
        cut = self._last_finite(a, b)
        if cut is not None:
            a = cut + 1
            while a < b and tokens.norms[a] in lexicon.fillers | {"that"}:
                a += 1
        while a < b and not (tokens.is_word(a) or tokens.is_number(a)):
            a += 1
        return (a, b) if a < b and b - a <= _LONGEST else None

    def _past_lead(self, a: int, b: int) -> int:
        """Past "On Monday", "In Kyiv", to where the subject can begin."""
        tokens = self.tokens
        for k in range(a + 1, b):
            is_start = tokens.norms[k] in self.lexicon.determiners | self.lexicon.pronouns
            if is_start and k > a + 1:
                return k
            was_when = tokens.norms[k - 1] in self.lexicon.weekdays or tokens.is_number(k - 1)
            if (
                k > a + 1
                and (was_when or (tokens.is_capital(k - 1) and not tokens.is_capital(k)))
                and tokens.is_word(k)
            ):
                return k
        return b

    def _last_finite(self, a: int, b: int) -> int | None:
        """The last finite verb that does not belong to a relative clause."""
        found, relative = None, False
        for k in range(a, b):
            word = self.tokens.norms[k]
            relative = relative or (word in self.lexicon.relatives and k > a)
            if word in self.lexicon.finite and not relative:
                found = k
        return found

    def _before(self, last: int, opener: str) -> tuple[int, int] | None:
        """The group before a bracket that closes at `last`."""
        for k in range(last - 1, max(0, last - 20), -1):
            if self.tokens.norms[k] == opener:
                return self._trimmed(self._start(k - 1), k)
        return None

    def _apposed(self, comma: int) -> tuple[int, int] | None:
        """`Dana Weir, a research associate at the centre, said`: all of it; of `the ministry, citing X, said` the first part."""
        tokens = self.tokens
        for k in range(comma - 1, max(0, comma - _LONGEST), -1):
            if tokens.norms[k] in ";:.—–" and not self._is_inner(k):
                return None
            if tokens.norms[k] == "," and not self.quoted[k]:
                first = (
                    self._trimmed(self._start(k - 1), k)
                    if k > 0 and tokens.norms[k - 1] not in _SIGNS
                    else None
                )
                if first is None:
                    return None
                word = tokens.norm(k + 1)
                if (
                    word in self.lexicon.relatives
                    or word in self.lexicon.determiners
                    or word in _ROLES
                    or tokens.is_number(k + 1)
                ):
                    is_clause = word not in self.lexicon.relatives and self.is_finite(k + 1, comma)
                    return None if is_clause else (first[0], comma)
                is_aside = word.endswith("ing") or word in _LEADS
                return (
                    first
                    if is_aside
                    else (first[0], comma)
                    if tokens.is_capital(k + 1) and first[1] - first[0] < 12
                    else None
                )
        return None

    def _stop(self, first: int, *, is_relative: bool = False) -> int:
        tokens, k = self.tokens, first
        relative = is_relative
        while k < len(tokens) and k - first < _LONGEST:
            word = tokens.norms[k]
            if self.quoted[k] or (word in _SIGNS and not self._is_inner(k)):
                break
            relative = relative or word in self.lexicon.relatives
            if k > first and word in self.lexicon.breakers and word not in self.lexicon.relatives:
                break
            if word in self.lexicon.finite and not relative:
                break
            if k > first and (
                self._is_when(k) or word in ("saying", "adding", "citing", "warning", "noting", "claiming")
            ):
                break
            k += 1
        return k

    def _is_when(self, k: int) -> bool:
        """Whether time, place or occasion of speaking begin here."""
        tokens = self.tokens
        word, after = tokens.norms[k], tokens.norm(k + 1)
        if word in self.lexicon.weekdays or word in _WHEN:
            return True
        if word in ("on", "in", "at", "by", "during", "to", "via"):
            ahead = tokens.norms[k + 1 : k + 5]
            return (
                after in self.lexicon.weekdays
                or after in self.lexicon.months
                or tokens.is_number(k + 1)
                or after in ("telegram", "x", "twitter", "facebook", "reporters", "journalists", "phone")
                or any(w in _OCCASIONS for w in ahead[:3] if after in self.lexicon.determiners | {"written"})
                or (after == "an" and "interview" in ahead)
            )
        return False

    def _is_apposition(self, first: int, *, leading: bool) -> bool:
        tokens = self.tokens
        word = tokens.norm(first)
        if first >= len(tokens) or self.quoted[min(first, len(tokens) - 1)]:
            return False
        end = self._comma(first)
        is_titled = tokens.is_capital(first) and any(
            tokens.norms[k] in _ROLES | self.lexicon.persons for k in range(first, end)
        )  # Ri Song, North Korea's envoy
        starts = word in _OPENERS or (
            not leading and (word in ("the", "one") or word in _ROLES or (is_titled and end - first < 9))
        )
        if not starts:
            return False
        return word in self.lexicon.relatives or not self.is_finite(first, self._comma(first))

    def _comma(self, first: int) -> int:
        k = first
        while k < len(self.tokens) and (self.tokens.norms[k] not in _SIGNS or self._is_inner(k)):
            k += 1
        return k
