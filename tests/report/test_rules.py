"""Stamps, and what may not stand together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from siteline.model.change import Status
from siteline.model.errors import BadInput
from siteline.model.imagery import Use
from siteline.report.page import BriefMaterial, brief_stamps, build_page, is_draft
from siteline.report.rules import Stamp, missing_rights, stamps_of
from tests.factory import make_scene
from tests.report.material import THINGS, make_material, make_section, with_findings

GOOD = {"credit": "Somebody", "licence": "CC BY 4.0", "use": Use.PUBLISH}


def test_a_brief_of_accepted_findings_and_known_rights_bears_no_stamp() -> None:
    """Nothing is stamped when everything was reviewed and all rights are known."""
    assert brief_stamps(make_material(accepted=True)) == ()


@pytest.mark.parametrize("status", [Status.PROPOSED, Status.UNSURE])
def test_one_finding_that_nobody_accepted_makes_a_draft(status: Status) -> None:
    """Only acceptance by a person lifts the draft stamp."""
    material = make_material(accepted=True)
    section = with_findings(material.sites[0], status=status)
    assert is_draft(replace(material, sites=(section,)))


def test_a_finding_that_changed_after_acceptance_makes_a_draft() -> None:
    """An acceptance holds for the version that was accepted."""
    material = make_material(accepted=True, things=THINGS[:1])
    section = material.sites[0]
    stale = tuple(replace(event, needs_review=True) for event in section.events)
    assert is_draft(replace(material, sites=(replace(section, events=stale),)))


def test_rejected_findings_are_not_shown_and_stamp_nothing() -> None:
    """What a reviewer rejected is counted, not told."""
    material = make_material(accepted=True, things=THINGS[:1])
    section = replace(with_findings(material.sites[0], status=Status.REJECTED), rejected=1)
    page = build_page(replace(material, sites=(section,)))
    assert not is_draft(replace(material, sites=(section,)))
    assert "rejected by a reviewer" in page
    assert 'class="entry"' not in page


@pytest.mark.parametrize(
    "lacking", [{"credit": "unknown"}, {"licence": " Unknown "}, {"use": Use.UNKNOWN}, {"credit": ""}]
)
def test_unknown_rights_are_stamped(lacking: dict[str, object]) -> None:
    """One image whose credit, licence or permitted use nobody stated is enough."""
    scenes = [make_scene(**GOOD), make_scene("S2", **{**GOOD, **lacking})]
    assert stamps_of([], scenes) == (Stamp.RIGHTS_UNKNOWN,)
    assert missing_rights(scenes[1])


def test_images_for_analysis_only_are_stamped() -> None:
    """A licence that forbids publication is said as such."""
    assert stamps_of([], [make_scene(**{**GOOD, "use": Use.ANALYSE})]) == (Stamp.RIGHTS_REFUSED,)


def test_unused_images_need_no_rights() -> None:
    """A look that was left out is not shown, so its rights do not matter."""
    material = make_material(accepted=True)
    section = material.sites[0]
    left_out = {look.scene_id for look in section.survey.looks if not look.used}
    scenes = tuple(replace(s, licence="unknown") if s.id in left_out else s for s in section.scenes)
    assert brief_stamps(replace(material, sites=(replace(section, scenes=scenes),))) == ()


def test_simulated_beside_real_is_refused() -> None:
    """A brief of a simulated and a real site is not built at all."""
    sections = (make_section(simulated=True), make_section())
    with pytest.raises(BadInput, match="simulated") as refused:
        build_page(BriefMaterial("Both", sections, datetime(2024, 8, 1, tzinfo=UTC), "0.1"))
    assert "one brief for the simulated" in refused.value.hint


def test_nothing_found_and_nobody_asked_is_a_draft() -> None:
    """That nothing changed is a machine's word until a person has judged something there; the page says so."""
    material = make_material(things=())
    assert is_draft(material)
    page = build_page(material)
    assert "no person has judged anything there" in page
