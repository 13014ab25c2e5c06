"""The normalisations of the field as objects: random matrices, energies, couplings.

The package computes in one convention throughout; every other one that papers use is an object here, with the factor
that takes its numbers to any other. The convention of the package is `GOE_UNIT` for matrices (A_n), `ENERGY_UNIT` for
energies and `ORDERED_COUPLINGS` for the random part of a Hamiltonian.

>>> round(AUFFINGER_BEN_AROUS_CERNY.edge(50), 12)             # edges at ±√2 for every n
1.414213562373
>>> round(1.632993161855452 * ENERGY_UNIT.factor(PHYSICS_ENERGY), 12)   # the threshold of p = 3 is 2/√3 there
1.154700538379
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from spinglass._errors import checked_choice, checked_int, input_error

__all__ = [
    "AUFFINGER_BEN_AROUS_CERNY",
    "ENERGY_CONVENTIONS",
    "ENERGY_UNIT",
    "GOE_CONVENTIONS",
    "GOE_SEMICIRCLE",
    "GOE_TRACE_HALF",
    "GOE_UNIT",
    "ORDERED_COUPLINGS",
    "PHYSICS_ENERGY",
    "SORTED_COUPLINGS",
    "SPIKED_TENSOR",
    "SYMMETRIC_COUPLINGS",
    "CouplingConvention",
    "EnergyConvention",
    "GOEConvention",
]


@dataclass(frozen=True)
class GOEConvention:
    """One normalisation of the n×n Gaussian orthogonal ensemble: off-diagonal variance ``variance`` · n^(−``power``).

    The diagonal variance is twice the off-diagonal one in every convention: without that the ensemble is not invariant
    under rotations. The joint density of the eigenvalues is ∝ ∏|λᵢ − λⱼ| exp(−``weight_exponent(n)`` Σλᵢ²).

    >>> GOE_UNIT.off_diagonal_variance(7), GOE_UNIT.diagonal_variance(7), GOE_UNIT.weight_exponent(7)
    (1.0, 2.0, 0.25)
    """

    name: str
    variance: float
    power: int
    source: str

    def off_diagonal_variance(self, n: int) -> float:
        """Variance of an entry off the diagonal."""
        return self.variance / float(checked_int("n", n, 1)) ** self.power

    def diagonal_variance(self, n: int) -> float:
        """Variance of a diagonal entry: twice the off-diagonal one."""
        return 2 * self.off_diagonal_variance(n)

    def edge(self, n: int) -> float:
        """Right end of the limiting spectrum, 2 √(n · off-diagonal variance); the left end is its negative."""
        return 2 * math.sqrt(n * self.off_diagonal_variance(n))

    def weight_exponent(self, n: int) -> float:
        """The number w in the joint eigenvalue density ∝ ∏|λᵢ − λⱼ| exp(−w Σλᵢ²): 1/(4 · off-diagonal variance)."""
        return 1 / (4 * self.off_diagonal_variance(n))

    def factor(self, n: int, to: GOEConvention) -> float:
        """The number that turns matrices, eigenvalues, shifts and rank-one spikes into those of convention `to`.

        A density in the eigenvalue divides by it, |det| of an n×n matrix multiplies by its n-th power.
        """
        if not isinstance(to, GOEConvention):
            raise input_error("to", to, "must be a GOEConvention")
        return math.sqrt(to.off_diagonal_variance(n) / self.off_diagonal_variance(n))


GOE_UNIT = GOEConvention("A_n", 1.0, 0, "convention of this package: off-diagonal variance 1, edges ±2√n")
GOE_SEMICIRCLE = GOEConvention("A_n/sqrt(n)", 1.0, 1, "semicircle on [-2, 2], the variable x = ξ/√n")
AUFFINGER_BEN_AROUS_CERNY = GOEConvention(
    "Auffinger-Ben Arous-Cerny", 0.5, 1, "CPAM 66 (2013): entries of variance (1+δ)/(2n), edges ±√2"
)
GOE_TRACE_HALF = GOEConvention("exp(-tr M^2/2)", 0.5, 0, "Mehta; Dumitriu-Edelman: diagonal variance 1, edges ±√(2n)")

GOE_CONVENTIONS = (GOE_UNIT, GOE_SEMICIRCLE, AUFFINGER_BEN_AROUS_CERNY, GOE_TRACE_HALF)


@dataclass(frozen=True)
class EnergyConvention:
    """One normalisation of the energy density of a spherical glass: covariance ``variance`` · N q^p and a ``sign``.

    Energies, thresholds, band edges and temperatures convert by the same factor; counts and (1/N) log of counts do not
    change. ``sign`` −1 marks papers that look at maxima of −h.
    """

    name: str
    variance: float
    sign: int
    source: str

    def factor(self, to: EnergyConvention) -> float:
        """The number that turns energy densities of this convention into those of `to`."""
        if not isinstance(to, EnergyConvention):
            raise input_error("to", to, "must be an EnergyConvention")
        return self.sign * to.sign * math.sqrt(to.variance / self.variance)


ENERGY_UNIT = EnergyConvention("u = h/N", 1.0, 1, "convention of this package: covariance N q^p")
PHYSICS_ENERGY = EnergyConvention("xi = q^p/2", 0.5, 1, "Crisanti-Sommers; Ros et al. (2019): covariance N q^p/2")
SPIKED_TENSOR = EnergyConvention(
    "x = -u/sqrt(2)", 0.5, -1, "Ben Arous-Mei-Montanari-Nica (2019): noise of variance 1/(2n), maxima"
)

ENERGY_CONVENTIONS = (ENERGY_UNIT, PHYSICS_ENERGY, SPIKED_TENSOR)


def _orderings(indices: Sequence[int]) -> int:
    count = math.factorial(len(indices))
    for repeats in Counter(indices).values():
        count //= math.factorial(repeats)
    return count


@dataclass(frozen=True)
class CouplingConvention:
    """One way to write H_p(w) = N^{−(p−1)/2} Σ J_{i₁…i_p} w_{i₁}⋯w_{i_p} with independent Gaussian couplings J.

    ``tuples`` says what the sum runs over and which couplings are independent: "ordered" (all N^p tuples, i.i.d.
    standard normal: the convention of the package), "sorted" (i₁ ≤ … ≤ i_p, variance = number of orderings of the
    tuple), "symmetric" (all tuples, J symmetric, variance = 1/number of orderings). All three give the same law of
    H_p, of covariance N q^p.

    >>> [c.variance((0, 0, 1)) for c in (ORDERED_COUPLINGS, SORTED_COUPLINGS, SYMMETRIC_COUPLINGS)]
    [1.0, 3.0, 0.3333333333333333]
    """

    tuples: str

    def __post_init__(self) -> None:
        checked_choice("tuples", self.tuples, ("ordered", "sorted", "symmetric"))

    def prefactor(self, n_spins: int, p: int) -> float:
        """N^{−(p−1)/2}, the factor before the sum when |w|² = N."""
        return float(checked_int("n_spins", n_spins, 1)) ** (-(checked_int("p", p, 1) - 1) / 2)

    def variance(self, indices: Sequence[int]) -> float:
        """Variance of the coupling of the tuple `indices` = (i₁, …, i_p)."""
        if self.tuples == "ordered":
            return 1.0
        orderings = _orderings(indices)
        return float(orderings) if self.tuples == "sorted" else 1 / orderings


ORDERED_COUPLINGS = CouplingConvention("ordered")
SORTED_COUPLINGS = CouplingConvention("sorted")
SYMMETRIC_COUPLINGS = CouplingConvention("symmetric")
