"""Spherical p-spin glasses with an overlap field, and their realisations.

Conventions: |w|² = N; h(w) = Σ_p a_p H_p(w) + D(m) with H_p of covariance N q^p and the latitude m = Σ w_i / N.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import checked_int, input_error
from spinglass.hamiltonians import couplings, memory
from spinglass.hamiltonians.covariance import checked_mixture, covariance
from spinglass.hamiltonians.overlap_field import OverlapField
from spinglass.hamiltonians.symmetric_tensor import SymmetricTensor

FloatArray = NDArray[np.float64]

_ON_SPHERE = 1e-8  # largest relative deviation of |w|² from N


def tangent_basis(w: ArrayLike) -> FloatArray:
    """Orthonormal bases of the tangent spaces of the sphere at points w ≠ 0: shape (…, N) → (…, N, N−1).

    Columns of the Householder reflection that sends w/|w| to ± the last axis; they depend on the direction of w only.

    >>> tangent_basis([0.0, 0.0, 2.0])
    array([[1., 0.],
           [0., 1.],
           [0., 0.]])
    """
    points = np.asarray(w, dtype=float)
    norms = np.linalg.norm(points, axis=-1, keepdims=True)
    if points.ndim == 0 or np.any(norms == 0) or not np.all(np.isfinite(points)):
        raise input_error("w", w, "must be nonzero finite points of shape (..., N)")
    v = points / norms
    v[..., -1] += np.where(v[..., -1] >= 0, 1.0, -1.0)  # no cancellation: |v|² >= 2
    scale = 2 / np.sum(v * v, axis=-1)
    n = v.shape[-1]
    basis = np.broadcast_to(np.eye(n)[:, : n - 1], (*v.shape, n - 1)).copy()
    basis -= scale[..., None, None] * v[..., :, None] * v[..., None, : n - 1]
    return basis


@dataclass(frozen=True, init=False)
class SphericalGlass:
    """The spherical p-spin glass (or a mixture of them) with an overlap field.

    h(w) = Σ_p a_p N^{−(p−1)/2} Σ X_{i₁…i_p} w_{i₁}⋯w_{i_p} + D(m), |w|² = N, X i.i.d. standard normal over all ordered
    tuples; the random part has covariance N ξ(q), ξ(q) = Σ a_p² q^p.

    Parameters
    ----------
    p : spins per interaction of a pure glass, p >= 2.
    field : an `OverlapField`; one built for another p than the glass's largest is refused. None: no field.
    mixture : {p: a_p} in place of p; the keys 0 and 1 are allowed beside some p >= 2.

    Source: Auffinger, Ben Arous, Černý (CPAM 2013); Auffinger, Ben Arous (Ann. Probab. 2013).

    >>> glass = SphericalGlass(p=3, field=OverlapField(3, [0.5]))
    >>> round(glass.sample(n_spins=4, rng=0).energy([1.0, 1.0, -1.0, 1.0]), 12)
    0.132744776896
    """

    mixture: tuple[tuple[int, float], ...]
    field: OverlapField

    def __init__(
        self, p: int | None = None, field: OverlapField | None = None, *, mixture: Mapping[int, float] | None = None
    ) -> None:
        pairs = checked_mixture(p, mixture)
        if field is None:
            field = OverlapField.linear(0.0)
        if not isinstance(field, OverlapField):
            raise input_error("field", field, "must be an OverlapField or None")
        if field.p is not None and field.p != pairs[-1][0]:
            raise input_error("field", field, f"was built for p = {field.p}, the glass has p = {pairs[-1][0]}")
        object.__setattr__(self, "mixture", pairs)
        object.__setattr__(self, "field", field)

    @property
    def p(self) -> int:
        """The largest number of spins per interaction."""
        return self.mixture[-1][0]

    @property
    def is_pure(self) -> bool:
        """Whether the random part is one H_p alone."""
        return len(self.mixture) == 1

    def covariance(self, overlap: ArrayLike, order: int = 0) -> Any:
        """ξ(q), or its first or second derivative with `order` 1 or 2: covariance of the random part per spin."""
        return covariance(self.mixture, overlap, checked_int("order", order, 0, 2))

    def sample(
        self,
        n_spins: int,
        rng: int | np.random.Generator | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Realisation:
        """A realisation with random couplings; the same seed or generator state gives the same couplings anywhere.

        One double per multiset of p spins: N = 1000 takes 1.34 GB for p = 3 (and some seconds, of which `progress`
        hears (drawn, total) for each p), N = 150 takes 0.18 GB for p = 4. Raises `InputError`, with the bytes, when the
        couplings do not fit into memory.
        """
        n_spins = checked_int("n_spins", n_spins, 1)
        generator = np.random.default_rng(rng)
        memory.check_fits(n_spins, *(degree for degree, _ in self.mixture))
        tensors = {degree: couplings.draw(n_spins, degree, generator, progress) for degree, _ in self.mixture}
        return Realisation(self, n_spins, tensors)

    def realisation(self, x: Mapping[int, ArrayLike]) -> Realisation:
        """The realisation with given couplings {p: X}, X of shape (N,)*p at the scale of standard normal entries.

        X need not be symmetric: H_p sees its symmetric part only. Every p of the glass must be given, and no other.
        """
        wanted = [degree for degree, _ in self.mixture]
        if not isinstance(x, Mapping) or sorted(x) != wanted:
            shown = sorted(x) if isinstance(x, Mapping) else x
            raise input_error("couplings", shown, f"must be a mapping with exactly the keys {wanted}")
        largest = np.asarray(x[wanted[-1]])
        n_spins = largest.shape[0] if largest.ndim else 1
        return Realisation(self, n_spins, {p: couplings.symmetrised(p, x[p], n_spins) for p in wanted})


@dataclass(frozen=True, eq=False)
class Realisation:
    """One Hamiltonian h(w) on the sphere |w|² = N; made by `SphericalGlass.sample` and `SphericalGlass.realisation`.

    Points have shape (N,) or (…, N) and must lie on the sphere to 1e−8 (relative, in |w|²). Energies are extensive.
    Large couplings stay packed, and each method passes over them once per point, at about the speed of memory: a value
    with its gradient costs as much as either, a product with the Hessian 1.4 times as much, the Hessian itself twice to
    three times as much, so that it pays from the third product at the same point on.
    """

    glass: SphericalGlass
    n_spins: int
    couplings: Mapping[int, SymmetricTensor]  # symmetric parts of the standard-normal-scale couplings, packed

    @property
    def tensors(self) -> dict[int, FloatArray]:
        """The couplings as full symmetric arrays {p: S}, S of shape (N,)*p; `InputError` where one is too large."""
        return {degree: tensor.dense() for degree, tensor in self.couplings.items()}

    def _points(self, w: ArrayLike) -> tuple[FloatArray, tuple[int, ...]]:
        n = self.n_spins
        try:
            points = np.asarray(w, dtype=float)
        except (TypeError, ValueError):
            raise input_error("w", w, f"must be real points of shape (..., {n})") from None
        if points.ndim == 0 or points.shape[-1] != n:
            raise input_error("w.shape", points.shape, f"must be (..., {n}), the last axis of length n_spins")
        flat = points.reshape(-1, n)
        squares = np.einsum("bi,bi->b", flat, flat)
        wrong = ~(np.abs(squares - n) <= _ON_SPHERE * n)
        if np.any(wrong):
            raise input_error("|w|^2", float(squares[wrong][0]), f"must be n_spins = {n} to a relative {_ON_SPHERE:g}")
        return flat, points.shape[:-1]

    def _points_and_vectors(self, w: ArrayLike, v: ArrayLike) -> tuple[FloatArray, FloatArray, tuple[int, ...]]:
        n = self.n_spins
        flat, shape = self._points(w)
        try:
            vectors = np.asarray(v, dtype=float)
        except (TypeError, ValueError):
            raise input_error("v", v, f"must be real vectors of shape (..., {n})") from None
        if vectors.ndim == 0 or vectors.shape[-1] != n:
            raise input_error("v.shape", vectors.shape, f"must be (..., {n}), the last axis of length n_spins")
        if not np.all(np.isfinite(vectors)):
            raise input_error("v", v, "must be finite")
        try:
            shape = np.broadcast_shapes(shape, vectors.shape[:-1])
        except ValueError:
            raise input_error("v.shape", vectors.shape, f"must broadcast with w of shape {(*shape, n)}") from None
        points = np.broadcast_to(flat.reshape(np.shape(w)), (*shape, n)).reshape(-1, n)
        return points, np.broadcast_to(vectors, (*shape, n)).reshape(-1, n), shape

    def _scale(self, degree: int, a: float) -> float:
        return a * float(self.n_spins) ** (-(degree - 1) / 2)

    def energy(self, w: ArrayLike) -> Any:
        """h(w), shape (…,); a float for one point."""
        flat, shape = self._points(w)
        total = np.asarray(self.glass.field.value(flat.mean(axis=1), self.n_spins))
        for degree, a in self.glass.mixture:
            total = total + self._scale(degree, a) * self.couplings[degree].value(flat)
        return float(total[0]) if shape == () else total.reshape(shape)

    def gradient(self, w: ArrayLike) -> FloatArray:
        """∂h/∂w_i in R^N, with h extended to R^N by its formula; shape (…, N)."""
        flat, shape = self._points(w)
        return self._gradient(flat).reshape(*shape, self.n_spins)

    def hessian(self, w: ArrayLike) -> FloatArray:
        """∂²h/∂w_i∂w_j in R^N; shape (…, N, N)."""
        flat, shape = self._points(w)
        return self._hessian(flat).reshape(*shape, self.n_spins, self.n_spins)

    def riemannian_gradient(self, w: ArrayLike) -> FloatArray:
        """The gradient on the sphere as a vector of R^N: ∇h − (w·∇h/N) w; shape (…, N), zero at critical points."""
        flat, shape = self._points(w)
        gradient = self._gradient(flat)
        multiplier = np.einsum("bi,bi->b", flat, gradient) / np.einsum("bi,bi->b", flat, flat)
        return (gradient - multiplier[:, None] * flat).reshape(*shape, self.n_spins)

    def riemannian_hessian(self, w: ArrayLike) -> FloatArray:
        """The Hessian on the sphere in the basis B = `tangent_basis(w)`: Bᵀ(∇²h − (w·∇h/N) 1)B; (…, N−1, N−1).

        Its number of negative eigenvalues at a critical point is the index; eigenvalues do not depend on the basis.
        """
        flat, shape = self._points(w)
        basis = tangent_basis(flat)
        multiplier = np.einsum("bi,bi->b", flat, self._gradient(flat)) / np.einsum("bi,bi->b", flat, flat)
        inner = self._hessian(flat) - multiplier[:, None, None] * np.eye(self.n_spins)
        hessian = np.swapaxes(basis, 1, 2) @ inner @ basis
        return hessian.reshape(*shape, self.n_spins - 1, self.n_spins - 1)

    def value_and_gradient(self, w: ArrayLike) -> tuple[Any, FloatArray]:
        """(h(w), ∇h(w)) with one pass over the couplings: shapes (…,) and (…, N); a float for one point."""
        flat, shape = self._points(w)
        n, latitude = self.n_spins, flat.mean(axis=1)
        total = np.asarray(self.glass.field.value(latitude, n))
        gradient = self._field_gradient(latitude)
        for degree, a in self.glass.mixture:
            value, slope = self.couplings[degree].value_and_gradient(flat)
            total = total + self._scale(degree, a) * value
            gradient += self._scale(degree, a) * slope
        return (float(total[0]) if shape == () else total.reshape(shape)), gradient.reshape(*shape, n)

    def hessian_vector_product(self, w: ArrayLike, v: ArrayLike) -> FloatArray:
        """Σ_j ∂²h/∂w_i∂w_j v_j in R^N without the Hessian; w and v of shapes that broadcast to (…, N)."""
        flat, vectors, shape = self._points_and_vectors(w, v)
        return self._hessian_vector(flat, vectors).reshape(*shape, self.n_spins)

    def gradient_and_hessian_vector_product(self, w: ArrayLike, v: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """`gradient` and `hessian_vector_product` with one pass over the couplings; shapes (…, N)."""
        flat, vectors, shape = self._points_and_vectors(w, v)
        gradient, product = self._gradient_and_hessian_vector(flat, vectors)
        return gradient.reshape(*shape, self.n_spins), product.reshape(*shape, self.n_spins)

    def riemannian_hessian_vector_product(self, w: ArrayLike, v: ArrayLike) -> FloatArray:
        """The Hessian on the sphere times the tangential part of v, as a vector of R^N orthogonal to w; (…, N).

        P(∇²h − (w·∇h/N) 1)P v with the projection P off w; in `tangent_basis` B it is B `riemannian_hessian`(w) Bᵀ v.
        """
        flat, vectors, shape = self._points_and_vectors(w, v)
        squares = np.einsum("bi,bi->b", flat, flat)
        tangential = vectors - (np.einsum("bi,bi->b", flat, vectors) / squares)[:, None] * flat
        gradient, product = self._gradient_and_hessian_vector(flat, tangential)
        product -= (np.einsum("bi,bi->b", flat, gradient) / squares)[:, None] * tangential
        product -= (np.einsum("bi,bi->b", flat, product) / squares)[:, None] * flat
        return product.reshape(*shape, self.n_spins)

    def polynomial_system(self) -> tuple[dict[int, FloatArray], FloatArray, FloatArray]:
        """h as a polynomial of the direction σ = w/√N: ({k: T_k}, (D_0, D_1, …), e).

        h = Σ_k T_k(σ, …, σ) + Σ_j D_j (e·σ)^j with symmetric T_k and the unit vector e. Raises `InputError` for a field
        given by functions.
        """
        n = self.n_spins
        tensors = {
            degree: self._scale(degree, a) * float(n) ** (degree / 2) * self.couplings[degree].dense()
            for degree, a in self.glass.mixture
        }
        return tensors, self.glass.field.polynomial(n), np.full(n, float(n) ** -0.5)

    def _field_gradient(self, latitude: FloatArray) -> FloatArray:
        n = self.n_spins
        slope = np.asarray(self.glass.field.derivative(latitude, n)) / n
        return np.repeat(slope[:, None], n, axis=1)

    def _field_hessian_vector(self, latitude: FloatArray, vectors: FloatArray) -> FloatArray:
        n = self.n_spins
        bend = np.asarray(self.glass.field.second_derivative(latitude, n)) / n
        return np.repeat((bend * vectors.mean(axis=1))[:, None], n, axis=1)

    def _gradient(self, flat: FloatArray) -> FloatArray:
        total = self._field_gradient(flat.mean(axis=1))
        for degree, a in self.glass.mixture:
            total += self._scale(degree, a) * self.couplings[degree].gradient(flat)
        return total

    def _hessian(self, flat: FloatArray) -> FloatArray:
        n = self.n_spins
        bend = np.asarray(self.glass.field.second_derivative(flat.mean(axis=1), n)) / n**2
        total = np.broadcast_to(bend[:, None, None], (len(flat), n, n)).copy()
        for degree, a in self.glass.mixture:
            total += self._scale(degree, a) * self.couplings[degree].hessian(flat)
        return total

    def _hessian_vector(self, flat: FloatArray, vectors: FloatArray) -> FloatArray:
        total = self._field_hessian_vector(flat.mean(axis=1), vectors)
        for degree, a in self.glass.mixture:
            total += self._scale(degree, a) * self.couplings[degree].hessian_vector(flat, vectors)
        return total

    def _gradient_and_hessian_vector(self, flat: FloatArray, vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
        latitude = flat.mean(axis=1)
        gradient, product = self._field_gradient(latitude), self._field_hessian_vector(latitude, vectors)
        for degree, a in self.glass.mixture:
            scale = self._scale(degree, a)
            slope, bend = self.couplings[degree].gradient_and_hessian_vector(flat, vectors)
            gradient += scale * slope
            product += scale * bend
        return gradient, product
