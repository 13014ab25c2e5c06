"""The law of the k-th eigenvalue of the GOE, exact at finite n. Convention of A_n: spectrum about [−2√n, 2√n].

Its density at x is R_n(x) times the probability that the minor, in the law weighted with |det(A_{n−1} − x)|, has k
eigenvalues below x; its distribution function is the probability that at least k + 1 eigenvalues of A_n lie below x.
The two come from different Pfaffians, and each can be checked with the other. In the tails, where the distribution
function from the counts loses relative accuracy, the density is integrated instead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import ComputationError, checked_int, input_error
from spinglass.random_matrices import semicircle
from spinglass.random_matrices.index_law import count_probabilities, index_probabilities
from spinglass.random_matrices.level_density import goe_density, real_array
from spinglass.random_matrices.multiplicative import panel_rule

__all__ = ["MAX_ORDER", "GoeEigenvalueLaw"]

MAX_ORDER = 200
RELATIVE = 1e-9  # probabilities whose bound is worse are integrals of the density
NORMALISED = 1e-11  # how well the density must integrate to one
Real = NDArray[np.float64]


@lru_cache(maxsize=4096)
def _minor_law(n: int, x: float) -> tuple[Real, Real]:
    """Law of the count of the minor below x, and its error; the same for all k."""
    law, bound = index_probabilities(n - 1, x, with_error=True)
    return law, bound


@lru_cache(maxsize=4096)
def _count_law(n: int, x: float) -> tuple[Real, Real]:
    law, bound = count_probabilities(n, x, with_error=True)
    return law, bound


@dataclass(frozen=True)
class GoeEigenvalueLaw:
    """Law of the eigenvalue number k of A_n in increasing order, k = 0 … n − 1 (k = 0 is the smallest).

    Parameters
    ----------
    n : order of the matrix, 1 <= n <= 200 (off-diagonal variance 1, diagonal variance 2).
    k : place of the eigenvalue, 0 <= k < n.

    Every value costs one eigenproblem of order n, shared by all k at the same position.

    Accuracy: density and probabilities to 1e-12 of their scale; `with_error=True` gives (value, bound). Tails: cdf and
    sf switch to the integral of the density and keep the relative accuracy of the density, which is that of the
    count's probability: near 1 in the outer tail of the extreme eigenvalues, so that those are relatively accurate
    until they underflow; for 0 < k < n − 1 a far tail ends in 0 with the bound beside it.

    Own derivation from `index_probabilities` and `count_probabilities`.

    >>> law = GoeEigenvalueLaw(1, 0)
    >>> round(law.cdf(0.0), 12), round(law.variance(), 12)
    (0.5, 2.0)
    """

    n: int
    k: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", checked_int("n", self.n, 1, MAX_ORDER))
        object.__setattr__(self, "k", checked_int("k", self.k, 0, self.n - 1))

    # one position

    def _density(self, x: float) -> tuple[float, float]:
        law, bound = _minor_law(self.n, x)
        level = float(goe_density(x, self.n))
        value = level * float(law[self.k])
        return value, level * float(bound[self.k]) + 2e-14 * math.sqrt(self.n) * value

    def _probability(self, x: float, below: bool) -> tuple[float, float]:
        """P(λ_k <= x) or P(λ_k > x), with its error."""
        law, bound = _count_law(self.n, x)
        part = slice(self.k + 1, None) if below else slice(None, self.k + 1)
        value, error = math.fsum(law[part]), math.fsum(bound[part]) + 4e-16
        if error > RELATIVE * value:
            other, other_error = self._tail(x, -1.0 if below else 1.0)
            if other_error < error:
                value, error = other, other_error
        return min(value, 1.0), error

    def _tail(self, x: float, side: float) -> tuple[float, float]:
        """Integral of the density from x outwards: to the next edge of a lattice of panels, and those beyond it."""
        width = 0.5 * self.n ** (-1 / 6)
        panel = math.floor(side * x / width) + 1
        value, error = _mass(self, x, side * panel * width)
        for number in range(panel, panel + 400):
            piece, bound = _panel_mass(self, side, number, width)
            value += piece
            error += bound
            if piece <= 1e-16 * value:
                break
        return value, error

    def _map(self, function: Any, x: ArrayLike, with_error: bool) -> Any:
        places = real_array("x", x)
        found = np.array([function(float(place)) for place in places.ravel()]).reshape(*places.shape, 2)
        if places.ndim == 0:
            return (float(found[0]), float(found[1])) if with_error else float(found[0])
        return (found[..., 0], found[..., 1]) if with_error else found[..., 0]

    # public

    def density(self, x: ArrayLike, *, with_error: bool = False) -> Any:
        """Density at x, any shape; with its error bound on request."""
        return self._map(self._density, x, with_error)

    def cdf(self, x: ArrayLike, *, with_error: bool = False) -> Any:
        """P(λ_k <= x)."""
        return self._map(lambda place: self._probability(place, True), x, with_error)

    def sf(self, x: ArrayLike, *, with_error: bool = False) -> Any:
        """P(λ_k > x), relatively accurate where the upper tail is small."""
        return self._map(lambda place: self._probability(place, False), x, with_error)

    @cached_property
    def _grid(self) -> tuple[Real, Real, float]:
        """Equidistant positions, the density there times the step, and how far their sum is from one.

        The trapezoid rule converges exponentially for a density that is analytic and falls on both sides.
        """
        root = math.sqrt(self.n)
        centre = root * float(semicircle.quantile((self.k + 0.5) / self.n))
        spacing = 1 / (root * max(float(semicircle.density(centre / root)), 1e-300))
        step = min(0.45 * spacing, 0.8 * self.n ** (-1 / 6), 1.0)
        defect = math.inf
        for _ in range(3):
            places, values = self._trapezoid(centre, step)
            defect = abs(math.fsum(values) - 1)
            if defect < NORMALISED:
                return places, values, defect
            step /= 2
        raise ComputationError(f"eigenvalue law n = {self.n}, k = {self.k}: the density integrates to 1 ± {defect:.1e}")

    def _trapezoid(self, centre: float, step: float) -> tuple[Real, Real]:
        places: list[float] = []
        values: list[float] = []
        for side in (1, -1):
            number = 0 if side == 1 else -1
            peak = 0.0
            while True:
                place = centre + number * step
                value = step * self._density(place)[0]
                places.append(place)
                values.append(value)
                peak = max(peak, *values)
                if value < 1e-17 * peak and abs(number) > 3:
                    break
                number += side
        order = np.argsort(places)
        return np.array(places)[order], np.array(values)[order]

    def mean(self, *, with_error: bool = False) -> Any:
        """Mean, by the trapezoid rule; the error follows from how well the density integrates to one."""
        places, values, defect = self._grid
        centre = float(places[int(np.argmax(values))])
        value = centre + math.fsum((places - centre) * values) / math.fsum(values)
        error = (defect + 1e-13) * float(np.sum(np.abs(places - value) * values)) * 4 + 4e-16 * abs(value)
        return (value, error) if with_error else value

    def variance(self, *, with_error: bool = False) -> Any:
        """Variance, as `mean`."""
        places, values, defect = self._grid
        mean = self.mean()
        value = math.fsum((places - mean) ** 2 * values) / math.fsum(values)
        error = (defect + 1e-13) * 8 * value
        return (value, error) if with_error else value

    def quantile(self, q: ArrayLike) -> Any:
        """Position x with P(λ_k <= x) = q, 0 <= q <= 1, by Newton's method within a bracket; ±inf at 0 and 1."""
        levels = real_array("q", q)
        if np.any((levels < 0) | (levels > 1)):
            raise input_error("q", levels.tolist(), "must be probabilities from 0 to 1")
        found = np.array([self._quantile(float(level)) for level in levels.ravel()]).reshape(levels.shape)
        return float(found) if levels.ndim == 0 else found

    def _quantile(self, q: float) -> float:
        if q in (0.0, 1.0):
            return -math.inf if q == 0.0 else math.inf
        places, values, _ = self._grid
        lower = q <= 0.5
        aim = q if lower else 1 - q

        def gap(x: float) -> float:
            """log of probability over aim, increasing or decreasing in x."""
            value = self._probability(x, lower)[0]
            return math.log(value / aim) if value > 0 else -math.inf

        ordered = places if lower else places[::-1]
        side = 1.0 if lower else -1.0
        cumulative = np.cumsum(values if lower else values[::-1])
        number = int(np.searchsorted(cumulative, aim))
        step = abs(float(places[1] - places[0]))
        if number == 0:  # beyond the grid
            outer, inner = float(ordered[0]), float(ordered[1])
            while gap(outer) > 0:
                outer, inner = outer - side * 4 * step, outer
            x = (outer + inner) / 2
        else:
            number = min(number, len(ordered) - 2)
            outer, inner = float(ordered[max(0, number - 2)]), float(ordered[min(len(ordered) - 1, number + 2)])
            # the sum up to a position and half of its own term is nearly the probability there
            logs = np.log(np.maximum(cumulative - (values if lower else values[::-1]) / 2, 1e-300))
            x = float(np.interp(math.log(aim), logs, side * ordered)) * side
            x = min(max(x, min(outer, inner) + step / 100), max(outer, inner) - step / 100)
        for _ in range(100):
            value = gap(x)
            if value < 0:
                outer = x
            else:
                inner = x
            density = self._density(x)[0]
            probability = aim * math.exp(value) if value > -math.inf else 0.0
            move = x - side * value * probability / density if density > 0 and probability > 0 else math.nan
            inside = (move - outer) * (move - inner) < 0
            new = move if inside else (outer + inner) / 2
            if abs(value) < 1e-15 or abs(new - x) <= 2e-16 * max(abs(x), self.n ** (-1 / 6)):
                return new if inside else x
            if abs(new - x) < 1e-13 * max(1.0, abs(x)) and abs(value) < 1e-11:
                return new
            x = new
        raise ComputationError(f"quantile of eigenvalue {self.k} of n = {self.n} at {q}: no convergence")


def _mass(law: GoeEigenvalueLaw, start: float, end: float) -> tuple[float, float]:
    """Integral of the density between two near positions, and its error."""
    nodes, weights, _ = panel_rule()
    half = abs(end - start) / 2
    found = law.density((start + end) / 2 + (end - start) / 2 * nodes, with_error=True)
    value, error = (half * float(weights @ each) for each in found)
    return value, error + 1e-13 * value


@lru_cache(maxsize=4096)
def _panel_mass(law: GoeEigenvalueLaw, side: float, panel: int, width: float) -> tuple[float, float]:
    return _mass(law, side * panel * width, side * (panel + 1) * width)
