"""Events against annotations of IARPA SMART: imported, laid beside ours, scored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from siteline.cli.common import (
    AsOfOption,
    CaseOption,
    JsonOption,
    as_typed,
    case_folder,
    moment,
    opened,
    print_json,
    say,
    table,
)
from siteline.cli.exporting import SmallestOption
from siteline.cli.sites import SiteArgument


def import_(
    context: typer.Context,
    site: SiteArgument,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="SMART site models or region models, or folders.")
    ],
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Keep annotations of IARPA SMART beside our events, to look at and to score against."""
    from siteline.workbench.smart.importing import import_annotations

    with opened(context, case) as work:
        came = import_annotations(work, site, files)
        here = case_folder(context, case)
        say(came.remarks, here)
        if json:
            by_status = dict(came.by_status)
            print_json({"files": came.files, "sites": came.sites, "new": came.new, "by_status": by_status})
            return
        counts = ", ".join(f"{count} {status}" for status, count in came.by_status)
        typer.echo(f"{came.sites} annotated sites in {came.files} files, {came.new} new: {counts}")
        typer.echo(as_typed(f"next: siteline events imported {site}", here))


def imported(
    context: typer.Context,
    site: SiteArgument,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List imported annotations, each beside the event of ours that shares most ground with it."""
    from siteline.workbench.smart.importing import list_annotations

    with opened(context, case) as work:
        told = list_annotations(work, site, moment(as_of))
        if json:
            print_json(told)
            return
        if not told:
            typer.echo(f"no annotations on record at {site}")
            return
        heads = ("id", "status", "looks", "activity", "finished by", "area", "our event", "first visible")
        table([_row(one) for one in told], heads)


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    active, event = one["activity"], one["event"]
    if active:
        begun = f"{active['after'] or '…'} to {active['by']}"
        ended = active["finished_by"] or "not yet"
    else:
        begun, ended = f"from {one['start_date'] or '…'}", one["end_date"] or "not yet"
    ours = "none" if event is None else f"{event['label'] or event['id']} ({event['kind']})"
    onset = "" if event is None else f"{event['onset']['after'] or '…'} to {event['onset']['by']}"
    looks = str(one["observations"]) if one["observations"] else "summary"
    return one["id"], one["status"], looks, begun, ended, f"{one['area_m2']:,.0f} m²", ours, onset


def score(
    context: typer.Context,
    site: SiteArgument,
    truth: Annotated[
        list[Path] | None,
        typer.Option(
            "--truth", metavar="FOLDER", help="Region and site models of the truth; default: those imported."
        ),
    ] = None,
    proposals: Annotated[
        list[Path] | None,
        typer.Option(
            "--proposals",
            metavar="FOLDER",
            help="Site models to score; default: our own events, as exported.",
        ),
    ] = None,
    truth_points: Annotated[
        Path | None,
        typer.Option("--truth-points", metavar="FILE", help="Truth that is a point and a day each, beside."),
    ] = None,
    activity: Annotated[
        str, typer.Option("--activity", help="Truth that counts: overall, completed or partial.")
    ] = "overall",
    tau: Annotated[float, typer.Option("--tau", help="Least IoU of polygons that match.")] = 0.2,
    rho: Annotated[float, typer.Option("--rho", help="Least share of a truth's looks that match.")] = 0.5,
    temporal_iop: Annotated[
        float, typer.Option("--temporal-iop", help="Least share of the proposal's days in the truth's.")
    ] = 0.1,
    temporal_iot: Annotated[
        float, typer.Option("--temporal-iot", help="Least share of the truth's days in the proposal's.")
    ] = 0.2,
    transient_temporal_iop: Annotated[
        float, typer.Option("--transient-temporal-iop", help="The same for transient sites.")
    ] = 0.1,
    transient_temporal_iot: Annotated[
        float, typer.Option("--transient-temporal-iot", help="The same for transient sites.")
    ] = 0.2,
    small_site_threshold: Annotated[
        float, typer.Option("--small-site-threshold", metavar="M2", help="Truth of this size has no effect.")
    ] = 9000.0,
    confidence: Annotated[float, typer.Option("--confidence", help="Least score of a proposal.")] = 0.0,
    min_proposal_area: Annotated[
        float, typer.Option("--min-proposal-area", metavar="M2", help="Least area of a proposal.")
    ] = 0.0,
    min_spatial_distance: Annotated[
        float,
        typer.Option("--min-spatial-distance", metavar="M", help="Farthest from a point of the truth."),
    ] = 100.0,
    read_status: Annotated[
        list[str] | None,
        typer.Option("--read-status", help="Statuses of proposals that are read; default: system_confirmed."),
    ] = None,
    smallest: SmallestOption = None,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Score events against annotations: SMART's figures by its published rules and defaults, then ours."""
    from siteline.workbench.smart.exporting import smart_options
    from siteline.workbench.smart.scoring import ScoreOptions, score_site
    from siteline.workbench.smart.telling import tell_score

    options = ScoreOptions(
        tau=tau,
        rho=rho,
        temporal_iop=temporal_iop,
        temporal_iot=temporal_iot,
        transient_temporal_iop=transient_temporal_iop,
        transient_temporal_iot=transient_temporal_iot,
        small_site_threshold=small_site_threshold,
        confidence=confidence,
        min_proposal_area=min_proposal_area,
        min_spatial_distance=min_spatial_distance,
        activity=activity,
        read_statuses=tuple(read_status or ("system_confirmed",)),
    )
    export = smart_options(None, smallest)
    with opened(context, case) as work:
        scored = score_site(
            work, site, truth or (), proposals or (), options, export, moment(as_of), truth_points
        )
        say(scored.remarks, case_folder(context, case))
        if json:
            print_json(scored.told)
            return
        for line in tell_score(scored.told):
            typer.echo(line)
