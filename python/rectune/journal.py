# SPDX-License-Identifier: Apache-2.0
"""Checksummed JSON lines, read as strictly as the C++ side reads them (experiments/journal.h)."""

from __future__ import annotations

import json
import os
import zlib
from typing import Any

_PREFIX = b'{"checksum":"'
_HEX_DIGITS = 8
_BODY = len(_PREFIX) + _HEX_DIGITS + 2  # {"checksum":"xxxxxxxx",

_NON_FINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


class JournalDamage(ValueError):
    """A line before the last one is not what was written."""


def number(value: float | str | None) -> float:
    """A double as journals write it: non-finite values are the strings NaN, Infinity, -Infinity."""
    if isinstance(value, str):
        return _NON_FINITE[value]
    if value is None or isinstance(value, bool):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a key appears twice")
    return record


def _refuse_constant(text: str) -> float:
    raise ValueError(f"bare {text} in a journal")


def unseal(line: bytes) -> dict[str, Any]:
    """The record of one line without its newline. ValueError says why there is none."""
    if not line.startswith(_PREFIX) or line[_BODY - 2 : _BODY] != b'",':
        raise ValueError("it does not open with a checksum")
    body = b"{" + line[_BODY:]
    stated = line[len(_PREFIX) : len(_PREFIX) + _HEX_DIGITS].decode("ascii", "replace")
    actual = f"{zlib.crc32(body):08x}"
    if stated != actual:
        raise ValueError(f"its checksum is {actual}, not the stated {stated}")
    return json.loads(body, object_pairs_hook=_unique, parse_constant=_refuse_constant)


def read_journal(file: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """All whole records. A crash can tear only the last line, so a bad last line is left out; any
    other bad line raises JournalDamage."""
    with open(file, "rb") as stream:
        lines = stream.read().split(b"\n")
    tail = lines.pop()  # what follows the last newline: empty, or torn
    records = []
    for index, line in enumerate(lines):
        try:
            records.append(unseal(line))
        except ValueError as error:
            if index == len(lines) - 1 and not tail:
                break
            raise JournalDamage(f"{os.fspath(file)}:{index + 1}: {error}") from error
    return records
