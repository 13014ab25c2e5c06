"""Certificates: proofs of censuses of any degree, agreement with Arb, refusals, and exact oracles of the parts."""

import itertools
import math
import sys
from dataclasses import dataclass, replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from spinglass import InputError
from spinglass.hamiltonians import OverlapField, SphericalGlass
from spinglass.landscape import census
from spinglass.landscape.ball_polynomial import BallPolynomial
from spinglass.landscape.certify import certificate, charts, meeting_pair
from spinglass.landscape.enclosures import class_system, discs, sphere_energy, sphere_system
from spinglass.landscape.enclosures import inertias as proved_inertias
from spinglass.landscape.enumeration import cubic_solutions, polynomial_solutions
from spinglass.landscape.problem import PolynomialForm

GLASSES = {
    "two": SphericalGlass(p=2),
    "three": SphericalGlass(p=3),
    "four": SphericalGlass(p=4),
    "five": SphericalGlass(p=5),
    "six": SphericalGlass(p=6),
    "field": SphericalGlass(p=3, field=OverlapField(3, [0.5])),
    "strong": SphericalGlass(p=3, field=OverlapField(3, [2.42, 11.7, 56.6])),
    "four_field": SphericalGlass(p=4, field=OverlapField(4, [0.5, 0.2])),
    "mixed": SphericalGlass(mixture={0: 0.3, 1: 0.4, 2: 0.8, 3: 1.0}, field=OverlapField(3, [0.5, 0.3])),
    "odd": SphericalGlass(mixture={1: 0.4, 3: 1.0}),
    "even": SphericalGlass(mixture={2: 0.8, 4: 1.0}),
    "spike": SphericalGlass(p=3, field=OverlapField.spike(0.7, 4)),
}
SIZES = {"two": 6, "three": 6, "four": 4, "five": 4, "six": 3, "field": 5}
CASES = pytest.mark.parametrize("name", GLASSES)


@dataclass(frozen=True)
class Given:
    """What a certificate is asked about."""

    s: object
    z: np.ndarray | None
    points: np.ndarray
    index: np.ndarray

    def proof(self, **options):
        return certificate(self.s, self.z, self.points, self.index, **options)


def solved(name, n, seed):
    s = GLASSES[name].sample(n, rng=seed)
    form = PolynomialForm.of(s)
    found = census(s)
    assert found.complete
    if form.degree == 2:
        return Given(s, None, found.points, found.index)
    rng = np.random.default_rng(0)
    cubic = form.degree == 3 and len(form.field) == 0
    solutions = (cubic_solutions if cubic else polynomial_solutions)(form.scaled(1 / form.size()), rng)
    return Given(s, solutions.roots, found.points, found.index)


@CASES
def test_ordinary_samples_are_certified(name):
    for n in range(1 if name in ("three", "field") else 2, SIZES.get(name, 3) + 1):
        for seed in range(3):
            given = solved(name, n, seed)
            found = census(given.s)
            proof = given.proof()
            assert proof.proved, proof.failure
            assert proof.failure == ""
            assert np.all((proof.radius > 0) & (proof.radius < 1e-7))
            assert np.all((proof.energy_low < found.energy_density) & (found.energy_density < proof.energy_high))
            assert np.all(proof.energy_high - proof.energy_low < 1e-6)
            assert np.all(proof.index_proved)
            assert given.z is None or proof.n_solutions == proof.n_expected


