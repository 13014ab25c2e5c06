"""Pairings of limits with the exact values at finite size that approach them. None draws random samples."""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence

import numpy as np

from spinglass import complexity, random_matrices
from spinglass._errors import checked_choice, checked_float, checked_int, input_error
from spinglass.claims.determinants import exact_spiked_ratio
from spinglass.claims.evidence import Evidence, approach, checked_sizes, outlier_power, together
from spinglass.hamiltonians import OverlapField
from spinglass.random_matrices.soft_edge import orthogonal_part, soft_edge_density


def complexity_approach(
    samples: int,
    seed: int,
    workers: int | None,
    p: int,
    energy_density: float,
    n_spins: Sequence[int],
    index: int | None = None,
) -> Evidence:
    """The growth rate of the exact density f_N at u, (1/N) log(f_{2N}/f_N), approaches Σ(u) like 1/N.

    With an index, u < −E_∞ and Θ_k(u) the limit, the power of the prefactor, f_N ∝ N^{½ − k(k+2)/2} e^{NΘ_k}, is
    divided out, and the error falls like 1/N². The wrong limit is that of index k + 1; without an index, Σ(u) with the
    energy scaled as in covariance N q^p/2. Indices that are rare at u have relative accuracy up to N = 61 only, so
    that sizes end at 30 there.
    """
    sizes = checked_sizes("n_spins", n_spins, 2, 30 if index else None)
    power = 0.0 if index is None else outlier_power(index)

    def rate(n: int) -> float:
        larger, smaller = (
            complexity.mean_count_density(energy_density, size, p, index=index, relative=bool(index))
            for size in (2 * n, n)
        )
        return (math.log(larger) - math.log(smaller) - power * math.log(2)) / n

    limit = complexity.annealed_complexity(energy_density, p, index=index)
    if index is None:
        wrong, control = complexity.annealed_complexity(energy_density * math.sqrt(2), p), "energies of q^p/2"
    else:
        if energy_density >= -complexity.threshold_energy(p):
            raise input_error("energy_density", energy_density, "must lie below −E_∞ for a rate by index")
        wrong, control = complexity.annealed_complexity(energy_density, p, index=index + 1), f"index {index + 1}"
    rates = [rate(n) for n in sizes]
    return approach(sizes, rates, limit, control, wrong_limit=wrong, order=1 if index is None else 2)


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

    The wrong limit leaves out the extra eigenvalue, √(1 + s²) or |1 + s m_sc| = 1.
    """
    sizes = checked_sizes("n_spins", n_spins, 2)
    field = OverlapField(p=p, rho=[rho])
    if energy_density is None:
        exact = [complexity.mean_count(n, p, field=field) / complexity.mean_count(n, p) for n in sizes]
    else:
        exact = [
            complexity.mean_count_density(energy_density, n, p, field=field)
            / complexity.mean_count_density(energy_density, n, p)
            for n in sizes
        ]
    limit = complexity.activation_ratio(p, rho, u=energy_density)
    bare = _without_extra_eigenvalue(p, rho, energy_density)
    return approach(sizes, exact, limit, "the extra eigenvalue left out", wrong_limit=bare)


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


def prefactor_approach(
    samples: int,
    seed: int,
    workers: int | None,
    p: int,
    n_spins: Sequence[int],
    energy_density: float | str | None = None,
    index: int | None = None,
) -> Evidence:
    """The exact mean count over its asymptotic value, prefactor included, approaches 1 like 1/N.

    Without an energy density: the total, 4√(2N/(π(p−2))) (p−1)^{N/2}. With u < 0: all points below u, or those of index
    0 where u < −E_∞. With u = "threshold": all points below −E_∞, where the error falls like N^{−1/3}. The wrong
    prefactor has another power of N, N^{½} times the right one.
    """
    sizes = checked_sizes("n_spins", n_spins, 2)
    p = checked_int("p", p, 3)
    threshold = complexity.threshold_energy(p)
    if index is not None:
        checked_choice("index", index, (0,))
    u: float | None = None
    if energy_density is None:
        if index is not None:
            raise input_error("index", index, "needs an energy_density below the threshold")
    elif energy_density == "threshold":
        u = -threshold
    elif isinstance(energy_density, str):
        raise input_error("energy_density", energy_density, 'must be a negative number or "threshold"')
    else:
        u = checked_float("energy_density", energy_density)
        if u >= 0 or abs(u + threshold) < 1e-6:
            raise input_error("energy_density", u, 'must be negative and away from −E_∞, or "threshold"')
    if index is not None and u is not None and u >= -threshold:
        raise input_error("index", index, "needs an energy_density below the threshold")
    window = None if u is None else (-math.inf, u)
    logs = np.log([complexity.mean_count(n, p, index=index, energy=window) for n in sizes])
    if energy_density == "threshold":
        kernels = importlib.import_module("spinglass.generated.complexity")  # compiled, hence imported with its use
        rate, order = complexity.annealed_complexity(-threshold, p), 1 / 3
        sharp = [n * rate + math.log(kernels.edge_count_prefactor(float(n), float(p))) for n in sizes]
    else:
        sharp, order = [complexity.sharp_count(n, p, u, log=True) for n in sizes], 1.0
    ratio = np.exp(logs - sharp)
    slip = ratio / np.sqrt(sizes)
    return approach(sizes, ratio, 1.0, "a prefactor √N times the right one", wrong_exact=slip, order=order)


def log_potential_approach(
    samples: int, seed: int, workers: int | None, n: Sequence[int], x: Sequence[float]
) -> Evidence:
    """The growth rate of E|det(A_n − x√n)| from n to 2n, less that of n^{n/2}, approaches the log-potential Φ(x).

    Like 1/n for |x| <= 2, where the mean has a power of n in front, and like 1/n² outside. The wrong limit leaves out
    the constant −½ inside, and the part −½∫₂^{|x|}√(y² − 4)dy outside.
    """
    sizes = checked_sizes("n", n, 2, 1000)
    cases = []
    for place in (checked_float("x", one) for one in x):

        def scaled(size: int, place: float = place) -> float:
            logarithm = random_matrices.mean_abs_determinant(size, place * math.sqrt(size), log=True)
            return float(logarithm) - 0.5 * size * math.log(size)

        rates = [(scaled(2 * size) - scaled(size)) / size for size in sizes]
        limit = random_matrices.log_potential(place)
        inside = abs(place) <= 2
        part = "the constant −½" if inside else "the part beyond the bulk"
        wrong = limit + 0.5 if inside else place**2 / 4 - 0.5
        control = f"{part} left out at x = {place:g}"
        cases.append(approach(sizes, rates, limit, control, wrong_limit=wrong, order=1 if inside else 2, name="n"))
    if not cases:
        raise input_error("x", list(x), "must hold at least one position")
    return together(cases)


def rank_one_approach(
    samples: int,
    seed: int,
    workers: int | None,
    n: Sequence[int],
    x: Sequence[float],
    s: Sequence[float],
) -> Evidence:
    """The exact W_n(x√n, s√n)/W_n(x√n, 0) approaches |1 + s m_sc(x)| like 1/n, for each pair of x and s.

    Inside the bulk and outside. The wrong limit has the sign of the resolvent flipped, |1 − s m_sc(x)|.
    """
    sizes = checked_sizes("n", n, 2, 64)
    if len(x) != len(s) or len(x) == 0:
        raise input_error("s", list(s), f"must hold one strength for each x, {len(x)} numbers")
    cases = []
    for place, strength in zip(x, s, strict=True):
        ratios = [exact_spiked_ratio(size, place, strength) for size in sizes]
        product = strength * random_matrices.stieltjes(place)
        control = f"|1 − s m_sc| at x = {place:g}"
        cases.append(approach(sizes, ratios, abs(1 + product), control, wrong_limit=abs(1 - product), name="n"))
    return together(cases)


def soft_edge_approach(
    samples: int, seed: int, workers: int | None, n: Sequence[int], position: Sequence[float]
) -> Evidence:
    """The exact density of A_n at 2√n + s n^{−1/6}, times n^{−1/6}, approaches the soft-edge density like n^{−1/3}.

    For each position s. The wrong limit is the density of the unitary ensemble, without the last term.
    """
    sizes = checked_sizes("n", n, 2, 2000)
    cases = []
    for s in position:
        scaled = [
            random_matrices.goe_density(2 * math.sqrt(size) + s * size ** (-1 / 6), size) * size ** (-1 / 6)
            for size in sizes
        ]
        limit = soft_edge_density(s)
        unitary = limit - orthogonal_part(s)
        control = f"the last term left out at s = {s:g}"
        cases.append(approach(sizes, scaled, limit, control, wrong_limit=unitary, order=1 / 3, name="n"))
    if not cases:
        raise input_error("position", list(position), "must hold at least one position")
    return together(cases)
