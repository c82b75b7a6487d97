"""What a figure must not show of an edition that holds something back: in its words, and as a map of where it is."""

from __future__ import annotations

from dataclasses import replace

from siteline.report.edition.press import Press
from siteline.report.sheet.subject import Numbered, Subject


def without_held(subject: Subject, press: Press) -> Subject:
    """The same subject, its names and sentences cleaned, and without an inset where the place is held back."""
    clean, scenery = press.text, subject.scenery
    site = replace(
        scenery.site,
        name=clean(scenery.site.name),
        structures=tuple(replace(one, label=clean(one.label)) for one in scenery.site.structures),
    )
    return replace(
        subject,
        scenery=replace(scenery, site=site),
        shown=tuple(_cleaned(one, press) for one in subject.shown),
        is_place_held=press.holds.is_location_held,
    )


def _cleaned(one: Numbered, press: Press) -> Numbered:
    clean, finding = press.text, one.finding
    return replace(
        one,
        finding=replace(
            finding,
            label=clean(finding.label),
            title=clean(finding.title),
            headline=clean(finding.headline),
            what=clean(finding.what),
            onset=clean(finding.onset),
        ),
    )


def held_back(text: str, press: Press) -> str:
    """What of it is held back, in words; "" if nothing."""
    hit = next(press.secrets.find(text, is_data=True), None)
    return hit.why if hit is not None else ""
