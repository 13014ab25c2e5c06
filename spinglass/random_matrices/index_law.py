"""The law of the number of eigenvalues below ξ under the |det|-weighted GOE, all indices from one eigenproblem.

With g = |λ − ξ| z^{1{λ < ξ}} in de Bruijn's formula S(z) = R + z² L + z (l rᵀ − r lᵀ): L and R are the skew moments
of the left and of the right side alone, l and r the integrals. In a basis in which K = R + L is J = ⊕(0, 1; −1, 0), M
= K^{−1} L has eigenvalues μ_j in [0, 1], each twice, and with c_j = (l·v_j)(v_j^{−1}·K^{−1} r) summed over each pair

    Pf S(z)/Pf K = ∏_j (1 − μ_j + z² μ_j) [1 − z Σ_j c_j/(1 − μ_j + z² μ_j)],

so that nothing cancels. For odd n the border joins: L is bordered by zeros, R by r, and l → (l, 0), r → (r, 1). Own
derivation.
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


@jit
def _expand(mu: NDArray[np.float64], c: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Coefficients of ∏(1 − μ_j + z² μ_j) − z Σ_j c_j ∏_{i≠j}(1 − μ_i + z² μ_i) up to z^{size − 1}."""
    pairs = mu.shape[0]
    plain = np.zeros(pairs + 1)
    without = np.zeros(pairs + 1)
    plain[0] = 1.0
    for j in range(pairs):
        for k in range(j + 1, -1, -1):
            below = without[k - 1] * mu[j] if k > 0 else 0.0
            without[k] = without[k] * (1 - mu[j]) + below + c[j] * plain[k]
            plain[k] = plain[k] * (1 - mu[j]) + (plain[k - 1] * mu[j] if k > 0 else 0.0)
    result = np.zeros(max(size, 2 * pairs + 2))
    for k in range(pairs + 1):
        result[2 * k] = plain[k]
        result[2 * k + 1] = -without[k]
    return result[:size]


def index_probabilities(n: int, xi: float) -> NDArray[np.float64]:
    """E[|det(A_n − ξ)| 1{k eigenvalues below ξ}] / E|det(A_n − ξ)| for k = 0 … n; shape (n + 1,).

    Absolute accuracy about 1e-14 · √n; values below that are clipped at zero. n <= 500.

    >>> np.round(index_probabilities(1, 0.0), 12).tolist()
    [0.5, 0.5]
    """
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

        eigenvalues, vectors = np.linalg.eig(inverse(rotated))
        overlaps = (l @ vectors) * np.linalg.solve(vectors, inverse(r).astype(vectors.dtype))
    order = np.argsort(eigenvalues.real, kind="stable")
    mu = np.clip(eigenvalues[order].real.reshape(-1, 2).mean(axis=1), 0.0, 1.0)
    c = overlaps[order].real.reshape(-1, 2).sum(axis=1)
    result = np.clip(_expand(mu, c, n + 1), 0.0, None)
    return result / math.fsum(result)
