"""
Names: how many spellings are found and how many falsely, beside others on the same pairs; and how fast among a million.

`python -m bench.names` (make bench-names). rapidfuzz comes with us; nomenklatura and followthemoney are asked if
SITELINE_PEER_PYTHON names a Python that has them. Nothing is tuned on these pairs; thresholds are each matcher's own.
"""

from __future__ import annotations

import csv
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from rapidfuzz import fuzz, process, utils

from siteline.entities.index import NameIndex
from siteline.entities.register import Entities
from siteline.entities.resolve import resolve
from siteline.entities.spelling.compare import SAME_NAME, compare
from siteline.entities.spelling.folding import keys
from siteline.model.entity import EntityType
from siteline.store.db import Database

SHARED = Path(os.environ.get("SITELINE_SHARED", Path(__file__).parents[2] / "shared")) / "data/records"
PEER = os.environ.get("SITELINE_PEER_PYTHON", "")
WANTED_SECONDS = 0.3
NAMES = int(os.environ.get("SITELINE_BENCH_NAMES", "1000000"))

Pair = tuple[str, str, str]
"""(schema, one name, another)."""


def scores_of(pairs: Sequence[Pair]) -> dict[str, tuple[list[float], float]]:
    """Scores of all pairs by each matcher, with the score from which it calls two names one."""
    ours = [compare(a, b, is_person=schema == "Person").score for schema, a, b in pairs]
    found = {"siteline": (ours, SAME_NAME)}
    for name, ratio in (("rapidfuzz token_sort", fuzz.token_sort_ratio), ("rapidfuzz WRatio", fuzz.WRatio)):
        plain = [ratio(a, b, processor=utils.default_process) / 100 for _, a, b in pairs]
        found[name] = (plain, 0.85)
    return found | peers(pairs)


