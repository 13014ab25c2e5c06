"""The path sum: from an activation and the law of its pre-activations to the coefficients of a deformed spin glass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import InputError, checked_int, input_error
from spinglass.activations.activation import Activation
from spinglass.activations.section_law import bias_scales, gaussian_law, gaussian_moments, measured_law

if TYPE_CHECKING:
    from spinglass.hamiltonians import OverlapField

_VANISHING = 1e-12  # E α below this share of E |α| is zero


@dataclass(frozen=True, eq=False)
class PathSum:
    """The coefficients ρ_ℓ of an activation in a network of `depth` weight layers.

    rho : (ρ_1, …, ρ_H), ρ_ℓ = c_ℓ E β^{(ℓ)} / ∏_{j<=ℓ} E α^{(j)}; shape (depth,).
    slopes, intercepts : E α and E β of each layer; shape (depth,).
    bias_scale : the c_ℓ; shape (depth,).
    preactivation_std : standard deviation of each layer's pre-activations (of the samples if measured); shape (depth,).
    standard_error, slope_error, intercept_error : standard errors of rho, slopes and intercepts from a measured law,
        None for a Gaussian law.
    """

    activation: Activation
    depth: int
    rho: NDArray[np.float64]
    slopes: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    preactivation_std: NDArray[np.float64]
    bias_scale: NDArray[np.float64]
    standard_error: NDArray[np.float64] | None = None
    slope_error: NDArray[np.float64] | None = None
    intercept_error: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def mean_slope(self) -> Any:
        """E α: a float when it is the same in every layer, else the array `slopes`."""
        return _common(self.slopes)

    @property
    def mean_intercept(self) -> Any:
        """E β: a float when it is the same in every layer, else the array `intercepts`."""
        return _common(self.intercepts)

    def overlap_field(self) -> OverlapField:
        """The field D(m) = Σ ρ_ℓ N^{(H+1)/2−ℓ} m^{H−ℓ} of this activation; `is_zero` if it is ReLU's glass."""
        from spinglass.hamiltonians import OverlapField  # here, since that room loads the compiler

        return OverlapField(p=self.depth, rho=self.rho)


def _common(values: NDArray[np.float64]) -> Any:
    return float(values[0]) if np.all(values == values[0]) else values


def path_sum(
    activation: Activation,
    depth: int,
    preactivation_std: ArrayLike = 1.0,
    bias_scale: ArrayLike = 1.0,
    weight_std: float | None = None,
    bias_std: float | None = None,
) -> PathSum:
    """The coefficients ρ_ℓ of the overlap field that an activation adds to the spin glass of ReLU.

    A network of H = `depth` weight layers with f after each becomes the pure H-spin glass plus
    D(m) = Σ_ℓ ρ_ℓ N^{(H+1)/2−ℓ} m^{H−ℓ} with ρ_ℓ = c_ℓ E β^{(ℓ)} / ∏_{j<=ℓ} E α^{(j)}, where E α = E f′(σz),
    E β = E[f(σz) − σz f′(σz)], z ~ N(0, 1), σ the standard deviation of the pre-activations.

    Parameters
    ----------
    depth : H >= 2.
    preactivation_std : σ, one number or one per layer.
    bias_scale : c_ℓ = bias_scale**ℓ, or the H numbers c_ℓ. c_ℓ = 1 goes with weights of order one; √N is the reading
        with weights w/√N, in which every ℓ contributes at the same order.
    weight_std, bias_std : in place of `preactivation_std`, propagate the variance:
        σ_1² = σ_w² + σ_b², σ²_{ℓ+1} = σ_w² E f(σ_ℓ z)² + σ_b².

    Relative accuracy 1e-12 of E α and E β (exact zeros for odd f, ReLU and the like).

    Raises `InputError` for bad arguments and when E α = 0 (even f): every path then has weight zero.

    Source: Choromanska et al. (AISTATS 2015); Baskerville, Keating, Mezzadri, Najnudel, arXiv:2004.03959; laws that
    differ from layer to layer and the smooth limit are this project's own.

    >>> from spinglass.activations import activation
    >>> r = path_sum(activation("sigmoid"), depth=3)
    >>> r.mean_intercept, round(r.mean_slope, 12)
    (0.5, 0.206620964142)
    >>> path_sum(activation("tanh"), depth=3).overlap_field().is_zero
    True
    """
    _check_activation(activation)
    depth = checked_int("depth", depth, 2)
    scales = bias_scales(bias_scale, depth)
    stds = gaussian_law(activation, depth, preactivation_std, weight_std, bias_std)
    if activation.formulas.slope == 0.0:
        raise no_reduction(activation, "for every symmetric law")
    moments = {float(std): gaussian_moments(activation, float(std)) for std in np.unique(stds)}
    slopes = np.array([moments[float(std)].slope for std in stds])
    intercepts = np.array([moments[float(std)].intercept for std in stds])
    for std, moment in moments.items():
        if abs(moment.slope) <= _VANISHING * moment.slope_scale:
            raise no_reduction(activation, f"for Gaussian pre-activations of standard deviation {std:g}")
    rho = _coefficients(activation, scales, slopes, intercepts)
    return PathSum(activation, depth, rho, slopes, intercepts, stds, scales)


