"""The homogeneous equations, their packed form, and start systems whose solutions must all be there and regular."""

import itertools
import math

import numpy as np
import pytest

from spinglass import InputError
from spinglass.hamiltonians import OverlapField, SphericalGlass
from spinglass.landscape import packed
from spinglass.landscape.enumeration import polynomial_solutions, trace_defect
from spinglass.landscape.homogeneous_system import HomogeneousSystem
from spinglass.landscape.problem import PolynomialForm
from spinglass.landscape.projective import compare_directions, real_representatives
from spinglass.landscape.start_systems import start_system

FIELD = OverlapField
GLASSES = {
    "three": SphericalGlass(p=3),
    "four": SphericalGlass(p=4),
    "five": SphericalGlass(p=5),
    "four_even": SphericalGlass(p=4, field=FIELD.spike(0.7, 2)),
    "mixed": SphericalGlass(mixture={1: 0.3, 2: 0.8, 3: 1.0, 4: 0.7}, field=FIELD.spike(0.4, 3)),
    "odd": SphericalGlass(mixture={1: 0.3, 3: 0.8, 5: 1.0}),
    "two_quartic": SphericalGlass(p=2, field=FIELD.spike(-0.6, 4)),
    "two_quintic": SphericalGlass(mixture={1: 0.4, 2: 1.0}, field=FIELD.from_polynomial([0.2, 0, 0.5, 0, 0, 0.4])),
    "three_quintic": SphericalGlass(mixture={2: 0.5, 3: 1.0}, field=FIELD.from_polynomial([0, 1, 0, 0.3, 0, 1])),
    "four_sextic": SphericalGlass(p=4, field=FIELD.spike(1.5, 6)),
}
CASES = pytest.mark.parametrize("glass", GLASSES.values(), ids=GLASSES.keys())


def form_of(glass, n, seed=0):
    form = PolynomialForm.of(glass.sample(n, rng=seed))
    return form.scaled(1 / form.size())


@CASES
def test_a_form_has_the_energies_and_derivatives_of_its_hamiltonian(glass):
    s = glass.sample(4, rng=3)
    form = PolynomialForm.of(s)
    sigma = np.random.default_rng(1).normal(size=(7, 4))
    sigma /= np.linalg.norm(sigma, axis=1)[:, None]
    gradient, hessian = form.derivatives(sigma)
    assert np.allclose(form.value(sigma), s.energy(2 * sigma), rtol=1e-13, atol=1e-13)
    assert np.allclose(gradient, 2 * s.gradient(2 * sigma), rtol=1e-12, atol=1e-12)
    assert np.allclose(hessian, 4 * s.hessian(2 * sigma), rtol=1e-12, atol=1e-12)
    assert form.degree == max(glass.p, len(glass.field.polynomial(4)) - 1)


def test_the_size_of_a_form_is_a_typical_length_of_its_gradient():
    for p in (2, 3, 4, 5):
        form = PolynomialForm.of(SphericalGlass(p=p).sample(5, rng=p))
        sigma = np.random.default_rng(p).normal(size=(50, 5))
        sigma /= np.linalg.norm(sigma, axis=1)[:, None]
        assert 0.3 < np.sqrt(np.mean(np.sum(form.derivatives(sigma)[0] ** 2, axis=1))) / form.size() < 1.5
        assert form.scaled(1e-200).size() == pytest.approx(1e-200 * form.size(), rel=1e-12)


