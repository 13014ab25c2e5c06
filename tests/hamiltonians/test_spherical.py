"""Spherical glasses: values and derivatives against independent formulas, and the covariance N ξ(q)."""

import math

import numpy as np
import pytest

from spinglass import InputError
from spinglass.hamiltonians import OverlapField, SphericalGlass, tangent_basis

FIELD = OverlapField(3, [0.7, -1.3, 2.0])
CALLABLE = OverlapField.from_callable(np.sin, np.cos, lambda m: -np.sin(m))
GLASSES = [
    SphericalGlass(p=2),
    SphericalGlass(p=3),
    SphericalGlass(p=3, field=FIELD),
    SphericalGlass(p=4, field=OverlapField.spike(1.5, 5)),
    SphericalGlass(p=5, field=CALLABLE),
    SphericalGlass(mixture={0: 0.5, 1: 0.3, 2: 0.8, 3: -1.0}, field=OverlapField.linear(0.4)),
]


def points_on_sphere(n, count, seed=0):
    w = np.random.default_rng(seed).normal(size=(count, n))
    return w * (math.sqrt(n) / np.linalg.norm(w, axis=1))[:, None]


def plain_energy(s, x, w):
    """h(w) from the unsymmetrised couplings and the definition."""
    n = len(w)
    total = float(s.glass.field.value(w.mean(), n))
    for p, a in s.glass.mixture:
        form = x[p]
        for _ in range(p):
            form = form @ w
        total += a * n ** (-(p - 1) / 2) * float(form)
    return total


