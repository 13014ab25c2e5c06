"""Compiled formulas of the complexity in a field of order N, and of mixtures."""

from __future__ import annotations

import math

import numpy as np
import sympy as sp

from derivations import growth_rates, mixed_rates
from derivations.complexity_rates import P, U, bulk, edge, square
from derivations.covariance_symbols import X0, X1, X2
from derivations.emit import Argument, Formula
from derivations.mixed_rates import field_slope, field_value, weight, zed
from derivations.symbols import m, p, u, x
from spinglass._printing import Assignment, Branch, Kernel

delta = sp.Symbol("delta", positive=True)

ENERGY = Argument(u, U.meaning, -1e100, 1e100)
FORMULAS: list[Formula] = []

# A field of order N

_parts = mixed_rates.field()
_potential = growth_rates.determinant()
_place, _grow = sp.symbols("place grow", positive=True)
_outer = _potential["outside"].subs(growth_rates.w, _grow)
_inner = sp.expand(_potential["inside"]).subs(x**2, square)


def _field_points(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    points: list[tuple[float, ...]] = []
    for number in range(count):
        latitude = rng.uniform(-0.999, 0.999) if number % 3 else rng.choice([-1, 1]) * (1 - 10 ** rng.uniform(-14, -1))
        size = 10 ** rng.uniform(-2, 2)
        values = (rng.normal() * 2, latitude, int(rng.integers(2, 40)), rng.normal() * size, rng.normal() * size)
        points.append(tuple(float(value) for value in values))
    return points


_flat = sp.log(p - 1) / 2 + sp.log((1 - m) * (1 + m)) / 2 - field_slope**2 * (1 - m) * (1 + m) / (2 * p)
_gauss = sp.Rational(1, 2) - edge * edge / 2
_plain_field = _parts["rest"] + sp.Piecewise(
    (_potential["inside"].subs(x, _parts["shift"]), sp.Le(sp.Abs(_parts["shift"]), 2)),
    (_potential["outside"].subs(growth_rates.w, growth_rates.growth).subs(x, _parts["shift"]), True),
)
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "field_complexity",
            (u, m, p, field_value, field_slope),
            (
                Branch(sp.Le(square, 4), _flat + (_gauss + _inner), twofold=True),
                Branch(
                    sp.true,
                    _flat + (_gauss + _outer),
                    (
                        Assignment(_place, sp.sqrt(square)),
                        Assignment(_grow, _place / 2 + sp.sqrt(sp.Max(square / 4 - 1, 0))),
                    ),
                    twofold=True,
                ),
            ),
            "Growth rate at energy density u and latitude m in a field N d(m); d and d1 are d(m) and its derivative.",
            before=(
                Assignment(edge, u - field_value, twofold=True),
                Assignment(bulk, p * edge + m * field_slope, twofold=True),
                Assignment(square, bulk**2 / (p * (p - 1)), twofold=True),
            ),
        ),
        title="Complexity in a field of order N",
        step=mixed_rates.field,
        arguments=(
            ENERGY,
            Argument(m, "latitude", -1, 1, open="both"),
            P,
            Argument(field_value, "d(m), the field per spin", -1e100, 1e100),
            Argument(field_slope, "its derivative d'(m)", -1e100, 1e100),
        ),
        plain=_plain_field,
        domain="|u|, |d|, |d1| <= 1e100; -1 < m < 1; p >= 2, integer",
        points=_field_points,
        special=((-1.0, 0.0, 3.0, 0.0, 0.0), (-1.7, 0.0, 3.0, 0.0, 0.0)),
        scale=sp.log(p - 1) / 2
        + sp.Abs(sp.log(1 - m**2)) / 2
        + field_slope**2 / (2 * p)
        + (sp.Abs(u) + sp.Abs(field_value)) ** 2 / 2
        + 1,
    )
)

# Mixtures; Δ = det C is an argument, because a sum over pairs of degrees gives it without cancellation

