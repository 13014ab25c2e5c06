"""Spherical multi-spin Hamiltonians: couplings, overlap fields, realisations."""

from spinglass.hamiltonians.overlap_field import OverlapField
from spinglass.hamiltonians.spherical import Realisation, SphericalGlass, tangent_basis

__all__ = ["OverlapField", "Realisation", "SphericalGlass", "tangent_basis"]
