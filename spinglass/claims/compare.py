"""Compare activations with ReLU: theory, enumeration, verdict, and the tables of one folder.

Activations with equal coefficients ρ are one group: computed and simulated once. Every unit of work is a whole file
below `data/blocks`, so a run that was killed goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from spinglass._jit import source_digest
from spinglass.campaigns import Store, process_map
from spinglass.claims import tables
from spinglass.claims.critical_points import (
    Enumeration,
    EnumerationCell,
    ExactCell,
    comparisons,
    enumerate_block,
    exact_block,
)
from spinglass.claims.decision import Comparison, Verdict, judge, ratio_comparison
from spinglass.claims.plan import APPROACH_SIZES, DENSITY_SIZES, SIMULATED_P, SIMULATED_SIZES, Group, Plan

BLOCK_SAMPLES = 50

Arrays = Mapping[str, NDArray[Any]]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Simulation:
    """The judged simulation: comparisons by group, the verdict, and the negative controls."""

    family: tuple[tuple[Group, int, Comparison], ...]
    verdict: Verdict
    controls: tuple[Mapping[str, Any], ...]
    samples: int
    complete: int


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
        simulation = _judged(plan, exact, found)
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


def _judged(
    plan: Plan, exact: Mapping[tuple[int, int, bool], Arrays], found: Mapping[tuple[str, int], Enumeration]
) -> Simulation:
    groups = plan.groups_of(SIMULATED_P)
    base = groups[0]
    family: list[tuple[Group, int, Comparison]] = []
    for row, group in enumerate(groups):
        for n_spins in SIMULATED_SIZES:
            theory = exact[SIMULATED_P, n_spins, True]
            reference = None if group is base else (found[base.name, n_spins], float(theory["total"][0]))
            for comparison in comparisons(
                found[group.name, n_spins],
                float(theory["total"][row]),
                theory["edges"][row].tolist(),
                theory["bin_counts"][row].tolist(),
                theory["index_counts"].tolist() if group is base else None,
                reference,
            ):
                family.append((group, n_spins, comparison))
    verdict = judge((comparison for _, _, comparison in family), plan.family_wise_error)
    controls = [_control(plan, exact, found, row, group) for row, group in enumerate(groups)]
    return Simulation(
        family=tuple(family),
        verdict=verdict,
        controls=tuple(controls),
        samples=sum(enumeration.samples for enumeration in found.values()),
        complete=sum(enumeration.complete for enumeration in found.values()),
    )


def _control(
    plan: Plan,
    exact: Mapping[tuple[int, int, bool], Arrays],
    found: Mapping[tuple[str, int], Enumeration],
    row: int,
    group: Group,
) -> dict[str, Any]:
    """A wrong theory held against the same samples: it must be rejected, or the agreement says nothing.

    For an activation with a field: ReLU's counts (the field left out). For ReLU: the prefactor 2√(2/p) of the exact
    count taken as 2√(2/(p−1)), a slip that leaves the exponential order and every ratio unchanged.
    """
    base = plan.groups_of(SIMULATED_P)[0]
    family: list[tuple[int, Comparison]] = []
    for n_spins in SIMULATED_SIZES:
        theory, samples = exact[SIMULATED_P, n_spins, True], found[group.name, n_spins]
        edges = theory["edges"][row].tolist()
        if group is base:
            slip = math.sqrt(SIMULATED_P / (SIMULATED_P - 1))
            wrong = comparisons(samples, slip * float(theory["total"][0]), edges, (slip * theory["bin_counts"][0]))
        else:
            wrong = comparisons(samples, float(theory["total"][0]), edges, theory["reference_bin_counts"][row].tolist())
            relu = found[base.name, n_spins].totals
            wrong.append(ratio_comparison("ratio to ReLU", 1.0, samples.totals, relu))
        family += [(n_spins, comparison) for comparison in wrong]
    verdict = judge((comparison for _, comparison in family), plan.family_wise_error)
    n_spins, worst = max(family, key=lambda item: (abs(item[1].z), -item[0]))
    sentence = (
        "the exact count with prefactor 2√(2/(p−1)) in place of 2√(2/p)"
        if group is base
        else "ReLU's exact counts for this activation (its overlap field left out)"
    )
    return {
        "control": sentence,
        "group": group.name,
        "activations": ";".join(group.members),
        "n_spins": n_spins,
        "quantity": worst.quantity,
        "z": worst.z,
        "rejected": not verdict.agrees,
    }
