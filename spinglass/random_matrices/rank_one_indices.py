"""W_n(ξ, κ) by index: E|det(A_n + κ e eᵀ − ξ)| 1{k eigenvalues below ξ}; one sweep of Pfaffians serves every κ.

With B = A_{n−1} the minor, det = det(B − ξ)(κ + y) and index = #{λ(B) < ξ} + 1{κ + y < 0} (notation of `rank_one`).
The modulus comes from the t-integral with the number k of eigenvalues of B below ξ kept apart, the sign from its slope
at t = 0. Let F_k(t) = E[∏|λ_i − ξ|(1 + 2it/(λ_i − ξ))^{−1/2} 1{# = k}]/C(0) = p_k − i t T_k + O(t² log t). A Gaussian
of mean μ = κ − ξ − τ and variance 2, τ = Σ T_k, is subtracted with its first order in T_k − τ p_k, so that no rare p_k
divides:

    E[|det(B − ξ)| (κ + y)_± 1{# = k}]/C(0) = p_k E N_±(μ, 2) ± (τ p_k − T_k) Φ(±μ/√2) + (1/π) Re ∫ e^{itμ} h_k(t) dt,
    h_k(t) = e^{−t²} {p_k + i t (τ p_k − T_k) − e^{iτt} F_k(t)}/t².

Since |F_k(t)| <= p_k, the integral of an index is as accurate, relative to p_k, as the coefficients F_k of the
generating function are. These come from circles of several radii (`tilted_sweep`), each index from the circle that
favours it. Own derivation.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinglass._jit import one_blas_thread
from spinglass.random_matrices.fourier_contours import contour, contour_of_mean, direction
from spinglass.random_matrices.level_density import log_mean_abs_determinant
from spinglass.random_matrices.multiplicative import support_radius
from spinglass.random_matrices.rank_one import CERTAIN, far_tau
from spinglass.random_matrices.tilted_sweep import POINTS, Circle, circle

_CACHED = 1024
_COVERED = 2e-3  # share of a circle down to which an index is known well enough by it: to about 1e-11
_TRUSTED = 1e-10  # share of a circle from which it tells the next radius
_SLOPE_NOISE = 0.2  # of an error of T_k − τ p_k in the result, relative to one of p_k
_PROBES = 40  # of the next radius
ONE_CIRCLE_EACH_SIDE = 1
ALL_CIRCLES = 64


class IndexSweep(NamedTuple):
    """What the sweep at one ξ leaves: τ; for k = first … first + len(shares) − 1 eigenvalues of the minor below ξ a
    logarithm s_k, the shares e^{−s_k} p_k, the slopes e^{−s_k} T_k and the (nodes, k) array e^{−s_k} w h_k(t), with the
    weights w of the contour; and for every k the logarithm of a bound of the error of p_k."""

    tau: float
    first: int
    logarithms: NDArray[np.float64]
    shares: NDArray[np.float64]
    slopes: NDArray[np.float64]
    values: NDArray[np.complex128]
    log_noise: NDArray[np.float64]


def _reflected(minor: int, found: Circle) -> Circle:
    """The circle of the reflected problem, −ξ, in terms of the indices at ξ."""
    return Circle(
        -found.log_tilt,
        found.log_sum - minor * found.log_tilt,
        minor + 1 - found.first - found.shares.size,
        found.shares[::-1],
        -found.slopes[::-1],
        found.changes[:, ::-1].conj(),
    )


def _oriented(minor: int, xi: float, log_tilt: float, times: NDArray[np.complex128], middle: int | None) -> Circle:
    """A circle, by the problem at −ξ when most eigenvalues are below ξ: the border of odd n is ill conditioned."""
    if xi > 0 if middle is None else middle > minor // 2:
        return _reflected(
            minor, circle(minor, -xi, -log_tilt, times.conj(), None if middle is None else minor - middle)
        )
    return circle(minor, xi, log_tilt, times, middle)


def _middle(found: Circle) -> int:
    return found.first + round(float(found.shares @ np.arange(found.shares.size)))


def _falls(found: Circle, middle: int) -> float:
    """log p_{k−1/2} − log p_{k+1/2} at k = middle, which is the tilt that makes it the commonest index, from the part
    of the law that a circle shows."""
    trusted = np.flatnonzero(found.shares > _TRUSTED)
    k = found.first + trusted
    logarithm = np.log(found.shares[trusted]) - found.log_tilt * k
    if k.size < 3:  # too narrow to tell
        return found.log_tilt + (8.0 if middle > _middle(found) else -8.0)
    falls, places = logarithm[:-1] - logarithm[1:], k[:-1] + 0.5
    at = float(np.interp(middle, places, falls))
    if middle < places[0]:
        at = falls[0] + (middle - places[0]) * (falls[1] - falls[0])
    elif middle > places[-1]:
        at = falls[-1] + (middle - places[-1]) * (falls[-1] - falls[-2])
    return float(at)


def _beside(minor: int, xi: float, times: NDArray[np.complex128], found: Circle, target: int) -> Circle:
    """The circle on which the index `target` is about the commonest."""
    probe = found
    for _ in range(_PROBES):
        probe = _oriented(minor, xi, _falls(probe, target), times[:0], target)
        if abs(_middle(probe) - target) <= 1:
            break
    return _oriented(minor, xi, probe.log_tilt, times, target)


def _circles(minor: int, xi: float, times: NDArray[np.complex128], each_side: int) -> list[Circle]:
    """The circle without a tilt first, then those that favour other indices, outwards on each side."""
    step = 1 if each_side > 1 else 2  # a single circle may leave a gap, to reach farther
    centre = _oriented(minor, xi, 0.0, times, None)
    result = [centre]
    for side in (-1, 1):
        found = centre
        for _ in range(each_side):
            known = found.first + np.flatnonzero(found.shares > _COVERED)
            here = int(known[0] if side < 0 else known[-1])
            if here == (0 if side < 0 else minor):
                break
            found = _beside(minor, xi, times, found, min(max(here + side * step, 0), minor))
            result.append(found)
    return result


def _rounding(minor: int) -> float:
    """Error of a coefficient relative to the sum on its circle: three times what is seen over n <= 64."""
    return 1.5e-14 + 5e-15 * minor


def _log_noise(minor: int, circles: list[Circle]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(circles, indices): the logarithm of a bound of the error with which a circle gives F_k, infinite outside its
    window; and (indices,) of the best circle, windows or not.

    Rounding is in proportion to the sum on the circle. A coefficient also contains those of the indices 2c away, 4c …
    (aliases), of which other circles tell.
    """
    index = np.arange(minor + 1)
    total = circles[0].log_sum
    rounding = np.array([c.log_factor(index) - total + math.log(_rounding(minor)) for c in circles])
    size = rounding.min(axis=0)  # p_k is at most this where no circle shows it
    for c in circles:
        seen = index[c.first : c.first + c.shares.size]
        shown = c.log_factor(seen) - total + np.log(np.maximum(c.shares, 1e-300))
        certain = c.shares > 10 * _rounding(minor)
        size[seen[certain]] = np.maximum(size[seen[certain]], shown[certain])
    noise = np.full(rounding.shape, np.inf)
    for row, c in enumerate(circles):
        period = 2 * min((minor + 1) // 2 + 1 + (minor + 1) // 2 % 2, POINTS)
        for k in range(c.first, c.first + c.shares.size):
            parts = [rounding[row, k]]
            for other in (*range(k - period, -1, -period), *range(k + period, minor + 1, period)):
                parts.append(size[other] + c.log_tilt * (other - k))
            noise[row, k] = np.logaddexp.reduce(parts)
    return noise, np.minimum(rounding.min(axis=0), noise.min(axis=0))


def _new_sweep(
    minor: int, xi: float, times: NDArray[np.complex128], weights: NDArray[np.complex128], each_side: int
) -> IndexSweep:
    circles = _circles(minor, xi, times, each_side)
    noise, log_noise = _log_noise(minor, circles)
    covered = np.flatnonzero(np.isfinite(noise.min(axis=0)))
    first, last = int(covered[0]), int(covered[-1]) + 1
    best = noise[:, first:last].argmin(axis=0)
    index = np.arange(first, last)
    logarithms = np.empty(index.size)
    shares, slopes = np.empty(index.size), np.empty(index.size)
    changes = np.empty((times.size, index.size), dtype=complex)
    for row, c in enumerate(circles):
        chosen = np.flatnonzero(best == row)
        place = index[chosen] - c.first
        logarithms[chosen] = c.log_factor(index[chosen]) - circles[0].log_sum
        shares[chosen], slopes[chosen] = c.shares[place], c.slopes[place]
        changes[:, chosen] = c.changes[:, place]
    tau = math.fsum(circles[0].slopes)
    phase = np.expm1(1j * tau * times)[:, None]
    # p + it(τp − T) − e^{iτt} F with F = p + change
    bracket = 1j * times[:, None] * (tau * shares - slopes) - phase * shares - (1 + phase) * changes
    values = (weights * np.exp(-(times**2)) / times**2)[:, None] * bracket
    return IndexSweep(tau, first, logarithms, shares, slopes, values, log_noise)


_sweeps: OrderedDict[tuple[int, float, int, int], IndexSweep] = OrderedDict()


def index_sweep(n: int, xi: float, octave: int = 0, each_side: int = ONE_CIRCLE_EACH_SIDE) -> IndexSweep:
    """The sweep of W_n by index at ξ on the contour of this octave (`fourier_contours`), with this many circles for
    indices on each side of the mean; the last 1024 are kept."""
    key = (n, xi, octave, each_side)
    if key in _sweeps:
        _sweeps.move_to_end(key)
        return _sweeps[key]
    radii, weights = contour(abs(octave))
    times = np.asarray(radii * direction(octave), dtype=np.complex128)
    if n == 1:
        one, none = np.ones(1), np.zeros(1)
        entry = IndexSweep(0.0, 0, none, one, none, np.zeros((radii.size, 1), dtype=complex), np.full(1, -np.inf))
    else:
        entry = _new_sweep(n - 1, xi, times, np.asarray(weights * direction(octave), dtype=np.complex128), each_side)
    _sweeps[key] = entry
    if len(_sweeps) > _CACHED:
        _sweeps.popitem(last=False)
    return entry


def _far(n: int, xi: float) -> IndexSweep:
    """Beyond the spectrum, where both signs are certain."""
    tau = far_tau(n, xi)
    below = n - 1 if xi > 0 else 0
    nodes = contour(0)[0].size
    noise = np.full(n, -math.inf)
    return IndexSweep(tau, below, np.zeros(1), np.ones(1), np.full(1, tau), np.zeros((nodes, 1), complex), noise)


def _integrals(n: int, xi: float, mu: NDArray[np.float64], found: IndexSweep, each_side: int) -> NDArray[np.float64]:
    """(1/π) Re ∫ e^{itμ} h_k(t) dt, (κ, k)."""
    result = np.zeros((mu.size, found.shares.size))
    octaves = np.array([contour_of_mean(float(m)) for m in mu])
    for octave in np.unique(octaves).tolist():
        rows = octaves == octave
        ray = contour(abs(octave))[0] * direction(octave)
        values = (index_sweep(n, xi, octave, each_side) if octave else found).values
        with one_blas_thread():
            result[rows] = (np.exp(1j * np.outer(mu[rows], ray)) @ values).real
    return result / math.pi


def spiked_index_logarithms(
    n: int, xi: float, kappa: NDArray[np.float64], each_side: int = ONE_CIRCLE_EACH_SIDE
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(log W_n(ξ, κ_k) by index − log C(0), the logarithm of a bound of the error of W_n/C(0)), both (K, n + 1).

    C(0) = E|det(A_{n−1} − ξ)|; −inf where nothing above zero was found.
    """
    from scipy.special import erfc

    far = abs(xi) > support_radius(n)
    swept = not far or bool(np.min(np.abs(kappa - xi - far_tau(n, xi))) < CERTAIN)
    found = index_sweep(n, xi, 0, each_side) if swept else _far(n, xi)
    mu = kappa - xi - found.tau
    shift_of_slope = found.tau * found.shares - found.slopes
    rest = _integrals(n, xi, mu, found, each_side) if swept and n > 1 else np.zeros((mu.size, found.shares.size))
    bell = np.exp(-(mu**2) / 4) / math.sqrt(math.pi)
    value = np.full((kappa.size, n + 1), -np.inf)
    noise = np.full((kappa.size, n + 1), -np.inf)
    last = found.first + found.shares.size
    for moved, sign in ((0, 1), (1, -1)):
        certain = 0.5 * erfc(-sign * mu / 2)  # P(±N(μ, 2) > 0)
        part = np.maximum(sign * mu * certain + bell, 0.0)  # E max(±N(μ, 2), 0)
        here = np.outer(part, found.shares) + np.outer(sign * certain, shift_of_slope) + rest
        with np.errstate(divide="ignore"):
            logarithm = np.log(np.maximum(here, 0.0)) + found.logarithms
        value[:, found.first + moved : last + moved] = np.logaddexp(
            value[:, found.first + moved : last + moved], logarithm
        )
        size = np.repeat((part + 1 + _SLOPE_NOISE * math.sqrt(n))[:, None], n, axis=1)
        # an error of p_k comes with one of T_k, in proportion to T_k − τ p_k
        size[:, found.first : last] += _SLOPE_NOISE * np.abs(shift_of_slope)
        place = slice(moved, n + moved)
        noise[:, place] = np.logaddexp(noise[:, place], found.log_noise + np.log(size))
    return value, noise


def spiked_index_ratio(
    n: int, xi: NDArray[np.float64], kappa: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(log C(0) at each ξ, W_n(ξ_j, κ_k) by index, divided by C(0), and bounds of their errors) on the product of the
    two one-dimensional arrays; the last two are (K, J, n + 1).

    C(0) = E|det(A_{n−1} − ξ)|. The sum over the index is the ratio of `rank_one.spiked_ratio`. Accuracy: relative 1e-12
    for indices within about six of the mean, then an absolute accuracy that falls with the index's own probability;
    what comes out below its bound is zero.
    """
    result = np.zeros((kappa.size, xi.size, n + 1))
    bound = np.zeros(result.shape)
    for j, shift in enumerate(xi):
        logarithm, noise = spiked_index_logarithms(n, float(shift), kappa)
        bound[:, j] = np.exp(noise)
        result[:, j] = np.where(logarithm > noise, np.exp(logarithm), 0.0)
    return log_mean_abs_determinant(n - 1, xi), result, bound
