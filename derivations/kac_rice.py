"""Kac-Rice: the joint law of energy, gradient and Hessian on the sphere, and the mean number of critical points.

Everything follows from the covariance function N ξ(q) by differentiation at two points; the overlap field only adds a
mean. Points are directions σ on the unit sphere, so that gradients and Hessians are N^{1/2} and N times those in w.
"""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from derivations.claims import Claim, Identity, Numbers
from derivations.covariance_symbols import D1, D2, X0, X1, X2, XI, D, radial
from derivations.deferred import deferred
from derivations.derivation import Derivation, Result
from derivations.point_counts import (
    folded,
    morse_rows,
    on_circle,
    over_latitudes,
    package_rows,
    rice_rows,
    rice_without_field,
    sphere_area,
)
from derivations.symbols import N, m, n, p, q, z

derivation = Derivation(
    "kac-rice",
    "The law of energy, gradient and Hessian, and the mean number of critical points",
    sources=("auffinger2013", "auffinger2013smooth", "fyodorov2004"),
    text=r"""
The random part $H$ of the Hamiltonian is a centred Gaussian field on the sphere with covariance $N\xi(q)$ at overlap
$q$; the overlap field $D(m)$ adds a function of the latitude. The mean number of critical points is an integral over
the sphere of the density of the gradient at zero times the mean modulus of the determinant of the Hessian
(Kac–Rice). So all that is needed is the joint law of energy, radial derivative, gradient and Hessian at *one* point.
$\xi, \xi', \xi''$ without argument are the values at $q = 1$; directions are of length one.
""",
)

W = sp.Function("W")  # W(ξ, κ) = E|det(A_n + κ e eᵀ − ξ)|

# Energy, radial derivative, two tangent derivatives, second derivatives (11, 12, 22): orders in (r, y1, y2).
_ORDERS = ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 2, 0), (0, 1, 1), (0, 0, 2))


@derivation.step("covariances", "Covariances at one point", flips="the curvature of the sphere in the chart")
def covariances(sign: int = 1) -> Result:
    r"""Around the pole the sphere is the graph $(y, \sqrt{1-y^2})$. This chart is normal to second order, so that first
    and second partial derivatives at $y = 0$ are the Riemannian gradient and Hessian. Energies extend to
    $r\sigma$ by their formula, and the overlap of two points is
    $q = r r'\,(y\cdot y' + \sqrt{1-y^2}\sqrt{1-y'^2})$. With a generic $\xi$, given by its derivatives at 1,
    covariances of derivatives are derivatives of the covariance: differentiate $\xi(q)$ in both points and set
    $y = y' = 0$, $r = r' = 1$.

    Two tangent directions are enough: the covariances are tensors invariant under rotations of the tangent space.
    Independent route: the polynomial with independent couplings, all of them, in three dimensions and degrees 1 to 4,
    at a point off the axes, with $P\nabla$ and $P\nabla^2P-(\sigma\cdot\nabla)P$; covariances are sums over couplings.
    """
    points = [sp.symbols("r y1 y2", real=True), sp.symbols("rr yy1 yy2", real=True)]
    heights = [sp.sqrt(1 - sign * (point[1] ** 2 + point[2] ** 2)) for point in points]
    (r, y1, y2), (rr, yy1, yy2) = points
    overlap = r * rr * (y1 * yy1 + y2 * yy2 + heights[0] * heights[1])
    kernel = sum(c * (overlap - 1) ** j / math.factorial(j) for j, c in enumerate(XI))
    at_pole = {r: 1, rr: 1, y1: 0, y2: 0, yy1: 0, yy2: 0}

    @cache
    def one_sided(orders: tuple[int, ...]) -> Any:
        value = _derivative(kernel, points[0], orders)
        return value.subs({r: 1, y1: 0, y2: 0})

    size = len(_ORDERS)
    matrix = sp.zeros(size, size)
    for i, j in itertools.product(range(size), repeat=2):
        if i <= j:
            entry = _derivative(one_sided(_ORDERS[i]), points[1], _ORDERS[j]).subs(at_pole)
            matrix[i, j] = matrix[j, i] = sp.expand(entry)
    equation = [
        sp.Eq(sp.Symbol(r"E(\partial_aH\,\partial_bH)/N"), sp.Symbol(r"\xi'\,\delta_{ab}"), evaluate=False),
        r"E(H^2)/N = \xi, \quad E(H\,\partial_rH)/N = \xi', \quad E(\partial_rH)^2/N = \xi'' + \xi'",
        r"E(H\,\nabla_{ab}H)/N = -\xi'\delta_{ab}, \quad E(\partial_rH\,\nabla_{ab}H)/N = -(\xi'+\xi'')\delta_{ab}",
        r"E(\nabla_{ab}H\,\nabla_{cd}H)/N = \xi''(\delta_{ac}\delta_{bd}+\delta_{ad}\delta_{bc})"
        r" + (\xi'+\xi'')\delta_{ab}\delta_{cd}",
    ]

    def claims() -> tuple[Claim, ...]:
        amplitudes = sp.symbols("a1:5", positive=True)
        of_amplitudes = {
            c: sum(sp.ff(degree, j) * a**2 for degree, a in enumerate(amplitudes, 1)) for j, c in enumerate(XI)
        }
        return (
            Identity(matrix.subs(of_amplitudes), _by_couplings(amplitudes), what="equal to the sum over all couplings"),
        )

    return Result(matrix, equation, deferred(claims))


