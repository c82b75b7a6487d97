"""Drafts from what a real browser captured: the article as it was shown, not the furniture of its page."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pytest

from siteline.evidence.capture.browser import find_chromium
from siteline.model.errors import NotFound
from siteline.workbench.case import Case, make_case, open_case
from siteline.workbench.claims.drafting import Drafted, draft_article, tell_drafted
from siteline.workbench.evidence.capture_filing import Wish
from siteline.workbench.evidence.capturing import capture_page
from tests.conftest import ROOT, missing
from tests.servers import Reply, Served, serving

ARTICLE = """
<p>HWASONG, May 3 (Reuters) – A second assembly hall at the plant is 60–70 % the size of the first,
researchers at the institute said on Tuesday.</p>
<p>“At least 28 people were killed,” a spokesperson for the prosecutor’s office said.</p>
<p>The embassy denied that any missiles were delivered. The ministry declined to comment, and the company did not
respond to a request for comment.</p>
<p>About 60 missiles were reportedly fired in 2024.</p>
"""
FURNITURE = (
    "<nav><a href=/a>Home</a> <a href=/b>World</a> Cookies: we said you may accept 14 of them</nav>",
    "<footer>Sign up! Our editor said about 300 readers denied it.</footer>",
)


def page(body: str, head: str = "") -> bytes:
    top, foot = FURNITURE
    whole = f"<!doctype html><html lang=en><head><title>Second hall</title>{head}</head><body>{top}{body}{foot}</body></html>"
    return whole.encode()


def send(body: bytes, **headers: str) -> object:
    return lambda reply: reply.send(200, body, Content_Type="text/html; charset=utf-8", **headers)


def packed(reply: Reply) -> None:
    body = gzip.compress(page(f"<article><h1>Second hall</h1>{ARTICLE}</article>"))
    reply.send(200, body, Content_Type="text/html; charset=utf-8", Content_Encoding="gzip")


BUILT = f"<main id=m></main><script>document.getElementById('m').innerHTML = `<article>{ARTICLE}</article>`</script>"


@pytest.fixture(scope="module")
def site() -> Iterator[Served]:
    try:
        find_chromium()
    except NotFound:
        missing("Chromium")
    if find_spec("playwright") is None:
        missing("playwright")
    routes = {
        "/packed": packed,
        "/moved": lambda r: r.send(302, b"", Location="/packed"),
        "/built": send(page(BUILT)),
        "/cp1251": lambda r: r.send(
            200,
            "<html><head><meta charset=windows-1251></head><body><article><p>Прокуратура заявила, что погибли не менее 14 "
            "человек. Посольство отрицает поставки ракет. Это второе сообщение за неделю.</p></article></body></html>".encode(
                "cp1251"
            ),
            Content_Type="text/html",
        ),
        "*": lambda r: r.send(404, b""),
    }
    with serving(routes) as served:  # type: ignore[arg-type]
        yield served


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    monkeypatch.setenv("SITELINE_WHO", "A. Analyst")
    make_case(tmp_path / "case").close()
    (tmp_path / "case/siteline.toml").write_text("[capture]\nseconds = 30\n")
    opened = open_case(tmp_path / "case")
    yield opened
    opened.close()


def drafted(case: Case, site: Served, path: str) -> Drafted:
    wish = Wish(site.url + path, proxy="none", allowed=(f"127.0.0.1:{site.port}",))
    return draft_article(case, capture_page(case, wish).exhibit.id)


@pytest.mark.parametrize("path", ["/packed", "/moved", "/built"])
def test_an_article_is_drafted_from_its_capture_as_it_was_shown(case: Case, site: Served, path: str) -> None:
    """Packed, moved elsewhere, or built by a script: the same statements with exact offsets, and nothing of the furniture."""
    done = drafted(case, site, path)
    told = tell_drafted(done)
    stances = {one["stance"] for one in told["drafts"]}
    assert {"denies", "no_position", "nonresponse"} <= stances
    quotes = " ".join(one["quote"] for one in told["drafts"])
    assert "28 people were killed" in quotes
    assert "60–70 % the size of" in quotes
    assert "Cookies" not in quotes
    assert "editor" not in quotes
    text = case.blobs.read(done.text_exhibit.sha256).decode()
    assert all(text[one["start"] : one["end"]] == one["quote"] for one in told["drafts"])
    schema = json.loads((ROOT / "docs/reference/schemas/drafts-1.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(told, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**told, "drafts": [{**told["drafts"][0], "stance": "true"}]}, schema)


def test_drafting_a_capture_again_adds_nothing(case: Case, site: Served) -> None:
    first = drafted(case, site, "/packed")
    again = draft_article(case, first.origin.id)
    assert [one.id for one in again.drafts] == [one.id for one in first.drafts]


def test_a_page_in_another_encoding_is_read_as_its_browser_read_it(case: Case, site: Served) -> None:
    done = drafted(case, site, "/cp1251")
    assert "Посольство отрицает" in " ".join(one.draft.quote for one in done.drafts)
