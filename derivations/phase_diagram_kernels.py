"""Compiled formulas of the phase diagram: rate and slope at a latitude, cost of an index."""

from __future__ import annotations

import math

import numpy as np
import sympy as sp

from derivations import complexity_rates, latitude_landscape, spiked_outlier
from derivations.covariance_symbols import X1, X2
from derivations.emit import Argument, Formula
from derivations.latitude_landscape import beta, c, d2, e, kap
from derivations.mixed_rates import field_slope
from derivations.spiked_outlier import theta
from derivations.symbols import m, v
from spinglass._printing import Assignment, Branch, Kernel

FORMULAS: list[Formula] = []

square, pull, grow, rest, width, reach, kept = sp.symbols("square pull grow rest width reach kept", real=True)
delta = sp.Symbol("delta", real=True)
third_remainder_of = sp.Function("_third_remainder")
_cost = sp.Function("_outlier_cost")

PULL = Argument(c, "pull on the shift", 0, 1e100)
SPREAD = Argument(kap, "variance of the shift, less one", -1, 1e100)
ENTRIES = (Argument(X1, "xi' at q = 1", 1e-100, 1e100), Argument(X2, "xi'' at q = 1", 1e-100, 1e100))
SHARE = Argument(beta, "xi'/xi, and 0 for the total number", 0, 1e100)
HEIGHT = Argument(e, "u - d, the energy density of the random part", -1e100, 1e100)
LATITUDE = Argument(m, "latitude", -1, 1, open="both")
SLOPE = Argument(field_slope, "d'(m)", -1e100, 1e100)
BEND = Argument(d2, "d''(m)", -1e100, 1e100)

# The shifted log-potential and its slope

_shifted = latitude_landscape.shifted_potential()
_plain_potential = latitude_landscape._potential()
_plain_pull = latitude_landscape._pull()


def _pulls(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    points: list[tuple[float, ...]] = []
    for number in range(count):
        spread = (-1.0, float(rng.uniform(-1, 1)), float(rng.uniform(-1, 0)), float(10 ** rng.uniform(-1, 2)))[
            number % 4
        ]
        edge = max(0.0, 1 - spread)
        place = (rng.uniform(0, 1) * edge, edge * (1 + 10 ** rng.uniform(-14, 0)), edge + rng.uniform(0, 5))[number % 3]
        points.append((float(place), spread))
    return points


_EDGES = ((2.0, -1.0), (math.nextafter(2.0, 3.0), -1.0), (0.0, -1.0), (0.5, 0.5), (0.0, 1.0), (3.0, 0.0), (0.0, 0.0))
_in_bulk = sp.And(sp.Lt(kap, 1), sp.Le(c, 1 - kap))
_room = sp.Max(1 - kap, sp.Float("1e-300"))  # the compiler may divide before it asks for the branch
_grow_lines = (
    Assignment(square, c**2 + 4 * kap, twofold=True),
    Assignment(kept, sp.Max(square, 0)),
    Assignment(grow, sp.Max((c + sp.sqrt(kept)) / 2, 1)),
)
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "shifted_potential",
            (c, kap),
            (
                Branch(_in_bulk, c**2 / (2 * _room) - sp.Rational(1, 2)),
                Branch(sp.true, sp.log(grow) - kap / (2 * grow**2), _grow_lines),
            ),
            "sup over z of Phi(z) - (z - c)^2/(2(1 + kappa)): the log-potential under a Gaussian shift.",
        ),
        title="Log-potential under a Gaussian shift",
        step=latitude_landscape.shifted_potential,
        arguments=(PULL, SPREAD),
        plain=_plain_potential,
        domain="0 <= c <= 1e100; -1 <= kappa <= 1e100",
        points=_pulls,
        special=_EDGES,
        scale=sp.Rational(1, 2) + sp.Abs(kap) / 2,
    )
)
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "shifted_pull",
            (c, kap),
            (
                Branch(_in_bulk, c / _room),
                Branch(
                    sp.true,
                    1 / grow,
                    _grow_lines,
                ),
            ),
            "Derivative in c of the log-potential under a Gaussian shift.",
        ),
        title="Slope of the log-potential under a Gaussian shift",
        step=latitude_landscape.shifted_potential,
        arguments=(PULL, SPREAD),
        plain=_plain_pull,
        domain="0 <= c <= 1e100; -1 <= kappa <= 1e100",
        points=_pulls,
        special=_EDGES,
    )
)

