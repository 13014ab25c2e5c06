"""Gaussian means of activations in closed form: compiled evaluators.

Emitted by derivations/gaussian_means.py: do not edit, build again.

Equations:
    scaled_erfc: gaussian-means.scaled-error-function
    mean_intercept_gelu: gaussian-means.gelu
    mean_square_gelu: gaussian-means.gelu
    mean_slope_elu: gaussian-means.elu-stable
    mean_intercept_elu: gaussian-means.elu-stable
    mean_square_elu: gaussian-means.elu-stable
    mean_slope_erf: gaussian-means.smooth
    mean_square_erf: gaussian-means.smooth
    mean_intercept_gaussian: gaussian-means.smooth
    mean_square_gaussian: gaussian-means.smooth
    mean_slope_sine: gaussian-means.smooth
    mean_square_sine: gaussian-means.smooth
    mean_slope_arctan: gaussian-means.smooth
    mean_intercept_hard_swish: gaussian-means.interval-stable
    mean_square_hard_swish: gaussian-means.interval-stable
    mean_slope_leaky_relu: gaussian-means.piecewise-linear
    mean_square_leaky_relu: gaussian-means.piecewise-linear
    mean_slope_clip: gaussian-means.piecewise-linear
    mean_square_clip: gaussian-means.interval-stable
    mean_intercept_cap: gaussian-means.piecewise-linear
Sources: baskerville2021, schonfelder1978, shepherd1981.

Digest: 84f0681581433704.
"""

from __future__ import annotations

import math
from typing import Any

from spinglass._jit import jit, vectorize
from spinglass._twofold import add as _add
from spinglass._twofold import divide as _divide
from spinglass._twofold import exact_product as _exact_product
from spinglass._twofold import multiply as _multiply
from spinglass._twofold import root as _root


@jit
def scaled_polynomial(t: float) -> float:
    """(1 + 2y) e^{y²} erfc(y), t = (y − 15/4)/(y + 15/4)."""
    return t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(4.2514714447963895e-10 + (-3.75315827795962e-11)*t) + 5.457157304704688e-10) - 5.1739902140113095e-09) - 4.389284159986328e-09) + 3.8675334242222354e-08) + 2.4289762925488707e-08) - 2.5866850716155884e-07) - 5.826281078800777e-08) + 1.751637648849062e-06) - 9.72849582211122e-07) - 1.1444146237700524e-05) + 2.2383912036550678e-05) + 5.164909889268241e-05) - 0.00029015397928986765) + 0.0002937136655913448) + 0.0017556258324217529) - 0.009746579558029276) + 0.0283622774215156) - 0.05869339858963677) + 0.09230432116019834) - 0.10880393014174886) + 0.08227673849015102) + 0.0035854154854644293) - 0.14024059858554702) + 1.2375126308378275


def scaled_polynomial_in(ctx: Any, t: Any) -> Any:
    return (1 + 2*((ctx.ratio(15, 4))*t + ctx.ratio(15, 4))/(1 - t))*ctx.exp(((ctx.ratio(15, 4))*t + ctx.ratio(15, 4))**2/(1 - t)**2)*ctx.erfc(((ctx.ratio(15, 4))*t + ctx.ratio(15, 4))/(1 - t))


@jit
def scaled_erfc(y: float) -> float:
    """e^{y²} erfc(y), y >= 0."""
    if y < 1/2:  # power series
        return y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(y*(1.1470745597729725e-11 + (-2.986513414261352e-12)*y) - 4.330444450678961e-11) + 1.6059043836821613e-10) - 5.846100008416597e-10) + 2.08767569878681e-09) - 7.307625010520746e-09) + 2.505210838544172e-08) - 8.403768762098858e-08) + 2.755731922398589e-07) - 8.823957200203801e-07) + 2.7557319223985893e-06) - 8.38275934019361e-06) + 2.48015873015873e-05) - 7.125345439164569e-05) + 0.0001984126984126984) - 0.0005344009079373427) + 0.001388888888888889) - 0.0034736059015927274) + 0.008333333333333333) - 0.01910483245876) + 0.041666666666666664) - 0.08597174606442) + 0.16666666666666666) - 0.30090111122547003) + 0.5) - 0.7522527780636751) + 1.0) - 1.1283791670955126) + 1.0
    t = (y - 15/4)/(y + 15/4)
    return scaled_polynomial(t)/(2*y + 1)


