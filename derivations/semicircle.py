"""The semicircle law: what the derivation in `semicircle_law` is emitted as."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import sympy as sp

from derivations.derivation import Step
from derivations.emit import Argument, Formula
from derivations.semicircle_law import (
    boundary_value,
    density,
    depth,
    derivation,
    distribution,
    distribution_tail,
    half,
    log_potential,
    outlier_rate,
    outlier_series,
    stable_forms,
    w,
)
from derivations.symbols import v, x
from spinglass._printing import Assignment, Branch, Kernel

LARGEST = 1e300
LARGEST_SQUARED = 1e150  # where x² must not overflow
LARGEST_RATE = 1e100  # twofold products
MIDDLE = 0.75  # beyond this distance from 0 the series of the tail is used
SERIES_REACH = 2.0  # v up to which the series of the rate is used

_size, _tail, _q, _root, _factor, _smaller = sp.symbols("a f q r g e", real=True)


def nested(coefficients: list[Any], variable: Any) -> Any:
    """Horner's form of Σ c_k variable^k, with the coefficients rounded to double precision."""
    total = sp.Float(float(coefficients[-1]))
    for coefficient in reversed(coefficients[:-1]):
        total = sp.Add(sp.Float(float(coefficient)), sp.Mul(variable, total, evaluate=False), evaluate=False)
    return total


def _terms(coefficient: Any, index: Any, first: list[Any], start: int, reach: float) -> list[Any]:
    """Coefficients until the terms at the variable's largest value `reach` are below 1e-19 of the sum."""
    found, number = list(first), start
    while not found or abs(float(found[-1])) * reach ** (len(found) - 1) > 1e-19:
        found.append(sp.nsimplify(coefficient.subs(index, number)))
        number += 1
    return found


def _points(largest: float) -> Any:
    def draw(rng: np.random.Generator, count: int) -> Iterable[tuple[float, ...]]:
        """The bulk, both sides of the edges down to single roundings, and far outside."""
        for kind in rng.integers(0, 4, count):
            side = rng.choice([-1.0, 1.0])
            if kind == 0:
                yield (rng.uniform(-2, 2),)
            elif kind == 1:
                yield (side * (2 + rng.choice([-1.0, 1.0]) * 10 ** rng.uniform(-15.5, 0)),)
            elif kind == 2:
                yield (side * rng.uniform(2, 12),)
            else:
                yield (side * 10 ** rng.uniform(0.3, math.log10(largest)),)

    return draw


def _special(largest: float, *more: float) -> tuple[tuple[float, ...], ...]:
    edge = (2.0, math.nextafter(2.0, 3.0), math.nextafter(2.0, 1.0), largest, *more)
    return ((0.0,), (1e-300,), *((side * place,) for place in edge for side in (1.0, -1.0)))


def _position(largest: float) -> Argument:
    return Argument(x, "position in units of √n; the bulk is [−2, 2]", -largest, largest)


def _emit(kernel: Kernel, title: str, step: Step, plain: Any, largest: float = LARGEST, **more: Any) -> None:
    special = more.pop("special", ())
    derivation.formula(
        Formula(
            kernel=kernel,
            title=title,
            step=step,
            arguments=(_position(largest),),
            plain=plain,
            domain=f"real x, |x| <= {largest:g}",
            points=_points(largest),
            special=_special(largest, *special),
            **more,
        )
    )


INSIDE = sp.Abs(x) <= 2
# A ufunc evaluates both sides of a branch: bounds keep the roots of the other side real.
_INNER = sp.sqrt(sp.Max(0, (2 - x) * (2 + x)))  # √(4 − x²): the differences are exact next to the edges
_GROWTH = (
    Assignment(half, sp.Max(1, sp.Abs(x) / 2)),
    Assignment(w, stable_forms()["growth"]),
    Assignment(_root, 1 / w),
)

_emit(
    Kernel(
        "semicircle_density",
        (x,),
        (Branch(sp.Abs(x) >= 2, sp.S.Zero), Branch(sp.true, _INNER / (2 * sp.pi))),
        "Density of the semicircle law on [-2, 2].",
    ),
    "Density of the semicircle law",
    density,
    sp.Piecewise((density(), INSIDE), (0, True)),
    LARGEST_SQUARED,
)


