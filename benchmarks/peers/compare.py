# SPDX-License-Identifier: Apache-2.0
"""Sets our runs beside the peers': a Markdown table of ratios with bootstrap intervals.

    python compare.py ours.jsonl peers.jsonl > table.md

Quality: our mean regret over theirs, paired by seed (below 1: ours is better). Under noise the
regret is of the arm that read best, which is what every library can name. Latency: their median
suggest time over ours, processor time on one thread (above 1: ours is faster). Intervals: 95 %,
2,000 resamples of the seeds, the same resample for both sides.
"""

import json
import random
import statistics
import sys

# Our tuner, and whom it answers.
PAIRS = [
    ("tpe", "optuna", "tpe"),
    ("cma_es", "cmaes", "cma_es"),
    ("cma_es", "pycma", "cma_es"),
    ("smac", "smac3", "forest"),
    ("auto", "nevergrad", "ngopt"),
    ("gp", "optuna", "gp"),
    ("gp", "botorch", "qlognei"),
    ("hebo", "hebo", "hebo"),
]
RESAMPLES = 2000
# Below this, a regret says "solved", and a ratio of two such says nothing.
SOLVED = 1e-3


def read(path):
    runs = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            run = json.loads(line)
            key = (run["library"], run["method"], run["problem"])
            runs.setdefault(key, {})[run["seed"]] = run
    return runs


def regret(run):
    reached = run["truth_of_best_observed"] if run["noise"] > 0 else run["best"]
    return max(reached - run["minimum"], SOLVED)


def interval(statistic, seeds):
    stream = random.Random("peers")
    values = sorted(
        statistic([stream.choice(seeds) for _ in seeds]) for _ in range(RESAMPLES)
    )
    return values[int(0.025 * RESAMPLES)], values[int(0.975 * RESAMPLES) - 1]


def text(value, bounds):
    return f"{value:.3g} ({bounds[0]:.3g} to {bounds[1]:.3g})"


def row(ours, theirs, names):
    seeds = sorted(set(ours) & set(theirs))

    def quality(sample):
        return sum(regret(ours[s]) for s in sample) / sum(regret(theirs[s]) for s in sample)

    def latency(sample):
        def pooled(runs):
            return statistics.median(t for s in sample for t in runs[s]["suggest_ms"])

        return pooled(theirs) / max(pooled(ours), 1e-3)

    def mean(runs):
        return statistics.mean(regret(runs[s]) for s in seeds)

    def median_ms(runs):
        return statistics.median(t for s in seeds for t in runs[s]["suggest_ms"])

    return [
        *names,
        str(len(seeds)),
        f"{mean(ours):.3g}",
        f"{mean(theirs):.3g}",
        text(quality(seeds), interval(quality, seeds)),
        f"{median_ms(ours):.3g}",
        f"{median_ms(theirs):.3g}",
        text(latency(seeds), interval(latency, seeds)),
    ]


def main():
    ours, theirs = read(sys.argv[1]), read(sys.argv[2])
    problems = {key[2]: runs[min(runs)]["evaluations"] for key, runs in ours.items()}
    header = [
        "problem",
        "ours",
        "peer",
        "seeds",
        "our regret",
        "their regret",
        "regret ratio",
        "our suggest ms",
        "their suggest ms",
        "speed ratio",
    ]
    print("| " + " | ".join(header) + " |")
    print("|" + " --- |" * 3 + " ---: |" * (len(header) - 3))
    missing = []
    for problem, evaluations in problems.items():
        for tuner, library, method in PAIRS:
            own = ours.get(("rectune", tuner, problem))
            other = theirs.get((library, method, problem))
            if own is None or other is None:
                missing.append(f"{tuner} and {library} {method} on {problem}")
                continue
            names = [f"{problem} at {evaluations}", tuner, f"{library} {method}"]
            print("| " + " | ".join(row(own, other, names)) + " |")
    if missing:
        print("\nNot measured in this run: " + "; ".join(missing) + ".")


if __name__ == "__main__":
    main()
