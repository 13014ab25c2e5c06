"""Compare activations with ReLU: from activation functions to tables of theory and simulation.

`plan_comparison` checks every input and reduces each activation to its overlap field; `run_comparison` evaluates the
theory, enumerates sampled Hamiltonians, judges, and writes the tables of one folder. Activations with equal
coefficients ρ are one group: computed and simulated once. Every unit of work is a whole file below `data/blocks`, so a
run that was killed goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import InputError, checked_float, checked_int, input_error
from spinglass._jit import source_digest
from spinglass.activations import Activation, PathSum, activation, path_sum, path_sum_from_samples
from spinglass.campaigns import Store, checked_seed, process_map
from spinglass.claims import tables
from spinglass.claims.tables import APPROACH_SIZES, DENSITY_SIZES, REFERENCE, SIMULATED_P, SIMULATED_SIZES, SQRT_N
from spinglass.claims.critical_points import (
    Enumeration,
    EnumerationCell,
    ExactCell,
    comparisons,
    enumerate_block,
    exact_block,
)
from spinglass.claims.decision import Comparison, Verdict, judge, ratio_comparison
from spinglass.hamiltonians import OverlapField

DEFAULT_ACTIVATIONS = ("relu", "leaky-relu", "gelu", "silu", "softplus", "elu", "tanh", "sigmoid", "five-section")
BLOCK_SAMPLES = 50
FEWEST_SAMPLES = 40

Arrays = Mapping[str, NDArray[Any]]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Group:
    """Activations that share all coefficients ρ at one depth; the first group of a depth holds ReLU."""

    name: str
    depth: int
    rho: tuple[float, ...]
    members: tuple[str, ...]

    @property
    def is_reference(self) -> bool:
        return not any(self.rho)


@dataclass(frozen=True)
class Plan:
    """A comparison with all its inputs checked; made by `plan_comparison`."""

    activations: tuple[Activation, ...]
    path_sums: Mapping[tuple[str, int], PathSum]
    groups: tuple[Group, ...]
    depths: tuple[int, ...]
    law: str
    bias_scale: float | str
    samples: int
    seed: int
    family_wise_error: float

    def field(self, group: Group, n_spins: int) -> OverlapField:
        """The overlap field of a group; with bias scale "sqrt(N)" the coefficients grow as N^{ℓ/2}."""
        rho = np.array(group.rho)
        if self.bias_scale == SQRT_N:
            rho = rho * math.sqrt(n_spins) ** np.arange(1, group.depth + 1)
        return OverlapField(p=group.depth, rho=rho)

    def groups_of(self, depth: int) -> list[Group]:
        return [group for group in self.groups if group.depth == depth]

    @property
    def simulates(self) -> bool:
        return self.samples > 0 and SIMULATED_P in self.depths


def plan_comparison(
    activations: Sequence[Activation] | None = None,
    depths: Sequence[int] = (3, 4),
    *,
    preactivation_std: float = 1.0,
    weight_std: float | None = None,
    bias_std: float | None = None,
    preactivations: Mapping[str, NDArray[np.float64]] | None = None,
    bias_scale: float | str = 1.0,
    samples: int = 300,
    seed: int = 0,
    family_wise_error: float = 0.01,
) -> Plan:
    """Check the inputs of a comparison and reduce each activation to its coefficients ρ.

    Parameters
    ----------
    activations : activations to compare; ReLU, the reference, is added if absent. Default: nine of the catalogue.
    depths : numbers H >= 2 of weight layers; H is the p of the spin glass. Depth 3 is simulated.
    preactivation_std, weight_std, bias_std : the Gaussian section law, as in `activations.path_sum`.
    preactivations : measured pre-activations by activation name; the name "" serves every activation without its own.
    bias_scale : c_ℓ = bias_scale**ℓ, or "sqrt(N)" for weights of scale 1/√N (no asymptotic ratio exists then).
    samples : sampled Hamiltonians per size and group, 0 (no simulation) or at least 40.

    Raises
    ------
    InputError : for any bad value, before any work; the message names argument, value and rule.
    """
    chosen = [activation(name) for name in DEFAULT_ACTIVATIONS] if activations is None else list(activations)
    if not any(item.name == REFERENCE for item in chosen):
        chosen.insert(0, activation(REFERENCE))
    names = [item.name for item in chosen]
    for name in names:
        if names.count(name) > 1:
            raise input_error("activations", name, "is named twice; give each activation once")
    checked_depths = tuple(checked_int("depth", depth, 2) for depth in depths)
    if not checked_depths or len(set(checked_depths)) < len(checked_depths):
        raise input_error("depths", tuple(depths), "must be different integers >= 2, at least one")
    samples = checked_int("samples", samples, 0)
    if 0 < samples < FEWEST_SAMPLES:
        raise input_error("samples", samples, f"must be 0 (no simulation) or at least {FEWEST_SAMPLES}")
    if bias_scale != SQRT_N:
        bias_scale = checked_float("bias_scale", bias_scale, rule=f'must be a finite number or "{SQRT_N}"')
    measured = dict(preactivations or {})
    for name in measured:
        if name and name not in names:
            raise input_error("preactivations", name, "is not one of the activations: " + ", ".join(names))
    scale = 1.0 if bias_scale == SQRT_N else bias_scale
    sums: dict[tuple[str, int], PathSum] = {}
    for item in chosen:
        values = measured.get(item.name, measured.get(""))
        for depth in checked_depths:
            try:
                if values is not None:
                    sums[item.name, depth] = path_sum_from_samples(item, values, depth, bias_scale=scale)
                else:
                    sums[item.name, depth] = path_sum(
                        item,
                        depth,
                        preactivation_std=preactivation_std,
                        bias_scale=scale,
                        weight_std=weight_std,
                        bias_std=bias_std,
                    )
            except InputError as problem:
                raise InputError(f"activation {item.name!r}: {problem}") from None
    if measured:
        law = "measured pre-activations for " + ", ".join(name or "every other activation" for name in measured)
        law += "" if "" in measured else f"; N(0, {preactivation_std:g}²) for the others"
    elif weight_std is not None:
        law = f"Gaussian, propagated through depth with weight std {weight_std:g}, bias std {bias_std or 0.0:g}"
    else:
        law = f"Gaussian, standard deviation {preactivation_std:g} in every layer"
    return Plan(
        activations=tuple(chosen),
        path_sums=sums,
        groups=tuple(group for depth in checked_depths for group in _grouped(names, sums, depth)),
        depths=checked_depths,
        law=law,
        bias_scale=bias_scale,
        samples=samples,
        seed=checked_seed(seed),
        family_wise_error=checked_float("family_wise_error", family_wise_error, 0.0, 0.5, low_open=True),
    )


def _grouped(names: Sequence[str], sums: Mapping[tuple[str, int], PathSum], depth: int) -> list[Group]:
    found: list[tuple[NDArray[np.float64], list[str]]] = [(np.zeros(depth), [REFERENCE])]
    for name in names:
        rho = np.asarray(sums[name, depth].rho, dtype=float)
        if name == REFERENCE:
            continue
        for known, members in found:
            if np.allclose(rho, known, rtol=1e-12, atol=0.0):
                members.append(name)
                break
        else:
            found.append((rho, [name]))
    return [
        Group(f"depth-{depth}-{i}", depth, tuple(rho.tolist()), tuple(members))
        for i, (rho, members) in enumerate(found)
    ]


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
