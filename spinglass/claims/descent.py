"""Pairings of searches with complete censuses and with the threshold: where descent ends, and what it finds there.

The ends of a search are no uniform sample of critical points. What is paired here holds for every single end (it is a
point of the census, of the stated index) or is a statement about descent itself (the energy at which it ends).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass import complexity, landscape
from spinglass._errors import ComputationError, checked_int, input_error
from spinglass.campaigns import process_map, stream
from spinglass.claims.decision import Comparison
from spinglass.claims.evidence import Evidence, checked_sizes
from spinglass.hamiltonians import OverlapField, SphericalGlass

Real = NDArray[np.float64]

_HANDOVER = 1e-3  # gradient at which Newton's method takes over from gradient descent, in the same basin
_BLOCK = 25
_FEWEST = 20
_SAME = 1e-6  # distance of a found point from one of the census, relative to √N
_COUPLINGS, _STARTS = 0, 1


@dataclass(frozen=True)
class SearchCell:
    """Hamiltonians `first` … `first + samples − 1` of one size, with searches in each."""

    seed: int
    p: int
    n_spins: int
    first: int
    samples: int
    rho: tuple[float, ...] = ()
    starts: int = 1

    def hamiltonian(self, sample: int) -> Any:
        """The realisation with a number; the same whatever the block it is in."""
        field = OverlapField(self.p, list(self.rho)) if self.rho else None
        return SphericalGlass(self.p, field).sample(self.n_spins, rng=self.stream(sample, _COUPLINGS))

    def stream(self, sample: int, purpose: int) -> np.random.Generator:
        return stream(self.seed, self.p, self.n_spins, sample, purpose)


def cells_of(samples: int, **parts: Any) -> list[SearchCell]:
    """Cells of at most 25 Hamiltonians."""
    return [SearchCell(first=i, samples=min(_BLOCK, samples - i), **parts) for i in range(0, samples, _BLOCK)]


def in_order(function: Callable[[SearchCell], Any], cells: Sequence[SearchCell], workers: int | None) -> list[Any]:
    """The results in the order of the cells, whatever the number of workers."""
    results = dict(process_map(function, cells, workers))
    return [results[cell] for cell in cells]


def descended_energies(cell: SearchCell) -> Real:
    """u where gradient descent with Armijo's rule ends, from one random start in each Hamiltonian."""
    found = []
    for sample in range(cell.first, cell.first + cell.samples):
        s = cell.hamiltonian(sample)
        rough = landscape.search(
            s, "gradient-descent", n_starts=1, rng=cell.stream(sample, _STARTS), tolerance=_HANDOVER, polish=False
        )
        end = landscape.search(s, starts=rough.points)
        if not end.converged[0]:
            raise ComputationError(f"descent did not converge at N = {cell.n_spins}, sample {sample}: {end.status[0]}")
        found.append(float(end.energy_density[0]))
    return np.array(found)


