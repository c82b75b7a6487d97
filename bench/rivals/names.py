"""
Scores of pairs of names by others, in an environment of their own: JSON lines of [person?, a, b] in, one of scores out.

Needs nomenklatura (with followthemoney and rigour, which need ICU); run by the Python that has them.
Its logic-v2 gave one score to identical and to unlike names in the version at hand (4.17), so it is not asked.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def main() -> None:
    """Read pairs from stdin, write {"matcher": score} for each."""
    from followthemoney import model
    from followthemoney.compare import compare_names
    from nomenklatura.matching import LogicV1, ScoringConfig

    def proxy(schema: str, name: str, at: str) -> Any:
        return model.get_proxy({"id": at, "schema": schema, "properties": {"name": [name]}})

    config = ScoringConfig.defaults()
    for line in sys.stdin:
        schema, a, b = json.loads(line)
        pair = proxy(schema, a, "a"), proxy(schema, b, "b")
        scores = {
            "nomenklatura logic-v1": LogicV1.compare(*pair, config).score,
            "followthemoney names": compare_names(model.get(schema), *pair) or 0.0,
        }
        print(json.dumps(scores))


if __name__ == "__main__":
    main()
