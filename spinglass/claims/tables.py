"""The tables that a comparison writes; pages and figures read these files and nothing else."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass import __version__, complexity
from spinglass._jit import source_digest
from spinglass.activations import PathSum, section_probabilities
from spinglass.campaigns import Store
from spinglass.claims.plan import (
    APPROACH_SIZES,
    DENSITY_SIZES,
    REFERENCE,
    SIMULATED_P,
    SIMULATED_SIZES,
    SQRT_N,
    Group,
    Plan,
)
from spinglass.claims.simulation import Simulation

Arrays = Mapping[str, NDArray[Any]]
TABLES = (
    "activations",
    "sections",
    "activation_curves",
    "complexity_curves",
    "thresholds",
    "ratio_curves",
    "exact_counts",
    "exact_densities",
    "simulation",
    "controls",
)
_SHOWN_INDICES = (0, 1, 2)
_LARGEST_LOG = 700.0  # a ratio beyond e^700 is left empty; only its logarithm is written


def write_settings(plan: Plan, store: Store, command: str, elapsed: float | None) -> None:
    """`settings.json`: what was asked and by which version of the code; `elapsed_seconds` is null until the end."""
    settings = {
        "version": __version__,
        "code_digest": source_digest(),
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "elapsed_seconds": elapsed,
        "seed": plan.seed,
        "samples": plan.samples,
        "depths": list(plan.depths),
        "simulated_p": SIMULATED_P if plan.simulates else None,
        "sizes_simulation": list(SIMULATED_SIZES) if plan.simulates else [],
        "sizes_density": list(DENSITY_SIZES),
        "sizes_approach": list(APPROACH_SIZES),
        "family_wise_error": plan.family_wise_error,
        "reference": REFERENCE,
        "preactivation_law": plan.law,
        "bias_scale": plan.bias_scale,
    }
    store.write_json("data/settings.json", settings)


def clear_other_comparison(plan: Plan, store: Store) -> None:
    """Remove tables, figures and page of another comparison, or of another version of the code, from the folder.

    `data/inputs.json` holds the digest of everything that the tables depend on. Blocks of work stay: their names hold
    the digest of their own inputs.
    """
    inputs = {"digest": _inputs_digest(plan)}
    if store.read_json("data/inputs.json") == inputs:
        return
    for name in ("index.html", "summary.json", "data/settings.json", *(f"data/{table}.csv" for table in TABLES)):
        store.remove(name)
    for figure in store.folder.glob("figures/*.json"):
        for suffix in (".svg", ".png", ".csv", ".json"):
            store.remove(f"figures/{figure.stem}{suffix}")
    store.write_json("data/inputs.json", inputs)


def _inputs_digest(plan: Plan) -> str:
    definitions = [(item, item.parameters, item.sections) for item in plan.activations]
    sums = [
        (key, *(np.asarray(part).tolist() for part in (reduced.rho, reduced.slopes, reduced.intercepts)))
        for key, reduced in plan.path_sums.items()
    ]
    measured = [
        (name, values.shape, hashlib.sha256(values.tobytes()).hexdigest()) for name, values in plan.measured.items()
    ]
    choices = (plan.depths, plan.law, plan.bias_scale, plan.samples, plan.seed, plan.family_wise_error)
    return hashlib.sha256(repr((source_digest(), definitions, sums, measured, choices)).encode()).hexdigest()


def write_activation_tables(plan: Plan, store: Store) -> None:
    """`activations.csv`, `sections.csv`, `activation_curves.csv`: the functions and their coefficients ρ."""
    deepest = max(plan.depths)
    columns = ["activation", "label", "formula", "derivative", "kind", "n_sections", "depth", "preactivation_std"]
    columns += ["mean_slope", "mean_intercept", *(f"rho_{level}" for level in range(1, max(deepest, 4) + 1))]
    columns += ["group", "same_as_reference", "total_ratio", "divergence", "note"]
    store.write_table("data/activations.csv", columns, (row for row in activation_rows(plan)))
    store.write_table(
        "data/sections.csv",
        ["activation", "section", "left", "right", "slope", "intercept", "probability"],
        _section_rows(plan),
    )
    x = np.linspace(-5, 5, 401)
    store.write_table(
        "data/activation_curves.csv",
        ["activation", "x", "value", "derivative"],
        (
            {"activation": item.name, "x": at, "value": value, "derivative": slope}
            for item in plan.activations
            for at, value, slope in zip(x.tolist(), item(x).tolist(), item.derivative(x).tolist(), strict=True)
        ),
    )


def activation_rows(plan: Plan) -> Iterator[dict[str, Any]]:
    group_of = {(name, group.depth): group for group in plan.groups for name in group.members}
    for item in plan.activations:
        for depth in plan.depths:
            group, reduced = group_of[item.name, depth], plan.path_sums[item.name, depth]
            row: dict[str, Any] = {
                "activation": item.name,
                "label": item.label,
                "formula": item.expression,
                "derivative": item.derivative_expression,
                "kind": "smooth" if item.sections is None else "piecewise linear",
                "n_sections": None if item.sections is None else len(item.sections.slopes),
                "depth": depth,
                "preactivation_std": _common(reduced.preactivation_std),
                "mean_slope": _common(reduced.slopes),
                "mean_intercept": _common(reduced.intercepts),
                "group": group.name,
                "same_as_reference": group.is_reference,
                "total_ratio": total_ratio(plan, group),
                "divergence": _divergence(plan, group),
                "note": _note(plan, group, reduced),
            }
            row.update({f"rho_{level}": value for level, value in enumerate(np.asarray(reduced.rho).tolist(), start=1)})
            yield row


def _common(layers: NDArray[np.float64]) -> float | None:
    """The number that all layers share, None when they differ (the note then lists them)."""
    return float(layers[0]) if np.all(layers == layers[0]) else None


def _note(plan: Plan, group: Group, reduced: PathSum) -> str:
    notes = []
    if group.is_reference and group.members != ("relu",):
        notes.append("every ρ is zero: the same spin glass as ReLU")
    elif len(group.members) > 1:
        notes.append("the same ρ as " + ", ".join(group.members))
    for symbol, layers in (("σ", reduced.preactivation_std), ("E α", reduced.slopes), ("E β", reduced.intercepts)):
        if _common(layers) is None:
            notes.append(f"{symbol} by layer: " + ", ".join(f"{value:.6g}" for value in layers))
    if reduced.standard_error is not None:
        notes.append(f"measured: ρ₁ has standard error {reduced.standard_error[0]:.2g}")
    if plan.bias_scale == SQRT_N and not group.is_reference:
        notes.append("bias scale √N: ρ_ℓ is multiplied by N^(ℓ/2), and no asymptotic ratio exists")
    return "; ".join(notes)


def _section_rows(plan: Plan) -> Iterator[dict[str, Any]]:
    for item in plan.activations:
        if item.sections is None:
            continue
        edges = [-math.inf, *item.sections.knots, math.inf]
        first_layer = float(plan.path_sums[item.name, plan.depths[0]].preactivation_std[0])
        probabilities = section_probabilities(item, first_layer, plan.measured_by(item.name))
        for j, (slope, intercept) in enumerate(zip(item.sections.slopes, item.sections.intercepts, strict=True)):
            yield {
                "activation": item.name,
                "section": j + 1,
                "left": edges[j],
                "right": edges[j + 1],
                "slope": slope,
                "intercept": intercept,
                "probability": probabilities[j],
            }


def _asymptotics_apply(plan: Plan) -> bool:
    return plan.bias_scale != SQRT_N


def total_ratio(plan: Plan, group: Group) -> float | None:
    """R_tot of a group, None where no limit exists."""
    if group.is_reference:
        return 1.0
    return float(complexity.activation_ratio(group.depth, group.rho[0])) if _asymptotics_apply(plan) else None


def _divergence(plan: Plan, group: Group) -> str:
    if group.is_reference or not _asymptotics_apply(plan):
        return ""
    divergent = complexity.ratio_divergence(group.depth, group.rho[0])
    if divergent is None:
        return ""
    low, high = divergent
    return f"u ≤ −{-high:.4f}" if math.isinf(low) else f"u ≥ {low:.4f}"  # ±u ≥ 8/(3√3): the sign is known


def write_asymptotic_tables(plan: Plan, store: Store) -> None:
    """`complexity_curves.csv`, `thresholds.csv`, `ratio_curves.csv`: the limit of many spins."""
    wide = np.linspace(-2.4, 2.4, 481)
    spin_glasses = [depth for depth in plan.depths if depth >= 3]
    curves: list[dict[str, Any]] = []
    thresholds: list[dict[str, Any]] = []
    for p in spin_glasses:
        threshold, ground = complexity.threshold_energy(p), complexity.band_edge(p, 0)
        band = ground - threshold
        near = np.linspace(-ground - 0.4 * band, -threshold + 0.7 * band, 121)  # the bands are narrow: draw them finely
        u = np.unique(np.concatenate([wide, near, [-threshold]]))
        kinds: list[tuple[str, int | None]] = [("all", None), *((str(k), k) for k in _SHOWN_INDICES)]
        for name, index in kinds:
            values = complexity.annealed_complexity(u, p, index=index)
            curves += [
                {"p": p, "index": name, "energy_density": at, "complexity": value}
                for at, value in zip(u.tolist(), values.tolist(), strict=True)
            ]
        thresholds.append({"p": p, "name": "E_inf", "value": complexity.threshold_energy(p)})
        thresholds += [{"p": p, "name": f"E_{k}", "value": complexity.band_edge(p, k)} for k in _SHOWN_INDICES]
    store.write_table("data/complexity_curves.csv", ["p", "index", "energy_density", "complexity"], curves)
    store.write_table("data/thresholds.csv", ["p", "name", "value"], thresholds)
    ratios: list[dict[str, Any]] = []
    for group in plan.groups:
        if not (group.is_reference or _asymptotics_apply(plan)):
            continue
        rho = 0.0 if group.is_reference else group.rho[0]
        logarithms = complexity.activation_ratio(group.depth, rho, u=wide, log=True).tolist()
        ratios += [
            {
                "activation": name,
                "depth": group.depth,
                "energy_density": at,
                "ratio": math.exp(logarithm) if logarithm < _LARGEST_LOG or math.isinf(logarithm) else None,
                "log_ratio": logarithm,
            }
            for name in group.members
            for at, logarithm in zip(wide.tolist(), logarithms, strict=True)
        ]
    columns = ["activation", "depth", "energy_density", "ratio", "log_ratio"]
    store.write_table("data/ratio_curves.csv", columns, ratios)


def write_exact_tables(plan: Plan, store: Store, exact: Mapping[tuple[str, int], Arrays]) -> None:
    """`exact_counts.csv` and `exact_densities.csv`: exact means at finite N beside ReLU's."""
    counts: list[dict[str, Any]] = []
    densities: list[dict[str, Any]] = []
    for depth in sorted(plan.depths):
        groups = plan.groups_of(depth)
        for n_spins in sorted({n for _, n in exact}):
            reference = float(exact[groups[0].name, n_spins]["total"])
            for group, name in ((member_of, name) for member_of in groups for name in member_of.members):
                block = exact[group.name, n_spins]
                total = float(block["total"])
                head = {"activation": name, "depth": depth, "n_spins": n_spins}
                counts.append({**head, "mean_count": total, "reference_count": reference, "ratio": total / reference})
                if "density" not in block:
                    continue
                densities += [
                    {**head, "energy_density": at, "density": value, "reference_density": base}
                    for at, value, base in zip(
                        block["energy_density"].tolist(),
                        block["density"].tolist(),
                        block["reference_density"].tolist(),
                        strict=True,
                    )
                ]
    store.write_table(
        "data/exact_counts.csv",
        ["activation", "depth", "n_spins", "mean_count", "reference_count", "ratio"],
        counts,
    )
    store.write_table(
        "data/exact_densities.csv",
        ["activation", "depth", "n_spins", "energy_density", "density", "reference_density"],
        densities,
    )


def write_simulation_tables(plan: Plan, store: Store, simulation: Simulation) -> None:
    """`simulation.csv` and `controls.csv`: every comparison with its decision, and the wrong theories."""
    verdict = simulation.verdict
    rows = [
        {
            "group": group.name,
            "activations": ";".join(group.members),
            "depth": group.depth,
            "n_spins": n_spins,
            "quantity": comparison.quantity,
            **dict(comparison.details),
            "theory": comparison.theory,
            "mean": comparison.mean,
            "standard_error": comparison.standard_error,
            "samples": comparison.samples,
            "z": comparison.z,
            "p_value": comparison.p_value,
            "agrees": verdict.accepts(comparison),
            "detectable": comparison.detectable(verdict.z_critical),
        }
        for group, n_spins, comparison in simulation.family
    ]
    columns = ["group", "activations", "depth", "n_spins", "quantity", "bin_low", "bin_high", "index", "theory", "mean"]
    columns += ["standard_error", "samples", "z", "p_value", "agrees", "detectable"]
    store.write_table("data/simulation.csv", columns, rows)
    columns = ["control", "group", "activations", "n_spins", "quantity", "z", "rejected"]
    store.write_table("data/controls.csv", columns, simulation.controls)
