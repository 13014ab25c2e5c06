"""The GOE average of determinants and bosonic sources: duality with a fixed number of integrals at every n."""

from __future__ import annotations

import itertools
import math
from typing import Any

import sympy as sp

from derivations.circles import cosine, normal_form, on_circles, sine
from derivations.claims import Identity, Numbers
from derivations.derivation import Derivation, Result
from derivations.dual_means import (
    FIELD_VARIANCES,
    QUATERNION_SQUARE,
    determinant,
    direct_mean,
    h_im,
    h_re,
    one_copy_mean,
    r11,
    r22,
    ring_of,
    two_copy_mean,
    two_point_mean,
    w_im,
    w_re,
)
from derivations.grassmann_algebra import Fermions, GrassmannElement, append_coefficients
from derivations.moments import gaussian_expectation, goe_matrix, mean_with_source, symmetric_matrix
from derivations.symbols import r1, r2, xi

derivation = Derivation(
    "duality",
    "Averages over the GOE: the bosonic source as a shift, and the fermionic duality",
    sources=("baskerville2021", "desrosiers2009", "fyodorov2004"),
    text=r"""
The entries of $A_n$ are independent Gaussians, of variance 1 off the diagonal and 2 on it. Two averages are needed:
that of the bosonic exponential, $e^{\frac i2\operatorname{tr}A\Phi L\Phi^T}$, which shifts $A$ in everything that
stands beside it, and that of the fermionic exponential, which is quartic and is made quadratic again by a field of
fixed size. The result, for every $n$ and every symmetric $B$ (complex entries are allowed: both sides are polynomials):
$$\mathbb E\det(\xi-A_n-B)=\mathbb E_r\det(\xi+ir-B),\qquad
\mathbb E\det(\xi-A_n-B)^2=\mathbb E_{r_1,r_2}\det(\xi+ir_1-B)\det(\xi+ir_2-B)$$
with a standard normal $r$, and with $(r_1,r_2)$ of density $\propto(r_1-r_2)^4e^{-(r_1^2+r_2^2)/2}$. The chain of steps
is valid for every $n$; the computer checks it against averages taken entry by entry at small $n$.
""",
)


@derivation.step(
    "bosonic-average", "The average of the bosonic exponential", flips="the sign of the shift that completes the square"
)
def bosonic_average(sign: int = 1) -> Result:
    r"""$\frac12\operatorname{tr}AK=\sum_{j\le k}t_{jk}a_{jk}$ is linear in independent Gaussians. For one of them, of
    variance $v$, the exponent $-\frac{a^2}{2v}+ita$ is completed to a square by $a=b+ivt$, a shift of the contour that
    is allowed because the integrand is entire and decays in every strip along the real axis:
    $\mathbb Ee^{ita}=e^{-vt^2/2}$. The sum over the entries is $-\frac14\operatorname{tr}K^2$, and with
    $K=\Phi L\Phi^T$, $Q=\Phi^T\Phi$ it is $-\frac14\operatorname{tr}(LQ)^2$, a function of a $2\times2$ matrix. Checked
    for symbolic $\Phi$, $n\le4$, and against the moments $\mathbb E(\frac i2\operatorname{tr}AK)^{2m}$, $m\le3$, for
    symbolic $K$."""
    a, b, t = sp.symbols("a b t", real=True)
    v = sp.Symbol("v", positive=True)
    shifted = sp.expand((-(a**2) / (2 * v) + sp.I * t * a).subs(a, b + sign * sp.I * v * t))
    constant = shifted.subs(b, 0)
    signature = sp.diag(1, -1)
    left, right = [], []
    for size in (1, 2, 3, 4):
        phi = _vectors(size)
        left.append(_exponent(phi * signature * phi.T, constant, t, v))
        right.append(-((signature * phi.T * phi) ** 2).trace() / 4)
    moments, powers = [], []
    for size, highest in ((1, 3), (2, 3), (3, 2)):
        goe, variances = goe_matrix(size)
        kernel = symmetric_matrix(size, "k")
        for half in range(1, highest + 1):
            moment = gaussian_expectation((goe * kernel).trace() ** (2 * half), variances)
            moments.append((sp.I / 2) ** (2 * half) * moment / sp.factorial(2 * half))
            powers.append(_exponent(kernel, constant, t, v) ** half / sp.factorial(half))
    return Result(
        value=constant,
        equation=r"\mathbb E\,e^{\frac i2\operatorname{tr}A\Phi L\Phi^T}=e^{-\frac14\operatorname{tr}(LQ)^2},"
        r"\quad Q=\Phi^T\Phi",
        claims=(
            Identity(sp.expand(shifted + b**2 / (2 * v) - constant), 0, what="the square is complete"),
            Identity(left, right, sp.expand, "the sum over the entries is a function of LQ, n = 1..4"),
            Identity(powers, moments, sp.expand, "the exponential series against moments of the entries, n = 1, 2, 3"),
        ),
    )


