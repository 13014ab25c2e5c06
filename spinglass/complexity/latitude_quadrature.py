"""Gaussian expectations over the latitude of p >= 4: √(λ/2π) ∫ e^{λχ(z)} F(s(z)) dz, kept as a logarithm.

In z = |ρ|^{1/(p−3)} t the exponent of every activation ratio is λχ(z) with λ = |ρ|^{−2/(p−3)},

    χ(z) = −z²/2 + z^{p−1}(σb − a z^{p−3}),   σ = sign ρ,   s = σ c z^{p−3},

with the derived coefficients a (of the gradient) and c (of the spike), equation activation-ratio.latitude, so that
large exponents (small ρ: the second maximum at z ≠ 0 wins) and flat ones (large ρ) meet the same code. Panels are
broken at the stationary points of χ, which solve a quadratic equation in z^{p−3}, and at the kinks of F, and are
graded around them; panels where two Gauss–Legendre rules disagree are halved.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import ComputationError

Real = NDArray[np.float64]

_COARSE = np.polynomial.legendre.leggauss(11)
_FINE = np.polynomial.legendre.leggauss(17)
_REACH = 60.0  # the integral stops where the integrand is below e^-60 of its maximum
_LEVELS = 60
_MOST_PANELS = 50_000


def _real_roots(power: Real | Sequence[float], q: int) -> list[float]:
    """All real z with z^q among the given numbers."""
    roots = []
    for value in power:
        size = abs(value) ** (1 / q)
        if q % 2:
            roots.append(math.copysign(size, value))
        elif value > 0:
            roots += [size, -size]
    return roots


def log_expectation(
    p: int, rho: float, b: float, factor: Callable[[Real], Real], kinks: Sequence[float]
) -> tuple[float, float]:
    """log of E_t[g(t) exp(ρ t^{p−1} b) factor(s(t))], t ~ N(0, 1), and its relative error estimate.

    p >= 4, ρ ≠ 0; `factor` >= 0 maps an array of values of s; `kinks` are the values of s where it bends. Returns
    (−inf, 0) when the factor vanishes everywhere. `ComputationError` if the panels do not settle.
    """
    kernels = importlib.import_module("spinglass.generated.activation_ratio")
    q = p - 3
    sign = math.copysign(1.0, rho)
    lam = abs(rho) ** (-2 / q)
    a = kernels.gradient_coefficient(float(p))
    c = sign * kernels.spike_coefficient(float(p))
    sb = sign * b

    def exponent(z: Real) -> tuple[Real, Real]:
        power = z**q
        square = z * z
        return lam * (-square / 2 + square * power * (sb - a * power)), c * power

    # χ′ = −z (1 − (p−1) σb τ + 2(p−2) a τ²), τ = z^q.
    half_sum, product = (p - 1) * sb / (4 * (p - 2) * a), 1 / (2 * (p - 2) * a)
    discriminant = half_sum * half_sum - product
    stationary = [0.0]
    if discriminant >= 0:
        larger = half_sum + math.copysign(math.sqrt(discriminant), half_sum)
        stationary += _real_roots([larger, product / larger], q)
    bends = _real_roots([s / c for s in kinks], q)

    finest = min(lam**-0.5, (lam * a) ** (-1 / (2 * p - 4)))
    if sb != 0:
        finest = min(finest, (lam * abs(sb)) ** (-1 / (p - 1)))
    span = max(2 * finest, 1.25 * max(abs(z) for z in stationary + bends))
    marks: list[float] = []
    for centre in stationary + bends:
        tau = centre**q
        slope = lam * abs(centre * (1 - (p - 1) * sb * tau + 2 * (p - 2) * a * tau * tau))
        curvature = lam * abs(1 - (p - 1) * (p - 2) * sb * tau + (2 * p - 4) * (2 * p - 5) * a * tau * tau)
        scale = min(finest, 1 / math.sqrt(curvature) if curvature else finest, 1 / slope if slope else finest)
        scale = max(scale, 1e-14 * abs(centre))
        steps = scale * 2.0 ** np.arange(-3, max(4, math.ceil(math.log2(span / scale)) + 1))
        marks += [centre, *(centre + steps), *(centre - steps)]

    def density(z: Real) -> tuple[Real, Real]:
        height, s = exponent(z)
        return height, factor(s)

    def peak(z: Real) -> float:
        height, weight = density(z)
        seen = weight > 0
        return float(np.max(height[seen] + np.log(weight[seen]))) if np.any(seen) else -math.inf

    inner = np.unique(np.array(marks))
    inner = inner[np.abs(inner) <= span]
    top = peak(np.concatenate([inner, (inner[1:] + inner[:-1]) / 2]))
    if top == -math.inf:
        return -math.inf, 0.0
    ends = []
    for direction in (-1.0, 1.0):
        end = span
        while peak(np.array([direction * end])) > top - _REACH:
            end *= 1.25
        ends.append(direction * end)
    edges = np.unique(np.concatenate([inner, np.array(ends), np.linspace(ends[0], ends[1], 17)]))
    left, right = edges[:-1], edges[1:]
    # Rounding of the exponent bounds what any rule can reach; one figure for the whole integral.
    where = inner[np.argmax([peak(np.array([z])) for z in inner])] if lam * span * span > 1e2 else 0.0
    tau = where**q
    noise = 8e-16 * (1 + lam * where * where * (0.5 + abs(tau) * (abs(sb) + a * abs(tau))))
    tolerance = 1e-13 + noise

    total = 0.0
    for _ in range(_LEVELS):
        middle, radius = (left + right)[:, None] / 2, (right - left)[:, None] / 2
        sums = []
        for nodes, weights in (_COARSE, _FINE):
            height, value = density(middle + radius * nodes)
            with np.errstate(over="ignore"):
                sums.append((np.exp(height - top) * value) @ weights * radius[:, 0])
        coarse, fine = sums
        if not np.all(np.isfinite(fine)) or not np.all(np.isfinite(coarse)):
            break
        error = np.abs(fine - coarse)
        whole = total + float(np.sum(fine))
        rough = error > tolerance * whole / 64
        rough &= error > 4 * noise * np.abs(fine)
        rough &= radius[:, 0] > 4e-16 * np.abs(middle[:, 0])
        if not np.any(rough) and 0 < whole < np.inf:
            return top + math.log(whole) + 0.5 * math.log(lam / (2 * math.pi)), tolerance
        total += float(np.sum(fine[~rough]))
        cut = middle[rough, 0]
        left, right = np.concatenate([left[rough], cut]), np.concatenate([cut, right[rough]])
        if not np.isfinite(whole) or whole <= 0 or left.size > _MOST_PANELS:
            break
    raise ComputationError(
        f"the expectation over the latitude did not settle for p = {p}, rho = {rho!r}: the exponents are too large "
        "for double precision"
    )
