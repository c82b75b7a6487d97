"""Quantities of a sentence: how many of what, which share of what, how large beside what; each as an interval."""

from __future__ import annotations

from siteline.claims.draft.counting import Counted, is_plural
from siteline.claims.draft.intervals import Said, Widths, between, interval
from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.numbers import Number, number_at
from siteline.claims.draft.tokens import Tokens, one_of
from siteline.claims.draft.units import (
    AS_LARGE,
    AUXILIARIES,
    FACTORS,
    FALLS,
    HARM,
    LARGER,
    LOOSE,
    MEASURED,
    MONEY,
    PARTICLES,
    REFERENCE,
    RISES,
    SMALLER,
    STOPPERS,
    SYMBOLS,
    TIMES,
    UNITS,
)
from siteline.model.draft import SaidQuantity, Span

_SHORT_SCALES = {"m": 1e6, "k": 1e3, "b": 1e9}
_PHRASE_ENDS = STOPPERS - one_of("of the a an in this these their its his her")


def find_quantities(
    tokens: Tokens, lexicon: Lexicon, taken: frozenset[int], widths: Widths
) -> list[SaidQuantity]:
    """Quantities in order; `taken`: tokens that belong to dates."""
    return _Finder(tokens, lexicon, taken, widths).find()


class _Finder:
    """One walk over a sentence."""

    def __init__(self, tokens: Tokens, lexicon: Lexicon, taken: frozenset[int], widths: Widths) -> None:
        self.tokens, self.lexicon, self.taken, self.widths = tokens, lexicon, taken, widths
        self.counts = Counted(tokens, lexicon, widths.dozens)

    def find(self) -> list[SaidQuantity]:
        found: list[SaidQuantity] = []
        i = 0
        while i < len(self.tokens):
            hit = self._factor(i) or self._times(i) or self._quantity(i)
            if hit is None:
                i += 1
                continue
            found.append(hit[1])
            i = max(hit[0], i + 1)
        return found

    def _quantity(self, i: int) -> tuple[int, SaidQuantity] | None:
        tokens, lexicon = self.tokens, self.lexicon
        start, bound = i, ""
        while (hit := lexicon.before.at(tokens, i)) and hit[0] < len(tokens):
            i, bound = hit[0], bound or hit[1]
            if tokens.norm(i) == "." and hit[1] == "about":
                i += 1
        opener = tokens.norm(i) in ("between", "from", "від", "между", "між", "от")
        i += opener
        symbol = SYMBOLS.get(tokens.norm(i), "")
        i += bool(symbol)
        if i in self.taken or (start != i and start in self.taken):
            return None
        number = number_at(tokens, i, lexicon, self.widths.dozens)
        if number is None or self._is_name(i, number, symbol):
            return None
        second, j, is_percent = self._range(
            i, number, has_between=tokens.norm(i - 1) in ("between", "між", "между")
        )
        if (after := lexicon.after.at(tokens, j) if j < len(tokens) else None) and not bound:
            j, bound = after
        elif tokens.norm(j) == "+" and tokens.touch(j):
            j, bound = j + 1, bound or "least"
        if opener and second is None and not bound:
            start += 1
        shown = start
        if is_percent or number.is_fraction:
            return self._share(shown, number, second, j, bound, is_percent=is_percent)
        if symbol or tokens.norm(j) in MONEY:
            unit = symbol or MONEY[tokens.norm(j)]
            if symbol and tokens.touch(j) and (scale := _SHORT_SCALES.get(tokens.norm(j))):
                number = Number(j + 1, number.value * scale)
                second = Number(j + 1, second.value * scale) if second else None
                j += 1
            return self._make(shown, j + (not symbol), "money", self._interval(number, second, bound), unit)
        k = j + (tokens.norm(j) == "-" and tokens.touch(j))
        if (
            k < len(tokens)
            and (measure := UNITS.at(tokens, k))
            and not (measure[1] == "m" and lexicon.code == "ko")
        ):
            if measure[1] == "a" and tokens.norm(measure[0]) in ("-", "old"):
                return None  # an age
            return self._make(shown, measure[0], "measure", self._interval(number, second, bound), measure[1])
        return self._count(i, shown, number, second, j, bound)

    def _count(
        self, i: int, shown: int, number: Number, second: Number | None, j: int, bound: str
    ) -> tuple[int, SaidQuantity] | None:
        head, unit, other = self.counts.counted(j)
        harm = self.counts.harm(i, max(j, head))
        if self.lexicon.code == "ko" and unit:
            unit = unit[:-1] if len(unit) > 1 and unit.endswith(PARTICLES) else unit
            if not bound and head < len(self.tokens) and (after := self.lexicon.after.at(self.tokens, head)):
                head, bound = after
        if not unit and not harm and not bound and not number.at_least:
            return None
        if number.is_word and number.value == 1 and not bound and not harm:
            return None  # "one" is mostly no count
        if unit in HARM["killed"] | HARM["wounded"]:
            unit = ""
        said = self._interval(number, second, bound, counted=True)
        return self._make(shown, max(j, head), "count", said, f"{harm} {unit}".strip(), other=other)

    def _interval(self, number: Number, second: Number | None, bound: str, *, counted: bool = False) -> Said:
        if second is not None:
            return between(number.value, second.value, bound)
        return interval(number, bound, counted=counted, widths=self.widths)

    def _range(self, i: int, number: Number, *, has_between: bool) -> tuple[Number | None, int, bool]:
        """(second number, one past all, whether they are percent)."""
        tokens, lexicon = self.tokens, self.lexicon
        j = number.end
        percent = lexicon.percent.at(tokens, j) if j < len(tokens) else None
        k = percent[0] if percent else j
        link = tokens.norm(k)
        if link in lexicon.range_words and not (link == "and" and not has_between):
            is_dash = link in "-–—~∼"
            second = number_at(tokens, k + 1, lexicon, self.widths.dozens)
            if second and k + 1 not in self.taken and not (is_dash and link == "-" and not tokens.touch(k)):
                at = lexicon.percent.at(tokens, second.end) if second.end < len(tokens) else None
                if at or not percent:
                    scaled = self._scaled(number, second)
                    if scaled is None or number.is_fraction != second.is_fraction:
                        return None, k, bool(percent)
                    return second, at[0] if at else second.end, bool(at)
        return None, k, bool(percent)

    def _scaled(self, number: Number, second: Number) -> Number | None:
        """None where `A to B` is no range of numbers, such as a score that falls."""
        return second if second.value > number.value else None

    def _is_name(self, i: int, number: Number, symbol: str) -> bool:
        """Whether a number is part of a name or a time, and counts nothing."""
        tokens = self.tokens
        if symbol:
            return False
        before, after = tokens.norm(i - 1), tokens.norm(number.end)
        if (
            before in ("-", "/", ".", "'")
            and tokens.touch(i)
            and (tokens.touch(i - 1) and tokens.is_word(i - 2))
        ):
            return True
        if tokens.touch(i) and tokens.is_word(i - 1) and self.lexicon.code != "ko":
            return True
        if before in REFERENCE or (
            before == "." and tokens.norm(i - 2) in ("no", "nos", "p", "pp", "fig", "art")
        ):
            return True
        if before == "of" and tokens.norm(i - 2) in ("marking", "serial", "code", "mark"):
            return True
        is_digits = tokens.is_number(i)
        if is_digits and (after == ":" or before == ":") and tokens.is_number(number.end + (after == ":")):
            return tokens.touch(number.end) if after == ":" else tokens.touch(i)
        if is_digits and after in ("a.m", "p.m", "am", "pm", "gmt", "utc", "o'clock"):
            return True
        if (
            is_digits
            and after in ("a", "p")
            and tokens.norm(number.end + 1) == "."
            and tokens.norm(number.end + 2) == "m"
        ):
            return True
        is_inside = i > 1 and tokens.is_capital(i - 1) and before not in self.lexicon.joiners
        is_led = self.lexicon.before.at(tokens, i - 1) if i > 0 else None
        return is_digits and is_inside and not is_led and self.lexicon.code == "en"

    def _share(
        self, shown: int, number: Number, second: Number | None, j: int, bound: str, *, is_percent: bool
    ) -> tuple[int, SaidQuantity]:
        scale = 0.01 if is_percent else 1.0
        if second is not None:
            said = between(_tidy(number.value * scale), _tidy(second.value * scale), bound)
        else:
            said = interval(
                Number(number.end, _tidy(number.value * scale), number.is_fraction),
                bound,
                counted=False,
                widths=self.widths,
            )
        if ratio := self._compared(shown, j, said):
            return ratio
        if self.tokens.norm(shown - 1) == "by":
            nearby = set(self.tokens.norms[max(0, shown - 5) : shown - 1])
            if direction := "larger" if nearby & RISES else "smaller" if nearby & FALLS else "":
                return self._make(shown, j, "ratio", _turned(said, direction), "ratio", direction, "before")
            if led := self._led_by(shown - 1):
                direction, other = led
                return self._make(shown, j, "ratio", _turned(said, direction), "ratio", direction, other)
        if self.tokens.norm(j) == "of":
            end = self._phrase_end(j + 1)
            return self._make(shown, end, "share", said, "", other=self._words(j + 1, end))
        return self._make(shown, j, "share", said, "")

    def _led_by(self, by: int) -> tuple[str, str] | None:
        """`larger by`, `larger than X by` before a share: (direction, X)."""
        tokens = self.tokens
        for at in range(by - 1, max(-1, by - 9), -1):
            direction = (
                "larger" if tokens.norms[at] in LARGER else "smaller" if tokens.norms[at] in SMALLER else ""
            )
            if direction and (at == by - 1 or tokens.norm(at + 1) == "than"):
                return direction, self._words(at + 2, by) if at < by - 1 else ""
        return None

    def _times(self, i: int) -> tuple[int, SaidQuantity] | None:
        """twice the size of · three times larger than."""
        tokens = self.tokens
        start, bound = i, ""
        if hit := self.lexicon.before.at(tokens, i):
            i, bound = hit
        if i < len(tokens) and tokens.norms[i] in TIMES:
            number, j = Number(i + 1, TIMES[tokens.norms[i]]), i + 1
        else:
            found = number_at(tokens, i, self.lexicon)
            if found is None or tokens.norm(found.end) != "times" or i in self.taken:
                return None
            number, j = found, found.end + 1
        said = interval(number, bound, counted=False, widths=self.widths)
        return self._compared(start, j, said, times=True)

    def _compared(
        self, shown: int, j: int, said: Said, *, times: bool = False
    ) -> tuple[int, SaidQuantity] | None:
        """`the size of X`, `larger than X`, `as large as X` after a share or a factor."""
        tokens = self.tokens
        k = j + (tokens.norm(j) == "of")
        if tokens.norm(k) in ("the", "its", "their") and tokens.norm(k + 1) in MEASURED:
            of = k + 2
            end = self._phrase_end(of + 1) if tokens.norm(of) == "of" else of
            return self._make(shown, end, "ratio", said, "ratio", "of", self._words(of + 1, end))
        if tokens.norm(j) == "as" and tokens.norm(j + 1) in AS_LARGE and "as" in tokens.norms[j + 2 : j + 5]:
            at = tokens.norms.index("as", j + 2)
            end = self._phrase_end(at + 1)
            return self._make(shown, end, "ratio", said, "ratio", "of", self._words(at + 1, end))
        word = tokens.norm(j)
        direction = "larger" if word in LARGER else "smaller" if word in SMALLER else ""
        if not direction or (
            tokens.norm(j + 1) != "than" and word in ("more", "less", "fewer", "greater", "higher", "lower")
        ):
            return None
        end = self._phrase_end(j + 2) if tokens.norm(j + 1) == "than" else j + 1
        other = self._words(j + 2, end) if tokens.norm(j + 1) == "than" else ""
        if times and direction == "larger" and said.low is not None and said.high is not None:
            both = Said(said.low, said.high + 1, said.low_open, said.high_open,
                        f"{said.width}; “times larger” is read both as that many times and as one more")  # fmt: skip
            return self._make(shown, end, "ratio", both, "ratio", direction, other)
        return self._make(shown, end, "ratio", _turned(said, direction), "ratio", direction, other)

    def _factor(self, i: int) -> tuple[int, SaidQuantity] | None:
        """doubled · may double · was halved."""
        word, before = self.tokens.norm(i), self.tokens.norm(i - 1)
        factor = FACTORS.get(word)
        if factor is None or (word in LOOSE and before not in AUXILIARIES) or self.tokens.norm(i + 1) == "-":
            return None
        bound = {
            "nearly": "nearly",
            "almost": "nearly",
            "more": "",
            "roughly": "about",
            "about": "about",
        }.get(before, "")
        start = i - 1 if bound else i
        if before == "than" and self.tokens.norm(i - 2) == "more":
            start, bound = i - 2, "more"
        return self._make(
            start,
            i + 1,
            "factor",
            interval(Number(i + 1, factor), bound, counted=False, widths=self.widths),
            "factor",
        )

    def _phrase_end(self, j: int) -> int:
        """One past the last token of the phrase that begins here."""
        tokens, k = self.tokens, j
        while k < min(len(tokens), j + 9):
            word = tokens.norms[k]
            is_over = k > j + 1 and word.endswith("ed") and is_plural(tokens.norms[k - 1], self.lexicon)
            if is_over or (k > j and word in _PHRASE_ENDS):
                break
            if not (tokens.is_word(k) or tokens.is_number(k) or (word == "-" and tokens.touch(k))):
                break
            k += 1
        return k

    def _words(self, i: int, j: int) -> str:
        return (
            self.tokens.text[self.tokens.starts[i] : self.tokens.ends[j - 1]]
            if i < j <= len(self.tokens)
            else ""
        )

    def _make(
        self, i: int, j: int, kind: str, said: Said, unit: str, direction: str = "", other: str = ""
    ) -> tuple[int, SaidQuantity]:
        j = min(max(j, i + 1), len(self.tokens))
        a, b = self.tokens.starts[i], self.tokens.ends[j - 1]
        made = SaidQuantity(
            Span(a, b, self.tokens.text[a:b]), kind, said.low, said.high, said.low_open, said.high_open, unit, direction, other,
            said.width, None if kind == "ratio" else said.stated,
        )  # fmt: skip
        return j, made


def _turned(said: Said, direction: str) -> Said:
    """`60 % larger` is 1.6 of the other, `60 % smaller` is 0.4 of it."""
    low, high = said.low, said.high
    if direction == "larger":
        return Said(
            None if low is None else _tidy(1 + low), None if high is None else _tidy(1 + high), said.low_open, said.high_open,
            f"{said.width}; larger by",
        )  # fmt: skip
    return Said(
        None if high is None else _tidy(max(0.0, 1 - high)), None if low is None else _tidy(max(0.0, 1 - low)),
        said.high_open, said.low_open, f"{said.width}; smaller by",
    )  # fmt: skip


def _tidy(value: float) -> float:
    return round(value, 10)
