"""Gaps and spacings: records, a determinant of the whole kernel in high precision, Dyson's tail, theorems, samples."""

import json
import math
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest
from scipy import integrate

from spinglass import InputError
from spinglass.random_matrices.sine_determinants import parity_probabilities
from spinglass.random_matrices.spacings import (
    gap_probability,
    spacing_cdf,
    spacing_pdf,
    spacing_sf,
    spacing_variance,
)

RECORDS = json.loads((Path(__file__).parents[2] / "validation" / "reference" / "spacings.json").read_text())
GAPS = [record for record in RECORDS if record["id"].startswith("gap")]


@pytest.mark.parametrize("record", GAPS, ids=lambda record: record["id"])
def test_gap_records(record):
    value, error = gap_probability(float(record["inputs"]["s"]), record["inputs"]["beta"], with_error=True)
    exact = mp.mpf(record["value"])
    assert abs(value - exact) <= error <= 1e-14 * exact


@pytest.mark.parametrize("beta", [1, 2])
def test_variance_records(beta):
    record = next(record for record in RECORDS if record["id"] == f"spacing_variance_beta{beta}")
    assert spacing_variance(beta) == pytest.approx(float(record["value"]), rel=1e-13)


def whole_kernel(s, nodes=24):
    """E_2(0; s) from the whole sine kernel at Gauss nodes on (0, s), unsymmetrised: mpmath's own LU."""
    x, w = gauss(nodes)
    matrix = mp.eye(nodes)
    for i in range(nodes):
        for j in range(nodes):
            matrix[i, j] -= s / 2 * w[j] * mp.sincpi(s / 2 * (x[i] - x[j]))
    return mp.det(matrix)


_RULES: dict = {}


def gauss(nodes):
    if (nodes, mp.mp.prec) not in _RULES:
        roots = [
            mp.findroot(lambda t: mp.legendre(nodes, t), mp.mpf(float(t)), tol=mp.mpf(10) ** (-2 * mp.mp.dps + 4))
            for t in np.polynomial.legendre.leggauss(nodes)[0]
        ]
        weights = [2 * (1 - t * t) / ((nodes * mp.legendre(nodes - 1, t)) ** 2) for t in roots]
        _RULES[nodes, mp.mp.prec] = (roots, weights)
    return _RULES[nodes, mp.mp.prec]


@pytest.mark.parametrize("s", [0.02, 0.7, 2.3])
def test_unitary_law_against_the_whole_kernel(s):
    with mp.workdps(50):
        place, step = mp.mpf(s), mp.mpf(10) ** -12
        before, here, after = (whole_kernel(place + k * step) for k in (-1, 0, 1))
        density = (after - 2 * here + before) / step**2  # good to 1e-22 in this arithmetic
        slope = (after - before) / (2 * step)
    for function, exact in ((gap_probability, here), (spacing_pdf, density), (spacing_sf, -slope)):
        value, error = function(s, 2, with_error=True)
        assert abs(value - exact) <= error + 1e-19
        assert error <= 2e-14 * exact


