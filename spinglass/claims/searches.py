"""A campaign of searches: starts in one Hamiltonian, or in many, what is kept of each, and the summary of all.

The ends of a search are no uniform sample of critical points: their frequencies are those of basins, and means over
them belong to the method as much as to the landscape. No mean here is held against an exact count.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass import landscape
from spinglass._errors import checked_int, input_error
from spinglass.campaigns import Campaign, Cell, Estimate, Plan, Report, Store, stream
from spinglass.claims.censuses import glass_of
from spinglass.hamiltonians.spherical import Realisation
from spinglass.landscape.existence import check_size
from spinglass.landscape.search import Settings

NOT_UNIFORM = "a search does not sample critical points uniformly: frequencies are those of basins"
_BLOCK_SECONDS = 2.0
_MOST_IN_BLOCK = 1000
_COUPLINGS = 1 << 20  # apart from the keys of the starts

Parameters = Mapping[str, Any]


def search_plan(
    n_spins: int | Sequence[int],
    starts: int,
    seed: int = 0,
    *,
    samples: int = 1,
    p: int | None = None,
    mixture: Mapping[int, float] | None = None,
    field: Mapping[str, Any] | None = None,
    method: str = "trust-region",
    index: int = 0,
    tolerance: float = 1e-8,
    max_iterations: int | None = None,
    spectra: bool = False,
    certify: bool | str = False,
) -> Plan:
    """The plan to search from `starts` random points in each of `samples` Hamiltonians.

    n_spins is one size or several, each with as many Hamiltonians and starts; the index must suit the smallest.
    With one Hamiltonian every start is a sample of the campaign, kept and resumed apart; with several every
    Hamiltonian is one. p, mixture, field : as for `spinglass.claims.censuses.census_plan`. spectra : whether to keep
    all eigenvalues of the Hessian at each end. The others : as for `landscape.search`.
    """
    given = [n_spins] if np.ndim(n_spins) == 0 else list(n_spins)  # type: ignore[arg-type]
    sizes = sorted({checked_int("n", n, 2) for n in given})
    if not sizes:
        raise input_error("n", n_spins, "must name at least one size")
    starts, samples = checked_int("starts", starts, 1), checked_int("samples", samples, 1)
    if (p is None) == (mixture is None):
        raise input_error("mixture", mixture, "give either p or a mixture")
    settings = Settings(
        method, checked_int("index", index, 0, sizes[0] - 1), tolerance, max_iterations, certify=certify
    )
    rows = starts if samples == 1 else samples
    cells = []
    for n in sizes:
        parameters: dict[str, Any] = {
            "p": p,
            "mixture": None if mixture is None else [[int(k), float(a)] for k, a in sorted(mixture.items())],
            "field": None if field is None else dict(field),
            "n_spins": n,
            "couplings": checked_int("seed", seed, 0) if samples == 1 else None,
            "starts": 1 if samples == 1 else starts,
            "method": settings.method,
            "index": settings.index,
            "tolerance": settings.tolerance,
            "max_iterations": settings.max_iterations,
            "spectra": bool(spectra),
            "certify": settings.certify,
        }
        glass = glass_of(parameters)
        if certify == "balls":
            check_size(n, glass.p)
        seconds = parameters["starts"] * 100 * (1e-4 + 1e-9 * float(n) ** glass.p)  # a hundred gradients a start
        block = max(1, min(_MOST_IN_BLOCK, round(_BLOCK_SECONDS / seconds), rows))
        cells.append(Cell(f"N = {n}", parameters, rows, block, (glass.p, n)))
    return Plan.of(searched_sample, cells, seed, "spinglass.claims.searches:search_report")


@lru_cache(maxsize=1)
def _kept_realisation(seed: int, key: str) -> Realisation:
    """The one Hamiltonian of a campaign, drawn once in each process."""
    import json

    parameters = json.loads(key)
    n = parameters["n_spins"]
    return glass_of(parameters).sample(n_spins=n, rng=stream(seed, n, _COUPLINGS))


def realisation_of(parameters: Parameters) -> Realisation:
    """The Hamiltonian of a campaign that searches in one."""
    import json

    if parameters["couplings"] is None:
        raise input_error("couplings", None, "this campaign has a Hamiltonian of its own for every sample")
    key = {name: parameters[name] for name in ("p", "mixture", "field", "n_spins")}
    return _kept_realisation(int(parameters["couplings"]), json.dumps(key))


def searched_sample(parameters: Parameters, rng: np.random.Generator) -> dict[str, dict[str, Any]]:
    """The ends of the starts of one sample, as a table of a campaign: "ends", with a row for each start.

    Columns: n_spins, start, energy_density, index (−1 where it was not found), status, gradient_norm |grad h|/√N,
    lowest_eigenvalue, smallest_curvature, latitude m = Σw_i/N, iterations, and the evaluations n_gradient, n_hessian,
    n_hessian_vector; with "certify" radius, inf where nothing was shown. With "spectra" another table, "eigenvalues":
    start and eigenvalue of the Riemannian Hessian.
    """
    couplings, points = rng.spawn(2)
    if parameters["couplings"] is None:
        realisation = glass_of(parameters).sample(n_spins=parameters["n_spins"], rng=couplings)
    else:
        realisation = realisation_of(parameters)
    found = landscape.search(
        realisation,
        parameters["method"],
        parameters["index"],
        parameters["starts"],
        points,
        tolerance=parameters["tolerance"],
        max_iterations=parameters["max_iterations"],
        certify=parameters["certify"],
    )
    count = len(found.index)
    tables: dict[str, dict[str, Any]] = {
        "ends": {
            "n_spins": np.full(count, parameters["n_spins"], dtype=np.int32),
            "start": np.arange(count, dtype=np.int32),
            "energy_density": found.energy_density,
            "index": found.index.astype(np.int32),
            "status": found.status,
            "gradient_norm": found.gradient_norm,
            "lowest_eigenvalue": found.lowest_eigenvalue,
            "smallest_curvature": found.smallest_curvature,
            "latitude": found.points.mean(axis=1),
            "iterations": found.iterations,
            "n_gradient": found.n_gradient,
            "n_hessian": found.n_hessian,
            "n_hessian_vector": found.n_hessian_vector,
        }
    }
    if found.radius is not None:
        tables["ends"]["radius"] = found.radius
    if parameters["spectra"]:
        spectra = [landscape.spectrum_at(realisation, w) for w in found.points]
        owners = np.repeat(np.arange(count, dtype=np.int32), [len(values) for values in spectra])
        tables["eigenvalues"] = {"start": owners, "eigenvalue": np.concatenate(spectra)}
    return tables


def search_report(campaign: Campaign) -> Report:
    """Tables and summary of a campaign of searches, from the shards that are done.

    In the folder of the campaign: summary.json, settings.json, data/ends.parquet and data/ends.csv; with
    spectra data/eigenvalues too.
    """
    parameters = campaign.plan.cells[0].parameters
    status = campaign.status()
    done = [number for number, cell in enumerate(status.cells) if cell.samples_done]
    if not done:
        raise input_error("folder", str(campaign.folder), "no block of this campaign is done")
    sizes = [_size(campaign, number) for number in done]
    summary: dict[str, Any] = {
        **{name: parameters[name] for name in ("p", "mixture", "field", "method", "index", "tolerance")},
        "seed": campaign.plan.seed,
        "finished": status.finished,
        **(sizes[0] if len(campaign.plan.cells) == 1 else {"sizes": sizes}),
        "note": NOT_UNIFORM,
    }
    if campaign.folder is not None:
        for file_format in ("parquet", "csv"):
            campaign.write_tables(campaign.folder / "data", file_format)
        store = Store(campaign.folder)
        store.write_json("settings.json", campaign.plan.to_json())
        store.write_json("summary.json", summary)
    return Report(summary, _text(summary))


def _size(campaign: Campaign, cell: int) -> dict[str, Any]:
    """What is known of the searches at one size."""
    parameters = campaign.plan.cells[cell].parameters
    ends = campaign.table("ends", cell)
    converged = ends["status"] == "converged"
    energy = ends["energy_density"][converged]
    # starts in one Hamiltonian are independent given the couplings, Hamiltonians are independent altogether
    independent = energy if parameters["couplings"] is not None else _means(ends["sample"][converged], energy)
    mean = Estimate().with_values(independent) if len(energy) else None
    error = None if mean is None else mean.standard_error
    names, counts = np.unique(ends["status"].astype(str), return_counts=True)
    return {
        "n_spins": parameters["n_spins"],
        "hamiltonians": 1 if parameters["couplings"] is not None else len(np.unique(ends["sample"])),
        "starts": len(ends["status"]),
        "statuses": dict(zip(names.tolist(), counts.tolist(), strict=True)),
        "mean_energy_density": None if mean is None else mean.mean,
        "standard_error": error if error is not None and math.isfinite(error) else None,
        "lowest_energy_density": float(energy.min()) if len(energy) else None,
        "highest_energy_density": float(energy.max()) if len(energy) else None,
        "different_energies": len(np.unique(np.round(energy, 9))),
        "certified": int(np.sum(np.isfinite(ends["radius"]))) if "radius" in ends else None,
        "mean_gradients": float(ends["n_gradient"].mean()),
    }


def _means(owner: NDArray[Any], values: NDArray[Any]) -> NDArray[np.float64]:
    """The mean of the values of each owner that has some."""
    numbers, which = np.unique(owner, return_inverse=True)
    return np.bincount(which, values) / np.bincount(which, minlength=len(numbers))


def _text(summary: Mapping[str, Any]) -> str:
    glass = f"p = {summary['p']}" if summary["p"] is not None else f"mixture {summary['mixture']}"
    lines = []
    for size in summary.get("sizes", [summary]):
        number = size["hamiltonians"]
        where = "one Hamiltonian" if number == 1 else f"{number} Hamiltonians"
        lines.append(f"{size['starts']} starts in {where}   ({glass}, N = {size['n_spins']}, {summary['method']})")
        for status, count in sorted(size["statuses"].items()):
            lines.append(f"{count:6d} {status}: {landscape.STATUSES[status]}")
        if size["mean_energy_density"] is not None:
            error = "" if size["standard_error"] is None else f" ± {size['standard_error']:.6f}"
            lines.append(
                f"index {summary['index']}: u = {size['mean_energy_density']:.6f}{error} on average, "
                f"from {size['lowest_energy_density']:.6f} to {size['highest_energy_density']:.6f}, "
                f"{size['different_energies']} different energies"
            )
        if size["certified"] is not None:
            lines.append(f"{size['certified']:6d} certified: a critical point of this index is near")
        lines.append(f"{size['mean_gradients']:.0f} gradients for a start")
    return "\n".join([*lines, summary["note"]])
