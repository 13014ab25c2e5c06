"""Averages over the GOE from skew moments of monomials, in any precision: a route that knows no Hermite functions.

De Bruijn (1955): with the weight w(x) = exp(−x²/4) and any one-body factor g, E ∏ g(λ_i) is the ratio of the Pfaffians
of M_jk[g] = ∬ sgn(y − x) x^j y^k w(x)g(x) w(y)g(y), j, k < n, bordered by ∫ x^j w g when n is odd. The derivative of a
Pfaffian is ½ Pf M tr(M⁻¹ δM); a small change g = 1 + εf therefore gives E Σ f(λ_i) = ½ tr(M[1]⁻¹ δM). For Gaussian f
every entry is closed: integration by parts lowers the powers. Monomials are ill-conditioned, hence many digits.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import mpmath as mp

_SPARE = 50  # digits lost, at most, to the condition of monomials up to order 24


def _moment(order: int, c: Any) -> Any:
    """∫ x^order exp(−c x²) dx."""
    return mp.mpf(0) if order % 2 else mp.gamma(mp.mpf(order + 1) / 2) / c ** (mp.mpf(order + 1) / 2)


def _skew(j: int, k: int, alpha: Any, beta: Any) -> Any:
    """∬ sgn(y − x) x^j y^k exp(−αx² − βy²) dx dy."""
    if (j + k) % 2 == 0:
        return mp.mpf(0)
    if k % 2 == 0:
        return -_skew(k, j, beta, alpha)
    boundary = 2 * _moment(j + k - 1, alpha + beta)
    return ((k - 1) * _skew(j, k - 2, alpha, beta) + boundary) / (2 * beta) if k > 1 else boundary / (2 * beta)


def _bordered(n: int, entry: Any, border: Any) -> Any:
    size = n + n % 2
    matrix = mp.zeros(size)
    for j in range(n):
        for k in range(j + 1, n):
            matrix[j, k] = entry(j, k)
            matrix[k, j] = -matrix[j, k]
        if n % 2:
            matrix[j, n] = border(j)
            matrix[n, j] = -matrix[j, n]
    return matrix


@lru_cache(maxsize=32)
def _inverse(n: int, digits: int) -> Any:
    """M[1]⁻¹; the second argument is the working precision, which keys the memory."""
    quarter = mp.mpf(1) / 4
    return _bordered(n, lambda j, k: _skew(j, k, quarter, quarter), lambda j: _moment(j, quarter)) ** -1


def _half_trace(n: int, change: Any) -> Any:
    inverse = _inverse(n, mp.mp.dps)
    size = inverse.rows
    return sum(inverse[j, k] * change[k, j] for j in range(size) for k in range(size)) / 2


def mean_gaussian_statistic(n: int, a: Any) -> Any:
    """E Σ_i exp(−a λ_i²) over the eigenvalues of A_n (off-diagonal variance 1, diagonal variance 2), a > −1/4."""
    with mp.workdps(mp.mp.dps + _SPARE):
        quarter = mp.mpf(1) / 4
        wide = quarter + mp.mpmathify(a)
        change = _bordered(
            n,
            lambda j, k: _skew(j, k, wide, quarter) + _skew(j, k, quarter, wide),
            lambda j: _moment(j, wide),
        )
        return _half_trace(n, change)


def level_density(n: int, position: Any) -> Any:
    """The one-point density R_n of A_n at a position; its integral is n."""
    with mp.workdps(mp.mp.dps + _SPARE):
        x = mp.mpmathify(position)
        weight = mp.exp(-x * x / 4)

        def signed(k: int) -> Any:
            """∫ sgn(y − x) y^k w(y) dy."""
            if k < 2:
                return 4 * weight if k else -2 * mp.sqrt(mp.pi) * mp.erf(x / 2)
            return 2 * ((k - 1) * signed(k - 2) + 2 * x ** (k - 1) * weight)

        tails = [signed(k) for k in range(n)]
        change = _bordered(n, lambda j, k: weight * (x**j * tails[k] - x**k * tails[j]), lambda j: weight * x**j)
        return _half_trace(n, change)
