"""Where runs are worked out: processes of this computer, or an engine of several computers, by the name of the key ``executor``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from sim.world.errors import Refusal
from verhuisketens.extras import need

P = ParamSpec("P")
T = TypeVar("T")
PROCESSES, DASK, RAY = "processes", "dask", "ray"


def check_engine(name: str, address: str | None) -> None:
    """Raises Refusal where its package is not installed, or processes are given an address, which they do not have."""
    if name != PROCESSES:
        need(name)
    elif address is not None:
        raise Refusal(f"address={address}: processes run on this computer; add executor=dask or executor=ray, or leave it out")


@contextmanager
def engine(name: str, address: str | None, workers: int) -> Iterator[Executor | None]:
    """Something with the interface of ``concurrent.futures``; None for processes, which the runner starts itself.

    Args:
        address: of the engine's scheduler; None starts one on this computer, with so many workers, for as long as it is needed.

    Raises:
        Refusal: as ``check_engine``; nobody answers at the address.
    """
    check_engine(name, address)
    if name == PROCESSES:
        yield None
        return
    with _dask(address, workers) if name == DASK else _ray(address, workers) as executor:
        yield executor


@contextmanager
def _dask(address: str | None, workers: int) -> Iterator[Executor]:
    from distributed import Client, LocalCluster

    with _answering(DASK, address):
        here = (
            None if address else LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
        )  # kernels are compiled once
        client = Client(address or here, timeout="20s")
    try:
        yield client.get_executor(pure=False, retries=1)  # a worker that is lost takes its seed to another one
    finally:
        client.close()
        if here is not None:
            here.close()


@contextmanager
def _ray(address: str | None, workers: int) -> Iterator[Executor]:
    import ray

    with _answering(RAY, address):
        ray.init(address=address, num_cpus=None if address else workers, log_to_driver=False, include_dashboard=False)
    try:
        yield _OfRay(ray)
    finally:
        ray.shutdown()


class _OfRay(Executor):
    """Ray's tasks as futures: it has no executor of its own."""

    def __init__(self, ray: Any) -> None:
        self._remote = ray.remote(max_retries=1)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        found: Future[T] = self._remote(fn).remote(*args, **kwargs).future()
        return found


@contextmanager
def _answering(name: str, address: str | None) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, RuntimeError, TimeoutError, ConnectionError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        where = f"at {address}" if address else "on this computer"
        raise Refusal(f"executor={name}: no scheduler answers {where} ({said}); start one there, or give another address") from error
