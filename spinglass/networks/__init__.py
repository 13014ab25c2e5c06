"""Real networks: data, multilayer perceptrons, and the pre-activations that they produce."""

from spinglass.networks.data import Dataset, load_digits
from spinglass.networks.preactivations import Measurement, measure_preactivations

__all__ = ["Dataset", "Measurement", "load_digits", "measure_preactivations"]
