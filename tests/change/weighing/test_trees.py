"""Boosted trees walked by us against the library that grew them."""

from __future__ import annotations

import numpy as np
import pytest
from bench.fitting import GROWTH, grow
from sklearn.ensemble import GradientBoostingClassifier

from siteline.change.weighing.trees import Trees


def test_the_walk_gives_what_the_library_gives() -> None:
    """Scores of grown trees are those of scikit-learn's own decision function, on lessons that they have not seen."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(1200, 3)).astype(np.float32)
    real = x[:, 0] * x[:, 1] + 0.3 * rng.normal(size=1200) > 0
    names = ("height", "texture", "rim")
    rows = [dict(zip(names, map(float, row), strict=True)) for row in x]
    trees = grow(rows[:1000], list(real[:1000]), depth=3)
    theirs = GradientBoostingClassifier(max_depth=3, **GROWTH).fit(x[:1000], real[:1000].astype(int))
    assert [trees.score(row) for row in rows[1000:]] == pytest.approx(
        theirs.decision_function(x[1000:]), abs=0.01
    )
    right = np.mean(
        [(trees.score(row) > 0) == yes for row, yes in zip(rows[1000:], real[1000:], strict=True)]
    )
    assert right > 0.8, "what only two terms together tell is learnt"


def test_a_missing_term_is_no_zero() -> None:
    """A term that nobody gave is an error, not a guess."""
    trees = Trees(("height",), 0.0, (((0, 2.0, 1, 2), (-1, -1.0, 0, 0), (-1, 1.0, 0, 0)),))
    assert trees.score({"height": 2.0}) == -1.0
    assert trees.score({"height": 2.1}) == 1.0
    with pytest.raises(KeyError):
        trees.score({"texture": 2.0})
