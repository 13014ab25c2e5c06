"""Twofold (double-double) arithmetic: a number as the unevaluated sum of two floats, about 32 digits.

The emitted kernels use it where a formula would lose digits in double precision: next to a branch point, or where large
terms cancel. Error-free sums and products after Knuth, Veltkamp and Dekker (Numerische Mathematik 18, 1971).
Products overflow beyond 1e150 and lose the low part below 1e-140.
"""

from __future__ import annotations

import math

from spinglass._jit import jit

_SPLIT = 134217729.0  # 2^27 + 1


@jit
def exact_sum(a: float, b: float) -> tuple[float, float]:
    """a + b without error."""
    high = a + b
    shadow = high - a
    return high, (a - (high - shadow)) + (b - shadow)


@jit
def exact_product(a: float, b: float) -> tuple[float, float]:
    """a · b without error."""
    big = _SPLIT * a
    a_high = big - (big - a)
    a_low = a - a_high
    big = _SPLIT * b
    b_high = big - (big - b)
    b_low = b - b_high
    high = a * b
    return high, ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low


@jit
def add(a: float, a_low: float, b: float, b_low: float) -> tuple[float, float]:
    """(a + a_low) + (b + b_low)."""
    high, low = exact_sum(a, b)
    low += a_low + b_low
    total = high + low
    return total, low - (total - high)


@jit
def multiply(a: float, a_low: float, b: float, b_low: float) -> tuple[float, float]:
    """(a + a_low)(b + b_low)."""
    high, low = exact_product(a, b)
    low += a * b_low + a_low * b
    total = high + low
    return total, low - (total - high)


@jit
def divide(a: float, a_low: float, b: float, b_low: float) -> tuple[float, float]:
    """(a + a_low)/(b + b_low)."""
    quotient = a / b
    back, back_low = exact_product(quotient, b)
    low = ((a - back) - back_low + a_low - quotient * b_low) / b
    total = quotient + low
    return total, low - (total - quotient)


@jit
def root(a: float, a_low: float) -> tuple[float, float]:
    """√(a + a_low), a >= 0."""
    if a <= 0.0:
        return 0.0, 0.0
    high = math.sqrt(a)
    back, back_low = exact_product(high, high)
    low = ((a - back) - back_low + a_low) / (2 * high)
    total = high + low
    return total, low - (total - high)
