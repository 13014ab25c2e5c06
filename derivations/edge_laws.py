"""Laws of the largest eigenvalues at the soft edge: from the Airy operator to sums over its eigenvalues."""

from __future__ import annotations

import bisect
import json
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from flint import arb, arb_mat, ctx

from derivations import edge_counts, edge_tables
from derivations.claims import Identity, Numbers, Order
from derivations.derivation import Derivation, Result
from derivations.edge_spectrum import eigenvalues, first_resolution

derivation = Derivation(
    "edge-laws",
    "Laws of the largest eigenvalues at the soft edge",
    sources=("tracy1994", "bornemann2010"),
    text=r"""
At the edge variable $s = N^{1/6}(\lambda - 2\sqrt N)$ of $A_N$ everything is in one operator,
$T f(x) = \int_0^\infty \mathrm{Ai}(x + y + s) f(y)\,dy$ on the half line: kernel $\tfrac12\mathrm{Ai}((x+y)/2)$ on
$(s, \infty)$ after a change of variable. With $D_\pm = \det(1 \mp T)$, $F_1 = D_+$, $F_2 = D_+ D_-$, and the laws of
the $k$-th eigenvalue follow from the eigenvalues $\lambda_0 > -\lambda_1 > \lambda_2 > \dots$ of $T$. These come to
any number of digits from a differential operator that commutes with $T$; the sums below keep the relative accuracy of
both tails. `derivations/edge_tables.py` turns them into the committed Chebyshev series.
""",
)

x, y = sp.symbols("x y", real=True)
r = sp.Symbol("r", positive=True)
s = sp.Symbol("s", real=True)
e = sp.Symbol("epsilon", real=True)
c = sp.Symbol("c", real=True)
A, B = sp.symbols("D_plus D_minus", positive=True)


@lru_cache(maxsize=256)
def spectrum(place: float, digits: int = 60) -> tuple[Any, ...]:
    """Eigenvalues of T as mpmath numbers; flint's precision is left as it was."""
    before = ctx.dps
    try:
        found = eigenvalues(place, first_resolution(place))
        return tuple(mpmath.mpmathify(_digits(value, digits)) for value in found)
    finally:
        ctx.dps = before


def _digits(value: Any, digits: int) -> Any:
    with mpmath.workdps(digits + 100):
        return mpmath.mpf(value.str(digits + 90, radius=False))


def determinant(place: float, sign: int) -> Any:
    """det(1 − sign · T) from the eigenvalues."""
    return mpmath.fprod(1 - sign * value for value in spectrum(place))


@lru_cache(maxsize=64)
def laws(place: float) -> dict[tuple[int, int], tuple[Any, Any]]:
    """log cdf and log survival function of every law of the table."""
    before = ctx.dps
    try:
        pairs = edge_counts.laws(eigenvalues(place, first_resolution(place)))
        return {
            law: (mpmath.mpf(below.log().str(50, radius=False)), mpmath.mpf(above.log().str(50, radius=False)))
            for law, (below, above) in pairs.items()
        }
    finally:
        ctx.dps = before


@derivation.step("airy-square", "The Airy kernel is the square of T", flips="the second product of the Airy kernel")
def airy_square(sign: int) -> Result:
    r"""With $K(x, y) = \int_0^\infty \mathrm{Ai}(x + z)\,\mathrm{Ai}(z + y)\,dz$, the derivative $(\partial_x +
    \partial_y) K$ is the integral of a derivative, $-\mathrm{Ai}(x)\mathrm{Ai}(y)$. The closed form has the same
    derivative, and both vanish far to the right: they are equal, and $\det(1 - K) = \det(1 - T)\det(1 + T)$.
    """
    kernel = (sp.airyai(x) * sp.airyaiprime(y) - sign * sp.airyaiprime(x) * sp.airyai(y)) / (x - y)
    claim = Identity(sp.diff(kernel, x) + sp.diff(kernel, y), -sp.airyai(x) * sp.airyai(y), what="the derivative of K")
    return Result(kernel, sp.Eq(sp.Function("K")(x, y), kernel), (claim,))


