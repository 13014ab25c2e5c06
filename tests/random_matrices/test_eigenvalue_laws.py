"""The law of one eigenvalue at finite n: closed forms, density against counts, samples, moments of the trace."""

import math

import mpmath as mp
import numpy as np
import pytest
from scipy.stats import norm

from spinglass import InputError
from spinglass.random_matrices import goe_density, sample_goe
from spinglass.random_matrices.eigenvalue_laws import GoeEigenvalueLaw


def test_order_one_is_a_normal_law():
    law = GoeEigenvalueLaw(1, 0)
    x = np.array([-12.0, -3.0, 0.0, 0.4, 5.0])
    np.testing.assert_allclose(law.density(x), norm.pdf(x, scale=math.sqrt(2)), rtol=1e-13)
    np.testing.assert_allclose(law.cdf(x), norm.cdf(x, scale=math.sqrt(2)), rtol=1e-12)
    np.testing.assert_allclose(law.sf(x), norm.sf(x, scale=math.sqrt(2)), rtol=1e-12)
    q = np.array([1e-9, 0.1, 0.5, 0.77, 1 - 1e-6])
    np.testing.assert_allclose(law.quantile(q), norm.ppf(q, scale=math.sqrt(2)), rtol=1e-11, atol=1e-14)
    assert law.mean() == pytest.approx(0, abs=1e-14)
    assert law.variance() == pytest.approx(2, rel=1e-12)


def smaller_of_two(x):
    """Density and distribution function of the smaller eigenvalue of A_2, by (b − a) e^{−(a² + b²)/4}/(4√(2π))."""
    x = mp.mpf(x)

    def density(a):
        # ∫_a^∞ (b − a) e^{−b²/4} db in closed form
        inner = 2 * mp.exp(-a * a / 4) - a * mp.sqrt(mp.pi) * mp.erfc(a / 2)
        return mp.exp(-a * a / 4) * inner / (4 * mp.sqrt(2 * mp.pi))

    return density(x), mp.quad(density, [-mp.inf, x - 6, x - 2, x]), mp.quad(density, [x, x + 1, x + 3, x + 8, mp.inf])


@pytest.mark.parametrize("x", [-9.0, -3.0, -1.0, 0.5, 2.0, 6.0])
def test_order_two_against_the_closed_form(x):
    with mp.workdps(30):
        exact = smaller_of_two(x)
    law = GoeEigenvalueLaw(2, 0)
    for function, value in zip((law.density, law.cdf, law.sf), exact, strict=True):
        found, error = function(x, with_error=True)
        assert abs(found - value) <= error <= max(1e-13, 1e-12 * value)
        assert found == pytest.approx(float(value), rel=1e-12)
    other = GoeEigenvalueLaw(2, 1)
    assert other.sf(-x) == pytest.approx(float(exact[1]), rel=1e-12)


def test_moments_of_order_two():
    # the gap is √(a² + 4b²) with a ~ N(0, 4), b ~ N(0, 1): Rayleigh of scale 2; the half trace has variance 1
    law = GoeEigenvalueLaw(2, 0)
    value, error = law.mean(with_error=True)
    assert abs(value + math.sqrt(math.pi / 2)) <= error <= 1e-11
    value, error = law.variance(with_error=True)
    assert abs(value - (1 + 2 - math.pi / 2)) <= error <= 1e-11


@pytest.mark.parametrize("n", [3, 4, 7])
def test_all_eigenvalues_together(n):
    laws = [GoeEigenvalueLaw(n, k) for k in range(n)]
    x = np.linspace(-6, 6, 7)
    np.testing.assert_allclose(sum(law.density(x) for law in laws), goe_density(x, n), rtol=1e-12)
    means, variances = [law.mean() for law in laws], [law.variance() for law in laws]
    np.testing.assert_allclose(means, -np.array(means[::-1]), atol=1e-11)
    # Σ E λ_k² = E tr A² = n(n + 1)
    assert sum(v + m * m for m, v in zip(means, variances, strict=True)) == pytest.approx(n * (n + 1), rel=1e-11)


