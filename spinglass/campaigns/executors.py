"""Who does the work: this process, several processes of this machine, or a Dask cluster.

An executor is a map without order: it takes a function and cells, and yields (cell, result) as cells are finished. The
pairs are the same for every executor and every number of workers, because randomness belongs into the cell.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from typing import Any

from spinglass._errors import ComputationError, checked_int, input_error

Executor = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[tuple[Any, Any]]]

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_DEATHS_IN_COMPANY = 2  # a cell that was under way so often when a worker died is computed alone, after the others
_DEATHS_ALONE = 2
_SCHEDULER_TIMEOUT = 5.0
_WORKERS_TIMEOUT = 60.0


def executor(workers: int | None = None, scheduler: str | None = None) -> Executor:
    """Processes of this machine (`workers`, default: one per core), or the Dask cluster at the address `scheduler`."""
    if scheduler is not None:
        if workers is not None:
            raise input_error("workers", workers, "belongs to this machine; a cluster has its own workers")
        return partial(dask_map, address=scheduler)
    return partial(process_map, workers=workers)


def process_map(
    function: Callable[[Any], Any], cells: Iterable[Any], workers: int | None = None
) -> Iterator[tuple[Any, Any]]:
    """Yield (cell, function(cell)) as cells are finished, in any order.

    `function` and the cells must be picklable; randomness belongs into the cell (see `stream`), so that the pairs are
    the same for every number of workers. One worker means this process. Each worker is a fresh ("spawned") process
    limited to one thread of linear algebra. When the caller stops early or a cell fails, cells that have not started
    are dropped.

    The cells of a worker that dies (killed, out of memory) are computed again by another. A cell that was under way at
    several deaths is put off to the end and computed alone; if its worker dies then, and once more, `ComputationError`
    names it.
    """
    workers = checked_int("workers", workers if workers is not None else os.cpu_count() or 1, 1)
    pending = list(cells)
    if workers == 1 or len(pending) <= 1:
        for cell in pending:
            yield cell, function(cell)
        return
    with _one_thread_each():
        suspects: list[Any] = []
        yield from _in_company(function, deque((cell, 0) for cell in pending), workers, suspects)
        deadly: list[Any] = []
        for cell in suspects:
            yield from _alone(function, cell, deadly)
    if deadly:
        raise _killed(deadly)


def _in_company(
    function: Callable[[Any], Any], queue: deque[tuple[Any, int]], workers: int, suspects: list[Any]
) -> Iterator[tuple[Any, Any]]:
    """Every cell of the queue, each with the deaths of workers it has seen; what saw too many goes to `suspects`."""
    running: dict[Future[Any], tuple[Any, int]] = {}
    pool = _new_pool(workers)
    try:
        while queue or running:
            broken = False
            try:
                while queue and len(running) < 2 * workers:  # one more waits for each, so that none is idle
                    running[pool.submit(function, queue[0][0])] = queue[0]
                    queue.popleft()
            except BrokenProcessPool:
                broken = True
            finished = set(wait(running, return_when=FIRST_COMPLETED).done)
            while finished:
                future = finished.pop()
                cell, deaths = running.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    broken = True
                    if deaths + 1 < _DEATHS_IN_COMPANY:
                        queue.append((cell, deaths + 1))
                    else:
                        suspects.append(cell)
                else:
                    yield cell, future.result()
                if broken and not finished:  # the others end with the pool, or had just finished
                    finished = set(wait(running).done)
            if broken:
                pool.shutdown(wait=True)
                pool = _new_pool(workers)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _alone(function: Callable[[Any], Any], cell: Any, deadly: list[Any]) -> Iterator[tuple[Any, Any]]:
    """A cell that has a worker for itself, so that deaths of the worker are due to it; then it goes to `deadly`."""
    for _ in range(_DEATHS_ALONE):
        with _new_pool(1) as pool:
            try:
                result = pool.submit(function, cell).result()
            except BrokenProcessPool:
                continue
        yield cell, result
        return
    deadly.append(cell)


def _killed(deadly: list[Any]) -> ComputationError:
    more = f"; the same for {len(deadly) - 1} more" if len(deadly) > 1 else ""
    return ComputationError(
        f"worker processes died several times while they computed {deadly[0]}{more}: "
        "killed from outside, or out of memory. All others are done"
    )


def _new_pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn"), initializer=_follow_parent)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Environment variables that the workers inherit and read when they load linear algebra."""
    saved = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
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


def dask_map(function: Callable[[Any], Any], cells: Iterable[Any], address: str) -> Iterator[tuple[Any, Any]]:
    """Yield (cell, function(cell)) as the workers of a Dask cluster finish cells, in any order.

    `address` is the scheduler's, as "tcp://host:8786". The workers must have the same version of the package; they need
    no common file system. Dask itself gives the cells of a worker that dies to another one, a few times.

    Raises `InputError` when `distributed` is not installed or nothing answers at the address, `ComputationError` when
    the cluster is lost on the way or a cell kills its workers.
    """
    try:
        import distributed
    except ImportError:
        raise input_error(
            "scheduler", address, "needs the package distributed: pip install 'spinglass[dask]'"
        ) from None
    try:
        _knock(address)
        client = distributed.Client(address, timeout=_SCHEDULER_TIMEOUT, set_as_default=False)
    except (OSError, ValueError, ImportError) as problem:
        reason = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        raise input_error("scheduler", address, f"no Dask scheduler can be reached there: {reason}") from None
    queue = deque(cells)
    running: dict[Any, Any] = {}
    deadly: list[Any] = []

    def submitted() -> Iterator[Any]:
        """Futures of two cells for every thread that the cluster has now."""
        threads = sum(client.nthreads().values())
        while queue and len(running) < max(2 * threads, 1):
            future = client.submit(function, queue[0], pure=False)
            running[future.key] = queue.popleft()
            yield future

    try:
        try:
            client.wait_for_workers(1, timeout=_WORKERS_TIMEOUT)
        except OSError:
            raise ComputationError(f"the Dask scheduler at {address} has no workers") from None
        ended = distributed.as_completed(list(submitted()), loop=client.loop)
        for future in ended:
            cell = running.pop(future.key)
            if future.status == "error" and isinstance(future.exception(), distributed.KilledWorker):
                deadly.append(cell)
            elif future.status in ("error", "finished"):
                yield cell, future.result()
            else:
                raise ComputationError(f"the Dask scheduler at {address} was lost")
            ended.update(list(submitted()))
    except (OSError, distributed.CancelledError) as problem:
        raise ComputationError(f"the Dask scheduler at {address} was lost: {problem}") from problem
    finally:
        client.close()
    if deadly:
        raise _killed(deadly)


def _knock(address: str) -> None:
    """Raise `OSError` or `ValueError` where nothing listens, at once: Dask's own client takes half a minute for it."""
    from distributed.comm import get_address_host_port, parse_address

    if parse_address(address)[0] in ("inproc", "ucx", "ws", "wss"):
        return
    host, port = get_address_host_port(address)
    with socket.create_connection((host, port), timeout=_SCHEDULER_TIMEOUT):
        pass
