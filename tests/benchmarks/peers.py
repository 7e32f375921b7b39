"""The crude difference in statsmodels and in pyfixest, for `estimators.py` to measure.

It runs in an environment of its own that has these tools; nothing of the project is imported.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any


def _read(path: str, columns: list[str]) -> Any:
    return import_module("pandas").read_parquet(path, columns=columns)


def statsmodels(path: str) -> tuple[float, float]:
    """Least squares of kept on the arm, standard errors clustered."""
    frame = _read(path, ["cluster_id", "arm", "kept"])
    fit = (
        import_module("statsmodels.formula.api")
        .ols("kept ~ arm", frame)
        .fit(cov_type="cluster", cov_kwds={"groups": frame["cluster_id"]})
    )
    return float(fit.params["arm"]), float(fit.bse["arm"])


def pyfixest(path: str) -> tuple[float, float]:
    """The same in pyfixest."""
    return _feols("kept ~ arm", _read(path, ["cluster_id", "arm", "kept"]))


def pyfixest_within(path: str) -> tuple[float, float]:
    """The same with an intercept per person."""
    return _feols("kept ~ arm | person_number", _read(path, ["cluster_id", "person_number", "arm", "kept"]))


def _feols(formula: str, frame: Any) -> tuple[float, float]:
    fit = import_module("pyfixest").feols(formula, frame, vcov={"CRV1": "cluster_id"})
    return float(fit.coef()["arm"]), float(fit.se()["arm"])


PARTS: dict[str, Callable[[str], tuple[float, float]]] = {
    "statsmodels": statsmodels,
    "pyfixest": pyfixest,
    "pyfixest_within": pyfixest_within,
}


def main() -> None:
    name, path = sys.argv[1:]
    began = time.process_time()
    found = PARTS[name](path)
    print(json.dumps({"steps": {"all but the start": time.process_time() - began}, "found": {name: found}}))


if __name__ == "__main__":
    main()
