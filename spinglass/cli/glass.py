"""Options that name a glass and its overlap field, as the plans of campaigns keep them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from spinglass.cli.options import activation_options, parse_activations, parse_numbers


def glass_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The glass by p or mixture; its field by an activation, ρ, a linear field or a spike."""
    fields = [
        click.option("--rho", default=None, help="Coefficients rho_1[,rho_2,…] in place of an activation."),
        click.option("--linear", default=None, type=float, help="The linear field D = N h m of this h."),
        click.option("--spike", default=None, help="The spike D = N λ m^k, as λ,k."),
    ]
    glass = [
        click.option("--p", "p", default=None, type=int, help="Spins per interaction. Default: 3."),
        click.option(
            "--mixture", default=None, help="In place of --p: a mixture as p:a_p[,p:a_p…], covariance N Σ a_p² q^p."
        ),
    ]
    for option in reversed(fields):
        command = option(command)
    command = activation_options(command)
    for option in reversed(glass):
        command = option(command)
    return command


def parse_glass(
    p: int | None,
    mixture: str | None,
    names: tuple[str, ...],
    expressions: tuple[str, ...],
    tables: tuple[str, ...],
    sections: tuple[str, ...],
    rho: str | None,
    linear: float | None,
    spike: str | None,
) -> dict[str, Any]:
    """p, mixture and field of the options of `glass_options`, for `spinglass.claims.censuses.census_plan`."""
    from spinglass._errors import input_error

    if mixture is not None and p is not None:
        raise input_error("mixture", mixture, "cannot be given together with --p")
    degree = None if mixture is not None else (3 if p is None else p)
    chosen = parse_activations(names, expressions, tables, sections)
    fields = {"activation": chosen or None, "rho": rho, "linear": linear, "spike": spike}
    given = [name for name, value in fields.items() if value is not None]
    if len(given) > 1 or len(chosen) > 1:
        shown = [item.name for item in chosen] if len(chosen) > 1 else given
        raise input_error("field", shown, "give one activation, or one of rho, linear and spike, or nothing")
    field: dict[str, Any] | None = None
    if chosen:
        from spinglass.activations import path_sum

        if degree is None:
            raise input_error("activation", chosen[0].name, "needs --p in place of --mixture")
        field = {"rho": [float(value) for value in path_sum(chosen[0], degree).rho]}
    elif rho is not None:
        field = {"rho": parse_numbers("rho", rho)}
    elif linear is not None:
        field = {"linear": linear}
    elif spike is not None:
        field = {"spike": list(parse_spike(spike))}
    return {"p": degree, "mixture": None if mixture is None else parse_mixture(mixture), "field": field}


def parse_mixture(text: str) -> dict[int, float]:
    """The amplitudes of "p:a_p,p:a_p"."""
    from spinglass._errors import input_error

    try:
        pairs = [item.split(":") for item in text.split(",")]
        amplitudes = {int(degree): float(a) for degree, a in pairs}
    except ValueError:
        raise input_error("mixture", text, "must read p:a_p[,p:a_p…], as 2:0.5,3:1") from None
    if len(amplitudes) < len(pairs):
        raise input_error("mixture", text, "must name every degree once")
    return amplitudes


def parse_spike(text: str) -> tuple[float, int]:
    """λ and k of "λ,k"."""
    from spinglass._errors import input_error

    numbers = parse_numbers("spike", text)
    if len(numbers) != 2 or not numbers[1].is_integer():
        raise input_error("spike", text, "must read λ,k with an integer k >= 1")
    return numbers[0], int(numbers[1])
