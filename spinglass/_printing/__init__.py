"""From a sympy expression to the text of a compiled evaluator and of its twin over any arithmetic.

A `Kernel` is a function of real symbols with branches. `module_text` prints, for each kernel,

- `name`: a numba scalar kernel in double precision,
- `name_ufunc`: the same as a numpy ufunc,
- `name_in(ctx, ...)`: the same branches over an abstract arithmetic `ctx` (mpmath, Arb balls; `formulary.arithmetics`),
- `name_curve(..., out)`: where `curve` names the arguments that vary, a loop with the constants of the others hoisted.

The derivations write the package's own evaluators with it, and the package those of a user's own activation.
"""

from spinglass._printing.expressions import python_expression
from spinglass._printing.kernels import Assignment, Branch, Kernel
from spinglass._printing.modules import module_text

__all__ = ["Assignment", "Branch", "Kernel", "module_text", "python_expression"]
