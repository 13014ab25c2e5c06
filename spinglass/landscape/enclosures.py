"""The equations of critical points in ball arithmetic, and Krawczyk's test of their approximate solutions.

h(σ) = Σ_k T_k(σ, …, σ) of degree d is made homogeneous by a further unknown, h(x, μ) = Σ_k μ^{d−k} T_k(x, …, x), so
that σ = x/μ. The equations of a class [x : μ] up to complex multiples, with the chart a·z = 1, z = (x, μ), and of a
real point, are

    Σ_k k μ^{d−k} T_k x^{k−1} = Λ x,  x·x = μ²,  a·z = 1;        ∇h(σ) = λσ,  (1 − σ·σ)/2 = 0.

Without lower-order terms μ and its equation are absent, and x is a class ±σ. All functions work on many approximate
solutions at once, the first axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass.landscape.ball_polynomial import BallPolynomial
from spinglass.landscape.intervals import (
    Ball,
    U,
    add,
    distances_to_identity,
    exact,
    largest_row_sum,
    multiply,
    product,
    row_sums,
    size,
    subtract,
    widened,
)

FloatArray = NDArray[np.float64]

REACH = 1.5  # |Re z_j| + |Im z_j| stays below it for |z| = 1 and a small ball around


@dataclass(frozen=True, eq=False)
class Expansion:
    """The derivatives of h(x, μ) at given points: Σ k μ^{d−k} T_k x^{k−1}, and that by x and by μ."""

    gradient: Ball  # (count, N)
    hessian: Ball  # (count, N, N)
    mixed: Ball  # (count, N)
    vectors: tuple[Ball, ...]  # T_k x^{k−1}, where μ = 1


def expansion(polynomial: BallPolynomial, x: Any, mu: Any | None) -> Expansion:
    """Balls of the derivatives at x (count, N) and μ (count,); None is μ = 1."""
    count, n = x.shape
    degree = polynomial.degree
    powers: list[Ball] = [exact(np.ones(1))]
    for _ in range(degree):
        powers.append(powers[-1] if mu is None else multiply(powers[-1], exact(mu)))
    vectors: list[Ball] = []
    gradient: list[Ball] = []
    hessian: list[Ball] = []
    mixed: list[Ball] = []
    for k in range(1, degree + 1):
        if not polynomial.present[k]:
            continue
        matrix, vector = _contracted(polynomial.tensor(k), k, x)
        if k == degree or mu is None:
            vectors.append(vector)
            gradient.append(_multiple(k, vector))
            hessian.append(_multiple(k * (k - 1), matrix))
            continue
        p = powers[degree - k]
        gradient.append(_multiple(k, multiply(_column(p), vector)))
        if k > 1:
            hessian.append(_multiple(k * (k - 1), multiply((p[0][:, None, None], p[1][:, None, None]), matrix)))
        mixed.append(_multiple(k * (degree - k), multiply(_column(powers[degree - k - 1]), vector)))
    return Expansion(
        _total(gradient, (count, n)), _total(hessian, (count, n, n)), _total(mixed, (count, n)), tuple(vectors)
    )


def _total(terms: list[Ball], shape: tuple[int, ...]) -> Ball:
    """The sum of some balls of arrays, spread to one shape."""
    if not terms:
        return exact(np.zeros(shape))
    total = terms[0]
    for term in terms[1:]:
        total = add(total, term)
    return np.broadcast_to(total[0], shape), np.broadcast_to(total[1], shape)


def _contracted(tensor: Ball, k: int, x: Any) -> tuple[Ball, Ball]:
    """T x^{k−2} (·, N, N), zero for k = 1, and T x^{k−1} (·, N)."""
    count, n = x.shape
    if k == 1:
        return exact(np.zeros((1, n, n))), (tensor[0][None], tensor[1][None])
    row = exact(x[:, None, :])
    matrix = tensor[0].reshape(1, n, -1), tensor[1].reshape(1, n, -1)
    for step in range(k - 2):
        matrix = product(row if step else exact(x[None]), matrix)  # the first: one matrix product for all
        matrix = matrix[0].reshape(count, n, -1), matrix[1].reshape(count, n, -1)
    vector = product(row, matrix)
    return matrix, (vector[0][:, 0, :], vector[1][:, 0, :])


def _column(a: Ball) -> Ball:
    return a[0][:, None], a[1][:, None]


def _multiple(k: int, a: Ball) -> Ball:
    """ka for a small integer: each part is off by at most u times itself."""
    middle = float(k) * a[0]
    return middle, widened(k * a[1] + U * size(middle))


@dataclass(frozen=True, eq=False)
class System:
    """Balls of the equations and of their Jacobian at given points, the multiplier being the last unknown.

    bend : numbers S_i >= Σ_jl |∂²F_i/∂z_j∂z_l| wherever |z_j| <= REACH for all j.
    """

    values: Ball  # (count, n)
    jacobian: Ball  # (count, n, n)
    bend: FloatArray  # (n,)
    multiplier: Any
    parts: Expansion


def class_system(polynomial: BallPolynomial, z: Any, has_mu: bool) -> System:
    """Equations of classes at z with a = z̄ in the chart."""
    unknowns = z.shape[1]
    n, degree = polynomial.n_spins, polynomial.degree
    x = z[:, :n]
    parts = expansion(polynomial, x, z[:, n] if has_mu else None)
    system = _eigenvector_rows(parts, x, unknowns)
    (values, rvalues), (jacobian, rjacobian) = system.values, system.jacobian
    jacobian[:, unknowns, :unknowns] = z.conj()
    inside = product(exact(z.conj()[:, None, :]), exact(z[:, :, None]))
    chart = subtract(inside, exact(1.0))
    values[:, unknowns], rvalues[:, unknowns] = chart[0][:, 0, 0], chart[1][:, 0, 0]
    if has_mu:
        jacobian[:, :n, n], rjacobian[:, :n, n] = parts.mixed
        jacobian[:, n, :n], jacobian[:, n, n] = 2 * x, -2 * z[:, n]
        values[:, n], rvalues[:, n] = subtract(_square(x), multiply(exact(z[:, n]), exact(z[:, n])))
        system.bend[n] = 2 * (n + 1)
    weights = dict.fromkeys(range(1, degree + 1), degree - 1)  # homogeneous of degree d − 1 in (x, μ)
    system.bend[:n] = _bends(polynomial, weights)
    return system


def sphere_system(polynomial: BallPolynomial, sigma: FloatArray) -> System:
    """Equations of real points at σ; their Jacobian is symmetric."""
    n = polynomial.n_spins
    system = _eigenvector_rows(expansion(polynomial, sigma, None), sigma, n)
    system.jacobian[0][:, n, :n] = -sigma
    half = multiply(subtract(exact(np.ones(len(sigma))), _square(sigma)), exact(0.5))
    system.values[0][:, n], system.values[1][:, n] = half
    system.bend[n] = n
    system.bend[:n] = _bends(polynomial, {k: k - 1 for k in range(1, polynomial.degree + 1)})
    return system


def sphere_energy(polynomial: BallPolynomial, sigma: FloatArray, parts: Expansion, radius: FloatArray) -> Ball:
    """h at σ + d for all |d_i| <= radius.

    It differs from h(σ) by the gradient times d and half the second derivatives of a point between, and for
    |σ_i + d_i| <= REACH the absolute second derivatives of T_k sum up to at most k(k−1) REACH^{k−2} Σ |T_k|.
    """
    slope, rslope = _total(list(parts.vectors), sigma.shape)
    inner = product((slope[:, None, :], rslope[:, None, :]), exact(sigma[:, :, None]))
    value, rvalue = add((inner[0][:, 0, 0], inner[1][:, 0, 0]), polynomial.tensor(0))
    second = sum(
        widened(k * (k - 1) * _reach(k - 2) * row_sums(polynomial.tensor(k))) for k in range(2, polynomial.degree + 1)
    )
    return value, widened(rvalue + radius * (row_sums(parts.gradient) + radius * widened(second)))


def _bends(polynomial: BallPolynomial, weights: dict[int, int]) -> FloatArray:
    """S_i of Σ k (T_k x^{k−1})_i − Λ x_i.

    For a form f of degree m with positive coefficients Σ_jl ∂_jl f = m(m−1) f at (1, 1, …), and REACH^{m−2} times as
    much at (REACH, …). The second derivatives of −Λ x_i, once in either order, add 2.
    """
    total = np.full(polynomial.n_spins, 2.0)
    for k, m in weights.items():
        if polynomial.present[k]:
            middle, radius = polynomial.tensor(k)
            rows = row_sums((middle.reshape(polynomial.n_spins, -1), radius.reshape(polynomial.n_spins, -1)))
            total += widened(k * m * (m - 1) * _reach(m - 2) * rows)
    return np.asarray(total * (1 + 64 * U), dtype=np.float64)


def _reach(m: int) -> float:
    """REACH^m, rounded upwards."""
    return float(REACH ** max(m, 0) * (1 + 64 * U))


def _square(x: Any) -> Ball:
    """x·x."""
    inner = product(exact(x[:, None, :]), exact(x[:, :, None]))
    return inner[0][:, 0, 0], inner[1][:, 0, 0]


def _eigenvector_rows(parts: Expansion, x: Any, last: int) -> System:
    """∇h − Λx = 0 with the Λ that x itself suggests, in a system of last + 1 equations."""
    count, n = x.shape
    system = System(
        exact(np.zeros((count, last + 1), x.dtype)),
        exact(np.zeros((count, last + 1, last + 1), x.dtype)),
        np.zeros(last + 1),
        np.sum(x.conj() * parts.gradient[0], axis=1) / np.sum((x.conj() * x).real, axis=1),
        parts,
    )
    (values, rvalues), (jacobian, rjacobian) = system.values, system.jacobian
    minus = exact(-system.multiplier[:, None])
    values[:, :n], rvalues[:, :n] = add(parts.gradient, multiply(minus, exact(x)))
    jacobian[:, :n, :n], rjacobian[:, :n, :n] = parts.hessian
    i = np.arange(n)
    jacobian[:, i, i], rjacobian[:, i, i] = add((parts.hessian[0][:, i, i], parts.hessian[1][:, i, i]), minus)
    jacobian[:, :n, last] = -x
    return system


@dataclass(frozen=True, eq=False)
class Discs:
    """For each approximate solution the ball of `radius` around it, in which exactly one solution lies.

    radius is inf where the test failed. multiplier: Λ or λ, known to the same radius.
    """

    radius: FloatArray
    multiplier: Any
    energy: Ball  # of the scaled polynomial over the ball; real points only
    negative: NDArray[np.int64]  # negative eigenvalues of the bordered Hessian over the ball, −1 if not proved


def discs(polynomial: BallPolynomial, z: Any, has_mu: bool) -> Discs:
    """Krawczyk's test for many approximate solutions: classes for complex z, points of the sphere for real z.

    Over B = {|d| <= r}, r = 2δ, δ >= ‖Y F(z)‖, row i of the Jacobian differs from that of J(z) by at most r S_i in the
    sum, so that ‖1 − Y J(B)‖ <= a = ‖1 − Y J(z)‖ + r ‖|Y| S‖. If δ + ar < r and a < 1, then d ↦ d − Y F(z + d) maps B
    into its interior and contracts there: B holds exactly one solution, and J is regular all over B (Krawczyk,
    Computing 4, 1969; the mean of J between two points lies in the convex hull of J(B), also for complex z). The
    inverse Y and, for real points, the eigenvectors are approximations of any quality. With real F, z and B the
    solution is real.
    """
    on_sphere = not np.iscomplexobj(z)
    with np.errstate(all="ignore"):
        system = sphere_system(polynomial, z) if on_sphere else class_system(polynomial, z, has_mu)
        middle, spread = system.jacobian
        if on_sphere:
            inverse, basis = _symmetric_inverses(middle)
        else:
            inverse = _inverses(middle)
        delta = largest_row_sum(product(exact(inverse), _last_axis(system.values)))
        defect = distances_to_identity(product(exact(inverse), (middle, spread)))
        bend = largest_row_sum(exact(size(inverse) * system.bend))
        radius = 2 * delta
        within = np.maximum(np.max(size(z), axis=1), 0) + radius <= REACH
        # a <= 0.499 leaves δ + ar < r = 2δ
        passed = np.isfinite(radius) & (delta > 0) & within & (widened(defect + radius * widened(bend)) <= 0.499)
        energy, negative = exact(np.zeros(len(z))), np.full(len(z), -1)
        if on_sphere:
            wide = widened(spread + radius[:, None, None] * system.bend[:, None])
            negative = inertias(middle, wide, basis)
            energy = sphere_energy(polynomial, z, system.parts, radius)
    return Discs(np.where(passed, radius, np.inf), system.multiplier, energy, negative)


def _last_axis(a: Ball) -> Ball:
    return a[0][:, :, None], a[1][:, :, None]


def inertias(matrix: FloatArray, radius: FloatArray, basis: FloatArray) -> NDArray[np.int64]:
    """Number of negative eigenvalues of every symmetric matrix in the balls (count, n, n), −1 where not proved.

    With the columns of V = basis near to eigenvectors: if ‖1 − VᵀV‖ < 1, V is invertible, and VᵀMV has the inertia of M
    (Sylvester). If VᵀMV is strictly diagonally dominant, so is every matrix on the line from its diagonal to it: none
    of them is singular, and the signs are those of the diagonal (Gershgorin).
    """
    across = exact(np.ascontiguousarray(basis.transpose(0, 2, 1)))
    invertible = distances_to_identity(product(across, exact(basis))) < 1
    inner, spread = product(product(across, (matrix, radius)), exact(basis))
    i = np.arange(matrix.shape[1])
    diagonal = inner[:, i, i].copy()
    inner[:, i, i] = 0.0  # the radius of the diagonal stays in the sum
    dominant = np.all(np.abs(diagonal) > row_sums((inner, spread)), axis=1)
    return np.where(invertible & dominant, np.sum(diagonal < 0, axis=1), -1)


def _symmetric_inverses(matrices: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Approximate inverses and eigenvectors of nearly symmetric matrices; of no use where there are none."""
    mean = (matrices + matrices.transpose(0, 2, 1)) / 2
    values, basis = np.linalg.eigh(np.where(_usable(matrices)[:, None, None], mean, 0.0))
    inverse = (basis / values[:, None, :]) @ basis.transpose(0, 2, 1)
    return np.ascontiguousarray(inverse), np.ascontiguousarray(basis)


def _usable(matrices: Any) -> NDArray[np.bool_]:
    """Which matrices are finite."""
    return np.asarray(np.isfinite(matrices).all(axis=(1, 2)), dtype=np.bool_)


def _inverses(matrices: Any) -> Any:
    """Approximate inverses, nan where there is none."""
    usable = _usable(matrices)
    safe = np.where(usable[:, None, None], matrices, np.eye(matrices.shape[1]))
    try:
        inverse = np.linalg.inv(safe)
    except np.linalg.LinAlgError:
        inverse = np.full_like(safe, np.nan)
        for b, matrix in enumerate(safe):
            try:
                inverse[b] = np.linalg.inv(matrix)
            except np.linalg.LinAlgError:
                continue
    inverse[~usable] = np.nan
    return np.ascontiguousarray(inverse)