@pytest.mark.parametrize("name", ["two", "three", "five", "mixed", "even", "spike"])
def test_the_balls_hold_the_true_critical_points(name):
    """Newton's method with 40 digits on the polynomial itself ends within the radius, its energy within the bounds."""
    n = 3
    given = solved(name, n, 5)
    proof = given.proof()
    assert proof.proved
    tensors, field, direction = given.s.polynomial_system()
    with mpmath.workdps(40):
        lift = np.vectorize(lambda value: mpmath.mpf(float(value)), otypes=[object])
        parts = {k: lift(tensor) for k, tensor in tensors.items()}
        e, field = lift(direction), lift(np.asarray(field, dtype=float))

        def contracted(tensor, x, times):
            for _ in range(times):
                tensor = tensor @ x
            return tensor

        for b, point in enumerate(given.points):
            x = lift(point) / mpmath.sqrt(n)
            multiplier = None
            for _ in range(6):
                m = e @ x
                gradient = sum(k * contracted(t, x, k - 1) for k, t in parts.items() if k)
                gradient = gradient + e * sum(j * d * m ** (j - 1) for j, d in enumerate(field) if j)
                hessian = sum(k * (k - 1) * contracted(t, x, k - 2) for k, t in parts.items() if k > 1)
                hessian = hessian + np.outer(e, e) * sum(
                    j * (j - 1) * d * m ** (j - 2) for j, d in enumerate(field) if j > 1
                )
                multiplier = gradient @ x if multiplier is None else multiplier
                rows = [*(gradient - multiplier * x), (1 - x @ x) / 2]
                matrix = mpmath.zeros(n + 1)
                for i, j in itertools.product(range(n), repeat=2):
                    matrix[i, j] = hessian[i, j] - (multiplier if i == j else 0)
                for i in range(n):
                    matrix[i, n] = matrix[n, i] = -x[i]
                change = mpmath.lu_solve(matrix, mpmath.matrix(rows))
                x = x - np.array([change[i] for i in range(n)])
                multiplier -= change[n]
            assert max(abs(row) for row in rows) < mpmath.mpf(10) ** -30
            w = mpmath.sqrt(n) * x
            distance = mpmath.sqrt(sum((wi - float(pi)) ** 2 for wi, pi in zip(w, point, strict=True)))
            assert distance < proof.radius[b]
            energy = sum(contracted(t, x, k) for k, t in parts.items()) + sum(
                d * (e @ x) ** j for j, d in enumerate(field)
            )
            assert proof.energy_low[b] <= energy / n <= proof.energy_high[b]


@pytest.mark.parametrize("name", ["two", "three", "four", "odd", "even"])
def test_opposite_points_are_proved_alike(name):
    """Exactly opposite points share a proof; moved by one bit they have two, with the same outcome to rounding."""
    given = solved(name, 3, 4)
    proof = given.proof()
    half = [b for b in range(len(given.points)) if given.points[b, 0] > 0]
    opposite = {b: int(np.argmin(np.sum((given.points + given.points[b]) ** 2, axis=1))) for b in half}
    shared = given.points.copy()
    apart = given.points.copy()
    for b, other in opposite.items():
        shared[other] = -shared[b]
        apart[other] = np.nextafter(-apart[b], np.inf)
    for points in (shared, apart):
        again = replace(given, points=points).proof()
        assert proof.proved
        assert again.proved, again.failure
        assert np.all((again.energy_low <= proof.energy_high) & (proof.energy_low <= again.energy_high))
    wrong = given.index.copy()
    wrong[opposite[half[0]]] = (wrong[opposite[half[0]]] + 1) % 3
    assert not replace(given, points=shared, index=wrong).proof().proved


def sabotaged(given, rng):
    """(what was done, the altered input); each is to be refused."""
    n = given.points.shape[1]
    count = len(given.points)
    one = int(rng.integers(count))

    def with_point(point, index=given.index):
        points = given.points.copy()
        points[one] = point
        return replace(given, points=points, index=index)

    yield "moved point", with_point(given.points[one] + 1e-6 * rng.normal(size=n))
    again = given.index.copy()
    again[one] = given.index[one - 1]
    yield "same point twice", with_point(given.points[one - 1], again)
    yield "no number", with_point(np.full(n, np.nan))
    yield "not on the sphere", with_point(1.1 * given.points[one])
    for change in (-1, 1):
        index = given.index.copy()
        index[one] += change
        yield "wrong index", replace(given, index=index)
    kept = np.arange(count) != one
    yield "missing point", replace(given, points=given.points[kept], index=given.index[kept])
    more = np.append(np.arange(count), one)
    yield "one point too many", replace(given, points=given.points[more], index=given.index[more])
    if given.z is None:
        return
    z = given.z / np.linalg.norm(given.z, axis=1)[:, None]
    width = z.shape[1]
    a, b = rng.choice(len(z), 2, replace=False)

    def with_solution(at, solution):
        solutions = z.copy()
        solutions[at] = solution
        return replace(given, z=solutions)

    turned = z * np.exp(-1j * np.angle(z[np.arange(len(z)), np.argmax(np.abs(z), axis=1)]))[:, None]
    for at in np.flatnonzero(np.max(np.abs(turned.imag), axis=1) > 1e-6)[:1]:
        partner = np.argmin(np.max(np.abs(turned - turned[at].conj()), axis=1))
        yield "missing conjugate", replace(given, z=np.delete(z, partner, axis=0))
        yield "twice instead of the conjugate", with_solution(partner, z[at])
    yield "same solution twice", with_solution(a, z[b] * np.exp(1j))
    yield "moved solution", with_solution(a, z[a] + 1e-6 * rng.normal(size=width))
    yield "no solution", with_solution(a, rng.normal(size=width) + 1j * rng.normal(size=width))
    yield "no number", with_solution(a, np.nan)
    yield "zero", with_solution(a, 0.0)
    yield "none at all", replace(given, z=None)


