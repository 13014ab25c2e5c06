"""`spinglass census`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from spinglass.cli.campaign import allow_other_code, part, scheduler
from spinglass.cli.options import activation_options, json_output, parse_activations, parse_numbers, seed, workers

if TYPE_CHECKING:
    from spinglass.campaigns import Campaign, Estimates


@click.command("census")
@click.option("--p", "p", default=None, type=int, help="Spins per interaction. Default: 3.")
@click.option("--mixture", default=None, help="In place of --p: a mixture as p:a_p[,p:a_p…], covariance N Σ a_p² q^p.")
@click.option("--n", "sizes", default="6", show_default=True, help="Number of spins, or several: 4,6,8.")
@click.option("--samples", default=100, show_default=True, help="Sampled Hamiltonians of each size.")
@activation_options
@click.option("--rho", default=None, help="Coefficients rho_1[,rho_2,…] in place of an activation.")
@click.option("--linear", default=None, type=float, help="The linear field D = N h m of this h.")
@click.option("--spike", default=None, help="The spike D = N λ m^k, as λ,k.")
@click.option(
    "--certify/--no-certify", default=None, help="Prove every census by interval arithmetic. Default: up to N = 8."
)
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
    as_json: bool,
) -> None:
    """Find all critical points of sampled Hamiltonians and compare their numbers with the exact means.

    With --out the run is a campaign: blocks of samples kept as Parquet files, so that the same command goes on after
    any interruption, and `spinglass campaign` shows, merges and reports it.

    \b
    spinglass census --n 6 --samples 200
    spinglass census --p 3 --n 10 --samples 1000 --activation gelu --out run
    """
    from spinglass._errors import input_error
    from spinglass.campaigns import Campaign
    from spinglass.claims.censuses import census_plan, compile_tracker
    from spinglass.cli.campaign import run_and_report

    if mixture is not None and p is not None:
        raise input_error("mixture", mixture, "cannot be given together with --p")
    degree = None if mixture is not None else (3 if p is None else p)
    chosen = parse_activations(names, expressions, tables, sections)
    fields = {"activation": chosen or None, "rho": rho, "linear": linear, "spike": spike}
    given = {name: value for name, value in fields.items() if value is not None}
    if len(given) > 1 or len(chosen) > 1:
        shown = [item.name for item in chosen] if len(chosen) > 1 else list(given)
        raise input_error("field", shown, "give one activation, or one of rho, linear and spike, or nothing")
    plan = census_plan(
        _parse_sizes(sizes),
        samples,
        seed,
        p=degree,
        mixture=None if mixture is None else _mixture(mixture),
        field=_field(degree, chosen, rho, linear, spike),
        certify=certify,
    )
    campaign = Campaign(plan) if out is None else Campaign.begin(plan, out)
    if out is not None:
        _say_what_is_there(campaign, as_json)
    if workers != 1 and scheduler is None:
        compile_tracker(plan)
    run_and_report(campaign, workers, scheduler, part, allow_other_code, as_json, partial(_running_means, campaign))


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


def _say_what_is_there(campaign: Campaign, as_json: bool) -> None:
    status = campaign.status()
    if status.blocks_done and not as_json:
        click.echo(
            f"going on with the campaign in {campaign.folder}: {status.blocks_done} of {status.blocks} blocks are done",
            err=True,
        )


def _parse_sizes(text: str) -> list[int]:
    from spinglass._errors import checked_int

    return [checked_int("n", value, 2) for value in parse_numbers("n", text)]


def _mixture(text: str) -> dict[int, float]:
    from spinglass.cli.complexity import _parse_mixture

    return _parse_mixture(text)


def _field(p: int | None, chosen: list[Any], rho: str | None, linear: float | None, spike: str | None) -> Any:
    """The one field that the options name, as a plan keeps it; None without."""
    from spinglass._errors import input_error
    from spinglass.activations import path_sum

    if chosen:
        if p is None:
            raise input_error("activation", chosen[0].name, "needs --p in place of --mixture")
        return {"rho": [float(value) for value in path_sum(chosen[0], p).rho]}
    if rho is not None:
        return {"rho": parse_numbers("rho", rho)}
    if linear is not None:
        return {"linear": linear}
    if spike is not None:
        numbers = parse_numbers("spike", spike)
        if len(numbers) != 2 or not numbers[1].is_integer():
            raise input_error("spike", spike, "must read λ,k with an integer k >= 1")
        return {"spike": [numbers[0], int(numbers[1])]}
    return None
