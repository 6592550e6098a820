# SPDX-License-Identifier: Apache-2.0
"""The textbook functions of baselines/test_functions.cc again, for Python. peers.py checks each of
them at our starting points against the values that our program wrote."""

import math

BRANIN_BOUNDS = [(-5.0, 10.0), (0.0, 15.0)]
ALPHA = [1.0, 1.2, 3.0, 3.2]
A = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
]
P = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]


def branin(x):
    bend = x[1] - 5.1 / (4 * math.pi**2) * x[0] ** 2 + 5 / math.pi * x[0] - 6
    return bend**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x[0]) + 10


def hartmann6(x):
    return -sum(
        alpha * math.exp(-sum(a * (v - p) ** 2 for a, v, p in zip(row_a, x, row_p)))
        for alpha, row_a, row_p in zip(ALPHA, A, P)
    )


def ackley(x):
    n = len(x)
    root = math.sqrt(sum(v * v for v in x) / n)
    cosines = sum(math.cos(2 * math.pi * v) for v in x) / n
    return -20 * math.exp(-0.2 * root) - math.exp(cosines) + 20 + math.e


PROBLEMS = {
    "branin": (branin, BRANIN_BOUNDS),
    "hartmann6": (hartmann6, [(0.0, 1.0)] * 6),
    "hartmann6_noisy": (hartmann6, [(0.0, 1.0)] * 6),
    "ackley20": (ackley, [(-5.0, 10.0)] * 20),
}
