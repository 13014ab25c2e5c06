"""`spinglass atlas`."""

from __future__ import annotations

import shlex
import sys

import click

from spinglass.cli.options import json_output, progress_bar, seed


@click.command("atlas")
@click.option("--p", "p", default=3, show_default=True, help="Spins per interaction.")
@click.option("--rho", default=0.5, show_default=True, help="Strength rho_1 of the field where one is shown.")
@click.option("--n", "n_spins", default=12, show_default=True, help="Number of spins of the exact densities by index.")
@click.option("--only", "only", multiple=True, metavar="NAME", help="This figure only; may be repeated.")
@click.option("--list", "listing", is_flag=True, help="List the figures and stop.")
@click.option("--out", default="atlas", show_default=True, help="Folder for page, figures and tables.")
@seed
@json_output
def command(
    p: int, rho: float, n_spins: int, only: tuple[str, ...], listing: bool, out: str, seed: int, as_json: bool
) -> None:
    """The figures of the theory: exact values beside their limits, edge laws, phase diagrams.

    Writes a folder with one page (index.html), each figure as PNG and SVG, and its numbers as CSV. A run that was
    stopped goes on where it was. Nothing is random here; --seed is accepted so that every command takes it.
    """
    import json

    from spinglass import reports
    from spinglass._errors import checked_choice
    from spinglass.campaigns import Store
    from spinglass.claims.atlas import AtlasSettings, write_atlas_tables

    known = reports.figures.names("atlas")
    if listing:
        titles = {name: reports.figures.SUBJECTS[name].title for name in known}
        click.echo(json.dumps(titles, indent=2) if as_json else "\n".join(f"{n:<18} {t}" for n, t in titles.items()))
        return
    names = [checked_choice("only", name, known) for name in only] or list(known)
    settings = AtlasSettings(p=p, rho=rho, n_spins=n_spins)
    tables = list(dict.fromkeys(table for name in names for table in reports.figures.SUBJECTS[name].tables))
    store = Store(out)
    with store.reserved(), progress_bar(not as_json) as progress:
        write_atlas_tables(settings, store, tables, progress, command=shlex.join(["spinglass", *sys.argv[1:]]))
        drawn: list[str] = []

        def on_figure(name: str) -> None:
            drawn.append(name)
            progress("figures", len(drawn), len(names))

        page = reports.write_atlas(store.folder, figures=names, on_figure=on_figure)
    click.echo(json.dumps({"page": str(page), "figures": drawn}) if as_json else str(page))
