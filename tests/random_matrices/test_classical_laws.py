"""Marchenko-Pastur, spikes, free sums and surmises: records, high precision, closed forms, sampled spectra."""

import json
import math
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest

from spinglass import InputError
from spinglass.random_matrices import marchenko_pastur, sample_goe, semicircle, spiked
from spinglass.random_matrices.free_convolution import FreeSum
from spinglass.random_matrices.spacings import spacing_cdf
from spinglass.random_matrices.surmises import (
    mean_spacing_ratio,
    spacing_ratio_pdf,
    spacing_ratios,
    unfold,
    wigner_surmise_cdf,
    wigner_surmise_pdf,
    wigner_surmise_variance,
)

RECORDS = {
    record["id"]: float(record["value"])
    for record in json.loads((Path(__file__).parents[2] / "validation" / "reference" / "spacings.json").read_text())
}


# Marchenko and Pastur


def exact_density(x, c):
    x, c = mp.mpf(x), mp.mpf(c)
    inside = 4 * c - (x - 1 - c) ** 2
    return mp.sqrt(inside) / (2 * mp.pi * c * x) if inside > 0 else mp.mpf(0)


@pytest.mark.parametrize("c", [1e-6, 0.2, 0.999, 1.0, 1.5, 40.0])
def test_marchenko_pastur_density_and_distribution(c):
    low, high = marchenko_pastur.edges(c)
    for share in (1e-12, 1e-3, 0.2, 0.7, 1 - 1e-9):
        x = low + share * (high - low)
        with mp.workdps(40):
            value = marchenko_pastur.density(x, c)
            assert abs(value - exact_density(x, c)) <= 2e-15 * value
            if c in (0.2, 1.0, 1.5) and share > 1e-6:
                base = (1 - mp.sqrt(mp.mpf(c))) ** 2

                def angular(f, c=c, base=base):
                    place = base + 4 * mp.sqrt(mp.mpf(c)) * mp.sin(f / 2) ** 2
                    return 2 / mp.pi * mp.sin(f) ** 2 / place if place else 2 / mp.pi * mp.cos(f / 2) ** 2

                end = mp.acos((1 + mp.mpf(c) - x) / (2 * mp.sqrt(mp.mpf(c))))
                mass = mp.quad(angular, mp.linspace(0, end, 5)) + max(0, 1 - 1 / mp.mpf(c))
                assert abs(marchenko_pastur.cdf(x, c) - mass) < 2e-15
    assert marchenko_pastur.density([low - 1, high * (1 + 1e-9)], c).tolist() == [0.0, 0.0]
    assert marchenko_pastur.cdf(high, c) == 1.0
    assert marchenko_pastur.cdf(-1.0, c) == 0.0


@pytest.mark.parametrize("c", [0.3, 1.0, 2.5])
def test_marchenko_pastur_transform_and_quantiles(c):
    z = np.array([-3.0, 0.7 + 0.4j, 1.0 + 1e-9j, 9.0, 30.0, 1e8, -1e8, 2 + 1e7j])
    m = marchenko_pastur.stieltjes(z, c)
    np.testing.assert_allclose(c * z * m * m + (z + c - 1) * m + 1, 0, atol=1e-9)
    np.testing.assert_allclose(m[-3:] * z[-3:], -1, rtol=2e-6)
    assert np.all(m.imag[z.imag > 0] > 0)
    x = 0.9
    assert marchenko_pastur.stieltjes(x, c).imag == pytest.approx(math.pi * marchenko_pastur.density(x, c), rel=1e-13)
    for q in (0.62, 0.7, 0.99):
        assert marchenko_pastur.cdf(marchenko_pastur.quantile(q, c), c) == pytest.approx(q, abs=1e-14)
    assert marchenko_pastur.quantile(0.1, 2.5) == 0.0
    assert marchenko_pastur.quantile(1.0, c) == pytest.approx(marchenko_pastur.edges(c)[1])


def test_sampled_covariance_matrices():
    rng = np.random.default_rng(3)
    for n, m in ((200, 800), (300, 100)):
        sample = rng.standard_normal((n, m))
        levels = np.linalg.eigvalsh(sample @ sample.T / m)
        for x in (0.5, 1.2, 2.0):
            assert np.mean(levels < x) == pytest.approx(marchenko_pastur.cdf(x, n / m), abs=6 / n)
        assert abs(np.mean(levels < 1.2) - marchenko_pastur.cdf(1.2, m / n)) > 10 / n  # negative control


# spikes


