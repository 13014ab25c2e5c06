"""`spinglass search`."""

from __future__ import annotations

import click

from spinglass.cli.campaign import allow_other_code, figures, part, scheduler
from spinglass.cli.glass import glass_options, parse_glass
from spinglass.cli.options import json_output, parse_sizes, seed, workers


@click.command("search")
@glass_options
@click.option("--n", "sizes", default="100", show_default=True, help="Number of spins, or several: 10,20,40.")
@click.option(
    "--method",
    default="trust-region",
    show_default=True,
    help="trust-region (any index), l-bfgs, conjugate-gradients or gradient-descent (minima).",
)
@click.option("--index", default=0, show_default=True, help="Number of negative eigenvalues of the Hessian.")
@click.option("--starts", default=20, show_default=True, help="Random starts in each Hamiltonian.")
@click.option("--samples", default=1, show_default=True, help="Sampled Hamiltonians.")
@click.option("--tolerance", default=1e-8, show_default=True, help="On |grad h|/sqrt(N).")
@click.option("--max-iterations", default=None, type=int, help="Steps of a start. Default: by the method.")
@click.option(
    "--certify",
    default=None,
    type=click.Choice(["doubles", "balls"]),
    help="Bound the distance to a true critical point: by Kantorovich's theorem in doubles, or by a proof in balls.",
)
@click.option("--spectra", is_flag=True, help="Keep all eigenvalues of the Hessian at each end.")
@click.option("--out", default=None, help="Folder of the campaign; the same command goes on with it.")
@seed
@workers
@scheduler
@part
@allow_other_code
@figures
@json_output
def command(
    p: int | None,
    mixture: str | None,
    sizes: str,
    method: str,
    index: int,
    starts: int,
    samples: int,
    tolerance: float,
    max_iterations: int | None,
    certify: str | None,
    spectra: bool,
    names: tuple[str, ...],
    expressions: tuple[str, ...],
    tables: tuple[str, ...],
    sections: tuple[str, ...],
    rho: str | None,
    linear: float | None,
    spike: str | None,
    out: str | None,
    seed: int,
    workers: int | None,
    scheduler: str | None,
    part: str,
    allow_other_code: bool,
    figures: bool,
    as_json: bool,
) -> None:
    """Search for critical points of a chosen index in large Hamiltonians, from random starts.

    A search does not sample critical points uniformly; only `spinglass census` counts. With --out the run is a
    campaign: finished starts are kept as Parquet files, so that the same command goes on after any
    interruption; it ends with figures and a page (index.html).

    \b
    spinglass search --n 200 --starts 20
    spinglass search --p 3 --n 400 --method gradient-descent --starts 1 --samples 50 --out run
    spinglass search --method gradient-descent --n 10,20,40,80 --starts 1 --samples 100 --out descent
    spinglass search --n 100 --index 3 --activation gelu
    """
    from spinglass.campaigns import Campaign
    from spinglass.claims.searches import search_plan
    from spinglass.cli.campaign import run_and_report

    glass = parse_glass(p, mixture, names, expressions, tables, sections, rho, linear, spike)
    plan = search_plan(
        parse_sizes(sizes),
        starts,
        seed,
        samples=samples,
        **glass,
        method=method,
        index=index,
        tolerance=tolerance,
        max_iterations=max_iterations,
        spectra=spectra,
        certify="balls" if certify == "balls" else certify is not None,
    )
    campaign = Campaign(plan) if out is None else Campaign.begin(plan, out)
    run_and_report(campaign, workers, scheduler, part, allow_other_code, as_json, figures=figures)
