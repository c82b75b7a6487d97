"""What a question is asked of: which edition, with which words for weapons, between which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from siteline.ledger.incidents.weapons import Mapping, built_in, read_mapping
from siteline.model.errors import BadSetting, NotFound
from siteline.model.incident import Edition
from siteline.model.shown import plain
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import note_bytes
from siteline.workbench.ledger.importing import mapping_of
from siteline.workbench.ledger.telling import Source

CLAIMS = "claims"
WITHOUT_WEAPONS = ("ucdp-ged", "acled")
"""Formats whose rows name no classes of weapons."""


def pick_edition(
    case: Case,
    said: str = "",
    dataset: str = "",
    *,
    of_claims: bool | None = False,
    weapon: str = "",
    as_of: datetime | None = None,
) -> Source:
    """
    The edition that is named; else the newest of the only data set there is.

    of_claims: True for public numbers, False for reports, None for either. weapon: what is asked for; data sets that name no
    weapons cannot be meant then. Raises NotFound, or BadSetting if several fit.
    """
    known = [
        e
        for e in case.incidents.editions(as_of)
        if (of_claims is None or (e.format == CLAIMS) is of_claims) and (not dataset or e.dataset == dataset)
    ]
    if said:
        named = [e for e in known if said in (e.id, e.name, e.label)]
        if weapon and len(named) > 1:
            named = [e for e in named if e.format not in WITHOUT_WEAPONS] or named
        if len(named) == 1:
            return Source(named[0], as_of)
        if named:
            sets = ", ".join(plain(e.label, 60) for e in named)
            raise BadSetting(
                f"{plain(said, 60)!r} is {len(named)} editions: {sets}", "Name one: --dataset NAME"
            )
        return Source(case.incidents.edition(said if not dataset else f"{dataset}/{said}", as_of), as_of)
    if not known:
        form = CLAIMS if of_claims else "FORMAT"
        raise NotFound(
            "no data set of this kind is on record" + (f" as {plain(dataset, 60)!r}" if dataset else ""),
            f"Import one: siteline ledger incidents import FILE --format {form} --edition NAME",
        )
    if weapon:
        known = [e for e in known if e.format not in WITHOUT_WEAPONS] or known
    sets_of = sorted({e.dataset for e in known})
    if len(sets_of) > 1:
        raise BadSetting(
            f"{len(sets_of)} data sets could be meant: {', '.join(plain(name, 40) for name in sets_of)}",
            "Name one: --dataset NAME, or an edition: --edition NAME",
        )
    return Source(newest(known), as_of)


def pick_casualties(case: Case, said: str, dataset: str, as_of: datetime | None) -> Source:
    """Public numbers, if the case has any; else the only data set of events."""
    has_claims = any(e.format == CLAIMS for e in case.incidents.editions(as_of))
    either = None if said or dataset else has_claims
    return pick_edition(case, said, dataset, of_claims=either, as_of=as_of)


def given_days(start: str | None, until: str | None) -> tuple[date | None, date | None]:
    """Days of a window, each as given or open."""
    first, after = day_of(start, "--from") if start else None, day_of(until, "--to") if until else None
    if first and after:
        ends_of(start, until, None)
    return first, after


def newest(editions: list[Edition]) -> Edition:
    """The edition whose data goes furthest; among equals, or where that is not known, the last to come."""
    return in_order(editions)[-1]


def in_order(editions: list[Edition]) -> list[Edition]:
    """Editions of one data set, oldest first."""
    if all(e.as_of for e in editions):
        return sorted(editions, key=lambda e: (e.as_of, e.known))
    return sorted(editions, key=lambda e: e.known)


@dataclass(frozen=True, slots=True)
class Words:
    """How weapons are named: ours, or a user's mapping, kept in the case so that queries can run again."""

    mapping: Mapping
    sha256: str = ""
    """Of the user's mapping among the blobs; "" for ours."""


def words_of(case: Case, file: Path | None) -> Words:
    """The mapping to count with; a user's own is kept in the case."""
    if file is None:
        return Words(built_in())
    mapping = mapping_of(file)
    sha256 = case.blobs.keep(file.read_bytes())
    note_bytes(case, [(sha256, "a mapping of words to weapon classes")], "ledger count")
    return Words(mapping, sha256)


def words_again(case: Case, sha256: str) -> Words:
    """The mapping of a stored query."""
    if not sha256:
        return Words(built_in())
    return Words(read_mapping(case.blobs.read(sha256).decode("utf-8-sig"), "the stored mapping"), sha256)


def ends_of(start: str | None, until: str | None, ends: tuple[date, date] | None) -> tuple[date, date]:
    """(first day, the day after the last one) of a window; an open end is that of the data. Raises BadSetting."""
    if (not start or not until) and ends is None:
        raise BadSetting("the edition has no dated row", "Give the window: --from DATE --to DATE")
    first = day_of(start, "--from") if start else ends[0] if ends else date.min
    after = day_of(until, "--to") if until else ends[1] + timedelta(days=1) if ends else date.max
    if first >= after:
        raise BadSetting(
            f"a window from {first} to {after} holds no day",
            "--from is the first day, --to the day after the last one.",
        )
    return first, after


def day_of(said: str, option: str) -> date:
    """A day as it was given to an option."""
    try:
        if len(said) != 10:
            raise ValueError
        return date.fromisoformat(said)
    except ValueError as error:
        raise BadSetting(f"{option} {plain(said, 40)!r} is no day", "Write YYYY-MM-DD.") from error
