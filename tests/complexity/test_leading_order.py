"""Suprema over the latitude against textbook formulas on fine grids; costs of an index against exact counts."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest

from spinglass import InputError
from spinglass.complexity import (
    annealed_complexity,
    dominant_latitude,
    index_cost,
    latitude_maxima,
    leading_complexity,
    typical_index,
)
from spinglass.hamiltonians import OverlapField

LATITUDES = np.tanh(np.linspace(-9, 9, 60_001))

# (p, u, d, d', d'', field): powers, sums, a field given by functions, strong and weak
FIELDS = [
    (3, -1.9, {2: -2.17}),
    (3, -1.9, {2: -1.0}),
    (3, -1.9, {2: -2.25}),
    (3, -1.0, {2: 0.7}),
    (3, 0.3, {1: 1.2}),
    (3, -2.3, {1: 2.5}),
    (3, -3.0, {3: -2.8}),
    (4, -2.5, {4: -2.0}),
    (4, 1.7, {2: 1.5, 1: 0.2}),
    (5, -2.2, {5: -1.8, 2: 0.6}),
    (10, -2.1, {3: 4.0, 1: -1.0}),
    (2, -1.6, {2: -1.1}),
    (3, -6.0, {1: 8.0}),
    (3, 4.0, {2: 6.0, 4: -3.0}),
]


def polynomial(powers):
    """The field Σ a_j m^j and its value and slope as functions."""

    def at(order):
        def function(m):
            return sum((a * math.perm(j, order) * m ** (j - order) for j, a in powers.items() if j >= order), 0.0 * m)

        return function

    return at(0), at(1), at(2), OverlapField.from_callable(at(0), at(1), at(2))


def potential(x):
    """Φ by its two textbook forms."""
    far = np.maximum(np.abs(x), 2.0)
    root = np.sqrt(far * far - 4)
    return np.asarray(x) ** 2 / 4 - 0.5 - np.where(np.abs(x) <= 2, 0.0, _cost(far, root))


def _cost(far, root):
    return far * root / 4 - np.log((far + root) / 2)


def rate(u, m, p, d, d1, sign=1):
    """The textbook Σ(u, m); sign = −1 is the negative control (the radial derivative of the field reversed)."""
    x = (p * (u - d) + sign * m * d1) / math.sqrt(p * (p - 1))
    flat = 0.5 + 0.5 * math.log(p - 1) + 0.5 * np.log(1 - m * m) - d1**2 * (1 - m * m) / (2 * p)
    return flat - (u - d) ** 2 / 2 + potential(x)


@pytest.mark.parametrize(("p", "u", "powers"), FIELDS)
def test_the_supremum_is_that_of_a_fine_grid(p, u, powers):
    d, d1, _, field = polynomial(powers)
    values = rate(u, LATITUDES, p, d(LATITUDES), d1(LATITUDES))
    m, height = dominant_latitude(u, p, field)
    assert height == pytest.approx(values.max(), abs=2e-6 * (1 + abs(u)) ** 2)
    assert height >= values.max() - 1e-13
    assert rate(u, np.array(m), p, d(m), d1(m)) == pytest.approx(height, abs=2e-14 * (1 + u * u))
    assert leading_complexity(u, p, field) == height
    wrong = rate(u, LATITUDES, p, d(LATITUDES), d1(LATITUDES), sign=-1).max()
    assert abs(m) < 1e-6 or abs(wrong - height) > 1e-4


@pytest.mark.parametrize(("p", "u", "powers"), FIELDS)
def test_no_local_maximum_is_missed(p, u, powers):
    d, d1, _, field = polynomial(powers)
    values = rate(u, LATITUDES, p, d(LATITUDES), d1(LATITUDES))
    peaks = LATITUDES[1:-1][(values[1:-1] > values[:-2]) & (values[1:-1] >= values[2:])]
    found = sorted(each.latitude for each in latitude_maxima(u, p, field))
    assert len(found) == len(peaks)
    np.testing.assert_allclose(found, peaks, atol=4e-4)


def test_functions_and_polynomials_are_the_same_field():
    for lam, k in ((-2.17, 2), (1.4, 3), (0.9, 1)):
        _, _, _, given = polynomial({k: lam})
        for u in (-1.9, -1.2, 0.4):
            assert leading_complexity(u, 3, given) == pytest.approx(
                leading_complexity(u, 3, OverlapField.spike(lam, k)), abs=1e-14
            )


def test_the_place_of_the_maximum_is_stationary_in_thirty_digits():
    with mp.workdps(40):
        for p, u, powers in FIELDS[:12]:

            def height(m, p=p, u=u, powers=powers):
                d = mp.fsum(mp.mpf(a) * m**j for j, a in powers.items())
                d1 = mp.fsum(mp.mpf(a) * j * m ** (j - 1) for j, a in powers.items())
                x = abs(p * (mp.mpf(u) - d) + m * d1) / mp.sqrt(p * (p - 1))
                w = (x + mp.sqrt(x * x - 4)) / 2 if x > 2 else None
                inner = x * x / 4 - mp.mpf(1) / 2 if w is None else mp.log(w) + 1 / (2 * w * w)
                flat = (1 + mp.log(p - 1) + mp.log(1 - m * m) - d1**2 * (1 - m * m) / p - (u - d) ** 2) / 2
                return flat + inner

            for point in latitude_maxima(u, p, polynomial(powers)[3]):
                m = mp.mpf(point.latitude)
                slope, bend = mp.diff(height, m), mp.diff(height, m, 2)
                assert abs(slope) <= 1e-12 * (1 + abs(bend))
                assert bend < 0
                assert float(height(m)) == pytest.approx(point.complexity, abs=1e-14 * (1 + u * u))


def test_without_a_field_it_is_the_annealed_complexity():
    u = np.array([[-2.0, -1.7, -1.0], [0.0, 0.5, 1.9]])
    np.testing.assert_allclose(leading_complexity(u, 3), annealed_complexity(u, 3), atol=1e-15)
    for k in range(4):
        for place in (-2.0, -1.66, -1.64):
            assert leading_complexity(place, 3, index=k) == pytest.approx(
                annealed_complexity(place, 3, index=k), abs=2e-15
            )
    assert leading_complexity(-1.0, 3, index=0) == -math.inf
    mixture = {3: math.sqrt(0.5), 4: math.sqrt(0.5)}
    for place in (-1.8, -1.2, 0.3):
        assert leading_complexity(place, mixture=mixture) == pytest.approx(
            annealed_complexity(place, mixture=mixture), abs=2e-15
        )
    scaled = leading_complexity(-1.2, mixture={3: 2.0})
    assert scaled == pytest.approx(annealed_complexity(-0.6, 3), abs=1e-15)


def test_mixtures_and_totals_by_brute_force_over_the_radial_derivative():
    m, y = np.tanh(np.linspace(-3, 3, 801))[:, None], np.linspace(-12, 12, 4001)[None, :]
    for mixture, u, powers in (
        ({3: 0.7, 4: 0.7}, -1.9, {2: -0.8}),
        ({2: 0.6, 3: 0.9}, -1.0, {1: 1.1}),
        ({1: 0.5, 3: 1.0}, 0.4, {3: 1.5}),
        ({3: 1.0}, None, {2: 1.2}),
        ({3: 0.7, 4: 0.7}, None, {1: 1.9}),
        ({2: 0.6, 3: 0.9}, None, {4: 2.5}),
        ({2: 1.0}, None, {2: 1.3}),
    ):
        d, d1, _, field = polynomial(powers)
        value, first, second = (sum(math.perm(p, j) * a * a for p, a in mixture.items()) for j in range(3))
        flat = 0.5 + 0.5 * math.log(second / first) + 0.5 * np.log(1 - m * m) - d1(m) ** 2 * (1 - m * m) / (2 * first)
        inner = potential((y + m * d1(m)) / math.sqrt(second))
        if u is None:
            form = y * y / (first + second)
        else:
            determinant = value * (first + second) - first**2
            e = u - d(m)
            form = ((first + second) * e * e - 2 * first * e * y + value * y * y) / determinant
        best = float((flat + inner - form / 2).max())
        mine = leading_complexity(u, field=field, mixture=mixture)
        assert best - 1e-12 <= mine <= best + 1e-4


def test_the_total_is_the_supremum_over_energies():
    energies = np.linspace(-4, 4, 161)
    for p, powers in ((3, {2: -1.3}), (4, {1: 2.0}), (3, {3: -2.0})):
        field = polynomial(powers)[3]
        values = leading_complexity(energies, p, field)
        total = leading_complexity(None, p, field)
        assert values.max() - 1e-14 <= total <= values.max() + 2e-3


def test_the_cumulative_rate_is_the_running_supremum():
    energies = np.linspace(-4, 3, 281)
    for p, powers in ((3, {2: -1.3}), (3, {1: 1.4}), (4, {3: 2.5})):
        field = polynomial(powers)[3]
        running = np.maximum.accumulate(leading_complexity(energies, p, field))
        below = leading_complexity(energies[::20], p, field, cumulative=True)
        assert np.all(below >= running[::20] - 1e-12)
        np.testing.assert_allclose(below, running[::20], atol=2e-3)
        assert leading_complexity(50.0, p, field, cumulative=True) == pytest.approx(
            leading_complexity(None, p, field), abs=1e-12
        )


def cost_oracle(k, y, theta, sign=1):
    """L_k from quadratures: the published integral for the spike's own eigenvalue, I₁ for the others."""
    free = mp.quad(lambda t: mp.sqrt(t * t - 4), [2, y]) / 2
    start = theta + 1 / theta if theta > 0 else mp.inf
    if theta > 1:
        own = mp.quad(lambda t: ((t + sign * mp.sqrt(t * t - 4)) / 2 - theta) / 2, [start, y])
        leaves = y < start
    elif y > start:  # θ <= 1: free up to the point where the spike takes hold
        own = mp.quad(lambda t: mp.sqrt(t * t - 4), [2, start]) / 2
        own += mp.quad(lambda t: ((t + mp.sqrt(t * t - 4)) / 2 - theta) / 2, [start, y])
        leaves = False
    else:
        own, leaves = free, False
    if k == 0:
        return own if leaves else mp.mpf(0)
    return (k - 1) * free + (0 if leaves else own)


