"""The census against independent enumerations, exact solutions and exact integer counts."""

import itertools
import math
from functools import partial

import numpy as np
import pytest

from spinglass import InputError, landscape
from spinglass.hamiltonians import OverlapField, SphericalGlass
from spinglass.landscape import PolynomialProblem, SphericalProblem

census = partial(landscape.census, certify=False)  # certificates have tests of their own
PURE = SphericalGlass(p=3)
RHO = SphericalGlass(p=3, field=OverlapField(3, [0.5]))
FULL = SphericalGlass(p=3, field=OverlapField(3, [-0.8, 1.1, 3.0]))
CUBE = SphericalGlass(p=3, field=OverlapField.spike(-0.7, 3))
LINEAR = SphericalGlass(p=3, field=OverlapField.linear(0.6))
MIXED = SphericalGlass(mixture={0: 0.5, 1: 0.4, 2: 0.8, 3: 1.0}, field=OverlapField(3, [0.5, 0.3]))
PLAIN_TWO = SphericalGlass(p=2)
FIELD_TWO = SphericalGlass(p=2, field=OverlapField.linear(0.8))
BENT_TWO = SphericalGlass(p=2, field=OverlapField.spike(0.6, 2))
RANDOM_TWO = SphericalGlass(mixture={1: 0.5, 2: 1.0}, field=OverlapField.spike(0.4, 2))
FIELD = OverlapField
GLASSES = {
    "pure": PURE,
    "rho": RHO,
    "full": FULL,
    "cube": CUBE,
    "linear": LINEAR,
    "mixed": MIXED,
    "plain_two": PLAIN_TWO,
    "field_two": FIELD_TWO,
    "bent_two": BENT_TWO,
    "random_two": RANDOM_TWO,
    "four": SphericalGlass(p=4),
    "four_rho": SphericalGlass(p=4, field=FIELD(4, [0.5])),
    "four_even": SphericalGlass(p=4, field=FIELD.spike(0.7, 2)),
    "five": SphericalGlass(p=5),
    "six": SphericalGlass(p=6),
    "two_three_four": SphericalGlass(mixture={0: 0.3, 2: 0.8, 3: 1.0, 4: 0.7}, field=FIELD.spike(0.4, 3)),
    "two_cube": SphericalGlass(p=2, field=FIELD.spike(0.6, 3)),
    "two_quartic": SphericalGlass(p=2, field=FIELD.spike(-0.6, 4)),
    "one_two_quintic": SphericalGlass(mixture={1: 0.4, 2: 1.0}, field=FIELD.from_polynomial([0.2, 0, 0.5, 0, 0, 0.4])),
    "three_quartic": SphericalGlass(p=3, field=FIELD.spike(0.6, 4)),
    "three_odd": SphericalGlass(p=3, field=FIELD.from_polynomial([0, 0.5, 0, 0.3, 0, 0.5])),
    "three_quintic": SphericalGlass(
        mixture={1: 0.2, 2: 0.5, 3: 1.0}, field=FIELD.from_polynomial([0, 1, 0, 0.3, 0, 1])
    ),
    "four_sextic": SphericalGlass(p=4, field=FIELD.spike(1.5, 6)),
}
CASES = pytest.mark.parametrize("glass", GLASSES.values(), ids=GLASSES.keys())


def degrees(glass):
    """The degrees of all terms but the constant one, and the highest of them."""
    field = np.flatnonzero(glass.field.polynomial(4))
    found = {int(k) for k in [*(p for p, _ in glass.mixture), *field]} - {0}
    return found, max(found)


def classes_are_pairs(glass):
    """Whether a solution is a class ±w: terms of one parity, and no field of a higher degree."""
    found, highest = degrees(glass)
    return len({k % 2 for k in found}) == 1 and highest == glass.p


def generic_count(glass, n):
    """Distinct complex solutions, classes ± counted once where they are pairs."""
    p, highest = glass.p, degrees(glass)[1]
    if highest > p:
        return 2 * ((highest - 1) * sum((p - 1) ** k for k in range(n - 1)) + 1)
    return sum((p - 1) ** k for k in range(n)) * (1 if classes_are_pairs(glass) else 2)


