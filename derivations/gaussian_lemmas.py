"""Lemmas for Gaussian means: Stein's identity, half lines, error functions, Voigt profile, moments on an interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import mpmath
import sympy as sp

from derivations.claims import Identity, Numbers
from derivations.derivation import Derivation, Result
from derivations.gaussian_symbols import a, b, c, w
from derivations.symbols import sigma, t, x

derivation = Derivation(
    "gaussian-means",
    "Gaussian means of activations in closed form",
    sources=("baskerville2021",),
    text=r"""
For pre-activations $x \sim N(0, σ^2)$ the path sum needs $E α = E f'(x)$ and $E β = E[f(x) - x f'(x)]$, and the law of
the next layer needs $E f(x)^2$. Five lemmas (Stein's identity, the exponential on a half line, one error function, two
error functions, the Voigt profile at its centre) give these means for all activations with a closed form. The package's
rules for a user's own activation are the same lemmas; here each is proved, and the results for the catalogue are
compared with quadrature in 40 digits. The last steps bring them into forms that lose no digits for small or large $σ$.
""",
)

density = sp.exp(-(x**2) / (2 * sigma**2)) / (sigma * sp.sqrt(2 * sp.pi))

STDS = ("0.05", "0.6", "1", "3.7")
DIGITS = 36


def quadrature(g: Callable[..., Any], std: Any, kinks: Sequence[Any] = (0,), *given: Any) -> Any:
    """E g(σz, …given) in 40 digits: Gauss–Legendre panels broken at the kinks and graded at both scales."""
    with mpmath.workdps(45):
        std = mpmath.mpf(std)
        edges = {mpmath.mpf(k) / 2 for k in range(-44, 45, 2)}
        edges |= {sign * mpmath.mpf(2) ** k / std for k in range(-2, 7) for sign in (-1, 1)}
        edges |= {mpmath.mpf(kink) / std for kink in kinks}
        inner = sorted(edge for edge in edges if abs(edge) <= 22)
        total = mpmath.quad(
            lambda z: g(std * z, *given) * mpmath.exp(-z * z / 2), inner, maxdegree=8, method="gauss-legendre"
        )
        return total / mpmath.sqrt(2 * mpmath.pi)


def value_at(expression: Any, **point: Any) -> Any:
    """The value of an expression in 45 digits; arguments by the names of the symbols."""
    with mpmath.workdps(45):
        names = sorted(expression.free_symbols, key=str)
        return sp.lambdify(names, expression, "mpmath")(*(mpmath.mpf(point[str(name)]) for name in names))


def to_mpmath(value: str) -> Any:
    with mpmath.workdps(45):
        return mpmath.mpf(value)


@derivation.step(
    "stein",
    "Stein's identity and moments",
    flips="the sign of the variance in Stein's identity",
    sources=("stein1981",),
)
def stein(sign: int = 1) -> Result:
    r"""
    The Gaussian density solves $x φ = -σ^2 φ'$; integration by parts gives $E\,x\,h(x) = σ^2 E\,h'(x)$ for every
    $h$ whose growth the density beats, with the boundary terms $-σ^2 [h φ]$ on an interval. Repeated, it gives all
    moments, $E x^n = (n-1) σ^2 E x^{n-2}$, and takes powers of $x$ off any other factor. With it $E α = E f' = E x
    f/σ^2$ and $E β = E f - E x f' = E (2 - x^2/σ^2) f$. Check: the moments against the derivatives of $E e^{tx} =
    e^{σ^2 t^2/2}$ at $t = 0$, and both forms of $E α$, $E β$ for $f = x^3 - 2x^2 + e^{x}$, all integrals by sympy.
    """
    moments = [sp.S.One, sp.S.Zero]
    for n in range(2, 9):
        moments.append(sign * (n - 1) * sigma**2 * moments[n - 2])
    generating = sp.exp(sigma**2 * t**2 / 2)
    derivatives = [sp.expand(sp.diff(generating, t, n).subs(t, 0)) for n in range(9)]
    f = x**3 - 2 * x**2 + sp.exp(x)

    def mean(g: Any) -> Any:
        return sp.expand(sp.simplify(sp.integrate(sp.expand(g * density), (x, -sp.oo, sp.oo))))

    by_slope = [mean(sp.diff(f, x)), mean(f - x * sp.diff(f, x))]
    by_parts = [mean(x * f) / (sign * sigma**2), mean((2 - sign * x**2 / sigma**2) * f)]
    claims = (
        Identity(x * density, -(sigma**2) * sp.diff(density, x), what="the differential equation of the density"),
        Identity(moments, derivatives, what="moments 0 ... 8"),
        Identity(by_slope, by_parts, what="E alpha and E beta without derivatives of f"),
    )
    return Result(moments, r"E\,x\,h(x) = σ^2\,E\,h'(x)", claims)


def _exponential_below(place: Any, rate: Any, end: Any) -> Any:
    return mpmath.exp(rate * place) if place < end else mpmath.mpf(0)


@derivation.step("half-line", "The exponential on a half line", flips="the sign of the shift in completing the square")
def half_line(sign: int = 1) -> Result:
    r"""
    $e^{tx} φ(x) = e^{σ^2 t^2/2} φ(x - σ^2 t)$ by completing the square; the density's primitive is $-\tfrac12
    \mathrm{erfc}(x/(σ\sqrt2))$, so $E e^{tx} 1_{x<a} = \tfrac12 e^{σ^2t^2/2}\, \mathrm{erfc}((σ^2 t -
    a)/(σ\sqrt2))$. Derivatives in $t$ give polynomials times exponentials. Check: the derivative in $a$ is $e^{ta}
    φ(a)$ and the limit $a \to -\infty$ is 0, which determine the function; and quadrature.
    """
    shift = sp.solve(sp.diff(t * x - x**2 / (2 * sigma**2), x), x)[0]  # the exponent is stationary there
    height = sp.expand((t * x - x**2 / (2 * sigma**2)).subs(x, shift))
    formula = sp.exp(height) * sp.erfc((sign * shift - a) / (sigma * sp.sqrt(2))) / 2
    rows = []
    for std in STDS:
        for rate, end in (("0.7", "0.3"), ("-1.3", "0"), ("2", "-0.5"), ("0", "1")):
            with mpmath.workdps(45):
                r, e = mpmath.mpf(rate), mpmath.mpf(end)
                found = quadrature(_exponential_below, std, (0, e), r, e)
            rows.append((f"sigma = {std}, t = {rate}, a = {end}", value_at(formula, sigma=std, t=rate, a=end), found))
    claims = (
        Identity(sp.diff(formula, a), sp.exp(t * a) * density.subs(x, a), what="the derivative in a"),
        Identity(sp.limit(formula.subs({t: 1, sigma: 2}), a, -sp.oo), sp.S.Zero, what="nothing below -infinity"),
        Numbers(rows, 10.0 ** -(DIGITS - 6), ("the closed form", "quadrature")),
    )
    return Result(formula, sp.Eq(sp.Symbol("E e^{tx} 1_{x<a}"), formula, evaluate=False), claims)


@lru_cache(maxsize=2)
def _gaussian_factor(sign: int = 1) -> Any:
    """E e^{−(ax+b)²}: completing the square in −x²/(2σ²) − (ax+b)² gives the width s and the height below."""
    width = sigma**2 / (1 + sign * 2 * a**2 * sigma**2)
    centre = -2 * a * b * width
    height = sp.simplify(centre**2 / (2 * width) - b**2)
    return sp.sqrt(width) / sigma * sp.exp(height)


@derivation.step("error-function", "One error function", flips="the sign of the added curvature of the exponent")
def error_function(sign: int = 1) -> Result:
    r"""
    $\partial_b E\,\mathrm{erf}(ax + b) = \tfrac{2}{\sqrtπ} E e^{-(ax+b)^2}$, a Gaussian integral by completing the
    square: $(1 + 2a^2σ^2)^{-1/2} e^{-b^2/(1 + 2a^2σ^2)}$. The mean is odd in $b$, so it is the integral from 0:
    $E\,\mathrm{erf}(ax+b) = \mathrm{erf}\big(b/\sqrt{1 + 2a^2σ^2}\big)$. Check: quadrature.
    """
    factor = _gaussian_factor(sign)
    amplitude = factor.subs(b, 0)
    rate = sp.simplify(-sp.log(factor / amplitude).expand(force=True) / b**2)  # the factor is e^{−rate b²}
    bend = sp.Symbol("h", positive=True)
    integral = sp.integrate(sp.exp(-bend * x**2), (x, 0, b))
    formula = sp.simplify((2 / sp.sqrt(sp.pi) * amplitude * integral).subs(bend, sp.factor(rate)))
    rows = []
    for std in STDS:
        for p, q in (("0.6", "0.4"), ("-0.3", "1.5"), ("0.1", "-2")):
            with mpmath.workdps(45):
                inner = (mpmath.mpf(p), mpmath.mpf(q))
                found = quadrature(lambda v, k, l: mpmath.erf(k * v + l), std, (0,), *inner)
            rows.append((f"sigma = {std}, a = {p}, b = {q}", mpmath.re(value_at(formula, sigma=std, a=p, b=q)), found))
    special = factor.subs({a: 1 / sp.sqrt(2), b: sp.Rational(1, 3)})
    direct = sp.integrate(sp.exp(-((x / sp.sqrt(2) + sp.Rational(1, 3)) ** 2)) * density, (x, -sp.oo, sp.oo))
    claims = (
        Numbers(rows, 10.0 ** -(DIGITS - 6), ("the closed form", "quadrature")),
        Identity(special, direct, what="the Gaussian factor at a = 1/sqrt(2), b = 1/3, by sympy's integral"),
    )
    return Result(formula, sp.Eq(sp.Symbol("E erf(ax+b)"), formula, evaluate=False), claims)


@derivation.step(
    "two-error-functions", "Two error functions", flips="the sign of the quadratic term of the integrand in u"
)
def two_error_functions(sign: int = 1) -> Result:
    r"""
    $\partial_c E\,\mathrm{erf}(ax)\,\mathrm{erf}(cx) = \tfrac{2}{\sqrtπ} E\,x\,\mathrm{erf}(ax) e^{-c^2x^2}$. The
    exponential narrows the law to $s^2 = σ^2/(1 + 2c^2σ^2)$, and Stein's identity there leaves a Gaussian integral:
    $\tfrac{2}{\sqrtπ} \tfrac{s^3}{σ} \tfrac{2a}{\sqrtπ} (1 + 2a^2 s^2)^{-1/2}$. With the substitution $u =
    c/\sqrt{1 + 2(a^2 + c^2)σ^2}$ this is a rational function of $u$, whose integral from 0 is $\tfrac2π
    \arctan\big(2acσ^2/\sqrt{1 + 2(a^2 + c^2)σ^2}\big)$; for $a = c$ it is $\tfrac2π \arcsin(2a^2σ^2/(1+2a^2σ^2))$,
    without the loss of digits where the arcsine's argument comes near 1. In the limit $c \to \infty$ the second
    factor is a sign, so that $E\,\mathrm{erf}(ax) 1_{x>0} = \arctan(\sqrt2 aσ)/π$. Check: quadrature, and the
    derivative.
    """
    pos, u, rest, bend = sp.symbols("a u E g", positive=True)
    s2 = sigma**2 / (1 + 2 * c**2 * sigma**2)
    rate = 2 / sp.sqrt(sp.pi) * sp.sqrt(s2) / sigma * s2 * 2 * pos / sp.sqrt(sp.pi) / sp.sqrt(1 + 2 * pos**2 * s2)
    # u² = (1 − E)/(2σ²) with E = 1 − 2σ²u², c² = (1 + 2a²σ²) u²/E and dc/du = √(1 + 2a²σ²) E^{−3/2}
    wide = 1 + 2 * pos**2 * sigma**2
    squared = sp.factor((rate**2).subs(c, sp.sqrt(wide * (1 - rest) / (2 * sigma**2 * rest))) * wide / rest**3)
    rational = sp.sqrt(squared).subs(rest, 1 - 2 * sigma**2 * u**2)
    constant = rational.subs(u, 0)
    curvature = sp.factor(sp.cancel(constant / rational - 1) / u**2)  # the integrand is constant/(1 + curvature u²)
    primitive = sp.integrate(1 / (1 + bend * x**2), (x, 0, u))
    formula = sp.simplify((constant * primitive).subs(bend, sign * curvature))
    formula = formula.subs(u, c / sp.sqrt(1 + 2 * (pos**2 + c**2) * sigma**2))
    rows = []
    for std in STDS:
        for p, q in (("0.7", "0.7"), ("0.3", "1.1"), ("1", "0.2")):
            with mpmath.workdps(45):
                i = (mpmath.mpf(p), mpmath.mpf(q))
                found = quadrature(lambda v, k, l: mpmath.erf(k * v) * mpmath.erf(l * v), std, (0,), *i)
            rows.append((f"sigma = {std}, a = {p}, c = {q}", mpmath.re(value_at(formula, sigma=std, a=p, c=q)), found))
    half = sp.limit(formula.subs(c, 1 / w), w, 0, "+") / 2  # the second error function becomes a sign
    for std in STDS:
        found = quadrature(lambda v: mpmath.erf(v / 3) if v > 0 else mpmath.mpf(0), std)
        third = half.subs(pos, sp.Rational(1, 3))
        rows.append((f"half line, sigma = {std}, a = 1/3", mpmath.re(value_at(third, sigma=std)), found))
    claims = (
        Numbers(rows, 10.0 ** -(DIGITS - 6), ("the closed form", "quadrature")),
        Identity(sp.diff(formula, c), rate, simplify=sp.simplify, what="the derivative in c"),
        Identity(half, sp.atan(sp.sqrt(2) * pos * sigma) / sp.pi, what="the limit of a sign: E erf(ax) on a half line"),
    )
    return Result(formula, sp.Eq(sp.Symbol("E erf(ax) erf(cx)"), formula, evaluate=False), claims)


def _lorentzian(level: str) -> Callable[[Any], Any]:
    return lambda p: 1 / (p * p + to_mpmath(level))


@derivation.step("voigt", "The Voigt profile at its centre", flips="the sign of the exponent that completes the square")
def voigt(sign: int = 1) -> Result:
    r"""
    $1/(x^2 + w) = \int_0^\infty e^{-τ(x^2 + w)} dτ$ and $E e^{-τx^2} = (1 + 2τσ^2)^{-1/2}$. With $v = \sqrt{1 +
    2τσ^2}$ the mean is $σ^{-2} \int_1^\infty e^{-w(v^2-1)/(2σ^2)} dv$, an error function: $E\,1/(x^2 + w) =
    \sqrt{π/(2wσ^2)}\, e^{w/(2σ^2)}\, \mathrm{erfc}\sqrt{w/(2σ^2)}$. Derivatives in $w$ give the higher powers.
    Check: quadrature.
    """
    v = sp.Symbol("v", positive=True)
    rest = sp.exp(sign * w / (2 * sigma**2))
    formula = rest * sp.integrate(sp.exp(-w * v**2 / (2 * sigma**2)) / sigma**2, (v, 1, sp.oo))
    formula = formula.replace(sp.erf, lambda v: 1 - sp.erfc(v))  # 1 − erf would lose all digits for small σ
    formula = sp.powsimp(sp.simplify(sp.expand(formula)))
    rows = [
        (
            f"sigma = {std}, w = {level}",
            value_at(formula, sigma=std, w=level),
            quadrature(_lorentzian(level), std, (0, 0.25, -0.25)),
        )
        for std in STDS
        for level in ("1", "0.5", "4")
    ]
    claims = (Numbers(rows, 10.0 ** -(DIGITS - 6), ("the closed form", "quadrature")),)
    return Result(formula, sp.Eq(sp.Symbol("E 1/(x^2+w)"), formula, evaluate=False), claims)


def _monomial_within(k: int, end: str) -> Callable[[Any], Any]:
    """x^{2k} 1_{|x|<end}."""
    return lambda p: p ** (2 * k) if abs(p) < to_mpmath(end) else mpmath.mpf(0)


@derivation.step("truncated-moments", "Moments on an interval", flips="the sign of the boundary terms")
def truncated_moments(sign: int = 1) -> Result:
    r"""
    $T_{2k} = E x^{2k} 1_{|x|<c}$: Stein's identity on the interval with $h = x^{2k-1}$ gives $T_{2k} = (2k-1)σ^2
    T_{2k-2} - 2σ^2 c^{2k-1} φ(c)$, from $T_0 = \mathrm{erf}(c/(σ\sqrt2))$. Check: $dT_{2k}/dc = 2c^{2k} φ(c)$ with
    $T_{2k} = 0$ at $c = 0$, and quadrature.
    """
    edge = density.subs(x, c)
    moments = [sp.erf(c / (sigma * sp.sqrt(2)))]
    for k in (1, 2):
        moments.append(sp.expand((2 * k - 1) * sigma**2 * moments[-1] - sign * 2 * sigma**2 * c ** (2 * k - 1) * edge))
    slopes = [sp.simplify(sp.diff(moment, c)) for moment in moments]
    rows = [
        (
            f"k = {k}, sigma = {std}, c = {end}",
            value_at(moments[k], sigma=std, c=end),
            quadrature(
                _monomial_within(k, end),
                std,
                (int(end), -int(end)),
            ),
        )
        for k in (0, 1, 2)
        for std in STDS[1:]
        for end in ("1", "3")
    ]
    claims = (
        Identity(slopes, [2 * c ** (2 * k) * edge for k in range(3)], what="derivatives in c"),
        Identity([moment.subs(c, 0) for moment in moments], [sp.S.Zero] * 3, what="an empty interval"),
        Numbers(rows, 10.0 ** -(DIGITS - 8), ("the closed form", "quadrature")),
    )
    return Result(moments, [sp.Eq(sp.Symbol(f"T_{2 * k}"), moments[k], evaluate=False) for k in (0, 1, 2)], claims)
