"""Complete enumeration of the critical points of a polynomial Hamiltonian on the sphere, with evidence of completeness.

Critical points solve ∇h(σ) = λσ, |σ|² = 1. These are polynomial equations; all their complex solutions are found
(homotopy continuation for degree three, eigenvalues for degree two), and the real ones are the critical points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import input_error
from spinglass._jit import one_blas_thread
from spinglass.landscape.enumeration import ComplexSolutions, polynomial_solutions, quadratic_solutions
from spinglass.landscape.enumeration import cubic_solutions as _cubic_solutions
from spinglass.landscape.problem import PolynomialForm, PolynomialProblem

FloatArray = NDArray[np.float64]

_DEFAULT_SEED = 20200405
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
    curvature: FloatArray = field(default_factory=lambda: np.empty(0))
    n_diverged: int = 0
    trace_defect: float | None = None

    @property
    def count(self) -> int:
        """Number of critical points found."""
        return len(self.index)


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
    form = PolynomialForm.of(s)
    if certify and (form.degree != 3 or len(form.field)):
        raise input_error("certify", certify, "certificates cover Hamiltonians of degree three only")
    generator = np.random.default_rng(_DEFAULT_SEED if rng is None else rng)
    size = form.size()
    if not 0 < size < np.inf:
        return _without_points(form)
    scaled = form.scaled(1 / size)
    with one_blas_thread():
        if form.degree <= 2:
            solutions = quadratic_solutions(scaled)
        elif form.degree == 3 and len(form.field) == 0:
            solutions = _cubic_solutions(scaled, generator)
        else:
            solutions = polynomial_solutions(scaled, generator)
        found = _finish(scaled, size, solutions)
        return _certified(scaled, found, solutions) if certify else found


def _without_points(form: PolynomialForm) -> Census:
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


def _finish(form: PolynomialForm, size: float, solutions: ComplexSolutions) -> Census:
    """Real points refined on the sphere, their energies and indices, and the checks. The form is h/size."""
    n = form.n_spins
    sigma = solutions.real / np.sqrt(np.einsum("bi,bi->b", solutions.real, solutions.real))[:, None]
    if solutions.pairs:
        sigma = np.concatenate([sigma, -sigma])
    refined, multiplier, residual, eigenvalues = _refined(form, sigma)
    moved = float(np.max(np.abs(refined - sigma), initial=0.0))
    index = np.sum(eigenvalues < 0, axis=1)
    energy = form.value(refined)
    smallest = float(np.min(np.abs(eigenvalues), initial=np.inf))
    curvature = np.min(np.abs(eigenvalues), axis=1, initial=np.inf)
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
        curvature=curvature[order] * (size / n),
        n_diverged=solutions.diverged,
        trace_defect=solutions.trace_defect,
    )


def _certified(form: PolynomialForm, found: Census, solutions: ComplexSolutions) -> Census:
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


def _refined(form: PolynomialForm, sigma: FloatArray) -> tuple[FloatArray, FloatArray, float, FloatArray]:
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
