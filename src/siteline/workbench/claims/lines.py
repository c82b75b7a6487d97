"""Assessments, calibrations and matrices as lines for a terminal; what comes from outside is made inert."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from siteline.model.hypotheses import Matrix, Sheet
from siteline.report.inert import inert
from siteline.report.matrix import say_score

_ITEM = {
    "1": "reported from two independent origins",
    "2": "probably true",
    "3": "possibly true",
    "4": "doubtful",
    "5": "improbable",
    "6": "cannot be judged",
}


def say_assessed(told: dict[str, Any]) -> Iterator[str]:
    """What is judged of one claim, each analyst beside the other."""
    yield f"claim {told['claim']}"
    origins = len(told["origins"])
    if told["credibility_computed"]:
        yield f"  credibility 1, computed: reported from {origins} independent origins ({inert(', '.join(told['origins']))})"
    else:
        yield f"  independent origins with access of their own: {origins} (1 is computed from two on)"
    for one in told["assessments"]:
        yield from _say_one(one)
    for found in told["differences"]:
        beside = "; ".join(f"{inert(said['analyst'])} {_value(said[found['in']])}" for said in found["said"])
        yield f"  they differ in {found['in']} ({found['kind']}): {beside}"
    if told["kept_back"]:
        yield f"  {_waiting(told['kept_back'])}"
    for source in told["sources"]:
        yield from say_source(source["source"], source["ratings"], source["kept_back"])
    outcome = told["outcome"]
    if outcome:
        yield f"  outcome: {outcome['came']}, known on {outcome['on']} ({inert(outcome['who'])}: {inert(outcome['basis'])})"


def say_source(name: str, ratings: Sequence[dict[str, Any]], kept_back: int) -> Iterator[str]:
    """How reliable a source is held to be."""
    for one in ratings:
        if one["stands"]:
            blind = "" if one["blind"] else ", not blind"
            yield (
                f"  source {inert(name)}: {one['reliability']}, {one['words']} ({inert(one['analyst'])}, "
                f"{one['at'][:10]}{blind}): {inert(one['rationale'])}"
            )
    if kept_back:
        yield f"  source {inert(name)}: {_waiting(kept_back)}"


def say_calibration(told: dict[str, Any]) -> Iterator[str]:
    """One record; below twenty it says how many are lacking, and no number."""
    name = inert(told["name"])
    if told["brier"] is None:
        yield f"{name}: {told['resolved']} resolved, {told['lacking']} more are wanted before a score says anything"
        return
    score = told["brier"]
    yield (
        f"{name}: Brier score {score['value']:.3f} (95 %: {score['low95']:.3f}–{score['high95']:.3f}) of "
        f"{told['resolved']}; always saying the base rate would score {told['brier_of_base_rate']:.3f}"
    )
    for row in told["reliability"]:
        low, high = row["band"]
        if row["judged"]:
            yield (
                f"  {low:>2}–{high:<2} %  judged {row['judged']:>3}, on average {row['mean_percent']:.0f} %; came true "
                f"{row['came_true']:>3}, {row['came_true_percent']:.0f} % (95 %: {row['low95']:.0f}–{row['high95']:.0f})"
            )
        else:
            yield f"  {low:>2}–{high:<2} %  judged   0"


def say_matrix(matrix: Matrix) -> Iterator[str]:
    """The matrix, sheet by sheet."""
    yield inert(matrix.question.text)
    for h in matrix.hypotheses:
        yield f"  {h.label}: {inert(h.text)}"
    for row in matrix.evidence:
        yield f"  {row.label}: {inert(row.text, 200)} [{row.kind} {row.refers_to}]"
        for label, said in matrix.remarks:
            if label == row.label:
                yield f"      {said}"
    for sheet in matrix.sheets:
        yield ""
        yield f"as rated by {inert(sheet.analyst)}"
        yield from _say_sheet(matrix, sheet)
    for found in matrix.differences:
        yield f"they differ on {found.evidence} against {found.hypothesis}: " + "; ".join(
            f"{inert(who)} {fit.value}" for who, fit in found.said
        )
    for row in matrix.withdrawn:
        yield f"taken out: {row.label} {inert(row.text, 200)} ({inert(row.who)}: {inert(row.why)})"
    if matrix.kept_back:
        yield f"{matrix.kept_back} ratings by others are not shown before a second analyst has rated the same cell"
    yield "A score adds up what speaks against a hypothesis. It is no probability."


def _say_one(one: dict[str, Any]) -> Iterator[str]:
    """One assessment; likelihood and confidence on lines of their own."""
    when = f"{inert(one['analyst'])}, {one['at'][:10]}, {one['kind']} analysis"
    replaced = "" if one["stands"] else ", replaced since"
    yield f"  {when}{'' if one['blind'] else ', not blind'}{replaced}: {inert(one['rationale'])}"
    if one["credibility"]:
        yield f"    item: {one['credibility']}, {_ITEM[one['credibility']]}"
    said = one["likelihood"]
    if said:
        low, high = said["band"]
        yield f"    likelihood: {said['term']}, {said['percent']:g} % ({low} to {'' if high == 99 else 'below '}{high} %)"
    if one["confidence"]:
        yield f"    confidence: {one['confidence']}"


def _say_sheet(matrix: Matrix, sheet: Sheet) -> Iterator[str]:
    by_place = {(cell.evidence, cell.hypothesis): cell.fit.value for cell in sheet.cells}
    worth = {row.evidence: row for row in sheet.rows}
    scores = {score.hypothesis: score for score in sheet.scores}
    heads = ["", "credibility", "relevance", *(h.label for h in matrix.hypotheses), "tells apart"]
    lines = [heads]
    for row in matrix.evidence:
        found = worth.get(row.label)
        apart = "" if found is None or found.diagnosticity is None else f"{found.diagnosticity:.2f}"
        if found is not None and found.not_diagnostic:
            apart = f"{apart} not diagnostic".strip()
        none = "·" if sheet.rows else "?"
        fits = [by_place.get((row.label, h.label), none) for h in matrix.hypotheses]
        lines.append([row.label, row.credibility.value, row.relevance.value, *fits, apart])
    told = [say_score(scores[h.label]) if h.label in scores else "not shown yet" for h in matrix.hypotheses]
    lines.append(["against", "", "", *told, ""])
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    for line in lines:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
    blank = {score.hypothesis: score.blank for score in sheet.scores if score.blank}
    reasons: dict[tuple[str, str], list[str]] = {}
    for cell in sheet.cells:
        reasons.setdefault((cell.evidence, cell.why), []).append(cell.hypothesis)
    for (row_label, why), columns in reasons.items():
        yield f"    {row_label} against {', '.join(columns)}: {inert(why, 300)}"
    if not sheet.rows:
        yield "  ? not rated, or not shown yet"
    if blank:
        told_blank = ", ".join(f"{label} {number}" for label, number in blank.items())
        yield f"  not rated ({told_blank}): these scores are not comparable"


def _value(said: str | float) -> str:
    return said if isinstance(said, str) else f"{said:g} %"


def _waiting(number: int) -> str:
    what = "one analyst's judgement is" if number == 1 else f"{number} analysts' judgements are"
    return f"{what} on file and not shown before a second analyst has filed theirs"
