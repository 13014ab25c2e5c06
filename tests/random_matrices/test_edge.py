"""Laws of the soft edge: reference records, independent Fredholm determinants, asymptotics, inverses, samples."""

from __future__ import annotations

import json
import math
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest
from scipy import special

from spinglass import InputError, random_matrices
from spinglass.random_matrices import (
    BETA4_SCALES,
    sample_goe_tridiagonal,
    sample_tracy_widom,
    tracy_widom_cdf,
    tracy_widom_moments,
    tracy_widom_pdf,
    tracy_widom_quantile,
    tracy_widom_sf,
)

RECORDS = json.loads((Path(__file__).parents[2] / "validation" / "reference" / "edge_laws.json").read_text())
LAWS = [(beta, k) for beta, largest in ((1, 8), (2, 8), (4, 4)) for k in range(1, largest + 1)]
SMALLEST = 1e-300


def value_of(record: dict) -> float:
    """What the package says about a record."""
    name = record["id"]
    if name.startswith(("F1_quantile", "F2_quantile")):
        return tracy_widom_quantile(float(record["inputs"]["probability"]), int(name[1]))
    if "_s" in name and "s" in record["inputs"]:
        beta, k = (1, 2) if name.startswith("goe2") else (int(name[1]), 1)
        return tracy_widom_cdf(float(record["inputs"]["s"]), beta, k)
    law = {"tw1": (1, 1), "tw2": (2, 1), "tw4": (4, 1), "goe_edge_2": (1, 2), "goe_edge_3": (1, 3)}
    prefix = max((key for key in law if name.startswith(key)), key=len)
    return getattr(tracy_widom_moments(*law[prefix]), name[len(prefix) + 1 :])


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["id"])
def test_reference_records(record):
    kind, size = record["tolerance"].split()
    true = float(record["value"])
    tolerance = float(size) * (abs(true) if kind == "rel" else 1.0)
    # the records have up to 20 digits; a float has 15.9
    assert abs(value_of(record) - true) <= max(tolerance, 4 * math.ulp(max(abs(true), 0.25)))


# --- an independent route: Fredholm determinants of the kernels themselves -------------------------------------------


def airy_counts(s: float, nodes: int = 90) -> np.ndarray:
    """E_2(0..7; s) from the eigenvalues of the Airy kernel at Gauss–Legendre nodes, in double precision."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    half = (16 - min(s, 0) * 1.0) / 2
    points, weights = s + half * (points + 1), half * weights
    value, slope, _, _ = special.airy(points)
    gap = points[:, None] - points[None, :]
    np.fill_diagonal(gap, 1.0)
    kernel = (np.outer(value, slope) - np.outer(slope, value)) / gap
    np.fill_diagonal(kernel, slope**2 - points * value**2)
    roots = np.sqrt(weights)
    return bernoulli_counts(np.clip(np.linalg.eigvalsh(roots[:, None] * kernel * roots), 0, 1))


def bernoulli_counts(means: np.ndarray) -> np.ndarray:
    counts = np.array([1.0] + [0.0] * 7)
    for mean in means:
        counts = (1 - mean) * counts + mean * np.concatenate([[0], counts[:-1]])
    return counts


def ferrari_spohn(s: float, nodes: int = 100) -> tuple[float, float]:
    """det(1 ∓ T), T = ½Ai((x+y)/2) on (s, ∞), in double precision."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    half = max(26.0, 28 - 2 * s) / 2
    points, weights = s + half * (points + 1), half * weights
    roots = np.sqrt(weights)
    kernel = 0.5 * special.airy((points[:, None] + points) / 2)[0] * roots[:, None] * roots
    values = np.linalg.eigvalsh(kernel)
    return float(np.prod(1 - values)), float(np.prod(1 + values))


