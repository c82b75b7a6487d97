"""A first draft of a brief's file, from what is on record: every sentence cited, none of it final."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from siteline.claims.draft.reading import sentence_spans
from siteline.findings.wording import say_when
from siteline.model.activity import CountedLook, CountSeries, Verdict
from siteline.model.change import Status
from siteline.model.errors import BadSetting, CannotTell
from siteline.model.place import Site
from siteline.report.gate.source import read_brief
from siteline.store.blobs import room_on_disk
from siteline.workbench.activity.listing import series_of
from siteline.workbench.bench import Bench
from siteline.workbench.case import Case
from siteline.workbench.evidence.removals import find
from siteline.workbench.findings import findings_of
from siteline.workbench.survey import site_grid

_OPEN = "<!-- Every sentence cites what it rests on; siteline brief check FILE says what is missing. -->"


def write_new(case: Case, path: Path, sites: Sequence[str] = (), title: str = "") -> int:
    """
    Write the file; returns how many sentences it has. Rejected findings are left out, proposed ones are named as such.

    Raises BadSetting where the file exists, CannotTell where there is nothing to write of.
    """
    if path.exists():
        raise BadSetting(f"{path} exists", "Name a new file: a brief that somebody wrote is never replaced.")
    chosen = [case.register.get(name) for name in (sites or case.register.ids())]
    named: dict[str, str] = {}
    body = [line for site in chosen for line in _site(case, site, named, is_one=len(chosen) == 1)]
    body += _pages(case, named) if not sites else []
    if not named:
        raise CannotTell(
            "there is nothing on record to write a brief from",
            "Survey a site first: siteline survey SITE; or import claims: siteline claims import FILE",
        )
    head = title or (chosen[0].name if len(chosen) == 1 else f"{len(chosen)} sites under watch")
    sources = [f"{name} = {_quoted(cited)}" for name, cited in named.items()]
    lines = [
        "+++",
        f"title = {_quoted(head)}",
        'language = "en"',
        'terms = "A"',
        "",
        "[sources]",
        *sources,
        "+++",
        "",
    ]
    text = "\n".join([*lines, _OPEN, "", *body]).rstrip() + "\n"
    written = read_brief(text, sentence_spans)
    with room_on_disk(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    return len(written.sentences)


def _site(case: Case, site: Site, named: dict[str, str], *, is_one: bool) -> Iterator[str]:
    survey = case.surveys.newest(site.id)
    events = case.events.all(site.id)
    counted = series_of(case, site.id)
    if survey is None and not events and not counted:
        return
    if not is_one:
        yield f"## {_plain(site.name)}"
        yield ""
    scenes = case.scenes.all(site.id)
    found = findings_of(case, site, site_grid(Bench(case), site), scenes) if events else []
    if survey is not None:
        survey_name = _name(named, f"{site.id}-survey", f"survey:{site.id}")
    for watched, finding in found:
        name = _name(named, finding.label or watched.id[:8], f"event:{watched.id}")
        if watched.status is not Status.ACCEPTED:
            by = watched.current.event.proposer
            told = f", proposed by {_plain(by.words)}" if by is not None else ""
            judge = f'siteline events judge {site.id} {watched.id} accept --why "…"'
            yield f"<!-- nobody has accepted {name}{told}: {judge} -->"
        yield f"{_ended(finding.headline)} [@{name}]"
        yield ""
        yield f"![{_plain(finding.title)}](pair:{name})"
        yield ""
    for row in case.filed.all(site.id):
        for sentence in row.filed.said[:1]:
            yield f"{_ended(sentence)} [@{_name(named, f'{site.id}-{row.id[2:8]}', f'size:{row.id}')}]"
            yield ""
    for series in counted:
        yield from _counted(series, named)
    if survey is not None:
        used = sum(look.used for look in survey.looks)
        yield f"{used} of {len(survey.looks)} images of the site could be used. [method; @{survey_name}]"
        yield ""


def _counted(series: CountSeries, named: dict[str, str]) -> Iterator[str]:
    """The last count of a series, and whether it has become more or fewer; where counters disagree, that alone."""
    looks = [look for look in series.looks if look.counted is not None]
    what, place = _plain(series.what), _plain(series.place)
    if not looks:
        return
    if disputed := [look for look in looks if not look.agreed]:
        yield f"<!-- counters disagree on {what} in {place}, {_plain(disputed[-1].scene_id)}: siteline events judge -->"
        yield ""
        return

    def cited(*shown: CountedLook) -> str:
        ids = [one.id for look in shown for one in look.counts if one.count.counted is not None]
        return "; ".join(f"@{_name(named, f'count-{name[2:8]}', f'count:{name}')}" for name in ids)

    last, change = looks[-1], series.changes[-1] if series.changes else None
    yield f"{last.counted} {what} were counted in {place} {say_when(last.acquired)}. [{cited(last)}]"
    yield ""
    if change is not None and change.verdict in (Verdict.MORE, Verdict.FEWER):
        yield f"In {place} there were {_plain(change.said)}. [{cited(change.earlier, change.later)}]"
        yield ""


def _pages(case: Case, named: dict[str, str]) -> Iterator[str]:
    found = [finding for finding in find(case) if finding.state == "confirmed"]
    if not found:
        return
    yield "## Pages"
    yield ""
    for finding in found:
        name = _name(named, f"page-{finding.id[:6]}", f"finding:{finding.id}")
        yield f"The page {_plain(finding.subject)} was {_plain(finding.wording)}. [@{name}]"
        yield ""


def _name(named: dict[str, str], wish: str, cited: str) -> str:
    """A short name that no other source has."""
    base = re.sub(r"[^\w-]+", "-", wish).strip("-") or "source"
    name, number = base, 2
    while named.get(name, cited) != cited:
        name, number = f"{base}-{number}", number + 1
    named[name] = cited
    return name


def _quoted(text: str) -> str:
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _plain(text: str) -> str:
    """Without what Markdown would take for marks."""
    return re.sub(r"([\\\[\]*_`<>#|])", r"\\\1", " ".join(text.split()))


def _ended(sentence: str) -> str:
    said = _plain(sentence)
    return said if said.endswith((".", "!", "?")) else f"{said}."
