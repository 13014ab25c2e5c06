"""The package's formulas as objects: to read, and to evaluate in double precision, to any precision, or in balls."""

from spinglass.formulary.formula import Argument, Formula, equations, formula, names

__all__ = ["Argument", "Formula", "equations", "formula", "names"]