def test_index_costs_against_quadratures():
    for theta in (-2.0, 0.0, 0.3, 0.7, 0.95, 1.0, 1.2, 1.8, 3.0, 8.0):
        for y in (2.0, 2.001, 2.05, 2.3, 3.0, 5.0, 12.0):
            for k in (0, 1, 3):
                exact = cost_oracle(k, mp.mpf(y), mp.mpf(theta))
                assert index_cost(k, -y, -theta) == pytest.approx(float(exact), rel=2e-13, abs=1e-15)
    exact = cost_oracle(0, mp.mpf("2.1"), mp.mpf(3), sign=-1)
    assert abs(index_cost(0, -2.1, -3.0) - float(exact)) > 1e-2
    table = index_cost(1, [[-2.5], [-1.9]], [0.0, -1.5])
    assert table.shape == (2, 2)
    assert np.all(np.isinf(table[1]))
    assert table[0, 0] == index_cost(1, -2.5, 0.0)


@pytest.mark.parametrize(("theta", "y"), [(1.8, 2.1), (0.8, 2.6), (0.0, 2.2), (2.5, 3.4), (-1.7, 2.2)])
def test_index_costs_against_exact_mean_determinants(theta, y):
    from spinglass.random_matrices.rank_one_indices import spiked_index_ratio

    sizes = (10, 20, 40)
    shares = {}
    for n in sizes:
        _, ratio, _ = spiked_index_ratio(n, np.array([-y * math.sqrt(n)]), np.array([-theta * math.sqrt(n)]))
        shares[n] = ratio[0, 0, :3] / ratio[0, 0].sum()
    for k in range(3):
        cost = index_cost(k, -y, -theta)
        if shares[40][k] < 1e-9:
            continue
        errors = [-math.log(shares[2 * n][k] / shares[n][k]) / n - cost for n in sizes[:-1]]
        assert abs(errors[1]) < max(0.75 * abs(errors[0]), 1e-4)
        assert abs(errors[1]) < 0.09
        assert np.argmax(shares[40]) == typical_index(-y, -theta)


