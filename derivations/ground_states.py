"""The annealed zero and the one-step ground-state energy are the same number, for every mixture."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import sympy as sp

from derivations import mixed_rates
from derivations.claims import Claim, Identity, Numbers
from derivations.covariance_symbols import X0, X1, X2
from derivations.deferred import deferred
from derivations.derivation import Result
from derivations.latitude_landscape import derivation
from derivations.mixed_rates import zed
from derivations.symbols import u

r = sp.Symbol("r", positive=True)  # ξ″w²/ξ′
growth = sp.Symbol("w", positive=True)
span = sp.Symbol("s", positive=True)  # log r


@derivation.step(
    "one-step",
    "The one-step value is the annealed zero",
    flips="the sign of xi' - xi in the energy",
    sources=("chen2017", "jagannath2017"),
)
def one_step(sign: int = 1) -> Result:
    r"""The zero-temperature functional with one step, $\tfrac12[\xi'L-c(\xi'-\xi)+c^{-1}\log\frac L{L-c}]$, is
    stationary in $L$ at $\xi'L(L-c) = 1$. With $r = L/(L-c)$ this is $L = \sqrt{r/\xi'}$, $c = (r-1)/\sqrt{r\xi'}$, and
    stationarity in $c$ becomes $\log r = (r-1)(\xi r+\xi'-\xi)/(r\xi')$, where its value is
    $E = (\xi r+\xi'-\xi)/\sqrt{r\xi'}$.

    The annealed complexity of minima at the best shift $-(w+1/w)$ has
    $|u| = (\xi r+\xi'-\xi)/\sqrt{r\xi'}$ with $r = \xi''w^2/\xi'$, and it vanishes where $\log r$ is the same
    expression: the two numbers are equal, for every mixture with $w\ge1$. With $r = e^s$ the equation is
    $(\sinh s-s)/(\cosh s-1) = 1-2\xi/\xi'$, and $E = \sqrt{\xi'}\,\frac{s/2}{\sinh(s/2)}$.

    Check: the functional's stationary point and the annealed zero, each from its definition, in 40 digits.
    """
    length, gap = sp.symbols("L c", positive=True)
    functional = (X1 * length - gap * (X1 - X0) + sp.log(length / (length - gap)) / gap) / 2
    stationary = {length: sp.sqrt(r / X1), gap: (r - 1) / sp.sqrt(r * X1)}
    energy = (X0 * r + sign * (X1 - X0)) / sp.sqrt(r * X1)
    logarithm = (r - 1) * (X0 * r + sign * (X1 - X0)) / (r * X1)
    equation = [
        r"\frac{\sinh s-s}{\cosh s-1} = 1-\frac{2\xi}{\xi'},\qquad E_0 = \sqrt{\xi'}\,\frac{s/2}{\sinh(s/2)}",
        r"r = e^s = \frac L{L-c} = \frac{\xi''w^2}{\xi'}",
    ]
    ratio = (sp.sinh(span) - span) / (sp.cosh(span) - 1)
    shrink = (span / 2) / sp.sinh(span / 2)

    def claims() -> tuple[Claim, ...]:
        log_ratio = sp.Symbol("ell", real=True)

        def with_log(expression: Any) -> Any:
            """The value of an expression in log(L/(L − c)) at the stationary point."""
            given = expression.subs(sp.log(length / (length - gap)), log_ratio).subs(stationary)
            return given.subs(log_ratio, logarithm)

        raw = [sp.diff(functional, each) for each in (length, gap)]
        # the annealed side
        parts = mixed_rates.mixed_exponent()
        place = -(growth + 1 / growth)
        outer = (growth**2 - 1 / growth**2) / 4 - sp.log(growth)
        level = sp.Symbol("E", positive=True)
        bracket = parts["bulk"].subs(zed, place).subs(u, -level) - outer
        best = {level: energy.subs(r, X2 * growth**2 / X1)}
        slope = sp.diff(bracket, growth).subs(best)
        flat = sp.expand(sp.expand_log(bracket, force=True)).subs(best)
        annealed = flat - sp.expand_log(sp.log(X2 * growth**2 / X1), force=True) / 2
        annealed = annealed + logarithm.subs(r, X2 * growth**2 / X1) / 2
        rows = []
        with mpmath.workdps(40):
            for squares in ({3: 1}, {4: 1}, {3: 0.5, 4: 0.5}, {2: 0.5, 3: 0.5}, {10: 1}, {3: 1, 8: 0.25}):
                value, first, second = (
                    sum(math.perm(d, j) * mpmath.mpf(a) for d, a in squares.items()) for j in range(3)
                )
                at = mpmath.findroot(
                    lambda t, a=value / first: (mpmath.sinh(t) - t) / (mpmath.cosh(t) - 1) - 1 + 2 * a, mpmath.mpf(1)
                )
                mine = mpmath.sqrt(first) * at / 2 / mpmath.sinh(at / 2)
                rows.append((f"{squares}: one step", mine, _functional_value(value, first)))
                rows.append((f"{squares}: annealed", mine, _annealed_zero(value, first, second)))
        return (
            Identity([with_log(each) for each in raw], [0, 0], sp.simplify, "stationary in L and c"),
            Identity(with_log(functional), energy, sp.simplify, "its value"),
            Identity(slope, 0, sp.simplify, "the best shift of the annealed rate"),
            Identity(annealed, 0, sp.simplify, "the annealed rate vanishes"),
            Identity(
                (logarithm - sp.log(r)).subs(r, sp.exp(span)),
                (2 * X0 / X1 - 1) * (sp.cosh(span) - 1) + sp.sinh(span) - span,
                lambda e: sp.simplify(sp.expand(e.rewrite(sp.exp))),
                "the equation in s",
            ),
            Identity(sp.sqrt(X1) * sp.sqrt(r) / (r - 1) * logarithm, energy, sp.simplify, "the energy through log r"),
            Numbers(rows, 1e-35, ("the equation in s", "the functional, and the annealed rate")),
        )

    return Result({"ratio": ratio, "shrink": shrink, "span": span}, equation, deferred(claims))


def _functional_value(value: Any, first: Any) -> Any:
    """The stationary value of the one-step functional, by Newton's method on its gradient."""

    def functional(length: Any, gap: Any) -> Any:
        return (first * length - gap * (first - value) + mpmath.log(length / (length - gap)) / gap) / 2

    def gradient(length: Any, gap: Any) -> tuple[Any, Any]:
        rest = length - gap
        return (
            first + (1 / length - 1 / rest) / gap,
            -(first - value) + 1 / (gap * rest) - mpmath.log(length / rest) / gap**2,
        )

    for start in (1.3, 2, 3, 6, 12, 30, 100):
        length, gap = mpmath.sqrt(start / first), (start - 1) / mpmath.sqrt(start * first)
        try:
            root = mpmath.findroot(gradient, (length, gap))
        except (ValueError, ZeroDivisionError):
            continue
        if root[0] > root[1] > mpmath.mpf("1e-8"):
            return functional(root[0], root[1])
    raise ArithmeticError("no stationary point found")


