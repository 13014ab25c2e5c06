"""What an activation changes, as expectations over the latitude: the derivation from Kac–Rice."""

from __future__ import annotations

import math
from typing import Any

import mpmath as mp
import numpy as np
import sympy as sp

from derivations import kac_rice, symbols
from derivations.claims import Claim, Identity, Numbers, Order
from derivations.covariance_symbols import D1, D2, D
from derivations.deferred import deferred
from derivations.derivation import Derivation, Result
from derivations.latitude_routes import (
    SIZES,
    count_ratios,
    density_ratios,
    hermite_zeros,
    hermites,
    latitude_mean,
    log_spherical_integral,
    m_real,
    spiked_modulus,
    squared_determinant,
    stieltjes,
    strength,
    tp,
)

p, rho, u, k, x, s = symbols.p, symbols.rho, symbols.u, symbols.k, symbols.x, symbols.s
size = sp.Symbol("N", positive=True)
small = sp.Symbol("epsilon", positive=True)  # 1/sqrt(N)
latitude = sp.Symbol("m", positive=True)
m_imag = sp.Symbol("b", real=True)  # Im m_sc; the real part is m_real
r = sp.Symbol("r", real=True)  # spike s, mirrored to u > 0
mu = sp.Symbol("mu", positive=True)  # |m_sc| outside the bulk

derivation = Derivation(
    "activation-ratio",
    "What an activation changes at leading order",
    sources=("choromanska2015", "baskerville2021"),
    text=r"""An activation with $E\beta\ne0$ adds $D(m)=\rho N^{(p-1)/2}m^{p-1}+\dots$ to the pure $p$-spin glass.
Typical latitudes are $m=t/\sqrt N$ with $t\sim N(0,1)$; there $D$ is of order one, and multiplies the mean
numbers of critical points by expectations over $t$. Own result. For $N\to\infty$ at fixed $\rho$; the
corrections are of order $1/N$.""",
)


def _leading(expression: Any) -> Any:
    """The limit N → ∞ at latitude t/√N."""
    at = sp.expand(sp.simplify(expression.subs(latitude, tp / sp.sqrt(size)).subs(size, 1 / small**2)))
    return sp.factor(sp.simplify(sp.powsimp(sp.powdenest(at, force=True), force=True)).subs(small, 0))


def _combine(rest: Any) -> Any:
    """Simplify with p = 1 + d, d > 0, so that the roots of p and p - 1 combine."""
    less = sp.Symbol("d", positive=True)
    return sp.simplify(sp.powsimp(sp.powdenest(sp.simplify(rest.subs(p, 1 + less)), force=True), force=True))


