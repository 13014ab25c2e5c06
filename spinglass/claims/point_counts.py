"""Pairings of mean numbers of critical points with complete enumeration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinglass import complexity, landscape
from spinglass._errors import checked_float, checked_int, input_error
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
from spinglass.claims.evidence import Evidence
from spinglass.hamiltonians import OverlapField, SphericalGlass

_BLOCK = 50
_TOTALS = 71  # first part of the address of the random streams of `TotalsCell`
_COUPLINGS, _PATH = 0, 1


def critical_point_counts(
    samples: int, seed: int, workers: int | None, p: int, n_spins: Sequence[int], rho: Sequence[float]
) -> Evidence:
    """Exact mean counts (total, energy bins, every index) beside complete enumeration.

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
        count = float(exact["total"])
        family += comparisons(found, count, edges, bins.tolist(), exact["index_counts"].tolist(), n_spins=n)
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


@dataclass(frozen=True)
class TotalsCell:
    """A block of samples of a glass without deterministic field whose critical points are counted."""

    seed: int
    case: int
    mixture: tuple[tuple[int, float], ...]
    n_spins: int
    first: int
    samples: int


def count_block(cell: TotalsCell) -> NDArray[np.int64]:
    """For each sample: number of critical points, whether the enumeration is complete, Euler characteristic."""
    glass = SphericalGlass(mixture=dict(cell.mixture))
    rows = np.empty((cell.samples, 3), dtype=np.int64)
    for row, sample in zip(rows, range(cell.first, cell.first + cell.samples), strict=True):
        address = (_TOTALS, cell.case, cell.n_spins, sample)
        realisation = glass.sample(n_spins=cell.n_spins, rng=stream(cell.seed, *address, _COUPLINGS))
        found = landscape.census(realisation, rng=stream(cell.seed, *address, _PATH))
        row[:] = found.count, found.complete, found.euler_characteristic
    return rows


def closed_form_counts(samples: int, seed: int, workers: int | None, p: int, n_spins: Sequence[int]) -> Evidence:
    """The closed form of the mean total of the pure glass, p = 2 or 3, beside complete enumeration.

    The wrong theory is the closed form at p + ¼.
    """
    p = checked_int("p", p, 2, 3)
    case = _Case(f"p = {p}", ((p, 1.0),), float(p), p + 0.25)
    return _totals(samples, seed, workers, [case], n_spins, "the closed form at p + 1/4")


def residual_counts(
    samples: int,
    seed: int,
    workers: int | None,
    depth: int,
    branch_strength: Sequence[float],
    n_spins: Sequence[int],
) -> Evidence:
    """The closed form at p = 1 + (H−1)s/(1+s) beside complete enumeration of the glass of a residual network.

    H = depth (2 or 3) and s the branch strength: covariance N((1+sq)/(1+s))^H, sampled without its constant term and
    with its linear term, a Gaussian random field. s = 1/(H−2) is the border of trivialisation, with 2N points on
    average. The wrong theory leaves the linear term out.
    """
    depth = checked_int("depth", depth, 2, 3)
    cases = []
    for strength in branch_strength:
        s = checked_float("branch_strength", strength, 0.0, low_open=True)
        squares = [(k, math.comb(depth, k) * s**k / (1 + s) ** depth) for k in range(1, depth + 1)]
        slope, curvature = (sum(math.perm(k, order) * square for k, square in squares) for order in (1, 2))
        fieldless = 1 + curvature / (slope - squares[0][1])
        mixture = tuple((k, math.sqrt(square)) for k, square in squares)
        cases.append(_Case(f"s = {s:g}", mixture, 1 + (depth - 1) * s / (1 + s), fieldless))
    if not cases:
        raise input_error("branch_strength", list(branch_strength), "must hold at least one strength")
    return _totals(samples, seed, workers, cases, n_spins, "the linear term left out")


@dataclass(frozen=True)
class _Case:
    name: str
    mixture: tuple[tuple[int, float], ...]
    p: float
    wrong_p: float


def _totals(
    samples: int, seed: int, workers: int | None, cases: Sequence[_Case], n_spins: Sequence[int], control: str
) -> Evidence:
    """Totals of every case and size, each with samples of its own."""
    sizes = [checked_int("n_spins", n, 2, 12) for n in n_spins]
    cells = [
        TotalsCell(seed, number, case.mixture, n, first, min(_BLOCK, samples - first))
        for n in sorted(sizes, reverse=True)
        for number, case in enumerate(cases)
        for first in range(0, samples, _BLOCK)
    ]
    blocks: dict[tuple[int, int], list[NDArray[np.int64]]] = {}
    for cell, block in process_map(count_block, cells, workers):
        blocks.setdefault((cell.case, cell.n_spins), []).append(block)
    family: list[Comparison] = []
    wrong: list[Comparison] = []
    total = complete = euler = 0
    for (number, n), rows in sorted(blocks.items()):
        found, case = np.concatenate(rows), cases[number]
        for p, target in ((case.p, family), (case.wrong_p, wrong)):
            theory = complexity.total_count_closed_form(n, p)
            target.append(sample_comparison(f"total at N = {n}, {case.name}", theory, found[:, 0], step=2))
        total += len(found)
        complete += int(np.sum(found[:, 1]))
        euler += int(np.count_nonzero(found[:, 2] == (2 if n % 2 else 0)))
    text = f"{complete} of {total} enumerations complete, Euler characteristic right on {euler}"
    return Evidence(tuple(family), control, tuple(wrong), text=text, complete=complete == total == euler)
