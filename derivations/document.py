"""The derivations as pages: Markdown for the documentation, and one self-contained HTML document of a run."""

from __future__ import annotations

import html as escaping
import re
from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from derivations import emit
from derivations.claims import statement
from derivations.derivation import Derivation, Step

_MATH = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)


def equations(equation: Any) -> list[str]:
    """LaTeX of a step's equation or equations."""
    if isinstance(equation, (list, tuple)):
        return [text for part in equation for text in equations(part)]
    return [equation.strip() if isinstance(equation, str) else sp.latex(equation)]


def section(derivation: Derivation, step: Step) -> str:
    """A step as Markdown: prose, equation with its id, what is checked and with which control."""
    result = step.result(1)
    lines = [f"({anchor(step.id)})=", f"## {step.title}", "", _display_on_own_lines(step.text), ""]
    formulas = equations(result.equation)
    body = formulas[0] if len(formulas) == 1 else "\\begin{gathered}\n" + " \\\\\n".join(formulas) + "\n\\end{gathered}"
    lines += ["$$", body, f"$$ ({step.id})", ""]
    lines += [f"*Checked:* {'; '.join(_sentence(statement(claim)) for claim in result.claims)}."]
    lines += [f"*Control:* the check fails with the wrong sign of {_named(step.flips)}."]
    lines += [f"*Source:* {' '.join(f'{{cite}}`{key}`' for key in emit.sources_of(derivation, step))}.", ""]
    return "\n".join(lines)


def _named(flips: str) -> str:
    return re.sub(r"^the (sign|signs) of (the )?", lambda found: "the " if found.group(2) else "", flips)


def _sentence(text: str) -> str:
    return text.replace("_", "\\_").replace("*", "\\*").replace("|", "\\|")


def _display_on_own_lines(text: str) -> str:
    def apart(found: re.Match[str]) -> str:
        return f"\n\n$$\n{found.group(1).strip()}\n$$\n\n"

    return re.sub(r"\s*\$\$(.+?)\$\$\s*", apart, text, flags=re.DOTALL).strip()


def anchor(identifier: str) -> str:
    """A step's label in the documentation."""
    return "derivation-" + identifier.replace(".", "-")


def pages(derivations: Sequence[Derivation], sections: Mapping[str, str]) -> dict[str, str]:
    """Markdown pages of the documentation by file name, from the sections of the steps."""
    files = {}
    for derivation in derivations:
        parts = [f"# {derivation.title}", "", _display_on_own_lines(derivation.text), ""]
        parts += [sections[step.id] for step in derivation.steps]
        if derivation.formulas:
            parts += ["## Formulas that this derivation ends in", ""]
            parts += [_formula_text(formula) for formula in derivation.formulas]
        files[f"{derivation.id}.md"] = "\n".join(parts).rstrip() + "\n"
    names = "\n".join(derivation.id for derivation in derivations)
    files["index.md"] = (
        "# Derivations\n\nEach formula of the package is the end of a chain of steps that runs: every step is checked, "
        "symbolically or by numbers\nfrom a second route, and its check is shown to fail when one sign in the step is "
        "flipped. `python -m derivations.build`\nruns all of them, writes these pages and the compiled evaluators, and "
        "`spinglass theory show NAME` prints any formula.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{names}\n```\n"
    )
    return files


def split_sections(text: str) -> dict[str, str]:
    """anchor → section of a page that was written before."""
    parts = re.split(r"^\((derivation-[\w-]+)\)=\n", text, flags=re.MULTILINE)
    found = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        body = body.split("\n## Formulas that this derivation ends in")[0]
        found[name] = f"({name})=\n{body.rstrip()}\n"
    return found


def _formula_text(formula: emit.Formula) -> str:
    plain = sp.latex(sp.sympify(formula.plain))
    rows = [
        f"- otherwise `{value}`" if condition == "otherwise" else f"- where `{condition}`: `{value}`"
        for condition, value in emit.shown_branches(formula)
    ]
    scale = "its own size" if formula.scale is None else f"the larger of its own size and `{sp.sstr(formula.scale)}`"
    arguments = ", ".join(f"`{argument.symbol}` ({argument.meaning})" for argument in formula.arguments)
    return "\n".join(
        [
            f"`{formula.name}`: {formula.title}, {{eq}}`{formula.step.id}`",
            "",
            "$$",
            plain,
            "$$",
            "",
            f"Arguments: {arguments}. Valid for {formula.domain}. Errors are measured against {scale}. Evaluated as",
            "",
            *rows,
            "",
        ]
    )


def html(
    derivations: Sequence[Derivation], sections: Mapping[str, str], outcomes: Mapping[str, Sequence[str]], summary: str
) -> str:
    """One page without network: prose, typeset equations with their ids, and the verdict of every check of a run."""
    contents, body = [], []
    for derivation in derivations:
        contents.append(f'<li><a href="#{derivation.id}">{escaping.escape(derivation.title)}</a></li>')
        body.append(f'<h2 id="{derivation.id}">{escaping.escape(derivation.title)}</h2>')
        body.append(_prose(derivation.text))
        for step in derivation.steps:
            body.append(_step_html(derivation, step, sections[step.id], outcomes.get(step.id, ())))
        for formula in derivation.formulas:
            body.append(_formula_html(formula, outcomes.get(f"{derivation.id} -> {formula.name}", ())))
    references = "".join(f'<li id="ref-{key}">{escaping.escape(text)}.</li>' for key, text in emit.citations().items())
    return _PAGE.format(contents="".join(contents), body="\n".join(body), references=references, summary=summary)


