"""
A brief as it was written, and what its sentences rest on.

The text is a person's. Each of its sentences cites what is on record; `Support` nouns are those records as the gate needs them:
gathered anew at every check, so that a sentence stands only as long as what it rests on does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from siteline.model.dates import DateInterval
from siteline.model.draft import Hedge, SaidDate, SaidQuantity
from siteline.model.interval import Interval, Period
from siteline.model.likelihood import TermSet


class SentenceKind(StrEnum):
    """What a sentence does; its writer says so, or it is a fact."""

    FACT = "fact"
    JUDGEMENT = "judgement"
    """Ours, not the source's: needs an assessment."""

    CONTEXT = "context"
    METHOD = "method"
    CAVEAT = "caveat"
    HEADING = "heading"
    """A title stands for its section: it needs no citation of its own, and may say no more than the section does."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One thing that a sentence rests on."""

    kind: str
    """`claim`, `statement`, `event`, `size`, `count`, `query`, `exhibit`, `finding`, `survey`, `assessment`."""

    ref: str
    """Its id in the case."""

    name: str = ""
    """As the brief calls it, where that is shorter."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.ref}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a brief, its citations taken out."""

    id: str
    """ "s1", "s2" …, in reading order."""

    text: str
    line: int
    """Of the file, from 1: where its paragraph begins."""

    block: int
    """Number of its paragraph, list item, table row or heading, from 0."""

    kind: SentenceKind = SentenceKind.FACT
    is_editorial: bool = False
    """Whether its writer marked it as resting on nothing but the desk's own word."""

    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence says of doubt, numbers and days, as the draft extractor reads it; places are within its text."""

    hedges: tuple[Hedge, ...] = ()
    quantities: tuple[SaidQuantity, ...] = ()
    dates: tuple[SaidDate, ...] = ()


@dataclass(frozen=True, slots=True)
class BriefFigure:
    """One picture that a brief asks for."""

    id: str
    """ "f1", "f2" …"""

    shape: str
    """`pair`, `filmstrip`, `map`, `timeline`, `timelapse`, `exhibit`, `chart`."""

    cites: Citation
    caption: str
    alt: str
    """"" where the writer gave none: it is then made from what is shown."""

    line: int
    block: int


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item, quotation or table row, for whoever lays it out."""

    number: int
    shape: str
    """`paragraph`, `heading`, `item`, `quote`, `row`, `head_row`, `figure`, `code`."""

    depth: int
    """Of a heading 1 to 6; of a list item its nesting from 1, negative in a numbered list; else 0."""

    text: str = ""
    """Of a table row: its cells, divided by tabs."""


@dataclass(frozen=True, slots=True)
class BriefText:
    """A brief as it was written."""

    title: str
    language: str
    """BCP 47."""

    terms: TermSet | None
    """Which column of ICD 203 its likelihoods are said in; None: whichever it uses first."""

    as_of: date | None
    """It speaks of what was known on that day; None: of what is known when it is built."""

    authors: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    figures: tuple[BriefFigure, ...]
    blocks: tuple[Block, ...]
    names: tuple[tuple[str, Citation], ...] = ()
    """Short names for things cited, as the head of the file defines them."""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Everything cited, each once, in reading order."""
        cited = [c for s in self.sentences for c in s.citations] + [f.cites for f in self.figures]
        return tuple({(c.kind, c.ref): c for c in cited}.values())


@dataclass(frozen=True, slots=True)
class Carried:
    """One number that a sentence may print because a thing it cites carries it."""

    value: float
    words: str
    """What it is: "lower count", "95 % bound of the footprint", "as stated"."""

    unit: str = ""
    """"" where it is bare; "%" where the value is a percentage."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way from a sentence back to bytes."""

    what: str
    """ "Statement", "Words", "Source", "Measured", "Image", "Code" …"""

    text: str
    digest: str = ""
    """SHA-256 of the bytes of this step; "" for what has none."""

    steps: tuple[Step, ...] = ()
    """What it rests on in turn."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where words or pictures that a brief cites were published, as a bibliography lists it."""

    id: str
    """Of the exhibit, or of the statement where nothing of it is in custody."""

    title: str
    author: str = ""
    """Whose words they are; "" where nobody is named."""

    publisher: str = ""
    url: str = ""
    published: str = ""
    """Day, month or year as ISO 8601; "" where it is not known."""

    accessed: str = ""
    """Day on which it came into custody, ISO 8601."""

    sha256: str = ""
    """Of the bytes in custody."""

    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Support:
    """What every cited thing has in common."""

    cites: Citation
    title: str
    """One line for a reader."""

    broken: tuple[str, ...] = ()
    """Why it carries nothing now: bytes that are missing or altered, words that are not in custody."""

    stale: tuple[str, ...] = ()
    """What has happened to it since: superseded, corrected, retracted, withdrawn, a newer edition."""

    numbers: tuple[Carried, ...] = ()
    rights: tuple[str, ...] = ()
    """What stands against publishing its pictures: "licence unknown", "for analysis only"."""

    is_simulated: bool = False
    is_picture: bool = False
    """Whether it shows or rests on images of a place."""

    personal: tuple[str, ...] = ()
    """Personal data that somebody flagged and nobody has decided on."""

    trace: tuple[Step, ...] = ()
    """The way back to the bytes it rests on."""

    sources: tuple[Source, ...] = ()
    is_restricted: bool = False
    """Whether it rests on something that only named readers may see: no copy of a brief names it."""


