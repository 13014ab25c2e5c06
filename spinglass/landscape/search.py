"""Search for critical points of large Hamiltonians from random starts.

A search does not sample critical points uniformly: wide basins are found more often than narrow ones, and how much more
depends on the method. Only the complete enumeration `census` counts without bias.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import ComputationError, InputError, checked_choice, checked_float, checked_int, input_error
from spinglass.landscape import descent, newton, saddles
from spinglass.landscape.existence import check_provable, existence_radius, proved_radius
from spinglass.landscape.objective import Objective
from spinglass.landscape.spectra import index_and_edges

FloatArray = NDArray[np.float64]
Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]

_MINIMISERS: dict[str, Callable[..., descent.Ending]] = {
    "gradient-descent": descent.gradient_descent,
    "conjugate-gradients": descent.conjugate_gradients,
    "l-bfgs": descent.limited_memory_bfgs,
}
METHODS = (*_MINIMISERS, "trust-region")
WRONG_INDEX = "wrong_index"
STATUSES = {
    descent.CONVERGED: "a critical point of the wanted index, to the tolerance",
    WRONG_INDEX: "a critical point of another index: its basin held the start; try other starts",
    descent.STALLED: "no step makes progress, with the gradient above the tolerance: rounding, or a rough function",
    descent.MAX_ITERATIONS: "too few iterations: raise max_iterations",
}


@dataclass(frozen=True)
class Settings:
    """How each start is run; see `search`."""

    method: str = "trust-region"
    index: int = 0
    tolerance: float = 1e-8
    max_iterations: int | None = None
    polish: bool = True
    certify: bool | str = False
    step: float | None = None

    def __post_init__(self) -> None:
        checked_choice("certify", self.certify, (False, True, "balls"))
        checked_choice("method", self.method, METHODS)
        checked_int("index", self.index, 0)
        if self.index and self.method != "trust-region":
            raise input_error("index", self.index, f"must be 0 for {self.method}: only trust-region finds saddles")
        checked_float("tolerance", self.tolerance, 0.0, low_open=True)
        if self.max_iterations is not None:
            checked_int("max_iterations", self.max_iterations, 1)
        if self.step is not None and self.method != "gradient-descent":
            raise input_error(
                "step", self.step, f"must be None for {self.method}: only gradient-descent has fixed steps"
            )
        if self.step is not None:
            checked_float("step", self.step, 0.0, low_open=True)

    def limits(self) -> dict[str, Any]:
        """The keywords of a method."""
        given = {"tolerance": self.tolerance, "max_iterations": self.max_iterations, "step": self.step}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, eq=False)
class Find:
    """The end of one start."""

    number: int
    point: FloatArray
    energy_density: float
    index: int
    gradient_norm: float
    lowest_eigenvalue: float
    smallest_curvature: float
    status: str
    iterations: int
    n_gradient: int
    n_hessian: int
    n_hessian_vector: int
    radius: float | None


@dataclass(frozen=True, eq=False)
class SearchResult:
    """The ends of a search, one row for each start in the order of the starts. Not a uniform sample of critical points.

    Attributes
    ----------
    points : (starts, N), |w|² = N.
    energy_density : (starts,) u = h/N.
    index : (starts,) number of negative eigenvalues of the Riemannian Hessian at the end; −1 where it was not found.
    gradient_norm : (starts,) |grad h|/√N.
    lowest_eigenvalue : (starts,) the edge of the Hessian's spectrum.
    smallest_curvature : (starts,) smallest |eigenvalue|; 0 where the index was not found.
    status : (starts,) "converged", "wrong_index", "stalled" or "max_iterations"; `STATUSES` says what each means.
    iterations, n_gradient, n_hessian, n_hessian_vector : (starts,) steps, and evaluations of the Hamiltonian; a product
        with a Hessian that is held as a matrix counts as a product.
    radius : (starts,) a critical point with this index exists within this distance of the point, inf where that was not
        shown; None without ``certify``.
    method, wanted_index : what was searched for.
    """

    points: FloatArray
    energy_density: FloatArray
    index: NDArray[np.int64]
    gradient_norm: FloatArray
    lowest_eigenvalue: FloatArray
    smallest_curvature: FloatArray
    status: NDArray[np.str_]
    iterations: NDArray[np.int64]
    n_gradient: NDArray[np.int64]
    n_hessian: NDArray[np.int64]
    n_hessian_vector: NDArray[np.int64]
    radius: FloatArray | None
    method: str
    wanted_index: int

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Which starts ended at a critical point of the wanted index."""
        return np.asarray(self.status == descent.CONVERGED)

    def distinct(self, distance: float = 1e-5) -> NDArray[np.int64]:
        """The converged starts that ended first at their point: no two within `distance` · √N of each other."""
        kept: list[int] = []
        for i in np.flatnonzero(self.converged):
            gaps = np.linalg.norm(self.points[kept] - self.points[i], axis=1)
            if not np.any(gaps <= distance * np.sqrt(self.points.shape[1])):
                kept.append(int(i))
        return np.array(kept, dtype=np.int64)

    @classmethod
    def of(cls, finds: Iterable[Find], settings: Settings) -> SearchResult:
        """The table of the ends, in the order of the starts whatever the order they came in."""
        rows = sorted(finds, key=lambda find: find.number)
        columns = {
            name: np.array([getattr(row, name) for row in rows])
            for name in cls.__dataclass_fields__
            if name in Find.__dataclass_fields__ and name not in ("radius", "point")
        }
        radius = np.array([np.inf if row.radius is None else row.radius for row in rows]) if settings.certify else None
        points = np.stack([row.point for row in rows])
        return cls(points=points, radius=radius, method=settings.method, wanted_index=settings.index, **columns)


