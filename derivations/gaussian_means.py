"""E α, E β and E f² of activations under Gaussian pre-activations: closed forms, and forms that keep their digits.

The lemmas are in `gaussian_lemmas`, the means of the activations in `activation_means`; here are the steps that bring
them into stable forms, and the formulas that the derivation ends in.
"""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp

from derivations.activation_means import elu, gelu, hard_swish, piecewise_linear, smooth
from derivations.claims import Identity, Numbers
from derivations.derivation import Result
from derivations.emit import Argument, Formula
from derivations.gaussian_kernels import standard_kernels
from derivations.gaussian_lemmas import derivation, truncated_moments, value_at
from derivations.gaussian_symbols import alpha, c, slope_of, y
from derivations.half_line_functions import (
    chebyshev_polynomial,
    far_series,
    near_series,
    positive_series,
    scaled_erfc_function,
)
from derivations.symbols import sigma


@derivation.step(
    "scaled-error-function",
    "The scaled complementary error function",
    flips="the sign of the inhomogeneity of its differential equation",
    sources=("shepherd1981", "schonfelder1978"),
)
def scaled_error_function(sign: int = 1) -> Result:
    r"""
    $K(y) = e^{y^2} \mathrm{erfc}(y)$ solves $K' = 2yK - 2/\sqrtπ$, $K(0) = 1$. Its power series follows, $K = \sum
    (-y)^m/Γ(\tfrac m2 + 1)$, and so does the expansion for large $y$, $K \sim \tfrac{1}{y\sqrtπ} \sum_k (-1)^k
    (2k-1)!!/(2y^2)^k$. For evaluation, $(1 + 2y) K(y)$ is smooth and of size one on the whole half line, with the
    same kind of expansion at both ends, so that one polynomial in $t = (y - 15/4)/(y + 15/4)$ serves for all $y \ge
    0$ without any exponential (the idea of Shepherd and Laframboise, and Schonfelder). Its coefficients are
    computed here, by interpolation at Chebyshev points in 50 digits. Checks: both series solve the equation; the
    polynomial against the function, in 40 digits, to half a unit in the last place.
    """
    near = near_series(14)
    equation = sp.expand(sp.diff(near, y) - 2 * y * near + sign * 2 / sp.sqrt(sp.pi))
    low = [sp.simplify(equation.coeff(y, m)) for m in range(13)]
    z = sp.Symbol("z", positive=True)  # 1/y
    far = far_series(9)
    rest = sp.expand(-(z**2) * sp.diff(far, z) - 2 * far / z + sign * 2 / sp.sqrt(sp.pi))
    high = [sp.simplify(rest.coeff(z, m)) for m in range(-1, 17)]
    rows = _fit_rows("scaled")
    claims = (
        Identity(low, [sp.S.Zero] * len(low), what="the power series solves the equation"),
        Identity(high, [sp.S.Zero] * len(high), what="the asymptotic series solves the equation"),
        Numbers(rows, 1.2e-16, ("the polynomial", "the function in 40 digits")),
    )
    K = sp.Function("K")
    return Result((near, far), sp.Eq(K(y).diff(y), 2 * y * K(y) - 2 / sp.sqrt(sp.pi), evaluate=False), claims)


def _fit_rows(name: str) -> list[tuple[str, Any, Any]]:
    polynomial = chebyshev_polynomial(name)
    rows = []
    with mpmath.workdps(60):
        for k in range(-60, 61):
            place = mpmath.mpf(10) ** (mpmath.mpf(k) / 12)
            rows.append((f"y = {mpmath.nstr(place, 4)}", polynomial.at(place), polynomial.function(place)))
    return rows


