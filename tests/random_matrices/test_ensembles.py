"""Samplers: moments of the entries, dense = tridiagonal = exact density, counts and determinants in O(n)."""

import itertools
import math

import numpy as np
import pytest

from spinglass._errors import InputError
from spinglass.random_matrices import (
    count_below,
    goe_density,
    log_abs_determinant,
    mean_abs_determinant,
    sample_goe,
    sample_goe_tridiagonal,
)

Z = 4.5


def dense_of(diagonal, off_diagonal):
    return np.diag(diagonal) + np.diag(off_diagonal, 1) + np.diag(off_diagonal, -1)


def test_moments_of_dense_entries():
    samples = sample_goe(4, size=40_000, rng=1)
    assert np.array_equal(samples, samples.transpose(0, 2, 1))
    for i in range(4):
        for j in range(i, 4):
            variance = 2.0 if i == j else 1.0
            entry = samples[:, i, j]
            assert abs(entry.mean()) < Z * math.sqrt(variance / len(entry))
            assert abs(entry.var() - variance) < Z * variance * math.sqrt(2 / len(entry))
    assert abs(np.mean(samples[:, 0, 1] * samples[:, 0, 2])) < Z / math.sqrt(40_000)


@pytest.mark.parametrize("kappa", [0.0, 2.5])
def test_traces_agree_with_exact_moments(kappa):
    # E tr = κ, E tr A² = n(n+1) + κ², of both forms
    n, size = 6, 20_000
    dense = sample_goe(n, size=size, kappa=kappa, rng=2)
    diagonal, off_diagonal = sample_goe_tridiagonal(n, size=size, kappa=kappa, rng=3)
    squares = {
        "dense": np.einsum("sij,sij->s", dense, dense),
        "tridiagonal": (diagonal**2).sum(1) + 2 * (off_diagonal**2).sum(1),
    }
    traces = {"dense": np.einsum("sii->s", dense), "tridiagonal": diagonal.sum(1)}
    for name in squares:
        for sample, exact in ((squares[name], n * (n + 1) + kappa**2), (traces[name], kappa)):
            assert abs(sample.mean() - exact) < Z * sample.std() / math.sqrt(size), name


@pytest.mark.parametrize("n", [2, 5, 12])
def test_dense_tridiagonal_and_density_agree(n):
    size = 20_000
    edges = np.linspace(-2 * math.sqrt(n), 2 * math.sqrt(n), 9)
    # the last bins are the tails beyond the spectrum, compared in relative error with their own counting error
    nodes, weights = np.polynomial.legendre.leggauss(40)
    cuts = [-30.0, *edges, 30.0]
    exact = []
    for a, b in itertools.pairwise(cuts):
        panels = np.linspace(a, b, 9)
        exact.append(
            sum(
                (d - c) / 2 * weights @ goe_density((c + d) / 2 + (d - c) / 2 * nodes, n)
                for c, d in itertools.pairwise(panels)
            )
        )
    assert sum(exact) == pytest.approx(n, rel=1e-12)
    dense = np.linalg.eigvalsh(sample_goe(n, size=size, rng=4))
    diagonal, off_diagonal = sample_goe_tridiagonal(n, size=size, rng=5)
    below = np.array([count_below(diagonal, off_diagonal, c) for c in edges])
    inner = np.diff(below, axis=0)
    tridiagonal = np.concatenate([below[:1], inner, n - below[-1:]])
    for k, mean in enumerate(exact):
        counts = ((dense > cuts[k]) & (dense <= cuts[k + 1])).sum(1)
        for sample in (counts, tridiagonal[k]):
            spread = max(sample.std(), math.sqrt(mean))
            assert abs(sample.mean() - mean) < Z * spread / math.sqrt(size)


@pytest.mark.parametrize(("n", "xi", "kappa"), [(6, 0.7, 0.0), (8, -1.0, 2.0), (5, 2.0, -3.0)])
def test_spiked_determinants_of_both_forms(n, xi, kappa):
    size = 60_000
    diagonal, off_diagonal = sample_goe_tridiagonal(n, size=size, kappa=kappa, rng=6)
    tridiagonal = np.exp(log_abs_determinant(diagonal, off_diagonal, xi))
    dense = np.abs(np.linalg.det(sample_goe(n, size=size, kappa=kappa, rng=7) - xi * np.eye(n)))
    exact = mean_abs_determinant(n, xi, kappa)
    for sample in (tridiagonal, dense):
        assert abs(sample.mean() - exact) < Z * sample.std() / math.sqrt(size)
    wrong = mean_abs_determinant(n, xi, kappa + 2.0)  # negative control: the spike is seen
    assert abs(dense.mean() - wrong) > Z * dense.std() / math.sqrt(size)


