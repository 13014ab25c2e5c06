"""From a user's text to a sympy expression, node by node: nothing of the text is ever evaluated as code.

The text is parsed with `ast`, every node must be on a short list of constructs and names, and the sympy expression
is put together from the nodes. sympy's own `sympify` and `parse_expr` evaluate code and are not used.
"""

from __future__ import annotations

import ast
import difflib
import math
import warnings
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from spinglass._errors import InputError, input_error

MAX_LENGTH = 500
MAX_DEPTH = 40
MAX_EXPONENT = 64
MAX_NUMBER = 1e100

# name in the text -> (name of the builder in `symbols()`, least and most number of arguments)
FUNCTIONS: dict[str, tuple[str, int, int]] = {
    **{name: (name, 1, 1) for name in ("exp", "log", "sqrt", "erf", "erfc", "tanh", "sinh", "cosh", "sin", "cos")},
    **{name: (name, 1, 1) for name in ("atan", "asinh", "sign", "sigmoid", "softplus", "relu")},
    "ln": ("log", 1, 1),
    "arctan": ("atan", 1, 1),
    "arcsinh": ("asinh", 1, 1),
    "Abs": ("modulus", 1, 1),
    "abs": ("modulus", 1, 1),
    "Heaviside": ("step", 1, 1),
    "Max": ("maximum", 2, 8),
    "max": ("maximum", 2, 8),
    "Min": ("minimum", 2, 8),
    "min": ("minimum", 2, 8),
}
CONSTANTS = ("pi", "E", "e")

_CONSTRUCTS = {
    ast.Attribute: "attribute access",
    ast.Subscript: "subscripts",
    ast.Lambda: "lambda",
    ast.IfExp: "conditional expressions (use Max, Min, Abs, sign or Heaviside)",
    ast.NamedExpr: "assignments",
    ast.Compare: "comparisons",
    ast.BoolOp: "and/or",
    ast.JoinedStr: "strings",
    ast.ListComp: "comprehensions",
    ast.SetComp: "comprehensions",
    ast.DictComp: "comprehensions",
    ast.GeneratorExp: "comprehensions",
    ast.Await: "await",
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
    ast.List: "lists",
    ast.Tuple: "tuples",
    ast.Set: "sets",
    ast.Dict: "dictionaries",
    ast.Starred: "starred arguments",
}


@lru_cache(maxsize=1)
def symbols() -> SimpleNamespace:
    """The variable x, sympy's functions, and functions of our own for what sympy would rewrite or cannot differentiate.

    Derivatives of jumps are dropped (sign′ = step′ = 0): activations with a jump are refused, and where jumps cancel,
    as in x sign(x), so do the delta functions.
    """
    import sympy as sp

    class step(sp.Function):
        nargs = 1

        def fdiff(self, argindex: int = 1) -> Any:
            return sp.Integer(0)

    class sign(sp.Function):
        nargs = 1

        def fdiff(self, argindex: int = 1) -> Any:
            return sp.Integer(0)

    class modulus(sp.Function):
        nargs = 1

        def fdiff(self, argindex: int = 1) -> Any:
            return sign(self.args[0])

    class pair_maximum(sp.Function):
        nargs = 2

        def fdiff(self, argindex: int = 1) -> Any:
            a, b = self.args
            return step(a - b) if argindex == 1 else step(b - a)

    class sigmoid(sp.Function):
        nargs = 1

        def fdiff(self, argindex: int = 1) -> Any:
            return sigmoid(self.args[0]) * sigmoid(-self.args[0])

    class softplus(sp.Function):
        nargs = 1

        def fdiff(self, argindex: int = 1) -> Any:
            return sigmoid(self.args[0])

    def maximum(*arguments: Any) -> Any:
        result = arguments[0]
        for other in arguments[1:]:
            result = pair_maximum(result, other)
        return result

    def minimum(*arguments: Any) -> Any:
        return -maximum(*(-argument for argument in arguments))

    return SimpleNamespace(
        x=sp.Symbol("x", real=True),
        pi=sp.pi,
        E=sp.E,
        e=sp.E,
        exp=sp.exp,
        log=sp.log,
        sqrt=sp.sqrt,
        erf=sp.erf,
        erfc=sp.erfc,
        tanh=sp.tanh,
        sinh=sp.sinh,
        cosh=sp.cosh,
        sin=sp.sin,
        cos=sp.cos,
        atan=sp.atan,
        asinh=sp.asinh,
        relu=lambda a: pair_maximum(a, sp.Integer(0)),
        step=step,
        sign=sign,
        modulus=modulus,
        pair_maximum=pair_maximum,
        maximum=maximum,
        minimum=minimum,
        sigmoid=sigmoid,
        softplus=softplus,
    )


