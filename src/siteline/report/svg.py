"""Drawing in SVG, with everything escaped."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup, escape
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from siteline.report.inert import inert

SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans KR', sans-serif"

Attributes = Mapping[str, str | float | int | None]
"""Attributes that several elements share."""


def element(tag: str, *children: Markup | str, **attributes: str | float | int | None) -> Markup:
    """
    One element; text and attributes are made inert and escaped, Markup children are taken as they are.

    Attribute names: `_` stands for `-`, a trailing `_` is dropped (`class_`), `viewBox` stays as it is.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    inner = "".join(child if isinstance(child, Markup) else escape(inert(child)) for child in children)
    return Markup(f"<{tag}{written}>{inner}</{tag}>" if inner else f"<{tag}{written}/>")  # noqa: S704


def group(parts: Iterable[Markup], **attributes: str | float | int | None) -> Markup:
    """Elements that share attributes."""
    return element("g", *parts, **attributes)


def drawing(
    width: float,
    height: float,
    parts: Iterable[Markup],
    *,
    name: str,
    title: str,
    desc: str,
    class_: str | None = None,
) -> Markup:
    """A whole drawing that a screen reader can name; `name` makes its ids unique in a page."""
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", desc, id=f"{name}-desc"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        class_=class_,
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=number(width),
        height=number(height),
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        color="#1d1f22",
        font_family=SANS,
    )


def number(value: float) -> str:
    """A coordinate with two decimals at most."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def path_of(shape: BaseGeometry) -> str:
    """Path data of an outline or a line, coordinates as they are."""
    if isinstance(shape, Polygon):
        return "".join(
            _ring(ring.coords, True) for ring in (shape.exterior, *shape.interiors) if not ring.is_empty
        )
    if isinstance(shape, LineString):
        return _ring(shape.coords, False)
    if isinstance(shape, MultiPolygon) or hasattr(shape, "geoms"):
        return "".join(path_of(part) for part in shape.geoms)
    return ""


def data_uri(media_type: str, data: bytes) -> str:
    """Bytes as a data: address, for pictures inside one file."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def _ring(points: Sequence[tuple[float, ...]], closed: bool) -> str:
    listed = [f"{number(p[0])} {number(p[1])}" for p in (list(points)[:-1] if closed else list(points))]
    return "M" + "L".join(listed) + ("Z" if closed else "") if listed else ""


def _attribute(value: str | float | int) -> str:
    text = number(value) if isinstance(value, float) else str(value)
    return str(escape(inert(text, longest=20_000_000)))
