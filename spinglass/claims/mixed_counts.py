"""Pairing of the exact counts of mixed glasses in a field with complete enumeration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from spinglass import complexity
from spinglass._errors import checked_int, input_error
from spinglass.campaigns import process_map
from spinglass.claims.critical_points import (
    Enumeration,
    EnumerationCell,
    ExactCell,
    comparisons,
    enumerate_block,
    exact_block,
)
from spinglass.claims.decision import Comparison
from spinglass.claims.evidence import Evidence
from spinglass.claims.mixed_glasses import checked_amplitudes
from spinglass.hamiltonians import OverlapField

_BLOCK = 50
CONTROLS = ("field", "lowest degree")


def mixed_field_counts(
    samples: int,
    seed: int,
    workers: int | None,
    mixture: Mapping[str, float],
    field: Sequence[float],
    n_spins: Sequence[int],
    left_out: str = "field",
) -> Evidence:
    """Exact mean counts (total, energy bins, every index) of a mixture in a field beside complete enumeration.

    mixture : {degree: amplitude}, covariance N Σ a_p² q^p, degrees 1, 2, 3.   field : (d_0, …, d_3), D = N Σ d_j m^j.
    The wrong theory leaves out the field, or the lowest degree of the mixture (`left_out`).
    """
    amplitudes = checked_amplitudes(mixture)
    if max(amplitudes) > 3:
        raise input_error("mixture", dict(mixture), "must have degrees up to 3: the enumeration finds no others")
    overlap = OverlapField.from_polynomial(field)
    if overlap.is_zero or len(field) > 4:
        raise input_error("field", list(field), "must hold d_0, ..., d_3, not all zero")
    if left_out not in CONTROLS:
        raise input_error("left_out", left_out, f"must be one of {', '.join(CONTROLS)}")
    sizes = [checked_int("n_spins", n, 2, 6) for n in n_spins]
    pairs = tuple(sorted(amplitudes.items()))
    degree = pairs[-1][0]
    other = dict(pairs) if left_out == "field" else dict(pairs[1:])
    other_field = None if left_out == "field" else overlap
    cells = [
        EnumerationCell(seed, degree, n, overlap, first, min(_BLOCK, samples - first), pairs)
        for n in sorted(sizes, reverse=True)
        for first in range(0, samples, _BLOCK)
    ]
    blocks: dict[int, list[dict]] = {}
    for cell, block in process_map(enumerate_block, cells, workers):
        blocks.setdefault(cell.n_spins, []).append(block)
    family: list[Comparison] = []
    wrong: list[Comparison] = []
    complete = euler = total = 0
    for n in sizes:
        exact = exact_block(ExactCell(degree, n, overlap, True, pairs))
        found = Enumeration.from_blocks(n, blocks[n])
        edges = exact["edges"].tolist()
        counts = exact["bin_counts"].tolist(), exact["index_counts"].tolist()
        family += comparisons(found, float(exact["total"]), edges, *counts, n_spins=n)
        control = complexity.mean_count(n, mixture=other, field=other_field)
        control_bins = complexity.mean_count_bins(edges, n, mixture=other, field=other_field)
        wrong += comparisons(found, control, edges, control_bins.tolist(), n_spins=n)
        total += found.samples
        complete += found.complete
        euler += int(np.count_nonzero(found.arrays["euler_characteristic"] == (2 if n % 2 else 0)))
    return Evidence(
        comparisons=tuple(family),
        control=f"the {left_out} left out",
        control_comparisons=tuple(wrong),
        text=f"{complete} of {total} enumerations complete, Euler characteristic right on {euler}",
        complete=complete == total == euler,
    )
