"""The kernels of the Gaussian means: polynomials on the whole half line, positive series, twofold exponents."""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp

from derivations.gaussian_symbols import alpha, c, slope_of, y
from derivations.half_line_functions import (
    CENTRE,
    chebyshev_polynomial,
    near_horner,
    scaled_erfc_function,
    series_horner,
)
from derivations.symbols import sigma
from spinglass._printing import Assignment, Branch, Kernel

_t = sp.Symbol("t", real=True)
_r = sp.Symbol("r", real=True)
_u = sp.Symbol("u", real=True)
_e = sp.Symbol("e", real=True)  # an exponent
_q = sp.Symbol("q", real=True)
_p = sp.Symbol("p", real=True)


def _constant(expression: Any) -> Any:
    return sp.Float(float(sp.N(expression, 40)), 17)


def _digits(expression: Any) -> Any:
    """A constant to 40 digits, for twofold arithmetic."""
    return sp.Rational(str(sp.N(expression, 40)))


def _polynomial_kernel(name: str, doc: str, function: Any) -> Kernel:
    """A private kernel of t; its exact twin is the function itself at y(t)."""
    polynomial = chebyshev_polynomial(name)
    place = polynomial.centre * (1 + _t) / (1 - _t)
    return Kernel(
        f"{name}_polynomial",
        (_t,),
        (Branch(sp.true, polynomial.horner(_t)),),
        doc,
        exact=(Branch(sp.true, function(place)),),
        private=True,
    )


def _call(name: str, *arguments: Any) -> Any:
    return sp.Function(name)(*arguments)