@vectorize
def scaled_erfc_ufunc(y: float) -> float:
    return scaled_erfc(y)


def scaled_erfc_in(ctx: Any, y: Any) -> Any:
    return ctx.exp(y**2)*ctx.erfc(y)


@jit
def mean_intercept_gelu(sigma: float) -> float:
    """−σ²(1+σ²)^{−3/2}/√(2π)."""
    r = sigma**2 + 1
    p = 2*math.pi*r
    q = math.sqrt(p)*r
    return -sigma**2/q


@vectorize
def mean_intercept_gelu_ufunc(sigma: float) -> float:
    return mean_intercept_gelu(sigma)


def mean_intercept_gelu_in(ctx: Any, sigma: Any) -> Any:
    return -ctx.ratio(1, 2)*ctx.sqrt(2)*sigma**2/(ctx.sqrt(ctx.pi())*ctx.sqrt(sigma**2 + 1)**3)


@jit
def mean_square_gelu(sigma: float) -> float:
    """A sum of positive terms."""
    u = sigma**2
    r = math.sqrt(2*u + 1)
    c1 = (1/r)
    return u*((c1*u/(u + 1) + (1/2)*math.atan(c1*u))/math.pi + 1/4)


@vectorize
def mean_square_gelu_ufunc(sigma: float) -> float:
    return mean_square_gelu(sigma)


def mean_square_gelu_in(ctx: Any, sigma: Any) -> Any:
    u = sigma**2
    r = ctx.sqrt(2*u + 1)
    return u*(((ctx.ratio(1, 2))*ctx.atan(u/r) + u/(r*(u + 1)))/ctx.pi() + ctx.ratio(1, 4))


@jit
def mean_slope_elu(sigma: float, alpha: float) -> float:
    return (1/2)*alpha*scaled_erfc((1/2)*math.sqrt(2)*sigma) + 1/2


@vectorize
def mean_slope_elu_ufunc(sigma: float, alpha: float) -> float:
    return mean_slope_elu(sigma, alpha)


def mean_slope_elu_in(ctx: Any, sigma: Any, alpha: Any) -> Any:
    return (ctx.ratio(1, 2))*alpha*scaled_erfc_in(ctx, (ctx.ratio(1, 2))*ctx.sqrt(2)*sigma) + ctx.ratio(1, 2)


@jit
def elu_intercept_polynomial(t: float) -> float:
    """(1 + y)²/y² times the bracket of E β, t = (y − 15/4)/(y + 15/4)."""
    return t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(2.7348808622773414e-10*t - 8.232736483392532e-11) - 3.3116573440043138e-09) + 8.628741302826003e-10) + 2.3643928169900863e-08) - 7.132653538678636e-09) - 1.4270170362930528e-07) + 7.753729754861809e-08) + 8.271806703789852e-07) - 9.434356254992692e-07) - 4.4541225747746084e-06) + 1.0628029942566929e-05) + 1.5810423363381237e-05) - 9.860817822793353e-05) + 8.582801251887e-05) + 0.0005068090731092504) - 0.0021533070102354754) + 0.004063068194611175) - 0.002730645835723882) - 0.007391745727868709) + 0.028933323403777474) - 0.05390182290773297) + 0.06004465497378018) - 0.0189417939773689) - 0.08419191492963143) + 0.5757543377439702


def elu_intercept_polynomial_in(ctx: Any, t: Any) -> Any:
    return (1 - t)**2*(1 + ((ctx.ratio(15, 4))*t + ctx.ratio(15, 4))/(1 - t))**2*(-ctx.ratio(1, 2)*ctx.exp(((ctx.ratio(15, 4))*t + ctx.ratio(15, 4))**2/(1 - t)**2)*ctx.erfc(((ctx.ratio(15, 4))*t + ctx.ratio(15, 4))/(1 - t)) + ctx.ratio(1, 2) - ((ctx.ratio(15, 4))*t + ctx.ratio(15, 4))/(ctx.sqrt(ctx.pi())*(1 - t)) + ((ctx.ratio(15, 4))*t + ctx.ratio(15, 4))**2*ctx.exp(((ctx.ratio(15, 4))*t + ctx.ratio(15, 4))**2/(1 - t)**2)*ctx.erfc(((ctx.ratio(15, 4))*t + ctx.ratio(15, 4))/(1 - t))/(1 - t)**2)/((ctx.ratio(15, 4))*t + ctx.ratio(15, 4))**2


