# SPDX-License-Identifier: Apache-2.0
"""The report's summary statistic, in NumPy, so that notebooks can check the report."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


def interquartile_mean(values: Iterable[float]) -> float:
    """Mean of the middle half: floor(n / 4) values are dropped at each end."""
    ordered = np.sort(np.asarray(list(values), dtype=float))
    if ordered.size == 0:
        raise ValueError("the interquartile mean of nothing")
    if not np.isfinite(ordered).all():
        raise ValueError("the interquartile mean needs finite values")
    cut = ordered.size // 4
    return float(ordered[cut : ordered.size - cut].mean())
