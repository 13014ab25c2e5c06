"""Independent routes for activation ratios: raw expectations over the latitude, exact finite N, exact determinants."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import mpmath as mp
import numpy as np
import sympy as sp

from derivations import symbols

k, p, u = symbols.k, symbols.p, symbols.u
tp = sp.Symbol("t", positive=True)  # latitude in units of 1/sqrt(N)
strength = sp.Symbol("rho", positive=True)
m_real = sp.Symbol("a", real=True)  # Re m_sc
SIZES = (8, 16, 32)


def stieltjes(at: Any) -> tuple[Any, Any]:
    """Real and imaginary part of m_sc(x)."""
    at = mp.mpf(at)
    if abs(at) <= 2:
        return -at / 2, mp.sqrt(1 - at * at / 4)
    return (-at + mp.sign(at) * mp.sqrt(at * at - 4)) / 2, mp.mpf(0)


@lru_cache(maxsize=64)
def _pieces(exponent: Any, spike: Any, spins: int) -> tuple[Any, Any]:
    """exponent(t, rho, u, a, b) and s(t, rho) at integer p as functions."""
    arguments = (tp, strength, u, m_real, k)
    made = [sp.sympify(part).subs(p, spins) for part in (exponent, spike)]
    return sp.lambdify(arguments, made[0], "mpmath"), sp.lambdify((tp, strength), made[1], "mpmath")


def latitude_mean(exponent: Any, spike: Any, factor: Any, spins: int, at: Sequence[float], index: int = 0) -> Any:
    """E_t[exp(exponent) factor(s, m_sc)] as it stands, by quadrature; at = (rho, u)."""
    tilt, strength_of = _pieces(exponent, spike, spins)
    rho_, u_ = (mp.mpf(value) for value in at)
    a, b = stieltjes(u_ * mp.sqrt(mp.mpf(spins) / (spins - 1)))

    def integrand(t: Any) -> Any:
        return mp.npdf(t) * mp.exp(tilt(t, rho_, u_, a, index)) * factor(strength_of(t, rho_), a, b)

    marks = {-24, -12, -8, -5, -3, -1.5, 0, 1.5, 3, 5, 8, 12, 24}
    if spins > 3 and not b:  # |1 + s m| has a kink where s = -1/m
        kink = float(abs(1 / (strength_of(mp.mpf(1), rho_) * a)) ** (mp.mpf(1) / (spins - 3)))
        marks |= {kink, -kink}
    return mp.quad(integrand, sorted(marks))


def spiked_modulus(spike: Any, a: Any, b: Any) -> Any:
    return mp.sqrt((1 + spike * a) ** 2 + (spike * b) ** 2)


def _field(spins: int, strength_: float) -> Any:
    from spinglass.hamiltonians import OverlapField

    return OverlapField(p=spins, rho=[strength_])


def count_ratios(sizes: Sequence[int], spins: int, strength_: float) -> list[float]:
    from spinglass.complexity import mean_count

    return [mean_count(n, spins, field=_field(spins, strength_)) / mean_count(n, spins) for n in sizes]


def density_ratios(sizes: Sequence[int], spins: int, strength_: float, at: float) -> list[float]:
    from spinglass.complexity import mean_count_density

    field = _field(spins, strength_)
    return [mean_count_density(at, n, spins, field=field) / mean_count_density(at, n, spins) for n in sizes]


def hermites(order: int, at: Any) -> list[Any]:
    """He_0 … He_order at a point."""
    values = [mp.mpf(1), at]
    for j in range(1, order):
        values.append(at * values[-1] - j * values[-2])
    return values


def squared_determinant(n: int, shift: Any, spike: Any) -> Any:
    """E det(ξ − A_n − κeeᵀ)² by the fermionic duality: the mean of ∏_a [(ξ+ir_a)^n − κ(ξ+ir_a)^{n−1}] over Gaussians
    r_1, r_2 weighted with |r_1 − r_2|⁴; up to a constant."""
    values = hermites(n + 8, shift)

    def part(power: int) -> Any:
        """E r^power [(ξ+ir)^n − κ(ξ+ir)^{n−1}], r = −i((ξ+ir) − ξ)."""
        total_ = mp.mpc(0)
        for j in range(power + 1):
            total_ += mp.binomial(power, j) * (-shift) ** (power - j) * (values[n + j] - spike * values[n + j - 1])
        return (-mp.j) ** power * total_

    parts = [part(power) for power in range(5)]
    return mp.re(sum((-1) ** j * mp.binomial(4, j) * parts[j] * parts[4 - j] for j in range(5)))


def hermite_zeros(order: int) -> Any:
    """The zeros of He_order: eigenvalues of its Jacobi matrix."""
    from scipy.linalg import eigvalsh_tridiagonal

    return eigvalsh_tridiagonal(np.zeros(order), np.sqrt(np.arange(1, order)))


def log_spherical_integral(n: int, spike: float, eigenvalues: Any) -> float:
    """log ∫ e^{κζ/2} ∏(ζ − λ_i)^{−1/2} dζ along the vertical through the saddle, κ = s√n: up to constants the mean of
    exp(κ eᵀMe/2) over unit vectors e, for a matrix M with these eigenvalues."""
    saddle = (spike + 1 / spike) * math.sqrt(n)
    width = math.sqrt(2 * (1 - spike**2)) / spike
    heights = width * np.linspace(-14, 14, 1401)
    points = saddle + 1j * heights
    logs = spike * math.sqrt(n) * points / 2 - np.sum(np.log(points[:, None] - eigenvalues), axis=1) / 2
    top = float(logs.real.max())
    return top + math.log(float(np.sum(np.exp(logs - top)).real) * (heights[1] - heights[0]))