def paths_needed(glass, n):
    found, highest = degrees(glass)
    if highest == 2:
        return 0
    half = highest > glass.p and len({k % 2 for k in found}) == 1
    return generic_count(glass, n) // (2 if half else 1)


def circle_roots(s):
    """Energies of the critical points for N = 2: roots of h′(θ), a trigonometric polynomial, by companion matrix."""
    count = 16
    theta = 2 * np.pi * np.arange(count) / count
    energies = s.energy(math.sqrt(2) * np.stack([np.cos(theta), np.sin(theta)], axis=1))
    modes = np.fft.fft(energies) / count
    frequencies = np.fft.fftfreq(count, 1 / count).astype(int)
    degree = degrees(s.glass)[1]
    coefficients = np.zeros(2 * degree + 1, dtype=complex)  # of z^{degree} h′, z = e^{iθ}
    for mode, k in zip(modes, frequencies, strict=True):
        if abs(k) <= degree:
            coefficients[degree - k] += 1j * k * mode
        else:
            assert abs(mode) < 1e-12
    roots = np.roots(coefficients)
    angles = np.angle(roots[np.abs(np.abs(roots) - 1) < 1e-7])
    return np.sort(s.energy(math.sqrt(2) * np.stack([np.cos(angles), np.sin(angles)], axis=1))) / 2


@CASES
def test_two_spins_against_roots_of_a_trigonometric_polynomial(glass):
    for seed in range(60 if degrees(glass)[1] < 4 else 30):
        s = glass.sample(2, rng=seed)
        found = census(s)
        expected = circle_roots(s)
        assert found.complete
        assert found.count == len(expected)
        assert np.allclose(found.energy_density, expected, rtol=0, atol=1e-9)


def multistart_newton(s, starts):
    """All critical points that Newton's method on the sphere finds from many starts: (count, N), an oracle."""
    n = s.n_spins
    w = np.random.default_rng(99).normal(size=(starts, n))
    for _ in range(60):
        w *= (math.sqrt(n) / np.linalg.norm(w, axis=1))[:, None]
        gradient = s.gradient(w)
        multiplier = np.einsum("bi,bi->b", gradient, w) / n
        matrix = np.zeros((len(w), n + 1, n + 1))
        matrix[:, :n, :n] = s.hessian(w) - multiplier[:, None, None] * np.eye(n)
        matrix[:, :n, n] = matrix[:, n, :n] = w
        right = np.zeros((len(w), n + 1))
        right[:, :n] = s.riemannian_gradient(w)
        step = np.linalg.solve(matrix, right[:, :, None])[:, :n, 0]
        w = w - step / np.maximum(1, np.linalg.norm(step, axis=1) / 0.5)[:, None]
    w *= (math.sqrt(n) / np.linalg.norm(w, axis=1))[:, None]
    w = w[np.linalg.norm(s.riemannian_gradient(w), axis=1) < 1e-10]
    kept = []
    for point in w:
        if all(np.linalg.norm(point - other) > 1e-6 for other in kept):
            kept.append(point)
    return np.array(kept)


@CASES
def test_three_spins_against_newton_from_many_starts(glass):
    for seed in range(4 if degrees(glass)[1] < 4 else 1):
        s = glass.sample(3, rng=100 + seed)
        found = census(s)
        expected = multistart_newton(s, 500 if glass.p < 5 else 1500)
        assert found.complete
        assert found.count == len(expected)
        for point in expected:
            assert np.min(np.linalg.norm(found.points - point, axis=1)) < 1e-8


