"""An edition as one HTML file: nothing is fetched, no script runs, each sentence opens the way back to its bytes."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from siteline.model.dates import say_day
from siteline.model.edition import Block, Objection, Sentence, Step, Support
from siteline.report.edition.flow import traced
from siteline.report.edition.material import EditionMaterial
from siteline.report.edition.trace import film_name
from siteline.report.figure import Film
from siteline.report.frame import embedded, environment, language_of, running_head, template_text
from siteline.report.rules import Stamp

_DEEPEST = 6
"""Steps within steps that are shown."""


def build_edition(material: EditionMaterial) -> str:
    """The edition as HTML; the same material gives the same bytes."""
    css = Markup(template_text("page.css") + template_text("edition.css") + running_head(material.stamps))  # noqa: S704
    brief, stamps = material.brief, material.stamps
    sentences = {s.id: n for n, s in enumerate(traced(material), 1)}
    against = defaultdict(list)
    for objection in material.objections:
        against[objection.sentence].append(objection)
    return (
        environment()
        .get_template("edition.html.j2")
        .render(
            title=brief.title,
            language=language_of(brief.language) or "en",
            css=css,
            style_hash=base64.b64encode(hashlib.sha256(str(css).encode()).digest()).decode(),
            stamps=stamps,
            is_simulated=Stamp.SIMULATED in stamps,
            authors=brief.authors,
            day=say_day(material.day),
            as_of=say_day(brief.as_of) if brief.as_of else "",
            number=material.number,
            version=material.version,
            parts=list(_parts(material, sentences, against)),
            notes=[_note(material, s, sentences[s.id]) for s in traced(material)],
            objections=_open(material),
            corrections=material.corrections,
            withheld=len(material.withheld),
        )
    )


def _parts(
    material: EditionMaterial, numbers: Mapping[str, int], against: Mapping[str, Sequence[Objection]]
) -> Iterator[dict[str, Any]]:
    """Blocks as the template prints them: lists and tables are gathered from their items and rows."""
    told: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for sentence in material.brief.sentences:
        told[sentence.block].append(
            {
                "id": sentence.id,
                "text": sentence.text,
                "kind": sentence.kind.value,
                "number": numbers.get(sentence.id),
                "codes": sorted({o.code for o in against.get(sentence.id, ())}),
                "withheld": material.withheld.get(sentence.id),
            }
        )
    blocks = list(material.brief.blocks)
    at = 0
    while at < len(blocks):
        block = blocks[at]
        if block.shape in ("item", "row", "head_row"):
            family = ("item",) if block.shape == "item" else ("row", "head_row")
            end = at
            while (
                end < len(blocks)
                and blocks[end].shape in family
                and (block.depth < 0) == (blocks[end].depth < 0)
            ):
                end += 1
            yield _gathered(blocks[at:end], told)
            at = end
            continue
        yield _one(material, block, told, numbers, against)
        at += 1


def _gathered(blocks: Sequence[Block], told: Mapping[int, list[dict[str, Any]]]) -> dict[str, Any]:
    if blocks[0].shape == "item":
        items = [{"depth": abs(b.depth), "sentences": told[b.number]} for b in blocks]
        return {"shape": "list", "is_numbered": blocks[0].depth < 0, "items": items}
    rows = [
        {
            "is_head": b.shape == "head_row",
            "cells": b.text.split("\t"),
            "told": told[b.number][0] if told.get(b.number) else None,
        }
        for b in blocks
    ]
    return {"shape": "table", "rows": rows}


def _one(
    material: EditionMaterial,
    block: Block,
    told: Mapping[int, list[dict[str, Any]]],
    numbers: Mapping[str, int],
    against: Mapping[str, Sequence[Objection]],
) -> dict[str, Any]:
    part: dict[str, Any] = {
        "shape": block.shape,
        "depth": block.depth,
        "text": block.text,
        "sentences": told[block.number],
    }
    figure = material.figure_in(block.number) if block.shape == "figure" else None
    if figure is not None:
        drawn = material.pictures.get(figure.id, ())
        owed = [picture for picture in drawn if not picture.is_credited]
        part |= {
            "id": figure.id,
            "kind": figure.shape,
            "number": [f.id for f in material.brief.figures].index(figure.id) + 1,
            "films": [_film(picture.film) for picture in drawn if picture.film is not None],
            "pictures": [embedded(picture) | {"alt": figure.alt or picture.alt} for picture in drawn],
            "credit": "; ".join(dict.fromkeys(picture.credit for picture in owed if picture.credit)),
            "licence": "; ".join(dict.fromkeys(picture.licence for picture in owed if picture.licence)),
            "missing": material.missing.get(figure.id, ""),
            "codes": sorted({o.code for o in against.get(figure.id, ())}),
        }
    return part


def _film(film: Film) -> dict[str, str]:
    return {"name": film_name(film), "digest": hashlib.sha256(film.data).hexdigest()}


def _note(material: EditionMaterial, sentence: Sentence, number: int) -> dict[str, Any]:
    supports = material.supports_of(sentence)
    return {
        "number": number,
        "sentence": sentence,
        "is_editorial": sentence.is_editorial and not sentence.citations,
        "supports": [_tell(support) for support in supports],
        "lost": [str(c) for c in sentence.citations if (c.kind, c.ref) not in material.supports],
        "objections": [o for o in material.objections if o.sentence == sentence.id],
    }


def _tell(support: Support) -> dict[str, Any]:
    return {
        "cites": str(support.cites),
        "title": support.title,
        "faults": [*support.broken, *support.stale],
        "steps": [_step(step, 1) for step in support.trace],
    }


def _step(step: Step, depth: int) -> dict[str, Any]:
    inner = [_step(one, depth + 1) for one in step.steps] if depth < _DEEPEST else []
    return {"what": step.what, "text": step.text, "digest": step.digest, "steps": inner}


def _open(material: EditionMaterial) -> list[dict[str, Any]]:
    """What stands against the brief, sentence by sentence."""
    numbers = {s.id: s.text for s in material.brief.sentences}
    return [
        {"code": o.code, "message": o.message, "text": numbers.get(o.sentence, o.text), "anchor": o.sentence}
        for o in material.objections
        if o.sentence not in material.withheld
    ]
