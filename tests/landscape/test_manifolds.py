"""Geometry of the sphere and of flat space, and the objective's derivatives, against elementary formulas."""

import math

import numpy as np
import pytest

from spinglass import InputError
from spinglass.hamiltonians import OverlapField, SphericalGlass
from spinglass.landscape.manifolds import Flat, Sphere
from spinglass.landscape.objective import Objective, polynomial_third_derivative
from spinglass.landscape.spectra import lowest_eigenpairs, spectrum_at

CASES = [Sphere(2), Sphere(5), Sphere(7, 2.5), Flat(5, 0.7)]
MIXED = SphericalGlass(mixture={1: 0.4, 2: 0.8, 3: 1.0, 4: 0.5}, field=OverlapField.spike(0.6, 2))


def tangent(manifold, w, rng):
    return manifold.project(w, rng.standard_normal(manifold.n))


@pytest.mark.parametrize("manifold", CASES, ids=repr)
def test_steps_and_transport(manifold):
    rng = np.random.default_rng(3)
    for _ in range(20):
        w = manifold.random_point(rng)
        v, x, y = (tangent(manifold, w, rng) for _ in range(3))
        end = manifold.step(w, v)
        assert np.allclose(manifold.nearest(end), end, atol=1e-14)
        moved = [manifold.transport(w, v, z) for z in (x, y)]
        assert moved[0] @ moved[1] == pytest.approx(x @ y, abs=1e-12)  # angles are kept
        assert np.allclose(manifold.project(end, moved[0]), moved[0], atol=1e-12)
        # the geodesic's velocity is its own transport, at the start and, by a difference, at the end
        h = 1e-5
        velocity = (manifold.step(w, (1 + h) * v) - manifold.step(w, (1 - h) * v)) / (2 * h)
        assert np.allclose(velocity, manifold.transport(w, v, v), atol=1e-8)
        # two half steps are one step
        half = manifold.step(w, v / 2)
        assert np.allclose(manifold.step(half, manifold.transport(w, v / 2, v / 2)), end, atol=1e-12)


@pytest.mark.parametrize("manifold", CASES, ids=repr)
def test_coordinates_are_an_orthonormal_basis(manifold):
    rng = np.random.default_rng(4)
    for _ in range(10):
        w = manifold.random_point(rng)
        basis = np.stack([manifold.lift(w, axis) for axis in np.eye(manifold.dimension)], axis=1)
        assert np.allclose(basis.T @ basis, np.eye(manifold.dimension), atol=1e-14)
        assert np.allclose(manifold.project(w, basis.T).T, basis, atol=1e-13)
        v = tangent(manifold, w, rng)
        assert np.allclose(manifold.lift(w, manifold.coordinates(w, v)), v, atol=1e-13)
        a = rng.standard_normal((manifold.n, manifold.n))
        assert np.allclose(manifold.restricted(w, a + a.T), basis.T @ (a + a.T) @ basis, atol=1e-12)


def test_many_points_at_once():
    sphere, rng = Sphere(4), np.random.default_rng(5)
    w = sphere.nearest(rng.standard_normal((6, 4)))
    v = sphere.project(w, rng.standard_normal((6, 4)))
    x = sphere.project(w, rng.standard_normal((6, 4)))
    for i in range(6):
        assert np.allclose(sphere.step(w, v)[i], sphere.step(w[i], v[i]), atol=1e-15)
        assert np.allclose(sphere.transport(w, v, x)[i], sphere.transport(w[i], v[i], x[i]), atol=1e-15)
        assert sphere.multiplier(w, x + w)[i] == pytest.approx(float(sphere.multiplier(w[i], x[i] + w[i])))
    assert np.array_equal(sphere.transport(w[0], np.zeros(4), x[0]), x[0])


def test_random_points_are_uniform():
    sphere, rng = Sphere(3), np.random.default_rng(6)
    points = np.array([sphere.random_point(rng) for _ in range(4000)])
    assert np.allclose(np.sum(points**2, axis=1), 3)
    moments = points.T @ points / len(points)  # of mean 1, with entries of variance at most 4/5
    assert np.max(np.abs(moments - np.eye(3))) < 4.5 * math.sqrt(0.8 / 4000)