@derivation.step("bosonic-shift", "The bosonic source shifts the matrix", flips="the sign of the shift")
def bosonic_shift(sign: int = 1) -> Result:
    r"""The same change of variables in the presence of a polynomial $F$:
    $\mathbb E[F(A)\,e^{\frac i2\operatorname{tr}AK}]=e^{-\frac14\operatorname{tr}K^2}\,\mathbb E[F(A+iK)]$, since each
    entry moves by $ivt$: by $i\cdot2\cdot\frac12K_{jj}$ on the diagonal and by $i\cdot1\cdot K_{jk}$ off it. For
    $F=\det(M-A)$ and its square, symbolic $K$ and $M$ ($n=1,2$; for $n=3$ symbolic $K$ and $M=\xi$), against the direct
    route, which knows no shift: $\mathbb E[a^me^{ita}]=(-i\,d/dt)^me^{-vt^2/2}$, entry by entry."""
    left, right = [], []
    for size in (1, 2, 3):
        goe, variances = goe_matrix(size)
        kernel = symmetric_matrix(size, "k")
        matrix = symmetric_matrix(size, "m") if size < 3 else xi * sp.eye(size)
        ring = ring_of(goe, kernel, matrix, [[sp.I]])
        for power in (1, 2):
            shifted = determinant(ring, matrix - goe - sign * sp.I * kernel) ** power
            left.append(gaussian_expectation(shifted, variances).as_expr())
            plain = determinant(ring, matrix - goe) ** power
            right.append(mean_with_source(plain, kernel).as_expr())
    return Result(
        value=left,
        equation=r"\mathbb E\bigl[F(A)\,e^{\frac i2\operatorname{tr}AK}\bigr]"
        r"=e^{-\frac14\operatorname{tr}K^2}\,\mathbb E\,F(A+iK)",
        claims=(Identity(left, right, sp.expand, "det and det², n = 1, 2, 3, against derivatives in the source"),),
    )


@derivation.step(
    "fermionic-average", "The average of the fermionic exponential", flips="the sign of the terms G_ab G_ba"
)
def fermionic_average(sign: int = 1) -> Result:
    r"""The exponent $X=\sum_a\bar\chi_aA\chi_a$ is linear in the entries, with even coefficients, so that
    $\mathbb Ee^{-X}=e^{\frac12\mathbb EX^2}$ as for numbers. Reordering with
    $\mathbb EA_{jk}A_{lm}=\delta_{jl}\delta_{km}+\delta_{jm}\delta_{kl}$ gives
    $\frac12\mathbb EX^2=-\frac12\sum_{ab}\bigl[G_{ab}G_{ba}+(\bar\chi_a\cdot\bar\chi_b)(\chi_a\cdot\chi_b)\bigr]$ with
    $G_{ab}=\bar\chi_a\cdot\chi_b$: bilinears that are scalars of $O(n)$. One copy: $-\frac12G^2$. Two copies:
    $-\frac12(G_{11}^2+G_{22}^2)-G_{12}G_{21}-(\bar\chi_1\cdot\bar\chi_2)(\chi_1\cdot\chi_2)$. Both equalities are
    checked in the Grassmann algebra, the average of $e^{-X}$ being taken monomial by monomial: one copy $n\le4$, two
    copies $n\le3$."""
    claims: list[Identity] = []
    for copies, sizes in ((1, (1, 2, 3, 4)), (2, (1, 2, 3))):
        left: list[Any] = []
        right: list[Any] = []
        for size in sizes:
            goe, variances = goe_matrix(size)
            fermions = Fermions(size, copies, variances)
            linear = sum(
                (fermions.bilinear(fermions.chibar(a), goe, fermions.chi(a)) for a in range(1, copies + 1)),
                fermions.algebra.constant(0),
            )
            quartic = _quartic(fermions, sign)
            half = fermions.algebra.constant(sp.Rational(1, 2))
            append_coefficients(left, right, quartic, half * (linear * linear).mean(variances))
            append_coefficients(left, right, quartic.exp(), (-linear).exp().mean(variances))
        what = f"half the variance, and the mean exponential; copies: {copies}, n = 1..{sizes[-1]}"
        claims.append(Identity(left, right, sp.expand, what))
    return Result(
        value=[claim.left for claim in claims],
        equation=r"\mathbb E\,e^{-\sum_a\bar\chi_aA\chi_a}=\exp\Bigl(-\tfrac12\sum_{ab}\bigl[G_{ab}G_{ba}"
        r"+(\bar\chi_a\cdot\bar\chi_b)(\chi_a\cdot\chi_b)\bigr]\Bigr)",
        claims=tuple(claims),
    )