@dataclass(frozen=True, eq=False)
class Start:
    """One start of a search: all that a worker needs. `root` and `number` address its random stream."""

    problem: Any
    settings: Settings
    root: tuple[int, ...]
    number: int
    point: FloatArray | None = None


def random_start(objective: Objective, root: tuple[int, ...], number: int) -> FloatArray:
    """The starting point with this number: its own stream, whatever the other starts do."""
    seed = np.random.SeedSequence(root, spawn_key=(number,))
    return objective.manifold.random_point(np.random.Generator(np.random.Philox(seed)))


def run_start(start: Start) -> Find:
    """Search from one start."""
    settings = start.settings
    objective = Objective.of(start.problem)
    point = random_start(objective, start.root, start.number) if start.point is None else start.point
    if settings.method == "trust-region":
        end = saddles.saddle(objective, point, settings.index, **settings.limits())
    else:
        end = _MINIMISERS[settings.method](objective, point, **settings.limits())
    place, status = end.place, end.status
    if status == descent.CONVERGED and settings.polish:
        place = newton.polished(objective, place)
    try:
        index, lowest, smallest = index_and_edges(objective, place, settings.index)
    except ComputationError:
        if status == descent.CONVERGED:
            status = WRONG_INDEX
        index, lowest, smallest = -1, -np.inf, 0.0
    if status == descent.CONVERGED and index != settings.index:
        status = WRONG_INDEX
    radius = None
    if settings.certify == "balls":
        radius = proved_radius(start.problem, place, index)
    elif settings.certify:
        radius = existence_radius(objective, place, index)
    cost = (objective.n_gradient, objective.n_hessian, objective.n_hessian_vector)
    return Find(
        start.number,
        place.point,
        place.value / objective.extent,
        index,
        objective.gradient_norm(place),
        lowest,
        smallest,
        status,
        end.iterations,
        *cost,
        radius,
    )


