"""The mean total number of critical points in closed form: in p, for mixtures and a field, minima of few spins."""

from __future__ import annotations

import mpmath as mp
import sympy as sp

from derivations import symbols
from derivations.claims import Claim, Identity, Numbers
from derivations.count_integral import derivation, r
from derivations.deferred import deferred
from derivations.derivation import Result
from derivations.hermite_counts import counts, number

p, q = symbols.p, symbols.q
slope, curvature = sp.symbols("xi1 xi2", positive=True)  # xi'(1), xi''(1)

# Totals for p = 3, 4, 5 found by another route (Gaussian integrals of the identity of Auffinger, Ben Arous and Černý).
_TABLE = {
    (2, 3): "5.2915026221291811810", (2, 4): "6.3245553203367586640", (2, 5): "7.2111025509279785862",
    (3, 3): "10.552359741197580310", (3, 4): "15.145341380123986723", (3, 5): "19.750406279207331905",
    (4, 3): "18.790233801030154", (4, 4): "32.508214346530940", (4, 5): "48.600271038502767",
    (5, 3): "31.496914209436552", (5, 4): "65.886359107402575", (5, 5): "113.12384522722697",
    (6, 3): "50.873136517250710", (6, 4): "128.98930575826819", (8, 3): "124.09198604727102",
    (8, 4): "464.81112601659888", (8, 5): "1216.8135968946006", (10, 3): "286.91587955004932",
    (10, 4): "1595.7047377463105", (12, 3): "642.62382982858850", (12, 5): "24637.360718357346",
}  # fmt: skip


