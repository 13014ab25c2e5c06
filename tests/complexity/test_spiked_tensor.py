"""The spiked tensor, ground states and algorithmic thresholds: every reference record, and independent routes."""

from __future__ import annotations

import json
import math
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest

from spinglass import InputError
from spinglass.complexity import (
    algorithmic_threshold,
    annealed_complexity,
    band_edge,
    dominant_latitude,
    field_band_edge,
    ground_state_energy,
    leading_complexity,
    one_step_solution,
    signal_points,
    spiked_tensor,
    threshold_energy,
)

RECORDS = {
    record["id"]: record
    for record in json.loads((Path(__file__).parents[2] / "validation/reference/mixed_and_spiked.json").read_text())
    if record["id"].startswith(("spiked_", "mixed_"))
}
MIXTURES = {
    "q3": {3: 1.0},
    "q3_q4_over_2": {3: math.sqrt(0.5), 4: math.sqrt(0.5)},
    "q2_q3_over_2": {2: math.sqrt(0.5), 3: math.sqrt(0.5)},
}


def of_record(record):
    """(value of this package, relative tolerance) for a record of the spiked tensor."""
    name, inputs = record["id"], record["inputs"]
    k = inputs["k"]
    lam, m, x = (float(inputs[key]) if key in inputs else None for key in ("lambda", "m", "x"))
    if "lambda_c" in name:
        return spiked_tensor.critical_signal(k)[0]
    if "_m_c_" in name:
        return spiked_tensor.critical_signal(k)[1]
    if "lambda_max" in name:
        return spiked_tensor.signal_crossing(k)[0]
    if "_m_max_" in name:
        return spiked_tensor.signal_crossing(k)[1]
    if "_S_" in name:
        return spiked_tensor.spiked_complexity(m, x, lam, k)
    if "_theta_" in name:
        return spiked_tensor.spike_eigenvalue(m, lam, k)
    if "_L_" in name:
        theta = spiked_tensor.spike_eigenvalue(m, lam, k)
        return spiked_tensor.maxima_cost(theta, x * math.sqrt(2 * k / (k - 1)))
    place, height = spiked_tensor.signal_maximum(lam, k)
    return place if "_signal_m_" in name else height


@pytest.mark.parametrize("name", sorted(key for key in RECORDS if key.startswith("spiked_")))
def test_records_of_the_spiked_tensor(name):
    value = float(RECORDS[name]["value"])
    if math.isinf(value):
        assert of_record(RECORDS[name]) == value
    else:
        # S crosses zero: its terms are of order one
        assert of_record(RECORDS[name]) == pytest.approx(value, rel=1e-14, abs=5e-16)


def test_every_record_has_its_test():
    kinds = ("lambda_c", "m_c", "lambda_max", "m_max", "S_", "theta", "L_", "signal_m", "signal_x")
    spiked = [key for key in RECORDS if key.startswith("spiked_")]
    assert len(spiked) == 29
    assert all(any(kind in key for kind in kinds) for key in spiked)
    assert len([key for key in RECORDS if key.startswith("mixed_")]) == 18


@pytest.mark.parametrize("name", sorted(MIXTURES))
def test_records_of_mixtures(name):
    mixture = MIXTURES[name]
    values = {
        "total": annealed_complexity(0.0, mixture=mixture),
        "E_th": threshold_energy(mixture=mixture),
        "E_alg": algorithmic_threshold(mixture=mixture),
        "E_0": band_edge(mixture=mixture),
        "rsb1": ground_state_energy(mixture=mixture),
    }
    for key, value in values.items():
        record = RECORDS[f"mixed_{key}_{name}"]
        assert value == pytest.approx(float(record["value"]), rel=3e-15), key


def exact_rate(m, x, lam, k):
    """S_* in mpmath, by the published formula."""
    t = abs(x) * mp.sqrt(mp.mpf(2 * k) / (k - 1))
    if t <= 2:
        inner = t * t / 4 - mp.mpf(1) / 2
    else:
        w = (t + mp.sqrt(t * t - 4)) / 2
        inner = mp.log(w) + 1 / (2 * w * w)
    flat = (mp.log(k - 1) + 1 + mp.log(1 - m * m)) / 2 - k * lam**2 * m ** (2 * k - 2) * (1 - m * m)
    return flat - (x - lam * m**k) ** 2 + inner


