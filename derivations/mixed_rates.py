"""Growth rates with more than one degree, and with a field of order N: Σ(u, y) and Σ(u, m)."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from derivations import kac_rice, semicircle_law
from derivations.claims import Claim, Identity, Numbers, Order
from derivations.covariance_symbols import D1, D2, X0, X1, X2, D
from derivations.deferred import deferred
from derivations.derivation import Result
from derivations.growth_rates import above, derivation, determinant, exponent, growth, per_spin, w
from derivations.point_counts import sphere_area
from derivations.symbols import N, m, p, u, v, x

theta = sp.Symbol("theta", positive=True)  # z = −2 cosh(theta)
weight = sp.Symbol("W", positive=True)  # k + 1
zed = sp.Symbol("z", real=True)  # y/√ξ″
field_value, field_slope = sp.symbols("d d1", real=True)  # d(m), d′(m)


def _mixed_front() -> Any:
    """lim (1/N) log of |S^{N−1}| (ξ″/2πξ′)^{n/2} n^{n/2}."""
    factor = kac_rice.formula()["factor"].subs({D1: 0, kac_rice.m: 0}) * (N - 1) ** ((N - 1) / 2)
    rest = sp.log(factor / sphere_area(N - 2))
    area = sp.log(2) + (N - 1) / 2 * sp.log(sp.pi) - (N - 1) / 2 * (sp.log(N - 1) - sp.log(2)) + (N - 1) / 2
    return per_spin(sp.expand_log(rest, force=True) + area)


def _log_mixed_density(energy: float, spins: int, squares: dict[int, float]) -> float:
    """log of the exact density in u of a mixture, by a sum over the radial derivative."""
    from spinglass.random_matrices.level_density import log_mean_abs_determinant

    value, first, second = (sum(math.perm(d, j) * a for d, a in squares.items()) for j in range(3))
    order = spins - 1
    step = 0.1 / math.sqrt(spins)
    place = np.asarray(step * np.arange(-int(6 / step), int(6 / step) + 1), dtype=np.float64)  # z
    y = math.sqrt(second) * place
    spread = first + second - first**2 / value
    gauss = -spins / 2 * (energy**2 / value + (y - first / value * energy) ** 2 / spread)
    log_terms = gauss + log_mean_abs_determinant(order, math.sqrt(spins) * place)
    constant = math.log(2) + spins / 2 * math.log(math.pi) - math.lgamma(spins / 2)
    constant += order / 2 * math.log(second / (2 * math.pi * first))
    constant += math.log(spins / (2 * math.pi * math.sqrt(value * spread))) + math.log(step * math.sqrt(second))
    return constant + float(np.logaddexp.reduce(log_terms))


@derivation.step("mixed-exponent", "Mixtures: the rate at an energy and a radial derivative", flips="the sign of ξ'")
def mixed_exponent(sign: int = 1) -> Result:
    r"""With more than one degree the shift $z = y/\sqrt{\xi''}$ is not fixed by the energy: energy density $u$ and
    radial derivative $y$ have the joint weight $e^{-\frac N2(u,y)C^{-1}(u,y)^T}$, and
    $\Sigma(u,y) = \tfrac12+\tfrac12\log(\xi''/\xi')+\Phi(z)-\tfrac12(u,y)C^{-1}(u,y)^T$. With $\Delta = \det C$ the
    quadratic form is $\{u^2+(\xi\sqrt{\xi''}\,z-\xi'u)^2/\Delta\}/\xi$, a sum of squares. For fixed $u$ the bulk part
    is a parabola in $z$ with its maximum at $z = 2u/E_{\rm th}$,
    $E_{\rm th} = [\xi(\xi''-\xi')+\xi'^2]/(\xi'\sqrt{\xi''})$: at $-E_{\rm th}$ the dominant points turn marginal.

    Check: the exact density in $u$ of a mixture at finite $N$; the rate from $N$ to $2N$ misses the maximum by a
    power law's $\log2/N$.
    """
    front = _mixed_front()
    determinant_of = X0 * X1 + X0 * X2 - X1**2
    off = X0 * sp.sqrt(X2) * zed - sign * X1 * u
    squares = (u**2 + off**2 / determinant_of) / X0
    bulk = front + determinant()["inside"].subs(x, zed) - squares / 2
    best = sp.solve(sp.diff(bulk, zed), zed)[0]
    threshold = sp.factor(sp.simplify(2 * u / best))
    height = sp.simplify(bulk.subs(zed, best))
    equation = [
        r"\Sigma(u,y) = \tfrac12+\tfrac12\log\frac{\xi''}{\xi'}+\Phi\Bigl(\frac y{\sqrt{\xi''}}\Bigr)"
        r"-\tfrac12(u,y)\,C^{-1}(u,y)^{\mathsf T}",
        sp.Eq(sp.Symbol(r"E_{\rm th}"), threshold, evaluate=False),
    ]
    back = {"front": front, "squares": squares, "threshold": threshold, "determinant": determinant_of}

    def claims() -> tuple[Claim, ...]:
        law = kac_rice.energy()
        symbols = {symbol.name: symbol for symbol in law["exponent"].free_symbols}
        form = law["exponent"].subs(symbols["y"], sp.sqrt(X2) * zed)
        orders: list[Claim] = []
        sizes = (32, 64, 128, 256)
        for glass in ({3: 0.5, 4: 0.5}, {2: 0.5, 3: 0.5}, {1: 0.16, 2: 0.64, 3: 1.0}):
            values = {c: sum(math.perm(d, j) * a for d, a in glass.items()) for j, c in enumerate((X0, X1, X2))}
            for energy in (-0.6, -1.2):
                rate = float(height.subs(values).subs(u, energy))
                errors = [
                    (_log_mixed_density(energy, 2 * n, glass) - _log_mixed_density(energy, n, glass)) / n - rate
                    for n in sizes
                ]
                orders.append(Order(sizes, errors, -1))
        return (
            Identity(squares, form, sp.cancel, "the quadratic form as a sum of squares"),
            *orders,
        )

    return Result({**back, "height": height, "bulk": bulk}, equation, deferred(claims))


@derivation.step(
    "mixed-maximum", "Mixtures: the maximum outside the bulk", flips="the sign of the cost of the outliers"
)
def mixed_maximum(sign: int = 1) -> Result:
    r"""Below $-E_{\rm th}$ the maximum lies at $z = -2\cosh\theta$ with $W = k+1$ eigenvalues outside, each at the cost
    $I_1 = (\sinh2\theta-2\theta)/2$. The derivative in $z$ vanishes where $2\alpha\cosh\theta+W\sinh\theta = b$,
    $\alpha = \xi\xi''/\Delta-\tfrac12$, $b = -\xi'\sqrt{\xi''}\,u/\Delta$: a quadratic equation in $e^\theta$, with
    $\theta = 0$ at $u = -E_{\rm th}$. The bracket is concave in $z$, so that this is the maximum.

    Check: brute-force maximisation of the bracket in 30 digits.
    """
    parts = mixed_exponent()
    rate = (sp.sinh(2 * theta) - 2 * theta) / 2
    bracket = parts["bulk"].subs(zed, -2 * sp.cosh(theta)) - sign * weight * rate
    alpha = X0 * X2 / parts["determinant"] - sp.Rational(1, 2)
    drive = -X1 * sp.sqrt(X2) * u / parts["determinant"]
    solution = (drive + sp.sqrt(drive**2 - 4 * alpha**2 + weight**2)) / (2 * alpha + weight)
    equation = [
        r"2\alpha\cosh\theta+W\sinh\theta = b,\qquad e^\theta = \frac{b+\sqrt{b^2-4\alpha^2+W^2}}{2\alpha+W}",
    ]

    def claims() -> tuple[Claim, ...]:
        growing = sp.Symbol("g", positive=True)  # e^θ
        stationary = -2 * sp.sinh(theta) * (2 * alpha * sp.cosh(theta) + weight * sp.sinh(theta) - drive)
        free = sp.symbols("alpha b", positive=True)
        quadratic = 2 * free[0] * (growing + 1 / growing) / 2 + weight * (growing - 1 / growing) / 2 - free[1]
        generic = (free[1] + sp.sqrt(free[1] ** 2 - 4 * free[0] ** 2 + weight**2)) / (2 * free[0] + weight)
        rows = []
        for glass, energy, count in (
            ({3: 0.5, 4: 0.5}, -2.1, 1),
            ({2: 0.5, 3: 0.5}, -1.9, 3),
            ({1: 0.16, 2: 0.64, 3: 1}, -2.9, 2),
        ):
            values = {
                c: sum(math.perm(d, j) * sp.Float(a, 40) for d, a in glass.items()) for j, c in enumerate((X0, X1, X2))
            }
            values |= {u: sp.Float(energy, 40), weight: count}
            with mpmath.workdps(30):
                height = sp.lambdify(theta, bracket.subs(values), "mpmath")
                at = mpmath.log(mpmath.mpf(str(solution.subs(values).evalf(40))))
                rows.append((f"{glass}, u = {energy}, W = {count}", at, _golden(height)))
        return (
            Numbers(rows, 1e-12, ("the root of the quadratic", "golden-section search")),
            Identity(sp.cancel(quadratic.subs(growing, generic)), 0, sp.simplify, "the root of the quadratic"),
            Identity(
                sp.diff(bracket, theta),
                stationary,
                lambda rest: sp.simplify(sp.cancel(rest.rewrite(sp.exp).subs(sp.exp(theta), growing))),
                "the slope of the bracket",
            ),
            Identity(drive.subs(u, -parts["threshold"]), 2 * alpha, sp.cancel, "theta = 0 at the threshold"),
        )

    return Result(
        {"alpha": alpha, "drive": drive, "solution": solution, "bracket": bracket}, equation, deferred(claims)
    )


def _golden(function: Any) -> Any:
    """The place of the maximum over θ in [0, 4] by bisection of a numerical slope."""
    low, high = mpmath.mpf("1e-6"), mpmath.mpf(4)
    for _ in range(60):
        middle = (low + high) / 2
        if mpmath.diff(function, middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@derivation.step(
    "mixed-saturation", "Mixtures: where the count by index stops growing", flips="the sign of ξ'' in the ratio"
)
def mixed_saturation(sign: int = 1) -> Result:
    r"""Over all energies the weight of the radial derivative is $e^{-Ny^2/(2(\xi'+\xi''))}$, so that the rate of
    index $k$ at $z$ is $\tfrac12\log(\xi''/\xi')-\tfrac{t}{4}z^2-WI_1(z)$ up to the sign of $t =
    (\xi''-\xi')/(\xi'+\xi'')$: for $t\ge0$ the best $z$ is $-2$, and for $t<0$ (a strong linear term) it is
    $-2W/\sqrt{W^2-t^2}$. The energy that belongs to it is the regression of $u$ on $y$, $u = \xi'y/(\xi'+\xi'')$.

    Check: the largest value of the rate over both energy and radial derivative, by numerical maximisation.
    """
    parts = mixed_exponent()
    best_energy = sp.solve(sp.diff(parts["bulk"], u), u)[0]
    ratio = (X1 - sign * X2) / (X1 + X2)
    pull = sp.Symbol("t", nonnegative=True)  # −t: stationary in v = z²/4 − 1 where W I₁′(v) = −t
    force = sp.simplify(sp.diff(semicircle_law.outlier_rate(), v))
    depth = sp.solve(sp.Eq(weight**2 * force**2, pull**2), v)[0]
    saturation = best_energy.subs(zed, -2 * sp.sqrt(1 + depth)).subs(pull, sp.Max(ratio, 0))
    equation = (
        r"u_k = -\frac{2\xi'\sqrt{\xi''}}{\xi'+\xi''}\,\frac{W}{\sqrt{W^2-t^2}},\quad"
        r"t = \min\bigl(0,\tfrac{\xi''-\xi'}{\xi'+\xi''}\bigr)"
    )

    def claims() -> tuple[Claim, ...]:
        marginal = sp.simplify(parts["bulk"].subs(u, best_energy))
        expected = parts["front"] - sp.Rational(1, 2) + ratio * zed**2 / 4
        stationary = -2 * weight / sp.sqrt(weight**2 - ratio**2)
        root = sp.Symbol("r", positive=True)  # the ratio, positive here
        place = stationary.subs(ratio, root)
        slope = root * place / 2 + weight * sp.sqrt(place**2 - 4) / 2
        rows = []
        for glass, count in (({1: 1.0, 2: 0.2, 3: 0.3}, 1), ({1: 2.0, 3: 0.4}, 2), ({2: 0.5, 3: 0.5}, 1)):
            values = {c: sum(math.perm(d, j) * a for d, a in glass.items()) for j, c in enumerate((X0, X1, X2))}
            found = saturation.subs(values).subs(weight, count)
            mine = float(found) if found.is_finite else math.nan
            rows.append((f"{glass}, W = {count}", mine, _best_energy(parts["bulk"].subs(values), count)))
        return (
            Numbers(rows, 1e-6, ("the saturation energy", "numerical maximisation")),
            Identity(marginal, expected, sp.simplify, "the marginal weight of the radial derivative"),
            Identity(best_energy, X1 * sp.sqrt(X2) * zed / (X1 + X2), sp.simplify, "the regression of the energy"),
            Identity(slope.subs(weight, sp.sqrt(root**2 + above**2)), 0, sp.simplify, "the stationary point for t < 0"),
        )

    return Result({"ratio": ratio, "energy": best_energy, "saturation": saturation}, equation, deferred(claims))


def _best_energy(bulk: Any, count: int) -> float:
    """The energy of the largest rate over energies and shifts z = −2 cosh θ, `count` eigenvalues outside."""
    from scipy.optimize import minimize_scalar

    height = sp.lambdify((u, zed), bulk, "math")

    def inner(angle: float) -> Any:
        place, cost = -2 * math.cosh(angle), count * (math.sinh(2 * angle) - 2 * angle) / 2
        return minimize_scalar(lambda energy: cost - height(energy, place), bracket=(-2.0, -1.0), tol=1e-12)

    best = minimize_scalar(
        lambda angle: inner(angle).fun, bounds=(0.0, 3.0), method="bounded", options={"xatol": 1e-10}
    )
    return float(inner(best.x if best.x > 1e-4 else 0.0).x)


@derivation.step(
    "field",
    "The rate with a field of order N",
    flips="the latitude term m d' of the shift",
    sources=("auffinger2013", "benarous2019"),
)
def field(sign: int = 1) -> Result:
    r"""Let $D(m) = N\,d(m)$. At latitude $m$ and energy $u$ the measure of latitudes gives $\tfrac12\log(1-m^2)$, the
    gradient $-d'^2(1-m^2)/(2p)$, the energy $-(u-d)^2/2$, and the shift becomes $x = (p(u-d)+md')/\sqrt{p(p-1)}$:

    $$\Sigma(u,m) = \tfrac12+\tfrac12\log(p-1)+\tfrac12\log(1-m^2)-\frac{d'^2(1-m^2)}{2p}-\frac{(u-d)^2}2+\Phi(x).$$

    The spike $\kappa = s\sqrt N$, $s = (1-m^2)d''/\sqrt{p(p-1)}$, changes the mean modulus of the determinant by the
    factor $|1+s\,m_{\rm sc}(x)|$, of order one: it does not enter. $\Sigma(u) = \sup_m\Sigma(u,m)$, which is the
    former $\Sigma(u)$ for $d = 0$ (at $m = 0$).

    Checks: the published rate for a spiked tensor, $d = -\sqrt2\lambda m^k$, energies $-\sqrt2\,x$ (Ben Arous, Mei,
    Montanari, Nica 2019); and the exact integrand at finite $N$, spike included: rates from $N$ to $2N$.
    """
    law = kac_rice.pure()
    factor = law["factor"].subs(D1, N * field_slope) * (N - 1) ** ((N - 1) / 2) / sphere_area(N - 2)
    log_height = sp.Symbol("L", real=True)  # log(1 − m²)
    flat = sp.expand_log(sp.log(factor.subs(p, 1 + above).subs(m, 0)), force=True)
    latitude = sp.expand(log_height * (N - 3) / 2).coeff(N, 1)
    gradient = (
        sp.simplify(sp.log(factor.subs(p, 1 + above)).expand(force=True).coeff(field_slope, 2)) * field_slope**2 / N
    )
    area = sp.log(2) + (N - 1) / 2 * sp.log(sp.pi) - (N - 1) / 2 * (sp.log(N - 1) - sp.log(2)) + (N - 1) / 2
    front = per_spin(flat.subs(field_slope, 0) + area)
    place = (law["shift"] / sp.sqrt(N)).subs({D: N * field_value, D1: sign * N * field_slope}).subs(law["h"], N * u)
    place = sp.simplify(place.subs(p, 1 + above))
    gauss = -((u - field_value) ** 2) / 2
    rest = front + latitude.subs(log_height, sp.log(1 - m**2)) + sp.simplify(gradient) + gauss
    back = {above: p - 1}
    rest, place = rest.subs(back), place.subs(back)
    equation = (
        r"\Sigma(u,m) = \tfrac12+\tfrac12\log(p-1)+\tfrac12\log(1-m^2)-\frac{d'^2(1-m^2)}{2p}-\frac{(u-d)^2}2"
        r"+\Phi\Bigl(\frac{p(u-d)+md'}{\sqrt{p(p-1)}}\Bigr)"
    )

    def claims() -> tuple[Claim, ...]:
        degree, strength, level = sp.symbols("k lambda t", positive=True)
        spike = -sp.sqrt(2) * strength * m**degree
        ours = rest.subs({field_value: spike, field_slope: sp.diff(spike, m)}).subs({u: -sp.sqrt(2) * level, p: degree})
        argument = place.subs({field_value: spike, field_slope: sp.diff(spike, m)}).subs(
            {u: -sp.sqrt(2) * level, p: degree}
        )
        published = (sp.log(degree - 1) + 1) / 2 + sp.log(1 - m**2) / 2
        published += -degree * strength**2 * m ** (2 * degree - 2) * (1 - m**2) - (level - strength * m**degree) ** 2
        potential = determinant()
        orders: list[Claim] = []
        sizes = (8, 16, 32)
        bumps = ((0.8 * m**2, 3, -1.2, 0.4), (-0.5 * m + 0.9 * m**3, 4, -0.7, -0.6), (1.5 * m**2, 3, -2.3, 0.3))
        for bump, count, energy, latitude_value in bumps:
            at = {m: sp.Float(latitude_value, 30)}
            values = {
                field_value: bump.subs(at),
                field_slope: sp.diff(bump, m).subs(at),
                u: sp.Float(energy, 30),
                p: count,
                **at,
            }
            shift_value = float(place.subs(values))
            branch = potential["inside"] if abs(shift_value) <= 2 else potential["outside"].subs(w, growth)
            rate = float((rest.subs(values) + branch.subs(x, sp.Float(shift_value, 30))).evalf(20))
            logs = {n: _log_integrand(n, count, energy, latitude_value, bump) for n in (8, 16, 32, 64)}
            orders.append(Order(sizes, [(logs[2 * n] - logs[n]) / n - rate for n in sizes], -1, within=0.15))
        nothing = {field_value: 0, field_slope: 0, m: 0}
        return (
            Identity(ours, published, lambda r: sp.simplify(sp.expand_log(r, force=True)), "the spiked tensor"),
            Identity(
                argument**2, 2 * degree / (degree - 1) * level**2, sp.simplify, "its argument of the log-potential"
            ),
            Identity(
                (rest.subs(nothing) + potential["inside"].subs(x, place.subs(nothing))).subs(p, 1 + above),
                exponent()["inside"].subs(p, 1 + above),
                sp.simplify,
                "no field",
            ),
            *orders,
        )

    return Result({"rest": rest, "shift": place}, equation, deferred(claims))


def _log_integrand(spins: int, degree: int, energy: float, latitude: float, bump: Any) -> float:
    """log of the exact Kac-Rice integrand in (m, u), with the spike, from the package's rank-one determinants."""
    from spinglass.random_matrices.rank_one import spiked_ratio

    law = kac_rice.pure()
    at = {m: latitude}
    values = {D: spins * bump.subs(at), D1: spins * sp.diff(bump, m).subs(at), D2: spins * sp.diff(bump, m, 2).subs(at)}
    values |= {p: degree, N: spins, law["h"]: spins * energy, m: latitude}
    shift, kappa = (float(law[name].subs(values)) for name in ("shift", "kappa"))
    log_minor, ratio = spiked_ratio(spins - 1, np.array([shift]), np.array([kappa]))
    gauss = -((spins * energy - float(values[D])) ** 2) / (2 * spins)
    return (
        float(sp.log(law["factor"].subs(values)).evalf(20)) + gauss + float(log_minor[0]) + math.log(float(ratio[0, 0]))
    )