@derivation.step("expansion", "Gradient, Hessian and energy at typical latitudes", flips="the curvature of a parallel")
def expansion(sign: int = 1) -> Result:
    r"""On the unit sphere take a meridian through $\sigma$ and a great circle across it: along them the latitude is
    $\cos(\theta+\theta_0)$ and $m\cos\varphi$, so the Hessian of $D(m)$ is $(1-m^2)D''-mD'$ along the meridian and
    $-mD'$ across it: a rank-one part and a shift. The random part of energy $h-D$ shifts by $p(h-D)$. In units of
    $\sqrt{Np(p-1)}$: spike $\kappa=(1-m^2)D''$, shift $\xi=p(h-D)+mD'$, and the gradient of length
    $\sqrt{1-m^2}\,D'$ has the density of a Gaussian of variance $Np$: the factors of the Kac–Rice formula. With
    $m=t/\sqrt N$, $N\to\infty$ at fixed $u=h/N$ each factor has a limit,
    $$g(t)=e^{-\rho^2(p-1)^2t^{2(p-2)}/(2p)},\quad s(t)=\frac\kappa{\sqrt n}=\rho(p-2)\sqrt{\tfrac{p-1}p}\,t^{p-3},$$
    $$N\Big(\frac\xi{\sqrt n}-x\Big)\to-\frac{\rho t^{p-1}}{\sqrt{p(p-1)}},\quad
    \frac{\phi(z)}{\phi(\sqrt Nu)}\to e^{u\rho t^{p-1}}.$$
    (Powers of a negative $t$ are integer powers.) Claims: the trace of the Hessian is the Laplacian of a zonal
    function; spike, shift and gradient are those of the Kac–Rice formula; at finite $N$ the exact factors approach the
    limits like $1/N$; level $\ell$ of the intercepts acts at relative order $N^{-(\ell-1)/2}$, so that only $\rho_1$
    remains."""
    turn = sp.Symbol("phi", real=True)
    field = strength * size ** ((p - 1) / 2) * latitude ** (p - 1)
    first, second = sp.diff(field, latitude), sp.diff(field, latitude, 2)
    meridian = latitude * sp.cos(turn) - sp.sqrt(1 - latitude**2) * sp.sin(turn)
    along = sp.diff(field.subs(latitude, meridian), turn, 2).subs(turn, 0)
    across = sign * sp.diff(field.subs(latitude, latitude * sp.cos(turn)), turn, 2).subs(turn, 0)
    scale = sp.sqrt(size * p * (p - 1))
    gradient = -(first**2) * (1 - latitude**2) / (2 * size * p)
    energy = u * field - field**2 / (2 * size)
    spike, shift = (along - across) / scale, (-p * field - across) / scale
    limits = {
        "gradient": _leading(gradient),
        "spike": _leading(spike / sp.sqrt(size - 1)),
        "shift": _leading(shift * sp.sqrt(size)),
        "energy": _leading(energy),
    }
    laplacian = (1 - latitude**2) * second - (size - 1) * latitude * first
    zonal = sp.simplify(sp.expand((along + (size - 2) * across - laplacian) / field))
    level = sp.Symbol("l", positive=True)
    whole = size ** ((p + 1) / 2 - level) * (tp / sp.sqrt(size)) ** (p - level)
    order = sp.simplify(sp.powsimp(sp.expand_power_base(whole, force=True), force=True) / tp ** (p - level))
    both = (gradient + energy).subs(latitude, tp / sp.sqrt(size))
    exact = sp.lambdify((size, tp, p, strength, u), both, "mpmath")
    limit = sp.lambdify((tp, p, strength, u), limits["gradient"] + limits["energy"], "mpmath")
    sizes = (100, 400, 1600, 6400)
    errors = [exact(mp.mpf(n), 1.3, 4, 0.7, -1.8) - limit(1.3, 4, 0.7, -1.8) for n in sizes]

    def factors() -> Claim:
        law = kac_rice.pure()
        here = {D: field, D1: first, D2: second, kac_rice.m: latitude, symbols.N: size, law["h"]: 0}
        slope = sp.log(law["factor"] / law["factor"].subs(D1, 0)).subs(here)
        theirs = [law["kappa"].subs(here), law["shift"].subs(here), sp.expand_log(sp.simplify(slope), force=True)]
        # p = 1 + less: the roots of p(p - 1) combine
        quotients = [one / other for one, other in zip((spike, shift, gradient), theirs, strict=True)]
        return Identity(quotients, [1, 1, 1], _combine, "spike, shift and gradient of the Kac-Rice formula")

    def claims() -> tuple[Claim, ...]:
        return (
            Identity(zonal, 0, what="the trace is the Laplacian of a zonal function"),
            factors(),
            Order(sizes, errors, -1),
            Identity(order, size ** ((1 - level) / 2), what="the order of level l"),
        )

    return Result(
        value=limits,
        equation=[
            sp.Eq(sp.Symbol(r"\log g"), limits["gradient"], evaluate=False),
            sp.Eq(sp.Symbol("s"), limits["spike"], evaluate=False),
            sp.Eq(sp.Symbol(r"\lim\sqrt N\,\delta\xi"), limits["shift"], evaluate=False),
        ],
        claims=deferred(claims),
    )