@pytest.mark.parametrize("s", np.arange(-9.0, 4.0, 0.73))
def test_against_determinants_in_double_precision(s):
    exact = np.cumsum(airy_counts(s))
    ours = np.array([tracy_widom_cdf(s, 2, k) for k in range(1, 9)])
    assert np.max(np.abs(ours - exact)) < 2e-13
    plus, minus = ferrari_spohn(s)
    assert abs(tracy_widom_cdf(s, 1) - plus) < 1e-12
    assert abs(tracy_widom_cdf(s, 1, 2) - (plus + minus) / 2) < 1e-12
    assert abs(tracy_widom_cdf(s / math.sqrt(2), 4) - (plus + minus) / 2) < 1e-12
    assert abs(tracy_widom_cdf(s, 1) * minus - tracy_widom_cdf(s, 2)) < 1e-12


def flint_determinants(s: float, digits: int) -> tuple[mp.mpf, mp.mpf]:
    """det(1 ∓ T) by Gauss–Legendre quadrature with many digits."""
    flint = pytest.importorskip("flint")
    before = flint.ctx.dps
    flint.ctx.dps = digits
    try:
        length = (max(s, 0) ** 1.5 + 1.73 * digits) ** (2 / 3) - s if s > 0 else -s + (1.73 * digits) ** (2 / 3)
        nodes = int(45 + digits * 0.8 - 4 * min(s, 0))
        half = flint.arb(length) / 2
        rule = [flint.arb.legendre_p_root(nodes, i, weight=True) for i in range(nodes)]
        points, roots = [half * (1 + a) for a, _ in rule], [(half * w).sqrt() for _, w in rule]
        kernel = [[None] * nodes for _ in range(nodes)]
        for i in range(nodes):
            for j in range(i + 1):
                entry = (roots[i] * roots[j] * (points[i] + points[j] + flint.arb(s)).airy_ai()).mid()
                kernel[i][j] = kernel[j][i] = entry
        found = []
        for sign in (1, -1):
            rows = [[(int(i == j) - sign * kernel[i][j]).mid() for j in range(nodes)] for i in range(nodes)]
            value = flint.arb_mat(rows).det()
            assert float(value.rad()) < 1e-20 * abs(float(value.mid())) or float(value.mid()) == 0
            with mp.workdps(digits):
                found.append(mp.mpf(value.mid().str(digits, radius=False)))
        return found[0], found[1]
    finally:
        flint.ctx.dps = before


@pytest.mark.parametrize("s", [-14.3, -11.0, -8.2, -6.1, -3.3, 1.7, 5.2, 9.9, 21.0])
def test_both_tails_against_determinants_with_many_digits(s):
    digits = 110 if s > 12 else 70
    plus, minus = flint_determinants(s, digits)
    with mp.workdps(digits):
        laws = {(1, 1): plus, (1, 2): (plus + minus) / 2, (2, 1): plus * minus}
        for (beta, k), cdf in laws.items():
            assert tracy_widom_cdf(s, beta, k) == pytest.approx(float(cdf), rel=5e-13)
            assert tracy_widom_sf(s, beta, k) == pytest.approx(float(1 - cdf), rel=5e-13)
            assert tracy_widom_cdf(s, beta, k, log=True) == pytest.approx(float(mp.log(cdf)), rel=5e-13)
            assert tracy_widom_sf(s, beta, k, log=True) == pytest.approx(float(mp.log(1 - cdf)), rel=5e-13)


# --- the table against the eigenvalues it comes from ------------------------------------------------------------------


