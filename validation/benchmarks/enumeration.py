"""Complete enumeration of the spherical 3-spin: CPU seconds per system, this package against PHCpack.

Both solve the same quadratic systems T(x, x) = x, with 2^N solutions in general (the zero solution included). PHCpack
(Verschelde, ACM TOMS 25 (1999); Debian's package `phcpack`) runs as its black-box solver `phc -b`, in double precision
on one thread; its start-up is counted too. Without it the benchmark says so and measures this package alone. PHCpack
now and then misses a solution with large |x| (a small multiplier); the table shows the fewest solutions of a system.

    python -m validation.benchmarks.enumeration --n 4 6 8 --samples 3
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinglass.hamiltonians import OverlapField, SphericalGlass
from spinglass.landscape import census

_ZERO = 1e-8  # a solution shorter than this is the zero solution
_REAL = 1e-8  # imaginary parts of PHCpack's real solutions, relative


@dataclass(frozen=True)
class Row:
    """One N: means over the systems; None where PHCpack is absent or out of time."""

    n_spins: int
    samples: int
    ours: float
    ours_with_field: float
    peer: float | None
    ratio: float | None
    complete: int
    complete_with_field: int
    solutions: int
    solutions_expected: int
    peer_solutions: int | None
    peer_samples: int
    same_real: int  # systems of peer_samples with as many real solutions in both


def quadratic_system(tensor: NDArray[np.float64]) -> str:
    """The equations T(x, x)_i − x_i in PHCpack's input format."""
    n = len(tensor)
    lines = [str(n)]
    for i in range(n):
        terms = []
        for j in range(n):
            for k in range(j, n):
                coefficient = float(tensor[i, j, k]) * (1 if j == k else 2)
                terms.append(f"{coefficient:+.17e}*x{j + 1}*x{k + 1}")
        lines.append("".join(terms) + f" - x{i + 1};")
    return "\n".join(lines) + "\n"


def solution_list(text: str) -> NDArray[np.complex128]:
    """The solutions that PHCpack appends to its input file."""
    found: list[list[complex]] = []
    for line in text[text.find("THE SOLUTIONS") :].splitlines():
        if line.startswith("solution "):
            found.append([])
        elif line.startswith(" x") and found:
            real, imaginary = line.split(":")[1].split()
            found[-1].append(complex(float(real), float(imaginary)))
    return np.array(found, dtype=complex)


def run_phc(program: str, tensor: NDArray[np.float64], limit: float) -> tuple[float, NDArray[np.complex128]] | None:
    """CPU seconds of `phc -b` and the nonzero solutions; None when it takes more than `limit` seconds."""
    with tempfile.TemporaryDirectory() as folder:
        system = Path(folder) / "system"
        system.write_text(quadratic_system(tensor))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        try:
            subprocess.run(
                [program, "-b", str(system), str(Path(folder) / "report")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=limit,
                check=True,
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            return None
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        solutions = solution_list(system.read_text())
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    if len(solutions):
        solutions = solutions[np.max(np.abs(solutions), axis=1) > _ZERO]
    return seconds, solutions


def real_directions(solutions: NDArray[np.complex128]) -> int:
    """Number of real solutions."""
    if len(solutions) == 0:
        return 0
    size = np.max(np.abs(solutions), axis=1)
    return int(np.sum(np.max(np.abs(solutions.imag), axis=1) < _REAL * size))


def measure(n: int, samples: int, repeats: int, program: str | None, limit: float) -> Row:
    """One row of the table; our time is the least of `repeats` runs per system, in CPU seconds, without compilation."""
    glass = SphericalGlass(p=3)
    with_field = SphericalGlass(p=3, field=OverlapField(3, [0.5]))
    ours, field_times, peer = [], [], []
    complete = complete_with_field = 0
    same_real = 0
    least = peer_least = 2**n
    for seed in range(samples):
        s = glass.sample(n, rng=seed)
        times = []
        for _ in range(repeats):
            start = time.process_time()
            found = census(s)
            times.append(time.process_time() - start)
        ours.append(min(times))
        complete += found.complete
        least = min(least, found.n_solutions)
        start = time.process_time()
        complete_with_field += census(with_field.realisation({3: s.tensors[3]})).complete
        field_times.append(time.process_time() - start)
        outcome = run_phc(program, s.tensors[3], limit) if program else None
        if outcome is None:
            program = None  # once out of time, out of the race at this N
            continue
        seconds, solutions = outcome
        peer.append(seconds)
        peer_least = min(peer_least, len(solutions))
        same_real += real_directions(solutions) == found.n_real
    return Row(
        n_spins=n,
        samples=samples,
        ours=float(np.mean(ours)),
        ours_with_field=float(np.mean(field_times)),
        peer=float(np.mean(peer)) if peer else None,
        ratio=float(np.mean(peer) / np.mean(ours[: len(peer)])) if peer else None,
        complete=complete,
        complete_with_field=complete_with_field,
        solutions=least,
        solutions_expected=2**n - 1,
        peer_solutions=peer_least if peer else None,
        peer_samples=len(peer),
        same_real=same_real,
    )


def table(rows: list[Row]) -> str:
    """The rows as text."""
    head = (
        f"{'N':>3} {'samples':>8} {'ours/s':>10} {'with field/s':>13} {'complete':>9} {'solutions':>10} "
        f"{'phc -b/s':>10} {'solutions':>10} {'ratio':>8}  same number of real solutions"
    )
    lines = [head]
    for row in rows:
        peer = "-" if row.peer is None else f"{row.peer:.3f}"
        peer_solutions = "-" if row.peer_solutions is None else str(row.peer_solutions)
        ratio = "-" if row.ratio is None else f"{row.ratio:.0f}"
        agree = f"{row.same_real}/{row.peer_samples}" if row.peer_samples else "-"
        lines.append(
            f"{row.n_spins:>3} {row.samples:>8} {row.ours:>10.5f} {row.ours_with_field:>13.5f} "
            f"{min(row.complete, row.complete_with_field):>5}/{row.samples:<3} "
            f"{row.solutions:>5}/{row.solutions_expected:<4} {peer:>10} {peer_solutions:>10} {ratio:>8}  {agree}"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print the table, and write the rows as JSON with --out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--n", type=int, nargs="+", default=[4, 6, 8], help="numbers of spins")
    parser.add_argument("--samples", type=int, default=3, help="systems per N")
    parser.add_argument("--repeats", type=int, default=3, help="runs of ours per system, of which the fastest counts")
    parser.add_argument("--time-limit", type=float, default=120.0, help="seconds for one run of PHCpack")
    parser.add_argument("--out", type=Path, help="JSON file for the rows")
    given = parser.parse_args(arguments)
    program = shutil.which("phc")
    if program is None:
        print("PHCpack (phc) is not installed here: its columns stay empty")
    census(SphericalGlass(p=3, field=OverlapField(3, [0.5])).sample(2, rng=0))  # compiles
    rows = []
    for n in given.n:
        rows.append(measure(n, given.samples, given.repeats, program, given.time_limit))
        print(table(rows).splitlines()[0 if len(rows) == 1 else -1])
        if len(rows) == 1:
            print(table(rows).splitlines()[1])
        sys.stdout.flush()
    if given.out:
        given.out.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    return 0 if all(row.complete == row.samples for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
