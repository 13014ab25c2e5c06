"""Descent on a manifold: gradient descent, nonlinear conjugate gradients, limited-memory BFGS.

They find minima, but not each with the same probability: nothing that is counted over starts is a count of critical
points of the landscape.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import checked_float, checked_int
from spinglass.landscape.line_search import Trial, backtrack, wolfe
from spinglass.landscape.objective import Objective, Place

FloatArray = NDArray[np.float64]

CONVERGED = "converged"
STALLED = "stalled"
MAX_ITERATIONS = "max_iterations"

_FIRST_MOVE = 0.05  # length of a first step, relative to the manifold's reach
_PATIENCE = 200  # iterations without a lower value or gradient after which rounding has taken over


@dataclass(frozen=True, eq=False)
class Ending:
    """Where an iteration stopped and why: "converged", "stalled" (no step helps any more) or "max_iterations"."""

    place: Place
    status: str
    iterations: int


class _Rounding:
    """Notices when iterations no longer lower the value, beyond its rounding, nor the gradient."""

    def __init__(self, place: Place) -> None:
        self.value, self.slope, self.idle = place.value, place.slope, 0

    def rules(self, place: Place) -> bool:
        better = place.value < self.value - 1e-14 * max(1.0, abs(self.value)) or place.slope < 0.99 * self.slope
        if better:
            self.value, self.slope, self.idle = place.value, min(place.slope, self.slope), 0
        else:
            self.idle += 1
        return self.idle > _PATIENCE


def gradient_descent(
    objective: Objective,
    start: FloatArray,
    *,
    tolerance: float = 1e-8,
    max_iterations: int = 100_000,
    step: float | None = None,
) -> Ending:
    """w ← Exp_w(−t grad f) until |grad f|/√extent ≤ tolerance.

    step : a fixed t; None is Armijo's rule, halving from twice the last t. Converges linearly, in about as many steps
    as the condition number of the Hessian at the minimum.
    """
    tolerance, max_iterations = _checked(tolerance, max_iterations)
    fixed = None if step is None else checked_float("step", step, 0.0, low_open=True)
    place = objective.at(start)
    factor = _first_factor(objective, place)
    rounding = _Rounding(place)
    for iteration in range(max_iterations):
        if objective.gradient_norm(place) <= tolerance:
            return Ending(place, CONVERGED, iteration)
        if rounding.rules(place):
            return Ending(place, STALLED, iteration)
        if fixed is not None:
            place = objective.at(objective.manifold.step(place.point, -fixed * place.gradient))
            continue
        end = backtrack(objective, place, -place.gradient, 2 * factor)
        if end is None:
            return Ending(place, STALLED, iteration)
        place, factor = end.place, end.factor
    return Ending(place, _last(objective, place, tolerance), max_iterations)


def conjugate_gradients(
    objective: Objective, start: FloatArray, *, tolerance: float = 1e-8, max_iterations: int = 20_000
) -> Ending:
    """Nonlinear conjugate gradients, β = max(0, ⟨g, g − g₋⟩/|g₋|²) of Polak and Ribière, with parallel transport.

    Source: Absil, Mahony, Sepulchre (2008), algorithm 13; the steps satisfy Wolfe's conditions with 0.1.
    """
    tolerance, max_iterations = _checked(tolerance, max_iterations)
    manifold = objective.manifold
    place = objective.at(start)
    direction = -place.gradient
    factor = _first_factor(objective, place)
    rounding = _Rounding(place)
    for iteration in range(max_iterations):
        if objective.gradient_norm(place) <= tolerance:
            return Ending(place, CONVERGED, iteration)
        if rounding.rules(place):
            return Ending(place, STALLED, iteration)
        slope = float(place.gradient @ direction)
        if slope >= -1e-10 * place.slope * float(np.linalg.norm(direction)):
            direction = -place.gradient
            slope = -(place.slope**2)
        end = _wolfe_or_descent(objective, place, direction, factor, 0.1)
        if end is None:
            return Ending(place, STALLED, iteration)
        if end.restarted:
            direction, slope = -place.gradient, -(place.slope**2)
        move = end.factor * direction
        carried = manifold.transport(place.point, move, direction)
        before = manifold.transport(place.point, move, place.gradient)
        beta = float(end.place.gradient @ (end.place.gradient - before)) / place.slope**2
        direction = -end.place.gradient + max(0.0, beta) * carried
        new_slope = float(end.place.gradient @ direction)
        factor = end.factor * (slope / new_slope if new_slope < 0 else 1.0)
        place = end.place
    return Ending(place, _last(objective, place, tolerance), max_iterations)


def limited_memory_bfgs(
    objective: Objective,
    start: FloatArray,
    *,
    tolerance: float = 1e-8,
    max_iterations: int = 20_000,
    memory: int = 20,
) -> Ending:
    """L-BFGS with all pairs carried along by parallel transport, which is an isometry.

    Source: Huang, Gallivan, Absil, SIAM J. Optim. 25 (2015) 1660; the steps satisfy Wolfe's conditions with 0.9.
    """
    tolerance, max_iterations = _checked(tolerance, max_iterations)
    memory = checked_int("memory", memory, 1)
    manifold = objective.manifold
    place = objective.at(start)
    pairs: deque[tuple[FloatArray, FloatArray]] = deque(maxlen=memory)
    rounding = _Rounding(place)
    for iteration in range(max_iterations):
        if objective.gradient_norm(place) <= tolerance:
            return Ending(place, CONVERGED, iteration)
        if rounding.rules(place):
            return Ending(place, STALLED, iteration)
        direction = -_two_loops(place.gradient, pairs)
        end = _wolfe_or_descent(
            objective, place, direction, 1.0 if pairs else _first_factor(objective, place), 0.9, restart=bool(pairs)
        )
        if end is None:
            return Ending(place, STALLED, iteration)
        if end.restarted:
            pairs.clear()
            direction = -place.gradient
        move = end.factor * direction
        gradient = manifold.transport(place.point, move, place.gradient)
        carried = [
            (manifold.transport(place.point, move, s), manifold.transport(place.point, move, y)) for s, y in pairs
        ]
        pairs.clear()
        pairs.extend(carried)
        s, y = manifold.transport(place.point, move, move), end.place.gradient - gradient
        if float(s @ y) > 1e-12 * float(np.linalg.norm(s)) * float(np.linalg.norm(y)):
            pairs.append((s, y))
        place = end.place
    return Ending(place, _last(objective, place, tolerance), max_iterations)


def _two_loops(gradient: FloatArray, pairs: deque[tuple[FloatArray, FloatArray]]) -> FloatArray:
    """The inverse Hessian of BFGS times the gradient (Nocedal, Wright, algorithm 7.4)."""
    q = gradient.copy()
    kept = []
    for s, y in reversed(pairs):
        rho = 1 / float(s @ y)
        alpha = rho * float(s @ q)
        q -= alpha * y
        kept.append((rho, alpha))
    if pairs:
        s, y = pairs[-1]
        q *= float(s @ y) / float(y @ y)
    for (s, y), (rho, alpha) in zip(pairs, reversed(kept), strict=True):
        q += s * (alpha - rho * float(y @ q))
    return q


@dataclass(frozen=True, eq=False)
class _Step(Trial):
    restarted: bool = False


def _wolfe_or_descent(
    objective: Objective, place: Place, direction: FloatArray, factor: float, flatness: float, restart: bool = True
) -> _Step | None:
    """A Wolfe step along the direction, or along the negative gradient where there is none."""
    longest = objective.manifold.reach / max(float(np.linalg.norm(direction)), 1e-300)
    end = wolfe(objective, place, direction, min(factor, longest), flatness)
    if end is not None:
        return _Step(end.factor, end.place, end.slope)
    if not restart:
        return None
    end = backtrack(objective, place, -place.gradient, _first_factor(objective, place))
    return None if end is None else _Step(end.factor, end.place, end.slope, restarted=True)


def _first_factor(objective: Objective, place: Place) -> float:
    """t of a first step that is short against the manifold."""
    return _FIRST_MOVE * objective.manifold.reach / place.slope if place.slope > 0 else 1.0


def _last(objective: Objective, place: Place, tolerance: float) -> str:
    return CONVERGED if objective.gradient_norm(place) <= tolerance else MAX_ITERATIONS


def _checked(tolerance: float, max_iterations: int) -> tuple[float, int]:
    return checked_float("tolerance", tolerance, 0.0, low_open=True), checked_int("max_iterations", max_iterations, 1)
