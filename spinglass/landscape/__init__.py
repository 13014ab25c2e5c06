"""Critical points on the sphere: the complete enumeration of a realisation."""

from spinglass.landscape.census import Census, census
from spinglass.landscape.problem import PolynomialProblem, SphericalProblem

__all__ = ["Census", "PolynomialProblem", "SphericalProblem", "census"]
