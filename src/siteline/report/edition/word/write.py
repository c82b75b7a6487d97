"""
An edition as a Word file: figures, captions, notes, stamps in the header, and visible marks that carry its citations.

Marks such as `[@hall; judgement]` stand where the writer put them, because nothing hidden survives every program that an
editor may use. They name what is cited as the writer does, or by number, and never by the id of anything restricted.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from siteline.model.dates import say_day
from siteline.model.errors import MissingExtra
from siteline.report.edition.flow import Part, Said, flow, mark_of, shown_names, traced
from siteline.report.edition.material import EditionMaterial
from siteline.report.edition.prose import credit_line, note_lines, say_film
from siteline.report.edition.word.notes import add_notes, refer_to
from siteline.report.edition.word.styles import (
    CAPTION,
    CODE,
    CREDIT,
    FRONT,
    MARK,
    NOTE,
    PICTURE,
    QUOTE,
    REFERENCE,
    TEXT_LINE,
    TEXT_MARK,
    TITLE,
)
from siteline.report.figure import Figure
from siteline.report.inert import inert

_WIDTH_MM, _HEIGHT_MM = 160, 200
"""Of what may be printed on a sheet of A4, and the tallest picture on it."""


def write_word(material: EditionMaterial, source_sha256: str) -> bytes:
    """
    The edition as DOCX; the same material gives the same bytes.

    source_sha256: of the text it was made from, by which an editor's copy is read back; "" for a reader's copy, which has
    no marks and names no text. Raises MissingExtra.
    """
    try:
        import docx
    except ImportError as error:
        raise MissingExtra.of("python-docx", "docx") from error
    document = docx.Document()
    _set_up(document, material)
    _front(document, material)
    writer = _Writer(document, material, shown_names(material) if source_sha256 else None)
    for part in flow(material):
        writer.add(part)
    if material.corrections:
        _plain(document, "Corrections", FRONT, bold=True)
        for number, correction in enumerate(material.corrections, 1):
            _plain(document, f"{number}. {correction}", FRONT)
    add_notes(document, [note_lines(material, s.id, shortened=True) for s in traced(material)])
    if source_sha256 and not material.withheld:
        _plain(
            document,
            f"{TEXT_LINE}{source_sha256}. Leave this line and the marks in brackets; words may be changed freely.",
            TEXT_MARK,
        )
    held = io.BytesIO()
    document.save(held)
    return _settled(held.getvalue())


class _Writer:
    """Adds blocks to a document; rows of a table are gathered."""

    def __init__(
        self, document: Any, material: EditionMaterial, names: Mapping[tuple[str, str], str] | None
    ) -> None:
        """names: how marks call what is cited; None: no marks."""
        self._document, self._material, self._names = document, material, names
        self._table: Any = None

    def add(self, part: Part) -> None:
        shape, depth = part.block.shape, abs(part.block.depth)
        if shape not in ("row", "head_row"):
            self._table = None
        match shape:
            case "heading":
                self._say(part.said, f"Heading {min(max(depth, 1), 6)}")
            case "item":
                kind = "List Number" if part.block.depth < 0 else "List Bullet"
                self._say(part.said, kind if depth < 2 else f"{kind} {min(depth, 3)}")
            case "quote":
                self._say(part.said, QUOTE)
            case "row" | "head_row":
                self._row(part)
            case "code":
                for line in part.block.text.rstrip("\n").split("\n"):
                    _plain(self._document, line, CODE)
            case "figure":
                self._figure(part)
            case _:
                self._say(part.said, "Normal")

    def _say(self, said: tuple[Said, ...], style: str, into: Any = None) -> Any:
        paragraph = into if into is not None else self._document.add_paragraph(style=style)
        for place, one in enumerate(said):
            paragraph.add_run(f"{' ' if place else ''}{inert(one.text, 10_000)}")
            self._cite(paragraph, one)
        return paragraph

    def _cite(self, paragraph: Any, one: Said) -> None:
        if self._names is not None and one.withheld is None and (mark := mark_of(one.sentence, self._names)):
            paragraph.add_run(f" {mark}").style = MARK
        if one.number:
            refer_to(paragraph, one.number)

    def _row(self, part: Part) -> None:
        cells = part.cells
        if self._table is None:
            self._table = self._document.add_table(rows=0, cols=max(1, len(cells)))
            self._table.style = "Table Grid"
        row = self._table.add_row()
        for place, text in enumerate(cells[: len(row.cells)]):
            paragraph = row.cells[place].paragraphs[0]
            paragraph.add_run(inert(text, 10_000)).bold = part.block.shape == "head_row"
        for one in part.said:
            self._cite(row.cells[min(len(cells), len(row.cells)) - 1].paragraphs[0], one)
        if part.block.shape == "head_row":
            from docx.oxml import OxmlElement

            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))

    def _figure(self, part: Part) -> None:
        assert part.figure is not None
        material, figure = self._material, part.figure
        drawn = () if part.is_withheld else material.pictures.get(figure.id, ())
        if drawn:
            paragraph = self._document.add_paragraph(style=PICTURE)
            for place, picture in enumerate(drawn):
                if place:
                    paragraph.add_run(" ")
                _picture(paragraph, picture, figure.alt or picture.alt, len(drawn))
            for told in [picture.caption for picture in drawn if picture.caption]:
                _plain(self._document, told, CREDIT)
            for film in [picture.film for picture in drawn if picture.film is not None]:
                _plain(self._document, say_film(film), CREDIT)
        elif not part.is_withheld:
            why = material.missing.get(figure.id, "it could not be made")
            _plain(self._document, f"No picture: {why}.", CREDIT)
        caption = self._document.add_paragraph(style=CAPTION)
        caption.add_run(f"Figure {part.order}. ").bold = True
        for one in part.said:
            caption.add_run(f"{inert(one.text)} ")
            own = tuple(c for c in one.sentence.citations if c != figure.cites)
            if self._names is not None and one.withheld is None and own:
                said = "; ".join(f"@{self._names[c.kind, c.ref]}" for c in own)
                caption.add_run(f"[{said}] ").style = MARK
        if self._names is not None and not part.is_withheld:
            alt = f' "{inert(figure.alt)}"' if figure.alt else ""
            name = self._names[figure.cites.kind, figure.cites.ref]
            caption.add_run(f"[picture {figure.shape}:{name}{alt}]").style = MARK
        for one in part.said:
            if one.number:
                refer_to(caption, one.number)
        if credit := credit_line([picture for picture in drawn if not picture.is_credited]):
            _plain(self._document, credit, CREDIT)


def _picture(paragraph: Any, picture: Figure, alt: str, beside: int) -> None:
    from docx.shared import Mm

    data = rastered(picture.data) if picture.media_type == "image/svg+xml" else picture.data
    columns = beside if beside <= 3 else 4
    width = (_WIDTH_MM - 1 - 3 * (columns - 1)) / columns
    wide, high = picture.size
    if high * width > _HEIGHT_MM * wide:
        width = _HEIGHT_MM * wide / high
    shape = paragraph.add_run().add_picture(io.BytesIO(data), width=Mm(width))
    for side in ("distT", "distB", "distL", "distR"):  # LibreOffice takes 3 mm where nothing is said
        shape._inline.set(side, "0")
    told = shape._inline.docPr
    told.set("descr", inert(alt))
    told.set("name", inert(picture.name))


def rastered(svg: bytes) -> bytes:
    """A drawing of ours as PNG, twice as fine as a screen; raises MissingExtra."""
    try:
        import resvg_py
    except ImportError as error:
        raise MissingExtra.of("resvg-py", "docx") from error
    drawing = _IN_POINTS.sub(
        _to_pixels, svg.decode(), count=2
    )  # resvg takes no lengths in points beside a zoom
    return bytes(resvg_py.svg_to_bytes(svg_string=drawing, zoom=2, background="#ffffff"))


_IN_POINTS = re.compile(r'(?<=\s)(width|height)="([\d.]+)pt"')


def _to_pixels(found: re.Match[str]) -> str:
    return f'{found[1]}="{float(found[2]) * 96 / 72:.2f}"'


def _set_up(document: Any, material: EditionMaterial) -> None:
    """Styles, page, language, properties, and the stamps in the header of every sheet."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Georgia", Pt(11)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), "Noto Serif CJK KR")
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), material.brief.language)
    language.set(qn("w:eastAsia"), "ko-KR")
    normal.element.rPr.append(language)
    for name, size, grey in (
        (FRONT, 9, True),
        (PICTURE, 9, False),
        (CREDIT, 8, True),
        (CODE, 9, False),
        (NOTE, 8, False),
        (TEXT_MARK, 6, True),
    ):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.font.size = normal, Pt(size)
        if grey:
            style.font.color.rgb = RGBColor(0x5B, 0x60, 0x68)
    document.styles[CODE].font.name = "DejaVu Sans Mono"
    document.styles[PICTURE].paragraph_format.keep_with_next = True
    document.styles[NOTE].paragraph_format.space_after = Pt(2)
    reference = document.styles.add_style(REFERENCE, WD_STYLE_TYPE.CHARACTER)
    reference.font.superscript, reference.font.color.rgb = True, RGBColor(0x17, 0x4F, 0x86)
    mark = document.styles.add_style(MARK, WD_STYLE_TYPE.CHARACTER)
    mark.font.size, mark.font.color.rgb = Pt(8), RGBColor(0x17, 0x4F, 0x86)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    if material.stamps:
        head = section.header.paragraphs[0]
        run = head.add_run("   ·   ".join(stamp.value for stamp in material.stamps))
        run.bold, run.font.size, run.font.color.rgb = True, Pt(8), RGBColor(0x7A, 0x10, 0x20)
    told, moment = document.core_properties, datetime.combine(material.day, time(), UTC).replace(tzinfo=None)
    told.title, told.author = (
        inert(material.brief.title)[:250],
        inert(", ".join(material.brief.authors))[:250],
    )
    told.language, told.comments = material.brief.language, f"Made by Siteline {material.version}"
    told.last_modified_by, told.revision = "", 1
    told.created = told.modified = moment


def _front(document: Any, material: EditionMaterial) -> None:
    brief = material.brief
    document.add_paragraph(inert(brief.title), style=TITLE)
    said = [f"Edition {material.number}"] if material.number else []
    said += [say_day(material.day)]
    said += [f"as known on {say_day(brief.as_of)}"] if brief.as_of else []
    said += [", ".join(brief.authors)] if brief.authors else []
    _plain(document, " · ".join(said), FRONT)
    if any(support.is_simulated for support in material.supports.values()):
        told = "Simulated. Places in this brief were never built and their images were computed."
        _plain(document, told, FRONT, bold=True)
    count = len(material.objections)
    if count:
        points = "point stands" if count == 1 else "points stand"
        _plain(document, f"Draft. {count} {points} against its release.", FRONT)


def _plain(document: Any, text: str, style: str, *, bold: bool = False) -> None:
    document.add_paragraph(style=style).add_run(inert(text, 10_000)).bold = bold or None


def _settled(content: bytes) -> bytes:
    """The same package without the hour at which it was packed."""
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as read,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for name in read.namelist():
            told = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            told.compress_type, told.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            written.writestr(told, read.read(name))
    return held.getvalue()
