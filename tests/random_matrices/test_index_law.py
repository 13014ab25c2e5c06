"""The laws of the count below a cut, plain and |det|-weighted: double precision against many bits, and both alone."""

import itertools
import math

import mpmath
import numpy as np
import pytest

from spinglass._errors import InputError
from spinglass.random_matrices import (
    count_below,
    count_probabilities,
    goe_density,
    index_probabilities,
    mean_abs_determinant,
    mean_product,
    sample_goe_tridiagonal,
)
from spinglass.random_matrices.rare_indices import _weights, farthest

LAWS = pytest.mark.parametrize("law", [count_probabilities, index_probabilities])


def random_places(seed, orders, each):
    rng = np.random.default_rng(seed)
    for n in orders:
        for _ in range(each):
            yield n, float(rng.uniform(-1, 1) * (2 * math.sqrt(n) + 3))


@LAWS
def test_double_precision_within_its_bound(law):
    """Many random (n, ξ): what is stated covers what is made, and is not absurdly large."""
    for n, x in random_places(11, [1, 2, 3, 4, 5, 7, 10, 12, 17, 20, 21], 4):
        exact = law(n, x, relative=True)
        found, bound = law(n, x, with_error=True)
        assert np.all(np.abs(found - exact) <= bound), (n, x)
        assert np.max(bound) < 1e-13
        assert np.max(np.abs(found - exact)) < 1e-14
        common = exact > 1e-8  # single digits lost as the weight falls
        assert np.all(bound[common] < 1e-5 * exact[common])
        assert found.sum() == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize(("n", "x"), [(60, -0.3), (75, 6.1), (90, -14.0)])
@LAWS
def test_larger_orders_within_their_bound(law, n, x):
    """The route of many bits at a precision that serves absolute accuracy only."""
    weights = [int(weight) for weight in _weights(n, x, law is index_probabilities, 700)]
    exact = np.array([float(mpmath.mpf(weight) / sum(weights)) for weight in weights])
    found, bound = law(n, x, with_error=True)
    assert np.all(np.abs(found - exact) <= bound + 1e-100)
    assert np.max(np.abs(found - exact)) < 1e-14
    assert np.max(bound) < 1e-13


@pytest.mark.parametrize(("n", "x"), [(200, -3.7), (499, 11.3), (500, -30.0)])
@LAWS
def test_largest_orders_reflect_and_sum(law, n, x):
    found, bound = law(n, x, with_error=True)
    reflected = law(n, -x)[::-1]
    assert np.all(np.abs(found - reflected) <= 2 * bound)
    assert found.sum() == pytest.approx(1, abs=2e-13)
    assert np.max(bound) < 2e-13


@pytest.mark.parametrize("n", [200, 500])
def test_large_orders_against_the_determinant_and_the_density(n):
    """Σ(−1)^k P_k is the sign of a determinant; the mean count is the integral of the density: other routes."""
    x = -0.31 * math.sqrt(n)
    signed, error = mean_product(n, lambda y: np.where(y < x, 0.4, 1.0), [x], with_error=True)
    generated = float(np.sum(0.4 ** np.arange(n + 1) * count_probabilities(n, x)))
    assert math.log(generated) == pytest.approx(signed[0], abs=error + 1e-11)
    weighted, error = mean_product(n, lambda y: np.abs(y - x) * np.where(y < x, 0.4, 1.0), [x], with_error=True)
    generated = float(np.sum(0.4 ** np.arange(n + 1) * index_probabilities(n, x)))
    expected = weighted[0] - mean_abs_determinant(n, x, log=True)
    assert math.log(generated) == pytest.approx(expected, abs=error + 1e-11)


@pytest.mark.parametrize(("n", "x"), [(3, -1.0), (12, 0.8), (40, -7.0), (101, 3.0)])
def test_mean_count_is_the_integral_of_the_density(n, x):
    nodes, weights = np.polynomial.legendre.leggauss(24)
    edges = np.linspace(-2 * math.sqrt(n) - 12, x, 30 + 2 * n)
    mean = 0.0
    for left, right in itertools.pairwise(edges):
        half = (right - left) / 2
        mean += half * float(weights @ goe_density(left + half + half * nodes, n))
    assert float(np.arange(n + 1) @ count_probabilities(n, x)) == pytest.approx(mean, abs=1e-11)


