"""log|Pf| and phase against determinants, closed forms and the transformation law."""

import cmath
import math

import numpy as np
import pytest

from spinglass._errors import InputError
from spinglass.random_matrices import log_pfaffian


def random_skew(n, rng, complex_entries=False):
    a = rng.normal(size=(n, n)) + (1j * rng.normal(size=(n, n)) if complex_entries else 0)
    return a - a.T


def by_definition(a):
    """Expansion along the first row: the textbook Pfaffian."""
    n = len(a)
    if n == 0:
        return 1.0
    rest = range(1, n)
    return sum(
        (-1) ** (j - 1) * a[0, j] * by_definition(a[np.ix_([i for i in rest if i != j], [i for i in rest if i != j])])
        for j in rest
    )


@pytest.mark.parametrize("complex_entries", [False, True])
@pytest.mark.parametrize("n", [2, 4, 6, 8])
def test_small_matrices_by_definition(n, complex_entries):
    rng = np.random.default_rng(n)
    for _ in range(5):
        a = random_skew(n, rng, complex_entries)
        log_modulus, phase = log_pfaffian(a)
        assert phase * math.exp(log_modulus) == pytest.approx(by_definition(a), rel=1e-12)
        assert abs(phase) == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("n", [10, 50, 120])
def test_square_is_the_determinant(n):
    rng = np.random.default_rng(n)
    real, mixed = random_skew(n, rng), random_skew(n, rng, True)
    assert 2 * log_pfaffian(real)[0] == pytest.approx(np.linalg.slogdet(real)[1], rel=1e-13)
    log_modulus, phase = log_pfaffian(mixed)
    sign, log_determinant = np.linalg.slogdet(mixed)
    assert 2 * log_modulus == pytest.approx(log_determinant, rel=1e-13)
    assert phase**2 == pytest.approx(sign, abs=1e-11)


def test_congruence_multiplies_by_the_determinant():
    rng = np.random.default_rng(7)
    a, q = random_skew(12, rng), rng.normal(size=(12, 12))
    before, after = log_pfaffian(a), log_pfaffian(q @ a @ q.T)
    sign, log_determinant = np.linalg.slogdet(q)
    assert after[0] == pytest.approx(before[0] + log_determinant, abs=1e-10)
    assert after[1] == before[1] * sign


def test_scale_and_degenerate_cases():
    a = random_skew(6, np.random.default_rng(1))
    big, small = log_pfaffian(a * 1e200), log_pfaffian(a * 1e-200)
    assert big[0] - small[0] == pytest.approx(3 * 400 * math.log(10), rel=1e-14)
    assert big[1] == small[1] == log_pfaffian(a)[1]
    assert log_pfaffian(np.zeros((0, 0))) == (0.0, 1.0)
    assert log_pfaffian(np.zeros((3, 3))) == (-math.inf, 0.0)
    assert log_pfaffian(np.zeros((4, 4))) == (-math.inf, 0.0)
    singular = np.zeros((4, 4))
    singular[0, 1], singular[1, 0] = 1.0, -1.0
    assert log_pfaffian(singular) == (-math.inf, 0.0)
    assert cmath.phase(log_pfaffian([[0, 1j], [-1j, 0]])[1]) == pytest.approx(math.pi / 2)


@pytest.mark.parametrize("complex_entries", [False, True])
@pytest.mark.parametrize("shape", [(1,), (5,), (2, 3), (0,), (2, 0)])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 6, 11, 20])
def test_batch_is_one_by_one(n, shape, complex_entries):
    rng = np.random.default_rng(n)
    batch = np.empty((*shape, n, n), dtype=complex if complex_entries else float)
    for place in np.ndindex(shape):
        batch[place] = random_skew(n, rng, complex_entries) * 10.0 ** rng.integers(-200, 200)
    logarithm, phase = log_pfaffian(batch)
    assert logarithm.shape == phase.shape == shape
    assert logarithm.dtype == float
    assert phase.dtype == batch.dtype
    for place in np.ndindex(shape):
        one = log_pfaffian(batch[place])
        assert isinstance(one[0], float)
        assert one == (logarithm[place], phase[place])


def test_batch_with_singular_and_largest_members():
    plain = random_skew(4, np.random.default_rng(3))
    logarithm, phase = log_pfaffian([np.zeros((4, 4)), plain, plain * (1.7e308 / np.max(np.abs(plain)))])
    assert logarithm[0] == -math.inf
    assert phase[0] == 0
    assert np.all(np.isfinite(logarithm[1:]))
    assert phase[1] == phase[2]
    with pytest.raises(InputError, match="skew"):
        log_pfaffian([plain, plain + np.eye(4) * 1e-3])


@pytest.mark.parametrize(
    "bad", [np.ones((2, 2)), np.ones((2, 3)), [[0, math.nan], [-1, 0]], np.ones(4), [[0, 1.0], [-1.0001, 0]]]
)
def test_bad_input(bad):
    with pytest.raises(InputError, match="matrix"):
        log_pfaffian(bad)
