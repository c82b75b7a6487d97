"""Refuse what must never be committed: hosts of registries, machine paths, lock files, large or built files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = re.compile(r"(^|/)(uv\.lock|pylock.*\.toml)$")
MACHINE_PATH = re.compile(r"(?<![\w./])/(work|root|home/\w+|Users/\w+)/")
LARGEST = 1 << 20


def faults() -> list[str]:
    """One line for each tracked file that must not be."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    found = []
    for name in listed.decode().split("\0"):
        path = ROOT / name
        if not name or not path.is_file():
            continue
        if LOCKS.search(name):
            found.append(f"{name}: lock files that name hosts are not committed; constraints.txt is")
        if path.stat().st_size > LARGEST:
            found.append(f"{name}: larger than 1 MiB")
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if name.startswith("constraints") and "://" in text:
            found.append(f"{name}: names a host")
        if name.endswith("package-lock.json") and '"resolved"' in text:
            found.append(f"{name}: has resolved lines")
        if name != "tests/check_tree.py" and (hit := MACHINE_PATH.search(text)):
            found.append(f"{name}: names a path of one machine: {hit.group()}")
    return found


if __name__ == "__main__":
    wrong = faults()
    print("\n".join(wrong) or "tree: nothing that must not be committed")
    sys.exit(bool(wrong))