def standard_kernels() -> dict[str, tuple[Kernel, tuple[Kernel, ...]]]:
    """Name → (kernel, the private kernels that it calls)."""
    scaled = _polynomial_kernel(
        "scaled", "(1 + 2y) e^{y²} erfc(y), t = (y − 15/4)/(y + 15/4).", lambda v: (1 + 2 * v) * scaled_erfc_function(v)
    )

    function = Kernel(
        "scaled_erfc",
        (y,),
        (
            Branch(y < sp.Rational(1, 2), near_horner(lambda m: mpmath.mpf(1), 0, 30, y), note="power series"),
            Branch(
                sp.true,
                _call("scaled_polynomial", _t) / (1 + 2 * y),
                (Assignment(_t, (y - CENTRE) / (y + CENTRE)),),
            ),
        ),
        "e^{y²} erfc(y), y >= 0.",
        exact=(Branch(sp.true, scaled_erfc_function(y)),),
    )

    def bracket(v: Any) -> Any:
        k = scaled_erfc_function(v)
        return (1 - k) / 2 + v**2 * k - v / sp.sqrt(sp.pi)

    def difference(v: Any) -> Any:
        return scaled_erfc_function(2 * v) / 2 - scaled_erfc_function(v) + sp.Rational(1, 2)

    fits = (
        _polynomial_kernel(
            "elu_intercept",
            "(1 + y)²/y² times the bracket of E β, t = (y − 15/4)/(y + 15/4).",
            lambda v: bracket(v) * (1 + v) ** 2 / v**2,
        ),
        _polynomial_kernel(
            "elu_square",
            "(1 + y)²/y² times the bracket of E f², t = (y − 5/2)/(y + 5/2).",
            lambda v: difference(v) * (1 + v) ** 2 / v**2,
        ),
    )
    brackets = {}
    for name, centre, weight, terms, form in (
        ("elu_intercept", CENTRE, lambda m: mpmath.mpf(m - 1) / 4, 30, bracket),
        ("elu_square", sp.Rational(5, 2), lambda m: (mpmath.mpf(2) ** (m - 1) - 1) / 2, 36, difference),
    ):
        brackets[name] = Kernel(
            f"{name}_bracket",
            (sigma,),
            (
                Branch(sigma < sp.Rational(1, 2), sigma**2 * near_horner(weight, 2, terms, _r), note="power series"),
                Branch(
                    sp.true,
                    _u**2 * _call(f"{name}_polynomial", _t),
                    (
                        Assignment(_t, (_r - centre) / (_r + centre)),
                        Assignment(_u, sigma / (sp.sqrt(2) + sigma), twofold=True),
                    ),
                    twofold=True,
                ),
            ),
            "The bracket as a function of σ = y√2.",
            before=(Assignment(_r, sigma / sp.sqrt(2)),),
            exact=(Branch(sp.true, form(_r)),),
            private=True,
        )
    moments = {k: _moment_kernel(k) for k in (1, 2)}
    tail = Kernel(
        "square_beyond",
        (sigma, c),
        (
            Branch(
                sp.true,
                sigma**2 * (sp.erfc(_r * _digits(1 / sp.sqrt(2))) + _digits(sp.sqrt(2 / sp.pi)) * _r * sp.exp(_e)),
                (Assignment(_r, c / sigma, twofold=True), Assignment(_e, -(_r**2) / 2, twofold=True)),
                twofold=True,
            ),
        ),
        "E x² 1_{|x|>c}.",
        exact=(
            Branch(sp.true, sigma**2 * (sp.erfc(_r / sp.sqrt(2)) + sp.sqrt(2 / sp.pi) * _r * sp.exp(-(_r**2) / 2))),
        ),
        exact_before=(Assignment(_r, c / sigma),),
        private=True,
    )
    root2 = sp.sqrt(2)

    def scaled_at(v: Any) -> tuple[Assignment, ...]:
        """t for the polynomial of `scaled`."""
        return (Assignment(_r, v), Assignment(_t, (_r - CENTRE) / (_r + CENTRE)))

    three = sp.Integer(3)
    one = (
        function,
        Kernel(
            "mean_intercept_gelu",
            (sigma,),
            (
                Branch(
                    sp.true,
                    -(sigma**2) / _q,
                    (
                        Assignment(_r, 1 + sigma**2),
                        Assignment(_p, 2 * sp.pi * _r),
                        Assignment(_q, _r * sp.sqrt(_p)),
                    ),
                ),
            ),
            "−σ²(1+σ²)^{−3/2}/√(2π).",
            exact=(Branch(sp.true, -(sigma**2) / sp.sqrt(1 + sigma**2) ** 3 / sp.sqrt(2 * sp.pi)),),
        ),
        Kernel(
            "mean_square_gelu",
            (sigma,),
            (
                Branch(
                    sp.true,
                    _u * (sp.Rational(1, 4) + (sp.atan(_u / _r) / 2 + _u / ((1 + _u) * _r)) / sp.pi),
                    (Assignment(_u, sigma**2), Assignment(_r, sp.sqrt(1 + 2 * _u))),
                ),
            ),
            "A sum of positive terms.",
        ),
        Kernel(
            "mean_slope_elu",
            (sigma, alpha),
            (Branch(sp.true, sp.Rational(1, 2) + alpha * _call("scaled_erfc", sigma / root2) / 2),),
        ),
        Kernel(
            "mean_intercept_elu", (sigma, alpha), (Branch(sp.true, -alpha * _call("elu_intercept_bracket", sigma)),)
        ),
        Kernel(
            "mean_square_elu",
            (sigma, alpha),
            (Branch(sp.true, sigma**2 / 2 + alpha**2 * _call("elu_square_bracket", sigma)),),
        ),
        Kernel(
            "mean_slope_erf",
            (sigma,),
            (Branch(sp.true, _constant(2 / sp.sqrt(sp.pi)) / sp.sqrt(1 + 2 * sigma**2)),),
            exact=(Branch(sp.true, 2 / sp.sqrt(sp.pi) / sp.sqrt(1 + 2 * sigma**2)),),
        ),
        Kernel(
            "mean_square_erf",
            (sigma,),
            (Branch(sp.true, _constant(2 / sp.pi) * sp.atan(2 * sigma**2 / sp.sqrt(1 + 4 * sigma**2))),),
            exact=(Branch(sp.true, 2 / sp.pi * sp.atan(2 * sigma**2 / sp.sqrt(1 + 4 * sigma**2))),),
        ),
        Kernel(
            "mean_intercept_gaussian",
            (sigma,),
            (
                Branch(
                    sp.true,
                    (1 + 4 * _u) / _q,
                    (Assignment(_u, sigma**2), Assignment(_r, 1 + 2 * _u), Assignment(_q, _r * sp.sqrt(_r))),
                ),
            ),
        ),
        Kernel("mean_square_gaussian", (sigma,), (Branch(sp.true, 1 / sp.sqrt(1 + 4 * sigma**2)),)),
        Kernel(
            "mean_slope_sine",
            (sigma,),
            (Branch(sp.true, sp.exp(-_q), (Assignment(_q, sigma**2 / 2, twofold=True),), twofold=True),),
            "The exponent in twice the precision: its rounding would be amplified by its size.",
        ),
        Kernel(
            "mean_square_sine",
            (sigma,),
            (Branch(sp.true, -_call("expm1", -2 * sigma**2) / 2),),
            exact=(Branch(sp.true, (1 - sp.exp(-2 * sigma**2)) / 2),),
        ),
        Kernel(
            "mean_slope_arctan",
            (sigma,),
            (
                Branch(sigma > 1, _constant(sp.sqrt(sp.pi / 2)) / sigma * _call("scaled_erfc", 1 / (root2 * sigma))),
                Branch(
                    sp.true,
                    _constant(sp.sqrt(sp.pi)) * _call("scaled_polynomial", _t) / (2 + root2 * sigma),
                    (Assignment(_r, _constant(CENTRE * root2) * sigma), Assignment(_t, (1 - _r) / (1 + _r))),
                    note="(1 + 2y) K at large y = 1/(σ√2)",
                ),
            ),
            "√π y K(y) with y = 1/(σ√2).",
            exact=(Branch(sp.true, sp.sqrt(sp.pi / 2) / sigma * scaled_erfc_function(1 / (root2 * sigma))),),
        ),
        Kernel("mean_intercept_hard_swish", (sigma,), (Branch(sp.true, -_call("square_within", sigma, three) / 6),)),
        Kernel(
            "mean_square_hard_swish",
            (sigma,),
            (
                Branch(
                    sp.true,
                    _call("fourth_within", sigma, three) / 36
                    + _call("square_within", sigma, three) / 4
                    + _call("square_beyond", sigma, three) / 2,
                ),
            ),
        ),
        Kernel("mean_slope_leaky_relu", (slope_of,), (Branch(sp.true, (1 + slope_of) / 2),)),
        Kernel("mean_square_leaky_relu", (sigma, slope_of), (Branch(sp.true, sigma**2 * ((1 + slope_of**2) / 2)),)),
        Kernel("mean_slope_clip", (sigma, c), (Branch(sp.true, sp.erf(c / (root2 * sigma))),)),
        Kernel(
            "mean_square_clip",
            (sigma, c),
            (Branch(sp.true, _call("square_within", sigma, c) + c**2 * sp.erfc(c / (root2 * sigma))),),
        ),
        Kernel(
            "mean_intercept_cap",
            (sigma, c),
            (
                Branch(c > 40 * sigma, sp.S.Zero, note="below the smallest float"),
                Branch(
                    sp.true,
                    c / 2 * (sp.exp(_q) * _call("scaled_erfc", _r)),
                    (
                        Assignment(_q, -(c**2) / (2 * sigma**2), twofold=True),
                        Assignment(_r, c * _digits(1 / root2) / sigma, twofold=True),
                    ),
                    twofold=True,
                ),
            ),
            "erfc as e^{−y²} times the scaled function, the exponent in twice the precision.",
            exact=(Branch(sp.true, c / 2 * sp.erfc(c / (root2 * sigma))),),
        ),
    )
    needs: dict[str, tuple[Kernel, ...]] = {
        "scaled_polynomial": (scaled,),
        "scaled_erfc": (scaled, function),
        "elu_intercept_bracket": (fits[0], brackets["elu_intercept"]),
        "elu_square_bracket": (fits[1], brackets["elu_square"]),
        "square_within": (moments[1],),
        "fourth_within": (moments[2],),
        "square_beyond": (tail,),
    }
    result = {}
    for kernel in one:
        called = {
            type(node).__name__
            for branch in kernel.branches
            for part in (branch.value, *(line.expression for line in branch.body))
            for node in sp.sympify(part).atoms(sp.Function)
        }
        result[kernel.name] = (
            kernel,
            tuple(helper for name, helpers in needs.items() if name in called for helper in helpers),
        )
    return result


