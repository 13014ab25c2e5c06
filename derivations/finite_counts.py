"""The mean total number of critical points at finite N, as an algebraic function of p for every N <= 12."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import mpmath as mp
import numpy as np
import sympy as sp

from derivations import symbols
from derivations.claims import Claim, Identity, Numbers
from derivations.deferred import deferred
from derivations.derivation import Derivation, Result
from derivations.emit import Argument, Formula
from derivations.moments import gaussian_moment
from derivations.skew_moments import level_density, mean_gaussian_statistic
from spinglass._printing import Assignment, Branch, Kernel

MAX_SPINS = 12
_SIZES = range(1, MAX_SPINS + 1)
_DIGITS = 40

p, n, xi, q = symbols.p, symbols.n, symbols.xi, symbols.q
r = sp.Symbol("r", positive=True)  # xi''/xi' at overlap 1: p - 1 in the pure model
b = sp.Symbol("b", positive=True)  # width of a Gaussian
slope, curvature = sp.symbols("xi1 xi2", positive=True)  # xi'(1), xi''(1)

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


@lru_cache(maxsize=64)
def _hermite(order: int) -> Any:
    """He_order as a polynomial in xi."""
    if order < 2:
        return sp.Poly(xi**order, xi)
    return sp.Poly(xi, xi) * _hermite(order - 1) - (order - 1) * _hermite(order - 2)


def _signed_integral(order: int) -> tuple[Any, Any]:
    """½∫ sgn(x − t) He_order(t) e^{−t²/4} dt = G(x) e^{−x²/4} + c √π erf(x/2), as (G, c)."""
    if order < 2:
        return (sp.Poly(-2 * order, xi), sp.Integer(1 - order))
    lower, error_part = _signed_integral(order - 2)
    return (order - 1) * lower - 2 * _hermite(order - 1), (order - 1) * error_part


def _moments(polynomial: Any, width: Any) -> Any:
    """∫ polynomial(x) exp(−width x²) dx / √(π/width)."""
    return sum((c * gaussian_moment(m, 1 / (2 * width)) for (m,), c in polynomial.terms()), sp.Integer(0))


@lru_cache(maxsize=2 * MAX_SPINS)
def _error_moments(order: int) -> Any:
    """Q with ∫ x^order exp(−b x²) erf(x/2) dx = Q(b)/√(4b + 1), for odd order.

    By parts at order 1, then −d/db for each factor x².
    """
    if order == 1:
        return 2 / (2 * b)
    lower = _error_moments(order - 2)
    return sp.cancel(-(sp.diff(lower, b) - 2 * lower / (4 * b + 1)))


@derivation.step("density", "The one-point density in Hermite functions", flips="the sgn-integral correction")
def density(sign: int = 1) -> Result:
    r"""With $\psi_j=He_j(x)e^{-x^2/4}/\sqrt{\sqrt{2\pi}\,j!}$,
    $$R_N=\sum_{j<N}\psi_j^2+\frac{\sqrt N}2\psi_{N-1}(x)\,\tfrac12\!\int\mathrm{sgn}(x-t)\psi_N(t)dt
    +\frac{\psi_{N-1}(x)}{\int\psi_{N-1}}\,[N\text{ odd}].$$
    From $(He_je^{-x^2/4})'=\tfrac12(jHe_{j-1}-He_{j+1})e^{-x^2/4}$ the signed integrals follow by recursion, from an
    error function for even and a Gaussian for odd order. So
    $$\sqrt{2\pi}R_N=L\,e^{-x^2/2}+(S\,\sqrt\pi\,\mathrm{erf}(x/2)+O)e^{-x^2/4}$$ with polynomials
    $L,S,O$; they are carried on. Claims: $\int R_N=N$ exactly, and the density by skew moments of monomials (de
    Bruijn), which knows no Hermite functions, to 30 digits."""
    parts = {}
    for size in _SIZES:
        local = sum((_hermite(j) ** 2 * sp.Rational(1, sp.factorial(j)) for j in range(size)), sp.Poly(0, xi))
        gauss, error_part = _signed_integral(size)
        correction = _hermite(size - 1) * sp.Rational(sign, 2 * sp.factorial(size - 1))
        odd = sp.Poly(0, xi)
        if size % 2:
            odd = _hermite(size - 1) * sp.sqrt(2) * (1 / (2 * _moments(_hermite(size - 1), sp.Rational(1, 4))))
        parts[size] = (local + correction * gauss, correction * error_part, odd)

    def claims() -> tuple[Claim, ...]:
        norms = [_integral(parts[size], sp.Integer(0)) for size in _SIZES]
        rows = []
        for size in _SIZES:
            for at in (0, 0.7, 3.1):
                exact = _with_digits(level_density, size, at)
                rows.append((f"N = {size}, x = {at}", _density_value(parts[size], at), exact))
        return (
            Identity(norms, list(_SIZES), simplify=sp.simplify, what="the integral of R_N is N"),
            Numbers(rows, 1e-30, ("Hermite functions", "Pfaffian of skew moments")),
        )

    return Result(
        value=parts,
        equation=r"\sqrt{2\pi}\,R_N=L_N(x)\,e^{-x^2/2}+\left(S_N(x)\sqrt\pi\,\mathrm{erf}(x/2)+O_N(x)\right)e^{-x^2/4}",
        claims=deferred(claims),
    )


def _with_digits(function: Any, *arguments: Any) -> Any:
    with mp.workdps(_DIGITS):
        return function(*(mp.mpmathify(a) if not isinstance(a, int) else a for a in arguments))


def _density_value(parts: tuple[Any, Any, Any], at: float) -> Any:
    with mp.workdps(_DIGITS):
        x = mp.mpf(at)
        weight = mp.exp(-x * x / 4)
        local, error_part, odd = (mp.mpf(sp.N(part.eval(sp.Rational(at)), _DIGITS + 20)) for part in parts)
        inside = local * weight + error_part * mp.sqrt(mp.pi) * mp.erf(x / 2) + odd
        return inside * weight / mp.sqrt(2 * mp.pi)


def _integral(parts: tuple[Any, Any, Any], width: Any) -> Any:
    """∫ R_N(x) exp(−width x²) dx."""
    local, error_part, odd = parts
    wide, narrow = width + sp.Rational(1, 4), width + sp.Rational(1, 2)
    smooth = _moments(local, narrow) / sp.sqrt(2 * narrow) + _moments(odd, wide) / sp.sqrt(2 * wide)
    signed = sum((c * _error_moments(m) for (m,), c in error_part.terms() if c), sp.Integer(0))
    return smooth + sp.sympify(signed).subs(b, wide) / sp.sqrt(2 * (4 * wide + 1))


@derivation.step("counts", "Term by term", flips="the terms with an error function")
def counts(sign: int = 1) -> Result:
    r"""Every term is a moment. Those with an error function follow from
    $\int x\,e^{-bx^2}\mathrm{erf}(x/2)dx=1/(b\sqrt{4b+1})$ (by parts) by derivatives in $b$; with
    $b=\tfrac14+\tfrac{r-1}{4(r+1)}=\tfrac r{2(r+1)}$ both kinds of terms have the same root $\sqrt{3r+1}$, and the rest
    is rational. The term of odd $N$ integrates to exactly 2. So
    $$E\,\mathrm{Crt}_N=\frac{r^{N/2}}{\sqrt{3r+1}}\,Q_N(r)+2\cdot1\{N\text{ odd}\},$$
    $Q_N$ rational. Claims: the moments by quadrature; the totals to 30 digits against de Bruijn's Pfaffian of skew
    moments, at integer and real $p=1+r$; and $2N$ points at $r=1$ ($p=2$, twice the $N$ eigenvectors)."""
    constant, width = total()
    wide, narrow = width + sp.Rational(1, 4), sp.together(width + sp.Rational(1, 2))
    root = sp.sqrt(3 * r + 1)
    shared = sp.simplify(constant * root / sp.sqrt(2 * narrow) / r ** (symbols.N / 2))
    found = {}
    for size, (local, error_part, odd) in density().items():
        signed = sum((c * _error_moments(m) for (m,), c in error_part.terms() if c), sp.Integer(0))
        signed = sp.sympify(signed).subs(b, wide) / 2  # sqrt(4b + 1) = 2 sqrt(narrow)
        quotient = sp.factor(shared * (_moments(local, narrow) + sign * signed))
        rest = sp.factor(_moments(odd, wide)) * constant.subs(symbols.N, size) / sp.sqrt(2 * wide)
        found[size] = (quotient, sp.simplify(sp.powsimp(rest)))

    def claims() -> tuple[Claim, ...]:
        moments = []
        for order in (1, 3, 7, 11):
            for at in (sp.Rational(1, 4), sp.Rational(2, 5)):
                closed = _number(_error_moments(order).subs(b, at) / sp.sqrt(4 * at + 1))
                moments.append((f"order {order}, b = {at}", closed, _error_moment_by_quadrature(order, float(at))))
        rows = []
        for size, parts in found.items():
            for at in ("3", "4", "5", "1.3", "1.0625", "17.75"):
                rows.append((f"N = {size}, p = {at}", _total_value(size, parts, at), _pfaffian_total(size, at)))
        two = [sp.simplify(_assembled(size, parts).subs(r, 1)) for size, parts in found.items()]
        return (
            Numbers(moments, 1e-12, ("derivatives in b", "quadrature")),
            Numbers(rows, 1e-30, ("closed forms", "Pfaffian of skew moments")),
            Identity(two, [2 * size for size in found], what="p = 2 has 2N critical points"),
        )

    return Result(
        value=found,
        equation=[sp.Eq(sp.Symbol(f"Q_{size}"), found[size][0], evaluate=False) for size in (2, 3, 4, 5, 6)],
        claims=deferred(claims),
    )


def _error_moment_by_quadrature(order: int, width: float) -> Any:
    return mp.quad(lambda x: x**order * mp.exp(-width * x * x) * mp.erf(x / 2), [-40, -5, 0, 5, 40])


def _assembled(size: int, parts: tuple[Any, Any]) -> Any:
    """The total number as a function of r."""
    return r ** sp.Rational(size, 2) / sp.sqrt(3 * r + 1) * parts[0] + parts[1]


def _total_value(size: int, parts: tuple[Any, Any], at: str) -> Any:
    return _number(_assembled(size, parts).subs(r, sp.Rational(at) - 1))


def _number(expression: Any) -> Any:
    """The value of an expression, in mpmath with all its digits."""
    with mp.workdps(_DIGITS):
        real, imaginary = (mp.mpf(part) for part in sp.N(expression, _DIGITS + 5).as_real_imag())
        return mp.mpc(real, imaginary) if imaginary else real


def _pfaffian_total(size: int, at: str) -> Any:
    """2√(2/p) (p−1)^{N/2} E Σ exp(−(p−2)λ²/(4p))."""
    with mp.workdps(_DIGITS):
        spins = mp.mpf(at)
        mean = mean_gaussian_statistic(size, (spins - 2) / (4 * spins))
        return 2 * mp.sqrt(2 / spins) * (spins - 1) ** (mp.mpf(size) / 2) * mean


# Totals for p = 3, 4, 5 found by another route (Gaussian integrals of the identity of Auffinger, Ben Arous and Černý).
_TABLE = {
    (2, 3): "5.2915026221291811810", (2, 4): "6.3245553203367586640", (2, 5): "7.2111025509279785862",
    (3, 3): "10.552359741197580310", (3, 4): "15.145341380123986723", (3, 5): "19.750406279207331905",
    (4, 3): "18.790233801030154", (4, 4): "32.508214346530940", (4, 5): "48.600271038502767",
    (5, 3): "31.496914209436552", (5, 4): "65.886359107402575", (5, 5): "113.12384522722697",
    (6, 3): "50.873136517250710", (6, 4): "128.98930575826819", (8, 3): "124.09198604727102",
    (8, 4): "464.81112601659888", (8, 5): "1216.8135968946006", (10, 3): "286.91587955004932",
    (10, 4): "1595.7047377463105", (12, 3): "642.62382982858850", (12, 5): "24637.360718357346",
}  # fmt: skip


@derivation.step("closed-forms", "The closed forms in p", flips="the shift r = p − 1")
def closed_forms(sign: int = 1) -> Result:
    r"""With $r=p-1$: polynomials with integer coefficients, over a power of two, over a power of $3p-2$; only
    $\sqrt{3p-2}$ ($N$ even) or $\sqrt{(p-1)(3p-2)}$ ($N$ odd) appears. The forms hold for real $p>1$. Claims: the table
    of values for $p=3,4,5$; and for $N\to\infty$ the asymptotic total $4\sqrt{2N/(\pi(p-2))}(p-1)^{N/2}$, from which
    the ratio at $N=12$ may differ by a tenth only."""
    parts, found = {}, {}
    for size, (quotient, rest) in counts().items():
        numerator, denominator = sp.fraction(sp.factor((quotient * r ** (size // 2)).subs(r, p - sign)))
        parts[size] = (sp.Poly(numerator, p), sp.factor(denominator), rest)
        odd = sp.sqrt(p - sign) if size % 2 else sp.Integer(1)
        found[size] = sp.powsimp(sp.factor(numerator) * odd / (sp.factor(denominator) * sp.sqrt(3 * p - 2))) + rest

    def claims() -> tuple[Claim, ...]:
        rows = [
            (f"N = {size}, p = {at}", _number(found[size].subs(p, at)), value) for (size, at), value in _TABLE.items()
        ]
        large = [
            (f"p = {at}", _number(found[12].subs(p, at)), 4 * mp.sqrt(24 / (mp.pi * (at - 2))) * (at - 1) ** 6)
            for at in (3, 4, 6, 10)
        ]
        return (
            Numbers(rows, 2e-16, ("closed forms", "table of exact values")),
            Numbers(large, 0.1, ("N = 12", "asymptotic total")),
        )

    return Result(
        value=(found, parts),
        equation=[
            sp.Eq(sp.Symbol(rf"E\,\mathrm{{Crt}}_{{{size}}}"), form, evaluate=False) for size, form in found.items()
        ],
        claims=deferred(claims),
    )


@derivation.step(
    "mixtures",
    "Mixtures and a Gaussian field",
    flips="the variance of the field",
    sources=("fyodorov2004", "auffinger2013smooth"),
)
def mixtures(sign: int = 1) -> Result:
    r"""The Kac–Rice step used $\xi'$ and $\xi''$ only, in the ratio $r$: a mixture $\xi(q)=\sum a_p^2q^p$ has the
    counts of a pure model with real $p=1+\xi''/\xi'$. An isotropic Gaussian field $\sqrt N\,h\,g\cdot\sigma$ adds
    $h^2q$ to $\xi$, thus $h^2$ to $\xi'$: $p\to1+\xi''/(\xi'+h^2)$. At $r=1$ there are $2N$ points whatever the model.
    Claims: Kac–Rice at $N=2$ directly from the covariance of a random trigonometric polynomial; counts of the
    three-spin glass in a field at $N=10$ found by quadrature."""
    field = sp.Symbol("h", nonnegative=True)
    mixture = sp.Rational(4, 25) * q + sp.Rational(16, 25) * q**2 + q**3
    effective = 1 + curvature / (slope + sign * field**2)
    angle = sp.Symbol("theta", real=True)
    rows = []
    for xi_of_q, h in ((mixture, 0), (q**3, 1), (q**3 / 2 + q**4 / 2, sp.Rational(1, 2)), (q**2, 1)):
        whole = (xi_of_q + h**2 * q).subs(q, sp.cos(angle))
        second, fourth = (sp.diff(whole, angle, order).subs(angle, 0) for order in (2, 4))
        given = {slope: sp.diff(xi_of_q, q).subs(q, 1), curvature: sp.diff(xi_of_q, q, 2).subs(q, 1), field: h}
        formula = closed_forms()[0][2].subs(p, effective.subs(given))
        rows.append((f"xi = {xi_of_q}, h = {h}", _number(formula), _number(2 * sp.sqrt(-fourth / second))))
    known = {"2": "38.115836505169", "3.5": "15.366248917885", "4": "12.192973821161", "9": "3.6022730644385"}
    cubic = {slope: 3, curvature: 6}
    strong = []
    for square, value in known.items():
        at = effective.subs(field, sp.sqrt(sp.Rational(square))).subs(cubic)
        strong.append((f"h^2 = {square}", _number(closed_forms()[0][10].subs(p, at)), value))
    return Result(
        value=effective,
        equation=sp.Eq(symbols.p, effective, evaluate=False),
        claims=(
            Numbers(rows, 1e-28, ("closed form at N = 2", "zeros of a stationary process")),
            Numbers(strong, 1e-13, ("closed form at N = 10", "quadrature over the density")),
        ),
    )


@derivation.step("minima", "Minima for two and three spins", flips="the parity in the Euler characteristic")
def minima(sign: int = 1) -> Result:
    r"""Morse's count by index is the Euler characteristic of the sphere $S^{N-1}$: $c_0-c_1=0$ for $N=2$ and
    $c_0-c_1+c_2=2$ for $N=3$, on every sample. $H$ and $-H$ have one law, so $Ec_k=Ec_{N-1-k}$. With the total these
    are linear equations for the means by index: $\sqrt{3p-2}$ minima for $N=2$; for $N=3$ a quarter of the total and a
    half. Claim: the index-resolved counts of the package (law of the $k$-th eigenvalue of the GOE)."""
    from spinglass.complexity import mean_count

    unknown = sp.symbols("c0:3")
    found = {}
    for size in (2, 3):
        c = unknown[:size]
        euler = sum((-1) ** k * c[k] for k in range(size)) - (1 + sign * (-1) ** (size - 1))
        conditions = [euler, sum(c) - closed_forms()[0][size]] + ([c[0] - c[2]] if size == 3 else [])
        found[size] = [sp.simplify(form) for form in next(iter(sp.linsolve(conditions, c)))]
    rows = []
    for size, forms in found.items():
        for k, form in enumerate(forms):
            for at in (3, 4, 7):
                exact = mean_count(size, at, index=k)
                rows.append((f"N = {size}, k = {k}, p = {at}", _number(form.subs(p, at)), exact))
    return Result(
        value=found,
        equation=[sp.Eq(sp.Symbol(f"c_{{{size},0}}"), forms[0], evaluate=False) for size, forms in found.items()],
        claims=(
            Numbers(rows, 1e-11, ("Euler characteristic and symmetry", "law of the k-th eigenvalue")),
            Identity(found[2][0], sp.sqrt(3 * p - 2), what="minima of two spins"),
        ),
    )


@derivation.step("stable", "A form without cancellation", flips="the sign of 1 in p = 1 + r")
def stable(sign: int = 1) -> Result:
    r"""In powers of $r=p-1$ all coefficients of the numerators are positive, and so is $3p-2=3r+1$: Horner's scheme in
    $r$ loses nothing for any $p>1$, near $p=1$, near $p=2$ and for large $p$. Claims: the coefficients are their own
    moduli; the form is the closed form."""
    forms, parts = closed_forms()
    found, polynomials = {}, {}
    for size, (numerator, denominator, rest) in parts.items():
        polynomials[size] = polynomial = sp.Poly(numerator.as_expr().subs(p, sign + r), r)
        root = sp.sqrt(r) if size % 2 else sp.Integer(1)
        power = sp.Poly(denominator, p).degree() if denominator.has(p) else 0
        quotient, remainder = sp.div(polynomial, sp.Poly(3 * r + 1, r))
        if remainder.is_zero and size > 1:
            polynomial, power = quotient, power - 1
        constant = sp.Integer(denominator.subs(p, 1))
        found[size] = sp.horner(polynomial) * root / (constant * (3 * r + 1) ** (power + sp.Rational(1, 2))) + rest

    def claims() -> tuple[Claim, ...]:
        coefficients, differences, rows = [], [], []
        for size, polynomial in polynomials.items():
            coefficients += polynomial.all_coeffs()
            differences.append(sp.Poly(sp.horner(polynomial).subs(r, p - 1), p) - parts[size][0])
            for at in ("1.001", "1.9", "3", "40.5"):
                exact = _number(forms[size].subs(p, sp.Rational(at)))
                rows.append((f"N = {size}, p = {at}", _number(found[size].subs(r, sp.Rational(at) - 1)), exact))
        return (
            Identity(coefficients, [abs(c) for c in coefficients], what="no coefficient is negative"),
            Identity([rest.as_expr() for rest in differences], [0] * len(differences), what="the same numerators"),
            Numbers(rows, 1e-38, ("Horner form in r", "closed form in p")),
        )

    return Result(
        value=found,
        equation=[
            sp.Eq(sp.Symbol(rf"E\,\mathrm{{Crt}}_{{{size}}}"), found[size], evaluate=False) for size in (4, 5, 6, 7, 8)
        ],
        claims=deferred(claims),
    )


LARGEST = 2.0**50
_FAST = 9  # spins up to which double precision keeps 4 units in the last place
_root, _inverse = sp.symbols("q t", positive=True)  # 3r + 1 and its inverse
_triple, _double, _rest, _lost, _shift, _sum = sp.symbols("triple double rest lost shift terms", real=True)


def _points(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    """Values of p near 1, near 2, moderate, large, and integers."""
    draws = [
        1 + 10 ** rng.uniform(-15, 0, count),
        2 + rng.choice([-1, 1], count) * 10 ** rng.uniform(-15, -1, count),
        rng.uniform(1.0001, 12, count),
        10 ** rng.uniform(0.01, 15, count),
        rng.integers(2, 200, count).astype(float),
    ]
    return [(float(np.clip(draws[i % 5][i], math.nextafter(1, 2), LARGEST)),) for i in range(count)]


_SPECIAL = (1 + 2.0**-52, 2 - 2.0**-52, 2.0, 2 + 2.0**-51, 4 / 3, 3.0, 4.0, 5.0, 10.0, 1e6, LARGEST)


def _kernel(size: int) -> Kernel:
    name = f"total_count_{size}"
    doc = f"Mean total number of critical points of the pure p-spin glass, N = {size}, real p > 1."
    if 2 < size <= _FAST:
        return Kernel(name, (p,), (_vectorised(size),), doc)
    value = stable()[size].subs(3 * r + 1, _root)
    body = (Assignment(r, p - 1, twofold=True), Assignment(_root, 3 * r + 1, twofold=True)) if size > 1 else ()
    return Kernel(name, (p,), (Branch(sp.true, value, body, twofold=size > 1),), doc)


def _vectorised(size: int) -> Branch:
    r"""In t = 1/q, q = 3r + 1: √q q^{N/2−1} T(t) for even N, √(r/q) r^{(N−1)/2} T(t) + 2 for odd N.

    The polynomials T are well conditioned (up to N = 9 their terms are at most three times as large) and all but
    constant at large p; r = p − 1 is exact. What rounding takes from q is found without error (by the sums of Knuth)
    and corrected to first order. There are no branches and few operations, so that loops become vector instructions.
    """
    constant = sp.Integer(2 * (size % 2))
    form = (stable()[size] - constant).subs(3 * r + 1, _root)
    power = -form.as_powers_dict()[_root]
    polynomial = sp.Poly(sp.expand(form * _root**power / r ** (size * sp.Rational(size % 2, 2))), r)
    reversed_ = sp.expand(polynomial.as_expr().subs(r, (1 / _inverse - 1) / 3) * _inverse ** polynomial.degree())
    body = [
        Assignment(r, p - 1),
        Assignment(_triple, 3 * r),
        Assignment(_root, _triple + 1),
        Assignment(_double, 2 * r),
        Assignment(_rest, _double - _triple),
        Assignment(_rest, _rest + r),  # of 3r
        Assignment(_lost, _root - _triple),
        Assignment(_shift, _root - _lost),
        Assignment(_shift, _triple - _shift),
        Assignment(_lost, 1 - _lost),
        Assignment(_lost, _lost + _shift),  # of the sum
        Assignment(_lost, _lost + _rest),
        Assignment(_inverse, 1 / _root),
        Assignment(_shift, _lost * _inverse),
        Assignment(_inverse, _inverse - _inverse * _shift),
        Assignment(_sum, sp.horner(sp.Poly(reversed_, _inverse))),
    ]
    if size % 2:
        body.append(Assignment(_rest, r * _inverse))
        return Branch(sp.true, sp.sqrt(_rest) * _sum * r ** (size // 2) + constant, tuple(body))
    whole = _root ** (size // 2 - 1)
    corrected = whole + whole * sp.Rational(size - 1, 2) * _shift
    return Branch(sp.true, sp.sqrt(_root) * _sum * corrected, tuple(body))


for _size in _SIZES:
    derivation.formula(
        Formula(
            kernel=_kernel(_size),
            title=f"Mean total number of critical points at N = {_size}",
            step=stable,
            arguments=(Argument(p, "spins per interaction, or 1 + xi''/xi' of a mixture", 1.0, LARGEST, open="low"),),
            plain=closed_forms()[0][_size],
            domain="real p > 1, up to 2^50",
            points=_points,
            special=tuple((point,) for point in _SPECIAL),
        )
    )
