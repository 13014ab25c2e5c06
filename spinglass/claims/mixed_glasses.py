"""Pairing of the complexity of mixed glasses with the exact density of critical points at finite N."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from spinglass import complexity
from spinglass._errors import checked_float, input_error
from spinglass.claims.evidence import Evidence, approach, checked_sizes, outlier_power


def mixed_complexity_approach(
    samples: int,
    seed: int,
    workers: int | None,
    mixture: Mapping[str, float],
    energy_density: float,
    n_spins: Sequence[int],
    index: int | None = None,
) -> Evidence:
    """The growth rate of the exact density of a mixture {p: a_p} approaches its Σ(u) like 1/N, or Θ_k(u) like 1/N².

    As `complexity_approach` for the pure glass. The wrong limit is that of index k + 1; without an index, that of the
    mixture without its lowest degree.
    """
    amplitudes = checked_amplitudes(mixture)
    sizes = checked_sizes("n_spins", n_spins, 3)
    u = checked_float("energy_density", energy_density)
    if index is None:
        power, rest = 0.0, {degree: a for degree, a in amplitudes.items() if degree != min(amplitudes)}
        if not any(degree >= 2 for degree in rest):
            raise input_error("mixture", dict(mixture), "must keep a degree >= 2 when its lowest degree is left out")
        wrong = complexity.annealed_complexity(u, mixture=rest)
        control = f"degree {min(amplitudes)} left out"
    else:
        power = outlier_power(index)
        if u >= -complexity.threshold_energy(mixture=amplitudes):
            raise input_error("energy_density", u, "must lie below the threshold for a rate by index")
        wrong, control = complexity.annealed_complexity(u, mixture=amplitudes, index=index + 1), f"index {index + 1}"
    limit = complexity.annealed_complexity(u, mixture=amplitudes, index=index)
    logs = {
        size: math.log(complexity.mean_count_density(u, size, index=index, mixture=amplitudes))
        for size in sorted({*sizes, *(2 * size for size in sizes)})
    }
    rates = [(logs[2 * size] - logs[size] - power * math.log(2)) / size for size in sizes]
    return approach(sizes, rates, limit, control, wrong_limit=wrong, order=1 if index is None else 2)


def checked_amplitudes(mixture: Mapping[str, float]) -> dict[int, float]:
    """The amplitudes {p: a_p} of at least two degrees, with degrees as text, as they stand in a claim file."""
    if not isinstance(mixture, Mapping) or not mixture:
        raise input_error("mixture", mixture, "must be a table of degrees and amplitudes, as {2 = 0.5, 3 = 1.0}")
    try:
        degrees = {int(degree): checked_float("mixture", a) for degree, a in mixture.items()}
    except (TypeError, ValueError) as problem:
        if type(problem) is not ValueError:
            raise
        raise input_error("mixture", dict(mixture), "must have degrees that are integers") from None
    if min(degrees) < 1 or len(degrees) < 2:
        raise input_error("mixture", dict(mixture), "must hold at least two degrees, each >= 1")
    return degrees
