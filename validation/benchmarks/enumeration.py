"""Complete enumeration of the spherical 3-spin: CPU seconds per system, beside PHCpack and a plain tracker.

All three solve the same quadratic systems T(x, x) = x, with 2^N solutions in general (the zero solution included).
PHCpack (Verschelde, ACM TOMS 25 (1999); Debian's package `phcpack`) runs as its black-box solver `phc -b`, in double
precision on one thread; its start-up is counted too. Without it the benchmark says so and leaves its columns empty.
PHCpack now and then misses a solution with large |x| (a small multiplier); the table shows the fewest solutions of a
system. The plain tracker is the textbook's: one path at a time, Runge-Kutta predictor, two Newton steps, elimination
with pivoting; compiled like this package, it needs no more than the page of code below. Its solutions are counted by
this package.

Times of this package are those of whole censuses: points, energies, indices and checks included, compilation and
certificates not; these have a column of their own.

    python -m validation.benchmarks.enumeration --n 4 6 8 --samples 3
    python -m validation.benchmarks.enumeration --n 16 --samples 1 --repeats 1
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
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._jit import jit
from spinglass.hamiltonians import OverlapField, SphericalGlass
from spinglass.landscape import census
from spinglass.landscape.solutions import compare

_ZERO = 1e-8  # a solution shorter than this is the zero solution
_REAL = 1e-8  # imaginary parts of PHCpack's real solutions, relative


@dataclass(frozen=True)
class Row:
    """One N: means over the systems; None where something is absent, out of time or not asked for."""

    n_spins: int
    samples: int
    ours: float
    ours_with_field: float | None
    certificates: float | None
    complete: int
    complete_with_field: int | None
    certified: int | None
    retracked: int
    solutions: int
    solutions_expected: int
    plain: float | None
    plain_ratio: float | None
    plain_solutions: int | None
    peer: float | None
    ratio: float | None
    peer_solutions: int | None
    peer_samples: int
    same_real: int  # systems of peer_samples with as many real solutions in both
    memory: float  # largest resident size of this process so far, bytes


@jit
def _linear_system(tensor, gamma, t, x, jacobian, value, slope):  # type: ignore[no-untyped-def]
    """Jacobian, value and t-derivative of tT(x, x) + (1 − t)γx∘x − x."""
    n = len(x)
    for i in range(n):
        form = 0j
        for j in range(n):
            g = 0j
            for k in range(n):
                g += tensor[i, j, k] * x[k]
            form += g * x[j]
            jacobian[i, j] = 2 * t * g
        square = gamma * x[i] * x[i]
        jacobian[i, i] += 2 * (1 - t) * gamma * x[i] - 1
        value[i] = t * form + (1 - t) * square - x[i]
        slope[i] = square - form


@jit
def _eliminate(a, y):  # type: ignore[no-untyped-def]
    """y ← a^{-1}y by Gaussian elimination with partial pivoting; a is overwritten."""
    n = len(y)
    for c in range(n):
        best = c
        for i in range(c + 1, n):
            if abs(a[i, c]) > abs(a[best, c]):
                best = i
        if best != c:
            for k in range(c, n):
                a[c, k], a[best, k] = a[best, k], a[c, k]
            y[c], y[best] = y[best], y[c]
        for i in range(c + 1, n):
            factor = a[i, c] / a[c, c]
            for k in range(c + 1, n):
                a[i, k] -= factor * a[c, k]
            y[i] -= factor * y[c]
    for back in range(n):
        i = n - 1 - back
        for k in range(i + 1, n):
            y[i] -= a[i, k] * y[k]
        y[i] /= a[i, i]


@jit
def plain_tracker(tensor, gamma, tolerance, ends):  # type: ignore[no-untyped-def]
    """The ends of the paths from γx_i² = x_i; returns how many arrived."""
    n = tensor.shape[0]
    jacobian = np.zeros((n, n), np.complex128)
    value = np.zeros(n, np.complex128)
    slopes = np.zeros((4, n), np.complex128)
    arrived = 0
    for path in range(len(ends)):
        x = np.zeros(n, np.complex128)
        for i in range(n):
            if ((path + 1) >> i) & 1:
                x[i] = 1 / gamma
        t, h, successes = 0.0, 0.02, 0
        while t < 1 and h > 1e-9:
            h = min(h, 1 - t)
            predicted = x.copy()
            for stage in range(4):
                part = 0.0 if stage == 0 else (1.0 if stage == 3 else 0.5)
                if stage > 0:
                    predicted = x + part * h * slopes[stage - 1]
                _linear_system(tensor, gamma, t + part * h, predicted, jacobian, value, slopes[stage])
                _eliminate(jacobian, slopes[stage])
            predicted = x + h / 6 * (slopes[0] + 2 * slopes[1] + 2 * slopes[2] + slopes[3])
            for _ in range(2):
                _linear_system(tensor, gamma, t + h, predicted, jacobian, value, slopes[0])
                _eliminate(jacobian, value)
                predicted = predicted - value
            if np.sum(np.abs(value) ** 2) <= tolerance**2 * np.sum(np.abs(predicted) ** 2):
                t = t + h if h < 1 - t else 1.0
                x = predicted
                successes += 1
                if successes == 3:
                    h *= 2
                    successes = 0
            else:
                h /= 2
                successes = 0
        for _ in range(4):
            _linear_system(tensor, gamma, 1.0, x, jacobian, value, slopes[0])
            _eliminate(jacobian, value)
            x = x - value
        ends[path] = x
        arrived += int(t == 1)
    return arrived


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


def run_plain(tensor: NDArray[np.float64]) -> tuple[float, int]:
    """CPU seconds of the plain tracker, and the number of distinct solutions that it found."""
    n = len(tensor)
    ends = np.zeros((2**n - 1, n), dtype=complex)
    size = np.sqrt(6 / ((n + 1) * (n + 2))) * np.linalg.norm(tensor)  # of T(σ, σ), as a census scales it
    seconds = cpu_seconds(lambda: plain_tracker(tensor / size, np.exp(2j), 1e-5, ends))[0]
    residual = np.einsum("ijk,bj,bk->bi", tensor / size, ends, ends, optimize=True) - ends
    ends = ends[np.max(np.abs(residual), axis=1) <= 1e-8 * np.max(np.abs(ends), axis=1)]
    return seconds, int(np.sum(compare(ends)[0] == np.arange(len(ends))))


def cpu_seconds(call: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of a call, and what it returned."""
    start = time.process_time()
    outcome = call()
    return time.process_time() - start, outcome


