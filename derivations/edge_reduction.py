"""The Airy-scale integral at the edge, reduced by integration by parts to Airy functions.

    J(s) = ∫∫ dω1 dω2 (ω1 − ω2) log(i(ω1 − ω2)) e^{½ Σ(−ω_b³/3 + sω_b)} ⟨(w1 − w2)^4 ∏(w_a + ω_b)⟩,

⟨·⟩ = ∏∫ dw_a/(2πi) e^{w_a³/3 − s w_a} over the contour of the Airy function; ω1 runs from ∞e^{−2πi/3} to +∞, ω2 from
∞e^{2πi/3} to +∞. In σ = ω1 + ω2 and δ = ω1 − ω2 the bosonic exponent is sσ/2 − (σ³ + 3σδ²)/24.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from derivations.symbols import s

airy, airy_slope = sp.symbols("A B")  # Ai(s), Ai′(s)
w1, w2, total, square = sp.symbols("w1 w2 sigma D")  # the fermions, σ and δ²
zeroth, first, second, free = sp.symbols("L M N W")  # L = [1], M = L′, N = M′ with the logarithm; W = [1] without it


def _slope(expression: Any, rules: dict[Any, Any]) -> Any:
    """d/ds, with the derivatives of the functions in `rules`."""
    return sp.expand(sp.diff(expression, s) + sum(sp.diff(expression, f) * rule for f, rule in rules.items()))


@lru_cache(maxsize=32)
def airy_moment(order: int) -> Any:
    """∫ dw/(2πi) w^order e^{w³/3 − sw} = (−d/ds)^order Ai(s), with Ai″ = s Ai."""
    if order == 0:
        return airy
    return -_slope(airy_moment(order - 1), {airy: airy_slope, airy_slope: s * airy})


@lru_cache(maxsize=64)
def free_moment(sums: int, squares: int) -> Any:
    """[σ^sums δ^{2 squares}] without the logarithm, that is ∫∫ δ · (…) e^{…}, in terms of W, which does not depend on
    s.

    σ is 2 d/ds. ∂_δ of σ^{j−1} δ^{2l} e^{…} gives [σ^j δ^{2l}] = 8l [σ^{j−1} δ^{2l−2}]; ∂_σ gives δ² = 4s − σ² on [1].
    """
    if squares == 0:
        return free if sums == 0 else sp.S.Zero
    if sums:
        return sp.expand(8 * squares * free_moment(sums - 1, squares - 1))
    if squares > 1:
        return sp.expand(4 * s * free_moment(0, squares - 1) - free_moment(2, squares - 1))
    return sp.expand(4 * s * free_moment(0, 0) - free_moment(2, 0))


@lru_cache(maxsize=64)
def logarithmic_moment(sums: int, squares: int) -> Any:
    """[σ^sums δ^{2 squares}] = ∫∫ δ log(iδ) (…) e^{…} in terms of L, M = L′, N = M′ and W.

    ∂_δ of σ^{j−1} δ^{2l} log(iδ) e^{…}: [σ^j δ^{2l}] = 8l [σ^{j−1} δ^{2l−2}] + 4 × the same without logarithm;
    ∂_σ of δ^{2l−1} log(iδ) e^{…}: [δ^{2l}] = 4s [δ^{2l−2}] − [σ² δ^{2l−2}];
    ∂_σ of σδ log(iδ) e^{…} closes the system: M″ = sM − W/2, an Airy equation with a source.
    """
    if squares == 0:
        value = zeroth
        for _ in range(sums):
            value = 2 * _slope(value, {zeroth: first, first: second, second: s * first - free / 2})
        return sp.expand(value)
    if sums:
        return sp.expand(
            8 * squares * logarithmic_moment(sums - 1, squares - 1) + 4 * free_moment(sums - 1, squares - 1)
        )
    return sp.expand(4 * s * logarithmic_moment(0, squares - 1) - logarithmic_moment(2, squares - 1))


def fermionic_polynomial(sign: int = 1) -> Any:
    """(w1 − w2)^4 ∏_{a,b}(w_a + sign ω_b) as a polynomial in w1, w2, σ, δ²."""
    product = (total**2 - square) / 4  # ω1 ω2
    factors = (w1**2 + sign * w1 * total + product) * (w2**2 + sign * w2 * total + product)
    return sp.Poly(sp.expand((w1 - w2) ** 4 * factors), w1, w2, total, square)


def reduced(polynomial: Any, logarithm: bool = True) -> Any:
    """J for a polynomial of the fermions, in terms of A, B, L, M, N, W."""
    moment = logarithmic_moment if logarithm else free_moment
    terms = (
        coefficient * airy_moment(a) * airy_moment(b) * moment(j, l) for (a, b, j, l), coefficient in polynomial.terms()
    )
    return sp.factor(sp.expand(sum(terms)))


def quadrature(polynomial: Any, place: float) -> complex:
    """J by Gauss–Legendre quadrature along the contours."""
    import mpmath

    values = {airy: float(mpmath.airyai(place)), airy_slope: float(mpmath.airyai(place, derivative=1)), s: place}
    fermions = sum(
        coefficient * airy_moment(a) * airy_moment(b) * total**j * square**l
        for (a, b, j, l), coefficient in polynomial.terms()
    )
    return bosonic_quadrature(fermions.subs(values), place)


def bosonic_quadrature(weight: Any, place: float, logarithm: bool = True) -> complex:
    """∫∫ δ log(iδ) weight(σ, δ²) e^{½Σ(−ω³/3 + sω)} along the contours, kept apart by ±i/2."""
    evaluate = sp.lambdify((total, square), weight, "numpy")
    nodes, weights = np.polynomial.legendre.leggauss(160)
    lengths, steps = 4.5 * (nodes + 1), 4.5 * weights
    turn = np.exp(2j * np.pi / 3)
    points = np.concatenate([turn * lengths, lengths]) + 0.5j
    measure = np.concatenate([-turn * steps, steps])
    upper, lower = points[None, :], points.conj()[:, None]
    exponent = sum(-(omega**3) / 3 + place * omega for omega in (upper, lower)) / 2
    difference = lower - upper
    integrand = difference * evaluate(lower + upper, difference**2) * np.exp(exponent)
    if logarithm:
        integrand = integrand * np.log(1j * difference)
    return complex(measure.conj() @ integrand @ measure)
