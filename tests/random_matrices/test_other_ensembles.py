"""Samplers of other β and of covariance matrices: moments, dense = tridiagonal = density; several cuts at once."""

import math

import numpy as np
import pytest

from spinglass import InputError
from spinglass.random_matrices.ensembles import (
    count_below,
    log_abs_determinant,
    sample_goe_tridiagonal,
    sample_hermite_tridiagonal,
    sample_laguerre_tridiagonal,
    sample_wishart,
)
from spinglass.random_matrices.multiplicative import hermite_functions

Z = 4.5


def dense_hermite(n, beta, size, rng):
    """Eigenvalues of Hermitian (β = 2) or quaternion self-dual (β = 4) matrices, off-diagonal mean square 1."""
    a = rng.standard_normal((4, size, n, n))
    hermitian = (a[0] + a[0].transpose(0, 2, 1)) / 2 + 0.5j * (a[1] - a[1].transpose(0, 2, 1))
    if beta == 2:
        return np.linalg.eigvalsh(hermitian)
    skew = (a[2] - a[2].transpose(0, 2, 1)) / 2 + 0.5j * (a[3] - a[3].transpose(0, 2, 1))
    block = np.block([[hermitian, skew], [-skew.conj(), hermitian.conj()]]) / math.sqrt(2)
    return np.linalg.eigvalsh(block)[:, ::2]  # each twice


def same_mean(one, other):
    """z-score of the difference of two sample means, along the first axis."""
    error = np.sqrt(one.var(axis=0) / len(one) + other.var(axis=0) / len(other))
    return np.abs(one.mean(axis=0) - other.mean(axis=0)) / error


@pytest.mark.parametrize("beta", [1, 2, 4, 7.5])
def test_moments_of_the_hermite_form(beta):
    n, size = 7, 20_000
    diagonal, off_diagonal = sample_hermite_tridiagonal(n, beta, size, rng=1)
    squares = (diagonal**2).sum(1) + 2 * (off_diagonal**2).sum(1)
    assert abs(diagonal.mean()) < Z * diagonal.std() / math.sqrt(diagonal.size)
    assert abs(squares.mean() - n * (n - 1) - 2 * n / beta) < Z * squares.std() / math.sqrt(size)
    assert abs(squares.mean() - n * (n - 1) - 4 * n / beta) > Z * squares.std() / math.sqrt(size)


@pytest.mark.parametrize("beta", [2, 4])
def test_hermite_forms_are_the_dense_ensembles(beta):
    n, size = 5, 8000
    cuts = np.linspace(-4, 4, 9)
    diagonal, off_diagonal = sample_hermite_tridiagonal(n, beta, size, rng=2)
    below = count_below(diagonal, off_diagonal, cuts)
    levels = dense_hermite(n, beta, size, np.random.default_rng(3))
    dense = np.sum(levels[:, :, None] < cuts, axis=1)
    assert np.all(same_mean(below, dense) < Z)
    assert np.all(same_mean((below - n / 2.0) ** 2, (dense - n / 2.0) ** 2) < Z)
    other = count_below(*sample_hermite_tridiagonal(n, 1, size, rng=4), cuts)  # negative control
    assert np.max(same_mean((below - n / 2.0) ** 2, (other - n / 2.0) ** 2)) > 10


def test_unitary_form_has_the_exact_density():
    # weight e^{−λ²/2} for β = 2: R_n = Σ_{j<n} ψ_j², ψ_j of weight e^{−x²/4} squared
    n, size = 6, 20_000
    cuts = np.array([-4.5, -3.0, -1.0, 0.5, 2.0, 4.0])
    nodes, weights = np.polynomial.legendre.leggauss(200)
    below = count_below(*sample_hermite_tridiagonal(n, 2, size, rng=5), cuts)
    for place, cut in enumerate(cuts):
        half = (cut + 14) / 2
        exact = half * weights @ (hermite_functions(n, -14 + half * (1 + nodes)) ** 2).sum(0)
        error = max(below[:, place].std(), math.sqrt(exact * 0.5 if exact < 1 else 0)) / math.sqrt(size)
        assert abs(below[:, place].mean() - exact) < Z * error


