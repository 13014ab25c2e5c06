"""The census of degrees above three: exact solutions, negative controls, degenerate and special couplings."""

import math
from functools import partial

import numpy as np
import pytest

from spinglass import InputError, landscape
from spinglass.hamiltonians import OverlapField, SphericalGlass
from spinglass.landscape import enumeration, polynomial_homotopy
from spinglass.landscape.homogeneous_system import HomogeneousSystem
from spinglass.landscape.problem import PolynomialForm

census = partial(landscape.census, certify=False)
FIELD = OverlapField
GLASSES = {
    "four": SphericalGlass(p=4),
    "four_rho": SphericalGlass(p=4, field=FIELD(4, [0.5])),
    "three_quartic": SphericalGlass(p=3, field=FIELD.spike(0.6, 4)),
    "three_odd": SphericalGlass(p=3, field=FIELD.spike(0.5, 5)),
    "two_cube": SphericalGlass(p=2, field=FIELD.spike(0.6, 3)),
}
CASES = pytest.mark.parametrize("glass", GLASSES.values(), ids=GLASSES.keys())
honest = polynomial_homotopy.track


def power(v, p):
    """v ⊗ … ⊗ v."""
    result = np.array(1.0)
    for _ in range(p):
        result = np.multiply.outer(result, v)
    return result


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize("p", [4, 5, 6])
def test_fermat_tensors(p, n):
    """h = N^{(1−p)/2} Σ w_i^p: u = ±N^{−1/2} k^{1−p/2} on k spins of equal size, with all their signs for p even."""
    x = sum(power(unit, p) for unit in np.eye(n))
    found = census(SphericalGlass(p=p).realisation({p: x}))
    assert found.complete
    expected = []
    for k in range(1, n + 1):
        u = k ** (1 - p / 2) / math.sqrt(n)
        if p % 2:
            expected += math.comb(n, k) * [(-u, k - 1), (u, n - k)]
        else:
            expected += math.comb(n, k) * 2**k * [(u, n - k)]
    expected.sort()
    assert np.allclose(found.energy_density, [u for u, _ in expected], rtol=1e-12)
    assert sorted(zip(np.round(found.energy_density, 9), found.index, strict=True)) == [
        (round(u, 9), k) for u, k in expected
    ]


def test_a_rotated_diagonal_tensor_with_unequal_weights_of_both_signs():
    """Σ c_i (v_i·σ)^6 with orthonormal v_i: σ_i² ∝ |c_i|^{−1/2} on a set of equal signs, with λ of that sign."""
    n, p = 4, 6
    rng = np.random.default_rng(8)
    v = np.linalg.qr(rng.normal(size=(n, n)))[0]
    c = np.array([0.7, -1.3, 2.1, -0.4])
    found = census(SphericalGlass(p=p).realisation({p: sum(a * power(row, p) for a, row in zip(c, v, strict=True))}))
    expected = []
    for sign in (-1, 1):
        chosen = [i for i in range(n) if c[i] * sign > 0]
        for subset in range(1, 1 << len(chosen)):
            part = [i for k, i in enumerate(chosen) if subset >> k & 1]
            squares = np.abs(c[part]) ** -0.5
            squares /= np.sum(squares)
            energy = float(np.sum(c[part] * squares**3)) / math.sqrt(n)
            expected += [energy] * 2 ** len(part)
    assert found.complete
    assert found.n_solutions == (5**n - 1) // 4
    assert np.allclose(found.energy_density, np.sort(expected), rtol=1e-11)


def test_the_general_homotopy_finds_what_the_cubic_one_finds():
    for glass in (SphericalGlass(p=3), SphericalGlass(mixture={1: 0.3, 2: 0.5, 3: 1.0}, field=FIELD(3, [0.5]))):
        form = PolynomialForm.of(glass.sample(5, rng=4))
        form = form.scaled(1 / form.size())
        one = enumeration.cubic_solutions(form, np.random.default_rng(0))
        two = enumeration.polynomial_solutions(form, np.random.default_rng(0))
        assert one.distinct == two.distinct == one.expected == two.expected
        assert len(one.real) == len(two.real)
        directions = [points / np.linalg.norm(points, axis=1)[:, None] for points in (one.real, two.real)]
        overlap = directions[0] @ directions[1].T
        if one.pairs:
            overlap = np.abs(overlap)
        assert np.allclose(np.max(overlap, axis=0), 1, rtol=0, atol=1e-14)
        assert np.allclose(np.max(overlap, axis=1), 1, rtol=0, atol=1e-14)


