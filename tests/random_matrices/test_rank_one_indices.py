"""W_n(ξ, κ) by index: sums, signed sums, limits, closed forms, no spike, sampling, honest errors."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

from spinglass.random_matrices import (
    count_below,
    index_probabilities,
    log_abs_determinant,
    mean_abs_determinant,
    sample_goe_tridiagonal,
)
from spinglass.random_matrices.fourier_contours import REAL_REACH, contour, direction
from spinglass.random_matrices.rank_one import spiked_ratio
from spinglass.random_matrices.rank_one_indices import index_sweep, spiked_index_ratio

GAUSS = np.polynomial.legendre.leggauss(40)


def panels(edges):
    edges = np.asarray(edges, dtype=float)
    half, middle = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
    return (middle[:, None] + half[:, None] * GAUSS[0]).ravel(), (half[:, None] * GAUSS[1]).ravel()


def positive_part(mean, sigma):
    """E max(N(mean, σ²), 0)."""
    return mean * ndtr(mean / sigma) + sigma * np.exp(-((mean / sigma) ** 2) / 2) / math.sqrt(2 * math.pi)


@pytest.mark.parametrize("n", [2, 3, 8, 15, 32])
def test_sum_over_the_index_is_the_total(n):
    xi = np.array([0.4, -2.3, -1.0, 0.0, 2.0])[: 5 if n < 30 else 1] * math.sqrt(n)
    kappa = np.array([0.0, 0.1, -3.0, 10.0, -45.0, 2000.0])
    log_minor, total = spiked_ratio(n, xi, kappa)
    log_minor_by_index, ratio, _ = spiked_index_ratio(n, xi, kappa)
    assert ratio.shape == (kappa.size, xi.size, n + 1)
    assert np.array_equal(log_minor, log_minor_by_index)
    assert ratio.sum(axis=-1) == pytest.approx(total, rel=5e-13)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 18, 31, 40, 64])
def test_signed_sum_is_the_mean_determinant(n):
    # E det(A + κ e eᵀ − ξ) = (−1)^n [He_n(ξ) − κ He_{n−1}(ξ)]: tells even from odd at every κ
    xi = np.array([0.3, -1.8, -0.7, 0.0, 1.1])[: 5 if n < 30 else 1] * math.sqrt(n)
    kappa = np.array([0.0, 0.7, -2.0, 1.3 * math.sqrt(n), -40.0, 500.0])
    log_minor, ratio, _ = spiked_index_ratio(n, xi, kappa)
    low, high = np.ones_like(xi), xi
    for k in range(1, n):
        low, high = high, xi * high - k * low
    exact = (-1) ** n * (high - kappa[:, None] * low) / np.exp(log_minor)
    signed = ratio @ (-1.0) ** np.arange(n + 1)
    assert np.max(np.abs(signed - exact) / ratio.sum(axis=-1)) < 3e-13
    shuffled = np.roll(ratio, 1, axis=-1) @ (-1.0) ** np.arange(n + 1)  # control
    assert np.max(np.abs(shuffled - exact) / ratio.sum(axis=-1)) > 1e-3


@pytest.mark.parametrize("n", [2, 3, 5, 6, 12, 25, 60])
@pytest.mark.parametrize("x", [-2.4, -1.0, 0.0, 0.6, 1.9])
def test_without_a_spike_it_is_the_law_of_the_index(n, x):
    xi = x * math.sqrt(n)
    ratio = spiked_index_ratio(n, np.array([xi]), np.zeros(1))[1][0, 0]
    assert ratio / ratio.sum() == pytest.approx(index_probabilities(n, xi), abs=1e-12)
    fourier = mean_abs_determinant(n, xi, index=np.arange(n + 1), method="fourier")
    assert fourier == pytest.approx(
        mean_abs_determinant(n, xi, index=np.arange(n + 1)), abs=2e-12 * mean_abs_determinant(n, xi)
    )


@pytest.mark.parametrize("xi", [0.0, 0.6, -2.5, 14.0])
def test_order_one_is_half_a_gaussian(xi):
    for kappa in (0.3, -4.0, 60.0):
        values = mean_abs_determinant(1, xi, kappa, index=[0, 1])
        mean = kappa - xi
        exact = [positive_part(mean, math.sqrt(2)), positive_part(-mean, math.sqrt(2))]
        assert values == pytest.approx(exact, rel=1e-12, abs=1e-15 * abs(mean))


@pytest.mark.parametrize("xi", [0.0, 0.7, -3.0, 8.0])
@pytest.mark.parametrize("kappa", [0.3, 1.3, -5.0, 27.0, -29.0, 60.0])
def test_order_two_by_direct_quadrature(xi, kappa):
    # given Y and b, XY − b² is Gaussian; index 0: XY > b², Y > 0; index 2: XY > b², Y < 0; else 1
    graded = np.concatenate([[0.0], np.geomspace(1e-10, 13.0, 44)])
    cuts = np.unique(np.concatenate([-xi + np.linspace(-13, 13, 14), graded, -graded]))
    y, wy = panels(cuts[abs(cuts + xi) <= 13.0])
    b, wb = panels(graded)
    wy = wy * np.exp(-((y + xi) ** 2) / 4) / math.sqrt(4 * math.pi)
    wb = 2 * wb * np.exp(-(b**2) / 2) / math.sqrt(2 * math.pi)
    mean, sigma = y[:, None] * (kappa - xi) - b**2, math.sqrt(2) * np.abs(y[:, None])
    above, below = positive_part(mean, sigma) @ wb, positive_part(-mean, sigma) @ wb
    exact = np.array([wy @ (above * (y > 0)), wy @ below, wy @ (above * (y < 0))])
    values, errors = mean_abs_determinant(2, xi, kappa, index=[0, 1, 2], with_error=True)
    assert values == pytest.approx(exact, abs=1e-12 * exact.sum())
    assert np.all(np.abs(values - exact) <= errors + 1e-14 * exact.sum())
    assert np.all(errors < 1e-12 * exact.sum())


def test_recorded_values():
    # 400 000 sampled matrices and a quadrature in the prototype agree on these digits
    values = mean_abs_determinant(3, 0.7, -2.0, index=np.arange(4))
    assert values == pytest.approx([0.000176, 0.362668, 4.34372, 1.20423], abs=6e-6)
    assert values.sum() == pytest.approx(5.91079650756, abs=1e-11)


@pytest.mark.parametrize(("n", "xi", "kappa"), [(6, 0.9, -3.0), (7, -1.3, 4.0), (11, 2.0, 2.5)])
def test_against_sampling(n, xi, kappa):
    size = 60_000
    diagonal, off_diagonal = sample_goe_tridiagonal(n, size=size, kappa=kappa, rng=5 + n)
    weight = np.exp(log_abs_determinant(diagonal, off_diagonal, xi))
    below = count_below(diagonal, off_diagonal, xi)
    seen = 0
    for k in range(n + 1):
        sample = weight * (below == k)
        if np.count_nonzero(sample) > 200:
            seen += 1
            exact = mean_abs_determinant(n, xi, kappa, index=k)
            assert abs(sample.mean() - exact) < 4.5 * sample.std() / math.sqrt(size)
    assert seen >= 4
    law = mean_abs_determinant(n, xi, kappa, index=np.arange(n + 1))
    k = int(np.argmax(law))  # control: the neighbour of the commonest is refused
    sample = weight * (below == k)
    assert abs(sample.mean() - law[k - 1]) > 8 * sample.std() / math.sqrt(size)


@pytest.mark.parametrize("n", [3, 8, 21])
def test_a_strong_spike_leaves_the_index_of_the_minor(n):
    xi = 0.4 * math.sqrt(n)
    minor = index_probabilities(n - 1, xi)
    for kappa in (1e6, 1e9):
        above, below = spiked_index_ratio(n, np.array([xi]), np.array([kappa, -kappa]))[1][:, 0] / kappa
        assert above == pytest.approx([*minor, 0.0], abs=30 * math.sqrt(n) / kappa)
        assert below == pytest.approx([0.0, *minor], abs=30 * math.sqrt(n) / kappa)


@pytest.mark.parametrize("n", [2, 9, 24])
def test_reflection(n):
    xi, kappa = np.array([0.3, -1.2, 2.5]), np.array([0.5, -2.0, 35.0])
    values = spiked_index_ratio(n, xi, kappa)[1]
    assert values == pytest.approx(spiked_index_ratio(n, -xi, -kappa)[1][..., ::-1], rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("n", [2, 5, 24])
def test_real_axis_and_turned_contour_agree(n):
    for xi, mu in ((0.3, REAL_REACH), (-1.9, -REAL_REACH), (2 * math.sqrt(n), 28.0)):
        total = []
        for octave in (0, 1 if mu > 0 else -1):
            ray = contour(abs(octave))[0] * direction(octave)
            total.append((np.exp(1j * ray * mu) @ index_sweep(n, xi, octave).values).real)
        assert total[0] == pytest.approx(total[1], abs=2e-13)


@pytest.mark.parametrize("n", [3, 10, 40])
def test_far_shifts_have_a_sure_index(n):
    xi = 3 * math.sqrt(n) + 8
    values = mean_abs_determinant(n, xi, np.array([0.5, 3 * xi]), index=np.arange(n + 1)[:, None])
    assert np.count_nonzero(values > 1e-13 * values.max(axis=0)) == 2
    assert np.argmax(values, axis=0).tolist() == [n, n - 1]  # a strong spike takes one eigenvalue above ξ
    near = xi + 0.5  # the spike's own eigenvalue is near ξ
    both = mean_abs_determinant(n, xi, near, index=[n - 1, n])
    assert both.sum() == pytest.approx(mean_abs_determinant(n, xi, near), rel=1e-12)
    assert np.all(both > 0.01 * both.sum())


def test_broadcasting_and_rows_without_a_spike():
    xi, kappa, index = np.array([0.3, -1.2]), np.array([[0.0], [1.5]]), np.arange(6)[:, None, None]
    values, errors = mean_abs_determinant(5, xi, kappa, index, with_error=True)
    assert values.shape == errors.shape == (6, 2, 2)
    assert np.array_equal(values[:, 0, 0], mean_abs_determinant(5, 0.3, index=np.arange(6)))
    assert values[:, 1, 1] == pytest.approx(mean_abs_determinant(5, -1.2, 1.5, index=np.arange(6)), rel=1e-13)
    assert values.sum(axis=0) == pytest.approx(mean_abs_determinant(5, xi, kappa), rel=1e-12)
    logs = mean_abs_determinant(5, xi, kappa, index, log=True)
    assert np.exp(logs) == pytest.approx(values, rel=1e-13)


def test_logarithm_of_what_is_lost_has_an_infinite_error():
    value, error = mean_abs_determinant(30, 0.0, 2.0, index=0, log=True, with_error=True)
    assert error == math.inf
    assert value < -10
    value, error = mean_abs_determinant(30, 0.0, 2.0, index=15, log=True, with_error=True)
    assert error < 1e-11