def test_four_spins_against_newton_from_many_starts():
    s = RHO.sample(4, rng=5)
    assert census(s).count == len(multistart_newton(s, 1500))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_number_of_real_classes_against_an_exact_groebner_basis(seed):
    """T(x, x) = x with integer T: a lexicographic basis and Sturm's theorem count the real solutions exactly."""
    import sympy as sp

    entries = np.random.default_rng(seed).integers(-6, 7, size=(3, 3, 3))
    total = sum(entries.transpose(order) for order in itertools.permutations(range(3)))
    x = sp.symbols("x y z")
    system = [sum(int(total[i, j, k]) * x[j] * x[k] for j in range(3) for k in range(3)) - x[i] for i in range(3)]
    last = sp.Poly(sp.groebner(system, *x, order="grevlex").fglm("lex").exprs[-1], x[2])
    assert last.degree() == 8  # 2^3, in general position: z determines x and y
    found = census(PURE.realisation({3: entries}))
    assert found.complete
    assert found.n_real == last.count_roots() - 1  # without x = y = z = 0


@pytest.mark.parametrize("n", [1, 2, 3, 5, 7])
def test_fermat_tensor(n):
    """h = N^{−1} Σ w_i³: all solutions known. k equal entries: u = ±1/√(Nk); index N − k above zero, k − 1 below."""
    x = np.zeros((n, n, n))
    x[np.arange(n), np.arange(n), np.arange(n)] = 1
    found = census(PURE.realisation({3: x}))
    assert found.complete
    assert found.count == 2 * (2**n - 1)
    expected = []
    for k in range(1, n + 1):
        expected += math.comb(n, k) * [(-1 / math.sqrt(n * k), k - 1), (1 / math.sqrt(n * k), n - k)]
    expected.sort()
    assert np.allclose(found.energy_density, [u for u, _ in expected], rtol=1e-13)
    assert sorted(zip(np.round(found.energy_density, 9), found.index, strict=True)) == [
        (round(u, 9), k) for u, k in expected
    ]


def test_rotated_fermat_tensor_with_unequal_weights():
    """Σ c_i (v_i·σ)³ with orthonormal v_i: x = Σ_S v_i / c_i, hence λ^{-2} = Σ_S c_i^{-2}."""
    n = 5
    rng = np.random.default_rng(8)
    v = np.linalg.qr(rng.normal(size=(n, n)))[0]
    c = rng.uniform(0.3, 3.0, size=n)
    found = census(PURE.realisation({3: np.einsum("a,ai,aj,ak->ijk", c, v, v, v)}))
    expected = [1 / math.sqrt(n * sum(c[i] ** -2 for i in range(n) if subset >> i & 1)) for subset in range(1, 2**n)]
    assert found.complete
    assert np.allclose(found.energy_density, np.sort([*expected, *(-u for u in expected)]), rtol=1e-12)


@CASES
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6])
def test_integer_counts_and_the_points_themselves(glass, n):
    for seed in range(5 if paths_needed(glass, n) < 300 else 1 if paths_needed(glass, n) < 1000 else 0):
        s = glass.sample(n, rng=1000 * n + seed)
        found = census(s)
        assert found.complete
        assert found.n_solutions == found.n_expected == generic_count(glass, n)
        assert found.n_paths == paths_needed(glass, n)
        assert found.n_diverged == 0
        assert found.failures == ()
        assert found.trace_defect is None or found.trace_defect < 1e-8
        assert found.conjugation_closed
        assert found.n_failed == 0
        assert found.count == found.n_real * (2 if classes_are_pairs(glass) else 1)
        assert found.count % 2 == 0
        assert found.euler_characteristic == (2 if n % 2 else 0)
        assert np.all(np.diff(found.energy_density) >= 0)
        assert found.points.shape == (found.count, n)
        assert np.allclose(np.sum(found.points**2, axis=1), n, rtol=1e-14)
        assert np.allclose(s.energy(found.points) / n, found.energy_density, rtol=1e-11, atol=1e-13)
        scale = max(1.0, float(np.max(np.abs(s.gradient(found.points)))))
        assert np.max(np.abs(s.riemannian_gradient(found.points))) < 2e-14 * scale
        assert np.allclose(s.gradient(found.points), found.multiplier[:, None] * found.points, atol=1e-12 * scale)
        eigenvalues = np.linalg.eigvalsh(s.riemannian_hessian(found.points))
        assert np.array_equal(np.sum(eigenvalues < 0, axis=1), found.index)
        if n > 1:
            smallest = np.min(np.abs(eigenvalues), axis=1)
            assert np.allclose(found.curvature, smallest, rtol=1e-6, atol=1e-12 * scale)
            assert found.smallest_curvature == np.min(found.curvature)
        assert found.index[0] == 0
        assert found.index[-1] == n - 1


