"""`spinglass theory`: the formulas of the package, and those of a user's own activation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from spinglass.cli.options import json_output, print_json, seed

if TYPE_CHECKING:
    from spinglass.formulary import Formula


@click.group("theory")
def command() -> None:
    """The formulas of the package: what they are, where they come from, and their values to any precision.

    Every formula is the end of a derivation that runs: `python -m derivations.build` in a checkout.
    """


@command.command("list")
@seed
@json_output
def list_formulas(seed: int, as_json: bool) -> None:
    """The names of all formulas, with the equation that each one ends."""
    from spinglass import formulary

    found = [formulary.formula(name) for name in formulary.names()]
    if as_json:
        print_json({formula.name: {"title": formula.title, "equation": formula.equation} for formula in found})
        return
    width = max(len(formula.name) for formula in found)
    for formula in found:
        click.echo(f"{formula.name:<{width}}  {formula.title}  ({formula.equation})")


@command.command("show")
@click.argument("name")
@click.option("--form", type=click.Choice(["all", "text", "latex", "sympy"]), default="all", show_default=True)
@click.option("--out", default=None, help="Folder for NAME.json.")
@seed
@json_output
def show(name: str, form: str, out: str | None, seed: int, as_json: bool) -> None:
    """The formula NAME: expression, domain and branches, source, and derivation.

    --form text, latex or sympy prints that one form alone (sympy: the constructor, to be read by sympy.sympify).
    """
    from spinglass import formulary

    formula = formulary.formula(name)
    facts = _facts(formula)
    if out is not None:
        from spinglass.campaigns import Store

        Store(out).write_json(f"{name}.json", facts)
    if as_json:
        print_json(facts)
    elif form == "all":
        click.echo(_page(formula))
    else:
        click.echo({"text": formula.text, "latex": formula.latex, "sympy": formula.tree}[form])


@command.command("evaluate", context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.argument("values", nargs=-1, required=True)
@click.option("--digits", type=int, default=None, help="Evaluate to so many digits (mpmath) instead of in double.")
@click.option("--ball", "bits", type=int, default=None, metavar="BITS", help="A certified enclosure with so many bits.")
@seed
@json_output
def evaluate(
    name: str, values: tuple[str, ...], digits: int | None, bits: int | None, seed: int, as_json: bool
) -> None:
    """The value of the formula NAME at VALUES, given in the order that `show` names.

    Values are decimal numbers or fractions, taken exactly with --digits and --ball: "1.65" is 33/20.
    """
    from spinglass import formulary
    from spinglass._errors import input_error

    if digits is not None and bits is not None:
        raise input_error("--digits, --ball", (digits, bits), "give at most one of them")
    formula = formulary.formula(name)
    if digits is not None:
        import mpmath

        with mpmath.workdps(digits):
            text = mpmath.nstr(formula.precise(*values, digits=digits), digits, strip_zeros=False)
    elif bits is not None:
        text = formula.ball(*values, bits=bits).str(max(1, int(bits * 0.30103)))
    else:
        text = repr(formula(*(_number(value) for value in values)))
    if as_json:
        print_json({"name": name, "arguments": list(values), "value": text})
    else:
        click.echo(text)


@command.command("activation")
@click.argument("activation")
@click.option("--depth", default=3, show_default=True, help="Weight layers H: the coefficients rho_1 .. rho_H.")
@click.option("--std", "stds", multiple=True, type=float, help="Standard deviations to evaluate at. Default: 1.")
@click.option("--out", default=None, help="Folder for activation.json.")
@seed
@json_output
def activation(activation: str, depth: int, stds: tuple[float, ...], out: str | None, seed: int, as_json: bool) -> None:
    """Gaussian means of ACTIVATION in closed form: a name of the catalogue, or an expression in x such as 'x*erf(x)'.

    Prints E f'(x), E[f(x) - x f'(x)], E f(x)^2 and rho_1 .. rho_H as functions of sigma, the standard deviation of the
    pre-activations, where closed forms exist, and their values. The values without closed form come by quadrature.
    """
    from spinglass import activations
    from spinglass._errors import InputError, checked_int

    depth = checked_int("depth", depth, 2, 100)
    means = activations.gaussian_means(activation)
    rows = {"E_slope": means.mean_slope, "E_intercept": means.mean_intercept, "E_square": means.mean_square}
    facts: dict[str, Any] = {"activation": means.activation.expression, "depth": depth}
    facts["forms"] = {name: {"text": form.text, "latex": form.latex} for name, form in rows.items()}
    facts["values"] = []
    for std in stds or (1.0,):
        values: dict[str, Any] = {"preactivation_std": std}
        for name, form in rows.items():
            values[name] = form(std) if form.expression is not None else None
        try:
            summed = activations.path_sum(means.activation, depth, preactivation_std=std)
            values["rho"] = summed.rho.tolist()
            values["E_slope"], values["E_intercept"] = float(summed.mean_slope), float(summed.mean_intercept)
        except InputError as refusal:
            values["rho"], values["refused"] = None, str(refusal)
        facts["values"].append(values)
    if out is not None:
        from spinglass.campaigns import Store

        Store(out).write_json("activation.json", facts)
    if as_json:
        print_json(facts)
        return
    click.echo(f"f(x) = {means.activation.expression}\n\n{means.text(depth)}")
    for values in facts["values"]:
        click.echo(f"\nsigma = {values['preactivation_std']:g}")
        for name, value in values.items():
            if name in rows and value is not None:
                click.echo(f"  {name:<12} {value:.15g}")
        if values["rho"] is None:
            click.echo(f"  rho          {values['refused']}")
        else:
            click.echo("  rho          " + ", ".join(f"{value:.15g}" for value in values["rho"]))


def _number(text: str) -> float:
    from fractions import Fraction

    from spinglass._errors import input_error
    from spinglass.formulary.formula import checked_text

    checked_text("VALUES", text)
    try:
        return float(Fraction(text))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise input_error("VALUES", text, "must be decimal numbers or fractions") from None


def _facts(formula: Formula) -> dict[str, Any]:
    return {
        "name": formula.name,
        "title": formula.title,
        "text": formula.text,
        "latex": formula.latex,
        "sympy": formula.tree,
        "domain": formula.domain,
        "valid": formula.valid,
        "arguments": [
            {"symbol": argument.symbol, "meaning": argument.meaning, "rule": argument.rule}
            for argument in formula.arguments
        ],
        "branches": [{"condition": condition, "value": value} for condition, value in formula.branches],
        "error_scale": formula.scale,
        "equation": formula.equation,
        "derivation": formula.derivation,
        "sources": list(formula.sources),
    }


def _page(formula: Formula) -> str:
    signature = ", ".join(argument.symbol for argument in formula.arguments)
    lines = [f"{formula.name}({signature}): {formula.title}", "", f"  {formula.text}", "", f"  {formula.latex}", ""]
    lines += [f"domain      {formula.domain}"]
    for argument in formula.arguments:
        lines.append(f"  {argument.symbol:<9} {argument.meaning}; {argument.rule}")
    if formula.valid:
        lines.append(f"needs       {formula.valid}")
    lines.append("evaluated   in double precision as (elsewhere closed forms stand in for series)")
    for condition, value in formula.branches:
        lines.append(f"  {'otherwise' if condition == 'otherwise' else f'where {condition}'}: {value}")
    lines.append(f"errors      measured against {formula.scale}")
    lines.append(f"equation    {formula.equation}, derived in {formula.derivation}")
    lines += [f"source      {source}" for source in formula.sources]
    return "\n".join(lines)