@jit
def elu_intercept_bracket(sigma: float) -> float:
    """The bracket as a function of σ = y√2."""
    r = (1/2)*math.sqrt(2)*sigma
    if sigma < 1/2:  # power series
        return sigma**2*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(5.544193705569367e-12 + (-1.4450871359329124e-12)*r) - 2.0905593899829467e-11) + 7.742753278467565e-11) - 2.8147888929413247e-10) + 1.0036902398013508e-09) - 3.507660005049958e-09) + 1.2004135268024157e-08) - 4.01919375578641e-08) + 1.3152356902356901e-07) - 4.201884381049429e-07) + 1.3089726631393299e-06) - 3.97078074009171e-06) + 1.1711860670194004e-05) - 3.353103736077444e-05) + 9.300595238095238e-05) - 0.0002493870903707599) + 0.0006448412698412698) - 0.001603202723812028) + 0.0038194444444444443) - 0.008684014753981818) + 0.01875) - 0.03820966491752) + 0.07291666666666667) - 0.12895761909663) + 0.20833333333333334) - 0.30090111122547003) + 0.375) - 0.37612638903183754) + 0.25)
    t = (r - 15/4)/(r + 15/4)
    h1, l1 = _root(2.0, 0.0)
    h2, l2 = _add(sigma, 0.0, h1, l1)
    h3, l3 = _divide(sigma, 0.0, h2, l2)
    u, u_low = h3, l3
    h4, l4 = _multiply(u, u_low, u, u_low)
    h5 = elu_intercept_polynomial(t)
    h6, l6 = _multiply(h4, l4, h5, 0.0)
    return h6 + l6


def elu_intercept_bracket_in(ctx: Any, sigma: Any) -> Any:
    r = (ctx.ratio(1, 2))*ctx.sqrt(2)*sigma
    return r**2*ctx.exp(r**2)*ctx.erfc(r) - r/ctx.sqrt(ctx.pi()) - ctx.ratio(1, 2)*ctx.exp(r**2)*ctx.erfc(r) + ctx.ratio(1, 2)


@jit
def mean_intercept_elu(sigma: float, alpha: float) -> float:
    return -alpha*elu_intercept_bracket(sigma)


@vectorize
def mean_intercept_elu_ufunc(sigma: float, alpha: float) -> float:
    return mean_intercept_elu(sigma, alpha)


def mean_intercept_elu_in(ctx: Any, sigma: Any, alpha: Any) -> Any:
    return -alpha*elu_intercept_bracket_in(ctx, sigma)


@jit
def elu_square_polynomial(t: float) -> float:
    """(1 + y)²/y² times the bracket of E f², t = (y − 5/2)/(y + 5/2)."""
    return t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(t*(2.572591114559728e-11 + (-1.5424136713493978e-10)*t) + 1.5283729345976014e-09) + 3.9898411831584735e-10) - 6.439131645523948e-09) - 6.606436780837698e-09) + 3.968582679598071e-09) + 6.05163890827627e-08) + 1.3044565724176287e-07) - 5.99714495296058e-07) - 3.294181303972567e-07) + 3.87666667554513e-06) - 1.0735820770815777e-05) + 3.078682157593862e-05) - 5.700723814946833e-05) - 2.585939742078818e-05) + 0.0004007327633907695) - 0.0010224733757582271) + 0.0018080380939526337) - 0.003904924511192668) + 0.009144359612965223) - 0.012488558076828) - 0.009044907423112487) + 0.09209762583421534) - 0.2522402799193853) + 0.6753100714185658


