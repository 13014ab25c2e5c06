"""Complete enumeration of the critical points of a polynomial Hamiltonian on the sphere, with evidence of completeness.

Critical points solve ∇h(σ) = λσ, |σ|² = 1. These are polynomial equations; all their complex solutions are found
(eigenvalues for degree two, homotopy continuation above), and the real ones are the critical points.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import input_error
from spinglass._jit import one_blas_thread
from spinglass.landscape.enumeration import (
    ComplexSolutions,
    cubic_solutions,
    polynomial_solutions,
    quadratic_solutions,
)
from spinglass.landscape.problem import PolynomialForm, PolynomialProblem

if TYPE_CHECKING:
    from spinglass.landscape.certify import Certificate
FloatArray = NDArray[np.float64]

_DEFAULT_SEED = 20200405
# The checks of a census, for a Hamiltonian scaled to gradients of size one
_RESIDUAL = 1e-11
_DEGENERATE = 1e-11
_MOVED = 1e-6
_ROUNDING = 1e-15
_SOLVED, _UNSTABLE = 1e-14, 1e-5
_CERTIFIED_UP_TO = 8  # spins, unless told otherwise


@dataclass(frozen=True, eq=False)
class Census:
    """All critical points of one Hamiltonian, sorted by energy, and the evidence that they are all.

    Attributes
    ----------
    energy_density : (count,) u = h/N.
    index : (count,) number of negative eigenvalues of the Riemannian Hessian.
    points : (count, N), |w|² = N.
    multiplier : (count,) λ of ∇h(w) = λ w.
    curvature : (count,) smallest |eigenvalue| of the Riemannian Hessian (in w) at each point; inf for N = 1.
    complete : whether all of the following hold: as many distinct complex solutions as the generic count; the set is
        closed under complex conjugation; Σ(−1)^index is the Euler characteristic of the sphere; no degenerate
        critical point; small residuals.
    failures : what of this does not hold, in words; empty for a complete census.
    n_paths : paths of the homotopy (0 where eigenvalues were used); n_retracked of them were tracked again, n_failed
        have no end that was found, and n_diverged arrived at no point of the sphere, at σ·σ = 0.
    n_singular : distinct double, multiple or not isolated solutions at the ends of paths; singular_multiplicity is the
        number of paths that end there, for isolated ones the sum of their multiplicities.
    n_solutions, n_expected : distinct complex solutions found, and their generic number. A solution is a class ±w where
        the equations need no μ (`HomogeneousSystem`). n_real of them are real.
    conjugation_closed : whether the solutions come in conjugate pairs and real ones.
    euler_characteristic : Σ(−1)^index; expected 2 for N odd, 0 for N even.
    smallest_curvature : the smallest of `curvature`; inf without eigenvalues.
    residual : largest |∇h − λw| relative to the size of ∇h.
    trace_defect : the defect of a sum over all complex solutions whose value is known, whatever their number
        (`spinglass.landscape.enumeration.trace_defect`); None where there is no such sum, or where it was not formed
        (degrees up to three).
    certified : whether the set is proved to be all critical points, each with its index, to within `radius` of the
        points; None without a certificate (N > 8 by default).
    radius : largest distance |w − w*| from a point to the true critical point, nan without proof.
    certificate : what was proved point by point, and where the proof failed (`spinglass.landscape.certify`).
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
    n_singular: int = 0
    singular_multiplicity: int = 0
    trace_defect: float | None = None
    failures: tuple[str, ...] = ()
    certificate: Certificate | None = None

    @property
    def count(self) -> int:
        """Number of critical points found."""
        return len(self.index)

    def report(self) -> str:
        """The evidence of completeness in a few lines.

        >>> from spinglass.hamiltonians import SphericalGlass
        >>> print(census(SphericalGlass(p=4).sample(n_spins=3, rng=0), certify=False).report())
        18 critical points: complete
        complex solutions: 13 of 13, 9 of them real, closed under conjugation
        paths: 13, of which 0 tracked again, 0 failed, 0 diverged
        Euler characteristic: 2, must be 2
        """
        n = self.points.shape[1]
        proof = "" if self.certified is None else " and certified" if self.certified else ", not certified"
        lines = [
            f"{self.count} critical points: {'complete' if self.complete else 'incomplete'}{proof}",
            f"complex solutions: {self.n_solutions} of {self.n_expected}, {self.n_real} of them real, "
            f"{'closed' if self.conjugation_closed else 'not closed'} under conjugation",
            f"paths: {self.n_paths}, of which {self.n_retracked} tracked again, {self.n_failed} failed, "
            f"{self.n_diverged} diverged",
            f"Euler characteristic: {self.euler_characteristic}, must be {_euler_characteristic(n)}",
        ]
        lines += [f"failure: {failure}" for failure in self.failures]
        if self.certificate is not None and self.certificate.failure:
            lines.append(f"not proved: {self.certificate.failure}")
        return "\n".join(lines)


