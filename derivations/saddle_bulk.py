"""Gaussian fluctuations at the saddles inside and outside the bulk, and the law of rank one."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from derivations.claims import Identity, Numbers, Order
from derivations.deferred import deferred
from derivations.derivation import Result
from derivations.gaussian_fluctuations import BulkFluctuations
from derivations.saddle_integral import AT_SADDLE, constants, derivation, ell, exponents, m, phi, y, z
from derivations.symbols import n, s, x
from spinglass.random_matrices.determinants import mean_abs_determinant
from spinglass.random_matrices.semicircle import log_potential, stieltjes


def _log_errors(place: float, leading: Any, sizes: tuple[int, ...]) -> list[float]:
    """log E|det(A_n − x√n)| minus its leading form n/2 log n + nΦ + log(prefactor at n)."""
    prefactor = sp.lambdify(n, leading, "mpmath")
    errors = []
    for size in sizes:
        exact = mean_abs_determinant(size, place * math.sqrt(size), log=True)
        rest = exact - size / 2 * math.log(size) - size * log_potential(place)
        value = mpmath.mpmathify(prefactor(size))
        positive = value.real > 0 and abs(value.imag) < 1e-9 * value.real  # its phase is part of the claim
        errors.append(rest - float(mpmath.log(value.real)) if positive else math.nan)
    return errors


SIZES = (64, 128, 256, 512, 1024)


def _bulk_leading(coefficient: Any) -> Any:
    """The prefactor inside, in φ and n, from the coefficient of n^{-2}."""
    inside = {m: sp.exp(sp.I * phi)}
    saddle = -((m - 1 / m) ** 2) * (m - 1 / m) ** 4 * (1 / m - m)  # the smooth part without its logarithm
    # 1/√(F''F'') and 1/√(G''G'') of conjugate pairs; the directions are those of the step "contours".
    fermions = sp.I**2 * (2 * sp.pi / n) / sp.sqrt(sp.simplify(((1 - m**2) * (1 - m**-2)).subs(inside).rewrite(sp.cos)))
    bosons = (2 * sp.pi / n) / (sp.sqrt(sp.simplify(((1 - m**2) * (1 - m**-2)).subs(inside).rewrite(sp.cos))) / 2)
    whole = constants() * 2 * fermions * bosons * (saddle * coefficient).subs(inside) / n**2
    return sp.simplify(whole.rewrite(sp.cos))


@derivation.step("bulk", "Inside the bulk", flips="the sign of the cubic terms of the bosonic exponents")
def bulk(sign: int = 1) -> Result:
    r"""Inside the bulk $|e^{F(m)}| = |e^{F(\bar m)}|$, and the prefactor decides: the saddles $(y_1,y_2) = (m,\bar
    m)$ and $(\bar m,m)$ count alike, while $(m,m)$ and $(\bar m,\bar m)$ have $(y_1-y_2)^4 = O(n^{-2})$ on top and
    are smaller by $1/n$ (and oscillate). At $y = (m,\bar m)$, $z = (\bar m,m)$ two factors vanish, $x+y_1+z_1 =
    \delta_1+\varepsilon_1$ and $x+y_2+z_2 = \delta_2+\varepsilon_2$, so that the leading contribution is the
    coefficient of $n^{-2}$ in a Gaussian average with cubic and quartic terms, which is computed exactly as a
    rational function of $m$. The logarithm at the saddle must drop out of it: this is the Ward identity, seen at the
    saddle.

    Exponents: $F(m)+F(\bar m)+G(m)+G(\bar m) = \Phi(x) - 1$, and the constants bring $e^n$. The result is
    $E|\det(A_n-x\sqrt n)| = n^{n/2}e^{n\Phi(x)}\sqrt{2n(4-x^2)/\pi}\,(1+O(1/n))$.

    Check: exact values up to $n = 1024$.
    """
    ratio = BulkFluctuations(m, (), ell, boson_sign=sign)
    coefficient = ratio.coefficient()
    ward = ratio.coefficient(logarithm=False)
    found = exponents()
    levels = [found["fermion"].subs(y, root) for root in (m, 1 / m)] + [
        found["boson"].subs(z, root) for root in (m, 1 / m)
    ]
    level = sum(levels).subs(AT_SADDLE).subs(m, sp.exp(sp.I * phi))
    real_level = sp.expand_log(level.replace(sp.log, lambda a: sp.log(sp.simplify(sp.Abs(sp.simplify(a))))), force=True)
    inner = -2 * sp.cos(phi)
    leading = _bulk_leading(coefficient)
    shown = sp.sqrt(2 * n * (4 - x**2) / sp.pi)
    sine = 2 * sp.sin(phi)  # positive: 0 < φ < π
    claims: list[Any] = [
        Identity(
            [leading.rewrite(sp.exp), (4 - x**2).subs(x, inner)],
            [(sp.sqrt(2 * n / sp.pi) * sine).rewrite(sp.exp), sine**2],
            sp.simplify,
            "the prefactor, 4 − x² = (2 sin φ)²",
        ),
        Identity(sp.diff(coefficient, ell), 0, what="the logarithm drops out"),
        Identity(ward, 0, what="without the logarithm the coefficient vanishes"),
        Identity(
            sp.simplify(real_level.rewrite(sp.cos)), inner**2 / 4 - sp.Rational(3, 2), what="the exponent is Φ(x) − 1"
        ),
    ]
    for place in (0.6, -1.3, 0.0):
        at = leading.subs(ell, 1).subs(phi, sp.acos(sp.Rational(str(-place)) / 2))
        claims.append(Order(SIZES, _log_errors(place, at, SIZES), -1))
    text = r"E|\det(A_n-x\sqrt n)|\simeq n^{n/2}e^{n\Phi(x)}" + sp.latex(shown)
    return Result({"coefficient": coefficient, "leading": leading}, text, tuple(claims))


def _positive_root(rest: Any) -> Any:
    return sp.simplify(sp.powdenest(sp.factor(sp.simplify(rest)), force=True))


@derivation.step("outside", "Outside the bulk", flips="the sign of the curvature term m² in F'' = 1 − m²")
def outside(sign: int = 1) -> Result:
    r"""For $x > 2$ all four variables sit at $m \in (-1, 0)$. The two bosonic contours run along the two sides of the
    cut, $z_1 = e^{-i\pi}t_1$ and $z_2 = e^{i\pi}t_2$: there $\Delta = i\sqrt n(t_2 - t_1)$ has the logarithm
    $\log(\sqrt n|t_1-t_2|) \pm i\pi/2$. Its real part multiplies something antisymmetric and is gone (Ward identity
    again), so that $-\Delta\log\Delta \to \tfrac\pi2\sqrt n\,|t_1-t_2|$: the repulsion of real symmetric matrices.
    With the fermions on the vertical line, $y_a = m + i\eta_a$, what is left are $\langle(\eta_1-\eta_2)^4\rangle =
    12\,(nF'')^{-2}$ and $\langle|t_1-t_2|\rangle = 2/\sqrt{\pi n|G''|}$. The result is $E|\det| =
    n^{n/2}e^{n\Phi(x)}(1-m^2)^{-1/2}(1+O(1/n))$, the leading form of $|He_n(x\sqrt n)|$.

    Check: exact values up to $n = 1024$, and the exponent is $\Phi - 1$.
    """
    fermion, boson = 1 - sign * m**2, (m**-2 - 1) / 2  # F'' and −G''
    size = -m  # |m|
    measure = (sp.pi / 2) * constants() / (-sp.I)  # −i(z1 − z2) log → (π/2)|t1 − t2|
    gaussians = (
        sp.I**2 * (2 * sp.pi / (n * fermion)) * 12 / (n * fermion) ** 2  # two fermions and their repulsion
        * (2 * sp.pi / (n * boson)) * 2 / sp.sqrt(sp.pi * n * boson)  # two bosons and theirs
    )  # fmt: skip
    saddle = m**4 * (m - 1 / m) ** 4 / size**3
    w = sp.Symbol("w", positive=True)
    d = sp.Symbol("d", positive=True)
    leading = sp.simplify((measure * gaussians * saddle).subs(m, -1 / (1 + d)))
    closed = 1 / sp.sqrt(1 - (1 + d) ** -2)
    found = exponents()
    level = (2 * found["fermion"].subs(y, m) + 2 * found["boson"].subs(z, m)).subs(AT_SADDLE).subs(m, -1 / w)
    real_level = sp.simplify(level.replace(sp.log, lambda a: sp.log(sp.Abs(sp.simplify(a)))))
    claims: list[Any] = [
        Identity(leading / closed, 1, _positive_root, "the prefactor is (1 − m²)^{-1/2}"),
        Identity(sp.expand_log(real_level), sp.log(w) + 1 / (2 * w**2) - 1, what="the exponent is Φ(x) − 1"),
    ]
    for place in (2.5, 4.0):
        at = leading.subs(d, sp.Float(-1 / stieltjes(place).real - 1, 20))
        claims.append(Order(SIZES, _log_errors(place, at, SIZES), -1))
    text = r"E|\det(A_n-x\sqrt n)|\simeq n^{n/2}e^{n\Phi(x)}\,(1-m_{sc}(x)^2)^{-1/2}"
    return Result(leading.subs(d, -1 / m - 1), text, tuple(claims))


def _ratio_errors(place: float, strength: float, limit: Any, sizes: tuple[int, ...]) -> list[float]:
    """W_n(x√n, s√n)/W_n(x√n, 0) over its limit, minus 1."""
    value = float(abs(complex(limit)))
    errors = []
    for size in sizes:
        xi, kappa = place * math.sqrt(size), strength * math.sqrt(size)
        errors.append(mean_abs_determinant(size, xi, kappa) / mean_abs_determinant(size, xi) / value - 1)
    return errors


def _sampled_ratio(place: float, strengths: tuple[float, ...], size: int = 24, blocks: int = 12) -> float:
    """E|det(A_n + Σ s_j√n e_j e_jᵀ − x√n)| over its value without perturbation, from 5000 · blocks matrices."""
    rng = np.random.default_rng(1)
    root, diagonal = math.sqrt(size), np.arange(size)
    exact = mean_abs_determinant(size, place * root, log=True)
    total = 0.0
    for _ in range(blocks):
        a = rng.standard_normal((5000, size, size))
        a = (a + a.transpose(0, 2, 1)) / math.sqrt(2)
        a[:, diagonal, diagonal] -= place * root
        for j, strength in enumerate(strengths):
            a[:, j, j] += strength * root
        total += float(np.mean(np.exp(np.linalg.slogdet(a)[1] - exact)))
    return total / blocks


RATIO_SIZES = (16, 24, 32, 48, 64)


@derivation.step(
    "rank-one-bulk",
    "The law of rank one inside the bulk",
    flips="the sign of the rank-one terms y_b²/(x + y_a + z_b)",
    slow=True,
)
def rank_one_bulk(sign: int = 1) -> Result:
    r"""With $\kappa = s\sqrt n$ the row of $\Phi$ along $e$ has squared components $g_b^2/n$ with Gaussian $g_b$
    (Dirichlet, large $n$). The bosonic factor is $E e^{-s z_b g_b^2/2} = (1+sz_b)^{-1/2}$, under which $g_b^2$ has
    mean $1/(1+sz_b)$. The fermionic factor multiplies $(x+y_a+z_1)(x+y_a+z_2)$ by $1 - s/(x+y_a) - \tfrac sn\sum_b
    g_b^2/(x+y_a+z_b) + \dots$. At the saddle $1 - s/(x+y_a) = 1 + sy_a$; but since $x+y_a+z_a$ vanishes there like
    $n^{-1/2}$ with a mean of order $1/n$, its term $-\tfrac sn g_a^2$ is of the same order and must be kept, as must
    the changes of the prefactor with $s$. Everything together is again the coefficient of $n^{-2}$, exact in $m$ and
    $s$. These additions cancel, and only $(1+sm)(1+s\bar m)/\sqrt{(1+sm)(1+s\bar m)} = |1+s\,m_{sc}(x)|$ is left.

    Finite rank: for a perturbation $\sum_j s_j\sqrt n\,e_je_j^T$ the vanishing factor becomes $Z_aA_a -
    \tfrac1n\sum_j s_jg_{aj}^2\prod_{i\ne j}(1-s_i/(x+y_a))$ (a rank-one determinant in $g_a$ is linear), and the
    coefficient for two strengths gives $\prod_j|1+s_j m_{sc}|$.

    Check: exact $W_n(\xi,\kappa)$ by the Fourier-Pfaffian route, up to $n = 64$; rank two by 60000 sampled matrices at
    $n = 24$, to 4 %.
    """
    other = sp.Symbol("s_2", real=True)
    plain = BulkFluctuations(m, (), ell).coefficient()
    one = sp.factor(BulkFluctuations(m, (s,), ell).coefficient(source_sign=sign) / plain)
    law = one / sp.sqrt((1 + s * m) * (1 + s / m))

    def claims() -> list[Any]:
        two = sp.factor(BulkFluctuations(m, (s, other), ell).coefficient(source_sign=sign) / plain)
        found: list[Any] = [
            Identity(one, (1 + s * m) * (1 + s / m), what="rank one: (1 + sm)(1 + s/m)"),
            Identity(
                two,
                (1 + s * m) * (1 + s / m) * (1 + other * m) * (1 + other / m),
                what="rank two: the product over both",
            ),
        ]
        for place, strength in ((0.6, 1.0), (0.0, 1.0), (1.5, 2.0)):
            limit = law.subs({m: complex(stieltjes(place)), s: strength, ell: 1})
            found.append(Order(RATIO_SIZES, _ratio_errors(place, strength, sp.N(limit), RATIO_SIZES), -1))
        rows = []
        for place, strengths in ((0.0, (1.0, -0.5)), (-1.2, (1.5, 0.5))):
            product = sp.sqrt(two).subs({m: complex(stieltjes(place)), s: strengths[0], other: strengths[1], ell: 1})
            label = f"x = {place}, s = {strengths}"
            rows.append((label, complex(sp.N(product)).real, _sampled_ratio(place, strengths)))
        found.append(Numbers(rows, 0.04, ("the law of rank two", "60000 sampled matrices, n = 24")))
        return found

    text = r"\frac{W_n(x\sqrt n,s\sqrt n)}{W_n(x\sqrt n,0)}\simeq\sqrt{(1+sm)(1+s\bar m)}=|1+s\,m_{sc}(x)|"
    return Result(law, text, deferred(claims))


@derivation.step(
    "rank-one-outside", "The law of rank one outside", flips="the sign of s in the bosonic factor (1 + sz)^{-1/2}"
)
def rank_one_outside(sign: int = 1) -> Result:
    r"""Outside nothing vanishes but the differences, and each factor takes its value at the saddle: $(1+sm)^2$ from
    the fermions, $(1+sm)^{-1/2}$ from each boson. For $1+sm > 0$ the result is $1+sm$. For $1+sm < 0$ (the
    perturbation has pulled an eigenvalue beyond $x$) the saddle lies beyond the branch point $z = -1/s$ of the
    bosonic factor. There the two bosons, $z_1$ below and $z_2$ above the cut, have complex conjugate square roots:
    what counts is the modulus $|1+sm|^{-1/2}$ of each, so that the product is $(1+sm)^2/|1+sm| = |1+sm|$. For this
    case the Gaussian limit of the Dirichlet law is used outside its region of convergence: the law is then
    supported by the exact values, not proved here.

    Check: exact ratios, both signs of $1+sm$.
    """
    below, above = sp.symbols("below above", positive=True)  # 1 + sm = below > 0, or −above < 0
    fermions, boson = sp.Abs(1 + s * m) ** 2, 1 / sp.sqrt(sp.Abs(1 + sign * s * m))  # m is real: (1 + sm)² = |1 + sm|²
    value = fermions * boson**2
    solved = {s: (below - 1) / m}
    passed = {s: (-above - 1) / m}

    def claims() -> list[Any]:
        found: list[Any] = [
            Identity(sp.simplify(value.subs(solved)), below, what="1 + sm > 0"),
            Identity(sp.simplify(value.subs(passed)), above, what="1 + sm < 0: |1 + sm|"),
        ]
        for place, strength in ((2.5, 0.8), (-2.5, 1.0), (-2.5, -1.0), (2.5, 3.0)):
            limit = value.subs({m: stieltjes(place).real, s: strength})
            found.append(Order(RATIO_SIZES, _ratio_errors(place, strength, sp.N(limit), RATIO_SIZES), -1))
        return found

    text = r"\frac{W_n(x\sqrt n,s\sqrt n)}{W_n(x\sqrt n,0)}\simeq|1+s\,m_{sc}(x)|,\quad |x|>2"
    return Result(value, text, deferred(claims))
