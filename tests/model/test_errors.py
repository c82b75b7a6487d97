"""Every refusal says what happened and what to do, and survives a trip between processes."""

from __future__ import annotations

import pickle

import pytest

from siteline.model import errors


def every_error() -> list[type[errors.SitelineError]]:
    kinds = [errors.SitelineError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    return kinds


@pytest.mark.parametrize("kind", every_error())
def test_an_error_survives_pickling(kind: type[errors.SitelineError]) -> None:
    """A worker's refusal arrives with its words and its hint."""
    there = pickle.loads(pickle.dumps(kind("what happened", "what to do")))  # noqa: S301
    assert (type(there), str(there), there.hint) == (kind, "what happened", "what to do")


@pytest.mark.parametrize("kind", every_error())
def test_the_drawn_tree_is_the_tree(kind: type[errors.SitelineError]) -> None:
    """The tree at the top of errors.py names every error there is."""
    assert errors.__doc__ is not None
    assert kind.__name__ in errors.__doc__


def test_a_missing_extra_names_the_command() -> None:
    """The remedy for a missing package can be pasted into a shell."""
    assert errors.MissingExtra.of("planet", "planet").hint == "run: pip install 'siteline[planet]'"
