"""Pairings of spectral laws: the theory passes, the control and a slightly wrong theory fail, bad input is named."""

import itertools
import math

import numpy as np
import pytest
from scipy.linalg import eigvalsh_tridiagonal

from spinglass import InputError, random_matrices
from spinglass.claims import Claim, judge
from spinglass.claims.edge_laws import _edge_variable
from spinglass.claims.global_spectra import _distribution, _quantiles
from spinglass.claims.level_spacings import _spacings, _unfolded, _window_counts
from spinglass.claims.pairings import PAIRINGS
from spinglass.claims.sampled_spectra import leading_corner

SAMPLED = {
    "determinant-index-means": (20_000, {"n": [3, 5], "xi": [0.7, -2.0], "kappa": [1.5, -3.0]}),
    "eigenvalue-laws": (4_000, {"n": [3, 10], "places": [0.0, 0.4, 1.0]}),
    "edge-laws": (2_000, {"n": 10_000, "k": [1, 2, 3], "beta": [1, 2, 4], "bins": 5}),
    "bulk-spacings": (2_000, {"n": 60, "beta": [1], "lengths": [0.7, 1.5], "edges": [0.0, 0.5, 1.0, 1.5, 2.5]}),
    "three-level-ratios": (20_000, {"beta": [1, 2, 4]}),
    "spike-outliers": (1_000, {"n": 10_000_000, "strength": [1.5, -3.0]}),
    "covariance-spectra": (60, {"n": 60, "ratio": [0.5, 1.0, 3.0]}),
    "free-sum-spectra": (
        60,
        {"n": 60, "atoms": [-1.0, 0.5, 2.0], "weights": [0.5, 0.3, 0.2], "variance": [0.05, 0.3, 1.5]},
    ),
}


def _claim(pairing, samples, parameters):
    return Claim(pairing, "", pairing, samples, samples, parameters)


def _evidence(pairing):
    samples, parameters = SAMPLED[pairing]
    return PAIRINGS[pairing](samples=samples, seed=3, workers=1, **parameters)


@pytest.mark.parametrize("pairing", SAMPLED)
def test_sampled_laws_pass_and_their_controls_are_rejected(pairing):
    outcome = _claim(pairing, *SAMPLED[pairing]).test(seed=3, workers=1)
    assert outcome.agrees, outcome.evidence
    assert outcome.control_rejected, outcome.control


