"""Where a search moves: the sphere |w|² = R² and flat space, with one set of operations for both.

Points and tangent vectors are vectors of the ambient space R^n, on the last axis of an array; tangent vectors of the
sphere are orthogonal to their point. Steps follow geodesics and vectors are carried along them by parallel transport,
which keeps all lengths and angles (Absil, Mahony, Sepulchre, Optimization Algorithms on Matrix Manifolds, 2008).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import checked_float, checked_int

FloatArray = NDArray[np.float64]


class Manifold(Protocol):
    """What the finders need of the space in which they move."""

    @property
    def n(self) -> int:
        """Dimension of the ambient space."""

    @property
    def dimension(self) -> int:
        """Dimension of the tangent spaces."""

    @property
    def reach(self) -> float:
        """A length on which points are far apart: the natural unit of a first step."""

    def random_point(self, rng: np.random.Generator) -> FloatArray:
        """A random point, shape (n,)."""

    def nearest(self, y: FloatArray) -> FloatArray:
        """The point of the manifold nearest to y ∈ R^n."""

    def project(self, w: FloatArray, v: FloatArray) -> FloatArray:
        """The tangent part of v at w."""

    def step(self, w: FloatArray, v: FloatArray) -> FloatArray:
        """The end of the geodesic that leaves w with the tangent vector v as its whole length."""

    def transport(self, w: FloatArray, v: FloatArray, x: FloatArray) -> FloatArray:
        """The tangent vector x at w, carried along the geodesic of ``step(w, v)``."""

    def multiplier(self, w: FloatArray, gradient: FloatArray) -> FloatArray:
        """c of the Riemannian Hessian P ∇²f P − c, from the Euclidean gradient ∇f at w."""

    def coordinates(self, w: FloatArray, v: FloatArray) -> FloatArray:
        """The coordinates of a tangent vector in an orthonormal basis at w, shape (dimension,); one point only."""

    def lift(self, w: FloatArray, x: FloatArray) -> FloatArray:
        """The tangent vector with coordinates x: the inverse of `coordinates`."""

    def restricted(self, w: FloatArray, matrix: FloatArray) -> FloatArray:
        """A symmetric matrix of the ambient space between the basis vectors, shape (dimension, dimension)."""


@dataclass(frozen=True)
class Sphere:
    """The sphere |w|² = squared_radius in R^n; squared_radius None is n, the sphere of the spin glasses.

    >>> sphere = Sphere(2)
    >>> quarter = sphere.step(np.array([1.0, 1.0]), np.pi / 4 * np.array([1.0, -1.0]) * np.sqrt(2.0))
    >>> bool(abs(quarter @ quarter - 2) < 1e-15)
    True
    """

    n: int
    squared_radius: float

    def __init__(self, n: int, squared_radius: float | None = None) -> None:
        object.__setattr__(self, "n", checked_int("n", n, 1))
        square = float(self.n) if squared_radius is None else squared_radius
        object.__setattr__(self, "squared_radius", checked_float("squared_radius", square, 0.0, low_open=True))

    @property
    def dimension(self) -> int:
        return self.n - 1

    @property
    def reach(self) -> float:
        return math.sqrt(self.squared_radius)

    def random_point(self, rng: np.random.Generator) -> FloatArray:
        """A point of the uniform law."""
        return self.nearest(rng.standard_normal(self.n))

    def nearest(self, y: FloatArray) -> FloatArray:
        return y * (self.reach / np.linalg.norm(y, axis=-1, keepdims=True))

    def project(self, w: FloatArray, v: FloatArray) -> FloatArray:
        return v - (np.sum(w * v, axis=-1, keepdims=True) / self.squared_radius) * w

    def step(self, w: FloatArray, v: FloatArray) -> FloatArray:
        """cos θ w + R sin θ v/|v| with θ = |v|/R; back to the sphere to the last bit, so that errors do not add up."""
        angle = np.linalg.norm(v, axis=-1, keepdims=True) / self.reach
        return self.nearest(np.cos(angle) * w + np.sinc(angle / np.pi) * v)

    def transport(self, w: FloatArray, v: FloatArray, x: FloatArray) -> FloatArray:
        length = np.linalg.norm(v, axis=-1, keepdims=True)
        angle = length / self.reach
        unit = v / np.where(length > 0, length, 1.0)
        along = np.sum(unit * x, axis=-1, keepdims=True)
        return x - along * (2 * np.sin(angle / 2) ** 2 * unit + np.sin(angle) / self.reach * w)

    def multiplier(self, w: FloatArray, gradient: FloatArray) -> FloatArray:
        return np.asarray(np.sum(w * gradient, axis=-1) / self.squared_radius)

    def _mirror(self, w: FloatArray) -> tuple[FloatArray, float]:
        """(v, 2/|v|²) of the reflection 1 − 2vvᵀ/|v|² that sends w/R to ± the last axis."""
        v = w / self.reach
        v[-1] += 1.0 if v[-1] >= 0 else -1.0  # no cancellation: |v|² >= 2
        return v, 2 / float(v @ v)

    def coordinates(self, w: FloatArray, v: FloatArray) -> FloatArray:
        mirror, scale = self._mirror(w)
        return v[:-1] - scale * float(mirror @ v) * mirror[:-1]

    def lift(self, w: FloatArray, x: FloatArray) -> FloatArray:
        mirror, scale = self._mirror(w)
        full = np.append(x, 0.0)
        return full - scale * float(mirror @ full) * mirror

    def restricted(self, w: FloatArray, matrix: FloatArray) -> FloatArray:
        mirror, scale = self._mirror(w)
        image = scale * (matrix @ mirror)
        image -= scale / 2 * float(mirror @ image) * mirror
        inner = matrix[:-1, :-1] - np.outer(mirror[:-1], image[:-1])
        inner -= np.outer(image[:-1], mirror[:-1])
        return inner


@dataclass(frozen=True)
class Flat:
    """All of R^n, for losses without a constraint; `spread` is the standard deviation of a random point's entries."""

    n: int
    spread: float = 1.0

    def __post_init__(self) -> None:
        checked_int("n", self.n, 1)
        checked_float("spread", self.spread, 0.0, low_open=True)

    @property
    def dimension(self) -> int:
        return self.n

    @property
    def reach(self) -> float:
        return self.spread * math.sqrt(self.n)

    def random_point(self, rng: np.random.Generator) -> FloatArray:
        return self.spread * rng.standard_normal(self.n)

    def nearest(self, y: FloatArray) -> FloatArray:
        return y

    def project(self, w: FloatArray, v: FloatArray) -> FloatArray:
        return v

    def step(self, w: FloatArray, v: FloatArray) -> FloatArray:
        return w + v

    def transport(self, w: FloatArray, v: FloatArray, x: FloatArray) -> FloatArray:
        return x

    def multiplier(self, w: FloatArray, gradient: FloatArray) -> FloatArray:
        return np.zeros(w.shape[:-1])

    def coordinates(self, w: FloatArray, v: FloatArray) -> FloatArray:
        return v

    def lift(self, w: FloatArray, x: FloatArray) -> FloatArray:
        return x

    def restricted(self, w: FloatArray, matrix: FloatArray) -> FloatArray:
        return matrix
