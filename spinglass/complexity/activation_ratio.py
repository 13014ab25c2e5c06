"""What an activation changes at leading order: sharp ratios of mean numbers of critical points to those of ReLU.

An activation with path-sum coefficient ρ = ρ_1 adds D(m) = ρ N^{(p−1)/2} m^{p−1} + … to the pure p-spin glass. Typical
latitudes are m = t/√N with t ~ N(0, 1), where D is of order one: it multiplies the mean numbers of critical points by
Gaussian expectations over t, with

    s(t) = ρ(p−1)(p−2) t^{p−3}/√(p(p−1)),   g(t) = exp(−ρ²(p−1)² t^{2(p−2)}/(2p)),   m_sc = m_sc(u√(p/(p−1))).

p = 2 and p = 3 are closed forms, evaluated by the emitted kernels of `spinglass.generated.activation_ratio`; p >= 4 is
quadrature in the variable t = |ρ|^{−1/(p−3)} z, in which the exponent is λ χ(z), λ = |ρ|^{−2/(p−3)}, with a
polynomial χ that depends on u and the sign of ρ only. All results are own results, derived in
derivations/activation_ratio.py (equations activation-ratio.*) and checked there against exact finite-N ratios.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import checked_int, input_error
from spinglass.complexity.latitude_quadrature import log_expectation
from spinglass.complexity.thresholds import checked_p, edge_distance, threshold_energy

__all__ = ["activation_ratio", "ratio_divergence", "saddle_ratio"]

Real = NDArray[np.float64]


def _kernels() -> Any:
    """The emitted closed forms, imported on first use: they are compiled."""
    return importlib.import_module("spinglass.generated.activation_ratio")


def _checked_rho(p: int, rho: ArrayLike) -> float:
    rule = "must be a number rho_1, or the array rho_1, ..., rho_p"
    try:
        values = np.atleast_1d(np.asarray(rho, dtype=float))
    except (TypeError, ValueError):
        raise input_error("rho", rho, rule) from None
    if values.ndim != 1 or not 1 <= values.size <= p:
        raise input_error("rho", rho, f"{rule}, of at most p = {p} values")
    if not np.all(np.isfinite(values)):
        raise input_error("rho", rho, "must be finite")
    first = float(values[0])
    if first != 0 and not 1e-50 <= abs(first) <= 1e50:
        raise input_error("rho", rho, "rho_1 must be 0 or of size 1e-50 to 1e50")
    return first


def _checked_energies(u: ArrayLike) -> Real:
    array = np.asarray(u)
    if array.dtype.kind not in "iuf":
        raise input_error("u", u, "must be real energy densities h/N")
    energies = array.astype(float)
    if not np.all(np.abs(energies) <= 1e30):
        raise input_error("u", u, "must be finite, of size at most 1e30")
    return energies


def _below_threshold(u: Real, p: int, v: Real, what: str) -> None:
    wrong = (v < 0) | (u > 0)
    if np.any(wrong):
        raise input_error(
            "u",
            float(u[wrong].flat[0]),
            f"{what} needs u below the threshold -E_inf = {-threshold_energy(p):.15g}: above it the index of a typical "
            "critical point is of order N",
        )


def _no_limit(rho: float, u: float, p: int, index: int) -> Exception:
    return input_error(
        "rho",
        rho,
        f"the ratio of index-{index} points has no limit at p = {p}, u = {u!r}: the activation pulls an eigenvalue "
        "below zero (s(t) <= -m_sc with positive probability), so that minima of ReLU's glass become saddles and the "
        "ratio grows exponentially in N; index=0, index=None and saddle_ratio have limits",
    )


def _out(logs: Real, log: bool) -> Any:
    if not log:
        with np.errstate(over="ignore"):
            logs = np.exp(logs)
    return logs.item() if logs.ndim == 0 else logs


def _log_total(p: int, rho: float) -> float:
    """log R_tot."""
    if p == 2:
        return float(_kernels().log_total_ratio_quadratic(rho))
    if p == 3:
        return float(_kernels().log_total_ratio_cubic(rho))
    return log_expectation(p, rho, 0.0, lambda s: np.sqrt(1 + s * s), [])[0]


def _log_closed(p: int, rho: float, u: Real, index: int | None) -> Real:
    """log R(u) or log R_k(u) for p = 2, 3, where the expectation is Gaussian."""
    name = "quadratic" if p == 2 else "cubic"
    if index is None:
        values = getattr(_kernels(), f"log_energy_ratio_{name}_ufunc")(u, rho)
    else:
        values = getattr(_kernels(), f"log_index_ratio_{name}_ufunc")(u, rho, float(index))
    return np.asarray(values)


def _weight(m_real: float, m_imag: float, part: str, index: int) -> Callable[[Real], Real]:
    """The factor of the expectation as a function of s."""
    if part == "modulus":
        return lambda s: np.hypot(1 + s * m_real, s * m_imag)
    if part == "negative":
        return lambda s: np.maximum(-(1 + s * m_real), 0.0)
    if index == 0:
        return lambda s: np.maximum(1 + s * m_real, 0.0)
    return lambda s: (1 + s * m_real) * ((1 + s * m_real) / (1 + s / m_real)) ** (index / 2)


def _log_higher(p: int, rho: float, u: float, v: float, part: str, index: int) -> float:
    """log R(u), log R_k(u) or the log of the saddle ratio for p >= 4, by quadrature."""
    if v > 0:
        m_real, m_imag = -math.copysign(1 / (math.sqrt(1 + v) + math.sqrt(v)), u), 0.0
    else:
        m_real, m_imag = -math.copysign(math.sqrt(1 + v), u), math.sqrt(-v)
    b = _kernels().energy_tilt(u, float(p), float(index))
    nearest = -m_real / (m_real * m_real + m_imag * m_imag) if m_real else 0.0  # where |1 + s m| is least
    kinks = [] if index or nearest == 0 else [nearest]
    return log_expectation(p, rho, b, _weight(m_real, m_imag, part, index), kinks)[0]


def _log_higher_each(p: int, rho: float, u: Real, v: Real, part: str, index: int) -> Real:
    pairs = zip(u.flat, v.flat, strict=True)
    return np.array([_log_higher(p, rho, float(a), float(b), part, index) for a, b in pairs]).reshape(u.shape)


def activation_ratio(
    p: int, rho: ArrayLike, u: ArrayLike | None = None, index: int | None = None, *, log: bool = False
) -> Any:
    """Mean number of critical points of an activation's glass over that of ReLU's, N → ∞.

    u = None: the ratio of total numbers, R_tot = E_t[g(t)√(1 + s(t)²)]; for p = 2 e^{−ρ²/8}(I₀ − I₁)(ρ²/8).
    u given: the ratio of densities at energy density u, all indices,

        R(u) = E_t[g(t) exp(ρ t^{p−1}(u + Re m_sc/√(p(p−1)))) |1 + s(t) m_sc|].

    u < −E_∞ and index=k: index-k points over ReLU's own index-k points. R_0 has (1 + s m_sc)₊ for the modulus, and

        R_k = E_t[g exp(ρ t^{p−1}(u + (m_sc − ½k√(x²−4))/√(p(p−1)))) (1 + s m_sc)((1 + s m_sc)/(1 + s/m_sc))^{k/2}]

    when s(t) > −m_sc for all t; otherwise the ratio for k >= 1 grows exponentially in N and is refused (p even, ρ < 0
    with p >= 5, p = 3 with ρ <= −(√6/2) m_sc).

    p : number of weight layers, 2 <= p <= 1000.   rho : ρ_1, or the array ρ_1, ρ_2, … (only ρ_1 acts at leading
    order).   u : energy densities h/N (covariance N q^p), any shape.   log : return the logarithm instead.

    Where the expectation diverges the value is inf: p = 3 only, where 1 + 4ρ²/3 − 2ρ(u + Re m_sc/√6) <= 0 (see
    `ratio_divergence`). There the points at latitudes of order one outnumber those counted here and the exponential
    order itself changes. The expectation always converges for p = 2 and p >= 4, but values above 1.8e308 (small ρ with
    p >= 4: t ~ ρ^{−1/(p−3)} dominates) round to inf too; ``log=True`` tells the two apart. Where even the logarithm is
    out of reach of the quadrature (|u| beyond about 1e10, |ρ| near 1e±50) a `ComputationError` says so.
    Closed forms for p = 2, 3, quadrature for p >= 4 with relative error below
    1e−14 · max(1, |log R|) against 30-digit values.

    Range of validity: N → ∞ at fixed ρ with bias paths of scale c_ℓ = 1; at small N, states near the poles m = ±1 of
    p >= 4 can lie in the same energy window and are not counted here.
    Source: own result, derived in derivations/activation_ratio.py and checked against exact finite-N ratios. Equations
    activation-ratio.total, .energy, .index; closed forms .cubic-total, .cubic-stable, .cubic-index, .quadratic-total,
    .quadratic-energy, .quadratic-index; integrand for p >= 4 .latitude.

    >>> round(activation_ratio(3, 0.5), 12), round(activation_ratio(3, 0.3, u=-1.8), 6)
    (0.935414346693, 0.808948)
    >>> activation_ratio(3, -1.0, u=-1.8)
    inf
    """
    p = checked_p(p)
    if p > 1000:
        raise input_error("p", p, "must be at most 1000 for activation ratios")
    first = _checked_rho(p, rho)
    if index is not None:
        index = checked_int("index", index, 0, 10**6)
        if u is None:
            raise input_error("index", index, "needs an energy density u below the threshold")
    if u is None:
        return _out(np.asarray(_log_total(p, first) if first else 0.0), log)
    energies = _checked_energies(u)
    v = np.asarray(edge_distance(energies, float(p))[0])
    if index is not None:
        _below_threshold(energies, p, v, f"index = {index}")
    if first == 0:
        return _out(np.zeros(energies.shape), log)
    if p == 3 and index:
        wrong = -first * _kernels().spike_coefficient(3.0) * (np.sqrt(1 + v) + np.sqrt(v)) >= 1  # s <= −m_sc
        if np.any(wrong):
            raise _no_limit(first, float(energies[wrong].flat[0]), p, index)
    if p <= 3:
        return _out(_log_closed(p, first, energies, index), log)
    if index and energies.size and (p % 2 == 0 or first < 0):
        raise _no_limit(first, float(energies.flat[0]), p, index)
    part = "modulus" if index is None else "index"
    return _out(_log_higher_each(p, first, energies, v, part, index or 0), log)


def saddle_ratio(p: int, rho: ArrayLike, u: ArrayLike, *, log: bool = False) -> Any:
    """Density of index-1 points of an activation's glass over the density of *all* points of ReLU's, u < −E_∞, N → ∞.

    E_t[g(t) exp(ρ t^{p−1}(u + m_sc/√(p(p−1)))) (1 + s(t) m_sc)₋]: what `activation_ratio` has beyond its minima,
    R(u) = R_0(u) + this. It is positive where the activation turns minima of ReLU's glass into saddles, else 0 (with
    ``log`` −inf). Arguments as in `activation_ratio`; the expectation never diverges.

    Source: own result, derived in derivations/activation_ratio.py, equation activation-ratio.index; checked against
    exact finite-N ratios.

    >>> round(saddle_ratio(4, 1.0, -1.9), 6), saddle_ratio(3, 0.3, -1.8)
    (0.074398, 0.0)
    """
    p = checked_p(p)
    if p > 1000:
        raise input_error("p", p, "must be at most 1000 for activation ratios")
    first = _checked_rho(p, rho)
    energies = _checked_energies(u)
    v = np.asarray(edge_distance(energies, float(p))[0])
    _below_threshold(energies, p, v, "a ratio by index")
    if p == 2 or first == 0:
        return _out(np.full(energies.shape, -np.inf), log)
    if p == 3:
        no_minima = _log_closed(3, first, energies, 0) == -np.inf
        return _out(np.where(no_minima, _log_closed(3, first, energies, None), -np.inf), log)
    return _out(_log_higher_each(p, first, energies, v, "negative", 0), log)


def ratio_divergence(p: int, rho: ArrayLike) -> tuple[float, float] | None:
    """The half-line of energy densities on which R(u) of `activation_ratio` diverges; None where there is none.

    Only p = 3 and ρ ≠ 0 have one: with s = ρ√(2/3), for s > 0 it is [u_d, ∞) with x_d = u_d√(3/2) =
    2s + 1/(2s) for s <= ½, (1 + 2s²)/(3s/2) for ½ <= s <= 1, and, open at u_d, s + 1/s for s >= 1; for s < 0 the mirror
    image (−∞, −u_d]. |u_d| >= 8/(3√3), reached at s = 1/√2. Returned as (lowest, highest) with ±inf for the open side.

    Source: own result, derived in derivations/activation_ratio.py, equation activation-ratio.divergence:
    1 + 4ρ²/3 − 2ρ(u + Re m_sc/√6) <= 0 solved for u.

    >>> low, high = ratio_divergence(3, 0.5)
    >>> round(low, 6), high
    (1.666667, inf)
    """
    p = checked_p(p)
    first = _checked_rho(p, rho)
    if p != 3 or first == 0:
        return None
    edge = float(_kernels().divergence_energy(first))
    return (edge, math.inf) if first > 0 else (-math.inf, -edge)
