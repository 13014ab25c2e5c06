"""Complete enumeration of the critical points of a polynomial Hamiltonian on the sphere, with evidence of completeness.

Critical points solve ∇h(σ) = λσ, |σ|² = 1. These are polynomial equations; all their complex solutions are found
(homotopy continuation for degree three, eigenvalues for degree two), and the real ones are the critical points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import checked_int, input_error
from spinglass._jit import one_blas_thread
from spinglass.landscape.problem import CubicForm, PolynomialProblem

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

_DEFAULT_SEED = 20200405
_MOST_PATHS = 1 << 20
_FIRST_PASS = (3e-3, 0.6, 500)  # tolerance, reach, most steps
_SAME_PATH = ((1e-4, 0.5, 1000), (1e-5, 0.4, 2000), (1e-7, 0.25, 5000))
_NEW_PATH = ((1e-5, 0.4, 2000), (1e-6, 0.3, 4000))
# The checks of a census, for a Hamiltonian scaled to gradients of size one
_RESIDUAL = 1e-11
_DEGENERATE = 1e-11
_MOVED = 1e-6
_ROUNDING = 1e-15


@dataclass(frozen=True, eq=False)
class Census:
    """All critical points of one Hamiltonian, sorted by energy, and the evidence that they are all.

    Attributes
    ----------
    energy_density : (count,) u = h/N.
    index : (count,) number of negative eigenvalues of the Riemannian Hessian.
    points : (count, N), |w|² = N.
    multiplier : (count,) λ of ∇h(w) = λ w.
    complete : whether all of the following hold: as many distinct complex solutions as the generic count; the set is
        closed under complex conjugation; Σ(−1)^index is the Euler characteristic of the sphere; no degenerate
        critical point; small residuals.
    n_paths : paths of the homotopy (0 where eigenvalues were used); n_retracked of them were tracked again, and
        n_failed did not arrive in the end.
    n_solutions, n_expected : distinct complex solutions found, and their generic number. Without terms of even degree
        a solution is a class ±w. n_real of them are real.
    conjugation_closed : whether the solutions come in conjugate pairs and real ones.
    euler_characteristic : Σ(−1)^index; expected 2 for N odd, 0 for N even.
    smallest_curvature : smallest |eigenvalue| of a Riemannian Hessian (in w) over all points; inf without eigenvalues.
    residual : largest |∇h − λw| relative to the size of ∇h.
    certified : whether the set is proved to be all critical points, each with its index, to within `radius` of the
        points; None without ``certify=True``.
    radius : largest distance |w − w*| from a point to the true critical point, nan without a certificate.
    """

    energy_density: FloatArray
    index: NDArray[np.int64]
    points: FloatArray
    multiplier: FloatArray
    complete: bool
    n_paths: int
    n_retracked: int
    n_failed: int
    n_solutions: int
    n_expected: int
    n_real: int
    conjugation_closed: bool
    euler_characteristic: int
    smallest_curvature: float
    residual: float
    certified: bool | None = None
    radius: float = math.nan

    @property
    def count(self) -> int:
        """Number of critical points found."""
        return len(self.index)


@dataclass(frozen=True, eq=False)
class _Solutions:
    """What an enumeration of the complex solutions found."""

    real: FloatArray  # (n_real, N): multiples of σ, of either sign where ±σ are one class
    distinct: int
    expected: int
    closed: bool
    paths: int = 0
    retracked: int = 0
    failed: int = 0
    roots: ComplexArray | None = None  # the distinct solutions of the homotopy's equations, and which of them are real
    is_real: NDArray[np.bool_] | None = None


def census(s: PolynomialProblem, rng: int | np.random.Generator | None = None, certify: bool = False) -> Census:
    """All critical points of a polynomial Hamiltonian of degree two or three on the sphere |w|² = N.

    Degree three (p = 3, mixtures with p = 0, 1, 2, overlap fields of degree at most three in m): homotopy continuation
    over the complex numbers from the Fermat tensor, with 2^N − 1 paths when there is no other part up to a constant,
    and 2(2^N − 1) otherwise; none is wasted. Degree two (p = 2 with fields of degree at most two): eigenvalues.

    Parameters
    ----------
    s : a realisation (`SphericalGlass.sample`), or any object with ``n_spins`` and ``polynomial_system()``.
    rng : seeds the random complex path only; None is one fixed seed, so that equal input gives equal output.
    certify : whether to prove the result a posteriori, see ``certified``; degree three only. The proof concerns the
        Hamiltonian whose polynomial coefficients, the field's merged with the couplings, are the doubles computed here.

    Returns a `Census`; look at ``complete``. Degenerate Hamiltonians (critical manifolds, double points) come back with
    ``complete`` False. Raises `InputError` for other degrees and for more than 2^20 paths.

    Sources: Cartwright, Sturmfels, LAA 438 (2013) (number of solutions); Mehta, Stariolo, Kastner, PRE 87 (2013)
    052143 (stationary points of the spherical 3-spin by homotopy continuation); Morse theory for the last check.

    >>> from spinglass.hamiltonians import SphericalGlass
    >>> found = census(SphericalGlass(p=3).sample(n_spins=4, rng=0))
    >>> found.complete, found.n_paths
    (True, 15)
    """
    if not isinstance(certify, bool):
        raise input_error("certify", certify, "must be True or False")
    form = CubicForm.of(s)
    if certify and not np.any(form.cubic):
        raise input_error("certify", certify, "certificates cover Hamiltonians of degree three only")
    generator = np.random.default_rng(_DEFAULT_SEED if rng is None else rng)
    size = form.size()
    if not 0 < size < np.inf:
        return _without_points(form)
    scaled = form.scaled(1 / size)
    with one_blas_thread():
        solutions = _cubic_solutions(scaled, generator) if np.any(form.cubic) else _quadratic_solutions(scaled)
        found = _finish(scaled, size, solutions)
        return _certified(scaled, found, solutions) if certify else found


def _without_points(form: CubicForm) -> Census:
    """The constant Hamiltonian, where every point is critical, and sizes beyond floating-point numbers."""
    n = form.n_spins
    return Census(
        energy_density=np.empty(0),
        index=np.empty(0, dtype=np.int64),
        points=np.empty((0, n)),
        multiplier=np.empty(0),
        complete=False,
        n_paths=0,
        n_retracked=0,
        n_failed=0,
        n_solutions=0,
        n_expected=0,
        n_real=0,
        conjugation_closed=False,
        euler_characteristic=0,
        smallest_curvature=0.0,
        residual=0.0,
    )


def _cubic_solutions(form: CubicForm, rng: np.random.Generator) -> _Solutions:
    """All complex solutions of T(x,x) + μAx + μ²b = x, μ² = x·x, where σ = x/μ."""
    from spinglass.landscape.homotopy import track  # the compiler is imported by those who compute
    from spinglass.landscape.solutions import compare

    n = form.n_spins
    has_mu = not form.is_homogeneous
    paths = (1 << n) - 1 << int(has_mu)
    checked_int("the number of paths, n_spins too large for a complete enumeration", paths, 1, _MOST_PATHS)
    tensor, matrix, vector = 3 * form.cubic, 2 * form.quadratic, form.linear

    def run(gamma: complex, numbers: NDArray[np.int64], settings: tuple[float, float, int]) -> None:
        track(tensor, matrix, vector, has_mu, gamma, numbers, *settings, ends, status, steps)

    numbers = np.arange(paths)
    ends = np.zeros((paths, n + has_mu), dtype=complex)
    status = np.zeros(paths, dtype=np.int64)
    steps = np.zeros(paths, dtype=np.int64)
    gamma = _gamma(rng)
    run(gamma, numbers, _FIRST_PASS)
    first, partner = compare(ends)
    retracked = 0
    for settings in _SAME_PATH:
        # a path that jumped to another one ends where that one ends: track both again, more carefully
        shared = np.bincount(first, minlength=paths)[first] > 1
        suspects = numbers[shared | (status == 0)]
        if len(suspects) == 0:
            break
        retracked += len(suspects)
        run(gamma, suspects, settings)
        first, partner = compare(ends)
    failed = int(np.sum(status == 0))
    good = (first == numbers) & (status == 1)
    solutions = ends[good]
    if len(solutions) < paths:
        for settings in _NEW_PATH:
            run(_gamma(rng), numbers, settings)
            retracked += paths
            merged = np.concatenate([solutions, ends[status == 1]])
            first, partner = compare(merged)
            solutions = merged[first == np.arange(len(merged))]
            failed = int(np.sum(status == 0))
            if len(solutions) >= paths:
                break
    if len(solutions) != paths or retracked:
        first, partner = compare(solutions)
    own = np.arange(len(solutions))
    closed = bool(np.all(partner >= 0) and np.all(partner[partner] == own))
    real = partner == own
    points = solutions[real].real
    if has_mu:
        points = points[:, :n] / points[:, n:]
    return _Solutions(points, len(solutions), paths, closed, paths, retracked, failed, solutions, real)


def _gamma(rng: np.random.Generator) -> complex:
    """A random point of the unit circle, not too near the real axis, where paths of real systems meet."""
    angle = np.pi * (0.1 + 0.8 * rng.random())
    return complex(np.exp(1j * angle * (1 if rng.random() < 0.5 else -1)))


def _quadratic_solutions(form: CubicForm) -> _Solutions:
    """All complex solutions of 2Aσ + b = λσ, σ·σ = 1: eigenvectors, or with b those of a matrix twice as large.

    With b ≠ 0, (M − λ)σ = −b and σ·σ = 1 give (M − λ)²y = b bᵀy for y ∝ (M − λ)^{-1}σ (Gander, Golub, von Matt,
    LAA 114/115 (1989)), linear in (y, (M − λ)y).
    """
    from spinglass.landscape.solutions import compare

    n = form.n_spins
    matrix = 2 * form.quadratic
    if not np.any(form.linear):
        return _Solutions(np.linalg.eigh(matrix)[1].T, n, n, True)
    b = form.linear
    block = np.block([[matrix, -np.eye(n)], [-np.outer(b, b), matrix]])
    values, pairs = np.linalg.eig(block)
    y, z = pairs[:n].T.astype(complex), pairs[n:].T
    factor = -(y @ b)
    regular = np.abs(factor) > 1e-12 * np.linalg.norm(b)
    directions = z[regular] / factor[regular, None]
    solutions = np.concatenate([directions, values[regular, None]], axis=1)
    solutions = solutions[compare(solutions)[0] == np.arange(len(solutions))]
    partner = compare(solutions)[1]
    own = np.arange(len(solutions))
    closed = bool(np.all(partner >= 0) and np.all(partner[partner] == own))
    return _Solutions(solutions[partner == own, :n].real, len(solutions), 2 * n, closed)


def _finish(form: CubicForm, size: float, solutions: _Solutions) -> Census:
    """Real points refined on the sphere, their energies and indices, and the checks. The form is h/size."""
    n = form.n_spins
    sigma = solutions.real / np.sqrt(np.einsum("bi,bi->b", solutions.real, solutions.real))[:, None]
    if form.is_homogeneous:
        sigma = np.concatenate([sigma, -sigma])
    refined, multiplier, residual, eigenvalues = _refined(form, sigma)
    moved = float(np.max(np.abs(refined - sigma), initial=0.0))
    index = np.sum(eigenvalues < 0, axis=1)
    energy = form.value(refined)
    smallest = float(np.min(np.abs(eigenvalues), initial=np.inf))
    euler = int(np.sum(1 - 2 * (index % 2)))
    complete = (
        solutions.distinct == solutions.expected
        and solutions.closed
        and euler == (2 if n % 2 else 0)
        and residual <= _RESIDUAL
        and smallest > _DEGENERATE
        and moved < _MOVED
        and len(index) >= 2  # a minimum and a maximum exist
    )
    order = np.argsort(energy, kind="stable")
    return Census(
        energy_density=energy[order] * (size / n),
        index=index[order],
        points=np.sqrt(n) * refined[order],
        multiplier=multiplier[order] * (size / n),
        complete=bool(complete),
        n_paths=solutions.paths,
        n_retracked=solutions.retracked,
        n_failed=solutions.failed,
        n_solutions=solutions.distinct,
        n_expected=solutions.expected,
        n_real=len(solutions.real),
        conjugation_closed=solutions.closed,
        euler_characteristic=euler,
        smallest_curvature=smallest * (size / n),
        residual=residual,
    )


def _certified(form: CubicForm, found: Census, solutions: _Solutions) -> Census:
    """The census with the verdict of `spinglass.landscape.certify`."""
    from spinglass.landscape.certify import all_disjoint, enclosures, indices_proved, quadratic_maps, realness_proved

    z, real = solutions.roots, solutions.is_real
    if z is None or real is None or not found.complete:
        return replace(found, certified=False)
    n = form.n_spins
    discs = enclosures(*quadratic_maps(form, not form.is_homogeneous), z)
    proved = all_disjoint(z, discs.radius) and realness_proved(z, real, discs)
    if not proved:
        return replace(found, certified=False)
    # |x*/|x*| − x/|x|| ≤ 2|x* − x|/|x|, and the distance from x/|x| to the point that is handed out
    x = z[real, :n].real
    x = x if form.is_homogeneous else x * np.sign(z[real, n:].real)
    length = np.sqrt(np.einsum("bi,bi->b", x, x))
    sigma = x / length[:, None]
    away = 2 * np.sqrt(2 * n) * discs.radius[real] / length
    if form.is_homogeneous:
        sigma, away = np.concatenate([sigma, -sigma]), np.concatenate([away, away])
    given = found.points / np.sqrt(n)
    nearest = np.array([int(np.argmax(given @ point)) for point in sigma])
    if len(set(nearest)) != found.count:
        return replace(found, certified=False)
    error = np.empty(found.count)
    error[nearest] = away + np.linalg.norm(given[nearest] - sigma, axis=1) + 1e-15
    gradient, hessian = form.derivatives(given)
    multiplier = np.einsum("bi,bi->b", gradient, given)
    basis = _tangent_basis(given)
    inner = basis.transpose(0, 2, 1) @ hessian @ basis
    inner[:, np.arange(n - 1), np.arange(n - 1)] -= multiplier[:, None]
    eigenvalues: FloatArray = np.asarray(np.linalg.eigvalsh(inner), dtype=np.float64)
    proved = indices_proved(form, given, error, eigenvalues)
    return replace(found, certified=proved, radius=float(np.sqrt(n) * np.max(error)) if proved else math.nan)


def _refined(form: CubicForm, sigma: FloatArray) -> tuple[FloatArray, FloatArray, float, FloatArray]:
    """Newton steps on the sphere while they help; then (σ, λ, largest |∇h − λσ|, Hessian eigenvalues (count, N−1))."""
    n = sigma.shape[1]
    diagonal = np.arange(n - 1)
    best = np.inf
    candidate = sigma
    while True:
        gradient, hessian = form.derivatives(candidate)
        slope = np.einsum("bi,bi->b", gradient, candidate)
        residual = gradient - slope[:, None] * candidate
        largest = float(np.sqrt(np.max(np.einsum("bi,bi->b", residual, residual), initial=0.0)))
        if best < np.inf and not largest < best / 2:
            break
        basis = _tangent_basis(candidate)
        across = basis.transpose(0, 2, 1)
        inner = across @ hessian @ basis
        inner[:, diagonal, diagonal] -= slope[:, None]
        sigma, multiplier, best, curvature = candidate, slope, largest, inner
        if largest <= _ROUNDING:
            break
        try:
            step = np.linalg.solve(inner, across @ gradient[:, :, None])
        except np.linalg.LinAlgError:
            break
        candidate = sigma - (basis @ step)[:, :, 0]
        candidate /= np.sqrt(np.einsum("bi,bi->b", candidate, candidate))[:, None]
    return sigma, multiplier, best, np.asarray(np.linalg.eigvalsh(curvature), dtype=np.float64)


def _tangent_basis(sigma: FloatArray) -> FloatArray:
    """Orthonormal tangent vectors (count, N, N−1): columns of the Householder reflection of σ to the last axis."""
    n = sigma.shape[1]
    v = sigma.copy()
    v[:, -1] += np.where(v[:, -1] >= 0, 1.0, -1.0)
    scale = 2 / np.einsum("bi,bi->b", v, v)
    return np.eye(n)[:, : n - 1] - (scale[:, None] * v)[:, :, None] * v[:, None, : n - 1]
