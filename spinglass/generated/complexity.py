"""Complexity of spherical glasses: rates, thresholds, prefactors: compiled evaluators.

Emitted by derivations/complexity.py: do not edit, build again.

Equations:
    threshold_energy: complexity.threshold
    complexity_at_threshold: complexity.threshold
    edge_distance: complexity.stable
    annealed_complexity: complexity.stable
    cumulative_complexity: complexity.index
    outlier_rate_at_angle: complexity.bands
    index_complexity_at_angle: complexity.bands
    index_slope_at_angle: complexity.bands
    total_count_prefactor: complexity.total
    bulk_density_prefactor: complexity.bulk-density
    bulk_count_prefactor: complexity.bulk-count
    deep_minima_prefactor: complexity.deep-minima
    edge_count_prefactor: complexity.edge-count
    field_complexity: complexity.field
    mixed_threshold: complexity.mixed-exponent
    mixed_height: complexity.mixed-exponent
    mixed_angle: complexity.mixed-maximum
    mixed_saturation: complexity.mixed-saturation
    mixed_slope: complexity.mixed-exponent
Sources: auffinger2013, auffinger2013smooth, benarous2019, fyodorov2004.

Digest: 44adb0e6718a8f95.
"""

from __future__ import annotations

import math
from typing import Any

from spinglass._jit import jit, vectorize
from spinglass._twofold import add as _add
from spinglass._twofold import divide as _divide
from spinglass._twofold import exact_product as _exact_product
from spinglass._twofold import exact_sum as _exact_sum
from spinglass._twofold import multiply as _multiply
from spinglass._twofold import root as _root


@jit
def threshold_energy(p: float) -> float:
    """Threshold energy of the pure p-spin glass."""
    share = (p - 1)/p
    return 2*math.sqrt(share)


@vectorize
def threshold_energy_ufunc(p: float) -> float:
    return threshold_energy(p)


def threshold_energy_in(ctx: Any, p: Any) -> Any:
    share = (p - 1)/p
    return 2*ctx.sqrt(share)


@jit
def _edge_height(p: float) -> tuple[float, float]:
    """The rate at the threshold, as an unevaluated sum."""
    if p <= 8:  # z = (p - 2)/p <= 3/4: the series of artanh z - z
        h1, l1 = _exact_sum(-2.0, p)
        h2, l2 = _divide(h1, l1, p, 0.0)
        ratio, ratio_low = h2, l2
        z = ratio**2
        bulk = z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*(z*((1/117)*z + 1/115) + 1/113) + 1/111) + 1/109) + 1/107) + 1/105) + 1/103) + 1/101) + 1/99) + 1/97) + 1/95) + 1/93) + 1/91) + 1/89) + 1/87) + 1/85) + 1/83) + 1/81) + 1/79) + 1/77) + 1/75) + 1/73) + 1/71) + 1/69) + 1/67) + 1/65) + 1/63) + 1/61) + 1/59) + 1/57) + 1/55) + 1/53) + 1/51) + 1/49) + 1/47) + 1/45) + 1/43) + 1/41) + 1/39) + 1/37) + 1/35) + 1/33) + 1/31) + 1/29) + 1/27) + 1/25) + 1/23) + 1/21) + 1/19) + 1/17) + 1/15) + 1/13) + 1/11) + 1/9) + 1/7) + 1/5) + 1/3
        h3, l3 = _multiply(ratio, ratio_low, ratio, ratio_low)
        h4, l4 = _multiply(h3, l3, ratio, ratio_low)
        h5, l5 = _multiply(bulk, 0.0, h4, l4)
        return h5, l5
    h6, l6 = _exact_sum(-1.0, p)
    h7 = math.log(h6)
    l7 = l6/h6
    h8, l8 = _multiply(0.5, 0.0, h7, l7)
    h9, l9 = _exact_sum(-2.0, p)
    h10, l10 = _divide(h9, l9, p, 0.0)
    h11, l11 = _add(h8, l8, -h10, -l10)
    return h11, l11


def _edge_height_in(ctx: Any, p: Any) -> Any:
    return (ctx.ratio(1, 2))*ctx.log(p - 1) - (p - 2)/p


@jit
def complexity_at_threshold(p: float) -> float:
    """Rate of the number of critical points of any index at the threshold."""
    return _edge_height(p)[0]


@vectorize
def complexity_at_threshold_ufunc(p: float) -> float:
    return complexity_at_threshold(p)


def complexity_at_threshold_in(ctx: Any, p: Any) -> Any:
    return _edge_height_in(ctx, p)


@jit
def _edge_distance(u: float, leading: float, leading_low: float) -> tuple[float, float]:
    """v = u^2 p/(4(p - 1)) - 1, the distance from the threshold: it keeps its sign and its digits."""
    h1, l1 = _exact_product(u, u)
    square, square_low = h1, l1
    h2, l2 = _multiply(leading, leading_low, square, square_low)
    h3, l3 = _add(-1.0, 0.0, h2, l2)
    return h3, l3


def _edge_distance_in(ctx: Any, u: Any, leading: Any) -> Any:
    square = u**2
    return leading*square - 1


