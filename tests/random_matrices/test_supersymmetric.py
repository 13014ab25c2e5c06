"""The supersymmetric integral and the Fourier-Pfaffian integral: two exact routes, and sampled matrices as a third."""

import math

import numpy as np
import pytest

from spinglass._errors import ComputationError
from spinglass.random_matrices import log_abs_determinant, mean_abs_determinant, sample_goe_tridiagonal
from spinglass.random_matrices.supersymmetric import supersymmetric_ratio


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6, 7, 9, 12, 17, 24])
def test_two_exact_routes(n):
    generator = np.random.default_rng(n)
    root = math.sqrt(n)
    for xi in (0.0, *(generator.uniform(-1.1, 1.1, 2) * root)):
        kappa = np.array([0.0, *(generator.uniform(-0.8, 0.8, 2) * root)])
        value, error = mean_abs_determinant(n, xi, kappa, method="supersymmetric", with_error=True)
        other, other_error = mean_abs_determinant(n, xi, kappa, method="fourier", with_error=True)
        assert value == pytest.approx(other, rel=1e-10)
        assert np.all(np.abs(value - other) <= error + other_error)
        assert np.all(error <= 1e-10 * value)
        assert np.all(other_error <= 1e-12 * other)
        wrong = mean_abs_determinant(n, xi, kappa[1:] + 1e-6 * root, method="fourier")  # control
        assert np.all(np.abs(value[1:] - wrong) > error[1:] + other_error[1:])


@pytest.mark.parametrize("n", [2, 3, 10, 31, 45])
def test_without_a_spike_it_is_fyodorovs_identity(n):
    for xi in (0.0, 0.2 * math.sqrt(n)):
        value, error = mean_abs_determinant(n, xi, method="supersymmetric", with_error=True)
        exact = mean_abs_determinant(n, xi)
        assert abs(value - exact) <= error + 1e-13 * exact
        assert error < 1e-10 * exact


@pytest.mark.parametrize(
    ("n", "xi", "kappa", "recorded"),
    [
        (2, 0.7, 1.3, 2.15895339667),
        (3, 0.0, 1.0, 3.76856433245),
        (3, 0.7, -2.0, 5.91079650756),
        (4, -1.0, 1.5, 12.08544648998),
    ],
)
def test_recorded_values(n, xi, kappa, recorded):
    for method in ("supersymmetric", "fourier", None):
        assert mean_abs_determinant(n, xi, kappa, method=method) == pytest.approx(recorded, abs=1e-10)


@pytest.mark.parametrize(("n", "xi", "kappa"), [(4, 0.5, 2.5), (9, -1.7, -2.0), (16, 3.0, 3.0)])
def test_sampled_matrices_are_the_third_route(n, xi, kappa):
    size = 100_000
    diagonal, off_diagonal = sample_goe_tridiagonal(n, size=size, kappa=kappa, rng=40 + n)
    sample = np.exp(log_abs_determinant(diagonal, off_diagonal, xi))
    spread = sample.std() / math.sqrt(size)
    for method in ("supersymmetric", "fourier"):
        assert abs(sample.mean() - mean_abs_determinant(n, xi, kappa, method=method)) < 4.5 * spread
    assert abs(sample.mean() - mean_abs_determinant(n, xi, -kappa)) > 8 * spread  # control


def test_logarithm_and_its_error():
    value, error = mean_abs_determinant(6, 0.3, 1.0, log=True, method="supersymmetric", with_error=True)
    plain, plain_error = mean_abs_determinant(6, 0.3, 1.0, method="supersymmetric", with_error=True)
    assert value == pytest.approx(math.log(plain), rel=1e-14)
    assert error == pytest.approx(plain_error / plain, rel=1e-3)


@pytest.mark.parametrize(("n", "xi", "kappa"), [(20, 8.0, 0.0), (40, 10.0, 1.0), (3, 400.0, 0.0), (5, 0.0, 900.0)])
def test_lost_digits_are_reported(n, xi, kappa):
    with pytest.raises(ComputationError, match="supersymmetric integral at"):
        supersymmetric_ratio(n, xi, np.array([kappa]))
    with pytest.raises(ComputationError):
        mean_abs_determinant(n, xi, kappa, method="supersymmetric")
