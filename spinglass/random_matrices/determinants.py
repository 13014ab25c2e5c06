"""Mean absolute determinants of the GOE with a shift and a rank-one spike, exact at finite n.

Convention of A_n: off-diagonal variance 1, diagonal variance 2, spectrum about [−2√n, 2√n].
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import ComputationError, checked_int, input_error
from spinglass.random_matrices.index_law import index_probabilities
from spinglass.random_matrices.level_density import MAX_ORDER, log_mean_abs_determinant, real_array
from spinglass.random_matrices.rank_one import spiked_ratio

MAX_ORDER_INDEX = 500
MAX_ORDER_SPIKED = 64
LARGEST = 1e100  # squares of xi and kappa stay inside double precision
MAX_ORDER_CLOSED_FORM = 4
LARGEST_CLOSED_FORM = 1e70  # fourth powers of xi stay inside double precision


def mean_abs_determinant(
    n: int, xi: ArrayLike, kappa: ArrayLike = 0.0, index: ArrayLike | None = None, log: bool = False
) -> Any:
    """W_n(ξ, κ) = E|det(A_n + κ e eᵀ − ξ)|, e a unit vector; by index, the mean of |det| 1{index = k}.

    κ = 0: Fyodorov's identity 2^{(n+2)/2} Γ((n+1)/2) e^{ξ²/4} R_{n+1}(ξ), and by index one eigenproblem per ξ
    (`index_law`). κ ≠ 0: the Fourier-Pfaffian integral over the minor (`rank_one`).

    Parameters
    ----------
    n : order, 1 <= n <= 2000; with κ ≠ 0 up to 64, with an index up to 500.
    xi, kappa : shifts and strengths, any shapes that broadcast, of size at most 1e100.
    index : None, or the number(s) of eigenvalues below ξ, 0 … n, broadcast with the rest; needs κ = 0.
    log : give the logarithm (E|det A_n| itself overflows near n = 300).

    Accuracy: relative 1e-13 for κ = 0 (1e-12 at n = 500), 1e-12 for κ ≠ 0 at any size of κ and ξ; by index 1e-14 √n
    of the sum over all indices (rarer indices are zero).

    Raises `InputError` for bad arguments; `ComputationError` when the value overflows and `log` is false.

    Source: Fyodorov, PRL 92 (2004) 240601 (κ = 0); κ ≠ 0 and the index own results, checked against the
    supersymmetric integral, Monte Carlo and closed forms at n = 1, 2.

    >>> round(mean_abs_determinant(2, 0.0), 12)  # 2√2 − 1
    1.828427124746
    >>> round(mean_abs_determinant(2, 0.7, 1.3), 10)
    2.1589533967
    """
    n = checked_int("n", n, 1, MAX_ORDER)
    shift, strength = np.broadcast_arrays(real_array("xi", xi), real_array("kappa", kappa))
    for argument, values in (("xi", shift), ("kappa", strength)):
        if np.any(np.abs(values) > LARGEST):
            raise input_error(argument, float(np.max(np.abs(values))), f"must be of size at most {LARGEST:g}")
    if index is not None:
        if np.any(strength != 0):
            raise input_error("kappa", kappa, "must be 0 when an index is given")
        checked_int("n (with an index)", n, 1, MAX_ORDER_INDEX)
        wanted = _checked_index(index, n)
        shift, wanted = np.broadcast_arrays(shift, wanted)
        places, inverse = np.unique(shift, return_inverse=True)
        laws = np.array([index_probabilities(n, float(place)) for place in places]).reshape(places.size, n + 1)
        share = laws[inverse.reshape(shift.shape), wanted]
        with np.errstate(divide="ignore"):
            logarithm = log_mean_abs_determinant(n, shift) + np.log(share)
    else:
        logarithm = log_mean_abs_determinant(n, shift)
        spiked = strength != 0
        if np.any(spiked):
            checked_int("n (with kappa != 0)", n, 1, MAX_ORDER_SPIKED)
            logarithm = np.array(logarithm)
            for place in np.unique(shift[spiked]):
                chosen = spiked & (shift == place)
                log_minor, ratio = spiked_ratio(n, np.array([place]), strength[chosen])
                logarithm[chosen] = log_minor[0] + np.log(ratio[:, 0])
    if log:
        return float(logarithm) if logarithm.ndim == 0 else logarithm
    if logarithm.size and float(np.max(logarithm)) > 709.0:
        raise ComputationError("the mean determinant exceeds the range of double precision; use log=True")
    values = np.exp(logarithm)
    return float(values) if values.ndim == 0 else values


def mean_abs_determinant_closed_form(n: int, xi: ArrayLike) -> Any:
    """E|det(A_n − ξ)| in closed form for n <= 4, by the evaluators that the derivations emit.

    n = 1: ξ erf(ξ/2) + 2e^{−ξ²/4}/√π;   n = 2: ξ² − 1 + 2√2 e^{−ξ²/4};
    n = 3: (ξ³ − 3ξ) erf(ξ/2) + 6(ξ² + 1)e^{−ξ²/4}/√π;   n = 4: ξ⁴ − 6ξ² + 3 + √2(ξ⁴ + 6ξ² + 3)e^{−ξ²/4}.

    Parameters
    ----------
    n : order, 1, 2, 3 or 4.
    xi : shifts, any shape, of size at most 1e70.

    Accuracy: two units in the last place for every ξ.   Raises `InputError` for bad arguments.

    Source: own result, derived in derivations/determinant.py from the supersymmetric integral, equations
    determinant.closed-even and determinant.closed-odd; equal to Fyodorov's identity, PRL 92 (2004) 240601.

    >>> round(mean_abs_determinant_closed_form(2, 0.0), 14)  # 2√2 − 1
    1.82842712474619
    """
    n = checked_int("n", n, 1, MAX_ORDER_CLOSED_FORM)
    shift = real_array("xi", xi)
    if np.any(np.abs(shift) > LARGEST_CLOSED_FORM):
        raise input_error("xi", float(np.max(np.abs(shift))), f"must be of size at most {LARGEST_CLOSED_FORM:g}")
    kernels = importlib.import_module("spinglass.generated.determinant")
    values = getattr(kernels, f"mean_abs_determinant_{n}_ufunc")(shift)
    return float(values) if np.ndim(values) == 0 else values


def _checked_index(index: Any, n: int) -> NDArray[np.int64]:
    rule = f"must be integers from 0 to n = {n}"
    array = np.asarray(index)
    if isinstance(index, (bool, str)) or array.dtype.kind not in "iuf":
        raise input_error("index", index, rule)
    if np.any(array != np.floor(array)) or np.any(array < 0) or np.any(array > n):
        raise input_error("index", index, rule)
    return array.astype(np.int64)
