"""The text of a module of kernels."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spinglass._printing.functions import KernelText
from spinglass._printing.kernels import Kernel

_WIDTH = 120


def module_text(kernels: Sequence[Kernel], header: str, imported: Sequence[tuple[Kernel, str]] = ()) -> str:
    """The text of a module with these kernels; a kernel comes after those it calls. `header` becomes the docstring.

    imported : kernels that other modules hold, with the modules' names.
    """
    by_name = {kernel.name: kernel for kernel in (*(kernel for kernel, _ in imported), *kernels)}
    parts = [KernelText(kernel, by_name).text() for kernel in kernels]
    body = "\n\n\n".join(parts)
    imports = ["from __future__ import annotations", ""]
    imports += ["import math"] if "math." in body else []
    imports += ["from typing import Any"] if "Any" in body else []
    imports += [""] if imports[-1] else []
    twofold = sorted(set(re.findall(r"(?<![\w.])_(exact_sum|exact_product|add|multiply|divide|root)\(", body)))
    needs = [name for name in ("jit", "vectorize") if f"@{name}" in body]
    imports.append(f"from spinglass._jit import {', '.join(needs)}")
    imports += [f"from spinglass._twofold import {name} as _{name}" for name in twofold]
    for module in sorted({module for _, module in imported}):
        offered = {each for kernel, home in imported if home == module for each in (kernel.name, f"{kernel.name}_in")}
        used = sorted(name for name in offered if re.search(rf"(?<![\w.]){name}\(", body))
        line = f"from {module} import {', '.join(used)}"
        if len(line) > _WIDTH:
            line = f"from {module} import (\n" + "".join(f"    {name},\n" for name in used) + ")"
        imports += [line] if used else []
    return f'"""{header.strip()}\n"""\n\n' + "\n".join(imports) + "\n\n\n" + body + "\n"
