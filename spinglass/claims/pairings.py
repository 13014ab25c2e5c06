"""The pairings of theory and simulation that claims name.

Each takes `samples`, `seed`, `workers` and its own parameters, and returns the comparisons of the theory together with
those of a theory that is wrong in one named place.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinglass import complexity, random_matrices
from spinglass._errors import checked_int, input_error
from spinglass.activations import activation, path_sum
from spinglass.campaigns import process_map, stream
from spinglass.claims.critical_points import (
    Enumeration,
    EnumerationCell,
    ExactCell,
    comparisons,
    enumerate_block,
    exact_block,
)
from spinglass.claims.decision import Comparison, sample_comparison
from spinglass.hamiltonians import OverlapField

_BLOCK = 50
_SLOPES = (-1.5, -0.6)  # accepted slopes of log|error| against log N for a correction of order 1/N


@dataclass(frozen=True)
class Evidence:
    """What a pairing returns: comparisons of the theory, the same for a wrong theory, or a decided approach to a limit.

    `settled` and `control_settled` are set by pairings that decide without random samples.
    """

    comparisons: tuple[Comparison, ...] = ()
    control: str = ""
    control_comparisons: tuple[Comparison, ...] = ()
    settled: bool | None = None
    control_settled: bool | None = None
    text: str = ""
    complete: bool = True


def critical_point_counts(
    samples: int, seed: int, workers: int | None, p: int, n_spins: Sequence[int], rho: Sequence[float]
) -> Evidence:
    """Exact mean counts (total, energy bins, and indices when every ρ is zero) beside complete enumeration.

    The wrong theory leaves the field out; without field it is the exact count with prefactor 2√(2/(p−1)).
    """
    field = OverlapField(p=p, rho=rho)
    cells = [
        EnumerationCell(seed, p, n, field, first, min(_BLOCK, samples - first))
        for n in sorted(n_spins, reverse=True)
        for first in range(0, samples, _BLOCK)
    ]
    blocks: dict[int, list[dict]] = {}
    for cell, block in process_map(enumerate_block, cells, workers):
        blocks.setdefault(cell.n_spins, []).append(block)
    family: list[Comparison] = []
    wrong: list[Comparison] = []
    complete = euler = total = 0
    for n in n_spins:
        exact = exact_block(ExactCell(p, n, field, resolved=True))
        found = Enumeration.from_blocks(n, blocks[n])
        edges, bins = exact["edges"].tolist(), exact["bin_counts"]
        indices = exact["index_counts"].tolist() if field.is_zero else None
        count = float(exact["total"])
        family += comparisons(found, count, edges, bins.tolist(), indices, n_spins=n)
        if field.is_zero:
            slip = math.sqrt(p / (p - 1))
            wrong += comparisons(found, slip * count, edges, (slip * bins).tolist(), n_spins=n)
        else:
            pure = complexity.mean_count(n, p)
            wrong += comparisons(found, pure, edges, exact["reference_bin_counts"].tolist(), n_spins=n)
        total += found.samples
        complete += found.complete
        euler += int(np.count_nonzero(found.arrays["euler_characteristic"] == (2 if n % 2 else 0)))
    return Evidence(
        comparisons=tuple(family),
        control="prefactor 2√(2/(p−1)) in place of 2√(2/p)" if field.is_zero else "the field left out",
        control_comparisons=tuple(wrong),
        text=f"{complete} of {total} enumerations complete, Euler characteristic right on {euler}",
        complete=complete == total == euler,
    )


def determinant_means(
    samples: int, seed: int, workers: int | None, n: int, xi: Sequence[float], kappa: Sequence[float]
) -> Evidence:
    """W_n(ξ, κ) = E|det(A_n + κ e eᵀ − ξ)| beside sampled matrices. The wrong theory has the sign of κ flipped."""
    matrices = random_matrices.sample_goe(n, samples, rng=stream(seed, n))
    family, wrong = [], []
    for shift in xi:
        for strength in kappa:
            spiked = matrices + strength / n - shift * np.eye(n)  # e eᵀ has all entries 1/n
            values = np.abs(np.linalg.det(spiked))
            name = f"W_{n}({shift:g}, {strength:g})"
            theory = random_matrices.mean_abs_determinant(n, shift, kappa=strength)
            flipped = random_matrices.mean_abs_determinant(n, shift, kappa=-strength)
            family.append(sample_comparison(name, theory, values))
            wrong.append(sample_comparison(name, flipped, values))
    return Evidence(tuple(family), "the sign of κ flipped", tuple(wrong))


def eigenvalue_density(samples: int, seed: int, workers: int | None, n: int, bins: int) -> Evidence:
    """The finite-n density of A_n, integrated over bins, beside sampled eigenvalues. Wrong: the semicircle."""
    edges = 2 * math.sqrt(n) * np.linspace(-1.15, 1.15, bins + 1)
    eigenvalues = np.linalg.eigvalsh(random_matrices.sample_goe(n, samples, rng=stream(seed, n)))
    nodes, weights = np.polynomial.legendre.leggauss(24)
    family, wrong = [], []
    for low, high in itertools.pairwise(edges):
        values = np.count_nonzero((eigenvalues > low) & (eigenvalues <= high), axis=1)
        x = (low + high) / 2 + (high - low) / 2 * nodes
        theory = float(weights @ random_matrices.goe_density(x, n)) * (high - low) / 2
        cdf = random_matrices.semicircle_cdf(np.array([low, high]) / math.sqrt(n))
        name = f"eigenvalues in ({low:.3f}, {high:.3f}]"
        family.append(sample_comparison(name, theory, values, step=1))
        wrong.append(sample_comparison(name, n * float(cdf[1] - cdf[0]), values, step=1))
    return Evidence(tuple(family), "the semicircle at the same n", tuple(wrong))


def path_sum_moments(
    samples: int, seed: int, workers: int | None, activations: Sequence[str], preactivation_std: float
) -> Evidence:
    """E α and E β in closed form beside averages over normal numbers. Wrong: the standard deviation 5 % too large."""
    family: list[Comparison] = []
    wrong: list[Comparison] = []
    z = stream(seed, len(activations)).standard_normal(samples)
    for name in activations:
        f = activation(name)
        x = preactivation_std * z
        slope = f.derivative(x)
        intercept = f(x) - x * slope
        for theory, target in (
            (path_sum(f, 2, preactivation_std=preactivation_std), family),
            (path_sum(f, 2, preactivation_std=1.05 * preactivation_std), wrong),
        ):
            target.append(sample_comparison(f"{name}: E slope", float(theory.mean_slope), slope))
            target.append(sample_comparison(f"{name}: E intercept", float(theory.mean_intercept), intercept))
    return Evidence(tuple(family), "standard deviation 5 % too large", tuple(wrong))


def complexity_approach(
    samples: int,
    seed: int,
    workers: int | None,
    p: int,
    energy_density: float,
    n_spins: Sequence[int],
    index: int | None = None,
) -> Evidence:
    """The growth rate of the exact density at u, (1/N) log(f_{2N}/f_N), approaches Σ(u), or Θ_k(u), like 1/N.

    Decided as `ratio_approach`. The wrong limit is that of index k + 1; without an index, Σ(u) with the energy scaled
    as in covariance N q^p/2. No random samples.
    """
    sizes = _sizes(n_spins)

    def rate(n: int) -> float:
        larger, smaller = (complexity.mean_count_density(energy_density, size, p, index=index) for size in (2 * n, n))
        return (math.log(larger) - math.log(smaller)) / n

    rates = np.array([rate(n) for n in sizes])
    limit = complexity.annealed_complexity(energy_density, p, index=index)
    if index is None:
        wrong, control = complexity.annealed_complexity(energy_density * math.sqrt(2), p), "energies of q^p/2"
    else:
        wrong, control = complexity.annealed_complexity(energy_density, p, index=index + 1), f"index {index + 1}"
    return _approach(sizes, rates, limit, wrong, control)


def ratio_approach(
    samples: int,
    seed: int,
    workers: int | None,
    p: int,
    rho: float,
    n_spins: Sequence[int],
    energy_density: float | None = None,
) -> Evidence:
    """The exact ratio to ReLU approaches R_tot, or R(u), with an error that falls like 1/N.

    Decided by the slope of log|ratio − limit| against log N over the given sizes, which must lie in [−1.5, −0.6].
    The wrong limit leaves out the extra eigenvalue, √(1 + s²) or |1 + s m_sc| = 1. No random samples.
    """
    sizes = _sizes(n_spins)
    field = OverlapField(p=p, rho=[rho])
    if energy_density is None:
        exact = np.array([complexity.mean_count(n, p, field=field) / complexity.mean_count(n, p) for n in sizes])
    else:
        exact = np.array(
            [
                complexity.mean_count_density(energy_density, n, p, field=field)
                / complexity.mean_count_density(energy_density, n, p)
                for n in sizes
            ]
        )
    limit = complexity.activation_ratio(p, rho, u=energy_density)
    bare = _without_extra_eigenvalue(p, rho, energy_density)
    return _approach(sizes, exact, limit, bare, "the extra eigenvalue left out")


def _sizes(n_spins: Sequence[int]) -> list[int]:
    sizes = [checked_int("n_spins", n, 2) for n in n_spins]
    if len(sizes) < 3:
        raise input_error("n_spins", list(n_spins), "must hold at least three sizes")
    return sizes


def _approach(sizes: list[int], exact: NDArray[np.float64], limit: float, wrong: float, control: str) -> Evidence:
    """Whether exact values approach a limit like 1/N, and a wrong limit not."""

    def order(target: float) -> float:
        return float(np.polyfit(np.log(sizes), np.log(np.abs(exact - target)), 1)[0])

    right, off = order(limit), order(wrong)
    return Evidence(
        settled=_SLOPES[0] <= right <= _SLOPES[1],
        control_settled=_SLOPES[0] <= off <= _SLOPES[1],
        control=f"{control}: limit {wrong:.6f}, error ∝ N^{off:.2f}",
        text=f"limit {limit:.6f}, exact {exact[-1]:.6f} at N = {sizes[-1]}, error ∝ N^{right:.2f}",
    )


def _without_extra_eigenvalue(p: int, rho: float, u: float | None) -> float:
    """The limit with the factor of the extra eigenvalue set to one: E_t[g], or E_t[g exp(ρ t^{p−1}(…))]."""
    t, weights = np.polynomial.hermite_e.hermegauss(200)
    weights = weights / weights.sum()
    exponent = -(rho**2) * (p - 1) ** 2 * t ** (2 * (p - 2)) / (2 * p)
    if u is not None:
        x = u * math.sqrt(p / (p - 1))
        drift = u + random_matrices.stieltjes(x).real / math.sqrt(p * (p - 1))
        exponent = exponent + rho * t ** (p - 1) * drift
    return float(weights @ np.exp(exponent))


PAIRINGS: dict[str, Callable[..., Evidence]] = {
    "critical-point-counts": critical_point_counts,
    "determinant-means": determinant_means,
    "eigenvalue-density": eigenvalue_density,
    "path-sum-moments": path_sum_moments,
    "ratio-approach": ratio_approach,
    "complexity-approach": complexity_approach,
}
