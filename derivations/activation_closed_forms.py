"""The expectations over the latitude for two and three spins, where they are Gaussian."""

from __future__ import annotations

import math
from typing import Any

import mpmath as mp
import numpy as np
import sympy as sp

from derivations import symbols
from derivations.activation_law import derivation, energy, expansion, index, m_imag, mu, r, total
from derivations.claims import Identity, Numbers, Order
from derivations.derivation import Result
from derivations.latitude_routes import (
    SIZES,
    count_ratios,
    density_ratios,
    latitude_mean,
    m_real,
    spiked_modulus,
    stieltjes,
    strength,
    tp,
)
from derivations.moments import gaussian_moment

p, u, k, s = symbols.p, symbols.u, symbols.k, symbols.s


def _quadratic_in_t(exponent: Any, spins: int) -> Any:
    """The coefficients of an exponent that is a polynomial of degree two in t."""
    return sp.Poly(sp.expand(exponent.subs(p, spins)), tp)


def _gaussian(polynomial: Any) -> tuple[Any, Any]:
    """E exp(c0 + c1 t + c2 t²), t ~ N(0, 1), as (log of the numerator, 1 − 2c2): e^{…}/√(1 − 2c2)."""
    c0, c1, c2 = (polynomial.coeff_monomial(tp**order) for order in range(3))
    form = 1 - 2 * c2
    return c0 + c1**2 / (2 * form), form


@derivation.step("cubic-total", "The total number for three spins", flips="the width of the Gaussian")
def cubic_total(sign: int = 1) -> Result:
    r"""For $p=3$ the spike does not depend on $t$ and the exponent is quadratic: with $E e^{-ct^2}=(1+2c)^{-1/2}$
    $$R_{tot}=\sqrt{\frac{1+2\rho^2/3}{1+4\rho^2/3}}=\exp\tfrac12\log\Big(1-\frac{2\rho^2/3}{1+4\rho^2/3}\Big),$$
    the second form without cancellation at weak $\rho$. Claims: quadrature of the expectation as it stands, the
    identity of both forms."""
    still, spike, squared = total()
    _, form = _gaussian(_quadratic_in_t(sign * still, 3))
    ratio = sp.together(squared.subs(s, spike.subs(p, 3)) / form)
    gain = sp.factor(ratio - 1)
    rows = []
    for strength_ in (0.05, 0.5, 1.0, 7.0):
        raw = latitude_mean(still, spike, lambda value, *_: mp.sqrt(1 + value * value), 3, (strength_, 0.0))
        rows.append(
            (f"rho = {strength_}", mp.sqrt(mp.mpf(sp.N(ratio.subs(strength, sp.Rational(strength_)), 20))), raw)
        )
    return Result(
        value=(ratio, gain),
        equation=sp.Eq(sp.Symbol("R_tot") ** 2, ratio, evaluate=False),
        claims=(
            Numbers(rows, 1e-13, ("Gaussian integral", "quadrature over the latitude")),
            Identity(gain, -2 * strength**2 / (3 + 4 * strength**2), what="the form without cancellation"),
        ),
    )


