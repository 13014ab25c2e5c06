"""E ∏ g(λ) over the GOE against closed forms, direct integration and reference numbers."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest

from spinglass._errors import ComputationError, InputError
from spinglass.random_matrices import count_probabilities, mean_abs_determinant, mean_product

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
    result, _ = mean_product(n, lambda x: (xi - x) ** power, with_error=True)  # the mean may be zero
    assert value(result) == pytest.approx(exact, abs=1e-12 * size)


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


def log_mean_of(n, name):
    """Functions with a known mean: (g, break points, log mean or its phase and modulus)."""
    root = 2.2 * math.sqrt(n)
    gauss = 0.05 - 0.02j / n
    return {
        "one": (np.ones_like, [], 0.0),
        "modulus": (lambda x: np.abs(x - 0.37), [0.37], mean_abs_determinant(n, 0.37, log=True)),
        "unnamed kink": (lambda x: np.abs(x - 0.37), [], mean_abs_determinant(n, 0.37, log=True)),
        "kink outside": (lambda x: np.abs(x - root), [root], mean_abs_determinant(n, root, log=True)),
        "small push": (lambda x: np.exp(0.1 * x), [], n * 0.01),
        "push": (lambda x: np.exp(-0.7 * x), [], n * 0.49),
        "squeeze": (lambda x: np.exp(-0.2 * x * x), [], -n * (n + 1) / 4 * math.log1p(0.8)),
        "stretch": (lambda x: np.exp(0.1 * x * x), [], -n * (n + 1) / 4 * math.log1p(-0.4)),
        "complex": (lambda x: np.exp(-gauss * x * x), [], -n * (n + 1) / 4 * np.log(1 + 4 * gauss)),
    }[name]


CASES = ["one", "modulus", "unnamed kink", "kink outside", "small push", "push", "squeeze", "stretch", "complex"]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("n", [1, 2, 3, 8, 13, 30, 51, 100, 180])
def test_error_is_honest_and_digits_are_many(n, name):
    g, breaks, exact = log_mean_of(n, name)
    (log_modulus, phase), error = mean_product(n, g, breaks, with_error=True)
    difference = abs(
        log_modulus + np.log(complex(phase)) - (np.real(exact) + 1j * np.angle(np.exp(1j * np.imag(exact))))
    )
    assert difference <= error
    assert error < 1e-13 * (n + 10) * (20 if name == "complex" else 1)
    assert difference < 2e-14 * (n + 5)


@pytest.mark.parametrize("name", ["modulus", "push", "squeeze"])
def test_five_hundred(name):
    g, breaks, exact = log_mean_of(500, name)
    (log_modulus, _), error = mean_product(500, g, breaks, with_error=True)
    assert abs(log_modulus - exact) <= error < 1e-10 * max(1, abs(exact))


@pytest.mark.parametrize(("n", "cut"), [(1, 0.3), (2, 1.5), (6, -2.0), (10, 0.0), (12, 5.0), (25, 2.0)])  # to e^{−250}
def test_rare_events_keep_relative_accuracy(n, cut):
    """P(no eigenvalue below a cut): the logarithm in high precision; the jump named or not."""
    rare = count_probabilities(n, cut, relative=True, log=True)[0]
    for breaks in ([cut], []):
        (log_modulus, phase), error = mean_product(n, lambda x: 1.0 * (x >= cut), breaks, with_error=True)
        assert phase == 1
        assert abs(log_modulus - rare) <= error < (1e-9 if n <= 12 else 1e-3)


def test_panels_fold_and_jumps_without_names():
    def g(x):
        return np.where(x < -1.1, 0.5, np.where(x < 0.7, 2.0 + np.sqrt(np.abs(x)), np.cos(x) ** 2))

    plain, error = mean_product(7, g, with_error=True)
    named, other = mean_product(7, g, [-1.1, 0.0, 0.7], with_error=True)
    assert abs(plain[0] - named[0]) <= error + other < 1e-8
    assert plain[1] == named[1] == 1


def test_loss_by_cancellation_is_stated_or_raised():
    n = 60
    exact = complex(-n * (n + 1) / 4 * np.log(1.6 - 1.2j))
    with pytest.raises(ComputationError, match="cancels"):
        mean_product(n, lambda x: np.exp(-(0.15 - 0.3j) * x * x))
    (log_modulus, phase), error = mean_product(n, lambda x: np.exp(-(0.15 - 0.3j) * x * x), with_error=True)
    assert error > 1e-6
    assert not abs(log_modulus - exact.real) > error
    (log_modulus, phase), error = mean_product(12, lambda x: np.exp(-(0.15 - 0.3j) * x * x), with_error=True)
    exact = complex(-12 * 13 / 4 * np.log(1.6 - 1.2j))
    assert abs(log_modulus + np.log(phase) - exact.real - 1j * np.angle(np.exp(1j * exact.imag))) <= error < 1e-9


def test_unresolved_functions_raise():
    with pytest.raises(ComputationError, match="not resolved"):
        mean_product(4, lambda x: 1.5 + np.sin(3e6 * x))


@pytest.mark.parametrize(
    ("n", "g"), [(0, np.ones_like), (501, np.ones_like), (2.5, np.ones_like), (2, lambda x: x * math.nan)]
)
def test_bad_input(n, g):
    with pytest.raises(InputError):
        mean_product(n, g)


def test_zero_function():
    assert mean_product(2, np.zeros_like) == (-math.inf, 0.0)
