"""The semicircle law and the cost of an outlier: compiled evaluators.

Emitted by derivations/semicircle.py: do not edit, build again.

Equations:
    semicircle_density: semicircle.density
    semicircle_cdf: semicircle.distribution-tail
    stieltjes_real: semicircle.stable-forms
    stieltjes_imaginary: semicircle.boundary-value
    log_potential: semicircle.stable-forms
    outlier_rate: semicircle.outlier-series
Sources: wigner1955.

Digest: 24a1862ebc4e4efc.
"""

from __future__ import annotations

import math
from typing import Any

from spinglass._jit import jit, vectorize
from spinglass._twofold import add as _add
from spinglass._twofold import exact_sum as _exact_sum
from spinglass._twofold import multiply as _multiply
from spinglass._twofold import root as _root


@jit
def semicircle_density(x: float) -> float:
    """Density of the semicircle law on [-2, 2]."""
    if (abs(x) >= 2):
        return 0.0
    return (1/2)*math.sqrt(max(0, (2 - x)*(x + 2)))/math.pi


@vectorize
def semicircle_density_ufunc(x: float) -> float:
    return semicircle_density(x)


def semicircle_density_in(ctx: Any, x: Any) -> Any:
    if ctx.at_most(2, ctx.absolute(x)):
        return ctx.ratio(0, 1)
    return (ctx.ratio(1, 2))*ctx.sqrt(ctx.maximum(0, (2 - x)*(x + 2)))/ctx.pi()


@jit
def semicircle_cdf(x: float) -> float:
    """Distribution function of the semicircle law."""
    if x <= -2:
        return 0.0
    if x >= 2:
        return 1.0
    if (abs(x) <= 0.75):
        return ((1/4)*x*math.sqrt(max(0, (2 - x)*(x + 2))) + math.asin((1/2)*x))/math.pi + 1/2
    if x < 0:  # the tail by its series: no cancellation
        t = 1/2 - 1/4*abs(x)
        f = 8*(t*math.sqrt(t))*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*((-5.519406672508448e-05)*t - 6.0003903428478384e-05) - 6.54218213651638e-05) - 7.155037993727282e-05) - 7.851410675469723e-05) - 8.646528506678248e-05) - 9.559157506340157e-05) - 0.00010612615680508256) - 0.00011836138418538155) - 0.00013266739430643307) - 0.00014951781469240222) - 0.00016952580176066699) - 0.00019349538398763308) - 0.00022249592065408424) - 0.0002579722287399428) - 0.00030191107229752976) - 0.00035709911777127173) - 0.00042753384031098466) - 0.000519099058928313) - 0.000640716552734375) - 0.0008063938306725544) - 0.0010390508742559525) - 0.0013781095805921052) - 0.0018956801470588235) - 0.002734375) - 0.004206730769230769) - 0.007102272727272727) - 0.013888888888888888) - 0.03571428571428571) - 0.2) + 0.6666666666666666)/math.pi
        return f
    t = 1/2 - 1/4*abs(x)
    f = 8*(t*math.sqrt(t))*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*((-5.519406672508448e-05)*t - 6.0003903428478384e-05) - 6.54218213651638e-05) - 7.155037993727282e-05) - 7.851410675469723e-05) - 8.646528506678248e-05) - 9.559157506340157e-05) - 0.00010612615680508256) - 0.00011836138418538155) - 0.00013266739430643307) - 0.00014951781469240222) - 0.00016952580176066699) - 0.00019349538398763308) - 0.00022249592065408424) - 0.0002579722287399428) - 0.00030191107229752976) - 0.00035709911777127173) - 0.00042753384031098466) - 0.000519099058928313) - 0.000640716552734375) - 0.0008063938306725544) - 0.0010390508742559525) - 0.0013781095805921052) - 0.0018956801470588235) - 0.002734375) - 0.004206730769230769) - 0.007102272727272727) - 0.013888888888888888) - 0.03571428571428571) - 0.2) + 0.6666666666666666)/math.pi
    return 1 - f


@vectorize
def semicircle_cdf_ufunc(x: float) -> float:
    return semicircle_cdf(x)


def semicircle_cdf_in(ctx: Any, x: Any) -> Any:
    if ctx.at_most(x, -2):
        return ctx.ratio(0, 1)
    if ctx.at_most(2, x):
        return ctx.ratio(1, 1)
    return (ctx.ratio(1, 4))*x*ctx.sqrt(4 - x**2)/ctx.pi() + ctx.asin((ctx.ratio(1, 2))*x)/ctx.pi() + ctx.ratio(1, 2)


@jit
def stieltjes_real(x: float) -> float:
    """Real part of the Stieltjes transform on the real axis, from above."""
    if (abs(x) <= 2):
        return -1/2*x
    h = max(1, (1/2)*abs(x))
    w = h + math.sqrt(h - 1)*math.sqrt(h + 1)
    r = (1/w)
    return -r*(math.copysign(1.0, x) if x != 0 else 0.0)


@vectorize
def stieltjes_real_ufunc(x: float) -> float:
    return stieltjes_real(x)