def elu_square_polynomial_in(ctx: Any, t: Any) -> Any:
    return (1 - t)**2*(1 + ((ctx.ratio(5, 2))*t + ctx.ratio(5, 2))/(1 - t))**2*((ctx.ratio(1, 2))*ctx.exp(4*((ctx.ratio(5, 2))*t + ctx.ratio(5, 2))**2/(1 - t)**2)*ctx.erfc(2*((ctx.ratio(5, 2))*t + ctx.ratio(5, 2))/(1 - t)) - ctx.exp(((ctx.ratio(5, 2))*t + ctx.ratio(5, 2))**2/(1 - t)**2)*ctx.erfc(((ctx.ratio(5, 2))*t + ctx.ratio(5, 2))/(1 - t)) + ctx.ratio(1, 2))/((ctx.ratio(5, 2))*t + ctx.ratio(5, 2))**2


@jit
def elu_square_bracket(sigma: float) -> float:
    """The bracket as a function of σ = y√2."""
    r = (1/2)*math.sqrt(2)*sigma
    if sigma < 1/2:  # power series
        return sigma**2*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(2.6833593247032295e-06 + (-1.239335524421538e-06)*r) - 5.731926800199382e-06) + 1.2075116960110237e-05) - 2.5077179746493244e-05) + 5.1319247062545465e-05) - 0.00010344336638203027) + 0.00020527698796341323) - 0.0004008430436104248) + 0.00076978870056127) - 0.001453056016848623) + 0.0026942603917430308) - 0.004904063837635353) + 0.008756345490286463) - 0.0153251967522511) + 0.026269027076318743) - 0.04405990914858905) + 0.07223972111992945) - 0.11565693061665125) + 0.18059826940035273) - 0.27468206667979417) + 0.40633680555555557) - 0.5836726716491657) + 0.8125992063492063) - 1.094185859001709) + 1.4215277777777777) - 1.7767494186646802) + 2.129166666666667) - 2.4358661384919) + 2.6458333333333335) - 2.70811000102923) + 2.5833333333333335) - 2.256758334191025) + 1.75) - 1.1283791670955126) + 0.5)
    t = (r - 5/2)/(r + 5/2)
    h1, l1 = _root(2.0, 0.0)
    h2, l2 = _add(sigma, 0.0, h1, l1)
    h3, l3 = _divide(sigma, 0.0, h2, l2)
    u, u_low = h3, l3
    h4, l4 = _multiply(u, u_low, u, u_low)
    h5 = elu_square_polynomial(t)
    h6, l6 = _multiply(h4, l4, h5, 0.0)
    return h6 + l6


def elu_square_bracket_in(ctx: Any, sigma: Any) -> Any:
    r = (ctx.ratio(1, 2))*ctx.sqrt(2)*sigma
    return (ctx.ratio(1, 2))*ctx.exp(4*r**2)*ctx.erfc(2*r) - ctx.exp(r**2)*ctx.erfc(r) + ctx.ratio(1, 2)


@jit
def mean_square_elu(sigma: float, alpha: float) -> float:
    return alpha**2*elu_square_bracket(sigma) + (1/2)*sigma**2


@vectorize
def mean_square_elu_ufunc(sigma: float, alpha: float) -> float:
    return mean_square_elu(sigma, alpha)


def mean_square_elu_in(ctx: Any, sigma: Any, alpha: Any) -> Any:
    return alpha**2*elu_square_bracket_in(ctx, sigma) + (ctx.ratio(1, 2))*sigma**2


@jit
def mean_slope_erf(sigma: float) -> float:
    return 1.1283791670955126/math.sqrt(2*sigma**2 + 1)


@vectorize
def mean_slope_erf_ufunc(sigma: float) -> float:
    return mean_slope_erf(sigma)


def mean_slope_erf_in(ctx: Any, sigma: Any) -> Any:
    return 2/(ctx.sqrt(ctx.pi())*ctx.sqrt(2*sigma**2 + 1))


@jit
def mean_square_erf(sigma: float) -> float:
    c1 = sigma**2
    return 0.6366197723675814*math.atan(2*c1/math.sqrt(4*c1 + 1))


@vectorize
def mean_square_erf_ufunc(sigma: float) -> float:
    return mean_square_erf(sigma)


def mean_square_erf_in(ctx: Any, sigma: Any) -> Any:
    return 2*ctx.atan(2*sigma**2/ctx.sqrt(4*sigma**2 + 1))/ctx.pi()


