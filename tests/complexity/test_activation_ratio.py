"""Activation ratios against printed limits, 30-digit integrals and an independent law of the rank-one determinant."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest

from spinglass import ComputationError, InputError
from spinglass.complexity import activation_ratio, ratio_divergence, saddle_ratio, threshold_energy
from spinglass.random_matrices import semicircle


def oracle(p, rho, u=None, index=None, negative=False, flip=1) -> mp.mpf:
    """log of the Gaussian expectation as it is printed, in 30 digits; flip = −1 turns the sign of m_sc."""
    with mp.workdps(30):
        rho_, root = mp.mpf(rho), mp.sqrt(mp.mpf(p) * (p - 1))
        narrow, c = rho_**2 * mp.mpf(p - 1) ** 2 / (2 * p), rho_ * (p - 1) * (p - 2) / root
        m, tilt = None, mp.mpf(0)
        if u is not None:
            x = mp.mpf(u) * mp.sqrt(mp.mpf(p) / (p - 1))
            outer = mp.sqrt(abs(x * x - 4))
            m = flip * ((-x + mp.sign(x) * outer) / 2 if abs(x) > 2 else mp.mpc(-x / 2, outer / 2))
            tilt = rho_ * (mp.mpf(u) + (mp.re(m) - (index or 0) * outer / 2) / root)

        def factor(s):
            if m is None:
                return mp.sqrt(1 + s * s)
            if negative:
                return max(-(1 + s * m), mp.mpf(0))
            if index is None:
                return abs(1 + s * m)
            if index == 0:
                return max(1 + s * m, mp.mpf(0))
            return (1 + s * m) * ((1 + s * m) / (1 + s / m)) ** (mp.mpf(index) / 2)

        def integrand(t):
            s = c * t ** (p - 3) if c else mp.mpf(0)
            return mp.exp(-t * t / 2 - narrow * t ** (2 * p - 4) + tilt * t ** (p - 1)) * factor(s)

        # Where the integrand matters, from a coarse scan of its logarithm.
        reach = 30 + 4 * abs(float(tilt / narrow)) ** (1 / (p - 3)) if p > 3 else 30.0 + 0 * float(tilt)
        grid = np.linspace(-reach, reach, 3001)
        heights = []
        for t in grid:
            value = integrand(mp.mpf(t))
            heights.append(float(mp.log(value)) if value else -math.inf)
        heights = np.array(heights)
        if heights.max() == -math.inf:
            return -mp.inf
        near = heights > heights.max() - 75
        near[1:-1] |= near[2:] | near[:-2]
        kinks = []
        if m is not None and not index and c:
            s = -mp.re(m) / abs(m) ** 2 / c
            if p > 3 and (p % 2 == 0 or s >= 0):
                size = mp.sign(s) * abs(s) ** (mp.mpf(1) / (p - 3))
                kinks = [size, -size]
        total = mp.mpf(0)
        runs = np.split(np.flatnonzero(near), np.flatnonzero(np.diff(np.flatnonzero(near)) > 1) + 1)
        for run in runs:
            low, high = grid[run[0]], grid[run[-1]]
            cuts = [mp.mpf(t) for t in np.linspace(low, high, 41)]
            cuts = sorted({*cuts, *(k for k in kinks if low < k < high)})
            total += mp.quad(integrand, cuts, method="gauss-legendre", maxdegree=5)
        return mp.log(total / mp.sqrt(2 * mp.pi)) if total else -mp.inf


def close(value: float, truth: mp.mpf) -> bool:
    if truth == -mp.inf:
        return value == -math.inf
    return abs(value - truth) <= 1e-12 * max(1, abs(truth))


PRINTED = [  # limits stated with the theory
    ((3, 0.3, -1.8), 0.808948),
    ((3, -0.2, -1.8), 1.354022),
    ((3, 0.3, -1.0), 0.930721),
    ((4, 1.0, -1.9), 0.584366),
    ((4, 1.0, -1.9, 0), 0.509968),
    ((3, 0.3, -1.8, 1), 0.71983),
    ((3, 0.5), 0.935414),
    ((3, 1.0), 0.845154),
    ((4, 0.7), 0.832710),
    ((2, 1.0), 0.830683),
]


@pytest.mark.parametrize(("arguments", "value"), PRINTED)
def test_printed_limits(arguments, value):
    digits = 5 if value == 0.71983 else 6
    assert activation_ratio(*arguments) == pytest.approx(value, abs=1.01 * 10.0**-digits)


def test_printed_saddle_ratio_and_the_sum_rule():
    assert saddle_ratio(4, 1.0, -1.9) == pytest.approx(0.074398, abs=1e-6)
    rng = np.random.default_rng(4)
    for _ in range(40):
        p, rho = int(rng.integers(2, 9)), float(rng.uniform(-3, 3))
        u = -threshold_energy(p) * (1 + float(rng.uniform(0.001, 0.3)))
        whole = activation_ratio(p, rho, u)
        parts = activation_ratio(p, rho, u, index=0) + saddle_ratio(p, rho, u)
        assert parts == pytest.approx(whole, rel=1e-12)


def cases(seed: int, count: int):
    rng = np.random.default_rng(seed)
    for i in range(count):
        p = int(rng.choice([4, 5, 6, 7, 8, 10]))
        rho = float(rng.choice([-1, 1]) * 10 ** rng.uniform(-1.1, 1.78))
        edge = threshold_energy(p)
        below = -edge * (1 + 10 ** rng.uniform(-6, -0.6))
        kind = i % 5
        if kind == 0:
            yield {"p": p, "rho": rho}
        elif kind == 1:
            yield {"p": p, "rho": rho, "u": float(rng.uniform(-1.3, 1.3) * edge)}
        elif kind == 2:
            yield {"p": p, "rho": rho, "u": float(below), "index": 0}
        elif kind == 3:
            yield {"p": p, "rho": rho, "u": float(below), "negative": True}
        else:
            odd = int(rng.choice([5, 7, 9]))
            below = -threshold_energy(odd) * (1 + 10 ** rng.uniform(-6, -0.6))
            yield {"p": odd, "rho": abs(rho), "u": float(below), "index": int(rng.integers(1, 30))}


@pytest.mark.slow
def test_quadrature_against_thirty_digits():
    for case in cases(20, 60):
        truth = oracle(**case)
        arguments = {k: v for k, v in case.items() if k != "negative"}
        function = saddle_ratio if case.get("negative") else activation_ratio
        assert close(function(**arguments, log=True), truth), case


def test_negative_control_a_flipped_stieltjes_sign_fails():
    for case in ({"p": 4, "rho": 1.0, "u": -1.9}, {"p": 3, "rho": 0.3, "u": -1.8}, {"p": 5, "rho": -0.7, "u": -1.0}):
        assert close(activation_ratio(**case, log=True), oracle(**case))
        assert not close(activation_ratio(**case, log=True), oracle(**case, flip=-1))


@pytest.mark.parametrize("p", [2, 3])
def test_closed_forms_against_integrals(p):
    rng = np.random.default_rng(p)
    edge, checked = threshold_energy(p), 0
    for _ in range(25):
        rho = float(rng.uniform(-1.5, 1.5))
        u = float(rng.uniform(-1.2, 1.2) * edge)
        index = int(rng.integers(0, 4)) if u < -edge else None
        try:
            value = activation_ratio(p, rho, u, index, log=True)
        except InputError:
            continue
        if (value > 1.0 and p == 3) or value == -math.inf:  # towards the divergence the oracle's window is too narrow
            continue
        checked += 1
        truth = oracle(p, rho, u, index)
        assert float(abs(value - truth)) < 1e-12 * max(1, abs(value)), (rho, u, index)
    assert checked > 12
    for rho in (0.3, -2.0, 20.0):
        if p == 3:  # at p = 2 the total is an average over the bulk, tested below
            assert close(activation_ratio(p, rho, log=True), oracle(p, rho))


def test_cubic_closed_form_is_the_printed_one():
    rng = np.random.default_rng(1)
    for _ in range(300):
        rho, u = float(rng.uniform(-2, 2)), float(rng.uniform(-2.2, 2.2))
        m = semicircle.stieltjes(u * math.sqrt(1.5))
        form = 1 + 4 * rho**2 / 3 - 2 * rho * (u + m.real / math.sqrt(6))
        value = activation_ratio(3, rho, u)
        if form < -1e-9:
            assert value == math.inf
        elif form > 1e-2:
            assert value == pytest.approx(abs(1 + 2 * rho / math.sqrt(6) * m) / math.sqrt(form), rel=1e-11)


def test_totals_of_two_spins_average_the_ratio_over_the_bulk():
    for rho in (0.1, 1.0, 3.0, 10.0, 17.5, 18.5, 60.0, 1000.0):
        with mp.workdps(40):
            z = mp.mpf(rho) ** 2 / 8
            truth = mp.exp(-z) * (mp.besseli(0, z) - mp.besseli(1, z))
        assert activation_ratio(2, rho) == pytest.approx(float(truth), rel=2e-14)
    x, w = np.polynomial.chebyshev.chebgauss(200)
    for rho in (0.7, 2.0):
        r = activation_ratio(2, rho, math.sqrt(2) * x)
        average = np.sum(w * (1 - x**2) * r) * 2 / math.pi  # the law of u is the semicircle on [−√2, √2]
        assert activation_ratio(2, rho) == pytest.approx(average, rel=1e-12)


def test_total_is_the_ratio_at_energy_zero_without_its_exponential():
    # Typical points have u = 0, m_sc = i: |1 + s m_sc| = √(1 + s²) and no tilt.
    for p in (3, 4, 5, 9):
        for rho in (0.2, -1.3, 7.0):
            assert activation_ratio(p, rho, 0.0) == pytest.approx(activation_ratio(p, rho), rel=1e-13)
    assert activation_ratio(2, 1.0, 0.0) == pytest.approx(math.exp(-0.25), rel=1e-14)


def test_divergence_at_three_spins():
    assert ratio_divergence(2, 1.0) is None
    assert ratio_divergence(3, 0.0) is None
    assert ratio_divergence(4, 1.0) is None
    lowest = min(ratio_divergence(3, rho)[0] for rho in np.linspace(0.05, 5, 4001))
    assert lowest == pytest.approx(8 / (3 * math.sqrt(3)), abs=1e-6)
    for rho in (*np.linspace(0.02, 4, 57), 0.5 / math.sqrt(2 / 3), math.sqrt(1.5)):
        low, high = ratio_divergence(3, rho)
        assert high == math.inf
        assert ratio_divergence(3, -rho) == (-math.inf, -low)
        for sign in (1, -1):
            assert math.isfinite(activation_ratio(3, sign * rho, sign * low * (1 - 1e-9)))
            assert activation_ratio(3, sign * rho, sign * low * (1 + 1e-9)) == math.inf
            assert activation_ratio(3, sign * rho, sign * (low + 3)) == math.inf
            assert math.isfinite(activation_ratio(3, -sign * rho, sign * (low + 3)))
    # u = −1.9 diverges between two values of ρ only.
    inside = [rho for rho in np.linspace(-3, -0.001, 3001) if ratio_divergence(3, rho)[1] > -1.9]
    assert min(inside) == pytest.approx(-2.15, abs=0.01)
    assert max(inside) == pytest.approx(-0.35, abs=0.01)


def test_ratio_grows_towards_a_weak_divergence_and_vanishes_at_a_strong_one():
    low = ratio_divergence(3, 0.3)[0]
    near = activation_ratio(3, 0.3, low - 10.0 ** -np.arange(2, 12))
    assert np.all(np.diff(near) > 0)
    assert near[-1] / near[-3] == pytest.approx(10, rel=1e-2)  # like (u_d − u)^{−1/2}
    low = ratio_divergence(3, 2.0)[0]
    near = activation_ratio(3, 2.0, low - 10.0 ** -np.arange(2, 12))
    assert np.all(np.diff(near) < 0)
    assert near[-1] < 1e-4


@pytest.mark.parametrize("p", [4, 5, 6, 9, 10])
def test_no_divergence_from_four_spins_on(p):
    u = np.linspace(-1.3, 1.3, 9) * threshold_energy(p)
    for rho in (1e-3, -0.05, 1.0, -60.0, 1e4):
        logs = activation_ratio(p, rho, u, log=True)
        assert np.all(np.isfinite(logs))
        plain = activation_ratio(p, rho, u)
        assert np.array_equal(np.isfinite(plain), logs < math.log(1.7976931348623157e308))


def test_symmetry():
    u = np.linspace(-2.0, 2.0, 21)
    for p, rho in ((3, 0.2), (5, 0.8), (7, -2.0)):  # p odd: h → −h with w → −w
        assert np.allclose(
            activation_ratio(p, rho, u, log=True), activation_ratio(p, -rho, -u, log=True), rtol=1e-12, atol=1e-12
        )
    for p, rho in ((2, 0.9), (4, 0.8), (8, 2.0)):  # p even: t → −t turns the sign of ρ
        assert np.allclose(
            activation_ratio(p, rho, u, log=True), activation_ratio(p, -rho, u, log=True), rtol=1e-12, atol=1e-12
        )


def test_weak_activations_change_nothing():
    assert activation_ratio(3, 0.0) == activation_ratio(4, 0.0, -1.0) == activation_ratio(5, 0.0, -2.0, 3) == 1.0
    assert saddle_ratio(5, 0.0, -2.0) == 0.0
    assert activation_ratio(3, 1e-9, -1.8) == pytest.approx(1, abs=1e-8)
    assert activation_ratio(4, 1e-9) == pytest.approx(1, abs=1e-12)
    assert activation_ratio(3, [0.5, 9.0, 9.0]) == activation_ratio(3, 0.5)
    assert activation_ratio(2, 1e-9, -1.5, 2) == pytest.approx(1, abs=1e-12)


def test_monte_carlo_of_the_expectation():
    t = np.random.default_rng(77).standard_normal(400_000)
    for p, rho, u in ((3, 0.3, -1.8), (4, 1.0, -1.9), (5, -0.6, -1.2), (4, 0.7, None)):
        s = rho * (p - 1) * (p - 2) * t ** (p - 3) / math.sqrt(p * (p - 1))
        g = np.exp(-(rho**2) * (p - 1) ** 2 * t ** (2 * (p - 2)) / (2 * p))
        if u is None:
            values = g * np.sqrt(1 + s * s)
        else:
            m = semicircle.stieltjes(u * math.sqrt(p / (p - 1)))
            values = g * np.exp(rho * t ** (p - 1) * (u + m.real / math.sqrt(p * (p - 1)))) * np.abs(1 + s * m)
        z = (np.mean(values) - activation_ratio(p, rho, u)) / (np.std(values) / math.sqrt(t.size))
        assert abs(z) < 4.5


def test_ratios_by_index_that_have_no_limit_are_refused():
    for p, rho in ((4, 0.5), (4, -0.5), (6, 1.0), (5, -0.1), (3, -1.3)):
        u = -threshold_energy(p) * 1.02
        assert math.isfinite(activation_ratio(p, rho, u, index=0, log=True)) or p == 3
        with pytest.raises(InputError, match=r"rho = .*no limit.*grows exponentially"):
            activation_ratio(p, rho, u, index=1)
    # The border at p = 3 is s = −m_sc, where R_1 diverges.
    u = -1.8
    m = semicircle.stieltjes(u * math.sqrt(1.5)).real
    border = -math.sqrt(6) / 2 * m
    with pytest.raises(InputError, match="no limit"):
        activation_ratio(3, border * (1 + 1e-9), u, index=1)
    assert activation_ratio(3, 0.9 * border, u, index=1) > 0


def test_indices_of_cubic_ratios_by_the_printed_formula():
    u = -1.75
    x = u * math.sqrt(1.5)
    m, root = semicircle.stieltjes(x).real, math.sqrt(x * x - 4)
    for rho in (-0.15, 0.4, 2.0):
        s = 2 * rho / math.sqrt(6)
        for k in (0, 1, 2, 7):
            form = 1 + 4 * rho**2 / 3 - 2 * rho * (u + (m - k * root / 2) / math.sqrt(6))
            expected = (1 + s * m) * ((1 + s * m) / (1 + s / m)) ** (k / 2) / math.sqrt(form)
            assert activation_ratio(3, rho, u, k) == pytest.approx(expected, rel=1e-12)


def test_shapes_types_and_bad_input():
    assert type(activation_ratio(3, 0.5)) is float
    assert type(activation_ratio(4, 0.5, -1)) is float
    assert type(saddle_ratio(3, 0.5, -1.8)) is float
    grid = np.linspace(-1.9, 1.0, 6).reshape(2, 3)
    for p in (2, 3, 4):
        table = activation_ratio(p, 0.5, grid)
        assert table.shape == (2, 3)
        assert table[1, 2] == activation_ratio(p, 0.5, float(grid[1, 2]))
        assert activation_ratio(p, 0.5, []).shape == (0,)
    failures = [
        ((1, 0.5), "p = 1"),
        ((1001, 0.5), "p = 1001"),
        ((3, math.nan), "rho = nan"),
        ((3, "a"), "rho = 'a'"),
        ((3, [1.0, 0.0, 0.0, 0.0]), "at most p = 3"),
        ((3, 1e-80), "rho = 1e-80"),
        ((3, 0.5, math.nan), "u = nan"),
        ((3, 0.5, "deep"), "u = 'deep'"),
        ((3, 0.5, None, 1), "index = 1: needs an energy"),
        ((3, 0.5, -1.0, 0), r"u = -1.0: index = 0 needs u below the threshold"),
        ((3, 0.5, [-1.8, 1.9], 0), r"u = 1\.9"),
        ((3, 0.5, -1.8, -1), "index = -1"),
        ((3, 0.5, -1.8, 0.5), r"index = 0\.5"),
    ]
    for arguments, message in failures:
        with pytest.raises(InputError, match=message):
            activation_ratio(*arguments)
    with pytest.raises(InputError, match=r"u = -1\.0"):
        saddle_ratio(4, 1.0, -1.0)


@pytest.mark.parametrize(("p", "rho", "u"), [(12, -1e3, -1e10), (4, 1e50, 1e29), (12, 1e50, -1e10)])
def test_exponents_beyond_double_precision_end_in_an_error(p, rho, u):
    with pytest.raises(ComputationError, match="too large for double precision"):
        activation_ratio(p, rho, u, log=True)
