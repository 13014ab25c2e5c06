"""What the figures of a campaign of searches show, as tables, so that drawing computes nothing.

Written below data/ of the campaign's folder:

    settings.json        the glass, the campaign, version and digest
    final_energies.csv   energy densities of the ends of each size: each of the first ones, and mean and error
    energy_levels.csv    the threshold −E_∞ and the ground state −E_0 of the pure glass, and the fitted power law
    spectrum_bins.csv    histograms of the Hessian's eigenvalues at the ends, where the campaign keeps spectra
    spectrum_marks.csv   where its zero lies, and where an outlier is expected and found
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from spinglass import complexity
from spinglass._errors import ComputationError
from spinglass.campaigns import Campaign, Estimate, Store
from spinglass.claims.census_tables import settings_of
from spinglass.claims.censuses import field_of, glass_of
from spinglass.claims.descent import fitted_power
from spinglass.claims.spectrum_tables import PointSpectrum, spectrum_rows

Row = dict[str, Any]
Progress = Callable[[str, int, int], None]

MOST_ENDS = 400  # of each size in the figure
_FIT_SIZES = 4  # the fit has three numbers

COLUMNS: dict[str, tuple[str, ...]] = {
    "final_energies": ("n_spins", "kind", "energy_density", "standard_error", "count"),
    "energy_levels": ("kind", "value", "standard_error"),
    "spectrum_bins": ("n_spins", "points_of", "points", "bin_low", "bin_high", "density", "standard_error", "limit"),
    "spectrum_marks": ("n_spins", "points_of", "kind", "value", "standard_error"),
}


def write_search_tables(campaign: Campaign, progress: Progress | None = None) -> None:
    """Compute and write the tables of the figures from the blocks that are done; see the module's text.

    With four sizes or more of one search for minima u_N = u_∞ + c N^{−a} is fitted to the means, all three free; where
    the energies fix no power there is no fit.
    """
    assert campaign.folder is not None
    tables: dict[str, list[Row]] = {name: [] for name in COLUMNS}
    first = campaign.plan.cells[0].parameters
    classes = []
    means: list[tuple[int, float, float]] = []
    cells = [number for number, cell in enumerate(campaign.status().cells) if cell.samples_done]
    for done, cell in enumerate(cells, start=1):
        parameters = campaign.plan.cells[cell].parameters
        n = int(parameters["n_spins"])
        ends = campaign.table("ends", cell)
        converged = ends["status"] == "converged"
        energies = ends["energy_density"][converged]
        if energies.size:
            owners = ends["sample"][converged]
            independent = np.array([energies[owners == owner].mean() for owner in np.unique(owners)])
            mean = Estimate().with_values(independent)
            error = mean.standard_error if math.isfinite(mean.standard_error) else None
            row = {"n_spins": n, "kind": "mean", "energy_density": mean.mean, "standard_error": error}
            tables["final_energies"].append({**row, "count": energies.size})
            tables["final_energies"] += [
                {"n_spins": n, "kind": "end", "energy_density": u} for u in energies[:MOST_ENDS].tolist()
            ]
            if error:
                means.append((n, mean.mean, error))
        if "eigenvalues" in campaign.table_names:
            points = _spectra(campaign, cell, ends, converged)
            if points:
                classes.append((_name(first["index"]), n, points))
        if progress is not None:
            progress("tables", done, len(cells))
    p = first["p"]
    if p is not None and p >= 3 and field_of(first) is None:
        tables["energy_levels"] += [
            {"kind": "threshold", "value": -float(complexity.threshold_energy(p))},
            {"kind": "ground state", "value": -float(complexity.band_edge(p, 0))},
        ]
    if len(means) >= _FIT_SIZES and first["index"] == 0:
        sizes, values, errors = zip(*means, strict=True)
        try:
            fit = fitted_power(sizes, values, errors)
        except ComputationError:
            pass
        else:
            tables["energy_levels"] += [
                {"kind": "limit", "value": fit.limit, "standard_error": fit.limit_error},
                {"kind": "power", "value": fit.power, "standard_error": fit.power_error},
                {"kind": "factor", "value": fit.factor},
                {"kind": "chi squared", "value": fit.chi_squared},
            ]
    tables["spectrum_bins"], tables["spectrum_marks"] = spectrum_rows(classes)
    store = Store(campaign.folder)
    for name, columns in COLUMNS.items():
        store.write_table(f"data/{name}.csv", columns, tables[name])
    names = ("method", "index", "tolerance", "starts")
    one = first["couplings"] is not None
    about = {
        "campaign": "search",
        **settings_of(campaign),
        **{name: first[name] for name in names},
        "one_hamiltonian": one,
    }
    if one:
        about["starts"], about["samples"] = campaign.plan.cells[0].samples, 1
    store.write_json("data/settings.json", about)


def _name(index: int) -> str:
    return "minima" if index == 0 else f"index {index}"


def _spectra(campaign: Campaign, cell: int, ends: Mapping[str, Any], converged: Any) -> list[PointSpectrum]:
    """The spectra that the campaign has kept, of the ends that are critical points."""
    parameters = campaign.plan.cells[cell].parameters
    n, glass = int(parameters["n_spins"]), glass_of(parameters)
    if glass.p < 3:
        return []
    table = campaign.table("eigenvalues", cell)
    owners = table["sample"] * parameters["starts"] + table["start"]
    cuts = np.flatnonzero(np.diff(owners)) + 1
    pieces = [(int(a), int(b)) for a, b in pairwise([0, *cuts.tolist(), len(owners)])]
    spectra = {int(owners[a]): table["eigenvalue"][a:b] for a, b in pieces if b > a}
    found = []
    for i in np.flatnonzero(converged).tolist():
        values = spectra[int(ends["sample"][i] * parameters["starts"] + ends["start"][i])]
        u, m = float(ends["energy_density"][i]), float(ends["latitude"][i])
        found.append(PointSpectrum(n, glass, u, m, np.sort(values)))
    return found