def descent_limit(samples: int, seed: int, workers: int | None, p: int, n_spins: Sequence[int]) -> Evidence:
    """Gradient descent in the pure glass ends at energies that extrapolate to the threshold −E_∞ = −2√((p−1)/p).

    u_N = u_∞ + c N^{−a} is fitted to the mean final energies with u_∞, c and a free, and u_∞ is held against −E_∞ by
    the change of χ²: neither the limit nor the exponent is assumed. The text says how far the ground state −E_0 is; a
    fit with an error above a few thousandths does not tell the two apart. Wrong: descent at finite N is at the
    threshold (no finite-size shift). `samples` Hamiltonians at the smallest size and, because the spread of energies
    falls with N, proportionally fewer at larger ones, 20 at least.

    That descent from a random start tends to −E_∞: Sagun, Guney, Ben Arous, LeCun 2014 (arXiv:1412.6615); Sellke
    (arXiv:2305.07956) for low-temperature dynamics.
    """
    p, sizes = checked_int("p", p, 3), checked_sizes("n_spins", n_spins, 4, 1000)
    if len(sizes) < 4:
        raise input_error("n_spins", list(n_spins), "must hold at least four sizes: three numbers are fitted")
    samples = checked_int("samples", samples, _FEWEST)
    threshold = -float(complexity.threshold_energy(p))
    means, errors, counts = [], [], []
    for n in sizes:
        count = max(_FEWEST, round(samples * sizes[0] / n))
        energies = np.concatenate(in_order(descended_energies, cells_of(count, seed=seed, p=p, n_spins=n), workers))
        means.append(float(energies.mean()))
        errors.append(float(energies.std(ddof=1)) / math.sqrt(count))
        counts.append(count)
    fit = fitted_power(sizes, means, errors)

    def standard_scores(limit: float) -> float:
        """How far a limit is from the fitted one: ± √Δχ², which holds where the fit is far from linear too."""
        apart = fitted_power(sizes, means, errors, limit).chi_squared - fit.chi_squared
        return math.copysign(math.sqrt(max(apart, 0.0)), fit.limit - limit)

    score = standard_scores(threshold)
    error = abs(fit.limit - threshold) / abs(score) if abs(score) > 1e-3 else fit.limit_error
    wrong = [
        Comparison(f"u at N = {n}", threshold, mean, error, count)
        for n, mean, error, count in zip(sizes, means, errors, counts, strict=True)
    ]
    ground = -float(complexity.band_edge(p, 0))
    energies_text = ", ".join(f"{mean:.4f}({error * 1e4:.0f})" for mean, error in zip(means, errors, strict=True))
    return Evidence(
        (Comparison("limit of the final energies", threshold, fit.limit, error, min(counts)),),
        "final energies at the threshold, without finite-size shift",
        tuple(wrong),
        text=(
            f"u = {energies_text} at N = {', '.join(map(str, sizes))}; limit {fit.limit:.4f} ± {fit.limit_error:.4f}, "
            f"exponent {fit.power:.2f} ± {fit.power_error:.2f}; −E_0 is {abs(standard_scores(ground)):.1f} standard "
            "errors away"
        ),
    )


@dataclass(frozen=True)
class PowerFit:
    """u_N = limit + factor · N^{−power}: the fit, the errors of limit and power by its curvature, and χ²."""

    limit: float
    factor: float
    power: float
    limit_error: float
    power_error: float
    chi_squared: float


def fitted_power(
    sizes: Sequence[int], means: Sequence[float], errors: Sequence[float], limit: float | None = None
) -> PowerFit:
    """The power law through mean values by weighted least squares; `limit` fixes the limit.

    For each power the rest is linear, so that the power alone is searched for. Raises `ComputationError` where the data
    fix no power.
    """
    from scipy.optimize import minimize_scalar

    n, u, weight = np.asarray(sizes, dtype=float), np.asarray(means), 1 / np.asarray(errors)

    def linear(power: float) -> tuple[float, float, float]:
        """(limit, factor, χ²) at a power."""
        decay = n**-power * weight
        if limit is not None:
            rest = (u - limit) * weight
            factor = float(rest @ decay) / float(decay @ decay)
            return limit, factor, float(np.sum((rest - factor * decay) ** 2))
        design = np.stack([weight, decay], axis=1)
        first, second = (float(value) for value in np.linalg.lstsq(design, u * weight, rcond=None)[0])
        return first, second, float(np.sum((first * weight + second * decay - u * weight) ** 2))

    low, high = 0.02, 4.0
    grid = np.linspace(low, high, 200)
    start = int(np.argmin([linear(a)[2] for a in grid]))
    if start in (0, len(grid) - 1):
        raise ComputationError("the values fix no power of the approach: more samples or sizes are needed")
    power = float(
        minimize_scalar(lambda a: linear(a)[2], bounds=(grid[start - 1], grid[start + 1]), method="bounded").x
    )
    end, factor, chi_squared = linear(power)
    columns = [weight, n**-power * weight, -factor * np.log(n) * n**-power * weight]
    design = np.stack(columns if limit is None else columns[1:], axis=1)
    spread = np.sqrt(np.diag(np.linalg.inv(design.T @ design)))
    limit_error = float(spread[0]) if limit is None else 0.0
    return PowerFit(end, factor, power, limit_error, float(spread[-1]), chi_squared)


