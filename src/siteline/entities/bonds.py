"""Which things can be bound how: who can be part of what, and that nothing is a part of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from siteline.model.entity import EdgeKind, EntityType
from siteline.model.errors import BadEntity

_T = EntityType
_SITES = frozenset((_T.FACILITY, _T.BUILDING, _T.COMPLEX))
_BODIES = frozenset((_T.ORGANISATION, _T.OUTLET))
_GOODS = frozenset((_T.PRODUCT, _T.PRODUCT_FAMILY, _T.COMPONENT_TYPE))
_ALL = frozenset(_T)

_ENDS: dict[EdgeKind, tuple[tuple[frozenset[EntityType], frozenset[EntityType]], ...]] = {
    EdgeKind.PART_OF: (
        (_SITES, _SITES),
        (_BODIES, _BODIES),
        (frozenset((_T.PLACE,)), frozenset((_T.PLACE,))),
    ),
    EdgeKind.LOCATED_IN: ((_ALL - _GOODS, _SITES | {_T.PLACE}),),
    EdgeKind.OPERATES: ((_BODIES | {_T.PERSON}, _SITES | {_T.VESSEL, _T.OUTLET}),),
    EdgeKind.PRODUCES: ((_SITES | _BODIES, _GOODS),),
    EdgeKind.MEMBER_OF_FAMILY: ((_GOODS, frozenset((_T.PRODUCT_FAMILY,))),),
    EdgeKind.SUBORDINATE_TO: ((_BODIES | _SITES | {_T.PERSON}, _BODIES | _SITES | {_T.PERSON}),),
}
ACYCLIC = frozenset(
    (
        EdgeKind.PART_OF,
        EdgeKind.LOCATED_IN,
        EdgeKind.MEMBER_OF_FAMILY,
        EdgeKind.SUBORDINATE_TO,
        EdgeKind.SUCCESSOR_OF,
    )
)
SYMMETRIC = frozenset((EdgeKind.SAME_AS, EdgeKind.NOT_SAME_AS))


def check_ends(kind: EdgeKind, a: EntityType, b: EntityType) -> None:
    """Refuse what makes no sense, such as a person that is part of a building."""
    if kind not in _ENDS:
        if a is not b:
            raise BadEntity(f"a {a} cannot be {kind} a {b}", "Both ends must be of one type.")
        return
    if not any(a in left and b in right for left, right in _ENDS[kind]):
        fitting = "; ".join(f"{_listed(left)} → {_listed(right)}" for left, right in _ENDS[kind])
        raise BadEntity(f"a {a} cannot be {kind} a {b}", f"{kind} goes from … to …: {fitting}")


def check_acyclic(kind: EdgeKind, a: str, b: str, above: Callable[[EdgeKind, str], Iterable[str]]) -> None:
    """Refuse an edge that would close a circle; `above` gives what a whole is bound to, as canonical ids."""
    if kind not in ACYCLIC:
        return
    seen, todo = {b}, [b]
    while todo:
        here = todo.pop()
        if here == a:
            raise BadEntity(
                f"{a} {kind} {b} would close a circle: {b} is {kind} {a} already, directly or through others",
                "Withdraw the edge that is wrong first: siteline entities withdraw EDGE --why ...",
            )
        for higher in above(kind, here):
            if higher not in seen:
                seen.add(higher)
                todo.append(higher)


def _listed(types: Iterable[EntityType]) -> str:
    found = sorted(types)
    return "anything" if len(found) == len(_T) else ", ".join(found)
