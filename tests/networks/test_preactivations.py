"""Pre-activations of a trained network: gradients, learning, shapes, seeds, refusals."""

import itertools

import numpy as np
import pytest

from spinglass import InputError
from spinglass.activations import activation
from spinglass.networks import Dataset, load_digits, measure_preactivations
from spinglass.networks.preactivations import _forward, _gradients


def _loss(f, parameters, x, labels):
    _, logits = _forward(f, parameters, x)
    top = logits.max(axis=1)
    return float(
        np.mean(np.log(np.exp(logits - top[:, None]).sum(axis=1)) + top - logits[np.arange(labels.size), labels])
    )


@pytest.mark.parametrize("name", ["gelu", "tanh", "softplus", "elu"])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_gradients_are_derivatives_of_the_loss(name, depth):
    rng = np.random.default_rng(3)
    f = activation(name)
    sizes = [4, *[5] * depth, 3]
    parameters = []
    for a, b in itertools.pairwise(sizes):
        parameters += [rng.standard_normal((a, b)), rng.standard_normal(b)]
    x, labels = rng.standard_normal((7, 4)), rng.integers(0, 3, 7)
    for i, gradient in enumerate(_gradients(f, parameters, x, labels)):
        direction = rng.standard_normal(gradient.shape)
        step = 1e-6
        values = []
        for sign in (1, -1):
            moved = list(parameters)
            moved[i] = moved[i] + sign * step * direction
            values.append(_loss(f, moved, x, labels))
        slope = (values[0] - values[1]) / (2 * step)
        assert slope == pytest.approx(float(np.sum(gradient * direction)), rel=1e-6, abs=1e-8)


def test_the_digits_are_real_and_learnable():
    data = load_digits()
    assert data.inputs.shape == (1797, 64)
    assert data.classes == 10
    assert np.allclose(data.inputs.mean(axis=0), 0, atol=1e-12)
    assert data.inputs.std() == pytest.approx(1)
    random = measure_preactivations(activation("relu"), data, depth=2, width=32, epochs=0)
    trained = measure_preactivations(activation("relu"), data, depth=2, width=32, epochs=5)
    assert random.test_accuracy < 0.35
    assert trained.test_accuracy > 0.85


def test_shapes_and_the_random_law():
    data = load_digits()
    found = measure_preactivations(activation("linear"), data, depth=3, width=200, epochs=0, inputs=100)
    assert found.values.shape == (3, 100 * 200)
    # a random linear network keeps the variance of its input in every layer
    assert np.allclose(found.values.var(axis=1), 1.0, rtol=0.15)


def test_the_seed_decides():
    data = load_digits()
    values = [
        measure_preactivations(activation("tanh"), data, depth=1, width=8, epochs=1, rng=seed).values
        for seed in (1, 1, 2)
    ]
    assert values[0].tobytes() == values[1].tobytes() != values[2].tobytes()


@pytest.mark.parametrize("argument", ["depth", "width", "batch", "inputs", "gain", "learning_rate"])
def test_sizes_out_of_range_are_refused(argument):
    with pytest.raises(InputError, match=argument):
        measure_preactivations(activation("relu"), load_digits(), **{argument: 0})


def test_bad_data_is_refused():
    x = np.zeros((20, 3))
    x[4, 1] = np.nan
    with pytest.raises(InputError, match="data"):
        measure_preactivations(activation("relu"), Dataset(x, np.zeros(20, dtype=np.int64), "holes"))
    with pytest.raises(InputError, match="data"):
        measure_preactivations(activation("relu"), Dataset(np.zeros((5, 3)), np.zeros(5, dtype=np.int64), "few"))
