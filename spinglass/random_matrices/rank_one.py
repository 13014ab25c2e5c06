"""W_n(ξ, κ) = E|det(A_n + κ e eᵀ − ξ)|: one sweep of Pfaffians serves every κ.

With B = A_{n−1} the minor and a ~ N(0, 2), b ~ N(0, I) the row of e, the determinant is det(B − ξ)(κ + y),
y = a − ξ − bᵀ(B − ξ)^{−1}b, and |v| = (2/π)∫_0^∞ (1 − Re e^{itv}) dt/t², so that

    W_n = (2/π) ∫_0^∞ dt/t² { C(0) − Re[e^{it(κ−ξ) − t²} C(t)] },
    C(t) = E_{GOE_{n−1}} ∏ |λ_i − ξ| (1 + 2it/(λ_i − ξ))^{−1/2}.

From this the same formula for a Gaussian y of the same signed mean −ξ − τ, τ = i C′(0)/C(0), and variance 2 is
subtracted, whose mean modulus is elementary. What is left,

    W_n/C(0) = E|N(μ, 2)| + (2/π) Re ∫_0^∞ e^{itμ} h(t) dt,   μ = κ − ξ − τ,
    h(t) = e^{−t²} {1 − e^{iτt} C(t)/C(0)}/t²,

is like log t at 0. C is analytic for Re t > 0: for |μ| beyond `REAL_REACH` the contour is turned by ±30° to the side
where e^{itμ} decays, so that the number of nodes does not grow with κ. Fourier step: derived here; checked against the
supersymmetric integral, Monte Carlo and Fyodorov's identity at κ = 0.
"""

from __future__ import annotations

import cmath
import math
from collections import OrderedDict
from functools import lru_cache

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
from spinglass.random_matrices.skew_bases import skew_basis

CERTAIN = 12.0  # |μ| from which a Gaussian of variance 2 has a sure sign
_CACHED_SWEEPS = 8192


@jit
def _log_pfaffian_ratio(delta: NDArray[np.complex128]) -> complex:
    """log Pf(J + Δ), accurate relative to Δ when that is small; Δ is overwritten."""
    n = delta.shape[0]
    logarithm = 0.0 + 0.0j
    for k in range(0, n, 2):
        d = delta[k, k + 1]
        if abs(d) < 0.1:
            term, power = 0.0 + 0.0j, d
            for m in range(1, 18):  # log(1 + d); |d|^18/18 < 1e-19
                term += power / m if m % 2 else -power / m
                power *= d
            logarithm += term
        else:
            logarithm += cmath.log(1 + d)
        pivot = 1 + d
        for i in range(k + 2, n):
            for j in range(i + 1, n):
                delta[i, j] += (delta[k + 1, i] * delta[k, j] - delta[k, i] * delta[k + 1, j]) / pivot
    return logarithm


@jit
def _difference(
    basis: NDArray[np.float64],
    transform: NDArray[np.float64],
    outer: NDArray[np.complex128],
    factor: NDArray[np.complex128],
    weight: NDArray[np.float64],
    jacobian: NDArray[np.float64],
    half: NDArray[np.float64],
    weights: NDArray[np.float64],
    cumulative_transposed: NDArray[np.complex128],
    quadratic: float,
) -> NDArray[np.complex128]:
    """Δ = T (Ŝ[g_0(1 + δ)] − Ŝ[g_0]) Tᵀ with outer = g_0, factor = g_0 δ; linear in δ when quadratic = 0."""
    change = basis * factor
    middle = basis * (outer + 0.5 * quadratic * factor)
    primitive, _ = signed_primitive(middle, jacobian, half, weights, cumulative_transposed)
    change *= weight
    product = np.dot(primitive, np.ascontiguousarray(change.T))
    result = product - product.T
    if transform.shape[1] > 0:  # bordered: transform is the last column of T
        n = change.shape[0]
        total = np.zeros(n, dtype=np.complex128)
        for j in range(n):
            for i in range(change.shape[1]):
                total[j] += change[j, i]
        for j in range(n):
            for k in range(n):
                result[j, k] += total[j] * transform[k, 0] - total[k] * transform[j, 0]
    return result