@jit
def edge_distance_pair(u: float, p: float) -> tuple[float, float]:
    """v = p u^2/(4(p - 1)) - 1, the distance from the threshold, as an unevaluated sum."""
    h1, l1 = _exact_product(4.0, p)
    h2, l2 = _add(-4.0, 0.0, h1, l1)
    h3, l3 = _divide(p, 0.0, h2, l2)
    leading, leading_low = h3, l3
    h4, l4 = _edge_distance(u, leading, leading_low)
    return h4, l4


def edge_distance_pair_in(ctx: Any, u: Any, p: Any) -> Any:
    leading = p/(4*p - 4)
    return _edge_distance_in(ctx, u, leading)


@jit
def edge_distance(u: float, p: float) -> float:
    """Distance v = x^2/4 - 1 of the shift x from the edge: negative in the bulk, zero at the threshold."""
    return edge_distance_pair(u, p)[0]


@vectorize
def edge_distance_ufunc(u: float, p: float) -> float:
    return edge_distance(u, p)


def edge_distance_in(ctx: Any, u: Any, p: Any) -> Any:
    return edge_distance_pair_in(ctx, u, p)


@jit
def _outlier_cost(v: float, v_low: float) -> tuple[float, float]:
    """I_1 = sqrt(v (1 + v)) - asinh(sqrt(v)), the cost of an eigenvalue outside the bulk."""
    if v < 2:  # next to the edge: v^(3/2) times a series in q
        q = v/(math.sqrt(v + 1) + 1)**2
        q2 = q**2
        q4 = q2**2
        rest = q*(q*(q2*(q4*(q4*(q4*(q4*((4/1761795)*q4 + 4/848003) + 4/346115) + 4/108675) + 4/20995) + 4/1155) + q4*(q4*(q4*(q4*((4/1242915)*q4 + 4/555555) + 4/202275) + 4/52003) + 4/6435) + 4/35) + q2*(q4*(q4*(q4*(q4*((4/1485435)*q4 + 4/690235) + 4/267003) + 4/76475) + 4/12155) + 4/315) + q4*(q4*(q4*(q4*((4/1031355)*q4 + 4/441595) + 4/150075) + 4/33915) + 4/3003) - 4/5)
        h1, l1 = _root(v, v_low)
        width, width_low = h1, l1
        factor = rest + 2/3
        h2, l2 = _multiply(factor, 0.0, v, v_low)
        h3, l3 = _multiply(h2, l2, width, width_low)
        return h3, l3
    h4, l4 = _divide(1.0, 0.0, v, v_low)
    h5, l5 = _add(1.0, 0.0, h4, l4)
    h6, l6 = _root(h5, l5)
    h7, l7 = _add(1.0, 0.0, h6, l6)
    h8, l8 = _divide(1.0, 0.0, h7, l7)
    h9, l9 = _add(v, v_low, h8, l8)
    h10, l10 = _root(v, v_low)
    h11 = math.asinh(h10)
    l11 = l10/math.sqrt(1.0 + h10**2)
    h12, l12 = _add(h9, l9, -h11, -l11)
    return h12, l12


def _outlier_cost_in(ctx: Any, v: Any) -> Any:
    return ctx.sqrt(v)*ctx.sqrt(v + 1) - ctx.asinh(ctx.sqrt(v))


@jit
def _beyond_threshold(u: float, W: float, slope: float, slope_low: float, edge: float, edge_low: float, leading: float, leading_low: float) -> float:
    h1, l1 = _edge_distance(u, leading, leading_low)
    v, v_low = h1, l1
    if v <= 0:
        return edge
    h2, l2 = _multiply(slope, slope_low, v, v_low)
    h3, l3 = _add(edge, edge_low, -h2, -l2)
    h4, l4 = _outlier_cost(v, v_low)
    h5, l5 = _multiply(W, 0.0, h4, l4)
    h6, l6 = _add(h3, l3, -h5, -l5)
    return h6 + l6


def _beyond_threshold_in(ctx: Any, u: Any, W: Any, slope: Any, edge: Any, leading: Any) -> Any:
    v = _edge_distance_in(ctx, u, leading)
    if ctx.at_most(v, 0):
        return edge
    return -W*_outlier_cost_in(ctx, v) + edge - slope*v


@jit
def _annealed_outside(u: float, slope: float, slope_low: float, edge: float, edge_low: float, leading: float, leading_low: float, bulk: float, bend: float) -> float:
    h1, l1 = _edge_distance(u, leading, leading_low)
    v, v_low = h1, l1
    if v <= 0:
        return -bend*u**2 + bulk
    h2, l2 = _outlier_cost(v, v_low)
    h3, l3 = _add(edge, edge_low, -h2, -l2)
    h4, l4 = _multiply(slope, slope_low, v, v_low)
    h5, l5 = _add(h3, l3, -h4, -l4)
    return h5 + l5


def _annealed_outside_in(ctx: Any, u: Any, slope: Any, edge: Any, leading: Any, bulk: Any, bend: Any) -> Any:
    v = _edge_distance_in(ctx, u, leading)
    if ctx.at_most(v, 0):
        return -bend*u**2 + bulk
    return edge - slope*v - _outlier_cost_in(ctx, v)