def test_every_law_and_density_against_many_digits():
    pytest.importorskip("flint")
    from derivations import edge_spectrum, edge_tables

    rng = np.random.default_rng(4)
    worst = worst_density = 0.0
    for s in (-11.7, -4.3, -1.1, 0.9, 13.0, *rng.uniform(-8, 6, 1)):
        step = 2.0**-18
        pairs, *others = (
            edge_tables.laws_at(s + m * step, edge_spectrum.first_resolution(s)) for m in (0, 1, -1, 2, -2)
        )
        for (beta, k), (cdf, sf) in pairs.items():
            small = 0 if cdf < sf else 1
            ours = (tracy_widom_cdf, tracy_widom_sf)[small](s, beta, k)
            true = (cdf, sf)[small]
            if not true > SMALLEST:
                continue
            worst = max(worst, abs(float(ours / true - 1)))
            near = [other[beta, k][small] for other in others]  # an error of order step^4
            slope = abs(8 * (near[0] - near[1]) - (near[2] - near[3])) / (12 * step)
            value, error = tracy_widom_pdf(s, beta, k, with_error=True)
            assert abs(float(value - slope)) <= error <= 2e3 * max(abs(float(value - slope)), math.ulp(value))
            value, error = tracy_widom_pdf(s, beta, k, log=True, with_error=True)
            assert abs(float(value - slope.log())) <= error
            worst_density = max(worst_density, abs(float(tracy_widom_pdf(s, beta, k) / slope - 1)))
            value, error = (tracy_widom_cdf, tracy_widom_sf)[small](s, beta, k, with_error=True)
            assert abs(float(value - true)) <= error <= 2e3 * max(abs(float(value - true)), math.ulp(value))
            value, error = tracy_widom_cdf(s, beta, k, log=True, with_error=True)
            true = cdf.log() if small == 0 else (-sf).log1p()
            assert abs(float(value - true)) <= error
    assert worst < 1e-13
    assert worst_density < 2e-13


# --- tails ------------------------------------------------------------------------------------------------------------


def test_left_asymptotics():
    zeta = float(mp.zeta(-1, derivative=1))
    for s in (-20.0, -24.5, -31.0, -33.0, -60.0, -500.0, -1e4):
        a = abs(s) ** 1.5
        two = -(a**2) / 12 - math.log(-s) / 8 + math.log(2) / 24 + zeta + 3 / (64 * a**2)
        shared = -(a**2) / 24 - math.log(-s) / 16 + zeta / 2 + math.log(2) / 48
        one = shared - a / (3 * math.sqrt(2)) - math.log(2) / 4
        second = shared + a / (3 * math.sqrt(2)) - 3 * math.log(2) / 4
        assert tracy_widom_cdf(s, 2, log=True) == pytest.approx(two, rel=1e-14, abs=4e-8 * (20 / -s) ** 6)
        assert tracy_widom_cdf(s, 1, log=True) == pytest.approx(one, rel=1e-14, abs=0.2 / a)
        assert tracy_widom_cdf(s, 1, 2, log=True) == pytest.approx(second, rel=1e-14, abs=0.2 / a)


def test_right_asymptotics():
    for s in (90.0, 104.0, 106.0, 1e3, 1e5):
        a = s**1.5
        one = -2 / 3 * a - 0.5 * math.log(a) - math.log(4 * math.sqrt(math.pi))
        two = -4 / 3 * a - math.log(a) - math.log(16 * math.pi)
        assert tracy_widom_sf(s, 1, log=True) == pytest.approx(one, rel=1e-14, abs=2 / a)
        assert tracy_widom_sf(s, 2, log=True) == pytest.approx(two, rel=1e-14, abs=3 / a)
    # exact up to terms of second order, 1e-50 and less: the integral of the one-point density
    for s in (30.0, 104.0, 105.5):
        with mp.workdps(350):
            mean = (mp.mpf(1) / 3 - mp.airyai(s, derivative=-1)) / 2
            assert tracy_widom_sf(s, 1, log=True) == pytest.approx(float(mp.log(mean)), rel=2e-15)