@CASES
def test_homogeneous_equations_are_those_of_the_sphere(glass):
    """∂Φ/∂x at (σ, 1) is ∇h up to a multiple of σ, and the derivatives are those of differences, at complex points."""
    n = 4
    form = form_of(glass, n)
    rng = np.random.default_rng(2)
    sigma = rng.normal(size=(5, n))
    sigma /= np.linalg.norm(sigma, axis=1)[:, None]
    expected = form.derivatives(sigma)[0]
    expected -= np.einsum("bi,bi->b", expected, sigma)[:, None] * sigma
    for system in (HomogeneousSystem.of(form), HomogeneousSystem.by_parity(form)):
        points = np.column_stack([sigma, np.ones(5)])[:, : system.n_unknowns]
        found = system.gradient(points)
        found -= np.einsum("bi,bi->b", found, sigma)[:, None] * sigma
        assert np.allclose(found, expected, atol=1e-13)
        z = rng.normal(size=(5, system.n_unknowns)) + 1j * rng.normal(size=(5, system.n_unknowns))
        factor = 0.7 - 0.4j
        assert np.allclose(system.gradient(factor * z), factor ** (system.degree - 1) * system.gradient(z))
        step = 1e-6
        for k, unit in enumerate(np.eye(system.n_unknowns)):
            slope = (system.residual(z + step * unit) - system.residual(z - step * unit)) / (2 * step)
            assert np.allclose(slope, system.residual_jacobian(z)[..., k], atol=1e-7)
    assert len(HomogeneousSystem.by_parity(form).tensors) <= 2


@CASES
def test_packed_coefficients_give_the_same_derivatives(glass):
    n = 4
    form = form_of(glass, n)
    given = HomogeneousSystem.by_parity(form)
    has_field = len(form.field) > 0
    system, rotation = packed.along_last_axis(given) if has_field else (given, np.eye(n))
    p, degree = system.random_degree, system.degree
    table = packed.monomials(n, p, degree, system.has_mu, has_field)
    matrix = packed.coefficients(system, table)
    bends = packed.bend_coefficients(system.field, degree, has_field)
    rng = np.random.default_rng(4)
    z = rng.normal(size=system.n_unknowns) + 1j * rng.normal(size=system.n_unknowns)
    values = [1.0 + 0j]
    for parent, variable in zip(table.parent[1:], table.variable[1:], strict=True):
        values.append(values[parent] * (z[variable] if variable >= 0 else 1.0))
    found = np.zeros((n, system.n_unknowns), dtype=complex)
    places = [*itertools.combinations_with_replacement(range(n), 2), *((i, n) for i in range(n) if system.has_mu)]
    for row, (i, k) in enumerate(places):
        found[i, k] = matrix[row] @ np.array(values)[table.first : table.bends]
        if k < n:
            found[k, i] = found[i, k]
    for k in range(bends.shape[1]):
        found[n - 1, n - 1] += bends[0, k] * values[table.bends + k]
        found[n - 1, n] += bends[1, k] * values[table.bends + k]
    assert np.allclose(found, system.jacobian(z[None])[0], rtol=1e-12, atol=1e-12)
    turned = np.concatenate([rotation @ z[:n], z[n:]])
    assert np.allclose(given.gradient(turned[None])[0], rotation @ system.gradient(z[None])[0], atol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("p", "degree"), [(3, 3), (4, 4), (5, 5), (6, 6), (2, 3), (2, 4), (3, 4), (3, 5), (4, 6), (5, 6)]
)
@pytest.mark.parametrize("has_parity", [False, True])
def test_start_systems_have_the_generic_number_of_regular_solutions(n, p, degree, has_parity):
    has_field = degree > p
    if has_field and has_parity and (degree - p) % 2:
        return  # terms of both parities
    has_mu = has_field or not has_parity
    start = start_system(n, p, degree, has_mu, has_field, has_parity, 0)
    tensor = np.zeros((n,) * p, dtype=complex)
    tensor[(np.arange(n),) * p] = start.diagonal / p
    system = HomogeneousSystem(n, degree, has_mu, {p: tensor}, start.field, np.eye(n)[-1])
    z, multiplier = start.solutions[:, :-1], start.solutions[:, -1]
    assert np.allclose(np.linalg.norm(z, axis=1), 1, rtol=1e-13)
    assert np.allclose(system.gradient(z), multiplier[:, None] * z[:, :n], atol=1e-12)
    if has_mu:
        assert np.allclose(np.sum(z[:, :n] ** 2, axis=1), z[:, n] ** 2, atol=1e-12)
    assert len(set(compare_directions(z)[0])) == len(z)
    if has_field:
        expected = 2 * ((degree - 1) * sum((p - 1) ** k for k in range(n - 1)) + 1)
        assert len(z) == expected // (2 if has_parity else 1)
    else:
        assert len(z) == sum((p - 1) ** k for k in range(n)) * (2 if has_mu else 1)
    inner = system.jacobian(z)
    inner[:, np.arange(n), np.arange(n)] -= multiplier[:, None]
    if has_mu:
        inner = np.concatenate([inner, np.concatenate([2 * z[:, :n], -2 * z[:, n:]], axis=1)[:, None]], axis=1)
    # with z bordered, the Jacobian on the tangent space of projective space and in λ
    size = system.n_unknowns
    bordered = np.zeros((len(z), size + 1, size + 1), dtype=complex)
    bordered[:, :size, :size] = inner
    bordered[:, :n, size] = -z[:, :n]
    bordered[:, size, :size] = z.conj()
    assert np.min(np.linalg.svd(bordered, compute_uv=False)) > 1e-5