@pytest.mark.parametrize("s", [-3.0, 1.3, 2.0])
def test_sampled_outliers(s):
    n, size = 120, 400
    matrices = sample_goe(n, size, kappa=s * math.sqrt(n), rng=5) / math.sqrt(n)
    levels, vectors = np.linalg.eigh(matrices)
    place = -1 if s > 0 else 0
    outlier, overlap = levels[:, place], vectors[:, 0, place] ** 2
    spread = spiked.outlier_standard_deviation(s, n)
    bias = 6 / n
    assert abs(outlier.mean() - spiked.outlier_position(s)) < 4.5 * spread / math.sqrt(size) + bias
    assert abs(overlap.mean() - spiked.outlier_overlap(s)) < 4.5 * overlap.std() / math.sqrt(size) + 2 * bias
    if abs(s) > 1.5:
        assert outlier.std() == pytest.approx(spread, rel=4.5 / math.sqrt(2 * size) + 0.03)
    if s == 2.0:
        assert outlier.std() != pytest.approx(math.sqrt(2 / n), rel=0.04)  # without the factor 1 − 1/s²


def test_spike_threshold():
    assert spiked.outlier_position([-1.0, -0.2, 0.0, 0.3, 1.0]).tolist() == [-2.0, -2.0, 2.0, 2.0, 2.0]
    assert spiked.outlier_overlap([0.3, 1.0, -2.0]).tolist() == [0.0, 0.0, 0.75]
    assert spiked.outlier_standard_deviation(0.5, 10) == 0.0
    tiny = 1 + 2.0**-40
    assert spiked.outlier_overlap(tiny) == pytest.approx(2.0**-39, rel=1e-11)


# free sums


def cubic(x, a, t):
    """The transform of half atoms at ±a and a semicircle: the root with positive imaginary part, in high precision."""
    with mp.workdps(40):
        roots = mp.polyroots([t * t, 2 * t * x, x * x - a * a + t, x], maxsteps=200, extraprec=200)
        return complex(max(roots, key=lambda root: root.imag))


@pytest.mark.parametrize("t", [0.2, 0.7, 1.5])
def test_two_atoms_against_the_cubic(t):
    law = FreeSum([1.0, -1.0], [0.5, 0.5], t)
    bands = law.support()
    assert len(bands) == (2 if t < 1 else 1)
    for low, high in bands:
        for share in (1e-3, 0.2, 0.5, 0.9):
            x = low + share * (high - low)
            exact = cubic(mp.mpf(x), mp.mpf(1), mp.mpf(t))
            assert law.stieltjes(x) == pytest.approx(exact, abs=1e-13)
            assert law.density(x) == pytest.approx(exact.imag / math.pi, abs=1e-13)
        assert law.density(np.array([low - 1e-9, high + 1e-9])).tolist() == [0.0, 0.0]
        assert np.all(law.density(np.array([low + 1e-9, high - 1e-9])) > 0)
    nodes, weights = np.polynomial.legendre.leggauss(800)
    mass = sum(
        (b - a)
        / 2
        * math.pi
        / 2
        * (weights * np.cos(math.pi / 2 * nodes))
        @ law.density((a + b) / 2 + (b - a) / 2 * np.sin(math.pi / 2 * nodes))
        for a, b in bands
    )
    assert mass == pytest.approx(1, abs=1e-10)


def test_sums_of_semicircles_add_variances():
    z = np.concatenate([np.linspace(-4, 4, 33), np.linspace(-4, 4, 9) + 0.1j, [3j, 1e-8j + 0.5]])
    one = FreeSum([0.7], [1.0], 2.0)
    np.testing.assert_allclose(
        one.stieltjes(z + 0.7), semicircle.stieltjes(z / math.sqrt(2)) / math.sqrt(2), atol=1e-13
    )
    two = FreeSum.from_density(semicircle.density, -2, 2, 0.5)
    np.testing.assert_allclose(two.stieltjes(z), semicircle.stieltjes(z / math.sqrt(1.5)) / math.sqrt(1.5), atol=1e-12)
    (low, high) = two.support()[0]
    assert (low, high) == pytest.approx((-math.sqrt(6), math.sqrt(6)), rel=1e-12)


def test_outliers_of_zero_weight():
    for s in (-3.0, 1.5):
        law = FreeSum([0.0, s], [1.0, 0.0], 1.0)
        (outlier,) = law.outliers()
        assert outlier.position == pytest.approx(spiked.outlier_position(s), rel=1e-15)
        assert outlier.overlap == pytest.approx(spiked.outlier_overlap(s), rel=1e-15)
    assert FreeSum([0.0, 0.9], [1.0, 0.0], 1.0).outliers() == []