@pytest.mark.parametrize("s", [-35.5, 120.0])
def test_asymptotic_forms_against_many_digits(s):
    pytest.importorskip("flint")
    from derivations import edge_spectrum, edge_tables

    pairs = edge_tables.laws_at(s, edge_spectrum.first_resolution(s))
    for (beta, k), pair in pairs.items():
        function, true = (tracy_widom_cdf, pair[0]) if s < 0 else (tracy_widom_sf, pair[1])
        value, error = function(s, beta, k, log=True, with_error=True)
        assert abs(float(value - true.log())) <= error <= 1e-12 * abs(value)


@pytest.mark.parametrize(("beta", "k"), LAWS)
def test_the_asymptotic_forms_join_the_table(beta, k):
    scale = math.sqrt(2) if beta == 4 else 1.0
    for end, function, other in ((-32.0, tracy_widom_cdf, tracy_widom_sf), (105.0, tracy_widom_sf, tracy_widom_cdf)):
        places = end / scale * (1 + np.array([-3, -2, -1, 1, 2, 3]) * 1e-7)
        logs = function(places, beta, k, log=True)
        slopes = np.diff(logs) / np.diff(places)
        assert np.ptp(slopes) <= 1e-4 * abs(slopes[0])
        expected = slopes[0] * (places[3] - places[2])
        assert logs[3] - logs[2] == pytest.approx(expected, rel=1e-3, abs=3e-13 * abs(logs[0]))
        assert np.all(other(places, beta, k) == 1.0)


@pytest.mark.parametrize(("beta", "k"), LAWS)
def test_both_tails_reach_the_smallest_floats(beta, k):
    for tail, function in (("lower", tracy_widom_cdf), ("upper", tracy_widom_sf)):
        q = 10.0 ** np.linspace(-307, -1, 103)
        places = tracy_widom_quantile(q, beta, k, tail)
        assert np.all(np.diff(places) > 0) if tail == "lower" else np.all(np.diff(places) < 0)
        rate = np.abs(tracy_widom_pdf(places, beta, k) / q)  # the place itself is rounded
        allowed = 1e-13 + 4 * rate * np.abs(places) * 2.3e-16
        assert np.all(np.abs(function(places, beta, k) / q - 1) <= allowed)
        assert np.all(np.abs(function(places, beta, k, log=True) - np.log(q)) <= allowed + 3e-16 * np.abs(np.log(q)))
    everywhere = np.concatenate([np.linspace(-60, 150, 4001), [-1e200, -1e60, 1e60, 1e200]])
    for function in (tracy_widom_cdf, tracy_widom_sf):
        values, errors = function(everywhere, beta, k, with_error=True)
        assert np.all((values >= 0) & (values <= 1) & (errors >= 0) & (errors < 1e-14))
        logs, errors = function(everywhere[:-4], beta, k, log=True, with_error=True)
        assert np.all(np.isfinite(logs) & (errors > 0) & (errors <= 1e-12 * (1 + np.abs(logs))))
        direct = values[:-4] > 1e-300
        assert values[:-4][direct] == pytest.approx(np.exp(logs[direct]), rel=3e-13)
    densities = tracy_widom_pdf(everywhere, beta, k)
    assert np.all((densities >= 0) & (densities < 1))
    assert 0 < tracy_widom_cdf(tracy_widom_quantile(-740.0, beta, k, log=True), beta, k) < 1e-320
    deep = np.array([-1e3, -1e5, -1e9])
    for tail, function in (("lower", tracy_widom_cdf), ("upper", tracy_widom_sf)):
        places = tracy_widom_quantile(deep, beta, k, tail, log=True)
        assert function(places, beta, k, log=True) == pytest.approx(deep, rel=1e-13)


@pytest.mark.parametrize(("beta", "k"), LAWS)
def test_quantile_inverts_the_middle(beta, k):
    q = np.linspace(1e-3, 1 - 1e-3, 301)
    places = tracy_widom_quantile(q, beta, k)
    assert np.max(np.abs(tracy_widom_cdf(places, beta, k) - q)) < 3e-15
    assert tracy_widom_quantile(1 - q, beta, k, "upper") == pytest.approx(places, abs=3e-15 * 1e3**0.5)
    assert tracy_widom_quantile(np.log(q), beta, k, log=True) == pytest.approx(places, abs=1e-13)


