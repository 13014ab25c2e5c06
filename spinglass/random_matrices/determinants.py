"""Mean absolute determinants of the GOE with a shift and a rank-one spike, exact at finite n.

Convention of A_n: off-diagonal variance 1, diagonal variance 2, spectrum about [−2√n, 2√n].
"""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import ComputationError, checked_choice, checked_int, input_error
from spinglass.random_matrices.index_law import index_probabilities
from spinglass.random_matrices.level_density import MAX_ORDER, log_mean_abs_determinant, real_array
from spinglass.random_matrices.rank_one import spiked_ratio, spiked_ratio_bound
from spinglass.random_matrices.rank_one_indices import ALL_CIRCLES, spiked_index_logarithms, spiked_index_ratio

MAX_ORDER_INDEX = 500
MAX_ORDER_SPIKED = 200
MAX_ORDER_SPIKED_INDEX = 64
MAX_ORDER_SUPERSYMMETRIC = 60
MAX_ORDER_RELATIVE = 60
METHODS = ("fourier", "supersymmetric")
_SURE = 1e-12  # relative error of an index that needs no other route
ACCURACY = 1e-12  # of the Fourier integral, relative to the sum over all indices, up to n = 64
ACCURACY_OF_LARGE_ORDERS = 1e-11
RELATIVE_ACCURACY = 1e-6  # of a rare index with a spike, at least
LARGEST = 1e100  # squares of xi and kappa stay inside double precision
MAX_ORDER_CLOSED_FORM = 4
LARGEST_CLOSED_FORM = 1e70  # fourth powers of xi stay inside double precision


