"""Functions on the half line: the scaled complementary error function, its series, polynomials on all of [0, ∞)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mpmath
import sympy as sp

from derivations.gaussian_symbols import y

CENTRE = sp.Rational(15, 4)  # t = (y − centre)/(y + centre): the middle of the half line
_NODES = 48
_NEGLIGIBLE = 3e-18


def near_series(count: int) -> Any:
    """Σ_{m<count} (−y)^m/Γ(m/2 + 1)."""
    return sum((-y) ** m / sp.gamma(sp.Rational(m, 2) + 1) for m in range(count))


def far_series(count: int) -> Any:
    """z/√π Σ_{k<count} (−1)^k (2k−1)!! (z²/2)^k in z = 1/y."""
    z = sp.Symbol("z", positive=True)
    return z / sp.sqrt(sp.pi) * sum((-1) ** k * sp.factorial2(2 * k - 1) * (z**2 / 2) ** k for k in range(count))


def scaled_erfc_function(argument: Any) -> Any:
    """e^{y²} erfc(y)."""
    return sp.exp(argument**2) * sp.erfc(argument)


def positive_series(k: int, r: Any, count: int) -> Any:
    """Σ_j r^{2j}/((2k+1)(2k+3)⋯(2k+2j+1)) in mpmath."""
    total, term = mpmath.mpf(0), mpmath.mpf(1)
    for j in range(count):
        term = term * (r * r if j else 1) / (2 * k + 2 * j + 1)
        total += term
    return total


def _scaled(place: Any) -> Any:
    """K(y) in mpmath; the asymptotic series far out, where e^{y²} would be huge."""
    if place < 40:
        return mpmath.exp(place * place) * mpmath.erfc(place)
    total, term = mpmath.mpf(0), 1 / (place * mpmath.sqrt(mpmath.pi))
    for k in range(1, 60):
        total += term
        term *= -(2 * k - 1) / (2 * place * place)
    return total


def _intercept(place: Any) -> Any:
    with mpmath.workdps(mpmath.mp.dps + 25):
        k = _scaled(place)
        bracket = (1 - k) / 2 + place * place * k - place / mpmath.sqrt(mpmath.pi)
        return bracket * ((1 + place) / place) ** 2


def _square(place: Any) -> Any:
    with mpmath.workdps(mpmath.mp.dps + 25):
        return (_scaled(2 * place) / 2 - _scaled(place) + mpmath.mpf(1) / 2) * ((1 + place) / place) ** 2


_FITS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "scaled": (lambda place: (1 + 2 * place) * _scaled(place), CENTRE),
    "elu_intercept": (_intercept, CENTRE),
    "elu_square": (_square, sp.Rational(5, 2)),
}


@dataclass(frozen=True)
class HalfLinePolynomial:
    """A function of y on [0, ∞) as a polynomial in t = (y − centre)/(y + centre)."""

    function: Callable[[Any], Any]
    centre: Any
    coefficients: tuple[Any, ...]  # of t^0, t^1, …, in mpmath

    def at(self, place: Any) -> Any:
        """The polynomial with its rounded coefficients, in mpmath."""
        centre = mpmath.mpf(int(self.centre.p)) / int(self.centre.q)
        point = (place - centre) / (place + centre)
        return mpmath.polyval([mpmath.mpf(float(value)) for value in self.coefficients[::-1]], point)

    def horner(self, variable: Any) -> Any:
        """The polynomial as a sympy expression to be printed."""
        result: Any = sp.Float(float(self.coefficients[-1]), 17)
        for value in self.coefficients[-2::-1]:
            result = sp.Add(sp.Float(float(value), 17), sp.Mul(variable, result, evaluate=False), evaluate=False)
        return result


@lru_cache(maxsize=8)
def chebyshev_polynomial(name: str) -> HalfLinePolynomial:
    """The interpolation at Chebyshev points in 50 digits, cut where the rest is negligible, in powers of t."""
    function, middle = _FITS[name]
    with mpmath.workdps(50):
        centre = mpmath.mpf(int(middle.p)) / int(middle.q)
        angles = [mpmath.pi * (j + mpmath.mpf(1) / 2) / _NODES for j in range(_NODES)]
        values = [function(centre * (1 + mpmath.cos(s)) / (1 - mpmath.cos(s))) for s in angles]
        found = [
            2 / mpmath.mpf(_NODES) * sum(v * mpmath.cos(i * s) for v, s in zip(values, angles, strict=True))
            for i in range(_NODES)
        ]
        found[0] /= 2
        kept = next(i for i in range(_NODES) if sum(abs(value) for value in found[i:]) < _NEGLIGIBLE)
        before, current = [mpmath.mpf(1)], [mpmath.mpf(0), mpmath.mpf(1)]
        powers = [mpmath.mpf(0)] * kept
        for i in range(kept):
            for j, value in enumerate(before):
                powers[j] += found[i] * value
            following = [mpmath.mpf(0), *(2 * value for value in current)]
            for j, value in enumerate(before):
                following[j] -= value
            before, current = current, following
    return HalfLinePolynomial(function, middle, tuple(powers))


def series_horner(k: int, count: int, variable: Any) -> Any:
    """The positive series, each term with √(2/π), as Horner's rule in u = r²."""
    with mpmath.workdps(40):
        values, product = [], mpmath.mpf(1)
        for j in range(count):
            product *= 2 * k + 2 * j + 1
            values.append(mpmath.sqrt(2 / mpmath.pi) / product)
    result: Any = sp.Float(float(values[-1]), 17)
    for value in values[-2::-1]:
        result = sp.Add(sp.Float(float(value), 17), sp.Mul(variable, result, evaluate=False), evaluate=False)
    return result


def near_horner(weight: Callable[[int], Any], start: int, count: int, variable: Any) -> Any:
    """Σ_{m>=start} weight(m) (−y)^m/Γ(m/2 + 1) over y^start, by Horner's rule with `count` terms."""
    with mpmath.workdps(40):
        values = [weight(m) * (-1) ** m / mpmath.gamma(mpmath.mpf(m) / 2 + 1) for m in range(start, start + count)]
    result: Any = sp.Float(float(values[-1]), 17)
    for value in values[-2::-1]:
        result = sp.Add(sp.Float(float(value), 17), sp.Mul(variable, result, evaluate=False), evaluate=False)
    return result