def _derivative(expression: Any, symbols: tuple[Any, ...], orders: tuple[int, ...]) -> Any:
    for symbol, order in zip(symbols, orders, strict=True):
        expression = sp.diff(expression, symbol, order) if order else expression
    return expression


def _by_couplings(amplitudes: tuple[Any, ...]) -> Any:
    """The covariance matrix per N of the seven functionals of Σ a_p √N Σ X σ⋯σ, summed over the couplings."""
    x = sp.symbols("x1:4", real=True)
    third = sp.Rational(1, 3)
    sigma = sp.Matrix([2, 1, 2]) * third
    basis = [sp.Matrix([1, 2, -2]) * third, sp.Matrix([-2, 2, 1]) * third]
    here = dict(zip(x, sigma, strict=True))
    total = sp.zeros(len(_ORDERS), len(_ORDERS))
    for degree, a in enumerate(amplitudes, 1):
        for chosen in itertools.product(x, repeat=degree):
            monomial = sp.Mul(*chosen)
            gradient = sp.Matrix([sp.diff(monomial, s) for s in x]).subs(here)
            hessian = sp.hessian(monomial, x).subs(here)
            outward = (sigma.T * gradient)[0]
            column = [monomial.subs(here), outward, *((b.T * gradient)[0] for b in basis)]
            for i, j in ((0, 0), (0, 1), (1, 1)):
                column.append((basis[i].T * hessian * basis[j])[0] - (outward if i == j else 0))
            vector = sp.Matrix(column)
            total += a**2 * vector * vector.T
    return total


