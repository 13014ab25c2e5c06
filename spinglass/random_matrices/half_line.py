"""Skew moments of the Hermite functions over a half line, closed, in a basis where those of the whole line are J.

ψ_j are the orthonormal Hermite functions of weight e^{−x²/4}: ψ_j′ = ½(√j ψ_{j−1} − √(j+1) ψ_{j+1}), hence for the
integrals u_j over (−∞, ξ)

    √(j+1) u_{j+1} = √j u_{j−1} − 2ψ_j(ξ),      u_0 = (2π)^{−1/4} √π erfc(−ξ/2),

for the overlaps G_jk = ∫_{−∞}^ξ ψ_j ψ_k, with ψ_j″ = (x²/4 − j − ½)ψ_j,

    G_jk = (ψ_j ψ_k′ − ψ_j′ ψ_k)(ξ)/(j − k),
    √(j+1) G_{j+1,j+1} = √(j+1) G_jj + √j G_{j−1,j+1} − √(j+2) G_{j,j+2} − 2 (ψ_j ψ_{j+1})(ξ),

and for the skew moments B_jk = ∬_{x,y<ξ} sgn(y − x) ψ_j(x) ψ_k(y)

    √(j+1) B_{j+1,k} = √j B_{j−1,k} − 4 G_jk + 2 ψ_j(ξ) u_k.

A skew basis of the whole line: for even N the pairs (ψ_j′, ψ_j), j even; for odd N the pairs of odd j < N − 1, and
ψ_{N−1} with the border of de Bruijn's formula. Own derivation.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinglass._jit import jit
from spinglass._twofold import add, divide, exact_product, multiply, root
from spinglass.random_matrices.level_density import log_integral


class HalfLine(NamedTuple):
    """In the skew basis, first members of all pairs before second members, of size N or N + 1 (even)."""

    moments: NDArray[np.float64]  # L: the skew moments of (−∞, ξ)
    left: NDArray[np.float64]  # integrals over (−∞, ξ)
    right: NDArray[np.float64]  # integrals over (ξ, ∞); 1 for the border
    values: NDArray[np.float64]  # values at ξ, times e^{ξ²/4}
    border: NDArray[np.float64]  # the border's unit vector, zero for even N
    defect: float  # how far the moments are from skew symmetry: their rounding errors


@jit
def _boundary(
    n: int, xi: float, gauss: float, first: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """ψ_j(ξ), ψ_j′(ξ) and u_j for j <= n as twofold numbers, shape (n + 2 or n + 1, 2); from ψ_0 and u_0."""
    psi, slope, u = np.zeros((n + 2, 2)), np.zeros((n + 1, 2)), np.zeros((n + 1, 2))
    psi[0, 0], u[0, 0] = gauss, first
    psi[1] = multiply(xi, 0.0, gauss, 0.0)
    u[1, 0] = -2 * gauss
    slope[0] = -0.5 * psi[1]
    for j in range(1, n + 1):
        here, here_low = root(float(j), 0.0)
        after, after_low = root(j + 1.0, 0.0)
        up, up_low = multiply(xi, 0.0, psi[j, 0], psi[j, 1])
        down, down_low = multiply(here, here_low, psi[j - 1, 0], psi[j - 1, 1])
        top, top_low = add(up, up_low, -down, -down_low)  # √(j+1) ψ_{j+1}
        psi[j + 1] = divide(top, top_low, after, after_low)
        total, total_low = add(down, down_low, -top, -top_low)
        slope[j, 0], slope[j, 1] = 0.5 * total, 0.5 * total_low
        if j < n:
            before, before_low = multiply(here, here_low, u[j - 1, 0], u[j - 1, 1])
            total, total_low = add(before, before_low, -2 * psi[j, 0], -2 * psi[j, 1])
            u[j + 1] = divide(total, total_low, after, after_low)
    return psi, slope, u


@jit
def _overlaps(psi: NDArray[np.float64], slope: NDArray[np.float64]) -> NDArray[np.float64]:
    """G_jk off the diagonal: the difference of products is twofold, since neighbours cancel."""
    n = slope.shape[0]
    g = np.zeros((n, n))
    for j in range(n):
        for k in range(j):
            a, a_low = multiply(psi[j, 0], psi[j, 1], slope[k, 0], slope[k, 1])
            b, b_low = multiply(slope[j, 0], slope[j, 1], psi[k, 0], psi[k, 1])
            value, low = add(a, a_low, -b, -b_low)
            g[j, k] = (value + low) / (j - k)
            g[k, j] = g[j, k]
    return g


@jit
def _skew_moments(psi: NDArray[np.float64], u: NDArray[np.float64], g: NDArray[np.float64]) -> NDArray[np.float64]:
    """B_jk, filled row after row."""
    n = g.shape[0] - 1
    for j in range(n):
        before = math.sqrt(float(j)) * g[j - 1, j + 1] if j > 0 else 0.0
        if j + 2 <= n:
            after = math.sqrt(j + 2.0) * g[j, j + 2]
            g[j + 1, j + 1] = g[j, j] + (before - after - 2 * psi[j] * psi[j + 1]) / math.sqrt(j + 1.0)
    b = np.zeros((n, n))
    for j in range(1, n):  # the first column, then its negative as first row
        upper = math.sqrt(j - 1.0) * b[j - 2, 0] if j > 1 else 0.0
        b[j, 0] = (upper - 4 * g[j - 1, 0] + 2 * psi[j - 1] * u[0]) / math.sqrt(float(j))
    for k in range(1, n):
        b[0, k] = -b[k, 0]
    for j in range(1, n):
        divisor, other = math.sqrt(float(j)), math.sqrt(j - 1.0)
        for k in range(1, n):
            upper = other * b[j - 2, k] if j > 1 else 0.0
            b[j, k] = (upper - 4 * g[j - 1, k] + 2 * psi[j - 1] * u[k]) / divisor
    return b


def half_line(size: int, xi: float) -> HalfLine:
    """The half line (−∞, ξ) for the functions ψ_0 … ψ_{size−1}, size >= 1."""
    from scipy.special import erfc

    square, low = exact_product(xi, xi)
    gauss = (2 * math.pi) ** -0.25 * math.exp(-0.25 * square) * (1 - 0.25 * low)
    first = (2 * math.pi) ** -0.25 * math.sqrt(math.pi) * float(erfc(-xi / 2))
    twofold_psi, twofold_slope, twofold_u = _boundary(size, xi, gauss, first)
    psi, slope, u = twofold_psi.sum(axis=1), twofold_slope.sum(axis=1), twofold_u.sum(axis=1)
    g = _overlaps(twofold_psi, twofold_slope)
    g[0, 0] = 0.5 * float(erfc(-xi / math.sqrt(2)))
    skew = _skew_moments(psi, u, g)
    defect = float(np.max(np.abs(skew + skew.T)))
    skew = (skew - skew.T) / 2
    odd = size % 2
    j = np.arange(odd, size - odd, 2)  # the functions paired with their derivatives
    scale = np.sqrt(0.5 * np.sqrt(2.0 * j + 1))  # makes the members of a pair equal in norm
    a, b = 1 / (math.sqrt(2) * scale), scale / math.sqrt(2)
    pairs, total = j.size, j.size + odd
    moments = np.zeros((2 * total, 2 * total))
    left, right, values, border = (np.zeros(2 * total) for _ in range(4))
    roots = np.sqrt(np.arange(size + 1.0))
    mixed = 2 * g[np.ix_(j, j)] - np.outer(psi[j], u[j])  # of ψ_j′ with ψ_k
    lower = np.where(j > 0, roots[j], 0.0) * g[np.ix_(j, np.maximum(j - 1, 0))]
    slopes = lower - roots[j + 1] * g[np.ix_(j, j + 1)] - np.outer(psi[j], psi[j])  # of ψ_j′ with ψ_k′
    first_part, second_part = slice(0, pairs), slice(total, total + pairs)
    moments[first_part, first_part] = np.outer(a, a) * (slopes - slopes.T) / 2
    moments[first_part, second_part] = np.outer(a, b) * mixed
    moments[second_part, first_part] = -moments[first_part, second_part].T
    moments[second_part, second_part] = np.outer(b, b) * skew[np.ix_(j, j)]
    growth = math.exp(0.25 * xi * xi)
    whole = np.array([math.exp(log_integral(int(i))) if i % 2 == 0 else 0.0 for i in j])
    left[first_part], left[second_part] = a * psi[j], b * u[j]
    right[first_part], right[second_part] = -a * psi[j], b * (whole - u[j])
    values[first_part], values[second_part] = a * slope[j] * growth, b * psi[j] * growth
    if odd:
        last = size - 1
        weight = math.exp(log_integral(last))
        with_slopes = -(2 * g[j, last] - psi[j] * u[last]) * a
        with_functions = skew[last, j] * b
        moments[pairs, first_part], moments[first_part, pairs] = with_slopes, -with_slopes
        moments[pairs, second_part], moments[second_part, pairs] = with_functions, -with_functions
        left[pairs], right[pairs], values[pairs] = u[last], weight - u[last], psi[last] * growth
        right[-1] = border[-1] = 1 / weight
    return HalfLine(moments, left, right, values, border, defect)
