"""The generating function of the index along a contour, on one circle of its variable, in polynomials made for it.

For the minor B of order n and g = |x − ξ| (1 + 2it/(x − ξ))^{−1/2},

    F(z, t) = E ∏ g(λ_i) z^{#{λ_i < ξ}} = Pf S_t(z),   S_t(z) = R_t + z² L_t + z (l∧r),

R, L the skew moments of the right and of the left side and l, r the integrals, as in `index_law`; with
A_t(w) = R_t + w L_t, w = z²,

    Pf S_t(z) = Pf A_t(w) [1 − z lᵀ A_t(w)^{−1} r]:

even and odd indices are the coefficients in w of the two terms. Since the index is spread over √log n only, those near
its mean come from a few points w on a circle. On the circle |z| = r the index has another mean, and the indices near
it have full *relative* accuracy if the Pfaffian has: the basis is that of the polynomials orthonormal for the tilted
weight e^{−x²/2} r^{2·1{x<ξ}} (Stieltjes), in which nothing cancels, however rare these indices are without the tilt.

Differences to t = 0 are formed without cancellation in a basis in which A_0(w) is ⊕(0, 1; −1, 0). Own derivation.
"""

from __future__ import annotations

import itertools
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinglass._jit import jit, one_blas_thread
from spinglass.random_matrices.half_power_mesh import mesh, mesh_scale, signed_primitive
from spinglass.random_matrices.multiplicative import (
    NODES_PER_PANEL,
    orthonormal_recurrence,
    panel_nodes,
    panel_rule,
    support_radius,
)
from spinglass.random_matrices.skew_bases import skew_basis

POINTS = 5  # on the circle, pairs of eigenvalues: aliases are ten indices away


@jit
def _functions(
    offset: NDArray[np.float64], xi: float, tilt: float, alpha: NDArray[np.float64], beta: NDArray[np.float64]
) -> NDArray[np.float64]:
    """p_j(x) e^{−x²/4} r^{1{x<ξ}}, j < n, from the recurrence (x − α_j) p_j = β_{j+1} p_{j+1} + β_j p_{j−1}."""
    n = beta.shape[0]
    result = np.empty((n, offset.shape[0]))
    for i in range(offset.shape[0]):
        x = offset[i] + xi
        now = math.exp(-0.25 * x * x) / beta[0]
        if offset[i] < 0.0:
            now *= tilt
        before = 0.0
        for j in range(n):
            result[j, i] = now
            if j + 1 < n:
                before, now = now, ((x - alpha[j]) * now - (beta[j] if j > 0 else 0.0) * before) / beta[j + 1]
    return result


@jit
def _pfaffian(matrix: NDArray[np.complex128]) -> complex:
    """Pf by elimination with row exchanges; the matrix is overwritten."""
    n = matrix.shape[0]
    result = 1.0 + 0.0j
    for k in range(0, n, 2):
        largest, p = -1.0, k + 1
        for j in range(k + 1, n):
            if abs(matrix[k, j]) > largest:
                largest, p = abs(matrix[k, j]), j
        if largest == 0.0:
            return 0.0j
        if p != k + 1:
            for j in range(k, n):
                matrix[k + 1, j], matrix[p, j] = matrix[p, j], matrix[k + 1, j]
            for j in range(k, n):
                matrix[j, k + 1], matrix[j, p] = matrix[j, p], matrix[j, k + 1]
            result = -result
        pivot = matrix[k, k + 1]
        result *= pivot
        for i in range(k + 2, n):
            first, second = matrix[k + 1, i] / pivot, matrix[k, i] / pivot
            for j in range(i + 1, n):
                matrix[i, j] += first * matrix[k, j] - second * matrix[k + 1, j]
                matrix[j, i] = -matrix[i, j]
    return result


