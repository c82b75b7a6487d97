"""A user's model taken in: a file like any stranger's, its card found and read, both kept with their digests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from siteline.change.slot.asking import runtime_version
from siteline.change.slot.card import LARGEST as LARGEST_CARD
from siteline.change.slot.card import METADATA, read_card
from siteline.change.slot.inspect import LARGEST, Inspected, inspect
from siteline.model.errors import BadModel
from siteline.model.shown import plain
from siteline.model.slot import ModelCard, ModelFile
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import note_bytes, plain_name


@dataclass(frozen=True, slots=True)
class Taken:
    """A model in custody, with its card."""

    file: ModelFile
    card: ModelCard
    card_sha256: str


def take_model(case: Case, path: Path, card: Path | None) -> Taken:
    """
    Inspect a model and its card, and keep the bytes of both; raises BadModel or MissingExtra.

    card: its file; else FILE.onnx.toml, FILE.toml, FILE.onnx.json or FILE.json beside it, else the ONNX metadata.
    Nothing is kept of what is refused.
    """
    runtime = runtime_version()
    name = plain(plain_name(path.name), 80)
    data = _read(path, LARGEST, "A model of that size is not run here.")
    found = inspect(data, name)
    said, where = _find_card(path, card, found)
    read = read_card(said, where)
    _refuse_unfitting(found, read, name)
    case.log.append(())
    sha256, card_sha256 = case.blobs.keep(data), case.blobs.keep(said)
    told = f"model {plain(read.name, 80)} handed in to propose events"
    note_bytes(case, [(sha256, told), (card_sha256, f"card of the {told}")], "events propose")
    assert sha256 == hashlib.sha256(data).hexdigest()
    return Taken(ModelFile(str(case.blobs.path(sha256)), sha256, len(data), runtime), read, card_sha256)


def _read(path: Path, most: int, hint: str) -> bytes:
    if not path.is_file():
        raise BadModel(f"no such file: {plain_name(str(path))}", "Check the path.")
    if path.stat().st_size > most:
        raise BadModel(f"{plain_name(path.name)} is larger than {most:,} bytes", hint)
    with path.open("rb") as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise BadModel(f"{plain_name(path.name)} is larger than {most:,} bytes", hint)
    return data


def _find_card(path: Path, card: Path | None, found: Inspected) -> tuple[bytes, str]:
    if card is not None:
        return _read(card, LARGEST_CARD, "A card is a small text."), plain_name(card.name)
    beside = [path.with_name(path.name + end) for end in (".toml", ".json")]
    beside += [path.with_suffix(end) for end in (".toml", ".json")]
    there = [one for one in dict.fromkeys(beside) if one.is_file()]
    if len(there) > 1:
        raise BadModel(
            f"there are {len(there)} cards: {', '.join(plain_name(one.name) for one in there)}",
            "Name the one to use: --card FILE.",
        )
    if there:
        return _read(there[0], LARGEST_CARD, "A card is a small text."), plain_name(there[0].name)
    if METADATA in found.metadata:
        return found.metadata[METADATA].encode(), f"the metadata of {plain_name(path.name)}"
    raise BadModel(
        f"{plain_name(path.name)} has no card: nothing says what it wants and what it answers",
        f"Write {plain_name(path.name)}.toml beside it; docs/reference/model-slot.md shows one.",
    )


def _refuse_unfitting(found: Inspected, card: ModelCard, name: str) -> None:
    missing = sorted(set(card.names) - set(found.inputs))
    if missing:
        raise BadModel(
            f"{name} has no input {plain(missing[0], 60)!r}; it has {plain(', '.join(found.inputs) or 'none', 120)}",
            "Correct input.names of the card.",
        )
    if card.output not in found.outputs:
        raise BadModel(
            f"{name} has no output {plain(card.output, 60)!r}; it has {plain(', '.join(found.outputs) or 'none', 120)}",
            "Correct output.name of the card.",
        )