def _distribution_kernel() -> Kernel:
    series = distribution_tail()
    coefficients = _terms(series["coefficient"], series["index"], [], 0, (2 - MIDDLE) / 4)
    body = (
        Assignment(depth, (2 - sp.Abs(x)) / 4),
        Assignment(_tail, series["scale"] * (depth * sp.sqrt(depth)) * nested(coefficients, depth)),
    )
    middle = sp.Rational(1, 2) + (x * _INNER / 4 + sp.asin(x / 2)) / sp.pi
    closed = distribution()
    return Kernel(
        "semicircle_cdf",
        (x,),
        (
            Branch(x <= -2, sp.S.Zero),
            Branch(x >= 2, sp.S.One),
            Branch(sp.Abs(x) <= MIDDLE, middle),
            Branch(x < 0, _tail, body, note="the tail by its series: no cancellation"),
            Branch(sp.true, 1 - _tail, body),
        ),
        "Distribution function of the semicircle law.",
        exact=(Branch(x <= -2, sp.S.Zero), Branch(x >= 2, sp.S.One), Branch(sp.true, closed)),
    )


_emit(
    _distribution_kernel(),
    "Distribution function of the semicircle law",
    distribution_tail,
    sp.Piecewise((0, x <= -2), (1, x >= 2), (distribution(), True)),
    LARGEST_SQUARED,
    special=(MIDDLE, 1.0),
)

_emit(
    Kernel(
        "stieltjes_real",
        (x,),
        (Branch(INSIDE, boundary_value()["real"]), Branch(sp.true, -sp.sign(x) * _root, _GROWTH)),
        "Real part of the Stieltjes transform on the real axis, from above.",
    ),
    "Real part of the Stieltjes transform of the semicircle law",
    stable_forms,
    sp.Piecewise((boundary_value()["real"], INSIDE), (-2 * sp.sign(x) / (sp.Abs(x) + sp.sqrt(x**2 - 4)), True)),
)

_emit(
    Kernel(
        "stieltjes_imaginary",
        (x,),
        (Branch(sp.Abs(x) >= 2, sp.S.Zero), Branch(sp.true, _INNER / 2)),
        "Imaginary part of the Stieltjes transform on the real axis, from above.",
    ),
    "Imaginary part of the Stieltjes transform of the semicircle law",
    boundary_value,
    sp.Piecewise((boundary_value()["imaginary"], INSIDE), (0, True)),
    LARGEST_SQUARED,
)

_emit(
    Kernel(
        "log_potential",
        (x,),
        (
            Branch(INSIDE, (_size**2 - 2) / 4, (Assignment(_size, sp.Min(2, sp.Abs(x))),)),
            Branch(sp.true, stable_forms()["outside"].subs(w**-2, _root**2), _GROWTH),
        ),
        "Logarithmic potential of the semicircle law.",
    ),
    "Logarithmic potential of the semicircle law",
    stable_forms,
    sp.Piecewise(
        (log_potential()["inside"], INSIDE),
        (log_potential()["outside"].subs(w, (sp.Abs(x) + sp.sqrt(x**2 - 4)) / 2), True),
    ),
    scale=sp.Rational(1, 2),
    special=(math.sqrt(2.0),),
)


def _rate_kernel() -> Kernel:
    series = outlier_series()
    reach = float(series["ratio"].subs(v, SERIES_REACH))
    coefficients = _terms(series["coefficient"], series["index"], [series["first"]], 1, reach)
    rest = nested(coefficients[1:], _q)
    edge_distance = (Assignment(_size, sp.Abs(x)), Assignment(v, (_size - 2) * (_size + 2) / 4, twofold=True))
    near = (
        *edge_distance,
        Assignment(_root, sp.sqrt(1 + v) + 1),
        Assignment(_q, v / _root**2),
        Assignment(_factor, _q * rest),
    )
    far = (*edge_distance, Assignment(_smaller, 1 / (1 + sp.sqrt(1 + 1 / v)) - sp.asinh(sp.sqrt(v))))
    return Kernel(
        "outlier_rate",
        (x,),
        (
            Branch(INSIDE, sp.S.Zero),
            Branch(
                x**2 < 4 * (1 + SERIES_REACH),
                v * sp.sqrt(v) * (series["first"] + _factor),
                near,
                twofold=True,
                note="the series: the closed form cancels",
            ),
            Branch(sp.true, v + _smaller, far, twofold=True),
        ),
        "Rate I_1 at which one eigenvalue at x leaves the semicircle.",
        exact=(
            Branch(INSIDE, sp.S.Zero),
            Branch(sp.true, outlier_rate(), (Assignment(v, (sp.Abs(x) - 2) * (sp.Abs(x) + 2) / 4),)),
        ),
    )


_emit(
    _rate_kernel(),
    "Rate at which an eigenvalue leaves the semicircle",
    outlier_series,
    sp.Piecewise((0, INSIDE), (outlier_rate().subs(v, x**2 / 4 - 1), True)),
    LARGEST_RATE,
    special=(math.sqrt(12.0), math.nextafter(math.sqrt(12.0), 4.0), math.nextafter(math.sqrt(12.0), 3.0)),
)