@jit
def _sweep(
    n: int,
    xi: float,
    times: NDArray[np.complex128],
    edges: NDArray[np.float64],
    nodes: NDArray[np.float64],
    weights: NDArray[np.float64],
    cumulative_transposed: NDArray[np.complex128],
) -> tuple[float, NDArray[np.complex128]]:
    """(τ, log C(t)/C(0)) over GOE_n; the times must be ordered by modulus."""
    size = n + n % 2
    offset, weight, jacobian, half = mesh(edges, xi, 4.0, nodes, weights)
    functions = hermite_functions(n, offset + xi)
    modulus = np.abs(offset).astype(np.complex128)
    transform = np.eye(size)
    for _ in range(2):  # moments of the new functions again: the second pass removes what rounding left of the first
        basis = np.dot(np.ascontiguousarray(transform[:, :n]), functions)
        primitive, total = signed_primitive(basis * modulus, jacobian, half, weights, cumulative_transposed)
        product = np.dot(
            np.ascontiguousarray(primitive.real), np.ascontiguousarray((basis * (modulus.real * weight)).T)
        )
        moments = 0.5 * (product - product.T)
        if n % 2:
            for j in range(size):
                for k in range(size):
                    moments[j, k] += total[j].real * transform[k, n] - total[k].real * transform[j, n]
        transform = np.dot(skew_basis(moments), transform)
    left = np.ascontiguousarray(transform[:, :n])
    border = np.ascontiguousarray(transform[:, n:])

    basis = np.dot(left, functions)
    linear = _difference(
        basis,
        border,
        modulus,
        np.sign(offset).astype(np.complex128),
        weight,
        jacobian,
        half,
        weights,
        cumulative_transposed,
        0.0,
    )
    tau = 0.0
    for k in range(0, size, 2):
        tau += linear[k, k + 1].real  # E Σ 1/(λ − ξ) under the weight |det|
    result = np.zeros(times.shape[0], dtype=np.complex128)
    scale = 4.0
    for m in range(times.shape[0]):
        t = times[m]
        if mesh_scale(t) != scale:
            scale = mesh_scale(t)
            offset, weight, jacobian, half = mesh(edges, xi, scale, nodes, weights)
            basis = np.dot(left, hermite_functions(n, offset + xi))
            modulus = np.abs(offset).astype(np.complex128)
        z = 2j * t / offset
        root = np.sqrt(1 + z)
        result[m] = _log_pfaffian_ratio(
            _difference(
                basis,
                border,
                modulus,
                -modulus * z / (root * (1 + root)),
                weight,
                jacobian,
                half,
                weights,
                cumulative_transposed,
                1.0,
            )
        )
        if result[m].real - (t * t).real < -45.0:
            result[m:] = -1e300
            break
    return tau, result


_sweeps: OrderedDict[tuple[int, float, int], tuple[float, NDArray[np.complex128]]] = OrderedDict()


def sweep(n: int, xi: float, octave: int = 0) -> tuple[float, NDArray[np.complex128]]:
    """(τ, w h(t)) of W_n at ξ on the contour of this octave (negative: the ray at −30°), with the weights w of the
    contour.

    Kept in memory (the last 8192), so that every κ, field, depth and energy is served by the same numbers.
    """
    if xi < 0:  # A → −A: τ changes sign, C(t; −ξ) is the complex conjugate of C(conj t; ξ)
        tau, values = sweep(n, -xi, -octave)
        return -tau, values.conj()
    key = (n, xi, octave)
    if key in _sweeps:
        _sweeps.move_to_end(key)
        return _sweeps[key]
    radii, weights = contour(abs(octave))
    turn = direction(octave)
    times = radii * turn
    if n == 1:
        entry = (0.0, np.zeros(radii.size, dtype=complex))
    else:
        nodes, rule_weights, cumulative = panel_rule(NODES_PER_PANEL)
        with one_blas_thread():
            tau, logarithm = _sweep(
                n - 1,
                xi,
                times,
                sweep_edges(n - 1, xi),
                nodes,
                rule_weights,
                np.ascontiguousarray(cumulative.T.astype(complex)),
            )
        h = np.exp(-(times**2)) * -np.expm1(1j * tau * times + logarithm) / times**2
        entry = (tau, weights * turn * h)
    _sweeps[key] = entry
    if len(_sweeps) > _CACHED_SWEEPS:
        _sweeps.popitem(last=False)
    return entry


@lru_cache(maxsize=_CACHED_SWEEPS)
def _centred_sweep(n: int, xi: float) -> NDArray[np.complex128]:
    """w h(t) e^{−it(ξ+τ)} on the real contour: what multiplies e^{itκ}."""
    tau, values = sweep(n, xi)
    return values * np.exp(-1j * contour(0)[0] * (xi + tau))


def far_tau(n: int, xi: float) -> float:
    """τ for ξ beyond the spectrum, where C(0) = |He_{n−1}(ξ)|: −(n−1) He_{n−2}/He_{n−1} by the continued fraction."""
    ratio = xi  # He_k/He_{k−1}
    for k in range(1, n):
        ratio = xi - k / ratio
    return ratio - xi