def test_a_sampled_sum_with_an_outlier():
    n, t = 600, 0.5
    diagonal = np.where(np.arange(n) < n // 4, -2.0, 1.0)
    diagonal[-1] = 3.0
    levels = np.linalg.eigvalsh(np.diag(diagonal) + math.sqrt(t / n) * sample_goe(n, rng=9))
    law = FreeSum([-2.0, 1.0, 3.0], [0.25, 0.75, 0.0], t)
    (outlier,) = law.outliers()
    assert levels[-1] == pytest.approx(outlier.position, abs=0.15)
    (low, _), (start, high) = law.support()
    assert (levels[0], levels[-2]) == pytest.approx((low, high), abs=0.1)
    assert start > -0.9
    x = np.linspace(low, 0.8, 2001)
    below = np.sum((law.density(x)[1:] + law.density(x)[:-1]) / 2) * (x[1] - x[0])
    assert np.mean(levels < 0.8) == pytest.approx(below, abs=8 / n)


# surmises


@pytest.mark.parametrize("beta", [1, 2, 4])
def test_wigner_surmise(beta):
    assert wigner_surmise_variance(beta) == pytest.approx(RECORDS[f"surmise_variance_beta{beta}"], rel=1e-15)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    s, w = 4 * (1 + nodes), 4 * weights
    density = wigner_surmise_pdf(s, beta)
    assert w @ density == pytest.approx(1, abs=1e-12)
    assert w @ (s * density) == pytest.approx(1, abs=1e-12)
    assert w @ ((s - 1) ** 2 * density) == pytest.approx(wigner_surmise_variance(beta), abs=1e-11)
    half = 0.6 * (1 + nodes)
    assert 0.6 * weights @ wigner_surmise_pdf(half, beta) == pytest.approx(wigner_surmise_cdf(1.2, beta), rel=1e-13)
    distance = max(abs(wigner_surmise_cdf(x, beta) - spacing_cdf(x, beta)) for x in (0.3, 0.7, 1.0, 1.6, 2.4))
    assert 1e-4 < distance < 0.01  # near the exact law, and not the same


def test_ratio_surmise():
    nodes, weights = np.polynomial.legendre.leggauss(60)
    r, w = (1 + nodes) / 2, weights / 2
    for beta in (0, 1, 2, 4):
        density = spacing_ratio_pdf(r, beta)
        assert w @ density == pytest.approx(1, abs=1e-12)
        assert w @ (r * density) == pytest.approx(mean_spacing_ratio(beta), abs=1e-12)
        outside = w @ (spacing_ratio_pdf(1 / r, beta, folded=False) / r**2)
        assert outside == pytest.approx(0.5, abs=1e-12)
        assert spacing_ratio_pdf(1.5, beta) == 0.0
    for beta, name in ((1, "ratio_surmise_beta1"), (2, "ratio_surmise_beta2"), (0, "ratio_poisson")):
        assert mean_spacing_ratio(beta) == pytest.approx(RECORDS[name], rel=1e-15)


def test_sampled_ratios():
    rng = np.random.default_rng(2)
    three = spacing_ratios(np.linalg.eigvalsh(sample_goe(3, 40_000, rng=rng))).ravel()
    assert abs(three.mean() - mean_spacing_ratio(1)) < 4.5 * three.std() / math.sqrt(three.size)
    levels = np.linalg.eigvalsh(sample_goe(100, 400, rng=rng))
    means = spacing_ratios(levels[:, 25:75]).mean(axis=1)
    error = means.std() / math.sqrt(len(means))
    assert abs(means.mean() - RECORDS["ratio_large_n_beta1"]) < 4.5 * error
    assert abs(means.mean() - mean_spacing_ratio(2)) > 20 * error
    poisson = spacing_ratios(np.sort(rng.uniform(size=(200, 200)), axis=1)).mean(axis=1)
    assert abs(poisson.mean() - RECORDS["ratio_poisson"]) < 4.5 * poisson.std() / math.sqrt(200)
    spacing = np.diff(unfold(levels[:, 30:70], 100), axis=1)
    assert spacing.mean() == pytest.approx(1, abs=0.01)
    assert spacing.var() == pytest.approx(RECORDS["spacing_variance_beta1"], rel=0.06)


@pytest.mark.parametrize(
    "call",
    [
        lambda: marchenko_pastur.density(1.0, 0.0),
        lambda: marchenko_pastur.cdf(math.nan, 1.0),
        lambda: marchenko_pastur.quantile(1.2, 1.0),
        lambda: marchenko_pastur.stieltjes(0.0, 2.0),
        lambda: marchenko_pastur.edges(-1.0),
        lambda: spiked.outlier_position(math.inf),
        lambda: spiked.outlier_standard_deviation(2.0, 0),
        lambda: FreeSum([0.0], [0.5], 1.0),
        lambda: FreeSum([0.0, 1.0], [1.0], 1.0),
        lambda: FreeSum([0.0], [1.0], 0.0),
        lambda: FreeSum([0.0], [1.0], 1.0).stieltjes(1 - 1j),
        lambda: FreeSum.from_density(semicircle.density, 2, -2, 1.0),
        lambda: FreeSum.from_density(lambda y: 0 * y + 1, -2, 2, 1.0),
        lambda: wigner_surmise_pdf(-1.0, 1),
        lambda: wigner_surmise_cdf(1.0, 3),
        lambda: wigner_surmise_variance(0),
        lambda: spacing_ratio_pdf(-0.5, 1),
        lambda: spacing_ratios([1.0, 2.0]),
        lambda: spacing_ratios([1.0, 3.0, 2.0]),
        lambda: unfold([0.0], 0),
    ],
)
def test_bad_input(call):
    with pytest.raises(InputError, match=" = "):
        call()