@derivation.step("elu-stable", "ELU without cancellation", flips="the sign of y² K in the bracket")
def elu_stable(sign: int = 1) -> Result:
    r"""
    With $y = σ/\sqrt2$ the means of ELU are $E α = \tfrac12 + \tfrac α2 K(y)$, $E β = -α B(y)$ and $E f^2 =
    \tfrac12 σ^2 + α^2 D(y)$, where $B = \tfrac12 (1 - K) + y^2 K - y/\sqrtπ$ and $D = \tfrac12 K(2y) - K(y) +
    \tfrac12$. Both cancel to order $y^2$ at small $y$, and $B$ in addition at large $y$. From the series of $K$: $B
    = \sum_{m \ge 2} \tfrac{m-1}{2}\, (-y)^m/Γ(\tfrac m2 + 1)$ and $D = \sum_{m\ge2} (2^{m-1} - 1)(-y)^m/Γ(\tfrac m2
    + 1)$, both $y^2$ times a series, and at large $y$ both tend to $\tfrac12$. So $(1+y)^2/y^2$ times each is of
    size one throughout, and is evaluated as one polynomial in $t$. Checks: the brackets are the means of the step
    on ELU; the series, term by term; the polynomials against the functions in 40 digits.
    """
    K = sp.exp(y**2) * sp.erfc(y)
    bracket = (1 - K) / 2 + sign * y**2 * K - y / sp.sqrt(sp.pi)
    difference = K.subs(y, 2 * y) / 2 - K + sp.Rational(1, 2)
    means = elu()
    place = {y: sigma / sp.sqrt(2)}
    stable = {
        "slope": sp.Rational(1, 2) + alpha * K.subs(place) / 2,
        "intercept": -alpha * bracket.subs(place),
        "square": sigma**2 / 2 + alpha**2 * difference.subs(place),
    }
    near = near_series(12)
    found = sp.expand((1 - near) / 2 + sign * y**2 * near - y / sp.sqrt(sp.pi))
    doubled = sp.expand(near.subs(y, 2 * y) / 2 - near + sp.Rational(1, 2))
    series = [sp.simplify(found.coeff(y, m)) for m in range(11)] + [sp.simplify(doubled.coeff(y, m)) for m in range(11)]
    terms = [
        sp.Rational(m - 1, 2) * (-1) ** m / sp.gamma(sp.Rational(m, 2) + 1) if m > 1 else sp.S.Zero for m in range(11)
    ]
    terms += [
        (2 ** (m - 1) - 1) * (-1) ** m / sp.gamma(sp.Rational(m, 2) + 1) if m > 1 else sp.S.Zero for m in range(11)
    ]
    claims = (
        Identity([stable[kind] for kind in stable], [means[kind] for kind in stable], what="the means of ELU"),
        Identity(series, terms, what="eleven terms of both series"),
        Numbers(_fit_rows("elu_intercept"), 1.2e-16, ("the polynomial", "the function in 40 digits")),
        Numbers(_fit_rows("elu_square"), 1.2e-16, ("the polynomial", "the function in 40 digits")),
    )
    return Result(stable, [sp.Eq(sp.Symbol("B"), bracket), sp.Eq(sp.Symbol("D"), difference)], claims)


@derivation.step(
    "interval-stable",
    "Moments on an interval as positive series",
    flips="the sign of the exponential factor's exponent",
)
def interval_stable(sign: int = 1) -> Result:
    r"""
    For wide laws, $r = c/σ$ small, the terms of $T_2$ and $T_4$ cancel. They are $T_{2k} = c^{2k} r \sqrt{2/π}\,
    e^{-r^2/2} \sum_j r^{2j}/((2k+1)(2k+3)\cdots(2k+2j+1))$, a series of positive terms. Check: its derivative in
    $c$, term by term, against $2c^{2k} φ(c)$; and the closed form in 40 digits.
    """
    moments = truncated_moments()
    rows, series = [], {}
    for k in (1, 2):
        for ratio in ("0.01", "0.5", "1.5", "2"):
            with mpmath.workdps(60):
                r = mpmath.mpf(ratio)
                total = positive_series(k, r, 90) * r * mpmath.sqrt(2 / mpmath.pi) * mpmath.exp(-sign * r * r / 2)
                closed = value_at(moments[k], sigma=1 / r, c="1")
            rows.append((f"k = {k}, c/sigma = {ratio}", total, closed))
        j = sp.Symbol("j", integer=True, nonnegative=True)
        odd = 2 * k + 1
        series[k] = sp.Symbol("r") ** (2 * j) / (2 ** (j + 1) * sp.rf(sp.Rational(odd, 2), j + 1))
    u = sp.Symbol("u")  # r²; d/dr [r^{2k+1} e^{−r²/2} S] = r^{2k} e^{−r²/2}
    left, right = [], []
    for k in (1, 2):
        part = sum(u**i / sp.prod([2 * k + 1 + 2 * n for n in range(i + 1)]) for i in range(12))
        rest = sp.expand((2 * k + 1) * part + 2 * u * sp.diff(part, u) - sign * u * part)
        left += [rest.coeff(u, i) for i in range(12)]
        right += [sp.S.One] + [sp.S.Zero] * 11
    claims = (
        Identity(left, right, what="the differential equation of the series"),
        Numbers(rows, 1e-35, ("the series", "the closed form")),
    )
    return Result(
        series,
        sp.Eq(sp.Symbol("S_k"), sp.Sum(series[1], (sp.Symbol("j", integer=True, nonnegative=True), 0, sp.oo))),
        claims,
    )


