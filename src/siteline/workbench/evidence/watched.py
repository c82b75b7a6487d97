"""What is known of watched pages, as far as whoever opened the case may see it."""

from __future__ import annotations

from datetime import datetime

from siteline.evidence.watch.series import Check
from siteline.model.exhibit import Exhibit
from siteline.workbench.case import Case
from siteline.workbench.evidence.marks import outcomes


def visible_checks(case: Case, as_of: datetime | None = None) -> list[Check]:
    """Checks of what is not restricted to others: neither of such an exhibit, nor of an address that only such ones name."""
    hidden = case.exhibits.hidden()
    checks = case.checks.all(as_of)
    if not hidden:
        return checks
    every = [e for _, e in case.exhibits.after(0)]
    secret = {e.source_url for e in every if e.id in hidden} - {
        e.source_url for e in every if e.id not in hidden
    }
    return [check for check in checks if check.exhibit_id not in hidden and check.url not in secret]


def pages_by_url(case: Case, as_of: datetime | None = None) -> dict[str, list[Exhibit]]:
    """
    Exhibits that say where they were found and may be seen, by that address.

    A capture counts only if it is complete; what was made of a capture (its text, its picture) shows no page as it was served.
    """
    hidden, found = case.exhibits.hidden(), dict[str, list[Exhibit]]()
    captures, origins = outcomes(case), case.exhibits.origins()
    asked = dict[str, str]()
    for _, exhibit in case.exhibits.after(0):
        if exhibit.id in captures:
            asked[exhibit.id] = exhibit.source_url
        known = as_of is None or datetime.fromisoformat(exhibit.added_at) <= as_of
        fails = captures.get(exhibit.id, "complete") != "complete"
        is_made = any(asked.get(origin["id"]) == exhibit.source_url for origin in origins.get(exhibit.id, ()))
        if exhibit.id not in hidden and known and not fails and not is_made and is_http(exhibit.source_url):
            found.setdefault(exhibit.source_url, []).append(exhibit)
    return found


def is_http(url: str) -> bool:
    """Whether an address is one that can be asked for."""
    return url.startswith(("http://", "https://"))


def start_of_blob(case: Case, sha256: str, count: int) -> bytes | None:
    """The first bytes of a blob; None if it is not there."""
    try:
        with case.blobs.path(sha256).open("rb") as stream:
            return stream.read(count)
    except OSError:
        return None  # `find` says that the baseline does not verify