def mean_abs_determinant(
    n: int,
    xi: ArrayLike,
    kappa: ArrayLike = 0.0,
    index: ArrayLike | None = None,
    log: bool = False,
    *,
    with_error: bool = False,
    method: str | None = None,
    relative: bool = False,
) -> Any:
    """W_n(ξ, κ) = E|det(A_n + κ e eᵀ − ξ)|, e a unit vector; by index, the mean of |det| 1{index = k}.

    κ = 0: Fyodorov's identity 2^{(n+2)/2} Γ((n+1)/2) e^{ξ²/4} R_{n+1}(ξ), and by index one eigenproblem per ξ
    (`index_law`). κ ≠ 0: the Fourier-Pfaffian integral over the minor (`rank_one`, `rank_one_indices`).

    Parameters
    ----------
    n : order, 1 <= n <= 2000; with an index up to 500; with κ ≠ 0 up to 200, with both up to 64.
    xi, kappa : shifts and strengths, any shapes that broadcast, of size at most 1e100.
    index : None, or the number(s) of eigenvalues below ξ, 0 … n, broadcast with the rest.
    log : give the logarithm (E|det A_n| itself overflows near n = 300).
    with_error : give (value, error), error a bound of the absolute error (of the logarithm when `log`).
    method : None chooses as above; "fourier" forces the Fourier-Pfaffian integral, also at κ = 0; "supersymmetric"
        the second exact route, a two-dimensional integral (`supersymmetric`; 2 <= n <= 60, no index, slower).
    relative : every index with relative accuracy (n <= 60, up to tens of seconds for each ξ); with `log` nothing
        underflows. κ = 0: the rarest included, by integers of many bits (|ξ| <= 2√n + 10). κ ≠ 0: by circles of many
        radii, as far as the index of the minor tells that of the matrix, and for indices 0 and n by a lowered contour
        (`definite_index`), at any rarity.

    Accuracy: relative 1e-13 for κ = 0 (1e-12 at n = 500), 1e-12 for κ ≠ 0 at any size of κ and ξ (1e-11 above n = 64);
    by index 1e-12 of the sum over all indices (κ ≠ 0: relative 1e-11 for the common ones; what falls below its bound
    is zero). With `relative` and κ = 0, 1e-15 relative; with κ ≠ 0 about 1e-12 for indices 0 and n (1e-8 at shares of
    1e-1300), 1e-9 for the others down to shares of 1e-4 of the sum, 1e-7 to 1e-12, 1e-6 to 1e-25, by the bounds, and
    errors ten to a hundred times smaller. The
    supersymmetric integral: 1e-10, as far as cancellation leaves that (n = 60 at ξ = 0, n = 10 near the edge).

    Raises `InputError` for bad arguments; `ComputationError` when the error estimate misses these accuracies (with
    `relative` and κ ≠ 0: 1e-6, unless `with_error` hands it out), or when the value overflows and `log` is false.

    Source: Fyodorov, PRL 92 (2004) 240601 (κ = 0); κ ≠ 0 and the index own results, checked against the
    supersymmetric integral, Monte Carlo and closed forms at n = 1, 2.

    >>> round(mean_abs_determinant(2, 0.0), 12)  # 2√2 − 1
    1.828427124746
    >>> round(mean_abs_determinant(2, 0.7, 1.3), 10)
    2.1589533967
    >>> [round(mean_abs_determinant(3, 0.7, -2.0, index=k), 5) for k in range(4)]
    [0.00018, 0.36267, 4.34372, 1.20423]
    """
    n = checked_int("n", n, 1, MAX_ORDER)
    if method is not None:
        checked_choice("method", method, METHODS)
    shift, strength = np.broadcast_arrays(real_array("xi", xi), real_array("kappa", kappa))
    for argument, values in (("xi", shift), ("kappa", strength)):
        if np.any(np.abs(values) > LARGEST):
            raise input_error(argument, float(np.max(np.abs(values))), f"must be of size at most {LARGEST:g}")
    wanted = None if index is None else _checked_index(index, n)
    if wanted is not None:
        shift, strength, wanted = np.broadcast_arrays(shift, strength, wanted)
    swept = np.full(shift.shape, True) if method == "fourier" else strength != 0
    _check_orders(n, method, wanted is not None, bool(np.any(swept)))
    if relative and (wanted is None or method is not None):
        raise input_error("relative", relative, "needs an index and no method")
    if relative:
        checked_int("n (with relative)", n, 1, MAX_ORDER_RELATIVE)

    # value = share · e^scale
    scale, share, error = log_mean_abs_determinant(n, shift), np.ones(shift.shape), np.zeros(shift.shape)
    supersymmetric = method == "supersymmetric"
    if supersymmetric or wanted is not None or np.any(swept):
        scale = np.array(scale)
        for place in np.unique(shift):
            routes = (_rare_spiked, _rare) if relative else (_spiked, _plain)
            for group, route in zip((swept, ~swept), routes, strict=True):
                chosen = group & (shift == place)
                if np.any(chosen):
                    numbers = None if wanted is None else wanted[chosen]
                    found = (_supersymmetric if supersymmetric else route)(n, float(place), strength[chosen], numbers)
                    scale[chosen], share[chosen], error[chosen] = found
    if relative and not with_error and np.any(error > RELATIVE_ACCURACY * share):
        raise ComputationError(
            f"the rarest index asked for at n = {n} is known to {float(np.max(error / share)):.1e} of itself only; "
            "with_error=True gives what is known"
        )
    scale_error = 1.2e-15 * (n + 3) + 4e-16 * np.abs(scale)
    with np.errstate(divide="ignore"):
        logarithm = scale + np.log(share)
    if log:
        part = np.divide(error, share, out=np.ones_like(share), where=share > error)
        with np.errstate(divide="ignore"):
            uncertainty = -np.log1p(-part)  # infinite when nothing of the share is certain
        return _given(logarithm, scale_error + uncertainty, with_error)
    if logarithm.size and float(np.max(logarithm)) > 709.0:
        raise ComputationError("the mean determinant exceeds the range of double precision; use log=True")
    values = np.exp(logarithm)
    return _given(values, values * scale_error + np.exp(np.minimum(scale, 709.0)) * error, with_error)


def _given(values: NDArray[np.float64], error: NDArray[np.float64], with_error: bool) -> Any:
    if values.ndim == 0:
        return (float(values), float(error)) if with_error else float(values)
    return (values, error) if with_error else values


def _check_orders(n: int, method: str | None, by_index: bool, spiked: bool) -> None:
    if method == "supersymmetric":
        if by_index:
            raise input_error("index", "given", "must be None for the supersymmetric integral")
        checked_int("n (supersymmetric)", n, 2, MAX_ORDER_SUPERSYMMETRIC)
    elif spiked:
        limit = MAX_ORDER_SPIKED_INDEX if by_index else MAX_ORDER_SPIKED
        checked_int("n (Fourier integral, with an index)" if by_index else "n (Fourier integral)", n, 1, limit)
    elif by_index:
        checked_int("n (with an index)", n, 1, MAX_ORDER_INDEX)


