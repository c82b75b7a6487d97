"""Watched pages on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import siteline
from tests.evidence.watch.watched_site import Site
from tests.servers import serving


def test_a_page_is_checked_found_missing_and_not_confirmed_too_early(tmp_path: Path) -> None:
    site, case = Site(), tmp_path / "case"
    siteline("init", case, cwd=tmp_path)
    assert "nothing to watch" in siteline("evidence", "check", "--all", cwd=case).err
    assert "--all" in siteline("evidence", "check", cwd=case).err
    path = f"/news/{site.names[0]}"
    (tmp_path / "story.html").write_bytes(site.answers[path][1])
    with serving({"*": site.answer}) as served:
        url, allow = f"{served.url}{path}", ("--allow-host", f"127.0.0.1:{served.port}")
        siteline(
            "evidence", "add", tmp_path / "story.html", "--source-url", url, "--obtained", "2026-02", cwd=case
        )
        assert siteline("evidence", "check", url, cwd=case).out.startswith("error")  # private, not named
        said = siteline("evidence", "check", "--all", *allow, cwd=case)
        assert said.out.startswith("live")
        del site.answers[path]
        [told] = json.loads(
            siteline("evidence", "check", url, *allow, "--vantage", "here", "--json", cwd=case).out
        )
        assert (told["verdict"], told["vantage"], told["status"]) == ("gone", "here", 404)
    [found] = json.loads(siteline("evidence", "findings", "--json", cwd=case).out)
    assert (found["kind"], found["state"]) == ("removed", "candidate")
    assert "lacks:" in siteline("evidence", "findings", cwd=case).out
    refused = siteline("evidence", "confirm", found["id"], "--why", "looked", cwd=case)
    assert refused.code == 1
    assert "72 h" in refused.err
    assert siteline("evidence", "verify", cwd=case).code == 0
