"""How alike two names are, and why: a number for ranking, reasons for a person."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import OSA

from siteline.entities.spelling.folding import Form, forms, loose, plain_words, tidy
from siteline.entities.spelling.korean import coarse, has_surname, southern
from siteline.entities.spelling.legal import FORMS, PARTICLES, TITLES, canonical

SAME_NAME = 0.8
"""From here on two spellings are taken for one name; below, for names that resemble each other."""

_ORDER, _FOLDED, _ACROSS, _HEARD, _IF_KOREAN = 0.96, 0.9, 0.92, 0.82, 0.78
_SLIP = 0.72
"""Least likeness of two words that one slip of the pen apart can have."""

_CONTRADICTION, _NUMBERS, _ONE_WORD = 0.6, 0.3, 0.7


@dataclass(frozen=True, slots=True)
class Likeness:
    """What speaks for two texts being one name."""

    score: float
    """0 (nothing) to 1 (the same text)."""

    reasons: tuple[str, ...]
    """In plain words."""

    is_spelling: bool = True
    """Whether only the spelling differs; False: a word is another, or only one of them has it, be it by a slip of the pen."""


def compare(a: str, b: str, *, is_person: bool = False, is_korean: bool = False) -> Likeness:
    """
    How alike two names are.

    A name written in two scripts counts as each of them; the best pair decides. is_korean: one of them is known to name
    something Korean; without that knowledge, or a Korean surname, two Latin spellings that would be one in Korean only resemble.
    """
    if tidy(a).casefold() == tidy(b).casefold() and tidy(a):
        return Likeness(1.0 if tidy(a) == tidy(b) else 0.99, ("the same text",))
    best = Likeness(0.0, ("nothing in common",))
    for one in forms(a):
        for other in forms(b):
            found = _forms(one, other, is_person, is_korean)
            if found.score > best.score:
                best = found
    return best


def _forms(one: Form, other: Form, is_person: bool, is_korean: bool) -> Likeness:
    if sorted(one.numbers) != sorted(other.numbers):
        return Likeness(_NUMBERS, ("other numbers in it; numbers are not spelled differently",))
    return max(
        (
            _korean(
                one, other, is_korean or (is_person and has_surname(one.words) and has_surname(other.words))
            ),
            *_latin(one, other, is_person),
        ),
        key=lambda likeness: likeness.score,
    )


def _korean(one: Form, other: Form, is_korean: bool) -> Likeness:
    """Two spellings of one Korean name; nothing to say unless both can be one. What differs in Hangul is another name."""
    if not one.korean or not other.korean:
        return Likeness(0.0, ())
    both = {one.script, other.script}
    if both == {"Hang"}:
        if southern("".join(one.words)) == southern("".join(other.words)):
            return Likeness(0.94, ("the same Hangul, as North and South spell it",))
        whole = ["".join(southern(letter) for letter in "".join(form.words)) for form in (one, other)]
        if whole[0] == whole[1]:
            return Likeness(0.86, ("the same Hangul but for sounds that North and South spell differently",))
        return Likeness(0.0, ())
    if "Cyrl" not in both and one.korean & other.korean:
        if len(both) > 1:
            return Likeness(_ACROSS, ("the Hangul, romanised, is this spelling",))
        if is_korean:
            return Likeness(_FOLDED, ("the same Korean name in another romanisation",))
        return Likeness(_IF_KOREAN, ("if this is Korean, the same name in another romanisation",))
    if both > {"Cyrl"} and {coarse(each) for each in one.korean} & {coarse(each) for each in other.korean}:
        if is_korean or "Hang" in both:
            return Likeness(_HEARD, ("the same Korean name as Russian writes it",))
        return Likeness(0.7, ("if this is Korean, the same name as Russian writes it",))
    return Likeness(0.0, ())


def _latin(one: Form, other: Form, is_person: bool) -> list[Likeness]:
    return [
        _words(here, there, is_person, one.script, other.script)
        for here in (one.words, *one.others)
        for there in (other.words, *other.others)
    ]


def _words(a: tuple[str, ...], b: tuple[str, ...], is_person: bool, script: str, other: str) -> Likeness:
    across = () if script == other else ("transliterated from Cyrillic",) if "Cyrl" in (script, other) else ()
    if a == b or "".join(a) == "".join(b):
        return Likeness(
            0.94 if across else 0.98, across or ("the same but for marks, spaces, hyphens or case",)
        )
    if sorted(a) == sorted(b):
        return Likeness(_ORDER - 0.02 * bool(across), (*across, "the same words in another order"))
    if is_person:
        here, there = _person_words(a), _person_words(b)
    else:
        here, there = canonical(a), canonical(b)
    if here == there and here:
        return Likeness(
            _ORDER,
            (
                *across,
                "the same but for titles" if is_person else "the same but for its legal form's spelling",
            ),
        )
    found = _aligned(here, there, is_person)
    if across:
        return Likeness(found.score * 0.97, (*across, *found.reasons), found.is_spelling)
    return found


def _person_words(words: tuple[str, ...]) -> list[str]:
    kept = [word for word in words if word not in TITLES]
    return kept if kept else list(words)


def _aligned(a: list[str], b: list[str], is_person: bool) -> Likeness:
    """Words of one name laid beside those of the other, best pairs first."""
    a, b = _rejoined(a, b), _rejoined(b, a)
    pairs = sorted(
        ((_word(x, y, is_person), i, j) for i, x in enumerate(a) for j, y in enumerate(b)),
        key=lambda pair: (-pair[0], pair[1] + pair[2]),
    )
    left, right = dict(enumerate(a)), dict(enumerate(b))
    matched, weight, strong, reasons = 0.0, 0.0, 0, []
    for alike, i, j in pairs:
        if alike < _SLIP or i not in left or j not in right:
            continue
        x, y = left.pop(i), right.pop(j)
        share = (_weight(x) + _weight(y)) / 2
        matched += alike * share
        weight += share
        strong += _weight(x) >= 1
        if alike < 1:
            reasons.append(f"{x} for {y}")
    if not strong:
        return Likeness(0.0, ("no word in common",))
    over = (
        [word for word in left.values() if _weight(word) >= 1],
        [word for word in right.values() if _weight(word) >= 1],
    )
    quality = matched / weight
    told = (f"differs by {', '.join(reasons)}",) if reasons else ()
    if over[0] and over[1]:
        words = f"{' '.join(over[0])} here, {' '.join(over[1])} there"
        common = weight / (weight + (_sum(over[0]) + _sum(over[1])) / 2)
        return Likeness(min(_CONTRADICTION, quality * common), (*told, words), is_spelling=False)
    extra = over[0] or over[1]
    if extra:
        covered = weight / (weight + _sum(extra))
        score = quality * (0.7 + 0.3 * covered)
        if strong < 2:
            score = min(score, _ONE_WORD)
        elif not is_person and covered < 0.8:
            score = min(score, 0.78)
        return Likeness(score, (*told, f"one of them adds {' '.join(extra)}"), is_spelling=False)
    if strong < 2 and reasons:
        quality = min(quality, 0.88)
    forms_here, forms_there = ([word for word in side.values() if word in FORMS] for side in (left, right))
    is_spelling = not reasons and not (forms_here and forms_there)
    if (forms_here or forms_there) and not is_person:
        told = (*told, f"legal form {' '.join((*forms_here, *forms_there))}")
        quality *= 0.93
    return Likeness(min(quality, 0.95), told or ("the same words",), is_spelling)


def _word(x: str, y: str, is_person: bool) -> float:
    if x == y:
        return 1.0
    if x.isdigit() or y.isdigit():
        return 0.0
    if is_person and 1 in (len(x), len(y)):
        return 0.8 if x[0] == y[0] else 0.0
    if x in FORMS or y in FORMS or min(len(x), len(y)) < 3:
        return 0.0
    if loose(x) == loose(y):
        return 0.96
    alike = OSA.normalized_similarity(x, y)
    if x[0] != y[0]:
        alike -= 0.08
    return alike


def _weight(word: str) -> float:
    if word in FORMS:
        return 0.2
    if word in PARTICLES or len(word) < 2 or word.isdigit():
        return 0.3  # numbers were held against each other before
    return 1.0 + 0.05 * min(len(word), 12)


def _sum(words: list[str]) -> float:
    return sum(map(_weight, words))


def _rejoined(words: list[str], others: list[str]) -> list[str]:
    """Two neighbours as one word where the other name writes them as one."""
    wanted = set(others)
    found: list[str] = []
    for word in words:
        if found and found[-1] + word in wanted and found[-1] + word not in words:
            found[-1] += word
        else:
            found.append(word)
    return found


def same_words(a: str, b: str) -> bool:
    """Whether two texts have the same plain words, in this order."""
    return plain_words(a) == plain_words(b)
