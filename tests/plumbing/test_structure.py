"""The rooms import only downwards, help is cheap, and the text holds no leftovers."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ["numpy", "sympy", "numba", "scipy", "matplotlib", "mpmath", "jinja2", "pyarrow"]


def test_the_layer_contract_holds():
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom spinglass.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as stop:\n    assert stop.code == 0\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "compare" in run.stdout
    assert run.stderr.strip() == "[]"


def test_importing_the_rooms_is_cheap():
    code = (
        "import sys, spinglass\n"
        "spinglass.activations, spinglass.complexity, spinglass.hamiltonians, spinglass.claims, spinglass.reports\n"
        "print([name for name in ('sympy', 'scipy.stats', 'matplotlib', 'sklearn') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_bound_in_pyproject_has_a_reason():
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    bounds = [line for line in lines if line.lstrip().startswith('"') and ">=" in line]
    assert len(bounds) > 10
    assert [line for line in bounds if "#" not in line] == []