@pytest.mark.parametrize("glass", GLASSES)
@pytest.mark.parametrize("n", [2, 4])
def test_energy_is_the_definition(glass, n):
    rng = np.random.default_rng(n)
    x = {p: rng.normal(size=(n,) * p) for p, _ in glass.mixture}
    s = glass.realisation(x)
    for w in points_on_sphere(n, 4):
        assert s.energy(w) == pytest.approx(plain_energy(s, x, w), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("glass", GLASSES)
def test_derivatives_agree_with_differences_along_great_circles(glass):
    n, step = 4, 1e-4
    s = glass.sample(n, rng=1)
    for w in points_on_sphere(n, 3, seed=2):
        gradient, hessian = s.gradient(w), s.hessian(w)
        basis = tangent_basis(w)
        riemannian = s.riemannian_hessian(w)
        for a in range(n - 1):
            v = math.sqrt(n) * basis[:, a]
            values = [s.energy(w * math.cos(t) + v * math.sin(t)) for t in (-step, 0.0, step)]
            assert gradient @ v == pytest.approx((values[2] - values[0]) / (2 * step), rel=1e-5, abs=1e-5)
            second = (values[2] - 2 * values[1] + values[0]) / step**2
            assert v @ hessian @ v - gradient @ w == pytest.approx(second, rel=1e-5, abs=1e-5)
            assert n * riemannian[a, a] == pytest.approx(second, rel=1e-5, abs=1e-5)
        assert np.allclose(hessian, hessian.T, rtol=0, atol=1e-13)
        tangential = s.riemannian_gradient(w)
        assert abs(tangential @ w) < 1e-12
        assert np.allclose(basis.T @ tangential, basis.T @ gradient, rtol=0, atol=1e-12)


def test_mixed_second_derivatives():
    """Off-diagonal entries by differences of the gradient, which is defined off the sphere through its formula."""
    s = SphericalGlass(p=3, field=FIELD).sample(3, rng=4)
    w = points_on_sphere(3, 1)[0]
    basis, step = tangent_basis(w), 1e-5
    for a in range(2):
        v = math.sqrt(3) * basis[:, a]
        moved = [s.gradient(w * math.cos(t) + v * math.sin(t)) for t in (-step, step)]
        assert np.allclose(s.hessian(w) @ v, (moved[1] - moved[0]) / (2 * step), rtol=0, atol=1e-7)


@pytest.mark.parametrize("p", [2, 3, 4])
def test_euler_relation_of_the_pure_glass(p):
    s = SphericalGlass(p=p).sample(5, rng=0)
    for w in points_on_sphere(5, 3):
        assert w @ s.gradient(w) == pytest.approx(p * s.energy(w), rel=1e-12)
        assert np.allclose(s.hessian(w) @ w, (p - 1) * s.gradient(w), rtol=0, atol=1e-12)


@pytest.mark.parametrize("glass", [SphericalGlass(p=2), SphericalGlass(p=3), SphericalGlass(p=4), GLASSES[-1]])
def test_covariances(glass):
    """Cov(h, h′) = N ξ(q), Cov(∂_i h, h′) = ξ′(q) w′_i, Cov(∂_i h, ∂_j h′) = ξ′ δ_ij + ξ″ w′_i w_j / N."""
    n, samples = 3, 4000
    w = points_on_sphere(n, 2, seed=9)
    q = w[0] @ w[1] / n
    shift = glass.field.value(w.mean(axis=1), n)
    slope = np.asarray(glass.field.derivative(w.mean(axis=1), n)) / n
    rng = np.random.default_rng(17)
    energies = np.empty((samples, 2))
    gradients = np.empty((samples, 2, n))
    for k in range(samples):
        s = glass.sample(n, rng)
        energies[k] = s.energy(w) - shift
        gradients[k] = s.gradient(w) - slope[:, None]

    def check(products, expected):
        error = products.std(axis=0) / math.sqrt(samples)
        assert np.all(np.abs(products.mean(axis=0) - expected) < 4.5 * error)

    check(energies[:, 0] * energies[:, 1], n * glass.covariance(q))
    check(energies[:, 0] ** 2, n * glass.covariance(1.0))
    check(gradients[:, 0] * energies[:, 1:], glass.covariance(q, 1) * w[1])
    expected = glass.covariance(q, 1) * np.eye(n) + glass.covariance(q, 2) * np.outer(w[1], w[0]) / n
    check(gradients[:, 0, :, None] * gradients[:, 1, None, :], expected)


def test_a_wrong_covariance_would_be_noticed():
    """The z-test above has the power to see a covariance that is ten percent off."""
    rng = np.random.default_rng(1)
    w = points_on_sphere(3, 1)[0]
    squares = np.array([SphericalGlass(p=3).sample(3, rng).energy(w) ** 2 for _ in range(8000)])
    z = (squares.mean() - 1.1 * 3) / (squares.std() / math.sqrt(8000))
    assert abs(z) > 4.5


def test_seeds():
    glass = SphericalGlass(p=3)
    w = points_on_sphere(4, 1)[0]
    assert glass.sample(4, rng=3).energy(w) == glass.sample(4, rng=np.random.default_rng(3)).energy(w)
    assert glass.sample(4, rng=3).energy(w) != glass.sample(4, rng=4).energy(w)
    rng = np.random.default_rng(3)
    assert glass.sample(4, rng).energy(w) != glass.sample(4, rng).energy(w)


@pytest.mark.parametrize("glass", GLASSES)
def test_batches(glass):
    s = glass.sample(3, rng=0)
    w = points_on_sphere(3, 6).reshape(2, 3, 3)
    assert isinstance(s.energy(w[0, 0]), float)
    for name, tail in (
        ("energy", ()),
        ("gradient", (3,)),
        ("hessian", (3, 3)),
        ("riemannian_gradient", (3,)),
        ("riemannian_hessian", (2, 2)),
    ):
        batch = getattr(s, name)(w)
        assert batch.shape == (2, 3, *tail)
        assert np.allclose(batch[1, 2], getattr(s, name)(w[1, 2]), rtol=1e-13, atol=1e-13)


def test_polynomial_system_reproduces_the_energy():
    for glass in GLASSES:
        s = glass.sample(4, rng=2)
        if not glass.field.is_polynomial:
            with pytest.raises(InputError, match="polynomial"):
                s.polynomial_system()
            continue
        tensors, field, e = s.polynomial_system()
        assert e @ e == pytest.approx(1)
        for w in points_on_sphere(4, 3):
            sigma = w / 2
            total = np.polynomial.polynomial.polyval(e @ sigma, field)
            for tensor in tensors.values():
                form = tensor
                while form.ndim:
                    form = form @ sigma
                total += float(form)
            assert total == pytest.approx(s.energy(w), rel=1e-12)


def test_tangent_basis():
    rng = np.random.default_rng(0)
    w = np.concatenate([rng.normal(size=(20, 5)), np.eye(5), -np.eye(5), [[1e-30, 0, 0, 0, -1]]])
    basis = tangent_basis(w)
    assert basis.shape == (31, 5, 4)
    assert np.allclose(np.einsum("bia,bic->bac", basis, basis), np.eye(4), atol=1e-14)
    assert np.max(np.abs(np.einsum("bia,bi->ba", basis, w / np.linalg.norm(w, axis=1)[:, None]))) < 1e-15
    assert tangent_basis([2.0]).shape == (1, 0)
    with pytest.raises(InputError, match="nonzero"):
        tangent_basis([0.0, 0.0])


@pytest.mark.parametrize(
    ("w", "text"),
    [
        ([1.0, 1.0], r"\(2,\)"),
        ([1.0, 1.0, 1.1], r"\|w\|\^2"),
        ([1.0, 1.0, np.nan], r"\|w\|\^2"),
        (1.0, "shape"),
        ("abc", "real points"),
        ([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]], r"\|w\|\^2"),
    ],
)
def test_points_off_the_sphere_are_refused(w, text):
    s = SphericalGlass(p=3).sample(3, rng=0)
    for method in (s.energy, s.gradient, s.hessian, s.riemannian_gradient, s.riemannian_hessian):
        with pytest.raises(InputError, match=text):
            method(w)


