"""An invented plant told whole, from pictures to a released brief that a stranger can check: `python run.py DIR`."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Any

from desk import ANALYST, CREDIT, EDITOR, LICENCE, Desk, chapter, must
from plant import render_plant
from removal import confirm_what_is_gone, watch_the_page

HERE = Path(__file__).parent
DOCUMENTS = HERE / "documents"
PLANT = "kestrel-ford"
YEAR = ("--from", "2024-01-01", "--to", "2024-11-16")


def main(folder: Path) -> None:
    """Tell the story in a new folder."""
    must(not folder.exists() or not any(folder.iterdir()), f"{folder} is not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    desk = Desk(folder.resolve())
    names = watch_the_page(desk)
    names |= confirm_what_is_gone(desk, names)
    names |= look_at_the_plant(desk)
    names |= read_what_was_said(desk, names)
    names |= count(desk)
    draw(desk)
    brief = write(desk, names)
    publish(desk, brief)
    correct(desk, brief)


# --- images -------------------------------------------------------------------------------------------


def look_at_the_plant(desk: Desk) -> dict[str, str]:
    """Survey the site; she names and accepts what was found, and stops where it is not what she sees herself."""
    chapter("What the images show")
    images = desk.folder / "images"
    render_plant(images)
    desk("site", "add", images / "site.geojson")
    desk("scenes", "add", PLANT, "--manifest", images / "scenes.csv", show=1)
    desk("survey", PLANT, show=2)
    desk("events", "list", PLANT, show=20)
    desk("scenes", "calendar", PLANT, show=9)
    found = [feature["properties"] for feature in desk.ask("events", "list", PLANT)["features"]]
    labels = {event["id"]: label for event, label in zip(found, what_she_sees(found), strict=True)}
    why = {
        "A-2": "a long pale roof beside A-1 on every clear look since, with a shadow of its own",
        "R-1": "dark before the winter, red after it; same outline",
        "H-1": "a pale rectangle on cleared ground, no shadow: a slab",
        "H-2": "as H-1, beside it",
    }
    for event_id, label in labels.items():
        desk("events", "name", PLANT, event_id, label)
        desk("events", "judge", PLANT, label, "accept", "--why", why[label])
    ratio = desk.ask("measure", "ratio", PLANT, "A-2", "A-1")
    for sentence in ratio["supported"]:
        print(f"  supported:     {sentence}")
    for sentence in ratio["not_supported"]:
        print(f"  not supported: {sentence}")
    desk("claims", "from-event", PLANT, "A-2", show=4)
    foundation = desk.ask("claims", "from-event", PLANT, "H-1")
    desk("claims", "from-size", PLANT, ratio["id"], show=4)
    why_none = "looked at all usable images one after the other"
    desk("claims", "from-absence", PLANT, "--part", "A-1", "--why", why_none, show=4)
    return {"ratio": ratio["id"], "foundation": foundation[0]["statement"]}


def what_she_sees(found: list[dict[str, Any]]) -> list[str]:
    """A label for each event; stops unless they are one hall, one roof and two foundations."""
    labels = {
        ("construction", "inside"): ["A-2"],
        ("roof_change", "inside"): ["R-1"],
        ("construction", "outside"): ["H-1", "H-2"],
    }
    given = []
    for event in found:
        free = labels.get((event["kind"], event["zone"]), [])
        must(bool(free), f"a {event['kind']} {event['zone']} was proposed, and she sees none there")
        given.append(free.pop(0))
    left = [label for free in labels.values() for label in free]
    must(not left, f"she sees {', '.join(left)}, and nothing was proposed there")
    return given


# --- words --------------------------------------------------------------------------------------------


ADDRESSES = {
    "coast-wire.html": ("https://coast-wire.example/2024/kestrel-ford", "2024-11-18", "Coast Wire"),
    "daily-lantern.html": ("https://daily-lantern.example/a-third-hall", "2024-11-19", "The Daily Lantern"),
    "air-defence-command.html": (
        "https://command.varn.example/briefing",
        "2024-11-16",
        "Air Defence Command",
    ),
    "ministry.html": ("https://industry.ardovia.example/statement", "2024-11-20", "Ministry of Industry"),
}
"""Where the invented documents are said to have stood; names under .example belong to nobody."""


def read_what_was_said(desk: Desk, names: dict[str, str]) -> dict[str, str]:
    """Four documents into custody, nine statements from them, what changed on the way, and two judgements of one claim."""
    chapter("What was said")
    ids = {}
    for page, (url, day, whose) in ADDRESSES.items():
        said = ("--source-url", url, "--obtained", day, "--title", whose)
        rights = ("--licence", LICENCE, "--credit", CREDIT)
        line = desk("evidence", "add", DOCUMENTS / page, *said, *rights, "--json-lines", show=0)
        ids[page] = json.loads(line)["id"]
    with (DOCUMENTS / "statements.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            key, page = row.pop("key"), row.pop("page")
            options = [word for name, cell in row.items() if cell for word in (f"--{name}", cell)]
            desk("claims", "add", key, "--in", ids[page], *options, show=4)
    desk("claims", "entail", "missiles_fired", "transfer", "--why", "what was fired at Varn had left Ardovia")
    desk("claims", "drift", show=12)
    for who, likelihood, why in (
        (ANALYST, "75", "a count of tracks and debris; the ledger of reports gives the same order"),
        (EDITOR, "65", "it counts what it shot down, and has corrected itself twice"),
    ):
        said = ("--credibility", "2", "--likelihood", likelihood, "--confidence", "moderate", "--why", why)
        desk("claims", "judge", "S4", *said, who=who)
    shown = desk.ask("claims", "assessments", "S4")["assessments"]
    weigh(desk, names)
    return {"assessment": next(one["id"] for one in shown if one["analyst"] == ANALYST)}


def weigh(desk: Desk, names: dict[str, str]) -> None:
    """Two answers to one question, and what speaks against each; nothing does, and that is the result."""
    answers = ("--hypothesis", "housing for workers", "--hypothesis", "part of the works")
    matrix = desk.ask("claims", "hypotheses", "new", "What are the two foundations for?", *answers)["id"]
    rows = (
        ("S3", "medium", "H1=C H2=N", "she says that they may be"),
        (names["foundation"], "high", "H1=C H2=C", "outside the wall; either would look so"),
    )
    for number, (claim, credibility, fits, why) in enumerate(rows, 1):
        add = ("--evidence", claim, "--credibility", credibility, "--relevance", "high", "--why", why)
        desk("claims", "hypotheses", "add", matrix, *add, show=1)
        desk("claims", "hypotheses", "rate", matrix, f"E{number}", *fits.split(), "--why", why, show=1)
    desk("claims", "hypotheses", "show", matrix, show=12)


# --- ledgers ------------------------------------------------------------------------------------------


def count(desk: Desk) -> dict[str, str]:
    """How many missiles, of how many, and whose parts were in two wrecks: each number a stored query."""
    chapter("How many, and whose parts")
    mapping = ("--weapons", DOCUMENTS / "weapons.toml")
    edition = ("--format", "csv", "--edition", "2024-11-15", "--upstream", "Air Defence Command of Varn")
    desk("ledger", "incidents", "import", DOCUMENTS / "incidents.csv", *edition, *mapping)
    asked = ("--weapon", "Heron-2", *YEAR, *mapping)
    fired = desk.ask("ledger", "incidents", "count", *asked, "--unit", "missile")
    print(f"  from {fired['lower']} to {fired['upper']} missiles; {fired['unknown']} report gives no number")
    desk("ledger", "incidents", "share", *asked, "--of", "all-missiles", "--phrase", "about a third", show=4)
    share = desk.ask("ledger", "incidents", "share", *asked, "--of", "all-missiles")
    desk("ledger", "components", "import", DOCUMENTS / "parts.csv")
    maker = "Sorrel & Pike Semiconductors"
    asked_on = ("--asked", "2024-11-06", "--channel", "letter to its press office")
    desk("ledger", "components", "reply", maker, *asked_on)
    desk("ledger", "components", "reply", maker, "--answer", "We sold these to a wholesaler in 2022.")
    desk("ledger", "components", "count", "--by", "manufacturer", show=8)
    parts = desk.ask("ledger", "components", "count", "--by", "manufacturer")
    desk("ledger", "components", "dates", show=4)
    return {"fired": fired["query"], "share": share["query"], "parts": parts["query"]}


# --- figures and the brief ----------------------------------------------------------------------------


def draw(desk: Desk) -> None:
    """Pictures beside the brief, each with its caption, its credit and where it comes from."""
    chapter("Figures")
    out = desk.folder / "figures"
    out.mkdir()
    desk("figure", "pair", PLANT, "A-2", "--out", out / "hall.png")
    desk("figure", "filmstrip", PLANT, "A-2", "--preset", "square", "--out", out / "hall-square.png")
    desk("figure", "timeline", PLANT, "--out", out / "when.svg")
    desk("figure", "map", PLANT, "--preset", "print", "--out", out / "map.png")
    desk("ledger", "components", "picture", "flows", "--out", out / "parts.svg")


def write(desk: Desk, names: dict[str, str]) -> Path:
    """She fills in what the text cites, has it checked, and builds it: a draft that says so."""
    chapter("The brief")
    brief = desk.folder / "kestrel-ford.md"
    text = (HERE / "brief.md").read_text(encoding="utf-8")
    brief.write_text(Template(text).substitute(names), encoding="utf-8")
    desk("brief", "check", brief)
    forms = [
        "html",
        "md",
        "jsonld",
        "bibtex",
        *(["pdf"] if can("weasyprint") else []),
        *(["docx"] if can("docx") else []),
    ]
    desk("brief", "build", brief, "--format", ",".join(forms), "--out", desk.folder / "draft", show=9)
    return brief


def can(module: str) -> bool:
    """Whether an extra is installed."""
    return find_spec(module) is not None


# --- release ------------------------------------------------------------------------------------------


def publish(desk: Desk, brief: Path) -> None:
    """She may not release what she wrote. He may, once he has answered for it; a stranger then checks the bundle."""
    chapter("Release")
    desk("brief", "release", brief, "--answers", HERE / "answers.toml", refused=True)
    desk("brief", "release", brief, "--answers", HERE / "answers.toml", who=EDITOR, show=9)
    bundle = desk.folder / "kestrel-ford-1.zip"
    desk(
        "brief", "bundle", "kestrel-ford/1", "--out", bundle, "--to", "The Daily Lantern", who=EDITOR, show=9
    )
    delivery = ("--to", "The Daily Lantern", "--how", "e-mail")
    desk("brief", "delivered", "kestrel-ford/1", *delivery, who=EDITOR)
    check(desk, bundle)


def check(desk: Desk, bundle: Path) -> None:
    """What a receiver does, who has no case: with Siteline, and again with the commands of the bundle's README alone."""
    desk("verify", bundle, show=9)
    away = desk.folder / "receiver"
    shutil.rmtree(away, ignore_errors=True)
    shutil.unpack_archive(bundle, away)
    if not (shutil.which("openssl") and shutil.which("sha256sum")):
        print("  no openssl or no sha256sum here: the second check is left out")
        return
    readme = (away / "README.md").read_text(encoding="utf-8")
    print("\n$ the commands of the bundle's README.md: sha256sum and openssl, one block after the other")
    for block in re.findall(r"^```sh\n(.*?)^```", readme, re.MULTILINE | re.DOTALL):
        done = subprocess.run(["sh", "-c", block], cwd=away, capture_output=True, text=True, check=False)  # noqa: S603, S607
        for line in done.stdout.splitlines():
            print(f"  {line}")
        must(done.returncode == 0, f"the bundle is broken: {done.stdout}{done.stderr}")