@CASES
def test_negative_controls(name):
    rng = np.random.default_rng(7)
    given = solved(name, 3, 1)
    assert given.proof().proved
    seen = 0
    for what, altered in sabotaged(given, rng):
        proof = altered.proof()
        assert not proof.proved, what
        assert proof.failure
        seen += 1
    assert seen >= 6


@CASES
def test_the_slow_twin_agrees(name):
    """128 bits, monomials, interval Newton, enclosed eigenvalues: the same verdicts, smaller balls, same energies."""
    pytest.importorskip("flint")
    rng = np.random.default_rng(8)
    for n, seed in ((2, 0), (2, 1), (3 if name not in ("five", "six") else 2, 2)):
        given = solved(name, n, seed)
        fast, slow = given.proof(), given.proof(arithmetic="arb")
        assert fast.proved
        assert slow.proved, slow.failure
        assert (fast.n_solutions, fast.n_nonreal) == (slow.n_solutions, slow.n_nonreal)
        assert np.all((fast.energy_low <= slow.energy_low) & (slow.energy_high <= fast.energy_high))
        assert np.all(slow.radius < fast.radius)
    for what, altered in sabotaged(given, rng):
        assert altered.proof().proved == altered.proof(arithmetic="arb").proved, what


def test_near_a_fold_what_is_proved_is_true():
    """Two critical points merge at some ρ; the balls grow, and at last only the longer digits of Arb prove."""
    pytest.importorskip("flint")
    x = np.random.default_rng(3).normal(size=(3, 3, 3))

    def at(rho):
        s = SphericalGlass(p=3, field=OverlapField(3, [rho])).realisation({3: x})
        form = PolynomialForm.of(s)
        found = census(s)
        solutions = cubic_solutions(form.scaled(1 / form.size()), np.random.default_rng(0))
        return Given(s, solutions.roots, found.points, found.index)

    low, high = 0.0, 3.0
    more, less = len(at(low).points), len(at(high).points)
    assert more != less
    largest, refused, by_arb = 0.0, 0, 0
    for step in range(52):
        middle = (low + high) / 2
        given = at(middle)
        proof = given.proof()
        if step % 6 == 5 or not proof.proved:
            slow = given.proof(arithmetic="arb").proved
            assert slow or not proof.proved
            by_arb += slow and not proof.proved
        if proof.proved:
            assert len(given.points) % 2 == 0  # as on every sphere in three dimensions
            largest = max(largest, float(np.max(proof.radius)))
        else:
            refused += 1
        low, high = (middle, high) if len(given.points) == more else (low, middle)
    assert largest > 1e-9
    assert by_arb > 0
    assert refused >= 1


class Polynomial:
    """Any polynomial as a problem."""

    def __init__(self, tensors, field=(), direction=None):
        self.tensors = {k: np.asarray(t, dtype=float) for k, t in tensors.items()}
        self.n_spins = next(len(t) for t in self.tensors.values() if t.ndim)
        self.field = np.asarray(field, dtype=float)
        self.direction = np.full(self.n_spins, self.n_spins**-0.5) if direction is None else direction

    def polynomial_system(self):
        return self.tensors, self.field, self.direction