def searched_and_enumerated(cell: SearchCell) -> dict[str, int]:
    """Counts of ends of searches that are, and are not, what the census of the same Hamiltonian says.

    Minima by four methods and saddles of every index. "strangers": how many are no point of the census of the next
    Hamiltonian, as none should be.
    """
    counts = dict.fromkeys(("ends", "misses", "below", "strangers", "incomplete", "unconverged"), 0)
    for sample in range(cell.first, cell.first + cell.samples):
        s, other = cell.hamiltonian(sample), cell.hamiltonian(sample + 1)
        known, foreign = landscape.census(s), landscape.census(other)
        counts["incomplete"] += not (known.complete and foreign.complete)
        runs = [(method, 0) for method in ("gradient-descent", "conjugate-gradients", "l-bfgs")]
        runs += [("trust-region", index) for index in range(cell.n_spins)]
        for number, (method, index) in enumerate(runs):
            rng = stream(cell.seed, cell.p, cell.n_spins, sample, _STARTS, number)
            found = landscape.search(s, method, index, cell.starts, rng)
            counts["unconverged"] += int(np.sum(~found.converged))
            for w, u in zip(found.points[found.converged], found.energy_density[found.converged], strict=True):
                counts["ends"] += 1
                counts["misses"] += not _is_among(known, w, index)
                counts["strangers"] += not _is_among(foreign, w, index)
                counts["below"] += bool(u < known.energy_density[0] - 1e-9)
    return counts


def _is_among(known: landscape.Census, w: Real, index: int) -> bool:
    """Whether the point nearest to w in a census is w, and has this index."""
    gaps = np.linalg.norm(known.points - w, axis=1)
    near = int(np.argmin(gaps))
    return bool(gaps[near] <= _SAME * math.sqrt(len(w)) and known.index[near] == index)


def searches_in_census(
    samples: int,
    seed: int,
    workers: int | None,
    p: int,
    n_spins: Sequence[int],
    rho: Sequence[float] = (),
    starts: int = 2,
) -> Evidence:
    """Every end of a search is a point of the complete census, with its index, and none lies below the lowest.

    Four methods for minima, trust-region Newton on the image for saddles of every index. Decided without statistics.
    Wrong: the census of another sample, in which none of the ends may be found.
    """
    p, starts = checked_int("p", p, 3), checked_int("starts", starts, 1)
    samples = checked_int("samples", samples, 1)
    sizes = [checked_int("n_spins", n, 2, 10) for n in n_spins]
    if not sizes:
        raise input_error("n_spins", list(n_spins), "must hold at least one size")
    total: dict[str, int] = {}
    for n in sizes:
        cells = cells_of(samples, seed=seed, p=p, n_spins=n, rho=tuple(map(float, rho)), starts=starts)
        for counts in in_order(searched_and_enumerated, cells, workers):
            total = {name: total.get(name, 0) + value for name, value in counts.items()}
    ends = total["ends"]
    return Evidence(
        settled=ends > 0 and total["misses"] == total["below"] == total["incomplete"] == 0,
        control_settled=total["strangers"] == 0,
        control=f"the census of another sample: {ends - total['strangers']} of {ends} ends found in it",
        text=(
            f"{ends} ends, {total['misses']} not in the census with their index, {total['below']} below its lowest "
            f"point; {total['unconverged']} starts did not converge, {total['incomplete']} censuses incomplete"
        ),
    )
