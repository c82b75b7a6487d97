"""The brief as HTML: whole, inert, complete."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date
from functools import cache
from html.parser import HTMLParser

import pytest
from shapely.geometry import box

from siteline.findings.draft import draft_finding, draft_site
from siteline.model.change import Kind, Method, Observation, Stage, State, Status
from siteline.model.dates import DateInterval
from siteline.model.measurement import Measurement
from siteline.model.place import Zone
from siteline.model.placing import Model, PlacedPoint, Placement
from siteline.model.quantity import Quantity
from siteline.report.page import BriefMaterial, JudgedEvent, build_page
from tests.factory import make_event
from tests.report.material import DAYS, THINGS, make_material, make_section

HOSTILE = "<script>window.hacked=1</script><img src=x onerror=alert(1)>\u202egnp.exe\u200b\"'&{{7*7}}]]>"
KOREAN = "제2기계공장 함흥지구 화성 로케트 조립공장 확장구역"
CYRILLIC = "Производственное объединение «Красный Октябрь» имени Ленина"


@cache
def page_of(kind: str) -> str:
    """A page, built once."""
    return build_page(
        {
            "draft": lambda: make_material(things=THINGS[:3], simulated=True),
            "clean": lambda: make_material(things=THINGS[4:6], accepted=True),
            "frame": lambda: make_material(things=THINGS[:1], is_image=True, scene={"licence": "unknown"}),
            "hostile": hostile,
        }[kind]()
    )


def hostile() -> BriefMaterial:
    """Names and texts that try to break out, beside long ones in other scripts."""
    section = make_section(
        things=(("화성-11 조립동", *THINGS[0][1:]), (HOSTILE, *THINGS[1][1:])),
        name=f"{KOREAN} {HOSTILE}",
        scene={"credit": f"{HOSTILE} {CYRILLIC}", "licence": HOSTILE},
        names=({"text": KOREAN, "lang": "ko"}, {"text": CYRILLIC, "lang": '"><b>'}),
    )
    structures = tuple(
        replace(s, label=f"{s.label} {KOREAN} {HOSTILE}", source=f"{CYRILLIC} {HOSTILE}")
        for s in section.site.structures
    )
    findings = replace(section.findings, summary=(HOSTILE, "W" * 5000, CYRILLIC * 4), seeing=(HOSTILE,))
    section = replace(section, site=replace(section.site, structures=structures), findings=findings)
    return BriefMaterial(f"{HOSTILE} {KOREAN}", (section,), make_material().built_at, "0.1")


class Elements(HTMLParser):
    """Every element of a page, with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def text_of(page: str) -> str:
    """What a reader sees, roughly."""
    body = page.split("<body", 1)[1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.mark.parametrize("kind", ["draft", "clean", "frame", "hostile"])
def test_a_page_is_self_contained_and_runs_nothing(kind: str) -> None:
    """No script, no handler, no inline style, no address but data: and anchors within the page."""
    page = page_of(kind)
    elements = Elements(page).found
    assert not {"script", "iframe", "object", "link", "base", "form"} & {tag for tag, _ in elements}
    for tag, attributes in elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        for name in ("src", "href", "xlink:href", "srcset", "data", "action"):
            address = attributes.get(name)
            assert address is None or address.startswith(("data:image/", "#")), (tag, address)
    assert len(page) < 6_000_000
    assert page.startswith("<!DOCTYPE html>\n<html lang=")


@pytest.mark.parametrize("kind", ["draft", "frame"])
def test_the_policy_lets_our_own_style_in_and_nothing_else(kind: str) -> None:
    """The content policy names the one style sheet by its hash."""
    page = page_of(kind)
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'" in page
    assert "unsafe" not in page.split("</head>")[0]


@pytest.mark.parametrize("kind", ["draft", "clean", "frame", "hostile"])
def test_every_picture_can_be_heard(kind: str) -> None:
    """Each image has a text for those who cannot see it, each drawing a title; ids are unique."""
    elements = Elements(page_of(kind)).found
    images = [attributes for tag, attributes in elements if tag == "img"]
    assert images
    assert all((attributes.get("alt") or "").strip() for attributes in images)
    for tag, attributes in elements:
        if tag == "svg":
            assert (
                attributes.get("aria-hidden")
                or attributes.get("aria-label")
                or attributes.get("aria-labelledby")
            )
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {a["href"] for tag, a in elements if tag == "a"}
    assert targets <= {f"#{i}" for i in ids}


def test_the_same_material_gives_the_same_bytes() -> None:
    """Nothing but what is handed in reaches the page."""
    material = make_material(things=THINGS[:3], simulated=True)
    assert build_page(material) == page_of("draft")


def test_a_draft_says_so_wherever_it_is_read() -> None:
    """In the title, at the top, in print, on the map and on the timeline."""
    page = page_of("draft")
    assert "<title>[DRAFT – NOT REVIEWED · SIMULATED]" in page
    assert page.count("DRAFT – NOT REVIEWED") >= 8
    assert '@top-center { content: "DRAFT – NOT REVIEWED' in page
    assert "Not reviewed: no person has accepted it yet." in page
    assert "was never built" in page


def test_an_accepted_brief_names_its_reviewer_and_bears_no_stamp() -> None:
    """Who accepted a finding, when and why stands beside it."""
    page = page_of("clean")
    assert "DRAFT" not in page
    assert "NOT FOR PUBLICATION" not in page
    assert "Accepted by B. Reviewer on 30 July 2024: seen on five looks." in page


def test_unknown_rights_are_said_with_what_is_missing() -> None:
    """The stamp and the word for what nobody stated."""
    page = page_of("frame")
    assert "NOT FOR PUBLICATION: RIGHTS UNKNOWN" in page
    assert "Not known for some images used here: licence." in page


def test_a_frame_says_that_north_and_scale_are_not_known() -> None:
    """Image frames have neither arrow nor bar."""
    said = text_of(page_of("frame"))
    assert "North is not known" in said
    assert "The scale is not known; sizes are in pixels." in said


def test_published_words_never_codes() -> None:
    """No code of ours and no claim about when work began reaches a reader."""
    said = text_of(page_of("draft") + page_of("clean"))
    for code in ("roof_change", "not_observable", "construction", "confidence", " began ", "±"):
        assert code not in said, code
    for words in ("new building", "roof replaced", "building removed", "first visible on", "95 %"):
        assert words in said


def every_sort() -> BriefMaterial:
    """One event of each kind and stage, of each method, in sight from the start or not, told by `findings`."""
    section = make_section(things=())
    sorts = [(Kind.CONSTRUCTION, stage) for stage in Stage] + [(kind, None) for kind in Kind]
    told, events = [], []
    for n, (kind, stage) in enumerate(sorts):
        event = make_event(
            outline=box(500_060 + 45 * n, 7_700, 500_090 + 45 * n, 7_720),
            crs=section.survey.grid.crs,
            kind=kind,
            stage=stage,
            method=Method.DRAWN if n % 3 == 1 else Method.DETECTED,
            probability=1.0 if n % 3 == 1 else 0.7,
            onset=DateInterval(DAYS[11] if n % 4 else None, DAYS[12]),
            last_without="S11" if n % 4 else None,
            first_with="S12",
            other_kind=Kind.ROOF_CHANGE if n % 2 else Kind.SURFACE_CHANGE,
            remarks=("it may be roof_change or surface_change; not_observable on many looks",),
            observations=tuple(
                Observation(f"S{t:02d}", state, reason)
                for t, (state, reason) in enumerate(
                    [(State.NOT_OBSERVABLE, "no_image"), (State.UNCHANGED, None), (State.CHANGED, None)] * 12
                )
            ),
        )
        sizes = (
            Measurement(
                "area", Quantity(600.0, 30.0, "px²" if n == 1 else "m²"), (), "roof outline", ("S12",)
            ),
            Measurement("height", None, (), "", (), refused="its shadow falls on another building"),
        )
        zone = list(Zone)[n % 3]
        away = Measurement("distance_to_perimeter", Quantity(12.0, 3.0, "m"), (), "", ())
        told.append(
            draft_finding(
                f"e{n}",
                1,
                event,
                Status.PROPOSED,
                sizes,
                zone,
                away,
                section.site,
                section.survey.grid,
                section.scenes,
            )
        )
        events.append(JudgedEvent(f"e{n}", 1, event))
    findings = draft_site("invented", told, (), section.survey, section.site)
    section = replace(section, findings=findings, events=tuple(events))
    return BriefMaterial("Every sort of change", (section,), make_material().built_at, "0.1")


def test_no_kind_or_stage_is_printed_as_a_code() -> None:
    """Neither in text nor in what is read out: no code, no bare plus-minus; each kind has its own when."""
    page = build_page(every_sort())
    said = text_of(page) + " ".join(
        value or ""
        for _, attributes in Elements(page).found
        for name, value in attributes.items()
        if name in ("alt", "aria-label", "title")
    )
    for code in ("roof_change", "surface_change", "not_observable", "no_image", "px²", "±", "construction"):
        assert code not in said, code
    rows = re.findall(
        r'<th scope="row"><a href="#s1-\d+">([^<]+)</a>.*?data-name="When">([^<]+)<', page, re.S
    )
    assert len(rows) == len(Kind) + len(Stage)
    for what, when in rows:
        is_building = what in ("new building", "new foundation")
        assert (when.startswith(("not visible on", "visible on"))) == is_building, (what, when)
    assert said.count("Detection probability ") == sum(
        e.event.method is Method.DETECTED for e in every_sort().sites[0].events
    )


def test_what_could_not_be_seen_is_on_the_page() -> None:
    """The smallest visible size, the longest gap, and each look left out with its reason."""
    said = text_of(page_of("clean"))
    for words in (
        "about 150 m²",
        "78 days",
        "cloud over 91 % of the site",
        "17 Feb 2023",
        "not laid over the others",
    ):
        assert words in said
    assert "34 of 37" in said
    assert "A-2 is half the size of A-1." in said


def test_hostile_text_is_printed_as_text() -> None:
    """A script in a name is shown, letter by letter, and turns nothing around."""
    page = page_of("hostile")
    assert "<script>window" not in page
    assert "&lt;script&gt;window.hacked=1&lt;/script&gt;" in page
    assert not set(page) & set("\u202e\u200b\u2066")
    assert "{{7*7}}" in page
    assert '<bdi lang="ko">' in page
    assert KOREAN in page
    assert CYRILLIC in page


def test_a_site_without_change_says_what_that_means() -> None:
    """No finding: the page still shows map, timeline and what could not be seen."""
    said = text_of(build_page(make_material(things=())))
    assert "No change was found. This holds only for what could have been seen" in said


def test_images_say_when_they_were_published_and_how_they_were_placed() -> None:
    """The list of images tells acquired from published, a mosaic from a look, and how well a published picture lies."""
    point = PlacedPoint("gate", 1.0, 2.0, 500_000.0, 4_400_000.0, 0.3, 0.9)
    placed = Placement(
        "a" * 64,
        "p.csv",
        "b" * 64,
        Model.AFFINE,
        "EPSG:32631",
        (1, 0, 0, 0, 1, 0, 0, 0, 1),
        False,
        (point,) * 8,
        0.3,
        0.9,
    )
    text = build_page(
        make_material(things=THINGS[:1], scene={"published": date(2030, 5, 2), "placed": placed})
    )
    assert "(published 2 May 2030)" in text
    assert "placed by 8 control points to 0.9 m" in text
    mosaic = {"mosaic": (date(2024, 1, 1), date(2024, 3, 15))}
    assert "mosaic, " in build_page(make_material(things=THINGS[:1], scene=mosaic))
