"""Days as they are printed: never tighter than what the image's metadata say."""

from __future__ import annotations

from datetime import date

from siteline.model.dates import MONTHS, Acquired, say_day


def say_short(day: date) -> str:
    """A day for narrow places: "3 Apr 2024"."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def say_acquired(acquired: Acquired, short: bool = False) -> str:
    """When an image was taken: a day, a month, or a span of days, as its metadata say."""
    say = say_short if short else say_day
    first, last = acquired.first_day, acquired.last_day
    if first == last:
        return say(first)
    if acquired.is_month:
        month = MONTHS[first.month - 1]
        return f"{month[:3] if short else month} {first.year}"
    return f"{say(first)} – {say(last)}"
