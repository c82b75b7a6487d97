"""What analysts judged of claims and sources, and how it turned out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from siteline.model.admiralty import Credibility, Reliability
from siteline.model.likelihood import Likelihood


class Analysis(StrEnum):
    """What was examined; the three are recorded apart (Berkeley Protocol, VI.E)."""

    SOURCE = "source"
    """Who says so: access, interest, track record."""

    TECHNICAL = "technical"
    """The file or page itself: metadata, origin, signs of editing."""

    CONTENT = "content"
    """What it says, against what else is known."""


class Confidence(StrEnum):
    """How good the grounds of a judgement are: not how likely the thing is."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class Came(StrEnum):
    """How a claim turned out."""

    TRUE = "true"
    FALSE = "false"
    VOID = "void"
    """The question fell away: nothing to score."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one analyst judged of one claim at one time; a later one of theirs stands in its place, and both stay."""

    id: str
    claim_id: str
    kind: Analysis
    credibility: Credibility | None
    """Of the item; never typed as 1."""

    likelihood: Likelihood | None
    confidence: Confidence | None
    rationale: str
    analyst: str
    at: datetime
    blind: bool
    """Whether no other analyst's assessment of the same was open to this one when it was filed."""


@dataclass(frozen=True, slots=True)
class SourceRating:
    """What one analyst judged of one source."""

    id: str
    source: str
    """The source as statements name it."""

    reliability: Reliability
    rationale: str
    analyst: str
    at: datetime
    blind: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a claim turned out, as far as somebody could establish it."""

    id: str
    claim_id: str
    came: Came
    on: date
    """The day from which it could be known; what was judged on or after it is hindsight."""

    basis: str
    who: str
    at: datetime
