"""Symbols of a general covariance function and of a general overlap field, at one point."""

from __future__ import annotations

import sympy as sp

X0, X1, X2, X3, X4 = XI = sp.symbols("xi_0:5", positive=True)  # ξ, ξ′, ξ″, ξ‴, ξ⁗ at q = 1
D, D1, D2 = sp.symbols("D D_1 D_2", real=True)  # the overlap field and its derivatives at m
radial = sp.Symbol("r_1", real=True)  # the radial derivative ∂_r H
