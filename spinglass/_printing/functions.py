"""The text of the functions of one kernel: scalar, ufunc, curve and twin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from spinglass._printing.expressions import REAL_FUNCTIONS, AbstractPrinter, DoublePrinter, without_brackets
from spinglass._printing.kernels import Assignment, Kernel, needed_assignments


class KernelText:
    """Writes the functions of one kernel."""

    def __init__(self, kernel: Kernel, kernels: dict[str, Kernel]) -> None:
        self.kernel = kernel
        self.kernels = kernels
        self.real = DoublePrinter(kernels)
        self.abstract = AbstractPrinter(kernels)
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
                self._line(depth, f"if {without_brackets(self.real.text(branch.condition))}:{note}")
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
            self._line(depth, f"h{number} = {REAL_FUNCTIONS[name]}({high})")
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
        for line in needed_assignments((*kernel.constants, *before), branches):
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
