"""Competing hypotheses: the question, the readings of it, the evidence, and how well each fits each, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Fit(StrEnum):
    """How a piece of evidence stands to a hypothesis; a blank cell is none of these."""

    CC = "CC"
    """Very consistent."""

    C = "C"
    N = "N"
    """Both readings are possible."""

    I = "I"
    II = "II"
    """Very inconsistent."""

    NA = "NA"
    """Says nothing of it."""


class Weight(StrEnum):
    """How much a row counts, on each of two grounds."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    UNKNOWN = "unknown"
    """Nobody can say; the score is then given from low to high."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; one matrix."""

    id: str
    text: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One answer that may be right."""

    id: str
    label: str
    """Short, such as "H1"; unique in its matrix."""

    text: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row: a claim or statement on record, and how much it counts."""

    id: str
    label: str
    """Short, such as "E1"; unique in its matrix."""

    kind: str
    """`claim` or `statement`."""

    refers_to: str
    """Its id."""

    text: str
    """What it says, as it was when it was added."""

    credibility: Weight
    relevance: Weight
    why: str
    """On what grounds it is weighed so, or was taken out."""

    who: str
    at: datetime
    withdrawn: bool = False
    """Whether it was taken out again; it stays on record."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One analyst's word on one piece of evidence and one hypothesis; a later one of theirs stands in its place."""

    evidence: str
    """Its label."""

    hypothesis: str
    fit: Fit
    why: str
    analyst: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Scored:
    """How much speaks against one hypothesis, by one analyst's cells."""

    hypothesis: str
    inconsistency: tuple[float, float]
    """Weighted, from low to high; the two differ only where a weight is unknown."""

    blank: int
    """Rows that the analyst has not rated for it; a score with blanks is not comparable."""


@dataclass(frozen=True, slots=True)
class RowWorth:
    """How well one row tells the hypotheses apart, by one analyst's cells."""

    evidence: str
    diagnosticity: float | None
    """Variance along the row; None where fewer than two cells say anything."""

    not_diagnostic: bool
    """Whether it says the same of every hypothesis."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The matrix as one analyst filled it."""

    analyst: str
    cells: tuple[Cell, ...]
    """Those in force."""

    scores: tuple[Scored, ...]
    """In the order of the hypotheses."""

    rows: tuple[RowWorth, ...]
    """In the order of the evidence."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that two analysts rate otherwise."""

    evidence: str
    hypothesis: str
    said: tuple[tuple[str, Fit], ...]
    """Analyst and rating, by name."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix as one person may see it at one time."""

    question: Question
    hypotheses: tuple[Hypothesis, ...]
    evidence: tuple[Evidence, ...]
    """What stands, in the order in which it was added."""

    withdrawn: tuple[Evidence, ...]
    sheets: tuple[Sheet, ...]
    """By analyst; the viewer's own first."""

    differences: tuple[Difference, ...]
    kept_back: int
    """Cells of others that are not shown before a second analyst has rated the same."""

    trail: tuple[Cell, ...]
    """Every rating that may be seen, oldest first, those replaced too."""

    weighings: tuple[Evidence, ...] = ()
    """Every form that every row has had, oldest first."""

    remarks: tuple[tuple[str, str], ...] = ()
    """What must be told with a row: its label, and that its claim was retracted, superseded or is stale."""
