"""The mean modulus of a shifted GOE determinant as a two-dimensional integral: compiled evaluators.

Emitted by derivations/determinant.py: do not edit, build again.

Equations:
    mean_abs_determinant_1: determinant.closed-odd
    mean_abs_determinant_2: determinant.closed-even
    mean_abs_determinant_3: determinant.closed-odd
    mean_abs_determinant_4: determinant.closed-even
Sources: baskerville2021, fyodorov2004.

Digest: 8b271af173e18bed.
"""

from __future__ import annotations

import math
from typing import Any

from spinglass._jit import jit, vectorize
from spinglass._twofold import add as _add
from spinglass._twofold import divide as _divide
from spinglass._twofold import exact_product as _exact_product
from spinglass._twofold import multiply as _multiply
from spinglass._twofold import root as _root


@jit
def mean_abs_determinant_1(xi: float) -> float:
    """E|det(A_n - xi)| for n = 1."""
    if (abs(xi) > 60):  # the Gaussian term has underflowed
        return abs(xi)
    y = xi**2
    g = math.exp(-1/4*y)
    a = abs(xi)
    f = math.erf((1/2)*a)
    return a*f + 2*g/math.sqrt(math.pi)


@vectorize
def mean_abs_determinant_1_ufunc(xi: float) -> float:
    return mean_abs_determinant_1(xi)


def mean_abs_determinant_1_in(ctx: Any, xi: Any) -> Any:
    y = xi**2
    g = ctx.exp(-ctx.ratio(1, 4)*y)
    a = ctx.absolute(xi)
    f = ctx.erf((ctx.ratio(1, 2))*a)
    return a*f + 2*g/ctx.sqrt(ctx.pi())


@jit
def mean_abs_determinant_2(xi: float) -> float:
    """E|det(A_n - xi)| for n = 2."""
    if (abs(xi) > 60):  # the Gaussian term has underflowed
        y = xi**2
        return y - 1
    y = xi**2
    g = math.exp(-1/4*y)
    h1, l1 = _exact_product(xi, xi)
    y, y_low = h1, l1
    h2, l2 = _add(-1.0, 0.0, y, y_low)
    h3, l3 = _root(2.0, 0.0)
    h4, l4 = _multiply(g, 0.0, h3, l3)
    h5, l5 = _multiply(2.0, 0.0, h4, l4)
    h6, l6 = _add(h2, l2, h5, l5)
    return h6 + l6


@vectorize
def mean_abs_determinant_2_ufunc(xi: float) -> float:
    return mean_abs_determinant_2(xi)


def mean_abs_determinant_2_in(ctx: Any, xi: Any) -> Any:
    y = xi**2
    g = ctx.exp(-ctx.ratio(1, 4)*y)
    y = xi**2
    return 2*ctx.sqrt(2)*g + y - 1


@jit
def mean_abs_determinant_3(xi: float) -> float:
    """E|det(A_n - xi)| for n = 3."""
    if (abs(xi) > 60):  # the Gaussian term has underflowed
        y = xi**2
        return (y - 3)*abs(xi)
    y = xi**2
    g = math.exp(-1/4*y)
    a = abs(xi)
    f = math.erf((1/2)*a)
    h1, l1 = _exact_product(xi, xi)
    y, y_low = h1, l1
    h2, l2 = _exact_product(a, f)
    h3, l3 = _add(-3.0, 0.0, y, y_low)
    h4, l4 = _multiply(h2, l2, h3, l3)
    h5, l5 = _multiply(6.0, 0.0, y, y_low)
    h6, l6 = _add(6.0, 0.0, h5, l5)
    h7, l7 = _multiply(g, 0.0, h6, l6)
    h8, l8 = _root(3.141592653589793, 1.2246467991473532e-16)
    h9, l9 = _divide(h7, l7, h8, l8)
    h10, l10 = _add(h4, l4, h9, l9)
    return h10 + l10


@vectorize
def mean_abs_determinant_3_ufunc(xi: float) -> float:
    return mean_abs_determinant_3(xi)


def mean_abs_determinant_3_in(ctx: Any, xi: Any) -> Any:
    y = xi**2
    g = ctx.exp(-ctx.ratio(1, 4)*y)
    a = ctx.absolute(xi)
    f = ctx.erf((ctx.ratio(1, 2))*a)
    y = xi**2
    return a*f*(y - 3) + g*(6*y + 6)/ctx.sqrt(ctx.pi())


@jit
def mean_abs_determinant_4(xi: float) -> float:
    """E|det(A_n - xi)| for n = 4."""
    if (abs(xi) > 60):  # the Gaussian term has underflowed
        y = xi**2
        return y*(y - 6) + 3
    y = xi**2
    g = math.exp(-1/4*y)
    h1, l1 = _exact_product(xi, xi)
    y, y_low = h1, l1
    h2, l2 = _add(-6.0, 0.0, y, y_low)
    h3, l3 = _multiply(y, y_low, h2, l2)
    h4, l4 = _add(3.0, 0.0, h3, l3)
    h5, l5 = _root(2.0, 0.0)
    h6, l6 = _multiply(g, 0.0, h5, l5)
    h7, l7 = _add(6.0, 0.0, y, y_low)
    h8, l8 = _multiply(y, y_low, h7, l7)
    h9, l9 = _add(3.0, 0.0, h8, l8)
    h10, l10 = _multiply(h6, l6, h9, l9)
    h11, l11 = _add(h4, l4, h10, l10)
    return h11 + l11


@vectorize
def mean_abs_determinant_4_ufunc(xi: float) -> float:
    return mean_abs_determinant_4(xi)


def mean_abs_determinant_4_in(ctx: Any, xi: Any) -> Any:
    y = xi**2
    g = ctx.exp(-ctx.ratio(1, 4)*y)
    y = xi**2
    return ctx.sqrt(2)*g*(y*(y + 6) + 3) + y*(y - 6) + 3
