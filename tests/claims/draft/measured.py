"""Annotated articles, and how drafts are held against them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siteline.claims.draft.article import draft_text, spans_of
from siteline.model.draft import Draft, Drafts

ARTICLES = Path(__file__).parent / "articles"
OURS = ("press", "wire", "ngo", "ukrainian", "korean")
"""Written for these tests; nobody and nothing in them exists."""


@dataclass(frozen=True)
class Held:
    """One annotated sentence beside its draft."""

    begins: str
    draft: Draft | None
    wrong: tuple[str, ...]


def read_article(name: str) -> tuple[str, list[dict[str, Any]]]:
    """An article of ours, and its annotations."""
    text = (ARTICLES / f"{name}.txt").read_bytes().decode()
    return text, json.loads((ARTICLES / f"{name}.json").read_text(encoding="utf-8"))


def hold(text: str, annotations: list[dict[str, Any]]) -> list[Held]:
    """Each annotated sentence with what is wrong with its draft."""
    drafts = draft_text(text).drafts
    held = []
    for said in annotations:
        draft = next((d for d in drafts if d.quote.startswith(said["begins"])), None)
        held.append(Held(said["begins"], draft, _wrong(draft, said)))
    return held


def _wrong(draft: Draft | None, said: dict[str, Any]) -> tuple[str, ...]:
    if draft is None:
        return ("not drafted",)
    found = draft.source.words if draft.source else None
    condition = draft.condition.words if draft.condition else None
    checks = {
        "source": (found, said["source"]),
        "stance": (draft.stance, said["stance"]),
        "condition": (condition, said.get("condition", condition)),
        "relay": (said.get("relay") in (None, *(v.span.words for v in draft.chain[1:])), True),
        "anonymity": (
            draft.chain[0].anonymity if draft.chain else "",
            said.get("anonymity", draft.chain[0].anonymity if draft.chain else ""),
        ),
        "cue": (draft.cue_stance, said.get("cue_stance", draft.cue_stance)),
    }
    return tuple(
        f"{what}: {is_!r}, should be {should!r}" for what, (is_, should) in checks.items() if is_ != should
    )


def assert_exact(text: str, drafts: Drafts) -> None:
    """Every span of every draft is where it says."""
    for draft in drafts.drafts:
        for span in spans_of(draft):
            assert 0 <= span.start < span.end <= len(text)
            assert text[span.start : span.end] == span.words
