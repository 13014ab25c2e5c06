"""Surmises of spacing and spacing ratio, from matrices of order two and three."""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp

from derivations.claims import Identity, Numbers
from derivations.deferred import deferred
from derivations.derivation import Result
from derivations.spectral_laws import derivation

spacing = sp.Symbol("y", nonnegative=True)
ratio = sp.Symbol("r", nonnegative=True)
FORM = sp.Symbol("form", positive=True)  # 1 + r + r²


@derivation.step(
    "wigner-surmise", "Wigner's surmise", flips="the sign of the off-diagonal part of the gap", sources=("wigner1957",)
)
def wigner_surmise(sign: int = 1) -> Result:
    r"""The gap of a matrix of order two is the length of the vector of half the difference of the diagonal entries and
    the $\beta$ real components of the off-diagonal entry, all of one variance: $p(y) \propto y^\beta e^{-b y^2}$, a chi
    law of $\beta + 1$ degrees of freedom, with $b$ fixed by the mean 1. Values $\tfrac\pi2 y e^{-\pi y^2/4}$,
    $\tfrac{32}{\pi^2}y^2e^{-4y^2/\pi}$, $\tfrac{2^{18}}{3^6\pi^3}y^4e^{-64y^2/(9\pi)}$.

    Check: mass and mean; the discriminant of the characteristic polynomial of order two.
    """
    laws = {}
    for each in (1, 2, 4):
        first = sp.gamma(sp.Rational(each + 2, 2)) / sp.gamma(sp.Rational(each + 1, 2))  # mean of y √b
        rate = first**2
        norm = 2 * rate ** sp.Rational(each + 1, 2) / sp.gamma(sp.Rational(each + 1, 2))
        laws[each] = sp.simplify(norm) * spacing**each * sp.exp(-sign * sp.simplify(rate) * spacing**2 * sign)

    def claims() -> list[Any]:
        one, other, real, imaginary = sp.symbols("d1 d2 e f", real=True)
        matrix = sp.Matrix([[one, real + sp.I * imaginary], [real - sp.I * imaginary, other]])
        gap = (one - other) ** 2 + sign * 4 * (real**2 + imaginary**2)
        checks: list[Any] = [
            Identity(
                sp.expand(matrix.trace() ** 2 - 4 * matrix.det()),
                sp.expand(gap),
                what="the squared gap, a sum of squares",
            )
        ]
        for each, law in laws.items():
            found = [sp.integrate(law * spacing**power, (spacing, 0, sp.oo)) for power in (0, 1)]
            checks.append(Identity(found, [1, 1], what=f"mass and mean, beta = {each}"))
        return checks

    return Result(laws, [sp.Eq(sp.Symbol(f"p_{each}"), law) for each, law in laws.items()], deferred(claims))


@derivation.step(
    "surmise-variance", "Variances of Wigner's surmise", flips="the sign of the squared mean", sources=("wigner1957",)
)
def surmise_variance(sign: int = 1) -> Result:
    r"""The second moment of a chi law of $\beta + 1$ degrees of freedom is $(\beta + 1)/(2b)$: variances
    $4/\pi - 1$, $3\pi/8 - 1$, $45\pi/128 - 1$.
    """
    found = {}
    for each in (1, 2, 4):
        rate = (sp.gamma(sp.Rational(each + 2, 2)) / sp.gamma(sp.Rational(each + 1, 2))) ** 2
        found[each] = sp.simplify(sp.Integer(each + 1) / (2 * rate)) - sign

    def claims() -> list[Any]:
        integrals = [sp.integrate(law * (spacing - 1) ** 2, (spacing, 0, sp.oo)) for law in wigner_surmise().values()]
        return [Identity(list(found.values()), integrals, what="integrals of the surmise")]

    return Result(found, [sp.Eq(sp.Symbol(f"Var_{each}"), value) for each, value in found.items()], deferred(claims))