@pytest.mark.parametrize(("n", "k"), [(5, 0), (8, 3), (31, 30), (40, 17), (120, 0)])
def test_density_is_the_derivative_of_the_distribution_function(n, k):
    law = GoeEigenvalueLaw(n, k)
    a, b = law.mean() - 0.6 * math.sqrt(law.variance()), law.mean() + 0.9 * math.sqrt(law.variance())
    nodes, weights = np.polynomial.legendre.leggauss(24)
    integral = (b - a) / 2 * weights @ law.density((a + b) / 2 + (b - a) / 2 * nodes)
    lower, upper = law.cdf(a, with_error=True), law.cdf(b, with_error=True)
    assert abs(upper[0] - lower[0] - integral) <= 1e-12
    assert lower[1] + upper[1] < 1e-12
    other = GoeEigenvalueLaw(n, (k + 1) % n)  # negative control
    assert abs(other.cdf(b) - other.cdf(a) - integral) > 1e-3


def test_tails_join_and_stay_relatively_accurate():
    law = GoeEigenvalueLaw(12, 0)
    for x in (-10.0, -12.0, -14.0, -20.0, -30.0):
        nodes, weights = np.polynomial.legendre.leggauss(60)
        exact = sum(  # R_n itself: the smallest eigenvalue is the only one there
            0.5 * weights @ goe_density(x - j - 0.5 + 0.5 * nodes, 12) for j in range(12)
        )
        # P(λ_0 <= x) = ∫ R_n − E(number below − 1)_+, the latter of second order
        assert law.cdf(x) == pytest.approx(exact, rel=max(1e-11, 10 * exact))
    values = law.cdf(np.linspace(-11.5, -10.5, 41))
    assert np.all(np.diff(np.log(values), 2) < 0)  # no step where the routes join
    assert 0 < law.cdf(-40.0) < 1e-150


@pytest.mark.parametrize(("n", "k"), [(6, 0), (9, 4), (50, 49)])
def test_quantiles_invert(n, k):
    law = GoeEigenvalueLaw(n, k)
    for q in (1e-6, 0.02, 0.5, 0.9, 1 - 1e-5):
        x = law.quantile(q)
        assert (law.cdf(x) if q < 0.5 else law.sf(x)) == pytest.approx(q if q < 0.5 else 1 - q, rel=1e-9)
    assert law.quantile([0.0, 1.0]).tolist() == [-math.inf, math.inf]


@pytest.mark.parametrize(("n", "k"), [(4, 1), (20, 0), (20, 12)])
def test_sampled_eigenvalues(n, k):
    size = 20_000
    sample = np.linalg.eigvalsh(sample_goe(n, size, rng=7))[:, k]
    law = GoeEigenvalueLaw(n, k)
    assert abs(sample.mean() - law.mean()) < 4.5 * math.sqrt(law.variance() / size)
    assert abs(sample.var() - law.variance()) < 4.5 * law.variance() * math.sqrt(3 / size)
    for q in (0.01, 0.3, 0.8):
        assert abs(np.mean(sample < law.quantile(q)) - q) < 4.5 * math.sqrt(q * (1 - q) / size)


def test_the_edge_approaches_its_limit():
    # mean and variance of the Tracy-Widom law β = 1 (Bornemann 2010); centred at √(4n − 2), corrections n^{−2/3}
    gaps = []
    for n in (25, 200):
        law = GoeEigenvalueLaw(n, n - 1)
        gaps.append(abs(n ** (1 / 6) * (law.mean() - math.sqrt(4 * n - 2)) + 1.206533574582025))
    assert gaps[1] < 0.01
    assert gaps[0] / gaps[1] == pytest.approx(4, rel=0.25)


@pytest.mark.parametrize(
    "call",
    [
        lambda: GoeEigenvalueLaw(0, 0),
        lambda: GoeEigenvalueLaw(201, 0),
        lambda: GoeEigenvalueLaw(3, 3),
        lambda: GoeEigenvalueLaw(3, -1),
        lambda: GoeEigenvalueLaw(3, 1).density(math.nan),
        lambda: GoeEigenvalueLaw(3, 1).cdf("0"),
        lambda: GoeEigenvalueLaw(3, 1).quantile(1.5),
    ],
)
def test_bad_input(call):
    with pytest.raises(InputError, match=r"(n|k|x|q) = "):
        call()