@derivation.step("one-copy", "One copy: a real field", flips="the sign of the square of the coupling i of the field")
def one_copy(sign: int = 1) -> Result:
    r"""$e^{-\frac12G^2}=\mathbb E_re^{-irG}$ for the even nilpotent $G=\bar\chi\cdot\chi$ and a standard normal $r$
    (Hubbard and Stratonovich), which is checked in the algebra for $n\le4$. The fermions are Gaussian again, with the
    matrix $M+ir$, and $\mathbb E\det(M-A_n)=\mathbb E_r\det(M+ir)$; for $M=\xi$ this is
    $\mathbb E_r(\xi+ir)^n=\mathrm{He}_n(\xi)$. Compared with the average entry by entry for a symmetric matrix of
    symbols, $n\le4$ (which contains every $B$ and $\xi$), and for $M=\xi$, $n\le6$."""
    coupling = sp.sqrt(-sign)
    exponential: list[Any] = []
    quartic: list[Any] = []
    for size in (1, 2, 3, 4):
        fermions = Fermions(size, 1, [r1], sp.QQ_I)
        density = fermions.dot(fermions.chibar(), fermions.chi())
        source = -fermions.algebra.coefficient(coupling * r1) * density
        append_coefficients(exponential, quartic, source.exp().mean({r1: 1}), _quartic(fermions).exp())
    symbolic = [symmetric_matrix(size, "m") for size in (1, 2, 3, 4)]
    scalar = [xi * sp.eye(size) for size in range(1, 7)]
    hermite = [sp.hermite_prob(size, xi) for size in range(1, 7)]
    dual = [one_copy_mean(matrix, coupling) for matrix in scalar]
    return Result(
        value=dual,
        equation=r"\mathbb E\det(\xi-A_n-B)=\mathbb E_r\det(\xi+ir-B),\qquad\mathbb E\det(\xi-A_n)=\mathrm{He}_n(\xi)",
        claims=(
            Identity(exponential, quartic, sp.expand, "the field reproduces the quartic exponential, n = 1..4"),
            Identity([one_copy_mean(matrix, coupling) for matrix in symbolic],
                     [direct_mean([matrix]) for matrix in symbolic], sp.expand, "symbolic symmetric matrix, n = 1..4"),
            Identity(dual, [direct_mean([matrix]) for matrix in scalar], sp.expand, "multiples of one, n = 1..6"),
            Identity(dual, hermite, sp.expand, "Hermite polynomials, n = 1..6"),
        ),
    )  # fmt: skip


