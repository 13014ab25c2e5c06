"""The mean total number of critical points at finite N as one integral over the density of the GOE."""

from __future__ import annotations

import math
from typing import Any

import mpmath as mp
import sympy as sp

from derivations import symbols
from derivations.claims import Claim, Identity, Numbers
from derivations.deferred import deferred
from derivations.derivation import Derivation, Result
from derivations.skew_moments import level_density, mean_gaussian_statistic

p, n, xi = symbols.p, symbols.n, symbols.xi
r = sp.Symbol("r", positive=True)  # xi''/xi' at overlap 1: p - 1 in the pure model

derivation = Derivation(
    "finite-counts",
    "Mean numbers of critical points at finite N, in closed form",
    sources=("auffinger2013", "fyodorov2004", "debruijn1955"),
    text=r"""The mean total number of critical points on the sphere $|w|^2=N$ is a one-dimensional integral over the
one-point density of the GOE. That density is a finite sum of Hermite functions, so the integral is a finite sum of
Gaussian moments, with and without an error function: an algebraic function of $p$ for every $N$. Counts are of
points, $w$ and $-w$ separately; $A_n$ has off-diagonal variance 1 and diagonal variance 2.""",
)


def _chart(function: Any, *orders: tuple[Any, int]) -> Any:
    """A derivative of the covariance function xi(x . y) at x = y = the pole."""
    for symbol, order in orders:
        function = sp.diff(function, symbol, order)
    return function


@derivation.step("kac-rice", "The Kac–Rice integral over the sphere", flips="the sign of xi' in the radial variance")
def kac_rice(sign: int = 1) -> Result:
    r"""Let $H$ have covariance $N\xi(q)$; at a point $\sigma$ of the unit sphere write $\partial_1,\partial_2$ for
    tangential and $\partial_r$ for radial derivatives. Differentiating $\xi(r r' q)$ gives
    $\mathrm{Var}\,\partial_1H=N\xi'$, $\mathrm{Var}\,\partial_{12}H=N\xi''$, $\mathrm{Var}\,\partial_{11}H=2N\xi''$ and
    $\mathrm{Var}\,\partial_rH=N(\xi''+\xi')$, with $\partial_rH$ independent of the tangential second derivatives and
    everything of even order independent of the gradient. The Hessian on the sphere is
    $\partial_{ij}H-\delta_{ij}\partial_rH=\sqrt{N\xi''}\,(A_{n}-\zeta)$, $n=N-1$, $\zeta$ centred Gaussian of variance
    $1+1/r$, $r=\xi''/\xi'$. All points are alike, so that
    $$E\,\mathrm{Crt}_N=|S^{N-1}|\,(2\pi\xi')^{-n/2}(\xi'')^{n/2}\,E_\zeta E|\det(A_n-\zeta)|,$$
    a function of $r$ alone; the pure model has $r=p-1$. Claim: on the circle ($N=2$) the count is that of the zeros of
    a stationary Gaussian process, which Rice's formula gives directly."""
    x0, x1, x2, y0, y1, y2 = sp.symbols("x0 x1 x2 y0 y1 y2", real=True)
    a1, a2, a3, a4 = sp.symbols("a1 a2 a3 a4", real=True)  # xi(q) = xi(1) + a1 (q-1) + a2 (q-1)^2/2 + ...
    product = x0 * y0 + x1 * y1 + x2 * y2 - 1
    field = a1 * product + a2 * product**2 / 2 + a3 * product**3 / 6 + a4 * product**4 / 24
    pole = {x0: 1, y0: 1, x1: 0, x2: 0, y1: 0, y2: 0}
    at = lambda *orders: sp.expand(_chart(field, *orders).subs(pole))  # noqa: E731
    gradient, mixed, double = at((x1, 1), (y1, 1)), at((x1, 1), (x2, 1), (y1, 1), (y2, 1)), at((x1, 2), (y1, 2))
    parts = sp.Poly(at((x0, 1), (y0, 1)), a1, a2)
    radial = parts.coeff_monomial(a2) * a2 + sign * parts.coeff_monomial(a1) * a1
    variance = (radial / mixed).subs({a2: r * a1})
    zeta = sp.Symbol("zeta", real=True)
    weight = sp.exp(-(zeta**2) / (2 * variance)) / sp.sqrt(2 * sp.pi * variance)
    sphere = 2 * sp.pi ** ((n + 1) / 2) / sp.gamma((n + 1) / 2)
    prefactor = sphere * (2 * sp.pi) ** (-n / 2) * r ** (n / 2)

    def claims() -> tuple[Claim, ...]:
        # N = 2: A_1 - zeta is a centred Gaussian, of mean modulus sqrt(2/pi) times its deviation.
        circle = prefactor.subs(n, 1) * sp.sqrt(2 / sp.pi) * sp.sqrt(double / mixed + variance)
        angle = sp.Symbol("theta", real=True)
        around = field.subs({x0: sp.cos(angle), x1: sp.sin(angle), x2: 0, y0: 1, y1: 0, y2: 0})
        second, fourth = (sp.diff(around, angle, order).subs(angle, 0) for order in (2, 4))
        rice = 2 * sp.sqrt(sp.simplify(-fourth / second).subs(a2, r * a1))
        independence = [at((x0, 1), (y1, 2)), at((x0, 1), (y1, 1)), at((x1, 1), (y1, 2)), at((x1, 1), (y1, 1), (y2, 1))]
        return (
            Identity([gradient, mixed, double], [a1, a2, 2 * a2], what="the variances of gradient and Hessian"),
            Identity(independence, [0] * 4, what="independence of radial part, gradient and Hessian"),
            Identity(circle, rice, what="N = 2 against the zero count of a stationary process"),
        )

    return Result(
        value=(prefactor, weight, zeta),
        equation=r"E\,\mathrm{Crt}_N=|S^{n}|\left(\frac{r}{2\pi}\right)^{n/2}E_\zeta E|\det(A_n-\zeta)|,\quad"
        r"\mathrm{Var}\,\zeta=1+\frac1r,\quad r=\frac{\xi''}{\xi'}",
        claims=deferred(claims),
    )