Numbers = NDArray[np.int64] | None
Parts = tuple[float | NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def _plain(n: int, place: float, strength: NDArray[np.float64], index: Numbers) -> Parts:
    """(log scale, shares, absolute errors of the shares) without a spike."""
    scale = float(log_mean_abs_determinant(n, place))
    if index is None:  # nothing but the scale
        return scale, np.ones(strength.size), np.zeros(strength.size)
    law, bound = index_probabilities(n, place, with_error=True)
    return scale, law[index], bound[index]


def _rare(n: int, place: float, strength: NDArray[np.float64], index: Numbers) -> Parts:
    """The same with relative accuracy: the probability is in the scale, so that it does not underflow."""
    law, bound = index_probabilities(n, place, relative=True, log=True, with_error=True)
    return float(log_mean_abs_determinant(n, place)) + law[index], np.ones(strength.size), np.expm1(bound[index])


def _spiked(n: int, place: float, strength: NDArray[np.float64], index: Numbers) -> Parts:
    """The same by the Fourier-Pfaffian integral."""
    kappa, inverse = np.unique(strength, return_inverse=True)
    here = np.array([place])
    if index is None:
        log_minor, ratio = spiked_ratio(n, here, kappa)
        total = ratio[:, 0]
        each = spiked_ratio_bound(n, here, kappa)[:, 0]
        share, error, worst = total[inverse], each[inverse], float(np.max(each / total))
    else:
        log_minor, by_index, bound = spiked_index_ratio(n, here, kappa)
        total = by_index[:, 0].sum(axis=-1)
        share, error = by_index[inverse, 0, index], bound[inverse, 0, index]
        worst = float(np.max(bound[:, 0].max(axis=-1) / total))
    accuracy = ACCURACY if n <= MAX_ORDER_SPIKED_INDEX else ACCURACY_OF_LARGE_ORDERS
    if worst > accuracy:
        raise ComputationError(
            f"the Fourier integral at n = {n}, xi = {place:g} has an error of {worst:.1e} of the sum"
        )
    return float(log_minor[0]), share, error


def _rare_spiked(n: int, place: float, strength: NDArray[np.float64], index: Numbers) -> Parts:
    """Each index by the route with the smaller bound: circles of many radii, or for indices 0 and n a lowered contour;
    the value is in the scale, so that it does not underflow."""
    from spinglass.random_matrices.definite_index import log_definite_determinant

    assert index is not None
    kappa, inverse = np.unique(strength, return_inverse=True)
    log_minor = float(log_mean_abs_determinant(n - 1, place))
    logarithm, log_bound = spiked_index_logarithms(n, place, kappa, ALL_CIRCLES)
    with np.errstate(invalid="ignore"):
        error = np.where(np.isfinite(logarithm), np.exp(np.minimum(log_bound - logarithm, 700.0)), np.inf)
    logarithm = logarithm + log_minor
    for row, value in enumerate(kappa.tolist()):
        for end, sign in ((0, 1.0), (n, -1.0)):
            if error[row, end] > _SURE and np.any((inverse == row) & (index == end)):
                found, loss = log_definite_determinant(n, sign * place, sign * value)
                if loss < error[row, end]:
                    logarithm[row, end], error[row, end] = found, math.expm1(loss)
    chosen = (inverse, index)
    known = np.isfinite(logarithm[chosen])
    return np.where(known, logarithm[chosen], 0.0), np.where(known, 1.0, 0.0), np.where(known, error[chosen], np.inf)


def _supersymmetric(n: int, place: float, strength: NDArray[np.float64], index: Numbers) -> Parts:
    """The same by the supersymmetric integral."""
    from spinglass.random_matrices.supersymmetric import supersymmetric_ratio

    kappa, inverse = np.unique(strength, return_inverse=True)
    log_scale, share, error = supersymmetric_ratio(n, place, kappa)
    return log_scale, share[inverse], error[inverse]


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