@derivation.step("energy", "The ratio at an energy", flips="the slope of the log-potential")
def energy(sign: int = 1) -> Result:
    r"""Kac–Rice at fixed $u$, over its value without $D$: the factors of the last step, and that of the mean modulus
    $W_n(\xi,\kappa)$. Its rate is $n\Phi(x)$ with $\Phi'=-\mathrm{Re}\,m_{sc}$, so a shift of $x$ by
    $-\rho t^{p-1}/(N\sqrt{p(p-1)})$ multiplies it by $\exp(\rho t^{p-1}\mathrm{Re}\,m_{sc}/\sqrt{p(p-1)})$; the spike
    multiplies it by $|1+s\,m_{sc}|$ (the law of the saddle points). The measure of latitudes
    $|S^{N-2}|(1-m^2)^{(N-3)/2}dm$ tends to $|S^{N-1}|\phi(t)dt$. Hence
    $$R(u)=E_t\Big[g(t)\exp\Big(\rho t^{p-1}\Big(u+\frac{\mathrm{Re}\,m_{sc}}{\sqrt{p(p-1)}}\Big)\Big)
    |1+s(t)m_{sc}|\Big].$$
    Claims, of order $1/n$: the measure of latitudes; the coefficient of $\mathrm{Re}\,m_{sc}$ in the exponent and the
    factor of the spike against $E\det(\xi-A_n-\kappa ee^T)=He_n(\xi)-\kappa He_{n-1}(\xi)$, which outside the bulk is
    the modulus up to exponentially rare events; $R(u)$ as a whole, inside and outside the bulk, against exact
    Kac–Rice densities at $N=8,16,32$. And the factor of the spike is that of the saddle points."""
    limits = expansion()
    exponent = sp.collect(limits["gradient"] + limits["energy"] - sign * m_real * limits["shift"], rho)
    spike = limits["spike"]

    def claims() -> tuple[Claim, ...]:
        orders = (100, 200, 400, 800)
        point = {tp: sp.Rational(6, 5), p: 3, strength: sp.Rational(1, 2)}
        shift = mp.mpf(str(sp.N(limits["shift"].subs(point), 20)))
        slope = mp.mpf(str(sp.N(sp.diff(exponent, m_real).subs(point), 20)))
        at, kappa = -2.5, 0.8
        real = stieltjes(at)[0]
        measure, moved, spiked = [], [], []
        for n in orders:
            root = mp.sqrt(n)
            here, there = hermites(n, at * root), hermites(n, (at + shift / n) * root)
            moved.append(mp.log(there[n] / here[n]) - slope * real)
            spiked.append(1 - kappa * root * here[n - 1] / here[n] - spiked_modulus(kappa, real, 0))
            spheres = mp.loggamma(mp.mpf(n) / 2) - mp.loggamma(mp.mpf(n - 1) / 2) - mp.log(mp.pi * n) / 2
            measure.append(spheres + mp.mpf(n - 3) / 2 * mp.log(1 - mp.mpf(1) / n) - mp.log(mp.npdf(1)))
        whole = []
        for spins, strength_, place in ((3, 0.3, -1.0), (4, 0.7, -0.8), (3, 0.25, -1.8)):
            limit = latitude_mean(exponent, spike, spiked_modulus, spins, (strength_, place))
            exact = density_ratios(SIZES, spins, strength_, place)
            whole.append(Order(SIZES, [value - limit for value in exact], -1, within=0.15))
        return (
            Order(orders, measure, -1),
            Order(orders, moved, -1),
            Order(orders, spiked, -1),
            *_spike_of_the_saddles(),
            *whole,
        )

    return Result(
        value=(exponent, spike),
        equation=r"R(u)=E_t\left[e^{"
        + sp.latex(exponent.subs(m_real, sp.Symbol(r"\mathrm{Re}\,m_{sc}")))
        + r"}\,|1+s(t)\,m_{sc}|\right]",
        claims=deferred(claims),
    )


