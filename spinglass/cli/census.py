"""`spinglass census`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import click

from spinglass.cli.campaign import allow_other_code, figures, part, scheduler
from spinglass.cli.glass import glass_options, parse_glass
from spinglass.cli.options import json_output, parse_sizes, seed, workers

if TYPE_CHECKING:
    from spinglass.campaigns import Campaign, Estimates


@click.command("census")
@glass_options
@click.option("--n", "sizes", default="6", show_default=True, help="Number of spins, or several: 4,6,8.")
@click.option("--samples", default=100, show_default=True, help="Sampled Hamiltonians of each size.")
@click.option(
    "--certify/--no-certify", default=None, help="Prove every census by interval arithmetic. Default: up to N = 8."
)
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
    samples: int,
    names: tuple[str, ...],
    expressions: tuple[str, ...],
    tables: tuple[str, ...],
    sections: tuple[str, ...],
    rho: str | None,
    linear: float | None,
    spike: str | None,
    certify: bool | None,
    out: str | None,
    seed: int,
    workers: int | None,
    scheduler: str | None,
    part: str,
    allow_other_code: bool,
    figures: bool,
    as_json: bool,
) -> None:
    """Find all critical points of sampled Hamiltonians and compare their numbers with the exact means.

    With --out the run is a campaign: blocks of samples kept as Parquet files, so that the same command goes on after
    any interruption, and `spinglass campaign` shows, merges and reports it; it ends with
    figures and a page (index.html).

    \b
    spinglass census --n 6 --samples 200
    spinglass census --p 3 --n 10 --samples 1000 --activation gelu --out run
    """
    from spinglass.campaigns import Campaign
    from spinglass.claims.censuses import census_plan, compile_tracker
    from spinglass.cli.campaign import run_and_report

    glass = parse_glass(p, mixture, names, expressions, tables, sections, rho, linear, spike)
    plan = census_plan(
        parse_sizes(sizes),
        samples,
        seed,
        **glass,
        certify=certify,
    )
    campaign = Campaign(plan) if out is None else Campaign.begin(plan, out)
    run_and_report(
        campaign,
        workers,
        scheduler,
        part,
        allow_other_code,
        as_json,
        make_note=partial(_running_means, campaign),
        prepare=partial(compile_tracker, plan),
        figures=figures,
    )


def _running_means(campaign: Campaign) -> Callable[[int, Estimates], str]:
    """What the progress bar says beside a size: the mean count so far, the exact one, incomplete censuses."""
    from spinglass.claims.censuses import exact_total

    exact = [exact_total(cell.parameters) for cell in campaign.plan.cells]

    def note(cell: int, estimates: Estimates) -> str:
        count, complete = estimates.of(cell, "count"), estimates.of(cell, "complete")
        incomplete = round(complete.values * (1 - complete.mean))
        beside = "" if exact[cell] is None else f" (exact {exact[cell]:.4f})"
        return f"mean count {count.mean:.4f} ± {count.standard_error:.4f}{beside}, {incomplete} incomplete"

    return note