@dataclass(frozen=True, kw_only=True)
class CitedClaim(Support):
    """Somebody's statement, and how it stands to the others."""

    quote: str = ""
    """The exact words; "" where they are not known."""

    language: str = "und"
    translations: tuple[str, ...] = ()
    """Translations of the quote."""

    is_translation_checked: bool = False
    speaker: str = ""
    stance: str = "asserts"
    hedges: tuple[str, ...] = ()
    """As said."""

    value: Interval | None = None
    unit: str = ""
    value_type: str = ""
    """As `Claim.value_type`."""

    is_negated: bool = False
    condition: str = ""
    period: Period | None = None
    """Of which time it holds."""

    said: Period | None = None
    lineages: int = 1
    """How many independent lineages carry it."""

    members: tuple[str, ...] = ()
    """Ids of the statements that make it."""

    denials: tuple[str, ...] = ()
    """Ids of statements that deny it, or something that contains it."""

    assessments: tuple[str, ...] = ()
    """Ids of assessments in force."""

    function: str = ""
    """Of a claim on what a building is for: `possible` or `probable`; "" for other claims."""


@dataclass(frozen=True, kw_only=True)
class CitedEvent(Support):
    """A change, in the version that stands now."""

    event_id: str = ""
    version: int = 1
    is_accepted: bool = False
    needs_review: bool = False
    """Whether it has changed materially since somebody accepted it."""

    onset: DateInterval | None = None
    bracket: tuple[Period | None, Period | None] = (None, None)
    """Days of the last image without it and of the first with it."""

    later: tuple[DateInterval, ...] = ()
    """When it was roofed, or completed."""

    is_image_based: bool = True


@dataclass(frozen=True, kw_only=True)
class CitedSize(Support):
    """A filed measurement or ratio."""

    low95: float | None = None
    high95: float | None = None
    is_ratio: bool = False
    supported: tuple[str, ...] = ()
    """Sentences that the interval supports."""


@dataclass(frozen=True, kw_only=True)
class CitedCount(Support):
    """One person's count of something on one image; or that it could not be seen on it."""

    count_id: str = ""
    what: str = ""
    """What was counted: "rail wagons"."""

    low: int | None = None
    """None where it could not be seen."""

    high: int | None = None
    not_seen: str = ""
    """Why it could not be seen."""

    day: Period | None = None
    """Of the image."""

    ground: str = ""
    """The same for counts within the same outline, and for no others."""

    disputed: tuple[tuple[str, str], ...] = ()
    """(id, words) of other counters' counts on the same image that cannot be the same number."""


@dataclass(frozen=True, kw_only=True)
class CitedQuery(Support):
    """A stored count or share, run again now."""

    lower: float | None = None
    upper: float | None = None
    unit: str = ""
    definition: str = ""
    denominator: str = ""
    """Of a share: what it is a share of; "" for a count."""

    edition: str = ""
    is_share: bool = False


@dataclass(frozen=True, kw_only=True)
class CitedExhibit(Support):
    """Something in custody."""

    kind: str = ""
    text: str = ""
    """Its words, where it has some; at most a few hundred thousand characters."""

    max_px: int | None = None
    """How wide it may be printed; None: no limit is set."""


@dataclass(frozen=True, kw_only=True)
class CitedRemoval(Support):
    """What checks of a page add up to."""

    rung: int = 0
    """0: nothing; 1: not found at the original address; 2: removed from that address; 3: removed from the site."""

    is_confirmed: bool = False
    """Whether a person confirmed it."""


@dataclass(frozen=True, kw_only=True)
class CitedSurvey(Support):
    """What one search of a site could see: the ground for saying that nothing changed."""

    smallest_m2: float | None = None
    longest_gap_days: int | None = None
    period: Period | None = None
    is_accepted: bool = False
    """Whether somebody accepted that nothing changed."""


@dataclass(frozen=True, kw_only=True)
class CitedAssessment(Support):
    """A person's judgement of a claim."""

    claim_id: str = ""
    analyst: str = ""
    likelihood: str = ""
    """In words; "" where none was given."""


@dataclass(frozen=True, slots=True)
class Objection:
    """One rule that one sentence or figure breaks."""

    sentence: str
    """Id of the sentence or figure; "brief" for the whole."""

    code: str
    message: str
    text: str = ""
    line: int = 0
