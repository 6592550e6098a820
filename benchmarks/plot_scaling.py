#!/usr/bin/env python3
"""Draws how a suggestion's time grows with trials and with dimension, from bench_gp's own numbers.

    build/bench/benchmarks/bench_gp --benchmark_repetitions=3 --benchmark_format=json > gp.json
    .venv/bin/python benchmarks/plot_scaling.py gp.json docs/suggest_scaling.svg

A point is the median of its repetitions' processor times; the slope is that of the last two points.
"""

import argparse
import json
import math
import pathlib
import re
import statistics
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402: after the backend is chosen

SERIES = (
    ("trials known, at 20 dimensions", re.compile(r"gp_scaling/n(\d+)_d20$")),
    ("dimensions, at 200 trials", re.compile(r"gp_scaling/n200_d(\d+)$")),
)


def points(runs, pattern):
    times = {}
    for run in runs:
        match = pattern.match(run["run_name"])
        if match and run["run_type"] == "iteration":
            times.setdefault(int(match[1]), []).append(run["cpu_time"])
    return sorted((size, statistics.median(values)) for size, values in times.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=pathlib.Path, help="what bench_gp wrote as JSON")
    parser.add_argument("picture", type=pathlib.Path, help="an SVG to write")
    arguments = parser.parse_args()
    try:
        runs = json.loads(arguments.runs.read_text())["benchmarks"]
    except (OSError, ValueError, KeyError) as error:
        parser.error(f"{arguments.runs}: expected bench_gp's JSON: {error}")
    matplotlib.rcParams["svg.hashsalt"] = "rectune"  # the same numbers, the same bytes
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.2), sharey=True, layout="constrained")
    for axis, (label, pattern) in zip(axes, SERIES):
        found = points(runs, pattern)
        if len(found) < 2:
            parser.error(f"{arguments.runs}: fewer than two points of {label}")
        (x0, y0), (x1, y1) = found[-2:]
        slope = math.log(y1 / y0) / math.log(x1 / x0)
        axis.loglog(*zip(*found), "o-", color="#1f5fa8")
        axis.set_xticks([size for size, _ in found], [str(size) for size, _ in found])
        axis.minorticks_off()
        axis.set_xlabel(f"{label} (slope at the end: {slope:.1f})")
        axis.grid(True, which="both", color="#dddddd", linewidth=0.5)
    axes[0].set_ylabel("gp: fit and suggest, ms")
    figure.savefig(arguments.picture, metadata={"Date": None})


if __name__ == "__main__":
    sys.exit(main())
