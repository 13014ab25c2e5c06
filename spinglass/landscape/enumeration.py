"""All complex solutions of the equations of critical points: eigenvalues in degree two, homotopies above.

A homotopy is run in a first quick pass. A path that jumped to another one ends where that one ends, so paths that share
their ends are tracked again, more carefully, and so are those that did not arrive. Paths towards singular or nearly
singular solutions then have an endgame (`spinglass.landscape.endgame`); what is missing after it is looked for along
new paths, from a start system with other random numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import checked_int
from spinglass.landscape.homogeneous_system import HomogeneousSystem
from spinglass.landscape.problem import PolynomialForm

if TYPE_CHECKING:
    from spinglass.landscape.solution_clusters import Resolution
    from spinglass.landscape.start_systems import StartSystem
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ComplexArray = NDArray[np.complex128]
Settings = tuple[float, float, int]  # tolerance, reach, most steps
Progress = Callable[[int, int], None]

_MOST_PATHS = 1 << 20
_MOST_SINGULAR = 4096  # paths of an endgame
_CHUNK = 4096  # solutions whose Jacobians are held at once, paths between two reports
_FIRST_PASS: Settings = (3e-3, 0.75, 500)
_SAME_PATH: tuple[Settings, ...] = ((1e-4, 0.5, 1000), (1e-5, 0.4, 2000), (1e-7, 0.25, 5000))
_NEW_PATH: tuple[Settings, ...] = ((1e-5, 0.4, 2000), (1e-6, 0.3, 4000))
_AT_INFINITY = 1e-12  # |μ| of a solution at |z| = 1 below which it is none on the sphere
_SINGULAR_AT_INFINITY = 1e-6
_SAME = 1e-7  # sine of the angle below which two refined solutions count as one
_RESOLVED = 1e-12  # sine of the angle below which solutions count as one after an endgame


@dataclass(frozen=True, eq=False)
class ComplexSolutions:
    """What an enumeration of the complex solutions found."""

    real: FloatArray  # (n_real, N): multiples of σ, of either sign where ±σ are one class
    pairs: bool  # whether each of them stands for ±σ
    distinct: int
    expected: int
    closed: bool
    paths: int = 0
    retracked: int = 0
    failed: int = 0
    diverged: int = 0
    singular: int = 0
    multiplicity: int = 0  # of the singular ones, summed
    trace_defect: float | None = None
    roots: ComplexArray | None = None  # the distinct solutions of the homotopy's equations, and which of them are real
    is_real: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class _Tracked:
    """The outcome of all passes. Solutions that are nearer than `same` are one."""

    solutions: ComplexArray
    retracked: int
    failed: int
    same: float
    singular: ComplexArray  # (z, λ)
    multiplicity: IntArray

    def singular_counts(self, n_spins: int, has_mu: bool) -> tuple[int, int, int]:
        """How many singular solutions there are, their multiplicities summed, and how many are not on the sphere."""
        on_sphere = np.ones(len(self.singular), dtype=bool)
        if has_mu:
            on_sphere = np.abs(self.singular[:, n_spins]) > _SINGULAR_AT_INFINITY
        multiplicity = int(np.sum(self.multiplicity[on_sphere]))
        return int(np.sum(on_sphere)), multiplicity, int(np.sum(self.multiplicity)) - multiplicity


@dataclass(frozen=True, eq=False)
class _Endgame:
    """The endgame of a homotopy: its system, the start of an attempt, and what the ends of its paths are.

    rounding : whether the system's coefficients are not exactly those of the Hamiltonian. affine : ends are z at λ = 1,
    else (z, λ) at |z| = 1. one_side : the representative of each class, given (z, λ).
    """

    system: HomogeneousSystem
    start: Callable[[int], StartSystem]
    rounding: bool
    affine: bool
    one_side: Callable[[ComplexArray], ComplexArray] | None = None

    def of_paths(self, attempt: int, ends: ComplexArray, status: IntArray) -> tuple[NDArray[np.bool_], Resolution]:
        """Which paths end at a nearly singular point, or failed near one, and the solutions there."""
        from spinglass.landscape.endgame import Ends, cauchy_ends, normalised
        from spinglass.landscape.solution_clusters import near_singular, resolved

        with np.errstate(all="ignore"):
            y = normalised(np.column_stack([ends, np.ones(len(ends))]), self.system.degree) if self.affine else ends
        singular = near_singular(self.system, y, status == 1)
        numbers = np.flatnonzero(singular)
        if len(numbers) > _MOST_SINGULAR:
            numbers = numbers[:0]
        found = cauchy_ends(self.system, self.start(attempt), numbers)
        if self.one_side is not None:
            found = Ends(self.one_side(found.points), found.winding, found.error)
        solutions = resolved(self.system, found, self.rounding)
        return singular, replace(solutions, regular=self._as_ends(solutions.regular))

    def _as_ends(self, y: ComplexArray) -> ComplexArray:
        """Solutions (z, λ) in the unknowns of the homotopy; at λ = 1 there is none with λ = 0."""
        if not self.affine:
            return y
        y = y[np.abs(y[:, -1]) > _AT_INFINITY]
        return y[:, :-1] / y[:, -1:]


def cubic_solutions(
    form: PolynomialForm, rng: np.random.Generator, progress: Progress | None = None
) -> ComplexSolutions:
    """All complex solutions of T(x,x) + μAx + μ²b = x, μ² = x·x, where σ = x/μ; x alone for terms of one parity."""
    from spinglass.landscape import homotopy  # the compiler is imported by those who compute
    from spinglass.landscape.solutions import compare
    from spinglass.landscape.start_systems import subset_start

    n = form.n_spins
    system = HomogeneousSystem.by_parity(form)
    has_mu = system.has_mu
    paths = _checked_paths((1 << n) - 1 << int(has_mu))
    tensor, matrix, vector = 3 * form.cubic, 2 * form.quadratic, form.linear
    if not has_mu:
        tensor = 3 * system.tensors[3]
    ends = np.zeros((paths, n + has_mu), dtype=complex)
    status = np.zeros(paths, dtype=np.int64)
    steps = np.zeros(paths, dtype=np.int64)
    gammas = [_gamma(rng)]

    def first_equal(z: ComplexArray, same: float = _SAME) -> IntArray:
        return compare(z, same)[0]

    def run(attempt: int, numbers: IntArray, settings: Settings) -> None:
        while len(gammas) <= attempt:
            gammas.append(_gamma(rng))
        homotopy.track(tensor, matrix, vector, has_mu, gammas[attempt], numbers, *settings, ends, status, steps)

    given = HomogeneousSystem.of(form) if has_mu else system
    rounding = not (has_mu or form.is_homogeneous)
    endgame = _Endgame(given, lambda attempt: subset_start(n, has_mu, gammas[attempt]), rounding, True)
    tracked = _all_passes(run, endgame, ends, status, paths, first_equal, progress)
    solutions = tracked.solutions
    closed, real = _conjugation(compare(solutions, tracked.same)[1])
    points = solutions[real].real
    if has_mu:
        points = points[:, :n] / points[:, n:]
    singular, multiplicity, diverged = tracked.singular_counts(n, has_mu)
    return ComplexSolutions(
        points,
        not has_mu,
        len(solutions),
        paths,
        closed,
        paths,
        tracked.retracked,
        tracked.failed,
        singular=singular,
        multiplicity=multiplicity,
        diverged=diverged,
        roots=solutions,
        is_real=real,
    )


def polynomial_solutions(
    form: PolynomialForm, rng: np.random.Generator, progress: Progress | None = None
) -> ComplexSolutions:
    """All solutions [x : μ] of the homogeneous system of any degree d >= 3 (`HomogeneousSystem`), where σ = x/μ."""
    from spinglass.landscape import packed, polynomial_homotopy
    from spinglass.landscape.projective import compare_directions, real_representatives
    from spinglass.landscape.start_systems import start_system

    given = HomogeneousSystem.by_parity(form)
    n, p, degree, has_mu = given.n_spins, given.random_degree, given.degree, given.has_mu
    paths = _checked_paths(given.generic_count())
    has_field = len(form.field) > 0
    system, rotation = packed.along_last_axis(given) if has_field else (given, np.eye(n))
    table = packed.monomials(n, p, degree, has_mu, has_field)
    matrix = packed.coefficients(system, table)
    places = (table.diagonal, table.edge, table.bends, table.first)
    ends = np.zeros((paths, n + has_mu + 1), dtype=complex)
    status = np.zeros(paths, dtype=np.int64)
    steps = np.zeros(paths, dtype=np.int64)
    starts: list[StartSystem] = []
    half = has_mu and given.has_parity
    weights = np.cos(np.arange(1.0, n + 1))

    def run(attempt: int, numbers: IntArray, settings: Settings) -> None:
        while len(starts) <= attempt:
            start = start_system(n, p, degree, has_mu, has_field, given.has_parity, len(starts))
            starts.append(start.times(_gamma(rng)))
        start = starts[attempt]
        polynomial_homotopy.track(
            n,
            degree,
            p,
            table.parent,
            table.variable,
            places,
            matrix,
            packed.bend_coefficients(system.field, degree, has_field),
            start.diagonal,
            packed.bend_coefficients(start.field, degree, has_field),
            start.solutions,
            numbers,
            *settings,
            ends,
            status,
            steps,
        )
        if half:  # ±σ are one class, whichever a path arrived at
            ends[numbers] = one_side(ends[numbers])

    def one_side(z: ComplexArray) -> ComplexArray:
        side = (z[:, :n] @ weights) * z[:, n].conj()
        z[side.real < 0, n] *= -1
        return z

    def first_equal(z: ComplexArray, same: float = _SAME) -> IntArray:
        return compare_directions(z[:, :-1], same)[0]

    rounding = has_field or set(given.tensors) != set(form.tensors)
    endgame = _Endgame(system, lambda attempt: starts[attempt], rounding, False, one_side if half else None)
    tracked = _all_passes(run, endgame, ends, status, paths, first_equal, progress)
    z = tracked.solutions[:, :-1]
    expected = paths
    singular, multiplicity, diverged = tracked.singular_counts(n, has_mu)
    if has_mu:
        finite = np.abs(z[:, n]) > _AT_INFINITY
        diverged += int(np.sum(~finite))
        z = z[finite]
    if half:
        z = np.concatenate([z, z * np.append(np.ones(n), -1.0)])
        expected, diverged, singular, multiplicity = 2 * expected, 2 * diverged, 2 * singular, 2 * multiplicity
    z[:, :n] = z[:, :n] @ rotation
    first, partner = compare_directions(z, tracked.same)
    if np.any(first != np.arange(len(z))):
        z = z[first == np.arange(len(z))]
        partner = compare_directions(z, tracked.same)[1]
    closed, real = _conjugation(partner)
    points = real_representatives(z[real])
    if has_mu:
        points = points[:, :n] / points[:, n:]
    return ComplexSolutions(
        points,
        not has_mu,
        len(z),
        expected,
        closed,
        paths,
        tracked.retracked,
        tracked.failed,
        diverged,
        singular,
        multiplicity,
        trace_defect(given, z),
        z,
        real,
    )


def trace_defect(system: HomogeneousSystem, z: ComplexArray) -> float | None:
    """How far sums over all solutions are from what they must be, relative to the sums of absolute values.

    At λ = 1 the equations F = (∂Φ/∂x − x, μ² − x·x) have no solution at infinity for generic tensors, so that the
    sum of P/det F′ over all of them vanishes for each polynomial P of a degree below N(d − 2) + 1 (Euler, Jacobi;
    Griffiths, Harris, Principles of Algebraic Geometry, §5.1-2). With P = 1, or μ, the solution 0 contributes ∓1, and
    Σ P/det F′ over the classes [z] is (−1)^{N+1}/(d − 2); with P = l(z)^{m(d−2)} or μ times it, l linear, 0 < m < N,
    it is zero. A solution that is missing is found out by the largest of these N defects, whatever the number of
    solutions should be. Infinite where a solution is double or has λ = 0. None with a field of a higher degree than the
    tensors, where the theorem does not apply.
    """
    if len(system.field) or len(z) == 0:
        return None
    n = system.n_spins
    powers = np.arange(n)
    linear = np.modf(np.arange(1, system.n_unknowns + 1) * 0.6180339887498949)[0] - 0.5
    total, size = np.zeros(n, dtype=complex), np.zeros(n)
    for first in range(0, len(z), _CHUNK):
        part = z[first : first + _CHUNK]
        x = part[:, :n]
        inner = system.jacobian(part)
        gradient = (inner @ part[:, :, None])[:, :, 0] / (system.degree - 1)
        multiplier = np.sum(x.conj() * gradient, axis=1) / np.sum(np.abs(x) ** 2, axis=1)
        with np.errstate(all="ignore"):  # λ = 0 or a double solution
            inner /= multiplier[:, None, None]
            inner[:, np.arange(n), np.arange(n)] -= 1
            weight: ComplexArray = np.ones(len(part), dtype=complex)
            if system.has_mu:
                last = np.concatenate([-2 * x, 2 * part[:, n:]], axis=1)
                inner = np.concatenate([inner, last[:, None, :]], axis=1)
                weight = part[:, n]
            base = (part @ linear) ** (system.degree - 2) / multiplier
            terms = (weight / np.linalg.det(inner))[:, None] * base[:, None] ** powers
            total += np.sum(terms, axis=0)
            size += np.sum(np.abs(terms), axis=0)
    total[0] += (-1.0) ** n / (system.degree - 2)
    with np.errstate(all="ignore"):
        defect = float(np.max(np.abs(total) / size))
    return defect if math.isfinite(defect) else math.inf


def _all_passes(
    run: Callable[[int, IntArray, Settings], None],
    endgame: _Endgame,
    ends: ComplexArray,
    status: IntArray,
    paths: int,
    first_equal: Callable[..., IntArray],
    progress: Progress | None,
) -> _Tracked:
    """Track everything, then again what is suspect, the endgame, then along new paths what is missing."""
    numbers = np.arange(paths)
    block = paths if progress is None else _CHUNK
    for start in range(0, paths, block):
        run(0, numbers[start : start + block], _FIRST_PASS)
        if progress is not None:
            progress(min(start + block, paths), paths)
    first = first_equal(ends)
    retracked = careful = 0
    for settings in _SAME_PATH:
        shared = np.bincount(first, minlength=paths)[first] > 1
        suspects = numbers[shared | (status == 0)]
        if len(suspects) == 0:
            break
        retracked += len(suspects)
        careful += 1
        run(0, suspects, settings)
        first = first_equal(ends)
    solutions = ends[(first == numbers) & (status == 1)]
    # after the last of these passes nearly double solutions may have arrived as two without being accurate
    if len(solutions) == paths and careful < len(_SAME_PATH):
        return _Tracked(solutions, retracked, 0, _SAME, ends[:0], numbers[:0])
    singular, others = endgame.of_paths(0, ends, status)
    solutions = solutions[:0]
    for attempt in range(len(_NEW_PATH) + 1):
        if attempt:
            run(attempt, numbers, _NEW_PATH[attempt - 1])
            retracked += paths
            singular, again = endgame.of_paths(attempt, ends, status)
            others = max(others, again, key=lambda found: found.paths)
        merged = np.concatenate([solutions, ends[(status == 1) & ~singular]])
        solutions = merged[first_equal(merged) == np.arange(len(merged))]
        if len(solutions) + others.paths >= paths:
            break
    merged = np.concatenate([solutions, others.regular])
    fresh = first_equal(merged) >= len(solutions)
    fresh[: len(solutions)] = True
    same = _RESOLVED if others.nearly_double else _SAME
    merged = merged[fresh & (first_equal(merged, same) == np.arange(len(merged)))]
    failed = int(np.sum((status == 0) & ~singular)) + others.lost
    return _Tracked(merged, retracked, failed, same, others.singular, others.multiplicity)


def _conjugation(partner: IntArray) -> tuple[bool, NDArray[np.bool_]]:
    """Whether the solutions are closed under conjugation, and which are real."""
    own = np.arange(len(partner))
    return bool(np.all(partner >= 0) and np.all(partner[partner] == own)), partner == own


def _checked_paths(paths: int) -> int:
    return checked_int("the number of paths, n_spins too large for a complete enumeration", paths, 1, _MOST_PATHS)


def _gamma(rng: np.random.Generator) -> complex:
    """A random point of the unit circle, not too near the real axis, where paths of real systems meet."""
    angle = np.pi * (0.1 + 0.8 * rng.random())
    return complex(np.exp(1j * angle * (1 if rng.random() < 0.5 else -1)))


def quadratic_solutions(form: PolynomialForm) -> ComplexSolutions:
    """All complex solutions of 2Aσ + b = λσ, σ·σ = 1: eigenvectors, or with b those of a matrix twice as large.

    With b ≠ 0, (M − λ)σ = −b and σ·σ = 1 give (M − λ)²y = b bᵀy for y ∝ (M − λ)^{-1}σ (Gander, Golub, von Matt,
    LAA 114/115 (1989)), linear in (y, (M − λ)y).
    """
    from spinglass.landscape.solutions import compare

    n = form.n_spins
    matrix = 2 * form.quadratic
    if not np.any(form.linear):
        return ComplexSolutions(np.linalg.eigh(matrix)[1].T, True, n, n, True)
    b = form.linear
    block = np.block([[matrix, -np.eye(n)], [-np.outer(b, b), matrix]])
    values, pairs = np.linalg.eig(block)
    y, z = pairs[:n].T.astype(complex), pairs[n:].T
    factor = -(y @ b)
    regular = np.abs(factor) > 1e-12 * np.linalg.norm(b)
    directions = z[regular] / factor[regular, None]
    solutions = np.concatenate([directions, values[regular, None]], axis=1)
    solutions = solutions[compare(solutions)[0] == np.arange(len(solutions))]
    closed, real = _conjugation(compare(solutions)[1])
    roots = np.column_stack([solutions[:, :n], np.ones(len(solutions))])
    return ComplexSolutions(solutions[real, :n].real, False, len(solutions), 2 * n, closed, roots=roots, is_real=real)
