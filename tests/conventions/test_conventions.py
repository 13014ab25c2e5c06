"""Every normalisation object against second moments of what it describes."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest

from spinglass import InputError, conventions
from spinglass.conventions import (
    AUFFINGER_BEN_AROUS_CERNY,
    ENERGY_CONVENTIONS,
    ENERGY_UNIT,
    GOE_CONVENTIONS,
    GOE_SEMICIRCLE,
    GOE_TRACE_HALF,
    GOE_UNIT,
    ORDERED_COUPLINGS,
    PHYSICS_ENERGY,
    SORTED_COUPLINGS,
    SPIKED_TENSOR,
    SYMMETRIC_COUPLINGS,
    CouplingConvention,
)

SIGMAS = 4.5


def _sample_by_definition(name: str, n: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Matrices built from the words of each paper, not from the object under test."""
    upper = np.triu(rng.standard_normal((draws, n, n)), 1)
    symmetric = upper + np.swapaxes(upper, 1, 2)
    symmetric[:, np.arange(n), np.arange(n)] = math.sqrt(2) * rng.standard_normal((draws, n))
    scale = {
        "A_n": 1.0,  # off-diagonal variance 1, diagonal 2
        "A_n/sqrt(n)": 1 / math.sqrt(n),  # spectrum on [-2, 2]
        "Auffinger-Ben Arous-Cerny": 1 / math.sqrt(2 * n),  # entries of variance (1+δ)/(2n)
        "exp(-tr M^2/2)": 1 / math.sqrt(2),  # the diagonal is standard normal in this weight
    }[name]
    return scale * symmetric


@pytest.mark.parametrize("convention", GOE_CONVENTIONS, ids=lambda c: c.name)
def test_second_moments_of_sampled_matrices(convention):
    n, draws = 6, 20_000
    matrices = _sample_by_definition(convention.name, n, draws, np.random.default_rng(11))
    off = matrices[:, *np.triu_indices(n, 1)].ravel()
    diagonal = matrices[:, np.arange(n), np.arange(n)].ravel()
    for values, variance in (
        (off, convention.off_diagonal_variance(n)),
        (diagonal, convention.diagonal_variance(n)),
    ):
        z = (np.mean(values**2) / variance - 1) / math.sqrt(2 / values.size)
        assert abs(z) < SIGMAS
        wrong = (np.mean(values**2) / (variance / 2) - 1) / math.sqrt(2 / values.size)
        assert abs(wrong) > 50  # negative control: half the variance is seen at once


@pytest.mark.parametrize("convention", GOE_CONVENTIONS, ids=lambda c: c.name)
def test_edge_is_where_the_spectrum_ends(convention):
    n = 300
    matrix = _sample_by_definition(convention.name, n, 1, np.random.default_rng(5))[0]
    eigenvalues = np.linalg.eigvalsh(matrix)
    assert eigenvalues[-1] / convention.edge(n) == pytest.approx(1, abs=0.05)
    assert eigenvalues[0] / -convention.edge(n) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("convention", GOE_CONVENTIONS, ids=lambda c: c.name)
def test_weight_exponent_at_n_equal_one_is_the_gaussian_of_the_entry(convention):
    # For n = 1 the density exp(−w λ²) is that of the diagonal entry: variance 1/(2w).
    assert 1 / (2 * convention.weight_exponent(1)) == pytest.approx(convention.diagonal_variance(1), rel=1e-15)


def test_weight_exponents_and_edges_in_words():
    n = 50
    assert GOE_UNIT.weight_exponent(n) == 0.25
    assert GOE_UNIT.edge(n) == pytest.approx(2 * math.sqrt(n), rel=1e-15)
    assert GOE_TRACE_HALF.weight_exponent(n) == 0.5
    assert GOE_TRACE_HALF.edge(n) == pytest.approx(math.sqrt(2 * n), rel=1e-15)
    assert AUFFINGER_BEN_AROUS_CERNY.weight_exponent(n) == pytest.approx(n / 2, rel=1e-15)
    assert AUFFINGER_BEN_AROUS_CERNY.edge(n) == pytest.approx(math.sqrt(2), rel=1e-15)
    assert GOE_SEMICIRCLE.edge(n) == pytest.approx(2, rel=1e-15)


