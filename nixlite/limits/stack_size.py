"""How large the C stack of a thread is."""

from __future__ import annotations

import sys
from _thread import get_ident

ENOUGH = 6 << 20
"""Bytes of C stack with which whatever the tests nest is evaluated."""


def stack_bytes() -> int | None:
    """The size of this thread's C stack in bytes; None where nobody knows."""
    if sys.platform == "win32":
        return ENOUGH  # what its main thread has is Python's choice, and it checks the stack there
    try:
        return thread_stack_bytes()
    except (ImportError, OSError, AttributeError, ValueError):
        return None


def thread_stack_bytes() -> int | None:
    """The same by the system's threads library. Raises AttributeError where that has no such function."""
    import ctypes  # only in threads that are not the main one

    library = ctypes.CDLL(None)
    me = ctypes.c_void_p(get_ident())
    if sys.platform == "darwin":
        library.pthread_get_stacksize_np.restype = ctypes.c_size_t
        return int(library.pthread_get_stacksize_np(me))
    attributes = ctypes.create_string_buffer(256)  # pthread_attr_t has 56 bytes
    start, size = ctypes.c_void_p(), ctypes.c_size_t()
    if library.pthread_getattr_np(me, attributes):
        return None
    library.pthread_attr_getstack(attributes, ctypes.byref(start), ctypes.byref(size))
    library.pthread_attr_destroy(attributes)
    return size.value
