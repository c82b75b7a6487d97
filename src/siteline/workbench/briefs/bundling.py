"""
An edition handed over: one ZIP that a stranger checks with `sha256sum` and `openssl`, or with `siteline verify`.

It is a bundle of evidence with the edition in it, as the log stood when the edition went out: the same edition, by the same
key, gives the same bytes whenever it is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from siteline.claims.draft.reading import sentence_spans
from siteline.evidence.custody.bundle import Additions, Chosen, papers
from siteline.evidence.custody.inclusion import Prover, seqs_of
from siteline.evidence.custody.log import KEY_ACTIONS
from siteline.evidence.custody.rows import Event
from siteline.evidence.custody.withheld import Withheld
from siteline.model.errors import BadSetting, CannotTell
from siteline.model.release import Edition
from siteline.report.gate.source import read_brief
from siteline.workbench.briefs.pressing import not_shown, set_press
from siteline.workbench.case import Case
from siteline.workbench.evidence.handover import gets_its_name, remove, write_bundle
from siteline.workbench.evidence.timing import bundle_times

FOLDER = "edition/"


@dataclass(frozen=True, slots=True)
class Bundled:
    """What was written."""

    path: Path
    edition: Edition
    files: int
    shared: int
    """Kept things whose bytes are in it."""

    sums: str
    """SHA-256 of its SHA256SUMS."""


def bundle_edition(case: Case, said: str, out: Path, to_whom: str = "") -> Bundled:
    """
    Write the ZIP of an edition; then log that it went out.

    Raises NotFound, BrokenCustody for bytes that are not what was released, CannotTell where something in it has become
    confidential since.
    """
    if out.exists():
        raise BadSetting(f"{out} exists", "Name a new file that ends in .zip.")
    if out.suffix.casefold() != ".zip":
        raise BadSetting(f"{out} is no name of a ZIP", "Name a new file that ends in .zip.")
    edition = case.releases.get(said)
    case.log.append(())  # a key that is new to this log says in it whose it is, before it signs
    prover = _as_released(case, edition)
    noun = edition.noun
    chosen, withheld = _chosen(case, edition)
    added = {f"{FOLDER}{o.name}": _read(case, o.sha256) for o in noun.outputs}
    times = bundle_times(case, prover.size)
    both = Additions(
        {**times.files, **added},
        times.instructions + readme_section(),
        times.rows | {edition.log_seq},
    )
    brief = read_brief(_read(case, noun.source_sha256).decode(), sentence_spans)
    press = set_press(case, brief, noun.holds, noun.salt)
    said_of = [
        (name, press.send(name, content))
        for name, content in papers(prover, chosen, len(noun.exhibits) - len(chosen), withheld, both)
    ]
    aside = out.with_name(f".{out.name}.part")
    blobs = [c.exhibit.sha256 for c in chosen]
    digest = write_bundle(case, aside, said_of, blobs, prover, case.log.signer, is_zip=True)
    if not set(noun.exhibits).isdisjoint({*case.exhibits.restrictions(), *case.exhibits.hidden()}):
        remove(aside)
        raise CannotTell("something that the edition rests on was restricted meanwhile", "Release it anew.")
    with gets_its_name(aside, out):
        detail = {"edition": noun.id, "sums": digest}
        case.log.append([Event("exported", tool="brief bundle", detail=detail, note=to_whom)])
    return Bundled(out, edition, len(said_of) + len(blobs) + 1, len(blobs), digest)


def readme_section() -> str:
    """What the page of instructions says of an edition."""
    return files("siteline.workbench.briefs").joinpath("bundle_readme.md").read_text(encoding="utf-8")


def _as_released(case: Case, edition: Edition) -> Prover:
    """The log as it stood when the edition went out; a key that came later needs the row in which it says whose it is."""
    whole, signer = Prover(case.db), case.log.signer
    size = whole.first_covering(edition.log_seq)
    if signer is not None:
        named = [
            row["seq"]
            for row in whole.rows
            if row["action"] in KEY_ACTIONS and row["object"] == signer.public.fingerprint
        ]
        size = max(size, whole.first_covering(named[0]) if named else whole.size)
    return Prover(case.db, size)


def _chosen(case: Case, edition: Edition) -> tuple[list[Chosen], Withheld]:
    """Exhibits that go out, and what must not be named."""
    noun = edition.noun
    secret = {*case.exhibits.restrictions(), *case.exhibits.hidden()}
    if late := set(noun.exhibits) & secret:
        raise CannotTell(
            f"exhibit {min(late)}, on which {edition.name} rests, was restricted after its release",
            "What was published names it. Release the text anew, then bundle that edition.",
        )
    every = [exhibit for _, exhibit in case.exhibits.after(0)]
    held = {e.id for e in every if noun.holds.is_location_held and e.kind == "scene"} | secret
    withheld = Withheld((e for e in every if e.id in held), (e for e in every if e.id not in held))
    going = set(noun.shared) - held - not_shown(case)
    seqs, origins = seqs_of(case.db, list(going)), case.exhibits.origins()
    out = [e for e in every if e.id in going and not withheld.points_to(e)]
    ids = {e.id for e in out}
    chosen = [
        Chosen(e, seqs[e.id], None, tuple(d for d in origins.get(e.id, ()) if d["id"] in ids))
        for e in sorted(out, key=lambda e: seqs[e.id])
    ]
    return chosen, withheld


def _read(case: Case, sha256: str) -> bytes:
    case.blobs.verify(sha256)
    return case.blobs.read(sha256)
