"""A campaign of complete enumerations: which samples, what is kept of each, and the verdict on all of them.

Sample i of a size uses the same couplings for every field, as in `spinglass.claims.critical_points`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from spinglass import complexity, landscape
from spinglass._errors import SpinGlassError, checked_int, input_error
from spinglass.campaigns import Campaign, Cell, Estimate, Plan, Report, Store
from spinglass.claims.critical_points import Enumeration, ExactCell, comparisons, exact_block
from spinglass.claims.decision import Comparison, judge
from spinglass.hamiltonians import OverlapField, SphericalGlass, couplings

CERTIFIED_SIZE = 8  # up to this N every census is certified unless told otherwise
MOST_PATHS = 1 << 20  # of a census
_BLOCK_SECONDS = 2.0
_MOST_IN_BLOCK = 1000
_FEWEST_SAMPLES = 20
_INCOMPLETE = (
    *("n_spins", "sample", "count", "n_solutions", "n_expected", "n_failed"),
    *("conjugation_closed", "euler_characteristic", "smallest_curvature", "failure"),
)

Parameters = Mapping[str, Any]


def census_plan(
    n_spins: Sequence[int],
    samples: int,
    seed: int = 0,
    *,
    p: int | None = None,
    mixture: Mapping[int, float] | None = None,
    field: Mapping[str, Any] | None = None,
    certify: bool | None = None,
) -> Plan:
    """The plan to enumerate the critical points of `samples` Hamiltonians at each size.

    Parameters
    ----------
    n_spins : the sizes, each at least 2.
    samples : Hamiltonians per size, at least 20 (what a comparison needs).
    p, mixture : the glass, one of them.
    field : the overlap field as one of {"rho": [ρ_1, …]}, {"linear": h}, {"spike": [λ, k]}; None: no field.
    certify : whether to prove every census; None: for N up to 8.
    """
    sizes = sorted({checked_int("n", n, 2) for n in n_spins})
    if not sizes:
        raise input_error("n", list(n_spins), "must name at least one size")
    checked_int("samples", samples, _FEWEST_SAMPLES)
    if (p is None) == (mixture is None):
        raise input_error("mixture", mixture, "give either p or a mixture")
    cells = []
    for n in sizes:
        parameters: dict[str, Any] = {
            "p": p,
            "mixture": None if mixture is None else [[int(k), float(a)] for k, a in sorted(mixture.items())],
            "field": None if field is None else dict(field),
            "n_spins": n,
            "certify": n <= CERTIFIED_SIZE if certify is None else certify,
        }
        glass = glass_of(parameters)
        _checked_size(glass, n)
        block = min(max(1, round(_BLOCK_SECONDS / _sample_seconds(glass, n))), _MOST_IN_BLOCK, samples)
        cells.append(Cell(f"N = {n}", parameters, samples, block, (glass.p, n)))
    return Plan.of(enumerated_sample, cells, seed, "spinglass.claims.censuses:census_report")


def glass_of(parameters: Parameters) -> SphericalGlass:
    """The glass of a cell's parameters."""
    field = field_of(parameters)
    if parameters["mixture"] is None:
        return SphericalGlass(parameters["p"], field)
    return SphericalGlass(mixture={int(k): a for k, a in parameters["mixture"]}, field=field)


def field_of(parameters: Parameters) -> OverlapField | None:
    """The overlap field of a cell's parameters, None when it vanishes."""
    content = parameters["field"]
    if content is None:
        return None
    if "rho" in content:
        if parameters["p"] is None:
            raise input_error("rho", content["rho"], "is the field of an activation, which needs p and no mixture")
        field = OverlapField(parameters["p"], content["rho"])
    elif "linear" in content:
        field = OverlapField.linear(content["linear"])
    else:
        field = OverlapField.spike(*content["spike"])
    return None if field.is_zero else field


def _degree(glass: SphericalGlass, n_spins: int) -> int:
    """Degree of the Hamiltonian as a polynomial in the spins."""
    return glass.p if glass.field.is_zero else max(glass.p, len(glass.field.polynomial(n_spins)) - 1)


def _paths(glass: SphericalGlass, n_spins: int) -> int:
    """About the number of complex solutions, as `spinglass.landscape.census` counts them; never above twice of it."""
    p, degree = glass.p, _degree(glass, n_spins)
    if degree > p:
        return 2 * ((degree - 1) * _solutions(p, n_spins - 1) + 1)
    return _solutions(p, n_spins) * (1 if glass.is_pure and glass.field.is_zero else 2)