def spiked_ratio(
    n: int, xi: NDArray[np.float64], kappa: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(log C(0) at each ξ, W_n(ξ_j, κ_k)/C(0) as a (K, J) array) on the product of the two one-dimensional arrays."""
    from scipy.special import erf

    tau = np.empty(xi.size)
    swept = np.empty(xi.size, dtype=bool)
    for j, shift in enumerate(xi):
        far = abs(shift) > support_radius(n)
        if far:
            tau[j] = far_tau(n, float(shift))
        # beyond the spectrum the sign of the determinant is certain, unless the spike's own eigenvalue is near ξ
        swept[j] = not far or bool(np.min(np.abs(kappa - shift - tau[j])) < CERTAIN)
        if swept[j]:
            tau[j] = sweep(n, float(shift))[0]
    mu = kappa[:, None] - xi - tau
    ratio = 2 / math.sqrt(math.pi) * np.exp(-(mu**2) / 4) + mu * erf(mu / 2)
    columns = np.flatnonzero(swept)
    if n > 1 and columns.size:
        times, _ = contour(0)
        table = np.array([_centred_sweep(n, float(xi[j])) for j in columns])
        with one_blas_thread():
            phases = np.exp(1j * np.outer(kappa, times))
            near = phases.real @ table.real.T - phases.imag @ table.imag.T
        inside = np.abs(mu[:, columns]) <= REAL_REACH
        for column in np.flatnonzero(np.abs(xi[columns]) > support_radius(n)):
            j = columns[column]  # κ and ξ may both be huge: only their difference enters
            near[:, column] = (np.exp(1j * np.outer(mu[:, j], times)) @ sweep(n, float(xi[j]))[1]).real
        ratio[:, columns] += np.where(inside, 2 / math.pi * near, 0.0)
        for row, position in zip(*np.nonzero(~inside), strict=True):
            j = columns[position]
            octave = contour_of_mean(float(mu[row, j]))
            radii, _ = contour(abs(octave))
            ray = radii * direction(octave)
            values = sweep(n, float(xi[j]), octave)[1]
            ratio[row, j] += 2 / math.pi * float((np.exp(1j * ray * mu[row, j]) @ values).real)
    return log_mean_abs_determinant(n - 1, xi), ratio


def _turned(n: int, xi: float, mu: float, octave: int) -> float:
    """(2/π) Re ∫ e^{itμ} h(t) dt on the contour of this octave."""
    ray = contour(abs(octave))[0] * direction(octave)
    return 2 / math.pi * float((np.exp(1j * ray * mu) @ sweep(n, xi, octave)[1]).real)


@lru_cache(maxsize=_CACHED_SWEEPS)
def _missed(n: int, xi: float, octave: int) -> float:
    """What the sweep at ξ misses: on the real axis at κ = 0, where Fyodorov's identity gives the value; on a turned
    contour where the one before it ends and both serve."""
    if octave == 0:
        exact = math.exp(float(log_mean_abs_determinant(n, xi) - log_mean_abs_determinant(n - 1, xi)))
        return abs(float(spiked_ratio(n, np.array([xi]), np.zeros(1))[1][0, 0]) - exact)
    sign = 1 if octave > 0 else -1
    mu = sign * REAL_REACH * 4.0 ** (abs(octave) - 1)
    return abs(_turned(n, xi, mu, octave) - _turned(n, xi, mu, octave - sign)) + _missed(n, xi, 0)


def spiked_ratio_bound(n: int, xi: NDArray[np.float64], kappa: NDArray[np.float64]) -> NDArray[np.float64]:
    """A bound of the absolute error of the ratios of `spiked_ratio`, (K, J).

    Twice what the same sweep misses where the value is known, and the rounding seen over n <= 200. Beyond the spectrum
    only the spike's own eigenvalue is uncertain, and rounding is all there is.
    """
    rounding = 1e-14 + 1e-15 * n
    bound = 1e-15 * (np.abs(kappa[:, None] - xi) + math.sqrt(n))
    for j, shift in enumerate(xi.tolist()):
        if abs(shift) > support_radius(n):
            bound[:, j] += rounding * math.sqrt(n)
            continue
        typical = math.exp(float(log_mean_abs_determinant(n, shift) - log_mean_abs_determinant(n - 1, shift)))
        bound[:, j] += typical * rounding
        if n == 1:
            continue
        mu = kappa - shift - sweep(n, shift)[0]
        if np.all(np.abs(mu) <= REAL_REACH):
            bound[:, j] += 2 * _missed(n, shift, 0)
        else:
            bound[:, j] += [2 * _missed(n, shift, contour_of_mean(m)) for m in mu.tolist()]
    return bound