@pytest.mark.parametrize("n", [7, 8])
def test_larger_systems(n):
    for glass in (PURE, RHO):
        found = census(glass.sample(n, rng=n))
        assert found.complete
        assert found.n_solutions == generic_count(glass, n)


@pytest.mark.parametrize("glass", [PURE, CUBE], ids=["pure", "cube"])
def test_odd_hamiltonians_have_critical_points_in_pairs(glass):
    found = census(glass.sample(5, rng=2))
    for point, energy, index in zip(found.points, found.energy_density, found.index, strict=True):
        mirror = int(np.argmin(np.linalg.norm(found.points + point, axis=1)))
        assert np.linalg.norm(found.points[mirror] + point) < 1e-12
        assert found.energy_density[mirror] == pytest.approx(-energy, rel=1e-12)
        assert found.index[mirror] == 4 - index


def test_same_input_same_output_and_other_paths_same_points():
    s = RHO.sample(5, rng=3)
    first, again, other = census(s), census(s), census(s, rng=12)
    assert np.array_equal(first.points, again.points)
    assert np.array_equal(census(s, rng=12).points, other.points)
    assert first.count == other.count
    assert np.allclose(first.energy_density, other.energy_density, rtol=0, atol=1e-12)
    assert np.array_equal(first.index, other.index)
    assert np.array_equal(census(s, rng=np.random.default_rng(12)).points, other.points)


def test_rotations_move_points_and_keep_energies():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(4, 4, 4))
    v = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    plain = census(PURE.realisation({3: x}))
    turned = census(PURE.realisation({3: np.einsum("ai,bj,ck,abc->ijk", v, v, v, x)}))
    assert np.allclose(plain.energy_density, turned.energy_density, rtol=0, atol=1e-13)
    assert np.array_equal(plain.index, turned.index)


@pytest.mark.parametrize("factor", [1e-200, 1e-8, 1e8, 1e200])
def test_the_scale_of_the_couplings_does_not_matter(factor):
    x = np.random.default_rng(6).normal(size=(4, 4, 4))
    plain, scaled = census(PURE.realisation({3: x})), census(PURE.realisation({3: factor * x}))
    assert scaled.complete
    assert np.allclose(scaled.energy_density, factor * plain.energy_density, rtol=1e-11)


@pytest.mark.parametrize("n", [3, 4, 5, 6])
@pytest.mark.parametrize("rho", [[-5], [-2], [-0.01], [1e-9], [2], [5], [1000], [2.42, 11.7, 56.6]])
def test_strong_and_weak_fields_stay_complete(n, rho):
    for scale in (1.0, math.sqrt(n)):
        glass = SphericalGlass(p=3, field=OverlapField(3, np.array(rho) * scale ** np.arange(1, len(rho) + 1)))
        for seed in range(6):
            found = census(glass.sample(n, rng=seed))
            assert found.complete
            assert found.n_solutions == 2 * (2**n - 1)


def test_an_overwhelming_field_leaves_the_critical_points_of_the_field():
    """D = N h m with large h: one minimum at m = −1 and one maximum at m = 1."""
    found = census(SphericalGlass(p=3, field=OverlapField.linear(50.0)).sample(5, rng=0))
    assert found.complete
    assert list(found.index) == [0, 4]
    assert np.allclose(found.points.mean(axis=1), [-1, 1], atol=0.01)


