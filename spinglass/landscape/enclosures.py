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
from spinglass.landscape.intervals import Ball, add, exact, largest_row_sum, multiply, product, row_sums, subtract

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Expansion:
    """h(x, μ) and its derivatives: Σ k μ^{d−k} T_k x^{k−1}, and that by x and by μ."""

    value: Ball  # (count,)
    gradient: Ball  # (count, N)
    hessian: Ball  # (count, N, N)
    mixed: Ball  # (count, N)


def expansion(polynomial: BallPolynomial, x: Ball, mu: Ball | None) -> Expansion:
    """Balls of the derivatives for all x (count, N) and μ (count,) in the given ones; None is μ = 1."""
    count, n = x[0].shape
    kind = x[0].dtype
    degree = polynomial.degree
    powers: list[Ball] = [exact(np.ones(1))]
    for _ in range(degree):
        powers.append(multiply(powers[-1], mu) if mu else powers[-1])
    row = x[0][:, None, :], x[1][:, None, :]
    slope, gradient, mixed = (exact(np.zeros((count, n), kind)) for _ in range(3))  # slope: Σ μ^{d−k} T_k x^{k−1}
    hessian = exact(np.zeros((count, n, n), kind))
    for k in range(1, degree + 1):
        if not polynomial.present[k]:
            continue
        matrix, vector = _contracted(polynomial.tensor(k), k, n, x, row)
        p = _column(powers[degree - k])
        slope = add(slope, multiply(p, vector))
        gradient = add(gradient, multiply(multiply(exact(float(k)), p), vector))
        if k > 1:
            p = multiply(exact(float(k * (k - 1))), p)
            hessian = add(hessian, multiply((p[0][:, :, None], p[1][:, :, None]), matrix))
        if k < degree and mu:
            p = multiply(exact(float(k * (degree - k))), _column(powers[degree - k - 1]))
            mixed = add(mixed, multiply(p, vector))
    inner = product((slope[0][:, None, :], slope[1][:, None, :]), (x[0][:, :, None], x[1][:, :, None]))
    constant = polynomial.tensor(0)
    value = add((inner[0][:, 0, 0], inner[1][:, 0, 0]), multiply(powers[degree], constant))
    return Expansion(value, gradient, hessian, mixed)


def _contracted(tensor: Ball, k: int, n: int, x: Ball, row: Ball) -> tuple[Ball, Ball]:
    """T x^{k−2} (·, N, N), zero for k = 1, and T x^{k−1} (·, N)."""
    if k == 1:
        return exact(np.zeros((1, n, n))), (tensor[0][None], tensor[1][None])
    matrix = tensor[0].reshape(1, n, -1), tensor[1].reshape(1, n, -1)
    for step in range(k - 2):
        matrix = product(row if step else (x[0][None], x[1][None]), matrix)  # the first: one matrix product for all
        matrix = matrix[0].reshape(len(x[0]), n, -1), matrix[1].reshape(len(x[0]), n, -1)
    vector = product(row, matrix)
    return matrix, (vector[0][:, 0, :], vector[1][:, 0, :])


def _column(a: Ball) -> Ball:
    return a[0][:, None], a[1][:, None]


def class_system(
    polynomial: BallPolynomial, z: Any, multiplier: Any | None, radius: FloatArray, has_mu: bool
) -> System:
    """Equations of classes over |z − z_b| <= radius_b, |Λ − Λ_b| <= radius_b, with a = z̄_b in the chart."""
    count, unknowns = z.shape
    n = polynomial.n_spins
    r = np.repeat(radius[:, None], unknowns, axis=1)
    x = z[:, :n], r[:, :n]
    parts = expansion(polynomial, x, (z[:, n], radius) if has_mu else None)
    system = System.empty(count, unknowns + 1, z.dtype)
    system.fill_eigenvector_rows(parts, x, multiplier, radius, unknowns)
    system.jacobian[:, unknowns, :unknowns] = z.conj()
    inside = product(exact(z.conj()[:, None, :]), (z[:, :, None], r[:, :, None]))
    chart = subtract(inside, exact(1.0))
    system.values[:, unknowns], system.rvalues[:, unknowns] = chart[0][:, 0, 0], chart[1][:, 0, 0]
    if has_mu:
        system.jacobian[:, :n, n], system.rjacobian[:, :n, n] = parts.mixed
        system.jacobian[:, n, :n], system.rjacobian[:, n, :n] = 2 * x[0], 2 * x[1]
        system.jacobian[:, n, n], system.rjacobian[:, n, n] = -2 * z[:, n], 2 * radius
        square = _square(x)
        system.values[:, n], system.rvalues[:, n] = subtract(square, multiply((z[:, n], radius), (z[:, n], radius)))
    return system


def sphere_system(polynomial: BallPolynomial, sigma: FloatArray, multiplier: Any | None, radius: FloatArray) -> System:
    """Equations of real points over |σ − σ_b| <= radius_b, |λ − λ_b| <= radius_b; their Jacobian is symmetric."""
    count, n = sigma.shape
    x = sigma, np.repeat(radius[:, None], n, axis=1)
    parts = expansion(polynomial, x, None)
    system = System.empty(count, n + 1, sigma.dtype)
    system.fill_eigenvector_rows(parts, x, multiplier, radius, n)
    system.jacobian[:, n, :n], system.rjacobian[:, n, :n] = -x[0], x[1]
    half = multiply(subtract(exact(np.ones(count)), _square(x)), exact(0.5))
    system.values[:, n], system.rvalues[:, n] = half
    system.energy = parts.value
    return system


