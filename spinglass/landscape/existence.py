"""A critical point exists near a computed one: Kantorovich's theorem in doubles, or a proof in rigorous arithmetic."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from spinglass._errors import input_error
from spinglass.landscape.manifolds import Flat, Sphere
from spinglass.landscape.objective import Objective, Place, highest_degree
from spinglass.landscape.problem import PolynomialProblem

LARGEST_TENSOR = 2e6  # entries of the full tensor of couplings up to which balls are tried: 1 GB
LARGEST = 2000  # ambient dimension up to which the bordered matrix is decomposed
_U = 2.0**-53
_UP = 1 + 1e-9


def check_provable(problem: Any) -> None:
    """Refuse what `proved_radius` cannot do, before any work."""
    if not isinstance(problem, PolynomialProblem):
        raise input_error("certify", "balls", "needs a polynomial Hamiltonian: n_spins and polynomial_system()")
    check_size(problem.n_spins, highest_degree(problem))


def check_size(n_spins: int, degree: int) -> None:
    """Refuse couplings that are too many for ball arithmetic."""
    if float(n_spins) ** degree > LARGEST_TENSOR:
        raise input_error(
            "certify",
            "balls",
            f"takes some hundred bytes for each of the {n_spins}^{degree} entries; certify=True does not",
        )


def proved_radius(problem: PolynomialProblem, place: Place, index: int) -> float:
    """r such that exactly one critical point lies near w, within r, and has this index; inf without proof.

    Krawczyk's test in ball arithmetic for the polynomial whose coefficients are the doubles of ``polynomial_system()``:
    every rounding is enclosed; see `spinglass.landscape.certify.certificate`.
    """
    from spinglass.landscape.certify import certificate

    if index < 0:
        return math.inf
    found = certificate(problem, None, place.point[None], [index])
    return float(found.radius[0]) if found.index_proved[0] else math.inf


def existence_radius(objective: Objective, place: Place, index: int) -> float | None:
    """r such that a critical point of this index lies within |w* − w| ≤ r; inf where the test fails.

    None without a bound of |∇³h|, or for more than 2000 dimensions.

    On the sphere critical points are zeros of F(w, ν) = (∇h − (λ₀ + sν)w, s(R² − |w|²)/2), with λ₀ the multiplier at
    the computed point and a fixed scale s. With the symmetric Jacobian J, β = 1/min|eig J|, η = β|F|, and the Lipschitz
    constant L = √((M + s)² + s²) of J, M ≥ |∇³h|: if βLη ≤ 1/2, there is a zero within r = 2η/(1 + √(1 − 2βLη))
    (Kantorovich 1948; Ortega, Rheinboldt 1970, theorem 12.6.2). In flat space F = ∇f, J = ∇²f, L = M. Asked for is
    βLη ≤ 0.49, so that βLr < 1 and no eigenvalue of J changes its sign on the way to the zero: J has one negative
    eigenvalue more than the Hessian on the sphere, whose index is thereby that of the true point.

    The theorem's numbers are computed in doubles: |F| with an allowance for the rounding of a sum of N terms, β with
    Weyl's bound for an error of 100 n u |J|. That is strong evidence; `proved_radius` is a proof.
    """
    third = objective.third_derivative()
    manifold = objective.manifold
    if third is None or manifold.n > LARGEST:
        return None
    n, w = manifold.n, place.point
    matrix = np.array(objective.matrix(w), dtype=float)
    if isinstance(manifold, Flat):
        jacobian, residual, lipschitz, room = matrix, place.slope, third, math.inf
    elif isinstance(manifold, Sphere):
        reach = manifold.reach
        matrix[np.diag_indices(n)] -= float(manifold.multiplier(w, place.euclidean_gradient))
        scale = float(np.linalg.norm(matrix, 2)) / reach
        border = -scale * w[:, None]
        jacobian = np.block([[matrix, border], [border.T, np.zeros((1, 1))]])
        off = abs(manifold.squared_radius - float(w @ w)) + 4 * n * _U * manifold.squared_radius
        residual = math.hypot(place.slope, scale * off / 2)
        lipschitz = math.hypot(third + scale, scale)
        room = 0.1 * reach  # the bound of |∇³h| holds there
    else:
        return None
    signed = np.linalg.eigvalsh(jacobian)
    values = np.abs(signed)
    least = float(np.min(values)) - 100 * len(jacobian) * _U * float(np.max(values))
    if least <= 0 or int(np.sum(signed < 0)) != index + len(jacobian) - n:
        return math.inf
    residual += 8 * n * _U * float(np.linalg.norm(place.euclidean_gradient))
    beta = 1 / least
    eta = beta * residual
    load = beta * lipschitz * eta * _UP
    if load > 0.49:
        return math.inf
    radius = 2 * eta / (1 + math.sqrt(1 - 2 * load)) * _UP
    return radius if radius <= room else math.inf