def path_sum_from_samples(
    activation: Activation, preactivations: Any, depth: int, bias_scale: ArrayLike = 1.0
) -> PathSum:
    """The coefficients ρ_ℓ under a measured law of the pre-activations, with standard errors.

    E α and E β are the means of f′(x) and f(x) − x f′(x) over the samples (for sections: measured fractions times
    slopes and intercepts). `preactivations` has shape (samples,) and serves all layers, or (depth, samples), or is a
    list of one array per layer.

    The standard errors treat the samples as independent, and those of different layers too; samples of neurons that
    share inputs are not, and the errors are then too small. ρ's are by linear propagation, with the correlation of
    E α and E β within a layer (and between layers, when one sample serves them all).

    Raises `InputError` for samples that are not finite real numbers, for a wrong number of layers, and when slopes
    of both signs cancel so that E α is zero or within three standard errors of it.

    >>> import numpy as np
    >>> from spinglass.activations import activation
    >>> r = path_sum_from_samples(activation("relu"), np.array([-1.0, 2.0, 0.5, -0.1]), depth=2)
    >>> r.mean_slope, r.rho.tolist()
    (0.5, [0.0, 0.0])
    """
    _check_activation(activation)
    depth = checked_int("depth", depth, 2)
    scales = bias_scales(bias_scale, depth)
    layers = measured_law(preactivations, depth)
    one_sample = all(layer is layers[0] for layer in layers)
    slopes, intercepts, covariances = np.zeros(depth), np.zeros(depth), np.zeros((depth, 2, 2))
    for level, samples in enumerate(layers):
        if level and one_sample:
            slopes[level], intercepts[level], covariances[level] = slopes[0], intercepts[0], covariances[0]
            continue
        alpha, beta = activation.derivative(samples), activation.intercept(samples)
        slopes[level], intercepts[level] = float(np.mean(alpha)), float(np.mean(beta))
        covariances[level] = np.cov(alpha, beta) / samples.size
        size, scale, error = abs(slopes[level]), float(np.mean(np.abs(alpha))), covariances[level, 0, 0] ** 0.5
        if size <= _VANISHING * scale or (size <= 0.1 * scale and size <= 3 * error):
            raise no_reduction(activation, f"within its error {error:.2g} for the measured layer {level + 1}")
    rho = _coefficients(activation, scales, slopes, intercepts)
    return PathSum(
        activation,
        depth,
        rho,
        slopes,
        intercepts,
        np.array([float(np.std(samples)) for samples in layers]),
        scales,
        _coefficient_errors(scales, slopes, intercepts, covariances, one_sample),
        np.sqrt(covariances[:, 0, 0]),
        np.sqrt(covariances[:, 1, 1]),
    )


def _check_activation(activation: Any) -> None:
    if not isinstance(activation, Activation):
        raise input_error("activation", activation, "must be an Activation, as made by activation(name)")


def no_reduction(activation: Activation, law: str) -> InputError:
    """The error for an activation whose mean slope is zero."""
    return input_error(
        "activation",
        activation.name,
        f"has the mean slope E f' = 0 {law}, as every even function has: each path carries a product of mean slopes, "
        "so every path has weight zero and there is no reduction to a spin glass",
    )


def _coefficients(
    activation: Activation, scales: NDArray[np.float64], slopes: NDArray[np.float64], intercepts: NDArray[np.float64]
) -> NDArray[np.float64]:
    with np.errstate(over="ignore", divide="ignore", invalid="ignore", under="ignore"):
        rho = np.where(intercepts == 0.0, 0.0, scales * intercepts / np.cumprod(slopes))
    if not np.all(np.isfinite(rho)):
        raise input_error("activation", activation.name, "has so small a mean slope that rho overflows at this depth")
    return rho + 0.0


def _coefficient_errors(
    scales: NDArray[np.float64],
    slopes: NDArray[np.float64],
    intercepts: NDArray[np.float64],
    covariances: NDArray[np.float64],
    one_sample: bool,
) -> NDArray[np.float64]:
    products = np.cumprod(slopes)
    errors = np.zeros(slopes.size)
    for level in range(slopes.size):
        # dρ_ℓ = c_ℓ/∏α · (dβ_ℓ − β_ℓ Σ_{j<=ℓ} dα_j/α_j)
        gradient = np.zeros((slopes.size, 2))
        gradient[: level + 1, 0] = -intercepts[level] / slopes[: level + 1]
        gradient[level, 1] = 1.0
        if one_sample:
            total = gradient.sum(axis=0)
            variance = float(total @ covariances[0] @ total)
        else:
            variance = float(np.einsum("li,lij,lj->", gradient, covariances, gradient))
        errors[level] = abs(scales[level] / products[level]) * max(variance, 0.0) ** 0.5
    return errors
