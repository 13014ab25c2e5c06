"""Lines and regions of the phase diagram against independent routes: 30 digits, brute force, other closed forms."""

from __future__ import annotations

import json
import math
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest

from spinglass import ComputationError, InputError
from spinglass.complexity import (
    band_edge,
    equator_instability,
    field_band_edge,
    field_rate,
    latitude_maxima,
    leading_complexity,
    mean_count,
    phase_boundaries,
    phase_diagram,
    ratio_divergence,
    signal_points,
    total_count_closed_form,
    trivialisation_field,
)
from spinglass.hamiltonians import OverlapField

RECORDS = {
    record["id"]: record
    for record in json.loads((Path(__file__).parents[2] / "validation/reference/mixed_and_spiked.json").read_text())
}
MIXTURES = {
    "q3": {3: 1.0},
    "q3_q4_over_2": {3: math.sqrt(0.5), 4: math.sqrt(0.5)},
    "q2_q3_over_2": {2: math.sqrt(0.5), 3: math.sqrt(0.5)},
}


def rate_at(u, m, p, lam, k=2):
    """Σ(u, m) for d = λ m^k in mpmath's precision, by the textbook formula."""
    d, d1 = lam * m**k, k * lam * m ** (k - 1)
    x = abs(p * (u - d) + m * d1) / mp.sqrt(p * (p - 1))
    if x <= 2:
        inner = x * x / 4 - mp.mpf(1) / 2
    else:
        w = (x + mp.sqrt(x * x - 4)) / 2
        inner = mp.log(w) + 1 / (2 * w * w)
    return (1 + mp.log(p - 1) + mp.log(1 - m * m) - d1**2 * (1 - m * m) / p - (u - d) ** 2) / 2 + inner


# The equator


@pytest.mark.parametrize(
    ("u", "p"), [(-1.9, 3), (-1.6, 3), (-1.56, 3), (2.2, 3), (-2.0, 4), (1.8, 5), (-3.5, 10), (-1.5, 2)]
)
def test_the_curvature_vanishes_on_the_line_of_instability(u, p):
    strengths = equator_instability(u, p)
    assert strengths is not None
    low, high = strengths
    assert low < high
    assert low * u > 0 < high * u
    with mp.workdps(40):
        for lam in strengths:
            bend = mp.diff(lambda t, lam=lam: rate_at(mp.mpf(u), t, p, mp.mpf(lam)), mp.mpf(0), 2)
            assert abs(bend) < 1e-13 * (1 + lam * lam)
        for lam, sign in ((low - 0.01, -1), (low + 1e-3, 1), (high - 1e-3, 1), (high + 0.01, -1)):
            bend = mp.diff(lambda t, lam=lam: rate_at(mp.mpf(u), t, p, mp.mpf(lam)), mp.mpf(0), 2)
            assert mp.sign(bend) == sign


def test_the_line_of_instability_is_where_the_activation_ratio_diverges():
    for rho in (0.2, 0.5, 0.9, 1.4, -0.3, -1.1):
        edge = next(each for each in ratio_divergence(3, rho) if math.isfinite(each))
        beyond = equator_instability(edge * (1 + 1e-9), 3)
        assert beyond[0] - 1e-6 <= rho <= beyond[1] + 1e-6
        assert min(abs(rho - each) for each in beyond) < 1e-4
    assert equator_instability(-8 / (3 * math.sqrt(3)) + 1e-6, 3) is None
    assert equator_instability(-8 / (3 * math.sqrt(3)) - 1e-6, 3) is not None
    assert equator_instability(0.0, 3) is None


def test_the_first_order_line_at_energy_density_minus_1_9():
    first, second = (line for line in phase_boundaries(-1.9, 3, strengths=(-3.0, 0.0)) if 0.0 in line.latitudes)
    assert not first.continuous
    assert second.continuous
    assert second.strength == max(equator_instability(-1.9, 3))
    with mp.workdps(30):

        def equations(lam, m):
            slope = mp.diff(lambda t: rate_at(mp.mpf("-1.9"), t, 3, lam), m)
            return slope, rate_at(mp.mpf("-1.9"), m, 3, lam) - rate_at(mp.mpf("-1.9"), mp.mpf(0), 3, lam)

        lam, m = mp.findroot(equations, (mp.mpf("-2.21"), mp.mpf("0.55")))
    assert first.strength == pytest.approx(float(lam), abs=1e-12)
    assert first.latitudes[1] == pytest.approx(float(m), abs=1e-7)
    assert first.strength < min(equator_instability(-1.9, 3))  # the jump comes after the local stability is back
    assert f"{first.strength:.6f}" == "-2.209831"