def _spike_of_the_saddles() -> tuple[Claim, ...]:
    """The squared modulus |1 + s m_sc|² used here is that of the derivation "saddle-points"."""
    from derivations.saddle_bulk import rank_one_bulk, rank_one_outside
    from derivations.saddle_integral import m

    real = sp.Symbol("real", real=True)
    ours = sp.expand((1 + s * m_real) ** 2 + (s * m_imag) ** 2)
    unit = m_real + sp.I * m_imag  # |m_sc| = 1 inside
    inside = sp.expand((rank_one_bulk() ** 2).subs(1 / m, sp.conjugate(unit)).subs(m, unit))
    outside = (rank_one_outside() ** 2).subs(m, real)
    on_circle = {m_imag: sp.sqrt(1 - m_real**2)}
    return (
        Identity(
            sp.simplify(inside.subs(on_circle)), sp.expand(ours.subs(on_circle)), what="the spike inside the bulk"
        ),
        Identity(sp.simplify(outside), ours.subs({m_real: real, m_imag: 0}), what="the spike outside the bulk"),
    )


@derivation.step("total", "The ratio of total numbers", flips="the square of the imaginary part")
def total(sign: int = 1) -> Result:
    r"""For $p\ge3$ almost all critical points have $u=O(N^{-1/2})$: the total number is the ratio at $u=0$. There
    $x=0$, and $m_{sc}^2+xm_{sc}+1=0$ gives $m_{sc}=i$: no tilt, and $|1+s\,m_{sc}|=\sqrt{1+s^2}$,
    $$R_{tot}=E_t[g(t)\sqrt{1+s(t)^2}].$$
    Claim: exact ratios of total numbers at $N=8,16,32$ approach it like $1/N$."""
    exponent, spike = energy()
    root = sp.Symbol("m_sc")
    a, b = sp.re(max(sp.solve(root**2 + 1, root), key=sp.im)), sp.im(max(sp.solve(root**2 + 1, root), key=sp.im))
    still = exponent.subs({u: 0, m_real: a})
    squared = sp.expand((1 + s * a) ** 2 + sign * (s * b) ** 2)

    def claims() -> tuple[Claim, ...]:
        weight = sp.lambdify(s, sp.sqrt(sp.Abs(squared)), "mpmath")
        found = []
        for spins, strength_ in ((3, 0.35), (4, 0.9), (6, 0.5)):
            ratio = latitude_mean(still, spike, lambda value, *_: weight(value), spins, (strength_, 0.0))
            exact = count_ratios(SIZES, spins, strength_)
            found.append(Order(SIZES, [value - ratio for value in exact], -1, within=0.15))
        return tuple(found)

    return Result(
        value=(still, spike, squared),
        equation=r"R_{tot}=E_t\left[e^{" + sp.latex(still) + r"}\sqrt{" + sp.latex(squared) + r"}\right]",
        claims=deferred(claims),
    )


