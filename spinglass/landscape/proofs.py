"""What either arithmetic of `certify` hands over: classes and points, each proved or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Classes:
    """Which complex classes are proved: as many as given, or the first failure."""

    failure: str
    distinct: int
    nonreal: int


@dataclass(frozen=True, eq=False)
class Points:
    """Real boxes around points σ of the unit sphere: radii (inf if unproved), bounds of h/N, proved indices or −1."""

    radius: FloatArray
    energy_low: FloatArray
    energy_high: FloatArray
    index: NDArray[np.int64]
    meeting: tuple[int, int] | None  # two points that were not proved to be different
