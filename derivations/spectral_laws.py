"""Spikes in the semicircle, free sums with a semicircle, and the Marchenko-Pastur law."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from derivations.claims import Identity, Numbers
from derivations.deferred import deferred
from derivations.derivation import Derivation, Result
from derivations.semicircle_law import density as semicircle_density
from derivations.semicircle_law import m as transform
from derivations.semicircle_law import self_consistency
from derivations.symbols import x

derivation = Derivation(
    "classical-laws",
    "Spikes, free sums, Marchenko-Pastur and surmises",
    sources=("mehta2004",),
    text=r"""
Four short chains: a spike in the semicircle by the resolvent, the Marchenko-Pastur law and the free sum with a
semicircle from self-consistent equations, and the laws of spacing and spacing ratio of matrices of order two and three,
which describe large matrices to a few per cent.
""",
)

c = sp.Symbol("c", positive=True)  # ratio of rows to columns
t = sp.Symbol("t", positive=True)  # variance of a semicircle
a = sp.Symbol("a", positive=True)  # position of an atom
M = sp.Symbol("M")  # a Stieltjes transform
strength = sp.Symbol("s", positive=True)  # of the spike, in units of the square root of n
spacing = sp.Symbol("y", nonnegative=True)
ratio = sp.Symbol("r", nonnegative=True)
FORM = sp.Symbol("form", positive=True)  # 1 + r + r²


@derivation.step("outlier", "The outlier of a spike", flips="the sign of the spike", sources=("benaych2011",))
def outlier(sign: int = 1) -> Result:
    r"""With a spike $s\,e e^T$ the determinant of $A - x$ gains the factor $1 + s\,e^T(A - x)^{-1}e \to 1 + s\,m(x)$:
    an eigenvalue leaves the bulk where $m(x) = -1/s$. The quadratic $m^2 + xm + 1 = 0$ then gives $x = s + 1/s$, and
    $m$ outside the bulk is below one in modulus, so that $|s| > 1$.

    Check: the largest root of the determinant of a long Jacobi matrix with unit off-diagonal entries and the corner
    $s$, for which the equation is exact.
    """
    position = sp.solve(self_consistency().subs(transform, -sign / strength), x)[0]
    value = sp.expand(position)

    def claims() -> list[Numbers]:
        rows = []
        for size in (1.5, 2.0, 4.0):
            matrix = np.diag(np.ones(119), 1)
            matrix = matrix + matrix.T
            matrix[0, 0] = size
            rows.append((f"s = {size}", float(value.subs(strength, size)), float(np.linalg.eigvalsh(matrix)[-1])))
        return [Numbers(rows, 1e-12, ("s + 1/s", "top eigenvalue of a Jacobi matrix"))]

    return Result(value, sp.Eq(x, value), deferred(claims))


@derivation.step("overlap", "The overlap of the outlier", flips="the sign of the spike", sources=("benaych2011",))
def overlap(sign: int = 1) -> Result:
    r"""The corner of the resolvent with the spike is $m/(1 + s m)$; its residue at the outlier is minus the squared
    overlap $|\langle e, v\rangle|^2 = 1/(s^2 m'(x))$, and $m' = -m/(2m + x)$ from the quadratic at $m = -1/s$.

    Check: the eigenvector of the same Jacobi matrix.
    """
    quadratic = self_consistency()
    slope = -sp.diff(quadratic, x) / sp.diff(quadratic, transform)
    at = {transform: -sign / strength, x: outlier()}
    value = sp.expand(sp.simplify(1 / (strength**2 * slope.subs(at))))

    def claims() -> list[Numbers]:
        rows = []
        for size in (1.5, 2.0, 4.0):
            matrix = np.diag(np.ones(119), 1)
            matrix = matrix + matrix.T
            matrix[0, 0] = size
            vector = np.linalg.eigh(matrix)[1][0, -1]
            rows.append((f"s = {size}", float(value.subs(strength, size)), float(vector**2)))
        return [Numbers(rows, 1e-11, ("1 - 1/s^2", "eigenvector of a Jacobi matrix"))]

    return Result(value, sp.Eq(sp.Symbol("|<e,v>|^2"), value), deferred(claims))


@derivation.step(
    "outlier-variance",
    "The fluctuation of the outlier",
    flips="the sign of the mean square of the fluctuation",
    sources=("benaych2011",),
)
def outlier_variance(sign: int = 1) -> Result:
    r"""The corner of the resolvent is $1/(a/\sqrt n - x - b^T G b/n)$, $a \sim N(0, 2)$ and $b$ standard. At the
    outlier its reciprocal is $-s$, so that to first order in the fluctuations $a/\sqrt n$ and
    $b^T G b/n - m$, of variances $2/n$ and $(2/n)\int d\mu(y)/(y-x)^2 = 2m'/n$, the position moves by
    $\delta = (a/\sqrt n - \delta_Q)/(1 + m')$. The variance of $\sqrt n\,\delta$ is
    $2(1 + m')/(1 + m')^2 = 2/(1 + m')$, with $m' = 1/(s^2 - 1)$: that is $2(1 - 1/s^2)$.

    Check: the integral $\int d\mu/(y - x)^2$ of the semicircle against the slope of the quadratic.
    """
    quadratic = self_consistency()
    slope = sp.simplify(
        (-sp.diff(quadratic, x) / sp.diff(quadratic, transform)).subs({transform: -1 / strength, x: outlier()})
    )
    value = sp.simplify(2 * (1 + sign * slope) / (1 + slope) ** 2)

    def claims() -> list[Any]:
        rows = []
        for size in (1.5, 2.0, 4.0):
            place = float(outlier().subs(strength, size))
            angle = sp.Symbol("f")
            weight = sp.lambdify(
                angle, (semicircle_density() * 1 / (x - place) ** 2).subs(x, 2 * sp.sin(angle)) * 2 * sp.cos(angle)
            )
            nodes, weights = np.polynomial.legendre.leggauss(80)
            square = math.pi / 2 * float(weights @ weight(math.pi / 2 * nodes))
            rows.append((f"s = {size}", float(value.subs(strength, size)), 2 / (1 + square)))
        return [
            Numbers(rows, 1e-11, ("2 (1 - 1/s^2)", "2/(1 + integral over the semicircle)")),
            Identity(value, 2 * overlap(), what="twice the overlap"),
        ]

    return Result(value, sp.Eq(sp.Symbol("n Var"), value), deferred(claims))


@derivation.step("free-sum", "Free sum with a semicircle", flips="the sign of the self-energy", sources=("biane1997",))
def free_sum(sign: int = 1) -> Result:
    r"""For $D + \sqrt t\,A/\sqrt n$ with a diagonal $D$ the Schur complement gives $G_{ii} = 1/(d_i - z - t m)$, hence
    $m(z) = m_D(z + t m(z))$. With atoms of weight one half at $\pm a$ this is
    $t^2m^3 + 2tzm^2 + (z^2 - a^2 + t)m + z = 0$.

    Check: the moments of the solution against words in $D$ and a semicircle counted without crossings, by the free
    cumulants, which add.
    """
    place = x + sign * t * M
    equation = M - sp.Rational(1, 2) * (1 / (a - place) + 1 / (-a - place))
    cubic = sp.expand(sp.numer(sp.together(equation)) * -1)
    cubic = sp.expand(cubic / sp.Poly(cubic, x).coeff_monomial(x))

    def claims() -> list[Any]:
        far = sp.Symbol("y")
        series: Any = sp.S.Zero
        right = sp.Rational(1, 2) * (1 / (a - place) + 1 / (-a - place))
        for _ in range(7):
            series = sp.series(right.subs({M: series, x: 1 / far}), far, 0, 8).removeO()
        found = [-sp.expand(series).coeff(far, power + 1) for power in (0, 2, 4, 6)]
        # free cumulants of ±a: a², −a⁴, 2a⁶; those of the semicircle: t, 0, 0
        two, four, six = a**2 + t, -(a**4), 2 * a**6
        moments = [1, two, four + 2 * two**2, six + 6 * two * four + 5 * two**3]
        return [Identity(found, moments, what="moments of the solution against sums of free cumulants")]

    return Result(cubic, sp.Eq(cubic, 0, evaluate=False), deferred(claims))


@derivation.step(
    "marchenko-pastur-quadratic",
    "The quadratic of Marchenko and Pastur",
    flips="the sign of the ratio",
    sources=("marchenko1967",),
)
def marchenko_pastur_quadratic(sign: int = 1) -> Result:
    r"""For $XX^T/m$, $X$ of $n \times m$ standard entries and $c = n/m$: take out a column $g$ of $X$; with the
    resolvent $R$ of the rest $g^T R g/m \to c\,M$, and $z M$ follows from
    $\operatorname{tr}(XX^T/m - z)R = n$ as $1 + zM = \tfrac1c\, cM/(1 + cM)$, that is $czM^2 + (z + c - 1)M + 1 = 0$.

    Check: moments $1, 1, 1 + c, 1 + 3c + c^2, \dots$: Narayana's numbers, which count the pairings of traces.
    """
    quadratic = sp.expand(sp.numer(sp.together((1 + x * M) - M / (1 + sign * c * M))))

    def claims() -> list[Any]:
        far = sp.Symbol("y")
        series: Any = sp.S.Zero
        right = 1 / (1 / (1 + sign * c * M) - 1 / far)
        for _ in range(6):
            series = sp.expand(sp.series(sp.cancel(right.subs(M, series)), far, 0, 6).removeO())
        found = [-series.coeff(far, power + 1) for power in range(5)]
        narayana = [sp.Integer(1)] + [
            sum(sp.binomial(k, j) * sp.binomial(k, j + 1) * c**j / sp.Integer(k) for j in range(k)) for k in range(1, 5)
        ]
        return [Identity(found, narayana, what="moments against Narayana's numbers")]

    return Result(quadratic, sp.Eq(quadratic, 0, evaluate=False), deferred(claims))


@derivation.step(
    "marchenko-pastur",
    "The density of Marchenko and Pastur",
    flips="the sign of the constant term",
    sources=("marchenko1967",),
)
def marchenko_pastur(sign: int = 1) -> Result:
    r"""The density is $\operatorname{Im} M/\pi$: the root of minus the discriminant, $(x-a)(b-x)$ with
    $a, b = (1 \mp \sqrt c)^2$, over $2\pi c x$.

    Check: mass $\min(1, 1/c)$, mean 1 and second moment $1 + c$ of the density.
    """
    quadratic = sp.Poly(marchenko_pastur_quadratic(), M)
    changed = quadratic.as_expr() + (sign - 1) * quadratic.coeff_monomial(1)
    discriminant = sp.discriminant(changed, M)
    value = sp.sqrt(-sp.expand(discriminant)) / (2 * sp.pi * c * x)

    def claims() -> list[Any]:
        low, high = (1 - sp.sqrt(c)) ** 2, (1 + sp.sqrt(c)) ** 2
        rows = []
        density = sp.lambdify((x, c), value, "mpmath")
        for size in ("0.3", "2.5"):
            number = mpmath.mpf(size)
            for power, exact in ((0, min(1, 1 / number)), (1, mpmath.mpf(1)), (2, 1 + number)):

                def integrand(f: Any, number: Any = number, power: int = power) -> Any:
                    place = 1 + number - 2 * mpmath.sqrt(number) * mpmath.cos(f)
                    return density(place, number) * place**power * 2 * mpmath.sqrt(number) * mpmath.sin(f)

                found = mpmath.quad(integrand, [mpmath.mpf(10) ** -12, 1, 2, mpmath.pi - mpmath.mpf(10) ** -12])
                rows.append((f"c = {size}, moment {power}", mpmath.re(found), exact))
        return [
            Identity(sp.expand(-discriminant), sp.expand((x - low) * (high - x)), what="the edges"),
            Numbers(rows, 1e-9, ("moments of the density", "mass, mean, second moment")),
        ]

    return Result(value, sp.Eq(sp.Function("rho")(x), value), deferred(claims))


@derivation.step(
    "marchenko-pastur-distribution",
    "The distribution function of Marchenko and Pastur",
    flips="the sign of the term with the arctangent",
    sources=("marchenko1967",),
)
def marchenko_pastur_distribution(sign: int = 1) -> Result:
    r"""With $x = 1 + c - 2\sqrt c\cos\varphi$ the mass up to $\varphi$ is elementary:
    $\tfrac1\pi\bigl[\sin\varphi/\sqrt c + \varphi(1+c)/(2c)
    - \tfrac{|1-c|}{c}\arctan\bigl(\tfrac{(1+\sqrt c)^2}{|1-c|}\tan\tfrac\varphi2\bigr)\bigr]$.

    Check: its derivative is the density times $dx/d\varphi$.
    """
    angle = sp.Symbol("phi", positive=True)
    seen = sp.atan((1 + sp.sqrt(c)) ** 2 / sp.Abs(1 - c) * sp.tan(angle / 2))
    value = (sp.sin(angle) / sp.sqrt(c) + angle * (1 + c) / (2 * c) - sign * sp.Abs(1 - c) / c * seen) / sp.pi

    def claims() -> list[Any]:
        place = 1 + c - 2 * sp.sqrt(c) * sp.cos(angle)
        slope = sp.lambdify((angle, c), sp.diff(value, angle), "mpmath")
        whole = sp.lambdify((angle, c), marchenko_pastur().subs(x, place) * sp.diff(place, angle), "mpmath")
        rows = [
            (f"phi = {f}, c = {size}", slope(mpmath.mpf(f), mpmath.mpf(size)), whole(mpmath.mpf(f), mpmath.mpf(size)))
            for f in ("0.2", "1.1", "2.9")
            for size in ("0.3", "0.9", "2.5")
        ]
        return [Numbers(rows, 1e-12, ("derivative of the distribution function", "density"))]

    return Result(value, sp.Eq(sp.Symbol("F"), value), deferred(claims))
