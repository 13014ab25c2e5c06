"""Ball arithmetic with proved rounding bounds: a number is known as |true − a| <= r, a real or complex, r >= 0.

The processor rounds each +, −, × to the nearest double, u = 2^−53, η = 2^−1074 the smallest subnormal:

    fl(a ± b) = (a ± b)(1 + δ),    fl(ab) = ab(1 + δ) + ε,    |δ| <= u, |ε| <= η/2,

and |fl − exact| <= u|fl| (+ η/2) alike. There is no directed rounding in compiled code: a bound of nonnegative terms is
computed to nearest, then widened by one factor and a few η that cover all its own roundings; the docstrings count them.
Fused multiply-adds and other orders of summation only remove or exchange roundings, the bounds hold for them too. A
ball is a statement only where both numbers are finite: overflow gives inf or nan, and a test on those must be written
so that nan refuses. Sources: Higham, Accuracy and Stability of Numerical Algorithms (2002), §2.2, §3.1, §3.6 (model,
inner products, complex arithmetic); Rump, Acta Numerica 19 (2010) §9 and van der Hoeven, "Ball arithmetic" (2009)
(midpoint and radius).

Functions take midpoints and radii and are generic over real and complex midpoints; compiled code calls them directly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinglass._jit import jit

U = 2.0**-53
TINY = 2.0**-1074

FloatArray = NDArray[np.float64]


@jit
def size(a):  # type: ignore[no-untyped-def]
    """|Re a| + |Im a| >= |a|, one rounding: at most √2 |a|(1 + u), exact for real a."""
    return abs(a.real) + abs(a.imag)


@jit
def widened(bound):  # type: ignore[no-untyped-def]
    """An upper bound of a nonnegative expression computed with at most 10 roundings in a row and 8 underflows.

    Each rounding loses at most the factor 1 − u, each product in the subnormal range η/2. With the two roundings here:
    (1 + 16u)(1 − u)^12 >= (1 + 16u)(1 − 12u) = 1 + 4u − 192u² > 1, and 8 η > 8 · η/2 · (1 + 16u).
    """
    return bound * (1.0 + 16.0 * U) + 8.0 * TINY


@jit
def add(a, ra, b, rb):  # type: ignore[no-untyped-def]
    """Ball of a + b. Each part of the sum is off by at most u times itself, together u·size(a + b)."""
    m = a + b
    return m, widened(ra + rb + U * size(m))


@jit
def subtract(a, ra, b, rb):  # type: ignore[no-untyped-def]
    """Ball of a − b, as for sums."""
    m = a - b
    return m, widened(ra + rb + U * size(m))


@jit
def multiply(a, ra, b, rb):  # type: ignore[no-untyped-def]
    """Ball of ab: |a′b′ − ab| <= |a| rb + ra(|b| + rb).

    A complex product has two parts of two products and a sum each: off by at most (2u + u²)(|·||·| + |·||·|) + η(1 + u)
    each, together below 3u·size(a)·size(b) + 3η (a real one by less). The underflow of u·size(b) is added before it is
    multiplied by size(a).
    """
    big = size(b)
    return a * b, widened(size(a) * (rb + (4.0 * U * big + TINY)) + ra * (big + rb) + 4.0 * TINY)


@jit
def product(a, ra, b, rb, out, rout):  # type: ignore[no-untyped-def]
    """Balls of the matrix product of (l, m) by (m, n), into out and rout (l, n).

    A sum of m products, complex or real, in any order: each part is off by at most γ_{m+1} times the sum of its
    absolute terms plus 2m · η/2 · (1 + γ), γ_k = ku/(1 − ku), so the modulus by (m + 2)u Σ size(a) size(b) + 3mη for
    m < 2^25.
    The terms of the bound, size(b)(ra + (m + 2)u size(a) + η) + rb(size(a) + ra), have at most 7 roundings in a row and
    m − 1 of the summation, and lose η/2 at each of 2m underflows. With the last two roundings the factor covers them:
    (1 + (2m + 24)u)(1 − u)^(m + 8) > 1.
    """
    rows, inner = a.shape
    columns = b.shape[1]
    share = (inner + 2.0) * U
    for i in range(rows):
        for k in range(columns):
            out[i, k] = 0.0
            rout[i, k] = 0.0
        for j in range(inner):
            x = a[i, j]
            big = size(x)
            near = ra[i, j] + (share * big + TINY)
            far = big + ra[i, j]
            for k in range(columns):
                out[i, k] += x * b[j, k]
                rout[i, k] += size(b[j, k]) * near + rb[j, k] * far
        for k in range(columns):
            rout[i, k] = rout[i, k] * (1.0 + (2.0 * inner + 24.0) * U) + (6.0 * inner + 8.0) * TINY


@jit
def off_diagonal(m, r, rest):  # type: ignore[no-untyped-def]
    """For each row i of a ball matrix: an upper bound of r_ii + Σ_{j≠i} |m_ij| over all matrices in it, in rest."""
    n = m.shape[0]
    for i in range(n):
        total = r[i, i]
        for j in range(n):
            if j != i:
                total += size(m[i, j]) + r[i, j]
        rest[i] = total * (1.0 + (4.0 * n + 24.0) * U) + TINY


def bounds(middle: FloatArray, radius: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lower and upper ends of real balls: the neighbour of the nearest double is on the safe side."""
    return np.nextafter(middle - radius, -np.inf), np.nextafter(middle + radius, np.inf)
