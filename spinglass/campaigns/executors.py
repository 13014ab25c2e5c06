"""Work on several processes: a map whose results do not depend on the number of workers."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context, parent_process
from typing import Any

from spinglass._errors import checked_int

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def process_map(
    function: Callable[[Any], Any], cells: Iterable[Any], workers: int | None = None
) -> Iterator[tuple[Any, Any]]:
    """Yield (cell, function(cell)) as cells are finished, in any order.

    `function` and the cells must be picklable; randomness belongs into the cell (see `stream`), so that the pairs are
    the same for every number of workers. One worker means this process. Each worker is a fresh ("spawned") process
    limited to one thread of linear algebra. When the caller stops early or a cell fails, cells that have not started
    are dropped.
    """
    workers = checked_int("workers", workers if workers is not None else os.cpu_count() or 1, 1)
    pending = list(cells)
    if workers == 1 or len(pending) <= 1:
        for cell in pending:
            yield cell, function(cell)
        return
    saved = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))  # inherited by the workers, read when they load BLAS
    pool = ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn"), initializer=_follow_parent)
    try:
        running: dict[Future[Any], Any] = {pool.submit(function, cell): cell for cell in pending}
        while running:
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                yield running.pop(future), future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for name, value in saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _follow_parent() -> None:
    """End this worker when its parent dies, also by a signal that leaves the parent no time to say so.

    An interrupt from the keyboard reaches parent and workers: it ends a worker at once and without a word. Where the
    parent was started with interrupts ignored, as in the background of a shell script, workers ignore them too.
    """
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
