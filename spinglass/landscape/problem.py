"""What a search, an enumeration or a user's own Hamiltonian on the sphere has to offer: the protocol of this room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import InputError, input_error

FloatArray = NDArray[np.float64]


@runtime_checkable
class SphericalProblem(Protocol):
    """A smooth function h on the sphere |w|² = N. Points have shape (N,) or (…, N); derivatives are Euclidean in w."""

    @property
    def n_spins(self) -> int:
        """N."""

    def energy(self, w: ArrayLike) -> Any:
        """h(w), extensive."""

    def gradient(self, w: ArrayLike) -> FloatArray:
        """∇h, shape (…, N)."""

    def hessian(self, w: ArrayLike) -> FloatArray:
        """∇²h, shape (…, N, N)."""


@runtime_checkable
class PolynomialProblem(Protocol):
    """A polynomial Hamiltonian on the sphere: all that the complete enumeration asks for."""

    @property
    def n_spins(self) -> int:
        """N."""

    def polynomial_system(self) -> tuple[Mapping[int, FloatArray], FloatArray, FloatArray]:
        """({k: T_k}, (D_0, D_1, …), e): h = Σ_k T_k(σ, …, σ) + Σ_j D_j (e·σ)^j with σ = w/√N on the unit sphere.

        T_k symmetric of shape (N,)*k; e a unit vector.
        """


@dataclass(frozen=True, eq=False)
class CubicForm:
    """h(σ) = c + b·σ + A(σ, σ) + T(σ, σ, σ) with symmetric A and T: the polynomials of degree at most three."""

    constant: float
    linear: FloatArray
    quadratic: FloatArray
    cubic: FloatArray

    @classmethod
    def of(cls, problem: PolynomialProblem) -> CubicForm:
        """The polynomial of a problem, the field's powers merged; `InputError` for degrees above three."""
        if not isinstance(problem, PolynomialProblem):
            raise input_error(
                "s", problem, "must have n_spins and polynomial_system(), e.g. SphericalGlass(3).sample(8)"
            )
        tensors, field, direction = problem.polynomial_system()
        n = int(problem.n_spins)
        field = np.trim_zeros(np.asarray(field, dtype=float), "b")
        highest = max([0, *tensors, len(field) - 1])
        if highest > 3:
            raise InputError(
                f"s has terms of degree {highest} in w: the complete enumeration covers degrees up to 3, that is "
                "p = 2, p = 3, their mixtures and overlap fields of degree at most 3 in m"
            )
        parts = [np.zeros((n,) * k) for k in range(4)]
        for k, tensor in tensors.items():
            if np.shape(tensor) != (n,) * k or not np.all(np.isfinite(tensor)):
                raise input_error(f"polynomial_system()[0][{k}]", tensor, f"must be a finite array of shape ({n},)*{k}")
            parts[k] = parts[k] + tensor
            if k > 1 and not _is_symmetric(parts[k], 1e-12):
                raise input_error(f"polynomial_system()[0][{k}]", tensor, "must be symmetric in all indices")
        e = np.asarray(direction, dtype=float)
        power: FloatArray = np.array(1.0)
        for k, coefficient in enumerate(field):
            parts[k] = parts[k] + coefficient * power
            power = np.multiply.outer(power, e)
        for k in (2, 3):
            if not _is_symmetric(parts[k], 0.0):  # by rounding only
                parts[k] = parts[k][tuple(np.sort(np.indices((n,) * k), axis=0))]
        return cls(float(parts[0]), parts[1], parts[2], parts[3])

    @property
    def n_spins(self) -> int:
        """N."""
        return len(self.linear)

    @property
    def is_homogeneous(self) -> bool:
        """Whether h − c is a form of degree two or three alone: then critical points come in pairs ±σ."""
        parts = [bool(np.any(part)) for part in (self.linear, self.quadratic, self.cubic)]
        return sum(parts) == 1 and not parts[0]

    def scaled(self, factor: float) -> CubicForm:
        """factor × h."""
        return CubicForm(factor * self.constant, factor * self.linear, factor * self.quadratic, factor * self.cubic)

    def value(self, sigma: FloatArray) -> FloatArray:
        """h at points of shape (count, N)."""
        slope = (
            self.linear
            + sigma @ self.quadratic
            + ((sigma @ self._rows()).reshape(-1, *self.quadratic.shape) @ sigma[:, :, None])[:, :, 0]
        )
        return self.constant + np.einsum("bi,bi->b", slope, sigma)

    def derivatives(self, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradient (count, N) and Hessian (count, N, N)."""
        n = self.n_spins
        once = (sigma @ self._rows()).reshape(-1, n, n)
        gradient = self.linear + 2 * sigma @ self.quadratic + 3 * (once @ sigma[:, :, None])[:, :, 0]
        return gradient, 2 * self.quadratic + 6 * once

    def size(self) -> float:
        """A typical length of the gradient on the sphere, from the norms of the parts."""
        n = self.n_spins
        cubic = 3 * _norm(self.cubic) * np.sqrt(6 / ((n + 1) * (n + 2)))
        quadratic = 2 * _norm(self.quadratic) * np.sqrt(2 / (n + 1))
        return float(np.hypot(np.hypot(cubic, quadratic), _norm(self.linear)))

    def _rows(self) -> FloatArray:
        return self.cubic.reshape(self.n_spins, -1)


def _is_symmetric(tensor: FloatArray, tolerance: float) -> bool:
    """Whether a matrix or a tensor of degree three is symmetric to a tolerance relative to its largest entry."""
    swaps = [tensor.swapaxes(axis, axis + 1) for axis in range(tensor.ndim - 1)]
    if tolerance == 0:
        return all(np.array_equal(tensor, swap) for swap in swaps)
    allowed = tolerance * np.max(np.abs(tensor))
    return all(bool(np.all(np.abs(tensor - swap) <= allowed)) for swap in swaps)


def _norm(tensor: FloatArray) -> float:
    """The Euclidean norm of all entries, without overflow."""
    largest = float(np.max(np.abs(tensor)))
    return largest * float(np.linalg.norm((tensor / largest).ravel())) if largest > 0 else 0.0