@CASES
def test_solutions_solve_the_equations_at_unit_multiplier(glass):
    found = polynomial_solutions(form_of(glass, 4), np.random.default_rng(0))
    system = HomogeneousSystem.by_parity(form_of(glass, 4))
    z = system.at_unit_multiplier(found.roots)
    scale = 1 + np.max(np.abs(z), axis=1) ** (system.degree - 1)
    assert np.max(np.abs(system.residual(z)) / scale[:, None]) < 1e-10
    assert found.distinct == found.expected == len(z)
    assert np.sum(found.is_real) == len(found.real)


@CASES
def test_the_trace_finds_out_a_missing_and_a_wrong_solution(glass):
    form = form_of(glass, 4)
    z = polynomial_solutions(form, np.random.default_rng(0)).roots
    system = HomogeneousSystem.by_parity(form)
    if len(form.field):
        assert trace_defect(system, z) is None
        return
    honest = trace_defect(system, z)
    assert honest < 1e-11
    phases = np.exp(1j * np.arange(len(z)))[:, None]
    assert trace_defect(system, phases * z) < 1e-10
    missing = [trace_defect(system, np.delete(z, k, axis=0)) for k in range(len(z))]
    assert min(missing) > 100 * honest
    assert np.median(missing) > 1e-3
    twice = z.copy()
    twice[1] = twice[0]
    assert trace_defect(system, twice) > 100 * honest
    flat = HomogeneousSystem(4, 4, False, {4: np.zeros((4,) * 4)}, np.empty(0), np.eye(4)[0])
    assert trace_defect(flat, np.eye(4, dtype=complex)) == math.inf


def test_points_of_projective_space_compared():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(6, 3)) + 1j * rng.normal(size=(6, 3))
    real = rng.normal(size=(2, 3)) * np.exp([[0.3j], [2.1j]])
    rows = np.concatenate([z[:3], 2j * z[:3].conj(), real, z[3:4], z[1:2] * (1 + 1e-12) * np.exp(1j)])
    first, partner = compare_directions(rows)
    assert list(first) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 1]
    assert list(partner[[0, 2, 3, 5, 6, 7, 8]]) == [3, 5, 0, 2, 6, 7, -1]
    assert partner[4] in (1, 9)
    turned = real_representatives(real)
    assert np.allclose(np.abs(turned), np.abs(real), rtol=1e-13)
    pair = np.array([[1.0, 1e-4j, 2.0], [1.0, -1e-4j, 2.0]]) * np.exp(0.7j)
    assert list(compare_directions(pair)[1]) == [1, 0]