# The rate and its slope at a latitude

_parts = latitude_landscape.latitude()


def _glass(rng: np.random.Generator, number: int) -> tuple[float, float, float, float]:
    """ξ′, ξ″, β, κ: pure, total, mixed in turn."""
    degrees = rng.choice(np.arange(2, 12), size=int(rng.integers(2, 4)), replace=False)
    squares = 10 ** rng.uniform(-1, 0.5, degrees.size)
    if number % 3 == 0:
        degree = int(rng.integers(2, 12))
        return degree, degree * (degree - 1.0), degree, -1.0
    value, first = float(squares.sum()), float(degrees @ squares)
    second = float((degrees * (degrees - 1)) @ squares)
    if number % 3 == 1:
        return first, second, 0.0, first / second
    return first, second, first / value, -first * (first - value) / (value * second)


def _places(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    """(e, m, d′, d″, ξ′, ξ″, β, κ)."""
    points: list[tuple[float, ...]] = []
    for number in range(count):
        at = rng.uniform(-0.999, 0.999) if number % 5 else rng.choice([-1, 1]) * (1 - 10 ** rng.uniform(-12, -1))
        size = 10 ** rng.uniform(-2, 2)
        energy = rng.normal() * 2 if number % 7 else 0.0
        point = (energy, at, rng.normal() * size, rng.normal() * size, *_glass(rng, number))
        points.append(tuple(float(value) for value in point))
    return points


_mean = beta * e + m * field_slope
_flat = sp.log((1 - m) * (1 + m)) / 2 - field_slope**2 * (1 - m) * (1 + m) / (2 * X1)
_gauss = -beta * e**2 / (2 * X1)
_front = sp.Rational(1, 2) + sp.log(X2 / X1) / 2
_before = (
    Assignment(pull, _mean, twofold=True),
    Assignment(square, pull**2 / X2, twofold=True),
)
_inside = sp.And(sp.Lt(kap, 1), sp.Le(square, (1 - kap) ** 2))
_outer_lines = (
    Assignment(reach, square + 4 * kap, twofold=True),
    Assignment(kept, sp.Max(reach, 0)),
    Assignment(grow, sp.Max((sp.sqrt(square) + sp.sqrt(kept)) / 2, 1)),
)
_c_of = sp.Abs(_parts["pull"])
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "latitude_complexity",
            (e, m, field_slope, X1, X2, beta, kap),
            (
                Branch(
                    _inside,
                    sp.log(X2 / X1) / 2 + _flat + _gauss + square / (2 * (1 - kap)),
                    twofold=True,
                ),
                Branch(
                    sp.true,
                    _front + _flat + _gauss + (sp.log(grow) - kap / (2 * grow**2)),
                    _outer_lines,
                    twofold=True,
                ),
            ),
            "Growth rate at latitude m: pure (beta = p, kappa = -1), mixed, or total (beta = 0, kappa = xi'/xi'').",
            before=_before,
        ),
        title="Complexity at a latitude",
        step=latitude_landscape.latitude,
        arguments=(HEIGHT, LATITUDE, SLOPE, *ENTRIES, SHARE, SPREAD),
        plain=_parts["rest"] + _plain_potential.subs(c, _c_of),
        domain="values of a covariance function at q = 1; -1 < m < 1; |e|, |d1| <= 1e100",
        points=lambda rng, count: [(*point[:3], *point[4:]) for point in _places(rng, count)],
        scale=1
        + sp.Abs(sp.log(X2 / X1)) / 2
        + sp.Abs(sp.log(1 - m**2)) / 2
        + field_slope**2 / (2 * X1)
        + beta * e**2 / (2 * X1),
    )
)

