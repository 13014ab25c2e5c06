"""Symbols of the Gaussian means: bounds, shifts, and the parameters of activations."""

from __future__ import annotations

import sympy as sp

a = sp.Symbol("a", real=True)
b = sp.Symbol("b", real=True)
c = sp.Symbol("c", positive=True)
w = sp.Symbol("w", positive=True)
y = sp.Symbol("y", nonnegative=True)
slope_of = sp.Symbol("slope", real=True)  # slope of leaky ReLU on the left
alpha = sp.Symbol("alpha", real=True)  # level of ELU on the left