@jit
def _ratio_and_solution(delta: NDArray[np.complex128], right: NDArray[np.complex128]) -> tuple[complex, NDArray[Any]]:
    """Pf(J + Δ) − 1, accurate relative to Δ when that is small, and (J + Δ)^{−1} right; Δ is overwritten."""
    n = delta.shape[0]
    largest = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            size = abs(delta[i, j].real) + abs(delta[i, j].imag)
            if size > largest:
                largest = size
    if largest > 0.2:
        for k in range(0, n, 2):
            delta[k, k + 1] += 1
            delta[k + 1, k] -= 1
        solution = np.linalg.solve(delta, right)
        return _pfaffian(delta) - 1, solution
    ratio = 0.0j
    x = right.copy()
    for k in range(0, n, 2):
        d = delta[k, k + 1]
        ratio += d + ratio * d
        inverse = 1 / (1 + d)
        for i in range(k + 2, n):
            first, second = delta[k + 1, i] * inverse, delta[k, i] * inverse
            x[i] += first * x[k] - second * x[k + 1]
            for j in range(i + 1, n):
                delta[i, j] += first * delta[k, j] - second * delta[k + 1, j]
    for k in range(n - 2, -1, -2):
        first, second = x[k], x[k + 1]
        for j in range(k + 2, n):
            first -= delta[k, j] * x[j]
            second -= delta[k + 1, j] * x[j]
        inverse = 1 / (1 + delta[k, k + 1])
        x[k], x[k + 1] = -second * inverse, first * inverse
    return ratio, x


