"""Pairings of limiting spectral laws, Marchenko-Pastur and free sums, with the eigenvalues of sampled matrices.

Eigenvalues are counted in quantile bins; one matrix gives one number per bin. Its standard deviation is about half an
eigenvalue at any n, no larger than the correction of the mean count of real matrices. Complex entries have the same
limit without that correction: the mean count is off by about 1/n of an eigenvalue (0.04 at n = 30, measured with free
sums), so that n well above the root of the number of samples leaves the error of the limit below a standard error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spinglass import random_matrices
from spinglass._errors import checked_float, checked_int, input_error
from spinglass.campaigns import stream
from spinglass.claims.decision import Comparison, sample_comparison
from spinglass.claims.evidence import Evidence
from spinglass.claims.sampled_spectra import Real, quantile_bins


def covariance_spectra(
    samples: int, seed: int, workers: int | None, n: int, ratio: Sequence[float], bins: int = 6
) -> Evidence:
    """Fractions of the eigenvalues of X X†/m, X of n × m, between quantiles of the Marchenko-Pastur law of c = n/m.

    For each ratio c, m = n/c an integer; for c > 1 the bins share the continuous part, and the fraction of zeros is
    compared with the atom 1 − 1/c. Wrong: the law of ratio m/n in the same bins.
    """
    n, samples = checked_int("n", n, 20, 1000), checked_int("samples", samples, 20)
    bins = checked_int("bins", bins, 2, 50)
    family: list[Comparison] = []
    wrong: list[Comparison] = []
    for number, c in enumerate(_ratios(ratio, n)):
        m = round(n / c)
        eigenvalues = np.stack([_covariance_eigenvalues(n, m, stream(seed, n, number, i)) for i in range(samples)])
        held = random_matrices.marchenko_pastur.atom(c)
        cuts = random_matrices.marchenko_pastur.quantile(held + (1 - held) * quantile_bins(bins), c)
        counts = _counts(eigenvalues, cuts)
        laws = [np.diff(random_matrices.marchenko_pastur.cdf(cuts, one), prepend=0.0, append=1.0) for one in (c, 1 / c)]
        for column in range(bins):
            name = f"eigenvalues in bin {column + 1} of {bins}, n/m = {c:g}"
            family.append(sample_comparison(name, float(laws[0][column]), counts[:, column] / n, step=1 / n))
            wrong.append(sample_comparison(name, float(laws[1][column]), counts[:, column] / n, step=1 / n))
        if held > 0:
            zeros = np.count_nonzero(np.abs(eigenvalues) < 1e-9, axis=1) / n
            family.append(sample_comparison(f"zeros, n/m = {c:g}", held, zeros, step=1 / n))
    return Evidence(tuple(family), "the law of the inverted ratio", tuple(wrong))


def free_sum_spectra(
    samples: int,
    seed: int,
    workers: int | None,
    n: int,
    atoms: Sequence[float],
    weights: Sequence[float],
    variance: Sequence[float],
    bins: int = 6,
) -> Evidence:
    """Fractions of the eigenvalues of D + √t H between quantiles of the free sum, H Hermitian with spectrum [−2, 2].

    D is diagonal with `atoms` at exactly n · `weights` places. For each variance t. Wrong: a semicircle of variance
    1.1 t.
    """
    n, samples = checked_int("n", n, 20, 1000), checked_int("samples", samples, 20)
    bins = checked_int("bins", bins, 2, 50)
    places = np.asarray(atoms, dtype=float)
    multiplicity = n * np.asarray(weights, dtype=float)
    if multiplicity.shape != places.shape or np.any(np.abs(multiplicity - np.rint(multiplicity)) > 1e-9):
        raise input_error("weights", list(weights), f"must be multiples of 1/n = 1/{n}, one for each atom")
    diagonal = np.repeat(places, np.rint(multiplicity).astype(int))
    family: list[Comparison] = []
    wrong: list[Comparison] = []
    for number, t in enumerate(variance):
        law = random_matrices.FreeSum(atoms, weights, checked_float("variance", t, 0.0, low_open=True))
        wider = random_matrices.FreeSum(atoms, weights, 1.1 * t)
        cuts = _quantiles(law, bins)
        rows = []
        for sample in range(samples):
            normal = _complex_normal((n, n), stream(seed, n, number, sample))
            hermitian = (normal + normal.conj().T) / math.sqrt(2 * n)
            rows.append(np.linalg.eigvalsh(np.diag(diagonal) + math.sqrt(t) * hermitian))
        counts = _counts(np.stack(rows), cuts)
        exact, other = (np.diff(_distribution(one, cuts), prepend=0.0, append=1.0) for one in (law, wider))
        for column in range(bins):
            name = f"eigenvalues in bin {column + 1} of {bins}, variance {t:g}"
            family.append(sample_comparison(name, float(exact[column]), counts[:, column] / n, step=1 / n))
            wrong.append(sample_comparison(name, float(other[column]), counts[:, column] / n, step=1 / n))
    if not family:
        raise input_error("variance", list(variance), "must hold at least one variance")
    return Evidence(tuple(family), "a semicircle of variance 1.1 t", tuple(wrong))


def _ratios(ratio: Sequence[float], n: int) -> list[float]:
    ratios = [checked_float("ratio", c, 0.01, 100.0) for c in ratio]
    if not ratios or any(abs(n / c - round(n / c)) > 1e-9 for c in ratios):
        raise input_error("ratio", list(ratio), f"must hold ratios c with an integer n/c, n = {n}")
    return ratios


def _complex_normal(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.complex128]:
    """Independent complex entries of unit variance."""
    parts = rng.standard_normal((2, *shape)) / math.sqrt(2)
    return np.asarray(parts[0] + 1j * parts[1])


def _covariance_eigenvalues(n: int, m: int, rng: np.random.Generator) -> Real:
    x = _complex_normal((n, m), rng)
    return np.asarray(np.linalg.eigvalsh(x @ x.conj().T / m))


def _counts(eigenvalues: Real, cuts: Real) -> NDArray[np.int64]:
    """Eigenvalues of each matrix in the bins that the cuts separate; shape (samples, cuts + 1)."""
    bins = np.searchsorted(cuts, eigenvalues)
    return np.stack([np.bincount(row, minlength=cuts.size + 1) for row in bins])


def _distribution(law: random_matrices.FreeSum, x: Real) -> Real:
    """Distribution function of a free sum: Gauss's rule in the angle on each band, square-root edges included."""
    nodes, weights = np.polynomial.legendre.leggauss(200)
    total = np.zeros(np.shape(x))
    for low, high in law.support():
        middle, half = (low + high) / 2, (high - low) / 2
        end = np.arcsin(np.clip((np.asarray(x) - middle) / half, -1, 1))
        angle = -math.pi / 2 + (end[:, None] + math.pi / 2) / 2 * (nodes + 1)
        values = np.asarray(law.density(middle + half * np.sin(angle))) * half * np.cos(angle)
        total += (end + math.pi / 2) / 2 * (values @ weights)
    return total


def _quantiles(law: random_matrices.FreeSum, bins: int) -> Real:
    """Positions that cut a free sum into parts of nearly equal weight, by a trapezoidal sum of 200 points on each band.

    The weights of the parts are then integrated exactly.
    """
    positions, masses = [np.zeros(0)], [np.zeros(0)]
    total = 0.0
    for low, high in law.support():
        angle = np.linspace(-math.pi / 2, math.pi / 2, 200)
        x = (low + high) / 2 + (high - low) / 2 * np.sin(angle)
        values = np.asarray(law.density(x)) * (high - low) / 2 * np.cos(angle)
        steps = np.concatenate([[0.0], np.cumsum((values[1:] + values[:-1]) / 2 * np.diff(angle))])
        positions.append(x)
        masses.append(total + steps)
        total += float(steps[-1])
    return np.asarray(np.interp(quantile_bins(bins) * total, np.concatenate(masses), np.concatenate(positions)))
