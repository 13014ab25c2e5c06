"""Pairing of the outlier of a spiked matrix, its overlap and its fluctuation with sampled matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from spinglass import random_matrices
from spinglass._errors import checked_float, checked_int, input_error
from spinglass.campaigns import stream
from spinglass.claims.decision import Comparison, sample_comparison
from spinglass.claims.evidence import Evidence
from spinglass.claims.sampled_spectra import Real, leading_corner

_DIGITS = 40.0  # −log of what the rows left out carry of the outlier's eigenvector, squared


def spike_outliers(samples: int, seed: int, workers: int | None, n: int, strength: Sequence[float]) -> Evidence:
    """Position, squared overlap and variance of the outlier of A_n + s√n e eᵀ, |s| > 1, beside sampled matrices.

    The spike sits in the corner entry of the tridiagonal form. The outlier's eigenvector decays like |s|^{−j} along it,
    so that the leading corner is enough, and n can be as large as makes the errors of the limits, of order 1/n,
    negligible beside the standard errors, of order (n · samples)^{−½}: n must be at least 10 times the samples. Wrong:
    s without 1/s, 1 − 1/|s|, and a variance of 2/n.
    """
    samples, n = checked_int("samples", samples, 20), checked_int("n", n, 1000, 10**8)
    if n < 10 * samples:
        raise input_error("n", n, f"must be at least 10 times the samples, {10 * samples}")
    strengths = [checked_float("strength", s) for s in strength]
    if not strengths or any(not 1.2 <= abs(s) <= 100 for s in strengths):
        raise input_error("strength", list(strength), "must hold strengths s with 1.2 <= |s| <= 100")
    family: list[Comparison] = []
    wrong: list[Comparison] = []
    for number, s in enumerate(strengths):
        position, overlap = _outliers(n, s, samples, stream(seed, n, number))
        place = float(random_matrices.outlier_position(s))
        variance = float(random_matrices.outlier_standard_deviation(s, n)) ** 2
        cases = (
            ("position", place, s, position),
            ("overlap", float(random_matrices.outlier_overlap(s)), 1 - 1 / abs(s), overlap),
            ("n times the variance", n * variance, 2.0, n * (position - place) ** 2),
        )
        for name, right, other, values in cases:
            family.append(sample_comparison(f"{name}, s = {s:g}", right, values))
            wrong.append(sample_comparison(f"{name}, s = {s:g}", other, values))
    return Evidence(tuple(family), "s without 1/s, overlap 1 − 1/|s|, variance 2/n", tuple(wrong))


def _outliers(n: int, s: float, samples: int, rng: np.random.Generator) -> tuple[Real, Real]:
    """The outlier on the side of the spike, in units of √n, and its squared overlap with the spike."""
    from scipy.linalg import eigh_tridiagonal

    rows = math.ceil(_DIGITS / (2 * math.log(abs(s)))) + 10
    root = math.sqrt(n)
    diagonal, off = leading_corner(n, 1, rows, samples, rng, spike=s * root)
    last = rows - 1 if s > 0 else 0
    position, overlap = np.empty(samples), np.empty(samples)
    for row in range(samples):
        values, vectors = eigh_tridiagonal(diagonal[row] / root, off[row] / root, select="i", select_range=(last, last))
        position[row], overlap[row] = values[0], vectors[0, 0] ** 2
    return position, overlap