# --- consistency ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("beta", "k"), LAWS)
def test_cdf_survival_and_density_belong_together(beta, k):
    mean, variance, _, _ = tracy_widom_moments(beta, k)
    s = mean + math.sqrt(variance) * np.linspace(-6, 7, 400)
    cdf, sf, pdf = (function(s, beta, k) for function in (tracy_widom_cdf, tracy_widom_sf, tracy_widom_pdf))
    assert np.max(np.abs(cdf + sf - 1)) < 3e-16
    assert np.all(np.diff(cdf) >= 0)
    assert np.all(np.diff(tracy_widom_cdf(s, beta, k, log=True)) > -1e-15)
    assert tracy_widom_pdf(s, beta, k, log=True) == pytest.approx(np.log(pdf), rel=1e-13, abs=1e-13)
    h = 1e-3
    eight = (
        672 * (tracy_widom_cdf(s + h, beta, k) - tracy_widom_cdf(s - h, beta, k))
        - 168 * (tracy_widom_cdf(s + 2 * h, beta, k) - tracy_widom_cdf(s - 2 * h, beta, k))
        + 32 * (tracy_widom_cdf(s + 3 * h, beta, k) - tracy_widom_cdf(s - 3 * h, beta, k))
        - 3 * (tracy_widom_cdf(s + 4 * h, beta, k) - tracy_widom_cdf(s - 4 * h, beta, k))
    ) / (840 * h)
    assert np.max(np.abs(eight - pdf)) < 2e-12
    for centre in (s[0], -25.0, -19.0, -14.0, -5.5, -1.5, 1.0, 7.0):  # joints of the series
        near = centre + np.array([-1e-9, -1e-12, 1e-12, 1e-9])
        assert np.ptp(tracy_widom_pdf(near, beta, k)) <= 1e-6 * tracy_widom_pdf(centre, beta, k) + 1e-300


@pytest.mark.parametrize(("beta", "k"), LAWS)
def test_moments_are_those_of_the_density(beta, k):
    mean, variance, skewness, kurtosis = tracy_widom_moments(beta, k)
    scale = math.sqrt(2) if beta == 4 else 1.0
    cuts = np.concatenate([np.linspace(-25, 5, 61), [8, 13, 26]]) / scale
    nodes, weights = np.polynomial.legendre.leggauss(40)
    half = np.diff(cuts)[:, None] / 2
    places = ((cuts[:-1] + cuts[1:])[:, None] / 2 + half * nodes).ravel()
    masses = (half * weights).ravel() * tracy_widom_pdf(places, beta, k)
    centred = places - mean
    assert masses.sum() == pytest.approx(1, abs=2e-15)
    assert masses @ places == pytest.approx(mean, abs=1e-14)
    assert masses @ centred**2 == pytest.approx(variance, abs=1e-14)
    assert masses @ centred**3 / variance**1.5 == pytest.approx(skewness, abs=3e-14)
    assert masses @ centred**4 / variance**2 - 3 == pytest.approx(kurtosis, abs=1e-13)


def test_later_eigenvalues_are_lower_and_sum_to_the_one_point_density():
    s = np.linspace(-7, 6, 60)
    for beta, largest in ((1, 8), (2, 8), (4, 4)):
        survival = np.array([tracy_widom_sf(s, beta, k) for k in range(1, largest + 1)])
        assert np.all(np.diff(survival, axis=0) < 0)
    right = s[s > -2.5]
    value, slope, _, _ = special.airy(right)
    beyond = 1 / 3 - np.array([float(mp.airyai(x, derivative=-1)) for x in right])
    unitary = slope**2 - right * value**2
    orthogonal = unitary + value * (1 - beyond) / 2
    for beta, density in ((1, orthogonal), (2, unitary)):
        total = sum(tracy_widom_pdf(right, beta, k) for k in range(1, 9))
        assert np.max(np.abs(total - density)) < 1e-11