@jit
def _inverse_j(vector: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """J^{−1} times a vector."""
    result = np.empty_like(vector)
    for k in range(0, vector.shape[0], 2):
        result[k], result[k + 1] = -vector[k + 1], vector[k]
    return result


@jit
def _side(
    basis: NDArray[np.float64],
    outer: NDArray[np.complex128],
    factor: NDArray[np.complex128],
    weight: NDArray[np.float64],
    jacobian: NDArray[np.float64],
    half: NDArray[np.float64],
    weights: NDArray[np.float64],
    cumulative_transposed: NDArray[np.complex128],
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Ŝ[outer + factor/2, factor] made skew, and ∫ factor, over the panels of one side: the change of moments and
    integrals when outer = g_0 and factor = g_0 δ."""
    n = basis.shape[0]
    if half.shape[0] == 0:
        return np.zeros((n, n), dtype=np.complex128), np.zeros(n, dtype=np.complex128)
    change = basis * (factor * weight)
    primitive, _ = signed_primitive(basis * outer, jacobian, half, weights, cumulative_transposed)
    product = np.dot(primitive, np.ascontiguousarray(change.T))
    total = np.zeros(n, dtype=np.complex128)
    for j in range(n):
        for i in range(change.shape[1]):
            total[j] += change[j, i]
    return product - product.T, total


@jit
def _sweep(
    n: int,
    xi: float,
    tilt: float,
    alpha: NDArray[np.float64],
    beta: NDArray[np.float64],
    times: NDArray[np.complex128],
    edges: NDArray[np.float64],
    points: NDArray[np.complex128],
    nodes: NDArray[np.float64],
    weights: NDArray[np.float64],
    cumulative_transposed: NDArray[np.complex128],
) -> tuple[float, float, NDArray[np.complex128], NDArray[np.complex128], NDArray[np.complex128]]:
    """The mean number of pairs below ξ; log F(r) but for a constant; even and odd parts (axis 0) of F(rz)/F(r) at
    the points w = z²: at t = 0, their slope i d/dt there, and their differences to t = 0 at the times, ordered by
    modulus. tilt = r."""
    order = nodes.shape[0]
    size = n + n % 2
    count = points.shape[0]
    offset, weight, jacobian, half = mesh(edges, xi, 4.0, nodes, weights)
    cut = np.searchsorted(offset, 0.0)
    functions = _functions(offset, xi, tilt, alpha, beta)
    modulus = np.abs(offset).astype(np.complex128)
    transform = np.eye(size)
    inner = np.ascontiguousarray(transform[:, :n])
    basis = functions
    for step in range(3):  # twice to normal form, as in `rank_one`; then the moments and integrals in it
        inner = np.ascontiguousarray(transform[:, :n])
        basis = np.dot(inner, functions)
        left, l0 = _side(
            basis[:, :cut], 0.5 * modulus[:cut], modulus[:cut], weight[:cut], jacobian[:cut], half[: cut // order],
            weights, cumulative_transposed,
        )  # fmt: skip
        right, r0 = _side(
            basis[:, cut:], 0.5 * modulus[cut:], modulus[cut:], weight[cut:], jacobian[cut:], half[cut // order :],
            weights, cumulative_transposed,
        )  # fmt: skip
        if step < 2:
            moments = (left + right).real
            if n % 2:
                for j in range(size):
                    for k in range(size):
                        moments[j, k] += r0[j].real * transform[k, n] - r0[k].real * transform[j, n]
            transform = np.dot(skew_basis(moments), transform)
    left0 = left.real
    if n % 2:
        r0 = r0 + transform[:, n]

    bases = np.empty((count, size, size), dtype=np.complex128)
    l_base = np.empty((count, size), dtype=np.complex128)
    r_base = np.empty((count, size), dtype=np.complex128)
    b_base = np.empty(count, dtype=np.complex128)
    start = np.empty((2, count), dtype=np.complex128)
    one = 1 - np.sum(l0 * _inverse_j(r0))
    for q in range(count):
        matrix = (points[q] - 1) * left0.astype(np.complex128)
        for k in range(0, size, 2):
            matrix[k, k + 1] += 1
            matrix[k + 1, k] -= 1
        bases[q] = skew_basis(matrix)
        l_base[q], r_base[q] = np.dot(bases[q], l0), np.dot(bases[q], r0)
        b_base[q] = np.sum(l_base[q] * _inverse_j(r_base[q]))
        start[0, q] = 1 / (np.linalg.det(bases[q]) * one)
        start[1, q] = -start[0, q] * b_base[q]

    slope = np.empty((2, count), dtype=np.complex128)
    result = np.zeros((times.shape[0], 2, count), dtype=np.complex128)
    scale = 4.0
    for m in range(-1, times.shape[0]):
        if m < 0:
            factor = np.sign(offset).astype(np.complex128)
            middle = modulus
        else:
            t = times[m]
            if mesh_scale(t) != scale:
                scale = mesh_scale(t)
                offset, weight, jacobian, half = mesh(edges, xi, scale, nodes, weights)
                cut = np.searchsorted(offset, 0.0)
                modulus = np.abs(offset).astype(np.complex128)
                basis = np.dot(inner, _functions(offset, xi, tilt, alpha, beta))
            ratio = 2j * t / offset
            root = np.sqrt(1 + ratio)
            factor = -modulus * ratio / (root * (1 + root))
            middle = modulus + 0.5 * factor
        panels = cut // order
        left, dl = _side(
            basis[:, :cut], middle[:cut], factor[:cut], weight[:cut], jacobian[:cut], half[:panels],
            weights, cumulative_transposed,
        )  # fmt: skip
        right, dr = _side(
            basis[:, cut:], middle[cut:], factor[cut:], weight[cut:], jacobian[cut:], half[panels:],
            weights, cumulative_transposed,
        )  # fmt: skip
        if n % 2:
            for j in range(size):
                for k in range(size):
                    right[j, k] += dr[j] * transform[k, n] - dr[k] * transform[j, n]
        biggest = 0.0
        for q in range(count):
            delta = np.dot(np.dot(bases[q], right + points[q] * left), bases[q].T)
            dl_here, dr_here = np.dot(bases[q], dl), np.dot(bases[q], dr)
            if m < 0:
                x = _inverse_j(r_base[q])
                grown = 0.0j
                for k in range(0, size, 2):
                    grown += delta[k, k + 1]
                db = np.sum(dl_here * x) + np.sum(l_base[q] * _inverse_j(dr_here - np.dot(delta, x)))
                slope[0, q] = start[0, q] * grown
                slope[1, q] = -start[0, q] * (grown * b_base[q] + db)
            else:
                whole = delta.copy()
                ratio_less_one, x = _ratio_and_solution(delta, r_base[q] + dr_here)
                db = np.sum(dl_here * x) + np.sum(l_base[q] * _inverse_j(dr_here - np.dot(whole, x)))
                result[m, 0, q] = start[0, q] * ratio_less_one
                result[m, 1, q] = -start[0, q] * (ratio_less_one * (b_base[q] + db) + db)
                biggest = max(biggest, abs(start[0, q] + result[m, 0, q]), abs(start[1, q] + result[m, 1, q]))
        if m >= 0 and (t * t).real > 8.0 and math.log(biggest + 1e-300) - (t * t).real < -45.0:
            for rest in range(m, times.shape[0]):
                result[rest] = -start
            break
    logarithm = math.log(abs(one)) - np.linalg.slogdet(transform)[1]
    for j in range(n):
        logarithm += (n - j) * math.log(beta[j])
    mean = 0.0
    for k in range(0, size, 2):
        mean += left0[k, k + 1]
    return mean, logarithm, start, slope, result


def _wall_edge(n: int, xi: float) -> float:
    """Where the spectrum of n eigenvalues ends when all are pushed to the right of ξ: for a hard wall at w √(2n) it is
    w + (2/3)(√(w² + 6) − w) in the same unit (Dean, Majumdar, PRL 97 (2006) 160201)."""
    w = max(xi / math.sqrt(2 * n), -math.sqrt(2))
    return math.sqrt(2 * n) * (w + 2 / 3 * (math.sqrt(w * w + 6) - w))


def circle_edges(n: int, xi: float, tilt: float) -> NDArray[np.float64]:
    """Panel edges, broken at ξ and finer next to it, where eigenvalues crowd that a tilt pushes to the other side."""
    margin = support_radius(n) - 2 * math.sqrt(n)
    low = high = support_radius(n)
    if tilt < 1.0:
        high = max(high, _wall_edge(n, xi) + margin)
    elif tilt > 1.0:
        low = max(low, _wall_edge(n, -xi) + margin)
    width = min(1.4, 6.0 / math.sqrt(n))
    points = [-low, xi, high] if -low < xi < high else [-low, high]
    edges = [-low]
    for left, right in itertools.pairwise(points):
        edges.extend(np.linspace(left, right, max(1, math.ceil((right - left) / width)) + 1)[1:])
    if tilt != 1.0:
        near = width * np.array([1 / 16, 1 / 4])
        edges.extend(x for x in (*(xi - near), *(xi + near)) if -low < x < high)
    result: NDArray[np.float64] = np.unique(np.array(edges))
    return result


class Circle(NamedTuple):
    """One circle: the tilt's logarithm, log F(r), and for the indices first … first + len(p) − 1 of the tilted law the
    probabilities p_k, the slopes T_k, and the changes (times, k) to t = 0, all divided by F(r)."""

    log_tilt: float
    log_sum: float
    first: int
    shares: NDArray[np.float64]
    slopes: NDArray[np.float64]
    changes: NDArray[np.complex128]

    def log_factor(self, index: NDArray[np.int64]) -> NDArray[np.float64]:
        """The logarithm of F(r) r^{−k}, by which what is kept is multiplied."""
        return np.asarray(self.log_sum - self.log_tilt * index, dtype=np.float64)


def circle(n: int, xi: float, log_tilt: float, times: NDArray[np.complex128], middle: int | None) -> Circle:
    """F on the circle |z| = e^{log_tilt} for the minor of order n, at times ordered by modulus.

    middle : about the mean of the tilted index; None finds it.
    """
    pairs = (n + 1) // 2
    count = min(pairs + 1 + pairs % 2, POINTS)  # odd: w = −1, where 1 + (w − 1)/2 = 0, is left out
    points = np.exp(2j * np.pi * np.arange(count) / count)
    nodes, rule_weights, cumulative = panel_rule(NODES_PER_PANEL)
    tilt = math.exp(log_tilt)
    edges = circle_edges(n, xi, tilt)
    if log_tilt == 0.0:
        alpha, beta = np.zeros(n), np.sqrt(np.arange(n, dtype=float))
        beta[0] = (2 * math.pi) ** 0.25
    else:
        grid, half = panel_nodes(edges)
        x = grid.ravel()
        root = np.exp(-x * x / 4) * np.where(x < xi, tilt, 1.0)
        alpha, beta = orthonormal_recurrence(n, x, root, (half[:, None] * rule_weights).ravel())
    with one_blas_thread():
        pair_mean, logarithm, start, slope, differences = _sweep(
            n, xi, tilt, alpha, beta, times, edges, points, nodes, rule_weights,
            np.ascontiguousarray(cumulative.T.astype(complex)),
        )  # fmt: skip
    if middle is None:
        middle = round(2 * pair_mean)
    first = max(0, min(pairs + 1 - count, round((middle - count + 0.5) / 2)))
    powers = points[:, None] ** -np.arange(first, first + count) / count

    def coefficients(parts: NDArray[np.complex128]) -> NDArray[Any]:
        result = np.empty((*parts.shape[:-2], 2 * count), dtype=complex)
        result[..., 0::2], result[..., 1::2] = parts[..., 0, :] @ powers, parts[..., 1, :] @ powers
        return result[..., : n + 1 - 2 * first]

    return Circle(
        log_tilt, logarithm, 2 * first, coefficients(start).real, coefficients(slope).real, coefficients(differences)
    )
