"""Exact counts by index with a field, and of mixtures with a field: Kac-Rice at N = 2 and 3, sum rules, ratios."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.special import erf

from spinglass._errors import InputError
from spinglass.complexity import mean_count, mean_count_bins, mean_count_density, mean_energy_density
from spinglass.hamiltonians import OverlapField

RECORDS = json.loads((Path(__file__).parents[2] / "validation" / "reference" / "mixed_and_spiked.json").read_text())
RULE = np.polynomial.legendre.leggauss(14)
MIXTURE = {1: 0.4, 2: 0.8, 3: 1.0}
TANH = OverlapField.from_callable(
    lambda m: np.tanh(3 * m),
    lambda m: 3 / np.cosh(3 * m) ** 2,
    lambda m: -18 * np.tanh(3 * m) / np.cosh(3 * m) ** 2,
)


def panels(edges, rule=RULE):
    edges = np.asarray(edges, dtype=float)
    half, middle = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
    return (middle[:, None] + half[:, None] * rule[0]).ravel(), (half[:, None] * rule[1]).ravel()


def positive_part(mean, sigma):
    """E max(N(mean, σ²), 0)."""
    return sigma * np.exp(-((mean / sigma) ** 2) / 2) / math.sqrt(2 * math.pi) + mean * (
        0.5 + 0.5 * erf(mean / (sigma * math.sqrt(2)))
    )


def normal(low, high, count):
    x, w = panels(np.linspace(low, high, count))
    return x, w * np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)


def moments(mixture):
    pairs = [(p, a * a) for p, a in mixture.items() if p]
    return tuple(math.fsum(s * f(p) for p, s in pairs) for f in (lambda p: 1, lambda p: p, lambda p: p * (p - 1)))


CASES = [
    ({3: 1.0}, OverlapField(3, [0.8])),
    ({3: 1.0}, TANH),
    ({4: 1.0}, OverlapField.spike(-1.0, 3)),
    (MIXTURE, OverlapField.from_polynomial([0.0, 0.3, 0.6])),
    ({2: 1.0, 3: 1.0}, OverlapField.linear(0.7)),
    ({3: 1.0, 4: 1e-6}, OverlapField.from_polynomial([0.2, -0.5, 0.4, 0.3])),
]
cases = pytest.mark.parametrize(("mixture", "field"), CASES, ids=range(len(CASES)))


@cases
@pytest.mark.parametrize("window", [(-math.inf, math.inf), (-1.0, 0.4)], ids=["all", "window"])
def test_two_spins_on_the_circle(mixture, field, window):
    """h″ = −y − m D′ + (1−m²) D″ + √(4ξ″) g along the circle, h = H + D, (H, y) Gaussian, h′ = D′ cos θ + √(2ξ′) g."""
    value, first, second = moments(mixture)
    determinant = max(value * second + value * first - first**2, 0.0)
    theta = 2 * math.pi * np.arange(600) / 600
    m = np.sin(theta)
    d, slope, curvature = field.value(m, 2), field.derivative(m, 2), field.second_derivative(m, 2)
    z, wz = panels(np.linspace(-1, 1, 9))
    low, high = (np.clip((2 * bound - d) / math.sqrt(2 * value), -9, 9)[:, None] for bound in window)
    z = 0.5 * (low + high) + 0.5 * (high - low) * z  # H in units of its deviation
    wz = 0.5 * (high - low) * wz * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    spread = math.sqrt(2 * determinant / value)
    mean = -first * math.sqrt(2 / value) * z + ((1 - m**2) * curvature - m * slope)[:, None]
    sigma = math.sqrt(4 * second + spread**2)  # the part of y that H leaves free is Gaussian as well
    gradient = np.exp(-(slope**2) * (1 - m**2) / (4 * first)) / math.sqrt(4 * math.pi * first)
    expected = [
        2 * math.pi / theta.size * np.sum(gradient * np.sum(wz * positive_part(s * mean, sigma), axis=1))
        for s in (1, -1)
    ]
    found = mean_count(2, mixture=mixture, index=[0, 1], field=field, energy=window)
    assert found == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("mixture", "field"), [CASES[0], CASES[1], CASES[3]], ids=range(3))
def test_three_spins_on_the_sphere(mixture, field):
    """N = 3: det = X Y − b², positive parts in Y given X = A_11 + κ − ζ and b: minima X > 0, maxima X < 0."""
    _, first, second = moments(mixture)
    unit, deviation = math.sqrt(3 * second), math.sqrt(1 + first / second)
    m, wm = panels(np.sin(np.linspace(-1, 1, 13) * math.pi / 2))
    slope, curvature = field.derivative(m, 3), field.second_derivative(m, 3)
    weight = wm * np.exp(-(slope**2) * (1 - m**2) / (6 * first))
    z, wz = normal(-7, 7, 4)
    b, wb = panels(np.concatenate([[0.0], np.geomspace(0.05, 7.0, 3)]))
    wb = 2 * wb * np.exp(-(b**2) / 2) / math.sqrt(2 * math.pi)
    x0, w0 = normal(-7, 7, 7)
    expected = np.zeros(3)
    for position in np.flatnonzero(weight > 1e-10 * weight.max()):
        zeta = z * deviation + m[position] * slope[position] / unit
        kappa = (1 - m[position] ** 2) * curvature[position] / unit
        x = (kappa - zeta[:, None] + math.sqrt(2) * x0)[:, :, None]
        mean, sigma = -x * zeta[:, None, None] - b**2, math.sqrt(2) * np.abs(x)
        up, down = positive_part(mean, sigma), positive_part(-mean, sigma)
        for k, part in enumerate((np.where(x > 0, up, 0.0), down, np.where(x < 0, up, 0.0))):
            expected[k] += weight[position] * np.einsum("zxb,z,x,b->", part, wz, w0, wb)
    expected *= second / first
    assert mean_count(3, mixture=mixture, index=[0, 1, 2], field=field) == pytest.approx(expected, rel=1e-4)


def test_a_mixture_with_a_field_by_index():
    """Kac-Rice by another quadrature, checked against complete enumeration: ξ = 0.16q + 0.64q² + q³."""
    field = OverlapField.from_polynomial([0.0, 0.3, 0.6])
    counts, errors = mean_count(3, mixture=MIXTURE, index=[0, 1, 2], field=field, with_error=True)
    assert counts == pytest.approx([2.65866281, 3.29499790, 2.63633509], abs=6e-9)
    assert np.all(errors < 1e-10)
    same = OverlapField(3, [0.6, 0.9])  # the same field in the coefficients of three layers at N = 3
    assert mean_count(3, mixture=MIXTURE, index=[0, 1, 2], field=same) == pytest.approx(counts, rel=1e-12)


@pytest.mark.parametrize(
    ("n_spins", "mixture", "field"),
    [(4 + 3 * (i % 2), *case) for i, case in enumerate(CASES)] + [(4, *CASES[3])],
    ids=range(len(CASES) + 1),
)
def test_sum_rules(n_spins, mixture, field):
    k = np.arange(n_spins)
    counts, errors = mean_count(n_spins, mixture=mixture, index=k, field=field, with_error=True)
    total, bound = mean_count(n_spins, mixture=mixture, field=field, with_error=True)
    assert counts.sum() == pytest.approx(total, rel=1e-11)
    assert abs(counts.sum() - total) <= errors.sum() + bound
    euler = np.sum((-1.0) ** k * counts)
    assert euler == pytest.approx(2 * (n_spins % 2), abs=1e-11 * total)
    assert abs(euler - 2 * (n_spins % 2)) <= errors.sum() <= 1e-10 * total
    cuts = [-math.inf, -1.1, 0.3, math.inf]
    bins = mean_count_bins(cuts, n_spins, mixture=mixture, index=k, field=field)
    assert bins.shape == (3, n_spins)
    assert bins.sum(axis=0) == pytest.approx(counts, abs=1e-11 * total)
    whole = mean_count_bins(cuts, n_spins, mixture=mixture, field=field)
    assert bins.sum(axis=1) == pytest.approx(whole, abs=1e-11 * total)
    densities = mean_count_density([-1.2, 0.1], n_spins, mixture=mixture, index=k[:, None], field=field)
    all_indices, error = mean_count_density([-1.2, 0.1], n_spins, mixture=mixture, field=field, with_error=True)
    assert densities.sum(axis=0) == pytest.approx(all_indices, rel=1e-9)
    assert np.all(error <= 1e-9 * total)
    energies = mean_energy_density(n_spins, mixture=mixture, index=k, field=field)
    assert counts @ energies / total == pytest.approx(mean_energy_density(n_spins, mixture=mixture, field=field))
    assert np.all(np.diff(energies) > 0)


def test_densities_integrate_to_windows_by_index():
    field, k = OverlapField.from_polynomial([0.0, -0.1, 0.6]), np.arange(5)
    for mixture in ({3: 1.0}, {3: 1.0, 4: 0.02}, MIXTURE):
        u, w = panels(np.linspace(-1.3, 0.2, 5))
        densities = mean_count_density(u, 5, mixture=mixture, index=k[:, None], field=field)
        window = mean_count(5, mixture=mixture, index=k, energy=(-1.3, 0.2), field=field)
        assert densities @ w == pytest.approx(window, abs=1e-10 * window.sum())


@pytest.mark.parametrize("h", [0.5, 1.7])
def test_linear_fields_need_no_rank_one_term(h):
    """The same integral with a curvature too small to be felt goes through the rank-one sweeps."""
    linear = OverlapField.linear(h)
    swept = OverlapField.from_polynomial([0.0, h, 1e-18])
    for mixture in ({3: 1.0}, MIXTURE):
        k = np.arange(6)
        fast = mean_count(6, mixture=mixture, index=k, field=linear)
        assert mean_count(6, mixture=mixture, index=k, field=swept) == pytest.approx(fast, rel=1e-10)
        assert fast.sum() == pytest.approx(mean_count(6, mixture=mixture, field=linear), rel=1e-11)


@pytest.mark.parametrize("strength", [3.0, 10.0, 70.0])
def test_random_fields_beside_a_vanishing_one(strength):
    """Shifts that reach far beyond the spectrum."""
    mixture, k = {1: strength, 3: 1.0}, np.arange(6)
    exact = mean_count(6, mixture=mixture, index=k)
    for field in (OverlapField.linear(1e-200), OverlapField.from_polynomial([0.0, 0.0, 1e-200])):
        assert mean_count(6, mixture=mixture, index=k, field=field) == pytest.approx(exact, abs=1e-11)
        assert mean_count(6, mixture=mixture, field=field) == pytest.approx(exact.sum(), rel=1e-11)


def test_large_sizes_with_a_linear_field():
    weak = OverlapField.linear(1e-9)
    for n_spins in (80, 200):
        assert mean_count(n_spins, 3, field=weak) == pytest.approx(mean_count(n_spins, 3), rel=1e-11)
    counts = mean_count(80, 3, index=[0, 40, 79], field=weak)
    assert counts == pytest.approx(mean_count(80, 3, index=[0, 40, 79]), rel=1e-7)
    # the rate is lower than that without a field by h²/6 for h² <= 3/2 (Belius, Černý, Nakajima, Schmidt 2022)
    rates = [math.log(mean_count(n, 3, field=OverlapField.linear(1.0)) / mean_count(n, 3)) / n for n in (100, 200, 400)]
    gaps = np.abs(np.array(rates) + 1 / 6)
    assert np.all(gaps[1:] < 0.6 * gaps[:-1])
    assert gaps[2] < 3e-3
    assert mean_count(300, 3, field=OverlapField.linear(3.5)) == pytest.approx(2, abs=1e-5)


def test_symmetries_by_index():
    k = np.arange(6)
    for field, mirrored in (([0.4, 0.9], [-0.4, -0.9]), ([0.4, 0.9, 0.3], [0.4, -0.9, 0.3])):
        a = mean_count(6, 3, index=k, field=OverlapField(3, field), energy=(-1.2, 0.3))
        sign = math.copysign(1.0, mirrored[0])
        window = (-1.2, 0.3) if sign > 0 else (-0.3, 1.2)
        b = mean_count(6, 3, index=k, field=OverlapField(3, mirrored), energy=window)
        # −h has the field −D, opposite energies and indices N − 1 − k; w → −w turns m into −m
        assert (b if sign > 0 else b[::-1]) == pytest.approx(a, abs=1e-11 * a.sum())
    # an even field is integrated over one hemisphere; a negligible odd term makes it the whole sphere
    even = mean_count(6, 4, index=k, field=OverlapField.from_polynomial([0.0, 0.0, 0.9]))
    whole = mean_count(6, 4, index=k, field=OverlapField.from_polynomial([0.0, 1e-300, 0.9]))
    assert even == pytest.approx(whole, rel=1e-11)


@pytest.mark.parametrize(("n_spins", "ratio"), [(8, 0.574), (16, 0.629)])
def test_exact_ratios_of_saddles(n_spins, ratio):
    field = OverlapField(3, [0.3])
    value = mean_count_density(-1.8, n_spins, 3, index=1, field=field) / mean_count_density(-1.8, n_spins, 3, index=1)
    assert value == pytest.approx(ratio, abs=6e-4)


@pytest.mark.parametrize(("n_spins", "minima", "saddles"), [(8, 0.57, 0.110), (12, 0.53, 0.083)])
def test_minima_that_become_saddles(n_spins, minima, saddles):
    density = mean_count_density(-1.9, n_spins, 4, index=[0, 1], field=OverlapField(4, [1.0]))
    assert density[0] / mean_count_density(-1.9, n_spins, 4, index=0) == pytest.approx(minima, abs=6e-3)
    assert density[1] / mean_count_density(-1.9, n_spins, 4) == pytest.approx(saddles, abs=6e-4)


def test_strong_fields_by_index():
    for field in (OverlapField.linear(30.0), OverlapField.spike(40.0, 3)):
        counts, errors = mean_count(5, 3, index=np.arange(5), field=field, with_error=True)
        assert abs(counts[0] - counts[1] + counts[2] - counts[3] + counts[4] - 2) <= errors.sum() <= 1e-8
    assert mean_count(5, 3, index=np.arange(5), field=OverlapField.linear(30.0)) == pytest.approx(
        [1, 0, 0, 0, 1], abs=1e-9
    )
    steep = OverlapField.from_callable(
        lambda m: 20 * np.tanh(3 * m),
        lambda m: 60 / np.cosh(3 * m) ** 2,
        lambda m: -360 * np.tanh(3 * m) / np.cosh(3 * m) ** 2,
    )
    counts = mean_count(6, 3, index=np.arange(6), field=steep)
    assert counts.sum() == pytest.approx(mean_count(6, 3, field=steep), rel=1e-10)
    assert np.sum((-1.0) ** np.arange(6) * counts) == pytest.approx(0, abs=1e-10 * counts.sum())


def test_error_bounds_far_in_the_tails():
    """With a field a density far in the tail is known to the accuracy of the largest one, and the bound says so."""
    tiny = OverlapField.linear(1e-200)
    u = np.array([-6.0, -4.0, -2.0, -1.0, 0.3, 3.0])
    exact = mean_count_density(u, 8, 3)
    value, error = mean_count_density(u, 8, 3, field=tiny, with_error=True)
    assert np.all(np.abs(value - exact) <= error)
    assert error[0] > 1e3 * exact[0]
    assert np.all(error < 1e-10 * exact.max())
    k = np.arange(8)
    for window in ((-math.inf, -1.4), (-0.5, 0.5)):
        exact, slack = mean_count(8, 3, index=k, energy=window, with_error=True)
        value, error = mean_count(8, 3, index=k, energy=window, field=tiny, with_error=True)
        assert np.all(np.abs(value - exact) <= error + slack)
        assert np.all(error < 1e-9)


@pytest.mark.parametrize("record", [r for r in RECORDS if "field" in r["id"]], ids=lambda r: r["id"])
def test_error_bounds_of_records(record):
    inputs = record["inputs"]
    text = inputs.get("h", inputs.get("rho"))
    strength = math.sqrt(float(text[5:-1])) if text.startswith("sqrt") else float(text)
    field = OverlapField.linear(strength) if "h" in inputs else OverlapField(inputs["p"], [strength])
    value, error = mean_count(inputs["N"], inputs["p"], field=field, with_error=True)
    printed = 10.0 ** -len(record["value"].split(".")[1])
    assert abs(value - float(record["value"])) <= error + printed
    assert error < 1e-11 * value


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: mean_count(65, 3, index=0, field=OverlapField(p=3, rho=[0.5])), "n_spins"),
        (lambda: mean_count(65, 3, field=TANH), "n_spins"),
        (lambda: mean_count(502, 3, index=0, field=OverlapField.linear(0.5)), "n_spins"),
        (lambda: mean_count(2001, 3, field=OverlapField.linear(0.5)), "n_spins"),
        (lambda: mean_count(4, 3, index=4, field=OverlapField(p=3, rho=[0.5])), "index"),
        (lambda: mean_count(4, 3, energy=(1, 0), field=TANH), "energy"),
        (lambda: mean_count(4, 3, field="tanh"), "field"),
        (lambda: OverlapField.from_polynomial([1.0, math.nan]), "coefficients"),
        (lambda: OverlapField.from_polynomial("m"), "coefficients"),
        (lambda: OverlapField.from_polynomial([[1.0]]), "coefficients"),
    ],
)
def test_bad_input(call, word):
    with pytest.raises(InputError, match=word):
        call()


def test_polynomial_fields():
    field = OverlapField.from_polynomial([0.1, 0.0, -0.7])
    assert field.value(0.5, 6) == pytest.approx(6 * (0.1 - 0.7 * 0.25), rel=1e-15)
    assert field.polynomial(6) == pytest.approx([0.6, 0.0, -4.2])
    assert OverlapField.from_polynomial([0.0, 0.0]).is_zero
