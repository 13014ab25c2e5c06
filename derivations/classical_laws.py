"""Classical laws: what is emitted of spikes, free sums, Marchenko-Pastur and the surmises of spacings."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import sympy as sp

from derivations.emit import Argument, Formula
from derivations.level_surmises import FORM, ratio, ratio_surmise, spacing, wigner_surmise
from derivations.spectral_laws import c, derivation, marchenko_pastur, outlier, outlier_variance, overlap, strength
from derivations.symbols import x
from spinglass._printing import Assignment, Branch, Kernel


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(10 ** rng.uniform(low, high))


def _strengths(rng: np.random.Generator, count: int) -> Iterable[tuple[float, ...]]:
    for number in range(count):
        yield (1 + _log_uniform(rng, -15, 3),) if number % 2 else (_log_uniform(rng, 0, 100),)


STRENGTH = Argument(strength, "strength of the spike in units of √n, above the threshold 1", 1, 1e150)
_SPECIAL_STRENGTHS = ((1.0,), (math.nextafter(1.0, 2.0),), (2.0,), (1e150,))

derivation.formula(
    Formula(
        kernel=Kernel(
            "outlier_position",
            (strength,),
            (Branch(sp.true, strength + 1 / strength),),
            "Where a spike puts an eigenvalue.",
        ),
        title="Position of the outlier of a spike",
        step=outlier,
        arguments=(STRENGTH,),
        plain=outlier(),
        domain="s >= 1",
        points=_strengths,
        special=_SPECIAL_STRENGTHS,
    )
)

for _name, _title, _step, _factor in (
    ("outlier_overlap", "Squared overlap of the outlier with the spike", overlap, 1),
    ("outlier_variance", "Variance of the outlier times n", outlier_variance, 2),
):
    derivation.formula(
        Formula(
            kernel=Kernel(
                _name,
                (strength,),
                (Branch(sp.true, _factor * ((strength - 1) / strength) * ((strength + 1) / strength)),),
                f"{_title}.",
            ),
            title=_title,
            step=_step,
            arguments=(STRENGTH,),
            plain=_step(),
            domain="s >= 1",
            points=_strengths,
            special=_SPECIAL_STRENGTHS,
        )
    )

for _each, _law in wigner_surmise().items():
    _exponent = -sp.log(_law.args[[part.func is sp.exp for part in _law.args].index(True)])
    derivation.formula(
        Formula(
            kernel=Kernel(
                f"wigner_surmise_{_each}",
                (spacing,),
                (Branch(sp.true, _law),),
                f"Wigner's surmise, beta = {_each}.",
            ),
            title=f"Wigner's surmise, beta = {_each}",
            step=wigner_surmise,
            arguments=(Argument(spacing, "spacing in units of its mean", 0, 15),),
            plain=_law,
            domain="0 <= y <= 15",
            points=lambda rng, count: [(float(rng.uniform(0, 15 if k % 2 else 1)),) for k in range(count)],
            special=((0.0,), (1.0,), (1e-20,), (15.0,)),
            scale=_law * (1 + sp.expand_log(_exponent, force=True)),
        )
    )

for _each, _law in ratio_surmise().items():
    derivation.formula(
        Formula(
            kernel=Kernel(
                f"ratio_surmise_{_each}",
                (ratio,),
                (Branch(sp.true, _law.subs(1 + ratio + ratio**2, FORM), (Assignment(FORM, 1 + ratio + ratio**2),)),),
                f"Surmise of the spacing ratio, beta = {_each}.",
            ),
            title=f"Surmise of the spacing ratio, beta = {_each}",
            step=ratio_surmise,
            arguments=(Argument(ratio, "ratio of two consecutive spacings", 0, 1),),
            plain=_law,
            domain="0 <= r <= 1 (above, p(1/r)/r^2)",
            points=lambda rng, count: [(float(rng.uniform(0, 1)),) for _ in range(count)],
            special=((0.0,), (1.0,), (1e-20,)),
            scale=_law * (1 + _each),
        )
    )


def _bulk_points(rng: np.random.Generator, count: int) -> Iterable[tuple[float, ...]]:
    """Inside, next to both edges, outside."""
    for number in range(count):
        size = _log_uniform(rng, -6, 6) if number % 3 else float(rng.choice([0.5, 1.0, 2.0, 4.0]))
        middle, reach = 1 + size, 2 * math.sqrt(size)
        kind = number % 4
        if kind == 0:
            yield (middle + reach * float(rng.uniform(-1, 1)), size)
        elif kind == 1:
            yield (middle + reach * float(rng.choice([-1, 1])) * (1 - _log_uniform(rng, -15, -1)), size)
        else:
            yield (middle + reach * float(rng.uniform(-2, 2)), size)


_depth = sp.Symbol("depth", real=True)
_discriminant = 4 * c - (x - 1 - c) ** 2
derivation.formula(
    Formula(
        kernel=Kernel(
            "marchenko_pastur_density",
            (x, c),
            (
                Branch(_depth <= 0, sp.S.Zero),
                # a ufunc evaluates both sides: bounds keep this one finite outside
                Branch(sp.true, sp.sqrt(sp.Max(0, _depth)) / (2 * sp.pi * c * sp.Max(sp.Float(1e-300), x))),
            ),
            "Density of the continuous part of the Marchenko-Pastur law.",
            before=(Assignment(_depth, _discriminant, twofold=True),),
        ),
        title="Density of the Marchenko-Pastur law",
        step=marchenko_pastur,
        arguments=(
            Argument(x, "eigenvalue of X X^T/m", -1e100, 1e100),
            Argument(c, "ratio n/m of the n by m matrix X", 1e-12, 1e12),
        ),
        plain=sp.Piecewise((sp.sqrt(_discriminant) / (2 * sp.pi * c * x), _discriminant > 0), (0, True)),
        domain="|x| <= 1e100, 1e-12 <= c <= 1e12",
        points=_bulk_points,
        special=((1.0, 1.0), (0.0, 1.0), (0.0, 2.0), (4.0, 1.0), (math.nextafter(4.0, 0.0), 1.0), (-1.0, 1.0)),
    )
)
