"""From a sympy expression to the text of a compiled evaluator and of its twin over any arithmetic.

A `Kernel` is a function of real symbols with branches. `module_text` prints, for each kernel,

- `name`: a numba scalar kernel in double precision,
- `name_ufunc`: the same as a numpy ufunc,
- `name_in(ctx, ...)`: the same branches over an abstract arithmetic `ctx` (mpmath, Arb balls; `formulary.arithmetics`),
- `name_curve(..., out)`: where `curve` names the arguments that vary, a loop with the constants of the others hoisted.

The derivations write the package's own evaluators with it, and the package those of a user's own activation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

_REAL_FUNCTIONS = {
    "exp": "math.exp",
    "log": "math.log",
    "log1p": "math.log1p",
    "expm1": "math.expm1",
    "erf": "math.erf",
    "erfc": "math.erfc",
    "sin": "math.sin",
    "cos": "math.cos",
    "tan": "math.tan",
    "asin": "math.asin",
    "acos": "math.acos",
    "atan": "math.atan",
    "sinh": "math.sinh",
    "cosh": "math.cosh",
    "tanh": "math.tanh",
    "asinh": "math.asinh",
    "acosh": "math.acosh",
    "atanh": "math.atanh",
    "Abs": "abs",
    "Max": "max",
    "Min": "min",
    "gamma": "math.gamma",
    "loggamma": "math.lgamma",
}


@dataclass(frozen=True)
class Assignment:
    """symbol = expression, before what follows; with `twofold` in twice the precision."""

    symbol: Any
    expression: Any
    twofold: bool = False


@dataclass(frozen=True)
class Branch:
    """Where `condition` holds (a sympy relation, And, Or, true) the value is `value`, after the assignments `body`.

    twofold : form the value in twice the precision and round once.   note : why the branch is there.
    """

    condition: Any
    value: Any
    body: tuple[Assignment, ...] = ()
    twofold: bool = False
    note: str = ""


@dataclass(frozen=True)
class Kernel:
    """A function of real symbols, branch by branch; the first condition that holds decides, the last must be true.

    before : assignments that the conditions need.
    constants : assignments from arguments outside `curve` only; hoisted out of the loop of `name_curve`.
    exact, exact_before : what the twin evaluates instead, where double precision uses a truncated series.
    pair : returns (value, rest), the unevaluated sum of two floats; pairs : arguments that come as such sums.
        A pair kernel is called by others as the sympy function of its name and has no ufunc.
    private : a building block, printed without ufunc.
    A call of another kernel is `sympy.Function(name)(...)`.
    """

    name: str
    arguments: tuple[Any, ...]
    branches: tuple[Branch, ...]
    doc: str = ""
    before: tuple[Assignment, ...] = ()
    constants: tuple[Assignment, ...] = ()
    curve: tuple[Any, ...] = ()
    exact: tuple[Branch, ...] | None = None
    exact_before: tuple[Assignment, ...] | None = None
    pair: bool = False
    pairs: tuple[Any, ...] = ()
    private: bool = False

    def __post_init__(self) -> None:
        import sympy as sp

        if not re.fullmatch(r"_?[a-z][a-z0-9_]*", self.name):
            raise ValueError(f"kernel name {self.name!r} is not a lower-case identifier")
        for branches in (self.branches, self.exact or self.branches):
            if not branches or branches[-1].condition not in (True, sp.true):
                raise ValueError(f"the last branch of {self.name} must hold always")
        self._check_symbols(self.branches, self.before)
        if self.exact is not None:
            self._check_symbols(self.exact, self.exact_before if self.exact_before is not None else self.before)

    def _check_symbols(self, branches: Sequence[Branch], before: Sequence[Assignment]) -> None:
        known = set(self.arguments)
        known = self._defined(known, (*self.constants, *before))
        for branch in branches:
            unknown = (_free(branch.condition) | _free(branch.value)) - self._defined(set(known), branch.body)
            if unknown:
                raise ValueError(f"{self.name}: unknown symbols {sorted(map(str, unknown))}")

    def _defined(self, known: set[Any], body: Iterable[Assignment]) -> set[Any]:
        for line in body:
            unknown = _free(line.expression) - known
            if unknown:
                raise ValueError(f"{self.name}: unknown symbols {sorted(map(str, unknown))} in {line.symbol}")
            known = known | {line.symbol}
        return known


def _needed(lines: Sequence[Assignment], branches: Sequence[Branch]) -> list[Assignment]:
    """The assignments that some branch uses, in their order."""
    wanted: set[Any] = set()
    for branch in branches:
        wanted |= _free(branch.condition) | _free(branch.value)
        for line in branch.body:
            wanted |= _free(line.expression)
    kept = []
    for line in reversed(lines):
        if line.symbol in wanted:
            wanted |= _free(line.expression)
            kept.append(line)
    return kept[::-1]


def _free(expression: Any) -> set[Any]:
    import sympy as sp

    expression = sp.sympify(expression)
    return set(expression.free_symbols)


def module_text(kernels: Sequence[Kernel], header: str, imported: Sequence[tuple[Kernel, str]] = ()) -> str:
    """The text of a module with these kernels; a kernel comes after those it calls. `header` becomes the docstring.

    imported : kernels that other modules hold, with the modules' names.
    """
    by_name = {kernel.name: kernel for kernel in (*(kernel for kernel, _ in imported), *kernels)}
    parts = [_Text(kernel, by_name).text() for kernel in kernels]
    body = "\n\n\n".join(parts)
    imports = ["from __future__ import annotations", ""]
    imports += ["import math"] if "math." in body else []
    imports += ["from typing import Any"] if "Any" in body else []
    imports += [""] if imports[-1] else []
    twofold = sorted(set(re.findall(r"(?<![\w.])_(exact_sum|exact_product|add|multiply|divide|root)\(", body)))
    needs = [name for name in ("jit", "vectorize") if f"@{name}" in body]
    imports.append(f"from spinglass._jit import {', '.join(needs)}")
    imports += [f"from spinglass._twofold import {name} as _{name}" for name in twofold]
    for kernel, module in imported:
        used = [name for name in (kernel.name, f"{kernel.name}_in") if re.search(rf"(?<![\w.]){name}\(", body)]
        imports += [f"from {module} import {name}" for name in used]
    return f'"""{header.strip()}\n"""\n\n' + "\n".join(imports) + "\n\n\n" + body + "\n"


def python_expression(expression: Any) -> str:
    """The text of an expression in double precision, as the kernels have it."""
    return _Real().text(expression)


def _bare(condition: str) -> str:
    """A relation without the brackets around it."""
    inner = condition[1:-1]
    return inner if condition[:1] == "(" and condition[-1:] == ")" and not set("()") & set(inner) else condition


class _Real:
    """Prints expressions in double precision."""

    def __init__(self, kernels: dict[str, Kernel] | None = None) -> None:
        from sympy.printing.pycode import PythonCodePrinter

        outer = self
        self.kernels = kernels or {}
        self.twofold: set[Any] = set()  # symbols that stand for the sum of two floats where the text goes

        class Printer(PythonCodePrinter):
            def _print_Pow(self, node: Any, rational: bool = False) -> str:
                return outer.power(self, node)

            def _print_Rational(self, node: Any) -> str:
                return f"{int(node.p)}/{int(node.q)}" if int(node.q) != 1 else str(int(node.p))

            _print_Half = _print_Rational

            def _print_Float(self, node: Any) -> str:
                return repr(float(node))

            def _print_Pi(self, node: Any) -> str:
                return "math.pi"

            def _print_Exp1(self, node: Any) -> str:
                return "math.e"

            def _print_NegativeInfinity(self, node: Any) -> str:
                return "-math.inf"

            def _print_Infinity(self, node: Any) -> str:
                return "math.inf"

            def _print_sign(self, node: Any) -> str:
                argument = self._print(node.args[0])
                return f"(math.copysign(1.0, {argument}) if {argument} != 0 else 0.0)"

            def _print_Function(self, node: Any) -> str:
                return outer.function(self, node)

            def __getattr__(self, name: str) -> Any:
                raise AttributeError(name)

        for name in _REAL_FUNCTIONS:
            setattr(Printer, f"_print_{name}", Printer._print_Function)
        self.printer = Printer({"fully_qualified_modules": True})

    def text(self, expression: Any) -> str:
        import sympy as sp

        return str(self.printer.doprint(sp.sympify(expression)))

    def power(self, printer: Any, node: Any) -> str:
        from sympy.printing.precedence import PRECEDENCE

        base, exponent = node.base, node.exp
        if exponent.is_Rational and exponent.q == 2:
            argument, size = printer._print(base), abs(int(exponent.p))
            whole = printer.parenthesize(base, PRECEDENCE["Pow"])
            text = f"math.sqrt({argument})"
            if size > 1:
                text = f"{whole}**{size // 2}*{text}" if size > 3 else f"{whole}*{text}"
            if exponent.p > 0:
                return text if size == 1 else f"({text})"
            return f"(1/{text})" if size == 1 else f"(1/({text}))"
        if exponent.is_Integer:
            value = int(exponent)
            whole = printer.parenthesize(base, PRECEDENCE["Pow"])
            return f"{whole}**{value}" if value > 0 else (f"(1/{whole})" if value == -1 else f"(1/{whole}**{-value})")
        return f"{printer.parenthesize(base, PRECEDENCE['Pow'])}**({printer._print(exponent)})"

    def function(self, printer: Any, node: Any) -> str:
        name = type(node).__name__
        arguments = [printer._print(argument) for argument in node.args]
        if name in self.kernels:
            kernel = self.kernels[name]
            given = []
            for symbol, argument, text in zip(kernel.arguments, node.args, arguments, strict=True):
                if symbol in kernel.pairs and argument in self.twofold:
                    raise ValueError(f"the call of {name} would drop the low part of {argument}: make it twofold")
                given += [text, "0.0"] if symbol in kernel.pairs else [text]
            return f"{name}({', '.join(given)})" + ("[0]" if kernel.pair else "")
        if name not in _REAL_FUNCTIONS:
            raise ValueError(f"no evaluator in double precision for the function {name}")
        return f"{_REAL_FUNCTIONS[name]}({', '.join(arguments)})"


class _Abstract(_Real):
    """Prints expressions over an abstract arithmetic."""

    def __init__(self, kernels: dict[str, Kernel] | None = None) -> None:
        super().__init__(kernels)
        printer = type(self.printer)

        def relation(name: str, swap: bool) -> Any:
            def show(self: Any, node: Any) -> str:
                left, right = (node.rhs, node.lhs) if swap else (node.lhs, node.rhs)
                return f"ctx.{name}({self._print(left)}, {self._print(right)})"

            return show

        class Printer(printer):  # type: ignore[misc, valid-type]
            def _print_Rational(self, node: Any) -> str:
                return f"ctx.ratio({int(node.p)}, {int(node.q)})" if int(node.q) != 1 else str(int(node.p))

            _print_Half = _print_Rational

            def _print_Float(self, node: Any) -> str:
                ratio = Fraction(float(node))
                return f"ctx.ratio({ratio.numerator}, {ratio.denominator})"

            def _print_Pi(self, node: Any) -> str:
                return "ctx.pi()"

            def _print_Exp1(self, node: Any) -> str:
                return "ctx.exp(1)"

            def _print_sign(self, node: Any) -> str:
                return f"ctx.sign({self._print(node.args[0])})"

            def _print_Infinity(self, node: Any) -> str:
                return "ctx.infinity()"

            def _print_NegativeInfinity(self, node: Any) -> str:
                return "-ctx.infinity()"

            def _print_Relational(self, node: Any) -> str:
                name, swap = {
                    "<": ("less", False),
                    "<=": ("at_most", False),
                    ">": ("less", True),
                    ">=": ("at_most", True),
                    "==": ("equal", False),
                    "!=": ("differs", False),
                }[node.rel_op]
                return str(relation(name, swap)(self, node))

        for name in ("Abs", "Max", "Min"):
            setattr(Printer, f"_print_{name}", printer._print_Function)
        self.printer = Printer({"fully_qualified_modules": True})

    def power(self, printer: Any, node: Any) -> str:
        from sympy.printing.precedence import PRECEDENCE

        base, exponent = node.base, node.exp
        if exponent.is_Rational and exponent.q == 2:
            text = f"ctx.sqrt({printer._print(base)})"
            size = abs(int(exponent.p))
            text = text if size == 1 else f"{text}**{size}"
            return text if exponent.p > 0 else f"(1/{text})"
        if exponent.is_Integer:
            value, whole = int(exponent), printer.parenthesize(base, PRECEDENCE["Pow"])
            return f"{whole}**{value}" if value > 0 else (f"(1/{whole})" if value == -1 else f"(1/{whole}**{-value})")
        return f"ctx.power({printer._print(base)}, {printer._print(exponent)})"

    def function(self, printer: Any, node: Any) -> str:
        name = type(node).__name__
        arguments = [printer._print(argument) for argument in node.args]
        if name in self.kernels:
            return f"{name}_in(ctx, {', '.join(arguments)})"
        plain = {"Abs": "absolute", "Max": "maximum", "Min": "minimum"}
        return f"ctx.{plain.get(name, name)}({', '.join(arguments)})"


class _Text:
    """Writes the functions of one kernel."""

    def __init__(self, kernel: Kernel, kernels: dict[str, Kernel]) -> None:
        self.kernel = kernel
        self.kernels = kernels
        self.real = _Real(kernels)
        self.abstract = _Abstract(kernels)
        self.lines: list[str] = []
        self.twofold: set[Any] = set(kernel.pairs)
        self.count = 0

    def text(self) -> str:
        kernel = self.kernel
        parts = [self._scalar()]
        if not kernel.private and not kernel.pair:
            parts.append(self._ufunc())
            if kernel.curve:
                parts.append(self._curve())
        parts.append(self._twin())
        return "\n\n\n".join(parts)

    # names

    @staticmethod
    def _low(symbol: Any) -> str:
        return f"{symbol}_low"

    def _parameters(self, symbols: Iterable[Any]) -> list[str]:
        names = []
        for symbol in symbols:
            names += [str(symbol), self._low(symbol)] if symbol in self.twofold else [str(symbol)]
        return names

    def _signature(self, symbols: Iterable[Any]) -> str:
        return ", ".join(f"{name}: float" for name in self._parameters(symbols))

    # double precision

    def _scalar(self) -> str:
        kernel = self.kernel
        kind = "tuple[float, float]" if kernel.pair else "float"
        doc = f'    """{kernel.doc}"""\n' if kernel.doc else ""
        if not kernel.curve:
            self.lines = []
            self._assign(kernel.constants, 1)
            self._branches(1)
            body = "\n".join(self.lines)
            return f"@jit\ndef {kernel.name}({self._signature(kernel.arguments)}) -> {kind}:\n{doc}{body}"
        self.lines = []
        self._assign(kernel.constants, 1)
        hoisted = "\n".join(self.lines)
        names = self._parameters([*kernel.arguments, *(line.symbol for line in kernel.constants)])
        self.lines = []
        self._branches(1)
        inner = "\n".join(self.lines)
        at = f"@jit\ndef _{kernel.name}_at({', '.join(f'{name}: float' for name in names)}) -> {kind}:\n{inner}"
        call = f"    return _{kernel.name}_at({', '.join(names)})"
        outer = f"@jit\ndef {kernel.name}({self._signature(kernel.arguments)}) -> {kind}:\n{doc}" + (
            f"{hoisted}\n{call}" if hoisted else call
        )
        return f"{at}\n\n\n{outer}"

    def _ufunc(self) -> str:
        names = [str(symbol) for symbol in self.kernel.arguments]
        typed = ", ".join(f"{name}: float" for name in names)
        call = f"{self.kernel.name}({', '.join(names)})"
        return f"@vectorize\ndef {self.kernel.name}_ufunc({typed}) -> float:\n    return {call}"

    def _curve(self) -> str:
        kernel = self.kernel
        typed = ", ".join(
            f"{symbol}: Any" if symbol in kernel.curve else f"{symbol}: float" for symbol in kernel.arguments
        )
        self.lines = []
        self._assign(kernel.constants, 1)
        names = [f"{symbol}[i]" if symbol in kernel.curve else str(symbol) for symbol in kernel.arguments]
        names += self._parameters(line.symbol for line in kernel.constants)
        self._line(1, f"for i in range({kernel.curve[0]}.size):")
        self._line(2, f"out[i] = _{kernel.name}_at({', '.join(names)})")
        body = "\n".join(self.lines)
        return f"@jit\ndef {kernel.name}_curve({typed}, out: Any) -> None:\n{body}"

    def _line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def _assign(self, body: Sequence[Assignment], depth: int) -> None:
        for line in body:
            if line.twofold:
                high, low = self._pair(line.expression, depth)
                self._line(depth, f"{line.symbol}, {self._low(line.symbol)} = {high}, {low or '0.0'}")
                self.twofold.add(line.symbol)
            else:
                (expression,) = self._common([line.expression], depth)
                self._line(depth, f"{line.symbol} = {self._real(expression, depth)}")
                self.twofold.discard(line.symbol)

    def _common(self, expressions: Sequence[Any], depth: int) -> list[Any]:
        """Repeated parts are evaluated once; nothing is re-associated."""
        import sympy as sp
        from sympy.simplify.cse_main import tree_cse

        names = (sp.Symbol(f"c{self._next()}", real=True) for _ in iter(int, 1))
        given = [sp.sympify(expression) for expression in expressions]
        if any(expression.has(sp.Sum) for expression in given):
            return given
        replacements, reduced = tree_cse(given, names, opt_subs={})
        for symbol, part in replacements:
            self._line(depth, f"{symbol} = {self._real(part, depth)}")
        return list(reduced)

    def _next(self) -> int:
        self.count += 1
        return self.count

    def _real(self, expression: Any, depth: int) -> str:
        """The text of an expression, after a loop for each finite sum in it."""
        import sympy as sp

        self.real.twofold = self.twofold
        expression = sp.sympify(expression)
        for part in list(expression.atoms(sp.Sum)):
            (variable, low, high) = part.limits[0]
            name = sp.Symbol(f"total{self._next()}", real=True)
            self._line(depth, f"{name} = 0.0")
            self._line(depth, f"for {variable} in range({self.real.text(low)}, {self.real.text(high + 1)}):")
            self._line(depth + 1, f"{name} += {self.real.text(part.function)}")
            expression = expression.subs(part, name)
        return self.real.text(expression)

    def _branches(self, depth: int) -> None:
        import sympy as sp

        known = set(self.twofold)
        self._assign(self.kernel.before, depth)
        common = set(self.twofold)
        for branch in self.kernel.branches:
            self.twofold = set(common)
            always = branch.condition in (True, sp.true)
            inner = depth if always else depth + 1
            if not always:
                note = f"  # {branch.note}" if branch.note else ""
                self._line(depth, f"if {_bare(self.real.text(branch.condition))}:{note}")
            self._assign(branch.body, inner)
            if branch.twofold or self.kernel.pair:
                high, low = self._pair(branch.value, inner)
                if self.kernel.pair:
                    self._line(inner, f"return {high}, {low or '0.0'}")
                else:
                    self._line(inner, f"return {high}" + (f" + {low}" if low else ""))
            else:
                (value,) = self._common([branch.value], inner)
                text = self._real(value, inner)
                self._line(inner, f"return {text}.0" if value.is_Integer else f"return {text}")
        self.twofold = known

    # twice the precision

    def _pair(self, expression: Any, depth: int) -> tuple[str, str | None]:
        """(high, low) as texts; low is None where the high part is exact."""
        import sympy as sp

        known: dict[Any, tuple[str, str | None]] = {}

        def put(call: str) -> tuple[str, str]:
            number = self._next()
            self._line(depth, f"h{number}, l{number} = {call}")
            return f"h{number}", f"l{number}"

        def constant(node: Any) -> tuple[str, str | None]:
            exact = sp.Rational(node) if node.is_Rational else sp.Rational(str(sp.N(node, 60)))
            high = float(exact)
            low = float(exact - sp.Rational(Fraction(high).numerator, Fraction(high).denominator))
            return repr(high), repr(low) if low else None

        def combine(name: str, a: tuple[str, str | None], b: tuple[str, str | None]) -> tuple[str, str]:
            exact = {"add": "exact_sum", "multiply": "exact_product"}.get(name)
            if exact and a[1] is None and b[1] is None:
                return put(f"_{exact}({a[0]}, {b[0]})")
            return put(f"_{name}({a[0]}, {a[1] or '0.0'}, {b[0]}, {b[1] or '0.0'})")

        def negative(a: tuple[str, str | None]) -> tuple[str, str | None]:
            return f"-{a[0]}", f"-{a[1]}" if a[1] else None

        def power(base: tuple[str, str | None], exponent: int) -> tuple[str, str | None]:
            if exponent == 1:
                return base
            half = power(base, exponent // 2)
            square = combine("multiply", half, half)
            return combine("multiply", square, base) if exponent % 2 else square

        def visit(node: Any) -> tuple[str, str | None]:
            if node not in known:
                known[node] = build(node)
            return known[node]

        def build(node: Any) -> tuple[str, str | None]:
            if node.is_Symbol:
                return str(node), self._low(node) if node in self.twofold else None
            if node.is_number and (node.is_Rational or node.is_Float or not node.args):
                return constant(node)
            if node.is_Add:
                # Unlike the canonical order of sympy, larger parts first would need values: the order is that of args.
                total = visit(node.args[0])
                for part in node.args[1:]:
                    total = combine("add", total, visit(part))
                return total
            if node.is_Mul:
                coefficient, rest = node.as_coeff_Mul()
                if coefficient != 1:
                    value = visit(rest)
                    return negative(value) if coefficient == -1 else combine("multiply", visit(coefficient), value)
                numerator, denominator = sp.fraction(node, exact=True)
                if denominator != 1:
                    return combine("divide", visit(numerator), visit(denominator))
                total = visit(node.args[0])
                for part in node.args[1:]:
                    total = combine("multiply", total, visit(part))
                return total
            if node.is_Pow:
                base = visit(node.base)
                if node.exp.is_Integer:
                    size = power(base, abs(int(node.exp)))
                    return size if node.exp > 0 else combine("divide", ("1.0", None), size)
                if node.exp.is_Rational and node.exp.q == 2:
                    square_root = put(f"_root({base[0]}, {base[1] or '0.0'})")
                    size = power(square_root, abs(int(node.exp.p)))
                    return size if node.exp > 0 else combine("divide", ("1.0", None), size)
                raise ValueError(f"no twofold power {node}")
            return function(node)

        def function(node: Any) -> tuple[str, str | None]:
            name = type(node).__name__
            arguments = [visit(argument) for argument in node.args]
            if name in self.kernels:
                kernel = self.kernels[name]
                given = []
                for symbol, (high, low) in zip(kernel.arguments, arguments, strict=True):
                    single = f"{high} + {low}" if low else high
                    given += [high, low or "0.0"] if symbol in kernel.pairs else [single]
                call = f"{name}({', '.join(given)})"
                if kernel.pair:
                    return put(call)
                self._line(depth, f"h{self._next()} = {call}")
                return f"h{self.count}", None
            # The value at the high part, rounded, and the first-order effect of the low part.
            slopes = {
                "exp": "{low}*{value}",
                "log": "{low}/{high}",
                "expm1": "{low}*({value} + 1.0)",
                "log1p": "{low}/(1.0 + {high})",
                "asinh": "{low}/math.sqrt(1.0 + {high}**2)",
                "atanh": "{low}/(1.0 - {high}**2)",
                "erfc": "-1.1283791670955126*{low}*math.exp(-{high}**2)",
                "erf": "1.1283791670955126*{low}*math.exp(-{high}**2)",
            }
            if name not in slopes:
                raise ValueError(f"no twofold evaluator for the function {name}")
            high, low = arguments[0]
            number = self._next()
            self._line(depth, f"h{number} = {_REAL_FUNCTIONS[name]}({high})")
            if not low:
                return f"h{number}", None
            self._line(depth, f"l{number} = " + slopes[name].format(high=high, low=low, value=f"h{number}"))
            return f"h{number}", f"l{number}"

        return visit(sp.sympify(expression))

    # any arithmetic

    def _twin(self) -> str:
        import sympy as sp

        kernel = self.kernel
        before = kernel.exact_before if kernel.exact_before is not None else kernel.before
        names = ", ".join(f"{symbol}: Any" for symbol in kernel.arguments)
        lines = [f"def {kernel.name}_in(ctx: Any, {names}) -> Any:"]
        show = self.abstract.text
        branches = kernel.exact or kernel.branches
        for line in _needed((*kernel.constants, *before), branches):
            lines.append(f"    {line.symbol} = {self._abstract_sum(line.expression)}")
        for branch in branches:
            always = branch.condition in (True, sp.true)
            indent = "    " if always else "        "
            if not always:
                lines.append(f"    if {show(branch.condition)}:")
            for line in branch.body:
                lines.append(f"{indent}{line.symbol} = {self._abstract_sum(line.expression)}")
            value = sp.sympify(branch.value)
            text = f"ctx.ratio({value}, 1)" if value.is_Integer else self._abstract_sum(value)
            lines.append(f"{indent}return {text}")
        return "\n".join(lines)

    def _abstract_sum(self, expression: Any) -> str:
        import sympy as sp

        expression = sp.sympify(expression)
        replaced: dict[str, str] = {}
        for number, part in enumerate(list(expression.atoms(sp.Sum))):
            (variable, low, high) = part.limits[0]
            name = f"sum_of_terms_{number}"
            expression = expression.subs(part, sp.Symbol(name, real=True))
            inner = self.abstract.text(part.function)
            span = f"range({self.real.text(low)}, {self.real.text(high + 1)})"
            replaced[name] = f"sum(({inner} for {variable} in {span}), ctx.ratio(0, 1))"
        text = self.abstract.text(expression)
        for name, loop in replaced.items():
            text = text.replace(name, loop)
        return text
