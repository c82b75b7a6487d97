"""A sheet as SVG: nothing in it is fetched, nothing runs; words stay words, and stay as wide as they were laid out."""

from __future__ import annotations

from io import BytesIO

from markupsafe import Markup

from siteline.report.sheet.letters import Faces, width_of
from siteline.report.sheet.marks import Line, Mark, Picture, Plate, Shape, Sheet
from siteline.report.svg import data_uri, element, number

_FAMILY = "'DejaVu Sans', 'Noto Sans', 'Noto Sans KR', 'Noto Sans CJK KR', 'Segoe UI', Arial, sans-serif"


def write_svg(sheet: Sheet, faces: Faces, metadata: str) -> bytes:
    """The sheet as one SVG file; metadata: an XMP packet, which is markup of ours."""
    family = f"'{faces.name}', {_FAMILY}" if faces.name else _FAMILY
    parts = [_drawn(mark, faces) for mark in sheet.marks]
    ground = element("rect", width=sheet.width, height=sheet.height, fill="#ffffff")
    drawn = element(
        "svg",
        element("title", sheet.title, id="figure-title"),
        element("desc", sheet.desc, id="figure-desc"),
        element("metadata", Markup(metadata)),  # noqa: S704  written and escaped in xmp.py
        ground,
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(sheet.width)} {number(sheet.height)}",
        width=number(sheet.width * sheet.pixels_per_unit * 96 / sheet.dpi),
        height=number(sheet.height * sheet.pixels_per_unit * 96 / sheet.dpi),
        role="img",
        aria_labelledby="figure-title figure-desc",
        font_family=family,
    )
    return str(drawn).encode()


def _drawn(mark: Mark, faces: Faces) -> Markup:
    if isinstance(mark, Picture):
        return _picture(mark)
    if isinstance(mark, Plate):
        x0, y0, x1, y1 = mark.box
        return element(
            "rect",
            x=x0,
            y=y0,
            width=x1 - x0,
            height=y1 - y0,
            fill=mark.fill,
            fill_opacity=None if mark.opacity == 1 else mark.opacity,
            stroke=mark.stroke,
            stroke_width=mark.stroke_width if mark.stroke else None,
        )
    if isinstance(mark, Shape):
        points = " ".join(f"{number(x)},{number(y)}" for x, y in mark.points)
        return element(
            "polygon", points=points, fill=mark.fill, fill_opacity=None if mark.opacity == 1 else mark.opacity
        )
    if isinstance(mark, Line):
        path = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in mark.points)
        is_ring = len(mark.points) > 2 and mark.points[0] == mark.points[-1]
        return element(
            "path",
            d=path + ("Z" if is_ring else ""),
            fill="none",
            stroke=mark.colour,
            stroke_width=mark.width,
            stroke_linejoin="round",
            stroke_dasharray=" ".join(map(number, mark.dash)) or None,
            stroke_opacity=None if mark.opacity == 1 else mark.opacity,
        )
    wide = width_of(mark.text, mark.size, faces, mark.bold)
    return element(
        "text",
        mark.text,
        x=mark.x,
        y=mark.y + mark.size * 0.36,
        font_size=mark.size,
        font_weight=700 if mark.bold else None,
        fill=mark.colour,
        text_anchor=None if mark.anchor == "start" else mark.anchor,
        textLength=number(wide) if len(mark.text) > 1 else None,
        lengthAdjust="spacingAndGlyphs" if len(mark.text) > 1 else None,
        stroke=mark.halo,
        stroke_width=mark.size / 4 if mark.halo else None,
        stroke_linejoin="round" if mark.halo else None,
        paint_order="stroke" if mark.halo else None,
    )


def _picture(mark: Picture) -> Markup:
    held = BytesIO()
    mark.image.save(held, "JPEG", quality=90, subsampling=0, optimize=True)
    x0, y0, x1, y1 = mark.box
    return element(
        "image",
        href=data_uri("image/jpeg", held.getvalue()),
        x=x0,
        y=y0,
        width=x1 - x0,
        height=y1 - y0,
        preserveAspectRatio="none",
    )
