# SPDX-License-Identifier: Apache-2.0
"""A run folder as data frames. The layout is described in experiments/run_folder.h."""

from __future__ import annotations

import json
import os
import pathlib
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rectune.journal import number, read_journal

_SCHEMA = 1


@dataclass(frozen=True)
class Run:
    """One run. Frames are keyed by (label, seed); rounds count from 1 (0 is production)."""

    directory: pathlib.Path
    manifest: dict[str, Any]
    task: dict[str, Any]
    cells: pd.DataFrame  # label, tuner, seed, is_agent, is_stand_in, complete
    rounds: pd.DataFrame  # label, seed, round, true_value, true_violation, gain, regret, ...
    trials: pd.DataFrame  # label, seed, round, arm, trial, status, source, true_value, ...
    readings: pd.DataFrame  # label, seed, round, arm, trial, metric, control, lift, ...
    configurations: pd.DataFrame  # label, seed, round, arm, trial, parameter, value

    @property
    def reference_value(self) -> float | None:
        """The reference optimum's objective value, in percent over production."""
        reference = self.task.get("reference")
        return None if reference is None else number(reference["value"])

    @property
    def spec(self) -> dict[str, Any]:
        return self.manifest["spec"]

    @property
    def finished_rounds(self) -> pd.DataFrame:
        """The rounds of finished cells, which are those that reports count."""
        done = self.cells.loc[self.cells["complete"], ["label", "seed"]]
        return self.rounds.merge(done, on=["label", "seed"], validate="many_to_one")

    def display_name(self, label: str) -> str:
        """The label as figures must show it: a synthetic stand-in says that it is one."""
        rows = self.cells.loc[self.cells["label"] == label, "is_stand_in"]
        if rows.empty:
            raise KeyError(label)
        return f"{label} (synthetic stand-in)" if rows.iloc[0] else label


def _read_json(file: pathlib.Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8"))


def _counted_gain(value: float, violation: float) -> float:
    """What a recommendation counts for: production's gain or worse if it breaks a guardrail."""
    return min(0.0, value) if violation > 0.0 else value


def _regret(value: float, violation: float, reference: float | None) -> float:
    if reference is None:
        return float("nan")
    regret = (reference - value) / reference
    return max(1.0, regret) if violation > 0.0 else regret


def _suggest_seconds(file: pathlib.Path) -> dict[int, float]:
    seconds: dict[int, float] = {}
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                timing = json.loads(line)
            except json.JSONDecodeError:
                continue  # torn by a crash; its round is timed again below
            seconds[int(timing["round"])] = float(timing["propose_seconds"])
    return seconds


class _Tables:
    def __init__(self, reference: float | None) -> None:
        self.reference = reference
        self.cells: list[dict[str, Any]] = []
        self.rounds: list[dict[str, Any]] = []
        self.trials: list[dict[str, Any]] = []
        self.readings: list[dict[str, Any]] = []
        self.configurations: list[dict[str, Any]] = []

    def add_cell(self, folder: pathlib.Path) -> None:
        records = read_journal(folder / "journal.jsonl")
        if not records:
            return
        header = records[0]
        if header["type"] != "cell" or header["schema"] != _SCHEMA:
            raise ValueError(f"{folder / 'journal.jsonl'}:1: not the header of a cell")
        complete = records[-1]["type"] == "done"
        keys = ("label", "tuner", "seed", "is_agent", "is_stand_in")
        self.cells.append({key: header[key] for key in keys} | {"complete": complete})
        seconds = _suggest_seconds(folder / "timing.jsonl")
        body = records[1:-1] if complete else records[1:]
        for expected, record in enumerate(body, start=1):
            if record["type"] != "round" or record["round"] != expected:
                raise ValueError(f"{folder / 'journal.jsonl'}: round {expected} is missing")
            self._add_round(header["label"], header["seed"], record, seconds)

    def _add_round(
        self, label: str, seed: int, record: dict[str, Any], seconds: dict[int, float]
    ) -> None:
        cell = {"label": label, "seed": seed, "round": record["round"]}
        value = number(record["true_score"]["value"])
        violation = number(record["true_score"]["violation"])
        self.rounds.append(
            cell
            | {
                "true_value": value,
                "true_violation": violation,
                "gain": _counted_gain(value, violation),
                "regret": _regret(value, violation, self.reference),
                "suggest_seconds": seconds.get(record["round"], float("nan")),
            }
        )
        truths = record["arm_truth"]
        for index, trial in enumerate(record["trials"]):
            where = cell | {"arm": trial["arm"], "trial": trial["id"]}
            truth = truths[index] if index < len(truths) else {"value": "NaN", "violation": "NaN"}
            self.trials.append(
                where
                | {key: trial[key] for key in ("status", "status_reason", "source", "hypothesis")}
                | {f"true_{key}": number(truth[key]) for key in ("value", "violation")}
            )
            for name, value_of in (trial.get("configuration") or {}).items():
                self.configurations.append(where | {"parameter": name, "value": value_of})
            if trial["status"] != "completed":
                continue
            for metric, reading in trial["measurement"]["readings"].items():
                self.readings.append(
                    where
                    | {"metric": metric}
                    | {key: number(item) for key, item in reading.items()}
                )


def load_run(directory: str | os.PathLike[str]) -> Run:
    """Reads a run folder. Raises FileNotFoundError if it is none, JournalDamage if a journal was
    altered; a torn last line, which a crash leaves, is ignored."""
    root = pathlib.Path(directory)
    manifest = _read_json(root / "manifest.json")
    task = _read_json(root / "task.json")
    for name, content in (("manifest.json", manifest), ("task.json", task)):
        if content["schema"] != _SCHEMA:
            raise ValueError(f"{root / name}: schema {content['schema']}, this reader knows {_SCHEMA}")
    reference = task.get("reference")
    tables = _Tables(None if reference is None else number(reference["value"]))
    for tuner in manifest["spec"]["tuners"]:
        for seed in manifest["spec"]["seeds"]:
            folder = root / "cells" / f"{tuner['label']}.seed{seed}"
            if (folder / "journal.jsonl").exists():
                tables.add_cell(folder)
    return Run(
        directory=root,
        manifest=manifest,
        task=task,
        cells=pd.DataFrame(tables.cells),
        rounds=pd.DataFrame(tables.rounds),
        trials=pd.DataFrame(tables.trials),
        readings=pd.DataFrame(tables.readings),
        configurations=pd.DataFrame(tables.configurations),
    )
