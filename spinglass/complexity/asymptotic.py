"""Annealed complexity of spherical glasses: lim (1/N) log of mean numbers of critical points.

The formulas are emitted by the derivation "complexity" (`spinglass.generated.complexity`): equations complexity.stable,
complexity.index, complexity.field. In v = x²/4 − 1, with I₁ = √(v(1+v)) − asinh √v,

    Θ_k = Θ_edge − (p−2)/p · v − (k+1) I₁,   Θ_edge = ½ log(p−1) − (p−2)/p,

keeps its accuracy next to the threshold, where the textbook form loses half of its digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import input_error
from spinglass.complexity.mixed_models import mixed_model, out
from spinglass.complexity.thresholds import checked_indices, checked_p, only_one_given
from spinglass.generated import complexity as kernels

__all__ = ["annealed_complexity", "field_complexity"]


def annealed_complexity(
    u: ArrayLike,
    p: int | None = None,
    index: ArrayLike | None = None,
    *,
    mixture: Mapping[int, float] | None = None,
) -> Any:
    """Annealed complexity of the pure p-spin glass, or of a mixture {p: a_p}, at energy density u.

    ``index=None``: the density of critical points of all indices at u (not cumulative, symmetric in u),

        Σ(u) = ½ + ½ log(p−1) − u²/2 + Φ(u√(p/(p−1))),

    which is ½ log(p−1) − (p−2)u²/(4(p−1)) for |u| <= E_∞. ``index=k``: the number of critical points of index k with
    energy density below u,

        Θ_k(u) = ½ log(p−1) − (p−2)u²/(4(p−1)) − (k+1) I₁(u)   for u <= −E_∞,   I₁ = (2/E_∞²)∫_u^{−E_∞}√(z²−E_∞²)dz,

    and the constant ½ log(p−1) − (p−2)/p above. Σ(u) = Θ_0(−|u|) outside the bulk.

    u : finite energy densities u = h/N (covariance N q^p), any shape.   p : integer >= 2.
    index : None, an integer k >= 0, or an array of them that broadcasts with u.
    Returns a float for scalars, else an array of the broadcast shape; −inf only where the value is below −1.8e308.

    p = 2 has exactly 2N critical points, two of each index: the formulas hold, with Σ = 0 on |u| <= √2 and Θ_k = 0
    above −√2. Agrees with 50-digit values within 4 units in the last place of max(|Θ|, ½ log(p−1)),
    everywhere, neighbouring doubles of −E_∞ included.

    ``mixture`` = {p: a_p} in place of p: the glass of covariance N ξ(q), ξ(q) = Σ a_p² q^p. Σ(u) is then the supremum
    over the radial derivative y of Σ(u, y) (see `mixed_models`), Θ_k(u) its cumulative form by index, k eigenvalues
    below the shift costing I₁ each; about 14 digits of max(1, |Θ|).

    Equations complexity.stable (Σ) and complexity.index (Θ_k) of the derivations.
    Source: Auffinger, Ben Arous, Černý, CPAM 66 (2013), and Auffinger, Ben Arous, Ann. Probab. 41 (2013) for mixtures.

    >>> round(annealed_complexity(-1.0, 3), 14), round(annealed_complexity(-1.65, 3, index=1), 14)
    (0.22157359027997, 0.00224669774935)
    """
    only_one_given(p, mixture)
    if mixture is not None:
        return _mixed_complexity(u, mixture, index)
    p = checked_p(p)
    energies = _checked_energies(u)
    if index is None:
        if energies.ndim == 0:
            return kernels.annealed_complexity(float(energies), float(p))
        values = np.empty(energies.size)
        kernels.annealed_complexity_curve(np.ravel(energies), float(p), values)
        return values.reshape(energies.shape)
    indices = checked_indices(index)
    if energies.ndim == 0 and indices.ndim == 0:
        return kernels.cumulative_complexity(float(energies), float(p), float(indices))
    if indices.ndim == 0:
        values = np.empty(energies.size)
        kernels.cumulative_complexity_curve(np.ravel(energies), float(p), float(indices), values)
        return values.reshape(energies.shape)
    energies, indices = np.broadcast_arrays(energies, indices)
    distinct = np.unique(indices)
    if distinct.size > 64:
        return kernels.cumulative_complexity_ufunc(energies, float(p), indices)
    values = np.empty(energies.shape)
    for k in distinct.tolist():  # one index at a time: the curve computes its constants once
        chosen = indices == k
        part = np.empty(int(np.count_nonzero(chosen)))
        kernels.cumulative_complexity_curve(energies[chosen], float(p), k, part)
        values[chosen] = part
    return values


def field_complexity(u: ArrayLike, m: ArrayLike, p: int, d: ArrayLike, d1: ArrayLike) -> Any:
    """Annealed complexity Σ(u, m) at energy density u and latitude m of the pure p-spin glass in a field D = N d(m).

        Σ(u, m) = ½ + ½ log(p−1) + ½ log(1−m²) − d′²(1−m²)/(2p) − (u−d)²/2 + Φ(x),
        x = (p(u−d) + m d′)/√(p(p−1)),

    the growth rate of the mean number of critical points near (u, m), all indices; Σ(u) = sup over m, and for d = 0 it
    is `annealed_complexity` at m = 0. The spike d″ changes the number by a factor of order one only.

    u : energy densities h/N.   m : latitudes, −1 < m < 1.   p : integer >= 2.   d, d1 : d(m) and d′(m) at these m.
    All but p broadcast. Returns a float for scalars, else an array; within 4 units in the last place of the largest
    term.

    Source: equation complexity.field; equal to Ben Arous, Mei, Montanari, Nica, CPAM 72 (2019), for d a power of m.

    >>> round(field_complexity(-1.0, 0.0, 3, 0.0, 0.0), 14)
    0.22157359027997
    """
    p = checked_p(p)
    values = [_finite(name, given) for name, given in (("u", u), ("m", m), ("d", d), ("d1", d1))]
    if np.any(np.abs(values[1]) >= 1):
        raise input_error("m", m, "must lie between -1 and 1, ends excluded")
    energies, latitudes, heights, slopes = values
    return out(kernels.field_complexity_ufunc(energies, latitudes, float(p), heights, slopes))


def _finite(name: str, given: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(given)
    if array.dtype.kind not in "iuf":
        raise input_error(name, given, "must be real numbers")
    values = array.astype(float)
    if not np.all(np.isfinite(values)) or np.any(np.abs(values) > 1e50):
        raise input_error(name, given, "must be finite, of size at most 1e50")
    return values


def _mixed_complexity(u: ArrayLike, mixture: Mapping[int, float], index: ArrayLike | None) -> Any:
    model, energies = mixed_model(mixture), _checked_energies(u)
    if model.pure is not None:
        return annealed_complexity(out(energies / model.pure[1]), model.pure[0], index)
    if np.any(np.abs(energies) > 1e100):
        raise input_error("u", u, "must be of size at most 1e100 for a mixture")
    if index is None:
        return out(model.all_indices(energies))
    return out(model.cumulative(energies, checked_indices(index) + 1))


def _checked_energies(u: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(u)
    if array.dtype.kind not in "iuf":
        raise input_error("u", u, "must be real energy densities h/N")
    energies = array.astype(float)
    if not np.all(np.isfinite(energies)):
        raise input_error("u", u, "must be finite")
    return energies