def test_rates_and_costs_at_many_points():
    rng = np.random.default_rng(3)
    with mp.workdps(40):
        for _ in range(200):
            k = int(rng.integers(2, 8))
            lam, m, x = rng.uniform(0, 3), rng.uniform(-0.99, 0.99), rng.uniform(-3, 3)
            exact = exact_rate(mp.mpf(m), mp.mpf(x), mp.mpf(lam), k)
            scale = 1 + k * lam**2 + (abs(x) + lam) ** 2
            assert spiked_tensor.spiked_complexity(m, x, lam, k) == pytest.approx(float(exact), abs=2e-15 * scale)
            theta, t = spiked_tensor.spike_eigenvalue(m, lam, k), x * math.sqrt(2 * k / (k - 1))
            cost = spiked_tensor.maxima_cost(theta, t)
            both = spiked_tensor.maxima_complexity(m, x, lam, k)
            assert both == pytest.approx(float(exact) - cost, abs=2e-15 * scale)
            if t < 2:
                assert cost == math.inf
            elif theta <= 1 or t >= theta + 1 / theta:
                assert cost == 0.0
            else:
                y0, th = mp.mpf(theta) + 1 / mp.mpf(theta), mp.mpf(theta)
                published = mp.quad(lambda a: mp.sqrt(a * a - 4), [y0, mp.mpf(t)]) / 4
                published += -th * (t - y0) / 2 + (mp.mpf(t) ** 2 - y0**2) / 8
                assert cost == pytest.approx(float(published), rel=1e-12, abs=1e-16)


def test_arrays_broadcast():
    values = spiked_tensor.maxima_complexity([[0.1], [0.5]], [1.1, 1.2, 1.3], 1.0, 3)
    assert values.shape == (2, 3)
    assert values[1, 2] == spiked_tensor.maxima_complexity(0.5, 1.3, 1.0, 3)


@pytest.mark.parametrize("k", [3, 4, 5, 8, 20])
def test_the_onset_of_the_signal(k):
    lam, m, x = spiked_tensor.critical_signal(k)
    with mp.workdps(40):
        exact = mp.sqrt(mp.mpf(k - 1) ** (k - 1) / (2 * k * mp.mpf(k - 2) ** (k - 2)))
        assert lam == pytest.approx(float(exact), rel=1e-15)
    assert 2 * k * lam**2 * m ** (2 * k - 4) * (1 - m * m) == pytest.approx(1.0, rel=1e-13)
    assert lam * m**k + math.sqrt(k * (1 - m * m) / 2) == pytest.approx(x, rel=1e-14)
    assert x * math.sqrt(2) == pytest.approx(threshold_energy(k), rel=1e-14)
    assert spiked_tensor.signal_maximum(lam, k) == pytest.approx((m, x), rel=1e-7)
    # brute force: below the onset no latitude satisfies the condition
    q = np.linspace(0, 1, 100_001)[1:-1]
    for share, exists in ((0.999, False), (1.001, True)):
        assert bool(np.any(2 * k * (share * lam) ** 2 * q ** (k - 2) * (1 - q) >= 1)) == exists


@pytest.mark.parametrize(("k", "lam"), [(3, 0.9), (3, 2.0), (4, 1.2), (5, 3.0), (10, 50.0)])
def test_the_signal_is_a_stationary_zero(k, lam):
    m, x = spiked_tensor.signal_maximum(lam, k)
    with mp.workdps(40):

        def rate(a, b):
            return exact_rate(a, b, mp.mpf(lam), k)

        assert abs(rate(mp.mpf(m), mp.mpf(x))) < 1e-12 * (1 + lam**2)
        root = mp.findroot(
            lambda a, b: (mp.diff(rate, (a, b), (1, 0)), mp.diff(rate, (a, b), (0, 1))), (mp.mpf(m), mp.mpf(x))
        )
        assert m == pytest.approx(float(root[0]), rel=1e-14)
        assert x == pytest.approx(float(root[1]), rel=1e-14)
    point, energy = signal_points(k, spiked_tensor.spiked_field(lam, k))[-1]
    assert point.latitude == pytest.approx(m, rel=1e-13)
    assert energy == pytest.approx(-math.sqrt(2) * x, rel=1e-13)
    assert point.index == 0


def test_signal_and_noise_are_equally_high_at_the_crossing():
    for k in (3, 4, 6):
        lam, m = spiked_tensor.signal_crossing(k)
        place, height = spiked_tensor.signal_maximum(lam, k)
        assert place == pytest.approx(m, rel=1e-13)
        assert height == pytest.approx(band_edge(k) / math.sqrt(2), rel=1e-14)
        assert spiked_tensor.noise_maximum(k) == pytest.approx(height, rel=1e-14)
    lam, _ = spiked_tensor.signal_crossing(3)
    for share, expected in (
        (0.99, band_edge(3)),
        (1.05, math.sqrt(2) * spiked_tensor.signal_maximum(1.05 * lam, 3)[1]),
    ):
        edge = field_band_edge(3, spiked_tensor.spiked_field(share * lam, 3))
        assert edge == pytest.approx(expected, abs=2e-4 if share < 1 else 1e-9)


