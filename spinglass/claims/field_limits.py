"""Pairings of growth rates in fields of order N with exact values at finite size. None draws random samples."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from spinglass import complexity
from spinglass._errors import checked_float, checked_int, input_error
from spinglass.claims.evidence import Evidence, approach, checked_sizes, together
from spinglass.hamiltonians import OverlapField

_KNOWN = 0.01  # largest stated error of a density, relative to it
_STEEPEST = -1.5  # slope of log|error| in log N from which on an approach counts as faster than any power


def field_approach(
    samples: int,
    seed: int,
    workers: int | None,
    p: int,
    energy_density: float,
    n_spins: Sequence[int],
    strength: float,
    power: int = 1,
    index: int | None = None,
) -> Evidence:
    """The growth rate (1/N) log(f_{2N}/f_N) of the exact density at u in the field D = N λ m^k approaches its limit.

    Like 1/N, to sup_m Σ(u, m), or with an index to sup_m {Σ(u, m) − L_index}. λ = strength and k = power: 1 is a linear
    field, 2 and more a spike. The wrong limit leaves the field out, or with an index the cost L_index.
    """
    p, sizes = checked_int("p", p, 3), checked_sizes("n_spins", n_spins, 2, 32)
    field = OverlapField.spike(strength, checked_int("power", power, 1))
    if field.is_zero:
        raise input_error("strength", strength, "must not be 0: the control leaves the field out")
    limit = complexity.leading_complexity(energy_density, p, field, index)
    if index is None:
        wrong, control = complexity.annealed_complexity(energy_density, p), "the field left out"
    else:
        wrong, control = complexity.leading_complexity(energy_density, p, field), "the cost of the index left out"
        if not -math.inf < limit < wrong - 1e-3:
            raise input_error("index", index, f"costs nothing, or too much, at energy density {energy_density:g}")
    density = {}
    for n in sorted({*sizes, *(2 * n for n in sizes)}):
        value, error = complexity.mean_count_density(energy_density, n, p, index=index, field=field, with_error=True)
        if not error <= _KNOWN * value:
            raise input_error("n_spins", list(n_spins), f"must be smaller: too few points of this kind at N = {n}")
        density[n] = value
    rates = [math.log(density[2 * n] / density[n]) / n for n in sizes]
    return approach(sizes, rates, limit, control, wrong_limit=wrong)


def linear_field_rate_approach(
    samples: int, seed: int, workers: int | None, p: int, strength: Sequence[float], n_spins: Sequence[int]
) -> Evidence:
    """The growth rate of the exact total in the field D = N h m, h < h_c, approaches `field_rate` like 1/N.

    The wrong limit is that of a Gaussian field of variance h² per component.
    """
    p, sizes = checked_int("p", p, 3), checked_sizes("n_spins", n_spins, 2, 1000)
    cases = []
    for h in _strengths(strength, 0.0, complexity.trivialisation_field(p)):
        field = OverlapField.linear(h)
        rates = [math.log(_total(2 * n, p, field) / _total(n, p, field)) / n for n in sizes]
        wrong = complexity.field_rate(h, p, gaussian=True)
        control = f"a Gaussian field at h = {h:g}"
        cases.append(approach(sizes, rates, complexity.field_rate(h, p), control, wrong_limit=wrong))
    return together(cases)


def trivialisation_approach(
    samples: int, seed: int, workers: int | None, p: int, strength: Sequence[float], n_spins: Sequence[int]
) -> Evidence:
    """The exact total in the field D = N h m, h > h_c, approaches 2, one minimum and one maximum, exponentially.

    Decided by the slope of log(total − 2) in log N between the last two sizes: below −1.5, and steeper than between the
    two before. Wrong: the same for h_c²/h, a field as far below h_c as h lies above it.
    """
    p, sizes = checked_int("p", p, 3), checked_sizes("n_spins", n_spins, 2, 2000)
    critical = complexity.trivialisation_field(p)
    cases = []
    for h in _strengths(strength, critical, math.inf):
        (settled, last), (wrong, other) = (_trivial(p, one, sizes) for one in (h, critical**2 / h))
        cases.append(
            Evidence(
                settled=settled,
                control_settled=wrong,
                control=f"h = {critical**2 / h:.3g}: total {other:.4g} at N = {sizes[-1]}",
                text=f"h = {h:g}: total 2 + {last - 2:.2g} at N = {sizes[-1]}",
            )
        )
    return together(cases)


def _trivial(p: int, h: float, sizes: list[int]) -> tuple[bool, float]:
    """Whether totals approach 2 faster than a power of N, and the last total."""
    totals = np.array([_total(n, p, OverlapField.linear(h)) for n in sizes])
    if np.any(totals <= 2):
        return False, float(totals[-1])
    slopes = np.diff(np.log(totals - 2)) / np.diff(np.log(sizes))
    return bool(slopes[-1] < _STEEPEST and slopes[-1] < slopes[-2]), float(totals[-1])


def _total(n: int, p: int, field: OverlapField) -> float:
    return float(complexity.mean_count(n, p, field=field))


def _strengths(strength: Sequence[float], low: float, high: float) -> list[float]:
    found = [checked_float("strength", h) for h in strength]
    if not found or not all(low < h < high for h in found):
        raise input_error("strength", list(strength), f"must hold field strengths between {low:.4g} and {high:.4g}")
    return found