@derivation.step(
    "hessian", "The Hessian is a GOE matrix minus the radial derivative", flips="the sign of the radial part"
)
def hessian(sign: int = 1) -> Result:
    r"""The matrix $M = \nabla^2H + (\partial_rH)\,1$ is uncorrelated with energy, radial derivative and gradient, hence
    independent of them, and has the covariance $N\xi''(\delta_{ac}\delta_{bd}+\delta_{ad}\delta_{bc})$:
    $\nabla^2 H = \sqrt{N\xi''}\,A_n - \partial_rH$ with $n = N-1$. The gradient is independent of everything else.

    Checked twice: symbolically against the law of $A_n$, and against the package's own gradients and
    Hessians of realisations with one coupling at a time (the sum over couplings is the exact covariance).
    """
    law = covariances()
    transform = sp.eye(7)
    transform[4, 1] = transform[6, 1] = sign  # add the radial derivative to the diagonal
    shifted = (transform * law * transform.T).applyfunc(sp.expand)
    expected = sp.zeros(7, 7)
    expected[0, 0], expected[0, 1], expected[1, 0], expected[1, 1] = X0, X1, X1, X1 + X2
    expected[2, 2] = expected[3, 3] = X1
    expected[4, 4], expected[5, 5], expected[6, 6] = 2 * X2, X2, 2 * X2
    squares = {2: 0.64, 3: 1.21}
    numbers = {c: sum(float(sp.ff(degree, j)) * s for degree, s in squares.items()) for j, c in enumerate(XI)}
    rows = []
    measured = _package_covariances({degree: math.sqrt(s) for degree, s in squares.items()}, sign)
    for i, j in itertools.combinations_with_replacement(range(7), 2):
        rows.append((f"entry {i},{j}", float(shifted[i, j].subs(numbers)), measured[i][j]))
    claims = (
        Identity(shifted, expected, what="GOE covariance, nothing correlated with it"),
        Numbers(rows, 1e-13, ("the law", "realisations with one coupling each"), scale=1.0),
    )
    equation = (
        r"\nabla^2 H = \sqrt{N\xi''}\,A_{N-1} - \partial_r H,\quad E(\partial_aH\,\partial_bH) = N\xi'\delta_{ab}"
    )
    scale = sp.sqrt(N * shifted[5, 5])
    return Result({"scale": scale, "gradient": N * shifted[2, 2], "radial": shifted[:2, :2]}, equation, claims)


def _package_covariances(mixture: dict[int, float], sign: int) -> list[list[float]]:
    """Σ over couplings of products of the functionals, per N, through `spinglass.hamiltonians`."""
    from spinglass.hamiltonians import SphericalGlass, tangent_basis

    glass = SphericalGlass(mixture=mixture)
    w = math.sqrt(3) * np.array([2.0, -1.0, 2.0]) / 3
    total = np.zeros((7, 7))
    for degree in mixture:
        for entry in itertools.product(range(3), repeat=degree):
            couplings = {other: np.zeros((3,) * other) for other in mixture}
            couplings[degree][entry] = 1.0
            one = glass.realisation(couplings)
            gradient = math.sqrt(3) * one.gradient(w)  # with respect to the direction
            outward = float(gradient @ w) / math.sqrt(3)
            bent = 3 * one.riemannian_hessian(w) + sign * outward * np.eye(2)
            slope = tangent_basis(w).T @ (math.sqrt(3) * one.riemannian_gradient(w))
            column = np.array([one.energy(w), outward, *slope, bent[0, 0], bent[0, 1], bent[1, 1]])
            total += np.outer(column, column)
    measured: list[list[float]] = (total / 3).tolist()
    return measured


@derivation.step("energy", "Conditioning on the energy", flips="the correlation of energy and radial derivative")
def energy(sign: int = 1) -> Result:
    r"""Energy and radial derivative are jointly Gaussian with covariance $N\,C$, $C = \begin{pmatrix}\xi&\xi'\\
    \xi'&\xi'+\xi''\end{pmatrix}$. Given $H = Nu$ the radial derivative has mean $N\xi'u/\xi$ and variance
    $N\Delta/\xi$, $\Delta = \det C = \xi(\xi'+\xi'')-\xi'^2$. For the pure glass $\xi = q^p$ this variance vanishes:
    $\partial_rH = pH$ exactly (Euler's theorem). For a mixture $\xi = \sum a_p^2q^p$ the determinant is
    $\sum_{p<p'} a_p^2a_{p'}^2(p-p')^2$ (Lagrange), positive as soon as two degrees are present. The regression is
    checked against the inverse of $C$: both give the same Gaussian exponent.
    """
    law = hessian()["radial"]
    slope = sign * law[0, 1] / law[0, 0]
    rest = sp.expand(law[1, 1] - slope**2 * law[0, 0])
    spread = sp.simplify(rest * law[0, 0])  # Δ
    u, y = sp.symbols("u y", real=True)
    exponent = u**2 / law[0, 0] + (y - slope * u) ** 2 / rest
    both = sp.Matrix([u, y])
    pure = {c: sp.diff(q**p, q, j).subs(q, 1) for j, c in enumerate(XI)}
    a, b, c = sp.symbols("a b c", positive=True)
    i, j, k = sp.symbols("i j k", positive=True)
    three = {
        X0: a + b + c,
        X1: i * a + j * b + k * c,
        X2: i * (i - 1) * a + j * (j - 1) * b + k * (k - 1) * c,
    }
    lagrange = a * b * (i - j) ** 2 + a * c * (i - k) ** 2 + b * c * (j - k) ** 2
    claims = (
        Identity(exponent, (both.T * law.inv() * both)[0], sp.simplify, "the Gaussian exponent"),
        Identity([slope.subs(pure), rest.subs(pure)], [p, 0], sp.simplify, "pure glass: the radial derivative is p h"),
        Identity(spread.subs(three), lagrange, sp.expand, "Lagrange's identity for three degrees"),
    )
    equation = [
        r"E(\partial_rH\mid H = Nu) = N\frac{\xi'}{\xi}u, \qquad \mathrm{Var} = N\Delta/\xi,"
        r"\qquad \Delta = \xi(\xi'+\xi'')-\xi'^2",
        r"\xi = q^p:\quad \partial_rH = pH",
    ]
    values = {"slope": slope, "rest": rest, "exponent": exponent, "determinant": spread, "pure": pure}
    return Result(values, equation, claims)