def test_terms_of_one_parity_are_one_form():
    """A quadratic field on an even glass leaves the pairs ±w and needs no more paths; a cubic one does."""
    x = np.random.default_rng(3).normal(size=(4,) * 4)
    plain = census(SphericalGlass(p=4).realisation({4: x}))
    even = census(SphericalGlass(p=4, field=FIELD.spike(0.7, 2)).realisation({4: x}))
    other = census(SphericalGlass(p=4, field=FIELD.spike(0.7, 3)).realisation({4: x}))
    assert (plain.n_paths, even.n_paths, other.n_paths) == (40, 40, 80)
    for found in (plain, even):
        assert np.allclose(found.points @ found.points.T, -(found.points @ -found.points.T))
        mirror = np.linalg.norm(found.points[:, None] + found.points[None], axis=2)
        assert np.max(np.min(mirror, axis=1)) < 1e-12
    shift = census(SphericalGlass(p=4, field=FIELD.from_polynomial([8.0])).realisation({4: x}))
    assert np.allclose(shift.energy_density, plain.energy_density + 8, atol=1e-12)


def test_same_input_same_output_and_other_paths_same_points():
    for glass in GLASSES.values():
        s = glass.sample(4, rng=3)
        first, again, other = census(s), census(s), census(s, rng=12)
        assert np.array_equal(first.points, again.points)
        assert np.allclose(first.energy_density, other.energy_density, rtol=0, atol=1e-12)
        assert np.array_equal(first.index, other.index)


@pytest.mark.parametrize("factor", [1e-200, 1e8, 1e200])
def test_the_scale_of_the_couplings_does_not_matter(factor):
    x = np.random.default_rng(6).normal(size=(3,) * 5)
    plain, scaled = (census(SphericalGlass(p=5).realisation({5: a * x})) for a in (1, factor))
    assert scaled.complete
    assert np.allclose(scaled.energy_density, factor * plain.energy_density, rtol=1e-11)


@CASES
@pytest.mark.parametrize("strength", [1e-6, 0.01, 30.0])
def test_strong_and_weak_fields_stay_complete(glass, strength):
    if glass.field.is_zero:
        return
    terms = glass.field.polynomial(1) * strength
    for seed in range(3):
        found = census(SphericalGlass(p=glass.p, field=FIELD.from_polynomial(terms)).sample(4, rng=seed))
        assert found.complete


RNG = np.random.default_rng(0)
DEGENERATE = {
    "zero": (4, np.zeros((3,) * 4)),
    "rank_one": (4, power(np.arange(1.0, 5.0), 4)),
    "rank_two": (5, power(np.arange(1.0, 4.0), 5) + power(np.array([1.0, -1.0, 1.0]), 5)),
    "one_spin_free": (4, np.pad(RNG.normal(size=(3,) * 4), (0, 1))),
    "two_equal_spins": (4, np.ones((2,) * 4)),
    "constant_on_the_sphere": (4, np.einsum("ij,kl->ijkl", np.eye(3), np.eye(3))),
    "quadratic_in_disguise": (4, np.einsum("ij,kl->ijkl", np.diag([1.0, 2.0, 4.0]), np.eye(3))),
    "linear_in_disguise": (5, np.einsum("i,jk,lm->ijklm", np.arange(1.0, 4.0), np.eye(3), np.eye(3))),
    "a_circle_of_points": (4, power(np.array([1.0, 0, 0]), 4) + power(np.array([1.0, 0, 0]), 4)[::-1, :, :, :]),
}


@pytest.mark.parametrize(("p", "x"), DEGENERATE.values(), ids=DEGENERATE.keys())
def test_degenerate_couplings_are_reported_incomplete(p, x):
    found = census(SphericalGlass(p=p).realisation({p: x}))
    assert not found.complete
    assert found.failures
    assert "incomplete" in found.report()


def test_degenerate_fields_are_reported_incomplete():
    for p, field in (
        (4, FIELD.spike(1.0, 4)),
        (4, FIELD.spike(1.0, 5)),
        (5, FIELD(5, [0.5])),
        (2, FIELD.spike(1.0, 4)),
    ):
        assert not census(SphericalGlass(p=p, field=field).realisation({p: np.zeros((3,) * p)})).complete


def test_couplings_of_small_integers_are_complete_or_say_so():
    """Special tensors with many coincidences: what is called complete passes the test of the trace."""
    complete = 0
    for seed in range(40):
        x = np.random.default_rng(seed).integers(-1, 2, size=(3,) * 4)
        found = census(SphericalGlass(p=4).realisation({4: x}))
        complete += found.complete
        assert found.complete == (not found.failures)
        if found.complete:
            assert found.trace_defect < 1e-9 or found.trace_defect == math.inf  # some have complex solutions with λ = 0
    assert complete >= 35