@derivation.step("cubic-energy", "The ratio at an energy for three spins", flips="1/m in the quadratic equation")
def cubic_energy(sign: int = 1) -> Result:
    r"""For $p=3$, $E_t$ is Gaussian: $R(u)=|1+s\,m_{sc}|/\sqrt{F}$ with
    $F=1+\tfrac43\rho^2-2\rho(u+\mathrm{Re}\,m_{sc}/\sqrt6)$, and it converges iff $F>0$. Inside the bulk
    $\mathrm{Re}\,m_{sc}=-x/2$, $|m_{sc}|=1$ and everything is rational,
    $$R^2=\frac{1+\tfrac23\rho^2-\rho u}{1+\tfrac43\rho^2-\tfrac32\rho u}.$$
    Outside $m_{sc}$ is real and $x=-(m_{sc}+1/m_{sc})$; with $u=x\sqrt{2/3}$ the form factorises,
    $F=(1+s\,m_{sc})(1+2s/m_{sc})$, so that $R^2=(1+s\,m_{sc})/(1+2s/m_{sc})$ wherever $F>0$. Claims: the factors;
    quadrature of the expectation as it stands, inside and outside, for both signs of $\rho u$."""
    exponent, spike = energy()
    strength_of = spike.subs(p, 3) / strength
    _, form = _gaussian(_quadratic_in_t(exponent, 3))
    place = u * sp.sqrt(sp.Rational(3, 2))
    inner_m = {m_real: -place / 2, m_imag: sp.sqrt(1 - place**2 / 4)}
    spiked = strength * strength_of
    modulus = sp.expand(((1 + spiked * m_real) ** 2 + (spiked * m_imag) ** 2).subs(inner_m))
    inner = (modulus, sp.expand(form.subs(inner_m)))
    m = sp.Symbol("m", real=True, nonzero=True)
    outer_u = -(m + sign / m) * sp.sqrt(sp.Rational(2, 3))
    outer_form = sp.expand(form.subs({u: outer_u, m_real: m}).subs(strength, s / strength_of))
    outer = ((1 + s * m), sp.cancel(outer_form / (1 + s * m)))
    rows = []
    cases = ((0.3, -1.0), (-0.4, -1.5), (1.2, 0.4), (0.5, 1.5), (0.3, -1.8), (-0.2, -1.8), (2.0, -1.9), (0.25, 1.7))
    for strength_, at in cases:
        a, b = stieltjes(mp.mpf(at) * mp.sqrt(mp.mpf(3) / 2))
        if b:
            value = [mp.mpf(sp.N(part.subs({strength: strength_, u: at}), 20)) for part in inner]
        else:
            value = [
                mp.mpmathify(complex(part.subs({s: sp.sqrt(sp.Rational(2, 3)) * strength_, m: float(a)})))
                for part in outer
            ]
        raw = latitude_mean(exponent, spike, spiked_modulus, 3, (strength_, at))
        rows.append((f"rho = {strength_}, u = {at}", mp.sqrt(abs(value[0] / value[1])), raw))
    return Result(
        value=(inner, outer, m, strength_of, form),
        equation=[
            sp.Eq(sp.Symbol("R_in") ** 2, inner[0] / inner[1], evaluate=False),
            sp.Eq(sp.Symbol("R_out") ** 2, outer[0] / (1 + 2 * s / m), evaluate=False),
        ],
        claims=(
            Identity(outer[1], 1 + 2 * s / m, what="the second factor of the form"),
            Numbers(rows, 1e-12, ("closed form", "quadrature over the latitude")),
        ),
    )


@derivation.step("cubic-stable", "The ratio for three spins without cancellation", flips="mu in the gain")
def cubic_stable(sign: int = 1) -> Result:
    r"""As a logarithm, $\log R=\tfrac12\log(1+y)$ with $y=R^2-1$ in one piece: inside the bulk
    $$y=\frac{\rho(3u-4\rho)}{6F},\qquad F=1+\tfrac43\rho^2-\tfrac32\rho u;$$
    outside, with $r=s\,\mathrm{sign}(u)$, $\mu=|m_{sc}|=1/w$, $w=\sqrt{1+v}+\sqrt v$, $v=x^2/4-1=\tfrac38u^2-1$,
    $$y=\frac{r(2w-\mu)}{1-2rw}.$$
    Numerators vanish only where $R=1$; $v$ and both denominators are formed in twice the precision. Claims:
    identities."""
    inner, _, m, strength_of, _ = cubic_energy()
    gain_in = sp.factor(inner[0] - inner[1])
    outer = [sp.expand(part.subs(m, -mu).subs(s, r)) for part in (1 + s * m, 1 + 2 * s / m)]
    gain_out = sp.expand(outer[0] - outer[1])
    distance = sp.Symbol("v", positive=True)
    away = sp.sqrt(1 + distance) + sp.sqrt(distance)
    stable_out = r * (2 / mu - sign * mu)
    # m and u turn their signs together: 1 + s m = 1 - r mu for u > 0 and for u < 0.
    turned = [(1 + strength * m * strength_of).subs({strength: way * r / strength_of, m: -way * mu}) for way in (1, -1)]
    return Result(
        value=(gain_in, sp.expand(inner[1]), stable_out, 1 - 2 * r / mu),
        equation=[
            sp.Eq(sp.Symbol("y_in"), gain_in / inner[1], evaluate=False),
            sp.Eq(sp.Symbol("y_out"), stable_out / (1 - 2 * r / mu), evaluate=False),
        ],
        claims=(
            Identity(gain_in, strength * (3 * u - 4 * strength) / 6, what="the gain inside"),
            Identity(stable_out, gain_out, what="the gain outside"),
            Identity(turned, [1 - r * mu] * 2, what="the mirror image"),
            Identity([outer[1], sp.expand(away * (sp.sqrt(1 + distance) - sp.sqrt(distance)))], [1 - 2 * r / mu, 1],
                     what="w = 1/mu"),
        ),
    )  # fmt: skip


