"""The film that a broadcaster showed and took down: kept, watched, missed three times, and confirmed by a second person."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from desk import CREDIT, EDITOR, LICENCE, Desk, SetClock, Stop, broadcasting, chapter, must
from footage import film

from siteline.evidence.capture.browser import find_chromium
from siteline.model.errors import NotFound
from siteline.workbench.case import Case, make_case
from siteline.workbench.evidence.capture_filing import Wish
from siteline.workbench.evidence.capturing import capture_page
from siteline.workbench.evidence.custody import Description, Kept, take_files
from siteline.workbench.evidence.watching import check_pages, open_watch_web

WEB = Path(__file__).parent / "web"
STORY = "news/a-visit-to-the-works.html"
MEDIA = {"clip": "works.mp4", "still": "works-still.jpg"}


def watch_the_page(desk: Desk) -> dict[str, str]:
    """The page, its clip and its still are kept, and vanish; three checks over 73 hours miss them, their siblings live."""
    chapter("November 2024: a broadcaster shows the inside of the new hall, and takes it down")
    web = desk.folder / "web"
    shutil.copytree(WEB, web)
    film(web / "media")
    made = make_case(desk.case)
    made.close()
    clock = SetClock(datetime(2024, 11, 4, 9, tzinfo=UTC))
    case = Case(made.folder, made.settings, clock)
    with broadcasting(web) as host:
        names = keep(case, web, host)
        look(case, host)
        clock.turn_to(datetime(2024, 11, 8, 9, tzinfo=UTC))
        look(case, host)
        for path in (STORY, *(f"media/{file}" for file in MEDIA.values())):
            (web / path).unlink()
        front = web / "index.html"
        lines = front.read_text(encoding="utf-8").splitlines(keepends=True)
        front.write_text("".join(line for line in lines if STORY not in line), encoding="utf-8")
        for day, hour in ((11, 8), (12, 20), (14, 9)):
            clock.turn_to(datetime(2024, 11, day, hour, tzinfo=UTC))
            look(case, host)
    case.close()
    return names


def keep(case: Case, web: Path, host: str) -> dict[str, str]:
    """Take the page and its media into custody, by a browser where there is one; returns their ids by short names."""
    if has_browser():
        wish = Wish(f"http://{host}/{STORY}", proxy="none", allowed=(host,), licence=LICENCE, credit=CREDIT)
        captured = capture_page(case, wish)
        print(f"  siteline evidence capture: {captured.recognised.outcome}, {len(captured.parts)} parts")
        must(captured.recognised.is_complete, "the page was not captured whole")
        parts = {part.exhibit.source_url.rpartition("/")[2]: part.exhibit.id for part in captured.parts}
        return {"page": captured.exhibit.id} | {name: parts[file] for name, file in MEDIA.items()}
    print("  no Chromium, or siteline[capture] is not installed: the files are saved as they are served")
    names, obtained = {}, case.log.clock.now().isoformat(timespec="seconds")
    for name, path in {"page": STORY, **{n: f"media/{file}" for n, file in MEDIA.items()}}.items():
        said = Description(
            source_url=f"http://{host}/{path}", obtained=obtained, licence=LICENCE, credit=CREDIT
        )
        [taken] = take_files(case, [web / path], said)
        if not isinstance(taken, Kept):
            raise Stop(f"{path} was not taken: {taken}")
        names[name] = taken.exhibit.id
    return names


def has_browser() -> bool:
    """Whether a page can be captured here."""
    try:
        find_chromium()
    except NotFound:
        return False
    return find_spec("playwright") is not None


def look(case: Case, host: str) -> None:
    """One round over all that is watched, as `siteline evidence check --all` makes it."""
    print(
        f"\n$ siteline evidence check --all    # the invented clock says {case.log.clock.now():%d %B, %H:%M}"
    )

    def tell(check: dict[str, Any]) -> None:
        print(f"  {check['verdict']:<7} {check['url'].partition(host)[2]}")

    with open_watch_web([host]) as web:
        check_pages(case, (), web, every=True, tell=tell)


def confirm_what_is_gone(desk: Desk, names: dict[str, str]) -> dict[str, str]:
    """She compares still and clip; he reads what the checks add up to, and signs that of the page."""
    pairs = desk.ask("evidence", "match", names["still"], names["clip"])["matches"]
    must(any(p["verdict"] == "match" for p in pairs), "the still does not match the clip")
    why = "the same stacks left of the third window, the same door; looked at side by side"
    desk("evidence", "match", names["still"], "--same", names["clip"], "--why", why)
    rows = [(row["seq"], row["recorded_at"]) for row in desk.ask("evidence", "log")]
    back = next(seq for (_, before), (seq, at) in pairwise(rows) if at < before)
    desk("evidence", "explain", str(back), "--why", "the story plays in November 2024, by an invented clock")
    findings = [f for f in desk.ask("evidence", "findings") if f["subject"].endswith(STORY)]
    must(
        [(f["kind"], f["state"]) for f in findings] == [("removed", "supported")],
        f"the checks add up to something else: {[(f['kind'], f['state'], f['lacks']) for f in findings]}",
    )
    why = "looked in a browser on 14 November 2024: the site stands, the story is on no list"
    desk("evidence", "confirm", findings[0]["id"], "--why", why, who=EDITOR)
    return {"gone": findings[0]["id"]}
