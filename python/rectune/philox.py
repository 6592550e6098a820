# SPDX-License-Identifier: Apache-2.0
"""RecTune's random streams (core/random_stream.h) with NumPy's Philox, bit for bit.

A stream is an address: key = (seed, purpose), counter = (block, step, entity, replicate). NumPy
increments its 256-bit counter before the first block, so it has to start one lower.
"""

from __future__ import annotations

import numpy as np

_MASK = (1 << 64) - 1

# Purpose codes of core/random_stream.h; append-only there.
TUNER_INITIAL = 12


def words(
    seed: int, purpose: int, step: int = 0, entity: int = 0, replicate: int = 0, *, count: int
) -> np.ndarray:
    """The first `count` 64-bit words of a stream."""
    counter = (step << 64) | (entity << 128) | (replicate << 192)
    before = (counter - 1) % (1 << 256)
    generator = np.random.Philox(
        key=np.array([seed, purpose], dtype=np.uint64),
        counter=np.array([(before >> (64 * i)) & _MASK for i in range(4)], dtype=np.uint64),
    )
    return generator.random_raw(count)


def uniform(
    seed: int, purpose: int, step: int = 0, entity: int = 0, replicate: int = 0, *, count: int
) -> np.ndarray:
    """RandomStream::Uniform: 53 bits on [0, 1)."""
    bits = words(seed, purpose, step, entity, replicate, count=count)
    return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53


def fnv1a64(text: str) -> int:
    """FNV-1a, 64 bits (Fowler, Noll, Vo)."""
    state = 0xCBF29CE484222325
    for byte in text.encode():
        state = ((state ^ byte) * 0x100000001B3) & _MASK
    return state


def block(counter: tuple[int, int, int, int], key: tuple[int, int]) -> list[int]:
    """One Philox4x64-10 block."""
    joined = sum(word << (64 * i) for i, word in enumerate(counter))
    before = (joined - 1) % (1 << 256)
    generator = np.random.Philox(
        key=np.array(key, dtype=np.uint64),
        counter=np.array([(before >> (64 * i)) & _MASK for i in range(4)], dtype=np.uint64),
    )
    return [int(word) for word in generator.random_raw(4)]


def derive_seed(seed: int, label: str) -> int:
    """DeriveSeed: the label's hash and length as a counter, the seed as the key."""
    return block((fnv1a64(label), len(label.encode()), 0, 0), (seed, 0))[0]