@derivation.step("index", "Ratios by index", flips="the spike's share of an eigenvalue outside the bulk")
def index(sign: int = 1) -> Result:
    r"""Below the threshold $m=m_{sc}$ is real. *Index of the typical point.* Outside the bulk the modulus is the signed
    determinant up to exponentially rare events, and $E\det(\xi-A_n-\kappa ee^T)=He_n(\xi)-\kappa He_{n-1}(\xi)$, ratio
    $1+s\,m$: its sign says whether the spike has moved an eigenvalue across $\xi$. Hence $(1+sm)_+$ for the minima and
    $(1+sm)_-$ for index 1.

    *Index $k$.* The law of $M=A_n+\kappa ee^T$, averaged over the direction, is that of $A_n$ tilted by
    $E_e\exp(\kappa\,e^TMe/2)$, a contour integral of $e^{\kappa\zeta/2}\prod(\zeta-\lambda_i)^{-1/2}$ with saddle
    $\zeta=\sqrt n\,(s+1/s)$. With $k$ eigenvalues just below $\xi$ the bulk carries $k+1$ factors $|\det(B-\xi)|$
    (one is the determinant, $k$ are Vandermonde factors). Linear statistics of the bulk are jointly Gaussian: the
    tilt and one determinant give $1+sm$, the tilt and $k+1$ of them its power $k+1$. Each outlier takes the place of
    one bulk factor of the tilt, $E\prod(\zeta-\lambda)^{-1/2}$ changing by $(\sqrt n/s)^{-1/2}$ per eigenvalue: a
    factor $[s(\zeta/\sqrt n-x)]^{-1/2}=[(1+sm)(1+s/m)]^{-1/2}$. Together
    $$(1+sm)\Big(\frac{1+sm}{1+s/m}\Big)^{k/2}.$$
    The cost $e^{-nkI_1(x)}$, $I_1'=\mp\frac12\sqrt{x^2-4}$, moves with the shift of $x$ and adds
    $-\tfrac k2\sqrt{x^2-4}$ to $m$ in the exponent. All this holds when $s(t)>-m$ for all $t$ (else an eigenvalue
    pulled down by the spike replaces an outlier). Claims: order $1/n$ of the determinant, of its square (exact, by
    the fermionic duality) and of the tilt with an outlier; the algebra of $\zeta-x$."""
    m = sp.Symbol("m", real=True, nonzero=True)
    gap = sp.factor((s + 1 / s) + sign * (m + 1 / m))  # zeta/sqrt(n) - x
    outlier = 1 / sp.sqrt(sp.cancel(s * gap))
    spike_, place = 0.6, -2.5
    at = float(stieltjes(place)[0])
    orders = (50, 100, 200, 400)
    single, squared, tilted = [], [], []
    with mp.workdps(60):
        for n in orders:
            shift, kappa = mp.mpf(place) * mp.sqrt(n), mp.mpf(spike_) * mp.sqrt(n)
            values = hermites(n, shift)
            single.append(1 - kappa * values[n - 1] / values[n] - (1 + spike_ * at))
            ratio = squared_determinant(n, shift, kappa) / squared_determinant(n, shift, mp.mpf(0))
            squared.append(ratio - (1 + spike_ * at) ** 2)
    law = abs(complex(outlier.subs({s: spike_, m: at})))
    for n in orders:
        zeros, fewer = (hermite_zeros(order) for order in (n, n - 1))
        far = log_spherical_integral(n, spike_, np.append(fewer, place * math.sqrt(n)))
        tilted.append(math.exp(far - log_spherical_integral(n, spike_, zeros)) - law)
    weight = (1 + s * m) ** (k + 1) * outlier**k
    closed = (1 + s * m) * ((1 + s * m) / (1 + s / m)) ** (k / 2)
    powers = [sp.simplify(sp.cancel((weight / closed).subs(k, j) ** 2)) for j in range(4)]
    return Result(
        value=(closed, m),
        equation=r"(1+s\,m_{sc})^{k+1}\left[(1+s\,m_{sc})(1+s/m_{sc})\right]^{-k/2}",
        claims=(
            Order(orders, single, -1),
            Order(orders, squared, -1),
            Order(orders, tilted, -1),
            Identity(
                [sp.cancel(s * gap - (1 + s * m) * (1 + s / m)), *powers],
                [0, 1, 1, 1, 1],
                what="the factor of an outlier",
            ),
        ),
    )


