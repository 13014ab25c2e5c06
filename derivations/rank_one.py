"""E|det(A_n + κ e eᵀ − ξ)| from the supersymmetric representation: a four-dimensional integral, reduced to two."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike

from derivations.claims import Identity, Numbers
from derivations.derivation import Derivation, Result
from derivations.determinant import gram_reduction
from derivations.fyodorov_routes import hermite
from derivations.moments import gaussian_expectation, goe_matrix
from derivations.spiked_integral import (
    determinant_polynomial,
    humbert_integral,
    row_rule,
    scalar,
    spiked_integral,
    weighted_humbert,
)
from derivations.symbols import kappa, n, q1, q2, xi
from spinglass._errors import checked_float, input_error
from spinglass.random_matrices import mean_abs_determinant

derivation = Derivation(
    "rank-one",
    "The shifted GOE determinant with a perturbation of low rank",
    sources=("baskerville2021",),
    text=r"""
A fixed symmetric matrix $S=\kappa\,ee^T$ beside $A_n$ enters the supersymmetric integral at two places: as
$\frac{i\kappa}2e^T\Phi L\Phi^Te$ in the exponent of the bosons, and in the fermionic determinants
$\det(\xi+ir_a-S-i\Phi L\Phi^T)$. Both see only the row of $\Phi$ along $e$. Its law for given $Q=\Phi^T\Phi$ adds two
dimensions to the integral over $q_1>0>q_2$; the Ward identity holds as before, by the same argument. The average over
the row is a confluent hypergeometric function of two variables, so that two dimensions remain. For rank $r$ the same
is done with $r$ rows.
""",
)

w = sp.Symbol("w")
y1, y2 = sp.symbols("y1 y2", real=True)
t1, t2 = sp.symbols("t1 t2", positive=True)
POINTS = ((2, 0.7, 1.3), (3, 0.0, 1.0), (3, 0.7, -2.0), (4, -1.0, 1.5), (5, 0.3, 1.0))


@derivation.step("row-law", "The law of a row of Φ for given Gram matrix", flips="the sign of v vᵀ in Q − v vᵀ")
def row_law(sign: int = 1) -> Result:
    r"""Let $v$ be the row along $e$ and $\Phi'$ the other $n-1$ rows: $Q=vv^T+\Phi'^T\Phi'$. The Gram reduction,
    applied to $\Phi'$, gives the joint measure $C_{n-1}\det(Q-vv^T)^{(n-4)/2}dQ\,dv$, which is divided by that of $Q$,
    $C_n(\det Q)^{(n-3)/2}dQ$. With $v=Q^{1/2}y$ the matrix drops out: $y$ has the density
    $\frac{C_{n-1}}{C_n}(1-|y|^2)^{(n-4)/2}$ on the unit disc, in any basis. Its squares $t_b=y_b^2$ and
    $y_0^2=1-|y|^2$ have the Dirichlet law with parameters $(\frac12,\frac12,\frac{n-2}2)$; for $n=2$, $y$ is uniform on
    the circle.

    Checked by Gaussian moments: the second moments of $y$ in the Dirichlet law give
    $E[(vLv^T)^2|Q]=((\mathrm{tr}\,LQ)^2+2\,\mathrm{tr}(LQ)^2)/(n(n+2))$, and averages of both sides with weights $1$,
    $\mathrm{tr}\,Q$, $\det Q$ agree when expanded in the entries of $\Phi$, $n=2,3,4$.
    """
    a, b, c = sp.symbols("a b c", positive=True)
    root = sp.Matrix([[a, b], [b, c]])  # Q^{1/2}
    row = root * sp.Matrix([y1, y2])
    rest = (root**2 - sign * row * row.T).det() / (root.det() ** 2)
    constant = sp.gammasimp(gram_reduction().subs(n, n - 1) / gram_reduction())
    factor = sp.expand(rest).subs({y1: sp.sqrt(t1), y2: sp.sqrt(t2)})
    squares = constant * sp.factor(sp.simplify(factor)) ** ((n - 4) / 2) / sp.sqrt(t1 * t2)
    half = sp.Rational(1, 2)
    dirichlet = sp.gamma(n / 2) / (sp.gamma(half) ** 2 * sp.gamma((n - 2) / 2))
    known = dirichlet * (t1 * t2) ** -half * (1 - t1 - t2) ** ((n - 4) / 2)
    fourth, mixed = (sp.gammasimp(dirichlet_moment(*powers)) for powers in ((2, 0), (1, 1)))
    moments = [_row_moments(size, fourth, mixed) for size in (2, 3, 4)]
    return Result(
        known,
        r"(y_1^2,y_2^2,y_0^2)\sim\mathrm{Dirichlet}\left(\tfrac12,\tfrac12,\tfrac{n-2}2\right),\qquad"
        r"\rho(y)=\frac{n-2}{2\pi}(1-|y|^2)^{(n-4)/2}",
        (
            Identity(rest, 1 - y1**2 - y2**2, sp.simplify, "det(Q − v vᵀ)/det Q"),
            Identity(sp.simplify(squares / known), 1, sp.gammasimp, "the density of the squares, any n"),
            Identity([pair[0] for pair in moments], [pair[1] for pair in moments], sp.expand, "Gaussian moments"),
        ),
    )


def dirichlet_moment(j: Any, k: Any) -> Any:
    """E t1^j t2^k under the Dirichlet law of (½, ½, (n−2)/2)."""
    half = sp.Rational(1, 2)
    shares = sp.gamma(half + j) * sp.gamma(half + k) / sp.gamma(half) ** 2
    return shares * sp.gamma(n / 2) / sp.gamma(n / 2 + j + k)


def _row_moments(size: int, fourth: Any, mixed: Any) -> tuple[list[Any], list[Any]]:
    """E (vLvᵀ)² f and E [E((vLvᵀ)²|Q) f] for f = 1, tr Q, det Q, by expansion in the entries of Φ."""
    names = sp.symbols(f"f0:{2 * size}")
    phi = sp.Matrix(size, 2, names)
    gram, metric = phi.T * phi, sp.diag(1, -1)
    form = ((phi.row(0) * metric * phi.row(0).T)[0, 0]) ** 2
    # in the eigenbasis (Σ q_b t_b)² = Σ q_b² E t_b² + 2 q1 q2 E t1 t2
    square, trace = ((metric * gram) ** 2).trace(), (metric * gram).trace()
    mean = fourth.subs(n, size) * square + mixed.subs(n, size) * (trace**2 - square)
    variances = dict.fromkeys(names, 1)
    weights = [sp.Integer(1), gram.trace(), gram.det()]
    return (
        [gaussian_expectation(sp.expand(form * f), variances) for f in weights],
        [gaussian_expectation(sp.expand(mean * f), variances) for f in weights],
    )


@derivation.step("spiked-factors", "The two extra factors", flips="the sign of κ in the fermionic determinant")
def spiked_factors(sign: int = 1) -> Result:
    r"""In the orthonormal basis of eigenvectors of $\Phi L\Phi^T$ (values $q_1$, $q_2$, and $0$ in $n-2$ directions)
    the vector $e$ has the components $y_1,y_2$ and a rest of length $y_0$. Hence
    $e^T\Phi L\Phi^Te=q_1y_1^2+q_2y_2^2$, and by the matrix determinant lemma
    $$\det(w-\kappa ee^T-i\Phi L\Phi^T)=w^{n-2}(w-iq_1)(w-iq_2)
    \Big(1-\kappa\Big[\frac{y_0^2}w+\sum_b\frac{y_b^2}{w-iq_b}\Big]\Big),$$
    a polynomial in $w$: $\sum_kd_kw^{n-4+k}$, with coefficients linear in $y_1^2,y_2^2$. Its average over
    $(r_1,r_2)$ is a quadratic form in the $d_k$ with Hermite polynomials in $\xi$.

    Checked: the polynomial against the determinant of order 4; the quadratic form against the Gaussian average of
    $\det(\xi-A-\kappa ee^T-i\,\mathrm{diag}(q_1,q_2,0))^2$ over the entries of $A$ for $n=2,3$, at rational $e$.
    """
    frames = np.array([[y1, y2], [0, 0]], dtype=object)
    coefficients = determinant_polynomial(frames, (kappa, 0), sp.I * q1, sp.I * q2, sign)
    coefficients = [sp.expand(sp.sympify(scalar(d))) for d in coefficients]
    y0 = sp.Symbol("y0", positive=True)
    vector = sp.Matrix([y1, y2, y0, 0])
    matrix = w * sp.eye(4) - sp.I * sp.diag(q1, q2, 0, 0) - kappa * vector * vector.T
    determinant = sp.expand(sp.expand(matrix.det()).subs(y0**2, 1 - y1**2 - y2**2))
    averages, forms = [], []
    for vector in (sp.Matrix([3, 4]) / 5, sp.Matrix([2, 3, 6]) / 7):
        size = vector.rows
        table = _symbolic_table(size)
        values = [d.subs({y1: vector[0], y2: vector[1]}) for d in coefficients]
        forms.append(sum(table[k, j] * values[k] * values[j] for k in range(5) for j in range(5)))
        goe, variances = goe_matrix(size)
        source = kappa * vector * vector.T + sp.I * sp.diag(q1, q2, *[0] * (size - 2))
        square = sp.expand((xi * sp.eye(size) - goe - source).det() ** 2)
        averages.append(gaussian_expectation(square, variances))
    return Result(
        coefficients,
        r"e^{\frac{i\kappa}2(q_1y_1^2+q_2y_2^2)},\qquad"
        r"1-\kappa\left[\frac{y_0^2}{\xi+ir_a}+\sum_b\frac{y_b^2}{\xi+ir_a-iq_b}\right]",
        (
            Identity(sum(d * w**k for k, d in enumerate(coefficients)), determinant, sp.expand, "the determinant"),
            Identity(forms, averages, sp.expand, "Gaussian averages over A, n = 2, 3"),
        ),
    )


def _symbolic_table(size: int) -> Any:
    """E (w1−w2)^4/12 w1^{n−4+k} w2^{n−4+l}, k, l = 0 … 4; zero where a power is negative."""

    def entry(k: int, j: int) -> Any:
        if min(k, j) + size - 4 < 0:
            return sp.Integer(0)
        signed = ((-1) ** i * math.comb(4, i) * hermite(size + k - i) * hermite(size - 4 + j + i) for i in range(5))
        return sp.expand(sum(signed)) / 12

    return sp.Matrix(5, 5, entry)


@derivation.step(
    "four-dimensional-integral",
    "The integral over q1, q2 and the row",
    flips="the sign of κ in the phase",
    slow=True,
)
def four_dimensional_integral(sign: int = 1) -> Result:
    r"""Both factors under the integral of the unperturbed case:
    $$W_n(\xi,\kappa)=\frac1{4\pi(n-2)!}\int dq_1dq_2\,(-\Delta\log\Delta)|q_1q_2|^{\frac{n-3}2}
    e^{-\frac{q_1^2+q_2^2}4-\frac{i\xi}2(q_1+q_2)}\,E_y\,e^{\frac{i\kappa}2(q_1y_1^2+q_2y_2^2)}
    \sum_{k,l}H_{kl}\,d_kd_l .$$
    The angle $\eta$ is not seen by $y$ in the eigenbasis, and $E\det X^2/\sqrt{\det(X^2+\varepsilon^2)}$ is bounded for
    any symmetric shift, so that the integral without the logarithm vanishes again and $\varepsilon$ drops out.

    Checked by quadrature in all four dimensions, in double precision: against the package's Fourier–Pfaffian integral
    over the minor, which has no supersymmetry in it; and the Ward identity.
    """
    rows = [
        (f"n = {size}, ξ = {place}, κ = {strength}", spiked_integral(size, place, [strength], boson_sign=sign), route)
        for size, place, strength in POINTS
        for route in [mean_abs_determinant(size, place, strength)]
    ]
    ward = [
        (f"n = {size}", spiked_integral(size, place, [strength], logarithm=False, boson_sign=sign), 0.0)
        for size, place, strength in POINTS
    ]
    return Result(
        tuple(rows),
        r"W_2(0.7,1.3)=2.15895339667,\; W_3(0,1)=3.76856433245,\; W_3(0.7,-2)=5.91079650756,\;"
        r"W_4(-1,1.5)=12.08544648998",
        (
            Numbers(rows, 2e-12, ("quadrature in four dimensions", "the Fourier–Pfaffian integral over the minor")),
            Numbers(ward, 1e-12, ("the integral without the logarithm", "zero"), 1.0),
        ),
    )


@derivation.step("humbert", "The average over the row in closed form", flips="the sign of the second argument of Φ₂")
def humbert(sign: int = 1) -> Result:
    r"""In powers of the exponent the average over the row is a double series of Dirichlet moments. The ratio
    $$\frac{E\,t_1^{j+m_1}t_2^{k+m_2}}{E\,t_1^jt_2^k}=
    \frac{(\frac12+j)_{m_1}(\frac12+k)_{m_2}}{(\frac n2+j+k)_{m_1+m_2}}$$
    makes it Humbert's confluent hypergeometric function of two variables,
    $$E\,t_1^jt_2^k\,e^{i(at_1+bt_2)}=E\,t_1^jt_2^k\;\Phi_2(\tfrac12+j,\tfrac12+k;\tfrac n2+j+k;\,ia,\,ib),\quad
    \Phi_2(\beta,\beta';\gamma;x,y)=\sum_{m_1,m_2}\frac{(\beta)_{m_1}(\beta')_{m_2}}{(\gamma)_{m_1+m_2}}
    \frac{x^{m_1}y^{m_2}}{m_1!\,m_2!}.$$
    The $d_k$ are linear in $t_1,t_2$: six such functions (of total degree $j+k\le2$), and $W_n(\xi,\kappa)$ is a
    two-dimensional integral over them, with $a=\kappa q_1/2$, $b=\kappa q_2/2$. For $n=2$,
    $\Phi_2(\frac12,\frac12;1;x,y)=e^{(x+y)/2}I_0(\frac{x-y}2)$.

    Checked: the ratio for all integers $m_1,m_2$ and symbolic $n$; the function against quadrature over the
    row; the case $n=2$ against the Bessel function, coefficient by coefficient; the two-dimensional integral against
    the package.
    """
    j, k, m1, m2 = sp.symbols("j k m1 m2", integer=True, nonnegative=True)
    half = sp.Rational(1, 2)

    def rising(start: Any, count: Any) -> Any:
        return sp.gamma(start + count) / sp.gamma(start)

    ratio = dirichlet_moment(j + m1, k + m2) / dirichlet_moment(j, k)
    series = rising(half + j, m1) * rising(half + k, m2) / rising(n / 2 + j + k, m1 + m2)
    x, y = sp.symbols("x y")
    rows = []
    for size, first, second in ((3, 1.7, -2.2), (4, 0.4, -6.0), (7, 3.0, -1.0)):
        points, weight = row_rule(size, 24, False)
        for powers in ((0, 0), (1, 0), (1, 1), (0, 2)):
            squares = points**2
            integrand = np.exp(1j * (squares @ np.array([first, second]))) * np.prod(
                squares ** np.array(powers), axis=1
            )
            value = weighted_humbert(size, *powers, np.array([1j * first]), np.array([1j * sign * second]))[0]
            other = weight @ integrand
            rows += [
                (f"n = {size}, {powers}", value.real, other.real),
                (f"n = {size}, {powers}", value.imag, other.imag),
            ]
    values = [
        (f"n = {size}, ξ = {place}, κ = {strength}", humbert_integral(size, place, strength, sign), route)
        for size, place, strength in POINTS
        for route in [mean_abs_determinant(size, place, strength)]
    ]
    bessel = sp.series(sp.besseli(0, x), x, 0, 9).removeO().subs(x, (x - y) / 2)
    exponential = sum(((x + y) / 2) ** m / sp.factorial(m) for m in range(9))
    circle = sum(
        series.subs({j: 0, k: 0, n: 2, m1: one, m2: two})
        * x**one
        * (sign * y) ** two
        / sp.factorial(one)
        / sp.factorial(two)
        for one in range(9)
        for two in range(9 - one)
    )
    return Result(
        humbert_integral,
        r"E_y\,t_1^jt_2^k\,e^{\frac{i\kappa}2(q_1t_1+q_2t_2)}=\frac{(\frac12)_j(\frac12)_k}{(\frac n2)_{j+k}}\,"
        r"\Phi_2\!\left(\tfrac12+j,\tfrac12+k;\tfrac n2+j+k;\tfrac{i\kappa q_1}2,\tfrac{i\kappa q_2}2\right)",
        (
            Identity(sp.gammasimp(ratio / series), 1, sp.gammasimp, "the ratio of moments, any n"),
            Identity(circle, _truncated(bessel * exponential, x, y, 8), sp.expand, "n = 2, to eighth order"),
            Numbers(rows, 1e-12, ("the double series", "quadrature over the row"), 0.1),
            Numbers(
                values, 2e-12, ("two-dimensional integral with Φ₂", "the Fourier–Pfaffian integral over the minor")
            ),
        ),
    )


def _truncated(expression: Any, x: Any, y: Any, degree: int) -> Any:
    polynomial = sp.Poly(sp.expand(expression), x, y)
    return sum(c * x**a * y**b for (a, b), c in polynomial.terms() if a + b <= degree)


@derivation.step(
    "finite-rank",
    "Rank two and beyond",
    flips="the sign of the perturbation in the fermionic determinant",
    slow=True,
)
def finite_rank(sign: int = 1) -> Result:
    r"""For $S=\sum_{j\le r}\kappa_je_je_j^T$ the $r$ rows of $\Phi$ along the $e_j$ are $YQ^{1/2}$, $Y$ an $r\times2$
    block of a uniform matrix with orthonormal columns: by the argument for one row its density is
    $\frac{C_{n-r}}{C_n}\det(1-Y^TY)^{(n-r-3)/2}$ for $n\ge r+2$ (a matrix Dirichlet law). The factors are
    $\exp\frac i2\sum_j\kappa_j\sum_bq_bY_{jb}^2$ and, by the determinant lemma, the $r\times r$ determinant
    $$\det\Big(\delta_{jk}-\kappa_j\Big[\frac{\delta_{jk}-(YY^T)_{jk}}{w}+\sum_b\frac{Y_{jb}Y_{kb}}{w-iq_b}\Big]\Big).$$
    This holds for every $r$: an integral of dimension $2+2r$ (with one sign to spare). Row by row it is a chain of the
    law for one row: given $y$, the second row is $(1-yy^T)^{1/2}z$ with $z$ a row of order $n-1$. For $r\ge3$ the
    determinant is checked, the integral is not evaluated; rank two is evaluated at any $n\ge2$, full rank of $n=2$
    included.

    Checked: the fermionic polynomial exactly at rational frames; the chain of densities, symbolically; numbers:
    $\kappa_1=\kappa_2$ at $n=2$ is a shift of $\xi$, at $n=3$ a shift and a spike of the opposite sign; unequal
    strengths at $n=2$ against direct integration over the three entries; at $n=3,4$ against sampled matrices (in
    standard errors).
    """
    lefts, rights = [], []
    for size, seed in ((3, (1, 2, -1)), (4, (1, 3, 2, -2, 1, 2))):
        frame = _rational_frame(size, seed)
        strengths = (sp.Rational(3, 2), sp.Rational(-2, 5))
        columns = np.array([[frame[j, b] for b in (0, 1)] for j in (0, 1)], dtype=object)
        coefficients = determinant_polynomial(columns, strengths, sp.I * q1, sp.I * q2, sign)
        lefts.append(sum(scalar(d) * w**k for k, d in enumerate(coefficients)))
        spike = sum((strengths[j] * frame[j, :].T * frame[j, :] for j in (0, 1)), sp.zeros(size))
        matrix = w * sp.eye(size) - sp.I * sp.diag(q1, q2, *[0] * (size - 2)) - spike
        rights.append(matrix.det() * w ** (4 - size))
    general = [_general_rank(size, rank, sign) for size, rank in ((4, 1), (4, 3), (5, 3))]
    row, inner = sp.Matrix([y1, y2]), sp.Matrix(sp.symbols("z1 z2", real=True))
    gap = 1 - (row.T * row)[0]
    root = sp.eye(2) - (1 - sp.sqrt(gap)) / (1 - gap) * row * row.T  # (1 − y yᵀ)^{1/2}
    second = root * inner
    chain = [*(root * root), (sp.eye(2) - row * row.T - second * second.T).det()]
    density = gram_reduction().subs(n, n - 2) / gram_reduction()
    rows = [
        ("n = 2, κ = (0.5, 0.5), ξ = 0.7", spiked_integral(2, 0.7, [0.5, 0.5]), mean_abs_determinant(2, 0.2)),
        ("n = 3, κ = (0.5, 0.5), ξ = 0.7", spiked_integral(3, 0.7, [0.5, 0.5], 12), mean_abs_determinant(3, 0.2, -0.5)),
        (
            "n = 2, κ = (1.3, -0.6), ξ = 0.4",
            spiked_integral(2, 0.4, [1.3, -0.6]),
            order_two_mean(1.3 - 0.4, -0.6 - 0.4),
        ),
    ]
    sampled = []
    for size, place, strengths in ((3, 0.4, (1.0, -1.5)), (4, -0.5, (1.2, -0.8))):
        mean, error = _sampled_mean(size, place, strengths)
        value = spiked_integral(size, place, strengths, nodes=7, angles=24)
        sampled.append((f"n = {size}, κ = {strengths}, ξ = {place}", (value - mean) / error, 0.0))
    return Result(
        spiked_integral,
        r"\det(w-S-i\Phi L\Phi^T)=w^{n-2}\prod_b(w-iq_b)\,\det\nolimits_r\left(1-\kappa\left[\tfrac{1-YY^T}{w}"
        r"+Y\,\mathrm{diag}\left(\tfrac1{w-iq_b}\right)Y^T\right]\right)",
        (
            Identity(general, [0] * len(general), sp.simplify, "the determinant of order r, r = 1 and 3"),
            Identity(lefts, rights, sp.expand, "the fermionic polynomial at rational frames, n = 3, 4"),
            Identity(
                chain, [*(sp.eye(2) - row * row.T), gap * (1 - (inner.T * inner)[0])], sp.simplify, "the chain of rows"
            ),
            Identity(
                sp.gammasimp(density * 4 * sp.pi**2),
                (n - 2) * (n - 3),
                sp.gammasimp,
                "the constant for two rows, any n",
            ),
            Numbers(rows, 1e-11, ("quadrature at rank two", "shifts, or integration over the entries")),
            Numbers(sampled, 4.5, ("standard errors from a sampled mean", "zero"), 1.0),
        ),
    )


def _general_rank(size: int, rank: int, sign: int) -> Any:
    """det(w − i diag(q1, q2, 0, …) − S) less the product with the determinant of order r, at rational values."""
    first, second = sp.Rational(5, 4), sp.Rational(-3, 7)  # q1, q2
    frame = _rational_frame(size, tuple(range(1, size * (size - 1) // 2 + 1)))[:rank, :]
    strengths = sp.diag(*[sp.Rational(3, 2), sp.Rational(-2, 5), sp.Rational(7, 3)][:rank])
    eigenvalues = [first, second, *[0] * (size - 2)]
    block = frame[:, :2]
    resolvent = (sp.eye(rank) - block * block.T) / w + block * sp.diag(
        1 / (w - sp.I * first), 1 / (w - sp.I * second)
    ) * block.T
    matrix = w * sp.eye(size) - sp.I * sp.diag(*eigenvalues) - frame.T * strengths * frame
    product = w ** (size - 2) * (w - sp.I * first) * (w - sp.I * second)
    return sp.cancel(matrix.det() - product * (sp.eye(rank) - sign * strengths * resolvent).det())


def _rational_frame(size: int, seed: tuple[int, ...]) -> Any:
    """An orthogonal matrix with rational entries, by Cayley's transform."""
    skew = sp.zeros(size)
    pairs = [(i, j) for i in range(size) for j in range(i)]
    for (i, j), value in zip(pairs, seed, strict=True):
        skew[i, j], skew[j, i] = sp.Rational(value, 3), -sp.Rational(value, 3)
    return (sp.eye(size) - skew) * (sp.eye(size) + skew).inv()