def _solutions(p: int, n_spins: int) -> int:
    """Number of critical points of a generic form of degree p over the complex numbers, up to scale."""
    return n_spins if p == 2 else ((p - 1) ** n_spins - 1) // (p - 2)


def _checked_size(glass: SphericalGlass, n_spins: int) -> None:
    """Refuse sizes that no census can finish, before any work."""
    for degree, _ in glass.mixture:
        couplings.check_fits(n_spins, degree)
    paths = _paths(glass, n_spins)
    if paths > 2 * MOST_PATHS:
        raise input_error("n", n_spins, f"a complete enumeration would need about {paths:.3g} paths, at most 2^20")


def _sample_seconds(glass: SphericalGlass, n_spins: int) -> float:
    """A rough cost of one census on one core: so many paths, each with products with the largest tensor."""
    degree = _degree(glass, n_spins)
    if degree < 3:
        return 1.5e-3
    return 1.5e-3 + _paths(glass, n_spins) * (1e-5 * (degree - 2) ** 2 + 3e-8 * float(n_spins) ** degree)


def enumerated_sample(parameters: Parameters, rng: np.random.Generator) -> dict[str, dict[str, Any]]:
    """All critical points of one sampled Hamiltonian, as the tables of a campaign.

    "samples": count, complete, certified (proved; also false where no proof was asked for), the report of the
    enumeration, euler_characteristic, smallest_curvature, and in failure what is missing, in words. "points", sorted
    by energy: energy_density, index, latitude m = Σw_i/N, multiplier λ of ∇h = λw, and smallest_curvature, the smallest
    |eigenvalue| of the Riemannian Hessian.
    """
    disorder, path = rng.spawn(2)
    n = int(parameters["n_spins"])
    realisation = glass_of(parameters).sample(n_spins=n, rng=disorder)
    found = landscape.census(realisation, rng=path, certify=bool(parameters["certify"]))
    return {
        "samples": {
            "n_spins": np.int32(n),
            "count": np.int64(found.count),
            "complete": bool(found.complete),
            "certified": bool(found.certified),
            "n_paths": np.int64(found.n_paths),
            "n_retracked": np.int64(found.n_retracked),
            "n_failed": np.int64(found.n_failed),
            "n_diverged": np.int64(found.n_diverged),
            "n_solutions": np.int64(found.n_solutions),
            "n_expected": np.int64(found.n_expected),
            "conjugation_closed": bool(found.conjugation_closed),
            "euler_characteristic": np.int64(found.euler_characteristic),
            "smallest_curvature": float(found.smallest_curvature),
            "residual": float(found.residual),
            "failure": "; ".join(found.failures),
        },
        "points": {
            "n_spins": np.full(found.count, n, dtype=np.int32),
            "energy_density": np.asarray(found.energy_density, dtype=float),
            "index": np.asarray(found.index, dtype=np.int32),
            "latitude": np.asarray(found.points, dtype=float).mean(axis=1),
            "multiplier": np.asarray(found.multiplier, dtype=float),
            "smallest_curvature": np.asarray(found.curvature, dtype=float),
        },
    }


def compile_tracker(plan: Plan) -> None:
    """Enumerate one small Hamiltonian here, so that the workers find compiled code and need not all compile it."""
    parameters = plan.cells[0].parameters
    enumerated_sample({**parameters, "n_spins": 2}, np.random.default_rng(0))


def exact_total(parameters: Parameters) -> float | None:
    """The exact mean number of critical points, None where it cannot be had."""
    try:
        return float(complexity.mean_count(parameters["n_spins"], **_glass(parameters), field=field_of(parameters)))
    except SpinGlassError:
        return None


def _glass(parameters: Parameters) -> dict[str, Any]:
    """The glass as the exact counts take it."""
    if parameters["mixture"] is None:
        return {"p": parameters["p"]}
    return {"mixture": {int(k): a for k, a in parameters["mixture"]}}


def enumeration(parameters: Parameters, tables: Mapping[str, Mapping[str, Any]]) -> Enumeration:
    """The samples of one cell that are done, renumbered without gaps, incomplete ones included."""
    samples, points = tables["samples"], tables["points"]
    return Enumeration(
        int(parameters["n_spins"]),
        {
            "sample": np.arange(len(samples["sample"])),
            "count": samples["count"],
            "complete": samples["complete"],
            "euler_characteristic": samples["euler_characteristic"],
            "point_sample": np.searchsorted(samples["sample"], points["sample"]),
            "energy_density": points["energy_density"],
            "index": points["index"],
        },
    )


