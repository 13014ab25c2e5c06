"""Exact counts of mixtures without a deterministic field: closed forms, Kac-Rice on the circle, nearly pure glasses."""

import json
import math
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest
from scipy.special import erf

from spinglass._errors import ComputationError, InputError
from spinglass.complexity import (
    mean_count,
    mean_count_bins,
    mean_count_density,
    mean_energy_density,
    total_count_closed_form,
)
from spinglass.hamiltonians import OverlapField

RECORDS = json.loads((Path(__file__).parents[2] / "validation" / "reference" / "random_field.json").read_text())
GAUSS = np.polynomial.legendre.leggauss(30)
EVERYTHING = (-math.inf, math.inf)
MIXTURES = [
    {2: 1.0, 3: 1.0},
    {1: 0.4, 2: 0.8, 3: 1.0},
    {1: math.sqrt(3), 3: 1.0},
    {1: 2.0, 3: 0.7, 7: 0.1},
    {3: 1.0, 4: 1e-3},
    {3: 1.0, 4: 1e-9},
    {3: 1.0, 4: 1e-170},
    {1: 30.0, 2: 0.1},
    {3: 5.0},
]
mixtures = pytest.mark.parametrize("mixture", MIXTURES, ids=str)


def panels(edges):
    edges = np.asarray(edges, dtype=float)
    half, middle = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
    return (middle[:, None] + half[:, None] * GAUSS[0]).ravel(), (half[:, None] * GAUSS[1]).ravel()


def moments(mixture):
    """ξ, ξ′, ξ″ at 1 without the constant."""
    pairs = [(p, a * a) for p, a in mixture.items() if p]
    return tuple(math.fsum(s * f(p) for p, s in pairs) for f in (lambda p: 1, lambda p: p, lambda p: p * (p - 1)))


def positive_part(mean, sigma):
    """E max(N(mean, σ²), 0)."""
    return sigma * np.exp(-((mean / sigma) ** 2) / 2) / math.sqrt(2 * math.pi) + mean * (
        0.5 + 0.5 * erf(mean / (sigma * math.sqrt(2)))
    )


# totals


def test_records_of_a_random_field():
    assert len(RECORDS) == 23
    for record in RECORDS:
        inputs = record["inputs"]
        # ξ = q³ + h² q has r = 6/(3 + h²)
        squared = float(inputs["h_squared"]) if "p" in inputs else 6 / float(Fraction(inputs["r"])) - 3
        value, error = mean_count(inputs["N"], mixture={1: math.sqrt(squared), 3: 1.0}, with_error=True)
        assert value == pytest.approx(float(record["value"]), rel=1e-12)
        assert abs(value - float(record["value"])) <= error + 1e-13 * value <= 2e-12 * value


@mixtures
@pytest.mark.parametrize("n_spins", [1, 2, 3, 5, 8, 12])
def test_totals_are_the_closed_forms_at_another_p(n_spins, mixture):
    _, first, second = moments(mixture)
    value, error = mean_count(n_spins, mixture=mixture, with_error=True)
    exact = total_count_closed_form(n_spins, 1 + second / first)
    assert value == pytest.approx(exact, rel=1e-12)
    assert abs(value - exact) <= error <= 1e-12 * value


@pytest.mark.parametrize("strength", [1e3, 1e5])
def test_a_strong_random_field_leaves_two_points(strength):
    mixture = {1: strength, 3: 1.0}
    assert mean_count(7, mixture=mixture) == pytest.approx(2, rel=1e-9)
    counts = mean_count(7, mixture=mixture, index=np.arange(7))
    assert counts == pytest.approx([1, 0, 0, 0, 0, 0, 1], abs=1e-5)
    assert sum(counts) == pytest.approx(mean_count(7, mixture=mixture), rel=1e-11)


