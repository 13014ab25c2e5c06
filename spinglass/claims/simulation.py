"""The judged simulation of a comparison: every group against its exact counts, and wrong theories that must fail."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from spinglass.claims.critical_points import Enumeration, comparisons
from spinglass.claims.decision import Comparison, Verdict, judge, ratio_comparison
from spinglass.claims.plan import SIMULATED_P, SIMULATED_SIZES, Group, Plan

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Simulation:
    """The judged simulation: comparisons by group, the verdict, and the negative controls."""

    family: tuple[tuple[Group, int, Comparison], ...]
    verdict: Verdict
    controls: tuple[Mapping[str, Any], ...]
    samples: int
    complete: int


def judged_simulation(
    plan: Plan, exact: Mapping[tuple[str, int], Arrays], found: Mapping[tuple[str, int], Enumeration]
) -> Simulation:
    """Judge the enumerations against the exact blocks; both by name of the group and N."""
    groups = plan.groups_of(SIMULATED_P)
    base = groups[0]
    family: list[tuple[Group, int, Comparison]] = []
    for group in groups:
        for n_spins in SIMULATED_SIZES:
            theory, relu = exact[group.name, n_spins], exact[base.name, n_spins]
            reference = None if group is base else (found[base.name, n_spins], float(relu["total"]))
            for comparison in comparisons(
                found[group.name, n_spins],
                float(theory["total"]),
                theory["edges"].tolist(),
                theory["bin_counts"].tolist(),
                theory["index_counts"].tolist(),
                reference,
            ):
                family.append((group, n_spins, comparison))
    verdict = judge((comparison for _, _, comparison in family), plan.family_wise_error)
    controls = [_control(plan, exact, found, group) for group in groups]
    return Simulation(
        family=tuple(family),
        verdict=verdict,
        controls=tuple(controls),
        samples=sum(enumeration.samples for enumeration in found.values()),
        complete=sum(enumeration.complete for enumeration in found.values()),
    )


def _control(
    plan: Plan,
    exact: Mapping[tuple[str, int], Arrays],
    found: Mapping[tuple[str, int], Enumeration],
    group: Group,
) -> dict[str, Any]:
    """A wrong theory held against the same samples: it must be rejected, or the agreement says nothing.

    For an activation with a field: ReLU's counts (the field left out). For ReLU: the prefactor 2√(2/p) of the exact
    count taken as 2√(2/(p−1)), a slip that leaves the exponential order and every ratio unchanged.
    """
    base = plan.groups_of(SIMULATED_P)[0]
    family: list[tuple[int, Comparison]] = []
    for n_spins in SIMULATED_SIZES:
        theory, samples = exact[group.name, n_spins], found[group.name, n_spins]
        total, edges = float(exact[base.name, n_spins]["total"]), theory["edges"].tolist()
        if group is base:
            slip = math.sqrt(SIMULATED_P / (SIMULATED_P - 1))
            wrong = comparisons(samples, slip * total, edges, (slip * theory["bin_counts"]).tolist())
        else:
            wrong = comparisons(samples, total, edges, theory["reference_bin_counts"].tolist())
            relu = found[base.name, n_spins].totals
            wrong.append(ratio_comparison("ratio to ReLU", 1.0, samples.totals, relu, step=2))
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
