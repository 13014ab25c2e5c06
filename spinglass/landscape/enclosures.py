"""The equations of critical points in ball arithmetic, and Krawczyk's test of their approximate solutions.

h(σ) = Σ_k T_k(σ, …, σ) of degree d is made homogeneous by a further unknown, h(x, μ) = Σ_k μ^{d−k} T_k(x, …, x), so
that σ = x/μ. The equations of a class [x : μ] up to complex multiples, with the chart a·z = 1, z = (x, μ), and of a
real point, are

    Σ_k k μ^{d−k} T_k x^{k−1} = Λ x,  x·x = μ²,  a·z = 1;        ∇h(σ) = λσ,  (1 − σ·σ)/2 = 0.

Without lower-order terms μ and its equation are absent, and x is a class ±σ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._jit import jit
from spinglass.landscape.ball_polynomial import BallPolynomial
from spinglass.landscape.intervals import add, multiply, off_diagonal, product, size, subtract, widened

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]


@jit
def _collect(  # type: ignore[no-untyped-def]
    k, degree, m, rm, v, rv, power, rpower, gradient, rgradient, hessian, rhessian, mixed, rmixed
):
    """Adds the terms of degree k: T_k x^{k−2} = m, T_k x^{k−1} = v."""
    n = gradient.shape[0]
    p, rp = multiply(power[degree - k], rpower[degree - k], float(k), 0.0)
    for i in range(n):
        a, ra = multiply(v[0, i], rv[0, i], p, rp)
        gradient[i], rgradient[i] = add(gradient[i], rgradient[i], a, ra)
    if k < degree:
        q, rq = multiply(power[degree - k - 1], rpower[degree - k - 1], float(k * (degree - k)), 0.0)
        for i in range(n):
            a, ra = multiply(v[0, i], rv[0, i], q, rq)
            mixed[i], rmixed[i] = add(mixed[i], rmixed[i], a, ra)
    if k > 1:
        p, rp = multiply(p, rp, float(k - 1), 0.0)
        for i in range(n):
            for j in range(n):
                a, ra = multiply(m[i, j], rm[i, j], p, rp)
                hessian[i, j], rhessian[i, j] = add(hessian[i, j], rhessian[i, j], a, ra)


@jit
def _expand(  # type: ignore[no-untyped-def]
    coefficients,
    radii,
    present,
    x,
    rx,
    power,
    rpower,
    gradient,
    rgradient,
    hessian,
    rhessian,
    mixed,
    rmixed,
    work,
    rwork,
):
    """Σ k μ^{d−k} T_k x^{k−1}, its derivatives by x and μ, and Σ μ^{d−k} T_k x^k; x (1, N), powers of μ, all balls."""
    n = x.shape[1]
    degree = len(present) - 1
    gradient[:] = 0.0
    rgradient[:] = 0.0
    hessian[:] = 0.0
    rhessian[:] = 0.0
    mixed[:] = 0.0
    rmixed[:] = 0.0
    v = np.zeros((1, n), x.dtype)
    rv = np.zeros((1, n))
    value, rvalue = multiply(power[degree], rpower[degree], coefficients[0], radii[0])
    start = 1
    for k in range(1, degree + 1):
        length = n**k
        if present[k]:
            tensor = coefficients[start : start + length]
            rtensor = radii[start : start + length]
            # one index less each time, in turn into either half of the work space
            here = 0
            if k == 1:
                for i in range(n):
                    v[0, i] = tensor[i]
                    rv[0, i] = rtensor[i]
            else:
                rest = length // n
                if k == 2:
                    for i in range(length):
                        work[0, i] = tensor[i]
                        rwork[0, i] = rtensor[i]
                    rest = length
                else:
                    product(
                        x,
                        rx,
                        tensor.reshape(n, rest),
                        rtensor.reshape(n, rest),
                        work[0, :rest].reshape(1, rest),
                        rwork[0, :rest].reshape(1, rest),
                    )
                while rest > n * n:
                    less = rest // n
                    product(
                        x,
                        rx,
                        work[here, :rest].reshape(n, less),
                        rwork[here, :rest].reshape(n, less),
                        work[1 - here, :less].reshape(1, less),
                        rwork[1 - here, :less].reshape(1, less),
                    )
                    here = 1 - here
                    rest = less
                product(x, rx, work[here, : n * n].reshape(n, n), rwork[here, : n * n].reshape(n, n), v, rv)
            m = work[here, : n * n].reshape(n, n)
            rm = rwork[here, : n * n].reshape(n, n)
            _collect(k, degree, m, rm, v, rv, power, rpower, gradient, rgradient, hessian, rhessian, mixed, rmixed)
            for i in range(n):
                a, ra = multiply(v[0, i], rv[0, i], x[0, i], rx[0, i])
                a, ra = multiply(a, ra, power[degree - k], rpower[degree - k])
                value, rvalue = add(value, rvalue, a, ra)
        start += length
    return value, rvalue


@jit
def critical_system(  # type: ignore[no-untyped-def]
    coefficients,
    radii,
    present,
    has_mu,
    on_sphere,
    estimate,
    z,
    multiplier,
    reach,
    values,
    rvalues,
    jacobian,
    rjacobian,
    energy,
):
    """Balls of the equations and of their Jacobian over |z − z_b| <= reach_b, |Λ − Λ_b| <= reach_b, for each b.

    on_sphere: the equations of a real point, z = σ, with the value of the polynomial in energy (count, 2); otherwise
    those of a class with a = z̄_b as the chart. Where `estimate`, Λ_b is first set to the quotient that z_b suggests.
    """
    count = z.shape[0]
    degree = len(present) - 1
    n = z.shape[1] - 1 if has_mu else z.shape[1]
    last = n + 1 if has_mu else n
    longest = n * n
    for _ in range(3, degree):
        longest *= n
    x = np.zeros((1, n), z.dtype)
    rx = np.zeros((1, n))
    work = np.zeros((2, longest), z.dtype)
    rwork = np.zeros((2, longest))
    power = np.zeros(degree + 1, z.dtype)
    rpower = np.zeros(degree + 1)
    gradient = np.zeros(n, z.dtype)
    rgradient = np.zeros(n)
    hessian = np.zeros((n, n), z.dtype)
    rhessian = np.zeros((n, n))
    mixed = np.zeros(n, z.dtype)
    rmixed = np.zeros(n)
    one = z[0, 0] * 0 + 1.0
    for b in range(count):
        r = reach[b]
        for i in range(n):
            x[0, i] = z[b, i]
            rx[0, i] = r
        power[0] = 1.0
        for k in range(1, degree + 1):
            if has_mu:
                power[k], rpower[k] = multiply(power[k - 1], rpower[k - 1], z[b, n], r)
            else:
                power[k] = 1.0
        energy[b, 0], energy[b, 1] = _expand(
            coefficients,
            radii,
            present,
            x,
            rx,
            power,
            rpower,
            gradient,
            rgradient,
            hessian,
            rhessian,
            mixed,
            rmixed,
            work,
            rwork,
        )
        if estimate:
            top = one * 0.0
            bottom = 0.0
            for i in range(n):
                top += np.conj(x[0, i]) * gradient[i]
                bottom += size(x[0, i] * np.conj(x[0, i]))
            multiplier[b] = top / bottom
        lam = multiplier[b]
        jacobian[b] = 0.0
        rjacobian[b] = 0.0
        for i in range(n):
            a, ra = multiply(lam, r, x[0, i], r)
            values[b, i], rvalues[b, i] = subtract(gradient[i], rgradient[i], a, ra)
            for j in range(n):
                jacobian[b, i, j] = hessian[i, j]
                rjacobian[b, i, j] = rhessian[i, j]
            jacobian[b, i, i], rjacobian[b, i, i] = subtract(hessian[i, i], rhessian[i, i], lam, r)
            jacobian[b, i, last] = -x[0, i]
            rjacobian[b, i, last] = r
            if has_mu:
                jacobian[b, i, n] = mixed[i]
                rjacobian[b, i, n] = rmixed[i]
        total, rtotal = 0.0 * one, 0.0
        for i in range(n):
            a, ra = multiply(x[0, i], r, x[0, i], r)
            total, rtotal = add(total, rtotal, a, ra)
        if on_sphere:
            a, ra = subtract(one, 0.0, total, rtotal)
            values[b, last], rvalues[b, last] = multiply(a, ra, 0.5, 0.0)
            for i in range(n):
                jacobian[b, last, i] = -x[0, i]
                rjacobian[b, last, i] = r
            continue
        if has_mu:
            a, ra = multiply(z[b, n], r, z[b, n], r)
            values[b, n], rvalues[b, n] = subtract(total, rtotal, a, ra)
            for i in range(n):
                jacobian[b, n, i] = 2.0 * x[0, i]
                rjacobian[b, n, i] = 2.0 * r
            jacobian[b, n, n] = -2.0 * z[b, n]
            rjacobian[b, n, n] = 2.0 * r
        total, rtotal = -one, 0.0
        for i in range(last):
            w = np.conj(z[b, i])
            a, ra = multiply(w, 0.0, z[b, i], r)
            total, rtotal = add(total, rtotal, a, ra)
            jacobian[b, last, i] = w
        values[b, last] = total
        rvalues[b, last] = rtotal


@jit
def newton_bounds(inverse, values, rvalues, delta):  # type: ignore[no-untyped-def]
    """δ_b >= ‖Y_b F‖ in the maximum norm for all F in the balls."""
    count, n = values.shape
    zero = np.zeros((n, n))
    step = np.zeros((n, 1), values.dtype)
    rstep = np.zeros((n, 1))
    for b in range(count):
        product(inverse[b], zero, values[b].copy().reshape(n, 1), rvalues[b].copy().reshape(n, 1), step, rstep)
        most = 0.0
        for i in range(n):
            bound = widened(size(step[i, 0]) + rstep[i, 0])
            if not bound <= most:  # nan spreads
                most = bound
        delta[b] = most


@jit
def contraction_bounds(inverse, jacobian, rjacobian, defect):  # type: ignore[no-untyped-def]
    """a_b >= ‖1 − Y_b J‖ in the maximum norm for all J in the balls."""
    count, n, _ = jacobian.shape
    zero = np.zeros((n, n))
    near = np.zeros((n, n), jacobian.dtype)
    rnear = np.zeros((n, n))
    rest = np.zeros(n)
    for b in range(count):
        product(inverse[b], zero, jacobian[b], rjacobian[b], near, rnear)
        off_diagonal(near, rnear, rest)
        most = 0.0
        for i in range(n):
            bound = widened(rest[i] + size(near[i, i] - 1.0))
            if not bound <= most:
                most = bound
        defect[b] = most


@jit
def inertias(basis, matrix, rmatrix, negative):  # type: ignore[no-untyped-def]
    """Number of negative eigenvalues of every symmetric matrix in the balls, −1 where that is not proved.

    With the columns of V near to eigenvectors: if ‖1 − VᵀV‖ < 1, V is invertible, and VᵀMV has the inertia of M
    (Sylvester). If VᵀMV is strictly diagonally dominant, so is every matrix on the line from its diagonal to it: none
    of them is singular, and the signs are those of the diagonal (Gershgorin).
    """
    count, n, _ = matrix.shape
    zero = np.zeros((n, n))
    half = np.zeros((n, n))
    rhalf = np.zeros((n, n))
    inner = np.zeros((n, n))
    rinner = np.zeros((n, n))
    rest = np.zeros(n)
    for b in range(count):
        across = basis[b].T.copy()
        product(across, zero, basis[b], zero, inner, rinner)
        off_diagonal(inner, rinner, rest)
        proved = True
        for i in range(n):
            proved = proved and widened(rest[i] + abs(inner[i, i] - 1.0)) < 1.0
        product(across, zero, matrix[b], rmatrix[b], half, rhalf)
        product(half, rhalf, basis[b], zero, inner, rinner)
        off_diagonal(inner, rinner, rest)
        total = 0
        for i in range(n):
            proved = proved and abs(inner[i, i]) > rest[i]
            if inner[i, i] < 0.0:
                total += 1
        negative[b] = total if proved else -1


@dataclass(frozen=True, eq=False)
class Discs:
    """For each approximate solution the ball |z − centre| <= radius, in which exactly one solution lies.

    radius is inf where the test failed. multiplier: Λ or λ, known to the same radius.
    """

    centre: ComplexArray | FloatArray
    multiplier: ComplexArray | FloatArray
    radius: FloatArray
    energy: FloatArray  # (count, 2) midpoint and radius of the scaled polynomial over the ball; real points only
    negative: NDArray[np.int64]  # negative eigenvalues of the bordered Hessian over the ball, −1 if not proved


def discs(polynomial: BallPolynomial, z: Any, has_mu: bool, on_sphere: bool) -> Discs:
    """Krawczyk's test for all approximate solutions at once; complex z, or real σ with `on_sphere`.

    With δ >= ‖Y F(z)‖ and a >= ‖1 − Y J(B)‖ over B = {|d| <= r}, r = 2δ: if δ + ar < r and a < 1, then
    d ↦ d − Y F(z + d) maps B into its interior and contracts there, so that B holds exactly one solution, and J is
    regular all over B (Krawczyk, Computing 4, 1969; the mean value of J lies in the convex hull of J(B), also for
    complex z). The inverse Y and, for real points, the eigenvectors are approximations of any quality.
    """
    count = len(z)
    total = polynomial.n_spins + int(has_mu) + 1
    kind = z.dtype
    arrays = (polynomial.coefficients, polynomial.radii, polynomial.present)
    values, jacobian = np.zeros((count, total), kind), np.zeros((count, total, total), kind)
    rvalues, rjacobian = np.zeros((count, total)), np.zeros((count, total, total))
    multiplier, energy = np.zeros(count, kind), np.zeros((count, 2), kind)
    delta, defect = np.zeros(count), np.zeros(count)
    negative = np.full(count, -1)

    def evaluate(estimate: bool, reach: FloatArray) -> None:
        critical_system(
            *arrays, has_mu, on_sphere, estimate, z, multiplier, reach, values, rvalues, jacobian, rjacobian, energy
        )

    with np.errstate(all="ignore"):
        evaluate(True, np.zeros(count))
        inverse = _inverses(jacobian)
        newton_bounds(inverse, values, rvalues, delta)
        reach = 2 * delta
        if on_sphere:
            usable: NDArray[np.bool_] = np.isfinite(jacobian).all(axis=(1, 2))
            symmetric = np.where(usable[:, None, None], (jacobian + jacobian.transpose(0, 2, 1)) / 2, 0.0)
            basis = np.ascontiguousarray(np.linalg.eigh(symmetric)[1])
        evaluate(False, reach)
        contraction_bounds(inverse, jacobian, rjacobian, defect)
        # a <= 0.499 with the true r = 2δ leaves δ + ar < r with room for the rounding of this line
        passed = np.isfinite(reach) & (delta > 0) & (defect <= 0.499)
    if on_sphere:
        inertias(basis, jacobian, rjacobian, negative)
    return Discs(z, multiplier, np.where(passed, reach, np.inf), energy.real.copy(), negative)


def _inverses(matrices: Any) -> Any:
    """Approximate inverses, nan where there is none."""
    usable: NDArray[np.bool_] = np.isfinite(matrices).all(axis=(1, 2))
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