def high_precision_total(n_spins, p):
    """2√(2/p)(p−1)^{N/2} ∫R_N e^{−(p−2)λ²/4p} in 40 digits, N even; R_N by recurrence of Hermite functions."""
    with mpmath.workdps(40):
        step = mpmath.mpf(1) / 8
        total = mpmath.mpf(0)
        for j in range(int((2 * math.sqrt(n_spins) + 14) * 8)):
            x = j * step
            # ψ_j and b_j = ∫_x^∞ ψ_j
            before, now = mpmath.mpf(0), mpmath.exp(-x * x / 4) / mpmath.root(2 * mpmath.pi, 4)
            tail_before, tail = (
                mpmath.mpf(0),
                mpmath.sqrt(mpmath.pi) * mpmath.erfc(x / 2) / mpmath.root(2 * mpmath.pi, 4),
            )
            whole = 2 * mpmath.sqrt(mpmath.pi) / mpmath.root(2 * mpmath.pi, 4)  # ∫ψ_j over the line, even j
            squares = mpmath.mpf(0)
            for k in range(n_spins):
                squares += now * now
                root = mpmath.sqrt(k + 1)
                new = (x * now - mpmath.sqrt(k) * before) / root
                tail_new = (mpmath.sqrt(k) * tail_before + 2 * now) / root
                if k % 2:
                    whole *= mpmath.sqrt(mpmath.mpf(k) / (k + 1))
                before, now, tail_before, tail = now, new, tail, tail_new
            density = squares + mpmath.sqrt(n_spins) / 2 * before * (whole / 2 - tail)
            total += (1 if j else mpmath.mpf(1) / 2) * density * mpmath.exp(-(p - 2) * x * x / (4 * p))
        return 2 * mpmath.sqrt(mpmath.mpf(2) / p) * mpmath.power(p - 1, mpmath.mpf(n_spins) / 2) * 2 * step * total


@pytest.mark.parametrize(("n_spins", "p"), [(12, 3), (60, 3), (60, 9)])
def test_error_bounds_of_totals_in_high_precision(n_spins, p):
    exact = high_precision_total(n_spins, p)
    value, error = mean_count(n_spins, p, with_error=True)
    assert abs(mpmath.mpf(value) - exact) <= error <= 1e-12 * value


# by index


@mixtures
def test_two_and_three_spins_by_index(mixture):
    _, first, second = moments(mixture)
    r = second / first
    assert mean_count(2, mixture=mixture, index=[0, 1]) == pytest.approx([math.sqrt(3 * r + 1)] * 2, rel=1e-12)
    total = 2 + 8 * r**1.5 / math.sqrt(3 * r + 1)
    by_index = [total / 4 + 0.5, total / 2 - 1, total / 4 + 0.5]
    assert mean_count(3, mixture=mixture, index=[0, 1, 2]) == pytest.approx(by_index, rel=1e-11, abs=1e-12)


@mixtures
@pytest.mark.parametrize("n_spins", [4, 7, 12])
def test_sum_rules(n_spins, mixture):
    counts, errors = mean_count(n_spins, mixture=mixture, index=np.arange(n_spins), with_error=True)
    total = mean_count(n_spins, mixture=mixture)
    assert counts.sum() == pytest.approx(total, rel=1e-11)
    assert counts == pytest.approx(counts[::-1], rel=1e-10, abs=1e-12)
    euler = np.sum((-1.0) ** np.arange(n_spins) * counts)
    assert euler == pytest.approx(2 * (n_spins % 2), abs=1e-11 * total)
    assert abs(euler - 2 * (n_spins % 2)) <= errors.sum()


@pytest.mark.parametrize("mixture", [MIXTURES[0], MIXTURES[3], MIXTURES[5], MIXTURES[7]], ids=str)
@pytest.mark.parametrize("n_spins", [4])
def test_sum_rules_in_windows(n_spins, mixture):
    total = mean_count(n_spins, mixture=mixture)
    for window in ((-math.inf, -0.8), (-0.3, 0.5)):
        parts, bounds = mean_count(n_spins, mixture=mixture, index=np.arange(n_spins), energy=window, with_error=True)
        whole, bound = mean_count(n_spins, mixture=mixture, energy=window, with_error=True)
        assert abs(parts.sum() - whole) <= bounds.sum() + bound <= 1e-9 * total
        mirrored = mean_count(n_spins, mixture=mixture, index=np.arange(n_spins), energy=(-window[1], -window[0]))
        assert mirrored[::-1] == pytest.approx(parts, abs=1e-11 * total)


@pytest.mark.parametrize("mixture", MIXTURES[:5:2] + MIXTURES[5:], ids=str)
@pytest.mark.parametrize("n_spins", [2, 5, 9])
def test_windows_and_densities_agree(n_spins, mixture):
    value, _, _ = moments(mixture)
    scale = math.sqrt(value)
    for low, high in ((-1.5, -0.4), (0.1, 0.35), (-0.2, 2.5)):
        edges = np.concatenate([np.linspace(low, high, 9), np.geomspace(0.01, 1, 8), -np.geomspace(0.01, 1, 8)]) * scale
        u, w = panels(np.unique(edges[(edges >= low * scale) & (edges <= high * scale)]))
        exact = mean_count(n_spins, mixture=mixture, energy=(low * scale, high * scale))
        assert w @ mean_count_density(u, n_spins, mixture=mixture) == pytest.approx(exact, rel=1e-11)
        if n_spins == 5 and low < 0 < high:
            k = np.arange(n_spins)
            by_index = mean_count(n_spins, mixture=mixture, index=k, energy=(low * scale, high * scale))
            densities = mean_count_density(u, n_spins, mixture=mixture, index=k[:, None])
            assert densities @ w == pytest.approx(by_index, abs=1e-11 * exact)
    cuts = np.array([-math.inf, -1.0, -0.5, 0.0, 0.7, math.inf]) * scale
    bins = mean_count_bins(cuts, n_spins, mixture=mixture)
    assert bins.sum() == pytest.approx(mean_count(n_spins, mixture=mixture), rel=1e-12)


