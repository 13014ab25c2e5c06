"""Activations: catalogue, the user's own, section laws, and the path sum that turns them into an overlap field."""

from spinglass.activations.activation import Activation, activation
from spinglass.activations.catalogue import names
from spinglass.activations.closed_forms import ClosedForm, GaussianMeans, gaussian_means
from spinglass.activations.path_sum import PathSum, path_sum, path_sum_from_samples
from spinglass.activations.piecewise_linear import Sections
from spinglass.activations.section_law import load_preactivations, propagated_stds, section_probabilities
from spinglass.activations.splines import sectioned
from spinglass.activations.table import read_table

__all__ = [
    "Activation",
    "ClosedForm",
    "GaussianMeans",
    "PathSum",
    "Sections",
    "activation",
    "gaussian_means",
    "load_preactivations",
    "names",
    "path_sum",
    "path_sum_from_samples",
    "propagated_stds",
    "read_table",
    "section_probabilities",
    "sectioned",
]
