"""The law of the count of eigenvalues below ξ with relative accuracy for every count, in integers of fixed point.

The formulas of `index_law`: with t = w − 1 and M = J^{−1} L of order 2m the even and odd counts are the coefficients of

    q(w) rᵀ(1 + tM)^{−1} y,  −q(w) lᵀ(1 + tM)^{−1} y       (weighted: y = J^{−1} v),
    q(w) [1 + lᵀ(1 + tM)^{−1} y],  −q(w) lᵀ(1 + tM)^{−1} y  (plain: y = J^{−1} r),

polynomials of degree m at most, so their power series in t, cut off there, are exact. q² = det(1 + tM) comes from the
Hessenberg form, the resolvent from M^k y. The rarest count has a weight about e^{−c n²}; numbers carry enough bits for
it, and two precisions must agree. Elements are Python integers, or those of python-flint (extra `rigorous`) when it is
installed: the same numbers, sooner.
"""

from __future__ import annotations

import importlib.util
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import ComputationError

LARGEST_RARE_ORDER = 60
_AGREEMENT = 4e-16  # of two precisions, relative
_GUARD = 160  # bits beyond those of the rarest weight


def farthest(n: int) -> float:
    """The largest |ξ| served."""
    return 2 * math.sqrt(n) + 10


def _integer() -> Any:
    if importlib.util.find_spec("flint") is None:
        return int
    import flint

    return flint.fmpz


def _rarest_bits(n: int, xi: float) -> int:
    """Bits of the rarest weight: all eigenvalues on the wrong side of ξ, generously.

    At ξ = 0 it is e^{−n² (log 3)/4} (Dean, Majumdar, PRL 97 (2006) 160201); each eigenvalue beyond ξ costs ξ²/4 more.
    """
    s = abs(xi) / math.sqrt(n)
    return math.ceil((n * n * (math.log(3) / 4 + 0.6 * s / (1 + 0.3 * s) + s * s / 4) + 8 * n) / math.log(2))


def _in_fixed_point(values: Any, bits: int) -> NDArray[Any]:
    """Integers ⌊x 2^bits⌉ of multiprecision numbers, as an object array of the same shape."""
    import mpmath

    integer = _integer()
    array = np.asarray(values, dtype=object)
    flat = [integer(int(mpmath.nint(mpmath.ldexp(x, bits)))) for x in array.ravel()]
    result = np.empty(len(flat), dtype=object)
    result[:] = flat
    return result.reshape(array.shape)


