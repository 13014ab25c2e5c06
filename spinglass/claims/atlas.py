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


TABLES: dict[str, Callable[[AtlasSettings, Progress], Iterable[Row]]] = {
    "rank_one_law": rank_one_rows,
    "index_densities": index_density_rows,
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
            store.write_table(f"data/{name}.csv", list(rows[0]), rows)