@derivation.step(
    "quaternion-field", "Two copies: a quaternion self-dual field", flips="the sign of w̄ (χ₁·χ₂), the pairing term"
)
def quaternion_field(sign: int = 1) -> Result:
    r"""Two copies need six real fields: $r_{11},r_{22}$ of variance 1 for $G_{11}^2,G_{22}^2$; a complex $h$ with
    $\mathbb E|h|^2=1$ for $G_{12}G_{21}$; a complex $w$ with $\mathbb E|w|^2=1$ for the pairing term. In
    $e^{-i(r_{11}G_{11}+r_{22}G_{22}+hG_{12}+\bar hG_{21}+w\,\bar\chi_1\cdot\bar\chi_2+\bar w\,\chi_1\cdot\chi_2)}$ they
    reproduce the quartic exponential. They are the entries of a quaternion self-dual matrix
    $R=\begin{pmatrix}r_{11}&Q\\Q^\dagger&r_{22}\end{pmatrix}$, $Q\cong(h,w)$, of weight
    $e^{-\frac12\operatorname{Tr}R^2}=e^{-\frac12(r_{11}^2+r_{22}^2)-|h|^2-|w|^2}$. The fermions are Gaussian in it.
    With matrices $M_1,M_2$ for the two copies the integral depends on $h$ and $w$ only through $|Q|^2=|h|^2+|w|^2$
    (symmetric $M_2$ leave the rotations of $(\chi_2,\bar\chi_2)$ free), and is
    $\det\begin{pmatrix}M_1+ir_{11}&i|Q|\\i|Q|&M_2+ir_{22}\end{pmatrix}$, a determinant of size $2n$. Checked in the
    algebra: the average over the field $n\le3$; the integral over the fermions for symmetric matrices of symbols
    $M_1\ne M_2$, $n\le3$."""
    means: list[Any] = []
    quartics: list[Any] = []
    for size in (1, 2, 3):
        fermions = Fermions(size, 2, FIELD_VARIANCES, sp.QQ_I)
        append_coefficients(
            means, quartics, _field_exponent(fermions, sign).exp().mean(FIELD_VARIANCES), _quartic(fermions).exp()
        )
    integrals, determinants = [], []
    for size in (1, 2, 3):
        one, two = symmetric_matrix(size, "m"), symmetric_matrix(size, "k")
        fermions = Fermions(size, 2, [*FIELD_VARIANCES, *one.free_symbols, *two.free_symbols], sp.QQ_I)
        exponent = _field_exponent(fermions, sign)
        for copy, matrix in ((1, one), (2, two)):
            exponent = exponent - fermions.bilinear(fermions.chibar(copy), matrix, fermions.chi(copy))
        integrals.append(fermions.integral(exponent.exp()))
        modulus, unit = sp.Symbol("Q", positive=True), sp.eye(size)
        upper = (one + sp.I * r11 * unit).row_join(sp.I * modulus * unit)
        lower = (sp.I * modulus * unit).row_join(two + sp.I * r22 * unit)
        full = upper.col_join(lower)
        expanded = determinant(ring_of(full), full).as_expr()
        determinants.append(expanded.subs(modulus, sp.sqrt(QUATERNION_SQUARE)))
    return Result(
        value=integrals,
        equation=r"\int\prod d\bar\chi d\chi\,e^{-\sum_a\bar\chi_aM_a\chi_a-i(\ldots)}"
        r"=\det\begin{pmatrix}M_1+ir_{11}&i|Q|\\i|Q|&M_2+ir_{22}\end{pmatrix}",
        claims=(
            Identity(means, quartics, sp.expand, "the field reproduces the quartic exponential, n = 1, 2, 3"),
            Identity(integrals, determinants, sp.expand, "the integral over the fermions, n = 1, 2, 3"),
        ),
    )


@derivation.step("two-point", "Two determinants at two points", flips="the sign of |Q|² in the determinant")
def two_point(sign: int = 1) -> Result:
    r"""Hence, for symmetric $M_1,M_2$ and every $n$,
    $$\mathbb E\det(M_1-A_n)\det(M_2-A_n)=\int dR\,e^{-\frac12\operatorname{Tr}R^2}
    \det\begin{pmatrix}M_1+ir_{11}&i|Q|\\i|Q|&M_2+ir_{22}\end{pmatrix}$$
    with the normalised measure of the six Gaussian fields, in which $|Q|^2$ has the density $\varrho e^{-\varrho}$ on
    $\varrho>0$. At two points, $M_a=\xi_a-B$, the blocks commute and it is
    $\mathbb E_R\det\bigl[(\xi_1-B+ir_{11})(\xi_2-B+ir_{22})+|Q|^2\bigr]$: $\xi_1\ne\xi_2$ breaks the symmetry of the
    field, which cannot be rotated to its eigenvalues. Compared with the average entry by entry for two different
    symmetric matrices of symbols ($n\le3$), and in the commuting form with a symmetric $B$ of symbols ($n\le3$), and
    $B=0$, $n=4$."""
    pairs = [(symmetric_matrix(size, "m"), symmetric_matrix(size, "k")) for size in (1, 2, 3)]
    x1, x2 = sp.symbols("xi_1 xi_2", real=True)
    commuting, entrywise = [], []
    for base in [symmetric_matrix(size, "b") for size in (1, 2, 3)] + [sp.zeros(4, 4)]:
        unit = sp.eye(base.rows)
        ring = ring_of(base, [[sp.I, x1, x2, *FIELD_VARIANCES]])
        first, second = x1 * unit - base, x2 * unit - base
        product = (first + sp.I * r11 * unit) * (second + sp.I * r22 * unit) + sign * QUATERNION_SQUARE * unit
        commuting.append(gaussian_expectation(determinant(ring, product), FIELD_VARIANCES).as_expr())
        entrywise.append(direct_mean([first, second]))
    return Result(
        value=commuting,
        equation=r"\mathbb E\det(\xi_1-A_n-B)\det(\xi_2-A_n-B)"
        r"=\mathbb E_R\det\bigl[(\xi_1-B+ir_{11})(\xi_2-B+ir_{22})+|Q|^2\bigr]",
        claims=(
            Identity([two_point_mean(one, two, sign) for one, two in pairs], [direct_mean(pair) for pair in pairs],
                     sp.expand, "two symmetric matrices of symbols, n = 1, 2, 3"),
            Identity(commuting, entrywise, sp.expand, "two points, n = 1, 2, 3 with B of symbols, n = 4 without B"),
        ),
    )  # fmt: skip


