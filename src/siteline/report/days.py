"""Days as they are printed: never tighter than what the image's metadata say."""

from __future__ import annotations

from datetime import date

from siteline.model.dates import MONTHS, Acquired, DateInterval, say_day


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


def say_onset(interval: DateInterval) -> tuple[str, str]:
    """When a change came into sight: "not visible on 3 April 2024", "first visible on 19 April 2024"."""
    if interval.after is None:
        return "no earlier usable image", f"visible by {say_day(interval.by)}"
    return f"not visible on {say_day(interval.after)}", f"first visible on {say_day(interval.by)}"


def say_span(days: int) -> str:
    """How long: "12 days", "3 months", "2.5 years"."""
    if days < 100:
        return f"{days} day" + ("" if days == 1 else "s")
    if days < 700:
        return f"{round(days / 30.44)} months"
    return f"{days / 365.25:.1f}".removesuffix(".0") + " years"
