"""Credit, licence and use travel with every figure: beside it, and inside its file."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from siteline.model.imagery import Scene, Use
from siteline.report.figure import Figure
from siteline.report.filmstrip import draw_frames, join_frames
from siteline.report.locator import map_figure, paint_backdrop
from siteline.report.page import scenery_of
from siteline.report.pair import draw_pair, join
from siteline.report.rights import rights_of, use_of
from tests.factory import make_scene
from tests.report.material import THINGS, make_section

RIGHTS = {"credit": "© 공급자 / The Paper", "licence": "CC BY-NC 4.0", "use": Use.ANALYSE}


def figures() -> list[Figure]:
    """Every figure that holds an image."""
    section = make_section(things=THINGS[:1], scene=RIGHTS)
    scenery = scenery_of(section, ())
    finding, event = section.findings.findings[0], section.events[0].event
    before, after = draw_pair(scenery, finding, event)
    backdrop = paint_backdrop(scenery, [])
    assert before
    assert after
    assert backdrop
    frames = draw_frames(scenery, finding, event, count=3)
    return [
        before, after, *frames, backdrop.figure, join([before, after], "pair", "two"),
        join_frames(scenery, finding, event, count=3), map_figure(scenery, []),
    ]  # fmt: skip


def test_every_figure_carries_credit_licence_and_use() -> None:
    """None of the figures of a brief that hold an image lacks one of the three."""
    for figure in figures():
        assert figure.credit == "© 공급자 / The Paper", figure.name
        assert figure.licence == "CC BY-NC 4.0", figure.name
        assert figure.use == "for analysis only", figure.name


def test_a_saved_picture_still_says_whose_it_is() -> None:
    """JPEG and PNG files hold the rights, in any script; the same picture gives the same bytes."""
    pictures = [figure for figure in figures() if figure.media_type != "image/svg+xml"]
    assert {figure.media_type for figure in pictures} == {"image/jpeg", "image/png"}
    for figure in pictures:
        with Image.open(BytesIO(figure.data)) as image:
            if figure.media_type == "image/jpeg":
                exif = image.getexif()
                said = [
                    str(exif[tag]).encode("latin-1", "surrogateescape").decode("utf-8")
                    for tag in (0x013B, 0x8298)
                ]
            else:
                said = [str(image.info["Author"]), str(image.info["Copyright"])]
        assert said[0] == "© 공급자 / The Paper"
        assert said[1] == "© 공급자 / The Paper. CC BY-NC 4.0; for analysis only"
    assert [figure.data for figure in figures()] == [figure.data for figure in figures()]


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        (make_scene(), "permitted use unknown"),
        (make_scene(use=Use.PUBLISH), "may be published"),
        (make_scene(use=Use.PUBLISH_MAX_PX, publish_max_px=800), "may be published, up to 800 pixels"),
        (make_scene(use=Use.NONE), "may not be used"),
    ],
)
def test_use_is_said_in_words(scene: Scene, words: str) -> None:
    """As a reader understands them, and `unknown` as such."""
    assert use_of([scene]) == words
    assert rights_of([]) == {
        "credit": "credit unknown",
        "licence": "licence unknown",
        "use": "permitted use unknown",
    }
