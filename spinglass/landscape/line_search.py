"""A step along a geodesic that decreases f enough and flattens its slope: the conditions of Wolfe."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinglass.landscape.objective import Objective, Place

FloatArray = NDArray[np.float64]

_DECREASE = 1e-4
_ROUNDING = 1e-13
_MOST_TRIALS = 40


@dataclass(frozen=True, eq=False)
class Trial:
    """The end of a step of length factor t along the direction, with the slope of f along the geodesic there."""

    factor: float
    place: Place
    slope: float


def trial(objective: Objective, start: Place, direction: FloatArray, factor: float) -> Trial:
    """f, its gradient and its slope at ``step(w, t d)``; f = ∞ and slope 0 where they are not finite."""
    move = factor * direction
    place = objective.attempt(objective.manifold.step(start.point, move))
    if not math.isfinite(place.value):
        return Trial(factor, place, 0.0)
    carried = objective.manifold.transport(start.point, move, direction)
    return Trial(factor, place, float(place.gradient @ carried))


def decreases(start: Place, slope: float, end: Trial) -> bool:
    """Armijo's condition; where rounding of the values would hide it, the same said of slopes.

    For a quadratic f(t) − f(0) ≤ δ t f′(0) is f′(t) ≤ (2δ − 1) f′(0) in slopes, which has no cancellation (Hager,
    Zhang, SIAM J. Optim. 16 (2005) 170).
    """
    noise = _ROUNDING * max(1.0, abs(start.value))
    if -end.factor * slope > 100 * noise:
        return end.place.value <= start.value + _DECREASE * end.factor * slope
    return end.place.value <= start.value + noise and end.slope <= (2 * _DECREASE - 1) * slope


def backtrack(objective: Objective, start: Place, direction: FloatArray, factor: float) -> Trial | None:
    """The first of t, t/2, t/4, … that decreases f enough; None when steps vanish."""
    slope = float(start.gradient @ direction)
    for _ in range(_MOST_TRIALS):
        end = trial(objective, start, direction, factor)
        if decreases(start, slope, end):
            return end
        factor /= 2
    return None


def wolfe(objective: Objective, start: Place, direction: FloatArray, factor: float, flatness: float) -> Trial | None:
    """A step with enough decrease and |f′(t)| ≤ flatness |f′(0)|; None when there is none to be found.

    Doubling until a minimum is enclosed, then the secant of the slopes, kept inside the enclosure (Nocedal, Wright,
    Numerical Optimization, 2006, algorithms 3.5 and 3.6, with slopes in place of values as in Hager and Zhang).
    """
    slope = float(start.gradient @ direction)
    if not slope < 0:
        return None
    low, low_slope = 0.0, slope
    high: float | None = None
    high_slope = 0.0
    best: Trial | None = None
    for _ in range(_MOST_TRIALS // 2):
        end = trial(objective, start, direction, factor)
        good = decreases(start, slope, end)
        if good and abs(end.slope) <= -flatness * slope:
            return end
        if good and (best is None or end.place.value < best.place.value):
            best = end
        if good and end.slope < 0:
            low, low_slope = factor, end.slope
            if high is None:
                factor *= 2.0 if slope >= end.slope else min(10.0, max(1.5, slope / (slope - end.slope) * 1.1))
                continue
        else:
            high, high_slope = factor, end.slope
        width = high - low
        if width <= 1e-14 * high:
            break
        guess = low - low_slope * width / (high_slope - low_slope) if high_slope > 0 else low + width / 2
        factor = min(max(guess, low + 0.1 * width), high - 0.1 * width)
    return best