def test_near_a_fold_points_are_found_or_the_census_says_that_it_is_not_complete():
    x = np.random.default_rng(0).normal(size=(3,) * 4)

    def at(rho):
        return census(SphericalGlass(p=4, field=FIELD(4, [rho])).realisation({4: x}))

    low, high = 0.0, 4.0
    few, many = sorted((at(low).count, at(high).count))
    assert few < many
    counts = [at(rho).count for rho in np.linspace(low, high, 9)]
    step = next(i for i in range(8) if counts[i] != counts[i + 1])
    low, high = np.linspace(0, 4, 9)[step : step + 2]
    before, after = counts[step : step + 2]
    closest = math.inf
    for _ in range(50):
        middle = (low + high) / 2
        found = at(middle)
        if found.complete:
            assert found.count in (before, after)
            if found.count == max(before, after):
                closest = min(closest, found.smallest_curvature)
        low, high = (middle, high) if found.count == before else (low, middle)
    assert closest < 1e-4


def spoiled(monkeypatch, glass, change, calls):
    """Let `change(out, status, row)` spoil one solution, the same one each time, in the first `calls` runs."""
    signs = (1, -1) if glass is GLASSES["three_odd"] else (1,)  # ±σ are one class
    victim = []

    def track(*arguments):
        honest(*arguments)
        out, status = arguments[-3:-1]
        if len(victim) < calls:
            victim.append(victim[0] if victim else out[3, :-1].copy())
            mirrors = [victim[0] * np.append(np.ones(len(victim[0]) - 1), sign) for sign in signs]
            overlap = np.max([np.abs(out[:, :-1] @ mirror.conj()) for mirror in mirrors], axis=0)
            row = int(np.argmax(overlap))
            if overlap[row] > 1 - 1e-9:
                change(out, status, row)

    monkeypatch.setattr(polynomial_homotopy, "track", track)


def jump(out, status, row):
    out[row] = out[row - 1]


def lose(out, status, row):
    status[row] = 0


def shift(out, status, row):
    out[row, 0] += 1e-3j


@CASES
@pytest.mark.parametrize("change", [jump, lose, shift])
def test_a_spoiled_enumeration_is_not_complete(monkeypatch, glass, change):
    for seed in range(3):
        s = glass.sample(4, rng=seed)
        assert census(s).complete
        with monkeypatch.context() as patch:
            spoiled(patch, glass, change, calls=10**6)
            found = census(s)
        assert not found.complete
        assert found.failures


@CASES
@pytest.mark.parametrize("change", [jump, lose])
@pytest.mark.parametrize("calls", [1, 2, 4])
def test_jumps_and_losses_are_repaired(monkeypatch, glass, change, calls):
    s = glass.sample(4, rng=7)
    whole = census(s)
    with monkeypatch.context() as patch:
        spoiled(patch, glass, change, calls)
        found = census(s)
    assert found.complete
    assert found.n_retracked > 0
    assert (found.n_retracked >= found.n_paths) == (calls == 4)
    assert np.allclose(found.energy_density, whole.energy_density, rtol=0, atol=1e-12)


def test_solutions_at_infinity_are_counted():
    """A cubic form beside a quintic field: with Φ of degree five instead, the excess paths end at μ = 0 or nowhere."""
    s = SphericalGlass(p=3, field=FIELD.spike(0.5, 5)).sample(3, rng=0)
    form = PolynomialForm.of(s)
    e = form.direction
    tensors = {3: form.cubic, 5: form.field[5] * power(e, 5)}
    dense = PolynomialForm(3, 0.0, tensors, np.empty(0), e)
    assert HomogeneousSystem.by_parity(dense).generic_count() == 21
    found = census(s)
    other = enumeration.polynomial_solutions(dense.scaled(1 / dense.size()), np.random.default_rng(0))
    assert found.complete
    assert found.n_solutions == 26  # 13 classes of pairs
    assert other.distinct == 13 or other.failed + other.distinct >= 13
    assert other.distinct != other.expected
    assert len(other.real) * 2 == found.count


def test_progress_is_reported():
    calls = []
    census(SphericalGlass(p=4).sample(5, rng=0), progress=lambda done, total: calls.append((done, total)))
    assert calls == [(121, 121)]


def test_certificates_and_reports():
    for glass in GLASSES.values():
        s = glass.sample(3, rng=1)
        found = landscape.census(s)
        assert found.certified is True
        assert found.certificate.proved
        assert 0 < found.radius < 1e-6
        assert "complete and certified" in found.report()
    plain = landscape.census(SphericalGlass(p=4).sample(3, rng=1), certify=False)
    assert plain.certified is None
    assert math.isnan(plain.radius)
    broken = landscape.census(SphericalGlass(p=4).realisation({4: power(np.arange(3.0), 4)}))
    assert broken.certified is False
    assert "of 13, " in broken.report()


def test_what_is_not_covered_is_refused():
    with pytest.raises(InputError, match="number of paths"):
        census(SphericalGlass(p=6).sample(10, rng=0))
    with pytest.raises(InputError, match="certify = 1"):
        census(SphericalGlass(p=4).sample(3, rng=0), certify=1)