def test_bins_by_index():
    mixture, cuts = {1: 0.4, 2: 0.8, 3: 1.0}, [-math.inf, -1.0, 0.2, math.inf]
    by_index = mean_count_bins(cuts, 6, mixture=mixture, index=[[0], [5]])
    assert by_index.shape == (3, 2, 1)
    assert by_index.sum(axis=0) == pytest.approx(mean_count(6, mixture=mixture, index=[[0], [5]]), rel=1e-11)


@pytest.mark.parametrize("mixture", MIXTURES[:4] + MIXTURES[7:], ids=str)
def test_two_spins_on_the_circle(mixture):
    """N = 2: h, the radial derivative y, h′ and h″ = −y + √(4ξ″) g at a point, by plain quadrature over h and y."""
    value, first, second = moments(mixture)
    determinant = value * second + value * first - first**2
    for low, high in ((-1.1, 0.3), (-0.9, 7.0)):
        low, high = low * math.sqrt(value), high * math.sqrt(value)
        bend = np.geomspace(0.02, 1.0, 8) * math.sqrt(value)  # where h″ changes sign
        edges = np.concatenate([np.linspace(2 * low, 2 * high, 12), bend, -bend])
        h, wh = panels(np.unique(edges[(edges >= 2 * low) & (edges <= 2 * high)]))
        g, wg = panels(np.linspace(-9, 9, 19))
        y = first / value * h[:, None] + math.sqrt(2 * max(determinant, 0.0) / value) * g
        wh = wh * np.exp(-(h**2) / (4 * value)) / math.sqrt(4 * math.pi * value)
        wg = wg * np.exp(-(g**2) / 2) / math.sqrt(2 * math.pi)
        constant = 2 * math.pi / math.sqrt(4 * math.pi * first)
        minima = constant * (wh @ positive_part(-y, math.sqrt(4 * second)) @ wg)
        maxima = constant * (wh @ positive_part(y, math.sqrt(4 * second)) @ wg)
        found = mean_count(2, mixture=mixture, index=[0, 1], energy=(low, high))
        assert found == pytest.approx([minima, maxima], rel=1e-9)


@pytest.mark.parametrize("window", [(-math.inf, -1.6), (-1.0, -0.2), EVERYTHING])
@pytest.mark.parametrize("n_spins", [5, 20])
def test_nearly_pure_is_pure_in_the_limit(n_spins, window):
    """The distance from the pure glass is of the order of the square of the second amplitude."""
    k = np.arange(n_spins)
    pure = mean_count(n_spins, 3, index=k, energy=window)
    distance = []
    for amplitude in (0.1, 1e-2, 1e-3, 1e-5):
        counts = mean_count(n_spins, mixture={3: 1.0, 4: amplitude}, index=k, energy=window)
        whole = mean_count(n_spins, mixture={3: 1.0, 4: amplitude}, energy=window)
        assert counts.sum() == pytest.approx(whole, rel=1e-10)
        distance.append(np.abs(counts - pure).max() / pure.max())
    assert distance[3] < 2e-8
    assert distance[1] / distance[2] == pytest.approx(100, rel=0.05)
    assert 1e-3 < distance[0] < 2


def test_a_single_degree_is_the_pure_glass_with_other_energies():
    for p, a in ((3, 2.5), (2, 0.3), (4, 1e-3)):
        k = np.arange(6)
        assert mean_count(6, mixture={p: a}, index=k) == pytest.approx(mean_count(6, p, index=k), rel=1e-13)
        assert mean_count(6, mixture={p: a}, energy=(-1.3 * a, 0.2 * a)) == pytest.approx(
            mean_count(6, p, energy=(-1.3, 0.2)), rel=1e-12
        )
        assert mean_count_density(-0.7 * a, 6, mixture={p: a}, index=k) == pytest.approx(
            mean_count_density(-0.7, 6, p, index=k) / a, rel=1e-12, abs=1e-11 / a
        )
    assert mean_count(9, mixture={2: 3.0}) == 18
    assert mean_count(9, mixture={2: 3.0}, index=[0, 4]).tolist() == [2, 2]


