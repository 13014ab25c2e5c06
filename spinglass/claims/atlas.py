"""The tables of an atlas: exact values of the theory beside their limits, and phase diagrams; its figures read these.

Every table is a file of its own, written when it is finished; a run that was stopped goes on with the next one.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from spinglass import __version__, complexity, random_matrices
from spinglass._errors import checked_choice, checked_float, checked_int
from spinglass._jit import source_digest
from spinglass.campaigns import Store
from spinglass.hamiltonians import OverlapField

Row = dict[str, Any]
Progress = Callable[[str, int, int], None]

RANK_ONE_SIZES = (10, 20, 40, 60, 100, 140, 200)
RANK_ONE_PLACES = (0.0, 0.8, 1.6, 2.4, 3.0)  # x: three inside the bulk, two outside
RANK_ONE_STRENGTHS = tuple(k / 8 for k in range(-8, 9) if k)  # |s| <= 1: no eigenvalue leaves the bulk

FREE_SIZES = (10, 20, 50, 100, 200, 400)  # of approaches without field
EDGE_ORDERS = (10, 100)  # N of the exact laws at the edge
EDGE_PLACES = (1, 2, 3, 4)  # k-th eigenvalue from the top
PHASE_STRENGTHS = (-3.0, 0.9)
PHASE_ENERGIES = (-2.6, -1.2)
PHASE_CELLS = (131, 81)  # strengths, energies
BOUNDARY_ENERGIES = 49
SPIKE_CELLS = (161, 160)  # strengths, latitudes of the spiked tensor
LINEAR_SIZES = (10, 40)  # N of exact totals in a linear field
FIELD_SIZES = (4, 6, 8, 12, 16, 24, 32)


@dataclass(frozen=True)
class AtlasSettings:
    """What the atlas is of: the pure p-spin glass, with the field of ρ_1 = rho where a field is shown."""

    p: int = 3
    rho: float = 0.5
    n_spins: int = 12

    def __post_init__(self) -> None:
        checked_int("p", self.p, 3, 12)
        checked_float("rho", self.rho)
        checked_int("n_spins", self.n_spins, 3, 40)


def rank_one_rows(settings: AtlasSettings, progress: Progress) -> Iterator[Row]:
    """Exact W_n(x√n, s√n)/W_n(x√n, 0) beside |1 + s m_sc(x)|, and n times the difference."""
    strengths = np.array(RANK_ONE_STRENGTHS)
    cells = [(n, x) for n in RANK_ONE_SIZES for x in RANK_ONE_PLACES]
    for done, (n, x) in enumerate(cells, start=1):
        root = math.sqrt(n)
        spiked = random_matrices.mean_abs_determinant(n, x * root, kappa=strengths * root, log=True)
        plain = random_matrices.mean_abs_determinant(n, x * root, log=True)
        law = np.abs(1 + strengths * random_matrices.stieltjes(x))
        for s, ratio, limit in zip(RANK_ONE_STRENGTHS, np.exp(spiked - plain).tolist(), law.tolist(), strict=True):
            yield {"x": x, "s": s, "n": n, "ratio": ratio, "law": limit, "scaled_error": n * (ratio - limit)}
        progress("rank_one_law", done, len(cells))


def index_density_rows(settings: AtlasSettings, progress: Progress) -> Iterator[Row]:
    """Exact densities in u of the critical points of each index, without field and with it."""
    n, p = settings.n_spins, settings.p
    reach = complexity.threshold_energy(p) + 4 / math.sqrt(n)
    u = np.linspace(-reach, reach, 241)
    indices = np.arange(n)
    for done, rho in enumerate((0.0, settings.rho), start=1):
        field = OverlapField(p=p, rho=[rho]) if rho else None
        densities = complexity.mean_count_density(u[:, None], n, p, index=indices, field=field)
        for index in indices.tolist():
            for at, value in zip(u.tolist(), densities[:, index].tolist(), strict=True):
                yield {"p": p, "n_spins": n, "rho": rho, "index": index, "energy_density": at, "density": value}
        progress("index_densities", done, 2)


def approach_rows(settings: AtlasSettings, progress: Progress) -> Iterator[Row]:
    """Exact values beside their sharp asymptotic form, with the error term, without field and with it."""
    p, rho = settings.p, settings.rho
    threshold = complexity.threshold_energy(p)
    inside, below = round(-0.6 * threshold, 2), round(-1.1 * threshold, 2)
    cells: list[tuple[str, tuple[int, ...], dict[str, Any]]] = [
        ("total", FREE_SIZES, {}),
        ("count", FREE_SIZES, {"u": inside}),
        ("count", FREE_SIZES, {"u": below}),
        ("minima", FREE_SIZES[:-1], {"u": below}),
        ("threshold", FREE_SIZES, {}),
    ]
    if rho:
        cells += [("total ratio", FIELD_SIZES, {"rho": rho}), ("density ratio", FIELD_SIZES, {"rho": rho, "u": inside})]
        if complexity.ratio_divergence(p, rho) is None or math.isfinite(complexity.activation_ratio(p, rho, u=below)):
            cells += [("density ratio", FIELD_SIZES, {"rho": rho, "u": below})]
            cells += [("index ratio", FIELD_SIZES, {"rho": rho, "u": below, "index": 0})]
    for done, (quantity, sizes, arguments) in enumerate(cells, start=1):
        table = complexity.approach_table(quantity, sizes, p, **arguments)
        for row in table.rows():
            yield {"p": p, "quantity": quantity, "energy_density": arguments.get("u"), "rho": arguments.get("rho"),
                   "index": arguments.get("index"), "order": table.order, **row}  # fmt: skip
        progress("approaches", done, len(cells))


def phase_rows(settings: AtlasSettings, progress: Progress) -> Iterator[Row]:
    """The phase of each pair (strength λ of the field D = N λ m², energy density); positive energies by symmetry."""
    strengths, energies = np.linspace(*PHASE_STRENGTHS, PHASE_CELLS[0]), np.linspace(*PHASE_ENERGIES, PHASE_CELLS[1])

    def done(count: int, total: int) -> None:
        progress("phase_diagram", count, total)

    for row in complexity.phase_diagram(strengths, energies, settings.p, progress=done).rows():
        yield {"p": settings.p, **row}


def boundary_rows(settings: AtlasSettings, progress: Progress) -> Iterator[Row]:
    """Where the phase changes and where the equator becomes unstable, energy by energy; the points that follow the
    field, strength by strength."""
    p = settings.p
    energies = np.linspace(*PHASE_ENERGIES, BOUNDARY_ENERGIES).tolist()
    strengths = np.linspace(*PHASE_STRENGTHS, PHASE_CELLS[0]).tolist()
    for done, u in enumerate(energies, start=1):
        for boundary in complexity.phase_boundaries(u, p, strengths=PHASE_STRENGTHS, cells=120):
            if boundary.below != boundary.above:
                yield {"p": p, "kind": "boundary", "energy_density": u, "strength": boundary.strength,
                       "below": boundary.below, "above": boundary.above, "continuous": boundary.continuous}  # fmt: skip
        for strength in complexity.equator_instability(u, p) or ():
            yield {"p": p, "kind": "instability", "energy_density": u, "strength": strength}
        progress("phase_boundaries", done, len(energies))
    for strength in strengths:
        signals = complexity.signal_points(p, OverlapField.spike(strength, 2)) if strength else []
        for u in sorted({round(u, 12) for _, u in signals}):
            yield {"p": p, "kind": "signal", "energy_density": u, "strength": strength}


def edge_rows(settings: AtlasSettings, progress: Progress) -> Iterator[Row]:
    """Densities of the largest eigenvalues of A_N in s = N^{1/6}(λ − 2√N), exact and in the limit."""
    s = np.linspace(-10.0, 5.0, 151)
    for done, n in enumerate((*EDGE_ORDERS, None), start=1):
        for k in EDGE_PLACES:
            if n is None:
                density = random_matrices.tracy_widom_pdf(s, 1, k)
            else:
                law = random_matrices.GoeEigenvalueLaw(n, n - k)
                density = law.density(2 * math.sqrt(n) + s * n ** (-1 / 6)) * n ** (-1 / 6)
            for at, value in zip(s.tolist(), density.tolist(), strict=True):
                yield {"n": n, "k": k, "s": at, "density": value}
        progress("edge_densities", done, len(EDGE_ORDERS) + 1)


def latitude_rows(settings: AtlasSettings, progress: Progress) -> Iterator[Row]:
    """Rates at each latitude in the field of the spiked tensor, D = −√2 λ N m^p, all critical points and minima."""
    p = settings.p
    strengths, latitudes = np.linspace(0.0, 1.6, SPIKE_CELLS[0]), np.linspace(-0.6, 0.99, SPIKE_CELLS[1])
    table = complexity.latitude_diagram(-math.sqrt(2) * strengths, latitudes, p, p)
    for i, strength in enumerate(strengths.tolist()):
        for j, m in enumerate(latitudes.tolist()):
            yield {"p": p, "strength": strength, "latitude": m, "complexity": float(table.complexity[i, j]),
                   "minima": float(table.minima[i, j])}  # fmt: skip
    progress("latitude_rates", 1, 1)


def signal_rows(settings: AtlasSettings, progress: Progress) -> Iterator[Row]:
    """The signal of the spiked tensor, and its marks: where it appears, and where it is as low as the noise."""
    from spinglass.complexity import spiked_tensor

    p = settings.p
    critical, m_c, _ = spiked_tensor.critical_signal(p)
    crossing, m_x = spiked_tensor.signal_crossing(p)
    for strength in np.linspace(critical, max(1.6, 1.2 * crossing), 60).tolist():
        m, height = spiked_tensor.signal_maximum(strength, p)
        yield {"p": p, "kind": "signal", "strength": strength, "latitude": m, "height": height}
    yield {"p": p, "kind": "appears", "strength": critical, "latitude": m_c, "height": None}
    yield {"p": p, "kind": "deepest", "strength": crossing, "latitude": m_x, "height": None}
    progress("signals", 1, 1)


def trivialisation_rows(settings: AtlasSettings, progress: Progress) -> Iterator[Row]:
    """Rate of the total number against the strength h of a linear field, in the limit and exact at finite N."""
    p = settings.p
    end = complexity.trivialisation_field(p)
    h = np.linspace(0.0, 1.25 * end, 51)
    for gaussian in (False, True):
        rates = complexity.field_rate(h, p, gaussian=gaussian)
        for strength, rate in zip(h.tolist(), rates.tolist(), strict=True):
            yield {"p": p, "gaussian": gaussian, "n_spins": None, "h": strength, "rate": rate, "critical": end}
    for done, n in enumerate(LINEAR_SIZES, start=1):
        for strength in h[::2].tolist():
            field = OverlapField.linear(strength) if strength else None
            mixture = {p: 1.0, 1: strength} if strength else {p: 1.0}
            counts = {False: complexity.mean_count(n, p, field=field), True: complexity.mean_count(n, mixture=mixture)}
            for gaussian, count in counts.items():
                yield {"p": p, "gaussian": gaussian, "n_spins": n, "h": strength, "rate": math.log(count) / n,
                       "critical": end}  # fmt: skip
        progress("trivialisation", done, len(LINEAR_SIZES))


TABLES: dict[str, Callable[[AtlasSettings, Progress], Iterable[Row]]] = {
    "rank_one_law": rank_one_rows,
    "index_densities": index_density_rows,
    "approaches": approach_rows,
    "edge_densities": edge_rows,
    "phase_diagram": phase_rows,
    "phase_boundaries": boundary_rows,
    "latitude_rates": latitude_rows,
    "signals": signal_rows,
    "trivialisation": trivialisation_rows,
}


def write_atlas_tables(
    settings: AtlasSettings, store: Store, names: Iterable[str], progress: Progress, command: str = ""
) -> None:
    """Compute the named tables into `data/` of the folder; those already there for the same settings are kept."""
    wanted = [checked_choice("names", name, tuple(TABLES)) for name in names]
    inputs = {"digest": hashlib.sha256(repr((source_digest(), settings)).encode()).hexdigest()}
    if store.read_json("data/inputs.json") != inputs:
        for name in TABLES:
            store.remove(f"data/{name}.csv")
        for figure in store.folder.glob("figures/*.json"):
            for suffix in (".svg", ".png", ".csv", ".json"):
                store.remove(f"figures/{figure.stem}{suffix}")
        store.write_json("data/inputs.json", inputs)
    about = {
        "version": __version__,
        "code_digest": source_digest(),
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        **asdict(settings),
    }
    store.write_json("data/settings.json", about)
    for name in wanted:
        if not store.path(f"data/{name}.csv").exists():
            rows = list(TABLES[name](settings, progress))
            columns = list(dict.fromkeys(column for row in rows for column in row))
            store.write_table(f"data/{name}.csv", columns, rows)
