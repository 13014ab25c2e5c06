"""Arithmetics over which the emitted twins evaluate: mpmath at any precision, and certified balls of Arb."""

from __future__ import annotations

import importlib
from typing import Any, Protocol

from spinglass._errors import ComputationError, SpinGlassError


class Arithmetic(Protocol):
    """What a twin asks of its first argument; functions go by their names in sympy."""

    def number(self, value: Any) -> Any: ...

    def ratio(self, numerator: int, denominator: int) -> Any: ...

    def less(self, a: Any, b: Any) -> bool: ...


class Multiprecision:
    """mpmath at its current precision (`with mpmath.workdps(50): ...`)."""

    def __init__(self) -> None:
        import mpmath

        self.mp = mpmath.mp

    def __getattr__(self, name: str) -> Any:
        return getattr(self.mp, name)

    def number(self, value: Any) -> Any:
        return self.mp.mpf(value)

    def ratio(self, numerator: int, denominator: int) -> Any:
        return self.mp.mpf(numerator) / denominator

    def pi(self) -> Any:
        return +self.mp.pi

    def infinity(self) -> Any:
        return self.mp.inf

    def power(self, base: Any, exponent: Any) -> Any:
        return base**exponent

    def less(self, a: Any, b: Any) -> bool:
        return bool(a < b)

    def at_most(self, a: Any, b: Any) -> bool:
        return bool(a <= b)

    def equal(self, a: Any, b: Any) -> bool:
        return bool(a == b)

    def differs(self, a: Any, b: Any) -> bool:
        return bool(a != b)

    def absolute(self, x: Any) -> Any:
        return abs(x)

    def sign(self, x: Any) -> Any:
        return self.mp.sign(x)

    def maximum(self, *values: Any) -> Any:
        return max(values)

    def minimum(self, *values: Any) -> Any:
        return min(values)


class Balls:
    """Arb balls of python-flint: every result encloses the exact value.

    A branch whose condition a ball cannot decide raises `ComputationError`: narrow the arguments or raise the bits.
    """

    def __init__(self) -> None:
        try:
            self.flint = importlib.import_module("flint")
        except ImportError:
            raise SpinGlassError("certified balls need python-flint: pip install 'spinglass[rigorous]'") from None

    def number(self, value: Any) -> Any:
        return self.flint.arb(value)

    def ratio(self, numerator: int, denominator: int) -> Any:
        return self.flint.arb(self.flint.fmpq(numerator, denominator))

    def pi(self) -> Any:
        return self.flint.arb.pi()

    def infinity(self) -> Any:
        return self.flint.arb.pos_inf()

    def power(self, base: Any, exponent: Any) -> Any:
        return base**exponent

    def _decided(self, yes: Any, no: Any) -> bool:
        if yes:
            return True
        if no:
            return False
        raise ComputationError(
            "a ball contains a point at which the formula changes its branch: give narrower arguments or more bits"
        )

    def less(self, a: Any, b: Any) -> bool:
        a, b = self._ball(a), self._ball(b)
        return self._decided(a < b, a >= b)

    def at_most(self, a: Any, b: Any) -> bool:
        a, b = self._ball(a), self._ball(b)
        return self._decided(a <= b, a > b)

    def equal(self, a: Any, b: Any) -> bool:
        a, b = self._ball(a), self._ball(b)
        return self._decided(a == b, a < b or a > b)

    def differs(self, a: Any, b: Any) -> bool:
        return not self.equal(a, b)

    def _ball(self, x: Any) -> Any:
        return x if isinstance(x, self.flint.arb) else self.flint.arb(x)

    def absolute(self, x: Any) -> Any:
        return abs(self._ball(x))

    def sign(self, x: Any) -> Any:
        return self._ball(x).sgn()

    def maximum(self, *values: Any) -> Any:
        best = self._ball(values[0])
        for value in values[1:]:
            best = best.max(self._ball(value))
        return best

    def minimum(self, *values: Any) -> Any:
        best = self._ball(values[0])
        for value in values[1:]:
            best = best.min(self._ball(value))
        return best

    def loggamma(self, x: Any) -> Any:
        return self._ball(x).lgamma()

    def besseli(self, order: Any, x: Any) -> Any:
        return self._ball(x).bessel_i(self._ball(order))

    def airyai(self, x: Any) -> Any:
        return self._ball(x).airy_ai()

    def airyaiprime(self, x: Any) -> Any:
        return self._ball(x).airy_ai(derivative=1)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.flint.arb, name)

        def apply(x: Any) -> Any:
            return method(self._ball(x))

        return apply
