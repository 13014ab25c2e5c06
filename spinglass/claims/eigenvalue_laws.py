"""Pairing of the exact law of the k-th eigenvalue of the GOE at finite n with sampled matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spinglass import random_matrices
from spinglass._errors import checked_int, input_error
from spinglass.campaigns import stream
from spinglass.claims.decision import Comparison, sample_comparison
from spinglass.claims.evidence import Evidence
from spinglass.claims.sampled_spectra import quantile_bins

_ENTRIES = 2_000_000  # matrix entries held at a time


def eigenvalue_law_frequencies(
    samples: int, seed: int, workers: int | None, n: Sequence[int], places: Sequence[float], bins: int = 6
) -> Evidence:
    """Frequencies of the k-th eigenvalue of A_n between quantiles of its exact law, beside sampled matrices.

    For each n and each fraction f in `places`, k = round(f (n − 1)): 0 is the smallest, 1 the largest eigenvalue.
    Wrong: matrices whose diagonal has the variance of the other entries, 1 instead of 2, in the same bins.
    """
    samples, bins = checked_int("samples", samples, 20), checked_int("bins", bins, 2, 100)
    sizes = [checked_int("n", size, 2, 60) for size in n]
    if not all(0 <= fraction <= 1 for fraction in places) or not places or not sizes:
        raise input_error("places", list(places), "must hold fractions from 0 (smallest) to 1 (largest)")
    levels = quantile_bins(bins)
    family: list[Comparison] = []
    wrong: list[Comparison] = []
    for size in sizes:
        wanted = sorted({round(fraction * (size - 1)) for fraction in places})
        right, narrow = _eigenvalues(size, samples, seed, wanted)
        for column, k in enumerate(wanted):
            cuts = random_matrices.GoeEigenvalueLaw(size, k).quantile(levels)
            for values, target in ((right, family), (narrow, wrong)):
                bin_of = np.searchsorted(cuts, values[:, column])
                for number in range(bins):
                    name = f"eigenvalue {k} of A_{size}, bin {number + 1} of {bins}"
                    target.append(sample_comparison(name, 1 / bins, bin_of == number, step=1))
    return Evidence(tuple(family), "matrices of diagonal variance 1", tuple(wrong))


def _eigenvalues(n: int, samples: int, seed: int, wanted: list[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The wanted eigenvalues of A_n, and with a diagonal of variance 1; shapes (samples, wanted)."""
    diagonal = np.arange(n)
    right, narrow = [], []
    block = max(20, _ENTRIES // n**2)
    for first in range(0, samples, block):
        matrices = random_matrices.sample_goe(n, min(block, samples - first), rng=stream(seed, n, first))
        right.append(np.linalg.eigvalsh(matrices)[:, wanted])
        matrices[:, diagonal, diagonal] /= math.sqrt(2)
        narrow.append(np.linalg.eigvalsh(matrices)[:, wanted])
    return np.concatenate(right), np.concatenate(narrow)