@derivation.step("jacobian", "The field in its eigenvalues", flips="the sign of r₂ in the off-diagonal entry")
def jacobian(sign: int = 1) -> Result:
    r"""At coinciding points only the eigenvalues of $R$ enter. $R=U\operatorname{diag}(r_1,r_2)U^\dagger$ with a
    symplectic rotation $U$: $r_{11}=r_1\cos^2\varphi+r_2\sin^2\varphi$, $r_{22}=r_1\sin^2\varphi+r_2\cos^2\varphi$,
    $Q=(r_1-r_2)\sin\varphi\cos\varphi\,q$ with a unit quaternion $q$ of three angles. As a complex $4\times4$ matrix
    $R$ has the eigenvalues $r_1,r_1,r_2,r_2$, and the weight is $e^{-\frac12(r_1^2+r_2^2)}$. The Jacobian, the
    determinant of $6\times6$ derivatives, is $(r_1-r_2)^4$ times a function of the angles: four directions of $Q$ each
    give one factor. The angles integrate to the constant that normalises the density
    $\frac{1}{12}(r_1-r_2)^4\frac{1}{2\pi}e^{-\frac12(r_1^2+r_2^2)}$ of the two eigenvalues without order."""
    phi, *angles = sp.symbols("phi theta_1 theta_2 theta_3", real=True)
    one, two, three = angles
    direction = [sp.cos(one), sp.sin(one) * sp.cos(two), sp.sin(one) * sp.sin(two) * sp.cos(three),
                 sp.sin(one) * sp.sin(two) * sp.sin(three)]  # fmt: skip
    length = (r1 - sign * r2) * sp.sin(phi) * sp.cos(phi)
    diagonal = [r1 * sp.cos(phi) ** 2 + r2 * sp.sin(phi) ** 2, r1 * sp.sin(phi) ** 2 + r2 * sp.cos(phi) ** 2]
    quaternion = [length * entry for entry in direction]
    derivatives = on_circles(sp.Matrix([*diagonal, *quaternion]).jacobian([r1, r2, phi, *angles]))
    volume = normal_form(determinant(ring_of(derivatives), derivatives).as_expr(), [phi, *angles])
    angular = volume.subs({r1: 1, r2: 0})
    measure = angular.subs(
        {of(angle): function(angle) for angle in (phi, *angles) for of, function in ((cosine, sp.cos), (sine, sp.sin))}
    )
    constant = abs(sp.integrate(measure, (phi, 0, sp.pi / 2), (one, 0, sp.pi), (two, 0, sp.pi), (three, 0, 2 * sp.pi)))
    # The four Gaussians of variance 1/2 bring pi^-2, and r1 > r2 is half of the plane.
    density = sp.cancel(volume / angular) * constant / (2 * sp.pi**2)
    h, w = quaternion[0] + sp.I * quaternion[1], quaternion[2] + sp.I * quaternion[3]
    block = sp.Matrix([[h, w], [-sp.conjugate(w), sp.conjugate(h)]])
    spectral = sp.Symbol("z")
    field = (diagonal[0] * sp.eye(2)).row_join(block).col_join(block.H.row_join(diagonal[1] * sp.eye(2)))
    characteristic = on_circles(spectral * sp.eye(4) - field)
    characteristic = determinant(ring_of(characteristic), characteristic).as_expr()
    return Result(
        value=density,
        equation=r"dR=\mathrm{const}\cdot(r_1-r_2)^4\,dr_1dr_2\,dU,\qquad"
        r"\mathbb E_R f=\tfrac1{12}\,\mathbb E_{r_1,r_2\sim N(0,1)}(r_1-r_2)^4f(r_1,r_2)",
        claims=(
            Identity(normal_form(characteristic, [phi, *angles]), ((spectral - r1) * (spectral - r2)) ** 2,
                     what="the eigenvalues of R, each twice"),
            Identity(normal_form((field * field).trace() / 4, [phi, *angles]), (r1**2 + r2**2) / 2, what="the weight"),
            Identity(volume, (r1 - r2) ** 4 * angular, what="the Jacobian"),
            Identity(gaussian_expectation(density, {r1: 1, r2: 1}), 1, what="the angles give the normalised density"),
        ),
    )  # fmt: skip


