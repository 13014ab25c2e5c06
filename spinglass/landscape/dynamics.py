"""Trajectories: gradient flow and Langevin dynamics on a manifold.

Gradient flow is dw/dt = −grad h; at temperature T, dw = −grad h dt + √(2T) dB with the Brownian motion B of the
manifold, whose stationary law is exp(−h/T) with respect to the uniform measure. h is extensive, so that T is of order
one: the pure glass without field is at u ≈ −1/T above its transition.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import ComputationError, checked_float, checked_int, input_error
from spinglass.landscape.objective import Objective
from spinglass.landscape.search import random_start, root_of
from spinglass.landscape.spectra import index_and_edges

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Records along a trajectory, or along several at once.

    Attributes
    ----------
    times : (records,).
    energy_density : (records,) u = h/N; (records, replicas) for several trajectories.
    gradient_norm : of the same shape, |grad h|/√N.
    points : the last points, (N,) or (replicas, N).
    index : (records,) the number of negative eigenvalues of the Riemannian Hessian; None without ``index=True``.
    acceptance : share of accepted steps of adjusted Langevin dynamics; None otherwise.
    status : "finished" at the last time, "converged" at a gradient below the tolerance before it, or "max_steps".
    n_steps : steps of the integration.
    """

    times: FloatArray
    energy_density: FloatArray
    gradient_norm: FloatArray
    points: FloatArray
    index: NDArray[np.int64] | None
    acceptance: float | None
    status: str
    n_steps: int