def _square(x: Ball) -> Ball:
    """x·x."""
    inner = product((x[0][:, None, :], x[1][:, None, :]), (x[0][:, :, None], x[1][:, :, None]))
    return inner[0][:, 0, 0], inner[1][:, 0, 0]


@dataclass(eq=False)
class System:
    """Balls of equations and Jacobian, the multiplier being the last unknown."""

    values: Any
    rvalues: FloatArray
    jacobian: Any
    rjacobian: FloatArray
    multiplier: Any
    energy: Ball

    @classmethod
    def empty(cls, count: int, total: int, kind: Any) -> System:
        return cls(
            np.zeros((count, total), kind),
            np.zeros((count, total)),
            np.zeros((count, total, total), kind),
            np.zeros((count, total, total)),
            np.zeros(count, kind),
            exact(np.zeros(count)),
        )

    def fill_eigenvector_rows(
        self, parts: Expansion, x: Ball, multiplier: Any | None, radius: FloatArray, last: int
    ) -> None:
        """∇h − Λx = 0; Λ is the quotient that x itself suggests, where none is given."""
        n = x[0].shape[1]
        if multiplier is None:
            bar = x[0].conj()
            multiplier = np.sum(bar * parts.gradient[0], axis=1) / np.sum((bar * x[0]).real, axis=1)
        self.multiplier = multiplier
        minus = -multiplier[:, None], radius[:, None]
        self.values[:, :n], self.rvalues[:, :n] = add(parts.gradient, multiply(minus, x))
        self.jacobian[:, :n, :n], self.rjacobian[:, :n, :n] = parts.hessian
        i = np.arange(n)
        diagonal = parts.hessian[0][:, i, i], parts.hessian[1][:, i, i]
        self.jacobian[:, i, i], self.rjacobian[:, i, i] = add(diagonal, minus)
        self.jacobian[:, :n, last], self.rjacobian[:, :n, last] = -x[0], x[1]


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

    With δ >= ‖Y F(z)‖ and a >= ‖1 − Y J(B)‖ over B = {|d| <= r}, r = 2δ: if δ + ar < r and a < 1, then
    d ↦ d − Y F(z + d) maps B into its interior and contracts there, so that B holds exactly one solution, and J is
    regular all over B (Krawczyk, Computing 4, 1969; the mean value of J lies in the convex hull of J(B), also for
    complex z). The inverse Y and, for real points, the eigenvectors are approximations of any quality. With real F, z
    and B the solution is real.
    """
    on_sphere = not np.iscomplexobj(z)

    def system(multiplier: Any | None, radius: FloatArray) -> System:
        if on_sphere:
            return sphere_system(polynomial, z, multiplier, radius)
        return class_system(polynomial, z, multiplier, radius, has_mu)

    with np.errstate(all="ignore"):
        at = system(None, np.zeros(len(z)))
        inverse = _inverses(at.jacobian)
        step = product(exact(inverse), (at.values[:, :, None], at.rvalues[:, :, None]))
        delta = largest_row_sum(step)
        radius = 2 * delta
        over = system(at.multiplier, radius)
        near = subtract(product(exact(inverse), (over.jacobian, over.rjacobian)), exact(np.eye(inverse.shape[1])))
        defect = largest_row_sum(near)
        # a <= 0.499 with r = 2δ, exact, leaves δ + ar < r
        passed = np.isfinite(radius) & (delta > 0) & (defect <= 0.499)
        signs = inertias(over.jacobian, over.rjacobian) if on_sphere else np.full(len(z), -1)
    return Discs(np.where(passed, radius, np.inf), at.multiplier, over.energy, signs)


def inertias(matrix: FloatArray, radius: FloatArray) -> NDArray[np.int64]:
    """Number of negative eigenvalues of every symmetric matrix in the balls (count, n, n), −1 where not proved.

    With the columns of V near to eigenvectors: if ‖1 − VᵀV‖ < 1, V is invertible, and VᵀMV has the inertia of M
    (Sylvester). If VᵀMV is strictly diagonally dominant, so is every matrix on the line from its diagonal to it: none
    of them is singular, and the signs are those of the diagonal (Gershgorin).
    """
    n = matrix.shape[1]
    safe = np.where(_usable(matrix)[:, None, None], (matrix + matrix.transpose(0, 2, 1)) / 2, 0.0)
    basis = np.ascontiguousarray(np.linalg.eigh(safe)[1])
    across = exact(np.ascontiguousarray(basis.transpose(0, 2, 1)))
    invertible = largest_row_sum(subtract(product(across, exact(basis)), exact(np.eye(n)))) < 1
    inner, spread = product(product(across, (matrix, radius)), exact(basis))
    i = np.arange(n)
    diagonal = inner[:, i, i].copy()
    inner[:, i, i] = 0.0  # the radius of the diagonal stays in the sum
    dominant = np.all(np.abs(diagonal) > row_sums((inner, spread)), axis=1)
    return np.where(invertible & dominant, np.sum(diagonal < 0, axis=1), -1)


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
