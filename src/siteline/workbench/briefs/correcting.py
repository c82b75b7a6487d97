"""What an edition got wrong, where it went, and whether what it rests on still stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from siteline.model.dates import say_day
from siteline.model.edition import Objection
from siteline.model.errors import BadInput, BrokenCustody, SitelineError
from siteline.model.release import Correction, Delivery, Edition
from siteline.model.remark import Remark
from siteline.workbench.briefs.checking import check_text
from siteline.workbench.case import Case


def correct(case: Case, said: str, sentence: str, why: str, now: str = "") -> tuple[Edition, str]:
    """Record what a sentence of an edition got wrong; raises NotFound or BadInput."""
    edition = case.releases.get(said)
    known = {s.id for s in edition.noun.sentences}
    if sentence not in known:
        raise BadInput(
            f"{edition.name} has no sentence {sentence!r}",
            f"siteline brief list --edition {edition.name} names them.",
        )
    return edition, case.aftermath.correct(edition.noun.id, sentence, why, now)


def deliver(case: Case, said: str, to: str, how: str, on: date, today: date) -> tuple[Edition, str]:
    """Record where an edition went; raises NotFound or BadInput."""
    edition = case.releases.get(said)
    if on > today:
        raise BadInput(f"{on} is still to come", "Record a delivery once it has been made.")
    return edition, case.aftermath.deliver(edition.noun.id, to, how, on)


def printed_corrections(case: Case, brief: str) -> tuple[str, ...]:
    """The corrections log that the next edition of a brief prints, oldest first."""
    editions = {e.noun.id: e for e in case.releases.all() if e.noun.brief == brief}
    return tuple(
        _printed(editions[c.edition_id], c) for c in case.aftermath.corrections() if c.edition_id in editions
    )


def _printed(edition: Edition, correction: Correction) -> str:
    sentence = next((s for s in edition.noun.sentences if s.id == correction.sentence), None)
    quoted = (
        f" said: “{sentence.text}”" if sentence and sentence.text else f", sentence {correction.sentence}"
    )
    why = correction.why if correction.why.endswith((".", "!", "?", "”")) else f"{correction.why}."
    right = f" It should have said: “{correction.now}”" if correction.now else ""
    return f"{say_day(correction.at.date())}: edition {edition.noun.number}{quoted} Why it is corrected: {why}{right}"


@dataclass(frozen=True, slots=True)
class Standing:
    """An edition as it stands now."""

    edition: Edition
    fallen: tuple[Objection, ...]
    """What stands against it now and did not when it went out."""

    corrections: tuple[Correction, ...]
    deliveries: tuple[Delivery, ...]
    why_unknown: str = ""
    """Why it cannot be said whether it stands; "" if it can."""

    @property
    def is_affected(self) -> bool:
        """Whether those to whom it went must be told."""
        return bool(self.fallen or self.corrections or self.why_unknown)

    def as_dict(self) -> dict[str, Any]:
        """Interchange form."""
        noun = self.edition.noun
        return {
            "edition": self.edition.name,
            "id": noun.id,
            "number": noun.number,
            "title": noun.title,
            "day": noun.day,
            "released_by": self.edition.who,
            "released_at": self.edition.at.isoformat(),
            "stands": not self.fallen and not self.why_unknown,
            "fallen": [
                {"sentence": o.sentence, "code": o.code, "message": o.message, "text": o.text}
                for o in self.fallen
            ],
            "unknown": self.why_unknown,
            "corrections": [
                {"sentence": c.sentence, "why": c.why, "now": c.now, "who": c.who, "at": c.at.isoformat()}
                for c in self.corrections
            ],
            "delivered": [
                {"to": d.to, "how": d.how, "when": d.on, "recorded_by": d.who, "affected": self.is_affected}
                for d in self.deliveries
            ],
            "affected": self.is_affected,
        }


def list_editions(case: Case, as_of: datetime | None = None, said: str = "") -> list[Standing]:
    """
    Every edition with what has become of it: each text is held against the gate anew, every byte hashed again.

    What was published stays as it was; whether it stands is asked of the records of now, or of `as_of`.
    """
    editions = [case.releases.get(said, as_of)] if said else case.releases.all(as_of)
    corrections, deliveries = case.aftermath.corrections(as_of), case.aftermath.deliveries(as_of)
    seen: dict[str, tuple[tuple[Objection, ...], str]] = {}
    told = []
    for edition in editions:
        source = edition.noun.source_sha256
        if source not in seen:
            seen[source] = _against(case, source, as_of)
        objections, why = seen[source]
        gone = set(edition.noun.holds.sentences) | set(edition.noun.holds.figures)
        told.append(
            Standing(
                edition,
                tuple(o for o in objections if o.sentence not in gone),
                tuple(c for c in corrections if c.edition_id == edition.noun.id),
                tuple(d for d in deliveries if d.edition_id == edition.noun.id),
                why,
            )
        )
    return told


def tell_fallen(case: Case) -> list[Remark]:
    """Those to whom an edition went that stands no more: whoever works on the case must tell them."""
    remarks = []
    for standing in list_editions(case):
        if standing.fallen or standing.why_unknown:
            first = standing.fallen[0].message if standing.fallen else standing.why_unknown
            whom = "; ".join(f"{d.to} ({d.on}, {d.how})" for d in standing.deliveries)
            said = f"does not stand any more: {first}" + (f"; it was delivered to {whom}" if whom else "")
            remarks.append(Remark(f"edition {standing.edition.name}", said, "See: siteline brief list"))
    return remarks


def _against(case: Case, source: str, as_of: datetime | None) -> tuple[tuple[Objection, ...], str]:
    try:
        text = case.blobs.read(source).decode()
        return check_text(case, text, as_of).objections, ""
    except BrokenCustody as error:
        return (), f"its text is not what it was: {error}"
    except (SitelineError, UnicodeDecodeError) as error:
        return (), f"its text cannot be held against the records: {error}"