def peers(pairs: Sequence[Pair]) -> dict[str, tuple[list[float], float]]:
    """Scores by nomenklatura and followthemoney, which call 0.7 a match; nothing if they are not there."""
    if not PEER:
        return {}
    asked = "".join(json.dumps(pair) + "\n" for pair in pairs)
    script = Path(__file__).with_name("rivals") / "names.py"
    done = subprocess.run([PEER, script], input=asked, capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {name: ([row[name] for row in rows], 0.7) for name in rows[0]}


def area(scores: Sequence[float], truth: Sequence[bool]) -> float:
    """Chance that a true pair scores higher than a false one: needs no threshold."""
    right = [s for s, is_true in zip(scores, truth, strict=True) if is_true]
    wrong = sorted(s for s, is_true in zip(scores, truth, strict=True) if not is_true)
    better = sum(bisect_left(wrong, s) + bisect_right(wrong, s) for s in right)
    return better / (2 * len(right) * len(wrong))


def tell(title: str, pairs: Sequence[Pair], truth: Sequence[bool]) -> None:
    """One table."""
    print(f"\n{title}: {sum(truth)} same, {len(truth) - sum(truth)} different")
    print(f"  {'':<24}{'found':>8}{'false':>8}{'precision':>11}{'area':>8}")
    for name, (scores, least) in scores_of(pairs).items():
        said = [score >= least for score in scores]
        found = sum(s and t for s, t in zip(said, truth, strict=True))
        false = sum(s and not t for s, t in zip(said, truth, strict=True))
        precision = found / (found + false) if found + false else 0.0
        print(f"  {name:<24}{found:>8}{false:>8}{precision:>11.2f}{area(scores, truth):>8.3f}")


def korean_pairs() -> None:
    """C2: names of persons in Hangul against the Latin forms of all."""
    with (SHARED / "transliteration/dprk_hangul_latin_pairs_eu.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["schema"] == "Person"]
    forms = [[form.strip() for part in r["latin_forms"].split("|") for form in part.split(",")] for r in rows]
    pairs, owner = [], []
    for i, row in enumerate(rows):
        for j, other in enumerate(rows):
            if i == j or row["latin_forms"] != other["latin_forms"]:
                for form in forms[j]:
                    pairs.append(("Person", row["hangul"], form))
                    owner.append((i, j))
    print(
        f"EU list, {len(rows)} persons in Hangul, each against the Latin forms of all (bar: 43 found, 2 false)"
    )
    print(f"  {'':<24}{'found':>8}{'false':>8}")
    for name, (scores, least) in scores_of(pairs).items():
        said = {at for at, score in zip(owner, scores, strict=True) if score >= least}
        found, false = sum(i == j for i, j in said), sum(i != j for i, j in said)
        verdict = ("ok" if found >= 43 and false <= 2 else "NOT MET") if name == "siteline" else ""
        print(f"  {name:<24}{found:>8}{false:>8}  {verdict}")


def labelled_pairs() -> None:
    """The pairs of two test sets of others; many are near misses that their authors call a match."""
    with (SHARED / "ftm/name_bench_cases.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for group in ("", *dict.fromkeys(row["case_group"] for row in rows)):
        chosen = [row for row in rows if not group or row["case_group"] == group]
        if len(chosen) > 20:
            pairs = [(row["schema"], row["name1"], row["name2"]) for row in chosen]
            tell(f"name_bench_cases {group or '(all)'}", pairs, [row["is_match"] == "true" for row in chosen])
    checks = list(entity_checks())
    tell("entity_bench_checks (names)", [pair for pair, _ in checks], [is_same for _, is_same in checks])


def entity_checks() -> Iterator[tuple[Pair, bool]]:
    """Pairs of the file of checks that have a name on both sides; it is read without a YAML library, by its plain lines."""
    text = (SHARED / "ftm/entity_bench_checks.yml").read_text(encoding="utf-8")
    for block in re.split(r"^  - ", text, flags=re.M)[1:]:
        match, schema = re.search(r"match: (\w+)", block), re.search(r"schema: (\w+)", block)
        named = re.findall(r"^      name: (.+)$", block, re.M)
        if match and schema and len(named) == 2:
            one, other = (name.strip().strip("'\"") for name in named)
            yield (schema[1], one, other), match[1] == "true"


def invented(random_: random.Random) -> Iterator[str]:
    """Names without end: persons from few syllables (many alike), companies from many words."""
    surnames = "Kim Ri Pak Choe Jong Kang Jo Yun Jang Rim Han O So Sin Kwon Hwang An Song Ryu Hong".split()  # noqa: SIM905
    given = "Chol Su Il Song Nam Hyok Yong Ho Kwang Myong Chun Sik Hak Jin Tae Kyong Un Hui Won Ok".split()  # noqa: SIM905
    parts = "an bel cor den el far gor hal im jor kas lin mor nor ost per quil ros sel tor ul ver wen yar zel".split()  # noqa: SIM905
    kinds = "Trading Shipping Mining Machine Engineering Insurance Bank Group Works General Holding".split()  # noqa: SIM905
    while True:
        if random_.random() < 0.5:
            yield f"{random_.choice(surnames)} {random_.choice(given)} {random_.choice(given)}"
        else:
            word = "".join(random_.choice(parts) for _ in range(random_.randint(2, 4))).capitalize()
            yield f"{word} {random_.choice(kinds)} {random_.choice(['Co. Ltd', 'Corporation', 'LLC', 'AG'])}"


def filled(folder: Path, count: int) -> tuple[Entities, NameIndex, Database, list[str]]:
    """A case of so many names, each of a thing of its own; rows go in as they are, without our checks."""
    db = Database(f"sqlite:///{folder / 'case.db'}", "bench")
    db.upgrade()
    names = invented(random.Random(7))  # noqa: S311
    texts = [next(names) for _ in range(count)]
    at = "2024-01-01T00:00:00.000000+00:00"
    ends = ("", "", "", "", "bench", "", at, "bench")
    with closing(sqlite3.connect(folder / "case.db")) as raw, raw:
        raw.executemany(
            "INSERT INTO entity (id, type, dataset, created_at, created_by) VALUES (?, ?, 'bench', ?, 'bench')",
            ((f"e{row}", kind(text), at) for row, text in enumerate(texts)),
        )
        raw.executemany(
            "INSERT INTO entity_name (id, entity_id, text, lang, script, kind, strength, system, valid_from, valid_to, source, "
            "dataset, note, created_at, created_by) VALUES (?, ?, ?, '', 'Latn', 'official', 'strong', ?, ?, ?, ?, ?, ?, ?, ?)",
            ((f"n{row}", f"e{row}", text, *ends) for row, text in enumerate(texts)),
        )
    return Entities(db), NameIndex(folder / "names.db", "bench"), db, texts


def kind(text: str) -> EntityType:
    """Companies end on their form."""
    is_company = text.endswith(("Co. Ltd", "Corporation", "LLC", "AG"))
    return EntityType.ORGANISATION if is_company else EntityType.PERSON


def seconds(what: Callable[[], object], rounds: int = 5) -> tuple[float, float]:
    """(of the processor, of the clock), the best of some rounds; the clock also counts what others do meanwhile."""
    spent = []
    for _ in range(rounds):
        clock, processor = time.perf_counter(), time.process_time()
        what()
        spent.append((time.process_time() - processor, time.perf_counter() - clock))
    return min(spent)


def among_a_million() -> None:
    """A search among many names, beside a plain indexed lookup of one key and a scan by rapidfuzz."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = time.perf_counter()
        entities, index, db, texts = filled(folder, NAMES)
        print(f"\n{NAMES:,} names filed in {time.perf_counter() - start:.0f} s", flush=True)
        start = time.perf_counter()
        index.catch_up(entities.names_after)
        size = sum(file.stat().st_size for file in folder.glob("names.db*"))
        print(
            f"indexed in {time.perf_counter() - start:.0f} s, {size / 1e6:,.0f} MB (once; later only what is new)"
        )
        rare = next(text for text in texts if text.endswith("AG") and len(text) > 24)
        asked = {
            "a rare name": rare,
            "one letter wrong": rare[:3] + "x" + rare[4:],
            "words in another order": " ".join(reversed(rare.split())),
            "a frequent person": "Kim Chol Su",
            "the same in Hangul": "김철수",
            "the same in Cyrillic": "Ким Чхоль Су",
            "one frequent word": "Trading",
            "nothing alike": "Xyzzyx Plugh",
        }
        with closing(sqlite3.connect(folder / "names.db")) as plain:
            key = sorted(keys(rare))[0]
            query = "SELECT name_seq FROM name_key WHERE key = ?"
            floor, _ = seconds(lambda: plain.execute(query, (key,)).fetchall(), 50)
        print(f"  {'floor: one key in the index':<34}{floor * 1000:>9.3f} ms of processor")
        scan, _ = seconds(lambda: process.extract(rare, texts, scorer=fuzz.token_sort_ratio, limit=10), 1)
        print(f"  {'rapidfuzz over all names':<34}{scan * 1000:>9.0f} ms of processor")
        for what, text in asked.items():
            processor, clock = seconds(lambda text=text: resolve(entities, index, text))  # type: ignore[misc]
            found = resolve(entities, index, text).matches
            first = f"{found[0].name} {found[0].score:.2f}" if found else "nothing"
            verdict = "ok" if processor < WANTED_SECONDS else "NOT MET"
            figures = f"{processor * 1000:>9.0f} ms of processor, {clock * 1000:>5.0f} of the clock"
            print(f"  {what:<34}{figures}   {verdict}   {text} → {first}", flush=True)
        db.close()


def main() -> None:
    """All of it, or what is named: pairs, speed."""
    wanted = sys.argv[1:] or ["pairs", "speed"]
    if "pairs" in wanted:
        korean_pairs()
        labelled_pairs()
        if not PEER:
            print("\nnomenklatura was not asked: set SITELINE_PEER_PYTHON to a Python that has it")
    if "speed" in wanted:
        among_a_million()


if __name__ == "__main__":
    main()