@derivation.step("divergence", "Where the expectation diverges", flips="the product of the roots")
def divergence(sign: int = 1) -> Result:
    r"""For $p=3$, $F\le0$ ends the Gaussian integral: points at latitudes of order one outnumber those counted here.
    On the side $\rho u>0$, in $r=|\rho|\sqrt{2/3}$: outside the bulk $F=(1-r\mu)(1-2r/\mu)$ changes its sign at
    $\mu=2r$ ($r\le\frac12$) and at $\mu=1/r$ ($r\ge1$), inside at $x=(1+2r^2)/(\tfrac32r)$. With $x=\mu+1/\mu$ and
    $u=x\sqrt{2/3}$,
    $$u_d=\tfrac43|\rho|+\tfrac1{2|\rho|},\qquad\frac{6+8\rho^2}{9|\rho|},\qquad\tfrac23|\rho|+\tfrac1{|\rho|}$$ for
    $\rho^2\le\frac38$, between, and $\rho^2\ge\frac32$: continuous, with the least value $8/(3\sqrt3)$ at
    $\rho^2=\frac34$. Claims: the first sign change of $F$ by bisection; the pieces meet; the least value."""
    *_, strength_of, form = cubic_energy()
    spiked = strength * strength_of
    unit = sp.sqrt(sp.Rational(2, 3))
    weak, strong = (sp.expand(unit * (edge + sign / edge)) for edge in (2 * spiked, 1 / spiked))
    inside = sp.solve(form.subs(m_real, -u * sp.sqrt(sp.Rational(3, 2)) / 2), u)[0]
    pieces = [sp.simplify(part) for part in (weak, inside, strong)]
    borders = [sp.solve(spiked - value, strength)[0] ** 2 for value in (sp.Rational(1, 2), 1)]
    exact, scanned = (sp.lambdify((strength, u, m_real), form, kind) for kind in ("mpmath", "numpy"))
    rows = []
    for strength_ in (0.05, 0.3, 0.6, 0.61, 0.8, 1.0, 1.2, 1.23, 2.0, 9.0):
        grid = np.linspace(1.2, 30, 28801)
        real = np.where(grid * math.sqrt(1.5) <= 2, -grid * math.sqrt(1.5) / 2,
                        (-grid * math.sqrt(1.5) + np.sqrt(np.maximum(1.5 * grid**2 - 4, 0))) / 2)  # fmt: skip
        first = int(np.argmax(scanned(strength_, grid, real) <= 0))
        low, high = mp.mpf(grid[first - 1]), mp.mpf(grid[first])
        for _ in range(70):
            middle = (low + high) / 2
            below = exact(strength_, middle, stieltjes(middle * mp.sqrt(1.5))[0]) <= 0
            low, high = (low, middle) if below else (middle, high)
        piece = pieces[0 if strength_**2 <= borders[0] else 1 if strength_**2 < borders[1] else 2]
        rows.append((f"rho = {strength_}", mp.mpf(sp.N(piece.subs(strength, sp.Rational(strength_)), 20)), high))
    least = sp.solve(sp.diff(pieces[1], strength), strength)
    meets = [sp.simplify((pieces[j] - pieces[j + 1]).subs(strength, sp.sqrt(borders[j]))) for j in (0, 1)]
    return Result(
        value=(pieces, borders),
        equation=[sp.Eq(sp.Symbol("u_d"), piece, evaluate=False) for piece in pieces],
        claims=(
            Numbers(rows, 1e-12, ("closed form", "bisection of the form")),
            Identity(meets, [0, 0], what="the pieces meet"),
            Identity([max(least) ** 2, pieces[1].subs(strength, max(least))], [sp.Rational(3, 4), 8 / (3 * sp.sqrt(3))],
                     what="the least value"),
        ),
    )  # fmt: skip