def parsed(text: Any) -> Any:
    """The sympy expression of a text in x, or an `InputError` that names the first thing that is not allowed."""
    if not isinstance(text, str):
        raise input_error("expression", text, "must be a text in x, for example 'x*erf(x)'")
    if not text.strip():
        raise input_error("expression", text, "must not be empty")
    if len(text) > MAX_LENGTH:
        raise input_error("expression", text, f"must not be longer than {MAX_LENGTH} characters")
    if "\n" in text or "\r" in text or "\0" in text:
        raise input_error("expression", text, "must be one line of text")
    if "#" in text:
        raise input_error("expression", text, "must not contain comments")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        raise input_error("expression", text, f"cannot be read: {error.msg} (Python syntax; powers are x**2)") from None
    except (ValueError, RecursionError, MemoryError):
        raise input_error("expression", text, "cannot be read: nested too deeply") from None
    expression, _ = _Builder(text).build(tree.body, 0)
    return expression


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text

    def refused(self, rule: str) -> InputError:
        return input_error("expression", self.text, rule)

    def build(self, node: ast.AST, depth: int) -> tuple[Any, float | None]:
        """The sympy expression of a node, and its value in double if it does not depend on x."""
        if depth > MAX_DEPTH:
            raise self.refused(f"must not be nested deeper than {MAX_DEPTH} levels")
        if isinstance(node, ast.Constant):
            return self.number(node.value)
        if isinstance(node, ast.Name):
            return self.name(node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.UAdd, ast.USub)):
            value, number = self.build(node.operand, depth + 1)
            if isinstance(node.op, ast.USub):
                return -value, None if number is None else -number
            return value, number
        if isinstance(node, ast.BinOp):
            return self.binary(node, depth)
        if isinstance(node, ast.Call):
            return self.call(node, depth)
        kind = _CONSTRUCTS.get(type(node), f"{type(node).__name__} constructs")
        raise self.refused(f"must not contain {kind}; allowed are x, numbers, + - * / **, pi, E and {self.allowed()}")

    @staticmethod
    def allowed() -> str:
        return ", ".join(FUNCTIONS)

    def number(self, value: Any) -> tuple[Any, float]:
        import sympy as sp

        if isinstance(value, (str, bytes)):
            raise self.refused("must not contain strings")
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.refused(f"must not contain {value!r}: only real numbers are allowed")
        if not abs(value) <= MAX_NUMBER or 0 < abs(value) < 1 / MAX_NUMBER:
            raise self.refused("contains a number outside 1e-100 ... 1e100")
        return sp.Rational(repr(value)), float(value)

    def name(self, name: str) -> tuple[Any, float | None]:
        if name == "x":
            return symbols().x, None
        if name == "pi":
            return symbols().pi, math.pi
        if name in CONSTANTS:
            return symbols().E, math.e
        if name in FUNCTIONS:
            raise self.refused(f"uses the function {name} without its argument")
        raise self.refused(f"contains the unknown name {name!r}{self.nearest(name)}; the variable is x")

    @staticmethod
    def nearest(name: str) -> str:
        near = difflib.get_close_matches(name, [*FUNCTIONS, *CONSTANTS, "x"], n=3, cutoff=0.5)
        return f", did you mean {' or '.join(near)}?" if near else ""

    def call(self, node: ast.Call, depth: int) -> tuple[Any, float | None]:
        if not isinstance(node.func, ast.Name):
            raise self.refused("may call only functions by their names")
        name = node.func.id
        if name not in FUNCTIONS:
            raise self.refused(f"calls the unknown function {name!r}{self.nearest(name)}")
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise self.refused(f"must call {name} with plain arguments")
        builder, least, most = FUNCTIONS[name]
        if not least <= len(node.args) <= most:
            count = f"{least}" if least == most else f"{least} to {most}"
            raise self.refused(f"must call {name} with {count} argument{'s' if most > 1 else ''}")
        built = [self.build(argument, depth + 1) for argument in node.args]
        numbers = [number for _, number in built]
        value: float | None = None
        if all(number is not None for number in numbers):
            value = self.constant_call(name, builder, numbers)
        return getattr(symbols(), builder)(*(expression for expression, _ in built)), value

    def constant_call(self, name: str, builder: str, numbers: list[Any]) -> float:
        from spinglass.activations.interpreter import DOUBLE

        with np.errstate(all="ignore"):
            if builder in ("maximum", "minimum"):
                value = max(numbers) if builder == "maximum" else min(numbers)
            elif builder == "relu":
                value = max(numbers[0], 0.0)
            elif builder == "sqrt":
                value = float(np.sqrt(numbers[0]))
            else:
                value = float(DOUBLE.functions[builder](np.float64(numbers[0])))
        return self.checked(value, f"{name}({', '.join(f'{number:g}' for number in numbers)})")

    def checked(self, value: float, shown: str) -> float:
        if not math.isfinite(value) or abs(value) > MAX_NUMBER:
            raise self.refused(f"contains {shown}, which is not a real number below 1e100")
        return value

    def binary(self, node: ast.BinOp, depth: int) -> tuple[Any, float | None]:
        chain = [node]  # a sum or product of many terms is one level deep, however many it has
        while isinstance(chain[-1].left, ast.BinOp) and not isinstance(chain[-1].left.op, ast.Pow):
            chain.append(chain[-1].left)
        result = self.build(chain[-1].left, depth + 1)
        for link in reversed(chain):
            result = self.joined(link, result, self.build(link.right, depth + 1))
        return result

    def joined(
        self, node: ast.BinOp, first: tuple[Any, float | None], second: tuple[Any, float | None]
    ) -> tuple[Any, float | None]:
        (left, a), (right, b) = first, second
        if isinstance(node.op, ast.BitXor):
            raise self.refused("must not contain ^; powers are written x**2")
        if not isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)):
            raise self.refused(f"must not contain the operation {type(node.op).__name__}; allowed are + - * / **")
        constant = a is not None and b is not None
        if isinstance(node.op, ast.Pow):
            return self.power(left, a, right, b)
        if isinstance(node.op, ast.Div):
            if right.is_zero or b == 0:
                raise self.refused("divides by zero")
            value = self.checked(a / b, f"{a:g}/{b:g}") if a is not None and b is not None else None
            return left / right, value
        if isinstance(node.op, ast.Add):
            return left + right, self.checked(a + b, "a sum") if constant else None  # type: ignore[operator]
        if isinstance(node.op, ast.Sub):
            return left - right, self.checked(a - b, "a difference") if constant else None  # type: ignore[operator]
        return left * right, self.checked(a * b, "a product") if constant else None  # type: ignore[operator]

    def power(self, base: Any, a: float | None, exponent: Any, b: float | None) -> tuple[Any, float | None]:
        import sympy as sp

        if b is None:
            if a is None or a <= 0:
                raise self.refused("may have x in an exponent only over a positive number, as in 2**x")
            return base**exponent, None
        if abs(b) > MAX_EXPONENT:
            raise self.refused(f"contains an exponent beyond {MAX_EXPONENT}")
        if not exponent.is_Rational:
            exponent = sp.Rational(repr(b))
        near = exponent.limit_denominator(1000)  # 1/3 written as a decimal is meant as the third root
        if abs(float(near) - b) < 1e-15:
            exponent = near
        if a is None:
            result = base**exponent
            for part in sp.preorder_traversal(result):  # powers of powers multiply
                if part.is_Pow and part.exp.is_Rational and abs(part.exp) > MAX_EXPONENT:
                    raise self.refused(f"contains an exponent beyond {MAX_EXPONENT}")
            return result, None
        if (a == 0 and b < 0) or (a < 0 and not exponent.is_integer):
            raise self.refused(f"contains {a:g}**{b:g}, which is not a real number")
        if a != 0 and abs(b * math.log10(abs(a))) > 100:
            raise self.refused(f"contains {a:g}**{b:g}, beyond 1e100")
        return base**exponent, self.checked(a**b, f"{a:g}**{b:g}")
