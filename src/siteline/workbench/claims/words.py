"""
The text of an exhibit, to count characters in, and whether a quote is really there.

The text is what a reader of the exhibit has: as it is for plain text, without tags and with single blanks for a page. It is
never normalised: an é of two code points stays two. Each rendition is named by how it was made and by its own SHA-256, so
that offsets can be checked again years later.
"""

from __future__ import annotations

import difflib
import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from siteline.evidence.search import LONGEST_TEXT, written_in
from siteline.model.errors import BrokenCustody, CannotTell, NotThere
from siteline.model.exhibit import Exhibit
from siteline.workbench.case import Case

METHOD = "text/1"
"""How the text is made of the bytes; a change of it gets another number."""

_AROUND = 60
_SEED = 12


@dataclass(frozen=True, slots=True)
class Rendition:
    """The text of one exhibit."""

    exhibit: Exhibit
    text: str

    @property
    def name(self) -> str:
        """How it was made, and its digest."""
        digest = hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()
        return f"{METHOD}:{digest}"


def render_text(case: Case, exhibit_id: str, as_of: datetime | None = None) -> Rendition:
    """
    The text of an exhibit (first 2 MiB of its bytes).

    Raises NotFound, NotForYou, and CannotTell where there is no text in it.
    """
    exhibit = case.exhibits.get(exhibit_id, as_of)
    try:
        with case.blobs.path(exhibit.sha256).open("rb") as file:
            text = written_in(exhibit, file.read(LONGEST_TEXT))
    except OSError as error:
        raise BrokenCustody(f"the bytes of exhibit {exhibit.id} are not there") from error
    if not text.strip():
        raise CannotTell(
            f"exhibit {exhibit.id} ({exhibit.media_type}) has no text that can be quoted",
            "Quote its text rendition: a capture files one; of a scan or video, add a transcript as an exhibit of its own.",
        )
    return Rendition(exhibit, text)


def find_quote(rendition: Rendition, quote: str, start: int | None = None) -> tuple[int, int]:
    """
    (start, end) of a quote in the text; raises NotThere, with the nearest place, unless it is exactly there.

    start: where it should begin, in code points; None: wherever it stands, if it stands there once.
    """
    text, name = rendition.text, rendition.exhibit.id
    if not quote.strip():
        raise NotThere("an empty quote is nowhere")
    if start is not None:
        if start >= 0 and text.startswith(quote, start):
            return start, start + len(quote)
        raise NotThere(
            f"these words are not at character {start} of exhibit {name}: {_short(quote)!r}",
            f"There it reads {_short(text[max(0, start) : max(0, start) + len(quote)])!r}. {_nearest(text, quote)}",
        )
    first = text.find(quote)
    if first < 0:
        raise NotThere(f"these words are not in exhibit {name}: {_short(quote)!r}", _nearest(text, quote))
    again = text.find(quote, first + 1)
    if again >= 0:
        raise NotThere(
            f"these words stand in exhibit {name} more than once: at characters {first} and {again}",
            f"Quote more of it, or say where it begins (--start {first}; in a table, the columns start and end)",
        )
    return first, first + len(quote)


def _nearest(text: str, quote: str) -> str:
    """What is most like the quote, and where."""
    if (elsewhere := text.find(quote)) >= 0:
        return f"It stands at character {elsewhere}."
    composed = unicodedata.normalize("NFC", text).find(unicodedata.normalize("NFC", quote))
    if composed >= 0:
        place = next((i for i in range(len(text)) if _is_same_from(text, i, quote)), None)
        where = "" if place is None else f", at character {place}"
        return f"It reads the same there{where}, but is composed of other code points: copy it out of the exhibit."
    loose, places = _loosened(text)
    place = loose.find(_loosened(quote)[0])
    if place >= 0:
        start = places[place]
        there = _short(text[start : start + len(quote) + 10])
        return f"Nearest, but for case, blanks or quotation marks, at character {start}: {there!r}"
    match = difflib.SequenceMatcher(
        None, text[: 1 << 17], quote[:400], autojunk=len(text) > 20_000
    ).find_longest_match()
    if match.size < min(_SEED, len(quote) // 2 + 1):
        return "Nothing like it is there."
    start = max(0, match.a - match.b)
    return f"Nearest, at character {start}: {_short(text[start : start + len(quote)])!r}"


def _is_same_from(text: str, start: int, quote: str) -> bool:
    wanted = unicodedata.normalize("NFC", quote)
    if unicodedata.normalize("NFC", text[start : start + 1])[:1] != wanted[:1] and text[start] != quote[0]:
        return False
    longest = unicodedata.normalize("NFC", text[start : start + 4 * len(quote)])
    return longest.startswith(wanted)


def _loosened(text: str) -> tuple[str, list[int]]:
    """Case folded, runs of blanks one, all quotation marks alike; and where each character was."""
    out: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        plain = " " if letter.isspace() else '"' if letter in "\"'‘’“”„«»‹›" else letter.casefold()[:1]
        if unicodedata.category(letter) == "Cf" or (plain == " " and out and out[-1] == " "):
            continue
        out.append(plain)
        places.append(place)
    return "".join(out), places


def _short(text: str) -> str:
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat if len(flat) <= 2 * _AROUND else f"{flat[:_AROUND]} … {flat[-_AROUND:]}"
