"""Memory that has been freed stays with the process, as a training asks for the same again.

Otherwise the C library gives large arrays back to the system and gets them page by page anew, in
every step: a fifth of the time of a step of tf2-cnn.
"""

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h of the GNU C library
KEPT = 1 << 28  # bytes free at the end of the heap, above which some are given back
LARGE = 1 << 25  # bytes from which on an array comes from the system by itself


def keep_freed_memory() -> None:
    """Tell the C library; nothing happens where it is not GNU's."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, LARGE)
        mallopt(M_TRIM_THRESHOLD, KEPT)
