"""The landscape of the spiked tensor model, in the variables of its paper.

    f(σ) = λ⟨σ, v⟩^k + noise of variance 1/(2n),  |σ| = 1;   m = ⟨σ, v⟩, x = f(σ); maxima are wanted.

In the terms of this package p = k, u = −√2 x, the field is D = N d(m) with d = −√2 λ m^k, and maxima of f are minima.

Source: Ben Arous, Mei, Montanari, Nica, CPAM 72 (2019), arXiv:1711.05424; equations phase-diagram.latitude,
.outlier-cost, .signal.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spinglass._errors import checked_float, checked_int, input_error
from spinglass.complexity.asymptotic import field_complexity
from spinglass.complexity.ground_states import ground_state_energy, one_step_solution
from spinglass.complexity.leading_order import index_cost
from spinglass.complexity.mixed_models import out
from spinglass.hamiltonians import OverlapField

__all__ = [
    "critical_signal",
    "maxima_complexity",
    "maxima_cost",
    "noise_maximum",
    "signal_crossing",
    "signal_maximum",
    "spike_eigenvalue",
    "spiked_complexity",
    "spiked_field",
]


def _degree(k: Any, low: int = 3) -> int:
    return checked_int("k", k, low, 1000)


def _strength(lam: Any) -> float:
    return checked_float("lam", lam, 0.0, 1e6)


def _real(name: str, given: ArrayLike, rule: str = "must be finite real numbers") -> Any:
    array = np.asarray(given)
    if array.dtype.kind not in "iuf" or not np.all(np.abs(array) <= 1e6):
        raise input_error(name, given, rule)
    return array.astype(float)


def spiked_field(lam: float, k: int) -> OverlapField:
    """The overlap field of the model, D = −√2 λ N m^k, for `leading_complexity` and the exact counts.

    >>> spiked_field(1.0, 3).value(0.5, n_spins=8) == -(2**0.5)
    True
    """
    return OverlapField.spike(-math.sqrt(2) * _strength(lam), _degree(k, 2))


def spiked_complexity(m: ArrayLike, x: ArrayLike, lam: float, k: int) -> Any:
    """S_*(m, x), the growth rate of the mean number of critical points of f at overlap m and height x.

        S_* = ½(log(k−1) + 1) + ½ log(1−m²) − kλ²m^{2k−2}(1−m²) − (x − λm^k)² + Φ(x√(2k/(k−1))).

    m : overlaps, −1 < m < 1.   x : heights.   lam : λ >= 0.   k : degree, 2 to 1000. m and x broadcast.
    Returns a float or an array; within 1e-15 of the largest term.

    >>> round(spiked_complexity(0.3, 1.16, 1.0, 3), 15)
    0.002229577599212
    """
    k, lam = _degree(k, 2), _strength(lam)
    overlaps, heights = _real("m", m), _real("x", x)
    if np.any(np.abs(overlaps) >= 1):
        raise input_error("m", m, "must lie between -1 and 1, ends excluded")
    scale = -math.sqrt(2)
    d, d1 = scale * lam * overlaps**k, scale * k * lam * overlaps ** (k - 1)
    return field_complexity(scale * heights, overlaps, k, d, d1)


def spike_eigenvalue(m: ArrayLike, lam: float, k: int) -> Any:
    """θ = √(2k(k−1)) λ m^{k−2}(1−m²): the strength of the spike in the Hessian of f, in units of the bulk [−2, 2].

    For θ > 1 an eigenvalue lies at θ + 1/θ.

    >>> round(spike_eigenvalue(0.5, 2.0, 3), 12)
    2.598076211353
    """
    k, lam = _degree(k, 2), _strength(lam)
    overlaps = _real("m", m)
    return out(math.sqrt(2 * k * (k - 1)) * lam * overlaps ** (k - 2) * (1 - overlaps) * (1 + overlaps))


def maxima_cost(theta: ArrayLike, t: ArrayLike) -> Any:
    """L(θ, t), t = x√(2k/(k−1)): the rate at which maxima are rarer than critical points, S_0 = S_* − L.

    inf for t < 2; for θ > 1 and 2 <= t < θ + 1/θ
    ¼∫_{θ+1/θ}^t √(y²−4) dy − ½θ(t − θ − 1/θ) + ⅛(t² − (θ+1/θ)²); else 0. See `index_cost` for the other indices.

    >>> round(maxima_cost(2.598076211353316, 2.0784609690826528), 14)
    0.26225445664309
    """
    return index_cost(0, -_real("t", t), -_real("theta", theta))


def maxima_complexity(m: ArrayLike, x: ArrayLike, lam: float, k: int) -> Any:
    """S_0(m, x) = S_*(m, x) − L: the growth rate of the mean number of local maxima; −inf where there are none.

    Arguments as in `spiked_complexity`.

    >>> round(maxima_complexity(0.5, 1.2, 2.0, 3), 12)
    -0.459259563433
    """
    k = _degree(k, 2)
    shift = _real("x", x) * math.sqrt(2 * k / (k - 1))
    return out(np.asarray(spiked_complexity(m, x, lam, k)) - maxima_cost(spike_eigenvalue(m, lam, k), shift))


def critical_signal(k: int) -> tuple[float, float, float]:
    """(λ_c, m_c, x_c): the smallest λ at which S_* has a zero-valued stationary point away from m = 0.

        λ_c = √((k−1)^{k−1}/(2k(k−2)^{k−2})),  m_c² = (k−2)/(k−1),  x_c = √(2(k−1)/k),

    marginal there: x_c is the threshold. k >= 3.

    >>> [round(each, 12) for each in critical_signal(3)]
    [0.816496580928, 0.707106781187, 1.154700538379]
    """
    k = _degree(k)
    return (
        float(_kernels().critical_spike(float(k))),
        math.sqrt((k - 2) / (k - 1)),
        math.sqrt(2 * (k - 1) / k),
    )


def signal_maximum(lam: float, k: int) -> tuple[float, float]:
    """(m, x) of the maximum of f that follows the signal, λ >= λ_c(k).

    2kλ²m^{2k−4}(1−m²) = 1 with the larger m, and x = λm^k + √(k(1−m²)/2). Relative accuracy 1e-15, next to λ_c that of
    a double root in m.

    >>> [round(each, 12) for each in signal_maximum(2.0, 3)]
    [0.97797518608, 2.126370510665]
    """
    k, lam = _degree(k), _strength(lam)
    critical, m_c, x_c = critical_signal(k)
    if lam < critical * (1 - 1e-15):
        raise input_error("lam", lam, f"must be at least lambda_c = {critical:.15g} for k = {k}")
    if lam <= critical:
        return m_c, x_c
    # ε = 1 − m² in (0, 1/(k−1)): log of ε(1−ε)^{k−2}, increasing there
    goal = -math.log(2 * k) - 2 * math.log(lam)

    def gap(eps: float) -> float:
        return math.log(eps) + (k - 2) * math.log1p(-eps) - goal

    from scipy.optimize import brentq

    top = 1 / (k - 1)
    if gap(top) <= 0:
        return m_c, x_c
    eps = float(brentq(gap, 1 / (2 * k * lam * lam) * (1 - 1e-15), top, xtol=1e-300, rtol=8.9e-16))
    m = math.sqrt(1 - eps)
    return m, lam * m**k + math.sqrt(k * eps / 2)


def signal_crossing(k: int) -> tuple[float, float]:
    """(λ, m) at which the maximum of the signal is as high as the highest maxima of the noise, E_0(k)/√2.

    1 − m² = e^{−s} with s of the one-step solution (`ground_state_energy`), λ = e^{s/2}/(√(2k) m^{k−2}).

    >>> [round(each, 12) for each in signal_crossing(3)]
    [0.853163741793, 0.803123559195]
    """
    k = _degree(k)
    length, _ = one_step_solution(k)
    ratio = k * length * length  # e^s
    m = math.sqrt(1 - 1 / ratio)
    return math.sqrt(ratio / (2 * k)) / m ** (k - 2), m


def noise_maximum(k: int) -> float:
    """E_0(k)/√2, the height of the highest maxima of the noise.

    >>> round(noise_maximum(3), 12)
    1.171674779265
    """
    return ground_state_energy(_degree(k, 2)) / math.sqrt(2)


def _kernels() -> Any:
    """The emitted kernels, imported on first use: they are compiled."""
    return importlib.import_module("spinglass.generated.phase_diagram")