@derivation.step(
    "commuting", "A differential operator commutes with T", flips="the potential x(x + s)", sources=("tracy1994",)
)
def commuting(sign: int) -> Result:
    r"""$H f = -(x f')' + x(x + s) f$ applied to the kernel $\mathrm{Ai}(x + y + s)$ in $x$ gives the same as in $y$;
    boundary terms vanish, so $HT = TH$. The spectrum of $H$ is simple and well separated, and an eigenfunction
    $f_j$ gives $\lambda_j = \int_0^\infty \mathrm{Ai}(y + s) f_j(y)\,dy / f_j(0)$.
    """
    kernel = sp.airyai(x + y + s)

    def operator(place: Any) -> Any:
        return -sp.diff(place * sp.diff(kernel, place), place) + sign * place * (place + s) * kernel

    claim = Identity(operator(x), operator(y), what="H in x on the kernel = H in y")
    return Result(None, r"H f = -(x f')' + x(x + s) f, \qquad H T = T H", (claim,))


def _fredholm(place: float, nodes: int = 84) -> tuple[Any, Any]:
    """det(1 ∓ T) by Gauss–Legendre quadrature of the kernel itself (Bornemann)."""
    before = ctx.dps
    ctx.dps = 50
    try:
        half = (arb(14) - min(0, place)) / 2
        rule = [arb.legendre_p_root(nodes, i, weight=True) for i in range(nodes)]
        points, roots = [half * (1 + a) + arb(place) / 2 for a, _ in rule], [(half * w).sqrt() for _, w in rule]
        kernel = arb_mat(nodes, nodes)
        for i in range(nodes):
            for j in range(i + 1):
                entry = roots[i] * roots[j] * (points[i] + points[j]).airy_ai()
                kernel[i, j] = kernel[j, i] = entry.mid()
        one = arb_mat([[int(i == j) for j in range(nodes)] for i in range(nodes)])
        plus, minus = (one - kernel).det(), (one + kernel).det()
        return mpmath.mpf(plus.str(30, radius=False)), mpmath.mpf(minus.str(30, radius=False))
    finally:
        ctx.dps = before


@derivation.step(
    "determinants",
    "The laws of the largest eigenvalue",
    flips="the odd eigenvalues",
    sources=("ferrari2005", "tracy1994"),
)
def determinants(sign: int) -> Result:
    r"""$F_1 = \det(1 - T)$ (Ferrari and Spohn), $F_2 = \det(1 - T^2)$: products over the eigenvalues, which alternate
    in sign. The independent route is Gauss–Legendre quadrature of the kernel.
    """
    rows = []
    with mpmath.workdps(40):
        for place in (-5.0, -2.0, 0.0, 1.5):
            values = [abs(v) * (sign if number % 2 else 1) * (-1) ** number for number, v in enumerate(spectrum(place))]
            for which, name, exact in zip((1, -1), ("D+", "D-"), _fredholm(place), strict=True):
                rows.append((f"{name}, s = {place:g}", mpmath.fprod(1 - which * v for v in values), exact))
    claim = Numbers(rows, 1e-21, ("eigenvalues from the commuting operator", "quadrature of the kernel"))
    return Result(
        None, r"F_1 = D_+ = \prod_j (1 - \lambda_j), \qquad F_2 = D_+ D_- = \prod_j (1 - \lambda_j^2)", (claim,)
    )


