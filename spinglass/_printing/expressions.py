"""The text of an expression, in double precision and over an abstract arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from spinglass._printing.kernels import Kernel

REAL_FUNCTIONS = {
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


def python_expression(expression: Any) -> str:
    """The text of an expression in double precision, as the kernels have it."""
    return DoublePrinter().text(expression)


def without_brackets(condition: str) -> str:
    """A relation without the brackets around it."""
    inner = condition[1:-1]
    return inner if condition[:1] == "(" and condition[-1:] == ")" and not set("()") & set(inner) else condition


class DoublePrinter:
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

        for name in REAL_FUNCTIONS:
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
        if name not in REAL_FUNCTIONS:
            raise ValueError(f"no evaluator in double precision for the function {name}")
        return f"{REAL_FUNCTIONS[name]}({', '.join(arguments)})"


class AbstractPrinter(DoublePrinter):
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
