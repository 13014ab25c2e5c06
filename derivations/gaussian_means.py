"""E α, E β and E f² of activations under Gaussian pre-activations: closed forms, and forms that keep their digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import mpmath
import sympy as sp

from derivations.claims import Identity, Numbers
from derivations.derivation import Derivation, Result
from derivations.emit import Argument, Formula
from derivations.gaussian_kernels import (
    chebyshev_polynomial,
    far_series,
    near_series,
    positive_series,
    scaled_erfc_function,
    standard_kernels,
)
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

a = sp.Symbol("a", real=True)
b = sp.Symbol("b", real=True)
c = sp.Symbol("c", positive=True)
slope_of = sp.Symbol("slope", real=True)  # slope of leaky ReLU on the left
alpha = sp.Symbol("alpha", real=True)  # level of ELU on the left
w = sp.Symbol("w", positive=True)
y = sp.Symbol("y", nonnegative=True)
density = sp.exp(-(x**2) / (2 * sigma**2)) / (sigma * sp.sqrt(2 * sp.pi))

_STDS = ("0.05", "0.6", "1", "3.7")
_DIGITS = 36


def _quadrature(g: Callable[..., Any], std: Any, kinks: Sequence[Any] = (0,), *given: Any) -> Any:
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


def _value(expression: Any, **point: Any) -> Any:
    """The value of an expression in 45 digits; arguments by the names of the symbols."""
    with mpmath.workdps(45):
        names = sorted(expression.free_symbols, key=str)
        return sp.lambdify(names, expression, "mpmath")(*(mpmath.mpf(point[str(name)]) for name in names))


def _mp(value: str) -> Any:
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
    for std in _STDS:
        for rate, end in (("0.7", "0.3"), ("-1.3", "0"), ("2", "-0.5"), ("0", "1")):
            with mpmath.workdps(45):
                r, e = mpmath.mpf(rate), mpmath.mpf(end)
                found = _quadrature(_exponential_below, std, (0, e), r, e)
            rows.append((f"sigma = {std}, t = {rate}, a = {end}", _value(formula, sigma=std, t=rate, a=end), found))
    claims = (
        Identity(sp.diff(formula, a), sp.exp(t * a) * density.subs(x, a), what="the derivative in a"),
        Identity(sp.limit(formula.subs({t: 1, sigma: 2}), a, -sp.oo), sp.S.Zero, what="nothing below -infinity"),
        Numbers(rows, 10.0 ** -(_DIGITS - 6), ("the closed form", "quadrature")),
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
    for std in _STDS:
        for p, q in (("0.6", "0.4"), ("-0.3", "1.5"), ("0.1", "-2")):
            with mpmath.workdps(45):
                inner = (mpmath.mpf(p), mpmath.mpf(q))
                found = _quadrature(lambda v, k, l: mpmath.erf(k * v + l), std, (0,), *inner)
            rows.append((f"sigma = {std}, a = {p}, b = {q}", mpmath.re(_value(formula, sigma=std, a=p, b=q)), found))
    special = factor.subs({a: 1 / sp.sqrt(2), b: sp.Rational(1, 3)})
    direct = sp.integrate(sp.exp(-((x / sp.sqrt(2) + sp.Rational(1, 3)) ** 2)) * density, (x, -sp.oo, sp.oo))
    claims = (
        Numbers(rows, 10.0 ** -(_DIGITS - 6), ("the closed form", "quadrature")),
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
    for std in _STDS:
        for p, q in (("0.7", "0.7"), ("0.3", "1.1"), ("1", "0.2")):
            with mpmath.workdps(45):
                i = (mpmath.mpf(p), mpmath.mpf(q))
                found = _quadrature(lambda v, k, l: mpmath.erf(k * v) * mpmath.erf(l * v), std, (0,), *i)
            rows.append((f"sigma = {std}, a = {p}, c = {q}", mpmath.re(_value(formula, sigma=std, a=p, c=q)), found))
    half = sp.limit(formula.subs(c, 1 / w), w, 0, "+") / 2  # the second error function becomes a sign
    for std in _STDS:
        found = _quadrature(lambda v: mpmath.erf(v / 3) if v > 0 else mpmath.mpf(0), std)
        third = half.subs(pos, sp.Rational(1, 3))
        rows.append((f"half line, sigma = {std}, a = 1/3", mpmath.re(_value(third, sigma=std)), found))
    claims = (
        Numbers(rows, 10.0 ** -(_DIGITS - 6), ("the closed form", "quadrature")),
        Identity(sp.diff(formula, c), rate, simplify=sp.simplify, what="the derivative in c"),
        Identity(half, sp.atan(sp.sqrt(2) * pos * sigma) / sp.pi, what="the limit of a sign: E erf(ax) on a half line"),
    )
    return Result(formula, sp.Eq(sp.Symbol("E erf(ax) erf(cx)"), formula, evaluate=False), claims)


def _lorentzian(level: str) -> Callable[[Any], Any]:
    return lambda p: 1 / (p * p + _mp(level))


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
            _value(formula, sigma=std, w=level),
            _quadrature(_lorentzian(level), std, (0, 0.25, -0.25)),
        )
        for std in _STDS
        for level in ("1", "0.5", "4")
    ]
    claims = (Numbers(rows, 10.0 ** -(_DIGITS - 6), ("the closed form", "quadrature")),)
    return Result(formula, sp.Eq(sp.Symbol("E 1/(x^2+w)"), formula, evaluate=False), claims)


def _monomial_within(k: int, end: str) -> Callable[[Any], Any]:
    """x^{2k} 1_{|x|<end}."""
    return lambda p: p ** (2 * k) if abs(p) < _mp(end) else mpmath.mpf(0)


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
            _value(moments[k], sigma=std, c=end),
            _quadrature(
                _monomial_within(k, end),
                std,
                (int(end), -int(end)),
            ),
        )
        for k in (0, 1, 2)
        for std in _STDS[1:]
        for end in ("1", "3")
    ]
    claims = (
        Identity(slopes, [2 * c ** (2 * k) * edge for k in range(3)], what="derivatives in c"),
        Identity([moment.subs(c, 0) for moment in moments], [sp.S.Zero] * 3, what="an empty interval"),
        Numbers(rows, 10.0 ** -(_DIGITS - 8), ("the closed form", "quadrature")),
    )
    return Result(moments, [sp.Eq(sp.Symbol(f"T_{2 * k}"), moments[k], evaluate=False) for k in (0, 1, 2)], claims)


def _rows(
    f: Callable[[Any], Any], kinks: Sequence[float], forms: dict[str, Any], point: dict[str, str] | None = None
) -> list[tuple[str, Any, Any]]:
    """Closed means against quadrature of f alone: E α = E x f/σ², E β = E (2 − x²/σ²) f."""
    rows = []
    for std in _STDS:
        with mpmath.workdps(45):
            routes: dict[str, Callable[[Any, Any], Any]] = {
                "slope": lambda p, s: p * f(p) / s**2,
                "intercept": lambda p, s: (2 - (p / s) ** 2) * f(p),
                "square": lambda p, s: f(p) ** 2,
            }
            for name, form in forms.items():
                value = _value(sp.sympify(form), sigma=std, **(point or {}))
                rows.append((f"{name}, sigma = {std}", value, _quadrature(routes[name], std, kinks, mpmath.mpf(std))))
    return rows


@derivation.step(
    "piecewise-linear",
    "ReLU, leaky ReLU, clipped and general sections",
    flips="the sign of the intercept on the upper section",
)
def piecewise_linear(sign: int = 1) -> Result:
    r"""
    On sections $E α = \sum_j π_j α_j$ and $E β = \sum_j π_j β_j$ with $π_j$ differences of $\tfrac12
    \mathrm{erfc}(-a_j/(σ\sqrt2))$: sums of ramps $\max(x - a, 0)$, each with slope $Q = P(x > a)$ and intercept
    $-aQ$. Leaky ReLU with slope $λ$: $(1+λ)/2$, $0$, $σ^2(1 + λ^2)/2$ (ReLU: $λ = 0$). Clipped at $\pm c$ (hard
    tanh): $E α = T_0$, $E β = 0$, $E f^2 = T_2 + c^2(1 - T_0)$; clipped to $[0, c]$: $\tfrac12 T_0$, $\tfrac c2 (1
    - T_0)$ and half of the square. Checks: quadrature, and the package's sections for a function with three knots.
    """
    tail = (half_line().subs(t, 0)).subs(a, -a)  # P(x < −a) = P(x > a)
    zero, second, _ = truncated_moments()
    outside = sp.erfc(c / (sigma * sp.sqrt(2)))
    half_square = stein()[2] / 2  # E x² 1_{x>0}
    forms = {
        "leaky": {"slope": (1 + slope_of) / 2, "intercept": sp.S.Zero, "square": half_square * (1 + slope_of**2)},
        "clip": {"slope": zero, "intercept": sp.S.Zero, "square": second + c**2 * outside},
        "cap": {"slope": zero / 2, "intercept": sign * c * outside / 2, "square": (second + c**2 * outside) / 2},
    }
    lam, cut = _mp("-0.3"), _mp("1.5")
    rows = _rows(
        lambda p: p if p > 0 else lam * p, (0,), {k: v for k, v in forms["leaky"].items() if v != 0}, {"slope": "-0.3"}
    )
    rows += _rows(
        lambda p: max(-cut, min(cut, p)), (-1.5, 1.5), {k: v for k, v in forms["clip"].items() if v != 0}, {"c": "1.5"}
    )
    rows += _rows(lambda p: max(_mp("0"), min(cut, p)), (0, 1.5), forms["cap"], {"c": "1.5"})
    claims = (
        Numbers(rows, 10.0 ** -(_DIGITS - 8), ("the closed forms", "quadrature"), scale=1e-6),
        Numbers(_section_rows(tail), 1e-13, ("a sum of ramps", "the package's sections")),
    )
    equation = [sp.Eq(sp.Symbol(f"E f^2 ({name})"), form["square"], evaluate=False) for name, form in forms.items()]
    return Result(forms, equation, claims)


def _section_rows(tail: Any) -> list[tuple[str, Any, Any]]:
    from spinglass.activations.piecewise_linear import Sections

    knots, slopes = (-1.25, 0.5, 2.0), (0.25, 1.0, -0.5, 0.125)
    sections = Sections.continuous(knots, slopes, 0.0)
    rows = []
    for std in (0.3, 1.0, 4.0):
        mean_slope, mean_intercept = sp.Float(slopes[0]), sp.Float(sections.intercepts[0])
        for knot, before, after in zip(knots, slopes, slopes[1:], strict=False):
            mass = _value(tail, sigma=std, a=knot)
            mean_slope += (after - before) * sp.Float(str(mass), 40)
            mean_intercept -= (after - before) * knot * sp.Float(str(mass), 40)
        rows.append((f"slope, sigma = {std}", float(mean_slope), sections.mean_slope(std)))
        rows.append((f"intercept, sigma = {std}", float(mean_intercept), sections.mean_intercept(std)))
    return rows


def _rule_based(f: Any) -> list[Any]:
    """The means of an expression in x by the package's rules for a user's activation."""
    from spinglass.activations.gaussian_integrals import closed_mean
    from spinglass.activations.syntax import symbols

    own = symbols()
    f = f.subs(x, own.x)
    slope = sp.diff(f, own.x)
    return [closed_mean(g, sigma).expression for g in (slope, f - own.x * slope, f**2)]


@derivation.step("gelu", "GELU", flips="the sign of β(x) = −x² φ(x)")
def gelu(sign: int = 1) -> Result:
    r"""
    $f = xΦ(x) = \tfrac x2 (1 + \mathrm{erf}(x/\sqrt2))$. $f - x/2$ is even, so $E α = \tfrac12$. $β = -x^2 φ_1(x)$
    with the standard density, a Gaussian integral with $s^2 = σ^2/(1+σ^2)$: $E β = -σ^2 (1+σ^2)^{-3/2}/\sqrt{2π}$.
    In $E f^2 = \tfrac14 E x^2 + \tfrac14 E x^2\,\mathrm{erf}(x/\sqrt2)^2$ (the cross term is odd) Stein's identity
    takes off $x^2$: $σ^2 E\,\mathrm{erf}^2 + σ^2 E\,x\,(\mathrm{erf}^2)'$, and once more for the last term. Checks:
    quadrature, and the package's rules.
    """
    s2 = sigma**2 / (1 + sigma**2)
    intercept = -sign * sp.sqrt(s2) / sigma * s2 / sp.sqrt(2 * sp.pi)
    pair = two_error_functions().subs({sp.Symbol("a", positive=True): 1 / sp.sqrt(2), c: 1 / sp.sqrt(2)})
    # (erf²)′ = 2 √(2/π) e^{−x²/2} erf(x/√2); E x e^{−x²/2} erf = (s/σ) s² √(2/π) (1 + s²)^{−1/2}
    last = 2 * sp.sqrt(2 / sp.pi) * sp.sqrt(s2) / sigma * s2 * sp.sqrt(2 / sp.pi) / sp.sqrt(1 + s2)
    square = (stein()[2] + sigma**2 * pair + sigma**2 * last) / 4
    square = sigma**2 * sp.simplify(sp.expand(square / sigma**2))
    forms = {"slope": sp.Rational(1, 2), "intercept": sp.simplify(intercept), "square": square}
    rows = _rows(lambda p: p * mpmath.erfc(-p / mpmath.sqrt(2)) / 2, (0,), forms)
    rules = _rule_based(x * (1 + sp.erf(x / sp.sqrt(2))) / 2)
    claims = (
        Numbers(rows, 10.0 ** -(_DIGITS - 8), ("the closed forms", "quadrature")),
        Identity(list(forms.values()), rules, what="the package's rules"),
    )
    return Result(forms, [sp.Eq(sp.Symbol(r"E β"), forms["intercept"]), sp.Eq(sp.Symbol("E f^2"), square)], claims)


def _elu_with(level: Any) -> Callable[[Any], Any]:
    return lambda p: p if p > 0 else level * mpmath.expm1(p)


@derivation.step("elu", "ELU and SELU", flips="the sign of the derivative in t that makes E x e^x")
def elu(sign: int = 1) -> Result:
    r"""
    $f = x$ for $x > 0$ and $α(e^x - 1)$ below. With $G(t) = E e^{tx} 1_{x<0}$ from the half line: $E α = \tfrac12 +
    α G(1)$, $E β = α (G(1) - G'(1) - \tfrac12)$, $E f^2 = \tfrac12 σ^2 + α^2 (G(2) - 2G(1) + \tfrac12)$. SELU is a
    multiple of this. Checks: quadrature for two values of $α$, and the package's rules.
    """
    below = half_line().subs(a, 0)
    one, two = below.subs(t, 1), below.subs(t, 2)
    forms = {
        "slope": sp.Rational(1, 2) + alpha * one,
        "intercept": alpha * sp.expand(sp.simplify(one - sign * sp.diff(below, t).subs(t, 1) - sp.Rational(1, 2))),
        "square": stein()[2] / 2 + alpha**2 * (two - 2 * one + sp.Rational(1, 2)),
    }
    rows = []
    for level in ("1", "1.7"):
        rows += _rows(_elu_with(_mp(level)), (0,), forms, {"alpha": level})
    from spinglass.activations.syntax import parsed, symbols

    rules = _rule_based(parsed("Max(x, 0) + 3*(exp(Min(x, 0)) - 1)").subs(symbols().x, x))
    claims = (
        Numbers(rows, 10.0 ** -(_DIGITS - 8), ("the closed forms", "quadrature")),
        Identity([form.subs(alpha, 3) for form in forms.values()], rules, what="the package's rules at alpha = 3"),
    )
    return Result(forms, [sp.Eq(sp.Symbol("E"), form, evaluate=False) for form in forms.values()], claims)


@derivation.step(
    "smooth", "Error function, Gaussian, sine, arctangent", flips="the sign of the curvature that e^{-x²} adds"
)
def smooth(sign: int = 1) -> Result:
    r"""
    With $E e^{-λx^2} = (1 + 2λσ^2)^{-1/2}$ and its derivative in $λ$: erf has $E α = \tfrac{2}{\sqrtπ}(1 +
    2σ^2)^{-1/2}$; the Gaussian $e^{-x^2}$ has $E α = 0$, $E β = E(1 + 2x^2)e^{-x^2} = (1+4σ^2)(1+2σ^2)^{-3/2}$ and
    $E f^2 = (1 + 4σ^2)^{-1/2}$. Sine: real and imaginary parts of $E e^{ikx} = e^{-k^2σ^2/2}$. Arctangent: the
    Voigt profile at $w = 1$. $E\,\mathrm{erf}^2$ is the lemma of two error functions. All but the Gaussian are odd,
    so that $E β = 0$.
    """
    lam = sp.Symbol("lambda", positive=True)
    gaussian = (1 + sign * 2 * lam * sigma**2) ** sp.Rational(-1, 2)
    waves = {k: sp.exp(-(k**2) * sigma**2 / 2) for k in (1, 2)}
    forms = {
        "erf": {
            "slope": 2 / sp.sqrt(sp.pi) * gaussian.subs(lam, 1),
            "square": two_error_functions().subs({sp.Symbol("a", positive=True): 1, c: 1}),
        },
        "gaussian": {
            "intercept": sp.factor(sp.simplify((gaussian - 2 * sp.diff(gaussian, lam)).subs(lam, 1))),
            "square": gaussian.subs(lam, 2),
        },
        "sine": {"slope": waves[1], "square": (1 - waves[2]) / 2},
        "arctan": {"slope": voigt().subs(w, 1)},
    }
    functions = {"erf": mpmath.erf, "gaussian": lambda p: mpmath.exp(-p * p), "sine": mpmath.sin, "arctan": mpmath.atan}
    rows = []
    for name, entry in forms.items():
        real = {kind: sp.re(form) if sign < 0 else form for kind, form in entry.items()}
        kinks = (0, 0.25, -0.25) if name == "arctan" else (0,)
        rows += [(f"{name}: {label}", *values) for label, *values in _rows(functions[name], kinks, real)]
    claims = (Numbers(rows, 10.0 ** -(_DIGITS - 10), ("the closed forms", "quadrature")),)
    shown = [sp.Eq(sp.Symbol(name), form, evaluate=False) for name, e in forms.items() for form in e.values()]
    return Result(forms, shown, claims)


@derivation.step("hard-swish", "Hard swish", flips="the sign of the mean slope beyond the kinks")
def hard_swish(sign: int = 1) -> Result:
    r"""
    $f = x\,\mathrm{clip}(x/6 + \tfrac12, 0, 1)$. On $|x| < 3$, $f = x^2/6 + x/2$ and $β = -x^2/6$; beyond, $f$ is 0
    or $x$. Hence $E α = \tfrac12$, $E β = -T_2(3)/6$, $E f^2 = T_4(3)/36 + T_2(3)/4 + \tfrac12 (σ^2 - T_2(3))$.
    Check: quadrature.
    """
    _, second, fourth = (moment.subs(c, 3) for moment in truncated_moments())
    forms = {
        "slope": sp.Rational(1, 2),
        "intercept": -second / 6,
        "square": fourth / 36 + second / 4 + sign * (sigma**2 - second) / 2,
    }
    rows = _rows(lambda p: p * max(mpmath.mpf(0), min(mpmath.mpf(1), p / 6 + mpmath.mpf(1) / 2)), (-3, 3), forms)
    claims = (Numbers(rows, 10.0 ** -(_DIGITS - 10), ("the closed forms", "quadrature")),)
    return Result(
        forms, [sp.Eq(sp.Symbol("E β"), forms["intercept"]), sp.Eq(sp.Symbol("E f^2"), forms["square"])], claims
    )


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
                closed = _value(moments[k], sigma=1 / r, c="1")
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
