"""Gaussian expectations of polynomials, exactly, and the GOE matrix with symbolic entries."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import sympy as sp
from sympy.polys.polyerrors import CoercionFailed, PolynomialError
from sympy.polys.rings import PolyElement, PolyRing

from spinglass._errors import checked_int, input_error


def gaussian_moment(order: int, variance: Any = 1) -> Any:
    """E a^order = (order − 1)!! variance^(order/2) for a centred Gaussian a; zero for odd orders."""
    order = checked_int("order", order, low=0)
    return 0 if order % 2 else math.prod(range(order - 1, 0, -2)) * variance ** (order // 2)


def gaussian_expectation(polynomial: Any, variances: Mapping[Any, Any]) -> Any:
    """E of a polynomial in independent centred Gaussian variables.

    polynomial : a sympy expression or `Poly`, polynomial in the Gaussian symbols (anything in the others), gives an
        expanded expression; an element of a sympy `PolyRing` gives an element of that ring.
    variances : symbol → variance (a number >= 0 or an expression without Gaussian symbols).
    Raises `InputError` if there is no Gaussian symbol, a variance is negative, or `polynomial` is not one.

    >>> a, b, y = sp.symbols("a b y")
    >>> gaussian_expectation((y + a) ** 4 * b**2, {a: 2, b: 1})
    y**4 + 12*y**2 + 12
    """
    if not variances:
        raise input_error("variances", dict(variances), "must name at least one Gaussian symbol")
    gaussians = list(variances)
    for symbol, variance in variances.items():
        if sp.sympify(variance).is_negative or sp.sympify(variance).free_symbols & set(gaussians):
            raise input_error("variances", {symbol: variance}, "a variance must be >= 0 and free of Gaussian symbols")
    if isinstance(polynomial, PolyElement):
        return _ring_expectation(polynomial, variances)
    expression = polynomial.as_expr() if isinstance(polynomial, sp.Poly) else sp.sympify(polynomial)
    others = sorted((expression.free_symbols | _symbols_in(variances)) - set(gaussians), key=lambda s: s.name)
    domain = sp.QQ_I if expression.has(sp.I) else sp.QQ
    try:
        ring = PolyRing([*gaussians, *others], domain)
        return _ring_expectation(ring.from_expr(expression), variances).as_expr()
    except (ValueError, CoercionFailed):  # coefficients that are no polynomials: roots, functions, quotients
        return _general_expectation(expression, variances)


def _symbols_in(variances: Mapping[Any, Any]) -> set[Any]:
    return set().union(*(sp.sympify(variance).free_symbols for variance in variances.values()))


def _ring_expectation(element: Any, variances: Mapping[Any, Any]) -> Any:
    """The expectation inside the ring: monomials of odd order vanish, the others lose their Gaussian powers."""
    ring = element.ring
    places = [(ring.symbols.index(symbol), ring.from_expr(sp.sympify(v))) for symbol, v in variances.items()
              if symbol in ring.symbols]  # fmt: skip
    grouped: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = {}
    for monomial, coefficient in element.terms():
        powers = tuple(monomial[place] for place, _ in places)
        if any(power % 2 for power in powers):
            continue
        rest = list(monomial)
        for place, _ in places:
            rest[place] = 0
        grouped.setdefault(powers, {})[tuple(rest)] = coefficient
    total = ring.zero
    for powers, terms in grouped.items():
        moment = ring.one
        for power, (_, variance) in zip(powers, places, strict=True):
            moment *= gaussian_moment(power, variance)
        total += ring.from_dict(terms) * moment
    return total


def _general_expectation(expression: Any, variances: Mapping[Any, Any]) -> Any:
    try:
        poly = sp.Poly(expression, *variances)
    except PolynomialError:
        poly = None
    if poly is None or any(c.free_symbols & set(variances) for c in poly.coeffs()):
        raise input_error("polynomial", expression, f"must be a polynomial in {', '.join(map(str, variances))}")
    total = sp.Integer(0)
    for monomial, coefficient in poly.terms():
        moment = sp.Integer(1)
        for power, variance in zip(monomial, variances.values(), strict=True):
            moment *= gaussian_moment(power, sp.sympify(variance))
        total += coefficient * moment
    return sp.expand(total)


def mean_with_source(polynomial: Any, kernel: Any, name: str = "a") -> Any:
    """e^{¼ tr K²} E[F(A_n) e^{½ i tr A_n K}] for a symmetric K, without any shift of A_n.

    Entry by entry E[a^m e^{ita}] = (−i d/dt)^m e^{−vt²/2}: t is the coefficient of a in ½ tr AK and v its variance.

    polynomial : F, an element of a `PolyRing` over Q(i) that contains the symbols of `goe_matrix(n, name)` and of K.
    """
    goe, variances = goe_matrix(kernel.rows, name)
    ring = polynomial.ring
    half_trace = sp.expand((goe * kernel).trace() / 2)
    places = [(ring.symbols.index(entry), ring.from_expr(half_trace.coeff(entry)), v) for entry, v in variances.items()]

    @cache
    def moment(place: int, power: int) -> Any:
        t = sp.Symbol("t", real=True)
        _, source, variance = places[place]
        weight = sp.exp(-variance * t**2 / 2)
        factor = sp.Poly(sp.simplify((-sp.I) ** power * sp.diff(weight, t, power) / weight), t)
        return sum((ring.from_expr(c) * source**k for (k,), c in factor.terms()), ring.zero)

    total = ring.zero
    for monomial, coefficient in polynomial.terms():
        rest = list(monomial)
        for index, _, _ in places:
            rest[index] = 0
        term = ring.from_dict({tuple(rest): coefficient})
        for place, (index, _, _) in enumerate(places):
            if monomial[index]:
                term *= moment(place, monomial[index])
        total += term
    return total


def goe_matrix(size: int, name: str = "a") -> tuple[Any, dict[Any, int]]:
    """A_n with symbolic entries a_jk = a_kj, and the variance of each symbol: 1 off the diagonal, 2 on it."""
    matrix = symmetric_matrix(size, name)
    return matrix, {matrix[j, k]: 2 if j == k else 1 for j in range(matrix.rows) for k in range(j, matrix.cols)}


def symmetric_matrix(size: int, name: str) -> Any:
    """A real symmetric n × n matrix with symbolic entries name_jk, j <= k."""
    size = checked_int("size", size, low=1)
    return sp.Matrix(size, size, lambda j, k: sp.Symbol(f"{name}_{min(j, k) + 1}{max(j, k) + 1}", real=True))
