"""The last part of paths that end at singular or nearly singular solutions.

Near t = 1 a path is a series in powers of s^{1/c}, s = 1 − t, with the winding number c: after c turns of s around 0 it
closes, and the mean over these turns is its end (Cauchy's formula; Morgan, Sommese, Wampler, Numer. Math. 58 (1991)).
Circles shrink until two of them agree. So c belongs to all solutions inside the circle: those of a nearly double
solution have a common mean, and the paths that share an end are as many as its multiplicity.

Unknowns y = (z, λ) and equations as in `spinglass.landscape.polynomial_homotopy`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass.landscape.homogeneous_system import HomogeneousSystem
from spinglass.landscape.start_systems import StartSystem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ComplexArray = NDArray[np.complex128]

_RADIUS, _SHRINK, _CIRCLES = 0.04, 0.2, 14  # of s
_SAMPLES = 12  # on a circle
_MOST_TURNS = 16
_TOLERANCE = 1e-5  # first Newton step after a prediction
_MOST_STEPS = 4000
_CLOSED = 1e-6
_AGREED = 1e-8  # of two means


@dataclass(frozen=True, eq=False)
class Ends:
    """Where paths end: (count, n + 1) points (z, λ) at |z| = 1, winding numbers (0: not found), error estimates."""

    points: ComplexArray
    winding: IntArray
    error: FloatArray


class _Homotopy:
    """s ∂S/∂x + (1 − s) ∂Φ/∂x = λx, μ² = x·x and a·z = 1, for many points with a complex s and an a of each."""

    def __init__(self, system: HomogeneousSystem, start: StartSystem) -> None:
        n, p = system.n_spins, system.random_degree
        tensor = np.zeros((n,) * p, dtype=complex)
        tensor[(np.arange(n),) * p] = start.diagonal / p
        tensors: Any = {p: tensor}
        field: Any = start.field
        self.target = system
        self.start = HomogeneousSystem(n, system.degree, system.has_mu, tensors, field, np.eye(n)[-1])

    def equations(self, y: ComplexArray, s: ComplexArray, a: ComplexArray) -> tuple[Any, Any, Any]:
        """F, its Jacobian, and ∂F/∂s."""
        z = y[:, :-1]
        start, target = self.start.jacobian(z), self.target.jacobian(z)
        scale = 1 / (self.target.degree - 1)
        slope = ((start - target) @ z[:, :, None])[:, :, 0] * scale
        inner = s[:, None, None] * start + (1 - s)[:, None, None] * target
        f, jacobian = _bordered(self.target, y, inner, a)
        change = np.zeros(y.shape, dtype=complex)
        change[:, : self.target.n_spins] = slope
        return f, jacobian, change

    def follow(self, y: ComplexArray, s0: ComplexArray, s1: ComplexArray) -> tuple[ComplexArray, NDArray[np.bool_]]:
        """Points moved from s0 to s1 on straight lines, and which of them arrived."""
        y = y.copy()
        u, h = np.zeros(len(y)), np.full(len(y), 0.1)
        going = np.ones(len(y), dtype=bool)
        for _ in range(_MOST_STEPS):
            rows = np.flatnonzero(going & (u < 1))
            if len(rows) == 0:
                break
            way = (s1 - s0)[rows]
            tau = np.minimum(h[rows], 1 - u[rows])
            here, a = y[rows], y[rows, :-1].conj()
            moved = _runge_kutta(self, here, s0[rows] + u[rows] * way, tau * way, a)
            ahead = s0[rows] + (u[rows] + tau) * way
            sizes = []
            for _ in range(3):
                f, jacobian, _ = self.equations(moved, ahead, a)
                step = _solved(jacobian, f)
                moved = moved - step
                sizes.append(np.linalg.norm(step, axis=1) / np.sqrt(1 + np.abs(moved[:, -1]) ** 2))
            good = (sizes[0] < _TOLERANCE) & (sizes[2] < 1e-9)
            accepted = rows[good]
            y[accepted] = normalised(moved[good], self.target.degree)
            u[accepted] = np.where(tau[good] >= 1 - u[accepted], 1.0, u[accepted] + tau[good])
            with np.errstate(all="ignore"):
                growth = 0.8 * (_TOLERANCE / (sizes[0] + 1e-300)) ** 0.2
            growth = np.where(np.isfinite(growth), growth, 0.25)
            h[rows] = tau * np.clip(growth, 0.25, np.where(good, 3.0, 0.5))
            going[rows[h[rows] < 1e-9]] = False
        return y, u >= 1


def _runge_kutta(homotopy: _Homotopy, y: ComplexArray, s: ComplexArray, ds: ComplexArray, a: ComplexArray) -> Any:
    """The classical step of fourth order along dy/ds = −F_y^{-1} F_s."""

    def slope(point: ComplexArray, at: ComplexArray) -> ComplexArray:
        _, jacobian, change = homotopy.equations(point, at, a)
        return -ds[:, None] * _solved(jacobian, change)

    first = slope(y, s)
    second = slope(y + first / 2, s + ds / 2)
    third = slope(y + second / 2, s + ds / 2)
    fourth = slope(y + third, s + ds)
    return y + (first + 2 * second + 2 * third + fourth) / 6


def _bordered(system: HomogeneousSystem, y: ComplexArray, inner: ComplexArray, a: ComplexArray) -> tuple[Any, Any]:
    """F and its Jacobian from ∂²/∂x∂z of the polynomial."""
    n = system.n_spins
    z, x, multiplier = y[:, :-1], y[:, :n], y[:, -1]
    f = np.zeros(y.shape, dtype=complex)
    f[:, :n] = (inner @ z[:, :, None])[:, :, 0] / (system.degree - 1) - multiplier[:, None] * x
    f[:, -1] = np.sum(a * z, axis=1) - 1
    jacobian = np.zeros((*y.shape, y.shape[1]), dtype=complex)
    jacobian[:, :n, :-1] = inner
    jacobian[:, np.arange(n), np.arange(n)] -= multiplier[:, None]
    jacobian[:, :n, -1] = -x
    jacobian[:, -1, :-1] = a
    if system.has_mu:
        f[:, n] = np.sum(x * x, axis=1) - z[:, n] ** 2
        jacobian[:, n, :n] = 2 * x
        jacobian[:, n, n] = -2 * z[:, n]
    return f, jacobian


def equations(system: HomogeneousSystem, y: ComplexArray, a: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
    """F and its Jacobian at points (z, λ), for s = 0."""
    f, jacobian = _bordered(system, y, system.jacobian(y[:, :-1]), a)
    return f, jacobian


def _solved(matrix: ComplexArray, right: ComplexArray) -> ComplexArray:
    """Solutions of many linear systems; nan for singular ones."""
    try:
        result = np.linalg.solve(matrix, right[:, :, None])[:, :, 0].astype(complex)
    except np.linalg.LinAlgError:
        result = np.full(right.shape, np.nan, dtype=complex)
        for row in range(len(right)):
            try:
                result[row] = np.linalg.solve(matrix[row], right[row])
            except np.linalg.LinAlgError:
                continue
    return result


def normalised(y: ComplexArray, degree: int) -> ComplexArray:
    """(z, λ) at |z| = 1."""
    size = np.linalg.norm(y[:, :-1], axis=1)
    return np.column_stack([y[:, :-1] / size[:, None], y[:, -1] / size ** (degree - 2)])


def distances(z: ComplexArray, other: ComplexArray) -> FloatArray:
    """The sines of the angles between points of projective space at |z| = 1, row by row."""
    along = np.sum(z.conj() * other, axis=-1)
    result: FloatArray = np.linalg.norm(other - along[..., None] * z, axis=-1)
    return result


def cauchy_ends(system: HomogeneousSystem, start: StartSystem, paths: IntArray) -> Ends:
    """The ends at s = 0 of the numbered paths from the solutions of a start system."""
    homotopy = _Homotopy(system, start)
    count, width = len(paths), start.solutions.shape[1]
    ends = np.full((count, width), np.nan, dtype=complex)
    winding, error = np.zeros(count, dtype=np.int64), np.full(count, np.inf)
    radius = _RADIUS
    with np.errstate(all="ignore"):
        y, there = homotopy.follow(start.solutions[paths], np.ones(count, dtype=complex), np.full(count, radius + 0j))
        before = np.zeros(count, dtype=np.int64)
        rows = np.flatnonzero(there)
        for _ in range(_CIRCLES):
            if len(rows) == 0:
                break
            mean, turns = _means(homotopy, y[rows], radius)
            moved = distances(ends[rows, :-1], mean[:, :-1])
            agreed = (turns > 0) & (turns == before[rows]) & (moved < _AGREED)
            ends[rows], before[rows] = mean, turns
            winding[rows[agreed]], error[rows[agreed]] = turns[agreed], moved[agreed]
            rows = rows[~agreed]
            here = np.full(len(rows), radius + 0j)
            radius *= _SHRINK
            y[rows], there = homotopy.follow(y[rows], here, np.full(len(rows), radius + 0j))
            rows = rows[there]
    return Ends(ends, winding, error)


def _means(homotopy: _Homotopy, y: ComplexArray, radius: float) -> tuple[ComplexArray, IntArray]:
    """The mean over the turns until each path closes, and their number; 0 where it does not close."""
    degree = homotopy.target.degree
    chart = y[:, :-1].conj()
    corners = radius * np.exp(2j * np.pi * np.arange(_SAMPLES + 1) / _SAMPLES)
    total, turns = np.zeros(y.shape, dtype=complex), np.zeros(len(y), dtype=np.int64)
    here = y.copy()
    rows = np.arange(len(y))
    for turn in range(1, _MOST_TURNS + 1):
        for k in range(_SAMPLES):
            scale = np.sum(chart[rows] * here[rows, :-1], axis=1)
            total[rows, :-1] += here[rows, :-1] / scale[:, None]
            total[rows, -1] += here[rows, -1] / scale ** (degree - 2)
            size = len(rows)
            here[rows], there = homotopy.follow(
                here[rows], np.full(size, corners[k]), np.full(size, corners[(k + 1) % _SAMPLES])
            )
            rows = rows[there]
        closed = distances(y[rows, :-1], here[rows, :-1]) < _CLOSED
        turns[rows[closed]] = turn
        rows = rows[~closed]
        if len(rows) == 0:
            break
    return normalised(total / (_SAMPLES * np.maximum(turns, 1))[:, None], degree), turns


def jacobians(system: HomogeneousSystem, y: ComplexArray) -> ComplexArray:
    """The Jacobians of the equations at points (z, λ), |z| = 1, each with the chart a = z̄."""
    return equations(system, y, y[:, :-1].conj())[1]
