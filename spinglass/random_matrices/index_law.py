"""The law of the number of eigenvalues below ξ under the |det|-weighted GOE, all indices from one spectrum.

With g = |λ − ξ| z^{1{λ < ξ}} in de Bruijn's formula S(z) = R + z² L + z (l rᵀ − r lᵀ): L and R are the skew moments
of the left and of the right side alone, l and r the integrals. In a basis in which K = R + L is J = ⊕(0, 1; −1, 0), M
= K^{−1} L has eigenvalues μ_j in [0, 1], each twice, and with w = z²

    Pf S(z)/Pf K = ∏_j (1 − μ_j + w μ_j) [1 − z b(w)],   b(w) = lᵀ (1 + (w − 1) M)^{−1} K^{−1} r,

one factor for each pair. Even indices are a sum of independent Bernoulli numbers. Odd indices are the coefficients of
−b ∏, a polynomial in w: by partial fractions, checked by its values on the unit circle, where b comes from the
Hessenberg form of M, since the eigenvectors of double eigenvalues are not well defined. For odd n the border joins: L
is bordered by zeros, R by r, and l → (l, 0), r → (r, 1). Own derivation.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from spinglass._jit import jit, one_blas_thread
from spinglass.random_matrices.multiplicative import (
    NODES_PER_PANEL,
    hermite_functions,
    panel_edges,
    panel_nodes,
    skew_moments,
    support_radius,
)
from spinglass.random_matrices.rank_one import skew_basis

_AGREEMENT = 1e-12
_CIRCLE_POINTS = 48  # the index fluctuates by √log n only: aliases 48 pairs away are below rounding


@jit
def _bernoulli_sum(mu: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficients of ∏(1 − μ_j + w μ_j)."""
    result = np.zeros(mu.shape[0] + 1)
    result[0] = 1.0
    for j in range(mu.shape[0]):
        for k in range(j + 1, 0, -1):
            result[k] = result[k] * (1 - mu[j]) + result[k - 1] * mu[j]
        result[0] *= 1 - mu[j]
    return result


@jit
def _resolvent(
    hessenberg: NDArray[np.float64],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    points: NDArray[np.complex128],
) -> NDArray[np.complex128]:
    """leftᵀ (1 + (w − 1) H)^{−1} right at each point w, by elimination with row exchanges, O(n²) each."""
    n = hessenberg.shape[0]
    result = np.empty(points.shape[0], dtype=np.complex128)
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
        total = 0.0j
        for k in range(n - 1, -1, -1):
            value = y[k]
            for j in range(k + 1, n):
                value -= a[k, j] * y[j]
            y[k] = value / a[k, k]
            total += left[k] * y[k]
        result[q] = total
    return result