def _mean_modulus(size: int, at: float) -> float:
    """E|det(A_n − ξ)| as the Pfaffian of |x − ξ|."""
    from spinglass.random_matrices import mean_product

    def distance(x: Any) -> Any:
        return abs(x - at)

    return math.exp(mean_product(size, distance, [at])[0])


@derivation.step("fyodorov", "The mean modulus of the determinant", flips="the exponent", sources=("fyodorov2004",))
def fyodorov(sign: int = 1) -> Result:
    r"""The modulus of the determinant is the Vandermonde factor of one more eigenvalue: pin one eigenvalue of $A_{n+1}$
    at $\xi$, and what remains is $\prod|\lambda_i-\xi|$ times the density of $A_n$,
    $$R_{n+1}(\xi)=(n+1)\frac{Z_n}{Z_{n+1}}e^{-\xi^2/4}E|\det(A_n-\xi)|,\qquad
    Z_n=\int\prod|\lambda_i-\lambda_j|\,e^{-\sum\lambda^2/4}=4^n2^{n(n-1)/4}\prod_{j\le n}\Gamma(1+j/2),$$
    Selberg's integral. Claim: the left side by de Bruijn's Pfaffian of $|\lambda-\xi|$ in double precision, the right
    side by the Pfaffian of skew moments."""
    ratio = 4 * sp.sqrt(2) ** n * sp.gamma(1 + (n + 1) / 2)  # Z_{n+1}/Z_n
    factor = sp.simplify(ratio / (n + 1)) * sp.exp(sign * xi**2 / 4)

    def claims() -> tuple[Claim, ...]:
        rows = []
        for size in (1, 2, 3, 4, 7):
            for at in (0.0, 0.8, -2.5):
                given = {n: size, xi: at}
                here = mp.mpf(sp.N(factor.subs(given), 25)) * level_density(size + 1, at)
                rows.append((f"n = {size}, xi = {at}", here, _mean_modulus(size, at)))
        return (
            Numbers(rows, 1e-11, ("R_{n+1} from skew moments", "Pfaffian of |x - xi|")),
            Identity(factor.subs(n, 1), 2 * sp.sqrt(2) * sp.exp(xi**2 / 4), what="the constant at n = 1"),
        )

    return Result(
        value=factor,
        equation=r"E|\det(A_n-\xi)|=2^{(n+2)/2}\,\Gamma\left(\tfrac{n+1}2\right)e^{\xi^2/4}R_{n+1}(\xi)",
        claims=deferred(claims),
    )