def test_degenerate_hamiltonians_are_refused():
    n = 3
    w = math.sqrt(n) * np.concatenate([np.eye(n), -np.eye(n)])
    round_one = Polynomial({2: np.diag([1.0, 1.0, 2.0])})
    assert "not proved" in certificate(round_one, None, w, [1, 1, 2, 1, 1, 2]).failure
    flat = Polynomial({2: np.diag([1.0, 2.0, 4.0])})
    assert certificate(flat, None, w, [0, 1, 2, 0, 1, 2]).proved
    verdicts = [
        certificate(Polynomial({2: np.diag([1.0, 1.0 + 10.0**-k, 4.0])}), None, w, [0, 1, 2, 0, 1, 2]).proved
        for k in range(16)
    ]
    assert verdicts[:6] == [True] * 6
    assert verdicts[-2:] == [False, False]
    assert sorted(verdicts, reverse=True) == verdicts
    constant = Polynomial({0: np.array(2.0), 1: np.zeros(n)})
    assert "constant" in certificate(constant, None, w[:0], []).failure
    rank_one = Polynomial({3: np.einsum("i,j,k", *[np.arange(1.0, 4.0)] * 3)})
    poles = np.arange(1.0, 4.0) * math.sqrt(3 / 14)
    assert not certificate(rank_one, None, [poles, -poles], [2, 0]).proved
    linear = Polynomial({1: np.arange(1.0, 4.0)})
    assert certificate(linear, None, [poles, -poles], [2, 0]).proved
    assert not certificate(linear, None, [poles], [2]).proved


def test_the_fermat_tensor():
    """Σ x_i³: critical points are the sums of coordinate vectors, the index is one less than their number for w > 0."""
    n = 4
    tensor = np.zeros((n, n, n))
    tensor[np.arange(n), np.arange(n), np.arange(n)] = 1.0
    sets = np.array(list(itertools.product([0.0, 1.0], repeat=n))[1:])
    points = sets * np.sqrt(n / sets.sum(axis=1))[:, None]
    index = n - sets.sum(axis=1).astype(int)  # λ > 0: negative directions are the absent coordinates
    proof = certificate(Polynomial({3: tensor}), sets, [*points, *-points], [*index, *(n - 1 - index)])
    assert proof.proved, proof.failure
    assert proof.n_nonreal == 0


def inertias(matrices, radius):
    basis = np.linalg.eigh(np.nan_to_num(matrices))[1]
    return proved_inertias(matrices, radius, basis)


def test_inertia_against_exact_elimination():
    """Integer matrices with determinants near to zero: Jacobi's signs of the leading minors, in rational numbers."""
    rng = np.random.default_rng(9)

    def exact_inertia(matrix):
        rows = [[Fraction(int(x)) for x in row] for row in matrix]
        negative = 0
        for i in range(len(rows)):
            if rows[i][i] == 0:
                return None
            negative += rows[i][i] < 0
            for j in range(i + 1, len(rows)):
                factor = rows[j][i] / rows[i][i]
                rows[j] = [x - factor * y for x, y in zip(rows[j], rows[i], strict=True)]
        return negative

    proved = 0
    for n in (1, 2, 3, 5, 8):
        a = rng.integers(-9, 10, (60, n, n))
        stack = a + a.transpose(0, 2, 1)
        stack[::3, -1, :] = stack[::3, 0, :]  # singular, up to one entry
        stack[::3, :, -1] = stack[::3, :, 0]
        stack[::3, -1, -1] = stack[::3, 0, 0] + (rng.random(20) < 0.5)
        got = inertias(stack.astype(float), np.zeros(stack.shape))
        wide = inertias(stack.astype(float), np.full(stack.shape, 1e4))
        assert np.all(wide == -1)
        for matrix, value in zip(stack, got, strict=True):
            true = exact_inertia(matrix)
            if true is not None and value >= 0:
                assert value == true
                proved += 1
            if round(np.linalg.det(matrix)) == 0:
                assert value == -1
    assert proved > 200
    barely = np.diag([1.0, -2.0, 1e-3])
    for radius, expected in ((3e-4, 1), (1.1e-3, -1)):
        assert inertias(barely[None], np.full((1, 3, 3), radius))[0] == expected
    assert inertias(np.full((1, 3, 3), np.nan), np.zeros((1, 3, 3)))[0] == -1
    none = np.zeros((1, 3, 3))
    for wrong in (np.ones((1, 3, 3)), 2.0 * np.eye(3)[None], np.diag([1.0, 1.0, 0.0])[None]):
        assert proved_inertias(barely[None], none, wrong)[0] == -1  # no basis, as far as can be proved
    skew = np.eye(3)[None] + 0.3 * np.triu(np.ones((3, 3)), 1)
    assert proved_inertias(np.diag([1.0, -2.0, 9.0])[None], none, skew)[0] in (-1, 1)