@jit
def _annealed_complexity_at(u: float, p: float, slope: float, slope_low: float, edge: float, edge_low: float, leading: float, leading_low: float, bulk: float, bend: float) -> float:
    if (abs(u) <= 141/100):  # E_inf >= sqrt(2)
        return -bend*u**2 + bulk
    if (abs(u) >= 1e+50):
        return p*u**2*(-slope - 1)/(4*p - 4)
    h7 = _annealed_outside(u, slope, slope_low, edge, edge_low, leading, leading_low, bulk, bend)
    return h7


@jit
def annealed_complexity(u: float, p: float) -> float:
    """Growth rate of the number of critical points of all indices at energy density u."""
    h1, l1 = _exact_sum(-2.0, p)
    h2, l2 = _divide(h1, l1, p, 0.0)
    slope, slope_low = h2, l2
    h3, l3 = _edge_height(p)
    edge, edge_low = h3, l3
    h4, l4 = _exact_product(4.0, p)
    h5, l5 = _add(-4.0, 0.0, h4, l4)
    h6, l6 = _divide(p, 0.0, h5, l5)
    leading, leading_low = h6, l6
    bulk = (1/2)*math.log(p - 1)
    bend = (p - 2)/(4*p - 4)
    return _annealed_complexity_at(u, p, slope, slope_low, edge, edge_low, leading, leading_low, bulk, bend)


@vectorize
def annealed_complexity_ufunc(u: float, p: float) -> float:
    return annealed_complexity(u, p)


@jit
def annealed_complexity_curve(u: Any, p: float, out: Any) -> None:
    h8, l8 = _exact_sum(-2.0, p)
    h9, l9 = _divide(h8, l8, p, 0.0)
    slope, slope_low = h9, l9
    h10, l10 = _edge_height(p)
    edge, edge_low = h10, l10
    h11, l11 = _exact_product(4.0, p)
    h12, l12 = _add(-4.0, 0.0, h11, l11)
    h13, l13 = _divide(p, 0.0, h12, l12)
    leading, leading_low = h13, l13
    bulk = (1/2)*math.log(p - 1)
    bend = (p - 2)/(4*p - 4)
    for i in range(u.size):
        out[i] = _annealed_complexity_at(u[i], p, slope, slope_low, edge, edge_low, leading, leading_low, bulk, bend)


def annealed_complexity_in(ctx: Any, u: Any, p: Any) -> Any:
    if ctx.at_most((p*u**2 - 4*p + 4)/(4*p - 4), 0):
        return (ctx.ratio(1, 2))*ctx.log(p - 1) - (1 + (p*u**2 - 4*p + 4)/(4*p - 4))*(p - 2)/p
    return -ctx.sqrt((p*u**2 - 4*p + 4)/(4*p - 4))*ctx.sqrt(1 + (p*u**2 - 4*p + 4)/(4*p - 4)) + (ctx.ratio(1, 2))*ctx.log(p - 1) + ctx.asinh(ctx.sqrt((p*u**2 - 4*p + 4)/(4*p - 4))) - (p - 2)/p - (p - 2)*(p*u**2 - 4*p + 4)/(p*(4*p - 4))


@jit
def _cumulative_complexity_at(u: float, p: float, k: float, slope: float, slope_low: float, edge: float, edge_low: float, leading: float, leading_low: float) -> float:
    if u >= -141/100:  # E_inf >= sqrt(2)
        return edge
    if u <= -1e+50:
        return p*u**2*(-k - slope - 1)/(4*p - 4)
    h7, l7 = _exact_sum(1.0, k)
    h8 = _beyond_threshold(u, h7 + l7, slope, slope_low, edge, edge_low, leading, leading_low)
    return h8


@jit
def cumulative_complexity(u: float, p: float, k: float) -> float:
    """Growth rate of the number of critical points of index k below energy density u."""
    h1, l1 = _exact_sum(-2.0, p)
    h2, l2 = _divide(h1, l1, p, 0.0)
    slope, slope_low = h2, l2
    h3, l3 = _edge_height(p)
    edge, edge_low = h3, l3
    h4, l4 = _exact_product(4.0, p)
    h5, l5 = _add(-4.0, 0.0, h4, l4)
    h6, l6 = _divide(p, 0.0, h5, l5)
    leading, leading_low = h6, l6
    return _cumulative_complexity_at(u, p, k, slope, slope_low, edge, edge_low, leading, leading_low)


@vectorize
def cumulative_complexity_ufunc(u: float, p: float, k: float) -> float:
    return cumulative_complexity(u, p, k)


@jit
def cumulative_complexity_curve(u: Any, p: float, k: float, out: Any) -> None:
    h9, l9 = _exact_sum(-2.0, p)
    h10, l10 = _divide(h9, l9, p, 0.0)
    slope, slope_low = h10, l10
    h11, l11 = _edge_height(p)
    edge, edge_low = h11, l11
    h12, l12 = _exact_product(4.0, p)
    h13, l13 = _add(-4.0, 0.0, h12, l12)
    h14, l14 = _divide(p, 0.0, h13, l13)
    leading, leading_low = h14, l14
    for i in range(u.size):
        out[i] = _cumulative_complexity_at(u[i], p, k, slope, slope_low, edge, edge_low, leading, leading_low)