def gradient_flow(
    problem: Any,
    time: float,
    start: ArrayLike | None = None,
    rng: int | np.random.Generator | None = None,
    *,
    n_records: int = 100,
    accuracy: float = 1e-6,
    tolerance: float | None = None,
    max_steps: int = 1_000_000,
    index: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Trajectory:
    """The gradient flow dw/dt = −grad h from a point, or from a random one, up to a time.

    Fifth-order Runge–Kutta steps of Dormand and Prince with an error of `accuracy` per step in |w|/√N. Records at
    `n_records` + 1 times: 0 and then, because flows slow down, times growing geometrically to the last one.

    problem : as for `search`. tolerance : the flow ends early where |grad h|/√N falls below it; None is ten times the
    accuracy, the least that steps of that accuracy resolve. index : whether to find the index at every record.
    progress : called with (records, n_records). Returns a `Trajectory` whose last record is where the flow ended.
    Energies never increase along it, up to the accuracy. Raises `InputError` for bad arguments.

    >>> from spinglass.hamiltonians import SphericalGlass
    >>> flow = gradient_flow(SphericalGlass(p=3).sample(10, rng=0), 100.0, rng=0)
    >>> bool(np.all(np.diff(flow.energy_density) < 1e-6)), flow.status
    (True, 'converged')
    """
    from scipy.integrate import RK45

    objective = Objective.of(problem)
    manifold = objective.manifold
    end_time = checked_float("time", time, 0.0, low_open=True)
    n_records = checked_int("n_records", n_records, 1)
    accuracy = checked_float("accuracy", accuracy, 1e-12, 1e-2)
    tolerance = 10 * accuracy if tolerance is None else checked_float("tolerance", tolerance, 0.0)
    max_steps = checked_int("max_steps", max_steps, 1)
    w = random_start(objective, root_of(rng), 0) if start is None else objective.checked_point("start", start)
    due = _record_times(end_time, n_records)
    rows: list[tuple[float, float, float, int]] = []

    def record(t: float, y: FloatArray) -> bool:
        """Write a row; whether the gradient is below the tolerance."""
        place = objective.at(manifold.nearest(y))
        norm = objective.gradient_norm(place)
        found = index_and_edges(objective, place, 0)[0] if index else 0
        rows.append((t, place.value / objective.extent, norm, found))
        if progress is not None:
            progress(min(len(rows) - 1, n_records), n_records)
        return norm <= tolerance

    def slope(_: float, y: FloatArray) -> FloatArray:
        return -objective.at(manifold.nearest(y)).gradient

    # the error's norm in RK45 is a root mean square over components
    solver = RK45(slope, 0.0, w, end_time, rtol=1e-13, atol=accuracy * manifold.reach / math.sqrt(manifold.n))
    status = "converged" if record(0.0, w) else "finished"
    number, steps = 1, 0
    while status == "finished" and solver.status == "running":
        if steps >= max_steps:
            status = "max_steps"
            break
        solver.step()
        steps += 1
        if solver.status == "failed":
            raise ComputationError("the gradient flow needs steps below rounding: the gradient is not smooth")
        between = solver.dense_output()
        while number <= n_records and due[number] <= solver.t and status == "finished":
            if record(float(due[number]), between(due[number])):
                status = "converged"
            number += 1
        if status == "finished" and float(np.linalg.norm(solver.f)) <= tolerance * math.sqrt(objective.extent):
            status = "converged"
            record(float(solver.t), solver.y)
    last = manifold.nearest(solver.y)
    if status == "max_steps":
        record(float(solver.t), solver.y)
    table = np.array(rows)
    return Trajectory(
        table[:, 0],
        table[:, 1],
        table[:, 2],
        last,
        table[:, 3].astype(np.int64) if index else None,
        None,
        status,
        steps,
    )


def _record_times(end: float, count: int) -> FloatArray:
    """0 and `count` times in geometric progression from a thousandth of the end (of 1, if sooner) to the end."""
    if count == 1:
        return np.array([0.0, end])
    inner = np.geomspace(min(1.0, end) / 1000, end, count)
    inner[-1] = end
    return np.concatenate([[0.0], inner])


def langevin(
    problem: Any,
    temperature: float,
    time: float,
    step: float,
    start: ArrayLike | None = None,
    rng: int | np.random.Generator | None = None,
    *,
    replicas: int | None = None,
    n_records: int = 100,
    adjusted: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Trajectory:
    """Langevin dynamics dw = −grad h dt + √(2T) dB, with stationary law exp(−h/T).

    A step goes along the geodesic of v = −grad h(w) dt + √(2T dt) ξ, ξ standard normal in the tangent space: of weak
    order one, with a bias of the stationary law proportional to dt. With ``adjusted`` the step is refused with the
    probability that makes exp(−h/T) the stationary law for every dt (Metropolis; geodesics keep the volume of
    positions and velocities): use that for equilibrium, not for times.

    problem : as for `search`; `energy` and `gradient` must take several points at once for `replicas`.
    temperature : T >= 0; T = 0 is gradient descent with fixed steps.
    time, step : total time and dt, in the units in which the gradient flow is dw/dt = −grad h; the number of steps is
        time/step, rounded to a multiple of n_records. Stable for dt below 2/(largest eigenvalue), about 0.1 for p = 3.
    start : a point, or (replicas, N); None is random. replicas : that many independent trajectories at once.

    Returns a `Trajectory` with records at equal times. Raises `InputError` for bad arguments, `ComputationError` where
    the energy stops being finite.

    Sources: Crisanti, Horner, Sommers, Z. Phys. B 92 (1993) 257 (dynamics of the spherical glass); Girolami,
    Calderhead, J. R. Stat. Soc. B 73 (2011) 123, and Byrne, Girolami, Scand. J. Stat. 40 (2013) 825 (geodesic steps).

    >>> from spinglass.hamiltonians import SphericalGlass
    >>> s = SphericalGlass(p=3).sample(8, rng=0)
    >>> langevin(s, 1.0, 1.0, 0.02, rng=0, replicas=4, n_records=5).energy_density.shape
    (6, 4)
    """
    objective = Objective.of(problem)
    temperature = checked_float("temperature", temperature, 0.0)
    end_time = checked_float("time", time, 0.0, low_open=True)
    step = checked_float("step", step, 0.0, end_time, low_open=True)
    n_records = checked_int("n_records", n_records, 1)
    if adjusted and temperature == 0:
        raise input_error("temperature", temperature, "must be > 0 for adjusted dynamics")
    root = root_of(rng)
    w = _starting_points(objective, start, replicas, root)
    noise = np.random.Generator(np.random.Philox(np.random.SeedSequence(root, spawn_key=(2**31,))))
    per_record = max(1, round(end_time / step / n_records))
    dt = end_time / (per_record * n_records)
    walk = _Walk(objective, w, temperature, dt)
    energies, norms = [walk.energy_density()], [walk.gradient_norm()]
    for number in range(n_records):
        for _ in range(per_record):
            walk.advance(noise, adjusted)
        energies.append(walk.energy_density())
        norms.append(walk.gradient_norm())
        if progress is not None:
            progress(number + 1, n_records)
    steps = per_record * n_records
    return Trajectory(
        np.linspace(0.0, end_time, n_records + 1),
        np.array(energies),
        np.array(norms),
        walk.point,
        None,
        walk.accepted / (steps * max(1, walk.energy.size)) if adjusted else None,
        "finished",
        steps,
    )


def _starting_points(
    objective: Objective, start: ArrayLike | None, replicas: int | None, root: tuple[int, ...]
) -> FloatArray:
    """The points to start from, of shape (n,) or (replicas, n)."""
    if start is None:
        if replicas is None:
            return random_start(objective, root, 0)
        return np.stack([random_start(objective, root, i) for i in range(checked_int("replicas", replicas, 1))])
    array = np.asarray(start, dtype=float)
    if array.ndim == 2:
        if replicas not in (None, len(array)):
            raise input_error("replicas", replicas, f"must be None or {len(array)}, the number of points in start")
        return np.stack([objective.checked_point(f"start[{i}]", point) for i, point in enumerate(array)])
    point = objective.checked_point("start", array)
    return point if replicas is None else np.tile(point, (checked_int("replicas", replicas, 1), 1))


class _Walk:
    """The present point, or points, of Langevin dynamics."""

    def __init__(self, objective: Objective, w: FloatArray, temperature: float, dt: float) -> None:
        self.objective, self.manifold = objective, objective.manifold
        self.temperature, self.dt = temperature, dt
        self.point = w
        self.energy, self.gradient = self._evaluated(w)
        self.accepted = 0

    def _evaluated(self, w: FloatArray) -> tuple[FloatArray, FloatArray]:
        energy, gradient = self.objective.at_many(w)
        return energy, self.manifold.project(w, gradient)

    def energy_density(self) -> FloatArray:
        return self.energy / self.objective.extent

    def gradient_norm(self) -> FloatArray:
        return np.asarray(np.linalg.norm(self.gradient, axis=-1) / math.sqrt(self.objective.extent))

    def advance(self, noise: np.random.Generator, adjusted: bool) -> None:
        """One step, the same for every point."""
        spread = math.sqrt(2 * self.temperature * self.dt)
        kick = self.manifold.project(self.point, noise.standard_normal(self.point.shape))
        velocity = spread * kick - self.dt * self.gradient
        point = self.manifold.step(self.point, velocity)
        energy, gradient = self._evaluated(point)
        if not adjusted:
            self.point, self.energy, self.gradient = point, energy, gradient
            return
        back = -self.manifold.transport(self.point, velocity, velocity)
        kick_back = (back + self.dt * gradient) / spread
        log_ratio = (self.energy - energy) / self.temperature
        log_ratio += (np.sum(kick**2, axis=-1) - np.sum(kick_back**2, axis=-1)) / 2
        taken = np.asarray(np.log(noise.random(self.energy.shape)) < log_ratio)
        self.accepted += int(np.sum(taken))
        self.point = np.where(taken[..., None], point, self.point)
        self.gradient = np.where(taken[..., None], gradient, self.gradient)
        self.energy = np.where(taken, energy, self.energy)