def order_two_mean(first: float, second: float) -> float:
    """E|xy − b²| with x ~ N(first, 2), y ~ N(second, 2), b standard normal, by quadrature over x and y.

    |z| = z + 2(−z)₊, and E(b² − s)₊ is elementary up to the normal distribution; it is smooth in √|s|.
    """
    from scipy.special import ndtr, roots_legendre

    node, weight = roots_legendre(120)
    u, du = 2.2 * (node + 1), 2.2 * weight  # |x| = u², up to 19
    total = 0.0
    for side in (1, -1):
        for other in (1, -1):
            x, y = side * u**2, other * u**2
            density = np.exp(-((x - first) ** 2) / 4) * 2 * u * du / math.sqrt(4 * math.pi)
            density_y = np.exp(-((y - second) ** 2) / 4) * 2 * u * du / math.sqrt(4 * math.pi)
            product = np.multiply.outer(x, y)
            root = np.sqrt(np.abs(product))
            bell = np.exp(-(root**2) / 2) / math.sqrt(2 * math.pi)
            positive = 2 * (root * bell + (1 - product) * ndtr(-root)) if side == other else 1 - product
            total += float(density @ positive @ density_y)
    return first * second - 1 + 2 * total


def _sampled_mean(size: int, place: float, strengths: tuple[float, float]) -> tuple[float, float]:
    """Mean of |det| over 200 000 sampled matrices, and its standard error."""
    rng = np.random.default_rng(20260)
    normal = rng.standard_normal((200_000, size, size))
    matrices = (normal + normal.transpose(0, 2, 1)) / math.sqrt(2)  # off-diagonal variance 1, diagonal 2
    matrices += np.diag([*strengths, *[0.0] * (size - 2)]) - place * np.eye(size)
    values = np.abs(np.linalg.det(matrices))
    return float(values.mean()), float(values.std() / math.sqrt(values.size))


