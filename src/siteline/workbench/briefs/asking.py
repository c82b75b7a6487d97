"""The questions before a release: answers from options, a file or a person, each checked before it is kept."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from siteline.model.errors import BadInput, Unanswered
from siteline.model.release import Answer, Asked, Holds, Reply

LONGEST = 4000
_LARGEST = 1 << 20
_DECISIONS = ("round_km", "withhold", "redact", "hold", "share")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff]")
_NOBODY = "nobody"

Ask = Callable[[Asked], str]
"""Puts a question to a person."""


@dataclass(frozen=True, slots=True)
class Given:
    """What whoever releases has said."""

    answers: tuple[Answer, ...] = ()
    holds: Holds = field(default_factory=Holds)
    share: tuple[str, ...] = ()
    """Exhibits whose bytes may go out although their licence is not an open one."""


def read_given(
    said: Sequence[str] = (),
    file: Path | None = None,
    redact: Sequence[str] = (),
    hold: Sequence[str] = (),
    round_km: float | None = None,
    share: Sequence[str] = (),
    *,
    withhold: bool = False,
) -> Given:
    """Answers and decisions from options and from a file; options win. Raises BadInput."""
    answers, told = _read_file(file) if file is not None else ([], {})
    for one in said:
        key, sign, text = one.partition("=")
        if not sign:
            raise BadInput(f"no answer: {one[:80]!r}", 'Write --answer KEY="text".')
        answers.append(read_answer(key.strip(), text))
    km = round_km if round_km is not None else told.get("round_km")
    if km is not None and (isinstance(km, bool) or not isinstance(km, (int, float)) or not 0.1 <= km <= 500):
        raise BadInput(f"locations cannot be rounded to {km!r} km", "Give 0.1 to 500 kilometres.")
    reasons = [
        {**_table(told, name), **dict(_pair(one, name) for one in options)}
        for name, options in (("redact", redact), ("hold", hold))
    ]
    is_withheld = withhold or told.get("withhold") is True
    holds = Holds(None if is_withheld else km, is_withheld, *reasons)
    return Given(tuple(answers), holds, (*share, *map(str, told.get("share", ()))))


def read_answer(key: str, text: str) -> Answer:
    """One answer, checked; raises BadInput that says how it is written."""
    if key not in tuple(Asked):
        raise BadInput(f"no question has the name {key[:40]!r}", f"There are: {', '.join(Asked)}.")
    said = _checked(text, key)
    if key in (Asked.PRECISE, Asked.PEOPLE) and not re.match(r"(?i)(yes|no)\b", said):
        raise BadInput(f"the answer {key} begins with neither yes nor no", f"{Asked(key).question}")
    if key == Asked.EMBARGO:
        embargo_until(said)
    if key == Asked.REPLY:
        return _reply(said)
    return Answer(key, said)


def embargo_until(text: str) -> datetime | None:
    """When an embargo ends, UTC; None for none. Raises BadInput."""
    if text.strip().casefold() in ("none", "no"):
        return None
    try:
        if len(text.strip()) == len("2026-12-01"):
            return datetime.combine(date.fromisoformat(text.strip()), time(), UTC)
        until = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(
            f"no embargo can be read from {text[:60]!r}", "Write none, 2026-12-01, or 2026-12-01T06:00Z."
        ) from error
    if until.tzinfo is None:
        raise BadInput(
            f"the embargo {text.strip()!r} has no time zone", "Write 2026-12-01T06:00Z, or +01:00 behind it."
        )
    return until.astimezone(UTC)


def in_force(answers: Sequence[Answer]) -> dict[str, Answer]:
    """The latest answer to each question; replies by whom they are of."""
    found: dict[str, Answer] = {}
    for answer in answers:
        name = (
            answer.key
            if answer.reply is None
            else f"{answer.key}:{' '.join(answer.reply.entity.casefold().split())}"
        )
        found[name] = answer
    if len([name for name in found if name.startswith("reply:")]) > 1:
        found.pop(f"reply:{_NOBODY}", None)
    return found


def complete(answers: Mapping[str, Answer], ask: Ask | None) -> list[Answer]:
    """Answers to what is still open, from a person if there is one; raises Unanswered, naming all that is missing."""
    missing = [a for a in Asked if not any(name == a or name.startswith(f"{a}:") for name in answers)]
    if not missing:
        return []
    if ask is None:
        named = "; ".join(f"{a}: {a.question}" for a in missing)
        raise Unanswered(f"{len(missing)} questions have no answer: {named}")
    return [read_answer(a, ask(a)) for a in missing]


def _reply(said: str) -> Answer:
    entity, *rest = (part.strip() for part in said.split("|"))
    if not rest:
        name, _, why = said.partition(":")
        if name.strip().casefold() != _NOBODY or not why.strip():
            raise BadInput(
                "a right of reply has four parts",
                "Write WHOM | YYYY-MM-DD | CHANNEL | ANSWER (none, if none came), or nobody: WHY.",
            )
        return Answer(Asked.REPLY, said, Reply(_NOBODY, "", "", why.strip()))
    if len(rest) != 3 or not all((entity, *rest)):
        raise BadInput(
            f"a right of reply has four parts, this has {1 + len(rest)}",
            "Write WHOM | YYYY-MM-DD | CHANNEL | ANSWER (none, if none came).",
        )
    asked, channel, answer = rest
    try:
        date.fromisoformat(asked)
    except ValueError as error:
        raise BadInput(f"the day on which {entity} was asked is no day: {asked[:40]!r}") from error
    return Answer(Asked.REPLY, said, Reply(entity, asked, channel, answer))


def _read_file(path: Path) -> tuple[list[Answer], dict[str, Any]]:
    try:
        if path.stat().st_size > _LARGEST:
            raise BadInput(f"{path} is larger than {_LARGEST:,} bytes", "Answers are a few lines of TOML.")
        told = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(f"{path} is no TOML: {error}") from error
    answers = []
    for key, text in told.items():
        if key == "decisions":
            continue
        for one in text if key == Asked.REPLY and isinstance(text, list) else [text]:
            answers.append(read_answer(key, _as_text(key, one)))
    decisions = told.get("decisions", {})
    if not isinstance(decisions, dict) or (odd := [k for k in decisions if k not in _DECISIONS]):
        name = odd[0] if isinstance(decisions, dict) else decisions
        raise BadInput(f"{path}: no decision {name!r}", f"There are: {', '.join(_DECISIONS)}.")
    return answers, decisions


def _as_text(key: str, said: Any) -> str:
    if key == Asked.REPLY and isinstance(said, dict):
        return " | ".join(str(said.get(name, "")) for name in ("entity", "asked", "channel", "answer"))
    if isinstance(said, (date, datetime)):
        return said.isoformat()
    if not isinstance(said, str):
        raise BadInput(f"the answer {key[:40]!r} is no text", 'Write KEY = "…".')
    return said


def _table(told: Mapping[str, Any], name: str) -> dict[str, str]:
    found = told.get(name, {})
    if not isinstance(found, dict):
        raise BadInput(
            f"{name} is no table of reasons", f'Write [decisions.{name}] and below it s12 = "why".'
        )
    return {key: _checked(str(why), f"{name} {key}") for key, why in found.items()}


def _pair(said: str, name: str) -> tuple[str, str]:
    key, sign, why = said.partition("=")
    if not sign:
        raise BadInput(f"--{name} has no reason: {said[:80]!r}", f'Write --{name} ID="why it is held back".')
    return key.strip(), _checked(why, f"{name} {key}")


def _checked(text: str, what: str) -> str:
    said = " ".join(_CONTROL.sub("", text).split())
    if not said:
        raise BadInput(f"{what} is empty", "Answer in your own words; it is kept with your name.")
    if len(said) > LONGEST:
        raise BadInput(f"{what} has {len(said):,} characters; {LONGEST:,} is the most")
    return said


def signed(answer: Answer, who: str, at: datetime) -> Answer:
    """An answer with whoever gave it."""
    return replace(answer, who=who, at=at)
