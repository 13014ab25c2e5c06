"""Ground-state and algorithmic energies of spherical glasses."""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from typing import Any

from spinglass._errors import ComputationError, input_error
from spinglass.complexity.latitude_profile import Glass, glass_of
from spinglass.complexity.thresholds import threshold_energy
from spinglass.hamiltonians.covariance import checked_mixture, covariance

__all__ = ["algorithmic_threshold", "ground_state_energy", "one_step_solution"]


def _kernels() -> Any:
    """The emitted kernels, imported on first use: they are compiled."""
    return importlib.import_module("spinglass.generated.phase_diagram")


def _span(glass: Glass) -> float:
    """s = log r > 0 with (sinh s − s)/(cosh s − 1) = 1 − 2ξ/ξ′."""
    from scipy.optimize import brentq

    target = 1 - 2 * glass.value / glass.first
    if target <= 0:
        rule = "the one-step solution needs xi' > 2 xi at q = 1 (no p = 2 alone, no strong linear term)"
        raise input_error("mixture", f"xi = {glass.value:g}, xi' = {glass.first:g}", rule)
    ratio = _kernels().one_step_ratio
    high = 1.0
    while ratio(high) < target:
        high *= 2
        if high > 512:
            raise ComputationError(f"xi' / xi = {glass.first / glass.value:g} is out of reach of double precision")
    return float(brentq(lambda s: ratio(s) - target, 1e-12, high, xtol=1e-300, rtol=8.9e-16))


def ground_state_energy(p: int | None = None, *, mixture: Mapping[int, float] | None = None) -> float:
    """E > 0, the value of the zero-temperature functional with one step of replica symmetry breaking.

        ½[ξ′L − c(ξ′ − ξ) + c⁻¹ log(L/(L − c))] at its stationary point:
        E = √ξ′ (s/2)/sinh(s/2),  (sinh s − s)/(cosh s − 1) = 1 − 2ξ/ξ′.

    −E is the ground-state energy per spin of the pure glass for every p >= 3, E = `band_edge`(p, 0), and of mixtures
    where one step is enough; elsewhere −E is a lower bound of it. It is the zero of the annealed complexity wherever
    that lies below the threshold. p = 2: √2. The constant term of ξ is left out.

    Raises `InputError` for a mixture with ξ′ <= 2ξ at q = 1.   Relative accuracy about 1e-15.

    Source: Chen, Sen 2017; Jagannath, Tobasco 2017; equality with the annealed zero: equation phase-diagram.one-step.

    >>> round(ground_state_energy(3), 13)
    1.6569983635275
    """
    glass = glass_of(p, mixture)
    if glass.spread == -1.0 and glass.share == 2:
        return math.sqrt(glass.first)  # p = 2: s = 0
    return math.sqrt(glass.first) * float(_kernels().one_step_energy(_span(glass)))


def one_step_solution(p: int | None = None, *, mixture: Mapping[int, float] | None = None) -> tuple[float, float]:
    """(L, c) of the stationary point of the one-step functional of `ground_state_energy`.

    L = √(r/ξ′), c = (r−1)/√(rξ′), r = e^s. Source: equation phase-diagram.one-step.

    >>> [round(each, 12) for each in one_step_solution(3)]
    [0.969013335914, 0.625020822107]
    """
    glass = glass_of(p, mixture)
    span = _span(glass)
    return math.exp(span / 2) / math.sqrt(glass.first), 2 * math.sinh(span / 2) / math.sqrt(glass.first)


def algorithmic_threshold(p: int | None = None, *, mixture: Mapping[int, float] | None = None) -> float:
    """E_alg = ∫₀¹ √ξ″(q) dq: greedy descent along the Hessian's lowest directions reaches energy density −E_alg.

    Pure glass: 2√((p−1)/p) = E_∞. Mixtures separate E_alg from `threshold_energy`.
    Relative accuracy 1e-13 (quadrature), pure glasses to rounding.

    Source: Subag, CPAM 74 (2021), arXiv:1812.04588.

    >>> round(algorithmic_threshold(mixture={2: 0.5**0.5, 3: 0.5**0.5}), 12)
    1.555555555556
    """
    glass = glass_of(p, mixture)
    if p is not None:
        return threshold_energy(p)
    if glass.spread == -1.0:
        return threshold_energy(mixture=mixture)
    from scipy.integrate import quad

    terms = checked_mixture(None, mixture)
    value, error = quad(  # q = t²: √ξ″ is analytic in t up to the end
        lambda t: 2 * t * math.sqrt(covariance(terms, t * t, 2)), 0.0, 1.0, epsabs=0.0, epsrel=2e-14, limit=400
    )
    if not error <= 1e-12 * value:
        raise ComputationError(f"the quadrature of sqrt(xi'') reached {error / value:.1e}, not 1e-12")
    return float(value)
