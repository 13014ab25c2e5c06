"""What a search, an enumeration or a user's own Hamiltonian on the sphere has to offer: the protocol of this room."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import checked_int, input_error

FloatArray = NDArray[np.float64]

_BLOCK = 1 << 21  # most numbers in a block of contractions


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
class PolynomialForm:
    """h(σ) = c + Σ_k T_k(σ, …, σ) + D(e·σ) on R^N, T_k symmetric of shape (N,)*k, k >= 1.

    D is kept apart only when its degree is larger than that of every tensor (and than two); else its powers are merged
    with the tensors, and `field` is empty.
    """

    n_spins: int
    constant: float
    tensors: Mapping[int, FloatArray]
    field: FloatArray  # (D_0, D_1, …), D_0 = 0
    direction: FloatArray

    @classmethod
    def of(cls, problem: PolynomialProblem) -> PolynomialForm:
        """The polynomial of a problem; `InputError` for what is no polynomial or not symmetric."""
        if not isinstance(problem, PolynomialProblem):
            raise input_error(
                "s", problem, "must have n_spins and polynomial_system(), e.g. SphericalGlass(3).sample(8)"
            )
        tensors, field, direction = problem.polynomial_system()
        n = checked_int("n_spins", problem.n_spins, 1)
        field = np.trim_zeros(np.asarray(field, dtype=float), "b")
        if not np.all(np.isfinite(field)):
            raise input_error("polynomial_system()[1]", field, "must be finite")
        e = np.asarray(direction, dtype=float)
        if e.shape != (n,) or not abs(float(e @ e) - 1) < 1e-9:
            raise input_error("polynomial_system()[2]", direction, f"must be a unit vector of shape ({n},)")
        parts: dict[int, FloatArray] = {}
        for k, tensor in tensors.items():
            checked_int("polynomial_system()[0]: degree", k, 0)
            if np.shape(tensor) != (n,) * k or not np.all(np.isfinite(tensor)):
                raise input_error(f"polynomial_system()[0][{k}]", tensor, f"must be a finite array of shape ({n},)*{k}")
            part = np.asarray(tensor, dtype=float)
            if k > 1 and not _is_symmetric(part, 1e-12):
                raise input_error(f"polynomial_system()[0][{k}]", tensor, "must be symmetric in all indices")
            if k == 0 or np.any(part):
                parts[k] = part
        if len(field) - 1 <= max([2, *parts]):
            power: FloatArray = np.array(1.0)
            for k, coefficient in enumerate(field):
                if coefficient != 0:
                    parts[k] = parts[k] + coefficient * power if k in parts else coefficient * power
                power = np.multiply.outer(power, e)
            field = np.empty(0)
        elif len(field):
            parts[0] = parts.get(0, np.array(0.0)) + field[0]
            field = np.concatenate([[0.0], field[1:]])
        for k in parts:
            if k > 1 and not _is_symmetric(parts[k], 0.0):  # by rounding only
                parts[k] = parts[k][tuple(np.sort(np.indices((n,) * k), axis=0))]
        constant = float(parts.pop(0, np.array(0.0)))
        return cls(n, constant, {k: parts[k] for k in sorted(parts) if np.any(parts[k])}, field, e)

    @property
    def degree(self) -> int:
        """The highest degree, 0 for a constant."""
        return max([0, *self.tensors, len(self.field) - 1])

    @property
    def degrees(self) -> tuple[int, ...]:
        """The degrees of all terms but the constant one, ascending."""
        powers = [int(k) for k in np.flatnonzero(self.field)]
        return tuple(sorted({*self.tensors, *powers}))

    @property
    def has_parity(self) -> bool:
        """Whether h − c is even or odd: then critical points come in pairs ±σ."""
        return len({k % 2 for k in self.degrees}) == 1

    @property
    def is_homogeneous(self) -> bool:
        """Whether h − c is a form of one degree >= 2."""
        return len(self.degrees) == 1 and self.degrees[0] >= 2

    @property
    def linear(self) -> FloatArray:
        """The tensor of degree one, zero when there is none."""
        return self._tensor(1)

    @property
    def quadratic(self) -> FloatArray:
        """The tensor of degree two, zero when there is none."""
        return self._tensor(2)

    @property
    def cubic(self) -> FloatArray:
        """The tensor of degree three, zero when there is none."""
        return self._tensor(3)

    def _tensor(self, k: int) -> FloatArray:
        tensor = self.tensors.get(k)
        return np.zeros((self.n_spins,) * k) if tensor is None else tensor

    def scaled(self, factor: float) -> PolynomialForm:
        """factor × h."""
        tensors = {k: factor * tensor for k, tensor in self.tensors.items()}
        return PolynomialForm(self.n_spins, factor * self.constant, tensors, factor * self.field, self.direction)

    def value(self, sigma: FloatArray) -> FloatArray:
        """h at points of shape (count, N)."""
        total = np.full(len(sigma), self.constant)
        slope = np.zeros(sigma.shape)
        for k, tensor in self.tensors.items():
            slope += tensor if k == 1 else (_contracted(tensor, sigma) @ sigma[:, :, None])[:, :, 0]
        total += np.einsum("bi,bi->b", slope, sigma)
        if len(self.field):
            total += np.polyval(self.field[::-1], sigma @ self.direction)
        return total

    def derivatives(self, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradient (count, N) and Hessian (count, N, N)."""
        n = self.n_spins
        gradient = np.zeros(sigma.shape)
        hessian = np.zeros((len(sigma), n, n))
        for k, tensor in self.tensors.items():
            if k == 1:
                gradient += tensor
                continue
            inner = _contracted(tensor, sigma)
            gradient += k * (inner @ sigma[:, :, None])[:, :, 0]
            hessian += k * (k - 1) * inner
        if len(self.field):
            latitude = sigma @ self.direction
            slope = np.polyder(self.field[::-1])
            gradient += np.polyval(slope, latitude)[:, None] * self.direction
            bend = np.polyval(np.polyder(slope), latitude)
            hessian += bend[:, None, None] * np.outer(self.direction, self.direction)
        return gradient, hessian

    def size(self) -> float:
        """A typical length of the gradient on the sphere, from the norms of the parts."""
        n = self.n_spins
        total = 0.0
        for k, tensor in self.tensors.items():
            # of the order of the mean square of T_k(σ, …, σ, ·) for a Gaussian symmetric tensor of this norm
            share = math.prod((j + 1) / (n + j) for j in range(1, k))
            total = float(np.hypot(total, k * _norm(tensor) * math.sqrt(share)))
        for k, coefficient in enumerate(self.field):
            share = math.prod((j + 1) / (n + j) for j in range(1, k))
            total = float(np.hypot(total, k * abs(coefficient) * math.sqrt(share)))
        return total


