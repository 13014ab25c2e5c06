"""Searches against complete censuses, closed forms and one another."""

import math
import pickle

import numpy as np
import pytest

from spinglass import ComputationError, InputError
from spinglass.hamiltonians import OverlapField, SphericalGlass
from spinglass.landscape import SearchResult, census, search
from spinglass.landscape.descent import gradient_descent
from spinglass.landscape.existence import existence_radius, proved_radius
from spinglass.landscape.manifolds import Flat
from spinglass.landscape.newton import newton_step, polished, truncated_solve
from spinglass.landscape.objective import Objective
from spinglass.landscape.search import METHODS

PURE = SphericalGlass(3)
FIELD = SphericalGlass(3, OverlapField(3, [0.5]))
MIXED = SphericalGlass(mixture={1: 0.3, 2: 0.8, 3: 1.0}, field=OverlapField.linear(0.4))


def nearest_distance(points, w):
    return float(np.min(np.linalg.norm(points - w, axis=1)))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("glass", [PURE, FIELD, MIXED], ids=["pure", "field", "mixed"])
def test_minima_are_those_of_the_census(glass, method):
    for n, seed in ((6, 0), (8, 1)):
        s = glass.sample(n, rng=seed)
        known = census(s)
        minima = known.points[known.index == 0]
        found = search(s, method, n_starts=12, rng=seed)
        assert np.all(found.converged), found.status
        assert np.all(found.index == 0)
        for i, w in enumerate(found.points):
            assert nearest_distance(minima, w) < 1e-7
            assert found.energy_density[i] == pytest.approx(s.energy(w) / n, abs=1e-12)
            spectrum = np.linalg.eigvalsh(s.riemannian_hessian(w))
            assert found.lowest_eigenvalue[i] == pytest.approx(spectrum[0], abs=1e-9)
            assert found.smallest_curvature[i] == pytest.approx(spectrum[0], abs=1e-9)
        assert np.all(found.gradient_norm < 1e-12)
        assert np.min(found.energy_density) >= known.energy_density[0] - 1e-12


def test_many_starts_find_every_minimum_of_small_systems():
    s = FIELD.sample(6, rng=4)
    known = census(s)
    found = search(s, n_starts=60, rng=0)
    assert len(found.distinct()) == np.sum(known.index == 0)


@pytest.mark.parametrize("glass", [PURE, MIXED], ids=["pure", "mixed"])
def test_saddles_are_those_of_the_census_with_their_index(glass):
    s = glass.sample(8, rng=3)
    known = census(s)
    seen = 0
    for index in range(8):
        found = search(s, index=index, n_starts=6, rng=index)
        for i in np.flatnonzero(found.converged):
            near = int(np.argmin(np.linalg.norm(known.points - found.points[i], axis=1)))
            assert np.linalg.norm(known.points[near] - found.points[i]) < 1e-7
            assert known.index[near] == index == found.index[i]
            seen += 1
        assert np.all((found.status == "converged") | (found.gradient_norm > 1e-8) | (found.index != index))
    assert seen >= 30


def test_quadratic_forms_have_their_eigenvectors():
    s = SphericalGlass(2).sample(12, rng=1)
    values = np.linalg.eigvalsh(s.hessian(np.ones(12)) / 2)
    for index in (0, 1, 4, 11):
        found = search(s, index=index, n_starts=4, rng=0)
        assert np.all(found.converged)
        assert np.allclose(found.energy_density, values[index], atol=1e-12)
    for seed in range(8):  # on a circle: uphill through the inflections of a cosine
        circle = SphericalGlass(2).sample(2, rng=seed)
        top = search(circle, index=1, n_starts=4, rng=seed)
        assert np.all(top.converged)
        assert np.allclose(top.energy_density, np.linalg.eigvalsh(circle.hessian(np.ones(2)) / 2)[1], atol=1e-12)


def test_a_certificate_holds_the_true_point():
    s = FIELD.sample(8, rng=5)
    known = census(s, certify=True)
    found = search(s, n_starts=6, rng=0, tolerance=1e-4, polish=False, certify=True)
    assert np.all(found.radius < 1e-2)
    assert np.all(found.radius > 1e-9)
    for w, radius in zip(found.points, found.radius, strict=True):
        distance = nearest_distance(known.points, w)
        assert 1e-9 < distance <= radius + known.radius
    assert search(s, n_starts=2, rng=0, certify=True).radius.max() < 1e-10
    saddles = search(s, index=3, n_starts=4, rng=0, certify=True)
    assert np.all(saddles.radius[saddles.converged] < 1e-10)
    objective = Objective.of(s)
    place = objective.at(saddles.points[saddles.converged][0])
    assert existence_radius(objective, place, 3) < 1e-10
    assert math.isinf(existence_radius(objective, place, 2))
    bare = Objective.of(Bare(s))
    assert existence_radius(bare, bare.at(place.point), 3) is None
    assert np.all(np.isinf(search(s, n_starts=2, rng=0, max_iterations=2, certify=True).radius))
    assert search(s, n_starts=1, rng=0).radius is None