def cumulative_complexity_in(ctx: Any, u: Any, p: Any, k: Any) -> Any:
    if ctx.at_most(0, u) or ctx.at_most((p*u**2 - 4*p + 4)/(4*p - 4), 0):
        return (ctx.ratio(1, 2))*ctx.log(p - 1) - (p - 2)/p
    return -(k + 1)*(ctx.sqrt((p*u**2 - 4*p + 4)/(4*p - 4))*ctx.sqrt(1 + (p*u**2 - 4*p + 4)/(4*p - 4)) - ctx.asinh(ctx.sqrt((p*u**2 - 4*p + 4)/(4*p - 4)))) + (ctx.ratio(1, 2))*ctx.log(p - 1) - (p - 2)/p - (p - 2)*(p*u**2 - 4*p + 4)/(p*(4*p - 4))


@jit
def outlier_rate_at_angle(y: float) -> float:
    """Rate I_1 of an eigenvalue at |x| = 2 cosh(y/2)."""
    if y < 11/5:  # the series of (sinh y - y)/y^3
        s = y**2
        bulk = s*(s*(s*(s*(s*(s*(s*(s*(s*(s*(s*((1/10888869450418352160768000000)*s + 1/15511210043330985984000000) + 1/25852016738884976640000) + 1/51090942171709440000) + 1/121645100408832000) + 1/355687428096000) + 1/1307674368000) + 1/6227020800) + 1/39916800) + 1/362880) + 1/5040) + 1/120) + 1/6
        return (1/2)*bulk*s*y
    return -1/2*y + (1/2)*math.sinh(y)


@vectorize
def outlier_rate_at_angle_ufunc(y: float) -> float:
    return outlier_rate_at_angle(y)


def outlier_rate_at_angle_in(ctx: Any, y: Any) -> Any:
    return -ctx.ratio(1, 2)*y + (ctx.ratio(1, 2))*ctx.sinh(y)


@jit
def index_complexity_at_angle(y: float, p: float, k: float) -> float:
    """Rate of the number of critical points of index k below -E_inf cosh(y/2): zero at the band edge."""
    edge = _edge_height(p)[0]
    grown = math.expm1(y)
    kept = grown/(grown + 1)
    return edge - 1/4*grown*kept*(p - 2)/p - (k + 1)*outlier_rate_at_angle(y)


@vectorize
def index_complexity_at_angle_ufunc(y: float, p: float, k: float) -> float:
    return index_complexity_at_angle(y, p, k)


def index_complexity_at_angle_in(ctx: Any, y: Any, p: Any, k: Any) -> Any:
    edge = _edge_height_in(ctx, p)
    grown = ctx.expm1(y)
    kept = grown/(grown + 1)
    return edge - ctx.ratio(1, 4)*grown*kept*(p - 2)/p - (k + 1)*outlier_rate_at_angle_in(ctx, y)


@jit
def index_slope_at_angle(y: float, p: float, k: float) -> float:
    """Derivative in y of the rate of index k at -E_inf cosh(y/2)."""
    grown = math.expm1(y)
    if y < 600:
        h1, l1 = _exact_sum(1.0, grown)
        h2, l2 = _divide(grown, 0.0, h1, l1)
        kept, kept_low = h2, l2
        h3, l3 = _exact_sum(1.0, k)
        h4, l4 = _multiply(grown, 0.0, h3, l3)
        h5, l5 = _multiply(0.25, 0.0, h4, l4)
        h6, l6 = _exact_product(0.25, grown)
        h7, l7 = _add(0.5, 0.0, h6, l6)
        h8, l8 = _exact_sum(-2.0, p)
        h9, l9 = _multiply(h7, l7, h8, l8)
        h10, l10 = _divide(h9, l9, p, 0.0)
        h11, l11 = _add(h5, l5, h10, l10)
        h12, l12 = _multiply(kept, kept_low, h11, l11)
        return -h12 + -l12
    kept = grown/(grown + 1)
    return -kept*((1/4)*grown*(k + 1) + ((1/4)*grown + 1/2)*(p - 2)/p)


@vectorize
def index_slope_at_angle_ufunc(y: float, p: float, k: float) -> float:
    return index_slope_at_angle(y, p, k)


def index_slope_at_angle_in(ctx: Any, y: Any, p: Any, k: Any) -> Any:
    grown = ctx.expm1(y)
    if ctx.less(y, 600):
        kept = grown/(grown + 1)
        return -kept*((ctx.ratio(1, 4))*grown*(k + 1) + ((ctx.ratio(1, 4))*grown + ctx.ratio(1, 2))*(p - 2)/p)
    kept = grown/(grown + 1)
    return -kept*((ctx.ratio(1, 4))*grown*(k + 1) + ((ctx.ratio(1, 4))*grown + ctx.ratio(1, 2))*(p - 2)/p)


@jit
def total_count_prefactor(N: float, p: float) -> float:
    """Factor of (p-1)^(N/2) in the mean total number of critical points, large N."""
    bulk = 2*N/(math.pi*(p - 2))
    return 4*math.sqrt(bulk)


@vectorize
def total_count_prefactor_ufunc(N: float, p: float) -> float:
    return total_count_prefactor(N, p)


def total_count_prefactor_in(ctx: Any, N: Any, p: Any) -> Any:
    bulk = 2*N/(ctx.pi()*(p - 2))
    return 4*ctx.sqrt(bulk)


