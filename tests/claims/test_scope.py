"""Scopes of claims are disjoint only where that can be shown."""

from __future__ import annotations

import pytest

from siteline.claims.scope import Fit, designations, fit_scopes, say_fit
from tests.claims.factory import make_claim


@pytest.mark.parametrize(
    ("one", "other", "fit"),
    [
        ("2024-01-02", "2024-01-02", Fit.SAME),
        ("2024-01-02", "2023-12-30/2024-02-07", Fit.INSIDE),
        ("2023-12-30/2024-02-07", "2024-01-02", Fit.CONTAINS),
        ("2024-01-02", "2025-04-24", Fit.DISJOINT),
        ("2024-01-01/2024-01-20", "2024-01-11/2024-01-31", Fit.OVERLAPS),
        ("2024-01-02", "2024-01-01/..", Fit.INSIDE),
        ("", "2024-01-02", Fit.OVERLAPS),
    ],
)
def test_periods_decide_over_all_where_nothing_else_is_said(one: str, other: str, fit: Fit) -> None:
    first, second = make_claim(period=one), make_claim(period=other)
    assert fit_scopes(first, second).overall is fit
    assert fit_scopes(second, first) == fit_scopes(first, second).turned()


def test_a_period_that_starts_two_days_later_is_nearly_inside_and_said_so() -> None:
    one, other = make_claim(period="2023-12-30/2024-02-27"), make_claim(period="2024-01-01/2024-06-30")
    fit = fit_scopes(one, other)
    assert (fit.overall, fit.is_nearly) == (Fit.INSIDE, True)
    assert "58 of the 60 days" in say_fit(fit, one, other)


@pytest.mark.parametrize(
    ("one", "other", "fit"),
    [
        ("Kyiv, Sviatoshynskyi", "Kyiv", Fit.INSIDE),
        ("Sviatoshynskyi, Kyiv", "kyiv, sviatoshynskyi", Fit.SAME),
        ("Kharkiv", "Ukraine", Fit.UNKNOWN),
        ("Kyiv (whole attack)", "Kyiv", Fit.OVERLAPS),
        ("", "Kyiv", Fit.UNKNOWN),
    ],
)
def test_places_that_are_named_otherwise_are_not_apart(one: str, other: str, fit: Fit) -> None:
    first, second = make_claim(place=one), make_claim(place=other)
    assert fit_scopes(first, second).place is fit


def test_subjects_that_share_a_designation_can_be_compared_others_cannot() -> None:
    assert designations("Hwasong-11 (KN-23 and KN-24)") == {"hwasong11", "kn23", "kn24"}
    assert designations("KN-23/24") == {"kn23", "kn24"}
    one, other = make_claim(subject="KN-23/24"), make_claim(subject="KN-23 (Hwasong-11)")
    assert fit_scopes(one, other).overall is Fit.SAME
    assert fit_scopes(one, make_claim(subject="mixed attack")).overall is Fit.UNKNOWN
    assert fit_scopes(one, make_claim()).overall is Fit.SAME  # the key says the rest
