"""What comes into custody: files that people add, and every other byte that the case keeps."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from siteline.evidence.custody.restrictions import Restriction
from siteline.evidence.custody.rows import Event
from siteline.evidence.custody.taking import Taken, Taking
from siteline.evidence.sniff import kind_of, misnamed, sniff
from siteline.model.dates import parse_acquired
from siteline.model.errors import BadInput, BadSetting, SitelineError
from siteline.model.exhibit import KINDS, Exhibit
from siteline.model.remark import Remark
from siteline.store.intake import Copied, Intake
from siteline.workbench.case import Case

_BATCH_FILES, _BATCH_BYTES, _BATCH_SECONDS = 128, 64 << 20, 0.25
"""A batch is closed at whichever comes first: what is acknowledged together is synced together."""

_LONGEST_URL = 4000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Description:
    """What a user says of the files he adds."""

    title: str = ""
    source_url: str = ""
    obtained: str = ""
    licence: str = ""
    credit: str = ""
    kind: str = ""
    note: str = ""
    restricted: str = ""
    """Why they are confidential; "" if they are not."""

    readers: tuple[str, ...] = ()
    derived_from: tuple[str, ...] = ()
    activity: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not taken, and why."""

    name: str
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is in custody now."""

    name: str
    exhibit: Exhibit
    is_new: bool
    remarks: tuple[Remark, ...] = ()


def take_files(
    case: Case, paths: Sequence[Path], said: Description, *, recursive: bool = False
) -> Iterator[Kept | Refused]:
    """
    Take files into custody, batch by batch; what is yielded as Kept survives a power cut.

    One file's fault does not keep the others out. Raises BadInput for a description that cannot be right, before
    anything is read.
    """
    template = _template(case, said)
    case.log.append(())  # the log begins, and a key that cannot be used is said, before bytes come
    batch: list[tuple[str, Copied | Refused, datetime, datetime]] = []
    with Intake(case.blobs, case.settings.evidence.largest) as intake:
        since = time.monotonic()
        for name, path in _each_file(paths, recursive):
            started = datetime.now(UTC)
            batch.append((name, _copy(intake, name, path), started, datetime.now(UTC)))
            if (
                len(batch) >= _BATCH_FILES
                or intake.waiting >= _BATCH_BYTES
                or time.monotonic() - since > _BATCH_SECONDS
            ):
                yield from _settle(case, intake, batch, template)
                batch, since = [], time.monotonic()
        yield from _settle(case, intake, batch, template)


def _copy(intake: Intake, name: str, path: Path | Refused) -> Copied | Refused:
    if isinstance(path, Refused):
        return path
    try:
        return intake.copy(path)
    except BadInput as error:
        return Refused(name, str(error), error.hint)


def _settle(
    case: Case,
    intake: Intake,
    batch: Sequence[tuple[str, Copied | Refused, datetime, datetime]],
    template: Taking,
) -> Iterator[Kept | Refused]:
    """Sync a batch, file its rows in one transaction, then say so: in the order in which the files came."""
    intake.settle()
    takings = [
        _describe(template, name, copied, started, ended)
        for name, copied, started, ended in batch
        if isinstance(copied, Copied)
    ]
    answers = iter(case.exhibits.admit(takings, "evidence add"))
    for name, copied, *_ in batch:
        if isinstance(copied, Refused):
            yield copied
            continue
        answer = next(answers)
        if isinstance(answer, SitelineError):
            yield Refused(name, str(answer), answer.hint)
        else:
            yield Kept(name, answer.exhibit, answer.is_new, _remarks(answer))


def _describe(template: Taking, name: str, copied: Copied, started: datetime, ended: datetime) -> Taking:
    media_type = sniff(copied.head)
    return Taking(
        sha256=copied.sha256,
        bytes=copied.size,
        name=name,
        kind=template.kind or kind_of(media_type),
        media_type=media_type,
        title=template.title,
        source_url=template.source_url,
        obtained=template.obtained,
        licence=template.licence,
        credit=template.credit,
        note=template.note,
        restriction=template.restriction,
        derived_from=template.derived_from,
        activity=template.activity,
        started_at=started,
        ended_at=ended,
    )


def _remarks(taken: Taken) -> tuple[Remark, ...]:
    exhibit = taken.exhibit
    claimed = misnamed(exhibit.name, exhibit.media_type) if taken.is_new else None
    if claimed is None:
        return ()
    really = "cannot be recognised" if exhibit.kind == "other" else f"is {exhibit.media_type}"
    return (Remark(exhibit.name, f"its name says {claimed}, its content {really}", "kept as it is"),)


def _template(case: Case, said: Description) -> Taking:
    """The description, checked, as it goes with each file."""
    if said.kind and said.kind not in KINDS:
        raise BadSetting(f"there is no kind {said.kind!r}", f"There are: {', '.join(KINDS)}.")
    if said.obtained:
        parse_acquired(said.obtained)
    if said.readers and not said.restricted:
        raise BadSetting(
            "readers are named for something that is not restricted", 'Say why: --restricted "why"'
        )
    if said.derived_from and not said.activity:
        raise BadSetting("how it was derived is not said", 'Say it: --activity "cropped to the gate"')
    if said.activity and not said.derived_from:
        raise BadSetting("--activity goes with --derived-from", "Name the exhibit it was made from.")
    restriction = Restriction(said.restricted, said.readers or (case.db.who,)) if said.restricted else None
    origins = tuple(case.exhibits.get(origin).id for origin in said.derived_from)
    return Taking(
        sha256="",
        bytes=0,
        name="",
        kind=said.kind,
        media_type="",
        title=said.title,
        source_url=_address(said.source_url),
        obtained=said.obtained.strip(),
        licence=said.licence or "unknown",
        credit=said.credit or "unknown",
        note=said.note,
        restriction=restriction,
        derived_from=origins,
        activity=said.activity,
    )


def _address(said: str) -> str:
    """An address as it may stand on record; raises BadInput."""
    said = said.strip()
    if not said:
        return ""
    try:
        parts = urlsplit(said)
        has_secret = parts.password is not None
    except ValueError as error:
        raise BadInput("--source-url is no address", "Give it as the browser shows it.") from error
    if has_secret:
        raise BadInput("--source-url holds a password", "Leave out the part before the @.")
    if not parts.scheme or len(said) > _LONGEST_URL or _CONTROL.search(said):
        raise BadInput(
            "--source-url is no address", "Give it as the browser shows it, with https:// in front."
        )
    return said


def _each_file(paths: Sequence[Path], recursive: bool) -> Iterator[tuple[str, Path | Refused]]:
    """Each file with the name under which it is kept; folders opened only if that was asked for."""
    for path in paths:
        if not path.is_dir():
            yield plain_name(path.name), path
        elif not recursive:
            name = plain_name(path.name or str(path))
            yield name, Refused(name, "it is a folder", "Give --recursive to take what is in it.")
        else:
            yield from _inside(path)


def _inside(folder: Path) -> Iterator[tuple[str, Path | Refused]]:
    faults: list[OSError] = []
    base = folder.resolve()
    for where, inner, files in os.walk(base, onerror=faults.append):
        inner.sort()
        for file in sorted(files):
            path = Path(where) / file
            yield plain_name(path.relative_to(base.parent).as_posix()), path
        while faults:
            error = faults.pop()
            name = plain_name(Path(str(error.filename)).name)
            yield (
                name,
                Refused(
                    name, f"it cannot be read: {(error.strerror or '').lower()}", "Check its permissions."
                ),
            )


def plain_name(name: str) -> str:
    """A file's name as text that any face can print: odd bytes and control characters escaped."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )


def note_bytes(case: Case, kept: Iterable[tuple[str, str]], tool: str) -> None:
    """Write bytes that the case keeps, and that are no exhibit, into the log: (SHA-256, what they are), each once."""
    what = dict(kept)
    with case.db.appending():
        known = case.log.knows(what)
        case.log.append(
            [Event("added", object=s, tool=tool, note=said) for s, said in what.items() if s not in known]
        )
