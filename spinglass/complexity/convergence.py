"""Sharp asymptotics next to exact values at finite N, with the error term between them."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import checked_choice, checked_float, checked_int, input_error
from spinglass.complexity.activation_ratio import activation_ratio, saddle_ratio
from spinglass.complexity.asymptotic import annealed_complexity
from spinglass.complexity.sharp_counts import sharp_count
from spinglass.complexity.thresholds import checked_p, threshold_energy
from spinglass.hamiltonians import OverlapField

__all__ = ["QUANTITIES", "ApproachTable", "approach_table", "sharp_density"]

QUANTITIES = (
    "total",
    "count",
    "minima",
    "threshold",
    "density",
    "total ratio",
    "density ratio",
    "index ratio",
    "saddle ratio",
)
_RATIOS = QUANTITIES[5:]


def _complexity() -> Any:
    """The room itself: the exact counts are compiled, and imported with their first use."""
    return importlib.import_module("spinglass.complexity")


@dataclass(frozen=True)
class ApproachTable:
    """Exact values at finite N next to their asymptotic form.

    n_spins, exact, asymptotic : arrays of one length; where `log` is true the last two are logarithms.
    ratio : exact/asymptotic.   error_term : (ratio − 1) N^order, which tends to a constant.
    order : of the relative error, 1, or 1/3 at the threshold.
    """

    quantity: str
    order: float
    n_spins: NDArray[np.int64]
    exact: NDArray[np.float64]
    asymptotic: NDArray[np.float64]
    ratio: NDArray[np.float64]
    error_term: NDArray[np.float64]
    log: bool

    def rows(self) -> list[dict[str, Any]]:
        """One dictionary per N: n_spins, exact, asymptotic, ratio, error_term."""
        columns = (self.n_spins, self.exact, self.asymptotic, self.ratio, self.error_term)
        names = ("n_spins", "exact", "asymptotic", "ratio", "error_term")
        return [dict(zip(names, row, strict=True)) for row in zip(*(each.tolist() for each in columns), strict=True)]


def sharp_density(n_spins: int, p: int, u: float, *, log: bool = False) -> float:
    """Mean number of critical points of the pure glass per unit of energy density at u, asymptotically for large N.

    Inside the bulk, |u| < E_∞: √2 N √(4(p−1) − pu²)/(π(p−1)) e^{NΣ(u)}. Outside: N |Σ′(u)| times `sharp_count`(N, p,
    −|u|), Σ′ = −u − √(p/(p−1)) Re m_sc(u√(p/(p−1))); symmetric in u. Relative error O(1/N) at fixed u ≠ ±E_∞.

    n_spins : N >= 1.   p : integer >= 3.   u : |u| <= 1e50.   log : the logarithm instead.

    Source: equations complexity.bulk-density and complexity.deep-minima.

    >>> from spinglass.complexity import mean_count_density
    >>> round(mean_count_density(-1.0, 400, 3) / sharp_density(400, 3, -1.0), 3)
    0.999
    """
    n_spins, p = checked_int("n_spins", n_spins, 1), checked_p(p, 3)
    u = -abs(checked_float("u", u, -1e50, 1e50))
    kernels = importlib.import_module("spinglass.generated.complexity")
    if kernels.edge_distance(u, float(p)) > 0:
        phase = importlib.import_module("spinglass.generated.phase_diagram")
        scale = math.sqrt(p / (p - 1))
        slope = -u - scale * float(phase.shifted_pull(-u * scale, -1.0))
        value = math.log(n_spins * slope) + sharp_count(n_spins, p, u, log=True)
    else:
        value = math.log(kernels.bulk_density_prefactor(u, float(n_spins), float(p)))
        value += n_spins * annealed_complexity(u, p)
    return value if log else math.exp(value)


def approach_table(
    quantity: str,
    n_spins: Sequence[int],
    p: int,
    *,
    u: float | None = None,
    rho: float | None = None,
    index: int = 0,
) -> ApproachTable:
    """Exact values for each N in n_spins, the sharp asymptotic form, and the error term between them.

    quantity : one of
        "total"          all critical points                          against 4√(2N/(π(p−2))) (p−1)^{N/2}
        "count"          all below u < 0, u ≠ −E_∞                    against `sharp_count`
        "minima"         minima below u < −E_∞                        against `sharp_count`
        "threshold"      all below −E_∞                               against its N^{−1/3} form, error order 1/3
        "density"        all per unit of u at u ≠ ±E_∞                against `sharp_density`
        "total ratio"    with field ρ_1 over without, all             against R_tot
        "density ratio"  the same for densities at u                  against R(u)
        "index ratio"    densities of index-k points, u < −E_∞        against R_k(u)
        "saddle ratio"   index 1 with field over all without          against `saddle_ratio`
    n_spins : increasing sizes >= 2.   p : integer >= 3 (ratios: as in `activation_ratio`).   u : energy density.
    rho : ρ_1, for ratios.   index : k, for the index ratio.

    Counts are kept as logarithms (``log`` of the table), ratios as they are. The time is that of the exact values:
    without field N = 400 in a second, with field a few seconds at N = 32.

    Source: equations complexity.total, .bulk-count, .deep-minima, .edge-count, .bulk-density, activation-ratio.total,
    .energy, .index; exact values by `mean_count` and `mean_count_density`.

    >>> table = approach_table("total", [50, 100, 200], 3)
    >>> table.ratio.round(5).tolist(), table.error_term.round(2).tolist()
    ([0.9796, 0.9899, 0.99498], [-1.02, -1.01, -1.0])
    """
    checked_choice("quantity", quantity, QUANTITIES)
    sizes = np.array([checked_int("n_spins", each, 2) for each in n_spins], dtype=np.int64)
    if sizes.size == 0 or np.any(np.diff(sizes) <= 0):
        raise input_error("n_spins", list(n_spins), "must be increasing sizes")
    p, index = checked_p(p, 2 if quantity in _RATIOS else 3), checked_int("index", index, 0, 10**6)
    needs_u = quantity not in ("total", "threshold", "total ratio")
    if needs_u != (u is not None):
        raise input_error("u", u, f"{'must be given' if needs_u else 'must be left out'} for {quantity!r}")
    if (quantity in _RATIOS) != (rho is not None):
        raise input_error("rho", rho, f"{'must be given' if rho is None else 'must be left out'} for {quantity!r}")
    if quantity not in ("index ratio",) and index:
        raise input_error("index", index, "is for the index ratio")
    energy = 0.0 if u is None else checked_float("u", u, -1e6, 1e6)
    threshold = threshold_energy(p)
    if quantity in ("minima", "index ratio", "saddle ratio") and energy >= -threshold:
        raise input_error("u", u, "must lie below the threshold -E_inf")
    if quantity == "count" and energy >= 0:
        raise input_error("u", u, "must be negative")
    if quantity in _RATIOS:
        exact, limit = _ratio(quantity, p, energy, checked_float("rho", rho), index)
        values = np.array([exact(n) for n in sizes.tolist()])
        limits = np.full(sizes.size, limit)
        ratio = values / limits
    else:
        values, limits = _counts(quantity, sizes.tolist(), p, energy, threshold)
        ratio = np.exp(values - limits)
    order = 1 / 3 if quantity == "threshold" else 1.0
    return ApproachTable(
        quantity, order, sizes, values, limits, ratio, (ratio - 1) * sizes**order, quantity not in _RATIOS
    )


def _counts(
    quantity: str, sizes: list[int], p: int, u: float, threshold: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Logarithms of the exact numbers and of their asymptotic forms."""
    room = _complexity()
    if quantity == "density":
        exact = [room.mean_count_density(u, n, p) for n in sizes]
        sharp = [sharp_density(n, p, u, log=True) for n in sizes]
    elif quantity == "threshold":
        kernels = importlib.import_module("spinglass.generated.complexity")
        exact = [room.mean_count(n, p, energy=(-math.inf, -threshold)) for n in sizes]
        rate = annealed_complexity(-threshold, p)
        sharp = [n * rate + math.log(kernels.edge_count_prefactor(float(n), float(p))) for n in sizes]
    else:
        window = None if quantity == "total" else (-math.inf, u)
        exact = [room.mean_count(n, p, index=0 if quantity == "minima" else None, energy=window) for n in sizes]
        sharp = [sharp_count(n, p, None if window is None else u, log=True) for n in sizes]
    return np.log(exact), np.array(sharp)


def _ratio(quantity: str, p: int, u: float, rho: float, index: int) -> tuple[Callable[[int], float], float]:
    """The exact ratio at N, and its limit."""
    room, field = _complexity(), OverlapField(p=p, rho=[rho])
    if quantity == "total ratio":
        limit = activation_ratio(p, rho)
    elif quantity == "saddle ratio":
        limit = saddle_ratio(p, rho, u)
    else:
        limit = activation_ratio(p, rho, u=u, index=index if quantity == "index ratio" else None)
    if not 0 < limit < math.inf:
        raise input_error("rho", rho, f"the limit of the ratio is {limit:g} at p = {p}: nothing to approach")

    def exact(n: int) -> float:
        if quantity == "total ratio":
            return float(room.mean_count(n, p, field=field) / room.mean_count(n, p))
        above = {"index ratio": index, "saddle ratio": 1}.get(quantity)
        below = index if quantity == "index ratio" else None
        return float(
            room.mean_count_density(u, n, p, index=above, field=field) / room.mean_count_density(u, n, p, index=below)
        )

    return exact, float(limit)
