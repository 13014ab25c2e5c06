"""Symbolic derivations of the package's formulas; run with `python -m derivations.build`, never imported by spinglass."""
