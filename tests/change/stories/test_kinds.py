"""What kind of change it is, and how sure we are that there is one."""

from dataclasses import replace
from itertools import pairwise

import pytest

from siteline.change.shadow import ShadowEvidence
from siteline.change.stories.kinds import Evidence, kind_of, probability_of, stage_of
from siteline.model.change import Kind, Stage

STANDS, FLAT, UNSURE = (ShadowEvidence(x, 8.0, 1.0) for x in (12.0, -3.0, 0.5))
PLAIN = Evidence(
    strength=3.0,
    contrast_before=1.5,
    contrast_after=6.0,
    step=6.0,
    warmth_step=0.0,
    brightness_step=0.6,
    steadiness=8.0,
    apartness=8.0,
    edge=0.9,
    thickness=0.9,
    solidity=0.95,
    area_px=150,
    green_before=-0.3,
    green_after=-0.3,
    water=False,
    brightening=0.5,
    warming=-0.1,
    texture=0.1,
    looks_before=10,
    looks_after=10,
    passing=False,
    same_season=1.0,
    shadow_before=None,
    shadow_after=None,
)
"""A bright, neat change of dry ground."""


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (FLAT, STANDS, Kind.CONSTRUCTION),
        (STANDS, FLAT, Kind.DEMOLITION),
        (STANDS, STANDS, Kind.ROOF_CHANGE),
    ],
)
def test_shadow_decides_the_kind(before: ShadowEvidence, after: ShadowEvidence, kind: Kind) -> None:
    """Nothing stood and something does; something stood and nothing does; something always stood: no runner-up is named."""
    assert kind_of(replace(PLAIN, shadow_before=before, shadow_after=after)) == (kind, None)


@pytest.mark.parametrize("after", [None, UNSURE])
def test_without_a_shadow_a_runner_up_is_named(after: ShadowEvidence | None) -> None:
    """Where shadows cannot tell, the kind is a guess and says what else it could be."""
    for look in (
        PLAIN,
        replace(PLAIN, contrast_before=6.0, contrast_after=1.0),
        replace(PLAIN, contrast_before=5.0),
    ):
        kind, rival = kind_of(replace(look, shadow_after=after))
        assert rival is not None
        assert rival is not kind


def test_felled_wood_is_a_clearing() -> None:
    """Plainly green before, bare and warm after, nothing standing: cleared ground."""
    felled = replace(
        PLAIN,
        green_before=0.3,
        green_after=-0.2,
        contrast_after=1.0,
        warming=0.1,
        warmth_step=0.2,
        solidity=0.5,
    )
    assert kind_of(felled)[0] is Kind.CLEARING
    assert kind_of(replace(felled, shadow_before=FLAT, shadow_after=FLAT))[0] is Kind.CLEARING


def test_stage_needs_a_shadow() -> None:
    """With a shadow, smooth is a roof and rough is walls; bright flat ground is a foundation; unknown shadows say nothing."""
    assert stage_of(replace(PLAIN, shadow_after=STANDS)) is Stage.ROOFED
    assert stage_of(replace(PLAIN, shadow_after=STANDS, texture=0.4)) is Stage.STRUCTURE
    assert stage_of(replace(PLAIN, shadow_after=FLAT)) is Stage.FOUNDATION
    assert stage_of(replace(PLAIN, shadow_after=FLAT, brightening=0.0)) is Stage.CLEARED
    assert stage_of(PLAIN) is None


@pytest.mark.parametrize(
    ("name", "worse_to_better"),
    [
        ("strength", (0.0, 1.0, 3.0)),
        ("steadiness", (1.0, 4.0, 12.0)),
        ("apartness", (1.0, 4.0, 12.0)),
        ("edge", (0.1, 0.5, 0.9)),
        ("thickness", (0.1, 0.5, 0.9)),
        ("step", (1.0, 3.0, 8.0)),
        ("same_season", (-0.6, -0.2, 0.0, 0.5, 1.0)),
        ("looks_after", (1, 3, 9)),
        ("passing", (True, False)),
        ("water", (True, False)),
        ("drift", (0.3, 0.1, 0.0)),
    ],
)
def test_each_witness_counts_in_its_sense(name: str, worse_to_better: tuple[float, ...]) -> None:
    """The better a single piece of evidence, the more probable the change, all else equal."""
    said = [probability_of(replace(PLAIN, contrast_before=3.0, **{name: value})) for value in worse_to_better]
    assert all(a < b for a, b in pairwise(said))
    assert all(0 < p < 1 for p in said)
