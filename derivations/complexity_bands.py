"""Compiled formulas of the band edges of the pure glass, by the angle y: E = E_∞ cosh(y/2)."""

from __future__ import annotations

import math

import numpy as np
import sympy as sp

from derivations import growth_rates
from derivations.complexity_rates import HELPERS, INDEX, P, bulk, edge, height_of
from derivations.emit import Argument, Formula
from derivations.symbols import k, p, s
from spinglass._printing import Assignment, Branch, Kernel

y = sp.Symbol("y", nonnegative=True)
_BORDER = sp.Rational(11, 5)  # sinh y is twice y here: beyond, the difference loses one bit at most
_sinh_series = sp.horner(sum(s**j / sp.factorial(2 * j + 3) for j in range(13)), s)
_angle = sp.Function("outlier_rate_at_angle")
_angle_rate = Kernel(
    "outlier_rate_at_angle",
    (y,),
    (
        Branch(
            sp.Lt(y, _BORDER),
            y * s * bulk / 2,
            (Assignment(s, y * y), Assignment(bulk, _sinh_series)),
            note="the series of (sinh y - y)/y^3",
        ),
        Branch(sp.true, (sp.sinh(y) - y) / 2),
    ),
    "Rate I_1 of an eigenvalue at |x| = 2 cosh(y/2).",
    exact=(Branch(sp.true, (sp.sinh(y) - y) / 2),),
)
_from_bands = growth_rates.bands()
_bands_function = _from_bands["function"].subs(_from_bands["angle"], y)
_grown = sp.Symbol("grown", nonnegative=True)  # e^y - 1; cosh y - 1 and sinh y are sums of positive parts of it
_kept = sp.Symbol("kept", nonnegative=True)  # 1 - e^{-y}
_growth = (Assignment(_grown, sp.Function("expm1")(y)), Assignment(_kept, _grown / (1 + _grown)))
_slope_value = -_kept * ((p - 2) / p * (_grown / 4 + sp.Rational(1, 2)) + (k + 1) * (_grown / 4))
ANGLE = Argument(y, "angle, E = E_inf cosh(y/2)", 0, 700)

FORMULAS: list[Formula] = []


def _angles(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    """Angles of all sizes, and a third of them at a log-uniform distance from the border of the series."""
    border = float(_BORDER)
    points: list[tuple[float, ...]] = []
    for number in range(count):
        near = border * (1 + rng.choice([-1, 1]) * 10 ** rng.uniform(-15, -0.3))
        points.append((float(near if number % 3 == 0 else 10 ** rng.uniform(-12, 2.5)),))
    return points


FORMULAS.append(
    Formula(
        kernel=_angle_rate,
        title="Rate of an outlier, by its angle",
        step=growth_rates.bands,
        arguments=(ANGLE,),
        plain=sp.diff(_bands_function, k) * -1,
        domain="0 <= y <= 700",
        points=_angles,
        special=((0.0,), (1.5,), (1.6679583371307607,), (2.2,), (math.nextafter(2.2, 0),), (700.0,)),
    )
)

FORMULAS.append(
    Formula(
        kernel=Kernel(
            "index_complexity_at_angle",
            (y, p, k),
            (Branch(sp.true, edge - (p - 2) / (4 * p) * (_grown * _kept) - (k + 1) * _angle(y), twofold=False),),
            "Rate of the number of critical points of index k below -E_inf cosh(y/2): zero at the band edge.",
            before=(Assignment(edge, height_of(p)), *_growth),
        ),
        helpers=(HELPERS[0], _angle_rate),
        title="Complexity of one index, by the angle",
        step=growth_rates.bands,
        arguments=(ANGLE, P, INDEX),
        plain=_bands_function,
        domain="0 <= y <= 700; p >= 2, integer; k >= 0",
        points=lambda rng, count: [
            (*point, int(rng.integers(2, 200)), int(rng.choice([0, 1, 2, 10, 10**6]))) for point in _angles(rng, count)
        ],
        scale=growth_rates.threshold()["height"]
        + (p - 2) / (2 * p) * (sp.cosh(y) - 1)
        + (k + 1) * (sp.sinh(y) - y) / 2,
    )
)

FORMULAS.append(
    Formula(
        kernel=Kernel(
            "index_slope_at_angle",
            (y, p, k),
            (
                Branch(sp.Lt(y, 600), _slope_value, (Assignment(_kept, _growth[1].expression, twofold=True),), True),
                Branch(sp.true, _slope_value, _growth[1:], note="products of floats may overflow here"),
            ),
            "Derivative in y of the rate of index k at -E_inf cosh(y/2).",
            before=_growth[:1],
        ),
        title="Slope of the complexity of one index, by the angle",
        step=growth_rates.bands,
        arguments=(ANGLE, P, INDEX),
        plain=sp.diff(_bands_function, y),
        domain="0 <= y <= 700; p >= 2, integer; k >= 0",
        points=lambda rng, count: [
            (*point, int(rng.integers(2, 200)), int(rng.choice([0, 1, 2, 10, 10**6]))) for point in _angles(rng, count)
        ],
    )
)
