"""
The Admiralty system on its two objects: a letter for the source, a digit for the item of information.

Neither is a number. F and 6 mean that nothing is known, which is no worse than E or 5 and no better than A or 1; so the
classes have no order, nothing to add up, and no mean.
"""

from __future__ import annotations

import unicodedata
from enum import Enum

from siteline.model.errors import BadInput


class Reliability(Enum):
    """How reliable a source is; sits on the source."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"

    @property
    def words(self) -> str:
        """As it is published."""
        return _SOURCE[self.value]

    @property
    def is_known(self) -> bool:
        """False for F: nobody can say."""
        return self is not Reliability.F


class Credibility(Enum):
    """How credible one item is, whoever said it; sits on the item."""

    CONFIRMED = "1"
    PROBABLE = "2"
    POSSIBLE = "3"
    DOUBTFUL = "4"
    IMPROBABLE = "5"
    UNKNOWN = "6"

    @property
    def words(self) -> str:
        """As it is published."""
        return _ITEM[self.value]

    @property
    def is_known(self) -> bool:
        """False for 6: nobody can say."""
        return self is not Credibility.UNKNOWN


_SOURCE = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "reliability cannot be judged",
}
_ITEM = {
    "1": "reported from two independent origins",
    "2": "probably true",
    "3": "possibly true",
    "4": "doubtful",
    "5": "improbable",
    "6": "credibility cannot be judged",
}
"""`1` in our own words: "confirmed" is typed by a person, in a brief, never by us."""


def parse_reliability(text: str) -> Reliability:
    """A letter A to F; raises BadInput, with the reason where a digit was given with it or a lookalike."""
    said = text.strip()
    if len(said) == 2 and said[0].upper() in Reliability.__members__ and said[1] in _ITEM:
        raise BadInput(f"{said!r} rates two things at once", _APART)
    if said.upper() in Reliability.__members__ and said.isascii():
        return Reliability(said.upper())
    raise BadInput(
        f"not a letter for a source: {text!r}{_lookalike(said)}", f"There are: {_listed(_SOURCE)}."
    )


def parse_credibility(text: str) -> Credibility:
    """A digit 2 to 6; raises BadInput for 1, which is computed, and for a letter with it."""
    said = text.strip()
    if len(said) == 2 and said[0].upper() in Reliability.__members__ and said[1] in _ITEM:
        raise BadInput(f"{said!r} rates two things at once", _APART)
    if said == "1":
        raise BadInput(
            "1 is computed and never typed: it says that two independent lineages with access of their own report it",
            "Rate it 2 to 6. Once a second independent origin is on record, the claim shows 1 by itself.",
        )
    if said in _ITEM:
        return Credibility(said)
    raise BadInput(f"not a digit for an item: {text!r}{_lookalike(said)}", f"There are: {_listed(_ITEM)}.")


_APART = "The letter sits on the source (--reliability), the digit on the item (--credibility)."


def _listed(words: dict[str, str]) -> str:
    return ", ".join(f"{code} {said}" for code, said in words.items() if code != "1")


def _lookalike(said: str) -> str:
    """What a single character is that is not of ASCII, such as a Cyrillic letter that looks Latin."""
    if len(said) == 1 and not said.isascii():
        return f" (this is {unicodedata.name(said, 'a character without a name').lower()})"
    return ""
