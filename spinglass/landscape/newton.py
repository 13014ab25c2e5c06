"""Newton's method on a manifold: a trust region with truncated conjugate gradients, plain steps for the last digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import checked_float, checked_int
from spinglass.landscape.descent import CONVERGED, MAX_ITERATIONS, STALLED, Ending
from spinglass.landscape.objective import LinearMap, Objective, Place

FloatArray = NDArray[np.float64]

_FIRST_RADIUS, _LARGEST_RADIUS = 0.1, 0.5  # relative to the manifold's reach
_ACCEPT = 0.1  # least ratio of the true to the predicted decrease
_FORCING = 0.1  # largest relative residual of a truncated solve
_SMALLEST_RADIUS = 1e-13
_SHORT, _MOST_IDLE = 1e-6, 5  # so many steps so short that do not halve the gradient: rounding rules


@dataclass(frozen=True, eq=False)
class Model:
    """A gradient and a Hessian that make the quadratic model of a step, and the Hessian of f itself."""

    gradient: FloatArray
    act: LinearMap
    curvature: LinearMap


def truncated_solve(
    gradient: FloatArray, act: LinearMap, radius: float, tolerance: float, max_iterations: int
) -> tuple[FloatArray, bool]:
    """(s, whether s ends on the boundary) for min ⟨g, s⟩ + ½⟨s, Hs⟩ in |s| ≤ radius.

    Conjugate gradients, stopped at the boundary, at a direction of negative curvature (followed to the boundary), or
    when the residual is below `tolerance`. Source: Steihaug, SIAM J. Numer. Anal. 20 (1983) 626; Toint (1981).
    """
    s = np.zeros_like(gradient)
    residual = gradient.copy()
    direction = -residual
    square = float(residual @ residual)
    if math.sqrt(square) <= tolerance:
        return s, False
    for _ in range(max_iterations):
        turned = act(direction)
        curvature = float(direction @ turned)
        factor = square / curvature if curvature > 0 else math.inf
        if not factor < math.inf or float(np.linalg.norm(s + factor * direction)) >= radius:
            factor = _to_boundary(s, direction, radius)
            return s + factor * direction, True
        s = s + factor * direction
        residual = residual + factor * turned
        square, before = float(residual @ residual), square
        if math.sqrt(square) <= tolerance:
            break
        direction = -residual + (square / before) * direction
    return s, False


def _to_boundary(s: FloatArray, direction: FloatArray, radius: float) -> float:
    """The positive t with |s + t d| = radius."""
    a, b, c = float(direction @ direction), float(s @ direction), float(s @ s) - radius**2
    root = math.sqrt(max(b * b - a * c, 0.0))
    return (root - b) / a if b <= 0 else max(-c, 0.0) / (root + b)


def trust_region(
    objective: Objective,
    start: FloatArray,
    *,
    tolerance: float = 1e-8,
    max_iterations: int = 500,
    max_inner: int | None = None,
) -> Ending:
    """Newton's method in a trust region: each step minimises the quadratic model of f within a radius.

    A step is taken when f decreases by a tenth of what its model says, so that f decreases in every step; superlinear
    at the end. Source: Absil, Baker, Gallivan, Found. Comput. Math. 7 (2007) 303.
    """
    return iterate(objective, start, _curvature, _decreased, tolerance, max_iterations, max_inner)


def iterate(
    objective: Objective,
    start: FloatArray,
    model_at: Callable[[Objective, Place], Model],
    judge: Callable[[Objective, Place, FloatArray, FloatArray, Place], tuple[bool, bool]],
    tolerance: float,
    max_iterations: int,
    max_inner: int | None,
) -> Ending:
    """The steps of a trust region around a model of f, or of its image, at each place.

    `judge` says of a step whether it is taken, and whether the model was good enough there to widen the region.
    """
    tolerance = checked_float("tolerance", tolerance, 0.0, low_open=True)
    max_iterations = checked_int("max_iterations", max_iterations, 1)
    manifold = objective.manifold
    inner = checked_int("max_inner", max_inner or 4 * manifold.dimension + 10, 1)
    radius, largest = _FIRST_RADIUS * manifold.reach, _LARGEST_RADIUS * manifold.reach
    place = objective.at(start)
    model: Model | None = None
    idle = 0
    for iteration in range(max_iterations):
        if objective.gradient_norm(place) <= tolerance:
            return Ending(place, CONVERGED, iteration)
        if model is None:
            model = model_at(objective, place)
        goal = place.slope * min(_FORCING, math.sqrt(objective.gradient_norm(place)))
        s, outside = truncated_solve(model.gradient, model.act, radius, goal, inner)
        bend = model.curvature(s)
        end = objective.attempt(manifold.step(place.point, s))
        good, trusted = judge(objective, place, s, bend, end)
        if not good:
            radius = float(np.linalg.norm(s)) / 4
        elif trusted and outside:
            radius = min(2 * radius, largest)
        before = place.slope
        if good:
            place, model = end, None
        short = float(np.linalg.norm(s)) < _SHORT * manifold.reach
        idle = idle + 1 if short and end.slope > before / 2 else 0
        if radius < _SMALLEST_RADIUS * manifold.reach or idle >= _MOST_IDLE:
            return Ending(place, STALLED, iteration + 1)
    converged = objective.gradient_norm(place) <= tolerance
    return Ending(place, CONVERGED if converged else MAX_ITERATIONS, max_iterations)


def _curvature(objective: Objective, place: Place) -> Model:
    act = objective.curvature(place)
    return Model(place.gradient, act, act)


def _decreased(objective: Objective, place: Place, s: FloatArray, bend: FloatArray, end: Place) -> tuple[bool, bool]:
    """Whether f fell as its model says; both sides are given the rounding error of f (Conn, Gould, Toint, §17.4.2)."""
    noise = 1e-14 * max(1.0, abs(place.value))
    predicted = -float(place.gradient @ s) - float(s @ bend) / 2 + noise
    ratio = (place.value - end.value + noise) / predicted
    return ratio > _ACCEPT, ratio > 0.75


def polished(objective: Objective, place: Place, max_steps: int = 5) -> Place:
    """Plain Newton steps while each at least halves the gradient: the last digits of a critical point of any index.

    Only from nearby: a first step longer than a thousandth of the manifold's reach is not taken.
    """
    manifold = objective.manifold
    for _ in range(max_steps):
        if place.slope == 0:
            break
        step = newton_step(objective, place)
        if step is None or float(np.linalg.norm(step)) > 1e-3 * manifold.reach:
            break
        end = objective.attempt(manifold.step(place.point, step))
        if not end.slope <= place.slope / 2:
            break
        place = end
    return place


def newton_step(objective: Objective, place: Place) -> FloatArray | None:
    """The tangent vector s of Hess f s = −grad f; None where the Hessian is singular or the solve fails."""
    from spinglass.landscape.spectra import LARGEST_DENSE

    manifold = objective.manifold
    if manifold.dimension <= LARGEST_DENSE:
        inner = objective.tangent_matrix(place)
        try:
            x = np.linalg.solve(inner, -manifold.coordinates(place.point, place.gradient))
        except np.linalg.LinAlgError:
            return None
        return manifold.lift(place.point, np.asarray(x, dtype=np.float64))
    from scipy.sparse.linalg import LinearOperator, minres

    act = objective.curvature(place)
    size = manifold.dimension

    def inner_product(x: FloatArray) -> FloatArray:
        return manifold.coordinates(place.point, act(manifold.lift(place.point, x)))

    operator = LinearOperator((size, size), matvec=inner_product, dtype=float)
    x, failed = minres(operator, -manifold.coordinates(place.point, place.gradient), rtol=1e-10)
    return None if failed else manifold.lift(place.point, np.asarray(x, dtype=np.float64))