def test_dominance_by_brute_force():
    m = np.linspace(-0.999, 0.999, 4001)
    for u, lines in ((-1.9, (-2.20983, -0.34828)), (-1.65, (-1.41471, -0.53014))):
        for lam in (lines[0] - 0.01, lines[0] + 0.01, lines[1] - 0.02, lines[1] + 0.02):
            values = np.array([float(rate_at(mp.mpf(u), mp.mpf(t), 3, lam)) for t in m[::20]])
            away = values.max() > float(rate_at(mp.mpf(u), mp.mpf(0), 3, lam)) + 1e-12
            assert away == (lines[0] < lam < lines[1])
            assert (abs(latitude_maxima(u, 3, OverlapField.spike(lam, 2))[0].latitude) > 1e-6) == away


def test_a_spike_of_degree_three_jumps():
    lines = [line for line in phase_boundaries(-2.2, 3, 3, strengths=(-4.0, -0.5), cells=60) if 0.0 in line.latitudes]
    assert lines
    assert not any(line.continuous for line in lines)
    for line in lines:
        m = max(line.latitudes, key=abs)
        gap = rate_at(mp.mpf(-2.2), mp.mpf(m), 3, line.strength, 3) - rate_at(
            mp.mpf(-2.2), mp.mpf(0), 3, line.strength, 3
        )
        assert abs(gap) < 1e-9


# The table


def test_the_table_says_what_the_functions_say():
    table = phase_diagram([-2.0, -1.0, 0.0, 0.8], [-2.6, -1.64, -1.2, 0.0, 1.7], 3)
    assert table.phase.shape == (4, 5)
    assert len(table.rows()) == 20
    for row in table.rows():
        field = OverlapField.spike(row["strength"], 2)
        points = latitude_maxima(row["energy_density"], 3, field)
        assert row["complexity"] == pytest.approx(points[0].complexity, abs=1e-14)
        assert abs(row["latitude"]) == pytest.approx(abs(points[0].latitude), abs=1e-12)
        assert row["index"] == (-3 if points[0].index is None else points[0].index)
        if points[0].complexity < 0:
            assert row["phase"] == "empty"
        elif abs(row["latitude"]) > 0:
            assert row["phase"] == "away"
        else:
            poles = any(abs(each.latitude) > 1e-9 and each.complexity >= 0 for each in points)
            assert row["phase"] == ("equator, pole states" if poles else "equator")
    assert {"empty", "equator", "away"} <= set(table.phase.ravel().tolist())


def test_pole_states_enter_next_to_a_dominating_equator():
    found = phase_diagram([-2.6], [-1.5, -1.4], 3, 3)
    for j, u in enumerate(found.energies):
        points = latitude_maxima(float(u), 3, OverlapField.spike(-2.6, 3))
        expected = any(abs(each.latitude) > 0 and each.complexity >= 0 for each in points)
        assert (found.phase[0, j] == "equator, pole states") == expected
    linear = phase_diagram([1.0], [-1.0], 3, 1)
    assert linear.phase[0, 0] == "away"


