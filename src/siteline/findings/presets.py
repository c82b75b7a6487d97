"""What a preset means at one site, in words."""

from __future__ import annotations

from siteline.model.change import Foreseen
from siteline.model.dates import say_count

UNCALIBRATED = "The probabilities behind these numbers are not calibrated for images like these."


def say_foreseen(found: Foreseen) -> str:
    """
    How often a preset is expected to be wrong at a site, and what it is expected to miss there.

    Such as "balanced lists what is at least 50 % likely: 12 events, of which about two (17 %) are expected not to be real. Of 9
    candidates that it leaves out, about one is expected to be real; what never became a candidate is not counted."
    """
    lists = f"{found.preset} lists what is at least {100 * found.least:.0f} % likely"
    if not found.listed and not found.left_out:
        return f"{lists}: nothing here; no change is even {100 * found.kept_from:.0f} % likely."
    said = f"{lists}: {_listed(found)}. {_left_out(found)}"
    return said if found.calibrated else f"{said} {UNCALIBRATED}"


def _listed(found: Foreseen) -> str:
    if not found.listed:
        return "nothing here"
    events = f"{say_count(found.listed)} event" + ("" if found.listed == 1 else "s")
    share = round(100 * found.false / found.listed)
    if found.listed == 1:
        return f"{events}, which is expected not to be real with {share} % probability"
    return f"{events}, of which {_about(found.false)} ({share} %) {_is(found.false)} expected not to be real"


def _left_out(found: Foreseen) -> str:
    if not found.left_out:
        return "It leaves no candidate out; what never became a candidate is not counted."
    candidates = f"{say_count(found.left_out)} candidate" + ("" if found.left_out == 1 else "s")
    return (
        f"Of {candidates} that it leaves out, {_about(found.missed)} {_is(found.missed)} expected to be real; what never "
        "became a candidate is not counted."
    )


def _about(number: float) -> str:
    """An expected number: "about three", "fewer than one"."""
    return f"about {say_count(round(number))}" if number >= 1 else "fewer than one"


def _is(number: float) -> str:
    return "are" if round(number) > 1 else "is"
