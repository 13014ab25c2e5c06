"""Certificates: discs that hold the true solutions, refusals where a proof is impossible, and negative controls."""

import math

import mpmath
import numpy as np
import pytest

from spinglass.hamiltonians import OverlapField, SphericalGlass
from spinglass.landscape import census
from spinglass.landscape.certify import all_disjoint, enclosures, indices_proved, quadratic_maps, realness_proved
from spinglass.landscape.problem import CubicForm

GLASSES = {
    "pure": SphericalGlass(p=3),
    "field": SphericalGlass(p=3, field=OverlapField(3, [0.5])),
    "strong": SphericalGlass(p=3, field=OverlapField(3, [2.42, 11.7, 56.6])),
    "mixed": SphericalGlass(mixture={1: 0.4, 2: 0.8, 3: 1.0}, field=OverlapField(3, [0.5, 0.3])),
}
CASES = pytest.mark.parametrize("glass", GLASSES.values(), ids=GLASSES.keys())


@CASES
@pytest.mark.parametrize("n", [1, 2, 3, 5, 7])
def test_ordinary_samples_are_certified(glass, n):
    for seed in range(8):
        s = glass.sample(n, rng=seed)
        found, plain = census(s, certify=True), census(s)
        assert found.certified is True
        assert 0 < found.radius < 1e-5
        assert plain.certified is None
        assert math.isnan(plain.radius)
        assert np.array_equal(found.points, plain.points)


@CASES
def test_the_radius_holds_the_true_critical_points(glass):
    """Newton's method with 40 digits from each point ends within `radius`, at a zero of the 40-digit gradient."""
    n = 3
    s = glass.sample(n, rng=5)
    found = census(s, certify=True)
    tensors, field, _ = s.polynomial_system()
    with mpmath.workdps(40):
        e = mpmath.mpf(1) / mpmath.sqrt(n)

        def equations(*z):
            x, multiplier = z[:n], z[n]
            m = e * sum(x)
            slope = sum(k * mpmath.mpf(float(field[k])) * m ** (k - 1) for k in range(1, len(field)))
            gradient = [slope * e for _ in range(n)]
            for i in range(n):
                if 1 in tensors:
                    gradient[i] += mpmath.mpf(float(tensors[1][i]))
                for j in range(n):
                    if 2 in tensors:
                        gradient[i] += 2 * mpmath.mpf(float(tensors[2][i, j])) * x[j]
                    for k in range(n):
                        gradient[i] += 3 * mpmath.mpf(float(tensors[3][i, j, k])) * x[j] * x[k]
            rows = [gradient[i] - multiplier * x[i] for i in range(n)]
            return [*rows, sum(xi * xi for xi in x) - 1]

        for point, multiplier in zip(found.points, found.multiplier, strict=True):
            start = [*(point / math.sqrt(n)), multiplier * n]
            root = mpmath.findroot(equations, [mpmath.mpf(float(v)) for v in start], tol=1e-50)
            distance = math.sqrt(n) * math.sqrt(sum(float(root[i] - start[i]) ** 2 for i in range(n)))
            assert distance < found.radius


def system(glass, n, seed):
    """(Q, L, solutions, which are real) as the census makes them."""
    from spinglass.landscape.census import _cubic_solutions

    form = CubicForm.of(glass.sample(n, rng=seed))
    form = form.scaled(1 / form.size())
    solutions = _cubic_solutions(form, np.random.default_rng(0))
    return *quadratic_maps(form, not form.is_homogeneous), solutions.roots, solutions.is_real


@CASES
def test_discs_shrink_with_the_error_of_the_approximation(glass):
    q, linear, z, _ = system(glass, 4, 0)
    exact = enclosures(q, linear, z)
    for error in (1e-10, 1e-8, 1e-6):
        moved = z * (1 + error)
        found = enclosures(q, linear, moved)
        certain = np.isfinite(found.radius)
        assert np.any(certain)
        distance = np.max(np.abs(moved - z), axis=1)
        assert np.all(found.radius[certain] > distance[certain] - exact.radius[certain])
        assert np.median(found.radius / np.max(np.abs(z), axis=1)) < 100 * error


def test_what_is_no_solution_gets_no_disc():
    q, linear, z, _ = system(GLASSES["field"], 4, 0)
    rng = np.random.default_rng(0)
    far = z + 0.5 * (rng.normal(size=z.shape) + 1j * rng.normal(size=z.shape))
    found = enclosures(q, linear, far)
    for i in np.flatnonzero(np.isfinite(found.radius)):  # a disc may be granted only if it does hold a solution
        assert np.min(np.max(np.abs(z - far[i]), axis=1)) < found.radius[i]


@CASES
def test_negative_controls(glass):
    q, linear, z, real = system(glass, 4, 1)
    discs = enclosures(q, linear, z)
    assert all_disjoint(z, discs.radius)
    assert realness_proved(z, real, discs)
    twice = z.copy()
    twice[2] = twice[5]
    assert not all_disjoint(twice, discs.radius)
    assert not all_disjoint(np.concatenate([z, 0 * z[:1]]), np.append(discs.radius, 1e-12))
    assert not all_disjoint(z, np.where(np.arange(len(z)) == 3, np.inf, discs.radius))
    assert not all_disjoint(z, discs.radius + 0.5)
    for i in range(len(z)):
        wrong = real.copy()
        wrong[i] = not wrong[i]
        assert not realness_proved(z, wrong, discs)


def test_eigenvalues_too_close_to_zero_prove_no_index():
    form = CubicForm.of(GLASSES["pure"].sample(3, rng=0))
    form = form.scaled(1 / form.size())
    sigma = np.array([[1.0, 0.0, 0.0]])
    assert indices_proved(form, sigma, np.array([1e-12]), np.array([[-0.3, 1e-6]]))
    assert not indices_proved(form, sigma, np.array([1e-12]), np.array([[-0.3, 1e-14]]))
    assert not indices_proved(form, sigma, np.array([1e-3]), np.array([[-0.3, 1e-6]]))


def test_incomplete_is_not_certified():
    x = np.einsum("i,j,k", *[np.arange(1.0, 5.0)] * 3)
    assert census(GLASSES["pure"].realisation({3: x}), certify=True).certified is False


def test_at_a_fold_nothing_is_certified():
    """Two critical points merge at some ρ; closer and closer to it the certificate must be given up, never be wrong."""
    x = np.random.default_rng(3).normal(size=(3, 3, 3))

    def at(rho):
        return census(SphericalGlass(p=3, field=OverlapField(3, [rho])).realisation({3: x}), certify=True)

    low, high = 0.0, 3.0
    more, less = at(low).count, at(high).count
    assert more != less
    closest = None
    for _ in range(52):
        middle = (low + high) / 2
        found = at(middle)
        if found.certified:
            closest = abs(high - low)
        low, high = (middle, high) if found.count == more else (low, middle)
    assert closest is not None
    assert 1e-13 < closest < 1e-3
    assert not at((low + high) / 2).certified
