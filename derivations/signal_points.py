"""The points of the signal, and the field in which the landscape becomes trivial."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import mpmath
import sympy as sp

from derivations import mixed_rates
from derivations.claims import Claim, Identity, Numbers, Order
from derivations.covariance_symbols import X1, X2
from derivations.deferred import deferred
from derivations.derivation import Result
from derivations.latitude_landscape import (
    _shifted,
    _sup,
    _value,
    beta,
    d2,
    derivation,
    e,
    grow,
    kap,
    latitude,
    part,
    potential,
    shifted_potential,
    slope,
)
from derivations.mixed_rates import field_slope
from derivations.symbols import m


@derivation.step("signal", "The points of the signal", flips="the sign of the exponent of the latitude's measure")
def signal(sign: int = 1) -> Result:
    r"""Where $(1-m^2)d'^2 = \xi'm^2$ the rate of the total number is zero and stationary: a point that does not come
    in exponential numbers, the minimum that follows the field. There $w = \sqrt{\xi'/(\xi''(1-m^2))}$, which must
    be at least 1: $1-m^2\le\xi'/\xi''$. Its energy is $u = d-\sqrt{p(1-m^2)}$ for a pure glass with $md'<0$ (a
    minimum), by $e = \mp\sqrt{p/(p-1)}/w$.

    For the spiked tensor, $d = -\sqrt2\lambda m^k$, $p = k$, the condition is $2k\lambda^2m^{2k-4}(1-m^2) = 1$. The
    left side is largest at $m_c^2 = (k-2)/(k-1)$, so that signal points exist from
    $\lambda_c = \sqrt{(k-1)^{k-1}/(2k(k-2)^{k-2})}$ on, where they are marginal: $w = 1$. Their height is
    $x = -u/\sqrt2 = \lambda m^k+\sqrt{k(1-m^2)/2}$.
    """
    parts = latitude()
    shifted = shifted_potential()
    w_of = sp.sqrt(X1 / X2) / part
    colatitude = {m: sp.sqrt(1 - part**2)}
    strength_of = sp.sqrt(X1) * m / sp.sqrt(1 - m**2)
    flat = sp.Rational(1, 2) + sp.log(X2 / X1) / 2 + sign * sp.log(part) - (1 - part**2) / 2
    rate = flat + shifted["outside"].subs({grow: w_of, kap: X1 / X2})
    degree = sp.Symbol("k", positive=True)
    square = sp.Symbol("q", positive=True)  # m²
    spike = square ** (degree - 2) * (1 - square)  # 1/(2kλ²)
    peak = sp.solve(sp.simplify(sp.diff(sp.log(spike), square)), square)[0]
    critical = 1 / sp.sqrt(2 * degree * spike.subs(square, peak))
    equation = [
        r"(1-m^2)\,d'^2 = \xi' m^2,\qquad 1-m^2\le\xi'/\xi''",
        r"\lambda_c = \sqrt{\frac{(k-1)^{k-1}}{2k(k-2)^{k-2}}},\quad m_c^2 = \frac{k-2}{k-1},"
        r"\quad x = \lambda m^k+\sqrt{\tfrac k2(1-m^2)}",
    ]

    def claims() -> tuple[Claim, ...]:
        pull = parts["pull"].subs({beta: 0}).subs(field_slope, strength_of).subs(colatitude)
        bend = sp.Symbol("b", real=True)
        gradient = slope()["value"].subs({beta: 0, e: 0, d2: bend, slope()["steepness"]: 1 / w_of})
        gradient = gradient.subs(field_slope, strength_of).subs(colatitude)
        above = sp.Symbol("a", positive=True)  # k − 1
        rows = []
        with mpmath.workdps(25):
            for count, lam in ((3, 1.1), (4, 1.5), (5, 2.0)):
                mp_lam = mpmath.mpf(str(lam))
                top = mpmath.findroot(
                    lambda q, n=count, s=mp_lam: 2 * n * s**2 * q ** (n - 2) * (1 - q) - 1, mpmath.mpf("0.97")
                )
                at = mpmath.sqrt(top)
                height = mp_lam * at**count + mpmath.sqrt(count * (1 - top) / 2)
                rows.append((f"k = {count}, lambda = {lam}", height, _best_height(count, mp_lam, at)))
        return (
            Identity(rate, 0, lambda r: sp.simplify(sp.expand_log(r, force=True)), "no rate on the signal"),
            Identity(w_of - X1 / X2 / w_of, pull, sp.simplify, "the shift that belongs to it"),
            Identity(gradient, 0, sp.simplify, "stationary"),
            Identity(peak, (degree - 2) / (degree - 1), sp.simplify, "the latitude at the onset"),
            Identity(
                w_of.subs({X1: degree, X2: degree * (degree - 1), part: sp.sqrt(1 - peak)}).subs(degree, 1 + above),
                1,
                sp.simplify,
                "marginal at the onset",
            ),
            Numbers(rows, 1e-12, ("the height of the signal", "the best height at its latitude")),
        )

    return Result({"critical": critical, "degree": degree, "latitude": peak}, equation, deferred(claims))


def _best_height(count: int, strength: Any, at: Any) -> Any:
    """The height x that maximises the published rate at a latitude."""

    def rate(height: Any) -> Any:
        place = height * mpmath.sqrt(mpmath.mpf(2 * count) / (count - 1))
        return potential(place) - (height - strength * at**count) ** 2

    return _sup(rate, mpmath.mpf("0.5"), mpmath.mpf(4))[0]


@derivation.step(
    "linear-field",
    "A linear field: rates and the trivial landscape",
    flips="the sign of the gradient's exponent",
    sources=("belius2022", "fyodorov2014"),
)
def linear_field(sign: int = 1) -> Result:
    r"""$d = hm$, all energies: inside the bulk the rate is
    $\tfrac12\log(\xi''/\xi')+\tfrac12\log(1-q)-\tfrac{h^2(1-q)}{2\xi'}+\tfrac{h^2q}{2(\xi''-\xi')}$, $q = m^2$,
    concave in $q$. Up to $h^2 = \xi'(\xi''-\xi')/\xi''$ the best $q$ is 0; then $1-q = \xi'(\xi''-\xi')/(h^2\xi'')$ and
    the rate is $\tfrac12(r-1-\log r)$, $r = h^2/(\xi''-\xi')$: it vanishes quadratically at $h_c^2 = \xi''-\xi'$,
    where the shift reaches the edge of the bulk, and beyond it only the signal is left: one minimum and one maximum.

    A Gaussian field of variance $h^2$ per component adds $h^2q$ to the covariance: $\xi'\to\xi'+h^2$, with
    $\xi''$ as it was; the rate $\tfrac12\log(\xi''/(\xi'+h^2))$ has the same $h_c$ and vanishes linearly there.

    Checks: the supremum over $m$ of the rate at a latitude, numerically; exact mean counts in a linear field of
    $N$ and $2N$ spins.
    """
    square, force = sp.symbols("q h2", positive=True)
    inner = (
        sp.log(X2 / X1) / 2
        + sp.log(1 - square) / 2
        - sign * force * (1 - square) / (2 * X1)
        + force * square / (2 * (X2 - X1))
    )
    best = sp.solve(sp.diff(inner, square), square)[0]
    onset = sp.solve(best, force)[0]
    weak = inner.subs(square, 0)
    ratio = sp.Symbol("r", positive=True)
    strong = (ratio - 1 - sp.log(ratio)) / 2
    gaussian = sp.log(X2 / (X1 + force)) / 2
    equation = [
        r"\tfrac12\log\frac{\xi''}{\xi'}-\frac{h^2}{2\xi'}\ (h^2\le\xi'(\xi''-\xi')/\xi''),\qquad"
        r"\tfrac12(r-1-\log r),\ r = \frac{h^2}{\xi''-\xi'}\le1,\qquad 0\ (r\ge1)",
        r"\text{Gaussian field: }\tfrac12\log\frac{\xi''}{\xi'+h^2}",
    ]
    value = {"weak": weak, "strong": strong, "ratio": ratio, "onset": onset, "gaussian": gaussian, "h2": force}

    def claims() -> tuple[Claim, ...]:
        gap = sp.Symbol("a", positive=True)  # ξ″ − ξ′
        at_best = inner.subs(square, best).subs(X2, X1 + gap)
        expected = strong.subs(ratio, force / gap)
        rows = []
        with mpmath.workdps(25):
            for squares, h2 in (({3: 1}, 0.8), ({3: 1}, 2.2), ({3: 1}, 2.9), ({3: 0.5, 4: 0.5}, 4), ({3: 1}, 5)):
                first, second = (sum(math.perm(d, j) * mpmath.mpf(a) for d, a in squares.items()) for j in (1, 2))
                numbers = {X1: first, X2: second, force: mpmath.mpf(str(h2))}
                h = mpmath.sqrt(numbers[force])
                rate = numbers[force] / (second - first)
                start = first * (second - first) / second
                mine = (
                    _value(weak, numbers)
                    if numbers[force] <= start
                    else (_value(strong, {ratio: rate}) if rate < 1 else mpmath.mpf(0))
                )

                def height(t: Any, h: Any = h, first: Any = first, second: Any = second) -> Any:
                    flat = mpmath.log(second / first) / 2 + mpmath.log(1 - t**2) / 2 - h**2 * (1 - t**2) / (2 * first)
                    return mpmath.mpf(1) / 2 + flat + _shifted(t * h / mpmath.sqrt(second), first / second)

                rows.append((f"{squares}, h^2 = {h2}", mine, _sup(height, mpmath.mpf(-1) / 100, mpmath.mpf(1))[1]))
        sizes = (3, 5, 9)
        errors = [_exact_field_rate(n) - (math.log(2) / 2 - 0.5 / 6) for n in sizes]
        orders = [Order(sizes, errors, -1, within=0.25)]
        return (
            Identity(
                at_best, expected, lambda r: sp.simplify(sp.expand_log(sp.factor(r), force=True)), "the strong field"
            ),
            Identity(onset, X1 * (X2 - X1) / X2, sp.simplify, "the onset"),
            Identity(
                [strong.subs(ratio, 1), sp.diff(strong, ratio).subs(ratio, 1)], [0, 0], what="it vanishes quadratically"
            ),
            Identity(
                gaussian,
                mixed_rates._mixed_front().subs(X1, X1 + force) - sp.Rational(1, 2),
                lambda r: sp.simplify(sp.expand_log(r, force=True)),
                "the mixture with a linear term",
            ),
            Numbers(rows, 1e-15, ("the formula", "the supremum over latitudes"), scale=0.01),
            *orders,
        )

    return Result(value, equation, deferred(claims))


@lru_cache(maxsize=8)
def _exact_field_rate(spins: int) -> float:
    """log of the ratio of exact mean counts at 2N and N in the field N h m, h² = ½, per spin."""
    from spinglass.complexity import mean_count
    from spinglass.hamiltonians import OverlapField

    field = OverlapField.linear(math.sqrt(0.5))
    return math.log(mean_count(2 * spins, 3, field=field) / mean_count(spins, 3, field=field)) / spins
