"""Compare activations with ReLU: theory, enumeration, verdict, and the tables of one folder.

Activations with equal coefficients ρ are one group: computed and simulated once. Every unit of work is a whole file
below `data/blocks`, so a run that was killed goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import time
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
Progress = Callable[[str, int, int], None]


def run_comparison(
    plan: Plan,
    store: Store,
    workers: int | None = None,
    progress: Progress | None = None,
    on_tables: Callable[[], None] | None = None,
    command: str = "",
) -> dict[str, Any]:
    """Evaluate, simulate, judge and write every table of the comparison; returns the summary.

    `progress(stage, done, total)` is called as units of work finish, `on_tables()` whenever further tables are whole.
    The numbers do not depend on `workers`. `command` is recorded with the settings.
    """
    report = progress or (lambda stage, done, total: None)
    whole = on_tables or (lambda: None)
    start = time.perf_counter()
    tables.write_settings(plan, store, command, None)
    tables.write_activation_tables(plan, store)
    tables.write_asymptotic_tables(plan, store)
    whole()
    exact_cells = _exact_cells(plan)
    exact: dict[tuple[int, int, bool], Arrays] = {}
    for cell, block in _blocks(store, exact_cells, exact_block, workers, "exact counts", report):
        exact[cell.p, cell.n_spins, cell.resolved] = block
    tables.write_exact_tables(plan, store, exact)
    whole()
    simulation = None
    if plan.simulates:
        cells = _enumeration_cells(plan)
        blocks: dict[tuple[str, int], list[Arrays]] = {}
        by_field = {(plan.field(g, n).terms, n): g.name for g in plan.groups_of(SIMULATED_P) for n in SIMULATED_SIZES}
        for cell, block in _blocks(store, cells, enumerate_block, workers, "enumeration", report):
            blocks.setdefault((by_field[cell.field.terms, cell.n_spins], cell.n_spins), []).append(block)
        found = {(name, n): Enumeration.from_blocks(n, parts) for (name, n), parts in blocks.items()}
        simulation = judged_simulation(plan, exact, found)
        tables.write_simulation_tables(plan, store, simulation)
    summary = tables.write_summary(plan, store, exact, simulation)
    tables.write_settings(plan, store, command, time.perf_counter() - start)
    whole()
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


def _blocks(
    store: Store,
    cells: Sequence[Any],
    function: Callable[[Any], dict[str, NDArray[Any]]],
    workers: int | None,
    stage: str,
    report: Progress,
) -> list[tuple[Any, Arrays]]:
    """The block of every cell, in the order of the cells: read where a whole file exists, computed otherwise."""
    digest = source_digest()
    names = {
        cell: f"data/blocks/{hashlib.sha256(repr((digest, cell.key())).encode()).hexdigest()[:24]}.npz"
        for cell in cells
    }
    done: dict[Any, Arrays] = {}
    for cell in cells:
        stored = store.read_arrays(names[cell])
        if stored is not None:
            done[cell] = stored
    report(stage, len(done), len(cells))
    for cell, block in process_map(function, [cell for cell in cells if cell not in done], workers):
        store.write_arrays(names[cell], **block)
        done[cell] = block
        report(stage, len(done), len(cells))
    return [(cell, done[cell]) for cell in cells]