def test_a_constant_term_changes_nothing():
    plain, shifted = {1: 0.4, 3: 1.0}, {0: 7.0, 1: 0.4, 3: 1.0}
    assert mean_count(6, mixture=plain) == mean_count(6, mixture=shifted)
    assert mean_count(6, mixture=plain, energy=(-1.0, 0.1)) == mean_count(6, mixture=shifted, energy=(-1.0, 0.1))
    assert mean_count_density(0.3, 6, mixture=plain) == mean_count_density(0.3, 6, mixture=shifted)


@pytest.mark.parametrize(
    ("mixture", "u"), [({2: 1.0, 3: 1.0}, -6.0), ({3: 1.0, 4: 1e-4}, -5.0), ({1: 9.0, 3: 1.0}, -40)]
)
def test_tails_keep_relative_accuracy(mixture, u):
    scale = math.sqrt(moments(mixture)[0])
    steps = u - scale * np.concatenate([[0.0], np.geomspace(1e-3, 3.0, 60)])
    x, w = panels(steps[::-1])
    exact = w @ mean_count_density(x, 8, mixture=mixture)
    value, error = mean_count(8, mixture=mixture, energy=(-math.inf, u), with_error=True)
    assert value == pytest.approx(exact, rel=1e-11)
    assert error < 1e-11 * value


# mean energies


def test_records_of_mean_energies():
    records = json.loads((Path(__file__).parents[2] / "validation" / "reference" / "finite_n.json").read_text())
    for record in records:
        if record["id"].startswith("mean_u"):
            n_spins, p, k = (record["inputs"][name] for name in ("N", "p", "k"))
            value, error = mean_energy_density(n_spins, p, index=k, with_error=True)
            exact = float(record["value"])
            assert value == pytest.approx(exact, abs=1e-11)
            assert abs(value - exact) <= error + 2e-16 <= 1e-9
            assert mean_energy_density(n_spins, mixture={p: 2.0}, index=n_spins - 1 - k) == pytest.approx(
                -2 * exact, abs=1e-11
            )


@pytest.mark.parametrize("mixture", MIXTURES[:4], ids=str)
def test_mean_energies_of_mixtures(mixture):
    scale = math.sqrt(moments(mixture)[0])
    u, w = panels(np.linspace(-6 * scale, 6 * scale, 33))
    k = np.arange(4)
    density = mean_count_density(u, 4, mixture=mixture, index=k[:, None])
    expected = density @ (w * u) / (density @ w)
    assert mean_energy_density(4, mixture=mixture, index=k) == pytest.approx(expected, abs=1e-9 * scale)
    assert mean_energy_density(4, mixture=mixture) == 0.0


# the door


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: mean_count(4), "p, mixture"),
        (lambda: mean_count(4, 3, mixture={3: 1.0}), "p, mixture"),
        (lambda: mean_count(4, mixture={}), "p >= 2"),
        (lambda: mean_count(4, mixture={0: 1.0, 1: 2.0}), "p >= 2"),
        (lambda: mean_count(4, mixture={3: 0.0}), "p >= 2"),
        (lambda: mean_count(4, mixture={-1: 1.0, 3: 1.0}), "mixture key"),
        (lambda: mean_count(4, mixture={2.5: 1.0}), "mixture key"),
        (lambda: mean_count(4, mixture={3: math.nan}), "finite"),
        (lambda: mean_count(4, mixture={3: math.inf}), "finite"),
        (lambda: mean_count(4, mixture={3: 1e150}), "double precision"),
        (lambda: mean_count(4, mixture={3: 1e-150}), "double precision"),
        (lambda: mean_count(4, mixture=[(3, 1.0)]), "mapping"),
        (lambda: mean_count(4, mixture={2: 1.0, 4: 1.0}, field=OverlapField(3, [0.5])), "p = 3"),
        (lambda: mean_count(4, mixture={1: 100.0, 3: 1.0}, field=OverlapField(3, [0.5])), "at least"),
        (lambda: mean_count_bins([0.0, 0.0], 4, mixture={3: 1.0}), "edges"),
        (lambda: mean_count_bins([0.0, 1.0], 4, 3, index=4), "index"),
        (lambda: mean_energy_density(4, 3, index=-1), "index"),
    ],
)
def test_bad_input(call, word):
    with pytest.raises(InputError, match=word):
        call()


def test_overflow_is_an_error():
    with pytest.raises(ComputationError, match="double precision"):
        mean_count(450, mixture={1: 0.1, 30: 1.0})
    with pytest.raises(ComputationError, match="double precision"):
        mean_count(450, mixture={1: 0.1, 30: 1.0}, energy=(-1.0, 1.0))
