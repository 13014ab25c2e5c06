"""Sphinx configuration; build with `sphinx-build -W -b html docs docs/_build`."""

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
bibtex_bibfiles = ["bibliography.bib"]
bibtex_default_style = "unsrt"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
html_theme = "alabaster"
html_theme_options = {"description": "Spin-glass theory of neural-network loss surfaces", "page_width": "72rem"}
exclude_patterns = ["_build"]