@jit
def mean_intercept_gaussian(sigma: float) -> float:
    u = sigma**2
    r = 2*u + 1
    q = (r*math.sqrt(r))
    return (4*u + 1)/q


@vectorize
def mean_intercept_gaussian_ufunc(sigma: float) -> float:
    return mean_intercept_gaussian(sigma)


def mean_intercept_gaussian_in(ctx: Any, sigma: Any) -> Any:
    u = sigma**2
    r = 2*u + 1
    q = ctx.sqrt(r)**3
    return (4*u + 1)/q


@jit
def mean_square_gaussian(sigma: float) -> float:
    return (1/math.sqrt(4*sigma**2 + 1))


@vectorize
def mean_square_gaussian_ufunc(sigma: float) -> float:
    return mean_square_gaussian(sigma)


def mean_square_gaussian_in(ctx: Any, sigma: Any) -> Any:
    return (1/ctx.sqrt(4*sigma**2 + 1))


@jit
def mean_slope_sine(sigma: float) -> float:
    """The exponent in twice the precision: its rounding would be amplified by its size."""
    h1, l1 = _exact_product(sigma, sigma)
    h2, l2 = _multiply(0.5, 0.0, h1, l1)
    q, q_low = h2, l2
    h3 = math.exp(-q)
    l3 = -q_low*h3
    return h3 + l3


@vectorize
def mean_slope_sine_ufunc(sigma: float) -> float:
    return mean_slope_sine(sigma)


def mean_slope_sine_in(ctx: Any, sigma: Any) -> Any:
    q = (ctx.ratio(1, 2))*sigma**2
    return ctx.exp(-q)


@jit
def mean_square_sine(sigma: float) -> float:
    return -1/2*math.expm1(-2*sigma**2)


@vectorize
def mean_square_sine_ufunc(sigma: float) -> float:
    return mean_square_sine(sigma)


def mean_square_sine_in(ctx: Any, sigma: Any) -> Any:
    return ctx.ratio(1, 2) - ctx.ratio(1, 2)*ctx.exp(-2*sigma**2)


@jit
def mean_slope_arctan(sigma: float) -> float:
    """√π y K(y) with y = 1/(σ√2)."""
    if sigma > 1:
        c1 = (1/sigma)
        return 1.2533141373155003*c1*scaled_erfc((1/2)*math.sqrt(2)*c1)
    r = 5.303300858899107*sigma
    t = (1 - r)/(r + 1)
    return 1.772453850905516*scaled_polynomial(t)/(math.sqrt(2)*sigma + 2)


@vectorize
def mean_slope_arctan_ufunc(sigma: float) -> float:
    return mean_slope_arctan(sigma)


def mean_slope_arctan_in(ctx: Any, sigma: Any) -> Any:
    return (ctx.ratio(1, 2))*ctx.sqrt(2)*ctx.sqrt(ctx.pi())*ctx.exp((ctx.ratio(1, 2))/sigma**2)*ctx.erfc((ctx.ratio(1, 2))*ctx.sqrt(2)/sigma)/sigma