@pytest.mark.parametrize(("rows", "columns", "beta"), [(1, 1, 1), (4, 4, 1), (5, 9, 2), (3, 20, 4)])
def test_moments_of_the_laguerre_form(rows, columns, beta):
    size = 30_000
    diagonal, off_diagonal = sample_laguerre_tridiagonal(rows, columns, beta, size, rng=6)
    traces = diagonal.sum(1)
    squares = (diagonal**2).sum(1) + 2 * (off_diagonal**2).sum(1)
    exact = rows * (rows + columns - 1 + 2 / beta) / columns
    assert abs(traces.mean() - rows) < Z * traces.std() / math.sqrt(size)
    assert abs(squares.mean() - exact) < Z * squares.std() / math.sqrt(size)


@pytest.mark.parametrize(("rows", "columns"), [(4, 4), (5, 12)])
def test_laguerre_form_is_the_dense_ensemble(rows, columns):
    size = 20_000
    dense = sample_wishart(rows, columns, size, rng=7)
    assert np.array_equal(dense, dense.transpose(0, 2, 1))
    assert abs(dense[:, 0, 0].mean() - 1) < Z * math.sqrt(2 / columns / size)
    assert dense[:, 0, 1].var() == pytest.approx(1 / columns, rel=0.06)
    cuts = np.array([0.05, 0.3, 1.0, 1.7, 3.0])
    below = count_below(*sample_laguerre_tridiagonal(rows, columns, 1, size, rng=8), cuts)
    levels = np.sum(np.linalg.eigvalsh(dense)[:, :, None] < cuts, axis=1)
    assert np.all(same_mean(below, levels)[levels.std(axis=0) > 0] < Z)
    other = count_below(*sample_laguerre_tridiagonal(rows, columns, 2, size, rng=9), cuts)  # negative control
    assert np.max(same_mean(other, levels)) > 6


def test_more_rows_than_columns():
    dense = sample_wishart(5, 2, rng=1)
    assert np.sum(np.linalg.eigvalsh(dense) > 1e-12) == 2


def test_several_cuts_and_shifts_at_once():
    diagonal, off_diagonal = sample_goe_tridiagonal(9, size=4, rng=10)
    cuts = np.array([[-3.0, 0.0, 0.4], [1.0, 2.0, 7.0]])
    counts, logs = count_below(diagonal, off_diagonal, cuts), log_abs_determinant(diagonal, off_diagonal, cuts)
    assert counts.shape == logs.shape == (4, 2, 3)
    for place in np.ndindex(2, 3):
        assert np.array_equal(counts[(slice(None), *place)], count_below(diagonal, off_diagonal, cuts[place]))
        assert np.array_equal(logs[(slice(None), *place)], log_abs_determinant(diagonal, off_diagonal, cuts[place]))
    assert count_below(diagonal[0], off_diagonal[0], cuts).shape == (2, 3)
    assert isinstance(count_below(diagonal[0], off_diagonal[0], 0.0), int)


def test_order_one_and_exact_zeros():
    assert count_below([0.3], [], [0.2, 0.3, 0.4]).tolist() == [0, 0, 1]
    assert log_abs_determinant([0.3], [], [0.3, 1.3]).tolist() == [-math.inf, 0.0]
    # zero pivots first, in the middle, at the end, and decoupled blocks: eigenvalues −1, 1 and 0, 0
    assert count_below([0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [-1.5, -0.5, 0.0, 0.5, 1.5]).tolist() == [0, 1, 1, 3, 4]
    path = 2 * np.cos(np.pi * np.arange(1, 8) / 8)  # the path graph of seven: pivots vanish at every second place
    for cut in (-1.0, -0.5, 0.5, 1.0):
        assert count_below(np.zeros(7), np.ones(6), cut) == np.sum(path < cut)
    assert count_below([1e10, 1e10], [1e10], 1e10) == 1  # the square over the smallest pivot overflows


@pytest.mark.parametrize(
    "call",
    [
        lambda: sample_hermite_tridiagonal(3, 0),
        lambda: sample_hermite_tridiagonal(0, 2),
        lambda: sample_hermite_tridiagonal(3, math.nan),
        lambda: sample_wishart(0, 3),
        lambda: sample_wishart(3, 2.5),
        lambda: sample_laguerre_tridiagonal(4, 3),
        lambda: sample_laguerre_tridiagonal(2, 3, -1),
        lambda: sample_laguerre_tridiagonal(2, 3, size=-2),
        lambda: count_below([1.0], [], [math.nan]),
        lambda: count_below([1.0], [], "0"),
        lambda: log_abs_determinant([1.0], [], [1j]),
    ],
)
def test_bad_input(call):
    with pytest.raises(InputError, match=" = "):
        call()