def test_the_two_sets_of_variables_agree():
    for k, lam, x in ((3, 1.0, 1.2), (3, 2.0, 1.9), (4, 1.5, 1.3)):
        field, m = spiked_tensor.spiked_field(lam, k), np.tanh(np.linspace(-5, 5, 20_001))
        best = float(np.max(spiked_tensor.spiked_complexity(m, x, lam, k)))
        assert leading_complexity(-math.sqrt(2) * x, k, field) == pytest.approx(best, abs=1e-6)
        place, height = dominant_latitude(-math.sqrt(2) * x, k, field)
        assert spiked_tensor.spiked_complexity(place, x, lam, k) == pytest.approx(height, abs=2e-15 * (1 + x * x))


# Ground states


def test_the_one_step_value_is_the_functional_at_its_stationary_point():
    for arguments in ({"p": 3}, {"p": 4}, {"p": 30}, *({"mixture": each} for each in MIXTURES.values())):
        mixture = arguments.get("mixture") or {arguments["p"]: 1.0}
        value, first = (math.fsum(math.perm(p, j) * a * a for p, a in mixture.items()) for j in (0, 1))
        length, gap = one_step_solution(**arguments)
        energy = ground_state_energy(**arguments)

        def functional(a, b, value=value, first=first):
            return (first * a - b * (first - value) + mp.log(a / (a - b)) / b) / 2

        with mp.workdps(30):
            assert energy == pytest.approx(float(functional(mp.mpf(length), mp.mpf(gap))), rel=2e-15)
            slopes = [mp.diff(functional, (length, gap), order) for order in ((1, 0), (0, 1))]
            assert max(abs(each) for each in slopes) < 1e-12 * first
        assert functional(length, 1.2 * gap) != pytest.approx(energy, rel=1e-6)


def test_the_ground_state_is_the_band_edge():
    for p in (3, 4, 5, 10, 100, 10_000):
        assert ground_state_energy(p) == pytest.approx(band_edge(p), rel=1e-14)
    assert ground_state_energy(2) == math.sqrt(2)
    assert ground_state_energy(mixture={3: 2.0}) == pytest.approx(2 * band_edge(3), rel=1e-14)
    assert ground_state_energy(mixture={2: 0.5}) == pytest.approx(0.5 * math.sqrt(2), rel=1e-15)


def test_the_algorithmic_threshold_by_high_precision():
    for mixture in ({3: 1.0, 8: 0.7}, {2: 0.1, 3: 1.0}, {2: 1.0, 10: 1.0}, {1: 0.7, 3: 1.0, 4: 0.3}):
        with mp.workdps(30):

            def root(q, mixture=mixture):
                return mp.sqrt(
                    mp.fsum(p * (p - 1) * mp.mpf(a) ** 2 * q ** (p - 2) for p, a in mixture.items() if p > 1)
                )

            exact = mp.quad(lambda t, root=root: 2 * t * root(t * t), [0, 0.05, 0.2, 1])
        assert algorithmic_threshold(mixture=mixture) == pytest.approx(float(exact), rel=1e-13)
    for p in (2, 3, 7):
        assert algorithmic_threshold(p) == threshold_energy(p)
    assert algorithmic_threshold(mixture={3: 2.0}) == 2 * threshold_energy(3)


def test_bad_input():
    for call in (
        lambda: spiked_tensor.spiked_complexity(1.0, 1.0, 1.0, 3),
        lambda: spiked_tensor.spiked_complexity(0.5, math.inf, 1.0, 3),
        lambda: spiked_tensor.spiked_complexity(0.5, 1.0, -1.0, 3),
        lambda: spiked_tensor.spiked_complexity(0.5, 1.0, 1.0, 1),
        lambda: spiked_tensor.critical_signal(2),
        lambda: spiked_tensor.signal_maximum(0.8, 3),
        lambda: spiked_tensor.signal_crossing(2),
        lambda: spiked_tensor.maxima_cost("1", 2.0),
        lambda: ground_state_energy(),
        lambda: ground_state_energy(mixture={1: 3.0, 2: 1.0}),
        lambda: one_step_solution(2),
        lambda: algorithmic_threshold(1),
        lambda: algorithmic_threshold(mixture={1: 1.0}),
    ):
        with pytest.raises(InputError):
            call()
