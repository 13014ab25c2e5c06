"""Fredholm determinants of the even and odd parts of the sine kernel, in as many digits as a tail needs.

With K(x, y) = sin π(x − y)/(π(x − y)) on (−s/2, s/2) and λ_j^± the eigenvalues of its even and odd parts,

    E_±(n; s) = coefficient of w^n in ∏_j (1 − λ_j^± + w λ_j^±)

is the probability that n "particles" of that parity lie in the interval. The values fall like e^{−(πs)²/16}, and 1 − λ
like e^{−πs}: double precision loses them, so everything here is done with integers of a fixed binary point, by Gauss's
rule on the positive half of the interval (convergence faster than exponential in the number of nodes).

Source: Gaudin, Nucl. Phys. 25 (1961) 447; Mehta, Random Matrices, 3rd ed., chapters 6 and 7; the numerical use of the
determinant: Bornemann, Math. Comp. 79 (2010) 871.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import mpmath
import numpy as np


def _shifted(values: Any, bits: int) -> Any:
    return values >> bits


@lru_cache(maxsize=32)
def gauss_nodes(count: int, bits: int) -> tuple[Any, Any]:
    """The positive nodes of Gauss's rule of 2·count points on [−1, 1] and their weights, as integers of 2^−bits."""
    start = np.polynomial.legendre.leggauss(2 * count)[0][count:]
    scale = 1 << bits
    one = np.full(count, scale, dtype=object)
    x = np.array([int(mpmath.mpf(value) * 2**52) << (bits - 52) for value in start], dtype=object)
    precision = 40
    while True:
        before, now = one, x
        for degree in range(1, 2 * count):
            product = _shifted((2 * degree + 1) * x * now, bits)
            before, now = now, (product - degree * before) // (degree + 1)
        # (1 − x²) P′ = N (P_{N−1} − x P_N)
        rest = one - _shifted(x * x, bits)
        slope = 2 * count * (before - _shifted(x * now, bits)) * scale // rest
        if precision > bits:
            weights = 2 * scale**4 // (rest * slope * slope)
            return x, weights
        x = x - now * scale // slope
        precision *= 2


@lru_cache(maxsize=32)
def _divided_weights(count: int, bits: int) -> tuple[Any, Any, Any, Any]:
    """√(w_i w_j)/(π(x_i − x_j)) off the diagonal, √(w_i w_j)/(π(x_i + x_j)), the weights, and the nodes."""
    x, w = gauss_nodes(count, bits)
    with mpmath.workprec(bits + 32):
        pi = int(mpmath.floor(mpmath.ldexp(mpmath.pi, bits)))
        root = np.array([int(mpmath.floor(mpmath.sqrt(mpmath.mpf(int(each) << bits)))) for each in w], dtype=object)
    products = root[:, None] * root[None, :]  # of 2^(−2 bits)
    differences = x[:, None] - x[None, :]
    np.fill_diagonal(differences, 1)
    minus = (products << bits) // (pi * differences)
    np.fill_diagonal(minus, 0)
    plus = (products << bits) // (pi * (x[:, None] + x[None, :]))
    return minus, plus, w, x


def _inverse(matrix: Any, bits: int) -> tuple[int, int, Any]:
    """Determinant as (integer, binary exponent) and inverse of a positive definite matrix, by elimination."""
    a = matrix.copy()
    n = len(a)
    mantissa, exponent = 1, 0
    for p in range(n):
        pivot = int(a[p, p])
        mantissa, exponent = mantissa * pivot, exponent - bits
        drop = max(0, mantissa.bit_length() - 2 * bits)
        mantissa, exponent = mantissa >> drop, exponent + drop
        row = (a[p] << bits) // pivot
        column = a[:, p].copy()
        column[p] = 0
        a -= _shifted(column[:, None] * row[None, :], bits)
        a[:, p] = -((column << bits) // pivot)
        a[p] = row
        a[p, p] = (1 << (2 * bits)) // pivot
    return mantissa, exponent, a


def _determinant(matrix: Any, bits: int) -> tuple[int, int]:
    a = matrix.copy()
    mantissa, exponent = 1, 0
    for p in range(len(a)):
        pivot = int(a[p, p])
        mantissa, exponent = mantissa * pivot, exponent - bits
        drop = max(0, mantissa.bit_length() - 2 * bits)
        mantissa, exponent = mantissa >> drop, exponent + drop
        factors = (a[p + 1 :, p] << bits) // pivot
        a[p + 1 :, p + 1 :] -= _shifted(factors[:, None] * a[None, p, p + 1 :], bits)
    return mantissa, exponent


def _elementary(inverse: Any, bits: int, most: int) -> list[Any]:
    """e_0 … e_most of the eigenvalues λ/(1 − λ) of (1 − K)^{−1} − 1, by Newton's identities from traces of powers."""
    matrix = inverse.copy()
    for i in range(len(matrix)):
        matrix[i, i] -= 1 << bits
    powers = [matrix]
    while 2 * len(powers) < most:
        powers.append(_shifted(powers[-1] @ matrix, bits))
    sums: list[Any] = [None, mpmath.ldexp(mpmath.mpf(int(np.trace(matrix))), -bits)]
    for order in range(2, most + 1):
        left, right = powers[order // 2 - 1], powers[order - order // 2 - 1]
        sums.append(mpmath.ldexp(mpmath.mpf(int(np.sum(left * right.T))), -2 * bits))
    found = [mpmath.mpf(1)]
    for order in range(1, most + 1):
        total = mpmath.fsum((-1) ** (j - 1) * found[order - j] * sums[j] for j in range(1, order + 1))
        found.append(total / order)
    return found


def parity_probabilities(s: Any, most: int, bits: int, count: int) -> tuple[list[Any], list[Any]]:
    """E_+(n; s) and E_−(n; s) for n = 0 … most, as mpmath numbers; s an mpmath number > 0.

    bits : binary digits after the point.   count : nodes on the half interval.
    """
    with mpmath.workprec(2 * bits):
        minus, plus, w, x = _divided_weights(count, bits)
        half = mpmath.mpf(s) / 2
        scale = mpmath.pi * half
        angles = [mpmath.cos_sin(scale * mpmath.ldexp(mpmath.mpf(int(each)), -bits)) for each in x]
        cosine = np.array([int(mpmath.floor(mpmath.ldexp(pair[0], bits))) for pair in angles], dtype=object)
        sine = np.array([int(mpmath.floor(mpmath.ldexp(pair[1], bits))) for pair in angles], dtype=object)
        cross = _shifted(sine[:, None] * cosine[None, :], bits)
        near = _shifted((cross - cross.T) * minus, bits)
        far = _shifted((cross + cross.T) * plus, bits)
        diagonal = _shifted(w * int(mpmath.floor(mpmath.ldexp(half, bits))), bits)
        np.fill_diagonal(near, diagonal)
        unit = np.zeros((count, count), dtype=object)
        np.fill_diagonal(unit, 1 << bits)
        result = []
        for kernel in (near + far, near - far):
            if most == 0:
                mantissa, exponent = _determinant(unit - kernel, bits)
                elementary = [mpmath.mpf(1)]
            else:
                mantissa, exponent, inverse = _inverse(unit - kernel, bits)
                elementary = _elementary(inverse, bits, most)
            determinant = mpmath.ldexp(mpmath.mpf(mantissa), exponent)
            result.append([determinant * each for each in elementary])
    return result[0], result[1]
