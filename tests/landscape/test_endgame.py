"""Nearly double solutions are resolved, singular ones counted with their multiplicities."""

import itertools
import math
from functools import partial

import mpmath
import numpy as np
import pytest

from spinglass import landscape
from spinglass.hamiltonians import OverlapField, SphericalGlass
from spinglass.landscape.endgame import cauchy_ends, jacobians
from spinglass.landscape.fixed_point import FixedPointSystem
from spinglass.landscape.homogeneous_system import HomogeneousSystem
from spinglass.landscape.problem import PolynomialForm
from spinglass.landscape.solution_clusters import resolved
from spinglass.landscape.start_systems import start_system

census = partial(landscape.census, certify=False)
CUBIC, QUARTIC = SphericalGlass(p=3), SphericalGlass(p=4)
FAMILIES = {"cubic": (CUBIC, 3, 3, 0), "quartic": (QUARTIC, 4, 3, 1)}


def family(glass, p, n, seed):
    """Couplings A + cB, the number of real solutions at c, and the first interval of a grid where it changes."""
    a, b = np.random.default_rng(seed).normal(size=(2,) + (n,) * p)

    def member(c):
        return glass.realisation({p: a + c * b})

    at_zero = census(member(0.0)).n_real
    high = next(c for c in np.arange(0.05, 1.0, 0.05) if census(member(c)).n_real != at_zero)
    return member, at_zero, high - 0.05, high


def bisected(member, at_low, low, high, width):
    """The fold between low and high to a width, or to the last digit; every member met on the way must be complete."""
    while high - low > width:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        found = census(member(middle))
        assert found.complete
        assert found.n_failed == 0
        low, high = (middle, high) if found.n_real == at_low else (low, middle)
    return low, high


@pytest.mark.parametrize("name", FAMILIES)
def test_both_sides_of_a_fold_down_to_the_last_digit(name):
    """Curvatures follow the square root law, K √|distance|, as far as distances have a meaning in double precision."""
    member, at_low, low, high = family(*FAMILIES[name])
    low, high = bisected(member, at_low, low, high, 0.0)
    more = 1 if census(member(high)).n_real > at_low else -1
    edge = high if more > 0 else low
    constants = []
    for distance in (1e-6, 1e-8, 1e-10, 1e-12, 1e-14):
        near, far = census(member(edge + more * distance)), census(member(edge - more * distance))
        assert near.complete
        assert far.complete
        assert near.n_real == far.n_real + 2
        assert near.n_singular == far.n_singular == 0
        pair = np.argsort(near.curvature)[:4]
        assert np.sum((-1) ** near.index[pair]) == 0
        assert len(np.unique(near.index[pair])) >= 2
        constants.append(near.smallest_curvature / math.sqrt(distance))
    assert np.allclose(constants[:4], constants[3], rtol=5e-3)
    assert constants[4] == pytest.approx(constants[3], rel=0.02)  # the edge itself is known to 1e-16
    assert 1e-11 < census(member(edge)).smallest_curvature < 1e-7


class Form:
    """A form of degree p, exactly as it is given."""

    def __init__(self, tensor):
        self.n_spins, self.tensor = len(tensor), tensor

    def polynomial_system(self):
        return {self.tensor.ndim: self.tensor}, np.zeros(1), np.eye(self.n_spins)[0]


def binary(a, d, b, c):
    """h = ax³ + 3dx²y + 3bxy² + cy³: critical at y/x = τ with d + (2b − a)τ + (c − 2d)τ² − bτ³ = 0."""
    tensor = np.zeros((2, 2, 2))
    for place in itertools.product((0, 1), repeat=3):
        tensor[place] = (a, d, b, c)[sum(place)]
    return Form(tensor)


@pytest.mark.parametrize("power", [20, 36, 44, 50, 54, 60, 66])
def test_pairs_against_the_roots_of_a_cubic(power):
    """With a = 2b, c = 1 there are roots τ = ±√−d: apart by 1e-3 to 2e-10, and two complex ones for d > 0."""
    for d in (-(2.0**-power), 0.0, 2.0**-power):
        found = census(binary(2.0, d, 1.0, 1.0))
        assert found.n_expected == found.n_solutions + found.singular_multiplicity == 3
        assert found.n_failed == 0
        if d == 0:
            assert not found.complete
            assert found.failures[0] == "1 solution is singular (multiplicity 2)"
            assert found.n_singular == 1
            continue
        assert found.complete
        assert found.n_singular == 0
        with mpmath.workdps(60):
            roots = mpmath.polyroots([-1, 1 - 2 * mpmath.mpf(d), 0, mpmath.mpf(d)], maxsteps=500, extraprec=400)
            real = sorted(float(mpmath.re(x)) for x in roots if abs(mpmath.im(x)) < mpmath.mpf(10) ** -40)
        assert len(real) == (3 if d < 0 else 1)
        tangents = np.sort(found.points[:, 1] / found.points[:, 0])
        assert np.allclose(tangents, np.repeat(real, 2), rtol=1e-13, atol=1e-15 if power > 40 else 1e-10)
        if d < 0:
            assert found.smallest_curvature == pytest.approx(3 * math.sqrt(-d), rel=2e-2)


PADDED = [(3, 2, 1), (3, 3, 1), (3, 3, 2), (4, 2, 1)]


