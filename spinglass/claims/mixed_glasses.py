"""Pairing of the complexity of mixed glasses with the exact density of critical points at finite N."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from spinglass import complexity, random_matrices
from spinglass._errors import checked_float, input_error
from spinglass.claims.evidence import Evidence, approach, checked_sizes, outlier_power
from spinglass.hamiltonians import SphericalGlass

_KEPT = 60.0  # natural logarithm of the range of weights that is summed


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
    amplitudes = _amplitudes(mixture)
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
        size: log_mean_density(u, size, amplitudes, index) for size in sorted({*sizes, *(2 * size for size in sizes)})
    }
    rates = [(logs[2 * size] - logs[size] - power * math.log(2)) / size for size in sizes]
    return approach(sizes, rates, limit, control, wrong_limit=wrong, order=1 if index is None else 2)


def _amplitudes(mixture: Mapping[str, float]) -> dict[int, float]:
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


def log_mean_density(u: float, n_spins: int, mixture: Mapping[int, float], index: int | None = None) -> float:
    """log of the exact density in u of the mean number of critical points of a mixture, by the Kac-Rice formula.

    |S^{N−1}| (ξ″/(2πξ′))^{n/2} ∫ dy p(u, y) W_n(y/√(Nξ″)), n = N − 1: the energy Nu and the radial derivative y are
    jointly Gaussian with covariance N[[ξ, ξ′], [ξ′, ξ′ + ξ″]], and W_n is the mean modulus of a shifted determinant, by
    index where one is given. The trapezoidal sum over y is spectrally exact.
    """
    glass, n = SphericalGlass(mixture=mixture), n_spins - 1
    value, first, second = (float(glass.covariance(1.0, order)) for order in (0, 1, 2))
    unit = math.sqrt(n_spins * second)
    mean = n_spins * u * first / value / unit
    spread = math.sqrt(first / second + 1 - first**2 / (value * second))  # of y/√(Nξ″) given u
    step = min(0.3, 1.5 / math.sqrt(n_spins), spread / 3)
    reach = 4 * math.sqrt(n_spins) + 12
    shift: NDArray[np.float64] = np.arange(min(mean, 0.0) - reach, max(mean, 0.0) + reach, step)
    weight = -0.5 * ((shift - mean) / spread) ** 2
    total = random_matrices.mean_abs_determinant(n, shift, log=True) + weight
    if index is not None:
        kept = total > total.max() - _KEPT
        with np.errstate(divide="ignore"):
            total = random_matrices.mean_abs_determinant(n, shift[kept], index=index, log=True) + weight[kept]
    peak = float(total.max())
    integral = peak + math.log(float(np.exp(total - peak).sum()) * step / (math.sqrt(2 * math.pi) * spread))
    sphere = math.log(2) + 0.5 * n_spins * math.log(math.pi) - math.lgamma(0.5 * n_spins)
    energy = 0.5 * (math.log(n_spins / (2 * math.pi * value)) - n_spins * u * u / value)
    return sphere + 0.5 * n * math.log(second / (2 * math.pi * first)) + energy + integral
