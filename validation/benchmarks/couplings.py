"""Kernels of packed couplings against the speed of memory: gradient, product with the Hessian, Hessian.

The yardstick is a plain sum over the same couplings, compiled by the same compiler in the same run, with sixteen
partial sums: one alone would wait for its own additions and not for the memory. All run on one thread; a ratio is the
sum's CPU time over the kernel's, so 1.00 is a kernel for which reading the couplings once is everything. Where the
couplings fit into a cache (N = 200 for p = 3), the sum is far faster than memory and the ratio measures arithmetic. The
last columns compare with the full tensor and numpy's products, where it is small enough.

    python -m validation.benchmarks.couplings --cases 3:200 3:500 3:1000 4:100 4:150
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spinglass._jit import jit
from spinglass.hamiltonians import SphericalGlass

REQUIRED = {(3, 500): 0.6}  # least ratio of the gradient
_FULL = 1 << 27  # bytes up to which the full tensor is made


@jit
def streaming_sum(x):  # type: ignore[no-untyped-def]
    """Σ x, sixteen partial sums."""
    a0, a1, a2, a3, a4, a5, a6, a7 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    b0, b1, b2, b3, b4, b5, b6, b7 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    whole = x.size - x.size % 16
    for k in range(0, whole, 16):
        a0 += x[k]
        a1 += x[k + 1]
        a2 += x[k + 2]
        a3 += x[k + 3]
        a4 += x[k + 4]
        a5 += x[k + 5]
        a6 += x[k + 6]
        a7 += x[k + 7]
        b0 += x[k + 8]
        b1 += x[k + 9]
        b2 += x[k + 10]
        b3 += x[k + 11]
        b4 += x[k + 12]
        b5 += x[k + 13]
        b6 += x[k + 14]
        b7 += x[k + 15]
    rest = 0.0
    for k in range(whole, x.size):
        rest += x[k]
    return ((a0 + b0) + (a1 + b1) + (a2 + b2) + (a3 + b3)) + ((a4 + b4) + (a5 + b5) + (a6 + b6) + (a7 + b7)) + rest


@dataclass(frozen=True)
class Row:
    """One glass: least CPU seconds of each kernel, and ratios to the streaming sum."""

    p: int
    n_spins: int
    gigabytes: float
    peak_gigabytes: float  # of the process, after the draw
    draw: float
    stream: float
    gradient: float
    hessian_vector: float
    hessian: float
    gradient_ratio: float
    hessian_vector_ratio: float
    hessian_ratio: float
    full_gradient: float | None  # numpy's products with the full tensor
    error: float | None  # of the gradient against it, relative to its largest component


def full_gradient(tensor: np.ndarray[Any, Any], w: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """p S(w, …, w, ·) by numpy."""
    p = tensor.ndim
    for _ in range(p - 1):
        tensor = tensor.reshape(-1, len(w)) @ w
    return p * tensor


def measure(p: int, n: int, repeats: int) -> Row:
    """All kernels of one glass, taken in turns so that a disturbance meets all of them."""
    start = time.process_time()
    s = SphericalGlass(p=p).sample(n, rng=0)
    draw = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    rng = np.random.default_rng(1)
    w, v = rng.normal(size=(2, n))
    w *= np.sqrt(n) / np.linalg.norm(w)
    entries = s.couplings[p].entries
    calls: dict[str, Callable[[], Any]] = {
        "stream": lambda: streaming_sum(entries),
        "gradient": lambda: s.value_and_gradient(w),
        "hessian_vector": lambda: s.gradient_and_hessian_vector_product(w, v),
        "hessian": lambda: s.hessian(w),
    }
    error = None
    if 8 * n**p <= _FULL:
        tensor = s.tensors[p] * float(n) ** (-(p - 1) / 2)
        calls["full_gradient"] = lambda: full_gradient(tensor, w)
        exact = full_gradient(tensor, w)
        error = float(np.max(np.abs(s.gradient(w) - exact)) / np.max(np.abs(exact)))
    times: dict[str, float] = {}
    for name, call in calls.items():
        call()
        times[name] = np.inf
    for _ in range(repeats):
        for name, call in calls.items():
            start = time.process_time()
            call()
            times[name] = min(times[name], time.process_time() - start)
    return Row(
        p=p,
        n_spins=n,
        gigabytes=entries.nbytes / 1e9,
        peak_gigabytes=peak,
        draw=draw,
        stream=times["stream"],
        gradient=times["gradient"],
        hessian_vector=times["hessian_vector"],
        hessian=times["hessian"],
        gradient_ratio=times["stream"] / times["gradient"],
        hessian_vector_ratio=times["stream"] / times["hessian_vector"],
        hessian_ratio=times["stream"] / times["hessian"],
        full_gradient=times.get("full_gradient"),
        error=error,
    )


def table(rows: list[Row]) -> str:
    """The rows as text; times in milliseconds, speed of the sum in GB/s."""
    lines = [
        f"{'p':>2} {'N':>5} {'GB':>6} {'peak':>6} {'draw/s':>7} {'sum':>8} {'GB/s':>6} {'gradient':>9} {'ratio':>6} "
        f"{'and Hv':>8} {'ratio':>6} {'Hessian':>8} {'ratio':>6} {'full':>8} {'error':>8}"
    ]
    for row in rows:
        full = "-" if row.full_gradient is None else f"{1e3 * row.full_gradient:.2f}"
        error = "-" if row.error is None else f"{row.error:.1e}"
        lines.append(
            f"{row.p:>2} {row.n_spins:>5} {row.gigabytes:>6.3f} {row.peak_gigabytes:>6.2f} {row.draw:>7.2f} "
            f"{1e3 * row.stream:>8.2f} {row.gigabytes / row.stream:>6.1f} {1e3 * row.gradient:>9.2f} "
            f"{row.gradient_ratio:>6.2f} {1e3 * row.hessian_vector:>8.2f} {row.hessian_vector_ratio:>6.2f} "
            f"{1e3 * row.hessian:>8.2f} {row.hessian_ratio:>6.2f} {full:>8} {error:>8}"
        )
    return "\n".join(lines)


def case(text: str) -> tuple[int, int]:
    """'3:500' is p = 3, N = 500."""
    p, n = text.split(":")
    return int(p), int(n)


def main(arguments: list[str] | None = None) -> int:
    """Print the table, and write the rows as JSON with --out; 1 where a required ratio is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--cases", type=case, nargs="+", default=[(3, 200), (4, 100), (3, 500), (4, 150), (3, 1000)], help="p:N"
    )
    parser.add_argument("--repeats", type=int, default=10, help="runs of each kernel, of which the fastest counts")
    parser.add_argument("--out", type=Path, help="JSON file for the rows")
    given = parser.parse_args(arguments)
    measure(3, 70, 1)  # compiles
    rows = []
    for p, n in given.cases:
        rows.append(measure(p, n, given.repeats))
        print("\n".join(table(rows).splitlines()[0 if len(rows) == 1 else -1 :]))
        sys.stdout.flush()
    if given.out:
        given.out.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    missed = [row for row in rows if row.gradient_ratio < REQUIRED.get((row.p, row.n_spins), 0.0)]
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