@jit
def bulk_density_prefactor(u: float, N: float, p: float) -> float:
    """Factor of exp(N Sigma(u)) in the mean density of critical points at u in the bulk, large N."""
    h1, l1 = _exact_product(4.0, p)
    h2, l2 = _add(-4.0, 0.0, h1, l1)
    h3, l3 = _divide(p, 0.0, h2, l2)
    leading, leading_low = h3, l3
    h4, l4 = _edge_distance(u, leading, leading_low)
    v, v_low = h4, l4
    if v < 0:
        inside = max(0, -8*v/(p - 1))
        return N*math.sqrt(inside)/math.pi
    return 0.0


@vectorize
def bulk_density_prefactor_ufunc(u: float, N: float, p: float) -> float:
    return bulk_density_prefactor(u, N, p)


def bulk_density_prefactor_in(ctx: Any, u: Any, N: Any, p: Any) -> Any:
    leading = p/(4*p - 4)
    v = _edge_distance_in(ctx, u, leading)
    if ctx.less(v, 0):
        inside = ctx.maximum(0, -8*v/(p - 1))
        return N*ctx.sqrt(inside)/ctx.pi()
    return ctx.ratio(0, 1)


@jit
def bulk_count_prefactor(u: float, p: float) -> float:
    """Factor of exp(N Sigma(u)) in the mean number of critical points below u in the bulk, large N."""
    h1, l1 = _exact_product(4.0, p)
    h2, l2 = _add(-4.0, 0.0, h1, l1)
    h3, l3 = _divide(p, 0.0, h2, l2)
    leading, leading_low = h3, l3
    h4, l4 = _edge_distance(u, leading, leading_low)
    v, v_low = h4, l4
    if v < 0:
        inside = max(0, -32*v*(p - 1))
        return -math.sqrt(inside)/(math.pi*u*(p - 2))
    return 0.0


@vectorize
def bulk_count_prefactor_ufunc(u: float, p: float) -> float:
    return bulk_count_prefactor(u, p)


def bulk_count_prefactor_in(ctx: Any, u: Any, p: Any) -> Any:
    leading = p/(4*p - 4)
    v = _edge_distance_in(ctx, u, leading)
    if ctx.less(v, 0):
        inside = ctx.maximum(0, -32*v*(p - 1))
        return -ctx.sqrt(inside)/(ctx.pi()*u*(p - 2))
    return ctx.ratio(0, 1)


@jit
def deep_minima_prefactor(u: float, N: float, p: float) -> float:
    """Factor of exp(N Theta_0(u)) in the mean number of critical points below u < -E_inf, large N."""
    h1, l1 = _exact_product(4.0, p)
    h2, l2 = _add(-4.0, 0.0, h1, l1)
    h3, l3 = _divide(p, 0.0, h2, l2)
    leading, leading_low = h3, l3
    h4, l4 = _edge_distance(u, leading, leading_low)
    v, v_low = h4, l4
    if v > 0:
        h5, l5 = _root(2.0, 0.0)
        h6, l6 = _root(3.141592653589793, 1.2246467991473532e-16)
        h7, l7 = _root(p, 0.0)
        h8, l8 = _multiply(h6, l6, h7, l7)
        h9, l9 = _root(N, 0.0)
        h10, l10 = _multiply(h8, l8, h9, l9)
        h11, l11 = _root(v, v_low)
        h12, l12 = _add(1.0, 0.0, v, v_low)
        h13, l13 = _root(h12, l12)
        h14, l14 = _add(h11, l11, h13, l13)
        h15, l15 = _multiply(h11, l11, h14, l14)
        h16, l16 = _root(h15, l15)
        h17, l17 = _multiply(h10, l10, h16, l16)
        h18, l18 = _exact_sum(-2.0, p)
        h19, l19 = _multiply(h13, l13, h18, l18)
        h20, l20 = _divide(h19, l19, p, 0.0)
        h21, l21 = _add(h11, l11, h20, l20)
        h22, l22 = _multiply(h17, l17, h21, l21)
        h23, l23 = _divide(h5, l5, h22, l22)
        h24, l24 = _multiply(0.5, 0.0, h23, l23)
        return h24 + l24
    return math.inf


@vectorize
def deep_minima_prefactor_ufunc(u: float, N: float, p: float) -> float:
    return deep_minima_prefactor(u, N, p)


def deep_minima_prefactor_in(ctx: Any, u: Any, N: Any, p: Any) -> Any:
    leading = p/(4*p - 4)
    v = _edge_distance_in(ctx, u, leading)
    if ctx.less(0, v):
        return (ctx.ratio(1, 2))*ctx.sqrt(2)/(ctx.sqrt(ctx.pi())*ctx.sqrt(N)*ctx.sqrt(p)*ctx.sqrt(ctx.sqrt(v)*(ctx.sqrt(v) + ctx.sqrt(v + 1)))*(ctx.sqrt(v) + (p - 2)*ctx.sqrt(v + 1)/p))
    return ctx.infinity()


@jit
def edge_count_prefactor(N: float, p: float) -> float:
    """Factor of exp(N Theta_edge) in the mean number of critical points below -E_inf, large N."""
    square = N**(1/3)
    bulk = square - 1/3*(-N + square**3)/square**2
    h1, l1 = _root(p, 0.0)
    h2, l2 = _exact_sum(-2.0, p)
    h3, l3 = _multiply(bulk, 0.0, h2, l2)
    h4, l4 = _divide(h1, l1, h3, l3)
    h5, l5 = _multiply(0.5241928753616152, -4.6728266601177987e-17, h4, l4)
    return h5 + l5