@derivation.step("closed-forms", "The closed forms in p", flips="the shift r = p − 1")
def closed_forms(sign: int = 1) -> Result:
    r"""With $r=p-1$: polynomials with integer coefficients, over a power of two, over a power of $3p-2$; only
    $\sqrt{3p-2}$ ($N$ even) or $\sqrt{(p-1)(3p-2)}$ ($N$ odd) appears. The forms hold for real $p>1$. Claims: the table
    of values for $p=3,4,5$; and for $N\to\infty$ the asymptotic total $4\sqrt{2N/(\pi(p-2))}(p-1)^{N/2}$, from which
    the ratio at $N=12$ may differ by a tenth only."""
    parts, found = {}, {}
    for size, (quotient, rest) in counts().items():
        numerator, denominator = sp.fraction(sp.factor((quotient * r ** (size // 2)).subs(r, p - sign)))
        parts[size] = (sp.Poly(numerator, p), sp.factor(denominator), rest)
        odd = sp.sqrt(p - sign) if size % 2 else sp.Integer(1)
        found[size] = sp.powsimp(sp.factor(numerator) * odd / (sp.factor(denominator) * sp.sqrt(3 * p - 2))) + rest

    def claims() -> tuple[Claim, ...]:
        rows = [
            (f"N = {size}, p = {at}", number(found[size].subs(p, at)), value) for (size, at), value in _TABLE.items()
        ]
        large = [
            (f"p = {at}", number(found[12].subs(p, at)), 4 * mp.sqrt(24 / (mp.pi * (at - 2))) * (at - 1) ** 6)
            for at in (3, 4, 6, 10)
        ]
        return (
            Numbers(rows, 2e-16, ("closed forms", "table of exact values")),
            Numbers(large, 0.1, ("N = 12", "asymptotic total")),
        )

    return Result(
        value=(found, parts),
        equation=[
            sp.Eq(sp.Symbol(rf"E\,\mathrm{{Crt}}_{{{size}}}"), form, evaluate=False) for size, form in found.items()
        ],
        claims=deferred(claims),
    )


@derivation.step(
    "mixtures",
    "Mixtures and a Gaussian field",
    flips="the variance of the field",
    sources=("fyodorov2004", "auffinger2013smooth"),
)
def mixtures(sign: int = 1) -> Result:
    r"""The Kac–Rice step used $\xi'$ and $\xi''$ only, in the ratio $r$: a mixture $\xi(q)=\sum a_p^2q^p$ has the
    counts of a pure model with real $p=1+\xi''/\xi'$. An isotropic Gaussian field $\sqrt N\,h\,g\cdot\sigma$ adds
    $h^2q$ to $\xi$, thus $h^2$ to $\xi'$: $p\to1+\xi''/(\xi'+h^2)$. At $r=1$ there are $2N$ points whatever the model.
    Claims: Kac–Rice at $N=2$ directly from the covariance of a random trigonometric polynomial; counts of the
    three-spin glass in a field at $N=10$ found by quadrature."""
    field = sp.Symbol("h", nonnegative=True)
    mixture = sp.Rational(4, 25) * q + sp.Rational(16, 25) * q**2 + q**3
    effective = 1 + curvature / (slope + sign * field**2)
    angle = sp.Symbol("theta", real=True)
    rows = []
    for xi_of_q, h in ((mixture, 0), (q**3, 1), (q**3 / 2 + q**4 / 2, sp.Rational(1, 2)), (q**2, 1)):
        whole = (xi_of_q + h**2 * q).subs(q, sp.cos(angle))
        second, fourth = (sp.diff(whole, angle, order).subs(angle, 0) for order in (2, 4))
        given = {slope: sp.diff(xi_of_q, q).subs(q, 1), curvature: sp.diff(xi_of_q, q, 2).subs(q, 1), field: h}
        formula = closed_forms()[0][2].subs(p, effective.subs(given))
        rows.append((f"xi = {xi_of_q}, h = {h}", number(formula), number(2 * sp.sqrt(-fourth / second))))
    known = {"2": "38.115836505169", "3.5": "15.366248917885", "4": "12.192973821161", "9": "3.6022730644385"}
    cubic = {slope: 3, curvature: 6}
    strong = []
    for square, value in known.items():
        at = effective.subs(field, sp.sqrt(sp.Rational(square))).subs(cubic)
        strong.append((f"h^2 = {square}", number(closed_forms()[0][10].subs(p, at)), value))
    return Result(
        value=effective,
        equation=sp.Eq(symbols.p, effective, evaluate=False),
        claims=(
            Numbers(rows, 1e-28, ("closed form at N = 2", "zeros of a stationary process")),
            Numbers(strong, 1e-13, ("closed form at N = 10", "quadrature over the density")),
        ),
    )


@derivation.step("minima", "Minima for two and three spins", flips="the parity in the Euler characteristic")
def minima(sign: int = 1) -> Result:
    r"""Morse's count by index is the Euler characteristic of the sphere $S^{N-1}$: $c_0-c_1=0$ for $N=2$ and
    $c_0-c_1+c_2=2$ for $N=3$, on every sample. $H$ and $-H$ have one law, so $Ec_k=Ec_{N-1-k}$. With the total these
    are linear equations for the means by index: $\sqrt{3p-2}$ minima for $N=2$; for $N=3$ a quarter of the total and a
    half. Claim: the index-resolved counts of the package (law of the $k$-th eigenvalue of the GOE)."""
    from spinglass.complexity import mean_count

    unknown = sp.symbols("c0:3")
    found = {}
    for size in (2, 3):
        c = unknown[:size]
        euler = sum((-1) ** k * c[k] for k in range(size)) - (1 + sign * (-1) ** (size - 1))
        conditions = [euler, sum(c) - closed_forms()[0][size]] + ([c[0] - c[2]] if size == 3 else [])
        found[size] = [sp.simplify(form) for form in next(iter(sp.linsolve(conditions, c)))]
    rows = []
    for size, forms in found.items():
        for k, form in enumerate(forms):
            for at in (3, 4, 7):
                exact = mean_count(size, at, index=k)
                rows.append((f"N = {size}, k = {k}, p = {at}", number(form.subs(p, at)), exact))
    return Result(
        value=found,
        equation=[sp.Eq(sp.Symbol(f"c_{{{size},0}}"), forms[0], evaluate=False) for size, forms in found.items()],
        claims=(
            Numbers(rows, 1e-11, ("Euler characteristic and symmetry", "law of the k-th eigenvalue")),
            Identity(found[2][0], sp.sqrt(3 * p - 2), what="minima of two spins"),
        ),
    )
