"""An edition for other programs and other editors: its trace as JSON, its text as Markdown, each figure with a sidecar."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from siteline.model.edition import Block, Sentence, SentenceKind, Step, Support
from siteline.report.edition.material import EditionMaterial
from siteline.report.figure import Figure
from siteline.report.inert import inert

TRACE, SIDECAR = "trace/1", "figure/1"
_ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "image/svg+xml": "svg", "image/gif": "gif", "image/webp": "webp",
    "video/mp4": "mp4", "application/pdf": "pdf",
}  # fmt: skip


def write_json(told: Any) -> bytes:
    """JSON as all our files have it: the same for equal values."""
    text = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    return (text + "\n").encode("utf-8", "surrogatepass")


def write_trace(material: EditionMaterial) -> bytes:
    """Each sentence with the way back to its bytes, as JSON."""
    brief = material.brief
    return write_json(
        {
            "siteline": TRACE,
            "title": inert(brief.title),
            "language": brief.language,
            "edition": material.number,
            "day": material.day.isoformat(),
            "version": material.version,
            "stamps": [stamp.value for stamp in material.stamps],
            "sentences": [_sentence(material, s) for s in brief.sentences],
            "figures": [
                {
                    "id": f.id,
                    "shape": f.shape,
                    "caption": inert(f.caption),
                    "held": material.missing.get(f.id, ""),
                    "cites": str(f.cites) if f.id not in material.missing else "",
                }
                for f in brief.figures
            ],
            "corrections": list(map(inert, material.corrections)),
        }
    )


def _sentence(material: EditionMaterial, sentence: Sentence) -> dict[str, Any]:
    if sentence.id in material.withheld:
        return {"id": sentence.id, "redacted": inert(material.withheld[sentence.id])}
    return {
        "id": sentence.id,
        "text": inert(sentence.text),
        "kind": sentence.kind.value,
        "editorial": sentence.is_editorial,
        "rests_on": [_support(s) for s in material.supports_of(sentence)],
    }


def _support(support: Support) -> dict[str, Any]:
    return {
        "cites": str(support.cites),
        "title": inert(support.title),
        "simulated": support.is_simulated,
        "numbers": [{"value": n.value, "unit": n.unit, "what": n.words} for n in support.numbers],
        "steps": list(map(_step, support.trace)),
    }


def _step(step: Step) -> dict[str, Any]:
    told: dict[str, Any] = {"what": step.what, "text": inert(step.text)}
    if step.digest:
        told["sha256" if re.fullmatch(r"[0-9a-f]{64}", step.digest) else "salted"] = step.digest
    return told | ({"steps": list(map(_step, step.steps))} if step.steps else {})


def write_markdown(material: EditionMaterial) -> bytes:
    """The text with its citations, without editors' notes; what was redacted is named as such."""
    brief = material.brief
    head = [
        "+++",
        f"title = {json.dumps(inert(brief.title), ensure_ascii=False)}",
        f'language = "{brief.language}"',
    ]
    if brief.authors:
        head.append(f"authors = {json.dumps([inert(a) for a in brief.authors], ensure_ascii=False)}")
    if brief.as_of:
        head.append(f"as-of = {brief.as_of.isoformat()}")
    lines = [*head, "+++", "", f"<!-- Edition {material.number}, {material.day.isoformat()} -->", ""]
    for block in brief.blocks:
        own = [s for s in brief.sentences if s.block == block.number]
        lines += [*_block(material, block, own), ""]
    if material.corrections:
        lines += [
            "## Corrections",
            "",
            *(f"- {inert(c)} [method; editorial]" for c in material.corrections),
            "",
        ]
    return ("\n".join(lines).rstrip() + "\n").encode("utf-8", "surrogatepass")


def _block(material: EditionMaterial, block: Block, own: list[Sentence]) -> Iterator[str]:
    said = " ".join(_marked(material, s) for s in own)
    match block.shape:
        case "heading":
            yield "#" * max(1, block.depth) + f" {said}"
        case "item":
            yield "  " * (abs(block.depth) - 1) + ("1. " if block.depth < 0 else "- ") + said
        case "quote":
            yield f"> {said}"
        case "row" | "head_row":
            cells = [inert(cell) for cell in block.text.split("\t")]
            is_gone = bool(own) and own[0].id in material.withheld
            yield "| " + (said if is_gone else " | ".join(cells) + _cited(own)) + " |"
            if block.shape == "head_row":
                yield "|" + " --- |" * len(cells)
        case "code":
            yield from ("```", inert(block.text).rstrip(), "```")
        case "figure":
            figure = material.figure_in(block.number)
            held = material.missing.get(figure.id, "") if figure else ""
            yield (
                f"*[No picture: {inert(held)}]*"
                if held or figure is None
                else f"![{said}]({figure.shape}:{figure.cites})"
            )
        case _:
            yield said


