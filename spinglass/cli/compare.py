"""`spinglass compare`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from spinglass.cli.options import (
    activation_options,
    depth_help,
    json_output,
    parse_activations,
    print_json,
    progress_bar,
    read_laws,
    seed,
    workers,
)


@contextmanager
def _kept_when_stopped() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise click.ClickException("stopped; finished work is kept, and the same command goes on from there") from None


@click.command("compare")
@activation_options
@click.option("--depth", "depths", multiple=True, type=int, help=depth_help + " Default: 3 and 4.")
@click.option(
    "--preactivation-std", default=1.0, show_default=True, help="Standard deviation of Gaussian pre-activations."
)
@click.option("--weight-std", type=float, default=None, help="Propagate the variance through depth with this σ_w.")
@click.option("--bias-std", type=float, default=None, help="… and this σ_b (default 0).")
@click.option(
    "--preactivations",
    "measured",
    multiple=True,
    metavar="[NAME=]FILE",
    help="Measured pre-activations (.npy) in place of the Gaussian law, for NAME or for every activation.",
)
@click.option(
    "--bias-scale",
    default="1",
    show_default=True,
    help="Scale of the bias paths, c_l = SCALE**l; 'sqrt(N)' for weights of scale 1/sqrt(N).",
)
@click.option("--samples", default=1000, show_default=True, help="Sampled Hamiltonians per size and group; 0: none.")
@click.option("--family-wise-error", default=0.01, show_default=True, help="Of the verdict over all comparisons.")
@click.option("--out", default="compare-results", show_default=True, help="Folder for page, figures and tables.")
@seed
@workers
@json_output
def command(
    names: tuple[str, ...],
    expressions: tuple[str, ...],
    tables: tuple[str, ...],
    sections: tuple[str, ...],
    depths: tuple[int, ...],
    preactivation_std: float,
    weight_std: float | None,
    bias_std: float | None,
    measured: tuple[str, ...],
    bias_scale: str,
    samples: int,
    family_wise_error: float,
    out: str,
    seed: int,
    workers: int | None,
    as_json: bool,
) -> None:
    """Compare activation functions with ReLU.

    Without options: nine activations at depth 3 and 4. Writes a folder with one page (index.html), each figure as PNG
    and SVG, each figure's numbers as CSV, and summary.json. A run that was stopped goes on where it was when the same
    command is given again.

    \b
    spinglass compare --activation gelu --activation tanh
    spinglass compare --expression 'x*erf(x)' --depth 3
    spinglass compare --activation gelu --preactivations gelu=gelu.npy
    """
    from spinglass import reports
    from spinglass._errors import checked_int, input_error
    from spinglass.campaigns import Store
    from spinglass.claims import plan_comparison, run_comparison

    chosen = parse_activations(names, expressions, tables, sections)
    laws = read_laws(measured, chosen)
    if workers is not None:
        checked_int("workers", workers, 1)
    scale: float | str = bias_scale
    if bias_scale != "sqrt(N)":
        try:
            scale = float(bias_scale)
        except ValueError:
            raise input_error("bias_scale", bias_scale, 'must be a number or "sqrt(N)"') from None
    plan = plan_comparison(
        chosen or None,
        depths or (3, 4),
        preactivation_std=preactivation_std,
        weight_std=weight_std,
        bias_std=bias_std,
        preactivations=laws,
        bias_scale=scale,
        samples=samples,
        seed=seed,
        family_wise_error=family_wise_error,
    )
    store = Store(out)
    with _kept_when_stopped(), store.reserved(), progress_bar(not as_json) as progress:
        summary = run_comparison(plan, store, workers, progress, command=shlex.join(["spinglass", *sys.argv[1:]]))
        names_of_figures = reports.figures.names()
        drawn: list[str] = []

        def on_figure(name: str) -> None:
            drawn.append(name)
            progress("figures", len(drawn), len(names_of_figures))

        reports.write_report(store.folder, on_figure=on_figure)
    if as_json:
        print_json(summary)
    else:
        click.echo(reports.terminal_summary(store.folder))
