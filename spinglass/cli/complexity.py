"""`spinglass complexity`."""

from __future__ import annotations

from typing import Any

import click

from spinglass.cli.options import json_output, parse_numbers, print_json, seed


@click.command("complexity")
@click.option("--p", "p", default=3, show_default=True, help="Spins per interaction.")
@click.option("--index", "indices", multiple=True, type=int, help="Indices of band edges and curves. Default: 0, 1, 2.")
@click.option("--n", "n_spins", type=int, default=None, help="Also the exact mean counts at this number of spins.")
@click.option("--rho", default=None, help="With --n: an overlap field, as rho_1[,rho_2,…].")
@click.option("--out", default=None, help="Folder for complexity.csv and complexity.json.")
@seed
@json_output
def command(
    p: int, indices: tuple[int, ...], n_spins: int | None, rho: str | None, out: str | None, seed: int, as_json: bool
) -> None:
    """Thresholds, complexity curves and exact mean counts of the pure p-spin glass.

    Energies are densities u = h/N with covariance N q^p. Nothing is random here; --seed is accepted so that every
    command takes it.
    """
    import numpy as np

    from spinglass import complexity
    from spinglass._errors import input_error
    from spinglass.campaigns import Store
    from spinglass.hamiltonians import OverlapField

    shown = indices or (0, 1, 2)
    field = None
    if rho is not None:
        if n_spins is None:
            raise input_error("rho", rho, "needs --n: the asymptotic curves have no field")
        field = OverlapField(p=p, rho=parse_numbers("rho", rho))
    result: dict[str, Any] = {
        "p": p,
        "threshold_energy": complexity.threshold_energy(p),
        "band_edges": {str(k): complexity.band_edge(p, k) for k in shown},
        "total_complexity": complexity.annealed_complexity(0.0, p),
    }
    if n_spins is not None:
        result["n_spins"] = n_spins
        result["mean_count"] = complexity.mean_count(n_spins, p, field=field)
        if field is None:
            by_index = complexity.mean_count(n_spins, p, index=np.arange(n_spins))
            result["mean_count_by_index"] = [float(count) for count in by_index]
    if out is not None:
        store = Store(out)
        u = np.linspace(-2.4, 2.4, 481)
        curves = [("all", None), *((str(k), k) for k in shown)]
        rows = [
            {"p": p, "index": name, "energy_density": at, "complexity": value}
            for name, index in curves
            for at, value in zip(u.tolist(), complexity.annealed_complexity(u, p, index=index).tolist(), strict=True)
        ]
        store.write_table("complexity.csv", ["p", "index", "energy_density", "complexity"], rows)
        store.write_json("complexity.json", result)
    if as_json:
        print_json(result)
        return
    click.echo(f"threshold energy density  −E_∞ = {-result['threshold_energy']:.12f}   (p = {p}, u = h/N)")
    for k in shown:
        click.echo(f"lowest of index {k}          −E_{k} = {-result['band_edges'][str(k)]:.12f}")
    click.echo(f"total complexity          (1/N) log E Crt → {result['total_complexity']:.12f}")
    if n_spins is not None:
        click.echo(f"exact mean count          E Crt_{n_spins} = {result['mean_count']:.12g}")
        for k, count in enumerate(result.get("mean_count_by_index", ())):
            click.echo(f"  of index {k:<3d}            {count:.12g}")
