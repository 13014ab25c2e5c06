"""The law of the pre-activations layer by layer, and what it makes of an activation's slopes and intercepts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import ComputationError, InputError, checked_float, checked_int, input_error
from spinglass.activations.activation import Activation
from spinglass.activations.quadrature import DivergentMean, gaussian_mean

STD_RANGE = (1e-100, 1e100)  # squares of standard deviations stay far from the ends of double


@dataclass(frozen=True)
class Moments:
    """E α = E f′(x) and E β = E[f(x) − x f′(x)] in one layer, and E |α| as the scale of E α."""

    slope: float
    intercept: float
    slope_scale: float


def gaussian_moments(activation: Activation, std: float) -> Moments:
    """The moments for pre-activations N(0, std²), to a relative accuracy of 1e-12.

    Exact where symmetry fixes them (E β = 0 for odd f, E α = ½ for x/2 plus an even function), closed forms where
    known, quadrature else; with z ~ N(0, 1) and α(x) = f′(x), β(x) = f(x) − x f′(x) in the limit of fine sections.

    Raises `InputError` when an expression is not finite on |x| <= 30 std, `ComputationError` when the accuracy is
    missed.
    """
    std = checked_float("std", std, *STD_RANGE)
    try:
        return _gaussian_moments(activation, std)
    except DivergentMean:
        raise _too_wide(activation, std) from None


def _gaussian_moments(activation: Activation, std: float) -> Moments:
    formulas = activation.formulas
    if activation.kind == "expression" and activation.sections is None:
        from spinglass.activations.expression import analysed

        analysed(activation.expression).check_domain(std)
    if formulas.slope is not None:
        slope = formulas.slope
    elif formulas.mean_slope is not None:
        slope = formulas.mean_slope(std)
    else:
        slope = _checked_mean(activation, formulas.derivative, std)
    if formulas.level is not None:
        intercept = formulas.level
    elif formulas.mean_intercept is not None:
        intercept = formulas.mean_intercept(std)
    else:
        intercept = _checked_mean(activation, formulas.intercept, std)
    return Moments(slope, intercept, _slope_scale(activation, std, slope))


def _slope_scale(activation: Activation, std: float, slope: float) -> float:
    if activation.sections is not None:
        return float(activation.sections.probabilities(std) @ np.abs(activation.sections.slopes))
    # A rule of thumb is enough here: |f(±σ)| bounds the slopes met on the way.
    spread = abs(activation.value(std) - activation.value(0.0)) + abs(activation.value(-std) - activation.value(0.0))
    return max(abs(slope), 0.5 * spread / std)


def _checked_mean(activation: Activation, function: Any, std: float) -> float:
    mean = gaussian_mean(function, std, activation.formulas.kinks)
    if mean.error > 1e-12 * abs(mean.value):
        raise ComputationError(f"a Gaussian mean of {activation.label} at std = {std:g} misses 1e-12: {mean}")
    return mean.value


def mean_square(activation: Activation, std: float) -> float:
    """E f(x)² for x ~ N(0, std²): in closed form where there is one, by quadrature else."""
    std = checked_float("std", std, *STD_RANGE)
    closed = activation.formulas.mean_square
    if closed is not None:
        return closed(std)
    try:
        return gaussian_mean(lambda x: activation.formulas.value(x) ** 2, std, activation.formulas.kinks).value
    except DivergentMean:
        raise _too_wide(activation, std) from None


def _too_wide(activation: Activation, std: float) -> InputError:
    rule = f"is too large: {activation.label} grows too fast for a mean under this law"
    return input_error("preactivation_std", std, rule)


def section_probabilities(
    activation: Activation,
    preactivation_std: float = 1.0,
    preactivations: ArrayLike | None = None,
    axis: int | None = None,
) -> NDArray[np.float64]:
    """π_j, the probability of each section of a piecewise-linear activation; shape (L,).

    Under N(0, preactivation_std²), or as measured fractions when `preactivations` are given. With an `axis` of
    two-dimensional pre-activations only that axis is counted out: for shape (inputs, neurons), axis=0 gives the
    fractions of each neuron, shape (neurons, L), and axis=1 those of each input, shape (inputs, L). Under the
    assumption of independent sections both concentrate around the fractions of the whole layer.

    >>> from spinglass.activations import activation
    >>> section_probabilities(activation("relu")).tolist()
    [0.5, 0.5]
    """
    if activation.sections is None:
        raise input_error("activation", activation.name, "has no sections; `sectioned` approximates it by some")
    if preactivations is None:
        return activation.sections.probabilities(checked_float("preactivation_std", preactivation_std, *STD_RANGE))
    samples = _checked_samples("preactivations", preactivations, 2)
    if axis is None:
        return activation.sections.fractions(samples)
    if samples.ndim != 2 or axis not in (0, 1):
        raise input_error("axis", axis, "must be 0 or 1, for two-dimensional preactivations")
    return np.stack([activation.sections.fractions(row) for row in (samples if axis == 1 else samples.T)])


def propagated_stds(
    activation: Activation, depth: int, weight_std: float, bias_std: float = 0.0
) -> NDArray[np.float64]:
    """The pre-activation standard deviations of a wide random network, layer by layer; shape (depth,).

    σ_1² = σ_w² + σ_b² (inputs of variance 1), σ²_{ℓ+1} = σ_w² E f(σ_ℓ z)² + σ_b², for weights of variance σ_w²/width.

    Source: Poole, Lahiri, Raghu, Sohl-Dickstein, Ganguli, arXiv:1606.05340, eq. 3.

    >>> from spinglass.activations import activation
    >>> [round(s, 12) for s in propagated_stds(activation("relu"), 3, weight_std=2**0.5).tolist()]
    [1.414213562373, 1.414213562373, 1.414213562373]
    """
    depth = checked_int("depth", depth, 1)
    weight_std = checked_float("weight_std", weight_std, *STD_RANGE)
    bias_std = checked_float("bias_std", bias_std, 0.0, STD_RANGE[1])
    stds = [float(np.hypot(weight_std, bias_std))]
    while len(stds) < depth:
        following = float(np.hypot(weight_std * np.sqrt(mean_square(activation, stds[-1])), bias_std))
        if not STD_RANGE[0] <= following <= STD_RANGE[1]:
            raise input_error(
                "weight_std", weight_std, f"makes the pre-activations of layer {len(stds) + 1} vanish or explode"
            )
        stds.append(following)
    return np.array(stds)


def gaussian_law(
    activation: Activation, depth: int, preactivation_std: ArrayLike, weight_std: float | None, bias_std: float | None
) -> NDArray[np.float64]:
    """The standard deviation of the pre-activations of each layer, given or propagated; shape (depth,)."""
    if weight_std is not None:
        if np.ndim(preactivation_std) or preactivation_std != 1.0:
            raise input_error("preactivation_std", preactivation_std, "must be left out when weight_std is given")
        return propagated_stds(activation, depth, weight_std, 0.0 if bias_std is None else bias_std)
    if bias_std is not None:
        raise input_error("bias_std", bias_std, "needs weight_std: both propagate the variance through the layers")
    rule = f"must be one number > 0, or one per layer (depth = {depth})"
    stds = _floats("preactivation_std", preactivation_std, rule)
    if stds.ndim > 1 or (stds.ndim == 1 and stds.size != depth):
        raise input_error("preactivation_std", preactivation_std, rule)
    if not np.all((stds >= STD_RANGE[0]) & (stds <= STD_RANGE[1])):
        raise input_error("preactivation_std", preactivation_std, "must be > 0, from 1e-100 to 1e100")
    return np.broadcast_to(stds, (depth,)).copy()


def bias_scales(bias_scale: ArrayLike, depth: int) -> NDArray[np.float64]:
    """c_ℓ = bias_scale^ℓ, or the given c_1 … c_depth; shape (depth,)."""
    rule = f"must be one finite number (c_l = bias_scale**l) or one c_l per layer (depth = {depth})"
    scale = _floats("bias_scale", bias_scale, rule)
    if scale.ndim > 1 or (scale.ndim == 1 and scale.size != depth) or not np.all(np.isfinite(scale)):
        raise input_error("bias_scale", bias_scale, rule)
    with np.errstate(over="ignore"):
        powers = scale ** np.arange(1, depth + 1) if scale.ndim == 0 else scale.copy()
    if not np.all(np.isfinite(powers)):
        raise input_error("bias_scale", bias_scale, f"overflows when raised to the power {depth}")
    return powers


def _floats(argument: str, values: Any, rule: str) -> NDArray[np.float64]:
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "iuf":
            raise TypeError
        return array.astype(float)
    except (TypeError, ValueError):
        raise input_error(argument, values, rule) from None


def _checked_samples(argument: str, values: Any, max_dimensions: int) -> NDArray[np.float64]:
    try:
        array = np.asarray(values)
    except ValueError:
        raise input_error(argument, type(values).__name__, "must be an array of real numbers of one shape") from None
    shown = f"array of shape {array.shape} and type {array.dtype}"
    if array.dtype.kind not in "iuf":
        raise InputError(f"{argument}, {shown}: must hold real numbers (no objects, texts, booleans, complex)")
    if not 1 <= array.ndim <= max_dimensions:
        raise InputError(f"{argument}, {shown}: must have 1 to {max_dimensions} dimensions")
    if array.size == 0:
        raise InputError(f"{argument}, {shown}: must not be empty")
    samples = array.astype(float)
    bad = np.argwhere(~np.isfinite(samples))
    if bad.size:
        where = ", ".join(map(str, bad[0]))
        raise InputError(f"{argument}, {shown}: must be finite; entry [{where}] is {samples[tuple(bad[0])]}")
    return samples


def measured_law(preactivations: Any, depth: int) -> list[NDArray[np.float64]]:
    """The samples of each layer: one array for all layers (the same object), or one per layer; at least two each."""
    if isinstance(preactivations, (list, tuple)) and any(np.ndim(layer) for layer in preactivations):
        layers = [_checked_samples(f"preactivations[{i}]", layer, 2).ravel() for i, layer in enumerate(preactivations)]
        if len(layers) != depth:
            raise InputError(f"preactivations, {len(layers)} layers: must hold one array per layer (depth = {depth})")
    else:
        samples = _checked_samples("preactivations", preactivations, 2)
        if samples.ndim == 2 and samples.shape[0] != depth:
            raise InputError(
                f"preactivations, array of shape {samples.shape}: must be (samples,) for all layers or "
                f"(depth, samples) with depth = {depth}"
            )
        layers = [samples] * depth if samples.ndim == 1 else list(samples)
    if min(layer.size for layer in layers) < 2:
        raise InputError("preactivations: every layer needs at least 2 samples")
    return layers


def load_preactivations(path: str | os.PathLike[str]) -> NDArray[np.float64]:
    """Measured pre-activations from a `.npy` file: shape (samples,) for all layers or (depth, samples).

    Nothing in the file is executed (no pickles). Raises `InputError` for a file that cannot be read, and for arrays
    of objects, texts, booleans or complex numbers, of more than two dimensions, empty, or with NaN or infinity.
    """
    file = Path(path)
    try:
        with file.open("rb") as stream:
            if stream.read(6) != b"\x93NUMPY":
                raise input_error("path", str(path), "is not a .npy file (numpy.save writes one)")
            stream.seek(0)
            array = np.load(stream, allow_pickle=False)
    except OSError as error:
        raise input_error("path", str(path), f"cannot be read: {error.strerror or error}") from None
    except InputError:
        raise
    except Exception as error:  # a broken header fails in numpy's parser in many ways
        raise input_error("path", str(path), f"is not a .npy file of plain numbers: {error}") from None
    return _checked_samples(f"preactivations in {path}", array, 2)