def _marked(material: EditionMaterial, sentence: Sentence) -> str:
    if sentence.id in material.withheld:
        return f"[{inert(material.withheld[sentence.id])}]"
    is_title = sentence.kind is SentenceKind.HEADING
    return inert(sentence.text) + ("" if is_title else _cited([sentence]))


def _cited(own: list[Sentence]) -> str:
    if not own:
        return ""
    sentence = own[0]
    said = [f"@{c}" for c in sentence.citations]
    said += [sentence.kind.value] if sentence.kind not in (SentenceKind.FACT, SentenceKind.HEADING) else []
    said += ["editorial"] if sentence.is_editorial else []
    return f" [{'; '.join(said)}]" if said else ""


def figure_files(material: EditionMaterial) -> Iterator[tuple[str, bytes, str]]:
    """Each panel with its number inside, and its sidecar: (name, content, what it is)."""
    for place, figure in enumerate(material.brief.figures, 1):
        for panel, picture in enumerate(material.pictures.get(figure.id, ()), 1):
            numbered = number_picture(picture, material.number, place)
            ending = _ENDINGS.get(picture.media_type, "bin")
            name = f"figures/{figure.id}-{panel}.{ending}"
            what = f"figure {place}, panel {panel}"
            yield name, numbered.data, what
            yield (
                f"{name}.json",
                _sidecar(material, figure.id, place, panel, numbered),
                f"{what}: what it shows",
            )


def _sidecar(material: EditionMaterial, figure_id: str, place: int, panel: int, picture: Figure) -> bytes:
    figure = next(f for f in material.brief.figures if f.id == figure_id)
    support = material.supports.get((figure.cites.kind, figure.cites.ref))
    return write_json(
        {
            "siteline": SIDECAR,
            "edition": material.number,
            "figure": place,
            "panel": panel,
            "sha256": hashlib.sha256(picture.data).hexdigest(),
            "media_type": picture.media_type,
            "size": list(picture.size),
            "caption": inert(figure.caption),
            "panel_caption": inert(picture.caption),
            "alt": inert(figure.alt or picture.alt),
            "credit": inert(picture.credit),
            "licence": inert(picture.licence),
            "use": inert(picture.use),
            "scenes": list(map(inert, picture.scene_ids)),
            "cites": str(figure.cites),
            "steps": list(map(_step, support.trace)) if support else [],
            "version": material.version,
        }
    )


def number_picture(picture: Figure, edition: str, place: int) -> Figure:
    """The picture with the numbers of its edition and figure in its file, its pixels untouched."""
    said = f"edition {edition}, figure {place}"
    return replace(picture, data=_noted(picture.data, said)) if edition else picture


def _noted(data: bytes, said: str) -> bytes:
    raw = inert(said, 300).encode("utf-8", "replace")
    if data[:2] == b"\xff\xd8":  # a comment behind the segments that some readers want first
        at = 2
        while data[at : at + 1] == b"\xff" and 0xE0 <= data[at + 1] <= 0xEF:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        return data[:at] + b"\xff\xfe" + (len(raw) + 2).to_bytes(2, "big") + raw + data[at:]
    if data[:8] == b"\x89PNG\r\n\x1a\n":  # a text behind the header
        import zlib

        body = b"iTXtEdition\0\0\0\0\0" + raw
        end = 8 + 12 + int.from_bytes(data[8:12], "big")
        chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
        return data[:end] + chunk + data[end:]
    if found := re.match(rb"(?s)\s*(?:<\?xml.*?\?>\s*)?<svg\b[^>]*>", data):
        text = raw.replace(b"&", b"&amp;").replace(b"<", b"&lt;")
        return data[: found.end()] + b"<metadata>" + text + b"</metadata>" + data[found.end() :]
    return data