def correct(desk: Desk, brief: Path) -> None:
    """A mistake is found: noted against the edition, mended in the text, and released as the next edition."""
    chapter("A correction")
    text = brief.read_text(encoding="utf-8")
    wrong, right = (
        "Two are by Sorrel & Pike Semiconductors",
        "Two parts are attributed to Sorrel & Pike Semiconductors",
    )
    must(wrong in text, "the sentence to be corrected is not there")
    told = {s["text"]: s["id"] for s in sentences(desk)}
    sentence = next(name for words, name in told.items() if words.startswith(wrong))
    why = "markings say whose part it claims to be; neither wreck has been traced with the maker"
    desk("brief", "correct", "kestrel-ford/1", sentence, "--why", why, "--now", right, who=EDITOR)
    brief.write_text(text.replace(wrong, right), encoding="utf-8")
    desk("brief", "check", brief)
    desk("brief", "build", brief, "--out", desk.folder / "draft-2.html", show=2)
    desk("brief", "release", brief, "--answers", HERE / "answers.toml", who=EDITOR, show=9)
    desk("brief", "diff", "kestrel-ford/1", "kestrel-ford/2", "--html", desk.folder / "diff.html", show=9)
    bundle = desk.folder / "kestrel-ford-2.zip"
    desk("brief", "bundle", "kestrel-ford/2", "--out", bundle, "--to", "The Daily Lantern", who=EDITOR)
    desk("brief", "list", show=9)
    desk("evidence", "verify", show=4)


def sentences(desk: Desk) -> list[dict[str, Any]]:
    """The sentences of the edition as it went out, with their ids."""
    trace = json.loads((desk.folder / "receiver/edition/trace.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = trace["sentences"]
    return found


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python run.py DIR")
    main(Path(sys.argv[1]))