@derivation.step("total", "One integral over the density", flips="Fyodorov's exponent", sources=("auffinger2013",))
def total(sign: int = 1) -> Result:
    r"""Both steps together, $N=n+1$. The Gaussian weights of $\zeta$ and of the determinant combine to
    $\exp(-\tfrac{r-1}{r+1}\xi^2/4)$, in the pure model $\exp(-\tfrac{p-2}{4p}\xi^2)$, and the constants of the sphere
    cancel:
    $$E\,\mathrm{Crt}_N=2\sqrt{\tfrac2{r+1}}\;r^{N/2}\int R_N(\xi)\,e^{-\frac{r-1}{r+1}\xi^2/4}d\xi .$$
    This is the identity of Auffinger, Ben Arous and Černý in the variables used here. Claim: the integral over $\zeta$
    of the Kac–Rice step with the Pfaffian of $|x-\zeta|$, at integer and real $r$."""
    prefactor, weight, zeta = kac_rice()
    determinant = fyodorov()
    exponents = [sp.expand_log(sp.log(part), force=True) for part in (weight.subs(zeta, xi), determinant)]
    width = sp.factor(-sp.expand(exponents[0]).coeff(xi, 2) - sign * sp.expand(exponents[1]).coeff(xi, 2))
    constant = (prefactor * weight.subs(zeta, 0) * determinant.subs(xi, 0)).subs(n, symbols.N - 1)
    constant = sp.simplify(sp.powsimp(sp.gammasimp(constant), force=True))

    def claims() -> tuple[Claim, ...]:
        rows = []
        for size, ratio in ((2, sp.Integer(2)), (3, sp.Integer(3)), (4, sp.Rational(1, 2)), (5, sp.Rational(7, 2))):
            moment = mean_gaussian_statistic(size, mp.mpf(float(width.subs(r, ratio))))
            here = moment * mp.mpf(float(constant.subs({symbols.N: size, r: ratio})))
            deviation, step = float(sp.sqrt(1 + 1 / ratio)), 0.25
            nodes = [step * k * deviation for k in range(-36, 37)]
            modulus = [_mean_modulus(size - 1, node) for node in nodes]
            mean = sum(step * deviation * float(weight.subs({r: ratio, zeta: node})) * value
                       for node, value in zip(nodes, modulus, strict=True))  # fmt: skip
            rows.append((f"N = {size}, r = {ratio}", here, mean * float(prefactor.subs({n: size - 1, r: ratio}))))
        pure = [width.subs(r, p - 1) - (p - 2) / (4 * p), constant.subs(r, p - 1) ** 2 - 8 * (p - 1) ** symbols.N / p]
        return (
            Numbers(rows, 1e-10, ("one integral over R_N", "the mean modulus averaged over the radial derivative")),
            Identity(pure, [0, 0], what="exponent and constant of the pure model"),
        )

    return Result(
        value=(constant, width),
        equation=r"E\,\mathrm{Crt}_N=2\sqrt{\frac{2}{r+1}}\,r^{N/2}"
        r"\int R_N(\xi)\exp\left(-\frac{r-1}{r+1}\frac{\xi^2}4\right)d\xi",
        claims=deferred(claims),
    )
