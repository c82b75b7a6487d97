"""Subjects of figures: the invented site of the brief's tests, whole or one change of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from siteline.report.page import scenery_of
from siteline.report.rules import Stamp
from siteline.report.sheet.house import House
from siteline.report.sheet.lapse import compose_lapse
from siteline.report.sheet.pairs import compose_pair
from siteline.report.sheet.presets import Preset, PresetName
from siteline.report.sheet.site_map import compose_map
from siteline.report.sheet.strip import compose_strip
from siteline.report.sheet.subject import Made, Numbered, Subject
from siteline.report.sheet.times import compose_times
from tests.report.material import make_section

SHAPES = ("pair", "filmstrip", "timelapse", "map", "timeline", "whole pair")
EVERY = [(shape, name) for shape in SHAPES for name in PresetName if (shape, name) != ("timelapse", "print")]


def make_subject(
    *,
    whole: bool = False,
    event: int = 0,
    stamps: tuple[Stamp, ...] = (Stamp.NOT_REVIEWED,),
    house: House | None = None,
    labels: str | None = None,
    **section: Any,
) -> Subject:
    """A change of the invented site, or the site; labels: what every change is called instead."""
    told = make_section(**section)
    numbered = []
    for number, (finding, judged) in enumerate(zip(told.shown, told.events, strict=True), 1):
        renamed = (
            finding if labels is None else replace(finding, label=labels, title=f"{labels}: {finding.title}")
        )
        numbered.append(Numbered(str(number), renamed, judged.event))
    shown = tuple(numbered) if whole else (numbered[event],)
    return Subject(scenery_of(told, stamps), shown, whole, house or House())


def compose(shape: str, preset: Preset, **asked: Any) -> Made:
    """A figure of some shape."""
    whole = shape in ("map", "timeline", "whole pair")
    subject = make_subject(whole=whole, **asked)
    if shape == "timelapse":
        return compose_lapse(subject, preset).made
    make = {"filmstrip": compose_strip, "map": compose_map, "timeline": compose_times}.get(
        shape, compose_pair
    )
    return make(subject, preset)  # type: ignore[operator]
