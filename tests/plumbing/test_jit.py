"""The compiler's cache must not keep old numbers when a callee changes."""

import subprocess
import sys
from pathlib import Path

import pytest

import spinglass._jit

DOOR = "from toy._jit import jit\n"
PLAIN = "import numba\ndef jit(function):\n    return numba.njit(cache=True)(function)\n"
INNER = "{door}\n@jit\ndef inner(x):\n    return x + {constant}\n"
OUTER = "{door}\nfrom toy.inner import inner\n@jit\ndef outer(x):\n    return 10 * inner(x)\n"


def _value_before_and_after(tmp_path: Path, door: str) -> tuple[float, float]:
    package = tmp_path / "toy"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "_jit.py").write_text(Path(spinglass._jit.__file__).read_text())
    (package / "outer.py").write_text(OUTER.format(door=door))
    values = []
    for constant in (1, 2):
        (package / "inner.py").write_text(INNER.format(door=door, constant=constant))
        run = subprocess.run(
            [sys.executable, "-c", "from toy.outer import outer; print(outer(0.0))"],
            cwd=tmp_path,
            env={
                "PATH": "",
                "PYTHONPATH": str(tmp_path),
                "SPINGLASS_CACHE_DIR": str(tmp_path / "cache"),
                "PYTHONDONTWRITEBYTECODE": "1",  # byte code is keyed by size and by seconds: too coarse for this
            },
            capture_output=True,
            text=True,
            check=True,
        )
        values.append(float(run.stdout))
    return values[0], values[1]


def test_a_changed_callee_gives_new_numbers(tmp_path):
    assert _value_before_and_after(tmp_path, DOOR) == (10.0, 20.0)
    assert len([path for path in (tmp_path / "cache").iterdir() if path.is_dir()]) == 2


def test_the_trap_is_real_without_the_door(tmp_path):
    assert _value_before_and_after(tmp_path, PLAIN) == (10.0, 10.0)


def test_old_caches_are_removed(tmp_path):
    for i in range(8):
        (tmp_path / f"{i:016d}").mkdir()
    (tmp_path / "kept-because-not-a-digest").mkdir()
    code = "import spinglass._jit as j; j._cache_dir()"
    subprocess.run([sys.executable, "-c", code], env={"PATH": "", "SPINGLASS_CACHE_DIR": str(tmp_path)}, check=True)
    names = [path.name for path in tmp_path.iterdir()]
    assert len([name for name in names if len(name) == 16]) == spinglass._jit._KEPT_CACHES
    assert "kept-because-not-a-digest" in names


def test_without_a_writable_folder_functions_compile_in_memory(tmp_path):
    blocked = tmp_path / "a-file"
    blocked.touch()
    code = "from spinglass._jit import jit\nprint(jit(lambda x: x + 1)(1))"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "", "SPINGLASS_CACHE_DIR": str(blocked)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "2"


@pytest.mark.parametrize("order", [1, 2])
def test_one_blas_thread_is_restored(order):
    import threadpoolctl

    before = [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    with spinglass._jit.one_blas_thread():
        inside = [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    after = [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    assert all(threads == 1 for threads in inside)
    assert before == after
