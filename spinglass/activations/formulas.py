"""What an activation is to the path sum: f, f′, the intercept f − x f′, kinks, and the means known in closed form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Function = Callable[[Any], Any]
Mean = Callable[[float], float]


def emitted(name: str, *parameters: float, factor: float = 1.0) -> Mean:
    """A mean from the derivation "gaussian-means" by the name of its kernel; compiled code is loaded at the first call.

    The mean is factor · kernel(σ, *parameters).
    """

    def mean(std: float) -> float:
        from spinglass.generated import gaussian_means

        value = float(getattr(gaussian_means, name)(std, *parameters))
        return value if factor == 1.0 else factor * value

    return mean


@dataclass(frozen=True)
class Formulas:
    """The functions of one activation, vectorised over finite floats.

    value, derivative : f and f′.
    intercept : β(x) = f(x) − x f′(x); written without cancellation where E β is not fixed by symmetry.
    kinks : points where f or a low derivative of it is not smooth.
    slope : a, when the odd part of f is exactly a x: then E f′ = a under every symmetric law (0 for even f).
    level : b, when the even part of f is exactly b: then E β = b under every symmetric law (0 for odd f).
    mean_slope, mean_intercept, mean_square : E f′, E β and E f² for N(0, σ²) as functions of σ, where known or
        computed in a better way than by quadrature of `derivative`, `intercept` and `value`².
    """

    value: Function
    derivative: Function
    intercept: Function
    kinks: tuple[float, ...] = ()
    slope: float | None = None
    level: float | None = None
    mean_slope: Mean | None = None
    mean_intercept: Mean | None = None
    mean_square: Mean | None = None
