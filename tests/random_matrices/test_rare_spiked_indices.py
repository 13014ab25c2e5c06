"""Rare indices with a spike: circles of many radii and the lowered contour, against exact laws and each other."""

import math

import numpy as np
import pytest

from spinglass import ComputationError
from spinglass.random_matrices import index_probabilities, mean_abs_determinant
from spinglass.random_matrices.definite_index import log_definite_determinant
from spinglass.random_matrices.level_density import log_mean_abs_determinant
from spinglass.random_matrices.rank_one_indices import ALL_CIRCLES, ONE_CIRCLE_EACH_SIDE, spiked_index_logarithms


def logarithms_without_a_spike(n, xi):
    """log W_n(ξ, 0) by index over E|det(A_{n−1} − ξ)|, by integers of many bits."""
    return index_probabilities(n, xi, relative=True, log=True) + float(
        log_mean_abs_determinant(n, xi) - log_mean_abs_determinant(n - 1, xi)
    )


@pytest.mark.parametrize("n", [2, 3, 6, 13, 24])
@pytest.mark.parametrize("x", [0.0, -0.8, -1.6, 1.1, 2.3])
def test_every_circle_without_a_spike(n, x):
    xi = x * math.sqrt(n)
    exact = logarithms_without_a_spike(n, xi)
    share = exact - np.logaddexp.reduce(exact)
    for each_side in (ONE_CIRCLE_EACH_SIDE, ALL_CIRCLES):
        found, noise = (part[0] for part in spiked_index_logarithms(n, xi, np.zeros(1), each_side))
        error, bound = np.abs(np.expm1(np.minimum(found - exact, 50.0))), np.exp(np.minimum(noise - exact, 50.0))
        assert np.all(error <= np.maximum(bound, 1e-14))
        assert np.all(bound[share > math.log(1e-4)] < 1e-9)
    assert np.all(bound[share > math.log(1e-12)] < 1e-7)  # all circles
    assert np.all(bound[share > math.log(1e-25)] < 1e-6)
    assert np.all(error[share > math.log(1e-12)] < 2e-9)
    wrong = logarithms_without_a_spike(n, xi + 0.01)  # control: another shift is seen in every rare index
    rare = (share < math.log(1e-4)) & (bound < 1e-4)
    assert np.all(np.abs(found - wrong)[rare] > bound[rare])


@pytest.mark.parametrize(("n", "x"), [(2, -1.2), (5, 1.0), (5, -2.2), (16, 0.0), (40, -1.2), (40, 0.0)])
def test_definite_matrices_without_a_spike(n, x):
    xi = x * math.sqrt(n)
    value, error = log_definite_determinant(n, xi, 0.0)
    exact = float(log_mean_abs_determinant(n, xi)) + index_probabilities(n, xi, relative=True, log=True)[0]
    assert abs(value - exact) <= error
    assert error < 2e-10
    other, _ = log_definite_determinant(n, xi, 0.05)
    assert abs(other - exact) > 1e3 * error


@pytest.mark.parametrize(("n", "x"), [(3, 0.4), (10, -1.2)])
def test_definite_matrices_and_circles_agree_with_a_spike(n, x):
    xi = x * math.sqrt(n)
    kappa = np.array([-1.5, 0.7]) * math.sqrt(n)
    found, noise = spiked_index_logarithms(n, xi, kappa, ALL_CIRCLES)
    minor = float(log_mean_abs_determinant(n - 1, xi))
    seen = 0
    for row, value in enumerate(kappa.tolist()):
        for index, sign in ((0, 1.0), (n, -1.0)):
            exact, error = log_definite_determinant(n, sign * xi, sign * value)
            bound = math.exp(min(noise[row, index] + minor - exact, 50.0))
            if bound < 0.1:
                seen += 1
                assert abs(math.expm1(found[row, index] + minor - exact)) <= bound + error
    assert seen >= 2


def test_order_two_by_direct_quadrature():
    # index 0: Y > 0 and X > b²/Y, X = κ − ξ + a; E max over X is elementary
    xi, kappa = 1.0, -2.8
    nodes, weights = np.polynomial.legendre.leggauss(60)

    def panels(edges):
        half, middle = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
        return (middle[:, None] + half[:, None] * nodes).ravel(), (half[:, None] * weights).ravel()

    y, wy = panels(np.concatenate([[0.0], np.geomspace(1e-8, 14.0, 30)]))
    b, wb = panels(np.concatenate([[0.0], np.geomspace(1e-8, 14.0, 30)]))
    wy = wy * np.exp(-((y + xi) ** 2) / 4) / math.sqrt(4 * math.pi)
    wb = 2 * wb * np.exp(-(b**2) / 2) / math.sqrt(2 * math.pi)
    mean, sigma = y[:, None] * (kappa - xi) - b**2, math.sqrt(2) * y[:, None]
    z = mean / sigma
    tail = np.vectorize(math.erfc)(-z / math.sqrt(2)) / 2
    positive = sigma * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) + mean * tail
    exact = float(wy @ positive @ wb)
    assert exact < 2e-4
    assert mean_abs_determinant(2, xi, kappa, index=0, relative=True) == pytest.approx(exact, rel=1e-9)


def test_relative_accuracy_from_the_public_function():
    every = np.arange(21)
    logs, errors = mean_abs_determinant(20, -4.0, 3.0, index=every, log=True, relative=True, with_error=True)
    plain, bounds = mean_abs_determinant(20, -4.0, 3.0, index=every, with_error=True)
    assert np.all(np.abs(np.exp(logs) - plain) <= bounds + 1e-14 * plain + np.exp(logs) * np.minimum(errors, 1.0))
    assert np.exp(logs[:12]).sum() == pytest.approx(mean_abs_determinant(20, -4.0, 3.0), rel=1e-12)
    assert np.all(errors[[0, 4, 8, 20]] < [1e-12, 1e-11, 1e-9, 1e-11])
    assert np.all(np.diff(logs[4:]) < 0)
    reflected = mean_abs_determinant(20, 4.0, -3.0, index=[13, 20], log=True, relative=True)
    assert reflected == pytest.approx(logs[[7, 0]], abs=1e-9)
    mixed = mean_abs_determinant(20, -4.0, np.array([0.0, 3.0]), index=7, log=True, relative=True)
    assert mixed[1] == pytest.approx(logs[7], abs=1e-12)
    assert mixed[0] == mean_abs_determinant(20, -4.0, index=7, log=True, relative=True)


def test_what_is_too_rare_is_refused_or_told():
    with pytest.raises(ComputationError, match="rarest"):
        mean_abs_determinant(20, -4.0, 3.0, index=18, relative=True)
    assert mean_abs_determinant(20, -4.0, 3.0, index=18, log=True, relative=True, with_error=True)[1] == math.inf