_mixed = mixed_rates.mixed_exponent()
ENTRIES = (
    Argument(X0, "xi at q = 1", 1e-100, 1e100),
    Argument(X1, "xi' at q = 1", 1e-100, 1e100),
    Argument(X2, "xi'' at q = 1", 1e-100, 1e100),
)
DELTA = Argument(delta, "xi (xi' + xi'') - xi'^2", 1e-200, 1e200)
SHIFT = Argument(zed, "shift, the radial derivative over sqrt(xi'')", -1e100, 1e100)


def _glasses(rng: np.random.Generator) -> tuple[float, float, float, float]:
    degrees = rng.choice(np.arange(1, 12), size=int(rng.integers(2, 5)), replace=False)
    if degrees.max() < 2:
        degrees[0] = 3
    squares = 10 ** rng.uniform(-2, 1, degrees.size)
    first, second = float(degrees @ squares), float((degrees * (degrees - 1)) @ squares)
    pairs = [squares[i] * squares[j] * (degrees[i] - degrees[j]) ** 2 for i in range(degrees.size) for j in range(i)]
    return float(squares.sum()), first, second, float(sum(pairs))


def _threshold_of(glass: tuple[float, float, float, float]) -> float:
    value, first, second, _ = glass
    return (value * (second - first) + first**2) / (first * math.sqrt(second))


_marginal = X0 * X2 + X1 * (X1 - X0)
_mixed_threshold = Kernel(
    "mixed_threshold",
    (X0, X1, X2),
    (Branch(sp.true, _marginal / (X1 * sp.sqrt(X2))),),
    "Threshold energy of a mixture.",
)
FORMULAS.append(
    Formula(
        kernel=_mixed_threshold,
        title="Threshold energy of a mixture",
        step=mixed_rates.mixed_exponent,
        arguments=ENTRIES,
        plain=_mixed["threshold"],
        domain="values of a covariance function at q = 1: 0 < xi <= xi'; 1e-100 to 1e100",
        valid=X0 <= X1,
        points=lambda rng, count: [_glasses(rng)[:3] for _ in range(count)],
    )
)


def _height_points(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    points: list[tuple[float, ...]] = []
    for _ in range(count):
        glass = _glasses(rng)
        energy = _threshold_of(glass) * rng.normal() * 2
        points.append((float(energy), float(2 * energy / _threshold_of(glass) * rng.uniform(0.5, 1.5)), *glass))
    return points


_off = X0 * sp.sqrt(X2) * zed - X1 * u
_squares = (u**2 + _off**2 / delta) / X0
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "mixed_height",
            (u, zed, X0, X1, X2, delta),
            (
                Branch(
                    sp.true,
                    sp.log(X2 / X1) / 2 + (zed**2 / 4 - bulk),
                    (Assignment(bulk, _squares / 2, twofold=True),),
                    twofold=True,
                ),
            ),
            "Rate at energy density u and shift z of a mixture, without the cost of outliers.",
        ),
        title="Rate of a mixture at an energy and a shift",
        step=mixed_rates.mixed_exponent,
        arguments=(ENERGY, SHIFT, *ENTRIES, DELTA),
        plain=sp.log(X2 / X1) / 2 + zed**2 / 4 - _squares / 2,
        domain="|u|, |z| <= 1e100; values of a covariance function at q = 1",
        points=_height_points,
        scale=sp.Abs(sp.log(X2 / X1)) / 2 + zed**2 / 4,
    )
)


