"""The process in which programs of the user's run: it may hang, grow or crash, and is then begun anew.

It reads questions and writes answers, a JSON object a line, over what were its standard input and output;
these are turned away first, so whatever else would write there cannot disturb. A question is `{"id", "ask",
"open", …}`, an answer `{"id", "answer"}` or `{"id", "error", "kind"}`.
"""

from __future__ import annotations

import json
import os
import sys
from _thread import start_new_thread
from time import sleep
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

LOOK = 1.0
"""Seconds between two looks whether the server is still there."""
FAILED, UNKNOWN, MEMORY, BROKEN = "failed", "unknown", "memory", "broken"
"""Kinds of errors: the program's own; what cannot be known; no memory left; a mistake of ours."""


def main() -> None:
    """Answer questions until there are no more."""
    questions = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - until the process ends
    code = serve(questions, answers)
    os._exit(code)


def serve(questions: BinaryIO, answers: BinaryIO) -> int:
    """Answer what is asked; the exit code."""
    first = questions.readline()
    if not first:
        return 0
    options = json.loads(first)
    limit_memory(options.get("memory") or 0)
    start_new_thread(watch, (os.getppid(),))
    bench = None
    for line in questions:
        question = json.loads(line)
        reply: dict[str, Any] = {"id": question["id"]}
        try:
            if bench is None:
                bench = make_bench(options)
            reply["answer"] = bench.answer(question)
        except MemoryError:
            reply |= {"error": "it took more memory than it may have", "kind": MEMORY}
        except Exception as error:  # whatever it is, the editor goes on
            reply |= told(error)
        answers.write(json.dumps(reply).encode() + b"\n")
        answers.flush()
        if reply.get("kind") == MEMORY:
            return 3
    return 0


def make_bench(options: dict[str, Any]) -> Any:
    """What answers."""
    from nixlite.lsp.values.answering import Bench

    return Bench(options)


def told(error: Exception) -> dict[str, Any]:
    """An exception as an answer."""
    from nixlite.errors import Exhausted, NixError
    from nixlite.lsp.values.evaluating import UNKNOWN as NOT_KNOWN

    if isinstance(error, Exhausted):
        return {"error": error.message, "kind": MEMORY if error.limit == "memory" else FAILED}
    if isinstance(error, NixError):
        if error.message.startswith(NOT_KNOWN):
            return {"error": error.message, "kind": UNKNOWN}
        return {"error": error.message, "kind": FAILED, "place": place_of(error)}
    import traceback

    return {"error": "".join(traceback.format_exception(error)), "kind": BROKEN}


def place_of(error: Any) -> Any:
    """Where an error is, as far as is known."""
    position = error.position
    return None if position is None else [position.file, position.line, position.column]


def watch(parent: int) -> None:
    """End when the server is gone, whatever is being evaluated: a thread's body."""
    while os.getppid() == parent:
        sleep(LOOK)
    os._exit(1)


def limit_memory(size: int) -> None:
    """Let too much memory be this process's problem, and nobody else's."""
    if not size:
        return
    try:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):  # the system has no such limit, or a lower one
        return


def with_room(run: Callable[[], None]) -> None:
    """Run with as much C stack as evaluation wants."""
    from nixlite.runtime.collecting import POLICY
    from nixlite.runtime.frames import with_room as room

    POLICY.begin(main)
    room(lambda _: run(), None)


if __name__ == "__main__":
    with_room(main)
