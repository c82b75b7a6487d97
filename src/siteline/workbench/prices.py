"""What scenes of a source that charges would cost, before anything is ordered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from siteline.model.errors import BadSetting, NotReached, OverBudget, SitelineError
from siteline.model.found import FoundScene
from siteline.model.place import Site
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.settings import SourceSettings

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from siteline.catalog.planet.account import Account
    from siteline.catalog.planet.price import Budget, Price
    from siteline.catalog.source import Source


def terms_of(case: Case, source: Source) -> SourceSettings:
    """What siteline.toml says of orders at a source."""
    return case.settings.sources.get(source.name) or SourceSettings()


def clip_of(case: Case, site: Site, source: Source) -> BaseGeometry:
    """What is cut out of each scene, and charged: the site with its margin."""
    from siteline.catalog.box import site_outline
    from siteline.catalog.planet.price import clip_outline

    return clip_outline(site_outline(site), terms_of(case, source).margin_m)


def budget_of(case: Case, source: Source) -> Budget:
    """What may still be ordered at a source, by all orders on record."""
    from siteline.catalog.planet.price import Budget

    terms = terms_of(case, source)
    charged = [order.charged for order in case.orders.of_source(source.name)]
    return Budget(
        terms.budget_km2,
        terms.budget_scenes,
        sum(sum(areas.values()) for areas in charged),
        sum(len(areas) for areas in charged),
    )


def not_bought(case: Case, site_id: str, source: Source, scenes: Sequence[FoundScene]) -> list[FoundScene]:
    """Of these scenes, those of the source that can be ordered, and are neither in custody nor on their way."""
    here = {scene.id for scene in case.scenes.all(site_id)}
    held = {scene for order in case.orders.of_site(site_id).values() for scene in order.holds}
    return [s for s in scenes if s.source == source.name and s.fault is None and s.id not in here | held]


def price_scenes(
    case: Case, site: Site, account: Account, scenes: Sequence[FoundScene]
) -> tuple[Price, list[Remark]]:
    """What these scenes would cost, what may be spent, and what should be known of it."""
    from siteline.catalog.planet.price import price_of

    source, remarks, quota = account.source, [], None
    try:
        quota = account.quota()
    except NotReached as error:
        if error.status == 401:
            raise
        remarks.append(Remark(source.name, f"what is left of your quota is not known: {error}"))
    least = terms_of(case, source).charge_at_least_km2
    price = price_of(scenes, clip_of(case, site, source), least, source.name, quota, budget_of(case, source))
    if quota is not None and quota.by_area:
        remarks.append(
            Remark(
                source.name,
                "a plan of yours counts the area under watch once: the price is the most that it can be, if all of it is new",
            )
        )
    return price, remarks


def refusal(price: Price, site_id: str) -> SitelineError | None:
    """Why scenes are not ordered at this price, and what would be; None if they may."""
    name, count = price.source, len(price.charges)
    told = f"{count} {'scene' if count == 1 else 'scenes'}, {price.km2:,.2f} km²"
    if not price.budget.is_set:
        return BadSetting(
            f"{name} charges for what is ordered ({told}), and no budget is set; nothing was ordered",
            f"Write into siteline.toml, below [sources.{name}]: budget_km2 = {_enough(price.km2)}",
        )
    if not price.over:
        return None
    budget, quota = price.budget, price.quota
    limits = []
    if budget.left_km2 is not None and budget.left_km2 < price.km2:
        limits.append(f"{budget.left_km2:,.2f} of {budget.km2:,.2f} km² of the budget are left")
    if budget.left_scenes is not None and budget.left_scenes < count:
        limits.append(f"{budget.left_scenes} of {budget.scenes} scenes of the budget are left")
    if quota is not None and quota.left_km2 is not None and quota.left_km2 < price.km2:
        limits.append(f"{quota.left_km2:,.2f} km² of your quota are left")
    fits = price.fits
    area = sum(list(price.charges.values())[:fits])
    way = f"{fits} of them ({area:,.2f} km²) would fit: siteline scenes fetch {site_id} --limit {fits}; or raise"
    return OverBudget(
        f"{name}: {told} would be ordered, but {', '.join(limits)}; nothing was ordered",
        f"{way if fits else 'None of them fits; raise'} budget_km2 or budget_scenes of [sources.{name}] in siteline.toml.",
    )


def _enough(km2: float) -> int:
    """A budget that is just enough, in whole square kilometres."""
    return max(1, -int(-km2 // 1))
