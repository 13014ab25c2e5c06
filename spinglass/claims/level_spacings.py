"""Pairings of the laws of gaps, spacings and spacing ratios with sampled levels, β = 1, 2, 4."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spinglass import random_matrices
from spinglass._errors import checked_choice, checked_float, checked_int, input_error
from spinglass.campaigns import stream
from spinglass.claims.decision import Comparison, ratio_comparison, sample_comparison
from spinglass.claims.evidence import Evidence
from spinglass.claims.sampled_spectra import BETAS, Real

_OTHER = {1: 2, 2: 1, 4: 2}  # the ensemble whose law is the wrong one
_WINDOWS = 24  # of each length, at equal distances in the middle half of the spectrum


def bulk_spacings(
    samples: int,
    seed: int,
    workers: int | None,
    n: int,
    beta: Sequence[int],
    lengths: Sequence[float],
    edges: Sequence[float],
) -> Evidence:
    """Gap probabilities E_β(k; s), k <= 2, and the law of the nearest spacing beside levels in the middle half.

    For each length s: the mean number of windows that hold k levels, of windows of that many mean spacings. For each
    bin between `edges`: the fraction of spacings inside. Levels are unfolded by n F_sc(x) − (1/β − ½) asin(x/2)/π, the
    number of levels below √n x up to 1/n, so that the limit is off by 1/n² relatively. Wrong: Wigner's surmise
    of the spacings, for the same β.
    """
    n, samples = checked_int("n", n, 50, 1000), checked_int("samples", samples, 20)
    sizes = [checked_float("lengths", s, 0.0, 5.0, low_open=True) for s in lengths]
    cuts = [checked_float("edges", edge, 0.0, 5.0) for edge in edges]
    if len(cuts) < 2 or not all(low < high for low, high in itertools.pairwise(cuts)):
        raise input_error("edges", list(edges), "must be at least two increasing spacings")
    family: list[Comparison] = []
    wrong: list[Comparison] = []
    for ensemble in _ensembles(beta):
        levels = _unfolded(n, ensemble, samples, seed)
        for number, s in enumerate(sizes, start=1):
            inside = _window_counts(levels, s, stream(seed, n, ensemble, number))
            for k in range(3):
                values = np.mean(inside == k, axis=1)
                name = f"{k} levels in a window of {s:g}, beta = {ensemble}"
                family.append(sample_comparison(name, random_matrices.gap_probability(s, ensemble, k), values))
        spacing, valid = _spacings(levels)
        begun = np.count_nonzero(valid, axis=1)
        for low, high in itertools.pairwise(cuts):
            values = np.count_nonzero(valid & (spacing > low) & (spacing <= high), axis=1)
            name = f"spacings from {low:g} to {high:g}, beta = {ensemble}"
            exact = random_matrices.spacing_cdf([low, high], ensemble)
            surmise = random_matrices.wigner_surmise_cdf([low, high], ensemble)
            family.append(ratio_comparison(name, float(exact[1] - exact[0]), values, begun))
            wrong.append(ratio_comparison(name, float(surmise[1] - surmise[0]), values, begun))
    return Evidence(tuple(family), "Wigner's surmise", tuple(wrong))


def three_level_ratios(samples: int, seed: int, workers: int | None, beta: Sequence[int], bins: int = 5) -> Evidence:
    """The law of the spacing ratio, exact at order three, beside sampled matrices of order three; and its mean.

    Frequencies of min(r, 1/r) in equal bins of [0, 1]. Wrong: the law of another β.
    """
    samples, bins = checked_int("samples", samples, 20), checked_int("bins", bins, 2, 50)
    family: list[Comparison] = []
    wrong: list[Comparison] = []
    nodes, weights = np.polynomial.legendre.leggauss(30)
    edges = np.linspace(0, 1, bins + 1)
    for ensemble in _ensembles(beta):
        rng = stream(seed, 3, ensemble)
        diagonal, off = random_matrices.sample_hermite_tridiagonal(3, ensemble, samples, rng)
        matrices = np.zeros((samples, 3, 3))
        matrices[:, np.arange(3), np.arange(3)] = diagonal
        matrices[:, [1, 2], [0, 1]] = off  # eigvalsh reads the lower triangle
        ratios = random_matrices.spacing_ratios(np.linalg.eigvalsh(matrices))[:, 0]
        for law, target in ((ensemble, family), (_OTHER[ensemble], wrong)):
            mean = random_matrices.mean_spacing_ratio(law)
            target.append(sample_comparison(f"mean ratio, beta = {ensemble}", mean, ratios))
            for low, high in itertools.pairwise(edges):
                density = random_matrices.spacing_ratio_pdf((low + high) / 2 + (high - low) / 2 * nodes, law)
                share = float(weights @ density) * (high - low) / 2
                name = f"ratios from {low:.2f} to {high:.2f}, beta = {ensemble}"
                target.append(sample_comparison(name, share, (ratios > low) & (ratios <= high), step=1))
    return Evidence(tuple(family), "the ratios of another beta", tuple(wrong))


def _ensembles(beta: Sequence[int]) -> list[int]:
    found = [int(checked_choice("beta", one, BETAS)) for one in beta]
    if not found:
        raise input_error("beta", list(beta), "must hold at least one of 1, 2, 4")
    return found


def _unfolded(n: int, beta: int, samples: int, seed: int) -> Real:
    """Levels on the scale of mean spacing 1, counted from the middle of the spectrum; shape (samples, n)."""
    from scipy.linalg import eigvalsh_tridiagonal

    diagonal, off = random_matrices.sample_hermite_tridiagonal(n, beta, samples, stream(seed, n, beta))
    rows = zip(diagonal, off, strict=True)
    x = np.array([eigvalsh_tridiagonal(d, e, lapack_driver="sterf") for d, e in rows]) / math.sqrt(n)
    level = n * (np.asarray(random_matrices.semicircle_cdf(x)) - 0.5)
    return np.asarray(level - (1 / beta - 0.5) * np.arcsin(np.clip(x / 2, -1, 1)) / math.pi)


def _window_counts(levels: Real, length: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Levels inside windows of this length that begin in the middle half.

    All windows of a matrix are shifted by one random number: at fixed places the crystal-like order of the levels,
    which for β = 4 decays only like n^{−½}, would show.
    """
    half = levels.shape[1] // 4
    offsets = rng.uniform(0, 2 * half, len(levels))[:, None] + 2 * half / _WINDOWS * np.arange(_WINDOWS)
    starts = offsets % (2 * half) - half
    return np.stack(
        [
            np.searchsorted(row, place + length) - np.searchsorted(row, place)
            for row, place in zip(levels, starts, strict=True)
        ]
    )


def _spacings(levels: Real) -> tuple[Real, NDArray[np.bool_]]:
    """Spacings, and whether each begins in the middle half: choosing by one end leaves the law unbiased."""
    return np.diff(levels, axis=1), np.abs(levels[:, :-1]) < levels.shape[1] / 4
