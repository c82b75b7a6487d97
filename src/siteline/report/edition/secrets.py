"""What must not be in anything that is published, and how it is found and taken out of a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise

from siteline.model.errors import BadInput
from siteline.report.inert import inert

REDACTED, HELD = "[redacted]", "[location held back]"
RUN = 6
"""Words in a row by which a part of a redacted sentence is known; a shorter sentence is known as a whole."""

_EAST_ASIAN = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_EAST_ASIAN}]|[^\W{_EAST_ASIAN}](?:[^\W{_EAST_ASIAN}]|[\u0300-\u036f])*")
_LETTERED = r"\d{1,3}(?:[.,]\d+)?\s*°?\s*(?:\d{1,2}\s*['′’]\s*(?:\d{1,2}(?:[.,]\d+)?\s*[\"″”]\s*)?)?"
PLACE_PATTERNS = (
    re.compile(rf"(?<![\w.]){_LETTERED}[NS]\b[\s,;/]*{_LETTERED}[EW]\b"),
    re.compile(r"(?<![\w.])[NS]\s*\d{1,2}[.,]\d{2,}°?[\s,;/]*[EW]\s*\d{1,3}[.,]\d{2,}°?"),
    re.compile(r"\d{1,3}\s*°\s*\d{1,2}\s*['′’](?:\s*\d{1,2}(?:[.,]\d+)?\s*[\"″”])?(?:\s*[NSEW]\b)?"),
    re.compile(r"(?<![\w.])\d{1,3}\.\d{2,}\s*°(?:\s*[NSEW]\b)?"),
    re.compile(r"\b\d{1,2}[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s?\d{2,5}\s?\d{2,5}\b"),
    re.compile(r"\bgeo:-?\d[^\s<\"']*"),
    re.compile(
        r"https?://[^\s<\"']*(?:google\.[a-z.]+/maps|maps\.|openstreetmap|osm\.org|wikimapia|bing\.com/maps)[^\s<\"']*"
    ),
    re.compile(r"\b[23456789CFGHJMPQRVWX]{8}\+[23456789CFGHJMPQRVWX]{2,3}\b"),
)
"""How people write places: degrees with letters or signs, MGRS, geo addresses, map links, plus codes."""

_PAIR = re.compile(r"(?<![\w.])-?\d{1,3}\.\d{3,}\s*[,;/ ]\s*-?\d{1,3}\.\d{3,}(?![\w.])")
_DECIMAL = re.compile(r"(?<![\w.])-?\d{1,3}\.\d{3,}")
_NEAR_DEGREES = 0.002
_APART = 160
"""Characters between the two numbers of one place."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something held back, in a text."""

    start: int
    end: int
    instead: str
    why: str