def _annealed_zero(value: Any, first: Any, second: Any) -> Any:
    """The zero below the threshold of the annealed rate: the best radial derivative by its derivative, then a root."""
    spread = first + second - first**2 / value

    def rate(energy: Any, w: Any) -> Any:
        place = w + 1 / w
        if spread == 0:  # a pure glass: the energy fixes the shift
            return (1 + mpmath.log(second / first) - energy**2 / value) / 2 + mpmath.log(w) + 1 / (2 * w**2)
        form = energy**2 / value + (mpmath.sqrt(second) * place - first * energy / value) ** 2 / spread
        return (1 + mpmath.log(second / first) - form) / 2 + mpmath.log(w) + 1 / (2 * w**2)

    def equations(energy: Any, w: Any) -> tuple[Any, Any]:
        place = w + 1 / w
        if spread == 0:
            return rate(energy, w), mpmath.sqrt(second) * place - first * energy / value
        pull = 1 / w - mpmath.sqrt(second) * (mpmath.sqrt(second) * place - first * energy / value) / spread
        return rate(energy, w), pull

    threshold = (value * (second - first) + first**2) / (first * mpmath.sqrt(second))
    for factor in ("1.01", "1.03", "1.1", "1.002"):
        start = threshold * mpmath.mpf(factor)
        try:
            root = mpmath.findroot(equations, (start, mpmath.mpf("1.15")))
        except (ValueError, ZeroDivisionError):
            continue
        if root[1] > 1:
            return root[0]
    raise ArithmeticError("no annealed zero found")