@jit
def square_within(sigma: float, c: float) -> float:
    """E x^2 1_{|x|<c}."""
    h1, l1 = _divide(c, 0.0, sigma, 0.0)
    r, r_low = h1, l1
    u = r**2
    h2, l2 = _multiply(r, r_low, r, r_low)
    h3, l3 = _multiply(-0.5, 0.0, h2, l2)
    e, e_low = h3, l3
    if r < 1:  # the power series of the integral
        q = u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(1.8019804556227126e-17 + (-5.64256506306102e-19)*u) - 5.39351391545005e-16) + 1.506188700833088e-14) - 3.9040411125593645e-13) + 9.335750486555003e-12) - 2.0449739161025244e-10) + 4.068421790982917e-09) - 7.275295437992981e-08) + 1.1543468761615528e-06) - 1.5983264439159964e-05) + 0.0001888931251900723) - 0.0018469550018584847) + 0.014247938585765453) - 0.07978845608028654) + 0.26596152026762176
        h4, l4 = _multiply(q, 0.0, r, r_low)
        h5, l5 = _exact_product(c, c)
        h6, l6 = _multiply(h4, l4, h5, l5)
        return h6 + l6
    if r < 21/10:  # terms of one sign
        q = u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(1.365402706729059e-32*u + 6.690473262972389e-31) + 3.144522433597023e-29) + 1.4150350951186603e-27) + 6.08465090901024e-26) + 2.494706872694198e-24) + 9.729356803507373e-23) + 3.599862017297728e-21) + 1.2599517060542047e-19) + 4.1578406299788755e-18) + 1.2889305952934515e-16) + 3.737898726351009e-15) + 1.0092326561147725e-13) + 2.5230816402869314e-12) + 5.803087772659942e-11) + 1.2186484322585879e-09) + 2.315432021291317e-08) + 3.9362344361952386e-07) + 5.904351654292858e-06) + 7.675657150580715e-05) + 0.0008443222865638786) + 0.007598900579074908) + 0.053192304053524354) + 0.26596152026762176
        h7, l7 = _multiply(q, 0.0, r, r_low)
        h8, l8 = _exact_product(c, c)
        h9, l9 = _multiply(h7, l7, h8, l8)
        h10 = math.exp(e)
        l10 = e_low*h10
        h11, l11 = _multiply(h9, l9, h10, l10)
        return h11 + l11
    h12, l12 = _exact_product(sigma, sigma)
    h13 = math.exp(e)
    l13 = e_low*h13
    h14, l14 = _multiply(r, r_low, h13, l13)
    h15, l15 = _multiply(-0.7978845608028654, 4.98465440455546e-17, h14, l14)
    h16, l16 = _multiply(0.7071067811865476, -4.833646656726457e-17, r, r_low)
    h17 = math.erf(h16)
    l17 = 1.1283791670955126*l16*math.exp(-h16**2)
    h18, l18 = _add(h15, l15, h17, l17)
    h19, l19 = _multiply(h12, l12, h18, l18)
    return h19 + l19


def square_within_in(ctx: Any, sigma: Any, c: Any) -> Any:
    r = c/sigma
    e = -ctx.ratio(1, 2)*r**2
    return sigma**2*(-ctx.sqrt(2)*r*ctx.exp(e)/ctx.sqrt(ctx.pi()) + ctx.erf((ctx.ratio(1, 2))*ctx.sqrt(2)*r))


@jit
def mean_intercept_hard_swish(sigma: float) -> float:
    return -1/6*square_within(sigma, 3)


@vectorize
def mean_intercept_hard_swish_ufunc(sigma: float) -> float:
    return mean_intercept_hard_swish(sigma)


def mean_intercept_hard_swish_in(ctx: Any, sigma: Any) -> Any:
    return -ctx.ratio(1, 6)*square_within_in(ctx, sigma, 3)


