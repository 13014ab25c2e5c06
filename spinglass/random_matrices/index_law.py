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

from spinglass._jit import jit, one_blas_thread
from spinglass.random_matrices.half_line import HalfLine, half_line
from spinglass.random_matrices.multiplicative import support_radius

_CIRCLE_POINTS = 16  # aliases lie 32 counts away, where nothing is
_SHIFTS = (0.0, -2.0, 2.0, -4.0, 4.0)  # radii of the circles, by the pairs that they favour
_LARGEST_ORDER = 500
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
        eigenvalues = np.sort(np.linalg.eigvals(hessenberg).real)
        mu = np.clip(eigenvalues.reshape(-1, 2).mean(axis=1), 0.0, 1.0)
        count = min(mu.size + 1 + (mu.size + 1) % 2, _CIRCLE_POINTS)  # even: w = −1 is left out
        circle = np.exp(1j * np.pi * (2 * np.arange(count // 2) + 1) / count)  # upper half; the rest are conjugates
        radii = np.array([1.0, *(_radius(mu, shift) for shift in _SHIFTS[1:])])
        points = np.outer(radii, circle)
        both = np.stack([line.left @ rotation, line.right @ rotation])
        resolved = _resolvent(hessenberg, both, rotation.T @ vector, points.ravel()).reshape(2, *points.shape)
    scale = float((line.right - line.left) @ vector) if weighted else 1.0
    law, bound = np.zeros(n + 1 + 2 * count), np.full(n + 1 + 2 * count, np.inf)
    for row, radius in enumerate(radii):
        size = 1 - mu + radius * mu
        product = np.prod((1 + np.outer(points[row] - 1, mu)) / size, axis=1) / scale
        even = product * (resolved[1, row] if weighted else 1 + resolved[0, row])
        odd = -product * resolved[0, row]
        loss = _EPSILON * (4.0 + float(np.sum(np.abs(radius - 1) / size)))
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
    bound[np.isinf(bound)] = 0.0
    return law[: n + 1], bound[: n + 1]


def count_probabilities(n: int, x: float, with_error: bool = False) -> Any:
    """P(k eigenvalues of A_n are below x) for k = 0 … n; shape (n + 1,).

    >>> np.round(count_probabilities(1, 0.0), 12).tolist()
    [0.5, 0.5]
    """
    return _probabilities(n, x, False, with_error)


def index_probabilities(n: int, xi: float, with_error: bool = False) -> Any:
    """E[|det(A_n − ξ)| 1{k eigenvalues below ξ}] / E|det(A_n − ξ)| for k = 0 … n; shape (n + 1,).

    Absolute accuracy about 1e-14 · √n; values below that are clipped at zero. n <= 500.

    >>> np.round(index_probabilities(1, 0.0), 12).tolist()
    [0.5, 0.5]
    """
    return _probabilities(n, xi, True, with_error)


def _probabilities(n: int, xi: float, weighted: bool, with_error: bool) -> Any:
    if n == 0:
        return (np.ones(1), np.zeros(1)) if with_error else np.ones(1)
    radius = support_radius(n)
    if abs(xi) >= radius:
        law = np.eye(1, n + 1)[0]
        law, bound = law if xi < 0 else law[::-1], np.full(n + 1, 1e-16)
    else:
        law, bound = _law(n, half_line(n + weighted, -abs(xi)), weighted)
        law = np.where(law > bound, law, 0.0)
        if xi > 0:
            law, bound = law[::-1].copy(), bound[::-1].copy()
    return (law, bound) if with_error else law
