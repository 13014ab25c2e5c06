"""Pairings of the laws of the largest eigenvalues with the exact law at finite n and with sampled matrices.

Centred at √(4n − 2), with (n − ½)^{−1/6} as unit, the k-th eigenvalue of A_n from the top has the Tracy-Widom law up
to an error of order n^{−2/3}: the largest difference of distribution functions is 0.038, 0.23, 0.27 n^{−2/3} for k = 1,
2, 3 (exact values at n = 25, 50, 100). About the centre 2√n the error is of order n^{−1/3}.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from spinglass import random_matrices
from spinglass._errors import checked_choice, checked_int, input_error
from spinglass.campaigns import stream
from spinglass.claims.decision import sample_comparison
from spinglass.claims.evidence import Evidence, approach, checked_sizes, together
from spinglass.claims.sampled_spectra import BETAS, Real, leading_corner, quantile_bins

_POSITIONS = np.arange(-6.0, 2.01, 0.5)  # where distribution functions are compared
_BLOCK = 2000  # matrices held at a time
_DECAY = (
    6.0  # rows kept beyond the turning point, in units of n^{1/3}: the Airy function is 1e-5 there, its square counts
)


def tracy_widom_approach(samples: int, seed: int, workers: int | None, n: Sequence[int], k: Sequence[int]) -> Evidence:
    """The exact law of the k-th eigenvalue of A_n from the top approaches F_{1,k} like n^{−2/3}, at every position.

    The distance is the largest over positions −6 <= s <= 2 in the variable of the module's text. Wrong: F_{2,k}, the
    law of the unitary ensemble.
    """
    sizes = checked_sizes("n", n, 8, 200)
    cases = []
    for place in _places(k, 8):
        limits = [random_matrices.tracy_widom_cdf(_POSITIONS, beta, place) for beta in (1, 2)]
        distances = []
        for size in sizes:
            exact = random_matrices.GoeEigenvalueLaw(size, size - place).cdf(_edge_variable(size, 1, _POSITIONS))
            distances.append([float(np.max(np.abs(exact - limit))) for limit in limits])
        right, wrong = np.transpose(distances)
        found = approach(sizes, right, 0.0, f"F_2 at k = {place}", wrong_exact=wrong, order=2 / 3, name="n")
        cases.append(found)
    return together(cases)


def tracy_widom_frequencies(
    samples: int,
    seed: int,
    workers: int | None,
    n: int,
    k: Sequence[int],
    beta: Sequence[int],
    bins: int = 6,
) -> Evidence:
    """Frequencies of the k-th eigenvalue from the top between quantiles of F_{β,k}, by Sturm counts of samples.

    Only the leading corner of the tridiagonal form is sampled, (6 − s) n^{1/3} rows for the lowest position s, so that
    n can be as large as makes the error of the limit, about 0.3 n^{−2/3} (2e-4 at n = 50 000), negligible beside the
    standard error. Wrong: the law of the next eigenvalue, k + 1.
    """
    n, samples = checked_int("n", n, 1000, 10**8), checked_int("samples", samples, 20)
    bins = checked_int("bins", bins, 2, 100)
    levels = quantile_bins(bins)
    family, wrong = [], []
    for ensemble in beta:
        checked_choice("beta", ensemble, BETAS)
        places = _places(k, 3 if ensemble == 4 else 7)
        cuts = [random_matrices.tracy_widom_quantile(levels, ensemble, place) for place in places]
        counts = _counts_above(n, ensemble, samples, seed, np.concatenate(cuts))
        for number, (place, row) in enumerate(zip(places, cuts, strict=True)):
            # the k-th from the top lies below a cut where fewer than k eigenvalues lie above it
            below = counts[:, number * levels.size : (number + 1) * levels.size] < place
            inside = np.diff(below.astype(int), axis=1, prepend=0, append=1)
            other = np.diff(random_matrices.tracy_widom_cdf(row, ensemble, place + 1), prepend=0.0, append=1.0)
            for column in range(bins):
                name = f"eigenvalue {place} from the top, beta = {ensemble}, bin {column + 1} of {bins}"
                family.append(sample_comparison(name, 1 / bins, inside[:, column], step=1))
                wrong.append(sample_comparison(name, float(other[column]), inside[:, column], step=1))
    if not family:
        raise input_error("beta", list(beta), "must hold at least one of 1, 2, 4")
    return Evidence(tuple(family), "the law of the next eigenvalue", tuple(wrong))


def _places(k: Sequence[int], most: int) -> list[int]:
    places = [checked_int("k", place, 1, most) for place in k]
    if not places:
        raise input_error("k", list(k), "must hold at least one place from the top")
    return places


def _edge_variable(n: int, beta: int, s: Real) -> Real:
    """Positions λ of `sample_hermite_tridiagonal` for positions s of the limit law.

    Centre and unit are those of n + ½ − 1/β rows, which cancels the error of order n^{−1/3}.
    """
    effective = n + 0.5 - 1 / beta
    scale = random_matrices.BETA4_SCALES["stochastic_airy"] if beta == 4 else 1.0
    return np.asarray(2 * math.sqrt(effective) + effective ** (-1 / 6) * scale * s)


def _counts_above(n: int, beta: int, samples: int, seed: int, cuts: Real) -> Real:
    """Number of eigenvalues above each cut of the edge variable; shape (samples, cuts)."""
    rows = min(n, math.ceil((_DECAY + max(0.0, -float(cuts.min()))) * n ** (1 / 3)))
    places = _edge_variable(n, beta, cuts)
    found = []
    for first in range(0, samples, _BLOCK):
        size = min(_BLOCK, samples - first)
        matrices = leading_corner(n, beta, rows, size, stream(seed, n, beta, first))
        found.append(rows - random_matrices.count_below(*matrices, places))
    return np.concatenate(found)
