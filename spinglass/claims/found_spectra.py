"""Pairings of Hessian spectra at found critical points with the shifted semicircle and its outlier.

At a critical point of energy density u of the pure glass the Riemannian Hessian is √(p(p−1)/N) A_{N−1} − pu in law, up
to the weight |det| of the count: its eigenvalues fill a semicircle of radius 2√(p(p−1)) around −pu, so that the energy
fixes the share of negative ones. Points found by a search are no uniform sample; the spectrum of a matrix of this size
is so rigid that all points of one energy, but a share that is exponentially small in N², have the same one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinglass import landscape, random_matrices
from spinglass._errors import ComputationError, checked_float, checked_int, input_error
from spinglass.campaigns import process_map, stream
from spinglass.claims.decision import sample_comparison
from spinglass.claims.evidence import Evidence, approach, checked_sizes, together
from spinglass.hamiltonians import OverlapField, SphericalGlass

Real = NDArray[np.float64]

_TRIES = 5  # starts for each point that is wanted
_FEWEST = 20
_MOST_EXCESS = 3.0  # eigenvalues


@dataclass(frozen=True)
class SpectrumCell:
    """One Hamiltonian: the glass, its size, the strength λ of the field D = N λ m², the index that is searched for."""

    seed: int
    p: int
    n_spins: int
    sample: int
    index: int
    strength: float = 0.0


@dataclass(frozen=True, eq=False)
class FoundSpectrum:
    """A critical point's energy density and latitude, and the eigenvalues of its Riemannian Hessian, ascending."""

    energy_density: float
    latitude: float
    eigenvalues: Real


def found_spectrum(cell: SpectrumCell) -> FoundSpectrum:
    """The first point of the wanted index that a search from random starts comes to."""
    field = OverlapField.spike(cell.strength, 2) if cell.strength else None
    glass = SphericalGlass(cell.p, field)
    s = glass.sample(cell.n_spins, rng=stream(cell.seed, cell.p, cell.n_spins, cell.sample, 0))
    for attempt in range(_TRIES):
        rng = stream(cell.seed, cell.p, cell.n_spins, cell.sample, 1, attempt)
        found = landscape.search(s, index=cell.index, n_starts=1, rng=rng)
        if found.converged[0]:
            w = found.points[0]
            return FoundSpectrum(float(found.energy_density[0]), float(w.mean()), landscape.spectrum_at(s, w))
    raise ComputationError(f"no point of index {cell.index} found at N = {cell.n_spins}, sample {cell.sample}")


def _spectra(cells: Sequence[SpectrumCell], workers: int | None) -> list[FoundSpectrum]:
    results = dict(process_map(found_spectrum, cells, workers))
    return [results[cell] for cell in cells]


def found_spectra(
    samples: int, seed: int, workers: int | None, p: int, fraction: float, n_spins: Sequence[int]
) -> Evidence:
    """Spectra at found points of the pure glass approach the semicircle around −pu, and fix the share of negative ones.

    Searched for: points with fraction · (N − 1) negative eigenvalues, which must be a whole number for every N; 0 is
    minima. The mean of sup |F_N − F| between the distribution functions of the spectrum at each point and of its
    shifted semicircle must approach zero like 1/N. For fraction > 0 the number of negative eigenvalues must be that of
    the semicircle at the mean energy found, (N − 1) F(0), to less than 3 at every size: it fluctuates like √log N at
    given energy, and searches that come from high energies prefer points with fewer. Wrong: a radius of 2p, which takes
    p − 1 for p.
    """
    p = checked_int("p", p, 3)
    sizes = checked_sizes("n_spins", n_spins, 4, 1000)
    samples = checked_int("samples", samples, 1)
    share = checked_float("fraction", fraction, 0.0, 0.5)
    indices = {n: round(share * (n - 1)) for n in sizes}
    if any(abs(indices[n] - share * (n - 1)) > 1e-9 for n in sizes):
        raise input_error("n_spins", list(n_spins), f"must make {share:g} (N − 1) whole numbers")
    distances: dict[bool, list[float]] = {True: [], False: []}
    excess: dict[bool, list[float]] = {True: [], False: []}
    for n in sizes:
        points = _spectra([SpectrumCell(seed, p, n, i, indices[n]) for i in range(samples)], workers)
        for right, scale in ((True, math.sqrt(p * (p - 1))), (False, float(p))):
            distances[right].append(float(np.mean([_distance(point, p, scale) for point in points])))
            energy = float(np.mean([point.energy_density for point in points]))
            excess[right].append((n - 1) * float(random_matrices.semicircle_cdf(p * energy / scale)) - indices[n])
    wrong = "a semicircle of radius 2p"
    found = approach(sizes, distances[True], 0.0, wrong, wrong_exact=distances[False])
    if share == 0:
        return found
    numbers = ", ".join(f"{value:+.2f}" for value in excess[True])
    counted = Evidence(
        settled=all(abs(value) < _MOST_EXCESS for value in excess[True]),
        control_settled=all(abs(value) < _MOST_EXCESS for value in excess[False]),
        control=f"negative eigenvalues {excess[False][-1]:+.1f} at N = {sizes[-1]}",
        text=f"negative eigenvalues by the semicircle less counted: {numbers} at N = {', '.join(map(str, sizes))}",
    )
    return together([found, counted])