def census(
    s: PolynomialProblem,
    rng: int | np.random.Generator | None = None,
    certify: bool | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Census:
    """All critical points of a polynomial Hamiltonian on the sphere |w|² = N, of any degree.

    Degree two: eigenvalues. Above: homotopy continuation over the complex numbers with as many paths as there are
    solutions for generic couplings, none wasted. With p the degree of the couplings and c_p(N) = ((p−1)^N − 1)/(p−2)
    (N for p = 2) these are c_p(N) for one form, or terms of one parity, and 2 c_p(N) otherwise; with an overlap field
    of a degree j > p in m, 2((j−1) c_p(N−1) + 1), half of it for one parity.

    Parameters
    ----------
    s : a realisation (`SphericalGlass.sample`), or any object with ``n_spins`` and ``polynomial_system()``.
    rng : seeds the random complex path only; None is one fixed seed, so that equal input gives equal output.
    certify : whether to prove the result a posteriori in rigorous arithmetic, see ``certified``; None: for N <= 8.
    progress : called with (paths done, paths) now and then in the first pass.

    Returns a `Census`; look at ``complete``. Degenerate Hamiltonians (critical manifolds, double points) come back with
    ``complete`` False, and so do special ones with fewer complex solutions than generic ones of their kind. Raises
    `InputError` for what is no polynomial and for more than 2^20 paths.

    Sources: Cartwright, Sturmfels, LAA 438 (2013) (number of solutions; with fields of higher degree our own, see
    `HomogeneousSystem`); Mehta, Stariolo, Kastner, PRE 87 (2013) 052143 (stationary points of the spherical 3-spin by
    homotopy continuation); Morse theory for the last check.

    >>> from spinglass.hamiltonians import SphericalGlass
    >>> found = census(SphericalGlass(p=3).sample(n_spins=4, rng=0))
    >>> found.complete, found.n_paths
    (True, 15)
    """
    if certify is not None and not isinstance(certify, bool):
        raise input_error("certify", certify, "must be True, False or None")
    form = PolynomialForm.of(s)
    generator = np.random.default_rng(_DEFAULT_SEED if rng is None else rng)
    size = form.size()
    if not 0 < size < np.inf:
        return _without_points(form)
    size = math.ldexp(1.0, math.floor(math.log2(size)))  # scaled exactly: nearly double solutions depend on all digits
    scaled = form.scaled(1 / size)
    with one_blas_thread():
        if form.degree <= 2:
            solutions = quadratic_solutions(scaled)
        elif form.degree == 3 and len(form.field) == 0:
            solutions = cubic_solutions(scaled, generator, progress)
        else:
            solutions = polynomial_solutions(scaled, generator, progress)
        found = _finish(scaled, size, solutions)
    proof = form.n_spins <= _CERTIFIED_UP_TO if certify is None else certify
    return _certified(s, found, solutions) if proof else found


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
        failures=("the Hamiltonian is constant, or beyond floating-point numbers",),
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
    singular, multiplicity = solutions.singular, solutions.multiplicity
    missing = solutions.expected - solutions.distinct - multiplicity - solutions.diverged
    verb = "s are" if singular > 1 else " is"
    checks = {
        f"{singular} solution{verb} singular (multiplicity {multiplicity})": singular == 0,
        f"{missing} solutions of the generic number are unaccounted for": missing <= 0 or singular == 0,
        f"{solutions.distinct} distinct complex solutions of {solutions.expected}": (
            solutions.distinct == solutions.expected
        ),
        "the complex solutions are not closed under conjugation": solutions.closed,
        f"the sum of (-1)^index is {euler}": euler == _euler_characteristic(n),
        f"the largest residual is {residual:.1e}": residual <= _RESIDUAL,
        f"a point is degenerate, a curvature is {smallest:.1e} of the gradient's size": smallest > _DEGENERATE,
        f"a point was moved by {moved:.1e}": moved < _MOVED,
        "there is no minimum and no maximum": len(index) >= 2,
    }
    failures = tuple(failure for failure, passed in checks.items() if not passed)
    order = np.argsort(energy, kind="stable")
    return Census(
        energy_density=energy[order] * (size / n),
        index=index[order],
        points=np.sqrt(n) * refined[order],
        multiplier=multiplier[order] * (size / n),
        complete=not failures,
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
        n_singular=singular,
        singular_multiplicity=multiplicity,
        trace_defect=solutions.trace_defect,
        failures=failures,
    )


def _certified(s: PolynomialProblem, found: Census, solutions: ComplexSolutions) -> Census:
    """The census with its certificate; what is incomplete is not certified."""
    from spinglass.landscape.certify import certificate

    if not found.complete:
        return replace(found, certified=False)
    proof = certificate(s, solutions.roots, found.points, found.index)
    radius = float(np.max(proof.radius)) if proof.proved else math.nan
    return replace(found, certified=proof.proved, radius=radius, certificate=proof)


def _euler_characteristic(n_spins: int) -> int:
    """That of the sphere of dimension N − 1."""
    return 2 if n_spins % 2 else 0


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
        lengths = np.sqrt(np.einsum("bi,bi->b", residual, residual))
        largest = float(np.max(lengths, initial=0.0))
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
        step = (basis @ step)[:, :, 0]
        # at rounding already, where the step is a multiple of the residual so large that it is all noise
        noise = lengths < _UNSTABLE * np.sqrt(np.einsum("bi,bi->b", step, step))
        step[noise & (lengths <= _SOLVED)] = 0
        candidate = sigma - step
        candidate /= np.sqrt(np.einsum("bi,bi->b", candidate, candidate))[:, None]
    return sigma, multiplier, best, np.asarray(np.linalg.eigvalsh(curvature), dtype=np.float64)


def _tangent_basis(sigma: FloatArray) -> FloatArray:
    """Orthonormal tangent vectors (count, N, N−1): columns of the Householder reflection of σ to the last axis."""
    n = sigma.shape[1]
    v = sigma.copy()
    v[:, -1] += np.where(v[:, -1] >= 0, 1.0, -1.0)
    scale = 2 / np.einsum("bi,bi->b", v, v)
    return np.eye(n)[:, : n - 1] - (scale[:, None] * v)[:, :, None] * v[:, None, : n - 1]
