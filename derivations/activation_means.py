"""E α, E β and E f² of the activations of the catalogue, from the lemmas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import sympy as sp

from derivations.claims import Identity, Numbers
from derivations.derivation import Result
from derivations.gaussian_lemmas import (
    DIGITS,
    STDS,
    derivation,
    half_line,
    quadrature,
    stein,
    to_mpmath,
    truncated_moments,
    two_error_functions,
    value_at,
    voigt,
)
from derivations.gaussian_symbols import a, alpha, c, slope_of, w
from derivations.symbols import sigma, t, x


def _rows(
    f: Callable[[Any], Any], kinks: Sequence[float], forms: dict[str, Any], point: dict[str, str] | None = None
) -> list[tuple[str, Any, Any]]:
    """Closed means against quadrature of f alone: E α = E x f/σ², E β = E (2 − x²/σ²) f."""
    rows = []
    for std in STDS:
        with mpmath.workdps(45):
            routes: dict[str, Callable[[Any, Any], Any]] = {
                "slope": lambda p, s: p * f(p) / s**2,
                "intercept": lambda p, s: (2 - (p / s) ** 2) * f(p),
                "square": lambda p, s: f(p) ** 2,
            }
            for name, form in forms.items():
                value = value_at(sp.sympify(form), sigma=std, **(point or {}))
                rows.append((f"{name}, sigma = {std}", value, quadrature(routes[name], std, kinks, mpmath.mpf(std))))
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
    lam, cut = to_mpmath("-0.3"), to_mpmath("1.5")
    rows = _rows(
        lambda p: p if p > 0 else lam * p, (0,), {k: v for k, v in forms["leaky"].items() if v != 0}, {"slope": "-0.3"}
    )
    rows += _rows(
        lambda p: max(-cut, min(cut, p)), (-1.5, 1.5), {k: v for k, v in forms["clip"].items() if v != 0}, {"c": "1.5"}
    )
    rows += _rows(lambda p: max(to_mpmath("0"), min(cut, p)), (0, 1.5), forms["cap"], {"c": "1.5"})
    claims = (
        Numbers(rows, 10.0 ** -(DIGITS - 8), ("the closed forms", "quadrature"), scale=1e-6),
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
            mass = value_at(tail, sigma=std, a=knot)
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
        Numbers(rows, 10.0 ** -(DIGITS - 8), ("the closed forms", "quadrature")),
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
        rows += _rows(_elu_with(to_mpmath(level)), (0,), forms, {"alpha": level})
    from spinglass.activations.syntax import parsed, symbols

    rules = _rule_based(parsed("Max(x, 0) + 3*(exp(Min(x, 0)) - 1)").subs(symbols().x, x))
    claims = (
        Numbers(rows, 10.0 ** -(DIGITS - 8), ("the closed forms", "quadrature")),
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
    claims = (Numbers(rows, 10.0 ** -(DIGITS - 10), ("the closed forms", "quadrature")),)
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
    claims = (Numbers(rows, 10.0 ** -(DIGITS - 10), ("the closed forms", "quadrature")),)
    return Result(
        forms, [sp.Eq(sp.Symbol("E β"), forms["intercept"]), sp.Eq(sp.Symbol("E f^2"), forms["square"])], claims
    )