v = sp.Symbol("v", real=True)
angle = sp.Symbol("phi", real=True)
bessel = sp.Symbol("z", positive=True)  # rho^2/8


@derivation.step("quadratic-energy", "The ratio at an energy for two spins", flips="the gradient's share")
def quadratic_energy(sign: int = 1) -> Result:
    r"""For $p=2$ there is no spike and the exponent is linear in $t$: $Ee^{ct}=e^{c^2/2}$. With $v=x^2/4-1=u^2/2-1$,
    $$\log R(u)=\rho^2\cdot\begin{cases}v/4,&v\le0,\\\tfrac12\sqrt v\,(\sqrt v+\sqrt{1+v}),&v>0.\end{cases}$$
    Claims: quadrature of the expectation as it stands; exact densities are compared in the last step."""
    exponent, spike = energy()
    gradient = expansion()["gradient"].subs(p, 2)
    value, form = _gaussian(_quadratic_in_t(exponent + (sign - 1) * gradient, 2))
    half = sp.sqrt(1 + v)  # |x|/2, here for u > 0
    at = {u: sp.sqrt(2) * half}
    inside = sp.factor(sp.expand(value.subs(m_real, -half).subs(at)))
    distance = sp.Symbol("v", positive=True)
    outside = sp.expand(value.subs(m_real, -(half - sp.sqrt(v))).subs(at)).subs(v, distance)
    rows = []
    for strength_, place in ((0.8, -0.5), (-1.3, 1.0), (0.8, -1.6), (0.5, 1.9), (1.1, 0.0)):
        depth = sp.Rational(place) ** 2 / 2 - 1
        branch = inside.subs(v, depth) if depth < 0 else outside.subs(distance, depth)
        here = mp.exp(mp.mpf(sp.N(branch.subs(strength, sp.Rational(strength_)), 20)))
        rows.append(
            (
                f"rho = {strength_}, u = {place}",
                here,
                latitude_mean(exponent, spike, spiked_modulus, 2, (strength_, place)),
            )
        )
    stable = strength**2 * sp.sqrt(distance) * (sp.sqrt(distance) + sp.sqrt(1 + distance)) / 2
    return Result(
        value=(inside, stable),
        equation=[
            sp.Eq(sp.Symbol("log R_in"), inside, evaluate=False),
            sp.Eq(sp.Symbol("log R_out"), stable, evaluate=False),
        ],
        claims=(
            Numbers(rows, 1e-13, ("closed form", "quadrature over the latitude")),
            Identity([outside, spike.subs(p, 2), form], [stable, 0, 1], what="the form without cancellation"),
        ),
    )


_TERMS = 20  # of the series in 1/z
_LARGE = 40
_NODES = 64  # of the trapezoidal rule below _LARGE
_POWERS = 22  # of the power series below z = 1/2