@derivation.step(
    "ratio-surmise", "The surmise of the spacing ratio", flips="the sign of r in 1 + r", sources=("atas2013",)
)
def ratio_surmise(sign: int = 1) -> Result:
    r"""Three levels with spacings $y$ and $ry$: $|\Delta|^\beta = (y\cdot ry\cdot(1+r)y)^\beta$ and, with the centre
    integrated out, $\sum\lambda^2 \to \tfrac23 y^2(1 + r + r^2)$. The integral over $y$ leaves
    $(r + r^2)^\beta/(1 + r + r^2)^{1 + 3\beta/2}/Z_\beta$ with $Z_1 = \tfrac8{27}$, $Z_2 = \tfrac{4\pi}{81\sqrt3}$,
    $Z_4 = \tfrac{4\pi}{729\sqrt3}$.

    Check: the exponent of $\sum\lambda^2$ with the centre taken out, symbolically; the norms by quadrature.
    """
    form = 1 + sign * ratio + ratio**2
    laws = {}
    norms = {1: sp.Rational(8, 27), 2: 4 * sp.pi / (81 * sp.sqrt(3)), 4: 4 * sp.pi / (729 * sp.sqrt(3))}
    for each, norm in norms.items():
        laws[each] = (ratio * (1 + sign * ratio)) ** each / form ** (1 + sp.Rational(3 * each, 2)) / norm

    def claims() -> list[Any]:
        length = sp.Symbol("y", positive=True)
        levels = [0, length, length * (1 + ratio)]
        centre = sum(levels) / 3
        squares = sp.expand(sum((level - centre) ** 2 for level in levels))
        rows = []
        for each, law in laws.items():
            evaluate = sp.lambdify(ratio, law, "mpmath")
            mass = 2 * mpmath.quad(evaluate, [0, mpmath.mpf(1) / 2, 1])
            rows.append((f"mass, beta = {each}", mass, 1))
            if each < 4:  # half lines as well: p(r) = p(1/r)/r²
                rows.append((f"half line, beta = {each}", mpmath.quad(evaluate, [1, 3, mpmath.inf]), mass / 2))
        return [
            Identity(squares, sp.Rational(2, 3) * length**2 * form, what="squares about the centre"),
            Numbers(rows, 1e-12, ("norm", "one")),
        ]

    return Result(laws, [sp.Eq(sp.Symbol(f"p_{each}"), law) for each, law in laws.items()], deferred(claims))


@derivation.step("ratio-means", "Means of the ratio min/max", flips="the sign of the root", sources=("atas2013",))
def ratio_means(sign: int = 1) -> Result:
    r"""$\tilde r = \min(r, 1/r)$ has the density $2p(r)$ on $[0, 1]$; its means are $4 - 2\sqrt3$,
    $2\sqrt3/\pi - \tfrac12$ and $32\sqrt3/(15\pi) - \tfrac12$. Independent levels: $p = 1/(1+r)^2$, mean
    $2\log2 - 1$.
    """
    root = sign * sp.sqrt(3)
    means = {1: 4 - 2 * root, 2: 2 * root / sp.pi - sp.Rational(1, 2), 4: 32 * root / (15 * sp.pi) - sp.Rational(1, 2)}

    def claims() -> list[Any]:
        rows = []
        for each, law in ratio_surmise().items():
            evaluate = sp.lambdify(ratio, 2 * ratio * law, "mpmath")
            rows.append((f"beta = {each}", float(means[each]), mpmath.quad(evaluate, [0, mpmath.mpf(1) / 2, 1])))
        poisson = sp.integrate(2 * ratio / (1 + ratio) ** 2, (ratio, 0, 1))
        return [
            Numbers(rows, 1e-12, ("closed form", "quadrature")),
            Identity(poisson, 2 * sp.log(2) - 1, what="independent levels"),
        ]

    return Result(means, [sp.Eq(sp.Symbol(f"r_{each}"), value) for each, value in means.items()], deferred(claims))
