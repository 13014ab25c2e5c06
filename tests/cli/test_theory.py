"""`spinglass theory`: formulas shown, evaluated in three arithmetics, and derived for an activation."""

import json

import pytest
from click.testing import CliRunner

from spinglass.cli import main


def _run(*arguments):
    return CliRunner().invoke(main, ["theory", *arguments])


def test_list_names_every_formula():
    from spinglass import formulary

    found = json.loads(_run("list", "--json").output)
    assert set(found) == set(formulary.names())
    assert "threshold_energy" in _run("list").output


def test_show_gives_expression_domain_branches_source_and_derivation():
    text = _run("show", "annealed_complexity").output
    for part in ("domain", "evaluated", "otherwise", "equation", "derivations/growth_rates.py", "source", "Auffinger"):
        assert part in text


@pytest.mark.parametrize("form", ["text", "latex", "sympy"])
def test_forms_alone(form):
    import sympy as sp

    text = _run("show", "threshold_energy", "--form", form).output.strip()
    if form in ("text", "sympy"):
        expression = sp.sympify(text)
        (p,) = expression.free_symbols
        assert float(expression.subs(p, 3).evalf()) == pytest.approx(1.632993161855452)
    else:
        assert "\\sqrt" in text


def test_show_writes_json(tmp_path):
    shown = json.loads(_run("show", "threshold_energy", "--json", "--out", str(tmp_path)).output)
    assert json.loads((tmp_path / "threshold_energy.json").read_text()) == shown
    assert shown["arguments"][0]["symbol"] == "p"
    assert shown["sources"]


def test_values_in_three_arithmetics():
    exact = "1.632993161855452065464856049803927594644"
    assert _run("evaluate", "threshold_energy", "3").output.strip() == "1.632993161855452"
    assert _run("evaluate", "threshold_energy", "3", "--digits", "40").output.strip() == exact
    pytest.importorskip("flint")
    ball = _run("evaluate", "threshold_energy", "3", "--ball", "160").output.strip()
    assert ball.startswith("[1.63299316185545206546485604980392759464")
    assert "+/-" in ball


def test_negative_and_rational_values():
    one = _run("evaluate", "annealed_complexity", "--digits", "30", "-33/20", "3").output
    other = _run("evaluate", "annealed_complexity", "--digits", "30", "--", "-1.65", "3").output
    assert one == other
    assert float(one) == pytest.approx(0.00425389401466, rel=1e-11)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "treshold_energy"], "threshold_energy"),
        (["evaluate", "threshold_energy", "1"], "p = "),
        (["evaluate", "threshold_energy", "three"], "three"),
        (["evaluate", "threshold_energy", "3", "4"], "takes 1"),
        (["evaluate", "threshold_energy", "3", "--digits", "0"], "digits"),
        (["evaluate", "threshold_energy", "3", "--digits", "9", "--ball", "9"], "at most one"),
        (["activation", "x*sec(x)"], "sec"),
        (["activation", "exp(x**2)"], "Gaussian law"),
        (["activation", "__import__('os')"], "expression"),
        (["activation", "gelu", "--depth", "0"], "depth"),
        (["activation", "gelu", "--std", "-1"], "std"),
    ],
)
def test_bad_input_names_argument_value_and_rule(arguments, message):
    result = _run(*arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


def test_closed_forms_of_an_activation(tmp_path):
    facts = json.loads(_run("activation", "x + x*erf(x)", "--std", "0.7", "--json", "--out", str(tmp_path)).output)
    assert json.loads((tmp_path / "activation.json").read_text()) == facts
    assert facts["forms"]["E_intercept"]["text"] == "-2*sigma**2/(sqrt(pi)*(2*sigma**2 + 1)**(3/2))"
    (values,) = facts["values"]
    assert len(values["rho"]) == 3
    text = _run("activation", "x + x*erf(x)", "--std", "0.7").output
    assert "rho_3" in text
    assert "sigma = 0.7" in text


def test_an_activation_without_closed_form_still_has_values():
    facts = json.loads(_run("activation", "softplus", "--json").output)
    assert facts["values"][0]["rho"][0] > 0


def test_an_even_activation_is_refused_with_the_reason():
    text = _run("activation", "exp(-x**2)").output
    assert "every path has weight zero" in text
