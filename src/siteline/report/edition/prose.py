"""An edition as clean Markdown with numbered notes: for pasting, and for reading without any program."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from siteline.model.dates import say_day
from siteline.model.edition import Step
from siteline.report.edition.flow import Part, flow, traced
from siteline.report.edition.material import EditionMaterial
from siteline.report.edition.trace import film_name
from siteline.report.figure import Figure, Film
from siteline.report.inert import inert


def write_prose(material: EditionMaterial) -> str:
    """The edition as CommonMark with tables and notes; the same material gives the same text."""
    lines = [*_front(material), *_body(material), *_corrections(material), *_notes(material)]
    return "\n".join(lines).rstrip() + "\n"


def literal(text: str) -> str:
    """Words that mean themselves and nothing else in Markdown, on one line."""
    said = re.sub(r"([\\`*_\[\]<>#|~$&!])", r"\\\1", " ".join(inert(text).split()))
    return re.sub(r"^(\d+)([.)])|^([-+=:])", _defused, said)


def _defused(found: re.Match[str]) -> str:
    return f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}"


def _front(material: EditionMaterial) -> Iterator[str]:
    brief = material.brief
    if material.stamps:
        yield f"**{' · '.join(stamp.value for stamp in material.stamps)}**"
        yield ""
    yield f"# {literal(brief.title)}"
    yield ""
    said = [f"Edition {literal(material.number)}"] if material.number else []
    said += [say_day(material.day)]
    said += [f"as known on {say_day(brief.as_of)}"] if brief.as_of else []
    said += [literal(", ".join(brief.authors))] if brief.authors else []
    yield " · ".join(said)
    yield ""


def _body(material: EditionMaterial) -> Iterator[str]:
    before = ""
    for part in flow(material):
        shape = part.block.shape
        family = "row" if shape == "head_row" else shape
        if before in ("item", "row") and family != before:
            yield ""
        if shape == "row" and before != "row":
            yield from _head_row([""] * len(part.cells))
        yield from _part(part, material)
        if family not in ("item", "row"):
            yield ""
        before = family
    yield ""


def _part(part: Part, material: EditionMaterial) -> Iterator[str]:
    block, text = part.block, _sentences(part)
    match block.shape:
        case "heading":
            yield f"{'#' * max(2, block.depth)} {text}"
        case "item":
            yield f"{'   ' * (abs(block.depth) - 1)}{'1.' if block.depth < 0 else '-'} {text}"
        case "quote":
            yield f"> {text}"
        case "head_row":
            yield from _head_row([literal(cell) for cell in part.cells])
        case "row":
            notes = "".join(f"[^{one.number}]" for one in part.said if one.number)
            cells = [literal(cell) for cell in part.cells]
            yield f"| {' | '.join([*cells[:-1], cells[-1] + notes])} |"
        case "code":
            longest = max((len(run) for run in re.findall("`+", block.text)), default=0)
            fence = "`" * max(3, longest + 1)
            yield fence
            yield from (inert(line, 4000) for line in block.text.rstrip("\n").split("\n"))
            yield fence
        case "figure":
            yield from _figure(part, text, material)
        case _:
            yield text


def _head_row(cells: list[str]) -> Iterator[str]:
    yield f"| {' | '.join(cells)} |"
    yield f"|{'---|' * len(cells)}"


def _sentences(part: Part) -> str:
    return " ".join(literal(one.text) + (f"[^{one.number}]" if one.number else "") for one in part.said)


def credit_line(drawn: Sequence[Figure]) -> str:
    """Whom to credit for the panels of a figure, as a sentence; a chart says itself that it is a source."""
    told = dict.fromkeys(f"{p.credit} ({p.licence})" if p.licence else p.credit for p in drawn if p.credit)
    line = "; ".join(told)
    return f"{'' if line.startswith('Source:') else 'Images: '}{line}." if line else ""


def _figure(part: Part, caption: str, material: EditionMaterial) -> Iterator[str]:
    assert part.figure is not None
    drawn = () if part.is_withheld else material.pictures.get(part.figure.id, ())
    yield f"**Figure {part.order}.** {caption}".rstrip()
    for picture in drawn:
        yield ""
        yield f"*{literal(part.figure.alt or picture.alt)}*"
        if picture.caption:
            yield ""
            yield literal(picture.caption)
        if picture.film is not None:
            yield ""
            yield say_film(picture.film)
    if credit := credit_line(drawn):
        yield ""
        yield literal(credit)
    if not drawn and not part.is_withheld:
        yield ""
        yield f"No picture: {literal(material.missing.get(part.figure.id, 'it could not be made'))}."


def say_film(film: Film) -> str:
    """Where what moves lies, and its digest."""
    digest = hashlib.sha256(film.data).hexdigest()
    return f"Moving, in a file beside this one: {film_name(film)} (SHA-256 {digest})."


def _corrections(material: EditionMaterial) -> Iterator[str]:
    if material.corrections:
        yield "## Corrections"
        yield ""
        yield from (f"1. {literal(one)}" for one in material.corrections)
        yield ""


def _notes(material: EditionMaterial) -> Iterator[str]:
    for number, sentence in enumerate(traced(material), 1):
        yield f"[^{number}]: {literal(' '.join(note_lines(material, sentence.id)))}"


def note_lines(material: EditionMaterial, sentence_id: str, *, shortened: bool = False) -> list[str]:
    """What a note says, one line for each thing the sentence rests on; shortened: digests by their first letters."""
    sentence = next(s for s in material.brief.sentences if s.id == sentence_id)
    lines = []
    for citation in sentence.citations:
        support = material.supports.get((citation.kind, citation.ref))
        if support is None:
            lines.append("Something that it cites is not in this case.")
            continue
        faults = [f"Note well: {fault}." for fault in (*support.broken, *support.stale)]
        lines.append(
            " ".join([f"{support.title}.", *faults, *_steps(support.trace, 12 if shortened else 64)])
        )
    if sentence.is_editorial and not sentence.citations:
        lines.append("This rests on the desk’s own word.")
    return lines


def _steps(steps: tuple[Step, ...], letters: int, depth: int = 1) -> Iterator[str]:
    for step in steps:
        digest = f" [SHA-256 {step.digest[:letters]}]" if step.digest else ""
        yield f"{step.what}: {step.text}{digest}."
        if depth < 6:
            yield from _steps(step.steps, letters, depth + 1)
