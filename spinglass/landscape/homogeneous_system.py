"""The critical points of a polynomial on the sphere as the solutions of homogeneous equations, and how many there are.

For h(σ) = Σ_k T_k(σ, …, σ) + Σ_k D_k (e·σ)^k of degree d, with σ = x/μ,

    Φ(x, μ) = Σ_k μ^{d−k} (T_k(x, …, x) + D_k (e·x)^k),        ∂Φ/∂x = λ x,    μ² = x·x,

is homogeneous of degree d, and [x : μ] is a point of projective space; λ has weight d − 2. A single form of degree d
needs no μ. With λ = 1 the equations are ∂Φ/∂x = x, μ² = x·x: each [x : μ] with λ ≠ 0 is then d − 2 points.

On the sphere T_k may be replaced by the symmetric part of T_k ⊗ δ ⊗ … ⊗ δ: terms of one parity make one form.

Number of solutions [x : μ] for generic terms, p the degree of the random part, j that of the field:

    j <= p:  2 ((p−1)^N − 1)/(p−2), which is 2N for p = 2 (Cartwright, Sturmfels, LAA 438 (2013), twice because each
             class splits into its two points);
    j >= p:  2 ((j−1) c + 1),  c = ((p−1)^{N−1} − 1)/(p−2), which is N − 1 for p = 2.

The second is derived here: the points where the gradient of the random part, e and x are linearly dependent form a
curve of degree c in projective space (Porteous), one of them being e; on its double cover μ² = x·x the coefficient of
e is a section of degree (p−1)·2c + 2, and the equation of the field adds (j−p)·2c. At j = p the two agree. A polynomial
of one parity has half as many solutions ±σ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass.landscape.problem import PolynomialForm

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]


@dataclass(frozen=True, eq=False)
class HomogeneousSystem:
    """The equations above as arrays.

    Attributes
    ----------
    n_spins : N. degree : d. has_mu : whether μ is among the unknowns z = (x, μ), else z = x.
    tensors : {k: T_k}, symmetric, real. field : (D_0, …), empty without field. direction : e.
    """

    n_spins: int
    degree: int
    has_mu: bool
    tensors: Mapping[int, FloatArray]
    field: FloatArray
    direction: FloatArray

    @classmethod
    def of(cls, form: PolynomialForm) -> HomogeneousSystem:
        """All terms as they are given."""
        has_mu = not form.is_homogeneous or len(form.field) > 0
        return cls(form.n_spins, form.degree, has_mu, form.tensors, form.field, form.direction)

    @classmethod
    def by_parity(cls, form: PolynomialForm) -> HomogeneousSystem:
        """At most two tensors, of degrees p and p − 1, with the same function on the sphere up to a constant."""
        p = max([2, *form.tensors])
        merged: dict[int, FloatArray] = {}
        for k in sorted(form.tensors):
            degree = p if (p - k) % 2 == 0 else p - 1
            lifted = form.tensors[k]
            while lifted.ndim < degree:
                lifted = _times_metric(lifted)
            merged[degree] = merged[degree] + lifted if degree in merged else lifted
        kept = {k: tensor for k, tensor in merged.items() if np.any(tensor)}
        has_mu = len(form.field) > 0 or p not in kept or len(kept) > 1
        return cls(form.n_spins, max(p, len(form.field) - 1), has_mu, kept, form.field, form.direction)

    @property
    def random_degree(self) -> int:
        """p, the highest degree of a tensor, at least two."""
        return max([2, *self.tensors])

    @property
    def n_unknowns(self) -> int:
        """The length of z."""
        return self.n_spins + int(self.has_mu)

    def gradient(self, z: ComplexArray) -> ComplexArray:
        """∂Φ/∂x at points (…, n_unknowns), shape (…, N)."""
        return (self.jacobian(z) @ z[..., None])[..., 0] / (self.degree - 1)  # Euler's identity

    def jacobian(self, z: ComplexArray) -> ComplexArray:
        """∂²Φ/∂x∂z, shape (…, N, n_unknowns)."""
        n = self.n_spins
        x = np.asarray(z)[..., :n]
        mu = z[..., n] if self.has_mu else np.ones(z.shape[:-1])
        result: Any = np.zeros((*x.shape[:-1], n, self.n_unknowns), dtype=np.result_type(z, float))
        for k, tensor in self.tensors.items():
            power = self.degree - k
            inner = tensor.reshape(n, -1) if k > 1 else tensor[:, None]
            once: Any = np.broadcast_to(inner, (*x.shape[:-1], *inner.shape))
            for _ in range(k - 2):
                once = (once.reshape(*x.shape[:-1], n, once.shape[-1] // n, n) @ x[..., None, :, None])[..., 0]
            if k > 1:
                result[..., :n] += k * (k - 1) * mu[..., None, None] ** power * once
                once = once @ x[..., :, None]
            if power:
                result[..., n] += k * power * mu[..., None] ** (power - 1) * once[..., 0]
        latitude = x @ self.direction
        for k, coefficient in enumerate(self.field):
            power = self.degree - k
            if coefficient and k > 1:
                bend = k * (k - 1) * coefficient * mu**power * latitude ** (k - 2)
                result[..., :n] += bend[..., None, None] * np.outer(self.direction, self.direction)
            if coefficient and k and power:
                slope = k * power * coefficient * mu ** (power - 1) * latitude ** (k - 1)
                result[..., n] += slope[..., None] * self.direction
        return result

    def residual(self, z: ComplexArray) -> ComplexArray:
        """(∂Φ/∂x − x, μ² − x·x) at points (…, n_unknowns): zero at the solutions with λ = 1."""
        n = self.n_spins
        x = z[..., :n]
        result = np.empty(z.shape, dtype=np.result_type(z, float))
        result[..., :n] = self.gradient(z) - x
        if self.has_mu:
            result[..., n] = z[..., n] ** 2 - np.sum(x * x, axis=-1)
        return result

    def residual_jacobian(self, z: ComplexArray) -> ComplexArray:
        """The derivative of `residual`, shape (…, n_unknowns, n_unknowns)."""
        n = self.n_spins
        result = np.zeros((*z.shape, z.shape[-1]), dtype=np.result_type(z, float))
        result[..., :n, :] = self.jacobian(z)
        result[..., np.arange(n), np.arange(n)] -= 1
        if self.has_mu:
            result[..., n, :n] = -2 * z[..., :n]
            result[..., n, n] = 2 * z[..., n]
        return result

    def multiplier(self, z: ComplexArray) -> ComplexArray:
        """λ of a solution [z] of any length: x̄·∂Φ/∂x / |x|²."""
        x = z[..., : self.n_spins]
        return np.sum(np.conj(x) * self.gradient(z), axis=-1) / np.sum(np.abs(x) ** 2, axis=-1)

    def at_unit_multiplier(self, z: ComplexArray) -> ComplexArray:
        """The representative with λ = 1 of each solution [z], d >= 3; infinite where λ = 0."""
        root = self.multiplier(z).astype(complex) ** (1 / (self.degree - 2))
        return z / root[..., None]

    def generic_count(self) -> int:
        """The number of solutions for generic tensors and field, classes ±σ where the polynomial has a parity."""
        n, p = self.n_spins, self.random_degree
        if len(self.field) == 0:
            classes = n if p == 2 else ((p - 1) ** n - 1) // (p - 2)
            return 2 * classes if self.has_mu else classes
        curve = n - 1 if p == 2 else ((p - 1) ** (n - 1) - 1) // (p - 2)
        half = (self.degree - 1) * curve + 1
        return half if self.has_parity else 2 * half

    @property
    def has_parity(self) -> bool:
        """Whether all terms have one parity: σ and −σ are solutions together."""
        degrees = [*self.tensors, *np.flatnonzero(self.field)]
        return len({int(k) % 2 for k in degrees}) <= 1


def _times_metric(tensor: FloatArray) -> FloatArray:
    """The symmetric part of T ⊗ δ: the same function on the unit sphere, of a degree higher by two."""
    n, k = (tensor.shape[0] if tensor.ndim else 1), tensor.ndim + 2
    product = np.multiply.outer(tensor, np.eye(n))
    total = np.zeros((n,) * k)
    for a in range(k):
        for b in range(a + 1, k):
            total += np.moveaxis(product, [k - 2, k - 1], [a, b])
    return total / (k * (k - 1) / 2)