class Diagonal:
    """h = Σ a_i σ_i² + b·e (e·σ), written by hand: only the protocol matters."""

    n_spins = 3

    def __init__(self, a, b, e):
        self.a, self.b, self.e = np.diag(a), b, np.array(e)

    def polynomial_system(self):
        return {2: self.a}, np.array([0.0, self.b]), self.e


def test_a_user_supplied_problem():
    problem = Diagonal([1.0, 2.0, 4.0], 0.0, [0.0, 0.0, 1.0])
    assert isinstance(problem, PolynomialProblem)
    found = census(problem)
    assert np.allclose(3 * found.energy_density, [1, 1, 2, 2, 4, 4])
    assert list(found.index) == [0, 0, 1, 1, 2, 2]
    assert found.complete
    tilted = census(Diagonal([1.0, 2.0, 4.0], 0.01, [0.6, 0.48, 0.64]))
    assert tilted.complete
    assert np.allclose(tilted.energy_density, found.energy_density, atol=0.01)
    assert isinstance(PURE.sample(3, rng=0), SphericalProblem)


def test_tensors_of_a_user_must_be_symmetric_of_the_right_shape_and_finite():
    for matrix in (np.eye(2), np.triu(np.ones((3, 3))), np.full((3, 3), np.nan)):
        problem = Diagonal([1.0, 2.0, 4.0], 0.0, [0.0, 0.0, 1.0])
        problem.a = matrix
        with pytest.raises(InputError, match="must be"):
            census(problem)


def test_a_field_along_an_eigenvector_is_reported_incomplete():
    """b orthogonal to eigenvectors: their solutions are missing from the generic family, and the count says so."""
    assert not census(Diagonal([1.0, 2.0, 4.0], 0.01, [1.0, 0.0, 0.0])).complete


DEGENERATE = {
    "zero": np.zeros((4, 4, 4)),
    "rank_one": np.einsum("i,j,k", *[np.arange(1.0, 5.0)] * 3),
    "one_spin_free": np.pad(np.random.default_rng(0).normal(size=(4, 4, 4)), (0, 1)),
    "two_equal_spins": np.ones((2, 2, 2)),
}


@pytest.mark.parametrize("x", DEGENERATE.values(), ids=DEGENERATE.keys())
def test_degenerate_couplings_are_reported_incomplete(x):
    assert not census(PURE.realisation({3: x})).complete


def test_degenerate_fields_are_reported_incomplete():
    assert not census(RHO.realisation({3: np.zeros((4, 4, 4))})).complete  # a sphere of critical points at m = 0
    assert not census(PLAIN_TWO.realisation({2: np.eye(4)})).complete
    assert not census(FIELD_TWO.realisation({2: np.eye(4)})).complete
    zero = OverlapField(3, [0.0, 0.0, 1.0])
    assert not census(SphericalGlass(p=3, field=zero).realisation({3: np.zeros((2, 2, 2))})).complete


def test_a_constant_field_only_shifts_energies():
    x = np.random.default_rng(1).normal(size=(4, 4, 4))
    plain = census(PURE.realisation({3: x}))
    shifted = census(SphericalGlass(p=3, field=OverlapField(3, [0, 0, 8.0])).realisation({3: x}))
    assert shifted.n_paths == 15
    # D = rho_3 N^{-1}: the shift of u is rho_3 / N^2
    assert np.allclose(shifted.energy_density, plain.energy_density + 0.5, rtol=0, atol=1e-13)


def test_what_is_not_covered_is_refused():
    with pytest.raises(InputError, match="polynomial"):
        census(SphericalGlass(p=3, field=OverlapField.from_callable(np.sin, np.cos, lambda m: -np.sin(m))).sample(3, 0))
    with pytest.raises(InputError, match="certify = 'yes'"):
        census(PURE.sample(3, rng=0), certify="yes")
    with pytest.raises(InputError, match="polynomial_system"):
        census(np.zeros((3, 3, 3)))
    with pytest.raises(InputError, match="number of paths"):
        census(PURE.sample(21, rng=0))