@derivation.step(
    "overlap-field", "Gradient and Hessian of the overlap field", flips="the curvature of the sphere in the chart"
)
def overlap_field(sign: int = 1) -> Result:
    r"""At a point of latitude $m$ choose tangent directions with the first along the meridian. In the chart of the
    first step the latitude is $\sqrt{1-m^2}\,y_1 + m\sqrt{1-y^2}$; differentiate $D$ of it. The gradient is $D'(m)$
    along the meridian, of length $|D'|\sqrt{1-m^2}$, and the Hessian is $(1-m^2)D''\,ee^{\mathsf T} - mD'\,1$.
    Independent route: second derivatives along great circles $\cos t\,\sigma + \sin t\,v$; and the package's
    Hessians of a realisation without couplings.
    """
    y = sp.symbols("y1 y2", real=True)
    latitude = sp.sqrt(1 - m**2) * y[0] + m * sp.sqrt(1 - sign * (y[0] ** 2 + y[1] ** 2))
    taylor = D + D1 * (latitude - m) + D2 * (latitude - m) ** 2 / 2  # exact to second order at y = 0
    pole = {y[0]: 0, y[1]: 0}
    slope = sp.Matrix([sp.diff(taylor, s).subs(pole) for s in y])
    bent = sp.hessian(taylor, y).subs(pole).applyfunc(sp.expand)
    equation = r"\nabla D = D'(m)\sqrt{1-m^2}\,e, \qquad \nabla^2 D = (1-m^2)D''(m)\,ee^{\mathsf T} - mD'(m)\,1"
    spike = bent[0, 0] - bent[1, 1]

    def claims() -> tuple[Claim, ...]:
        field = sp.Function("D")
        t, angle = sp.symbols("t phi", real=True)
        along = m * sp.cos(t) + sp.sqrt(1 - m**2) * sp.cos(angle) * sp.sin(t)
        circle = field(along)
        v = sp.Matrix([sp.cos(angle), sp.sin(angle)])
        at = {sp.Derivative(field(m), m): D1, sp.Derivative(field(m), (m, 2)): D2}
        second = _chain(circle, t, along, field).subs(at)
        return (
            Identity((v.T * bent * v)[0], second, what="second derivatives along great circles"),
            Numbers(_package_field(slope, bent), 1e-12, ("the formulas", "the package's Hessians"), scale=1.0),
        )

    return Result({"slope": slope[0], "spike": sp.expand(spike), "shift": bent[1, 1]}, equation, deferred(claims))


def _chain(circle: Any, t: Any, along: Any, field: Any) -> Any:
    """d²/dt² of field(along(t)) at t = 0 in terms of the derivatives of the field at m."""
    first, second = sp.diff(along, t), sp.diff(along, t, 2)
    f1, f2 = sp.Derivative(field(m), m), sp.Derivative(field(m), (m, 2))
    return (f2 * first**2 + f1 * second).subs(t, 0)