@derivation.step("two-copies", "The square of a determinant", flips="the sign of r₂ in the repulsion")
def two_copies(sign: int = 1) -> Result:
    r"""With $M_1=M_2=M$ symmetric the determinant of size $2n$ is $\det(M+ir_1)\det(M+ir_2)$, because
    $r_{11}+r_{22}=r_1+r_2$ and $r_{11}r_{22}-|Q|^2=r_1r_2$, and
    $$\mathbb E\det(M-A_n)^2=\frac1{24\pi}\int\!\!\int dr_1dr_2\,(r_1-r_2)^4
    e^{-\frac12(r_1^2+r_2^2)}\det(M+ir_1)\det(M+ir_2)$$
    for every $n$. Compared with the average entry by entry for a symmetric matrix of symbols, $n\le4$ (which contains
    every $\xi-B$), and with the field that is not rotated, $n\le3$; for $M=\xi$ with the Pfaffian route at $n=5,8,13$.
    """
    from spinglass.random_matrices import mean_product

    matrices = [symmetric_matrix(size, "m") for size in (1, 2, 3, 4)]
    density = jacobian().subs(r2, sign * r2)
    left = [two_copy_mean(matrix, density) for matrix in matrices]
    scalar = two_copy_mean(xi * sp.eye(2), density)
    rows = []
    for size, point in ((5, 0.7), (8, 2.0), (13, -1.5)):
        dual = float(two_copy_mean(sp.Rational(str(point)) * sp.eye(size), density))
        log_mean, phase = mean_product(size, lambda eigenvalues, at=point: (eigenvalues - at) ** 2)  # type: ignore[misc]
        rows.append((f"n = {size}, xi = {point}", dual, phase * math.exp(log_mean)))
    return Result(
        value=left,
        equation=r"\mathbb E\det(\xi-A_n-B)^2=\mathbb E_{r_1,r_2}\det(\xi+ir_1-B)\det(\xi+ir_2-B)",
        claims=(
            Identity(left, [direct_mean([matrix, matrix]) for matrix in matrices], sp.expand,
                     "symbolic symmetric matrix, n = 1..4"),
            Identity(left[:3], [two_point_mean(matrix, matrix) for matrix in matrices[:3]], sp.expand,
                     "the field of six variables, n = 1, 2, 3"),
            Identity(scalar, xi**4 + 2 * xi**2 + 7, sp.expand, "n = 2"),
            Numbers(rows, 1e-11, ("the dual integral", "the Pfaffian route")),
        ),
    )  # fmt: skip


