# SPDX-License-Identifier: Apache-2.0
"""Runs the installed peers on the runs that our program made: the same problems, starts, budgets and
noise sizes. One JSON line a run on standard output; what is not installed is named on standard error.

    python run_peers.py ours.jsonl > peers.jsonl
"""

import argparse
import json
import random
import sys
import time
import warnings

from adapters import ADAPTERS
from functions import PROBLEMS


def run(adapter, problem, case):
    """One run; suggest times are processor time of ask() and of the tell() before it."""
    function, bounds = PROBLEMS[problem]
    value = function(case["start"])
    if abs(value - case["start_value"]) > 1e-9 * max(1.0, abs(value)):
        raise SystemExit(f"{problem} differs between Python and C++ at {case['start']}")
    noise = random.Random(f"{problem}/{case['seed']}")
    optimizer = adapter(bounds, case["seed"], case["evaluations"], case["noise"])
    optimizer.tell(case["start"], value)
    best, best_observed, truth_of_best_observed = value, value, value
    milliseconds, waiting = [], 0.0
    for _ in range(case["evaluations"] - 1):
        before = time.process_time()
        point = optimizer.ask()
        waiting += time.process_time() - before
        milliseconds.append(1e3 * waiting)
        value = function(point)
        observed = value + noise.gauss(0.0, case["noise"]) if case["noise"] > 0 else value
        best = min(best, value)
        if observed < best_observed:
            best_observed, truth_of_best_observed = observed, value
        before = time.process_time()
        optimizer.tell(point, observed)
        waiting = time.process_time() - before
    return {"best": best, "truth_of_best_observed": truth_of_best_observed, "suggest_ms": milliseconds}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ours", help="what rectune_peers wrote")
    parser.add_argument("--libraries", help="comma-separated; default: all that are installed")
    parser.add_argument("--problems", help="comma-separated; default: those of the file")
    parser.add_argument("--seeds", type=int, help="only seeds up to this; default: those of the file")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    cases = {}
    with open(arguments.ours, encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            if arguments.seeds is None or case["seed"] <= arguments.seeds:
                cases[case["problem"], case["seed"]] = case
    wanted = arguments.libraries.split(",") if arguments.libraries else None
    problems = arguments.problems.split(",") if arguments.problems else None
    for (library, method), adapter in ADAPTERS.items():
        if wanted and library not in wanted:
            continue
        for (problem, seed), case in cases.items():
            if problems and problem not in problems:
                continue
            try:
                result = run(adapter, problem, case)
            except ImportError as error:
                print(f"left out: {library} {method}: {error}", file=sys.stderr)
                break
            keys = ("problem", "evaluations", "noise", "seed", "minimum")
            record = {"library": library, "method": method, **{k: case[k] for k in keys}, **result}
            print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main()