@pytest.mark.parametrize("pairing", SAMPLED)
def test_seeds_repeat_and_differ(pairing):
    samples, parameters = SAMPLED[pairing]
    one, same, other = (
        PAIRINGS[pairing](samples=max(20, samples // 40), seed=seed, workers=1, **parameters) for seed in (1, 1, 2)
    )
    assert [each.mean for each in one.comparisons] == [each.mean for each in same.comparisons]
    assert [each.mean for each in one.comparisons] != [each.mean for each in other.comparisons]


def test_every_wrong_statement_about_a_spike_is_rejected():
    control = _evidence("spike-outliers").control_comparisons
    assert len(control) == 6
    for one in control:
        assert not judge([one]).agrees, one.quantity


def test_the_control_of_the_edge_laws_is_rejected_for_every_ensemble_and_place():
    control = _evidence("edge-laws").control_comparisons
    for _, family in itertools.groupby(control, lambda one: one.quantity.split(", bin")[0]):
        assert not judge(list(family)).agrees


def _moved(right, shift):
    return lambda *a, **k: np.asarray(right(*a, **k)) + shift


def _scaled(right, factor):
    return lambda *a, **k: np.asarray(right(*a, **k)) * factor


@pytest.mark.parametrize(
    ("pairing", "function", "change", "amount"),
    [
        ("determinant-index-means", "mean_abs_determinant", _scaled, 1.1),
        ("edge-laws", "tracy_widom_quantile", _moved, 0.12),
        ("bulk-spacings", "gap_probability", _scaled, 1.04),
        ("bulk-spacings", "spacing_cdf", _scaled, 1.04),
        ("three-level-ratios", "spacing_ratio_pdf", _scaled, 1.06),
        ("three-level-ratios", "mean_spacing_ratio", _moved, 0.01),
        ("spike-outliers", "outlier_position", _moved, 1e-4),
        ("spike-outliers", "outlier_overlap", _moved, 1e-4),
        ("spike-outliers", "outlier_standard_deviation", _scaled, 1.15),
        ("covariance-spectra", "marchenko_pastur", None, 1.05),
        ("free-sum-spectra", "FreeSum", None, 1.1),
        ("eigenvalue-laws", "GoeEigenvalueLaw", None, 0.12),
    ],
)
def test_a_slightly_wrong_law_fails(monkeypatch, pairing, function, change, amount):
    right = getattr(random_matrices, function)
    if change is not None:
        monkeypatch.setattr(random_matrices, function, change(right, amount), raising=False)
    elif function == "marchenko_pastur":
        cdf = right.cdf
        monkeypatch.setattr(right, "cdf", lambda x, ratio: cdf(x, amount * ratio))
    elif function == "FreeSum":
        monkeypatch.setattr(random_matrices, function, lambda a, w, t: right(a, w, amount * t), raising=False)
    else:
        quantile = right.quantile
        monkeypatch.setattr(right, "quantile", lambda law, q: quantile(law, q) + amount)
    assert not judge(_evidence(pairing).comparisons).agrees


def test_the_exact_laws_approach_the_edge_laws(monkeypatch):
    claim = _claim("edge-law-approach", 0, {"n": [10, 20, 40], "k": [1, 2]})
    outcome = claim.test()
    assert outcome.passes, outcome.evidence
    right = random_matrices.tracy_widom_cdf
    monkeypatch.setattr(random_matrices, "tracy_widom_cdf", _moved(right, 0.005), raising=False)
    assert not claim.test().agrees


@pytest.mark.parametrize("beta", [1, 2, 4])
def test_the_leading_corner_has_the_edge(beta):
    n, rng = 4000, np.random.default_rng(5)
    diagonal, off = leading_corner(n, beta, n, 1, rng)
    whole = eigvalsh_tridiagonal(diagonal[0], off[0], select="i", select_range=(n - 3, n - 1))
    rows = math.ceil(12 * n ** (1 / 3))
    corner = eigvalsh_tridiagonal(diagonal[0, :rows], off[0, : rows - 1])[-3:]
    np.testing.assert_allclose(corner, whole, atol=1e-7 * n ** (-1 / 6))
    assert abs(whole[-1] - _edge_variable(n, beta, np.array(-1.5))) < 4 * n ** (-1 / 6)


def test_the_corner_has_the_spike():
    n, rng = 2000, np.random.default_rng(6)
    diagonal, off = leading_corner(n, 1, n, 1, rng, spike=2 * math.sqrt(n))
    whole = eigvalsh_tridiagonal(diagonal[0], off[0], select="i", select_range=(n - 1, n - 1))
    corner = eigvalsh_tridiagonal(diagonal[0, :45], off[0, :44])[-1]
    assert corner == pytest.approx(whole[0], rel=1e-12)


def test_windows_and_spacings_of_a_lattice():
    levels = np.arange(40.0)[None, :] - 19.5
    counts = _window_counts(np.repeat(levels, 50, axis=0), 2.5, np.random.default_rng(0))
    assert set(np.unique(counts)) == {2, 3}
    assert np.mean(counts) == pytest.approx(2.5, abs=0.03)
    spacing, valid = _spacings(levels)
    np.testing.assert_array_equal(spacing[valid], np.ones(20))


@pytest.mark.parametrize("beta", [1, 4])
def test_unfolded_levels_have_unit_density(beta):
    levels = _unfolded(80, beta, 400, 3)
    cuts = np.linspace(-20, 20, 5)
    counts = np.mean([np.histogram(row, cuts)[0] for row in levels], axis=0)
    np.testing.assert_allclose(counts, 10.0, atol=0.15)


def test_the_distribution_of_a_free_sum():
    x = np.linspace(-2, 2, 9)
    law = random_matrices.FreeSum([0.0], [1.0], 1.0)
    np.testing.assert_allclose(_distribution(law, x), random_matrices.semicircle_cdf(x), atol=1e-6)
    for t in (0.05, 0.3, 1.5):
        law = random_matrices.FreeSum([-1.0, 0.5, 2.0], [0.5, 0.3, 0.2], t)
        ends = [each for band in law.support() for each in band]
        assert _distribution(law, np.array([ends[0] - 1, ends[-1] + 1])) == pytest.approx([0, 1], abs=1e-5)
        np.testing.assert_allclose(_distribution(law, _quantiles(law, 4)), [0.25, 0.5, 0.75], atol=2e-3)


@pytest.mark.parametrize(
    ("pairing", "changes", "named"),
    [
        ("determinant-index-means", {"kappa": [0.0]}, r"kappa = \[0.0\]: must hold strengths different from 0"),
        ("determinant-index-means", {"n": [17]}, r"n = 17: must be an integer from 2 to 16"),
        ("eigenvalue-laws", {"n": [61]}, r"n = 61: must be an integer from 2 to 60"),
        ("eigenvalue-laws", {"places": [1.1]}, r"places = \[1.1\]: must hold fractions from 0"),
        ("eigenvalue-laws", {"places": []}, r"places = \[\]: must hold fractions"),
        ("edge-laws", {"n": 999}, r"n = 999: must be an integer from 1000"),
        ("edge-laws", {"beta": [3]}, r"beta = 3: must be one of 1, 2, 4"),
        ("edge-laws", {"beta": []}, r"beta = \[\]: must hold at least one"),
        ("edge-laws", {"k": []}, r"k = \[\]: must hold at least one place"),
        ("edge-laws", {"k": [4]}, r"k = 4: must be an integer from 1 to 3"),
        ("bulk-spacings", {"n": 49}, r"n = 49: must be an integer from 50 to 1000"),
        ("bulk-spacings", {"edges": [1.0]}, r"edges = \[1.0\]: must be at least two increasing"),
        ("bulk-spacings", {"lengths": [0.0]}, r"lengths = 0.0: must be"),
        ("bulk-spacings", {"beta": []}, r"beta = \[\]: must hold at least one"),
        ("three-level-ratios", {"beta": [0]}, r"beta = 0: must be one of 1, 2, 4"),
        ("three-level-ratios", {"bins": 1}, r"bins = 1: must be an integer from 2"),
        ("spike-outliers", {"n": 5000}, r"n = 5000: must be at least 10 times the samples"),
        ("spike-outliers", {"strength": [1.1]}, r"strength = \[1.1\]: must hold strengths s with"),
        ("covariance-spectra", {"ratio": [0.7]}, r"ratio = \[0.7\]: must hold ratios c with an integer"),
        ("covariance-spectra", {"ratio": []}, r"ratio = \[\]: must hold ratios"),
        ("free-sum-spectra", {"weights": [0.5, 0.295, 0.205]}, r"must be multiples of 1/n = 1/60"),
        ("free-sum-spectra", {"weights": [0.5, 0.5]}, r"must be multiples of 1/n = 1/60, one for each atom"),
        ("free-sum-spectra", {"variance": []}, r"variance = \[\]: must hold at least one"),
        ("free-sum-spectra", {"variance": [0.0]}, r"variance = 0.0: must be"),
    ],
)
def test_bad_parameters_are_named(pairing, changes, named):
    samples, parameters = SAMPLED[pairing]
    with pytest.raises(InputError, match=named):
        _claim(pairing, samples, {**parameters, **changes}).test(workers=1)


@pytest.mark.parametrize("pairing", SAMPLED)
def test_too_few_samples_are_refused(pairing):
    with pytest.raises(InputError, match="samples"):
        _claim(pairing, 10, SAMPLED[pairing][1]).test(workers=1)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"n": [10, 20]}, r"n = \[10, 20\]: must hold at least three sizes"),
        ({"n": [10, 20, 201]}, r"n = 201: must be an integer from 8 to 200"),
        ({"k": [9]}, r"k = 9: must be an integer from 1 to 8"),
    ],
)
def test_bad_parameters_of_the_edge_approach_are_named(changes, named):
    with pytest.raises(InputError, match=named):
        _claim("edge-law-approach", 0, {"n": [10, 20, 40], "k": [1], **changes}).test()