def test_merged_coefficients_contain_the_exact_polynomial():
    """Couplings and field merged, an unsymmetric tensor, subnormal coefficients: against rational numbers."""
    rng = np.random.default_rng(10)
    for scale in (1.0, 2.0**-1060, 2.0**900):
        n = 3
        tensors = {k: scale * rng.normal(size=(n,) * k) for k in range(1, 4)}
        tensors[2] = tensors[2] + tensors[2].T  # the others are not symmetric
        field = scale * rng.normal(size=5)
        e = rng.normal(size=n)
        ball = BallPolynomial.of(Polynomial(tensors, field, e))
        assert ball.degree == 4
        assert ball.random_degree == 3
        unit = Fraction(2) ** ball.exponent
        for k in range(5):
            middle, radius = (part.reshape((n,) * k) for part in ball.tensor(k))
            for at in np.ndindex(middle.shape):
                true = Fraction(float(field[k])) * math.prod((Fraction(float(e[i])) for i in at), start=Fraction(1))
                if k in tensors:
                    orders = list(itertools.permutations(at))
                    true += sum(Fraction(float(tensors[k][order])) for order in orders) / len(orders)
                assert abs(true / unit - Fraction(float(middle[at]))) <= Fraction(float(radius[at]))
    exact = BallPolynomial.of(SphericalGlass(p=3).sample(4, rng=0))
    assert not np.any(exact.radii)


def test_numbers_of_classes():
    """Cartwright and Sturmfels' numbers, twice as many with lower terms, and a field of higher degree."""
    counts = {
        "two": 3,
        "three": 7,
        "four": 13,
        "five": 21,
        "field": 14,
        "even": 26,
        "odd": 14,
        "spike": 2 * (3 * 3 + 1),
    }
    for name, expected in counts.items():
        assert BallPolynomial.of(GLASSES[name].sample(3, rng=0)).class_bound() == expected
    assert BallPolynomial.of(Polynomial({1: np.ones(3)})).class_bound() == 1
    assert BallPolynomial.of(Polynomial({1: np.ones(3), 2: np.eye(3)})).class_bound() == 6
    assert BallPolynomial.of(Polynomial({1: np.zeros(3)})).class_bound() == 0


def test_discs_hold_the_solutions_near_them():
    """However far the approximation: a disc is granted only if it holds a solution, and then a nearby one."""
    rng = np.random.default_rng(11)
    given = solved("field", 4, 0)
    polynomial = BallPolynomial.of(given.s)
    z = given.z / np.linalg.norm(given.z, axis=1)[:, None]
    granted = 0
    for error in (1e-10, 1e-7, 1e-4, 1e-2, 0.3):
        moved = z + error * (rng.normal(size=z.shape) + 1j * rng.normal(size=z.shape))
        moved /= np.linalg.norm(moved, axis=1)[:, None]
        radius = discs(polynomial, moved, True).radius
        for b in np.flatnonzero(np.isfinite(radius)):
            # solutions in the chart of the approximation, z̄_b·z = 1
            there = z / (z @ moved[b].conj())[:, None]
            assert np.min(np.max(np.abs(there - moved[b]), axis=1)) <= radius[b] * (1 + 1e-9) + 1e-13
            granted += 1
        if error <= 1e-7:
            assert np.all(radius < 100 * error * np.sqrt(len(z)))
    assert len(z) * 2 < granted < len(z) * 5


