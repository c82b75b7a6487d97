"""One more image at a time: what it adds, what stays, and what is not done again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from shapely.geometry import box

from siteline.model.change import Status
from siteline.model.place import Frame, Role, Site, Structure
from siteline.sites.events.life import WatchedEvent
from siteline.workbench.case import Case, make_case
from siteline.workbench.images import add_manifest
from siteline.workbench.survey import Surveyed, survey_site

YEARS = range(2009, 2018)
BUILT = 2015


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """Yearly frames of bare ground on which a dark block stands from 2015 on."""
    rng = np.random.default_rng(5)
    ground = rng.normal(0, 6, (120, 160, 1)).cumsum(0).cumsum(1)
    ground = 150 + 25 * (ground - ground.mean()) / ground.std() + rng.normal(0, 4, (120, 160, 1))
    for year in YEARS:
        frame = np.repeat(ground, 3, axis=2) * (1.1, 0.95, 0.75) + rng.normal(0, 3, (120, 160, 3))
        if year >= BUILT:
            frame[50:80, 60:100] = np.array((55, 60, 85)) + rng.normal(0, 4, (30, 40, 3))
        Image.fromarray(np.clip(frame, 0, 255).astype(np.uint8)).save(tmp_path / f"{year}.png")
    return tmp_path


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = make_case(tmp_path / "case")
    made.register.record(
        Site("desert", "A desert", (Structure(Role.AOI, "aoi", box(0, 0, 160, 120)),), Frame.IMAGE), None
    )
    return made


def survey_up_to(case: Case, frames: Path, year: int) -> tuple[Surveyed, WatchedEvent]:
    """Add what is not on record of the images up to a year, survey, and return the event of the block."""
    lines = [f"{y}.png,{y}-06,painted,CC0" for y in YEARS if y <= year]
    (frames / "scenes.csv").write_text("\n".join(["file,acquired,credit,licence", *lines]) + "\n")
    add_manifest(case, "desert", frames / "scenes.csv")
    done = survey_site(case, "desert")
    return done, max(case.events.all("desert"), key=lambda e: e.current.event.outline.area)


def test_one_look_proposes_and_a_second_confirms(case: Case, frames: Path) -> None:
    """An event on the newest image alone is provisional; the next image confirms it under the same id."""
    first_survey, first = survey_up_to(case, frames, BUILT)
    assert first.current.event.provisional
    assert first_survey.provisional >= 1
    _, second = survey_up_to(case, frames, BUILT + 1)
    assert (second.id, second.current.number) == (first.id, 2)
    assert not second.current.event.provisional
    assert second.current.event.onset == first.current.event.onset


def test_an_image_that_changes_nothing_adds_no_version(case: Case, frames: Path) -> None:
    """Only what its look says is added; what was judged stays judged."""
    _, before = survey_up_to(case, frames, BUILT + 1)
    case.events.judge(before.id, Status.ACCEPTED, "seen on two images")
    _, after = survey_up_to(case, frames, BUILT + 2)
    assert (after.id, after.current.number) == (before.id, before.current.number)
    looks = [len(e.current.event.observations) for e in (before, after)]
    assert looks == [8, 9]
    assert (after.status, after.needs_review) == (Status.ACCEPTED, False)


def test_what_was_read_is_not_read_again(case: Case, frames: Path) -> None:
    """A new image is read, the others are as they were; the same survey again does nothing."""
    survey_up_to(case, frames, BUILT)
    more, _ = survey_up_to(case, frames, BUILT + 1)
    assert more.work["read_native"] == (1, 7)
    again, _ = survey_up_to(case, frames, BUILT + 1)
    assert all(done.anew == 0 for done in again.work.values())
