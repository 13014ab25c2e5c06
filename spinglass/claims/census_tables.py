"""What the figures of a campaign of censuses show, as tables: exact values at finite N beside what was found.

Written below data/ of the campaign's folder, so that drawing computes nothing:

    settings.json        the glass, the campaign, version and digest, the bounds of the verdicts
    census_points.csv    energy density and index of every point of the first samples of each size
    mean_indices.csv     exact mean and quantiles of index/(N−1) at an energy density, and the limit of many spins
    density_minima.csv   exact density of the minima in the energy density
    minima_bins.csv      numbers of minima in bins of the energy density, exact and found
    count_growth.csv     mean numbers of all points and of minima against N: exact, asymptotic, found
    spectrum_bins.csv    histograms of the Hessian's eigenvalues at points found, in units of the semicircle
    spectrum_marks.csv   where its zero lies, and where an outlier is expected and found
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass import __version__, complexity, landscape, random_matrices
from spinglass._errors import SpinGlassError
from spinglass.campaigns import Campaign, Estimate, Store
from spinglass.claims.censuses import enumeration, field_of, glass_of
from spinglass.claims.decision import Comparison, judge, sample_comparison
from spinglass.claims.spectrum_tables import PointSpectrum, spectrum_rows

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Progress = Callable[[str, int, int], None]
Parameters = Mapping[str, Any]
Real = NDArray[np.float64]

QUANTILES = (0.05, 0.95)
MOST_POINTS = 3000  # of each size in the scatter
MOST_SPECTRA = 600  # points whose spectrum is formed again
_MINIMA_BINS = 12
_GRID = 161
_OUTSIDE = 0.003  # share of the minima below the first and above the last bin
_FEWEST_SAMPLES = 20

COLUMNS: dict[str, tuple[str, ...]] = {
    "census_points": ("n_spins", "sample", "energy_density", "index"),
    "mean_indices": ("n_spins", "energy_density", "mean", "low", "high", "limit"),
    "density_minima": ("n_spins", "energy_density", "density"),
    "minima_bins": ("n_spins", "bin_low", "bin_high", "theory", "mean", "standard_error", "samples", "z"),
    "count_growth": ("population", "kind", "n_spins", "count", "standard_error", "samples", "rate"),
    "spectrum_bins": ("n_spins", "points_of", "points", "bin_low", "bin_high", "density", "standard_error", "limit"),
    "spectrum_marks": ("n_spins", "points_of", "kind", "value", "standard_error"),
}


def write_census_tables(campaign: Campaign, progress: Progress | None = None) -> None:
    """Compute and write the tables of the figures from the blocks that are done; see the module's text.

    The campaign must have a folder with at least one finished block. Sizes without exact values (too large, or a field
    for which there are none) have what was found only.
    """
    assert campaign.folder is not None
    tables: Rows = {name: [] for name in COLUMNS}
    about = {"campaign": "census", **settings_of(campaign)}
    family: list[Comparison] = []
    cells = [number for number, cell in enumerate(campaign.status().cells) if cell.samples_done]
    tables["count_growth"] = list(_exact_growth([campaign.plan.cells[cell].parameters for cell in cells]))
    for done, cell in enumerate(cells, start=1):
        parameters = campaign.plan.cells[cell].parameters
        found = enumeration(parameters, campaign.tables(cell))
        n, arrays = found.n_spins, found.arrays
        shown = int(np.searchsorted(np.cumsum(arrays["count"]), MOST_POINTS, side="right")) or 1
        chosen = arrays["point_sample"] < shown
        tables["census_points"] += [
            {"n_spins": n, "sample": sample, "energy_density": u, "index": index}
            for sample, u, index in zip(
                *(arrays[name][chosen].tolist() for name in ("point_sample", "energy_density", "index")), strict=True
            )
        ]
        tables["count_growth"] += [
            _found_growth("all", n, found.totals),
            _found_growth("minima", n, found.with_index(0)),
        ]
        try:
            densities = _densities(parameters)
        except SpinGlassError:
            densities = None  # as the summary says
        if densities is not None:
            tables["mean_indices"] += _mean_indices(parameters, *densities)
            tables["density_minima"] += [
                {"n_spins": n, "energy_density": u, "density": value}
                for u, value in zip(densities[0].tolist(), densities[1][:, 0].tolist(), strict=True)
            ]
            for item in _minima_bins(parameters, *densities, found):
                family.append(item)
        if progress is not None:
            progress("exact values", done, len(cells))
    tables["minima_bins"] = [
        {
            **dict(item.details),
            **{name: getattr(item, name) for name in ("theory", "mean", "standard_error", "samples", "z")},
        }
        for item in family
    ]
    bins, marks = spectrum_rows(_classes(campaign, cells[-1]))
    tables["spectrum_bins"], tables["spectrum_marks"] = bins, marks
    about["minima_z_critical"] = judge(family).z_critical if family else None
    store = Store(campaign.folder)
    for name, columns in COLUMNS.items():
        store.write_table(f"data/{name}.csv", columns, tables[name])
    store.write_json("data/settings.json", about)


def settings_of(campaign: Campaign) -> Row:
    """What captions say of a campaign: the glass, sizes, samples, seed, version and digest of the code."""
    first = campaign.plan.cells[0]
    cells = campaign.plan.cells
    return {
        "version": __version__,
        "code_digest": campaign.plan.code,
        **{name: first.parameters[name] for name in ("p", "mixture", "field")},
        "n_spins": [cell.parameters["n_spins"] for cell in cells],
        "samples": first.samples,
        "seed": campaign.plan.seed,
        "versions": dict(campaign.plan.versions),
    }


def _glass(parameters: Parameters) -> Row:
    """The glass as the exact counts take it, with its field."""
    glass = {"p": parameters["p"]} if parameters["mixture"] is None else {"mixture": dict(parameters["mixture"])}
    return {**glass, "field": field_of(parameters)}


def _densities(parameters: Parameters) -> tuple[Real, Real]:
    """Energy densities (points,) that hold all but a millionth of the points, and densities by index (points, N)."""
    n, glass = parameters["n_spins"], _glass(parameters)
    field = glass["field"]
    shift = np.zeros(1) if field is None else field.value(np.linspace(-1, 1, 201), n) / n
    scale = 1.0 if parameters["mixture"] is None else math.sqrt(sum(a * a for _, a in parameters["mixture"]))
    reach = scale * (6.5 / math.sqrt(n) + 1.5)
    coarse = np.linspace(shift.min() - reach, shift.max() + reach, 2 * _GRID)
    density = np.asarray(complexity.mean_count_density(coarse, n, **glass))
    inside = np.flatnonzero(density > 1e-6 * density.max())
    u = np.linspace(coarse[max(inside[0] - 1, 0)], coarse[min(inside[-1] + 1, len(coarse) - 1)], _GRID)
    return u, np.asarray(complexity.mean_count_density(u[:, None], n, index=np.arange(n), **glass))


def _mean_indices(parameters: Parameters, u: Real, densities: Real) -> Iterator[Row]:
    """Mean and quantiles of index/(N − 1) among the points at u, where there are any to speak of."""
    n, p = parameters["n_spins"], parameters["p"]
    total = densities.sum(axis=1)
    share = np.arange(n) / max(n - 1, 1)
    for at, row, sum_ in zip(u.tolist(), densities, total.tolist(), strict=True):
        if sum_ <= 1e-4 * total.max():
            continue
        weights = row / sum_
        cumulative = np.cumsum(weights)
        low, high = (float(share[min(int(np.searchsorted(cumulative, q)), n - 1)]) for q in QUANTILES)
        # the semicircle of radius 2√(p(p−1)) around −pu: a share F(u√(p/(p−1))) of it is negative
        limit = None if p is None else float(random_matrices.semicircle_cdf(at * math.sqrt(p / (p - 1))))
        yield {
            "n_spins": n,
            "energy_density": at,
            "mean": float(weights @ share),
            "low": low,
            "high": high,
            "limit": limit,
        }


def _minima_bins(parameters: Parameters, u: Real, densities: Real, found: Any) -> list[Comparison]:
    """Bins of equal width that hold nearly all minima: exact and found numbers."""
    if found.samples < _FEWEST_SAMPLES:
        return []
    minima = densities[:, 0]
    mass = np.concatenate([[0.0], np.cumsum((minima[1:] + minima[:-1]) / 2 * np.diff(u))])
    low, high = np.interp([_OUTSIDE, 1 - _OUTSIDE], mass / mass[-1], u)
    edges = np.linspace(low, high, _MINIMA_BINS + 1)
    n = parameters["n_spins"]
    exact = np.asarray(complexity.mean_count_bins(edges, n, index=[0], **_glass(parameters)))[:, 0]
    energies, of_minima = found.arrays["energy_density"], found.arrays["index"] == 0
    return [
        sample_comparison(
            "minima",
            theory,
            found.counts(of_minima & (energies > a) & (energies <= b)),
            step=1,
            n_spins=n,
            bin_low=a,
            bin_high=b,
        )
        for (a, b), theory in zip(pairwise(edges.tolist()), exact.tolist(), strict=True)
    ]


def _found_growth(population: str, n: int, counts: NDArray[Any]) -> Row:
    mean = Estimate().with_values(counts)
    error = mean.standard_error
    return {
        "population": population,
        "kind": "found",
        "n_spins": n,
        "count": mean.mean,
        "standard_error": error if math.isfinite(error) else None,
        "samples": len(counts),
    }


def _exact_growth(sizes: list[Parameters]) -> Iterator[Row]:
    """Exact and asymptotic mean numbers from N = 2 to beyond the largest size, and growth rates in the limit."""
    parameters, glass = sizes[0], _glass(sizes[0])
    p, field = parameters["p"], glass["field"]
    largest = max(size["n_spins"] for size in sizes)
    last = largest + (2 if field is not None else 6)
    # with a field every index takes a second and more: not beyond the largest size, and every other size up to it
    by_index = range(2, last + 1) if field is None else range(largest, 1, -1 if largest <= 6 else -2)
    for n in range(2, last + 1):
        for population, index in (("all", None), ("minima", 0)):
            if index is not None and n not in by_index:
                continue
            try:
                count = float(complexity.mean_count(n, index=index, **glass))
            except SpinGlassError:
                continue
            yield {"population": population, "kind": "exact", "n_spins": n, "count": count}
        factor = _limit_factor(parameters)
        if factor is not None:
            asymptotic = factor * float(complexity.sharp_count(n, p))
            yield {"population": "all", "kind": "asymptotic", "n_spins": n, "count": asymptotic}
    if p is not None and _limit_factor(parameters) is not None:
        rate = 0.5 * math.log(p - 1)
        yield {"population": "all", "kind": "rate", "rate": rate}
        yield {"population": "minima", "kind": "rate", "rate": rate - (p - 2) / p}


def _limit_factor(parameters: Parameters) -> float | None:
    """The factor by which a field changes the total in the limit; None for mixtures and without such a limit."""
    p, field = parameters["p"], field_of(parameters)
    if p is None or p < 3:
        return None
    if field is None:
        return 1.0
    rho = (parameters["field"] or {}).get("rho")
    ratio = None if rho is None else float(complexity.activation_ratio(p, rho[0]))
    return ratio if ratio is not None and math.isfinite(ratio) else None


def _classes(campaign: Campaign, cell: int) -> list[tuple[str, int, list[PointSpectrum]]]:
    """Spectra at the points of the first samples of a size, found again: minima, the middle index, maxima."""
    parameters = campaign.plan.cells[cell].parameters
    n = int(parameters["n_spins"])
    glass = glass_of(parameters)
    if n < 4 or glass.p < 3:
        return []
    middle = (n - 1) // 2
    names = {0: "minima", middle: f"index {middle}", n - 1: "maxima"}
    spectra: dict[int, list[PointSpectrum]] = {index: [] for index in names}
    points = 0
    samples = campaign.table("samples", cell)
    for sample, count in zip(samples["sample"].tolist(), samples["count"].tolist(), strict=True):
        if points and points + count > MOST_SPECTRA:
            break
        points += count
        couplings, path = campaign.plan.rng(cell, sample).spawn(2)
        realisation = glass.sample(n_spins=n, rng=couplings)
        found = landscape.census(realisation, rng=path)
        for w, index, u, multiplier in zip(
            found.points, found.index.tolist(), found.energy_density.tolist(), found.multiplier.tolist(), strict=True
        ):
            if index in spectra:
                values = landscape.spectrum_at(realisation, w)
                spectra[index].append(PointSpectrum(n, glass, u, float(np.mean(w)), values, multiplier))
    return [(names[index], n, points) for index, points in spectra.items() if points]