@derivation.step("quadratic-total", "The total number for two spins", flips="the depth below the edge")
def quadratic_total(sign: int = 1) -> Result:
    r"""The $2N$ points of $p=2$ fill the bulk: their energies $u=\sqrt2\cos\varphi$ have the semicircle law
    $\tfrac2\pi\sin^2\varphi\,d\varphi$ on $0<\varphi<\pi$, and there $v=-\sin^2\varphi$. With $z=\rho^2/8$
    $$R_{tot}=\frac2\pi\int_0^\pi\sin^2\varphi\,e^{-2z\sin^2\varphi}d\varphi=e^{-z}[I_0(z)-I_1(z)],$$
    from $\sin^2\varphi=(1-\cos2\varphi)/2$ and $I_n(z)=\frac1\pi\int_0^\pi e^{z\cos\theta}\cos n\theta\,d\theta$.
    Evaluation: the trapezoidal rule with 64 nodes for $z<40$ (its error is of the order of $e^{-z}I_{64}(z)$, below
    $10^{-17}$ of the value); for $z<\tfrac12$ the power series of $R-1$, for relative accuracy at weak $\rho$;
    Watson's series $(2z)^{-3/2}\pi^{-1/2}\sum_j\prod_{i\le j}\frac{(i-1/2)(i+1/2)}{2iz}$ beyond. Claims: the series
    of the integral in $z$ against that of the Bessel functions; values of all three evaluations."""
    inside, _ = quadratic_energy()
    exponent = sp.expand(inside.subs(v, -sign * sp.sin(angle) ** 2).subs(strength, sp.sqrt(8 * bessel)))
    rate = -exponent / (bessel * sp.sin(angle) ** 2)  # 2
    closed = sp.exp(-bessel) * (sp.besseli(0, bessel) - sp.besseli(1, bessel))
    # the mean of 2 sin^2(phi) (-rate z sin^2)^j / j!; E sin^(2j) = (2j-1)!!/(2j)!! = E t^(2j) / (2^j j!)
    series = [
        2
        * (-rate) ** j
        / sp.factorial(j)
        * gaussian_moment(2 * j + 2)
        / (sp.Integer(2) ** (j + 1) * sp.factorial(j + 1))
        for j in range(_POWERS)
    ]
    zeroth, first = (
        sum((bessel / 2) ** (2 * j + n) / (sp.factorial(j) * sp.factorial(j + n)) for j in range(_POWERS))
        for n in (0, 1)
    )
    decay = sum((-bessel) ** j / sp.factorial(j) for j in range(_POWERS))
    product = sp.Poly(decay, bessel) * sp.Poly(zeroth - first, bessel)
    wanted = [product.coeff_monomial(bessel**j) for j in range(_POWERS)]
    power_series = bessel * sp.horner(sum(c * bessel**j for j, c in enumerate(series[1:])))  # of R − 1
    weights = [sp.Integer(1)]
    for j in range(1, _TERMS):
        weights.append(weights[-1] * sp.Rational(4 * j * j - 1, 8 * j))
    inverse = sp.Symbol("y", positive=True)  # 1/z
    watson = sp.horner(sum(weight * inverse**j for j, weight in enumerate(weights)))
    rows = []
    with mp.workdps(60):
        for value in ("0.5", "4", "39.9"):
            at = mp.mpf(value)
            sines = [mp.sin(mp.pi * j / _NODES) ** 2 for j in range(_NODES)]
            mean = sum(2 * q * mp.exp(-mp.mpf(int(rate)) * at * q) for q in sines) / _NODES
            rows.append((f"trapezoid, z = {value}", mean, mp.exp(-at) * (mp.besseli(0, at) - mp.besseli(1, at))))
        for value in ("0.001", "0.5"):
            at = mp.mpf(value)
            here = mp.polyval([mp.mpf(c.p) / c.q for c in series[::-1]], at)
            rows.append((f"powers, z = {value}", here, mp.exp(-at) * (mp.besseli(0, at) - mp.besseli(1, at))))
    far = []
    with mp.workdps(40):
        for value in ("40", "300", "1e6"):
            at = mp.mpf(value)
            tail = sum(mp.mpf(weight.p) / weight.q / at**j for j, weight in enumerate(weights))
            here = tail / (2 * at * mp.sqrt(2 * mp.pi * at))
            far.append((f"series, z = {value}", here, mp.exp(-at) * (mp.besseli(0, at) - mp.besseli(1, at))))
    return Result(
        value=(closed, rate, power_series, watson, inverse),
        equation=sp.Eq(sp.Symbol("R_tot"), closed, evaluate=False),
        claims=(
            Identity(series, wanted, what="the power series in z"),
            Numbers(rows, 1e-17, ("trapezoidal rule, power series", "Bessel functions")),
            Numbers(far, 1e-19, ("series in 1/z", "Bessel functions")),
        ),
    )


