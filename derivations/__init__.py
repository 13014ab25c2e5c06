"""Derivations of the package's formulas: `python -m derivations.build` runs them; spinglass never imports them."""
