"""E ∏ g(λ) over the GOE against closed forms, direct integration and reference numbers."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest

from spinglass._errors import InputError
from spinglass.random_matrices import mean_product

RECORDS = json.loads((Path(__file__).parents[2] / "validation" / "reference" / "determinants.json").read_text())


def value(result):
    log_modulus, phase = result
    return phase * math.exp(log_modulus)


def hermite(n, x):
    return np.polynomial.hermite_e.hermeval(x, [0] * n + [1])


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 10, 31, 60, 151, 200])
def test_normalisation_and_powers(n):
    assert mean_product(n, np.ones_like)[0] == pytest.approx(0, abs=1e-13 * (n + 10))
    assert mean_product(n, lambda x: 3.0 + 0 * x)[0] == pytest.approx(n * math.log(3), abs=1e-13 * (n + 10))


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 10, 25])
@pytest.mark.parametrize("xi", [0.3, -1.7, 9.0])
def test_signed_determinant_is_a_hermite_polynomial(n, xi):
    exact = hermite(n, xi)
    size = math.exp(mean_product(n, lambda x: abs(xi - x), [xi])[0])
    assert value(mean_product(n, lambda x: xi - x)) == pytest.approx(exact, abs=1e-12 * size)


@pytest.mark.parametrize("n", [1, 2, 3, 6, 15])
def test_exponential_linear_statistic(n):
    # tr A_n is Gaussian of variance 2n
    for s in (0.2, -0.3):
        assert mean_product(n, lambda x, s=s: np.exp(s * x))[0] == pytest.approx(s * s * n, abs=1e-11)


@pytest.mark.parametrize("n", [1, 2, 3, 6, 15])
def test_gaussian_linear_statistic(n):
    # tr A² is twice a chi-square of n(n+1)/2 degrees of freedom; complex arguments included
    for s in (0.2, 0.1j, 0.15 - 0.3j):
        log_modulus, phase = mean_product(n, lambda x, s=s: np.exp(-s * x * x))
        exact = (1 + 4 * s) ** (-n * (n + 1) / 4)
        assert phase * math.exp(log_modulus) == pytest.approx(exact, rel=1e-11)


def test_two_by_two_against_direct_integration():
    nodes, weights = np.polynomial.legendre.leggauss(60)

    def g(x):
        return np.where(x < 0.4, np.exp(0.3 * x), 1j * np.cos(x))

    edges = np.array([-13.0, -6.0, -2.0, 0.4, 3.0, 7.0, 13.0])
    x = np.concatenate([(a + b) / 2 + (b - a) / 2 * nodes for a, b in itertools.pairwise(edges)])
    w = np.concatenate([(b - a) / 2 * weights for a, b in itertools.pairwise(edges)])
    total = norm = 0.0
    for y, v in zip(x, w, strict=True):  # the inner integral is broken at x = y, where |x − y| has its corner
        cuts = np.sort(np.append(edges, y))
        inner = np.concatenate([(a + b) / 2 + (b - a) / 2 * nodes for a, b in itertools.pairwise(cuts)])
        iw = np.concatenate([(b - a) / 2 * weights for a, b in itertools.pairwise(cuts)])
        kernel = np.abs(inner - y) * np.exp(-(inner**2) / 4) * iw
        total = total + v * math.exp(-y * y / 4) * g(np.array([y]))[0] * np.sum(kernel * g(inner))
        norm += v * math.exp(-y * y / 4) * np.sum(kernel)
    assert value(mean_product(2, g, [0.4])) == pytest.approx(total / norm, rel=1e-12)


@pytest.mark.parametrize("record", [r for r in RECORDS if r["id"].startswith("det_")], ids=lambda r: r["id"])
def test_signed_and_squared_determinants(record):
    n, xi = record["inputs"]["n"], float(record["inputs"]["xi"])
    exact = float(record["value"])
    power = 2 if "squared" in record["id"] else 1
    size = math.exp(mean_product(n, lambda x: np.abs(xi - x) ** power, [xi])[0])
    assert value(mean_product(n, lambda x: (xi - x) ** power)) == pytest.approx(exact, abs=1e-12 * size)


def test_ratio_with_an_inverse_square_root():
    real, imaginary = (next(r for r in RECORDS if r["id"] == f"ratio_1_half_n4_{part}") for part in ("real", "imag"))
    n, xi = real["inputs"]["n"], float(real["inputs"]["xi"])
    eta = complex(float(real["inputs"]["eta_real"]), float(real["inputs"]["eta_imag"]))
    result = value(mean_product(n, lambda x: (xi - x) * (-1j * (eta - x)) ** -0.5))
    assert abs(result - complex(float(real["value"]), float(imaginary["value"]))) < 1e-13


@pytest.mark.parametrize(("n", "x", "y"), [(4, 0.5, 0.3 + 0.8j), (8, 1.0, -0.5 + 1.0j), (5, -0.7, 0.2 + 1.1j)])
def test_ratio_of_characteristic_polynomials(n, x, y):
    """E[det(ξ−A)/det(−i(η−A))] against its integral over the two eigenvalues of the bosonic Gram matrix.

    Z^{-1} ∫_{a,b>0} |a−b| (ab)^{(n−3)/2} e^{iη(a+b) − a² − b²} [He_n + 2i(a+b) He_{n−1} − 4ab He_{n−2}],
    Z = 2^{3−n} Γ(n−1).
    """
    xi, eta = x * math.sqrt(2), y * math.sqrt(2)
    nodes, weights = np.polynomial.legendre.leggauss(120)
    unit = (1 + nodes) / 2
    r, v = np.meshgrid(4.5 * unit, unit, indexing="ij")  # a = r² >= b = r² v²
    a, b = r**2, (r * v) ** 2
    measure = 2 * np.outer(2.25 * weights, 0.5 * weights) * r * (4 * r * r * v)
    bracket = hermite(n, xi) + 2j * (a + b) * hermite(n - 1, xi) - 4 * a * b * hermite(n - 2, xi)
    integrand = (a - b) * (a * b) ** ((n - 3) / 2) * np.exp(1j * eta * (a + b) - a * a - b * b) * bracket
    exact = np.sum(measure * integrand) / (2.0 ** (3 - n) * math.gamma(n - 1))
    assert abs(value(mean_product(n, lambda t: (xi - t) / (-1j * (eta - t)))) - exact) < 1e-11


def test_gap_probability_of_one_level():
    # n = 1: the eigenvalue is N(0, 2)
    assert value(mean_product(1, lambda x: 1.0 * (x > 0.8), [0.8])) == pytest.approx(0.5 * math.erfc(0.4), rel=1e-13)


def test_complement_of_breaks_is_visible():
    """Negative control: without the break the same mean is visibly wrong."""
    exact = 6 / math.sqrt(math.pi)
    assert value(mean_product(3, abs, [0.05])) != pytest.approx(exact, rel=1e-9)
    assert value(mean_product(3, abs, [0.0])) == pytest.approx(exact, rel=1e-13)


@pytest.mark.parametrize(
    ("n", "g"), [(0, np.ones_like), (501, np.ones_like), (2.5, np.ones_like), (2, lambda x: x * math.nan)]
)
def test_bad_input(n, g):
    with pytest.raises(InputError):
        mean_product(n, g)


def test_zero_function():
    assert mean_product(2, np.zeros_like) == (-math.inf, 0.0)