def test_certificates_do_not_depend_on_units():
    sizes = []
    for scale in (1e-6, 1.0, 1e6):
        s = SphericalGlass(mixture={1: scale, 2: 1e-9 * scale}).sample(5, rng=0)
        found = search(s, n_starts=2, rng=0, tolerance=1e-8 * scale, certify=True)
        assert np.all(found.converged)
        sizes.append(found.radius.max())
    assert max(sizes) < 1e-12
    assert max(sizes) < 3 * min(sizes)


def test_a_proof_in_balls_agrees_with_the_bound_in_doubles():
    s = FIELD.sample(20, rng=5)
    for index in (0, 3):
        doubles, balls = (search(s, index=index, n_starts=3, rng=1, certify=way) for way in (True, "balls"))
        assert np.array_equal(doubles.points, balls.points)
        assert np.all(balls.radius < 1e-9)
        assert np.all(doubles.radius < 1e-9)
        # both hold the same true point: a better approximation of it is in both
        sharper = search(s, index=index, starts=balls.points, tolerance=1e-15, polish=True).points
        gaps = np.linalg.norm(sharper - balls.points, axis=1)
        assert np.all(gaps <= np.minimum(doubles.radius, balls.radius))
    cut = search(s, n_starts=2, rng=0, max_iterations=2, certify="balls")
    assert np.all(np.isinf(cut.radius))
    point = balls.points[0]
    place = Objective.of(s).at(point)
    assert proved_radius(s, place, 3) < 1e-9
    assert math.isinf(proved_radius(s, place, 4))
    assert math.isinf(proved_radius(s, place, -1))


def test_results_do_not_depend_on_order_or_number():
    s = PURE.sample(20, rng=0)
    full = search(s, "l-bfgs", n_starts=6, rng=11)
    backwards = search(s, "l-bfgs", n_starts=6, rng=11, map=lambda f, work: map(f, reversed(list(work))))
    copied = search(s, "l-bfgs", n_starts=4, rng=11, map=lambda f, work: map(f, pickle.loads(pickle.dumps(list(work)))))
    assert np.array_equal(full.points, backwards.points)
    assert np.array_equal(full.points[:4], copied.points)
    assert not np.array_equal(search(s, "l-bfgs", n_starts=6, rng=12).points, full.points)
    one, two = (search(s, "l-bfgs", n_starts=2, rng=np.random.default_rng(5)).points for _ in range(2))
    assert np.array_equal(one, two)
    assert not np.array_equal(search(s, "l-bfgs", n_starts=2).points, search(s, "l-bfgs", n_starts=2).points)


def test_progress_and_given_starts():
    s, calls = PURE.sample(10, rng=0), []
    starts = np.sqrt(10) * np.eye(10)[:3]
    found = search(s, starts=starts, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 3), (2, 3), (3, 3)]
    again = search(s, starts=found.points)
    assert np.allclose(again.points, found.points, atol=1e-12)
    assert np.all(again.iterations == 0)
    assert isinstance(found, SearchResult)


def test_statuses_are_honest():
    s = PURE.sample(30, rng=0)
    short = search(s, "gradient-descent", n_starts=3, rng=0, max_iterations=5)
    assert short.status.tolist() == ["max_iterations"] * 3
    assert not np.any(short.converged)
    assert np.all(short.gradient_norm > 1e-8)
    saddle = search(s, index=2, n_starts=1, rng=0)
    assert saddle.converged[0]
    there = search(s, "l-bfgs", starts=saddle.points)
    assert there.status.tolist() == ["wrong_index"]
    assert there.index.tolist() == [2]
    for method in METHODS:  # an unreachable tolerance: rounding stops the steps, not the clock
        found = search(s, method, n_starts=1, rng=0, tolerance=1e-18, max_iterations=1500, polish=False)
        assert found.status[0] in ("stalled", "max_iterations")
        assert found.gradient_norm[0] < 1e-9