@jit
def fourth_within(sigma: float, c: float) -> float:
    """E x^4 1_{|x|<c}."""
    h1, l1 = _divide(c, 0.0, sigma, 0.0)
    r, r_low = h1, l1
    u = r**2
    h2, l2 = _multiply(r, r_low, r, r_low)
    h3, l3 = _multiply(-0.5, 0.0, h2, l2)
    e, e_low = h3, l3
    if r < 1:  # the power series of the integral
        q = u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(1.6927695189183057e-17 + (-5.320132773743247e-19)*u) - 5.045545275743596e-16) + 1.402313618017013e-14) - 3.6148528819994117e-13) + 8.588890447630601e-12) - 1.8671500973110003e-10) + 3.6809530489845435e-09) - 6.509474865572667e-08) + 1.0185413613190173e-06) - 1.3852162513938635e-05) + 0.00015983264439159962) - 0.0015111450015205783) + 0.011081730011150908) - 0.056991754343061814) + 0.15957691216057307
        h4, l4 = _multiply(q, 0.0, r, r_low)
        h5, l5 = _exact_product(c, c)
        h6, l6 = _multiply(h5, l5, h5, l5)
        h7, l7 = _multiply(h4, l4, h6, l6)
        return h7 + l7
    if r < 3:  # terms of one sign
        q = u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(u*(9.992644298510813e-52*u + 7.094777451942677e-50) + 4.895396441840447e-48) + 3.2799156160330998e-46) + 2.131945150421515e-44) + 1.3431254447655544e-42) + 8.193065213069881e-41) + 4.83390847571123e-39) + 2.7553278311554012e-37) + 1.5154303071354705e-35) + 8.031780627817994e-34) + 4.096208120187177e-32) + 2.0071419788917166e-30) + 9.433567300791069e-29) + 4.245105285355981e-27) + 1.8253952727030718e-25) + 7.484120618082594e-24) + 2.918807041052212e-22) + 1.0799586051893184e-20) + 3.7798551181626144e-19) + 1.2473521889936627e-17) + 3.866791785880354e-16) + 1.1213696179053028e-14) + 3.0276979683443176e-13) + 7.569244920860794e-12) + 1.7409263317979826e-10) + 3.6559452967757634e-09) + 6.94629606387395e-08) + 1.1808703308585716e-06) + 1.7713054962878573e-05) + 0.00023026971451742145) + 0.0025329668596916362) + 0.022796701737224725) + 0.15957691216057307
        h8, l8 = _multiply(q, 0.0, r, r_low)
        h9, l9 = _exact_product(c, c)
        h10, l10 = _multiply(h9, l9, h9, l9)
        h11, l11 = _multiply(h8, l8, h10, l10)
        h12 = math.exp(e)
        l12 = e_low*h12
        h13, l13 = _multiply(h11, l11, h12, l12)
        return h13 + l13
    h14, l14 = _exact_product(sigma, sigma)
    h15, l15 = _multiply(h14, l14, h14, l14)
    h16, l16 = _multiply(-0.6666666666666666, -3.700743415417188e-17, e, e_low)
    h17, l17 = _add(1.0, 0.0, h16, l16)
    h18, l18 = _multiply(r, r_low, h17, l17)
    h19 = math.exp(e)
    l19 = e_low*h19
    h20, l20 = _multiply(h18, l18, h19, l19)
    h21, l21 = _multiply(-0.7978845608028654, 4.98465440455546e-17, h20, l20)
    h22, l22 = _multiply(0.7071067811865476, -4.833646656726457e-17, r, r_low)
    h23 = math.erf(h22)
    l23 = 1.1283791670955126*l22*math.exp(-h22**2)
    h24, l24 = _add(h21, l21, h23, l23)
    h25, l25 = _multiply(h15, l15, h24, l24)
    h26, l26 = _multiply(3.0, 0.0, h25, l25)
    return h26 + l26


def fourth_within_in(ctx: Any, sigma: Any, c: Any) -> Any:
    r = c/sigma
    e = -ctx.ratio(1, 2)*r**2
    return 3*sigma**4*(-ctx.sqrt(2)*r*(1 - ctx.ratio(2, 3)*e)*ctx.exp(e)/ctx.sqrt(ctx.pi()) + ctx.erf((ctx.ratio(1, 2))*ctx.sqrt(2)*r))


@jit
def square_beyond(sigma: float, c: float) -> float:
    """E x² 1_{|x|>c}."""
    h1, l1 = _divide(c, 0.0, sigma, 0.0)
    r, r_low = h1, l1
    h2, l2 = _multiply(r, r_low, r, r_low)
    h3, l3 = _multiply(-0.5, 0.0, h2, l2)
    e, e_low = h3, l3
    h4, l4 = _exact_product(sigma, sigma)
    h5 = math.exp(e)
    l5 = e_low*h5
    h6, l6 = _multiply(r, r_low, h5, l5)
    h7, l7 = _multiply(0.7978845608028654, -4.98465440455546e-17, h6, l6)
    h8, l8 = _multiply(0.7071067811865476, -4.833646656726457e-17, r, r_low)
    h9 = math.erfc(h8)
    l9 = -1.1283791670955126*l8*math.exp(-h8**2)
    h10, l10 = _add(h7, l7, h9, l9)
    h11, l11 = _multiply(h4, l4, h10, l10)
    return h11 + l11


def square_beyond_in(ctx: Any, sigma: Any, c: Any) -> Any:
    r = c/sigma
    return sigma**2*(ctx.sqrt(2)*r*ctx.exp(-ctx.ratio(1, 2)*r**2)/ctx.sqrt(ctx.pi()) + ctx.erfc((ctx.ratio(1, 2))*ctx.sqrt(2)*r))


