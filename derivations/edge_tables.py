"""Tables of the laws of the soft edge: Chebyshev series of log cdf and log sf, from eigenvalues to many digits.

    python -m derivations.edge_tables            compute everything and write spinglass/generated/edge_laws.json
    python -m derivations.edge_tables --check    recompute a few random values at a finer resolution and compare

The eigenvalues λ_j of T_s (`edge_spectrum`) give every law through sums without cancellation (`edge_counts`).
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import multiprocessing
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import lru_cache
from typing import Any

import numpy as np
from flint import arb, ctx

from derivations.edge_counts import LARGEST_K, Pair, laws
from derivations.edge_spectrum import Resolution, eigenvalues, first_resolution
from derivations.emit import GENERATED

TABLE = GENERATED / "edge_laws.json"
LAWS = tuple((beta, k) for beta in (1, 2) for k in range(1, LARGEST_K + 1))
BREAKS = (
    *(-32, -25, -20, -16.5, -14, -12.75, -11.5, -10.25, -9, -7.75, -6.5, -5.25, -4, -2.75, -1.5, -0.25),
    *(1, 2.5, 4.5, 7, 11, 17, 26, 40, 64, 105),
)
NODES = 26
TAIL_TERMS = 13
SETTLED = 1e-19  # relative change of a cdf or sf that a finer resolution may make


# --- values that have settled -------------------------------------------------------------------------------------


def laws_at(s: Any, resolution: Resolution) -> dict[tuple[int, int], Pair]:
    """All laws at s; cdf and survival come by different sums and must add to one."""
    pairs = laws(eigenvalues(s, resolution))
    for law, (below, above) in pairs.items():
        if not abs(below + above - 1) < SETTLED:
            raise ArithmeticError(f"cdf + survival − 1 = {below + above - 1} for {law} at s = {s}")
    return pairs


def difference(one: dict[tuple[int, int], Pair], other: dict[tuple[int, int], Pair]) -> float:
    """Largest relative difference of the smaller of cdf and survival."""
    worst = 0.0
    for law, pair in one.items():
        side = 0 if pair[0] < pair[1] else 1
        worst = max(worst, abs(float(pair[side] / other[law][side] - 1)))
    return worst


def resolution_for(low: float, high: float) -> Resolution:
    """A resolution that a finer one confirms at both ends of an interval."""
    start = max((first_resolution(s) for s in (low, high)), key=lambda each: each.size * each.length)
    for _ in range(6):
        try:
            if all(difference(laws_at(s, start), laws_at(s, start.finer())) < SETTLED for s in (low, high)):
                return start
        except ArithmeticError:
            pass
        start = start.finer()
    raise ArithmeticError(f"the laws do not settle on [{low}, {high}]")


# --- Chebyshev series ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _chebyshev_nodes() -> list[Any]:
    return [(arb.pi() * (2 * i + 1) / (2 * NODES)).cos().mid() for i in range(NODES)]


def _coefficients(values: list[Any]) -> list[Any]:
    out = []
    for k in range(NODES):
        angles = ((arb.pi() * k * (2 * i + 1) / (2 * NODES)).cos() for i in range(NODES))
        out.append((sum((v * c for v, c in zip(values, angles, strict=True)), arb(0)) * 2 / NODES).mid())
    out[0] = out[0] / 2
    return out


def _derivative(coefficients: list[Any], half: Any) -> list[Any]:
    out = [arb(0)] * (len(coefficients) + 1)
    for k in range(len(coefficients) - 1, 0, -1):
        out[k - 1] = (out[k + 1] if k + 1 < len(out) else 0) + 2 * k * coefficients[k]
    out[0] = out[0] / 2
    return [(c / half).mid() for c in out[: len(coefficients) - 1]]


def evaluated(coefficients: Sequence[Any], t: Any) -> Any:
    """Clenshaw's sum."""
    one, two = arb(0), arb(0)
    for c in reversed(coefficients[1:]):
        one, two = (2 * t * one - two + c).mid(), one
    return (t * one - two + coefficients[0]).mid()


# --- the far tails ------------------------------------------------------------------------------------------------


def left_leading(beta: int, k: int) -> tuple[Any, Any, Any]:
    """(a, b, c) of log cdf ≈ −a x² + b x − c log x, x = |s|^{3/2}: leading orders far on the left."""
    if beta == 2:
        return arb(1) / 12, (k - 1) * 2 * arb(2).sqrt() / 3, (arb(1) + 6 * (k - 1) ** 2) / 12
    return arb(1) / 24, (2 * k - 3) / (3 * arb(2).sqrt()), (arb(1) + 6 * (k - 1) * (k - 2)) / 24


