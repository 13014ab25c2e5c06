"""The decision rule: true theories pass at the stated rate, wrong ones fail at the stated power."""

import math

import numpy as np
import pytest
from scipy.stats import t as student

from spinglass import InputError
from spinglass.claims import Comparison, judge, ratio_comparison, sample_comparison
from spinglass.claims.decision import equal_mass_edges


def test_family_wise_error_of_a_true_theory():
    rng = np.random.default_rng(11)
    families, members, samples, rate = 2000, 10, 60, 0.05
    rejected = 0
    for _ in range(families):
        values = rng.standard_normal((members, samples))
        rejected += not judge([sample_comparison("x", 0.0, row) for row in values], rate).agrees
    error = math.sqrt(rate * (1 - rate) / families)
    assert rejected / families < rate + 4.5 * error
    assert rejected / families > 0.6 * rate  # Bonferroni is nearly exact for independent comparisons


def test_power_is_what_detectable_says():
    rng = np.random.default_rng(12)
    samples, theory = 400, 10.0
    rejections, trials = 0, 1500
    reference = judge([Comparison(f"{i}", theory, theory, 1 / math.sqrt(samples), samples) for i in range(20)])
    deviation = reference.comparisons[0].detectable(reference.z_critical)
    for _ in range(trials):
        values = theory * (1 + deviation) + rng.standard_normal(samples)
        rejections += not reference.accepts(sample_comparison("x", theory, values))
    assert abs(rejections / trials - 0.9) < 4.5 * math.sqrt(0.09 / trials) + 0.01


def test_critical_z_is_bonferroni():
    verdict = judge([Comparison("a", 1.0, 1.0, 0.1, 1000)] * 50, 0.01)
    assert math.isclose(verdict.z_critical, float(student.isf(0.01 / 100, 999)), rel_tol=1e-10)


@pytest.mark.parametrize("samples", [20, 40, 1000])
def test_the_bound_on_z_is_where_the_decision_changes(samples):
    reference = judge([Comparison("a", 1.0, 1.0, 0.1, samples)] * 70)
    for factor, accepted in ((0.9999, True), (1.0001, False)):
        comparison = Comparison("a", 0.0, factor * reference.z_critical, 1.0, samples)
        assert reference.accepts(comparison) is accepted


def test_counts_that_missed_a_rare_event_do_not_reject_a_true_mean():
    theory, samples = 2 + 2e-4, 500  # two further critical points once in 10 000 samples
    comparison = sample_comparison("total", theory, np.full(samples, 2), step=2)
    assert comparison.z == pytest.approx(-math.sqrt(samples * 1e-4 / (1 - 1e-4)), rel=1e-9)
    assert judge([comparison]).agrees
    assert not judge([sample_comparison("total", 2.3, np.full(samples, 2), step=2)]).agrees
    assert sample_comparison("total", 2.0, np.full(samples, 2), step=2).z == 0
    assert sample_comparison("total", 4.0, np.full(samples, 2), step=2).z == -math.inf


def test_rare_counts_reject_a_true_mean_at_the_stated_rate_only():
    rng = np.random.default_rng(14)
    families, samples, rare = 4000, 100, 0.08
    rejected = 0
    for values in 2 + 2 * (rng.random((families, samples)) < rare):
        rejected += not judge([sample_comparison("total", 2 + 2 * rare, values, step=2)], 0.01).agrees
    assert rejected / families < 0.01 + 4.5 * math.sqrt(0.01 * 0.99 / families)


def test_pairs_that_are_all_equal_do_not_reject_a_ratio_near_one():
    base = np.random.default_rng(16).choice([8, 10, 12], 40)
    assert judge([ratio_comparison("r", 0.9998, base, base, step=2)]).agrees
    assert not judge([ratio_comparison("r", 0.9998, base, base)]).agrees
    assert not judge([ratio_comparison("r", 0.8, base, base, step=2)]).agrees
    other = base + 2 * np.random.default_rng(17).integers(-1, 2, 40)
    assert ratio_comparison("r", 0.99, other, base, step=2) == ratio_comparison("r", 0.99, other, base)


def test_the_step_leaves_common_counts_alone():
    values = np.random.default_rng(15).poisson(3.4, 200)
    assert sample_comparison("n", 3.4, values, step=1) == sample_comparison("n", 3.4, values)


def test_small_samples_use_students_law():
    z = 4.0
    few, many = (Comparison("a", 0.0, z, 1.0, samples) for samples in (20, 100_000))
    assert few.p_value > 5 * many.p_value


@pytest.mark.parametrize(("mean", "z"), [(2.0, 0.0), (2.1, math.inf), (1.9, -math.inf)])
def test_constant_samples(mean, z):
    comparison = sample_comparison("constant", 2.0, np.full(50, mean))
    assert comparison.z == z
    assert judge([comparison]).agrees == (z == 0)


def test_ratio_of_paired_samples_has_the_right_error():
    rng = np.random.default_rng(13)
    zs = []
    for _ in range(1500):
        base = 10 + rng.standard_normal(200)
        above = 0.9 * base + 0.1 * rng.standard_normal(200)
        zs.append(ratio_comparison("r", 0.9, above, base).z)
    assert abs(np.mean(zs)) < 4.5 / math.sqrt(1500)
    assert abs(np.std(zs) - 1) < 4.5 / math.sqrt(3000) + 0.01


def test_the_worst_comparison_is_named():
    verdict = judge([Comparison("good", 1.0, 1.0, 0.1, 99), Comparison("bad", 1.0, 2.0, 0.1, 99)])
    assert verdict.worst.quantity == "bad"
    assert not verdict.agrees


def test_edges_cut_into_equal_parts():
    x = np.linspace(-1, 1, 2001)
    edges = equal_mass_edges(((x + 1) ** 2).tolist(), x.tolist(), 4)
    assert edges[0] == -math.inf
    assert edges[-1] == math.inf
    assert np.allclose((np.array(edges[1:-1]) + 1) ** 2, [1, 2, 3], atol=1e-5)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="at least 20 samples"):
        Comparison("a", 1.0, 1.0, 0.1, 19)
    with pytest.raises(InputError, match="finite"):
        Comparison("a", 1.0, math.nan, 0.1, 100)
    with pytest.raises(InputError, match="at least one"):
        judge([])
    with pytest.raises(InputError, match="family_wise_error"):
        judge([Comparison("a", 1.0, 1.0, 0.1, 99)], 0.0)
    with pytest.raises(InputError, match="paired"):
        ratio_comparison("r", 1.0, np.ones(30), np.ones(31))