@jit
def mean_square_hard_swish(sigma: float) -> float:
    return (1/36)*fourth_within(sigma, 3) + (1/2)*square_beyond(sigma, 3) + (1/4)*square_within(sigma, 3)


@vectorize
def mean_square_hard_swish_ufunc(sigma: float) -> float:
    return mean_square_hard_swish(sigma)


def mean_square_hard_swish_in(ctx: Any, sigma: Any) -> Any:
    return (ctx.ratio(1, 36))*fourth_within_in(ctx, sigma, 3) + (ctx.ratio(1, 2))*square_beyond_in(ctx, sigma, 3) + (ctx.ratio(1, 4))*square_within_in(ctx, sigma, 3)


@jit
def mean_slope_leaky_relu(slope: float) -> float:
    return (1/2)*slope + 1/2


@vectorize
def mean_slope_leaky_relu_ufunc(slope: float) -> float:
    return mean_slope_leaky_relu(slope)


def mean_slope_leaky_relu_in(ctx: Any, slope: Any) -> Any:
    return (ctx.ratio(1, 2))*slope + ctx.ratio(1, 2)


@jit
def mean_square_leaky_relu(sigma: float, slope: float) -> float:
    return sigma**2*((1/2)*slope**2 + 1/2)


@vectorize
def mean_square_leaky_relu_ufunc(sigma: float, slope: float) -> float:
    return mean_square_leaky_relu(sigma, slope)


def mean_square_leaky_relu_in(ctx: Any, sigma: Any, slope: Any) -> Any:
    return sigma**2*((ctx.ratio(1, 2))*slope**2 + ctx.ratio(1, 2))


@jit
def mean_slope_clip(sigma: float, c: float) -> float:
    return math.erf((1/2)*math.sqrt(2)*c/sigma)


@vectorize
def mean_slope_clip_ufunc(sigma: float, c: float) -> float:
    return mean_slope_clip(sigma, c)


def mean_slope_clip_in(ctx: Any, sigma: Any, c: Any) -> Any:
    return ctx.erf((ctx.ratio(1, 2))*ctx.sqrt(2)*c/sigma)


@jit
def mean_square_clip(sigma: float, c: float) -> float:
    return c**2*math.erfc((1/2)*math.sqrt(2)*c/sigma) + square_within(sigma, c)


@vectorize
def mean_square_clip_ufunc(sigma: float, c: float) -> float:
    return mean_square_clip(sigma, c)


def mean_square_clip_in(ctx: Any, sigma: Any, c: Any) -> Any:
    return c**2*ctx.erfc((ctx.ratio(1, 2))*ctx.sqrt(2)*c/sigma) + square_within_in(ctx, sigma, c)


@jit
def mean_intercept_cap(sigma: float, c: float) -> float:
    """erfc as e^{−y²} times the scaled function, the exponent in twice the precision."""
    if c > 40*sigma:  # below the smallest float
        return 0.0
    h1, l1 = _exact_product(c, c)
    h2, l2 = _exact_product(sigma, sigma)
    h3, l3 = _divide(h1, l1, h2, l2)
    h4, l4 = _multiply(-0.5, 0.0, h3, l3)
    q, q_low = h4, l4
    h5, l5 = _divide(c, 0.0, sigma, 0.0)
    h6, l6 = _multiply(0.7071067811865476, -4.833646656726457e-17, h5, l5)
    r, r_low = h6, l6
    h7 = math.exp(q)
    l7 = q_low*h7
    h8, l8 = _multiply(c, 0.0, h7, l7)
    h9 = scaled_erfc(r + r_low)
    h10, l10 = _multiply(h8, l8, h9, 0.0)
    h11, l11 = _multiply(0.5, 0.0, h10, l10)
    return h11 + l11


@vectorize
def mean_intercept_cap_ufunc(sigma: float, c: float) -> float:
    return mean_intercept_cap(sigma, c)


def mean_intercept_cap_in(ctx: Any, sigma: Any, c: Any) -> Any:
    return (ctx.ratio(1, 2))*c*ctx.erfc((ctx.ratio(1, 2))*ctx.sqrt(2)*c/sigma)