def test_costs_are_counted():
    s = PURE.sample(20, rng=0)

    class Counted:
        n_spins, calls = 20, 0

        def energy(self, w):
            return s.energy(w)

        def gradient(self, w):
            Counted.calls += 1
            return s.gradient(w)

        def hessian(self, w):
            return s.hessian(w)

    found = search(Counted(), "conjugate-gradients", n_starts=2, rng=0)
    assert Counted.calls == found.n_gradient.sum()
    assert np.all(search(Counted(), n_starts=2, rng=0).n_hessian_vector > 0)


class Bare:
    def __init__(self, s):
        self.n_spins, self.energy, self.gradient = s.n_spins, s.energy, s.gradient


@pytest.mark.parametrize("method", METHODS)
def test_energy_and_gradient_are_enough(method):
    s = MIXED.sample(6, rng=0)
    full, bare = (search(problem, method, n_starts=3, rng=1) for problem in (s, Bare(s)))
    assert np.all(bare.converged)
    assert np.allclose(full.energy_density, bare.energy_density, atol=1e-12)


def test_flat_space_uses_the_same_finders():
    """The banana of Rosenbrock and the double well, minima and saddle known."""

    def banana(x):
        return float((1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2)

    def slope(x):
        return np.array([-2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] ** 2), 200 * (x[1] - x[0] ** 2)])

    objective = Objective(Flat(2), banana, slope)
    for method in METHODS:
        found = search(objective, method, starts=[[-1.2, 1.0]], tolerance=1e-9)
        assert found.converged[0], method
        assert np.allclose(found.points[0], 1, atol=1e-8)
    assert found.energy_density[0] == pytest.approx(0, abs=1e-15)

    def well(x):
        return float((x[0] ** 2 - 1) ** 2 + x[0] * x[1] + x[1] ** 2)

    double = Objective(
        Flat(2),
        well,
        lambda x: np.array([4 * x[0] * (x[0] ** 2 - 1) + x[1], x[0] + 2 * x[1]]),
        hessian=lambda x: np.array([[12 * x[0] ** 2 - 4, 1.0], [1.0, 2.0]]),
    )
    saddle = search(double, index=1, n_starts=5, rng=0)
    assert np.all(saddle.converged)
    assert np.allclose(saddle.points, 0, atol=1e-10)
    minima = search(double, index=0, n_starts=12, rng=0)
    x = math.sqrt(9 / 8)
    assert np.allclose(np.abs(minima.points), [x, x / 2], atol=1e-9)
    assert len(minima.distinct()) == 2


def test_flat_directions_are_no_negative_ones():
    """A valley |x|² = 1 in five dimensions: a minimum with four eigenvalues that are zero up to rounding."""
    objective = Objective(
        Flat(5),
        lambda x: float(x @ x - 1) ** 2,
        lambda x: 4 * float(x @ x - 1) * x,
        hessian=lambda x: 8 * np.outer(x, x) + 4 * float(x @ x - 1) * np.eye(5),
    )
    found = search(objective, n_starts=8, rng=0)
    assert np.all(found.converged)
    assert np.all(found.index == 0)
    assert np.allclose(np.linalg.norm(found.points, axis=1), 1, atol=1e-8)
    assert np.all(found.smallest_curvature < 1e-7)


@pytest.mark.parametrize("method", METHODS)
def test_steps_out_of_the_domain_are_taken_back(method):
    """Σ x − log x, infinite outside x > 0, from far away on either side of its minimum at 1."""

    def value(x):
        return float(np.sum(x - np.log(x))) if np.all(x > 0) else math.inf

    objective = Objective(Flat(3, 50.0), value, lambda x: 1 - 1 / np.where(x > 0, x, 1.0))
    found = search(objective, method, starts=[[40.0, 1e-3, 2.0], [0.3, 0.2, 9.0]])
    assert np.all(found.converged)
    assert np.allclose(found.points, 1, atol=1e-7)
    with pytest.raises(ComputationError, match="not finite"):
        search(objective, method, starts=[[-1.0, 1.0, 1.0]])


def test_fixed_steps_follow_the_gradient():
    s = PURE.sample(15, rng=2)
    objective = Objective.of(s)
    start = objective.manifold.random_point(np.random.default_rng(0))
    coarse, fine = (gradient_descent(objective, start, step=t, tolerance=1e-9) for t in (0.02, 0.01))
    assert coarse.status == fine.status == "converged"
    assert np.allclose(coarse.place.point, fine.place.point, atol=1e-6)
    assert fine.iterations > 1.8 * coarse.iterations
    same = search(s, "gradient-descent", starts=[start], step=0.02, tolerance=1e-9, polish=False)
    assert np.array_equal(same.points[0], coarse.place.point)


