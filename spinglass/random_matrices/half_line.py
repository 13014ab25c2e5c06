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
def _moments(
    n: int, xi: float, gauss: float, first: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """ψ_j(ξ), u_j, G, B for j < n; gauss = ψ_0(ξ), first = u_0, and G_00 = ∫ψ_0² by erfc outside is passed as u."""
    psi = np.empty(n + 2)
    psi[0] = gauss
    psi[1] = xi * gauss
    for j in range(1, n + 1):
        psi[j + 1] = (xi * psi[j] - math.sqrt(float(j)) * psi[j - 1]) / math.sqrt(j + 1.0)
    slope = np.empty(n + 1)
    slope[0] = -0.5 * psi[1]
    for j in range(1, n + 1):
        slope[j] = 0.5 * (math.sqrt(float(j)) * psi[j - 1] - math.sqrt(j + 1.0) * psi[j + 1])
    u = np.empty(n + 1)
    u[0] = first
    u[1] = -2 * psi[0]
    for j in range(1, n):
        u[j + 1] = (math.sqrt(float(j)) * u[j - 1] - 2 * psi[j]) / math.sqrt(j + 1.0)
    g = np.empty((n + 1, n + 1))
    for j in range(n + 1):
        for k in range(j):
            g[j, k] = (psi[j] * slope[k] - slope[j] * psi[k]) / (j - k)
            g[k, j] = g[j, k]
    return psi, slope, u, g


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
        root, other = math.sqrt(float(j)), math.sqrt(j - 1.0)
        for k in range(1, n):
            upper = other * b[j - 2, k] if j > 1 else 0.0
            b[j, k] = (upper - 4 * g[j - 1, k] + 2 * psi[j - 1] * u[k]) / root
    return b


def half_line(size: int, xi: float) -> HalfLine:
    """The half line (−∞, ξ) for the functions ψ_0 … ψ_{size−1}, size >= 1."""
    from scipy.special import erfc

    gauss = (2 * math.pi) ** -0.25 * math.exp(-0.25 * xi * xi)
    first = (2 * math.pi) ** -0.25 * math.sqrt(math.pi) * float(erfc(-xi / 2))
    psi, slope, u, g = _moments(size, xi, gauss, first)
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
    root = np.sqrt(np.arange(size + 1.0))
    mixed = 2 * g[np.ix_(j, j)] - np.outer(psi[j], u[j])  # of ψ_j′ with ψ_k
    lower = np.where(j > 0, root[j], 0.0) * g[np.ix_(j, np.maximum(j - 1, 0))]
    slopes = lower - root[j + 1] * g[np.ix_(j, j + 1)] - np.outer(psi[j], psi[j])  # of ψ_j′ with ψ_k′
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
