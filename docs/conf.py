"""Sphinx configuration; build with `sphinx-build -W -b html docs docs/_build`."""

import re

import spinglass

project = "spinglass"
author = "The spinglass developers"
release = spinglass.__version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinxcontrib.bibtex",
]
myst_enable_extensions = ["dollarmath", "amsmath", "deflist"]
myst_heading_anchors = 3
bibtex_bibfiles = ["../derivations/bibliography.bib"]
bibtex_default_style = "unsrt"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_type_aliases = {"ArrayLike": "ArrayLike", "NDArray": "NDArray"}
html_theme = "alabaster"
html_theme_options = {
    "description": "Spin-glass theory of neural-network loss surfaces",
    "page_width": "84rem",
    "body_max_width": "none",
}
exclude_patterns = ["_build"]


def _as_written(app, what, name, obj, options, lines):
    """Docstrings are plain text with formulas: the first paragraph is set as text, the rest as it is written."""
    split = lines.index("") if "" in lines else len(lines)
    head, rest = lines[:split], lines[split:]
    escaped = [
        re.sub(r"(?<![`\w])([|*_\\])|([|*\\])|_(?!\w)", lambda found: "\\" + found.group(0), line) for line in head
    ]
    while rest and not rest[-1].strip():
        rest = rest[:-1]
    lines[:] = [
        *escaped,
        "",
        *([".. code-block:: text", "", *("    " + line for line in rest[1:]), ""] if len(rest) > 1 else []),
    ]


def setup(app):
    app.connect("autodoc-process-docstring", _as_written)