def test_every_second_eigenvalue_of_two_superposed_edges_is_the_unitary_edge():
    # Forrester and Rains 2001; exact, and independent of the generating function of the orthogonal counts.
    s = np.linspace(-9, 5, 60)
    cdf = np.array([np.zeros_like(s)] + [tracy_widom_cdf(s, 1, k) for k in range(1, 9)])
    counts = np.diff(cdf, axis=0)
    for k in range(1, 5):
        below = sum(counts[i] * counts[j] for i in range(8) for j in range(8) if i + j < 2 * k)
        assert np.max(np.abs(below - tracy_widom_cdf(s, 2, k))) < 1e-14
        wrong = sum(counts[i] * counts[j] for i in range(8) for j in range(8) if i + j < 2 * k - 1)
        assert np.max(np.abs(wrong - tracy_widom_cdf(s, 2, k))) > 0.05


def test_three_variables_of_beta_four():
    mean = tracy_widom_moments(4).mean
    assert mean * BETA4_SCALES["second_goe"] == pytest.approx(tracy_widom_moments(1, 2).mean, rel=1e-15)
    assert mean * BETA4_SCALES["bornemann"] == pytest.approx(-2.306884893241102, rel=1e-14)
    assert mean * BETA4_SCALES["stochastic_airy"] == pytest.approx(-2.0552, abs=1e-4)


# --- samples ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("beta", "k"), [(1, 1), (2, 1), (4, 1), (1, 5), (2, 8), (4, 4)])
def test_samples_follow_the_law(beta, k):
    count = 40_000
    values = np.sort(sample_tracy_widom(count, beta, k, np.random.default_rng(11)))
    cdf = tracy_widom_cdf(values, beta, k)
    ranks = np.arange(count + 1) / count
    distance = max(np.max(cdf - ranks[:-1]), np.max(ranks[1:] - cdf))
    limit = 2.3  # P(√n D > 2.3) = 5e-5
    assert distance * math.sqrt(count) < limit
    other = tracy_widom_cdf(values + 0.1, beta, k)
    assert np.max(np.abs(other - ranks[1:])) * math.sqrt(count) > limit


def test_samples_are_reproducible_and_shaped():
    assert sample_tracy_widom(5, 1, rng=3).tolist() == sample_tracy_widom(5, 1, 1, np.random.default_rng(3)).tolist()
    assert sample_tracy_widom((2, 3), 2, 4, rng=0).shape == (2, 3)
    assert isinstance(sample_tracy_widom(None, 1, rng=0), float)
    assert sample_tracy_widom(0, 4, rng=0).shape == (0,)


def test_goe_matrices_have_the_edge_laws():
    from scipy.linalg import eigh_tridiagonal

    n, count = 400, 600
    rng = np.random.default_rng(8)
    diagonals, others = sample_goe_tridiagonal(n, count, rng=rng)
    top = np.array(
        [
            eigh_tridiagonal(d, e, eigvals_only=True, select="i", select_range=(n - 5, n - 1))[::-1]
            for d, e in zip(diagonals, others, strict=True)
        ]
    )
    scaled = n ** (1 / 6) * (top - math.sqrt(4 * n - 2))
    for k in (1, 2, 3, 5):
        mean, variance, _, _ = tracy_widom_moments(1, k)
        z = (scaled[:, k - 1].mean() - mean) / math.sqrt(variance / count)
        assert abs(z) < 4.5, (k, z)
        uniform = np.sort(tracy_widom_cdf(scaled[:, k - 1], 1, k))
        distance = np.max(np.abs(uniform - (np.arange(count) + 0.5) / count))
        assert distance * math.sqrt(count) < 2.3
    # control: the law of the neighbour does not fit
    other = tracy_widom_moments(1, 3)
    wrong = (scaled[:, 1].mean() - other.mean) / math.sqrt(other.variance / count)
    assert abs(wrong) > 20


