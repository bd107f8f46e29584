"""What was computed once and is kept for all sessions, within bounds."""

import sys
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from threading import Lock
from typing import Any, TypeVar, cast

import numpy as np
import streamlit as st
from cachetools import LRUCache

T = TypeVar("T")
MOST_BYTES = 256_000_000


def remembered(key: Hashable, make: Callable[[], T]) -> T:
    """Return what was made for this key before, or make it now.

    What was not asked for longest goes when all together would pass `MOST_BYTES`; what is larger
    than that alone is not kept. Nothing is kept of what raises an error.
    """
    store, lock = _store()
    with lock:
        if key in store:
            return cast(T, store[key])
    made = make()
    with lock:
        if nbytes(made) <= store.maxsize:
            store[key] = made
    return made


def known(key: Hashable) -> bool:
    """Whether something is kept under this key."""
    store, lock = _store()
    with lock:
        return key in store


@st.cache_resource(show_spinner=False)
def _store() -> tuple[LRUCache[Hashable, Any], Lock]:
    return LRUCache(MOST_BYTES, getsizeof=nbytes), Lock()


def nbytes(value: Any) -> int:
    """Return about how much memory a value takes: its arrays, wherever they stand in it."""
    if isinstance(value, np.ndarray):
        return value.nbytes + sys.getsizeof(0)
    if isinstance(value, Mapping):
        return sys.getsizeof(value) + sum(map(nbytes, value.values()))
    if isinstance(value, list | tuple):
        return sys.getsizeof(value) + sum(map(nbytes, value))
    if is_dataclass(value):
        return sum(nbytes(getattr(value, field.name)) for field in fields(value))
    return sys.getsizeof(value)
