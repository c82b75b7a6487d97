"""What an edition must not say: gathered from the case, for the press."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import shapely

from siteline.model.edition import BriefText
from siteline.model.place import Frame, Site
from siteline.model.release import Holds
from siteline.report.edition.press import Press
from siteline.report.edition.secrets import REDACTED, Secrets, centre, snapped
from siteline.workbench.case import Case
from siteline.workbench.evidence.marks import decisions
from siteline.workbench.findings import records_of

SALTED = "salted:"
_SHORTEST = 4
"""Letters of a name or title that is kept out of texts; a shorter one is in every sentence."""

_MOST_POINTS = 20_000


def set_press(case: Case, brief: BriefText, holds: Holds, salt: str) -> Press:
    """The press of one edition: it knows each thing that is held back, so that nothing else has to."""
    redacted = {s.id: s.text for s in brief.sentences if s.id in holds.sentences}
    digests, words = dict[str, str](), dict[str, str]()
    secret = {*case.exhibits.hidden(), *case.exhibits.restrictions()}
    every = [exhibit for _, exhibit in case.exhibits.after(0)]
    known = {
        text.casefold()
        for e in every
        if e.id not in secret
        for text in (e.name, e.title, e.source_url, e.sha256)
    }
    for exhibit in every:
        if exhibit.id in secret:
            if exhibit.sha256 not in known:
                digests[exhibit.sha256] = salted(exhibit.sha256, salt)
            words |= {
                text: REDACTED
                for text in (exhibit.id, exhibit.name, exhibit.title, exhibit.source_url)
                if len(text) >= _SHORTEST and text.casefold() not in known
            }
    places, rounded = list[tuple[float, float]](), list[tuple[float, float]]()
    if holds.is_location_held:
        for site_id in case.register.ids():
            site = case.register.get(site_id)
            points = list(site_points(case, site))
            places += points
            if holds.round_km is not None and (middle := centre(points)) is not None:
                rounded.append(snapped(*middle, holds.round_km))
            for scene in case.scenes.all(site_id):
                digests[scene.sha256] = salted(scene.sha256, salt)
                words[scene.id] = "[image held back]"
    printed = tuple(s.text for s in brief.sentences if s.id not in redacted) if redacted else ()
    return Press(
        holds,
        Secrets(redacted, printed, holds.is_location_held, tuple(places), tuple(rounded), digests, words),
    )


def site_points(case: Case, site: Site) -> Iterator[tuple[float, float]]:
    """(latitude, longitude) of all that is drawn at a site, degrees; none for one of frames without georeference."""
    if site.frame is not Frame.EARTH:
        return
    from siteline.sites.exchange.events import describe_events

    shapes = [s.geometry for s in site.structures]
    shapes += [e.geometry for e in describe_events(records_of(case, site), site).events]
    drawn = [shape for shape in shapes if shape is not None and not shape.is_empty]
    for shape in drawn:
        yield (shape.centroid.y, shape.centroid.x)
    for count, (lon, lat) in enumerate(shapely.get_coordinates(drawn)):
        if count == _MOST_POINTS:
            return
        yield (float(lat), float(lon))


def salted(sha256: str, salt: str) -> str:
    """What is printed instead of a digest that is not to be known: nobody without the salt can guess it."""
    return SALTED + hashlib.sha256(f"{salt}:{sha256}".encode()).hexdigest()


def not_shown(case: Case) -> set[str]:
    """Exhibits whose bytes never go out because of whom they show: blurred or held."""
    return {exhibit_id for exhibit_id, verdict in decisions(case).items() if verdict != "publish"}