def _derivatives(place: float, count: int = 17, half: float = 0.5) -> tuple[Any, ...]:
    """q = (log D₊/D₋)′, its second derivative, and (log D₊D₋)″, by a Chebyshev series around the place."""
    nodes = [mpmath.cos(mpmath.pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    logs = [[mpmath.log(determinant(float(place) + half * float(t), sign)) for sign in (1, -1)] for t in nodes]
    exact = [mpmath.mpf(float(place) + half * float(t)) for t in nodes]

    def polynomial(values: list[Any]) -> list[Any]:  # Newton's divided differences, as Taylor coefficients at the place
        table = list(values)
        for order in range(1, count):
            for i in range(count - 1, order - 1, -1):
                table[i] = (table[i] - table[i - 1]) / (exact[i] - exact[i - order])
        out = [table[-1]]
        for i in range(count - 2, -1, -1):
            shift = exact[i] - place
            out = [table[i] - shift * out[0]] + [
                a - shift * b for a, b in zip(out, [*out[1:], mpmath.mpf(0)], strict=True)
            ]
        return out

    ratio = polynomial([a - b for a, b in logs])
    product = polynomial([a + b for a, b in logs])
    return ratio[1], 6 * ratio[3], 2 * product[2]


@derivation.step("painleve", "Painlevé II", flips="the cubic term", sources=("tracy1994", "tracy1996"), slow=True)
def painleve(sign: int) -> Result:
    r"""$q = (\log D_+/D_-)'$ is the Hastings–McLeod solution: $(\log F_2)'' = -q^2$ and $q'' = s q + 2 q^3$, so $F_1^2
    = F_2\, e^{-\int_s^\infty q}$. Checked by differentiating interpolated determinants.
    """
    rows = []
    with mpmath.workdps(40):
        for place in (-2.0, 1.0):
            q, second, log_second = _derivatives(place)
            rows.append((f"q'', s = {place:g}", second, place * q + 2 * sign * q**3))
            rows.append((f"(log F_2)'', s = {place:g}", log_second, -(q**2)))
    claim = Numbers(rows, 1e-10, ("derivatives of the determinants", "the equation"))
    return Result(None, r"q'' = s q + 2 q^3, \qquad (\log F_2)'' = -q^2, \qquad q = (\log D_+/D_-)'", (claim,))


def _generating(ratio: Any) -> Any:
    """Σ E_1(k) ε^k for D± at c = √(1 − ε²), by the ratio c/(1 + ε) = √((1 − ε)/(1 + ε))."""
    return A * (1 + ratio) / 2 + B * (1 - ratio) / 2


@derivation.step(
    "orthogonal-counts",
    "Numbers of GOE eigenvalues beyond s",
    flips="the weights of the two determinants",
    sources=("dieng2005", "forrester2001"),
)
def orthogonal_counts(sign: int) -> Result:
    r"""With $\varepsilon = \sin\theta$ and $D_\pm$ at $c = \cos\theta$ in place of 1, $$\sum_k E_1(k; s)\,\varepsilon^k
    = \tfrac12 D_+(c)\Bigl(1 + \frac{c}{1+\varepsilon}\Bigr) + \tfrac12 D_-(c)\Bigl(1 -
    \frac{c}{1+\varepsilon}\Bigr),$$ which is $[\cos(\theta/2) D_+ + \sin(\theta/2) D_-]/(\cos(\theta/2) +
    \sin(\theta/2))$. Three checks. Every second eigenvalue of two superposed independent edges is the edge of the
    GUE (Forrester and Rains): the even part of the square, plus its odd part over $\varepsilon$, must be $D_+(c)
    D_-(c)$. The mean number beyond $s$ is the integral of the one-point density $\mathrm{Ai}'^2 - x\mathrm{Ai}^2 +
    \tfrac12\mathrm{Ai}(x)(1 - \int_x^\infty\mathrm{Ai})$. And the first two terms are $D_+$ and $\tfrac12(D_- -
    D_+)$, so that $F_4(s) = \tfrac12(D_+ + D_-)(\sqrt2 s)$ is the law of the second GOE eigenvalue.
    """
    epsilon = (1 - r**2) / (1 + r**2)  # ε → −ε is r → 1/r, and c stays
    merged = (_generating(sign * r) ** 2 * (1 + 1 / epsilon) + _generating(sign / r) ** 2 * (1 - 1 / epsilon)) / 2
    ai, prime, beyond = sp.airyai(x), sp.airyaiprime(x), sp.Function("beyond")(x)  # ∫_x^∞ Ai
    number = -(ai * prime + 2 * x * prime**2 - 2 * x**2 * ai**2) / 3 + beyond / 2 - beyond**2 / 4
    density = prime**2 - x * ai**2 + ai * (1 - beyond) / 2
    slope = sp.diff(number, x).subs(sp.Derivative(beyond, x), -ai)
    rows, firsts = [], []
    with mpmath.workdps(40):
        for place in (-1.0, 0.5, 3.0):
            counts = _counts(place, sign)
            mean = mpmath.fsum(k * count for k, count in enumerate(counts))
            rest = mpmath.mpf(1) / 3 - mpmath.airyai(place, derivative=-1)
            value, tilt = mpmath.airyai(place), mpmath.airyai(place, derivative=1)
            known = sp.lambdify((x, ai, prime, beyond), number, "mpmath")(mpmath.mpf(place), value, tilt, rest)
            rows.append((f"s = {place:g}", mean, known))
            plus, minus = determinant(place, 1), determinant(place, -1)
            firsts += [
                (f"E(0), s = {place:g}", counts[0], plus),
                (f"E(1), s = {place:g}", counts[1], (minus - plus) / 2),
            ]
    claims = (
        Identity(merged, A * B, simplify=sp.cancel, what="every second of two superposed edges"),
        Identity(slope, -density, what="the integral of the one-point density"),
        Numbers(rows, 1e-18, ("mean number beyond s", "the integral of the density")),
        Numbers(firsts, 1e-25, ("first terms of the series", "determinants")),
    )
    text = (
        r"\sum_k E_1(k; s)\,\varepsilon^k = \tfrac12 D_+(c) (1 + r) + \tfrac12 D_-(c) (1 - r), \quad "
        r"r = \frac{c}{1+\varepsilon}, \ c^2 = 1 - \varepsilon^2"
    )
    return Result(None, text, claims)


def _counts(place: float, sign: int) -> list[Any]:
    """E_1(0), …, E_1(13) by the sums of the table."""
    before = ctx.dps
    try:
        found = eigenvalues(place, first_resolution(place))
        return [mpmath.mpf(value.str(45, radius=False)) for value in edge_counts.counts_orthogonal(found, 14, sign)]
    finally:
        ctx.dps = before


@derivation.step(
    "exceedances", "At least k eigenvalues beyond s, without cancellation on the right", flips="the terms of odd order"
)
def exceedances(sign: int) -> Result:
    r"""In elementary symmetric functions $e_m$ of the $\lambda_j$ the generating function is $\sum_m (1 -
    \varepsilon^2)^m [e_{2m} - (1 - \varepsilon) e_{2m+1}]$, a polynomial in $\varepsilon$, and $(1 - \text{it})/(1
    - \varepsilon)$ generates $P(N > k)$. The lowest orders drop out exactly: $P(N \ge k)$ starts with $\pm e_k$,
    which is what remains far to the right. In the same way $P(N \ge k) = \sum_{m \ge k} (-1)^{m-k}\binom{m-1}{k-1}
    e_m(\lambda^2)$ for the GUE.
    """
    values = sp.symbols("l0:5")
    symmetric = [sp.Integer(1)]
    for value in values:
        symmetric = [
            (symmetric[m] if m < len(symmetric) else 0) + (value * symmetric[m - 1] if m else 0)
            for m in range(len(symmetric) + 1)
        ]
    symmetric += [sp.Integer(0)]
    tail = symmetric[1] - sum(
        (1 - e) ** (m - 1) * (1 + e) ** m * (symmetric[2 * m] - sign * (1 - e) * symmetric[2 * m + 1])
        for m in range(1, 3)
    )
    plus, minus = sp.prod([1 - c * value for value in values]), sp.prod([1 + c * value for value in values])
    even, odd = sp.expand((plus + minus) / 2), sp.expand((plus - minus) / 2 * c)  # even in c
    whole = even + odd / (1 + e)
    exact = sp.expand(sp.expand(whole * (1 + e)).subs(c, sp.sqrt(1 - e**2)))
    claims = [Identity(sp.expand((1 - tail * (1 - e)) * (1 + e)), exact, what="generating function of the GOE")]
    squares = [value**2 for value in values[:4]]
    unitary = [sp.Integer(1)]
    for value in squares:
        unitary = [
            (unitary[m] if m < len(unitary) else 0) + (value * unitary[m - 1] if m else 0)
            for m in range(len(unitary) + 1)
        ]
    product = sp.Poly(sp.expand(sp.prod([1 - (1 - e) * value for value in squares])), e)
    for k in (1, 2, 3):
        beyond = sum((-sign) ** (m - k) * sp.binomial(m - 1, k - 1) * unitary[m] for m in range(k, 5))
        exactly = sum(product.coeff_monomial(e**j) for j in range(k, 5))
        claims.append(Identity(beyond, exactly, what=f"GUE, k = {k}"))
    text = (
        r"\sum_k P(N > k)\,\varepsilon^k = "
        r"e_1 - \sum_{m \ge 1} (1-\varepsilon)^{m-1} (1+\varepsilon)^m [e_{2m} - (1-\varepsilon) e_{2m+1}]"
    )
    return Result(None, text, tuple(claims))


@derivation.step(
    "left-tail", "The left tails", flips="the logarithm of |s|", sources=("baik2008", "tracy1994"), slow=True
)
def left_tail(sign: int) -> Result:
    r"""With $a = |s|^{3/2}$ and Glaisher's constant in $\zeta'(-1)$, $\log F_2 = -\tfrac{a^2}{12} - \tfrac18\log|s| +
    \tfrac{\log 2}{24} + \zeta'(-1) + \tfrac{3}{64 a^2} + O(a^{-4})$ and $\log D_\pm = -\tfrac{a^2}{24} \mp
    \tfrac{a}{3\sqrt2} - \tfrac1{16}\log|s| + (\tfrac1{48} \mp \tfrac14) \log 2 + \tfrac12\zeta'(-1) + O(a^{-1})$.
    For the $k$-th eigenvalue the linear term is $(2k - 3)a/(3\sqrt2)$ and the logarithm has the coefficient
    $\tfrac1{16} + \tfrac38 (k-1)(k-2)$ (GOE), $(k-1)\,2\sqrt2 a/3$ and $\tfrac18 + \tfrac34(k-1)^2$ (GUE): the rest
    has a limit, approached like $1/a$.
    """
    places = (9.0, 12.0, 15.0, 19.0)
    far = 1.3
    with mpmath.workdps(60):
        root2, constant = mpmath.sqrt(2), mpmath.zeta(-1, derivative=1)
        log_two = mpmath.log(2)
        unitary, plus, minus = [], [], []
        for depth in places:
            a = mpmath.mpf(depth) ** 1.5
            logs = [mpmath.log(determinant(-depth, which)) for which in (1, -1)]
            power = sign * mpmath.log(depth)
            base = -(a**2) / 24 - power / 16 + constant / 2 + log_two / 48
            unitary.append(sum(logs) - 2 * base - 3 / (64 * a**2))
            plus.append(logs[0] - base + a / (3 * root2) + log_two / 4)
            minus.append(logs[1] - base - a / (3 * root2) - log_two / 4)
        claims = [
            Order(places, unitary, -6.0, 0.3),
            Order(places, plus, -1.5, 0.1),
            Order(places, minus, -1.5, 0.1),
        ]
        for law in ((1, 3), (1, 4), (1, 5), (2, 2), (2, 3)):
            form = edge_tables.left_leading(*law)
            first, second, third = (
                mpmath.mpf(v.str(40, radius=False)) if hasattr(v, "str") else mpmath.mpf(v) for v in form
            )

            def rest(depth: float, law: Any = law, first: Any = first, second: Any = second, third: Any = third) -> Any:
                a = mpmath.mpf(depth) ** 1.5
                return laws(-depth)[law][0] + first * a**2 - second * a + sign * third * mpmath.log(a)

            claims.append(Order(places, [rest(depth) - rest(far * depth) for depth in places], -1.5, 0.35))
    return Result(
        None,
        r"\log F_2 = -\frac{|s|^3}{12} - \frac18 \log|s| + \frac{\log 2}{24} + \zeta'(-1) + \frac{3}{64 |s|^3} + \dots",
        tuple(claims),
    )


@derivation.step("right-tail", "The right tails", flips="the power of s", slow=True)
def right_tail(sign: int) -> Result:
    r"""$\lambda_j \sim s^{-3/4 - 3j/2} e^{-2 s^{3/2}/3}$, so the probability of at least $k$ eigenvalues beyond $s$
    falls like $s^{-3\beta k^2/4} e^{-2\beta k s^{3/2}/3}$ for $\beta = 1, 2$, with relative corrections of order
    $s^{-3/2}$; for $k = 1$ the constants are $1/(4\sqrt\pi)$ and $1/(16\pi)$.
    """
    places, claims = (30.0, 42.0, 58.0, 75.0), []
    with mpmath.workdps(60):
        for law in ((1, 1), (2, 1), (1, 2), (1, 4), (2, 3), (1, 8)):
            beta, k = law

            def rest(place: float, law: Any = law, beta: int = beta, k: int = k) -> Any:
                a = mpmath.mpf(place) ** 1.5
                return (
                    laws(place)[law][1]
                    + mpmath.mpf(2 * beta * k) / 3 * a
                    + sign * mpmath.mpf(beta * k * k) / 2 * mpmath.log(a)
                )

            if k == 1:
                limit = -mpmath.log(4 * mpmath.sqrt(mpmath.pi) if beta == 1 else 16 * mpmath.pi)
                errors = [rest(place) - limit for place in places]
            else:
                errors = [rest(place) - rest(1.3 * place) for place in places]
            claims.append(Order(places, errors, -1.5, 0.25))
    return Result(None, r"P(N \ge k) \sim C_{\beta,k}\, s^{-3\beta k^2/4}\, e^{-2\beta k s^{3/2}/3}", tuple(claims))


@derivation.step("table", "The committed series", flips="the odd terms of a series")
def table(sign: int) -> Result:
    r"""On each interval between the breaks of the table, $\log F$ (left of the middle of a law) or $\log(1 - F)$ (right
    of it) is a Chebyshev series through 26 values, computed to 19 digits or more, and rounded to double precision at
    the end. Here it is compared with values at other places.
    """
    body = json.loads(edge_tables.TABLE.read_text(encoding="utf-8"))
    rows = []
    with mpmath.workdps(30):
        for place in (-9.6, -3.1, 0.4, 5.3, 33.0):
            number = bisect.bisect_right(body["breaks"], place) - 1
            low, high = body["breaks"][number : number + 2]
            for record in body["laws"]:
                law, side = (record["beta"], record["k"]), int(number >= record["switch"])
                terms = [sign**order * term for order, term in enumerate(record["values"][number])]
                value = np.polynomial.chebyshev.chebval((2 * place - low - high) / (high - low), terms)
                label = f"beta = {law[0]}, k = {law[1]}, s = {place:g}"
                rows.append((label, record["offsets"][number] + float(value), laws(place)[law][side]))
    claim = Numbers(rows, 3e-15, ("the committed series", "sums over eigenvalues"), scale=1.0)
    return Result(None, r"\log F_{\beta,k}(s) = c + \sum_{n} a_n T_n(t), \qquad t \in [-1, 1]", (claim,))