@pytest.mark.parametrize("name", ["two", "five", "mixed", "even", "four_field"])
def test_second_derivatives_bound_the_change_of_the_jacobian(name):
    """Jacobians a finite distance apart differ by at most r S_i in row i, and energies by what their balls allow."""
    rng = np.random.default_rng(14)
    n = 3
    polynomial = BallPolynomial.of(GLASSES[name].sample(n, rng=1))
    has_mu = not polynomial.is_homogeneous
    closest = 0.0
    for r in (1e-3, 0.05, 0.3):
        for complex_ones in (False, True):
            z = rng.normal(size=(200, n + (has_mu and complex_ones)))
            if complex_ones:
                z = z + 1j * rng.normal(size=z.shape)
            z /= np.linalg.norm(z, axis=1)[:, None]
            z = np.where(
                rng.random((200, 1)) < 0.3, np.sign(z.real) / 2, z
            )  # near the corners, where the bound is sharp
            step = (
                r * np.exp(2j * np.pi * rng.random(z.shape)) if complex_ones else r * np.sign(rng.normal(size=z.shape))
            )
            step = np.where(rng.random((200, 1)) < 0.3, r, step)
            at, there = (
                class_system(polynomial, place, has_mu) if complex_ones else sphere_system(polynomial, place)
                for place in (z, z + step)
            )
            # the multiplier is an unknown of its own: the same at both ends, and the chart is that of z
            total = there.jacobian[0].shape[1]
            change = there.jacobian[0] - at.jacobian[0]
            i = np.arange(n)
            change[:, i, i] += (there.multiplier - at.multiplier)[:, None]
            rows = np.sum(np.abs(change), axis=2)[:, : total - 1 if complex_ones else total]
            allowed = r * (at.bend[: rows.shape[1]])
            assert np.all(rows <= allowed * (1 + 1e-9))
            closest = max(closest, float(np.max(rows[:, :n] / allowed[:n])))
            if not complex_ones:
                radius = np.full(200, r)
                middle, spread = sphere_energy(polynomial, z, at.parts, radius)
                other = sphere_energy(polynomial, z + step, there.parts, 0 * radius)[0]
                assert np.all(np.abs(other - middle) <= spread)
    assert closest > 0.1


def test_polydiscs_that_meet_are_found():
    rng = np.random.default_rng(12)
    for n in (1, 3):
        centre = rng.normal(size=(200, n)) + 1j * rng.normal(size=(200, n))
        radius = np.full((200, n), 1e-12)
        assert meeting_pair(centre, radius) is None
        close = centre.copy()
        close[17] = close[120] + 1.5e-12
        assert meeting_pair(close, radius) == (17, 120)
        close[17] = close[120] + 3e-12
        assert meeting_pair(close, radius) is None
        wide = radius.copy()
        wide[5] = 100.0
        assert 5 in meeting_pair(centre, wide)
        assert meeting_pair(np.concatenate([centre, centre[:1].conj()]), np.full((201, n), 1e-12)) is None


def test_charts_contain_the_quotients():
    rng = np.random.default_rng(13)
    z = rng.normal(size=(40, 3)) + 1j * rng.normal(size=(40, 3))
    weights = np.array([0.7, -1.3, 0.4])
    z[0] = [1.3, 0.7, 0.0]  # c·z = 0
    radius = 10.0 ** rng.uniform(-15, -2, 40)
    middle, spread = charts(z, radius, weights)
    assert np.all(np.isinf(spread[0]))
    assert np.all(np.isfinite(spread[1:20]) | (radius[1:20, None] > 1e-3))
    with mpmath.workdps(40):
        for b in range(1, 40):
            for phase in np.exp(2j * np.pi * rng.random((5, 3))):
                inside = [
                    mpmath.mpc(complex(x)) + float(radius[b]) * 0.999 * mpmath.mpc(complex(p))
                    for x, p in zip(z[b], phase, strict=True)
                ]
                total = sum(mpmath.mpf(float(c)) * x for c, x in zip(weights, inside, strict=True))
                for j in range(3):
                    assert abs(inside[j] / total - mpmath.mpc(complex(middle[b, j]))) <= spread[b, j]


def test_bad_input():
    s = GLASSES["mixed"].sample(3, rng=0)
    w = np.ones((2, 3))
    for arguments, word in (
        ((s, None, np.ones((2, 4)), [0, 1]), "points"),
        ((s, None, w, [0]), "index"),
        ((s, np.ones((2, 5)), w, [0, 1]), "solutions"),
        ((s, np.ones((2, 3)), w, [0, 1]), "neither even nor odd"),
        ((object(), None, w, [0, 1]), "polynomial_system"),
        ((Polynomial({2: np.ones((3, 2))}), None, w, [0, 1]), r"polynomial_system\(\)\[0\]\[2\]"),
    ):
        with pytest.raises(InputError, match=word):
            certificate(*arguments)
    with pytest.raises(InputError, match="arithmetic"):
        certificate(s, None, w, [0, 1], arithmetic="exact")
    with pytest.raises(InputError, match="tolerance"):
        certificate(s, None, w, [0, 1], tolerance=0.0)


def test_without_python_flint_the_slow_twin_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "flint", None)
    given = solved("two", 2, 0)
    assert given.proof().proved
    with pytest.raises(InputError, match=r"spinglass\[rigorous\]"):
        given.proof(arithmetic="arb")