def perturbed_mean(perturbation: ArrayLike, place: float, nodes: int = 10) -> float:
    """E|det(A_n + S − ξ)| for a symmetric matrix S of rank at most two, by the supersymmetric integral.

    perturbation : S, n × n, 2 <= n <= 12, real and symmetric; its law is invariant, so that only the eigenvalues enter.
    place : ξ.   nodes : points per dimension of the rows.
    Raises `InputError` when S is no square matrix, not symmetric, not finite, or of rank above two.

    >>> round(perturbed_mean([[1.3, 0.0], [0.0, 0.0]], 0.7), 10)
    2.1589533967
    """
    rule = "must be a real symmetric matrix of order 2 to 12"
    matrix = np.asarray(perturbation)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not 2 <= matrix.shape[0] <= 12:
        raise input_error("perturbation", perturbation, rule)
    if matrix.dtype.kind not in "iuf" or not np.all(np.isfinite(matrix)) or np.any(matrix != matrix.T):
        raise input_error("perturbation", perturbation, rule)
    place = checked_float("place", place)
    values = np.linalg.eigvalsh(matrix.astype(float))
    strengths = [float(v) for v in values if abs(v) > 1e-13 * max(1.0, float(np.max(np.abs(values))))]
    if len(strengths) > 2:
        raise input_error("perturbation", perturbation, f"must be of rank at most 2, not {len(strengths)}")
    return spiked_integral(matrix.shape[0], place, strengths or [0.0], nodes)