def test_truncated_solve_against_dense_algebra():
    rng = np.random.default_rng(8)
    for _ in range(20):
        a = rng.standard_normal((9, 9))
        positive, g = a @ a.T + np.eye(9), rng.standard_normal(9)
        s, outside = truncated_solve(g, lambda v, m=positive: m @ v, 1e3, 1e-12, 50)
        assert not outside
        assert np.allclose(s, np.linalg.solve(positive, -g), atol=1e-9)
        s, outside = truncated_solve(g, lambda v, m=positive: m @ v, 1e-2, 1e-12, 50)
        assert outside
        assert np.linalg.norm(s) == pytest.approx(1e-2)
        indefinite = (a + a.T) / 2
        s, outside = truncated_solve(g, lambda v, m=indefinite: m @ v, 2.0, 1e-12, 50)
        cauchy = -g * min(2 / np.linalg.norm(g), (g @ g) / max(g @ indefinite @ g, 1e-300))
        model = lambda x, m=indefinite, g=g: g @ x + x @ m @ x / 2  # noqa: E731
        assert model(s) <= model(cauchy) + 1e-12


def test_newton_steps_against_the_bordered_system(monkeypatch):
    s = MIXED.sample(9, rng=1)
    objective = Objective.of(s)
    place = objective.at(objective.manifold.random_point(np.random.default_rng(3)))
    w, n = place.point, 9
    bordered = np.zeros((n + 1, n + 1))
    bordered[:n, :n] = s.hessian(w) - (w @ s.gradient(w) / n) * np.eye(n)
    bordered[:n, n] = bordered[n, :n] = w
    expected = np.linalg.solve(bordered, np.append(-place.gradient, 0.0))[:n]
    assert np.allclose(newton_step(objective, place), expected, atol=1e-9)
    assert polished(objective, place).point is w  # too far away to be tried
    monkeypatch.setattr("spinglass.landscape.spectra.LARGEST_DENSE", 4)
    assert np.allclose(newton_step(objective, place), expected, atol=1e-6)


def test_searches_without_dense_matrices(monkeypatch):
    s = PURE.sample(40, rng=0)
    dense = [search(s, index=k, n_starts=3, rng=0) for k in (0, 2)]
    monkeypatch.setattr("spinglass.landscape.spectra.LARGEST_DENSE", 10)
    for k, expected in zip((0, 2), dense, strict=True):
        found = search(s, index=k, n_starts=3, rng=0)
        assert np.all(found.converged)
        assert np.all(found.index == k)
        assert np.allclose(np.sort(found.energy_density)[0], np.sort(expected.energy_density)[0], atol=0.1)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"method": "trust region"}, "method = 'trust region': must be one of .*did you mean 'trust-region'"),
        ({"index": -1}, "index = -1"),
        ({"index": 10}, "index = 10: must be an integer from 0 to 9"),
        ({"method": "l-bfgs", "index": 1}, "only trust-region finds saddles"),
        ({"n_starts": 0}, "n_starts = 0"),
        ({"tolerance": 0.0}, "tolerance = 0.0"),
        ({"max_iterations": 0}, "max_iterations = 0"),
        ({"rng": -1}, "rng = -1"),
        ({"certify": "arb"}, "certify = 'arb': must be one of False, True, balls"),
        ({"step": 0.1}, "only gradient-descent has fixed steps"),
        ({"step": 0.0, "method": "gradient-descent"}, "step = 0.0"),
        ({"starts": "here"}, "starts = 'here'"),
        ({"starts": np.ones(10)}, r"starts has shape \(10,\)"),
        ({"starts": 2 * np.ones((1, 10))}, r"starts\[0\] = .*must be 10"),
    ],
)
def test_bad_input(arguments, named):
    with pytest.raises(InputError, match=named):
        search(PURE.sample(10, rng=0), **arguments)


def test_what_cannot_be_proved_is_refused_before_any_work():
    with pytest.raises(InputError, match="needs a polynomial Hamiltonian"):
        search(Bare(PURE.sample(5, rng=0)), certify="balls")
    with pytest.raises(InputError, match=r"each of the 130\^3 entries"):
        search(PURE.sample(130, rng=0), certify="balls")
