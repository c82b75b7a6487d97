"""The house style of a case, read from its settings: files found, colours held against what they stand on."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from siteline.model.errors import BadSetting
from siteline.report.sheet.house import ACCENT, PERIMETER, House, fault_of
from siteline.report.sheet.letters import Faces, is_font
from siteline.workbench.settings import StyleSettings

if TYPE_CHECKING:
    from PIL.Image import Image

_FONT_FILES = (".ttf", ".otf", ".ttc")
_MOST_LOGO = 8 * 2**20
_LOGO_PX = 600


def house_of(settings: StyleSettings, folder: Path) -> House:
    """The style of a case in `folder`; raises BadSetting that names the key and what is wrong with it."""
    for role in ("accent", "outline", "perimeter"):
        colour = getattr(settings, role)
        if colour is not None and (fault := fault_of(role, colour)):
            raise BadSetting(
                f"siteline.toml: style.{role}: {colour} {fault}",
                "Take a darker colour." if role == "accent" else "Take a lighter colour.",
            )
    return House(
        desk=settings.desk,
        credit=settings.credit,
        accent=settings.accent or ACCENT,
        outline=settings.outline,
        perimeter=settings.perimeter or PERIMETER,
        faces=_faces(settings, folder),
        logo=None if settings.logo is None else _logo(settings.logo, folder),
    )


def _faces(settings: StyleSettings, folder: Path) -> Faces:
    if settings.font is None:
        if settings.font_bold is not None:
            raise BadSetting("siteline.toml: style.font_bold without style.font", "Set both, or neither.")
        return Faces()
    if settings.font.lower().endswith(_FONT_FILES):
        regular = _font_file("font", settings.font, folder)
        bold = _font_file("font_bold", settings.font_bold, folder) if settings.font_bold else regular
        return Faces(regular, bold, Path(settings.font).stem.split("-")[0])
    return _installed(settings.font)


def _installed(family: str) -> Faces:
    """A family of this machine, regular and bold."""
    from matplotlib.font_manager import FontProperties, findfont, fontManager

    names = sorted({entry.name for entry in fontManager.ttflist})
    if family not in names:
        near = difflib.get_close_matches(family, names, 3, cutoff=0.5)
        raise BadSetting(
            f"siteline.toml: style.font: no family {family!r} is installed here",
            f"Did you mean {', '.join(near)}?"
            if near
            else "Put its files into the case: fonts/House-Regular.ttf",
        )
    regular, bold = (
        findfont(FontProperties(family=family, weight=weight), fallback_to_default=False)
        for weight in (400, 700)
    )
    return Faces(str(regular), str(bold), family)


def _font_file(key: str, name: str, folder: Path) -> str:
    path = _inside(key, name, folder)
    if not is_font(path):
        raise BadSetting(
            f"siteline.toml: style.{key}: {name} is no font", "Take a TrueType or OpenType file."
        )
    return str(path)


def _logo(name: str, folder: Path) -> Image:
    from PIL import Image, UnidentifiedImageError

    path = _inside("logo", name, folder)
    if path.stat().st_size > _MOST_LOGO:
        raise BadSetting(f"siteline.toml: style.logo: {name} is larger than 8 MiB", "Make it smaller.")
    try:
        with Image.open(path, formats=["PNG", "JPEG"]) as opened:
            if max(opened.size) > 8000 or min(opened.size) < 8:
                raise BadSetting(
                    f"siteline.toml: style.logo: {name} is {opened.width} × {opened.height} pixels",
                    "Make it 8 to 8000 pixels wide and high.",
                )
            seen = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise BadSetting(
            f"siteline.toml: style.logo: {name} cannot be read as a PNG or JPEG", "Save it again as PNG."
        ) from error
    seen.thumbnail((_LOGO_PX, _LOGO_PX))
    on_paper = Image.new("RGB", seen.size, (255, 255, 255))
    on_paper.paste(seen, (0, 0), seen.getchannel("A"))
    return on_paper


def _inside(key: str, name: str, folder: Path) -> Path:
    """A file of the case, named by its path in it."""
    found = (folder / name).resolve()
    if not found.is_relative_to(folder.resolve()):
        raise BadSetting(
            f"siteline.toml: style.{key}: {name} lies outside the case", "Copy the file into the case folder."
        )
    if not found.is_file():
        raise BadSetting(
            f"siteline.toml: style.{key}: there is no file {name} in the case",
            "Name it by its path inside the case folder.",
        )
    return found
