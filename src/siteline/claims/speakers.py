"""Who speaks, read from one cell such as "Ukrinform (fr) citing PGO" or "CAR via Kyodo"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from siteline.model.claim import Access, Attribution

_CITING = re.compile(
    r"(?P<outlet>.+?),?\s+(?:citing|quoting|according to|with reference to)\s+(?P<speaker>.+)", re.I
)
_VIA = re.compile(r"(?P<speaker>.+?)\s+(?:via|through|as reported by|quoted by)\s+(?P<outlet>.+)", re.I)
_TO = re.compile(r"(?P<speaker>.+?)\s+to\s+(?P<outlet>[A-Z][\w'’.-]*(?:\s+[A-Z][\w'’.-]*)*)")
_OF_DATA = re.compile(r"(?P<speaker>.+?)(?:'s)?\s+(?:analysis|count|tally|reading) of (?P<data>.+)", re.I)
_UNNAMED = re.compile(
    r"\b(?:unnamed|anonymous|undisclosed)\b|\b(?:a|an|some|two|three|several)\s+(?:[\w-]+\s+){0,4}(?:sources?|officials?|diplomats?|spokes(?:man|woman|person))\b"
    r"|\b(?:\w+\s+)?(?:military|intelligence|security|government|diplomatic) sources?\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a cell says of who spoke."""

    chain: tuple[Attribution, ...]
    cites: str = ""
    dataset: str = ""


def read_speaker(text: str) -> Spoken:
    """The chain of attribution in a cell, speaker first; () for an empty cell."""
    said = " ".join(text.split())  # long runs of blanks would be tried at every split
    if not said:
        return Spoken(())
    if found := _CITING.fullmatch(said):
        speaker, outlet = found["speaker"].strip(), found["outlet"].strip()
        return Spoken((_speaker(speaker), Attribution(outlet, "relay", Access.RELAY)), cites=speaker)
    if found := _VIA.fullmatch(said):
        return Spoken(
            (_speaker(found["speaker"]), Attribution(found["outlet"].strip(), "relay", Access.RELAY))
        )
    if found := _OF_DATA.fullmatch(said):
        return Spoken((_speaker(found["speaker"]),), dataset=found["data"].strip())
    if found := _TO.fullmatch(said):
        return Spoken((_speaker(found["speaker"]), Attribution(found["outlet"].strip(), "outlet")))
    return Spoken((_speaker(said),))


def is_anonymous(name: str) -> bool:
    """Whether a name is none: "a Ukrainian military source"."""
    return bool(_UNNAMED.search(name))


def _speaker(name: str) -> Attribution:
    return Attribution(name.strip(), "speaker", is_anonymous=is_anonymous(name))