# --- the door ----------------------------------------------------------------------------------------------------


def test_limits_and_shapes():
    for beta, k in LAWS:
        assert tracy_widom_cdf([-math.inf, math.inf], beta, k).tolist() == [0.0, 1.0]
        assert tracy_widom_sf([-math.inf, math.inf], beta, k).tolist() == [1.0, 0.0]
        assert tracy_widom_pdf([-math.inf, math.inf], beta, k).tolist() == [0.0, 0.0]
        for function, ends in ((tracy_widom_cdf, [-math.inf, 0]), (tracy_widom_sf, [0, -math.inf])):
            assert function([-math.inf, math.inf], beta, k, log=True).tolist() == ends
            far = function([-1e300, -1e120, 1e120, 1e300], beta, k)
            assert far.tolist() == ([0, 0, 1, 1] if function is tracy_widom_cdf else [1, 1, 0, 0])
        assert np.all(np.isneginf(tracy_widom_pdf([-1e300, math.inf], beta, k, log=True)))
    assert isinstance(tracy_widom_cdf(0.3, 1), float)
    assert isinstance(tracy_widom_pdf(np.float64(0.3), 2, 3), float)
    assert tracy_widom_cdf(np.zeros((2, 3)), 1).shape == (2, 3)
    assert tracy_widom_quantile(np.full((2, 3), 0.5), 4).shape == (2, 3)
    value, error = tracy_widom_cdf(np.zeros((2, 2)), 1, with_error=True)
    assert value.shape == error.shape == (2, 2)
    assert np.array_equal(tracy_widom_cdf(np.arange(3), 1), tracy_widom_cdf(np.arange(3.0), 1))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: tracy_widom_cdf(0.0, 3), "beta = 3"),
        (lambda: tracy_widom_cdf(0.0, "1"), "beta"),
        (lambda: tracy_widom_cdf(0.0, True), "beta"),
        (lambda: tracy_widom_cdf(0.0, [1, 2]), "beta"),
        (lambda: tracy_widom_cdf(0.0, 1, 9), "k = 9"),
        (lambda: tracy_widom_cdf(0.0, 1, 0), "k = 0"),
        (lambda: tracy_widom_cdf(0.0, 4, 5), "from 1 to 4"),
        (lambda: tracy_widom_cdf(0.0, 1, 1.5), "k = 1.5"),
        (lambda: tracy_widom_cdf(math.nan, 1), "NaN"),
        (lambda: tracy_widom_sf([0.0, math.nan], 1), "NaN"),
        (lambda: tracy_widom_pdf("a", 1), "s = 'a'"),
        (lambda: tracy_widom_pdf(1j, 1), "real"),
        (lambda: tracy_widom_quantile(0.0, 1), "inside"),
        (lambda: tracy_widom_quantile(1.0, 1), "inside"),
        (lambda: tracy_widom_quantile([0.5, -0.1], 1), "inside"),
        (lambda: tracy_widom_quantile(0.0, 1, log=True), "< 0"),
        (lambda: tracy_widom_quantile(-math.inf, 1, log=True), "finite"),
        (lambda: tracy_widom_quantile(0.5, 1, tail="left"), "tail"),
        (lambda: tracy_widom_moments(2, 9), "k = 9"),
        (lambda: sample_tracy_widom(-1, 1), "size"),
        (lambda: sample_tracy_widom(3, 1, rng="x"), "rng"),
        (lambda: sample_tracy_widom(3, 0), "beta = 0"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_names_are_exported():
    for name in ("tracy_widom_cdf", "tracy_widom_quantile", "sample_tracy_widom", "TracyWidomMoments"):
        assert name in random_matrices.__all__
        assert getattr(random_matrices, name)