def test_progress_is_told():
    seen = []
    phase_diagram([0.0, 0.1], [0.0], 3, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


# Fields that make it trivial


@pytest.mark.parametrize("name", sorted(key for key in RECORDS if key.startswith("rate_")))
def test_rates_in_a_linear_field(name):
    record = RECORDS[name]
    h = math.sqrt(float(record["inputs"]["h_squared"]))
    value = field_rate(h, record["inputs"]["p"], gaussian="gaussian" in name)
    # h² is rounded once more in here
    assert value == pytest.approx(float(record["value"]), rel=2e-15, abs=2e-16)


@pytest.mark.parametrize("name", sorted(MIXTURES))
def test_the_field_of_trivialisation(name):
    record = RECORDS[f"mixed_hc2_{name}"]
    assert trivialisation_field(mixture=MIXTURES[name]) ** 2 == pytest.approx(float(record["value"]), rel=1e-15)
    total = RECORDS[f"mixed_total_{name}"]
    assert leading_complexity(None, mixture=MIXTURES[name]) == pytest.approx(float(total["value"]), rel=1e-15)
    assert field_rate(0.0, mixture=MIXTURES[name]) == pytest.approx(float(total["value"]), rel=1e-15)


def test_field_rates_are_the_supremum_over_latitudes():
    for mixture in MIXTURES.values():
        critical = trivialisation_field(mixture=mixture)
        for share in (0.1, 0.4, 0.6, 0.8, 0.95, 0.999, 1.0, 1.3):
            supremum = leading_complexity(None, field=OverlapField.linear(share * critical), mixture=mixture)
            assert field_rate(share * critical, mixture=mixture) == pytest.approx(supremum, abs=3e-15)


def test_the_rates_vanish_quadratically_and_linearly():
    critical = trivialisation_field(3)
    steps = np.array([1e-3, 1e-4, 1e-5])
    deterministic = field_rate(critical * np.sqrt(1 - steps), 3)
    gaussian = field_rate(critical * np.sqrt(1 - steps), 3, gaussian=True)
    np.testing.assert_allclose(deterministic / steps**2, 0.25, rtol=1e-3)
    np.testing.assert_allclose(gaussian / steps, 0.25, rtol=1e-3)  # ½ (ξ″ − ξ′)/ξ″
    assert field_rate(critical * 1.0001, 3) == 0.0 == field_rate(critical * 1.0001, 3, gaussian=True)


def test_the_gaussian_rate_against_exact_counts():
    for force in (0.2, 0.8, 1.5):
        ratio = 6 / (3 + force)  # xi''/(xi' + h^2)
        counts = {n: total_count_closed_form(n, 1 + ratio) for n in (6, 8, 10, 12)}
        rates = [0.5 * math.log(counts[n + 2] / counts[n]) for n in (6, 10)]
        limit = field_rate(math.sqrt(force), 3, gaussian=True)
        # the count grows like N^{1/2} e^{N rate}
        errors = [rate - 0.25 * math.log((n + 2) / n) - limit for rate, n in zip(rates, (6, 10), strict=True)]
        assert abs(errors[1]) < abs(errors[0])
        assert abs(errors[1]) < 0.03


def test_the_deterministic_rate_against_exact_counts():
    for h in (0.7, 1.0):
        counts = [mean_count(n, 3, field=OverlapField.linear(h)) for n in (6, 12, 24)]
        errors = [
            math.log(b / a) / n - field_rate(h, 3) for a, b, n in zip(counts[:2], counts[1:], (6, 12), strict=True)
        ]
        assert abs(errors[1]) < 0.65 * abs(errors[0])


# Signal points and band edges


def test_signal_points_are_zeros_of_the_total_and_stationary():
    for field, count in (
        (OverlapField.linear(2.0), 2),
        (OverlapField.spike(-2.6, 3), 2),
        (OverlapField.spike(1.9, 4), 2),
        (OverlapField.spike(2.2, 2), 2),
    ):
        found = [each for each in signal_points(3, field) if abs(each[0].latitude) > 0.1]
        assert len(found) >= count
        best = max(found, key=lambda each: each[0].latitude)
        point, energy = best
        totals = latitude_maxima(None, 3, field)
        nearest = min(totals, key=lambda each: abs(each.latitude - point.latitude))
        assert nearest.latitude == pytest.approx(point.latitude, abs=1e-7)
        assert nearest.complexity == pytest.approx(0.0, abs=1e-14)
        assert leading_complexity(energy, 3, field) >= -1e-14
        assert abs(point.shift) > 2


def test_a_linear_field_has_its_signal_at_the_known_energy():
    for p, h in ((3, 2.0), (4, 3.5), (5, 10.0)):
        (low, low_energy), (high, high_energy) = signal_points(p, OverlapField.linear(h))
        assert low_energy == pytest.approx(-math.sqrt(p + h * h), rel=1e-14)
        assert high_energy == pytest.approx(math.sqrt(p + h * h), rel=1e-14)
        assert low.latitude == pytest.approx(-h / math.sqrt(p + h * h), rel=1e-13)
        assert (low.index, high.index) == (0, -1)


def test_band_edges_in_a_field():
    for p in (3, 4):
        for k in (0, 1):
            edge = field_band_edge(p, OverlapField.spike(0.0, 2), k)
            assert edge == pytest.approx(band_edge(p, k), abs=1e-11)
    assert field_band_edge(3, OverlapField.linear(2.0)) == pytest.approx(
        math.sqrt(7), rel=1e-12
    )  # trivial: one minimum
    edge = field_band_edge(3, OverlapField.linear(1.0))
    assert leading_complexity(-edge, 3, OverlapField.linear(1.0), index=0) == pytest.approx(0.0, abs=1e-10)
    assert leading_complexity(-edge - 0.01, 3, OverlapField.linear(1.0), index=0) < 0
    assert edge > band_edge(3)


def test_bad_input():
    for call in (
        lambda: equator_instability(math.inf, 3),
        lambda: equator_instability(-1.0, 1),
        lambda: trivialisation_field(3, mixture={3: 1.0}),
        lambda: trivialisation_field(),
        lambda: field_rate("h", 3),
        lambda: field_rate(math.nan, 3),
        lambda: signal_points(3),
        lambda: phase_diagram([], [0.0], 3),
        lambda: phase_diagram([[1.0]], [0.0], 3),
        lambda: phase_diagram([1.0], [math.nan], 3),
        lambda: phase_diagram([1.0], [0.0], 3, 0),
        lambda: phase_boundaries(-1.9, 3, strengths=(1.0, -1.0)),
        lambda: phase_boundaries(-1.9, 3, cells=0),
        lambda: field_band_edge(3, OverlapField.linear(1.0), -1),
    ):
        with pytest.raises(InputError):
            call()
    with pytest.raises(ComputationError, match="index 5"):
        field_band_edge(3, OverlapField.linear(5.0), 5)
