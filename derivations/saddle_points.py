"""Saddle points of the supersymmetric integral for E|det(A_n − ξ)|: the edge, and the formulas.

The integral, its saddles and contours are in `saddle_integral`, bulk, outside and rank one in `saddle_bulk`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from derivations.claims import Identity, Numbers, Order
from derivations.derivation import Result
from derivations.edge_reduction import (
    airy,
    airy_slope,
    bosonic_quadrature,
    fermionic_polynomial,
    first,
    free,
    quadrature,
    reduced,
    second,
    total,
    zeroth,
)
from derivations.emit import Argument, Formula
from derivations.saddle_bulk import rank_one_bulk, rank_one_outside
from derivations.saddle_integral import constants, derivation, m
from derivations.symbols import n, s, x
from spinglass._printing import Assignment, Branch, Kernel
from spinglass.random_matrices.determinants import mean_abs_determinant
from spinglass.random_matrices.semicircle import stieltjes

_growth = sp.Symbol("w", positive=True)  # |x| = w + 1/w outside the bulk


@derivation.step(
    "edge-exponents", "The double saddle at the edge", flips="the sign of the bosonic deviation in z = −1 + ωn^{−1/3}"
)
def edge_exponents(sign: int = 1) -> Result:
    r"""At $x = 2$ both saddles meet at $-1$, where the first two derivatives of $F$ and of $G$ vanish. With
    $x = 2 + s n^{-2/3}$, $y = -1 + wn^{-1/3}$, $z = -1 + \omega n^{-1/3}$ the exponents become
    $nF = \tfrac n2 + n^{1/3}s + \tfrac{w^3}3 - sw$ and, with $\log z = \mp i\pi + \log(-z)$ on the two sides of the
    cut, $n\operatorname{Re}G = -\tfrac34n - \tfrac12n^{1/3}s + \tfrac12(s\omega - \tfrac{\omega^3}3)$, up to
    $O(n^{-1/3})$: an Airy integral for each fermion, one of half the exponent for each boson.

    Check: sympy's series; $He_n$ at the edge, $\sqrt{2\pi}\,n^{n/2+1/6}e^{n/2+n^{1/3}s}\operatorname{Ai}(s)$, with an
    error of order $n^{-1/3}$.
    """
    h, deviation = sp.symbols("h w", positive=True)  # h = n^{-1/3}
    place = 2 + s * h**2
    fermion = sp.log(1 + h * deviation + s * h**2) + (-1 + h * deviation) ** 2 / 2
    shifted = -1 + sign * h * deviation
    boson = (sp.log(-shifted) + shifted**2 / 2 + place * shifted) / 2
    scaled = []
    for exponent in (fermion, boson):
        series = sp.series(exponent, h, 0, 4).removeO()
        scaled.append(sp.expand(sp.expand(series) / h**3))
    expected = [
        1 / (2 * h**3) + s / h + deviation**3 / 3 - s * deviation,
        -3 / (4 * h**3) - s / (2 * h) + (s * deviation - deviation**3 / 3) / 2,
    ]
    sizes, errors, at = (100, 400, 1600, 6400), [], mpmath.mpf("0.5")
    level = sp.lambdify((h, s), scaled[0].coeff(deviation, 0), "mpmath")
    with mpmath.workdps(40):
        for size in sizes:
            xi = 2 * mpmath.sqrt(size) + at * mpmath.mpf(size) ** (-mpmath.mpf(1) / 6)
            before, value = mpmath.mpf(1), xi
            for k in range(1, size):
                before, value = value, xi * value - k * before
            exponent = level(mpmath.mpf(size) ** (-mpmath.mpf(1) / 3), at)
            power = mpmath.mpf(size) / 2 + mpmath.mpf(1) / 6
            leading = mpmath.sqrt(2 * mpmath.pi) * mpmath.exp(exponent + power * mpmath.log(size)) * mpmath.airyai(at)
            errors.append(float(value / leading - 1))
    claims = (
        Identity(scaled, expected, what="the exponents on the Airy scale"),
        Order(sizes, errors, -1 / 3),
    )
    text = (
        r"nF=\tfrac n2+n^{1/3}s+\tfrac{w^3}3-sw,\quad "
        r"n\operatorname{Re}G=-\tfrac34n-\tfrac12n^{1/3}s+\tfrac12(s\omega-\tfrac{\omega^3}3)"
    )
    return Result({"fermion": scaled[0], "boson": scaled[1], "h": h}, text, claims)


@derivation.step("edge-integral", "The integral on the Airy scale", flips="the sign of ω in the factors w_a + ω_b")
def edge_integral(sign: int = 1) -> Result:
    r"""What is left is the integral $J(s)$ of $(\omega_1-\omega_2)\log(i(\omega_1-\omega_2))\,(w_1-w_2)^4
    \prod_{a,b}(w_a+\omega_b)$ with these exponents. The fermions give products of derivatives of $\operatorname{Ai}$.
    All moments of the bosons reduce, by integration by parts in $\sigma=\omega_1+\omega_2$ and $\delta =
    \omega_1-\omega_2$, to $M(s) = \tfrac12\iint\sigma\,\delta\log(i\delta)\,e^{\dots}$, its derivative and the
    constant $W = \iint\delta\,e^{\dots}$, with $M'' = sM - W/2$. The result is $J =
    24\,[\operatorname{Ai}\,(\operatorname{Ai}M'-\operatorname{Ai}'M) -
    W(\operatorname{Ai}'^2-s\operatorname{Ai}^2)]$.

    Check: $J$, $M$, $M'$ and $W$ by double quadrature along the contours; without the logarithm everything cancels, as
    the Ward identity demands.
    """
    polynomial = fermionic_polynomial(sign)
    value = reduced(polynomial)
    evaluate = sp.lambdify((s, airy, airy_slope, zeroth, first, second, free), value, "mpmath")
    rows = []
    for place in (-2.0, 0.0, 1.0):
        moments = (bosonic_quadrature(weight, place) for weight in (sp.S.One, total / 2, total**2 / 4))
        constant = bosonic_quadrature(sp.S.One, place, logarithm=False)
        values = (mpmath.airyai(place), mpmath.airyai(place, derivative=1))
        found = evaluate(place, *values, *moments, constant)
        rows.append((f"J({place})", found, quadrature(fermionic_polynomial(), place)))
    claims = (
        Identity(reduced(polynomial, logarithm=False), 0, what="the Ward identity on the Airy scale"),
        Numbers(rows, 1e-10, ("the reduced form", "double quadrature")),
    )
    text = (
        r"J=24\,[\operatorname{Ai}\,(\operatorname{Ai}M'-\operatorname{Ai}'M)"
        r"-W(\operatorname{Ai}'^2-s\operatorname{Ai}^2)],\quad M''=sM-\tfrac12W"
    )
    return Result(value, text, claims)


def _log_free_integral() -> Any:
    """W = 2(f1′f2 − f1f2′) at s = 0, f_b = ∫ e^{(sω − ω³/3)/2} dω from ∞e^{∓2πi/3} to +∞, by gamma functions."""

    def piece(power: int) -> Any:  # ∫_0^∞ ω^power e^{−ω³/6} dω
        order = sp.Rational(power + 1, 3)
        return 6**order * sp.gamma(order) / 3

    def along_contour(side: int, power: int) -> Any:
        return piece(power) * (1 - sp.exp(side * 2 * sp.pi * sp.I * (power + 1) / 3))

    wronskian = along_contour(-1, 1) * along_contour(1, 0) - along_contour(-1, 0) * along_contour(1, 1)
    return sp.simplify(sp.gammasimp(sp.expand_complex(sp.simplify(wronskian))))


@derivation.step(
    "edge", "The edge of the bulk", flips="the sign of the phase π/2 of the logarithm between the two contours"
)
def edge(sign: int = 1) -> Result:
    r"""$W = -4\pi i$ follows from gamma functions at $s=0$. The derivative of
    $\operatorname{Ai}M'-\operatorname{Ai}'M$ is $-\tfrac12W\operatorname{Ai}$, so that it is a constant plus
    $\tfrac12W\int_s^\infty\operatorname{Ai}$. For large $s$ both contours run over the maximum at $\omega=\sqrt s$;
    as outside the bulk, $\delta\log(i\delta)$ becomes $\tfrac{i\pi}2|\delta|$, a Gaussian average gives $M \approx
    2i\pi^{3/2}s^{-1/4}e^{\frac23s^{3/2}}$, which is $2i\pi^2\operatorname{Bi}$, and with
    $\operatorname{Ai}\operatorname{Bi}'-\operatorname{Ai}'\operatorname{Bi} = 1/\pi$ the constant is $2\pi i$. Hence
    $J = 96\pi i\,R(s)$ with $R =
    \operatorname{Ai}'^2-s\operatorname{Ai}^2+\tfrac12\operatorname{Ai}\,(1-\int_s^\infty\operatorname{Ai})$, the
    soft-edge density of the GOE, and $E|\det(A_n-2\sqrt n-sn^{-1/6})| =
    2\sqrt{2\pi}\,n^{n/2+1/6}e^{n/2+n^{1/3}s}R(s)\,(1+O(n^{-1/3}))$; $R(0) =
    \operatorname{Ai}'(0)^2+\tfrac13\operatorname{Ai}(0)$.

    Check: $J$ by double quadrature; exact values up to $n = 2000$.
    """
    constant_free = _log_free_integral()
    # M ≈ √s L for large s; L ≈ (iπ/2)(2π/√s)⟨|δ|⟩ e^{2/3 s^{3/2}}, δ of variance 2/√s; Bi ≈ π^{-1/2} s^{-1/4} e^{…}.
    large = sp.Symbol("large", positive=True)
    spread = sp.sqrt(2 / sp.sqrt(large)) * sp.sqrt(2 / sp.pi)
    growth = sp.sqrt(large) * (sign * sp.I * sp.pi / 2) * (2 * sp.pi / sp.sqrt(large)) * spread
    wronskian = sp.simplify(growth / (large ** sp.Rational(-1, 4) / sp.sqrt(sp.pi)) / sp.pi)
    tail = sp.Symbol("h")  # ∫_s^∞ Ai
    parts = sp.expand(edge_integral())
    combination = sp.expand(airy * (airy * second - airy_slope * first))
    rest = sp.expand(parts - 24 * combination)
    integral = 24 * airy * (wronskian + constant_free / 2 * tail) + rest.subs(free, constant_free)
    shape = sp.expand(integral / (96 * sp.pi * sp.I))
    closed = airy_slope**2 - s * airy**2 + airy * (1 - tail) / 2
    # n^{-2/3} dw², n^{-4/3} (w1−w2)^4, n^{-4/3} four factors, n^{-2/3} dω², n^{-1/3} δ; two Airy contours bring (2πi)².
    powers = -sp.Rational(2 + 4 + 4 + 2 + 1, 3)
    leading = sp.simplify(constants() * n**powers * (2 * sp.pi * sp.I) ** 2 * 96 * sp.pi * sp.I)
    evaluate = sp.lambdify((s, airy, airy_slope, tail), shape, "mpmath")

    def density(place: float) -> Any:
        """R(s), from the derived shape."""
        at = mpmath.mpf(place)
        beyond = mpmath.quad(mpmath.airyai, [at, at + 5, at + 30])
        return evaluate(at, mpmath.airyai(at), mpmath.airyai(at, derivative=1), beyond)

    rows = [
        (f"J({place})", 96j * mpmath.pi * density(place), quadrature(fermionic_polynomial(), place))
        for place in (-2.0, 0.0, 1.5)
    ]
    claims: list[Any] = [
        Identity(constant_free, -4 * sp.pi * sp.I, what="W"),
        Identity(shape, closed, what="the soft-edge density of the GOE"),
        Identity(leading, 2 * sp.sqrt(2 * sp.pi) * n ** sp.Rational(1, 6), what="the prefactor 2√(2π) n^{1/6}"),
        Numbers(rows, 1e-10, ("96πi R(s)", "double quadrature")),
    ]
    found = edge_exponents()
    level = (found["fermion"] + found["boson"]).subs(sp.Symbol("w", positive=True), 0) * 2
    exponent = sp.lambdify((found["h"], s), level, "mpmath")
    sizes = (125, 250, 500, 1000, 2000)
    for place in (0.0, -1.0, 1.0):
        errors = []
        for size in sizes:
            exact = mean_abs_determinant(size, 2 * math.sqrt(size) + place * size ** (-1 / 6), log=True)
            main = size + exponent(size ** (-1 / 3), place) + size / 2 * math.log(size)
            errors.append(float(mpmath.exp(exact - main) / (leading.subs(n, size).evalf() * density(place)) - 1))
        claims.append(Order(sizes, errors, -1 / 3))
    text = (
        r"E|\det(A_n-2\sqrt n-sn^{-1/6})|\simeq2\sqrt{2\pi}\,n^{n/2+1/6}e^{n/2+n^{1/3}s}"
        r"\left[\operatorname{Ai}'^2-s\operatorname{Ai}^2+\tfrac12\operatorname{Ai}\left(1-\int_s^\infty\operatorname{Ai}\right)\right]"
    )
    return Result({"shape": shape, "leading": leading}, text, tuple(claims))


@derivation.step(
    "rank-one-factor", "The factor |1 + s m(x)| without cancellation", flips="the sign of x in |1 + sm|² = 1 + s² − sx"
)
def rank_one_factor(sign: int = 1) -> Result:
    r"""Inside the bulk $|1+sm|^2 = (1+sm)(1+s/m) = 1 + s^2 - sx$, evaluated as $(1-|s|)^2 +
    |s|(2-\operatorname{sign}(s)x)$, a sum of squares whose differences are exact next to the edges. Outside, $|1+sm|
    = |1 - s\operatorname{sign}(x)/w|$ with $w = (|x|+\sqrt{x^2-4})/2$; it vanishes where the perturbation puts its
    outlier, $x = s + 1/s$ with $|s| > 1$.

    Check: against $|1 + s\,m_{sc}(x)|$ with the complex transform of the package's semicircle law.
    """
    squared = sp.expand(rank_one_bulk() ** 2)  # (1 + sm)(1 + s/m), a polynomial in m + 1/m
    pair = sp.Symbol("pair")  # m + 1/m = −x
    polynomial = sp.expand(sp.expand(squared).subs(m, (pair + sp.sqrt(pair**2 - 4)) / 2))
    squared_in_x = sp.simplify(sp.radsimp(polynomial)).subs(pair, -sign * x)
    stable = (1 - sp.Abs(s)) ** 2 + sp.Abs(s) * (2 - sp.sign(s) * x)
    far = sp.Abs(rank_one_outside().args[0].subs(m, -sp.sign(x) / _growth))
    outside_growth = (sp.Abs(x) + sp.sqrt(x**2 - 4)) / 2
    outside = far.subs(_growth, outside_growth)
    rows = []
    for place, strength in ((0.3, 0.8), (-1.99, -3.0), (2.2, 1.2), (-2.5, -2.0), (7.0, 0.5), (2.9, -1.0)):
        law = squared_in_x ** sp.Rational(1, 2) if abs(place) < 2 else outside
        found = complex(law.subs({x: place, s: strength}).evalf())
        rows.append((f"x = {place}, s = {strength}", found, abs(1 + strength * stieltjes(place))))
    claims = (
        Identity(
            stable.rewrite(sp.Piecewise).subs(s, sp.Symbol("s", positive=True)),
            (1 + s**2 - s * x).subs(s, sp.Symbol("s", positive=True)),
            what="s > 0: the stable form",
        ),
        Identity(
            stable.subs(s, sp.Symbol("s", negative=True)),
            (1 + s**2 - s * x).subs(s, sp.Symbol("s", negative=True)),
            what="s < 0: the stable form",
        ),
        Identity(squared_in_x, 1 + s**2 - s * x, what="(1 + sm)(1 + s/m) in x"),
        Numbers(rows, 1e-12, ("this step", "|1 + s m| with the complex transform")),
    )
    # A ufunc evaluates both sides of a branch: the bound keeps the root of the other side real.
    bounded = stable.subs(2 - sp.sign(s) * x, sp.Max(0, 2 - sp.sign(s) * x))
    value = {
        "inside": sp.sqrt(bounded),
        "plain": sp.Piecewise((sp.sqrt(squared_in_x), sp.Abs(x) <= 2), (outside, True)),
        "outside": far,
    }
    text = r"|1+s\,m_{sc}(x)|=\sqrt{1+s^2-sx}\ (|x|\le2),\quad |1-s\operatorname{sign}(x)/w|\ (|x|>2)"
    return Result(value, text, claims)


def _points(rng: np.random.Generator, count: int) -> Iterable[tuple[float, ...]]:
    """Positions everywhere, strengths of both signs over many scales, and the zeros x = s + 1/s."""
    for kind in rng.integers(0, 4, count):
        strength = float(rng.choice([-1.0, 1.0]) * 10 ** rng.uniform(-6, 6 if kind < 3 else 1))
        if kind == 0:
            yield (rng.uniform(-2, 2), strength)
        elif kind == 1:
            yield (float(rng.choice([-1.0, 1.0])) * (2 + rng.choice([-1.0, 1.0]) * 10 ** rng.uniform(-15, 0)), strength)
        elif kind == 2:
            yield (float(rng.choice([-1.0, 1.0])) * 10 ** rng.uniform(0.31, 30), strength)
        else:
            yield (strength + 1 / strength, strength)


_half = sp.Symbol("h", positive=True)
derivation.formula(
    Formula(
        kernel=Kernel(
            "rank_one_factor",
            (x, s),
            (
                Branch(sp.Abs(x) <= 2, rank_one_factor()["inside"], note="inside the bulk"),
                Branch(
                    sp.true,
                    rank_one_factor()["outside"],
                    (
                        Assignment(_half, sp.Max(1, sp.Abs(x) / 2)),
                        Assignment(_growth, _half + sp.sqrt(_half - 1) * sp.sqrt(_half + 1)),
                    ),
                ),
            ),
            "Factor |1 + s m(x)| of E|det| under a rank-one perturbation, at large n.",
        ),
        title="Factor of the mean modulus of the determinant under a rank-one perturbation",
        step=rank_one_factor,
        arguments=(
            Argument(x, "position in units of √n; the bulk is [−2, 2]", -1e150, 1e150),
            Argument(s, "strength of the perturbation in units of √n", -1e100, 1e100),
        ),
        plain=rank_one_factor()["plain"],
        domain="real x and s, |x| <= 1e150, |s| <= 1e100",
        points=_points,
        special=(
            (0.0, 0.0),
            (2.0, 1.0),
            (-2.0, -1.0),
            (2.0, 2.0),
            (2.5, 2.0),
            (-2.5, -2.0),
            (2.5, -2.0),
            (1e150, 1e100),
            (0.0, 1e100),
            (1.0, 1.0),
            (2.0, -1e-300),
            (3.0, 0.0),
        ),
        scale=sp.Max(
            1, sp.Piecewise((sp.Abs(s), sp.Abs(x) <= 2), (2 * sp.Abs(s) / (sp.Abs(x) + sp.sqrt(x**2 - 4)), True))
        ),
    )
)