def right_leading(beta: int, k: int) -> tuple[Any, Any, Any]:
    """(0, b, c) of log sf ≈ b x − c log x, x = s^{3/2}: leading orders far on the right."""
    return arb(0), -arb(2 * beta * k) / 3, arb(beta * k * k) / 2


def leading(form: tuple[Any, Any, Any], x: Any) -> Any:
    return -form[0] * x * x + form[1] * x - form[2] * x.log()


def _tail(form: tuple[Any, Any, Any], series: Any, near: float, far: float) -> list[Any]:
    """Polynomial in w = 1/x through the rest of the series at Chebyshev nodes of w; it ends at w = 0."""
    low, high = arb(abs(far)) ** (-arb(3) / 2), arb(abs(near)) ** (-arb(3) / 2)
    nodes = [
        (low + high) / 2 + (high - low) / 2 * (arb.pi() * (2 * i + 1) / (2 * TAIL_TERMS)).cos()
        for i in range(TAIL_TERMS)
    ]
    sign = -1 if near < 0 else 1
    table = [series(sign * w ** (-arb(2) / 3)) - leading(form, 1 / w) for w in nodes]
    for order in range(1, TAIL_TERMS):  # divided differences
        for i in range(TAIL_TERMS - 1, order - 1, -1):
            table[i] = (table[i] - table[i - 1]) / (nodes[i] - nodes[i - order])
    out = [table[-1]]
    for i in range(TAIL_TERMS - 2, -1, -1):
        out = [table[i] - nodes[i] * out[0]] + [a - nodes[i] * b for a, b in zip(out, [*out[1:], arb(0)], strict=True)]
    return [c.mid() for c in out]


# --- the table ----------------------------------------------------------------------------------------------------


def interval_values(number: int) -> tuple[int, list[dict[tuple[int, int], tuple[str, str]]], float]:
    """Laws at the Chebyshev nodes of an interval (as text: flint numbers do not travel), and its seconds."""
    start = time.perf_counter()
    low, high = BREAKS[number], BREAKS[number + 1]
    resolution = resolution_for(low, high)
    middle, half = arb(low + high) / 2, arb(high - low) / 2
    found = []
    ctx.dps = resolution.digits
    for t in _chebyshev_nodes():
        pairs = laws_at(middle + half * t, resolution)
        found.append({law: (_text(pair[0]), _text(pair[1])) for law, pair in pairs.items()})
    return number, found, time.perf_counter() - start


def _text(value: Any) -> str:
    return str(value.str(60, radius=False))


def _series(values: list[dict[tuple[int, int], tuple[str, str]]], law: tuple[int, int], side: int) -> list[Any]:
    return _coefficients([arb(value[law][side]).log() for value in values])


