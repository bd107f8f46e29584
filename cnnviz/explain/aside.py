"""Work of one piece in a thread of its own, so that nobody has to wait for its end to leave it."""

from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

T = TypeVar("T")
OFTEN = 0.1  # seconds


def aside(call: Callable[[], T], share: float = 0.0) -> Generator[float, None, T]:
    """Yield the share that is done before, ten times a second; return what `call` returns.

    Who closes the generator goes on at once; the call runs to its end unheard.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # whatever it is, it belongs to who waits
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    while True:
        yield share
        if wait([future], OFTEN).done:
            return future.result()
