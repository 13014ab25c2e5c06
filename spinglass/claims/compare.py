"""Compare activations with ReLU: theory, enumeration, verdict, and the tables of one folder.

Activations with equal coefficients ρ are one group: computed and simulated once. Every unit of work is a whole file
below `data/blocks`, so a run that was killed goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from numpy.typing import NDArray

from spinglass._errors import ComputationError, SpinGlassError, checked_int
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
from spinglass.claims.summary import write_summary

BLOCK_SAMPLES = 50

Arrays = Mapping[str, NDArray[Any]]
Cell = ExactCell | EnumerationCell
Key = tuple[Any, ...]  # name of the group, N, and for a block of the enumeration its first sample
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
    is recorded with the settings. Tables, figures and page of a comparison with other inputs are removed first, so
    that a folder never shows two comparisons at once.

    Raises `ComputationError` naming activation, depth and N where a unit of work fails; all others are finished and
    kept, so that a run without that activation goes on from there.
    """
    if workers is not None:
        checked_int("workers", workers, 1)
    report = progress or (lambda stage, done, total: None)
    start = time.perf_counter()
    tables.clear_other_comparison(plan, store)
    tables.write_settings(plan, store, command, None)
    tables.write_activation_tables(plan, store)
    tables.write_asymptotic_tables(plan, store)
    exact_cells = _exact_cells(plan)
    enumeration_cells = _enumeration_cells(plan) if plan.simulates else {}
    # One exact cell, then the enumeration, then the rest: two workers compile one kernel each instead of both twice.
    first = next(iter(exact_cells))
    cells = {first: exact_cells[first], **enumeration_cells, **exact_cells}
    blocks = _blocks(plan, store, cells, workers, report)
    exact: dict[tuple[str, int], Arrays] = {(name, n): blocks[name, n] for name, n in exact_cells}
    tables.write_exact_tables(plan, store, exact)
    simulation = None
    if plan.simulates:
        found = {
            (group.name, n_spins): Enumeration.from_blocks(
                n_spins, [blocks[key] for key in enumeration_cells if key[:2] == (group.name, n_spins)]
            )
            for group in plan.groups_of(SIMULATED_P)
            for n_spins in SIMULATED_SIZES
        }
        simulation = judged_simulation(plan, exact, found)
        tables.write_simulation_tables(plan, store, simulation)
    summary = write_summary(plan, store, exact, simulation)
    tables.write_settings(plan, store, command, time.perf_counter() - start)
    return summary


def _exact_cells(plan: Plan) -> dict[Key, Cell]:
    """Exact counts to evaluate; the longest first."""
    cells: dict[Key, Cell] = {}
    for n_spins in sorted({*DENSITY_SIZES, *SIMULATED_SIZES, *APPROACH_SIZES}, reverse=True):
        for group in plan.groups:
            simulated = plan.simulates and group.depth == SIMULATED_P and n_spins in SIMULATED_SIZES
            resolved = n_spins in DENSITY_SIZES or simulated
            if resolved or n_spins in APPROACH_SIZES:
                cells[group.name, n_spins] = ExactCell(group.depth, n_spins, plan.field(group, n_spins), resolved)
    return cells


def _enumeration_cells(plan: Plan) -> dict[Key, Cell]:
    """Blocks of samples to enumerate; the longest first."""
    return {
        (group.name, n_spins, first): EnumerationCell(
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
    }


def _attempted(cell: Cell) -> dict[str, NDArray[Any]] | str:
    """The block of a cell, or what went wrong: the failure of one cell must not end the others."""
    try:
        return exact_block(cell) if isinstance(cell, ExactCell) else enumerate_block(cell)
    except SpinGlassError as problem:
        return str(problem)


def _blocks(
    plan: Plan, store: Store, cells: Mapping[Key, Cell], workers: int | None, report: Progress
) -> dict[Key, Arrays]:
    """The block of every cell: read where a whole file exists, computed otherwise."""
    digest = source_digest()
    names = {
        cell: f"data/blocks/{hashlib.sha256(repr((digest, cell.key())).encode()).hexdigest()[:24]}.npz"
        for cell in cells.values()
    }
    stages = {cell: "exact counts" if isinstance(cell, ExactCell) else "enumeration" for cell in cells.values()}
    totals, finished = Counter(stages.values()), Counter[str]()
    done: dict[Cell, Arrays] = {}
    failures: dict[Cell, str] = {}

    def finish(cell: Cell, block: Arrays) -> None:
        done[cell] = block
        finished[stages[cell]] += 1
        report(stages[cell], finished[stages[cell]], totals[stages[cell]])

    for stage, total in totals.items():
        report(stage, 0, total)
    for cell, name in names.items():
        stored = store.read_arrays(name)
        if stored is not None:
            finish(cell, stored)
    for cell, result in process_map(_attempted, [cell for cell in names if cell not in done], workers):
        if isinstance(result, str):
            failures[cell] = result
            continue
        store.write_arrays(names[cell], **result)
        finish(cell, result)
    if failures:
        raise ComputationError(
            _failure_text(plan, {key: failures[cell] for key, cell in cells.items() if cell in failures})
        )
    return {key: done[cell] for key, cell in cells.items()}


def _failure_text(plan: Plan, failures: Mapping[Key, str]) -> str:
    groups = {group.name: group for group in plan.groups}
    smallest = min(failures, key=lambda key: key[1])
    group = groups[smallest[0]]
    failed = dict.fromkeys(", ".join(groups[key[0]].members) for key in failures)
    work = "enumeration" if len(smallest) == 3 else "the exact count"
    rho = ", ".join(f"{value:.6g}" for value in group.rho)
    return (
        f"activation {' and activation '.join(failed)}: {work} failed at depth {group.depth}, N = {smallest[1]}, "
        f"ρ = ({rho}): {failures[smallest]}. All other results are kept; leave this activation out and run again"
    )
