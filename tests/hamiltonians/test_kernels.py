"""Kernels of the couplings: products with the Hessian, values and gradients, against the Hessian and the definition."""

import itertools
import math
import pickle
from fractions import Fraction

import numpy as np
import pytest

from spinglass import InputError
from spinglass.hamiltonians import (
    OverlapField,
    SphericalGlass,
    SymmetricTensor,
    couplings,
    packed,
    symmetric_tensor,
    tangent_basis,
)

GLASSES = [
    SphericalGlass(p=2),
    SphericalGlass(p=3, field=OverlapField(3, [0.7, -1.3, 2.0])),
    SphericalGlass(p=4, field=OverlapField.spike(1.5, 5)),
    SphericalGlass(mixture={0: 0.5, 1: 0.3, 2: 0.8, 3: -1.0}, field=OverlapField.linear(0.4)),
]


def points_on_sphere(n, count, seed=0):
    w = np.random.default_rng(seed).normal(size=(count, n))
    return w * (math.sqrt(n) / np.linalg.norm(w, axis=1))[:, None]


@pytest.mark.parametrize("glass", GLASSES)
def test_products_with_the_hessian(glass):
    n = 5
    s = glass.sample(n, rng=3)
    w = points_on_sphere(n, 6).reshape(2, 3, n)
    v = np.random.default_rng(1).normal(size=(3, n))
    assert np.allclose(s.hessian_vector_product(w, v), np.einsum("abij,bj->abi", s.hessian(w), v), rtol=0, atol=1e-12)
    basis = tangent_basis(w)
    expected = np.einsum("abik,abkl,abjl,bj->abi", basis, s.riemannian_hessian(w), basis, v)
    assert np.allclose(s.riemannian_hessian_vector_product(w, v), expected, rtol=0, atol=1e-12)
    gradient, product = s.gradient_and_hessian_vector_product(w, v)
    assert np.array_equal(gradient, np.broadcast_to(s.gradient(w), (2, 3, n)))
    assert np.allclose(product, s.hessian_vector_product(w, v), rtol=0, atol=1e-13)
    one = s.hessian_vector_product(w[1, 2], v[0])
    assert one.shape == (n,)
    assert np.allclose(one, s.hessian(w[1, 2]) @ v[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("glass", GLASSES)
def test_value_and_gradient(glass):
    s = glass.sample(5, rng=3)
    w = points_on_sphere(5, 6).reshape(2, 3, 5)
    value, gradient = s.value_and_gradient(w)
    assert np.allclose(value, s.energy(w), rtol=1e-13, atol=1e-13)
    assert np.allclose(gradient, s.gradient(w), rtol=1e-13, atol=1e-13)
    assert isinstance(s.value_and_gradient(w[0, 0])[0], float)


@pytest.mark.parametrize(
    ("v", "text"),
    [([1.0, 1.0], r"\(2,\)"), ([1.0, 1.0, np.nan], "finite"), (1.0, "shape"), ("abc", "real vectors")],
)
def test_bad_vectors_are_refused(v, text):
    s = SphericalGlass(p=3).sample(3, rng=0)
    for method in (s.hessian_vector_product, s.riemannian_hessian_vector_product):
        with pytest.raises(InputError, match=text):
            method(np.ones(3), v)
        with pytest.raises(InputError, match="broadcast"):
            method(np.ones((2, 3)), np.ones((4, 3)))


def contracted(tensor, w, times):
    """The full tensor with `times` slots filled with w, one after another."""
    for _ in range(times):
        tensor = tensor @ w
    return tensor


SIZES = [
    (1, 2),
    (4, 2),
    (1, 3),
    (2, 3),
    (5, 3),
    (17, 3),
    (60, 3),
    (1, 4),
    (2, 4),
    (5, 4),
    (21, 4),
    (3, 5),
    (8, 5),
    (5, 6),
]


@pytest.mark.parametrize(("n", "p"), SIZES)
def test_packed_kernels_against_the_full_tensor(n, p):
    tensor = couplings.draw(n, p, np.random.default_rng(n + p))
    rng = np.random.default_rng(1)
    points, vectors = rng.normal(size=(3, n)), rng.normal(size=(3, n))
    values, gradients = packed.value_and_gradient(tensor.entries, p, points)
    hessians = packed.hessian(tensor.entries, p, points)
    slopes, products = packed.gradient_and_hessian_vector(tensor.entries, p, points, vectors)
    full = tensor.dense()
    size = contracted(
        np.abs(full), np.max(np.abs(points), axis=0), p - 2
    )  # what the terms add up to without their signs
    tolerance = 1e-14 * p * p
    for b, (w, v) in enumerate(zip(points, vectors, strict=True)):
        once = contracted(full, w, p - 2)
        sizes = [tolerance * s for s in (np.abs(w) @ size @ np.abs(w), size @ np.abs(w), size @ np.abs(v), size)]
        assert abs(values[b] - w @ once @ w) <= sizes[0]
        assert np.all(np.abs(gradients[b] - p * once @ w) <= sizes[1])
        assert np.all(np.abs(products[b] - p * (p - 1) * once @ v) <= sizes[2])
        assert np.all(np.abs(hessians[b] - p * (p - 1) * once) <= sizes[3])
        assert np.array_equal(hessians[b], hessians[b].T)
        assert np.all(np.abs(slopes[b] - gradients[b]) <= sizes[1])


@pytest.mark.parametrize(("n", "p"), [(3, 3), (4, 4), (3, 5)])
def test_packed_kernels_against_exact_rationals(n, p):
    """Value, gradient and product with the Hessian summed over all ordered tuples in exact arithmetic."""
    tensor = couplings.draw(n, p, np.random.default_rng(n))
    rng = np.random.default_rng(2)
    w, v = rng.normal(size=(2, n))
    number = {m: k for k, m in enumerate(itertools.combinations_with_replacement(range(n), p))}
    entries = [Fraction(x) for x in tensor.entries]
    x, y = [Fraction(t) for t in w], [Fraction(t) for t in v]
    value = Fraction(0)
    gradient, product = [Fraction(0)] * n, [Fraction(0)] * n
    for index in itertools.product(range(n), repeat=p):
        s = entries[number[tuple(sorted(index))]]
        tail = math.prod(x[i] for i in index[2:])
        value += s * x[index[0]] * x[index[1]] * tail
        gradient[index[0]] += p * s * x[index[1]] * tail
        product[index[0]] += p * (p - 1) * s * y[index[1]] * tail
    values, slopes = packed.value_and_gradient(tensor.entries, p, w[None])
    both = packed.gradient_and_hessian_vector(tensor.entries, p, w[None], v[None])
    for found, exact in ((values, [value]), (slopes[0], gradient), (both[0][0], gradient), (both[1][0], product)):
        size = max(abs(t) for t in exact)
        assert max(abs(Fraction(a) - b) for a, b in zip(found, exact, strict=True)) <= Fraction(2) ** -49 * size


@pytest.mark.parametrize("p", [7, 40, 150])
def test_high_degrees_in_two_variables(p):
    """N = 2: S(w, …, w) = Σ_b C(p, b) S_b x^{p−b} y^b, its derivatives term by term."""
    s = SphericalGlass(p=p).sample(2, rng=0)
    x, y = 0.8, math.sqrt(2 - 0.64)
    v = np.array([0.3, -1.1])
    scale = 2.0 ** (-(p - 1) / 2)
    terms = [math.comb(p, b) * scale * entry for b, entry in enumerate(s.couplings[p].entries)]

    def derivative(i, j):
        return math.fsum(
            c * math.perm(p - b, i) * math.perm(b, j) * x ** (p - b - i) * y ** (b - j)
            for b, c in enumerate(terms)
            if p - b >= i and b >= j
        )

    size = max(abs(c) * x ** (p - b) * y**b for b, c in enumerate(terms))
    gradient = [derivative(1, 0), derivative(0, 1)]
    hessian = np.array([[derivative(2, 0), derivative(1, 1)], [derivative(1, 1), derivative(0, 2)]])
    w = np.array([x, y])
    assert s.energy(w) == pytest.approx(derivative(0, 0), abs=1e-12 * size)
    assert np.allclose(s.gradient(w), gradient, rtol=1e-12, atol=1e-12 * p * size)
    assert np.allclose(s.hessian(w), hessian, rtol=1e-12, atol=1e-12 * p * p * size)
    assert np.allclose(s.hessian_vector_product(w, v), hessian @ v, rtol=1e-12, atol=1e-12 * p * p * size)


@pytest.mark.parametrize(("n", "p"), [(75, 4), (369, 3)])
def test_large_tensors_pass_in_several_tiles(n, p):
    """The Hessian comes from a loop of its own: ∇²S w = (p − 1) ∇S, and its product with v is the other one."""
    rng = np.random.default_rng(0)
    tensor = couplings.draw(n, p, rng)
    assert packed.packed_size(n, p - 1) > 1 << 16
    w, v = rng.normal(size=(2, n))
    gradient, product = packed.gradient_and_hessian_vector(tensor.entries, p, w[None], v[None])
    hessian = packed.hessian(tensor.entries, p, w[None])[0]
    alone = packed.value_and_gradient(tensor.entries, p, w[None])[1]
    scale = np.max(np.abs(gradient))
    assert np.allclose(hessian @ w, (p - 1) * gradient[0], rtol=0, atol=1e-12 * scale)
    assert np.allclose(hessian @ v, product[0], rtol=0, atol=1e-12 * scale)
    assert np.allclose(alone, gradient, rtol=0, atol=1e-13 * scale)


@pytest.mark.parametrize("glass", GLASSES)
def test_packed_and_full_realisations_agree(glass, monkeypatch):
    n = 6
    s = glass.sample(n, rng=5)
    w = points_on_sphere(n, 4).reshape(2, 2, n)
    v = np.random.default_rng(2).normal(size=n)
    one = (s.energy, s.gradient, s.hessian, s.riemannian_gradient, s.riemannian_hessian, s.value_and_gradient)
    two = (s.hessian_vector_product, s.gradient_and_hessian_vector_product, s.riemannian_hessian_vector_product)
    full = [f(w) for f in one] + [f(w, v) for f in two]
    monkeypatch.setattr(symmetric_tensor, "_DENSE_IS_FASTER", 0)
    monkeypatch.setattr(SymmetricTensor, "dense", None if glass.p > 2 and glass.is_pure else SymmetricTensor.dense)
    packed_results = [f(w) for f in one] + [f(w, v) for f in two]
    for a, b in zip(full, packed_results, strict=True):
        for x, y in zip(a, b, strict=True) if isinstance(a, tuple) else [(a, b)]:
            assert np.shape(x) == np.shape(y)
            assert np.allclose(x, y, rtol=0, atol=1e-12)


def test_one_compiled_version_of_each_loop():
    """The entries are read-only and the rest is writable at every level and for every p: nothing is compiled twice."""
    from spinglass.hamiltonians import packed_loops

    for p in (3, 4, 5):
        s = SphericalGlass(p=p).sample(3, rng=0)
        tensor = pickle.loads(pickle.dumps(s.couplings[p]))
        w = np.broadcast_to(np.ones(3), (2, 3))
        packed.gradient_and_hessian_vector(tensor.entries, p, w, w)
        packed.hessian(tensor.entries, p, w)
        packed.value_and_gradient(tensor.entries, p, w)
    for loop in ("heads", "tails", "tails_along", "raise_monomials", "contract", "unpack_matrix"):
        assert len(getattr(packed_loops, loop).signatures) == 1
