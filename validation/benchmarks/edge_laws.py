"""Tracy-Widom laws and GOE eigenvalues: accuracy and speed of this package beside its peers and plain sampling.

The exact values are Fredholm determinants of the Airy kernel, det(1 − K) and, for β = 1 and 4, those of Ferrari and
Spohn, in 40 digits (mpmath). Peers are the packages TracyWidom (tables by Bejan and Prähofer) and scikit-rmt, which
needs an old numpy: name the Python of an environment that holds them with --peers. Without them the benchmark says so
and measures this package alone. Plain sampling is the largest eigenvalue of tridiagonal GOE matrices by scipy.

    python -m validation.benchmarks.edge_laws --peers other/bin/python
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time

import mpmath
import numpy as np
from scipy import linalg

from spinglass.random_matrices import sample_goe, sample_goe_tridiagonal, tracy_widom_cdf

_POINTS = (-6.0, -4.0, -2.0, 0.0, 2.0, 4.0)
_BETAS = (1, 2, 4)
_EVALUATIONS = 1_000_000

_PEERS = """
import json, sys, time
import numpy as np
points, betas, count = json.loads(sys.argv[1])
def timed(function):
    x = np.linspace(-6, 4, count)
    start = time.process_time(); function(x)
    return count / max(time.process_time() - start, 1e-9)
found = {}
try:
    from TracyWidom import TracyWidom
    laws = {b: TracyWidom(beta=b) for b in betas}
    found["TracyWidom"] = {b: ([float(law.cdf(s)) for s in points], timed(law.cdf)) for b, law in laws.items()}
except ImportError:
    pass
try:
    from skrmt.ensemble.spectral_law import TracyWidomDistribution
    laws = {b: TracyWidomDistribution(beta=b) for b in betas}
    found["scikit-rmt"] = {b: ([float(law.cdf(s)) for s in points], timed(law.cdf)) for b, law in laws.items()}
except ImportError:
    pass
print(json.dumps(found))
"""


def exact_cdf(s: float, beta: int, nodes: int = 60) -> float:
    """F_β(s) by Gauss-Legendre Nyström in 40 digits; β = 4 in the variable of mean −2.3069."""
    with mpmath.workdps(40):
        start = mpmath.mpf(s) * (mpmath.sqrt(2) if beta == 4 else 1)
        end = start + max(26, 28 - 2 * start)
        rule = np.polynomial.legendre.leggauss(nodes)[0]
        x, w = [], []
        for guess in rule:  # the double-precision nodes, polished
            node = mpmath.findroot(lambda t: mpmath.legendre(nodes, t), guess)
            slope = nodes * (node * mpmath.legendre(nodes, node) - mpmath.legendre(nodes - 1, node)) / (node**2 - 1)
            x.append((start + end) / 2 + (end - start) / 2 * node)
            w.append((end - start) / ((1 - node**2) * slope**2))
        kernel = mpmath.matrix(nodes)
        for i in range(nodes):
            for j in range(i + 1):
                value = mpmath.sqrt(w[i] * w[j]) * mpmath.airyai((x[i] + x[j]) / 2) / 2
                kernel[i, j] = kernel[j, i] = value
        plus, minus = mpmath.det(mpmath.eye(nodes) - kernel), mpmath.det(mpmath.eye(nodes) + kernel)
        return float({1: plus, 2: plus * minus, 4: (plus + minus) / 2}[beta])


def peer_values(python: str) -> dict[str, dict[str, tuple[list[float], float]]]:
    """cdf at the points and evaluations per CPU second of every peer that this Python can import."""
    request = json.dumps([_POINTS, _BETAS, _EVALUATIONS])
    done = subprocess.run([python, "-c", _PEERS, request], capture_output=True, text=True, check=True)
    answer: dict[str, dict[str, tuple[list[float], float]]] = json.loads(done.stdout)
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default=sys.executable, help="Python with TracyWidom and scikit-rmt.")
    peers = peer_values(parser.parse_args().peers)
    for name in ("TracyWidom", "scikit-rmt"):
        if name not in peers:
            print(f"{name} is not installed: left out")
    grid = np.linspace(-6, 4, _EVALUATIONS)
    print(f"\n{'law':10s} {'package':12s} {'max |error|':>12s} {'max relative':>13s} {'per CPU second':>15s}")
    for beta in _BETAS:
        exact = np.array([exact_cdf(s, beta) for s in _POINTS])
        tracy_widom_cdf(grid[:2], beta)  # compilation is not timed
        start = time.process_time()
        tracy_widom_cdf(grid, beta)
        ours = np.asarray(tracy_widom_cdf(np.array(_POINTS), beta)), _EVALUATIONS / (time.process_time() - start)
        rows = {"spinglass": ours, **{name: found[str(beta)] for name, found in peers.items()}}
        for name, (values, speed) in rows.items():
            error = np.abs(np.asarray(values) - exact)
            largest, relative = float(error.max()), float((error / exact).max())
            print(f"beta = {beta}   {name:12s} {largest:12.1e} {relative:13.1e} {speed:15.2e}")

    n, samples = 1000, 20
    diagonal, off_diagonal = sample_goe_tridiagonal(n, size=samples, rng=0)
    dense = sample_goe(n, rng=0)

    def seconds(work: object, times: int) -> float:
        start = time.process_time()
        for i in range(times):
            work(i)  # type: ignore[operator]
        return (time.process_time() - start) / times

    print(f"\nGOE of order {n}: CPU seconds for one sample of")
    print(f"  all eigenvalues, dense (numpy)        {seconds(lambda i: np.linalg.eigvalsh(dense), 2):.4f}")
    tridiagonal = seconds(lambda i: linalg.eigvalsh_tridiagonal(diagonal[i], off_diagonal[i]), samples)
    print(f"  all eigenvalues, tridiagonal (scipy)  {tridiagonal:.4f}")
    top = seconds(
        lambda i: linalg.eigvalsh_tridiagonal(diagonal[i], off_diagonal[i], "i", (n - 1, n - 1)),
        samples,
    )
    print(f"  the largest, tridiagonal (scipy)      {top:.5f}")
    start = time.process_time()
    tracy_widom_cdf(-1.0, 1)
    one = time.process_time() - start
    needed = 0.25e26  # p(1 − p)/ε² samples for an absolute error of 1e-13 of a probability near a half
    print(f"F_1 to 1e-13: {one:.1e} s by the table, {needed * top:.1e} s by sampling")


if __name__ == "__main__":
    main()
