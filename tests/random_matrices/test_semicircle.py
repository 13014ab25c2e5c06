"""The semicircle law against 50-digit closed forms, quadrature and sampled spectra."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest

from spinglass import InputError
from spinglass.random_matrices import semicircle

POINTS = sorted(
    {
        *(side * (2 + sign * 10.0**-k) for side in (-1, 1) for sign in (-1, 1) for k in range(16)),
        *(np.nextafter(s * 2.0, s * 9.0) for s in (-1, 1)),
        *np.linspace(-3, 3, 61).tolist(),
        *(s * 10.0**k for s in (-1, 1) for k in (2, 5, 20, 300)),
        2.0,
        -2.0,
        1e-300,
    }
)


def exact_stieltjes(x: float) -> mp.mpc:
    x = mp.mpf(x)
    if abs(x) <= 2:
        return mp.mpc(-x / 2, mp.sqrt(4 - x * x) / 2)
    return mp.mpc((-x + mp.sign(x) * mp.sqrt(x * x - 4)) / 2)


def exact_potential(x: float) -> mp.mpf:
    x = abs(mp.mpf(x))
    if x <= 2:
        return x * x / 4 - mp.mpf(1) / 2
    root = mp.sqrt(x * x - 4)
    return x * x / 4 - mp.mpf(1) / 2 - (x * root / 2 - 2 * mp.log((x + root) / 2)) / 2


@pytest.mark.parametrize("x", POINTS)
def test_stieltjes_and_potential_to_a_few_ulp(x):
    with mp.workdps(700 if abs(x) > 1e19 else 60):
        m, phi = exact_stieltjes(x), exact_potential(x)
        assert abs(semicircle.stieltjes(x) - mp.mpmathify(m)) <= 8e-16 * abs(m)
        assert abs(semicircle.log_potential(x) - phi) <= 4e-16 * max(abs(phi), mp.mpf(1) / 2)


def test_textbook_forms_fail_far_outside():
    # Negative control: the plain differences that the module avoids.
    x = 1e9
    assert (-x + math.sqrt(x * x - 4)) / 2 != pytest.approx(semicircle.stieltjes(x).real, rel=1e-3)


def test_potential_is_the_integral_of_the_logarithm():
    for x in (0.0, 0.7, -1.9, 2.01, 2.5, -4.0):
        # y = 2 cos φ; the logarithm's singularity is an end point of a panel.
        cuts = [0, mp.acos(mp.mpf(x) / 2), mp.pi] if abs(x) < 2 else [0, mp.pi]
        value = mp.quad(lambda f, x=x: mp.log(abs(x - 2 * mp.cos(f))) * 2 / mp.pi * mp.sin(f) ** 2, cuts)
        assert semicircle.log_potential(x) == pytest.approx(float(value), abs=1e-13)
    for x, value in ((2.0, 0.5), (2.5, 0.8181471805599453094172), (5.0, 1.588579618277611070429)):
        assert semicircle.log_potential(x) == pytest.approx(value, rel=3e-16)


def test_derivative_of_the_potential_is_minus_the_real_stieltjes_transform():
    for x in (-7.0, -2.3, -1.5, 0.4, 1.99, 2.01, 30.0):
        slope = mp.diff(exact_potential, x)
        assert float(slope) == pytest.approx(-semicircle.stieltjes(x).real, rel=1e-12)
        assert float(slope) != pytest.approx(semicircle.stieltjes(x).real, rel=1e-3)  # a flipped sign is seen


def test_stieltjes_is_the_integral_off_the_axis_and_the_upper_boundary_value_on_it():
    for z in (0.3 + 0.5j, -2.5 + 0.1j, 1 + 3j, 0.3 - 0.5j):
        value = mp.quad(lambda y, z=z: mp.sqrt(4 - y * y) / (2 * mp.pi) / (y - z), [-2, -1, 0, 1, 2])
        assert abs(semicircle.stieltjes(z) - complex(value)) < 1e-12
    for x in (-2.7, -1.3, 0.0, 1.9, 4.0):
        assert abs(semicircle.stieltjes(x) - semicircle.stieltjes(x + 1e-13j)) < 1e-12
        assert semicircle.stieltjes(complex(x, -0.0)) == semicircle.stieltjes(complex(x, 0.0))
    grid = np.linspace(-3, 3, 101)
    m = semicircle.stieltjes(grid)
    assert np.max(np.abs(m * m + grid * m + 1)) < 1e-14
    assert np.all(m.imag >= 0)
    assert np.allclose(m.imag / math.pi, semicircle.density(grid), atol=1e-16)


def test_density_and_distribution():
    for x in (-1.99999, -1.2, -0.99, 0.0, 0.5, 1.7):
        tail = mp.quad(lambda y: mp.sqrt(4 - y * y) / (2 * mp.pi), [-2, (x - 2) / 2, x])
        assert semicircle.cdf(x) == pytest.approx(float(tail), rel=1e-10)
    grid = np.linspace(-2.2, 2.2, 2001)
    assert np.all(np.diff(semicircle.cdf(grid)) >= 0)
    assert np.allclose(semicircle.cdf(grid) + semicircle.cdf(-grid), 1, atol=4e-16)
    # The left tail is (2/3π) (x+2)^{3/2} (1 − 3(x+2)/40 …), to full relative accuracy.
    depth = 2.0**-40
    expected = 2 / (3 * math.pi) * depth**1.5 * (1 - 3 * depth / 40)
    assert semicircle.cdf(-2 + depth) == pytest.approx(expected, rel=1e-14)
    assert (semicircle.cdf(-5.0), semicircle.cdf(5.0), semicircle.density(2.5)) == (0.0, 1.0, 0.0)


def test_quantile_inverts_the_distribution():
    q = np.concatenate([np.linspace(0, 1, 501), 10.0 ** -np.arange(3, 12)])
    x = semicircle.quantile(q)
    # d cdf = density dx: rounding of x near the edge is the only loss.
    assert np.all(np.abs(semicircle.cdf(x) - q) <= 4e-16 * (1 + semicircle.density(x) * 4))
    assert np.array_equal(semicircle.quantile([0, 0.5, 1]), [-2.0, 0.0, 2.0])
    assert np.allclose(semicircle.quantile(1 - q[:501]), -x[:501], atol=1e-13)
    assert semicircle.quantile(1e-12) + 2 == pytest.approx((3e-12 * math.pi / 2) ** (2 / 3), rel=1e-6)


def test_a_sampled_spectrum_follows_the_law():
    n = 400
    rng = np.random.default_rng(8)
    a = rng.standard_normal((n, n))
    eigenvalues = np.linalg.eigvalsh((a + a.T) / math.sqrt(2 * n))
    empirical = (np.arange(n) + 0.5) / n
    assert np.max(np.abs(semicircle.cdf(eigenvalues) - empirical)) < 0.01
    assert np.max(np.abs(semicircle.cdf(eigenvalues / math.sqrt(2)) - empirical)) > 0.05  # another convention is seen


def test_shapes_and_bad_input():
    assert type(semicircle.density(0.1)) is float
    assert type(semicircle.stieltjes(0.1)) is complex
    assert type(semicircle.log_potential(3)) is float
    for function in (semicircle.density, semicircle.cdf, semicircle.log_potential, semicircle.stieltjes):
        assert function(np.zeros((2, 3))).shape == (2, 3)
        with pytest.raises(InputError, match="x = nan"):
            function(math.nan)
        with pytest.raises(InputError, match="x = "):
            function("wide")
    with pytest.raises(InputError, match="finite"):
        semicircle.stieltjes(complex(0, math.inf))
    for bad in (-0.1, 1.1):
        with pytest.raises(InputError, match=r"q = .*probabilities"):
            semicircle.quantile(bad)
