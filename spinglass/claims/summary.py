"""The summary of a comparison: the question, the answer in one sentence with numbers, the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from spinglass.campaigns import Store
from spinglass.claims.plan import APPROACH_SIZES, SQRT_N, Plan
from spinglass.claims.simulation import Simulation
from spinglass.claims.tables import activation_rows, total_ratio

Arrays = Mapping[str, NDArray[Any]]


def write_summary(
    plan: Plan,
    store: Store,
    exact: Mapping[tuple[str, int], Arrays],
    simulation: Simulation | None,
) -> dict[str, Any]:
    """`summary.json`: the question, the answer in one sentence, the verdict."""
    summary: dict[str, Any] = {
        "question": "What does the activation function change in the number of critical points, compared with ReLU?",
        "answer": _answer(plan, exact, simulation),
        "verdict": None,
        "per_activation": list(activation_rows(plan)),
    }
    if simulation is not None:
        verdict = simulation.verdict
        complete = simulation.samples == simulation.complete
        summary.update(
            verdict="agree" if verdict.agrees and complete else "disagree",
            worst_z=abs(verdict.worst.z),
            n_comparisons=len(verdict.comparisons),
            z_critical=verdict.z_critical,
            family_wise_error=verdict.family_wise_error,
            simulation_census={"samples": simulation.samples, "complete": simulation.complete},
            controls=list(simulation.controls),
            controls_rejected=all(control["rejected"] for control in simulation.controls),
        )
    store.write_json("summary.json", summary)
    return summary


def _answer(plan: Plan, exact: Mapping[tuple[str, int], Arrays], simulation: Simulation | None) -> str:
    depth = 3 if 3 in plan.depths else plan.depths[0]
    groups = plan.groups_of(depth)
    labels = {item.name: item.label for item in plan.activations}
    same = [labels[name] for name in groups[0].members if name != "relu"]
    n_spins = max(APPROACH_SIZES)
    reference = float(exact[groups[0].name, n_spins]["total"])
    changes = []
    for group in groups[1:]:
        limit = total_ratio(plan, group)
        exact_ratio = float(exact[group.name, n_spins]["total"]) / reference
        name = " = ".join(labels[name] for name in group.members)
        if limit is None:
            changes.append((exact_ratio, f"{name} × {_factor(exact_ratio)}"))
        else:
            changes.append((limit, f"{name} × {_factor(limit)} ({_factor(exact_ratio)})"))
    changes.sort()
    where = f"at N = {n_spins}" if plan.bias_scale == SQRT_N else f"for many spins (exactly, at N = {n_spins})"
    parts = []
    if same:
        parts.append(f"{_listed(same)} {'have' if len(same) > 1 else 'has'} the spin glass of ReLU")
    if changes:
        listed = "; ".join(text for _, text in changes)
        parts.append(f"the mean number of critical points relative to ReLU, {where}: {listed}")
    text = f"At depth {depth}, " + (", and ".join(parts) if parts else "only ReLU was given") + "."
    if simulation is not None:
        verdict = simulation.verdict
        agrees = verdict.agrees and simulation.samples == simulation.complete
        text += (
            f" Complete enumeration of {simulation.complete} sampled Hamiltonians "
            f"{'agrees' if agrees else 'DISAGREES'} with the exact counts in {len(verdict.comparisons)} comparisons "
            f"(largest |z| {abs(verdict.worst.z):.2f}, bound {verdict.z_critical:.2f})."
        )
        if simulation.complete < simulation.samples:
            text += f" {simulation.samples - simulation.complete} enumerations are not proved complete."
    return text


def _factor(ratio: float) -> str:
    """A ratio to ReLU with enough digits to differ from 1 where it does, and from 0."""
    if not 0.1 <= ratio < 1000:
        return f"{ratio:.3g}"
    return f"{ratio:.3f}" if abs(1 - ratio) > 1e-3 or ratio == 1 else f"{ratio:.4f}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
