"""Spectra of Hessians at found critical points in units of their semicircle: histograms and the outlier of a field.

At a critical point with ∇h = μw the Riemannian Hessian of the glass is √(ξ″(1)/N) A_{N−1} − μ in law, and a field D(m)
adds D″(m)(1 − m²)/N ê êᵀ. In x = (eigenvalue + μ)/√ξ″(1) the limit is the semicircle on [−2, 2], with an outlier at
s + 1/s for |s| > 1, s = D″(m)(1 − m²)/(N√ξ″(1)). For the pure glass μ = p(u − D/N) + mD′/N; where only the energy is
known of a mixture, μ is taken from the mean of the spectrum.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass import random_matrices
from spinglass.hamiltonians import SphericalGlass

Row = dict[str, Any]
Real = NDArray[np.float64]

BINS = 28
REACH = 3.5  # half the range of the histogram, in units in which the semicircle ends at 2
OUTLIER = 1.15  # from this strength on a found outlier is told from the edge


@dataclass(frozen=True, eq=False)
class PointSpectrum:
    """A critical point: size, glass, energy density, latitude, the Hessian's eigenvalues in ascending order, and the
    multiplier μ where it is known.
    """

    n_spins: int
    glass: SphericalGlass
    energy_density: float
    latitude: float
    eigenvalues: Real
    multiplier: float | None = None

    @property
    def scale(self) -> float:
        """√ξ″(1)."""
        return math.sqrt(sum(a * a * k * (k - 1) for k, a in self.glass.mixture))

    @property
    def strength(self) -> float:
        """s, the spike in units in which outliers begin at 1."""
        if self.glass.field.is_zero:
            return 0.0
        curvature = float(self.glass.field.second_derivative(self.latitude, self.n_spins)) / self.n_spins
        return curvature * (1 - self.latitude**2) / self.scale

    @property
    def centre(self) -> float:
        """μ, by which the semicircle is shifted down."""
        if self.multiplier is not None:
            return self.multiplier
        n, m, field = self.n_spins, self.latitude, self.glass.field
        if not self.glass.is_pure:
            return -float(self.eigenvalues.mean()) + self.strength * self.scale / (n - 1)
        if field.is_zero:
            return self.glass.p * self.energy_density
        value, slope = float(field.value(m, n)) / n, float(field.derivative(m, n)) / n
        return self.glass.p * (self.energy_density - value) + m * slope

    @property
    def scaled(self) -> Real:
        """The eigenvalues x in which the semicircle is [−2, 2]."""
        return (self.eigenvalues + self.centre) / self.scale


def spectrum_rows(classes: Sequence[tuple[str, int, Sequence[PointSpectrum]]]) -> tuple[list[Row], list[Row]]:
    """Histograms and marks of classes (name, N, points): rows of the tables spectrum_bins and spectrum_marks.

    The standard error of a bin is over points, as if they were independent.
    """
    edges = np.linspace(-REACH, REACH, BINS + 1)
    width = edges[1] - edges[0]
    limit = np.diff(np.asarray(random_matrices.semicircle_cdf(edges))) / width
    bins: list[Row] = []
    marks: list[Row] = []
    for name, n, points in classes:
        shares = np.array([np.histogram(point.scaled, edges)[0] / (len(point.eigenvalues) * width) for point in points])
        errors = shares.std(axis=0, ddof=1) / math.sqrt(len(points)) if len(points) > 1 else [None] * BINS
        for i in range(BINS):
            bins.append(
                {
                    "n_spins": n,
                    "points_of": name,
                    "points": len(points),
                    "bin_low": float(edges[i]),
                    "bin_high": float(edges[i + 1]),
                    "density": float(shares[:, i].mean()),
                    "standard_error": errors[i],
                    "limit": float(limit[i]),
                }
            )
        marks.append(_mark(n, name, "zero", [point.centre / point.scale for point in points]))
        strengths = np.array([point.strength for point in points])
        if np.any(strengths != 0):
            marks.append(_mark(n, name, "strength", strengths))
        outlying = np.abs(strengths) > OUTLIER
        if outlying.any():
            expected = np.asarray(random_matrices.outlier_position(strengths[outlying]))
            found = [
                float(point.scaled[-1 if point.strength > 0 else 0])
                for point, out in zip(points, outlying, strict=True)
                if out
            ]
            marks.append(_mark(n, name, "outlier expected", expected))
            marks.append(_mark(n, name, "outlier found", found))
    return bins, marks


def _mark(n: int, name: str, kind: str, values: Any) -> Row:
    numbers = np.asarray(values, dtype=float)
    error = float(numbers.std(ddof=1) / math.sqrt(numbers.size)) if numbers.size > 1 else None
    return {
        "n_spins": n,
        "points_of": name,
        "kind": kind,
        "value": float(numbers.mean()),
        "standard_error": error,
    }
