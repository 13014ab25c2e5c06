"""The supersymmetric integral for a GOE matrix with a perturbation of rank at most two, by tensor quadrature.

E|det(A_n + Σ_j κ_j e_j e_jᵀ − ξ)|: the integral over q1 > 0 > q2 of `double_integral`, and over the rows Y_1, Y_2 of an
n×2 matrix with orthonormal columns, distributed uniformly, in the eigenbasis of LQ. Double precision.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import checked_int, input_error

Array = NDArray[Any]


def hermite_values(order: int, place: float) -> list[float]:
    """He_0 … He_order."""
    values = [1.0, place]
    for j in range(1, order):
        values.append(place * values[j] - j * values[j - 1])
    return values[: order + 1]


def fermionic_table(n: int, place: float, base: int) -> Array:
    """E (w1−w2)^4/12 w1^{base+k} w2^{base+l} for k, l <= n − base; zero where a power is negative."""
    count = n - base + 1
    values = hermite_values(n + 4, place)
    table = np.zeros((count, count))
    for k in range(max(0, -base), count):
        for j in range(max(0, -base), count):
            terms = (math.comb(4, i) * (-1) ** i * values[base + k + 4 - i] * values[base + j + i] for i in range(5))
            table[k, j] = sum(terms) / 12
    return table


@lru_cache(maxsize=8)
def eigenvalue_rule(n: int, angles: int = 40) -> tuple[Array, ...]:
    """Nodes q1, q2 and weights of dq1 dq2 Δ |q1q2|^{(n−3)/2} e^{−(q1²+q2²)/4}, and log Δ, as flat arrays."""
    from scipy.special import roots_chebyt, roots_legendre

    y, weight = roots_chebyt(angles) if n % 2 == 0 else roots_legendre(angles)
    if n % 2 == 0:
        weight = weight * np.sqrt(1 - y * y)
    t = np.arange(-2.7, math.log(14.5) + 0.05, 1 / 18)
    radius = np.exp(t - np.exp(-t))
    measure = (1 + np.exp(-t)) * radius ** (n) * np.exp(-(radius**2) / 4) / 18
    half = (1 - y * y) / 2
    root = np.sqrt(2 - y * y)
    weights = np.multiply.outer(measure, weight * half ** ((n - 3) / 2))
    log_delta = np.log(np.multiply.outer(radius, root))
    first, second = np.multiply.outer(radius, (root + y) / 2), np.multiply.outer(radius, (y - root) / 2)
    keep = weights.ravel() * (1 + first.ravel() + np.abs(second.ravel())) ** 4 > 1e-19
    return tuple(part.ravel()[keep] for part in (first, second, weights, log_delta))


def row_rule(n: int, nodes: int, whole_angle: bool) -> tuple[Array, Array]:
    """Nodes (m, 2) and weights for the first row of an n×2 matrix with orthonormal columns, up to signs.

    Density (n−2)/(2π) (1−|y|²)^{(n−4)/2} on the disc; the circle for n = 2. Without `whole_angle` only the squares
    y_b² matter (a quarter of the circle), else only the row up to an overall sign (half of it).
    """
    from scipy.special import roots_jacobi

    if whole_angle:
        angle = (np.arange(2 * nodes) + 0.5) * math.pi / (2 * nodes)
    else:
        angle = (np.arange(nodes) + 0.5) * math.pi / (2 * nodes)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    if n == 2:
        return circle, np.full(angle.size, 1 / angle.size)
    z, weight = roots_jacobi(nodes, (n - 4) / 2, 0.0)  # |y|² = (1 + z)/2
    radius = np.sqrt((1 + z) / 2)
    points = (radius[:, None, None] * circle).reshape(-1, 2)
    return points, np.repeat(weight / weight.sum(), angle.size) / angle.size


def frame_rule(n: int, rank: int, nodes: int) -> tuple[Array, Array]:
    """Nodes (m, 2, 2) and weights for the first two rows; the second row is zero at rank 1.

    Given the first row y, the second is (1 − y yᵀ)^{1/2} z with z the first row of such a matrix of order n − 1.
    """
    first, weight = row_rule(n, nodes, False)
    if rank == 1:
        return np.stack([first, np.zeros_like(first)], axis=1), weight
    size = np.sum(first**2, axis=1)
    if n == 2:  # the second row is the unit vector across the first, up to its sign
        return np.stack([first, np.stack([-first[:, 1], first[:, 0]], axis=1)], axis=1), weight
    inner, share = row_rule(n - 1, nodes, True)
    along = np.einsum("mb,kb->mk", first, inner)
    shrink = (1 - np.sqrt(np.maximum(1 - size, 0))) / size
    second = inner[None] - (shrink[:, None] * along)[..., None] * first[:, None]
    frames = np.stack([np.broadcast_to(first[:, None], second.shape), second], axis=2)
    return frames.reshape(-1, 2, 2), np.multiply.outer(weight, share).ravel()


def determinant_polynomial(frames: Array, strengths: Sequence[float], s1: Any, s2: Any, sign: int = 1) -> list[Any]:
    """det(w − i UqUᵀ − K) = Σ_k d_k w^{n−4+k}, k = 0 … 4, as a list of the d_k; s_b = i q_b.

    sign : of the perturbation, for a control.
    """
    kappa1, kappa2 = (sign * value for value in strengths)
    y11, y12 = frames[..., 0, 0], frames[..., 0, 1]
    y21, y22 = frames[..., 1, 0], frames[..., 1, 1]
    z11, z22, z12 = 1 - y11**2 - y12**2, 1 - y21**2 - y22**2, -(y11 * y21 + y12 * y22)
    total, product = s1 + s2, s1 * s2
    minor = z11 * z22 - z12**2
    mixed1 = z11 * y21**2 + z22 * y11**2 - 2 * z12 * y11 * y21
    mixed2 = z11 * y22**2 + z22 * y12**2 - 2 * z12 * y12 * y22
    both = kappa1 * kappa2
    d4 = 1.0
    d3 = -total - kappa1 - kappa2
    d2 = product + kappa1 * (z11 * total + y11**2 * s2 + y12**2 * s1)
    d2 = d2 + kappa2 * (z22 * total + y21**2 * s2 + y22**2 * s1)
    d2 = d2 + both * (minor + mixed1 + mixed2 + (y11 * y22 - y12 * y21) ** 2)
    d1 = -(kappa1 * z11 + kappa2 * z22) * product - both * (minor * total + mixed1 * s2 + mixed2 * s1)
    d0 = both * minor * product
    return [d0, d1, d2, d3, d4]


def spiked_integral(
    n: int,
    place: float,
    strengths: Sequence[float],
    nodes: int = 20,
    logarithm: bool = True,
    boson_sign: int = 1,
    angles: int = 40,
) -> float:
    """E|det(A_n + Σ κ_j e_j e_jᵀ − ξ)| for one or two strengths κ_j, n >= 2; without `logarithm` the Ward integral.

    boson_sign : the sign of κ in the bosonic phase, for a control.
    """
    n = checked_int("n", n, 2, 12)
    rank = len(strengths)
    if rank not in (1, 2):
        raise input_error("strengths", list(strengths), "must be one or two numbers")
    kappas = [float(value) for value in strengths] + [0.0] * (2 - rank)
    q1, q2, weights, log_delta = eigenvalue_rule(n, angles)
    frames, shares = frame_rule(n, rank, nodes)
    table = fermionic_table(n, place, n - 4)
    squares = frames**2
    along = [kappas[0] * squares[:, 0, b] + kappas[1] * squares[:, 1, b] for b in (0, 1)]
    total = 0.0
    block = max(1, 200_000 // shares.size)
    for start in range(0, q1.size, block):
        a, b = q1[start : start + block, None], q2[start : start + block, None]
        d = determinant_polynomial(frames[None], kappas, 1j * a, 1j * b)
        fermions: Any = 0.0
        for k in range(5):
            row: Any = sum(table[k, j] * d[j] for j in range(5))
            fermions = fermions + d[k] * row
        phase = boson_sign * (a * along[0] + b * along[1]) - place * (a + b)
        means = np.real(fermions * np.exp(0.5j * phase)) @ shares
        factor = -log_delta[start : start + block] if logarithm else 1.0
        total += float(np.sum(weights[start : start + block] * factor * means))
    return total / (4 * math.pi * math.factorial(n - 2))


def scalar(value: Any) -> Any:
    """An array without axes as its entry."""
    return value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value


@lru_cache(maxsize=64)
def _humbert_coefficients(size: int, j: int, k: int, terms: int) -> Any:
    """E t1^{j+a} t2^{k+b}/(a! b!), a, b < terms."""
    from scipy.special import gammaln

    a, b = np.arange(terms)[:, None], np.arange(terms)[None, :]
    logarithm = gammaln(0.5 + j + a) + gammaln(0.5 + k + b) - 2 * gammaln(0.5) - gammaln(a + 1.0) - gammaln(b + 1.0)
    return np.exp(logarithm + gammaln(size / 2) - gammaln(size / 2 + j + k + a + b))


def weighted_humbert(size: int, j: int, k: int, x: Any, y: Any, terms: int = 72) -> Any:
    """E t1^j t2^k e^{x t1 + y t2} = E t1^j t2^k Φ₂(½+j, ½+k; n/2+j+k; x, y), by the double series; |x|, |y| <= 15."""
    powers = np.arange(terms)
    first, second = np.power(x[:, None], powers), np.power(y[:, None], powers)
    return np.einsum("pa,ab,pb->p", first, _humbert_coefficients(size, j, k, terms), second, optimize=True)


def humbert_integral(size: int, place: float, strength: float, sign: int = 1) -> float:
    """W_n(ξ, κ) as the integral over q1 > 0 > q2 with Φ₂, for |κ| <= 2; double precision."""
    if abs(strength) > 2:
        raise input_error("strength", strength, "must lie in [-2, 2]: the double series loses digits beyond")
    first, second, weights, log_delta = eigenvalue_rule(size)
    corners = np.array([[[0.0, 0.0], [0, 0]], [[1, 0], [0, 0]], [[0, 1], [0, 0]]])  # d_k is linear in t1, t2
    table = fermionic_table(size, place, size - 4)
    d = []
    for corner in corners:
        polynomial = determinant_polynomial(corner, (strength, 0.0), 1j * first, 1j * second)
        d.append(np.stack([np.broadcast_to(scalar(part), first.shape) for part in polynomial]))
    constant, slopes = d[0], (d[1] - d[0], d[2] - d[0])
    total: Any = 0.0
    x, y = 0.5j * strength * first, 0.5j * strength * sign * second
    parts = {(0, 0): constant, (1, 0): slopes[0], (0, 1): slopes[1]}
    products: dict[tuple[int, int], Any] = {}
    for one, left in parts.items():
        for two, right in parts.items():
            power = (one[0] + two[0], one[1] + two[1])
            products[power] = products.get(power, 0.0) + np.einsum("kp,kl,lp->p", left, table, right)
    for power, coefficient in products.items():
        total = total + coefficient * weighted_humbert(size, *power, x, y)
    integrand = np.real(total * np.exp(-0.5j * place * (first + second)))
    value = float(np.sum(weights * -log_delta * integrand))
    return value / (4 * math.pi * math.factorial(size - 2))
