"""Pairings of eigenvalue densities of the GOE with sampled matrices."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from spinglass import random_matrices
from spinglass._errors import checked_int, input_error
from spinglass.campaigns import stream
from spinglass.claims.decision import sample_comparison
from spinglass.claims.evidence import Evidence
from spinglass.random_matrices.soft_edge import orthogonal_part

_BLOCK = 500  # matrices held at a time


def eigenvalue_density(samples: int, seed: int, workers: int | None, n: int, bins: int) -> Evidence:
    """The finite-n density of A_n, integrated over bins, beside sampled eigenvalues. Wrong: the semicircle."""
    edges = 2 * math.sqrt(n) * np.linspace(-1.15, 1.15, bins + 1)
    eigenvalues = np.linalg.eigvalsh(random_matrices.sample_goe(n, samples, rng=stream(seed, n)))
    nodes, weights = np.polynomial.legendre.leggauss(24)
    family, wrong = [], []
    for low, high in itertools.pairwise(edges):
        values = np.count_nonzero((eigenvalues > low) & (eigenvalues <= high), axis=1)
        x = (low + high) / 2 + (high - low) / 2 * nodes
        theory = float(weights @ random_matrices.goe_density(x, n)) * (high - low) / 2
        cdf = random_matrices.semicircle_cdf(np.array([low, high]) / math.sqrt(n))
        name = f"eigenvalues in ({low:.3f}, {high:.3f}]"
        family.append(sample_comparison(name, theory, values, step=1))
        wrong.append(sample_comparison(name, n * float(cdf[1] - cdf[0]), values, step=1))
    return Evidence(tuple(family), "the semicircle at the same n", tuple(wrong))


def soft_edge_counts(samples: int, seed: int, workers: int | None, n: int, edges: Sequence[float]) -> Evidence:
    """Eigenvalues of sampled tridiagonal matrices in bins of the Airy scale s = (λ − 2√n) n^{1/6}.

    Beside the exact density at the same n: its limit is reached with an error of order n^{−1/3} only. Wrong: that
    density without the last term of the soft-edge density, ½ Ai(s)(1 − ∫_s^∞ Ai), which sets it apart from the unitary
    ensemble.
    """
    n, samples = checked_int("n", n, 2, 2000), checked_int("samples", samples, 20)
    cuts = [float(edge) for edge in edges]
    if len(cuts) < 2 or not all(low < high for low, high in itertools.pairwise(cuts)):
        raise input_error("edges", list(edges), "must be at least two increasing positions s")
    unit = n ** (-1 / 6)
    below = []
    for first in range(0, samples, _BLOCK):
        rng = stream(seed, n, first)
        matrices = random_matrices.sample_goe_tridiagonal(n, min(_BLOCK, samples - first), rng=rng)
        below.append(
            np.stack([random_matrices.count_below(*matrices, 2 * math.sqrt(n) + unit * cut) for cut in cuts], axis=1)
        )
    counts = np.diff(np.concatenate(below), axis=1)
    nodes, weights = np.polynomial.legendre.leggauss(24)
    family, wrong = [], []
    for column, (low, high) in enumerate(itertools.pairwise(cuts)):
        s = (low + high) / 2 + (high - low) / 2 * nodes
        share = weights * (high - low) / 2
        theory = float(share @ random_matrices.goe_density(2 * math.sqrt(n) + unit * s, n)) * unit
        last = float(share @ orthogonal_part(s))
        name = f"eigenvalues with {low:g} < s <= {high:g}"
        family.append(sample_comparison(name, theory, counts[:, column], step=1))
        wrong.append(sample_comparison(name, theory - last, counts[:, column], step=1))
    return Evidence(tuple(family), "the last term of the soft-edge density left out", tuple(wrong))