def _formulas() -> None:
    kernels = standard_kernels()
    piece, gauss, expo, hard, stable = piecewise_linear(), gelu(), elu(), hard_swish(), smooth()
    law = Argument(sigma, "standard deviation of the pre-activations", 1e-100, 1e100)
    level = Argument(alpha, "level of ELU for x to minus infinity, with the sign changed", -1e50, 1e50)
    bound = Argument(c, "the bound", 1e-50, 1e50)
    left = Argument(slope_of, "slope for x < 0", -1e50, 1e50)
    positive = Argument(y, "argument", 0.0, 1e100)

    def widths(rng: Any, count: int) -> list[tuple[float, ...]]:
        return [(float(10.0**v),) for v in rng.uniform(-3, 3, count)]

    def with_level(rng: Any, count: int) -> list[tuple[float, ...]]:
        return [(s, float(v)) for (s,), v in zip(widths(rng, count), rng.uniform(-4, 4, count), strict=True)]

    def with_bound(rng: Any, count: int) -> list[tuple[float, ...]]:
        return [(s, float(10.0**v)) for (s,), v in zip(widths(rng, count), rng.uniform(-1, 1, count), strict=True)]

    one = tuple((value,) for value in (1e-3, 0.5, 1.0, 2.0, 26.5 * 2**0.5, 1e3))
    two = tuple((value, 1.0) for value in (1e-3, 1 / 2.1, 1 / 3, 1.0, 3.75 * 2**0.5, 1e3))
    size = sp.Rational(1, 2) + sp.Abs(alpha) * sp.exp(sigma**2 / 2) * sp.erfc(sigma / sp.sqrt(2)) / 2
    rows: tuple[tuple[str, str, Any, Any, tuple[Argument, ...], Any, Any], ...] = (
        (
            "scaled_erfc",
            "Scaled complementary error function",
            scaled_error_function,
            scaled_erfc_function(y),
            (positive,),
            widths,
            one,
        ),
        ("mean_intercept_gelu", "E β of GELU", gelu, gauss["intercept"], (law,), widths, one),
        ("mean_square_gelu", "E f² of GELU", gelu, gauss["square"], (law,), widths, one),
        ("mean_slope_elu", "E α of ELU", elu_stable, expo["slope"], (law, level), with_level, two),
        ("mean_intercept_elu", "E β of ELU", elu_stable, expo["intercept"], (law, level), with_level, two),
        ("mean_square_elu", "E f² of ELU", elu_stable, expo["square"], (law, level), with_level, two),
        ("mean_slope_erf", "E α of erf", smooth, stable["erf"]["slope"], (law,), widths, one),
        ("mean_square_erf", "E f² of erf", smooth, stable["erf"]["square"], (law,), widths, one),
        (
            "mean_intercept_gaussian",
            "E β of the Gaussian",
            smooth,
            stable["gaussian"]["intercept"],
            (law,),
            widths,
            one,
        ),
        ("mean_square_gaussian", "E f² of the Gaussian", smooth, stable["gaussian"]["square"], (law,), widths, one),
        ("mean_slope_sine", "E α of the sine", smooth, stable["sine"]["slope"], (law,), widths, one),
        ("mean_square_sine", "E f² of the sine", smooth, stable["sine"]["square"], (law,), widths, one),
        ("mean_slope_arctan", "E α of the arctangent", smooth, stable["arctan"]["slope"], (law,), widths, one),
        ("mean_intercept_hard_swish", "E β of hard swish", interval_stable, hard["intercept"], (law,), widths, one),
        ("mean_square_hard_swish", "E f² of hard swish", interval_stable, hard["square"], (law,), widths, one),
        (
            "mean_slope_leaky_relu",
            "E α of leaky ReLU",
            piecewise_linear,
            piece["leaky"]["slope"],
            (left,),
            _slopes,
            ((0.0,), (-1.0,)),
        ),
        (
            "mean_square_leaky_relu",
            "E f² of leaky ReLU",
            piecewise_linear,
            piece["leaky"]["square"],
            (law, left),
            with_level,
            two,
        ),
        (
            "mean_slope_clip",
            "E α of x clipped to [−c, c]",
            piecewise_linear,
            piece["clip"]["slope"],
            (law, bound),
            with_bound,
            two,
        ),
        (
            "mean_square_clip",
            "E f² of x clipped to [−c, c]",
            interval_stable,
            piece["clip"]["square"],
            (law, bound),
            with_bound,
            two,
        ),
        (
            "mean_intercept_cap",
            "E β of x clipped to [0, c]",
            piecewise_linear,
            piece["cap"]["intercept"],
            (law, bound),
            with_bound,
            two,
        ),
    )
    for name, title, step, plain, arguments, points, special in rows:
        kernel, helpers = kernels[name]
        derivation.formula(
            Formula(
                kernel=kernel,
                title=title,
                step=step,
                arguments=arguments,
                plain=sp.sympify(plain),
                domain="1e-100 <= sigma <= 1e100" if law in arguments else "all arguments in their ranges",
                points=points,
                special=special,
                helpers=helpers,
                scale={"mean_slope_elu": size, "mean_slope_leaky_relu": sp.S.One}.get(name),
            )
        )


def _slopes(rng: Any, count: int) -> list[tuple[float, ...]]:
    return [(float(value),) for value in rng.uniform(-4, 4, count)]


_formulas()
