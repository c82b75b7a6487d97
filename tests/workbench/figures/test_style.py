"""The house style in siteline.toml: taken where it can be read, refused with the key and the reason where it cannot."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest
from PIL import Image

from siteline.model.errors import BadSetting
from siteline.report.lettering import font_file
from siteline.report.sheet.presets import PRESETS, PresetName
from siteline.report.sheet.raster import paint
from siteline.workbench.settings import StyleSettings, read_settings
from siteline.workbench.style import house_of
from tests.report.sheet.subjects import compose


def write_toml(folder: Path, *lines: str) -> Path:
    """A settings file with a style."""
    path = folder / "siteline.toml"
    path.write_text("[style]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_style_is_read_and_shows(tmp_path: Path) -> None:
    """Desk, colours, logo and a font of the case reach the figure."""
    Image.new("RGBA", (90, 30), (200, 30, 30, 255)).save(tmp_path / "logo.png")
    (tmp_path / "fonts").mkdir()
    shutil.copy(font_file(True), tmp_path / "fonts" / "House-Regular.ttf")
    path = write_toml(
        tmp_path,
        'desk = "Example Desk"',
        'accent = "#7a1020"',
        'font = "fonts/House-Regular.ttf"',
        'logo = "logo.png"',
    )
    house = house_of(read_settings(path).style, tmp_path)
    assert house.desk == "Example Desk"
    sheet = compose("pair", PRESETS[PresetName.WEB], house=house).sheet
    plain = compose("pair", PRESETS[PresetName.WEB]).sheet
    assert any(getattr(mark, "text", "") == "Example Desk" for mark in sheet.marks)
    picture = paint(sheet, house.faces)
    colours = {colour for _, colour in picture.getcolors(1 << 24) or []}
    assert {(200, 30, 30), (122, 16, 32)} <= colours
    assert picture.tobytes() != paint(plain, plain_faces()).tobytes()


def plain_faces():  # type: ignore[no-untyped-def]
    """Our own letters."""
    from siteline.report.sheet.letters import Faces

    return Faces()


def test_an_installed_family_is_found() -> None:
    """A family that this machine has is taken by its name; DejaVu Sans comes with matplotlib."""
    assert importlib.util.find_spec("matplotlib") is not None
    house = house_of(StyleSettings(font="DejaVu Sans"), Path())
    assert house.faces.regular.endswith("DejaVuSans.ttf")
    assert house.faces.bold.endswith("DejaVuSans-Bold.ttf")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (['accent = "#ffee88"'], r"style.accent: #ffee88 has a contrast of 1\.\d:1 with white paper; 4.5:1"),
        (['outline = "#101010"'], "style.outline: #101010 has a contrast of 1.0:1 with its dark case"),
        (['accent = "red"'], "style.accent"),
        (['logo = "../secret.png"'], "lies outside the case"),
        (['logo = "none.png"'], "there is no file none.png"),
        (['logo = "text.png"'], "cannot be read as a PNG or JPEG"),
        (['font = "text.ttf"'], "is no font"),
        (['font = "No Such Family 9"'], "no family 'No Such Family 9' is installed"),
        (['font_bold = "text.ttf"'], "without style.font"),
        (["desk = 5"], "style.desk"),
        (['dessk = "x"'], "style.dessk"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, lines: list[str], said: str) -> None:
    """Each refusal names the key, says why, and has a remedy."""
    (tmp_path / "case").mkdir()
    (tmp_path / "secret.png").write_bytes(b"x")
    for name in ("text.png", "text.ttf"):
        (tmp_path / "case" / name).write_text("this is text")
    path = write_toml(tmp_path / "case", *lines)
    with pytest.raises(BadSetting, match=said) as refused:
        house_of(read_settings(path).style, tmp_path / "case")
    assert refused.value.hint


def test_a_link_does_not_lead_out_of_the_case(tmp_path: Path) -> None:
    """A logo that is a link to a file elsewhere is refused."""
    Image.new("RGB", (20, 20)).save(tmp_path / "outside.png")
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "logo.png").symlink_to(tmp_path / "outside.png")
    with pytest.raises(BadSetting, match="outside"):
        house_of(StyleSettings(logo="logo.png"), tmp_path / "case")