def real_solutions(solutions: NDArray[np.complex128]) -> int:
    """Number of real solutions."""
    if len(solutions) == 0:
        return 0
    size = np.max(np.abs(solutions), axis=1)
    return int(np.sum(np.max(np.abs(solutions.imag), axis=1) < _REAL * size))


def measure(n: int, given: argparse.Namespace, program: str | None) -> Row:
    """One row of the table; our time is the least of the repeats per system, in CPU seconds."""
    glass = SphericalGlass(p=3)
    with_field = SphericalGlass(p=3, field=OverlapField(3, [0.5]))
    ours, fields, certificates, plain, peer = [], [], [], [], []
    complete = complete_with_field = certified = retracked = same_real = 0
    least = plain_least = peer_least = 2**n
    for seed in range(given.samples):
        s = glass.sample(n, rng=seed)
        times, found = zip(*(cpu_seconds(partial(census, s, certify=False)) for _ in range(given.repeats)), strict=True)
        ours.append(min(times))
        complete += found[0].complete
        retracked += found[0].n_retracked
        least = min(least, found[0].n_solutions)
        if n <= given.largest_with_field:
            seconds, other = cpu_seconds(partial(census, with_field.realisation({3: s.tensors[3]}), certify=False))
            fields.append(seconds)
            complete_with_field += other.complete
        if n <= given.largest_certified:
            seconds, other = cpu_seconds(partial(census, s, certify=True))
            certificates.append(seconds - ours[-1])
            certified += bool(other.certified)
        if n <= given.largest_plain:
            seconds, count = run_plain(3 * s.tensors[3])
            plain.append(seconds)
            plain_least = min(plain_least, count)
        outcome = run_phc(program, s.tensors[3], given.time_limit) if program else None
        if outcome is None:
            program = None  # once out of time, out of the race at this N
            continue
        seconds, solutions = outcome
        peer.append(seconds)
        peer_least = min(peer_least, len(solutions))
        same_real += real_solutions(solutions) == found[0].n_real
    return Row(
        n_spins=n,
        samples=given.samples,
        ours=float(np.mean(ours)),
        ours_with_field=float(np.mean(fields)) if fields else None,
        certificates=float(np.mean(certificates)) if certificates else None,
        complete=complete,
        complete_with_field=complete_with_field if fields else None,
        certified=certified if certificates else None,
        retracked=retracked,
        solutions=least,
        solutions_expected=2**n - 1,
        plain=float(np.mean(plain)) if plain else None,
        plain_ratio=float(np.mean(plain) / np.mean(ours)) if plain else None,
        plain_solutions=plain_least if plain else None,
        peer=float(np.mean(peer)) if peer else None,
        ratio=float(np.mean(peer) / np.mean(ours[: len(peer)])) if peer else None,
        peer_solutions=peer_least if peer else None,
        peer_samples=len(peer),
        same_real=same_real,
        memory=1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    )


