"""Compiled prefactors of numbers of critical points, in v so that nothing cancels next to the threshold."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import sympy as sp

from derivations import sharp_counts
from derivations.complexity_rates import HELPERS, LARGEST_P, U, bulk, distance_of, leading, square
from derivations.emit import Argument, Formula
from derivations.symbols import N, p, u, v
from spinglass._printing import Assignment, Branch, Kernel

P3 = Argument(p, "spins per interaction", 3, LARGEST_P, integer=True)
SPINS = Argument(N, "number of spins", 1, 1e300)

FORMULAS: list[Formula] = []

_before = (
    Assignment(leading, p / (4 * p - 4), twofold=True),
    Assignment(v, distance_of(u, leading), twofold=True),
)


# Loops evaluate both branches and take one: the root of a negative number would raise a floating-point flag.
_inside = sp.Symbol("inside", positive=True)


def _sizes(rng: np.random.Generator) -> float:
    return float(rng.integers(1, 10 ** rng.integers(1, 9)))


def _degrees(rng: np.random.Generator) -> int:
    return int(rng.integers(3, 10 ** rng.integers(1, 8) + 3))


FORMULAS.append(
    Formula(
        kernel=Kernel(
            "total_count_prefactor",
            (N, p),
            (Branch(sp.true, 4 * sp.sqrt(bulk), (Assignment(bulk, 2 * N / (sp.pi * (p - 2))),)),),
            "Factor of (p-1)^(N/2) in the mean total number of critical points, large N.",
        ),
        title="Prefactor of the total number of critical points",
        step=sharp_counts.total,
        arguments=(SPINS, P3),
        plain=sharp_counts.total(),
        domain="N >= 1; p >= 3, integer",
        points=lambda rng, count: [(_sizes(rng), _degrees(rng)) for _ in range(count)],
        special=((1.0, 3.0), (100.0, 4.0)),
    )
)


def _inside_points(rng: np.random.Generator, count: int, negative: bool, spins: bool) -> list[tuple[float, ...]]:
    points: list[tuple[float, ...]] = []
    for number in range(count):
        degree = _degrees(rng)
        top = 2 * math.sqrt((degree - 1) / degree)
        place = top * (rng.uniform(1e-3, 0.99) if number % 2 else 1 - 10 ** rng.uniform(-12, -0.3))
        place = -place if negative or rng.random() < 0.5 else place
        points.append((float(place), *([_sizes(rng)] if spins else []), degree))
    return points


FORMULAS.append(
    Formula(
        kernel=Kernel(
            "bulk_density_prefactor",
            (u, N, p),
            (
                Branch(sp.Lt(v, 0), N * sp.sqrt(_inside) / sp.pi, (Assignment(_inside, sp.Max(-8 * v / (p - 1), 0)),)),
                Branch(sp.true, sp.Integer(0), note="outside the bulk"),
            ),
            "Factor of exp(N Sigma(u)) in the mean density of critical points at u in the bulk, large N.",
            before=_before,
        ),
        helpers=(HELPERS[1],),
        title="Prefactor of the density in the bulk",
        step=sharp_counts.bulk_density,
        arguments=(Argument(u, U.meaning, -2, 2, open="both"), SPINS, P3),
        valid=u**2 * p < 4 * (p - 1),
        plain=sharp_counts.bulk_density(),
        domain="|u| < E_inf(p); N >= 1; p >= 3, integer",
        points=lambda rng, count: _inside_points(rng, count, False, True),
    )
)

FORMULAS.append(
    Formula(
        kernel=Kernel(
            "bulk_count_prefactor",
            (u, p),
            (
                Branch(
                    sp.Lt(v, 0),
                    sp.sqrt(_inside) / (sp.pi * (p - 2) * -u),
                    (Assignment(_inside, sp.Max(-32 * v * (p - 1), 0)),),
                ),
                Branch(sp.true, sp.Integer(0), note="outside the bulk"),
            ),
            "Factor of exp(N Sigma(u)) in the mean number of critical points below u in the bulk, large N.",
            before=_before,
        ),
        helpers=(HELPERS[1],),
        title="Prefactor of the number below an energy in the bulk",
        step=sharp_counts.bulk_count,
        arguments=(Argument(u, U.meaning, -2, -1e-100, open="low"), P3),
        valid=u**2 * p < 4 * (p - 1),
        plain=sharp_counts.bulk_count(),
        domain="-E_inf(p) < u <= -1e-100; p >= 3, integer",
        points=lambda rng, count: _inside_points(rng, count, True, False),
    )
)


def _deep_stable() -> Any:
    """The prefactor in v: w = √(1+v) + √v, w² − 1 = 2 w √v, x = 2 √(1+v)."""
    root, arm = sp.sqrt(v), sp.sqrt(1 + v)
    growth = arm + root
    rate = ((p - 2) / p * arm + root) * sp.sqrt(p / (p - 1))  # the slope of Θ₀ in u
    level = 1 / (2 * sp.sqrt(2 * sp.pi) * sp.sqrt(2 * root * growth))
    return 2 * sp.sqrt(2 / p) * sp.sqrt(p / (p - 1)) * level / (rate * sp.sqrt(N))


def _deep_points(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    points: list[tuple[float, ...]] = []
    for _ in range(count):
        degree = _degrees(rng)
        top = 2 * math.sqrt((degree - 1) / degree)
        points.append((-float(top * (1 + 10 ** rng.uniform(-12, 1))), _sizes(rng), degree))
    return points


FORMULAS.append(
    Formula(
        kernel=Kernel(
            "deep_minima_prefactor",
            (u, N, p),
            (
                Branch(sp.Gt(v, 0), _deep_stable(), twofold=True),
                Branch(sp.true, sp.oo, note="at the threshold and above"),
            ),
            "Factor of exp(N Theta_0(u)) in the mean number of critical points below u < -E_inf, large N.",
            before=_before,
        ),
        helpers=(HELPERS[1],),
        title="Prefactor of the number of deep minima",
        step=sharp_counts.deep_minima,
        arguments=(Argument(u, U.meaning, -1e50, -math.sqrt(8 / 3), open="high"), SPINS, P3),  # E_inf(3)
        valid=u**2 * p > 4 * (p - 1),
        plain=sharp_counts.deep_minima()["energy"],
        domain="-1e50 <= u < -E_inf(p); N >= 1; p >= 3, integer",
        points=_deep_points,
    )
)

FORMULAS.append(
    Formula(
        kernel=Kernel(
            "edge_count_prefactor",
            (N, p),
            (
                Branch(
                    sp.true,
                    sp.Float(sp.N(sharp_counts.airy() * 2 * sp.sqrt(2), 30), 20) * sp.sqrt(p) / ((p - 2) * bulk),
                    twofold=True,
                ),
            ),
            "Factor of exp(N Theta_edge) in the mean number of critical points below -E_inf, large N.",
            before=(
                Assignment(square, N ** sp.Rational(1, 3)),
                Assignment(
                    bulk, square - (square * square * square - N) / (3 * square * square)
                ),  # Newton: 1/3 is rounded
            ),
            exact_before=(),
            exact=(Branch(sp.true, sharp_counts.edge_count()),),
        ),
        title="Prefactor of the number below the threshold",
        step=sharp_counts.edge_count,
        arguments=(SPINS, P3),
        plain=sharp_counts.edge_count(),
        domain="N >= 1; p >= 3, integer",
        points=lambda rng, count: [(_sizes(rng), _degrees(rng)) for _ in range(count)],
        special=((1.0, 3.0), (100.0, 4.0)),
    )
)
