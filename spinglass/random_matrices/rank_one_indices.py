"""W_n(ξ, κ) by index: E|det(A_n + κ e eᵀ − ξ)| 1{k eigenvalues below ξ}; one sweep of Pfaffians serves every κ.

With B = A_{n−1} the minor, det = det(B − ξ)(κ + y) and index = #{λ(B) < ξ} + 1{κ + y < 0} (notation of `rank_one`).
The modulus comes from the t-integral with the number k of eigenvalues of B below ξ kept apart, the sign from its slope
at t = 0. Let F_k(t) = E[∏|λ_i − ξ|(1 + 2it/(λ_i − ξ))^{−1/2} 1{# = k}]/C(0) = p_k − i t T_k + O(t² log t). A Gaussian
of mean μ = κ − ξ − τ and variance 2, τ = Σ T_k, is subtracted with its first order in T_k − τ p_k, so that no rare p_k
divides:

    E[|det(B − ξ)| (κ + y)_± 1{# = k}]/C(0) = p_k E N_±(μ, 2) ± (τ p_k − T_k) Φ(±μ/√2) + (1/π) Re ∫ e^{itμ} h_k(t) dt,
    h_k(t) = e^{−t²} {p_k + i t (τ p_k − T_k) − e^{iτt} F_k(t)}/t².

F_k are coefficients of a Pfaffian in z. As in `index_law`, S_t(z) = R_t + z² L_t + z (l rᵀ − r lᵀ), so that with
A_t(w) = R_t + w L_t, w = z²,

    Pf S_t(z) = Pf A_t(w) [1 − z lᵀ A_t(w)^{−1} r]:

even and odd k are the coefficients in w of the two terms, read off at a few points of the unit circle, since the index
is spread over √log n only. Differences to t = 0 are formed without cancellation in a basis in which A_0(w) is
⊕(0, 1; −1, 0). Own derivation.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinglass._jit import jit, one_blas_thread
from spinglass.random_matrices.fourier_contours import REAL_REACH, contour, contour_of_mean, direction
from spinglass.random_matrices.half_power_mesh import mesh, mesh_scale, signed_primitive, sweep_edges
from spinglass.random_matrices.level_density import log_mean_abs_determinant
from spinglass.random_matrices.multiplicative import (
    NODES_PER_PANEL,
    hermite_functions,
    panel_rule,
    support_radius,
)
from spinglass.random_matrices.rank_one import CERTAIN, far_tau
from spinglass.random_matrices.skew_bases import skew_basis

_WINDOW = 10  # points on the circle, pairs of eigenvalues: p_k ten indices from the mean is below 1e-20 at n = 64
_CACHED = 1024


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
def _index_sweep(
    n: int,
    xi: float,
    times: NDArray[np.complex128],
    edges: NDArray[np.float64],
    points: NDArray[np.complex128],
    nodes: NDArray[np.float64],
    weights: NDArray[np.float64],
    cumulative_transposed: NDArray[np.complex128],
) -> tuple[float, NDArray[np.complex128], NDArray[np.complex128], NDArray[np.complex128]]:
    """The mean number of pairs of eigenvalues below ξ; even and odd parts (axis 0) of Pf S(z)/Pf S_0(1) at the points
    w: at t = 0, their slope i d/dt there, and their differences F(t) − F(0) at the times, ordered by modulus."""
    order = nodes.shape[0]
    size = n + n % 2
    count = points.shape[0]
    offset, weight, jacobian, half = mesh(edges, xi, 4.0, nodes, weights)
    cut = np.searchsorted(offset, 0.0)
    functions = hermite_functions(n, offset + xi)
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
                basis = np.dot(inner, hermite_functions(n, offset + xi))
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
    mean = 0.0
    for k in range(0, size, 2):
        mean += left0[k, k + 1]
    return mean, start, slope, result


class IndexSweep(NamedTuple):
    """What the sweep at one ξ leaves: τ, and for k = first … first + len(p) − 1 eigenvalues of the minor below ξ the
    shares p_k, the slopes T_k and the (nodes, k) array w h_k(t), with the weights w of the contour."""

    tau: float
    first: int
    shares: NDArray[np.float64]
    slopes: NDArray[np.float64]
    values: NDArray[np.complex128]


_sweeps: OrderedDict[tuple[int, float, int], IndexSweep] = OrderedDict()


def index_sweep(n: int, xi: float, octave: int = 0) -> IndexSweep:
    """The sweep of W_n by index at ξ on the contour of this octave (`rank_one.contour`); the last 1024 are kept."""
    if xi > 0:  # the border of odd n is badly conditioned to the right
        tau, first, shares, slopes, values = index_sweep(n, -xi, -octave)
        reflected = n - first - len(shares)
        return IndexSweep(-tau, reflected, shares[::-1], -slopes[::-1], values[:, ::-1].conj())
    key = (n, xi, octave)
    if key in _sweeps:
        _sweeps.move_to_end(key)
        return _sweeps[key]
    radii, weights = contour(abs(octave))
    times = radii * direction(octave)
    if n == 1:
        entry = IndexSweep(0.0, 0, np.ones(1), np.zeros(1), np.zeros((radii.size, 1), dtype=complex))
    else:
        entry = _new_sweep(n - 1, xi, times, weights * direction(octave))
    _sweeps[key] = entry
    if len(_sweeps) > _CACHED:
        _sweeps.popitem(last=False)
    return entry


def _new_sweep(minor: int, xi: float, times: NDArray[Any], weights: NDArray[Any]) -> IndexSweep:
    pairs = (minor + 1) // 2
    count = min(pairs + 1 + (pairs + 1) % 2, _WINDOW)  # even: w = −1, where 1 + (w − 1)/2 = 0, is left out
    points = np.exp(1j * np.pi * (2 * np.arange(count) + 1) / count)
    nodes, rule_weights, cumulative = panel_rule(NODES_PER_PANEL)
    with one_blas_thread():
        mean, start, slope, differences = _index_sweep(
            minor,
            xi,
            times,
            sweep_edges(minor, xi),
            points,
            nodes,
            rule_weights,
            np.ascontiguousarray(cumulative.T.astype(complex)),
        )
    first = max(0, min(pairs + 1 - count, round(mean) - count // 2))
    powers = points[:, None] ** -np.arange(first, first + count) / count

    def coefficients(parts: NDArray[np.complex128]) -> NDArray[np.complex128]:
        result = np.empty((*parts.shape[:-2], 2 * count), dtype=complex)
        result[..., 0::2], result[..., 1::2] = parts[..., 0, :] @ powers, parts[..., 1, :] @ powers
        return result[..., : minor + 1 - 2 * first]

    shares, slopes = coefficients(start).real, coefficients(slope).real
    tau = math.fsum(slopes)
    change = coefficients(differences)
    phase = np.expm1(1j * tau * times)[:, None]
    # p + it(τp − T) − e^{iτt} F with F = p + change
    bracket = 1j * times[:, None] * (tau * shares - slopes) - phase * shares - (1 + phase) * change
    values = (weights * np.exp(-(times**2)) / times**2)[:, None] * bracket
    return IndexSweep(tau, 2 * first, shares, slopes, values)


def spiked_index_ratio(
    n: int, xi: NDArray[np.float64], kappa: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(log C(0) at each ξ, W_n(ξ_j, κ_k) by index, divided by C(0), as a (K, J, n + 1) array) on the product of the
    two one-dimensional arrays.

    C(0) = E|det(A_{n−1} − ξ)|. The sum over the index is the ratio of `rank_one.spiked_ratio`. Absolute accuracy about
    1e-13 of that sum; what comes out below zero is zero.
    """
    from scipy.special import erfc

    result = np.zeros((kappa.size, xi.size, n + 1))
    times, _ = contour(0)
    for j, shift in enumerate(xi):
        place = float(shift)
        far = abs(place) > support_radius(n)
        tau = far_tau(n, place) if far else 0.0
        swept = not far or bool(np.min(np.abs(kappa - place - tau)) < CERTAIN)
        if not swept:  # both signs are certain
            found = IndexSweep(
                tau, n - 1 if place > 0 else 0, np.ones(1), np.full(1, tau), np.zeros((times.size, 1), complex)
            )
        else:
            found = index_sweep(n, place)
        mu = (kappa - place - found.tau)[:, None]
        bell = np.exp(-(mu**2) / 4) / math.sqrt(math.pi)
        above, below = 0.5 * erfc(-mu / 2), 0.5 * erfc(mu / 2)  # P(N(μ, 2) > 0), P(N(μ, 2) < 0)
        shift_of_slope = found.tau * found.shares - found.slopes
        positive = found.shares * _positive_part(mu, bell, above) + shift_of_slope * above
        negative = found.shares * _positive_part(-mu, bell, below) - shift_of_slope * below
        rest = np.zeros_like(positive)
        inside = np.abs(mu[:, 0]) <= REAL_REACH
        if np.any(inside):
            with one_blas_thread():
                rest[inside] = (np.exp(1j * mu[inside] * times) @ found.values).real
        for row in np.flatnonzero(~inside) if swept and n > 1 else ():
            octave = contour_of_mean(float(mu[row, 0]))
            ray = contour(abs(octave))[0] * direction(octave)
            rest[row] = (np.exp(1j * ray * mu[row, 0]) @ index_sweep(n, place, octave).values).real
        first, last = found.first, found.first + found.shares.size
        result[:, j, first:last] += positive + rest / math.pi
        result[:, j, first + 1 : last + 1] += negative + rest / math.pi
    return log_mean_abs_determinant(n - 1, xi), np.maximum(result, 0.0)


def _positive_part(
    mu: NDArray[np.float64], bell: NDArray[np.float64], above: NDArray[np.float64]
) -> NDArray[np.float64]:
    """E max(N(μ, 2), 0), for far negative μ by its tail."""
    return np.maximum(mu * above + bell, 0.0)