@vectorize
def edge_count_prefactor_ufunc(N: float, p: float) -> float:
    return edge_count_prefactor(N, p)


def edge_count_prefactor_in(ctx: Any, N: Any, p: Any) -> Any:
    return ctx.sqrt(2)*ctx.power(3, ctx.ratio(5, 6))*ctx.sqrt(p)*((ctx.ratio(1, 3))*ctx.gamma(ctx.ratio(2, 3)) + (ctx.ratio(1, 9))*ctx.gamma(ctx.ratio(1, 3))**2)/(ctx.pi()*ctx.power(N, ctx.ratio(1, 3))*(p - 2)*ctx.gamma(ctx.ratio(1, 3)))


@jit
def field_complexity(u: float, m: float, p: float, d: float, d1: float) -> float:
    """Growth rate at energy density u and latitude m in a field N d(m); d and d1 are d(m) and its derivative."""
    h1, l1 = _exact_sum(u, -d)
    edge, edge_low = h1, l1
    h2, l2 = _exact_product(d1, m)
    h3, l3 = _multiply(edge, edge_low, p, 0.0)
    h4, l4 = _add(h2, l2, h3, l3)
    bulk, bulk_low = h4, l4
    h5, l5 = _multiply(bulk, bulk_low, bulk, bulk_low)
    h6, l6 = _exact_sum(-1.0, p)
    h7, l7 = _multiply(p, 0.0, h6, l6)
    h8, l8 = _divide(h5, l5, h7, l7)
    square, square_low = h8, l8
    if square <= 4:
        h9, l9 = _exact_sum(1.0, m)
        h10, l10 = _exact_sum(1.0, -m)
        h11, l11 = _multiply(h9, l9, h10, l10)
        h12 = math.log(h11)
        l12 = l11/h11
        h13, l13 = _multiply(0.5, 0.0, h12, l12)
        h14, l14 = _exact_sum(-1.0, p)
        h15 = math.log(h14)
        l15 = l14/h14
        h16, l16 = _multiply(0.5, 0.0, h15, l15)
        h17, l17 = _add(h13, l13, h16, l16)
        h18, l18 = _multiply(edge, edge_low, edge, edge_low)
        h19, l19 = _multiply(-0.5, 0.0, h18, l18)
        h20, l20 = _add(h17, l17, h19, l19)
        h21, l21 = _multiply(0.25, 0.0, square, square_low)
        h22, l22 = _add(h20, l20, h21, l21)
        h23, l23 = _exact_product(d1, d1)
        h24, l24 = _multiply(h23, l23, h9, l9)
        h25, l25 = _multiply(h24, l24, h10, l10)
        h26, l26 = _divide(h25, l25, p, 0.0)
        h27, l27 = _multiply(-0.5, 0.0, h26, l26)
        h28, l28 = _add(h22, l22, h27, l27)
        return h28 + l28
    place = math.sqrt(square)
    grow = (1/2)*place + math.sqrt(max(0, (1/4)*square - 1))
    h29, l29 = _exact_product(grow, grow)
    h30, l30 = _divide(1.0, 0.0, h29, l29)
    h31, l31 = _multiply(0.5, 0.0, h30, l30)
    h32, l32 = _add(0.5, 0.0, h31, l31)
    h33, l33 = _exact_sum(1.0, m)
    h34, l34 = _exact_sum(1.0, -m)
    h35, l35 = _multiply(h33, l33, h34, l34)
    h36 = math.log(h35)
    l36 = l35/h35
    h37, l37 = _multiply(0.5, 0.0, h36, l36)
    h38, l38 = _add(h32, l32, h37, l37)
    h39, l39 = _exact_sum(-1.0, p)
    h40 = math.log(h39)
    l40 = l39/h39
    h41, l41 = _multiply(0.5, 0.0, h40, l40)
    h42, l42 = _add(h38, l38, h41, l41)
    h43, l43 = _multiply(edge, edge_low, edge, edge_low)
    h44, l44 = _multiply(-0.5, 0.0, h43, l43)
    h45, l45 = _add(h42, l42, h44, l44)
    h46, l46 = _exact_product(d1, d1)
    h47, l47 = _multiply(h46, l46, h33, l33)
    h48, l48 = _multiply(h47, l47, h34, l34)
    h49, l49 = _divide(h48, l48, p, 0.0)
    h50, l50 = _multiply(-0.5, 0.0, h49, l49)
    h51, l51 = _add(h45, l45, h50, l50)
    h52 = math.log(grow)
    h53, l53 = _add(h51, l51, h52, 0.0)
    return h53 + l53


@vectorize
def field_complexity_ufunc(u: float, m: float, p: float, d: float, d1: float) -> float:
    return field_complexity(u, m, p, d, d1)


