"""The symbols of the derivations, one for each notion, with their assumptions."""

from __future__ import annotations

import sympy as sp

p = sp.Symbol("p", positive=True)  # spins per interaction; integer >= 2 in the pure model, real in the closed forms
N = sp.Symbol("N", integer=True, positive=True)  # spins
n = sp.Symbol("n", integer=True, positive=True)  # size of a random matrix
k = sp.Symbol("k", integer=True, nonnegative=True)  # index
u = sp.Symbol("u", real=True)  # energy density h/N
m = sp.Symbol("m", real=True)  # latitude
q = sp.Symbol("q", real=True)  # overlap
x = sp.Symbol("x", real=True)  # position in units of sqrt(n); argument of an activation
xi = sp.Symbol("xi", real=True)  # shift of the matrix
kappa = sp.Symbol("kappa", real=True)  # strength of a rank-one perturbation
s = sp.Symbol("s", real=True)  # the same in units of sqrt(n)
rho = sp.Symbol("rho", real=True)  # rho_1, the coefficient of the activation
t = sp.Symbol("t", real=True)  # latitude in units of 1/sqrt(N); Fourier variable
v = sp.Symbol("v", real=True)  # x**2/4 - 1, the distance from the edge
sigma = sp.Symbol("sigma", positive=True)  # standard deviation of the pre-activations
z = sp.Symbol("z", real=True)  # a standard normal variable
r1, r2 = sp.symbols("r1 r2", real=True)  # fermionic dual variables
q1, q2 = sp.symbols("q1 q2", real=True)  # eigenvalues of LQ
eta = sp.Symbol("eta", real=True)  # hyperbolic angle
epsilon = sp.Symbol("epsilon", positive=True)
