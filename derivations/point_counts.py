"""Independent routes to the mean number of critical points: Rice's formula on the circle, the Euler characteristic.

They are the checks of the Kac-Rice formula; none of them knows the Hessian of a sphere.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from derivations.covariance_symbols import D1, D2, X1, X2, XI, radial
from derivations.symbols import N, m, p

MIXTURES: tuple[dict[int, float], ...] = ({3: 1.0}, {4: 1.0}, {1: 0.16, 2: 0.64, 3: 1.0})  # {p: a_p²}
above = sp.Symbol("p_minus_1", positive=True)


def sphere_area(dimension: Any) -> Any:
    """|S^{dimension}| = 2 π^{(d+1)/2}/Γ((d+1)/2)."""
    return 2 * sp.pi ** (sp.sympify(dimension + 1) / 2) / sp.gamma(sp.sympify(dimension + 1) / 2)


def rice_without_field() -> Any:
    """2π/π √(r⁗/|r″|) at lag 0, the number of zeros of the derivative of a process of covariance r = cos^p."""
    tau = sp.Symbol("tau", real=True)
    second, fourth = (sp.diff(sp.cos(tau) ** p, tau, j).subs(tau, 0) for j in (2, 4))
    return 2 * sp.sqrt(sp.factor(-fourth / second)).subs(p, 1 + above)


def on_circle(pieces: dict[str, Any], degree: dict[Any, Any]) -> Any:
    """The pure glass at N = 2 without field: E|A_1 − ξ| of a normal variable of variance 2 + Var ξ, integrated."""
    none = {D1: 0, D2: 0}
    variance = 2 + sp.diff(pieces["shift"], radial) ** 2 * N * (X1 + X2)
    mean = sp.sqrt(2 / sp.pi) * sp.sqrt(variance)
    total = sp.integrate((pieces["factor"].subs(none).subs(N, 2) * mean.subs(N, 2)).subs(degree), (m, -1, 1))
    return sp.simplify(total.subs(p, 1 + above))


def derivatives(squares: dict[int, float]) -> dict[Any, Any]:
    return {c: sum(sp.Float(s, 20) * sp.ff(degree, j) for degree, s in squares.items()) for j, c in enumerate(XI)}


def fields(size: int) -> list[tuple[str, Any]]:
    return [
        ("0.5 N m^2", sp.Rational(1, 2) * size * m**2),
        ("N (0.6 m^2 + 0.3 m)", size * (sp.Rational(3, 5) * m**2 + sp.Rational(3, 10) * m)),
        ("N (m^3 - 0.7 m)", size * (m**3 - sp.Rational(7, 10) * m)),
    ]


def numeric(pieces: dict[str, Any], size: int, squares: dict[int, float], field: Any) -> tuple[Any, ...]:
    """factor, mean and standard deviation of the shift, κ as functions of m, for mpmath."""
    values = {N: size, **derivatives(squares)}
    field_values = {D1: sp.diff(field, m), D2: sp.diff(field, m, 2)}
    spread = sp.sqrt(N * (X1 + X2)) * sp.diff(pieces["shift"], radial)
    parts = (pieces["factor"], pieces["shift"].subs(radial, 0), spread, pieces["kappa"])
    return tuple(sp.lambdify(m, part.subs(field_values).subs(values), "mpmath") for part in parts)


def over_latitudes(function: Callable[[Any], Any], degree: int = 3) -> Any:
    """∫ dm, in the angle asin m; Gauss-Legendre never touches the poles."""
    edges = [mpmath.pi * k / 6 for k in range(-3, 4)]

    def in_angle(a: Any) -> Any:
        return function(mpmath.sin(a)) * mpmath.cos(a)

    return mpmath.quad(in_angle, edges, method="gauss-legendre", maxdegree=degree)


def folded(mean: Any, deviation: Any) -> Any:
    """E|X| of a normal variable."""
    ratio = mean / (deviation * mpmath.sqrt(2))
    return deviation * mpmath.sqrt(2 / mpmath.pi) * mpmath.exp(-(ratio**2)) + mean * mpmath.erf(ratio)


def rice_rows(pieces: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """The process f(θ) = H + D(sin θ) of covariance N ξ(cos τ): the zeros of f′ by Rice's formula."""
    theta, tau = sp.symbols("theta tau", real=True)
    rows = []
    for squares, (name, field) in itertools.product(MIXTURES, fields(2)):
        parts = numeric(pieces, 2, squares, field)

        def on_sphere(a: Any, parts: tuple[Any, ...] = parts) -> Any:
            f, c, s, k = parts
            return f(a) * folded(k(a) - c(a), mpmath.sqrt(2 + s(a) ** 2))

        ours = over_latitudes(on_sphere)
        covariance = sum(2 * c * sp.cos(tau) ** degree for degree, c in squares.items())
        slope_variance, bend_variance = (
            mpmath.mpf(str(sp.N((-1) ** (j // 2) * sp.diff(covariance, tau, j).subs(tau, 0), 20))) for j in (2, 4)
        )
        of_angle = field.subs(m, sp.sin(theta))
        first, second = (sp.lambdify(theta, sp.diff(of_angle, theta, j), "mpmath") for j in (1, 2))

        def rice(a: Any, v1: Any = slope_variance, v2: Any = bend_variance, d1: Any = first, d2: Any = second) -> Any:
            gradient = mpmath.exp(-(d1(a) ** 2) / (2 * v1)) / mpmath.sqrt(2 * mpmath.pi * v1)
            return gradient * folded(d2(a), mpmath.sqrt(v2))

        edges = [mpmath.pi * k / 3 - mpmath.pi / 2 for k in range(7)]
        rows.append((f"{squares}, D = {name}", ours, mpmath.quad(rice, edges, maxdegree=5)))
    return rows


def morse_rows(pieces: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """E det averaged over the shift: E He_j(c + s Z) = Σ over pairs, by the generating function of He_j."""
    rows = []
    for size, glass, which in ((3, 0, 0), (3, 2, 1), (4, 2, 1), (5, 1, 2)):
        squares, (name, field) = MIXTURES[glass], fields(size)[which]
        parts = numeric(pieces, size, squares, field)

        def signed(a: Any, order: int = size - 1, parts: tuple[Any, ...] = parts) -> Any:
            f, c, s, k = parts
            # exp(tx − t²/2) at x = c + s Z averages to exp(tc − (1−s²) t²/2): Hermite polynomials of variance 1 − s²
            before, value = mpmath.mpf(0), mpmath.mpf(1)
            for j in range(order):
                before, value = value, c(a) * value - j * (1 - s(a) ** 2) * before
            return f(a) * (-1) ** order * (value - k(a) * before)

        total = over_latitudes(signed)
        rows.append((f"N = {size}, {squares}, D = {name}", total, 2 if size % 2 else 0))
    return rows


def package_rows(pieces: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """N = 3, p = 3: W_2 of the package, Gauss-Legendre over latitudes and a uniform grid over the shift."""
    from spinglass.complexity import mean_count
    from spinglass.hamiltonians import OverlapField
    from spinglass.random_matrices.rank_one import spiked_ratio

    rows = []
    nodes, weights = np.polynomial.legendre.leggauss(24)
    step = 0.25
    grid = np.asarray(step * np.arange(-64, 65), dtype=np.float64)
    for rho in (0.5, -1.0):
        factor, centre, spread, kappa = numeric(pieces, 3, MIXTURES[0], 3 * sp.Float(rho) * m**2)
        latitude = np.sin(math.pi / 2 * nodes)
        shape = math.pi / 2 * weights * np.cos(math.pi / 2 * nodes)
        log_minor, ratio = spiked_ratio(2, grid, np.array([float(kappa(a)) for a in latitude]))
        total = 0.0
        for row, a in enumerate(latitude):
            deviation = float(spread(a))
            normal = np.exp(-(((grid - float(centre(a))) / deviation) ** 2) / 2) / (deviation * math.sqrt(2 * math.pi))
            total += shape[row] * float(factor(a)) * step * float(np.sum(normal * ratio[row] * np.exp(log_minor)))
        rows.append((f"p = 3, rho = {rho}", total, mean_count(3, 3, field=OverlapField(3, [rho]))))
    return rows
