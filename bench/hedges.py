"""
Uncertain sentences told without training, beside a plain list of words: `python -m bench.hedges`.

The sentences (CoNLL-2010, encyclopaedia articles; label 1: uncertain) are a test set and stay one: nothing is fitted to them.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from siteline.claims.draft.english import ENGLISH
from siteline.claims.draft.hedges import find_flags, find_hedges
from siteline.claims.draft.tokens import tokenize
from siteline.claims.draft.uncertainty import is_uncertain

PLAIN = re.compile(
    r"\b(?:may|might|could|possibly|probably|likely|unlikely|appears?|appeared|seems?|seemed|suggests?|suggested|believed|thought"
    r"|presumably|potentially|reportedly|apparently|allegedly|purportedly|some|many|most|often|usually|generally)\b",
    re.I,
)
"""A rival: words that anybody would list, wherever they stand."""


def read_sentences(folder: Path) -> list[tuple[str, bool]]:
    """(sentence, whether it is uncertain)."""
    with gzip.open(folder / "data/records/hedges/test.csv.gz") as packed:
        rows = csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8"))
        return [(row["text"], row["label"] == "1") for row in rows]


def score(sentences: Sequence[tuple[str, bool]], tells: Callable[[str], bool]) -> tuple[float, float, float]:
    """Precision, recall, F1."""
    said = [(tells(text), true) for text, true in sentences]
    hit = sum(a and b for a, b in said)
    told, true = sum(a for a, _ in said), sum(b for _, b in said)
    return hit / told, hit / true, 2 * hit / (told + true)


def kinds_of(text: str) -> set[str]:
    """Kinds of hedges and flags in a sentence."""
    tokens = tokenize(text)
    return {h.kind for h in find_hedges(tokens, ENGLISH)} | {f.kind for f in find_flags(tokens, ENGLISH)}


def main() -> None:
    """Print the figures."""
    folder = Path(os.environ.get("SITELINE_SHARED", "../shared"))
    if not (folder / "data").is_dir():
        sys.exit(f"no test data in {folder}; set SITELINE_SHARED")
    sentences = read_sentences(folder)
    print(f"{len(sentences):,} sentences, {sum(true for _, true in sentences):,} uncertain\n")
    print("| | precision | recall | F1 |\n|---|---|---|---|")
    for name, tells in (
        ("Siteline", is_uncertain),
        ("a plain list of words", lambda text: bool(PLAIN.search(text))),
    ):
        print(f"| {name} | {' | '.join(f'{value:.3f}' for value in score(sentences, tells))} |")
    print("\n| kind | sentences | of which uncertain |\n|---|---|---|")
    found = [(kinds_of(text), true) for text, true in sentences]
    for kind in sorted({kind for kinds, _ in found for kind in kinds}):
        has = [true for kinds, true in found if kind in kinds]
        print(f"| {kind} | {len(has):,} | {sum(has) / len(has):.2f} |")


if __name__ == "__main__":
    main()