def test_typical_index_against_sampled_matrices():
    rng = np.random.default_rng(7)
    n = 400
    for shift, spike in ((-2.2, -1.9), (-2.2, -1.2), (-2.4, 0.5), (2.2, 1.9), (2.2, -3.0), (2.3, 1.3)):
        a = rng.standard_normal((n, n))
        a = (a + a.T) / math.sqrt(2 * n)
        a[0, 0] += spike
        below = int(np.sum(np.linalg.eigvalsh(a) < shift))
        expected = typical_index(shift, spike)
        assert below == (expected if expected >= 0 else n + 1 + expected)
    assert typical_index(1.0, 5.0) is None


def test_counts_by_index_with_a_field_are_those_of_a_grid():
    for p, u, powers in ((3, -1.9, {2: -2.25}), (3, -2.0, {1: 1.1}), (3, -2.4, {3: -2.2}), (4, -2.0, {2: -1.6})):
        d, d1, d2, field = polynomial(powers)
        m = LATITUDES[::40]
        x = (p * (u - d(m)) + m * d1(m)) / math.sqrt(p * (p - 1))
        s = (1 - m * m) * d2(m) / math.sqrt(p * (p - 1))
        values = rate(u, m, p, d(m), d1(m))
        for k in range(3):
            mine = leading_complexity(u, p, field, index=k)
            high = np.flatnonzero((x <= -2) & (values > mine - 5e-3))  # costs are not negative
            costs = [float(cost_oracle(k, mp.mpf(-x[i]), mp.mpf(-s[i]))) for i in high]
            best = float(np.max(values[high] - costs))
            assert best - 1e-12 <= mine <= best + 5e-3  # the grid may stop short of x = −2
        assert leading_complexity(u, p, field, index=0) <= leading_complexity(u, p, field) + 1e-14


