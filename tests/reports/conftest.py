"""Folders of tables as `spinglass compare` leaves them, with plausible numbers from short independent formulas."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

erf = np.vectorize(math.erf)
PHI = 1 / math.sqrt(2 * math.pi)


def _normal(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + erf(x / math.sqrt(2)))


def _sections(knots: Sequence[float], slopes: Sequence[float], x: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """Continuous piecewise-linear f with f(0) = 0 and the intercepts of its sections."""
    zero = int(np.searchsorted(knots, 0.0, side="left"))
    intercepts = [0.0] * len(slopes)
    for j in range(zero, len(knots)):
        intercepts[j + 1] = intercepts[j] + (slopes[j] - slopes[j + 1]) * knots[j]
    for j in range(zero - 1, -1, -1):
        intercepts[j] = intercepts[j + 1] + (slopes[j + 1] - slopes[j]) * knots[j]
    which = np.searchsorted(knots, x)
    return np.asarray(slopes)[which] * x + np.asarray(intercepts)[which], intercepts


FIVE = ([-2.0, -1.0, 1.0, 2.0], [0.01, 0.1, 1.0, 0.3, 0.03])
CATALOGUE: dict[str, tuple[str, str, str, Any, Any]] = {
    "relu": ("ReLU", "max(x, 0)", "1 if x > 0 else 0", ([0.0], [0.0, 1.0]), None),
    "leaky-relu": ("leaky ReLU", "max(x, 0.01 x)", "1 if x > 0 else 0.01", ([0.0], [0.01, 1.0]), None),
    "gelu": ("GELU", "x Φ(x)", "Φ(x) + x φ(x)", lambda x: x * _normal(x), None),
    "silu": ("SiLU", "x / (1 + exp(-x))", "σ(x) (1 + x (1 - σ(x)))", lambda x: x / (1 + np.exp(-x)), None),
    "softplus": ("softplus", "log(1 + exp(x))", "σ(x)", lambda x: np.logaddexp(0, x), None),
    "elu": (
        "ELU",
        "x if x > 0 else exp(x) - 1",
        "1 if x > 0 else exp(x)",
        lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
        None,
    ),
    "tanh": ("tanh", "tanh(x)", "1 - tanh(x)²", np.tanh, None),
    "sigmoid": ("sigmoid", "1 / (1 + exp(-x))", "σ(x) (1 - σ(x))", lambda x: 1 / (1 + np.exp(-x)), None),
    "five-section": ("five-section", "knots -2, -1, 1, 2", "slopes 0.01, 0.1, 1, 0.3, 0.03", FIVE, None),
}


def ratio(p: int, rho: float, u: float | None = None) -> float:
    """The limit ratio to ReLU, total or at energy density u, by a Riemann sum; inf where it grows with the cut."""
    values = []
    for cut in (12.0, 14.0):
        t = np.linspace(-cut, cut, 4001)
        root = math.sqrt(p * (p - 1))
        s = rho * (p - 1) * (p - 2) * t ** (p - 3) / root
        log_g = -(rho**2) * (p - 1) ** 2 * t ** (2 * (p - 2)) / (2 * p) - t**2 / 2
        if u is None:
            integrand = np.exp(log_g) * np.sqrt(1 + s**2)
        else:
            x = complex(u * math.sqrt(p / (p - 1)))
            inside = abs(x.real) <= 2
            m = (
                (-x / 2 + 0.5j * math.sqrt(4 - x.real**2))
                if inside
                else ((-x.real + math.copysign(math.sqrt(x.real**2 - 4), x.real)) / 2 + 0j)
            )
            integrand = np.exp(log_g + rho * t ** (p - 1) * (u + m.real / root)) * np.abs(1 + s * m)
        values.append(float(integrand.sum() * (t[1] - t[0]) * PHI))
    return values[1] if values[1] < 1.02 * values[0] and math.isfinite(values[1]) else math.inf


def complexity(p: int, u: float, index: int | None) -> float:
    edge = 2 * math.sqrt((p - 1) / p)
    if index is None:
        x = abs(u) * math.sqrt(p / (p - 1))
        outside = 0.0 if x <= 2 else 0.5 * (x * math.sqrt(x * x - 4) / 2 - 2 * math.log((x + math.sqrt(x * x - 4)) / 2))
        return 0.5 + 0.5 * math.log(p - 1) - u * u / 2 + x * x / 4 - 0.5 - outside
    if u >= -edge:
        return 0.5 * math.log(p - 1) - (p - 2) / p
    y = 2 * math.acosh(-u / edge)
    return 0.5 * math.log(p - 1) - (p - 2) / (4 * (p - 1)) * u * u - (index + 1) * (math.sinh(y) - y) / 2


def band_edge(p: int, index: int) -> float:
    low, high = 2 * math.sqrt((p - 1) / p), 4.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if complexity(p, -middle, index) > 0 else (low, middle)
    return low


def write_table(path: Path, rows: list[dict[str, Any]]) -> None:
    def text(value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(value).lower()
        return repr(float(value)) if isinstance(value, (float, np.floating)) else str(value)

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows({key: text(value) for key, value in row.items()} for row in rows)


def write_folder(
    folder: str | Path,
    keys: Sequence[str] = tuple(CATALOGUE),
    extra: Sequence[tuple[str, str, Callable[[np.ndarray], np.ndarray]]] = (),
    bins: Sequence[float] = (-math.inf, -1.2, -0.8, -0.4, 0.0, 0.4, 0.8, 1.2, math.inf),
    shift: float = 0.0,
    samples: int = 1000,
    points: int = 161,
    depths: Sequence[int] = (3, 4),
) -> Path:
    """A whole folder; `shift` moves the simulated totals by that many standard errors (a disagreement)."""
    folder, rng = Path(folder), np.random.default_rng(7)
    data = folder / "data"
    small, large = list(range(3, 9)), [4, 8, 16, 32]
    z, weight = np.linspace(-9, 9, 6001), None
    weight = np.exp(-z * z / 2)
    weight /= weight.sum()
    catalogue = {key: CATALOGUE[key] for key in keys}
    catalogue.update({key: (label, label, "", f, None) for key, label, f in extra})
    x = np.linspace(-4, 4, points)
    activations, sections, curves = [], [], []
    rho: dict[str, float] = {}
    slope: dict[str, tuple[float, float]] = {}
    for key, (_, _, _, f, _) in catalogue.items():
        if isinstance(f, tuple):
            knots, slopes = f
            values, intercepts = _sections(knots, slopes, x)
            ends = [-math.inf, *knots, math.inf]
            probability = [float(_normal(np.float64(b)) - _normal(np.float64(a))) for a, b in pairwise(ends)]
            mean = float(np.dot(probability, slopes)), float(np.dot(probability, intercepts))
            sections += [
                {
                    "activation": key,
                    "section": j + 1,
                    "left": ends[j],
                    "right": ends[j + 1],
                    "slope": slopes[j],
                    "intercept": intercepts[j],
                    "probability": probability[j],
                }
                for j in range(len(slopes))
            ]
            derivative = np.asarray(slopes)[np.searchsorted(knots, x)]
        else:
            step = 1e-5
            values, derivative = f(x), (f(x + step) - f(x - step)) / (2 * step)
            d = (f(z + step) - f(z - step)) / (2 * step)
            mean = float(weight @ d), float(weight @ (f(z) - z * d))
        slope[key] = mean
        rho[key] = 0.0 if abs(mean[1]) < 1e-9 else mean[1] / mean[0]
        curves += [
            {"activation": key, "x": a, "value": b, "derivative": c}
            for a, b, c in zip(x, values, derivative, strict=True)
        ]
    names = {value: f"group-{j}" for j, value in enumerate(dict.fromkeys(round(r, 9) for r in rho.values()))}
    exact, densities, ratios = [], [], []
    limits: dict[tuple[str, int], float] = {}
    energies = np.linspace(-1.9, 1.9, points)
    cache: dict[tuple[float, int], list[float]] = {}
    for key, (label, formula, derived, f, _) in catalogue.items():
        for p in depths:
            r = rho[key]
            limits[key, p] = ratio(p, r)
            if (r, p) not in cache:
                cache[r, p] = [ratio(p, r, float(u)) for u in energies]
            by_energy = cache[r, p]
            infinite = [float(u) for u, value in zip(energies, by_energy, strict=True) if math.isinf(value)]
            divergence = (
                ""
                if not infinite
                else (f"u > {min(infinite):.2f}" if min(infinite) > 0 else f"u < {max(infinite):.2f}")
            )
            activations.append(
                {
                    "activation": key,
                    "label": label,
                    "formula": formula,
                    "derivative": derived,
                    "kind": "piecewise linear" if isinstance(f, tuple) else "smooth",
                    "n_sections": len(f[1]) if isinstance(f, tuple) else None,
                    "depth": p,
                    "mean_slope": slope[key][0],
                    "mean_intercept": slope[key][1],
                    **{
                        f"rho_{l}": (r / slope[key][0] ** (l - 1) if l <= p else None)
                        for l in range(1, max(*depths, 4) + 1)
                    },
                    "group": names[round(r, 9)],
                    "same_as_reference": r == 0,
                    "total_ratio": limits[key, p],
                    "divergence": divergence,
                    "note": "",
                }
            )
            for n in sorted({*small, *large}):
                reference = 4 * math.sqrt(2 * n / (math.pi * (p - 2))) * (p - 1) ** (n / 2) * (1 - 1.1 / n)
                q = limits[key, p] + (1 - limits[key, p]) * (1.6 / n if n > 3 else 0.5)
                exact.append(
                    {
                        "activation": key,
                        "depth": p,
                        "n_spins": n,
                        "mean_count": reference * q,
                        "reference_count": reference,
                        "ratio": q,
                    }
                )
                if n in small:
                    bell = reference * np.exp(-n * energies**2 * (p - 2) / (4 * (p - 1))) / np.sqrt(n)
                    bell *= np.where(np.abs(energies) > 1.5, np.exp(-n * (np.abs(energies) - 1.5) ** 2 * 3), 1)
                    tilt = np.clip(by_energy, 0, 4) ** (1 - 1.6 / n)
                    densities += [
                        {
                            "activation": key,
                            "depth": p,
                            "n_spins": n,
                            "energy_density": u,
                            "density": a * b,
                            "reference_density": a,
                        }
                        for u, a, b in zip(energies, bell, tilt, strict=True)
                    ]
            ratios += [
                {"activation": key, "depth": p, "energy_density": u, "ratio": value}
                for u, value in zip(energies, by_energy, strict=True)
            ]
    simulation: list[dict[str, Any]] = []

    def compare(group: str, members: str, n: int, quantity: str, theory: float, error: float, **where: Any) -> None:
        score = float(rng.normal()) + (shift if quantity == "total" else 0.0)
        simulation.append(
            {
                "group": group,
                "activations": members,
                "depth": 3,
                "n_spins": n,
                "quantity": quantity,
                "bin_low": where.get("low"),
                "bin_high": where.get("high"),
                "index": where.get("index"),
                "theory": theory,
                "mean": theory + score * error,
                "standard_error": error,
                "samples": samples,
                "z": score,
                "p_value": math.erfc(abs(score) / math.sqrt(2)),
                "agrees": abs(score) < 4.07,
                "detectable": 5.35 * error / theory,
            }
        )

    for value, group in names.items():
        members = [key for key in catalogue if round(rho[key], 9) == value]
        first, joined = members[0], ";".join(members)
        for n in (3, 4, 5, 6):
            row = next(e for e in exact if (e["activation"], e["depth"], e["n_spins"]) == (first, 3, n))
            compare(group, joined, n, "total", row["mean_count"], 0.35 * row["mean_count"] / math.sqrt(samples))
            if value != 0:
                compare(group, joined, n, "ratio to ReLU", row["ratio"], 0.5 * row["ratio"] / math.sqrt(samples))
            for low, high in pairwise(bins):
                a, b = max(low, -3.0), min(high, 3.0)
                sigma = math.sqrt(4 / n)
                share = float(_normal(np.float64(b / sigma)) - _normal(np.float64(a / sigma)))
                mean = row["mean_count"] * share
                compare(group, joined, n, "energy bin", mean, 1.2 * math.sqrt(mean / samples), low=low, high=high)
            if value == 0:
                shares = np.array([math.comb(n - 1, k) for k in range(n)], dtype=float) + 0.4
                shares /= shares.sum()
                for k in range(n):
                    mean = row["mean_count"] * shares[k]
                    compare(group, joined, n, "index", mean, 1.1 * math.sqrt(mean / samples), index=k)
    tables = {
        "activations": activations,
        "sections": sections,
        "activation_curves": curves,
        "ratio_curves": ratios,
        "exact_counts": exact,
        "exact_densities": densities,
        "simulation": simulation,
    }
    edges, theta = [], []
    for p in depths:
        threshold = 2 * math.sqrt((p - 1) / p)
        edges.append({"p": p, "name": "E_inf", "value": threshold})
        edges += [{"p": p, "name": f"E_{k}", "value": band_edge(p, k)} for k in range(3)]
        grid = np.unique(
            np.concatenate([np.linspace(-2, 2, 401), np.linspace(-band_edge(p, 0) - 0.02, -threshold + 0.02, 201)])
        )
        for index in (None, 0, 1, 2):
            theta += [
                {
                    "p": p,
                    "index": "all" if index is None else str(index),
                    "energy_density": u,
                    "complexity": complexity(p, float(u), index),
                }
                for u in grid
            ]
    tables["complexity_curves"], tables["thresholds"] = theta, edges
    tables["controls"] = [
        {
            "control": "the exact total of ReLU multiplied by 1.05",
            "group": "group-0",
            "n_spins": 6,
            "z": -6.4,
            "rejected": True,
        },
        {
            "control": "the energy bins of ReLU shifted by 0.1",
            "group": "group-0",
            "n_spins": 6,
            "z": 9.1,
            "rejected": True,
        },
    ]
    for name, rows in tables.items():
        if rows:
            write_table(data / f"{name}.csv", rows)
    worst = max((abs(row["z"]) for row in simulation), default=0.0)
    settings = {
        "version": "0.1.0",
        "code_digest": "3f9a1c52d07be846",
        "seed": 1,
        "samples": samples,
        "workers": 2,
        "created": "2026-01-31T12:00:00+00:00",
        "depths": list(depths),
        "simulated_p": 3,
        "sizes_density": small,
        "sizes_approach": large,
        "sizes_simulation": [3, 4, 5, 6],
        "family_wise_error": 0.01,
        "reference": "relu",
        "preactivation_law": "standard normal in every layer",
        "bias_scale": "c_l = 1",
        "command": "spinglass compare --seed 1",
        "elapsed_seconds": 142.3,
        "n_comparisons": len(simulation),
        "z_critical": 4.47,
    }
    (data / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    low = min(limits, key=lambda item: limits[item])
    summary = {
        "question": "How does the activation function change the number of critical points?",
        "answer": f"Against ReLU the mean number of critical points changes at most by a factor {limits[low]:.3f} "
        f"({catalogue[low[0]][0]}, depth {low[1]}), and the enumeration of {samples} samples per point agrees.",
        "verdict": "agree" if worst < 4.47 else "disagree",
        "worst_z": worst,
        "n_comparisons": len(simulation),
        "z_critical": 4.47,
        "family_wise_error": 0.01,
        "simulation_census": {"samples": 4 * samples * len(names), "complete": 4 * samples * len(names)},
        "per_activation": [
            {"activation": k, "label": catalogue[k][0], "depth": p, "total_ratio": v} for (k, p), v in limits.items()
        ],
    }
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def folder_writer() -> Callable[..., Path]:
    return write_folder


@pytest.fixture(scope="session")
def default_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default set of activations, written once; tests that change files make their own."""
    return write_folder(tmp_path_factory.mktemp("default"))
