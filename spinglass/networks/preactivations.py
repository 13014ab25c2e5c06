"""Pre-activations of a multilayer perceptron on data: the measured section law of an activation.

The network has `depth` hidden layers of equal width, h_l = f(W_l h_{l−1} + b_l), and a linear read-out with softmax
cross-entropy. Weights start as N(0, gain²/fan_in), biases at zero. Training is Adam on mini-batches (Kingma and Ba,
arXiv:1412.6980). What is measured is z_l = W_l h_{l−1} + b_l for every hidden unit and a set of inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import ComputationError, checked_float, checked_int, input_error
from spinglass._jit import one_blas_thread
from spinglass.activations import Activation
from spinglass.networks.data import Dataset

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Measurement:
    """Pre-activations of shape (depth, inputs × width), and what the network had learnt by then."""

    values: Array
    train_accuracy: float
    test_accuracy: float
    epochs: int


def measure_preactivations(
    activation: Activation,
    data: Dataset,
    depth: int = 3,
    width: int = 64,
    epochs: int = 20,
    rng: np.random.Generator | int = 0,
    *,
    gain: float = 1.0,
    learning_rate: float = 1e-3,
    batch: int = 64,
    inputs: int = 500,
    on_epoch: Callable[[int, int], Any] | None = None,
) -> Measurement:
    """Train a network on data and record the pre-activations of its hidden layers on held-out inputs.

    Parameters
    ----------
    activation : applied after every hidden layer.
    data : a fifth of it, chosen by `rng`, is held out; pre-activations are measured there.
    depth, width : number and width of the hidden layers, >= 1.
    epochs : passes over the training data; 0 measures the random network.
    gain : standard deviation of the initial weights times √fan_in.
    inputs : at most this many held-out inputs are used.

    Raises
    ------
    InputError for sizes out of range; ComputationError when training diverges.
    """
    depth, width = checked_int("depth", depth, 1), checked_int("width", width, 1)
    epochs, batch = checked_int("epochs", epochs, 0), checked_int("batch", batch, 1)
    inputs = checked_int("inputs", inputs, 1)
    gain = checked_float("gain", gain, 0.0, low_open=True)
    learning_rate = checked_float("learning_rate", learning_rate, 0.0, low_open=True)
    if data.inputs.ndim != 2 or data.inputs.shape[0] != data.labels.size or data.labels.size < 10:
        raise input_error("data", data.inputs.shape, "must hold at least ten inputs, one label each")
    if not np.all(np.isfinite(data.inputs)):
        raise input_error("data", data.name, "must be finite")
    generator = np.random.default_rng(rng)
    order = generator.permutation(data.labels.size)
    held_out, kept = order[: order.size // 5], order[order.size // 5 :]
    sizes = [data.inputs.shape[1], *[width] * depth, data.classes]
    parameters: list[Array] = []
    for fan_in, fan_out in pairwise(sizes):
        parameters += [generator.standard_normal((fan_in, fan_out)) * (gain / np.sqrt(fan_in)), np.zeros(fan_out)]
    with one_blas_thread():
        first = [np.zeros_like(parameter) for parameter in parameters]
        second = [np.zeros_like(parameter) for parameter in parameters]
        step = 0
        for epoch in range(epochs):
            shuffled = generator.permutation(kept)
            for start in range(0, shuffled.size, batch):
                chosen = shuffled[start : start + batch]
                step += 1
                gradients = _gradients(activation, parameters, data.inputs[chosen], data.labels[chosen])
                for i, gradient in enumerate(gradients):
                    first[i] += 0.1 * (gradient - first[i])
                    second[i] += 0.001 * (gradient**2 - second[i])
                    rate = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
                    parameters[i] = parameters[i] - rate * first[i] / (np.sqrt(second[i]) + 1e-8)
            if on_epoch is not None:
                on_epoch(epoch + 1, epochs)
        if not all(np.all(np.isfinite(parameter)) for parameter in parameters):
            raise ComputationError(f"training diverged for {activation.name}: lower learning_rate or gain")
        measured, _ = _forward(activation, parameters, data.inputs[held_out[:inputs]])
        training, test = (_accuracy(activation, parameters, data, part) for part in (kept, held_out))
    return Measurement(np.array([layer.ravel() for layer in measured]), training, test, epochs)


def _forward(activation: Activation, parameters: list[Array], x: Array) -> tuple[list[Array], Array]:
    """Pre-activations of the hidden layers, and the logits."""
    measured = []
    for weight, bias in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
        z = x @ weight + bias
        measured.append(z)
        x = activation(z)
    return measured, x @ parameters[-2] + parameters[-1]


def _accuracy(activation: Activation, parameters: list[Array], data: Dataset, part: NDArray[np.int64]) -> float:
    _, logits = _forward(activation, parameters, data.inputs[part])
    return float(np.mean(np.argmax(logits, axis=1) == data.labels[part]))


def _gradients(activation: Activation, parameters: list[Array], x: Array, labels: NDArray[np.int64]) -> list[Array]:
    """Gradient of the mean softmax cross-entropy with respect to every parameter, by back-propagation."""
    measured, logits = _forward(activation, parameters, x)
    layers = [x, *[activation(z) for z in measured]]
    logits = logits - logits.max(axis=1, keepdims=True)
    delta = np.exp(logits)
    delta /= delta.sum(axis=1, keepdims=True)
    delta[np.arange(labels.size), labels] -= 1
    delta /= labels.size
    gradients: list[Array] = []
    for level in range(len(layers) - 1, -1, -1):
        gradients = [layers[level].T @ delta, delta.sum(axis=0), *gradients]
        if level:
            delta = (delta @ parameters[2 * level].T) * activation.derivative(measured[level - 1])
    return gradients
