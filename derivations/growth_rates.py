"""The complexity of the pure glass: from the Kac-Rice formula to Σ(u), the thresholds, and Θ_k(u)."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from derivations import kac_rice, semicircle_law
from derivations.claims import Claim, Identity, Numbers, Order
from derivations.covariance_symbols import D1, D
from derivations.deferred import deferred
from derivations.derivation import Derivation, Result
from derivations.growth_routes import hermite, log_exact_density, mean_logarithm, one_step_value
from derivations.point_counts import folded, sphere_area
from derivations.symbols import N, k, p, u, v, x, xi

derivation = Derivation(
    "complexity",
    "Complexity of spherical glasses: rates, thresholds, prefactors",
    sources=("auffinger2013", "auffinger2013smooth", "fyodorov2004"),
    text=r"""
Mean numbers of critical points grow as $e^{N\Sigma}$. The rates follow from the Kac–Rice formula with
$E|\det(A_n-x\sqrt n)| \approx n^{n/2}e^{n\Phi(x)}$, the thresholds from the edge of the semicircle, the numbers by
index from the cost of eigenvalues outside the bulk, and the prefactors from Gaussian fluctuations, each compared with
exact values at finite $N$. The formulas end in forms without cancellation, in $v = x^2/4-1$.
""",
)

shift = u * sp.sqrt(p / (p - 1))  # checked by the step "exponent"
above = sp.Symbol("a", positive=True)  # p − 1
lam = sp.Symbol("lambda", real=True)  # an eigenvalue of A_N
w = sp.Symbol("w", positive=True)  # |x| = w + 1/w outside the bulk, w > 1
growth = (sp.Abs(x) + sp.sqrt(x**2 - 4)) / 2  # w


@derivation.step("goe-identity", "The shift becomes an eigenvalue", flips="the Gaussian weight of the added eigenvalue")
def goe_identity(sign: int = 1) -> Result:
    r"""Without field the integrand does not depend on the latitude, and the mean modulus of the determinant of
    $A_{N-1}$ is a one-point density of $A_N$: in the joint density
    $\prod|\lambda_i-\lambda_j|\,e^{-\sum\lambda_i^2/4}/Z_N$ the factors that contain one eigenvalue $\xi$ are
    $|\det(A_{N-1}-\xi)|\,e^{-\xi^2/4}$, so that $R_N(\xi) = N\,(Z_{N-1}/Z_N)\,e^{-\xi^2/4}\,W_{N-1}(\xi)$ with
    Mehta's constant $Z_N = 2^{N/2+N(N-1)/4}(2\pi)^{N/2}\prod_{j\le N}\Gamma(1+j/2)/\Gamma(3/2)$. If $k$ eigenvalues
    of $A_{N-1}$ lie below $\xi$ the added one is number $k$ from below: the identity holds index by index,

    $$E\,\mathrm{Crt}_{N,k}(B) = 2\sqrt{2/p}\,(p-1)^{N/2}\,E\bigl[e^{-(p-2)\lambda_k^2/(4p)}\,1\{u(\lambda_k)\in
    B\}\bigr].$$

    Checks: two points for $N = 1$ at every $p$; $2\sqrt{3p-2}$ for $N = 2$ (Rice's formula on the circle); and the
    matrix case $p = 2$, whose critical points are the $2N$ eigenvectors: there the exponent vanishes and the factor
    is 2.
    """
    law = kac_rice.pure()
    none = {D: 0, D1: 0}
    energy_of = sp.solve(law["shift"].subs(none) - xi, law["h"])[0]  # h at the shift ξ
    normal = sp.exp(-(energy_of**2) / (2 * N)) / sp.sqrt(2 * sp.pi * N) * sp.diff(energy_of, xi)
    beta = sp.sqrt(sp.pi) * sp.gamma((N - 1) / 2) / sp.gamma(N / 2)  # ∫(1 − m²)^{(N−3)/2} dm
    front = law["factor"].subs(none).subs(kac_rice.m, 0) * beta
    mehta = sp.gamma(sp.Rational(3, 2)) / sp.gamma(1 + N / 2) / sp.sqrt(2 * sp.pi) / 2 ** (N / 2)  # Z_{N−1}/Z_N
    undone = sp.exp(sign * xi**2 / 4) / (N * mehta)  # W_{N−1} = undone · R_N
    weight = sp.expand(sp.expand_log(sp.log(normal * undone), force=True))
    exponent = sp.simplify(sum(term for term in weight.args if term.has(xi)))
    constant = (front * normal * undone).subs(xi, 0)
    number = sp.symbols("number", positive=True)
    factor = sp.gammasimp(constant.subs(p, 1 + number))
    factor = sp.powsimp(sp.expand_power_base(sp.powdenest(factor, force=True), force=True), force=True)
    factor = factor.subs(number, p - 1)
    equation = (
        r"E\,\mathrm{Crt}_{N,k}(B) = 2\sqrt{2/p}\,(p-1)^{N/2}\,E\bigl[e^{-(p-2)\lambda_k^2/(4p)}"
        r"\,1\{\lambda_k\sqrt{(p-1)/(pN)}\in B\}\bigr]"
    )
    rate = sp.simplify(exponent.subs(xi, 1))

    def claims() -> tuple[Claim, ...]:
        steepness = sp.Rational(1, 4) - exponent / xi**2  # with R_1 = e^{−ξ²/4}/(2√π), the law of A_1
        one = (constant.subs(N, 1) / (2 * sp.sqrt(steepness))).subs(p, 1 + number)
        rows = []
        for degree in (3, 4, 7):
            at = {p: degree}
            height = mpmath.mpf(str(constant.subs(at).subs(N, 2).evalf(25)))
            bend = mpmath.mpf(str(exponent.subs(at).subs(xi, 1).evalf(25)))

            def two(place: Any, height: Any = height, bend: Any = bend) -> Any:
                # R_2 = 2 (Z_1/Z_2) e^{−ξ²/4} E|A_1 − ξ|
                ratio = mpmath.mpf(str((2 * mehta.subs(N, 2)).evalf(25)))
                minor = folded(place, mpmath.sqrt(2))
                return height * mpmath.exp(bend * place**2 - place**2 / 4) * ratio * minor

            total = 2 * mpmath.quad(two, [0, 2, 5, 10, 20])
            rows.append((f"N = 2, p = {degree}", total, 2 * mpmath.sqrt(3 * degree - 2)))
        matrix = [sp.simplify(constant.subs({p: 2, N: size})) for size in range(1, 8)]
        return (
            Identity(sp.simplify(one), 2, what="two critical points at N = 1"),
            Numbers(rows, 1e-12, ("the identity at N = 2", "Rice's formula")),
            Identity([*matrix, exponent.subs(p, 2)], [2] * 7 + [0], what="the matrix case: factor 2, exponent 0"),
            Identity(
                (factor / (2 * sp.sqrt(2 / p) * (p - 1) ** (N / 2))).subs(p, 1 + number), 1, what="the published factor"
            ),
        )

    return Result({"exponent": rate, "factor": factor, "mehta": mehta}, equation, deferred(claims))


@derivation.step(
    "determinant", "The growth of the mean determinant", flips="the sign of xy in the saddle-point equation"
)
def determinant(sign: int = 1) -> Result:
    r"""$E\det(\xi-A_n) = E_r(\xi+ir)^n$ with $r$ standard normal (fermionic duality). At $\xi = x\sqrt n$, $r =
    -i\sqrt n\,y$ the integrand is $n^{n/2}e^{nf(y)}$, $f = \log(x+y)+y^2/2$, with saddles $y^2+xy+1 = 0$. Outside the
    bulk, $x = w+1/w$ with $w > 1$, the contour passes the saddle $y = -1/w$, the modulus of the determinant is the
    determinant but for exponentially rare cases, and $\Phi = \log w+1/(2w^2)$; the Gaussian fluctuation gives
    the factor $(1-w^{-2})^{-1/2}$. Inside, the saddles are complex conjugates and the common real part is
    $\Phi = x^2/4-\tfrac12$.

    Checks: $\Phi$ is the mean of $\log|x-y|$ over the semicircle, by quadrature; and the Hermite polynomials
    $He_n(x\sqrt n) = E\det(x\sqrt n-A_n)$ with the relative error $O(1/n)$.
    """
    y = sp.Symbol("y")
    action = sp.log(x + y) + y**2 / 2
    linear, constant = sp.Poly(sp.numer(sp.together(sp.diff(action, y))), y).all_coeffs()[1:]
    saddle = -1 / w if sign == 1 else sp.cancel(1 / w)  # the small root of y² ± xy + 1 at x = w + 1/w
    if sp.cancel((saddle**2 + sign * linear * saddle + constant).subs(x, w + 1 / w)) != 0:
        raise ArithmeticError("not a saddle point")
    outside = action.subs(x, w + 1 / w).subs(y, saddle)
    bend = sp.diff(action, y, 2).subs(x, w + 1 / w).subs(y, saddle)
    fluctuation = 1 / sp.sqrt(sp.cancel(bend))
    real, imaginary = -sign * linear / 2, sp.sqrt(1 - x**2 / 4)
    inside = sp.log((x + real) ** 2 + imaginary**2) / 2 + (real**2 - imaginary**2) / 2
    inside = sp.expand(inside.subs((x + real) ** 2 + imaginary**2, sp.expand((x + real) ** 2 + imaginary**2)))
    shown = [
        r"\Phi(x) = \log w + \tfrac1{2w^2},\quad |x| = w+1/w;\qquad \Phi = \tfrac{x^2}4-\tfrac12,\quad |x|\le2",
        r"He_n(x\sqrt n) \simeq n^{n/2}\,e^{n\Phi(x)}\,(1-w^{-2})^{-1/2}",
    ]

    def claims() -> tuple[Claim, ...]:
        rows, errors, sizes = [], [], (25, 50, 100, 200, 400)
        with mpmath.workdps(25):
            for place in ("0.4", "-1.7", "2", "2.5", "-6"):
                at = mpmath.mpf(place)
                mine = sp.lambdify(x, inside, "mpmath")(at) if abs(at) <= 2 else _at_w(outside, at)
                rows.append((f"Phi({place})", mine, mean_logarithm(at)))
            at = mpmath.mpf("2.3")
            for size in sizes:
                exact = hermite(size, at * mpmath.sqrt(size)) / mpmath.mpf(size) ** (mpmath.mpf(size) / 2)
                errors.append(exact / (mpmath.exp(size * _at_w(outside, at)) * _at_w(fluctuation, at)) - 1)
        return (
            Numbers(
                rows, 1e-12, ("the real part of the exponent", "the mean logarithm over the semicircle"), scale=0.5
            ),
            Order(sizes, errors, -1),
        )

    return Result({"inside": inside, "outside": outside, "fluctuation": fluctuation}, shown, deferred(claims))


@derivation.step("exponent", "The growth rate at an energy", flips="the Gaussian weight of the energy")
def exponent(sign: int = 1) -> Result:
    r"""At energy density $u$ the shift is $x\sqrt N$ with $x = u\sqrt{p/(p-1)}$. The factor before the determinant,
    $|S^{N-1}|\,((p-1)/2\pi)^{n/2}\,n^{n/2}$, grows as $e^{N(1+\log(p-1))/2}$ by Stirling's formula, the energy has the
    weight $e^{-Nu^2/2}$, and the determinant gives $e^{N\Phi(x)}$ with the log-potential of the semicircle. So
    $\Sigma(u) = \tfrac12+\tfrac12\log(p-1)-u^2/2+\Phi(x)$; in the bulk the parabola of $\Phi$ leaves
    $\tfrac12\log(p-1)-\frac{p-2}{4(p-1)}u^2$.

    Check: the exact density of critical points at finite $N$. It is $CN^ae^{N\Sigma}(1+O(1/N))$, so that the rate taken
    from $N$ to $2N$ misses $\Sigma$ by $a\log2/N$.
    """
    law = kac_rice.pure()
    per_site = (law["shift"] / sp.sqrt(N)).subs({D: 0, D1: 0}).subs(law["h"], N * u).subs(p, 1 + above)
    place = sp.simplify(per_site)
    base = law["factor"].subs({D1: 0, kac_rice.m: 0}).subs(p, 1 + above) * (N - 1) ** ((N - 1) / 2)
    stirling = (N - 1) / 2 * (sp.log(N - 1) - sp.log(2)) - (N - 1) / 2
    rest = sp.expand_log(sp.log(base / sphere_area(N - 2)), force=True)
    area_rate = sp.log(2) + (N - 1) / 2 * sp.log(sp.pi) - stirling
    front = per_spin(rest + area_rate)
    potential = determinant()
    gauss = -sign * u**2 / 2
    inside = sp.expand(front + gauss + potential["inside"].subs(x, place))
    outside = front + gauss + potential["outside"].subs(w, growth).subs(x, place)
    equation = [
        r"\Sigma(u) = \tfrac12 + \tfrac12\log(p-1) - \tfrac{u^2}2 + \Phi\bigl(u\sqrt{p/(p-1)}\bigr)",
        sp.Eq(sp.Function("Sigma")(u), inside.subs(above, p - 1), evaluate=False),
    ]
    back = {above: p - 1}
    value = {"front": front.subs(back), "inside": inside.subs(back), "outside": outside.subs(back), "a": inside}

    def claims() -> tuple[Claim, ...]:
        orders: list[Claim] = []
        sizes = (32, 64, 128, 256, 512)
        for degree, energy in ((3, -1.0), (4, 0.5), (3, -1.8), (5, -2.1)):
            branch = inside if abs(energy) < 2 * math.sqrt((degree - 1) / degree) else outside
            rate = float(branch.subs({above: degree - 1, u: sp.Float(energy, 30)}).evalf(20))
            errors = [
                (log_exact_density(energy, 2 * size, degree) - log_exact_density(energy, size, degree)) / size - rate
                for size in sizes
            ]
            orders.append(Order(sizes, errors, -1))
        stirling_rows = []
        for size in (10**4, 10**6):
            exact = math.log(2) + (size - 1) / 2 * math.log(math.pi) - math.lgamma((size - 1) / 2)
            mine = float(area_rate.subs(N, sp.Float(size)).evalf(20))
            stirling_rows.append((f"N = {size}", mine / size, exact / size))
        return (
            Identity(place.subs(above, p - 1) ** 2, shift**2, sp.simplify, "the shift of the Hessian"),
            *orders,
            Numbers(stirling_rows, 1e-3, ("Stirling, per spin", "the logarithm of the area, per spin"), scale=1.0),
        )

    return Result(value, equation, deferred(claims))


@derivation.step("threshold", "The threshold energy", flips="the sign of 1 in the edge of the bulk, pE² = 4(p − 1)")
def threshold(sign: int = 1) -> Result:
    r"""The shift leaves the bulk downwards at $x = -2$: $-E_\infty$ with $E_\infty = 2\sqrt{(p-1)/p}$. Above, the
    number of eigenvalues below the shift is of order $N$. There the rate is $\Theta_{\rm edge} =
    \tfrac12\log(p-1)-(p-2)/p = \operatorname{artanh}z - z$ with $z = (p-2)/p$, a series $\sum_{j\ge1}z^{2j+1}/(2j+1)$
    of positive terms (zero for $p = 2$).

    Check: the mean share of eigenvalues below the shift at $-fE_\infty$, exact at $N = 60$, is the semicircle's share
    below $-2f$, to $O(1/N)$; none is left beyond $f = 1$.
    """
    place = sp.Symbol("E", negative=True)
    distance = sp.Poly(sp.numer(sp.together(shift.subs(u, place) ** 2 - 4)), place)  # pE² − 4(p − 1)
    square, constant = distance.coeff_monomial(place**2), sp.Poly(distance.coeff_monomial(1), p)
    edge = sp.solve(square * place**2 + constant.coeff_monomial(p) * p + sign * constant.coeff_monomial(1), place)
    energy = edge[0]
    energy = sp.simplify(energy.subs(p, 1 + above)).subs(above, p - 1)
    rates = exponent()
    height = sp.expand(rates["inside"].subs(u, energy).subs(p, 1 + above)).subs(above, p - 1)
    height = sp.Rational(1, 2) * sp.log(p - 1) - sp.simplify(sp.Rational(1, 2) * sp.log(p - 1) - height)
    equation = [
        sp.Eq(sp.Symbol("E_oo"), -energy, evaluate=False),
        sp.Eq(sp.Symbol(r"\Theta_{\rm edge}"), height, evaluate=False),
    ]

    def claims() -> tuple[Claim, ...]:
        ratio = sp.Symbol("z", positive=True)
        of_ratio = height.subs(p, 2 / (1 - ratio))
        from spinglass.random_matrices import index_probabilities
        from spinglass.random_matrices.semicircle import cdf

        rows = []
        for degree in (3, 5):
            value = float(energy.subs(p, degree))
            for factor in (0.4, 0.8, 1.2):
                place_x = factor * value * math.sqrt(degree * 60 / (degree - 1))
                law = np.asarray(index_probabilities(59, place_x))
                mean = float(np.arange(60) @ law) / 59
                rows.append((f"p = {degree}, {factor} E", mean, cdf(-2 * factor * math.sqrt(60 / 59))))
        return (
            Numbers(rows, 0.01, ("the mean share below the shift", "the semicircle's"), scale=1.0),
            Identity((shift.subs(u, energy)).subs(p, 1 + above), -2, sp.simplify, "the shift is at the lower edge"),
            Identity(
                sp.series(of_ratio, ratio, 0, 12).removeO(),
                sum(ratio ** (2 * j + 1) / (2 * j + 1) for j in range(1, 6)),
                what="the series of artanh z − z",
            ),
            Identity(sp.diff(of_ratio - (sp.atanh(ratio) - ratio), ratio), 0, sp.simplify, "artanh z − z"),
        )

    return Result({"energy": -energy, "height": height}, equation, deferred(claims))


@derivation.step("stable", "Distances from the edge", flips="the sign of the Gaussian part, (p−2)/p v")
def stable(sign: int = 1) -> Result:
    r"""With $v = x^2/4-1 = (pu^2-4(p-1))/(4(p-1))$, negative in the bulk and zero at the threshold,

    $$\Sigma = \tfrac12\log(p-1)-\tfrac{p-2}p(1+v)\ (v\le0),\qquad
    \Sigma = \Theta_{\rm edge}-\tfrac{p-2}p\,v-I_1(v)\ (v\ge0),$$

    $I_1 = \sqrt{v(1+v)}-\operatorname{asinh}\sqrt v$. Nothing cancels next to the edge once $pu^2-4(p-1)$ is formed
    without rounding; next to a zero of $\Theta$ the terms are added in twice the precision. Proved equal to the plain
    forms by $x = w+1/w$, $v = (w-1/w)^2/4$.
    """
    slope = (p - 2) / p
    height = threshold()["height"]
    inside = sp.log(p - 1) / 2 - slope * (1 + sign * v)
    cost = semicircle_law.outlier_rate()
    outside = height - sign * slope * v - cost
    distance = (p * u**2 - 4 * (p - 1)) / (4 * (p - 1))
    equation = [
        sp.Eq(v, distance, evaluate=False),
        r"\Sigma = \Theta_{\rm edge} - \frac{p-2}{p}\,v - \sqrt{v(1+v)} + \operatorname{asinh}\sqrt v",
    ]

    def claims() -> tuple[Claim, ...]:
        rates = exponent()
        half = (w - 1 / w) / 2  # √v
        energy = (w + 1 / w) * sp.sqrt((p - 1) / p)
        plain = (rates["front"] - u**2 / 2).subs(u, energy) + determinant()["outside"]
        rate = sp.expand(half * (w + 1 / w) / 2) - sp.log(w)  # I₁ at √v = (w − 1/w)/2, √(1+v) = (w + 1/w)/2

        def flat(rest: Any) -> Any:
            return sp.simplify(sp.expand_log(sp.expand(rest), force=True))

        return (
            Identity(distance, shift**2 / 4 - 1, sp.simplify, "v is the distance from the edge"),
            Identity(inside.subs(v, distance), rates["inside"], sp.simplify, "inside the bulk"),
            Identity(height - sign * slope * half**2 - rate, plain, flat, "outside the bulk"),
            Identity(half**2 + 1, ((w + 1 / w) / 2) ** 2, what="v = (w − 1/w)²/4"),
            Identity(
                [sp.diff(cost, v).subs(v, above), cost.subs(v, 0)],
                [sp.sqrt(above) / sp.sqrt(1 + above), 0],
                sp.simplify,
                "the slope of the rate in v",
            ),
            Identity(
                [sp.diff(rate, w), rate.subs(w, 1)],
                [(w - 1 / w) / (w + 1 / w) * sp.diff(half**2, w), 0],
                sp.cancel,
                "the same slope in w",
            ),
        )

    return Result(
        {"inside": inside, "outside": outside, "distance": distance, "slope": slope}, equation, deferred(claims)
    )


@derivation.step("index", "The cost of more eigenvalues below", flips="the sign of the rate of an outlier")
def index(sign: int = 1) -> Result:
    r"""In the exact identity the $k+1$ smallest eigenvalues must lie at or below the shift. The joint density puts a
    factor $e^{N(\Phi(x)-x^2/4+1/2)} = e^{-NI_1(x)}$ on each eigenvalue far out at $x$, and their mutual repulsion costs
    nothing at this order; so the $k+1$ lowest together cost $(k+1)I_1$, cheapest at $x$ itself. With the factor
    $e^{-N(p-2)x^2/(4p)}$ of the identity and $x^2 = u^2p/(p-1)$,

    $$\Theta_k(u) = \tfrac12\log(p-1)-\tfrac{p-2}{4(p-1)}u^2-(k+1)I_1(u),\quad u\le-E_\infty .$$

    It increases up to the threshold, so that the count below a higher energy keeps the value $\Theta_{\rm edge}$.

    Check: exact densities by index at finite $N$, for $k = 0, 1, 2$. They are $CN^{a_k}e^{N\Theta_k}(1+O(1/N))$ with
    $a_k = \tfrac12-k-\tfrac12k^2$: the outer $k$ eigenvalues lie within $N^{-1/2}$ of the next, and each of the
    $k(k+1)/2$ pairs repels with a factor $1/N$. The rate from $N$ to $2N$ less $a_k\log2/N$ then misses $\Theta_k$ by
    $O(1/N^2)$.
    """
    identity = goe_identity()
    factor = sp.Rational(1, 2) * sp.log(p - 1) + identity["exponent"] * shift**2
    cost = sign * semicircle_law.outlier_rate()
    distance = stable()["distance"]
    value = factor - (k + 1) * cost.subs(v, distance)
    short = threshold()["height"] - stable()["slope"] * v - (k + 1) * cost
    equation = r"\Theta_k(u) = \tfrac12\log(p-1) - \frac{p-2}{4(p-1)}u^2 - (k+1)I_1(u)"

    def claims() -> tuple[Claim, ...]:
        from spinglass.complexity import mean_count_density

        orders: list[Claim] = []
        sizes = (6, 12, 24)
        for degree, energy in ((3, -2.3), (4, -2.4)):
            logs = {
                size: np.log(mean_count_density(energy, size, degree, index=[0, 1, 2], relative=True))
                for size in (6, 12, 24, 48)
            }
            for number in range(3):
                rate = float(value.subs({p: degree, k: number, u: sp.Float(energy, 30)}).evalf(20))
                power = 0.5 - number - number**2 / 2
                errors = [
                    (float(logs[2 * size][number] - logs[size][number]) - power * math.log(2)) / size - rate
                    for size in sizes
                ]
                orders.append(Order(sizes, errors, -2, within=0.3))
        return (
            *orders,
            Identity(
                value.subs(p, 1 + above), short.subs(v, distance).subs(p, 1 + above), sp.simplify, "the same in v"
            ),
        )

    return Result({"plain": value, "stable": short}, equation, deferred(claims))


@derivation.step("bands", "Band edges", flips="the sign of y in sinh y − y")
def bands(sign: int = 1) -> Result:
    r"""$-E_k$ is the zero of $\Theta_k$. With $E = E_\infty\cosh(y/2)$, that is $v = \sinh^2(y/2)$, the equation is
    $\Theta_{\rm edge} = \frac{p-2}{2p}(\cosh y-1)+\frac{k+1}2(\sinh y-y)$. Check: for $k = 0$ the root is the ground
    state energy, which the zero-temperature functional of one-step replica symmetry breaking gives by a quite
    different route: the stationary value of $\tfrac12[L\xi'-c(\xi'-\xi)+c^{-1}\log(L/(L-c))]$ in $L$ and $c$, $\xi =
    q^p$.
    """
    y = sp.Symbol("y", positive=True)
    slope, height = stable()["slope"], threshold()["height"]
    function = height - slope * (sp.cosh(y) - 1) / 2 - (k + 1) * (sp.sinh(y) - sign * y) / 2
    equation = (
        r"\Theta_{\rm edge} = \frac{p-2}{2p}(\cosh y-1) + \frac{k+1}{2}(\sinh y-y), \quad E_k = E_\infty\cosh(y/2)"
    )

    def claims() -> tuple[Claim, ...]:
        angle = {v: sp.sinh(y / 2) ** 2}
        from_theta = index()["stable"].subs(angle)
        rows = []
        evaluate = sp.lambdify((y, p, k), function, "mpmath")
        energy = sp.lambdify(p, threshold()["energy"], "mpmath")
        with mpmath.workdps(30):
            for degree in (3, 4, 5, 10):
                root = mpmath.findroot(lambda t, degree=degree: evaluate(t, mpmath.mpf(degree), 0), mpmath.mpf(1))
                rows.append(
                    (f"p = {degree}", energy(mpmath.mpf(degree)) * mpmath.cosh(root / 2), one_step_value(degree))
                )

        def flat(rest: Any) -> Any:
            rest = rest.subs(sp.sqrt(sp.sinh(y / 2) ** 2 + 1), sp.cosh(y / 2)).subs(sp.asinh(sp.sinh(y / 2)), y / 2)
            return sp.simplify(rest.rewrite(sp.exp))

        return (
            Identity(function, from_theta, flat, "Θ_k in the angle"),
            Numbers(rows, 1e-20, ("the zero of Θ_0", "one-step replica symmetry breaking")),
        )

    return Result({"function": function, "angle": y}, equation, deferred(claims))


def per_spin(logarithm: Any) -> Any:
    """The coefficient of N where log(N + c) is written as a symbol for log N: the limit of the quotient by N."""
    size = sp.Symbol("logN", positive=True)
    logarithm = sp.expand(sp.expand_log(logarithm, force=True))
    logarithm = sp.expand(logarithm.subs(sp.log(N - 1), size).subs(sp.log(N), size))
    rate = logarithm.coeff(N, 1)
    if rate.has(size):
        raise ArithmeticError("the factor grows faster than exponentially")
    return rate


def _at_w(expression: Any, place: Any) -> Any:
    """An expression in w at |x| >= 2."""
    return sp.lambdify(w, expression, "mpmath")((abs(place) + mpmath.sqrt(place**2 - 4)) / 2)
