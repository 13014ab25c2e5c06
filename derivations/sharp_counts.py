"""Mean numbers of critical points of the pure glass with prefactors: total, in the bulk, at and below the edge."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from derivations.claims import Claim, Identity, Numbers, Order
from derivations.deferred import deferred
from derivations.derivation import Result
from derivations.growth_rates import (
    above,
    derivation,
    determinant,
    exponent,
    goe_identity,
    shift,
    threshold,
    w,
)
from derivations.growth_routes import log_exact_density
from derivations.symbols import N, p, s, u, x

airy_constant = sp.airyaiprime(0) ** 2 + sp.airyai(0) / 3
step_in_energy = sp.sqrt(p * N / (p - 1))  # dλ/du


def _log_below(energy: float, spins: int, degree: int, index: int | None = None) -> float:
    """log of the exact mean number of critical points below an energy density."""
    from spinglass.complexity import mean_count

    return math.log(mean_count(spins, degree, index=index, energy=(-math.inf, energy)))


def _ratios(
    prefactor: Any, rate: Any, degree: int, energy: float, sizes: tuple[int, ...], index: int | None = None
) -> list[float]:
    """Exact count below an energy over the asymptotic one, less 1."""
    at = {p: degree, u: sp.Float(energy, 30)}
    front, growth = sp.lambdify(N, prefactor.subs(at), "math"), float(rate.subs(at).evalf(20))
    return [math.exp(_log_below(energy, n, degree, index) - n * growth) / front(n) - 1 for n in sizes]


@derivation.step("bulk-density", "Density of critical points in the bulk", flips="the sign of x^2 in the discriminant")
def bulk_density(sign: int = 1) -> Result:
    r"""In the bulk the one-point density is $R_N(x\sqrt N) \simeq \sqrt N\rho(x)$, $\rho$ the semicircle: the
    imaginary part of the saddle $y^2+xy+1 = 0$ over $\pi$. With the exact factor and $d\lambda/du = \sqrt{pN/(p-1)}$
    the density in $u$ is $\frac{\sqrt2\,N}{\pi\sqrt{p-1}}\sqrt{4-x^2}\;e^{N\Sigma(u)}$.

    Check: the exact density. Level spacing oscillations are of the relative order $1/N$ like the correction; at $u = 0$
    and even $N$ their phase is constant.
    """
    level = sp.sqrt(4 - sign * x**2) / (2 * sp.pi)
    identity = goe_identity()
    front = identity["factor"] / (p - 1) ** (N / 2) * step_in_energy * sp.sqrt(N) * level.subs(x, shift)
    front = sp.simplify(front.subs(p, 1 + above)).subs(above, p - 1)
    equation = sp.Eq(sp.Symbol(r"\frac{d}{du}E\mathrm{Crt}\,e^{-N\Sigma}"), front, evaluate=False)

    def claims() -> tuple[Claim, ...]:
        rate = exponent()["inside"]
        orders: list[Claim] = []
        sizes = (50, 100, 200, 400, 800)
        for degree, energies in ((3, (0.0,)), (5, (0.0,))):
            for energy in energies:
                at = {p: degree, u: sp.Float(energy, 30)}
                evaluate, growth = sp.lambdify(N, front.subs(at), "math"), float(rate.subs(at))
                errors = [math.exp(log_exact_density(energy, n, degree) - n * growth) / evaluate(n) - 1 for n in sizes]
                orders.append(Order(sizes, errors, -1))
        rows = []
        for degree, energy in ((3, -1.0), (4, 0.7), (5, -1.5)):
            at = {p: degree, u: sp.Float(energy, 30)}
            growth = float(rate.subs(at))
            mine = float(front.subs(at).subs(N, 1600).evalf(20))
            rows.append(
                (f"p = {degree}, u = {energy}", mine, math.exp(log_exact_density(energy, 1600, degree) - 1600 * growth))
            )
        return (*orders, Numbers(rows, 3e-3, ("the density at N = 1600", "the exact density")))

    return Result(front, equation, deferred(claims))


@derivation.step("total", "The total number", flips="the sign of the curvature of the log-potential")
def total(sign: int = 1) -> Result:
    r"""Almost all critical points lie within $N^{-1/2}$ of $u = 0$, where $\Sigma'' = -1+\frac{p}{p-1}\Phi''$ with
    $\Phi'' = \tfrac12$. The Gaussian integral of the density gives $4\sqrt{2N/(\pi(p-2))}\,(p-1)^{N/2}$ for every
    $p\ge3$; half of them have negative energy.
    """
    curvature = -1 + sign * sp.diff(determinant()["inside"], x, 2) * sp.diff(shift, u) ** 2
    front = bulk_density().subs(u, 0) * sp.sqrt(2 * sp.pi / (-N * curvature))
    number = sp.Symbol("b", positive=True)  # p − 2
    front = sp.sqrt(sp.factor(sp.simplify(front.subs(p, 2 + number) ** 2))).subs(number, p - 2)
    equation = sp.Eq(sp.Symbol(r"E\mathrm{Crt}\,(p-1)^{-N/2}"), front, evaluate=False)

    def claims() -> tuple[Claim, ...]:
        from spinglass.complexity import mean_count

        orders: list[Claim] = []
        sizes = (25, 50, 100, 200, 400)
        for degree in (3, 4, 7):
            evaluate = sp.lambdify(N, front.subs(p, degree), "math")
            errors = [
                math.exp(math.log(mean_count(n, degree)) - n * math.log(degree - 1) / 2) / evaluate(n) - 1
                for n in sizes
            ]
            orders.append(Order(sizes, errors, -1))
        published = 4 * sp.sqrt(2 * N / (sp.pi * (p - 2)))
        return (
            *orders,
            Identity(((front / published) ** 2).subs(p, 2 + number), 1, sp.simplify, "the published constant"),
        )

    return Result(front, equation, deferred(claims))


@derivation.step(
    "bulk-count", "The number below an energy in the bulk", flips="the sign of the slope of the log-potential"
)
def bulk_count(sign: int = 1) -> Result:
    r"""Below $u$ with $-E_\infty < u < 0$ the count is dominated by its upper end: the density over $N\Sigma'(u)$, of
    order one times $e^{N\Sigma}$; $\Sigma' = -u+\sqrt{p/(p-1)}\,\Phi'(x)$, $\Phi' = x/2$.
    """
    slope = -u + sign * sp.diff(determinant()["inside"], x).subs(x, shift) * sp.diff(shift, u)
    front = sp.simplify((bulk_density() / (N * slope)).subs(p, 1 + above)).subs(above, p - 1)
    equation = sp.Eq(sp.Symbol(r"E\mathrm{Crt}(-\infty,u)\,e^{-N\Sigma}"), front, evaluate=False)

    def claims() -> tuple[Claim, ...]:
        rate = exponent()["inside"]
        sizes = (50, 100, 200, 400, 800)
        return tuple(Order(sizes, _ratios(front, rate, d, e, sizes), -1) for d, e in ((3, -1.0), (4, -1.0), (5, -0.8)))

    return Result(front, equation, deferred(claims))


@derivation.step(
    "outer-density", "The density outside the bulk", flips="the sign of the shift of x from size N to N - 1"
)
def outer_density(sign: int = 1) -> Result:
    r"""Outside the bulk the mean modulus is the mean determinant $He_{n}$, $n = N-1$, whose fluctuation factor is
    $(1-w^{-2})^{-1/2}$, $x = w+1/w$. In $R_N = N(Z_{N-1}/Z_N)e^{-\xi^2/4}W_n(\xi)$ put $\xi = x\sqrt N$: in units of
    $\sqrt n$ the position is $x(1+\frac1{2N})$, so that $n\Phi = N\Phi(x)-\Phi+\tfrac12x\Phi'$; with Stirling's
    formula all powers of $N$ cancel and

    $$R_N(x\sqrt N) \simeq \frac{e^{-NI_1(x)}}{2\sqrt{2\pi}\,\sqrt{w^2-1}} .$$

    Check: exact densities, relative error $O(1/N)$, and the exponent: $\Phi-x^2/4+\tfrac12 = -I_1$.
    """
    small = sp.Symbol("epsilon", positive=True)  # 1/N
    parts = determinant()
    place = w + 1 / w
    potential = parts["outside"]
    slope = sp.cancel(sp.diff(potential, w) / sp.diff(place, w))  # Φ′
    scaled = potential + sign * slope * place * small / 2  # Φ(x √(N/n)) to first order
    size = sp.log(1 / small)
    # log of n^{n/2}, with n = N − 1
    minor = (1 / small - 1) / 2 * (size + sp.log(1 - small))
    gamma = (1 / (2 * small)) * (size - sp.log(2)) - 1 / (2 * small) + sp.log(sp.pi / small) / 2  # log Γ(1 + N/2)
    mehta = goe_identity()["mehta"]
    others = sp.expand_log(sp.log(mehta * sp.gamma(1 + N / 2)).subs(N, 1 / small), force=True)  # without the Γ
    log_level = size + others - gamma - place**2 / (4 * small) + minor + (1 / small - 1) * scaled
    log_level = sp.expand(sp.expand_log(log_level, force=True))
    log_level = sp.expand(log_level.subs(sp.log(1 - small), -small - small**2 / 2))
    rate = sp.simplify(log_level.coeff(small, -1))
    rest = sp.expand(log_level - log_level.coeff(small, -1) / small)
    constant = rest.coeff(small, 0)
    if constant.has(small):
        raise ArithmeticError("a power of N is left")
    front = sp.simplify(sp.exp(constant)) * parts["fluctuation"]
    equation = sp.Eq(sp.Symbol(r"R_N(x\sqrt N)\,e^{NI_1}"), front, evaluate=False)

    def claims() -> tuple[Claim, ...]:
        orders: list[Claim] = []
        sizes = (200, 400, 800, 1600, 3200)
        from spinglass.random_matrices.level_density import log_scaled_density

        for growth in (1.3, 1.6, 2.5):
            at = growth + 1 / growth
            level, factor = (float(part.subs(w, sp.Float(growth, 30)).evalf(20)) for part in (rate, front))
            errors = []
            for n in sizes:
                root = at * math.sqrt(n)
                exact = float(log_scaled_density(np.array([root]), n)[0]) - root**2 / 4
                errors.append(math.exp(exact - n * level) / factor - 1)
            orders.append(Order(sizes, errors, -1))
        rate_of_outlier = (w**2 - 1 / w**2) / 4 - sp.log(w)
        return (
            *orders,
            Identity(
                rate, -rate_of_outlier, lambda rest: sp.simplify(sp.expand(rest)), "the exponent is the outlier rate"
            ),
        )

    return Result({"front": front, "rate": rate}, equation, deferred(claims))


@derivation.step("deep-minima", "The number of deep minima", flips="the sign of the outlier part of the slope")
def deep_minima(sign: int = 1) -> Result:
    r"""Below $-E_\infty$ the count is again dominated by its upper end: factor, density outside the bulk and
    $d\lambda/du$, over $N\Theta_0'(u)$. With $x = -u\sqrt{p/(p-1)} = w+1/w$ the slope is
    $\sqrt{p/(p-1)}\,[\frac{p-2}{2p}x+ \tfrac12\sqrt{x^2-4}]$. The result is of order $N^{-1/2}$, and equal to the
    published form with $h(x) = |\frac{x-2}{x+2}|^{1/4}+|\frac{x+2}{x-2}|^{1/4}$. Nearly all of these points are
    minima: the count of index 0 has the same prefactor.
    """
    identity, outer = goe_identity(), outer_density()
    place = w + 1 / w
    growth = -2 * identity["exponent"] * place - sign * sp.diff(outer["rate"], w) / sp.diff(place, w)
    growth = sp.cancel(growth) * sp.sqrt(p / (p - 1))  # dΘ₀/du, u rising
    front = identity["factor"] / (p - 1) ** (N / 2) * step_in_energy * outer["front"] / (N * growth)
    front = sp.simplify(front.subs({p: 1 + above, w: 1 + x}).subs(x, sp.Symbol("c", positive=True)))
    front = front.subs(sp.Symbol("c", positive=True), w - 1).subs(above, p - 1)
    in_energy = front.subs(w, sp.Symbol("W"))
    size = -shift
    in_energy = in_energy.subs(sp.Symbol("W"), (size + sp.sqrt(size**2 - 4)) / 2)
    equation = sp.Eq(sp.Symbol(r"E\mathrm{Crt}_{N,0}(-\infty,u)\,e^{-N\Theta_0}"), front, evaluate=False)

    def claims() -> tuple[Claim, ...]:
        ratio = sp.Symbol("r", positive=True)  # √w; x − 2 = (w − 1)²/w, x + 2 = (w + 1)²/w
        lift = sp.sqrt((w - 1) / (w + 1))
        height = lift + 1 / lift
        root = w - 1 / w  # √(x² − 4)
        published = height / sp.sqrt(p * sp.pi) * 2 / ((place + root) * ((p - 2) * place / p + root)) / sp.sqrt(N)
        quotient = ((front / published) ** 2).subs(w, 1 + ratio).subs(p, 1 + above)
        rate = exponent()["outside"]
        sizes = (50, 100, 200, 400)
        orders: list[Claim] = [
            Order(sizes, _ratios(in_energy, rate, d, e, sizes), -1) for d, e in ((3, -1.8), (4, -2.0), (6, -2.2))
        ]
        orders.append(
            Order((20, 40, 80, 160), _ratios(in_energy, rate, 3, -2.0, (20, 40, 80, 160), 0), -1, within=0.15)
        )
        return (*orders, Identity(quotient, 1, sp.simplify, "the published form"))

    return Result({"front": front, "energy": in_energy}, equation, deferred(claims))


@derivation.step("airy", "The edge", flips="the sign of the orthogonal part of the edge density")
def airy(sign: int = 1) -> Result:
    r"""At the edge the two saddles meet at $y = -1$. With $\xi = \sqrt n(2+sn^{-2/3})$, $y = -1+i\eta n^{-1/3}$ the
    exponent of $E(\xi+ir)^n$ is $\frac n2+sn^{1/3}-i(s\eta+\eta^3/3)$: $He_n$ becomes $\mathrm{Ai}(s)$, and the
    orthonormal function $\psi_n \simeq n^{-1/12}\mathrm{Ai}(s)$ with Stirling's formula. In the one-point density
    $\sum_{j<N}\psi_j^2+\tfrac{\sqrt N}2\psi_{N-1}\tfrac12\int\mathrm{sgn}(\lambda-t)\psi_N(t)dt$ the position of
    $\psi_j$ moves with $j$ by one unit per $N^{1/3}$, and the integral over both edges is $2N^{-1/4}$, so that at
    $\lambda = 2\sqrt N+sN^{-1/6}$

    $$N^{-1/6}R_N \to \int_s^\infty\mathrm{Ai}^2+\tfrac12\mathrm{Ai}(s)\Bigl(1-\int_s^\infty\mathrm{Ai}\Bigr),$$

    at $s = 0$: $\mathrm{Ai}'(0)^2+\tfrac13\mathrm{Ai}(0)$. Check: the exact density at $2\sqrt N$.
    """
    primitive = s * sp.airyai(s) ** 2 - sp.airyaiprime(s) ** 2  # of Ai²
    first = 0 - primitive.subs(s, 0)
    tail = sp.Rational(1, 3)  # ∫₀^∞ Ai; sympy leaves the integral: by quadrature
    value = first + sign * sp.airyai(0) * (1 - tail) / 2
    equation = sp.Eq(sp.Symbol(r"N^{-1/6}R_N(2\sqrt N)"), value, evaluate=False)

    def claims() -> tuple[Claim, ...]:
        small, bend = sp.symbols("epsilon eta", real=True)  # n^{−1/3}
        argument = sp.Symbol("A")
        logarithm = sum((-1) ** (j + 1) * argument**j / j for j in range(1, 4))
        action = logarithm.subs(argument, s * small**2 + sp.I * bend * small) + (-1 + sp.I * bend * small) ** 2 / 2
        action = sp.expand(action)
        terms = [sp.simplify(action.coeff(small, j)) for j in range(4)]
        from spinglass.random_matrices.level_density import log_scaled_density

        sizes, errors = (10**4, 3 * 10**4, 10**5, 3 * 10**5, 10**6), []
        for size in sizes:
            edge = 2 * math.sqrt(size)
            exact = math.exp(float(log_scaled_density(np.array([edge]), size)[0]) - edge**2 / 4 - math.log(size) / 6)
            errors.append(exact / float(value) - 1)
        rows = [("the integral of Ai", tail, mpmath.quad(mpmath.airyai, [0, 2, 5, 10, 30]))]
        return (
            Identity(
                terms, [sp.Rational(1, 2), 0, s, -sp.I * (s * bend + bend**3 / 3)], what="the exponent at the edge"
            ),
            Identity(sp.diff(primitive, s), sp.airyai(s) ** 2, what="a primitive of the square"),
            Identity(value, airy_constant, sp.simplify, "the constant"),
            Numbers(rows, 1e-14, ("one third", "quadrature")),
            Order(sizes, errors, -1 / 3),
        )

    return Result(value, equation, deferred(claims))


@derivation.step("edge-count", "The number below the threshold", flips="the sign of the exponent of the identity")
def edge_count(sign: int = 1) -> Result:
    r"""At $u = -E_\infty$ the density of eigenvalues varies on the scale $N^{-1/6}$ in $\lambda$ but the exponential
    factor $e^{-(p-2)\lambda^2/(4p)}$ on $N^{-1/2}$: the count below is the edge density over the slope of the
    exponent in $\lambda$, $\frac{p-2}{p}\sqrt N$. Hence
    $\frac{2\sqrt{2p}}{p-2}\bigl(\mathrm{Ai}'(0)^2+\tfrac13\mathrm{Ai}(0)\bigr) N^{-1/3}e^{N\Theta_{\rm edge}}$, all
    indices together. The first correction comes from the two scales: $O(N^{-1/3})$.
    """
    identity = goe_identity()
    slope = -sign * 4 * identity["exponent"] * sp.sqrt(N)  # at |λ| = 2√N
    front = identity["factor"] / (p - 1) ** (N / 2) * N ** sp.Rational(1, 6) * airy() / slope
    front = sp.powsimp(sp.simplify(front.subs(p, 2 + above)), force=True).subs(above, p - 2)
    equation = sp.Eq(sp.Symbol(r"E\mathrm{Crt}(-\infty,-E_\infty)\,e^{-N\Theta_{\rm edge}}"), front, evaluate=False)

    def claims() -> tuple[Claim, ...]:
        height = threshold()["height"]
        sizes = (10**4, 3 * 10**4, 10**5, 3 * 10**5, 10**6)
        orders: list[Claim] = []
        for degree in (3, 6):
            growth = mpmath.mpf(str(height.subs(p, degree).evalf(30)))
            errors = []
            for n in sizes:
                exact = _log_edge_count(n, degree)
                mine = math.log(abs(float(front.subs({p: degree, N: n}).evalf(20))))
                gap = math.exp(exact - float(n * growth) - mine)
                errors.append(gap * math.copysign(1, float(front.subs({p: degree, N: n}))) - 1)
            orders.append(Order(sizes, errors, -1 / 3))
        return tuple(orders)

    return Result(front, equation, deferred(claims))


def _log_edge_count(spins: int, degree: int) -> float:
    """log of the exact count below −E_∞ from the density at Gauss-Laguerre nodes, in the exponential scale."""
    from spinglass.random_matrices.level_density import log_scaled_density

    edge = 2 * math.sqrt(spins)
    rate = (degree - 2) / (2 * degree)  # the exponent is −rate λ²/2
    nodes, weights = np.polynomial.laguerre.laggauss(24)
    depth = nodes / (rate * edge)
    place = edge + depth
    level = log_scaled_density(place, spins) - place**2 / 4  # log R_N
    inner = float(np.sum(weights * np.exp(level - level[0] - rate * depth**2 / 2)))
    constant = math.log(2) + 0.5 * math.log(2 / degree) + 0.5 * spins * math.log(degree - 1) - rate * edge**2 / 2
    return constant + float(level[0]) + math.log(inner / (rate * edge))
