"""Messages between processes over a socket: tuples of plain data, each after its size in four bytes."""

from __future__ import annotations

import marshal
import os
from _thread import start_new_thread
from time import sleep
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from socket import socket

SIZE = 4
PIECE = 1 << 18


class Link:
    """One end. Who sends waits until it is sent; `read` waits for a message, `arrived` does not wait."""

    def __init__(self, end: socket) -> None:
        self.end = end
        self.pending = bytearray()

    def fileno(self) -> int:
        """The socket's, for `selectors`."""
        return self.end.fileno()

    def send(self, *message: Any) -> None:
        """Send a message. Raises OSError where nobody is there any more."""
        data = marshal.dumps(message)
        self.end.sendall(len(data).to_bytes(SIZE, "little") + data)

    def read(self) -> tuple[Any, ...] | None:
        """The next message; None when the other end is gone."""
        while (message := self.take()) is None:
            if not self.receive():
                return None
        return message

    def arrived(self) -> tuple[list[tuple[Any, ...]], bool]:
        """The messages that are there once something can be received; and whether the other end is."""
        alive = self.receive()
        found = []
        while (message := self.take()) is not None:
            found.append(message)
        return found, alive

    def receive(self) -> bool:
        """Receive some bytes; False when the other end is gone."""
        try:
            data = self.end.recv(PIECE)
        except ConnectionError:
            return False
        self.pending += data
        return bool(data)

    def take(self) -> tuple[Any, ...] | None:
        """The first whole message of what was received."""
        pending = self.pending
        end = SIZE + int.from_bytes(pending[:SIZE], "little")
        if len(pending) < SIZE or len(pending) < end:
            return None
        message: tuple[Any, ...] = marshal.loads(memoryview(pending)[SIZE:end])
        del pending[:end]
        return message

    def close(self) -> None:
        """Close this end."""
        self.end.close()


EVERY = 0.2
"""Seconds between two looks whether the one that started a process is still there."""


def end_with_parent() -> None:
    """Let this process end when its parent does, also in the middle of a step."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            sleep(EVERY)
        os._exit(1)

    start_new_thread(watch, ())
