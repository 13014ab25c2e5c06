"""W_n(ξ, κ) = E|det(A_n + κ e eᵀ − ξ)| as a two-dimensional integral: the second exact route.

From the representation by bosons and fermions (derivations/rank_one.py, equations rank-one.four-dimensional-integral
and rank-one.humbert), for n >= 2,

    W_n = 1/(4π (n−2)!) ∫_{q1 > 0 > q2} dq1 dq2 (−Δ log Δ) |q1 q2|^{(n−3)/2} e^{−(q1² + q2²)/4 − iξ(q1 + q2)/2}
          E_y e^{iκ(q1 y1² + q2 y2²)/2} Σ H_kl d_k d_l,     Δ = q1 − q2,

with d_k, linear in y1², y2², the coefficients of the fermionic determinant (rank-one.spiked-factors) and H_kl =
E (w1 − w2)⁴ w1^{n−4+k} w2^{n−4+l}/12, w = ξ + i N(0, 1), from Hermite polynomials, here in rational arithmetic. The
average over the row (Humbert's Φ₂) is done as y1² = u cos²φ, y2² = u sin²φ: Bessel functions from φ, and u has the Beta
law of parameters 1, (n−2)/2 (u = 1 for n = 2): Gauss-Jacobi nodes. The plane is q1, q2 = r (±√(2 − y²) + y)/2, in
which Δ = r √(2 − y²), q1 q2 = −r² (1 − y²)/2: Gauss nodes in y and the trapezoid rule in log r.

Nothing here is shared with the Fourier-Pfaffian integral. The integral oscillates: digits are lost to cancellation as n
or |ξ| grows, which the error estimate sees.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import ComputationError

ACCURACY = 1e-10
_REFINEMENTS = 6
_LARGEST_GRID = 4_000_000


@lru_cache(maxsize=256)
def _fermionic_table(n: int, xi: float) -> NDArray[np.float64]:
    """H_kl/(n−2)! for k, l = 0 … 4, exact before rounding; zero where a power would be negative."""
    place = Fraction(xi)
    values = [Fraction(1), place]
    for j in range(1, n + 4):
        values.append(place * values[j] - j * values[j - 1])
    table = np.zeros((5, 5))
    norm = 12 * math.factorial(n - 2)
    for k in range(max(0, 4 - n), 5):
        for j in range(max(0, 4 - n), 5):
            terms = (math.comb(4, i) * (-1) ** i * values[n + k - i] * values[n - 4 + j + i] for i in range(5))
            table[k, j] = float(sum(terms, Fraction(0)) / norm)
    return table


@lru_cache(maxsize=16)
def _plane(n: int, level: int, reach: float) -> tuple[NDArray[np.float64], ...]:
    """Nodes q1, q2 in the half y > 0 of the plane, weights of dq1 dq2 Δ |q1q2|^{(n−3)/2} e^{−(q1²+q2²)/4}, and log Δ.

    reach : the largest phase velocity in r to be resolved.
    """
    from scipy.special import roots_chebyt

    largest = math.sqrt(2 * n) + 13.0
    growth = 1.4**level
    angles = 2 * math.ceil(growth * (14 + 0.35 * reach * largest))
    y, weight = roots_chebyt(angles) if n % 2 == 0 else np.polynomial.legendre.leggauss(angles)
    if n % 2 == 0:
        weight = weight * np.sqrt(1 - y * y)
    y, weight = y[angles // 2 :], 2 * weight[angles // 2 :]  # y → −y gives the complex conjugate
    step = 1 / (growth * (16 + 0.35 * reach * largest))
    t = np.arange(-3.2, math.log(largest) + 0.2, step)
    radius = np.exp(t - np.exp(-t))
    log_measure = np.log1p(np.exp(-t)) + n * np.log(radius) - radius**2 / 4 + math.log(step)
    half = (1 - y * y) / 2
    root = np.sqrt(2 - y * y)
    weights = np.multiply.outer(np.exp(log_measure), weight * half ** ((n - 3) / 2))
    first, second = np.multiply.outer(radius, (root + y) / 2), np.multiply.outer(radius, (y - root) / 2)
    log_delta = np.log(np.multiply.outer(radius, root))
    size = weights * (1 + radius[:, None]) ** 5
    keep = size > 1e-19 * np.max(size)
    return first[keep], second[keep], weights[keep], log_delta[keep]


def _row_rule(n: int, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights of u = y1² + y2²."""
    from scipy.special import roots_jacobi

    if n == 2:
        return np.ones(1), np.ones(1)
    nodes, weights = roots_jacobi(count, (n - 4) / 2, 0.0)
    return (1 + nodes) / 2, weights / weights.sum()


