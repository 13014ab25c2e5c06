"""E|det(A_n − ξ)| from the supersymmetric representation: the steps to an exact two-dimensional integral."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import mpmath
import sympy as sp

from derivations import double_integral
from derivations.claims import Claim, Identity, Numbers
from derivations.deferred import deferred
from derivations.derivation import Derivation, Result
from derivations.duality import jacobian, source_and_determinants
from derivations.fyodorov_routes import by_skew_moments, hermite
from derivations.moments import gaussian_expectation, goe_matrix
from derivations.symbols import epsilon, eta, n, q1, q2, r1, r2, xi
from spinglass.random_matrices import mean_abs_determinant

derivation = Derivation(
    "determinant",
    "The mean modulus of a shifted GOE determinant as a two-dimensional integral",
    sources=("baskerville2021", "fyodorov2004"),
    text=r"""
The modulus of a determinant is written with two real bosonic vectors $\varphi_1,\varphi_2\in\mathbb R^n$ and two
copies of fermions. After the average over the GOE and the fermionic duality (derived in `duality`),
$$E|\det(A_n-\xi)| = \lim_{\varepsilon\downarrow0}(2\pi)^{-n}\int d\Phi\;
e^{-\frac14\mathrm{tr}(LQ)^2-\frac{i\xi}2\mathrm{tr}\,LQ-\frac\varepsilon2\mathrm{tr}\,Q}\;
E_r\prod_{a=1,2}\det(\xi+ir_a-i\Phi L\Phi^T),$$
with $\Phi=(\varphi_1\,\varphi_2)$, $Q=\Phi^T\Phi$, $L=\mathrm{diag}(1,-1)$ and $(r_1,r_2)$ of density
$\propto(r_1-r_2)^4e^{-(r_1^2+r_2^2)/2}$. Here the $2n$ bosonic variables are reduced to the two eigenvalues
$q_1>0>q_2$ of $LQ$, the regulator $\varepsilon$ is removed, and the result is evaluated: numerically at any $n$, in
closed form for small $n$. It holds for $n\ge2$; order 1 is an elementary Gaussian integral.
""",
)

h0, h1 = sp.symbols("h0 h1")  # He_{n-2}(xi), He_{n-1}(xi)
e1, e2 = sp.symbols("e1 e2", real=True)  # q1 + q2, q1 q2
w1, w2 = sp.symbols("w1 w2")  # xi + i r_1, xi + i r_2


@derivation.step("gram-reduction", "From two vectors to their Gram matrix", flips="the sign of Q12² in det Q")
def gram_reduction(sign: int = 1) -> Result:
    r"""The integrand depends on $\Phi$ only through $Q=\Phi^T\Phi$. Write $\varphi_1=\rho\,u$ with $u$ on the unit
    sphere $S^{n-1}$ and $\varphi_2=a\,u+b\,w$ with $w\perp u$ on $S^{n-2}$, $b>0$: then
    $d\Phi=|S^{n-1}||S^{n-2}|\,\rho^{n-1}b^{n-2}\,d\rho\,da\,db$, and $Q_{11}=\rho^2$, $Q_{12}=\rho a$,
    $Q_{22}=a^2+b^2$. The area of a sphere follows from $\pi^{d/2}=|S^{d-1}|\int\rho^{d-1}e^{-\rho^2}d\rho$. Dividing
    by the Jacobian leaves a constant times $(\det Q)^{(n-3)/2}dQ$.

    Checked by Gaussian moments: for $n=2,3,4$ the moments $E\,Q_{11}^iQ_{22}^jQ_{12}^{2k}$ of a standard normal
    $\Phi$, expanded in its $2n$ entries, equal those of the reduced measure, integrated in other coordinates
    ($Q_{12}=\sqrt{Q_{11}Q_{22}}\,c$: two Gamma integrals and a Beta integral); the total mass is 1 for every $n$.
    """
    rho, b, d = sp.symbols("rho b d", positive=True)
    a = sp.Symbol("a", real=True)
    area = sp.pi ** (d / 2) / sp.integrate(rho ** (d - 1) * sp.exp(-(rho**2)), (rho, 0, sp.oo))
    entries = sp.Matrix([rho**2, rho * a, a**2 + b**2])
    jacobian = entries.jacobian([rho, a, b]).det()
    gram = sp.factor(entries[0] * entries[2] - sign * entries[1] ** 2)
    density = area.subs(d, n) * area.subs(d, n - 1) * rho ** (n - 1) * b ** (n - 2) / jacobian
    constant = sp.powsimp(sp.powdenest(density * gram ** ((3 - n) / 2), force=True))
    constant = sp.simplify(constant)

    def claims() -> tuple[Claim, ...]:
        known = sp.pi ** (n - sp.Rational(1, 2)) / (sp.gamma(n / 2) * sp.gamma((n - 1) / 2))

        def reduced(i: int, j: int, k: int) -> Any:
            half = sp.Rational(1, 2)
            power = [(n - 3) / 2 + half + k + i, (n - 3) / 2 + half + k + j]  # of Q11 and Q22; the half from dQ12
            gammas = [2 ** (c + 1) * sp.gamma(c + 1) for c in power]
            beta = sp.gamma(k + half) * sp.gamma((n - 1) / 2) / sp.gamma(k + half + (n - 1) / 2)
            return (2 * sp.pi) ** (-n) * constant * gammas[0] * gammas[1] * beta

        rows = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 0, 1), (2, 1, 0), (1, 1, 1), (0, 0, 2), (3, 0, 1)]
        sizes = (2, 3, 4)
        left = [reduced(*row).subs(n, size) for size in sizes for row in rows]
        right = [_gram_moment(size, *row) for size in sizes for row in rows]
        return (
            Identity(sp.gammasimp(constant / known), 1, sp.gammasimp, "the multivariate Gamma function, any n"),
            Identity(sp.gammasimp(reduced(0, 0, 0)), 1, sp.gammasimp, "total Gaussian mass, any n"),
            Identity(left, right, sp.simplify, "Gaussian moments, n = 2, 3, 4"),
        )

    return Result(
        constant,
        r"\int d\Phi\,f(\Phi^T\Phi)=\frac{\pi^{n-1/2}}{\Gamma(\frac n2)\Gamma(\frac{n-1}2)}"
        r"\int_{Q>0}dQ\,(\det Q)^{(n-3)/2}f(Q)",
        deferred(claims),
    )


def _gram_moment(size: int, i: int, j: int, k: int) -> Any:
    """E Q11^i Q22^j Q12^{2k} for a standard normal n×2 matrix, by expansion in its entries."""
    first, second = sp.symbols(f"f0:{size}"), sp.symbols(f"s0:{size}")
    q11, q22 = (sp.Poly(sum(x**2 for x in part), *first, *second) for part in (first, second))
    q12 = sp.Poly(sum(x * y for x, y in zip(first, second, strict=True)), *first, *second)
    return gaussian_expectation(q11**i * q22**j * q12 ** (2 * k), dict.fromkeys((*first, *second), 1))


@derivation.step(
    "hyperbolic-coordinates",
    "Eigenvalues of LQ and a hyperbolic angle",
    flips="the sign of sinh in the second row of the boost",
)
def hyperbolic_coordinates(sign: int = 1) -> Result:
    r"""A positive definite $2\times2$ matrix is $Q=G^T\mathrm{diag}(q_1,-q_2)\,G$ with a boost
    $G=\begin{pmatrix}\cosh\frac\eta2&\sinh\frac\eta2\\\sinh\frac\eta2&\cosh\frac\eta2\end{pmatrix}$, which leaves
    $L$ alone ($GLG^T=L$). Hence $LQ$ has the eigenvalues $q_1>0>q_2$; $q_1+q_2=Q_{11}-Q_{22}$,
    $\tanh\eta=2Q_{12}/(Q_{11}+Q_{22})$ show that every $Q$ is met once. With $\Delta=q_1-q_2$ the Jacobian is
    $\Delta/2$, and of all terms of the exponent only $\mathrm{tr}\,Q=\Delta\cosh\eta$ sees $\eta$.

    Checked symbolically, and by the total mass $\int dQ\,(\det Q)^{(n-3)/2}e^{-\mathrm{tr}Q/2}$ of the reduced
    measure, for every $n$.
    """
    delta = q1 - q2

    def claims() -> tuple[Claim, ...]:
        half = eta / 2
        boost = sp.Matrix([[sp.cosh(half), sp.sinh(half)], [sign * sp.sinh(half), sp.cosh(half)]])
        gram = (boost.T * sp.diag(q1, -q2) * boost).applyfunc(sp.expand)
        metric = sp.diag(1, -1)
        entries = sp.Matrix([gram[0, 0], gram[0, 1], gram[1, 1]])
        jacobian = sp.simplify(sp.expand(entries.jacobian([q1, q2, eta]).det().rewrite(sp.exp)))
        lam = sp.Symbol("lambda")
        square = metric * gram

        def plain(expression: Any) -> Any:
            return sp.simplify(sp.expand(expression.rewrite(sp.exp)))

        # mass: Δ-integral of Δ^{n-1} e^{-Δ cosh η/2}, the share of q1 in Δ (a Beta integral), then the η-integral
        share = sp.gamma((n - 1) / 2) ** 2 / sp.gamma(n - 1)
        angle = sp.sqrt(sp.pi) * sp.gamma(n / 2) / sp.gamma((n + 1) / 2)  # ∫ dη / cosh^n η
        mass = sp.Abs(sp.simplify(jacobian / delta)) * share * 2**n * sp.gamma(n) * angle * gram_reduction()
        return (
            Identity((boost * metric * boost.T), metric, sp.simplify, "the boost leaves L alone"),
            Identity((lam * sp.eye(2) - square).det(), (lam - q1) * (lam - q2), plain, "eigenvalues of LQ"),
            Identity(
                [gram.det(), gram.trace(), (square**2).trace(), gram[0, 0] - gram[1, 1], 2 * gram[0, 1]],
                [-q1 * q2, delta * sp.cosh(eta), q1**2 + q2**2, q1 + q2, delta * sp.sinh(eta)],
                plain,
                "det Q, tr Q, tr (LQ)², Q11 − Q22, 2 Q12",
            ),
            Identity(jacobian**2, delta**2 / 4, plain, "Jacobian"),
            Identity(sp.powsimp(sp.gammasimp(mass / (2 * sp.pi) ** n)), 1, plain, "total Gaussian mass, any n"),
        )

    return Result(
        delta / 2,
        r"dQ=\tfrac\Delta2\,dq_1\,dq_2\,d\eta,\quad\mathrm{tr}\,Q=\Delta\cosh\eta,\quad\det Q=-q_1q_2,\quad"
        r"\mathrm{tr}(LQ)^2=q_1^2+q_2^2",
        deferred(claims),
    )


@derivation.step("angle-integral", "The integral over the hyperbolic angle as ε → 0", flips="the sign of log 2")
def angle_integral(sign: int = 1) -> Result:
    r"""With $z=\varepsilon\Delta/2$ and $t=\cosh\eta$ the integral over $\eta$ is
    $2\int_1^\infty e^{-zt}\,dt/\sqrt{t^2-1}=2K_0(z)$. As $z\downarrow0$ split off $1/t$: what remains converges,
    $\int_1^\infty(1/\sqrt{t^2-1}-1/t)\,dt=\log2$, and $\int_1^\infty e^{-zt}dt/t\to-\log z+\Gamma'(1)$ by parts.

    Checked: the integrand proves Bessel's equation $zF''+F'-zF=0$ (what remains is a derivative by $\eta$); the limit
    equals that of sympy's series of $K_0$; numbers from quadrature against the series to the next order.
    """
    z, t, s = sp.symbols("z t s", positive=True)
    split = sp.integrate(1 / sp.sqrt(t**2 - 1) - 1 / t, (t, 1, sp.oo))
    limit = 2 * sign * split + 2 * (-sp.log(z) + sp.diff(sp.gamma(s), s).subs(s, 1))
    kernel = limit.subs(z, epsilon * (q1 - q2) / 2)

    def claims() -> tuple[Claim, ...]:
        integrand = sp.exp(-z * sp.cosh(eta))
        bessel = z * sp.diff(integrand, z, 2) + sp.diff(integrand, z) - z * integrand
        leading, series = (2 * sp.series(sp.besselk(0, z), z, 0, terms).removeO() for terms in (1, 4))
        rows = []
        with mpmath.workdps(30):
            for size in ("1e-3", "1e-4", "1e-5"):
                value = mpmath.mpf(size)
                # the integrand is below e^-80 beyond the cut
                cut = mpmath.acosh(80 / value)
                quadrature = 2 * mpmath.quad(lambda y, v=value: mpmath.exp(-v * mpmath.cosh(y)), [0, cut / 2, cut])
                expansion = (limit + series - leading).subs(z, sp.Float(size, 30)).evalf(30)
                rows.append((f"z = {size}", mpmath.mpf(expansion), quadrature))
        return (
            Identity(bessel, -sp.diff(sp.sinh(eta) * integrand, eta), sp.simplify, "Bessel's equation"),
            Identity(limit, leading, sp.expand, "the limit, with the series of the Bessel function"),
            Numbers(rows, 1e-11, ("limit and next order", "quadrature over η")),
        )

    return Result(
        kernel,
        r"\int d\eta\,e^{-\frac\varepsilon2\Delta\cosh\eta}=2K_0\!\left(\tfrac{\varepsilon\Delta}2\right)"
        r"=-2\log\tfrac{\varepsilon\Delta}4-2\gamma+O(\varepsilon^2\log\varepsilon)",
        deferred(claims),
    )


def hermite_reduced(order: int, sign: int = 1) -> Any:
    """E(ξ+ir)^{n−2+order} = He_{n−2+order}(ξ) as a combination of h0 = He_{n−2} and h1 = He_{n−1}.

    Gaussian integration by parts: E w^{m+1} = ξ E w^m + i E r w^m = ξ E w^m − m E w^{m−1}.
    """
    if order < 2:
        return (h0, h1)[order]
    before, last = hermite_reduced(order - 2, sign), hermite_reduced(order - 1, sign)
    return sp.expand(xi * last - sign * (n - 3 + order) * before)


@derivation.step(
    "fermionic-polynomial", "The fermionic factor as a polynomial", flips="the sign in Gaussian integration by parts"
)
def fermionic_polynomial(sign: int = 1) -> Result:
    r"""$\Phi L\Phi^T$ has the eigenvalues $q_1,q_2$ of $LQ$ and $n-2$ zeros, so that
    $$P_n=E_r\prod_{a}w_a^{n-2}(w_a-iq_1)(w_a-iq_2),\qquad w_a=\xi+ir_a .$$
    The density of $(r_1,r_2)$ is that of the fermionic duality; since $(r_1-r_2)^4=(w_1-w_2)^4$, everything is a
    product of two one-dimensional moments $E\,w^m=He_m(\xi)$, and Gaussian integration by parts brings all of them,
    at symbolic $n$, to $He_{n-2}$ and $He_{n-1}$. $P_n$ is a polynomial in $\xi$, $q_1+q_2$ and $q_1q_2$.

    Checked against the definition: the Gaussian average of $\det(\xi-A-i\Phi L\Phi^T)^2$ over the entries of $A$
    for $n=2,3$; the average with symbolic bosons that ends the duality; and the direct expansion in moments of $r$ for
    $n=2,\dots,6$.
    """
    density = jacobian().subs({r1: (w1 - xi) / sp.I, r2: (w2 - xi) / sp.I}, simultaneous=True)
    factor = [w**2 - sp.I * e1 * w - e2 for w in (w1, w2)]
    product = sp.Poly(sp.expand(sp.expand(density) * factor[0] * factor[1]), w1, w2)
    polynomial = sp.expand(
        sum(c * hermite_reduced(i, sign) * hermite_reduced(j, sign) for (i, j), c in product.terms())
    )

    def claims() -> tuple[Claim, ...]:
        symmetric = {e1: q1 + q2, e2: q1 * q2}
        matrices = [_determinant_average(size) for size in (2, 3)]
        direct = [_direct_fermions(size) for size in range(2, 7)]
        sources = []
        for size, average in zip((2, 3), source_and_determinants(), strict=True):
            phi = sp.Matrix(size, 2, lambda j, b: sp.Symbol(f"phi_{j + 1}{b + 1}", real=True))
            source = sp.diag(1, -1) * phi.T * phi
            ours = at_order(polynomial, size).subs({e1: source.trace(), e2: source.det()})
            sources.append(sp.expand(ours) - average)
        return (
            Identity(
                [at_order(polynomial, size).subs(symmetric) for size in (2, 3)], matrices, sp.expand, "GOE averages"
            ),
            Identity(sources, [0, 0], sp.expand, "the average of the whole integrand with symbolic vectors, n = 2, 3"),
            Identity(
                [at_order(polynomial, size) for size in range(2, 7)], direct, sp.expand, "moments of r, n = 2, ..., 6"
            ),
        )

    return Result(
        polynomial,
        r"P_n(q_1,q_2,\xi)=\tfrac1{12}E\,(w_1-w_2)^4\prod_{a=1,2}w_a^{n-2}(w_a-iq_1)(w_a-iq_2),\qquad E\,w^m=He_m(\xi)",
        deferred(claims),
    )


def at_order(expression: Any, size: int) -> Any:
    """An expression in n, h0, h1 at n = size, as a polynomial in ξ."""
    values = [hermite(size - 2), hermite(size - 1)]
    return sp.expand(expression.subs({h0: values[0], h1: values[1], n: size}))


def _direct_fermions(size: int) -> Any:
    """E of the fermionic factor by expansion in r1 and r2."""
    factors = [
        (xi + sp.I * r) ** (size - 2) * ((xi + sp.I * r) ** 2 - sp.I * e1 * (xi + sp.I * r) - e2) for r in (r1, r2)
    ]
    return gaussian_expectation(sp.expand(jacobian() * factors[0] * factors[1]), {r1: 1, r2: 1})


def _determinant_average(size: int) -> Any:
    """E det(ξ − A − i diag(q1, q2, 0, ...))² by Gaussian moments of the entries of A."""
    matrix, variances = goe_matrix(size)
    shifted = xi * sp.eye(size) - matrix - sp.I * sp.diag(q1, q2, *[0] * (size - 2))
    return gaussian_expectation(sp.expand(shifted.det(method="berkowitz") ** 2), variances)


@derivation.step("ward-identity", "Without the logarithm the integral vanishes", flips="the sign of q2 in Δ")
def ward_identity(sign: int = 1) -> Result:
    r"""As $\varepsilon\downarrow0$ the integral is $-2\log\varepsilon$ times
    $$W_n=\int_{q_1>0>q_2}\!\!dq_1dq_2\,\Delta\,|q_1q_2|^{(n-3)/2}e^{-(q_1^2+q_2^2)/4-i\xi(q_1+q_2)/2}P_n$$
    plus a finite limit. The left side, $E\det X^2/\sqrt{\det(X^2+\varepsilon^2)}$, is at most $E|\det X|$: hence
    $W_n=0$ for all $n\ge2$, and $\varepsilon$ drops out together with every constant beside $\log\Delta$.

    This is also proved by algebra, for symbolic $n$: with $q_1=a$, $q_2=-b$ every term is a product of the integrals
    $M_s=\int_0^\infty a^{s+(n-3)/2}e^{-a^2/4-i\xi a/2}da$ and $\bar M_s$; integration by parts gives
    $M_{s+1}=(2s+n-3)M_{s-1}-i\xi M_s$ ($s\ge1$), which brings all to $M_0,M_1$. Then the coefficients of all the
    products $h_\alpha h_\beta M_\gamma\bar M_\delta$, polynomials in $\xi$ and $n$, vanish identically. Quadrature
    of the double integral agrees.
    """

    def claims() -> tuple[Claim, ...]:
        a, b = sp.symbols("a b")
        plus, minus = sp.symbols("M0 M1"), sp.symbols("N0 N1")

        def moment(order: int, basis: tuple[Any, Any], phase: int) -> Any:
            if order < 2:
                return basis[order]
            last, before = moment(order - 1, basis, phase), moment(order - 2, basis, phase)
            return sp.expand((2 * order + n - 5) * before - phase * sp.I * xi * last)

        polynomial = fermionic_polynomial().subs({e1: a - b, e2: -a * b})
        integrand = sp.Poly(sp.expand((a + sign * b) * polynomial), a, b)
        total = sum(c * moment(i, plus, 1) * moment(j, minus, -1) for (i, j), c in integrand.terms())
        rows = []
        with mpmath.workdps(20):
            for size in (2, 3, 5, 8):
                terms = numeric_polynomial(size, "0.7")
                value, scale = double_integral.quadrature(
                    size, mpmath.mpf("0.7"), terms, 20, logarithm=False, delta_sign=sign
                )
                rows.append((f"n = {size}", value / scale, mpmath.mpf(0)))
        return (
            Identity(sp.expand(total), 0, sp.expand, "every coefficient, any n"),
            Numbers(rows, 1e-18, ("quadrature at ξ = 0.7 in units of the integral of the modulus", "zero"), 1.0),
        )

    return Result(
        sp.Integer(0),
        r"\int_{q_1>0>q_2}dq_1dq_2\,\Delta\,|q_1q_2|^{(n-3)/2}e^{-(q_1^2+q_2^2)/4-i\xi(q_1+q_2)/2}P_n(q_1,q_2,\xi)=0",
        deferred(claims),
    )


@lru_cache(maxsize=16)
def real_terms(size: int) -> tuple[tuple[int, int, int, Any], ...]:
    """P_n as (i, j, k, c): the sum of c (i(q1+q2))^i (q1q2)^j ξ^k."""
    terms = sp.Poly(at_order(fermionic_polynomial(), size), e1, e2, xi).terms()
    return tuple((*powers, c / sp.I ** powers[0]) for powers, c in terms)


@lru_cache(maxsize=64)
def numeric_polynomial(size: int, shift: str) -> tuple[tuple[int, int, Any], ...]:
    """P_n at a numeric ξ: (power of i(q1+q2), power of q1q2, coefficient)."""
    place = mpmath.mpf(shift)
    return tuple((i, j, mpmath.mpf(int(c.p)) / int(c.q) * place**k) for i, j, k, c in real_terms(size))


@derivation.step(
    "logarithmic-kernel", "E|det| as an exact two-dimensional integral", flips="the sign of log Δ in the angle integral"
)
def logarithmic_kernel(sign: int = 1) -> Result:
    r"""Constants of the previous steps together: $(2\pi)^{-n}$, the Gram constant, the Jacobian $\Delta/2$ and
    $-2\log\Delta$ from the angle integral, of which everything else is removed by the Ward identity. The Gamma
    functions join by the duplication formula: the constant is $1/(4\pi\,(n-2)!)$.

    Checked at $n=2$, $\xi=0.7$: quadrature of the double integral in coordinates in which its singular factors are
    weights of Gauss rules, against $2^{(n+2)/2}\Gamma(\frac{n+1}2)e^{\xi^2/4}R_{n+1}(\xi)$ (Fyodorov) with the level
    density $R_{n+1}$ from skew moments of monomials.
    """
    logarithm = sp.Symbol("Lambda")
    kernel = sp.expand_log(angle_integral(), force=True).subs(sp.log(q1 - q2), sign * logarithm)
    share, rest = sp.Poly(sp.expand(kernel), logarithm).all_coeffs()
    share += rest * ward_identity()  # the Ward integral is zero: ε goes
    jacobian = sp.simplify(hyperbolic_coordinates() / (q1 - q2))
    constant = sp.gammasimp(-((2 * sp.pi) ** (-n)) * gram_reduction() * jacobian * share)

    def claims() -> tuple[Claim, ...]:
        return (
            Identity(sp.gammasimp(constant * 4 * sp.pi * sp.gamma(n - 1)), 1, sp.simplify, "the constant"),
            Numbers(
                _integral_values(constant, ((2, "0.7"),)),
                1e-18,
                ("quadrature with 20 digits", "Fyodorov's identity with skew moments"),
            ),
        )

    return Result(
        constant,
        r"E|\det(A_n-\xi)|=\frac1{4\pi\,(n-2)!}\int_{q_1>0>q_2}dq_1dq_2\,(-\Delta\log\Delta)\,|q_1q_2|^{(n-3)/2}"
        r"e^{-(q_1^2+q_2^2)/4-i\xi(q_1+q_2)/2}P_n(q_1,q_2,\xi)",
        deferred(claims),
    )


@derivation.step("integral-values", "The double integral at n = 2, 3, 4, 5, 8", flips="the sign of q1 q2 in P")
def integral_values(sign: int = 1) -> Result:
    r"""Quadrature to 20 digits at $n=2,3,4,5,8$ and $\xi=0,\,0.7,\,2$, against two routes that share nothing with it:
    Fyodorov's identity with the level density from skew moments of monomials, in 30 digits, and the package's
    evaluator (Hermite functions by recurrence, double precision).
    """
    points = tuple((size, shift) for size in (2, 3, 4, 5, 8) for shift in ("0", "0.7", "2"))
    rows = _integral_values(logarithmic_kernel(), points, product_sign=sign)
    package = [
        (row[0], float(row[1]), mean_abs_determinant(size, float(shift)))
        for (size, shift), row in zip(points, rows, strict=True)
    ]
    return Result(
        tuple(rows),
        r"E|\det(A_4-0.7)|=8.0324130093116\ldots,\qquad E|\det(A_8-2)|=884.909578645688\ldots",
        (
            Numbers(rows, 1e-18, ("quadrature with 20 digits", "Fyodorov's identity with skew moments")),
            Numbers(package, 1e-14, ("quadrature", "the package's evaluator")),
        ),
    )


def _integral_values(
    constant: Any, points: tuple[tuple[int, str], ...], product_sign: int = 1
) -> list[tuple[str, Any, Any]]:
    rows = []
    with mpmath.workdps(30):
        for size, shift in points:
            factor = mpmath.mpf(str(constant.subs(n, size).evalf(40)))
            terms = tuple((i, j, product_sign**j * c) for i, j, c in numeric_polynomial(size, shift))
            value, _ = double_integral.quadrature(size, mpmath.mpf(shift), terms, 20)
            rows.append((f"n = {size}, ξ = {shift}", factor * value, by_skew_moments(size, shift)))
    return rows