def _contracted(tensor: FloatArray, sigma: FloatArray) -> FloatArray:
    """T(·, ·, σ, …, σ) at all points, (count, N, N); blocks of points keep the first products small."""
    n, count = tensor.shape[0], len(sigma)
    if tensor.ndim == 2:
        return np.broadcast_to(tensor, (count, n, n))
    result = np.empty((count, n, n))
    block = max(1, _BLOCK // tensor[0].size)
    rows = tensor.reshape(n, -1)
    for first in range(0, count, block):
        part = sigma[first : first + block]
        inner = part @ rows
        for _ in range(tensor.ndim - 3):
            inner = (part[:, None, :] @ inner.reshape(len(part), n, -1))[:, 0]
        result[first : first + block] = inner.reshape(-1, n, n)
    return result


def _is_symmetric(tensor: FloatArray, tolerance: float) -> bool:
    """Whether a tensor is symmetric to a tolerance relative to its largest entry."""
    swaps = [tensor.swapaxes(axis, axis + 1) for axis in range(tensor.ndim - 1)]
    if tolerance == 0:
        return all(np.array_equal(tensor, swap) for swap in swaps)
    allowed = tolerance * np.max(np.abs(tensor))
    return all(bool(np.all(np.abs(tensor - swap) <= allowed)) for swap in swaps)


def _norm(tensor: FloatArray) -> float:
    """The Euclidean norm of all entries, without overflow."""
    largest = float(np.max(np.abs(tensor)))
    return largest * float(np.linalg.norm((tensor / largest).ravel())) if largest > 0 else 0.0
