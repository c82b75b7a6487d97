"""Four readings of one number, from import to the drift table and a brief: `python run.py DIR`, public commands alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def siteline(*words: str | Path, may_refuse: bool = False) -> None:
    """Run one command, shown as it would be typed."""
    print("$ siteline", *words, flush=True)
    done = subprocess.run([sys.executable, "-m", "siteline", *map(str, words)], check=False)  # noqa: S603 our own command
    if done.returncode and not (may_refuse and done.returncode == 1):
        raise SystemExit(done.returncode)


def main(folder: Path) -> None:
    """Make the case and the brief."""
    case = folder / "case"
    siteline("init", case)
    siteline("--case", case, "claims", "import", HERE / "statements.csv")
    siteline("--case", case, "claims", "drift")
    siteline("--case", case, "brief", "check", HERE / "brief.md", may_refuse=True)
    siteline(
        "--case",
        case,
        "brief",
        "build",
        HERE / "brief.md",
        "--format",
        "html,md,jsonld,bibtex",
        "--out",
        folder / "brief",
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python run.py DIR")
    main(Path(sys.argv[1]))
