"""E|det(A_n − ξ)| = 2^{(n+2)/2} Γ((n+1)/2) e^{ξ²/4} R_{n+1}(ξ) (Fyodorov), with the level density R by two routes.

Neither knows anything of the supersymmetric integral: they are what it is compared with.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import mpmath
import sympy as sp

from derivations.moments import gaussian_expectation
from derivations.skew_moments import level_density
from derivations.symbols import xi


def by_skew_moments(size: int, place: Any) -> Any:
    """The value at a point, in mpmath at its current precision, with skew moments of monomials."""
    factor = mpmath.mpf(2) ** (mpmath.mpf(size + 2) / 2) * mpmath.gamma(mpmath.mpf(size + 1) / 2)
    return factor * mpmath.exp(mpmath.mpf(place) ** 2 / 4) * level_density(size + 1, mpmath.mpf(place))


@lru_cache(maxsize=64)
def hermite(order: int) -> Any:
    """He_order(ξ), from the generating function e^{ξt − t²/2}."""
    coefficient = [
        sp.Rational(-1, 2) ** j * sp.factorial(order) / (sp.factorial(order - 2 * j) * sp.factorial(j))
        for j in range(order // 2 + 1)
    ]
    return sp.expand(sum(c * xi ** (order - 2 * j) for j, c in enumerate(coefficient)))


def by_hermite_functions(size: int) -> Any:
    """The expression in ξ with the sum over Hermite functions ψ_j = He_j e^{−ξ²/4}/√(√(2π) j!) (Mehta)."""
    order = size + 1
    gauss = sp.exp(-(xi**2) / 4)
    last, top = hermite(order - 1), hermite(order)
    density = sum(hermite(j) ** 2 / _norm(j) for j in range(order)) * gauss**2
    # ½∫ sgn(ξ − t) ψ(t) dt is ∫_0^ξ for even ψ, and −∫_ξ^∞ for odd ψ
    signed = _primitive(top, gauss) - (0 if order % 2 == 0 else sp.limit(_primitive(top, gauss), xi, sp.oo))
    density += sp.sqrt(order) / 2 * last * gauss * signed / sp.sqrt(_norm(order - 1) * _norm(order))
    if order % 2:
        density += last * gauss / (2 * sp.sqrt(sp.pi) * gaussian_expectation(last, {xi: 2}))
    return 2 ** sp.Rational(size + 2, 2) * sp.gamma(sp.Rational(size + 1, 2)) * density / gauss


def _norm(order: int) -> Any:
    return sp.sqrt(2 * sp.pi) * sp.factorial(order)


def _primitive(polynomial: Any, gauss: Any) -> Any:
    """∫_0^ξ of a polynomial times e^{−t²/4}, by parts."""
    total = sp.Integer(0)
    for (power,), coefficient in sp.Poly(polynomial, xi).terms():
        while power > 1:
            total -= 2 * coefficient * xi ** (power - 1) * gauss
            power, coefficient = power - 2, 2 * coefficient * (power - 1)
        total += coefficient * (2 * (1 - gauss) if power == 1 else sp.sqrt(sp.pi) * sp.erf(xi / 2))
    return total