def _package_field(slope: Any, bent: Any) -> list[tuple[str, Any, Any]]:
    from spinglass.hamiltonians import OverlapField, SphericalGlass

    glass = SphericalGlass(p=3, field=OverlapField(3, [0.7, -0.4, 0.0]))
    one = glass.realisation({3: np.zeros((3, 3, 3))})
    rows = []
    for point in ([1.0, 2.0, 2.0], [-2.0, 1.0, 2.0], [2.0, 2.0, 1.0]):
        w = math.sqrt(3) * np.array(point) / 3
        latitude = float(w.sum()) / 3
        values = {
            m: latitude,
            D1: glass.field.derivative(latitude, 3),
            D2: glass.field.second_derivative(latitude, 3),
        }
        length = math.sqrt(3) * float(np.linalg.norm(one.riemannian_gradient(w)))
        eigenvalues = sorted(np.linalg.eigvalsh(3 * one.riemannian_hessian(w)))
        ours = sorted(float(bent[i, i].subs(values)) for i in range(2))
        rows.append((f"gradient at {point}", abs(float(slope[0].subs(values))), length))
        rows += [(f"eigenvalue at {point}", a, b) for a, b in zip(ours, eigenvalues, strict=True)]
    return rows


@derivation.step(
    "latitudes", "The measure of latitudes", flips="the radius of a parallel, sqrt(1 + m^2) in place of sqrt(1 - m^2)"
)
def latitudes(sign: int = 1) -> Result:
    r"""Points of latitude $m$ form a sphere $S^{N-2}$ of radius $R(m) = \sqrt{1-m^2}$, and the meridian has the line
    element $\sqrt{1+R'^2}\,dm$; so the volume element is $|S^{N-2}|\,R^{N-2}\sqrt{1+R'^2}\,dm =
    |S^{N-2}|(1-m^2)^{(N-3)/2}dm$. Checked: Gram determinants of the sphere in spherical coordinates; the integral over
    $m$ is the area of $S^{N-1}$, and the moments of $m$ are those of a coordinate of a normalised Gaussian vector,
    $E m^2 = 1/N$, $E m^4 = 3/(N(N+2))$.
    """
    radius = sp.sqrt(1 - sign * m**2)
    height = sp.Symbol("h", positive=True)  # 1 ∓ m²
    line = sp.simplify((1 + sp.diff(radius, m) ** 2) * (1 - sign * m**2))  # (1 + R′²) R²
    element = sphere_area(N - 2) * height ** ((N - 3) / 2) * sp.sqrt(line)
    element = element.subs(height, 1 - sign * m**2)

    def claims() -> tuple[Claim, ...]:
        gram, product = [], []
        for size in (3, 4, 5):
            angles = sp.symbols(f"theta1:{size - 1}", positive=True)
            unit = _unit_vector(angles)
            point = sp.Matrix([*(sp.sqrt(1 - m**2) * unit), m])
            tangents = point.jacobian(sp.Matrix([m, *angles]))
            sphere = unit.jacobian(sp.Matrix(angles))
            gram.append((tangents.T * tangents).applyfunc(sp.simplify).det())
            parallel = (sphere.T * sphere).applyfunc(sp.simplify).det()
            product.append((element / sphere_area(N - 2)).subs(N, size) ** 2 * parallel)
        rows = []
        for size, power in itertools.product((2, 3, 4, 10), (0, 2, 4)):
            density = sp.lambdify(m, element.subs(N, size) * m**power, "mpmath")
            moment = {0: sp.Integer(1), 2: sp.Rational(1, size), 4: sp.Rational(3, size * (size + 2))}[power]
            whole = mpmath.mpf((sphere_area(size - 1) * moment).evalf(20))
            rows.append((f"N = {size}, moment {power}", over_latitudes(density), whole))
        return (
            Identity(gram, product, sp.simplify, "Gram determinants in spherical coordinates, N = 3, 4, 5"),
            Numbers(rows, 1e-13, ("the integral over latitudes", "the moments of a Gaussian direction")),
        )

    return Result(element, r"d\sigma = |S^{N-2}|\,(1-m^2)^{(N-3)/2}\,dm", deferred(claims))


