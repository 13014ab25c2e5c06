"""Couplings: the packed draw has the law of the symmetric part of i.i.d. standard normal tensors."""

import itertools
import math

import numpy as np
import pytest

from spinglass import InputError
from spinglass.hamiltonians import SphericalGlass, couplings


def brute_symmetric(x):
    """The mean over all orders of the indices, entry by entry."""
    p, n = x.ndim, x.shape[0]
    result = np.zeros(x.shape)
    for entry in itertools.product(range(n), repeat=p):
        orders = list(itertools.permutations(entry))
        result[entry] = sum(x[order] for order in orders) / len(orders)
    return result


@pytest.mark.parametrize(("n", "p"), [(1, 3), (4, 1), (3, 2), (3, 3), (2, 4), (3, 5)])
def test_given_couplings_are_symmetrised(n, p):
    x = np.random.default_rng(n + 10 * p).normal(size=(n,) * p)
    assert np.allclose(couplings.symmetrised(p, x).dense(), brute_symmetric(x), rtol=0, atol=1e-14)


@pytest.mark.parametrize(("n", "p"), [(1, 2), (4, 2), (5, 3), (3, 4), (2, 6)])
def test_draws_are_symmetric(n, p):
    tensor = couplings.draw(n, p, np.random.default_rng(3)).dense()
    assert tensor.shape == (n,) * p
    for order in itertools.permutations(range(p)):
        assert np.array_equal(tensor, tensor.transpose(order))


@pytest.mark.parametrize(("n", "p"), [(3, 2), (3, 3), (2, 4)])
def test_variance_of_an_entry_is_one_over_its_orderings(n, p):
    rng = np.random.default_rng(11)
    draws = np.array([couplings.draw(n, p, rng).dense() for _ in range(6000)])
    variances = (draws**2).mean(axis=0)
    for entry in itertools.combinations_with_replacement(range(n), p):
        orderings = math.factorial(p) / math.prod(math.factorial(entry.count(i)) for i in set(entry))
        # the variance of a sample variance of normals is 2/samples
        assert abs(variances[entry] * orderings - 1) < 4.5 * math.sqrt(2 / 6000)
    distinct = [draws[(slice(None), *e)] for e in itertools.combinations_with_replacement(range(n), p)]
    correlation = np.corrcoef(distinct) - np.eye(len(distinct))
    assert np.max(np.abs(correlation)) < 4.5 / math.sqrt(6000)


def test_one_normal_per_multiset_is_drawn():
    rng, twin = np.random.default_rng(5), np.random.default_rng(5)
    couplings.draw(4, 3, rng)
    twin.standard_normal(math.comb(4 + 3 - 1, 3))
    assert rng.standard_normal() == twin.standard_normal()


def test_values_of_a_seed_are_pinned():
    """The same numbers on every platform: the packed normals of numpy's PCG64, in lexicographic order."""
    normals = np.random.default_rng(7).standard_normal(4)
    tensor = couplings.draw(2, 3, np.random.default_rng(7)).dense()
    assert tensor[0, 0, 0] == normals[0]
    assert tensor[0, 1, 0] == pytest.approx(normals[1] / math.sqrt(3), rel=1e-15)
    assert tensor[1, 0, 1] == pytest.approx(normals[2] / math.sqrt(3), rel=1e-15)
    assert tensor[1, 1, 1] == normals[3]


def test_what_does_not_fit_is_refused_with_its_size():
    with pytest.raises(InputError, match=str(8 * math.comb(100_002, 3))):
        SphericalGlass(p=3).sample(100_000, rng=0)
    with pytest.raises(InputError, match="bytes"):
        SphericalGlass(p=40).sample(30, rng=0)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (np.zeros((2, 2)), "shape"),
        (np.zeros((2, 2, 3)), "shape"),
        (np.full((2, 2, 2), np.nan), "finite"),
        ("abc", "real numbers"),
        (np.zeros((0, 0, 0)), "shape"),
    ],
)
def test_bad_couplings_are_refused(x, text):
    with pytest.raises(InputError, match=text):
        couplings.symmetrised(3, x)