class Given:
    """A problem from its three parts."""

    def __init__(self, n_spins, tensors, field=(), direction=None):
        self.n_spins = n_spins
        self.parts = tensors, np.array(field, dtype=float), direction

    def polynomial_system(self):
        return self.parts


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((2, {4: np.ones((2, 2, 2))}, (), [1.0, 0.0]), "shape"),
        ((2, {4: np.arange(16.0).reshape((2,) * 4)}, (), [1.0, 0.0]), "symmetric"),
        ((2, {4: np.full((2,) * 4, np.inf)}, (), [1.0, 0.0]), "finite"),
        ((2, {2: np.eye(2)}, (0, np.nan), [1.0, 0.0]), "finite"),
        ((2, {2: np.eye(2)}, (0, 1.0), [1.0, 1.0]), "unit vector"),
        ((2, {2: np.eye(2)}, (0, 1.0), [1.0, 0.0, 0.0]), "unit vector"),
        ((2, {-1: np.eye(2)}, (), [1.0, 0.0]), "degree"),
        ((0, {2: np.eye(2)}, (), [1.0, 0.0]), "n_spins"),
    ],
)
def test_bad_polynomials_are_refused(parts, message):
    with pytest.raises(InputError, match=message):
        PolynomialForm.of(Given(*parts))


def test_a_field_is_merged_up_to_the_degree_of_the_couplings():
    e = np.ones(3) / math.sqrt(3)
    matrix, cubic = np.diag([1.0, 2.0, 3.0]), np.zeros((3, 3, 3))
    cubic[0, 0, 0] = 1
    merged = PolynomialForm.of(Given(3, {2: matrix, 3: cubic}, [0.5, 0, 1.0, 2.0, 0.0], e))
    assert len(merged.field) == 0
    assert merged.constant == 0.5
    assert np.allclose(merged.cubic, cubic + 2 * np.einsum("i,j,k", e, e, e))
    apart = PolynomialForm.of(Given(3, {2: matrix}, [0.5, 0, 1.0, 2.0, 0.0], e))
    assert list(apart.field) == [0, 0, 1, 2]
    assert list(apart.tensors) == [2]
    assert apart.constant == 0.5
    assert apart.degrees == (2, 3)


@pytest.mark.parametrize(
    ("n", "p", "j", "expected"),
    [
        (2, 3, 0, 6),
        (3, 3, 0, 14),
        (2, 2, 3, 6),
        (2, 3, 5, 10),
        (3, 2, 3, 10),
        (3, 2, 4, 14),
        (4, 2, 3, 14),
        (3, 3, 4, 20),
    ],
)
def test_the_generic_number_of_solutions_by_a_groebner_basis(n, p, j, expected):
    """The dimension of the quotient by ∇h = λσ, σ·σ = 1 over a finite field, couplings of degrees 1 … p, field of j."""
    import sympy as sp

    prime = 32003
    rng = np.random.default_rng(1)
    x, multiplier = sp.symbols(f"x0:{n}"), sp.Symbol("l")
    h = sum(int(rng.integers(1, prime)) * x[-1] ** k for k in range(1, j + 1))
    for degree in range(1, p + 1):
        for chosen in itertools.combinations_with_replacement(x, degree):
            h += int(rng.integers(1, prime)) * sp.prod(chosen)
    equations = [sp.diff(h, v) - multiplier * v for v in x] + [sum(v * v for v in x) - 1]
    basis = sp.groebner(equations, *x, multiplier, order="grevlex", modulus=prime)
    leading = [sp.Poly(g, *x, multiplier).monoms(order="grevlex")[0] for g in basis.exprs]
    seen = {(0,) * (n + 1)}
    waiting, count = list(seen), 0
    while waiting:
        powers = waiting.pop()
        if any(all(a >= b for a, b in zip(powers, lead, strict=True)) for lead in leading):
            continue
        count += 1
        assert count < 1000
        for k in range(n + 1):
            above = tuple(a + (i == k) for i, a in enumerate(powers))
            if above not in seen:
                seen.add(above)
                waiting.append(above)
    assert count == expected
    form = form_of(SphericalGlass(mixture=dict.fromkeys(range(1, p + 1), 1.0), field=FIELD.spike(1.0, j or 1)), n)
    assert HomogeneousSystem.by_parity(form).generic_count() == expected