def stieltjes_real_in(ctx: Any, x: Any) -> Any:
    if ctx.at_most(ctx.absolute(x), 2):
        return -ctx.ratio(1, 2)*x
    h = ctx.maximum(1, (ctx.ratio(1, 2))*ctx.absolute(x))
    w = h + ctx.sqrt(h - 1)*ctx.sqrt(h + 1)
    r = (1/w)
    return -r*ctx.sign(x)


@jit
def stieltjes_imaginary(x: float) -> float:
    """Imaginary part of the Stieltjes transform on the real axis, from above."""
    if (abs(x) >= 2):
        return 0.0
    return (1/2)*math.sqrt(max(0, (2 - x)*(x + 2)))


@vectorize
def stieltjes_imaginary_ufunc(x: float) -> float:
    return stieltjes_imaginary(x)


def stieltjes_imaginary_in(ctx: Any, x: Any) -> Any:
    if ctx.at_most(2, ctx.absolute(x)):
        return ctx.ratio(0, 1)
    return (ctx.ratio(1, 2))*ctx.sqrt(ctx.maximum(0, (2 - x)*(x + 2)))


@jit
def log_potential(x: float) -> float:
    """Logarithmic potential of the semicircle law."""
    if (abs(x) <= 2):
        a = min(2, abs(x))
        return (1/4)*a**2 - 1/2
    h = max(1, (1/2)*abs(x))
    w = h + math.sqrt(h - 1)*math.sqrt(h + 1)
    r = (1/w)
    return (1/2)*r**2 + math.log((1/abs(r)))


@vectorize
def log_potential_ufunc(x: float) -> float:
    return log_potential(x)


def log_potential_in(ctx: Any, x: Any) -> Any:
    if ctx.at_most(ctx.absolute(x), 2):
        a = ctx.minimum(2, ctx.absolute(x))
        return (ctx.ratio(1, 4))*a**2 + ctx.ratio(-1, 2)
    h = ctx.maximum(1, (ctx.ratio(1, 2))*ctx.absolute(x))
    w = h + ctx.sqrt(h - 1)*ctx.sqrt(h + 1)
    r = (1/w)
    return (ctx.ratio(1, 2))*r**2 + ctx.log((1/ctx.absolute(r)))


@jit
def outlier_rate(x: float) -> float:
    """Rate I_1 at which one eigenvalue at x leaves the semicircle."""
    if (abs(x) <= 2):
        return 0.0
    if x**2 < 12.0:  # the series: the closed form cancels
        a = abs(x)
        h1, l1 = _exact_sum(-2.0, a)
        h2, l2 = _exact_sum(2.0, a)
        h3, l3 = _multiply(h1, l1, h2, l2)
        h4, l4 = _multiply(0.25, 0.0, h3, l3)
        v, v_low = h4, l4
        r = math.sqrt(v + 1) + 1
        q = v/r**2
        g = q*(q*(q*(q*(q*(q*(q*(q*(q*(q*(q*(q*(q*(q*(q*(q*(q*(q*(q*(q*(q*(q*(q*(2.2704117107836044e-06*q + 2.692813889534042e-06) + 3.2182409899309285e-06) + 3.878392987865478e-06) + 4.716964444701257e-06) + 5.795127746347258e-06) + 7.2000072000072e-06) + 9.058073574202607e-06) + 1.1556852491224015e-05) + 1.4981105081216316e-05) + 1.9775058707205536e-05) + 2.6653339996668332e-05) + 3.680699332873246e-05) + 5.2304674730304024e-05) + 7.691863930927061e-05) + 0.00011794191360754829) + 0.00019052155275065493) + 0.00032908268202385847) + 0.0006216006216006216) + 0.001332001332001332) + 0.003463203463203463) + 0.012698412698412698) + 0.11428571428571428) - 0.8)
        h5, l5 = _root(v, v_low)
        h6, l6 = _multiply(h5, l5, h5, l5)
        h7, l7 = _multiply(h6, l6, h5, l5)
        h8, l8 = _add(0.6666666666666666, 3.700743415417188e-17, g, 0.0)
        h9, l9 = _multiply(h7, l7, h8, l8)
        return h9 + l9
    a = abs(x)
    h10, l10 = _exact_sum(-2.0, a)
    h11, l11 = _exact_sum(2.0, a)
    h12, l12 = _multiply(h10, l10, h11, l11)
    h13, l13 = _multiply(0.25, 0.0, h12, l12)
    v, v_low = h13, l13
    e = -math.asinh(math.sqrt(v)) + (1/(math.sqrt(1 + (1/v)) + 1))
    h14, l14 = _add(e, 0.0, v, v_low)
    return h14 + l14


@vectorize
def outlier_rate_ufunc(x: float) -> float:
    return outlier_rate(x)


def outlier_rate_in(ctx: Any, x: Any) -> Any:
    if ctx.at_most(ctx.absolute(x), 2):
        return ctx.ratio(0, 1)
    v = (ctx.ratio(1, 4))*(ctx.absolute(x) - 2)*(ctx.absolute(x) + 2)
    return ctx.sqrt(v)*ctx.sqrt(v + 1) - ctx.asinh(ctx.sqrt(v))
