"""Spectra of the Riemannian Hessian: all eigenvalues of a matrix, or the lowest few by Lanczos' method."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import ComputationError, checked_int, input_error
from spinglass._jit import one_blas_thread
from spinglass.landscape.objective import Objective, Place

FloatArray = NDArray[np.float64]

LARGEST_DENSE = 2000  # dimension of the tangent space up to which all eigenvalues are computed
_SMALL = 200  # below this, one BLAS thread is faster than several
_SPARE = 6
_ZERO = 1e-12  # eigenvalues below this share of the largest are rounded zeros, of either sign


def spectrum_at(problem: Any, w: ArrayLike, lowest: int | None = None) -> FloatArray:
    """Eigenvalues of the Riemannian Hessian at w in increasing order: of Bᵀ(∇²h − (w·∇h/N) 1)B, B a tangent basis.

    w : a point on the sphere |w|² = N, shape (N,). lowest : how many, from the lowest; None is all of them, N − 1, for
    N up to 2001. Lanczos' method where the matrix is larger or only few are wanted of a large one; its eigenvalues are
    accurate to about 1e−10 of the spectrum's width. Eigenvalues are of order one: at a critical point of the pure glass
    they fill [−pu − 2√(p(p−1)), −pu + 2√(p(p−1))] at large N. Raises `InputError` for a point off the sphere or more
    eigenvalues than there are, `ComputationError` where Lanczos' method does not converge.

    >>> from spinglass.hamiltonians import SphericalGlass
    >>> s = SphericalGlass(p=3).sample(n_spins=4, rng=0)
    >>> w = np.array([1.0, 1.0, -1.0, 1.0])
    >>> bool(np.allclose(spectrum_at(s, w), np.linalg.eigvalsh(s.riemannian_hessian(w))))
    True
    """
    objective = Objective.of(problem)
    place = objective.at(objective.checked_point("w", w))
    dimension = objective.manifold.dimension
    count = dimension if lowest is None else checked_int("lowest", lowest, 1, dimension)
    if count > LARGEST_DENSE:
        raise input_error("lowest", lowest, f"must be given, at most {LARGEST_DENSE}, for {dimension} eigenvalues")
    return lowest_eigenpairs(objective, place, count)[0]


def lowest_eigenpairs(objective: Objective, place: Place, count: int, vectors: bool = False) -> tuple[Any, Any]:
    """The lowest eigenvalues (count,) of Hess f at a place, and their vectors as ambient tangent vectors (n, count)."""
    from scipy import linalg

    eigh: Any = linalg.eigh
    manifold = objective.manifold
    dimension = manifold.dimension
    if count == 0:
        return np.empty(0), np.empty((manifold.n, 0))
    if dimension <= LARGEST_DENSE:
        inner = objective.tangent_matrix(place)
        chosen = None if count == dimension else (0, count - 1)
        if dimension <= _SMALL:
            with one_blas_thread():
                found = eigh(inner, eigvals_only=not vectors, subset_by_index=chosen)
        else:
            found = eigh(inner, eigvals_only=not vectors, subset_by_index=chosen)
        if not vectors:
            return found, None
        return found[0], np.stack([manifold.lift(place.point, x) for x in found[1].T], axis=1)
    return _lanczos(objective, place, count, vectors)


def _lanczos(objective: Objective, place: Place, count: int, vectors: bool) -> tuple[Any, Any]:
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    manifold = objective.manifold
    act = objective.curvature(place)

    def inner(x: FloatArray) -> FloatArray:
        return manifold.coordinates(place.point, act(manifold.lift(place.point, x.ravel())))

    size = manifold.dimension
    operator = LinearOperator((size, size), matvec=inner, dtype=float)
    start = np.random.default_rng(0).standard_normal(size)  # ARPACK's own start depends on its history
    try:
        values, found = eigsh(operator, k=count, which="SA", v0=start, ncv=min(size, max(4 * count, 60)), tol=1e-10)
    except ArpackNoConvergence as problem:
        raise ComputationError(f"Lanczos' method found {len(problem.eigenvalues)} of {count} eigenvalues") from None
    order = np.argsort(values)
    if not vectors:
        return values[order], None
    return values[order], np.stack([manifold.lift(place.point, x) for x in found[:, order].T], axis=1)


def index_and_edges(objective: Objective, place: Place, expected: int) -> tuple[int, float, float]:
    """(index, lowest eigenvalue, smallest |eigenvalue|) at a place.

    The index counts eigenvalues below −1e−12 of the largest modulus: flat directions, as losses of networks have them,
    do not count by the sign of their rounding. Where the tangent space is too large for all eigenvalues, enough of the
    lowest are computed to see one that is not negative: the smallest modulus is then among them.
    """
    dimension = objective.manifold.dimension
    count = dimension if dimension <= LARGEST_DENSE else min(dimension, expected + _SPARE)
    while True:
        values = lowest_eigenpairs(objective, place, count)[0]
        if values[-1] >= 0 or count >= min(dimension, LARGEST_DENSE):
            break
        count = min(2 * count, dimension, LARGEST_DENSE)
    if values[-1] < 0 and count < dimension:
        raise ComputationError(f"more than {count} negative eigenvalues in {dimension} dimensions: index not found")
    negative = values < -_ZERO * float(np.max(np.abs(values)))
    return int(np.sum(negative)), float(values[0]), float(np.min(np.abs(values)))
