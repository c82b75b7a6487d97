"""Properties of SMART's features, one by one: what each may say, and how it is said again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any

from siteline.model.smart import STATUSES, Phase

REGION_ID = re.compile(r"[A-Z]{2}_(?:[RST]\d{3}|C[0-7]\d{2})", re.ASCII)
LOOSE_REGION_ID = re.compile(r"[A-Z]{2}_(?:[RST]\d{3}|C[0-7]\d{2}|[RC][Xx]{3})", re.ASCII)
SITE_ID = re.compile(r"[A-Z]{2}_(?:[RST]\d{3}|C[0-7]\d{2}|[RCST][Xx]{3})_\d{4}", re.ASCII)
VERSION = re.compile(r"\d+\.\d+\.\d+", re.ASCII)
MGRS_SQUARE = re.compile(r"(?:\d{2})?[A-HJ-NP-Z]{3}", re.ASCII)
SENSORS = ("Landsat 8", "Sentinel-2", "WorldView", "Planet")
CONTENTS = ("annotation", "proposed", "update", "empty")

Reader = Callable[[Any], Any]
"""What a value means. Raises Unfit."""


class Unfit(ValueError):
    """A value that SMART does not know: what it is, and what it might have been."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.what, self.remedy = what, remedy


def shown(value: object) -> str:
    """A value in an error message, short."""
    return repr(value)[:60]


def read_day(value: Any) -> date | None:
    """A day; null stands for none, and so does the empty text that some tools write."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Unfit(f"is {shown(value)}, which is no day", "Write it as 2024-04-19, or null.")


def read_text(value: Any) -> str | None:
    """A text; null and the empty text stand for none."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    raise Unfit(f"is {shown(value)}, which is no text", "Put it in quotes, or write null.")


def read_score(value: Any) -> float | None:
    """A confidence."""
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise Unfit(f"is {shown(value)}, which is no number from 0 to 1", "Correct it, or leave it out.")


def read_truth(value: Any) -> bool | None:
    """ "True" or "False": SMART writes booleans as texts; plain ones are understood."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if value in ("True", "False"):
        return bool(value == "True")
    raise Unfit(f"is {shown(value)}, neither True nor False", 'Write "True" or "False", in quotes.')


def read_object(value: Any) -> Mapping[str, Any]:
    """A free object."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    raise Unfit(f"is {shown(value)}, which is no object", "Write {} or leave it out.")


def read_phases(value: Any) -> tuple[Phase, ...] | None:
    """One phase for each polygon; None: not labelled."""
    return _read_list(value, _phase)


def read_truths(value: Any) -> tuple[bool, ...] | None:
    """One truth value for each polygon; None: not noted."""
    return (value,) if isinstance(value, bool) else _read_list(value, _truth)


def _read_list(value: Any, read: Callable[[str], Any]) -> tuple[Any, ...] | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Unfit(f"is {shown(value)}, which is no text", 'Write one value for each polygon: "A, B".')
    return tuple(read(item.strip()) for item in value.split(","))


def _phase(text: str) -> Phase:
    try:
        return Phase(text)
    except ValueError:
        raise Unfit(f"names the phase {shown(text)}", nearest(text, Phase, "Phases")) from None


def _truth(text: str) -> bool:
    if text not in ("True", "False"):
        raise Unfit(
            f"holds {shown(text)}, neither True nor False", 'Write "True, False", one for each polygon.'
        )
    return text == "True"


def read_status(value: Any) -> str:
    """One of the published statuses."""
    if isinstance(value, str) and value in STATUSES:
        return value
    raise Unfit(f"is {shown(value)}", nearest(str(value), sorted(STATUSES), "Statuses"))


def read_sensor(value: Any) -> str | None:
    """A name of SMART's list, or several of them."""
    said = read_text(value)
    if said is not None and any(one not in SENSORS for one in said.split(", ")):
        raise Unfit(f"is {shown(said)}", f"Write one of {', '.join(SENSORS)}, or null.")
    return said


def fitting(form: re.Pattern[str], example: str) -> Reader:
    """A text of that form."""

    def read(value: Any) -> str:
        if isinstance(value, str) and form.fullmatch(value):
            return value
        raise Unfit(f"is {shown(value)}", f"It has the form {example}.")

    return read


def one_of(*words: str) -> Reader:
    """One of a few words."""

    def read(value: Any) -> str:
        if isinstance(value, str) and value in words:
            return value
        raise Unfit(f"is {shown(value)}", nearest(str(value), words, "It is one of"))

    return read


def or_none(read: Reader) -> Reader:
    """The same, or null."""
    return lambda value: None if value is None else read(value)


def nearest(said: str, known: Iterable[str], what: str) -> str:
    """A remedy that names what may have been meant."""
    words = [str(word) for word in known]
    close = get_close_matches(said, words, 1, 0.6)
    listed = f"{what}: {', '.join(words)}."
    return f"Did you mean {close[0]!r}? {listed}" if close else listed


def say_list(values: Sequence[Any]) -> str | None:
    """One value for each polygon in one text; None where none is noted."""
    return None if all(value is None for value in values) else ", ".join(str(value) for value in values)


def say_truth(value: bool | None) -> str | None:
    """A truth value as SMART writes it."""
    return None if value is None else str(value)


_SITE: dict[str, Reader] = {
    "status": read_status,
    "version": fitting(VERSION, "2.0.1"),
    "site_id": fitting(SITE_ID, "KR_R001_0017"),
    "mgrs": fitting(MGRS_SQUARE, "52SDG, with the zone in two digits"),
    "start_date": read_day,
    "end_date": read_day,
    "model_content": one_of("annotation", "proposed", "update"),
    "originator": read_text,
    "score": read_score,
    "validated": read_truth,
    "cache": read_object,
}
READERS: Mapping[str, Mapping[str, Reader]] = {
    "region": {
        "region_id": fitting(REGION_ID, "KR_R001"),
        "version": fitting(VERSION, "2.0.1"),
        "mgrs": fitting(MGRS_SQUARE, "52SDG, with the zone in two digits"),
        "start_date": read_day,
        "end_date": read_day,
        "originator": read_text,
        "model_content": one_of("annotation", "proposed", "empty"),
        "comments": read_text,
        "cache": read_object,
    },
    "site_summary": _SITE,
    "site": {"region_id": or_none(fitting(LOOSE_REGION_ID, "KR_R001")), **_SITE},
    "observation": {
        "observation_date": read_day,
        "source": read_text,
        "sensor_name": read_sensor,
        "current_phase": read_phases,
        "is_occluded": read_truths,
        "is_site_boundary": read_truths,
        "score": read_score,
        "cache": read_object,
    },
}
"""How each property of each kind of feature is read; others are kept as they are."""

REQUIRED: Mapping[str, frozenset[str]] = {
    "region": frozenset(
        {"region_id", "version", "mgrs", "start_date", "end_date", "originator", "model_content"}
    ),
    "site_summary": frozenset(
        {"status", "version", "site_id", "mgrs", "start_date", "end_date", "model_content", "originator"}
    ),
    "site": frozenset(
        {"region_id", "status", "version", "site_id", "mgrs", "start_date", "end_date"}
        | {"model_content", "originator"}
    ),
    "observation": frozenset(
        {"observation_date", "source", "sensor_name", "current_phase", "is_occluded", "is_site_boundary"}
    ),
}
"""Properties that must be there, be it as null."""