_DISTANCE = sp.Symbol("v", positive=True)
_AWAY = sp.Symbol("w", positive=True)  # 1/mu = sqrt(1 + v) + sqrt(v)


@derivation.step("cubic-index", "Ratios by index for three spins", flips="the cost of the outliers")
def cubic_index(sign: int = 1) -> Result:
    r"""For $p=3$, $u<-E_\infty$ the expectation over $t$ is again Gaussian. With $r=-s$, $\mu=m_{sc}=1/w$ and
    $\sqrt{x^2-4}=2\sqrt v$
    $$\log R_k=\Big(1+\frac k2\Big)\log(1-r\mu)-\frac k2\log(1-rw)-\tfrac12\log F_k,\qquad
    F_k=(1-r\mu)(1-2rw)-rk\sqrt v,$$
    and each logarithm is of $1+y$ with a $y$ that is proportional to $r$. It diverges where $F_k\le0$. Claims:
    quadrature of the expectation as it stands; the product form."""
    exponent, spike = energy()
    closed, m = index()
    *_, strength_of, _ = cubic_energy()
    _, form = _gaussian(_quadratic_in_t(exponent.subs(m_real, m_real - sign * k * sp.sqrt(_DISTANCE)), 3))
    inverse = {_AWAY: sp.sqrt(1 + _DISTANCE) + sp.sqrt(_DISTANCE)}
    below = {m_real: mu, u: -(mu + 1 / mu) * sp.sqrt(sp.Rational(2, 3)), strength: -r / strength_of}
    form = sp.expand(form.subs(below).subs(mu, 1 / _AWAY))
    shown = sp.expand((1 - r / _AWAY) * (1 - 2 * r * _AWAY) - r * k * sp.sqrt(_DISTANCE))
    logarithm = (1 + k / 2) * sp.log(1 - r / _AWAY) - k / 2 * sp.log(1 - r * _AWAY) - sp.log(form) / 2
    rows = []
    for strength_, place, count in ((0.3, -1.8, 1), (0.3, -1.8, 3), (-0.15, -1.75, 1), (1.5, -1.7, 2), (0.4, -2.2, 7)):
        depth = mp.mpf(3) * mp.mpf(place) ** 2 / 8 - 1
        given = {r: -strength_ * sp.sqrt(sp.Rational(2, 3)), _DISTANCE: sp.Float(str(depth), 20), k: count}
        here = mp.exp(mp.mpmathify(complex(logarithm.subs(inverse).subs(given)).real))
        tilt = exponent.subs(m_real, m_real - k * sp.Float(str(mp.sqrt(depth)), 20))
        factor = sp.lambdify((s, m), closed.subs(k, count), "mpmath")
        raw = latitude_mean(tilt, spike, lambda value, a, _, f=factor: f(value, a), 3, (strength_, place), count)
        rows.append((f"rho = {strength_}, u = {place}, k = {count}", here, raw))
    stepwise = sp.expand_log(sp.log(closed.subs({s: -r, m: 1 / _AWAY})), force=True)
    return Result(
        value=(form, logarithm),
        equation=[
            sp.Eq(sp.Symbol("F_k"), shown, evaluate=False),
            sp.Eq(sp.Symbol("log R_k"), logarithm, evaluate=False),
        ],
        claims=(
            Identity(form, shown, what="the product form"),
            Numbers(rows, 1e-12, ("closed form", "quadrature over the latitude")),
            Identity(sp.expand(stepwise - logarithm - sp.log(form) / 2), 0, what="the weight of index k"),
        ),
    )


