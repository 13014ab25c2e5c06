"""What to compare: activations, depths and laws, checked and reduced to overlap fields."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import ComputationError, InputError, checked_float, checked_int, input_error
from spinglass.activations import Activation, PathSum, activation, path_sum, path_sum_from_samples
from spinglass.campaigns import checked_seed
from spinglass.hamiltonians import OverlapField

DEFAULT_ACTIVATIONS = ("relu", "leaky-relu", "gelu", "silu", "softplus", "elu", "tanh", "sigmoid", "five-section")
REFERENCE = "relu"
SIMULATED_P = 3
SIMULATED_SIZES = (3, 4, 5, 6)
DENSITY_SIZES = (3, 4, 5, 6, 7, 8)
APPROACH_SIZES = (4, 8, 16, 32)
SQRT_N = "sqrt(N)"
FEWEST_SAMPLES = 40


@dataclass(frozen=True)
class Group:
    """Activations that share all coefficients ρ at one depth; the first group of a depth holds ReLU."""

    name: str
    depth: int
    rho: tuple[float, ...]
    members: tuple[str, ...]

    @property
    def is_reference(self) -> bool:
        return not any(self.rho)


@dataclass(frozen=True)
class Plan:
    """A comparison with all its inputs checked; made by `plan_comparison`."""

    activations: tuple[Activation, ...]
    path_sums: Mapping[tuple[str, int], PathSum]
    groups: tuple[Group, ...]
    depths: tuple[int, ...]
    law: str
    measured: Mapping[str, NDArray[np.float64]]
    bias_scale: float | str
    samples: int
    seed: int
    family_wise_error: float

    def field(self, group: Group, n_spins: int) -> OverlapField:
        """The overlap field of a group; with bias scale "sqrt(N)" the coefficients grow as N^{ℓ/2}."""
        rho = np.array(group.rho)
        if self.bias_scale == SQRT_N:
            rho = rho * math.sqrt(n_spins) ** np.arange(1, group.depth + 1)
        return OverlapField(p=group.depth, rho=rho)

    def measured_by(self, name: str) -> NDArray[np.float64] | None:
        """The measured pre-activations that serve an activation, None for the Gaussian law."""
        return self.measured.get(name, self.measured.get(""))

    def groups_of(self, depth: int) -> list[Group]:
        return [group for group in self.groups if group.depth == depth]

    @property
    def simulates(self) -> bool:
        return self.samples > 0 and SIMULATED_P in self.depths


def plan_comparison(
    activations: Sequence[Activation] | None = None,
    depths: Sequence[int] = (3, 4),
    *,
    preactivation_std: float = 1.0,
    weight_std: float | None = None,
    bias_std: float | None = None,
    preactivations: Mapping[str, NDArray[np.float64]] | None = None,
    bias_scale: float | str = 1.0,
    samples: int = 1000,
    seed: int = 0,
    family_wise_error: float = 0.01,
) -> Plan:
    """Check the inputs of a comparison and reduce each activation to its coefficients ρ.

    Parameters
    ----------
    activations : activations to compare; ReLU, the reference, is added if absent. Default: nine of the catalogue.
    depths : numbers H >= 2 of weight layers; H is the p of the spin glass. Depth 3 is simulated.
    preactivation_std, weight_std, bias_std : the Gaussian section law, as in `activations.path_sum`.
    preactivations : measured pre-activations by activation name; the name "" serves every activation without its own.
    bias_scale : c_ℓ = bias_scale**ℓ, or "sqrt(N)" for weights of scale 1/√N (no asymptotic ratio exists then).
    samples : sampled Hamiltonians per size and group, 0 (no simulation) or at least 40.

    Raises
    ------
    InputError : for any bad value, before any work; the message names argument, value and rule.
    """
    chosen = [activation(name) for name in DEFAULT_ACTIVATIONS] if activations is None else list(activations)
    if not any(item.name == REFERENCE for item in chosen):
        chosen.insert(0, activation(REFERENCE))
    names = [item.name for item in chosen]
    for item in chosen:
        _check_name(item)
    for name in names:
        if names.count(name) > 1:
            raise input_error("activations", name, "is named twice; give each activation once")
    checked_depths = tuple(checked_int("depth", depth, 2) for depth in depths)
    if not checked_depths or len(set(checked_depths)) < len(checked_depths):
        raise input_error("depths", tuple(depths), "must be different integers >= 2, at least one")
    seed = checked_seed(seed)
    family_wise_error = checked_float("family_wise_error", family_wise_error, 0.0, 0.5, low_open=True)
    samples = checked_int("samples", samples, 0)
    if 0 < samples < FEWEST_SAMPLES:
        raise input_error("samples", samples, f"must be 0 (no simulation) or at least {FEWEST_SAMPLES}")
    if bias_scale != SQRT_N:
        bias_scale = checked_float("bias_scale", bias_scale, rule=f'must be a finite number or "{SQRT_N}"')
    measured = dict(preactivations or {})
    for name in measured:
        if name and name not in names:
            raise input_error("preactivations", name, "is not one of the activations: " + ", ".join(names))
    scale = 1.0 if bias_scale == SQRT_N else bias_scale

    def gaussian(item: Activation, depth: int) -> PathSum:
        return path_sum(
            item,
            depth,
            preactivation_std=preactivation_std,
            bias_scale=scale,
            weight_std=weight_std,
            bias_std=bias_std,
        )

    gaussian(activation(REFERENCE), max(checked_depths))  # a bad law is no activation's fault
    sums: dict[tuple[str, int], PathSum] = {}
    for item in chosen:
        values = measured.get(item.name, measured.get(""))
        for depth in checked_depths:
            try:
                if values is not None:
                    sums[item.name, depth] = path_sum_from_samples(item, values, depth, bias_scale=scale)
                else:
                    sums[item.name, depth] = gaussian(item, depth)
            except InputError as problem:
                text = str(problem)
                raise InputError(text if item.name in text else f"activation {item.name!r}: {text}") from None
            except ComputationError as problem:
                raise ComputationError(f"activation {item.name!r}: {problem}") from None
    if measured:
        law = "measured pre-activations for " + ", ".join(name or "every other activation" for name in measured)
        law += "" if "" in measured else f"; N(0, {preactivation_std:g}²) for the others"
    elif weight_std is not None:
        law = f"Gaussian, propagated through depth with weight std {weight_std:g}, bias std {bias_std or 0.0:g}"
    else:
        law = f"Gaussian, standard deviation {preactivation_std:g} in every layer"
    return Plan(
        activations=tuple(chosen),
        path_sums=sums,
        groups=tuple(group for depth in checked_depths for group in _grouped(names, sums, depth)),
        depths=checked_depths,
        law=law,
        measured=measured,
        bias_scale=bias_scale,
        samples=samples,
        seed=seed,
        family_wise_error=family_wise_error,
    )


def _check_name(item: Activation) -> None:
    """Names are keys of tables and of groups; that of the reference belongs to ReLU."""
    if item.name == REFERENCE and item != activation(REFERENCE):
        raise input_error("activations", item.name, "is the name of the reference; give this activation another name")
    if ";" in item.name or not item.name.isprintable():
        raise input_error("activations", item.name, "names must not hold semicolons or control characters")


def _grouped(names: Sequence[str], sums: Mapping[tuple[str, int], PathSum], depth: int) -> list[Group]:
    found: list[tuple[NDArray[np.float64], list[str]]] = [(np.zeros(depth), [REFERENCE])]
    for name in names:
        rho = np.asarray(sums[name, depth].rho, dtype=float)
        if name == REFERENCE:
            continue
        for known, members in found:
            # Path sums hold to 1e-12 relative to E |α|, so that an E β below 1e-15 is a rounded zero.
            if np.allclose(rho, known, rtol=1e-12, atol=1e-15):
                members.append(name)
                break
        else:
            found.append((rho, [name]))
    return [
        Group(f"depth-{depth}-{i}", depth, tuple(rho.tolist()), tuple(members))
        for i, (rho, members) in enumerate(found)
    ]
