"""Critical points on the sphere: the complete enumeration of a realisation, and searches in large ones."""

from spinglass.landscape.census import Census, census
from spinglass.landscape.manifolds import Flat, Sphere
from spinglass.landscape.objective import Objective
from spinglass.landscape.problem import PolynomialProblem, SphericalProblem
from spinglass.landscape.search import SearchResult, search
from spinglass.landscape.spectra import spectrum_at

__all__ = [
    "Census",
    "Flat",
    "Objective",
    "PolynomialProblem",
    "SearchResult",
    "Sphere",
    "SphericalProblem",
    "census",
    "search",
    "spectrum_at",
]
