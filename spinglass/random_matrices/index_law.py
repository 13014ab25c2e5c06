"""The law of the number of eigenvalues below ξ: plain, and weighted with |det(A − ξ)|; all counts from one spectrum.

De Bruijn's formula for g = z^{1{λ < ξ}} and N functions has the matrix S(z) = R + z² L + z l∧r with a∧b = a bᵀ − b aᵀ:
L and R are the skew moments of the left and of the right side alone, l and r the integrals (module `half_line`; for
odd N the border e joins: r∧e is added to R, and r + e replaces r). In the skew basis of the whole line
J = R + L + l∧r. With w = z², S_1 = J + (w − 1) L and the eigenvalues μ_j of J^{−1} L, each twice, one factor for each
pair,

    q(w) = Pf S_1 = ∏_j (1 − μ_j + w μ_j),      E z^{#{λ<ξ}} = q(w) [1 + (1 − z) lᵀ S_1^{−1} r],

since S(z) = S_1 − (1 − z) l∧r. A weight |det(A_n − ξ)| puts one eigenvalue of A_{n+1} at ξ: the part of the Pfaffian
for N = n + 1 that is linear in a point mass at ξ is, with v_j = ψ_j(ξ),

    E|det(A_n − ξ)| z^{#{λ<ξ}} ∝ q(w) (r − z l)ᵀ S_1^{−1} v.

The count fluctuates by √log n only: a few points w on a circle give the coefficients near its mean, and circles of
other radii those that are rare. Own derivation.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import ComputationError, checked_float, checked_int, input_error
from spinglass._jit import jit, one_blas_thread
from spinglass.random_matrices.half_line import HalfLine, half_line
from spinglass.random_matrices.multiplicative import support_radius

_CIRCLE_POINTS = 16  # aliases lie 32 counts away, where nothing is
_SHIFTS = (0.0, -2.0, 2.0, -4.0, 4.0)  # radii of the circles, by the pairs that they favour
_LARGEST_ORDER = 500
_LARGEST_BOUND = 1e-12
_EPSILON = float(np.finfo(float).eps)


@jit
def _resolvent(
    hessenberg: NDArray[np.float64],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    points: NDArray[np.complex128],
) -> NDArray[np.complex128]:
    """left (1 + (w − 1) H)^{−1} right at each point w, by elimination with row exchanges, O(n²) each.

    left : (vectors, n). Result (vectors, points).
    """
    n = hessenberg.shape[0]
    result = np.zeros((left.shape[0], points.shape[0]), dtype=np.complex128)
    for q in range(points.shape[0]):
        a = (points[q] - 1) * hessenberg
        y = right.astype(np.complex128)
        for k in range(n):
            a[k, k] += 1
        for k in range(n - 1):
            if abs(a[k + 1, k]) > abs(a[k, k]):
                for j in range(k, n):
                    a[k, j], a[k + 1, j] = a[k + 1, j], a[k, j]
                y[k], y[k + 1] = y[k + 1], y[k]
            factor = a[k + 1, k] / a[k, k]
            for j in range(k + 1, n):
                a[k + 1, j] -= factor * a[k, j]
            y[k + 1] -= factor * y[k]
        for k in range(n - 1, -1, -1):
            value = y[k]
            for j in range(k + 1, n):
                value -= a[k, j] * y[j]
            y[k] = value / a[k, k]
            for i in range(left.shape[0]):
                result[i, q] += left[i, k] * y[k]
    return result


def _inverse_of_whole(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """J^{−1} times a vector or matrix."""
    pairs = array.shape[0] // 2
    return np.concatenate([-array[pairs:], array[:pairs]])


def _radius(mu: NDArray[np.float64], shift: float) -> float:
    """ρ at which the mean of the tilted Bernoulli sum, Σ ρμ/(1 − μ + ρμ), has moved by `shift`; within e^{±46}."""
    target = min(max(float(mu.sum()) + shift, 0.2), mu.size - 0.2)
    low, high = -46.0, 46.0
    for _ in range(40):
        middle = (low + high) / 2
        tilted = math.exp(middle) * mu
        if float(np.sum(tilted / (1 - mu + tilted))) < target:
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)


def _law(n: int, line: HalfLine, weighted: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The law of the count, its sum exactly one but for rounding, and bounds of the errors."""
    from scipy import linalg

    with one_blas_thread():
        matrix = _inverse_of_whole(line.moments)
        vector = _inverse_of_whole(line.values if weighted else line.right)
        hessenberg, rotation = linalg.hessenberg(matrix, calc_q=True)
        eigenvalues = np.sort_complex(np.linalg.eigvals(hessenberg)).reshape(-1, 2)
        mean = eigenvalues.mean(axis=1)
        mu = np.clip(mean.real, 0.0, 1.0)
        count = min(mu.size + 1 + (mu.size + 1) % 2, _CIRCLE_POINTS)  # even: w = −1 is left out
        circle = np.exp(1j * np.pi * (2 * np.arange(count // 2) + 1) / count)  # upper half; the rest are conjugates
        radii = np.array([1.0, *(_radius(mu, shift) for shift in _SHIFTS[1:])])
        points = np.outer(radii, circle)
        both = np.stack([line.left @ rotation, line.right @ rotation])
        resolved = _resolvent(hessenberg, both, rotation.T @ vector, points.ravel()).reshape(2, *points.shape)
    # clusters at 0 and 1 come out spread, but with the right sums and products: nothing is clipped in these
    spread = float(np.max(np.abs(eigenvalues - mu[:, None])))
    scale = float((line.right - line.left) @ vector) if weighted else 1.0
    law, bound = np.zeros(n + 1 + 2 * count), np.full(n + 1 + 2 * count, np.inf)
    for row, radius in enumerate(radii):
        size = 1 - mu + radius * mu
        product = np.prod((1 + np.outer(points[row] - 1, mean)) / size, axis=1)
        each = (1 + np.multiply.outer(points[row] - 1, eigenvalues)) / size[:, None]
        product *= np.sqrt(np.prod(each, axis=(1, 2)) / product**2) / scale
        even = product * (resolved[1, row] if weighted else 1 + resolved[0, row])
        odd = -product * resolved[0, row]
        moved = abs(radius - 1) / size
        loss = _EPSILON * (150.0 + 300.0 * float(np.sum(moved))) + 300.0 * float(np.sum((moved * spread) ** 2))
        middle = round(float(np.sum(radius * mu / size)))
        first = max(0, min(mu.size + 1 - count, middle - count // 2))
        exponents = np.arange(first, first + count)
        powers = np.outer(points[row] / radius, np.ones(count)) ** -exponents
        decay = np.exp(np.minimum(float(np.sum(np.log(size))) - exponents * math.log(radius), 700.0))
        for parity, values in enumerate((even, odd)):
            found = 2 / count * (values[:, None] * powers).real.sum(axis=0) * decay
            error = loss * float(np.abs(values).mean()) * decay
            place = 2 * exponents + parity
            better = error < bound[place]
            law[place] = np.where(better, found, law[place])
            bound[place] = np.where(better, error, bound[place])
    bound = np.where(np.isinf(bound), 0.0, bound) + 1e-30
    return law[: n + 1], bound[: n + 1]


def count_probabilities(n: int, x: float, relative: bool = False, log: bool = False, with_error: bool = False) -> Any:
    """The law of the number of eigenvalues of A_n below x: P(#{λ < x} = k), k = 0 … n; shape (n + 1,).

    Parameters
    ----------
    n : order of the matrix A_n (off-diagonal variance 1, diagonal variance 2), 1 <= n <= 501 (60 with `relative`).
    x : the cut, finite (|x| <= 2√n + 10 with `relative`).
    relative : every probability with relative accuracy, the rarest included, by integers of many bits: at
        n = 60 a second near the centre and ten beyond the edge with python-flint; without it two seconds, and minutes.
    log : the logarithms of the probabilities, which do not underflow; only with `relative`.
    with_error : return (law, error), error the absolute bound of each entry (of the logarithm with `log`).

    Accuracy: 1e-14 of the sum for n <= 200, 2e-14 at n = 500; entries below their bound are zero, those of 1e-8 have
    eight digits, those of 1e-20 about four. With `relative`, 1e-15 relative (of a logarithm, its rounding).

    Raises `InputError`, and `ComputationError` when the bound misses 1e-12.

    Source: own derivation (module docstring); checked against the other route and direct integration.

    >>> np.round(count_probabilities(1, 0.0), 12).tolist()
    [0.5, 0.5]
    >>> round(float(count_probabilities(2, 0.0)[1]) - 0.5**0.5, 12) + 0.0
    0.0
    >>> float(count_probabilities(10, 0.0, relative=True, log=True)[0].round(9))
    -31.418328215
    """
    return _checked_law(checked_int("n", n, 1, _LARGEST_ORDER + 1), "x", x, False, relative, log, with_error)


def index_probabilities(n: int, xi: float, relative: bool = False, log: bool = False, with_error: bool = False) -> Any:
    """The law of the index under the |det|-weighted GOE: E[|det(A_n − ξ)| 1{#{λ < ξ} = k}] / E|det(A_n − ξ)|.

    For k = 0 … n: the law of the number of eigenvalues below ξ of A_{n+1}, given that one is at ξ; shape (n + 1,).

    Parameters
    ----------
    n : order of the matrix, 0 <= n <= 500 (60 with `relative`).
    xi, relative, log, with_error : as for `count_probabilities`.

    Accuracy, errors and source as for `count_probabilities`.

    >>> np.round(index_probabilities(1, 0.0), 12).tolist()
    [0.5, 0.5]
    """
    return _checked_law(checked_int("n", n, 0, _LARGEST_ORDER), "xi", xi, True, relative, log, with_error)


def _checked_law(n: int, name: str, place: float, weighted: bool, relative: bool, log: bool, with_error: bool) -> Any:
    xi = checked_float(name, place)
    if log and not relative:
        raise input_error("log", log, "needs relative=True: only then is every logarithm known")
    if not relative:
        law, bound = _double_law(n, xi, weighted)
        if not np.max(bound) <= _LARGEST_BOUND:
            raise ComputationError(f"law of the index of order {n} at {xi!r}: error bound {np.max(bound):.1e}")
        return (law, bound) if with_error else law
    from spinglass.random_matrices.rare_indices import LARGEST_RARE_ORDER, farthest, rare_law

    checked_int("n (with relative)", n, 0, LARGEST_RARE_ORDER)
    checked_float(f"{name} (with relative)", xi, -farthest(n), farthest(n))
    logarithm, bound = rare_law(n, xi, weighted) if n else (np.zeros(1), np.zeros(1))
    if not log:
        law = np.exp(logarithm)
        # below 1e-308 floats end; exp adds its own half unit
        logarithm, bound = law, law * (np.expm1(bound) + _EPSILON) + np.where(law < 1e-300, 1e-323, 0.0)
    return (logarithm, bound) if with_error else logarithm


def _double_law(n: int, xi: float, weighted: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(law, error bounds) of the count in double precision."""
    if n == 0:
        return np.ones(1), np.zeros(1)
    if abs(xi) >= support_radius(n):
        law, bound = np.eye(1, n + 1)[0], np.full(n + 1, 1e-16)
    else:
        law, bound = _law(n, half_line(n + weighted, -abs(xi)), weighted)
        law = np.where(law > bound, law, 0.0)
    return (law[::-1].copy(), bound[::-1].copy()) if xi > 0 else (law, bound)
