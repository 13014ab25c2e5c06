"""`spinglass campaign`: the state of a campaign's folder, going on with it, merging, reporting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from spinglass.cli.options import json_output, print_json, progress_bar, workers

if TYPE_CHECKING:
    from spinglass.campaigns import Block, Campaign, Estimates, Shard

scheduler = click.option(
    "--scheduler", default=None, metavar="ADDRESS", help="A Dask scheduler in place of processes: tcp://host:8786."
)
part = click.option(
    "--part", default="1/1", show_default=True, metavar="I/K", help="Only the I-th of K equal shares of the blocks."
)
allow_other_code = click.option(
    "--allow-other-code", is_flag=True, help="Go on although the package has changed since the campaign began."
)
figures = click.option(
    "--figures/--no-figures", default=True, show_default=True, help="Draw the figures and the page at the end."
)

Note = Callable[[int, "Estimates"], str]  # of the number of a cell and the means so far


@click.group("campaign")
def command() -> None:
    """Campaigns: samples computed in blocks, each kept as a whole file, so that nothing finished is lost.

    A campaign begins with a command as `spinglass census --out FOLDER`.
    """


@command.command("status")
@click.argument("folder")
@json_output
def status(folder: str, as_json: bool) -> None:
    """How far a campaign is, at what pace, and its means so far. May be asked while it runs."""
    from spinglass.campaigns import Campaign

    found = Campaign.open(folder).status()
    if as_json:
        print_json(found.summary())
    else:
        click.echo(found.text())


@command.command("resume")
@click.argument("folder")
@workers
@scheduler
@part
@allow_other_code
@figures
@json_output
def resume(
    folder: str,
    workers: int | None,
    scheduler: str | None,
    part: str,
    allow_other_code: bool,
    figures: bool,
    as_json: bool,
) -> None:
    """Compute every block of a campaign that is missing or damaged, then report."""
    from spinglass.campaigns import Campaign

    run_and_report(Campaign.open(folder), workers, scheduler, part, allow_other_code, as_json, figures=figures)


@command.command("merge")
@click.argument("folders", nargs=-1, required=True)
@click.option("--out", required=True, help="The folder to write.")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["shards", "parquet", "csv"]),
    default="shards",
    show_default=True,
    help="One campaign of all shards, or one file per table of a single campaign.",
)
@allow_other_code
@json_output
def merge(folders: tuple[str, ...], out: str, file_format: str, allow_other_code: bool, as_json: bool) -> None:
    """Put together the folders of one campaign from several machines, or the shards of one folder to single files."""
    from spinglass import campaigns
    from spinglass._errors import input_error

    if file_format == "shards":
        found = campaigns.merge(folders, out, allow_other_code=allow_other_code).status()
        if as_json:
            print_json(found.summary())
        else:
            click.echo(found.text())
        return
    if len(folders) > 1:
        raise input_error("folders", list(folders), f"merge them as shards first, then to {file_format}")
    files = [str(path) for path in campaigns.Campaign.open(folders[0]).write_tables(out, file_format)]
    if as_json:
        print_json({"files": files})
    else:
        click.echo("\n".join(files))


@command.command("report")
@click.argument("folder")
@figures
@json_output
def report(folder: str, figures: bool, as_json: bool) -> None:
    """Make the tables, the summary, the figures and the page again from the shards that are done."""
    from spinglass.campaigns import Campaign

    _report(Campaign.open(folder), figures, as_json)


def run_and_report(
    campaign: Campaign,
    workers: int | None,
    scheduler: str | None,
    part: str,
    allow_other_code: bool,
    as_json: bool,
    make_note: Callable[[], Note] | None = None,
    prepare: Callable[[], None] | None = None,
    figures: bool = True,
) -> None:
    """Run what is missing with a progress bar, then print the report, or the status where blocks are left.

    `make_note`, called only where a bar is shown, makes the function that says what stands beside the bar of a cell;
    `prepare` is called before processes of this machine begin to work.
    """
    from spinglass.campaigns import executor

    share = _parse_part(part)
    begun = campaign.status()
    if begun.blocks_done and not as_json:
        text = f"going on with the campaign in {campaign.folder}: {begun.blocks_done} of {begun.blocks} blocks are done"
        click.echo(text, err=True)
    if prepare is not None and scheduler is None and workers != 1 and not begun.finished:
        prepare()
    with campaign_progress(campaign, not as_json, make_note) as seen:
        try:
            campaign.run(executor(workers, scheduler), allow_other_code=allow_other_code, part=share, seen=seen)
        except KeyboardInterrupt:
            if campaign.folder is not None:
                click.echo(f"stopped; finished blocks are kept: spinglass campaign resume {campaign.folder}", err=True)
            raise
    found = campaign.status()
    if not found.finished:
        if as_json:
            print_json(found.summary())
        else:
            click.echo(found.text())
        return
    _report(campaign, figures, as_json)


def _report(campaign: Campaign, figures: bool, as_json: bool) -> None:
    """Print the report of a campaign; with figures they and the page are written first, its path is the last line."""
    made = campaign.report()
    page = _page(campaign, not as_json) if figures else None
    if as_json:
        print_json({**made.summary, "page": page} if page else made.summary)
    else:
        click.echo(f"{made.text}\n{page}" if page else made.text)


def _page(campaign: Campaign, shown: bool) -> str | None:
    """Write the figures and the page of a campaign that has a folder and figures; the path of the page."""
    if campaign.folder is None:
        return None
    from spinglass import reports
    from spinglass.claims.figure_tables import write_figure_tables

    with progress_bar(shown) as progress:
        if not write_figure_tables(campaign, progress):
            return None
        drawn: list[str] = []

        def on_figure(name: str) -> None:
            drawn.append(name)
            progress("figures", len(drawn), len(drawn))

        return str(reports.write_campaign(campaign.folder, on_figure=on_figure))


def _parse_part(text: str) -> tuple[int, int]:
    from spinglass._errors import input_error

    numbers = re.fullmatch(r"(\d+)/(\d+)", text)
    if numbers is None:
        raise input_error("part", text, "must read I/K with 1 <= I <= K")
    return int(numbers[1]), int(numbers[2])


@contextmanager
def campaign_progress(
    campaign: Campaign, shown: bool, make_note: Callable[[], Note] | None
) -> Iterator[Callable[[Block, Shard], None]]:
    """A bar per cell on stderr with the means so far; silent when stderr is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from spinglass.campaigns import Estimates

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<8}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    estimates, shown = Estimates(), shown and console.is_terminal
    note = make_note() if shown and make_note is not None else None
    with Progress(*columns, console=console, disable=not shown) as bar:
        tasks: list[Any] = [bar.add_task(cell.label, total=cell.samples, note="") for cell in campaign.plan.cells]

        def seen(block: Block, shard: Shard) -> None:
            if "samples" in shard.files:
                estimates.add(block.cell, shard.table("samples"))
            text = "" if note is None else note(block.cell, estimates)
            bar.update(tasks[block.cell], advance=block.samples, note=text)

        yield seen
