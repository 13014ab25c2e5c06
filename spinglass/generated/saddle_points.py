"""Saddle points of the exact integral: compiled evaluators.

Emitted by derivations/saddle_points.py: do not edit, build again.

Equations:
    rank_one_factor: saddle-points.rank-one-factor
Sources: baskerville2021.

Digest: 68159108c6f9712c.
"""

from __future__ import annotations

import math
from typing import Any

from spinglass._jit import jit, vectorize


@jit
def rank_one_factor(x: float, s: float) -> float:
    """Factor |1 + s m(x)| of E|det| under a rank-one perturbation, at large n."""
    if (abs(x) <= 2):  # inside the bulk
        c1 = abs(s)
        return math.sqrt(c1*max(0, -x*(math.copysign(1.0, s) if s != 0 else 0.0) + 2) + (1 - c1)**2)
    h = max(1, (1/2)*abs(x))
    w = h + math.sqrt(h - 1)*math.sqrt(h + 1)
    return abs(s*(math.copysign(1.0, x) if x != 0 else 0.0)/w - 1)


@vectorize
def rank_one_factor_ufunc(x: float, s: float) -> float:
    return rank_one_factor(x, s)


def rank_one_factor_in(ctx: Any, x: Any, s: Any) -> Any:
    if ctx.at_most(ctx.absolute(x), 2):
        return ctx.sqrt((1 - ctx.absolute(s))**2 + ctx.absolute(s)*ctx.maximum(0, -x*ctx.sign(s) + 2))
    h = ctx.maximum(1, (ctx.ratio(1, 2))*ctx.absolute(x))
    w = h + ctx.sqrt(h - 1)*ctx.sqrt(h + 1)
    return ctx.absolute(s*ctx.sign(x)/w - 1)