@pytest.mark.parametrize(("p", "n", "free"), PADDED)
def test_free_spins_make_one_solution_of_known_multiplicity_or_a_manifold(p, n, free):
    """h without the last spin: at e_last, λ = 0 and N − 1 equations of degree p − 1 give multiplicity (p−1)^{N−1}."""
    x = np.random.default_rng(10 * p + n).normal(size=(n,) * p)
    found = census(SphericalGlass(p=p).realisation({p: np.pad(x, (0, free))}))
    regular = ((p - 1) ** n - 1) // (p - 2)
    assert not found.complete
    assert found.n_expected == ((p - 1) ** (n + free) - 1) // (p - 2)
    assert found.n_failed == 0
    assert found.n_solutions == regular
    assert found.n_solutions + found.singular_multiplicity + found.n_diverged == found.n_expected
    if free == 1:
        assert found.n_singular == 1
        assert found.singular_multiplicity == (p - 1) ** n
        assert found.failures[0] == f"1 solution is singular (multiplicity {(p - 1) ** n})"
        assert "singular (multiplicity" in found.report()


@pytest.mark.parametrize("p", [3, 4])
def test_equal_spins_and_rank_one(p):
    """h = (v·σ)^p has one simple solution v; all others are not isolated: v·σ = 0."""
    for v in (np.ones(2), np.array([1.0, 2.0, 3.0])):
        x = v
        for _ in range(p - 1):
            x = np.multiply.outer(x, v)
        found = census(Form(x))
        assert not found.complete
        assert found.n_solutions == 1
        assert found.n_solutions + found.singular_multiplicity == found.n_expected
        assert found.n_failed == 0
        assert (found.n_singular == 1) == (len(v) == 2)


def test_winding_numbers():
    """h = (x + y)³: two paths make one cycle at the double solution; at the simple one, one turn closes."""
    x = np.ones((2, 2, 2))
    form = PolynomialForm.of(CUBIC.realisation({3: x}))
    system = HomogeneousSystem.by_parity(form.scaled(1 / form.size()))
    start = start_system(2, 3, 3, False, False, True, 0)
    ends = cauchy_ends(system, start, np.arange(3))
    assert sorted(ends.winding) == [1, 2, 2]
    assert np.max(ends.error) < 1e-8
    double = ends.points[ends.winding == 2]
    assert np.allclose(np.abs(double[:, 0] + double[:, 1]), 0, atol=1e-8)  # v·σ = 0
    found = resolved(system, ends, False)
    assert len(found.regular) == 1
    assert list(found.multiplicity) == [2]
    assert found.paths == 3


def test_generic_paths_have_regular_ends():
    for glass in (CUBIC, QUARTIC, SphericalGlass(p=3, field=OverlapField(3, [0.5, 0.2, 0.1]))):
        form = PolynomialForm.of(glass.sample(3, rng=0))
        form = form.scaled(1 / form.size())
        system = HomogeneousSystem.by_parity(form)
        start = start_system(3, form.degree, form.degree, system.has_mu, False, system.has_parity, 0)
        found = resolved(system, cauchy_ends(system, start, np.arange(len(start.solutions))), False)
        assert len(found.regular) == system.generic_count()
        assert not found.nearly_double
        assert found.lost == len(found.singular) == 0
        values = np.linalg.svd(jacobians(system, found.regular), compute_uv=False)
        assert np.min(values) > 1e-3
        assert (
            np.max(np.abs(system.gradient(found.regular[:, :-1]) - found.regular[:, -1:] * found.regular[:, :3]))
            < 1e-15
        )


def test_residuals_in_fixed_point_against_fractions():
    """All terms at once: mixed degrees, a field of higher degree, at points where rounding has its worst."""
    rng = np.random.default_rng(4)
    n, degree = 3, 5
    cubic, matrix = rng.normal(size=(n,) * 3), rng.normal(size=(n, n))
    cubic = sum(np.transpose(cubic, order) for order in itertools.permutations(range(3))) / 8
    field = np.array([0.0, 0.5, -0.25, 0.0, 1.5, 0.7])
    system = HomogeneousSystem(n, degree, True, {3: cubic, 2: matrix + matrix.T}, field, np.eye(n)[-1])
    y = np.round(rng.normal(size=n + 2) * 64) / 64 + 1j * np.round(rng.normal(size=n + 2) * 64) / 64
    chart = y[:-1].conj()
    exact = FixedPointSystem(system)
    found = exact.residual(exact.point(y), chart)
    gradient = system.gradient(y[None, :-1])[0] - y[-1] * y[:n]
    square = np.sum(y[:n] ** 2) - y[n] ** 2
    assert np.allclose(found, [*gradient, square, np.sum(chart * y[:-1]) - 1], rtol=1e-13)
    tiny = np.zeros(n + 2, dtype=complex)
    tiny[0] = 2.0**-90
    moved = exact.residual(exact.moved(exact.point(y), tiny), chart)
    shifted = exact.moved(exact.point(y), tiny) - exact.point(y)
    assert exact.rounded(shifted)[0] == 2.0**-90  # far below the last digit of y
    assert found[-1].imag == 0
    assert moved[-1].imag == chart[0].imag * 2.0**-90


def test_rounded_equations_keep_what_rounding_would_split():
    """A fold with a field of a higher degree: pairs nearer than rounding allows are one singular solution."""
    glass = SphericalGlass(p=3, field=OverlapField.spike(0.5, 5))
    a, b = np.random.default_rng(3).normal(size=(2, 3, 3, 3))
    low, high, statements = 0.4, 0.45, set()
    at_low = census(glass.realisation({3: a + low * b})).n_real
    while high - low > 2e-15:
        middle = (low + high) / 2
        found = census(glass.realisation({3: a + middle * b}))
        accounted = found.n_solutions + found.singular_multiplicity
        assert accounted == found.n_expected == 26
        assert found.complete == (found.n_singular == 0)
        if high - low > 1e-10:
            assert found.complete
        if not found.complete:
            statements.add(found.failures[0])
        more = found.complete and found.n_real == at_low
        low, high = (middle, high) if more else (low, middle)
    assert statements == {"2 solutions are singular (multiplicity 4)"}
