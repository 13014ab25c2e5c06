"""Random streams addressed by key, so that a sample does not depend on how the work was divided."""

from __future__ import annotations

from typing import Any

import numpy as np

from spinglass._errors import checked_int


def checked_seed(seed: Any) -> int:
    """The root seed as a non-negative integer."""
    return checked_int("seed", seed, 0)


def stream(seed: int, *key: int) -> np.random.Generator:
    """The Philox generator at the address `key` below a root seed.

    Two addresses give independent streams; the same address gives the same numbers on every machine, in every
    process, whatever was drawn elsewhere (numpy's `SeedSequence` with a spawn key).

    >>> a, b = stream(0, 3, 1), stream(0, 3, 1)
    >>> a.standard_normal() == b.standard_normal()
    True
    """
    root = np.random.SeedSequence(checked_seed(seed), spawn_key=tuple(checked_int("key", part, 0) for part in key))
    return np.random.Generator(np.random.Philox(root))
