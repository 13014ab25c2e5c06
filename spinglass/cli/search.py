"""`spinglass search`."""

from __future__ import annotations

import click

from spinglass.cli.campaign import allow_other_code, part, scheduler
from spinglass.cli.options import activation_options, json_output, parse_activations, seed, workers


@click.command("search")
@click.option("--p", "p", default=None, type=int, help="Spins per interaction. Default: 3.")
@click.option("--mixture", default=None, help="In place of --p: a mixture as p:a_p[,p:a_p…], covariance N Σ a_p² q^p.")
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
@activation_options
@click.option("--rho", default=None, help="Coefficients rho_1[,rho_2,…] in place of an activation.")
@click.option("--linear", default=None, type=float, help="The linear field D = N h m of this h.")
@click.option("--spike", default=None, help="The spike D = N λ m^k, as λ,k.")
@click.option("--out", default=None, help="Folder of the campaign; the same command goes on with it.")
@seed
@workers
@scheduler
@part
@allow_other_code
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
    as_json: bool,
) -> None:
    """Search for critical points of a chosen index in large Hamiltonians, from random starts.

    A search does not sample critical points uniformly; only `spinglass census` counts. With --out the run is a
    campaign: finished starts are kept as Parquet files, so that the same command goes on after any interruption.

    \b
    spinglass search --n 200 --starts 20
    spinglass search --p 3 --n 400 --method gradient-descent --starts 1 --samples 50 --out run
    spinglass search --method gradient-descent --n 10,20,40,80 --starts 1 --samples 100 --out descent
    spinglass search --n 100 --index 3 --activation gelu
    """
    from spinglass._errors import input_error
    from spinglass.campaigns import Campaign
    from spinglass.claims.searches import search_plan
    from spinglass.cli.campaign import run_and_report
    from spinglass.cli.census import _field, _mixture, _say_what_is_there

    if mixture is not None and p is not None:
        raise input_error("mixture", mixture, "cannot be given together with --p")
    degree = None if mixture is not None else (3 if p is None else p)
    chosen = parse_activations(names, expressions, tables, sections)
    fields = {"activation": chosen or None, "rho": rho, "linear": linear, "spike": spike}
    given = [name for name, value in fields.items() if value is not None]
    if len(given) > 1 or len(chosen) > 1:
        shown = [item.name for item in chosen] if len(chosen) > 1 else given
        raise input_error("field", shown, "give one activation, or one of rho, linear and spike, or nothing")
    plan = search_plan(
        parse_sizes(sizes),
        starts,
        seed,
        samples=samples,
        p=degree,
        mixture=None if mixture is None else _mixture(mixture),
        field=_field(degree, chosen, rho, linear, spike),
        method=method,
        index=index,
        tolerance=tolerance,
        max_iterations=max_iterations,
        spectra=spectra,
        certify="balls" if certify == "balls" else certify is not None,
    )
    campaign = Campaign(plan) if out is None else Campaign.begin(plan, out)
    if out is not None:
        _say_what_is_there(campaign, as_json)
    run_and_report(campaign, workers, scheduler, part, allow_other_code, as_json)
