"""The number of eigenvalues below a shift: its law for the plain GOE, weighted with |det|, and with a rank-one spike.

The matrices of de Bruijn's formula for a marker z per eigenvalue below the shift differ by a matrix of rank two only,
so one reduction gives the probabilities of all counts. Evaluated in `spinglass.random_matrices.index_law` and
`rank_one_indices`.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from scipy.special import erf

from derivations.claims import Identity, Numbers
from derivations.derivation import Derivation, Result
from derivations.symbols import x, z

derivation = Derivation(
    "index-law",
    "The law of the index: how many eigenvalues lie below the shift",
    sources=("debruijn1955",),
    text=r"""
De Bruijn's formula writes $E\prod_i g(\lambda_i)$ over the GOE as a Pfaffian of $S_{jk}[g]=\iint
\mathrm{sgn}(y-x)\,\psi_jg(x)\,\psi_kg(y)\,dx\,dy$, $\psi_j$ the orthonormal Hermite functions of weight $e^{-x^2/4}$.
With $g=z$ left of $\xi$ and $g=1$ right of it, $S(z)=R+z^2L+z\,l\wedge r$, $a\wedge b=ab^T-ba^T$: $L$ and $R$ are the
skew moments of each side alone, $l$ and $r$ the integrals. The coefficient of $z^k$ is the probability of $k$
eigenvalues below $\xi$.
""",
)

_ORDERS = range(6)


def _pfaffian(a: Any) -> Any:
    """Pf of a skew-symmetric 4 × 4 matrix."""
    return a[0, 1] * a[2, 3] - a[0, 2] * a[1, 3] + a[0, 3] * a[1, 2]


def _wedge(a: Any, b: Any) -> Any:
    return a * b.T - b * a.T


@lru_cache(maxsize=1)
def _generic() -> tuple[Any, Any, Any, Any, Any]:
    """Skew matrices R, L and vectors l, r, v of order 4 with free entries."""

    def skew(name: str) -> Any:
        return sp.Matrix(
            4, 4, lambda i, j: 0 if i == j else (1 if i < j else -1) * sp.Symbol(f"{name}{min(i, j)}{max(i, j)}")
        )

    def vector(name: str) -> Any:
        return sp.Matrix(4, 1, lambda i, _: sp.Symbol(f"{name}{i}"))

    return skew("R"), skew("L"), vector("l"), vector("r"), vector("v")


def _times_inverse(a: Any, left: Any, right: Any) -> Any:
    """Pf(a) leftᵀ a^{−1} right: a polynomial, since Pf(a) a^{−1} = −(the Pfaffian complement of a)."""
    complement = sp.Matrix(
        [
            [0, a[2, 3], -a[1, 3], a[1, 2]],
            [-a[2, 3], 0, a[0, 3], -a[0, 2]],
            [a[1, 3], -a[0, 3], 0, a[0, 1]],
            [-a[1, 2], a[0, 2], -a[0, 1], 0],
        ]
    )
    return -(left.T * complement * right)[0, 0]


@lru_cache(maxsize=64)
def psi(j: int) -> Any:
    """The polynomial before e^{−x²/4} in ψ_j(x), the orthonormal Hermite functions."""
    hermite = sp.expand(2 ** sp.Rational(-j, 2) * sp.hermite(j, x / sp.sqrt(2)))
    return sp.expand(hermite / sp.sqrt(sp.sqrt(2 * sp.pi) * sp.factorial(j)))


def slope(polynomial: Any, halves: int = 1) -> Any:
    """The polynomial before e^{−halves x²/4} in the derivative of polynomial · e^{−halves x²/4}."""
    return sp.expand(sp.diff(polynomial, x) - halves * x / 2 * polynomial)


@derivation.step("half-line", "Moments of a half line by recurrence", flips="the sign of the boundary term 2ψ_j(ξ)u_k")
def half_line(sign: int = 1) -> Result:
    r"""
    From $\psi_j'=\frac12(\sqrt j\,\psi_{j-1}-\sqrt{j+1}\,\psi_{j+1})$, the integrals
    $u_j=\int_{-\infty}^\xi\psi_j$, the overlaps $G_{jk}=\int_{-\infty}^\xi\psi_j\psi_k$ and the skew moments
    $B_{jk}=\iint_{x,y<\xi}\mathrm{sgn}(y-x)\psi_j(x)\psi_k(y)$ obey recurrences. Each side
    vanishes at $\xi\to-\infty$, so it is enough that the derivatives in $\xi$ agree: $u_j'=\psi_j$,
    $G_{jk}'=\psi_j\psi_k$, $B_{jk}'=\psi_ku_j-\psi_ju_k$. Checked for $j,k<6$ with the $u_j$ as
    free symbols but for their own recurrence; by numbers against the double integrals.
    """
    u = [sp.Symbol(f"u{j}") for j in range(8)]  # in units of e^{−ξ²/4}, as ψ_j
    own, overlaps, moments, closed = [], [], [], []
    for j in _ORDERS:
        before = sp.sqrt(j) * psi(j - 1) if j else sp.S.Zero
        own.append(sp.sqrt(j + 1) * psi(j + 1) - (before - 2 * slope(psi(j))))
        for k in _ORDERS:
            if j != k:
                wronskian = psi(j) * slope(psi(k)) - slope(psi(j)) * psi(k)
                closed.append(slope(wronskian, 2) / (j - k) - psi(j) * psi(k))
            previous = u[j - 1] if j else sp.S.Zero
            after = (sp.sqrt(j) * previous - 2 * psi(j)) / sp.sqrt(j + 1)  # u_{j+1}
            left = sp.sqrt(j + 1) * (psi(k) * after - psi(j + 1) * u[k])
            lower = (psi(k) * previous - psi(j - 1) * u[k]) if j else sp.S.Zero
            boundary = sign * 2 * (slope(psi(j)) * u[k] + psi(j) * psi(k))
            moments.append(left - (sp.sqrt(j) * lower - 4 * psi(j) * psi(k) + boundary))
        if j:
            step = sp.sqrt(j + 1) * (psi(j + 1) ** 2 - psi(j) ** 2)
            around = sp.sqrt(j) * psi(j - 1) * psi(j + 1) - sp.sqrt(j + 2) * psi(j) * psi(j + 2)
            overlaps.append(step - around + 2 * slope(psi(j) * psi(j + 1), 2))
    zero = [0] * len(moments)

    def numbers() -> list[tuple[str, Any, Any]]:
        rows = []
        for j, k, place in ((2, 0, 0.4), (3, 2, -0.7), (4, 1, 1.3)):
            value = _skew_moment(j, k, mpmath.mpf(place), sign)
            rows.append((f"B_{j}{k} at {place}", value, _direct_skew_moment(j, k, place)))
        return rows

    return Result(
        value=_skew_moment,
        equation=r"\sqrt{j+1}\,B_{j+1,k}=\sqrt j\,B_{j-1,k}-4G_{jk}+2\psi_j(\xi)\,u_k",
        claims=(
            Identity(own, zero[: len(own)], sp.expand, what="the recurrence of u_j, differentiated"),
            Identity(closed, zero[: len(closed)], sp.expand, what="the closed overlaps, j ≠ k, differentiated"),
            Identity(overlaps, zero[: len(overlaps)], sp.expand, what="the recurrence of G_jj, differentiated"),
            Identity(moments, zero, sp.expand, what="the recurrence of B_jk, differentiated"),
            Numbers(numbers(), 1e-12, routes=("the recurrence", "the double integral")),
        ),
    )


def _hermite(j: int, place: Any) -> Any:
    """ψ_j at a number."""
    if j < 0:
        return mpmath.mpf(0)
    norm = mpmath.sqrt(mpmath.sqrt(2 * mpmath.pi) * mpmath.factorial(j))
    return mpmath.hermite(j, place / mpmath.sqrt(2)) / 2 ** (mpmath.mpf(j) / 2) * mpmath.exp(-(place**2) / 4) / norm


def _integral(j: int, place: Any) -> Any:
    """u_j by its recurrence."""
    if j < 0:
        return mpmath.mpf(0)
    if j == 0:
        return (2 * mpmath.pi) ** mpmath.mpf(-0.25) * mpmath.sqrt(mpmath.pi) * mpmath.erfc(-place / 2)
    return (mpmath.sqrt(j - 1) * _integral(j - 2, place) - 2 * _hermite(j - 1, place)) / mpmath.sqrt(j)


def _overlap(j: int, k: int, place: Any) -> Any:
    """G_jk by its recurrence, or closed."""
    if min(j, k) < 0:
        return mpmath.mpf(0)

    def slope(i: int) -> Any:
        return (mpmath.sqrt(i) * _hermite(i - 1, place) - mpmath.sqrt(i + 1) * _hermite(i + 1, place)) / 2

    if j != k:
        return (_hermite(j, place) * slope(k) - slope(j) * _hermite(k, place)) / (j - k)
    if j == 0:
        return mpmath.erfc(-place / mpmath.sqrt(2)) / 2
    around = mpmath.sqrt(j - 1) * _overlap(j - 2, j, place) - mpmath.sqrt(j + 1) * _overlap(j - 1, j + 1, place)
    return _overlap(j - 1, j - 1, place) + (around - 2 * _hermite(j - 1, place) * _hermite(j, place)) / mpmath.sqrt(j)


def _skew_moment(j: int, k: int, place: Any, sign: int = 1) -> Any:
    """B_jk by its recurrence from B_00 = 0."""
    if j < 0 or k < 0 or j == k:
        return mpmath.mpf(0)
    if j < k:
        return -_skew_moment(k, j, place, sign)
    before = mpmath.sqrt(j - 1) * _skew_moment(j - 2, k, place, sign) - 4 * _overlap(j - 1, k, place)
    return (before + sign * 2 * _hermite(j - 1, place) * _integral(k, place)) / mpmath.sqrt(j)


def _direct_skew_moment(j: int, k: int, place: float) -> float:
    """B_jk as a double integral, the inner one over each side of y."""
    nodes, weights = np.polynomial.legendre.leggauss(60)

    def function(i: int, at: Any) -> Any:
        polynomial = sp.lambdify(x, psi(i), "numpy")(at)
        return polynomial * np.exp(-(at**2) / 4)

    def stretch(low: Any, high: Any) -> tuple[Any, Any]:
        half = np.asarray(high - low)[..., None] / 2
        return np.asarray(low)[..., None] + half * (1 + nodes), half * weights

    y, outer = stretch(np.float64(-12.0), np.float64(place))
    below, weight_below = stretch(np.full_like(y, -12.0), y)
    above, weight_above = stretch(y, np.full_like(y, place))
    inner = (function(j, below) * weight_below).sum(axis=1) - (function(j, above) * weight_above).sum(axis=1)
    return float((inner * function(k, y)) @ outer)


@derivation.step(
    "marker", "The marker changes the Pfaffian by rank two", flips="the sign of the rank-two part z l∧r of the moments"
)
def marker(sign: int = 1) -> Result:
    r"""
    With $w=z^2$, $S_1=R+wL+l\wedge r$ and $q(w)=\mathrm{Pf}\,S_1$, $S(z)=S_1-(1-z)\,l\wedge r$ and so
    $\mathrm{Pf}\,S(z)=q(w)\,[1+(1-z)\,l^TS_1^{-1}r]$: even and odd counts are the coefficients in $w$ of two terms.
    An identity in matrices with free entries (order 4). At $z=1$, $S=S_1$ is the matrix of the whole line.
    """
    big_r, big_l, l, r, _ = _generic()
    w = z**2
    whole = big_r + w * big_l + _wedge(l, r)
    direct = _pfaffian(big_r + w * big_l + sign * z * _wedge(l, r))
    formula = _pfaffian(whole) + (1 - z) * _times_inverse(whole, l, r)
    return Result(
        value=formula,
        equation=r"\mathrm{Pf}\,S(z)=\mathrm{Pf}\,S_1\,\bigl[1+(1-z)\,l^TS_1^{-1}r\bigr],\qquad S_1=R+z^2L+l\wedge r",
        claims=(
            Identity(direct, formula, sp.expand, what="matrices of order 4 with free entries"),
            Numbers(
                [
                    (f"P({k} of 2 below {place})", _law(2, place, sign)[k], _direct_law(place)[k])
                    for place in (-0.6, 0.9)
                    for k in range(3)
                ],
                1e-10,
                routes=("the Pfaffian with half-line moments, n = 2", "the integral over the eigenvalues"),
            ),
        ),
    )


def _half_line_matrices(size: int, place: Any) -> tuple[Any, Any, Any, Any, Any]:
    """R, L, l, r and the values at the place, for an even number of functions."""
    far = mpmath.mpf(40)
    left = mpmath.matrix(size, size)
    whole = mpmath.matrix(size, size)
    for j in range(size):
        for k in range(size):
            left[j, k], whole[j, k] = _skew_moment(j, k, place), _skew_moment(j, k, far)
    l = mpmath.matrix([_integral(j, place) for j in range(size)])
    r = mpmath.matrix([_integral(j, far) - _integral(j, place) for j in range(size)])
    values = mpmath.matrix([_hermite(j, place) for j in range(size)])
    return whole - left - (l * r.T - r * l.T), left, l, r, values


def _coefficients(polynomial: Any, degree: int) -> list[Any]:
    """Coefficients of a function known to be a polynomial, by a discrete Fourier transform on the unit circle."""
    roots = [mpmath.expjpi(mpmath.mpf(2) * i / (degree + 1)) for i in range(degree + 1)]
    values = [polynomial(root) for root in roots]
    return [
        mpmath.re(sum(value * root**-k for value, root in zip(values, roots, strict=True))) / (degree + 1)
        for k in range(degree + 1)
    ]


def _small_pfaffian(a: Any) -> Any:
    if a.rows == 2:
        return a[0, 1]
    return a[0, 1] * a[2, 3] - a[0, 2] * a[1, 3] + a[0, 3] * a[1, 2]


def _law(order: int, place: float, sign: int = 1) -> list[Any]:
    """P(k eigenvalues of A_order below the place), order 2 or 4."""
    right, left, l, r, _ = _half_line_matrices(order, mpmath.mpf(place))
    wedge = l * r.T - r * l.T
    values = _coefficients(lambda w: _small_pfaffian(right + w**2 * left + sign * w * wedge), order)
    total = sum(values)
    return [value / total for value in values]


def _direct_law(place: float) -> list[Any]:
    """The same at order 2 from the density ∝ (b − a) e^{−(a² + b²)/4}, a < b; the integral over b is closed."""

    def beyond(start: Any, a: Any) -> Any:  # ∫_start^∞ (b − a) e^{−b²/4} db
        tail = mpmath.sqrt(mpmath.pi) * mpmath.erfc(start / 2)
        return 2 * mpmath.exp(-(start**2) / 4) - a * tail

    def over(ends: list[Any], height: Any) -> Any:
        return mpmath.quad(lambda a: mpmath.exp(-a * a / 4) * height(a), ends)

    left, right = [-14, -5, place], [place, place + 5, 14]
    none = over(right, lambda a: beyond(a, a))
    one = over(left, lambda a: beyond(mpmath.mpf(place), a))
    both = over(left, lambda a: beyond(a, a)) - one
    total = both + one + none
    return [none / total, one / total, both / total]


@derivation.step(
    "determinant-weight", "A weight |det| is a point mass at the shift", flips="the sign of z l in the moments with ξ"
)
def determinant_weight(sign: int = 1) -> Result:
    r"""
    $\prod_{i<j}|\lambda_i-\lambda_j|$ of $n+1$ eigenvalues, one of them at $\xi$, is that of $n$ times
    $|\det(A_n-\xi)|$. A point mass $\epsilon$ at $\xi$ added to the measure changes the moments of the $n+1$ functions
    by $\epsilon\,v\wedge(r-zl)$, $v_j=\psi_j(\xi)$, since $\mathrm{sgn}(y-\xi)$ is $-1$ left of $\xi$. Because
    $l\wedge r=l\wedge(r-zl)$, all of it is one wedge with $\rho=r-zl$, and the part linear in $\epsilon$ is
    $q(w)\,\rho^TS_1^{-1}v$: the generating function of $E|\det(A_n-\xi)|z^{\#}$, up to a factor. Checked as an identity
    in free entries (order 4), and at $n=1$, where $|\det|=|\lambda-\xi|$, by numbers.
    """
    big_r, big_l, l, r, v = _generic()
    epsilon = sp.Symbol("epsilon")
    w = z**2
    whole = big_r + w * big_l + _wedge(l, r)
    moments = big_r + w * big_l + z * _wedge(l, r) + epsilon * _wedge(v, r - sign * z * l)
    linear = sp.expand(_pfaffian(moments)).coeff(epsilon, 1)
    formula = _times_inverse(whole, r - z * l, v)

    rows = []
    for place in (-0.8, 0.3):
        right, left, below, above, values = _half_line_matrices(2, mpmath.mpf(place))

        def point_mass(
            w: Any, right: Any = right, left: Any = left, l: Any = below, r: Any = above, v: Any = values
        ) -> Any:
            rest = r - sign * w * l
            return (v * rest.T - rest * v.T)[0, 1]

        found = _coefficients(point_mass, 1)
        direct = [
            mpmath.quad(lambda y: abs(y - place) * mpmath.exp(-y * y / 4), ends)  # noqa: B023
            for ends in ([place, place + 6, 14], [-14, place - 6, place])
        ]
        rows += [
            (f"share of index {k} at {place}, n = 1", found[k] / sum(found), direct[k] / sum(direct)) for k in (0, 1)
        ]
    return Result(
        value=formula,
        equation=r"E|\det(A_n-\xi)|\,z^{\#\{\lambda<\xi\}}\propto\mathrm{Pf}\,S_1\;(r-zl)^TS_1^{-1}v",
        claims=(
            Identity(linear, formula, sp.expand, what="matrices of order 4 with free entries"),
            Numbers(rows, 1e-12, routes=("the point mass", "the integral over the eigenvalue")),
        ),
    )


@derivation.step("spike", "The index with a rank-one spike", flips="the sign of the mean of y in the Fourier integral")
def spike(sign: int = 1) -> Result:
    r"""
    With the minor $B=A_{n-1}$, $\det(A_n+\kappa ee^T-\xi)=\det(B-\xi)\,(\kappa+y)$ and the index is
    $\#\{\lambda(B)<\xi\}+1\{\kappa+y<0\}$, $y=a-\xi-b^T(B-\xi)^{-1}b$. Given $B$, $E\,e^{ity}=e^{-it\xi-t^2}\prod_i(1+
    2it/(\lambda_i-\xi))^{-1/2}$, and $(\kappa+y)_\pm=\frac12(|\kappa+y|\pm(\kappa+y))$ with $|v|=\frac2\pi\int_0^\infty
    (1-\cos tv)\,dt/t^2$. Written here without any subtraction, for $n=2$, where $B$ is one number, and compared with
    the integral over the three entries of the matrix.
    """

    def pieces(place: float, strength: float) -> list[float]:
        times, steps = _graded(7.0, 18)  # coarser: next to 0 the bracket is a difference
        result = [0.0] * 3
        for below, side in ((0, 1), (1, -1)):
            distance, weights = _graded(20.0)
            value = place + side * distance
            density = weights * np.exp(-(value**2) / 4) / math.sqrt(4 * math.pi)
            share = float(density @ distance)
            mean = float(density @ (distance * (strength - place) - side))
            factor = (density * distance) @ (1 + 2j * times / (side * distance)[:, None]) ** -0.5
            phase = np.exp(1j * times * (strength - sign * place) - times**2)
            bracket = (share - (phase * factor).real) / times**2
            modulus = 2 / math.pi * (float(bracket @ steps) + share / 7.0)  # e^{−t²} is gone from t = 7 on
            result[below] += (modulus + mean) / 2
            result[below + 1] += (modulus - mean) / 2
        return result

    rows = []
    for place, strength in ((0.7, 1.3), (-0.4, -0.9)):
        found, direct = pieces(place, strength), _direct_spiked(place, strength)
        rows += [(f"index {k}, xi = {place}, kappa = {strength}", found[k], direct[k]) for k in range(3)]
    return Result(
        value=pieces,
        equation=r"W_{n,k}=E\bigl[|\det(B-\xi)|\,\{(\kappa+y)_+1\{\#=k\}+(\kappa+y)_-1\{\#=k-1\}\}\bigr]",
        claims=(Numbers(rows, 1e-7, routes=("the Fourier integral", "the integral over the entries, n = 2")),),
    )


def _graded(end: float, halvings: int = 30) -> tuple[Any, Any]:
    """Nodes and weights on (0, end) of Gauss-Legendre panels that shrink towards 0 by halves."""
    nodes, weights = np.polynomial.legendre.leggauss(14)
    edges = np.concatenate(
        [[0.0], end * 2.0 ** -np.arange(float(halvings), 2.0, -1.0), end * np.linspace(0.25, 1.0, 7)]
    )
    half = np.diff(edges) / 2
    return ((edges[:-1] + half)[:, None] + half[:, None] * nodes).ravel(), (half[:, None] * weights).ravel()


def _direct_spiked(place: float, strength: float) -> list[float]:
    """E|det(A_2 + κee^T − ξ)| by index, from u = d_1 + κ − ξ, v = d_2 − ξ and b: det = uv − b²."""

    def density(value: Any, mean: float) -> Any:
        return np.exp(-((value - mean) ** 2) / 4) / math.sqrt(4 * math.pi)

    def part(side: int) -> float:  # both of one sign, E (uv − b²)_+ over the standard normal b
        u, steps = _graded(24.0)
        product = u[:, None] * u
        root = np.sqrt(product)
        height = (product - 1) * erf(root / math.sqrt(2)) + root * math.sqrt(2 / math.pi) * np.exp(-product / 2)
        first = steps * density(side * u, strength - place)
        return float(first @ height @ (steps * density(side * u, -place)))

    none, both = part(1), part(-1)
    mean = (strength - place) * (-place) - 1  # E det
    return [none, none + both - mean, both]  # index 1 where det < 0: E(−det)_+ = E(det)_+ − E det