def test_an_activation_leaves_its_term_of_order_n():
    field = OverlapField(p=3, rho=[-1.0, 0.7, 2.0])
    assert leading_complexity(-1.9, 3, field) == leading_complexity(-1.9, 3, OverlapField.spike(-1.0, 2))


def test_bad_input():
    with pytest.raises(InputError, match="above order N"):
        leading_complexity(-1.0, 4, OverlapField(p=4, rho=[0.3]))
    with pytest.raises(InputError, match="was built for p = 4"):
        leading_complexity(-1.0, 3, OverlapField(p=4, rho=[0.0, 0.0, 1.0]))
    for arguments in (
        {"u": math.nan, "p": 3},
        {"u": 1e7, "p": 3},
        {"u": "low", "p": 3},
        {"u": -1.0},
        {"u": -1.0, "p": 1},
        {"u": None, "p": 3, "index": 0},
        {"u": -1.0, "p": 3, "index": -1},
        {"u": -1.0, "p": 3, "index": 0, "cumulative": True},
        {"u": -1.0, "mixture": {3: 0.5, 4: 0.5}, "index": 0},
        {"u": -1.0, "p": 3, "field": 0.5},
        {"u": -1.0, "p": 3, "field": OverlapField.spike(1e9, 2)},
    ):
        with pytest.raises(InputError):
            leading_complexity(**arguments)
    with pytest.raises(InputError, match="index = -1"):
        index_cost(-1, -2.5)
    with pytest.raises(InputError, match="shift"):
        index_cost(0, [math.inf])
