"""Does a simulation agree with a theory? One rule for every claim.

A comparison is a theoretical mean μ beside a sample mean x̄ with its standard error s/√n. Its z-score is
z = (x̄ − μ)√n/s, its p-value two-sided under Student's t law with n − 1 degrees of freedom. Counts are multiples of a
step d; a law on that lattice with mean μ has at least the variance d²f(1 − f), f = μ/d − ⌊μ/d⌋, and s² is never taken
below it: otherwise samples that miss a rare event would all be equal and reject a true mean. A family of M comparisons
agrees when the smallest p-value is at least α/M (Bonferroni: valid whatever the dependence between comparisons), so
that a true theory is rejected with probability at most α. The relative deviation that a comparison would have detected
with 90 % power is reported beside it: agreement means nothing where that number is large.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spinglass._errors import checked_float, input_error

POWER = 0.9
_FEWEST_SAMPLES = 20


@dataclass(frozen=True)
class Comparison:
    """A theoretical mean beside a sample mean.

    Attributes
    ----------
    quantity : what is compared, in words.
    theory, mean : the two values.
    standard_error : standard error of `mean`; zero, up to rounding, if every sample gave the same value.
    samples : number of independent samples, at least 20.
    details : further columns for the table of results.
    """

    quantity: str
    theory: float
    mean: float
    standard_error: float
    samples: int
    details: tuple[tuple[str, Any], ...] = ()

    def __post_init__(self) -> None:
        if self.samples < _FEWEST_SAMPLES:
            raise input_error("samples", self.samples, f"a comparison needs at least {_FEWEST_SAMPLES} samples")
        for name in ("theory", "mean", "standard_error"):
            if not math.isfinite(getattr(self, name)):
                raise input_error(name, getattr(self, name), f"must be finite ({self.quantity})")

    @property
    def z(self) -> float:
        """(mean − theory)/standard error; when every sample was the same, 0 if it equals the theory, else ±inf."""
        difference = self.mean - self.theory
        size = max(abs(self.theory), abs(self.mean))
        if self.standard_error > 1e-12 * size:
            return difference / self.standard_error
        return 0.0 if abs(difference) <= 1e-9 * size else math.copysign(math.inf, difference)

    @property
    def p_value(self) -> float:
        """Two-sided p-value of z under Student's t law."""
        from scipy.special import stdtr

        return float(2 * stdtr(self.samples - 1, -abs(self.z))) if math.isfinite(self.z) else 0.0

    def detectable(self, z_critical: float) -> float:
        """The relative deviation of the theory that this comparison rejects with probability 0.9."""
        from scipy.special import ndtri

        if self.theory == 0:
            return math.inf
        return (z_critical + float(ndtri(POWER))) * self.standard_error / abs(self.theory)


@dataclass(frozen=True)
class Verdict:
    """The decision on a family of comparisons; see the module's text for the rule."""

    comparisons: tuple[Comparison, ...]
    family_wise_error: float

    @property
    def p_critical(self) -> float:
        """The p-value below which a single comparison rejects: α/M."""
        return self.family_wise_error / len(self.comparisons)

    @property
    def z_critical(self) -> float:
        """The |z| that corresponds to `p_critical` under Student's law of the comparison with the fewest samples."""
        from scipy.special import stdtrit

        fewest = min(comparison.samples for comparison in self.comparisons)
        return -float(stdtrit(fewest - 1, self.p_critical / 2))

    @property
    def worst(self) -> Comparison:
        return min(self.comparisons, key=lambda comparison: (comparison.p_value, -abs(comparison.z)))

    @property
    def agrees(self) -> bool:
        return all(self.accepts(comparison) for comparison in self.comparisons)

    def accepts(self, comparison: Comparison) -> bool:
        return comparison.p_value >= self.p_critical


def judge(comparisons: Iterable[Comparison], family_wise_error: float = 0.01) -> Verdict:
    """The verdict on a family of comparisons at a stated family-wise error rate.

    >>> judge([Comparison("count", 10.0, 10.1, 0.1, 400), Comparison("count", 5.0, 4.9, 0.1, 400)]).agrees
    True
    """
    family = tuple(comparisons)
    if not family:
        raise input_error("comparisons", family, "must hold at least one comparison")
    rate = checked_float("family_wise_error", family_wise_error, 0.0, 0.5, low_open=True)
    return Verdict(family, rate)


def sample_comparison(
    quantity: str, theory: float, values: ArrayLike, *, step: float | None = None, **details: Any
) -> Comparison:
    """Compare a theoretical mean with independent samples; values has shape (samples,).

    `step` says that every value is a multiple of it, as counts are of one: see the module's text.
    """
    sample = np.asarray(values, dtype=float)
    if sample.ndim != 1 or sample.size < _FEWEST_SAMPLES:
        raise input_error("values", sample.shape, f"must be one-dimensional with at least {_FEWEST_SAMPLES} samples")
    variance = float(sample.var(ddof=1))
    if step is not None:
        variance = max(variance, _lattice_variance(theory, step))
    error = math.sqrt(variance / sample.size)
    return Comparison(quantity, float(theory), float(sample.mean()), error, sample.size, tuple(details.items()))


def ratio_comparison(
    quantity: str,
    theory: float,
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    step: float | None = None,
    **details: Any,
) -> Comparison:
    """Compare a theoretical ratio of means with the ratio of two paired samples (delta method); shapes (samples,).

    `step` says that the differences of pairs are multiples of it; where the theory makes them rare, its bound on their
    variance holds here too.
    """
    above, below = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    if above.ndim != 1 or above.shape != below.shape or above.size < _FEWEST_SAMPLES:
        raise input_error("numerator", above.shape, "must be paired one-dimensional samples, at least 20")
    if below.mean() == 0:
        raise input_error("denominator", 0.0, "must have a mean different from zero")
    ratio = float(above.mean() / below.mean())
    residual = (above - ratio * below) / below.mean()
    variance = float(residual.var(ddof=1))
    difference = (theory - 1) * float(below.mean())
    if step is not None and abs(difference) < step / 2:
        variance = max(variance, _lattice_variance(difference, step) / float(below.mean()) ** 2)
    error = math.sqrt(variance / above.size)
    return Comparison(quantity, float(theory), ratio, error, above.size, tuple(details.items()))


def _lattice_variance(mean: float, step: float) -> float:
    """The smallest variance of a law on the multiples of `step` with this mean."""
    fraction = mean / step - math.floor(mean / step)
    return step**2 * fraction * (1 - fraction)


def equal_mass_edges(cumulative: Sequence[float], positions: Sequence[float], bins: int) -> list[float]:
    """Edges −inf < … < inf that cut a cumulative count into `bins` equal parts, by linear interpolation.

    The edges come from theory alone, before any sample is seen, so that they cannot follow the data.
    """
    total = cumulative[-1]
    inner = np.interp(total * np.arange(1, bins) / bins, cumulative, positions)
    return [-math.inf, *(float(edge) for edge in inner), math.inf]
