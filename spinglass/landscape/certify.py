"""A-posteriori proof that a set of approximate solutions is the set of all solutions, with the real ones named.

System: F(z)_i = Σ_jk Q_ijk z_j z_k − (Lz)_i = 0, quadratic, so F(z + d) = F(z) + J(z)d + Q(d, d) exactly. With an
approximate inverse Y of J(z), in the maximum norm of complex vectors,

    δ ≥ ‖Y F(z)‖,  a ≥ ‖1 − Y J(z)‖,  K ≥ ‖2 |Y| |Q|‖:

if a + Kδ ≤ 1/2, then d ↦ d − Y F(z + d) maps the polydisc |d| ≤ 2δ into itself, and it contracts wherever a + K|d| < 1:
one solution within 2δ of z, and no second one within R = (1 − a)/(2K) (Krawczyk 1969; Newton–Kantorovich). Rounding is
bounded a priori: a contraction over n indices of complex numbers is off by at most 16(n + 4)u times the contraction of
the absolute values, u = 2^{−53} (Higham, Accuracy and Stability of Numerical Algorithms, §3.1 and §3.6).

Bézout's theorem closes the argument: N quadrics in x have at most 2^N isolated solutions, x = 0 among them; N + 1
quadrics in (x, μ) at most 2^{N+1}, (0, 0) twice among them, solutions at infinity included (Fulton, Intersection
Theory, §8.4). As many certified, disjoint, nonzero polydiscs as remain hold all solutions, and none is left at
infinity, where critical points with multiplier zero would be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinglass.landscape.problem import CubicForm

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

_U = 2.0**-53
_UP = 1 + 1e-9  # covers the rounding of the bounds themselves


@dataclass(frozen=True, eq=False)
class Enclosures:
    """Polydiscs |d| <= radius around approximate solutions, each with exactly one solution within `unique`."""

    radius: FloatArray  # inf where the test failed
    unique: FloatArray


def quadratic_maps(form: CubicForm, has_mu: bool) -> tuple[FloatArray, FloatArray]:
    """(Q, L) of T(x,x) + μAx + μ²b = x, μ² = x·x (or of the first part alone), T = 3 × cubic, A = 2 × quadratic."""
    n = form.n_spins
    size = n + has_mu
    q = np.zeros((size, size, size))
    q[:n, :n, :n] = 3 * form.cubic
    linear = np.zeros((size, size))
    linear[np.arange(n), np.arange(n)] = 1
    if has_mu:
        q[:n, :n, n] = q[:n, n, :n] = form.quadratic  # A/2 on either side of the diagonal
        q[:n, n, n] = form.linear
        q[n, np.arange(n), np.arange(n)] = 1
        q[n, n, n] = -1
    return q, linear


def enclosures(q: FloatArray, linear: FloatArray, z: ComplexArray) -> Enclosures:
    """The test above for all approximate solutions z (count, n) at once."""
    count, n = z.shape
    error = 16 * (n + 4) * _U
    flat = q.reshape(n * n, n).T
    size = np.abs(z)
    once = (z @ flat).reshape(count, n, n)
    once_size = (size @ np.abs(flat)).reshape(count, n, n) * _UP
    value = (once @ z[:, :, None])[:, :, 0] - z @ linear.T
    value_size = (once_size @ size[:, :, None])[:, :, 0] + size @ np.abs(linear).T
    residual = (np.abs(value) + error * value_size) * _UP
    jacobian = 2 * once - linear
    jacobian_error = error * (2 * once_size + np.abs(linear))
    try:
        inverse = np.linalg.inv(jacobian)
    except np.linalg.LinAlgError:
        return Enclosures(np.full(count, np.inf), np.zeros(count))
    weight = np.abs(inverse)
    delta = np.max((weight @ residual[:, :, None])[:, :, 0], axis=1) * _UP
    defect = np.abs(np.eye(n) - inverse @ jacobian)
    defect += error * (weight @ np.abs(jacobian) + np.eye(n)) + weight @ jacobian_error
    a = np.max(np.sum(defect, axis=2), axis=1) * _UP
    curvature = np.max(2 * weight @ np.sum(np.abs(q), axis=(1, 2)), axis=1) * _UP
    passed = np.isfinite(delta) & (a + curvature * delta <= 0.5)
    return Enclosures(np.where(passed, 2 * delta, np.inf), np.where(passed, (1 - a) / (2 * curvature * _UP), 0.0))


def all_disjoint(z: ComplexArray, radius: FloatArray) -> bool:
    """Whether no two polydiscs meet, nor one of them the origin."""
    from scipy.spatial import cKDTree

    if not np.all(np.isfinite(radius)) or np.any(np.max(np.abs(z), axis=1) <= 2 * radius):
        return False
    points = np.concatenate([z.real, z.imag], axis=1)
    near = cKDTree(points).query_pairs(2 * float(np.max(radius)) * _UP, p=np.inf, output_type="ndarray")
    gaps = np.max(np.abs(z[near[:, 0]] - z[near[:, 1]]), axis=1)
    return bool(np.all(gaps > (radius[near[:, 0]] + radius[near[:, 1]]) * _UP))


def realness_proved(z: ComplexArray, real: NDArray[np.bool_], found: Enclosures) -> bool:
    """Whether each solution called real is real, and each other one is not.

    The conjugate of a solution is a solution: where it lies in the disc of uniqueness of the same z, the two are one.
    """
    imaginary = np.max(np.abs(z.imag), axis=1)
    proved_real = 2 * imaginary * _UP + found.radius * _UP < found.unique
    proved_complex = imaginary > found.radius * _UP
    return bool(np.all(np.where(real, proved_real, proved_complex)))


def indices_proved(form: CubicForm, sigma: FloatArray, error: FloatArray, eigenvalues: FloatArray) -> bool:
    """Whether the signs of the Hessian's eigenvalues at σ hold at all points within `error` of σ (Weyl's inequality).

    To the computed eigenvalues of the symmetric matrix 100 n² u times a bound of its norm is allowed for rounding.
    """
    n = form.n_spins
    third = 6 * float(np.linalg.norm(form.cubic))
    second = third + 2 * float(np.linalg.norm(form.quadratic))
    first = second / 2 + float(np.linalg.norm(form.quadratic)) + float(np.linalg.norm(form.linear))
    allowance = error * (third + 5 * (first + second)) + 100 * n * n * _U * (first + second)
    return bool(np.all(np.min(np.abs(eigenvalues), axis=1, initial=np.inf) > allowance * _UP))