def field_complexity_in(ctx: Any, u: Any, m: Any, p: Any, d: Any, d1: Any) -> Any:
    edge = -d + u
    bulk = d1*m + edge*p
    square = bulk**2/(p*(p - 1))
    if ctx.at_most(square, 4):
        return -ctx.ratio(1, 2)*d1**2*(1 - m)*(m + 1)/p - ctx.ratio(1, 2)*edge**2 + (ctx.ratio(1, 4))*square + (ctx.ratio(1, 2))*ctx.log((1 - m)*(m + 1)) + (ctx.ratio(1, 2))*ctx.log(p - 1)
    place = ctx.sqrt(square)
    grow = (ctx.ratio(1, 2))*place + ctx.sqrt(ctx.maximum(0, (ctx.ratio(1, 4))*square - 1))
    return -ctx.ratio(1, 2)*d1**2*(1 - m)*(m + 1)/p - ctx.ratio(1, 2)*edge**2 + ctx.log(grow) + (ctx.ratio(1, 2))*ctx.log((1 - m)*(m + 1)) + (ctx.ratio(1, 2))*ctx.log(p - 1) + ctx.ratio(1, 2) + (ctx.ratio(1, 2))/grow**2


@jit
def mixed_threshold(xi_0: float, xi_1: float, xi_2: float) -> float:
    """Threshold energy of a mixture."""
    return (xi_0*xi_2 + xi_1*(-xi_0 + xi_1))/(xi_1*math.sqrt(xi_2))


@vectorize
def mixed_threshold_ufunc(xi_0: float, xi_1: float, xi_2: float) -> float:
    return mixed_threshold(xi_0, xi_1, xi_2)


def mixed_threshold_in(ctx: Any, xi_0: Any, xi_1: Any, xi_2: Any) -> Any:
    return (xi_0*xi_2 + xi_1*(-xi_0 + xi_1))/(xi_1*ctx.sqrt(xi_2))


@jit
def mixed_height(u: float, z: float, xi_0: float, xi_1: float, xi_2: float, delta: float) -> float:
    """Rate at energy density u and shift z of a mixture, without the cost of outliers."""
    h1, l1 = _exact_product(u, u)
    h2, l2 = _exact_product(u, xi_1)
    h3, l3 = _exact_product(z, xi_0)
    h4, l4 = _root(xi_2, 0.0)
    h5, l5 = _multiply(h3, l3, h4, l4)
    h6, l6 = _add(-h2, -l2, h5, l5)
    h7, l7 = _multiply(h6, l6, h6, l6)
    h8, l8 = _divide(h7, l7, delta, 0.0)
    h9, l9 = _add(h1, l1, h8, l8)
    h10, l10 = _divide(h9, l9, xi_0, 0.0)
    h11, l11 = _multiply(0.5, 0.0, h10, l10)
    bulk, bulk_low = h11, l11
    h12, l12 = _divide(xi_2, 0.0, xi_1, 0.0)
    h13 = math.log(h12)
    l13 = l12/h12
    h14, l14 = _multiply(0.5, 0.0, h13, l13)
    h15, l15 = _add(h14, l14, -bulk, -bulk_low)
    h16, l16 = _exact_product(z, z)
    h17, l17 = _multiply(0.25, 0.0, h16, l16)
    h18, l18 = _add(h15, l15, h17, l17)
    return h18 + l18


@vectorize
def mixed_height_ufunc(u: float, z: float, xi_0: float, xi_1: float, xi_2: float, delta: float) -> float:
    return mixed_height(u, z, xi_0, xi_1, xi_2, delta)


def mixed_height_in(ctx: Any, u: Any, z: Any, xi_0: Any, xi_1: Any, xi_2: Any, delta: Any) -> Any:
    bulk = (ctx.ratio(1, 2))*(u**2 + (-u*xi_1 + xi_0*ctx.sqrt(xi_2)*z)**2/delta)/xi_0
    return -bulk + (ctx.ratio(1, 4))*z**2 + (ctx.ratio(1, 2))*ctx.log(xi_2/xi_1)


@jit
def mixed_angle(u: float, W: float, xi_0: float, xi_1: float, xi_2: float, delta: float) -> float:
    """Angle theta of the dominant shift -2 cosh(theta) of a mixture below the threshold; W = index + 1."""
    h1, l1 = _exact_product(xi_0, xi_2)
    h2, l2 = _exact_sum(xi_1, -xi_0)
    h3, l3 = _multiply(xi_1, 0.0, h2, l2)
    h4, l4 = _add(h1, l1, h3, l3)
    h5, l5 = _root(xi_2, 0.0)
    h6, l6 = _multiply(xi_1, 0.0, h5, l5)
    h7, l7 = _divide(h4, l4, h6, l6)
    h8, l8 = _add(-u, 0.0, -h7, -l7)
    excess, excess_low = h8, l8
    if excess <= 0:  # the bulk reaches the shift
        return 0.0
    h9, l9 = _multiply(excess, excess_low, xi_1, 0.0)
    h10, l10 = _root(xi_2, 0.0)
    h11, l11 = _multiply(h9, l9, h10, l10)
    h12, l12 = _divide(h11, l11, delta, 0.0)
    gap, gap_low = h12, l12
    h13, l13 = _exact_product(xi_0, xi_2)
    h14, l14 = _exact_sum(xi_1, -xi_0)
    h15, l15 = _multiply(xi_1, 0.0, h14, l14)
    h16, l16 = _add(h13, l13, h15, l15)
    h17, l17 = _divide(h16, l16, delta, 0.0)
    unit, unit_low = h17, l17
    h18, l18 = _exact_product(W, W)
    h19, l19 = _multiply(2.0, 0.0, unit, unit_low)
    h20, l20 = _add(gap, gap_low, h19, l19)
    h21, l21 = _multiply(gap, gap_low, h20, l20)
    h22, l22 = _add(h18, l18, h21, l21)
    h23, l23 = _root(h22, l22)
    root, root_low = h23, l23
    h24, l24 = _multiply(2.0, 0.0, unit, unit_low)
    h25, l25 = _add(gap, gap_low, h24, l24)
    h26, l26 = _multiply(gap, gap_low, h25, l25)
    h27, l27 = _add(root, root_low, W, 0.0)
    h28, l28 = _divide(h26, l26, h27, l27)
    h29, l29 = _add(gap, gap_low, h28, l28)
    h30, l30 = _add(unit, unit_low, W, 0.0)
    h31, l31 = _divide(h29, l29, h30, l30)
    h32 = math.log1p(h31)
    l32 = l31/(1.0 + h31)
    return h32 + l32