@derivation.step("quadratic-index", "Ratios by index for two spins", flips="the cost of the outliers")
def quadratic_index(sign: int = 1) -> Result:
    r"""For $p=2$ there is no spike; for $u<-E_\infty$ the outliers change the tilt only,
    $$\log R_k=\rho^2\Big[\tfrac12\sqrt v\,(\sqrt v+\sqrt{1+v})+\tfrac k4\sqrt v\,(2\sqrt v+2\sqrt{1+v}+k\sqrt
    v)\Big],$$ a sum of positive terms. Claim: quadrature of the expectation."""
    exponent, spike = energy()
    _, stable = quadratic_energy()
    tilt = exponent.subs(m_real, m_real - sign * k * sp.sqrt(_DISTANCE))
    value, _ = _gaussian(_quadratic_in_t(tilt, 2))
    half = sp.sqrt(1 + _DISTANCE)
    value = sp.expand(value.subs({m_real: half - sp.sqrt(_DISTANCE), u: -sp.sqrt(2) * half}))
    root = sp.sqrt(_DISTANCE)
    shown = stable + strength**2 * k * root * (2 * (root + half) + k * root) / 4
    rows = []
    for strength_, place, count in ((0.8, -1.6, 1), (0.5, -1.9, 3)):
        depth = sp.Rational(place) ** 2 / 2 - 1
        here = mp.exp(mp.mpf(sp.N(value.subs({strength: sp.Rational(strength_), _DISTANCE: depth, k: count}), 20)))
        raw_tilt = exponent.subs(m_real, m_real - k * sp.N(sp.sqrt(depth), 20))
        raw = latitude_mean(raw_tilt, spike, lambda *_: 1, 2, (strength_, place), count)
        rows.append((f"rho = {strength_}, u = {place}, k = {count}", here, raw))
    return Result(
        value=shown,
        equation=sp.Eq(sp.Symbol("log R_k"), shown, evaluate=False),
        claims=(
            Numbers(rows, 1e-13, ("closed form", "quadrature over the latitude")),
            Identity(value, shown, what="the sum of positive terms"),
        ),
    )


@derivation.step("finite-n", "Exact ratios at finite N", flips="the tilt by the Stieltjes transform", slow=True)
def finite_n(sign: int = 1) -> Result:
    r"""The exact Kac–Rice integrals at $N=8,16,32$, with the mean modulus $W_n(\xi,\kappa)$ of the shifted and spiked
    matrix from Pfaffians, are compared with the limits: densities at an energy for $p=3$ (both signs of $\rho$) and
    $p=2$, total numbers for $p=3$, $p=5$ and $p=2$; and the law $|1+s\,m_{sc}|$ inside and outside the bulk. Each
    difference falls like $1/N$."""
    from spinglass.random_matrices import mean_abs_determinant

    exponent, spike = energy()
    tilted = exponent.subs(m_real, sign * m_real)
    found: dict[str, Any] = {}
    claims = []
    for spins, strength_, place in ((3, 0.3, -1.0), (3, -0.3, -1.0), (2, 0.8, -0.5)):
        limit = latitude_mean(tilted, spike, spiked_modulus, spins, (strength_, place))
        found[f"R, p = {spins}, rho = {strength_}, u = {place}"] = limit
        exact = density_ratios(SIZES, spins, strength_, place)
        claims.append(Order(SIZES, [value - limit for value in exact], -1))
    still, _, squared = total()
    weight = sp.lambdify(s, sp.sqrt(squared), "mpmath")
    closed = sp.lambdify(bessel, quadratic_total()[0], "mpmath")
    for spins, strength_ in ((3, 0.35), (5, 0.5), (2, 1.0)):
        if spins == 2:
            limit = closed(mp.mpf(strength_) ** 2 / 8)
        else:
            limit = latitude_mean(still, spike, lambda value, *_: weight(value), spins, (strength_, 0.0))
        found[f"R_tot, p = {spins}, rho = {strength_}"] = limit
        exact = count_ratios(SIZES, spins, strength_)
        claims.append(Order(SIZES, [value - limit for value in exact], -1))
    for place, strength_ in ((-2.5, 0.8), (-1.0, 0.8)):
        law = float(spiked_modulus(strength_, *stieltjes(place)))
        errors = []
        for n in (16, 32, 64):
            at = place * math.sqrt(n)
            errors.append(mean_abs_determinant(n, at, strength_ * math.sqrt(n)) / mean_abs_determinant(n, at) - law)
        claims.append(Order((16, 32, 64), errors, -1))
    return Result(
        value=found,
        equation=r"\frac{E\,\mathrm{Crt}_N(\mathrm{activation})}{E\,\mathrm{Crt}_N(\mathrm{ReLU})}=R+O(1/N)",
        claims=tuple(claims),
    )