def root_of(rng: int | np.random.Generator | None) -> tuple[int, ...]:
    """The root of a search's random streams: a seed itself, or numbers drawn from a generator."""
    if isinstance(rng, np.random.Generator):
        return tuple(int(number) for number in rng.integers(0, 2**32, size=4))
    if rng is None:
        return tuple(int(number) for number in np.random.SeedSequence().generate_state(4))
    return (checked_int("rng", rng, 0),)


def search(
    problem: Any,
    method: str = "trust-region",
    index: int = 0,
    n_starts: int = 10,
    rng: int | np.random.Generator | None = None,
    *,
    starts: ArrayLike | None = None,
    tolerance: float = 1e-8,
    max_iterations: int | None = None,
    polish: bool = True,
    certify: bool | str = False,
    step: float | None = None,
    progress: Callable[[int, int], None] | None = None,
    map: Map = builtins.map,
) -> SearchResult:
    """Critical points of h of a chosen index, from random starts.

    A search does not sample critical points uniformly (see the module's text): the rows are ends of starts, and their
    frequencies are those of basins.

    Parameters
    ----------
    problem : a realisation, or any object with ``n_spins``, ``energy(w)``, ``gradient(w)`` on |w|² = N; it is searched
        faster with ``value_and_gradient(w)``, and with ``hessian(w)`` (used up to N = 4000) or
        ``hessian_vector_product(w, v)``. Or an `Objective` on another manifold.
    method : "trust-region" (Newton; any index), "l-bfgs", "conjugate-gradients", "gradient-descent" (minima).
    index : number of negative eigenvalues wanted.
    n_starts, rng : how many random starts. Each has its own random stream below the seed, so that the first ones are
        the same whatever n_starts, and results depend neither on the order of the work nor on the number of workers.
    starts : (starts, N) points to start from, in place of random ones.
    tolerance : on |grad h|/√N; with `polish`, Newton steps then bring the point to rounding.
    max_iterations : None is 500 Newton steps, 20 000 steps of conjugate gradients or L-BFGS, 100 000 of descent.
    certify : whether to bound the distance to a true critical point: True by the theorem of Kantorovich in doubles
        (`existence.existence_radius`), "balls" by a proof in rigorous arithmetic (`existence.proved_radius`; polynomial
        Hamiltonians up to N = 125 for p = 3, about a second for each point there).
    step : a fixed step of gradient descent, in the units of the flow dw/dt = −grad h; None is Armijo's rule.
    progress : called with (done, total) after each start.
    map : applies a function to the starts, in any order: the builtin, or one over processes (the problem is pickled).

    Returns a `SearchResult` with a status for each start. Raises `InputError` for bad arguments.

    >>> from spinglass.hamiltonians import SphericalGlass
    >>> s = SphericalGlass(p=3).sample(n_spins=10, rng=0)
    >>> found = search(s, n_starts=5, rng=1)
    >>> found.status.tolist(), bool(np.all(found.index == 0))
    (['converged', 'converged', 'converged', 'converged', 'converged'], True)
    """
    settings = Settings(method, index, tolerance, max_iterations, polish, certify, step)
    objective = Objective.of(problem)
    checked_int("index", index, 0, objective.manifold.dimension)
    if settings.certify == "balls":
        check_provable(problem)
    root = root_of(rng)
    given: list[FloatArray | None]
    if starts is None:
        given = [None] * checked_int("n_starts", n_starts, 1)
    else:
        try:
            array = np.asarray(starts, dtype=float)
        except (TypeError, ValueError):
            raise input_error("starts", starts, f"must be points of shape (starts, {objective.manifold.n})") from None
        if array.ndim != 2 or len(array) == 0:
            raise InputError(f"starts has shape {array.shape}: must be (starts, {objective.manifold.n})")
        given = [objective.checked_point(f"starts[{i}]", point) for i, point in enumerate(array)]
    work = [Start(problem, settings, root, number, point) for number, point in enumerate(given)]
    finds = []
    for find in map(run_start, work):
        finds.append(find)
        if progress is not None:
            progress(len(finds), len(work))
    return SearchResult.of(finds, settings)
