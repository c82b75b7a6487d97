"""Items with odd values anywhere in them."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just([]), st.just({}), st.just([None]),
    st.just("2024-01-01T00:00:00Z"), st.just(10**400), st.just({"type": "Polygon", "coordinates": [[[0, 0]]]}),
    st.just("\ud800"), st.just([1, 2, 3, 4]), st.just([{"name": None, "common_name": 7}]),
)  # fmt: skip


def _places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [here] if here else []
    if isinstance(value, dict):
        for key in value:
            found += _places(value[key], (*here, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value[:4]):
            found += _places(inner, (*here, number))
    return found


def mangled(whole: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    """A copy in which up to four values are something else, or gone."""
    item = copy.deepcopy(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(_places(item)))
        inner: Any = item
        try:
            for step in path[:-1]:
                inner = inner[step]
            if data.draw(st.booleans()):
                inner[path[-1]] = copy.deepcopy(data.draw(_SCALARS))
            else:
                del inner[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue
    return item
