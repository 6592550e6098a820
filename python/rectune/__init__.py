# SPDX-License-Identifier: Apache-2.0
"""Reads RecTune run folders: journals, strictly checked, into pandas data frames.

Pure Python, no compiled bindings, nothing written. It reads the JSON-lines journals, which are the
truth; `results.sqlite` is an index rebuilt from them.

    run = rectune.load_run("runs/quickstart")
    run.rounds.groupby(["label", "round"]).regret.agg(rectune.interquartile_mean)
"""

from rectune.journal import JournalDamage, read_journal
from rectune.run import Run, load_run
from rectune.statistics import interquartile_mean

__all__ = ["JournalDamage", "Run", "interquartile_mean", "load_run", "read_journal"]
