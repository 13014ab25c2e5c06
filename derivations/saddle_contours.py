"""One-dimensional integrals of the fermionic and bosonic exponents along contours in the complex plane."""

from __future__ import annotations

from typing import Any

import mpmath


def along(function: Any, corners: list[Any], direction: Any) -> Any:
    """∫ along straight pieces and then a half-line."""
    total = mpmath.quad(function, corners) if len(corners) > 1 else mpmath.mpc(0)
    end = corners[-1]
    return total + mpmath.quad(lambda t: function(end + direction * t) * direction, [0, 0.5, 1, 2, 4, 8])


def fermionic_integral(place: Any, size: int, through: Any) -> Any:
    """∫ e^{nF} dy/i along the vertical line through a point; e^{nF} = (x+y)^n e^{ny²/2} is entire."""

    def weight(t: Any) -> Any:
        return (place + through + 1j * t) ** size * mpmath.exp(size * (through + 1j * t) ** 2 / 2)

    return mpmath.quad(weight, [-6, -3, -1.5, 0, 1.5, 3, 6])


def bosonic_weight(place: Any, size: int) -> Any:
    """z ↦ e^{nG} with the logarithm cut along the positive axis: arg z in (−2π, 0)."""

    def weight(value: Any) -> Any:
        if value == 0:
            return mpmath.mpc(0)
        logarithm = mpmath.log(value)
        if logarithm.imag > 0:
            logarithm -= 2j * mpmath.pi
        return mpmath.exp(size * (logarithm + value**2 / 2 + place * value) / 2)

    return weight
