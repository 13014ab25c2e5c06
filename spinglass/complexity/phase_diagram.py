"""Lines and regions of the phase diagram in (strength of the field, energy density) of a field of order N."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import checked_float, checked_int, input_error
from spinglass.complexity.latitude_profile import Profile, profile_of
from spinglass.complexity.leading_order import LatitudeMaximum, typical_index
from spinglass.complexity.thresholds import checked_p
from spinglass.hamiltonians import OverlapField

__all__ = [
    "PhaseBoundary",
    "PhaseDiagram",
    "equator_instability",
    "phase_boundaries",
    "phase_diagram",
]

PHASES = ("empty", "equator", "equator, pole states", "away")
_AT_EQUATOR = 1e-9  # |m| below it is the equator


def _kernels() -> Any:
    """The emitted kernels, imported on first use: they are compiled."""
    return importlib.import_module("spinglass.generated.phase_diagram")


def equator_instability(u: float, p: int) -> tuple[float, float] | None:
    """The strengths λ between which the field D = N λ m² makes the equator unstable at energy density u; else None.

        λ_± = (p/4)(B ± √(B² − 4/p)),   B = u + (p−2) Re m_sc(x)/√(p(p−1)),   x = u √(p/(p−1)),

    the zeros of the curvature −(1 + 4λ²/p − 2λB) of Σ(u, m) at m = 0; None if B² <= 4/p. Both have the sign of u. p = 3
    with λ = ρ_1 is an activation's glass. The line of smaller |λ| is where the dominant latitude leaves m = 0
    continuously (see `phase_boundaries` for the jump that brings it back). A field λ m^k, k >= 3, has no such line.

    Source: equation phase-diagram.equator.

    >>> [round(each, 6) for each in equator_instability(-1.9, 3)]
    [-2.15344, -0.34828]
    >>> equator_instability(-1.5, 3) is None
    True
    """
    p, u = checked_p(p), checked_float("u", u, -1e6, 1e6)
    pull = float(_kernels().shifted_pull(abs(u) * math.sqrt(p / (p - 1)), -1.0))
    drive = u - math.copysign((p - 2) * pull / math.sqrt(p * (p - 1.0)), u)
    square = drive * drive - 4 / p
    if square <= 0:
        return None
    far = p / 4 * (drive + math.copysign(math.sqrt(square), drive))
    near = p / 4 / far
    return (min(near, far), max(near, far))


def _phase(profile: Profile) -> tuple[str, LatitudeMaximum]:
    places = profile.maxima()
    heights = profile.height(places)
    best = int(np.flatnonzero(heights >= np.max(heights) - 4e-15)[-1])
    m, height = float(places[best]), float(heights[best])
    shift, spike = float(profile.shift(m)), float(profile.spike(m))
    point = LatitudeMaximum(m, height, shift, spike, typical_index(shift, spike))
    if height < 0:
        return PHASES[0], point
    if abs(m) > _AT_EQUATOR:
        return PHASES[3], point
    others = bool(np.any((np.abs(places) > _AT_EQUATOR) & (heights >= 0)))
    return (PHASES[2] if others else PHASES[1]), point


@dataclass(frozen=True)
class PhaseDiagram:
    """The phase of each pair (strength, energy density): arrays of shape (strengths, energies).

    phase : "empty" (Σ < 0), "equator" (m = 0 dominates), "equator, pole states" (m = 0 dominates, but another local
        maximum has Σ >= 0 too), "away" (the dominant latitude is not 0).
    latitude, complexity, shift, spike : of the dominant latitude.   index : of its typical points, as in
        `LatitudeMaximum`; −3 stands for an index of order N.
    """

    p: int
    power: int
    strengths: NDArray[np.float64]
    energies: NDArray[np.float64]
    phase: NDArray[np.str_]
    latitude: NDArray[np.float64]
    complexity: NDArray[np.float64]
    shift: NDArray[np.float64]
    spike: NDArray[np.float64]
    index: NDArray[np.int64]

    def rows(self) -> list[dict[str, Any]]:
        """One dictionary per pair: strength, energy_density, phase, latitude, complexity, shift, spike, index."""
        return [
            {
                "strength": float(strength),
                "energy_density": float(u),
                "phase": str(self.phase[i, j]),
                "latitude": float(self.latitude[i, j]),
                "complexity": float(self.complexity[i, j]),
                "shift": float(self.shift[i, j]),
                "spike": float(self.spike[i, j]),
                "index": int(self.index[i, j]),
            }
            for i, strength in enumerate(self.strengths)
            for j, u in enumerate(self.energies)
        ]


def phase_diagram(
    strengths: Sequence[float] | NDArray[np.float64],
    energies: Sequence[float] | NDArray[np.float64],
    p: int,
    power: int = 2,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> PhaseDiagram:
    """The phases of the pure p-spin glass in the field D = N λ m^power on a grid of λ = strengths and energy densities.

    p = 3 with power 2 and λ = ρ_1 is the glass of an activation; powers up to p are spikes. About 2 ms a cell;
    progress(done, total) after each strength.

    Source: equations phase-diagram.latitude, .slope, .outlier-cost.

    >>> table = phase_diagram([-1.0, 0.0], [-1.6, 0.0], 3)
    >>> table.phase.tolist()
    [['away', 'equator'], ['equator', 'equator']]
    """
    p, power = checked_p(p), checked_int("power", power, 1, 1000)
    lam, u = _axis("strengths", strengths), _axis("energies", energies)
    shape = (lam.size, u.size)
    phase = np.empty(shape, dtype="<U24")
    numbers = np.empty((4, *shape))
    index = np.empty(shape, dtype=np.int64)
    for i, strength in enumerate(lam.tolist()):
        profile = profile_of(OverlapField.spike(strength, power), p, None, 0.0)
        for j, energy in enumerate(u.tolist()):
            phase[i, j], point = _phase(profile.at(energy))
            numbers[:, i, j] = point.latitude, point.complexity, point.shift, point.spike
            index[i, j] = -3 if point.index is None else point.index
        if progress is not None:
            progress(i + 1, lam.size)
    latitude, complexity, shift, spike = numbers
    return PhaseDiagram(p, power, lam, u, phase, latitude, complexity, shift, spike, index)


@dataclass(frozen=True)
class PhaseBoundary:
    """A strength at which the phase changes: the phases and dominant latitudes on its sides, lower strength first.

    continuous : the dominant latitude does not jump.
    """

    strength: float
    below: str
    above: str
    latitudes: tuple[float, float]
    continuous: bool


def phase_boundaries(
    u: float, p: int, power: int = 2, strengths: tuple[float, float] = (-4.0, 4.0), *, cells: int = 200
) -> list[PhaseBoundary]:
    """Where the phase of `phase_diagram` changes along a line of constant energy density, by bisection.

    The range is cut into `cells`; two changes inside one cell may cancel. Between the equator and other latitudes with
    negative Σ (both "empty") the dominant latitude still changes place: such changes are listed too. First-order
    lines to 1e-13 in the strength; where the latitude leaves the equator continuously the closed form of
    `equator_instability` is used.

    >>> lines = phase_boundaries(-1.9, 3, strengths=(-3.0, 0.0))
    >>> [(round(line.strength, 9), line.continuous) for line in lines if 0.0 in map(abs, line.latitudes)]
    [(-2.209831398, False), (-0.348279943, True)]
    """
    u, p, power = checked_float("u", u, -1e6, 1e6), checked_p(p), checked_int("power", power, 1, 1000)
    cells = checked_int("cells", cells, 1, 100_000)
    low, high = checked_float("strengths", strengths[0]), checked_float("strengths", strengths[1])
    if not low < high:
        raise input_error("strengths", strengths, "must be an increasing pair (low, high)")

    def state(strength: float) -> tuple[tuple[str, bool], float]:
        phase, point = _phase(profile_of(OverlapField.spike(strength, power), p, None, u))
        equator = abs(point.latitude) <= _AT_EQUATOR
        return (phase, equator), (0.0 if equator else point.latitude)

    grid = np.linspace(low, high, cells + 1).tolist()
    states = [state(each) for each in grid]
    found = []
    for left, right, one, other in zip(grid[:-1], grid[1:], states[:-1], states[1:], strict=True):
        found += _changes(state, (left, one), (right, other), 0)
    return [_polished(line, u, p, power) for line in found]


def _changes(state: Callable[[float], Any], left: Any, right: Any, depth: int) -> list[PhaseBoundary]:
    """The changes between two strengths whose states are known, by bisection (both halves when both change)."""
    (a, one), (b, other) = left, right
    if one[0] == other[0]:
        return []
    middle = (a + b) / 2
    if depth >= 60 or b - a <= 4e-15 * max(abs(a), abs(b)) or middle in (a, b):
        jump = abs(abs(one[1]) - abs(other[1]))
        return [PhaseBoundary(middle, one[0][0], other[0][0], (one[1], other[1]), jump < 1e-3)]
    between = (middle, state(middle))
    return _changes(state, left, between, depth + 1) + _changes(state, between, right, depth + 1)


def _polished(line: PhaseBoundary, u: float, p: int, power: int) -> PhaseBoundary:
    """The closed form where the latitude leaves the equator continuously: bisection sees it only to 1e-8."""
    equator = 0.0 in line.latitudes
    if power != 2 or not equator or not line.continuous:
        return line
    ends = equator_instability(u, p) or ()
    near = [each for each in ends if abs(each - line.strength) < 1e-4 * max(1.0, abs(each))]
    strength = near[0] if near else line.strength
    return PhaseBoundary(strength, line.below, line.above, line.latitudes, line.continuous)


def _axis(name: str, given: Any) -> NDArray[np.float64]:
    array = np.asarray(given)
    if array.dtype.kind not in "iuf" or array.ndim != 1 or array.size == 0 or not np.all(np.abs(array) <= 1e5):
        raise input_error(name, given, "must be a one-dimensional array of finite numbers of size at most 1e5")
    return array.astype(float)
