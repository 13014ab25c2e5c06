"""Critical points on the sphere: the complete enumeration of a realisation, and searches in large ones."""

from spinglass.landscape.census import Census, census
from spinglass.landscape.dynamics import Trajectory, gradient_flow, langevin
from spinglass.landscape.manifolds import Flat, Sphere
from spinglass.landscape.objective import Objective
from spinglass.landscape.problem import PolynomialProblem, SphericalProblem
from spinglass.landscape.search import STATUSES, SearchResult, search
from spinglass.landscape.spectra import spectrum_at

__all__ = [
    "STATUSES",
    "Census",
    "Flat",
    "Objective",
    "PolynomialProblem",
    "SearchResult",
    "Sphere",
    "SphericalProblem",
    "Trajectory",
    "census",
    "gradient_flow",
    "langevin",
    "search",
    "spectrum_at",
]
