"""`spinglass census`."""

from __future__ import annotations

from typing import Any

import click

from spinglass.cli.options import (
    activation_options,
    json_output,
    parse_activations,
    parse_numbers,
    print_json,
    progress_bar,
    seed,
    workers,
)

_BLOCK = 50


@click.command("census")
@click.option("--p", "p", default=3, show_default=True, help="Spins per interaction.")
@click.option("--n", "n_spins", default=6, show_default=True, help="Number of spins.")
@click.option("--samples", default=100, show_default=True, help="Sampled Hamiltonians.")
@activation_options
@click.option("--rho", default=None, help="Coefficients rho_1[,rho_2,…] in place of an activation.")
@click.option("--out", default=None, help="Folder for census.csv (every critical point) and census.json.")
@seed
@workers
@json_output
def command(
    p: int,
    n_spins: int,
    samples: int,
    names: tuple[str, ...],
    expressions: tuple[str, ...],
    tables: tuple[str, ...],
    sections: tuple[str, ...],
    rho: str | None,
    out: str | None,
    seed: int,
    workers: int | None,
    as_json: bool,
) -> None:
    """Find all critical points of sampled Hamiltonians and compare their numbers with the exact means.

    \b
    spinglass census --n 6 --samples 200
    spinglass census --n 5 --activation gelu --out run
    """
    from spinglass._errors import checked_int, input_error
    from spinglass.activations import path_sum
    from spinglass.campaigns import Store, checked_seed, process_map
    from spinglass.claims.critical_points import (
        Enumeration,
        EnumerationCell,
        ExactCell,
        comparisons,
        enumerate_block,
        exact_block,
    )
    from spinglass.claims.decision import judge
    from spinglass.hamiltonians import OverlapField

    samples, n_spins = checked_int("samples", samples, 20), checked_int("n", n_spins, 2)
    chosen = parse_activations(names, expressions, tables, sections)
    if len(chosen) + (rho is not None) > 1:
        raise input_error("activation", [item.name for item in chosen], "give one activation, or rho, or neither")
    if rho is not None:
        field = OverlapField(p=p, rho=parse_numbers("rho", rho))
    elif chosen:
        field = path_sum(chosen[0], p).overlap_field()
    else:
        field = OverlapField(p=p, rho=[0.0])
    store = Store(out) if out is not None else None
    cells = [
        EnumerationCell(checked_seed(seed), p, n_spins, field, first, min(_BLOCK, samples - first))
        for first in range(0, samples, _BLOCK)
    ]
    blocks = []
    with progress_bar(not as_json) as progress:
        progress("enumeration", 0, len(cells))
        for _, block in process_map(enumerate_block, cells, workers):
            blocks.append(block)
            progress("enumeration", len(blocks), len(cells))
    found = Enumeration.from_blocks(n_spins, blocks)
    exact = exact_block(ExactCell(p, n_spins, field, resolved=True))
    family = comparisons(
        found,
        float(exact["total"]),
        exact["edges"].tolist(),
        exact["bin_counts"].tolist(),
        exact["index_counts"].tolist(),
    )
    verdict = judge(family)
    result: dict[str, Any] = {
        "p": p,
        "n_spins": n_spins,
        "samples": samples,
        "complete": found.complete,
        "agrees": verdict.agrees,
        "z_critical": verdict.z_critical,
        "comparisons": [
            {
                "quantity": item.quantity,
                **dict(item.details),
                "theory": item.theory,
                "mean": item.mean,
                "standard_error": item.standard_error,
                "z": item.z,
            }
            for item in family
        ],
    }
    if store is not None:
        columns = {"sample": "point_sample", "energy_density": "energy_density", "index": "index"}
        values = zip(*(found.arrays[name].tolist() for name in columns.values()), strict=True)
        store.write_table("census.csv", list(columns), (dict(zip(columns, row, strict=True)) for row in values))
        store.write_json("census.json", result)
    if as_json:
        print_json(result)
        return
    click.echo(f"{found.complete} of {samples} enumerations complete   (p = {p}, N = {n_spins})")
    for item in family:
        details = dict(item.details)
        name = item.quantity
        if "index" in details:
            name = f"index {details['index']}"
        elif "bin_low" in details:
            name = f"u in ({details['bin_low']:.3f}, {details['bin_high']:.3f}]"
        click.echo(
            f"{name:<26} exact {item.theory:11.6f}   "
            f"found {item.mean:11.6f} ± {item.standard_error:.6f}   z {item.z:+.2f}"
        )
    click.echo(f"verdict: {'agree' if verdict.agrees else 'DISAGREE'} (bound |z| < {verdict.z_critical:.2f})")