@derivation.step("latitude", "The integrand for four spins and more", flips="the gradient's term")
def latitude_integrand(sign: int = 1) -> Result:
    r"""For $p\ge4$ substitute $t=|\rho|^{-1/(p-3)}z$: the exponent becomes $\lambda\chi(z)$,
    $\lambda=|\rho|^{-2/(p-3)}$, with $$\chi(z)=-\tfrac12z^2+z^{p-1}(\varsigma b-a z^{p-3}),\quad
    a=\frac{(p-1)^2}{2p},\quad s=\varsigma c\,z^{p-3},\quad c=(p-2)\sqrt{\tfrac{p-1}p},$$
    $\varsigma=\mathrm{sign}\,\rho$, and the tilt $b=u+(\mathrm{Re}\,m_{sc}-k\sqrt v)/\sqrt{p(p-1)}$:
    $u(2p-3)/(2(p-1))$ inside the bulk, and $u\mp(\mu-k\sqrt v)/\sqrt{p(p-1)}$ outside. Small $\rho$ (the second
    maximum of $\chi$ wins) and large $\rho$ meet the same code. Claims: the substitution; quadrature
    in $z$ against quadrature in $t$ as it stands, for $p=4,5,6$ and both signs."""
    exponent, spike = energy()
    z, tilt = sp.symbols("z b", positive=True)
    lam = strength ** (-2 / (p - 3))
    scaled = strength ** (-1 / (p - 3)) * z
    whole = -(tp**2) / 2 + exponent.subs({u: 0, m_real: tilt * sp.sqrt(p * (p - 1))})
    a = -sign * sp.factor(exponent.coeff(strength, 2) / tp ** (2 * p - 4))
    a = sp.simplify(sp.powsimp(a))
    c = sp.simplify(sp.powsimp(spike / strength / tp ** (p - 3)))
    chi = -(z**2) / 2 + z ** (p - 1) * (tilt - a * z ** (p - 3))
    differences = []
    for spins in (4, 5, 6, 9):
        there = sp.powsimp(sp.expand(whole.subs(p, spins).subs(tp, scaled.subs(p, spins)) / lam.subs(p, spins)))
        differences.append(sp.simplify(there - sp.expand(chi.subs(p, spins))))
    less = sp.Symbol("d", positive=True)  # p - 1, so that roots combine
    x_of_u = u * sp.sqrt((less + 1) / less)
    inside = sp.factor(sp.simplify(u - x_of_u / 2 / sp.sqrt((less + 1) * less))).subs(less, p - 1)
    rows = []
    for spins, strength_, place in ((4, 0.7, 0.0), (4, 1.0, -1.9), (5, -0.6, -1.2), (5, 0.8, -1.95), (6, 0.9, 1.0)):
        raw = latitude_mean(exponent, spike, spiked_modulus, spins, (strength_, place))
        way, rate = math.copysign(1, strength_), abs(mp.mpf(strength_)) ** (mp.mpf(1) / (spins - 3))
        a_m, b_m = stieltjes(place * mp.sqrt(mp.mpf(spins) / (spins - 1)))
        b_value = way * (place + a_m / mp.sqrt(mp.mpf(spins) * (spins - 1)))
        height = sp.lambdify(z, chi.subs(p, spins).subs(tilt, sp.Float(str(b_value), 20)), "mpmath")
        spike_at = sp.lambdify(z, way * (c * z ** (p - 3)).subs(p, spins), "mpmath")
        marks = [-9, -5, -3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 5, 9]
        if not b_m:  # the kink of |1 + s m|
            kink = float(abs(1 / (spike_at(mp.mpf(1)) * a_m)) ** (mp.mpf(1) / (spins - 3)))
            marks = sorted([*marks, kink, -kink])
        value = mp.quad(
            lambda y, h=height, f=spike_at, e=rate, m=(a_m, b_m): mp.exp(h(y) / e**2) * spiked_modulus(f(y), *m), marks
        )
        rows.append((f"p = {spins}, rho = {strength_}, u = {place}", value / rate / mp.sqrt(2 * mp.pi), raw))
    return Result(
        value=(a, c, inside, chi),
        equation=sp.Eq(sp.Symbol("chi"), chi, evaluate=False),
        claims=(
            Identity(differences, [0] * 4, what="the substitution for p = 4, 5, 6, 9"),
            Numbers(rows, 1e-11, ("quadrature in z", "quadrature in t")),
            Identity(inside, u * (2 * p - 3) / (2 * (p - 1)), what="the tilt inside the bulk"),
        ),
    )
