"""`spinglass complexity`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from spinglass.cli.glass import parse_mixture, parse_spike
from spinglass.cli.options import json_output, parse_numbers, print_json, progress_bar, seed

if TYPE_CHECKING:
    from spinglass.hamiltonians import OverlapField


@click.command("complexity")
@click.option("--p", "p", default=None, type=int, help="Spins per interaction. Default: 3.")
@click.option("--mixture", default=None, help="In place of --p: a mixture as p:a_p[,p:a_p…], covariance N Σ a_p² q^p.")
@click.option("--index", "indices", multiple=True, type=int, help="Indices of band edges and curves. Default: 0, 1, 2.")
@click.option("--n", "n_spins", type=int, default=None, help="Also the exact mean counts at this number of spins.")
@click.option("--rho", default=None, help="With --n and --p: an overlap field, as rho_1[,rho_2,…].")
@click.option("--linear", default=None, type=float, help="With --n: the linear field D = N h m of this h.")
@click.option("--spike", default=None, help="With --n: the spike D = N λ m^k, as λ,k.")
@click.option("--energy", default=None, help="With --n: only energy densities between lo,hi.")
@click.option("--out", default=None, help="Folder for complexity.csv and complexity.json.")
@seed
@json_output
def command(
    p: int | None,
    mixture: str | None,
    indices: tuple[int, ...],
    n_spins: int | None,
    rho: str | None,
    linear: float | None,
    spike: str | None,
    energy: str | None,
    out: str | None,
    seed: int,
    as_json: bool,
) -> None:
    """Thresholds, complexity curves and exact mean counts of a spherical glass, pure or mixed.

    Energies are densities u = h/N with covariance N q^p, or N Σ a_p² q^p. Exact counts are given in all and by index,
    with their error bounds. Nothing is random here; --seed is accepted so that every command takes it.

    \b
    spinglass complexity --p 3 --n 20 --rho 0.5
    spinglass complexity --mixture 2:0.7,3:0.7 --n 10 --energy=-inf,-1
    """
    import numpy as np

    from spinglass import complexity
    from spinglass._errors import input_error
    from spinglass.campaigns import Store

    amplitudes = None if mixture is None else parse_mixture(mixture)
    if amplitudes is not None and p is not None:
        raise input_error("mixture", mixture, "cannot be given together with --p")
    degree = None if amplitudes is not None else (3 if p is None else p)
    shown = indices or (0, 1, 2)
    for name, value in (("rho", rho), ("linear", linear), ("spike", spike), ("energy", energy)):
        if value is not None and n_spins is None:
            raise input_error(name, value, "needs --n: it belongs to the exact counts")
    field = _parse_field(degree, rho, linear, spike)
    window = None if energy is None else parse_numbers("energy", energy)
    name = f"p = {degree}" if amplitudes is None else f"mixture {mixture}"
    result: dict[str, Any] = {
        "p": degree,
        "mixture": None if amplitudes is None else {str(k): a for k, a in amplitudes.items()},
        "threshold_energy": complexity.threshold_energy(degree, mixture=amplitudes),
        "band_edges": {str(k): complexity.band_edge(degree, k, mixture=amplitudes) for k in shown},
        "total_complexity": complexity.annealed_complexity(0.0, degree, mixture=amplitudes),
    }
    if n_spins is not None:
        glass: dict[str, Any] = {"p": degree, "mixture": amplitudes, "energy": window, "field": field}
        count, error = complexity.mean_count(n_spins, **glass, with_error=True)
        with progress_bar(not as_json) as progress:
            by_index, errors = complexity.mean_count(
                n_spins,
                **glass,
                index=np.arange(n_spins),
                with_error=True,
                progress=lambda done, known: progress("latitudes", done, known),
            )
        result |= {
            "n_spins": n_spins,
            "energy": window,
            "mean_count": count,
            "mean_count_error": error,
            "mean_count_by_index": by_index.tolist(),
            "mean_count_by_index_error": errors.tolist(),
        }
    if out is not None:
        store = Store(out)
        u = np.linspace(-2.4, 2.4, 481)
        curves = [("all", None), *((str(k), k) for k in shown)]
        rows = [
            {"p": degree, "index": label, "energy_density": at, "complexity": value}
            for label, index in curves
            for at, value in zip(
                u.tolist(),
                complexity.annealed_complexity(u, degree, index=index, mixture=amplitudes).tolist(),
                strict=True,
            )
        ]
        store.write_table("complexity.csv", ["p", "index", "energy_density", "complexity"], rows)
        store.write_json("complexity.json", result)
    if as_json:
        print_json(result)
        return
    click.echo(f"threshold energy density  −E_∞ = {-result['threshold_energy']:.12f}   ({name}, u = h/N)")
    for k in shown:
        click.echo(f"lowest of index {k}          −E_{k} = {-result['band_edges'][str(k)]:.12f}")
    click.echo(f"total complexity          (1/N) log E Crt → {result['total_complexity']:.12f}")
    if n_spins is not None:
        click.echo(f"exact mean count          E Crt_{n_spins} = {count:.12g}  (± {error:.1g})")
        for k, (value, bound) in enumerate(zip(by_index.tolist(), errors.tolist(), strict=True)):
            click.echo(f"  of index {k:<3d}            {value:.12g}  (± {bound:.1g})")


def _parse_field(p: int | None, rho: str | None, linear: float | None, spike: str | None) -> OverlapField | None:
    """The one field that the options name, or None."""
    from spinglass._errors import input_error
    from spinglass.hamiltonians import OverlapField

    given = {name: value for name, value in (("rho", rho), ("linear", linear), ("spike", spike)) if value is not None}
    if len(given) > 1:
        raise input_error(" and ".join(given), tuple(given.values()), "give one field")
    if rho is not None:
        if p is None:
            raise input_error("rho", rho, "is the field of an activation, which needs --p in place of --mixture")
        return OverlapField(p=p, rho=parse_numbers("rho", rho))
    if linear is not None:
        return OverlapField.linear(linear)
    if spike is not None:
        return OverlapField.spike(*parse_spike(spike))
    return None