def _unit_vector(angles: tuple[Any, ...]) -> Any:
    """A point of a sphere in spherical coordinates."""
    vector, rest = [], sp.Integer(1)
    for angle in angles:
        vector.append(rest * sp.cos(angle))
        rest = rest * sp.sin(angle)
    return sp.Matrix([*vector, rest])


@derivation.step("formula", "The mean number of critical points", flips="the curvature term m D' in the Hessian")
def formula(sign: int = 1) -> Result:
    r"""Put together: the density of the gradient at zero is $(2\pi N\xi')^{-n/2}\exp(-D'^2(1-m^2)/(2N\xi'))$, and the
    Hessian is $\sqrt{N\xi''}\,[A_n + \kappa ee^{\mathsf T} - \text{shift}]$ with
    $\kappa = (1-m^2)D''/\sqrt{N\xi''}$ and shift $= (\partial_rH + mD')/\sqrt{N\xi''}$, where $\partial_rH$ is
    independent of $A_n$ and Gaussian of variance $N(\xi'+\xi'')$. With $W_n(\xi,\kappa) = E|\det(A_n+\kappa
    ee^{\mathsf T}-\xi)|$ the mean number of critical points at given $\partial_rH$ is the integral below; the energy
    $H + D$ is known from the step before, so that windows of energy only restrict the average.

    Checks, none of which knows the Hessian on the sphere: for $N = 2$ the sphere is a circle and the formula must be
    Rice's for the zeros of the derivative of a stationary process plus a function of the angle (without field
    $2\sqrt{r^{(4)}(0)/|r''(0)|} = 2\sqrt{3p-2}$ for $r = \cos^p$); and for every $N$ the same
    integral with $\det$ in place of $|\det|$, $E\det(\xi-A_n-\kappa ee^{\mathsf T}) = He_n(\xi)-\kappa
    He_{n-1}(\xi)$, must be the Euler characteristic of the sphere: 2 for odd $N$ and 0 for even $N$, whatever the
    field (Morse).
    """
    law, field = hessian(), overlap_field()
    density = (2 * sp.pi * law["gradient"]) ** (-n / 2) * sp.exp(-(field["slope"] ** 2) / (2 * law["gradient"]))
    kappa = field["spike"] / law["scale"]
    shift = (radial - sign * field["shift"]) / law["scale"]
    expression = latitudes() * density * law["scale"] ** n * W(shift, kappa)
    expression = expression.subs(n, N - 1)
    pieces = {"factor": latitudes() * (density * law["scale"] ** n).subs(n, N - 1), "shift": shift, "kappa": kappa}
    equation = (
        r"E\,\mathrm{Crt} = |S^{N-2}|\int_{-1}^1 dm\,(1-m^2)^{\frac{N-3}2}\Bigl(\frac{\xi''}{2\pi\xi'}\Bigr)^{\frac n2}"
        r"e^{-D'^2(1-m^2)/(2N\xi')}\; E\,W_n\Bigl(\frac{\partial_rH+mD'}{\sqrt{N\xi''}},"
        r"\frac{(1-m^2)D''}{\sqrt{N\xi''}}\Bigr)"
    )

    def claims() -> tuple[Claim, ...]:
        return (
            Identity(
                on_circle(pieces, energy()["pure"]),
                rice_without_field(),
                sp.simplify,
                "Rice's formula for the pure glass at N = 2",
            ),
            Numbers(rice_rows(pieces), 1e-11, ("the formula at N = 2", "Rice's formula on the circle")),
            Numbers(
                morse_rows(pieces), 1e-11, ("the formula with det for |det|", "the Euler characteristic"), scale=1.0
            ),
            Numbers(package_rows(pieces), 1e-8, ("the formula with W_2", "complexity.mean_count")),
        )

    return Result({"integrand": expression, **pieces}, equation, deferred(claims))


