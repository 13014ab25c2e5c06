"""Ball arithmetic with proved rounding bounds: a number is known as |true − a| <= r, a real or complex, r >= 0.

The processor rounds each +, −, × to the nearest double, u = 2^−53, η = 2^−1074 the smallest subnormal:

    fl(a ± b) = (a ± b)(1 + δ),    fl(ab) = ab(1 + δ) + ε,    |δ| <= u, |ε| <= η/2,

and |fl − exact| <= u|fl| (+ η/2) alike. There is no directed rounding here: a bound of nonnegative terms is computed to
nearest, then widened by one factor and a few η that cover all its own roundings; the docstrings count them. Fused
multiply-adds and other orders of summation only remove or exchange roundings, the bounds hold for them too. A ball is
a statement only where both numbers are finite: overflow gives inf or nan, and a test on those must be written so that
nan refuses. Sources: Higham, Accuracy and Stability of Numerical Algorithms (2002), §2.2, §3.1, §3.6 (model, inner
products, complex arithmetic); Rump, Acta Numerica 19 (2010) §9; van der Hoeven, "Ball arithmetic" (2009).

A ball is a pair (midpoint, radius) of arrays, entry by entry; matrix products, the only cubic cost, are compiled.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._jit import jit

U = 2.0**-53
TINY = 2.0**-1074

FloatArray = NDArray[np.float64]
Ball = tuple[Any, Any]


def size(a: Any) -> Any:
    """|Re a| + |Im a| >= |a|, one rounding: at most √2 |a|(1 + u), exact for real a."""
    return np.abs(a.real) + np.abs(a.imag) if np.iscomplexobj(a) else np.abs(a)


def widened(bound: Any) -> Any:
    """An upper bound of a nonnegative expression computed with at most 10 roundings in a row and 8 underflows.

    Each rounding loses at most the factor 1 − u, each product in the subnormal range η/2. With the two roundings here:
    (1 + 16u)(1 − u)^12 >= (1 + 16u)(1 − 12u) = 1 + 4u − 192u² > 1, and 8 η > 8 · η/2 · (1 + 16u).
    """
    return bound * (1 + 16 * U) + 8 * TINY


def exact(a: Any) -> Ball:
    """The ball of a number known exactly."""
    return a, np.zeros(np.shape(a))


def negative(a: Ball) -> Ball:
    """−a, without rounding."""
    return -a[0], a[1]


def add(a: Ball, b: Ball) -> Ball:
    """a + b. Each part of the sum is off by at most u times itself, together u·size(a + b)."""
    middle = a[0] + b[0]
    return middle, widened(a[1] + b[1] + U * size(middle))


def subtract(a: Ball, b: Ball) -> Ball:
    """a − b, as for sums."""
    return add(a, negative(b))


def multiply(a: Ball, b: Ball) -> Ball:
    """ab: |a′b′ − ab| <= |a| rb + ra(|b| + rb).

    A complex product has two parts of two products and a sum each: off by at most (2u + u²)(|·||·| + |·||·|) + η(1 + u)
    each, together below 3u·size(a)·size(b) + 3η (a real one by less). The underflow of u·size(b) is added before it is
    multiplied by size(a).
    """
    big = size(b[0])
    spread = size(a[0]) * (b[1] + (4 * U * big + TINY)) + a[1] * (big + b[1]) + 4 * TINY
    return a[0] * b[0], widened(spread)


def product(a: Ball, b: Ball) -> Ball:
    """Matrix products of stacks (s, l, m) and (s, m, n), either stack of length one standing for all.

    A sum of m products, complex or real, in any order: each part is off by at most γ_{m+1} times the sum of its
    absolute terms plus 2m · η/2 · (1 + γ), γ_k = ku/(1 − ku), so the modulus by (m + 2)u Σ size(a) size(b) + 3mη for
    m < 2^25. The terms of the bound, size(b)(ra + (m + 2)u size(a) + η) + rb(size(a) + ra), have at most 7 roundings in
    a row and m − 1 of the summation, and lose η/2 at each of 2m underflows. With the last two roundings the factor
    covers them: (1 + (2m + 24)u)(1 − u)^(m + 8) > 1.
    """
    (x, rx), (y, ry) = a, b
    inner = x.shape[2]
    shape = (max(len(x), len(y)), x.shape[1], y.shape[2])
    big = size(x)
    near = rx + ((inner + 2) * U * big + TINY)
    out, spread = np.zeros(shape, dtype=np.result_type(x, y)), np.zeros(shape)
    _multiply_stacks(
        *(np.ascontiguousarray(part) for part in (x, near, np.broadcast_to(big + rx, x.shape))),
        *(np.ascontiguousarray(part) for part in (y, size(y), np.broadcast_to(ry, y.shape))),
        out,
        spread,
    )
    spread *= 1 + (2 * inner + 24) * U
    spread += (6 * inner + 8) * TINY
    return out, spread


@jit
def _multiply_stacks(x, near, far, y, big, ry, out, spread):  # type: ignore[no-untyped-def]
    """out += x y and spread += near big + far ry for each matrix of the stacks."""
    stacks, rows, columns = out.shape
    inner = x.shape[2]
    for s in range(stacks):
        p = s if len(x) > 1 else 0
        q = s if len(y) > 1 else 0
        for i in range(rows):
            for j in range(inner):
                a = x[p, i, j]
                b = near[p, i, j]
                c = far[p, i, j]
                for k in range(columns):
                    out[s, i, k] += a * y[q, j, k]
                for k in range(columns):
                    spread[s, i, k] += b * big[q, j, k] + c * ry[q, j, k]


def largest_row_sum(a: Ball) -> FloatArray:
    """Upper bounds of the maximum norms of all matrices in a stack of balls."""
    bound = row_sums(a)
    return np.max(bound, axis=1, initial=0.0)


def row_sums(a: Ball) -> FloatArray:
    """Upper bounds of Σ_j |a_ij|, stacks (s, m, n) to (s, m): at most n + 2 roundings in a row and no product."""
    columns = a[0].shape[-1]
    total: FloatArray = np.sum(size(a[0]) + a[1], axis=-1)
    return total * (1 + (2 * columns + 16) * U) + TINY


def distances_to_identity(a: Ball) -> FloatArray:
    """Upper bounds of ‖1 − a‖ in the maximum norm for stacks (s, n, n); the balls are used up."""
    middle, spread = a
    i = np.arange(middle.shape[-1])
    middle[:, i, i], spread[:, i, i] = subtract((middle[:, i, i], spread[:, i, i]), exact(1.0))
    return largest_row_sum((middle, spread))


def bounds(middle: FloatArray, radius: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lower and upper ends of real balls: the neighbour of the nearest double is on the safe side."""
    return np.nextafter(middle - radius, -np.inf), np.nextafter(middle + radius, np.inf)
