"""Spikes, free sums, Marchenko-Pastur and surmises: compiled evaluators.

Emitted by derivations/classical_laws.py: do not edit, build again.

Equations:
    outlier_position: classical-laws.outlier
    outlier_overlap: classical-laws.overlap
    outlier_variance: classical-laws.outlier-variance
    wigner_surmise_1: classical-laws.wigner-surmise
    wigner_surmise_2: classical-laws.wigner-surmise
    wigner_surmise_4: classical-laws.wigner-surmise
    ratio_surmise_1: classical-laws.ratio-surmise
    ratio_surmise_2: classical-laws.ratio-surmise
    ratio_surmise_4: classical-laws.ratio-surmise
    marchenko_pastur_density: classical-laws.marchenko-pastur
Sources: atas2013, benaych2011, marchenko1967, wigner1957.

Digest: 7d8bbb2d76288f6a.
"""

from __future__ import annotations

import math
from typing import Any

from spinglass._jit import jit, vectorize
from spinglass._twofold import add as _add
from spinglass._twofold import exact_product as _exact_product
from spinglass._twofold import exact_sum as _exact_sum
from spinglass._twofold import multiply as _multiply


@jit
def outlier_position(s: float) -> float:
    """Where a spike puts an eigenvalue."""
    return s + (1/s)


@vectorize
def outlier_position_ufunc(s: float) -> float:
    return outlier_position(s)


def outlier_position_in(ctx: Any, s: Any) -> Any:
    return s + (1/s)


@jit
def outlier_overlap(s: float) -> float:
    """Squared overlap of the outlier with the spike."""
    return (s - 1)*(s + 1)/s**2


@vectorize
def outlier_overlap_ufunc(s: float) -> float:
    return outlier_overlap(s)


def outlier_overlap_in(ctx: Any, s: Any) -> Any:
    return (s - 1)*(s + 1)/s**2


@jit
def outlier_variance(s: float) -> float:
    """Variance of the outlier times n."""
    return 2*(s - 1)*(s + 1)/s**2


@vectorize
def outlier_variance_ufunc(s: float) -> float:
    return outlier_variance(s)


def outlier_variance_in(ctx: Any, s: Any) -> Any:
    return 2*(s - 1)*(s + 1)/s**2


@jit
def wigner_surmise_1(y: float) -> float:
    """Wigner's surmise, beta = 1."""
    return (1/2)*math.pi*y*math.exp(-1/4*math.pi*y**2)


@vectorize
def wigner_surmise_1_ufunc(y: float) -> float:
    return wigner_surmise_1(y)


def wigner_surmise_1_in(ctx: Any, y: Any) -> Any:
    return (ctx.ratio(1, 2))*ctx.pi()*y*ctx.exp(-ctx.ratio(1, 4)*ctx.pi()*y**2)


@jit
def wigner_surmise_2(y: float) -> float:
    """Wigner's surmise, beta = 2."""
    c1 = y**2
    return 32*c1*math.exp(-4*c1/math.pi)/math.pi**2


@vectorize
def wigner_surmise_2_ufunc(y: float) -> float:
    return wigner_surmise_2(y)


def wigner_surmise_2_in(ctx: Any, y: Any) -> Any:
    return 32*y**2*ctx.exp(-4*y**2/ctx.pi())/ctx.pi()**2


@jit
def wigner_surmise_4(y: float) -> float:
    """Wigner's surmise, beta = 4."""
    return (262144/729)*y**4*math.exp(-64/9*y**2/math.pi)/math.pi**3


@vectorize
def wigner_surmise_4_ufunc(y: float) -> float:
    return wigner_surmise_4(y)


def wigner_surmise_4_in(ctx: Any, y: Any) -> Any:
    return (ctx.ratio(262144, 729))*y**4*ctx.exp(-ctx.ratio(64, 9)*y**2/ctx.pi())/ctx.pi()**3


@jit
def ratio_surmise_1(r: float) -> float:
    """Surmise of the spacing ratio, beta = 1."""
    form = r**2 + r + 1
    return (27/8)*r*(r + 1)/(form**2*math.sqrt(form))


@vectorize
def ratio_surmise_1_ufunc(r: float) -> float:
    return ratio_surmise_1(r)


def ratio_surmise_1_in(ctx: Any, r: Any) -> Any:
    form = r**2 + r + 1
    return (ctx.ratio(27, 8))*r*(r + 1)/ctx.sqrt(form)**5


@jit
def ratio_surmise_2(r: float) -> float:
    """Surmise of the spacing ratio, beta = 2."""
    form = r**2 + r + 1
    return (81/4)*math.sqrt(3)*r**2*(r + 1)**2/(math.pi*form**4)


@vectorize
def ratio_surmise_2_ufunc(r: float) -> float:
    return ratio_surmise_2(r)


def ratio_surmise_2_in(ctx: Any, r: Any) -> Any:
    form = r**2 + r + 1
    return (ctx.ratio(81, 4))*ctx.sqrt(3)*r**2*(r + 1)**2/(ctx.pi()*form**4)


@jit
def ratio_surmise_4(r: float) -> float:
    """Surmise of the spacing ratio, beta = 4."""
    form = r**2 + r + 1
    return (729/4)*math.sqrt(3)*r**4*(r + 1)**4/(math.pi*form**7)


@vectorize
def ratio_surmise_4_ufunc(r: float) -> float:
    return ratio_surmise_4(r)


def ratio_surmise_4_in(ctx: Any, r: Any) -> Any:
    form = r**2 + r + 1
    return (ctx.ratio(729, 4))*ctx.sqrt(3)*r**4*(r + 1)**4/(ctx.pi()*form**7)


@jit
def marchenko_pastur_density(x: float, c: float) -> float:
    """Density of the continuous part of the Marchenko-Pastur law."""
    h1, l1 = _exact_sum(-1.0, x)
    h2, l2 = _add(h1, l1, -c, 0.0)
    h3, l3 = _multiply(h2, l2, h2, l2)
    h4, l4 = _exact_product(4.0, c)
    h5, l5 = _add(-h3, -l3, h4, l4)
    depth, depth_low = h5, l5
    if depth <= 0:
        return 0.0
    return (1/2)*math.sqrt(max(0, depth))/(math.pi*c*max(1e-300, x))


@vectorize
def marchenko_pastur_density_ufunc(x: float, c: float) -> float:
    return marchenko_pastur_density(x, c)


def marchenko_pastur_density_in(ctx: Any, x: Any, c: Any) -> Any:
    depth = 4*c - (-c + x - 1)**2
    if ctx.at_most(depth, 0):
        return ctx.ratio(0, 1)
    return (ctx.ratio(1, 2))*ctx.sqrt(ctx.maximum(0, depth))/(ctx.pi()*c*ctx.maximum(ctx.ratio(6032057205060441, 6032057205060440848842124543157735677050252251748505781796615064961622344493727293370973578138265743708225425014400837164813540499979063179105919597766951022193355091707896034850684039059079180396788349106095584290087446076413771468940477241550670753145517602931224392424029547429993824129889235158145614364972941312), x))
