"""The pages for readers: the README names every how-to, and no link between pages leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def links(page: Path) -> list[str]:
    """Targets inside the repository, without their anchors; what stands in code is no link, nor a figure that a brief draws."""
    found = LINK.findall(CODE.sub("", page.read_text(encoding="utf-8")))
    return [target.partition("#")[0] for target in found if not re.match(r"[a-z]+:|#", target)]


def test_the_readme_names_every_how_to() -> None:
    named = {(ROOT / target).resolve() for target in links(ROOT / "README.md")}
    pages = sorted((ROOT / "docs/howto").glob("*.md"))
    assert [page.name for page in pages if page.resolve() not in named] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_leads_nowhere(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target).exists()] == []
