"""Mean numbers of critical points of the pure glass at large N, prefactors included.

Equations complexity.total, complexity.bulk-count and complexity.deep-minima of the derivations.
"""

from __future__ import annotations

import math

from spinglass._errors import ComputationError, checked_float, checked_int, input_error
from spinglass.complexity.thresholds import checked_p
from spinglass.generated import complexity as kernels

__all__ = ["sharp_count"]


def sharp_count(n_spins: int, p: int, u: float | None = None, *, log: bool = False) -> float:
    """Mean number of critical points of the pure p-spin glass below energy density u, asymptotically exact for large N.

    u = None (all):        4 √(2N/(π(p−2))) (p−1)^{N/2};
    −E_∞ < u < 0:          2√(2p) √(4−x²)/(π(p−2)x) e^{NΣ(u)},  x = |u|√(p/(p−1));
    u < −E_∞ (minima):     h(x)/√(pπ) · 2/{(x+√(x²−4)) [(p−2)x/p + √(x²−4)]} · N^{−1/2} e^{NΘ_0(u)},
                           h(x) = |(x−2)/(x+2)|^{1/4} + |(x+2)/(x−2)|^{1/4}.

    The relative error is O(1/N) at fixed u, and uniform only away from −E_∞ and 0: within N^{−2/3} of −E_∞ and N^{−1/2}
    of 0 use `mean_count`, which is exact up to N = 2000.

    n_spins : N >= 1.   p : integer >= 3.   log : the natural logarithm of the number instead.
    Raises `InputError` for a bad argument, `ComputationError` where the number exceeds double precision (use log).

    Source: Auffinger, Ben Arous, Černý, CPAM 66 (2013); derived and compared with exact values at finite N.

    >>> from spinglass.complexity import mean_count
    >>> round(mean_count(400, 3) / sharp_count(400, 3), 4)
    0.9975
    """
    n_spins = checked_int("n_spins", n_spins, 1)
    p = checked_p(p, 3)
    size, degree = float(n_spins), float(p)
    if u is None:
        value = math.log(kernels.total_count_prefactor(size, degree)) + size / 2 * math.log(degree - 1)
    else:
        u = checked_float("u", u)
        if not -1e50 <= u < 0:
            raise input_error("u", u, "must be negative, from -1e50 (None counts all critical points)")
        prefactor = (
            kernels.deep_minima_prefactor(u, size, degree)
            if kernels.edge_distance(u, degree) > 0
            else kernels.bulk_count_prefactor(u, degree)
        )
        value = math.log(prefactor) + size * kernels.annealed_complexity(u, degree)
    if log:
        return value
    if value > 700.0:
        raise ComputationError("the mean number of critical points exceeds the range of double precision; use log=True")
    return math.exp(value)
