"""Proof, after the fact and in rigorous arithmetic, that a census holds all critical points, each with its index.

Every computed number is a ball that holds the true one (`spinglass.landscape.intervals`); nothing is assumed of the
eigenvalue or homotopy codes. The chain of the proof:

1. Each complex solution has a disc with exactly one true class [x : μ] in it (Krawczyk), Λ ≠ 0, and no two discs meet
   in one affine chart c·z = 1. If they are as many as Bézout's number allows, they are all classes, and none is at
   infinity, where critical points with λ = 0 would be (`BallPolynomial.class_bound`).
2. A class whose disc in the real chart contains no real point is not real; say C of them.
3. Each critical point has a real box, for the equations on the sphere, with exactly one true point in it: a real one.
   No two boxes meet. If their number is what the bound leaves beside C, they are all real critical points.
4. The bordered Hessian [[∇²h − λ, −σ], [−σᵀ, 0]] at |σ| = 1 has the inertia of the Hessian on the tangent space and one
   further eigenvalue of either sign; its signs are proved over the whole box, so for the true point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import checked_choice, checked_float, input_error
from spinglass._jit import jit, one_blas_thread
from spinglass.landscape.ball_polynomial import BallPolynomial
from spinglass.landscape.enclosures import discs
from spinglass.landscape.intervals import (
    TINY,
    Ball,
    U,
    bounds,
    exact,
    multiply,
    product,
    row_sums,
    size,
    subtract,
    widened,
)
from spinglass.landscape.problem import PolynomialProblem
from spinglass.landscape.proofs import Classes, Points

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

_CHUNK = 4096


@dataclass(frozen=True, eq=False)
class Certificate:
    """What was proved of a census.

    Attributes
    ----------
    proved : whether the points are proved to be all critical points, real, distinct and regular, each with its index.
    failure : the first thing that could not be proved, in words; empty where everything was.
    n_solutions : complex classes proved to exist and to be distinct; n_nonreal of them are proved not to be real.
    n_expected : their largest possible number (Bézout); with as many there is no further critical point.
    radius : (count,) bound of |w − w*| from each point to the one true critical point near it, inf without proof.
    energy_low, energy_high : (count,) the true h(w*)/N lies between; −inf, inf without proof.
    index_proved : (count,) whether the index as given is that of the true point.
    """

    proved: bool
    failure: str
    n_solutions: int
    n_nonreal: int
    n_expected: int
    radius: FloatArray
    energy_low: FloatArray
    energy_high: FloatArray
    index_proved: NDArray[np.bool_]


def certificate(
    s: PolynomialProblem,
    solutions: ArrayLike | None,
    points: ArrayLike,
    index: ArrayLike,
    *,
    arithmetic: str = "balls",
    tolerance: float = 1e-7,
) -> Certificate:
    """Proof that `points` are all critical points of a polynomial Hamiltonian on the sphere, with the given indices.

    Parameters
    ----------
    s : the Hamiltonian, any degree. The proof concerns the polynomial whose coefficients are the doubles that
        ``s.polynomial_system()`` gives; the sum of couplings and field, its scale and every later step are enclosed.
    solutions : (M, N + 1) complex, one (x, μ) for each class of solutions of Σ k μ^{d−k} T_k x^{k−1} = Λx, x·x = μ²,
        in any scale and order, the real ones included; (M, N), x alone, where all k are even or all are odd (pure
        Hamiltonians among them). None in degree two where all classes are real, as without field.
    points : (count, N) real, |w|² = N; index (count,): the index of each.
    arithmetic : "balls", compiled, double precision; or "arb", the same proof with 128 bits by python-flint, slow.
    tolerance : the largest radius, relative to |z| or |w|, that counts as a proof.

    Returns a `Certificate`; nothing is raised where a proof fails. Cost: a fraction of that of the census.

    Sources: Krawczyk, Computing 4 (1969); Rump, Acta Numerica 19 (2010); Breiding, Rose, Timme, ACM TOMS 49 (2023)
    (certified solutions of polynomial systems by interval arithmetic); the counting in `BallPolynomial.class_bound`.

    >>> from spinglass.hamiltonians import SphericalGlass
    >>> s = SphericalGlass(p=2).sample(n_spins=3, rng=0)
    >>> T = s.polynomial_system()[0][2]
    >>> w = np.sqrt(3) * np.linalg.eigh(T)[1].T
    >>> certificate(s, None, np.concatenate([w, -w]), [0, 1, 2, 0, 1, 2]).proved
    True
    """
    checked_choice("arithmetic", arithmetic, ("balls", "arb"))
    tolerance = checked_float("tolerance", tolerance, 0.0, 1e-3, low_open=True)
    polynomial = BallPolynomial.of(s)
    n = polynomial.n_spins
    w = np.array(points, dtype=float, ndmin=2)
    if w.ndim != 2 or w.shape[1] != n:
        raise input_error("points", points, f"must have shape (count, {n})")
    given = np.asarray(index)
    if given.shape != (len(w),):
        raise input_error("index", index, f"must have shape ({len(w)},), one for each point")
    z = None if solutions is None else _homogeneous(polynomial, solutions)
    sigma = w / math.sqrt(n)
    if arithmetic == "arb":
        from spinglass.landscape.arbitrary_precision import prove_classes, prove_points

        found = prove_points(s, polynomial.exponent, sigma, tolerance)
        classes = Classes("", 0, 0) if z is None else prove_classes(s, polynomial.exponent, z, tolerance)
    else:
        with one_blas_thread():
            found = _prove_points(polynomial, sigma, tolerance)
            classes = Classes("", 0, 0) if z is None else _prove_classes(polynomial, z, tolerance)
    index_proved = (found.index >= 0) & (found.index == given)
    expected = polynomial.class_bound()
    # |w − w*| <= |w − √N σ| + √N |σ − σ*|, and w/√N is rounded twice
    with np.errstate(invalid="ignore"):
        away = (n * found.radius + 8 * U * np.sum(np.abs(w), axis=1) + n * TINY) * (1 + (n + 24) * U)
    failure = _first_failure(polynomial, classes, found, z, index_proved, expected, tolerance)
    return Certificate(
        proved=not failure,
        failure=failure,
        n_solutions=classes.distinct,
        n_nonreal=classes.nonreal,
        n_expected=expected,
        radius=away,
        energy_low=found.energy_low,
        energy_high=found.energy_high,
        index_proved=index_proved,
    )


def _first_failure(
    polynomial: BallPolynomial,
    classes: Classes,
    found: Points,
    z: ComplexArray | None,
    index_proved: NDArray[np.bool_],
    expected: int,
    tolerance: float,
) -> str:
    """The first missing link of the chain, or nothing."""
    each = 2 if polynomial.is_homogeneous else 1
    count = len(found.radius)
    if expected == 0:
        return "the Hamiltonian is constant: every point is critical"
    if classes.failure:
        return classes.failure
    if (z is not None or polynomial.degree > 2) and classes.distinct != expected:
        return f"{classes.distinct} distinct complex solutions are proved, {expected} may exist"
    unproved = np.flatnonzero(~np.isfinite(found.radius))
    if len(unproved):
        return f"point {unproved[0]} is not proved to be within {tolerance:g} of exactly one critical point"
    if found.meeting is not None:
        return f"points {found.meeting[0]} and {found.meeting[1]} are not proved to be different"
    if count != each * (expected - classes.nonreal):
        return (
            f"{count} real critical points are proved, {each * (expected - classes.nonreal)} may exist beside "
            f"{classes.nonreal} solutions proved not to be real"
        )
    wrong = np.flatnonzero(~index_proved)
    if len(wrong):
        proved = int(found.index[wrong[0]])
        return f"point {wrong[0]}: " + (f"its index is {proved}" if proved >= 0 else "its index is not proved")
    return ""


def _homogeneous(polynomial: BallPolynomial, solutions: ArrayLike) -> ComplexArray:
    """Representatives of length one, x or (x, μ) as the polynomial needs them."""
    n = polynomial.n_spins
    z = np.array(solutions, dtype=complex, ndmin=2)
    if z.ndim != 2 or z.shape[1] not in (n, n + 1):
        raise input_error("solutions", solutions, f"must have shape (count, {n}) or (count, {n + 1})")
    with np.errstate(all="ignore"):
        z = z / np.max(np.abs(z), axis=1, initial=0.0)[:, None]
        if polynomial.is_homogeneous:
            z = z[:, :n]
        elif z.shape[1] == n:
            degrees = np.flatnonzero(polynomial.present[1:]) + 1
            if len(set(degrees % 2)) > 1:
                raise input_error(
                    "solutions", solutions, f"must have shape (count, {n + 1}): h is neither even nor odd"
                )
            root = np.sqrt(np.sum(z * z, axis=1))[:, None]
            z = np.concatenate([np.concatenate([z, root], axis=1), np.concatenate([z, -root], axis=1)])
        length = np.sqrt(np.sum(z.real**2 + z.imag**2, axis=1))
        return np.ascontiguousarray(z / length[:, None])


def _prove_classes(polynomial: BallPolynomial, z: ComplexArray, tolerance: float) -> Classes:
    """Steps 1 and 2 of the chain; of two conjugate ones one is tested, for the conjugate of a class is a class."""
    count, width = z.shape
    if count == 0:
        return Classes("", 0, 0)
    weights = (0.5 + np.modf(np.arange(1, width + 1) * 0.6180339887498949)[0]) * (-1.0) ** np.arange(width)
    leader = conjugate_leaders(z, weights, tolerance / 4)
    tested = np.flatnonzero(leader == np.arange(count))
    radius, multiplier = np.zeros(count), np.zeros(count, dtype=complex)
    for start in range(0, len(tested), _CHUNK):
        part = tested[start : start + _CHUNK]
        piece = discs(polynomial, z[part], width > polynomial.n_spins)
        radius[part], multiplier[part] = piece.radius, piece.multiplier
    unproved = np.flatnonzero(~(radius <= tolerance / 2))
    if len(unproved):
        text = f"complex solution {unproved[0]} is not proved to be within {tolerance:g} of exactly one"
        return Classes(text, 0, 0)
    if polynomial.degree > 2:  # a modulus is at least its largest part
        zero = np.flatnonzero(~(np.maximum(np.abs(multiplier.real), np.abs(multiplier.imag)) > radius)[tested])
        if len(zero):
            text = f"complex solution {tested[zero[0]]} is not proved to have a multiplier different from zero"
            return Classes(text, 0, 0)
    charted, rcharted = np.empty(z.shape, dtype=complex), np.empty(z.shape)
    charted[tested], rcharted[tested] = charts(z[tested], radius[tested], weights)
    follower = np.flatnonzero(leader != np.arange(count))
    charted[follower], rcharted[follower] = charted[leader[follower]].conj(), rcharted[leader[follower]]
    if not np.all(np.isfinite(rcharted)):
        return Classes("a complex solution is not proved to lie in the common chart", 0, 0)
    pair = meeting_pair(charted, rcharted)
    if pair is not None:
        return Classes(f"complex solutions {pair[0]} and {pair[1]} are not proved to be different", 0, 0)
    nonreal = int(np.sum(np.any(np.abs(charted.imag) > rcharted, axis=1)))
    return Classes("", count, nonreal)


def conjugate_leaders(z: ComplexArray, weights: FloatArray, tolerance: float) -> NDArray[np.int64]:
    """For each of the directions z itself, or one before it that is within the tolerance of its conjugate."""
    leader = np.arange(len(z))
    with np.errstate(all="ignore"):
        q = z / np.sum(z * weights, axis=1)[:, None]
        q /= np.max(np.abs(q), axis=1)[:, None]
        order = np.argsort(q.real @ (weights + 2))
        ahead, behind = order[:-1], order[1:]
        near = np.max(np.abs(q[ahead] - q[behind].conj()), axis=1, initial=0.0) <= tolerance
    taken = False
    for rank in np.flatnonzero(near):
        if not (taken and near[rank - 1]):
            leader[behind[rank]] = ahead[rank]
            taken = True
        else:
            taken = False
    return leader


def _prove_points(polynomial: BallPolynomial, sigma: FloatArray, tolerance: float) -> Points:
    """Steps 3 and 4 of the chain."""
    count, n = sigma.shape
    if count == 0:
        empty = np.empty(0)
        return Points(empty, empty, empty, np.empty(0, dtype=np.int64), None)
    leader = antipode_leaders(polynomial, sigma)
    tested, follower = np.flatnonzero(leader == np.arange(count)), np.flatnonzero(leader != np.arange(count))
    radius, low, high = np.empty(count), np.empty(count), np.empty(count)
    negative = np.zeros(count, dtype=np.int64)
    for start in range(0, len(tested), _CHUNK):
        part = tested[start : start + _CHUNK]
        piece = discs(polynomial, sigma[part], False)
        radius[part], negative[part] = piece.radius, piece.negative
        with np.errstate(all="ignore"):
            low[part], high[part] = bounds(*piece.energy)
    index = np.where(negative > 0, negative - 1, -1)
    # h(−σ) = ±h(σ), and the same for the Hessian
    odd = polynomial.degree % 2 == 1
    above, below, same = high[leader[follower]], low[leader[follower]], index[leader[follower]]
    radius[follower] = radius[leader[follower]]
    low[follower], high[follower] = (-above, -below) if odd else (below, above)
    index[follower] = np.where(same >= 0, n - 1 - same, -1) if odd else same
    passed = radius <= tolerance
    with np.errstate(all="ignore"):  # a power of two and a quotient, each rounded at most once
        low = np.nextafter(np.nextafter(np.ldexp(low, polynomial.exponent), -np.inf) / n, -np.inf)
        high = np.nextafter(np.nextafter(np.ldexp(high, polynomial.exponent), np.inf) / n, np.inf)
    pair = meeting_pair(sigma.astype(complex), np.repeat(radius[:, None], n, axis=1)) if np.all(passed) else None
    return Points(
        radius=np.where(passed, radius, np.inf),
        energy_low=np.where(passed & np.isfinite(low), low, -np.inf),
        energy_high=np.where(passed & np.isfinite(high), high, np.inf),
        index=np.where(passed, index, -1),
        meeting=pair,
    )


def antipode_leaders(polynomial: BallPolynomial, sigma: FloatArray) -> NDArray[np.int64]:
    """For each point itself, or one before it that is exactly opposite, where h is an even function or an odd one."""
    leader = np.arange(len(sigma))
    degrees = np.flatnonzero(polynomial.present)
    if len(set(degrees % 2)) > 1:
        return leader
    seen: dict[bytes, int] = {}
    for i, (point, opposite) in enumerate(zip(sigma + 0.0, 0.0 - sigma, strict=True)):  # no negative zeros
        other = seen.pop(opposite.tobytes(), None)
        if other is None:
            seen[point.tobytes()] = i
        else:
            leader[i] = other
    return leader


def charts(z: ComplexArray, radius: FloatArray, weights: FloatArray) -> Ball:
    """z/(c·z) for all z within the radii; infinite where c·z may vanish.

    With any number v near 1/(c·z), q = vz and D = c·q: |q′/D′ − q| <= (rq + |q| e)/(1 − e), e >= |D′ − 1|, and
    1/(1 − e) <= 1 + 2e for e <= 1/2.
    """
    with np.errstate(all="ignore"):
        v = 1 / np.sum(z * weights, axis=1)
        q = multiply((z, radius[:, None]), exact(v[:, None]))
        total = product((q[0][None], q[1][None]), exact(weights[None, :, None]))
        off = row_sums(subtract((total[0][0], total[1][0]), exact(1.0)))[:, None]
        spread = widened((q[1] + size(q[0]) * off) * (1 + 2 * off))
    return q[0], np.where(off <= 0.5, spread, np.inf)


def meeting_pair(centre: ComplexArray, radius: FloatArray) -> tuple[int, int] | None:
    """Two polydiscs that are not proved to be disjoint, if there are such. Time O(count log count) if few come near.

    Polydiscs that meet have overlapping intervals of any real linear function; only those are compared.
    """
    n = centre.shape[1]
    phases = 1.0 + np.modf(np.arange(1, n + 1) * 0.7548776662466927)[0]
    weights = (phases * np.exp(1j * phases))[None, :, None]
    key, spread = product((centre[None], radius[None]), exact(weights))
    low, high = bounds(key[0, :, 0].real, spread[0, :, 0])
    i, j = _first_meeting(centre, radius, low, high, np.argsort(low, kind="stable"))
    return None if i < 0 else (min(i, j), max(i, j))


@jit
def _first_meeting(centre, radius, low, high, order):  # type: ignore[no-untyped-def]
    count, n = centre.shape
    for rank in range(count):
        i = order[rank]
        for other in range(rank + 1, count):
            j = order[other]
            if low[j] > high[i]:
                break
            apart = False
            for k in range(n):
                # a difference is rounded to the same side of the number it is compared to
                reach = (radius[i, k] + radius[j, k]) * (1.0 + 8.0 * U)
                gap = centre[i, k] - centre[j, k]
                if abs(gap.real) > reach or abs(gap.imag) > reach:
                    apart = True
                    break
            if not apart:
                return i, j
    return -1, -1
