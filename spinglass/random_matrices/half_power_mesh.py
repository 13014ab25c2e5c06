"""Panels for functions with a half-power at ξ on a given scale, and primitives of their values at panel nodes."""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from spinglass._jit import jit
from spinglass.random_matrices.multiplicative import support_radius


@jit
def mesh(
    edges: NDArray[np.float64], xi: float, scale: float, nodes: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(x − ξ, node weights, Jacobian at nodes, panel half-widths) of a mesh fitted to a half-power at ξ on the scale
    given.

    `edges` are the panel edges, one of them at ξ when ξ is inside. Next to ξ the panels are cut by a ratio of 4 down
    to `scale`, and the last one, [0, scale], is mapped by x = scale y², in which the half-power is smooth.
    """
    order = nodes.shape[0]
    panels = edges.shape[0] - 1
    left = np.empty(panels + 128)
    right = np.empty(panels + 128)
    mapped = np.zeros(panels + 128)
    count = 0
    for i in range(panels):
        a, b = edges[i] - xi, edges[i + 1] - xi
        if b == 0.0:  # ends at ξ from the left
            while -a > 2.0 * scale and count < panels + 100:
                left[count], right[count] = a, min(a / 4, -scale)
                a = right[count]
                count += 1
            left[count], right[count], mapped[count] = a, 0.0, -1.0
            count += 1
        elif a == 0.0:
            start = count
            while b > 2.0 * scale and count < panels + 100:
                right[count] = b
                left[count] = max(b / 4, scale)
                b = left[count]
                count += 1
            left[count], right[count], mapped[count] = 0.0, b, 1.0
            count += 1
            low, high = start, count - 1  # built outwards in: put in increasing order
            while low < high:
                left[low], left[high] = left[high], left[low]
                right[low], right[high] = right[high], right[low]
                mapped[low], mapped[high] = mapped[high], mapped[low]
                low += 1
                high -= 1
        else:
            left[count], right[count] = a, b
            count += 1
    offset = np.empty(count * order)
    weight = np.empty(count * order)
    jacobian = np.empty(count * order)
    half = np.empty(count)
    for i in range(count):
        if mapped[i] == 0.0:
            half[i] = 0.5 * (right[i] - left[i])
            middle = 0.5 * (right[i] + left[i])
            for k in range(order):
                offset[i * order + k] = middle + half[i] * nodes[k]
                weight[i * order + k] = half[i] * weights[k]
                jacobian[i * order + k] = 1.0
        else:
            half[i] = 0.5
            size = right[i] - left[i]
            for k in range(order):
                y = 0.5 * (1.0 + nodes[k])
                if mapped[i] < 0:
                    y = 0.5 * (1.0 - nodes[k])
                offset[i * order + k] = mapped[i] * size * y * y
                jacobian[i * order + k] = 2 * size * y
                weight[i * order + k] = 0.5 * weights[k] * jacobian[i * order + k]
    return offset, weight, jacobian, half


def sweep_edges(n: int, xi: float) -> NDArray[np.float64]:
    """Panel edges for ψ_j, j < n, broken at ξ. They are finer than for a plain Pfaffian, since the error of an
    interpolated primitive is not averaged out when the two factors differ."""
    radius = support_radius(n)
    points = [-radius, xi, radius] if abs(xi) < radius else [-radius, radius]
    width = min(1.4, 6.0 / math.sqrt(n))
    edges = [-radius]
    for left, right in itertools.pairwise(points):
        edges.extend(np.linspace(left, right, max(1, math.ceil((right - left) / width)) + 1)[1:])
    return np.array(edges)


@jit
def mesh_scale(t: complex) -> float:
    """The largest power of 4 up to |t|, at most 4: one mesh serves the times between two powers."""
    return min(4.0, 4.0 ** math.floor(math.log(abs(t)) / math.log(4.0)))


@jit
def signed_primitive(
    values: NDArray[np.complex128],
    jacobian: NDArray[np.float64],
    half: NDArray[np.float64],
    weights: NDArray[np.float64],
    cumulative_transposed: NDArray[np.complex128],
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """∫ sgn(y − x) f_j(x) dx at the nodes y, and ∫ f_j."""
    order = weights.shape[0]
    n = values.shape[0]
    scaled = values * jacobian
    local = np.dot(np.ascontiguousarray(scaled).reshape(-1, order), cumulative_transposed).reshape(n, -1)
    total = np.zeros(n, dtype=np.complex128)
    for j in range(n):
        running = 0.0 + 0.0j
        for i in range(half.shape[0]):
            piece = 0.0 + 0.0j
            for k in range(order):
                node = i * order + k
                piece += weights[k] * scaled[j, node]
                local[j, node] = 2 * (running + half[i] * local[j, node])
            running += half[i] * piece
        total[j] = running
        for node in range(local.shape[1]):
            local[j, node] -= running
    return local, total
