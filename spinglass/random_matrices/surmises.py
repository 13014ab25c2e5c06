"""Wigner's surmise of the spacing, the surmise of the spacing ratio, and what they are compared with: sampled levels.

Surmises are the exact laws of matrices of order two (spacing) and three (ratio); for large matrices they are off by up
to a few per cent (module `spacings` for the exact law). Derived in derivations/level_surmises.py.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import checked_choice, checked_int, input_error
from spinglass.generated import classical_laws as law
from spinglass.random_matrices import semicircle
from spinglass.random_matrices.level_density import real_array

__all__ = [
    "mean_spacing_ratio",
    "spacing_ratio_pdf",
    "spacing_ratios",
    "unfold",
    "wigner_surmise_cdf",
    "wigner_surmise_pdf",
    "wigner_surmise_variance",
]

Real = NDArray[np.float64]
_SPACING = {1: law.wigner_surmise_1_ufunc, 2: law.wigner_surmise_2_ufunc, 4: law.wigner_surmise_4_ufunc}
_RATIO = {1: law.ratio_surmise_1_ufunc, 2: law.ratio_surmise_2_ufunc, 4: law.ratio_surmise_4_ufunc}
_VARIANCE = {1: 4 / math.pi - 1, 2: 3 * math.pi / 8 - 1, 4: 45 * math.pi / 128 - 1}
_MEAN_RATIO = {
    0: 2 * math.log(2) - 1,
    1: 4 - 2 * math.sqrt(3),
    2: 2 * math.sqrt(3) / math.pi - 0.5,
    4: 32 * math.sqrt(3) / (15 * math.pi) - 0.5,
}
_RATE = {1: math.pi / 4, 2: 4 / math.pi, 4: 64 / (9 * math.pi)}  # of the exponents of the emitted densities


def _out(values: Any) -> Any:
    return values if np.ndim(values) else np.asarray(values).item()


def _distances(s: ArrayLike, name: str = "s") -> Real:
    array = real_array(name, s)
    if np.any(array < 0):
        raise input_error(name, s, "must be real numbers >= 0")
    return array


def wigner_surmise_pdf(s: ArrayLike, beta: int) -> Any:
    """Density of Wigner's surmise at the spacing s (mean 1), β = 1, 2, 4. Equation classical-laws.wigner-surmise.

    β = 1: (π/2) s e^{−πs²/4};  β = 2: (32/π²) s² e^{−4s²/π};  β = 4: (2^18/(3^6 π³)) s⁴ e^{−64s²/(9π)}.

    >>> round(wigner_surmise_pdf(1.0, 1), 12)
    0.716185936341
    """
    beta = checked_choice("beta", beta, (1, 2, 4))
    return _out(_SPACING[beta](np.minimum(_distances(s), 1e3)))


def wigner_surmise_cdf(s: ArrayLike, beta: int) -> Any:
    """Distribution function of Wigner's surmise: the incomplete gamma function P((β + 1)/2, b s²).

    >>> round(wigner_surmise_cdf(1.0, 1), 12)
    0.544061872234
    """
    from scipy.special import gammainc

    beta = checked_choice("beta", beta, (1, 2, 4))
    return _out(gammainc((beta + 1) / 2, _RATE[beta] * np.minimum(_distances(s), 1e3) ** 2))


def wigner_surmise_variance(beta: int) -> float:
    """Variance of Wigner's surmise: 4/π − 1, 3π/8 − 1, 45π/128 − 1. Equation classical-laws.surmise-variance.

    >>> round(wigner_surmise_variance(1), 12)
    0.273239544735
    """
    return _VARIANCE[checked_choice("beta", beta, (1, 2, 4))]


def spacing_ratio_pdf(r: ArrayLike, beta: int, *, folded: bool = True) -> Any:
    """Density of the ratio of consecutive spacings, exact at order three; β = 0 is that of independent levels.

    folded : of min(r, 1/r) on [0, 1] (0 beyond), else of r itself on [0, ∞). Equation classical-laws.ratio-surmise.

    >>> round(spacing_ratio_pdf(1.0, 1), 12), spacing_ratio_pdf(0.0, 0)
    (0.866025403784, 2.0)
    """
    beta = checked_choice("beta", beta, (0, 1, 2, 4))
    array = _distances(r, "r")
    inner = np.where(array <= 1, array, 1 / np.maximum(array, 1.0))
    density = 1 / (1 + inner) ** 2 if beta == 0 else _RATIO[beta](inner)
    if folded:
        return _out(np.where(array <= 1, 2 * density, 0.0))
    return _out(np.where(array <= 1, density, density * inner**2))


def mean_spacing_ratio(beta: int) -> float:
    """Mean of min(r, 1/r) by the surmise: 4 − 2√3, 2√3/π − ½, 32√3/(15π) − ½; 2 log 2 − 1 for β = 0.

    Large matrices have 0.5307(1), 0.5996(1), 0.6744(1) (Atas et al. 2013). Equation classical-laws.ratio-means.

    >>> round(mean_spacing_ratio(1), 12)
    0.535898384862
    """
    return _MEAN_RATIO[checked_choice("beta", beta, (0, 1, 2, 4))]


def spacing_ratios(levels: ArrayLike) -> Real:
    """min/max of consecutive spacings of sorted levels, shape (…, n) → (…, n − 2); no unfolding is needed.

    >>> spacing_ratios([0.0, 1.0, 3.0, 4.0]).tolist()
    [0.5, 0.5]
    """
    array = real_array("levels", levels)
    if array.ndim < 1 or array.shape[-1] < 3:
        raise input_error("levels", array.shape, "must have at least three levels on the last axis")
    spacing = np.diff(array, axis=-1)
    if np.any(spacing < 0):
        raise input_error("levels", levels, "must be sorted on the last axis")
    smaller = np.minimum(spacing[..., 1:], spacing[..., :-1])
    larger = np.maximum(spacing[..., 1:], spacing[..., :-1])
    if np.any(larger == 0):
        raise input_error("levels", levels, "must not have three equal levels")
    return np.asarray(smaller / larger)


def unfold(levels: ArrayLike, n: int) -> Any:
    """Levels of A_n on the scale of mean spacing 1: n times the semicircle's distribution function at λ/√n.

    >>> unfold([0.0, 2.0], 1).tolist()
    [0.5, 1.0]
    """
    n = checked_int("n", n, 1)
    return _out(n * np.asarray(semicircle.cdf(real_array("levels", levels) / math.sqrt(n))))