def _distance(point: FoundSpectrum, p: int, scale: float) -> float:
    """sup |F_N − F| of a spectrum and the semicircle of radius 2·scale around −pu."""
    values = random_matrices.semicircle_cdf((point.eigenvalues + p * point.energy_density) / scale)
    steps = np.arange(len(values) + 1) / len(values)
    return float(max(np.max(steps[1:] - values), np.max(values - steps[:-1])))


def found_outliers(
    samples: int, seed: int, workers: int | None, p: int, n_spins: int, strength: Sequence[float]
) -> Evidence:
    """The field D = N λ m² puts an outlier into the Hessian's spectrum at found minima, where a spiked matrix has it.

    At latitude m the field adds 2λ(1 − m²) ê êᵀ to the Hessian, ê the tangent direction of e, and leaves the rest as it
    is: with s = 2λ(1 − m²)/√(p(p−1)), the outermost eigenvalue beside −p(u − λm²) − 2λm² is √(p(p−1))(s + 1/s).
    D = N λ m² is the leading part of an activation's field for p = 3, λ = ρ_1. Compared in units of √(p(p−1)), as the
    mean of the differences over one minimum in each of `samples` Hamiltonians; N must be large enough for a bias of
    order 1/N not to show. Wrong: the outlier at s, without 1/s; and the edge 2, the field left out of the Hessian.
    """
    p, n = checked_int("p", p, 3), checked_int("n_spins", n_spins, 20)
    samples = checked_int("samples", samples, _FEWEST)
    root = math.sqrt(p * (p - 1))
    family, wrong = [], []
    for strong in [checked_float("strength", value) for value in strength]:
        if not 2 * strong > 1.2 * root:
            raise input_error("strength", list(strength), f"must hold strengths λ above {0.6 * root:.3g}: no outlier")
        points = _spectra([SpectrumCell(seed, p, n, i, 0, strong) for i in range(samples)], workers)
        latitude = np.array([point.latitude for point in points])
        u = np.array([point.energy_density for point in points])
        shift = p * (u - strong * latitude**2) + 2 * strong * latitude**2
        top = (np.array([point.eigenvalues[-1] for point in points]) + shift) / root
        s = 2 * strong * (1 - latitude**2) / root
        if np.any(s <= 1.1):
            raise input_error("strength", strong, "leaves minima whose outlier is inside the semicircle")
        name = f"outlier, λ = {strong:g}, less"
        family.append(sample_comparison(f"{name} s + 1/s", 0.0, top - random_matrices.outlier_position(s)))
        wrong.append(sample_comparison(f"{name} s", 0.0, top - s))
        wrong.append(sample_comparison(f"{name} 2", 0.0, top - 2))
    if not family:
        raise input_error("strength", list(strength), "must hold at least one strength")
    return Evidence(tuple(family), "the outlier at s, or at the edge", tuple(wrong))
