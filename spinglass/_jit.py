"""The one door to compiled code: numba's compiler with a cache that cannot go stale, and one BLAS thread.

numba's on-disk cache is keyed by the source of the decorated function alone: it does not notice a change in a callee
or in a constant of another module, and keeps giving the old numbers, also after an upgrade of the package. Here the
cache folder carries a digest of all sources of the package, so any change of any file starts a fresh cache. The
folder is `$SPINGLASS_CACHE_DIR`, else `$XDG_CACHE_HOME/spinglass`, else `~/.cache/spinglass`; without a writable
folder functions compile in memory.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

_KEPT_CACHES = 4  # older digests are removed when a new one appears


def source_digest() -> str:
    """Sixteen hexadecimal digits that change with any source file of the package."""
    return _digest_of(Path(__file__).parent)


@lru_cache(maxsize=4)
def _digest_of(root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(b"\0")
        digest.update(path.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def user_cache_dir() -> Path:
    """The folder for compiled code and for emitted evaluators of a user's own activations."""
    named = os.environ.get("SPINGLASS_CACHE_DIR")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "spinglass"


@lru_cache(maxsize=1)
def _cache_dir() -> Path | None:
    try:
        root = user_cache_dir()
        folder = root / source_digest()
        new = not folder.is_dir()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, RuntimeError):
        return None
    if new:
        others = [path for path in root.iterdir() if path.is_dir() and path != folder and len(path.name) == 16]
        others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for stale in others[_KEPT_CACHES - 1 :]:
            shutil.rmtree(stale, ignore_errors=True)
    return folder


def _decorated(make: Callable[..., Any], options: dict[str, Any]) -> Callable[..., Any]:
    import numba

    folder = _cache_dir()
    if folder is None:
        return make(cache=False, **options)

    def decorate(function: Callable[..., Any]) -> Any:
        previous = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(folder)
        try:
            return make(cache=True, **options)(function)
        finally:
            numba.config.CACHE_DIR = previous

    return decorate


def jit(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """`numba.njit` with the package's cache. No `fastmath`: reported numbers must not depend on re-association."""
    import numba

    decorate = _decorated(numba.njit, {"error_model": "numpy", **options})
    return decorate if function is None else decorate(function)


def vectorize(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """`numba.vectorize` with the package's cache; signatures are found at the first call."""
    import numba

    decorate = _decorated(numba.vectorize, options)
    return decorate if function is None else decorate(function)


@lru_cache(maxsize=1)
def _thread_pools() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Run linear algebra of small matrices on one thread: default threads make it up to a hundred times slower."""
    with _thread_pools().limit(limits=1, user_api="blas"):
        yield
