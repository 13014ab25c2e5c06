"""Closed forms of E|det(A_n − ξ)|: the Taylor series of the double integral, exactly, and what it sums to."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import mpmath
import sympy as sp

from derivations import double_integral
from derivations.claims import Claim, Identity, Numbers
from derivations.deferred import deferred
from derivations.derivation import Result
from derivations.determinant_integral import derivation, logarithmic_kernel, real_terms
from derivations.fyodorov_routes import by_hermite_functions, by_skew_moments, hermite
from derivations.symbols import n, xi


@derivation.step("taylor-series", "The Taylor series in ξ, exactly", flips="the sign of K in the recursion of T")
def taylor_series(sign: int = 1) -> Result:
    r"""In the coordinates $q_1=R\cos\theta$, $q_2=-R\sin\theta$, $y=\cos\theta-\sin\theta$ one has
    $\Delta\,dq_1dq_2=R^2dR\,dy$, $q_1+q_2=Ry$, $q_1q_2=-\frac12R^2(1-y^2)$ and
    $\log\Delta=\log R+\frac12\log(2-y^2)$. Each order in $\xi$ is a sum of products of one-dimensional integrals: over
    $R$ the Gamma function and its derivative, over $y$
    $$B_\nu=\int_{-1}^1(1-y^2)^\nu dy,\quad K_\nu=\int_{-1}^1\frac{(1-y^2)^\nu}{2-y^2}dy=B_{\nu-1}-K_{\nu-1},\quad
    T_\nu=\int_{-1}^1(1-y^2)^\nu\log(2-y^2)\,dy,$$
    $(1+2\nu)T_\nu=2\nu T_{\nu-1}-2B_\nu+4K_\nu$ by parts, down to $\nu=-\frac12$ (even $n$) or $\nu=0$ (odd $n$).
    $\log2$, $\gamma$ and the lowest $K$ and $T$ are carried as symbols: in the sums all of them cancel but, for even
    $n$, $K_{-1/2}=\pi/\sqrt2$. So the coefficients lie in $\mathbb Q+\mathbb Q\sqrt2$ for even $n$, in
    $\mathbb Q/\sqrt\pi$ for odd $n$.

    Checked against the same coefficients of Fyodorov's expression with skew moments, by numerical differentiation.
    """

    def claims() -> tuple[Claim, ...]:
        orders = range(0, 7, 2)
        series = {size: [_coefficient(size, order, sign) for order in orders] for size in (2, 3, 4, 5)}
        rows = []
        with mpmath.workdps(40):
            for size, coefficients in series.items():
                other = mpmath.taylor(lambda y, m=size: by_skew_moments(m, y), 0, max(orders))
                for order, one in zip(orders, coefficients, strict=True):
                    value = mpmath.mpf(str(one.subs(dict.fromkeys(one.free_symbols, 1)).evalf(50)))
                    rows.append((f"n = {size}, ξ^{order}", value, other[order]))
        left_over = [c.free_symbols for coefficients in series.values() for c in coefficients]
        return (
            Identity([len(symbols) for symbols in left_over], [0] * len(left_over), None, "log 2, γ, K, T are gone"),
            Identity([series[2][0], series[3][0]], [2 * sp.sqrt(2) - 1, 6 / sp.sqrt(sp.pi)], None, "ξ = 0, n = 2, 3"),
            Numbers(rows, 1e-18, ("exact coefficients", "Fyodorov's identity with skew moments")),
        )

    return Result(
        _coefficient,
        r"E|\det(A_n-\xi)|=\sum_mc_{n,m}\xi^m,\quad c_{2,0}=2\sqrt2-1,\quad c_{3,0}=\frac6{\sqrt\pi}",
        deferred(claims),
    )


@lru_cache(maxsize=512)
def _coefficient(size: int, order: int, sign: int = 1) -> Any:
    return sp.expand(_constant(size) * double_integral.taylor_coefficient(size, order, real_terms(size), sign))


@lru_cache(maxsize=16)
def _constant(size: int) -> Any:
    return sp.simplify(logarithmic_kernel().subs(n, size))


def _equation(size: int, value: Any) -> Any:
    return sp.Eq(sp.Symbol(rf"E|\det(A_{{{size}}}-\xi)|"), value, evaluate=False)


CHECKED_ORDERS = 24  # Taylor coefficients that a closed form is compared with, beyond those that fix it


def _even_parts(size: int, sign: int, orders: int | None = None) -> tuple[list[Any], list[Any]]:
    """The Taylor coefficients with √2, times e^{ξ²/4}, and those without."""
    last = 2 * size + CHECKED_ORDERS if orders is None else orders
    gaussian, plain = [], []
    for order in range(last + 1):
        value = taylor_series()(size, order)
        part = value.coeff(sp.sqrt(2))
        gaussian.append(part)
        plain.append(sp.expand(value - part * sp.sqrt(2)))
    growth = [sp.Rational(sign, 4) ** (m // 2) / sp.factorial(m // 2) if m % 2 == 0 else 0 for m in range(last + 1)]
    return [sum(gaussian[j] * growth[m - j] for j in range(m + 1)) for m in range(last + 1)], plain


@lru_cache(maxsize=16)
def even_form(size: int, sign: int = 1) -> Any:
    """The closed form for one even n."""
    factor, plain = (sum(c * xi**m for m, c in enumerate(part)) for part in _even_parts(size, sign, orders=2 * size))
    return sp.sqrt(2) * factor * sp.exp(-(xi**2) / 4) + plain


@derivation.step("closed-even", "Closed forms for even n", flips="the sign of the exponent ξ²/4")
def closed_even(sign: int = 1) -> Result:
    r"""For even $n$ the coefficients of the Taylor series are $a_m+b_m\sqrt2$ with rational $a_m,b_m$. The rational
    parts stop: they form a polynomial, $He_n(\xi)$. The parts with $\sqrt2$, times $e^{\xi^2/4}$, stop as well:
    $$E|\det(A_n-\xi)|=\sqrt2\,a_n(\xi)\,e^{-\xi^2/4}+He_n(\xi),\quad a_2=2,\quad a_4=\xi^4+6\xi^2+3,$$
    for $n=2,4,6,8$, with $a_n$ of degree $2n-4$.

    That the series stop is seen on 24 further orders, not proved by them; the proof of the closed form is the second
    claim, the identity with Fyodorov's expression, whose level density is expanded in Hermite functions.
    """
    forms = {size: even_form(size, sign) for size in (2, 4, 6, 8)}

    def claims() -> tuple[Claim, ...]:
        further = [rest for size in forms for part in _even_parts(size, sign) for rest in part[2 * size + 1 :]]
        polynomials = [form.subs(sp.exp(-(xi**2) / 4), 0) for form in forms.values()]
        return (
            Identity(further, [0] * len(further), None, "the series stop"),
            Identity(
                list(forms.values()), [by_hermite_functions(size) for size in forms], sp.expand, "Hermite expansion"
            ),
            Identity(polynomials, [hermite(size) for size in forms], None, "Hermite polynomials"),
        )

    return Result(forms, [_equation(size, value) for size, value in forms.items()], deferred(claims))


def _odd_differences(size: int, last: int, sign: int) -> tuple[list[Any], list[Any], list[Any]]:
    """√π times ansatz less series, even orders up to `last`, and the unknown coefficients of a_n and b_n."""
    even, odd = sp.symbols(f"a0:{size + 1}"), sp.symbols(f"b0:{(size + 1) // 2}")
    gauss = [
        sp.Rational(-1, 4) ** (m // 2) / sp.factorial(m // 2) if m % 2 == 0 else sp.Integer(0) for m in range(last + 1)
    ]
    error = [sp.Integer(0)] + [sign * gauss[m - 1] / m for m in range(1, last + 1)]  # √π erf(ξ/2)
    rest = []
    for m in range(0, last + 1, 2):
        value = -sp.expand(taylor_series()(size, m) * sp.sqrt(sp.pi))
        value += sum(a * gauss[m - 2 * j] for j, a in enumerate(even) if 2 * j <= m)
        value += sum(b * error[m - 2 * j - 1] for j, b in enumerate(odd) if 2 * j + 1 <= m)
        rest.append(value)
    return rest, list(even), list(odd)


@lru_cache(maxsize=16)
def _odd_coefficients(size: int, sign: int) -> dict[Any, Any]:
    """The unknown coefficients, from as many orders as there are."""
    rest, even, odd = _odd_differences(size, 2 * (size + (size + 1) // 2), sign)
    (solution,) = sp.linsolve(rest[: len(even) + len(odd)], [*even, *odd])
    return dict(zip([*even, *odd], solution, strict=True))


@lru_cache(maxsize=16)
def odd_form(size: int, sign: int = 1) -> Any:
    """The closed form for one odd n."""
    if size == 1:
        t = sp.Symbol("t", real=True)
        first = sp.simplify(
            sp.integrate((t - xi) * sp.exp(-(t**2) / 4), (t, xi, sp.oo))
            + sp.integrate((xi - t) * sp.exp(-(t**2) / 4), (t, -sp.oo, xi))
        ) / (2 * sp.sqrt(sp.pi))
        return sp.expand(first.subs(sp.erfc(xi / 2), 1 - sp.erf(xi / 2)))
    values = list(_odd_coefficients(size, sign).values())
    gaussian = sum(value * xi ** (2 * j) for j, value in enumerate(values[: size + 1]))
    polynomial = sum(value * xi ** (2 * j + 1) for j, value in enumerate(values[size + 1 :]))
    return gaussian * sp.exp(-(xi**2) / 4) / sp.sqrt(sp.pi) + polynomial * sp.erf(xi / 2)


@derivation.step("closed-odd", "Closed forms for odd n", flips="the sign of the error function")
def closed_odd(sign: int = 1) -> Result:
    r"""For $n=1$, $E|a-\xi|$ with $a\sim N(0,2)$ is integrated directly. For $n=3,5,7$ the ansatz
    $$E|\det(A_n-\xi)|=\frac{a_n(\xi)}{\sqrt\pi}e^{-\xi^2/4}+b_n(\xi)\,\mathrm{erf}(\xi/2)$$ with polynomials of degree
    at most $2n$ and $n$ is fixed by the first Taylor coefficients (which give $b_n=He_n$).

    The ansatz is confirmed exactly by 24 further orders, and proved by the identity with Fyodorov's expression,
    whose level density is expanded in Hermite functions.
    """
    forms = {size: odd_form(size, sign) for size in (1, 3, 5, 7)}

    def claims() -> tuple[Claim, ...]:
        further = []
        for size in (3, 5, 7):
            left, values = _odd_differences(size, 3 * size + 1 + CHECKED_ORDERS, sign)[0], _odd_coefficients(size, sign)
            further += [rest.subs(values) for rest in left[len(values) :]]
        polynomials = [sp.expand(form).coeff(sp.erf(xi / 2)) for form in forms.values()]
        return (
            Identity(further, [0] * len(further), None, "further Taylor coefficients"),
            Identity(
                list(forms.values()), [by_hermite_functions(size) for size in forms], sp.expand, "Hermite expansion"
            ),
            Identity(polynomials, [hermite(size) for size in forms], None, "Hermite polynomials"),
        )

    return Result(forms, [_equation(size, value) for size, value in forms.items()], deferred(claims))