@pytest.mark.parametrize(("source", "target"), list(itertools.permutations(GOE_CONVENTIONS, 2)))
@pytest.mark.parametrize("n", [1, 7, 400])
def test_factors_convert_edges_variances_and_weights(source, target, n):
    factor = source.factor(n, to=target)
    assert source.edge(n) * factor == pytest.approx(target.edge(n), rel=4e-16 * 4)
    assert source.diagonal_variance(n) * factor**2 == pytest.approx(target.diagonal_variance(n), rel=1e-15)
    assert source.weight_exponent(n) / factor**2 == pytest.approx(target.weight_exponent(n), rel=1e-15)
    assert factor * target.factor(n, to=source) == pytest.approx(1, rel=1e-15)


def test_factors_of_the_reference_table():
    # A = √2 M for the weight exp(−tr M²/2); the matrix of Auffinger–Ben Arous–Černý is A_n/√(2n).
    assert GOE_TRACE_HALF.factor(9, to=GOE_UNIT) == pytest.approx(math.sqrt(2), rel=1e-15)
    assert GOE_UNIT.factor(9, to=AUFFINGER_BEN_AROUS_CERNY) == pytest.approx(1 / math.sqrt(18), rel=1e-15)


def test_energy_conventions():
    assert ENERGY_UNIT.factor(PHYSICS_ENERGY) == pytest.approx(1 / math.sqrt(2), rel=1e-15)
    assert ENERGY_UNIT.factor(SPIKED_TENSOR) == pytest.approx(-1 / math.sqrt(2), rel=1e-15)
    assert -1.656998363527473 * ENERGY_UNIT.factor(PHYSICS_ENERGY) == pytest.approx(-1.17167477926529, rel=1e-14)
    for a, b, c in itertools.product(ENERGY_CONVENTIONS, repeat=3):
        assert a.factor(b) * b.factor(c) == pytest.approx(a.factor(c), rel=1e-15)


@pytest.mark.parametrize("p", [1, 2, 3, 4])
def test_couplings_of_every_convention_have_covariance_n_q_to_the_p(p):
    # E h(w) h(w') = prefactor² Σ variance(i) ∏ w_i ∏ w'_i over the tuples of the sum, exactly.
    n = 4
    rng = np.random.default_rng(p)
    w, other = rng.standard_normal((2, n))
    w, other = (x * math.sqrt(n) / np.linalg.norm(x) for x in (w, other))
    overlap = float(w @ other) / n
    ordered = list(itertools.product(range(n), repeat=p))
    sorted_ = list(itertools.combinations_with_replacement(range(n), p))

    def covariance(convention, tuples, shared):
        total = 0.0
        for i in tuples:
            partners = set(itertools.permutations(i)) if shared else {i}
            for j in partners:  # a symmetric coupling is shared by all orderings
                total += convention.variance(i) * math.prod(w[list(i)]) * math.prod(other[list(j)])
        return convention.prefactor(n, p) ** 2 * total

    expected = n * overlap**p
    assert covariance(ORDERED_COUPLINGS, ordered, False) == pytest.approx(expected, rel=1e-12)
    assert covariance(SORTED_COUPLINGS, sorted_, False) == pytest.approx(expected, rel=1e-12)
    assert covariance(SYMMETRIC_COUPLINGS, ordered, True) == pytest.approx(expected, rel=1e-12)
    if p > 1:  # negative control
        assert covariance(SYMMETRIC_COUPLINGS, sorted_, False) != pytest.approx(expected, rel=1e-3)


def test_symmetrised_standard_normals_have_the_symmetric_variance():
    n, p, draws = 3, 3, 40_000
    x = np.random.default_rng(3).standard_normal((draws, n, n, n))
    orders = list(itertools.permutations(range(1, 4)))
    symmetric = sum(np.transpose(x, (0, *order)) for order in orders) / len(orders)
    for i in itertools.combinations_with_replacement(range(n), p):
        values = symmetric[(slice(None), *i)]
        z = (np.mean(values**2) / SYMMETRIC_COUPLINGS.variance(i) - 1) / math.sqrt(2 / draws)
        assert abs(z) < SIGMAS


def test_objects_are_frozen_and_bad_input_is_named():
    with pytest.raises(dataclasses.FrozenInstanceError):
        GOE_UNIT.variance = 2.0
    with pytest.raises(InputError, match="n = 0"):
        GOE_UNIT.edge(0)
    with pytest.raises(InputError, match="to ="):
        GOE_UNIT.factor(3, to="ABC")
    with pytest.raises(InputError, match="to ="):
        ENERGY_UNIT.factor("physics")
    with pytest.raises(InputError, match="tuples = 'sort'"):
        CouplingConvention("sort")
    assert set(conventions.__all__) <= set(dir(conventions))