def census_report(campaign: Campaign) -> Report:
    """Tables and summary of a campaign of censuses, from the shards that are done.

    The means of the counts by index and energy bin are held against the exact values at finite N, all sizes in one
    family. Incomplete censuses stay in the means as they were found, and every one of them is named.

    In the folder of the campaign: summary.json, settings.json, and below data/: points.parquet and samples.parquet
    (every row of the shards), comparisons.csv, sizes.csv, incomplete.csv, exact_counts.csv, exact_densities.csv (the
    last two by index; all indices together where the column is empty).
    """
    tables: dict[str, list[dict[str, Any]]] = {"sizes": [], "incomplete": [], "exact_counts": [], "exact_densities": []}
    family: list[Comparison] = []
    status = campaign.status()
    for number, cell in enumerate(campaign.plan.cells):
        found = campaign.tables(number)
        if not found:
            continue
        exact, reason = _exact(cell.parameters, tables)
        rows = found["samples"]
        tables["sizes"].append(_size(cell, rows, exact, reason))
        tables["incomplete"] += _incomplete(rows)
        if exact is None or len(rows["sample"]) < _FEWEST_SAMPLES:
            continue
        family += comparisons(
            enumeration(cell.parameters, found),
            float(exact["total"]),
            exact["edges"].tolist(),
            exact["bin_counts"].tolist(),
            exact["index_counts"].tolist(),
            n_spins=cell.parameters["n_spins"],
        )
    if not tables["sizes"]:
        raise input_error("folder", str(campaign.folder), "no block of this campaign is done")
    verdict = judge(family) if family else None
    tables["comparisons"] = [
        {
            "quantity": item.quantity,
            **dict(item.details),
            "theory": item.theory,
            "mean": item.mean,
            "standard_error": item.standard_error,
            "z": item.z,
        }
        for item in family
    ]
    first = campaign.plan.cells[0]
    summary: dict[str, Any] = {
        "p": first.parameters["p"],
        "mixture": first.parameters["mixture"],
        "field": first.parameters["field"],
        "n_spins": [cell.parameters["n_spins"] for cell in campaign.plan.cells],
        "samples": first.samples,
        "seed": campaign.plan.seed,
        "finished": status.finished,
        "complete": sum(size["complete"] for size in tables["sizes"]),
        "incomplete": tables["incomplete"],
        "sizes": tables["sizes"],
        "agrees": None if verdict is None else verdict.agrees,
        "z_critical": None if verdict is None else verdict.z_critical,
        "comparisons": tables["comparisons"],
    }
    if campaign.folder is not None:
        _write(campaign, campaign.folder, tables, summary)
    return Report(summary, _text(summary))


def _exact(parameters: Parameters, tables: dict[str, list[dict[str, Any]]]) -> tuple[Mapping[str, Any] | None, str]:
    """The exact block of one size, with its rows in the tables; None and the reason where it cannot be had."""
    n, glass = parameters["n_spins"], glass_of(parameters)
    pairs = () if parameters["mixture"] is None else glass.mixture
    try:
        exact = _exact_curves(ExactCell(glass.p, n, glass.field, resolved=True, mixture=pairs))
    except SpinGlassError as problem:
        return None, str(problem)
    tables["exact_counts"].append({"n_spins": n, "index": None, "mean_count": float(exact["total"])})
    for index, count in enumerate(exact["index_counts"].tolist()):
        tables["exact_counts"].append({"n_spins": n, "index": index, "mean_count": count})
    curves: list[tuple[int | None, Any]] = [(None, exact["density"]), *enumerate(exact["index_densities"])]
    for number, densities in curves:
        for energy, density in zip(exact["energy_density"].tolist(), densities.tolist(), strict=True):
            row = {"n_spins": n, "index": number, "energy_density": energy, "density": density}
            tables["exact_densities"].append(row)
    return exact, ""


@lru_cache(maxsize=64)
def _exact_curves(cell: ExactCell) -> Mapping[str, Any]:
    """The exact block of a cell with the densities of every index; kept, since a size is asked for again and again."""
    exact = exact_block(cell)
    field = None if cell.field.is_zero else cell.field
    indices = np.arange(cell.n_spins)[:, None]
    u = exact["energy_density"]
    densities = complexity.mean_count_density(u, cell.n_spins, **cell.glass, index=indices, field=field)
    return {**exact, "index_densities": densities}


