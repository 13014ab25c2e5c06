"""Values of a sympy expression in x by walking its tree, in double on arrays or in mpmath's precision on numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from spinglass._errors import ComputationError

_MP_EXPONENT = 1e7  # |argument| of exp beyond which mpmath would spend its memory on the exponent
_MP_ANGLE = 1e15


@dataclass(frozen=True)
class Arithmetic:
    """One arithmetic: its functions by the class names of sympy, how it reads a number, and its power."""

    functions: Mapping[str, Callable[..., Any]]
    number: Callable[[Any], Any]
    power: Callable[[Any, Any], Any]


def evaluate(expression: Any, x: Any, arithmetic: Arithmetic) -> Any:
    """The value of the expression at x; common parts are evaluated once."""
    known: dict[Any, Any] = {}

    def visit(node: Any) -> Any:
        found = known.get(node)
        if found is not None:
            return found
        if node.is_Symbol:
            value = x
        elif node.is_number and not node.args:
            value = arithmetic.number(node)
        elif node.is_Add:
            value = visit(node.args[0])
            for part in node.args[1:]:
                value = value + visit(part)
        elif node.is_Mul:
            value = visit(node.args[0])
            for part in node.args[1:]:
                value = value * visit(part)
        elif node.is_Pow:
            if node.base == _euler():
                value = arithmetic.functions["exp"](visit(node.exp))
            else:
                value = arithmetic.power(visit(node.base), node.exp if node.exp.is_Rational else visit(node.exp))
        else:
            value = arithmetic.functions[type(node).__name__](*(visit(part) for part in node.args))
        known[node] = value
        return value

    return visit(expression)


@lru_cache(maxsize=1)
def _euler() -> Any:
    import sympy as sp

    return sp.E


def _double_sigmoid(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


def _double_erf(x: Any) -> Any:
    from scipy.special import erf

    return erf(x)


def _double_erfc(x: Any) -> Any:
    from scipy.special import erfc

    return erfc(x)


def _double_power(base: Any, exponent: Any) -> Any:
    if getattr(exponent, "is_Rational", False):
        if exponent == -1:
            return 1.0 / np.asarray(base)
        if exponent.q == 2 and abs(exponent.p) < 64:
            root = np.sqrt(base)
            return root**exponent.p if exponent.p > 0 else 1.0 / root ** (-exponent.p)
        exponent = float(exponent)
    return np.power(np.asarray(base, dtype=float), exponent)


DOUBLE = Arithmetic(
    functions={
        "exp": np.exp,
        "log": np.log,
        "erf": _double_erf,
        "erfc": _double_erfc,
        "tanh": np.tanh,
        "sinh": np.sinh,
        "cosh": np.cosh,
        "sin": np.sin,
        "cos": np.cos,
        "atan": np.arctan,
        "asinh": np.arcsinh,
        "modulus": np.abs,
        "Abs": np.abs,  # sympy's own, from sqrt(x**2)
        "sign": np.sign,
        "step": lambda x: np.heaviside(x, 0.5),
        "pair_maximum": np.maximum,
        "sigmoid": _double_sigmoid,
        "softplus": lambda x: np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))),
    },
    number=float,
    power=_double_power,
)


@lru_cache(maxsize=1)
def multiprecision() -> Arithmetic:
    """mpmath at its current precision; arguments that would exhaust the memory raise `ComputationError`."""
    from mpmath import mp

    def exp(x: Any) -> Any:
        if x < -_MP_EXPONENT:
            return mp.zero
        if x > _MP_EXPONENT:
            raise ComputationError("an exponential of the expression overflows")
        return mp.exp(x)

    def angle(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def limited(x: Any) -> Any:
            if abs(x) > _MP_ANGLE:
                raise ComputationError("a sine or cosine of the expression has an argument beyond 1e15")
            return function(x)

        return limited

    def tanh(x: Any) -> Any:
        return mp.sign(x) if abs(x) > _MP_EXPONENT else mp.tanh(x)

    def erf(x: Any) -> Any:
        return mp.sign(x) if abs(x) > 1e4 else mp.erf(x)

    def erfc(x: Any) -> Any:
        if abs(x) > 1e4:
            return mp.zero if x > 0 else mp.mpf(2)
        return mp.erfc(x)

    def sigmoid(x: Any) -> Any:
        e = exp(-abs(x))
        return (1 if x >= 0 else e) / (1 + e)

    def power(base: Any, exponent: Any) -> Any:
        if getattr(exponent, "is_Rational", False):
            if exponent.is_Integer:
                return mp.mpf(base) ** int(exponent)
            exponent = mp.mpf(int(exponent.p)) / int(exponent.q)
        if base < 0:
            raise ComputationError("a fractional power of a negative number")
        if base == 0:
            return mp.zero if exponent > 0 else mp.one / 0
        return exp(exponent * mp.log(base))

    def number(node: Any) -> Any:
        if node.is_Rational:
            return mp.mpf(int(node.p)) / int(node.q)
        return mp.pi + 0 if node.__class__.__name__ == "Pi" else mp.e + 0

    return Arithmetic(
        functions={
            "exp": exp,
            "log": mp.log,
            "erf": erf,
            "erfc": erfc,
            "tanh": tanh,
            "sinh": lambda x: (exp(x) - exp(-x)) / 2 if abs(x) > 1 else mp.sinh(x),
            "cosh": lambda x: (exp(x) + exp(-x)) / 2,
            "sin": angle(mp.sin),
            "cos": angle(mp.cos),
            "atan": mp.atan,
            "asinh": mp.asinh,
            "modulus": abs,
            "Abs": abs,
            "sign": mp.sign,
            "step": lambda x: (1 + mp.sign(x)) / 2,
            "pair_maximum": max,
            "sigmoid": sigmoid,
            "softplus": lambda x: max(x, 0) + mp.log1p(exp(-abs(x))),
        },
        number=number,
        power=power,
    )


def finite(value: Any) -> bool:
    """Whether a multiprecision value is a finite real number."""
    from mpmath import mp

    return isinstance(value, (int, float, mp.mpf)) and bool(mp.isfinite(value)) and not math.isnan(float(value))
