"""What couplings take in memory, predicted before any work."""

from __future__ import annotations

import math
import os

from spinglass._errors import InputError, input_error

LARGEST_P = 150  # the numbers of orderings, up to p!, must be doubles


def tensor_bytes(n_spins: int, p: int) -> int:
    """Bytes of the p-spin couplings and of their draw: one double per multiset of p indices.

    For p = 2 the symmetric matrix is kept beside them.
    """
    packed = 8 * math.comb(n_spins + p - 1, p)
    return packed + 8 * n_spins**2 if p == 2 else packed


def memory_limit() -> int:
    """Bytes that the couplings may take: half of the machine's memory, or 2 GiB where that is unknown."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, OSError, ValueError):
        return 2 << 30


def check_fits(n_spins: int, *degrees: int) -> None:
    """Refuse couplings of these degrees that do not fit into memory together, with the number of bytes they take."""
    if max(degrees) > LARGEST_P:
        raise input_error("p", max(degrees), f"must be at most {LARGEST_P} where couplings are made")
    need, limit = sum(tensor_bytes(n_spins, p) for p in degrees), memory_limit()
    if need > limit:
        shown = ", ".join(str(p) for p in degrees)
        raise InputError(
            f"n_spins = {n_spins}, p = {shown}: the couplings would take {need} bytes ({need / 2**30:.3g} GiB), "
            f"more than the {limit} bytes allowed here (half of the memory)"
        )