_slope = latitude_landscape.slope()
_gain = sp.Symbol("gain", real=True)
_shared = field_slope * (m * field_slope - (1 - m) * (1 + m) * d2 + beta * e) / X1 - m / ((1 - m) * (1 + m))
_drift = ((1 - beta) * field_slope + m * d2) / sp.sqrt(X2)
_sign_gain = sp.sign(_mean) * _plain_pull.subs(c, _c_of)
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "latitude_slope",
            (e, m, field_slope, d2, X1, X2, beta, kap),
            (
                Branch(_inside, _shared + _drift * pull / ((1 - kap) * sp.sqrt(X2)), twofold=True),
                Branch(
                    sp.true,
                    _shared + _drift * _gain,
                    (*_outer_lines, Assignment(_gain, sp.sign(pull) / grow)),
                    twofold=True,
                ),
            ),
            "Derivative in m of the growth rate at latitude m and energy density u = e + d(m).",
            before=_before,
        ),
        title="Slope of the complexity in the latitude",
        step=latitude_landscape.slope,
        arguments=(HEIGHT, LATITUDE, SLOPE, BEND, *ENTRIES, SHARE, SPREAD),
        plain=_slope["value"].subs(_slope["steepness"], _sign_gain),
        domain="values of a covariance function at q = 1; -1 < m < 1; |e|, |d1|, |d2| <= 1e100",
        points=_places,
        scale=sp.Abs(m) / (1 - m**2)
        + sp.Abs(field_slope) * (sp.Abs(field_slope) + sp.Abs(d2) + beta * sp.Abs(e)) / X1
        + (sp.Abs(1 - beta) * sp.Abs(field_slope) + sp.Abs(d2)) * _plain_pull.subs(c, _c_of) / sp.sqrt(X2),
    )
)

_equator = latitude_landscape.equator()
_pull_of_energy = _plain_pull.subs(c, sp.Abs(beta * e) / sp.sqrt(X2))
_curved = -1 - d2**2 / X1 + beta * e * d2 / X1
_level = (Assignment(pull, beta * e, twofold=True), Assignment(square, pull**2 / X2, twofold=True))
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "equator_curvature",
            (e, d2, X1, X2, beta, kap),
            (
                Branch(_inside, _curved + (2 - beta) * d2 * pull / ((1 - kap) * X2), twofold=True),
                Branch(
                    sp.true,
                    _curved + (2 - beta) * d2 * _gain / sp.sqrt(X2),
                    (*_outer_lines, Assignment(_gain, sp.sign(pull) / grow)),
                    twofold=True,
                ),
            ),
            "Second derivative in m of the growth rate at the equator, for an even field: d'(0) = 0, d2 = d''(0).",
            before=_level,
        ),
        title="Curvature at the equator",
        step=latitude_landscape.equator,
        arguments=(HEIGHT, Argument(d2, "d''(0)", -1e100, 1e100), *ENTRIES, SHARE, SPREAD),
        plain=_equator["value"].subs(_equator["gain"], sp.sign(e) * _pull_of_energy),
        domain="values of a covariance function at q = 1; |e|, |d2| <= 1e100",
        points=lambda rng, count: [(point[0], point[3], *point[4:]) for point in _places(rng, count)],
        scale=1 + d2**2 / X1 + sp.Abs(beta * e * d2) / X1 + (2 + beta) * sp.Abs(d2) * _pull_of_energy / sp.sqrt(X2),
    )
)

# The cost of an index


