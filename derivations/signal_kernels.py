"""Compiled formulas of the phase diagram: rates in a linear field, onset of the signal, ground state."""

from __future__ import annotations

import math

import numpy as np
import sympy as sp

from derivations import complexity_bands, ground_states, signal_points
from derivations.complexity_rates import P
from derivations.covariance_symbols import X1, X2
from derivations.emit import Argument, Formula
from derivations.phase_diagram_kernels import ENTRIES, delta, third_remainder, third_remainder_of
from derivations.symbols import p
from spinglass._printing import Assignment, Branch, Kernel

FORMULAS: list[Formula] = []

# Rates in a linear field

_linear = signal_points.linear_field()
h2 = sp.Symbol("h_squared", nonnegative=True)
FORCE = Argument(h2, "square of the field", 0, 1e100)


def _fields(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    points: list[tuple[float, ...]] = []
    for number in range(count):
        degree = float(rng.integers(3, 30))
        first, second = degree, degree * (degree - 1)
        if number % 2:
            first, second = 10 ** rng.uniform(-2, 2), 0.0
            second = first * (1 + 10 ** rng.uniform(-1, 2))
        gap = second - first
        onset = first * gap / second
        force = (
            onset * rng.uniform(0, 1),
            onset + (gap - onset) * rng.uniform(0, 1),
            gap * (1 - 10 ** rng.uniform(-8, -1)),
            gap * rng.uniform(1, 4),
        )[number % 4]
        points.append((float(force), float(first), float(second)))
    return points


_gap = X2 - X1
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "deterministic_field_rate",
            (h2, X1, X2),
            (
                Branch(sp.Ge(h2 + X1, X2), sp.Integer(0), note="trivial"),
                Branch(sp.Le(h2 * X2, X1 * _gap), (sp.log(X2 / X1) - h2 / X1) / 2, twofold=True),
                Branch(
                    sp.true,
                    delta**2 / 4 - third_remainder_of(delta) / 2,
                    (Assignment(delta, (h2 + X1 - X2) / (X2 - X1), twofold=True),),
                ),
            ),
            "Growth rate of the number of critical points in the field N h m of one direction.",
        ),
        helpers=(third_remainder(),),
        title="Growth rate in a linear field",
        step=signal_points.linear_field,
        arguments=(FORCE, *ENTRIES),
        plain=sp.Piecewise(
            (0, sp.Ge(h2 + X1, X2)),
            (_linear["weak"].subs(_linear["h2"], h2), sp.Le(h2 * X2, X1 * _gap)),
            (_linear["strong"].subs(_linear["ratio"], h2 / _gap), True),
        ),
        domain="h_squared >= 0; xi', xi'' positive",
        points=_fields,
        special=((0.0, 3.0, 6.0), (3.0, 3.0, 6.0), (1.5, 3.0, 6.0), (2.0, 3.0, 6.0), (1.0, 3.0, 2.0)),
        scale=sp.Max(sp.log(X2 / X1), 0) / 2,
    )
)
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "gaussian_field_rate",
            (h2, X1, X2),
            (
                Branch(sp.Ge(h2 + X1, X2), sp.Integer(0), note="trivial"),
                Branch(
                    sp.true,
                    sp.Function("log1p")(delta) / 2,
                    (Assignment(delta, (X2 - X1 - h2) / (X1 + h2), twofold=True),),
                ),
            ),
            "Growth rate of the number of critical points in an isotropic Gaussian field of this variance.",
        ),
        title="Growth rate in a Gaussian field",
        step=signal_points.linear_field,
        arguments=(FORCE, *ENTRIES),
        plain=sp.Piecewise((0, sp.Ge(h2 + X1, X2)), (_linear["gaussian"].subs(_linear["h2"], h2), True)),
        domain="h_squared >= 0; xi', xi'' positive",
        points=_fields,
        special=((0.0, 3.0, 6.0), (3.0, 3.0, 6.0), (2.0, 3.0, 6.0), (1.0, 3.0, 2.0)),
    )
)

# Signal and ground state

_signal = signal_points.signal()
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "critical_spike",
            (p,),
            (
                Branch(
                    sp.true,
                    sp.sqrt((p - 1) / (2 * p)) * sp.exp((p - 2) * sp.Function("log1p")(1 / (p - 2)) / 2),
                ),
            ),
            "Smallest strength of a spiked tensor of degree p at which the signal has a critical point.",
        ),
        title="Onset of the signal of a spiked tensor",
        step=signal_points.signal,
        arguments=(Argument(p, P.meaning, 3, 2.0**50, integer=True),),
        plain=_signal["critical"].subs(_signal["degree"], p),
        domain="p >= 3, integer",
        points=lambda rng, count: [(float(rng.integers(3, 10 ** rng.integers(1, 4))),) for _ in range(count)],
        special=((3.0,), (4.0,), (5.0,), (1000.0,)),
    )
)

_step = ground_states.one_step()
_s = _step["span"]
SPAN = Argument(_s, "log of the ratio of the one-step solution", 0, 600, open="low")
_angle = next(formula for formula in complexity_bands.FORMULAS if formula.name == "outlier_rate_at_angle")


def _spans(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    return [(float(10 ** rng.uniform(-6, math.log10(300))),) for _ in range(count)]


FORMULAS.append(
    Formula(
        kernel=Kernel(
            "one_step_ratio",
            (_s,),
            (Branch(sp.true, sp.Function("outlier_rate_at_angle")(_s) / sp.sinh(_s / 2) ** 2),),
            "(sinh s - s)/(cosh s - 1), which is 1 - 2 xi/xi' at the one-step solution.",
        ),
        helpers=(_angle.kernel,),
        title="Equation of the one-step solution",
        step=ground_states.one_step,
        arguments=(SPAN,),
        plain=_step["ratio"],
        domain="0 < s <= 600",
        points=_spans,
        scale=sp.Integer(1),
    )
)
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "one_step_energy",
            (_s,),
            (Branch(sp.true, _s / 2 / sp.sinh(_s / 2)),),
            "Ground-state energy of one step over sqrt(xi').",
        ),
        title="Ground-state energy of the one-step solution",
        step=ground_states.one_step,
        arguments=(SPAN,),
        plain=_step["shrink"],
        domain="0 < s <= 600",
        points=_spans,
    )
)