def _quadratic_form(
    n: int, xi: float, kappa: float, first: NDArray[np.float64], second: NDArray[np.float64]
) -> tuple[dict[tuple[int, int], Any], NDArray[np.float64]]:
    """The coefficients of Σ H d d as a polynomial in y1², y2², and the sum of the sizes of its terms."""
    s1, s2 = 1j * first, 1j * second
    zero, one = np.zeros_like(s1), np.ones_like(s1)
    total, product = s1 + s2, s1 * s2
    # det = Σ d_k w^{n−4+k} with y0² = 1 − y1² − y2²
    constant = np.stack([zero, -kappa * product, product + kappa * total, -total - kappa, one])
    slope1 = np.stack([zero, kappa * product, kappa * (s2 - total), zero, zero])
    slope2 = np.stack([zero, kappa * product, kappa * (s1 - total), zero, zero])
    table = _fermionic_table(n, xi)
    parts = {(0, 0): constant, (1, 0): slope1, (0, 1): slope2}
    result: dict[tuple[int, int], Any] = {}
    for one_power, left in parts.items():
        for other, right in parts.items():
            power = (one_power[0] + other[0], one_power[1] + other[1])
            result[power] = result.get(power, 0.0) + np.einsum("kp,kl,lp->p", left, table, right)
    sizes = np.abs(constant) + np.abs(slope1) + np.abs(slope2)
    return result, np.einsum("kp,kl,lp->p", sizes, np.abs(table), sizes)


def _integral(n: int, xi: float, kappa: float, level: int) -> tuple[float, float]:
    """The integral on the grid of this level, and the integral of the modulus."""
    from scipy.special import j0, j1

    reach = abs(xi) + abs(kappa)
    largest = math.sqrt(2 * n) + 13.0
    if (largest * (16 + 0.35 * reach * largest)) * (14 + 0.35 * reach * largest) * 1.96**level > _LARGEST_GRID:
        raise ComputationError(f"the supersymmetric integral at xi = {xi:g}, kappa = {kappa:g} oscillates too fast")
    first, second, weights, log_delta = _plane(n, level, reach)
    form, size = _quadratic_form(n, xi, kappa, first, second)
    count = 1 if kappa == 0 else math.ceil(1.3**level * (8 + 0.2 * abs(kappa) * largest))
    nodes, shares = _row_rule(n, count)
    sum_half, difference_half = 0.25 * kappa * (first + second), 0.25 * kappa * (first - second)
    linear, linear_c = (form[1, 0] + form[0, 1]) / 2, (form[1, 0] - form[0, 1]) / 2
    square = (form[2, 0] + form[0, 2] + form[1, 1]) / 4
    square_c = (form[2, 0] - form[0, 2]) / 2
    square_cc = (form[2, 0] + form[0, 2] - form[1, 1]) / 4
    mean: Any = 0.0
    for u, share in zip(nodes, shares, strict=True):
        z = u * difference_half
        zeroth, once = j0(z), j1(z)
        twice = zeroth - np.divide(once, z, out=np.full_like(z, 0.5), where=np.abs(z) > 1e-8)  # E cos² 2φ e^{iz cos 2φ}
        polynomial = (form[0, 0] + u * linear + u * u * square) * zeroth
        polynomial = polynomial + 1j * u * (linear_c + u * square_c) * once + u * u * square_cc * twice
        mean = mean + share * polynomial * np.exp(1j * u * sum_half)
    means = np.real(mean * np.exp(-0.5j * xi * (first + second)))
    value = float(np.sum(weights * -log_delta * means)) / (4 * math.pi)
    return value, float(np.sum(weights * np.abs(log_delta) * size)) / (4 * math.pi)


def supersymmetric_ratio(
    n: int, xi: float, kappa: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """(0, W_n(ξ, κ_k), bounds of their absolute errors), 2 <= n <= 60, grids refined until two of them agree.

    Raises `ComputationError` when rounding, magnified by cancellation, or the oscillation leaves less than 10 digits.
    """
    values, errors = np.empty(kappa.size), np.empty(kappa.size)
    for row, strength in enumerate(kappa):
        before, _ = _integral(n, xi, float(strength), 0)
        for level in range(1, _REFINEMENTS):
            value, size = _integral(n, xi, float(strength), level)
            rounding = 1e-15 * size
            error = abs(value - before) + rounding
            if error <= 0.1 * ACCURACY * abs(value) or rounding > ACCURACY * abs(value):
                break
            before = value
        if not error <= ACCURACY * abs(value):
            raise ComputationError(
                f"the supersymmetric integral at n = {n}, xi = {xi:g}, kappa = {strength:g} has a relative error of "
                f"{error / max(abs(value), 1e-300):.1e}"
            )
        values[row], errors[row] = value, error
    return 0.0, values, errors
