"""The command line: `spinglass COMMAND …`. Commands are imported when they are called, so that help is immediate."""

from __future__ import annotations

import importlib
from typing import Any

import click

_COMMANDS = {
    "compare": "Compare activation functions with ReLU: theory, simulation, verdict, one page.",
    "figures": "Draw the figures and the page of a finished comparison again from its tables.",
    "atlas": "The figures of the theory: exact values beside their limits, edge laws, phase diagrams.",
    "complexity": "Thresholds, complexity curves and exact mean counts of the pure p-spin glass.",
    "census": "Find all critical points of sampled Hamiltonians and compare with the exact means.",
    "search": "Search for minima or saddles of large Hamiltonians from random starts.",
    "campaign": "Campaigns: how far they are, going on, merging, reporting.",
    "validate": "Test the claims of a folder: theory beside simulation, wrong theories rejected.",
    "theory": "The formulas of the package: show, evaluate to any precision, derive for an activation.",
    "preactivations": "Measure the pre-activations of a network on the scikit-learn digits.",
}


class _Commands(click.Group):
    """A group that imports a command's module only when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = importlib.import_module(f"spinglass.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], _COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        from spinglass._errors import InputError, SpinGlassError

        try:
            return super().invoke(ctx)
        except InputError as problem:
            raise click.UsageError(str(problem)) from None
        except SpinGlassError as problem:
            raise click.ClickException(str(problem)) from None


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        from spinglass import __version__

        click.echo(f"spinglass {__version__}")
        ctx.exit()


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Every command has its own --help. Progress goes to stderr, results to stdout.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
def main() -> None:
    """Spin-glass and random-matrix theory of neural-network loss surfaces.

    How many critical points, of which index, at which loss, does the spin-glass picture of a network predict; what
    does the activation function change compared with ReLU; and is the formula right?
    """