@derivation.step(
    "source-and-determinants",
    "The average of the whole integrand",
    flips="the sign of the shift i LQ in the determinants",
)
def source_and_determinants(sign: int = 1) -> Result:
    r"""The bosonic source first shifts $A$ by $iK$, $K=\Phi L\Phi^T$, in the fermionic part: that is $B=iK$, of rank
    two. By Sylvester's identity $\det(\xi+ir-iK)=(\xi+ir)^{n-2}\det(\xi+ir-iLQ)$, so that for every $n\ge2$
    $$\mathbb E\bigl[\det(\xi-A_n)^2e^{\frac i2\operatorname{tr}A_n\Phi L\Phi^T}\bigr]
    =e^{-\frac14\operatorname{tr}(LQ)^2}\,\mathbb E_{r_1,r_2}\prod_{a=1,2}(\xi+ir_a)^{n-2}
    (\xi+ir_a-iq_1)(\xi+ir_a-iq_2)$$
    with the eigenvalues $q_1,q_2$ of $LQ$: a polynomial in $\operatorname{tr}LQ$ and $\det LQ$. Compared for symbolic
    $\Phi$, $n=2,3$, with the average entry by entry, in which the source enters through derivatives."""
    density = jacobian()
    signature = sp.diag(1, -1)
    left, right = [], []
    for size in (2, 3):
        phi = _vectors(size)
        goe, _ = goe_matrix(size)
        ring = ring_of(phi, goe, [[xi, r1, r2, sp.I]])
        product = ring.from_expr(density)
        for field in (r1, r2):
            point = (xi + sp.I * field) * sp.eye(2)
            product *= ring.from_expr(xi + sp.I * field) ** (size - 2)
            product *= determinant(ring, point - sign * sp.I * signature * phi.T * phi)
        left.append(gaussian_expectation(product, {r1: 1, r2: 1}).as_expr())
        plain = determinant(ring, xi * sp.eye(size) - goe) ** 2
        right.append(mean_with_source(plain, phi * signature * phi.T).as_expr())
    return Result(
        value=left,
        equation=r"\mathbb E\bigl[\det(\xi-A_n)^2e^{\frac i2\operatorname{tr}A_n\Phi L\Phi^T}\bigr]"
        r"=e^{-\frac14\operatorname{tr}(LQ)^2}\,\mathbb E_{r_1,r_2}\prod_a(\xi+ir_a)^{n-2}\det(\xi+ir_a-iLQ)",
        claims=(Identity(left, right, sp.expand, "symbolic vectors, n = 2, 3, against derivatives in the source"),),
    )


def _vectors(size: int) -> Any:
    """Φ = (φ₁ φ₂), n × 2."""
    return sp.Matrix(size, 2, lambda j, b: sp.Symbol(f"phi_{j + 1}{b + 1}", real=True))


def _exponent(kernel: Any, constant: Any, t: Any, v: Any) -> Any:
    """The sum of `constant` over the entries of the GOE, t the coefficient of an entry in ½ tr AK, v its variance."""
    goe, variances = goe_matrix(kernel.rows)
    half = sp.expand((goe * kernel).trace() / 2)
    return sum(constant.subs({t: half.coeff(entry), v: variance}) for entry, variance in variances.items())


def _quartic(fermions: Fermions, sign: int = 1) -> GrassmannElement:
    """−½ Σ_ab [sign · G_ab G_ba + (χ̄_a·χ̄_b)(χ_a·χ_b)], G_ab = χ̄_a·χ_b."""
    chi = [fermions.chi(copy) for copy in range(1, fermions.copies + 1)]
    chibar = [fermions.chibar(copy) for copy in range(1, fermions.copies + 1)]
    dot = fermions.dot
    total = fermions.algebra.constant(0)
    for a, b in itertools.product(range(fermions.copies), repeat=2):
        total = total + sign * dot(chibar[a], chi[b]) * dot(chibar[b], chi[a])
        total = total + dot(chibar[a], chibar[b]) * dot(chi[a], chi[b])
    return fermions.algebra.constant(sp.Rational(-1, 2)) * total


def _field_exponent(fermions: Fermions, sign: int) -> GrassmannElement:
    """−i(r_11 G_11 + r_22 G_22 + h G_12 + h̄ G_21 + w χ̄_1·χ̄_2 + sign · w̄ χ_1·χ_2)."""
    chi1, chi2, bar1, bar2 = fermions.chi(1), fermions.chi(2), fermions.chibar(1), fermions.chibar(2)
    h, w = h_re + sp.I * h_im, w_re + sp.I * w_im
    terms = [
        (r11, bar1, chi1), (r22, bar2, chi2), (h, bar1, chi2), (sp.conjugate(h), bar2, chi1),
        (w, bar1, bar2), (sign * sp.conjugate(w), chi1, chi2),
    ]  # fmt: skip
    coefficient = fermions.algebra.coefficient
    return sum(
        (coefficient(-sp.I * field) * fermions.dot(left, right) for field, left, right in terms),
        fermions.algebra.constant(0),
    )
