"""The free sum of a given law μ and a semicircle of variance t: the spectrum of D + √t A_n/√n for large n.

The Stieltjes transform m(z) = ∫ dν(y)/(y − z) of the sum obeys m(z) = m_μ(ω), ω = z + t m(z) (equation
classical-laws.free-sum). Write ω = u + iv and S(u, v) = ∫ dμ(y)/((u − y)² + v²). The two parts of z = ω − t m_μ(ω),

    v (1 − t S) = Im z,     u + t ∫ (u − y) dμ(y)/((u − y)² + v²) = Re z,

are solved one inside the other: for given u the first has one root v where t S <= 1 (for real z the largest of 0 and
the root of t S = 1), and along these roots the second is increasing in u (Biane). Both are found by bisection, which
always converges, real z and band edges included, without a small imaginary part; |u − Re z| <= √t and v <= Im z + √t
bound the search. On the real axis the density is v/(π t).

Source: Biane, Indiana Univ. Math. J. 46 (1997) 705; outliers: Capitaine, Donati-Martin, Féral, Février, Electron. J.
Probab. 16 (2011) 1750.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import ComputationError, checked_float, checked_int, input_error
from spinglass._jit import jit
from spinglass.random_matrices.level_density import real_array

__all__ = ["FreeSum", "Outlier"]

Real = NDArray[np.float64]


class Outlier(NamedTuple):
    """An eigenvalue outside the bands: the atom it comes from, its position, its squared overlap with that vector."""

    atom: float
    position: float
    overlap: float


@jit
def _height(atoms: NDArray[np.float64], weights: NDArray[np.float64], t: float, u: float, y: float) -> float:
    """The root v of v (1 − t S(u, v)) = y where t S <= 1; 0 for y = 0 outside the bands."""
    low, high = 0.0, y + math.sqrt(t)
    if y == 0.0:
        total, lower = 0.0, 0.0
        for j in range(atoms.shape[0]):
            square = (u - atoms[j]) ** 2
            lower = max(lower, weights[j] * t - square)  # this atom alone
            total += weights[j] / square if square > 0.0 else (np.inf if weights[j] > 0.0 else 0.0)
        if total * t <= 1.0:
            return 0.0
        low = math.sqrt(lower)
    for _ in range(80):
        v = 0.5 * (low + high)
        if v <= low or v >= high:
            break
        total = 0.0
        for j in range(atoms.shape[0]):
            total += weights[j] / ((u - atoms[j]) ** 2 + v * v)
        if v * (1.0 - t * total) < y:
            low = v
        else:
            high = v
    return 0.5 * (low + high)


@jit
def _subordinate(
    atoms: NDArray[np.float64], weights: NDArray[np.float64], t: float, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """ω(z) at z = x + iy, y >= 0."""
    result = np.empty(x.shape[0], dtype=np.complex128)
    for i in range(x.shape[0]):
        low, high = x[i] - math.sqrt(t), x[i] + math.sqrt(t)
        u, v = x[i], 0.0
        for _ in range(80):
            u = 0.5 * (low + high)
            v = _height(atoms, weights, t, u, y[i])
            if u <= low or u >= high:
                break
            shift = 0.0
            for j in range(atoms.shape[0]):
                distance = u - atoms[j]
                if weights[j] > 0.0:
                    shift += weights[j] * distance / (distance * distance + v * v)
            if u + t * shift < x[i]:
                low = u
            else:
                high = u
        result[i] = complex(u, v)
    return result


@dataclass(frozen=True)
class FreeSum:
    """Free sum of Σ weights δ_atoms and a semicircle of the given variance t (density on [−2√t, 2√t]).

    Parameters
    ----------
    atoms : positions, shape (k,).
    weights : masses >= 0 of sum 1, shape (k,); atoms of weight 0 are spikes of finite rank (see `outliers`).
    variance : t > 0.

    A continuous law is brought to atoms by `from_density`.

    >>> FreeSum([0.0], [1.0], 1.0).support()
    [(-2.0, 2.0)]
    """

    atoms: Any
    weights: Any
    variance: float

    def __post_init__(self) -> None:
        atoms, weights = real_array("atoms", self.atoms), real_array("weights", self.weights)
        if atoms.ndim != 1 or atoms.size == 0:
            raise input_error("atoms", atoms.shape, "must have shape (k,), k >= 1")
        if weights.shape != atoms.shape or np.any(weights < 0) or abs(math.fsum(weights) - 1) > 1e-12:
            raise input_error("weights", weights.tolist(), "must be >= 0, one for each atom, of sum 1")
        order = np.argsort(atoms, kind="stable")
        object.__setattr__(self, "atoms", atoms[order].copy())
        object.__setattr__(self, "weights", weights[order] / math.fsum(weights))
        object.__setattr__(self, "variance", checked_float("variance", self.variance, 0, low_open=True))
        self.atoms.flags.writeable = self.weights.flags.writeable = False

    @classmethod
    def from_density(
        cls, density: Callable[[Real], Any], low: float, high: float, variance: float, *, nodes: int = 400
    ) -> FreeSum:
        """A continuous law on [low, high], as atoms at Gauss nodes in the angle y = middle + half · sin φ.

        Square-root edges are integrated exponentially accurately. The sum smooths μ on the scale v >= the heights of
        ω: the result is exact to rounding where v is a few times the distance of the nodes, `nodes` too small shows as
        gaps in `support()`. The density is refused where its mass is not 1 to 1e-8.
        """
        low, high = checked_float("low", low), checked_float("high", high)
        if not low < high:
            raise input_error("high", high, f"must be above low = {low:g}")
        nodes = checked_int("nodes", nodes, 2, 10_000)
        place, weight = np.polynomial.legendre.leggauss(nodes)
        angle = math.pi / 2 * place
        half = (high - low) / 2
        atoms = (low + high) / 2 + half * np.sin(angle)
        values = np.asarray(density(atoms), dtype=float)
        if values.shape != atoms.shape or not np.all(np.isfinite(values)) or np.any(values < 0):
            raise input_error("density", density, "must give finite values >= 0 at every point of the interval")
        weights = values * weight * math.pi / 2 * half * np.cos(angle)
        mass = math.fsum(weights)
        if abs(mass - 1) > 1e-8:
            raise input_error("density", density, f"must have mass 1 on the interval; it has {mass:.10g}")
        return cls(atoms, weights / mass, variance)

    def subordination(self, z: ArrayLike) -> Any:
        """ω(z) = z + t m(z), complex, for Im z >= 0 (real z: boundary values from above)."""
        array = np.asarray(z)
        if array.dtype.kind not in "iufc" or not np.all(np.isfinite(array)) or np.any(array.imag < 0):
            raise input_error("z", z, "must be finite numbers with imaginary part >= 0")
        flat = np.atleast_1d(array).ravel()
        x, y = np.ascontiguousarray(flat.real, dtype=float), np.ascontiguousarray(flat.imag, dtype=float)
        found = _subordinate(self.atoms, self.weights, self.variance, x, y).reshape(array.shape)
        return found if array.ndim else complex(found)

    def stieltjes(self, z: ArrayLike) -> Any:
        """m(z) = ∫ dν(y)/(y − z), Im z >= 0; on the real axis from above.

        Absolute accuracy about 1e-15/√t; half of the digits at an edge itself, where m changes like the root of the
        distance.

        >>> round(FreeSum([0.0], [1.0], 1.0).stieltjes(0.0).imag, 14)
        1.0
        """
        found = (self.subordination(z) - np.asarray(z)) / self.variance
        return found if np.ndim(found) else complex(found)

    def density(self, x: ArrayLike) -> Any:
        """Density of the sum at real x, v/(π t); 0 outside the bands. Absolute accuracy about 1e-15/√t inside.

        At an edge ω changes like the root of the distance: there half of the digits remain.

        >>> round(FreeSum([0.0], [1.0], 1.0).density(0.0) * math.pi, 14)
        1.0
        """
        omega = self.subordination(real_array("x", x))
        found = np.imag(omega) / (math.pi * self.variance)
        return found if np.ndim(found) else float(found)

    def _inverse_square(self, u: float) -> float:
        held = self.weights > 0
        return float(np.sum(self.weights[held] / (u - self.atoms[held]) ** 2))

    def _edge(self, u: float) -> float:
        held = self.weights > 0
        return u + self.variance * float(np.sum(self.weights[held] / (u - self.atoms[held])))

    def support(self) -> list[tuple[float, float]]:
        """The bands of the sum, in increasing order: where ∫ dμ/(u − y)² = 1/t outside the atoms, mapped to x."""
        held = self.atoms[self.weights > 0]
        places = np.unique(held)
        reach, level = math.sqrt(self.variance), 1 / self.variance

        def root(inside: float, outside: float) -> float:
            """Where the inverse square falls to 1/t, from the side of an atom."""
            for _ in range(200):
                middle = (inside + outside) / 2
                if middle in (inside, outside):
                    break
                if self._inverse_square(middle) > level:
                    inside = middle
                else:
                    outside = middle
            return outside

        edges = [root(places[0] - 1e-300, places[0] - 1.01 * reach)]
        for left, right in itertools.pairwise(places):
            low, high = left, right  # the inverse square is convex between atoms: its minimum by its slope
            for _ in range(200):
                middle = (low + high) / 2
                if middle in (low, high):
                    break
                distance = middle - held
                slope = -np.sum(self.weights[self.weights > 0] / distance**3)
                low, high = (middle, high) if slope < 0 else (low, middle)
            middle = (low + high) / 2
            if middle not in (left, right) and self._inverse_square(middle) < level:
                edges += [root(left, middle), root(right, middle)]
        edges.append(root(places[-1] + 1e-300, places[-1] + 1.01 * reach))
        ends = [self._edge(u) for u in edges]
        if any(a > b for a, b in itertools.pairwise(ends)):
            raise ComputationError("free sum: band edges closer than rounding")
        return [(float(a), float(b)) for a, b in zip(ends[::2], ends[1::2], strict=True)]

    def outliers(self) -> list[Outlier]:
        """Eigenvalues outside the bands that atoms of weight 0 at θ send out: where t ∫ dμ/(θ − y)² < 1.

        Position θ + t ∫ dμ(y)/(θ − y), squared overlap with the eigenvector of θ: 1 − t ∫ dμ/(θ − y)².

        >>> FreeSum([0.0, 2.0], [1.0, 0.0], 1.0).outliers()
        [Outlier(atom=2.0, position=2.5, overlap=0.75)]
        """
        found = []
        for theta in self.atoms[self.weights == 0]:
            if np.any(self.atoms[self.weights > 0] == theta):
                continue
            overlap = 1 - self.variance * self._inverse_square(float(theta))
            if overlap > 0:
                found.append(Outlier(float(theta), self._edge(float(theta)), overlap))
        return found