@vectorize
def mixed_angle_ufunc(u: float, W: float, xi_0: float, xi_1: float, xi_2: float, delta: float) -> float:
    return mixed_angle(u, W, xi_0, xi_1, xi_2, delta)


def mixed_angle_in(ctx: Any, u: Any, W: Any, xi_0: Any, xi_1: Any, xi_2: Any, delta: Any) -> Any:
    excess = -u - (xi_0*xi_2 + xi_1*(-xi_0 + xi_1))/(xi_1*ctx.sqrt(xi_2))
    if ctx.at_most(excess, 0):
        return ctx.ratio(0, 1)
    gap = excess*xi_1*ctx.sqrt(xi_2)/delta
    unit = (xi_0*xi_2 + xi_1*(-xi_0 + xi_1))/delta
    root = ctx.sqrt(W**2 + gap*(gap + 2*unit))
    return ctx.log1p((gap + gap*(gap + 2*unit)/(W + root))/(W + unit))


@jit
def mixed_saturation(W: float, xi_1: float, xi_2: float) -> float:
    """Energy density above which the number of critical points of index W - 1 of a mixture stops growing."""
    if xi_1 <= xi_2:
        h1, l1 = _root(xi_2, 0.0)
        h2, l2 = _multiply(xi_1, 0.0, h1, l1)
        h3, l3 = _exact_sum(xi_1, xi_2)
        h4, l4 = _divide(h2, l2, h3, l3)
        h5, l5 = _multiply(-2.0, 0.0, h4, l4)
        return h5 + l5
    h6, l6 = _exact_sum(-1.0, W)
    h7, l7 = _exact_sum(xi_1, xi_2)
    h8, l8 = _multiply(h6, l6, h7, l7)
    bulk, bulk_low = h8, l8
    h9, l9 = _exact_product(W, xi_1)
    h10, l10 = _root(xi_2, 0.0)
    h11, l11 = _multiply(h9, l9, h10, l10)
    h12, l12 = _exact_product(2.0, xi_1)
    h13, l13 = _add(bulk, bulk_low, h12, l12)
    h14, l14 = _exact_product(2.0, xi_2)
    h15, l15 = _add(bulk, bulk_low, h14, l14)
    h16, l16 = _multiply(h13, l13, h15, l15)
    h17, l17 = _root(h16, l16)
    h18, l18 = _divide(h11, l11, h17, l17)
    h19, l19 = _multiply(-2.0, 0.0, h18, l18)
    return h19 + l19


@vectorize
def mixed_saturation_ufunc(W: float, xi_1: float, xi_2: float) -> float:
    return mixed_saturation(W, xi_1, xi_2)


def mixed_saturation_in(ctx: Any, W: Any, xi_1: Any, xi_2: Any) -> Any:
    if ctx.at_most(xi_1, xi_2):
        return -2*xi_1*ctx.sqrt(xi_2)/(xi_1 + xi_2)
    bulk = (W - 1)*(xi_1 + xi_2)
    return -2*W*xi_1*ctx.sqrt(xi_2)/ctx.sqrt((bulk + 2*xi_1)*(bulk + 2*xi_2))


@jit
def mixed_slope(u: float, z: float, xi_1: float, xi_2: float, delta: float) -> float:
    """Derivative in u of the rate of a mixture at fixed shift z."""
    h1, l1 = _exact_sum(xi_1, xi_2)
    h2, l2 = _multiply(u, 0.0, h1, l1)
    h3, l3 = _exact_product(z, xi_1)
    h4, l4 = _root(xi_2, 0.0)
    h5, l5 = _multiply(h3, l3, h4, l4)
    h6, l6 = _add(-h2, -l2, h5, l5)
    h7, l7 = _divide(h6, l6, delta, 0.0)
    return h7 + l7


@vectorize
def mixed_slope_ufunc(u: float, z: float, xi_1: float, xi_2: float, delta: float) -> float:
    return mixed_slope(u, z, xi_1, xi_2, delta)


def mixed_slope_in(ctx: Any, u: Any, z: Any, xi_1: Any, xi_2: Any, delta: Any) -> Any:
    return (-u*(xi_1 + xi_2) + xi_1*ctx.sqrt(xi_2)*z)/delta