def _step_html(derivation: Derivation, step: Step, text: str, lines: Sequence[str]) -> str:
    found = re.search(r"^\$\$\n(.*?)\n\$\$ \(" + re.escape(step.id) + r"\)$", text, re.DOTALL | re.MULTILINE)
    shown = found.group(1).split("\n\n$$\n")[-1] if found else ""
    shown = re.sub(r"^\\begin\{gathered\}\n|\n\\end\{gathered\}$", "", shown)
    rows = "".join(
        f'<div class="equation"><div>{_mathml(part, True)}</div>'
        + (f'<a href="#{step.id}">({step.id})</a>' if number == 0 else "")
        + "</div>"
        for number, part in enumerate(shown.split(" \\\\\n"))
    )
    sources = ", ".join(f'<a href="#ref-{key}">{key}</a>' for key in emit.sources_of(derivation, step))
    return (
        f'<section id="{step.id}"><h3>{escaping.escape(step.title)}</h3>{_prose(step.text)}{rows}'
        f'<ul class="checks">{_verdicts(lines)}</ul><p class="source">Source: {sources}</p></section>'
    )


def _formula_html(formula: emit.Formula, lines: Sequence[str]) -> str:
    rows = "".join(
        f"<tr><td><code>{escaping.escape(condition)}</code></td><td><code>{escaping.escape(value)}</code></td></tr>"
        for condition, value in emit.shown_branches(formula)
    )
    shown = _mathml(sp.latex(formula.plain), True)
    return (
        f'<section class="formula" id="{formula.name}"><h3><code>{formula.name}</code>: '
        f'{escaping.escape(formula.title)}</h3><div class="equation"><div>{shown}</div>'
        f'<a href="#{formula.step.id}">({formula.step.id})</a></div><p>Valid for {escaping.escape(formula.domain)}.</p>'
        f"<details><summary>Evaluated branch by branch as</summary><table>{rows}</table></details>"
        f'<ul class="checks">{_verdicts(lines)}</ul></section>'
    )


def _verdicts(lines: Sequence[str]) -> str:
    good = ("holds", "control")
    return "".join(
        f'<li class="{"good" if line.startswith(good) and "NOT NOTICED" not in line else "bad"}">'
        f"{escaping.escape(line)}</li>"
        for line in lines
    )


def _prose(text: str) -> str:
    """Markdown with $...$ to HTML."""
    from markdown_it import MarkdownIt

    formulas: list[str] = []

    def keep(found: re.Match[str]) -> str:
        formulas.append(_mathml(found.group(1) or found.group(2), found.group(1) is not None))
        return f"@@{len(formulas) - 1}@@"

    rendered = MarkdownIt().render(_MATH.sub(keep, text))
    return re.sub(r"@@(\d+)@@", lambda found: formulas[int(found.group(1))], rendered)


def _mathml(latex: str, display: bool) -> str:
    from latex2mathml.converter import convert

    return str(convert(latex.strip(), display="block" if display else "inline"))


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>spinglass: derivations</title>
<style>
:root {{ color-scheme: light dark; --line: #8884; --good: #007a5e; --bad: #c03000; }}
@media (prefers-color-scheme: dark) {{ :root {{ --good: #40c8a0; --bad: #ff8060; }} }}
body {{ font: 17px/1.55 Georgia, "STIX Two Text", serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }}
h2 {{ margin-top: 3.5rem; border-bottom: 1px solid var(--line); }} h3 {{ margin-top: 2rem; }}
.equation {{ display: flex; align-items: center; gap: 1rem; margin: .8rem 0; flex-wrap: wrap; }}
.equation > div {{ flex: 1 1 auto; min-width: 0; overflow: auto hidden; }}
.equation > a {{ font-size: .75rem; white-space: nowrap; }}
math {{ font-family: "STIX Two Math", "Latin Modern Math", math; }}
.checks {{ list-style: none; padding-left: 0; font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }}
.checks li::before {{ content: "\\2713\\00a0"; }} .checks .good {{ color: var(--good); }}
.checks .bad {{ color: var(--bad); font-weight: bold; }} .checks .bad::before {{ content: "\\2717\\00a0"; }}
p {{ overflow: auto hidden; }} .source {{ font-size: .8rem; }}
.formula {{ border-left: 3px solid var(--line); padding-left: 1rem; }}
table {{ font-size: .75rem; border-collapse: collapse; display: block; overflow-x: auto; }}
td {{ border-top: 1px solid var(--line); padding: .3rem .6rem .3rem 0; vertical-align: top; }}
@media print {{ body {{ max-width: none; font-size: 11pt; }} }}
</style></head><body>
<h1>Derivations</h1>
<p>{summary}</p>
<nav><ol>{contents}</ol></nav>
{body}
<h2>References</h2><ul>{references}</ul>
</body></html>
"""
