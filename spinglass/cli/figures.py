"""`spinglass figures`."""

from __future__ import annotations

from pathlib import Path

import click

from spinglass.cli.options import json_output, seed


@click.command("figures")
@click.argument("folder", default="compare-results")
@click.option("--only", "only", multiple=True, metavar="NAME", help="Draw this figure only; may be repeated.")
@click.option("--out", default=None, help="Folder to draw in; default: the folder of the tables.")
@seed
@json_output
def command(folder: str, only: tuple[str, ...], out: str | None, seed: int, as_json: bool) -> None:
    """Draw the figures and the page of a comparison or a campaign again from its stored tables.

    FOLDER is the output folder of `spinglass compare`, `census` or `search`. Nothing is computed again; --seed has
    nothing to act on here and is accepted so that every command takes it.
    """
    import json
    import shutil

    from spinglass import reports
    from spinglass._errors import checked_choice, input_error
    from spinglass.campaigns import Store

    source = Path(folder)
    if not (source / "data" / "settings.json").is_file():
        raise input_error("folder", folder, "must be the output folder of `spinglass compare` (no data/settings.json)")
    kind = reports.campaign_kind(source)
    names = [checked_choice("only", name, reports.figures.names(kind or "comparison")) for name in only] or None
    if out is not None and Path(out).resolve() != source.resolve():
        target = Store(out).folder
        shutil.copytree(source / "data", target / "data", dirs_exist_ok=True, ignore=shutil.ignore_patterns("blocks"))
        if (source / "summary.json").is_file():
            shutil.copy(source / "summary.json", target / "summary.json")
        source = target
    page = (reports.write_report if kind is None else reports.write_campaign)(source, figures=names)
    click.echo(json.dumps({"page": str(page)}) if as_json else str(page))