@pytest.mark.parametrize("n", [1, 2, 9, 60, 400])
def test_counts_and_determinants_against_dense_algebra(n):
    rng = np.random.default_rng(n)
    for kappa in (0.0, 3.0):
        diagonal, off_diagonal = sample_goe_tridiagonal(n, kappa=kappa, rng=rng)
        eigenvalues = np.linalg.eigvalsh(dense_of(diagonal, off_diagonal))
        for cut in (-2 * math.sqrt(n), -0.3, 0.0, 1.1, 2 * math.sqrt(n) + 1):
            assert count_below(diagonal, off_diagonal, cut) == int(np.sum(eigenvalues < cut))
            exact = float(np.sum(np.log(np.abs(eigenvalues - cut))))
            assert log_abs_determinant(diagonal, off_diagonal, cut) == pytest.approx(exact, abs=1e-9 * n)


def test_exact_zeros_are_handled():
    assert count_below([0.0, 0.0], [1.0], 0.0) == 1
    assert count_below([0.0, 0.0, 0.0], [1.0, 1.0], 0.0) in (1, 2)  # 0 is itself an eigenvalue
    assert log_abs_determinant([0.0, 0.0, 0.0], [1.0, 1.0]) == -math.inf
    assert log_abs_determinant([0.0, 0.0], [1.0]) == 0.0


def test_log_determinant_does_not_overflow():
    diagonal, off_diagonal = sample_goe_tridiagonal(3000, rng=8)
    value = log_abs_determinant(diagonal, off_diagonal)
    assert math.isfinite(value)
    assert value == pytest.approx(0.5 * math.lgamma(3001), rel=0.01)


def test_seeds_and_shapes():
    assert np.array_equal(sample_goe(3, rng=5), sample_goe(3, rng=np.random.default_rng(5)))
    assert not np.array_equal(sample_goe(3, rng=5), sample_goe(3, rng=6))
    assert sample_goe(3, size=0, rng=5).shape == (0, 3, 3)
    diagonal, off_diagonal = sample_goe_tridiagonal(1, size=4, rng=0)
    assert diagonal.shape == (4, 1)
    assert off_diagonal.shape == (4, 0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: sample_goe(0),
        lambda: sample_goe(2, size=-1),
        lambda: sample_goe(2, kappa=math.inf),
        lambda: sample_goe(2, rng="seed"),
        lambda: sample_goe_tridiagonal(1.5),
        lambda: count_below([1.0, 2.0], [1.0, 2.0], 0.0),
        lambda: count_below([1.0, 2.0], [1.0], math.nan),
        lambda: log_abs_determinant([1.0, math.inf], [1.0]),
        lambda: log_abs_determinant(np.ones((2, 2, 2)), np.ones((2, 2, 1))),
    ],
)
def test_bad_input(call):
    with pytest.raises(InputError):
        call()


def test_index_of_a_spiked_determinant_by_simulation():
    """W_3(0.7, −2) by index is 0.000176, 0.362668, 4.34372, 1.20423, and W_3 their sum; flipping the spike is seen."""
    samples = 400_000
    expected = np.array([0.000176, 0.362668, 4.34372, 1.20423])
    total = mean_abs_determinant(3, 0.7, kappa=-2.0)
    assert expected.sum() == pytest.approx(total, rel=2e-6)
    distances = {}
    for kappa in (-2.0, 2.0):
        values = np.linalg.eigvalsh(sample_goe(3, samples, kappa=kappa, rng=21)) - 0.7
        index, size = np.sum(values < 0, axis=1), np.abs(np.prod(values, axis=1))
        rows = size * (index == np.arange(4)[:, None])
        error = np.maximum(rows.std(axis=1) / np.sqrt(samples), 1e-9)
        distances[kappa] = np.abs(rows.mean(axis=1) - expected) / error
    assert np.all(distances[-2.0] < 4.5)
    assert np.max(distances[2.0]) > 50
