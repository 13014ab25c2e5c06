"""Solutions where several paths end: nearly double ones taken apart, singular ones counted.

Paths that share an end are as many as its multiplicity. They are taken apart by the reduced equation β(a) = 0 along the
kernel v of the Jacobian (Lyapunov, Schmidt): F(y + av + w) = β l with v*w = 0. Its roots start Newton's method with
residuals in integers of fixed point, which tells nearly double solutions from double ones: with residuals in floating
point both are one. Where the equations have been rounded, solutions that change with the rounding stay together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinglass.landscape.endgame import Ends, distances, equations, jacobians, normalised
from spinglass.landscape.fixed_point import FixedPointSystem
from spinglass.landscape.homogeneous_system import HomogeneousSystem

IntArray = NDArray[np.int64]
ComplexArray = NDArray[np.complex128]

_SAME_END = 1e-7
REGULAR = 1e-4  # smallest singular value of a Jacobian that needs no care, for |z| = 1 and gradients of size one
_FAILED = 1e-2
_REACH = 3e-3  # |a| on the circle where β is sampled
_REDUCED = 16
_CONVERGED = 1e-19
_ROUNDED = 1e-15  # errors of rounded equations, for gradients of size one
_APART = 1e-11  # distances, and smallest singular values, below which solutions are one


@dataclass(frozen=True, eq=False)
class Resolution:
    """Solutions at the ends of some paths.

    regular : (·, n + 1), each of them simple, also where they are nearly double. nearly_double : whether some of them
    had to be taken apart. singular : (·, n + 1), distinct; multiplicity : the number of paths that end there, which is
    the sum of the winding numbers of the cycles they make. lost : paths without end.
    """

    regular: ComplexArray
    nearly_double: bool
    singular: ComplexArray
    multiplicity: IntArray
    lost: int

    @property
    def paths(self) -> int:
        """How many paths they account for."""
        return len(self.regular) + int(np.sum(self.multiplicity))


def near_singular(system: HomogeneousSystem, y: ComplexArray, arrived: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which points (z, λ), |z| = 1, have nearly singular Jacobians; less near is enough where a path did not arrive."""
    result = ~np.all(np.isfinite(y), axis=1)
    rows = np.flatnonzero(~result)
    values = np.linalg.svd(jacobians(system, y[rows]), compute_uv=False)
    result[rows] = values[:, -1] < np.where(arrived[rows], REGULAR, _FAILED) * values[:, 0]
    return result


def resolved(system: HomogeneousSystem, ends: Ends, rounding: bool) -> Resolution:
    """The solutions at the ends of paths: simple ones, nearly double ones taken apart, singular ones counted.

    rounding : whether the coefficients of the system have errors of rounding.
    """
    found = np.flatnonzero(ends.winding > 0)
    exact = FixedPointSystem(system)
    error = _ROUNDED if rounding else 0.0
    regular: list[ComplexArray] = []
    singular: list[ComplexArray] = []
    multiplicity: list[int] = []
    nearly_double = False
    lost = len(ends.winding) - len(found)
    while len(found):
        near = distances(ends.points[found[0], :-1], ends.points[found, :-1]) < _SAME_END
        cluster, found = found[near], found[~near]
        centre = ends.points[cluster[0]]
        paths = len(cluster)
        apart = _taken_apart(system, exact, centre, paths, error)
        if len(apart) == paths or (len(apart) == 1 and _is_regular(system, apart[0])):
            regular += apart
            nearly_double |= paths > 1
        elif abs(sum(1 / ends.winding[cluster]) - round(sum(1 / ends.winding[cluster]))) < 1e-9:
            singular.append(centre)
            multiplicity.append(paths)
        else:
            lost += paths
    width = ends.points.shape[1]
    return Resolution(
        np.array(regular, dtype=complex).reshape(-1, width),
        nearly_double,
        np.array(singular, dtype=complex).reshape(-1, width),
        np.array(multiplicity, dtype=np.int64),
        lost,
    )


def _is_regular(system: HomogeneousSystem, y: ComplexArray) -> bool:
    values = np.linalg.svd(jacobians(system, y[None])[0], compute_uv=False)
    return bool(values[-1] > REGULAR * values[0])


