"""Pairings of mean determinants of the GOE with sampled matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from spinglass import random_matrices
from spinglass._errors import checked_float, checked_int, input_error
from spinglass.campaigns import stream
from spinglass.claims.decision import ratio_comparison, sample_comparison
from spinglass.claims.evidence import Evidence

_EXACT_ORDERS = 64  # of W_n with a spike
_BLOCK = 500_000  # matrix entries held at a time


def determinant_means(
    samples: int, seed: int, workers: int | None, n: int, xi: Sequence[float], kappa: Sequence[float]
) -> Evidence:
    """W_n(ξ, κ) = E|det(A_n + κ e eᵀ − ξ)| beside sampled matrices. The wrong theory has the sign of κ flipped."""
    matrices = random_matrices.sample_goe(n, samples, rng=stream(seed, n))
    family, wrong = [], []
    for shift in xi:
        for strength in kappa:
            spiked = matrices + strength / n - shift * np.eye(n)  # e eᵀ has all entries 1/n
            values = np.abs(np.linalg.det(spiked))
            name = f"W_{n}({shift:g}, {strength:g})"
            theory = random_matrices.mean_abs_determinant(n, shift, kappa=strength)
            flipped = random_matrices.mean_abs_determinant(n, shift, kappa=-strength)
            family.append(sample_comparison(name, theory, values))
            wrong.append(sample_comparison(name, flipped, values))
    return Evidence(tuple(family), "the sign of κ flipped", tuple(wrong))


def determinant_index_means(
    samples: int, seed: int, workers: int | None, n: Sequence[int], xi: Sequence[float], kappa: Sequence[float]
) -> Evidence:
    """W_n(ξ, κ) by index, the mean of |det| where k eigenvalues of A_n + κ e eᵀ lie below ξ, beside sampled matrices.

    For each order n, shift ξ and spike κ ≠ 0, and every k that has at least a thousandth of the sum over k: rarer ones
    have means that few samples carry. Wrong: the sign of κ flipped.
    """
    samples = checked_int("samples", samples, 20)
    shifts = [checked_float("xi", shift) for shift in xi]
    strengths = [checked_float("kappa", strength) for strength in kappa]
    if not shifts or not strengths or 0.0 in strengths:
        raise input_error("kappa", list(kappa), "must hold strengths different from 0, for at least one xi")
    family, wrong = [], []
    for order in n:
        order = checked_int("n", order, 2, 16)
        matrices = random_matrices.sample_goe(order, samples, rng=stream(seed, order))
        for strength in strengths:
            eigenvalues = np.linalg.eigvalsh(matrices + strength / order)  # e eᵀ has all entries 1/n
            for shift in shifts:
                sizes = np.prod(np.abs(eigenvalues - shift), axis=1)
                below = np.count_nonzero(eigenvalues < shift, axis=1)
                theory, flipped = (
                    random_matrices.mean_abs_determinant(order, shift, kappa=one, index=np.arange(order + 1))
                    for one in (strength, -strength)
                )
                for k in np.flatnonzero(theory > 1e-3 * theory.sum()).tolist():
                    values = np.where(below == k, sizes, 0.0)
                    name = f"W_{order}({shift:g}, {strength:g}) of index {k}"
                    family.append(sample_comparison(name, float(theory[k]), values))
                    wrong.append(sample_comparison(name, float(flipped[k]), values))
    return Evidence(tuple(family), "the sign of κ flipped", tuple(wrong))


def closed_determinants(
    samples: int, seed: int, workers: int | None, n: Sequence[int], xi: Sequence[float]
) -> Evidence:
    """The closed form of E|det(A_n − ξ)| beside sampled matrices, for each order n and shift ξ.

    Wrong: the same formula for matrices whose diagonal has the variance of the other entries, 1 instead of 2.
    """
    family, wrong = [], []
    for order in n:
        matrices = random_matrices.sample_goe(order, samples, rng=stream(seed, order))
        diagonal = np.arange(order)
        for shift in xi:
            theory = random_matrices.mean_abs_determinant_closed_form(order, shift)
            shifted = matrices - shift * np.eye(order)
            narrow = shifted.copy()
            narrow[:, diagonal, diagonal] = matrices[:, diagonal, diagonal] / math.sqrt(2) - shift
            name = f"E|det(A_{order} − {shift:g})|"
            family.append(sample_comparison(name, theory, np.abs(np.linalg.det(shifted))))
            wrong.append(sample_comparison(name, theory, np.abs(np.linalg.det(narrow))))
    return Evidence(tuple(family), "matrices of diagonal variance 1", tuple(wrong))


def rank_one_ratios(
    samples: int, seed: int, workers: int | None, n: int, x: Sequence[float], s: Sequence[float]
) -> Evidence:
    """Sampled E|det(A_n + s√n e eᵀ − x√n)| over E|det(A_n − x√n)| from the same matrices, for each x and its s.

    The theory is the exact ratio for n <= 64, and the limit |1 + s m_sc(x)| beyond, outside the bulk only: inside it
    the relative variance of |det| grows like n, and the fourth moment like n⁴ times the square of the second, so that
    sampled means stop being normal where the limit becomes accurate. Wrong: the sign of s flipped.
    """
    n, samples = checked_int("n", n, 2), checked_int("samples", samples, 20)
    places = [checked_float("x", place) for place in x]
    strengths = [checked_float("s", strength) for strength in s]
    if len(places) != len(strengths) or not places:
        raise input_error("s", list(s), f"must hold one strength for each x, {len(places)} numbers")
    for place in places:
        if n > _EXACT_ORDERS and abs(place) <= 2:
            raise input_error("x", place, f"must be outside the bulk, |x| > 2, when n > {_EXACT_ORDERS}")
    root = math.sqrt(n)
    logarithms = np.empty((len(places), 2, samples))
    block = max(1, _BLOCK // n)
    for first in range(0, samples, block):
        chosen = slice(first, min(first + block, samples))
        diagonal, off = random_matrices.sample_goe_tridiagonal(n, chosen.stop - first, rng=stream(seed, n, first))
        corner = diagonal[:, 0].copy()
        for row, (place, strength) in enumerate(zip(places, strengths, strict=True)):
            for column, kappa in enumerate((strength * root, 0.0)):
                diagonal[:, 0] = corner + kappa
                logarithms[row, column, chosen] = random_matrices.log_abs_determinant(diagonal, off, place * root)
            diagonal[:, 0] = corner
    family, wrong = [], []
    for (above, below), place, strength in zip(logarithms, places, strengths, strict=True):
        typical = float(np.mean(below))
        values = np.exp(above - typical), np.exp(below - typical)
        name = f"W_{n}({place:g}√n, {strength:g}√n)/W_{n}({place:g}√n, 0)"
        family.append(ratio_comparison(name, _spiked_ratio(n, place, strength), *values))
        wrong.append(ratio_comparison(name, _spiked_ratio(n, place, -strength), *values))
    return Evidence(tuple(family), "the sign of s flipped", tuple(wrong))


def _spiked_ratio(n: int, x: float, s: float) -> float:
    return exact_spiked_ratio(n, x, s) if n <= _EXACT_ORDERS else float(abs(1 + s * random_matrices.stieltjes(x)))


def exact_spiked_ratio(n: int, x: float, s: float) -> float:
    """W_n(x√n, s√n)/W_n(x√n, 0)."""
    root = math.sqrt(n)
    spiked, plain = (random_matrices.mean_abs_determinant(n, x * root, kappa=k, log=True) for k in (s * root, 0.0))
    return math.exp(spiked - plain)
