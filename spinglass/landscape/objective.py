"""A function on a manifold as the finders see it: value, gradient and curvature at a point, and their cost.

Any object with the protocol of `spinglass.landscape.problem` fits; what it lacks is made from what it has, a missing
Hessian from differences of gradients along geodesics.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import ComputationError, InputError, checked_int, input_error
from spinglass.landscape.manifolds import Manifold, Sphere

FloatArray = NDArray[np.float64]
LinearMap = Callable[[FloatArray], FloatArray]

LARGEST_MATRIX = 4000  # ambient dimension up to which a Hessian is held as a matrix
_DIFFERENCE = 6e-6  # step of a central difference, relative to the manifold's reach: about ε^{1/3}


@dataclass(frozen=True, eq=False)
class Place:
    """A point with the value and the gradients there."""

    point: FloatArray
    value: float
    euclidean_gradient: FloatArray
    gradient: FloatArray  # Riemannian

    @property
    def slope(self) -> float:
        """|grad f|."""
        return float(np.linalg.norm(self.gradient))


class Objective:
    """f on a manifold, with counters of what was evaluated.

    Parameters
    ----------
    manifold : `Sphere` or `Flat`, or another with their operations.
    value, gradient : f(w) and the Euclidean ∇f(w) of a point of shape (n,).
    value_and_gradient : both in one pass, where that is cheaper.
    hessian : w → ∇²f(w), Euclidean, shape (n, n); used up to n = 4000.
    hessian_vector_product : (w, v) → ∇²f(w) v; used where there is no `hessian` or n is larger.
    extent : energies are reported as f/extent and gradients as |grad f|/√extent: N for spin glasses, 1 for losses.
    third_derivative : a bound of |∇³f| near the manifold, for the certificate of existence; None: unknown.
    """

    def __init__(
        self,
        manifold: Manifold,
        value: Callable[[FloatArray], Any],
        gradient: Callable[[FloatArray], FloatArray],
        *,
        value_and_gradient: Callable[[FloatArray], tuple[Any, FloatArray]] | None = None,
        hessian: Callable[[FloatArray], FloatArray] | None = None,
        hessian_vector_product: Callable[[FloatArray, FloatArray], FloatArray] | None = None,
        extent: float = 1.0,
        third_derivative: Callable[[], float | None] | None = None,
    ) -> None:
        self.manifold = manifold
        self.extent = float(extent)
        self.n_gradient = self.n_hessian = self.n_hessian_vector = 0
        self._value, self._gradient, self._both = value, gradient, value_and_gradient
        self._hessian, self._product = hessian, hessian_vector_product
        self._third_derivative = third_derivative
        self._kept: tuple[FloatArray, FloatArray] | None = None  # the last point with its Hessian

    @classmethod
    def of(cls, problem: Any) -> Objective:
        """The objective of a problem on the sphere |w|² = N; an `Objective` stands for itself, with fresh counters."""
        if isinstance(problem, Objective):
            return cls(
                problem.manifold,
                problem._value,
                problem._gradient,
                value_and_gradient=problem._both,
                hessian=problem._hessian,
                hessian_vector_product=problem._product,
                extent=problem.extent,
                third_derivative=problem._third_derivative,
            )
        if not all(hasattr(problem, name) for name in ("n_spins", "energy", "gradient")):
            raise input_error(
                "problem", problem, "must have n_spins, energy(w) and gradient(w), as SphericalGlass(3).sample(8) has"
            )
        n = checked_int("problem.n_spins", problem.n_spins, 2)
        return cls(
            Sphere(n),
            problem.energy,
            problem.gradient,
            value_and_gradient=getattr(problem, "value_and_gradient", None),
            hessian=getattr(problem, "hessian", None),
            hessian_vector_product=getattr(problem, "hessian_vector_product", None),
            extent=float(n),
            third_derivative=lambda: polynomial_third_derivative(problem),
        )

    def checked_point(self, argument: str, w: Any) -> FloatArray:
        """A point of the manifold, of shape (n,), or an `InputError`."""
        try:
            point = np.array(w, dtype=float)
        except (TypeError, ValueError):
            point = np.empty(0)
        n = self.manifold.n
        if point.shape != (n,) or not np.all(np.isfinite(point)):
            raise input_error(argument, w, f"must be a finite point of shape ({n},)")
        nearest = self.manifold.nearest(point) if np.any(point) else point
        if not np.linalg.norm(nearest - point) <= 1e-8 * self.manifold.reach:
            raise input_error(argument, float(point @ point), f"|w|^2 must be {self.manifold.reach**2:g}")
        return nearest

    def at(self, w: FloatArray) -> Place:
        """The value and the gradients at w; `ComputationError` where they are not finite."""
        place = self.attempt(w)
        if not math.isfinite(place.value):
            raise ComputationError("the energy or the gradient is not finite at a point of the search")
        return place

    def attempt(self, w: FloatArray) -> Place:
        """The value and the gradients at the end of a trial step; all infinite where one of them is not finite."""
        self.n_gradient += 1
        if self._both is not None:
            value, euclidean = self._both(w)
        else:
            value, euclidean = self._value(w), self._gradient(w)
        value, euclidean = float(value), np.asarray(euclidean, dtype=float)
        if euclidean.shape != w.shape:
            raise InputError(f"problem.gradient(w) has shape {euclidean.shape}, the point {w.shape}")
        if not (math.isfinite(value) and np.all(np.isfinite(euclidean))):
            nowhere = np.full(w.shape, np.inf)
            return Place(w, math.inf, nowhere, nowhere)
        return Place(w, value, euclidean, self.manifold.project(w, euclidean))

    def at_many(self, w: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Values (…,) and Euclidean gradients (…, n) at points (…, n), in one call of the problem."""
        self.n_gradient += int(np.prod(w.shape[:-1], dtype=int))
        value, euclidean = (self._value(w), self._gradient(w)) if self._both is None else self._both(w)
        values, gradients = np.asarray(value, dtype=float), np.asarray(euclidean, dtype=float)
        if values.shape != w.shape[:-1] or gradients.shape != w.shape:
            raise InputError(
                f"problem has energies of shape {values.shape} and gradients of shape {gradients.shape} at points of "
                f"shape {w.shape}: it must take several points at once"
            )
        if not (np.all(np.isfinite(values)) and np.all(np.isfinite(gradients))):
            raise ComputationError("the energy or the gradient is not finite at a point of the trajectory")
        return values, gradients

    def gradient_norm(self, place: Place) -> float:
        """|grad f|/√extent: the root mean square over the spins on the sphere of a glass."""
        return place.slope / math.sqrt(self.extent)

    @property
    def has_matrix(self) -> bool:
        """Whether Hessians come as matrices."""
        return self._hessian is not None and self.manifold.n <= LARGEST_MATRIX

    def matrix(self, w: FloatArray) -> FloatArray:
        """The Euclidean Hessian at w, column by column where the problem offers no matrix. Not to be changed."""
        if self._kept is not None and self._kept[0] is w:
            return self._kept[1]
        if self._hessian is not None:
            self.n_hessian += 1
            found = np.asarray(self._hessian(w), dtype=float)
            if found.shape != (len(w), len(w)):
                raise InputError(f"problem.hessian(w) has shape {found.shape}, expected ({len(w)}, {len(w)})")
            self._kept = (w, found)
            return found
        if self._product is None:
            raise InputError("problem has neither hessian(w) nor hessian_vector_product(w, v)")
        self.n_hessian_vector += len(w)
        columns = np.stack([np.asarray(self._product(w, axis)) for axis in np.eye(len(w))], axis=1)
        found = (columns + columns.T) / 2
        self._kept = (w, found)
        return found

    def curvature(self, place: Place) -> LinearMap:
        """v → Hess f v for tangent vectors v at a place: P(∇²f v) − c v."""
        manifold, w = self.manifold, place.point
        c = float(manifold.multiplier(w, place.euclidean_gradient))
        if self.has_matrix:
            matrix = self.matrix(w)

            def by_matrix(v: FloatArray) -> FloatArray:
                self.n_hessian_vector += 1
                return manifold.project(w, matrix @ v) - c * v

            return by_matrix
        product = self._product
        if product is not None:

            def by_product(v: FloatArray) -> FloatArray:
                self.n_hessian_vector += 1
                return manifold.project(w, np.asarray(product(w, v), dtype=float)) - c * v

            return by_product
        return lambda v: self._difference(w, v)

    def _difference(self, w: FloatArray, v: FloatArray) -> FloatArray:
        """Hess f v to about ten digits: the change of the Riemannian gradient along the geodesic of v."""
        length = float(np.linalg.norm(v))
        if length == 0:
            return np.zeros_like(v)
        self.n_hessian_vector += 1
        step = _DIFFERENCE * self.manifold.reach / length
        ends = [self.at(self.manifold.step(w, sign * step * v)).gradient for sign in (1, -1)]
        return self.manifold.project(w, ends[0] - ends[1]) / (2 * step)

    def tangent_matrix(self, place: Place) -> FloatArray:
        """Hess f in an orthonormal basis of the tangent space, shape (dimension, dimension)."""
        manifold = self.manifold
        if self._hessian is None and self._product is None:
            axes = np.eye(manifold.dimension)
            rows = [
                manifold.coordinates(place.point, self._difference(place.point, manifold.lift(place.point, axis)))
                for axis in axes
            ]
            return (np.stack(rows) + np.stack(rows).T) / 2
        inner = np.array(manifold.restricted(place.point, self.matrix(place.point)))
        inner[np.diag_indices_from(inner)] -= float(manifold.multiplier(place.point, place.euclidean_gradient))
        return inner

    def third_derivative(self) -> float | None:
        """The bound of |∇³f| within a tenth of the sphere's radius from the sphere; None where none is known."""
        return None if self._third_derivative is None else self._third_derivative()