def _size(cell: Cell, rows: Mapping[str, Any], exact: Mapping[str, Any] | None, reason: str) -> dict[str, Any]:
    count = Estimate().with_values(rows["count"])
    error = count.standard_error
    return {
        "n_spins": cell.parameters["n_spins"],
        "samples": len(rows["sample"]),
        "planned": cell.samples,
        "complete": int(np.count_nonzero(rows["complete"])),
        "certified": int(np.count_nonzero(rows["certified"])) if cell.parameters["certify"] else None,
        "n_paths": int(rows["n_paths"].sum()),
        "n_retracked": int(rows["n_retracked"].sum()),
        "n_failed": int(rows["n_failed"].sum()),
        "mean_count": count.mean,
        "standard_error": error if math.isfinite(error) else None,
        "exact_mean_count": None if exact is None else float(exact["total"]),
        "no_exact_values": reason,
    }


def _incomplete(rows: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every census that is not proved complete, with what is known of it; None for a number that is none."""
    incomplete = ~rows["complete"].astype(bool)
    columns = [rows[name][incomplete].tolist() for name in _INCOMPLETE]
    return [
        {name: None if value != value else value for name, value in zip(_INCOMPLETE, values, strict=True)}
        for values in zip(*columns, strict=True)
    ]


def _write(
    campaign: Campaign, folder: Path, tables: Mapping[str, list[dict[str, Any]]], summary: Mapping[str, Any]
) -> None:
    store = Store(folder)
    campaign.write_tables(folder / "data")
    columns = {
        "sizes": list(tables["sizes"][0]),
        "incomplete": _INCOMPLETE,
        "exact_counts": ["n_spins", "index", "mean_count"],
        "exact_densities": ["n_spins", "index", "energy_density", "density"],
        "comparisons": [
            *("n_spins", "quantity", "index", "bin_low", "bin_high"),
            *("theory", "mean", "standard_error", "z"),
        ],
    }
    for name, names in columns.items():
        store.write_table(f"data/{name}.csv", names, tables[name])
    store.write_json("settings.json", campaign.plan.to_json())
    store.write_json("summary.json", summary)


def _text(summary: Mapping[str, Any]) -> str:
    glass = f"p = {summary['p']}"
    if summary["p"] is None:
        glass = "mixture " + ",".join(f"{k}:{a:g}" for k, a in summary["mixture"])
    for name, value in (summary["field"] or {}).items():
        numbers = value if isinstance(value, list) else [value]
        glass += f", {name} " + ",".join(f"{number:.6g}" for number in numbers)
    lines = []
    for size in summary["sizes"]:
        n, samples = size["n_spins"], size["samples"]
        lines.append(f"{size['complete']} of {samples} enumerations complete   ({glass}, N = {n})")
        if size["certified"] is not None:
            lines.append(f"{size['certified']} of {samples} certified")
        if samples < size["planned"]:
            lines.append(f"{size['planned'] - samples} of {size['planned']} samples are not computed yet")
        if size["no_exact_values"]:
            lines.append(f"no exact values: {size['no_exact_values']}")
        lines += [_line(item) for item in summary["comparisons"] if item["n_spins"] == n]
    for item in summary["incomplete"]:
        lines.append(
            f"incomplete: N = {item['n_spins']}, sample {item['sample']}: {item['failure']}; kept in the means as found"
        )
    if summary["agrees"] is None:
        lines.append("verdict: none, nothing to compare")
    else:
        verdict = "agree" if summary["agrees"] else "DISAGREE"
        but = f", {len(summary['incomplete'])} censuses incomplete" if summary["incomplete"] else ""
        lines.append(f"verdict: {verdict} (bound |z| < {summary['z_critical']:.2f}{but})")
    return "\n".join(lines)


def _line(item: Mapping[str, Any]) -> str:
    name = item["quantity"]
    if "index" in item:
        name = f"index {item['index']}"
    elif "bin_low" in item:
        name = f"u in ({item['bin_low']:.3f}, {item['bin_high']:.3f}]"
    return (
        f"{name:<26} exact {item['theory']:11.6f}   "
        f"found {item['mean']:11.6f} ± {item['standard_error']:.6f}   z {item['z']:+.2f}"
    )