def _moment_kernel(k: int) -> Kernel:
    """E x^{2k} 1_{|x|<c}: the positive series for c/σ below a bound, the closed form above."""
    bound = {1: sp.Rational(21, 10), 2: sp.Integer(3)}[k]
    half, root = 1 / sp.sqrt(2), sp.sqrt(2 / sp.pi)
    brackets = {
        1: lambda half, factor: sigma**2 * (sp.erf(_r * half) - factor * _r * sp.exp(_e)),
        2: lambda half, factor: 3 * sigma**4 * (sp.erf(_r * half) - factor * _r * (1 - 2 * _e / 3) * sp.exp(_e)),
    }
    # The exponent in twice the precision: its rounding would be amplified by its size.
    exponent = Assignment(_e, -(_r**2) / 2, twofold=True)
    before = (Assignment(_r, c / sigma, twofold=True), Assignment(_u, _r**2), exponent)
    positive = series_horner(k, 24 if k == 1 else 34, _u)
    with mpmath.workdps(40):
        values = [
            mpmath.sqrt(2 / mpmath.pi) * mpmath.mpf(-0.5) ** j / mpmath.factorial(j) / (2 * k + 1 + 2 * j)
            for j in range(16)
        ]
    alternating: Any = sp.Float(float(values[-1]), 17)
    for value in values[-2::-1]:
        alternating = sp.Add(sp.Float(float(value), 17), sp.Mul(_u, alternating, evaluate=False), evaluate=False)
    return Kernel(
        {1: "square_within", 2: "fourth_within"}[k],
        (sigma, c),
        (
            Branch(
                _r < 1,
                c ** (2 * k) * _r * _q,
                (Assignment(_q, alternating),),
                twofold=True,
                note="the power series of the integral",
            ),
            Branch(
                _r < bound,
                c ** (2 * k) * _r * _q * sp.exp(_e),
                (Assignment(_q, positive),),
                twofold=True,
                note="terms of one sign",
            ),
            Branch(sp.true, brackets[k](_digits(half), _digits(root)), twofold=True),
        ),
        f"E x^{2 * k} 1_{{|x|<c}}.",
        before=before,
        exact=(Branch(sp.true, brackets[k](half, root)),),
        private=True,
    )
