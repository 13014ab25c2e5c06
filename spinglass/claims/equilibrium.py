"""Pairing of Langevin dynamics with the Gibbs law of small Hamiltonians, integrated over the whole sphere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass import landscape
from spinglass._errors import checked_float, checked_int, input_error
from spinglass.campaigns import process_map, stream
from spinglass.claims.decision import sample_comparison
from spinglass.claims.evidence import Evidence
from spinglass.hamiltonians import OverlapField, SphericalGlass

Real = NDArray[np.float64]

_TIME, _STEP, _REPLICAS, _RECORDS = 20.0, 0.1, 24, 40
_BLOCK = 50
_NODES = 160


@dataclass(frozen=True)
class EquilibriumCell:
    """Hamiltonians `first` … of one size and temperature."""

    seed: int
    p: int
    n_spins: int
    temperature: float
    rho: tuple[float, ...]
    first: int
    samples: int


def sphere_nodes(n_spins: int) -> tuple[Real, Real]:
    """Points (count, N) and weights of a quadrature on |w|² = N for N = 2 or 3: trapezoid, and Gauss in cos θ."""
    phi = 2 * np.pi * np.arange(2 * _NODES) / (2 * _NODES)
    circle = np.stack([np.cos(phi), np.sin(phi)], axis=1)
    if n_spins == 2:
        return math.sqrt(2) * circle, np.full(len(phi), 1 / len(phi))
    z, weights = np.polynomial.legendre.leggauss(_NODES // 2)
    around = np.sqrt(1 - z**2)[:, None, None] * circle
    height = np.broadcast_to(z[:, None, None], (*around.shape[:2], 1))
    points = np.concatenate([around, height], axis=2).reshape(-1, 3)
    return math.sqrt(3) * points, np.repeat(weights / (2 * len(phi)), len(phi))


def gibbs_weights(s: Any, temperature: float) -> tuple[Real, Real, Real]:
    """(points, probabilities under exp(−h/T), energy densities) on the nodes of the quadrature."""
    points, weights = sphere_nodes(s.n_spins)
    energy = s.energy(points)
    weight = weights * np.exp(-(energy - energy.min()) / temperature)
    return points, weight / weight.sum(), energy / s.n_spins


def langevin_differences(cell: EquilibriumCell) -> Real:
    """Time mean of u along adjusted Langevin dynamics less the Gibbs mean at T, and at 2T; (samples, 2).

    Trajectories begin in equilibrium, drawn from the nodes of the quadrature: no time is lost to reach it, and dynamics
    with another stationary law leave it.
    """
    field = OverlapField(cell.p, list(cell.rho)) if cell.rho else None
    glass = SphericalGlass(cell.p, field)
    rows = []
    for sample in range(cell.first, cell.first + cell.samples):
        couplings, starts, noise = (stream(cell.seed, cell.p, cell.n_spins, sample, i) for i in range(3))
        s = glass.sample(cell.n_spins, rng=couplings)
        points, probability, energy = gibbs_weights(s, cell.temperature)
        chosen = points[starts.choice(len(points), _REPLICAS, p=probability)]
        path = landscape.langevin(s, cell.temperature, _TIME, _STEP, chosen, noise, n_records=_RECORDS, adjusted=True)
        mean = float(path.energy_density.mean())
        wrong = gibbs_weights(s, 2 * cell.temperature)
        rows.append((mean - float(probability @ energy), mean - float(wrong[1] @ wrong[2])))
    return np.array(rows)


def langevin_energies(
    samples: int,
    seed: int,
    workers: int | None,
    p: int,
    n_spins: Sequence[int],
    temperature: Sequence[float],
    rho: Sequence[float] = (),
) -> Evidence:
    """Adjusted Langevin dynamics at T have the energies of exp(−h/T), integrated over the sphere for N = 2 and 3.

    One comparison for each size and temperature: the mean difference over `samples` Hamiltonians is zero. Wrong: the
    energies of temperature 2T, that of a noise √T dB in place of √(2T) dB.
    """
    p, samples = checked_int("p", p, 1), checked_int("samples", samples, 20)
    sizes = [checked_int("n_spins", n, 2, 3) for n in n_spins]
    temperatures = [checked_float("temperature", value, 0.2, 100.0) for value in temperature]
    if not sizes or not temperatures:
        raise input_error("n_spins", list(n_spins), "and temperature must hold at least one value each")
    family, wrong = [], []
    for n in sizes:
        for value in temperatures:
            cells = [
                EquilibriumCell(seed, p, n, value, tuple(map(float, rho)), first, min(_BLOCK, samples - first))
                for first in range(0, samples, _BLOCK)
            ]
            results = dict(process_map(langevin_differences, cells, workers))
            found = np.concatenate([results[cell] for cell in cells])
            name = f"u at N = {n}, T = {value:g}, less the Gibbs mean"
            family.append(sample_comparison(name, 0.0, found[:, 0]))
            wrong.append(sample_comparison(name, 0.0, found[:, 1]))
    return Evidence(tuple(family), "the Gibbs law at 2T", tuple(wrong))