def table(rows: list[Row]) -> str:
    """The rows as text."""

    def text(value: float | None, form: str, width: int) -> str:
        return f"{'-' if value is None else format(value, form):>{width}}"

    lines = [
        f"{'N':>3} {'samples':>8} {'ours/s':>10} {'field/s':>10} {'certif./s':>10} {'complete':>9} {'solutions':>12} "
        f"{'plain/s':>9} {'found':>6} {'ratio':>6} {'phc -b/s':>9} {'found':>6} {'ratio':>6}  same number of real ones"
    ]
    for row in rows:
        complete = min(count for count in (row.complete, row.complete_with_field, row.certified) if count is not None)
        lines.append(
            f"{row.n_spins:>3} {row.samples:>8} {row.ours:>10.5f} {text(row.ours_with_field, '.5f', 10)} "
            f"{text(row.certificates, '.5f', 10)} {complete:>5}/{row.samples:<3} "
            f"{row.solutions:>6}/{row.solutions_expected:<5} {text(row.plain, '.4f', 9)} "
            f"{text(row.plain_solutions, 'd', 6)} {text(row.plain_ratio, '.1f', 6)} {text(row.peer, '.3f', 9)} "
            f"{text(row.peer_solutions, 'd', 6)} {text(row.ratio, '.0f', 6)}  "
            + (f"{row.same_real}/{row.peer_samples}" if row.peer_samples else "-")
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print the table, and write the rows as JSON with --out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--n", type=int, nargs="+", default=[4, 6, 8, 10, 12, 14], help="numbers of spins")
    parser.add_argument("--samples", type=int, default=3, help="systems per N")
    parser.add_argument("--repeats", type=int, default=3, help="runs of ours per system, of which the fastest counts")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for one run of PHCpack")
    parser.add_argument("--largest-with-field", type=int, default=14, help="largest N with a field")
    parser.add_argument("--largest-certified", type=int, default=8, help="largest N with certificates")
    parser.add_argument("--largest-plain", type=int, default=12, help="largest N of the plain tracker")
    parser.add_argument("--out", type=Path, help="JSON file for the rows")
    given = parser.parse_args(arguments)
    program = shutil.which("phc")
    if program is None:
        print("PHCpack (phc) is not installed here: its columns stay empty")
    census(SphericalGlass(p=3, field=OverlapField(3, [0.5])).sample(2, rng=0), certify=True)  # compiles
    run_plain(3 * SphericalGlass(p=3).sample(2, rng=0).tensors[3])
    rows: list[Row] = []
    for n in given.n:
        rows.append(measure(n, given, program if not rows or rows[-1].peer is not None else None))
        print("\n".join(table(rows).splitlines()[0 if len(rows) == 1 else -1 :]))
        sys.stdout.flush()
    if given.out:
        given.out.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    return 0 if all(row.complete == row.samples for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
