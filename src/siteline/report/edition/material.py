"""What an edition is made from, and what it must be stamped with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from siteline.model.edition import BriefFigure, BriefText, Objection, Sentence, Support
from siteline.report.figure import Figure
from siteline.report.rules import Stamp


@dataclass(frozen=True)
class EditionMaterial:
    """A written brief with all that is laid out beside it."""

    brief: BriefText
    supports: Mapping[tuple[str, str], Support]
    objections: tuple[Objection, ...]
    pictures: Mapping[str, tuple[Figure, ...]]
    """By figure id; a picture that could not be made is absent."""

    missing: Mapping[str, str]
    """Why a picture could not be made, by figure id."""

    day: date
    """Printed as the day of the edition."""

    version: str
    """Of Siteline."""

    number: str = ""
    """Of the edition, once it has one: "3"."""

    is_released: bool = False
    corrections: tuple[str, ...] = ()
    """What earlier editions got wrong, oldest first."""

    withheld: Mapping[str, str] = field(default_factory=dict)
    """Sentences that are left out of this copy, by id, with the reason that may be printed."""

    @property
    def stamps(self) -> tuple[Stamp, ...]:
        """What every page of it is stamped with."""
        codes = {objection.code for objection in self.objections}
        is_simulated = any(support.is_simulated for support in self.supports.values())
        holds = {
            Stamp.OPEN: bool(codes - {"unreviewed", "rights"}),
            Stamp.NOT_REVIEWED: "unreviewed" in codes,
            Stamp.RIGHTS_UNKNOWN: "rights" in codes,
            Stamp.NOT_RELEASED: not codes and not self.is_released,
            Stamp.SIMULATED: is_simulated,
        }
        return tuple(stamp for stamp, is_held in holds.items() if is_held)

    def supports_of(self, sentence: Sentence) -> tuple[Support, ...]:
        """What one sentence rests on, as far as it is in the case."""
        found = (self.supports.get((c.kind, c.ref)) for c in sentence.citations)
        return tuple(support for support in found if support is not None)

    def figure_in(self, block: int) -> BriefFigure | None:
        """The picture that stands in a block."""
        return next((figure for figure in self.brief.figures if figure.block == block), None)