@LAWS
def test_order_one_and_two_in_closed_form(law):
    for x in (0.7,):
        below = mpmath.ncdf(x / mpmath.sqrt(2))
        if law is count_probabilities:
            exact = [1 - below, below]
        else:
            gauss = mpmath.exp(-(mpmath.mpf(x) ** 2) / 4) / mpmath.sqrt(mpmath.pi)
            exact = [gauss - x * (1 - below), gauss + x * below]
        exact = np.array([float(value / sum(exact)) for value in exact])
        for relative in (False, True):
            assert law(1, x, relative=relative) == pytest.approx(exact, rel=2e-15)

        def density(a, b, x=x):
            weight = (b - a) * mpmath.exp(-(a * a + b * b) / 4)
            return weight * (abs((a - x) * (b - x)) if law is index_probabilities else 1)

        parts = []
        for first, second in (((x, 14), None), ((-14, x), (x, 14)), ((-14, x), None)):
            if second is None:
                triangle = mpmath.quad(lambda a, end=first[1]: mpmath.quad(lambda b: density(a, b), [a, end]), first)
                parts.append(triangle)
            else:
                parts.append(mpmath.quad(lambda a, s=second: mpmath.quad(lambda b: density(a, b), s), first))
        exact = np.array([float(part / sum(parts)) for part in parts])
        assert law(2, x) == pytest.approx(exact, rel=1e-10)
        assert law(2, x, relative=True) == pytest.approx(exact, rel=1e-11)


def test_two_signs_of_a_two_by_two_matrix():
    assert count_probabilities(2, 0.0, relative=True)[1] == pytest.approx(math.sqrt(0.5), rel=1e-15)


def test_counts_against_sampling():
    n, x, samples = 9, 1.3, 20000
    counts = count_below(*sample_goe_tridiagonal(n, rng=np.random.default_rng(5), size=samples), x)
    law = count_probabilities(n, x)
    seen = np.bincount(np.asarray(counts).ravel(), minlength=n + 1) / samples
    spread = np.sqrt(law * (1 - law) / samples)
    assert np.all(np.abs(seen - law)[law > 1e-3] < 4.5 * spread[law > 1e-3])


def test_shifted_cut_is_visible():
    """Negative control: the law at a neighbouring cut lies outside the bound by far."""
    found, bound = count_probabilities(20, 0.5, with_error=True)
    assert np.max(np.abs(count_probabilities(20, 0.5 + 1e-10, relative=True) - found) / bound) > 100


@pytest.mark.parametrize("weighted", [False, True])
def test_typical_counts_at_their_place(weighted):
    """Extreme k: where index k is typical, double precision has it to 1e-8 and better, tails e^{−35} apart too."""
    law = index_probabilities if weighted else count_probabilities
    n = 20
    for k in (0, 1, n):
        places = np.linspace(-2 * math.sqrt(n) - 2, 2 * math.sqrt(n) + 2, 200)
        values = np.array([law(n, x)[k] for x in places])
        x = float(places[np.argmin(np.abs(values - 0.5))])
        for near in (x, x - 0.8, x + 0.8):
            exact, found = law(n, near, relative=True)[k], law(n, near)[k]
            assert found == pytest.approx(exact, rel=1e-8 if exact > 1e-6 else 1e-4)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((-1, 0.0), "n"),
        ((502, 0.0), "n"),
        ((2.5, 0.0), "n"),
        ((3, math.nan), "x"),
        ((3, math.inf), "x"),
        ((3, "a"), "x"),
        ((61, 0.0, True), "n"),
        ((4, farthest(4) + 1, True), "x"),
        ((4, 0.0, False, True), "log"),
    ],
)
@LAWS
def test_bad_input(law, arguments, name):
    with pytest.raises(InputError, match=name):
        law(*arguments)


def test_trivial_order():
    assert index_probabilities(0, 0.3).tolist() == [1.0]
    assert index_probabilities(0, 0.3, relative=True, log=True).tolist() == [0.0]
    with pytest.raises(InputError):
        count_probabilities(0, 0.3)