@derivation.step(
    "pure", "The pure glass: energy in place of the radial derivative", flips="the latitude term of the energy"
)
def pure(sign: int = 1) -> Result:
    r"""For $\xi = q^p$ the radial derivative is $p$ times the random part of the energy, $\partial_rH = p(h-D)$ with
    $h - D = \sqrt N z$, $z$ standard normal: the shift becomes $(p(h-D)+mD')/\sqrt{Np(p-1)}$, and a window of
    energies is a window in $z$. Checked: the density in $h$ at $N = 2$ against the same density from the joint
    covariance of $f, f', f''$ on the circle (at fixed angle, the second derivative given value and slope).
    """
    law = formula()
    degree = energy()["pure"]
    h = sp.Symbol("h", real=True)
    to_energy = {radial: energy()["slope"].subs(degree) * (h - sign * D)}
    pieces = {name: sp.simplify(law[name].subs(to_energy).subs(degree)) for name in ("shift", "kappa")}
    factor = law["factor"].subs(degree)
    equation = (
        r"\xi = \frac{p(h-D)+mD'}{\sqrt{Np(p-1)}}, \quad \kappa = \frac{(1-m^2)D''}{\sqrt{Np(p-1)}},\quad"
        r"E\,\mathrm{Crt}(B) = |S^{N-2}|\int dm\,(1-m^2)^{\frac{N-3}2}\Bigl(\frac{p-1}{2\pi}\Bigr)^{\frac n2}"
        r"e^{-\frac{D'^2(1-m^2)}{2Np}}\int\varphi(z)\,W_n(\xi,\kappa)\,1\{h\in B\}\,dz"
    )
    values = {"factor": factor, "shift": pieces["shift"], "kappa": pieces["kappa"], "h": h, "z": z}

    def claims() -> tuple[Claim, ...]:
        rows = []
        theta, tau = sp.symbols("theta tau", real=True)
        for spins, angle, level in ((3, 0.4, -1.3), (4, -1.1, 0.8), (5, 0.9, -2.5)):
            field = 2 * (sp.Rational(3, 10) * m**2 - sp.Rational(2, 5) * m)
            here = {m: sp.sin(sp.Float(angle, 20))}
            derivatives = {D: field.subs(here), D1: sp.diff(field, m).subs(here), D2: sp.diff(field, m, 2).subs(here)}
            numbers = {**derivatives, **here, p: spins, N: 2, h: sp.Float(level, 20)}
            offset = mpmath.mpf(str((pieces["kappa"] - pieces["shift"]).subs(numbers).evalf(20)))
            gauss = mpmath.exp(-((level - mpmath.mpf(str(derivatives[D].evalf(20)))) ** 2) / 4) / mpmath.sqrt(
                4 * mpmath.pi
            )
            weight = factor.subs(derivatives).subs({p: spins, N: 2}).subs(here) / sphere_area(0)
            ours = mpmath.mpf(str(weight.evalf(20))) * mpmath.cos(angle) * folded(offset, mpmath.sqrt(2)) * gauss
            covariance = 2 * sp.cos(tau) ** spins
            r0, r2, r4 = (mpmath.mpf(str(sp.diff(covariance, tau, j).subs(tau, 0))) for j in (0, 2, 4))
            of_angle = [
                mpmath.mpf(
                    str(sp.diff(field.subs(m, sp.sin(theta)), theta, j).subs(theta, sp.Float(angle, 20)).evalf(20))
                )
                for j in range(3)
            ]
            mean = of_angle[2] + r2 / r0 * (level - of_angle[0])
            normal = mpmath.exp(-((level - of_angle[0]) ** 2) / (2 * r0)) / mpmath.sqrt(2 * mpmath.pi * r0)
            slope = mpmath.exp(of_angle[1] ** 2 / (2 * r2)) / mpmath.sqrt(-2 * mpmath.pi * r2)
            other = normal * slope * folded(mean, mpmath.sqrt(r4 - r2**2 / r0))
            rows.append((f"p = {spins}, angle {angle}, h = {level}", ours, other))
        return (Numbers(rows, 1e-13, ("the formula at one angle", "the Gaussian process on the circle")),)

    return Result(values, equation, deferred(claims))