def third_remainder() -> Kernel:
    """log(1 + δ) − δ + δ²/2 = 2(artanh q − q) + δ³/(2(2 + δ)), q = δ/(2 + δ): terms of one sign."""
    q, two = sp.symbols("q q2", real=True)
    series = sp.horner(sum(two**j / (2 * j + 3) for j in range(34)), two)
    cubic = delta**3 / (2 * (2 + delta))
    q_line = Assignment(q, delta / (2 + delta))
    return Kernel(
        "_third_remainder",
        (delta,),
        (
            Branch(
                sp.Le(sp.Abs(q), sp.Rational(3, 5)),
                cubic + 2 * q**3 * rest,
                (Assignment(two, q * q), Assignment(rest, series)),
                note="|q| <= 3/5: the series of artanh q - q",
            ),
            Branch(sp.true, cubic + (sp.Function("log1p")(delta) - 2 * q)),
        ),
        "log(1 + delta) - delta + delta^2/2 without cancellation.",
        before=(q_line,),
        exact=(Branch(sp.true, sp.log(1 + delta) - delta + delta**2 / 2),),
        exact_before=(),
        private=True,
    )


_cost_parts = spiked_outlier.outlier_cost()
_w_of = sp.sqrt(v) + sp.sqrt(1 + v)


def _spikes(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    points: list[tuple[float, ...]] = []
    for number in range(count):
        depth = float(10 ** rng.uniform(-12, 2) if number % 2 else rng.uniform(0, 3))
        growth = math.sqrt(depth) + math.sqrt(1 + depth)
        strength = (
            growth * (1 + rng.choice([-1, 1]) * 10 ** rng.uniform(-8, -1)),
            rng.uniform(0, 5),
            1 / growth * (1 + rng.choice([-1, 1]) * 10 ** rng.uniform(-8, -1)),
            10 ** rng.uniform(0, 3),
            -rng.uniform(0, 5),
        )[number % 5]
        points.append((float(strength), depth))
    return points


_reached = sp.Gt(theta * _w_of, 1)
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "spiked_outlier_cost",
            (theta_real := sp.Symbol("theta", real=True), v),
            (
                Branch(sp.Le(theta_real * grow, 1), _cost(v), note="the spike does not reach the eigenvalue"),
                Branch(
                    sp.true,
                    reach + rest,
                    (
                        Assignment(delta, theta_real / grow - 1, twofold=True),
                        Assignment(reach, width * grow * delta**2 / 2, twofold=True),
                        Assignment(rest, third_remainder_of(delta) / 2),
                    ),
                    twofold=True,
                ),
            ),
            "Rate of the largest eigenvalue y of a matrix with a spike theta, v = y^2/4 - 1 >= 0.",
            before=(
                Assignment(width, sp.sqrt(v), twofold=True),
                Assignment(grow, width + sp.sqrt(1 + v), twofold=True),
            ),
        ),
        helpers=(complexity_rates.HELPERS[2], third_remainder()),
        title="Cost of the extreme eigenvalue of a spiked matrix",
        step=spiked_outlier.outlier_cost,
        arguments=(
            Argument(theta_real, "spike towards the eigenvalue, bulk on [-2, 2]", -1e100, 1e100),
            Argument(v, "y^2/4 - 1", 0, 1e100),
        ),
        plain=sp.Piecewise(
            (_cost_parts["free"].subs(spiked_outlier.w, _w_of), sp.Le(theta_real * _w_of, 1)),
            (_cost_parts["plain"].subs(spiked_outlier.w, _w_of).subs(theta, theta_real), True),
        ),
        domain="|theta| <= 1e100; 0 <= v <= 1e100",
        points=_spikes,
        special=((0.0, 0.5), (2.0, 0.0), (2.0, 0.5625), (1.0, 0.25)),
        scale=(sp.sqrt(v) * _w_of + sp.Abs(theta_real / _w_of - 1)) * (theta_real / _w_of - 1) ** 2 / 4,
    )
)
