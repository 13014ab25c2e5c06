"""The steps from the quadratic equation to the semicircle law and the rate of an outlier."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import mpmath
import sympy as sp

from derivations.claims import Identity, Numbers
from derivations.derivation import Derivation, Result
from derivations.symbols import v, x

derivation = Derivation(
    "semicircle",
    "The semicircle law and the cost of an outlier",
    sources=("wigner1955",),
    text=r"""
The eigenvalues of $A_n/\sqrt n$ fill $[-2, 2]$ with the semicircle density. Everything here follows from one quadratic
equation for the Stieltjes transform $m(x) = \int d\mu(y)/(y - x)$. The last steps bring density, distribution,
log-potential $\Phi$ and the rate $I_1$ at which one eigenvalue leaves the bulk into forms that lose no digits next to
the edges $\pm 2$ or far away.
""",
)

m = sp.Symbol("m")
tau = sp.Symbol("tau", positive=True)  # x = 2 cosh(tau) outside the bulk
theta = sp.Symbol("theta", real=True)  # x = 2 sin(theta) inside
d = sp.Symbol("d", positive=True)  # w - 1 for w = exp(tau)
w = sp.Symbol("w", positive=True)  # exp(tau) = 1/|m|
half = sp.Symbol("h", positive=True)  # |x|/2
depth = sp.Symbol("t", nonnegative=True)  # (2 - |x|)/4, the distance inwards from the nearer edge
j = sp.Symbol("j", integer=True, positive=True)


def _pairings(places: tuple[int, ...]) -> Iterator[list[tuple[int, int]]]:
    if not places:
        yield []
        return
    first, rest = places[0], places[1:]
    for position, other in enumerate(rest):
        for others in _pairings(rest[:position] + rest[position + 1 :]):
            yield [(first, other), *others]


@lru_cache(maxsize=8)
def wick_trace(power: int) -> dict[int, int]:
    """E tr A_n^power as a polynomial {exponent of n: coefficient}, by Wick's theorem.

    E A_ab A_cd = δ_ac δ_bd + δ_ad δ_bc: every pairing of the factors, and for each pair both ways to identify its
    indices; the free indices that are left give the power of n.
    """
    counts: dict[int, int] = {}
    for pairing in _pairings(tuple(range(power))):
        for twists in itertools.product((False, True), repeat=len(pairing)):
            parent = list(range(power))  # the index before factor i is number i

            def root(a: int, parent: list[int] = parent) -> int:
                while parent[a] != a:
                    a = parent[a]
                return a

            for (a, b), twist in zip(pairing, twists, strict=True):
                after_a, after_b = (a + 1) % power, (b + 1) % power
                for one, other in ((a, after_b), (after_a, b)) if twist else ((a, b), (after_a, after_b)):
                    parent[root(one)] = root(other)
            cycles = sum(root(a) == a for a in range(power))
            counts[cycles] = counts.get(cycles, 0) + 1
    return counts


def _wick_moments(count: int) -> list[int]:
    """The limits of E tr A_n^{2k}/n^{k+1}, k = 0 … count − 1."""
    return [1] + [wick_trace(2 * k)[k + 1] for k in range(1, count)]


@derivation.step("self-consistency", "The quadratic equation", flips="the sign of the self-energy m in m = -1/(x + m)")
def self_consistency(sign: int = 1) -> Result:
    r"""Take out the first row of $A_n/\sqrt n$: $a$ its corner, $b/\sqrt n$ the rest. By the Schur complement the
    corner of the resolvent is $1/(a/\sqrt n - x - b^T G b/n)$, with the resolvent $G$ of the minor, which is
    independent of $b$. For large $n$ the quadratic form is its mean, $\operatorname{tr} G/n = m$, and $a/\sqrt n$ is
    gone, so that $m = -1/(x + m)$, or $m^2 + xm + 1 = 0$.

    Check: iterating the equation as a power series in $1/x$ must give $-\sum_k \mu_{2k} x^{-2k-1}$ with the moments
    $\mu_{2k} = \lim E \operatorname{tr} A_n^{2k}/n^{k+1}$, which are counted by Wick's theorem.
    """
    right = -1 / (x + sign * m)
    quadratic = sp.expand(sp.numer(sp.together(m - right)))
    count = 6
    far = sp.Symbol("y")  # 1/x
    series: Any = sp.S.Zero
    for _ in range(2 * count):
        series = sp.series(right.subs({m: series, x: 1 / far}), far, 0, 2 * count).removeO()
    found = [-sp.expand(series).coeff(far, 2 * k + 1) for k in range(count)]
    return Result(
        quadratic,
        sp.Eq(quadratic, 0, evaluate=False),
        (Identity(found, _wick_moments(count), what="moments of the solution against Wick's theorem"),),
    )


def _continued_fraction(z: Any, levels: int) -> Any:
    """The corner of (J − z)^{-1} for the Jacobi matrix J of the semicircle (unit off-diagonals), cut far away."""
    value = -1 / z
    for _ in range(levels):
        value = -1 / (z + value)
    return value


@derivation.step(
    "boundary-value", "The transform and its boundary value", flips="the sign of the square root in the root"
)
def boundary_value(sign: int = 1) -> Result:
    r"""Of the two roots, whose product is 1, the transform is the one with $m \sim -1/x$ far away; in the upper half
    plane it is $(-x + \sqrt{x-2}\sqrt{x+2})/2$ with principal roots. On the real axis from above this is
    $-x/2 + \tfrac i2\sqrt{4 - x^2}$ for $|x| \le 2$ and real outside.

    Check: the resolvent of a long Jacobi matrix with unit off-diagonal entries (the limit of the tridiagonal form of
    the GOE at its corner) off the axis, and the series of Wick moments outside.
    """
    constant, linear = (sp.Poly(self_consistency(), m).coeff_monomial(power) for power in (1, m))
    discriminant = sp.factor(linear**2 - 4 * constant)
    root = sp.Mul(*(sp.sqrt(part) for part in sp.Mul.make_args(discriminant)))
    transform = -linear / 2 + sign * root / 2
    inside = (-linear / 2, sp.sqrt(-discriminant) / 2)
    outside = -linear / 2 + sign * sp.sign(x) * sp.sqrt(sp.expand(discriminant)) / 2
    rows = []
    with mpmath.workdps(30):
        evaluate = sp.lambdify(x, transform, "mpmath")
        for point in (0.3, -1.4, 1.999, 2.5, -3.1):
            z = mpmath.mpc(point, "0.05")
            rows.append((f"m({point}+0.05i)", evaluate(z), _continued_fraction(z, 3000)))
        for point in (0.3, -1.4, 1.9):
            z = mpmath.mpc(point, mpmath.mpf(10) ** -25)
            limit = mpmath.mpc(*(sp.lambdify(x, part, "mpmath")(mpmath.mpf(point)) for part in inside))
            rows.append((f"m({point}+i0)", limit, evaluate(z)))
        moments = _wick_moments(6)
        for point in (40, -60):
            series = -sum(mpmath.mpf(mu) / mpmath.mpf(point) ** (2 * k + 1) for k, mu in enumerate(moments))
            rows.append((f"m({point})", mpmath.mpf(str(sp.N(outside.subs(x, point), 30))), series))
    value = {"real": inside[0], "imaginary": inside[1], "outside": outside}
    return Result(
        value,
        sp.Eq(sp.Function("m_sc")(x), sp.Piecewise((inside[0] + sp.I * inside[1], sp.Abs(x) <= 2), (outside, True))),
        (Numbers(rows, 1e-15, ("the closed root", "Jacobi matrix, series of moments")),),
    )


@derivation.step("density", "The density", flips="the constant term of the quadratic")
def density(sign: int = 1) -> Result:
    r"""The density is $\operatorname{Im} m/\pi$ on the axis: the root of minus the discriminant of the quadratic, over
    $2\pi$, where the discriminant is negative, and zero elsewhere.

    Check: its even moments, integrated with $x = 2\sin\theta$, against Wick's theorem.
    """
    quadratic = sp.Poly(self_consistency(), m)
    constant = quadratic.coeff_monomial(1)
    discriminant = sp.discriminant(quadratic.as_expr() + (sign - 1) * constant, m)
    inside = sp.sqrt(-discriminant) / (2 * sp.pi)
    rows = [
        (f"moment {2 * k}", mpmath.quad(sp.lambdify(x, x ** (2 * k) * inside, "mpmath"), [-2, -1, 0, 1, 2]), moment)
        for k, moment in enumerate(_wick_moments(6))
    ]
    claims = (Numbers(rows, 1e-12, ("moments of the density", "Wick's theorem")),)
    return Result(inside, sp.Eq(sp.Function("rho")(x), inside), claims)


@derivation.step("distribution", "The distribution function", flips="the sign of cos 2θ in cos² θ = (1 + cos 2θ)/2")
def distribution(sign: int = 1) -> Result:
    r"""With $x = 2\sin\theta$ the density becomes $\tfrac2\pi\cos^2\theta\,d\theta$; by symmetry the distribution
    function is $\tfrac12$ at 0, so that it is $\tfrac12 + \tfrac{1}{\pi}(\theta + \sin\theta\cos\theta)$.
    """
    weight = density().subs(x, 2 * sp.sin(theta)) * sp.diff(2 * sp.sin(theta), theta)
    ratio = sp.simplify(sp.expand_trig(sp.trigsimp(weight**2)) / sp.cos(theta) ** 4)  # (2/π)²
    angular = sp.sqrt(ratio) * (1 + sign * sp.cos(2 * theta)) / 2
    antiderivative = sp.integrate(angular, theta)
    value = sp.Rational(1, 2) + antiderivative.subs(sp.sin(2 * theta), 2 * sp.sin(theta) * sp.cos(theta)).subs(
        {sp.sin(theta): x / 2, sp.cos(theta): sp.sqrt(4 - x**2) / 2, theta: sp.asin(x / 2)}
    )
    value = sp.expand(value)
    claims = (
        Identity(sp.diff(value, x), density(), what="its derivative is the density"),
        Identity([value.subs(x, end) for end in (-2, 2)], [0, 1], what="0 and 1 at the edges"),
    )
    return Result(value, sp.Eq(sp.Function("F")(x), value), claims)


@derivation.step("distribution-tail", "The tail of the distribution", flips="the sign of t in √(1 − t)")
def distribution_tail(sign: int = 1) -> Result:
    r"""Next to an edge the closed form cancels. With $|x| = 2 - 4t$ the tail is
    $\tfrac8\pi\int_0^t \sqrt{t'(1-t')}\,dt' = \tfrac8\pi t^{3/2} \sum_k c_k t^k$, by the binomial series of
    $\sqrt{1-t}$ term by term: $c_k = (-1)^k \binom{1/2}{k}/(k + \tfrac32)$.
    """
    k = sp.Symbol("k", integer=True, nonnegative=True)
    coefficient = (-sign) ** k * sp.binomial(sp.Rational(1, 2), k) / (k + sp.Rational(3, 2))
    weight = density().subs(x, 4 * depth - 2) * 4
    ratio = sp.factor(sp.simplify(weight**2 / (depth * (1 - depth))))
    scale = sp.sqrt(ratio)  # 8/π
    closed = sp.lambdify(x, distribution(), "mpmath")
    rows = []
    with mpmath.workdps(40):
        terms = [mpmath.mpf(c.p) / c.q for c in (sp.nsimplify(coefficient.subs(k, number)) for number in range(160))]
        for point in ("-1.9999", "-1.9", "-1.5", "-1", "-0.75"):
            t = (2 + mpmath.mpf(point)) / 4
            tail = 8 / mpmath.pi * t * mpmath.sqrt(t) * mpmath.polyval(terms[::-1], t)
            rows.append((f"F({point})", tail, closed(mpmath.mpf(point))))
    terms_value = {"index": k, "coefficient": coefficient, "scale": scale}
    total = scale * depth ** sp.Rational(3, 2) * sp.Sum(coefficient * depth**k, (k, 0, sp.oo))
    claims = (
        Numbers(rows, 1e-30, ("160 terms of the series", "the closed form")),
        Identity(scale, 8 / sp.pi, what="the factor of the tail"),
    )
    return Result(terms_value, sp.Eq(sp.Function("F")(4 * depth - 2), total, evaluate=False), claims)


def _outside(expression: Any) -> Any:
    """An expression in x or h = |x|/2 as a rational function of d > 0, where x = w + 1/w > 2 and w = 1 + d."""
    place = 1 + d + 1 / (1 + d)
    given = expression.subs({half: place / 2, x: place})
    roots = {part: sp.sqrt(sp.factor(part.base)) for part in given.atoms(sp.Pow) if part.exp == sp.Rational(1, 2)}
    return sp.factor(given.xreplace(roots))


def _logarithmic_integral(point: Any) -> Any:
    """∫ log|x − y| dμ(y) by quadrature in y = 2 cos φ."""
    cuts = [0, mpmath.acos(point / 2), mpmath.pi] if abs(point) < 2 else [0, mpmath.pi]
    return mpmath.quad(lambda f: mpmath.log(abs(point - 2 * mpmath.cos(f))) * 2 / mpmath.pi * mpmath.sin(f) ** 2, cuts)


@derivation.step("log-potential", "The log-potential", flips="the sign of 1/w² in dx = (1 − 1/w²) dw")
def log_potential(sign: int = 1) -> Result:
    r"""$\Phi(x) = \int \log|x - y|\,d\mu(y)$ has the derivative $\Phi' = -\operatorname{Re} m$. Outside, $|x| = w +
    1/w$ with $w > 1$ gives $|m| = 1/w$ and $\Phi'\,dx = (1 - w^{-2})\,dw/w$; the constant of integration follows from
    $\Phi - \log x \to 0$ far away. Inside, $\Phi' = x/2$, and the constant follows from continuity at the edge.

    Check: quadrature of the logarithm against the density.
    """
    roots = boundary_value()
    outer = _outside(roots["outside"]).subs(d, w - 1)
    slope = sp.expand(-outer) * (1 - sign / w**2)
    primitive = sp.integrate(sp.expand(slope), w)
    far = sp.limit(primitive - sp.log(w), w, sp.oo)  # log x = log w + log(1 + 1/w²)
    outside = primitive - far
    primitive = sp.integrate(-roots["real"], x)
    inside = primitive + outside.subs(w, 1) - primitive.subs(x, 2)
    rows = []
    with mpmath.workdps(25):
        for point in ("0", "0.7", "-1.9", "2", "2.01", "-2.5", "5", "40"):
            place = mpmath.mpf(point)
            one = (
                sp.lambdify(x, inside, "mpmath")(place)
                if abs(place) <= 2
                else sp.lambdify(w, outside, "mpmath")(mpmath.exp(mpmath.acosh(abs(place) / 2)))
            )
            rows.append((f"Phi({point})", one, _logarithmic_integral(place)))
    shown = sp.Piecewise((inside, sp.Abs(x) <= 2), (outside, True))
    claims = (Numbers(rows, 1e-15, ("the closed form", "quadrature of the logarithm"), scale=0.5),)
    return Result({"inside": inside, "outside": outside}, sp.Eq(sp.Function("Phi")(x), shown, evaluate=False), claims)


@derivation.step("outlier-rate", "The rate of an outlier", flips="the sign of 1 in 2 sinh² τ = cosh 2τ − 1")
def outlier_rate(sign: int = 1) -> Result:
    r"""One eigenvalue at $x > 2$, outside the bulk, costs $e^{-n I_1}$ with the force $-x/2 - \operatorname{Re} m$:
    $I_1 = \tfrac12\int_2^x \sqrt{y^2 - 4}\,dy$. With $y = 2\cosh\tau$ the integrand is
    $2\sinh^2\tau\,d\tau = (\cosh 2\tau - 1)\,d\tau$, and with $v = x^2/4 - 1 = \sinh^2\tau$ the rate is
    $\sqrt{v(1+v)} - \operatorname{asinh}\sqrt v$.

    Check: quadrature; and the log-potential outside is $x^2/4 - \tfrac12 - I_1$.
    """
    y = sp.Symbol("y", positive=True)
    force = sp.sqrt(y**2 - 4) / 2
    squared = sp.simplify((force.subs(y, 2 * sp.cosh(tau)) * 2 * sp.sinh(tau)) ** 2 / sp.sinh(tau) ** 4)
    angular = sp.sqrt(squared) * (sp.cosh(2 * tau) - sign) / 2
    primitive = sp.integrate(angular, tau)
    primitive = sp.expand(primitive - primitive.subs(tau, 0))
    sine = sp.sqrt(v)
    value = primitive.subs(sp.sinh(2 * tau), 2 * sp.sinh(tau) * sp.cosh(tau)).subs(
        {sp.sinh(tau): sine, sp.cosh(tau): sp.sqrt(1 + v), tau: sp.asinh(sine)}
    )
    rows = []
    with mpmath.workdps(25):
        for point in ("2.001", "2.3", "4", "11"):
            place = mpmath.mpf(point)
            integral = mpmath.quad(sp.lambdify(y, force, "mpmath"), [2, (2 + place) / 2, place])
            rows.append((f"I_1({point})", sp.lambdify(v, value, "mpmath")(place**2 / 4 - 1), integral))
    outside = sp.cosh(tau) ** 2 - sp.Rational(1, 2) - primitive
    claims = (
        Numbers(rows, 1e-13, ("the closed form", "quadrature")),
        Identity(
            outside.rewrite(sp.exp),
            log_potential()["outside"].subs(w, sp.exp(tau)),
            sp.expand,
            "Φ = x²/4 − ½ − I₁ outside the bulk",
        ),
    )
    return Result(value, sp.Eq(sp.Symbol("I_1"), value), claims)


@derivation.step(
    "outlier-series", "The rate next to the edge", flips="the sign of the third term of the third difference"
)
def outlier_series(sign: int = 1) -> Result:
    r"""For small $v$ the two terms of $I_1$ cancel. Put $\sqrt v = \sinh t$ and $q = \tanh^2(t/2)$, so that $\sinh t
    = 2\sqrt q/(1-q)$, $\cosh t = (1+q)/(1-q)$ and $t = 2\operatorname{artanh}\sqrt q = 2\sqrt q\sum_k q^k/(2k+1)$:

    $$\frac{I_1}{v^{3/2}} = \frac{\sinh t\cosh t - t}{\sinh^3 t} = \frac{1 - q^2 - (1-q)^3\sum_k q^k/(2k+1)}{4q}.$$

    The coefficients are third differences of $1/(2k+1)$, and the series converges for all $v$:
    $I_1 = v^{3/2}\{\tfrac23 + \sum_{j\ge1} 12\,q^j/((4j^2-1)(4j^2-9))\}$.

    Check: the coefficients against a series of the closed form by sympy, and numbers.
    """
    q = sp.Symbol("q", positive=True)

    def inverse_odd(k: Any) -> Any:
        return 1 / (2 * k + 1)

    binomials = (1, -3, 3 * sign, -1)  # of (1 − q)³

    def coefficient_at(number: int) -> Any:
        """Of q^number in the quotient: the numerator at q^(number + 1), with the few terms that exist."""
        k = number + 1
        differences = sum(b * inverse_odd(sp.Integer(k - i)) for i, b in enumerate(binomials) if k - i >= 0)
        return -((1 if k == 2 else 0) + differences) / 4

    general = -sum(b * inverse_odd(j + 1 - i) for i, b in enumerate(binomials)) / 4  # number >= 2
    coefficient = sp.factor(sp.together(general))
    first = coefficient_at(0)
    sine, cosine = 2 * sp.sqrt(q) / (1 - q), (1 + q) / (1 - q)
    quotient = (sine * cosine - 2 * sp.atanh(sp.sqrt(q))) / sine**3
    root = sp.Symbol("r", positive=True)
    known = sp.series(sp.simplify(quotient.subs(q, root**2) * root**3) / root**3, root, 0, 17).removeO()
    closed = sp.lambdify(v, outlier_rate(), "mpmath")
    rows = []
    with mpmath.workdps(60):
        for place in ("1e-6", "0.03", "0.7", "2", "9"):
            at = mpmath.mpf(place)
            ratio = at / (mpmath.sqrt(1 + at) + 1) ** 2
            terms = [mpmath.mpf(first.p) / first.q]
            term = sp.lambdify(j, coefficient, "mpmath")
            terms += [term(mpmath.mpf(number)) for number in range(1, 220)]
            rows.append((f"I_1 at v = {place}", at * mpmath.sqrt(at) * mpmath.polyval(terms[::-1], ratio), closed(at)))
    claims = (
        Identity(coefficient, 12 / ((4 * j**2 - 1) * (4 * j**2 - 9)), what="the general coefficient"),
        Identity(
            [first, *(coefficient.subs(j, number) for number in range(1, 8))],
            [sp.expand(known).coeff(root, 2 * number) for number in range(8)],
            what="the first coefficients against sympy's series",
        ),
        Identity(coefficient.subs(j, 1), coefficient_at(1), what="j = 1, where the general rule needs its own look"),
        Numbers(rows, 1e-40, ("220 terms of the series", "the closed form")),
    )
    ratio_of_v = v / (sp.sqrt(1 + v) + 1) ** 2
    value = {"first": first, "coefficient": coefficient, "index": j, "ratio": ratio_of_v}
    shown = v ** sp.Rational(3, 2) * (first + sp.Sum(coefficient * sp.Symbol("q") ** j, (j, 1, sp.oo)))
    return Result(value, sp.Eq(sp.Symbol("I_1"), shown, evaluate=False), claims)


@derivation.step(
    "stable-forms", "Forms without cancellation", flips="the sign of the square root in w = |x|/2 + √(x²/4 − 1)"
)
def stable_forms(sign: int = 1) -> Result:
    r"""Outside the bulk $w = e^\tau = |x|/2 + \sqrt{|x|/2 - 1}\sqrt{|x|/2 + 1}$ is a sum of positive terms, the
    differences being exact next to the edge, and $m = -\operatorname{sign}(x)/w$,
    $\Phi = \log w + 1/(2w^2)$.
    Inside, $4 - x^2$ is evaluated as $(2-x)(2+x)$.

    Proof: with $x = w + 1/w$ and $w = 1 + d$, both sides are rational in $d > 0$.
    """
    growth = half + sign * sp.sqrt(half - 1) * sp.sqrt(half + 1)
    transform = boundary_value()["outside"]
    potential = log_potential()["outside"]
    claims = (
        Identity(_outside(growth), 1 + d, what="w solves w + 1/w = x"),
        Identity(_outside(transform), _outside(-1 / growth), what="the transform outside"),
        Identity(
            potential.subs(w, sp.exp(tau)),
            (sp.cosh(tau) ** 2 - sp.Rational(1, 2) - (sp.sinh(2 * tau) / 2 - tau)).rewrite(sp.exp),
            sp.expand,
            "the log-potential outside against x²/4 − ½ − I₁",
        ),
    )
    value = {"growth": growth, "outside": potential}
    shown = [sp.Eq(w, growth, evaluate=False), sp.Eq(sp.Function("Phi")(x), potential, evaluate=False)]
    return Result(value, shown, claims)
