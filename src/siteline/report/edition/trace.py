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
from siteline.report.figure import Figure, Film
from siteline.report.inert import inert

TRACE, SIDECAR = "trace/1", "figure/1"
FIGURES = "figures/"
"""The folder of pictures beside a page."""

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
    """Each panel of numbered material, what moves beside it, and their sidecars: (name, content, what it is)."""
    for place, figure in enumerate(material.brief.figures, 1):
        for panel, picture in enumerate(material.pictures.get(figure.id, ()), 1):
            ending = _ENDINGS.get(picture.media_type, "bin")
            name = f"{FIGURES}{figure.id}-{panel}.{ending}"
            what = f"figure {place}, panel {panel}"
            yield name, picture.data, what
            told = dict(picture.told or _tell(picture, figure.shape, material.version))
            sidecar = _sidecar(material, figure.id, place, panel, name, picture.data, told)
            yield f"{name}.json", sidecar, f"{what}: what it shows"
            if picture.film is not None:
                name, film = film_name(picture.film), picture.film
                yield name, film.data, f"figure {place}, the film"
                sidecar = _sidecar(material, figure.id, place, panel, name, film.data, dict(film.told))
                yield f"{name}.json", sidecar, f"figure {place}, the film: what it shows"


def film_name(film: Film) -> str:
    """Where a film lies beside a page; the same film always in the same place."""
    return f"{FIGURES}film-{hashlib.sha256(film.data).hexdigest()[:16]}.{_ENDINGS[film.media_type]}"


def _tell(picture: Figure, shape: str, version: str) -> dict[str, Any]:
    """The shape figure/1 for a picture that was not laid out by us, or is a chart."""
    return {
        "siteline": SIDECAR,
        "shape": shape,
        "media_type": picture.media_type,
        "width": picture.size[0],
        "height": picture.size[1],
        "preset": None,
        "site": "",
        "event": None,
        "event_version": None,
        "title": "",
        "caption": inert(picture.caption or picture.alt),
        "alt": inert(picture.alt),
        "credit": inert(picture.credit),
        "licence": inert(picture.licence),
        "use": inert(picture.use),
        "desk": "",
        "stamps": [],
        "draft": False,
        "simulated": False,
        "why": "",
        "scenes": [],
        "skipped": [],
        "notes": [],
        "recipe": "",
        "version": version,
    }


def _sidecar(
    material: EditionMaterial,
    figure_id: str,
    place: int,
    panel: int,
    name: str,
    content: bytes,
    told: dict[str, Any],
) -> bytes:
    """The shape figure/1, with where in the edition it stands and what it rests on."""
    figure = next(f for f in material.brief.figures if f.id == figure_id)
    support = material.supports.get((figure.cites.kind, figure.cites.ref))
    return write_json(
        told
        | {
            "file": name.removeprefix(FIGURES),
            "sha256": hashlib.sha256(content).hexdigest(),
            "edition": material.number,
            "figure": place,
            "panel": panel,
            "printed_caption": inert(figure.caption),
            "printed_alt": inert(figure.alt),
            "cites": str(figure.cites),
            "steps": list(map(_step, support.trace)) if support else [],
        }
    )


def number_picture(picture: Figure, edition: str, place: int) -> Figure:
    """The picture with the numbers of its edition and figure in its files, its pixels untouched."""
    if not edition:
        return picture
    said = f"edition {edition}, figure {place}"
    narrow, film = picture.narrow, picture.film
    return replace(
        picture,
        data=_noted(picture.data, said),
        narrow=narrow and replace(narrow, data=_noted(narrow.data, said)),
        film=film and replace(film, data=_noted(film.data, said)),
    )


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
    if data[:4] == b"GIF8":  # a comment behind the table of colours
        end = 13 + (3 * 2 ** ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
        return data[:end] + b"\x21\xfe" + bytes([len(raw[:255])]) + raw[:255] + b"\x00" + data[end:]
    if found := re.match(rb"(?s)\s*(?:<\?xml.*?\?>\s*)?<svg\b[^>]*>", data):
        text = raw.replace(b"&", b"&amp;").replace(b"<", b"&lt;")
        return data[: found.end()] + b"<metadata>" + text + b"</metadata>" + data[found.end() :]
    return data
