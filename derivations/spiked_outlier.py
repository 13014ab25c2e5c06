"""The price of an index when the Hessian carries a spike: the extreme eigenvalues of a spiked GOE."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from derivations import growth_rates, mixed_rates, semicircle_law
from derivations.claims import Claim, Identity, Numbers, Order
from derivations.deferred import deferred
from derivations.derivation import Result
from derivations.latitude_landscape import _sup, derivation, potential
from derivations.mixed_rates import field_slope, field_value
from derivations.symbols import m, p, u, v

theta = sp.Symbol("theta", positive=True)  # the spike towards the outlier, in units of the bulk [-2, 2]
w = sp.Symbol("w", positive=True)  # y = w + 1/w


@derivation.step(
    "spherical-integral",
    "The rank-one spherical integral",
    flips="the sign of the logarithm of theta",
    sources=("guionnet2005",),
)
def spherical_integral(sign: int = 1) -> Result:
    r"""With eigenvalues $\lambda_i$ of a matrix of size $n$ and a uniform unit vector $v$,
    $E_v\,e^{\frac{n\theta}2v^T\Lambda v}\propto\oint dz\,e^{\frac{n\theta}2z}\prod_i(z-\lambda_i)^{-1/2}$. The exponent
    $\tfrac12\{\theta z-\Phi(z)\}$ has its saddle where $\theta = -m_{\rm sc}(z)$, $z = \theta+1/\theta$, as long as
    this lies beyond the largest eigenvalue $y$; otherwise the contour is caught at the branch point $z = y$.
    Normalised by its value for $\theta\to0$,

    $$J(\theta,y) = \tfrac12\{\theta z-\Phi(z)-1-\log\theta\},\qquad z = \max(y,\theta+1/\theta)\ \text{if }\theta<1,
    \quad z = y\ \text{if }\theta>1,$$

    which is $\theta^2/4$ at the saddle.

    Check: the integral over $v$ at finite $n$, with $n-1$ eigenvalues at the quantiles of the semicircle and one at
    $y$, by the contour integral: its growth rate misses $J$ by $O(1/n)$.
    """
    z = sp.Symbol("z", positive=True)
    outer = growth_rates.determinant()["outside"].subs(growth_rates.w, w)
    caught = (theta * (w + 1 / w) - outer - 1 - sign * sp.log(theta)) / 2
    equation = r"J(\theta,y) = \tfrac12\{\theta z-\Phi(z)-1-\log\theta\},\qquad z = \max(y,\theta+1/\theta)"

    def claims() -> tuple[Claim, ...]:
        sizes = (25, 50, 100, 200)
        orders = []
        for strength, top in ((1.5, 2.1), (1.5, 3.0), (0.7, 2.05), (0.7, 3.0)):
            place = max(top, strength + 1 / strength) if strength < 1 else top
            growth = (place + math.sqrt(place**2 - 4)) / 2
            rate = float(caught.subs({theta: strength, w: growth}))
            errors = [_log_spherical(n, strength, top) / n - rate for n in sizes]
            orders.append(Order(sizes, errors, -1, within=0.15))
        return (
            Identity(caught.subs(w, 1 / theta), theta**2 / 4, lambda r: sp.simplify(sp.expand_log(r)), "at the saddle"),
            Identity(sp.diff(caught, w).subs(w, 1 / theta), 0, sp.simplify, "stationary at the saddle"),
            *orders,
        )

    return Result({"caught": caught, "free": theta**2 / 4, "place": z}, equation, deferred(claims))


def _quantiles(count: int) -> Any:
    """`count` points at the quantiles of the semicircle: x = 2 sin φ, F = ½ + (φ + sin φ cos φ)/π, by bisection."""
    wanted = (np.arange(count) + 0.5) / count
    low, high = np.full(count, -math.pi / 2), np.full(count, math.pi / 2)
    for _ in range(60):
        middle = (low + high) / 2
        below = 0.5 + (middle + np.sin(middle) * np.cos(middle)) / math.pi < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return 2 * np.sin(low)


@lru_cache(maxsize=64)
def _log_spherical(n: int, strength: float, top: float) -> float:
    """log E_v exp(n θ/2 vᵀΛv) by the Laplace transform of a sum of squares.

    With independent normal g, Σλ g²/Σg² does not depend on Σg², so that E_v = Γ(n/2) (nθ/2)^{1−n/2}/(2πi) times the
    contour integral of e^{nθz/2} ∏(z − λ)^{−1/2}, taken along the steepest path through the real saddle.
    """
    values = np.append(_quantiles(n - 1), top)

    def slope(z: float) -> float:
        return float(n * strength / 2 - 0.5 * np.sum(1 / (z - values)))

    from scipy.optimize import brentq

    saddle = float(brentq(slope, top + 1e-12, top + 200.0, xtol=1e-15))
    width = 1 / math.sqrt(0.5 * float(np.sum(1 / (saddle - values) ** 2)))
    centre = n * strength * saddle / 2 - 0.5 * float(np.sum(np.log(saddle - values)))
    # the vertical line bent to the left: z = saddle + width (i t − t²/20)
    t = np.linspace(-40, 40, 16001)
    z = saddle + width * (1j * t - t * t / 20)
    speed = width * (1j - t / 10)
    exponents = n * strength * z / 2 - centre
    exponents = exponents - 0.5 * np.array([np.sum(np.log(point - values)) for point in z])
    integral = float(np.sum((np.exp(exponents) * speed).imag) * (t[1] - t[0])) / (2 * math.pi)
    return math.lgamma(n / 2) - (n / 2 - 1) * math.log(n * strength / 2) + centre + math.log(integral)


@derivation.step(
    "outlier-cost",
    "The rate of the extreme eigenvalue of a spiked matrix",
    flips="the sign of the tilt by the spike",
    sources=("maida2007", "benarous2019"),
)
def outlier_cost(sign: int = 1) -> Result:
    r"""$A_n/\sqrt n+\theta ee^T$ has the weight $e^{-\frac n4{\rm tr}(A-\theta ee^T)^2}$, in which the eigenvectors
    give the spherical integral: against the free matrix the rate of its largest eigenvalue $y>2$ is

    $$K_\theta(y) = I_1(y)-J(\theta,y)+\tfrac{\theta^2}4,$$

    $I_1$ where the saddle is free ($\theta\le1/w$; also $\theta<0$). Caught, with $y = w+1/w$ and
    $\delta = \theta/w-1$,

    $$K_\theta = \tfrac14(w^2-1)\delta^2+\tfrac12\{\log(1+\delta)-\delta+\tfrac12\delta^2\}$$

    with its double zero at $w = \theta$, $y_0 = \theta+1/\theta$: for $\theta>1$ the largest eigenvalue sits there. The
    weight $|\det|$ of Kac and Rice changes this by factors of order one only: it is $e^{n\int\log|\lambda-x|d\mu}$ with
    the bulk, which one eigenvalue does not move, times one factor for the outlier.

    So, with $x<-2$, $y = -x$, $\theta = -s$, the points of index $k$ cost $L_0 = K_\theta(y)$ if $\theta>1$ and
    $y<y_0$ and else nothing; $L_k = (k-1)I_1(y)+K_\theta(y)$ for $k\ge1$, where the last term is absent if $\theta>1$
    and $y<y_0$. The spike's own eigenvalue is the first to be negative.

    Checks: the published cost of maxima; the rate of the eigenvectors of a spiked matrix from $\Sigma(u,m)$ at $p = 2$
    with $d = \lambda m^2$; exact $E|\det|1\{\text{index }0\}$ for $n\le128$ from the tridiagonal form.
    """
    integral = spherical_integral()
    free = semicircle_law.outlier_rate().subs(v, (w - 1 / w) ** 2 / 4)
    width = (w - 1 / w) / 2
    rate = width * (w + 1 / w) / 2 - sp.log(w)  # √(v(1+v)) − asinh √v
    tilt = sp.expand(integral["caught"] - integral["free"])
    plain = rate - sign * tilt
    delta = sp.Symbol("delta", real=True)
    stable = (w**2 - 1) * delta**2 / 4 + (sp.log(1 + delta) - delta + delta**2 / 2) / 2
    equation = [
        r"K_\theta(y) = I_1(y)-J(\theta,y)+\tfrac{\theta^2}4"
        r" = \tfrac14(w^2-1)\delta^2+\tfrac12\{\log(1+\delta)-\delta+\tfrac12\delta^2\},\quad"
        r"\delta = \tfrac\theta w-1,\ y = w+\tfrac1w",
    ]

    def claims() -> tuple[Claim, ...]:
        rows = []
        with mpmath.workdps(30):
            value = sp.lambdify((theta, w), plain, "mpmath")
            for strength, place in ((2.6, 2.08), (1.3, 2.01), (1.3, 3), (1, 2.5), (4, 2)):
                t, y = mpmath.mpf(str(strength)), mpmath.mpf(str(place))
                growth = (y + mpmath.sqrt(y * y - 4)) / 2
                start = t + 1 / t
                published = mpmath.quad(lambda a: mpmath.sqrt(a * a - 4), [start, y]) / 4
                published += -t * (y - start) / 2 + (y * y - start**2) / 8
                rows.append((f"theta = {strength}, y = {place}", value(t, growth), published))
        eigenvectors = []
        with mpmath.workdps(25):
            for strength, place in ((0.6, 2.5), (0.6, 2.2), (0.9, 2.4), (1.5, 2.6), (1.5, 2.1)):
                t, y = mpmath.mpf(str(strength)), mpmath.mpf(str(place))
                growth = (y + mpmath.sqrt(y * y - 4)) / 2
                caught = t * growth > 1
                mine = value(t, growth) if caught else sp.lambdify(w, rate, "mpmath")(growth)
                eigenvectors.append((f"theta = {strength}, y = {place}", -mine, _eigenvector_rate(t, y)))
        with mpmath.workdps(30):
            both = [sp.lambdify(w, each, "mpmath") for each in (rate, free)]
            ends = [(f"w = {at}", *(each(mpmath.mpf(at)) for each in both)) for at in ("1.01", "1.6", "3", "20")]
        sizes, orders = (16, 32, 64), []
        for strength, place in ((1.8, 2.1), (2.5, 2.3)):
            growth = (place + math.sqrt(place**2 - 4)) / 2
            expected = float(value(mpmath.mpf(strength), mpmath.mpf(growth)))
            costs = _index_zero_costs(strength, place, (*sizes, 2 * sizes[-1]))
            orders.append(Order(sizes, [(costs[2 * n] - costs[n]) / n - expected for n in sizes], -1, within=0.3))
        return (
            Identity(
                stable.subs(delta, theta / w - 1),
                plain,
                lambda r: sp.simplify(sp.expand(sp.expand_log(sp.simplify(r), force=True))),
                "the stable form",
            ),
            Identity(
                [plain.subs(w, theta), sp.diff(plain, w).subs(w, theta)],
                [0, 0],
                lambda r: sp.simplify(sp.expand_log(r)),
                "the double zero",
            ),
            Identity(
                plain.subs(theta, 1 / w), rate, lambda r: sp.simplify(sp.expand_log(r, force=True)), "the free end"
            ),
            Numbers(ends, 1e-25, ("the rate in w", "the rate in v")),
            Numbers(rows, 1e-20, ("the closed form", "the published integral"), scale=1e-3),
            Numbers(eigenvectors, 1e-12, ("minus the cost", "the supremum over latitudes at p = 2"), scale=1e-2),
            *orders,
        )

    return Result({"plain": plain, "stable": stable, "delta": delta, "free": rate}, equation, deferred(claims))


def _eigenvector_rate(strength: Any, place: Any) -> Any:
    """sup_m Σ(u, m) at p = 2, d = λm²: eigenvectors of the spiked matrix, x = √2 u, θ = √2 λ."""
    known = mixed_rates.field()
    lam, energy = strength / mpmath.sqrt(2), place / mpmath.sqrt(2)
    symbols = (u, m, field_value, field_slope)
    flat, shift = (sp.lambdify(symbols, known[name].subs(p, 2), "mpmath") for name in ("rest", "shift"))

    def height(at: Any) -> Any:
        arguments = (energy, at, lam * at**2, 2 * lam * at)
        return flat(*arguments) + potential(shift(*arguments))

    return _sup(height, mpmath.mpf("-0.01"), mpmath.mpf("0.9999"))[1]


@lru_cache(maxsize=8)
def _index_zero_costs(strength: float, place: float, sizes: tuple[int, ...]) -> dict[int, float]:
    """−log of the share of index 0 in E|det(y√n − A_n − θ√n eeᵀ)|, from the tridiagonal form.

    Eliminated from the far corner the pivots of y√n − A_n are d ← y√n − a − b²/d, a of variance 2, b² of law χ²_j: a
    Markov chain, in which the spike enters the last pivot. All pivots positive: no eigenvalue above y√n. The mean of
    the product with this restriction is an iterated integral over (0, ∞); without it the mean modulus is
    |1 + θ m_sc| E|det| up to a factor of order one, and E|det| comes from the package.
    """
    from spinglass.random_matrices.level_density import log_mean_abs_determinant

    costs = {}
    for n in sizes:
        root = math.sqrt(n)
        level = place * root
        nodes, weights = np.polynomial.legendre.leggauss(160)
        top = level + 12.0
        d, weight = (nodes + 1) * top / 2, weights * top / 2
        density = np.exp(-((d - level) ** 2) / 4) / math.sqrt(4 * math.pi)
        log_scale = 0.0
        for j in range(1, n):
            # b² = χ²_j: Gauss-Legendre in b around √j
            b_nodes, b_weights = np.polynomial.legendre.leggauss(48)
            low, high = max(0.0, math.sqrt(j) - 7.5), math.sqrt(j) + 7.5
            b = (high - low) / 2 * b_nodes + (high + low) / 2
            log_chi = (j - 1) * np.log(b) - b * b / 2 - math.lgamma(j / 2) - (j / 2 - 1) * math.log(2)
            chi = np.exp(log_chi) * b_weights * (high - low) / 2
            mean = level - (b * b)[None, :] / d[:, None]  # (old pivot, b)
            mass = (density * d * weight)[:, None] * chi[None, :]
            target = level + (strength * -root if j == n - 1 else 0.0)
            shift = mean - level + target
            new = np.zeros_like(d)
            for i, value in enumerate(d):
                new[i] = float(np.sum(mass * np.exp(-((value - shift) ** 2) / 4))) / math.sqrt(4 * math.pi)
            total = float(np.sum(new * weight))
            density, log_scale = new / total, log_scale + math.log(total)
        restricted = log_scale + math.log(float(np.sum(density * d * weight)))
        log_all = float(log_mean_abs_determinant(n, np.array([level]))[0])
        growth = (place + math.sqrt(place**2 - 4)) / 2
        costs[n] = log_all + math.log(abs(1 - strength / growth)) - restricted
    return costs