def _taken_apart(
    system: HomogeneousSystem, exact: FixedPointSystem, y: ComplexArray, count: int, error: float
) -> list[ComplexArray]:
    """Simple solutions near to a point where `count` paths end: all of these when they are as many."""
    left, values, right = np.linalg.svd(jacobians(system, y[None])[0])
    starts = [y]
    if count > 1 and values[-1] < REGULAR * values[0]:
        if values[-2] < REGULAR * values[0]:
            return []
        starts = [y + shift for shift in _reduced_roots(system, exact, y, left[:, -1], right[-1].conj(), count, error)]
    chart = y[:-1].conj()
    solutions: list[ComplexArray] = []
    for start in starts:
        solution = _newton(system, exact, start, chart)
        if solution is None or np.linalg.norm(solution - y) > 10 * _REACH:
            continue
        if all(np.linalg.norm(solution - other) > _APART for other in solutions):
            solutions.append(normalised(solution[None], system.degree)[0])
    values = np.linalg.svd(jacobians(system, np.array(solutions)), compute_uv=False) if solutions else values[None]
    return solutions if np.all(values[:, -1] > _APART * values[:, 0]) else []


def _reduced_roots(
    system: HomogeneousSystem,
    exact: FixedPointSystem,
    y: ComplexArray,
    l: ComplexArray,
    v: ComplexArray,
    count: int,
    error: float,
) -> list[ComplexArray]:
    """The shifts av + w of the `count` smallest roots of the reduced equation, from its values on a circle.

    None where an error of β of the given size would move roots by more than a tenth of their distance.
    """
    chart = y[:-1].conj()
    border = np.zeros((len(y) + 1, len(y) + 1), dtype=complex)
    border[:-1, -1], border[-1, :-1] = -l, v.conj()
    nodes = _REACH * np.exp(2j * np.pi * np.arange(_REDUCED) / _REDUCED)
    values = np.zeros(_REDUCED, dtype=complex)
    shifts = np.zeros((_REDUCED, len(y)), dtype=complex)
    for k, node in enumerate(nodes):
        point = exact.point(y + node * v)
        beta = 0j
        for _ in range(12):
            here = exact.rounded(point)
            border[:-1, :-1] = equations(system, here[None], chart[None])[1][0]
            residual = np.append(exact.residual(point, chart) - beta * l, 0)
            step = np.linalg.solve(border, residual)
            point = exact.moved(point, -step[:-1])
            beta -= step[-1]
            if np.linalg.norm(step) < _CONVERGED:
                break
        values[k] = beta
        shifts[k] = exact.rounded(point) - y
    series = np.fft.fft(values) / _REDUCED / _REACH ** np.arange(_REDUCED)
    paths = np.fft.fft(shifts, axis=0) / _REDUCED / (_REACH ** np.arange(_REDUCED))[:, None]
    if not np.all(np.isfinite(series)):
        return []
    series = series[: count + 3]
    roots = _smallest_roots(series, count)
    if error:
        series[0] += error
        gaps = np.abs(roots[:, None] - roots) + np.where(np.eye(len(roots)), np.inf, 0.0)
        moved = np.abs(roots[:, None] - _smallest_roots(series, count))
        if np.max(np.min(moved, axis=1)) > 0.1 * np.min(gaps):
            return []
    return [np.polynomial.polynomial.polyval(a, paths[: count + 3]) for a in roots if abs(a) < _REACH]


def _smallest_roots(series: ComplexArray, count: int) -> ComplexArray:
    roots = np.roots(series[::-1]).astype(complex)
    result: ComplexArray = roots[np.argsort(np.abs(roots))][:count]
    return result


def _newton(
    system: HomogeneousSystem, exact: FixedPointSystem, start: ComplexArray, chart: ComplexArray
) -> ComplexArray | None:
    """Newton's method with residuals in fixed point; None where it does not converge."""
    point = exact.point(start)
    before = np.inf
    for _ in range(40):
        here = exact.rounded(point)
        jacobian = equations(system, here[None], chart[None])[1][0]
        try:
            step = np.linalg.solve(jacobian, exact.residual(point, chart))
        except np.linalg.LinAlgError:
            return None
        size = float(np.linalg.norm(step))
        if not size < 10 * _REACH:
            return None
        point = exact.moved(point, -step)
        if size < _CONVERGED and before < _APART:
            return exact.rounded(point)
        before = size
    return None