@jit
def _leave_one_out(mu: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficients of Σ_j c_j ∏_{i≠j}(1 − μ_i + w μ_i)."""
    pairs = mu.shape[0]
    plain, without = np.zeros(pairs + 1), np.zeros(pairs + 1)
    plain[0] = 1.0
    for j in range(pairs):
        for k in range(j + 1, -1, -1):
            without[k] = without[k] * (1 - mu[j]) + c[j] * plain[k]
            plain[k] = plain[k] * (1 - mu[j])
            if k > 0:
                without[k] += without[k - 1] * mu[j]
                plain[k] += plain[k - 1] * mu[j]
    return without[:pairs]


def _partial_fractions(
    matrix: NDArray[np.float64], left: NDArray[np.float64], right: NDArray[np.float64], mu: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Coefficients of −b ∏ through b = Σ_j c_j/(1 − μ_j + w μ_j); None when the eigenvectors of M do not span.

    No term cancels, so rare indices keep relative accuracy; but the two eigenvectors of a pair may come out parallel,
    and then the c_j are wrong: the caller compares.
    """
    eigenvalues, vectors = np.linalg.eig(matrix)
    try:
        overlaps = (left @ vectors) * np.linalg.solve(vectors, right.astype(vectors.dtype))
    except np.linalg.LinAlgError:
        return None
    order = np.argsort(eigenvalues.real, kind="stable")
    result = -_leave_one_out(mu, overlaps[order].real.reshape(-1, 2).sum(axis=1))
    return np.asarray(result, dtype=float) if np.all(np.isfinite(result)) else None


def index_probabilities(n: int, xi: float) -> NDArray[np.float64]:
    """E[|det(A_n − ξ)| 1{k eigenvalues below ξ}] / E|det(A_n − ξ)| for k = 0 … n; shape (n + 1,).

    Absolute accuracy about 1e-14 · √n; values below that are clipped at zero. n <= 500.

    >>> np.round(index_probabilities(1, 0.0), 12).tolist()
    [0.5, 0.5]
    """
    from scipy import linalg

    if n == 0:
        return np.ones(1)
    if xi > 0:  # the border of odd n is badly conditioned to the right
        return index_probabilities(n, -xi)[::-1]
    radius = support_radius(n)
    if xi <= -radius:
        return np.eye(1, n + 1)[0]
    edges = panel_edges(n, (xi,))
    nodes, half = panel_nodes(edges)
    x = nodes.ravel()
    middle = int(np.searchsorted(edges, xi))
    cut = middle * NODES_PER_PANEL
    with one_blas_thread():
        values = hermite_functions(n, x) * np.abs(x - xi)
        left_moments, left = skew_moments(values[:, :cut], half[:middle])
        right_moments, right = skew_moments(values[:, cut:], half[middle:])
        size = n + n % 2
        left_matrix, total = np.zeros((size, size)), np.zeros((size, size))
        left_matrix[:n, :n] = left_moments
        total[:n, :n] = left_moments + right_moments
        l, r = np.zeros(size), np.ones(size)
        l[:n], r[:n] = left, right
        if n % 2:
            total[:n, n], total[n, :n] = right, -right
        basis = skew_basis(total)
        l, r = basis @ l, basis @ r
        rotated = basis @ left_matrix @ basis.T

        def inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
            """J^{−1} times the matrix: rows (2k, 2k+1) become (−row 2k+1, row 2k)."""
            result = np.empty_like(matrix)
            result[0::2], result[1::2] = -matrix[1::2], matrix[0::2]
            return result

        hessenberg, rotation = linalg.hessenberg(inverse(rotated), calc_q=True)
        eigenvalues = np.sort(np.linalg.eigvals(hessenberg).real)
        mu = np.clip(eigenvalues.reshape(-1, 2).mean(axis=1), 0.0, 1.0)
        count = min(mu.size + mu.size % 2, _CIRCLE_POINTS)  # even, so that w = −1, where 1 + (w − 1)/2 = 0, is left out
        points = np.exp(1j * np.pi * (2 * np.arange(count // 2) + 1) / count)  # the upper half; the rest are conjugates
        values = _resolvent(hessenberg, l @ rotation, rotation.T @ inverse(r), points)
    values = values * np.prod(1 + np.outer(points - 1, mu), axis=1)
    first = max(0, min(mu.size - count, round(float(mu.sum())) - count // 2))  # coefficients first … first + count − 1
    powers = points[:, None] ** -np.arange(first, first + count)
    odd = -2 / count * (values[:, None] * powers).real.sum(axis=0)
    result = np.zeros(2 * mu.size + 2 + 2 * count)
    result[0 : 2 * mu.size + 1 : 2] = _bernoulli_sum(mu)
    result[2 * first + 1 : 2 * (first + count) : 2] = odd
    fractions = _partial_fractions(inverse(rotated), l, inverse(r), mu)
    if fractions is not None and np.max(np.abs(fractions - result[1 : 2 * mu.size : 2])) < _AGREEMENT:
        result[1 : 2 * mu.size : 2] = fractions
    result = np.clip(result[: n + 1], 0.0, None)
    return result / math.fsum(result)