@dataclass(frozen=True)
class Secrets:
    """All that one edition holds back."""

    sentences: Mapping[str, str] = field(default_factory=dict)
    """Redacted sentences by id."""

    public: tuple[str, ...] = ()
    """Sentences that are printed: runs of words that stand in them too are no secret, a whole redacted sentence is."""

    is_place_held: bool = False
    places: tuple[tuple[float, float], ...] = ()
    """Exact (latitude, longitude), degrees, of what the edition speaks of."""

    rounded: tuple[tuple[float, float], ...] = ()
    """Where they may be said to be instead."""

    digests: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of bytes that are not to be known, and what is printed instead."""

    words: Mapping[str, str] = field(default_factory=dict)
    """Ids, names, titles and addresses that are not to be said, and what is printed instead."""

    @cached_property
    def _runs(self) -> dict[int, dict[str, dict[tuple[str, ...], str]]]:
        """Runs of words by their length and first word: what is looked for, and whose they are."""
        found: dict[int, dict[str, dict[tuple[str, ...], str]]] = {}
        for name, text in self.sentences.items():
            said = [word for word, *_ in _words(text)]
            length = min(RUN, len(said))
            if length < 2:
                raise BadInput(
                    f"{name} has too few words to be redacted: they stand everywhere",
                    "Cut the sentence from the text instead.",
                )
            found.setdefault(len(said), {}).setdefault(said[0], {})[tuple(said)] = name
            for at in range(len(said) - length + 1):
                run = tuple(said[at : at + length])
                if length == len(said) or run not in self._public_runs:
                    found.setdefault(length, {}).setdefault(run[0], {})[run] = name
        return found

    @cached_property
    def _public_runs(self) -> set[tuple[str, ...]]:
        return {run for text in self.public for run in _runs_of(text)}

    def repeats(self, text: str) -> list[str]:
        """Of a sentence that is printed: whose words, of those that are redacted, it repeats."""
        runs = _runs_of(text)
        return [name for name, secret in self.sentences.items() if runs & _runs_of(secret)]

    @cached_property
    def _marks(self) -> re.Pattern[str] | None:
        """Digests and words as one pattern, longest first."""
        said = sorted((w for w in {**self.digests, **self.words} if w.strip()), key=len, reverse=True)
        if not said:
            return None
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, said))})(?!\w)", re.IGNORECASE)

    @cached_property
    def _around(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Ends of the latitudes and of the longitudes near which any place is that is held, degrees; there is one."""
        south_north, west_east = zip(*self.places, strict=True)
        room = 2 * _NEAR_DEGREES
        return (
            (min(south_north) - room, max(south_north) + room),
            (min(west_east) - room, max(west_east) + room),
        )

    @cached_property
    def _instead(self) -> dict[str, str]:
        return {name.casefold(): instead for name, instead in {**self.words, **self.digests}.items()}

    def find(self, text: str, *, is_data: bool = False) -> Iterator[Hit]:
        """
        Everything in a text that is held back.

        is_data: a file, where two decimal numbers need not be a place; only those near a place that is held count there.
        """
        yield from self._find_sentences(text)
        if self._marks is not None:
            for found in self._marks.finditer(text):
                yield Hit(
                    *found.span(), self._instead.get(found[0].casefold(), REDACTED), "a confidential item"
                )
        if self.is_place_held:
            patterns = PLACE_PATTERNS if is_data else (*PLACE_PATTERNS, _PAIR)
            for pattern in patterns:
                for found in pattern.finditer(text):
                    yield Hit(*found.span(), HELD, "a location")
            yield from self._find_near(text)

    def clean(self, text: str) -> str:
        """The text without any of it."""
        for _ in range(3):  # what is put instead may close a gap
            hits = sorted(self.find(text), key=lambda hit: (hit.start, -hit.end))
            if not hits:
                return text
            parts, at = list[str](), 0
            for hit in hits:
                if hit.start < at:
                    at = max(at, hit.end)
                    continue
                parts += [text[at : hit.start], hit.instead]
                at = hit.end
            text = "".join(parts) + text[at:]
        return text

    def _find_sentences(self, text: str) -> Iterator[Hit]:
        if not self.sentences:
            return
        words = _words(text)
        said = [word for word, *_ in words]
        for length, begun in self._runs.items():
            for at in range(len(words) - length + 1):
                runs = begun.get(said[at])
                if runs and (name := runs.get(tuple(said[at : at + length]))) is not None:
                    yield Hit(
                        words[at][1], words[at + length - 1][2], REDACTED, f"the redacted sentence {name}"
                    )

    def _find_near(self, text: str) -> Iterator[Hit]:
        """Numbers that are a place held back, in either order."""
        if not self.places:
            return
        (south, north), (west, east) = self._around
        numbers = [(float(found[0]), *found.span()) for found in _DECIMAL.finditer(text)]
        allowed = {(round(lat, 3), round(lon, 3)) for lat, lon in self.rounded}
        for (first, start, _), (second, begins, end) in pairwise(numbers):
            if begins - start > _APART:
                continue
            for lat, lon in ((first, second), (second, first)):
                if not (south < lat < north and west < lon < east) or (
                    (round(lat, 3), round(lon, 3)) in allowed
                ):
                    continue
                if any(abs(lat - a) < _NEAR_DEGREES and abs(lon - b) < _NEAR_DEGREES for a, b in self.places):
                    yield Hit(start, end, HELD, "a location")
                    break


def _words(text: str) -> list[tuple[str, int, int]]:
    """Words as they are compared, with where they stand: without case, accents of form, hidden letters."""
    return [
        (folded, found.start(), found.end())
        for found in _WORD.finditer(text)
        if (folded := _folded(found[0]))
    ]


def _runs_of(text: str) -> set[tuple[str, ...]]:
    """Runs of `RUN` words of a text; of a shorter one none."""
    said = [word for word, *_ in _words(text)]
    return {tuple(said[at : at + RUN]) for at in range(len(said) - RUN + 1)}


@lru_cache(maxsize=1 << 15)
def _folded(word: str) -> str:
    """A word as it is compared: without accents, by way of capitals, so that one that was set in capitals is the same."""
    shown = inert(unicodedata.normalize("NFKC", word), len(word) * 4)
    apart = unicodedata.normalize("NFKD", shown.upper().casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def snapped(lat: float, lon: float, km: float) -> tuple[float, float]:
    """
    The nearest node of a net of `km` kilometres, degrees: always the same one, so that many editions tell no more than one.

    Columns of the net are as wide as `km` at the latitude of the node.
    """
    import math

    step = km / 111.32
    row = max(-90.0, min(90.0, round(lat / step) * step))
    across = step / max(0.01, math.cos(math.radians(row)))
    column = round(lon / across) * across
    return round(row, 3), round((column + 180) % 360 - 180, 3)


def centre(points: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Middle of some (latitude, longitude); None of none."""
    if not points:
        return None
    return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)
