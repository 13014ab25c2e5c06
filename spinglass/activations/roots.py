"""Zeros and steep places of a function on an interval, found on a grid."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def grid_of(reach: float) -> NDArray[np.float64]:
    """Points of [−reach, reach], dense near 0 and uniform far out; 0 and round numbers among them."""
    near = np.sinh(np.linspace(-1.0, 1.0, 1601) * math.asinh(1e3 * reach)) * 1e-3
    return np.unique(np.concatenate([near, np.linspace(-reach, reach, 2401), [0.0]]))


def roots(function: Callable[[Any], Any], grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Zeros of a function on a grid: sign changes by bisection, touching zeros at local minima of its modulus."""
    values = np.array(function(grid), dtype=float)
    zero = values == 0.0
    # a function that vanishes on an interval does so between kinks of its own parts, which are found there
    beside = np.concatenate([[False], zero[:-1]]) | np.concatenate([zero[1:], [False]])
    found = [grid[zero & ~beside]]
    sign = np.sign(values)
    change = np.nonzero(sign[:-1] * sign[1:] < 0)[0]
    low, high, left = grid[change], grid[change + 1], sign[change]
    for _ in range(80):
        if not low.size:
            break
        middle = 0.5 * (low + high)
        same = np.sign(function(middle)) == left
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    if low.size:
        at_low, at_high = np.abs(function(low)), np.abs(function(high))
        best = np.where(at_low <= at_high, low, high)
        found.append(best)
    size = np.abs(values)
    inner = size[1:-1]
    dip = 1 + np.nonzero((inner < size[:-2]) & (inner <= size[2:]) & (sign[:-2] == sign[2:]) & (inner > 0))[0]
    if dip.size:
        low, high = grid[dip - 1], grid[dip + 1]
        golden = (math.sqrt(5.0) - 1.0) / 2.0
        for _ in range(90):
            a, b = high - golden * (high - low), low + golden * (high - low)
            smaller = np.abs(function(a)) < np.abs(function(b))
            low, high = np.where(smaller, low, a), np.where(smaller, b, high)
        bottom = 0.5 * (low + high)
        found.append(bottom[np.abs(function(bottom)) <= 1e-13 * np.maximum(size[dip - 1], size[dip + 1])])
    return np.unique(np.concatenate(found))


def steep_places(
    function: Callable[[Any], Any], derivative: Callable[[Any], Any], grid: NDArray[np.float64]
) -> list[float]:
    """Ends of the cells in which five nodes of f′ miss the step of f; they are halved until f′ is resolved.

    Around a narrow step the ends form a mesh graded towards it. Empty when too many cells need it (fast oscillations).
    """
    nodes, weights = np.polynomial.legendre.leggauss(5)
    low, high = grid[:-1], grid[1:]
    places: list[float] = []
    for _ in range(45):
        half = 0.5 * (high - low)
        slopes = derivative(0.5 * (low + high)[:, None] + half[:, None] * nodes)
        at_low, at_high = function(low), function(high)
        with np.errstate(all="ignore"):
            missed = np.abs(at_high - at_low - half * (slopes @ weights))
            scale = np.abs(at_high - at_low) + half * (np.abs(slopes) @ weights)
            noise = 1e-15 * np.maximum(np.abs(low), np.abs(high)) * np.max(np.abs(slopes), axis=1)  # of the argument
            steep = missed > 1e-8 * scale + 1e-13 * (np.abs(at_low) + np.abs(at_high)) + noise  # False where not finite
        low, high = low[steep], high[steep]
        if not low.size:
            return sorted(set(places))
        if low.size > 500:
            return []
        middle = 0.5 * (low + high)
        places.extend([*low.tolist(), *high.tolist()])
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
    return sorted(set(places))