def highest_degree(problem: Any) -> int:
    """The degree of the largest tensor of couplings of a realisation; 3 for other problems."""
    return max((degree for degree, _ in getattr(getattr(problem, "glass", None), "mixture", ())), default=3)


def polynomial_third_derivative(problem: Any) -> float | None:
    """A bound of |∇³h| for |w| ≤ 1.1 √N from the norms of the coefficients; None for other problems.

    |∇³h| ≤ N^{−3/2} Σ_k k(k−1)(k−2) 1.1^{k−3} (‖T_k‖ + |D_k|) with the Euclidean norms of the symmetric T_k. A problem
    may know better: ``third_derivative_bound()`` is used where it exists.
    """
    own = getattr(problem, "third_derivative_bound", None)
    if own is not None:
        return float(own())
    n, system = problem.n_spins, getattr(problem, "polynomial_system", None)
    if system is None or float(n) ** highest_degree(problem) > 1e7:
        return None
    try:
        tensors, field, _ = system()
    except InputError:  # a field that is not a polynomial
        return None
    sizes = [(k, float(np.linalg.norm(np.asarray(tensor).ravel()))) for k, tensor in tensors.items()]
    sizes += [(k, abs(float(coefficient))) for k, coefficient in enumerate(field)]
    return float(n) ** -1.5 * sum(k * (k - 1) * (k - 2) * 1.1 ** (k - 3) * size for k, size in sizes if k >= 3)
