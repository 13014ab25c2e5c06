"""Exact mean counts against Monte Carlo: seconds per number, and the Monte Carlo time for the same precision.

Monte Carlo is the plain way to the same numbers: tridiagonal GOE matrices (O(n) each) for determinants, dense
eigenvalues for counts. Its time for the precision of the exact value, 1e-11, is extrapolated from the relative standard
error of a short run by the law error ~ 1/√samples. The sweep is the table of W_n(ξ, ·) over t at one ξ. All counts by
index are compared with the time that sampling needs to know each of them, the rarest included, to 1e-8.

    python -m validation.benchmarks.mean_count [--large]
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass.complexity import mean_count, mean_count_density
from spinglass.hamiltonians import OverlapField
from spinglass.random_matrices import (
    log_abs_determinant,
    mean_abs_determinant,
    sample_goe,
    sample_goe_tridiagonal,
)
from spinglass.random_matrices.rank_one import sweep

_PRECISION = 1e-11
_XI, _KAPPA = 0.7, 2.0


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    value = work()
    return time.perf_counter() - start, value


def _spiked_samples(n: int, size: int, seed: int) -> NDArray[np.float64]:
    diagonal, off_diagonal = sample_goe_tridiagonal(n, size=size, kappa=_KAPPA, rng=seed)
    return np.exp(log_abs_determinant(diagonal, off_diagonal, _XI))


def _count_samples(n_spins: int, p: int, index: int | None, size: int, seed: int) -> NDArray[np.float64]:
    """The summand of 2√(2/p)(p−1)^{N/2} E exp(−(p−2)λ_k²/(4p)), over all k or for one."""
    eigenvalues = np.linalg.eigvalsh(sample_goe(n_spins, size=size, rng=seed))
    terms = np.exp(-(p - 2) * eigenvalues**2 / (4 * p)) * 2 * math.sqrt(2 / p) * (p - 1) ** (n_spins / 2)
    return terms.sum(axis=1) if index is None else terms[:, index]


def _row(name: str, exact: Callable[[], float], samples: Callable[[], NDArray[np.float64]]) -> str:
    seconds, value = _timed(exact)
    sampling, drawn = _timed(samples)
    error = float(drawn.std() / math.sqrt(drawn.size))
    score = (float(drawn.mean()) - value) / error
    needed = sampling * (error / value / _PRECISION) ** 2
    relative = error / value
    return f"{name:34s} {value:14.8g} {seconds:9.4f} {relative:9.1e} {score:6.2f} {needed:9.1e} {needed / seconds:9.1e}"


def _all_indices(n_spins: int, samples: int) -> str:
    """Seconds for the counts of every index, and those that sampling needs for 1e-8 of each."""
    seconds, (exact, bound) = _timed(lambda: mean_count(n_spins, 3, index=np.arange(n_spins), with_error=True))
    sampling, eigenvalues = _timed(lambda: np.linalg.eigvalsh(sample_goe(n_spins, size=samples, rng=4)))
    terms = np.exp(-(eigenvalues**2) / 12) * 2 * math.sqrt(2 / 3) * 2 ** (n_spins / 2)
    error = terms.std(axis=0) / math.sqrt(samples)
    score = float(np.max(np.abs(terms.mean(axis=0) - exact) / error))
    needed = sampling * float(np.max(error / exact / 1e-8)) ** 2
    worst = float(np.max(bound / exact))
    name = f"all {n_spins} indices, p = 3"
    return (
        f"{name:34s} {exact.min():14.8g} {seconds:9.4f} {worst:9.1e} {score:6.2f} {needed:9.1e} {needed / seconds:9.1e}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true", help="All indices at N = 500 too (minutes).")
    large = parser.parse_args().large
    field, other = OverlapField(p=3, rho=[0.5]), OverlapField(p=3, rho=[0.8])
    mean_count(3, 3, index=0), mean_count(3, 3, field=field)  # compilation is not timed
    mean_count(3, 3, index=0, field=field)
    _spiked_samples(3, 2, 0), mean_abs_determinant(3, _XI, _KAPPA)
    print(f"{'quantity':34s} {'exact':>14s} {'s':>9s} {'MC rel.':>9s} {'z':>6s} {'MC s':>9s} {'ratio':>9s}")
    for n_spins in (10, 50, 200):
        print(
            _row(
                f"total, N = {n_spins}, p = 3",
                lambda n=n_spins: mean_count(n, 3),  # type: ignore[misc]
                lambda n=n_spins: _count_samples(n, 3, None, 200_000 // n**2 + 20, 1),  # type: ignore[misc]
            )
        )
    for n_spins in (10, 41):
        print(
            _row(
                f"minima, N = {n_spins}, p = 3",
                lambda n=n_spins: mean_count(n, 3, index=0),  # type: ignore[misc]
                lambda n=n_spins: _count_samples(n, 3, 0, 2_000_000 // n**2, 2),  # type: ignore[misc]
            )
        )
    for n in (4, 16, 31):
        print(
            _row(
                f"E|det(A + 2 e e^T - 0.7)|, n = {n}",
                lambda n=n: mean_abs_determinant(n, _XI, _KAPPA),  # type: ignore[misc]
                lambda n=n: _spiked_samples(n, 50_000, 3),  # type: ignore[misc]
            )
        )
    print(f"\n{'counts by index':34s} {'rarest':14s} {'s':>9s} {'bound':>9s} {'max z':>6s} {'MC s':>9s} {'ratio':>9s}")
    for n_spins, samples in ((50, 400), (100, 200), (200, 100), *([(500, 20)] if large else [])):
        print(_all_indices(n_spins, samples))
    print()
    print("seconds, field D = 0.5 N m^2, p = 3  first total   next field  200 energies   one sweep     by index")
    for n_spins in (8, 16, 32):
        cold, _ = _timed(lambda n=n_spins: mean_count(n, 3, field=field))  # type: ignore[misc]
        warm, _ = _timed(lambda n=n_spins: mean_count(n, 3, field=other))  # type: ignore[misc]
        u = np.linspace(-2.0, 2.0, 200)
        density, _ = _timed(lambda n=n_spins, u=u: mean_count_density(u, n, 3, field=field))  # type: ignore[misc]
        one, _ = _timed(lambda n=n_spins: sweep(n - 1, 0.123))  # type: ignore[misc]
        each, _ = _timed(lambda n=n_spins: mean_count(n, 3, index=np.arange(n), field=field))  # type: ignore[misc]
        print(f"N = {n_spins:<3d} {'':28s} {cold:12.3f} {warm:12.3f} {density:13.3f} {one:11.4f} {each:12.3f}")


if __name__ == "__main__":
    main()
