"""What is read off the inner integrand on the shift grid: all energies, densities, windows, mean energies.

At each latitude the inner integrand is known on a uniform grid of shifts, and there the energy density is Gaussian of
mean `energy` and of a width that all points share (0 for a single degree). The integrand is band limited on the grid:
its cardinal (sinc) series gives the density of a single degree at any energy and, integrated, windows. A width of a
few grid steps is summed on the grid itself; a smaller one is an average of cardinal series over Gauss-Hermite nodes.

Each class maps (energy (K, J), spacing) to weights (K, J, Q + 2), whose last columns are 1 (all energies) and, where
the cardinal series is used, (−1)^j: the integrand at the band limit, a measure of what the series leaves out.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]

_SMOOTH = 2.8  # grid steps from which e^{−(π w)²/2} is below rounding


class EnergyWeights(Protocol):
    """A list of linear functionals of the inner integrand."""

    @property
    def fine(self) -> bool:
        """Whether the cardinal series is used, which needs half the step."""

    def gain(self, spacing: float) -> float:
        """The size of the weights: how far an error of the inner integrand is carried."""

    def __call__(self, energy: Real, spacing: float) -> Real:
        """Weights (K, J, Q + 2)."""


def _closed(columns: list[Real], series: bool) -> Real:
    """The columns, 1, and (−1)^j or 0."""
    energy = columns[0]
    sign = 1.0 - 2.0 * (np.arange(energy.shape[1]) % 2) if series else np.zeros(energy.shape[1])
    closing = np.stack(np.broadcast_arrays(np.ones(energy.shape[:2]), sign), axis=2)
    return np.concatenate([*(c.reshape(*energy.shape[:2], -1) for c in columns), closing], axis=2)


def _spread(width: float, spacing: float) -> tuple[Real, Real]:
    """Nodes and weights of the average over N(0, width²) of a band-limited function."""
    if width == 0:
        return np.zeros(1), np.ones(1)
    nodes, weights = np.polynomial.hermite_e.hermegauss(12 + math.ceil(18 * width / spacing))
    kept = weights > 1e-40
    return width * nodes[kept], weights[kept] / weights.sum()


@dataclass(frozen=True)
class Everything:
    """All energies."""

    fine = False

    def __call__(self, energy: Real, spacing: float) -> Real:
        return _closed([np.ones(energy.shape)], False)

    def gain(self, spacing: float) -> float:
        return 1.0


@dataclass(frozen=True)
class Mean:
    """The number of points and Σ u over them, |u| of size `scale`."""

    scale: float
    fine = False

    def __call__(self, energy: Real, spacing: float) -> Real:
        return _closed([np.ones(energy.shape), energy], False)

    def gain(self, spacing: float) -> float:
        return max(self.scale, 1.0)


@dataclass(frozen=True, eq=False)
class Densities:
    """Densities at the energies u.

    With d = (u − energy_0)/spacing, sinc(d − j) = (−1)^{⌊d⌉ − j} sin(π(d − ⌊d⌉))/(π(d − j)), ⌊d⌉ the nearest integer:
    one sine per energy, and nothing is lost next to a grid point.
    """

    u: Real
    width: float
    fine = True

    def __call__(self, energy: Real, spacing: float) -> Real:
        if self.width >= _SMOOTH * spacing:
            offset = (self.u - energy[:, :, None]) / self.width
            gauss = np.exp(-0.5 * offset**2) / (self.width * math.sqrt(2 * math.pi))
            return _closed([gauss], False)
        nodes, weights = _spread(self.width, spacing)
        energies = (self.u[:, None] + nodes).ravel()
        grid = np.arange(energy.shape[1], dtype=float)
        sign = 1.0 - 2.0 * (grid % 2)
        rows = np.empty((*energy.shape, self.u.size))
        for row in range(energy.shape[0]):
            position = (energies - energy[row, 0]) / spacing
            nearest = np.rint(position)
            on_grid = position == nearest
            sine = np.where(nearest % 2 == 0, 1.0, -1.0) * np.sin(math.pi * (position - nearest)) / math.pi
            series = sine * sign[:, None] / (np.where(on_grid, 0.5, position) - grid[:, None])
            series = np.where(on_grid, grid[:, None] == nearest, series) / spacing
            rows[row] = series.reshape(grid.size, self.u.size, nodes.size) @ weights
        return _closed([rows], True)

    def gain(self, spacing: float) -> float:
        return 1 / max(spacing, self.width)


@dataclass(frozen=True, eq=False)
class Windows:
    """Numbers in the windows between consecutive energies."""

    edges: Real
    width: float
    fine = True

    def _below(self, energy: Real, spacing: float, edge: float) -> Real:
        """The weight of energies below the edge, minus 1/2."""
        from scipy.special import ndtr, sici

        if math.isinf(edge):
            return np.full(energy.shape, math.copysign(0.5, edge))
        if self.width >= _SMOOTH * spacing:
            return np.asarray(ndtr((edge - energy) / self.width)) - 0.5
        nodes, weights = _spread(self.width, spacing)
        offset = (edge - energy)[..., None] + nodes
        return np.asarray(sici(math.pi * offset / spacing)[0] @ weights) / math.pi

    def __call__(self, energy: Real, spacing: float) -> Real:
        below = [self._below(energy, spacing, float(edge)) for edge in self.edges]
        return _closed([high - low for low, high in itertools.pairwise(below)], self.width < _SMOOTH * spacing)

    def gain(self, spacing: float) -> float:
        return 1.0