class _Law:
    """One law: series of log cdf left of `switch` intervals, of log sf right of them."""

    def __init__(self, law: tuple[int, int], values: list[list[dict[tuple[int, int], tuple[str, str]]]]) -> None:
        self.law = law
        centres = [float(arb(each[NODES // 2][law][0])) for each in values]
        self.switch = sum(centre < 0.5 for centre in centres)
        self.series = [_series(each, law, int(number >= self.switch)) for number, each in enumerate(values)]
        ends = itertools.pairwise(BREAKS)
        self.slopes = [
            _derivative(one, arb(high - low) / 2) for one, (low, high) in zip(self.series, ends, strict=True)
        ]
        self.left_form, self.right_form = left_leading(*law), right_leading(*law)
        self.left = _tail(self.left_form, self, BREAKS[2], BREAKS[0])
        self.right = _tail(self.right_form, self, BREAKS[-3], BREAKS[-1])

    def _place(self, s: Any) -> tuple[int, Any]:
        number = int(np.clip(np.searchsorted(BREAKS, float(s), side="right") - 1, 0, len(BREAKS) - 2))
        low, high = BREAKS[number], BREAKS[number + 1]
        return number, (s - arb(low + high) / 2) / (arb(high - low) / 2)

    def __call__(self, s: Any) -> Any:
        """log cdf on the left, log sf on the right."""
        number, t = self._place(s)
        return evaluated(self.series[number], t)

    def density(self, s: Any) -> Any:
        number, t = self._place(s)
        return abs(evaluated(self.series[number], t).exp() * evaluated(self.slopes[number], t))

    def moments(self) -> tuple[str, ...]:
        """Mass, mean, variance, skewness, excess kurtosis by Gauss–Legendre quadrature on every interval."""
        count = 44
        rule = [arb.legendre_p_root(count, i, weight=True) for i in range(count)]
        points = []
        for low, high in itertools.pairwise(BREAKS):
            half = arb(high - low) / 2
            for node, weight in rule:
                s = (arb(low + high) / 2 + half * node).mid()
                density = self.density(s)
                if density > arb(10) ** -45:
                    points.append((s, (density * weight * half).mid()))
        mass = sum((p for _, p in points), arb(0))
        mean = sum((s * p for s, p in points), arb(0)) / mass
        second, third, fourth = (sum(((s - mean) ** m * p for s, p in points), arb(0)) / mass for m in (2, 3, 4))
        values = (mass, mean, second, third / second ** (arb(3) / 2), fourth / second**2 - 3)
        return tuple(str(value.str(20, radius=False)) for value in values)

    def record(self) -> dict[str, Any]:
        offsets = [round(float(series[0])) for series in self.series]
        values = [[series[0] - offset, *series[1:]] for series, offset in zip(self.series, offsets, strict=True)]
        mass, *moments = self.moments()
        if abs(float(mass) - 1) > 1e-15:
            raise ArithmeticError(f"the density of {self.law} integrates to {mass}")
        return {
            "beta": self.law[0],
            "k": self.law[1],
            "switch": self.switch,
            "offsets": offsets,
            "values": [_floats(row) for row in values],
            "slopes": [_floats(row) for row in self.slopes],
            "left": [_floats(self.left_form), _floats(self.left, cut=False)],
            "right": [_floats(self.right_form), _floats(self.right, cut=False)],
            "moments": moments,
        }


def _floats(numbers: Sequence[Any], cut: bool = True) -> list[float]:
    out = [float(number) for number in numbers]
    while cut and len(out) > 1 and abs(out[-1]) < 1e-19:
        out.pop()
    return out


def all_values(workers: int) -> list[list[dict[tuple[int, int], tuple[str, str]]]]:
    """The laws at the nodes of every interval."""
    values: list[Any] = [None] * (len(BREAKS) - 1)
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = [pool.submit(interval_values, number) for number in range(len(values))]
        for done in as_completed(running):
            number, found, seconds = done.result()
            values[number] = found
            print(f"[{BREAKS[number]:g}, {BREAKS[number + 1]:g}]  {seconds:.0f} s", flush=True)
    return values


def build(workers: int = 2) -> dict[str, Any]:
    """The whole table."""
    values = all_values(workers)
    ctx.dps = 60
    records = [_Law(law, values).record() for law in LAWS]
    body = {
        "about": "Laws of the k-th eigenvalue at the soft edge, written by derivations/edge_tables.py",
        "version": 1,
        "breaks": list(BREAKS),
        "laws": records,
    }
    return body | {"digest": digest(body)}


def digest(body: dict[str, Any]) -> str:
    """Of everything but itself."""
    rest = {key: value for key, value in body.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def table_text(body: dict[str, Any]) -> str:
    """JSON, one series a line."""

    def shown(value: Any, indent: str) -> str:
        inner = indent + " "
        if isinstance(value, dict):
            rows = [f"{inner}{json.dumps(key)}: {shown(entry, inner)}" for key, entry in value.items()]
            return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
        if isinstance(value, list) and value and isinstance(value[0], (list, dict)):
            return "[\n" + ",\n".join(inner + shown(entry, inner) for entry in value) + f"\n{indent}]"
        return json.dumps(value)

    return shown(body, "") + "\n"


def check(intervals: Sequence[int] | None = None, seed: int | None = None) -> float:
    """Largest difference of the committed logarithms from a finer computation, at a random place of some intervals.

    Relative to the logarithm without its offset where that is above 1.
    """
    body = json.loads(TABLE.read_text(encoding="utf-8"))
    if digest(body) != body["digest"]:
        raise ArithmeticError("the digest of the table does not match its content")
    rng = np.random.default_rng(seed)
    worst = 0.0
    breaks = body["breaks"]
    for number in intervals if intervals is not None else rng.choice(len(breaks) - 1, 6, replace=False):
        low, high = breaks[number], breaks[number + 1]
        s = float(rng.uniform(low, high))
        pairs = laws_at(s, resolution_for(s, s).finer())
        for record in body["laws"]:
            side = int(number >= record["switch"])
            series = np.polynomial.chebyshev.chebval(
                (s - (low + high) / 2) / ((high - low) / 2), record["values"][number]
            )
            true = pairs[record["beta"], record["k"]][side].log() - record["offsets"][number]
            worst = max(worst, abs(float(true) - float(series)) / max(1.0, abs(float(true))))
    return worst


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m derivations.edge_tables", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--check", action="store_true", help="write nothing; recompute a few values and compare")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    given = parser.parse_args(arguments)
    start = time.perf_counter()
    if given.check:
        worst = check()
        print(f"largest difference of a logarithm: {worst:.2g}, {time.perf_counter() - start:.0f} s")
        return int(not worst < 3e-15)
    TABLE.write_text(table_text(build(given.workers)), encoding="utf-8")
    print(f"{TABLE.name}: {TABLE.stat().st_size} bytes, {time.perf_counter() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