@pytest.mark.parametrize(("beta", "inside"), [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (4, 0)])
def test_errors_are_honest(beta, inside):
    """Against differences of determinants in three times the digits, tails down to 1e-200 included."""
    scale, most = (2 if beta == 4 else 1), (inside // 2 if beta == 1 else inside)
    for s in (0.013, 0.31, 1.07, 2.6, 7.9):
        with mp.workdps(60):
            place, step = mp.mpf(s) * scale, mp.mpf(10) ** -15
            rows = [parity_probabilities(place + k * step, most, 600, 40) for k in (-1, 0, 1)]
            gaps, totals = [], []
            for even, odd in rows:
                row = exact_gaps(beta, even, odd)
                gaps.append(row[inside])
                totals.append(mp.fsum((inside - j + 1) * row[j] for j in range(inside + 1)))
            survival = -(totals[2] - totals[0]) / (2 * step) * scale
            density = (totals[2] - 2 * totals[1] + totals[0]) / step**2 * scale**2
        for function, exact in (
            (gap_probability, gaps[1]),
            (spacing_sf, survival),
            (spacing_cdf, 1 - survival),
            (spacing_pdf, density),
        ):
            if exact < 1e-22 and function in (spacing_pdf, spacing_cdf):
                continue  # below what the difference resolves
            value, error = function(s, beta, inside, with_error=True)
            truncation = 1e-27 * (1 + totals[1])
            assert abs(value - exact) <= error + truncation
            assert error <= 1e-13 * exact


def exact_gaps(beta, even, odd):
    if beta == 1:  # the parities pair the levels: E_+(n) = E(2n) + E(2n − 1), E_−(n) = E(2n) + E(2n + 1)
        return [even[0], odd[0] - even[0], *(e - odd[0] + even[0] for e in even[1:])]
    if beta == 2:
        return [even[0] * odd[0], *(even[0] * o + e * odd[0] for e, o in zip(even[1:], odd[1:], strict=True))]
    return [(even[0] + odd[0]) / 2]


def test_dyson_tail_down_to_the_smallest_doubles():
    # log E_2 = −t²/2 − ¼ log t + log 2/12 + 3ζ′(−1) + 1/(32 t²) + 5/(128 t⁴) + …, t = πs/2 (Dyson 1976)
    constant = math.log(2) / 12 + 3 * float(mp.zeta(-1, derivative=1))
    for s in (6.0, 10.0, 15.0, 23.5):
        t = math.pi * s / 2
        tail = -t * t / 2 - math.log(t) / 4 + constant + 1 / (32 * t**2) + 5 / (128 * t**4)
        assert math.log(gap_probability(s, 2)) == pytest.approx(tail, abs=3 / t**6 + 1e-12)
    assert 0 < gap_probability(23.5, 2) < 1e-290
    assert gap_probability([30.0, 1e6], 2).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("s", [0.3, 1.0, 2.5, 6.0])
def test_gaudin_relation_of_orthogonal_and_unitary(s):
    # log E_1 = ½ log E_2 − ½ ∫_0^s √(−(log E_2)″): a relation that the even and odd parts are not built on
    def root(x):
        gap, slope, bend = gap_probability(x, 2), -spacing_sf(x, 2), spacing_pdf(x, 2)
        return np.sqrt((slope / gap) ** 2 - bend / gap)

    nodes, weights = np.polynomial.legendre.leggauss(60)
    total = s / 2 * weights @ root(s / 2 * (1 + nodes))
    exact = 0.5 * math.log(gap_probability(s, 2)) - 0.5 * total
    assert math.log(gap_probability(s, 1)) == pytest.approx(exact, abs=1e-12)


def test_every_second_orthogonal_level_is_symplectic():
    # Mehta and Dyson 1963
    s = np.array([1e-3, 0.05, 0.4, 1.0, 2.0, 3.7, 7.3])
    np.testing.assert_allclose(spacing_pdf(s, 1, 1), spacing_pdf(s / 2, 4) / 2, rtol=1e-13)
    np.testing.assert_allclose(spacing_sf(s, 1, 1), spacing_sf(s / 2, 4), rtol=1e-13)
    assert spacing_variance(1, 1) == pytest.approx(4 * spacing_variance(4), rel=1e-13)


@pytest.mark.parametrize(
    ("beta", "coefficient"), [(1, math.pi**2 / 6), (2, math.pi**2 / 3), (4, 16 * math.pi**4 / 135)]
)
def test_repulsion_of_neighbours(beta, coefficient):
    for s in (1e-9, 1e-6, 1e-4):
        assert spacing_pdf(s, beta) == pytest.approx(coefficient * s**beta, rel=1e-6 if s == 1e-4 else 1e-10)
        assert spacing_cdf(s, beta) == pytest.approx(coefficient * s ** (beta + 1) / (beta + 1), rel=1e-6)


@pytest.mark.parametrize(("beta", "inside"), [(1, 0), (1, 2), (2, 0), (2, 1), (4, 0)])
def test_densities_have_mass_one_and_the_right_mean(beta, inside):
    nodes, weights = np.polynomial.legendre.leggauss(30)
    panels = np.arange(0, 2 * inside + 9, 0.5)
    s = (panels[:, None] + 0.25 * (1 + nodes)).ravel()
    w = np.tile(weights / 4, len(panels))
    density = spacing_pdf(s, beta, inside)
    mean = w @ (s * density)
    assert w @ density == pytest.approx(1, abs=1e-13)
    assert mean == pytest.approx(inside + 1, abs=1e-12)
    assert w @ ((s - mean) ** 2 * density) == pytest.approx(spacing_variance(beta, inside), rel=1e-12)
    np.testing.assert_allclose(spacing_cdf(s, beta, inside) + spacing_sf(s, beta, inside), 1, rtol=1e-14)
    cumulative = integrate.cumulative_trapezoid(spacing_pdf(np.linspace(0, 6, 3001), beta, inside), dx=0.002)
    np.testing.assert_allclose(spacing_cdf(np.linspace(0, 6, 3001)[1:], beta, inside), cumulative, atol=2e-6)


@pytest.mark.parametrize("beta", [1, 2, 4])
def test_gap_probabilities_sum_to_one(beta):
    s = np.array([0.1, 0.5])
    total = sum(gap_probability(s, beta, k) for k in range(3))
    assert np.all(np.abs(total - 1) < [1e-7, 2e-2])
    assert abs(total[1] - 1) > 1e-13  # four levels and more are missing
    assert np.all(total < 1 + 1e-15)
    mean = sum(k * gap_probability(s, beta, k) for k in range(3))
    np.testing.assert_allclose(mean, s, rtol=4e-2)


def test_samples_of_the_gaussian_ensembles():
    rng = np.random.default_rng(11)
    size, n = 3000, 60
    normal = rng.standard_normal((2, size, n, n))
    for beta, matrices in ((1, normal[0]), (2, normal[0] + 1j * normal[1])):
        levels = np.linalg.eigvalsh(matrices + np.conj(matrices.transpose(0, 2, 1)))[:, n // 2 - 2 : n // 2 + 2]
        spacing = (levels[:, 2] - levels[:, 1]) / np.mean(levels[:, 2] - levels[:, 1])
        for cut in (0.3, 0.8, 1.5):
            exact = spacing_cdf(cut, beta)
            distance = (np.mean(spacing < cut) - exact) / math.sqrt(exact * (1 - exact) / size)
            assert abs(distance) < 4.5
        wrong = spacing_cdf(0.3, 3 - beta)  # negative control: the other ensemble is seen
        assert abs(np.mean(spacing < 0.3) - wrong) > 4.5 * math.sqrt(wrong * (1 - wrong) / size)


def test_shapes_ends_and_types():
    assert gap_probability(0.0, 1) == 1.0
    assert gap_probability(0.0, 1, 1) == 0.0
    assert spacing_pdf(0.0, 4) == 0.0
    assert isinstance(spacing_pdf(1.0, 1), float)
    assert spacing_sf(np.ones((2, 3)), 2).shape == (2, 3)
    assert spacing_cdf(1e9, 1) == 1.0
    value, error = spacing_cdf(np.linspace(0, 5, 7), 1, with_error=True)
    assert error.shape == value.shape == (7,)


@pytest.mark.parametrize(
    "call",
    [
        lambda: gap_probability(-0.1, 1),
        lambda: gap_probability(math.nan, 1),
        lambda: gap_probability("1", 1),
        lambda: gap_probability(1.0, 3),
        lambda: gap_probability(1.0, 1, 4),
        lambda: spacing_pdf(1.0, 2, -1),
        lambda: spacing_variance(0),
    ],
)
def test_bad_input(call):
    with pytest.raises(InputError, match=r"(s|beta|inside) = "):
        call()