def test_points_within_rounding_of_the_sphere_are_accepted():
    s = SphericalGlass(p=3).sample(3, rng=0)
    w = np.ones(3)
    assert s.energy(w * (1 + 1e-9)) == pytest.approx(s.energy(w), rel=1e-7)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"p": 1}, "p = 1"),
        ({"p": 2.5}, "p = 2.5"),
        ({}, "exactly one"),
        ({"p": 3, "mixture": {3: 1.0}}, "exactly one"),
        ({"mixture": {1: 1.0}}, "p >= 2"),
        ({"mixture": {3: math.nan}}, "finite"),
        ({"mixture": [3]}, "mapping"),
        ({"p": 4, "field": FIELD}, "built for p = 3"),
        ({"p": 3, "field": 0.5}, "OverlapField"),
    ],
)
def test_bad_glasses_are_refused(arguments, text):
    with pytest.raises(InputError, match=text):
        SphericalGlass(**arguments)


def test_bad_realisations_are_refused():
    glass = SphericalGlass(mixture={2: 1.0, 3: 1.0})
    for x in ({3: np.zeros((2, 2, 2))}, np.zeros((2, 2, 2)), {2: np.eye(2), 3: np.zeros((2, 2, 2)), 4: 0}):
        with pytest.raises(InputError, match="keys"):
            glass.realisation(x)
    with pytest.raises(InputError, match="the N of the other couplings"):
        glass.realisation({2: np.eye(3), 3: np.zeros((2, 2, 2))})
    with pytest.raises(InputError, match="n_spins"):
        glass.sample(0)


def test_a_constant_coupling_may_be_a_number():
    s = SphericalGlass(mixture={0: 2.0, 2: 1.0}).realisation({0: 0.5, 2: np.zeros((4, 4))})
    assert s.energy(np.ones(4)) == pytest.approx(2.0 * 0.5 * math.sqrt(4))
