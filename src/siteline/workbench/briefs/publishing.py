"""Every file of an edition, made from the published copy alone and sent through the press."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shapely.geometry import Point

from siteline.model.edition import CitedEvent
from siteline.model.errors import BadInput
from siteline.model.place import Frame, Site
from siteline.model.release import Output
from siteline.report.edition.linked import Node
from siteline.report.edition.material import EditionMaterial
from siteline.report.edition.press import Press
from siteline.report.edition.secrets import centre, snapped
from siteline.report.edition.trace import (
    figure_files,
    number_picture,
    write_json,
    write_markdown,
    write_trace,
)
from siteline.sites.exchange.events import Events, ExchangedEvent, describe_events, write_events
from siteline.workbench.briefs.formats import Format, write_as
from siteline.workbench.briefs.pressing import site_points
from siteline.workbench.case import Case
from siteline.workbench.findings import records_of

PAGE, RECORD, SUMS, RESTS_ON = "page.html", "edition.json", "files.sha256", "rests-on.json"
FORMS = {
    Format.PDF: "page.pdf",
    Format.DOCX: "page.docx",
    Format.MARKDOWN: "page.md",
    Format.JSONLD: "page.jsonld",
    Format.BIBTEX: "sources.bib",
}
"""What the other forms of the page are called in an edition."""

_IN_WORDS = {
    Format.PDF: "for print",
    Format.DOCX: "as a Word file",
    Format.MARKDOWN: "as clean Markdown",
    Format.JSONLD: "as linked data",
    Format.BIBTEX: "its sources as BibTeX",
}
_TELLING = ("scenes", "observations", "judgement")
"""Properties of an event that name images or hold a person's words: of no use to others, or a way to the place."""


def edition_files(
    case: Case,
    material: EditionMaterial,
    press: Press,
    resting: Mapping[str, Any],
    forms: Sequence[Format] = (),
    reviews: tuple[Node, ...] = (),
) -> Iterator[tuple[Output, bytes]]:
    """
    Each file but the record, on its way out; the same material gives the same bytes. Raises Leak.

    material: the published copy, from `Press.copy`. forms: beside the page. reviews: of rated claims, for its linked data.
    """
    for name, data, what in _made(case, numbered(material), press, resting, forms, reviews):
        sent = press.send(name, data)
        yield Output(name, hashlib.sha256(sent).hexdigest(), len(sent), what), sent


def numbered(material: EditionMaterial) -> EditionMaterial:
    """The same, each picture with its numbers in its file."""
    places = {figure.id: place for place, figure in enumerate(material.brief.figures, 1)}
    pictures = {
        name: tuple(number_picture(picture, material.number, places[name]) for picture in drawn)
        for name, drawn in material.pictures.items()
    }
    return replace(material, pictures=pictures)


def _made(
    case: Case,
    material: EditionMaterial,
    press: Press,
    resting: Mapping[str, Any],
    forms: Sequence[Format],
    reviews: tuple[Node, ...],
) -> Iterator[tuple[str, bytes, str]]:
    yield PAGE, write_as(Format.HTML, material, ""), "the page"
    for form in (form for form in Format if form in forms and form is not Format.HTML):
        yield FORMS[form], write_as(form, material, "", reviews), f"the page, {_IN_WORDS[form]}"
    yield "brief.md", write_markdown(material), "the text with its citations"
    yield "trace.json", write_trace(material), "each sentence with the way back to its bytes"
    yield RESTS_ON, write_json(resting), "what it rests on, by hash"
    yield "alert.json", write_json(_alert(material)), "a notice of it"
    yield from figure_files(material)
    yield from place_files(case, material, press)


def _alert(material: EditionMaterial) -> dict[str, Any]:
    """What a reader is told who asked to be told."""
    brief = material.brief
    return {
        "siteline": "alert/1",
        "title": brief.title,
        "edition": material.number,
        "day": material.day.isoformat(),
        "sentences": len(brief.sentences) - len(material.withheld),
        "redacted": len(material.withheld),
        "corrections": list(material.corrections),
        "simulated": any(s.is_simulated for s in material.supports.values()),
    }


def place_files(case: Case, material: EditionMaterial, press: Press) -> Iterator[tuple[str, bytes, str]]:
    """Events that the edition speaks of, for maps and tables: where they are, or where they may be said to be."""
    cited = {s.event_id for s in material.supports.values() if isinstance(s, CitedEvent)}
    place = 0
    for site_id in case.register.ids():
        site = case.register.get(site_id)
        records = [record for record in records_of(case, site) if record.id in cited]
        if not records:
            continue
        place += 1
        document = held_events(case, site, describe_events(records, site), press)
        name = f"places-{place}"
        for ending, format_ in (("geojson", "geojson"), ("kml", "kml"), ("csv", "csv")):
            try:
                yield f"places/{name}.{ending}", write_events(document, format_), f"places, as {ending}"
            except BadInput:  # pixels are no places on a globe
                continue


def held_events(case: Case, site: Site, document: Events, press: Press) -> Events:
    """The events of a site as they may be published: at one rounded place for all of them, or at none."""
    holds = press.holds
    shape = None
    if holds.round_km is not None and site.frame is Frame.EARTH:
        middle = centre(list(site_points(case, site)))
        lat, lon = snapped(*middle, holds.round_km) if middle is not None else (None, None)
        shape = Point(lon, lat) if lon is not None else None
    events = tuple(
        ExchangedEvent(_told(event.properties, press), shape if holds.is_location_held else event.geometry)
        for event in document.events
    )
    name = None if holds.is_location_withheld or document.site is None else press.text(document.site)
    return replace(document, events=events, site=name)


def _told(properties: Mapping[str, Any], press: Press) -> dict[str, Any]:
    holds = press.holds
    left = {k: v for k, v in properties.items() if not (holds.is_location_held and k in _TELLING)}
    told = {key: press.clean(value) for key, value in left.items()}
    if holds.is_location_held:
        told["location"] = "withheld" if holds.is_location_withheld else f"rounded to {holds.round_km:g} km"
    return told