class Bare:
    """Energy and gradient alone, as a user's own Hamiltonian may have."""

    def __init__(self, s, *, product=False):
        self.n_spins, self.energy, self.gradient = s.n_spins, s.energy, s.gradient
        if product:
            self.hessian_vector_product = lambda w, v: s.hessian(w) @ v


@pytest.mark.parametrize("kind", ["matrix", "product", "differences"])
def test_curvature_by_every_route_is_the_riemannian_hessian(kind):
    s = MIXED.sample(7, rng=2)
    problem = {"matrix": s, "product": Bare(s, product=True), "differences": Bare(s)}[kind]
    objective, rng = Objective.of(problem), np.random.default_rng(1)
    accuracy = 1e-7 if kind == "differences" else 1e-11
    for _ in range(5):
        place = objective.at(objective.manifold.random_point(rng))
        w = place.point
        assert np.allclose(place.gradient, s.riemannian_gradient(w), atol=1e-12)
        expected = np.linalg.eigvalsh(s.riemannian_hessian(w))
        assert np.allclose(np.linalg.eigvalsh(objective.tangent_matrix(place)), expected, atol=accuracy)
        assert np.allclose(spectrum_at(problem, w), expected, atol=accuracy)
        assert np.allclose(spectrum_at(problem, w, lowest=3), expected[:3], atol=accuracy)
        v = tangent(objective.manifold, w, rng)
        act = objective.curvature(place)
        # second derivative along the geodesic
        h = 1e-3
        values = [s.energy(objective.manifold.step(w, t * v)) for t in (-h, 0, h)]
        assert v @ act(v) == pytest.approx((values[0] - 2 * values[1] + values[2]) / h**2, rel=1e-4, abs=1e-4)
        assert abs(w @ act(v)) < 1e-6
        values, vectors = lowest_eigenpairs(objective, place, 2, vectors=True)
        for value, vector in zip(values, vectors.T, strict=True):
            assert np.allclose(act(vector), value * vector, atol=10 * accuracy)


def test_lanczos_agrees_with_all_eigenvalues(monkeypatch):
    s = SphericalGlass(3).sample(60, rng=1)
    w = Sphere(60).random_point(np.random.default_rng(0))
    expected = spectrum_at(s, w)
    monkeypatch.setattr("spinglass.landscape.spectra.LARGEST_DENSE", 20)
    assert np.allclose(spectrum_at(s, w, lowest=5), expected[:5], atol=1e-8)
    with pytest.raises(InputError, match="must be given, at most 20"):
        spectrum_at(s, w)


def test_bound_of_third_derivatives():
    s = MIXED.sample(5, rng=3)
    rng, bound = np.random.default_rng(2), polynomial_third_derivative(s)
    largest = 0.0
    for _ in range(50):
        w = Sphere(5).random_point(rng)
        v = rng.standard_normal(5)
        v /= np.linalg.norm(v)
        ends = [s.hessian(Sphere(5).nearest(w + sign * 1e-5 * v)) for sign in (1, -1)]
        largest = max(largest, np.linalg.norm(ends[0] - ends[1], 2) / 2e-5)
    assert 0.1 * bound < largest < bound
    assert polynomial_third_derivative(Bare(s)) is None
    curved = SphericalGlass(3, OverlapField.from_callable(np.cos, lambda m: -np.sin(m), lambda m: -np.cos(m)))
    assert polynomial_third_derivative(curved.sample(4, rng=0)) is None


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: Sphere(0), "n = 0"),
        (lambda: Sphere(3, 0.0), "squared_radius = 0.0"),
        (lambda: Flat(3, -1.0), "spread = -1.0"),
        (lambda: Objective.of(object()), "must have n_spins, energy"),
        (lambda: spectrum_at(SphericalGlass(3).sample(4, rng=0), [1.0, 1.0, 1.0]), r"shape \(4,\)"),
        (lambda: spectrum_at(SphericalGlass(3).sample(4, rng=0), [1.0, 1.0, 1.0, 2.0]), r"\|w\|\^2 must be 4"),
        (lambda: spectrum_at(SphericalGlass(3).sample(4, rng=0), [1.0, 1.0, 1.0, np.nan]), "finite point"),
        (lambda: spectrum_at(SphericalGlass(3).sample(4, rng=0), np.ones(4), lowest=4), "from 1 to 3"),
    ],
)
def test_bad_input(make, named):
    with pytest.raises(InputError, match=named):
        make()
