"""Twofold (double-double) arithmetic: a number as the unevaluated sum of two floats, about 32 digits.

The emitted kernels use it where a formula would lose digits in double precision: next to a branch point, or where large
terms cancel. Error-free sums after Knuth; error-free products by a fused multiply-add, whose low part is the rounding
error of a·b (Ogita, Rump, Oishi, SIAM J. Sci. Comput. 26, 2005). Products overflow only where a·b does, and lose the
low part where it falls below the smallest float: |a·b| < 1e-291.
"""

from __future__ import annotations

import math
from typing import Any

from numba import types
from numba.extending import intrinsic

from spinglass._jit import jit


@intrinsic
def fma(_typing: Any, _a: Any, _b: Any, _c: Any) -> Any:
    """a·b + c rounded once, inside compiled code: one instruction of the processor. Arguments are converted to floats.

    Where the processor has no such instruction, LLVM calls the correctly rounded `fma` of the C library: slower, the
    same numbers.
    """

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.fma(*values)

    return types.float64(types.float64, types.float64, types.float64), generate


@jit
def exact_sum(a: float, b: float) -> tuple[float, float]:
    """a + b without error."""
    high = a + b
    shadow = high - a
    return high, (a - (high - shadow)) + (b - shadow)


@jit
def exact_product(a: float, b: float) -> tuple[float, float]:
    """a · b without error."""
    high = a * b
    return high, fma(a, b, -high)


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
    low = (fma(-quotient, b, a) + a_low - quotient * b_low) / b  # the remainder of a/b is a float
    total = quotient + low
    return total, low - (total - quotient)


@jit
def root(a: float, a_low: float) -> tuple[float, float]:
    """√(a + a_low), a >= 0; zero below. Without a branch, so that loops over it become vector instructions."""
    high = math.sqrt(a if a > 0.0 else 0.0)
    remainder = fma(-high, high, a) + a_low  # the remainder of √a is a float
    low = remainder / (2 * high if a > 0.0 else math.inf)
    total = high + low
    return total, low - (total - high)
