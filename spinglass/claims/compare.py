"""Compare activations with ReLU: theory, enumeration, verdict, and the tables of one folder.

Activations with equal coefficients ρ are one group: computed and simulated once. Every unit of work is a whole file
below `data/blocks`, so a run that was killed goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from spinglass._jit import source_digest
from spinglass.campaigns import Store, process_map
from spinglass.claims import tables
from spinglass.claims.critical_points import (
    Enumeration,
    EnumerationCell,
    ExactCell,
    enumerate_block,
    exact_block,
)
from spinglass.claims.plan import APPROACH_SIZES, DENSITY_SIZES, SIMULATED_P, SIMULATED_SIZES, Plan
from spinglass.claims.simulation import judged_simulation

BLOCK_SAMPLES = 50

Arrays = Mapping[str, NDArray[Any]]
Cell = ExactCell | EnumerationCell
Progress = Callable[[str, int, int], None]


def run_comparison(
    plan: Plan,
    store: Store,
    workers: int | None = None,
    progress: Progress | None = None,
    command: str = "",
) -> dict[str, Any]:
    """Evaluate, simulate, judge and write every table of the comparison; returns the summary.

    `progress(stage, done, total)` is called as units of work finish. The numbers do not depend on `workers`. `command`
    is recorded with the settings.
    """
    report = progress or (lambda stage, done, total: None)
    start = time.perf_counter()
    tables.write_settings(plan, store, command, None)
    tables.write_activation_tables(plan, store)
    tables.write_asymptotic_tables(plan, store)
    exact_cells, enumeration_cells = _exact_cells(plan), _enumeration_cells(plan) if plan.simulates else []
    # One exact cell, then the enumeration, then the rest: two workers compile one kernel each instead of both twice.
    blocks = _blocks(store, [*exact_cells[:1], *enumeration_cells, *exact_cells[1:]], workers, report)
    exact = {(cell.p, cell.n_spins, cell.resolved): blocks[cell] for cell in exact_cells}
    tables.write_exact_tables(plan, store, exact)
    simulation = None
    if plan.simulates:
        found = {
            (group.name, n_spins): Enumeration.from_blocks(
                n_spins,
                [
                    blocks[cell]
                    for cell in enumeration_cells
                    if cell.n_spins == n_spins and cell.field == plan.field(group, n_spins)
                ],
            )
            for group in plan.groups_of(SIMULATED_P)
            for n_spins in SIMULATED_SIZES
        }
        simulation = judged_simulation(plan, exact, found)
        tables.write_simulation_tables(plan, store, simulation)
    summary = tables.write_summary(plan, store, exact, simulation)
    tables.write_settings(plan, store, command, time.perf_counter() - start)
    return summary


def _exact_cells(plan: Plan) -> list[ExactCell]:
    cells = []
    for depth in plan.depths:
        resolved = set(DENSITY_SIZES) | (set(SIMULATED_SIZES) if depth == SIMULATED_P else set())
        for n_spins in sorted(resolved | set(APPROACH_SIZES), reverse=True):
            fields = tuple(plan.field(group, n_spins) for group in plan.groups_of(depth))
            cells.append(ExactCell(depth, n_spins, fields, n_spins in resolved))
    return cells


def _enumeration_cells(plan: Plan) -> list[EnumerationCell]:
    return [
        EnumerationCell(
            seed=plan.seed,
            p=SIMULATED_P,
            n_spins=n_spins,
            field=plan.field(group, n_spins),
            first=first,
            samples=min(BLOCK_SAMPLES, plan.samples - first),
        )
        for n_spins in sorted(SIMULATED_SIZES, reverse=True)
        for group in plan.groups_of(SIMULATED_P)
        for first in range(0, plan.samples, BLOCK_SAMPLES)
    ]


def _evaluated(cell: Cell) -> dict[str, NDArray[Any]]:
    return exact_block(cell) if isinstance(cell, ExactCell) else enumerate_block(cell)


def _blocks(store: Store, cells: Sequence[Cell], workers: int | None, report: Progress) -> dict[Cell, Arrays]:
    """The block of every cell: read where a whole file exists, computed otherwise."""
    digest = source_digest()
    names = {
        cell: f"data/blocks/{hashlib.sha256(repr((digest, cell.key())).encode()).hexdigest()[:24]}.npz"
        for cell in cells
    }
    stages = {cell: "exact counts" if isinstance(cell, ExactCell) else "enumeration" for cell in cells}
    totals, finished = Counter(stages.values()), Counter[str]()
    done: dict[Cell, Arrays] = {}

    def finish(cell: Cell, block: Arrays) -> None:
        done[cell] = block
        finished[stages[cell]] += 1
        report(stages[cell], finished[stages[cell]], totals[stages[cell]])

    for stage, total in totals.items():
        report(stage, 0, total)
    for cell in cells:
        stored = store.read_arrays(names[cell])
        if stored is not None:
            finish(cell, stored)
    for cell, block in process_map(_evaluated, [cell for cell in cells if cell not in done], workers):
        store.write_arrays(names[cell], **block)
        finish(cell, block)
    return done
