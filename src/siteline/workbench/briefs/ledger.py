"""Stored counts and shares as a brief cites them: run again on the newest edition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from siteline.model.edition import Carried, Citation, CitedQuery, Step, Support
from siteline.workbench.briefs.around import Around
from siteline.workbench.ledger.components.stored import list_queries
from siteline.workbench.ledger.stored import Looked, look

PARTS = "parts-"
"""Ids of queries about parts begin so."""


def cited_query(around: Around, citation: Citation) -> Support | None:
    """A stored query by its id; what it answered when it was last kept, and whether that still holds."""
    if citation.ref.startswith(PARTS):
        return _cited_parts(around, citation)
    looked = look(around.case, citation.ref, around.as_of)
    last = looked.last
    if last is None:
        return CitedQuery(
            cites=citation, title=f"query {looked.query.id}", broken=("it has no answer on record",)
        )
    answer = last.answer
    ends = _ends(looked.query.kind, answer)
    return CitedQuery(
        cites=citation,
        title=_title(looked),
        broken=(looked.trouble,) if looked.trouble else (),
        stale=tuple(_stale(looked)),
        numbers=tuple(_numbers(looked.query.kind, answer)),
        lower=ends[0],
        upper=ends[1],
        unit=str(answer.get("unit", "")),
        definition=str(answer.get("definition", "")),
        denominator=_denominator(answer),
        edition=str(answer.get("edition", "")),
        is_share=looked.query.kind == "share",
        trace=tuple(_trace(looked)),
    )


def _title(looked: Looked) -> str:
    asked = looked.query.asked
    what = asked.get("weapon") or asked.get("label") or looked.query.kind
    return f"{looked.query.kind} of {what} ({looked.query.id})"


def _stale(looked: Looked) -> Iterator[str]:
    if looked.is_stale and not looked.trouble and looked.last is not None:
        edition = looked.edition.name if looked.edition else "the newest edition"
        yield f"{edition} gives other numbers: siteline ledger incidents queries rerun {looked.query.id}"


def _shares(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(answer.get("shares", [answer]))


def _denominator(answer: Mapping[str, Any]) -> str:
    return "; ".join(
        str(one.get("definition") or one.get("of") or "") for one in _shares(answer) if "denominator" in one
    )


def _ends(kind: str, answer: Mapping[str, Any]) -> tuple[float | None, float | None]:
    if kind == "share":
        first = _shares(answer)[0]
        return first.get("low"), first.get("high")
    return answer.get("lower"), answer.get("upper")


def _numbers(kind: str, answer: Mapping[str, Any]) -> Iterator[Carried]:
    if kind == "share":
        for one in _shares(answer):
            for name in ("low", "high"):
                if one.get(name) is not None:
                    yield Carried(100 * one[name], f"{name} share", "%")
            for name in ("numerator", "denominator"):
                yield from _each(list((one.get(name) or {}).values()), name)
        return
    if kind == "casualties":
        for one in answer.get("casualties", ()):
            yield from _each([one.get("lower"), one.get("upper")], str(one.get("kind", "casualties")))
            for condition in one.get("conditional", ()):
                yield from _each(condition.get("lower"), "conditional minimum")
        for one in answer.get("sums", ()):
            yield from _each([one.get("low"), one.get("best"), one.get("high")], str(one.get("kind", "sum")))
        return
    for name in ("lower", "upper", "unknown"):
        yield from _each(answer.get(name), f"{name} count")


def _each(said: Any, words: str) -> Iterator[Carried]:
    for one in said if isinstance(said, list | tuple) else (said,):
        if isinstance(one, int | float) and not isinstance(one, bool):
            yield Carried(float(one), words)


def _trace(looked: Looked) -> Iterator[Step]:
    last = looked.last
    assert last is not None
    asked = ", ".join(
        f"{name} {said}" for name, said in sorted(looked.query.asked.items()) if said not in ("", None)
    )
    yield Step("Asked", f"{looked.query.kind}: {asked}")
    yield Step(
        "Answered", f"{_answered(looked.query.kind, last.answer, last.value)}, {last.at[:10]}, by {last.who}"
    )
    yield Step(
        "Edition", str(last.answer.get("edition", "")), looked.edition.sha256 if looked.edition else ""
    )
    if definition := last.answer.get("definition"):
        yield Step("Definition", str(definition))
    yield Step("Code", f"Siteline {last.version}")


def _answered(kind: str, answer: Mapping[str, Any], value: object) -> str:
    """An answer in words; of a kind that has none, its value as it was kept."""
    if kind == "share":
        shares = [
            one for one in _shares(answer) if one.get("low") is not None and one.get("high") is not None
        ]
        return "; ".join(f"{100 * s['low']:.1f} to {100 * s['high']:.1f} % of {s['of']}" for s in shares)
    if kind == "count" and answer.get("upper") is not None:
        return f"{answer['lower']:,} to {answer['upper']:,}, counted by {answer.get('unit') or 'report'}"
    return str(value)


# --- parts --------------------------------------------------------------------------------------------


def _cited_parts(around: Around, citation: Citation) -> Support | None:
    """A stored question about parts, its makers as they may be named in publication."""
    if PARTS not in around.answers:
        around.answers[PARTS] = {kept["id"]: kept for kept in list_queries(around.case, around.as_of)}
    kept = around.answers[PARTS].get(citation.ref)
    if kept is None:
        return None
    answer, is_share = kept["answer"], kept["kind"] == "share"
    of = str(kept["of"] or "")
    asked = ", ".join(f"{name} {kept[name]}" for name in ("by", "wreck", "value", "of") if kept[name])
    return CitedQuery(
        cites=citation,
        title=f"{kept['kind']} of parts ({citation.ref})",
        broken=(str(answer["refused"]),) if "refused" in answer else (),
        stale=(
            f"edition {kept['edition_now']} gives other numbers: siteline ledger components queries rerun {citation.ref}",
        )
        if kept["stale"]
        else (),
        numbers=tuple(_part_numbers(answer, kept["kind"])),
        lower=answer.get("low") if is_share else None,
        upper=answer.get("high") if is_share else None,
        unit="parts",
        denominator=f"parts {of}".strip() if is_share else "",
        edition=str(kept["edition"]),
        is_share=is_share,
        trace=(
            Step("Asked", f"{kept['kind']}: {asked}"),
            Step("Answered", f"{kept['asked_at'][:10]}, by {kept['asked_by']}"),
            Step("Edition", str(kept["edition"])),
        ),
    )


def _part_numbers(answer: Mapping[str, Any], kind: str) -> Iterator[Carried]:
    if kind == "share":
        for name in ("low", "high"):
            if answer.get(name) is not None:
                yield Carried(100 * answer[name], f"{name} share", "%")
    for name in ("numerator", "denominator", "identified", "examined", "distinct"):
        yield from _each(list(answer.get(name, {}).values()), name)
    for codes, *span in answer.get("bins", ()):
        yield from _each(span, "/".join(map(str, codes)))