def _angle_points(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    points: list[tuple[float, ...]] = []
    for number in range(count):
        glass = _glasses(rng)
        energy = -_threshold_of(glass) * (1 + 10 ** rng.uniform(-10, 1)) if number % 4 else -_threshold_of(glass) * 0.5
        points.append((float(energy), float(rng.choice([1, 2, 3, 11, 1001])), *glass))
    return points


_above = sp.Symbol("excess", real=True)  # −u − E_th
_root_of = sp.Symbol("root", real=True)
_unit = sp.Symbol("unit", real=True)
_plain_drive = -X1 * sp.sqrt(X2) * u / delta
_two_alpha = _marginal / delta  # 2α, by Δ = ξ(ξ′ + ξ″) − ξ′²
_gap = sp.Symbol("gap", real=True)
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "mixed_angle",
            (u, weight, X0, X1, X2, delta),
            (
                Branch(sp.Le(_above, 0), sp.Integer(0), note="the bulk reaches the shift"),
                Branch(
                    sp.true,
                    sp.Function("log1p")((_gap + _gap * (_gap + 2 * _unit) / (_root_of + weight)) / (_unit + weight)),
                    (
                        Assignment(_gap, X1 * sp.sqrt(X2) * _above / delta, twofold=True),
                        Assignment(_unit, _two_alpha, twofold=True),
                        Assignment(_root_of, sp.sqrt(_gap * (_gap + 2 * _unit) + weight**2), twofold=True),
                    ),
                    twofold=True,
                ),
            ),
            "Angle theta of the dominant shift -2 cosh(theta) of a mixture below the threshold; W = index + 1.",
            before=(Assignment(_above, -u - _marginal / (X1 * sp.sqrt(X2)), twofold=True),),
        ),
        title="Dominant shift of a mixture",
        step=mixed_rates.mixed_maximum,
        arguments=(ENERGY, Argument(weight, "index + 1", 1, 2.0**53, integer=True), *ENTRIES, DELTA),
        plain=sp.Piecewise(
            (0, sp.Ge(u, -_marginal / (X1 * sp.sqrt(X2)))),
            (
                sp.log(
                    (_plain_drive + sp.sqrt(_plain_drive**2 - (_two_alpha) ** 2 + weight**2)) / (_two_alpha + weight)
                ),
                True,
            ),
        ),
        domain="values of a covariance function at q = 1; zero above the threshold",
        points=_angle_points,
    )
)
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "mixed_saturation",
            (weight, X1, X2),
            (
                Branch(sp.Le(X1, X2), -2 * X1 * sp.sqrt(X2) / (X1 + X2), twofold=True),
                Branch(
                    sp.true,
                    -2 * X1 * sp.sqrt(X2) * weight / sp.sqrt((bulk + 2 * X2) * (bulk + 2 * X1)),
                    (Assignment(bulk, (weight - 1) * (X1 + X2), twofold=True),),
                    twofold=True,
                    note="W - t and W + t with their denominators",
                ),
            ),
            "Energy density above which the number of critical points of index W - 1 of a mixture stops growing.",
        ),
        title="Saturation energy of a mixture",
        step=mixed_rates.mixed_saturation,
        arguments=(Argument(weight, "index + 1", 1, 2.0**53, integer=True), *ENTRIES[1:]),
        plain=mixed_rates.mixed_saturation()["saturation"],
        domain="values of a covariance function at q = 1",
        points=lambda rng, count: [(float(rng.choice([1, 2, 3, 11, 1001])), *_glasses(rng)[1:3]) for _ in range(count)],
    )
)

_slope_numerator = sp.factor(sp.simplify(sp.diff(_mixed["bulk"], u) * _mixed["determinant"]))
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "mixed_slope",
            (u, zed, X1, X2, delta),
            (Branch(sp.true, (X1 * sp.sqrt(X2) * zed - (X1 + X2) * u) / delta, twofold=True),),
            "Derivative in u of the rate of a mixture at fixed shift z.",
        ),
        title="Slope of the rate of a mixture",
        step=mixed_rates.mixed_exponent,
        arguments=(ENERGY, SHIFT, *ENTRIES[1:], DELTA),
        plain=_slope_numerator / delta,
        domain="|u|, |z| <= 1e100; values of a covariance function at q = 1",
        points=lambda rng, count: [(point[0], point[1], *point[3:]) for point in _height_points(rng, count)],
    )
)
