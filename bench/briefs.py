"""
A brief of 500 sentences and 200 figures: checked and built, beside hashing all that it cites and encoding its pictures.

`python -m bench.briefs` (make bench-brief) makes an invented case in a folder of its own, and removes it.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bench.custody import passed, say

SENTENCES = int(os.environ.get("SITELINE_BENCH_SENTENCES", "500"))
FIGURES = int(os.environ.get("SITELINE_BENCH_FIGURES", "200"))
CHECK_SECONDS, BUILD_SECONDS = 10.0, 60.0
SEED = 20241125
SIZE = (1600, 1200)


def picture(number: int) -> bytes:
    """A photograph that never was: ground with noise, as a JPEG of the size that desks send."""
    import numpy as np
    from PIL import Image

    draw = np.random.default_rng(SEED + number)
    coarse = draw.integers(60, 190, (SIZE[1] // 40, SIZE[0] // 40, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize(SIZE, Image.Resampling.BICUBIC)
    held = io.BytesIO()
    image.save(held, "JPEG", quality=85)
    return held.getvalue()


def fill(folder: Path) -> Path:
    """A case with as many claims and pictures as are cited, and the brief that cites them; returns the brief."""
    from siteline.evidence.custody.taking import Taken, Taking
    from siteline.model.claim import Anchor, AnchorKind, Attribution, Claim, Stance, Statement
    from siteline.workbench.case import make_case

    case = make_case(folder / "case")
    lines, said = ['+++\ntitle = "A brief of many sentences"\n+++\n'], []
    for number in range(SENTENCES):
        words = f"Hall {number} of the works was complete, the ministry said."
        sha256 = case.blobs.keep(words.encode())
        taking = Taking(
            sha256, len(words), f"{number}.txt", "text", "text/plain", licence="CC0", credit="Ministry"
        )
        [taken] = case.exhibits.admit([taking], "bench")
        assert isinstance(taken, Taken)
        anchor = Anchor(AnchorKind.WORDS, taken.exhibit.id, sha256, 0, len(words))
        said.append(
            Statement(
                f"S{number:04d}", anchor, Claim(f"hall-{number % 97}", "state"), Stance.ASSERTS, quote=words,
                language="en", attribution=(Attribution("The ministry"),),
            )
        )  # fmt: skip
        lines.append(f"{words} [@statement:S{number:04d}]\n")
        if number * FIGURES // SENTENCES != (number + 1) * FIGURES // SENTENCES:
            content = picture(number)
            shown = Taking(
                case.blobs.keep(content),
                len(content),
                f"{number}.jpg",
                "image",
                "image/jpeg",
                licence="CC0",
                credit="Nobody",
            )
            [taken] = case.exhibits.admit([shown], "bench")
            assert isinstance(taken, Taken)
            lines.append(f"![View {number}](exhibit:{taken.exhibit.id})\n")
    case.statements.add(said)
    case.close()
    file = folder / "brief.md"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def floor(folder: Path) -> None:
    """Hash every blob make 1,280 pixels of every picture, and do nothing else."""
    from PIL import Image

    for blob in sorted(p for p in (folder / "case/blobs").rglob("*") if p.is_file()):
        content = blob.read_bytes()
        hashlib.sha256(content).digest()
        if content[:3] == b"\xff\xd8\xff":
            with Image.open(io.BytesIO(content)) as opened:
                opened.draft("RGB", (1280, 1280))
                small = opened.convert("RGB")
            small.thumbnail((1280, 1280))
            small.save(io.BytesIO(), "JPEG", quality=82)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the processor, and by the clock: others may be at work on the machine."""
    clock, spent = time.monotonic(), time.process_time()
    work()
    return time.process_time() - spent, time.monotonic() - clock


def main() -> None:
    """Print check and build beside their floor."""
    from siteline.workbench.bench import say_nothing
    from siteline.workbench.briefs.building import build_file
    from siteline.workbench.briefs.checking import check_brief
    from siteline.workbench.briefs.formats import Format
    from siteline.workbench.case import Case
    from siteline.workbench.settings import Settings

    folder = Path(tempfile.mkdtemp(prefix="siteline-bench-"))
    try:
        file = fill(folder)
        case = Case(folder / "case", Settings())
        check_brief(case, file)  # warm
        spent, clock = timed(lambda: check_brief(case, file))
        say(
            f"check, {SENTENCES} sentences, {FIGURES} figures",
            f"{spent:.1f} processor-s",
            f"(clock: {clock:.1f} s)",
            passed(spent < CHECK_SECONDS),
        )
        low, _ = timed(lambda: floor(folder))
        for form in (Format.HTML, Format.DOCX, Format.JSONLD):

            def build(form: Format = form) -> object:
                out = folder / f"out.{form}"
                return build_file(case, file, out, date(2026, 1, 1), say_nothing, [form])

            spent, clock = timed(build)
            said = f"hashing and encoding alone: {low:.1f} processor-s (clock: {clock:.1f} s)"
            say(f"build {form}", f"{spent:.1f} processor-s", said, passed(spent < BUILD_SECONDS))
        case.close()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
