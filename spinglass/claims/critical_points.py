"""Mean numbers of critical points: the exact Kac–Rice values beside complete enumeration.

The enumeration samples couplings of the pure glass with an overlap field and finds all critical points of each sample.
Sample i at size N uses the same couplings for every field, so that ratios to a reference field are paired.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass import complexity, landscape
from spinglass.campaigns import stream
from spinglass.claims.decision import Comparison, equal_mass_edges, ratio_comparison, sample_comparison
from spinglass.hamiltonians import OverlapField, SphericalGlass

ENERGY_BINS = 5
_GRID_POINTS = 201
_COUPLINGS, _PATH = 0, 1  # the two random streams of one sample

Arrays = dict[str, NDArray[Any]]
Pairs = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class EnumerationCell:
    """A block of samples to enumerate: samples `first` … `first + samples − 1` at one size and field.

    `mixture` holds the (degree, amplitude) of a mixed glass with largest degree p; empty for the pure glass.
    """

    seed: int
    p: int
    n_spins: int
    field: OverlapField
    first: int
    samples: int
    mixture: Pairs = ()

    def key(self) -> tuple[Any, ...]:
        key = ("enumeration", self.seed, self.p, self.n_spins, self.field.terms, self.first, self.samples)
        return (*key, self.mixture) if self.mixture else key


@dataclass(frozen=True)
class ExactCell:
    """Exact counts to evaluate at one p (or mixture) and N for a field; `resolved` adds densities, bins, indices."""

    p: int
    n_spins: int
    field: OverlapField
    resolved: bool
    mixture: Pairs = ()

    def key(self) -> tuple[Any, ...]:
        key = ("exact", self.p, self.n_spins, self.field.terms, self.resolved)
        return (*key, self.mixture) if self.mixture else key

    @property
    def glass(self) -> dict[str, Any]:
        """The glass as the exact counts take it."""
        return {"mixture": dict(self.mixture)} if self.mixture else {"p": self.p}


def enumerate_block(cell: EnumerationCell) -> Arrays:
    """All critical points of a block of samples.

    Returns arrays per sample (`sample`, `count`, `complete`, `euler_characteristic`) and per critical point
    (`point_sample`, `energy_density`, `index`).
    """
    field = None if cell.field.is_zero else cell.field
    glass = SphericalGlass(mixture=dict(cell.mixture), field=field) if cell.mixture else SphericalGlass(cell.p, field)
    samples = np.arange(cell.first, cell.first + cell.samples)
    counts = np.zeros(cell.samples, dtype=np.int64)
    complete = np.zeros(cell.samples, dtype=bool)
    euler = np.zeros(cell.samples, dtype=np.int64)
    energies: list[NDArray[np.float64]] = []
    indices: list[NDArray[np.int64]] = []
    for i, sample in enumerate(samples):
        address = (cell.p, cell.n_spins, int(sample))
        realisation = glass.sample(n_spins=cell.n_spins, rng=stream(cell.seed, *address, _COUPLINGS))
        found = landscape.census(realisation, rng=stream(cell.seed, *address, _PATH))
        energies.append(np.asarray(found.energy_density, dtype=float))
        indices.append(np.asarray(found.index, dtype=np.int64))
        counts[i] = energies[-1].size
        complete[i] = found.complete
        euler[i] = int(np.sum(1 - 2 * (indices[-1] % 2)))
    return {
        "sample": samples,
        "count": counts,
        "complete": complete,
        "euler_characteristic": euler,
        "point_sample": np.repeat(samples, counts),
        "energy_density": np.concatenate(energies),
        "index": np.concatenate(indices),
    }


def exact_block(cell: ExactCell) -> Arrays:
    """Exact mean counts of one field.

    Always `total` (). With `resolved`: `energy_density`, `density` and `reference_density` (points,), the last for the
    glass without field; `edges` (bins + 1,) of energy bins with equal exact counts, `bin_counts` (bins,),
    `reference_bin_counts` (bins,) without field in the same bins, and `index_counts` (N,).
    """
    n_spins, glass = cell.n_spins, cell.glass
    field = None if cell.field.is_zero else cell.field
    result: Arrays = {"total": np.array(complexity.mean_count(n_spins, **glass, field=field))}
    if not cell.resolved:
        return result
    grid = _support(cell, None, 2 * _GRID_POINTS)
    if field is not None:  # both supports are resolved
        grid = np.sort(np.concatenate([_support(cell, field, _GRID_POINTS), grid[::2]]))
    density = np.asarray(complexity.mean_count_density(grid, n_spins, **glass, field=field))
    steps = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(grid))])
    edges = equal_mass_edges(steps.tolist(), grid.tolist(), ENERGY_BINS)
    result.update(
        energy_density=grid,
        density=density,
        reference_density=np.asarray(complexity.mean_count_density(grid, n_spins, **glass)),
        edges=np.array(edges),
        bin_counts=np.asarray(complexity.mean_count_bins(edges, n_spins, **glass, field=field)),
        reference_bin_counts=np.asarray(complexity.mean_count_bins(edges, n_spins, **glass)),
        index_counts=np.asarray(complexity.mean_count(n_spins, **glass, index=np.arange(n_spins), field=field)),
    )
    return result


def _support(cell: ExactCell, field: OverlapField | None, points: int) -> NDArray[np.float64]:
    """Energy densities, equally spaced, that hold all but about 1e−6 of the critical points."""
    n_spins = cell.n_spins
    shift = np.zeros(1) if field is None else field.value(np.linspace(-1, 1, 201), n_spins) / n_spins
    scale = math.sqrt(sum(a * a for _, a in cell.mixture)) if cell.mixture else 1.0
    # the standard deviation of u at a given point is √(ξ(1)/N), the bulk ends near 2 √ξ(1)
    reach = scale * (6.5 / math.sqrt(n_spins) + 1.5)
    coarse = np.linspace(shift.min() - reach, shift.max() + reach, _GRID_POINTS)
    density = np.asarray(complexity.mean_count_density(coarse, n_spins, **cell.glass, field=field))
    inside = np.flatnonzero(density > 1e-6 * density.max())
    low, high = max(inside[0] - 1, 0), min(inside[-1] + 1, coarse.size - 1)
    return np.linspace(coarse[low], coarse[high], points)


@dataclass(frozen=True)
class Enumeration:
    """The blocks of one size and field, put together in the order of the samples."""

    n_spins: int
    arrays: Mapping[str, NDArray[Any]]

    @classmethod
    def from_blocks(cls, n_spins: int, blocks: Sequence[Mapping[str, NDArray[Any]]]) -> Enumeration:
        ordered = sorted(blocks, key=lambda block: int(block["sample"][0]))
        return cls(n_spins, {name: np.concatenate([block[name] for block in ordered]) for name in ordered[0]})

    @property
    def samples(self) -> int:
        return int(self.arrays["sample"].size)

    @property
    def complete(self) -> int:
        """Number of samples whose enumeration is proved complete."""
        return int(np.count_nonzero(self.arrays["complete"]))

    @property
    def totals(self) -> NDArray[np.int64]:
        """Number of critical points of each sample; shape (samples,)."""
        return self.arrays["count"]

    def counts(self, selected: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Number of selected points in each sample; `selected` runs over all points, result has shape (samples,)."""
        owners = self.arrays["point_sample"][selected] - self.arrays["sample"][0]
        return np.bincount(owners, minlength=self.samples)

    def in_window(self, low: float, high: float) -> NDArray[np.int64]:
        """Number of points with energy density in (low, high] in each sample."""
        u = self.arrays["energy_density"]
        return self.counts((u > low) & (u <= high))

    def with_index(self, index: int) -> NDArray[np.int64]:
        """Number of points of one index in each sample."""
        return self.counts(self.arrays["index"] == index)


def comparisons(
    found: Enumeration,
    total: float,
    edges: Sequence[float],
    bin_counts: Sequence[float],
    index_counts: Sequence[float] | None = None,
    reference: tuple[Enumeration, float] | None = None,
    **details: Any,
) -> list[Comparison]:
    """The comparisons of one size and field: total, energy bins, indices where given, ratio to a reference.

    `reference` is the enumeration of the reference field with its exact total.
    """
    # The Euler characteristic of a sphere is even, and so is the number of critical points.
    family = [sample_comparison("total", total, found.totals, step=2, **details)]
    for (low, high), theory in zip(pairwise(edges), bin_counts, strict=True):
        values = found.in_window(low, high)
        family.append(sample_comparison("energy bin", theory, values, step=1, **details, bin_low=low, bin_high=high))
    for index, theory in enumerate(index_counts if index_counts is not None else ()):
        values = found.with_index(index)
        family.append(sample_comparison("index", theory, values, step=1, **details, index=index))
    if reference is not None:
        base, base_total = reference
        ratio = total / base_total
        family.append(ratio_comparison("ratio to ReLU", ratio, found.totals, base.totals, step=2, **details))
    return family