def _half_line(size: int, xi: float, bits: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """L, l, r, v of `half_line` in fixed point, the basis scaled otherwise; v is scaled to a maximum of one."""
    import mpmath
    from mpmath import mpf

    with mpmath.workprec(bits + 32):
        x = mpf(xi)
        root = [mpmath.sqrt(j) for j in range(size + 3)]
        normal = 1 / mpmath.root(2 * mpmath.pi, 4)
        psi = [normal * mpmath.exp(-x * x / 4)]
        psi.append(x * psi[0])
        for j in range(1, size + 1):
            psi.append((x * psi[j] - root[j] * psi[j - 1]) / root[j + 1])
        slope = [-psi[1] / 2]
        slope += [(root[j] * psi[j - 1] - root[j + 1] * psi[j + 1]) / 2 for j in range(1, size + 1)]
        u = [normal * mpmath.sqrt(mpmath.pi) * mpmath.erfc(-x / 2), -2 * psi[0]]
        whole = [2 * normal * mpmath.sqrt(mpmath.pi), mpf(0)]
        for j in range(1, size):
            u.append((root[j] * u[j - 1] - 2 * psi[j]) / root[j + 1])
            whole.append(root[j] * whole[j - 1] / root[j + 1])
        g = [[mpf(0)] * (size + 1) for _ in range(size + 1)]
        for j in range(size + 1):
            for k in range(j):
                g[j][k] = g[k][j] = (psi[j] * slope[k] - slope[j] * psi[k]) / (j - k)
        g[0][0] = mpmath.erfc(-x / mpmath.sqrt(2)) / 2
        for j in range(size - 1):
            before = root[j] * g[j - 1][j + 1] if j else mpf(0)
            change = before - root[j + 2] * g[j][j + 2] - 2 * psi[j] * psi[j + 1]
            g[j + 1][j + 1] = g[j][j] + change / root[j + 1]
        b = [[mpf(0)] * size for _ in range(size)]
        for j in range(1, size):
            upper = root[j - 1] * b[j - 2][0] if j > 1 else mpf(0)
            b[j][0] = (upper - 4 * g[j - 1][0] + 2 * psi[j - 1] * u[0]) / root[j]
            b[0][j] = -b[j][0]
        for j in range(1, size):
            for k in range(1, j):
                upper = root[j - 1] * b[j - 2][k] if j > 1 else mpf(0)
                b[j][k] = (upper - 4 * g[j - 1][k] + 2 * psi[j - 1] * u[k]) / root[j]
                b[k][j] = -b[j][k]
        odd = size % 2
        places = range(odd, size - odd, 2)
        pairs, total = len(places), len(places) + odd
        moments = np.full((2 * total, 2 * total), mpf(0), dtype=object)
        left, right, values = (np.full(2 * total, mpf(0), dtype=object) for _ in range(3))
        for a, j in enumerate(places):  # the pair (ψ_j′, ψ_j/2)
            left[a], right[a], values[a] = psi[j], -psi[j], slope[j]
            left[total + a], right[total + a], values[total + a] = u[j] / 2, (whole[j] - u[j]) / 2, psi[j] / 2
            for c, k in enumerate(places):
                moments[a, total + c] = g[j][k] - psi[j] * u[k] / 2
                moments[total + c, a] = -moments[a, total + c]
                moments[total + a, total + c] = b[j][k] / 4
                if c > a:
                    lower = root[k] * g[j][k - 1] if k else mpf(0)
                    moments[a, c] = lower - root[k + 1] * g[j][k + 1] - psi[j] * psi[k]
                    moments[c, a] = -moments[a, c]
        if odd:
            last = size - 1
            for a, j in enumerate(places):
                moments[a, pairs] = 2 * g[j][last] - psi[j] * u[last]
                moments[total + a, pairs] = b[j][last] / 2
                moments[pairs, a], moments[pairs, total + a] = -moments[a, pairs], -moments[total + a, pairs]
            left[pairs], right[pairs], values[pairs] = u[last], whole[last] - u[last], psi[last]
            right[-1] = 1 / whole[last]
        largest = max(abs(value) for value in values)
        return (
            _in_fixed_point(moments, bits),
            _in_fixed_point(left, bits),
            _in_fixed_point(right, bits),
            _in_fixed_point([value / largest for value in values], bits),
        )


def _characteristic(matrix: NDArray[Any], bits: int) -> list[Any]:
    """Coefficients of det(1 + tM) in t, by the Hessenberg form."""
    integer = _integer()
    a = matrix.copy()
    n = a.shape[0]
    for k in range(1, n - 1):
        pivot = max(range(k, n), key=lambda i: abs(a[i, k - 1]))
        if a[pivot, k - 1] == 0:
            continue
        if pivot != k:
            a[[k, pivot]] = a[[pivot, k]]
            a[:, [k, pivot]] = a[:, [pivot, k]]
        factors = np.array([(entry << bits) // a[k, k - 1] for entry in a[k + 1 :, k - 1]], dtype=object)
        a[k + 1 :, k:] -= np.multiply.outer(factors, a[k, k:]) >> bits
        a[k + 1 :, k - 1] = integer(0)
        a[:, k] += (a[:, k + 1 :] @ factors) >> bits
    # p_k = det of the leading k × k block of 1 + tH: Hyman's recurrence along the last column
    one = integer(1) << bits
    polynomials = [np.array([one] + [integer(0)] * n, dtype=object)]
    for k in range(n):
        new = polynomials[k].copy()
        chain = one  # (−1)^{k−i} times the product of subdiagonal entries
        for i in range(k, -1, -1):
            weight = (a[i, k] * chain) >> bits
            shift = k - i + 1
            new[shift:] += (polynomials[i][: n + 1 - shift] * weight) >> bits
            if i:
                chain = -((chain * a[i, i - 1]) >> bits)
        polynomials.append(new)
    return list(polynomials[n])


def _square_root(series: list[Any], degree: int, bits: int) -> list[Any]:
    """The root with constant term one of a power series with constant term one."""
    result = [series[0]]
    for k in range(1, degree + 1):
        cross = sum((result[i] * result[k - i] for i in range(1, k)), _integer()(0)) >> bits
        result.append((series[k] - cross) >> 1)
    return result


def _product(a: list[Any], b: list[Any], bits: int) -> list[Any]:
    return [sum((a[i] * b[k - i] for i in range(k + 1)), _integer()(0)) >> bits for k in range(len(a))]


def _shifted(series: list[Any]) -> list[Any]:
    """Coefficients in w of a polynomial in t = w − 1."""
    result = list(series)
    for i in range(len(result) - 1):
        for k in range(len(result) - 2, i - 1, -1):
            result[k] = result[k] - result[k + 1]
    return result


def _weights(n: int, xi: float, weighted: bool, bits: int) -> list[Any]:
    """The probabilities of the counts 0 … n, multiplied by a common positive factor."""
    moments, left, right, values = _half_line(n + weighted, xi, bits)
    pairs = left.size // 2

    def inverse(array: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([-array[pairs:], array[:pairs]])

    matrix = inverse(moments)
    q = _square_root(_characteristic(matrix, bits), pairs, bits)
    vector = inverse(values if weighted else right)
    on_left, on_right = [], []
    for k in range(pairs + 1):
        on_left.append((-1) ** k * ((left @ vector) >> bits))
        on_right.append((-1) ** k * ((right @ vector) >> bits))
        vector = (matrix @ vector) >> bits
    if not weighted:
        on_right = list(on_left)
        on_right[0] += _integer()(1) << bits
    even, odd = _shifted(_product(q, on_right, bits)), _shifted(_product(q, on_left, bits))
    result = [even[k // 2] if k % 2 == 0 else -odd[k // 2] for k in range(n + 1)]
    return result if sum(result) > 0 else [-weight for weight in result]


def _log_law(n: int, xi: float, weighted: bool, bits: int) -> NDArray[np.float64] | None:
    """Logarithms of the probabilities, or None when this precision does not resolve one of them."""
    import mpmath

    weights = [int(weight) for weight in _weights(n, xi, weighted, bits)]
    if min(weights) <= 0:
        return None
    with mpmath.workprec(120):
        total = mpmath.log(sum(weights))
        return np.array([float(mpmath.log(weight) - total) for weight in weights])


def rare_law(n: int, xi: float, weighted: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(log P, its error bound) for every count 0 … n, 1 <= n <= 60, |ξ| <= `farthest(n)`.

    The bound is what two precisions differ by, and the rounding of a logarithm to double precision.
    """
    if xi > 0:
        law, bound = rare_law(n, -xi, weighted)
        return law[::-1].copy(), bound[::-1].copy()
    bits = _rarest_bits(n, xi) + _GUARD
    coarse = _log_law(n, xi, weighted, bits)
    for _ in range(4):
        bits += bits // 16 + 64
        fine = _log_law(n, xi, weighted, bits)
        if coarse is not None and fine is not None:
            rounding = _AGREEMENT * (1 + np.abs(fine))
            if np.all(np.abs(fine - coarse) <= rounding):
                return fine, rounding
        coarse = fine
        bits *= 2
    raise ComputationError(f"rare counts of order {n} at {xi!r} are not resolved with {bits} bits")
