"""Options that several commands share, and the way from an option's text to an activation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from spinglass.activations import Activation

seed = click.option("--seed", default=0, show_default=True, type=int, help="Root of every random stream.")
workers = click.option(
    "--workers", default=None, type=int, help="Processes; the results do not depend on it. Default: all cores."
)
json_output = click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON and nothing else.")
depth_help = "Number of weight layers on a path: the p of the spin glass. May be repeated."


def activation_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The four ways to name an activation, each repeatable."""
    for option in reversed(
        [
            click.option("--activation", "names", multiple=True, metavar="NAME", help="A catalogue activation."),
            click.option(
                "--expression", "expressions", multiple=True, metavar="TEXT", help="An expression in x: 'x*erf(x)'."
            ),
            click.option(
                "--table",
                "tables",
                multiple=True,
                metavar="FILE",
                help="A CSV file of x, f(x): piecewise linear through the points.",
            ),
            click.option(
                "--sections",
                "sections",
                multiple=True,
                metavar="KNOTS:SLOPES[:F0]",
                help="Continuous piecewise linear, with f(0) = F0 (default 0): '-1,1:0,1,0'.",
            ),
        ]
    ):
        command = option(command)
    return command


def parse_activations(
    names: tuple[str, ...], expressions: tuple[str, ...], tables: tuple[str, ...], sections: tuple[str, ...]
) -> list[Activation]:
    """The activations that the options name, in the order: names, expressions, tables, sections."""
    from spinglass.activations import Activation, activation, read_table

    found = [activation(name) for name in names]
    found += [Activation.from_expression(text) for text in expressions]
    for file in tables:
        found.append(Activation.from_table(*read_table(file), name=_table_name(file, {item.name for item in found})))
    found += [_from_sections(text) for text in sections]
    return found


def _table_name(file: str, taken: set[str]) -> str:
    """The stem of the file, numbered where an activation of the catalogue or an earlier one has that name."""
    stem = "".join(sign if sign.isprintable() and sign != ";" else "_" for sign in Path(file).stem)[:60].strip()
    name, number = stem or "table", 1
    while _catalogue_name(name) is not None or name in taken:
        name = f"{stem} (table)" if number == 1 else f"{stem} (table {number})"
        number += 1
    return name


def _catalogue_name(name: str) -> str | None:
    """The catalogue's spelling of a name, None if it has none."""
    from spinglass._errors import InputError
    from spinglass.activations import activation

    try:
        return activation(name).name
    except InputError:
        return None


def read_laws(measured: tuple[str, ...], chosen: Iterable[Activation]) -> dict[str, NDArray[np.float64]]:
    """The measured pre-activations of the texts [NAME=]FILE, by name of the activation; "" serves every other one.

    Names and files may hold equality signs themselves: a text that is a file has no name, else the longest part
    before an equality sign that names a chosen activation or one of the catalogue is the name.
    """
    from spinglass._errors import input_error
    from spinglass.activations import activation, load_preactivations

    names = {item.name for item in chosen}
    laws: dict[str, NDArray[np.float64]] = {}
    for text in measured:
        key, file = "", text
        if "=" in text and not Path(text).is_file():
            for cut in (i for i in reversed(range(len(text))) if text[i] == "="):
                name = text[:cut].strip()
                found = name if name in names else _catalogue_name(name)
                if found is not None:
                    key, file = found, text[cut + 1 :]
                    break
            else:
                activation(text.partition("=")[0])  # raises, and offers the nearest names
        if key in laws:
            raise input_error("preactivations", text, "is a second file for the same activations")
        laws[key] = load_preactivations(file)
    return laws


def _from_sections(text: str) -> Activation:
    from spinglass._errors import input_error
    from spinglass.activations import Activation

    parts = text.split(":")
    if len(parts) not in (2, 3):
        raise input_error("sections", text, "must read KNOTS:SLOPES or KNOTS:SLOPES:F0, numbers separated by commas")
    try:
        knots, slopes = ([float(number) for number in part.split(",") if number.strip()] for part in parts[:2])
        intercept = float(parts[2]) if len(parts) == 3 else 0.0
    except ValueError:
        raise input_error("sections", text, "holds something that is not a number") from None
    return Activation.from_sections(knots, slopes, intercept=intercept, name=f"sections {text}")


def parse_numbers(argument: str, text: str) -> list[float]:
    """Numbers separated by commas."""
    from spinglass._errors import input_error

    try:
        return [float(number) for number in text.split(",")]
    except ValueError:
        raise input_error(argument, text, "must be numbers separated by commas") from None


def parse_sizes(text: str) -> list[int]:
    """Numbers of spins separated by commas."""
    from spinglass._errors import checked_int

    return [checked_int("n", value, 2) for value in parse_numbers("n", text)]


def print_json(content: Any) -> None:
    """A result for machines: strict JSON, infinities as strings."""
    import json

    from spinglass.campaigns import plain

    click.echo(json.dumps(plain(content), indent=2, ensure_ascii=False, allow_nan=False))


@contextmanager
def progress_bar(shown: bool = True) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar per stage on stderr; silent when stderr is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not (shown and console.is_terminal)) as bar:
        tasks: dict[str, Any] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield report
